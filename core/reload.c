/* `reload`, at once or when the last client has left (crypto isakmp reload-wait). */
#include <stdio.h>

#include "core/base/log.h"
#include "core/gateway.h"

static void hold_over(struct timer *t, void *arg)
{
	struct gateway *gw = arg;
	(void)t;
	if (!gw->stopping)
		gateway_reload_now(gw);
}

void gateway_reload(void *ctx, const struct exec_ending *ending)
{
	struct gateway *gw = ctx;
	unsigned sessions = ppp_stats(gw->ppp)->sessions;
	char line[120];
	/* Typed again it means it. */
	if (gw->snap == NULL || !gw->snap->reload_wait || sessions == 0 || gw->reload_waits ||
	    ending->quick) {
		gateway_reload_now(gw);
		return;
	}
	gw->reload_waits = true;
	if (ending->hold_s > 0)
		timer_start(&gw->clock, &gw->reload_hold, (uint64_t)ending->hold_s * 1000,
		            hold_over, gw);
	ppp_refuse_logins(gw->ppp, true);
	snprintf(line, sizeof line,
	         "Reload waits until %u sessions have ended (crypto isakmp reload-wait)", sessions);
	log_msg(MSG_713904, "", line);
}

void gateway_reload_check(struct gateway *gw)
{
	if (!gw->reload_waits || gw->stopping)
		return;
	if (!gw->snap->reload_wait || ppp_stats(gw->ppp)->sessions == 0)
		gateway_reload_now(gw);
}
