#include "tests/client/echo.h"

#include "core/base/ip4.h"

enum { ICMP = 1, IP_LEN = 20, IP4_NO_OPTIONS = 0x45, DONT_FRAGMENT = 0x4000, TTL = 64 };

void echo_write(struct wr *w, const struct echo_msg *m)
{
	size_t ip = wr_len(w) + ECHO_PPP, icmp = ip + IP_LEN;
	wr_u32(w, 0xff030021); /* address, control, IP */
	wr_u16(w, IP4_NO_OPTIONS << 8);
	wr_u16(w, (uint16_t)(ECHO_HEAD + m->data.len));
	wr_u16(w, 0);
	wr_u16(w, DONT_FRAGMENT);
	wr_u8(w, TTL);
	wr_u8(w, ICMP);
	wr_u16(w, 0);
	wr_u32(w, m->src);
	wr_u32(w, m->dst);
	wr_u16(w, (uint16_t)(m->type << 8));
	wr_u16(w, 0);
	wr_u16(w, m->id);
	wr_u16(w, m->seq);
	wr_bytes(w, m->data.p, m->data.len);
	if (!wr_ok(w))
		return;
	const uint8_t *end = w->p, *begin = end - ECHO_HEAD - m->data.len;
	wr_patch_u16(w, ip + 10, ip4_checksum(begin, IP_LEN, 0));
	wr_patch_u16(w, icmp + 2, ip4_checksum(begin + IP_LEN, ECHO_HEAD - IP_LEN + m->data.len, 0));
}

bool echo_read(struct bytes packet, struct echo_msg *m)
{
	struct rd r = rd_of(packet.p, packet.len);
	bool plain = rd_u8(&r) == IP4_NO_OPTIONS;
	rd_skip(&r, 1);
	size_t len = rd_u16(&r);
	rd_skip(&r, 5);
	bool icmp = rd_u8(&r) == ICMP;
	rd_skip(&r, 2);
	m->src = rd_u32(&r);
	m->dst = rd_u32(&r);
	m->type = rd_u8(&r);
	rd_skip(&r, 3);
	m->id = rd_u16(&r);
	m->seq = rd_u16(&r);
	if (!rd_ok(&r) || !plain || !icmp || len < ECHO_HEAD || len > packet.len ||
	    (m->type != ECHO_REQUEST && m->type != ECHO_REPLY))
		return false;
	/* 0, or ffff: Linux answers a message of zeros alone with the other zero of one's complement */
	uint16_t check = ip4_checksum(packet.p + IP_LEN, len - IP_LEN, 0);
	if (check != 0 && check != 0xffff)
		return false;
	m->data = (struct bytes){packet.p + ECHO_HEAD, len - ECHO_HEAD};
	return true;
}
