/* IP packets for clients with a small MTU: every packet is cut or refused. First two bytes: the MTU. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/net/ipfrag.h"

enum { PIECES = 32, AREA = PKT_HEADROOM + 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct pkt *p, struct pkt *const *out, unsigned n, uint16_t mtu)
{
	size_t header = (pkt_data(p)[0] & 15u) * 4, at = 0;
	for (unsigned i = 0; i < n; i++) {
		if (out[i]->len > mtu || out[i]->len < header ||
		    ip4_checksum(pkt_data(out[i]), header, 0) != 0 ||
		    memcmp(pkt_data(out[i]) + header, pkt_data(p) + header + at,
		           out[i]->len - header) != 0)
			abort();
		at += out[i]->len - header;
	}
	if (at != p->len - header)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t areas[PIECES][AREA];
	struct pkt pieces[PIECES], *out[PIECES];
	if (size < 2 || size > 2000)
		return 0;
	uint16_t mtu = (uint16_t)(data[0] << 8 | data[1]);
	size_t len = size - 2;
	/* exactly as long as the packet: a step beyond is seen */
	struct pkt p = {
	        .buf = malloc(len > 0 ? len : 1), .cap = (uint32_t)len, .len = (uint32_t)len};
	memcpy(p.buf, data + 2, len);
	for (unsigned i = 0; i < PIECES; i++) {
		pieces[i] = (struct pkt){.buf = areas[i], .cap = AREA};
		pkt_reset(&pieces[i]);
		out[i] = &pieces[i];
	}
	unsigned n = ipfrag_split(&p, mtu, out, PIECES);
	if (n > 0)
		check(&p, out, n, mtu);
	free(p.buf);
	return 0;
}
