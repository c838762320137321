#include "cli/grammar/suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/grammar/walk.h"
#include "core/base/hash.h"

#define SUGGEST_MAX 4096
#define VALUES_MAX  200 /* existing entries listed at one place */
#define MODES_MAX   12

struct collect {
	struct suggestions *s;
	struct suggest_group *group;
	const struct conf *conf;
	struct str prefix; /* of the word under the cursor */
	const struct grammar *g;
	bool first; /* the first word of a line */
	bool old;   /* legacy keywords count: nothing modern is there */
	size_t values;
	const struct suggest_gate *gate;
	struct out words; /* before the cursor, written out */
};

static void grow(struct arena *arena, struct suggest_group *g)
{
	struct suggestion *items = arena_calloc(arena, g->n ? g->n * 2 : 1, sizeof(*items));

	if (!items)
		abort();
	if (g->n)
		memcpy(items, g->items, g->n * sizeof(*items));
	g->items = items;
}

static void add(struct collect *c, enum suggestion_kind kind, const char *word, const char *help)
{
	struct suggest_group *g = c->group;

	if (!str_has_prefix_nocase(str_of(word), c->prefix) &&
	    (kind == SUGGEST_KEYWORD || kind == SUGGEST_VALUE))
		return;
	for (size_t i = 0; i < g->n; i++) {
		if (g->items[i].kind == kind && !strcmp(g->items[i].word, word)) {
			if (!g->items[i].help && help)
				g->items[i].help = help;
			return;
		}
	}
	if (g->n == SUGGEST_MAX)
		return;
	if (!(g->n & (g->n - 1)))
		grow(c->s->arena, g);
	g->items[g->n++] = (struct suggestion){kind, arena_str(c->s->arena, str_of(word)),
	                                       help ? arena_str(c->s->arena, str_of(help)) : NULL};
}

static void add_value(void *arg, const char *word, const char *help)
{
	struct collect *c = arg;

	if (!str_has_prefix_nocase(str_of(word), c->prefix) || c->values++ >= VALUES_MAX)
		return;
	add(c, SUGGEST_VALUE, word, help);
}

/* Names of the entries a reference may give. */
static void add_entries(struct collect *c, const struct field *f)
{
	const struct field *name = f->via ? node_field(f->to, str_of(f->via)) : &f->to->fields[0];
	struct out text;

	out_init(&text);
	for (const struct centry *e = list_first(c->conf->root, f->to); e && c->values < VALUES_MAX;
	     e = list_next(c->conf->root, e)) {
		const struct value *v = f->via ? entry_value(e, name) : &e->vals[0];

		out_clear(&text);
		if (v)
			value_print(name, v, true, &text);
		if (text.len)
			add_value(c, text.text, f->help);
	}
	out_free(&text);
}

static void add_text_word(void *arg, const char *word, const char *help)
{
	struct collect *c = arg;
	bool range = word[0] == '<', place = word[0] >= 'A' && word[0] <= 'Z';

	if (!strcmp(word, "<cr>"))
		c->group->cr = c->group->cr || !c->prefix.len;
	else if (!c->prefix.len || (!range && !place))
		add(c, range ? SUGGEST_RANGE : place ? SUGGEST_ARG : SUGGEST_KEYWORD, word, help);
}

/* The words that may follow the text; false when its syntax is not known. */
static bool add_text(struct collect *c, const char *syntax, struct str text)
{
	conf_syntax_fn *fn = syntax ? conf_syntax_find(syntax) : NULL;
	size_t at;

	if (fn)
		fn(text, &at, add_text_word, c);
	return fn != NULL;
}

static void add_argument(struct collect *c, const struct item *it)
{
	const struct field *f = it->field->type->kind == V_LIST ? it->field->of : it->field;
	const char *help = f->help ? f->help : it->field->help;
	conf_suggest_fn *fn;
	struct out text;

	if (f->type->class == CLASS_KEYWORDS || add_text(c, f->syntax, STR("")))
		return;
	out_init(&text);
	out_str(&text, it->pre);
	value_placeholder(f, &text);
	out_str(&text, it->post);
	add(c, f->type->class == CLASS_NUMBER ? SUGGEST_RANGE : SUGGEST_ARG, text.text, help);
	out_free(&text);
	if (f->to && c->conf)
		add_entries(c, f);
	fn = f->suggest ? conf_suggest_find(f->suggest) : NULL;
	if (fn && c->conf)
		fn(c->conf, add_value, c);
}

/* Older first words that the appliance lists still: those the grammar has a help of its mode for ("config/isakmp"). */
static bool is_listed(const struct collect *c, const struct line *l, const char *word)
{
	char key[128];
	int n = snprintf(key, sizeof(key), "%s/%s", l->mode->name, word);

	return c->first && n > 0 && (size_t)n < sizeof(key) && hash_get(c->g->help, key, (size_t)n);
}

/* With one word more, or as it stands. */
static bool may(struct collect *c, const struct line *l, const char *word, bool whole)
{
	size_t len = c->words.len;
	bool ok;

	if (!c->gate || !c->gate->may)
		return true;
	if (word)
		out_printf(&c->words, "%s%s", len ? " " : "", word);
	ok = c->gate->may(c->gate->ctx, l, out_text(&c->words), whole);
	c->words.len = len;
	return ok;
}

static void add_item(struct collect *c, const struct line *l, const struct item *it)
{
	struct keyword k;

	for (size_t i = 0; item_keyword(l, it, i, &k); i++) {
		if ((!k.old || c->old || (l->flags & LINE_OFFER) || is_listed(c, l, k.word)) &&
		    may(c, l, k.word, false))
			add(c, SUGGEST_KEYWORD, k.word, k.help);
	}
	if (it->kind == ITEM_ARG &&
	    (c->old || (l->flags & (LINE_LEGACY | LINE_OFFER)) != LINE_LEGACY) &&
	    may(c, l, NULL, false))
		add_argument(c, it);
}

static void add_lines(struct collect *c, const struct walk *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct line *l = w->lines[i].line;
		uint64_t next = line_next(l, w->lines[i].at, w->started);

		if (!c->old && !c->first && (l->flags & (LINE_LEGACY | LINE_OFFER)) == LINE_LEGACY)
			continue;
		for (; next; next &= next - 1)
			add_item(c, l, l->atoms[__builtin_ctzll(next)]);
		if (w->started && !c->prefix.len && (w->lines[i].at & line_ends(l, w->no)) &&
		    may(c, l, NULL, true))
			c->group->cr = true;
	}
}

static int by_kind_and_word(const void *a, const void *b)
{
	const struct suggestion *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcasecmp(x->word, y->word);
}

/* Is there a line that takes a `no` and may be used? */
static bool negatable(struct collect *c, const struct mode *m)
{
	struct keyword k;

	for (const struct line *l = m->lines; l; l = l->next) {
		const struct item *first = l->atoms[__builtin_ctzll(l->first)];

		if (line_negatable(l) &&
		    may(c, l, item_keyword(l, first, 0, &k) ? k.word : NULL, false))
			return true;
	}
	return m->also && negatable(c, m->also);
}

static void note_words(struct collect *c, const struct walk *w)
{
	for (size_t i = 0; i < w->nwords; i++) {
		out_str(&c->words, i ? " " : "");
		out_put(&c->words,
		        w->words[i].keyword ? str_of(w->words[i].keyword) : w->words[i].typed);
	}
}

/* The finished words before the cursor; the lines that are left stay in w. */
static bool walk_before(struct walk *w, const struct mode *m, struct str before)
{
	struct str probe = before, first = str_word(&probe);
	bool no = str_caseeq(first, STR("no"));
	size_t at = no ? (size_t)(first.p + first.len - before.p) : 0;

	walk_start(w, m, no);
	for (;;) {
		struct str rest;
		size_t n;

		while (at < before.len && before.p[at] == ' ')
			at++;
		rest = (struct str){before.p + at, before.len - at};
		if (!rest.len)
			break;
		for (n = 0; n < rest.len && rest.p[n] != ' ';)
			n++;
		n = walk_step(w, (struct str){rest.p, n}, rest);
		if (!n)
			return false;
		at += n;
	}
	return true;
}

static void begin_all(struct walk *w)
{
	size_t most = 0;

	for (const struct mode *m = w->mode; m; m = m == w->mode ? m->also : NULL)
		for (const struct line *l = m->lines; l; l = l->next)
			most++;
	w->lines = conf_alloc((most + 1) * sizeof(*w->lines));
	for (const struct mode *m = w->mode; m; m = m == w->mode ? m->also : NULL) {
		for (const struct line *l = m->lines; l; l = l->next) {
			if (!(l->flags & LINE_ONLY_SHOWN) && (!w->no || line_negatable(l)))
				w->lines[w->n++] = (struct walk_line){l, 0};
		}
	}
}

/* What one mode offers; `asked` says what is asked for. */
static void collect_mode(const struct collect *asked, const struct mode *m, struct str before)
{
	struct suggestions *s = asked->s;
	struct suggest_group *g = &s->groups[s->n];
	struct collect c = *asked;
	struct walk w;

	*g = (struct suggest_group){.mode = m};
	c.group = g;
	out_init(&c.words);
	if (walk_before(&w, m, before)) {
		if (!w.started)
			begin_all(&w);
		c.first = !w.started;
		note_words(&c, &w);
		if (!add_text(&c, w.syntax, w.text))
			add_lines(&c, &w);
		if (!w.started && !w.no && negatable(&c, m))
			add(&c, SUGGEST_KEYWORD, "no", "Negate a command or set its defaults");
	}
	walk_end(&w);
	out_free(&c.words);
	if (!g->n && !g->cr)
		return;
	if (g->n)
		qsort(g->items, g->n, sizeof(*g->items), by_kind_and_word);
	s->n++;
}

bool suggest(const struct grammar *g, const struct cli_ctx *ctx, const struct conf *conf,
             struct str line, const struct suggest_gate *gate, struct suggestions *s)
{
	const struct mode *modes[MODES_MAX];
	size_t n = walk_modes(g, ctx->mode, modes, MODES_MAX), word = line.len;

	while (word && line.p[word - 1] != ' ' && line.p[word - 1] != '\t')
		word--;
	*s = (struct suggestions){.word = word, .in_word = word < line.len, .arena = arena_new(0)};
	if (!s->arena)
		abort();
	s->groups = arena_calloc(s->arena, n + 1, sizeof(*s->groups));
	struct collect c = {.s = s,
	                    .g = g,
	                    .conf = conf,
	                    .prefix = {line.p + word, line.len - word},
	                    .gate = gate};
	for (size_t i = 0; i < n; i++)
		collect_mode(&c, modes[i], (struct str){line.p, word});
	c.old = true;
	for (size_t i = 0; !s->n && i < n; i++)
		collect_mode(&c, modes[i], (struct str){line.p, word});
	return s->n > 0;
}

void suggest_free(struct suggestions *s)
{
	arena_free(s->arena);
	*s = (struct suggestions){0};
}

void suggest_complete(const struct suggestions *s, struct str line, struct out *tail)
{
	size_t typed = line.len - s->word, common = 0;
	const char *only = NULL;
	bool several = false;

	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->groups[i].n; k++) {
			const struct suggestion *it = &s->groups[i].items[k];
			size_t len = 0;

			if (it->kind != SUGGEST_KEYWORD && it->kind != SUGGEST_VALUE)
				continue;
			/* The mode at hand goes first: its keyword is the one that will match. */
			if (only && i && !several && s->groups[0].n &&
			    s->groups[0].items[0].word == only)
				break;
			if (!only) {
				only = it->word;
				common = strlen(only);
				continue;
			}
			while (len < common && it->word[len] &&
			       strncasecmp(only, it->word, len + 1) == 0)
				len++;
			several = several || strcasecmp(only, it->word) != 0;
			common = len;
		}
	}
	if (!only || common < typed)
		return;
	out_put(tail, (struct str){only + typed, common - typed});
	if (!several)
		out_str(tail, " ");
}
