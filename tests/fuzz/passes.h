/* Time passes: each timer fires when it is due, as under the event loop, so that one that starts itself again does so. */
#ifndef TESTS_FUZZ_PASSES_H
#define TESTS_FUZZ_PASSES_H

#include "core/base/clock.h"

enum { PASSES_TIMERS = 2000 }; /* no input may cost more */

static inline void passes(struct clock *c, uint64_t ms)
{
	uint64_t end = c->now_ms + ms;
	for (unsigned i = 0; i < PASSES_TIMERS && clock_next(c) <= end - c->now_ms; i++)
		clock_run(c, c->now_ms + clock_next(c));
	clock_run(c, end);
}

#endif
