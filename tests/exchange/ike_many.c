#include "tests/exchange/ike_many.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/ike/auth.h"

enum { FIRST_SPI = 0x1000, NAT_PORTS = 10000 };

/* ------------------------------------------------------------------ the wire */

static bool lost(struct many *m)
{
	m->rnd = m->rnd * 1664525 + 1013904223;
	return (m->rnd >> 8) % 1000 < m->loss;
}

/* The client tells its tunnels apart by the server's address, the server by the client's. */
static void put(struct many *m, bool to_server, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                size_t len)
{
	struct many_packet *p = &m->wire[(m->first + m->n) % MANY_WIRE];

	if (m->n == MANY_WIRE || len > sizeof p->data || lost(m))
		return;
	p->to_server = to_server;
	p->at_ms = clock_now(&m->net.clock) + m->latency_ms;
	p->remote = (struct ip4_end){remote.ip, local.port};
	p->local = (struct ip4_end){to_server ? SERVER_IP : CLIENT_IP, remote.port};
	if (to_server && remote.ip - MANY_FIRST_IP < m->behind_nat) {
		p->remote = (struct ip4_end){NAT_IP, (uint16_t)(NAT_PORTS + remote.ip - MANY_FIRST_IP)};
	} else if (!to_server && remote.ip == NAT_IP) {
		p->remote = (struct ip4_end){MANY_FIRST_IP + remote.port - NAT_PORTS, local.port};
		p->local.port = local.port;
	}
	p->len = len;
	memcpy(p->data, msg, len);
	m->n++;
}

static bool server_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	put(ctx, false, local, remote, msg, len);
	return true;
}

static bool client_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	put(ctx, true, local, remote, msg, len);
	return true;
}

static void keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	(void)ctx, (void)local, (void)remote;
}

bool many_take(struct many *m, struct many_packet *p)
{
	if (m->n == 0 || m->wire[m->first].at_ms > clock_now(&m->net.clock))
		return false;
	*p = m->wire[m->first];
	m->first = (m->first + 1) % MANY_WIRE;
	m->n--;
	return true;
}

void many_deliver(struct many *m, const struct many_packet *p)
{
	ike_input(p->to_server ? m->server : m->client, p->local, p->remote, p->data, p->len);
}

/* ------------------------------------------------------------------ Diffie-Hellman */

static int client_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	(void)ctx;
	prim_dh_run(job);
	done(arg);
	return 0;
}

static int server_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	struct many *m = ctx;
	size_t at = (m->first_job + m->njobs) % MANY_JOBS;

	if (m->njobs == MANY_JOBS)
		abort();
	m->jobs[at].job = job;
	m->jobs[at].done = done;
	m->jobs[at].arg = arg;
	m->njobs++;
	return 0;
}

static size_t server_dh_waiting(void *ctx)
{
	const struct many *m = ctx;

	return m->njobs + m->more_jobs;
}

bool many_job(struct many *m)
{
	size_t at = m->first_job;

	if (m->njobs == 0)
		return false;
	m->first_job = (m->first_job + 1) % MANY_JOBS;
	m->njobs--;
	prim_dh_run(m->jobs[at].job);
	m->jobs[at].done(m->jobs[at].arg);
	return true;
}

/* ------------------------------------------------------------------ a data path of nothing */

static void server_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	(void)peer, (void)flow, (void)pair;
	((struct many *)ctx)->up++;
}

static uint32_t spi_alloc(void *ctx, uint32_t flow)
{
	(void)flow;
	return FIRST_SPI + ((struct many *)ctx)->spi++;
}

static void on_spi(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi;
}

static int install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	(void)ctx, (void)pair, (void)err;
	return 0;
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	(void)ctx, (void)spi, (void)why;
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote;
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	(void)ctx, (void)spi;
	*stats = (struct sa_stats){.exists = true};
	return true;
}

static const struct sa_ops sa_ops = {spi_alloc, on_spi,    on_spi,  install_in,
                                     on_spi,    sa_remove, sa_move, sa_stats};

/* ------------------------------------------------------------------ both engines */

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	(void)ifname;
	return &((struct node *)ike->map_arg)->offer.map;
}

static struct ike *engine(struct many *m, struct node *node, const struct ike_ops *ops)
{
	struct ike *ike = ike_new(&m->net.clock, ops, m);
	struct ike_iface iface = {.ifname = "outside", .ip = node->ip, .ifindex = 2};

	if (ike == NULL)
		abort();
	ike->map_of = map_of;
	ike->map_arg = node;
	ike_set_interfaces(ike, &iface, 1);
	ike_set_conf(ike, &node->offer.conf, NULL);
	return ike;
}

void many_open(struct many *m, const char *cipher, uint16_t group)
{
	memset(m, 0, sizeof *m);
	m->rnd = 1;
	net_open(&m->net);
	net_server(&m->net);
	net_client(&m->net, &m->net.client, CLIENT_IP, CLIENT_IP, cipher, "sha", group);
	m->net.server.offer.conf.max_half_open = IKE_HALF_OPEN_MAX;
	m->net.server.offer.policy[0].group = m->net.server.offer.policy[1].group = group;
	m->wire = calloc(MANY_WIRE, sizeof *m->wire);
	if (m->wire == NULL)
		abort();
	m->server_ops = (struct ike_ops){.send = server_send,
	                                 .keepalive = keepalive,
	                                 .dh = server_dh,
	                                 .dh_waiting = server_dh_waiting,
	                                 .sa = &sa_ops,
	                                 .sa_ctx = m,
	                                 .flow_up = server_flow_up};
	m->client_ops = m->server_ops;
	m->client_ops.send = client_send;
	m->client_ops.dh = client_dh;
	m->client_ops.dh_waiting = NULL;
	m->client_ops.flow_up = NULL;
	m->server = engine(m, &m->net.server, &m->server_ops);
	m->client = engine(m, &m->net.client, &m->client_ops);
}

void many_close(struct many *m)
{
	ike_free(m->client);
	ike_free(m->server);
	while (many_job(m))
		;
	net_close(&m->net);
	free(m->wire);
}

/* A shell of an SA gives peer_for() what it needs. */
void many_dial(struct many *m)
{
	static const struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	struct node own = {.ike = m->client, .ip = CLIENT_IP, .public_ip = CLIENT_IP};
	uint8_t id[8];
	struct wr w = wr_of(id, sizeof id);
	struct ike_sa shell = {.ike = m->client,
	                       .local = {CLIENT_IP, IKE_PORT},
	                       .remote = {MANY_FIRST_IP + m->begun++, IKE_PORT},
	                       .ifname = "outside",
	                       .group_name = m->client->conf->ra->name,
	                       .auth = &ike_auth_psk};

	wr_u32(&w, (uint32_t)ID_IPV4_ADDR << 24);
	wr_u32(&w, SERVER_IP);
	ike_enter(m->client);
	struct ike_peer *peer = peer_for(&shell, (struct bytes){id, sizeof id});
	if (peer == NULL || client_flow(&own, peer, CLIENT_IP, 1701, alg, ENCAP_UDP_TRANSPORT) == NULL)
		abort();
	mm_begin(peer, NULL);
	ike_leave(m->client);
}
