#include "core/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/clock.h"
#include "core/base/logfilter.h"
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

bool log_on(int level)
{
	for (const struct log_sink *s = sinks; s != NULL; s = s->next)
		if (level <= s->level)
			return true;
	return false;
}

/* -1: disabled */
static int level_of(unsigned id, int level)
{
	for (size_t i = 0; i < n_overrides; i++)
		if (overrides[i].id == id)
			return overrides[i].level;
	return level;
}

bool log_wanted(unsigned id, int level)
{
	level = level_of(id, level);
	return level >= 0 && log_on(level);
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

static const struct {
	unsigned id;
	int level;
	const char *fmt;
} messages[] = {
#include <log_ids.inc>
};
enum { MESSAGES = sizeof messages / sizeof messages[0] };

bool log_message_level(unsigned id, int *own, int *level, bool *shown)
{
	size_t m = 0;
	while (m < MESSAGES && messages[m].id != id)
		m++;
	if (m == MESSAGES)
		return false;
	*own = *level = messages[m].level;
	*shown = true;
	for (size_t i = 0; i < n_overrides; i++)
		if (overrides[i].id == id) {
			*shown = overrides[i].level >= 0;
			*level = *shown ? overrides[i].level : *own;
		}
	return true;
}

/* Some numbers have two texts. */
static bool stood_before(size_t m)
{
	for (size_t i = 0; i < m; i++)
		if (messages[i].id == messages[m].id)
			return true;
	return false;
}

void log_each_message(void (*fn)(void *arg, unsigned id), void *arg)
{
	unsigned last = 0;
	for (size_t n = 0; n < MESSAGES; n++) {
		unsigned next = 0;
		for (size_t m = 0; m < MESSAGES; m++)
			if (messages[m].id > last && (next == 0 || messages[m].id < next) &&
			    !stood_before(m))
				next = messages[m].id;
		if (next == 0)
			return;
		fn(arg, next);
		last = next;
	}
}

void log_msg(unsigned id, int level, const char *fmt, ...)
{
	level = level_of(id, level);
	if (level < 0 || !log_on(level))
		return;
	time_t now = log_clock != NULL ? clock_wall(log_clock) : time(NULL);
	if (!log_limit_pass(id, level, now))
		return;
	char text[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct log_line line = {id, level, now, text};
	for (struct log_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (level <= s->level)
			s->write(s->arg, &line);
	}
}

/* ------------------------------------------------------------------ the form of a line */

static struct log_style style = {.hide_names = true};

void log_style_set(const struct log_style *s)
{
	style = *s;
}

const struct log_style *log_style(void)
{
	return &style;
}

const char *log_hidden(const char *user)
{
	return style.hide_names ? "*****" : user;
}

/* "Aug 24 2017 16:58:42", RFC 5424, of EMBLEM "Aug 24 16:58:42 UTC". */
static void when_text(char *out, size_t cap, time_t when, enum log_form form)
{
	struct tm tm;
	out[0] = '\0';
	if (!style.timestamp)
		return;
	if (!style.rfc5424 && form != LOG_FORM_EMBLEM)
		zone_format(out, cap, "%b %d %Y %H:%M:%S", when);
	else if (gmtime_r(&when, &tm) != NULL)
		strftime(out, cap, style.rfc5424 ? "%Y-%m-%dT%H:%M:%SZ" : "%b %d %H:%M:%S UTC",
		         &tm);
}

unsigned long log_line_text(char *out, unsigned long cap, const struct log_line *line,
                            enum log_form form)
{
	char when[48], head[160] = "", class[16] = "";
	bool id = style.device_id[0] != '\0' && form != LOG_FORM_CONSOLE;
	when_text(when, sizeof when, line->when, form);
	if (form == LOG_FORM_EMBLEM) /* <166>:Mmm dd hh:mm:ss UTC: %ASA-auth-6-113005: ... */
		snprintf(head, sizeof head, ":%s: ", when);
	else if (id)
		snprintf(head, sizeof head, "%s%s%s : ", when, when[0] != '\0' ? " " : "",
		         style.device_id);
	else if (when[0] != '\0')
		snprintf(head, sizeof head, "%s: ", when);
	if (form == LOG_FORM_EMBLEM || (style.emblem && form != LOG_FORM_SERVER))
		snprintf(class, sizeof class, "%s-", log_class_word(log_class_of(line->id)));
	int n = snprintf(out, cap, "%s%%ASA-%s%d-%06u: %s", head, class[0] != '-' ? class : "",
	                 line->level, line->id, line->text);
	unsigned long len = n < 0 ? 0 : (unsigned long)n < cap ? (unsigned long)n : cap - 1;
	for (unsigned long i = 0; i < len; i++)
		if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
			out[i] = ' ';
	return len;
}

int log_format(char *out, unsigned long cap, const struct log_line *line, bool timestamp)
{
	struct log_style own = style;
	style = (struct log_style){.timestamp = timestamp};
	unsigned long n = log_line_text(out, cap, line, LOG_FORM_CONSOLE);
	style = own;
	return (int)n;
}
