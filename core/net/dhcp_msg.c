#include "core/net/dhcp_msg.h"

#include <string.h>

enum { ETHERNET = 1 };

static void put_u32(struct wr *w, uint8_t option, uint32_t value)
{
	if (!value)
		return;
	wr_u8(w, option);
	wr_u8(w, 4);
	wr_u32(w, value);
}

static void put_options(struct wr *w, const struct dhcp_msg *m)
{
	static const uint8_t wanted[] = {DHCP_OPT_SUBNET_MASK, DHCP_OPT_ROUTERS, DHCP_OPT_DNS, DHCP_OPT_DOMAIN,
	                                 DHCP_OPT_NBNS,        DHCP_OPT_LEASE,   DHCP_OPT_T1,  DHCP_OPT_T2};
	size_t id = strlen(m->client_id);
	wr_u8(w, DHCP_OPT_TYPE);
	wr_u8(w, 1);
	wr_u8(w, (uint8_t)m->type);
	wr_u8(w, DHCP_OPT_CLIENT_ID);
	wr_u8(w, (uint8_t)(id + 1));
	wr_u8(w, 0); /* not a hardware address (RFC 2132 §9.14) */
	wr_bytes(w, m->client_id, id);
	put_u32(w, DHCP_OPT_REQUESTED, m->requested);
	put_u32(w, DHCP_OPT_SERVER_ID, m->server_id);
	if (m->type != DHCP_RELEASE && m->type != DHCP_DECLINE) {
		wr_u8(w, DHCP_OPT_MAX_SIZE);
		wr_u8(w, 2);
		wr_u16(w, 1500);
		wr_u8(w, DHCP_OPT_PARAMETERS);
		wr_u8(w, sizeof(wanted));
		wr_bytes(w, wanted, sizeof(wanted));
	}
	wr_u8(w, DHCP_OPT_END);
}

size_t dhcp_msg_write(const struct dhcp_msg *m, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap);
	wr_u8(&w, DHCP_BOOTREQUEST);
	wr_u8(&w, ETHERNET);
	wr_u8(&w, sizeof(m->chaddr));
	wr_u8(&w, 1); /* hops: through one relay agent, us */
	wr_u32(&w, m->xid);
	wr_u16(&w, m->secs);
	wr_u16(&w, 0); /* flags: no broadcast */
	wr_u32(&w, m->ciaddr);
	wr_u32(&w, 0); /* yiaddr */
	wr_u32(&w, 0); /* siaddr */
	wr_u32(&w, m->giaddr);
	wr_bytes(&w, m->chaddr, sizeof(m->chaddr));
	wr_zero(&w, 16 - sizeof(m->chaddr));
	wr_zero(&w, DHCP_SNAME_FILE);
	wr_u32(&w, DHCP_MAGIC);
	put_options(&w, m);
	if (wr_len(&w) < DHCP_MSG_MIN)
		wr_zero(&w, DHCP_MSG_MIN - wr_len(&w));
	return wr_ok(&w) ? wr_len(&w) : 0;
}

bool dhcp_option_next(struct rd *r, uint8_t *option, struct rd *value)
{
	do {
		if (rd_left(r) == 0 || (*option = rd_u8(r)) == DHCP_OPT_END)
			return false;
	} while (*option == DHCP_OPT_PAD);
	*value = rd_sub(r, rd_u8(r));
	return rd_ok(r);
}

/* The first two of a list of addresses (RFC 2132 §3.8, §8.5). */
static void read_servers(uint32_t to[2], struct rd value)
{
	for (size_t i = 0; i < 2; i++)
		to[i] = rd_left(&value) >= 4 ? rd_u32(&value) : 0;
}

static void read_option(struct dhcp_msg *m, uint8_t option, struct rd value)
{
	struct rd r = value;
	uint32_t number = rd_left(&r) == 4 ? rd_u32(&r) : 0;
	switch (option) {
	case DHCP_OPT_TYPE:
		m->type = rd_left(&value) == 1 ? (enum dhcp_type)rd_u8(&value) : 0;
		break;
	case DHCP_OPT_DNS:
		read_servers(m->dns, value);
		break;
	case DHCP_OPT_NBNS:
		read_servers(m->wins, value);
		break;
	case DHCP_OPT_SERVER_ID:
		m->server_id = number;
		break;
	case DHCP_OPT_LEASE:
		m->lease_s = number;
		break;
	case DHCP_OPT_T1:
		m->t1_s = number;
		break;
	case DHCP_OPT_T2:
		m->t2_s = number;
		break;
	default:
		break;
	}
}

bool dhcp_msg_read(struct dhcp_msg *m, const uint8_t *msg, size_t len)
{
	struct rd r = rd_of(msg, len), value;
	uint8_t option;
	*m = (struct dhcp_msg){0};
	uint8_t op = rd_u8(&r), htype = rd_u8(&r), hlen = rd_u8(&r);
	rd_skip(&r, 1);
	m->xid = rd_u32(&r);
	rd_skip(&r, 4);
	m->ciaddr = rd_u32(&r);
	m->yiaddr = rd_u32(&r);
	rd_skip(&r, 4);
	m->giaddr = rd_u32(&r);
	rd_copy(&r, m->chaddr, sizeof(m->chaddr));
	rd_skip(&r, 16 - sizeof(m->chaddr) + DHCP_SNAME_FILE);
	if (rd_u32(&r) != DHCP_MAGIC || !rd_ok(&r) || op != DHCP_BOOTREPLY || htype != ETHERNET ||
	    hlen != sizeof(m->chaddr))
		return false;
	while (dhcp_option_next(&r, &option, &value))
		read_option(m, option, value);
	return rd_ok(&r) && m->type != 0;
}
