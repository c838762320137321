/* IKE engines against each other: one fake clock, a wire that can lose, change and translate addresses. The
 * client is an engine too, made to begin; what a client may do that our engine never would is written by hand. */
#ifndef TESTS_EXCHANGE_IKE_INITIATOR_H
#define TESTS_EXCHANGE_IKE_INITIATOR_H

#include "tests/client/ike_client.h"

enum {
	CLIENT_IP = 0xcb007165,
	NAT_IP = 0xcb00710b,
	PRIVATE_IP = 0xc6120165
};
enum { NET_PACKETS = 256, NET_SAS = 128, NET_NODES = 4, NET_LATENCY_MS = 5, NET_TRAFFIC_MS = 50 };

struct net;

/* One SA pair as the fake data path knows it. */
struct net_sa {
	bool used, in, out;
	bool sent_on, heard; /* what its flow is sent on; the peer sent something on it */
	uint64_t last_in_ms;
	struct sa_pair pair;
	struct sa_keys keys;
	enum sa_end why; /* once removed */
};

struct node {
	struct net *net;
	struct ike *ike;
	uint32_t ip;          /* its own address */
	uint32_t public_ip;   /* behind a NAT: what others see; else the same */
	uint16_t port_offset; /* of the NAT's mapping: own port + offset */
	struct ike_offer offer;
	struct bytes server_id; /* a client's: what the server will call itself; empty = by its address */
	bool has_map;
	struct net_sa sas[NET_SAS];
	uint32_t next_spi;
	struct failure refused; /* the last client it refused; its texts are gone */
	unsigned flow_ups, flow_downs, peer_downs, moves, keepalives, spi_awaits, spi_frees;
	uint32_t awaited_spi; /* the last */
	uint32_t up_peer, up_flow; /* of the last flow_up */
	enum sa_end down_why;
	uint64_t last_in_ms; /* what stats tells at least */
	bool silent;         /* it sends no ESP */
	bool prefers_old;    /* it sends on a pair until that is gone, whatever comes after it */
	bool drop_on_down;   /* calls ike_drop_peer from inside flow_down, as the gateway may */
	bool dh_later;       /* Diffie-Hellman is done 50 ms later */
	bool dh_hold;        /* ... or when told */
	struct {
		struct prim_dh_job *job;
		void (*done)(void *arg);
		void *arg;
		struct timer timer;
	} dh;
	bool work_hold; /* other work (a signature) is done when told: node_work_go */
	struct {
		void (*run)(void *job), (*done)(void *job);
		void *job;
	} work;
};

struct net_packet {
	uint64_t at_ms;
	struct node *from, *to;
	struct ip4_end src, dst; /* as the receiver sees them */
	size_t len;
	uint8_t data[IKE_MSG_MAX];
};

struct net {
	struct clock clock;
	struct node *nodes[NET_NODES];
	size_t nnodes;
	struct net_packet *queue[NET_PACKETS];
	size_t nqueue;
	/* false: lost. May change the packet. */
	bool (*filter)(struct net *net, struct net_packet *p);
	struct timer traffic; /* a packet of ESP on each flow, both ways */
	unsigned to_server, to_client;
	unsigned from_client_lost, from_server_lost;
	struct log_sink sink;
	char log[65536];
	size_t log_len;
	struct node server, client, other;
};

void net_open(struct net *net);
void net_close(struct net *net);
/* For cmocka: a net with its server; *state is the net. */
int net_setup(void **state);
int net_teardown(void **state);
/* The same, and the commands are there that show what its server has. */
int net_show_setup(void **state);
int net_show_teardown(void **state);
/* A server with 3des-sha-2, aes-256-sha-14 and transform sets 3des-sha, aes-256-sha, both transport mode. */
void net_server(struct net *net);
/* A client with the same key and one policy. */
void net_client(struct net *net, struct node *node, uint32_t ip, uint32_t public_ip,
                const char *cipher, const char *hash, uint16_t group);
void node_work_go(struct node *node);
/* Lets time pass. */
void net_run(struct net *net, uint64_t ms);
/* How many log lines with this id (and text, unless NULL) there are. */
unsigned net_logged(const struct net *net, unsigned id, const char *text);
void net_log_clear(struct net *net);

/* The client's side: a peer for the server, and a flow with these identities (17/port). */
struct ike_peer *client_peer(struct node *node);
struct ike_flow *client_flow(struct node *node, struct ike_peer *peer, uint32_t own_ip,
                             uint16_t own_port, struct esp_alg alg, uint16_t encap);
/* All of it: Main Mode and Quick Mode as an L2TP client does it. */
struct ike_flow *client_connect(struct node *node);
/* It ends everything it has with the server, and says so. */
void client_goodbye(struct ike_peer *peer);
/* The newest pair of SAs of a node that is installed both ways; NULL when there is none. */
struct net_sa *node_sa(struct node *node);
/* The other end of a pair; NULL when the node does not have it. */
struct net_sa *net_partner(struct node *node, const struct net_sa *of);
unsigned node_sa_count(const struct node *node);
/* Both sides have each other's SPIs and keys. */
bool net_sas_match(const struct net_sa *a, const struct net_sa *b);

#endif
