/* A worker's turn: commands, what others handed over, a batch from each source; and what it tells the control thread. */
#include "core/worker_int.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { LATE_LEAST = 256 }; /* events that may have to wait */

/* ------------------------------------------------------------------ events */

/* Events in the order they happened: first those that had to wait. */
static void flush_late(struct worker *w)
{
	size_t n = 0;
	if (w->n_late == 0)
		return;
	while (n < w->n_late && ring_push(&w->up, &w->late[n]))
		n++;
	if (n == 0)
		return;
	memmove(w->late, w->late + n, (w->n_late - n) * sizeof *w->late);
	w->n_late -= n;
	if (w->n_late == 0 && w->cap_late > LATE_LEAST) { /* the crowd has left */
		free(w->late);
		w->late = NULL;
		w->cap_late = 0;
	}
	w->told = true;
}

void worker_tell(struct worker *w, const struct up *up)
{
	w->told = true;
	if (w->n_late == 0 && ring_push(&w->up, up))
		return;
	if (w->n_late == w->cap_late) {
		size_t cap = w->cap_late > 0 ? w->cap_late * 2 : LATE_LEAST;
		struct up *late = realloc(w->late, cap * sizeof *late);
		if (late == NULL)
			abort(); /* an SA that is never given back would keep its keys in memory */
		w->late = late;
		w->cap_late = cap;
	}
	w->late[w->n_late++] = *up;
}

void worker_wake_control(struct worker *w)
{
	if (!w->told)
		return;
	w->told = false;
	if (!atomic_exchange_explicit(&w->all->rung, true, memory_order_acq_rel))
		worker_bell(w->all->event_fd);
}

/* ------------------------------------------------------------------ a turn */

/* A batch from a source. false when it has no more for now; one that is of no use any more (the TUN device was deleted
 * under us) is noted. */
static bool receive(struct worker *w, enum worker_source from)
{
	struct pkt *pkts[PKT_BATCH];
	int n;
	for (unsigned i = 0; i < PKT_BATCH; i++)
		pkts[i] = &w->in[i];
	switch (from) {
	case WORKER_UDP:
		n = udp_recv(w->natt, pkts, PKT_BATCH);
		break;
	case WORKER_RAW:
		n = rawesp_recv(w->raw, pkts, PKT_BATCH);
		break;
	default:
		n = tun_recv(w->tun, pkts, PKT_BATCH);
	}
	if (n <= 0) {
		if (n == -EBADFD || n == -EBADF)
			w->gone |= from;
		return false;
	}
	w->moved += (unsigned)n;
	for (int i = 0; i < n; i++)
		pkts[i]->udp_encap = from == WORKER_UDP;
	if (from == WORKER_TUN)
		worker_out(w, pkts, (unsigned)n, false);
	else
		worker_in(w, pkts, (unsigned)n, false);
	return n >= WORKER_FULL || (from == WORKER_UDP ? udp_more(w->natt) : from == WORKER_RAW ? rawesp_more(w->raw) : tun_more(w->tun));
}

unsigned worker_turn(struct worker *w, uint64_t now_ms, unsigned ready)
{
	unsigned more = 0;
	flush_late(w);
	w->now_ms = now_ms;
	/* Commands first: an SA that was just made is there before its first packet is looked at. */
	worker_early_sweep(w);
	worker_commands(w);
	worker_conns_sweep(w);
	if (worker_cross_take(w))
		more |= WORKER_CROSSED;
	for (unsigned i = 0; i < WORKER_SOURCES; i++)
		if ((ready & ~w->gone & 1u << i) && receive(w, 1u << i))
			more |= 1u << i;
	worker_cross_ring(w);
	worker_wake_control(w);
	return more;
}
