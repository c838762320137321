/* Requests on their way to one server: identifiers, sockets, repetitions, and which reply belongs to which request.
 * Identifiers have 8 bits, so that every 256 requests under way have a socket of their own (RFC 2865 §2.5). */
#ifndef CORE_AAA_RADIUS_CLIENT_H
#define CORE_AAA_RADIUS_CLIENT_H

#include "core/aaa/radius/request.h"
#include "core/base/debug.h"

enum {
	RADIUS_SOCKETS_MAX = 64, /* of one server: 16384 requests under way */
	RADIUS_IDLE_MS =
	        30000, /* a socket that is used no more is kept so long: late replies have a place to go */
};

struct radius_client;
struct radius_sock;

/* One request under way. */
struct radius_call {
	struct radius_client *client;
	struct radius_sock *sock;
	struct radius_ids ids;
	struct ip4_end to;
	struct debug_who who; /* of these: the configuration may go first */
	char user[AAA_USER_MAX + 1], group[AAA_NAME_MAX + 1];
	unsigned number; /* in debug lines */
	bool needs_mac;  /* a reply without Message-Authenticator is not believed */
	uint64_t end_ms;
	uint8_t *packet; /* as it went out, and goes out again */
	size_t len;
	struct timer timer;
	/* p: the reply, proved; NULL: none came in time. false: it is malformed, another one may come. Otherwise the call
	 * must have been ended. */
	bool (*answer)(struct radius_call *call, const struct radius_packet *p);
	void *arg;
};

/* NULL when memory is short. */
struct radius_client *radius_client_new(struct aaa_host *h);
void radius_client_free(struct radius_client *c); /* no call may be under way */
struct aaa_host *radius_client_host(const struct radius_client *c);

/* Takes an identifier; ids has it, a random authenticator, secret and nas_ip. NULL with err: too many requests under
 * way, or no socket. */
struct radius_call *radius_call_new(struct radius_client *c, struct err *err);
/* Sends it to that port, again every retry-interval, until timeout. Copies the packet. -ENOMEM: nothing was sent. */
int radius_call_send(struct radius_call *call, uint16_t port, const uint8_t *packet, size_t len);
/* Forgets it; a reply that comes later counts as unrecognized. */
void radius_call_end(struct radius_call *call);

/* For show and tests. */
size_t radius_client_calls(const struct radius_client *c);
size_t radius_client_sockets(const struct radius_client *c);

#endif
