#include "core/net/tun_coalesce.h"

#include <string.h>

enum {
	SIZE_MIN = 8, /* as of the kernel's TCP (TCP_MIN_GSO_SIZE): what is behind the device need not bear with less */
	SUPER_MAX = 65535,
};

/* ------------------------------------------------------------------------------------------- looking */

static void look_tcp(struct tun_look *l, struct rd *r)
{
	l->seq = rd_u32(r);
	l->ack = rd_u32(r);
	l->flags = rd_u16(r);
	l->window = rd_u16(r);
	rd_skip(r, 2);
	l->urgent = rd_u16(r);
	uint32_t header = (l->flags >> 12) * 4u;
	l->options = rd_bytes(r, header - 20);
	l->headers = (uint16_t)(IP_HEADER + header);
	/* Data that moves on; how a connection begins and ends, and what is urgent, goes alone. */
	l->joins = rd_ok(r) && header >= 20 && (l->flags & 0xff & ~(TCP_PSH | TCP_ECE)) == TCP_ACK;
}

static void look_udp(struct tun_look *l, struct rd *r, uint32_t len)
{
	uint16_t udp = rd_u16(r), sum = rd_u16(r);
	l->headers = IP_HEADER + UDP_HEADER;
	l->joins = rd_ok(r) && udp == len - IP_HEADER && sum != 0; /* the device would write one */
}

static void look_at(struct tun_look *l, const struct pkt *p, bool udp)
{
	struct rd r = pkt_rd(p);
	uint8_t first = rd_u8(&r);
	memset(l, 0, sizeof(*l));
	l->tos = rd_u8(&r);
	uint16_t total = rd_u16(&r);
	l->id = rd_u16(&r);
	l->fragment = rd_u16(&r);
	l->ttl = rd_u8(&r);
	l->proto = rd_u8(&r);
	rd_skip(&r, 2);
	l->src = rd_u32(&r);
	l->dst = rd_u32(&r);
	rd_skip(&r, (first & 15) * 4u > IP_HEADER ? (first & 15) * 4u - IP_HEADER : 0);
	l->ports = rd_u32(&r);
	l->flow = rd_ok(&r) && (l->proto == PROTO_TCP || l->proto == PROTO_UDP) &&
	          (l->fragment & IP_FRAGMENT) == 0;
	if (!l->flow || first != 0x45 || total != p->len)
		return;
	if (l->proto == PROTO_TCP)
		look_tcp(l, &r);
	else if (udp)
		look_udp(l, &r, p->len);
	l->joins = l->joins && p->len > l->headers;
	l->payload = l->joins ? (uint16_t)(p->len - l->headers) : 0;
}

static bool same_flow(const struct tun_look *a, const struct tun_look *b)
{
	return a->src == b->src && a->dst == b->dst && a->ports == b->ports && a->proto == b->proto;
}

/* In all that a super-packet writes once. */
static bool alike(const struct tun_look *a, const struct tun_look *b)
{
	return a->tos == b->tos && a->ttl == b->ttl && a->fragment == b->fragment && a->headers == b->headers &&
	       a->ack == b->ack && ((a->flags ^ b->flags) & ~TCP_PSH) == 0 && a->window == b->window &&
	       a->urgent == b->urgent && bytes_eq(a->options, b->options);
}

static bool checksums_ok(const struct tun_look *l, const struct pkt *p)
{
	uint32_t n = p->len - IP_HEADER;
	return ip4_checksum(pkt_data(p), IP_HEADER, 0) == 0 &&
	       ip4_checksum(pkt_data(p) + IP_HEADER, n,
	                    ip4_pseudo_sum(l->src, l->dst, l->proto, (uint16_t)n)) == 0;
}

/* ------------------------------------------------------------------------------------------- joining */

/* Numbers that go up by one, or with DF are all the same. */
static bool id_follows(const struct tun_group *g, const struct tun_look *head, const struct tun_look *l,
                       uint8_t *step)
{
	uint16_t ahead = (uint16_t)(l->id - head->id);
	*step = g->n > 1 ? g->id_step : (uint8_t)(ahead != 0);
	return ahead == *step * g->n && (*step != 0 || (head->fragment & IP_DF) != 0);
}

static bool join(struct tun_plan *plan, struct tun_group *g, struct pkt *const *pkts, unsigned i)
{
	const struct tun_look *l = &plan->look[i], *head = &plan->look[g->first];
	uint8_t step;
	if (g->closed || !l->joins || l->payload > g->size || g->len + l->payload > SUPER_MAX || !alike(head, l) ||
	    (l->proto == PROTO_TCP && l->seq != head->seq + (uint32_t)g->n * g->size) ||
	    !id_follows(g, head, l, &step) || (g->n == 1 && !checksums_ok(head, pkts[g->first])) ||
	    !checksums_ok(l, pkts[i]))
		return false;
	plan->next[g->last] = (uint8_t)i;
	g->last = (uint8_t)i;
	g->n++;
	g->id_step = step;
	g->len += l->payload;
	g->closed = l->payload < g->size || (l->flags & TCP_PSH) != 0;
	return true;
}

static void begin(struct tun_plan *plan, uint8_t *slot, struct pkt *const *pkts, unsigned i)
{
	const struct tun_look *l = &plan->look[i];
	plan->group[plan->n++] = (struct tun_group){.first = (uint8_t)i,
	                                            .last = (uint8_t)i,
	                                            .n = 1,
	                                            .closed = !l->joins || l->payload < SIZE_MIN ||
	                                                      (l->flags & TCP_PSH) != 0,
	                                            .size = l->payload,
	                                            .len = pkts[i]->len};
	if (slot)
		*slot = (uint8_t)plan->n;
}

/* Where the latest group of a flow stands, or may be put. There are twice as many slots as packets. */
static uint8_t *slot_find(struct tun_plan *plan, const struct tun_look *l)
{
	uint32_t h = (l->src * 31 + l->dst) * 31 + l->ports + l->proto;
	h = (h ^ h >> 15) * 0x9e3779b1u;
	for (uint32_t at = h >> 25;; at = (at + 1) % sizeof(plan->slots)) {
		uint8_t *slot = &plan->slots[at];
		if (*slot == 0 || same_flow(&plan->look[plan->group[*slot - 1].first], l))
			return slot;
	}
}

void tun_coalesce(struct tun_plan *plan, struct pkt *const *pkts, unsigned n, bool udp)
{
	plan->n = 0;
	memset(plan->slots, 0, sizeof(plan->slots));
	for (unsigned i = 0; i < n; i++) {
		struct tun_look *l = &plan->look[i];
		look_at(l, pkts[i], udp);
		if (!l->flow) {
			/* A fragment may be of any flow: nothing that comes behind it goes in front of it. */
			if ((l->fragment & IP_FRAGMENT) != 0)
				memset(plan->slots, 0, sizeof(plan->slots));
			begin(plan, NULL, pkts, i);
			continue;
		}
		uint8_t *slot = slot_find(plan, l);
		if (*slot == 0 || !join(plan, &plan->group[*slot - 1], pkts, i))
			begin(plan, slot, pkts, i);
	}
}

size_t tun_super_head(const struct tun_plan *plan, const struct tun_group *g, struct pkt *const *pkts,
                      uint8_t head[TUN_SUPER_HEAD])
{
	const struct tun_look *l = &plan->look[g->first], *last = &plan->look[g->last];
	bool tcp = l->proto == PROTO_TCP;
	uint8_t *ip = head + VNET_LEN;
	struct virtio_net_hdr h = {
	        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	        .gso_type = tcp ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4,
	        .hdr_len = l->headers,
	        .gso_size = g->size,
	        .csum_start = IP_HEADER,
	        .csum_offset = tcp ? TCP_SUM_AT : UDP_SUM_AT,
	};
	memcpy(head, &h, sizeof(h));
	memcpy(ip, pkt_data(pkts[g->first]), l->headers);
	struct wr w = wr_of(ip, l->headers);
	wr_space(&w, l->headers);
	wr_patch_u16(&w, 2, (uint16_t)g->len);
	wr_patch_u16(&w, IP_SUM_AT, 0);
	wr_patch_u16(&w, IP_SUM_AT, ip4_checksum(ip, IP_HEADER, 0));
	uint16_t n = (uint16_t)(g->len - IP_HEADER);
	uint32_t pseudo = ip4_pseudo_sum(l->src, l->dst, l->proto, n);
	if (tcp)
		wr_patch_u16(&w, IP_HEADER + TCP_FLAGS_AT, l->flags | (last->flags & TCP_PSH));
	else
		wr_patch_u16(&w, IP_HEADER + 4, n);
	/* The sum of the pseudo header, to which the device adds the rest. */
	wr_patch_u16(&w, IP_HEADER + h.csum_offset, (uint16_t)~ip4_checksum(ip, 0, pseudo));
	return VNET_LEN + l->headers;
}
