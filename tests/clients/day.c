/* A client's day, 26 hours of it: work, new keys by bytes and by time, other NAT mappings, silence, leaving without a word,
 * coming back. What it sends through the tunnel all comes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/clients/drive.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY_HOURS = 26 };

struct day {
	struct world *w;
	const struct profile *p;
	struct client *c;
	uint64_t began_ms;
	uint32_t router; /* the NAT it is behind */
};

static void arrive(struct day *d)
{
	const struct place place = {.public_ip = d->router, .private_ip = BEHIND_IP};
	d->c = drive_new(d->w, d->p, &place, 0);
	client_enter(d->c);
	client_data(d->c, 5);
}

static void all_came_back(struct day *d)
{
	client_traffic(d->c, 0, 0);
	world_run(d->w, 2 * SECOND);
	assert_true(client_is_in(d->c));
	if (d->c->back != d->c->sent)
		fail_msg("%u of %u packets came back, %u dropped here\n%s", d->c->back, d->c->sent, d->c->sas.drops,
		         world_show(d->w, "show asp drop"));
}

/* Keys last for half a megabyte, which is ten seconds. */
static void keys_by_bytes(struct day *d)
{
	world_edit(d->w, "crypto dynamic-map dyno 10 set security-association lifetime kilobytes 1000\n"
	                 "crypto dynamic-map dyno 20 set security-association lifetime kilobytes 1000\n");
	drive_rekey_ipsec(d->c);
	world_log_clear(d->w);
	client_traffic(d->c, 20, 1000);
	world_run(d->w, 2 * MINUTE);
	all_came_back(d);
	assert_true(world_logged(d->w, "713120", "Username = ") >= 10);
	world_edit(d->w, "no crypto dynamic-map dyno 10 set security-association lifetime kilobytes 1000\n"
	                 "no crypto dynamic-map dyno 20 set security-association lifetime kilobytes 1000\n");
	drive_rekey_ipsec(d->c);
}

static void work(struct day *d, unsigned hours)
{
	world_log_clear(d->w);
	client_traffic(d->c, 10 * SECOND, 300);
	for (unsigned i = 0; i < hours; i++) {
		world_run(d->w, 40 * MINUTE + 5 * SECOND); /* between two packets: an answer is not to follow it */
		drive_roam(d->c);
		world_run(d->w, 20 * MINUTE - 5 * SECOND);
	}
	all_came_back(d);
	assert_int_equal(d->c->vpn.flow_ups, 1); /* one session all the time */
}

/* Nothing but keepalives; the server waits for half an hour. */
static void silence(struct day *d)
{
	world_run(d->w, 25 * MINUTE);
	client_data(d->c, 3);
	world_log_clear(d->w);
	world_run(d->w, 35 * MINUTE);
	assert_false(client_is_in(d->c));
	assert_int_equal(world_logged(d->w, "113019", "Idle Timeout"), 1);
	drive_free(d->c);
	world_assert_empty(d->w);
}

/* Without a word: the server finds out, by DPD or by its Hello. */
static void vanish(struct day *d)
{
	drive_free(d->c);
	world_run(d->w, 15 * MINUTE);
	world_assert_empty(d->w);
}

/* Somewhere else before the server has noticed that it was gone. */
static void turn_up_elsewhere(struct day *d)
{
	drive_free(d->c);
	d->router++;
	arrive(d);
	assert_int_equal(world_sessions(d->w), 2);
	client_traffic(d->c, 10 * SECOND, 300);
	world_run(d->w, 15 * MINUTE);
	all_came_back(d);
	assert_int_equal(world_sessions(d->w), 1);
}

static uint64_t passed_ms(const struct day *d)
{
	return clock_now(&d->w->gw.clock) - d->began_ms;
}

static void night(struct day *d)
{
	client_traffic(d->c, MINUTE, 200);
	world_run(d->w, (uint64_t)DAY_HOURS * HOUR - passed_ms(d));
	all_came_back(d);
}

void drive_day(struct world *w, const struct profile *p)
{
	struct day d = {.w = w, .p = p, .router = ROUTER_IP, .began_ms = clock_now(&w->gw.clock)};
	arrive(&d);
	keys_by_bytes(&d);
	work(&d, 9);
	silence(&d);
	arrive(&d);
	work(&d, 1);
	vanish(&d);
	arrive(&d);
	turn_up_elsewhere(&d);
	night(&d);
	drive_out(d.c, p);
	drive_nothing_left(w);
	assert_true(passed_ms(&d) >= (uint64_t)DAY_HOURS * HOUR);
}
