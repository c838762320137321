/* One client's life. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"

enum { PKT_BYTES = PKT_HEADROOM + 2600 + PKT_TAILROOM };

const char *stage_name(enum stage s)
{
	static const char *const names[] = {"idle", "IKE", "L2TP", "PPP", "up", "leaving", "gone", "failed"};
	return names[s];
}

void stage_set(struct client *c, enum stage s)
{
	struct load *l = c->l;
	bool was = c->stage >= STAGE_IKE && c->stage <= STAGE_PPP, is = s >= STAGE_IKE && s <= STAGE_PPP;
	was = was || c->stage == STAGE_LEAVING;
	is = is || s == STAGE_LEAVING;
	if (s == STAGE_FAILED)
		c->failed_in = c->stage;
	l->count[c->stage]--;
	l->count[s]++;
	l->busy = l->busy - was + is;
	c->stage = s;
}

static void settle(struct client *c);

/* ------------------------------------------------------------------ IKE's surroundings */

static bool on_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	static const uint8_t marker[4];
	const struct iovec parts[] = {{(void *)marker, remote.port == IKE_PORT_NATT ? 4 : 0}, {(void *)msg, len}};
	(void)local;
	return net_out(ctx, remote.port, parts, 2, 0);
}

static void on_keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	const struct iovec byte = {(void *)"\xff", 1};
	(void)local;
	net_out(ctx, remote.port, &byte, 1, 0);
}

/* With an exponent of 17 bits both runs are nearly free; the other side's cost is the same. */
static int on_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	static const uint8_t tiny[] = {1, 0, 1};
	(void)ctx;
	if (job->key == NULL)
		prim_dh_import(job, tiny, sizeof tiny);
	prim_dh_run(job);
	done(arg);
	return 0;
}

static uint32_t sa_spi_alloc(void *ctx, uint32_t peer)
{
	(void)peer;
	struct client *c = ctx;
	uint32_t spi = esp_spi_alloc(c->l->spis, 0);
	if (spi != 0)
		c->l->owner[esp_spi_slot(spi)] = c;
	return spi;
}

static void sa_spi_free(void *ctx, uint32_t spi)
{
	struct client *c = ctx;
	c->l->owner[esp_spi_slot(spi)] = NULL;
	esp_spi_release(c->l->spis, spi);
}

static int sa_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_sa_new(pair, err);
	if (sa == NULL)
		return err->code;
	if (!esp_table_put(c->l->table, sa))
		die("SPI taken");
	return 0;
}

static void sa_install_out(void *ctx, uint32_t spi)
{
	struct client *c = ctx;
	c->out = esp_table_find(c->l->table, spi);
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_table_take(c->l->table, spi);
	(void)why;
	if (sa == NULL)
		return;
	if (c->out == sa)
		c->out = NULL;
	esp_sa_free(sa);
	sa_spi_free(c, spi);
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote; /* the gateway stays where it is */
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_table_find(c->l->table, spi);
	memset(stats, 0, sizeof *stats);
	if (sa != NULL)
		esp_sa_stats(sa, stats);
	return sa != NULL;
}

static const struct sa_ops sa_ops = {sa_spi_alloc, sa_spi_free, sa_install_in, sa_install_out,
                                     sa_remove,    sa_move,     sa_stats};

static void on_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	struct client *c = ctx;
	(void)peer, (void)flow, (void)pair;
	c->ike_us = now_us();
	if (c->l->conf.ike_only) {
		settle(c);
		return;
	}
	stage_set(c, STAGE_L2TP);
	lac_connect(&c->lac);
}

static void on_flow_down(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why)
{
	struct client *c = ctx;
	(void)peer, (void)flow, (void)why;
	c->flow = NULL;
	c->lost = true;
}

static void on_peer_down(void *ctx, uint32_t peer, enum sa_end why)
{
	struct client *c = ctx;
	(void)peer, (void)why;
	c->peer = NULL;
	c->lost = true;
}

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	struct load *l = ike->map_arg;
	(void)ifname;
	return &l->habits.client.map;
}

static const struct ike_ops ops = {.send = on_send,
                                   .keepalive = on_keepalive,
                                   .dh = on_dh,
                                   .sa = &sa_ops,
                                   .flow_up = on_flow_up,
                                   .flow_down = on_flow_down,
                                   .peer_down = on_peer_down};

/* ------------------------------------------------------------------ ESP */

struct pkt *client_pkt(void)
{
	static uint8_t buf[PKT_BYTES];
	static struct pkt p;
	p = (struct pkt){.buf = buf, .cap = sizeof buf};
	pkt_reset(&p);
	return &p;
}

static void esp_events(struct load *l)
{
	unsigned events;
	for (struct esp_sa *sa; (sa = esp_table_event(l->table, &events)) != NULL;) {
		uint32_t spi = sa->spi_in;
		struct client *c = l->owner[esp_spi_slot(spi)];
		if (c == NULL || c->ike == NULL)
			continue;
		if (events & ESP_EV_USED)
			ike_sa_events.used(c->ike, spi);
		if (events & (ESP_EV_SOFT_KB | ESP_EV_SOFT_SEQ))
			ike_sa_events.soft_limit(c->ike, spi, false);
		if (events & ESP_EV_HARD)
			ike_sa_events.hard_limit(c->ike, spi);
	}
}

static void on_l2tp_send(void *arg, const uint8_t *msg, size_t len)
{
	struct client *c = arg;
	if (c->l->path != NULL) {
		path_l2tp_send(c, msg, len);
		return;
	}
	struct pkt *p = client_pkt();
	uint8_t *at = pkt_put(p, (uint32_t)len + 8);
	p->sa = c->out;
	if (at == NULL || c->out == NULL) {
		c->l->esp_drops++;
		return;
	}
	struct wr w = wr_of(at, len + 8);
	wr_u16(&w, 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, (uint16_t)(len + 8));
	wr_u16(&w, 0);
	wr_bytes(&w, msg, len);
	esp_out(c->l->table, &p, 1, clock_now(&c->l->clock));
	if (p->drop != DROP_NONE)
		c->l->esp_drops++;
	else
		net_out(c, IKE_PORT_NATT, &(struct iovec){pkt_data(p), p->len}, 1, 0);
	esp_events(c->l);
}

void client_esp(struct client *c, const uint8_t *esp, size_t len)
{
	struct load *l = c->l;
	struct rd r = rd_of(esp, len);
	rd_skip(&r, 4);
	c->seq_last = rd_u32(&r);
	if (len > l->sink_len && l->sunk++ % SINK_SAMPLE != 0)
		return;
	struct pkt *p = client_pkt();
	uint8_t *at = pkt_put(p, (uint32_t)len);
	if (at == NULL || c->ike == NULL)
		return;
	memcpy(at, esp, len);
	p->peer = (struct ip4_end){SERVER_IP, IKE_PORT_NATT};
	p->local = (struct ip4_end){LOAD_PRIVATE_IP, IKE_PORT_NATT};
	p->udp_encap = true;
	esp_in(l->table, &p, 1, clock_now(&l->clock));
	esp_events(l);
	if (p->drop == DROP_NONE && pkt_pull(p, 8))
		lac_input(&c->lac, pkt_data(p), p->len);
	else
		l->esp_drops++;
	settle(c);
}

void client_l2tp(struct client *c, const uint8_t *msg, size_t len)
{
	if (c->ike == NULL)
		return;
	lac_input(&c->lac, msg, len);
	settle(c);
}

void client_ike(struct client *c, uint16_t port, const uint8_t *msg, size_t len)
{
	if (c->ike == NULL)
		return;
	ike_input(c->ike, (struct ip4_end){LOAD_PRIVATE_IP, port}, (struct ip4_end){SERVER_IP, port}, msg, len);
	settle(c);
}

/* ------------------------------------------------------------------ PPP */

/* Of traffic whose length says so one packet in many comes here: it must be for this client. */
static void sample(struct client *c, struct rd r)
{
	rd_skip(&r, 16);
	bool ours = rd_u32(&r) == c->ppp.ip && rd_ok(&r);
	c->l->opened += ours;
	c->l->wrong += !ours;
}

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct client *c = arg;
	struct rd r = rd_of(frame, len);
	if (len > 2 && frame[0] == 0xff && frame[1] == 0x03)
		rd_skip(&r, 2);
	uint16_t proto = rd_u8(&r);
	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | rd_u8(&r));
	if (!rd_ok(&r))
		return;
	if (proto == 0x0021)
		sample(c, r);
	else
		ppp_peer_input(&c->ppp, frame, len);
}

static void on_ppp_send(void *arg, const uint8_t *frame, size_t len)
{
	struct client *c = arg;
	lac_send_frame(&c->lac, frame, len);
}

/* ------------------------------------------------------------------ life */

static void start_ike(struct client *c)
{
	struct load *l = c->l;
	struct ike_iface iface = {.ifname = "outside", .ip = LOAD_PRIVATE_IP, .ifindex = 2};
	c->ops = ops;
	c->ops.sa_ctx = c;
	if (l->path != NULL)
		c->ops.sa = &path_sa_ops;
	c->ike = ike_new(&l->clock, &c->ops, c);
	if (c->ike == NULL)
		die("memory");
	c->ike->map_of = map_of;
	c->ike->map_arg = l;
	ike_set_interfaces(c->ike, &iface, 1);
	ike_set_conf(c->ike, &l->habits.client.conf, NULL);
}

/* Everything it has here goes; whoever is at the other end is not told. */
static void forget(struct client *c)
{
	timer_stop(&c->l->clock, &c->patience);
	ppp_peer_stop(&c->ppp);
	lac_power_off(&c->lac);
	if (c->ike != NULL) {
		if (c->peer != NULL) {
			ike_enter(c->ike);
			peer_drop(c->peer, SA_END_ADMIN, false);
			ike_leave(c->ike);
		}
		ike_free(c->ike);
	}
	c->ike = NULL;
	c->peer = NULL;
	c->flow = NULL;
	c->out = NULL;
	net_client_close(c);
}

static void fail(struct client *c)
{
	stage_set(c, STAGE_FAILED);
	forget(c);
}

static void end(struct client *c)
{
	if (c->peer != NULL) {
		ike_enter(c->ike);
		peer_drop(c->peer, SA_END_ADMIN, true);
		ike_leave(c->ike);
	}
	forget(c);
	stage_set(c, STAGE_GONE);
}

static void on_patience(struct timer *t, void *arg)
{
	struct client *c = arg;
	(void)t;
	if (c->stage == STAGE_LEAVING)
		end(c);
	else if (c->stage < STAGE_UP)
		fail(c);
}

static void up(struct client *c)
{
	c->up_us = now_us();
	timer_stop(&c->l->clock, &c->patience);
	stage_set(c, STAGE_UP);
	if (c->l->path != NULL)
		path_open(c);
}

/* What follows from what has come in. Never inside the engine: it may end it. */
static void settle(struct client *c)
{
	if (c->stage == STAGE_IKE && c->ike_us != 0 && c->l->conf.ike_only)
		up(c);
	else if (c->stage == STAGE_LEAVING && c->lac.state != LAC_CLOSING)
		end(c);
	else if (c->stage >= STAGE_IKE && c->stage <= STAGE_PPP && (c->lost || c->ppp.refused))
		fail(c);
	if (c->stage == STAGE_L2TP && c->lac.state == LAC_UP) {
		stage_set(c, STAGE_PPP);
		ppp_peer_start(&c->ppp);
	} else if (c->stage == STAGE_PPP && c->ppp.ip_up) {
		up(c);
	}
}

void client_dial(struct client *c)
{
	struct load *l = c->l;
	net_client_socket(c);
	start_ike(c);
	lac_init(&c->lac, &l->clock, &lac_windows, on_l2tp_send, c);
	c->lac.frame = on_frame;
	c->ppp = (struct ppp_peer){.clock = &l->clock,
	                           .send = on_ppp_send,
	                           .arg = c,
	                           .profile = l->conf.profile,
	                           .user = l->conf.user,
	                           .password = l->conf.password,
	                           .methods = AAA_BIT(AAA_MSCHAP2)};
	c->lost = false;
	c->ike_us = c->up_us = 0;
	c->began_us = now_us();
	timer_start(&l->clock, &c->patience, LOAD_PATIENCE_MS, on_patience, c);
	stage_set(c, STAGE_IKE);
	c->peer = client_peer_of(c->ike, LOAD_PRIVATE_IP);
	c->flow = client_flow_of(c->peer, LOAD_PRIVATE_IP, 1701, l->conf.esp, ENCAP_UDP_TRANSPORT);
	c->flow->natoa = true;
	c->flow->life_kb = 0; /* the figures are not to count rekeys */
	mm_begin(c->peer, NULL);
}

void client_leave(struct client *c)
{
	if (c->stage != STAGE_UP)
		return;
	stage_set(c, STAGE_LEAVING);
	if (c->l->path != NULL)
		path_close(c);
	if (c->l->conf.ike_only || c->lac.state != LAC_UP) {
		end(c);
		return;
	}
	timer_start(&c->l->clock, &c->patience, 2000, on_patience, c);
	ppp_peer_hangup(&c->ppp);
	lac_hang_up(&c->lac);
}

void client_vanish(struct client *c)
{
	if (c->stage != STAGE_UP)
		return;
	forget(c);
	stage_set(c, STAGE_GONE);
}

void client_rekey(struct client *c, bool ike)
{
	if (c->stage != STAGE_UP || c->peer == NULL || c->flow == NULL)
		return;
	struct ike_sa *sa = sa_best(c->peer);
	if (ike)
		mm_begin(c->peer, NULL);
	else if (sa != NULL)
		qm_begin(sa, c->flow);
}

/* The engines' common configuration is that of a node of the exchange tests. */
static void make_habits(struct load *l)
{
	const struct load_conf *conf = &l->conf;
	clock_init(&l->habits.clock, 0);
	net_client(&l->habits, &l->habits.client, LOAD_PRIVATE_IP, LOAD_FIRST_IP, conf->cipher, conf->hash,
	           conf->group);
	l->habits.client.sets[0].alg = conf->esp;
	l->habits.client.conf.ra.psk = conf->psk;
	l->habits.client.conf.ra.psk_len = strlen(conf->psk);
}

void clients_make(struct load *l)
{
	unsigned n = l->conf.n;
	make_habits(l);
	l->spis = esp_spis_new(1, ESP_SLOTS_MAX);
	l->table = esp_table_new(0, ESP_SLOTS_MAX);
	l->clients = calloc(n, sizeof *l->clients);
	if (l->clients == NULL || l->spis == NULL || l->table == NULL)
		die("memory");
	for (unsigned i = 0; i < n; i++) {
		struct client *c = &l->clients[i];
		*c = (struct client){.l = l, .index = i, .ip = LOAD_FIRST_IP + (l->conf.nat ? 0 : i), .nat.fd = -1};
	}
	l->count[STAGE_IDLE] = n;
}

void clients_free(struct load *l)
{
	for (unsigned i = 0; i < l->conf.n; i++)
		forget(&l->clients[i]);
	ike_free(l->habits.client.ike);
	clock_free(&l->habits.clock);
	esp_table_free(l->table);
	esp_spis_free(l->spis);
	free(l->clients);
	free(l->rx);
}
