/* IPv4 fragmentation of packets that are larger than a client's MTU (RFC 791 §3.2). */
#ifndef CORE_NET_IPFRAG_H
#define CORE_NET_IPFRAG_H

#include "core/base/buf.h"

/* Splits the IPv4 packet in view of p into pieces of at most mtu bytes; each piece is written into one of the
 * empty packets of out (pkt_reset). p is unchanged. Returns how many, 0 when it cannot be done (header broken,
 * DF set, end beyond 65535, more than n pieces, mtu below 68). */
unsigned ipfrag_split(const struct pkt *p, uint16_t mtu, struct pkt *const *out, unsigned n);

#endif
