#include "core/aaa/radius/states.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/hash.h"

struct state {
	struct state *older, *newer;
	uint64_t end_ms;
	char key[256];
	size_t len;
	uint8_t value[RADIUS_STATE_MAX];
};

struct radius_states {
	struct clock *clock;
	struct hash *by_key;
	struct state *oldest, *newest;
};

struct radius_states *radius_states_new(struct clock *clock)
{
	struct radius_states *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->clock = clock;
	s->by_key = hash_new(RADIUS_STATES_MAX);
	if (!s->by_key) {
		free(s);
		return NULL;
	}
	return s;
}

static void drop(struct radius_states *s, struct state *st)
{
	*(st->older ? &st->older->newer : &s->oldest) = st->newer;
	*(st->newer ? &st->newer->older : &s->newest) = st->older;
	hash_del(s->by_key, st->key, strlen(st->key));
	wipe(st, sizeof(*st));
	free(st);
}

void radius_states_free(struct radius_states *s)
{
	if (!s)
		return;
	while (s->oldest)
		drop(s, s->oldest);
	hash_free(s->by_key);
	free(s);
}

static void make_key(char *key, size_t cap, const char *user, uint32_t peer)
{
	snprintf(key, cap, "%08x%s", peer, user);
}

void radius_states_keep(struct radius_states *s, const char *user, uint32_t peer,
                        struct bytes state, uint32_t seconds)
{
	struct state *st = calloc(1, sizeof(*st));
	if (!st || state.len > sizeof(st->value)) {
		free(st);
		return;
	}
	make_key(st->key, sizeof(st->key), user, peer);
	struct state *old = hash_get(s->by_key, st->key, strlen(st->key));
	if (old)
		drop(s, old);
	else if (hash_count(s->by_key) >= RADIUS_STATES_MAX)
		drop(s, s->oldest);
	st->end_ms = clock_now(s->clock) + (uint64_t)(seconds ? seconds : RADIUS_STATE_S) * 1000;
	st->len = state.len;
	memcpy(st->value, state.p, state.len);
	if (!hash_put(s->by_key, st->key, strlen(st->key), st)) {
		free(st);
		return;
	}
	st->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = st;
	s->newest = st;
}

size_t radius_states_take(struct radius_states *s, const char *user, uint32_t peer, uint8_t *to)
{
	char key[sizeof(s->oldest->key)];
	make_key(key, sizeof(key), user, peer);
	struct state *st = hash_get(s->by_key, key, strlen(key));
	size_t len = st && clock_now(s->clock) < st->end_ms ? st->len : 0;
	if (len > 0)
		memcpy(to, st->value, len);
	if (st)
		drop(s, st);
	return len;
}

size_t radius_states_count(const struct radius_states *s)
{
	return hash_count(s->by_key);
}
