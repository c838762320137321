#include "core/base/ipmap.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_MIN = 64, GONE = 1 };

static uint64_t get(const struct ipmap_table *t, uint32_t i)
{
	return atomic_load_explicit(&t->slot[i & t->mask], memory_order_relaxed);
}

static void set(struct ipmap_table *t, uint32_t i, uint64_t slot)
{
	atomic_store_explicit(&t->slot[i & t->mask], slot, memory_order_relaxed);
}

static struct ipmap_table *table_new(size_t slots)
{
	struct ipmap_table *t = calloc(1, sizeof *t + slots * sizeof t->slot[0]);
	if (t == NULL)
		return NULL;
	t->mask = (uint32_t)slots - 1;
	t->shift = (unsigned)__builtin_clzll(slots) - 31;
	return t;
}

static struct ipmap_table *table_of(const struct ipmap *m)
{
	return atomic_load_explicit(&m->table, memory_order_relaxed);
}

bool ipmap_init(struct ipmap *m)
{
	memset(m, 0, sizeof *m);
	struct ipmap_table *t = table_new(SLOTS_MIN);
	atomic_store_explicit(&m->table, t, memory_order_relaxed);
	return t != NULL;
}

void ipmap_free(struct ipmap *m)
{
	struct ipmap_table *t = table_of(m);
	if (t == NULL)
		return;
	ipmap_reclaim(m);
	free(t);
	atomic_store_explicit(&m->table, NULL, memory_order_relaxed);
}

/* Where the address is, or the first slot it may be put into. */
static uint32_t place(const struct ipmap_table *t, uint32_t ip, bool *there)
{
	uint32_t i = ipmap_at(t, ip), room = UINT32_MAX;
	*there = false;
	for (;; i = (i + 1) & t->mask) {
		uint64_t slot = get(t, i);
		if (slot >> 32 == ip) {
			*there = true;
			return i;
		}
		if (slot <= GONE && room == UINT32_MAX)
			room = i;
		if (slot == 0)
			return room;
	}
}

/* A table with room for twice of what is in it, in place of one too small or too large; readers find their way to it when they begin anew. */
static bool renew(struct ipmap *m)
{
	struct ipmap_table *old = table_of(m);
	size_t slots = SLOTS_MIN;
	bool there;
	while (slots < m->n * 4)
		slots *= 2;
	struct ipmap_table *t = table_new(slots);
	if (t == NULL)
		return false;
	for (uint32_t i = 0; i <= old->mask; i++)
		if (get(old, i) > GONE)
			set(t, place(t, (uint32_t)(get(old, i) >> 32), &there), get(old, i));
	t->older = old;
	m->used = m->n;
	atomic_store_explicit(&m->table, t, memory_order_release);
	return true;
}

bool ipmap_put(struct ipmap *m, uint32_t ip, uint32_t value)
{
	struct ipmap_table *t = table_of(m);
	bool there;
	uint32_t at = place(t, ip, &there);
	if (!there && (m->used + 1) * 2 > t->mask + 1u) {
		if (!renew(m))
			return false;
		t = table_of(m);
		at = place(t, ip, &there);
	}
	if (!there) {
		m->n++;
		m->used += get(t, at) == 0;
	}
	set(t, at, (uint64_t)ip << 32 | value);
	return true;
}

void ipmap_del(struct ipmap *m, uint32_t ip)
{
	struct ipmap_table *t = table_of(m);
	bool there;
	uint32_t at = place(t, ip, &there);
	if (!there)
		return;
	m->n--;
	set(t, at, GONE);
	/* The last of a chain leaves empty slots: nobody searches on behind them. */
	for (; get(t, at + 1) == 0 && get(t, at) == GONE; at--) {
		set(t, at, 0);
		m->used--;
	}
	/* Without memory for a small one the large one goes on. */
	if (t->mask + 1 > SLOTS_MIN && m->n * 16 < t->mask + 1u)
		renew(m);
}

bool ipmap_outgrown(const struct ipmap *m)
{
	return table_of(m)->older != NULL;
}

void ipmap_reclaim(struct ipmap *m)
{
	struct ipmap_table *t = table_of(m);
	for (struct ipmap_table *old = t->older, *older; old != NULL; old = older) {
		older = old->older;
		free(old);
	}
	t->older = NULL;
}
