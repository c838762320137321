/* Flows and their pairs of ESP SAs: installed, used, renewed, removed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"

enum { REPLACED_MS = 30000, RETRY_MS = 10000, SETTLE_MS = 500, UNDER_WAY_MS = 5000, AWAITED_MAX_MS = 60000 };

struct ike_child *child_by_spi_in(struct ike *ike, uint32_t spi)
{
	return hash_get(ike->children_by_spi, &spi, sizeof spi);
}

struct ike_flow *flow_find(struct ike_peer *peer, struct bytes id_local, struct bytes id_remote,
                           enum esp_mode mode)
{
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		if (f->mode == mode && bytes_eq(f->id_local, id_local) &&
		    bytes_eq(f->id_remote, id_remote))
			return f;
	return NULL;
}

static struct bytes copy(struct bytes b)
{
	const void *p = b.len > 0 ? share_hold(b.p, b.len) : NULL;
	return (struct bytes){p, p != NULL ? b.len : 0};
}

static void flow_bury(struct ike *ike, void *p)
{
	struct ike_flow *flow = p;
	share_drop(flow->id_local.p);
	share_drop(flow->id_remote.p);
	share_drop_text(flow->map_name);
	pool_put(ike->flow_pool, flow);
}

struct ike_flow *flow_new(struct ike_peer *peer, const struct ike_qm *qm)
{
	struct ike *ike = peer->ike;
	if (peer->nflows >= IKE_FLOWS_PER_PEER)
		return NULL;
	struct ike_flow *flow = pool_get(ike->flow_pool);
	if (flow == NULL)
		return NULL;
	flow->map_name = share_text("");
	flow->id_local = copy(qm->id_local);
	flow->id_remote = copy(qm->id_remote);
	do
		flow->handle = ++ike->next_flow;
	while (flow->handle == 0 ||
	       hash_get(ike->flows_by_handle, &flow->handle, sizeof flow->handle));
	if (flow->id_local.len != qm->id_local.len || flow->id_remote.len != qm->id_remote.len ||
	    !hash_put(ike->flows_by_handle, &flow->handle, sizeof flow->handle, flow)) {
		flow_bury(ike, flow);
		return NULL;
	}
	ike_count_conns(ike);
	flow->peer = peer;
	flow->mode = qm->mode;
	flow->next = peer->flows;
	peer->flows = flow;
	peer->nflows++;
	return flow;
}

/* What the latest Quick Mode agreed on is what a rekey of ours offers. */
static void flow_learn(struct ike_flow *flow, const struct ike_qm *qm)
{
	flow->alg = qm->alg;
	flow->group = qm->group;
	flow->life_s = qm->life_s;
	flow->life_kb = qm->life_kb;
	flow->local_proxy = qm->local_proxy;
	flow->remote_proxy = qm->remote_proxy;
	flow->replay_window = qm->replay_window;
	flow->reverse_route = qm->reverse_route;
	flow->df = qm->df;
	share_set_text(&flow->map_name, qm->map_name);
	flow->map_seq = qm->map_seq;
	if (!qm->x.initiator) {
		flow->encap = qm->chosen.encap; /* the peer's own: of some drafts there are two */
		flow->natoa = qm->natoa;
		flow->oa_local = qm->oa_r;
		flow->oa_remote = qm->oa_i;
	}
}

/* Quick Modes under way that speak of a flow which is no more: a rekey of ours has nothing to renew; what the peer began
 * may still make a flow of its own. */
static void flow_forget(const struct ike_flow *flow)
{
	for (struct ike_sa *sa = flow->peer->sas; sa != NULL; sa = sa->peer_next)
		for (struct ike_qm *q = sa->quick, *next; q != NULL; q = next) {
			next = q->next;
			if (q->flow != flow)
				continue;
			q->flow = NULL;
			if (q->x.initiator)
				qm_end(q);
		}
}

static void flow_check(struct ike_flow *flow, enum sa_end why)
{
	struct ike_peer *peer = flow->peer;
	struct ike *ike = peer->ike;
	bool was_up = flow->up;

	if (flow->children != NULL || flow->dead)
		return;
	flow->dead = true;
	flow_forget(flow);
	for (struct ike_flow **at = &peer->flows; *at != NULL; at = &(*at)->next)
		if (*at == flow) {
			*at = flow->next;
			break;
		}
	peer->nflows--;
	hash_del(ike->flows_by_handle, &flow->handle, sizeof flow->handle);
	ike_bury(ike, flow, flow_bury);
	if (was_up && ike->ops->flow_down != NULL)
		ike->ops->flow_down(ike->ctx, peer->handle, flow->handle, why);
	if (!peer->dead)
		peer_check(peer, why);
	if (!peer->dying && peer->flows == NULL)
		dpd_bare(peer);
}

void flow_remove(struct ike_flow *flow, enum sa_end why, bool tell)
{
	if (flow->dead)
		return;
	flow->want_rekey = false;
	/* A rekey of it that is under way has no flow to go to any more. */
	for (struct ike_sa *sa = flow->peer->sas; sa != NULL; sa = sa->peer_next)
		for (struct ike_qm *q = sa->quick, *next; q != NULL; q = next) {
			next = q->next;
			if (q->flow == flow && q->child == NULL)
				qm_end(q);
		}
	while (!flow->dead && flow->children != NULL)
		child_remove(flow->children, why, tell);
	if (!flow->dead)
		flow_check(flow, why);
}

/* ------------------------------------------------------------------ pairs of SAs */

static void say_timer(const struct ike_child *child, const char *what, uint32_t seconds)
{
	const struct debug_who who = {.ip = child->pair.remote.ip,
	                              .group = child->sa != NULL ? child->sa->group_name : NULL,
	                              .user = child->flow->peer->user,
	                              .spi = child->pair.spi_in,
	                              .spi_out = child->pair.spi_out};
	if (seconds != 0)
		debug_for(&who, DEBUG_IKEV1_TIMERS, 1, "IKEv1 TIMER: SPI 0x%08X, %s, %u seconds",
		          child->pair.spi_in, what, seconds);
	else
		debug_for(&who, DEBUG_IKEV1_TIMERS, 1, "IKEv1 TIMER: SPI 0x%08X, %s",
		          child->pair.spi_in, what);
}

/* The peer can read nothing of ours before it has our last message of Main Mode. strongSwan never reads a Quick Mode that
 * overtakes that, its repetitions neither: one waits until the peer has begun one, or as long as this. */
static uint64_t settle_ms(const struct ike_sa *sa)
{
	uint64_t age_ms = clock_now(sa->ike->clock) - sa->up_ms;
	if (sa_is(sa, SAF_INITIATOR) || sa_is(sa, SAF_AGGRESSIVE) || sa->quick != NULL || age_ms >= SETTLE_MS)
		return 0;
	return SETTLE_MS - age_ms;
}

static void on_soft(struct timer *t, void *arg);
static void on_hard(struct timer *t, void *arg);

void flow_rekey(struct ike_flow *flow)
{
	struct ike_sa *sa = sa_best(flow->peer);
	uint64_t wait_ms = sa != NULL && flow->current != NULL ? settle_ms(sa) : 0;
	if (wait_ms != 0) {
		timer_start(sa->ike->clock, &flow->current->soft, wait_ms, on_soft, flow->current);
		return;
	}
	if (sa != NULL && qm_begin(sa, flow))
		return;
	flow->want_rekey = true;
	ike_log(flow->peer->ike, MSG_713219, ike_prefix_peer(flow->peer).s);
	if (sa == NULL)
		mm_begin(flow->peer, NULL);
}

/* What was agreed on is sent on from now on, and ends what was before it. */
static void take_over(struct ike_child *child)
{
	struct ike_flow *flow = child->flow;
	struct ike *ike = flow->peer->ike;
	struct ike_child *const before[] = {flow->current, flow->awaited};

	flow->current = child;
	flow->awaited = NULL;
	flow->again = false;
	ike->ops->sa->install_out(ike->ops->sa_ctx, child->pair.spi_in);
	for (size_t i = 0; i < 2; i++)
		if (before[i] != NULL && before[i] != child) {
			before[i]->superseded = true;
			timer_stop(ike->clock, &before[i]->soft);
			/* Who began the rekey deletes the old pair, once the new one has taken over. */
			if (child->began_by_us)
				timer_start(ike->clock, &before[i]->hard, REPLACED_MS, on_hard, before[i]);
		}
}

/* The peer sends on the old pair after the new one is there: our QM3 was lost, and with it what the peer knew of the exchange
 * (strongSwan, when it replaces the IKE SA meanwhile). It gets one more Quick Mode; who does not use that either prefers old
 * SAs. Who is silent is waited for longer. */
static void await(struct ike_flow *flow)
{
	struct ike *ike = flow->peer->ike;
	struct ike_child *child = flow->awaited;
	struct sa_stats stats;
	bool on_old = ike->ops->sa->stats(ike->ops->sa_ctx, flow->current->pair.spi_in, &stats) &&
	              stats.last_in_ms > child->since_ms + UNDER_WAY_MS;

	if (on_old && !flow->again) {
		ike_debug(ike, IKE_EVENT, ike_prefix_peer(flow->peer).s,
		          "The peer does not use SPI 0x%08x: beginning another Quick Mode", child->pair.spi_in);
		child_remove(child, SA_END_DELETED, true);
		flow->again = true;
		flow_rekey(flow);
	} else if (on_old || clock_now(ike->clock) - child->since_ms >= AWAITED_MAX_MS) {
		take_over(child);
	}
}

static void on_soft(struct timer *t, void *arg)
{
	struct ike_child *child = arg;
	struct ike_peer *peer = child->flow->peer;
	struct ike *ike = peer->ike;

	ike_enter(ike);
	if (child->flow->awaited != NULL && child->flow->current == child) {
		timer_start(ike->clock, t, RETRY_MS, on_soft, child);
		await(child->flow);
		ike_leave(ike);
		return;
	}
	say_timer(child, "P2 rekey timer expired", 0);
	if (!child->dead && !child->superseded && child->flow->current == child) {
		if (sa_best(peer) != NULL)
			ike_dbg(sa_best(peer), IKE_DETAIL, "Pitcher: received KEY_REKEY_IB, spi 0x%x",
			        child->pair.spi_in);
		if (sa_best(peer) != NULL)
			ike_dbg(sa_best(peer), IKE_DETAIL, "Pitcher: received KEY_REKEY_OB, spi 0x%x",
			        child->pair.spi_out);
		ike_debug(ike, IKE_DETAIL, ike_prefix_peer(peer).s,
		          "P2 rekey timer expired, SPI 0x%08x", child->pair.spi_in);
		timer_start(ike->clock, t, RETRY_MS, on_soft,
		            child); /* until it worked or the SA ends */
		flow_rekey(child->flow);
	}
	ike_leave(ike);
}

static void on_hard(struct timer *t, void *arg)
{
	struct ike_child *child = arg;
	struct ike *ike = child->flow->peer->ike;
	(void)t;
	ike_enter(ike);
	say_timer(child, "P2 lifetime timer expired", 0);
	child_remove(child, child->superseded ? SA_END_REPLACED : SA_END_EXPIRED, true);
	ike_leave(ike);
}

struct ike_child *child_install(struct ike_qm *qm, struct sa_pair *pair, struct err *err)
{
	struct ike_peer *peer = qm->x.sa->peer;
	struct ike *ike = peer->ike;
	struct ike_flow *flow = qm->flow;

	if (flow != NULL && flow->dead)
		flow = NULL;
	if (flow == NULL)
		flow = flow_find(peer, qm->id_local, qm->id_remote, qm->mode);
	if (flow == NULL)
		flow = flow_new(peer, qm);
	struct ike_child *child = flow != NULL ? pool_get(ike->child_pool) : NULL;
	if (child == NULL) {
		err_set(err, -ENOMEM, "too many flows of one peer");
		return NULL;
	}
	pair->flow = flow->handle;
	int rc = ike->ops->sa->install_in(ike->ops->sa_ctx, pair, err);
	if (rc == 0 && !hash_put(ike->children_by_spi, &pair->spi_in, sizeof pair->spi_in, child)) {
		ike->ops->sa->remove(ike->ops->sa_ctx, pair->spi_in, SA_END_DELETED);
		qm->spi_in = 0;
		rc = err_set(err, -ENOMEM, "out of memory");
	}
	if (rc != 0) {
		pool_put(ike->child_pool, child);
		flow_check(flow, SA_END_DELETED);
		return NULL;
	}
	child->flow = flow;
	child->sa = qm->x.sa;
	child->sa->tunnels++;
	sa_pair_keep(&child->pair, pair);
	child->since_ms = clock_now(ike->clock);
	child->next = flow->children;
	flow->children = child;
	flow->nchildren++;
	child->qm = qm;
	child->msgid = qm->x.msgid;
	child->began_by_us = qm->x.initiator;
	flow_learn(flow, qm);
	if (pair->life_s != 0)
		timer_start(ike->clock, &child->hard, 1000ull * pair->life_s, on_hard, child);
	if (pair->life_s != 0)
		say_timer(child, "P2 lifetime timer started", pair->life_s);
	child->number = (uint32_t)++ike->child_ever;
	if (hash_count(ike->children_by_spi) > ike->child_peak)
		ike->child_peak = hash_count(ike->children_by_spi);
	return child;
}

/* At most so many at a time: the oldest that is not in use goes. */
static void flow_trim(struct ike_flow *flow)
{
	while (!flow->dead && flow->nchildren > IKE_CHILDREN_PER_FLOW) {
		struct ike_child *oldest = NULL;
		for (struct ike_child *c = flow->children; c != NULL; c = c->next)
			if (c != flow->current && c != flow->awaited && c->qm == NULL)
				oldest = c;
		if (oldest == NULL)
			return;
		child_remove(oldest, SA_END_REPLACED, true);
	}
}

void child_use(struct ike_child *child)
{
	struct ike_flow *flow = child->flow;
	struct ike *ike = flow->peer->ike;

	child->out = true;
	flow->want_rekey = false;
	if (child->pair.soft_s != 0) {
		timer_start(ike->clock, &child->soft, 1000ull * child->pair.soft_s, on_soft, child);
		say_timer(child, "P2 rekey timer started", child->pair.soft_s);
	}
	/* The peer's own rekey is agreed on with its QM3; ours when it is seen to have that. */
	if (!child->began_by_us || flow->current == NULL || flow->current->superseded) {
		take_over(child);
	} else {
		flow->awaited = child;
		timer_start(ike->clock, &flow->current->soft, RETRY_MS, on_soft, flow->current);
	}
	flow_trim(flow);
	if (!flow->up && !flow->dead) {
		flow->up = true;
		if (ike->ops->flow_up != NULL)
			ike->ops->flow_up(ike->ctx, flow->peer->handle, flow->handle, &child->pair);
	}
}

static void child_bury(struct ike *ike, void *p)
{
	struct ike_child *child = p;
	sa_pair_forget(&child->pair);
	pool_put(ike->child_pool, child);
}

void child_remove(struct ike_child *child, enum sa_end why, bool tell)
{
	struct ike_flow *flow = child->flow;
	struct ike *ike = flow->peer->ike;

	if (child->dead)
		return;
	child->dead = true;
	if (child->sa != NULL)
		child->sa->tunnels--;
	child->sa = NULL;
	timer_stop(ike->clock, &child->soft);
	timer_stop(ike->clock, &child->hard);
	hash_del(ike->children_by_spi, &child->pair.spi_in, sizeof child->pair.spi_in);
	for (struct ike_child **at = &flow->children; *at != NULL; at = &(*at)->next)
		if (*at == child) {
			*at = child->next;
			break;
		}
	flow->nchildren--;
	if (child->qm != NULL) {
		struct ike_qm *qm = child->qm;
		child->qm = NULL;
		qm->child = NULL;
		qm->spi_in = 0;
		qm_end(qm);
	}
	struct ike_sa *sa = sa_best(flow->peer);
	if (sa != NULL)
		ike_dbg(sa, IKE_DETAIL, "Pitcher: received key delete msg, spi 0x%x",
		        child->pair.spi_in);
	if (tell)
		info_delete_esp(flow->peer, &child->pair.spi_in, 1);
	ike->ops->sa->remove(ike->ops->sa_ctx, child->pair.spi_in, why);
	ike_bury(ike, child, child_bury);
	if (flow->awaited == child)
		flow->awaited = NULL;
	if (flow->current == child) {
		/* The newest that can send takes over. */
		flow->current = NULL;
		for (struct ike_child *c = flow->children; c != NULL && flow->current == NULL;
		     c = c->next)
			if (c->out)
				take_over(c);
	}
	flow_check(flow, why);
}

/* ------------------------------------------------------------------ events of the data path */

static void on_used(void *ctx, uint32_t spi_in)
{
	struct ike *ike = ctx;
	struct ike_child *child = child_by_spi_in(ike, spi_in);
	if (child == NULL)
		return;
	ike_enter(ike);
	if (child->qm != NULL) /* the peer sends on it, so it has our QM2: as good as QM3, which may be lost or late */
		qm_confirmed(child->qm);
	else if (child->flow->awaited == child)
		take_over(child);
	ike_leave(ike);
}

static void on_soft_limit(void *ctx, uint32_t spi_in, bool by_seq)
{
	struct ike *ike = ctx;
	struct ike_child *child = child_by_spi_in(ike, spi_in);
	if (child == NULL || child->superseded)
		return;
	struct ip4_text local = ip4_text(child->pair.local.ip),
	                remote = ip4_text(child->pair.remote.ip);
	const struct ike_peer *peer = child->flow->peer;
	const char *user = peer->user[0] != '\0' ? peer->user : peer->group;
	if (by_seq)
		log_msg(MSG_702305, "outbound", child->pair.spi_out, local.s, remote.s, user);
	else
		log_msg(MSG_702307, "outbound", child->pair.spi_out, local.s, remote.s, user);
	on_soft(&child->soft, child);
}

static void on_hard_limit(void *ctx, uint32_t spi_in)
{
	struct ike_child *child = child_by_spi_in(ctx, spi_in);
	if (child != NULL)
		on_hard(&child->hard, child);
}

static void on_moved(void *ctx, uint32_t handle, struct ip4_end remote)
{
	struct ike *ike = ctx;
	struct ike_peer *peer = peer_find(ike, handle);
	if (peer == NULL || peer->dying)
		return;
	if (remote.port == 0) /* ESP without UDP */
		remote.port = peer->remote.port;
	ike_enter(ike);
	peer_move(peer, peer->local, remote);
	ike_leave(ike);
}

const struct sa_events ike_sa_events = {
        .used = on_used,
        .soft_limit = on_soft_limit,
        .hard_limit = on_hard_limit,
        .moved = on_moved,
};
