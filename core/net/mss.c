#include "core/net/mss.h"

#include "core/base/buf.h"

enum { TCP_SYN = 0x02, OPT_END = 0, OPT_NOP = 1, OPT_MSS = 2, PROTO_TCP = 6 };

/* HC' = ~(~HC + ~m + m') (RFC 1624 §3). A word that stands at an odd offset counts with its bytes swapped. */
static uint16_t checksum_replace(uint16_t sum, uint16_t old_word, uint16_t new_word, bool odd)
{
	if (odd) {
		old_word = (uint16_t)(old_word << 8 | old_word >> 8);
		new_word = (uint16_t)(new_word << 8 | new_word >> 8);
	}
	uint32_t s = (uint16_t)~sum + (uint32_t)(uint16_t)~old_word + new_word;
	s = (s & 0xffff) + (s >> 16);
	s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

/* Leaves the reader at the value of the MSS option; false when there is none or the options are broken. */
static bool mss_find(struct rd *options)
{
	while (rd_left(options)) {
		uint8_t kind = rd_u8(options);
		if (kind == OPT_NOP)
			continue;
		if (kind == OPT_END)
			return false;
		uint8_t len = rd_u8(options);
		if (kind == OPT_MSS)
			return len == 4 && rd_left(options) >= 2;
		if (len < 2)
			return false;
		rd_skip(options, len - 2u);
	}
	return false;
}

bool mss_clamp(uint8_t *ip, size_t len, uint16_t mss)
{
	struct rd r = rd_of(ip, len);
	uint8_t first = rd_u8(&r);
	uint32_t header = (first & 0xfu) * 4;
	rd_skip(&r, 5);
	uint16_t fragment = rd_u16(&r) & 0x1fff;
	rd_skip(&r, 1);
	uint8_t proto = rd_u8(&r);
	if (!mss || first >> 4 != 4 || header < 20 || fragment || proto != PROTO_TCP)
		return false;
	rd_skip(&r, header - 10);
	rd_skip(&r, 12);
	uint32_t tcp_header = (rd_u8(&r) >> 4) * 4u;
	uint8_t flags = rd_u8(&r);
	rd_skip(&r, 2);
	uint16_t sum = rd_u16(&r);
	rd_skip(&r, 2);
	if (!rd_ok(&r) || !(flags & TCP_SYN) || tcp_header < 24)
		return false;
	struct rd options = rd_sub(&r, tcp_header - 20);
	if (!rd_ok(&r) || !mss_find(&options))
		return false;
	size_t at = len - (size_t)(r.end - options.p);
	uint16_t old = rd_u16(&options);
	if (old <= mss)
		return false;
	struct wr w = wr_of(ip, len);
	wr_space(&w, len);
	wr_patch_u16(&w, at, mss);
	wr_patch_u16(&w, header + 16, checksum_replace(sum, old, mss, (at - header) & 1));
	return true;
}
