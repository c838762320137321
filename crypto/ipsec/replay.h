/* Anti-replay window by words (RFC 6479): a ring of 64-bit words, one word larger than the window, so that
 * advancing clears whole words and never shifts. One writer (the worker); show may read at any time. */
#ifndef CRYPTO_IPSEC_REPLAY_H
#define CRYPTO_IPSEC_REPLAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	REPLAY_MIN = 64,
	REPLAY_MAX = 1024,
};

struct replay {
	uint32_t size;        /* packets, 0 = off */
	uint32_t mask;        /* words - 1 */
	_Atomic uint32_t top; /* highest sequence number that was authenticated, 0 = none */
	_Atomic uint64_t word[];
};

/* Bytes of memory of a window. size in packets: 0 = off, else raised to 64 and cut at 1024. */
size_t replay_room(uint32_t size);
/* r has this room. */
void replay_init(struct replay *r, uint32_t size);
/* Before decryption: may this number be new? Changes nothing. 0 never is (RFC 4303 §3.3.3). */
bool replay_check(const struct replay *r, uint32_t seq);
/* After verification: marks it as seen. false when it is not new any more (twice in one batch). */
bool replay_advance(struct replay *r, uint32_t seq);
/* 64 numbers for show, from `back` * 64 numbers below the newest: bit 63 = the newest. While fewer than 64
 * numbers were seen, bit n = number n, and bit 0 is always set, as the appliance prints it. */
uint64_t replay_map(const struct replay *r, unsigned back);

#endif
