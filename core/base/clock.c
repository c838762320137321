#include "core/base/clock.h"

#include <stdlib.h>

enum { ROOM_LEAST = 64 };

void clock_init(struct clock *c, uint64_t now_ms)
{
	*c = (struct clock){.now_ms = now_ms};
}

void clock_free(struct clock *c)
{
	for (size_t i = 0; i < c->n; i++)
		c->heap[i]->slot = 0;
	free(c->heap);
	c->heap = NULL;
	c->n = c->cap = 0;
}

time_t clock_wall(const struct clock *c)
{
	return (time_t)(((int64_t)c->now_ms + c->wall_offset_ms) / 1000);
}

static bool earlier(const struct timer *a, const struct timer *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : (int32_t)(a->order - b->order) < 0;
}

static void place(struct clock *c, struct timer *t, size_t i)
{
	c->heap[i] = t;
	t->slot = (uint32_t)(i + 1);
}

static void sift_up(struct clock *c, size_t i)
{
	struct timer *t = c->heap[i];
	for (; i > 0 && earlier(t, c->heap[(i - 1) / 2]); i = (i - 1) / 2)
		place(c, c->heap[(i - 1) / 2], i);
	place(c, t, i);
}

static void sift_down(struct clock *c, size_t i)
{
	struct timer *t = c->heap[i];
	for (;;) {
		size_t kid = 2 * i + 1;
		if (kid >= c->n)
			break;
		if (kid + 1 < c->n && earlier(c->heap[kid + 1], c->heap[kid]))
			kid++;
		if (!earlier(c->heap[kid], t))
			break;
		place(c, c->heap[kid], i);
		i = kid;
	}
	place(c, t, i);
}

/* Room for so many; false when memory is short, and it is as it was. */
static bool make_room(struct clock *c, size_t cap)
{
	struct timer **heap = realloc(c->heap, cap * sizeof(struct timer *));
	if (heap == NULL)
		return false;
	c->heap = heap;
	c->cap = cap;
	return true;
}

static void heap_remove(struct clock *c, struct timer *t)
{
	size_t i = t->slot - 1;
	struct timer *last = c->heap[--c->n];
	t->slot = 0;
	if (last != t) {
		place(c, last, i);
		sift_up(c, i);
		sift_down(c, last->slot - 1);
	}
	if (c->cap > ROOM_LEAST && c->n < c->cap / 8)
		make_room(c, c->cap / 2);
}

void timer_start(struct clock *c, struct timer *t, uint64_t delay_ms, void (*fn)(struct timer *, void *),
		 void *arg)
{
	if (t->slot != 0)
		heap_remove(c, t);
	if (c->n == c->cap && !make_room(c, c->cap > 0 ? c->cap * 2 : ROOM_LEAST))
		abort(); /* a session without its timers would never end */
	t->at_ms = delay_ms > UINT64_MAX - c->now_ms ? UINT64_MAX : c->now_ms + delay_ms;
	t->order = ++c->order;
	t->fn = fn;
	t->arg = arg;
	place(c, t, c->n++);
	sift_up(c, t->slot - 1);
	if (c->heap[0] == t && c->changed != NULL)
		c->changed(c->changed_arg);
}

void timer_stop(struct clock *c, struct timer *t)
{
	if (t->slot != 0)
		heap_remove(c, t);
}

uint64_t clock_next(const struct clock *c)
{
	if (c->n == 0)
		return UINT64_MAX;
	return c->heap[0]->at_ms > c->now_ms ? c->heap[0]->at_ms - c->now_ms : 0;
}

void clock_run(struct clock *c, uint64_t now_ms)
{
	if (now_ms > c->now_ms)
		c->now_ms = now_ms;
	while (c->n > 0 && c->heap[0]->at_ms <= c->now_ms) {
		struct timer *t = c->heap[0];
		heap_remove(c, t);
		t->fn(t, t->arg);
	}
}
