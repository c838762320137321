/* The packet path: workers that own the SAs and sessions given to them, and move packets between the network
 * (ESP over UDP 4500, ESP raw) and the TUN device. The control thread talks to them through rings only.
 *
 *   in:   udp/rawesp ─► esp_in ─► inner UDP ─► l2tp_data_in ─► ppp_data_in ─► source check ─► filter ─► MSS ─► tun
 *   out:  tun ─► find session ─► filter ─► MSS, MTU ─► ppp_data_out ─► l2tp_data_out ─► inner UDP ─► esp_out ─► udp/rawesp
 *
 * Who owns a packet: the SPI says it (worker | slot | generation). Each worker has a socket on port 4500 and a queue of
 * the TUN device; the kernel gives a datagram to the socket its SPI names (udp_steer), and a flow comes out of the queue
 * its answers went into. What comes to another worker all the same (raw ESP, the first packet towards a client) is handed
 * over through a ring. All SAs and sessions of a peer are in one worker, chosen when its first SPI is asked for. Which
 * worker has the session of an address is in a table that all of them read (struct ipmap).
 *
 * A worker is a share of the packets, not a processor: where there are fewer processors, a thread has several workers.
 *
 * worker.c         a worker's turn                    workers.c     all of them: made, freed, commands, events
 * worker_cmd.c     what it does on command            workers_sa.c  places of peers, struct sa_ops, sessions
 * worker_thread.c  a thread of workers, and its loop
 * worker_in.c worker_out.c  the two pipelines         worker_cross.c  from worker to worker
 * worker_early.c   packets that came before their SA
 * worker_filter.c worker_conns.c  access lists, security levels, connections
 * worker_msgs.c    messages between the threads
 * worker_drop.c worker_capture.c  what becomes of a dropped, of a captured packet */
#ifndef CORE_WORKER_H
#define CORE_WORKER_H

#include "core/base/dataplane.h"
#include "core/base/filter.h"
#include "core/base/link.h"
#include "core/base/sa.h"
#include "core/net/rawesp.h"
#include "core/net/tun.h"
#include "core/net/udp.h"

struct workers;
struct capture_set;

enum { WORKERS_MAX = 16 };

/* For each of n workers a socket on port 4500, in the order they were opened, one for ESP without UDP, of which the first
 * alone receives, and a queue of the TUN device. Stay the caller's, outlive the workers. */
struct worker_io {
	unsigned n;
	unsigned threads; /* at most: processors there are. 0 = one for each worker */
	struct udp *natt[WORKERS_MAX];
	struct rawesp *raw[WORKERS_MAX];
	struct tun *tun[WORKERS_MAX];
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

/* What came up from the packet path; called by workers_poll on the control thread. */
struct worker_events {
	void (*ike)(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
	            size_t len);
	/* from: ends of the UDP packet inside ESP */
	void (*l2tp)(void *ctx, uint32_t peer, uint32_t flow, struct ip4_end local,
	             struct ip4_end remote, const uint8_t *msg, size_t len);
	void (*ppp)(void *ctx, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame,
	            size_t len);
	/* An IP packet to all DHCP servers, of a session whose questions are an event (workers_session_inform). */
	void (*inform)(void *ctx, uint16_t tunnel, uint16_t call, const uint8_t *packet, size_t len);
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
int workers_new(struct workers **ws, const struct worker_io *io, struct err *err);
/* Before workers_start; copied. */
void workers_set_events(struct workers *ws, const struct worker_events *events);
int workers_start(struct workers *ws, struct err *err);
/* Ends the threads after they have sent what they were given; then frees everything. NULL is allowed. */
void workers_free(struct workers *ws);
/* Held: what a sleeping thread is given waits until workers_ring(), so that one wake-up does for all that a turn of the
 * event loop gives. */
void workers_hold(struct workers *ws, bool hold);
void workers_ring(struct workers *ws);
/* Waits (a few milliseconds at most) until the workers have taken every command given so far. */
void workers_drain(struct workers *ws);
/* Readable when workers_poll has something to do. */
int workers_event_fd(const struct workers *ws);
void workers_poll(struct workers *ws);
unsigned workers_count(const struct workers *ws);
/* The clock of the packet path is the monotonic clock in ms, the same as the control thread's. */

/* For struct ike_ops; its ctx is the struct workers. */
extern const struct sa_ops workers_sa_ops;
/* One L2TP message into ESP of a flow's current SA. Copied; false when too many are under way. */
bool workers_send(struct workers *ws, uint32_t peer, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                  const uint8_t *msg, size_t len);

/* Sessions, by our tunnel number (one call a tunnel). */
int workers_session_add(struct workers *ws, const struct link_info *link, bool sequencing);
void workers_session_open(struct workers *ws, uint16_t tunnel, uint32_t ip, uint16_t mtu, bool acfc,
                          bool pfc);
/* Are its questions to DHCP servers an event (worker_events.inform), or packets as any other? */
void workers_session_inform(struct workers *ws, uint16_t tunnel, bool inform);
void workers_session_close(struct workers *ws, uint16_t tunnel); /* IP stops; LCP goes on */
void workers_session_remove(struct workers *ws, uint16_t tunnel);
bool workers_session_totals(const struct workers *ws, uint16_t tunnel, struct worker_totals *t);

/* What one worker captures from now on; it frees it. NULL = nothing. */
void workers_set_capture(struct workers *ws, unsigned worker, struct capture_set *set);
void workers_set_mss(struct workers *ws, uint16_t mss); /* 0 = off */
/* A path that turned out narrow is believed to be so long, in seconds; 0 = for ever (pmtu-aging). */
void workers_set_pmtu_aging(struct workers *ws, uint32_t s);
/* From now on it is judged by this; takes policy over, and frees it (on the control thread) when it is replaced. */
void workers_set_policy(struct workers *ws, struct filter_policy *policy);
/* Takes a reference of filter over. has: the session has a vpn-filter; then NULL lets nothing pass. */
void workers_session_filter(struct workers *ws, uint16_t tunnel, bool has, struct filter *filter, uint8_t iface);
/* Networks behind clients, each behind the session of a tunnel; in place of all there were. The client may send from
 * them, and what is for them and no client's own address goes to it. mask: 1 to 32 bits. Copied. */
struct worker_route {
	uint32_t ip, mask;
	uint16_t tunnel;
};
void workers_set_routes(struct workers *ws, const struct worker_route *routes, size_t n);
/* Connections that passed are judged again: a time range has begun or ended. */
void workers_rejudge(struct workers *ws);
/* Walks the connections. Waits for the workers (a few milliseconds at most). */
void workers_conns(struct workers *ws, void (*fn)(void *arg, const struct worker_conn_info *c), void *arg);
/* The control thread has so many connections of its own (IKE, ESP). The most there were at once, with those that pass; one
 * that ends without a word counts up to five seconds longer. */
void workers_conns_own(struct workers *ws, size_t n);
size_t workers_conns_most(const struct workers *ws);
/* Forgets those of an address (0: all): their next packet is judged. */
void workers_conns_forget(struct workers *ws, uint32_t ip);
uint64_t workers_drops(const struct workers *ws, enum drop_reason why);

/* Memory set aside for what goes between the threads, for show blocks. */
struct worker_blocks {
	const char *what;
	size_t size;          /* bytes of one */
	size_t max, low, cnt; /* all, free at the worst moment, free now */
};
enum { WORKER_BLOCKS = 3 };
void workers_blocks(const struct workers *ws, struct worker_blocks blocks[WORKER_BLOCKS]);

#endif
