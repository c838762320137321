/* clients PROFILE: one kind of client in front of the whole appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/clients/heard.h"
#include "tests/clients/look.h"
#include "tests/clients/test/one.h"

/* ------------------------------------------------------------------ in and out */

static void comes_directly(void **state)
{
	one_comes_and_goes(*state, &one_direct);
}

static void comes_through_nat(void **state)
{
	one_comes_and_goes(*state, &one_behind_nat);
}

/* Three Quick Modes in its first IKE SA, one in the next: what the server heard of it is what the profile says. */
static void says_its_own(struct world *w, const struct place *place)
{
	struct client *c = drive_new(w, one_profile, place, 0);
	heard_begin(w->gw.ike);
	client_enter(c);
	for (int i = 0; i < 2; i++)
		drive_rekey_ipsec(c);
	drive_renew(c);
	look_at_all(&c->vpn, one_profile, place->private_ip != 0);
	heard_begin(NULL);
	one_leaves(c);
}

static void says_its_own_directly(void **state)
{
	says_its_own(*state, &one_direct);
}

static void says_its_own_through_nat(void **state)
{
	says_its_own(*state, &one_behind_nat);
}

/* On a way that loses long messages: with less than it would take for them, so that there are some. */
static void comes_in_fragments(void **state)
{
	enum { LONGEST = 250 };
	struct world *w = *state;
	uint32_t usual = one_profile->ike.fragment_bytes;
	/* In Aggressive Mode the server takes what the racoon family says of itself as "in Main Mode only". */
	if (one_profile->ike.fragment == FRAGMENT_NEVER || one_profile->ike.aggressive)
		skip();
	one_profile->ike.fragment_bytes = LONGEST;
	struct client *c = drive_new(w, one_profile, &one_behind_nat, 0);
	c->loses_above = LONGEST;
	client_enter(c);
	client_data(c, 20);
	drive_renew(c);
	client_data(c, 20);
	one_leaves(c);
	one_profile->ike.fragment_bytes = usual;
}

/* A third of everything is lost, more comes twice or late; nobody gives up. */
static void comes_over_a_bad_way(void **state)
{
	struct world *w = *state;
	w->wire.loss = 300;
	w->wire.doubled = 100;
	w->wire.jitter_ms = 300;
	struct client *c = drive_new(w, one_profile, &one_behind_nat, 0);
	client_dial(c);
	for (int i = 0; i < 1200 && !client_is_in(c); i++)
		world_run(w, 100);
	w->wire.loss = w->wire.doubled = w->wire.jitter_ms = 0;
	world_run(w, 30000);
	assert_true(client_is_in(c));
	client_data(c, 20);
	one_leaves(c);
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
	if (one_profile->ppp.inform.n == 0)
		skip();
	world_edit(w, "access-list SPLIT standard permit 10.77.0.0 255.255.255.0\n"
	              "access-list SPLIT standard permit host 192.168.5.5\n"
	              "group-policy clients attributes\n split-tunnel-policy tunnelspecified\n"
	              " split-tunnel-network-list value SPLIT\n intercept-dhcp enable\n");
	struct client *c = one_enters(w, &one_behind_nat);
	world_run(w, 30000);
	assert_int_equal(c->vpn.ppp.informs, 1);
	assert_int_equal(c->vpn.ppp.inform_acks, 1);
	assert_int_equal(c->others, 1);
	for (size_t i = 0; i < 2; i++) {
		bool asks = strstr(one_profile->ppp.inform.items[0].form, asked[i]) != NULL;
		const uint8_t *value = dhcp_option(c, options[i], &len);
		assert_int_equal(value != NULL, asks);
		if (!asks)
			continue;
		assert_int_equal(len, sizeof routes);
		assert_memory_equal(value, routes, sizeof routes);
		told++;
	}
	assert_true(told > 0);
	one_leaves(c);
}

/* Its NAT has given it other ports, and the first that is heard from there is a Quick Mode. */
static void renews_from_elsewhere(void **state)
{
	struct world *w = *state;
	struct client *c = one_enters(w, &one_behind_nat);
	client_data(c, 5);
	for (int i = 0; i < 3; i++) {
		drive_roam(c);
		drive_rekey_ipsec(c);
		client_data(c, 20);
		world_run(w, 60000);
		client_data(c, 20);
	}
	assert_int_equal(world_sessions(w), 1);
	one_leaves(c);
}

/* ------------------------------------------------------------------ L2TP before its time, and in vain */

/* What waits for IPsec was in clear for some: nothing answers that, nothing is kept of it, and the client gets in. */
static void says_l2tp_in_clear_first(void **state)
{
	struct world *w = *state;
	const struct ip4_end from = {HOME_IP, (uint16_t)one_profile->vpn.l2tp_port}, to = {GW_IP, L2TP_PORT};
	if (one_profile->clear_first == 0)
		skip();
	/* the words are those that it says inside */
	struct client *c = drive_new(w, one_profile, &one_direct, 0);
	heard_begin(w->gw.ike);
	client_enter(c);
	assert_true(heard.sccrq_len > 0);
	heard_begin(NULL);
	one_leaves(c);
	for (uint32_t i = 0; i < one_profile->clear_first; i++) {
		unsigned carried = w->wire.carried;
		wire_out(w, FULL_UDP, from, to, heard.sccrq, heard.sccrq_len);
		world_run(w, 1000);
		assert_int_equal(w->wire.carried, carried + 1); /* no answer */
		world_assert_empty(w);
	}
	one_comes_and_goes(w, &one_direct);
}

static uint64_t since(struct world *w, uint64_t began_ms)
{
	return clock_now(world_clock(w)) - began_ms;
}

/* Until that long after its first Quick Mode; the server has one client, and never more pairs than the newest and the one
 * before. */
static void wait_in_vain(struct world *w, const struct client *c, uint64_t began_ms, uint32_t until_ms)
{
	while (since(w, began_ms) < until_ms) {
		world_run(w, 100);
		assert_in_range(hash_count(w->gw.ike->children_by_spi), 1, 2);
		assert_int_equal(w->gw.ike->npeers, 1);
		assert_true(l2tp_tunnels(w->gw.l2tp) <= 1);
		assert_int_equal(world_sessions(w), 0);
		assert_false(client_is_in(c));
	}
}

/* Nothing of our L2TP arrives there: pairs again and again, each with a Delete for the one before, then it gives up. */
static void hears_no_l2tp(void **state)
{
	const struct script_list *again = &one_profile->quick_again;
	struct world *w = *state;
	if (again->n == 0)
		skip();
	struct client *c = drive_new(w, one_profile, &one_behind_nat, 0);
	c->hears_no_esp = true;
	heard_begin(w->gw.ike);
	client_dial(c);
	while (c->vpn.flow_ups == 0)
		world_run(w, 10);
	uint64_t began_ms = clock_now(world_clock(w));
	for (size_t i = 1; i < again->n; i++) {
		wait_in_vain(w, c, began_ms, again->items[i].type);
		uint32_t before = c->vpn.flow->children->pair.spi_in;
		client_rekey_ipsec(c);
		world_run(w, 200);
		assert_int_not_equal(c->vpn.flow->children->pair.spi_in, before);
		ike_enter(c->vpn.ike);
		child_remove(child_by_spi_in(c->vpn.ike, before), SA_END_DELETED, true);
		ike_leave(c->vpn.ike);
	}
	wait_in_vain(w, c, began_ms, one_profile->gives_up_ms);
	uint32_t quick = 0, deletes = 0;
	for (size_t i = 0; i < heard.n; i++) {
		bool first = heard.msgs[i].exch == EXCH_QUICK && heard.msgs[i].len > 100;
		quick += first;
		deletes += heard.msgs[i].exch == EXCH_INFO && heard.msgs[i].first == PAY_HASH;
		if (first && one_profile->ike.message_ids == IDS_COUNTING)
			assert_int_equal(heard.msgs[i].msgid, quick);
	}
	assert_int_equal(quick, again->n);
	assert_true(deletes >= again->n - 1);
	heard_begin(NULL);
	vpn_end_ike(&c->vpn);
	world_run(w, 500);
	assert_int_equal(hash_count(w->gw.ike->children_by_spi), 0);
	drive_free(c);
	drive_nothing_left(w);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb failures detail"), "the client opens an L2TP tunnel and no call in it"));
	one_comes_and_goes(w, &one_behind_nat);
}

/* ------------------------------------------------------------------ small things */

/* Its new Main Mode begins on port 500 again, where it gave up on 4500: it is the same client. */
static void renews_ike_on_500(void **state)
{
	struct world *w = *state;
	struct client *c = one_enters(w, &one_behind_nat);
	for (int i = 0; i < 3; i++) {
		ike_enter(c->vpn.ike);
		peer_move(c->vpn.peer, (struct ip4_end){c->vpn.ip, IKE_PORT}, (struct ip4_end){GW_IP, IKE_PORT});
		ike_leave(c->vpn.ike);
		drive_renew(c);
		client_data(c, 20);
		assert_int_equal(w->gw.ike->npeers, 1);
		assert_int_equal(world_sessions(w), 1);
		assert_int_equal(sa_best(w->gw.ike->peers)->remote.port, c->nat_natt);
	}
	assert_int_equal(c->vpn.flow_ups, 1);
	assert_int_equal(c->vpn.flow_downs, 0);
	one_leaves(c);
}

/* Some do not answer Hello: who answers LCP Echo is not asked. */
static void answers_echo_alone(void **state)
{
	enum { MINUTES = 25 };
	struct world *w = *state;
	struct client *c = one_enters(w, &one_behind_nat);
	world_run(w, MINUTES * 60 * 1000);
	assert_true(client_is_in(c));
	assert_int_equal(c->vpn.lac.hellos, 0);
	client_data(c, 5);
	one_leaves(c);
}

static void lives_a_day(void **state)
{
	drive_day(*state, one_profile);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        ONE_TEST(comes_directly),
	        ONE_TEST(comes_through_nat),
	        ONE_TEST(says_its_own_directly),
	        ONE_TEST(says_its_own_through_nat),
	        ONE_TEST(comes_in_fragments),
	        ONE_TEST(renews_ike_on_500),
	        ONE_TEST(answers_echo_alone),
	        ONE_TEST(says_l2tp_in_clear_first),
	        ONE_TEST(hears_no_l2tp),
	        ONE_TEST(comes_over_a_bad_way),
	        ONE_TEST(is_told_routes),
	        ONE_TEST(renews_from_elsewhere),
	        ONE_TEST(lives_a_day),
	};
	return one_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
