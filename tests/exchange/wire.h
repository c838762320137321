/* The wire between two ends of a test: loses, doubles and reorders packets on a fake clock. */
#ifndef TESTS_EXCHANGE_WIRE_H
#define TESTS_EXCHANGE_WIRE_H

#include "core/base/clock.h"

struct wire {
	struct clock *clock;
	uint32_t rnd;
	unsigned loss, doubled;       /* of 1000 packets, or pieces of them */
	unsigned mtu;                 /* bytes of a piece; pieces go by themselves and are put together again. 0 = any */
	uint32_t delay_ms, jitter_ms; /* jitter above the distance of packets reorders them */
	struct flying *first;
	unsigned lost, carried;
};

void wire_init(struct wire *w, struct clock *clock, uint32_t seed);
void wire_free(struct wire *w);
/* to gets a copy of the packet later, once, twice or never. */
void wire_put(struct wire *w, void (*to)(void *arg, const uint8_t *msg, size_t len), void *arg,
              const uint8_t *msg, size_t len);

#endif
