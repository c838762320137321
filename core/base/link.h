/* Where L2TP and PPP meet: a call is a link, PPP is its user. Neither knows the other; core/gateway.c
 * introduces them. All calls on the control thread. */
#ifndef CORE_BASE_LINK_H
#define CORE_BASE_LINK_H

#include "core/base/ip4.h"

/* Why a session ended, in the words of message 113019 (log_msgs.h holds the texts). */
#define LINK_END_LIST(X)                                                                           \
	X(USER_REQUEST, "User Requested")                                                          \
	X(LOST_CARRIER, "Lost Carrier")                                                            \
	X(LOST_SERVICE, "Lost Service")                                                            \
	X(IDLE_TIMEOUT, "Idle Timeout")                                                            \
	X(MAX_TIME, "Max time exceeded")                                                           \
	X(ADMIN_RESET, "Administrator Reset")                                                      \
	X(ADMIN_SHUTDOWN, "Administrator Shutdown")                                                \
	X(PREEMPTED, "Connection preempted. Indicates that the allowed number of simultaneous (same user) " \
		     "logins has been exceeded.")                                                  \
	X(PORT_ERROR, "Port Error")                                                                \
	X(USER_ERROR, "User error")                                                                \
	X(SERVICE_UNAVAILABLE, "Service Unavailable")                                              \
	X(SA_EXPIRED, "SA Expired")                                                                \
	X(IKE_DELETE, "IKE Delete")                                                                \
	X(PEER_RECONNECTED, "Peer Reconnected")                                                    \
	X(CONFIG_ERROR, "Configuration Error")                                                     \
	X(INTERNAL_ERROR, "Internal Error")                                                        \
	X(UNKNOWN, "Unknown")

enum link_end {
#define X(name, text) LINK_END_##name,
	LINK_END_LIST(X)
#undef X
		LINK_END_N
};
const char *link_end_text(enum link_end why);

/* What PPP may know of the link it runs on. Texts live as long as the link. */
struct link_info {
	uint32_t peer, flow;             /* core/base/sa.h */
	struct ip4_end remote, local;    /* of L2TP inside ESP (remote ip = the client's public address) */
	uint16_t tunnel, call;           /* our ids */
	uint16_t remote_tunnel, remote_call;
	const char *host;                /* the client's Host Name AVP */
	const char *vendor;              /* its Vendor Name AVP, "" = none */
	uint16_t firmware;               /* its Firmware Revision AVP, 0 = none */
	const char *tunnel_group;        /* "DefaultRAGroup" */
	const char *ifname;              /* nameif of the interface the peer is on */
	bool udp_encap;                  /* the peer is behind a NAT */
};

/* What a call gives PPP. */
struct link_ops {
	/* One PPP frame from the protocol field on, ff 03 included when the sender wants it. Copied.
	 * false when it cannot be sent now. */
	bool (*send)(void *link, const uint8_t *frame, size_t len);
	/* Ends the call (CDN, StopCCN follow). link_user->closed is called before it returns. */
	void (*close)(void *link, enum link_end why);
};

/* What PPP gives a call. */
struct link_user {
	/* The call is established: start LCP. Returns the PPP session, NULL when there is no room. */
	void *(*open)(void *ctx, const struct link_info *info, const struct link_ops *ops, void *link);
	/* A frame that the data path did not take (LCP, NCP, authentication, unknown protocols). */
	void (*input)(void *user, const uint8_t *frame, size_t len);
	/* The call is gone; user is freed by PPP. */
	void (*closed)(void *user, enum link_end why);
	/* Somebody is coming in by it and was not refused: what ends the call now is worth telling. NULL = never. */
	bool (*coming)(void *user);
};

#endif
