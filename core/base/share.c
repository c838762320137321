#include "core/base/share.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/sized.h"

struct share {
	struct share *next; /* in its bucket */
	uint64_t hash;
	uint32_t refs, len;
	_Alignas(8) uint8_t data[];
};

enum { BUCKETS_LEAST = 64 };

static const char nothing[1];

static struct {
	struct share **buckets; /* a power of two of them */
	size_t n_buckets, n;
	uint64_t key[2];
} shares;
static struct sized objects = SIZED_INIT("Shared data");
static struct mem_kind buckets = {.name = "Shared data"};

static bool ready(void)
{
	if (shares.buckets != NULL)
		return true;
	random_bytes(shares.key, sizeof shares.key);
	shares.buckets = calloc(BUCKETS_LEAST, sizeof(struct share *));
	if (shares.buckets == NULL)
		return false;
	shares.n_buckets = BUCKETS_LEAST;
	mem_register(&buckets);
	mem_count(&buckets, 0, BUCKETS_LEAST * sizeof(struct share *));
	return true;
}

static struct share **bucket_of(uint64_t hash)
{
	return &shares.buckets[hash & (shares.n_buckets - 1)];
}

/* So many buckets from now on; without memory for them it stays as it is. */
static void resize(size_t n)
{
	struct share **old = shares.buckets, **made = calloc(n, sizeof(struct share *));
	size_t n_old = shares.n_buckets;
	if (made == NULL)
		return;
	mem_count(&buckets, 0, ((ptrdiff_t)n - (ptrdiff_t)n_old) * (ptrdiff_t)sizeof(struct share *));
	shares.buckets = made;
	shares.n_buckets = n;
	for (size_t i = 0; i < n_old; i++)
		for (struct share *s = old[i], *next; s != NULL; s = next) {
			next = s->next;
			s->next = *bucket_of(s->hash);
			*bucket_of(s->hash) = s;
		}
	free(old);
}

const void *share_hold(const void *data, size_t len)
{
	if (len > UINT32_MAX || !ready())
		return NULL;
	uint64_t hash = hash_keyed(shares.key, data, len);
	for (struct share *s = *bucket_of(hash); s != NULL; s = s->next)
		if (s->hash == hash && s->len == len && memcmp(s->data, data, len) == 0) {
			s->refs++;
			return s->data;
		}
	struct share *s = sized_get(&objects, sizeof *s + len);
	if (s == NULL)
		return NULL;
	s->hash = hash;
	s->refs = 1;
	s->len = (uint32_t)len;
	memcpy(s->data, data, len);
	s->next = *bucket_of(hash);
	*bucket_of(hash) = s;
	if (++shares.n > shares.n_buckets)
		resize(2 * shares.n_buckets);
	return s->data;
}

void share_drop(const void *shared)
{
	if (shared == NULL)
		return;
	struct share *s = (struct share *)((uintptr_t)shared - offsetof(struct share, data));
	if (--s->refs > 0)
		return;
	struct share **at = bucket_of(s->hash);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	sized_put(&objects, s, sizeof *s + s->len);
	if (--shares.n < shares.n_buckets / 8 && shares.n_buckets > BUCKETS_LEAST)
		resize(shares.n_buckets / 2);
}

const char *share_text(const char *text)
{
	const char *shared = text != NULL && *text != '\0' ? share_hold(text, strlen(text) + 1) : NULL;
	return shared != NULL ? shared : nothing;
}

void share_drop_text(const char *shared)
{
	if (shared != nothing)
		share_drop(shared);
}

void share_set_text(const char **at, const char *text)
{
	const char *old = *at;
	*at = share_text(text);
	share_drop_text(old);
}
