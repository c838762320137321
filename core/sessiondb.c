#include "core/sessiondb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/gateway.h"
#include "core/sessiondb_priv.h"

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

/* The entry of `show uauth` comes and goes with the session. */
static void log_entry(const struct ppp_session_info *info, uint32_t index, bool up)
{
	struct ip4_text ip = ip4_text(info->ip);
	if (up)
		log_msg(MSG_109201, index << 12, info->user, ip.s);
	else
		log_msg(MSG_109210, index << 12, info->user, ip.s);
}

/* `debug vpn-sessiondb`, `debug aaa accounting`: there is no server that is told of sessions. */
static void debug_session(const struct ppp_session_info *info, uint32_t index, bool up,
                          const char *why)
{
	const struct debug_who who = {.ip = info->link->remote.ip,
	                              .group = info->link->tunnel_group,
	                              .user = info->user};
	debug_for(&who, DEBUG_SESSIONDB, 1,
	          "VPN-SESSIONDB: %s session index %u, user %s, type %s%s%s", up ? "add" : "remove",
	          index, info->user, sessiondb_l2tp_word(info->link->udp_encap), up ? "" : ", ",
	          why);
	debug_for(&who, DEBUG_AAA_ACCOUNTING, 1,
	          "AAA: accounting %s of %s, session index %u: no accounting server is asked",
	          up ? "start" : "stop", info->user, index);
}

static bool make_room(struct sessiondb *db, uint32_t unit)
{
	if (unit < db->cap)
		return true;
	size_t cap = db->cap > 0 ? db->cap : 64;
	while (cap <= unit)
		cap *= 2;
	struct entry *entries = realloc(db->entries, cap * sizeof *entries);
	if (entries == NULL)
		return false;
	memset(entries + db->cap, 0, (cap - db->cap) * sizeof *entries);
	db->entries = entries;
	db->cap = cap;
	return true;
}

void sessiondb_up(struct sessiondb *db, const struct ppp_session_info *info)
{
	bool nat = info->link->udp_encap;
	if (!make_room(db, info->unit))
		return; /* the session works, it is only not listed */
	db->entries[info->unit] = (struct entry){++db->last_index, nat};
	db->n++;
	debug_session(info, db->last_index, true, "");
	log_entry(info, db->last_index, true);
	db->total++;
	db->kind_total[nat]++;
	db->kind_now[nat]++;
	if (db->n > db->peak)
		db->peak = db->n;
	if (db->kind_now[nat] > db->kind_peak[nat])
		db->kind_peak[nat] = db->kind_now[nat];
}

struct entry *sessiondb_entry(struct sessiondb *db, uint32_t unit)
{
	return unit < db->cap && db->entries[unit].index != 0 ? &db->entries[unit] : NULL;
}

void sessiondb_end(struct sessiondb *db, const struct ppp_session_info *info, enum link_end why)
{
	char prefix[256], duration[40];
	struct entry *e = sessiondb_entry(db, info->unit);
	snprintf(prefix, sizeof prefix, "Group = %s, Username = %s, IP = %s, ",
	         info->link->tunnel_group, info->user, ip4_text(info->link->remote.ip).s);
	sessiondb_duration(duration, sizeof duration, clock_now(&db->gw->clock) - info->login_ms);
	log_msg(MSG_713259, prefix, link_end_text(why));
	log_msg(MSG_113019, prefix, sessiondb_l2tp_word(info->link->udp_encap), duration,
	        (unsigned long long)info->counters.bytes_out,
	        (unsigned long long)info->counters.bytes_in, link_end_text(why));
	if (e == NULL)
		return;
	debug_session(info, e->index, false, link_end_text(why));
	log_entry(info, e->index, false);
	db->kind_now[e->udp_encap]--;
	*e = (struct entry){0};
	db->n--;
}

/* ------------------------------------------------------------------ vpn-sessiondb logoff */

/* Ends what the filter picks; the answer names it as the appliance does. */
static size_t logoff(struct sessiondb *db, struct cmd *c)
{
	size_t n = 0, ended = 0;
	if (cmd_has(c, "l2l")) /* there never is one */
		return 0;
	struct session_row *rows = sessiondb_pick(db, c, &n);
	for (size_t i = 0; i < n; i++) {
		struct ppp_filter f = {.unit = rows[i].ppp.unit};
		ended += ppp_logoff(db->gw->ppp, &f, LINK_END_ADMIN_RESET);
	}
	free(rows);
	return ended;
}

static void logoff_result(struct cmd *c, size_t n)
{
	static const char *const types[] = {"ra-ikev1-ipsec", "remote"};
	static const char *const by[][2] = {{"user", "name"},
	                                    {"index", "index"},
	                                    {"ip", "IP address"},
	                                    {"group", "tunnel group"},
	                                    {"protocol", "protocol"}};
	if (n == 0) {
		out_str(c->out,
		        "INFO: There are presently no active sessions of the type specified\n");
		return;
	}
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (cmd_has(c, types[i])) {
			out_printf(c->out,
			           "INFO: Number of sessions of type \"%s\" logged off : %zu\n",
			           types[i], n);
			return;
		}
	for (size_t i = 0; i < sizeof by / sizeof by[0]; i++)
		if (cmd_has(c, by[i][0])) {
			struct str text = cmd_text(c, by[i][0]);
			out_printf(c->out,
			           "INFO: Number of sessions with %s \"%.*s\" logged off : %zu\n",
			           by[i][1], STR_ARG(text), n);
			return;
		}
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
	        {"show_vpn_sessiondb", sessiondb_show},
	        {"show_vpn_sessiondb_ratio", sessiondb_show_ratio},
	        {"show_vpn_sessiondb_licenses", sessiondb_show_licenses},
	        {"vpn_sessiondb_logoff", vpn_sessiondb_logoff},
	};
	cmd_register(table, sizeof table / sizeof table[0], db);
}
