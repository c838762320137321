/* Echoes through the tunnels to the host behind the gateway, at an even rate, while others may dial: how many come back,
 * how long they take, and who gets in meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"
#include "tests/client/echo.h"

enum { DRAIN_MS = 2000 };

struct echo {
	uint64_t sent, back, refused; /* refused: by our own socket, or no tunnel is up */
	double *rtt; /* ms */
	size_t cap;
};

static void send_one(struct load *l, const struct traffic *t, uint16_t seq)
{
	uint8_t frame[ECHO_PPP + TRAFFIC_SIZE_MAX], data[TRAFFIC_SIZE_MAX] = {0};
	struct client *c = traffic_next(l, t);
	unsigned errors = l->send_errors;
	if (c == NULL) {
		l->echo->refused++;
		return;
	}
	struct echo_msg m = {.type = ECHO_REQUEST,
	                     .src = c->vpn.ppp.ip,
	                     .dst = TUNNEL_HOST,
	                     .id = (uint16_t)c->index,
	                     .seq = seq,
	                     .data = {data, t->size - ECHO_HEAD}};
	struct wr stamp = wr_of(data, sizeof data), w = wr_of(frame, sizeof frame);
	wr_u64(&stamp, now_us());
	echo_write(&w, &m);
	lac_send_frame(&c->vpn.lac, frame, wr_len(&w));
	l->echo->sent++;
	l->echo->refused += l->send_errors - errors;
}

void echo_input(struct client *c, struct bytes packet)
{
	struct echo *e = c->l->echo;
	struct echo_msg m;
	if (e == NULL || !echo_read(packet, &m) || m.type != ECHO_REPLY || m.id != (uint16_t)c->index)
		return;
	struct rd r = rd_of(m.data.p, m.data.len);
	uint64_t stamp = rd_u64(&r);
	if (!rd_ok(&r))
		return;
	if (e->back < e->cap)
		e->rtt[e->back] = (double)(now_us() - stamp) / 1000;
	e->back++;
}

static bool all_back(const struct load *l)
{
	return l->echo->back >= l->echo->sent;
}

/* Of those who are out, at most so many; how many did. */
static unsigned dial_some(struct load *l, unsigned n)
{
	unsigned dialled = 0;
	for (unsigned i = 0; i < l->conf.n && dialled < n; i++)
		if (l->clients[i].stage == STAGE_IDLE || l->clients[i].stage == STAGE_GONE) {
			client_dial(&l->clients[i]);
			dialled++;
		}
	return dialled;
}

/* Its rate is held by the clock; those who dial do so evenly in the first half of the time. Returns how many dialled. */
static unsigned run(struct load *l, const struct traffic *t)
{
	uint64_t began = now_us(), us = (uint64_t)(t->seconds * 1e6), turn = 0;
	unsigned dialled = 0;
	for (uint64_t now; (now = now_us() - began) < us;) {
		uint64_t due = now * t->rate / 1000000;
		for (; turn < due; turn++) {
			send_one(l, t, (uint16_t)turn);
			if (turn % 16 == 0)
				net_turn(l, 0);
		}
		if (dialled < t->dial && now * t->dial * 2 / us > dialled)
			dialled += dial_some(l, 1);
		net_turn(l, 1);
	}
	return dialled;
}

static void tell(struct load *l, const char *phase, const struct meter *from, const struct meter *to)
{
	struct echo *e = l->echo;
	meter_print(phase, from, to);
	figure(phase, "sent", (double)e->sent, "packets");
	figure(phase, "back", (double)e->back, "packets");
	figure(phase, "refused", (double)e->refused, "packets");
	if (e->sent > 0)
		figure(phase, "loss", 100.0 * ((double)e->sent - (double)e->back) / (double)e->sent, "%");
	figure_times(phase, "rtt", e->rtt, e->back < e->cap ? e->back : e->cap);
}

void echo_run(struct load *l, const char *phase, const struct traffic *t)
{
	struct echo e = {.cap = (size_t)(t->seconds * t->rate) + 1};
	struct meter from, to;
	unsigned before = l->count[STAGE_UP];
	e.rtt = calloc(e.cap, sizeof *e.rtt);
	if (e.rtt == NULL)
		die("memory");
	l->echo = &e;
	meter_read(l, &from);
	unsigned dialled = run(l, t), during = l->count[STAGE_UP] - before;
	meter_read(l, &to);
	net_until(l, all_back, DRAIN_MS);
	tell(l, phase, &from, &to);
	l->echo = NULL;
	free(e.rtt);
	if (dialled == 0)
		return;
	net_until(l, clients_quiet, l->conf.patience_ms + 1000);
	figure(phase, "dialled", dialled, "tunnels");
	figure(phase, "in_meanwhile", during, "tunnels");
	figure(phase, "in", l->count[STAGE_UP] - before, "tunnels");
}
