#include "crypto/ipsec/replay.h"

#include <string.h>

enum { WORD_BITS = 64 };

static uint32_t size_of(uint32_t size)
{
	if (!size)
		return 0;
	return size < REPLAY_MIN ? REPLAY_MIN : size > REPLAY_MAX ? REPLAY_MAX : size;
}

static uint32_t words_of(uint32_t size)
{
	uint32_t words = 2;

	while (words * WORD_BITS < size_of(size) + WORD_BITS)
		words *= 2;
	return words;
}

size_t replay_room(uint32_t size)
{
	return sizeof(struct replay) + words_of(size) * sizeof(uint64_t);
}

void replay_init(struct replay *r, uint32_t size)
{
	memset(r, 0, replay_room(size));
	r->size = size_of(size);
	r->mask = words_of(size) - 1;
}

static uint32_t top_of(const struct replay *r)
{
	return atomic_load_explicit(&r->top, memory_order_relaxed);
}

static uint64_t word_of(const struct replay *r, uint32_t word)
{
	return atomic_load_explicit(&r->word[word & r->mask], memory_order_relaxed);
}

static void word_set(struct replay *r, uint32_t word, uint64_t value)
{
	atomic_store_explicit(&r->word[word & r->mask], value, memory_order_relaxed);
}

static bool seen(const struct replay *r, uint32_t seq)
{
	return word_of(r, seq / WORD_BITS) >> seq % WORD_BITS & 1;
}

bool replay_check(const struct replay *r, uint32_t seq)
{
	uint32_t top = top_of(r);

	if (!r->size)
		return true;
	if (!seq)
		return false;
	if (seq > top)
		return true;
	return top - seq < r->size && !seen(r, seq);
}

bool replay_advance(struct replay *r, uint32_t seq)
{
	uint32_t top = top_of(r), word = seq / WORD_BITS;

	if (!replay_check(r, seq))
		return false;
	if (seq > top) {
		uint32_t old = top / WORD_BITS, n = word - old;

		if (n > r->mask + 1)
			n = r->mask + 1;
		for (uint32_t i = 1; i <= n && r->size; i++)
			word_set(r, old + i, 0);
		atomic_store_explicit(&r->top, seq, memory_order_relaxed);
	}
	if (r->size)
		word_set(r, word, word_of(r, word) | 1ull << seq % WORD_BITS);
	return true;
}

uint64_t replay_map(const struct replay *r, unsigned back)
{
	uint32_t top = top_of(r), first;
	uint64_t map = 0;

	if (top < WORD_BITS)
		return back ? 0 : (r->size ? word_of(r, 0) : 0) | 1;
	if (!r->size || (back + 1) * WORD_BITS > r->size || top < (back + 1) * WORD_BITS)
		return 0;
	first = top - (back + 1) * WORD_BITS + 1;
	for (uint32_t i = 0; i < WORD_BITS; i++)
		map |= (uint64_t)seen(r, first + i) << i;
	return map;
}
