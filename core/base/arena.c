#include "core/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"

enum { ARENA_BLOCK = 4096 - 64, ARENA_ALIGN = 16 };

struct block {
	struct block *next;
	size_t used, cap;
	_Alignas(ARENA_ALIGN) uint8_t data[];
};

struct at_end {
	struct at_end *next;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct block *blocks;
	struct at_end *at_end;
	size_t used, limit;
	bool wipe;
};

struct arena *arena_new(size_t limit)
{
	struct arena *a = calloc(1, sizeof *a);
	if (a != NULL)
		a->limit = limit;
	return a;
}

void arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	for (struct at_end *e = a->at_end; e != NULL; e = e->next)
		e->fn(e->arg);
	for (struct block *b = a->blocks, *next; b != NULL; b = next) {
		next = b->next;
		if (a->wipe)
			wipe(b->data, b->used);
		free(b);
	}
	free(a);
}

void arena_set_wipe(struct arena *a)
{
	a->wipe = true;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
	if (need < size || (a->limit != 0 && need > a->limit - a->used))
		return NULL;
	struct block *b = a->blocks;
	if (b == NULL || need > b->cap - b->used) {
		/* Blocks grow with the arena, so that a big one costs few calls. */
		size_t cap = a->used > ARENA_BLOCK ? a->used / 4 : ARENA_BLOCK;
		if (cap > 1 << 20)
			cap = 1 << 20;
		if (cap < need)
			cap = need;
		b = calloc(1, sizeof *b + cap);
		if (b == NULL)
			return NULL;
		b->cap = cap;
		b->next = a->blocks;
		a->blocks = b;
	}
	void *p = b->data + b->used;
	b->used += need;
	a->used += need;
	return p;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(n, size, &total))
		return NULL;
	return arena_alloc(a, total);
}

void *arena_copy(struct arena *a, const void *data, size_t len)
{
	void *p = arena_alloc(a, len > 0 ? len : 1);
	if (p != NULL && len > 0)
		memcpy(p, data, len);
	return p;
}

char *arena_str(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.len + 1);
	if (p != NULL && s.len > 0)
		memcpy(p, s.p, s.len);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
	if (p == NULL)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}

bool arena_at_end(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct at_end *e = arena_alloc(a, sizeof *e);
	if (e == NULL) {
		fn(arg);
		return false;
	}
	*e = (struct at_end){a->at_end, fn, arg};
	a->at_end = e;
	return true;
}
