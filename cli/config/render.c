#include "cli/config/render.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config/render_priv.h"

static bool below(const struct node *n, const struct node *top)
{
	while (n && n != top)
		n = n->parent;
	return n != NULL;
}

/* The newest spelling that is valid in the dialect. */
static const struct line *form_of(const struct render *r, const struct line *l)
{
	const struct line *best = NULL;
	int from = l->from;

	for (const struct line *o = l->older; o; o = o->older) {
		if (l->from < 0 && o->until >= from)
			from = o->until + 1;
	}
	if (r->dialect >= from && (l->until < 0 || r->dialect <= l->until))
		return l;
	for (const struct line *o = l->older; o; o = o->older) {
		if (o->until >= r->dialect && o->from <= r->dialect &&
		    (!best || o->until > best->until))
			best = o;
	}
	return best;
}

static bool is_bool(const struct field *f)
{
	return !strcmp(f->type->name, "bool");
}

/* Another line says the opposite openly, so that no `no` is needed. */
static bool has_opposite(const struct line *l, const struct with *w)
{
	for (const struct line *o = l->mode->lines; o; o = o->next) {
		if (o == l || (o->flags & (LINE_LEGACY | LINE_NEVER)))
			continue;
		for (size_t i = 0; i < o->nwith; i++) {
			if (o->with[i].field == w->field &&
			    !value_equal(&o->with[i].value, &w->value))
				return true;
		}
		for (unsigned a = 0; a < o->natoms; a++) {
			if (o->atoms[a]->kind == ITEM_ARG && o->atoms[a]->field == w->field)
				return true;
		}
	}
	return false;
}

enum with_state { WITH_YES, WITH_NO, WITH_NEVER };

static enum with_state with_of(const struct line *l, const struct centry *e)
{
	enum with_state state = WITH_YES;

	for (size_t i = 0; i < l->nwith; i++) {
		const struct with *w = &l->with[i];
		const struct value *v = render_is_key(e, w->field) ? &e->vals[w->field->index]
		                                                   : entry_value(e, w->field);

		if (v && value_equal(v, &w->value) != w->other)
			continue;
		if (w->other || !v || render_is_key(e, w->field) || !is_bool(w->field) ||
		    has_opposite(l, w))
			return WITH_NEVER;
		state = WITH_NO;
	}
	return state;
}

static bool full(const struct render *r, const struct line *l)
{
	if (r->flags & RENDER_INERT)
		return false;
	return (r->flags & RENDER_ALL) || (l->flags & LINE_ALWAYS) || l->mode->always;
}

/* It says no more than that there is the entry. */
static bool is_bare(const struct line *l, const struct centry *e)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		if (l->atoms[i]->kind == ITEM_ARG && !l->atoms[i]->dropped &&
		    !render_is_key(e, l->atoms[i]->field))
			return false;
	}
	for (size_t i = 0; i < l->nwith; i++) {
		if (!render_is_key(e, l->with[i].field))
			return false;
	}
	return true;
}

static bool is_shown(const struct render *r, const struct line *l, const struct centry *e)
{
	if (full(r, l))
		return true;
	if (r->flat && !e->base &&
	    (is_bare(l, e) || (l->modern && l->modern->flags & LINE_PRIMARY)))
		return true;
	if ((l->flags & LINE_PRIMARY) && !e->base)
		return true;
	for (unsigned i = 0; i < l->natoms; i++) {
		const struct item *it = l->atoms[i];

		if (it->kind == ITEM_ARG && !it->dropped && !render_is_key(e, it->field) &&
		    render_differs(r, e, it->field))
			return true;
	}
	for (size_t i = 0; i < l->nwith; i++) {
		if (!render_is_key(e, l->with[i].field) && render_differs(r, e, l->with[i].field))
			return true;
	}
	return false;
}

/* The set or list that is shown one member a line. */
static const struct field *split_of(const struct line *l, const struct centry *e)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		const struct item *it = l->atoms[i];

		if (it->kind == ITEM_ARG && !it->dropped && !it->many &&
		    !render_is_key(e, it->field) &&
		    (it->field->type->kind == V_SET || it->field->type->kind == V_LIST))
			return it->field;
	}
	return NULL;
}

static void set_lines(struct printed *p, unsigned depth)
{
	const struct value *dflt = entry_default(p->e, p->split), *v = entry_value(p->e, p->split);

	for (size_t i = 0; i < p->split->nchoices; i++) {
		bool in = v && (v->set >> i & 1), by_default = dflt && (dflt->set >> i & 1);

		if ((in == by_default && !p->full) || (!in && p->r->flat))
			continue;
		p->member = (struct value){.kind = V_SET, .set = UINT64_C(1) << i};
		render_print(p, depth, !in, true);
	}
}

static void list_lines(struct printed *p, unsigned depth)
{
	const struct value *v = entry_value(p->e, p->split);

	for (size_t i = 0; v && v->kind == V_LIST && i < v->list.n; i++) {
		/* A list of one, borrowed. */
		p->member = (struct value){.kind = V_LIST, .list = {&v->list.v[i], 1}};
		render_print(p, depth, false, true);
	}
}

static void render_mode(struct render *r, const struct mode *m, const struct centry *e,
                        unsigned depth);

static void render_block(struct printed *p, const struct line *l, unsigned depth)
{
	struct out *out = p->r->out;
	size_t at = out->len, header;
	bool listing =
	        p->r->flags & RENDER_INERT; /* of what has no effect, as far as it says something */
	bool stays =
	        listing ? (l->flags & LINE_PRIMARY) && !p->e->base && l->inert
	                : ((l->flags & LINE_PRIMARY) && !p->e->base) || (l->flags & LINE_ALWAYS);

	if (with_of(l, p->e) != WITH_YES || !render_print(p, depth, false, true))
		return;
	header = out->len;
	render_mode(p->r, l->enter, p->e, depth + 1 + l->enter->indent);
	if (out->len == header && !stays) {
		render_rollback(out, at);
		return;
	}
	if (l->enter->close) {
		render_indent(out, depth);
		out_printf(out, "%s\n", l->enter->close);
	}
}

static void render_line(struct render *r, const struct line *l, const struct centry *e,
                        unsigned depth)
{
	struct printed p = {.r = r, .e = e, .l = form_of(r, l), .full = full(r, l)};

	if (!p.l || ((r->flags & RENDER_INERT) && !l->inert && !l->enter))
		return;
	/* Nothing stored and nothing to show always: spare the look. */
	if (e == e->node->empty && !p.full && !e->node->nnodes)
		return;
	if (l->enter && !r->flat && (!l->enter->node || below(l->enter->node, l->node))) {
		render_block(&p, l, depth);
		return;
	}
	p.split = split_of(l, e);
	if (p.split && with_of(l, e) == WITH_YES) {
		if (p.split->type->kind == V_SET)
			set_lines(&p, depth);
		else
			list_lines(&p, depth);
		return;
	}
	if (!is_shown(r, l, e))
		return;
	switch (with_of(l, e)) {
	case WITH_YES:
		if (!render_print(&p, depth, false, true) && p.full && (l->flags & LINE_UNSET))
			render_print(&p, depth, true, false);
		break;
	case WITH_NO:
		if (!r->flat || !(l->flags & LINE_LEGACY))
			render_print(&p, depth, true, false);
		break;
	case WITH_NEVER:
		break;
	}
}

static bool renderable(const struct line *l)
{
	return l->node && !l->run && !l->refused && !(l->flags & (LINE_LEGACY | LINE_NEVER));
}

/* Is an earlier line about the same child list? Then its entries are printed already. */
static bool list_done(const struct line **lines, size_t i, const struct node *child)
{
	while (i-- > 0) {
		if (below(lines[i]->node, child))
			return true;
	}
	return false;
}

static bool matches_section(const struct render *r, size_t at)
{
	struct str have = {r->out->text + at, r->out->len - at}, want = out_text(&r->section), w, h;
	const char *nl;

	if (!want.len)
		return true;
	nl = memchr(have.p, '\n', have.len);
	have.len = nl ? (size_t)(nl - have.p) : have.len;
	if (have.len > 3 && !memcmp(have.p, "no ", 3))
		have = (struct str){have.p + 3, have.len - 3};
	while ((w = str_word(&want)).len) {
		h = str_word(&have);
		if (!str_eq(w, h))
			return false;
	}
	return true;
}

/* A part of an entry in which nothing is set has no keys of its own to print. */
static struct centry *with_keys(const struct centry *e, const struct centry *empty)
{
	struct centry *copy = entry_new(empty->node);

	for (size_t k = 0; k < empty->node->nup; k++)
		value_copy(&copy->vals[k], &e->vals[k]);
	return copy;
}

void render_entry(struct render *r, const struct line **lines, size_t n, const struct centry *e,
                  unsigned depth)
{
	for (size_t i = 0; i < n; i++) {
		const struct node *child = lines[i]->node;
		const struct centry *at = e;
		struct centry *copy = NULL;
		size_t mark = r->out->len;

		if (!below(child, e->node))
			continue;
		/* Down to the line's node; a list on the way is walked once, by its first line. */
		while (at && at->node != lines[i]->node) {
			child = lines[i]->node;
			while (child->parent != at->node)
				child = child->parent;
			if (!(child->flags & NODE_LIST)) {
				at = entry_child(at, child);
				continue;
			}
			if (!list_done(lines, i, child) && at->slots) {
				for (const struct centry *k = list_first(at, child); k;
				     k = list_next(at, k))
					render_entry(r, lines, n, k, depth);
			}
			at = NULL;
		}
		if (at && at == at->node->empty && at->node->nup && full(r, lines[i]))
			at = copy = with_keys(e, at);
		if (at)
			render_line(r, lines[i], at, depth);
		entry_drop(copy);
		if (!depth && at && r->out->len > mark && !matches_section(r, mark))
			render_rollback(r->out, mark);
	}
}

static const struct line **lines_of(const struct mode *m, const struct node *n, size_t *count)
{
	bool top = m->top_start && n->parent && !n->parent->parent;
	size_t from = top ? m->top_start[n->slot] : 0, to = top ? m->top_start[n->slot + 1] : 0;
	size_t most = to - from;
	const struct line **lines;

	for (const struct line *l = top ? NULL : m->lines; l; l = l->next)
		most++;
	lines = conf_alloc((most + 1) * sizeof(*lines));
	*count = 0;
	for (size_t i = from; i < to; i++) {
		if (renderable(m->of_top[i]))
			lines[(*count)++] = m->of_top[i];
	}
	for (const struct line *l = top ? NULL : m->lines; l; l = l->next) {
		if (renderable(l) && below(l->node, n))
			lines[(*count)++] = l;
	}
	return lines;
}

static void render_mode(struct render *r, const struct mode *m, const struct centry *e,
                        unsigned depth)
{
	size_t n;
	const struct line **lines;

	if (!m->node || m->node != e->node)
		return;
	lines = lines_of(m, m->node, &n);
	render_entry(r, lines, n, e, depth);
	free(lines);
}

static void render_node(struct render *r, const struct node *n)
{
	const struct centry *root = r->conf->root;
	size_t at = r->out->len, begun;

	r->lines = lines_of(r->g->config, n, &r->nlines);
	if (n->before)
		out_printf(r->out, "%s\n", n->before);
	begun = r->out->len;
	if (n->flags & NODE_LIST) {
		for (const struct centry *e = list_first(root, n); e; e = list_next(root, e))
			render_entry(r, r->lines, r->nlines, e, 0);
	} else {
		render_entry(r, r->lines, r->nlines, entry_child(root, n), 0);
	}
	if (r->out->len == begun)
		render_rollback(r->out, at);
	else if (n->after)
		out_printf(r->out, "%s\n", n->after);
	free(r->lines);
}

void render(const struct grammar *g, const struct conf *conf, unsigned flags, int dialect,
            struct str section, struct out *out)
{
	struct render r = {.g = g, .conf = conf, .flags = flags, .dialect = dialect, .out = out};
	const struct layout *layout;

	if (!g->config)
		return;
	if (dialect < 0)
		r.dialect = grammar_newest(g);
	layout = grammar_layout(g, r.dialect);
	r.flat = layout != NULL;
	out_init(&r.section);
	match_expand(g, g->config, section, &r.section);
	for (size_t i = 0; layout && i < layout->n; i++)
		render_layout_item(&r, &layout->items[i]);
	for (size_t i = 0; !layout && i < g->norder; i++)
		render_node(&r, g->order[i]);
	out_free(&r.section);
}
