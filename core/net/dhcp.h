/* DHCP for clients that get their address from a server behind us (RFC 2131): the appliance asks in their name, as a
 * relay agent does, so that every answer comes to giaddr (§4.1). Without sockets: messages leave through dhcp_ops.send
 * and come in through dhcp_input(). Control thread only. */
#ifndef CORE_NET_DHCP_H
#define CORE_NET_DHCP_H

#include "core/base/clock.h"
#include "core/base/ip4.h"

struct dhcp;

enum {
	DHCP_LEASES_MAX = 4096,
	DHCP_SERVERS_MAX = 10,
	DHCP_NAME_MAX = 127,
	DHCP_MSG_MAX = 1500,
};

/* What a server gave. */
struct dhcp_answer {
	uint32_t ip; /* 0 = no server gave one */
	uint32_t dns[2], wins[2];
};

struct dhcp_ops {
	/* One message to a server. The answer comes later, never from within. */
	void (*send)(void *ctx, uint32_t server, const uint8_t *msg, size_t len);
	/* Our address on the way to a server, 0 = there is no way. */
	uint32_t (*source)(void *ctx, uint32_t server);
	/* The answer for id. Once for each dhcp_ask, later than it. Without an address the question is over (and
	 * dhcp_end need not, but may, be called). */
	void (*done)(void *ctx, uint32_t id, const struct dhcp_answer *answer);
	/* The lease of id ran out or was taken back; it is over. */
	void (*lost)(void *ctx, uint32_t id);
};

struct dhcp_ask {
	uint32_t id;      /* the caller's number, unique among those under way; never 0 */
	const char *name; /* of the user: one who comes again gets the address he had */
	const uint32_t *servers;
	size_t nservers;
	uint32_t scope; /* giaddr: the subnet wanted; 0 = our address towards each server */
};

/* ops and clock must outlive it. NULL when memory is short. */
struct dhcp *dhcp_new(struct clock *clock, const struct dhcp_ops *ops, void *ctx);
/* Gives every lease back and frees. NULL is allowed. */
void dhcp_free(struct dhcp *d);
/* Copied. false: too many leases, or no server can be reached. */
bool dhcp_ask(struct dhcp *d, const struct dhcp_ask *ask);
/* The address is not needed any more (DHCPRELEASE), or the answer is not. Nothing when there is no such id. */
void dhcp_end(struct dhcp *d, uint32_t id);
/* The same, and somebody else has the address already (DHCPDECLINE). */
void dhcp_decline(struct dhcp *d, uint32_t id);
/* What came in on port 67, from whom. Hostile. */
void dhcp_input(struct dhcp *d, uint32_t from, const uint8_t *msg, size_t len);
size_t dhcp_count(const struct dhcp *d);

#endif
