#include "gen.h"

#include <stdio.h>
#include <string.h>

static uint32_t draw(const struct gen *g, const char *what)
{
	uint32_t h = 2166136261u ^ (g->seed * 2654435761u);

	while (*what)
		h = (h ^ (unsigned char)*what++) * 16777619u;
	h ^= h >> 15;
	h *= 2246822519u;
	return h ^ (h >> 13);
}

bool gen_usable(const struct line *l)
{
	return l->node && !l->edit_name && !l->refused && !l->run && !(l->flags & (LINE_ONLY_SHOWN | LINE_ONLY_STORED));
}

void gen_config(struct gen *g)
{
	ctx_clear(&g->c->ctx);
	ctx_init(&g->c->ctx, g->c->g->config);
}

static void must(struct gen *g, const char *line)
{
	if (strstr(type(g->c, line), "ERROR"))
		g->failed = true;
}

static const struct line *primary_of(const struct gen *g, const struct node *n)
{
	for (const struct mode *m = g->c->g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			if (l->node == n && (l->flags & LINE_PRIMARY))
				return l;
		}
	}
	/* By content: any line does. */
	for (const struct line *l = g->c->g->config->lines; l; l = l->next) {
		if (l->node == n && gen_usable(l) && !(l->flags & LINE_LEGACY) && !l->enter)
			return l;
	}
	return NULL;
}

static void make_entry(struct gen *g, const struct line *l)
{
	struct cli_ctx was;
	struct out text;

	if (!l || ++g->depth > 6)
		return;
	ctx_copy(&was, &g->c->ctx);
	gen_prepare(g, l);
	out_init(&text);
	gen_line(g, l, &text);
	must(g, text.text);
	out_free(&text);
	ctx_clear(&g->c->ctx);
	ctx_copy(&g->c->ctx, &was);
	ctx_clear(&was);
	g->depth--;
}

/* The line that shows a field; through it the field gets its value. */
static const struct line *line_for(const struct gen *g, const struct node *n, const char *field)
{
	for (const struct mode *m = g->c->g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			for (unsigned a = 0; gen_usable(l) && l->node == n && a < l->natoms; a++) {
				if (l->atoms[a]->kind == ITEM_ARG &&
				    !strcmp(l->atoms[a]->field->name, field))
					return l;
			}
		}
	}
	return NULL;
}

static void draw_number(const struct gen *g, const struct field *f, uint32_t r, struct out *out)
{
	uint32_t lo = f->flags & FIELD_HAS_MIN ? f->min : 0;
	uint32_t hi = f->flags & FIELD_HAS_MAX ? f->max : 100000;
	struct value v = {.kind = V_U32};

	(void)g;
	v.u32 = hi - lo == UINT32_MAX ? r : lo + r % (hi - lo + 1);
	f->type->print(f, &v, out);
}

static void draw_word(const struct field *f, uint32_t r, struct out *out)
{
	size_t at = out->len, min = f->flags & FIELD_HAS_MIN ? f->min : 1;
	size_t max = f->flags & FIELD_HAS_MAX ? f->max : 64;

	out_printf(out, "zq%u", r % 1000);
	while (out->len - at < min)
		out_str(out, "x");
	if (out->len - at > max) {
		out->len = at + max;
		out->text[out->len] = '\0';
	}
}

static void draw_ref(struct gen *g, const struct field *f, struct out *out)
{
	const char *name = f->via ? f->via : f->to->fields[0].name;

	/* The target draws its own name; with the same seed it is the same. A list lives by its entries. */
	if (!strcmp(f->to->name, "access-list")) {
		struct cli_ctx was;
		char line[96];

		ctx_copy(&was, &g->c->ctx);
		gen_config(g);
		snprintf(line, sizeof(line), "access-list zq%u extended permit ip any any",
		         draw(g, name) % 1000);
		must(g, line);
		ctx_clear(&g->c->ctx);
		ctx_copy(&g->c->ctx, &was);
		ctx_clear(&was);
	} else if (f->via)
		make_entry(g, line_for(g, f->to, f->via));
	else
		make_entry(g, primary_of(g, f->to));
	draw_word(node_field(f->to, str_of(name)), draw(g, name), out);
}

static void draw_value(struct gen *g, const struct field *f, struct out *out)
{
	const char *type = f->type->name;
	uint32_t r = draw(g, f->name);

	if (f->type->kind == V_LIST) {
		draw_value(g, f->of, out);
	} else if (f->nchoices) {
		out_str(out, f->choices[r % f->nchoices].word);
	} else if (f->nwords && r % 5 == 0) {
		out_str(out, f->words[r / 5 % f->nwords].word);
	} else if (f->to) {
		draw_ref(g, f, out);
	} else if (f->type->class == CLASS_NUMBER || f->type->class == CLASS_TIME) {
		draw_number(g, f, r, out);
	} else if (!strcmp(type, "ipv4")) {
		out_printf(out, "10.%u.%u.%u", r >> 16 & 255, r >> 8 & 255, r & 255);
	} else if (!strcmp(type, "ipv4-mask")) {
		struct value v = {.kind = V_U32, .u32 = UINT32_MAX << (r % 31 + 1)};

		f->type->print(f, &v, out);
	} else if (!strcmp(type, "ipv4-range")) {
		out_printf(out, "10.%u.1.1-10.%u.1.%u", r & 255, r & 255, 2 + (r >> 8) % 200);
	} else if (!strcmp(type, "ipv4-prefix")) {
		out_printf(out, "10.%u.0.0/%u", r & 255, r % 33);
	} else if (!strcmp(type, "hwname")) {
		out_printf(out, "GigabitEthernet0/%u", r % 8);
	} else {
		draw_word(f, r, out);
		if (f->type->class == CLASS_TEXT && r % 2)
			out_str(out, " and more");
	}
}

static void gen_items(struct gen *g, const struct item *it, struct out *out);

static uint32_t draw_branch(const struct gen *g, const struct item *it)
{
	for (; it; it = it->next) {
		if (it->kind == ITEM_ARG)
			return draw(g, it->word) >> 7;
		if (it->kids)
			return draw_branch(g, it->kids);
	}
	return draw(g, "branch");
}

static void gen_item(struct gen *g, const struct item *it, struct out *out)
{
	const struct item *seq;
	uint32_t n = 0;

	switch (it->kind) {
	case ITEM_WORD:
		out_printf(out, "%s%s", out->len ? " " : "", it->word);
		break;
	case ITEM_ARG:
		out_printf(out, "%s%s", out->len ? " " : "", it->pre);
		draw_value(g, it->field, out);
		out_str(out, it->post);
		break;
	case ITEM_OPT:
		if (draw_branch(g, it->kids) % 2)
			gen_items(g, it->kids, out);
		break;
	case ITEM_ALT:
		for (seq = it->kids; seq; seq = seq->next)
			n++;
		n = draw_branch(g, it->kids) % n;
		for (seq = it->kids; n--;)
			seq = seq->next;
		gen_items(g, seq->kids, out);
		break;
	case ITEM_SEQ:
		gen_items(g, it->kids, out);
		break;
	}
}

static void gen_items(struct gen *g, const struct item *it, struct out *out)
{
	for (; it; it = it->next)
		gen_item(g, it, out);
}

void gen_line(struct gen *g, const struct line *l, struct out *out)
{
	gen_items(g, l->items, out);
}

/* The entry (or its parents) that a line takes for granted. */
static void make_owner(struct gen *g, const struct line *l)
{
	for (const struct node *n = l->node; n && n->parent; n = n->parent) {
		const struct line *p;

		if (!(n->flags & NODE_LIST))
			continue;
		p = primary_of(g, n);
		if (p && p != l && !(n->flags & NODE_BY_CONTENT) &&
		    !(l->node == n && (l->flags & LINE_PRIMARY || (l->enter && l->nwith))) && p->mode == g->c->g->config) {
			make_entry(g, p);
			return;
		}
	}
}

void gen_prepare(struct gen *g, const struct line *l)
{
	struct out text;

	gen_config(g);
	if (++g->depth > 6)
		return;
	if (l->mode != g->c->g->config) {
		const struct line *enter = NULL;

		for (const struct mode *m = g->c->g->modes; m && !enter; m = m->next) {
			for (const struct line *e = m->lines; e && !enter; e = e->next) {
				if (e->enter == l->mode && !(e->flags & LINE_LEGACY))
					enter = e;
			}
		}
		if (enter) {
			gen_prepare(g, enter);
			out_init(&text);
			gen_line(g, enter, &text);
			must(g, text.text);
			out_free(&text);
		}
	} else {
		make_owner(g, l);
	}
	g->depth--;
}
