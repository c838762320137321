/* Slab of equal objects with a ceiling, for everything a stranger can make us allocate. */
#ifndef CORE_BASE_POOL_H
#define CORE_BASE_POOL_H

#include <stddef.h>

struct pool;

struct pool *pool_new(size_t object_size, size_t limit);
void pool_delete(struct pool *p); /* frees also what was not put back */
void *pool_get(struct pool *p);   /* zeroed; NULL at the limit */
void pool_put(struct pool *p, void *object); /* wiped; NULL is allowed */
size_t pool_used(const struct pool *p);

#endif
