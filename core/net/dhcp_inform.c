#include "core/net/dhcp_inform.h"

#include <string.h>

#include "core/base/ip4.h"

enum { IP_HEADER = 20, UDP_HEADER = 8, PROTO_UDP = 17, IP_DF = 0x4000, TTL = 64, VALUE_MAX = 255 };

/* ------------------------------------------------------------------ the question */

/* The payload of a whole UDP datagram for the servers' port; false when it is anything else. */
static bool read_headers(struct rd *r, uint32_t *src, struct rd *payload)
{
	uint8_t version = rd_u8(r);
	rd_skip(r, 1);
	uint16_t total = rd_u16(r);
	rd_skip(r, 2);
	uint16_t fragment = rd_u16(r);
	rd_skip(r, 1);
	uint8_t proto = rd_u8(r);
	rd_skip(r, 2);
	*src = rd_u32(r);
	rd_skip(r, 4);
	size_t header = (size_t)(version & 15) * 4;
	if (!rd_ok(r) || version >> 4 != 4 || header < IP_HEADER || total < header || proto != PROTO_UDP ||
	    (fragment & (uint16_t)~IP_DF) != 0)
		return false;
	struct rd udp = rd_sub(r, total - IP_HEADER);
	rd_skip(&udp, header - IP_HEADER + 2);
	uint16_t port = rd_u16(&udp), len = rd_u16(&udp);
	rd_skip(&udp, 2);
	*payload = rd_sub(&udp, len < UDP_HEADER ? SIZE_MAX : (size_t)len - UDP_HEADER);
	return rd_ok(r) && rd_ok(&udp) && rd_ok(payload) && port == DHCP_PORT;
}

static bool asks(const struct dhcp_inform *q, uint8_t option)
{
	return (q->asked[option / 8] >> option % 8 & 1) != 0;
}

static void read_option(struct dhcp_inform *q, uint8_t option, struct rd value, uint8_t *type)
{
	switch (option) {
	case DHCP_OPT_TYPE:
		*type = rd_left(&value) == 1 ? rd_u8(&value) : 0;
		break;
	case DHCP_OPT_MAX_SIZE:
		q->most = rd_left(&value) == 2 ? rd_u16(&value) : 0;
		break;
	case DHCP_OPT_PARAMETERS:
		q->has_list = true;
		while (rd_left(&value) > 0) {
			uint8_t wanted = rd_u8(&value);
			if (wanted == DHCP_OPT_MS_ROUTES && !asks(q, DHCP_OPT_ROUTES))
				q->ms_first = true;
			q->asked[wanted / 8] |= (uint8_t)(1u << wanted % 8);
		}
		break;
	default:
		break;
	}
}

bool dhcp_inform_read(struct dhcp_inform *q, const uint8_t *packet, size_t len)
{
	struct rd ip = rd_of(packet, len), r, value;
	uint8_t type = 0, option;
	*q = (struct dhcp_inform){0};
	if (!read_headers(&ip, &q->src, &r))
		return false;
	uint8_t op = rd_u8(&r);
	q->htype = rd_u8(&r);
	q->hlen = rd_u8(&r);
	rd_skip(&r, 1); /* hops */
	q->xid = rd_u32(&r);
	rd_skip(&r, 2); /* secs */
	q->flags = rd_u16(&r);
	q->ciaddr = rd_u32(&r);
	rd_skip(&r, 3 * 4); /* yiaddr, siaddr, giaddr */
	rd_copy(&r, q->chaddr, sizeof(q->chaddr));
	rd_skip(&r, DHCP_SNAME_FILE);
	if (rd_u32(&r) != DHCP_MAGIC || !rd_ok(&r) || op != DHCP_BOOTREQUEST || q->hlen > DHCP_CHADDR)
		return false;
	while (dhcp_option_next(&r, &option, &value))
		read_option(q, option, value, &type);
	return rd_ok(&r) && type == DHCP_INFORM;
}

/* ------------------------------------------------------------------ the answer */

static void put_ip(struct wr *w, uint32_t ip)
{
	if (ip)
		wr_u32(w, ip);
}

static void put_mask(struct wr *w, const struct dhcp_told *t)
{
	put_ip(w, t->mask);
}

static void put_dns(struct wr *w, const struct dhcp_told *t)
{
	put_ip(w, t->dns[0]);
	put_ip(w, t->dns[1]);
}

static void put_wins(struct wr *w, const struct dhcp_told *t)
{
	put_ip(w, t->wins[0]);
	put_ip(w, t->wins[1]);
}

static void put_domain(struct wr *w, const struct dhcp_told *t)
{
	if (t->domain)
		wr_bytes(w, t->domain, strlen(t->domain));
}

/* RFC 3442: the width of the prefix, its octets that are not empty, the router. Whole routes, as many as there is room for. */
static size_t put_routes(struct wr *w, size_t room, const struct dhcp_told *t)
{
	size_t n = 0;
	for (size_t i = 0; i < t->nroutes && n < DHCP_ROUTES_MAX; i++) {
		int bits = ip4_mask_bits(t->routes[i].mask);
		if (bits < 0)
			continue;
		if (wr_len(w) + 1 + (size_t)(bits + 7) / 8 + 4 > room)
			break;
		wr_u8(w, (uint8_t)bits);
		for (int octet = 0; octet * 8 < bits; octet++)
			wr_u8(w, (uint8_t)(t->routes[i].ip >> (24 - 8 * octet)));
		wr_u32(w, t->server);
		n++;
	}
	return n;
}

/* Windows takes the last byte for the end of the text: with its NUL, where there is room. */
static void put_proxy(struct wr *w, const struct dhcp_told *t)
{
	size_t len = t->proxy ? strlen(t->proxy) : 0;
	wr_bytes(w, t->proxy, len > 0 && len < VALUE_MAX ? len + 1 : len);
}

/* What does not fit any more is left out; routes, in the order they are asked for (put NULL), take what the others leave:
 * a part of them is worth something, and a long list would push out all that stood behind it. */
static const struct {
	uint8_t option;
	void (*put)(struct wr *w, const struct dhcp_told *t);
} rows[] = {
        {DHCP_OPT_SUBNET_MASK, put_mask}, {DHCP_OPT_DNS, put_dns},         {DHCP_OPT_DOMAIN, put_domain},
        {DHCP_OPT_NBNS, put_wins},        {DHCP_OPT_PROXY, put_proxy},     {DHCP_OPT_ROUTES, NULL},
        {DHCP_OPT_MS_ROUTES, NULL},
};

static uint8_t option_of(const struct dhcp_inform *q, size_t row)
{
	uint8_t option = rows[row].option;
	if (rows[row].put != NULL || !q->ms_first)
		return option;
	return option == DHCP_OPT_ROUTES ? DHCP_OPT_MS_ROUTES : DHCP_OPT_ROUTES;
}

static void put_option(struct wr *w, uint8_t option, size_t row, const struct dhcp_told *t, size_t most,
                       struct dhcp_held *held)
{
	enum { AROUND = 2 + 1 }; /* its number and length, and the end behind all */
	uint8_t value[VALUE_MAX];
	size_t left = most - wr_len(w), room = left < AROUND ? 0 : left - AROUND;
	struct wr v = wr_of(value, sizeof(value));
	if (room > sizeof(value))
		room = sizeof(value);
	size_t *routes = option == DHCP_OPT_ROUTES ? &held->routes : &held->ms_routes;
	if (rows[row].put != NULL)
		rows[row].put(&v, t);
	else
		*routes = put_routes(&v, room, t);
	size_t len = wr_len(&v);
	if (!wr_ok(&v) || len == 0 || len > room)
		return;
	wr_u8(w, option);
	wr_u8(w, (uint8_t)len);
	wr_bytes(w, value, len);
}

static void put_options(struct wr *w, const struct dhcp_inform *q, const struct dhcp_told *t, size_t most,
                        struct dhcp_held *held)
{
	wr_bytes(w, (const uint8_t[]){DHCP_OPT_TYPE, 1, DHCP_ACK, DHCP_OPT_SERVER_ID, 4}, 5);
	wr_u32(w, t->server);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t option = option_of(q, i);
		if (!q->has_list || asks(q, option))
			put_option(w, option, i, t, most, held);
	}
	wr_u8(w, DHCP_OPT_END);
}

/* RFC 2131 §4.3.5: to the client's address, without yiaddr and times of a lease. */
static void put_message(struct wr *w, const struct dhcp_inform *q)
{
	wr_u8(w, DHCP_BOOTREPLY);
	wr_u8(w, q->htype);
	wr_u8(w, q->hlen);
	wr_u8(w, 0); /* hops */
	wr_u32(w, q->xid);
	wr_u16(w, 0); /* secs */
	wr_u16(w, q->flags);
	wr_u32(w, q->ciaddr);
	wr_zero(w, 3 * 4); /* yiaddr, siaddr, giaddr */
	wr_bytes(w, q->chaddr, sizeof(q->chaddr));
	wr_zero(w, DHCP_SNAME_FILE);
	wr_u32(w, DHCP_MAGIC);
}

/* The headers of a datagram whose payload stands behind them already. */
static void put_headers(const struct dhcp_told *t, uint8_t *packet, size_t len)
{
	uint16_t udp_len = (uint16_t)(len - IP_HEADER);
	struct wr w = wr_of(packet, IP_HEADER + UDP_HEADER);
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)len);
	wr_u16(&w, 0);
	wr_u16(&w, IP_DF);
	wr_u8(&w, TTL);
	wr_u8(&w, PROTO_UDP);
	wr_u16(&w, 0);
	wr_u32(&w, t->server);
	wr_u32(&w, t->client);
	wr_u16(&w, DHCP_PORT);
	wr_u16(&w, DHCP_CLIENT_PORT);
	wr_u16(&w, udp_len);
	wr_u16(&w, 0);
	uint16_t sum = ip4_checksum(packet + IP_HEADER, udp_len,
	                            ip4_pseudo_sum(t->server, t->client, PROTO_UDP, udp_len));
	wr_patch_u16(&w, 10, ip4_checksum(packet, IP_HEADER, 0));
	wr_patch_u16(&w, IP_HEADER + 6, sum ? sum : 0xffff); /* RFC 768: 0 says there is none */
}

size_t dhcp_inform_answer(const struct dhcp_inform *q, const struct dhcp_told *t, uint8_t *to, size_t cap,
                          struct dhcp_held *held)
{
	struct wr w = wr_of(to, cap);
	size_t most = q->most < t->mtu ? q->most : t->mtu, headers = IP_HEADER + UDP_HEADER;
	*held = (struct dhcp_held){0};
	if (most < DHCP_DATAGRAM_MIN)
		most = DHCP_DATAGRAM_MIN;
	wr_zero(&w, headers);
	put_message(&w, q);
	put_options(&w, q, t, most, held);
	if (wr_len(&w) < headers + DHCP_MSG_MIN)
		wr_zero(&w, headers + DHCP_MSG_MIN - wr_len(&w));
	if (!wr_ok(&w))
		return 0;
	put_headers(t, to, wr_len(&w));
	return wr_len(&w);
}
