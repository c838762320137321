/* The packet path: one thread that owns the SAs and sessions given to it, and moves packets between the network
 * (ESP over UDP 4500, ESP raw) and the TUN device. The control thread talks to it through rings only.
 *
 *   in:   udp/rawesp ─► esp_in ─► inner UDP ─► l2tp_data_in ─► ppp_data_in ─► source check ─► MSS ─► tun
 *   out:  tun ─► route to session ─► MSS, MTU ─► ppp_data_out ─► l2tp_data_out ─► inner UDP ─► esp_out ─► udp/rawesp
 *
 * worker.c       the thread and its loop
 * worker_path.c  the two pipelines
 * worker_filter.c  access lists and security levels
 * worker_cmd.c   the control thread's side: commands down, events up, struct sa_ops */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include "core/base/dataplane.h"
#include "core/base/filter.h"
#include "core/base/link.h"
#include "core/base/sa.h"
#include "core/net/rawesp.h"
#include "core/net/tun.h"
#include "core/net/udp.h"

struct worker;
struct capture_set;

struct worker_io { /* stay the caller's, outlive the worker */
	struct udp *natt;
	struct rawesp *raw;
	struct tun *tun;
};

/* A packet that was dropped and deserves a message (402114 ...); at most one in five seconds a reason. */
struct worker_drop {
	enum drop_reason why;
	uint32_t spi, seq;
	struct ip4_end remote, local;
	uint32_t peer; /* 0 = unknown */
	/* ESP_POLICY only */
	struct ip4_end inner_src, inner_dst;
	uint8_t inner_proto;
	uint16_t inner_len, inner_off; /* of a fragment inside */
	struct sa_proxy local_proxy, remote_proxy;
};

/* A packet that an access list with `log` has taken, or that was refused; so many in a second. */
enum worker_filtered_by {
	WORKER_BY_GROUP,
	WORKER_BY_VPN_FILTER,
	WORKER_BY_LEVEL,
	WORKER_BY_INTRA,
	/* not by the packet path: */
	WORKER_BY_CONTROL, /* access-group ... control-plane */
	WORKER_BY_NAT,     /* the way back does not fit */
	WORKER_BY_ICMP,    /* icmp deny */
};
struct worker_filtered {
	enum worker_filtered_by by;
	bool pass;
	const struct filter *filter;   /* lives as long as the event is told */
	const struct filter_ace *ace;  /* NULL: none took it */
	struct filter_key key;
	uint8_t in_if, out_if;         /* of the policy at that time */
	uint16_t tunnel, call;
};

/* A connection the packet path remembers: where filters are in force. */
struct worker_conn_info {
	struct filter_key key; /* as its first packet went */
	bool from_client;
	bool forth, back; /* packets behind the first came, answers came */
	uint64_t idle_ms, bytes;
};

/* What came up from the packet path; called by worker_poll on the control thread. */
struct worker_events {
	void (*ike)(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
	            size_t len);
	/* from: ends of the UDP packet inside ESP */
	void (*l2tp)(void *ctx, uint32_t peer, uint32_t flow, struct ip4_end local,
	             struct ip4_end remote, const uint8_t *msg, size_t len);
	void (*ppp)(void *ctx, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame,
	            size_t len);
	void (*drop)(void *ctx, const struct worker_drop *d);
	void (*captured)(void *ctx); /* there may be something in the ring of captures; may be NULL */
	void (*filtered)(void *ctx, const struct worker_filtered *e);
	const struct sa_events *sa;
	void *sa_ctx;
	void *ctx;
};

struct worker_totals {
	uint64_t pkts_in, pkts_out, bytes_in, bytes_out, errs, last_ms;
};

/* 0 or -errno. */
int worker_new(struct worker **w, const struct worker_io *io, struct err *err);
/* Before worker_start; copied. */
void worker_set_events(struct worker *w, const struct worker_events *events);
int worker_start(struct worker *w, struct err *err);
/* Ends the thread after it has sent what it was given; then frees everything. NULL is allowed. */
void worker_free(struct worker *w);
/* Waits (a few milliseconds at most) until the worker has taken every command given so far. */
void worker_drain(struct worker *w);
/* Readable when worker_poll has something to do. */
int worker_event_fd(const struct worker *w);
void worker_poll(struct worker *w);
/* The clock of the packet path is the monotonic clock in ms, the same as the control thread's. */

/* For struct ike_ops; its ctx is the struct worker. */
extern const struct sa_ops worker_sa_ops;
/* One L2TP message into ESP of a flow's current SA. Copied; false when the ring is full. */
bool worker_send(struct worker *w, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                 const uint8_t *msg, size_t len);

/* Sessions, by our tunnel number (one call a tunnel). */
int worker_session_add(struct worker *w, const struct link_info *link, bool sequencing);
void worker_session_open(struct worker *w, uint16_t tunnel, uint32_t ip, uint16_t mtu, bool acfc,
                         bool pfc);
void worker_session_close(struct worker *w, uint16_t tunnel); /* IP stops; LCP goes on */
void worker_session_remove(struct worker *w, uint16_t tunnel);
bool worker_session_totals(const struct worker *w, uint16_t tunnel, struct worker_totals *t);

/* What is captured from now on; the worker frees it. NULL = nothing. */
void worker_set_capture(struct worker *w, struct capture_set *set);
void worker_set_mss(struct worker *w, uint16_t mss); /* 0 = off */
/* A path that turned out narrow is believed to be so long, in seconds; 0 = for ever (pmtu-aging). */
void worker_set_pmtu_aging(struct worker *w, uint32_t s);
/* From now on it is judged by this; takes policy over, and frees it (on the control thread) when it is replaced. */
void worker_set_policy(struct worker *w, struct filter_policy *policy);
/* Takes a reference of filter over. has: the session has a vpn-filter; then NULL lets nothing pass. */
void worker_session_filter(struct worker *w, uint16_t tunnel, bool has, struct filter *filter, uint8_t iface);
/* Connections that passed are judged again: a time range has begun or ended. */
void worker_rejudge(struct worker *w);
/* Walks the connections. Waits for the worker (a few milliseconds at most). */
void worker_conns(struct worker *w, void (*fn)(void *arg, const struct worker_conn_info *c), void *arg);
/* Forgets those of an address (0: all): their next packet is judged. */
void worker_conns_forget(struct worker *w, uint32_t ip);
const struct drop_counters *worker_drops(const struct worker *w);

/* Memory set aside for what goes between the threads, for show blocks. */
struct worker_blocks {
	const char *what;
	size_t size;          /* bytes of one */
	size_t max, low, cnt; /* all, free at the worst moment, free now */
};
enum { WORKER_BLOCKS = 3 };
void worker_blocks(const struct worker *w, struct worker_blocks blocks[WORKER_BLOCKS]);

#endif
