/* Whole configurations against the grammar: what is accepted, what is shown, and that it is shown again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/edit.h"
#include "cli/hooks.h"
#include "cli/render.h"

static struct grammar *grammar;

static char *read_config(const char *name)
{
	char path[512];
	static char text[1 << 16];
	snprintf(path, sizeof(path), "%s/transcript/configs/%s", TEST_DIR, name);
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("%s", path);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return strdup(text);
}

static struct confsys *load(const char *text, struct load_report *r)
{
	struct confsys *sys = confsys_new(&grammar->schema, NULL);
	struct err err = {0};
	assert_int_equal(load_text(grammar, sys, str_of(text), "F", LOAD_REPLACE, r, &err), 0);
	return sys;
}

static char *shown_as(struct confsys *sys, unsigned flags)
{
	struct out out;
	out_init(&out);
	render(grammar, confsys_running(sys), RENDER_SECRETS | flags, -1, STR(""), &out);
	return out.text; /* freed by the caller */
}

static char *shown(struct confsys *sys)
{
	return shown_as(sys, 0);
}

static void assert_no_error(const struct load_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].error)
			fail_msg("line %u: %s: %s", r->items[i].line, r->items[i].command,
			         r->items[i].text);
}

/* With all its defaults said it is still the same configuration. */
static void check_all(struct confsys *sys, const char *text)
{
	struct load_report r;
	char *all = shown_as(sys, RENDER_ALL);
	struct confsys *other = load(all, &r);
	assert_no_error(&r);
	char *again = shown(other);
	assert_string_equal(again, text);
	free(again);
	free(all);
	load_report_free(&r);
	confsys_free(other);
}

/* What is shown loads without an error into an empty configuration and is shown the same. */
static void check_round_trip(const char *text)
{
	struct load_report r;
	struct confsys *sys = load(text, &r);
	assert_no_error(&r);
	char *again = shown(sys);
	assert_string_equal(again, text);
	check_all(sys, text);
	free(again);
	load_report_free(&r);
	confsys_free(sys);
}

static void test_example(void **state)
{
	(void)state;
	char *text = read_config("seed-000-example.cfg");
	struct load_report r;
	struct confsys *sys = load(text, &r);
	assert_int_equal(r.errors, 0);
	/* pre-shared-key *, and there is no interface yet */
	static const unsigned lines[] = {11, 22, 23};
	assert_int_equal(r.n, sizeof(lines) / sizeof(lines[0]));
	for (size_t i = 0; i < r.n; i++) {
		assert_int_equal(r.items[i].line, lines[i]);
		assert_int_equal(strncmp(r.items[i].text, "WARNING: ", 9), 0);
	}
	const struct centry *tg =
	        conf_find(confsys_running(sys), "tunnel-group", STR("DefaultRAGroup"));
	assert_false(conf_is_set(conf_child(confsys_running(sys), tg, "ipsec"), "psk"));
	char *again = shown(sys);
	check_round_trip(again);
	free(again);
	free(text);
	load_report_free(&r);
	confsys_free(sys);
}

static void test_lab(void **state)
{
	(void)state;
	char *text = read_config("seed-000-lab.cfg");
	struct load_report r;
	struct confsys *sys = load(text, &r);
	if (r.n > 0)
		fail_msg("line %u: %s", r.items[0].line, r.items[0].text);
	char *again = shown(sys);
	check_round_trip(again);
	free(again);
	free(text);
	load_report_free(&r);
	confsys_free(sys);
}

/* Every section, old and new spellings, in, and the one shown form out. */
static void test_everything(void **state)
{
	(void)state;
	char *text = read_config("everything.cfg"), *want = read_config("everything.out");
	struct load_report r;
	struct confsys *sys = load(text, &r);
	assert_int_equal(r.errors, 0);
	char *again = shown(sys);
	assert_string_equal(again, want);
	check_round_trip(want);
	free(again);
	free(text);
	free(want);
	load_report_free(&r);
	confsys_free(sys);
}

static int setup(void **state)
{
	(void)state;
	struct err err = {0};
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS, &grammar, &err) != 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	hooks_set_grammar(grammar);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	hooks_set_grammar(NULL);
	grammar_free(grammar);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_example),
	        cmocka_unit_test(test_lab),
	        cmocka_unit_test(test_everything),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
