#include "core/base/hash.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/sized.h"

/* Open addressing: a place is 16 bytes, with a key of up to 8 in it (addresses, handles, SPIs); a longer one lies
 * apart. */
enum { INLINE = 8, PLACES_LEAST = 16 };

struct long_key {
	size_t len;
	uint8_t bytes[];
};

struct place {
	void *value;
	union {
		uint8_t bytes[INLINE];
		struct long_key *apart;
	} key;
};

/* In lens[]: nothing is there, INLINE or less: the length, a longer key. */
enum { EMPTY = 0xff, APART = 0xfe };

struct hash {
	struct place *places;
	uint8_t *lens; /* behind the places, in the same piece of memory */
	size_t mask, n, limit;
	bool walked; /* hash_each is under way: nothing may move but what follows a deleted one */
	uint64_t key[2];
};

/* What all of them take, whoever has them. */
static struct mem_kind tables = {.name = "Hash entries"};
static struct sized long_keys = SIZED_INIT("Hash keys");
static pthread_once_t listed = PTHREAD_ONCE_INIT;

static void list_tables(void)
{
	mem_register(&tables);
}

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIP_ROUND                                                                                  \
	do {                                                                                       \
		v0 += v1, v1 = ROTL(v1, 13) ^ v0, v0 = ROTL(v0, 32);                               \
		v2 += v3, v3 = ROTL(v3, 16) ^ v2;                                                  \
		v0 += v3, v3 = ROTL(v3, 21) ^ v0;                                                  \
		v2 += v1, v1 = ROTL(v1, 17) ^ v2, v2 = ROTL(v2, 32);                               \
	} while (0)

uint64_t hash_keyed(const uint64_t key[2], const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t v0 = key[0] ^ 0x736f6d6570736575ULL, v1 = key[1] ^ 0x646f72616e646f6dULL;
	uint64_t v2 = key[0] ^ 0x6c7967656e657261ULL, v3 = key[1] ^ 0x7465646279746573ULL;
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

static size_t table_bytes(size_t places)
{
	return places * (sizeof(struct place) + 1);
}

/* An empty table in place of the one there is; false when memory is short. */
static bool make_table(struct hash *h, size_t places)
{
	struct place *p = malloc(table_bytes(places));
	if (p == NULL)
		return false;
	h->places = p;
	h->lens = (uint8_t *)(p + places);
	h->mask = places - 1;
	memset(h->lens, EMPTY, places);
	mem_count(&tables, 0, (ptrdiff_t)table_bytes(places));
	return true;
}

static void free_table(struct place *places, size_t n)
{
	mem_count(&tables, 0, -(ptrdiff_t)table_bytes(n));
	free(places);
}

struct hash *hash_new(size_t limit)
{
	struct hash *h = calloc(1, sizeof *h);
	pthread_once(&listed, list_tables);
	if (h == NULL || !make_table(h, PLACES_LEAST)) {
		free(h);
		return NULL;
	}
	h->limit = limit;
	random_bytes(h->key, sizeof h->key);
	return h;
}

static void free_key(struct hash *h, size_t i)
{
	if (h->lens[i] != APART)
		return;
	struct long_key *apart = h->places[i].key.apart;
	sized_put(&long_keys, apart, sizeof *apart + apart->len);
}

void hash_free(struct hash *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i <= h->mask; i++)
		free_key(h, i);
	mem_count(&tables, -(ptrdiff_t)h->n, 0);
	free_table(h->places, h->mask + 1);
	free(h);
}

static bool is_key(const struct hash *h, size_t i, const void *key, size_t len)
{
	const struct place *p = &h->places[i];
	if (h->lens[i] != APART)
		return h->lens[i] == len && memcmp(p->key.bytes, key, len) == 0;
	return p->key.apart->len == len && memcmp(p->key.apart->bytes, key, len) == 0;
}

/* Where it is, else where it would be put. */
static size_t find(const struct hash *h, const void *key, size_t len)
{
	size_t i = (size_t)hash_keyed(h->key, key, len) & h->mask;
	while (h->lens[i] != EMPTY && !is_key(h, i, key, len))
		i = (i + 1) & h->mask;
	return i;
}

static uint64_t hash_of(const struct hash *h, size_t i)
{
	const struct place *p = &h->places[i];
	if (h->lens[i] != APART)
		return hash_keyed(h->key, p->key.bytes, h->lens[i]);
	return hash_keyed(h->key, p->key.apart->bytes, p->key.apart->len);
}

/* All into a table of another size; when there is no memory for it the old one goes on. */
static void resize(struct hash *h, size_t places)
{
	struct hash old = *h;
	if (!make_table(h, places))
		return;
	for (size_t i = 0; i <= old.mask; i++) {
		if (old.lens[i] == EMPTY)
			continue;
		size_t to = (size_t)hash_of(&old, i) & h->mask;
		while (h->lens[to] != EMPTY)
			to = (to + 1) & h->mask;
		h->places[to] = old.places[i];
		h->lens[to] = old.lens[i];
	}
	free_table(old.places, old.mask + 1);
}

static bool write_key(struct hash *h, size_t i, const void *key, size_t len)
{
	struct place *p = &h->places[i];
	if (len <= INLINE) {
		memcpy(p->key.bytes, key, len);
		h->lens[i] = (uint8_t)len;
		return true;
	}
	struct long_key *apart = sized_get(&long_keys, sizeof *apart + len);
	if (apart == NULL)
		return false;
	apart->len = len;
	memcpy(apart->bytes, key, len);
	p->key.apart = apart;
	h->lens[i] = APART;
	return true;
}

bool hash_put(struct hash *h, const void *key, size_t len, void *value)
{
	size_t i = find(h, key, len);
	if (h->lens[i] != EMPTY) {
		h->places[i].value = value;
		return true;
	}
	if (h->limit != 0 && h->n >= h->limit)
		return false;
	/* Three quarters full, runs of places that are taken get long. */
	if (4 * (h->n + 1) > 3 * (h->mask + 1)) {
		resize(h, 2 * (h->mask + 1));
		i = find(h, key, len);
	}
	if (h->n == h->mask || !write_key(h, i, key, len)) /* one place is always empty: it ends every search */
		return false;
	h->places[i].value = value;
	h->n++;
	mem_count(&tables, 1, 0);
	return true;
}

void *hash_get(const struct hash *h, const void *key, size_t len)
{
	size_t i = find(h, key, len);
	return h->lens[i] != EMPTY ? h->places[i].value : NULL;
}

/* What stands behind it moves up, as far as it is not at home there already: no place is left that means "deleted". */
static void close_gap(struct hash *h, size_t gap)
{
	for (size_t i = (gap + 1) & h->mask; h->lens[i] != EMPTY; i = (i + 1) & h->mask) {
		size_t way = (i - (size_t)hash_of(h, i)) & h->mask, back = (i - gap) & h->mask;
		if (way < back)
			continue;
		h->places[gap] = h->places[i];
		h->lens[gap] = h->lens[i];
		gap = i;
	}
	h->lens[gap] = EMPTY;
}

/* One step smaller when few are left. */
static void fit(struct hash *h)
{
	if (h->mask >= PLACES_LEAST && 8 * h->n < h->mask)
		resize(h, (h->mask + 1) / 2);
}

void *hash_del(struct hash *h, const void *key, size_t len)
{
	size_t i = find(h, key, len);
	if (h->lens[i] == EMPTY)
		return NULL;
	void *value = h->places[i].value;
	free_key(h, i);
	close_gap(h, i);
	h->n--;
	mem_count(&tables, -1, 0);
	if (!h->walked)
		fit(h);
	return value;
}

size_t hash_count(const struct hash *h)
{
	return h->n;
}

void hash_each(struct hash *h, void (*fn)(void *arg, void *value), void *arg)
{
	/* Backwards from an empty place, so that what moves up when an entry is deleted has had its turn. */
	size_t end = 0;
	bool outer = !h->walked;
	while (h->lens[end] != EMPTY)
		end++;
	h->walked = true;
	for (size_t i = (end - 1) & h->mask; i != end; i = (i - 1) & h->mask)
		if (h->lens[i] != EMPTY)
			fn(arg, h->places[i].value);
	if (!outer)
		return;
	h->walked = false;
	for (size_t mask = SIZE_MAX; mask != h->mask;) {
		mask = h->mask;
		fit(h);
	}
}
