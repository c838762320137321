/* Clients that vanish, come back, come and go: nothing of them is left behind. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

/* ------------------------------------------------------------------ without a goodbye */

/* Seconds until the session of a client that vanished ended. */
static unsigned gone_after(struct world *w, const struct client_habits *habits, bool sending)
{
	unsigned s = 0;
	struct client *c = client_new(w, habits, HOME_IP);
	client_enter(c);
	client_data(c, 3);
	world_log_clear(w);
	if (sending)
		client_traffic(c, 1000, 100);
	world_run(w, 10000);
	client_free(c);
	for (; world_sessions(w) > 0 && s < 1000; s++)
		world_run(w, 1000);
	assert_int_equal(world_logged(w, "113019", "Reason: "), 1);
	world_run(w, 60000); /* SAs and tunnel follow */
	world_assert_empty(w);
	return s;
}

/* An LNS hears nothing for a minute, sends Hello for half a minute. */
static void hello_finds_out(void **state)
{
	struct world *w = *state;
	unsigned s = gone_after(w, &client_windows, true);
	assert_in_range(s, 60, 95);
	s = gone_after(w, &client_apple, false);
	assert_in_range(s, 30, 95);
	assert_int_equal(world_logged(w, "113019", "Lost Service"), 1);
	world_edit(w, "l2tp tunnel hello 10\n");
	s = gone_after(w, &client_windows, true);
	assert_in_range(s, 10, 45);
}

/* DPD asks earlier when it is told to. */
static void dpd_finds_out(void **state)
{
	struct world *w = *state;
	world_edit(w, "l2tp tunnel hello 300\n"
	              "tunnel-group DefaultRAGroup ipsec-attributes\n"
	              " isakmp keepalive threshold 10 retry 2\n");
	unsigned s = gone_after(w, &client_windows, true);
	assert_in_range(s, 10, 30);
}

/* A client alive without traffic is left alone, by Hello, echo and DPD, for hours. */
static void the_quiet_are_kept(void **state)
{
	struct world *w = *state;
	world_edit(w, "group-policy clients attributes\n vpn-idle-timeout none\n");
	struct client *a = client_new(w, &client_windows, HOME_IP);
	struct client *b = client_new(w, &client_android, ROUTER_IP);
	client_enter(a);
	client_enter(b);
	world_run(w, 6 * 3600 * 1000);
	assert_true(client_is_in(a) && client_is_in(b));
	client_data(a, 5);
	client_data(b, 5);
	assert_int_equal(a->vpn.flow_ups, 1);
	assert_int_equal(b->vpn.flow_ups, 1);
}

static void idle_timeout(void **state)
{
	struct world *w = *state;
	world_edit(w, "group-policy clients attributes\n vpn-idle-timeout 5\n");
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	for (unsigned i = 0; i < 10; i++) {
		world_run(w, 200000);
		client_data(c, 1);
	}
	world_run(w, 290000);
	assert_true(client_is_in(c));
	world_run(w, 20000);
	assert_int_equal(world_sessions(w), 0);
	assert_int_equal(world_logged(w, "113019", "Idle Timeout"), 1);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

static void logged_off(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_apple, HOME_IP);
	client_enter(c);
	world_show(w, "vpn-sessiondb logoff name bob noconfirm");
	world_run(w, 3000);
	assert_int_equal(world_sessions(w), 0);
	assert_int_equal(c->vpn.peer_downs, 1); /* it was told */
	assert_int_equal(world_logged(w, "113019", "Administrator Reset"), 1);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
}

/* ------------------------------------------------------------------ back before that */

static void back(struct world *w, bool nat)
{
	struct client_habits habits = client_windows;
	habits.private_ip = nat ? BEHIND_IP : 0;
	struct client *c = client_new(w, &habits, HOME_IP);
	client_enter(c);
	for (unsigned i = 0; i < 5; i++) {
		client_free(c); /* power fails, comes back after ten seconds */
		world_run(w, 10000);
		c = client_new(w, &habits, HOME_IP);
		client_enter(c);
		client_data(c, 5);
	}
	world_run(w, 100000);
	assert_int_equal(world_sessions(w), 1); /* none of the old ones is left */
	client_data(c, 5);
	client_leave(c);
	client_free(c);
	world_run(w, 200000);
	world_assert_empty(w);
}

static void back_with_its_address(void **state)
{
	back(*state, false);
}

static void back_behind_its_nat(void **state)
{
	back(*state, true);
}

/* ------------------------------------------------------------------ coming and going */

static void cycle(struct world *w, unsigned i)
{
	static const struct client_habits *const kinds[] = {&client_windows, &client_apple,
	                                                    &client_android};
	struct client *c = client_new(w, kinds[i % 3], ROUTER_IP + i % 7);
	client_dial(c);
	for (unsigned n = 0; n < 300 && !client_is_in(c); n++)
		world_run(w, 200);
	if (client_is_in(c)) {
		client_traffic(c, 50, 200);
		world_run(w, 1000);
	}
	if (i % 4 != 0)
		client_leave(c);
	client_free(c);
}

static void two_hundred_come_and_go(void **state)
{
	struct world *w = *state;
	size_t before = 0;
	w->wire.loss = 80;
	w->wire.doubled = 30;
	w->wire.jitter_ms = 30;
	world_edit(w, "group-policy clients attributes\n vpn-simultaneous-logins 30\n");
	for (unsigned i = 0; i < 200; i++) {
		cycle(w, i);
		if (i == 99) { /* everything that is kept for later has been made */
			world_run(w, 600000);
			world_assert_empty(w);
			world_log_clear(w);
			before = mallinfo2().uordblks;
		}
	}
	world_run(w, 600000);
	world_assert_empty(w);
	assert_int_equal(w->wire.first != NULL, 0);
	if (before != 0) /* not counted under AddressSanitizer */
		assert_true(mallinfo2().uordblks <= before + 16384);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(hello_finds_out),     T(dpd_finds_out),
	        T(the_quiet_are_kept),  T(idle_timeout),
	        T(logged_off),          T(back_with_its_address),
	        T(back_behind_its_nat), T(two_hundred_come_and_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
