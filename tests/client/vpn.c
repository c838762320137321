#include "tests/client/vpn.h"

#include <stdlib.h>
#include <string.h>

enum { PKT_BYTES = PKT_HEADROOM + 2600 + PKT_TAILROOM };

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

/* ------------------------------------------------------------------ SAs */

void vpn_sas_open(struct vpn_sas *s, unsigned slots)
{
	*s = (struct vpn_sas){.spis = esp_spis_new(1, slots),
	                      .table = esp_table_new(0, slots),
	                      .owner = calloc(slots, sizeof(struct vpn *))};
	if (s->spis == NULL || s->table == NULL || s->owner == NULL)
		abort();
}

void vpn_sas_close(struct vpn_sas *s)
{
	esp_table_free(s->table);
	esp_spis_free(s->spis);
	free(s->owner);
}

static uint32_t sa_spi_alloc(void *ctx, uint32_t peer)
{
	struct vpn *v = ctx;
	(void)peer;
	uint32_t spi = esp_spi_alloc(v->sas->spis, 0);
	if (spi != 0)
		v->sas->owner[esp_spi_slot(spi)] = v;
	return spi;
}

static void sa_spi_await(void *ctx, uint32_t spi)
{
	(void)ctx, (void)spi; /* one thread has packets and keys: nothing overtakes */
}

static void sa_spi_free(void *ctx, uint32_t spi)
{
	struct vpn *v = ctx;
	v->sas->owner[esp_spi_slot(spi)] = NULL;
	esp_spi_release(v->sas->spis, spi);
}

static int sa_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct vpn *v = ctx;
	struct esp_sa *sa = esp_sa_new(pair, err);
	if (sa == NULL)
		return err->code;
	if (!esp_table_put(v->sas->table, sa))
		abort();
	return 0;
}

static void sa_install_out(void *ctx, uint32_t spi)
{
	struct vpn *v = ctx;
	v->out = esp_table_find(v->sas->table, spi);
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct vpn *v = ctx;
	struct esp_sa *sa = esp_table_take(v->sas->table, spi);
	(void)why;
	if (sa == NULL)
		return;
	if (v->out == sa)
		v->out = NULL;
	esp_sa_free(sa);
	sa_spi_free(v, spi);
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	(void)ctx, (void)peer, (void)remote; /* the server stays where it is */
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	struct vpn *v = ctx;
	struct esp_sa *sa = esp_table_find(v->sas->table, spi);
	memset(stats, 0, sizeof *stats);
	if (sa != NULL)
		esp_sa_stats(sa, stats);
	return sa != NULL;
}

static const struct sa_ops sa_ops = {sa_spi_alloc,   sa_spi_await, sa_spi_free, sa_install_in,
                                     sa_install_out, sa_remove,    sa_move,     sa_stats};

/* ------------------------------------------------------------------ IKE's surroundings */

static bool on_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	static const uint8_t marker[4];
	struct vpn *v = ctx;
	const struct iovec parts[] = {{(void *)marker, local.port == IKE_PORT_NATT ? sizeof marker : 0},
	                              {(void *)msg, len}};
	v->ops->send(v->arg, local.port, remote, parts, 2);
	return true;
}

static void on_keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	struct vpn *v = ctx;
	v->ops->send(v->arg, local.port, remote, &(struct iovec){(void *)"\xff", 1}, 1);
}

static int on_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *), void *arg)
{
	static const uint8_t tiny[] = {1, 0, 1}; /* 17 bits: both runs are nearly free */
	struct vpn *v = ctx;
	if (v->habits.cheap_dh && job->key == NULL)
		prim_dh_import(job, tiny, sizeof tiny);
	prim_dh_run(job);
	done(arg);
	return 0;
}

static void on_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	struct vpn *v = ctx;
	(void)peer, (void)flow, (void)pair;
	v->flow_ups++;
	if (v->ops->flow_up != NULL)
		v->ops->flow_up(v->arg);
	if (!v->habits.ike_only)
		lac_connect(&v->lac);
}

static void on_flow_down(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why)
{
	struct vpn *v = ctx;
	(void)peer, (void)flow, (void)why;
	v->flow_downs++;
	v->flow = NULL;
}

static void on_peer_down(void *ctx, uint32_t peer, enum sa_end why)
{
	struct vpn *v = ctx;
	(void)peer, (void)why;
	v->peer_downs++;
	v->peer = NULL;
}

static const struct ipsec_map *map_of(struct ike *ike, const char *ifname)
{
	const struct vpn *v = ike->map_arg;
	(void)ifname;
	return &v->offer.map;
}

static void make_ike(struct vpn *v)
{
	ike_offer_init(&v->offer);
	ike_offer_client(&v->offer, v->habits.cipher, v->habits.hash, v->habits.group);
	v->offer.sets[0].alg = v->habits.esp;
	if (v->habits.psk != NULL) {
		v->offer.groups[0].psk = v->habits.psk;
		v->offer.groups[0].psk_len = strlen(v->habits.psk);
	}
	if (v->habits.script != NULL) {
		v->offer.groups[0].dpd = v->habits.script->dpd != 0;
		v->offer.conf.natt_s = (uint16_t)v->habits.script->keepalive_s;
	}
	if (v->habits.group_name != NULL) {
		v->offer.conf.identity = IKE_ID_KEY_ID;
		v->offer.conf.identity_text = v->habits.group_name;
	}
	v->ike_ops = (struct ike_ops){.send = on_send,
	                              .keepalive = on_keepalive,
	                              .dh = on_dh,
	                              .sa = v->ops->sa != NULL ? v->ops->sa : &sa_ops,
	                              .sa_ctx = v->ops->sa != NULL ? v->arg : v,
	                              .flow_up = on_flow_up,
	                              .flow_down = on_flow_down,
	                              .peer_down = on_peer_down};
	v->ike = ike_new(v->clock, &v->ike_ops, v);
	if (v->ike == NULL)
		abort();
	v->ike->map_of = map_of;
	v->ike->map_arg = v;
	if (v->habits.pki != NULL)
		ike_offer_certificate(&v->offer, "HIS");
	ike_set_pki(v->ike, v->habits.pki);
	ike_offer_use(v->ike, &v->offer, v->ip);
}

/* ------------------------------------------------------------------ ESP */

static void esp_events(const struct vpn_sas *s)
{
	unsigned events;
	for (struct esp_sa *sa; (sa = esp_table_event(s->table, &events)) != NULL;) {
		uint32_t spi = sa->spi_in;
		const struct vpn *v = s->owner[esp_spi_slot(spi)];
		if (v == NULL || v->ike == NULL)
			continue;
		if (events & ESP_EV_USED)
			ike_sa_events.used(v->ike, spi);
		if ((events & (ESP_EV_SOFT_KB | ESP_EV_SOFT_SEQ)) && !v->habits.passive)
			ike_sa_events.soft_limit(v->ike, spi, false);
		if (events & ESP_EV_HARD)
			ike_sa_events.hard_limit(v->ike, spi);
	}
}

/* An L2TP message into ESP. */
static void on_l2tp_send(void *arg, const uint8_t *msg, size_t len)
{
	struct vpn *v = arg;
	uint8_t buf[PKT_BYTES];
	struct pkt p = {.buf = buf, .cap = sizeof buf}, *one = &p;
	if (v->ops->l2tp != NULL) {
		v->ops->l2tp(v->arg, msg, len);
		return;
	}
	pkt_reset(&p);
	p.sa = v->out;
	uint8_t *at = pkt_put(&p, (uint32_t)len + 8);
	if (at == NULL || v->out == NULL) {
		v->sas->drops++;
		return;
	}
	struct wr w = wr_of(at, len + 8);
	wr_u16(&w, v->habits.script != NULL ? (uint16_t)v->habits.script->l2tp_port : 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, (uint16_t)(len + 8));
	wr_u16(&w, 0);
	wr_bytes(&w, msg, len);
	esp_out(v->sas->table, &one, 1, clock_now(v->clock));
	if (p.drop != DROP_NONE)
		v->sas->drops++;
	else
		v->ops->send(v->arg, p.udp_encap ? IKE_PORT_NATT : 0, p.peer, &(struct iovec){pkt_data(&p), p.len}, 1);
	esp_events(v->sas);
}

static void input_esp(struct vpn *v, struct ip4_end local, struct ip4_end remote, bool udp, const uint8_t *data,
                      size_t len)
{
	uint8_t buf[PKT_BYTES];
	struct pkt p = {.buf = buf, .cap = sizeof buf}, *one = &p;
	pkt_reset(&p);
	uint8_t *at = pkt_put(&p, (uint32_t)len);
	if (at == NULL)
		return;
	memcpy(at, data, len);
	p.peer = remote;
	p.local = local;
	p.udp_encap = udp;
	esp_in(v->sas->table, &one, 1, clock_now(v->clock));
	if (p.drop == DROP_NONE && pkt_pull(&p, 8))
		lac_input(&v->lac, pkt_data(&p), p.len);
	else
		v->sas->drops++;
	esp_events(v->sas);
}

/* ------------------------------------------------------------------ what comes in */

static void stay_passive(const struct vpn *v)
{
	if (!v->habits.passive || v->peer == NULL)
		return;
	for (struct ike_sa *sa = v->peer->sas; sa != NULL; sa = sa->peer_next)
		timer_stop(v->clock, &sa->rekey);
	for (struct ike_flow *f = v->peer->flows; f != NULL; f = f->next)
		for (struct ike_child *child = f->children; child != NULL; child = child->next)
			timer_stop(v->clock, &child->soft);
}

/* What follows from it. */
static void go_on(struct vpn *v)
{
	stay_passive(v);
	if (v->lac.state == LAC_UP && !v->ppp_started) {
		v->ppp_started = true;
		ppp_peer_start(&v->ppp);
	}
}

void vpn_ike(struct vpn *v, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	if (v->ike == NULL)
		return;
	ike_input(v->ike, local, remote, msg, len);
	go_on(v);
}

void vpn_l2tp(struct vpn *v, const uint8_t *msg, size_t len)
{
	if (v->ike == NULL)
		return;
	lac_input(&v->lac, msg, len);
	go_on(v);
}

void vpn_input(struct vpn *v, struct ip4_end local, struct ip4_end remote, bool udp, const uint8_t *data, size_t len)
{
	static const uint8_t marker[4];
	if (v->ike == NULL)
		return;
	if (udp && local.port == IKE_PORT)
		ike_input(v->ike, local, remote, data, len);
	else if (udp && len > sizeof marker && memcmp(data, marker, sizeof marker) == 0)
		ike_input(v->ike, local, remote, data + sizeof marker, len - sizeof marker);
	else if (!udp || len > sizeof marker)
		input_esp(v, local, remote, udp, data, len);
	go_on(v);
}

/* ------------------------------------------------------------------ PPP */

void vpn_frame(struct vpn *v, const uint8_t *frame, size_t len)
{
	struct rd r = rd_of(frame, len);
	if (len > 2 && frame[0] == 0xff && frame[1] == 0x03)
		rd_skip(&r, 2);
	uint16_t proto = rd_u8(&r);
	if ((proto & 1) == 0)
		proto = (uint16_t)(proto << 8 | rd_u8(&r));
	struct bytes ip = rd_rest(&r);
	if (!rd_ok(&r) || proto != 0x0021) {
		ppp_peer_input(&v->ppp, frame, len);
		return;
	}
	ppp_peer_ip(&v->ppp, ip);
	if (v->ops->ip != NULL)
		v->ops->ip(v->arg, ip);
}

static void on_frame(void *arg, const uint8_t *frame, size_t len)
{
	vpn_frame(arg, frame, len);
}

static void on_ppp_send(void *arg, const uint8_t *frame, size_t len)
{
	struct vpn *v = arg;
	lac_send_frame(&v->lac, frame, len);
}

static void make_l2tp(struct vpn *v)
{
	lac_init(&v->lac, v->clock, v->habits.lac, on_l2tp_send, v);
	v->lac.frame = on_frame;
	v->ppp = (struct ppp_peer){.clock = v->clock,
	                           .send = on_ppp_send,
	                           .arg = v,
	                           .profile = v->habits.ppp,
	                           .user = v->habits.user,
	                           .password = v->habits.password,
	                           .methods = v->habits.methods,
	                           .script = v->habits.script != NULL ? v->habits.script->ppp : NULL};
	v->ppp_started = false;
}

/* ------------------------------------------------------------------ life */

void vpn_on(struct vpn *v, const struct client_habits *habits, uint32_t public_ip, struct clock *clock,
            struct vpn_sas *sas, const struct vpn_ops *ops, void *arg)
{
	*v = (struct vpn){.habits = *habits,
	                  .clock = clock,
	                  .ops = ops,
	                  .arg = arg,
	                  .ip = habits->private_ip != 0 ? habits->private_ip : public_ip,
	                  .sas = sas};
	make_ike(v);
	make_l2tp(v);
}

void vpn_off(struct vpn *v)
{
	if (v->ike == NULL)
		return;
	ppp_peer_stop(&v->ppp);
	lac_power_off(&v->lac);
	ike_free(v->ike); /* takes its SAs with it */
	v->ike = NULL;
	v->peer = NULL;
	v->flow = NULL;
	v->out = NULL;
}

static struct ike_flow *scripted_flow(struct vpn *v, uint16_t encap)
{
	const struct vpn_script *s = v->habits.script;
	const struct script_values values = {.v = {[NAME_IP] = v->ip, [NAME_SERVER] = vpn_server(v)}};
	uint8_t own[IKE_ID_MAX], other[IKE_ID_MAX];
	struct wr a = wr_of(own, sizeof own), b = wr_of(other, sizeof other);
	script_write(&a, s->id.items[0].form, &values);
	script_write(&b, s->other_id.items[0].form, &values);
	struct ike_flow *flow = client_flow_at(v->peer, v->ip, vpn_server(v), (struct bytes){own, wr_len(&a)},
	                                       (struct bytes){other, wr_len(&b)}, v->habits.esp, encap);
	flow->group = (uint16_t)s->pfs_group;
	return flow;
}

void vpn_dial(struct vpn *v)
{
	bool nat = v->habits.private_ip != 0;
	uint16_t encap = nat ? ENCAP_UDP_TRANSPORT : ENCAP_TRANSPORT;
	v->peer = client_peer_at(v->ike, v->ip, vpn_server(v), v->habits.server_id);
	v->peer->aggressive = v->habits.group_name != NULL;
	v->flow = v->habits.script != NULL ? scripted_flow(v, encap) : client_flow_of(v->peer, v->ip, 1701, v->habits.esp, encap);
	v->flow->natoa = nat && (v->habits.script == NULL || v->habits.script->natoa);
	if (v->habits.endless_keys)
		v->flow->life_kb = 0;
	mm_begin(v->peer, NULL);
}

void vpn_redial_l2tp(struct vpn *v)
{
	ppp_peer_stop(&v->ppp);
	lac_power_off(&v->lac);
	make_l2tp(v);
	lac_connect(&v->lac);
}

bool vpn_rekey(struct vpn *v, bool ike)
{
	struct ike_sa *sa = v->peer != NULL ? sa_best(v->peer) : NULL;
	if (!ike)
		return sa != NULL && v->flow != NULL && qm_begin(sa, v->flow);
	if (v->peer != NULL)
		mm_begin(v->peer, NULL);
	return v->peer != NULL;
}

void vpn_end_ike(struct vpn *v)
{
	if (v->peer == NULL)
		return;
	ike_enter(v->ike);
	peer_drop(v->peer, SA_END_ADMIN, true);
	ike_leave(v->ike);
}
