/* What servers may do to sessions that go on: end them, give them other terms (RFC 5176). */
#include <errno.h>
#include <stdlib.h>

#include "core/aaa/radius/dynamic.h"
#include "core/aaa_io.h"
#include "core/filters.h"
#include "core/gateway.h"

/* The sessions that a server means. */
struct pick {
	struct gateway *gw;
	const struct radius_who *who;
	uint32_t units[PPP_UNITS_MAX];
	size_t n;
};

static bool text_fits(const char *want, const char *have)
{
	return want == NULL || (have != NULL && strcmp(want, have) == 0);
}

static bool number_fits(uint32_t want, uint32_t have)
{
	return want == 0 || want == have;
}

static void pick_one(void *arg, const struct ppp_session_info *info)
{
	struct pick *p = arg;
	const struct radius_who *w = p->who;
	if (info->user[0] == '\0' || !text_fits(w->user, info->user) ||
	    !number_fits(w->framed_ip, info->ip) ||
	    !number_fits(w->peer_ip, info->link->remote.ip) ||
	    !number_fits(w->our_ip, info->link->local.ip) || (w->has_unit && w->unit != info->unit))
		return;
	if (w->session == NULL || text_fits(w->session, aaa_acct_id(p->gw->accounting, info->unit)))
		p->units[p->n++] = info->unit;
}

/* NULL when memory is short, or while the appliance ends. */
static struct pick *pick(struct gateway *gw, const struct radius_who *who)
{
	struct pick *p = gw->ppp != NULL ? calloc(1, sizeof *p) : NULL;
	if (p == NULL)
		return NULL;
	p->gw = gw;
	p->who = who;
	ppp_each(gw->ppp, pick_one, p);
	return p;
}

static size_t on_disconnect(void *ctx, const struct radius_who *who)
{
	struct gateway *gw = ctx;
	struct pick *p = pick(gw, who);
	size_t ended = 0;
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		const struct ppp_filter one = {.unit = p->units[i]};
		ended += ppp_logoff(gw->ppp, &one, LINK_END_ADMIN_RESET);
	}
	free(p);
	return ended;
}

static void apply_filter(void *arg, const struct ppp_session_info *info)
{
	struct gateway *gw = arg;
	filters_session(gw->filters, info);
}

static size_t on_change(void *ctx, const struct radius_who *who, const struct aaa_reply *r,
                        bool *no_filter)
{
	struct gateway *gw = ctx;
	const struct ppp_change change = {.has_session = r->a.has_session,
	                                  .has_idle = r->a.has_idle,
	                                  .session_s = r->a.session_s,
	                                  .idle_s = r->a.idle_s,
	                                  .filter = r->a.has_filter ? r->filter : NULL,
	                                  .acl = r->inacl};
	*no_filter = change.filter != NULL && !filters_known(gw->filters, str_of(change.filter));
	struct pick *p = *no_filter ? NULL : pick(gw, who);
	size_t changed = 0;
	for (size_t i = 0; p != NULL && i < p->n; i++) {
		if (!ppp_change(gw->ppp, p->units[i], &change))
			continue;
		changed++;
		if (change.filter != NULL || change.acl != NULL)
			ppp_find_unit(gw->ppp, p->units[i], apply_filter, gw);
	}
	free(p);
	return changed;
}

const struct radius_dynamic_ops gateway_dynamic_ops = {on_disconnect, on_change};

int gateway_dynamic_new(struct gateway *gw, struct err *err)
{
	gw->dynamic = radius_dynamic_new(gw->servers, &gw->clock, &gateway_aaa_io, gw,
	                                 &gateway_dynamic_ops, gw);
	return gw->dynamic != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}
