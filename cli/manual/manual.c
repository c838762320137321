#include "cli/manual/manual.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/walk.h"
#include "core/base/hash.h"

/* ------------------------------------------------------------------ pages: the lines of a mode with the same keywords */

struct page {
	const struct mode *mode;
	char *title, *anchor;
	const struct line **lines;
	size_t n;
};

struct pages {
	struct page *p;
	size_t n;
};

/* "crypto map set peer" of "crypto map <map> <seq> set peer <peer>": the keywords that are always typed. */
static char *line_title(const struct line *l)
{
	struct out o;
	out_init(&o);
	for (const struct item *i = l->items; i != NULL; i = i->next)
		if (i->kind == ITEM_WORD)
			out_printf(&o, "%s%s", o.len > 0 ? " " : "", i->word);
	if (o.len == 0)
		out_str(&o, l->text);
	return o.text;
}

static char *make_anchor(const struct mode *m, const char *title)
{
	struct out o;
	out_init(&o);
	out_printf(&o, "%s-%s", m->name, title);
	for (char *c = o.text; *c != '\0'; c++)
		*c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
	return o.text;
}

static int by_title(const void *a, const void *b)
{
	const struct page *x = a, *y = b;
	return strcmp(x->title, y->title);
}

static void page_add(struct pages *all, size_t from, const struct line *l)
{
	char *title = line_title(l);
	struct page *p = NULL;
	for (size_t i = from; i < all->n && p == NULL; i++)
		if (strcmp(all->p[i].title, title) == 0)
			p = &all->p[i];
	if (p == NULL) {
		all->p = realloc(all->p, (all->n + 1) * sizeof *all->p);
		if (all->p == NULL)
			abort();
		p = &all->p[all->n++];
		*p = (struct page){.mode = l->mode, .title = title};
		p->anchor = make_anchor(l->mode, title);
	} else {
		free(title);
	}
	p->lines = realloc(p->lines, (p->n + 1) * sizeof *p->lines);
	if (p->lines == NULL)
		abort();
	p->lines[p->n++] = l;
}

/* Mode by mode, each by alphabet. */
static struct pages pages_of(const struct grammar *g)
{
	struct pages all = {0};
	for (const struct mode *m = g->modes; m != NULL; m = m->next) {
		size_t from = all.n;
		for (const struct line *l = m->lines; l != NULL; l = l->next)
			if (!(l->flags & (LINE_LEGACY | LINE_ONLY_SHOWN)))
				page_add(&all, from, l);
		if (all.n > from)
			qsort(all.p + from, all.n - from, sizeof *all.p, by_title);
	}
	return all;
}

static void pages_free(struct pages *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->p[i].title);
		free(all->p[i].anchor);
		free(all->p[i].lines);
	}
	free(all->p);
}

/* `doc:` of the command: its mode and title, or its title alone. */
static const char *page_doc(const struct grammar *g, const struct page *p)
{
	struct out key;
	out_init(&key);
	out_printf(&key, "%s/%s", p->mode->name, p->title);
	struct grammar_help *h = hash_get(g->doc, key.text, key.len);
	out_free(&key);
	if (h == NULL)
		h = hash_get(g->doc, p->title, strlen(p->title));
	if (h == NULL)
		return NULL;
	h->used = true; /* for manual_missing */
	return h->text;
}

/* ------------------------------------------------------------------ one page */

/* Help of the last keyword that is always typed: what the command is for. */
static const char *line_help(const struct line *l)
{
	const char *help = NULL;
	for (const struct item *i = l->items; i != NULL; i = i->next)
		if (i->kind == ITEM_WORD && i->help != NULL)
			help = i->help;
	return help;
}

static bool item_in(const struct item *i, uint64_t atoms)
{
	if (i->kind == ITEM_WORD || i->kind == ITEM_ARG)
		return atoms >> i->atom & 1;
	for (const struct item *k = i->kids; k != NULL; k = k->next)
		if (item_in(k, atoms))
			return true;
	return false;
}

/* The shortest `no` form: up to the first item after which it is complete. */
static void write_no(const struct line *l, struct out *o)
{
	if (l->no_words != NULL) {
		out_printf(o, "no %s\n", l->no_words);
		return;
	}
	uint64_t ends = l->no_reset != 0 ? l->no_reset : line_ends(l, true);
	if (!line_negatable(l) || ends == 0)
		return;
	out_str(o, "no");
	for (const struct item *i = l->items; i != NULL; i = i->next) {
		if (i->kind == ITEM_WORD)
			out_printf(o, " %s", i->word);
		else if (i->kind == ITEM_ARG)
			out_printf(o, " %s<%s>%s", i->pre, i->word, i->post);
		if (item_in(i, ends))
			break;
	}
	out_str(o, "\n");
}

static void describe_field(const struct field *f, struct out *o)
{
	const char *what = f->help;
	if (what == NULL && f->of != NULL)
		what = f->of->help;
	out_printf(o, "%s.",
	           what != NULL      ? what
	           : f->nchoices > 0 ? "One of these words"
	                             : f->type->name);
	if ((f->flags & FIELD_HAS_MIN) && (f->flags & FIELD_HAS_MAX))
		out_printf(o, " %u to %u%s%s.", f->min, f->max, f->unit != NULL ? " " : "",
		           f->unit != NULL ? f->unit : "");
	else if (f->flags & FIELD_HAS_MAX)
		out_printf(o, " At most %u%s%s.", f->max, f->unit != NULL ? " " : " characters",
		           f->unit != NULL ? f->unit : "");
	if (f->to_name != NULL)
		out_printf(o, " Names an existing %s.",
		           f->to != NULL ? node_title(f->to) : f->to_name);
	for (size_t i = 0; i < f->nwords; i++)
		out_printf(o, "%s`%s`%s", i == 0 ? " Also " : ", ", f->words[i].word,
		           i + 1 == f->nwords ? "." : "");
	if (f->flags & FIELD_ONCE)
		out_str(o, " Cannot be changed afterwards.");
	if (f->dflt.kind != V_NONE) {
		struct out value;
		out_init(&value);
		value_print(f, &f->dflt, false, &value);
		if (value.len > 0)
			out_printf(o, " Default: `%s`.", value.text);
		out_free(&value);
	}
}

static void write_field(struct manual_text *t, const struct item *i, struct out *done)
{
	const struct field *f = i->field;
	char mark[160];
	snprintf(mark, sizeof mark, "\n<%s>\n", i->word);
	if (f == NULL || (done->len > 0 && strstr(done->text, mark) != NULL))
		return;
	out_str(done, mark);
	struct out o;
	out_init(&o);
	describe_field(f, &o);
	snprintf(mark, sizeof mark, "<%s>", i->word);
	manual_item(t, 0, mark, o.text);
	out_free(&o);
	const struct field *words = f->nchoices == 0 && f->of != NULL ? f->of : f;
	for (size_t c = 0; c < words->nchoices; c++)
		manual_item(t, 1, words->choices[c].word,
		            words->choices[c].help != NULL ? words->choices[c].help : "");
}

static void write_fields(struct manual_text *t, const struct item *i, struct out *done)
{
	for (; i != NULL; i = i->next) {
		if (i->kind == ITEM_ARG)
			write_field(t, i, done);
		else if (i->kind != ITEM_WORD)
			write_fields(t, i->kids, done);
	}
}

/* printf into a paragraph. */
#define para(t, ...)                             \
	do {                                     \
		struct out para_;                \
		out_init(&para_);                \
		out_printf(&para_, __VA_ARGS__); \
		manual_para(t, para_.text);      \
		out_free(&para_);                \
	} while (0)

static void write_state(struct manual_text *t, const struct line *l)
{
	const char *inert = l->inert != NULL ? l->inert : l->mode->inert;
	for (size_t i = 0; i < l->nwith; i++)
		if (l->with[i].field->dflt.kind != V_NONE && l->with[i].field->nchoices == 2)
			para(t, "Default: `%s%s`.",
			     value_equal(&l->with[i].field->dflt, &l->with[i].value) ? "" : "no ",
			     l->text);
	if (l->flags & LINE_ALWAYS)
		para(t, "`%s` always stands in the running configuration.", l->text);
	if (inert != NULL)
		para(t, "`%s` is kept without effect: %s.", l->text, inert);
	if (l->refused != NULL)
		para(t, "`%s` is refused: %s.", l->text, l->refused);
	if (l->enter != NULL)
		para(t, "Enters `%s`.", l->enter->prompt);
}

static void write_older(struct manual_text *t, const struct page *p)
{
	struct out o;
	out_init(&o);
	for (const struct line *l = p->mode->lines; l != NULL; l = l->next)
		for (size_t i = 0; i < p->n; i++)
			if (l->modern == p->lines[i])
				out_printf(&o, "%s\n", l->text);
	if (o.len > 0) {
		manual_para(t, "Older spellings that are accepted:");
		manual_code(t, o.text);
	}
	out_free(&o);
}

static void write_page(struct manual_text *t, const struct grammar *g, const struct page *p)
{
	struct out syntax, done;
	manual_page(t, p->title, p->anchor);
	const char *help = line_help(p->lines[0]), *doc = page_doc(g, p);
	if (help != NULL)
		para(t, "%s.", help);
	out_init(&syntax);
	for (size_t i = 0; i < p->n; i++) {
		out_printf(&syntax, "%s\n", p->lines[i]->text);
		write_no(p->lines[i], &syntax);
	}
	manual_code(t, syntax.text);
	out_free(&syntax);
	out_init(&done);
	for (size_t i = 0; i < p->n; i++)
		write_fields(t, p->lines[i]->items, &done);
	out_free(&done);
	if (doc != NULL)
		manual_para(t, doc);
	for (size_t i = 0; i < p->n; i++) {
		if (p->lines[i]->doc != NULL)
			manual_para(t, p->lines[i]->doc);
		write_state(t, p->lines[i]);
		if (p->lines[i]->privilege > 0 && p->lines[i]->privilege != p->mode->privilege)
			para(t, "Privilege level: %d.", p->lines[i]->privilege);
	}
	write_older(t, p);
}

/* ------------------------------------------------------------------ the whole */

static void chapter_title(const struct mode *m, char *text, size_t cap)
{
	snprintf(text, cap, "%s mode: hostname%s", m->title != NULL ? m->title : m->name,
	         m->prompt != NULL ? m->prompt : "");
}

static void contents(struct manual_text *t, const struct pages *all)
{
	const struct mode *m = NULL;
	char title[200];
	if (t->form == MANUAL_MAN)
		return;
	for (size_t i = 0; i < all->n; i++) {
		if (all->p[i].mode != m) {
			m = all->p[i].mode;
			chapter_title(m, title, sizeof title);
			manual_para(t, title);
		}
		manual_link(t, all->p[i].title, all->p[i].anchor);
	}
}

void manual_write(const struct grammar *g, enum manual_form form, struct out *out)
{
	struct manual_text t = {.form = form, .out = out};
	struct pages all = pages_of(g);
	const struct mode *m = NULL;
	char title[200];
	manual_begin(&t, "postern-config", 5, "commands of the Postern VPN appliance");
	contents(&t, &all);
	manual_chapter(&t, "Conventions");
	manual_para(
	        &t,
	        "Words stand as they are typed; keywords may be shortened while they stay unique. "
	        "`<name>` is a value, `[x]` may be left out, `{a | b}` is one of several, `...` is "
	        "one or more. `no` in front takes a line back. What a change of configuration does "
	        "to "
	        "sessions that are up stands in the README.");
	for (size_t i = 0; i < all.n; i++) {
		if (all.p[i].mode != m) {
			m = all.p[i].mode;
			chapter_title(m, title, sizeof title);
			manual_chapter(&t, title);
		}
		write_page(&t, g, &all.p[i]);
	}
	for (const struct guide *k = g->guides; k != NULL; k = k->next) {
		manual_chapter(&t, k->title);
		for (size_t i = 0; i < k->n; i++)
			(k->blocks[i].code ? manual_code : manual_para)(&t, k->blocks[i].text);
	}
	manual_end(&t);
	pages_free(&all);
}

void manual_program(const struct program *p, enum manual_form form, struct out *out)
{
	struct manual_text t = {.form = form, .out = out};
	char term[100];
	manual_begin(&t, p->name, p->section, p->what);
	manual_chapter(&t, "SYNOPSIS");
	manual_code(&t, p->synopsis);
	manual_chapter(&t, "DESCRIPTION");
	for (const char *const *d = p->description; *d != NULL; d++)
		manual_para(&t, *d);
	manual_chapter(&t, "OPTIONS");
	for (const struct program_option *o = p->options; o->name != NULL; o++) {
		snprintf(term, sizeof term, "%s%s%s", o->name, o->arg != NULL ? " " : "",
		         o->arg != NULL ? o->arg : "");
		manual_item(&t, 0, term, o->help);
	}
	for (const struct program_section *s = p->sections; s->title != NULL; s++) {
		manual_chapter(&t, s->title);
		for (const struct program_option *o = s->items; o->name != NULL; o++)
			manual_item(&t, 0, o->name, o->help);
	}
	manual_chapter(&t, "SEE ALSO");
	manual_para(&t, p->see_also);
	manual_end(&t);
}

bool manual_file(const struct grammar *g, const char *name, struct out *out)
{
	static const struct {
		const char *name;
		enum manual_form form;
		const struct program *program; /* NULL: the commands */
	} files[] = {
	        {"commands.md", MANUAL_MARKDOWN, NULL},
	        {"commands.html", MANUAL_HTML, NULL},
	        {"postern-config.5", MANUAL_MAN, NULL},
	        {"posternd.8", MANUAL_MAN, &program_posternd},
	        {"postern.1", MANUAL_MAN, &program_postern},
	};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (strcmp(files[i].name, name) != 0)
			continue;
		if (files[i].program != NULL)
			manual_program(files[i].program, files[i].form, out);
		else
			manual_write(g, files[i].form, out);
		return true;
	}
	return false;
}

struct stale {
	struct out *out;
	size_t n;
};

static void find_stale(void *arg, void *value)
{
	struct stale *s = arg;
	const struct grammar_help *h = value;
	if (h->used)
		return;
	out_printf(s->out, "%s:%u: doc for \"%s\", which no command has\n", h->file, h->line,
	           h->prefix);
	s->n++;
}

size_t manual_missing(const struct grammar *g, struct out *out)
{
	struct pages all = pages_of(g);
	struct stale stale = {.out = out};
	size_t missing = 0;
	for (size_t i = 0; i < all.n; i++) {
		const struct page *p = &all.p[i];
		bool doc = page_doc(g, p) != NULL;
		for (size_t k = 0; k < p->n && !doc; k++)
			doc = p->lines[k]->doc != NULL || p->lines[k]->inert != NULL ||
			      p->lines[k]->refused != NULL; /* the page says why */
		if (!doc) {
			out_printf(out, "%s/%s: no doc\n", p->mode->name, p->title);
			missing++;
		}
		if (line_help(p->lines[0]) == NULL && p->lines[0]->items->kind == ITEM_WORD) {
			out_printf(out, "%s/%s: no help\n", p->mode->name, p->title);
			missing++;
		}
	}
	pages_free(&all);
	hash_each(g->doc, find_stale, &stale);
	return missing + stale.n;
}
