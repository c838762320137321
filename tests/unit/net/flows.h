/* Packets of made-up flows, for the tests of joining and cutting. */
#ifndef TESTS_UNIT_NET_FLOWS_H
#define TESTS_UNIT_NET_FLOWS_H

#include "core/net/tun_coalesce.h"
#include "core/net/tun_gso.h"

struct flow {
	uint8_t proto, tos;
	bool df;
	uint16_t id, id_step, sport, dport, window;
	uint32_t src, dst, seq, ack;
	uint32_t options, ip_options; /* bytes, of no-operations */
};

void flows_seed(uint32_t seed);
uint32_t flows_random(uint32_t below);
/* The next packet of a flow, with random payload; freed with free(). flags: TCP. */
struct pkt *flows_packet(struct flow *f, uint32_t payload, uint16_t flags);
/* Makes the checksums right. */
void flows_checksums(struct pkt *p);
/* A group as the device gets it: the bytes into super (64 kB), its header into h. How many bytes. */
uint32_t flows_super(const struct tun_plan *plan, const struct tun_group *g, struct pkt *const *pkts, uint8_t *super,
                     struct virtio_net_hdr *h);

#endif
