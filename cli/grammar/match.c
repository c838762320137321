#include "cli/grammar/match.h"

#include <stdlib.h>
#include <string.h>

#include "cli/grammar/walk.h"

#define MODES_MAX 12

void ctx_init(struct cli_ctx *ctx, const struct mode *mode)
{
	*ctx = (struct cli_ctx){.mode = mode};
}

void ctx_copy(struct cli_ctx *dst, const struct cli_ctx *src)
{
	*dst = (struct cli_ctx){.mode = src->mode, .nkeys = src->nkeys};
	for (size_t i = 0; i < src->nkeys; i++)
		value_copy(&dst->keys[i], &src->keys[i]);
}

void ctx_clear(struct cli_ctx *ctx)
{
	for (size_t i = 0; i < ctx->nkeys; i++)
		value_free(&ctx->keys[i]);
	ctx->nkeys = 0;
}

static void ctx_trim(struct cli_ctx *ctx, const struct mode *mode)
{
	size_t keep = mode->node ? node_nkeys(mode->node) : 0;

	while (ctx->nkeys > keep)
		value_free(&ctx->keys[--ctx->nkeys]);
	ctx->mode = mode;
}

bool ctx_up(struct cli_ctx *ctx)
{
	if (!ctx->mode->parent)
		return false;
	ctx_trim(ctx, ctx->mode->parent);
	return true;
}

void match_next_ctx(const struct match *m, struct cli_ctx *ctx)
{
	const struct mode *enter = m->line->enter;
	struct cli_ctx next;

	if (!m->line->node && !enter)
		return;
	/* A `no` in front leads nowhere. */
	if (m->no || !enter) {
		if (m->mode != ctx->mode)
			ctx_trim(ctx, m->mode);
		return;
	}
	ctx_init(&next, enter);
	for (size_t k = 0; enter->node && k < node_nkeys(enter->node); k++) {
		const struct value *v = k < ctx->nkeys ? &ctx->keys[k] : NULL;

		for (size_t i = 0; i < m->line->nwith; i++) {
			if (m->line->with[i].field->index == k)
				v = &m->line->with[i].value;
		}
		for (size_t i = 0; i < m->nbound; i++) {
			if (!m->bound[i].dropped && m->bound[i].field->index == k)
				v = &m->bound[i].value;
		}
		if (!v)
			break;
		value_copy(&next.keys[next.nkeys++], v);
	}
	ctx_clear(ctx);
	*ctx = next;
}

/* All words of the line in one mode. */
static void walk_line_in(struct walk *w, const struct mode *mode, struct str line, bool no,
                         size_t at)
{
	walk_start(w, mode, no);
	while (w->status == MATCH_OK) {
		struct str rest, word;
		size_t n;

		while (at < line.len && (line.p[at] == ' ' || line.p[at] == '\t'))
			at++;
		rest = (struct str){line.p + at, line.len - at};
		if (!rest.len)
			break;
		for (n = 0; n < rest.len && rest.p[n] != ' ' && rest.p[n] != '\t';)
			n++;
		word = (struct str){rest.p, n};
		n = walk_step(w, word, rest);
		if (!n)
			w->words[w->nwords < WALK_WORDS ? w->nwords : WALK_WORDS - 1].typed = word;
		at += n;
	}
}

static const struct walk_line *accepted(const struct walk *w)
{
	const struct walk_line *old = NULL;

	for (size_t i = 0; i < w->n && w->started; i++) {
		const struct walk_line *l = &w->lines[i];

		if (!(l->at & line_ends(l->line, w->no)))
			continue;
		if (!(l->line->flags & LINE_LEGACY))
			return l;
		if (!old)
			old = l;
	}
	return old;
}

/* Which position took which word: back from an end through those that may come before. */
static void trace(const struct walk *w, const struct walk_line *wl, unsigned *path)
{
	const struct line *l = wl->line;
	uint64_t reached[WALK_WORDS], at = 0;
	bool started = false, masked;

	for (size_t i = 0; i < w->nwords; i++) {
		uint64_t next = line_next(l, at, started);

		at = 0;
		for (; next; next &= next - 1) {
			unsigned a = (unsigned)__builtin_ctzll(next);
			const struct item *it = l->atoms[a];

			if (w->words[i].keyword
			            ? item_takes_keyword(l, it, w->words[i].keyword)
			            : it->kind == ITEM_ARG && item_value(l, it, w->words[i].typed,
			                                                 NULL, &masked, NULL))
				at |= UINT64_C(1) << a;
		}
		reached[i] = at;
		started = true;
	}
	at = reached[w->nwords - 1] & line_ends(l, w->no);
	for (size_t i = w->nwords; i-- > 0;) {
		uint64_t before = 0;

		path[i] = (unsigned)__builtin_ctzll(at);
		if (!i)
			break;
		for (unsigned a = 0; a < l->natoms; a++) {
			if ((reached[i - 1] >> a & 1) && (l->follow[a] >> path[i] & 1))
				before |= UINT64_C(1) << a;
		}
		at = before;
	}
}

static void merge(struct value *into, struct value *v)
{
	if (into->kind == V_SET && v->kind == V_SET) {
		into->set |= v->set;
	} else if (into->kind == V_LIST && v->kind == V_LIST) {
		for (size_t i = 0; i < v->list.n; i++) {
			if (!value_list_has(into, &v->list.v[i]))
				value_list_add(into, &v->list.v[i]);
		}
	}
	value_free(v);
}

static void bind(struct match *m, const struct item *it, struct str word)
{
	struct value v = {0};
	struct bound *b;
	bool masked = false;

	if (!item_value(m->line, it, word, &v, &masked, NULL))
		return;
	for (size_t i = 0; i < m->nbound; i++) {
		if (m->bound[i].atom == it->atom) {
			merge(&m->bound[i].value, &v);
			return;
		}
	}
	b = &m->bound[m->nbound++];
	*b = (struct bound){it->field, v, masked, it->dropped, it->atom};
}

static void add_arg(struct match *m, const struct item *it, const struct walk_word *w)
{
	struct cmd_arg *a = &m->args[m->nargs++];
	struct value v = {0};
	bool masked = false;
	struct str word = w->keyword ? str_of(w->keyword) : w->typed;

	*a = (struct cmd_arg){.name = it->word};
	a->text = (struct str){arena_str(m->arena, word), word.len};
	if (it->kind != ITEM_ARG || !item_value(m->line, it, word, &v, &masked, NULL))
		return;
	if (v.kind == V_U32)
		a->u32 = v.u32;
	if (v.kind == V_IP2) {
		a->u32 = v.ip2.a;
		a->u32_b = v.ip2.b;
	}
	/* Old words arrive as the new ones. */
	if (w->keyword && it->field->type->class == CLASS_KEYWORDS) {
		struct out text;

		out_init(&text);
		value_print(it->field, &v, true, &text);
		a->text = (struct str){arena_str(m->arena, out_text(&text)), text.len};
		out_free(&text);
	} else if (it->pre[0] || it->post[0]) {
		size_t pre = strlen(it->pre);

		a->text = (struct str){a->text.p + pre, a->text.len - pre - strlen(it->post)};
	}
	value_free(&v);
}

/* In `peer <peer>` the name means the value; the keyword of that name is no argument then. */
static void drop_shadowed(struct match *m, const struct walk_line *wl, const unsigned *path)
{
	size_t kept = 0, n = m->nargs;

	for (size_t i = 0; i < n; i++) {
		bool shadowed = false;

		for (size_t k = 0; k < n && wl->line->atoms[path[i]]->kind == ITEM_WORD; k++)
			shadowed = shadowed || (wl->line->atoms[path[k]]->kind == ITEM_ARG &&
			                        !strcmp(wl->line->atoms[path[k]]->word,
			                                wl->line->atoms[path[i]]->word));
		if (!shadowed)
			m->args[kept++] = m->args[i];
	}
	m->nargs = kept;
}

static void fill(struct match *m, const struct walk *w, const struct walk_line *wl)
{
	unsigned path[WALK_WORDS];
	struct out text;

	*m = (struct match){
	        .line = wl->line, .mode = wl->line->mode, .no = w->no, .arena = arena_new(0)};
	if (!m->arena)
		abort();
	m->bound = arena_calloc(m->arena, w->nwords + 1, sizeof(*m->bound));
	m->args = arena_calloc(m->arena, w->nwords + 1, sizeof(*m->args));
	if (!m->bound || !m->args)
		abort();
	trace(w, wl, path);
	out_init(&text);
	out_str(&text, w->no ? "no" : "");
	for (size_t i = 0; i < w->nwords; i++) {
		const struct item *it = wl->line->atoms[path[i]];
		const struct walk_word *word = &w->words[i];
		struct str s = word->keyword ? str_of(word->keyword) : word->typed;

		out_str(&text, text.len ? " " : "");
		out_put(&text, s);
		if (it->kind == ITEM_ARG)
			bind(m, it, s);
		add_arg(m, it, word);
		m->path |= UINT64_C(1) << path[i];
	}
	m->end = path[w->nwords - 1];
	drop_shadowed(m, wl, path);
	m->text = arena_str(m->arena, out_text(&text));
	out_free(&text);
	m->no_deletes = m->no && (m->line->no_delete >> path[w->nwords - 1] & 1);
}

void match_free(struct match *m)
{
	for (size_t i = 0; i < m->nbound; i++)
		value_free(&m->bound[i].value);
	arena_free(m->arena);
	*m = (struct match){0};
}

static void describe(const struct walk *w, struct str line, struct match_fail *f)
{
	const struct str *at = &w->words[w->nwords < WALK_WORDS ? w->nwords : WALK_WORDS - 1].typed;

	f->status = w->status == MATCH_OK ? MATCH_INCOMPLETE : w->status;
	f->words = w->nwords + (w->syntax != NULL);
	f->column = line.len;
	f->typed = line;
	if (f->status == MATCH_INVALID)
		f->column = (size_t)(at->p - line.p) + w->common;
	if (f->status == MATCH_AMBIGUOUS)
		f->typed = (struct str){line.p, (size_t)(at->p - line.p) + at->len};
}

static bool further(const struct match_fail *a, const struct match_fail *b)
{
	if (a->words != b->words)
		return a->words > b->words;
	/* The caret stands where the word is the beginning of no keyword of any mode. */
	if (a->status == MATCH_INVALID && b->status == MATCH_INVALID)
		return a->column > b->column;
	return a->status == MATCH_AMBIGUOUS && b->status == MATCH_INVALID;
}

/* A word that is a keyword of a mode nearer by is not taken for the beginning of another one further up. */
static bool farther_word(const struct walk *w, const char **exact)
{
	const struct walk_word *first = &w->words[0];

	if (!w->nwords || !first->keyword)
		return false;
	if (str_caseeq(first->typed, str_of(first->keyword))) {
		*exact = first->keyword;
		return false;
	}
	return *exact != NULL;
}

/* Nor is the beginning of a longer word nearby taken for a word that a mode further up has in full, when the line is one of
 * that mode's (`ip local pool` in a mode with ipv6-address-pool). */
static bool meant_above(const struct walk *w, const struct mode *const *up, size_t n,
                        struct str line, size_t at)
{
	const struct walk_word *first = &w->words[0];
	bool meant = false;

	if (!w->nwords || !first->keyword || str_caseeq(first->typed, str_of(first->keyword)))
		return false;
	for (size_t i = 0; i < n && !meant; i++) {
		struct walk above;

		walk_line_in(&above, up[i], line, w->no, at);
		meant = above.status == MATCH_OK && above.nwords && above.words[0].keyword &&
		        str_caseeq(above.words[0].typed, str_of(above.words[0].keyword)) &&
		        accepted(&above);
		walk_end(&above);
	}
	return meant;
}

static bool skip(struct str line, size_t *at, bool *no)
{
	size_t i = 0;

	while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	*no = false;
	if (i == line.len || line.p[i] == '!' || line.p[i] == ':')
		return true;
	*no = line.len - i >= 2 && str_caseeq((struct str){line.p + i, 2}, STR("no")) &&
	      (line.len - i == 2 || line.p[i + 2] == ' ' || line.p[i + 2] == '\t');
	*at = i + (*no ? 2 : 0);
	return false;
}

enum match_status match_line(const struct grammar *g, const struct cli_ctx *ctx, struct str line,
                             int privilege, struct match *m, struct match_fail *fail)
{
	const struct mode *modes[MODES_MAX];
	size_t n = walk_modes(g, ctx->mode, modes, MODES_MAX), at;
	const char *exact = NULL;
	struct walk w;
	bool no;

	*m = (struct match){0};
	*fail = (struct match_fail){.status = MATCH_EMPTY, .typed = line};
	if (skip(line, &at, &no))
		return MATCH_EMPTY;
	for (size_t i = 0; i < n; i++) {
		const struct walk_line *l;
		struct match_fail f = {0};

		walk_line_in(&w, modes[i], line, no, at);
		if (farther_word(&w, &exact) ||
		    meant_above(&w, &modes[i + 1], n - i - 1, line, at)) {
			walk_end(&w);
			continue;
		}
		walk_check_text(&w);
		l = w.status == MATCH_OK ? accepted(&w) : NULL;
		if (l && l->line->privilege <= privilege) {
			fill(m, &w, l);
			walk_end(&w);
			return MATCH_OK;
		}
		describe(&w, line, &f);
		if (l)
			f.status = MATCH_DENIED;
		if (!i || further(&f, fail))
			*fail = f;
		walk_end(&w);
	}
	return fail->status;
}

void match_fail_text(const struct match_fail *fail, struct out *out)
{
	switch (fail->status) {
	case MATCH_OK:
	case MATCH_EMPTY:
		break;
	case MATCH_INVALID:
		out_str(out, "ERROR: % Invalid input detected at '^' marker.");
		break;
	case MATCH_INCOMPLETE:
		out_str(out, "ERROR: % Incomplete command");
		break;
	case MATCH_AMBIGUOUS:
		out_printf(out, "ERROR: %% Ambiguous command:  \"%.*s\"",
		           STR_ARG(str_trim(fail->typed)));
		break;
	case MATCH_DENIED:
		out_str(out, "ERROR: Command authorization failed");
		break;
	}
}

void match_expand(const struct grammar *g, const struct mode *mode, struct str words,
                  struct out *out)
{
	struct walk w;
	struct str rest = str_trim(words), word;

	(void)g;
	walk_start(&w, mode, false);
	while (rest.len) {
		struct str all = rest;
		size_t at = w.nwords;

		word = str_word(&rest);
		if (!word.len)
			break;
		out_str(out, out->len ? " " : "");
		/* A name at the end is a word, even where a line would take the rest. */
		if (w.status == MATCH_OK && walk_step(&w, word, (struct str){all.p, word.len}))
			out_put(out, w.words[at].keyword ? str_of(w.words[at].keyword) : word);
		else
			out_put(out, word);
	}
	walk_end(&w);
}
