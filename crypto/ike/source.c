/* How fast one address may begin negotiations that come to nothing: forged ones, guesses at a key, clients that are set up
 * wrong. A thousand clients behind one NAT that get in cost it nothing. */
#include "crypto/ike/engine.h"

enum {
	SOURCE_BURST = 200, /* twice the share of an address */
	SOURCE_EVERY_MS = 50,
	SOURCE_WAYS = 4,
};

/* The row of the address, brought up to date; a new one in the place of that which has been quiet for longest. */
static struct ike_source *source_of(struct ike *ike, uint32_t ip)
{
	uint64_t now = clock_now(ike->clock);
	uint32_t set = (uint32_t)((ip ^ ike->sources_seed) * 2654435761u) % (IKE_SOURCES / SOURCE_WAYS);
	struct ike_source *rows = &ike->sources[set * SOURCE_WAYS], *row = &rows[0];

	for (unsigned i = 0; i < SOURCE_WAYS; i++) {
		if (rows[i].ip == ip) {
			row = &rows[i];
			break;
		}
		if (rows[i].at_ms < row->at_ms)
			row = &rows[i];
	}
	if (row->ip != ip)
		*row = (struct ike_source){ip, SOURCE_BURST, now};
	uint64_t more = (now - row->at_ms) / SOURCE_EVERY_MS;
	row->tokens = more < SOURCE_BURST - row->tokens ? row->tokens + (uint32_t)more : SOURCE_BURST;
	row->at_ms = row->tokens < SOURCE_BURST ? row->at_ms + more * SOURCE_EVERY_MS : now;
	return row;
}

bool source_has(struct ike *ike, uint32_t ip)
{
	return source_of(ike, ip)->tokens > 0;
}

bool source_take(struct ike *ike, uint32_t ip)
{
	struct ike_source *row = source_of(ike, ip);
	if (row->tokens == 0)
		return false;
	row->tokens--;
	return true;
}

void source_give(struct ike *ike, uint32_t ip)
{
	struct ike_source *row = source_of(ike, ip);
	row->tokens += row->tokens < SOURCE_BURST;
}
