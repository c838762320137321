/* What the files of this folder share: the engine, its tunnels, their calls. */
#ifndef L2TP_INTERNAL_H
#define L2TP_INTERNAL_H

#include "core/base/countmap.h"
#include "core/base/debug.h"
#include "core/base/fsm.h"
#include "core/base/hash.h"
#include "core/base/pool.h"
#include "core/base/share.h"
#include "l2tp/chan.h"
#include "l2tp/l2tp.h"

enum {
	TUNNEL_CEILING = 65535, /* objects of any state, whatever the configured limit */
	CLOSING_MAX = 1024,   /* tunnels kept only to finish their farewell; the oldest gives way */
	HALF_OPEN_MAX = 1024, /* tunnels without a call established yet, in all */
	HALF_OPEN_PEER_MAX = 4, /* and of one peer */
	MSG_CEILING = 16384,    /* control messages kept, of all tunnels */
	SETUP_MS = 60000,       /* from SCCRQ until a call is established */
	EMPTY_MS = 15000,  /* from the end of the call until StopCCN, when the peer sends none */
	LINGER_MS = 31000, /* a full retransmission cycle (RFC 2661 §5.7) */
	ALIVE_MS = 31000,  /* data this recent proves a peer that answers no Hello */
	REBORN_MS = 5000, /* an SCCRQ with the same number after so long is a peer that restarted */
};

struct l2tp_tunnel;

struct l2tp_call {
	struct l2tp_tunnel *t;
	uint8_t state; /* enum call_state */
	struct fsm_history history;
	uint16_t id, remote_id;
	uint16_t ns; /* frames sent from here; the worker writes the number that counts */
	bool up;     /* call_up was called */
	bool sequencing;
	void *user; /* PPP's */
	struct link_info info;
	const char *username; /* shared, as the texts of the tunnel (core/base/share.h) */
	uint32_t ppp_unit, serial;
	uint64_t changed_ms;
	struct l2tp_counters n; /* frames that went through the control thread */
};

struct l2tp_tunnel {
	struct l2tp *l;
	struct l2tp_tunnel *next, *prev; /* by our number */
	struct l2tp_tunnel *flow_next;   /* of the same flow, the newest first */
	struct l2tp_tunnel *closing_next, *closing_prev; /* while it is leaving, the oldest first */
	uint16_t id, remote_id;
	uint32_t peer, flow;
	struct ip4_end local, remote;
	struct debug_who who; /* for debug */
	bool udp_encap;
	const char *group, *ifname, *host;
	const char *vendor; /* Vendor Name AVP */
	uint16_t firmware; /* Firmware Revision AVP */
	uint8_t state; /* enum tunnel_state */
	struct fsm_history history;
	bool counted;    /* in l2tp.live: the one of its flow */
	bool leaving;    /* in l2tp.closing */
	bool half;       /* in l2tp.half and half_of: no call was established yet */
	bool busy, gone; /* inside its own input; to be freed at its end */
	bool told;       /* its SCCCN came: its end is logged */
	bool refusal_told; /* l2tp_failed */
	struct chan chan;
	struct timer hello, guard;
	uint64_t changed_ms;
	uint64_t data_ms;         /* last data from the peer that we know of */
	uint64_t data_seen;       /* packets the data path had received then */
	struct l2tp_counters old; /* of ended calls */
	struct l2tp_call call;    /* one session a tunnel, as on the appliance */
};

enum tunnel_state {
	TUN_IDLE,
	TUN_WAIT_CTL_CONN,
	TUN_ESTABLISHED,
	TUN_CLOSING,
	TUN_LINGER,
	TUN_STATES
};
enum call_state { CALL_IDLE, CALL_WAIT_CONNECT, CALL_ESTABLISHED, CALL_STATES };

struct l2tp {
	struct clock *clock;
	const struct l2tp_ops *ops;
	void *ctx;
	const struct link_user *user;
	void *uctx;
	struct l2tp_conf conf;
	struct pool *tunnels, *msgs;
	struct hash *by_id;   /* our number -> tunnel of any state */
	struct hash *by_flow; /* flow -> its newest tunnel */
	struct countmap half_of; /* by peer */
	struct l2tp_tunnel *closing_first, *closing_last;
	struct l2tp_tunnel *first, *last;
	struct l2tp_tunnel *newest; /* of those there are: the next number is likely to stand behind it */
	uint16_t next_tunnel, next_call;
	uint32_t live, live_peak, closing, half, sessions;
	bool shut;
	uint8_t calls[8192]; /* one bit for each call number in use */
	struct drop_counters drops;
	uint64_t refused[L2TP_REFUSE_N];
};

/* ---------------------------------------------------------------------------------------- l2tp.c */

static inline bool tunnel_live(const struct l2tp_tunnel *t)
{
	return t->state == TUN_WAIT_CTL_CONN || t->state == TUN_ESTABLISHED;
}
struct l2tp_tunnel *l2tp_by_id(const struct l2tp *l, uint16_t id);
/* The one live tunnel of a flow, NULL = none. */
struct l2tp_tunnel *l2tp_of_flow(const struct l2tp *l, uint32_t flow);
/* Registers and takes away a tunnel; add gives it its number, false when none is free. */
bool l2tp_add(struct l2tp *l, struct l2tp_tunnel *t);
void l2tp_remove(struct l2tp *l, struct l2tp_tunnel *t);
/* What is said of its user and shown as such. */
void l2tp_name_user(struct l2tp_tunnel *t, const char *username);
/* One more, one less half-open tunnel (no call was established yet). */
void l2tp_count_half(struct l2tp_tunnel *t, bool half);
/* A number that no call has; marked once a call has it, until its end. */
uint16_t l2tp_new_call_id(struct l2tp *l);
void l2tp_mark_call(struct l2tp *l, uint16_t id, bool used);
/* One line for debug l2tp packet, and one for each AVP. dir: 'I' or 'O'. */
void l2tp_debug_message(const struct debug_who *who, char dir, struct ip4_end remote,
                        const uint8_t *msg, size_t len);

/* ------------------------------------------------------------------------------------- refused.c */

/* Counts it, and says so in debug l2tp error. */
void l2tp_refuse(struct l2tp *l, uint32_t remote_ip, uint16_t tunnel, enum l2tp_refuse why);
/* Tells of a tunnel that comes to nothing, once: before it has a call, with that, or while PPP is not up. */
void l2tp_failed(struct l2tp_tunnel *t, enum fail_cause cause, const char *offered);
/* The cause that a refusal is. */
enum fail_cause l2tp_fail_cause(enum l2tp_refuse why);

/* -------------------------------------------------------------------------------------- tunnel.c */

/* A tunnel for this SCCRQ, already answered. NULL: no room. */
struct l2tp_tunnel *tunnel_open(struct l2tp *l, const struct l2tp_from *from,
                                const struct msg_head *head, const struct avp_set *sccrq);
/* A control message of this tunnel, header parsed. May free the tunnel. */
void tunnel_input(struct l2tp_tunnel *t, const struct l2tp_from *from, const struct msg_head *head);
/* CDN for its call and StopCCN. May free the tunnel (when nothing more can be sent). */
void tunnel_close(struct l2tp_tunnel *t, enum link_end why);
/* Ends and frees it at once; farewell: one StopCCN leaves, unacknowledged. */
void tunnel_drop(struct l2tp_tunnel *t, enum link_end why, bool farewell);
/* The hello interval changed. */
void tunnel_hello_restart(struct l2tp_tunnel *t);
/* A call has become established (true) or ended (false). */
void tunnel_call_changed(struct l2tp_tunnel *t, bool up);
const char *tunnel_state_word(uint8_t state);  /* "established" */
const char *tunnel_state_short(uint8_t state); /* "estabd" */

/* ---------------------------------------------------------------------------------------- call.c */

void call_message(struct l2tp_tunnel *t, const struct msg_head *head, const struct avp_set *set);
/* The wire has CDN for it; PPP is told before it returns. Nothing happens when there is no call. */
void call_close(struct l2tp_call *c, enum link_end why);
/* The tunnel is gone: as call_close, without a CDN. */
void call_drop(struct l2tp_call *c, enum link_end why);
void call_frame(struct l2tp_call *c, const uint8_t *frame, size_t len);
/* Frames of both threads; of the ended ones too with t->old added by the caller. */
struct l2tp_counters call_counters(const struct l2tp_call *c);
const char *call_state_word(uint8_t state);

#endif
