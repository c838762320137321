/* Who is told of by show vpn-sessiondb failures, and who is not, on the whole appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/failures.h"
#include "tests/exchange/full_server.h"

static const char nobody[] = "INFO: No client was refused\n";

static void has(struct world *w, const char *text)
{
	const char *shown = world_show(w, "show vpn-sessiondb failures detail\n");
	if (strstr(shown, text) == NULL)
		fail_msg("no %s in\n%s", text, shown);
}

/* Windows, whose L2TP never arrives: it deletes its SAs long before they are idle. */
static void deletes_its_sas(void **state)
{
	struct world *w = *state;
	struct client_habits habits = client_windows;
	habits.ike_only = true;
	struct client *c = client_try(w, &habits, HOME_IP);
	world_run(w, 25000);
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), nobody);
	vpn_end_ike(&c->vpn);
	world_run(w, 1000);
	has(w, "IPsec is up, but no L2TP of the client has arrived");
	client_free(c);
	world_run(w, 100000);
	has(w, "Count        : 1");
}

/* It is in, and its new keys are refused: it is not one that does not get in. */
static void renews_in_vain(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_enter(c);
	world_edit(w, "crypto dynamic-map dyno 10 set pfs group2\n");
	world_log_clear(w);
	client_rekey_ipsec(c);
	world_run(w, 10000);
	assert_true(world_logged(w, "713902", "QM FSM error") >= 1);
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), nobody);
	client_free(c);
}

/* The row of a client is not rewritten by who only writes from its address. */
static void strangers(void **state)
{
	struct world *w = *state;
	struct failure f = {.cause = FAIL_P1_BAD,
	                    .stage = FAIL_AT_MM5,
	                    .remote = {HOME_IP, 4500},
	                    .client = CLIENT_WINDOWS_10,
	                    .group = "DefaultRAGroup",
	                    .offered = "a genuine thing"};
	failures_tell(&w->gw, &f);
	f.stage = FAIL_AT_MM1;
	f.remote.port = 500;
	f.client = CLIENT_APPLE;
	f.offered = "a false thing";
	f.stranger = true;
	failures_tell(&w->gw, &f);
	has(w, "Count        : 2");
	has(w, "203.0.113.101/4500");
	has(w, "Windows 8 to 11");
	has(w, "Stage        : Main Mode 5");
	has(w, "a genuine thing");
	assert_int_equal(world_logged(w, "713990", ""), 1);
	/* who shows later where it is says what counts */
	f.stage = FAIL_AT_MM5;
	f.stranger = false;
	failures_tell(&w->gw, &f);
	has(w, "a false thing");
}

/* Times are those of clock timezone. */
static void zone(void **state)
{
	struct world *w = *state;
	char at[40], want[60];
	time_t now = clock_wall(&w->gw.clock) + 11 * 3600;
	const struct failure f = {.cause = FAIL_IKEV2, .remote = {HOME_IP, 500}};
	world_edit(w, "clock timezone FAR 11\n");
	failures_tell(&w->gw, &f);
	struct tm tm;
	assert_non_null(gmtime_r(&now, &tm));
	strftime(at, sizeof at, "%b %d %Y %H:%M:%S", &tm);
	snprintf(want, sizeof want, "Last         : %s", at);
	has(w, want);
}

/* The last numbers are taken: another policy must not be written over. */
static void number_of_the_policy(void **state)
{
	struct world *w = *state;
	world_edit(w, "no crypto ikev1 policy 20\n"
	              "crypto ikev1 policy 65535\n encryption des\n hash md5\n group 1\n authentication pre-share\n"
	              "crypto ikev1 policy 65534\n encryption des\n hash sha\n group 1\n authentication pre-share\n");
	client_free(client_try(w, &client_windows, HOME_IP));
	has(w, "Fix          : crypto ikev1 policy 65533\n");
}

/* HELLO with an AVP that nobody knows and must be known, as the next of its control messages. */
static void says_what_nobody_knows(struct client *c)
{
	uint8_t msg[26];
	const struct lac *lac = &c->vpn.lac;
	struct wr w = wr_of(msg, sizeof msg);
	wr_u32(&w, 0xc802u << 16 | sizeof msg);
	wr_u16(&w, lac->remote_tunnel);
	wr_u16(&w, 0);
	wr_u16(&w, lac->ns);
	wr_u16(&w, lac->nr);
	wr_u32(&w, 0x80080000);
	wr_u32(&w, 6);
	wr_u32(&w, 0x80060000);
	wr_u16(&w, 999);
	assert_true(wr_ok(&w));
	lac->send(lac->arg, msg, sizeof msg);
}

/* Its call is up, PPP is not: what is wrong with L2TP then is told of, once; and nobody tells of it who is in. */
static void bad_message_before_ppp_is_up(void **state)
{
	struct world *w = *state;
	struct client *c = client_new(w, &client_windows, HOME_IP);
	client_dial(c);
	c->vpn.lac.frame = NULL; /* it is dumb in PPP */
	world_run(w, 3000);
	assert_int_equal(c->vpn.lac.state, LAC_UP);
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), nobody);
	says_what_nobody_knows(c);
	world_run(w, 1000);
	has(w, "an L2TP message of the client's is not in order");
	has(w, "Stage        : L2TP call");
	has(w, "AVP 999 of vendor 0");
	client_free(c);
	world_run(w, 120000);
	has(w, "Count        : 1");
	assert_int_equal(world_logged(w, "713990", ""), 1);
	world_show(w, "clear vpn-sessiondb failures\n");
	c = client_new(w, &client_windows, HOME_IP + 1);
	client_enter(c);
	says_what_nobody_knows(c);
	world_run(w, 1000);
	assert_int_equal(world_sessions(w), 0);
	assert_string_equal(world_show(w, "show vpn-sessiondb failures\n"), nobody);
	client_free(c);
}

/* A server's lockout is not the local database's. */
static void locked_elsewhere(void **state)
{
	struct world *w = *state;
	struct failure f = {.cause = FAIL_LOCKED, .stage = FAIL_AT_AUTH, .remote = {HOME_IP, 1701}, .user = "alice", .object = "RAD"};
	failures_tell(&w->gw, &f);
	has(w, "the servers of authentication-server-group say so");
	assert_null(strstr(world_show(w, "show vpn-sessiondb failures detail\n"), "clear aaa local"));
	world_show(w, "clear vpn-sessiondb failures\n");
	f.object = "LOCAL";
	failures_tell(&w->gw, &f);
	has(w, "Fix          : clear aaa local user lockout username alice");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
	const struct CMUnitTest tests[] = {
	        T(deletes_its_sas), T(renews_in_vain), T(strangers), T(zone), T(number_of_the_policy), T(locked_elsewhere),
	        T(bad_message_before_ppp_is_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
