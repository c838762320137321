/* Configuration changes under live sessions: the rows of the README's table, in its order. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

struct stage {
	struct world w;
	struct client *alice, *bob; /* one direct, one behind a NAT */
};

static int setup(void **state)
{
	static struct stage s;
	world_open(&s.w, "");
	s.alice = client_new(&s.w, &client_windows, HOME_IP);
	s.bob = client_new(&s.w, &client_apple, ROUTER_IP);
	client_enter(s.alice);
	client_enter(s.bob);
	*state = &s;
	return 0;
}

static int teardown(void **state)
{
	struct stage *s = *state;
	world_close(&s->w);
	return 0;
}

/* Nobody noticed: both are in, on the same flow, and data passes both ways. */
static void assert_kept(struct stage *s)
{
	world_run(&s->w, 3000);
	assert_true(client_is_in(s->alice) && client_is_in(s->bob));
	assert_int_equal(s->alice->vpn.flow_ups + s->bob->vpn.flow_ups, 2);
	client_data(s->alice, 5);
	client_data(s->bob, 5);
	assert_int_equal(world_sessions(&s->w), 2);
}

/* Both were dropped and told so at once, and nothing is left. */
static void assert_dropped(struct stage *s)
{
	world_run(&s->w, 3000);
	assert_int_equal(world_sessions(&s->w), 0);
	assert_int_equal(s->alice->vpn.flow_downs, 1);
	assert_int_equal(s->bob->vpn.flow_downs, 1);
	client_free(s->alice);
	client_free(s->bob);
	world_run(&s->w, 60000);
	world_assert_empty(&s->w);
}

static bool gets_in(struct world *w, const struct client_habits *habits)
{
	return client_gets_in(client_try(w, habits, HOME_IP + 1));
}

static void accounts_are_told(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "username carol password a-carol-4 mschap\nusername carol privilege 5\n"
	                  "group-policy extra internal\n");
	assert_int_equal(world_logged(&s->w, "502101",
	                              "New user added to local dbase: Uname: carol Priv: 5"),
	                 1);
	assert_int_equal(world_logged(&s->w, "502111", "name: extra Type: internal"), 1);
	world_edit(&s->w, "username carol privilege 15\n");
	assert_int_equal(world_logged(&s->w, "502103", "Uname: carol From: 5 To: 15"), 1);
	world_edit(&s->w, "no username carol\nno group-policy extra\n");
	assert_int_equal(world_logged(&s->w, "502102", "Uname: carol Priv: 15"), 1);
	assert_int_equal(world_logged(&s->w, "502112", "name: extra Type: internal"), 1);
	assert_kept(s);
}

/* ------------------------------------------------------------------ keys, policies, transform sets, maps */

static void keys_count_from_the_next_time(void **state)
{
	struct stage *s = *state;
	struct client_habits habits = client_windows;
	world_edit(
	        &s->w,
	        "tunnel-group DefaultRAGroup ipsec-attributes\n pre-shared-key something-else\n");
	assert_kept(s);
	client_rekey_ipsec(s->alice); /* under the IKE SA it has */
	world_run(&s->w, 40000);
	assert_kept(s);
	assert_false(gets_in(&s->w, &habits));
	habits.psk = "something-else";
	assert_true(gets_in(&s->w, &habits));
	assert_kept(s);
}

static void policies_count_from_the_next_time(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "no crypto ikev1 policy 20\n");
	assert_kept(s);
	assert_false(gets_in(&s->w, &client_windows));
	assert_true(gets_in(&s->w, &client_android)); /* policy 10 */
	assert_kept(s);
}

static void transform_sets_count_from_the_next_rekey(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "crypto dynamic-map dyno 20 set ikev1 transform-set t3des\n"
	                  "no crypto dynamic-map dyno 10\n");
	assert_kept(s);
	assert_false(gets_in(&s->w, &client_windows));
	world_log_clear(&s->w);
	client_rekey_ipsec(s->alice); /* offers AES, which is no longer there */
	world_run(&s->w, 40000);
	assert_int_equal(world_logged(&s->w, "713902", "All IPSec SA proposals found unacceptable"),
	                 1);
	assert_kept(s);
}

static void lifetimes_count_from_the_next_rekey(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w,
	           "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n"
	           "crypto ikev1 policy 20\n lifetime 120\n");
	assert_kept(s);
	world_log_clear(&s->w);
	world_run(&s->w, 300000);
	assert_int_equal(world_logged(&s->w, "713120", ""), 0); /* still the old lifetime */
	client_rekey_ipsec(s->alice);
	world_run(&s->w, 300000);
	assert_true(world_logged(&s->w, "713120", "IP = 203.0.113.101") >= 3);
	assert_kept(s);
}

static void match_address_counts_from_the_next_time(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "access-list nothing extended permit udp host 192.0.2.1 host 192.0.2.2\n"
	                  "crypto dynamic-map dyno 10 match address nothing\n");
	assert_kept(s);
	assert_false(gets_in(&s->w, &client_windows));
	assert_kept(s);
}

/* ------------------------------------------------------------------ NAT-T, keepalive, hello, MSS */

static void read_again_at_once(void **state)
{
	struct stage *s = *state;
	struct client_habits habits = client_apple;
	world_edit(&s->w, "no crypto isakmp nat-traversal\n");
	assert_kept(s);
	assert_false(gets_in(&s->w, &habits));
	world_edit(&s->w, "crypto isakmp nat-traversal 30\n");
	assert_true(gets_in(&s->w, &habits));
	unsigned before = s->alice->vpn.lac.hellos;
	world_edit(&s->w, "l2tp tunnel hello 10\n"
	                  "sysopt connection tcpmss 1200\n"
	                  "tunnel-group DefaultRAGroup ipsec-attributes\n"
	                  " isakmp keepalive threshold 10 retry 2\n");
	assert_kept(s);
	assert_int_equal(s->w.gw.workers->w[0]->mss, 1200);
	world_run(&s->w, 65000); /* LCP echoes are heard, too */
	assert_in_range(s->alice->vpn.lac.hellos - before, 4, 7);
	assert_kept(s);
}

/* ------------------------------------------------------------------ the way in is taken away */

static void map_taken_off(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "no crypto map vpn interface outside\n");
	assert_dropped(s);
	assert_false(gets_in(&s->w, &client_windows));
	world_edit(&s->w, "crypto map vpn interface outside\n");
	assert_true(gets_in(&s->w, &client_windows));
}

static void ike_disabled(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "no crypto ikev1 enable outside\n");
	assert_dropped(s);
	assert_false(gets_in(&s->w, &client_windows));
	world_edit(&s->w, "crypto ikev1 enable outside\n");
	assert_true(gets_in(&s->w, &client_windows));
}

static void interface_shut_down(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "interface GigabitEthernet0/0\n shutdown\n");
	assert_dropped(s);
	world_edit(&s->w, "interface GigabitEthernet0/0\n no shutdown\n");
	assert_true(gets_in(&s->w, &client_windows));
}

static void interface_renamed(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "interface GigabitEthernet0/0\n nameif internet\n");
	assert_dropped(s);
}

/* ------------------------------------------------------------------ terms of the login */

static void tunnel_group_counts_from_the_next_login(void **state)
{
	struct stage *s = *state;
	struct client_habits habits = client_windows;
	world_edit(&s->w, "ip local pool others 10.79.0.1-10.79.0.9 mask 255.255.255.0\n"
	                  "group-policy strict internal\n"
	                  "group-policy strict attributes\n"
	                  " vpn-tunnel-protocol l2tp-ipsec\n"
	                  " dns-server value 10.77.0.99\n"
	                  "tunnel-group DefaultRAGroup general-attributes\n"
	                  " no address-pool clients\n"
	                  " address-pool others\n"
	                  " default-group-policy strict\n"
	                  "tunnel-group DefaultRAGroup ppp-attributes\n"
	                  " no authentication ms-chap-v2\n");
	assert_kept(s);
	struct client *c = client_new(&s->w, &client_windows, HOME_IP + 1);
	client_dial(c);
	world_run(&s->w, 10000);
	assert_false(client_is_in(c)); /* it does MS-CHAP version 2 only */
	client_free(c);
	habits.methods = AAA_BIT(AAA_MSCHAP1);
	c = client_new(&s->w, &habits, HOME_IP + 2);
	client_enter(c);
	assert_int_equal(c->vpn.ppp.ip, 0x0a4f0001);
	assert_int_equal(c->vpn.ppp.dns[0], 0x0a4d0063);
	assert_true(client_is_in(s->alice) && client_is_in(s->bob));
	client_data(s->alice, 5);
	client_data(c, 5);
}

static void group_policy_counts_from_the_next_login(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w, "group-policy clients attributes\n"
	                  " dns-server value 10.77.0.99\n"
	                  " vpn-idle-timeout 1\n"
	                  " vpn-session-timeout 1\n"
	                  " vpn-simultaneous-logins 1\n");
	world_run(&s->w, 300000);
	assert_kept(s);
	world_edit(&s->w, "group-policy clients attributes\n no vpn-tunnel-protocol\n "
	                  "vpn-tunnel-protocol ikev1\n");
	assert_kept(s);
	assert_false(gets_in(&s->w, &client_windows));
	assert_kept(s);
}

/* ------------------------------------------------------------------ what somebody stands on is taken away */

static void pool_made_smaller(void **state)
{
	struct stage *s = *state; /* alice has .10, bob .11 */
	assert_int_equal(s->alice->vpn.ppp.ip, 0x0a4e000a);
	world_edit(&s->w,
	           "tunnel-group DefaultRAGroup general-attributes\n no address-pool clients\n"
	           "no ip local pool clients\n"
	           "ip local pool clients 10.78.0.11-10.78.0.20 mask 255.255.255.0\n"
	           "tunnel-group DefaultRAGroup general-attributes\n address-pool clients\n");
	world_run(&s->w, 3000);
	assert_int_equal(world_sessions(&s->w), 1);
	assert_int_equal(world_logged(&s->w, "113019", "Configuration Error"), 1);
	assert_int_equal(s->alice->vpn.flow_downs, 1);
	assert_true(client_is_in(s->bob));
	client_data(s->bob, 5);
	client_free(s->alice);
	s->alice = client_new(&s->w, &client_windows, HOME_IP);
	client_enter(s->alice);
	assert_int_equal(s->alice->vpn.ppp.ip, 0x0a4e000c); /* .11 is still bob's */
}

static void pool_removed(void **state)
{
	struct stage *s = *state;
	world_edit(&s->w,
	           "tunnel-group DefaultRAGroup general-attributes\n no address-pool clients\n"
	           "no ip local pool clients\n"
	           "ip local pool clients 10.99.0.1-10.99.0.9\n");
	assert_dropped(s);
}

static void user_deleted(void **state)
{
	struct stage *s = *state;
	struct client_habits habits = client_windows;
	world_edit(&s->w, "username bob password another-3 mschap\n"
	                  "username bob attributes\n vpn-idle-timeout 1\n");
	assert_kept(s);
	world_run(&s->w, 200000);
	assert_kept(s);
	world_edit(&s->w, "no username alice\n");
	world_run(&s->w, 3000);
	assert_int_equal(world_sessions(&s->w), 1);
	assert_int_equal(world_logged(&s->w, "113019", "Username = alice"), 1);
	assert_int_equal(s->alice->vpn.flow_downs, 1);
	assert_true(client_is_in(s->bob));
	assert_false(gets_in(&s->w, &habits));
	habits.user = "bob";
	habits.password = "builder-2"; /* the old one */
	assert_false(gets_in(&s->w, &habits));
	habits.password = "another-3";
	assert_true(gets_in(&s->w, &habits));
}

/* ------------------------------------------------------------------ anything else */

static void nobody_notices(void **state)
{
	struct stage *s = *state;
	static const char *const edits[] = {
	        "hostname other\n",
	        "logging buffered debugging\nno logging timestamp\n",
	        "access-list spare extended permit ip any any\n",
	        "username carol password her-own-1 mschap\n",
	        "no username plain\n",
	        "group-policy spare internal\ngroup-policy spare attributes\n vpn-idle-timeout 1\n",
	        "no group-policy spare\n",
	        "ip local pool spare 10.80.0.1-10.80.0.9\n",
	        "no ip local pool spare\n",
	        "interface GigabitEthernet0/1\n nameif dmz\n",
	        "interface GigabitEthernet0/1\n shutdown\n",
	        "crypto ipsec ikev1 transform-set spare esp-des esp-md5-hmac\n",
	        "route inside 10.81.0.0 255.255.0.0 10.77.0.9\n",
	        "enable password secret\n",
	};
	for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
		world_edit(&s->w, edits[i]);
		assert_kept(s);
	}
	assert_int_equal(world_logged(&s->w, "113019", ""), 0);
}

/* Forty edits while data flows: not one packet is lost. */
static void edits_while_data_flows(void **state)
{
	struct stage *s = *state;
	client_traffic(s->alice, 5, 500);
	client_traffic(s->bob, 5, 500);
	for (unsigned i = 0; i < 20; i++) {
		world_edit(
		        &s->w,
		        "crypto dynamic-map dyno 10 set security-association lifetime seconds 300\n"
		        "l2tp tunnel hello 20\nhostname one\n");
		world_run(&s->w, 5000);
		world_edit(
		        &s->w,
		        "crypto dynamic-map dyno 10 set security-association lifetime seconds 120\n"
		        "no l2tp tunnel hello\nhostname two\n");
		client_rekey_ipsec(i & 1 ? s->alice : s->bob);
		world_run(&s->w, 5000);
	}
	client_lost_nothing(s->alice);
	client_lost_nothing(s->bob);
	assert_int_equal(world_drops(&s->w), 0);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(accounts_are_told),
	        T(keys_count_from_the_next_time),
	        T(policies_count_from_the_next_time),
	        T(transform_sets_count_from_the_next_rekey),
	        T(lifetimes_count_from_the_next_rekey),
	        T(match_address_counts_from_the_next_time),
	        T(read_again_at_once),
	        T(map_taken_off),
	        T(ike_disabled),
	        T(interface_shut_down),
	        T(interface_renamed),
	        T(tunnel_group_counts_from_the_next_login),
	        T(group_policy_counts_from_the_next_login),
	        T(pool_made_smaller),
	        T(pool_removed),
	        T(user_deleted),
	        T(nobody_notices),
	        T(edits_while_data_flows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
