/* Single producer, single consumer ring of fixed-size elements between two threads. */
#ifndef CORE_BASE_RING_H
#define CORE_BASE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring {
	uint8_t *slots;
	size_t elem, mask;
	_Alignas(64) _Atomic size_t head; /* next to read; written by the consumer */
	_Alignas(64) _Atomic size_t tail; /* next to write; written by the producer */
	_Atomic size_t most; /* elements there ever were at once; written by the producer */
};

/* n is rounded up to a power of two. 0 or -ENOMEM. */
int ring_init(struct ring *r, size_t n, size_t elem);
void ring_free(struct ring *r);
bool ring_push(struct ring *r, const void *elem); /* false when full */
bool ring_pop(struct ring *r, void *elem);        /* false when empty */
size_t ring_count(const struct ring *r);
/* For show: how many elements fit, and the most there ever were. */
size_t ring_size(const struct ring *r);
size_t ring_most(const struct ring *r);

#endif
