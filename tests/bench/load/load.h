/* The load tool: the clients' side of thousands of tunnels, with real sockets, against a real posternd.
 *
 * A client is one of tests/client, with tiny Diffie-Hellman exponents: what a client costs is not measured. All of it runs
 * on one thread.
 *
 *   main.c    options, phases
 *   net.c     sockets, the event loop
 *   client.c  one client's life: dial, be in, leave
 *   meter.c   what the gateway's threads and memory cost between two moments
 *   traffic.c packets inside the tunnels, and what carrying them cost
 *   blast.c   traffic from the clients: ESP at full speed
 *   feed.c    traffic to the clients, put into the gateway's TUN device from behind, and its sink
 *   echo.c    echoes through the tunnels, while others dial
 *   storm.c   both of it while tunnels come, go and change their keys
 *   path.c    one client with the product's packet path and a TUN device of its own */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "tests/client/vpn.h"

enum {
	LOAD_CLIENTS_MAX = 32768,
	LOAD_NAT_IP = 0xc6120009,     /* 198.18.0.9: of those who are behind a NAT together */
	LOAD_FIRST_IP = 0xc612000a,   /* 198.18.0.10: of the first client that has an address of its own */
	LOAD_PRIVATE_IP = 0xc0a80102, /* what a client believes its address to be; behind one NAT each has another */
	LOAD_NAT_PORTS = 20000,
	SINK_SAMPLE = 1024,
	LOAD_TIMES_MAX = 1 << 20,
	LOAD_USER_MAX = 32,
	LOAD_PATIENCE_MS = 60000, /* unless told otherwise: until a client that is not in counts as failed */
};

enum stage { STAGE_IDLE, STAGE_IKE, STAGE_L2TP, STAGE_PPP, STAGE_UP, STAGE_LEAVING, STAGE_GONE, STAGE_FAILED, STAGE_N };

struct load;
struct client;
struct path;
struct blast;
struct feed;
struct echo;

/* A socket: of all clients, or, behind a NAT, of one. */
struct port {
	int fd;
	struct client *of; /* NULL = of all */
};

struct client {
	struct load *l;
	unsigned index;
	enum stage stage, failed_in;
	uint32_t ip; /* as the gateway sees it */
	struct port nat;
	unsigned dials;
	char user[LOAD_USER_MAX];
	struct vpn vpn;
	struct timer patience;
	uint64_t began_us, ike_us, up_us;
	/* traffic */
	uint32_t seq_last; /* of the last ESP packet that came in */
	uint32_t seq_before, seq_tail; /* ... when the traffic began, when it was over */
	uint32_t tcp_seq;
	uint16_t ip_id;
};

struct load_conf {
	unsigned n, parallel;
	unsigned nat; /* so many, the first ones, are behind one address */
	bool users;   /* each has one of its own */
	uint32_t patience_ms;
	struct client_habits habits;
	const char *tun; /* the name of the one client's own device; NULL = none */
	pid_t gateway;   /* 0 = not known: nothing is measured of it */
};

struct load {
	struct load_conf conf;
	struct clock clock;
	int epoll;
	struct port ike, natt; /* 500 and 4500 of all addresses; unless all are behind a NAT */
	struct rx_area *rx;
	struct path *path; /* with --tun */
	struct echo *echo; /* while it runs */
	struct vpn_sas sas;
	struct client *clients;
	unsigned next, busy; /* to be dialled; under way */
	unsigned count[STAGE_N];
	unsigned send_errors;
	uint64_t first_us, last_us; /* the first and the last that was dialled in this phase */
	/* how long set-ups took since the phase began, ms */
	double *times;
	size_t ntimes, times_cap;
	/* Longer packets than this are traffic: counted, one of SINK_SAMPLE opened. */
	uint32_t sink_len;
	uint64_t sunk, opened, wrong;
};

uint64_t now_us(void);
void die(const char *what) __attribute__((noreturn));

/* ------------------------------------------------------------------ net.c */

void net_sockets(struct load *l);
void net_client_socket(struct client *c);
void net_client_close(struct client *c);
/* One datagram, or several of seg bytes each (0 = one), from a client to the gateway's port. false: refused. */
bool net_out(struct client *c, uint16_t port, const struct iovec *parts, size_t n, uint16_t seg);
/* Fills m, with its address and control data in o, for the same in a batch of sendmmsg; returns the socket. */
struct net_out {
	struct sockaddr_in to;
	_Alignas(8) uint8_t control[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};
int net_out_fill(struct client *c, uint16_t port, const struct iovec *parts, size_t n, uint16_t seg,
                 struct net_out *o, struct msghdr *m);
/* Handles what is there and what is due; waits at most so long. */
void net_turn(struct load *l, int wait_ms);
/* The same for so long. */
void net_wait(struct load *l, uint64_t ms);
/* Takes turns until test is true or the time is over; what test said last. */
bool net_until(struct load *l, bool (*test)(const struct load *l), uint64_t ms);

/* ------------------------------------------------------------------ client.c */

void clients_make(struct load *l);
void clients_free(struct load *l);
/* None is being set up or ended. */
bool clients_quiet(const struct load *l);
void client_dial(struct client *c);
void client_leave(struct client *c);
void client_vanish(struct client *c); /* no goodbye */
void client_rekey(struct client *c, bool ike);
/* A datagram from the gateway's port; of traffic in ESP. */
void client_input(struct client *c, uint16_t port, const uint8_t *data, size_t len);
void client_esp(struct client *c, const uint8_t *esp, size_t len);
/* What came through a path of its own. */
void client_ike(struct client *c, const uint8_t *msg, size_t len);
void client_l2tp(struct client *c, const uint8_t *msg, size_t len);
const char *stage_name(enum stage s);
void stage_set(struct client *c, enum stage s);

/* ------------------------------------------------------------------ path.c */

enum { TUNNEL_HOST = 0x0a4c0001 }; /* 10.76.0.1: whom it talks to */
extern const struct sa_ops path_sa_ops; /* ctx is the client */
void path_make(struct load *l);
void path_free(struct load *l);
/* false when it is not its port. */
bool path_poll(struct load *l, const struct port *port);
void path_l2tp_send(void *client, const uint8_t *msg, size_t len);
void path_open(struct client *c);
void path_close(struct client *c);
void path_run(struct load *l, const char *phase, const char *command);

/* ------------------------------------------------------------------ meter.c */

enum { METER_THREADS = 48 };

struct meter {
	uint64_t wall_us;
	size_t n;
	struct {
		int tid;
		char name[32];
		uint64_t ns;
	} thread[METER_THREADS];
	uint64_t rss_kb;
	uint64_t tun_pkts, tun_bytes; /* what the gateway wrote to its TUN device */
};

void meter_read(const struct load *l, struct meter *m);
/* CPU seconds of all threads between two moments, or of those with this name. */
double meter_cpu(const struct meter *from, const struct meter *to, const char *name);
/* Waits until the gateway's helpers have nothing to do: they put key pairs in stock, which is part of what a set-up
 * costs, and no part of what follows it. */
void meter_settle(struct load *l);
/* PHASE.cpu_NAME lines for every thread name, PHASE.cpu for all, PHASE.wall. */
void meter_print(const char *phase, const struct meter *from, const struct meter *to);
void figure(const char *phase, const char *name, double value, const char *unit);
/* NAME_median, NAME_p99 and NAME_max of so many milliseconds, which are sorted; nothing of none. */
void figure_times(const char *phase, const char *name, double *ms, size_t n);

/* ------------------------------------------------------------------ traffic */

struct traffic {
	double seconds;
	unsigned size;    /* of an inner IP packet */
	unsigned tunnels; /* how many take part */
	unsigned burst;   /* packets of one tunnel in a row; 1 = each tunnel in turn */
	unsigned flows;   /* inner flows of a tunnel, in turn */
	unsigned rate;    /* echoes a second, of all tunnels together */
	unsigned dial;    /* so many dial meanwhile */
	bool tcp;
};

enum { TRAFFIC_HOST = 0x0a4d0002, TRAFFIC_SIZE_MAX = 1400, TRAFFIC_SIZE_MIN = 60 };

/* The tunnels that take part: those that are up, in turn, tunnels of them. NULL when none is. */
struct client *traffic_next(struct load *l, const struct traffic *t);
/* Headers of one packet, or of one that is to be cut into segments of t->size: IP, UDP or TCP; all data is zero.
 * len is that of the whole packet. partial: the checksum is that of the pseudo header alone. */
void traffic_headers(struct client *c, const struct traffic *t, bool to_client, bool partial, uint32_t len,
                     uint8_t *ip);
unsigned traffic_header_len(const struct traffic *t);
/* SECONDS=..,.. into t; dies when it makes no sense. */
void traffic_parse(struct traffic *t, char *text);
/* PHASE.pkts, loss, Gbit and packets per CPU second, ns of CPU for each. */
void traffic_print(const char *phase, const struct traffic *t, uint64_t sent, uint64_t arrived,
                   const struct meter *from, const struct meter *to);
/* Traffic from the clients: a turn is one tunnel's burst. blast_close returns how many packets left. t stays the caller's. */
struct blast *blast_open(struct load *l, const struct traffic *t);
void blast_turn(struct blast *b);
void blast_flush(struct blast *b);
uint64_t blast_close(struct blast *b);
/* The same towards them. */
struct feed *feed_open(struct load *l, const struct traffic *t);
void feed_turn(struct feed *f);
void feed_flush(struct feed *f);
void feed_close(struct feed *f);
/* Everything at the same time: traffic both ways, tunnels that end and come back, with a goodbye or without, new keys. */
void storm_run(struct load *l, const char *phase, const struct traffic *t);
void echo_run(struct load *l, const char *phase, const struct traffic *t);
void echo_input(struct client *c, struct bytes packet);
void blast_run(struct load *l, const char *phase, const struct traffic *t);
void feed_run(struct load *l, const char *phase, const struct traffic *t);

#endif
