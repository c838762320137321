/* Packets from one thread to one other: copied into a ring of bytes with head and tail room, worked on there in place. */
#ifndef CORE_BASE_PKTRING_H
#define CORE_BASE_PKTRING_H

#include <stdatomic.h>

#include "core/base/buf.h"

struct pktring {
	uint8_t *area;
	size_t size;
	_Alignas(64) _Atomic size_t head; /* bytes given back; written by the consumer */
	size_t taken;                     /* consumer: handed out, not given back yet */
	_Alignas(64) _Atomic size_t tail; /* bytes to be read; written by the producer */
	size_t written;                   /* producer: not published yet */
	size_t head_seen;                 /* producer: head as it last was */
};

/* size in bytes, a power of two. 0 or -ENOMEM. Memory is touched as it is used. */
int pktring_init(struct pktring *r, size_t size);
void pktring_free(struct pktring *r); /* wiped as far as it was used */
/* A copy of p with its addresses, tos, df, udp_encap, ifindex, and a number of the caller's. Not seen by the consumer
 * before pktring_publish. false when there is no room. */
bool pktring_push(struct pktring *r, const struct pkt *p, uint8_t kind);
/* true when there was something to publish. */
bool pktring_publish(struct pktring *r);
/* Views into the ring of up to n packets of one kind, in order. Good until pktring_release gives all of them back. */
unsigned pktring_pop(struct pktring *r, struct pkt *pkts, unsigned n, uint8_t *kind);
void pktring_release(struct pktring *r);
bool pktring_empty(const struct pktring *r); /* as the consumer sees it */

#endif
