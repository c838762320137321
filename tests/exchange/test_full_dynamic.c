/* What servers do to sessions that go on (RFC 5176), on the whole appliance: core/dynamic.c. The packets are tested in
 * tests/unit/aaa/test_radius_dynamic.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aaa/radius/dynamic.h"
#include "tests/exchange/full_server.h"

static size_t disconnect(struct world *w, struct radius_who who)
{
	size_t n = gateway_dynamic_ops.disconnect(&w->gw, &who);
	world_run(w, 5000);
	return n;
}

static size_t change(struct world *w, struct radius_who who, const char *filter, uint32_t session_s,
                     bool *no_filter)
{
	struct aaa_reply *r = aaa_reply_new();
	assert_non_null(r);
	r->a.has_filter = filter != NULL;
	r->a.has_session = session_s > 0;
	r->a.session_s = session_s;
	str_copy(r->filter, sizeof r->filter, str_of(filter != NULL ? filter : ""));
	size_t n = gateway_dynamic_ops.change(&w->gw, &who, r, no_filter);
	aaa_reply_free(r);
	return n;
}

static void sessions_end(void **state)
{
	struct world *w = *state;
	struct client *a = client_new(w, &client_windows, HOME_IP),
	              *b = client_new(w, &client_windows, HOME_IP + 1);
	struct ppp_session_info info;
	client_enter(a);
	client_enter(b);
	assert_true(ppp_find_ip(w->gw.ppp, a->vpn.ppp.ip, &info));
	char user[64];
	snprintf(user, sizeof user, "%s", info.user);
	const struct radius_who nobody[] = {
	        {.user = "nobody"},
	        {.framed_ip = 0x0a4e00fe},
	        {.peer_ip = HOME_IP + 7},
	        {.user = user, .our_ip = GW_IP + 1},
	        {.has_unit = true, .unit = 19999},
	        {.has_unit = true, .unit = 0},
	        {.user = user, .session = "not-its-id"},
	        {.user = user,
	         .framed_ip = a->vpn.ppp.ip,
	         .peer_ip = HOME_IP + 1}, /* not both of one */
	};
	for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
		assert_int_equal(disconnect(w, nobody[i]), 0);
	assert_int_equal(world_sessions(w), 2);
	assert_int_equal(disconnect(w, (struct radius_who){.user = user,
	                                                   .framed_ip = a->vpn.ppp.ip,
	                                                   .peer_ip = HOME_IP}),
	                 1);
	assert_false(client_is_in(a));
	assert_true(client_is_in(b));
	assert_int_equal(world_logged(w, "113019", "Administrator Reset"), 1);
	client_free(a);
	/* all that fit */
	a = client_new(w, &client_windows, HOME_IP + 2);
	client_enter(a);
	assert_int_equal(disconnect(w, (struct radius_who){.user = user, .our_ip = GW_IP}), 2);
	assert_int_equal(world_sessions(w), 0);
	client_free(a);
	client_free(b);
}

static void sessions_change(void **state)
{
	struct world *w = *state;
	struct client *a = client_new(w, &client_windows, HOME_IP),
	              *b = client_new(w, &client_windows, HOME_IP + 1);
	bool no_filter;
	world_edit(w, "access-list quarantine extended permit udp any host 10.77.0.53\n");
	client_enter(a);
	client_enter(b);
	client_data(a, 3);
	/* a list that does not exist changes nothing */
	assert_int_equal(change(w, (struct radius_who){.framed_ip = a->vpn.ppp.ip}, "missing", 1,
	                        &no_filter),
	                 0);
	assert_true(no_filter);
	client_data(a, 3);
	assert_int_equal(change(w, (struct radius_who){.framed_ip = a->vpn.ppp.ip}, "quarantine", 0,
	                        &no_filter),
	                 1);
	assert_false(no_filter);
	uint32_t back = a->back;
	client_send(a, 100);
	world_run(w, 1000);
	assert_int_equal(a->back, back);
	client_data(b, 3); /* nobody else's */
	struct ppp_session_info info;
	assert_true(ppp_find_ip(w->gw.ppp, a->vpn.ppp.ip, &info));
	assert_string_equal(info.filter, "quarantine");
	/* lines that come with the request, in place of the list; and a list in place of them */
	struct aaa_reply *r = aaa_reply_new();
	assert_non_null(r);
	assert_true(aaa_reply_add_ace(&r->inacl, STR("permit ip any any")));
	const struct radius_who who = {.framed_ip = a->vpn.ppp.ip};
	assert_int_equal(gateway_dynamic_ops.change(&w->gw, &who, r, &no_filter), 1);
	aaa_reply_free(r);
	client_data(a, 3);
	assert_int_equal(change(w, who, "quarantine", 0, &no_filter), 1);
	back = a->back;
	client_send(a, 100);
	world_run(w, 1000);
	assert_int_equal(a->back, back);
	/* time */
	assert_int_equal(
	        change(w, (struct radius_who){.peer_ip = HOME_IP + 1}, NULL, 30, &no_filter), 1);
	assert_int_equal(change(w, (struct radius_who){.user = "nobody"}, NULL, 30, &no_filter), 0);
	assert_false(no_filter);
	world_run(w, 28000);
	assert_true(client_is_in(b));
	world_run(w, 5000);
	assert_false(client_is_in(b));
	assert_true(client_is_in(a));
	assert_int_equal(world_logged(w, "113019", "Max time exceeded"), 1);
	client_leave(a);
	client_free(a);
	client_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(sessions_end, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(sessions_change, world_setup, world_teardown),
	};
	return cmocka_run_group_tests_name("dynamic authorization", tests, NULL, NULL);
}
