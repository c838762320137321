#include "core/base/debug.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint8_t debug_max[DEBUG_N], debug_pix_max[DEBUG_N];
static struct debug_sink *sinks;

static const struct {
	const char *words;
	uint8_t max;
} cats[DEBUG_N] = {
#define X(name, words, max) {words, max},
	DEBUG_LIST(X)
#undef X
};

static void recompute(void)
{
	memset(debug_max, 0, sizeof debug_max);
	memset(debug_pix_max, 0, sizeof debug_pix_max);
	for (struct debug_sink *s = sinks; s != NULL; s = s->next)
		for (int i = 0; i < DEBUG_N; i++) {
			uint8_t *max = s->pix ? &debug_pix_max[i] : &debug_max[i];
			if (s->level[i] > *max)
				*max = s->level[i];
		}
}

void debug_sink_add(struct debug_sink *s)
{
	s->next = sinks;
	sinks = s;
	recompute();
}

void debug_sink_remove(struct debug_sink *s)
{
	for (struct debug_sink **at = &sinks; *at != NULL; at = &(*at)->next)
		if (*at == s) {
			*at = s->next;
			break;
		}
	recompute();
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

uint8_t debug_max_level(enum debug_cat cat)
{
	return cats[cat].max;
}

void debug_emit(enum debug_cat cat, uint8_t level, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	for (struct debug_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (s->level[cat] >= level && !s->pix)
			s->write(s->arg, line);
	}
}

/* To each console in the dialect, line by line. */
static void pix_line(enum debug_cat cat, const char *line)
{
	for (struct debug_sink *s = sinks, *next; s != NULL; s = next) {
		next = s->next;
		if (s->pix && s->level[cat] > 0)
			s->write(s->arg, line);
	}
}

void debug_pix_emit(enum debug_cat cat, const char *fmt, ...)
{
	char text[2048], *line = text, *end;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		pix_line(cat, line);
	}
	pix_line(cat, line);
}

void debug_hex(enum debug_cat cat, uint8_t level, const char *title, const void *data, unsigned long len)
{
	if (!debug_on(cat, level))
		return;
	const uint8_t *p = data;
	debug_emit(cat, level, "%s, len: %lu, data:", title, len);
	for (unsigned long i = 0; i < len && i < 512; i += 16) {
		char line[64];
		int n = 0;
		for (unsigned long j = i; j < i + 16 && j < len; j++)
			n += snprintf(line + n, sizeof line - (size_t)n, "%02x ", p[j]);
		debug_emit(cat, level, "%s", line);
	}
}
