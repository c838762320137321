/* Time is a parameter. Protocol code never asks the system: it asks the clock it was given, so that tests
 * run hours in milliseconds. Timers hang in a queue that the event loop (or a test) runs. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct timer {
	uint64_t at_ms;
	void (*fn)(struct timer *t, void *arg);
	void *arg;
	uint32_t order; /* ties fire in start order; wraps around */
	uint32_t slot;  /* place in the heap + 1; 0 = not running */
};

struct clock {
	uint64_t now_ms; /* monotonic; set by clock_advance or the event loop before anything runs */
	int64_t wall_offset_ms; /* wall clock minus monotonic clock */
	struct timer **heap;
	size_t n, cap;
	uint32_t order;
	void (*changed)(void *arg); /* the earliest timer changed: the event loop re-arms itself; may be NULL */
	void *changed_arg;
};

void clock_init(struct clock *c, uint64_t now_ms);
void clock_free(struct clock *c); /* frees the heap; running timers are forgotten */
static inline uint64_t clock_now(const struct clock *c)
{
	return c->now_ms;
}
/* Seconds since 1970 by the wall clock. */
time_t clock_wall(const struct clock *c);

/* Starts (or restarts) t to fire once, delay_ms from now. t must be zeroed before its first use. */
void timer_start(struct clock *c, struct timer *t, uint64_t delay_ms, void (*fn)(struct timer *, void *),
		 void *arg);
void timer_stop(struct clock *c, struct timer *t); /* also when it is not running */
static inline bool timer_running(const struct timer *t)
{
	return t->slot != 0;
}
/* Milliseconds until the next timer, UINT64_MAX when there is none. */
uint64_t clock_next(const struct clock *c);
/* Sets the time and fires what is due, in order; a handler may start and stop any timer. */
void clock_run(struct clock *c, uint64_t now_ms);

#endif
