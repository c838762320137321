/* What there is to say of the unit: mode, failover, inventory, resources, connections, crypto statistics. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/gateway.h"
#include "core/system_show.h"
#include "crypto/ipsec/sa.h"

static int show_mode(struct cmd *c)
{
	rec(c->out, "mode", "Security context mode: %s \n", "single");
	return CMD_OK;
}

static int show_firewall(struct cmd *c)
{
	rec(c->out, "mode", "Firewall mode: %s\n", "Router");
	return CMD_OK;
}

static int show_failover(struct cmd *c)
{
	rec(c->out, "failover?", "Failover %s \n", "Off");
	rec(c->out, "unit", "Failover unit %s\n", "Primary");
	rec(c->out, "lan_interface", "Failover LAN Interface: %s\n", "not Configured");
	return CMD_OK;
}

/* ------------------------------------------------------------------ inventory */

/* From the address of the first interface, which goes with the machine: "9A" and nine digits. */
void system_serial(struct gateway *gw, char text[16])
{
	struct netlink_link l = {0};
	uint64_t n = 0;
	if (gw->hw.n > 0)
		netlink_link_get(gw->nl, gw->hw.dev[0].dev, 0, &l);
	for (unsigned i = 0; i < 6; i++)
		n = n << 8 | l.mac[i];
	snprintf(text, 16, "9A%09" PRIX64, n & 0xfffffffffu);
}

static int show_inventory(struct cmd *c)
{
	struct utsname uts;
	char serial[16];
	uname(&uts);
	system_serial(c->ctx, serial);
	rec_list(c->out, "inventory");
	rec_open(c->out, NULL);
	rec(c->out, "name -", "Name: \"%s\", DESCR: \"%s\"\n", "Chassis",
	    "Postern Adaptive Security Virtual Appliance");
	rec(c->out, "pid vid serial_number", "PID: %-17s, VID: %-7s, SN: %s\n", "POSTERN",
	    POSTERN_VERSION, serial);
	rec_close(c->out);
	rec_close(c->out);
	return CMD_OK;
}

/* ------------------------------------------------------------------ resources */

static void resource(struct out *o, const char *name, uint64_t now, uint64_t peak, uint64_t limit,
                     uint64_t denied)
{
	rec_open(o, NULL);
	rec(o, "resource current peak limit denied context",
	    "%-20s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %s\n", name, now, peak,
	    limit, denied, "System");
	rec_close(o);
}

/* What is there, was there at most, may be there; denied: for want of it. */
static int show_resource_usage(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	const struct ppp_stats *ppp = ppp_stats(gw->ppp);
	struct ike_counts ike;
	size_t sas, sas_peak;
	uint64_t sas_refused;
	uint32_t limit = gw->snap != NULL ? gw->snap->ppp->max_users : 0;
	ike_counts(gw->ike, &ike);
	ipsec_sadb_counts(gw->sadb, &sas, &sas_peak, &sas_refused);
	out_printf(c->out, "%-20s %10s %10s %10s %10s %s\n", "Resource", "Current", "Peak", "Limit",
	           "Denied", "Context");
	rec_list(c->out, "resources");
	resource(c->out, "Other VPN Sessions", ppp->sessions, ppp->sessions_most,
	         limit != 0 && limit < PPP_SESSIONS_MAX ? limit : PPP_SESSIONS_MAX, ppp->denied);
	const struct l2tp_usage l2tp = l2tp_usage(gw->l2tp);
	resource(c->out, "L2TP Tunnels", l2tp.now, l2tp.peak, l2tp.limit, l2tp.denied);
	resource(c->out, "IKE Peers", ike.peers, ike.peers_peak, ike.peers_max, ike.refused);
	resource(c->out, "IPsec SA Pairs", sas, sas_peak, ESP_SLOTS_MAX, sas_refused);
	rec_close(c->out);
	return CMD_OK;
}

/* ------------------------------------------------------------------ connections */

struct conns {
	struct gateway *gw;
	struct out *o;
};

static void idle_text(char *text, size_t cap, uint64_t ms)
{
	uint64_t s = ms / 1000;
	snprintf(text, cap, "%u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
	         (unsigned)(s % 60));
}

/* ESP, or UDP 4500 around it; counters and idle time are those of the flow's current pair. */
static void put_child(void *arg, const struct ike_child_info *i)
{
	struct conns *w = arg;
	const struct sa_pair *p = &i->pair;
	uint64_t now = clock_now(&w->gw->clock);
	struct sa_stats s = {0};
	char idle[32];
	if (!i->current)
		return;
	workers_sa_ops.stats(w->gw->workers, p->spi_in, &s);
	idle_text(idle, sizeof idle, now - (s.last_in_ms != 0 ? s.last_in_ms : i->since_ms));
	rec_open(w->o, NULL);
	rec(w->o, "protocol interface remote", "%s %s %s", p->udp_encap ? "UDP" : "ESP", p->ifname,
	    ip4_text(p->remote.ip).s);
	if (p->udp_encap)
		rec(w->o, "remote_port", ":%u", p->remote.port);
	rec(w->o, "local", " NP Identity Ifc %s", ip4_text(p->local.ip).s);
	if (p->udp_encap)
		rec(w->o, "local_port", ":%u", p->local.port);
	rec(w->o, "idle bytes", ", idle %s, bytes %" PRIu64, idle, s.bytes_in + s.bytes_out);
	out_str(w->o, p->udp_encap ? ", flags -\n" : "\n");
	rec_close(w->o);
}

static void put_peer(void *arg, const struct ike_peer_info *i)
{
	struct conns *w = arg;
	char idle[32];
	idle_text(idle, sizeof idle, clock_now(&w->gw->clock) - i->last_ms);
	rec_open(w->o, NULL);
	rec(w->o, "protocol interface remote remote_port", "%s %s %s:%u", "UDP", i->ifname,
	    ip4_text(i->remote.ip).s, i->remote.port);
	rec(w->o, "local local_port idle bytes",
	    " NP Identity Ifc %s:%u, idle %s, bytes %" PRIu64 ", flags -\n",
	    ip4_text(i->local.ip).s, i->local.port, idle, i->bytes_in + i->bytes_out);
	rec_close(w->o);
}

static void put_peer_children(void *arg, const struct ike_peer_info *i)
{
	struct conns *w = arg;
	ike_each_child(w->gw->ike, i->peer, put_child, w);
}

/* Every client has one for IKE and one for ESP. */
static int show_conn(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct conns w = {.gw = gw, .o = c->out};
	struct ike_counts n;
	ike_counts(gw->ike, &n);
	size_t now = n.peers + n.flows + connections_count(gw), most = workers_conns_most(gw->workers);
	most = most > n.conns_peak ? most : n.conns_peak; /* peers that did not get as far as ESP */
	rec(c->out, "in_use most_used", "%zu in use, %zu most used\n", now, most > now ? most : now);
	if (cmd_has(c, "count"))
		return CMD_OK;
	rec_list(c->out, "connections");
	ike_each_peer(gw->ike, put_peer, &w);
	ike_each_peer(gw->ike, put_peer_children, &w);
	connections_put(gw, c->out);
	rec_close(c->out);
	return CMD_OK;
}

/* ------------------------------------------------------------------ crypto protocol statistics */

/* What `clear crypto protocol statistics` took off: IKEv1, IPsec. */
static struct crypto_work cleared[2];

static struct crypto_work since_clear(struct crypto_work now, const struct crypto_work *was)
{
#define X(name, field, text) now.name -= now.name >= was->name ? was->name : 0;
	CRYPTO_WORK_LIST(X)
#undef X
	return now;
}

static void put_work(struct out *o, const char *key, const char *title, const struct crypto_work *w)
{
	out_printf(o, "[%s statistics]\n", title);
	rec_open(o, key);
#define X(name, field, text) rec(o, field, "  " text ": %llu\n", (unsigned long long)w->name);
	CRYPTO_WORK_LIST(X)
#undef X
	rec_close(o);
}

/* Protocols that this appliance does not speak are asked for nothing. */
static int show_crypto_protocol(struct cmd *c)
{
	static const char *const names[][2] = {
	        {"ikev1", "IKEv1"}, {"ikev2", "IKEv2"}, {"ipsec", "IPsec"}, {"ssl", "SSL"},
	        {"ssh", "SSH"},     {"srtp", "SRTP"},   {"other", "Other"}};
	const struct gateway *gw = c->ctx;
	struct str which = cmd_text(c, "protocol");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct crypto_work w = i == 0 ? since_clear(ike_work(gw->ike), &cleared[0])
		                       : i == 2
		                               ? since_clear(ipsec_sadb_work(gw->sadb), &cleared[1])
		                               : (struct crypto_work){0};
		if (str_eq_cstr(which, "all") || str_eq_cstr(which, names[i][0]))
			put_work(c->out, names[i][0], names[i][1], &w);
	}
	return CMD_OK;
}

static int clear_crypto_protocol(struct cmd *c)
{
	const struct gateway *gw = c->ctx;
	struct str which = cmd_text(c, "protocol");
	bool all = str_eq_cstr(which, "all");
	if (all || str_eq_cstr(which, "ikev1"))
		cleared[0] = ike_work(gw->ike);
	if (all || str_eq_cstr(which, "ipsec"))
		cleared[1] = ipsec_sadb_work(gw->sadb);
	return CMD_OK;
}

void system_unit_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_mode", show_mode},
	        {"show_firewall", show_firewall},
	        {"show_failover", show_failover},
	        {"show_inventory", show_inventory},
	        {"show_resource_usage", show_resource_usage},
	        {"show_conn", show_conn},
	        {"show_crypto_protocol", show_crypto_protocol},
	        {"clear_crypto_protocol", clear_crypto_protocol},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
