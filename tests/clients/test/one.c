#include "tests/clients/test/one.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/clients/certified.h"
#include "tests/clients/look.h"

struct profile *one_profile;
struct script_list one_vendors;
const struct place one_direct = {.public_ip = HOME_IP};
const struct place one_behind_nat = {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP};

int one_setup(void **state)
{
	static struct world w;
	const struct profile *one = one_profile;
	one_profile->ike.vendors = one_vendors;
	one_profile->ike.auth = one_profile->auths.n > 0 ? one_profile->auths.items[0].type : AUTH_PSK;
	drive_open(&w, &one, 1);
	*state = &w;
	return 0;
}

int one_teardown(void **state)
{
	certified_close();
	return world_teardown(state);
}

struct client *one_enters(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, one_profile, place, 0);
	client_enter(c);
	return c;
}

void one_leaves(struct client *c)
{
	struct world *w = c->w;
	drive_out(c, one_profile);
	drive_nothing_left(w);
}

void one_is_refused(struct world *w, uint32_t ms)
{
	struct client *c = drive_new(w, one_profile, &one_behind_nat, 0);
	client_dial(c);
	world_run(w, ms);
	assert_false(client_is_in(c));
	drive_free(c);
	drive_nothing_left(w);
}

void one_comes_and_goes(struct world *w, const struct place *place)
{
	struct client *c = one_enters(w, place);
	look_at_first(one_profile, c->first, c->first_len);
	assert_int_equal(world_sessions(w), 1);
	client_data(c, 20);
	client_traffic(c, 50, 400);
	drive_rekey_ipsec(c);
	drive_renew(c);
	client_lost_nothing(c);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->vpn.flow_ups, 1);
	if (one_profile->ppp.echo_s > 0)
		assert_true(c->vpn.ppp.echoes > 0 && c->vpn.ppp.echoes_missed <= 1);
	assert_int_equal(c->vpn.ppp.informs, one_profile->ppp.inform.n > 0 ? one_profile->ppp.inform_tries : 0);
	assert_int_equal(c->vpn.ppp.inform_acks, 0);
	one_leaves(c);
}

int one_main(int argc, char **argv, const struct CMUnitTest *tests, size_t n)
{
	struct err err = {0};
	if (argc != 2 || (one_profile = profile_load(argv[1], &err)) == NULL) {
		fprintf(stderr, "%s\n", argc != 2 ? "usage: the file of a profile" : err.text);
		return 2;
	}
	one_vendors = one_profile->ike.vendors;
	printf("%s: %u facts, %u of them constructed\n", one_profile->client, one_profile->facts, one_profile->constructed);
	int failed = _cmocka_run_group_tests(one_profile->client, tests, n, NULL, NULL);
	profile_free(one_profile);
	return failed;
}
