/* show clock, clock set. */
#include <stdio.h>

#include "cli/exec/priv.h"
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
	rec_open(out, what[0] == 's' ? "summer_time_starts" : "summer_time_ends");
	rec(out, "- time zone date", "Summer time %s %s %s %s\n", what, time, name, date);
	rec_close(out);
}

static int cmd_show_clock(struct cmd *c)
{
	const struct exec_config *x = c->ctx;
	time_t begins, ends;
	struct tm tm;
	struct out now = {0};
	exec_time(x, "%%H:%%M:%%S.%03d %%Z %%a %%b %%-d %%Y", &now);
	rec(c->out, "time", "%s\n", now.text);
	rec_num(c->out, "unix", (uint64_t)clock_wall(x->clock));
	out_free(&now);
	if (!cmd_has(c, "detail"))
		return CMD_OK;
	rec(c->out, "time_source", "Time source is %s\n", "hardware calendar");
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
