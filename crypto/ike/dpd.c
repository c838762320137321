/* Dead peer detection (RFC 3706), and NAT keepalives (RFC 3948 §4). */
#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"

#include <string.h>

#include "core/base/random.h"

enum {
	DPD_TRIES = 3,
	BARE_S = 60, /* IKE SAs alone are of no use to anybody: a client that tries again does so earlier */
};

/* When the peer was last heard: IKE, or ESP of any of its SAs. */
static uint64_t last_heard(struct ike_peer *peer)
{
	struct ike *ike = peer->ike;
	uint64_t last = peer->ike_in_ms;
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next) {
			struct sa_stats stats = {0};
			if (ike->ops->sa->stats != NULL &&
			    ike->ops->sa->stats(ike->ops->sa_ctx, c->pair.spi_in, &stats) &&
			    stats.last_in_ms > last)
				last = stats.last_in_ms;
		}
	return last;
}

static void dpd_send(struct ike_sa *sa, uint16_t type, uint32_t seq)
{
	uint8_t spi[2 * IKE_COOKIE_LEN], data[4];
	struct wr w = wr_of(data, sizeof data);

	memcpy(spi, sa->icookie, IKE_COOKIE_LEN);
	memcpy(spi + IKE_COOKIE_LEN, sa->rcookie, IKE_COOKIE_LEN);
	wr_u32(&w, seq);
	ike_dbg(sa, IKE_DETAIL, "Sending keep-alive of type %s (seq number 0x%x)",
	        ike_notify_text(type), seq);
	info_notify(sa, PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, type,
	            (struct bytes){data, sizeof data});
}

/* Milliseconds that it may go on with IKE SAs alone. */
static uint64_t bare_left_ms(const struct ike_peer *peer)
{
	uint64_t now = clock_now(peer->ike->clock), end = 1000ull * (peer->bare_s + BARE_S);
	if (peer->flows != NULL)
		return UINT64_MAX;
	for (const struct ike_sa *sa = peer->sas; sa != NULL; sa = sa->peer_next)
		for (const struct ike_qm *q = sa->quick; q != NULL; q = q->next)
			if (q->x.state != ST_QM_DONE) /* about to have one */
				return 1000ull * BARE_S;
	return now < end ? end - now : 0;
}

/* Milliseconds until the next look; the peer may be gone. */
static uint64_t dpd_look(struct ike_peer *peer, struct ike_sa *sa, const struct ike_group *group)
{
	uint64_t wait = 1000ull * group->dpd_threshold_s;
	if (!sa->dpd_peer)
		return wait;
	uint64_t silent = clock_now(peer->ike->clock) - last_heard(peer);
	if (silent < wait) {
		sa->dpd.missed = 0;
		wait -= silent;
	} else if (sa->dpd.missed < DPD_TRIES) {
		sa->dpd.missed++;
		dpd_send(sa, NOTIFY_R_U_THERE, ++sa->dpd.seq_out);
		wait = 1000ull * group->dpd_retry_s;
	} else {
		ike_log(peer->ike, MSG_713123, ike_prefix(sa).s);
		peer_drop(peer, SA_END_PEER_LOST, true);
	}
	return wait;
}

static void on_liveness(struct timer *t, void *arg);

/* Looks again after wait, UINT64_MAX = no more; earlier when it has no flow. false: it is not looked at again. */
static bool liveness_start(struct ike_peer *peer, uint64_t wait)
{
	uint64_t left = bare_left_ms(peer);
	if (left < wait)
		wait = left;
	if (wait != UINT64_MAX)
		timer_start(peer->ike->clock, &peer->liveness, wait, on_liveness, peer);
	return wait != UINT64_MAX;
}

static void on_liveness(struct timer *t, void *arg)
{
	struct ike_peer *peer = arg;
	struct ike *ike = peer->ike;
	const struct ike_group *group = ike_group_named(ike, peer->group);
	struct ike_sa *sa = sa_best(peer);
	uint64_t wait = group->dpd ? 1000ull * group->dpd_threshold_s : UINT64_MAX;
	ike_enter(ike);
	if (sa != NULL)
		ike_timer_dbg(sa, "DPD timer expired");
	if (bare_left_ms(peer) == 0) {
		peer_say_torn_down(peer, "Idle Timeout");
		peer_drop(peer, SA_END_PEER_LOST, true);
	} else if (sa != NULL && group->dpd) {
		wait = dpd_look(peer, sa, group);
	}
	if (!peer->dead && liveness_start(peer, wait) && sa != NULL)
		ike_timer_dbg(sa, "DPD timer started, %llu ms", (unsigned long long)(t->at_ms - clock_now(ike->clock)));
	ike_leave(ike);
}

void dpd_bare(struct ike_peer *peer)
{
	uint64_t now = clock_now(peer->ike->clock);
	peer->bare_s = (uint32_t)(now / 1000);
	uint64_t at = peer->liveness.at_ms; /* it may be due already */
	liveness_start(peer, !timer_running(&peer->liveness) ? UINT64_MAX : at > now ? at - now : 0);
}

static void on_keepalive(struct timer *t, void *arg)
{
	struct ike_peer *peer = arg;
	struct ike *ike = peer->ike;
	uint32_t every_s = ike->conf->natt_s;
	if (every_s == 0)
		return;
	if (sa_best(peer) != NULL)
		ike_timer_dbg(sa_best(peer), "NAT keepalive timer expired");
	if (ike->ops->keepalive != NULL)
		ike->ops->keepalive(ike->ctx, peer->local, peer->remote);
	timer_start(ike->clock, t, 1000ull * every_s, on_keepalive, peer);
}

void dpd_start(struct ike_peer *peer)
{
	struct ike *ike = peer->ike;
	struct ike_sa *sa = sa_best(peer);
	const struct ike_group *group = ike_group_named(ike, peer->group);

	if (sa != NULL && sa->dpd.seq_out == 0)
		sa->dpd.seq_out = random_u32() >> 1; /* RFC 3706 §5.4 */
	if (peer->flows == NULL)
		peer->bare_s = (uint32_t)(clock_now(ike->clock) / 1000);
	if (!timer_running(&peer->liveness))
		liveness_start(peer, group->dpd ? 1000ull * group->dpd_threshold_s : UINT64_MAX);
	bool mapped = peer->udp_encap && (peer->remote_nat || peer->local_nat);
	if (mapped && ike->conf->natt_s != 0 && !timer_running(&peer->keepalive))
		timer_start(ike->clock, &peer->keepalive, 1000ull * ike->conf->natt_s, on_keepalive,
		            peer);
}

void dpd_notify(struct ike_sa *sa, uint16_t type, struct bytes spi, struct bytes data,
                struct ip4_end local, struct ip4_end remote)
{
	struct rd r = rd_of(data.p, data.len);
	uint32_t seq = rd_u32(&r);
	uint8_t cookies[2 * IKE_COOKIE_LEN];

	memcpy(cookies, sa->icookie, IKE_COOKIE_LEN);
	memcpy(cookies + IKE_COOKIE_LEN, sa->rcookie, IKE_COOKIE_LEN);
	if (!rd_ok(&r) || !bytes_eq(spi, (struct bytes){cookies, sizeof cookies}) ||
	    sa->peer == NULL)
		return;
	ike_dbg(sa, IKE_DETAIL, "Received keep-alive of type %s (seq number 0x%x)",
	        ike_notify_text(type), seq);
	if (!sa->dpd_peer)
		ike_dbg(sa, IKE_DETAIL, "Received keep-alive of type %s, not the negotiated type",
		        ike_notify_text(type));
	if (type == NOTIFY_R_U_THERE) {
		/* A number seen before is a repetition (or a replay): answered, but no sign of life. */
		bool fresh = !sa->dpd.seq_in_any || seq > sa->dpd.seq_in;
		if (fresh) {
			sa->dpd.seq_in = seq;
			sa->dpd.seq_in_any = true;
			peer_move(sa->peer, local, remote);
		}
		dpd_send(sa, NOTIFY_R_U_THERE_ACK, seq);
		return;
	}
	if (sa->dpd.missed == 0 || seq != sa->dpd.seq_out)
		return; /* not what we asked */
	sa->dpd.missed = 0;
	peer_move(sa->peer, local, remote);
}
