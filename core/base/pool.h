/* Slabs of equal objects with a ceiling, for everything a stranger can make us allocate. The slabs come from the system
 * and go back to it when they are empty, so that what many sessions needed is free again when they have left, whatever
 * lies between them. One thread at a time. */
#ifndef CORE_BASE_POOL_H
#define CORE_BASE_POOL_H

#include <stddef.h>

struct pool;

enum { POOL_OBJECT_MAX = 16384 };

/* name: as show memory detail lists the objects (core/base/mem.h); it outlives the pool. limit 0 = no ceiling but
 * memory. NULL when memory is short. */
struct pool *pool_new(const char *name, size_t object_size, size_t limit);
void pool_delete(struct pool *p); /* frees also what was not put back; NULL is allowed */
void *pool_get(struct pool *p);   /* zeroed; aligned to 64 when its size is a multiple, else to 16; NULL at the limit */
void pool_put(struct pool *p, void *object); /* wiped; NULL is allowed */
size_t pool_used(const struct pool *p);

#endif
