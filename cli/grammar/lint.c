/* What a grammar must not say: mistakes that would show only when somebody types the wrong thing. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/grammar/grammar.h"
#include "cli/grammar/walk.h"
#include "core/base/hash.h"
#include "core/config/tree.h"

#define LINT_STATES 40000

struct lint {
	const struct grammar *g;
	struct out *all;
	struct err *err;
	unsigned mistakes;
	struct hash *seen;
	struct walk_line **states;
	size_t *sizes, nstates, next;
};

static void say(struct lint *t, const char *file, unsigned line, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

static void say(struct lint *t, const char *file, unsigned line, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!t->mistakes++)
		err_set(t->err, -EINVAL, "%s:%u: %s", file, line, text);
	if (t->all)
		out_printf(t->all, "%s:%u: %s\n", file, line, text);
}

static void lint_help(void *arg, void *value)
{
	struct lint *t = arg;
	const struct grammar_help *h = value;

	if (!h->used && strcmp(h->prefix, "no"))
		say(t, h->file, h->line, "help for \"%s\", which no line has", h->prefix);
}

static void lint_words(struct lint *t, const struct line *l, bool functions)
{
	if (l->flags & LINE_LEGACY)
		return;
	for (unsigned i = 0; i < l->natoms; i++) {
		if (l->atoms[i]->kind == ITEM_WORD && !l->atoms[i]->help &&
		    !(l->flags & LINE_ONLY_SHOWN))
			say(t, l->file, l->where, "no help for \"%s\" in \"%s\"", l->atoms[i]->word,
			    l->text);
		if (functions && l->atoms[i]->kind == ITEM_ARG && l->atoms[i]->field->suggest &&
		    !conf_suggest_find(l->atoms[i]->field->suggest))
			say(t, l->file, l->where, "suggest: there is no function %s",
			    l->atoms[i]->field->suggest);
	}
}

static bool rendered(const struct line *l)
{
	return l->node && !l->run && !l->refused && !(l->flags & (LINE_LEGACY | LINE_NEVER));
}

static bool shows(const struct line *l, const struct field *f)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		if (l->atoms[i]->kind == ITEM_ARG && !l->atoms[i]->dropped &&
		    l->atoms[i]->field == f)
			return true;
	}
	return false;
}

static const struct with *with_on(const struct line *l, const struct field *f)
{
	for (size_t i = 0; i < l->nwith; i++) {
		if (l->with[i].field == f)
			return &l->with[i];
	}
	return NULL;
}

/* Never shown together: another value of a field that both fix, another mode for the same kind of entry, or another
 * dialect. */
static bool apart(const struct line *a, const struct line *b)
{
	for (size_t i = 0; i < a->nwith; i++) {
		const struct with *other = with_on(b, a->with[i].field);

		if (other && !value_equal(&other->value, &a->with[i].value))
			return true;
	}
	if (a->mode != b->mode && a->mode->node && a->mode->node == b->mode->node)
		return true;
	return (a->until >= 0 && b->from > a->until) || (b->until >= 0 && a->from > b->until);
}

static void lint_field(struct lint *t, const struct node *n, const struct field *f)
{
	const struct line *first = NULL;
	bool fixed = false;

	for (const struct mode *m = t->g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			if (!rendered(l) || l->node != n)
				continue;
			fixed = fixed || with_on(l, f);
			if (!shows(l, f))
				continue;
			if (first && !apart(first, l))
				say(t, l->file, l->where, "field %s of %s is shown by \"%s\", too",
				    f->name, n->name, first->text);
			first = first ? first : l;
		}
	}
	if (!first && !fixed)
		say(t, n->file, n->line, "field %s of %s is shown by no line", f->name, n->name);
}

static void lint_node(struct lint *t, const struct node *n)
{
	bool entered = !(n->flags & NODE_LIST) || (n->flags & NODE_BY_CONTENT);

	if (n->parent && !n->parent->parent && n->rank == UINT32_MAX)
		say(t, n->file, n->line, "node %s is missing in order:", n->name);
	for (size_t i = node_nkeys(n); n->parent && i < n->nfields; i++)
		lint_field(t, n, &n->fields[i]);
	for (const struct mode *m = t->g->modes; m && !entered; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next)
			entered = entered || (l->node == n && (l->flags & LINE_PRIMARY));
	}
	if (!entered)
		say(t, n->file, n->line, "no line makes entries of %s", n->name);
	for (size_t i = 0; i < n->nnodes; i++)
		lint_node(t, n->nodes[i]);
}

/* States of a mode: sets of positions that the same words reach. */
static void add_state(struct lint *t, struct walk_line *lines, size_t n)
{
	if (!n || t->nstates == LINT_STATES || hash_get(t->seen, lines, n * sizeof(*lines))) {
		free(lines);
		return;
	}
	if (!hash_put(t->seen, lines, n * sizeof(*lines), lines))
		abort();
	t->states[t->nstates] = lines;
	t->sizes[t->nstates++] = n;
}

/* All positions that take the keyword, or (keyword NULL) values of the class behind the characters `pre`. */
static void follow(struct lint *t, const struct walk_line *s, size_t n, bool started,
                   const char *keyword, enum value_class class, const char *pre)
{
	struct walk_line *to = conf_alloc(n * sizeof(*to));
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t next = line_next(s[i].line, s[i].at, started), at = 0;

		for (; next; next &= next - 1) {
			unsigned a = (unsigned)__builtin_ctzll(next);
			const struct item *it = s[i].line->atoms[a];

			if (keyword ? item_takes_keyword(s[i].line, it, keyword)
			            : it->kind == ITEM_ARG && it->field->type->class == class &&
			                      !strcmp(it->pre, pre))
				at |= UINT64_C(1) << a;
		}
		if (at)
			to[count++] = (struct walk_line){s[i].line, at};
	}
	add_state(t, to, count);
}

static const struct field *element(const struct item *it)
{
	return it->field->type->kind == V_LIST ? it->field->of : it->field;
}

static bool clash(const struct item *a, const struct item *b, bool same_line)
{
	enum value_class x = element(a)->type->class, y = element(b)->type->class;

	if (strcmp(a->pre, b->pre) || !value_class_overlap(x, y))
		return false;
	return x != y || same_line;
}

static void lint_arguments(struct lint *t, const struct walk_line *s, size_t n, bool started)
{
	struct {
		const struct line *l;
		const struct item *it;
	} args[64];
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t next = line_next(s[i].line, s[i].at, started);

		for (; next && count < 64; next &= next - 1) {
			const struct item *it = s[i].line->atoms[__builtin_ctzll(next)];

			if (it->kind == ITEM_ARG && element(it)->type->class != CLASS_KEYWORDS) {
				args[count].l = s[i].line;
				args[count++].it = it;
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		for (size_t k = i + 1; k < count; k++) {
			if (args[i].it != args[k].it &&
			    clash(args[i].it, args[k].it, args[i].l == args[k].l)) {
				say(t, args[k].l->file, args[k].l->where,
				    "<%s> in \"%s\" takes the same words as <%s> in \"%s\"",
				    args[k].it->word, args[k].l->text, args[i].it->word,
				    args[i].l->text);
				return;
			}
		}
	}
}

static void lint_ends(struct lint *t, const struct walk_line *s, size_t n)
{
	const struct line *first = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!(s[i].at & s[i].line->last))
			continue;
		if (first)
			say(t, s[i].line->file, s[i].line->where,
			    "\"%s\" takes the same words as \"%s\"", s[i].line->text, first->text);
		first = first ? first : s[i].line;
	}
}

static void lint_state(struct lint *t, const struct walk_line *s, size_t n, bool started)
{
	unsigned classes = 0;

	lint_arguments(t, s, n, started);
	if (started)
		lint_ends(t, s, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t next = line_next(s[i].line, s[i].at, started);

		for (; next; next &= next - 1) {
			const struct item *it = s[i].line->atoms[__builtin_ctzll(next)];
			struct keyword k;

			for (size_t w = 0; item_keyword(s[i].line, it, w, &k); w++)
				follow(t, s, n, started, k.word, CLASS_KEYWORDS, "");
			if (it->kind == ITEM_ARG)
				classes |= 1u << it->field->type->class;
		}
	}
	for (unsigned c = CLASS_NUMBER; c <= CLASS_TEXT; c++) {
		if (!(classes >> c & 1))
			continue;
		follow(t, s, n, started, NULL, (enum value_class)c, "");
		follow(t, s, n, started, NULL, (enum value_class)c, "(");
	}
}

static void lint_mode(struct lint *t, const struct mode *m)
{
	struct walk_line *start;
	size_t n = 0;

	for (const struct line *l = m->lines; l; l = l->next)
		n++;
	start = conf_alloc((n + 1) * sizeof(*start));
	n = 0;
	for (const struct line *l = m->lines; l; l = l->next) {
		if (!(l->flags & (LINE_LEGACY | LINE_ONLY_SHOWN)))
			start[n++] = (struct walk_line){l, 0};
	}
	t->seen = hash_new(0);
	t->nstates = t->next = 0;
	if (n)
		lint_state(t, start, n, false);
	free(start);
	while (t->next < t->nstates) {
		size_t i = t->next++;

		lint_state(t, t->states[i], t->sizes[i], true);
	}
	for (size_t i = 0; i < t->nstates; i++)
		free(t->states[i]);
	hash_free(t->seen);
}

static void lint_function(void *arg, const char *name)
{
	struct lint *t = arg;

	for (const struct mode *m = t->g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			if (l->run && !strcmp(l->run, name))
				return;
		}
	}
	say(t, "functions", 0, "no line runs %s", name);
}

int grammar_lint(const struct grammar *g, unsigned flags, struct out *all, struct err *err)
{
	struct lint t = {.g = g, .all = all, .err = err};

	t.states = conf_alloc(LINT_STATES * sizeof(struct walk_line *));
	t.sizes = conf_alloc(LINT_STATES * sizeof(size_t));
	hash_each(g->help, lint_help, &t);
	for (const struct mode *m = g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next)
			lint_words(&t, l, !(flags & GRAMMAR_NO_FUNCTIONS));
		lint_mode(&t, m);
	}
	lint_node(&t, g->schema.root);
	if (!(flags & GRAMMAR_NO_FUNCTIONS))
		cmd_each(lint_function, &t);
	free(t.states);
	free(t.sizes);
	return t.mistakes ? -EINVAL : 0;
}
