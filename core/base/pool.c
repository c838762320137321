#include "core/base/pool.h"

#include <stdlib.h>

#include "core/base/buf.h"

enum { POOL_CHUNK = 64 };

struct chunk {
	struct chunk *next;
	_Alignas(64) uint8_t objects[];
};

struct pool {
	struct chunk *chunks;
	void *free; /* free objects, each holding the next in its first bytes */
	size_t size, used, made, limit;
};

struct pool *pool_new(size_t object_size, size_t limit)
{
	struct pool *p = calloc(1, sizeof *p);
	if (p == NULL)
		return NULL;
	p->size = (object_size + 63) & ~(size_t)63;
	p->limit = limit;
	return p;
}

void pool_delete(struct pool *p)
{
	if (p == NULL)
		return;
	for (struct chunk *c = p->chunks, *next; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free(p);
}

static bool refill(struct pool *p)
{
	size_t n = p->limit - p->made < POOL_CHUNK ? p->limit - p->made : POOL_CHUNK;
	if (n == 0)
		return false;
	struct chunk *c = aligned_alloc(64, sizeof *c + n * p->size);
	if (c == NULL)
		return false;
	c->next = p->chunks;
	p->chunks = c;
	for (size_t i = 0; i < n; i++) {
		void *object = c->objects + i * p->size;
		memcpy(object, &p->free, sizeof p->free);
		p->free = object;
	}
	p->made += n;
	return true;
}

void *pool_get(struct pool *p)
{
	if (p->free == NULL && !refill(p))
		return NULL;
	void *object = p->free;
	memcpy(&p->free, object, sizeof p->free);
	memset(object, 0, p->size);
	p->used++;
	return object;
}

void pool_put(struct pool *p, void *object)
{
	if (object == NULL)
		return;
	wipe(object, p->size);
	memcpy(object, &p->free, sizeof p->free);
	p->free = object;
	p->used--;
}

size_t pool_used(const struct pool *p)
{
	return p->used;
}
