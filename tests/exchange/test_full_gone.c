/* Clients that vanish, come back, come and go: nothing of them is left behind. */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void); /* gcc comes without the header */
#endif

#include "core/base/mem.h"
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

/* Its last message of Quick Mode never came, and it has gone: IKE SAs alone are not kept for their lifetime. */
static void phase_1_alone(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	habits.ike_only = true; /* nor does anything in ESP */
	struct client *c = client_new(w, &habits, HOME_IP);
	c->loses_qm3 = true;
	c->vpn.offer.groups[0].dpd = false; /* nobody asks whether it is there */
	client_dial(c);
	world_run(w, 5000);
	assert_int_equal(c->vpn.flow_ups, 1);
	client_free(c);
	world_run(w, 120000);
	world_assert_empty(w);
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

enum {
	CROWD = 300,
	CROWD_IP = 0x64400001, /* 100.64.0.1 */
	SLAB = 65536,
	HEAP_ROOM = 8192,   /* what is made once, again */
	HEAP_CHUNKS = 1024, /* a piece may be a little larger than asked for: its rest would be too small for one */
};

/* Bytes of the heap in use, large pieces included. */
static size_t heap_used(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
#endif
}

/* n of them are in at once, say something, and are logged off. */
static void crowd(struct world *w, unsigned n)
{
	static struct client *clients[CROWD];
	for (unsigned i = 0; i < n; i++) {
		clients[i] = client_new(w, i % 2 ? &client_windows : &client_android, CROWD_IP + i);
		client_dial(clients[i]);
	}
	for (unsigned i = 0, steps = 0; i < n && steps < 5000; steps++)
		if (client_is_in(clients[i]))
			i++;
		else
			world_run(w, 10);
	assert_int_equal(world_sessions(w), n);
	for (unsigned i = 0; i < n; i++)
		client_send(clients[i], 200);
	world_show(w, "vpn-sessiondb logoff all noconfirm");
	world_run(w, 5000);
	assert_int_equal(world_sessions(w), 0);
	for (unsigned i = 0; i < n; i++)
		client_free(clients[i]);
	world_run(w, 100000);
	world_assert_empty(w);
	world_log_clear(w);
}

/* Of every kind of object as many, in as much memory, as after a few clients. Where some stay, the slab that had room
 * may have been used to its end. */
static void assert_as_before(const struct mem_info *before, size_t nbefore)
{
	struct mem_info now[MEM_KINDS_MAX];
	size_t n = mem_list(now);
	assert_int_equal(n, nbefore);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(now[i].name, before[i].name);
		if (now[i].n != before[i].n || now[i].held > before[i].held + (now[i].n > 0 ? SLAB : SLAB / 2))
			fail_msg("%s: %zu in %zu bytes, %zu in %zu before", now[i].name, now[i].n, now[i].held,
			         before[i].n, before[i].held);
	}
}

static void crowds_leave_nothing(void **state)
{
	struct world *w = *state;
	static struct mem_info before[MEM_KINDS_MAX];
	world_edit(w, "ip local pool crowd 10.81.0.1-10.81.7.254 mask 255.255.0.0\n"
	              "tunnel-group DefaultRAGroup general-attributes\n"
	              " no address-pool clients\n"
	              " address-pool crowd\n"
	              "group-policy clients attributes\n vpn-simultaneous-logins 100000\n");
	crowd(w, 20); /* what is made once is made */
	size_t kinds = mem_list(before), heap = heap_used();
	for (unsigned i = 0; i < 3; i++) {
		crowd(w, CROWD);
		assert_as_before(before, kinds);
		if (heap_used() > heap + (i == 0 ? HEAP_ROOM : HEAP_CHUNKS))
			fail_msg("%zu bytes of the heap, %zu before", heap_used(), heap);
		heap = i == 0 ? heap_used() : heap;
	}
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, world_setup, world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(hello_finds_out),     T(dpd_finds_out),
	        T(the_quiet_are_kept),  T(phase_1_alone),
	        T(idle_timeout),
	        T(logged_off),          T(back_with_its_address),
	        T(back_behind_its_nat), T(two_hundred_come_and_go),
	        T(crowds_leave_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
