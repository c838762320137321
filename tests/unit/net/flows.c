#include "flows.h"

#include <stdlib.h>
#include <string.h>

static uint32_t random_state;

void flows_seed(uint32_t seed)
{
	random_state = seed ? seed : 1;
}

uint32_t flows_random(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 17;
	random_state ^= random_state << 5;
	return random_state % below;
}

struct pkt *flows_packet(struct flow *f, uint32_t payload, uint16_t flags)
{
	uint32_t l4 = f->proto == PROTO_TCP ? 20 + f->options : UDP_HEADER, ip = IP_HEADER + f->ip_options;
	uint32_t len = ip + l4 + payload, cap = PKT_HEADROOM + len;
	struct pkt *p = calloc(1, sizeof(*p) + cap);
	pkt_view(p, (uint8_t *)(p + 1), cap, PKT_HEADROOM, 0);
	uint8_t *d = pkt_put(p, len);
	struct wr w = wr_of(d, len);
	wr_u8(&w, (uint8_t)(0x40 | ip / 4));
	wr_u8(&w, f->tos);
	wr_u16(&w, (uint16_t)len);
	wr_u16(&w, f->id);
	wr_u16(&w, f->df ? IP_DF : 0);
	wr_u8(&w, 64);
	wr_u8(&w, f->proto);
	wr_u16(&w, 0);
	wr_u32(&w, f->src);
	wr_u32(&w, f->dst);
	memset(wr_space(&w, f->ip_options), 1, f->ip_options);
	wr_u16(&w, f->sport);
	wr_u16(&w, f->dport);
	if (f->proto == PROTO_TCP) {
		wr_u32(&w, f->seq);
		wr_u32(&w, f->ack);
		wr_u16(&w, (uint16_t)(l4 << 10 | flags));
		wr_u16(&w, f->window);
		wr_u32(&w, 0);
		memset(wr_space(&w, f->options), 1, f->options);
	} else {
		wr_u16(&w, (uint16_t)(l4 + payload));
		wr_u16(&w, 0);
	}
	for (uint32_t i = 0; i < payload; i++)
		wr_u8(&w, (uint8_t)flows_random(256));
	f->seq += payload;
	f->id = (uint16_t)(f->id + f->id_step);
	flows_checksums(p);
	return p;
}

void flows_checksums(struct pkt *p)
{
	uint8_t *d = pkt_data(p);
	uint32_t ip = (d[0] & 15) * 4u, n = p->len - ip;
	uint32_t at = ip + (d[9] == PROTO_TCP ? TCP_SUM_AT : UDP_SUM_AT);
	struct rd r = pkt_rd(p);
	rd_skip(&r, 12);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	struct wr w = wr_of(d, p->len);
	wr_space(&w, p->len);
	wr_patch_u16(&w, IP_SUM_AT, 0);
	wr_patch_u16(&w, IP_SUM_AT, ip4_checksum(d, ip, 0));
	wr_patch_u16(&w, at, 0);
	uint16_t sum = ip4_checksum(d + ip, n, ip4_pseudo_sum(src, dst, d[9], (uint16_t)n));
	wr_patch_u16(&w, at, sum == 0 && d[9] == PROTO_UDP ? 0xffff : sum);
}

uint32_t flows_super(const struct tun_plan *plan, const struct tun_group *g, struct pkt *const *pkts, uint8_t *super,
                     struct virtio_net_hdr *h)
{
	uint8_t head[TUN_SUPER_HEAD];
	if (g->n == 1) {
		memset(h, 0, sizeof(*h));
		memcpy(super, pkt_data(pkts[g->first]), pkts[g->first]->len);
		return pkts[g->first]->len;
	}
	size_t len = tun_super_head(plan, g, pkts, head) - VNET_LEN;
	memcpy(h, head, sizeof(*h));
	memcpy(super, head + VNET_LEN, len);
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = plan->next[at]) {
		memcpy(super + len, pkt_data(pkts[at]) + plan->look[at].headers, plan->look[at].payload);
		len += plan->look[at].payload;
	}
	return (uint32_t)len;
}
