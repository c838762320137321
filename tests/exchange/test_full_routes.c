/* Networks behind clients, which their server names (Framed-Route): to whom they lead, which are refused, and that a
 * client that comes again has its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/aaa/server.h"
#include "tests/exchange/full_server.h"

enum {
	OFFICE = 0x0a320000,    /* 10.50.0.0/16, behind alice */
	WAREHOUSE = 0x0a3c0000, /* 10.60.0.0/16, behind bob */
	ROAD = 0xc6336400,      /* 198.51.100.0/24, where bob's address is */
	INSIDE = 0x0a4d0000,    /* 10.77.0.0/16, ours */
	WIDE = 0xffff0000,
	ROAD_IP = ROAD + 7,
};

/* ------------------------------------------------------------------ the server */

static const struct { const char *user; struct aaa_route route; } said[] = {
        {"alice", {OFFICE, WIDE}},
        {"bob", {OFFICE, WIDE}},
        {"bob", {INSIDE, WIDE}},
        {"bob", {0x7f000000, 0xff000000}},
        {"bob", {ROAD, 0xffffff00}},
        {"bob", {WAREHOUSE, WIDE}},
};

/* Authentication and authorization come from the same profile. */
static void ask(struct aaa_ask *a)
{
	struct aaa_reply *reply = aaa_reply_new();
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		if (strcmp(said[i].user, a->name) == 0)
			assert_true(aaa_reply_add_route(reply, said[i].route));
	aaa_answered(a, AAA_SAYS_ACCEPT, reply, AAA_WHY_NONE);
}

static void cancel(struct aaa_ask *a)
{
	(void)a;
}

static const struct aaa_proto proto = {
        .id = AAA_P_RADIUS, .methods = AAA_BIT(AAA_PAP), .authorizes = true, .ask = ask, .cancel = cancel};
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {[AAA_P_RADIUS] = &proto};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] != NULL ? aaa_protos[p]->methods : 0;
}

/* ------------------------------------------------------------------ clients */

static int setup(void **state)
{
	int rc = world_setup(state);
	world_edit(*state, "aaa-server RAD protocol radius\n"
	                   "aaa-server RAD (inside) host 10.77.0.9 s3cret\n"
	                   "tunnel-group DefaultRAGroup general-attributes\n"
	                   " authentication-server-group RAD\n"
	                   " authorization-server-group RAD\n"
	                   "tunnel-group DefaultRAGroup ppp-attributes\n"
	                   " no authentication ms-chap-v1\n no authentication ms-chap-v2\n");
	return rc;
}

static struct client *enter(struct world *w, const char *user, uint32_t ip)
{
	struct client_habits habits = client_windows;
	habits.user = user;
	habits.methods = AAA_BIT(AAA_PAP);
	struct client *c = client_try(w, &habits, ip);
	assert_true(client_is_in(c));
	return c;
}

/* One packet from that address behind the client to a host behind us: does the answer come back? */
static bool passes(struct client *c, uint32_t from)
{
	uint32_t own = c->vpn.ppp.ip, back = c->back;
	c->vpn.ppp.ip = from;
	client_send(c, 100);
	world_run(c->w, 200);
	c->vpn.ppp.ip = own;
	return c->back == back + 1;
}

static unsigned routes_to(const struct world *w, uint32_t net)
{
	unsigned n = 0;
	for (size_t i = 0; i < w->n_client_routes; i++)
		n += w->client_routes[i] == net;
	return n;
}

static void two_clients(void **state)
{
	struct world *w = *state;
	struct client *a = enter(w, "alice", HOME_IP), *b = enter(w, "bob", ROAD_IP);
	assert_int_equal(world_logged(w, "713205", "alice"), 0);
	assert_int_equal(world_logged(w, "713205", "bob"), 4);
	assert_int_equal(world_logged(w, "713903", "it is behind another client"), 1);
	assert_int_equal(world_logged(w, "713903", "an interface has an address of it"), 1);
	assert_int_equal(world_logged(w, "713903", "it is no network that can be behind a client"), 1);
	assert_int_equal(world_logged(w, "713903", "the client itself has an address of it"), 1);
	assert_int_equal(w->n_client_routes, 2);
	assert_true(passes(a, OFFICE + 1) && passes(b, WAREHOUSE + 1));
	assert_false(passes(b, OFFICE + 1) || passes(a, WAREHOUSE + 1) || passes(b, ROAD + 1));
	client_leave(a);
	world_run(w, 1000);
	assert_int_equal(routes_to(w, OFFICE), 0);
	assert_int_equal(routes_to(w, WAREHOUSE), 1);
	assert_true(passes(b, WAREHOUSE + 1));
	client_leave(b);
	world_run(w, 1000);
	assert_int_equal(w->n_client_routes, 0);
	client_free(a);
	client_free(b);
}

/* It is back before anybody missed it. */
static void comes_again(void **state)
{
	struct world *w = *state;
	struct client *lost = enter(w, "alice", HOME_IP);
	assert_true(passes(lost, OFFICE + 1));
	client_vanish(lost);
	struct client *c = enter(w, "alice", HOME_IP + 1);
	assert_int_equal(world_logged(w, "713205", ""), 0);
	assert_int_equal(routes_to(w, OFFICE), 1);
	assert_true(passes(c, OFFICE + 1));
	assert_int_equal(world_sessions(w), 2);
	world_run(w, 1000 * 1000);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(routes_to(w, OFFICE), 1);
	assert_true(passes(c, OFFICE + 1));
	client_leave(c);
	world_run(w, 1000);
	assert_int_equal(w->n_client_routes, 0);
	client_free(lost);
	client_free(c);
}

/* Who is in when the appliance stops. */
static void stops(void **state)
{
	struct world *w = *state;
	struct client *a = enter(w, "alice", HOME_IP), *b = enter(w, "bob", ROAD_IP);
	client_vanish(a);
	client_vanish(b);
	client_free(a);
	client_free(b);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, world_teardown)
	const struct CMUnitTest tests[] = {T(two_clients), T(comes_again), T(stops)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
