/* Echoes through the tunnels to the host behind the gateway, at an even rate, while others may dial: how many come back,
 * how long they take, and who gets in meanwhile. */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"

enum { ICMP = 1, ECHO = 8, ECHO_REPLY = 0, IP_LEN = 20, ICMP_LEN = 8, STAMP = 8, DRAIN_MS = 2000 };

struct echo {
	uint64_t sent, back, refused; /* refused: by our own socket, or no tunnel is up */
	double *rtt; /* ms */
	size_t cap;
};

static void send_one(struct load *l, const struct traffic *t, uint16_t seq)
{
	static const uint8_t address_control_ip[] = {0xff, 0x03, 0x00, 0x21};
	uint8_t frame[sizeof address_control_ip + TRAFFIC_SIZE_MAX] = {0};
	struct client *c = traffic_next(l, t);
	unsigned errors = l->send_errors;
	if (c == NULL) {
		l->echo->refused++;
		return;
	}
	struct wr w = wr_of(frame, sizeof frame);
	wr_bytes(&w, address_control_ip, sizeof address_control_ip);
	uint8_t *ip = frame + sizeof address_control_ip, *icmp = ip + IP_LEN;
	traffic_ip(&w, c, ICMP, c->vpn.ppp.ip, TUNNEL_HOST, t->size);
	wr_u8(&w, ECHO);
	wr_u8(&w, 0);
	wr_u16(&w, 0);
	wr_u16(&w, (uint16_t)c->index);
	wr_u16(&w, seq);
	wr_u64(&w, now_us());
	uint16_t sum = ip4_checksum(icmp, t->size - IP_LEN, 0);
	wr_patch_u16(&w, sizeof address_control_ip + IP_LEN + 2, sum);
	lac_send_frame(&c->vpn.lac, frame, sizeof address_control_ip + t->size);
	l->echo->sent++;
	l->echo->refused += l->send_errors - errors;
}

void echo_input(struct client *c, struct bytes packet)
{
	struct echo *e = c->l->echo;
	struct rd r = rd_of(packet.p, packet.len);
	rd_skip(&r, IP_LEN);
	uint8_t type = rd_u8(&r);
	rd_skip(&r, 3);
	bool own = rd_u16(&r) == (uint16_t)c->index;
	rd_skip(&r, 2);
	uint64_t stamp = rd_u64(&r);
	if (e == NULL || !rd_ok(&r) || type != ECHO_REPLY || !own)
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
