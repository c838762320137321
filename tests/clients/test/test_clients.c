/* clients PROFILE: one kind of client in front of the whole appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/drive.h"
#include "tests/clients/heard.h"
#include "tests/clients/look.h"
#include "tests/clients/say.h"

static struct profile *profile;
static const struct place direct = {.public_ip = HOME_IP};
static const struct place behind_nat = {.public_ip = ROUTER_IP, .private_ip = BEHIND_IP};

static int setup(void **state)
{
	static struct world w;
	const struct profile *one = profile;
	drive_open(&w, &one, 1);
	*state = &w;
	return 0;
}

/* ------------------------------------------------------------------ the first message */

/* Walks the payloads with code of its own. */
static void look_at_first(const struct client *c)
{
	enum { SA = 1, VID = 13, HDR = 28, ROOM = 2048 };
	static uint8_t expected[ROOM];
	const uint8_t *m = c->first;
	uint8_t type = m[16];
	size_t at = HDR, vendor = 0;
	assert_true(c->first_len > HDR && c->first_len < ROOM);
	if (profile->mm1_bytes != 0)
		assert_int_equal(c->first_len, profile->mm1_bytes);
	assert_int_equal(m[18], profile->ike.aggressive ? EXCH_AGGRESSIVE : EXCH_MAIN);
	assert_int_equal(type, SA);
	while (type != 0) {
		size_t len = (size_t)m[at + 2] << 8 | m[at + 3];
		struct wr w = wr_of(expected, sizeof expected);
		assert_true(len >= 4 && at + len <= c->first_len);
		if (type == SA && profile->sa_bytes != 0)
			assert_int_equal(len, profile->sa_bytes);
		if (type == SA)
			say_sa(&w, &profile->ike.phase1, NULL, false);
		if (type == VID) {
			assert_true(vendor < profile->ike.vendors.n);
			script_write(&w, profile->ike.vendors.items[vendor++].form, NULL);
		}
		if (type == SA || type == VID) {
			assert_int_equal(len - 4, wr_len(&w));
			assert_memory_equal(m + at + 4, expected, wr_len(&w));
		}
		type = m[at];
		at += len;
	}
	assert_int_equal(at, c->first_len);
	assert_int_equal(vendor, profile->ike.vendors.n);
}

/* ------------------------------------------------------------------ in and out */

static void come_and_go(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, profile, place, 0);
	client_enter(c);
	look_at_first(c);
	assert_int_equal(world_sessions(w), 1);
	client_data(c, 20);
	client_traffic(c, 50, 400);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	client_lost_nothing(c);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->vpn.flow_ups, 1);
	if (profile->ppp.echo_s > 0)
		assert_true(c->vpn.ppp.echoes > 0 && c->vpn.ppp.echoes_missed <= 1);
	assert_int_equal(c->vpn.ppp.informs, profile->ppp.inform.n > 0 ? profile->ppp.inform_tries : 0);
	assert_int_equal(c->vpn.ppp.inform_acks, 0);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void comes_directly(void **state)
{
	come_and_go(*state, &direct);
}

static void comes_through_nat(void **state)
{
	come_and_go(*state, &behind_nat);
}

/* Three Quick Modes in its first IKE SA, one in the next: what the server heard of it is what the profile says. */
static void says_its_own(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, profile, place, 0);
	heard_begin(w->gw.ike);
	client_enter(c);
	for (int i = 0; i < 2; i++) {
		client_rekey_ipsec(c);
		world_run(w, 5000);
	}
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 5000);
	look_at_all(c, profile, place->private_ip != 0);
	heard_begin(NULL);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void says_its_own_directly(void **state)
{
	says_its_own(*state, &direct);
}

static void says_its_own_through_nat(void **state)
{
	says_its_own(*state, &behind_nat);
}

/* On a way that loses long messages: with less than it would take for them, so that there are some. */
static void comes_in_fragments(void **state)
{
	enum { LONGEST = 250 };
	struct world *w = *state;
	uint32_t usual = profile->ike.fragment_bytes;
	/* In Aggressive Mode the server takes what the racoon family says of itself as "in Main Mode only". */
	if (profile->ike.fragment == FRAGMENT_NEVER || profile->ike.aggressive)
		skip();
	profile->ike.fragment_bytes = LONGEST;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	c->loses_above = LONGEST;
	client_enter(c);
	client_data(c, 20);
	client_rekey_ike(c);
	world_run(w, 20000);
	client_rekey_ipsec(c);
	world_run(w, 20000);
	client_data(c, 20);
	drive_leave(c, profile);
	drive_free(c);
	profile->ike.fragment_bytes = usual;
	world_run(w, 150000);
	world_assert_empty(w);
}

/* A third of everything is lost, more comes twice or late; nobody gives up. */
static void comes_over_a_bad_way(void **state)
{
	struct world *w = *state;
	w->wire.loss = 300;
	w->wire.doubled = 100;
	w->wire.jitter_ms = 300;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_dial(c);
	for (int i = 0; i < 1200 && !client_is_in(c); i++)
		world_run(w, 100);
	w->wire.loss = w->wire.doubled = w->wire.jitter_ms = 0;
	world_run(w, 30000);
	assert_true(client_is_in(c));
	client_data(c, 20);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* The value of an option of the DHCP message in its IP packet; NULL = it is not there. */
static const uint8_t *dhcp_option(const struct client *c, uint8_t option, size_t *len)
{
	enum { OPTIONS_AT = 20 + 8 + 240, END = 255 };
	for (size_t at = OPTIONS_AT; at + 2 <= c->other_len && c->other[at] != END; at += 2u + *len) {
		*len = c->other[at + 1];
		if (c->other[at] == option)
			return at + 2 + *len <= c->other_len ? c->other + at + 2 : NULL;
	}
	return NULL;
}

/* What it asks by DHCPINFORM it is told at once, and asks no more. */
static void is_told_routes(void **state)
{
	static const char *const asked[] = {"79", "f9"};
	static const uint8_t options[] = {121, 249}, routes[] = {24, 10, 77, 0, 10, 78, 0, 1, 32, 192, 168, 5, 5, 10, 78, 0, 1};
	struct world *w = *state;
	size_t len, told = 0;
	if (profile->ppp.inform.n == 0)
		skip();
	world_edit(w, "access-list SPLIT standard permit 10.77.0.0 255.255.255.0\n"
	              "access-list SPLIT standard permit host 192.168.5.5\n"
	              "group-policy clients attributes\n split-tunnel-policy tunnelspecified\n"
	              " split-tunnel-network-list value SPLIT\n intercept-dhcp enable\n");
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	world_run(w, 30000);
	assert_int_equal(c->vpn.ppp.informs, 1);
	assert_int_equal(c->vpn.ppp.inform_acks, 1);
	assert_int_equal(c->others, 1);
	for (size_t i = 0; i < 2; i++) {
		bool asks = strstr(profile->ppp.inform.items[0].form, asked[i]) != NULL;
		const uint8_t *value = dhcp_option(c, options[i], &len);
		assert_int_equal(value != NULL, asks);
		if (!asks)
			continue;
		assert_int_equal(len, sizeof routes);
		assert_memory_equal(value, routes, sizeof routes);
		told++;
	}
	assert_true(told > 0);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

/* Its NAT has given it other ports, and the first that is heard from there is a Quick Mode. */
static void renews_from_elsewhere(void **state)
{
	struct world *w = *state;
	struct client *c = drive_new(w, profile, &behind_nat, 0);
	client_enter(c);
	client_data(c, 5);
	for (int i = 0; i < 3; i++) {
		c->nat_ike = (uint16_t)(c->nat_ike + 1000);
		c->nat_natt = (uint16_t)(c->nat_natt + 1000);
		client_rekey_ipsec(c);
		world_run(w, 5000);
		client_data(c, 20);
		world_run(w, 60000);
		client_data(c, 20);
	}
	assert_int_equal(world_sessions(w), 1);
	drive_leave(c, profile);
	drive_free(c);
	world_run(w, 150000);
	world_assert_empty(w);
}

static void lives_a_day(void **state)
{
	drive_day(*state, profile);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, world_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {T(comes_directly), T(comes_through_nat), T(says_its_own_directly), T(says_its_own_through_nat),
	                                    T(comes_in_fragments), T(comes_over_a_bad_way), T(is_told_routes),
	                                    T(renews_from_elsewhere), T(lives_a_day)};
	struct err err = {0};
	if (argc != 2 || (profile = profile_load(argv[1], &err)) == NULL) {
		fprintf(stderr, "%s\n", argc != 2 ? "clients PROFILE" : err.text);
		return 2;
	}
	printf("%s: %u facts, %u of them constructed\n", profile->client, profile->facts, profile->constructed);
	int failed = cmocka_run_group_tests_name(profile->client, tests, NULL, NULL);
	profile_free(profile);
	return failed;
}
