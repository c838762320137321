/* Inside this folder: the list behind show.h as sadb.c keeps it and show.c prints it. */
#ifndef CRYPTO_IPSEC_SADB_H
#define CRYPTO_IPSEC_SADB_H

#include "core/base/hash.h"
#include "core/base/pool.h"
#include "core/base/share.h"
#include "crypto/ipsec/show.h"

/* A peer for as long as it has a flow: whose it is. */
struct sadb_peer {
	uint32_t peer;
	struct sadb_flow *flows;
	const char *username; /* shared (core/base/share.h) */
	uint32_t ip;
};

/* A flow for as long as it has an SA. */
struct sadb_flow {
	uint32_t flow;
	struct sadb_peer *peer;
	struct sadb_sa *sas;     /* oldest first */
	/* NULL as long as there are none: */
	struct sa_stats *past;    /* of its SAs that are gone */
	struct sa_stats *cleared; /* what `clear crypto ipsec sa counters` took off */
	struct sadb_flow *prev, *next;
	struct sadb_flow *peer_next; /* of the same peer */
};

/* Words of flags of a context, as debug lines show them. */
enum {
	CONTEXT_OUT = 0x1,
	CONTEXT_IN = 0x2,
	CONTEXT_ESP = 0x4,
	CONTEXT_UDP = 0x20,  /* inside UDP */
	CONTEXT_RA = 0x200,  /* remote access */
};

/* One direction of a pair: the numbers that stand for it, its context, and its rules in debug lines. Each is given
 * once and kept. */
enum sadb_rule { RULE_CRYPT, RULE_PERMIT, RULE_FLOW, RULE_SPD, RULE_N };
struct sadb_side {
	uint32_t id, scb, context, flags;
	uint32_t rule[RULE_N];
};

struct sadb_sa {
	struct sa_pair pair; /* kept: sa_pair_forget */
	struct sadb_flow *flow;
	bool out;
	uint64_t since_ms;
	uint32_t conn_id;
	struct sadb_side side_in, side_out;
	struct sadb_sa *prev, *next;
	struct sadb_sa *next_of_flow;
};

/* What `show crypto ipsec stats` counts. */
struct sadb_tally {
	struct sa_stats sum;
	uint64_t flows_gone, no_sa, refused, deletes_in, deletes_out, destroyed;
};

struct ipsec_sadb {
	const struct clock *clock;
	const struct sa_ops *data;
	void *data_ctx;
	struct ipsec_sadb_hooks hooks;
	struct pool *sa_pool, *flow_pool, *peer_pool, *stats_pool;
	struct hash *by_spi, *by_flow, *by_peer; /* sadb_sa, sadb_flow, sadb_peer */
	struct sadb_sa *first, *last;
	struct sadb_flow *flow_first, *flow_last; /* in the order they came up */
	size_t n, nflows, pairs_peak;             /* pairs, flows, the most pairs there were */
	size_t single, peak;                      /* single SAs: one a direction */
	uint32_t conn;
	uint32_t ids; /* the last number given to a part of an SA */
	uint64_t flows_gone;
	uint64_t deletes_in, deletes_out, destroyed;
	uint64_t made, rekeyed, spis, refused; /* pairs; those that replace one; numbers asked for */
	struct sa_stats past; /* of flows that are gone */
	struct sadb_tally cleared;
};

struct sa_stats sadb_flow_sum(const struct ipsec_sadb *db, const struct sadb_flow *f);
void sadb_stats_add(struct sa_stats *sum, const struct sa_stats *s);
bool sadb_sa_stats(const struct ipsec_sadb *db, const struct sadb_sa *sa, struct sa_stats *s);
uint32_t sadb_life_left_s(const struct ipsec_sadb *db, const struct sadb_sa *sa);
/* The path that SAs go by, and for how long yet that is believed (pmtu-aging), 0 = it was not learned or it is always.
 * out: NULL when nothing is sent; media: the MTU of the interface. */
struct sadb_path {
	unsigned mtu, left_s;
};
struct sadb_path sadb_path(const struct ipsec_sadb *db, const struct sadb_sa *out, unsigned media);
const char *sadb_group_of(const struct ipsec_sadb *db, uint32_t peer);
/* debug.c: what `debug crypto ipsec` tells. The receiving side is there; the sending one too; both go. */
void sadb_give_ids(struct ipsec_sadb *db, struct sadb_sa *sa);
void sadb_debug_in(const struct ipsec_sadb *db, const struct sadb_sa *sa);
void sadb_debug_up(const struct ipsec_sadb *db, const struct sadb_sa *sa);
void sadb_debug_gone(const struct ipsec_sadb *db, const struct sadb_sa *sa);
/* Numbers of the two SAs of a pair as PIX 6 counts them, from 1 on. */
static inline uint32_t sadb_pix_conn(const struct sadb_sa *sa, bool inbound)
{
	return sa->conn_id / 4096 * 2 - inbound;
}
cmd_fn ipsec_show_stats, ipsec_clear_stats; /* show_stats.c; ctx is the ipsec_sadb */
/* show_pix.c: one flow; sum: its counters since they were cleared. */
void ipsec_show_pix_flow(struct out *o, const struct ipsec_sadb *db, const struct sadb_flow *f,
                         const struct sa_stats *sum);

#endif
