#include "core/net/dhcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/net/dhcp_msg.h"

enum {
	FIRST_MS =
	        2000, /* to the first repetition, then doubled: the client waits for IPCP meanwhile */
	TRIES = 3,
	ROUNDS = 3,       /* offers that came to nothing, before we give up */
	LEASE_MIN_S = 60, /* a shorter one would have us ask all the time */
	RENEW_MIN_MS = 30000,
};

/* RFC 2131 §4.4, figure 5 */
enum state { SELECTING, REQUESTING, BOUND, RENEWING, REBINDING };

struct lease {
	struct dhcp *d;
	struct lease *next;
	uint32_t id;
	enum state state;
	uint32_t xid;
	uint32_t servers[DHCP_SERVERS_MAX];
	size_t nservers;
	uint32_t scope;
	char client_id[DHCP_NAME_MAX + 16]; /* user and number: stable from login to login */
	size_t name_len;
	unsigned number;
	uint8_t chaddr[6];
	uint32_t ip, server,
	        server_id; /* server: who we talk to; server_id: what it calls itself */
	uint32_t lease_s;
	uint64_t begun_ms,
	        since_ms; /* since_ms: the acknowledged REQUEST was sent, where the lease counts from */
	uint64_t sent_ms, t2_ms, end_ms;
	unsigned tries, rounds, attempts;
	struct timer timer;
};

struct dhcp {
	struct clock *clock;
	const struct dhcp_ops *ops;
	void *ctx;
	struct lease *leases;
	size_t n;
	struct hash *by_xid, *by_id;
};

struct dhcp *dhcp_new(struct clock *clock, const struct dhcp_ops *ops, void *ctx)
{
	struct dhcp *d = calloc(1, sizeof(*d));
	if (!d)
		return NULL;
	*d = (struct dhcp){.clock = clock, .ops = ops, .ctx = ctx};
	d->by_xid = hash_new(0);
	d->by_id = hash_new(0);
	if (!d->by_xid || !d->by_id) {
		dhcp_free(d);
		return NULL;
	}
	return d;
}

size_t dhcp_count(const struct dhcp *d)
{
	return d->n;
}

/* ------------------------------------------------------------------ messages */

static uint32_t giaddr_for(const struct lease *l, uint32_t server)
{
	return l->scope ? l->scope : l->d->ops->source(l->d->ctx, server);
}

static void send_to(struct lease *l, uint32_t server, struct dhcp_msg *m)
{
	uint8_t msg[DHCP_MSG_MAX];
	uint64_t secs = (clock_now(l->d->clock) - l->begun_ms) / 1000;
	m->xid = l->xid;
	m->secs = (uint16_t)(secs < UINT16_MAX ? secs : UINT16_MAX);
	m->giaddr = giaddr_for(l, server);
	m->client_id = l->client_id;
	memcpy(m->chaddr, l->chaddr, sizeof(m->chaddr));
	size_t len = m->giaddr ? dhcp_msg_write(m, msg, sizeof(msg)) : 0;
	if (len > 0)
		l->d->ops->send(l->d->ctx, server, msg, len);
}

static void send_to_all(struct lease *l, struct dhcp_msg *m)
{
	for (size_t i = 0; i < l->nservers; i++)
		send_to(l, l->servers[i], m);
}

/* What the state says (RFC 2131 §4.3.6, table 4). */
static void send_now(struct lease *l)
{
	struct dhcp_msg m = {.type = l->state == SELECTING ? DHCP_DISCOVER : DHCP_REQUEST};
	l->sent_ms = clock_now(l->d->clock);
	switch (l->state) {
	case SELECTING:
		send_to_all(l, &m);
		break;
	case REQUESTING:
		m.requested = l->ip;
		m.server_id = l->server_id;
		send_to(l, l->server, &m);
		break;
	case BOUND:
		break;
	case RENEWING:
		m.ciaddr = l->ip;
		send_to(l, l->server, &m);
		break;
	case REBINDING:
		m.ciaddr = l->ip;
		send_to_all(l, &m);
		break;
	}
}

static bool new_xid(struct lease *l)
{
	hash_del(l->d->by_xid, &l->xid, sizeof(l->xid));
	do
		l->xid = random_u32();
	while (l->xid == 0 || hash_get(l->d->by_xid, &l->xid, sizeof(l->xid)));
	return hash_put(l->d->by_xid, &l->xid, sizeof(l->xid), l);
}

/* ------------------------------------------------------------------ ends */

static void forget(struct lease *l)
{
	struct dhcp *d = l->d;
	timer_stop(d->clock, &l->timer);
	hash_del(d->by_xid, &l->xid, sizeof(l->xid));
	hash_del(d->by_id, &l->id, sizeof(l->id));
	for (struct lease **at = &d->leases; *at; at = &(*at)->next)
		if (*at == l) {
			*at = l->next;
			break;
		}
	d->n--;
	free(l);
}

static void give_up(struct lease *l)
{
	struct dhcp *d = l->d;
	uint32_t id = l->id;
	bool bound = l->state >= BOUND;
	forget(l);
	if (bound)
		d->ops->lost(d->ctx, id);
	else
		d->ops->done(d->ctx, id, &(struct dhcp_answer){0});
}

static void release(struct lease *l)
{
	struct dhcp_msg m = {.type = DHCP_RELEASE, .ciaddr = l->ip, .server_id = l->server_id};
	if (l->state >= BOUND)
		send_to(l, l->server, &m);
	forget(l);
}

void dhcp_end(struct dhcp *d, uint32_t id)
{
	struct lease *l = hash_get(d->by_id, &id, sizeof(id));
	if (l)
		release(l);
}

/* RFC 2131 §4.4.4: the address is named by an option, ciaddr is empty. */
void dhcp_decline(struct dhcp *d, uint32_t id)
{
	struct lease *l = hash_get(d->by_id, &id, sizeof(id));
	if (!l)
		return;
	struct dhcp_msg m = {.type = DHCP_DECLINE, .requested = l->ip, .server_id = l->server_id};
	if (l->state >= BOUND)
		send_to(l, l->server, &m);
	forget(l);
}

void dhcp_free(struct dhcp *d)
{
	if (!d)
		return;
	while (d->leases)
		release(d->leases);
	hash_free(d->by_xid);
	hash_free(d->by_id);
	free(d);
}

/* ------------------------------------------------------------------ time */

static void on_timer(struct timer *t, void *arg);

static void wait_ms(struct lease *l, uint64_t ms)
{
	timer_start(l->d->clock, &l->timer, ms, on_timer, l);
}

/* Each wait twice the last one, give or take a tenth (§4.1: clients shall not speak in chorus). */
static void send_and_wait(struct lease *l)
{
	uint64_t ms = (uint64_t)FIRST_MS << l->tries;
	send_now(l);
	wait_ms(l, ms - ms / 10 + random_below((uint32_t)(ms / 5)));
}

static void start(struct lease *l, enum state state)
{
	l->state = state;
	l->tries = 0;
	send_and_wait(l);
}

/* Half of what is left until then, at least half a minute (§4.4.5). */
static void renew_later(struct lease *l, uint64_t until_ms)
{
	uint64_t now = clock_now(l->d->clock), left = until_ms > now ? until_ms - now : 0;
	uint64_t half = left / 2 > RENEW_MIN_MS ? left / 2 : RENEW_MIN_MS;
	wait_ms(l, half < left ? half : left);
}

static void renew(struct lease *l)
{
	uint64_t now = clock_now(l->d->clock);
	if (now >= l->end_ms) {
		give_up(l);
		return;
	}
	enum state state = now >= l->t2_ms ? REBINDING : RENEWING;
	if (l->state == BOUND && !new_xid(l)) {
		give_up(l);
		return;
	}
	l->state = state;
	send_now(l);
	renew_later(l, state == RENEWING ? l->t2_ms : l->end_ms);
}

static void on_timer(struct timer *t, void *arg)
{
	struct lease *l = arg;
	(void)t;
	if (l->state >= BOUND) {
		renew(l);
		return;
	}
	log_msg(MSG_737018, ++l->attempts);
	if (++l->tries < TRIES)
		send_and_wait(l);
	else if (l->state == REQUESTING && ++l->rounds < ROUNDS && new_xid(l))
		start(l, SELECTING);
	else
		give_up(l);
}

/* ------------------------------------------------------------------ answers */

static bool is_server(const struct lease *l, uint32_t from, uint32_t id)
{
	for (size_t i = 0; i < l->nservers; i++)
		if (l->servers[i] == from || l->servers[i] == id)
			return true;
	return false;
}

static bool usable(uint32_t ip)
{
	return ip >> 24 != 0 && ip >> 24 != 127 && ip >> 28 < 14;
}

static void take_offer(struct lease *l, uint32_t from, const struct dhcp_msg *m)
{
	l->ip = m->yiaddr;
	l->server_id = m->server_id;
	l->server = from;
	start(l, REQUESTING);
}

static void bind_lease(struct lease *l, const struct dhcp_msg *m)
{
	bool first = l->state == REQUESTING;
	uint32_t lease_s = m->lease_s < LEASE_MIN_S ? LEASE_MIN_S : m->lease_s;
	uint32_t t1 = m->t1_s ? m->t1_s : lease_s / 2;
	uint32_t t2 = m->t2_s ? m->t2_s : (uint32_t)((uint64_t)lease_s * 7 / 8);
	if (t1 * UINT64_C(1000) < RENEW_MIN_MS || t1 >= t2 || t2 >= lease_s) { /* §4.4.5 */
		t1 = lease_s / 2;
		t2 = (uint32_t)((uint64_t)lease_s * 7 / 8);
	}
	l->state = BOUND;
	l->since_ms = l->sent_ms;
	l->lease_s = m->lease_s == DHCP_FOREVER ? DHCP_FOREVER : lease_s;
	if (m->server_id)
		l->server_id = m->server_id;
	timer_stop(l->d->clock, &l->timer);
	if (l->lease_s != DHCP_FOREVER) {
		uint64_t now = clock_now(l->d->clock), at = l->since_ms + t1 * UINT64_C(1000);
		l->t2_ms = l->since_ms + t2 * UINT64_C(1000);
		l->end_ms = l->since_ms + lease_s * UINT64_C(1000);
		wait_ms(l, at > now ? at - now : 0);
	}
	if (!first)
		return;
	log_msg(MSG_737017, l->attempts + 1);
	struct dhcp_answer answer = {.ip = l->ip};
	memcpy(answer.dns, m->dns, sizeof(answer.dns));
	memcpy(answer.wins, m->wins, sizeof(answer.wins));
	l->d->ops->done(l->d->ctx, l->id, &answer);
}

/* Taken back: another address for a client that is in would be no help. */
static void take_nak(struct lease *l)
{
	if (l->state != REQUESTING || ++l->rounds >= ROUNDS || !new_xid(l)) {
		give_up(l);
		return;
	}
	l->ip = 0;
	start(l, SELECTING);
}

void dhcp_input(struct dhcp *d, uint32_t from, const uint8_t *msg, size_t len)
{
	struct dhcp_msg m;
	if (!dhcp_msg_read(&m, msg, len))
		return;
	struct lease *l = hash_get(d->by_xid, &m.xid, sizeof(m.xid));
	if (!l || l->state == BOUND || memcmp(m.chaddr, l->chaddr, sizeof(m.chaddr)) != 0 ||
	    !is_server(l, from, m.server_id))
		return;
	if (m.type == DHCP_OFFER && l->state == SELECTING && usable(m.yiaddr) && m.server_id)
		take_offer(l, from, &m);
	else if (m.type == DHCP_ACK && l->state != SELECTING && m.yiaddr == l->ip && m.lease_s) {
		l->server = from;
		bind_lease(l, &m);
	} else if (m.type == DHCP_NAK && l->state != SELECTING) {
		take_nak(l);
	}
}

/* ------------------------------------------------------------------ questions */

/* "user#0", "user#1" of sessions at the same time; the hardware address is made of it, locally administered. */
static void name_client(struct dhcp *d, struct lease *l, const char *name)
{
	l->name_len = strnlen(name, DHCP_NAME_MAX);
	for (bool taken = true; taken; l->number += taken) {
		taken = false;
		for (const struct lease *o = d->leases; o && !taken; o = o->next)
			taken = o->number == l->number && o->name_len == l->name_len &&
			        memcmp(o->client_id, name, l->name_len) == 0;
	}
	snprintf(l->client_id, sizeof(l->client_id), "%.*s#%u", (int)l->name_len, name, l->number);
	uint32_t sum = 2166136261u; /* FNV-1a: the same in every run */
	for (const char *c = l->client_id; *c; c++)
		sum = (sum ^ (uint8_t)*c) * 16777619u;
	struct wr w = wr_of(l->chaddr, sizeof(l->chaddr));
	wr_u16(&w, 0x0250);
	wr_u32(&w, sum);
}

static void on_start(struct timer *t, void *arg)
{
	(void)t;
	start(arg, SELECTING);
}

bool dhcp_ask(struct dhcp *d, const struct dhcp_ask *ask)
{
	struct lease *l = d->n < DHCP_LEASES_MAX ? calloc(1, sizeof(*l)) : NULL;
	if (!l)
		return false;
	*l = (struct lease){.d = d, .id = ask->id, .scope = ask->scope};
	for (size_t i = 0; i < ask->nservers && l->nservers < DHCP_SERVERS_MAX; i++)
		if (d->ops->source(d->ctx, ask->servers[i]))
			l->servers[l->nservers++] = ask->servers[i];
	if (l->nservers == 0 || !new_xid(l) || !hash_put(d->by_id, &l->id, sizeof(l->id), l)) {
		hash_del(d->by_xid, &l->xid, sizeof(l->xid));
		free(l);
		return false;
	}
	name_client(d, l, ask->name);
	l->begun_ms = clock_now(d->clock);
	l->next = d->leases;
	d->leases = l;
	d->n++;
	/* not from within: an answer may come at once */
	timer_start(d->clock, &l->timer, 0, on_start, l);
	return true;
}
