#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "console_fixture.h"
#include "cli/manual/manual.h"

static void has(const struct out *o, const char *text)
{
	if (strstr(o->text, text) == NULL)
		fail_msg("missing: %s", text);
}

static void every_command_is_there(void **state)
{
	(void)state;
	struct out out;
	fixture_start();
	out_init(&out);
	manual_write(fx.g, MANUAL_MARKDOWN, &out);
	for (const struct mode *m = fx.g->modes; m != NULL; m = m->next)
		for (const struct line *l = m->lines; l != NULL; l = l->next)
			has(&out, l->text);
	has(&out, "Number of lines on a page.\n\n```\npager lines <lines>\nno pager lines\n```\n");
	has(&out, "* `<lines>`: ");
	has(&out, "`pager lines <lines>` always stands in");
	has(&out, "* `green`: Green\n");
	has(&out, "Enters `(config-group)#`.\n");

	out_free(&out);
	fixture_stop();
}

/* What the three forms make of characters that mean something to them. */
static void characters_stay_what_they_are(void **state)
{
	(void)state;
	static const char *const want[] = {
	        [MANUAL_MARKDOWN] = "a \\<b\\> & `c-<d>` \\\\",
	        [MANUAL_HTML] = "<p>a &lt;b&gt; &amp; <code>c-&lt;d&gt;</code> \\</p>",
	        [MANUAL_MAN] = ".PP\na <b> & \\fBc\\-<d>\\fR \\e\n",
	};
	for (enum manual_form form = MANUAL_MARKDOWN; form <= MANUAL_MAN; form++) {
		struct out out;
		out_init(&out);
		struct manual_text t = {.form = form, .out = &out};
		manual_para(&t, "a <b> & `c-<d>` \\");
		manual_code(&t, ".first\n");
		if (form != MANUAL_MARKDOWN)
			has(&out, want[form]);
		has(&out, form == MANUAL_MAN ? "\\&.first" : ".first");
		out_free(&out);
	}
}

/* Of the grammar itself: every command has help and a text. */
static void every_command_is_explained(void **state)
{
	(void)state;
	struct grammar *g;
	struct err err = {0};
	struct out missing;
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS, &g, &err) != 0)
		fail_msg("%s", err.text);
	out_init(&missing);
	size_t n = manual_missing(g, &missing);
	if (n > 0)
		fail_msg("%zu commands lack a text:\n%s", n, missing.text);
	out_free(&missing);
	grammar_free(g);
}

static void files_by_name(void **state)
{
	(void)state;
	static const char *const names[] = {"commands.md", "commands.html", "postern-config.5",
	                                    "posternd.8", "postern.1"};
	fixture_start();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct out out;
		out_init(&out);
		assert_true(manual_file(fx.g, names[i], &out));
		assert_true(out.len > 500);
		out_free(&out);
	}
	struct out none;
	out_init(&none);
	assert_false(manual_file(fx.g, "commands.pdf", &none));
	out_free(&none);
	fixture_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(every_command_is_there),
	        cmocka_unit_test(characters_stay_what_they_are),
	        cmocka_unit_test(every_command_is_explained),
	        cmocka_unit_test(files_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
