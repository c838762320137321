/* The load tool: the clients' side of thousands of tunnels, with real sockets, against a real posternd.
 *
 * A client is the engine of crypto/ike made to begin (tests/exchange/ike_initiator), an L2TP access concentrator
 * (l2tp_lac) and a PPP peer (ppp_peer) around an SA of crypto/ipsec. Its Diffie-Hellman exponents are tiny: what a
 * client costs is not measured. All of it runs on one thread.
 *
 *   main.c    options, phases
 *   net.c     sockets, the event loop
 *   client.c  one client's life: dial, be in, leave
 *   meter.c   what the gateway's threads and memory cost between two moments */
#ifndef TESTS_BENCH_LOAD_H
#define TESTS_BENCH_LOAD_H

#include <sys/types.h>

#include "crypto/ike/engine.h"
#include "crypto/ipsec/esp.h"
#include "tests/exchange/ike_initiator.h"
#include "tests/exchange/l2tp_lac.h"
#include "tests/exchange/ppp_peer.h"

enum {
	LOAD_CLIENTS_MAX = 32768,
	LOAD_FIRST_IP = 0xc612000a,   /* 198.18.0.10: the first client, or the NAT all of them are behind */
	LOAD_PRIVATE_IP = 0xc0a80102, /* what a client believes its address to be */
	LOAD_NAT_PORTS = 20000,
	LOAD_PATIENCE_MS = 60000, /* until a client that is not in counts as failed */
};

enum stage { STAGE_IDLE, STAGE_IKE, STAGE_L2TP, STAGE_PPP, STAGE_UP, STAGE_LEAVING, STAGE_GONE, STAGE_FAILED, STAGE_N };

struct load;
struct client;

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
	struct ike_ops ops; /* sa_ctx is this client */
	struct ike *ike;
	struct ike_peer *peer;
	struct ike_flow *flow;
	struct esp_sa *out; /* what it sends on */
	struct lac lac;
	struct ppp_peer ppp;
	struct timer patience;
	uint64_t began_us, ike_us, up_us;
	bool lost; /* the gateway ended it */
	/* traffic */
	uint32_t seq_first, seq_last; /* of what came in this phase */
	uint32_t tcp_seq;
};

struct load_conf {
	unsigned n, parallel;
	bool nat;      /* all behind one address */
	bool ike_only; /* no L2TP, no PPP */
	const char *cipher, *hash;
	uint16_t group;
	struct esp_alg esp;
	enum peer_profile profile;
	const char *user, *password, *psk;
	pid_t gateway; /* 0 = not known: nothing is measured of it */
};

struct load {
	struct load_conf conf;
	struct clock clock;
	struct net habits; /* one node whose configuration all engines share */
	int epoll;
	struct port ike, natt; /* 500 and 4500 of all addresses; unless all are behind a NAT */
	struct rx_area *rx;
	struct esp_spis *spis;
	struct esp_table *table;
	struct client *owner[ESP_SLOTS_MAX]; /* by the slot of an SPI */
	struct client *clients;
	unsigned next, busy; /* to be dialled; under way */
	unsigned count[STAGE_N];
	unsigned esp_drops, send_errors;
	/* Packets of this length are traffic: counted, not opened, but for one in sink_sample. 0 = none are. */
	uint32_t sink_len;
	unsigned sink_sample;
	uint64_t sunk, sunk_bytes, opened, wrong;
};

uint64_t now_us(void);
void die(const char *what) __attribute__((noreturn));

/* ------------------------------------------------------------------ net.c */

void net_sockets(struct load *l);
void net_client_socket(struct client *c);
void net_client_close(struct client *c);
/* One datagram, or several of seg bytes each (0 = one), from a client to the gateway's port. false: refused. */
bool net_out(struct client *c, uint16_t port, const struct iovec *parts, size_t n, uint16_t seg);
/* Handles what is there and what is due; waits at most so long. */
void net_turn(struct load *l, int wait_ms);
/* Takes turns until test is true or the time is over; what test said last. */
bool net_until(struct load *l, bool (*test)(const struct load *l), uint64_t ms);

/* ------------------------------------------------------------------ client.c */

void clients_make(struct load *l);
void clients_free(struct load *l);
void client_dial(struct client *c);
void client_leave(struct client *c);
void client_vanish(struct client *c); /* no goodbye */
void client_ike(struct client *c, uint16_t port, const uint8_t *msg, size_t len);
/* One ESP packet out of the gateway. */
void client_esp(struct client *c, const uint8_t *esp, size_t len);
/* Room for one packet, emptied. */
struct pkt *client_pkt(void);
const char *stage_name(enum stage s);
void stage_set(struct client *c, enum stage s);

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
/* PHASE.cpu_NAME lines for every thread name, PHASE.cpu for all, PHASE.wall. */
void meter_print(const char *phase, const struct meter *from, const struct meter *to);
void figure(const char *phase, const char *name, double value, const char *unit);

#endif
