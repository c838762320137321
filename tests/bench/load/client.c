/* One client's life. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"

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

/* ------------------------------------------------------------------ what the client needs, what it tells */

static void on_send(void *arg, uint16_t port, struct ip4_end to, const struct iovec *parts, size_t n)
{
	(void)to;
	net_out(arg, port, parts, n, 0);
}

static void on_flow_up(void *arg)
{
	struct client *c = arg;
	c->ike_us = now_us();
	if (!c->l->conf.habits.ike_only)
		stage_set(c, STAGE_L2TP);
}

/* Of traffic whose length says so one packet in many comes here: it must be for this client. */
static void on_ip(void *arg, struct bytes packet)
{
	struct client *c = arg;
	struct rd r = rd_of(packet.p, packet.len);
	rd_skip(&r, 16);
	bool ours = rd_u32(&r) == c->vpn.ppp.ip && rd_ok(&r);
	c->l->opened += ours;
	c->l->wrong += !ours;
	if (ours)
		echo_input(c, packet);
}

static const struct vpn_ops ops = {.send = on_send, .flow_up = on_flow_up, .ip = on_ip};
static const struct vpn_ops ops_with_path = {
        .send = on_send, .flow_up = on_flow_up, .ip = on_ip, .l2tp = path_l2tp_send, .sa = &path_sa_ops};

/* ------------------------------------------------------------------ life */

/* Everything it has here goes; whoever is at the other end is not told. */
static void forget(struct client *c)
{
	timer_stop(&c->l->clock, &c->patience);
	vpn_off(&c->vpn);
	net_client_close(c);
}

static void fail(struct client *c)
{
	stage_set(c, STAGE_FAILED);
	forget(c);
}

static void end(struct client *c)
{
	vpn_end_ike(&c->vpn);
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

static void note_time(struct load *l, double ms)
{
	if (l->ntimes == l->times_cap && l->times_cap < LOAD_TIMES_MAX) {
		size_t cap = l->times_cap == 0 ? 1024 : 2 * l->times_cap;
		double *more = realloc(l->times, cap * sizeof *more);
		if (more == NULL)
			die("memory");
		l->times = more;
		l->times_cap = cap;
	}
	if (l->ntimes < l->times_cap)
		l->times[l->ntimes++] = ms;
}

static void up(struct client *c)
{
	c->up_us = now_us();
	note_time(c->l, (double)(c->up_us - c->began_us) / 1000);
	timer_stop(&c->l->clock, &c->patience);
	stage_set(c, STAGE_UP);
	if (c->l->path != NULL)
		path_open(c);
}

/* What follows from what has come in. Never inside the engine: it may end it. */
static void settle(struct client *c)
{
	const struct vpn *v = &c->vpn;
	bool lost = v->flow_downs + v->peer_downs > 0;
	if (c->stage == STAGE_IKE && c->ike_us != 0 && v->habits.ike_only)
		up(c);
	else if (c->stage == STAGE_LEAVING && v->lac.state != LAC_CLOSING)
		end(c);
	else if (c->stage >= STAGE_IKE && c->stage <= STAGE_PPP && (lost || v->ppp.refused))
		fail(c);
	if (c->stage == STAGE_L2TP && v->ppp_started)
		stage_set(c, STAGE_PPP);
	else if (c->stage == STAGE_PPP && v->ppp.ip_up)
		up(c);
}

/* ------------------------------------------------------------------ what comes in */

void client_esp(struct client *c, const uint8_t *esp, size_t len)
{
	struct load *l = c->l;
	struct rd r = rd_of(esp, len);
	rd_skip(&r, 4);
	c->seq_last = rd_u32(&r);
	if (len > l->sink_len && l->sunk++ % SINK_SAMPLE != 0)
		return;
	client_input(c, IKE_PORT_NATT, esp, len);
}

void client_input(struct client *c, uint16_t port, const uint8_t *data, size_t len)
{
	vpn_input(&c->vpn, (struct ip4_end){c->vpn.ip, port}, (struct ip4_end){SERVER_IP, port}, true, data, len);
	settle(c);
}

void client_ike(struct client *c, const uint8_t *msg, size_t len)
{
	vpn_ike(&c->vpn, (struct ip4_end){c->vpn.ip, IKE_PORT_NATT}, (struct ip4_end){SERVER_IP, IKE_PORT_NATT}, msg,
	        len);
	settle(c);
}

void client_l2tp(struct client *c, const uint8_t *msg, size_t len)
{
	vpn_l2tp(&c->vpn, msg, len);
	settle(c);
}

/* ------------------------------------------------------------------ told what to do */

void client_dial(struct client *c)
{
	struct load *l = c->l;
	struct client_habits habits = l->conf.habits;
	net_client_socket(c);
	c->dials++;
	if (c->index < l->conf.nat)
		habits.private_ip += c->index;
	if (l->conf.users)
		habits.user = c->user;
	c->ike_us = c->up_us = 0;
	l->last_us = c->began_us = now_us();
	if (l->first_us == 0)
		l->first_us = c->began_us;
	timer_start(&l->clock, &c->patience, l->conf.patience_ms, on_patience, c);
	stage_set(c, STAGE_IKE);
	vpn_on(&c->vpn, &habits, 0, &l->clock, &l->sas, l->path != NULL ? &ops_with_path : &ops, c);
	c->vpn.lac.conf.tunnel = (uint16_t)(c->vpn.lac.conf.tunnel + c->dials); /* as clients count them */
	vpn_dial(&c->vpn);
}

void client_leave(struct client *c)
{
	if (c->stage != STAGE_UP)
		return;
	stage_set(c, STAGE_LEAVING);
	if (c->l->path != NULL)
		path_close(c);
	if (c->vpn.habits.ike_only || c->vpn.lac.state != LAC_UP) {
		end(c);
		return;
	}
	timer_start(&c->l->clock, &c->patience, 2000, on_patience, c);
	ppp_peer_hangup(&c->vpn.ppp);
	lac_hang_up(&c->vpn.lac);
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
	if (c->stage == STAGE_UP)
		vpn_rekey(&c->vpn, ike);
}

bool clients_quiet(const struct load *l)
{
	return l->busy == 0;
}

void clients_make(struct load *l)
{
	unsigned n = l->conf.n;
	vpn_sas_open(&l->sas, ESP_SLOTS_MAX);
	l->clients = calloc(n, sizeof *l->clients);
	if (l->clients == NULL)
		die("memory");
	for (unsigned i = 0; i < n; i++) {
		struct client *c = &l->clients[i];
		*c = (struct client){.l = l, .index = i, .ip = i < l->conf.nat ? LOAD_NAT_IP : LOAD_FIRST_IP + i, .nat.fd = -1};
		snprintf(c->user, sizeof c->user, "%.20s%u", l->conf.habits.user, i);
	}
	l->count[STAGE_IDLE] = n;
}

void clients_free(struct load *l)
{
	for (unsigned i = 0; i < l->conf.n; i++)
		forget(&l->clients[i]);
	vpn_sas_close(&l->sas);
	free(l->clients);
	free(l->times);
	free(l->rx);
}
