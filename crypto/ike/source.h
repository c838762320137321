/* Addresses that have begun negotiations: each costs a token, and those that come to something give it back. Tokens grow
 * again with time. Inside the engine. */
#ifndef CRYPTO_IKE_SOURCE_H
#define CRYPTO_IKE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

enum { IKE_SOURCES = 512 }; /* whose rate is known; beyond that the one that has been quiet for longest is forgotten */

struct ike;

struct ike_source {
	uint32_t ip, tokens;
	uint64_t at_ms; /* as of then */
};

/* Has the address (host order) a token left? */
bool source_has(struct ike *ike, uint32_t ip);
/* Takes it; false: there was none. */
bool source_take(struct ike *ike, uint32_t ip);
void source_give(struct ike *ike, uint32_t ip);

#endif
