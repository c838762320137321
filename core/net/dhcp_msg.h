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

/* Writes a message of ours; its length, 0 when it does not fit. */
size_t dhcp_msg_write(const struct dhcp_msg *m, uint8_t *to, size_t cap);
/* Reads an answer of a server; false when it is malformed or none. */
bool dhcp_msg_read(struct dhcp_msg *m, const uint8_t *msg, size_t len);

#endif
