#include "tests/exchange/wire.h"

#include <stdlib.h>
#include <string.h>

struct flying {
	struct flying *next, **at;
	struct wire *w;
	struct timer timer;
	void (*to)(void *arg, const uint8_t *msg, size_t len);
	void *arg;
	size_t len;
	uint8_t msg[];
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

static void unlink_free(struct flying *f)
{
	*f->at = f->next;
	if (f->next != NULL)
		f->next->at = f->at;
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
	(void)t;
	f->w->carried++;
	f->to(f->arg, f->msg, f->len);
	unlink_free(f);
}

static void launch(struct wire *w, void (*to)(void *, const uint8_t *, size_t), void *arg,
                   const uint8_t *msg, size_t len)
{
	struct flying *f = calloc(1, sizeof *f + len);
	if (f == NULL)
		abort();
	f->w = w;
	f->to = to;
	f->arg = arg;
	f->len = len;
	memcpy(f->msg, msg, len);
	f->next = w->first;
	f->at = &w->first;
	if (f->next != NULL)
		f->next->at = &f->next;
	w->first = f;
	timer_start(w->clock, &f->timer, w->delay_ms + (w->jitter_ms ? dice(w, w->jitter_ms) : 0),
	            land, f);
}

void wire_put(struct wire *w, void (*to)(void *, const uint8_t *, size_t), void *arg,
              const uint8_t *msg, size_t len)
{
	if (dice(w, 1000) < w->loss) {
		w->lost++;
		return;
	}
	launch(w, to, arg, msg, len);
	if (dice(w, 1000) < w->doubled)
		launch(w, to, arg, msg, len);
}
