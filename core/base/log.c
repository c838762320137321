#include "core/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/zone.h"

/* Messages whose level an administrator changed; few, so a small array is enough. */
static struct {
	unsigned id;
	int level;
} overrides[256];
static size_t n_overrides;
static struct log_sink *sinks;
static const struct clock *log_clock;

void log_sink_add(struct log_sink *sink)
{
	sink->next = sinks;
	sinks = sink;
}

void log_sink_remove(struct log_sink *sink)
{
	for (struct log_sink **at = &sinks; *at != NULL; at = &(*at)->next)
		if (*at == sink) {
			*at = sink->next;
			return;
		}
}

void log_set_clock(const struct clock *clock)
{
	log_clock = clock;
}

void log_set_message(unsigned id, int level)
{
	size_t i = 0;
	while (i < n_overrides && overrides[i].id != id)
		i++;
	if (level == -2) {
		if (i < n_overrides)
			overrides[i] = overrides[--n_overrides];
		return;
	}
	if (i == sizeof overrides / sizeof overrides[0])
		return;
	overrides[i].id = id;
	overrides[i].level = level;
	if (i == n_overrides)
		n_overrides++;
}

void log_reset_messages(void)
{
	n_overrides = 0;
}

void log_msg(unsigned id, int level, const char *fmt, ...)
{
	for (size_t i = 0; i < n_overrides; i++)
		if (overrides[i].id == id)
			level = overrides[i].level;
	if (level < 0)
		return;
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct log_line line = {id, level, log_clock != NULL ? clock_wall(log_clock) : time(NULL), text};
	for (struct log_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (level <= s->level)
			s->write(s->arg, &line);
	}
}

int log_format(char *out, unsigned long cap, const struct log_line *line, bool timestamp)
{
	char when[40] = "";
	if (timestamp)
		zone_format(when, sizeof when, "%b %d %Y %H:%M:%S: ", line->when);
	return snprintf(out, cap, "%s%%ASA-%d-%06u: %s", when, line->level, line->id, line->text);
}
