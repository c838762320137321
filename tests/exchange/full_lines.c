#include "tests/exchange/full_lines.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 300 }; /* of one pattern */

struct walk {
	const struct line *line;
	char text[1024];
	unsigned typed, turn;
	void (*fn)(void *arg, const char *line);
	void *arg;
};

static void type_line(struct walk *k)
{
	if (k->typed++ < LINES_MAX)
		k->fn(k->arg, k->text);
}

/* A value for an argument: of an enum one after the other, else something that exists where there is one. */
static const char *sample(struct walk *k, const struct field *f)
{
	static const char *const names[][2] = {
	        {"peer", "203.0.113.101"}, {"ip", "203.0.113.101"}, {"p-ip", "203.0.113.101"},
	        {"a-ip", "10.78.0.10"},    {"user", "alice"},       {"group", "DefaultRAGroup"},
	        {"ifname", "outside"},     {"pool", "clients"},     {"spi", "0x12345678"},
	        {"map", "dyno"},
	};
	if (f->nchoices > 0)
		return f->choices[k->turn++ % f->nchoices].word;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(f->name, names[i][0]) == 0)
			return names[i][1];
	if (strncmp(f->type->name, "ipv4", 4) == 0)
		return "10.78.0.10";
	static char number[16];
	snprintf(number, sizeof number, "%u", f->min > 0 ? f->min : 1);
	return strcmp(f->type->name, "u32") == 0 ? number : "name";
}

/* All ways through the pattern, each word once. */
static void walk_from(struct walk *k, uint64_t next, uint64_t seen)
{
	const struct line *l = k->line;
	for (unsigned a = 0; a < l->natoms && k->typed < LINES_MAX; a++) {
		uint64_t bit = UINT64_C(1) << a;
		if (!(next & bit) || (seen & bit))
			continue;
		size_t len = strlen(k->text);
		const struct item *atom = l->atoms[a];
		snprintf(k->text + len, sizeof k->text - len, "%s%s", len > 0 ? " " : "",
		         atom->kind == ITEM_WORD ? atom->word : sample(k, atom->field));
		if (l->last & bit)
			type_line(k);
		walk_from(k, l->follow[a], seen | bit);
		k->text[len] = '\0';
	}
}

static bool begins(const struct line *l, const char *const *prefixes)
{
	for (; *prefixes != NULL; prefixes++)
		if (strncmp(l->text, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

void full_lines_each(const struct mode *mode, const char *const *prefixes,
                     void (*fn)(void *arg, const char *line), void *arg)
{
	struct walk k = {.fn = fn, .arg = arg};
	for (const struct line *l = mode->lines; l != NULL; l = l->next) {
		if (l->run == NULL || !begins(l, prefixes))
			continue;
		k.line = l;
		k.typed = 0;
		walk_from(&k, l->first, 0);
	}
}
