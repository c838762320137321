#include "core/base/pktring.h"

#include <errno.h>
#include <stdlib.h>

enum { LINE = 64, SKIP = 255 };

/* In front of a packet. size 0 never stands in the ring. */
struct rec {
	uint32_t size; /* with this, head and tail room; a multiple of LINE */
	uint32_t len;
	struct ip4_end peer, local;
	uint16_t ifindex;
	uint8_t kind, tos;
	bool udp_encap, df;
};
_Static_assert(sizeof(struct rec) <= LINE, "the packet stands behind one line");

int pktring_init(struct pktring *r, size_t size)
{
	memset(r, 0, sizeof *r);
	r->area = aligned_alloc(LINE, size);
	r->size = size;
	return r->area != NULL ? 0 : -ENOMEM;
}

void pktring_free(struct pktring *r)
{
	size_t used = atomic_load_explicit(&r->tail, memory_order_relaxed);
	if (r->area != NULL)
		wipe(r->area, used < r->size ? used : r->size);
	free(r->area);
	memset(r, 0, sizeof *r);
}

static struct rec *rec_at(const struct pktring *r, size_t at)
{
	return (struct rec *)(void *)(r->area + (at & (r->size - 1)));
}

static bool room(struct pktring *r, size_t need)
{
	if (r->written + need - r->head_seen <= r->size)
		return true;
	r->head_seen = atomic_load_explicit(&r->head, memory_order_acquire);
	return r->written + need - r->head_seen <= r->size;
}

bool pktring_push(struct pktring *r, const struct pkt *p, uint8_t kind)
{
	size_t size = (LINE + PKT_HEADROOM + (size_t)p->len + PKT_TAILROOM + LINE - 1) & ~(size_t)(LINE - 1);
	size_t end = r->size - (r->written & (r->size - 1)), skip = end < size ? end : 0;
	if (!room(r, skip + size))
		return false;
	if (skip > 0) {
		*rec_at(r, r->written) = (struct rec){.size = (uint32_t)skip, .kind = SKIP};
		r->written += skip;
	}
	struct rec *rec = rec_at(r, r->written);
	*rec = (struct rec){.size = (uint32_t)size,
	                    .len = p->len,
	                    .peer = p->peer,
	                    .local = p->local,
	                    .ifindex = p->ifindex,
	                    .kind = kind,
	                    .tos = p->tos,
	                    .udp_encap = p->udp_encap,
	                    .df = p->df};
	memcpy((uint8_t *)rec + LINE + PKT_HEADROOM, pkt_data(p), p->len);
	r->written += size;
	return true;
}

bool pktring_publish(struct pktring *r)
{
	if (r->written == atomic_load_explicit(&r->tail, memory_order_relaxed))
		return false;
	atomic_store_explicit(&r->tail, r->written, memory_order_release);
	return true;
}

unsigned pktring_pop(struct pktring *r, struct pkt *pkts, unsigned n, uint8_t *kind)
{
	size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	unsigned got = 0;
	while (got < n && r->taken != tail) {
		struct rec *rec = rec_at(r, r->taken);
		if (rec->kind != SKIP) {
			if (got > 0 && rec->kind != *kind)
				break;
			*kind = rec->kind;
			pkts[got++] = (struct pkt){.buf = (uint8_t *)rec + LINE,
			                           .cap = rec->size - LINE,
			                           .off = PKT_HEADROOM,
			                           .len = rec->len,
			                           .peer = rec->peer,
			                           .local = rec->local,
			                           .tos = rec->tos,
			                           .udp_encap = rec->udp_encap,
			                           .df = rec->df,
			                           .ifindex = rec->ifindex};
		}
		r->taken += rec->size;
	}
	return got;
}

void pktring_release(struct pktring *r)
{
	atomic_store_explicit(&r->head, r->taken, memory_order_release);
}

bool pktring_empty(const struct pktring *r)
{
	return atomic_load_explicit(&r->tail, memory_order_acquire) == r->taken;
}
