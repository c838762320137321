#include "core/base/countmap.h"

#include "core/base/hash.h"

bool countmap_init(struct countmap *m, size_t limit)
{
	m->counts = hash_new(limit);
	return m->counts != NULL;
}

void countmap_free(struct countmap *m)
{
	hash_free(m->counts);
	m->counts = NULL;
}

size_t countmap_of(const struct countmap *m, uint32_t who)
{
	return (size_t)(uintptr_t)hash_get(m->counts, &who, sizeof who);
}

/* Can fail only for one who had nothing. */
static bool set(struct countmap *m, uint32_t who, size_t n)
{
	if (n > 0)
		return hash_put(m->counts, &who, sizeof who, (void *)(uintptr_t)n);
	hash_del(m->counts, &who, sizeof who);
	return true;
}

bool countmap_add(struct countmap *m, uint32_t who, size_t n)
{
	return set(m, who, countmap_of(m, who) + n);
}

void countmap_take(struct countmap *m, uint32_t who, size_t n)
{
	size_t had = countmap_of(m, who);
	set(m, who, had > n ? had - n : 0);
}

size_t countmap_holders(const struct countmap *m)
{
	return hash_count(m->counts);
}
