/* What a TUN device gives: its header and a packet, perhaps a super-packet. Every piece is an IP packet with right
 * checksums, and together they carry the payload. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/tun_gso.h"

enum { N = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tun_gso *g, const struct pkt *p, uint32_t at)
{
	uint32_t n = p->len - g->ip_header;
	if (p->len <= g->headers || p->off != PKT_HEADROOM || p->cap != PKT_HEADROOM + p->len + PKT_TAILROOM ||
	    memcmp(pkt_data(p) + g->headers, g->data + g->headers + at, p->len - g->headers) != 0 ||
	    ip4_checksum(pkt_data(p), g->ip_header, 0) != 0 ||
	    ip4_checksum(pkt_data(p) + g->ip_header, n, ip4_pseudo_sum(g->src, g->dst, g->proto, (uint16_t)n)) != 0)
		abort();
}

static void cut(struct tun_gso *g, uint32_t size)
{
	uint8_t *area = malloc(TUN_GSO_AREA);
	struct pkt pkts[N], *out[N];
	const struct tun_gso whole = *g;
	uint32_t at = 0;
	for (unsigned i = 0; i < N; i++)
		out[i] = &pkts[i];
	while (tun_gso_more(g)) {
		size_t used;
		unsigned n = tun_gso_cut(g, area, TUN_GSO_AREA, &used, out, N);
		if (n == 0 || used > TUN_GSO_AREA)
			abort();
		for (unsigned i = 0; i < n; i++) {
			check(&whole, out[i], at);
			at += out[i]->len - whole.headers;
		}
	}
	if (at != size - whole.headers)
		abort();
	free(area);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr h;
	struct tun_gso g;
	if (size < sizeof(h) || size > sizeof(h) + 3000)
		return 0;
	memcpy(&h, data, sizeof(h));
	uint32_t len = (uint32_t)(size - sizeof(h));
	uint8_t *packet = malloc(len > 0 ? len : 1); /* exactly as long: a step beyond is seen */
	memcpy(packet, data + sizeof(h), len);
	if (tun_gso_begin(&g, &h, packet, len) == DROP_NONE && tun_gso_more(&g))
		cut(&g, len);
	free(packet);
	return 0;
}
