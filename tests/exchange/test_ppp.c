/* A client nobody else wrote against our PPP, over a wire that loses, with a clock that runs on command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/debug.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/ppp_bench.h"

/* ------------------------------------------------------------------ tests */

static void each_method(void **state)
{
	static const enum aaa_method all[] = {AAA_PAP, AAA_MSCHAP1, AAA_MSCHAP2};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		pb_groups[0].methods = AAA_BIT(all[i]);
		struct pb_link *l = pb_connect(i, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
		assert_int_equal(l->peer.method, all[i]);
		assert_int_equal(l->peer.dns[0], 0x0a000035);
		assert_int_equal(l->peer.dns[1], 0x0a000036);
		assert_int_equal(l->peer.server_mru, 1400);
		assert_int_equal(l->mtu, 1400);
		assert_string_equal(l->user, "jdoe");
	}
	assert_int_equal(pb_links[0].peer.ip, 0x0a04050a);
	assert_int_equal(pb_links[1].peer.ip, 0x0a04050b);
	assert_int_equal(pb_links[2].peer.ip, 0x0a040601); /* the second pool of the group */
	assert_int_equal(pb_links[0].peer.server_ip, 0x0a040501);
	assert_true(pb_links[2].peer.success_verified);
	assert_int_equal(pb_links[0].peer.code_rejects + pb_links[0].peer.protocol_rejects, 0);
}

static void expected_log(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	assert_string_equal(
	        pb_logs,
	        "603102 PPP virtual interface 1 - user: jdoe aaa authentication started\n"
	        "113012 AAA user authentication Successful : local database : user = jdoe\n"
	        "113009 AAA retrieved default group policy (DfltGrpPolicy) for user = jdoe\n"
	        "113008 AAA transaction status ACCEPT : user = jdoe\n"
	        "603103 PPP virtual interface 1 - user: jdoe aaa authentication succeed\n"
	        "734001 DAP: User jdoe, Addr 198.51.100.7, Connection L2TP: The following DAP "
	        "records were selected "
	        "for this connection: DfltAccessPolicy\n"
	        "737026 IPAA: Client assigned 10.4.5.10 from local pool small\n"
	        "737006 IPAA: Local pool request succeeded for tunnel-group 'DefaultRAGroup'\n"
	        "109011 Authen Session Start: user 'jdoe', sid 1\n"
	        "603106 L2TP Tunnel created, tunnel_id is 1, remote_peer_ip is 198.51.100.7, "
	        "ppp_virtual_interface_id is 1, client_dynamic_ip is 10.4.5.10, username is "
	        "jdoe\n");
	pb_logs[0] = '\0';
	ppp_peer_hangup(&l->peer);
	pb_run_for(100);
	assert_false(l->data);
	pb_link_close(l, LINK_END_LOST_CARRIER); /* CDN: the client's own reason is better */
	assert_string_equal(pb_logs, "737016 IPAA: Freeing local pool small address 10.4.5.10\n"
	                             "109012 Authen Session End: user 'jdoe', sid 1, elapsed 2 seconds\n");
	assert_int_equal(l->ends, 1);
	assert_int_equal(l->why, LINK_END_USER_REQUEST);
}

static void profiles(void **state)
{
	(void)state;
	struct pb_link *w = pb_connect(0, PEER_WINDOWS, "OFFICE\\jdoe", AAA_BIT(AAA_MSCHAP2));
	assert_int_equal(w->peer.protocol_rejects, 2);
	assert_int_equal(w->peer.rejected[0], 0x8057);
	assert_int_equal(w->peer.rejected[1], 0x80fd);
	assert_int_equal(w->peer.code_rejects, 0);
	assert_true(w->peer.ip_off[130] && w->peer.ip_off[132] && !w->peer.ip_off[129]);
	assert_true(w->acfc && w->pfc);
	assert_string_equal(w->user, "jdoe");
	struct pb_link *a = pb_connect(1, PEER_APPLE, "jdoe", PB_LOCAL_ALL);
	assert_int_equal(a->peer.rejected[0], 0x8235);
	assert_true(a->peer.ip_off[2]);
	struct pb_link *d =
	        pb_connect(2, PEER_ANDROID, "jdoe", AAA_BIT(AAA_MSCHAP2) | AAA_BIT(AAA_PAP));
	assert_int_equal(d->mtu, 1270);
	/* name servers of the user's own policy, its pool not used for a fixed address */
	struct pb_link *b = pb_connect(3, PEER_WINDOWS, "boss", PB_LOCAL_ALL);
	assert_int_equal(b->peer.ip, 0x0a040599);
	assert_int_equal(b->peer.server_ip, 0xc0000008);
	assert_int_equal(b->peer.dns[0], 0x0a000037);
	assert_true(b->peer.ip_off[131]);
	assert_int_equal(b->peer.nbns[0], 0x0a000038);
	assert_int_equal(b->peer.nbns[1], 0x0a000039);
	pb_has_log("113003 AAA group policy for user boss is being set to bosses.");
	pb_has_log("113011 AAA retrieved user specific group policy (bosses) for user = boss");
	pb_has_log("737010 IPAA: AAA assigned address 10.4.5.153, succeeded");
}

/* The client's Nak is followed within what is allowed; outside of it the next of ours is tried. */
static void choice(void **state)
{
	(void)state;
	assert_int_equal(pb_connect(0, PEER_PLAIN, "jdoe", AAA_BIT(AAA_PAP))->peer.method, AAA_PAP);
	assert_int_equal(pb_connect(1, PEER_PLAIN, "jdoe", AAA_BIT(AAA_MSCHAP1))->peer.method,
	                 AAA_MSCHAP1);
	pb_groups[0].methods = PB_LOCAL_ALL | AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_EAP);
	assert_int_equal(pb_connect(2, PEER_PLAIN, "jdoe", AAA_BIT(AAA_PAP) | AAA_BIT(AAA_CHAP))
	                         ->peer.method,
	                 AAA_PAP);
	pb_groups[0].methods = AAA_BIT(AAA_PAP);
	struct pb_link *l = pb_dial(3, PEER_WINDOWS, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP2));
	pb_run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->ends, 0);
	pb_has_log(
	        "113013 AAA unable to complete the request Error : reason = No PPP authentication "
	        "protocol left (the "
	        "client asks for ms-chap-v2): tunnel-group DefaultRAGroup allows pap, server LOCAL "
	        "can do ms-chap-v2 "
	        "ms-chap-v1 pap : user = 198.51.100.10");
}

static void nothing_possible(void **state)
{
	(void)state;
	pb_groups[0].methods = AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_EAP);
	struct pb_link *l =
	        pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL | AAA_BIT(AAA_CHAP));
	pb_run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_CONFIG_ERROR);
	pb_has_log("No PPP authentication protocol left: tunnel-group DefaultRAGroup allows chap "
	           "eap-proxy, server LOCAL "
	           "can do ms-chap-v2 ms-chap-v1 pap");
	pb_groups[0].methods = PB_LOCAL_ALL;
	pb_groups[0].servers.server = "RAD";
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(2000);
	assert_true(l->closed);
	pb_has_log("server RAD can do none");
}

static void refused(unsigned i, const char *user, const char *password, unsigned method,
                    const char *message)
{
	struct pb_link *l = pb_dial(i, PEER_PLAIN, user, password, method);
	pb_run_for(2000);
	assert_true(l->peer.refused);
	assert_false(l->peer.ip_up);
	assert_true(l->peer.closed); /* by LCP Terminate-Request */
	assert_true(l->closed);
	assert_int_equal(l->opens, 0);
	assert_int_equal(l->ends, 0);
	if (strncmp(l->peer.message, message, strlen(message)) != 0)
		fail_msg("%s", l->peer.message);
}

static void wrong_password(void **state)
{
	(void)state;
	refused(0, "jdoe", "wrong", AAA_BIT(AAA_PAP), "Authentication failed");
	pb_has_log("113015 AAA user authentication Rejected : reason = Invalid password : local "
	           "database : user = jdoe\n"
	           "113008 AAA transaction status REJECT : user = jdoe\n"
	           "603103 PPP virtual interface 1 - user: jdoe aaa authentication failed\n");
	refused(1, "jdoe", "wrong", AAA_BIT(AAA_MSCHAP1), "E=691 R=0 C=");
	assert_string_equal(pb_links[1].peer.message + 12 + 16, " V=2");
	refused(2, "jdoe", "wrong", AAA_BIT(AAA_MSCHAP2), "E=691 R=0 C=");
	assert_string_equal(pb_links[2].peer.message + 12 + 32, " V=3 M=Authentication failed");
	refused(3, "nobody", "x", AAA_BIT(AAA_MSCHAP2), "E=691");
	pb_has_log("User was not found : local database : user = *****");
	refused(4, "old", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=691");
	pb_has_log("Password is not stored for MS-CHAP");
	assert_int_equal(ppp_stats(pb_ppp)->users, 0);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 0);
	assert_int_equal(ppp_stats(pb_ppp)->pending_most, 1);
}

/* Longer than any name or password here, and nothing at all: refused at once, like a wrong password. */
static void odd_names_and_passwords(void **state)
{
	static char name[201], password[201];
	(void)state;
	memset(name, 'n', 128);
	memset(password, 'p', 200);
	refused(0, name, "j!doe1", AAA_BIT(AAA_PAP), "Authentication failed");
	pb_has_log("113015 AAA user authentication Rejected : reason = Password malformed : local "
	           "database : user = *****");
	refused(1, name, "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=691 R=0 C=");
	refused(2, "jdoe", password, AAA_BIT(AAA_PAP), "Authentication failed");
	refused(3, "jdoe", "", AAA_BIT(AAA_PAP), "Authentication failed");
	refused(4, "jdoe", "", AAA_BIT(AAA_MSCHAP2), "E=691");
	refused(5, "", "", AAA_BIT(AAA_PAP), "Authentication failed");
	for (unsigned i = 0; i < 6; i++)
		assert_true(pb_links[i].closed);
	name[127] = '\0'; /* as long as allowed */
	refused(6, name, "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=691");
	struct pb_link *l = pb_connect(7, PEER_WINDOWS, "CORP\\jdoe", AAA_BIT(AAA_MSCHAP2));
	assert_string_equal(l->user, "jdoe");
}

static void policy(void **state)
{
	(void)state;
	refused(0, "web", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=649 R=0 C=");
	pb_has_log("713206 Group = DefaultRAGroup, Username = web, IP = 198.51.100.7, Tunnel "
	           "Rejected: Conflicting "
	           "protocols specified by tunnel-group and group-policy");
	refused(1, "zero", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=649");
	pb_has_log("reason = Simultaneous logins exceeded for user : user = zero");
	refused(2, "locked", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=649");
	pb_has_log("713060 Group = DefaultRAGroup, Username = locked, IP = 198.51.100.9, Tunnel "
	           "Rejected: User (locked) not "
	           "member of group (other), group-lock check failed.");
	struct pb_link *a = pb_connect(2, PEER_PLAIN, "once", PB_LOCAL_ALL);
	struct pb_link *b = pb_connect(3, PEER_PLAIN, "once", PB_LOCAL_ALL);
	pb_run_for(1000);
	assert_true(a->closed && a->peer.closed);
	assert_int_equal(a->why, LINK_END_PREEMPTED);
	assert_false(b->closed);
	/* the fixed address moves to the new login */
	a = pb_connect(4, PEER_PLAIN, "boss", PB_LOCAL_ALL);
	b = pb_connect(5, PEER_PLAIN, "boss", PB_LOCAL_ALL);
	assert_true(a->closed);
	assert_int_equal(a->why, LINK_END_PEER_RECONNECTED);
	assert_int_equal(b->peer.ip, 0x0a040599);
	/* vpn-session-timeout of its policy */
	pb_run_for(290 * 1000);
	assert_false(b->closed);
	pb_run_for(20 * 1000);
	assert_true(b->closed);
	assert_int_equal(b->why, LINK_END_MAX_TIME);
}

static void idle(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_run_for(1000 * 1000);
	l->last_ms = pb_clk.now_ms;
	pb_run_for(1799 * 1000);
	assert_false(l->closed);
	pb_run_for(3 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_IDLE_TIMEOUT);
}

/* Terms change while a session goes on: from now on, and for this one alone. */
static void terms_change(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	struct pb_link *other = pb_connect(1, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	struct ppp_session_info info;
	assert_true(ppp_find_ip(pb_ppp, l->peer.ip, &info));
	uint32_t unit = info.unit;
	pb_run_for(100 * 1000);
	assert_true(ppp_change(pb_ppp, unit, &(struct ppp_change){.has_idle = true, .idle_s = 0, .filter = "NEXT"}));
	assert_true(ppp_find_ip(pb_ppp, l->peer.ip, &info));
	assert_int_equal(info.idle_s, 0);
	assert_string_equal(info.filter, "NEXT");
	assert_true(ppp_change(pb_ppp, unit, &(struct ppp_change){.has_session = true, .session_s = 60}));
	assert_true(ppp_find_ip(pb_ppp, l->peer.ip, &info));
	assert_string_equal(info.filter, "NEXT");
	pb_run_for(58 * 1000);
	assert_false(l->closed);
	pb_run_for(4 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_MAX_TIME);
	assert_false(other->closed);
	assert_false(ppp_change(pb_ppp, unit, &(struct ppp_change){.has_session = true}));
	assert_false(ppp_change(pb_ppp, 0, &(struct ppp_change){.has_session = true}));
	assert_false(ppp_change(pb_ppp, 1000000, &(struct ppp_change){.has_session = true}));
}

static void pool_empty(void **state)
{
	(void)state;
	pb_conf.npools = 1;
	pb_set_conf(&pb_conf);
	pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_connect(1, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	struct pb_link *l = pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_logs[0] = '\0';
	pb_run_for(2000);
	assert_true(l->closed && l->peer.closed);
	assert_int_equal(l->why, LINK_END_SERVICE_UNAVAILABLE);
	pb_has_log(
	        "737019 IPAA: Unable to get address from group-policy or tunnel-group local pools\n"
	        "737007 IPAA: Local pool request failed for tunnel-group 'DefaultRAGroup'\n"
	        "737012 IPAA: Address assignment failed\n");
	pb_link_close(&pb_links[0], LINK_END_USER_REQUEST);
	pb_connect(3, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
}

static void silent_peer(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	pb_run_for(600 * 1000); /* echoes are answered */
	assert_false(l->closed);
	l->peer.silent = true;
	pb_run_for(125 * 1000);
	assert_false(l->closed);
	pb_run_for(30 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_LOST_SERVICE);
	/* one that never answers at all */
	l = &pb_links[1];
	pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	l->peer.silent = true;
	ppp_peer_stop(&l->peer);
	pb_run_for(60 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_LOST_CARRIER);
	/* one that stops before it authenticates */
	pb_groups[0].methods = AAA_BIT(AAA_PAP);
	pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	pb_run_for(25);
	pb_links[2].peer.silent = true;
	pb_run_for(100 * 1000);
	assert_true(pb_links[2].closed);
}

static void no_address(void **state)
{
	(void)state;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", PB_LOCAL_ALL);
	l->peer.no_address = true;
	pb_run_for(10 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->opens, 0);
	pb_has_log("403108 PPP virtual interface 1 missing client ip address option");
}

/* LCP again on an open link: authentication again, same user, same address; data stops in between. */
static void renegotiate(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_WINDOWS, "jdoe", PB_LOCAL_ALL);
	uint32_t ip = l->peer.ip;
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(15);
	assert_false(l->data);
	pb_run_for(5000);
	assert_true(l->data && l->peer.ip_up);
	assert_int_equal(l->peer.ip, ip);
	assert_int_equal(l->ups, 1);
	assert_int_equal(l->opens, 2);
	assert_int_equal(ppp_stats(pb_ppp)->users, 1);
	/* another user may not take over */
	l->peer.user = "once";
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(5000);
	assert_true(l->closed);
	assert_int_equal(l->ends, 1);
}

/* Nothing but LCP and the chosen protocol gets through before authentication. */
static void before_authentication(void **state)
{
	(void)state;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "wrong", AAA_BIT(AAA_PAP));
	pb_groups[0].methods = AAA_BIT(AAA_PAP);
	pb_run_for(25);
	unsigned before = l->peer.protocol_rejects;
	ppp_peer_frame(&l->peer, 0x8021, "\x01\x01\x00\x0a\x03\x06\x0a\x04\x05\x0a", 10);
	ppp_peer_frame(&l->peer, 0x80fd, "\x01\x01\x00\x04", 4);
	ppp_peer_frame(&l->peer, 0x0021, "E", 1);
	ppp_peer_frame(&l->peer, 0xc223, "\x02\x01\x00\x05\x00", 5);
	pb_run_for(5000);
	assert_int_equal(l->opens, 0);
	assert_int_equal(l->peer.protocol_rejects, before);
	assert_true(l->closed);
	assert_non_null(strstr(pb_logs, "403102 PPP virtual interface 1 rcvd pkt with invalid "
	                                "protocol: 32801, reason: "));
}

static void unknown_things(void **state)
{
	(void)state;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	ppp_peer_frame(&l->peer, 0xc029, "\x01\x01\x00\x04", 4); /* CBCP */
	ppp_peer_frame(&l->peer, 0xc021, "\x63\x01\x00\x04", 4); /* unknown code */
	ppp_peer_frame(&l->peer, 0xc021, "\x0b\x01\x00\x08\x00\x00\x00\x00", 8);
	ppp_peer_frame(&l->peer, 0x8021, "\x63\x01\x00\x04", 4);
	ppp_peer_frame(&l->peer, 0x8020, "x", 1);
	ppp_peer_frame(&l->peer, 0xc021, "\x08\x01\x00\x06\x80\xfd",
	               6); /* it rejects CCP: nothing to us */
	pb_run_for(100);
	assert_int_equal(l->peer.protocol_rejects, 1);
	assert_int_equal(l->peer.rejected[0], 0xc029);
	assert_int_equal(l->peer.code_rejects, 1);
	assert_false(l->closed);
	ppp_peer_frame(&l->peer, 0xc021, "\x08\x02\x00\x06\x80\x21",
	               6); /* without IPCP there is no point */
	pb_run_for(10 * 1000);
	assert_true(l->closed);
}

static void config_change(void **state)
{
	static struct aaa_user fewer[PB_USERS];
	struct aaa_conf aaa2 = pb_aaa;
	struct ppp_conf conf2 = pb_conf;
	(void)state;
	struct pb_link *a = pb_connect(0, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	struct pb_link *b = pb_connect(1, PEER_PLAIN, "once", PB_LOCAL_ALL);
	struct pb_link *c = pb_connect(2, PEER_PLAIN, "jdoe", PB_LOCAL_ALL);
	/* a new password and other policy values change nothing for those who are in */
	memcpy(fewer, pb_users, sizeof(pb_users));
	fewer[1].nt_hash[0] ^= 1; /* jdoe */
	fewer[1].policy = "bosses";
	aaa2.users = fewer;
	conf2.aaa = &aaa2;
	pb_set_conf(&conf2);
	pb_run_for(1000);
	assert_false(a->closed || b->closed || c->closed);
	/* the user `once` is gone */
	assert_string_equal(fewer[4].name, "once");
	memmove(&fewer[4], &fewer[5], 2 * sizeof(fewer[0]));
	aaa2.nusers = PB_USERS - 1;
	pb_set_conf(&conf2);
	pb_run_for(1000);
	assert_true(b->closed);
	assert_int_equal(b->why, LINK_END_CONFIG_ERROR);
	assert_false(a->closed || c->closed);
	/* the pool "small" is gone */
	struct ppp_conf conf3 = conf2;
	conf3.pools = pb_pools + 1;
	conf3.npools = 2;
	pb_set_conf(&conf3);
	pb_run_for(1000);
	assert_true(a->closed);
	assert_false(c->closed);
	assert_int_equal(c->peer.ip >> 8, 0x0a0406);
	pb_set_conf(&pb_conf);
}

static void commands(void **state)
{
	size_t n;
	const struct cmd_entry *table = ppp_commands(&n);
	struct out out;
	struct cmd_arg arg = {.name = "id", .u32 = 1};
	struct cmd cmd = {.out = &out, .ctx = pb_ppp};
	(void)state;
	assert_int_equal(n, 4);
	out_init(&out);
	pb_connect(0, PEER_PLAIN, "jdoe", AAA_BIT(AAA_MSCHAP2));
	pb_connect(1, PEER_PLAIN, "once", AAA_BIT(AAA_PAP));
	struct pb_link *l = pb_dial(2, PEER_PLAIN, "jdoe", "wrong", AAA_BIT(AAA_PAP));
	pb_run_for(5000);
	assert_true(l->closed);
	assert_int_equal(table[1].fn(&cmd), CMD_OK);
	assert_string_equal(out.text, "                        Current    Most Seen\n"
	                              "Authenticated Users       2          2\n"
	                              "Authen In Progress        0          1\n"
	                              "remote access VPN user 'jdoe' at 10.4.5.10, authenticated\n"
	                              "remote access VPN user 'once' at 10.4.5.11, authenticated\n");
	out_clear(&out);
	cmd.args = &arg;
	cmd.nargs = 1;
	assert_int_equal(table[0].fn(&cmd), CMD_OK);
	assert_non_null(strstr(out.text, "\nPPP virtual interface id = 1\n"
	                                 "PPP authentication protocol is msCHAPV2\n"
	                                 "Client ip address is 10.4.5.10\n"
	                                 "Transmitted Pkts: "));
	assert_non_null(strstr(out.text, "MPPE key strength is None\n"
	                                 "  MPPE_Encrypt_Pkts: 0,  MPPE_Encrypt_Bytes: 0\n"
	                                 "  MPPE_Decrypt_Pkts: 0,  MPPE_Decrypt_Bytes: 0\n"
	                                 "  Rcvd_Out_Of_Seq_MPPE_Pkts: 0\n"));
	assert_null(strstr(out.text, "id = 2"));
	arg.u32 = 77;
	assert_int_equal(table[0].fn(&cmd), CMD_ERROR);
	out_clear(&out);
	arg = (struct cmd_arg){.name = "pool", .text = STR("small")};
	assert_int_equal(table[3].fn(&cmd), CMD_OK);
	assert_non_null(
	        strstr(out.text,
	               "10.4.5.10       10.4.5.11       255.255.255.0       0        0        2\n"
	               "\nIn Use Addresses:\n10.4.5.10\n10.4.5.11\n"));
	struct ppp_filter f = {.user = "once"};
	assert_int_equal(ppp_logoff(pb_ppp, &f, LINK_END_ADMIN_RESET), 1);
	pb_run_for(1000);
	assert_true(pb_links[1].closed && pb_links[1].why == LINK_END_ADMIN_RESET);
	cmd.nargs = 0;
	assert_int_equal(table[2].fn(&cmd), CMD_OK);
	pb_run_for(1000);
	assert_true(pb_links[0].closed);
	out_free(&out);
}

static char debug_text[60000];

static void debug_write(void *arg, const char *line)
{
	size_t at = strlen(debug_text);
	(void)arg;
	snprintf(debug_text + at, sizeof(debug_text) - at, "%s\n", line);
}

/* Everything is shown but what a password could be made of. */
static void debug_output(void **state)
{
	struct debug_sink all = {.write = debug_write};
	(void)state;
	for (unsigned cat = 0; cat < DEBUG_N; cat++)
		all.level[cat] = debug_max_level(cat);
	debug_text[0] = '\0';
	debug_sink_add(&all);
	for (unsigned cat = 0; cat < DEBUG_N; cat++)
		debug_set(&all, cat, debug_max_level(cat));
	pb_connect(0, PEER_WINDOWS, "jdoe", AAA_BIT(AAA_PAP));
	pb_connect(1, PEER_PLAIN, "jdoe", AAA_BIT(AAA_MSCHAP2));
	struct ppp_peer *p = &pb_links[1].peer;
	char response[2 * 24 + 1];
	for (unsigned i = 0; i < 24; i++) /* header 4, length 1, peer challenge 16, reserved 8 */
		snprintf(response + 2 * i, 3, "%02x", p->auth_packet[29 + i]);
	debug_sink_remove(&all);
	assert_non_null(strstr(debug_text, "PPP xmit, ifc = 1, len: "));
	assert_non_null(strstr(debug_text, "PPP rcvd, ifc = 1, pppdev: 1, len: "));
	assert_non_null(strstr(debug_text, "<mru 0578>"));
	assert_non_null(strstr(debug_text, "IPCP: Ack-Rcvd, RCR+ -> Opened"));
	assert_non_null(strstr(debug_text, "user jdoe, status = 1"));
	assert_null(strstr(debug_text, "j!doe1"));
	assert_null(strstr(debug_text, "6a21646f6531"));
	assert_null(strstr(debug_text, response));
}

static void lossy(void **state)
{
	unsigned up = 0, rounds = 0;
	(void)state;
	pb_loss = 20;
	for (unsigned seed = 1; seed <= 60; seed++, rounds++) {
		unsigned i = seed % PB_LINKS;
		pb_dice = seed * 7919;
		struct pb_link *l = pb_dial(i, seed % 4, seed % 3 ? "jdoe" : "boss", "j!doe1",
		                            seed % 5 ? PB_LOCAL_ALL : AAA_BIT(AAA_PAP));
		pb_run_for(60 * 1000);
		up += l->peer.ip_up && l->data && l->data_ip == l->peer.ip;
		ppp_peer_stop(&l->peer);
		if (l->session)
			pb_link_close(l, LINK_END_USER_REQUEST);
		pb_run_for(20);
	}
	assert_int_equal(up, rounds);
}

/* Nothing is left behind: addresses, users, sessions, timers; the sanitizer looks after the memory. */
static void cycles(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		struct pb_link *l =
		        pb_connect(n % PB_LINKS, n % 4, n % 2 ? "jdoe" : "once", PB_LOCAL_ALL);
		assert_int_equal(l->peer.ip, 0x0a04050a);
		if (n % 3 == 0) {
			ppp_peer_hangup(&l->peer);
			pb_run_for(5000);
		} else if (n % 3 == 1) {
			pb_link_close(l, LINK_END_LOST_CARRIER);
		} else {
			struct ppp_filter all = {0};
			assert_int_equal(ppp_logoff(pb_ppp, &all, LINK_END_ADMIN_RESET), 1);
			pb_run_for(1000);
		}
		ppp_peer_stop(&l->peer);
		assert_true(l->closed);
		assert_int_equal(l->opens, l->closes);
		assert_int_equal(l->ends, 1);
		pb_run_for(100);
		assert_int_equal(pb_clk.n, 0);
		pb_logs[0] = '\0';
	}
	assert_int_equal(ppp_stats(pb_ppp)->users, 0);
	assert_int_equal(ppp_stats(pb_ppp)->sessions, 0);
	assert_int_equal(ppp_stats(pb_ppp)->total, 200);
}

#define T(f) cmocka_unit_test_setup_teardown(f, pb_setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(each_method),
	        T(expected_log),
	        T(profiles),
	        T(choice),
	        T(nothing_possible),
	        T(wrong_password),
	        T(odd_names_and_passwords),
	        T(policy),
	        T(idle),
	        T(terms_change),
	        T(pool_empty),
	        T(silent_peer),
	        T(no_address),
	        T(renegotiate),
	        T(before_authentication),
	        T(unknown_things),
	        T(config_change),
	        T(commands),
	        T(debug_output),
	        T(lossy),
	        T(cycles),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
