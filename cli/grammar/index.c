/* What is worked out once all lines are there: help of keywords, lines by first letter, the line that shows an entry. */
#include <ctype.h>
#include <string.h>

#include "cli/grammar/build.h"
#include "core/base/hash.h"

static struct grammar_help *find_help(const struct grammar *g, const struct mode *m,
                                      const char *prefix)
{
	struct grammar_help *h;
	struct out key;

	out_init(&key);
	out_printf(&key, "%s/%s", m->name, prefix);
	h = hash_get(g->help, key.text, key.len);
	if (!h)
		h = hash_get(g->help, prefix, strlen(prefix));
	out_free(&key);
	return h;
}

/* What leaves its first word out is explained as if it stood there. */
static struct grammar_help *help_behind(const struct grammar *g, const struct line *l,
                                        const char *prefix)
{
	struct grammar_help *h;
	struct out full;

	out_init(&full);
	out_printf(&full, "%s %s", l->lead, prefix);
	h = find_help(g, l->mode, full.text);
	out_free(&full);
	return h;
}

/* A keyword's help: its prefix in `help:`, else what its argument says of itself. */
static void help_items(const struct grammar *g, const struct line *l, struct item *it,
                       const char *before)
{
	struct out prefix;
	struct grammar_help *h;

	out_init(&prefix);
	out_str(&prefix, before);
	for (; it; it = it->next) {
		if (it->kind == ITEM_OPT || it->kind == ITEM_ALT || it->kind == ITEM_SEQ) {
			for (struct item *k = it->kids; k;
			     k = it->kind == ITEM_ALT ? k->next : NULL)
				help_items(g, l, it->kind == ITEM_ALT ? k->kids : k,
				           prefix.len ? prefix.text : "");
			continue;
		}
		if (prefix.len)
			out_str(&prefix, " ");
		if (it->kind == ITEM_ARG) {
			out_printf(&prefix, "%s<%s>%s", it->pre, it->word, it->post);
			continue;
		}
		out_str(&prefix, it->word);
		h = find_help(g, l->mode, prefix.text);
		if (!h && l->lead)
			h = help_behind(g, l, prefix.text);
		if (h) {
			h->used = true;
			it->help = h->text;
		} else if (it->next && it->next->kind == ITEM_ARG) {
			it->help = it->next->field->help;
		}
	}
	out_free(&prefix);
}

static void add_start(struct builder *b, struct mode *m, unsigned char c, struct line *l)
{
	struct line **grown;

	if (m->nstart[c] && m->start[c][m->nstart[c] - 1] == l)
		return;
	grown = m->start[c];
	if (!(m->nstart[c] & (m->nstart[c] - 1))) {
		grown = build_alloc(b, m->nstart[c] ? m->nstart[c] * 2 : 1, sizeof(*grown));
		if (m->nstart[c])
			memcpy(grown, m->start[c], m->nstart[c] * sizeof(*grown));
		m->start[c] = grown;
	}
	grown[m->nstart[c]++] = l;
}

static void index_line(struct builder *b, struct line *l)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		const struct item *it = l->atoms[i];

		if (!(l->first >> i & 1))
			continue;
		if (it->kind == ITEM_WORD)
			add_start(b, l->mode, (unsigned char)tolower((unsigned char)it->word[0]),
			          l);
		else
			add_start(b, l->mode, 0, l);
	}
}

/* The line that shows that an entry exists: the first one that names all its own keys. */
static void mark_primary(struct grammar *g, const struct node *n)
{
	for (struct mode *m = g->modes;
	     m && (n->flags & NODE_LIST) && !(n->flags & NODE_BY_CONTENT); m = m->next) {
		for (struct line *l = m->lines; l; l = l->next) {
			size_t own = 0;

			if (l->node != n || l->run || (l->flags & (LINE_LEGACY | LINE_NEVER)))
				continue;
			if (l->flags & LINE_ONLY_SHOWN) { /* one of several forms */
				l->flags |= LINE_PRIMARY;
				continue;
			}
			for (size_t k = n->nup; k < node_nkeys(n); k++) {
				bool bound = false;

				for (unsigned a = 0; a < l->natoms; a++)
					bound |= l->atoms[a]->kind == ITEM_ARG &&
					         !l->atoms[a]->dropped &&
					         l->atoms[a]->field->index == k;
				own += bound;
			}
			if (own == n->nkeys) {
				l->flags |= LINE_PRIMARY;
				goto next;
			}
		}
	}
next:
	for (size_t i = 0; i < n->nnodes; i++)
		mark_primary(g, n->nodes[i]);
}

static bool has_choice(const struct field *f, const char *word)
{
	for (size_t i = 0; i < f->nchoices; i++) {
		if (!strcmp(f->choices[i].word, word))
			return true;
	}
	return false;
}

static void add_choice(struct builder *b, struct field *f, const struct item *it)
{
	struct choice *grown;

	if (has_choice(f, it->word))
		return;
	grown = build_alloc(b, f->nchoices + 1, sizeof(*grown));
	memcpy(grown, f->choices, f->nchoices * sizeof(*grown));
	grown[f->nchoices++] = (struct choice){it->word, it->help};
	f->choices = grown;
}

/* Every first word of a line that running-config can hold is a section of it. */
static void add_sections(struct builder *b, struct field *f)
{
	for (const struct line *l = b->g->config->lines; l; l = l->next) {
		if (!l->node || l->run || l->refused || (l->flags & LINE_LEGACY))
			continue;
		if ((l->flags & LINE_ONLY_SHOWN) && !strncmp(l->text, "no ", 3))
			continue;
		for (unsigned i = 0; i < l->natoms; i++) {
			if ((l->first >> i & 1) && l->atoms[i]->kind == ITEM_WORD)
				add_choice(b, f, l->atoms[i]);
		}
	}
}

static void find_sections(struct builder *b, struct line *l)
{
	for (size_t i = 0; i < l->nargs && b->g->config; i++) {
		if (l->args[i].flags & FIELD_SECTIONS)
			add_sections(b, &l->args[i]);
	}
}

static const struct node *top_of(const struct node *n)
{
	while (n && n->parent && n->parent->parent)
		n = n->parent;
	return n && n->parent ? n : NULL;
}

/* The lines of the mode by the top-level node they are about, those of one node in their order. */
static void index_tops(struct builder *b, struct mode *m)
{
	size_t nslots = b->g->schema.root->nnodes, n = 0;
	size_t *start = build_alloc(b, nslots + 2, sizeof(*start));

	for (const struct line *l = m->lines; l; l = l->next) {
		if (!top_of(l->node))
			continue;
		start[top_of(l->node)->slot + 2]++;
		n++;
	}
	for (size_t i = 2; i < nslots + 2; i++)
		start[i] += start[i - 1];
	m->of_top = build_alloc(b, n + 1, sizeof(*m->of_top));
	for (struct line *l = m->lines; l; l = l->next) {
		if (top_of(l->node))
			m->of_top[start[top_of(l->node)->slot + 1]++] = l;
	}
	m->top_start = start;
}

void build_index(struct builder *b)
{
	for (struct mode *m = b->g->modes; m; m = m->next) {
		for (struct line *l = m->lines; l; l = l->next) {
			help_items(b->g, l, l->items, "");
			if (!(l->flags & LINE_ONLY_SHOWN))
				index_line(b, l);
		}
	}
	for (struct mode *m = b->g->modes; m; m = m->next) {
		for (struct line *l = m->lines; l; l = l->next)
			find_sections(b, l);
	}
	if (b->g->config)
		index_tops(b, (struct mode *)b->g->config);
	mark_primary(b->g, b->g->schema.root);
}
