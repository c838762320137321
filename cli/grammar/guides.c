/* Chapters of the manual that speak of several commands together:
 *
 *   guides:
 *     - title: ...
 *       text: [{p: a paragraph}, {code: lines as they are typed}, ...] */
#include "cli/grammar/build.h"

static bool read_block(struct builder *b, const struct yaml *y, struct guide_block *block)
{
	static const char *const known[] = {"p", "code", NULL};

	if (y->kind != YAML_MAP || y->n != 1 || !build_keys(b, y, known))
		return build_fail(b, y, "guides: a block is {p: text} or {code: text}");
	block->code = yaml_get(y, "code") != NULL;
	block->text = build_text(b, y, block->code ? "code" : "p");
	return block->text != NULL;
}

static bool read_guide(struct builder *b, const struct yaml *y)
{
	static const char *const known[] = {"title", "text", NULL};
	const struct yaml *text = y->kind == YAML_MAP ? yaml_get(y, "text") : NULL;
	struct guide *g = build_alloc(b, 1, sizeof(*g)), **end = &b->g->guides;

	if (!text || text->kind != YAML_SEQ || !build_keys(b, y, known))
		return build_fail(b, y, "guides: a chapter has title: and a list text:");
	if (!g)
		return false;
	g->title = build_text(b, y, "title");
	g->blocks = build_alloc(b, text->n, sizeof(*g->blocks));
	for (; g->blocks && g->n < text->n; g->n++) {
		if (!read_block(b, text->items[g->n], &g->blocks[g->n]))
			return false;
	}
	while (*end)
		end = &(*end)->next;
	*end = g;
	return g->title != NULL && g->blocks != NULL;
}

bool build_guides(struct builder *b, const struct yaml *y)
{
	if (y->kind != YAML_SEQ)
		return build_fail(b, y, "guides: a list of chapters");
	for (size_t i = 0; i < y->n; i++) {
		if (!read_guide(b, y->items[i]))
			return false;
	}
	return true;
}
