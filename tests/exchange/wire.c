#include "tests/exchange/wire.h"

#include <stdlib.h>
#include <string.h>

/* A packet, which may go in pieces; alive while one of them is on its way. */
struct parcel {
	unsigned refs, n; /* n: pieces */
	uint32_t got;     /* bits of those that arrived */
	void (*to)(void *arg, const uint8_t *msg, size_t len);
	void *arg;
	size_t len;
	uint8_t msg[];
};

struct flying {
	struct flying *next, **at;
	struct wire *w;
	struct timer timer;
	struct parcel *parcel;
	unsigned piece;
};

void wire_init(struct wire *w, struct clock *clock, uint32_t seed)
{
	*w = (struct wire){.clock = clock, .rnd = seed, .delay_ms = 10};
}

static uint32_t dice(struct wire *w, uint32_t n)
{
	w->rnd = w->rnd * 1664525u + 1013904223u;
	return (w->rnd >> 8) % n;
}

static void let_go(struct parcel *p)
{
	if (--p->refs == 0)
		free(p);
}

static void unlink_free(struct flying *f)
{
	*f->at = f->next;
	if (f->next != NULL)
		f->next->at = f->at;
	let_go(f->parcel);
	free(f);
}

void wire_free(struct wire *w)
{
	while (w->first != NULL) {
		timer_stop(w->clock, &w->first->timer);
		unlink_free(w->first);
	}
}

static void land(struct timer *t, void *arg)
{
	struct flying *f = arg;
	struct parcel *p = f->parcel;
	(void)t;
	p->got |= 1u << f->piece;
	if (p->got == UINT32_MAX >> (32 - p->n)) {
		p->got = 0; /* doubled pieces may make another one */
		f->w->carried++;
		p->to(p->arg, p->msg, p->len);
	}
	unlink_free(f);
}

static void launch(struct wire *w, struct parcel *p, unsigned piece)
{
	struct flying *f = calloc(1, sizeof *f);
	if (f == NULL)
		abort();
	f->w = w;
	f->parcel = p;
	f->piece = piece;
	f->next = w->first;
	f->at = &w->first;
	if (f->next != NULL)
		f->next->at = &f->next;
	w->first = f;
	p->refs++;
	timer_start(w->clock, &f->timer, w->delay_ms + (w->jitter_ms ? dice(w, w->jitter_ms) : 0),
	            land, f);
}

void wire_put(struct wire *w, void (*to)(void *, const uint8_t *, size_t), void *arg,
              const uint8_t *msg, size_t len)
{
	enum { PIECES_MAX = 32 };
	struct parcel *p = calloc(1, sizeof *p + len);
	if (p == NULL)
		abort();
	*p = (struct parcel){.refs = 1, .n = 1, .to = to, .arg = arg, .len = len};
	if (w->mtu > 0)
		p->n = (unsigned)((len + w->mtu - 1) / w->mtu);
	if (p->n > PIECES_MAX)
		abort();
	memcpy(p->msg, msg, len);
	for (unsigned i = 0; i < p->n; i++) {
		if (dice(w, 1000) < w->loss) {
			w->lost++;
			continue;
		}
		launch(w, p, i);
		if (dice(w, 1000) < w->doubled)
			launch(w, p, i);
	}
	let_go(p);
}
