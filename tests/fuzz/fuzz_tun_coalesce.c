/* A batch of clients' packets, each behind two bytes: its length, and in the highest bit that its checksums shall be
 * made right. What is joined and cut again is what it was; a packet with a wrong checksum is never joined. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/tun_coalesce.h"
#include "core/net/tun_gso.h"

enum { RIGHT = 0x8000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint16_t checksum_of(const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 9);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r), n = p->len - IP_HEADER;
	return ip4_checksum(pkt_data(p) + IP_HEADER, n, ip4_pseudo_sum(src, dst, proto, (uint16_t)n));
}

static void make_right(struct pkt *p)
{
	uint8_t *d = pkt_data(p);
	if (p->len < IP_HEADER + TCP_SUM_AT + 2)
		return;
	uint32_t at = IP_HEADER + (d[9] == PROTO_TCP ? TCP_SUM_AT : UDP_SUM_AT);
	struct wr w = wr_of(d, p->len);
	wr_space(&w, p->len);
	wr_patch_u16(&w, 2, (uint16_t)p->len);
	wr_patch_u16(&w, IP_SUM_AT, 0);
	wr_patch_u16(&w, IP_SUM_AT, ip4_checksum(d, IP_HEADER, 0));
	wr_patch_u16(&w, at, 0);
	uint16_t sum = checksum_of(p);
	wr_patch_u16(&w, at, sum == 0 ? 0xffff : sum);
}

/* But for the identification where it means nothing, and the two zeros a checksum has. */
static void same(const struct pkt *got, struct pkt *was, bool id_kept)
{
	uint32_t at = IP_HEADER + (pkt_data(was)[9] == PROTO_TCP ? TCP_SUM_AT : UDP_SUM_AT);
	if (got->len != was->len)
		abort();
	if (!id_kept) {
		memcpy(pkt_data(was) + IP_ID_AT, pkt_data(got) + IP_ID_AT, 2);
		memcpy(pkt_data(was) + IP_SUM_AT, pkt_data(got) + IP_SUM_AT, 2);
	}
	if (checksum_of(got) != 0 || checksum_of(was) != 0)
		abort();
	memcpy(pkt_data(was) + at, pkt_data(got) + at, 2);
	if (memcmp(pkt_data(got), pkt_data(was), was->len) != 0)
		abort();
}

static void check(const struct tun_plan *plan, const struct tun_group *g, struct pkt *const *pkts)
{
	static uint8_t super[65536], area[TUN_GSO_AREA * 2];
	struct pkt got[PKT_BATCH], *out[PKT_BATCH];
	struct virtio_net_hdr h;
	struct tun_gso gso;
	uint8_t head[TUN_SUPER_HEAD];
	size_t len = tun_super_head(plan, g, pkts, head) - VNET_LEN, used;
	memcpy(&h, head, sizeof(h));
	memcpy(super, head + VNET_LEN, len);
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = plan->next[at]) {
		memcpy(super + len, pkt_data(pkts[at]) + plan->look[at].headers, plan->look[at].payload);
		len += plan->look[at].payload;
		out[i] = &got[i];
	}
	if (len != g->len || tun_gso_begin(&gso, &h, super, (uint32_t)len) != DROP_NONE || !tun_gso_more(&gso) ||
	    tun_gso_cut(&gso, area, sizeof(area), &used, out, g->n) != g->n || tun_gso_more(&gso))
		abort();
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = plan->next[at])
		same(out[i], pkts[at], g->id_step != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tun_plan plan;
	struct pkt store[PKT_BATCH], *pkts[PKT_BATCH];
	struct rd r = rd_of(data, size);
	unsigned n = 0, seen = 0;
	while (rd_left(&r) > 0 && n < PKT_BATCH) {
		uint16_t head = rd_u16(&r);
		struct bytes b = rd_bytes(&r, head & 0x7ff);
		if (!rd_ok(&r))
			break;
		uint8_t *copy = malloc(b.len > 0 ? b.len : 1);
		memcpy(copy, b.p, b.len);
		pkts[n] = &store[n];
		pkt_view(pkts[n], copy, (uint32_t)b.len, 0, (uint32_t)b.len);
		if (head & RIGHT)
			make_right(pkts[n]);
		n++;
	}
	tun_coalesce(&plan, pkts, n, true);
	for (unsigned i = 0; i < plan.n; i++) {
		seen += plan.group[i].n;
		if (plan.group[i].n > 1)
			check(&plan, &plan.group[i], pkts);
	}
	if (seen != n)
		abort();
	while (n > 0)
		free(pkts[--n]->buf);
	return 0;
}
