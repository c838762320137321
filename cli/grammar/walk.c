#include "cli/grammar/walk.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool item_keyword(const struct line *l, const struct item *it, size_t i, struct keyword *k)
{
	const struct field *f = it->field;
	bool words;

	if (it->kind == ITEM_WORD) {
		*k = (struct keyword){it->word, it->help, (l->flags & LINE_LEGACY) != 0};
		return i == 0;
	}
	if (f->type->kind == V_LIST && f->of->type->class == CLASS_KEYWORDS)
		f = f->of;
	words = f->type->class == CLASS_KEYWORDS;
	if (words && i < f->nchoices) {
		*k = (struct keyword){f->choices[i].word,
		                      f->choices[i].help ? f->choices[i].help : f->help,
		                      (l->flags & LINE_LEGACY) != 0};
		return true;
	}
	i -= words ? f->nchoices : 0;
	f = it->field;
	if (i < f->nwords) {
		/* Another name of a choice is an old one, offered when it has help of its own; beside other types it is the only
		 * name. */
		*k = (struct keyword){
		        f->words[i].word, f->words[i].help ? f->words[i].help : f->help,
		        (words && !f->words[i].help) || (l->flags & LINE_LEGACY) != 0};
		return true;
	}
	i -= f->nwords;
	if (!words || i >= l->nwords)
		return false;
	*k = (struct keyword){l->words[i].word, NULL, true};
	return true;
}

static struct str unwrap(const struct item *it, struct str word)
{
	size_t pre = strlen(it->pre), post = strlen(it->post);

	if (word.len < pre + post + 1 || memcmp(word.p, it->pre, pre) ||
	    memcmp(word.p + word.len - post, it->post, post))
		return (struct str){0};
	return (struct str){word.p + pre, word.len - pre - post};
}

/* The word with the beginning that the line leaves out (`ca identity N HOST:SCRIPT`). */
static bool stripped(const struct line *l, const struct item *it, struct str word, char *whole,
                     size_t cap)
{
	size_t n = strlen(l->strip);

	if (it->dropped || !it->field->node || it->field->index < node_nkeys(it->field->node) ||
	    strcmp(it->field->type->name, "word") ||
	    str_has_prefix_nocase(word, str_of(l->strip)) || n + word.len >= cap)
		return false;
	snprintf(whole, cap, "%s%.*s", l->strip, STR_ARG(word));
	return true;
}

bool item_value(const struct line *l, const struct item *it, struct str word, struct value *v,
                bool *masked, struct err *err)
{
	struct value tmp;
	char whole[512];

	if (it->pre[0] || it->post[0]) {
		word = unwrap(it, word);
		if (!word.len)
			return false;
	}
	*masked = !strcmp(it->field->type->name, "secret") && value_is_masked(word);
	if (*masked) {
		if (v)
			*v = (struct value){0};
		return true;
	}
	for (size_t i = 0; i < l->nwords; i++) {
		if (str_caseeq(word, str_of(l->words[i].word)))
			word = str_of(l->words[i].value);
	}
	if (l->strip && stripped(l, it, word, whole, sizeof(whole)))
		word = str_of(whole);
	if (!value_parse(it->field, word, v ? v : &tmp, err))
		return false;
	if (!v)
		value_free(&tmp);
	return true;
}

bool item_takes_keyword(const struct line *l, const struct item *it, const char *keyword)
{
	struct keyword k;

	for (size_t i = 0; item_keyword(l, it, i, &k); i++) {
		if (!strcasecmp(k.word, keyword))
			return true;
	}
	return false;
}

uint64_t line_next(const struct line *l, uint64_t at, bool started)
{
	uint64_t next = 0;

	if (!started)
		return l->first;
	while (at) {
		next |= l->follow[__builtin_ctzll(at)];
		at &= at - 1;
	}
	return next;
}

uint64_t line_ends(const struct line *l, bool no)
{
	if (!no || (l->flags & LINE_NO_RUN))
		return l->last;
	return l->no_delete | l->no_reset;
}

bool line_negatable(const struct line *l)
{
	return (l->flags & LINE_NO_RUN) || l->no_delete || l->no_reset;
}

void walk_start(struct walk *w, const struct mode *mode, bool no)
{
	w->mode = mode;
	w->no = no;
	w->started = false;
	w->lines = NULL;
	w->n = w->nwords = 0;
	w->status = MATCH_OK;
	w->common = 0;
	w->syntax = NULL;
}

void walk_end(struct walk *w)
{
	free(w->lines);
	w->lines = NULL;
	w->n = 0;
}

static void add(struct walk *w, const struct line *l)
{
	if ((w->no && !line_negatable(l)) || (l->flags & LINE_ONLY_SHOWN))
		return;
	w->lines[w->n++] = (struct walk_line){l, 0};
}

/* How many lines of a mode can begin with this word, at most. */
static size_t most_of(const struct mode *m, struct str word)
{
	size_t n = 0;

	if (word.len)
		return m->nstart[(unsigned char)tolower((unsigned char)word.p[0])] + m->nstart[0];
	for (const struct line *l = m->lines; l; l = l->next)
		n++;
	return n;
}

static void begin_in(struct walk *w, const struct mode *m, struct str word)
{
	unsigned char c = word.len ? (unsigned char)tolower((unsigned char)word.p[0]) : 0;

	for (const struct line *l = word.len ? NULL : m->lines; l; l = l->next)
		add(w, l);
	for (size_t i = 0; c && i < m->nstart[c]; i++)
		add(w, m->start[c][i]);
	for (size_t i = 0; c && i < m->nstart[0]; i++)
		add(w, m->start[0][i]);
}

/* Lines that can begin with this word; all for an empty one. */
static void begin(struct walk *w, struct str word)
{
	size_t most = 0;

	for (const struct mode *m = w->mode; m; m = m == w->mode ? m->also : NULL)
		most += most_of(m, word);
	w->lines = malloc((most + 1) * sizeof(*w->lines));
	if (!w->lines)
		abort();
	for (const struct mode *m = w->mode; m; m = m == w->mode ? m->also : NULL)
		begin_in(w, m, word);
}

static size_t common_prefix(struct str word, const char *keyword)
{
	size_t n = 0;

	while (n < word.len && keyword[n] &&
	       tolower((unsigned char)word.p[n]) == tolower((unsigned char)keyword[n]))
		n++;
	return n;
}

struct found {
	const char *exact, *modern, *old;
	bool modern_twice, old_twice;
};

static void note(const char **slot, bool *twice, const char *word)
{
	if (*slot && strcasecmp(*slot, word))
		*twice = true;
	else
		*slot = word;
}

static void look_at(struct walk *w, const struct line *l, const struct item *it, struct str word,
                    struct found *f)
{
	struct keyword k;

	for (size_t i = 0; item_keyword(l, it, i, &k); i++) {
		size_t n = common_prefix(word, k.word);

		if (n > w->common)
			w->common = n;
		if (n < word.len)
			continue;
		if (!k.word[n])
			f->exact = k.word;
		if (k.old)
			note(&f->old, &f->old_twice, k.word);
		else
			note(&f->modern, &f->modern_twice, k.word);
	}
}

/* Most items are keywords that begin with another letter: nothing of them is in common. */
static bool begins_otherwise(const struct item *it, const char *word, size_t len)
{
	return it->kind == ITEM_WORD && len > 0 &&
	       tolower((unsigned char)it->word[0]) != tolower((unsigned char)word[0]);
}

/* Exact keyword; else the only one with this prefix; NULL: none. */
static const char *choose(struct walk *w, struct str word)
{
	struct found f = {0};

	w->common = 0;
	for (size_t i = 0; i < w->n; i++) {
		const struct line *l = w->lines[i].line;
		uint64_t next = line_next(l, w->lines[i].at, w->started);

		for (; next; next &= next - 1) {
			const struct item *it = l->atoms[__builtin_ctzll(next)];

			if (!begins_otherwise(it, word.p, word.len))
				look_at(w, l, it, word, &f);
		}
	}
	if (f.exact)
		return f.exact;
	if (f.modern ? f.modern_twice : f.old_twice) {
		w->status = MATCH_AMBIGUOUS;
		return NULL;
	}
	return f.modern ? f.modern : f.old;
}

/* Positions of one line reached by the word; *all: an argument took the rest of the line. */
static uint64_t advance(const struct walk_line *wl, bool started, const char *keyword,
                        struct str word, struct str rest, bool *all, const char **syntax)
{
	const struct line *l = wl->line;
	uint64_t next = line_next(l, wl->at, started), at = 0;
	bool masked;

	for (; next; next &= next - 1) {
		unsigned i = (unsigned)__builtin_ctzll(next);
		const struct item *it = l->atoms[i];
		bool text = it->kind == ITEM_ARG && it->field->type->class == CLASS_TEXT &&
		            !l->follow[i]; /* amid a line a text is one word */

		if (keyword && begins_otherwise(it, keyword, 1))
			continue;
		if (keyword ? item_takes_keyword(l, it, keyword)
		            : it->kind == ITEM_ARG &&
		                      item_value(l, it, text ? str_trim(rest) : word, NULL, &masked,
		                                 NULL)) {
			at |= UINT64_C(1) << i;
			if (text && !keyword) {
				*all = true;
				*syntax = it->field->syntax;
			}
		}
	}
	return at;
}

size_t walk_step(struct walk *w, struct str word, struct str rest)
{
	const char *keyword;
	size_t kept = 0;
	bool all = false;

	if (!w->started)
		begin(w, word);
	if (w->nwords == WALK_WORDS) {
		w->status = MATCH_INVALID;
		return 0;
	}
	keyword = choose(w, word);
	if (w->status == MATCH_AMBIGUOUS)
		return 0;
	for (size_t i = 0; i < w->n; i++) {
		uint64_t at = advance(&w->lines[i], w->started, keyword, word, rest, &all,
		                      &w->syntax);

		if (at)
			w->lines[kept++] = (struct walk_line){w->lines[i].line, at};
	}
	if (!kept) {
		w->status = MATCH_INVALID;
		return 0;
	}
	w->n = kept;
	w->started = true;
	w->words[w->nwords++] = (struct walk_word){all ? str_trim(rest) : word, keyword};
	w->text = all ? str_trim(rest) : (struct str){0};
	return all ? rest.len : word.len;
}

void walk_check_text(struct walk *w)
{
	conf_syntax_fn *fn = w->status == MATCH_OK && w->syntax ? conf_syntax_find(w->syntax) : NULL;
	size_t at = 0;

	if (!fn)
		return;
	switch (fn(w->text, &at, NULL, NULL)) {
	case CONF_TEXT_OK:
		return;
	case CONF_TEXT_INCOMPLETE:
		w->status = MATCH_INCOMPLETE;
		break;
	case CONF_TEXT_AMBIGUOUS:
		w->status = MATCH_AMBIGUOUS;
		break;
	case CONF_TEXT_INVALID:
		w->status = MATCH_INVALID;
		break;
	}
	w->common = at;
	/* What is described is the text as a whole. */
	w->nwords--;
	w->words[w->nwords].typed = w->status == MATCH_AMBIGUOUS ? (struct str){w->text.p, at} : w->text;
}

size_t walk_modes(const struct grammar *g, const struct mode *mode, const struct mode **out,
                  size_t cap)
{
	bool exec = false;
	size_t n = 0;

	for (const struct mode *m = mode; m && n < cap; m = m->also ? m->also->parent : m->parent) {
		out[n++] = m;
		exec = exec || m == g->exec || m == g->user;
	}
	for (const struct mode *m = exec ? NULL : g->exec; m && n < cap;
	     m = m->also ? m->also->parent : m->parent)
		out[n++] = m;
	return n;
}
