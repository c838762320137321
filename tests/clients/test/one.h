/* One kind of client in front of the whole appliance: what test programs for a profile have in common. */
#ifndef TESTS_CLIENTS_TEST_ONE_H
#define TESTS_CLIENTS_TEST_ONE_H

#include "tests/clients/drive.h"

struct CMUnitTest;

extern struct profile *one_profile;
extern struct script_list one_vendors; /* what it says usually */
extern const struct place one_direct, one_behind_nat;

/* An appliance for it (struct world); the client as it is usually set up. */
int one_setup(void **state);
int one_teardown(void **state);
/* It is in, at that place. */
struct client *one_enters(struct world *w, const struct place *place);
/* As it takes its leave; nothing is left. */
void one_leaves(struct client *c);
/* Behind a NAT it dials, does not get in for so long, and vanishes; nothing is left. */
void one_is_refused(struct world *w, uint32_t ms);
/* Its whole life: in, data, new keys of both kinds, out; nothing is left. */
void one_comes_and_goes(struct world *w, const struct place *place);
/* Loads the profile that argv[1] names and runs the tests; the exit status. */
int one_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n);

#define ONE_TEST(fn) cmocka_unit_test_setup_teardown(fn, one_setup, one_teardown)

#endif
