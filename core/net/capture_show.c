/* A packet as a line, and as octets. */
#include "core/base/drop.h"
#include "core/base/zone.h"
#include "core/net/capture_int.h"

enum { ICMP = 1, TCP = 6, UDP = 17 };

static void ends(struct out *o, uint32_t src, uint16_t sport, uint32_t dst, uint16_t dport,
                 bool ports)
{
	out_str(o, ip4_text(src).s);
	if (ports)
		out_printf(o, ".%u", sport);
	out_printf(o, " > %s", ip4_text(dst).s);
	if (ports)
		out_printf(o, ".%u", dport);
	out_str(o, ": ");
}

static void tcp_line(struct out *o, struct rd *r, uint32_t len)
{
	static const char letters[] = "FSRP";
	uint32_t seq = rd_u32(r), ack = rd_u32(r);
	uint32_t head = (rd_u8(r) >> 4) * 4u;
	uint8_t flags = rd_u8(r);
	uint16_t window = rd_u16(r);
	bool any = false;
	if (!rd_ok(r)) {
		out_str(o, "truncated-tcp ");
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		if (flags >> i & 1) {
			out_printf(o, "%c", letters[i]);
			any = true;
		}
	if (!any)
		out_str(o, ".");
	uint32_t data = len > head ? len - head : 0;
	if (data > 0 || (flags & 7))
		out_printf(o, " %u:%u(%u)", seq, seq + data, data);
	if (flags & 0x10)
		out_printf(o, " ack %u", ack);
	out_printf(o, " win %u ", window);
}

static void icmp_line(struct out *o, struct rd *r)
{
	uint8_t type = rd_u8(r), code = rd_u8(r);
	switch (type) {
	case 0:
		out_str(o, "icmp: echo reply ");
		break;
	case 8:
		out_str(o, "icmp: echo request ");
		break;
	case 3:
		out_printf(o, "icmp: unreachable code %u ", code);
		break;
	case 11:
		out_str(o, "icmp: time exceeded in-transit ");
		break;
	default:
		out_printf(o, "icmp: type-#%u ", type);
	}
}

static void ip_line(struct out *o, const struct cap_stored *p)
{
	struct rd r = rd_of(p->data, p->caplen);
	uint32_t head = (rd_u8(&r) & 15u) * 4u;
	rd_skip(&r, 1);
	uint32_t total = rd_u16(&r);
	rd_skip(&r, 2);
	unsigned fragment = rd_u16(&r) & 0x1fffu;
	rd_skip(&r, 1);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (!rd_ok(&r) || head < 20 || total < head) {
		out_str(o, "truncated-ip ");
		return;
	}
	rd_skip(&r, head - 20);
	bool ports = fragment == 0 && (proto == TCP || proto == UDP);
	uint16_t sport = ports ? rd_u16(&r) : 0, dport = ports ? rd_u16(&r) : 0;
	ends(o, src, sport, dst, dport, ports);
	if (proto == UDP && ports)
		out_printf(o, " udp %u ", total >= head + 8 ? total - head - 8 : 0);
	else if (proto == TCP && ports)
		tcp_line(o, &r, total - head);
	else if (proto == ICMP && fragment == 0)
		icmp_line(o, &r);
	else
		out_printf(o, " ip-proto-%u, length %u ", proto, total - head);
}

void capture_line(struct out *o, const struct cap_stored *p)
{
	char when[16];
	zone_format(when, sizeof when, "%H:%M:%S", (time_t)(p->us / 1000000));
	out_printf(o, "%s.%06u       ", when, (unsigned)(p->us % 1000000));
	ip_line(o, p);
	if (p->point == CAP_DROP)
		out_printf(o, "Drop-reason: (%s) ", drop_text(p->why));
	if (p->point == CAP_CLEAR)
		out_str(o, "decrypted ");
}

void capture_dump(struct out *o, const struct cap_stored *p)
{
	for (uint32_t at = 0; at < p->caplen; at += 16) {
		out_printf(o, "0x%04x   ", at);
		for (uint32_t i = at; i < at + 16; i++) {
			if (i < p->caplen)
				out_printf(o, "%02x", p->data[i]);
			else
				out_str(o, "  ");
			if (i % 2 == 1)
				out_str(o, " ");
		}
		out_str(o, "       ");
		for (uint32_t i = at; i < at + 16 && i < p->caplen; i++)
			out_printf(o, "%c",
			           p->data[i] > ' ' && p->data[i] < 0x7f ? p->data[i] : '.');
		out_str(o, "\n");
	}
}
