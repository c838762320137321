/* show vpn-sessiondb and its relatives over several clients: filters, order, ratios, what ends and what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full.h"

static unsigned times(const char *text, const char *what)
{
	unsigned n = 0;
	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void shows(struct world *w, const char *line, unsigned sessions)
{
	const char *text = world_show(w, line);
	if (times(text, "Username     : ") != sessions)
		fail_msg("%s: %u sessions wanted\n%s", line, sessions, text);
	if (sessions == 0)
		assert_string_equal(
		        text,
		        "INFO: There are presently no active sessions of the type specified\n");
}

/* alice has her address herself and uses 3DES; bob and plain are behind one NAT and use AES. */
struct three {
	struct client *alice, *bob, *plain;
};

static struct three three_enter(struct world *w)
{
	struct client_habits habits = client_windows;
	struct three t;
	habits.cipher = "3des";
	habits.group = 2;
	habits.esp = (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1};
	t.alice = client_new(w, &habits, HOME_IP);
	habits = client_windows;
	habits.private_ip = BEHIND_IP;
	habits.user = "plain";
	habits.password = "simple-3";
	habits.methods = AAA_BIT(AAA_PAP);
	t.plain = client_new(w, &habits, ROUTER_IP);
	habits.user = "bob";
	habits.password = "builder-2";
	habits.methods = AAA_BIT(AAA_MSCHAP2);
	t.bob = client_new(w, &habits, ROUTER_IP);
	client_enter(t.plain);
	world_run(w, 3000);
	client_enter(t.alice);
	world_run(w, 3000);
	client_enter(t.bob);
	client_data(t.alice, 8);
	return t;
}

static void three_leave(struct three *t)
{
	client_leave(t->alice);
	client_leave(t->bob);
	client_leave(t->plain);
	client_free(t->alice);
	client_free(t->bob);
	client_free(t->plain);
}

static void filters(void **state)
{
	struct world *w = *state;
	struct three t = three_enter(w);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec", 3);
	shows(w, "show vpn-sessiondb remote", 3);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter name bob", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter name nobody", 0);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter p-ipaddress 203.0.113.11", 2);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter ipaddress 203.0.113.101", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter a-ipaddress 10.78.0.11", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter a-ipaddress 203.0.113.11", 0);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter tunnel-group DefaultRAGroup", 3);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter tunnel-group other", 0);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter protocol L2TPOverIPsec", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter protocol l2tpoveripsecovernatt", 2);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter protocol IKEv1", 3);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter encryption 3des", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter encryption aes256", 2);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter encryption des", 0);
	shows(w, "show vpn-sessiondb l2l", 0);
	shows(w, "show vpn-sessiondb anyconnect", 0);
	shows(w, "show vpn-sessiondb index 2", 1);
	assert_non_null(strstr(world_show(w, "show vpn-sessiondb index 2"), "alice"));
	shows(w, "show vpn-sessiondb index 4", 0);
	three_leave(&t);
}

/* The users in the order in which they are shown. */
static void in_order(struct world *w, const char *line, const char *a, const char *b, const char *c)
{
	const char *text = world_show(w, line), *at_a = strstr(text, a), *at_b = strstr(text, b),
	           *at_c = strstr(text, c);
	if (at_a == NULL || at_b == NULL || at_c == NULL || at_a > at_b || at_b > at_c)
		fail_msg("%s: not %s %s %s\n%s", line, a, b, c, text);
}

/* A client that goes on from another address is found under the new one. */
static void moved(void **state)
{
	struct world *w = *state;
	struct three t = three_enter(w);
	t.bob->public_ip = HOME_IP + 1;
	t.bob->nat_natt++;
	client_data(t.bob, 2);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter p-ipaddress 203.0.113.11", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter ipaddress 203.0.113.102", 1);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec filter p-ipaddress 203.0.113.102", 1);
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort p-ipaddress", ": plain", ": alice", ": bob");
	const char *text = world_show(w, "show vpn-sessiondb detail ra-ikev1-ipsec filter name bob");
	assert_int_equal(times(text, "Public IP    : 203.0.113.102"), 2);
	assert_int_equal(times(text, "203.0.113.11"), 0);
	text = world_show(w, "show vpn-sessiondb full ra-ikev1-ipsec");
	assert_int_equal(times(text, "| Public IP: 203.0.113.102 |"), 1);
	three_leave(&t);
}

static void orders(void **state)
{
	struct world *w = *state;
	struct three t = three_enter(w);
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec", ": plain", ": alice", ": bob");
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort name", ": alice", ": bob", ": plain");
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort duration", ": plain", ": alice",
	         ": bob");
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort p-ipaddress", ": plain", ": bob",
	         ": alice");
	in_order(w, "show vpn-sessiondb full ra-ikev1-ipsec sort bytes-rx", ": alice", ": plain",
	         ": bob");
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort encryption", ": alice", ": plain",
	         ": bob"); /* 3DES, AES */
	world_run(w, 2000);
	client_data(t.plain, 1);
	client_data(t.alice, 1); /* bob is silent longest, alice shortest */
	in_order(w, "show vpn-sessiondb ra-ikev1-ipsec sort inactivity", ": bob", ": plain",
	         ": alice");
	const char *text = world_show(w, "show vpn-sessiondb full ra-ikev1-ipsec");
	assert_int_equal(times(text, " ||\n"), 3);
	assert_int_equal(times(text, "| Auth Mode: "), 0);
	text = world_show(w, "show vpn-sessiondb detail full ra-ikev1-ipsec");
	assert_int_equal(times(text, " ||\n"), 3);
	assert_int_equal(times(text, "| Auth Mode: PAP |"), 1);
	assert_int_equal(times(text, "| Auth Mode: msCHAPV2 |"), 2);
	assert_int_equal(times(text, "| IKE Encryption: 3DES |"), 1);
	three_leave(&t);
}

static void counts(void **state)
{
	struct world *w = *state;
	struct three t = three_enter(w);
	const char *text = world_show(w, "show vpn-sessiondb ratio encryption");
	assert_non_null(strstr(text, "Total Active Sessions: 3\n"));
	assert_non_null(strstr(text, "3DES                            1           33%\n"));
	assert_non_null(strstr(text, "AES256                          2           67%\n"));
	text = world_show(w, "show vpn-sessiondb ratio protocol filter other");
	assert_non_null(strstr(text, "Filter Group         : other\nTotal Active Sessions: 0\n"));
	assert_non_null(strstr(world_show(w, "show conn count"), "6 in use, "));
	world_edit(w, "vpn-sessiondb max-other-vpn-limit 12\n");
	text = world_show(w, "show vpn-sessiondb license-summary");
	assert_non_null(strstr(text, "      3 :     12 :    25%\n"));
	text = world_show(w, "show uauth bob");
	assert_int_equal(times(text, "remote access VPN user "), 1);
	assert_non_null(strstr(text, "'bob' at "));
	text = world_show(w, "show aaa-server | json");
	assert_non_null(strstr(text, "\"group\": \"LOCAL\""));

	/* one tunnel is closed by hand: its session is gone, the others stay */
	assert_string_equal(world_show(w, "clear vpdn tunnel id 9"),
	                    "ERROR: tunnel 9 does not exist\n");
	assert_string_equal(world_show(w, "clear vpdn tunnel id 1"), "");
	world_run(w, 2000);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec", 2);
	assert_string_equal(world_show(w, "clear vpdn tunnel all"), "");
	world_run(w, 2000);
	shows(w, "show vpn-sessiondb ra-ikev1-ipsec", 0);
	text = world_show(w, "show vpn-sessiondb");
	assert_non_null(
	        strstr(text, "IKEv1 IPsec/L2TP IPsec       :      0 :          3 :           3\n"));
	three_leave(&t);
}

/* The question, and what each answer does: Enter and y end the sessions, anything else does not. */
static void asked(void **state)
{
	static const char question[] = "Do you want to logoff the VPN session(s)? [confirm]";
	struct world *w = *state;
	struct three t = three_enter(w);
	const char *text = world_console(w, "vpn-sessiondb logoff name bob\nn\n");
	assert_non_null(strstr(text, question));
	assert_null(strstr(text, "logged off"));
	assert_int_equal(world_sessions(w), 3);
	text = world_console(w, "vpn-sessiondb logoff name bob\ny\n");
	assert_non_null(strstr(text, question));
	assert_non_null(strstr(text, "INFO: Number of sessions with name \"bob\" logged off : 1\n"));
	world_run(w, 3000);
	assert_int_equal(world_sessions(w), 2);
	text = world_console(w, "vpn-sessiondb logoff all\n\n");
	assert_non_null(strstr(text, "INFO: Number of sessions logged off : 2\n"));
	world_run(w, 3000);
	assert_int_equal(world_sessions(w), 0);
	assert_non_null(strstr(world_console(w, "vpn-sessiondb logoff all\ny\n"),
	                       "INFO: There are presently no active sessions of the type specified\n"));
	three_leave(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(filters, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(moved, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(orders, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(counts, world_setup, world_teardown),
	        cmocka_unit_test_setup_teardown(asked, world_setup, world_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
