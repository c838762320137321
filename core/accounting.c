/* Sessions as accounting sees them: when they are up, when they are gone, and why. */
#include <stdio.h>

#include "core/gateway.h"

/* Acct-Terminate-Cause (RFC 2866 §5.10) of the reason in 113019. */
static const enum aaa_cause causes[LINK_END_N] = {
        [LINK_END_USER_REQUEST] = AAA_CAUSE_USER_REQUEST,
        [LINK_END_LOST_CARRIER] = AAA_CAUSE_LOST_CARRIER,
        [LINK_END_LOST_SERVICE] = AAA_CAUSE_LOST_SERVICE,
        [LINK_END_IDLE_TIMEOUT] = AAA_CAUSE_IDLE_TIMEOUT,
        [LINK_END_MAX_TIME] = AAA_CAUSE_SESSION_TIMEOUT,
        [LINK_END_ADMIN_RESET] = AAA_CAUSE_ADMIN_RESET,
        [LINK_END_ADMIN_SHUTDOWN] = AAA_CAUSE_ADMIN_REBOOT,
        [LINK_END_PREEMPTED] = AAA_CAUSE_NAS_REQUEST,
        [LINK_END_PORT_ERROR] = AAA_CAUSE_NAS_ERROR,
        [LINK_END_USER_ERROR] = AAA_CAUSE_USER_REQUEST,
        [LINK_END_SERVICE_UNAVAILABLE] = AAA_CAUSE_LOST_SERVICE,
        [LINK_END_SA_EXPIRED] = AAA_CAUSE_LOST_CARRIER,
        [LINK_END_IKE_DELETE] = AAA_CAUSE_USER_REQUEST,
        [LINK_END_PEER_RECONNECTED] = AAA_CAUSE_LOST_CARRIER,
        [LINK_END_CONFIG_ERROR] = AAA_CAUSE_ADMIN_RESET,
        [LINK_END_INTERNAL_ERROR] = AAA_CAUSE_NAS_ERROR,
        [LINK_END_UNKNOWN] = AAA_CAUSE_NAS_ERROR,
};

static void record_of(const struct gateway *gw, const struct ppp_session_info *info, struct aaa_record *r)
{
	const struct ppp_counters *n = &info->counters;
	*r = (struct aaa_record){.unit = info->unit,
	                         .peer_ip = info->link->remote.ip,
	                         .our_ip = info->link->local.ip,
	                         .framed_ip = info->ip,
	                         .local = info->local_user,
	                         .session_s = (uint32_t)((clock_now(&gw->clock) - info->login_ms) / 1000),
	                         .bytes_in = n->bytes_in,
	                         .bytes_out = n->bytes_out,
	                         .pkts_in = n->pkts_in,
	                         .pkts_out = n->pkts_out};
	str_copy(r->user, sizeof r->user, str_of(info->user));
	str_copy(r->tunnel_group, sizeof r->tunnel_group, str_of(info->link->tunnel_group));
	str_copy(r->policy, sizeof r->policy, str_of(info->group_policy));
	if (info->classes.len > 0 && info->classes.len <= sizeof r->classes) {
		memcpy(r->classes, info->classes.p, info->classes.len);
		r->classes_len = (uint32_t)info->classes.len;
	}
}

struct find {
	const struct gateway *gw;
	uint32_t unit;
	struct aaa_record *r;
	bool found;
};

static void find_unit(void *arg, const struct ppp_session_info *info)
{
	struct find *f = arg;
	if (info->unit != f->unit)
		return;
	record_of(f->gw, info, f->r);
	f->found = true;
}

static bool fill(void *ctx, uint32_t unit, struct aaa_record *r)
{
	struct gateway *gw = ctx;
	struct find f = {gw, unit, r, false};
	if (gw->ppp != NULL)
		ppp_find_unit(gw->ppp, unit, find_unit, &f);
	return f.found;
}

int gateway_accounting_new(struct gateway *gw, struct err *err)
{
	static const struct aaa_acct_ops ops = {fill};
	char path[4096];
	const char *dir = gw->opt.state_dir; /* NULL: tests */
	if (dir != NULL)
		snprintf(path, sizeof path, "%s/accounting", dir);
	gw->accounting = aaa_acct_new(gw->servers, dir != NULL ? path : NULL, &ops, gw);
	return gw->accounting != NULL ? 0 : err_set(err, -ENOMEM, "out of memory");
}

void gateway_accounting_up(struct gateway *gw, const struct ppp_session_info *info)
{
	struct aaa_record r;
	record_of(gw, info, &r);
	aaa_acct_start(gw->accounting, &r, info->interim_s);
}

void gateway_accounting_end(struct gateway *gw, const struct ppp_session_info *info, enum link_end why)
{
	struct aaa_record r;
	record_of(gw, info, &r);
	r.cause = causes[why];
	aaa_acct_stop(gw->accounting, &r);
}

/* An answer is delivered, and a question repeated, by the clock, which the gateway itself no longer drives. */
static void on_beat(uv_timer_t *t)
{
	struct gateway *gw = t->data;
	clock_run(&gw->clock, uv_hrtime() / 1000000);
}

void gateway_accounting_stop(struct gateway *gw)
{
	enum { WAIT_MS = 3000, BEAT_MS = 10 };
	uv_timer_t beat;
	if (gw->accounting == NULL || gw->handles == 0)
		return;
	aaa_acct_off(gw->accounting);
	uv_poll_t *const others[] = {&gw->poll500, &gw->poll_worker}; /* there is nobody left to serve */
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++)
		if (others[i]->data != NULL)
			uv_poll_stop(others[i]);
	uv_timer_init(&gw->loop, &beat);
	beat.data = gw;
	uv_timer_start(&beat, on_beat, 0, BEAT_MS);
	const uint64_t late = uv_hrtime() / 1000000 + WAIT_MS;
	while (uv_hrtime() / 1000000 < late && aaa_acct_busy(gw->accounting))
		uv_run(&gw->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&beat, NULL);
	uv_run(&gw->loop, UV_RUN_NOWAIT); /* it lies on our stack */
	aaa_acct_free(gw->accounting);
	gw->accounting = NULL;
}
