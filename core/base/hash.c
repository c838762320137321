#include "core/base/hash.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"

struct slot {
	struct slot *next;
	uint64_t hash;
	void *value;
	size_t len;
	uint8_t key[];
};

struct hash {
	struct slot **buckets;
	size_t mask, n, limit;
	uint64_t k0, k1;
};

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIP_ROUND                                                                                  \
	do {                                                                                       \
		v0 += v1, v1 = ROTL(v1, 13) ^ v0, v0 = ROTL(v0, 32);                               \
		v2 += v3, v3 = ROTL(v3, 16) ^ v2;                                                  \
		v0 += v3, v3 = ROTL(v3, 21) ^ v0;                                                  \
		v2 += v1, v1 = ROTL(v1, 17) ^ v2, v2 = ROTL(v2, 32);                               \
	} while (0)

/* SipHash-1-3: keyed, so that nobody outside can aim at one bucket. */
static uint64_t siphash(const struct hash *h, const uint8_t *p, size_t len)
{
	uint64_t v0 = h->k0 ^ 0x736f6d6570736575ULL, v1 = h->k1 ^ 0x646f72616e646f6dULL;
	uint64_t v2 = h->k0 ^ 0x6c7967656e657261ULL, v3 = h->k1 ^ 0x7465646279746573ULL;
	uint64_t last = (uint64_t)len << 56;
	size_t i = 0;
	for (; i + 8 <= len; i += 8) {
		uint64_t m;
		memcpy(&m, p + i, 8);
		v3 ^= m;
		SIP_ROUND;
		v0 ^= m;
	}
	for (unsigned shift = 0; i < len; i++, shift += 8)
		last |= (uint64_t)p[i] << shift;
	v3 ^= last;
	SIP_ROUND;
	v0 ^= last;
	v2 ^= 0xff;
	SIP_ROUND;
	SIP_ROUND;
	SIP_ROUND;
	return v0 ^ v1 ^ v2 ^ v3;
}

struct hash *hash_new(size_t limit)
{
	struct hash *h = calloc(1, sizeof *h);
	if (h == NULL)
		return NULL;
	h->mask = 15;
	h->buckets = calloc(h->mask + 1, sizeof(struct slot *));
	if (h->buckets == NULL) {
		free(h);
		return NULL;
	}
	h->limit = limit;
	random_bytes(&h->k0, sizeof h->k0);
	random_bytes(&h->k1, sizeof h->k1);
	return h;
}

void hash_free(struct hash *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i <= h->mask; i++)
		for (struct slot *s = h->buckets[i], *next; s != NULL; s = next) {
			next = s->next;
			free(s);
		}
	free(h->buckets);
	free(h);
}

static struct slot **find(const struct hash *h, const void *key, size_t len, uint64_t hash)
{
	struct slot **at = &h->buckets[hash & h->mask];
	while (*at != NULL && ((*at)->hash != hash || (*at)->len != len || memcmp((*at)->key, key, len) != 0))
		at = &(*at)->next;
	return at;
}

static void grow(struct hash *h)
{
	size_t mask = h->mask * 2 + 1;
	struct slot **buckets = calloc(mask + 1, sizeof(struct slot *));
	if (buckets == NULL)
		return; /* longer chains still work */
	for (size_t i = 0; i <= h->mask; i++)
		for (struct slot *s = h->buckets[i], *next; s != NULL; s = next) {
			next = s->next;
			s->next = buckets[s->hash & mask];
			buckets[s->hash & mask] = s;
		}
	free(h->buckets);
	h->buckets = buckets;
	h->mask = mask;
}

bool hash_put(struct hash *h, const void *key, size_t len, void *value)
{
	uint64_t hash = siphash(h, key, len);
	struct slot **at = find(h, key, len, hash);
	if (*at != NULL) {
		(*at)->value = value;
		return true;
	}
	if (h->limit != 0 && h->n >= h->limit)
		return false;
	struct slot *s = malloc(sizeof *s + len);
	if (s == NULL)
		return false;
	s->next = NULL;
	s->hash = hash;
	s->value = value;
	s->len = len;
	memcpy(s->key, key, len);
	*at = s;
	if (++h->n > h->mask)
		grow(h);
	return true;
}

void *hash_get(const struct hash *h, const void *key, size_t len)
{
	struct slot *s = *find(h, key, len, siphash(h, key, len));
	return s != NULL ? s->value : NULL;
}

void *hash_del(struct hash *h, const void *key, size_t len)
{
	struct slot **at = find(h, key, len, siphash(h, key, len));
	struct slot *s = *at;
	if (s == NULL)
		return NULL;
	void *value = s->value;
	*at = s->next;
	free(s);
	h->n--;
	return value;
}

size_t hash_count(const struct hash *h)
{
	return h->n;
}

void hash_each(struct hash *h, void (*fn)(void *arg, void *value), void *arg)
{
	for (size_t i = 0; i <= h->mask; i++)
		for (struct slot *s = h->buckets[i], *next; s != NULL; s = next) {
			next = s->next;
			fn(arg, s->value);
		}
}
