/* The command `test aaa-server`. */
#ifndef CORE_AAA_TEST_CMD_H
#define CORE_AAA_TEST_CMD_H

#include "core/base/show.h"

/* test_aaa_server; ctx = struct aaa_servers. */
const struct cmd_entry *aaa_test_commands(size_t *n);

#endif
