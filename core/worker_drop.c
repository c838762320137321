/* Packets that were dropped: counted, captured, and told when they deserve a message. */
#include "core/worker_int.h"

enum { DROP_TELL_MS = 5000 };

/* Tunnel mode says inside who is meant; in transport mode the ends are those outside. */
static void inner_packet(const struct pkt *p, struct worker_drop *d)
{
	struct rd r = pkt_rd(p);
	d->inner_dst = p->local;
	d->inner_src = p->peer;
	d->inner_proto = 17;
	if (p->sa->mode != ESP_TUNNEL || rd_u8(&r) >> 4 != 4)
		return;
	rd_skip(&r, 1);
	uint16_t len = rd_u16(&r);
	rd_skip(&r, 2);
	uint16_t frag = rd_u16(&r);
	rd_skip(&r, 1);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (!rd_ok(&r))
		return;
	d->inner_proto = proto;
	d->inner_len = len;
	d->inner_off = (uint16_t)((frag & 0x1fff) * 8);
	d->inner_src = (struct ip4_end){src, 0};
	d->inner_dst = (struct ip4_end){dst, 0};
}

/* One line in five seconds a reason, whichever worker has it (402114 ...), and whose clock may be a little ahead. */
static bool may_tell(struct worker *w, enum drop_reason why)
{
	_Atomic uint64_t *at = &w->all->drop_told_ms[why];
	uint64_t told = atomic_load_explicit(at, memory_order_relaxed);
	return (told == 0 || w->now_ms >= told + DROP_TELL_MS) &&
	       atomic_compare_exchange_strong_explicit(at, &told, w->now_ms, memory_order_relaxed, memory_order_relaxed);
}

static void tell_in(struct worker *w, const struct pkt *p)
{
	enum drop_reason why = p->drop;
	bool esp = why >= DROP_ESP_NO_SA && why <= DROP_INNER_UDP && why != DROP_ESP_DUMMY;
	if (!esp || !may_tell(w, why))
		return;
	struct up up = {.op = UP_DROP,
	                .drop = {.why = why,
	                         .spi = p->spi,
	                         .seq = p->seq,
	                         .remote = p->peer,
	                         .local = p->local}};
	if (p->sa != NULL) {
		up.drop.peer = p->sa->peer;
		up.drop.local_proxy = p->sa->local_proxy;
		up.drop.remote_proxy = p->sa->remote_proxy;
		inner_packet(p, &up.drop);
	}
	worker_tell(w, &up);
}

/* A packet for a client that nothing protects: 402122. */
static void tell_out(struct worker *w, const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 12);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (p->drop == DROP_NO_SA_OUT && rd_ok(&r) && may_tell(w, p->drop))
		worker_tell(w, &(struct up){.op = UP_DROP,
		                            .drop = {.why = p->drop,
		                                     .inner_src = {src, 0},
		                                     .inner_dst = {dst, 0}}});
}

void worker_dropped(struct worker *w, const struct pkt *p, bool in)
{
	drop_count(&w->drops, p->drop);
	if (capture_at(w->capture, CAP_DROP))
		worker_capture_drop(w, p);
	if (in)
		tell_in(w, p);
	else
		tell_out(w, p);
}
