/* First messages that were said while all places were taken, by a mark of each. Who says his again is probably there. A
 * forger can do so too, but has to send each message twice, within MOST_MS (again.c). Inside the engine. */
#ifndef CRYPTO_IKE_AGAIN_H
#define CRYPTO_IKE_AGAIN_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/ip4.h"

struct ike;
struct again_row;

struct ike_again {
	struct again_row *rows; /* NULL = nobody was put off lately */
	uint64_t key[2], last_ms;
	struct timer timer; /* gives it back */
};

/* Was this message (with its header) said before, long enough ago to be a repetition? Notes that it is said now. false
 * also when memory is short: then nobody is known to repeat anything. */
bool again_said(struct ike *ike, struct ip4_end remote, struct bytes msg);
void again_free(struct ike *ike);

#endif
