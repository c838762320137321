/* `short:` of a mode: families of lines that may be typed without their first word (`map ...` for `crypto map ...`). */
#include <string.h>

#include "cli/grammar/build.h"

bool build_shorts(struct builder *b, struct mode *m, const struct yaml *y)
{
	if (!y)
		return true;
	if (y->kind != YAML_SEQ)
		return build_fail(b, y, "short: a list of first words");
	m->shorts = build_alloc(b, y->n + 1, sizeof(*m->shorts));
	for (size_t i = 0; i < y->n; i++) {
		m->shorts[i] = y->items[i]->text;
		if (!m->shorts[i] || !strchr(m->shorts[i], ' '))
			return build_fail(b, y->items[i], "short: two words are expected");
	}
	return true;
}

const char *build_short(struct builder *b, const struct line *l, const char **lead)
{
	for (const char **s = l->mode->shorts; s && *s; s++) {
		size_t len = strlen(*s), first = strcspn(*s, " ");

		if (strncmp(l->text, *s, len) || (l->text[len] != ' ' && l->text[len] != '\0'))
			continue;
		char *word = build_alloc(b, first + 1, 1);

		memcpy(word, *s, first);
		*lead = word;
		return build_str(b, l->text + first + 1);
	}
	return NULL;
}
