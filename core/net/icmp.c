#include "core/net/icmp.h"

#include <string.h>

#include "core/base/buf.h"

enum { ICMP_UNREACHABLE = 3, ICMP_FRAG_NEEDED = 4, ICMP_TTL = 64 };

/* ICMP messages that are answers or questions, not errors: those may be reported on (RFC 1122 §3.2.2). */
static bool icmp_is_error(uint8_t type)
{
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static bool is_single_host(uint32_t ip)
{
	return ip && ip >> 24 != 127 && ip >> 28 < 0xe; /* no multicast, class E, broadcast */
}

/* May an error be sent about this packet (RFC 1812 §4.3.2.7)? */
static bool may_answer(const uint8_t *ip, size_t len, uint32_t *sender)
{
	struct rd r = rd_of(ip, len);
	uint8_t first = rd_u8(&r);
	uint32_t header = (first & 0xfu) * 4;
	rd_skip(&r, 5);
	uint16_t fragment = rd_u16(&r) & 0x1fff;
	rd_skip(&r, 1);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	*sender = rd_u32(&r);
	uint32_t dst = rd_u32(&r);
	if (!rd_ok(&r) || first >> 4 != 4 || header < 20 || len < header + 8 || fragment)
		return false;
	rd_skip(&r, header - 20);
	if (proto == 1 && icmp_is_error(rd_u8(&r)))
		return false;
	return is_single_host(*sender) && is_single_host(dst);
}

static size_t error_build(uint8_t *out, size_t cap, uint32_t src, const uint8_t *ip, size_t len,
                          uint8_t code, uint16_t mtu)
{
	uint32_t sender;
	if (!may_answer(ip, len, &sender))
		return 0;
	/* As much of the packet as fits 576 bytes in all (RFC 1812 §4.3.2.3). */
	size_t quote = len < ICMP_ERROR_MAX - 28 ? len : ICMP_ERROR_MAX - 28;
	struct wr w = wr_of(out, cap);
	wr_u8(&w, 0x45);
	wr_u8(&w, 0xc0); /* internetwork control */
	wr_u16(&w, (uint16_t)(28 + quote));
	wr_u32(&w, 0); /* identification, flags: never fragmented */
	wr_u8(&w, ICMP_TTL);
	wr_u8(&w, 1);
	wr_u16(&w, 0);
	wr_u32(&w, src);
	wr_u32(&w, sender);
	wr_u8(&w, ICMP_UNREACHABLE);
	wr_u8(&w, code);
	wr_u32(&w, 0); /* checksum, unused */
	wr_u16(&w, mtu);
	wr_bytes(&w, ip, quote);
	if (!wr_ok(&w))
		return 0;
	wr_patch_u16(&w, 10, ip4_checksum(out, 20, 0));
	wr_patch_u16(&w, 22, ip4_checksum(out + 20, wr_len(&w) - 20, 0));
	return wr_len(&w);
}

size_t icmp_frag_needed(uint8_t *out, size_t cap, uint32_t src, const uint8_t *ip, size_t len,
                        uint16_t mtu)
{
	return error_build(out, cap, src, ip, len, ICMP_FRAG_NEEDED, mtu);
}

size_t icmp_unreachable(uint8_t *out, size_t cap, uint32_t src, const uint8_t *ip, size_t len,
                        uint8_t code)
{
	return error_build(out, cap, src, ip, len, code, 0);
}
