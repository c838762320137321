#include "core/base/mem.h"

#include <pthread.h>
#include <string.h>

static struct {
	pthread_mutex_t lock;
	struct mem_kind *first, *last;
} kinds = {.lock = PTHREAD_MUTEX_INITIALIZER};

void mem_register(struct mem_kind *k)
{
	pthread_mutex_lock(&kinds.lock);
	k->next = NULL;
	k->prev = kinds.last;
	*(k->prev != NULL ? &k->prev->next : &kinds.first) = k;
	kinds.last = k;
	pthread_mutex_unlock(&kinds.lock);
}

void mem_unregister(struct mem_kind *k)
{
	pthread_mutex_lock(&kinds.lock);
	*(k->prev != NULL ? &k->prev->next : &kinds.first) = k->next;
	*(k->next != NULL ? &k->next->prev : &kinds.last) = k->prev;
	pthread_mutex_unlock(&kinds.lock);
}

void mem_count(struct mem_kind *k, ptrdiff_t n, ptrdiff_t bytes)
{
	size_t now = atomic_fetch_add_explicit(&k->n, (size_t)n, memory_order_relaxed) + (size_t)n;
	atomic_fetch_add_explicit(&k->held, (size_t)bytes, memory_order_relaxed);
	size_t peak = atomic_load_explicit(&k->peak, memory_order_relaxed);
	while (n > 0 && now > peak &&
	       !atomic_compare_exchange_weak_explicit(&k->peak, &peak, now, memory_order_relaxed, memory_order_relaxed))
		;
}

size_t mem_list(struct mem_info list[MEM_KINDS_MAX])
{
	size_t n = 0;
	pthread_mutex_lock(&kinds.lock);
	for (struct mem_kind *k = kinds.first; k != NULL; k = k->next) {
		size_t i = 0;
		while (i < n && strcmp(list[i].name, k->name) != 0)
			i++;
		if (i == MEM_KINDS_MAX)
			continue;
		if (i == n)
			list[n++] = (struct mem_info){.name = k->name, .size = k->size};
		if (list[i].size != k->size)
			list[i].size = 0;
		size_t objects = atomic_load_explicit(&k->n, memory_order_relaxed);
		size_t held = atomic_load_explicit(&k->held, memory_order_relaxed);
		list[i].n += objects;
		list[i].peak += atomic_load_explicit(&k->peak, memory_order_relaxed);
		list[i].held += held;
		list[i].used += k->size != 0 ? objects * k->size : held;
	}
	pthread_mutex_unlock(&kinds.lock);
	return n;
}
