#include "core/aaa/aaa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/local.h"
#include "core/aaa/reply.h"
#include "core/aaa/server.h"
#include "core/base/buf.h"
#include "core/base/debug.h"
#include "core/base/log.h"

static const struct {
	const char *word, *shown;
} methods[] = {
#define X(name, word, shown) {word, shown},
        AAA_METHOD_LIST(X)
#undef X
};

const char *aaa_method_word(enum aaa_method m)
{
	return m < AAA_METHOD_N ? methods[m].word : "none";
}

const char *aaa_method_shown(enum aaa_method m)
{
	return m < AAA_METHOD_N ? methods[m].shown : "None";
}

const char *aaa_methods_text(unsigned set, char *text, size_t cap)
{
	size_t at = 0;
	snprintf(text, cap, "none");
	for (unsigned m = 0; m < AAA_METHOD_N; m++) {
		if (!(set & AAA_BIT(m)))
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

static const struct {
	const char *word, *shown;
	uint16_t port;
} protocols[] = {
#define X(name, word, shown, port) {word, shown, port},
        AAA_PROTOCOL_LIST(X)
#undef X
};

const char *aaa_protocol_word(enum aaa_protocol p)
{
	return p < AAA_PROTOCOL_N ? protocols[p].word : "none";
}

const char *aaa_protocol_shown(enum aaa_protocol p)
{
	return p < AAA_PROTOCOL_N ? protocols[p].shown : "none";
}

uint16_t aaa_protocol_port(enum aaa_protocol p, bool ssl)
{
	return p == AAA_P_LDAP && ssl ? 636 : protocols[p].port;
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

const struct aaa_sgroup_conf *aaa_sgroup_conf_find(const struct aaa_conf *c, const char *name)
{
	return find(c->sgroups, c->nsgroups, sizeof(*c->sgroups), name);
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

void aaa_attrs_over(struct aaa_attrs *a, const struct aaa_attrs *over)
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
	a->has_logins |= over->has_logins;
	a->has_idle |= over->has_idle;
	a->has_session |= over->has_session;
	a->has_l2tp |= over->has_l2tp;
	a->has_hours |= over->has_hours;
	a->has_filter |= over->has_filter;
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

static void terms_text(char *to, size_t cap, const char *from)
{
	if (from) /* policies of tests may say nothing */
		str_copy(to, cap, str_of(from));
}

/* What DHCPINFORM is answered with. */
static void terms_told(struct aaa_terms *t, const struct aaa_policy *p)
{
	t->intercept = p->intercept;
	t->intercept_mask = p->intercept_mask;
	t->split = p->split;
	terms_text(t->split_list, sizeof(t->split_list), p->split_list);
	terms_text(t->domain, sizeof(t->domain), p->domain);
	if (p->use_pac)
		terms_text(t->pac, sizeof(t->pac), p->pac);
}

static void terms_told_over(struct aaa_terms *t, const struct aaa_reply *r)
{
	if (r->domain[0])
		str_copy(t->domain, sizeof(t->domain), str_of(r->domain));
	if (r->split_list[0])
		str_copy(t->split_list, sizeof(t->split_list), str_of(r->split_list));
	if (r->has_split)
		t->split = r->split;
	if (r->has_intercept)
		t->intercept = r->intercept;
	if (r->intercept_mask)
		t->intercept_mask = r->intercept_mask;
}

const char *aaa_terms_policy(const struct aaa_conf *c, const struct aaa_group *g,
                             const struct aaa_user *user, const struct aaa_reply *reply)
{
	if (reply && reply->policy[0] && aaa_policy_find(c, reply->policy))
		return reply->policy;
	return user && user->policy ? user->policy : g->policy;
}

/* Where the server has said something, that is what counts. */
static void terms_over(struct aaa_terms *t, const struct aaa_reply *r)
{
	aaa_attrs_over(&t->a, &r->a);
	if (r->a.has_hours)
		str_copy(t->hours, sizeof(t->hours), str_of(r->hours));
	if (r->a.has_filter)
		str_copy(t->filter, sizeof(t->filter), str_of(r->filter));
	if (r->group_lock[0])
		str_copy(t->group_lock, sizeof(t->group_lock), str_of(r->group_lock));
	if (r->banner[0])
		str_copy(t->banner, sizeof(t->banner), str_of(r->banner));
	if (r->dns[0])
		memcpy(t->dns, r->dns, sizeof(t->dns));
	if (r->wins[0])
		memcpy(t->wins, r->wins, sizeof(t->wins));
	if (r->framed_ip)
		t->framed_ip = r->framed_ip;
	if (r->dhcp_scope)
		t->dhcp_scope = r->dhcp_scope;
	terms_told_over(t, r);
	if (r->pool[0]) {
		memset(t->pools, 0, sizeof(t->pools));
		str_copy(t->pools[0], sizeof(t->pools[0]), str_of(r->pool));
		t->npools = 1;
	}
	t->external = t->external && !r->policy_known;
}

void aaa_terms(const struct aaa_conf *c, const struct aaa_group *g, const struct aaa_user *user,
               const struct aaa_reply *reply, const char *ifname, struct aaa_terms *t)
{
	memset(t, 0, sizeof(*t)); /* its gaps, too: equal terms are kept once */
	const char *name = aaa_terms_policy(c, g, user, reply);
	t->user_specific = name != g->policy;
	const struct aaa_policy *p = aaa_policy_find(c, name);
	if (p) {
		str_copy(t->policy, sizeof(t->policy), str_of(p->name));
		t->a = p->a;
		memcpy(t->dns, p->dns, sizeof(t->dns));
		memcpy(t->wins, p->wins, sizeof(t->wins));
		str_copy(t->banner, sizeof(t->banner), str_of(p->banner ? p->banner : ""));
		t->external = p->external != NULL;
		t->dhcp_scope = p->dhcp_scope;
		terms_told(t, p);
	}
	if (user) {
		aaa_attrs_over(&t->a, &user->a);
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
	if (reply)
		terms_over(t, reply);
}

/* ------------------------------------------------------------------ servers of a tunnel group */

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

/* The local database, or it stands in for servers. */
static bool is_local(const struct aaa_server_choice *s)
{
	return str_caseeq(str_of(aaa_server_name(s)), STR("LOCAL")) || s->fallback_local;
}

unsigned aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s)
{
	const struct aaa_sgroup_conf *g = aaa_sgroup_conf_find(c, aaa_server_name(s));
	if (g && g->nhosts > 0 && aaa_protocol_methods(g->protocol) != 0)
		return aaa_protocol_methods(g->protocol);
	return is_local(s) ? (unsigned)AAA_LOCAL_METHODS : 0;
}
