/* A client nobody else wrote against our PPP, over a wire that loses, with a clock that runs on command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/mschap.h"
#include "core/base/log.h"
#include "crypto/prim/prim.h"
#include "ppp/ppp.h"
#include "tests/exchange/ppp_peer.h"

enum { N_LINKS = 8 };

/* ------------------------------------------------------------------ configuration */

static struct aaa_user users[] = {
	{.name = "boss", .kind = AAA_PW_NT, .policy = "bosses", .framed_ip = 0x0a040599},
	{.name = "jdoe", .kind = AAA_PW_NT},
	{.name = "old", .kind = AAA_PW_PIX, .hash = "kZpXTU9aHzI6uTLd"},
	{.name = "once", .kind = AAA_PW_NT, .a = {.has_logins = true, .logins = 1}},
	{.name = "web", .kind = AAA_PW_NT, .a = {.has_l2tp = true, .l2tp = false}},
	{.name = "zero", .kind = AAA_PW_NT, .a = {.has_logins = true, .logins = 0}},
};
enum { N_USERS = sizeof(users) / sizeof(users[0]) };
static const char *const pools_of_group[] = {"small", "sales"};
static const char *const pools_of_policy[] = {"other"};
static struct aaa_policy policies[] = {
	{.name = "DfltGrpPolicy", .domain = "", .a = {.logins = 3, .idle_s = 1800, .l2tp = true},
	 .dns = {0x0a000035, 0x0a000036}},
	{.name = "bosses", .domain = "", .a = {.logins = 9, .session_s = 300, .l2tp = true},
	 .dns = {0x0a000037, 0}, .wins = {0x0a000038, 0x0a000039}, .pools = pools_of_policy, .npools = 1},
};
static struct aaa_group groups[] = {
	{.name = "DefaultRAGroup", .server = "LOCAL", .policy = "DfltGrpPolicy", .pools = pools_of_group,
	 .npools = 2},
};
static struct aaa_conf aaa = {users, N_USERS, policies, 2, groups, 1, false};
static struct ppp_pool_conf pools[] = {
	{"small", 0x0a04050a, 0x0a04050b, 0xffffff00},
	{"sales", 0x0a040601, 0x0a0406fe, 0xffffff00},
	{"other", 0x0a040701, 0x0a040704, 0},
};
static struct ppp_conf conf = {.aaa = &aaa, .pools = pools, .npools = 3, .name = "gw"};

enum { LOCAL_ALL = AAA_BIT(AAA_PAP) | AAA_BIT(AAA_MSCHAP1) | AAA_BIT(AAA_MSCHAP2) };

/* ------------------------------------------------------------------ wire */

struct lk {
	bool used, closed;
	enum link_end why;
	void *session;
	struct ppp_peer peer;
	unsigned opens, closes, ups, ends;
	bool data;
	uint32_t data_ip;
	uint16_t mtu;
	bool acfc, pfc;
	uint64_t last_ms;
	struct link_info info;
	char user[64];
};
static struct lk links[N_LINKS];
static struct clock clk;
static struct ppp *ppp;
static unsigned loss; /* percent */
static uint32_t dice;
static unsigned in_flight;
static char logs[20000];

struct frame {
	struct timer timer;
	struct lk *l;
	bool to_peer;
	size_t len;
	uint8_t data[];
};

static void on_arrival(struct timer *t, void *arg)
{
	struct frame *f = arg;
	(void)t;
	in_flight--;
	if (f->to_peer)
		ppp_peer_input(&f->l->peer, f->data, f->len);
	else if (f->l->session)
		ppp_link_user()->input(f->l->session, f->data, f->len);
	free(f);
}

static bool lost(void)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 16) % 100 < loss;
}

static void post(struct lk *l, bool to_peer, const uint8_t *data, size_t len)
{
	if (lost())
		return;
	struct frame *f = calloc(1, sizeof(*f) + len);
	f->l = l;
	f->to_peer = to_peer;
	f->len = len;
	memcpy(f->data, data, len);
	in_flight++;
	timer_start(&clk, &f->timer, 10, on_arrival, f);
}

static bool link_send(void *link, const uint8_t *frame, size_t len)
{
	post(link, true, frame, len);
	return true;
}

static void link_close(void *link, enum link_end why)
{
	struct lk *l = link;
	void *session = l->session;
	l->session = NULL;
	l->closed = true;
	l->why = why;
	if (session)
		ppp_link_user()->closed(session, why);
}

static const struct link_ops link_ops = {.send = link_send, .close = link_close};

static void peer_send(void *arg, const uint8_t *frame, size_t len)
{
	post(arg, false, frame, len);
}

static void run_for(uint64_t ms)
{
	uint64_t end = clk.now_ms + ms;
	while (clock_next(&clk) <= end - clk.now_ms)
		clock_run(&clk, clk.now_ms + clock_next(&clk));
	clock_run(&clk, end);
}

/* ------------------------------------------------------------------ the gateway's side */

static struct lk *by_tunnel(uint16_t tunnel)
{
	assert_true(tunnel >= 1 && tunnel <= N_LINKS);
	return &links[tunnel - 1];
}

static void data_open(void *ctx, const struct link_info *link, uint32_t ip, uint16_t mtu, bool acfc, bool pfc)
{
	struct lk *l = by_tunnel(link->tunnel);
	(void)ctx;
	assert_false(l->data);
	l->opens++;
	l->data = true;
	l->data_ip = ip;
	l->mtu = mtu;
	l->acfc = acfc;
	l->pfc = pfc;
}

static void data_close(void *ctx, const struct link_info *link)
{
	struct lk *l = by_tunnel(link->tunnel);
	(void)ctx;
	assert_true(l->data);
	l->data = false;
	l->closes++;
}

static uint64_t last_activity(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)ctx;
	(void)call;
	return by_tunnel(tunnel)->last_ms;
}

static bool counters(void *ctx, uint16_t tunnel, uint16_t call, struct ppp_counters *c)
{
	(void)ctx;
	(void)call;
	*c = (struct ppp_counters){.pkts_in = 10u * tunnel, .pkts_out = 5};
	return true;
}

static void user_known(void *ctx, uint32_t peer, uint16_t tunnel, uint16_t call, const char *user, uint32_t ip)
{
	(void)ctx;
	(void)call;
	(void)ip;
	assert_int_equal(peer, 100u + tunnel);
	snprintf(by_tunnel(tunnel)->user, 64, "%s", user);
}

static void session_up(void *ctx, const struct ppp_session_info *info)
{
	(void)ctx;
	by_tunnel(info->link->tunnel)->ups++;
	assert_true(info->up);
}

static void session_end(void *ctx, const struct ppp_session_info *info, enum link_end why)
{
	struct lk *l = by_tunnel(info->link->tunnel);
	(void)ctx;
	l->ends++;
	l->why = why;
	assert_int_equal(info->counters.pkts_in, 10u * info->link->tunnel);
}

static const struct ppp_ops ops = {
	.data_open = data_open,
	.data_close = data_close,
	.last_activity_ms = last_activity,
	.counters = counters,
	.user_known = user_known,
	.session_up = session_up,
	.session_end = session_end,
};

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(logs);
	(void)arg;
	snprintf(logs + at, sizeof(logs) - at, "%u %s\n", line->id, line->text);
}

static struct log_sink sink = {.level = 7, .write = log_write};

static int setup(void **state)
{
	(void)state;
	memset(links, 0, sizeof(links));
	logs[0] = '\0';
	loss = 0;
	dice = 1;
	groups[0].methods = LOCAL_ALL;
	groups[0].server = "LOCAL";
	conf.aaa = &aaa;
	conf.pools = pools;
	conf.npools = 3;
	clock_init(&clk, 1000000);
	log_sink_add(&sink);
	ppp = ppp_new(&clk, &ops, NULL);
	ppp_set_conf(ppp, NULL, &conf);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < N_LINKS; i++)
		if (links[i].used)
			ppp_peer_stop(&links[i].peer);
	ppp_free(ppp);
	run_for(1000);
	assert_int_equal(in_flight, 0);
	assert_int_equal(clk.n, 0); /* no timer survives */
	clock_free(&clk);
	log_sink_remove(&sink);
	return 0;
}

static struct lk *dial(unsigned i, enum peer_profile profile, const char *user, const char *password, unsigned methods)
{
	struct lk *l = &links[i];
	*l = (struct lk){.used = true};
	l->peer = (struct ppp_peer){.clock = &clk, .send = peer_send, .arg = l, .profile = profile, .user = user,
				    .password = password, .methods = methods};
	l->info = (struct link_info){
		.peer = 101 + i, .flow = 201 + i, .remote = {0xc6336407 + i, 1701}, .local = {0xc0000201, 1701},
		.tunnel = (uint16_t)(i + 1), .call = (uint16_t)(i + 11), .host = "pc", .tunnel_group = "DefaultRAGroup",
		.ifname = "outside"};
	l->session = ppp_link_user()->open(ppp, &l->info, &link_ops, l);
	assert_non_null(l->session);
	ppp_peer_start(&l->peer);
	return l;
}

static struct lk *connect(unsigned i, enum peer_profile profile, const char *user, unsigned methods)
{
	struct lk *l = dial(i, profile, user, "j!doe1", methods);
	run_for(2000);
	assert_true(l->peer.ip_up);
	assert_true(l->data);
	assert_int_equal(l->data_ip, l->peer.ip);
	return l;
}

static void has_log(const char *text)
{
	if (!strstr(logs, text))
		fail_msg("not in the log: %s\n%s", text, logs);
}

/* ------------------------------------------------------------------ tests */

static void each_method(void **state)
{
	static const enum aaa_method all[] = {AAA_PAP, AAA_MSCHAP1, AAA_MSCHAP2};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		groups[0].methods = AAA_BIT(all[i]);
		struct lk *l = connect(i, PEER_PLAIN, "jdoe", LOCAL_ALL);
		assert_int_equal(l->peer.method, all[i]);
		assert_int_equal(l->peer.dns[0], 0x0a000035);
		assert_int_equal(l->peer.dns[1], 0x0a000036);
		assert_int_equal(l->peer.server_mru, 1400);
		assert_int_equal(l->mtu, 1400);
		assert_string_equal(l->user, "jdoe");
	}
	assert_int_equal(links[0].peer.ip, 0x0a04050a);
	assert_int_equal(links[1].peer.ip, 0x0a04050b);
	assert_int_equal(links[2].peer.ip, 0x0a040601); /* the second pool of the group */
	assert_int_equal(links[0].peer.server_ip, 0x0a040501);
	assert_true(links[2].peer.success_verified);
	assert_int_equal(links[0].peer.code_rejects + links[0].peer.protocol_rejects, 0);
}

static void expected_log(void **state)
{
	(void)state;
	struct lk *l = connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	assert_string_equal(
		logs,
		"603102 PPP virtual interface 1 - user: jdoe aaa authentication started\n"
		"113012 AAA user authentication Successful : local database : user = jdoe\n"
		"113009 AAA retrieved default group policy (DfltGrpPolicy) for user = jdoe\n"
		"113008 AAA transaction status ACCEPT : user = jdoe\n"
		"603103 PPP virtual interface 1 - user: jdoe aaa authentication succeed\n"
		"734001 DAP: User jdoe, Addr 198.51.100.7, Connection L2TP: The following DAP records were selected "
		"for this connection: DfltAccessPolicy\n"
		"737026 IPAA: Client assigned 10.4.5.10 from local pool small\n"
		"737006 IPAA: Local pool request succeeded for tunnel-group 'DefaultRAGroup'\n"
		"603106 L2TP Tunnel created, tunnel_id is 1, remote_peer_ip is 198.51.100.7, "
		"ppp_virtual_interface_id is 1, client_dynamic_ip is 10.4.5.10, username is jdoe\n");
	logs[0] = '\0';
	ppp_peer_hangup(&l->peer);
	run_for(100);
	assert_false(l->data);
	link_close(l, LINK_END_LOST_CARRIER); /* CDN: the client's own reason is better */
	assert_string_equal(logs, "737016 IPAA: Freeing local pool small address 10.4.5.10\n");
	assert_int_equal(l->ends, 1);
	assert_int_equal(l->why, LINK_END_USER_REQUEST);
}

static void profiles(void **state)
{
	(void)state;
	struct lk *w = connect(0, PEER_WINDOWS, "OFFICE\\jdoe", AAA_BIT(AAA_MSCHAP2));
	assert_int_equal(w->peer.protocol_rejects, 2);
	assert_int_equal(w->peer.rejected[0], 0x8057);
	assert_int_equal(w->peer.rejected[1], 0x80fd);
	assert_int_equal(w->peer.code_rejects, 0);
	assert_true(w->peer.ip_off[130] && w->peer.ip_off[132] && !w->peer.ip_off[129]);
	assert_true(w->acfc && w->pfc);
	assert_string_equal(w->user, "jdoe");
	struct lk *a = connect(1, PEER_APPLE, "jdoe", LOCAL_ALL);
	assert_int_equal(a->peer.rejected[0], 0x8235);
	assert_true(a->peer.ip_off[2]);
	struct lk *d = connect(2, PEER_ANDROID, "jdoe", AAA_BIT(AAA_MSCHAP2) | AAA_BIT(AAA_PAP));
	assert_int_equal(d->mtu, 1270);
	/* name servers of the user's own policy, its pool not used for a fixed address */
	struct lk *b = connect(3, PEER_WINDOWS, "boss", LOCAL_ALL);
	assert_int_equal(b->peer.ip, 0x0a040599);
	assert_int_equal(b->peer.server_ip, 0xc0000008);
	assert_int_equal(b->peer.dns[0], 0x0a000037);
	assert_true(b->peer.ip_off[131]);
	assert_int_equal(b->peer.nbns[0], 0x0a000038);
	assert_int_equal(b->peer.nbns[1], 0x0a000039);
	has_log("113003 AAA group policy for user boss is being set to bosses.");
	has_log("113011 AAA retrieved user specific group policy (bosses) for user = boss");
	has_log("737010 IPAA: AAA assigned address 10.4.5.153, succeeded");
}

/* The client's Nak is followed within what is allowed; outside of it the next of ours is tried. */
static void choice(void **state)
{
	(void)state;
	assert_int_equal(connect(0, PEER_PLAIN, "jdoe", AAA_BIT(AAA_PAP))->peer.method, AAA_PAP);
	assert_int_equal(connect(1, PEER_PLAIN, "jdoe", AAA_BIT(AAA_MSCHAP1))->peer.method, AAA_MSCHAP1);
	groups[0].methods = LOCAL_ALL | AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_EAP);
	assert_int_equal(connect(2, PEER_PLAIN, "jdoe", AAA_BIT(AAA_PAP) | AAA_BIT(AAA_CHAP))->peer.method, AAA_PAP);
	groups[0].methods = AAA_BIT(AAA_PAP);
	struct lk *l = dial(3, PEER_WINDOWS, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP2));
	run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->ends, 0);
	has_log("113013 AAA unable to complete the request Error : reason = No PPP authentication protocol left (the "
		"client asks for ms-chap-v2): tunnel-group DefaultRAGroup allows pap, server LOCAL can do ms-chap-v2 "
		"ms-chap-v1 pap : user = 198.51.100.10");
}

static void nothing_possible(void **state)
{
	(void)state;
	groups[0].methods = AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_EAP);
	struct lk *l = dial(0, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL | AAA_BIT(AAA_CHAP));
	run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_CONFIG_ERROR);
	has_log("No PPP authentication protocol left: tunnel-group DefaultRAGroup allows chap eap-proxy, server LOCAL "
		"can do ms-chap-v2 ms-chap-v1 pap");
	groups[0].methods = LOCAL_ALL;
	groups[0].server = "RAD";
	l = dial(1, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL);
	run_for(2000);
	assert_true(l->closed);
	has_log("server RAD can do none");
}

static void refused(unsigned i, const char *user, const char *password, unsigned method, const char *message)
{
	struct lk *l = dial(i, PEER_PLAIN, user, password, method);
	run_for(2000);
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
	has_log("113015 AAA user authentication Rejected : reason = Invalid password : local database : user = jdoe\n"
		"113008 AAA transaction status REJECT : user = jdoe\n"
		"603103 PPP virtual interface 1 - user: jdoe aaa authentication failed\n");
	refused(1, "jdoe", "wrong", AAA_BIT(AAA_MSCHAP1), "E=691 R=0 C=");
	assert_string_equal(links[1].peer.message + 12 + 16, " V=2");
	refused(2, "jdoe", "wrong", AAA_BIT(AAA_MSCHAP2), "E=691 R=0 C=");
	assert_string_equal(links[2].peer.message + 12 + 32, " V=3 M=Authentication failed");
	refused(3, "nobody", "x", AAA_BIT(AAA_MSCHAP2), "E=691");
	has_log("User was not found : local database : user = *****");
	refused(4, "old", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=691");
	has_log("Password is not stored for MS-CHAP");
	assert_int_equal(ppp_stats(ppp)->users, 0);
	assert_int_equal(ppp_stats(ppp)->pending, 0);
	assert_int_equal(ppp_stats(ppp)->pending_most, 1);
}

static void policy(void **state)
{
	(void)state;
	refused(0, "web", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=649 R=0 C=");
	has_log("713206 Group = DefaultRAGroup, Username = web, IP = 198.51.100.7, Tunnel Rejected: Conflicting "
		"protocols specified by tunnel-group and group-policy");
	refused(1, "zero", "j!doe1", AAA_BIT(AAA_MSCHAP2), "E=649");
	has_log("reason = Simultaneous logins exceeded for user : user = zero");
	struct lk *a = connect(2, PEER_PLAIN, "once", LOCAL_ALL);
	struct lk *b = connect(3, PEER_PLAIN, "once", LOCAL_ALL);
	run_for(1000);
	assert_true(a->closed && a->peer.closed);
	assert_int_equal(a->why, LINK_END_PREEMPTED);
	assert_false(b->closed);
	/* the fixed address moves to the new login */
	a = connect(4, PEER_PLAIN, "boss", LOCAL_ALL);
	b = connect(5, PEER_PLAIN, "boss", LOCAL_ALL);
	assert_true(a->closed);
	assert_int_equal(a->why, LINK_END_PEER_RECONNECTED);
	assert_int_equal(b->peer.ip, 0x0a040599);
	/* vpn-session-timeout of its policy */
	run_for(290 * 1000);
	assert_false(b->closed);
	run_for(20 * 1000);
	assert_true(b->closed);
	assert_int_equal(b->why, LINK_END_MAX_TIME);
}

static void idle(void **state)
{
	(void)state;
	struct lk *l = connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	run_for(1000 * 1000);
	l->last_ms = clk.now_ms;
	run_for(1799 * 1000);
	assert_false(l->closed);
	run_for(3 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_IDLE_TIMEOUT);
}

static void pool_empty(void **state)
{
	(void)state;
	conf.npools = 1;
	ppp_set_conf(ppp, &conf, &conf);
	connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	connect(1, PEER_PLAIN, "jdoe", LOCAL_ALL);
	struct lk *l = dial(2, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL);
	logs[0] = '\0';
	run_for(2000);
	assert_true(l->closed && l->peer.closed);
	assert_int_equal(l->why, LINK_END_SERVICE_UNAVAILABLE);
	has_log("737019 IPAA: Unable to get address from group-policy or tunnel-group local pools\n"
		"737007 IPAA: Local pool request failed for tunnel-group 'DefaultRAGroup'\n"
		"737012 IPAA: Address assignment failed\n");
	link_close(&links[0], LINK_END_USER_REQUEST);
	connect(3, PEER_PLAIN, "jdoe", LOCAL_ALL);
}

static void silent_peer(void **state)
{
	(void)state;
	struct lk *l = connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	run_for(600 * 1000); /* echoes are answered */
	assert_false(l->closed);
	l->peer.silent = true;
	run_for(125 * 1000);
	assert_false(l->closed);
	run_for(30 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_LOST_SERVICE);
	/* one that never answers at all */
	l = &links[1];
	dial(1, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL);
	l->peer.silent = true;
	ppp_peer_stop(&l->peer);
	run_for(60 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_LOST_CARRIER);
	/* one that stops before it authenticates */
	groups[0].methods = AAA_BIT(AAA_PAP);
	dial(2, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL);
	run_for(25);
	links[2].peer.silent = true;
	run_for(100 * 1000);
	assert_true(links[2].closed);
}

static void no_address(void **state)
{
	(void)state;
	struct lk *l = dial(0, PEER_PLAIN, "jdoe", "j!doe1", LOCAL_ALL);
	l->peer.no_address = true;
	run_for(10 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->opens, 0);
	has_log("403108 PPP virtual interface 1 missing client ip address option");
}

/* LCP again on an open link: authentication again, same user, same address; data stops in between. */
static void renegotiate(void **state)
{
	(void)state;
	struct lk *l = connect(0, PEER_WINDOWS, "jdoe", LOCAL_ALL);
	uint32_t ip = l->peer.ip;
	ppp_peer_renegotiate(&l->peer);
	run_for(15);
	assert_false(l->data);
	run_for(5000);
	assert_true(l->data && l->peer.ip_up);
	assert_int_equal(l->peer.ip, ip);
	assert_int_equal(l->ups, 1);
	assert_int_equal(l->opens, 2);
	assert_int_equal(ppp_stats(ppp)->users, 1);
	/* another user may not take over */
	l->peer.user = "once";
	ppp_peer_renegotiate(&l->peer);
	run_for(5000);
	assert_true(l->closed);
	assert_int_equal(l->ends, 1);
}

/* Nothing but LCP and the chosen protocol gets through before authentication. */
static void before_authentication(void **state)
{
	(void)state;
	struct lk *l = dial(0, PEER_PLAIN, "jdoe", "wrong", AAA_BIT(AAA_PAP));
	groups[0].methods = AAA_BIT(AAA_PAP);
	run_for(25);
	unsigned before = l->peer.protocol_rejects;
	ppp_peer_frame(&l->peer, 0x8021, "\x01\x01\x00\x0a\x03\x06\x0a\x04\x05\x0a", 10);
	ppp_peer_frame(&l->peer, 0x80fd, "\x01\x01\x00\x04", 4);
	ppp_peer_frame(&l->peer, 0x0021, "E", 1);
	ppp_peer_frame(&l->peer, 0xc223, "\x02\x01\x00\x05\x00", 5);
	run_for(5000);
	assert_int_equal(l->opens, 0);
	assert_int_equal(l->peer.protocol_rejects, before);
	assert_true(l->closed);
}

static void unknown_things(void **state)
{
	(void)state;
	struct lk *l = connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	ppp_peer_frame(&l->peer, 0xc029, "\x01\x01\x00\x04", 4); /* CBCP */
	ppp_peer_frame(&l->peer, 0xc021, "\x63\x01\x00\x04", 4); /* unknown code */
	ppp_peer_frame(&l->peer, 0xc021, "\x0b\x01\x00\x08\x00\x00\x00\x00", 8);
	ppp_peer_frame(&l->peer, 0x8021, "\x63\x01\x00\x04", 4);
	ppp_peer_frame(&l->peer, 0x8020, "x", 1);
	ppp_peer_frame(&l->peer, 0xc021, "\x08\x01\x00\x06\x80\xfd", 6); /* it rejects CCP: nothing to us */
	run_for(100);
	assert_int_equal(l->peer.protocol_rejects, 1);
	assert_int_equal(l->peer.rejected[0], 0xc029);
	assert_int_equal(l->peer.code_rejects, 1);
	assert_false(l->closed);
	ppp_peer_frame(&l->peer, 0xc021, "\x08\x02\x00\x06\x80\x21", 6); /* without IPCP there is no point */
	run_for(10 * 1000);
	assert_true(l->closed);
}

static void config_change(void **state)
{
	static struct aaa_user fewer[N_USERS];
	struct aaa_conf aaa2 = aaa;
	struct ppp_conf conf2 = conf;
	(void)state;
	struct lk *a = connect(0, PEER_PLAIN, "jdoe", LOCAL_ALL);
	struct lk *b = connect(1, PEER_PLAIN, "once", LOCAL_ALL);
	struct lk *c = connect(2, PEER_PLAIN, "jdoe", LOCAL_ALL);
	/* a new password and other policy values change nothing for those who are in */
	memcpy(fewer, users, sizeof(users));
	fewer[1].nt_hash[0] ^= 1;
	fewer[1].policy = "bosses";
	aaa2.users = fewer;
	conf2.aaa = &aaa2;
	ppp_set_conf(ppp, &conf, &conf2);
	run_for(1000);
	assert_false(a->closed || b->closed || c->closed);
	/* the user `once` is gone */
	memmove(&fewer[3], &fewer[4], 2 * sizeof(fewer[0]));
	aaa2.nusers = N_USERS - 1;
	ppp_set_conf(ppp, &conf, &conf2);
	run_for(1000);
	assert_true(b->closed);
	assert_int_equal(b->why, LINK_END_CONFIG_ERROR);
	assert_false(a->closed || c->closed);
	/* the pool "small" is gone */
	struct ppp_conf conf3 = conf2;
	conf3.pools = pools + 1;
	conf3.npools = 2;
	ppp_set_conf(ppp, &conf2, &conf3);
	run_for(1000);
	assert_true(a->closed);
	assert_false(c->closed);
	assert_int_equal(c->peer.ip >> 8, 0x0a0406);
	ppp_set_conf(ppp, &conf3, &conf);
}

static void commands(void **state)
{
	size_t n;
	const struct cmd_entry *table = ppp_commands(&n);
	struct out out;
	struct cmd_arg arg = {.name = "id", .u32 = 1};
	struct cmd cmd = {.out = &out, .ctx = ppp};
	(void)state;
	assert_int_equal(n, 4);
	out_init(&out);
	connect(0, PEER_PLAIN, "jdoe", AAA_BIT(AAA_MSCHAP2));
	connect(1, PEER_PLAIN, "once", AAA_BIT(AAA_PAP));
	struct lk *l = dial(2, PEER_PLAIN, "jdoe", "wrong", AAA_BIT(AAA_PAP));
	run_for(5000);
	assert_true(l->closed);
	assert_int_equal(table[1].fn(&cmd), CMD_OK);
	assert_string_equal(out.text, "                        Current    Most Seen\n"
				      "Authenticated Users       2          2\n"
				      "Authen In Progress        0          1\n"
				      "vpdn user 'jdoe' at 10.4.5.10, authenticated\n"
				      "vpdn user 'once' at 10.4.5.11, authenticated\n");
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
	assert_non_null(strstr(out.text, "10.4.5.10       10.4.5.11       255.255.255.0       0        0        2\n"
					 "\nIn Use Addresses:\n10.4.5.10\n10.4.5.11\n"));
	struct ppp_filter f = {.user = "once"};
	assert_int_equal(ppp_logoff(ppp, &f, LINK_END_ADMIN_RESET), 1);
	run_for(1000);
	assert_true(links[1].closed && links[1].why == LINK_END_ADMIN_RESET);
	cmd.nargs = 0;
	assert_int_equal(table[2].fn(&cmd), CMD_OK);
	run_for(1000);
	assert_true(links[0].closed);
	out_free(&out);
}

static void lossy(void **state)
{
	unsigned up = 0, rounds = 0;
	(void)state;
	loss = 20;
	for (unsigned seed = 1; seed <= 60; seed++, rounds++) {
		unsigned i = seed % N_LINKS;
		dice = seed * 7919;
		struct lk *l = dial(i, seed % 4, seed % 3 ? "jdoe" : "boss", "j!doe1",
				    seed % 5 ? LOCAL_ALL : AAA_BIT(AAA_PAP));
		run_for(60 * 1000);
		up += l->peer.ip_up && l->data && l->data_ip == l->peer.ip;
		ppp_peer_stop(&l->peer);
		if (l->session)
			link_close(l, LINK_END_USER_REQUEST);
		run_for(20);
	}
	assert_int_equal(up, rounds);
}

/* Nothing is left behind: addresses, users, sessions, timers; the sanitizer looks after the memory. */
static void cycles(void **state)
{
	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		struct lk *l = connect(n % N_LINKS, n % 4, n % 2 ? "jdoe" : "once", LOCAL_ALL);
		assert_int_equal(l->peer.ip, 0x0a04050a);
		if (n % 3 == 0) {
			ppp_peer_hangup(&l->peer);
			run_for(5000);
		} else if (n % 3 == 1) {
			link_close(l, LINK_END_LOST_CARRIER);
		} else {
			struct ppp_filter all = {0};
			assert_int_equal(ppp_logoff(ppp, &all, LINK_END_ADMIN_RESET), 1);
			run_for(1000);
		}
		ppp_peer_stop(&l->peer);
		assert_true(l->closed);
		assert_int_equal(l->opens, l->closes);
		assert_int_equal(l->ends, 1);
		run_for(100);
		assert_int_equal(clk.n, 0);
		logs[0] = '\0';
	}
	assert_int_equal(ppp_stats(ppp)->users, 0);
	assert_int_equal(ppp_stats(ppp)->sessions, 0);
	assert_int_equal(ppp_stats(ppp)->total, 200);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_method),	  T(expected_log), T(profiles),	      T(choice),
		T(nothing_possible), T(wrong_password), T(policy),	      T(idle),
		T(pool_empty),	  T(silent_peer),  T(no_address),     T(renegotiate),
		T(before_authentication), T(unknown_things), T(config_change), T(commands),
		T(lossy),	  T(cycles),
	};
	if (prim_init(NULL) != 0)
		return 1;
	for (size_t i = 0; i < N_USERS; i++)
		mschap_nt_hash(STR("j!doe1"), users[i].nt_hash);
	aaa_conf_sort(users, N_USERS, policies, 2, groups, 1);
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
