/* ESP that comes before its SA. A peer that answers our first message of Quick Mode sends on the new number right behind its
 * answer, while the control thread still works on that, perhaps with Diffie-Hellman. What comes on a number that a peer was
 * told waits here for a moment; what comes on any other has nothing to wait for. */
#include <stdlib.h>
#include <string.h>

#include "core/worker_int.h"

enum { ROOM = PKT_HEADROOM + PKT_MTU_MAX + PKT_TAILROOM };
_Static_assert((unsigned)EARLY_OF_ONE <= (unsigned)PKT_BATCH, "what waits for one SA goes in as one batch");

/* A place for a packet. */
struct early_pkt {
	struct pkt pkt;
	uint64_t ms; /* when it came */
	uint8_t *room;
};

struct worker_early {
	unsigned n;
	uint8_t order[EARLY_PKTS]; /* places: first the n that are taken, as they were; then the free ones */
	struct early_pkt place[EARLY_PKTS];
	uint32_t awaited[ESP_SLOTS_MAX]; /* by the slot of the SPI, 0 = none */
	uint8_t rooms[EARLY_PKTS][ROOM]; /* memory is touched as it is used */
};

struct worker_early *worker_early_new(void)
{
	struct worker_early *e = calloc(1, sizeof *e);
	for (unsigned i = 0; e != NULL && i < EARLY_PKTS; i++) {
		e->order[i] = (uint8_t)i;
		e->place[i].room = e->rooms[i];
	}
	return e;
}

/* The k-th oldest; its place is free, and stays as it is until the next packet is kept. */
static struct pkt *take(struct worker_early *e, unsigned k)
{
	uint8_t place = e->order[k];
	e->n--;
	memmove(&e->order[k], &e->order[k + 1], e->n - k);
	e->order[e->n] = place;
	return &e->place[place].pkt;
}

static const struct early_pkt *kth(const struct worker_early *e, unsigned k)
{
	return &e->place[e->order[k]];
}

/* It waited in vain: what would have been said when it came is said now. */
static void give_up(struct worker *w, unsigned k)
{
	struct pkt *p = take(w->early, k);
	p->drop = DROP_ESP_NO_SA;
	worker_dropped(w, p, true);
}

static bool awaited(const struct worker *w, uint32_t spi)
{
	return w->early->awaited[esp_spi_slot(spi)] == spi && spi != 0;
}

void worker_early_await(struct worker *w, uint32_t spi)
{
	w->early->awaited[esp_spi_slot(spi)] = spi;
}

void worker_early_forget(struct worker *w, uint32_t spi)
{
	struct worker_early *e = w->early;
	if (!awaited(w, spi))
		return;
	e->awaited[esp_spi_slot(spi)] = 0;
	for (unsigned k = 0; k < e->n;)
		if (kth(e, k)->pkt.spi == spi)
			give_up(w, k);
		else
			k++;
}

static unsigned count_of(const struct worker_early *e, uint32_t spi)
{
	unsigned n = 0;
	for (unsigned k = 0; k < e->n; k++)
		n += kth(e, k)->pkt.spi == spi;
	return n;
}

/* Whoever guesses a number takes the places of that one SA, and of the packets that have waited longest. */
bool worker_early_keep(struct worker *w, const struct pkt *p)
{
	struct worker_early *e = w->early;
	if (!awaited(w, p->spi) || w->stop || p->len > PKT_MTU_MAX || count_of(e, p->spi) >= EARLY_OF_ONE)
		return false;
	if (e->n == EARLY_PKTS)
		give_up(w, 0);
	struct early_pkt *at = &e->place[e->order[e->n++]];
	at->ms = w->now_ms;
	at->pkt = *p;
	at->pkt.buf = at->room;
	at->pkt.cap = PKT_HEADROOM + p->len + PKT_TAILROOM;
	at->pkt.off = PKT_HEADROOM;
	at->pkt.drop = DROP_NONE;
	memcpy(pkt_data(&at->pkt), pkt_data(p), p->len);
	return true;
}

void worker_early_installed(struct worker *w, uint32_t spi)
{
	struct worker_early *e = w->early;
	struct pkt *held[EARLY_OF_ONE];
	unsigned n = 0;
	if (!awaited(w, spi))
		return;
	e->awaited[esp_spi_slot(spi)] = 0;
	for (unsigned k = 0; k < e->n;)
		if (kth(e, k)->pkt.spi == spi)
			held[n++] = take(e, k);
		else
			k++;
	if (n > 0)
		worker_in(w, held, n, true); /* as if another worker had handed them over: captured, and looked at, they were */
	for (unsigned i = 0; i < n; i++)
		wipe(held[i]->buf, held[i]->cap); /* decrypted in place */
}

void worker_early_sweep(struct worker *w)
{
	struct worker_early *e = w->early;
	while (e->n > 0 && (w->stop || w->now_ms - kth(e, 0)->ms > EARLY_MS))
		give_up(w, 0);
}

bool worker_early_waits(const struct worker *w)
{
	return w->early->n > 0;
}
