/* Inside the worker: what its three files share. Members are grouped by the thread that writes them. */
#ifndef CORE_WORKER_INT_H
#define CORE_WORKER_INT_H

#include <pthread.h>

#include "core/base/hash.h"
#include "core/base/ring.h"
#include "core/net/capture.h"
#include "core/worker.h"
#include "crypto/ipsec/sa.h"

enum {
	WORKER_SESSIONS = 65536, /* by our tunnel number */
	WORKER_MSG_MAX = 9000,   /* longest IKE, L2TP or PPP message that crosses threads */
	WORKER_MSGS = 512,       /* of them under way in one direction */
	WORKER_MSGS_KEPT =
	        128, /* of those that go up: not for what nobody has authenticated (IKE) */
	WORKER_RING = 8192,
	WORKER_SOURCES = 3,       /* UDP 4500, raw ESP, TUN */
	WORKER_HEAD_MAX = 60 + 8, /* of a packet, quoted in an ICMP error (RFC 792) */
	WORKER_CONNS = 65536,     /* connections remembered where a filter is in force */
};

/* A message under way between the threads; comes from a fixed store and goes back to it. */
struct msg {
	struct ip4_end local, remote;
	uint32_t peer, flow;
	uint16_t tunnel, call;
	uint32_t spi;
	uint32_t len;
	uint8_t data[WORKER_MSG_MAX];
};

enum down_op {
	DOWN_SA_ADD,
	DOWN_SA_OUT,
	DOWN_SA_DEL,
	DOWN_MOVE,
	DOWN_SESS_ADD,
	DOWN_SESS_OPEN,
	DOWN_SESS_CLOSE,
	DOWN_SESS_DEL,
	DOWN_SEND,
	DOWN_MSG_FREE, /* a message that came up goes back */
	DOWN_MSS,
	DOWN_CAPTURE, /* a struct capture_set in place of the last, which is freed; NULL = none */
	DOWN_PMTU_AGING,
	DOWN_POLICY,
	DOWN_SESS_FILTER,
	DOWN_REJUDGE,
	DOWN_CONNS,      /* w->listed is to be filled */
	DOWN_CONNS_FORGET, /* those of u32 (an address), 0 = all */
	DOWN_STOP,
};

struct down {
	enum down_op op;
	union {
		void *p; /* esp_sa, dsess, msg, filter_policy, filter */
		uint32_t u32;
	};
	struct ip4_end end;
	uint32_t ip;
	uint16_t tunnel, mtu;
	bool acfc, pfc;
	bool has_filter; /* DOWN_SESS_FILTER, as is the next */
	uint8_t iface;
};

enum up_op {
	UP_IKE,
	UP_L2TP,
	UP_PPP,
	UP_USED,
	UP_SOFT,
	UP_SOFT_SEQ,
	UP_HARD,
	UP_MOVED,
	UP_SA_FREE,
	UP_SESS_FREE,
	UP_DROP,
	UP_FILTERED,
	UP_POLICY_FREE,
	UP_FILTER_FREE,
};

struct up {
	enum up_op op;
	union {
		void *p;
		uint32_t u32;
	};
	struct ip4_end end;
	union {
		struct worker_drop drop;
		struct worker_filtered filtered;
	};
};

/* A flow in the worker: what it is sent on, and the sessions that use it. */
struct wflow {
	uint32_t flow;
	struct esp_sa *out; /* current SA, NULL while there is none */
	struct session_slot *sessions;
};

/* A session with its counters and its place in the flow. */
struct session_slot {
	struct dsess s; /* first: a pointer to it is a pointer to the slot */
	struct dsess_counters c;
	/* worker thread */
	struct wflow *flow;
	struct session_slot *next;
	uint16_t path_mtu; /* largest inner packet the path takes unfragmented, 0 = not known */
	uint64_t path_until_ms; /* believed until then */
	struct filter *filter;  /* vpn-filter; NULL with has_filter: a list that does not exist */
	bool has_filter;
	uint8_t iface; /* it comes in through */
};

/* A connection a filter has let pass; key: as its first packet went. */
struct worker_conn {
	struct filter_key key;
	uint16_t tunnel;
	bool used, from_client;
	bool forth, back; /* packets behind the first came, answers came */
	bool half, closed; /* TCP: one end has ended; was reset */
	uint32_t judged; /* when w->judged is another, it is judged again */
	uint64_t last_ms, bytes;
};

/* What a `show` is given of them. */
struct conn_list {
	_Atomic bool ready; /* the worker has written it */
	size_t n;
	struct worker_conn_info conn[WORKER_CONNS];
};

/* What is left of an inner packet when it has been encrypted in place. */
struct inner {
	uint32_t len;
	uint8_t head_len;
	uint8_t head[WORKER_HEAD_MAX];
};

struct worker {
	struct worker_io io;
	pthread_t thread;
	bool running;
	int wake_fd, event_fd; /* eventfds: commands are waiting, events are waiting */
	int icmp_fd;           /* raw, for sending whole packets; -1: there are no ICMP errors */
	struct ring down, up;
	struct ring done;       /* messages that went down and are free again */
	_Atomic uint64_t taken; /* commands the worker has carried out */

	/* control thread */
	struct worker_events events;
	struct esp_spis *spis;
	struct esp_sa *by_slot
	        [ESP_SLOTS_MAX]; /* installed ones, for stats; freed when the worker gave them back */
	struct session_slot *sessions[WORKER_SESSIONS];
	struct msg *down_msgs;
	struct msg *down_free[WORKER_MSGS];
	unsigned n_down_free, down_low; /* down_low: the fewest there ever were */
	uint64_t given; /* commands */

	/* worker thread */
	struct esp_table *table;
	struct hash *flows; /* flow -> struct wflow */
	struct hash *by_ip; /* client address -> dsess */
	struct dsess *by_tunnel[WORKER_SESSIONS];
	struct msg *up_msgs;
	struct msg *up_free[WORKER_MSGS];
	unsigned n_up_free;
	struct pkt in[PKT_BATCH], made[PKT_BATCH];
	uint8_t *buffers; /* of made */
	uint64_t now_ms;
	uint64_t drop_told_ms[DROP_N];
	uint16_t mss;
	struct capture_set *capture; /* NULL = no capture */
	uint64_t pmtu_aging_ms; /* 0 = a narrow path stays so */
	struct up *late; /* events for which `up` had no room: nothing is lost, nobody waits */
	size_t n_late, cap_late;
	bool stop;
	unsigned gone; /* sources that are of no use any more (bits): the TUN device was deleted */
	struct filter_policy *policy;
	struct worker_conn *conns;
	struct conn_list *listed; /* made by the control thread when it is first asked for */
	uint32_t conn_seed, judged;
	uint64_t filter_told_ms;
	unsigned filter_told;
	bool told;     /* there is something for the control thread since it was last woken */
	struct drop_counters drops;
};

/* worker.c */
/* One turn of the loop: commands, then a batch from each source that is ready (bits: 0 UDP 4500, 1 raw ESP,
 * 2 TUN). The thread's own business; a test without threads calls it itself. */
void worker_turn(struct worker *w, uint64_t now_ms, unsigned ready);
void worker_bell(int fd);                                /* rings an eventfd */
void worker_commands(struct worker *w);                  /* carries out what waits in `down` */
void worker_tell(struct worker *w, const struct up *up); /* event up, never lost */
struct msg *worker_msg_up(struct worker *w, size_t len); /* NULL: none free, or too long */

/* worker_capture.c: packets into captures, while capture_at() says that there is one. In wire form as received or about to
 * be sent (in: towards us); IP packets of clients; a dropped one. */
void worker_capture_wire(struct worker *w, struct pkt *const *pkts, unsigned n, bool in);
void worker_capture_inner(struct worker *w, struct pkt *const *pkts, unsigned n);
void worker_capture_drop(struct worker *w, const struct pkt *p);

/* worker_path.c */
void worker_in(struct worker *w, struct pkt **pkts, unsigned n, bool udp_encap);
void worker_out(struct worker *w, struct pkt **pkts, unsigned n);
void worker_send_msg(struct worker *w, struct msg *m); /* what it says is wiped */

/* worker_filter.c */
/* May the packet of p->sess pass? false: p->drop says why not. */
bool worker_filter(struct worker *w, struct pkt *p, bool from_client);
void worker_filter_command(struct worker *w, const struct down *d);
void worker_filter_leave(struct worker *w, struct session_slot *slot);

#endif
