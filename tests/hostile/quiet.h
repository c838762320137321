/* A PPP client that leaves the answers to the server's question of who it is to the test. */
#ifndef TESTS_HOSTILE_QUIET_H
#define TESTS_HOSTILE_QUIET_H

#include "tests/exchange/ppp_bench.h"

/* Link i, as far as that question by this method. */
struct pb_link *quiet_asked(unsigned i, enum aaa_method method);
/* A frame of it, whatever it is. */
void quiet_say(struct pb_link *l, uint16_t proto, const void *p, size_t len);

#endif
