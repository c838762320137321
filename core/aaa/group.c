#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/server_int.h"
#include "core/base/log.h"

enum {
	TIMED_MS = 30 * 1000, /* reactivation-mode timed */
	LATE_ONES = 8,        /* the average round trip is that of about so many */
};

struct aaa_servers *aaa_host_servers(const struct aaa_host *h)
{
	return h->group->servers;
}

struct clock *aaa_host_clock(const struct aaa_host *h)
{
	return h->group->servers->clock;
}

const struct aaa_io *aaa_host_io(const struct aaa_host *h, void **ctx)
{
	*ctx = h->group->servers->io_ctx;
	return h->group->servers->io;
}

/* ------------------------------------------------------------------ in service or not */

static void set_failed(struct aaa_host *h, bool failed)
{
	if (h->failed == failed)
		return;
	h->failed = failed;
	h->failures = 0;
	h->failed_ms = clock_now(aaa_host_clock(h));
	h->failed_wall = clock_wall(aaa_host_clock(h));
	const char *protocol = aaa_protocol_shown(h->group->conf->protocol);
	if (failed)
		log_msg(MSG_113022, protocol, h->conf->host, h->group->conf->name);
	else
		log_msg(MSG_113023, protocol, h->conf->host, h->group->conf->name);
}

static bool all_failed(const struct aaa_sgroup *g)
{
	for (size_t i = 0; i < g->nhosts; i++)
		if (!g->hosts[i]->failed)
			return false;
	return g->nhosts > 0;
}

static void all_active(struct aaa_sgroup *g)
{
	timer_stop(g->servers->clock, &g->back);
	for (size_t i = 0; i < g->nhosts; i++)
		set_failed(g->hosts[i], false);
}

static void arm_back(struct aaa_sgroup *g);

/* Time has passed: who is to be asked again? */
static void on_back(struct timer *t, void *arg)
{
	struct aaa_sgroup *g = arg;
	uint64_t now = clock_now(g->servers->clock);
	(void)t;
	for (size_t i = 0; i < g->nhosts; i++)
		if (!g->conf->timed || g->hosts[i]->failed_ms + TIMED_MS <= now)
			set_failed(g->hosts[i], false);
	arm_back(g);
}

/* When servers come back next: timed each for itself, else all of them together when the last one has failed. */
static void arm_back(struct aaa_sgroup *g)
{
	uint64_t now = clock_now(g->servers->clock), first = UINT64_MAX, last = 0;
	timer_stop(g->servers->clock, &g->back);
	for (size_t i = 0; i < g->nhosts; i++) {
		const struct aaa_host *h = g->hosts[i];
		if (h->failed && h->failed_ms < first)
			first = h->failed_ms;
		if (h->failed && h->failed_ms > last)
			last = h->failed_ms;
	}
	if (first == UINT64_MAX || (!g->conf->timed && !all_failed(g)))
		return;
	uint64_t at = g->conf->timed ? first + TIMED_MS : last + (uint64_t)g->conf->deadtime_s * 1000;
	timer_start(g->servers->clock, &g->back, at > now ? at - now : 0, on_back, g);
}

static void fail(struct aaa_host *h)
{
	if (h->failed || ++h->failures < h->group->conf->max_failed)
		return;
	set_failed(h, true);
	arm_back(h->group);
}

/* ------------------------------------------------------------------ a question on its way */

static void ask_next(struct aaa_ask *ask);
static void host_address(struct aaa_host *h);

static void host_join(struct aaa_host *h, struct aaa_ask *ask)
{
	ask->host = h;
	ask->prev = NULL;
	ask->next = h->asks;
	if (h->asks)
		h->asks->prev = ask;
	h->asks = ask;
	h->pending++;
}

static void host_leave(struct aaa_ask *ask)
{
	struct aaa_host *h = ask->host;
	if (!h)
		return;
	*(ask->prev ? &ask->prev->next : &h->asks) = ask->next;
	if (ask->next)
		ask->next->prev = ask->prev;
	ask->prev = ask->next = NULL;
	ask->asked = false;
	ask->host = NULL;
	h->pending--;
}

static void on_deliver(struct timer *t, void *arg)
{
	struct aaa_ask *ask = arg;
	struct aaa_reply *reply = ask->reply;
	struct aaa_host *h = ask->host;
	(void)t;
	host_leave(ask);
	ask->host = h; /* who has answered, for as long as done runs */
	ask->reply = NULL;
	ask->clock = NULL;
	ask->done(ask, ask->answer, reply, ask->why);
}

/* The end, told from the event loop. The server that has answered keeps the question until then: it may go first. */
static void deliver(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                    enum aaa_why why)
{
	ask->answer = answer;
	ask->reply = reply;
	ask->why = why;
	timer_start(ask->clock, &ask->timer, 0, on_deliver, ask);
}

static void count_answer(struct aaa_host *h, const struct aaa_ask *ask, enum aaa_answer answer)
{
	struct aaa_servers *s = h->group->servers;
	uint64_t took = clock_now(s->clock) - ask->since_ms;
	h->stats.accepts += answer == AAA_SAYS_ACCEPT && ask->what != AAA_ACCOUNT;
	h->stats.rejects += answer == AAA_SAYS_REJECT;
	h->stats.challenges += answer == AAA_SAYS_CHALLENGE;
	h->last = clock_wall(s->clock);
	if (answer == AAA_SAYS_NOTHING || answer == AAA_SAYS_ERROR)
		return; /* an error may be one of ours: it tells nothing of the server */
	h->failures = 0;
	if (h->failed)
		set_failed(h, false); /* it came back while it was out of service */
	int64_t off = (int64_t)(took * 16) - (int64_t)h->round_trip_16;
	h->round_trip_16 = h->round_trip_16 == 0 ? (uint32_t)(took * 16)
	                                         : (uint32_t)((int64_t)h->round_trip_16 + off / LATE_ONES);
}

/* 113014 has a name: of the user, or of what is sent for. */
static const char *name_of(const struct aaa_ask *ask)
{
	return ask->record ? ask->record->user : ask->name ? ask->name : "";
}

void aaa_answered(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                  enum aaa_why why)
{
	struct aaa_host *h = ask->host;
	ask->asked = false;
	count_answer(h, ask, answer);
	if (answer != AAA_SAYS_NOTHING && answer != AAA_SAYS_ERROR) {
		deliver(ask, answer, reply, why);
		return;
	}
	aaa_reply_free(reply);
	host_leave(ask);
	ask->why = why;
	if (answer == AAA_SAYS_NOTHING) {
		log_msg(MSG_113014, h->conf->host, name_of(ask));
		fail(h);
	}
	ask_next(ask);
}

static bool may_ask(const struct aaa_ask *ask, const struct aaa_host *h)
{
	if (ask->tried & (UINT64_C(1) << h->slot))
		return false;
	return ask->sticky ? ask->sticky == h : !h->failed || ask->probe;
}

static void ask_host(struct aaa_ask *ask, struct aaa_host *h)
{
	uint64_t *const counts[] = {[AAA_AUTHENTICATE] = &h->stats.authentications,
	                            [AAA_AUTHORIZE] = &h->stats.authorizations,
	                            [AAA_ACCOUNT] = &h->stats.accountings};
	ask->tried |= UINT64_C(1) << h->slot;
	ask->since_ms = clock_now(h->group->servers->clock);
	ask->asked = true;
	host_join(h, ask);
	++*counts[ask->what];
	if (h->open) {
		h->group->proto->ask(ask);
		return;
	}
	host_address(h); /* its name may have an address by now: for the next one */
	aaa_answered(ask, AAA_SAYS_NOTHING, NULL, AAA_WHY_SERVER);
}

static struct aaa_host *next_host(const struct aaa_ask *ask)
{
	const struct aaa_sgroup *g = ask->group;
	for (size_t i = 0; i < g->nhosts; i++)
		if (may_ask(ask, g->hosts[i]))
			return g->hosts[i];
	return NULL;
}

static void log_depleted(const struct aaa_ask *ask)
{
	char from[16] = "none", to[24] = "none";
	if (ask->rq) {
		str_copy(from, sizeof(from), str_of(ip4_text(ask->rq->peer_ip).s));
		snprintf(to, sizeof(to), "%s/1701", ip4_text(ask->rq->our_ip).s);
	}
	log_msg(MSG_109003, from, to, ask->rq && ask->rq->ifname ? ask->rq->ifname : "none");
}

static void ask_next(struct aaa_ask *ask)
{
	struct aaa_sgroup *g = ask->group;
	struct aaa_host *h = next_host(ask);
	/* nobody is in service, and nobody else would be asked instead: what is there to lose? */
	if (!h && ask->tried == 0 && !ask->sticky && !ask->fallback && all_failed(g)) {
		log_depleted(ask);
		all_active(g);
		h = next_host(ask);
	}
	if (h)
		ask_host(ask, h);
	else
		deliver(ask, AAA_SAYS_NOTHING, NULL, ask->why != AAA_WHY_NONE ? ask->why : AAA_WHY_SERVER);
}

/* Is it a question for servers of this kind at all? */
static bool can(const struct aaa_proto *p, const struct aaa_ask *ask)
{
	if (ask->what == AAA_ACCOUNT)
		return p->accounts;
	if (ask->what == AAA_AUTHORIZE)
		return p->authorizes;
	return !ask->rq || p->methods & AAA_BIT(ask->rq->method);
}

void aaa_ask_start(struct aaa_ask *ask, struct aaa_sgroup *g)
{
	ask->group = g;
	ask->clock = g->servers->clock;
	ask->host = NULL;
	ask->tried = 0;
	ask->reply = NULL;
	ask->why = AAA_WHY_NONE;
	ask->run = NULL;
	ask->asked = false;
	if (!g->proto || !g->servers->io)
		deliver(ask, AAA_SAYS_NOTHING, NULL, AAA_WHY_SERVER);
	else if (!can(g->proto, ask))
		deliver(ask, AAA_SAYS_REJECT, NULL, AAA_WHY_METHOD);
	else
		ask_next(ask);
}

const char *aaa_ask_server(const struct aaa_ask *ask)
{
	return ask->host ? ask->host->conf->host : "";
}

void aaa_ask_cancel(struct aaa_ask *ask)
{
	if (!ask->clock)
		return;
	if (ask->asked)
		ask->host->group->proto->cancel(ask);
	host_leave(ask);
	timer_stop(ask->clock, &ask->timer);
	aaa_reply_free(ask->reply);
	ask->reply = NULL;
	ask->clock = NULL;
}

/* ------------------------------------------------------------------ servers come and go */

static bool same_text(const char *a, const char *b)
{
	return str_eq(str_of(a), str_of(b));
}

/* What a protocol has built on stays as it was. */
static bool same_host(const struct aaa_host_conf *a, const struct aaa_host_conf *b)
{
	return a->ip == b->ip && same_text(a->key, b->key) && a->port == b->port &&
	       a->acct_port == b->acct_port && a->ssl == b->ssl && same_text(a->realm, b->realm) &&
	       same_text(a->nt_dc, b->nt_dc) && same_text(a->base_dn, b->base_dn) &&
	       same_text(a->login_dn, b->login_dn) && same_text(a->login_password, b->login_password);
}

static void host_close(struct aaa_host *h)
{
	const struct aaa_proto *p = h->group->proto;
	while (h->asks) {
		struct aaa_ask *ask = h->asks;
		if (ask->asked) {
			p->cancel(ask);
			deliver(ask, AAA_SAYS_NOTHING, NULL, AAA_WHY_REMOVED);
		}
		host_leave(ask);
	}
	if (h->open && p->close)
		p->close(h);
	h->open = false;
	h->own = NULL;
}

static void host_free(struct aaa_host *h)
{
	struct aaa_servers *s = h->group->servers;
	host_close(h);
	if (h->resolving)
		s->io->unresolve(s->io_ctx, h->resolving);
	free(h);
}

static void host_open(struct aaa_host *h)
{
	const struct aaa_proto *p = h->group->proto;
	struct err err = {0};
	if (h->open || !p || h->ip == 0 || !h->group->servers->io)
		return;
	h->open = !p->open || p->open(h, &err) == 0;
	if (!h->open)
		log_msg(MSG_113013, err.text, h->conf->host);
}

static void on_found(void *arg, uint32_t ip)
{
	struct aaa_host *h = arg;
	h->resolving = 0;
	h->ip = ip;
	host_open(h);
}

static void host_address(struct aaa_host *h)
{
	struct aaa_servers *s = h->group->servers;
	h->ip = h->conf->ip;
	if (h->ip == 0 && !h->resolving && s->io && s->io->resolve)
		h->resolving = s->io->resolve(s->io_ctx, h->conf->host, on_found, h);
}

static struct aaa_host *old_host(struct aaa_sgroup *g, const struct aaa_host_conf *c)
{
	for (size_t i = 0; i < g->nhosts; i++)
		if (g->hosts[i] && same_text(g->hosts[i]->conf->host, c->host) &&
		    same_text(g->hosts[i]->conf->ifname, c->ifname))
			return g->hosts[i];
	return NULL;
}

static struct aaa_host *new_host(struct aaa_sgroup *g, const struct aaa_host_conf *c)
{
	struct aaa_host *h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->group = g;
	h->conf = c;
	for (h->slot = 0; g->slots & (UINT64_C(1) << h->slot); h->slot++)
		;
	g->slots |= UINT64_C(1) << h->slot;
	return h;
}

/* The servers of g become those of c; what is the same goes on. */
static void set_hosts(struct aaa_sgroup *g, const struct aaa_sgroup_conf *c)
{
	struct aaa_host *hosts[AAA_HOSTS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < c->nhosts && n < AAA_HOSTS_MAX; i++) {
		struct aaa_host *h = old_host(g, &c->hosts[i]);
		for (size_t k = 0; h && k < g->nhosts; k++)
			if (g->hosts[k] == h)
				g->hosts[k] = NULL;
		if (h && !same_host(h->conf, &c->hosts[i]))
			host_close(h);
		if (!h)
			h = new_host(g, &c->hosts[i]);
		if (h)
			hosts[n++] = h;
		if (h)
			h->conf = &c->hosts[i];
	}
	for (size_t k = 0; k < g->nhosts; k++)
		if (g->hosts[k]) {
			g->slots &= ~(UINT64_C(1) << g->hosts[k]->slot);
			host_free(g->hosts[k]);
		}
	memcpy(g->hosts, hosts, n * sizeof(hosts[0]));
	g->nhosts = n;
	g->conf = c;
	for (size_t i = 0; i < n; i++) {
		if (!g->hosts[i]->open)
			host_address(g->hosts[i]);
		host_open(g->hosts[i]);
	}
	arm_back(g); /* who was in service may be gone */
}

static struct aaa_sgroup *sgroup_new(struct aaa_servers *s, const struct aaa_sgroup_conf *c)
{
	struct aaa_sgroup *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->servers = s;
	g->conf = c;
	g->proto = aaa_protos[c->protocol];
	return g;
}

static void sgroup_free(struct aaa_sgroup *g)
{
	timer_stop(g->servers->clock, &g->back);
	for (size_t i = 0; i < g->nhosts; i++)
		host_free(g->hosts[i]);
	free(g);
}

struct aaa_sgroup *aaa_sgroup_find(struct aaa_servers *s, const char *name)
{
	for (struct aaa_sgroup *g = s->groups; g; g = g->next)
		if (strcmp(g->conf->name, name) == 0)
			return g;
	return NULL;
}

const struct aaa_sgroup_conf *aaa_sgroup_conf(const struct aaa_sgroup *g)
{
	return g->conf;
}

bool aaa_sgroup_has(const struct aaa_sgroup *g, const struct aaa_host *h)
{
	for (size_t i = 0; i < g->nhosts; i++)
		if (g->hosts[i] == h)
			return true;
	return false;
}

struct aaa_host *const *aaa_sgroup_hosts(const struct aaa_sgroup *g, size_t *n)
{
	*n = g->nhosts;
	return g->hosts;
}

/* Takes the group out of the list. */
static struct aaa_sgroup *take(struct aaa_sgroup **list, const struct aaa_sgroup_conf *c)
{
	for (struct aaa_sgroup **at = list; *at; at = &(*at)->next)
		if (strcmp((*at)->conf->name, c->name) == 0 && (*at)->conf->protocol == c->protocol) {
			struct aaa_sgroup *g = *at;
			*at = g->next;
			return g;
		}
	return NULL;
}

void aaa_servers_set(struct aaa_servers *s, const struct aaa_conf *c)
{
	struct aaa_sgroup *old = s->groups, **end = &s->groups;
	s->groups = NULL;
	s->conf = c;
	for (size_t i = 0; c && i < c->nsgroups; i++) {
		struct aaa_sgroup *g = take(&old, &c->sgroups[i]);
		if (!g)
			g = sgroup_new(s, &c->sgroups[i]);
		if (!g)
			continue;
		set_hosts(g, &c->sgroups[i]);
		g->next = NULL;
		*end = g;
		end = &g->next;
	}
	for (struct aaa_sgroup *next; old; old = next) {
		next = old->next;
		sgroup_free(old);
	}
}

struct debug_who aaa_ask_who(const struct aaa_ask *ask)
{
	const struct aaa_record *r = ask->record;
	struct debug_who who = {.user = r ? r->user : ask->name};
	if (r) {
		who.ip = r->peer_ip;
		who.group = r->tunnel_group;
	} else if (ask->rq) {
		who.ip = ask->rq->peer_ip;
		who.group = ask->rq->group;
	}
	return who;
}

const struct aaa_conf *aaa_servers_conf(const struct aaa_servers *s)
{
	return s->conf;
}

struct clock *aaa_servers_clock(const struct aaa_servers *s)
{
	return s->clock;
}

struct aaa_servers *aaa_servers_new(struct clock *clock, const struct aaa_io *io, void *ctx)
{
	struct aaa_servers *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->clock = clock;
	s->io = io;
	s->io_ctx = ctx;
	return s;
}

void aaa_servers_free(struct aaa_servers *s)
{
	if (!s)
		return;
	aaa_servers_set(s, NULL);
	free(s);
}
