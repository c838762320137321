#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ipsec/esp.h"
#include "tests/exchange/full.h"
#include "tests/exchange/ike_initiator.h"

enum { NAT_PORTS_IKE = 40000, NAT_PORTS_NATT = 50000, CLIENT_SLOTS = 1024, PROTO_TEST = 253 };

const struct client_habits client_windows = {.cipher = "aes-256",
                                             .hash = "sha",
                                             .group = 14,
                                             .esp = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1},
                                             .lac = &lac_windows,
                                             .ppp = PEER_WINDOWS,
                                             .user = "alice",
                                             .password = "wonder-1",
                                             .methods = AAA_BIT(AAA_MSCHAP2)};
const struct client_habits client_apple = {.cipher = "aes-256",
                                           .hash = "sha",
                                           .group = 14,
                                           .esp = {ESP_CIPHER_AES, 32, ESP_MAC_SHA1},
                                           .private_ip = BEHIND_IP,
                                           .lac = &lac_apple,
                                           .ppp = PEER_APPLE,
                                           .user = "bob",
                                           .password = "builder-2",
                                           .methods = AAA_BIT(AAA_MSCHAP2)};
const struct client_habits client_android = {.cipher = "3des",
                                             .hash = "sha",
                                             .group = 2,
                                             .esp = {ESP_CIPHER_3DES, 24, ESP_MAC_SHA1},
                                             .private_ip = BEHIND_IP,
                                             .lac = &lac_android,
                                             .ppp = PEER_ANDROID,
                                             .user = "plain",
                                             .password = "simple-3",
                                             .methods = AAA_BIT(AAA_PAP)};

struct client_ike {
	struct net net; /* holds the node: identity, offers */
	struct node *node;
	struct ike_ops ops;
	struct ike_peer *peer;
	struct ike_flow *flow;
};

/* ------------------------------------------------------------------ IKE's surroundings */

static uint16_t nat_port(const struct client *c, uint16_t own)
{
	return own == IKE_PORT ? c->nat_ike : c->nat_natt;
}

static void send_udp(struct client *c, uint16_t own_port, struct ip4_end remote, const void *data,
                     size_t len)
{
	struct ip4_end src = {c->public_ip, nat_port(c, own_port)};
	wire_out(c->w, FULL_UDP, src, remote, data, len);
}

static bool on_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                    size_t len)
{
	struct client *c = ctx;
	uint8_t framed[4 + IKE_MSG_MAX] = {0};
	size_t marker = local.port == IKE_PORT_NATT ? 4 : 0;
	enum { EXCH_AT = 18, HASH_ALONE = 80 };
	if (c->loses_qm3 && msg[EXCH_AT] == EXCH_QUICK && len < HASH_ALONE)
		return true;
	memcpy(framed + marker, msg, len);
	send_udp(c, local.port, remote, framed, marker + len);
	return true;
}

static void on_keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	send_udp(ctx, local.port, remote, "\xff", 1);
}

static int on_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	(void)ctx;
	prim_dh_run(job);
	done(arg);
	return 0;
}

static uint32_t sa_spi_alloc(void *ctx, uint32_t peer)
{
	(void)peer;
	return esp_spi_alloc(((struct client *)ctx)->spis, 0);
}

static void sa_spi_free(void *ctx, uint32_t spi)
{
	esp_spi_release(((struct client *)ctx)->spis, spi);
}

static int sa_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_sa_new(pair, err);
	if (sa == NULL)
		return err->code;
	assert_true(esp_table_put(c->table, sa));
	return 0;
}

static void sa_install_out(void *ctx, uint32_t spi)
{
	struct client *c = ctx;
	c->out = esp_table_find(c->table, spi);
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_table_take(c->table, spi);
	(void)why;
	if (sa == NULL)
		return;
	if (c->out == sa)
		c->out = NULL;
	esp_sa_free(sa);
	esp_spi_release(c->spis, spi);
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	esp_table_move(((struct client *)ctx)->table, peer, remote);
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	struct client *c = ctx;
	struct esp_sa *sa = esp_table_find(c->table, spi);
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
	c->flow_ups++;
	if (!c->habits.ike_only)
		lac_connect(&c->lac);
}

static void on_flow_down(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why)
{
	struct client *c = ctx;
	(void)peer, (void)flow, (void)why;
	c->flow_downs++;
	c->ike->flow = NULL;
}

static void on_peer_down(void *ctx, uint32_t peer, enum sa_end why)
{
	struct client *c = ctx;
	(void)peer, (void)why;
	c->peer_downs++;
	c->ike->peer = NULL;
}

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	struct client *c = ike->map_arg;
	(void)ifname;
	return &c->ike->node->map;
}

/* ------------------------------------------------------------------ ESP */

static void esp_events(struct client *c)
{
	unsigned events;
	for (struct esp_sa *sa; (sa = esp_table_event(c->table, &events)) != NULL;) {
		uint32_t spi = sa->spi_in;
		if (events & ESP_EV_USED)
			ike_sa_events.used(c->ike->node->ike, spi);
		if ((events & (ESP_EV_SOFT_KB | ESP_EV_SOFT_SEQ)) && !c->habits.passive)
			ike_sa_events.soft_limit(c->ike->node->ike, spi, false);
		if (events & ESP_EV_HARD)
			ike_sa_events.hard_limit(c->ike->node->ike, spi);
	}
}

/* An L2TP message into ESP. */
static void on_l2tp_send(void *arg, const uint8_t *msg, size_t len)
{
	struct client *c = arg;
	uint8_t buf[PKT_HEADROOM + 2600 + PKT_TAILROOM];
	struct pkt p = {.buf = buf, .cap = sizeof buf}, *one = &p;
	pkt_reset(&p);
	p.sa = c->out;
	uint8_t *at = pkt_put(&p, (uint32_t)len + 8);
	if (c->gone || at == NULL || c->out == NULL) {
		c->esp_drops++;
		return;
	}
	struct wr w = wr_of(at, len + 8);
	wr_u16(&w, 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, (uint16_t)(len + 8));
	wr_u16(&w, 0);
	wr_bytes(&w, msg, len);
	esp_out(c->table, &one, 1, clock_now(world_clock(c->w)));
	if (p.drop != DROP_NONE)
		c->esp_drops++;
	else if (p.udp_encap)
		send_udp(c, IKE_PORT_NATT, p.peer, pkt_data(&p), p.len);
	else
		wire_out(c->w, FULL_ESP, (struct ip4_end){c->public_ip, 0}, p.peer, pkt_data(&p),
		         p.len);
	esp_events(c);
}

static void input_esp(struct client *c, const struct datagram *d)
{
	uint8_t buf[PKT_HEADROOM + 2600 + PKT_TAILROOM];
	struct pkt p = {.buf = buf, .cap = sizeof buf}, *one = &p;
	pkt_reset(&p);
	uint8_t *at = pkt_put(&p, (uint32_t)d->len);
	if (at == NULL)
		return;
	memcpy(at, d->data, d->len);
	p.peer = d->src;
	p.local = d->dst;
	p.udp_encap = d->proto == FULL_UDP;
	esp_in(c->table, &one, 1, clock_now(world_clock(c->w)));
	if (p.drop == DROP_NONE && pkt_pull(&p, 8))
		lac_input(&c->lac, pkt_data(&p), p.len);
	else
		c->esp_drops++;
	esp_events(c);
}

static void stay_passive(struct client *c)
{
	struct clock *clock = world_clock(c->w);
	struct ike_peer *peer = c->ike->peer;
	if (!c->habits.passive || peer == NULL)
		return;
	for (struct ike_sa *sa = peer->sas; sa != NULL; sa = sa->peer_next)
		timer_stop(clock, &sa->rekey);
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		for (struct ike_child *child = f->children; child != NULL; child = child->next)
			timer_stop(clock, &child->soft);
}

void client_input(struct client *c, const struct datagram *d)
{
	full_counting = &c->counter;
	if (d->proto == FULL_ESP)
		input_esp(c, d);
	else if (d->dst.port == IKE_PORT)
		ike_input(c->ike->node->ike, d->dst, d->src, d->data, d->len);
	else if (d->len > 4 && memcmp(d->data, "\0\0\0\0", 4) == 0)
		ike_input(c->ike->node->ike, d->dst, d->src, d->data + 4, d->len - 4);
	else if (d->len > 4)
		input_esp(c, d);
	full_counting = NULL;
	stay_passive(c);
	if (c->lac.state == LAC_UP && !c->ppp_started) {
		c->ppp_started = true;
		ppp_peer_start(&c->ppp);
	}
}

/* ------------------------------------------------------------------ PPP and IP */

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
	struct client *c = arg;
	struct rd r = rd_of(frame, len);
	if (len > 2 && frame[0] == 0xff && frame[1] == 0x03)
		rd_skip(&r, 2);
	uint16_t proto = rd_u8(&r);
	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | rd_u8(&r));
	struct bytes ip = rd_rest(&r);
	if (!rd_ok(&r) || proto != 0x0021) {
		ppp_peer_input(&c->ppp, frame, len);
		return;
	}
	r = rd_of(ip.p, ip.len);
	rd_skip(&r, 9);
	bool ours = rd_u8(&r) == PROTO_TEST;
	rd_skip(&r, 6);
	if (ours && rd_u32(&r) == c->ppp.ip && rd_ok(&r))
		c->back++;
}

static void on_ppp_send(void *arg, const uint8_t *frame, size_t len)
{
	struct client *c = arg;
	lac_send_frame(&c->lac, frame, len);
}

void client_send(struct client *c, size_t len)
{
	uint8_t frame[2048];
	struct wr w = wr_of(frame, sizeof frame);
	wr_u32(&w, 0xff030021);
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)len);
	wr_u32(&w, c->sent);
	wr_u8(&w, 64);
	wr_u8(&w, PROTO_TEST);
	wr_u16(&w, 0);
	wr_u32(&w, c->ppp.ip);
	wr_u32(&w, HOST_IP);
	wr_zero(&w, len - 20);
	assert_true(wr_ok(&w));
	c->sent++;
	full_counting = &c->counter;
	lac_send_frame(&c->lac, frame, wr_len(&w));
	full_counting = NULL;
}

static void next_packet(struct timer *t, void *arg)
{
	struct client *c = arg;
	client_send(c, c->traffic_len);
	timer_start(world_clock(c->w), t, c->traffic_ms, next_packet, c);
}

void client_traffic(struct client *c, uint32_t every_ms, uint32_t len)
{
	c->traffic_ms = every_ms;
	c->traffic_len = len;
	timer_stop(world_clock(c->w), &c->traffic);
	if (len > 0)
		timer_start(world_clock(c->w), &c->traffic, every_ms, next_packet, c);
}

void client_data(struct client *c, unsigned n)
{
	uint32_t sent = c->sent, back = c->back;
	for (unsigned i = 0; i < n; i++) {
		client_send(c, 100 + 10 * i);
		world_run(c->w, 5);
	}
	world_run(c->w, 200);
	if (c->back - back != n)
		fail_msg("%u of %u packets came back, %u lost at the client, IPCP %d\n%s",
		         c->back - back, c->sent - sent, c->esp_drops, c->ppp.ip_up,
		         world_show(c->w, "show asp drop"));
}

void client_lost_nothing(struct client *c)
{
	client_traffic(c, 0, 0);
	world_run(c->w, 1000);
	assert_true(c->sent > 0);
	assert_int_equal(c->back, c->sent);
	assert_int_equal(c->esp_drops, 0);
}

/* ------------------------------------------------------------------ life */

/* The node gives identity and offers; its engine is made anew with this client's surroundings. */
static void make_ike(struct client *c)
{
	struct clock *clock = world_clock(c->w);
	clock_init(&c->ike->net.clock, 0);
	net_client(&c->ike->net, &c->ike->net.client, c->ip, c->public_ip, c->habits.cipher,
	           c->habits.hash, c->habits.group);
	c->ike->node = &c->ike->net.client;
	if (c->habits.psk != NULL) {
		c->ike->node->conf.ra.psk = c->habits.psk;
		c->ike->node->conf.ra.psk_len = strlen(c->habits.psk);
	}
	ike_free(c->ike->node->ike);
	clock_free(&c->ike->net.clock);
	c->ike->ops = (struct ike_ops){.send = on_send,
	                               .keepalive = on_keepalive,
	                               .dh = on_dh,
	                               .sa = &sa_ops,
	                               .sa_ctx = c,
	                               .flow_up = on_flow_up,
	                               .flow_down = on_flow_down,
	                               .peer_down = on_peer_down};
	c->ike->node->ike = ike_new(clock, &c->ike->ops, c);
	c->ike->node->ike->map_of = map_of;
	c->ike->node->ike->map_arg = c;
	struct ike_iface iface = {.ifname = "outside", .ip = c->ip, .ifindex = 2};
	ike_set_interfaces(c->ike->node->ike, &iface, 1);
	ike_set_conf(c->ike->node->ike, &c->ike->node->conf, NULL);
}

static void init_l2tp(struct client *c)
{
	lac_init(&c->lac, world_clock(c->w), c->habits.lac, on_l2tp_send, c);
	c->lac.frame = on_frame;
	c->ppp = (struct ppp_peer){.clock = world_clock(c->w),
	                           .send = on_ppp_send,
	                           .arg = c,
	                           .profile = c->habits.ppp,
	                           .user = c->habits.user,
	                           .password = c->habits.password,
	                           .methods = c->habits.methods};
	c->ppp_started = false;
}

void client_redial_l2tp(struct client *c)
{
	ppp_peer_stop(&c->ppp);
	lac_power_off(&c->lac);
	init_l2tp(c);
	lac_connect(&c->lac);
}

struct client *client_new(struct world *w, const struct client_habits *habits, uint32_t ip)
{
	static uint16_t nat_next;
	struct client *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	bool nat = habits->private_ip != 0;
	c->w = w;
	c->habits = *habits;
	c->public_ip = ip;
	c->ip = nat ? habits->private_ip : ip;
	c->nat_ike = nat ? (uint16_t)(NAT_PORTS_IKE + nat_next) : IKE_PORT;
	c->nat_natt = nat ? (uint16_t)(NAT_PORTS_NATT + nat_next) : IKE_PORT_NATT;
	nat_next = (uint16_t)((nat_next + 1) % 1000);
	c->ike = calloc(1, sizeof *c->ike);
	c->spis = esp_spis_new(1, CLIENT_SLOTS);
	c->table = esp_table_new(0, CLIENT_SLOTS);
	make_ike(c);
	init_l2tp(c);
	c->next = *world_clients(w);
	*world_clients(w) = c;
	return c;
}

void client_vanish(struct client *c)
{
	if (c->gone)
		return;
	c->gone = true;
	client_traffic(c, 0, 0);
	ppp_peer_stop(&c->ppp);
	lac_power_off(&c->lac);
	ike_free(c->ike->node->ike);
	c->ike->node->ike = NULL;
	c->out = NULL;
	for (uint32_t slot = 0; slot < CLIENT_SLOTS; slot++)
		for (uint32_t gen = 0; gen < 4096 && esp_spi_count(c->spis, 0) > 0; gen++)
			sa_remove(c, slot << 12 | gen, SA_END_DELETED);
}

void client_free(struct client *c)
{
	struct client **at = world_clients(c->w);
	client_vanish(c);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	esp_table_free(c->table);
	esp_spis_free(c->spis);
	free(c->ike);
	free(c);
}

void client_dial(struct client *c)
{
	uint16_t encap = c->ip != c->public_ip ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT;
	full_counting = &c->counter;
	c->ike->peer = client_peer(c->ike->node);
	c->ike->flow = client_flow(c->ike->node, c->ike->peer, c->ip, 1701, c->habits.esp, encap);
	mm_begin(c->ike->peer, NULL);
	full_counting = NULL;
}

bool client_is_in(const struct client *c)
{
	return !c->gone && c->ppp.ip_up && !c->ppp.closed && c->out != NULL &&
	       c->lac.state == LAC_UP;
}

void client_enter(struct client *c)
{
	client_dial(c);
	for (int i = 0; i < 600 && !client_is_in(c); i++)
		world_run(c->w, 100);
	if (!client_is_in(c))
		fail_msg("did not get in: ESP %d, L2TP state %d, LCP %d, login %d, packets lost "
		         "here %u\n%s",
		         c->out != NULL, c->lac.state, c->ppp.lcp_up, c->ppp.authenticated,
		         c->esp_drops, world_show(c->w, "show asp drop"));
	world_run(c->w, 1000);
}

struct client *client_try(struct world *w, const struct client_habits *habits, uint32_t ip)
{
	struct client *c = client_new(w, habits, ip);
	client_dial(c);
	world_run(w, 10000);
	return c;
}

struct client *client_try_as(struct world *w, const char *user, const char *password, uint32_t ip)
{
	struct client_habits habits = client_windows;
	habits.user = user;
	habits.password = password;
	return client_try(w, &habits, ip);
}

bool client_gets_in(struct client *c)
{
	struct world *w = c->w;
	bool in = client_is_in(c);
	if (in)
		client_leave(c);
	client_free(c);
	world_run(w, 1000);
	return in;
}

void client_leave(struct client *c)
{
	ppp_peer_hangup(&c->ppp);
	world_run(c->w, 200);
	if (c->lac.state == LAC_UP)
		lac_hang_up(&c->lac);
	world_run(c->w, 200);
	if (c->ike->peer != NULL) {
		ike_enter(c->ike->node->ike);
		peer_drop(c->ike->peer, SA_END_ADMIN, true);
		ike_leave(c->ike->node->ike);
	}
	client_vanish(c);
	world_run(c->w, 200);
}

void client_rekey_ipsec(struct client *c)
{
	full_counting = &c->counter;
	assert_true(qm_begin(sa_best(c->ike->peer), c->ike->flow));
	full_counting = NULL;
}

void client_rekey_ike(struct client *c)
{
	mm_begin(c->ike->peer, NULL);
}
