#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full.h"

enum { NAT_PORTS_IKE = 40000, NAT_PORTS_NATT = 50000, CLIENT_SLOTS = 1024, PROTO_TEST = 253 };

/* ------------------------------------------------------------------ the wire */

static uint16_t nat_port(const struct client *c, uint16_t own)
{
	return own == IKE_PORT ? c->nat_ike : own == IKE_PORT_NATT ? c->nat_natt : 0;
}

static void on_send(void *arg, uint16_t port, struct ip4_end to, const struct iovec *parts, size_t n)
{
	enum { EXCH_AT = 18, HASH_ALONE = 80 };
	struct client *c = arg;
	uint8_t data[4 + IKE_MSG_MAX];
	struct wr w = wr_of(data, sizeof data);
	const struct iovec *last = &parts[n - 1];
	bool ike = n == 2;
	if (ike && c->loses_qm3 && ((const uint8_t *)last->iov_base)[EXCH_AT] == EXCH_QUICK && last->iov_len < HASH_ALONE)
		return;
	if (ike && c->loses_above != 0 && last->iov_len > c->loses_above && !ike_is_first(last->iov_base, last->iov_len))
		return;
	if (ike && c->first_len == 0 && last->iov_len <= sizeof c->first) {
		memcpy(c->first, last->iov_base, last->iov_len);
		c->first_len = last->iov_len;
	}
	for (size_t i = 0; i < n; i++)
		wr_bytes(&w, parts[i].iov_base, parts[i].iov_len);
	assert_true(wr_ok(&w));
	wire_out(c->w, port != 0 ? FULL_UDP : FULL_ESP, (struct ip4_end){c->public_ip, nat_port(c, port)}, to, data,
	         wr_len(&w));
}

static bool is_esp(const struct datagram *d)
{
	static const uint8_t marker[4];
	return d->proto == FULL_ESP ||
	       (d->dst.port == IKE_PORT_NATT && d->len > sizeof marker && memcmp(d->data, marker, sizeof marker) != 0);
}

void client_input(struct client *c, const struct datagram *d)
{
	if (is_esp(d) ? c->hears_no_esp : c->hears_up_to != 0 && d->len > c->hears_up_to)
		return;
	full_counting = &c->counter;
	vpn_input(&c->vpn, d->dst, d->src, d->proto == FULL_UDP, d->data, d->len);
	full_counting = NULL;
}

/* ------------------------------------------------------------------ IP */

static void on_ip(void *arg, struct bytes packet)
{
	struct client *c = arg;
	struct rd r = rd_of(packet.p, packet.len);
	rd_skip(&r, 9);
	bool ours = rd_u8(&r) == PROTO_TEST;
	rd_skip(&r, 6);
	if (ours && rd_u32(&r) == c->vpn.ppp.ip && rd_ok(&r)) {
		c->back++;
		if (c->echo != NULL)
			c->echo(c, packet);
	}
	if (ours || packet.len > sizeof c->other)
		return;
	c->others++;
	c->other_len = packet.len;
	memcpy(c->other, packet.p, packet.len);
}

void client_send_ip(struct client *c, const void *packet, size_t len)
{
	uint8_t frame[2048];
	struct wr w = wr_of(frame, sizeof frame);
	wr_u32(&w, 0xff030021);
	wr_bytes(&w, packet, len);
	assert_true(wr_ok(&w));
	full_counting = &c->counter;
	lac_send_frame(&c->vpn.lac, frame, wr_len(&w));
	full_counting = NULL;
}

void client_send(struct client *c, size_t len)
{
	uint8_t packet[2048];
	struct wr w = wr_of(packet, sizeof packet);
	wr_u16(&w, 0x4500);
	wr_u16(&w, (uint16_t)len);
	wr_u32(&w, c->sent);
	wr_u8(&w, 64);
	wr_u8(&w, PROTO_TEST);
	wr_u16(&w, 0);
	wr_u32(&w, c->vpn.ppp.ip);
	wr_u32(&w, HOST_IP);
	wr_zero(&w, len - 20);
	assert_true(wr_ok(&w));
	c->sent++;
	client_send_ip(c, packet, wr_len(&w));
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
		         c->back - back, c->sent - sent, c->sas.drops, c->vpn.ppp.ip_up,
		         world_show(c->w, "show asp drop"));
}

void client_lost_nothing(struct client *c)
{
	client_traffic(c, 0, 0);
	world_run(c->w, 1000);
	assert_true(c->sent > 0);
	assert_int_equal(c->back, c->sent);
	assert_int_equal(c->sas.drops, 0);
}

/* ------------------------------------------------------------------ life */

static const struct vpn_ops vpn_ops = {.send = on_send, .ip = on_ip};

void client_redial_l2tp(struct client *c)
{
	vpn_redial_l2tp(&c->vpn);
}

struct client *client_new(struct world *w, const struct client_habits *habits, uint32_t ip)
{
	static uint16_t nat_next;
	struct client *c = calloc(1, sizeof *c);
	if (c == NULL)
		abort();
	bool nat = habits->private_ip != 0;
	c->w = w;
	c->public_ip = ip;
	c->nat_ike = nat ? (uint16_t)(NAT_PORTS_IKE + nat_next) : IKE_PORT;
	c->nat_natt = nat ? (uint16_t)(NAT_PORTS_NATT + nat_next) : IKE_PORT_NATT;
	nat_next = (uint16_t)((nat_next + 1) % 1000);
	vpn_sas_open(&c->sas, CLIENT_SLOTS);
	vpn_on(&c->vpn, habits, ip, world_clock(w), &c->sas, &vpn_ops, c);
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
	vpn_off(&c->vpn);
}

void client_free(struct client *c)
{
	struct client **at = world_clients(c->w);
	client_vanish(c);
	if (full_counting == &c->counter)
		full_counting = NULL; /* a test that failed on its way left it */
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	vpn_sas_close(&c->sas);
	free(c);
}

void client_dial(struct client *c)
{
	full_counting = &c->counter;
	vpn_dial(&c->vpn);
	full_counting = NULL;
}

bool client_is_in(const struct client *c)
{
	return !c->gone && c->vpn.ppp.ip_up && !c->vpn.ppp.closed && c->vpn.out != NULL &&
	       c->vpn.lac.state == LAC_UP;
}

void client_enter(struct client *c)
{
	client_dial(c);
	for (int i = 0; i < 600 && !client_is_in(c); i++)
		world_run(c->w, 100);
	if (!client_is_in(c))
		fail_msg("did not get in: ESP %d, L2TP state %d, LCP %d, login %d, packets lost "
		         "here %u\n%s",
		         c->vpn.out != NULL, c->vpn.lac.state, c->vpn.ppp.lcp_up, c->vpn.ppp.authenticated,
		         c->sas.drops, world_show(c->w, "show asp drop"));
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
	ppp_peer_hangup(&c->vpn.ppp);
	world_run(c->w, 200);
	if (c->vpn.lac.state == LAC_UP)
		lac_hang_up(&c->vpn.lac);
	world_run(c->w, 200);
	vpn_end_ike(&c->vpn);
	client_vanish(c);
	world_run(c->w, 200);
}

void client_rekey_ipsec(struct client *c)
{
	full_counting = &c->counter;
	bool begun = vpn_rekey(&c->vpn, false);
	full_counting = NULL;
	assert_true(begun);
}

void client_rekey_ike(struct client *c)
{
	assert_true(vpn_rekey(&c->vpn, true));
}
