#include "ppp/ppp.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/debug.h"
#include "ppp/eap.h"
#include "ppp/link.h"
#include "ppp/login.h"
#include "ppp/pool.h"
#include "ppp/proto.h"

uint16_t ppp_conf_mtu(const struct ppp_conf *c)
{
	return c->mtu ? c->mtu : PPP_MTU_DEFAULT;
}

struct ppp *ppp_new(struct clock *clock, struct aaa_servers *servers, const struct ppp_ops *ops, void *ctx)
{
	struct ppp *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->clock = clock;
	p->servers = servers;
	p->ops = ops;
	p->ctx = ctx;
	p->pools = ppp_pools_new(clock);
	p->sessions = pool_new("PPP sessions", sizeof(struct ppp_session), PPP_UNITS_MAX);
	p->auths = pool_new("PPP authentications", sizeof(struct ppp_auth_run), PPP_UNITS_MAX);
	p->eaps = pool_new("PPP EAP talks", sizeof(struct ppp_eap), PPP_UNITS_MAX);
	p->changes = pool_new("PPP new passwords", sizeof(struct aaa_change), PPP_UNITS_MAX);
	p->users = pool_new("PPP users", sizeof(struct ppp_user), PPP_UNITS_MAX);
	p->by_call = hash_new(PPP_UNITS_MAX);
	p->by_ip = hash_new(PPP_UNITS_MAX);
	p->by_user = hash_new(PPP_UNITS_MAX);
	p->taken[0] = 1; /* there is no unit 0 */
	if (!p->pools || !p->sessions || !p->auths || !p->eaps || !p->changes || !p->users || !p->by_call || !p->by_ip || !p->by_user) {
		ppp_free(p);
		return NULL;
	}
	return p;
}

void ppp_shutdown(struct ppp *p)
{
	for (uint32_t i = 1; i <= PPP_UNITS_MAX; i++)
		if (p->units[i])
			ppp_session_drop(p->units[i], LINK_END_ADMIN_SHUTDOWN);
}

void ppp_free(struct ppp *p)
{
	if (!p)
		return;
	ppp_shutdown(p);
	ppp_pools_free(p->pools);
	pool_delete(p->sessions);
	pool_delete(p->auths);
	pool_delete(p->eaps);
	pool_delete(p->changes);
	pool_delete(p->users);
	hash_free(p->by_call);
	hash_free(p->by_ip);
	hash_free(p->by_user);
	free(p);
}

/* What in the new configuration ends a session; everything else leaves it alone. */
static bool still_allowed(const struct ppp_session *s, const struct ppp_conf *next)
{
	if (!aaa_group_find(next->aaa, s->group))
		return false;
	if (!s->login_ms)
		return true;
	if (s->local_login && !aaa_user_find(next->aaa, s->user))
		return false;
	if (s->local_user[0] && !aaa_user_find(next->aaa, s->local_user))
		return false;
	return !s->pool[0] || ppp_pools_has(s->ppp->pools, s->pool, s->ip);
}

void ppp_set_conf(struct ppp *p, const struct ppp_conf *next)
{
	p->conf = next;
	if (ppp_pools_set(p->pools, next->pools, next->npools, next->reuse_delay_s) != 0)
		debug(DEBUG_PPP_ERROR, 1, "PPP: an address pool could not be set up");
	for (uint32_t i = 1; i <= PPP_UNITS_MAX; i++)
		if (p->units[i] && !still_allowed(p->units[i], next))
			ppp_session_close(p->units[i], LINK_END_CONFIG_ERROR);
}

void ppp_refuse_logins(struct ppp *p, bool refuse)
{
	p->no_logins = refuse;
}

/* ------------------------------------------------------------------ views */

void ppp_session_info(struct ppp_session *s, struct ppp_session_info *info)
{
	const struct ppp *p = s->ppp;
	uint16_t mtu = ppp_conf_mtu(p->conf);
	if (p->ops->counters)
		p->ops->counters(p->ctx, s->link.tunnel, s->link.call, &s->counters);
	*info = (struct ppp_session_info){
	        .unit = s->unit,
	        .link = &s->link,
	        .user = s->user,
	        .group_policy = s->terms->policy,
	        .filter = s->terms->filter,
	        .acl = s->acl,
	        .method = s->login_ms     ? s->method
	                  : s->auth.proto ? s->auth.proto->method
	                                  : AAA_METHOD_N,
	        .up = s->up,
	        .ip = s->ip,
	        .local_ip = s->local_ip,
	        .pool = s->pool,
	        .mru = s->peer.mru,
	        .mtu = s->peer.mru < mtu ? s->peer.mru : mtu,
	        .acfc = s->peer.acfc,
	        .pfc = s->peer.pfc,
	        .classes = s->said ? (struct bytes){s->said->classes, s->said->classes_len} : (struct bytes){0},
	        .interim_s = s->said ? s->said->interim_s : 0,
	        .routes = s->said ? s->said->routes : NULL,
	        .nroutes = s->said ? s->said->nroutes : 0,
	        .local_user = s->local_user[0] != '\0',
	        .login_ms = s->login_ms,
	        .login_wall = s->login_wall,
	        .idle_s = s->terms->a.idle_s,
	        .session_s = s->terms->a.session_s,
	        .control_in = s->control_in,
	        .control_out = s->control_out,
	        .counters = s->counters,
	        .terms = s->terms,
	        .dns = {s->dns[0], s->dns[1]},
	        .wins = {s->wins[0], s->wins[1]},
	};
	info->counters.errs += s->bad_frames;
}

void ppp_each(struct ppp *p, void (*fn)(void *arg, const struct ppp_session_info *info), void *arg)
{
	for (uint32_t i = 1; i <= PPP_UNITS_MAX; i++) {
		struct ppp_session_info info;
		if (!p->units[i])
			continue;
		ppp_session_info(p->units[i], &info);
		fn(arg, &info);
	}
}

static bool found(struct ppp_session *s, struct ppp_session_info *info)
{
	if (s)
		ppp_session_info(s, info);
	return s != NULL;
}

void ppp_find_unit(struct ppp *p, uint32_t unit, void (*fn)(void *arg, const struct ppp_session_info *info), void *arg)
{
	struct ppp_session_info info;
	if (unit > PPP_UNITS_MAX || !p->units[unit])
		return;
	ppp_session_info(p->units[unit], &info);
	fn(arg, &info);
}

static struct ppp_session *by_call(const struct ppp *p, uint16_t tunnel, uint16_t call)
{
	uint32_t key = (uint32_t)tunnel << 16 | call;
	return hash_get(p->by_call, &key, sizeof(key));
}

bool ppp_find_call(struct ppp *p, uint16_t tunnel, uint16_t call, struct ppp_session_info *info)
{
	return found(by_call(p, tunnel, call), info);
}

bool ppp_send_ip(struct ppp *p, uint16_t tunnel, uint16_t call, const uint8_t *packet, size_t len)
{
	struct ppp_session *s = by_call(p, tunnel, call);
	if (!s || !s->data)
		return false;
	ppp_session_send(s, PPP_IP, packet, len);
	return true;
}

bool ppp_find_ip(struct ppp *p, uint32_t ip, struct ppp_session_info *info)
{
	return found(ppp_session_by_ip(p, ip), info);
}

static bool text_fits(const char *want, const char *have)
{
	return !want || strcmp(want, have) == 0;
}

static bool number_fits(uint32_t want, uint32_t have)
{
	return want == 0 || want == have;
}

static bool fits(const struct ppp_filter *f, const struct ppp_session *s)
{
	return text_fits(f->user, s->user) && text_fits(f->tunnel_group, s->group) &&
	       text_fits(f->group_policy, s->terms->policy) && number_fits(f->ip, s->ip) &&
	       number_fits(f->peer_ip, s->link.remote.ip) && number_fits(f->unit, s->unit) &&
	       number_fits(f->peer, s->link.peer);
}

size_t ppp_logoff(struct ppp *p, const struct ppp_filter *filter, enum link_end why)
{
	size_t n = 0;
	uint32_t first = filter->unit ? filter->unit : 1, last = filter->unit ? filter->unit : PPP_UNITS_MAX;
	for (uint32_t i = first; i <= last && i <= PPP_UNITS_MAX; i++) {
		struct ppp_session *s = p->units[i];
		if (!s || s->phase == PHASE_TERMINATE || !fits(filter, s))
			continue;
		n++;
		ppp_session_close(s, why);
	}
	return n;
}

bool ppp_change(struct ppp *p, uint32_t unit, const struct ppp_change *change)
{
	struct ppp_session *s = unit > 0 && unit <= PPP_UNITS_MAX ? p->units[unit] : NULL;
	bool changed = false;
	if (!s || s->phase == PHASE_TERMINATE || !s->login_ms)
		return false;
	ppp_enter(s);
	changed = ppp_login_change(s, change);
	ppp_leave(s);
	return changed;
}

const struct ppp_stats *ppp_stats(const struct ppp *p)
{
	return &p->stats;
}
