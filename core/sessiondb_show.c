/* show vpn-sessiondb in its forms: which sessions, in what order. */
#include <stdlib.h>
#include <string.h>

#include "core/sessiondb_priv.h"

/* ------------------------------------------------------------------ facts */

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

static struct session_facts facts_of(struct sessiondb *db, const struct session_row *row)
{
	struct gateway *gw = db->gw;
	const struct ppp_session_info *s = &row->ppp;
	struct session_facts f = {.index = row->index,
	                          .ppp = s,
	                          .ike = &row->ike,
	                          .now_ms = clock_now(&gw->clock),
	                          .filter = s->filter};
	struct child_pick pick = {.flow = s->link->flow};
	ike_each_child(gw->ike, s->link->peer, pick_child, &pick);
	f.has_child = pick.found;
	f.child = pick.info;
	f.has_stats = ipsec_sadb_flow_stats(gw->sadb, s->link->flow, &f.esp);
	if (pick.found)
		workers_sa_ops.stats(gw->workers, pick.info.pair.spi_in, &f.sa);
	return f;
}

/* ------------------------------------------------------------------ which, in what order */

struct picking {
	struct sessiondb *db;
	struct cmd *cmd;
	struct session_row *rows;
	size_t n, cap;
};

/* All sessions are IKEv1 and IPsec; with or without NAT-T tells the rest of the words apart. */
static bool protocol_fits(struct str word, bool nat)
{
	return word.len == 0 || str_caseeq(word, STR("IKEv1")) ||
	       str_caseeq(word, nat ? STR("IPsecOverNatT") : STR("IPsec")) ||
	       str_caseeq(word, str_of(sessiondb_l2tp_word(nat)));
}

static bool encryption_fits(struct sessiondb *db, struct str word, const struct session_row *row)
{
	if (word.len == 0)
		return true;
	struct session_facts f = facts_of(db, row);
	return str_caseeq(word, str_of(sessiondb_cipher(&f)));
}

static bool text_fits(const struct cmd *c, const char *arg, const char *value)
{
	struct str want = cmd_text(c, arg);
	return want.len == 0 || str_eq_cstr(want, value);
}

static bool fits(const struct picking *p, const struct session_row *row)
{
	const struct ppp_session_info *s = &row->ppp;
	const struct cmd *c = p->cmd;
	uint32_t ip, public_ip = row->ike.remote.ip;
	if (!text_fits(c, "user", s->user) || !text_fits(c, "group", s->link->tunnel_group) ||
	    !protocol_fits(cmd_text(c, "protocol"), s->link->udp_encap) ||
	    !encryption_fits(p->db, cmd_text(c, "encryption"), row))
		return false;
	if (cmd_u32(c, "ip", &ip) && ip != public_ip && ip != s->ip)
		return false;
	if (cmd_u32(c, "p-ip", &ip) && ip != public_ip)
		return false;
	if (cmd_u32(c, "a-ip", &ip) && ip != s->ip)
		return false;
	return !cmd_u32(c, "index", &ip) || ip == row->index;
}

static void take(void *arg, const struct ppp_session_info *s)
{
	struct picking *p = arg;
	struct entry *e = sessiondb_entry(p->db, s->unit);
	struct session_row row = {.ppp = *s};
	if (e == NULL)
		return;
	row.index = e->index;
	if (!ike_peer_info(p->db->gw->ike, s->link->peer, &row.ike))
		row.ike.remote = s->link->remote;
	if (!fits(p, &row))
		return;
	if (p->n == p->cap) {
		size_t cap = p->cap > 0 ? p->cap * 2 : 64;
		struct session_row *more = realloc(p->rows, cap * sizeof *more);
		if (more == NULL)
			return;
		p->rows = more;
		p->cap = cap;
	}
	p->rows[p->n++] = row;
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_index(const void *a, const void *b)
{
	return by_number(((const struct session_row *)a)->index,
	                 ((const struct session_row *)b)->index);
}

#define ORDER(name, compare)                                                               \
	static int name(const void *pa, const void *pb)                                    \
	{                                                                                  \
		const struct ppp_session_info *a = &((const struct session_row *)pa)->ppp, \
		                              *b = &((const struct session_row *)pb)->ppp; \
		int diff = compare;                                                        \
		return diff != 0 ? diff : by_index(pa, pb);                                \
	}
ORDER(by_user, strcmp(a->user, b->user))
ORDER(by_assigned, by_number(a->ip, b->ip))
ORDER(by_group, strcmp(a->link->tunnel_group, b->link->tunnel_group))
ORDER(by_protocol, a->link->udp_encap - b->link->udp_encap)
ORDER(by_login, by_number(a->login_ms, b->login_ms)) /* the longest first */
ORDER(by_bytes_tx, by_number(b->counters.bytes_out, a->counters.bytes_out))
ORDER(by_bytes_rx, by_number(b->counters.bytes_in, a->counters.bytes_in))

static int by_public(const void *a, const void *b)
{
	int diff = by_number(((const struct session_row *)a)->ike.remote.ip,
	                     ((const struct session_row *)b)->ike.remote.ip);
	return diff != 0 ? diff : by_index(a, b);
}

static int by_cipher(const void *a, const void *b)
{
	int diff = strcmp(((const struct session_row *)a)->cipher,
	                  ((const struct session_row *)b)->cipher);
	return diff != 0 ? diff : by_index(a, b);
}

/* The longest silent first. */
static int by_idle(const void *a, const void *b)
{
	int diff = by_number(((const struct session_row *)b)->idle_ms,
	                     ((const struct session_row *)a)->idle_ms);
	return diff != 0 ? diff : by_index(a, b);
}

static void sort(struct picking *p)
{
	static const struct {
		const char *word;
		int (*order)(const void *a, const void *b);
	} orders[] = {
	        {"name", by_user},
	        {"ipaddress", by_assigned},
	        {"a-ipaddress", by_assigned},
	        {"p-ipaddress", by_public},
	        {"tunnel-group", by_group},
	        {"protocol", by_protocol},
	        {"duration", by_login},
	        {"bytes-tx", by_bytes_tx},
	        {"bytes-rx", by_bytes_rx},
	        {"encryption", by_cipher},
	        {"inactivity", by_idle},
	};
	struct str word = cmd_text(p->cmd, "order");
	int (*order)(const void *a, const void *b) = by_index;
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
		if (str_eq_cstr(word, orders[i].word))
			order = orders[i].order;
	for (size_t i = 0; i < p->n && (order == by_cipher || order == by_idle); i++) {
		struct session_facts f = facts_of(p->db, &p->rows[i]);
		p->rows[i].cipher = sessiondb_cipher(&f);
		p->rows[i].idle_ms = sessiondb_idle_ms(&f);
	}
	if (p->n > 1)
		qsort(p->rows, p->n, sizeof *p->rows, order);
}

struct session_row *sessiondb_pick(struct sessiondb *db, struct cmd *c, size_t *n)
{
	struct picking p = {.db = db, .cmd = c};
	ppp_each(db->gw->ppp, take, &p);
	sort(&p);
	*n = p.n;
	return p.rows;
}

/* ------------------------------------------------------------------ commands */

static size_t tunnel_rows(const struct sessiondb *db, struct tunnel_row *rows)
{
	static const char *const ipsec[] = {"IPsec", "IPsecOverNatT"};
	size_t n = 0;
	rows[n++] = (struct tunnel_row){"IKEv1", db->n, db->total, db->peak};
	for (int k = 0; k < 2; k++)
		if (db->kind_total[k] > 0)
			rows[n++] = (struct tunnel_row){ipsec[k], db->kind_now[k],
			                                db->kind_total[k], db->kind_peak[k]};
	for (int k = 0; k < 2; k++)
		if (db->kind_total[k] > 0)
			rows[n++] = (struct tunnel_row){sessiondb_l2tp_word(k), db->kind_now[k],
			                                db->kind_total[k], db->kind_peak[k]};
	return n;
}

static void summary(struct sessiondb *db, struct out *o)
{
	struct tunnel_row rows[5];
	if (db->total == 0) {
		rec_message(o, "\n No sessions to display.\n\n");
		return;
	}
	size_t n = tunnel_rows(db, rows);
	sessiondb_summary(o, db->n, db->total, db->peak, PPP_SESSIONS_MAX, rows, n);
}

static void none_active(struct out *o)
{
	rec_message(o, "INFO: There are presently no active sessions of the type specified\n");
}

/* Remote access with IKEv1 is all there can be; of the other types there is never one. */
static bool type_is_ours(const struct cmd *c)
{
	struct str type = cmd_text(c, "type");
	return type.len == 0 || str_eq_cstr(type, "ra-ikev1-ipsec") || str_eq_cstr(type, "remote");
}

int sessiondb_show(struct cmd *c)
{
	struct sessiondb *db = c->ctx;
	bool detail = cmd_has(c, "detail"), full = cmd_has(c, "full");
	size_t n = 0;
	if (!cmd_has(c, "type") && !cmd_has(c, "index") && !full) {
		summary(db, c->out);
		return CMD_OK;
	}
	struct session_row *rows = type_is_ours(c) ? sessiondb_pick(db, c, &n) : NULL;
	rec_list(c->out, "sessions");
	if (n > 0)
		out_printf(c->out, full ? "\n" : "\nSession Type: IKEv1 IPsec%s\n",
		           detail ? " Detailed" : "");
	for (size_t i = 0; i < n; i++) {
		struct session_facts f = facts_of(db, &rows[i]);
		if (full)
			sessiondb_session_full(c->out, &f, detail);
		else
			sessiondb_session(c->out, &f, detail);
	}
	rec_close(c->out);
	if (n == 0)
		none_active(c->out);
	free(rows);
	return CMD_OK;
}

static void count(struct tunnel_row *rows, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		rows[i].now += strcmp(rows[i].name, name) == 0;
}

int sessiondb_show_ratio(struct cmd *c)
{
	static const char *const ciphers[] = {"none", "DES", "3DES", "AES128", "AES192", "AES256"};
	static const char *const protocols[] = {"IKEv1", "IPsec", "IPsecOverNatT", "L2TPOverIPsec",
	                                        "L2TPOverIPsecOverNatT"};
	struct sessiondb *db = c->ctx;
	bool encryption = str_eq_cstr(cmd_text(c, "kind"), "encryption");
	struct tunnel_row rows[6] = {{0}};
	size_t n = encryption ? 6 : 5, sessions = 0;
	for (size_t i = 0; i < n; i++)
		rows[i].name = encryption ? ciphers[i] : protocols[i];
	struct session_row *picked = sessiondb_pick(db, c, &sessions);
	for (size_t i = 0; i < sessions; i++) {
		struct session_facts f = facts_of(db, &picked[i]);
		bool nat = picked[i].ppp.link->udp_encap;
		if (encryption) {
			count(rows, n, sessiondb_cipher(&f));
			continue;
		}
		count(rows, n, "IKEv1");
		count(rows, n, nat ? "IPsecOverNatT" : "IPsec");
		count(rows, n, sessiondb_l2tp_word(nat));
	}
	free(picked);
	char group[AAA_NAME_MAX + 1] = "All";
	if (cmd_has(c, "group"))
		str_copy(group, sizeof group, cmd_text(c, "group"));
	sessiondb_ratio(c->out, encryption ? "Encryption" : "Protocol", group, sessions, db->total,
	                rows, n);
	return CMD_OK;
}

int sessiondb_show_licenses(struct cmd *c)
{
	const struct sessiondb *db = c->ctx;
	uint32_t limit = db->gw->snap != NULL ? db->gw->snap->ppp->max_users : 0;
	sessiondb_licenses(c->out, db->n, db->peak, PPP_SESSIONS_MAX, limit);
	return CMD_OK;
}
