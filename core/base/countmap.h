/* Counts by address or handle: how much each has of what is limited for each. Strangers choose the addresses, so the hash
 * is keyed; who has nothing takes no room. One thread. */
#ifndef CORE_BASE_COUNTMAP_H
#define CORE_BASE_COUNTMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash;

struct countmap {
	struct hash *counts; /* in the place of pointers */
};

/* limit: how many may have something at once, 0 = no ceiling. false when memory is short. */
bool countmap_init(struct countmap *m, size_t limit);
/* One of zeros, or freed before, is allowed. */
void countmap_free(struct countmap *m);
/* 0 for who has nothing. */
size_t countmap_of(const struct countmap *m, uint32_t who);
/* So many more. false, and nothing has changed, when there is no room for one who had nothing: limit or memory. */
bool countmap_add(struct countmap *m, uint32_t who, size_t n);
/* So many fewer; none are left when there were no more. */
void countmap_take(struct countmap *m, uint32_t who, size_t n);
/* How many have something. */
size_t countmap_holders(const struct countmap *m);

#endif
