#include "crypto/ipsec/sadb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/log.h"

static void forget(struct ipsec_sadb *db, struct sadb_sa *sa);

struct ipsec_sadb *ipsec_sadb_new(const struct clock *clock, const struct sa_ops *data,
                                  void *data_ctx, const struct ipsec_sadb_hooks *hooks)
{
	struct ipsec_sadb *db = calloc(1, sizeof(*db));

	if (!db)
		return NULL;
	db->clock = clock;
	db->data = data;
	db->data_ctx = data_ctx;
	if (hooks)
		db->hooks = *hooks;
	db->by_spi = hash_new(0); /* bounded by the numbers spi_alloc gives */
	db->by_flow = hash_new(0);
	db->by_peer = hash_new(0);
	db->sa_pool = pool_new("IPsec pairs of SAs", sizeof(struct sadb_sa), 0);
	db->flow_pool = pool_new("IPsec flows", sizeof(struct sadb_flow), 0);
	db->peer_pool = pool_new("IPsec peers", sizeof(struct sadb_peer), 0);
	db->stats_pool = pool_new("IPsec old counters", sizeof(struct sa_stats), 0);
	if (!db->by_spi || !db->by_flow || !db->by_peer || !db->sa_pool || !db->flow_pool || !db->peer_pool ||
	    !db->stats_pool) {
		ipsec_sadb_free(db);
		return NULL;
	}
	return db;
}

void ipsec_sadb_free(struct ipsec_sadb *db)
{
	if (!db)
		return;
	while (db->first)
		forget(db, db->first);
	hash_free(db->by_spi);
	hash_free(db->by_flow);
	hash_free(db->by_peer);
	pool_delete(db->sa_pool);
	pool_delete(db->flow_pool);
	pool_delete(db->peer_pool);
	pool_delete(db->stats_pool);
	free(db);
}

static void *by_number(struct hash *h, uint32_t key)
{
	return hash_get(h, &key, sizeof(key));
}

void ipsec_sadb_set_user(struct ipsec_sadb *db, uint32_t flow, const char *username, uint32_t ip)
{
	const struct sadb_flow *f = by_number(db->by_flow, flow);

	if (!f)
		return;
	share_set_text(&f->peer->username, username);
	f->peer->ip = ip;
}

/* ------------------------------------------------------------------ peers and flows come and go */

static struct sadb_peer *peer_take(struct ipsec_sadb *db, uint32_t peer, struct sadb_flow *f)
{
	struct sadb_peer *p = by_number(db->by_peer, peer);

	if (!p) {
		p = pool_get(db->peer_pool);
		if (!p || !hash_put(db->by_peer, &peer, sizeof(peer), p)) {
			pool_put(db->peer_pool, p);
			return NULL;
		}
		p->peer = peer;
		p->username = share_text("");
	}
	f->peer_next = p->flows;
	p->flows = f;
	return p;
}

static void peer_drop(struct ipsec_sadb *db, struct sadb_flow *f)
{
	struct sadb_peer *p = f->peer;
	struct sadb_flow **at = &p->flows;

	while (*at != f)
		at = &(*at)->peer_next;
	*at = f->peer_next;
	if (p->flows)
		return;
	hash_del(db->by_peer, &p->peer, sizeof(p->peer));
	share_drop_text(p->username);
	pool_put(db->peer_pool, p);
}

static struct sadb_flow *flow_take(struct ipsec_sadb *db, const struct sa_pair *pair)
{
	struct sadb_flow *f = by_number(db->by_flow, pair->flow);

	if (!f) {
		f = pool_get(db->flow_pool);
		if (f)
			f->peer = peer_take(db, pair->peer, f);
		if (!f || !f->peer || !hash_put(db->by_flow, &pair->flow, sizeof(pair->flow), f)) {
			if (f && f->peer)
				peer_drop(db, f);
			pool_put(db->flow_pool, f);
			return NULL;
		}
		f->flow = pair->flow;
		f->prev = db->flow_last;
		*(f->prev ? &f->prev->next : &db->flow_first) = f;
		db->flow_last = f;
		db->nflows++;
	}
	return f;
}

/* Frees a flow without SAs. */
static void flow_drop(struct ipsec_sadb *db, struct sadb_flow *f)
{
	if (f->sas)
		return;
	if (f->past)
		sadb_stats_add(&db->past, f->past);
	pool_put(db->stats_pool, f->past);
	pool_put(db->stats_pool, f->cleared);
	db->flows_gone++;
	db->nflows--;
	*(f->prev ? &f->prev->next : &db->flow_first) = f->next;
	*(f->next ? &f->next->prev : &db->flow_last) = f->prev;
	hash_del(db->by_flow, &f->flow, sizeof(f->flow));
	peer_drop(db, f);
	pool_put(db->flow_pool, f);
}

/* ------------------------------------------------------------------ figures */

void sadb_stats_add(struct sa_stats *sum, const struct sa_stats *s)
{
#define X(name) sum->name += s->name;
	SA_COUNTER_LIST(X)
#undef X
	if (s->last_in_ms > sum->last_in_ms)
		sum->last_in_ms = s->last_in_ms;
}

bool sadb_sa_stats(const struct ipsec_sadb *db, const struct sadb_sa *sa, struct sa_stats *s)
{
	memset(s, 0, sizeof(*s));
	return db->data->stats && db->data->stats(db->data_ctx, sa->pair.spi_in, s);
}

struct sa_stats sadb_flow_sum(const struct ipsec_sadb *db, const struct sadb_flow *f)
{
	struct sa_stats sum = f->past ? *f->past : (struct sa_stats){0}, s;

	for (const struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow) {
		if (sadb_sa_stats(db, sa, &s))
			sadb_stats_add(&sum, &s);
	}
	sum.exists = true;
	return sum;
}

bool ipsec_sadb_flow_stats(const struct ipsec_sadb *db, uint32_t flow, struct sa_stats *sum)
{
	const struct sadb_flow *f = by_number(db->by_flow, flow);

	if (!f)
		return false;
	*sum = sadb_flow_sum(db, f);
	return true;
}

uint32_t sadb_life_left_s(const struct ipsec_sadb *db, const struct sadb_sa *sa)
{
	uint64_t gone_s = (clock_now(db->clock) - sa->since_ms) / 1000;

	if (!sa->pair.life_s)
		return UINT32_MAX;
	return gone_s >= sa->pair.life_s ? 0 : sa->pair.life_s - (uint32_t)gone_s;
}

struct sadb_path sadb_path(const struct ipsec_sadb *db, const struct sadb_sa *out, unsigned media)
{
	uint64_t now = clock_now(db->clock);
	struct sadb_path path = {.mtu = media};
	struct sa_stats s = {0};

	if (!out || !sadb_sa_stats(db, out, &s) || !s.path_mtu ||
	    (s.path_until_ms && s.path_until_ms <= now))
		return path;
	path.mtu = s.path_mtu;
	if (s.path_until_ms && s.path_until_ms != UINT64_MAX)
		path.left_s = (unsigned)((s.path_until_ms - now + 999) / 1000);
	return path;
}

void ipsec_sadb_counts(const struct ipsec_sadb *db, size_t *now, size_t *peak, uint64_t *refused)
{
	*now = db->n;
	*peak = db->pairs_peak;
	*refused = db->refused;
}

void ipsec_sadb_each(const struct ipsec_sadb *db,
                     void (*fn)(void *arg, const struct ipsec_sadb_info *info), void *arg)
{
	for (const struct sadb_sa *sa = db->first; sa; sa = sa->next) {
		struct ipsec_sadb_info info = {
		        .pair = &sa->pair,
		        .username = sa->flow->peer->username,
		        .ip = sa->flow->peer->ip,
		        .out = sa->out,
		        .since_ms = sa->since_ms,
		        .life_left_s = sadb_life_left_s(db, sa),
		        .conn_id = sa->conn_id,
		};
		fn(arg, &info);
	}
}

/* ------------------------------------------------------------------ messages */

const char *sadb_group_of(const struct ipsec_sadb *db, uint32_t peer)
{
	const char *group = db->hooks.group ? db->hooks.group(db->hooks.ctx, peer) : NULL;

	return group && *group ? group : "DefaultRAGroup";
}

static void log_sa(const struct ipsec_sadb *db, const struct sadb_sa *sa, bool created,
                   const char *direction, uint32_t spi)
{
	struct ip4_text local = ip4_text(sa->pair.local.ip), remote = ip4_text(sa->pair.remote.ip);
	const char *user = sadb_group_of(db, sa->pair.peer);

	if (created)
		log_msg(MSG_602303, direction, spi, local.s, remote.s, user);
	else
		log_msg(MSG_602304, direction, spi, local.s, remote.s, user);
}

/* ------------------------------------------------------------------ struct sa_ops */

static uint32_t op_spi_alloc(void *ctx, uint32_t peer)
{
	struct ipsec_sadb *db = ctx;

	uint32_t spi = db->data->spi_alloc(db->data_ctx, peer);

	db->spis++;
	db->refused += spi == 0;
	return spi;
}

static void op_spi_await(void *ctx, uint32_t spi_in)
{
	struct ipsec_sadb *db = ctx;

	db->data->spi_await(db->data_ctx, spi_in);
}

static void op_spi_free(void *ctx, uint32_t spi_in)
{
	struct ipsec_sadb *db = ctx;

	db->data->spi_free(db->data_ctx, spi_in);
}

static void forget(struct ipsec_sadb *db, struct sadb_sa *sa)
{
	struct sadb_sa **at = &sa->flow->sas;

	*(sa->prev ? &sa->prev->next : &db->first) = sa->next;
	*(sa->next ? &sa->next->prev : &db->last) = sa->prev;
	while (*at != sa)
		at = &(*at)->next_of_flow;
	*at = sa->next_of_flow;
	hash_del(db->by_spi, &sa->pair.spi_in, sizeof(sa->pair.spi_in));
	db->n--;
	db->single -= 1 + sa->out;
	flow_drop(db, sa->flow);
	sa_pair_forget(&sa->pair);
	pool_put(db->sa_pool, sa);
}

static void count_sa(struct ipsec_sadb *db)
{
	if (++db->single > db->peak)
		db->peak = db->single;
}

static struct sadb_sa *note(struct ipsec_sadb *db, const struct sa_pair *pair)
{
	struct sadb_sa *sa = pool_get(db->sa_pool), **at;

	if (!sa)
		return NULL;
	sa_pair_keep(&sa->pair, pair);
	sa->since_ms = clock_now(db->clock);
	sa->flow = flow_take(db, pair);
	if (!sa->flow || !hash_put(db->by_spi, &pair->spi_in, sizeof(pair->spi_in), sa)) {
		if (sa->flow)
			flow_drop(db, sa->flow);
		sa_pair_forget(&sa->pair);
		pool_put(db->sa_pool, sa);
		return NULL;
	}
	sa->conn_id = ++db->conn * 4096;
	sadb_give_ids(db, sa);
	db->made++;
	db->rekeyed += sa->flow->sas != NULL;
	for (at = &sa->flow->sas; *at; at = &(*at)->next_of_flow)
		;
	*at = sa;
	sa->prev = db->last;
	*(sa->prev ? &sa->prev->next : &db->first) = sa;
	db->last = sa;
	if (++db->n > db->pairs_peak)
		db->pairs_peak = db->n;
	count_sa(db);
	return sa;
}

static int op_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct ipsec_sadb *db = ctx;
	struct sadb_sa *sa;
	int rc;

	if (by_number(db->by_spi, pair->spi_in))
		return err_set(err, -EEXIST, "SPI 0x%08X is in use", pair->spi_in);
	sa = note(db, pair);
	if (!sa)
		return err_set(err, -ENOMEM, "out of memory");
	rc = db->data->install_in(db->data_ctx, pair, err);
	if (rc) {
		db->refused++;
		struct ip4_text local = ip4_text(pair->local.ip), remote = ip4_text(pair->remote.ip);
		log_msg(MSG_602305, local.s, remote.s, err != NULL ? err->text : "");
		forget(db, sa);
		return rc;
	}
	sadb_debug_in(db, sa);
	return 0;
}

static void op_install_out(void *ctx, uint32_t spi_in)
{
	struct ipsec_sadb *db = ctx;
	struct sadb_sa *sa = by_number(db->by_spi, spi_in);

	if (sa && !sa->out) {
		sa->out = true;
		count_sa(db);
		sadb_debug_up(db, sa);
		log_sa(db, sa, true, "outbound", sa->pair.spi_out);
		log_sa(db, sa, true, "inbound", spi_in);
	}
	db->data->install_out(db->data_ctx, spi_in);
}

/* One of the flow's SAs goes. What it has counted stays with the flow, of the last one with all that is past. */
static void stats_past(struct ipsec_sadb *db, struct sadb_flow *f, const struct sa_stats *s)
{
	bool last = !f->sas->next_of_flow;

	if (!last && !f->past)
		f->past = pool_get(db->stats_pool);
	sadb_stats_add(!last && f->past ? f->past : &db->past, s);
}

static void op_remove(void *ctx, uint32_t spi_in, enum sa_end why)
{
	struct ipsec_sadb *db = ctx;
	struct sadb_sa *sa = by_number(db->by_spi, spi_in);
	struct sa_stats s;

	if (sa) {
		if (sadb_sa_stats(db, sa, &s))
			stats_past(db, sa->flow, &s);
		sadb_debug_gone(db, sa);
		if (sa->out) {
			log_sa(db, sa, false, "outbound", sa->pair.spi_out);
			log_sa(db, sa, false, "inbound", spi_in);
		}
		db->deletes_in += why == SA_END_DELETED;
		db->deletes_out += why == SA_END_DELETED && sa->out;
		db->destroyed += why != SA_END_DELETED;
		forget(db, sa);
	}
	db->data->remove(db->data_ctx, spi_in, why);
}

static void op_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	struct ipsec_sadb *db = ctx;
	const struct sadb_peer *p = by_number(db->by_peer, peer);

	for (struct sadb_flow *f = p ? p->flows : NULL; f; f = f->peer_next) {
		for (struct sadb_sa *sa = f->sas; sa; sa = sa->next_of_flow)
			sa->pair.remote = remote;
	}
	db->data->move(db->data_ctx, peer, remote);
}

static bool op_stats(void *ctx, uint32_t spi_in, struct sa_stats *stats)
{
	struct ipsec_sadb *db = ctx;

	return db->data->stats(db->data_ctx, spi_in, stats);
}

const struct sa_ops ipsec_sadb_ops = {
        .spi_alloc = op_spi_alloc,
        .spi_await = op_spi_await,
        .spi_free = op_spi_free,
        .install_in = op_install_in,
        .install_out = op_install_out,
        .remove = op_remove,
        .move = op_move,
        .stats = op_stats,
};
