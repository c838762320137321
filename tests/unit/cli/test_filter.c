#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cli/session/filter.h"

static const char text[] = "alpha one\nbeta two\ngamma {3}\nbeta four\n";

static void expect(const char *tail, const char *want)
{
	struct filter f;
	struct err err = {0};
	size_t at = 0;
	struct out out;
	out_init(&out);
	assert_int_equal(filter_parse(&f, str_of(tail), &at, &err), FILTER_OK);
	filter_apply(&f, str_of(text), &out);
	assert_string_equal(out.len > 0 ? out.text : "", want);
	out_free(&out);
	filter_free(&f);
}

static void kinds_and_abbreviations(void **state)
{
	(void)state;
	expect(" include beta", "beta two\nbeta four\n");
	expect(" i beta", "beta two\nbeta four\n");
	expect("inc beta", "beta two\nbeta four\n");
	expect(" INC beta", "beta two\nbeta four\n");
	expect(" e beta", "alpha one\ngamma {3}\n");
	expect(" begin gam", "gamma {3}\nbeta four\n");
	expect(" b beta", "beta two\ngamma {3}\nbeta four\n");
	expect(" g beta", "beta two\nbeta four\n");
	expect(" grep -v beta", "alpha one\ngamma {3}\n");
	expect(" include Beta", "");
	expect(" i one|four", "alpha one\nbeta four\n");
	expect(" i ^beta f", "beta four\n");
	expect(" i beta ", "beta two\nbeta four\n");
	expect(" i two ", "");
	expect(" i {3}", "gamma {3}\n");
	expect(" i [{]3", "gamma {3}\n");
	expect(" i \"beta\"", ""); /* quotes are part of the expression */
}

static void refusals(void **state)
{
	(void)state;
	struct filter f;
	struct err err = {0};
	size_t at = 0;
	assert_int_equal(filter_parse(&f, STR(""), &at, &err), FILTER_INCOMPLETE);
	assert_int_equal(filter_parse(&f, STR(" "), &at, &err), FILTER_INCOMPLETE);
	assert_int_equal(filter_parse(&f, STR(" include"), &at, &err), FILTER_INCOMPLETE);
	assert_int_equal(filter_parse(&f, STR(" include "), &at, &err), FILTER_INCOMPLETE);
	assert_int_equal(filter_parse(&f, STR(" grep -v "), &at, &err), FILTER_INCOMPLETE);
	assert_int_equal(filter_parse(&f, STR(" incx foo"), &at, &err), FILTER_UNKNOWN);
	assert_int_equal(at, 4);
	assert_int_equal(filter_parse(&f, STR(" i [a"), &at, &err), FILTER_BAD);
	assert_int_equal(filter_parse(&f, STR(" i (a*)*\\1"), &at, &err), FILTER_BAD);
	assert_int_equal(filter_parse(&f, STR(" i a+++++++++"), &at, &err), FILTER_BAD);
	assert_int_equal(filter_parse(&f, STR(" i [+++++++++]\\+"), &at, &err), FILTER_OK);
	filter_free(&f);
	char longer[400];
	memset(longer, 'a', sizeof longer);
	longer[0] = 'i';
	longer[1] = ' ';
	assert_int_equal(filter_parse(&f, (struct str){longer, sizeof longer}, &at, &err),
	                 FILTER_BAD);
	filter_free(&f);
}

static void splitting(void **state)
{
	(void)state;
	struct str command, tail;
	assert_true(filter_split(STR("show run | i a | b"), &command, &tail));
	assert_true(str_eq_cstr(command, "show run"));
	assert_true(str_eq_cstr(tail, " i a | b"));
	assert_true(filter_split(STR("show run |"), &command, &tail));
	assert_int_equal(tail.len, 0);
	assert_false(filter_split(STR("show run"), &command, &tail));
	assert_false(filter_split(STR("show a|b"), &command, &tail));
	assert_false(filter_split(STR("| i x"), &command, &tail));
}

static void text_without_last_newline(void **state)
{
	(void)state;
	struct filter f;
	struct err err = {0};
	size_t at;
	struct out out;
	out_init(&out);
	assert_int_equal(filter_parse(&f, STR("i b"), &at, &err), FILTER_OK);
	filter_apply(&f, STR("a\nb"), &out);
	assert_string_equal(out.text, "b\n");
	out_free(&out);
	filter_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(kinds_and_abbreviations),
	        cmocka_unit_test(refusals),
	        cmocka_unit_test(splitting),
	        cmocka_unit_test(text_without_last_newline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
