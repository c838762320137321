#include "tests/exchange/ppp_bench.h"

#include "core/aaa/server.h"

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

/* ------------------------------------------------------------------ configuration */

struct aaa_user pb_users[] = {
        {.name = "boss", .kind = AAA_PW_NT, .policy = "bosses", .framed_ip = 0x0a040599},
        {.name = "jdoe", .kind = AAA_PW_NT},
        {.name = "locked", .kind = AAA_PW_NT, .has_group_lock = true, .group_lock = "other"},
        {.name = "old", .kind = AAA_PW_PIX, .hash = "kZpXTU9aHzI6uTLd"},
        {.name = "once", .kind = AAA_PW_NT, .a = {.has_logins = true, .logins = 1}},
        {.name = "web", .kind = AAA_PW_NT, .a = {.has_l2tp = true, .l2tp = false}},
        {.name = "zero", .kind = AAA_PW_NT, .a = {.has_logins = true, .logins = 0}},
};
_Static_assert(sizeof(pb_users) / sizeof(pb_users[0]) == PB_USERS, "PB_USERS");
static const char *const pools_of_group[] = {"small", "sales"};
static const char *const pools_of_policy[] = {"other"};
struct aaa_policy pb_policies[] = {
        {.name = "DfltGrpPolicy",
         .domain = "",
         .a = {.logins = 3, .idle_s = 1800, .l2tp = true},
         .dns = {0x0a000035, 0x0a000036}},
        {.name = "bosses",
         .domain = "",
         .a = {.logins = 9, .session_s = 300, .l2tp = true},
         .dns = {0x0a000037, 0},
         .wins = {0x0a000038, 0x0a000039},
         .pools = pools_of_policy,
         .npools = 1},
};
struct aaa_group pb_groups[] = {
        {.name = "DefaultRAGroup",
         .servers.server = "LOCAL",
         .policy = "DfltGrpPolicy",
         .pools = pools_of_group,
         .npools = 2},
};
struct aaa_conf pb_aaa = {.users = pb_users,
                          .nusers = PB_USERS,
                          .policies = pb_policies,
                          .npolicies = 2,
                          .groups = pb_groups,
                          .ngroups = 1};
struct ppp_pool_conf pb_pools[] = {
        {"small", 0x0a04050a, 0x0a04050b, 0xffffff00},
        {"sales", 0x0a040601, 0x0a0406fe, 0xffffff00},
        {"other", 0x0a040701, 0x0a040704, 0},
};
struct ppp_conf pb_conf = {.aaa = &pb_aaa, .pools = pb_pools, .npools = 3, .name = "gw"};

/* ------------------------------------------------------------------ wire */

struct pb_link pb_links[PB_LINKS];
struct clock pb_clk;
struct ppp *pb_ppp;
static struct aaa_servers *pb_servers;
unsigned pb_loss; /* percent */
uint32_t pb_dice;
static unsigned pb_in_flight;
char pb_logs[20000];

struct frame {
	struct timer timer;
	struct pb_link *l;
	bool to_peer;
	size_t len;
	uint8_t data[];
};

static void on_arrival(struct timer *t, void *arg)
{
	struct frame *f = arg;
	(void)t;
	pb_in_flight--;
	if (f->to_peer)
		ppp_peer_input(&f->l->peer, f->data, f->len);
	else if (f->l->session)
		ppp_link_user()->input(f->l->session, f->data, f->len);
	free(f);
}

static bool lost(void)
{
	pb_dice = pb_dice * 1664525 + 1013904223;
	return (pb_dice >> 16) % 100 < pb_loss;
}

static void post(struct pb_link *l, bool to_peer, const uint8_t *data, size_t len)
{
	if (lost())
		return;
	struct frame *f = calloc(1, sizeof(*f) + len);
	f->l = l;
	f->to_peer = to_peer;
	f->len = len;
	memcpy(f->data, data, len);
	pb_in_flight++;
	timer_start(&pb_clk, &f->timer, 10, on_arrival, f);
}

static bool link_send(void *link, const uint8_t *frame, size_t len)
{
	post(link, true, frame, len);
	return true;
}

void pb_link_close(void *link, enum link_end why)
{
	struct pb_link *l = link;
	void *session = l->session;
	l->session = NULL;
	l->closed = true;
	l->why = why;
	if (session)
		ppp_link_user()->closed(session, why);
}

static const struct link_ops link_ops = {.send = link_send, .close = pb_link_close};

static void peer_send(void *arg, const uint8_t *frame, size_t len)
{
	post(arg, false, frame, len);
}

void pb_run_for(uint64_t ms)
{
	uint64_t end = pb_clk.now_ms + ms;
	while (clock_next(&pb_clk) <= end - pb_clk.now_ms)
		clock_run(&pb_clk, pb_clk.now_ms + clock_next(&pb_clk));
	clock_run(&pb_clk, end);
}

/* ------------------------------------------------------------------ the gateway's side */

static struct pb_link *by_tunnel(uint16_t tunnel)
{
	assert_true(tunnel >= 1 && tunnel <= PB_LINKS);
	return &pb_links[tunnel - 1];
}

static void data_open(void *ctx, const struct link_info *link, uint32_t ip, uint16_t mtu, bool acfc,
                      bool pfc)
{
	struct pb_link *l = by_tunnel(link->tunnel);
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
	struct pb_link *l = by_tunnel(link->tunnel);
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

static void user_known(void *ctx, uint32_t peer, uint16_t tunnel, uint16_t call, const char *user,
                       uint32_t ip)
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
	struct pb_link *l = by_tunnel(info->link->tunnel);
	(void)ctx;
	l->ends++;
	l->why = why;
	assert_int_equal(info->counters.pkts_in, 10u * info->link->tunnel);
}

struct pb_dhcp pb_dhcp;
const char *pb_hours;

static bool in_hours(void *ctx, const char *time_range)
{
	(void)ctx;
	return pb_hours && strcmp(time_range, pb_hours) == 0;
}

static bool dhcp_ask(void *ctx, const struct ppp_dhcp_ask *ask)
{
	(void)ctx;
	if (pb_dhcp.unable)
		return false;
	pb_dhcp.asks++;
	pb_dhcp.unit = ask->unit;
	pb_dhcp.server = ask->servers[0];
	pb_dhcp.scope = ask->scope;
	return true;
}

static void dhcp_end(void *ctx, uint32_t unit, bool in_use)
{
	(void)ctx;
	(void)unit;
	pb_dhcp.ends++;
	pb_dhcp.declined += in_use;
}

const char *pb_cert_user;

static bool certificate_user(void *ctx, uint32_t peer, const struct aaa_group *g, char *user, size_t cap)
{
	(void)ctx, (void)peer, (void)g;
	return pb_cert_user != NULL && str_copy(user, cap, str_of(pb_cert_user));
}

struct pb_refused pb_refused;

static void keep(char *to, size_t cap, const char *text)
{
	snprintf(to, cap, "%s", text != NULL ? text : "");
}

static void refused(void *ctx, const struct failure *f)
{
	(void)ctx;
	pb_refused.n++;
	pb_refused.cause = f->cause;
	pb_refused.stage = f->stage;
	keep(pb_refused.user, sizeof(pb_refused.user), f->user);
	keep(pb_refused.offered, sizeof(pb_refused.offered), f->offered);
	keep(pb_refused.wanted, sizeof(pb_refused.wanted), f->wanted);
	keep(pb_refused.fix, sizeof(pb_refused.fix), f->fix);
}

static const struct ppp_ops ops = {
        .refused = refused,
        .certificate_user = certificate_user,
        .in_hours = in_hours,
        .dhcp_ask = dhcp_ask,
        .dhcp_end = dhcp_end,
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
	size_t at = strlen(pb_logs);
	(void)arg;
	snprintf(pb_logs + at, sizeof(pb_logs) - at, "%u %s\n", line->id, line->text);
}

static struct log_sink sink = {.level = 7, .write = log_write};

static const struct aaa_io no_io;

void pb_set_conf(const struct ppp_conf *conf)
{
	aaa_servers_set(pb_servers, conf->aaa);
	ppp_set_conf(pb_ppp, conf);
}

int pb_setup(void **state)
{
	(void)state;
	memset(pb_links, 0, sizeof(pb_links));
	pb_dhcp = (struct pb_dhcp){0};
	pb_refused = (struct pb_refused){0};
	pb_hours = NULL;
	pb_cert_user = NULL;
	pb_logs[0] = '\0';
	pb_loss = 0;
	pb_dice = 1;
	pb_groups[0].methods = PB_LOCAL_ALL;
	pb_groups[0].servers.server = "LOCAL";
	pb_conf.aaa = &pb_aaa;
	pb_conf.pools = pb_pools;
	pb_conf.npools = 3;
	clock_init(&pb_clk, 1000000);
	log_sink_add(&sink);
	pb_servers = aaa_servers_new(&pb_clk, &no_io, NULL);
	pb_ppp = ppp_new(&pb_clk, pb_servers, &ops, NULL);
	pb_set_conf(&pb_conf);
	return 0;
}

int pb_teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PB_LINKS; i++)
		if (pb_links[i].used)
			ppp_peer_stop(&pb_links[i].peer);
	ppp_free(pb_ppp);
	aaa_servers_free(pb_servers);
	pb_run_for(1000);
	assert_int_equal(pb_in_flight, 0);
	assert_int_equal(pb_clk.n, 0); /* no timer survives */
	clock_free(&pb_clk);
	log_sink_remove(&sink);
	return 0;
}

struct pb_link *pb_dial(unsigned i, enum peer_profile profile, const char *user,
                        const char *password, unsigned methods)
{
	struct pb_link *l = &pb_links[i];
	if (l->used)
		ppp_peer_stop(&l->peer);
	*l = (struct pb_link){.used = true};
	l->peer = (struct ppp_peer){.clock = &pb_clk,
	                            .send = peer_send,
	                            .arg = l,
	                            .profile = profile,
	                            .user = user,
	                            .password = password,
	                            .methods = methods};
	l->info = (struct link_info){.peer = 101 + i,
	                             .flow = 201 + i,
	                             .remote = {0xc6336407 + i, 1701},
	                             .local = {0xc0000201, 1701},
	                             .tunnel = (uint16_t)(i + 1),
	                             .call = (uint16_t)(i + 11),
	                             .host = "pc",
	                             .tunnel_group = "DefaultRAGroup",
	                             .ifname = "outside"};
	l->session = ppp_link_user()->open(pb_ppp, &l->info, &link_ops, l);
	assert_non_null(l->session);
	ppp_peer_start(&l->peer);
	return l;
}

struct pb_link *pb_connect(unsigned i, enum peer_profile profile, const char *user,
                           unsigned methods)
{
	struct pb_link *l = pb_dial(i, profile, user, "j!doe1", methods);
	pb_run_for(2000);
	assert_true(l->peer.ip_up);
	assert_true(l->data);
	assert_int_equal(l->data_ip, l->peer.ip);
	return l;
}

void pb_has_log(const char *text)
{
	if (!strstr(pb_logs, text))
		fail_msg("not in the log: %s\n%s", text, pb_logs);
}

int pb_prepare(void)
{
	if (prim_init(NULL) != 0)
		return -1;
	for (size_t i = 0; i < PB_USERS; i++)
		mschap_nt_hash(STR("j!doe1"), pb_users[i].nt_hash);
	aaa_conf_sort(pb_users, PB_USERS, pb_policies, 2, pb_groups, 1);
	return 0;
}
