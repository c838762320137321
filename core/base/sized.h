/* Objects of different sizes that live long: from slabs (core/base/pool.h) of a few sizes, so that what is short-lived
 * has the heap for itself and leaves no holes there. Any thread. */
#ifndef CORE_BASE_SIZED_H
#define CORE_BASE_SIZED_H

#include <pthread.h>
#include <stddef.h>

#include "core/base/mem.h"

enum { SIZED_CLASSES = 16 };

struct pool;

/* Static ones begin as SIZED_INIT; their slabs are made when they are first needed. */
struct sized {
	pthread_mutex_t lock;
	const char *name; /* as show memory detail lists them */
	struct pool *pools[SIZED_CLASSES];
	struct mem_kind large; /* those that are too large for slabs */
};
#define SIZED_INIT(what) {.lock = PTHREAD_MUTEX_INITIALIZER, .name = what}

/* Zeroed; aligned to 64 when size is a multiple, else to 16. NULL when memory is short. */
void *sized_get(struct sized *s, size_t size);
/* Wiped. size: the one it was asked for with. NULL is allowed. */
void sized_put(struct sized *s, void *object, size_t size);

#endif
