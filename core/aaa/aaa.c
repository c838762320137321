#include "core/aaa/aaa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/local.h"
#include "core/base/buf.h"
#include "core/base/debug.h"
#include "core/base/log.h"

const char *aaa_method_word(enum aaa_method m)
{
	static const char *const words[] = {
#define X(name, word, shown) word,
	        AAA_METHOD_LIST(X)
#undef X
	};
	return m < AAA_METHOD_N ? words[m] : "none";
}

const char *aaa_method_shown(enum aaa_method m)
{
	static const char *const words[] = {
#define X(name, word, shown) shown,
	        AAA_METHOD_LIST(X)
#undef X
	};
	return m < AAA_METHOD_N ? words[m] : "None";
}

const char *aaa_methods_text(unsigned methods, char *text, size_t cap)
{
	size_t at = 0;
	snprintf(text, cap, "none");
	for (unsigned m = 0; m < AAA_METHOD_N; m++) {
		if (!(methods & AAA_BIT(m)))
			continue;
		int n = snprintf(text + at, cap - at, "%s%s", at ? " " : "", aaa_method_word(m));
		if (n < 0 || (size_t)n >= cap - at)
			break;
		at += (size_t)n;
	}
	return text;
}

const char *aaa_why_text(enum aaa_why why)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        AAA_WHY_LIST(X)
#undef X
	};
	return why < AAA_WHY_N ? texts[why] : "Unspecified";
}

/* ------------------------------------------------------------------ look-up */

/* Rows of the three arrays all begin with their name. */
static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const void *find(const void *rows, size_t n, size_t size, const char *name)
{
	return n && name ? bsearch(&name, rows, n, size, by_name) : NULL;
}

static void sort(void *rows, size_t n, size_t size)
{
	if (n)
		qsort(rows, n, size, by_name);
}

void aaa_conf_sort(struct aaa_user *users, size_t nusers, struct aaa_policy *policies,
                   size_t npolicies, struct aaa_group *groups, size_t ngroups)
{
	sort(users, nusers, sizeof(*users));
	sort(policies, npolicies, sizeof(*policies));
	sort(groups, ngroups, sizeof(*groups));
}

const struct aaa_user *aaa_user_find(const struct aaa_conf *c, const char *name)
{
	return find(c->users, c->nusers, sizeof(*c->users), name);
}

const struct aaa_policy *aaa_policy_find(const struct aaa_conf *c, const char *name)
{
	return find(c->policies, c->npolicies, sizeof(*c->policies), name);
}

const struct aaa_group *aaa_group_find(const struct aaa_conf *c, const char *name)
{
	return find(c->groups, c->ngroups, sizeof(*c->groups), name);
}

const struct aaa_user *aaa_user_of(const struct aaa_conf *c, const struct aaa_group *g,
                                   const char *wire_name)
{
	char name[AAA_USER_MAX + 1];
	str_copy(name, sizeof(name), str_of(wire_name));
	char *at = g && g->strip_realm ? strrchr(name, '@') : NULL;
	if (at)
		*at = '\0';
	const struct aaa_user *u = aaa_user_find(c, name);
	const char *slash = strrchr(name, '\\');
	return u || !slash ? u : aaa_user_find(c, slash + 1);
}

const struct aaa_group *aaa_group_chosen(const struct aaa_conf *c, const struct aaa_group *g,
                                         const char *wire_name, char *account)
{
	str_copy(account, AAA_USER_MAX + 1, str_of(wire_name));
	char *at = g && g->strip_group && c->delimiter ? strrchr(account, c->delimiter) : NULL;
	if (!at)
		return g;
	const struct aaa_group *chosen = aaa_group_find(c, at + 1);
	*at = '\0';
	return chosen && !chosen->l2l ? chosen : NULL;
}

/* ------------------------------------------------------------------ terms of a login */

static void attrs_over(struct aaa_attrs *a, const struct aaa_attrs *over)
{
	if (over->has_logins)
		a->logins = over->logins;
	if (over->has_idle)
		a->idle_s = over->idle_s;
	if (over->has_session)
		a->session_s = over->session_s;
	if (over->has_l2tp)
		a->l2tp = over->l2tp;
	if (over->has_hours)
		a->hours = over->hours;
	if (over->has_filter)
		a->filter = over->filter;
}

static void terms_group_lock(struct aaa_terms *t, const struct aaa_policy *p,
                             const struct aaa_user *user)
{
	const char *lock = p ? p->group_lock : NULL;
	if (user && user->has_group_lock)
		lock = user->group_lock;
	if (lock)
		str_copy(t->group_lock, sizeof(t->group_lock), str_of(lock));
}

static void terms_pools(struct aaa_terms *t, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n && t->npools < AAA_POOLS_MAX; i++)
		str_copy(t->pools[t->npools++], sizeof(t->pools[0]), str_of(names[i]));
}

static void terms_group_pools(struct aaa_terms *t, const struct aaa_group *g, const char *ifname)
{
	for (size_t i = 0; i < g->niface_pools; i++)
		if (ifname && strcmp(g->iface_pools[i].ifname, ifname) == 0) {
			terms_pools(t, g->iface_pools[i].pools, g->iface_pools[i].npools);
			return;
		}
	terms_pools(t, g->pools, g->npools);
}

void aaa_terms(const struct aaa_conf *c, const struct aaa_group *g, const struct aaa_user *user,
               const char *ifname, struct aaa_terms *t)
{
	memset(t, 0, sizeof(*t)); /* its gaps, too: equal terms are kept once */
	t->user_specific = user && user->policy;
	const struct aaa_policy *p =
	        aaa_policy_find(c, t->user_specific ? user->policy : g->policy);
	if (p) {
		str_copy(t->policy, sizeof(t->policy), str_of(p->name));
		t->a = p->a;
		memcpy(t->dns, p->dns, sizeof(t->dns));
		memcpy(t->wins, p->wins, sizeof(t->wins));
		str_copy(t->banner, sizeof(t->banner), str_of(p->banner ? p->banner : ""));
		t->external = p->external != NULL;
		t->dhcp_scope = p->dhcp_scope;
	}
	if (user) {
		attrs_over(&t->a, &user->a);
		t->framed_ip = user->framed_ip;
	}
	str_copy(t->hours, sizeof(t->hours), str_of(t->a.hours ? t->a.hours : ""));
	t->a.hours = NULL; /* the configuration may go before the session does */
	str_copy(t->filter, sizeof(t->filter), str_of(t->a.filter));
	t->a.filter = NULL; /* its text goes with the configuration */
	terms_group_lock(t, p, user);
	if (p && p->npools)
		terms_pools(t, p->pools, p->npools);
	else
		terms_group_pools(t, g, ifname);
}

/* ------------------------------------------------------------------ authentication */

const struct aaa_server_choice *aaa_servers(const struct aaa_group *g, const char *ifname)
{
	for (size_t i = 0; i < g->niface_servers; i++)
		if (ifname && strcmp(g->iface_servers[i].ifname, ifname) == 0)
			return &g->iface_servers[i];
	return &g->servers;
}

const char *aaa_server_name(const struct aaa_server_choice *s)
{
	return s && s->server ? s->server : "LOCAL";
}

static bool is_local(const struct aaa_server_choice *s)
{
	return str_caseeq(str_of(aaa_server_name(s)), STR("LOCAL")) || s->fallback_local;
}

unsigned aaa_server_methods(const struct aaa_server_choice *s)
{
	return is_local(s) ? (unsigned)AAA_LOCAL_METHODS : 0;
}

static void report(const struct aaa_request *rq, const struct aaa_conf *c)
{
	const struct aaa_result *res = &rq->result;
	bool nobody = res->why == AAA_WHY_NO_USER || res->why == AAA_WHY_MALFORMED;
	bool hide = nobody && !c->show_bad_names;
	switch (res->status) {
	case AAA_ACCEPT:
		log_msg(MSG_113012, res->user);
		break;
	case AAA_REJECT:
		log_msg(MSG_113015, aaa_why_text(res->why), hide ? "*****" : res->user);
		break;
	case AAA_ERROR:
		log_msg(MSG_113013, aaa_why_text(res->why), res->user);
		break;
	}
}

static const char *status_text(enum aaa_status status)
{
	return status == AAA_ACCEPT ? "ACCEPT" : status == AAA_REJECT ? "REJECT" : "ERROR";
}

/* Whom the lines about a request are about. */
static struct debug_who who_of(const struct aaa_request *rq)
{
	return (struct debug_who){.ip = rq->peer_ip,
	                          .group = rq->group,
	                          .user = rq->result.user,
	                          .error = rq->result.status != AAA_ACCEPT};
}

/* The answer is there: each command says its part. */
static void debug_answer(const struct aaa_request *rq)
{
	const struct debug_who who = who_of(rq);
	const char *status = status_text(rq->result.status), *why = aaa_why_text(rq->result.why);
	debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_ProcSvrResp, handle = %u",
	          rq->handle);
	debug_for(&who, DEBUG_AAA, 1, "Back End response:");
	debug_for(&who, DEBUG_AAA, 1, "------------------");
	debug_for(&who, DEBUG_AAA, 1, "Authentication Status: %d (%s)",
	          rq->result.status == AAA_ACCEPT ? 1 : 2, status);
	debug_for(&who, DEBUG_AAA_AUTHENTICATION, 1, "AAA: authentication of %s: %s%s%s",
	          rq->result.user, status, why[0] != '\0' ? ", " : "", why);
}

static void debug_question(const struct aaa_request *rq, const char *server)
{
	const struct debug_who who = {
	        .ip = rq->peer_ip, .group = rq->group, .user = rq->result.user};
	debug_for(&who, DEBUG_AAA, 1, "AAA API: In aaa_open");
	debug_for(&who, DEBUG_AAA, 1, "AAA session opened: handle = %u", rq->handle);
	debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_InitTransaction, handle = %u",
	          rq->handle);
	debug_for(&who, DEBUG_AAA, 1, "Initiating authentication to primary server (Svr Grp: %s)",
	          server);
	debug_for(&who, DEBUG_AAA, 1, "User: %s", rq->result.user);
	debug_for(&who, DEBUG_AAA_AUTHENTICATION, 1, "AAA: %s authentication of %s, server %s",
	          aaa_method_word(rq->method), rq->result.user, server);
}

static void on_done(struct timer *t, void *arg)
{
	(void)t;
	struct aaa_request *rq = arg;
	struct aaa_result result = rq->result;
	const struct debug_who who = who_of(rq);
	debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_ProcessFinal, handle = %u",
	          rq->handle);
	debug_for(&who, DEBUG_AAA, 1, "AAA API: In aaa_close");
	rq->clock = NULL;
	rq->done(rq->arg, &result);
}

static void wipe_secrets(struct aaa_request *rq)
{
	wipe(rq->password, sizeof(rq->password));
	wipe(rq->response, sizeof(rq->response));
	wipe(rq->peer_challenge, sizeof(rq->peer_challenge));
}

static uint32_t handles;

void aaa_start(struct aaa_request *rq, struct clock *clock, const struct aaa_conf *c,
               const struct aaa_group *g)
{
	rq->result = (struct aaa_result){.status = AAA_ERROR, .why = AAA_WHY_SERVER};
	const char *account = rq->account[0] ? rq->account : rq->user;
	const struct aaa_server_choice *servers = g ? aaa_servers(g, rq->ifname) : NULL;
	str_copy(rq->result.user, sizeof(rq->result.user), str_of(account));
	rq->handle = ++handles;
	rq->group = g ? g->name : NULL;
	debug_question(rq, aaa_server_name(servers));
	if (rq->malformed || rq->refuse != AAA_WHY_NONE) {
		rq->result.status = AAA_REJECT;
		rq->result.why = rq->malformed ? AAA_WHY_MALFORMED : rq->refuse;
	} else if (servers && is_local(servers)) {
		const struct debug_who who = who_of(rq);
		debug_for(&who, DEBUG_AAA, 1, "AAA_BindServer: Using server: <Internal Server>");
		debug_for(&who, DEBUG_AAA, 1, "Local authentication of user %s", account);
		aaa_local_verify(rq, c, g);
		aaa_count(rq->result.status, clock_wall(clock));
	}
	wipe_secrets(rq);
	report(rq, c);
	debug_answer(rq);
	rq->group = NULL; /* its text goes with the configuration */
	rq->clock = clock;
	timer_start(clock, &rq->timer, 0, on_done, rq);
}

void aaa_cancel(struct aaa_request *rq)
{
	if (rq->clock) {
		const struct debug_who who = who_of(rq);
		debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA request cancelled, handle = %u",
		          rq->handle);
		timer_stop(rq->clock, &rq->timer);
	}
	rq->clock = NULL;
	wipe_secrets(rq);
}
