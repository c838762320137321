#include "ppp/login.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/config/objects.h"
#include "ppp/pool.h"

const struct aaa_group *ppp_session_group(const struct ppp_session *s)
{
	return aaa_group_find(s->ppp->conf->aaa, s->group);
}

const char *ppp_session_prefix(const struct ppp_session *s, char *text, size_t cap)
{
	snprintf(text, cap, "Group = %s, Username = %s, IP = %s, ", s->group, s->user,
	         ip4_text(s->link.remote.ip).s);
	return text;
}

const char *ppp_login_welcome(const struct ppp_session *s)
{
	return s->terms->banner[0] ? s->terms->banner : "Welcome";
}

/* ------------------------------------------------------------------ policy */

static void log_policy(const struct ppp_session *s)
{
	if (s->terms->user_specific) {
		log_msg(MSG_113003, s->user, s->terms->policy);
		log_msg(MSG_113011, s->terms->policy, s->user);
	} else {
		log_msg(MSG_113009, s->terms->policy, s->user);
	}
}

/* `debug aaa authorization` and `vpn`: what the login gets. */
static void debug_terms(const struct ppp_session *s, const struct aaa_group *g)
{
	const struct aaa_terms *t = s->terms;
	ppp_debug(s, DEBUG_AAA_AUTHORIZATION, 1,
	          "AAA: authorization of %s: tunnel group %s, group policy %s (%s)", s->user,
	          s->group, t->policy, t->user_specific ? "of the user" : "of the tunnel group");
	ppp_debug(s, DEBUG_AAA, 1,
	          "AAA_NextFunction: authen svr = %s, author svr = %s, user pol = %s, tunn pol = %s",
	          aaa_server_name(aaa_servers(g, s->link.ifname)),
	          g->authorization && g->authorization[0] ? g->authorization : "<none>",
	          t->user_specific ? t->policy : "", t->user_specific ? "" : t->policy);
	ppp_debug(s, DEBUG_AAA_VPN, 1,
	          "AAA VPN: user %s, logins %u, idle time-out %u s, session time-out %u s, filter "
	          "%s, access hours %s, group-lock %s",
	          s->user, t->a.logins, t->a.idle_s, t->a.session_s,
	          t->filter[0] ? t->filter : "none", t->hours[0] ? t->hours : "none",
	          t->group_lock[0] ? t->group_lock : "none");
}

/* The end of authorization: error is an MS-CHAP number, 0 = he may come in. */
static unsigned authorized_with(const struct ppp_session *s, unsigned error)
{
	ppp_debug(s, DEBUG_AAA_AUTHORIZATION, 1, "AAA: authorization of %s: %s", s->user,
	          error ? "REJECT" : "ACCEPT");
	return error;
}

/* ------------------------------------------------------------------ the user's other logins */

static struct ppp_user *user_of(const struct ppp_session *s)
{
	return hash_get(s->ppp->by_user, &s->user, sizeof(s->user));
}

static void login_joins(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	struct ppp_user *u = user_of(s);
	if (!u)
		u = pool_get(p->users);
	if (!u || (u->n == 0 && !hash_put(p->by_user, &s->user, sizeof(s->user), u))) {
		pool_put(p->users, u);
		return; /* memory is short: it does not count */
	}
	u->n++;
	p->logins++;
	s->logins = u;
	s->login_prev = u->last;
	s->login_next = NULL;
	*(u->last ? &u->last->login_next : &u->first) = s;
	u->last = s;
}

void ppp_login_leaves(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	struct ppp_user *u = s->logins;
	if (!u)
		return;
	*(s->login_prev ? &s->login_prev->login_next : &u->first) = s->login_next;
	*(s->login_next ? &s->login_next->login_prev : &u->last) = s->login_prev;
	s->logins = NULL;
	p->logins--;
	if (--u->n > 0)
		return;
	hash_del(p->by_user, &s->user, sizeof(s->user));
	pool_put(p->users, u);
}

/* vpn-simultaneous-logins: the oldest make room. */
static void preempt(struct ppp_session *s, uint32_t limit)
{
	for (struct ppp_user *u; (u = user_of(s)) != NULL && u->n >= limit;)
		ppp_session_close(u->first, LINK_END_PREEMPTED);
}

/* vpn-sessiondb max-session-limit and max-other-vpn-limit. */
static bool room_for_one(struct ppp_session *s)
{
	uint32_t limit = s->ppp->conf->max_users;
	if (!limit || s->ppp->logins < limit)
		return true;
	s->ppp->stats.denied++;
	ppp_refused(s, (struct failure){.cause = FAIL_LIMIT});
	log_msg(MSG_113029, s->group, s->user, ip4_text(s->link.remote.ip).s, limit);
	return false;
}

/* vpn-access-hours: counts at the login. */
static bool in_access_hours(struct ppp_session *s, const struct aaa_reply *reply)
{
	const struct ppp *p = s->ppp;
	char why[160];
	if (!s->terms->hours[0] || !p->ops->in_hours || p->ops->in_hours(p->ctx, s->terms->hours))
		return true;
	snprintf(why, sizeof(why), "Outside of the access hours (time-range %s)", s->terms->hours);
	log_msg(MSG_113013, why, s->user);
	ppp_refused_term(s, FAIL_HOURS, s->terms->hours, reply);
	return false;
}

/* As much of the first line as a message takes. */
static const char *ace_text(struct str ace, char text[200])
{
	const char *end = memchr(ace.p, '\n', ace.len);
	size_t len = end ? (size_t)(end - ace.p) : ace.len;
	str_copy(text, 200, (struct str){ace.p, len < 200 ? len : 199});
	return text;
}

/* The access list that the server sent: with a line that is none it protects nothing. Nor would what it wants kept from
 * the client be kept from it: a session has one list, for both directions. */
static bool acl_is_good(const struct ppp_session *s, const struct aaa_reply *reply)
{
	char text[200], name[AAA_USER_MAX + 12];
	struct str bad;
	if (reply && reply->outacl) {
		log_msg(MSG_113018, s->user, ace_text(str_of(reply->outacl), text), "Reject");
		return false;
	}
	if (filter_lines_good(str_of(s->acl), &bad))
		return true;
	snprintf(name, sizeof(name), "AAA-user-%s", s->user);
	log_msg(MSG_109032, name, s->user, ace_text(bad, text));
	return false;
}

static bool may_enter(struct ppp_session *s, const struct aaa_reply *reply)
{
	char prefix[300];
	if (!s->terms->a.l2tp) {
		log_msg(MSG_713206, ppp_session_prefix(s, prefix, sizeof(prefix)));
		ppp_refused_term(s, FAIL_POLICY_L2TP, "l2tp-ipsec", reply);
		return false;
	}
	if (s->terms->group_lock[0] && strcmp(s->terms->group_lock, s->group) != 0) {
		log_msg(MSG_713060, ppp_session_prefix(s, prefix, sizeof(prefix)), s->user,
		        s->terms->group_lock);
		ppp_refused_term(s, FAIL_GROUP_LOCK, s->terms->group_lock, reply);
		return false;
	}
	if (s->ppp->no_logins) {
		log_msg(MSG_113013, "The appliance is about to reload", s->user);
		ppp_refused(s, (struct failure){.cause = FAIL_RELOAD});
		return false;
	}
	if (s->terms->external) {
		char why[200];
		snprintf(why, sizeof(why),
		         "Group policy %s is external and its server does not exist",
		         s->terms->policy);
		log_msg(MSG_113013, why, s->user);
		ppp_refused(s, (struct failure){.cause = FAIL_AUTHORIZATION, .wanted = why});
		return false;
	}
	if (!acl_is_good(s, reply)) {
		ppp_refused(s, (struct failure){.cause = FAIL_ACL});
		return false;
	}
	if (s->terms->a.logins == 0) {
		log_msg(MSG_113013, "Simultaneous logins exceeded for user", s->user);
		ppp_refused_term(s, FAIL_LOGINS, "vpn-simultaneous-logins 0", reply);
		return false;
	}
	return true;
}

/* Most sessions have the same terms, but for what a user has of his own. */
static void set_terms(struct ppp_session *s, const struct aaa_group *g, const struct aaa_result *result)
{
	const struct aaa_conf *aaa = s->ppp->conf->aaa;
	const struct aaa_user *u = result->local
	                                   ? aaa_user_find(aaa, aaa_result_local_name(result))
	                                   : NULL;
	struct aaa_terms t;
	s->local_login = result->local_login;
	share_set_text(&s->local_user, u ? u->name : "");
	aaa_terms(aaa, g, u, result->reply, s->link.ifname, &t);
	ppp_session_set_said(s, result->reply);
	share_set_text(&s->acl, result->reply && result->reply->inacl ? result->reply->inacl : "");
	s->framed_ip = t.framed_ip;
	memcpy(s->dns, t.dns, sizeof(s->dns));
	memcpy(s->wins, t.wins, sizeof(s->wins));
	t.framed_ip = 0;
	const struct aaa_terms *shared = share_hold(&t, sizeof(t));
	ppp_session_drop_terms(s);
	s->terms = shared ? shared : &ppp_no_terms; /* which let nobody in */
}

unsigned ppp_on_accept(struct ppp_session *s, const struct aaa_result *result)
{
	struct ppp *p = s->ppp;
	const struct aaa_group *g = ppp_session_group(s);
	/* LCP was negotiated anew: the same user goes on as before, nobody else may take over */
	if (s->login_ms)
		return strcmp(s->user, result->user) == 0 ? 0 : MSCHAP_NO_DIALIN;
	if (!g)
		return MSCHAP_NO_DIALIN;
	ppp_session_set_user(s, result->user);
	set_terms(s, g, result);
	log_policy(s);
	debug_terms(s, g);
	log_msg(MSG_113008, s->user);
	if (!in_access_hours(s, result->reply))
		return authorized_with(s, MSCHAP_RESTRICTED_HOURS);
	if (!may_enter(s, result->reply))
		return authorized_with(s, MSCHAP_NO_DIALIN);
	ppp_debug(s, DEBUG_AAA, 1, "Checking simultaneous login restriction for user %s", s->user);
	preempt(s, s->terms->a.logins);
	if (!room_for_one(s))
		return authorized_with(s, MSCHAP_NO_DIALIN);
	authorized_with(s, 0);
	s->method = s->auth.proto->method;
	s->login_ms = clock_now(p->clock) ? clock_now(p->clock) : 1;
	s->login_wall = clock_wall(p->clock);
	login_joins(s);
	if (++p->stats.users > p->stats.users_most)
		p->stats.users_most = p->stats.users;
	return 0;
}

/* ------------------------------------------------------------------ address */

/* vpn-framed-ip-address: one address, so a new login of the same user replaces the old one. */
static bool take_framed(struct ppp_session *s, const char **pool)
{
	struct ppp_session *holder = ppp_session_by_ip(s->ppp, s->framed_ip);
	if (holder && strcmp(holder->user, s->user) == 0)
		ppp_session_drop(holder, LINK_END_PEER_RECONNECTED);
	else if (holder)
		return false;
	if (!ppp_pools_take_ip(s->ppp->pools, s->framed_ip, pool))
		return false;
	ppp_session_set_ip(s, s->framed_ip);
	log_msg(MSG_737010, ip4_text(s->ip).s);
	return true;
}

static bool take_pool(struct ppp_session *s, const char **pool)
{
	const char *names[AAA_POOLS_MAX];
	for (size_t i = 0; i < s->terms->npools; i++)
		names[i] = s->terms->pools[i];
	uint32_t ip;
	if (s->ppp->conf->no_local ||
	    !ppp_pools_take(s->ppp->pools, names, s->terms->npools, &ip, pool)) {
		log_msg(MSG_737019);
		log_msg(MSG_737007, s->group);
		return false;
	}
	ppp_session_set_ip(s, ip);
	log_msg(MSG_737026, ip4_text(s->ip).s, *pool);
	log_msg(MSG_737006, s->group);
	return true;
}

/* The servers of the tunnel group are asked; false when there are none, or none of them can be. */
static bool ask_dhcp(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	const struct aaa_group *g = ppp_session_group(s);
	if (p->conf->no_dhcp || !g || !g->ndhcp || !p->ops->dhcp_ask)
		return false;
	const struct ppp_dhcp_ask ask = {.unit = s->unit,
	                                 .user = s->user,
	                                 .tunnel_group = s->group,
	                                 .servers = g->dhcp_servers,
	                                 .nservers = g->ndhcp,
	                                 .scope = s->terms->dhcp_scope};
	s->dhcp = p->ops->dhcp_ask(p->ctx, &ask);
	if (!s->dhcp)
		log_msg(MSG_737003, s->group);
	return s->dhcp;
}

/* The lease goes back, or the question is withdrawn. */
static void drop_dhcp(struct ppp_session *s, bool in_use)
{
	if (!s->dhcp)
		return;
	s->dhcp = false;
	s->ppp->ops->dhcp_end(s->ppp->ctx, s->unit, in_use);
}

static enum login_address address_from(struct ppp_session *s, bool got, const char *pool)
{
	struct ppp *p = s->ppp;
	if (!got) {
		ppp_session_set_ip(s, 0);
		char prefix[300];
		log_msg(MSG_737012);
		log_msg(MSG_713132, ppp_session_prefix(s, prefix, sizeof(prefix)));
		ppp_refused_address(s);
		ppp_debug(s, DEBUG_AAA_VPN, 1, "AAA VPN: user %s, no address", s->user);
		return LOGIN_NO_ADDRESS;
	}
	ppp_debug(s, DEBUG_AAA_VPN, 1, "AAA VPN: user %s, address %s, %s%s", s->user,
	          ip4_text(s->ip).s,
	          s->dhcp   ? "by DHCP"
	          : pool[0] ? "pool "
	                    : "of the user",
	          pool);
	share_set_text(&s->pool, pool);
	s->local_ip = p->conf->local_ip ? p->conf->local_ip : ppp_pools_gateway(p->pools, s->pool);
	if (s->local_ip == s->ip) /* a fixed address may be anything */
		s->local_ip = PPP_POOL_NOBODY;
	return LOGIN_ADDRESS;
}

/* vpn-addr-assign: aaa, dhcp, local, in this order. */
enum login_address ppp_login_address(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	const char *pool = "";
	bool got;
	if (s->ip)
		return LOGIN_ADDRESS;
	if (s->dhcp)
		return LOGIN_WAIT;
	log_msg(MSG_734001, s->user, ip4_text(s->link.remote.ip).s);
	if (p->ops->user_known)
		p->ops->user_known(p->ctx, s->link.peer, s->link.tunnel, s->link.call, s->user, 0);
	if (s->framed_ip && !p->conf->no_aaa) {
		got = take_framed(s, &pool);
		return address_from(s, got, pool);
	}
	if (ask_dhcp(s))
		return LOGIN_WAIT;
	got = take_pool(s, &pool);
	return address_from(s, got, pool);
}

/* Where the group policy names no servers, those of the lease. */
static void take_servers(uint32_t to[2], const uint32_t from[2])
{
	if (to[0] == 0)
		memcpy(to, from, 2 * sizeof(to[0]));
}

enum login_address ppp_login_dhcp(struct ppp_session *s, const struct ppp_dhcp_answer *answer)
{
	const char *pool = "";
	bool in_use = answer->ip != 0 && ppp_session_by_ip(s->ppp, answer->ip);
	if (answer->ip != 0 && !in_use) {
		ppp_session_set_ip(s, answer->ip);
		take_servers(s->dns, answer->dns);
		take_servers(s->wins, answer->wins);
		log_msg(MSG_737005, s->group);
		return address_from(s, true, pool);
	}
	drop_dhcp(s, in_use);
	log_msg(MSG_737004, s->group);
	bool got = take_pool(s, &pool);
	return address_from(s, got, pool);
}

/* ------------------------------------------------------------------ time */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Milliseconds until this limit is reached, UINT64_MAX without one. */
static uint64_t left_ms(uint64_t since_ms, uint32_t limit_s, uint64_t now)
{
	uint64_t limit = (uint64_t)limit_s * 1000;
	if (limit == 0)
		return UINT64_MAX;
	return now - since_ms >= limit ? 0 : limit - (now - since_ms);
}

static uint64_t last_activity(const struct ppp_session *s)
{
	const struct ppp *p = s->ppp;
	uint64_t last = p->ops->last_activity_ms(p->ctx, s->link.tunnel, s->link.call);
	uint64_t now = clock_now(p->clock);
	last = last > now ? now : last;
	return last > s->login_ms ? last : s->login_ms;
}

static void check_limits(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_session *s = arg;
	struct ppp *p = s->ppp;
	uint64_t now = clock_now(p->clock), idle = UINT64_MAX;
	uint64_t session = left_ms(s->login_ms, s->terms->a.session_s, now);
	if (p->ops->last_activity_ms)
		idle = left_ms(last_activity(s), s->terms->a.idle_s, now);
	if (session == 0)
		ppp_session_close(s, LINK_END_MAX_TIME);
	else if (idle == 0)
		ppp_session_close(s, LINK_END_IDLE_TIMEOUT);
	else if (min_u64(session, idle) != UINT64_MAX)
		timer_start(p->clock, &s->limit, min_u64(session, idle), check_limits, s);
}

void ppp_login_up(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	char remote[16];
	str_copy(remote, sizeof(remote), str_of(ip4_text(s->link.remote.ip).s));
	log_msg(MSG_109011, s->user, s->unit);
	log_msg(MSG_603106, s->link.tunnel, remote, s->unit, ip4_text(s->ip).s, s->user);
	if (p->ops->user_known)
		p->ops->user_known(p->ctx, s->link.peer, s->link.tunnel, s->link.call, s->user,
		                   s->ip);
	check_limits(&s->limit, s);
}

/* The session time-out counts from the login, the server's from now. */
bool ppp_login_change(struct ppp_session *s, const struct ppp_change *change)
{
	struct aaa_terms t;
	uint64_t gone_s = (clock_now(s->ppp->clock) - s->login_ms) / 1000;
	memcpy(&t, s->terms, sizeof(t)); /* its gaps, too: equal terms are kept once */
	if (change->has_session)
		t.a.session_s = change->session_s ? (uint32_t)min_u64(gone_s + change->session_s, UINT32_MAX) : 0;
	if (change->has_idle)
		t.a.idle_s = change->idle_s;
	if (change->filter)
		memset(t.filter, 0, sizeof(t.filter));
	if (change->filter)
		str_copy(t.filter, sizeof(t.filter), str_of(change->filter));
	const struct aaa_terms *shared = share_hold(&t, sizeof(t));
	if (!shared)
		return false;
	ppp_session_drop_terms(s);
	s->terms = shared;
	if (change->filter || change->acl)
		share_set_text(&s->acl, change->acl ? change->acl : "");
	if (s->up)
		check_limits(&s->limit, s);
	return true;
}

void ppp_login_end(struct ppp_session *s)
{
	if (s->ip)
		ppp_debug(s, DEBUG_AAA_VPN, 1, "AAA VPN: user %s, address %s goes back", s->user,
		          ip4_text(s->ip).s);
	if (s->ip && s->dhcp)
		log_msg(MSG_737015, ip4_text(s->ip).s);
	drop_dhcp(s, false);
	if (s->ip) {
		ppp_pools_release(s->ppp->pools, s->pool, s->ip);
		if (s->pool[0])
			log_msg(MSG_737016, s->pool, ip4_text(s->ip).s);
		ppp_session_set_ip(s, 0);
	}
	if (s->up)
		log_msg(MSG_109012, s->user, s->unit,
		        (unsigned)((clock_now(s->ppp->clock) - s->login_ms) / 1000));
	if (s->login_ms)
		s->ppp->stats.users--;
}
