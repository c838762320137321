/* Marks of first messages: sets of rows, where the oldest makes room. */
#include <stdlib.h>

#include "core/base/random.h"
#include "crypto/ike/engine.h"

enum {
	ROWS = 1 << 18, /* a megabyte, while it is needed: five seconds of 50,000 messages a second */
	WAYS = 16, /* few enough to look at, enough that all sets forget at the same time */
	UNIT_MS = 64,
	LEAST_MS = 500, /* a copy that a network makes is no repetition; no client is so quick */
	MOST_MS = 20000,
	QUIET_MS = 30000, /* then the rows go */
};

struct again_row {
	uint16_t mark; /* 0 = none */
	uint16_t at;   /* in UNIT_MS, the low bits */
};

void again_free(struct ike *ike)
{
	timer_stop(ike->clock, &ike->again.timer);
	free(ike->again.rows);
	ike->again.rows = NULL;
}

static void look(struct timer *t, void *arg)
{
	struct ike *ike = arg;
	if (clock_now(ike->clock) - ike->again.last_ms >= QUIET_MS)
		again_free(ike);
	else
		timer_start(ike->clock, t, QUIET_MS, look, ike);
}

static bool begin(struct ike *ike)
{
	struct ike_again *a = &ike->again;
	a->rows = calloc(ROWS, sizeof *a->rows);
	if (a->rows == NULL)
		return false;
	random_bytes(a->key, sizeof a->key);
	timer_start(ike->clock, &a->timer, QUIET_MS, look, ike);
	return true;
}

bool again_said(struct ike *ike, struct ip4_end remote, struct bytes msg)
{
	struct ike_again *a = &ike->again;
	uint64_t now_ms = clock_now(ike->clock);
	uint16_t now = (uint16_t)(now_ms / UNIT_MS);
	uint8_t key[IKE_FIRST_KEY];
	if (msg.len < IKE_HDR_LEN || (a->rows == NULL && !begin(ike)))
		return false;
	a->last_ms = now_ms;
	ike_first_key(key, msg.p, remote);
	uint64_t h = hash_keyed(a->key, key, sizeof key);
	uint16_t mark = h >> 48 != 0 ? (uint16_t)(h >> 48) : 1;
	struct again_row *rows = &a->rows[h % (ROWS / WAYS) * WAYS], *old = rows;
	for (struct again_row *r = rows; r < rows + WAYS; r++) {
		uint32_t age_ms = (uint32_t)(uint16_t)(now - r->at) * UNIT_MS;
		if (r->mark == mark && age_ms < MOST_MS)
			return age_ms >= LEAST_MS;
		if (r->mark == 0 || (old->mark != 0 && (uint16_t)(now - r->at) > (uint16_t)(now - old->at)))
			old = r;
	}
	*old = (struct again_row){mark, now};
	return false;
}
