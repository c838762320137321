#include "core/base/logfilter.h"

#include <stdlib.h>
#include <string.h>

static struct log_filter filters[LOG_DESTS];
static bool set;

static const struct {
	const char *word, *ids;
} classes[LOG_CLASSES] = {
#define X(name, word, ids) {word, ids},
        LOG_CLASS_LIST(X)
#undef X
};

const char *log_class_word(enum log_class c)
{
	return c < LOG_CLASSES ? classes[c].word : "";
}

enum log_class log_class_of(unsigned id)
{
	for (int c = 0; c < LOG_CLASSES; c++)
		for (const char *p = classes[c].ids; *p != '\0'; p += p[3] == ' ' ? 4 : 3)
			if (strtoul(p, NULL, 10) == id / 1000)
				return (enum log_class)c;
	return LOG_CLASSES;
}

void log_filters_reset(void)
{
	for (int d = 0; d < LOG_DESTS; d++) {
		filters[d] = (struct log_filter){.level = -1};
		memset(filters[d].class_level, -1, sizeof filters[d].class_level);
	}
	set = true;
}

void log_filters_set(const struct log_filter filter[LOG_DESTS])
{
	memcpy(filters, filter, sizeof filters);
	set = true;
}

const struct log_filter *log_filter_of(enum log_dest d)
{
	if (!set)
		log_filters_reset();
	return &filters[d];
}

int log_filter_top(enum log_dest d)
{
	const struct log_filter *f = log_filter_of(d);
	int top = f->list != NULL ? -1 : f->level;
	for (size_t i = 0; f->list != NULL && i < f->nrules; i++) {
		int level = f->rule[i].level < 0 ? LOGL_DEBUGGING : f->rule[i].level;
		top = level > top ? level : top;
	}
	for (int c = 0; c < LOG_CLASSES; c++)
		top = f->class_level[c] > top ? f->class_level[c] : top;
	return top;
}

bool log_filter_on(enum log_dest d)
{
	return log_filter_top(d) >= 0;
}

static bool rule_fits(const struct log_rule *r, const struct log_line *line, enum log_class class)
{
	if (r->level < 0)
		return line->id >= r->from && line->id <= r->to;
	return line->level <= r->level && (r->class == LOG_CLASSES || r->class == class);
}

bool log_passes(enum log_dest d, const struct log_line *line)
{
	const struct log_filter *f = log_filter_of(d);
	enum log_class class = log_class_of(line->id);
	if (class < LOG_CLASSES && f->class_level[class] >= 0)
		return line->level <= f->class_level[class];
	for (size_t i = 0; f->list != NULL && i < f->nrules; i++)
		if (rule_fits(&f->rule[i], line, class))
			return true;
	return f->list == NULL && line->level <= f->level;
}

/* ------------------------------------------------------------------ rate limits */

static struct log_limit limits[LOG_LIMITS_MAX];
static size_t nlimits;

/* Messages that a limit applies to, as they come. */
static struct limited {
	unsigned id;
	int level;
	time_t since;
	uint32_t n;
	uint64_t held;
} seen[LOG_LIMITED_IDS];
static size_t nseen;

/* That of the message itself, of its level, of all. */
static const struct log_limit *limit_for(unsigned id, int level)
{
	const struct log_limit *best = NULL;
	for (size_t i = 0; i < nlimits; i++) {
		const struct log_limit *l = &limits[i];
		if (l->id == id)
			return l;
		if (l->id == 0 && (l->level == level || (l->level < 0 && best == NULL)))
			best = l;
	}
	return best;
}

void log_limits_set(const struct log_limit *l, size_t n)
{
	nlimits = n < LOG_LIMITS_MAX ? n : LOG_LIMITS_MAX;
	if (nlimits > 0)
		memcpy(limits, l, nlimits * sizeof *l);
	for (size_t i = 0; i < nseen;)
		if (limit_for(seen[i].id, seen[i].level) == NULL)
			seen[i] = seen[--nseen];
		else
			i++;
}

void log_limits_each(void (*fn)(void *arg, unsigned id, int level, const struct log_limit *limit,
                                uint64_t held),
                     void *arg)
{
	for (size_t i = 0; i < nseen; i++)
		fn(arg, seen[i].id, seen[i].level, limit_for(seen[i].id, seen[i].level),
		   seen[i].held);
}

bool log_limit_pass(unsigned id, int level, time_t now)
{
	const struct log_limit *l = nlimits > 0 ? limit_for(id, level) : NULL;
	size_t i = 0;
	if (l == NULL)
		return true;
	while (i < nseen && (seen[i].id != id || seen[i].level != level))
		i++;
	if (i == nseen && nseen == LOG_LIMITED_IDS)
		return true; /* more kinds than there is room to count: rather too much than lost */
	if (i == nseen)
		seen[nseen++] = (struct limited){.id = id, .level = level, .since = now};
	struct limited *s = &seen[i];
	if (now < s->since || now - s->since >= (time_t)l->interval_s) {
		s->since = now;
		s->n = 0;
	}
	if (s->n++ < l->num)
		return true;
	s->held++;
	return false;
}
