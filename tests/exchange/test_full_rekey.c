/* New keys while data flows, begun by the client, by us, by both at once: not one packet is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

static struct client *enter(struct world *w, bool nat, bool passive)
{
	struct client_habits habits = nat ? client_apple : client_windows;
	habits.passive = passive;
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	return c;
}

static unsigned sas(struct world *w)
{
	struct ike_counts n;
	ike_counts(w->gw.ike, &n);
	return n.child_sas;
}

static void finish(struct world *w, struct client *c)
{
	client_lost_nothing(c);
	assert_int_equal(world_drops(w), 0);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->vpn.flow_ups, 1);
	client_leave(c);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

static void client_renews(void **state)
{
	struct world *w = *state;
	for (int nat = 0; nat < 2; nat++) {
		struct client *c = enter(w, nat, false);
		client_traffic(c, 3, 600);
		for (int i = 0; i < 5; i++) {
			client_rekey_ipsec(c);
			world_run(w, 10000);
			client_rekey_ike(c);
			world_run(w, 10000);
		}
		world_run(w, 60000);
		assert_int_equal(sas(w), 1); /* the old ones are gone */
		finish(w, c);
	}
}

/* By time: 120 s is the shortest that can be configured, both for IPsec and IKE. */
static void renewed_by_time(struct world *w, bool nat, bool passive)
{
	world_edit(w, "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n"
	              "crypto ikev1 policy 20\n lifetime 120\n");
	struct client *c = enter(w, nat, passive);
	world_log_clear(w);
	client_traffic(c, 7, 600);
	world_run(w, 1200000);
	assert_true(world_logged(w, "713120", "IP = 203.0.113.101") >= 9);
	assert_true(world_logged(w, "713119", "IP = 203.0.113.101") >= 9);
	assert_true(sas(w) <= 4);
	finish(w, c);
}

static void we_renew_by_time(void **state)
{
	renewed_by_time(*state, false, true);
}

static void we_renew_by_time_behind_nat(void **state)
{
	renewed_by_time(*state, true, true);
}

static void both_renew_by_time(void **state)
{
	renewed_by_time(*state, false, false);
	renewed_by_time(*state, true, false);
}

static void renewed_by_kilobytes(struct world *w, bool passive)
{
	world_edit(w,
	           "crypto dynamic-map dyno 10 set security-association lifetime kilobytes 1000\n");
	struct client *c = enter(w, true, passive);
	world_log_clear(w);
	client_traffic(c, 10, 1000); /* soft limit every ten seconds */
	world_run(w, 300000);
	assert_true(world_logged(w, "713120", "IP = 203.0.113.101") >= 25);
	finish(w, c);
}

static void we_renew_by_kilobytes(void **state)
{
	renewed_by_kilobytes(*state, true);
}

static void both_renew_by_kilobytes(void **state)
{
	renewed_by_kilobytes(*state, false);
}

/* A slow way: a second there and back, helper threads busy. */
static void over_a_long_way(void **state)
{
	struct world *w = *state;
	w->wire.delay_ms = 500;
	w->dh_ms = 300;
	world_edit(w, "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n"
	              "crypto ikev1 policy 20\n lifetime 120\n");
	struct client *c = enter(w, true, true);
	client_traffic(c, 20, 300);
	world_run(w, 600000);
	client_traffic(c, 0, 0);
	world_run(w, 2000);
	finish(w, c);
}

/* Over a wire that loses control messages and data alike the session stays; what arrived was accepted. */
static void over_a_bad_wire(void **state)
{
	struct world *w = *state;
	world_edit(w, "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n"
	              "crypto ikev1 policy 20\n lifetime 120\n");
	for (uint32_t seed = 1; seed <= 3; seed++) {
		struct client *c = enter(w, seed & 1, seed & 2);
		w->wire.rnd = seed * 104729;
		w->wire.loss = 50;
		w->wire.doubled = 50;
		w->wire.jitter_ms = 30;
		client_traffic(c, 20, 300);
		world_run(w, 600000);
		w->wire.loss = w->wire.doubled = w->wire.jitter_ms = 0;
		client_traffic(c, 0, 0);
		world_run(w, 1000);
		assert_true(client_is_in(c));
		assert_true(c->back > c->sent * 8 / 10);
		uint32_t lost = c->sent - c->back;
		client_data(c, 10);
		assert_int_equal(c->sent - c->back, lost);
		client_leave(c);
		client_free(c);
		world_run(w, 150000);
		world_assert_empty(w);
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(client_renews),      T(we_renew_by_time),      T(we_renew_by_time_behind_nat),
	        T(both_renew_by_time), T(we_renew_by_kilobytes), T(both_renew_by_kilobytes),
	        T(over_a_long_way),    T(over_a_bad_wire),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
