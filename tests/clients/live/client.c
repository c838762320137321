#include "tests/clients/live/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/client/echo.h"
#include "tests/clients/needs.h"
#include "tests/clients/say.h"

/* ------------------------------------------------------------------ datagrams */

static void note_clear(struct live *c, const struct iovec *message)
{
	struct ike_hdr hdr;
	struct rd r = rd_of(message->iov_base, message->iov_len);
	if (c->first_len == 0 && message->iov_len <= sizeof c->first) {
		memcpy(c->first, message->iov_base, message->iov_len);
		c->first_len = message->iov_len;
	}
	if (!c->listens || !ike_hdr_read(&r, &hdr) || (hdr.flags & IKE_FLAG_ENCRYPTED))
		return;
	struct bytes body = rd_rest(&r);
	const struct heard_ike *last = heard.n > 0 ? &heard.msgs[heard.n - 1] : NULL;
	if (last == NULL || last->len != body.len || memcmp(last->body, body.p, body.len) != 0) /* else it is said again */
		heard_ike(&heard, &hdr, body);
}

static void on_send(void *arg, uint16_t port, struct ip4_end to, const struct iovec *parts, size_t n)
{
	enum { MARKER_AND_MESSAGE = 2 };
	struct live *c = arg;
	if (n == MARKER_AND_MESSAGE)
		note_clear(c, &parts[1]);
	wire_send(c, port == IKE_PORT ? PORT_IKE : port == IKE_PORT_NATT ? PORT_NATT : PORT_ESP, to.ip, parts, n);
}

void live_datagram(struct live *c, enum live_port port, const uint8_t *data, size_t len)
{
	const uint16_t number = port == PORT_IKE ? IKE_PORT : port == PORT_NATT ? IKE_PORT_NATT : 0;
	struct ike_hdr hdr;
	struct rd r = rd_of(data, len);
	if (port == PORT_NATT && rd_u32(&r) != 0)
		r = rd_of(NULL, 0); /* ESP */
	if (c->listens && port != PORT_ESP && ike_hdr_read(&r, &hdr) && !(hdr.flags & IKE_FLAG_ENCRYPTED))
		heard_ike(&c->answers, &hdr, rd_rest(&r));
	vpn_input(&c->vpn, (struct ip4_end){c->vpn.ip, number}, (struct ip4_end){SERVER_IP, number}, port != PORT_ESP, data,
	          len);
}

/* What is encrypted on the wire, before and after. */
static void on_clear(void *ctx, struct ip4_end local, struct ip4_end remote, bool out, struct bytes header,
                     struct bytes body)
{
	struct vpn *v = ctx;
	struct live *c = v->arg;
	struct ike_hdr hdr;
	struct rd r = rd_of(header.p, header.len);
	(void)local, (void)remote;
	if (c->listens && ike_hdr_read(&r, &hdr))
		heard_ike(out ? &heard : &c->answers, &hdr, body);
}

static void on_l2tp(void *arg, const uint8_t *msg, size_t len)
{
	enum { CONTROL = 0x80, DATA_HEAD = 8 };
	struct vpn *v = arg;
	const struct live *c = v->arg;
	if (c->listens && (msg[0] & CONTROL))
		heard_l2tp(&heard, msg, len);
	else if (c->listens && len > DATA_HEAD)
		heard_frame(&heard, msg + DATA_HEAD, len - DATA_HEAD);
	c->send_l2tp(v, msg, len);
}

/* ------------------------------------------------------------------ echoes */

static void send_echo(struct live *c, const struct echo_msg *m)
{
	uint8_t frame[2048];
	struct wr w = wr_of(frame, sizeof frame);
	echo_write(&w, m);
	assert_true(wr_ok(&w));
	lac_send_frame(&c->vpn.lac, frame, wr_len(&w));
}

/* Each number of the round counts once; who was asked in a round before is none of it. */
static void on_reply(struct live *c, uint16_t seq)
{
	const uint16_t n = (uint16_t)(seq - c->first_seq);
	uint8_t *byte = &c->heard[n / 8], bit = (uint8_t)(1u << n % 8);
	if (n >= c->asked || (*byte & bit))
		return;
	*byte |= bit;
	c->answered++;
}

static void on_ip(void *arg, struct bytes packet)
{
	struct live *c = arg;
	struct echo_msg m;
	if (!echo_read(packet, &m) || m.src != LIVE_HOST || m.dst != c->vpn.ppp.ip)
		return;
	if (m.type == ECHO_REPLY && m.id == c->index && m.data.len == c->traffic_len - ECHO_HEAD)
		on_reply(c, m.seq);
	if (m.type == ECHO_REQUEST) {
		m.type = ECHO_REPLY;
		m.dst = m.src;
		m.src = c->vpn.ppp.ip;
		send_echo(c, &m);
	}
}

static void ping(struct timer *t, void *arg)
{
	static const uint8_t zeros[2048];
	struct live *c = arg;
	struct echo_msg m = {.type = ECHO_REQUEST,
	                     .src = c->vpn.ppp.ip,
	                     .dst = LIVE_HOST,
	                     .id = (uint16_t)c->index,
	                     .seq = (uint16_t)(c->first_seq + c->asked),
	                     .data = {zeros, c->traffic_len - ECHO_HEAD}};
	assert_true(++c->asked <= LIVE_PINGS);
	timer_start(&c->clock, t, c->traffic_ms, ping, c);
	send_echo(c, &m);
}

void live_round(struct live *c)
{
	c->first_seq = (uint16_t)(c->first_seq + c->asked);
	c->asked = c->answered = 0;
	memset(c->heard, 0, sizeof c->heard);
}

void live_traffic(struct live *c, uint32_t every_ms, uint32_t len)
{
	assert_true(c->asked == c->answered || len == 0);
	timer_stop(&c->clock, &c->traffic);
	if (len == 0)
		return;
	c->traffic_ms = every_ms;
	c->traffic_len = len;
	timer_start(&c->clock, &c->traffic, 0, ping, c);
}

static bool all_answered(const struct live *c)
{
	return c->answered >= c->asked;
}

void live_lost_nothing(struct live *c)
{
	live_traffic(c, 0, 0);
	live_until(c, all_answered, 5000);
	assert_true(c->asked > 0);
	assert_true(live_is_in(c));
	if (c->answered != c->asked)
		fail_msg("%u of %u pings were answered, %u packets dropped here", c->answered, c->asked, c->sas.drops);
}

/* ------------------------------------------------------------------ life */

uint32_t live_place(const struct live *c, unsigned n)
{
	return c->nat ? LIVE_NAT_IP + c->index + n * LIVE_AT_MOST : LIVE_DIRECT_IP + c->index;
}

bool live_is_in(const struct live *c)
{
	const struct vpn *v = &c->vpn;
	return v->ike != NULL && v->ppp.ip_up && !v->ppp.closed && v->out != NULL && v->lac.state == LAC_UP;
}

void live_enter(struct live *c, uint32_t at)
{
	static const struct vpn_ops ops = {.send = on_send, .ip = on_ip};
	const struct client_habits habits = needs_habits(c->profile, c->nat ? at : 0, 0, c->user, LIVE_PASSWORD);
	struct vpn *v = &c->vpn;
	c->first_len = 0;
	live_round(c);
	memset(c->left_by, 0, sizeof c->left_by);
	wire_open(c, at);
	vpn_on(v, &habits, at, &c->clock, &c->sas, &ops, c);
	v->ike_ops.clear = on_clear;
	c->send_l2tp = v->lac.send;
	v->lac.send = on_l2tp;
	say_use(v->ike, &c->profile->ike, v->ip);
	vpn_dial(v);
	if (!live_until(c, live_is_in, LIVE_PATIENCE_MS))
		fail_msg("did not get in: ESP %d, L2TP state %d, LCP %d, login %d, %u packets dropped here", v->out != NULL,
		         v->lac.state, v->ppp.lcp_up, v->ppp.authenticated, c->sas.drops);
	live_run(c, 500);
}

/* Who was current when a rekey began. */
static const void *before;

static bool sends_on_another(const struct live *c)
{
	return c->vpn.out != NULL && c->vpn.out != before;
}

void live_rekey_ipsec(struct live *c)
{
	before = c->vpn.out;
	assert_true(vpn_rekey(&c->vpn, false));
	if (!live_until(c, sends_on_another, LIVE_PATIENCE_MS))
		fail_msg("no Quick Mode");
	live_run(c, 300);
}

static bool has_another_sa(const struct live *c)
{
	const struct ike_sa *sa = c->vpn.peer != NULL ? sa_best(c->vpn.peer) : NULL;
	return sa != NULL && sa != before;
}

void live_rekey_ike(struct live *c)
{
	before = sa_best(c->vpn.peer);
	assert_true(vpn_rekey(&c->vpn, true));
	if (!live_until(c, has_another_sa, LIVE_PATIENCE_MS))
		fail_msg("no new IKE SA");
	live_run(c, 500);
}

void live_vanish(struct live *c)
{
	timer_stop(&c->clock, &c->traffic);
	wire_close(c);
	say_forget(c->vpn.ike);
	vpn_off(&c->vpn);
}

static bool has_hung_up(const struct live *c)
{
	return c->vpn.lac.state != LAC_CLOSING;
}

void live_leave(struct live *c)
{
	uint32_t leave = c->profile->leave;
	if (leave & LEAVE_LCP)
		ppp_peer_hangup(&c->vpn.ppp);
	live_run(c, 200);
	if ((leave & LEAVE_L2TP) && c->vpn.lac.state == LAC_UP)
		lac_hang_up(&c->vpn.lac);
	live_until(c, has_hung_up, LIVE_PATIENCE_MS);
	if (leave & LEAVE_IKE)
		vpn_end_ike(&c->vpn);
	live_run(c, 200);
	live_vanish(c);
}
