#include "core/net/tun_gso.h"

#include <string.h>

enum { ALIGN = 64 /* packets begin in lines of the cache of their own */ };

/* The sum of the pseudo header stands in the checksum's place: the rest is added. UDP writes zero as all ones
 * (RFC 768); TCP may, too. */
static bool checksum_complete(const struct virtio_net_hdr *h, uint8_t *data, uint32_t len)
{
	uint32_t at = (uint32_t)h->csum_start + h->csum_offset;
	if (h->csum_start < IP_HEADER || h->csum_start > len || at + 2 > len)
		return false;
	struct wr w = wr_of(data, len);
	wr_space(&w, len);
	uint16_t sum = ip4_checksum(data + h->csum_start, len - h->csum_start, 0);
	wr_patch_u16(&w, at, sum == 0 ? 0xffff : sum);
	return true;
}

/* Reads the headers of a super-packet; false when they do not belong to one. */
static bool headers_read(struct tun_gso *g, uint8_t proto)
{
	struct rd r = rd_of(g->data, g->len);
	uint8_t first = rd_u8(&r);
	g->ip_header = (uint16_t)((first & 15) * 4);
	rd_skip(&r, 1);
	uint16_t total = rd_u16(&r);
	g->id = rd_u16(&r);
	uint16_t fragment = rd_u16(&r) & IP_FRAGMENT;
	rd_skip(&r, 1);
	g->proto = rd_u8(&r);
	rd_skip(&r, 2);
	g->src = rd_u32(&r);
	g->dst = rd_u32(&r);
	if (first >> 4 != 4 || g->ip_header < IP_HEADER || total != g->len || fragment != 0 || g->proto != proto)
		return false;
	rd_skip(&r, g->ip_header - IP_HEADER);
	rd_skip(&r, 4);
	if (proto == PROTO_UDP) {
		rd_skip(&r, UDP_HEADER - 4);
		g->headers = (uint16_t)(g->ip_header + UDP_HEADER);
		return rd_ok(&r);
	}
	g->seq = rd_u32(&r);
	rd_skip(&r, 4);
	g->flags = rd_u16(&r);
	uint16_t header = (uint16_t)((g->flags >> 12) * 4);
	rd_skip(&r, 6);
	g->headers = (uint16_t)(g->ip_header + header);
	return rd_ok(&r) && header >= 20 && g->headers <= g->len;
}

enum drop_reason tun_gso_begin(struct tun_gso *g, const struct virtio_net_hdr *h, uint8_t *data, uint32_t len)
{
	uint8_t type = (uint8_t)(h->gso_type & ~VIRTIO_NET_HDR_GSO_ECN);
	g->data = NULL;
	if (type == VIRTIO_NET_HDR_GSO_NONE) {
		bool whole = !(h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || checksum_complete(h, data, len);
		return whole ? DROP_NONE : DROP_VNET;
	}
	if (type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_UDP_L4)
		return DROP_VNET;
	*g = (struct tun_gso){.data = data, .len = len, .size = h->gso_size};
	if (h->gso_size == 0 || !headers_read(g, type == VIRTIO_NET_HDR_GSO_TCPV4 ? PROTO_TCP : PROTO_UDP) ||
	    g->headers == len) {
		g->data = NULL;
		return DROP_VNET;
	}
	return DROP_NONE;
}

/* The headers of the packet at p: len bytes of which the payload began at `at`. */
static void headers_write(const struct tun_gso *g, uint8_t *p, uint32_t len, bool last)
{
	uint32_t l4 = g->ip_header, n = len - l4;
	uint32_t pseudo = ip4_pseudo_sum(g->src, g->dst, g->proto, (uint16_t)n);
	struct wr w = wr_of(p, len);
	wr_space(&w, len);
	wr_patch_u16(&w, 2, (uint16_t)len);
	wr_patch_u16(&w, IP_ID_AT, (uint16_t)(g->id + g->at / g->size));
	wr_patch_u16(&w, IP_SUM_AT, 0);
	wr_patch_u16(&w, IP_SUM_AT, ip4_checksum(p, l4, 0));
	if (g->proto == PROTO_UDP) {
		wr_patch_u16(&w, l4 + 4, (uint16_t)n);
		wr_patch_u16(&w, l4 + UDP_SUM_AT, 0);
		uint16_t sum = ip4_checksum(p + l4, n, pseudo);
		wr_patch_u16(&w, l4 + UDP_SUM_AT, sum == 0 ? 0xffff : sum);
		return;
	}
	uint32_t seq = g->seq + g->at;
	uint16_t flags = g->flags;
	if (!last)
		flags &= (uint16_t)~(TCP_FIN | TCP_PSH);
	if (g->at > 0)
		flags &= (uint16_t)~TCP_CWR; /* told once (RFC 3168 §6.1.2) */
	wr_patch_u16(&w, l4 + TCP_SEQ_AT, (uint16_t)(seq >> 16));
	wr_patch_u16(&w, l4 + TCP_SEQ_AT + 2, (uint16_t)seq);
	wr_patch_u16(&w, l4 + TCP_FLAGS_AT, flags);
	wr_patch_u16(&w, l4 + TCP_SUM_AT, 0);
	wr_patch_u16(&w, l4 + TCP_SUM_AT, ip4_checksum(p + l4, n, pseudo));
}

unsigned tun_gso_cut(struct tun_gso *g, uint8_t *area, size_t cap, size_t *used, struct pkt *const *pkts,
                     unsigned n)
{
	unsigned made = 0;
	*used = 0;
	while (made < n && tun_gso_more(g)) {
		uint32_t left = g->len - g->headers - g->at;
		uint32_t payload = left < g->size ? left : g->size, len = g->headers + payload;
		size_t need = (PKT_HEADROOM + len + PKT_TAILROOM + ALIGN - 1) & ~(size_t)(ALIGN - 1);
		if (need > cap - *used)
			break;
		struct pkt *p = pkts[made++];
		pkt_view(p, area + *used, PKT_HEADROOM + len + PKT_TAILROOM, PKT_HEADROOM, len);
		memcpy(pkt_data(p), g->data, g->headers);
		memcpy(pkt_data(p) + g->headers, g->data + g->headers + g->at, payload);
		headers_write(g, pkt_data(p), len, payload == left);
		*used += need;
		g->at += payload;
		if (payload == left)
			g->data = NULL;
	}
	return made;
}
