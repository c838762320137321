/* The control side's list of installed SAs, and what is shown of it.
 *
 * It stands between IKE and the data path: it is itself a struct sa_ops (its ctx is the struct ipsec_sadb),
 * writes down what passes (keys wiped), logs 602303 and 602304 and hands every call on to the data path. */
#ifndef CRYPTO_IPSEC_SHOW_H
#define CRYPTO_IPSEC_SHOW_H

#include "core/base/clock.h"
#include "core/base/drop.h"
#include "core/base/sa.h"
#include "core/base/show.h"
#include "core/base/work.h"

struct ipsec_sadb;

/* What it asks of its surroundings; every function may be NULL. */
struct ipsec_sadb_hooks {
	/* clear crypto ipsec sa: ends one flow with Deletes (ike_drop_flow with SA_END_ADMIN). */
	void (*drop_flow)(void *ctx, uint32_t flow);
	/* The peer's tunnel group for messages; NULL or absent: "DefaultRAGroup". */
	const char *(*group)(void *ctx, uint32_t peer);
	/* MTU of an interface (nameif); absent: 1500. */
	unsigned (*mtu)(void *ctx, const char *ifname);
	/* The crypto map of an interface, the tag PIX 6 shows; NULL or absent: the name in the pair. */
	const char *(*map)(void *ctx, const char *ifname);
	/* What the data path has dropped, for `show crypto ipsec stats`; absent: nothing. */
	uint64_t (*drops)(void *ctx, enum drop_reason why);
	void *ctx;
};

/* All of them stay the caller's and outlive it. data: the data path's struct sa_ops. NULL when memory is short. */
struct ipsec_sadb *ipsec_sadb_new(const struct clock *clock, const struct sa_ops *data,
                                  void *data_ctx, const struct ipsec_sadb_hooks *hooks);
void ipsec_sadb_free(struct ipsec_sadb *db); /* NULL is allowed */
/* What IKE is given; ctx = the struct ipsec_sadb. */
extern const struct sa_ops ipsec_sadb_ops;

/* PPP authenticated the user of a flow and gave an address: shown with all SAs of the flow's peer, later ones
 * included. username "" and ip 0 forget it. */
void ipsec_sadb_set_user(struct ipsec_sadb *db, uint32_t flow, const char *username, uint32_t ip);

/* One pair as `show` and other modules may look at it. */
struct ipsec_sadb_info {
	const struct sa_pair *pair; /* keys are zero */
	const char *username;       /* "" while unknown */
	uint32_t ip;                /* the client's address inside, 0 while unknown */
	bool out;                   /* the send side is installed too */
	uint64_t since_ms;
	uint32_t life_left_s; /* UINT32_MAX = no limit */
	uint32_t conn_id;
};
/* In the order of installation. fn must not change the list. */
void ipsec_sadb_each(const struct ipsec_sadb *db,
                     void (*fn)(void *arg, const struct ipsec_sadb_info *info), void *arg);
/* Number of pairs now, and the most there ever were. */
/* Of all flows there are and were. */
struct sa_stats ipsec_sadb_sum(const struct ipsec_sadb *db);
void ipsec_sadb_counts(const struct ipsec_sadb *db, size_t *now, size_t *peak, uint64_t *refused);
/* Inner bytes and packets of a flow over all its SAs, those that are gone included; false when the flow has no
 * SA now. */
bool ipsec_sadb_flow_stats(const struct ipsec_sadb *db, uint32_t flow, struct sa_stats *sum);

/* For show crypto protocol statistics. */
struct crypto_work ipsec_sadb_work(const struct ipsec_sadb *db);

/* show_ipsec_sa show_ipsec_stats clear_ipsec_sa; ctx of the handlers is the list. */
void ipsec_show_register(struct ipsec_sadb *db);

#endif
