/* `layouts:` of the grammar: the running-config of a release that had an order and forms of its own. An item is the
 * beginning of patterns of the config mode, or a line that is only shown. */
#include <string.h>

#include "cli/grammar/build.h"

enum { LAYOUT_LINES = 24 }; /* of one item */

/* `begin` ends at a word of the pattern. */
static bool begins(const char *pattern, const char *begin)
{
	size_t n = strlen(begin);

	return !strncmp(pattern, begin, n) && (!pattern[n] || pattern[n] == ' ');
}

static bool take_lines(struct builder *b, struct layout_item *it, const struct yaml *y)
{
	size_t before = it->n;

	for (struct line *l = b->g->config->lines; l; l = l->next) {
		if (!begins(l->text, y->text) || !l->node || l->run || l->refused ||
		    (l->flags & LINE_ONLY_STORED))
			continue;
		if (it->n == LAYOUT_LINES)
			return build_fail(b, y, "layouts: too many lines");
		it->lines[it->n++] = l;
	}
	return it->n > before || build_fail(b, y, "layouts: no line begins with \"%s\"", y->text);
}

static bool shown_line(struct builder *b, struct layout_item *it, struct mode *m,
                       const struct yaml *y)
{
	struct line *l = build_line(b, m, y);

	if (!l || !line_parse(b, l, y))
		return false;
	if (!l->node)
		return build_fail(b, y, "layouts: \"%s\" has no node", l->text);
	if (it->n == LAYOUT_LINES)
		return build_fail(b, y, "layouts: too many lines");
	l->flags |= LINE_LEGACY;
	it->lines[it->n++] = l;
	return true;
}

static bool add_lines(struct builder *b, struct layout_item *it, struct mode *m,
                      const struct yaml *y)
{
	for (size_t i = 0; y->kind == YAML_SEQ && i < y->n; i++) {
		if (!add_lines(b, it, m, y->items[i]))
			return false;
	}
	if (y->kind == YAML_SEQ)
		return true;
	return y->kind == YAML_TEXT ? take_lines(b, it, y) : shown_line(b, it, m, y);
}

static bool read_layout(struct builder *b, const char *name, const struct yaml *y)
{
	static const char *const known[] = {"version", "order", NULL};
	const struct yaml *order = yaml_get(y, "order");
	struct layout *lay = build_alloc(b, 1, sizeof(*lay));
	struct mode *m = build_alloc(b, 1, sizeof(*m));

	if (!build_keys(b, y, known))
		return false;
	lay->dialect = build_dialect(b, y, name);
	lay->version = build_text(b, y, "version");
	if (b->failed)
		return false;
	if (!order || order->kind != YAML_SEQ || !lay->version)
		return build_fail(b, y, "layouts: version: and order:, a list");
	*m = (struct mode){.name = "layout", .file = y->file, .where = y->line, .tail = &m->lines};
	lay->items = build_alloc(b, order->n, sizeof(*lay->items));
	for (size_t i = 0; i < order->n; i++) {
		struct layout_item *it = &lay->items[lay->n++];

		it->lines = build_alloc(b, LAYOUT_LINES, sizeof(*it->lines));
		if (!add_lines(b, it, m, order->items[i]))
			return false;
	}
	lay->next = b->g->layouts;
	b->g->layouts = lay;
	return true;
}

bool build_layouts(struct builder *b)
{
	for (size_t i = 0; i < b->ndocs; i++) {
		const struct yaml *y = yaml_get(b->docs[i], "layouts");

		if (!y)
			continue;
		if (y->kind != YAML_MAP || !b->g->config)
			return build_fail(b, y, "layouts: a map of dialects");
		for (size_t k = 0; k < y->n; k++) {
			if (!read_layout(b, y->keys[k], y->items[k]))
				return false;
		}
	}
	return true;
}

const struct layout *grammar_layout(const struct grammar *g, int dialect)
{
	for (const struct layout *l = g->layouts; l; l = l->next) {
		if (l->dialect == dialect)
			return l;
	}
	return NULL;
}
