#include "core/base/pool.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "core/base/buf.h"
#include "core/base/mem.h"

enum { SLAB = 65536, PAGE = 4096, KEPT = 2 * PAGE, MUCH = SLAB / 2, LINE = 64, ALIGN = 16, NONE = UINT16_MAX };

/* A slab begins at a multiple of its size: an object's address leads to it. */
struct slab {
	struct slab *prev, *next;
	uint8_t *objects;
	uint32_t touched;     /* bytes from its beginning, whole pages */
	uint16_t used, fresh; /* objects in use; those from here on never were */
	uint16_t first, last; /* free ones that were used, in the order they came back */
	uint16_t next_free[];
};

struct pool {
	struct mem_kind kind;
	struct slab *head, *tail; /* those with room first */
	size_t size, limit;
	uint16_t per_slab, offset; /* objects; where they begin, behind the header */
};

/* ------------------------------------------------------------------ memory of the system */

#if defined(__SANITIZE_ADDRESS__)
#define GUARDED 1
#elif defined(__has_feature)
#define GUARDED __has_feature(address_sanitizer)
#endif
#if defined(GUARDED) && GUARDED
#include <sanitizer/asan_interface.h>

/* From the heap, so that what only objects point to is not taken for lost; free objects must not be touched. */
static void *slab_map(void)
{
	return aligned_alloc(SLAB, SLAB);
}

static void slab_unmap(void *slab)
{
	free(slab);
}

static void slab_release(uint8_t *at, size_t len)
{
	(void)at, (void)len;
}

static void object_guard(void *object, size_t size, bool in_use)
{
	if (in_use)
		__asan_unpoison_memory_region(object, size);
	else
		__asan_poison_memory_region(object, size);
}
#else
static void *slab_map(void)
{
	const int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	uint8_t *at = mmap(NULL, SLAB, prot, flags, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	if (((uintptr_t)at & (SLAB - 1)) == 0) /* usually: the system puts one beside the other */
		return at;
	munmap(at, SLAB);
	at = mmap(NULL, 2 * SLAB, prot, flags, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	size_t before = (SLAB - ((uintptr_t)at & (SLAB - 1))) & (SLAB - 1);
	if (before > 0)
		munmap(at, before);
	munmap(at + before + SLAB, SLAB - before);
	return at + before;
}

static void slab_unmap(void *slab)
{
	munmap(slab, SLAB);
}

/* Stays ours, costs nothing until it is touched again. */
static void slab_release(uint8_t *at, size_t len)
{
	madvise(at, len, MADV_DONTNEED);
}

static void object_guard(void *object, size_t size, bool in_use)
{
	(void)object, (void)size, (void)in_use;
}
#endif

/* ------------------------------------------------------------------ slabs */

static struct slab *slab_of(void *object)
{
	return (struct slab *)((uintptr_t)object & ~(uintptr_t)(SLAB - 1));
}

static void *object_at(const struct pool *p, const struct slab *s, uint16_t i)
{
	return s->objects + (size_t)i * p->size;
}

static void unlink_slab(struct pool *p, struct slab *s)
{
	*(s->prev != NULL ? &s->prev->next : &p->head) = s->next;
	*(s->next != NULL ? &s->next->prev : &p->tail) = s->prev;
}

static void put_first(struct pool *p, struct slab *s)
{
	s->prev = NULL;
	s->next = p->head;
	*(s->next != NULL ? &s->next->prev : &p->tail) = s;
	p->head = s;
}

static void put_last(struct pool *p, struct slab *s)
{
	s->next = NULL;
	s->prev = p->tail;
	*(s->prev != NULL ? &s->prev->next : &p->head) = s;
	p->tail = s;
}

static size_t pages(size_t bytes)
{
	return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* What is counted as held: the pages up to so many bytes of it. */
static void touch(struct pool *p, struct slab *s, size_t bytes)
{
	ptrdiff_t more = (ptrdiff_t)pages(bytes) - (ptrdiff_t)s->touched;
	s->touched = (uint32_t)pages(bytes);
	mem_count(&p->kind, 0, more);
}

static struct slab *slab_new(struct pool *p)
{
	struct slab *s = slab_map();
	if (s == NULL)
		return NULL;
	*s = (struct slab){.objects = (uint8_t *)s + p->offset, .first = NONE, .last = NONE};
	object_guard(s->objects, p->per_slab * p->size, false);
	put_first(p, s);
	touch(p, s, p->offset);
	return s;
}

static void slab_drop(struct pool *p, struct slab *s)
{
	unlink_slab(p, s);
	object_guard(s->objects, p->per_slab * p->size, true);
	touch(p, s, 0);
	slab_unmap(s);
}

/* An empty slab that stays is as new: objects are taken from its front. What lies far behind goes back when many had been
 * there; for a few, who soon come again, no system call is made. */
static void slab_rest(struct pool *p, struct slab *s)
{
	size_t keep = pages(p->offset + p->size);
	keep = keep > KEPT ? keep : KEPT;
	s->fresh = 0;
	s->first = s->last = NONE;
	if (s->touched <= keep || s->touched <= MUCH)
		return;
	slab_release((uint8_t *)s + keep, s->touched - keep);
	touch(p, s, keep);
}

static bool is_full(const struct pool *p, const struct slab *s)
{
	return s->used == p->per_slab;
}

/* ------------------------------------------------------------------ pools */

struct pool *pool_new(const char *name, size_t object_size, size_t limit)
{
	struct pool *p = object_size <= POOL_OBJECT_MAX ? calloc(1, sizeof *p) : NULL;
	if (p == NULL)
		return NULL;
	size_t align = object_size % LINE == 0 ? LINE : ALIGN;
	p->size = (object_size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	p->limit = limit != 0 ? limit : SIZE_MAX;
	size_t n = (SLAB - sizeof(struct slab) - align) / (p->size + sizeof(uint16_t));
	size_t offset = sizeof(struct slab) + n * sizeof(uint16_t);
	p->per_slab = (uint16_t)n;
	p->offset = (uint16_t)((offset + align - 1) & ~(align - 1));
	p->kind.name = name;
	p->kind.size = p->size;
	mem_register(&p->kind);
	return p;
}

void pool_delete(struct pool *p)
{
	if (p == NULL)
		return;
	while (p->head != NULL)
		slab_drop(p, p->head);
	mem_unregister(&p->kind);
	free(p);
}

static uint16_t take(struct pool *p, struct slab *s)
{
	uint16_t i = s->first;
	if (i == NONE) {
		i = s->fresh++;
		size_t end = p->offset + s->fresh * p->size;
		if (end > s->touched)
			touch(p, s, end);
		return i;
	}
	s->first = s->next_free[i];
	if (s->first == NONE)
		s->last = NONE;
	return i;
}

void *pool_get(struct pool *p)
{
	struct slab *s = p->head;
	if (pool_used(p) >= p->limit)
		return NULL;
	if (s == NULL || is_full(p, s))
		s = slab_new(p);
	if (s == NULL)
		return NULL;
	void *object = object_at(p, s, take(p, s));
	if (++s->used == p->per_slab && s != p->tail) {
		unlink_slab(p, s);
		put_last(p, s);
	}
	object_guard(object, p->size, true);
	memset(object, 0, p->size);
	mem_count(&p->kind, 1, 0);
	return object;
}

void pool_put(struct pool *p, void *object)
{
	if (object == NULL)
		return;
	struct slab *s = slab_of(object);
	uint16_t i = (uint16_t)((size_t)((uint8_t *)object - s->objects) / p->size);
	wipe(object, p->size);
	object_guard(object, p->size, false);
	s->next_free[i] = NONE;
	*(s->last != NONE ? &s->next_free[s->last] : &s->first) = i;
	s->last = i;
	mem_count(&p->kind, -1, 0);
	if (is_full(p, s)) {
		unlink_slab(p, s);
		put_first(p, s);
	}
	if (--s->used > 0)
		return;
	/* The last one stays: who comes and goes alone costs no system call. */
	if (p->head != p->tail)
		slab_drop(p, s);
	else
		slab_rest(p, s);
}

size_t pool_used(const struct pool *p)
{
	return atomic_load_explicit(&p->kind.n, memory_order_relaxed);
}
