/* Memory that is freed all at once: one arena per config snapshot, negotiation, command. */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include "core/base/str.h"

struct arena;

/* limit: most bytes it may ever hand out, 0 = no ceiling. NULL when memory is short. */
struct arena *arena_new(size_t limit);
/* Wipes (when asked at creation by arena_set_wipe) and frees everything. NULL is allowed. */
void arena_free(struct arena *a);
/* Everything in it is wiped before it is returned to the system (keys, passwords). */
void arena_set_wipe(struct arena *a);
/* Zeroed memory aligned for any type. Over the ceiling or out of memory: NULL. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_calloc(struct arena *a, size_t n, size_t size);
void *arena_copy(struct arena *a, const void *data, size_t len);
/* NUL-terminated copies. */
char *arena_str(struct arena *a, struct str s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
size_t arena_used(const struct arena *a);
/* fn(arg) is called by arena_free, the last one first, before the memory goes: for what the arena's objects hold of
 * others. false when memory is short (then it was called at once). */
bool arena_at_end(struct arena *a, void (*fn)(void *arg), void *arg);

#endif
