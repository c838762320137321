/* DHCP messages on the wire (RFC 2131 §2, RFC 2132): what a client writes and reads. */
#ifndef CORE_NET_DHCP_MSG_H
#define CORE_NET_DHCP_MSG_H

#include "core/base/buf.h"

enum dhcp_type { /* RFC 2132 §9.6 */
	         DHCP_DISCOVER = 1,
	         DHCP_OFFER = 2,
	         DHCP_REQUEST = 3,
	         DHCP_DECLINE = 4,
	         DHCP_ACK = 5,
	         DHCP_NAK = 6,
	         DHCP_RELEASE = 7,
	         DHCP_INFORM = 8,
};

enum dhcp_option { /* RFC 2132, RFC 3442 */
	DHCP_OPT_PAD = 0,
	DHCP_OPT_SUBNET_MASK = 1,
	DHCP_OPT_ROUTERS = 3,
	DHCP_OPT_DNS = 6,
	DHCP_OPT_DOMAIN = 15,
	DHCP_OPT_NBNS = 44,
	DHCP_OPT_REQUESTED = 50,
	DHCP_OPT_LEASE = 51,
	DHCP_OPT_TYPE = 53,
	DHCP_OPT_SERVER_ID = 54,
	DHCP_OPT_PARAMETERS = 55,
	DHCP_OPT_MAX_SIZE = 57,
	DHCP_OPT_T1 = 58,
	DHCP_OPT_T2 = 59,
	DHCP_OPT_CLIENT_ID = 61,
	DHCP_OPT_ROUTES = 121,    /* classless static routes */
	DHCP_OPT_MS_ROUTES = 249, /* the same, as Windows has called it since XP */
	DHCP_OPT_PROXY = 252,     /* URL of a proxy file */
	DHCP_OPT_END = 255,
};

enum { /* RFC 2131 §2, §4.1 */
	DHCP_PORT = 67, /* of servers, and ours as their client: we are a relay agent */
	DHCP_CLIENT_PORT = 68,
	DHCP_BOOTREQUEST = 1,
	DHCP_BOOTREPLY = 2,
	DHCP_CHADDR = 16,
	DHCP_SNAME_FILE = 64 + 128,
	DHCP_MAGIC = 0x63825363,
	DHCP_MSG_MIN = 300, /* RFC 1542 §2.1: some relays and servers drop shorter ones */
};

#define DHCP_FOREVER UINT32_MAX

struct dhcp_msg {
	enum dhcp_type type;
	uint32_t xid;
	uint16_t secs;
	uint32_t ciaddr, yiaddr, giaddr;
	uint8_t chaddr[6];
	/* options, 0 = not there */
	uint32_t server_id, requested;
	uint32_t lease_s, t1_s, t2_s;
	uint32_t dns[2], wins[2]; /* read only: the first two of the list */
	const char *client_id; /* written only */
};

/* The next option that is no padding, and its value; false at the end of them (RFC 2132 §3.1, §3.2), or when they are cut
 * short: then rd_ok(r) is false. */
bool dhcp_option_next(struct rd *r, uint8_t *option, struct rd *value);
/* Writes a message of ours; its length, 0 when it does not fit. */
size_t dhcp_msg_write(const struct dhcp_msg *m, uint8_t *to, size_t cap);
/* Reads an answer of a server; false when it is malformed or none. */
bool dhcp_msg_read(struct dhcp_msg *m, const uint8_t *msg, size_t len);

#endif
