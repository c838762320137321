#include "core/net/ipfrag.h"

#include <string.h>

enum { IP_DF = 0x4000, IP_MF = 0x2000, IP_OFFSET = 0x1fff, MTU_MIN = 68 };

/* Options copied into later fragments (RFC 791 §3.1: the copied flag); the rest becomes padding. */
static void keep_copied_options(uint8_t *options, size_t len)
{
	for (size_t i = 0; i < len;) {
		uint8_t type = options[i];
		if (type == 0)
			break;
		size_t size = type == 1 ? 1 : i + 1 < len ? options[i + 1] : 0;
		if (size == 0 || (type != 1 && size < 2) || size > len - i) {
			memset(options + i, 0, len - i);
			break;
		}
		if ((type & 0x80) == 0)
			memset(options + i, 1, size);
		i += size;
	}
}

unsigned ipfrag_split(const struct pkt *p, uint16_t mtu, struct pkt *const *out, unsigned n)
{
	struct rd r = pkt_rd(p);
	size_t header = (size_t)(rd_u8(&r) & 15) * 4;
	rd_skip(&r, 1);
	size_t total = rd_u16(&r);
	rd_skip(&r, 2);
	uint16_t flags = rd_u16(&r);
	if (!rd_ok(&r) || header < 20 || total != p->len || total < header || (flags & IP_DF) ||
	    mtu < MTU_MIN)
		return 0;
	size_t piece = ((size_t)mtu - header) & ~(size_t)7, payload = total - header;
	if ((size_t)(flags & IP_OFFSET) * 8 + payload > UINT16_MAX)
		return 0; /* a fragment that reaches beyond every datagram: its offset would run into the flags */
	unsigned made = 0;
	for (size_t at = 0; at < payload; made++) {
		/* Only the last one need not be whole blocks. */
		size_t len = payload - at <= mtu - header ? payload - at : piece;
		uint8_t *to = made < n ? pkt_put(out[made], (uint32_t)(header + len)) : NULL;
		if (to == NULL)
			return 0;
		memcpy(to, pkt_data(p), header);
		memcpy(to + header, pkt_data(p) + header + at, len);
		if (at > 0)
			keep_copied_options(to + 20, header - 20);
		bool more = at + len < payload || (flags & IP_MF);
		struct wr w = wr_of(to, header);
		wr_space(&w, 2);
		wr_u16(&w, (uint16_t)(header + len));
		wr_space(&w, 2);
		wr_u16(&w, (uint16_t)((more ? IP_MF : 0) | ((flags & IP_OFFSET) + at / 8)));
		wr_space(&w, 2);
		wr_u16(&w, 0);
		uint16_t sum = ip4_checksum(to, header, 0);
		wr_patch_u16(&w, 10, sum);
		at += len;
	}
	return made;
}
