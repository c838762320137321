/* A server with tunnel groups that clients name in Aggressive Mode. */
#ifndef TESTS_EXCHANGE_IKE_BRANCH_H
#define TESTS_EXCHANGE_IKE_BRANCH_H

#include "tests/exchange/ike_initiator.h"

/* Of the groups "branch" and "branch.example.com"; group "vacant" has none. */
#define BRANCH_KEY "the-key-of-the-branch-office"

/* For cmocka: *state is the net; the commands of IKE are there. */
int branch_setup(void **state);
int branch_teardown(void **state);

#endif
