#include "core/base/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int ring_init(struct ring *r, size_t n, size_t elem)
{
	size_t size = 1;
	while (size < n)
		size *= 2;
	memset(r, 0, sizeof *r);
	r->slots = calloc(size, elem);
	if (r->slots == NULL)
		return -ENOMEM;
	r->elem = elem;
	r->mask = size - 1;
	return 0;
}

void ring_free(struct ring *r)
{
	free(r->slots);
	memset(r, 0, sizeof *r);
}

bool ring_push(struct ring *r, const void *elem)
{
	size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	size_t head = atomic_load_explicit(&r->head, memory_order_acquire);
	if (tail - head > r->mask)
		return false;
	memcpy(r->slots + (tail & r->mask) * r->elem, elem, r->elem);
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	if (tail + 1 - head > atomic_load_explicit(&r->most, memory_order_relaxed))
		atomic_store_explicit(&r->most, tail + 1 - head, memory_order_relaxed);
	return true;
}

bool ring_pop(struct ring *r, void *elem)
{
	size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
	size_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
	if (head == tail)
		return false;
	memcpy(elem, r->slots + (head & r->mask) * r->elem, r->elem);
	atomic_store_explicit(&r->head, head + 1, memory_order_release);
	return true;
}

size_t ring_count(const struct ring *r)
{
	return atomic_load_explicit(&r->tail, memory_order_acquire) -
	       atomic_load_explicit(&r->head, memory_order_acquire);
}

size_t ring_size(const struct ring *r)
{
	return r->mask + 1;
}

size_t ring_most(const struct ring *r)
{
	return atomic_load_explicit(&r->most, memory_order_relaxed);
}
