/* The whole appliance and whole clients: in, data both ways, out - and the clients that must not get in. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

/* ------------------------------------------------------------------ one client */

static void in_and_out(struct world *w, const struct client_habits *habits)
{
	struct client *c = client_new(w, habits, HOME_IP);
	client_enter(c);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->vpn.ppp.ip, 0x0a4e000a);
	assert_int_equal(c->vpn.ppp.dns[0], 0x0a4d0005);
	client_data(c, 20);
	client_leave(c);
	client_free(c);
	assert_int_equal(world_sessions(w), 0);
	world_run(w, 60000);
	world_assert_empty(w);
	assert_int_equal(world_drops(w), 0);
}

static const struct client_habits *const kinds[] = {&client_windows, &client_apple,
                                                    &client_android};

/* Every kind of client, without and with a NAT in between. */
static void direct_and_behind_nat(void **state)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct client_habits habits = *kinds[i];
		habits.private_ip = 0;
		in_and_out(*state, &habits);
		habits.private_ip = BEHIND_IP;
		in_and_out(*state, &habits);
	}
}

static void every_way_to_authenticate(void **state)
{
	static const enum aaa_method methods[] = {AAA_PAP, AAA_MSCHAP1, AAA_MSCHAP2};
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		struct client_habits habits = client_windows;
		habits.methods = AAA_BIT(methods[i]);
		in_and_out(*state, &habits);
	}
}

/* The client's first packet in ESP comes before the last message of Quick Mode: it says the same, and is not lost. */
static void data_before_the_last_message(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	c->loses_qm3 = true;
	client_dial(c);
	for (unsigned ms = 0; ms < 600 && !client_is_in(c); ms += 10)
		world_run(w, 10);
	assert_true(client_is_in(c));
	client_data(c, 3);
	client_leave(c);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

static void slow_diffie_hellman(void **state)
{
	struct world *w = *state;
	w->dh_ms = 80;
	in_and_out(w, &client_apple);
}

/* ------------------------------------------------------------------ several */

/* Behind one NAT, the same address and port inside, the same message ids and L2TP numbers: like two Windows
 * machines of one household. */
static void two_behind_one_nat(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	habits.private_ip = BEHIND_IP;
	struct client *a = client_new(w, &habits, ROUTER_IP);
	habits.user = "bob";
	habits.password = "builder-2";
	struct client *b = client_new(w, &habits, ROUTER_IP);
	client_dial(a);
	client_dial(b); /* at the same moment */
	world_run(w, 5000);
	assert_true(client_is_in(a) && client_is_in(b));
	assert_int_equal(a->counter, b->counter); /* the same message ids were used */
	assert_int_not_equal(a->vpn.ppp.ip, b->vpn.ppp.ip);
	assert_int_equal(world_sessions(w), 2);
	client_traffic(a, 10, 500);
	client_traffic(b, 10, 700);
	world_run(w, 30000);
	client_rekey_ipsec(a);
	client_rekey_ike(b);
	world_run(w, 60000);
	client_lost_nothing(a);
	client_leave(a);
	world_run(w, 60000);
	client_lost_nothing(b);
	client_data(b, 20);
	client_leave(b);
	world_run(w, 60000);
	assert_int_equal(world_drops(w), 0);
	client_free(a);
	client_free(b);
	world_assert_empty(w);
}

/* The pool holds twenty: all of them get in at once, the next one is told no, and gets in when one leaves. */
static void as_many_as_the_pool_holds(void **state)
{
	struct world *w = *state;
	struct client *all[21];
	world_edit(w, "group-policy clients attributes\n vpn-simultaneous-logins 30\n");
	for (unsigned i = 0; i < 20; i++) {
		all[i] = client_new(w, kinds[i % 3], ROUTER_IP + i);
		client_dial(all[i]);
	}
	world_run(w, 20000);
	for (unsigned i = 0; i < 20; i++)
		assert_true(client_is_in(all[i]));
	all[20] = client_new(w, &client_windows, HOME_IP);
	client_dial(all[20]);
	world_run(w, 20000);
	assert_false(client_is_in(all[20]));
	assert_int_equal(world_sessions(w), 20);
	client_free(all[20]);
	client_leave(all[7]);
	client_free(all[7]);
	all[7] = client_new(w, &client_windows, HOME_IP);
	client_enter(all[7]);
	client_data(all[7], 5);
	for (unsigned i = 0; i < 20; i++) {
		client_leave(all[i]);
		client_free(all[i]);
	}
	world_run(w, 120000);
	world_assert_empty(w);
}

/* ------------------------------------------------------------------ L2TP again on the same SAs */

/* A client that forgot its L2TP tunnel, not its SAs: the old session goes, the new one stays. */
static void dials_again_on_its_sas(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_apple, HOME_IP);
	client_enter(c);
	for (unsigned i = 0; i < 3; i++) {
		world_run(w, 6000); /* earlier it could be a late copy of its first message */
		client_redial_l2tp(c);
		world_run(w, 20000);
		assert_true(client_is_in(c));
		client_data(c, 5);
		world_run(w, 300000); /* whatever ends the old one must not end the new one */
		assert_true(client_is_in(c));
		assert_int_equal(world_sessions(w), 1);
		client_data(c, 5);
	}
	assert_int_equal(c->vpn.flow_ups, 1);
	client_leave(c);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

/* ------------------------------------------------------------------ a wire that loses, doubles, reorders */

static void in_over_a_bad_wire(void **state)
{
	struct world *w = *state;
	for (uint32_t seed = 1; seed <= 20; seed++) {
		w->wire.rnd = seed * 7919;
		w->wire.loss = 100;
		w->wire.doubled = 100;
		w->wire.jitter_ms = 60;
		struct client *c = client_new(w, kinds[seed % 3], HOME_IP);
		client_enter(c);
		w->wire.loss = w->wire.doubled = w->wire.jitter_ms = 0;
		world_run(
		        w,
		        7000); /* the last Configure-Ack may be lost, the answer to its repetition, too */
		assert_int_equal(world_sessions(w), 1);
		client_data(c, 5);
		client_leave(c);
		client_free(c);
		world_run(w, 200000);
		world_assert_empty(w);
	}
}

/* ------------------------------------------------------------------ who must not get in */

/* Dials and is out of everything within some seconds; the log has the two texts in one line. */
static void refused(struct world *w, const struct client_habits *habits, uint64_t within_ms,
                    const char *a, const char *b)
{
	struct client *c = client_new(w, habits, HOME_IP);
	world_log_clear(w);
	client_dial(c);
	world_run(w, within_ms);
	assert_false(client_is_in(c));
	assert_int_equal(world_sessions(w), 0);
	if (world_logged(w, a, b) == 0)
		fail_msg("no line \"%s ... %s\" in\n%s", a, b, world_log(w));
	client_free(c); /* without a word */
	world_run(w, 70000);
	assert_int_equal(hash_count(w->gw.flows), 0); /* nobody came in: its SAs are gone soon */
	world_run(w, 330000);
	world_assert_empty(w);
}

static void wrong_pre_shared_key(void **state)
{
	struct client_habits habits = client_windows;
	habits.psk = "another key altogether";
	refused(*state, &habits, 3000, "713903", "mismatched pre-shared key");
}

static void no_common_proposal(void **state)
{
	struct client_habits habits = client_windows;
	habits.cipher = "aes";
	refused(*state, &habits, 3000, "713902", "All SA proposals found unacceptable");
	habits = client_windows;
	habits.esp = (struct esp_alg){ESP_CIPHER_AES, 16, ESP_MAC_MD5};
	refused(*state, &habits, 3000, "713902", "All IPSec SA proposals found unacceptable");
}

static void wrong_password(void **state)
{
	struct world *w = *state;
	static const unsigned methods[] = {AAA_BIT(AAA_PAP), AAA_BIT(AAA_MSCHAP1),
	                                   AAA_BIT(AAA_MSCHAP2)};
	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
		struct client_habits habits = client_windows;
		habits.methods = methods[i];
		habits.password = "not it";
		refused(w, &habits, 5000, "113015", "alice");
		habits.user = "nobody";
		refused(w, &habits, 5000, "113015", "user = *****"); /* no such user */
	}
}

/* A user whose password is kept as a hash cannot do MS-CHAP. */
static void no_common_authentication(void **state)
{
	struct client_habits habits = client_windows;
	habits.user = "plain";
	habits.password = "simple-3";
	refused(*state, &habits, 5000, "113015", "plain");
	habits.methods = AAA_BIT(AAA_CHAP); /* not among the tunnel group's */
	refused(*state, &habits, 60000, "Group = DefaultRAGroup", "");
}

static void one_login_too_many(void **state)
{
	struct world *w = *state;
	world_edit(w, "group-policy clients attributes\n vpn-simultaneous-logins 1\n");
	struct client *first = client_new(w, &client_windows, ROUTER_IP);
	client_enter(first);
	struct client *second = client_new(w, &client_windows, HOME_IP);
	client_enter(second); /* the older one gives way */
	world_run(w, 5000);
	assert_false(client_is_in(first));
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(world_logged(w, "113019", "Connection preempted"), 1);
	client_free(first);
	client_leave(second);
	world_run(w, 60000);
	world_assert_empty(w);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(direct_and_behind_nat), T(every_way_to_authenticate), T(slow_diffie_hellman),
	        T(data_before_the_last_message),
	        T(two_behind_one_nat),    T(as_many_as_the_pool_holds), T(dials_again_on_its_sas),
	        T(in_over_a_bad_wire),    T(wrong_pre_shared_key),      T(no_common_proposal),
	        T(wrong_password),        T(no_common_authentication),  T(one_login_too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
