/* Memory that many packets of a batch will need, each its own, is loaded for all of them before the first is worked on: then
 * the loads overlap. Loads, not prefetches: processors drop those when many are under way. */
#ifndef CORE_BASE_TOUCH_H
#define CORE_BASE_TOUCH_H

#include <stddef.h>

/* One line of memory that only this thread writes. */
static inline void touch(const void *p)
{
	(void)*(const volatile char *)p;
}
static inline void touch_lines(const void *p, size_t len)
{
	for (size_t at = 0; at < len; at += 64)
		touch((const char *)p + at);
}

#endif
