/* Inside the packet path. struct worker has its sources, SAs and sessions, struct packet_thread runs one worker or several;
 * struct workers is what the control thread has of all of them. Members are grouped by the thread that writes them. */
#ifndef CORE_WORKER_INT_H
#define CORE_WORKER_INT_H

#include <pthread.h>

#include "core/base/hash.h"
#include "core/base/ipmap.h"
#include "core/base/pktring.h"
#include "core/base/pool.h"
#include "core/base/ring.h"
#include "core/base/sized.h"
#include "core/net/capture.h"
#include "core/worker.h"
#include "crypto/ipsec/sa.h"

_Static_assert((unsigned)WORKERS_MAX == (unsigned)ESP_WORKERS_MAX, "an SPI names any worker");

enum {
	WORKER_SESSIONS = 65536, /* by our tunnel number */
	WORKER_MSG_MAX = 9000,   /* longest IKE, L2TP or PPP message that crosses threads */
	WORKER_MSG_SHORT = 476,  /* longest of the usual ones */
	WORKER_MSGS = 2048,      /* of them under way: down, and up from each worker; 1000 clients at once send one each */
	WORKER_MSGS_KEPT = 512,  /* of those that go up: not for what nobody has authenticated (IKE) */
	WORKER_RING = 2048,       /* commands, events */
	WORKER_CROSS = 1 << 19,   /* bytes of packets under way from one worker to another */
	WORKER_HEAD_MAX = 60 + 8, /* of a packet, quoted in an ICMP error (RFC 792) */
	WORKER_CONNS = 65536,     /* connections a worker remembers where a filter is in force */
	EARLY_PKTS = 128,         /* packets that came before their SA */
	EARLY_OF_ONE = 32,        /* of these for one SA */
	EARLY_MS = 2000,          /* they wait no longer */
	WORKER_FULL = PKT_BATCH / 4, /* a batch is full enough: the source has more, and is asked without poll */
};

/* Where packets come from, as bits: what to ask in a turn. */
enum worker_source {
	WORKER_UDP = 1, /* port 4500 */
	WORKER_RAW = 2, /* ESP without UDP: worker 0 */
	WORKER_TUN = 4,
	WORKER_CROSSED = 8, /* other workers */
	WORKER_SOURCES = 3, /* of these have a descriptor */
};

/* What was handed over by another worker. */
enum worker_kind { CROSS_ESP, CROSS_IP };

/* A message under way between the threads; comes from a store and goes back to it. */
struct msg {
	struct ip4_end local, remote;
	uint32_t peer, flow;
	uint16_t tunnel, call;
	uint32_t spi;
	uint32_t len; /* stays as it is: it says where the message came from */
	uint8_t data[];
};

/* As many messages as may be under way; one thread takes them out and puts them back. What many at once needed goes back
 * to the system. */
struct msg_store {
	struct pool *few, *usual; /* long ones, short ones */
	size_t most;              /* that were out at once */
};

enum down_op {
	DOWN_SA_ADD,
	DOWN_SA_OUT,
	DOWN_SA_DEL,
	DOWN_SPI_AWAIT,  /* u32: a peer is told this number */
	DOWN_SPI_FORGET, /* and gets no SA on it */
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
	DOWN_SESS_INFORM,
	DOWN_ROUTES, /* a struct client_routes in place of the last; NULL = none */
	DOWN_REJUDGE,
	DOWN_CONNS,        /* w->listed is to be filled */
	DOWN_CONNS_FORGET, /* those of u32 (an address), 0 = all */
	DOWN_NOTHING,      /* its being taken is all that is wanted */
	DOWN_STOP,
};

struct down {
	enum down_op op;
	union {
		void *p; /* esp_sa, dsess, msg, filter_policy, filter, client_routes */
		uint32_t u32;
	};
	struct ip4_end end;
	uint32_t ip;
	uint16_t tunnel, mtu;
	bool acfc, pfc;
	bool inform; /* DOWN_SESS_INFORM */
	bool has_filter; /* DOWN_SESS_FILTER, as is the next */
	uint8_t iface;
};

enum up_op {
	UP_IKE,
	UP_L2TP,
	UP_PPP,
	UP_INFORM,
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
	UP_ROUTES_FREE,
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

/* A flow in its worker: what it is sent on, and the sessions that use it. */
struct wflow {
	uint32_t flow;
	uint32_t sas;       /* SAs of it in the table; their `user` is this */
	struct esp_sa *out; /* current SA, NULL while there is none */
	bool icv_cut;       /* as the last current SA was (crypto/ipsec/esp.h) */
	struct session_slot *sessions;
};

/* A session with its counters and its place in the flow. */
struct session_slot {
	/* every packet: the first line is read, the second written */
	_Alignas(64) struct dsess s; /* first: a pointer to it is a pointer to the slot */
	uint16_t path_mtu; /* largest inner packet the path takes unfragmented, 0 = not known */
	uint8_t iface;     /* it comes in through */
	bool has_filter;
	_Alignas(64) struct dsess_counters c;
	uint64_t path_until_ms; /* believed until then */
	struct filter *filter;  /* vpn-filter; NULL with has_filter: a list that does not exist */
	/* now and then */
	uint64_t inform_ms; /* its last DHCPINFORM, 0 = none */
	struct wflow *flow;
	struct session_slot *next;
	struct { /* control thread */
		uint32_t ip, peer;
		uint8_t worker, iface;
		bool open;
	} ctl;
};
_Static_assert(sizeof(struct session_slot) == 3 * 64, "a session is small");

/* Its two lines of every packet (core/base/touch.h). */
static inline void session_touch(const struct dsess *s)
{
	touch_lines(s, 128);
}

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

/* Moderation, as a network card moderates its interrupts: where many packets come, but few at a time, a thread that has
 * none left takes a nap before it looks again. A wake-up costs as much as two packets, and full batches cost a third less;
 * the price is PACE_NAP_US of delay at most under such a load, and nothing at any other time. */
enum {
	PACE_NAP_US = 100, /* at most, for each worker of the thread */
	PACE_WORTH = 4,    /* packets a nap, on an average: with fewer it only delays */
	PACE_RATE = PACE_WORTH * 1000 / PACE_NAP_US, /* packets a millisecond, from which on a nap promises so many */
	PACE_AWAKE_MS = 16, /* no naps for so long when they brought in less */
};
struct worker_pace {
	unsigned workers; /* of the thread */
	uint64_t ms;      /* since when is counted */
	unsigned turns, pkts, naps;
	uint32_t nap_us; /* what the last counts have shown: 0 = wait for packets */
	uint64_t awake_ms; /* no naps until then */
};

/* One thread. There are no more than processors: workers that took turns on one would be switched for each packet. */
struct packet_thread {
	pthread_t id;
	bool running;          /* control thread */
	int wake_fd;           /* eventfd: rung while `sleeping` */
	_Atomic bool sleeping; /* or about to: whoever takes it back rings */
	unsigned n;
	struct worker *w[ESP_WORKERS_MAX];
	struct worker_pace pace;
};

struct worker {
	unsigned index;
	struct workers *all;
	struct udp *natt;
	struct rawesp *raw; /* worker 0 receives from it, the others only send */
	struct tun *tun;
	struct packet_thread *thread;
	struct ring down, up;
	struct ring done;       /* messages that went down and are free again */
	_Atomic uint64_t taken; /* commands the worker has carried out */

	/* control thread */
	_Alignas(64) uint64_t given; /* commands */
	bool due; /* something was given that the thread has not been woken for */
	struct conn_list *listed; /* made by the control thread when it is first asked for */
	struct sa_place *sas; /* by the slot of the SPI */
	size_t peers; /* that were given to this worker */

	/* worker thread */
	_Alignas(64) struct esp_table *table;
	struct dsess **by_tunnel; /* WORKER_SESSIONS */
	struct worker_early *early;
	uint64_t now_ms;
	struct filter_policy *policy;
	struct client_routes *routes; /* networks behind clients; NULL = there are none */
	struct capture_set *capture; /* NULL = no capture */
	uint64_t pmtu_aging_ms; /* 0 = a narrow path stays so */
	uint16_t mss;
	bool stop;
	unsigned ready, moved; /* sources that have packets (bits); packets received in this turn */
	bool told;     /* there is something for the control thread since it was last woken */
	unsigned gone; /* sources that are of no use any more (bits): the TUN device was deleted */
	uint32_t crossed; /* workers (bits) that were handed something in this turn */
	struct pktring *cross_to[ESP_WORKERS_MAX], *cross_from[ESP_WORKERS_MAX]; /* NULL for itself */
	struct hash *flows; /* flow -> struct wflow */
	struct msg_store up_msgs;
	struct up *late; /* events for which `up` had no room: nothing is lost, nobody waits */
	size_t n_late, cap_late;
	struct worker_conn *conns;
	uint32_t conn_seed, judged;
	size_t n_conns; /* that have not ended */
	size_t swept;      /* where the next look at them begins */
	uint64_t swept_ms; /* when the last was */
	uint64_t filter_told_ms;
	unsigned filter_told;
	uint8_t *buffers;
	struct pkt in[PKT_BATCH], made[PKT_BATCH];
	_Alignas(64) struct drop_counters drops;
};

/* Who an SPI was given to, and the SA when there is one; freed when the worker gave it back. */
struct sa_place {
	struct esp_sa *sa;
	uint32_t peer;
	bool awaited; /* the worker was told DOWN_SPI_AWAIT, and nothing since */
};

struct workers {
	unsigned n;
	struct worker *w[ESP_WORKERS_MAX];
	unsigned n_threads;
	struct packet_thread thread[ESP_WORKERS_MAX]; /* worker i is in i % n_threads */
	/* What every thread may look into. */
	struct ipmap clients;  /* address of an open session -> client_value(); written by the control thread */
	_Atomic uint64_t drop_told_ms[DROP_N]; /* when the last message of a kind went up */
	_Atomic size_t conns, own_conns, most_conns; /* through the packet path; the control thread's; of both at once */
	_Atomic bool rung;     /* event_fd was rung and not looked at yet */
	int event_fd;          /* eventfd: events are waiting */
	bool held;             /* control thread: workers_ring() wakes, not each command */
	int icmp_fd;           /* raw, for sending whole packets; -1: there are no ICMP errors */

	/* control thread */
	bool running;
	struct worker_events events;
	struct esp_spis *spis;
	struct hash *places; /* peer -> its worker, and how many SPIs and sessions it has there */
	struct session_slot *sessions[WORKER_SESSIONS];
	struct worker_route *routes; /* longest first */
	size_t nroutes;
	struct msg_store down_msgs;
	unsigned next;                  /* the worker that is asked first for a new peer */
	uint64_t outgrown[ESP_WORKERS_MAX]; /* commands a worker must have taken until `clients` is the new table to it */
	struct pktring *cross; /* n * n, from * n + to */
};

/* What `clients` says of an address: never 0. */
static inline uint32_t client_value(unsigned worker, uint8_t iface, uint16_t tunnel)
{
	return 1u << 31 | worker << 24 | (uint32_t)iface << 16 | tunnel;
}
static inline unsigned client_worker(uint32_t value)
{
	return value >> 24 & (ESP_WORKERS_MAX - 1);
}
static inline uint8_t client_iface(uint32_t value)
{
	return (uint8_t)(value >> 16);
}
static inline uint16_t client_tunnel(uint32_t value)
{
	return (uint16_t)value;
}

/* worker_routes.c: networks behind clients */
struct client_routes;
/* The client that the longest of them leads to, as client_value(); 0 = none. */
uint32_t client_routes_find(const struct client_routes *r, uint32_t ip);
void client_routes_back(struct client_routes *r); /* control thread: one worker has it no more */
void worker_routes_command(struct worker *w, const struct down *d);
void workers_routes_iface(struct workers *ws, uint16_t tunnel); /* its session comes in through another interface */
/* Whose address it is: a client's own, or one behind a client. clients: the table as it is now. */
static inline uint32_t worker_client_of(const struct worker *w, const struct ipmap_table *clients, uint32_t ip)
{
	uint32_t client = ipmap_find(clients, ip);
	return client != 0 || w->routes == NULL ? client : client_routes_find(w->routes, ip);
}

/* worker.c */
/* One turn of the loop: commands, what other workers handed over, then a batch from each source of `ready`. Gives those
 * that may have more. The thread's own business; a test without threads calls it itself. */
unsigned worker_turn(struct worker *w, uint64_t now_ms, unsigned ready);
void worker_wake_control(struct worker *w); /* if it was told something: once for all that waits until it looks */
void worker_tell(struct worker *w, const struct up *up); /* event up, never lost */

/* worker_msgs.c: one of len bytes, NULL: none free, or too long; wiped when it is put back. */
bool msg_store_init(struct msg_store *s);
void msg_store_free(struct msg_store *s); /* also what was not put back */
struct msg *msg_get(struct msg_store *s, size_t len);
void msg_put(struct msg_store *s, struct msg *m);
size_t msg_free(const struct msg_store *s); /* how many are in it */

/* worker_thread.c */
void worker_bell(int fd);           /* an eventfd rings */
void worker_ring(struct worker *w); /* wakes its thread if it sleeps; from any thread, behind what it is to see */
/* A turn of a thread has ended, which moved so many packets and was behind a nap. Gives the microseconds to nap before
 * the next look when no source has more; 0 = wait for packets. */
uint32_t worker_pace(struct worker_pace *p, uint64_t now_ms, unsigned pkts, bool napped);

/* worker_cmd.c */
void worker_commands(struct worker *w); /* carries out what waits in `down` */

/* worker_cross.c: packets that belong to another worker. */
/* Hands p over; when there is no room p->drop says so. */
void worker_cross(struct worker *w, unsigned to, struct pkt *p, enum worker_kind kind);
void worker_cross_ring(struct worker *w); /* publishes what was handed over in this turn */
bool worker_cross_take(struct worker *w); /* works on what others handed over; true when there may be more */
bool worker_cross_waits(const struct worker *w);

/* worker_capture.c: packets into captures, while capture_at() says that there is one. In wire form as received or about to
 * be sent (in: towards us); IP packets of clients; a dropped one. */
void worker_capture_wire(struct worker *w, struct pkt *const *pkts, unsigned n, bool in);
void worker_capture_inner(struct worker *w, struct pkt *const *pkts, unsigned n);
void worker_capture_drop(struct worker *w, const struct pkt *p);

/* worker_in.c, worker_out.c. crossed: handed over by another worker, and not once more.
 *
 * What a stage finds for a packet (pkt->sa, pkt->sess) is there for all that follow: the SAs and sessions of a worker go by
 * its own hand alone, on command, and commands are taken between batches (worker_turn). The control thread frees what comes
 * back up. An SA that passes its hard limit within a batch stays, and passes no packet of the next one. */
void worker_in(struct worker *w, struct pkt **pkts, unsigned n, bool crossed);
void worker_out(struct worker *w, struct pkt **pkts, unsigned n, bool crossed);
void worker_send_msg(struct worker *w, struct msg *m); /* what it says is wiped */
void worker_report(struct worker *w); /* events of SAs go up */
/* Version, header length and total length fit; what is behind the packet (padding) is cut off. */
static inline bool worker_ip_ok(struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint8_t version = rd_u8(&r);
	rd_skip(&r, 1);
	uint16_t total = rd_u16(&r);
	return rd_ok(&r) && version >> 4 == 4 && (version & 15) >= 5 &&
	       total >= (version & 15) * 4u && pkt_trim(p, total);
}

/* worker_drop.c: a packet was dropped; it is counted, captured, and told once in a while. */
void worker_dropped(struct worker *w, const struct pkt *p, bool in);

/* worker_early.c: packets that came before their SA. */
struct worker_early *worker_early_new(void); /* NULL: memory is short; free() ends it */
void worker_early_await(struct worker *w, uint32_t spi);
void worker_early_forget(struct worker *w, uint32_t spi); /* what waits for it is dropped */
/* Keeps a copy of one with an SPI that is not known; false: nobody awaits it, or there are enough. */
bool worker_early_keep(struct worker *w, const struct pkt *p);
void worker_early_installed(struct worker *w, uint32_t spi); /* what waits for it goes in */
void worker_early_sweep(struct worker *w); /* each turn: what waited too long is dropped; all, when the worker stops */
bool worker_early_waits(const struct worker *w);

/* worker_filter.c */
/* May the packet of p->sess pass? false: p->drop says why not. */
bool worker_filter(struct worker *w, struct pkt *p, bool from_client);
void worker_filter_command(struct worker *w, const struct down *d);
void worker_filter_leave(struct worker *w, struct session_slot *slot);

/* worker_conns.c: the connections that are remembered. */
struct worker_conn *worker_conn_find(struct worker *w, const struct filter_key *k, uint16_t tunnel);
bool worker_conn_forward(const struct worker_conn *c, const struct filter_key *k);
void worker_conn_put(struct worker *w, const struct filter_key *k, uint16_t tunnel, bool from_client, uint32_t len);
void worker_conns_list(struct worker *w, struct conn_list *l);
void worker_conns_drop(struct worker *w, uint32_t ip);
/* It is over; keep: known for a moment, so that what is still under way is not judged as something new. */
void worker_conn_end(struct worker *w, struct worker_conn *c, bool keep);
void worker_conns_sweep(struct worker *w); /* each turn: those that ended without a word are no longer counted */

/* workers.c: the control thread's side. */
void workers_give(struct workers *ws, struct worker *w, const struct down *d);
void workers_give_all(struct workers *ws, const struct down *d);
void workers_given_back(struct workers *ws, const struct up *u);
void workers_conns_note(struct workers *ws, size_t through); /* so many at this moment: are they the most? */
/* workers_sa.c */
void workers_sa_given_back(struct workers *ws, struct esp_sa *sa);
void workers_tidy(struct workers *ws); /* takes back messages that were sent, frees tables that nobody reads any more */
extern struct sized worker_slots, worker_flows; /* session_slot; wflow */
/* The worker of a peer, for as long as something of it holds it; 0 or -ENOMEM. */
int workers_place_hold(struct workers *ws, uint32_t peer, unsigned *worker);
void workers_place_drop(struct workers *ws, uint32_t peer);
struct worker *workers_place(const struct workers *ws, uint32_t peer); /* worker 0 when it has none */

#endif
