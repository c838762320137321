/* Tests that come with every line of the product's grammar: whatever can be typed must come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "cli/config/hooks_acl.h"
#include "cli/grammar/walk.h"
#include "gen.h"

#define SEEDS 4

static struct console product;

static int open_product(void **state)
{
	(void)state;
	hooks_acl_register(); /* access lists are stored in a form of their own */
	console_open(&product, NULL);
	return 0;
}

static int close_product(void **state)
{
	(void)state;
	console_close(&product);
	return 0;
}

typedef void line_test(struct gen *g, const struct line *l, struct out *text, unsigned *mistakes);

static void each_line(line_test *test, bool legacy)
{
	unsigned mistakes = 0;

	for (const struct mode *m = product.g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			if (!gen_usable(l) || ((l->flags & LINE_LEGACY) && !legacy))
				continue;
			for (uint32_t seed = 1; seed <= SEEDS; seed++) {
				struct console c;
				struct gen g = {.c = &c, .seed = seed};
				struct out text;

				console_fork(&c, &product);
				out_init(&text);
				gen_prepare(&g, l);
				gen_line(&g, l, &text);
				if (g.failed) {
					print_message("%s:%u: cannot prepare \"%s\": %s\n", l->file,
					              l->where, text.text,
					              c.out.text ? c.out.text : "");
					mistakes++;
				} else {
					test(&g, l, &text, &mistakes);
				}
				out_free(&text);
				console_close(&c);
			}
		}
	}
	assert_int_equal(mistakes, 0);
}

static bool typed(struct gen *g, const struct line *l, const char *text, unsigned *mistakes)
{
	const char *answer = type(g->c, text);

	if (!strstr(answer, "ERROR"))
		return true;
	print_message("%s:%u: \"%s\": %s\n", l->file, l->where, text, answer);
	++*mistakes;
	return false;
}

static void round_trip(struct gen *g, const struct line *l, struct out *text, unsigned *mistakes)
{
	struct load_report r;
	struct err err = {0};
	struct console again;
	char *first;

	if (!typed(g, l, text->text, mistakes))
		return;
	first = strdup(running(g->c, ""));
	console_fork(&again, g->c);
	if (load_text(g->c->g, again.sys, str_of(first), "running", LOAD_REPLACE, &r, &err) ||
	    r.errors || !conf_equal(confsys_running(g->c->sys), confsys_running(again.sys)) ||
	    strcmp(first, running(&again, ""))) {
		struct out report;

		out_init(&report);
		load_report_print(&r, &report);
		print_message("%s:%u: \"%s\" does not come back from:\n%s%sbut:\n%s", l->file,
		              l->where, text->text, first, report.text ? report.text : "",
		              running(&again, ""));
		out_free(&report);
		++*mistakes;
	}
	load_report_free(&r);
	console_close(&again);
	free(first);
}

/* A switch that is on from the start: its `no` says something of its own. */
static bool on_by_default(const struct line *l)
{
	for (size_t i = 0; i < l->nwith; i++) {
		if (l->with[i].field->dflt.kind &&
		    value_equal(&l->with[i].field->dflt, &l->with[i].value))
			return true;
	}
	return false;
}

static void negate(struct gen *g, const struct line *l, struct out *text, unsigned *mistakes)
{
	struct conf *before = conf_hold((struct conf *)confsys_running(g->c->sys));
	struct cli_ctx where;
	struct out no;
	char *left;

	out_init(&no);
	out_printf(&no, "no %s", text->text);
	ctx_copy(&where, &g->c->ctx);
	if (!line_negatable(l) || on_by_default(l) || !typed(g, l, text->text, mistakes) ||
	    conf_equal(before, confsys_running(g->c->sys)))
		goto done;
	ctx_clear(&g->c->ctx);
	ctx_copy(&g->c->ctx, &where);
	if (typed(g, l, no.text, mistakes) && !conf_equal(before, confsys_running(g->c->sys))) {
		left = strdup(running(g->c, ""));
		print_message("%s:%u: \"%s\" leaves:\n%s", l->file, l->where, no.text, left);
		free(left);
		++*mistakes;
	}
done:
	ctx_clear(&where);
	out_free(&no);
	conf_drop(before);
}

static bool has_old_defaults(const struct node *n)
{
	for (; n; n = n->parent) {
		for (size_t i = 0; i < n->nfields; i++) {
			if (n->fields[i].nolds)
				return true;
		}
	}
	return false;
}

/* Do both patterns say the same fields? (Some old forms say less.) */
static bool same_fields(const struct line *a, const struct line *b)
{
	size_t n = 0, m = 0;

	for (unsigned i = 0; i < a->natoms; i++)
		n += a->atoms[i]->kind == ITEM_ARG && !a->atoms[i]->dropped;
	for (unsigned i = 0; i < b->natoms; i++) {
		bool found = b->atoms[i]->kind != ITEM_ARG || b->atoms[i]->dropped;

		m += !found;
		for (unsigned k = 0; k < a->natoms; k++)
			found = found || a->atoms[k]->field == b->atoms[i]->field;
		if (!found)
			return false;
	}
	return n == m;
}

/* The older spelling in a second console gives the same tree as the modern line. */
static void legacy(struct gen *g, const struct line *l, struct out *text, unsigned *mistakes)
{
	struct console other;
	struct gen og = {.c = &other, .seed = g->seed};
	struct out modern;

	if (!l->modern || has_old_defaults(l->node) || l->nwith != l->modern->nwith ||
	    !same_fields(l, l->modern))
		return;
	console_fork(&other, g->c);
	out_init(&modern);
	gen_prepare(&og, l->modern);
	gen_line(&og, l->modern, &modern);
	if (typed(g, l, text->text, mistakes) && typed(&og, l, modern.text, mistakes) &&
	    !conf_equal(confsys_running(g->c->sys), confsys_running(other.sys))) {
		print_message("%s:%u: \"%s\" is not \"%s\"\n", l->file, l->where, text->text,
		              modern.text);
		++*mistakes;
	}
	out_free(&modern);
	console_close(&other);
}

/* Characters of the word that tell it from the other keywords at its place; all when it is none. */
static size_t shortest(struct gen *g, const char *before, struct str word, const struct mode *mode)
{
	size_t need = 1, len = word.len;
	bool keyword = false;
	struct suggestions s;

	suggest(g->c->g, &g->c->ctx, NULL, str_of(before), NULL, &s);
	for (size_t i = 0; i < s.n; i++) {
		if (s.groups[i].mode != mode)
			continue;
		for (size_t k = 0; k < s.groups[i].n; k++) {
			const struct suggestion *o = &s.groups[i].items[k];
			size_t same = 0;

			if (o->kind != SUGGEST_KEYWORD)
				continue;
			if (str_eq_cstr(word, o->word)) {
				keyword = true;
				continue;
			}
			while (same < len && o->word[same] == word.p[same])
				same++;
			if (same + 1 > need)
				need = same + 1;
		}
	}
	suggest_free(&s);
	/* An old word that is typed in full is that word (`ca`). */
	for (const struct line *l = mode->lines; l; l = l->next) {
		if ((l->flags & LINE_LEGACY) && l->items->kind == ITEM_WORD && !*before &&
		    strlen(l->items->word) == need && !strncasecmp(l->items->word, word.p, need))
			need++;
	}
	return keyword && need < len ? need : len;
}

static void prefixes(struct gen *g, const struct line *l, struct out *text, unsigned *mistakes)
{
	struct match full, brief;
	struct match_fail fail;
	struct out line, before;
	struct str rest;

	if (match_line(g->c->g, &g->c->ctx, out_text(text), 15, &full, &fail) != MATCH_OK) {
		print_message("%s:%u: \"%s\" does not match\n", l->file, l->where, text->text);
		++*mistakes;
		return;
	}
	out_init(&line);
	out_init(&before);
	rest = str_of(full.text);
	while (rest.len) {
		struct str word = str_word(&rest);
		size_t len = shortest(g, before.text ? before.text : "", word, full.mode);

		out_printf(&line, "%s%.*s", line.len ? " " : "", (int)len, word.p);
		out_printf(&before, "%.*s ", STR_ARG(word));
	}
	if (match_line(g->c->g, &g->c->ctx, out_text(&line), 15, &brief, &fail) != MATCH_OK) {
		print_message("%s:%u: \"%s\" is not \"%s\" (%d at %zu)\n", l->file, l->where,
		              line.text, text->text, (int)fail.status, fail.column);
		++*mistakes;
	} else {
		if (brief.line != full.line) {
			print_message("%s:%u: \"%s\" is another line\n", l->file, l->where,
			              line.text);
			++*mistakes;
		}
		match_free(&brief);
	}
	match_free(&full);
	out_free(&line);
	out_free(&before);
}

static void test_round_trip(void **state)
{
	(void)state;
	each_line(round_trip, true);
}

static void test_no(void **state)
{
	(void)state;
	each_line(negate, false);
}

static void test_legacy(void **state)
{
	(void)state;
	each_line(legacy, true);
}

static void test_prefixes(void **state)
{
	(void)state;
	each_line(prefixes, false);
}

/* What is known and not supported answers with its cause, and changes nothing. */
static void test_refused(void **state)
{
	unsigned n = 0;

	(void)state;
	for (const struct mode *m = product.g->modes; m; m = m->next) {
		for (const struct line *l = m->lines; l; l = l->next) {
			struct console c;
			struct gen g = {.c = &c, .seed = 1};
			struct out text, want;
			char *before;

			if (!l->refused || l->run)
				continue;
			n++;
			console_fork(&c, &product);
			out_init(&text);
			out_init(&want);
			gen_prepare(&g, l);
			gen_line(&g, l, &text);
			out_printf(&want, "ERROR: %s", l->refused);
			before = strdup(running(&c, ""));
			assert_string_equal(type(&c, text.text), want.text);
			assert_string_equal(running(&c, ""), before);
			free(before);
			out_free(&text);
			out_free(&want);
			console_close(&c);
		}
	}
	assert_true(n >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_no),
	        cmocka_unit_test(test_legacy),     cmocka_unit_test(test_prefixes),
	        cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, open_product, close_product);
}
