/* What the host leaves to the device: super-packets are cut into packets (TSO, USO), checksums are completed. */
#ifndef CORE_NET_TUN_GSO_H
#define CORE_NET_TUN_GSO_H

#include "core/base/buf.h"
#include "core/base/drop.h"
#include "core/net/vnet.h"

/* A super-packet that is being cut; its bytes are the caller's and stay until it is done. */
struct tun_gso {
	const uint8_t *data;
	uint32_t len;     /* of headers and payload */
	uint32_t at;      /* payload that is in packets already */
	uint16_t headers; /* IP and TCP or UDP, in front of every packet */
	uint16_t ip_header;
	uint16_t size; /* payload of a packet but the last */
	uint16_t id;   /* IP identification of the first */
	uint32_t seq;  /* TCP: of the first */
	uint32_t src, dst;
	uint8_t proto;
	uint16_t flags; /* TCP: data offset, reserved bits, flags */
};

/* What came of one read: h in front of len bytes of an IPv4 packet. A single packet's checksum is completed in place;
 * a super-packet is left in g, tun_gso_more() says so. DROP_VNET: the header does not fit the packet. */
enum drop_reason tun_gso_begin(struct tun_gso *g, const struct virtio_net_hdr *h, uint8_t *data, uint32_t len);
static inline bool tun_gso_more(const struct tun_gso *g)
{
	return g->data != NULL;
}
/* Makes the next packets, at most n and as many as fit into the area, each with PKT_HEADROOM and PKT_TAILROOM. How many;
 * *used: bytes of the area that were taken. An area of TUN_GSO_AREA holds any packet. */
unsigned tun_gso_cut(struct tun_gso *g, uint8_t *area, size_t cap, size_t *used, struct pkt *const *pkts,
                     unsigned n);
enum { TUN_GSO_AREA = PKT_HEADROOM + 65535 + PKT_TAILROOM + 64 };

#endif
