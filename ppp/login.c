#include "ppp/login.h"

#include <stdio.h>
#include <string.h>

#include "core/base/debug.h"
#include "core/base/log.h"
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

/* ------------------------------------------------------------------ policy */

static void log_policy(const struct ppp_session *s)
{
	if (s->terms.user_specific) {
		log_msg(MSG_113003, s->user, s->terms.policy);
		log_msg(MSG_113011, s->terms.policy, s->user);
	} else {
		log_msg(MSG_113009, s->terms.policy, s->user);
	}
}

static bool is_login_of(const struct ppp_session *s, const char *user)
{
	return s->login_ms && s->phase != PHASE_TERMINATE && strcmp(s->user, user) == 0;
}

/* vpn-simultaneous-logins: the oldest make room. */
static void preempt(struct ppp_session *s, uint32_t limit)
{
	for (;;) {
		struct ppp_session *oldest = NULL;
		uint32_t n = 0;
		for (uint32_t i = 1; i <= PPP_SESSIONS_MAX; i++) {
			struct ppp_session *other = s->ppp->units[i];
			if (!other || other == s || !is_login_of(other, s->user))
				continue;
			n++;
			if (!oldest || other->login_order < oldest->login_order)
				oldest = other;
		}
		if (n < limit)
			return;
		ppp_session_close(oldest, LINK_END_PREEMPTED);
	}
}

static bool may_enter(const struct ppp_session *s)
{
	char prefix[300];
	if (!s->terms.a.l2tp) {
		log_msg(MSG_713206, ppp_session_prefix(s, prefix, sizeof(prefix)));
		return false;
	}
	if (s->terms.group_lock[0] && strcmp(s->terms.group_lock, s->group) != 0) {
		log_msg(MSG_713060, ppp_session_prefix(s, prefix, sizeof(prefix)), s->user,
		        s->terms.group_lock);
		return false;
	}
	if (s->terms.a.logins == 0) {
		log_msg(MSG_113013, "Simultaneous logins exceeded for user", s->user);
		return false;
	}
	return true;
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
	str_copy(s->user, sizeof(s->user), str_of(result->user));
	aaa_terms(p->conf->aaa, g, aaa_user_find(p->conf->aaa, s->user), &s->terms);
	log_policy(s);
	log_msg(MSG_113008, s->user);
	if (!may_enter(s))
		return MSCHAP_NO_DIALIN;
	preempt(s, s->terms.a.logins);
	s->method = s->auth.proto->method;
	s->login_ms = clock_now(p->clock) ? clock_now(p->clock) : 1;
	s->login_wall = clock_wall(p->clock);
	s->login_order = ++p->logins;
	if (++p->stats.users > p->stats.users_most)
		p->stats.users_most = p->stats.users;
	return 0;
}

/* ------------------------------------------------------------------ address */

static struct ppp_session *holder_of(const struct ppp *p, uint32_t ip)
{
	for (uint32_t i = 1; i <= PPP_SESSIONS_MAX; i++)
		if (p->units[i] && p->units[i]->ip == ip)
			return p->units[i];
	return NULL;
}

/* vpn-framed-ip-address: one address, so a new login of the same user replaces the old one. */
static bool take_framed(struct ppp_session *s, const char **pool)
{
	struct ppp_session *holder = holder_of(s->ppp, s->terms.framed_ip);
	if (holder && strcmp(holder->user, s->user) == 0)
		ppp_session_drop(holder, LINK_END_PEER_RECONNECTED);
	else if (holder)
		return false;
	if (!ppp_pools_take_ip(s->ppp->pools, s->terms.framed_ip, pool))
		return false;
	s->ip = s->terms.framed_ip;
	log_msg(MSG_737010, ip4_text(s->ip).s);
	return true;
}

static bool take_pool(struct ppp_session *s, const char **pool)
{
	const char *names[AAA_POOLS_MAX];
	for (size_t i = 0; i < s->terms.npools; i++)
		names[i] = s->terms.pools[i];
	if (s->ppp->conf->no_local ||
	    !ppp_pools_take(s->ppp->pools, names, s->terms.npools, &s->ip, pool)) {
		log_msg(MSG_737019);
		log_msg(MSG_737007, s->group);
		return false;
	}
	log_msg(MSG_737026, ip4_text(s->ip).s, *pool);
	log_msg(MSG_737006, s->group);
	return true;
}

bool ppp_login_address(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	const char *pool = "";
	if (s->ip)
		return true;
	log_msg(MSG_734001, s->user, ip4_text(s->link.remote.ip).s);
	if (p->ops->user_known)
		p->ops->user_known(p->ctx, s->link.peer, s->link.tunnel, s->link.call, s->user, 0);
	bool framed = s->terms.framed_ip && !p->conf->no_aaa;
	if (!(framed ? take_framed(s, &pool) : take_pool(s, &pool))) {
		s->ip = 0;
		log_msg(MSG_737012);
		return false;
	}
	str_copy(s->pool, sizeof(s->pool), str_of(pool));
	s->local_ip = p->conf->local_ip ? p->conf->local_ip : ppp_pools_gateway(p->pools, s->pool);
	if (s->local_ip == s->ip) /* a fixed address may be anything */
		s->local_ip = PPP_POOL_NOBODY;
	return true;
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
	uint64_t session = left_ms(s->login_ms, s->terms.a.session_s, now);
	if (p->ops->last_activity_ms)
		idle = left_ms(last_activity(s), s->terms.a.idle_s, now);
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
	log_msg(MSG_603106, s->link.tunnel, remote, s->unit, ip4_text(s->ip).s, s->user);
	if (p->ops->user_known)
		p->ops->user_known(p->ctx, s->link.peer, s->link.tunnel, s->link.call, s->user,
		                   s->ip);
	check_limits(&s->limit, s);
}

void ppp_login_end(struct ppp_session *s)
{
	if (s->ip) {
		ppp_pools_release(s->ppp->pools, s->pool, s->ip);
		if (s->pool[0])
			log_msg(MSG_737016, s->pool, ip4_text(s->ip).s);
		s->ip = 0;
	}
	if (s->login_ms)
		s->ppp->stats.users--;
}
