/* Packets of clients joined into super-packets for the device: those of one flow that follow each other and are of one
 * size (as the kernel's GRO would, but before they go through its stack). A plan, no copies: a super-packet is a list
 * of pieces. Cutting it again gives the same packets; only the identification of packets with DF that all carry the
 * same one is not kept (RFC 6864 §4.1: it means nothing). */
#ifndef CORE_NET_TUN_COALESCE_H
#define CORE_NET_TUN_COALESCE_H

#include "core/base/buf.h"
#include "core/net/vnet.h"

/* What joining looks at. */
struct tun_look {
	bool flow;   /* TCP or UDP, not a fragment: ports are known */
	bool joins;  /* nothing speaks against joining it with its like */
	uint8_t proto, tos, ttl;
	uint16_t id, fragment, headers, payload;
	uint32_t src, dst, ports;
	/* TCP */
	uint32_t seq, ack;
	uint16_t flags, window, urgent;
	struct bytes options;
};

struct tun_group {
	uint8_t first, last, n; /* indices into the batch; how many packets */
	bool closed;            /* nothing more is added */
	uint8_t id_step;        /* from packet to packet */
	uint16_t size;          /* payload of every packet but the last */
	uint32_t len;           /* of the super-packet */
};

struct tun_plan {
	unsigned n;
	struct tun_group group[PKT_BATCH]; /* in the order to be sent */
	uint8_t next[PKT_BATCH];           /* of a packet in its group */
	struct tun_look look[PKT_BATCH];
	uint8_t slots[2 * PKT_BATCH]; /* flow -> its latest group, counted from 1 */
};

/* Plans n (at most PKT_BATCH) packets. The order of packets of one flow is kept. A packet whose checksums are wrong
 * goes alone and as it is. udp: UDP is joined, too. */
void tun_coalesce(struct tun_plan *plan, struct pkt *const *pkts, unsigned n, bool udp);

enum { TUN_SUPER_HEAD = VNET_LEN + 120 };
/* Writes what stands in front of the first payload of a group of several: the device's header and the super-packet's
 * headers. How many bytes; the headers of each packet, look[].headers, are left out of what follows. */
size_t tun_super_head(const struct tun_plan *plan, const struct tun_group *g, struct pkt *const *pkts,
                      uint8_t head[TUN_SUPER_HEAD]);

#endif
