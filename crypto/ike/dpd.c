/* Dead peer detection (RFC 3706), and NAT keepalives (RFC 3948 §4). */
#include "crypto/ike/engine.h"
#include "crypto/ike/info.h"

#include <string.h>

#include "core/base/random.h"

enum { DPD_TRIES = 3 };

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

static void on_liveness(struct timer *t, void *arg)
{
	struct ike_peer *peer = arg;
	struct ike *ike = peer->ike;
	const struct ike_group *group = ike_group_named(ike, peer->group);
	struct ike_sa *sa = sa_best(peer);
	uint64_t now = clock_now(ike->clock), wait = 1000ull * group->dpd_threshold_s;

	ike_enter(ike);
	if (sa != NULL)
		ike_timer_dbg(sa, "DPD timer expired");
	if (sa != NULL && sa->dpd_peer && group->dpd) {
		uint64_t last = last_heard(peer);
		if (now - last < wait) {
			sa->dpd.missed = 0;
			wait -= now - last;
		} else if (sa->dpd.missed < DPD_TRIES) {
			sa->dpd.missed++;
			dpd_send(sa, NOTIFY_R_U_THERE, ++sa->dpd.seq_out);
			wait = 1000ull * group->dpd_retry_s;
		} else {
			ike_log(ike, MSG_713123, ike_prefix(sa).s);
			peer_drop(peer, SA_END_PEER_LOST, true);
		}
	}
	if (!peer->dead)
		timer_start(ike->clock, t, wait, on_liveness, peer);
	if (!peer->dead && sa != NULL)
		ike_timer_dbg(sa, "DPD timer started, %llu ms", (unsigned long long)wait);
	ike_leave(ike);
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
	if (group->dpd && !timer_running(&peer->liveness))
		timer_start(ike->clock, &peer->liveness, 1000ull * group->dpd_threshold_s, on_liveness, peer);
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
