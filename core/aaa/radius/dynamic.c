#include "core/aaa/radius/dynamic.h"

#include <errno.h>
#include <stdlib.h>

#include "core/aaa/radius/accept.h"
#include "core/aaa/radius/text.h"
#include "core/base/hash.h"
#include "core/base/log.h"

#define INACL "ip:inacl" /* the one thing that a Cisco-AV-pair can change */
enum { SEEN_MS = 2 * RADIUS_DYNAMIC_WINDOW_S * 1000 };

struct port {
	struct radius_dynamic *d;
	struct port *next;
	uint16_t number;
	bool wanted;
	struct aaa_sock *sock;
};

/* A request that was answered, by its authenticator: that covers all of it. */
struct seen {
	struct seen *newer;
	uint64_t at_ms;
	uint8_t auth[RADIUS_AUTH];
	size_t len;
	uint8_t answer[];
};

struct radius_dynamic {
	struct aaa_servers *servers;
	struct clock *clock;
	const struct aaa_io *io;
	void *io_ctx;
	const struct radius_dynamic_ops *ops;
	void *ctx;
	struct port *ports;
	struct hash *by_auth;
	struct seen *oldest, *newest;
	struct radius_dynamic_stats stats;
};

/* A request on its way through. */
struct request {
	struct radius_dynamic *d;
	const struct radius_packet *p;
	struct ip4_end from;
	struct aaa_host *host;
	struct radius_who who;
	char user[RADIUS_VALUE_MAX + 1], session[RADIUS_VALUE_MAX + 1];
	bool changes; /* an attribute that is not there to tell which session */
	enum radius_cause cause;
};

/* ------------------------------------------------------------------ what was seen before */

static void forget_oldest(struct radius_dynamic *d)
{
	struct seen *s = d->oldest;
	d->oldest = s->newer;
	if (!d->oldest)
		d->newest = NULL;
	hash_del(d->by_auth, s->auth, sizeof(s->auth));
	free(s);
}

static const struct seen *seen_before(struct radius_dynamic *d, struct bytes auth)
{
	while (d->oldest && clock_now(d->clock) - d->oldest->at_ms >= SEEN_MS)
		forget_oldest(d);
	return hash_get(d->by_auth, auth.p, auth.len);
}

/* false: it cannot be remembered, so it must not be done. */
static struct seen *remember(struct radius_dynamic *d, struct bytes auth, size_t most)
{
	struct seen *s = calloc(1, sizeof(*s) + most);
	if (hash_count(d->by_auth) >= RADIUS_DYNAMIC_SEEN_MAX)
		forget_oldest(d);
	if (!s || !hash_put(d->by_auth, auth.p, auth.len, s)) {
		free(s);
		return NULL;
	}
	s->at_ms = clock_now(d->clock);
	memcpy(s->auth, auth.p, sizeof(s->auth));
	*(d->newest ? &d->newest->newer : &d->oldest) = s;
	d->newest = s;
	return s;
}

/* ------------------------------------------------------------------ what is asked */

static void refuse(struct request *q, enum radius_cause cause)
{
	if (q->cause == RADIUS_CAUSE_NONE)
		q->cause = cause;
}

static const char *take_text(struct request *q, const struct radius_value *v, char *to, size_t cap)
{
	if (v->v.len == 0 || memchr(v->v.p, 0, v->v.len))
		refuse(q, RADIUS_CAUSE_INVALID_VALUE);
	str_copy(to, cap, (struct str){(const char *)v->v.p, v->v.len});
	return to;
}

static uint32_t take_ip_text(struct request *q, const struct radius_value *v)
{
	uint32_t ip = 0;
	if (!ip4_parse((struct str){(const char *)v->v.p, v->v.len}, &ip))
		refuse(q, RADIUS_CAUSE_NO_SESSION); /* none is from there */
	return ip;
}

/* Which session, and of which gateway. */
static void take_attribute(struct request *q, const struct radius_value *v)
{
	switch (v->attr) {
	case RADIUS_A_USER_NAME:
		q->who.user = take_text(q, v, q->user, sizeof(q->user));
		break;
	case RADIUS_A_ACCT_SESSION_ID:
		q->who.session = take_text(q, v, q->session, sizeof(q->session));
		break;
	case RADIUS_A_FRAMED_IP_ADDRESS:
		q->who.framed_ip = radius_value_u32(v);
		break;
	case RADIUS_A_CALLING_STATION_ID:
		q->who.peer_ip = take_ip_text(q, v);
		break;
	case RADIUS_A_CALLED_STATION_ID:
		q->who.our_ip = take_ip_text(q, v);
		break;
	case RADIUS_A_NAS_PORT:
		q->who.has_unit = true;
		q->who.unit = radius_value_u32(v);
		break;
	case RADIUS_A_NAS_IP_ADDRESS:
		if (radius_value_u32(v) != q->d->io->source(q->d->io_ctx, q->from.ip))
			refuse(q, RADIUS_CAUSE_NAS_MISMATCH);
		break;
	case RADIUS_A_NAS_IDENTIFIER: /* we have none */
		refuse(q, RADIUS_CAUSE_NAS_MISMATCH);
		break;
	case RADIUS_A_SERVICE_TYPE: /* Authorize Only */
		refuse(q, RADIUS_CAUSE_UNSUPPORTED_SERVICE);
		break;
	case RADIUS_A_MESSAGE_AUTHENTICATOR:
	case RADIUS_A_EVENT_TIMESTAMP:
	case RADIUS_A_PROXY_STATE:
	case RADIUS_A_NAS_PORT_TYPE:
	case RADIUS_A_REPLY_MESSAGE:
	case RADIUS_A_ACCT_TERMINATE_CAUSE:
		break;
	case RADIUS_A_AV_PAIR:
		if (!str_has_prefix_nocase((struct str){(const char *)v->v.p, v->v.len}, STR(INACL)))
			refuse(q, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE);
		q->changes = true;
		break;
	case RADIUS_A_SESSION_TIMEOUT:
	case RADIUS_A_IDLE_TIMEOUT:
	case RADIUS_A_FILTER_ID:
	case RADIUS_A_ASA_INBOUND:
		q->changes = true;
		break;
	default:
		refuse(q, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE);
		break;
	}
}

static void change(struct request *q)
{
	struct radius_dynamic *d = q->d;
	bool no_filter = false;
	struct aaa_reply *r = aaa_reply_new();
	if (!r) {
		refuse(q, RADIUS_CAUSE_NO_RESOURCES);
	} else if (!radius_take_accept(r, q->p, q->host->conf->masks)) {
		refuse(q, RADIUS_CAUSE_INVALID_VALUE);
	} else if (!r->a.has_session && !r->a.has_idle && !r->a.has_filter && !r->inacl) {
		refuse(q, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE); /* it would change nothing: NAME.out, ip:outacl */
	} else {
		r->framed_ip = 0; /* which session, not what it gets */
		if (d->ops->change(d->ctx, &q->who, r, &no_filter) == 0)
			refuse(q, no_filter ? RADIUS_CAUSE_INVALID_VALUE : RADIUS_CAUSE_NO_SESSION);
	}
	aaa_reply_free(r);
}

static void perform(struct request *q)
{
	struct radius_dynamic *d = q->d;
	struct radius_walk walk = radius_walk(q->p);
	struct radius_value v;
	bool disconnect = q->p->code == RADIUS_DISCONNECT_REQUEST;
	while (radius_next(&walk, &v))
		take_attribute(q, &v);
	const struct radius_who *w = &q->who;
	if (!w->user && !w->session && !w->framed_ip && !w->peer_ip && !w->has_unit)
		refuse(q, RADIUS_CAUSE_MISSING_ATTRIBUTE);
	if (disconnect && q->changes)
		refuse(q, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE);
	else if (!disconnect && !q->changes)
		refuse(q, RADIUS_CAUSE_MISSING_ATTRIBUTE);
	if (q->cause != RADIUS_CAUSE_NONE)
		return;
	if (!disconnect)
		change(q);
	else if (d->ops->disconnect(d->ctx, w) == 0)
		refuse(q, RADIUS_CAUSE_NO_SESSION);
}

/* ------------------------------------------------------------------ the answer */

static void put_proxy_states(struct wr *w, const struct radius_packet *p)
{
	struct radius_walk walk = radius_walk(p);
	struct radius_value v;
	while (radius_next(&walk, &v))
		if (v.attr == RADIUS_A_PROXY_STATE)
			radius_put(w, RADIUS_A_PROXY_STATE, v.v.p, v.v.len);
}

static struct bytes key_of(const struct aaa_host *h)
{
	const char *key = h->conf->key ? h->conf->key : "";
	return (struct bytes){(const uint8_t *)key, strlen(key)};
}

/* ACK is the request's code and 1, NAK and 2. */
static size_t build_answer(const struct request *q, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap);
	bool ok = q->cause == RADIUS_CAUSE_NONE;
	radius_begin(&w, (enum radius_code)(q->p->code + (ok ? 1 : 2)), q->p->id, NULL,
	             q->p->mac.len > 0);
	if (!ok)
		radius_put_u32(&w, RADIUS_A_ERROR_CAUSE, (uint32_t)q->cause);
	put_proxy_states(&w, q->p);
	return radius_end_reply(&w, key_of(q->host), q->p->auth.p);
}

static void count(struct request *q)
{
	struct radius_dynamic_stats *s = &q->d->stats;
	if (q->cause != RADIUS_CAUSE_NONE)
		s->refused++;
	else if (q->p->code == RADIUS_DISCONNECT_REQUEST)
		s->disconnects++;
	else
		s->changes++;
}

static void serve(struct request *q, struct port *port, const uint8_t *data)
{
	struct radius_dynamic *d = q->d;
	bool disconnect = q->p->code == RADIUS_DISCONNECT_REQUEST;
	struct seen *s = remember(d, q->p->auth, q->p->len + 64u);
	if (!s) {
		d->stats.dropped++;
		return;
	}
	perform(q);
	count(q);
	s->len = build_answer(q, s->answer, q->p->len + 64u);
	const struct debug_who who = {.user = q->user, .ip = q->who.peer_ip};
	radius_show(&who, disconnect ? "disconnect request" : "CoA request", data, q->p->len);
	if (q->cause == RADIUS_CAUSE_NONE)
		radius_say(&who, "RADIUS %s from %s: ACK", disconnect ? "disconnect" : "CoA",
		           ip4_text(q->from.ip).s);
	else
		radius_say(&who, "RADIUS %s from %s: NAK, Error-Cause %d",
		           disconnect ? "disconnect" : "CoA", ip4_text(q->from.ip).s,
		           (int)q->cause);
	if (s->len > 0)
		d->io->udp_send(port->sock, q->from, s->answer, s->len);
}

/* ------------------------------------------------------------------ who asks */

static bool drop(struct radius_dynamic *d, struct ip4_end from, const char *why)
{
	d->stats.dropped++;
	radius_say(NULL, "RADIUS dynamic authorization from %s dropped: %s", ip4_text(from.ip).s,
	           why);
	return false;
}

/* The server of that port's groups with this address whose key fits. */
static bool find_host(struct request *q, const struct port *port)
{
	const struct aaa_conf *c = aaa_servers_conf(q->d->servers);
	struct aaa_host *other_key = NULL;
	for (size_t i = 0; c && i < c->nsgroups; i++) {
		struct aaa_sgroup *g = aaa_sgroup_find(q->d->servers, c->sgroups[i].name);
		size_t n = 0;
		if (!g || c->sgroups[i].protocol != AAA_P_RADIUS ||
		    c->sgroups[i].dynamic_port != port->number)
			continue;
		struct aaa_host *const *hosts = aaa_sgroup_hosts(g, &n);
		for (size_t k = 0; k < n; k++) {
			if (hosts[k]->ip != q->from.ip || hosts[k]->ip == 0 || key_of(hosts[k]).len == 0)
				continue; /* with the empty key anybody could sign */
			if (radius_check_request(q->p, key_of(hosts[k])) == RADIUS_BELIEVED) {
				q->host = hosts[k];
				return true;
			}
			other_key = hosts[k];
		}
	}
	if (!other_key)
		return drop(q->d, q->from, "no server of such a group");
	other_key->stats.bad_authenticators++;
	log_msg(MSG_109026);
	return drop(q->d, q->from, "it is not signed with the key");
}

/* Old packets prove nothing. */
static bool in_window(const struct request *q)
{
	struct radius_value v;
	int64_t now = clock_wall(q->d->clock);
	if (!radius_find(q->p, RADIUS_A_EVENT_TIMESTAMP, &v))
		return true;
	int64_t off = now - (int64_t)radius_value_u32(&v);
	if (off <= RADIUS_DYNAMIC_WINDOW_S && off >= -RADIUS_DYNAMIC_WINDOW_S)
		return true;
	return drop(q->d, q->from, "its time is another");
}

static void on_input(void *arg, struct ip4_end from, const uint8_t *data, size_t len)
{
	struct port *port = arg;
	struct radius_dynamic *d = port->d;
	struct radius_packet p;
	struct request q = {.d = d, .p = &p, .from = from};
	if (!radius_parse(&p, data, len) ||
	    (p.code != RADIUS_DISCONNECT_REQUEST && p.code != RADIUS_COA_REQUEST)) {
		drop(d, from, "it is malformed");
		return;
	}
	if (!find_host(&q, port))
		return;
	const struct seen *before = seen_before(d, p.auth);
	if (before) {
		d->stats.repeated++;
		if (before->len > 0)
			d->io->udp_send(port->sock, from, before->answer, before->len);
		return;
	}
	if (in_window(&q))
		serve(&q, port, data);
}

/* ------------------------------------------------------------------ ports */

static void port_close(struct port **at)
{
	struct port *port = *at;
	*at = port->next;
	port->d->io->close(port->sock);
	free(port);
}

static int port_open(struct radius_dynamic *d, uint16_t number, struct err *err)
{
	struct port *port = calloc(1, sizeof(*port));
	if (!port)
		return err_set(err, -ENOMEM, "memory is short");
	*port = (struct port){.d = d, .number = number, .wanted = true, .next = d->ports};
	port->sock = d->io->udp_open(d->io_ctx, number, on_input, port, err);
	if (!port->sock) {
		free(port);
		err_prefix(err, "dynamic authorization, port %u: ", number);
		return err && err->code ? err->code : -EIO;
	}
	d->ports = port;
	return 0;
}

int radius_dynamic_set(struct radius_dynamic *d, struct err *err)
{
	const struct aaa_conf *c = aaa_servers_conf(d->servers);
	size_t open = 0;
	int rc = 0;
	for (struct port *p = d->ports; p; p = p->next)
		p->wanted = false;
	for (size_t i = 0; c && i < c->nsgroups; i++) {
		const struct aaa_sgroup_conf *g = &c->sgroups[i];
		struct port *p = d->ports;
		if (g->protocol != AAA_P_RADIUS || g->dynamic_port == 0)
			continue;
		while (p && p->number != g->dynamic_port)
			p = p->next;
		if (p)
			p->wanted = true;
		else if (++open > RADIUS_DYNAMIC_PORTS_MAX)
			rc = err_set(err, -EMFILE, "dynamic authorization has too many ports");
		else if (port_open(d, g->dynamic_port, err) != 0)
			rc = -EIO;
	}
	for (struct port **at = &d->ports; *at;)
		if ((*at)->wanted)
			at = &(*at)->next;
		else
			port_close(at);
	return rc;
}

struct radius_dynamic *radius_dynamic_new(struct aaa_servers *servers, struct clock *clock,
                                          const struct aaa_io *io, void *io_ctx,
                                          const struct radius_dynamic_ops *ops, void *ctx)
{
	struct radius_dynamic *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	*d = (struct radius_dynamic){.servers = servers,
	                             .clock = clock,
	                             .io = io,
	                             .io_ctx = io_ctx,
	                             .ops = ops,
	                             .ctx = ctx};
	d->by_auth = hash_new(RADIUS_DYNAMIC_SEEN_MAX);
	if (!d->by_auth) {
		free(d);
		return NULL;
	}
	return d;
}

void radius_dynamic_free(struct radius_dynamic *d)
{
	if (!d)
		return;
	while (d->ports)
		port_close(&d->ports);
	while (d->oldest)
		forget_oldest(d);
	hash_free(d->by_auth);
	free(d);
}

const struct radius_dynamic_stats *radius_dynamic_stats(const struct radius_dynamic *d)
{
	return &d->stats;
}
