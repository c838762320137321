/* The whole appliance against whole clients in one process: no sockets, no threads, one clock that runs on
 * command. The server is the real one from the packet path up (core/), with the real grammar; only what touches
 * the host (core/net: sockets, TUN, netlink, nftables) is replaced by full_host.c. The clients are those of
 * tests/client. */
#ifndef TESTS_EXCHANGE_FULL_H
#define TESTS_EXCHANGE_FULL_H

#include "tests/client/vpn.h"

/* 203.0.113.1; a client that has its address itself, the NAT; a host behind us */
enum { GW_IP = SERVER_IP, HOME_IP = 0xcb007165, ROUTER_IP = 0xcb00710b };
enum { GW_NAT_IP = 0xc6336401 }; /* 198.51.100.1: what a client dials (habits.server_ip) that sees the server behind a NAT */
enum { FULL_UDP = 17, FULL_ESP = 50, HOST_IP = 0x0a4d0009 };

struct client;

/* A packet on its way, addresses as the receiver sees them. */
struct datagram {
	struct datagram *next;
	uint8_t proto;
	struct ip4_end src, dst;
	size_t len;
	uint8_t data[];
};

struct queue {
	struct datagram *first, *last;
	size_t n;
};

struct world; /* full_server.h */
struct clock *world_clock(struct world *w);
struct client **world_clients(struct world *w);

/* Ready to serve: first-light's worked example, MORE lines behind it. seed: of losses. */
void world_open(struct world *w, const char *more);
void world_close(struct world *w);
/* The same for cmocka; *state is the world. */
int world_setup(void **state);
int world_teardown(void **state);
/* Lets time pass. */
void world_run(struct world *w, uint64_t ms);
/* Lines of configuration, as one transaction, typed by somebody; all must be accepted. */
void world_edit(struct world *w, const char *lines);
/* What commands print that are typed at a console of their own, one a line; lives until the next ones. */
const char *world_show(struct world *w, const char *lines);
/* The same of somebody who sees prompts and answers questions: the whole screen. */
const char *world_console(struct world *w, const char *lines);
/* How many lines of the log have both texts. */
unsigned world_logged(const struct world *w, const char *a, const char *b);
const char *world_log(const struct world *w);
void world_log_clear(struct world *w);
/* Fails the test unless nothing of any client is left: no peer, flow, SA, tunnel, session, address, message, timer. */
void world_assert_empty(struct world *w);
unsigned world_sessions(struct world *w); /* users that are in */
/* Packets the server dropped, of all reasons. */
uint64_t world_drops(struct world *w);

/* A packet is put on the wire to whoever owns dst. */
void wire_out(struct world *w, uint8_t proto, struct ip4_end src, struct ip4_end dst,
              const void *data, size_t len);
/* While set, random_u32() counts: 1, 3, 5 ...; NULL = random. */
extern uint32_t *full_counting;

/* ------------------------------------------------------------------ clients */

struct client {
	struct client *next;
	struct world *w;
	struct vpn vpn;
	struct vpn_sas sas;
	uint32_t public_ip;
	uint16_t nat_ike, nat_natt; /* ports the NAT gave */
	uint32_t counter;           /* message ids count from 1 */
	bool gone;
	uint8_t first[2048];        /* the first IKE message it sent */
	size_t first_len;
	size_t loses_above;         /* its longer IKE messages never arrive, but for the first one; 0 = all do */
	size_t hears_up_to;         /* longer IKE messages do not arrive there; 0 = all do */
	bool hears_no_esp; /* and so nothing of L2TP */
	bool loses_qm3; /* its last message of Quick Mode never arrives */
	/* IP through the tunnel */
	uint32_t sent, back; /* packets, echoes */
	uint32_t others;     /* packets that are no echoes, and the last of them */
	uint8_t other[2048];
	size_t other_len;
	void *owner;         /* whatever the test likes */
	/* An echo came back; must not fail a test. NULL = nobody looks. */
	void (*echo)(struct client *c, struct bytes packet);
	struct timer traffic;
	uint32_t traffic_ms, traffic_len;
};

struct client *client_new(struct world *w, const struct client_habits *habits, uint32_t ip);
void client_free(struct client *c);
/* Begins; L2TP and PPP follow by themselves. */
void client_dial(struct client *c);
/* L2TP and PPP from the beginning, on the SAs it has. */
void client_redial_l2tp(struct client *c);
/* Dials and waits until it is in. */
void client_enter(struct client *c);
bool client_is_in(const struct client *c);
/* Dials and has ten seconds to get in. */
struct client *client_try(struct world *w, const struct client_habits *habits, uint32_t ip);
/* The same as Windows with this user. */
struct client *client_try_as(struct world *w, const char *user, const char *password, uint32_t ip);
/* Is it in? Afterwards it has left and is freed. */
bool client_gets_in(struct client *c);
/* One IP packet of len bytes to the host behind the server. */
void client_send(struct client *c, size_t len);
/* A whole IP packet. */
void client_send_ip(struct client *c, const void *packet, size_t len);
/* Sends all the time; len 0 stops. */
void client_traffic(struct client *c, uint32_t every_ms, uint32_t len);
/* n packets of growing size; all of them must come back. */
void client_data(struct client *c, unsigned n);
/* Stops the traffic and waits for what is under way: everything came back, nothing was dropped at this end. */
void client_lost_nothing(struct client *c);
/* Terminate-Request, CDN and StopCCN, Deletes. */
void client_leave(struct client *c);
/* No goodbye: it forgets everything and hears nothing. */
void client_vanish(struct client *c);
/* A datagram arrived. */
void client_input(struct client *c, const struct datagram *d);
/* IKE's new keys, begun by the client. */
void client_rekey_ipsec(struct client *c);
void client_rekey_ike(struct client *c);

#endif
