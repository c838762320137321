#include "core/aaa/radius/client.h"

#include <errno.h>
#include <stdlib.h>

#include "core/aaa/radius/text.h"
#include "core/base/log.h"
#include "core/base/random.h"

enum { IDS = 256, RETRY_S = 10, TIMEOUT_S = 10 };

struct radius_sock {
	struct radius_client *client;
	struct radius_sock *next;
	struct aaa_sock *io;
	unsigned used;
	uint8_t last_id;
	struct radius_call *calls[IDS];
	/* authenticator of the last request that had this identifier: its late reply is no forgery */
	uint8_t past[IDS][RADIUS_AUTH];
	bool has_past[IDS];
	struct timer idle;
};

struct radius_client {
	struct aaa_host *host;
	struct radius_sock *socks;
	size_t ncalls, nsocks;
};

static unsigned numbers; /* of requests, in debug lines */

static void on_input(void *arg, struct ip4_end from, const uint8_t *data, size_t len);

/* ------------------------------------------------------------------ sockets */

static struct bytes key_of(const struct aaa_host *h)
{
	const char *key = h->conf->key ? h->conf->key : "";
	return (struct bytes){(const uint8_t *)key, strlen(key)};
}

static struct radius_sock *sock_open(struct radius_client *c, struct err *err)
{
	void *ctx;
	const struct aaa_io *io = aaa_host_io(c->host, &ctx);
	struct radius_sock *s = calloc(1, sizeof(*s));
	if (!s) {
		err_set(err, -ENOMEM, "memory is short");
		return NULL;
	}
	s->client = c;
	random_bytes(&s->last_id,
	             sizeof(s->last_id)); /* what had this port before has other identifiers */
	s->io = io->udp_open(ctx, 0, on_input, s, err);
	if (!s->io) {
		free(s);
		return NULL;
	}
	struct radius_sock **at = &c->socks;
	while (*at)
		at = &(*at)->next;
	*at = s; /* the first ones are used, the last ones become idle */
	c->nsocks++;
	return s;
}

static void sock_close(struct radius_sock *s)
{
	struct radius_client *c = s->client;
	void *ctx;
	struct radius_sock **at = &c->socks;
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	c->nsocks--;
	timer_stop(aaa_host_clock(c->host), &s->idle);
	aaa_host_io(c->host, &ctx)->close(s->io);
	wipe(s->past, sizeof(s->past));
	free(s);
}

static void on_idle(struct timer *t, void *arg)
{
	(void)t;
	sock_close(arg);
}

struct radius_client *radius_client_new(struct aaa_host *h)
{
	struct radius_client *c = calloc(1, sizeof(*c));
	if (c)
		c->host = h;
	return c;
}

void radius_client_free(struct radius_client *c)
{
	if (!c)
		return;
	while (c->socks)
		sock_close(c->socks);
	free(c);
}

struct aaa_host *radius_client_host(const struct radius_client *c)
{
	return c->host;
}

size_t radius_client_calls(const struct radius_client *c)
{
	return c->ncalls;
}

size_t radius_client_sockets(const struct radius_client *c)
{
	return c->nsocks;
}

/* ------------------------------------------------------------------ requests */

static struct radius_sock *sock_with_room(struct radius_client *c, struct err *err)
{
	for (struct radius_sock *s = c->socks; s; s = s->next)
		if (s->used < IDS)
			return s;
	if (c->nsocks == RADIUS_SOCKETS_MAX) {
		err_set(err, -EBUSY, "too many requests under way");
		return NULL;
	}
	return sock_open(c, err);
}

/* The one that has been free for the longest. */
static void take_id(struct radius_call *call, struct radius_sock *s)
{
	do
		s->last_id++;
	while (s->calls[s->last_id]);
	s->calls[s->last_id] = call;
	s->used++;
	s->client->ncalls++;
	call->sock = s;
	call->ids.id = s->last_id;
	timer_stop(aaa_host_clock(s->client->host), &s->idle);
}

struct radius_call *radius_call_new(struct radius_client *c, struct err *err)
{
	void *ctx;
	const struct aaa_io *io = aaa_host_io(c->host, &ctx);
	struct radius_call *call = calloc(1, sizeof(*call));
	struct radius_sock *s = call ? sock_with_room(c, err) : NULL;
	if (!s) {
		free(call);
		return NULL;
	}
	call->client = c;
	call->number = ++numbers;
	call->who = (struct debug_who){.user = call->user, .group = call->group};
	take_id(call, s);
	random_bytes(call->ids.auth, sizeof(call->ids.auth));
	call->ids.secret = key_of(c->host);
	call->ids.nas_ip = io->source(ctx, c->host->ip);
	return call;
}

static void transmit(struct radius_call *call)
{
	void *ctx;
	const struct aaa_io *io = aaa_host_io(call->client->host, &ctx);
	radius_say(&call->who, "send pkt %s/%u", ip4_text(call->to.ip).s, call->to.port);
	if (!io->udp_send(call->sock->io, call->to, call->packet, call->len))
		radius_say(&call->who, "    it could not be sent");
}

static void on_timer(struct timer *t, void *arg);

static void wait_on(struct radius_call *call)
{
	struct aaa_host *h = call->client->host;
	uint64_t now = clock_now(aaa_host_clock(h));
	uint64_t left = call->end_ms > now ? call->end_ms - now : 0;
	uint64_t retry = (uint64_t)(h->conf->retry_s ? h->conf->retry_s : RETRY_S) * 1000;
	timer_start(aaa_host_clock(h), &call->timer, retry < left ? retry : left, on_timer, call);
}

static void on_timer(struct timer *t, void *arg)
{
	struct radius_call *call = arg;
	struct aaa_host *h = call->client->host;
	(void)t;
	if (clock_now(aaa_host_clock(h)) < call->end_ms) {
		h->stats.retransmissions++;
		transmit(call);
		wait_on(call);
		return;
	}
	h->stats.timeouts++;
	radius_say(&call->who, "callback_aaa_task: status = -1, msg = ");
	call->answer(call, NULL);
}

int radius_call_send(struct radius_call *call, uint16_t port, const uint8_t *packet, size_t len)
{
	struct aaa_host *h = call->client->host;
	uint32_t timeout_s = h->conf->timeout_s ? h->conf->timeout_s : TIMEOUT_S;
	call->packet = malloc(len);
	if (!call->packet)
		return -ENOMEM;
	memcpy(call->packet, packet, len);
	call->len = len;
	call->to = (struct ip4_end){h->ip, port};
	call->end_ms = clock_now(aaa_host_clock(h)) + (uint64_t)timeout_s * 1000;
	transmit(call);
	wait_on(call);
	return 0;
}

void radius_call_end(struct radius_call *call)
{
	struct radius_sock *s = call->sock;
	struct radius_client *c = call->client;
	struct clock *clock = aaa_host_clock(c->host);
	timer_stop(clock, &call->timer);
	radius_say(&call->who, "RADIUS_DELETE");
	radius_say(&call->who, "remove_req session 0x%x id %u", call->number, call->ids.id);
	s->calls[call->ids.id] = NULL;
	s->has_past[call->ids.id] = true;
	memcpy(s->past[call->ids.id], call->ids.auth, RADIUS_AUTH);
	c->ncalls--;
	if (--s->used == 0)
		timer_start(clock, &s->idle, RADIUS_IDLE_MS, on_idle, s);
	if (c->ncalls == 0)
		radius_say(&call->who, "radius: send queue empty");
	if (call->packet)
		wipe(call->packet, call->len);
	free(call->packet);
	free(call);
}

/* ------------------------------------------------------------------ replies */

/* The reply to a request that had the same identifier before: the server is late, or has answered twice. */
static bool is_late(const struct radius_sock *s, const struct radius_packet *p)
{
	return s->has_past[p->id] && radius_check_reply(p, key_of(s->client->host), s->past[p->id],
	                                                false) != RADIUS_BAD_AUTHENTICATOR;
}

static void spurned(struct radius_call *call)
{
	struct aaa_host *h = call->client->host;
	log_msg(MSG_109027, h->conf->host, call->user);
}

/* Whether the reply is what it says it is. */
static bool believed(struct radius_call *call, const struct radius_packet *p)
{
	struct aaa_host *h = call->client->host;
	enum radius_check c = radius_check_reply(p, key_of(h), call->ids.auth, call->needs_mac);
	if (c == RADIUS_BELIEVED) {
		radius_say(&call->who, "rad_vrfy() : %s", radius_check_text(c));
		return true;
	}
	if (c == RADIUS_BAD_AUTHENTICATOR && is_late(call->sock, p)) {
		h->stats.unrecognized++;
		return false;
	}
	radius_say(&call->who, "rad_vrfy() : bad req auth: %s", radius_check_text(c));
	h->stats.bad_authenticators++;
	if (c == RADIUS_BAD_AUTHENTICATOR || c == RADIUS_BAD_MAC)
		log_msg(MSG_109026);
	else
		spurned(call);
	return false;
}

static void on_input(void *arg, struct ip4_end from, const uint8_t *data, size_t len)
{
	struct radius_sock *s = arg;
	struct aaa_host *h = s->client->host;
	struct radius_packet p;
	bool whole = radius_parse(&p, data, len);
	struct radius_call *call = p.head.len > 0 ? s->calls[p.id] : NULL;
	if (!call || !ip4_end_eq(from, call->to)) {
		h->stats.unrecognized++;
		return;
	}
	if (!whole) {
		h->stats.malformed++;
		spurned(call);
		return;
	}
	if (!believed(call, &p))
		return;
	radius_show(&call->who, "response", data, len);
	if (!call->answer(call, &p)) {
		h->stats.malformed++;
		spurned(call);
	}
}
