/* One line of running-config, by its pattern read backwards. */
#include <ctype.h>
#include <string.h>

#include "cli/config/render_priv.h"

bool render_is_key(const struct centry *e, const struct field *f)
{
	return f->index < node_nkeys(e->node);
}

bool render_differs(const struct render *r, const struct centry *e, const struct field *f)
{
	const struct value *dflt = render_default(r, e, f), *v = &e->vals[f->index];

	/* What a builtin entry holds from the start is a default, too; those have no version. */
	return e->stamp && v->kind && !(dflt && value_equal(dflt, v));
}

bool render_has_arg(const struct printed *p, const struct item *it, bool any)
{
	for (; it; it = it->next) {
		if (it->kind == ITEM_ARG && !it->dropped &&
		    (any || p->full || it->field == p->split ||
		     render_differs(p->r, p->e, it->field)))
			return true;
		if (it->kids && render_has_arg(p, it->kids, any))
			return true;
	}
	return false;
}

static bool print_items(struct printed *p, const struct item *it);

void render_rollback(struct out *out, size_t len)
{
	if (out->text && out->len > len) {
		out->len = len;
		out->text[len] = '\0';
	}
}

/* An old line's own word for the value that was printed. */
static void old_word(const struct line *l, struct out *out, size_t at)
{
	for (size_t i = 0; i < l->nwords && out->text; i++) {
		if (!strcmp(out->text + at, l->words[i].value)) {
			render_rollback(out, at);
			out_str(out, l->words[i].word);
			return;
		}
	}
}

/* A name that a line carries and nothing stores: the first entry of what it names. */
static bool print_dropped(const struct printed *p, const struct item *it)
{
	const struct node *to = it->field->to;
	const struct centry *e = p->r->flat && to && to->parent == p->r->conf->root->node
	                                 ? list_first(p->r->conf->root, to)
	                                 : NULL;
	const struct value *v = e ? &e->vals[0] : p->r->flat ? &it->field->dflt : NULL;

	if (v && v->kind)
		value_print(it->field, v, true, p->r->out);
	return v && v->kind;
}

/* Without the beginning that this line leaves out. */
static void strip(const struct line *l, struct out *out, size_t at)
{
	size_t n = strlen(l->strip);

	if (out->len >= at + n && !strncmp(out->text + at, l->strip, n)) {
		memmove(out->text + at, out->text + at + n, out->len - at - n);
		render_rollback(out, out->len - n);
	}
}

static bool print_arg(struct printed *p, const struct item *it)
{
	const struct value *v;
	struct out *out = p->r->out;
	size_t at;

	if (it->dropped)
		return print_dropped(p, it);
	v = render_is_key(p->e, it->field) ? &p->e->vals[it->field->index]
	    : it->field == p->split        ? &p->member
	                                   : render_value(p->r, p->e, it->field);
	if (!v || !v->kind)
		return false;
	out_str(out, it->pre);
	at = out->len;
	value_print(it->field, v, p->r->flags & RENDER_SECRETS, out);
	if (out->len == at)
		return false;
	if (p->l->flags & LINE_LEGACY)
		old_word(p->l, out, at);
	/* The dialect writes ethernet0. */
	for (size_t i = at; p->r->flat && !strcmp(it->field->type->name, "hwname") && i < out->len;
	     i++)
		out->text[i] = (char)tolower((unsigned char)out->text[i]);
	if (p->l->strip)
		strip(p->l, out, at);
	out_str(out, it->post);
	return true;
}

/* The branch that says something; a default only when none does. */
static bool print_choice(struct printed *p, const struct item *alt)
{
	const struct printed changed = {
	        .r = p->r, .l = p->l, .e = p->e, .split = p->split, .member = p->member};
	size_t at = p->r->out->len;

	for (int pass = 0; pass < 2; pass++) {
		for (const struct item *seq = alt->kids; seq; seq = seq->next) {
			if (!pass && !render_has_arg(&changed, seq->kids, false))
				continue;
			if (print_items(p, seq->kids))
				return true;
			render_rollback(p->r->out, at);
		}
	}
	return false;
}

static bool print_items(struct printed *p, const struct item *it)
{
	struct out *out = p->r->out;

	for (; it; it = it->next) {
		size_t at = out->len;
		bool ok = true;

		if (at && out->text[at - 1] != ' ' && out->text[at - 1] != '\n')
			out_str(out, " ");
		switch (it->kind) {
		case ITEM_WORD:
			out_str(out, it->word);
			break;
		case ITEM_ARG:
			ok = print_arg(p, it);
			break;
		case ITEM_OPT:
			if (!render_has_arg(p, it->kids, false) || !print_items(p, it->kids))
				render_rollback(out, at);
			break;
		case ITEM_ALT:
		case ITEM_SEQ:
			ok = print_choice(p, it);
			break;
		}
		if (!ok)
			return false;
	}
	return true;
}

void render_indent(struct out *out, unsigned depth)
{
	while (depth--)
		out_str(out, " ");
}

static bool end_line(struct printed *p, size_t at, bool ok, bool trail)
{
	struct out *out = p->r->out;

	if (!ok) {
		render_rollback(out, at);
		return false;
	}
	while (out->len > at && out->text[out->len - 1] == ' ')
		render_rollback(out, out->len - 1);
	if ((p->r->flags & RENDER_INERT) && p->l->inert)
		out_printf(out, "  ! %s", p->l->inert);
	else if (!(p->r->flags & RENDER_INERT) && trail && (p->l->flags & LINE_TRAIL))
		out_str(out, " ");
	out_str(out, "\n");
	return true;
}

bool render_print(struct printed *p, unsigned depth, bool no, bool whole)
{
	struct out *out = p->r->out;
	size_t at = out->len;
	bool ok = true;

	render_indent(out, depth);
	out_str(out, no ? "no " : "");
	if (!no || whole)
		return end_line(p, at, print_items(p, p->l->items), true);
	for (const struct item *it = p->l->items; it && ok; it = it->next) {
		if (it->kind != ITEM_WORD &&
		    !(it->kind == ITEM_ARG && !it->dropped && render_is_key(p->e, it->field)))
			break;
		if (it->kind == ITEM_WORD)
			out_str(out, it->word);
		else
			ok = print_arg(p, it);
		out_str(out, " ");
	}
	return end_line(p, at, ok, false);
}
