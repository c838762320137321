/* Whole configurations against the grammar: what is accepted, what is shown, and that it is shown again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "configs.h"

static char *shown(struct confsys *sys)
{
	return shown_as(sys, 0, -1);
}

/* With all its defaults said it is still the same configuration. */
static void check_all(struct confsys *sys, const char *text)
{
	struct load_report r;
	char *all = shown_as(sys, RENDER_ALL, -1);
	struct confsys *other = load_config(all, &r);
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
	struct confsys *sys = load_config(text, &r);
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
	struct confsys *sys = load_config(text, &r);
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
	struct confsys *sys = load_config(text, &r);
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
	struct confsys *sys = load_config(text, &r);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_example),
	        cmocka_unit_test(test_lab),
	        cmocka_unit_test(test_everything),
	};
	return cmocka_run_group_tests(tests, configs_setup, configs_teardown);
}
