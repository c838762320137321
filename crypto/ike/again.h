/* First messages that were said while all places were taken, by a mark of each: who says his again is probably there, which
 * those who forge addresses cannot be told of each. Inside the engine. */
#ifndef CRYPTO_IKE_AGAIN_H
#define CRYPTO_IKE_AGAIN_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/ip4.h"

enum { IKE_AGAIN_ROWS = 1 << 18 }; /* a megabyte, while it is needed: five seconds of 50,000 messages a second */

struct ike;
struct again_row;

struct ike_again {
	struct again_row *rows; /* NULL = nobody was put off lately */
	uint64_t key[2], last_ms;
	struct timer timer; /* gives it back */
};

/* Was this message (with its header) said before, long enough ago to be a repetition? Notes that it is said now. */
bool again_said(struct ike *ike, struct ip4_end remote, struct bytes msg);
void again_free(struct ike *ike);

#endif
