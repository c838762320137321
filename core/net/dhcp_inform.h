/* What a client asks through its tunnel once PPP has given it an address (DHCPINFORM, RFC 2131 §3.4): the IP packet it
 * sends, and the IP packet that answers. Windows and Apple learn routes, domain and proxy so; PPP has no words for them. */
#ifndef CORE_NET_DHCP_INFORM_H
#define CORE_NET_DHCP_INFORM_H

#include "core/net/dhcp_msg.h"

enum {
	DHCP_ROUTES_MAX = 28,    /* of 9 bytes at most: one option holds them (RFC 3442) */
	DHCP_DATAGRAM_MIN = 576, /* what every client takes, and no more unless it says so: RFC 2131 §2 */
};

struct dhcp_inform {
	uint32_t src; /* of the packet */
	uint32_t xid, ciaddr;
	uint16_t flags;
	uint16_t most; /* longest datagram the client takes, 0 = not said */
	uint8_t htype, hlen, chaddr[DHCP_CHADDR];
	bool has_list;     /* else everything is asked for */
	bool ms_first;     /* DHCP_OPT_MS_ROUTES before DHCP_OPT_ROUTES */
	uint8_t asked[32]; /* a bit for each option */
};

struct dhcp_route {
	uint32_t ip, mask;
};

/* What it is told. Empty, zero: it is not. */
struct dhcp_told {
	uint32_t server; /* our address on the link: of the answer, and the router of the routes */
	uint32_t client; /* its own */
	uint32_t mask;
	uint32_t dns[2], wins[2];
	const char *domain, *proxy; /* at most 255 bytes each */
	const struct dhcp_route *routes;
	size_t nroutes; /* those beyond DHCP_ROUTES_MAX are left out */
	size_t mtu;     /* longest IP packet to the client */
};

/* How many of the routes the options hold that tell them; 0 = not asked for, or no room. */
struct dhcp_held {
	size_t routes, ms_routes;
};

/* false: it is no DHCPINFORM, or malformed. Hostile. */
bool dhcp_inform_read(struct dhcp_inform *q, const uint8_t *packet, size_t len);
/* Writes the whole IP packet; its length, 0 when it does not fit. Of what does not fit into the longest datagram the client
 * takes (RFC 2132 §9.10, else DHCP_DATAGRAM_MIN), routes are left out first, the last ones. sname and file hold no
 * options (RFC 2131 §4.1, option overload): of Windows it is not known that it reads them there. */
size_t dhcp_inform_answer(const struct dhcp_inform *q, const struct dhcp_told *t, uint8_t *to, size_t cap,
                          struct dhcp_held *held);

#endif
