/* A server with tunnel groups that clients name in Aggressive Mode. */
#ifndef TESTS_EXCHANGE_IKE_BRANCH_H
#define TESTS_EXCHANGE_IKE_BRANCH_H

#include "tests/exchange/ike_initiator.h"

/* Of the groups "branch" and "branch.example.com"; group "vacant" has none. */
#define BRANCH_KEY "the-key-of-the-branch-office"

/* net_show_setup with them; net_show_teardown goes with it. */
int branch_setup(void **state);

#endif
