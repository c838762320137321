/* Many clients against one engine: all of them are one engine that begins, each with an address of its own, so that
 * thousands cost little. The wire is a queue, and the server's Diffie-Hellman is done when told. */
#ifndef TESTS_EXCHANGE_IKE_MANY_H
#define TESTS_EXCHANGE_IKE_MANY_H

#include "tests/exchange/ike_initiator.h"

enum { MANY_WIRE = 8192, MANY_JOBS = 1024, MANY_FIRST_IP = 0x0a000001 };

struct many_packet {
	bool to_server;
	uint64_t at_ms;
	struct ip4_end local, remote; /* as the receiver sees them */
	size_t len;
	uint8_t data[1500];
};

struct many {
	struct net net; /* its nodes lend their configuration; its clock is everybody's */
	struct ike *server, *client;
	struct ike_ops server_ops, client_ops;
	struct many_packet *wire; /* a ring */
	size_t first, n;
	uint32_t latency_ms, rnd;
	unsigned loss; /* of 1000 packets */
	uint32_t behind_nat; /* so many of the clients, the first ones: each has a port at NAT_IP */
	struct {
		struct prim_dh_job *job;
		void (*done)(void *arg);
		void *arg;
	} jobs[MANY_JOBS]; /* a ring */
	size_t first_job, njobs, more_jobs; /* more_jobs: of others, for dh_waiting */
	uint32_t begun, up, spi;
};

/* Server and clients agree on this. The clock stands still until it is moved. */
void many_open(struct many *m, const char *cipher, uint16_t group);
void many_close(struct many *m);
/* The next client begins. */
void many_dial(struct many *m);
/* The next packet that has arrived by now. */
bool many_take(struct many *m, struct many_packet *p);
void many_deliver(struct many *m, const struct many_packet *p);
/* Does the server's oldest Diffie-Hellman job and goes on from there; false when there is none. */
bool many_job(struct many *m);

#endif
