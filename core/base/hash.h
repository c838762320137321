/* Hash table from bytes to pointers; keyed hash, because strangers choose the keys. Keys are copied. */
#ifndef CORE_BASE_HASH_H
#define CORE_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash;

/* SipHash-1-3: keyed, so that nobody outside can aim at one place of a table. */
uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t len);

/* limit: most entries, 0 = no ceiling. */
struct hash *hash_new(size_t limit);
void hash_free(struct hash *h); /* values are the caller's */
/* Replaces an existing value. false when at the limit or out of memory. */
bool hash_put(struct hash *h, const void *key, size_t len, void *value);
void *hash_get(const struct hash *h, const void *key, size_t len);
void *hash_del(struct hash *h, const void *key, size_t len); /* the value that was there */
size_t hash_count(const struct hash *h);
/* In no order; fn may delete the entry it is called for, and no other. */
void hash_each(struct hash *h, void (*fn)(void *arg, void *value), void *arg);

#endif
