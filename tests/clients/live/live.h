/* Clients that are data against a posternd that runs for itself: real sockets, real time. One process plays one client, so
 * that what it says and what it hears (heard.h) is its own.
 *
 *   main.c   options; a process for every client; the table
 *   steps.c  what a client does, in order
 *   client.c coming, echoes through the tunnel, going
 *   wire.c   its sockets, the event loop */
#ifndef TESTS_CLIENTS_LIVE_LIVE_H
#define TESTS_CLIENTS_LIVE_LIVE_H

#include "tests/clients/heard.h"
#include "tests/clients/profile.h"

enum {
	LIVE_DIRECT_IP = 0xcb007180,  /* 203.0.113.128 and up: clients that have their address themselves */
	LIVE_NAT_IP = 0xc6120180,     /* 198.18.1.128: behind the NAT; the same of LIVE_NETWORK more behind the other one */
	LIVE_NETWORK = 0x100,
	LIVE_AT_MOST = 42,            /* clients; behind the NAT each has three addresses, so far apart */
	LIVE_HOST = 0x0a4d0002,       /* 10.77.0.2: it answers pings behind the server */
	LIVE_PATIENCE_MS = 30000,     /* for whatever is to happen on a machine that has other things to do */
	LIVE_SLOTS = 256,
	LIVE_PINGS = 0x8000,          /* of one round, at most */
};
#define LIVE_PASSWORD "wonder-1" /* of every user; each client is one */

enum live_port { PORT_IKE, PORT_NATT, PORT_ESP, PORT_N };

struct live {
	const struct profile *profile;
	bool nat;
	unsigned index;
	const char *user;
	struct clock clock;
	struct vpn_sas sas;
	struct vpn vpn;
	/* where it is: the address its packets come from (a NAT sees it), sockets, how many datagrams left by each */
	uint32_t at;
	int fd[PORT_N];
	unsigned left_by[PORT_N];
	uint8_t first[2048]; /* the first IKE message */
	size_t first_len;
	bool listens; /* to itself and to the server: `heard`, answers */
	struct heard answers;
	/* pings through the tunnel, of this round: the number of the first, and by number which were answered */
	unsigned asked, answered;
	uint16_t first_seq;
	uint8_t heard[0x10000 / 8];
	struct timer traffic;
	uint32_t traffic_ms, traffic_len;
	void (*send_l2tp)(void *vpn, const uint8_t *msg, size_t len);
};

/* ------------------------------------------------------------------ wire.c */

/* Sockets at this address, in place of those it had. */
void wire_open(struct live *c, uint32_t at);
/* No more packets, and no word about it. */
void wire_close(struct live *c);
void wire_send(struct live *c, enum live_port port, uint32_t to, const struct iovec *parts, size_t n);
void live_run(struct live *c, uint64_t ms);
/* Runs until test is true; what it said last. */
bool live_until(struct live *c, bool (*test)(const struct live *), uint64_t ms);
/* Runs until standard input has ended. */
void live_until_told(struct live *c);

/* ------------------------------------------------------------------ client.c */

/* Where the client is at home (0), and further places behind the same NAT. */
uint32_t live_place(const struct live *c, unsigned n);
/* Dials from there; returns when it is in. */
void live_enter(struct live *c, uint32_t at);
bool live_is_in(const struct live *c);
void live_datagram(struct live *c, enum live_port port, const uint8_t *data, size_t len);
/* Pings all the time; len 0 stops. */
void live_traffic(struct live *c, uint32_t every_ms, uint32_t len);
/* A new round: what was asked before does not count, nor does an answer to it that comes late. */
void live_round(struct live *c);
/* Stops the pings; each of the round had its answer. */
void live_lost_nothing(struct live *c);
void live_rekey_ipsec(struct live *c);
void live_rekey_ike(struct live *c);
/* It forgets everything, and the server is not told. */
void live_vanish(struct live *c);
/* As the profile takes its leave. */
void live_leave(struct live *c);

/* ------------------------------------------------------------------ steps.c */

enum { LIVE_STEPS = 10 };
const char *live_step_name(unsigned step);
/* LIVE_SKIPPED: not for such a client. */
enum live_result { LIVE_UNTRIED, LIVE_PASSED, LIVE_SKIPPED };
/* All steps, up to the first that fails; how each went into results. False: one failed, and why stands in the output. */
bool live_play(struct live *c, enum live_result results[LIVE_STEPS]);

#endif
