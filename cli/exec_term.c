#include "cli/exec_term.h"

#include <stdio.h>

static int cmd_show_clock(struct cmd *c)
{
	const struct clock *clock = c->ctx;
	time_t now = clock_wall(clock);
	int64_t wall = (int64_t)clock_now(clock) + clock->wall_offset_ms;
	struct tm tm;
	char day[48];
	gmtime_r(&now, &tm);
	strftime(day, sizeof(day), "UTC %a %b %-d %Y", &tm);
	out_printf(c->out, "%02d:%02d:%02d.%03d %s\n", tm.tm_hour, tm.tm_min, tm.tm_sec,
	           (int)(((wall % 1000) + 1000) % 1000), day);
	return CMD_OK;
}

void exec_term_register(const struct clock *clock)
{
	static const struct cmd_entry table[] = {{"show_clock", cmd_show_clock}};
	cmd_register(table, sizeof(table) / sizeof(table[0]), (void *)clock);
	exec_debug_register();
}
