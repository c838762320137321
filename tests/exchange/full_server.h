/* The server's side of full.h, for those who look into the appliance. */
#ifndef TESTS_EXCHANGE_FULL_SERVER_H
#define TESTS_EXCHANGE_FULL_SERVER_H

#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/gateway.h"
#include "core/worker_int.h"
#include "tests/exchange/full.h"
#include "tests/exchange/wire.h"

enum { FULL_LOG = 1 << 20, FULL_WORKERS = 2 };

struct world {
	struct gateway gw;
	struct wire wire;
	struct queue dhcp;          /* what the server said to DHCP servers: the test answers */
	uint32_t client_routes[64]; /* routes with a metric: to clients, and to networks behind them */
	size_t n_client_routes;
	struct queue ike, natt, esp, tun; /* what the server's sockets and its TUN device hold */
	struct client *clients;
	struct log_sink sink;
	struct debug_sink debug;
	char *log;
	size_t log_len;
	unsigned host_got; /* packets of clients that came out of the TUN device */
	uint64_t tun_got;  /* IP packets of all kinds that did */
	uint64_t esp_in, esp_out; /* datagrams of ESP that reached the server, that it sent */
	bool host_mute;    /* the host does not echo */
	uint32_t dh_ms;    /* Diffie-Hellman takes so long; 0 = done at once */
	unsigned dh_running;
	uint32_t job_ms; /* what helper threads do for certificates takes so long */
	unsigned jobs_running;
	size_t timers; /* of the server alone, when nobody is connected */
	bool pumping;
	struct load_report report; /* of the last text of configuration */
};

/* What is to be there before the commands are registered: the network probes, a state directory. NULL = nothing. */
extern void (*world_prepare)(struct world *w);

/* full_host.c */
void full_host_open(struct world *w);
void full_host_close(struct world *w);
void queue_put(struct queue *q, uint8_t proto, struct ip4_end src, struct ip4_end dst,
               const void *data, size_t len);
struct datagram *queue_take(struct queue *q); /* the caller's to free; NULL when it is empty */
void queue_free(struct queue *q);

#endif
