#include "cli/exec_term.h"

#include <stdio.h>

#include "core/base/debug.h"

/* What `debug WORD WORD` means. Old names stand for new ones. */
static const struct {
	const char *arg, *word;
	enum debug_cat cat;
} names[] = {
        {"crypto", "ikev1", DEBUG_IKEV1},    {"crypto", "isakmp", DEBUG_IKEV1},
        {"crypto", "ipsec", DEBUG_IPSEC},    {"crypto", "engine", DEBUG_ENGINE},
        {"l2tp", "event", DEBUG_L2TP_EVENT}, {"l2tp", "packet", DEBUG_L2TP_PACKET},
        {"l2tp", "error", DEBUG_L2TP_ERROR}, {"l2tp", "data", DEBUG_L2TP_DATA},
        {"vpdn", "event", DEBUG_L2TP_EVENT}, {"vpdn", "packet", DEBUG_L2TP_PACKET},
        {"vpdn", "error", DEBUG_L2TP_ERROR}, {"ppp", "negotiation", DEBUG_PPP_NEGOTIATION},
        {"ppp", "io", DEBUG_PPP_IO},         {"ppp", "error", DEBUG_PPP_ERROR},
        {"ppp", "uauth", DEBUG_PPP_UAUTH},
};

static struct debug_sink *sink_of(struct cmd *c)
{
	return c->host && c->host->debug ? (c->host->debug)(c->session) : NULL;
}

/* An argument and the keyword before it have the same name: the one with the text of a value counts. */
static bool find(const struct cmd *c, enum debug_cat *cat)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		for (size_t k = 0; k < c->nargs; k++)
			if (str_eq_cstr(str_of(c->args[k].name), names[i].arg) &&
			    str_eq_cstr(c->args[k].text, names[i].word)) {
				*cat = names[i].cat;
				return true;
			}
	*cat = DEBUG_AAA;
	return cmd_has(c, "aaa");
}

/* Crypto debugs say nothing when switched on; the others echo what they are. */
static bool is_silent(enum debug_cat cat)
{
	return cat == DEBUG_IKEV1 || cat == DEBUG_IPSEC || cat == DEBUG_ENGINE;
}

static void print_state(enum debug_cat cat, uint8_t level, bool echo, struct out *out)
{
	out_printf(out, "debug %s %senabled at level %u\n", debug_words(cat), echo ? " " : "",
	           level);
}

static int cmd_debug_clear(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	enum debug_cat cat;
	if (s && find(c, &cat))
		debug_set(s, cat, 0);
	return CMD_OK;
}

static int cmd_debug_set(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	enum debug_cat cat;
	uint32_t level = 1;
	if (c->no)
		return cmd_debug_clear(c);
	if (!s)
		return cmd_fail(c, "this console shows no debug output");
	if (!find(c, &cat))
		return cmd_fail(c, "%% Unrecognized command");
	cmd_u32(c, "level", &level);
	if (level > debug_max_level(cat))
		level = debug_max_level(cat);
	debug_set(s, cat, (uint8_t)level);
	if (!is_silent(cat))
		print_state(cat, (uint8_t)level, true, c->out);
	return CMD_OK;
}

static int cmd_undebug_all(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	for (int cat = 0; s && cat < DEBUG_N; cat++)
		debug_set(s, (enum debug_cat)cat, 0);
	return CMD_OK;
}

/* no debug all */
static int cmd_debug_all(struct cmd *c)
{
	struct debug_sink *s = sink_of(c);
	if (c->no)
		return cmd_undebug_all(c);
	for (int cat = 0; s && cat < DEBUG_N; cat++)
		debug_set(s, (enum debug_cat)cat, 1);
	return CMD_OK;
}

static int cmd_show_debug(struct cmd *c)
{
	const struct debug_sink *s = sink_of(c);
	for (int cat = 0; s && cat < DEBUG_N; cat++)
		if (s->level[cat] > 0)
			print_state((enum debug_cat)cat, s->level[cat], false, c->out);
	return CMD_OK;
}

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
	static const struct cmd_entry table[] = {
	        {"debug_set", cmd_debug_set},   {"debug_clear", cmd_debug_clear},
	        {"debug_all", cmd_debug_all},   {"undebug_all", cmd_undebug_all},
	        {"show_debug", cmd_show_debug}, {"show_clock", cmd_show_clock},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), (void *)clock);
}
