/* What the peer does unasked once it has an address: DHCPINFORM (RFC 2131 §3.4), LCP Echo-Request (RFC 1661 §5.8). */
#include "tests/client/ppp_peer.h"

enum { DHCP_CLIENT = 68, DHCP_SERVER = 67, DHCP_FIXED = 236, UDP_HEADERS = 28 };

static uint16_t ip_sum(const uint8_t *p)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < 20; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~(sum + (sum >> 16));
}

void ppp_peer_inform(struct timer *t, void *arg)
{
	struct ppp_peer *p = arg;
	uint8_t ip[512], list[64];
	struct wr w = wr_of(ip, sizeof(ip)), l = wr_of(list, sizeof(list));
	if (p->closed || p->inform_acks > 0 || p->informs >= p->script->inform_tries)
		return;
	p->informs++;
	script_write(&l, p->script->inform.items[0].form, NULL);
	size_t body = DHCP_FIXED + 4 + 3 + 2 + wr_len(&l) + 1;
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)(UDP_HEADERS + body));
	wr_u32(&w, 0x00010000);
	wr_u32(&w, 0x40110000);
	wr_u32(&w, p->ip);
	wr_u32(&w, UINT32_MAX);
	wr_patch_u16(&w, 10, ip_sum(ip));
	wr_u16(&w, DHCP_CLIENT);
	wr_u16(&w, DHCP_SERVER);
	wr_u16(&w, (uint16_t)(8 + body));
	wr_u16(&w, 0);
	wr_u32(&w, 0x01080600);
	wr_u32(&w, 0x1f0e0000 + p->informs);
	wr_u32(&w, 0);
	wr_u32(&w, p->ip); /* ciaddr */
	wr_zero(&w, DHCP_FIXED - 16);
	wr_u32(&w, 0x63825363);
	wr_bytes(&w, "\x35\x01\x08", 3);
	wr_u8(&w, 55);
	wr_u8(&w, (uint8_t)wr_len(&l));
	wr_bytes(&w, list, wr_len(&l));
	wr_u8(&w, 255);
	ppp_peer_frame(p, 0x0021, ip, wr_len(&w));
	timer_start(p->clock, t, p->script->inform_ms, ppp_peer_inform, p);
}

void ppp_peer_ip(struct ppp_peer *p, struct bytes ip)
{
	struct rd r = rd_of(ip.p, ip.len);
	rd_skip(&r, 9);
	bool udp = rd_u8(&r) == 17;
	rd_skip(&r, 10);
	bool ports = rd_u16(&r) == DHCP_SERVER && rd_u16(&r) == DHCP_CLIENT;
	if (rd_ok(&r) && udp && ports)
		p->inform_acks++;
}

void ppp_peer_echo(struct timer *t, void *arg)
{
	struct ppp_peer *p = arg;
	uint8_t echo[8];
	struct wr w = wr_of(echo, sizeof(echo));
	if (p->closed)
		return;
	if (p->echoes_missed++ >= p->script->echo_tries) {
		ppp_peer_hangup(p);
		return;
	}
	p->echoes++;
	wr_u8(&w, 9);
	wr_u8(&w, p->id++);
	wr_u16(&w, sizeof(echo));
	wr_u32(&w, 0);
	ppp_peer_frame(p, 0xc021, echo, sizeof(echo));
	timer_start(p->clock, t, 1000 * p->script->echo_s, ppp_peer_echo, p);
}
