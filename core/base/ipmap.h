/* IPv4 addresses, each with a value: a table that one thread writes and any number of threads read, without a lock.
 * Addresses are those we gave out ourselves, so the hash needs no key. */
#ifndef CORE_BASE_IPMAP_H
#define CORE_BASE_IPMAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A slot is address << 32 | value; 0 = empty, value alone = was taken out. */
struct ipmap_table {
	struct ipmap_table *older; /* replaced, perhaps still read */
	unsigned shift;            /* 32 - bits of the number of slots */
	uint32_t mask;
	_Atomic uint64_t slot[];
};

struct ipmap {
	_Atomic(struct ipmap_table *) table;
	/* writer */
	size_t n, used; /* addresses; with those taken out whose slots are not empty again */
};

/* false when memory is short. */
bool ipmap_init(struct ipmap *m);
void ipmap_free(struct ipmap *m);
/* Adds or replaces. Neither ip nor value may be 0. false when memory is short. */
bool ipmap_put(struct ipmap *m, uint32_t ip, uint32_t value);
void ipmap_del(struct ipmap *m, uint32_t ip); /* a table that is nearly empty is replaced by a smaller one */
/* Are there tables that were replaced? They go with ipmap_reclaim, when every reader has begun anew since. */
bool ipmap_outgrown(const struct ipmap *m);
void ipmap_reclaim(struct ipmap *m);

static inline uint32_t ipmap_at(const struct ipmap_table *t, uint32_t ip)
{
	return (ip * 0x9e3779b1u) >> t->shift;
}

/* The table as it is now, good until the reader is next asked whether it has begun anew. */
static inline const struct ipmap_table *ipmap_now(const struct ipmap *m)
{
	return atomic_load_explicit(&m->table, memory_order_acquire);
}

/* 0: it is not there. */
static inline uint32_t ipmap_find(const struct ipmap_table *t, uint32_t ip)
{
	for (uint32_t i = ipmap_at(t, ip);; i = (i + 1) & t->mask) {
		uint64_t slot = atomic_load_explicit(&t->slot[i], memory_order_relaxed);
		if (slot >> 32 == ip && ip != 0)
			return (uint32_t)slot;
		if (slot == 0)
			return 0;
	}
}

#endif
