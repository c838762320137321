#include "core/base/debug.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/log.h"

uint8_t debug_max[DEBUG_N], debug_pix_max[DEBUG_N];
static struct debug_sink *sinks;
static bool tracing;
static struct debug_sink left; /* what consoles that are gone asked for */

static const struct {
	const char *words;
	uint8_t max;
	enum debug_style style;
} cats[DEBUG_N] = {
#define X(name, words, max, style) {words, max, style},
        DEBUG_LIST(X)
#undef X
};

/* Has the dialect texts of its own? */
static bool pix_own(enum debug_cat cat)
{
	return cat == DEBUG_IKEV1 || cat == DEBUG_IPSEC || cat == DEBUG_PPP_UAUTH || cat == DEBUG_CA ||
	       cat == DEBUG_CA_MESSAGES || cat == DEBUG_CA_TRANSACTIONS;
}

/* `debug crypto ca` is all of it. */
static uint8_t level_of(const uint8_t *level, enum debug_cat cat)
{
	bool part = cat == DEBUG_CA_MESSAGES || cat == DEBUG_CA_TRANSACTIONS;
	return part && level[DEBUG_CA] > level[cat] ? level[DEBUG_CA] : level[cat];
}

static void recompute(void)
{
	for (int i = 0; i < DEBUG_N; i++)
		debug_max[i] = level_of(left.level, (enum debug_cat)i);
	memset(debug_pix_max, 0, sizeof debug_pix_max);
	for (struct debug_sink *s = sinks; s != NULL; s = s->next)
		for (int i = 0; i < DEBUG_N; i++) {
			uint8_t *max = s->pix && pix_own((enum debug_cat)i) ? &debug_pix_max[i]
			                                                    : &debug_max[i];
			uint8_t level = level_of(s->level, (enum debug_cat)i);
			if (level > *max)
				*max = level;
		}
}

void debug_sink_add(struct debug_sink *s)
{
	s->next = sinks;
	sinks = s;
	recompute();
}

static void keep_left(const struct debug_sink *s)
{
	bool any = false;
	for (int i = 0; i < DEBUG_N; i++) {
		any = any || s->level[i] > 0;
		if (s->level[i] > left.level[i])
			left.level[i] = s->level[i];
	}
	if (any)
		left.cond = s->cond;
}

void debug_sink_remove(struct debug_sink *s)
{
	for (struct debug_sink **at = &sinks; *at != NULL; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			if (tracing && !s->pix)
				keep_left(s);
			break;
		}
	recompute();
}

void debug_trace(bool on)
{
	tracing = on;
	if (!on)
		debug_trace_clear(DEBUG_N);
}

void debug_trace_clear(enum debug_cat cat)
{
	if (cat == DEBUG_N)
		memset(&left, 0, sizeof left);
	else
		left.level[cat] = 0;
	recompute();
}

void debug_tell(const struct debug_sink *but, const char *line)
{
	for (struct debug_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (s != but)
			s->write(s->arg, line);
	}
}

void debug_set(struct debug_sink *s, enum debug_cat cat, uint8_t level)
{
	s->level[cat] = level;
	recompute();
}

void debug_form(struct debug_sink *s, bool pix)
{
	s->pix = pix;
	recompute();
}

const char *debug_words(enum debug_cat cat)
{
	return cats[cat].words;
}

enum debug_server debug_server_of(enum debug_cat cat)
{
	if (cat == DEBUG_RADIUS_DECODE || cat == DEBUG_RADIUS_SESSION)
		return DEBUG_SERVER_RADIUS;
	return cat == DEBUG_TACACS ? DEBUG_SERVER_TACACS : DEBUG_SERVERS;
}

uint8_t debug_max_level(enum debug_cat cat)
{
	return cats[cat].max;
}

enum debug_style debug_style(enum debug_cat cat)
{
	return cats[cat].style;
}

static bool wants(const struct debug_sink *s, const struct debug_who *who, enum debug_cat cat,
                  uint8_t level)
{
	if (level_of(s->level, cat) < level || (s->pix && pix_own(cat)))
		return false;
	enum debug_server server = debug_server_of(cat);
	if (server < DEBUG_SERVERS && s->of_user[server][0] != '\0')
		return who != NULL && who->user != NULL &&
		       strcmp(who->user, s->of_user[server]) == 0;
	return debug_cond_pass(&s->cond, who, cat);
}

/* One message however many consoles wanted it. */
static void trace(const struct debug_who *who, enum debug_cat cat, uint8_t level, const char *line)
{
	bool any = wants(&left, who, cat, level);
	for (const struct debug_sink *s = sinks; s != NULL && !any; s = s->next)
		any = wants(s, who, cat, level);
	if (any)
		log_msg(MSG_711001, line);
}

/* What peers and servers say does not move the console's cursor. */
static void blank(char *line)
{
	for (char *c = line; *c != '\0'; c++)
		if (((unsigned char)*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f)
			*c = ' ';
}

void debug_emit(const struct debug_who *who, enum debug_cat cat, uint8_t level, const char *fmt,
                ...)
{
	char line[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	blank(line);
	if (tracing) {
		trace(who, cat, level, line);
		return;
	}
	for (struct debug_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (wants(s, who, cat, level))
			s->write(s->arg, line);
	}
}

static void pix_write(const struct debug_sink *s, const char *line)
{
	if (tracing)
		log_msg(MSG_711001, line);
	else
		s->write(s->arg, line);
}

/* One line to one console, behind what stands open there. */
static void pix_put(struct debug_sink *s, enum debug_cat cat, const char *line)
{
	char text[sizeof s->open + 2048];
	size_t n = strlen(line);
	bool open = n > 0 && line[n - 1] == DEBUG_PIX_OPEN[0];
	bool alone = s->open[0] != '\0' && cat == s->open_cat;

	if (alone)
		pix_write(s, s->open);
	snprintf(text, sizeof text, "%s%.*s", alone ? "" : s->open, (int)(n - open), line);
	/* The line end that begins the next part of the same category ends the open one. */
	bool swallowed = alone && n == 0;
	s->open[0] = '\0';
	if (open && strlen(text) < sizeof s->open) {
		memcpy(s->open, text, strlen(text) + 1);
		s->open_cat = cat;
	} else if (!swallowed) {
		pix_write(s, text);
	}
}

/* To each console in the dialect, line by line. */
static void pix_line(const struct debug_who *who, enum debug_cat cat, const char *line)
{
	for (struct debug_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (!s->pix || s->level[cat] == 0 || !debug_cond_pass(&s->cond, who, cat))
			continue;
		pix_put(s, cat, line);
		if (tracing) /* once, however many wanted it */
			return;
	}
}

void debug_pix_emit(const struct debug_who *who, enum debug_cat cat, const char *fmt, ...)
{
	char text[2048], *line = text, *end;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		pix_line(who, cat, line);
	}
	pix_line(who, cat, line);
}

void debug_hex(const struct debug_who *who, enum debug_cat cat, uint8_t level, const char *title,
               const void *data, unsigned long len)
{
	if (!debug_on(cat, level))
		return;
	const uint8_t *p = data;
	debug_emit(who, cat, level, "%s, len: %lu, data:", title, len);
	for (unsigned long i = 0; i < len && i < 512; i += 16) {
		char line[64];
		int n = 0;
		for (unsigned long j = i; j < i + 16 && j < len; j++)
			n += snprintf(line + n, sizeof line - (size_t)n, "%02x ", p[j]);
		debug_emit(who, cat, level, "%s", line);
	}
}
