/* show version, show asp drop, clear asp drop. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/base/zone.h"
#include "core/gateway.h"

/* What `clear asp drop` subtracts: the counters themselves have one writer, the worker. */
static uint64_t cleared[DROP_N];

static uint64_t dropped(const struct gateway *gw, enum drop_reason r)
{
	return ctr_get(&worker_drops(gw->worker)->n[r]) + ctr_get(&l2tp_drops(gw->l2tp)->n[r]);
}

static int show_asp_drop(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	out_str(c->out, "\nFrame drop:\n");
	for (int r = 1; r < DROP_N; r++) {
		uint64_t n = dropped(gw, r) - cleared[r];
		char name[96];
		if (n == 0)
			continue;
		snprintf(name, sizeof name, "%s (%s)", drop_text(r), drop_name(r));
		out_printf(c->out, "  %-64s %12" PRIu64 "\n", name, n);
	}
	out_str(c->out, "\n");
	return CMD_OK;
}

static int clear_asp_drop(struct cmd *c)
{
	for (int r = 0; r < DROP_N; r++)
		cleared[r] = dropped(c->ctx, r);
	return CMD_OK;
}

static void uptime_text(char *text, size_t cap, uint64_t ms)
{
	unsigned long s = (unsigned long)(ms / 1000), days = s / 86400, hours = s / 3600 % 24,
	              mins = s / 60 % 60;
	if (days > 0)
		snprintf(text, cap, "%lu day%s %lu hour%s", days, days == 1 ? "" : "s", hours,
		         hours == 1 ? "" : "s");
	else if (hours > 0)
		snprintf(text, cap, "%lu hour%s %lu min%s", hours, hours == 1 ? "" : "s", mins,
		         mins == 1 ? "" : "s");
	else if (mins > 0)
		snprintf(text, cap, "%lu min%s %lu sec%s", mins, mins == 1 ? "" : "s", s % 60,
		         s % 60 == 1 ? "" : "s");
	else
		snprintf(text, cap, "%lu sec%s", s, s == 1 ? "" : "s");
}

static void hardware_lines(struct gateway *gw, struct out *o)
{
	for (unsigned i = 0; i < gw->hw.n; i++) {
		struct netlink_link l;
		if (netlink_link_get(gw->nl, gw->hw.dev[i].dev, 0, &l) != 0)
			continue;
		out_printf(o, "%2u: Ext: %-19s: address is %02x%02x.%02x%02x.%02x%02x, device %s\n",
		           i, gw->hw.dev[i].hw, l.mac[0], l.mac[1], l.mac[2], l.mac[3], l.mac[4],
		           l.mac[5], gw->hw.dev[i].dev);
	}
}

static void modified_line(const struct gateway *gw, struct out *o)
{
	char when[64] = "";
	if (gw->changes <= 1) {
		out_str(o, "Configuration has not been modified since last system restart.\n");
		return;
	}
	zone_format(when, sizeof when, "%H:%M:%S.000 %Z %a %b %-d %Y", gw->changed_at);
	out_printf(o, "Configuration last modified by enable_15 at %s\n", when);
}

static int show_version(struct cmd *c)
{
	struct gateway *gw = c->ctx;
	struct utsname uts;
	char up[80];
	uname(&uts);
	uptime_text(up, sizeof up, clock_now(&gw->clock) - gw->started_ms);
	if (cmd_pix(c)) {
		system_show_version_pix(gw, up, c->out);
		modified_line(gw, c->out);
		return CMD_OK;
	}
	out_printf(c->out, "\nPostern Adaptive Security Appliance Software Version %s \n",
	           POSTERN_VERSION);
	out_printf(c->out, "\nConfig file at boot was \"%s\"\n\n%s up %s\n\n",
	           gw->opt.config != NULL ? gw->opt.config : "startup-config",
	           gw->snap != NULL ? gw->snap->hostname : "ciscoasa", up);
	out_printf(c->out, "Hardware:   %s, %s %s\n\n", uts.machine, uts.sysname, uts.release);
	hardware_lines(gw, c->out);
	out_printf(c->out, "\nLicensed features for this platform:\n");
	out_printf(c->out, "%-34s: %-15s\n", "Encryption-DES", "Enabled");
	out_printf(c->out, "%-34s: %-15s\n", "Encryption-3DES-AES", "Enabled");
	out_printf(c->out, "%-34s: %-15d\n", "Other VPN Peers", PPP_SESSIONS_MAX);
	out_printf(c->out, "%-34s: %-15d\n\n", "Total VPN Peers", PPP_SESSIONS_MAX);
	modified_line(gw, c->out);
	return CMD_OK;
}

void gateway_show_register(struct gateway *gw)
{
	static const struct cmd_entry table[] = {
	        {"show_version", show_version},
	        {"show_asp_drop", show_asp_drop},
	        {"clear_asp_drop", clear_asp_drop},
	};
	cmd_register(table, sizeof table / sizeof table[0], gw);
}
