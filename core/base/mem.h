/* Who holds how much memory: every kind of object that sessions are made of is counted here, once, for show memory
 * detail. Any thread may count; anybody may read. */
#ifndef CORE_BASE_MEM_H
#define CORE_BASE_MEM_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct mem_kind {
	const char *name; /* outlives it; kinds of the same name are shown as one */
	size_t size;      /* bytes of one, 0 = they differ */
	_Atomic size_t n, peak; /* objects in use, the most there were */
	_Atomic size_t held;    /* bytes of memory they lie in, with what is free between them */
	struct mem_kind *prev, *next;
};

/* From now on it is listed; name and size are set. Any thread. */
void mem_register(struct mem_kind *k);
void mem_unregister(struct mem_kind *k);
/* So many objects and bytes more (less). */
void mem_count(struct mem_kind *k, ptrdiff_t n, ptrdiff_t bytes);

/* What is shown of all kinds of one name. */
struct mem_info {
	const char *name;
	size_t size, n, held;
	size_t peak; /* where objects of one name differ in size, the sum of each size's own */
	size_t used; /* bytes of the objects in use; of hash tables and what is too large for slabs: as held */
};
enum { MEM_KINDS_MAX = 48 };
/* In the order in which they were registered first; how many there are. */
size_t mem_list(struct mem_info list[MEM_KINDS_MAX]);

#endif
