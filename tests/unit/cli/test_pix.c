/* Configurations of PIX 6: what is accepted, what becomes of it, and its own form again. */
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
static int pix;

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
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].error)
			fail_msg("line %u: %s: %s", r->items[i].line, r->items[i].command,
			         r->items[i].text);
	return sys;
}

static char *shown(struct confsys *sys, int dialect)
{
	struct out out;
	out_init(&out);
	render(grammar, confsys_running(sys), RENDER_SECRETS, dialect, STR(""), &out);
	return out.text; /* freed by the caller */
}

/* The lines between the first one and the checksum. */
static char *body(const char *text)
{
	const char *from = strstr(text, "nameif ethernet0"), *to = strstr(text, "Cryptochecksum:");
	assert_non_null(from);
	assert_non_null(to);
	return strndup(from, (size_t)(to - from));
}

static void test_seed(void **state)
{
	(void)state;
	char *text = read_config("seed-001-pix.cfg"), *want = read_config("seed-001-pix.out");
	struct load_report r, again;
	struct confsys *sys = load(text, &r);
	assert_int_equal(r.dialect, pix);
	char *modern = shown(sys, -1);
	if (getenv("PIX_SHOW"))
		fputs(modern, stdout);
	else
		assert_string_equal(modern, want);
	char *old = shown(sys, pix), *lines = body(text);
	if (getenv("PIX_SHOW"))
		fputs(old, stdout);
	assert_string_equal(old, lines);
	/* and the modern form of it is the same configuration */
	struct confsys *other = load(modern, &again);
	char *once = shown(other, pix);
	assert_string_equal(once, lines);
	free(once);
	free(old);
	free(lines);
	free(modern);
	free(text);
	free(want);
	load_report_free(&r);
	load_report_free(&again);
	confsys_free(sys);
	confsys_free(other);
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
	pix = grammar_dialect(grammar, STR("pix-6"));
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
	        cmocka_unit_test(test_seed),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
