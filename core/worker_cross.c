/* Packets that belong to another worker: ESP that came where its SA is not (raw ESP, a SPI on the wrong socket), IP for
 * a client whose session is elsewhere. A ring for each pair of workers; the other is woken once a turn, if it sleeps. */
#include "core/worker_int.h"

void worker_cross(struct worker *w, unsigned to, struct pkt *p, enum worker_kind kind)
{
	if (!pktring_push(w->cross_to[to], p, (uint8_t)kind))
		p->drop = DROP_CROSS_FULL;
	w->crossed |= 1u << to;
}

void worker_cross_ring(struct worker *w)
{
	for (; w->crossed != 0; w->crossed &= w->crossed - 1) {
		unsigned to = (unsigned)__builtin_ctz(w->crossed);
		if (pktring_publish(w->cross_to[to]))
			worker_ring(w->all->w[to]);
	}
}

/* One batch of one kind. */
static bool take_from(struct worker *w, struct pktring *r)
{
	struct pkt pkt[PKT_BATCH], *pkts[PKT_BATCH];
	uint8_t kind = CROSS_ESP;
	if (pktring_empty(r))
		return false;
	unsigned n = pktring_pop(r, pkt, PKT_BATCH, &kind);
	for (unsigned i = 0; i < n; i++)
		pkts[i] = &pkt[i];
	if (n > 0 && kind == CROSS_ESP)
		worker_in(w, pkts, n, true);
	else if (n > 0)
		worker_out(w, pkts, n, true);
	pktring_release(r);
	return !pktring_empty(r);
}

bool worker_cross_take(struct worker *w)
{
	bool more = false;
	for (unsigned i = 0; i < w->all->n; i++)
		if (w->cross_from[i] != NULL)
			more = take_from(w, w->cross_from[i]) || more;
	return more;
}

bool worker_cross_waits(const struct worker *w)
{
	for (unsigned i = 0; i < w->all->n; i++)
		if (w->cross_from[i] != NULL && !pktring_empty(w->cross_from[i]))
			return true;
	return false;
}
