#include "core/sessiondb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/gateway.h"
#include "core/sessiondb_text.h"

enum { SESSIONS_MAX = PPP_SESSIONS_MAX };

/* What the database itself remembers of a session; everything else is read from the live objects. */
struct entry {
	uint32_t index; /* as shown, never used again */
	uint32_t unit;  /* of PPP */
	bool udp_encap;
};

struct sessiondb {
	struct gateway *gw;
	struct entry *entries;
	size_t n, cap;
	uint32_t last_index;
	uint64_t total;
	size_t peak;
	/* by kind of tunnel: without and with NAT-T */
	uint64_t kind_total[2];
	size_t kind_now[2], kind_peak[2];
};

struct sessiondb *sessiondb_new(struct gateway *gw)
{
	struct sessiondb *db = calloc(1, sizeof *db);
	if (db != NULL)
		db->gw = gw;
	return db;
}

void sessiondb_free(struct sessiondb *db)
{
	if (db == NULL)
		return;
	free(db->entries);
	free(db);
}

void sessiondb_up(struct sessiondb *db, const struct ppp_session_info *info)
{
	bool nat = info->link->udp_encap;
	if (db->n == db->cap) {
		size_t cap = db->cap > 0 ? db->cap * 2 : 64;
		struct entry *entries = realloc(db->entries, cap * sizeof *entries);
		if (entries == NULL)
			return; /* the session works, it is only not listed */
		db->entries = entries;
		db->cap = cap;
	}
	db->entries[db->n++] = (struct entry){++db->last_index, info->unit, nat};
	db->total++;
	db->kind_total[nat]++;
	db->kind_now[nat]++;
	if (db->n > db->peak)
		db->peak = db->n;
	if (db->kind_now[nat] > db->kind_peak[nat])
		db->kind_peak[nat] = db->kind_now[nat];
}

static struct entry *by_unit(struct sessiondb *db, uint32_t unit)
{
	for (size_t i = 0; i < db->n; i++)
		if (db->entries[i].unit == unit)
			return &db->entries[i];
	return NULL;
}

void sessiondb_end(struct sessiondb *db, const struct ppp_session_info *info, enum link_end why)
{
	char prefix[256], duration[40];
	struct entry *e = by_unit(db, info->unit);
	snprintf(prefix, sizeof prefix, "Group = %s, Username = %s, IP = %s, ",
	         info->link->tunnel_group, info->user, ip4_text(info->link->remote.ip).s);
	sessiondb_duration(duration, sizeof duration, clock_now(&db->gw->clock) - info->login_ms);
	log_msg(MSG_713259, prefix, link_end_text(why));
	log_msg(MSG_113019, prefix, sessiondb_l2tp_word(info->link->udp_encap), duration,
	        (unsigned long long)info->counters.bytes_out,
	        (unsigned long long)info->counters.bytes_in, link_end_text(why));
	if (e == NULL)
		return;
	db->kind_now[e->udp_encap]--;
	*e = db->entries[--db->n];
}

/* ------------------------------------------------------------------ walking */

struct walk {
	struct sessiondb *db;
	struct cmd *cmd;
	bool detail;
	size_t n;
	uint32_t units[64]; /* those found, when the walk collects */
	bool collect;
};

static bool matches(const struct walk *w, const struct entry *e, const struct ppp_session_info *s)
{
	uint32_t ip;
	struct str text = cmd_text(w->cmd, "user");
	if (text.len > 0 && !str_eq_cstr(text, s->user))
		return false;
	text = cmd_text(w->cmd, "group");
	if (text.len > 0 && !str_eq_cstr(text, s->link->tunnel_group))
		return false;
	text = cmd_text(w->cmd, "protocol");
	if (text.len > 0 && !str_eq_cstr(text, "ikev1") &&
	    !str_eq_cstr(text, sessiondb_l2tp_word(s->link->udp_encap)))
		return false;
	if (cmd_u32(w->cmd, "ip", &ip) && ip != s->link->remote.ip && ip != s->ip)
		return false;
	if (cmd_u32(w->cmd, "p-ip", &ip) && ip != s->link->remote.ip)
		return false;
	if (cmd_u32(w->cmd, "a-ip", &ip) && ip != s->ip)
		return false;
	return !cmd_u32(w->cmd, "index", &ip) || ip == e->index;
}

struct child_pick {
	uint32_t flow;
	bool found;
	struct ike_child_info info;
};

static void pick_child(void *arg, const struct ike_child_info *info)
{
	struct child_pick *pick = arg;
	if (info->flow != pick->flow || (pick->found && !info->current))
		return;
	pick->info = *info;
	pick->found = true;
}

static void show_one(void *arg, const struct ppp_session_info *s)
{
	struct walk *w = arg;
	struct gateway *gw = w->db->gw;
	struct entry *e = by_unit(w->db, s->unit);
	if (e == NULL || !matches(w, e, s))
		return;
	if (w->collect) {
		if (w->n < sizeof w->units / sizeof w->units[0])
			w->units[w->n++] = s->unit;
		return;
	}
	struct session_facts f = {.index = e->index, .ppp = s, .now_ms = clock_now(&gw->clock)};
	struct child_pick pick = {.flow = s->link->flow};
	f.has_ike = ike_peer_info(gw->ike, s->link->peer, &f.ike);
	ike_each_child(gw->ike, s->link->peer, pick_child, &pick);
	f.has_child = pick.found;
	f.child = pick.info;
	f.has_stats = ipsec_sadb_flow_stats(gw->sadb, s->link->flow, &f.esp);
	if (pick.found)
		worker_sa_ops.stats(gw->worker, pick.info.pair.spi_in, &f.sa);
	if (w->n++ == 0)
		out_printf(w->cmd->out, "\nSession Type: IKEv1 IPsec%s\n",
		           w->detail ? " Detailed" : "");
	sessiondb_session(w->cmd->out, &f, w->detail);
}

/* ------------------------------------------------------------------ commands */

static void summary(struct sessiondb *db, struct out *o)
{
	static const char *const l2tp[] = {"L2TPOverIPsec", "L2TPOverIPsecOverNatT"};
	static const char *const ipsec[] = {"IPsec", "IPsecOverNatT"};
	struct tunnel_row rows[5];
	size_t n = 0;
	if (db->total == 0) {
		out_str(o, "\n No sessions to display.\n\n");
		return;
	}
	rows[n++] = (struct tunnel_row){"IKEv1", db->n, db->total, db->peak};
	for (int k = 0; k < 2; k++)
		if (db->kind_total[k] > 0)
			rows[n++] = (struct tunnel_row){ipsec[k], db->kind_now[k],
			                                db->kind_total[k], db->kind_peak[k]};
	for (int k = 0; k < 2; k++)
		if (db->kind_total[k] > 0)
			rows[n++] = (struct tunnel_row){l2tp[k], db->kind_now[k], db->kind_total[k],
			                                db->kind_peak[k]};
	sessiondb_summary(o, db->n, db->total, db->peak, SESSIONS_MAX, rows, n);
}

static int show_vpn_sessiondb(struct cmd *c)
{
	struct sessiondb *db = c->ctx;
	struct walk w = {.db = db, .cmd = c, .detail = cmd_has(c, "detail")};
	if (!cmd_has(c, "ra-ikev1-ipsec") && !cmd_has(c, "remote") && !w.detail) {
		summary(db, c->out);
		return CMD_OK;
	}
	ppp_each(db->gw->ppp, show_one, &w);
	if (w.n == 0)
		out_str(c->out,
		        "INFO: There are presently no active sessions of the type specified\n");
	return CMD_OK;
}

/* Ends what the filter picks; the answer names it as the appliance does. */
static size_t logoff(struct sessiondb *db, struct cmd *c)
{
	size_t n = 0;
	for (;;) {
		struct walk w = {.db = db, .cmd = c, .collect = true};
		ppp_each(db->gw->ppp, show_one, &w);
		size_t before = n;
		for (size_t i = 0; i < w.n; i++) {
			struct ppp_filter f = {.unit = w.units[i]};
			n += ppp_logoff(db->gw->ppp, &f, LINK_END_ADMIN_RESET);
		}
		if (n == before)
			return n;
	}
}

static void logoff_result(struct cmd *c, size_t n)
{
	static const char *const by[][2] = {{"user", "name"},
	                                    {"index", "index"},
	                                    {"ip", "IP address"},
	                                    {"group", "tunnel group"},
	                                    {"protocol", "protocol"}};
	for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
		if (cmd_has(c, by[i][0])) {
			struct str text = cmd_text(c, by[i][0]);
			out_printf(c->out,
			           "INFO: Number of sessions with %s \"%.*s\" logged off : %zu\n",
			           by[i][1], STR_ARG(text), n);
			return;
		}
	if (n == 0)
		out_str(c->out,
		        "INFO: There are presently no active sessions of the type specified\n");
	else
		out_printf(c->out, "INFO: Number of sessions logged off : %zu\n", n);
}

/* The question of `logoff` is under way: the command as it was typed. */
struct pending {
	struct sessiondb *db;
	struct cmd cmd;
	struct cmd_arg args[8];
	char texts[8][AAA_USER_MAX + 1];
	struct out out;
};

static void answered(void *arg, struct str line)
{
	struct pending *p = arg;
	struct str word = str_trim(line);
	if (word.len == 0 || word.p[0] == 'y' || word.p[0] == 'Y')
		logoff_result(&p->cmd, logoff(p->db, &p->cmd));
	p->cmd.host->emit(p->cmd.session, out_text(&p->out));
	p->cmd.host->done(p->cmd.session, CMD_OK);
	out_free(&p->out);
	free(p);
}

static int vpn_sessiondb_logoff(struct cmd *c)
{
	struct sessiondb *db = c->ctx;
	if (cmd_has(c, "noconfirm") || c->host == NULL || c->host->ask == NULL) {
		logoff_result(c, logoff(db, c));
		return CMD_OK;
	}
	struct pending *p = calloc(1, sizeof *p);
	if (p == NULL)
		return cmd_fail(c, "out of memory");
	p->db = db;
	p->cmd = *c;
	p->cmd.out = &p->out;
	p->cmd.args = p->args;
	p->cmd.nargs = 0;
	for (size_t i = 0; i < c->nargs && i < sizeof p->args / sizeof p->args[0]; i++) {
		p->args[i] = c->args[i];
		str_copy(p->texts[i], sizeof p->texts[i], c->args[i].text);
		p->args[i].text = str_of(p->texts[i]);
		p->cmd.nargs++;
	}
	c->host->ask(c->session, "Do you want to logoff the VPN session(s)? [confirm]", false,
	             answered, p);
	return CMD_PENDING;
}

void sessiondb_register(struct sessiondb *db)
{
	static const struct cmd_entry table[] = {
	        {"show_vpn_sessiondb", show_vpn_sessiondb},
	        {"vpn_sessiondb_logoff", vpn_sessiondb_logoff},
	};
	cmd_register(table, sizeof table / sizeof table[0], db);
}
