/* show clock, clock set. */
#include <stdio.h>

#include "cli/exec_priv.h"
#include "core/base/zone.h"

void exec_time(const struct exec_config *x, const char *format, struct out *out)
{
	int64_t wall = (int64_t)clock_now(x->clock) + x->clock->wall_offset_ms;
	char text[96];
	snprintf(text, sizeof(text), format, (int)(((wall % 1000) + 1000) % 1000));
	char shown[128];
	zone_format(shown, sizeof(shown), text, clock_wall(x->clock));
	out_str(out, shown);
}

/* By the clock that is about to be changed. */
static void border(const char *what, time_t when, struct out *out)
{
	struct tm tm;
	char time[16], date[40];
	const char *name = zone_local(zone_current(), when - 1, &tm);
	tm.tm_sec++;
	timegm(&tm);
	strftime(time, sizeof(time), "%H:%M:%S", &tm);
	strftime(date, sizeof(date), "%a %b %-d %Y", &tm);
	out_printf(out, "Summer time %s %s %s %s\n", what, time, name, date);
}

static int cmd_show_clock(struct cmd *c)
{
	const struct exec_config *x = c->ctx;
	time_t begins, ends;
	struct tm tm;
	exec_time(x, "%%H:%%M:%%S.%03d %%Z %%a %%b %%-d %%Y\n", c->out);
	if (!cmd_has(c, "detail"))
		return CMD_OK;
	out_str(c->out, "Time source is hardware calendar\n");
	zone_local(zone_current(), clock_wall(x->clock), &tm);
	if (zone_summer(zone_current(), tm.tm_year + 1900, &begins, &ends)) {
		border("starts", begins, c->out);
		border("ends", ends, c->out);
	}
	return CMD_OK;
}

static int cmd_clock_set(struct cmd *c)
{
	return cmd_fail(c, "the clock is the host's; set it there, by hand or by NTP");
}

void exec_clock_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"show_clock", cmd_show_clock},
	        {"clock_set", cmd_clock_set},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
