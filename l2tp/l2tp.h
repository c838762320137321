/* The L2TP network server (RFC 2661) inside IPsec (RFC 3193): tunnels and calls of all clients.
 *
 * A tunnel belongs to the flow (core/base/sa.h) its SCCRQ came in on: addresses, ports and the peer's own
 * tunnel number are never keys. Our tunnel numbers and our call numbers are unique in all, so a tunnel number
 * of ours may index a table; a packet that names a tunnel of another flow is dropped and counted. One tunnel
 * carries one PPP session. Everything runs on the control thread. */
#ifndef L2TP_L2TP_H
#define L2TP_L2TP_H

#include "core/base/clock.h"
#include "core/base/drop.h"
#include "core/base/failure.h"
#include "core/base/link.h"

struct l2tp;

enum {
	L2TP_PORT = 1701,
	L2TP_TUNNEL_LIMIT = 20000, /* default of `tunnel limit`: more than users, who are refused at their login */
	L2TP_HELLO_S = 60,        /* default of `l2tp tunnel hello` */
	L2TP_NAME_MAX = 255,      /* user name kept for show */
	L2TP_HOST_MAX = 64,       /* of a Host Name AVP, what we keep */
	L2TP_VENDOR_MAX = 31,     /* of a Vendor Name AVP */
};

/* Packets and bytes of one session that the data path moved (inner IP packets). */
struct l2tp_counters {
	uint64_t pkts_in, pkts_out, bytes_in, bytes_out;
};

/* What L2TP needs of the world. None of these calls back into L2TP. */
struct l2tp_ops {
	/* An L2TP message (control message, or PPP frame with its data header) as UDP payload local -> remote
	 * into ESP on the current SA of the flow. Copied. false = lost (no SA, no room): L2TP goes on as if
	 * the network had lost it. */
	bool (*send)(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote,
	             const uint8_t *msg, size_t len);
	/* A call is established, PPP is about to be opened: the worker makes its struct dsess. sequencing:
	 * the peer demands sequence numbers on data messages (dsess.sequencing). */
	void (*call_up)(void *ctx, const struct link_info *info, bool sequencing);
	/* The call is gone, PPP knows it already: the worker removes its struct dsess. */
	void (*call_down)(void *ctx, uint16_t tunnel, uint16_t call);
	/* Counters of the data path for show and for the liveness check; false = none (all zero). */
	bool (*counters)(void *ctx, uint16_t tunnel, uint16_t call, struct l2tp_counters *c);
	/* A client was refused; may be NULL. */
	void (*refused)(void *ctx, const struct failure *f);
};

struct l2tp_conf {
	uint32_t hello_s;      /* silence after which a Hello is sent, 10..300 */
	uint32_t tunnel_limit; /* most tunnels at once */
	char host[64];         /* our Host Name AVP: the hostname of the appliance */
};

/* Where a message came from. Texts are copied where they are kept. */
struct l2tp_from {
	uint32_t peer, flow;
	struct ip4_end local, remote; /* of the UDP packet inside ESP */
	const char *tunnel_group, *ifname;
	bool udp_encap;
};

/* Why a message was not followed, beyond the reasons of core/base/drop.h. */
#define L2TP_REFUSE_LIST(X)                                        \
	X(MALFORMED, "malformed AVP")                              \
	X(MISSING_AVP, "mandatory AVP missing")                    \
	X(UNKNOWN_AVP, "unknown AVP with the M bit")               \
	X(VERSION, "protocol version not 1.0")                     \
	X(CHALLENGE, "tunnel authentication asked for, no secret") \
	X(TUNNEL_LIMIT, "tunnel limit reached")                    \
	X(HALF_OPEN, "too many half-open tunnels")                 \
	X(SECOND_CALL, "second session in a tunnel")               \
	X(NO_USER, "no PPP session free")                          \
	X(UNEXPECTED, "message not allowed in this state")         \
	X(NOT_HELD, "control message out of order, not kept")

enum l2tp_refuse {
#define X(name, text) L2TP_REFUSE_##name,
	L2TP_REFUSE_LIST(X)
#undef X
	        L2TP_REFUSE_N
};
const char *l2tp_refuse_text(enum l2tp_refuse r);

/* ops and clock stay the caller's and outlive the engine. NULL when memory is short. */
struct l2tp *l2tp_new(struct clock *clock, const struct l2tp_ops *ops, void *ctx);
/* Frees everything without a word to anybody on the wire; PPP sessions are closed (Administrator Shutdown). */
void l2tp_free(struct l2tp *l);
/* Who runs on the calls (PPP). */
void l2tp_set_user(struct l2tp *l, const struct link_user *user, void *uctx);
/* Takes effect at once for live tunnels; nothing is dropped when the limit shrinks. */
void l2tp_set_conf(struct l2tp *l, const struct l2tp_conf *conf);

/* An L2TP message (UDP payload) that the data path punted: control messages, and data messages whose session
 * the worker does not know (yet). */
void l2tp_input(struct l2tp *l, const struct l2tp_from *from, const uint8_t *msg, size_t len);
/* A PPP frame of a known session that the data path punted; header already stripped. */
void l2tp_data_input(struct l2tp *l, uint32_t flow, uint16_t tunnel, uint16_t call,
                     const uint8_t *frame, size_t len);

/* The flow's last SA is gone: its tunnels end at once, nothing is sent. */
void l2tp_flow_down(struct l2tp *l, uint32_t flow, enum link_end why);
/* CDN and StopCCN; false when there is no such tunnel. */
bool l2tp_close_tunnel(struct l2tp *l, uint16_t tunnel, enum link_end why);
void l2tp_close_all(struct l2tp *l, enum link_end why);
/* The program ends: every live tunnel gets one StopCCN ("requester is being shut down"), no new ones are
 * accepted. Nothing is waited for. */
void l2tp_shutdown(struct l2tp *l);

/* PPP tells what `show` and message 603110 print; false when there is no such call. */
bool l2tp_session_set_user(struct l2tp *l, uint16_t tunnel, uint16_t call, const char *username);
bool l2tp_session_set_ppp(struct l2tp *l, uint16_t tunnel, uint16_t call, uint32_t ppp_unit);

/* A session as others may see it; pointers are valid during the callback. */
struct l2tp_session_info {
	const struct link_info *link;
	const char *username;   /* empty until PPP knows it */
	uint32_t ppp_unit;      /* 0 = none yet */
	uint64_t since_ms;      /* clock time at which it was established */
	struct l2tp_counters n; /* PPP frames of both threads */
};
/* Established sessions, in the order of our tunnel numbers. */
void l2tp_each_session(struct l2tp *l, void (*fn)(void *arg, const struct l2tp_session_info *s),
                       void *arg);
/* For show resource usage: tunnels at once, those refused because there were too many. */
struct l2tp_usage {
	uint32_t now, peak, limit;
	uint64_t denied;
};
struct l2tp_usage l2tp_usage(const struct l2tp *l);
size_t l2tp_tunnels(const struct l2tp *l);  /* not counting those being closed */
size_t l2tp_sessions(const struct l2tp *l); /* established */

/* What was dropped here, by reason; one writer (control thread). */
const struct drop_counters *l2tp_drops(const struct l2tp *l);
uint64_t l2tp_refused(const struct l2tp *l, enum l2tp_refuse why);

#endif
