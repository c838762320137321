#include "tests/exchange/ike_initiator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the wire */

static bool node_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                      size_t len)
{
	struct node *from = ctx;
	struct net *net = from->net;
	struct node *to = NULL;

	for (size_t i = 0; i < net->nnodes; i++)
		if (net->nodes[i]->public_ip == remote.ip && net->nodes[i] != from &&
		    (net->nodes[i]->port_offset == 0 ||
		     (uint16_t)(remote.port - net->nodes[i]->port_offset) == IKE_PORT ||
		     (uint16_t)(remote.port - net->nodes[i]->port_offset) == IKE_PORT_NATT))
			to = net->nodes[i];
	if (to == NULL || net->nqueue == NET_PACKETS || len > sizeof((struct net_packet *)0)->data)
		return true;
	struct net_packet *p = calloc(1, sizeof *p);
	p->at_ms = clock_now(&net->clock) + NET_LATENCY_MS;
	p->from = from;
	p->to = to;
	p->src = (struct ip4_end){from->public_ip, (uint16_t)(local.port + from->port_offset)};
	p->dst = (struct ip4_end){to->ip, (uint16_t)(remote.port - to->port_offset)};
	p->len = len;
	memcpy(p->data, msg, len);
	if (to == &net->server)
		net->to_server++;
	else
		net->to_client++;
	if (net->filter != NULL && !net->filter(net, p)) {
		free(p);
		return true;
	}
	net->queue[net->nqueue++] = p;
	return true;
}

static void deliver(struct net *net)
{
	struct net_packet *p = net->queue[0];
	net->nqueue--;
	memmove(net->queue, net->queue + 1, net->nqueue * sizeof net->queue[0]);
	/* An exact copy, so that a read too far shows. */
	uint8_t *msg = malloc(p->len > 0 ? p->len : 1);
	memcpy(msg, p->data, p->len);
	ike_input(p->to->ike, p->dst, p->src, msg, p->len);
	free(msg);
	free(p);
}

void net_run(struct net *net, uint64_t ms)
{
	uint64_t end = clock_now(&net->clock) + ms;
	for (;;) {
		uint64_t timer = clock_next(&net->clock), next = end;
		if (timer != UINT64_MAX && clock_now(&net->clock) + timer < next)
			next = clock_now(&net->clock) + timer;
		if (net->nqueue > 0 && net->queue[0]->at_ms <= next) {
			clock_run(&net->clock, net->queue[0]->at_ms);
			deliver(net);
			continue;
		}
		clock_run(&net->clock, next);
		if (next == end)
			return;
	}
}

/* ------------------------------------------------------------------ the fake data path */

static struct net_sa *sa_of(struct node *node, uint32_t spi)
{
	for (size_t i = 0; i < NET_SAS; i++)
		if (node->sas[i].used && node->sas[i].pair.spi_in == spi)
			return &node->sas[i];
	return NULL;
}

static uint32_t fake_spi_alloc(void *ctx, uint32_t peer)
{
	(void)peer;
	struct node *node = ctx;
	return ++node->next_spi;
}

static void fake_spi_await(void *ctx, uint32_t spi)
{
	struct node *node = ctx;
	node->spi_awaits++;
	node->awaited_spi = spi;
}

static void fake_spi_free(void *ctx, uint32_t spi)
{
	((struct node *)ctx)->spi_frees++;
	(void)spi;
}

static int fake_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct node *node = ctx;
	for (size_t i = 0; i < NET_SAS; i++)
		if (!node->sas[i].used) {
			node->sas[i] = (struct net_sa){.used = true, .in = true, .keys = *pair->keys};
			sa_pair_keep(&node->sas[i].pair, pair);
			return 0;
		}
	return err_set(err, -12, "fake data path is full");
}

static void fake_install_out(void *ctx, uint32_t spi)
{
	struct node *node = ctx;
	struct net_sa *sa = sa_of(node, spi);
	if (sa == NULL)
		return;
	sa->out = true;
	for (size_t i = 0; i < NET_SAS; i++)
		if (node->sas[i].used && node->sas[i].pair.flow == sa->pair.flow && node->sas[i].sent_on) {
			if (node->prefers_old)
				return;
			node->sas[i].sent_on = false;
		}
	sa->sent_on = true;
}

static void fake_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct node *node = ctx;
	struct net_sa *sa = sa_of(node, spi);
	if (sa == NULL)
		return;
	sa->used = sa->in = sa->out = false;
	sa->why = why;
	for (size_t i = 0; i < NET_SAS && sa->sent_on && node->prefers_old; i++)
		if (node->sas[i].used && node->sas[i].out && node->sas[i].pair.flow == sa->pair.flow) {
			node->sas[i].sent_on = true;
			return;
		}
}

static void fake_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	struct node *node = ctx;
	node->moves++;
	for (size_t i = 0; i < NET_SAS; i++)
		if (node->sas[i].used && node->sas[i].pair.peer == peer)
			node->sas[i].pair.remote = remote;
}

static bool fake_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	struct node *node = ctx;
	*stats = (struct sa_stats){.exists = sa_of(node, spi) != NULL,
	                           .last_in_ms = node->last_in_ms};
	if (stats->exists && sa_of(node, spi)->last_in_ms > stats->last_in_ms)
		stats->last_in_ms = sa_of(node, spi)->last_in_ms;
	return stats->exists;
}

/* A packet of ESP from node, on this SA, at whoever has the other end. */
static void esp_arrives(struct net *net, const struct node *node, const struct net_sa *sa)
{
	for (size_t i = 0; i < net->nnodes; i++) {
		struct net_sa *to = sa_of(net->nodes[i], sa->pair.spi_out);
		if (net->nodes[i] == node || to == NULL || to->pair.spi_out != sa->pair.spi_in)
			continue;
		to->last_in_ms = clock_now(&net->clock);
		if (!to->heard) {
			to->heard = true;
			ike_sa_events.used(net->nodes[i]->ike, to->pair.spi_in);
		}
	}
}

static void on_traffic(struct timer *t, void *arg)
{
	struct net *net = arg;
	timer_start(&net->clock, t, NET_TRAFFIC_MS, on_traffic, net);
	for (size_t i = 0; i < net->nnodes; i++)
		for (size_t k = 0; k < NET_SAS && !net->nodes[i]->silent; k++)
			if (net->nodes[i]->sas[k].used && net->nodes[i]->sas[k].sent_on)
				esp_arrives(net, net->nodes[i], &net->nodes[i]->sas[k]);
}

static const struct sa_ops fake_sa_ops = {
        .spi_alloc = fake_spi_alloc,
        .spi_await = fake_spi_await,
        .spi_free = fake_spi_free,
        .install_in = fake_install_in,
        .install_out = fake_install_out,
        .remove = fake_remove,
        .move = fake_move,
        .stats = fake_stats,
};

/* ------------------------------------------------------------------ the engine's surroundings */

static void dh_timer(struct timer *t, void *arg)
{
	struct node *node = arg;
	(void)t;
	prim_dh_run(node->dh.job);
	node->dh.done(node->dh.arg);
}

static int node_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *arg), void *arg)
{
	struct node *node = ctx;
	if (!node->dh_later && !node->dh_hold) {
		prim_dh_run(job);
		done(arg);
		return 0;
	}
	node->dh.job = job;
	node->dh.done = done;
	node->dh.arg = arg;
	if (node->dh_later)
		timer_start(&node->net->clock, &node->dh.timer, 50, dh_timer, node);
	return 0;
}

static int node_work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct node *node = ctx;
	if (!node->work_hold) {
		run(job);
		done(job);
		return 0;
	}
	if (node->work.job != NULL)
		return -11;
	node->work.run = run;
	node->work.done = done;
	node->work.job = job;
	return 0;
}

void node_work_go(struct node *node)
{
	void *job = node->work.job;
	node->work.job = NULL;
	node->work.run(job);
	node->work.done(job);
}

static void node_keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	(void)local;
	(void)remote;
	((struct node *)ctx)->keepalives++;
}

static void node_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	struct node *node = ctx;
	node->flow_ups++;
	node->up_peer = peer;
	node->up_flow = flow;
	if (pair->keys != NULL)
		abort(); /* keys do not belong here */
}

static void node_flow_down(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why)
{
	struct node *node = ctx;
	(void)flow;
	node->flow_downs++;
	node->down_why = why;
	if (node->drop_on_down)
		ike_drop_peer(node->ike, peer, why, NULL);
}

static void node_peer_down(void *ctx, uint32_t peer, enum sa_end why)
{
	(void)peer;
	(void)why;
	((struct node *)ctx)->peer_downs++;
}

static void node_refused(void *ctx, const struct failure *f)
{
	((struct node *)ctx)->refused = *f;
}

static const struct ike_ops node_ops_template = {
        .send = node_send,
        .keepalive = node_keepalive,
        .dh = node_dh,
        .work = node_work,
        .sa = &fake_sa_ops,
        .flow_up = node_flow_up,
        .flow_down = node_flow_down,
        .peer_down = node_peer_down,
        .refused = node_refused,
};
static struct ike_ops node_ops[NET_NODES];

static const struct ipsec_map *node_map(struct ike *ike, const char *ifname)
{
	struct node *node = ike->map_arg;
	return node->has_map && strcmp(ifname, "outside") == 0 ? &node->offer.map : NULL;
}

static void node_init(struct net *net, struct node *node, uint32_t ip, uint32_t public_ip)
{
	node->net = net;
	node->ip = ip;
	node->public_ip = public_ip;
	node->next_spi = 0x10000000 + (uint32_t)net->nnodes * 0x1000000;
	node->has_map = true;
	ike_offer_init(&node->offer);
	struct ike_ops *ops = &node_ops[net->nnodes];
	*ops = node_ops_template;
	ops->sa_ctx = node;
	node->ike = ike_new(&net->clock, ops, node);
	node->ike->map_of = node_map;
	node->ike->map_arg = node;
	net->nodes[net->nnodes++] = node;
}

void net_server(struct net *net)
{
	struct node *s = &net->server;
	node_init(net, s, SERVER_IP, SERVER_IP);
	ike_offer_policy(&s->offer, "3des", "sha", 2, 86400);
	ike_offer_policy(&s->offer, "aes-256", "sha", 14, 86400);
	ike_offer_set(&s->offer, "TRANS", (struct esp_alg){ESP_CIPHER_3DES, 24, ESP_MAC_SHA1});
	ike_offer_set(&s->offer, "AES", (struct esp_alg){ESP_CIPHER_AES, 32, ESP_MAC_SHA1});
	ike_offer_use(s->ike, &s->offer, s->ip);
}

void net_client(struct net *net, struct node *c, uint32_t ip, uint32_t public_ip,
                const char *cipher, const char *hash, uint16_t group)
{
	node_init(net, c, ip, public_ip);
	if (ip != public_ip)
		c->port_offset = (uint16_t)(1000 * net->nnodes);
	ike_offer_client(&c->offer, cipher, hash, group);
	ike_offer_use(c->ike, &c->offer, ip);
}

/* ------------------------------------------------------------------ log */

static void net_log(void *arg, const struct log_line *line)
{
	struct net *net = arg;
	char text[2200];
	if (line->level == LOGL_DEBUGGING)
		return;
	int n = snprintf(text, sizeof text, "%u|%s\n", line->id, line->text);
	if (getenv("IKE_TEST_LOG") != NULL)
		fputs(text, stderr);
	if (n > 0 && net->log_len + (size_t)n < sizeof net->log) {
		memcpy(net->log + net->log_len, text, (size_t)n + 1);
		net->log_len += (size_t)n;
	}
}

unsigned net_logged(const struct net *net, unsigned id, const char *text)
{
	char key[16];
	unsigned n = 0;
	int len = snprintf(key, sizeof key, "%u|", id);
	for (const char *p = net->log; p != NULL && *p != '\0'; p = strchr(p, '\n') + 1) {
		const char *end = strchr(p, '\n');
		const char *found = text != NULL ? strstr(p, text) : p;
		n += strncmp(p, key, (size_t)len) == 0 && found != NULL && found < end;
	}
	return n;
}

void net_log_clear(struct net *net)
{
	net->log_len = 0;
	net->log[0] = '\0';
}

void net_open(struct net *net)
{
	struct err err;
	memset(net, 0, sizeof *net);
	if (prim_init(&err) != 0)
		abort();
	clock_init(&net->clock, 1000000);
	net->sink = (struct log_sink){.level = LOGL_DEBUGGING, .write = net_log, .arg = net};
	log_sink_add(&net->sink);
	timer_start(&net->clock, &net->traffic, NET_TRAFFIC_MS, on_traffic, net);
}

void net_close(struct net *net)
{
	timer_stop(&net->clock, &net->traffic);
	for (size_t i = 0; i < net->nnodes; i++)
		ike_free(net->nodes[i]->ike);
	for (size_t i = 0; i < net->nqueue; i++)
		free(net->queue[i]);
	log_sink_remove(&net->sink);
	clock_free(&net->clock);
}

int net_setup(void **state)
{
	static struct net net;
	net_open(&net);
	net_server(&net);
	*state = &net;
	return 0;
}

int net_teardown(void **state)
{
	net_close(*state);
	return 0;
}

int net_show_setup(void **state)
{
	net_setup(state);
	struct net *net = *state;
	cmd_registry_clear();
	ike_show_register(net->server.ike);
	return 0;
}

int net_show_teardown(void **state)
{
	net_teardown(state);
	cmd_registry_clear();
	return 0;
}

/* ------------------------------------------------------------------ the client begins */

struct ike_peer *client_peer(struct node *node)
{
	return client_peer_of(node->ike, node->ip, node->server_id);
}

struct ike_flow *client_flow(struct node *node, struct ike_peer *peer, uint32_t own_ip,
                             uint16_t own_port, struct esp_alg alg, uint16_t encap)
{
	struct ike_flow *flow = client_flow_of(peer, own_ip, own_port, alg, encap);
	flow->natoa = node->ip != node->public_ip;
	flow->oa_local = node->ip;
	return flow;
}

struct ike_flow *client_connect(struct node *node)
{
	struct esp_alg alg = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1};
	struct ike_peer *peer = client_peer(node);
	struct ike_flow *flow =
	        client_flow(node, peer, node->ip, 1701, alg,
	                    node->ip != node->public_ip ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT);
	mm_begin(peer, NULL);
	net_run(node->net, 1000);
	return flow;
}

void client_goodbye(struct ike_peer *peer)
{
	struct ike *ike = peer->ike;
	ike_enter(ike);
	peer_drop(peer, SA_END_ADMIN, true);
	ike_leave(ike);
}

struct net_sa *node_sa(struct node *node)
{
	struct net_sa *newest = NULL;
	for (size_t i = 0; i < NET_SAS; i++)
		if (node->sas[i].used && node->sas[i].out &&
		    (newest == NULL || node->sas[i].pair.spi_in > newest->pair.spi_in))
			newest = &node->sas[i];
	return newest;
}

struct net_sa *net_partner(struct node *node, const struct net_sa *of)
{
	return of != NULL ? sa_of(node, of->pair.spi_out) : NULL;
}

unsigned node_sa_count(const struct node *node)
{
	unsigned n = 0;
	for (size_t i = 0; i < NET_SAS; i++)
		n += node->sas[i].used;
	return n;
}

bool net_sas_match(const struct net_sa *a, const struct net_sa *b)
{
	return a != NULL && b != NULL && a->pair.spi_in == b->pair.spi_out &&
	       a->pair.spi_out == b->pair.spi_in &&
	       memcmp(a->keys.key_in, b->keys.key_out, 32) == 0 &&
	       memcmp(a->keys.key_out, b->keys.key_in, 32) == 0 &&
	       memcmp(a->keys.mac_key_in, b->keys.mac_key_out, 32) == 0 &&
	       memcmp(a->keys.mac_key_out, b->keys.mac_key_in, 32) == 0;
}
