/* Types: what is taken, and that it prints back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/config/schema.h"

static const struct {
	const char *type, *word, *printed; /* NULL: refused */
} cases[] = {
        {"u32", "0", "0"},
        {"u32", "4294967295", "4294967295"},
        {"u32", "4294967296", NULL},
        {"u32", "-1", NULL},
        {"u32", "1x", NULL},
        {"u32", "", NULL},
        {"time", "0:05:00", "0:05:00"},
        {"time", "12:30:59", "12:30:59"},
        {"time", "1193:59:59", "1193:59:59"},
        {"time", "0:5:00", NULL},
        {"time", "0:60:00", NULL},
        {"time", "5:00", NULL},
        {"time", "1:00:00:00", NULL},
        {"ipv4", "10.1.2.3", "10.1.2.3"},
        {"ipv4", "0", "0.0.0.0"},
        {"ipv4", "10.1.2", NULL},
        {"ipv4", "10.1.2.3.4", NULL},
        {"ipv4-mask", "255.255.254.0", "255.255.254.0"},
        {"ipv4-mask", "255.0.255.0", NULL},
        {"ipv4-mask", "0", "0.0.0.0"},
        {"ipv4-range", "10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"},
        {"ipv4-range", "10.0.0.1", "10.0.0.1"},
        {"ipv4-range", "10.0.0.1-10.0.0.1", "10.0.0.1"},
        {"ipv4-range", "-10.0.0.1", NULL},
        {"ipv4-prefix", "10.0.0.0/8", "10.0.0.0/8"},
        {"ipv4-prefix", "10.0.0.0/33", NULL},
        {"ipv4-prefix", "10.0.0.0", NULL},
        {"word", "name", "name"},
        {"word", "(name)", NULL},
        {"word", "two words", NULL},
        {"word", "\x1b[2J", NULL},
        {"secret", "(s3cret)", "(s3cret)"},
        {"text", "two words", "two words"},
        {"text", "", NULL},
        {"hwname", "gi0/1", "GigabitEthernet0/1"},
        {"hwname", "GIGABITETHERNET0/1.20", "GigabitEthernet0/1.20"},
        {"hwname", "e0", "Ethernet0"},
        {"hwname", "m0/0", "Management0/0"},
        {"hwname", "GigabitEthernet 0/0", "GigabitEthernet0/0"},
        {"hwname", "gi 0/0 x", NULL},
        {"hwname", "gi ", NULL},
        {"hwname", "x0", NULL},
        {"hwname", "gi", NULL},
        {"hwname", "gi0/1;", NULL},
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field f = {.name = "f", .type = value_type_find(cases[i].type)};
		struct value v, again;
		struct out out;

		assert_non_null(f.type);
		if (value_parse(&f, str_of(cases[i].word), &v, NULL) != (cases[i].printed != NULL))
			fail_msg("%s: \"%s\"", cases[i].type, cases[i].word);
		if (!cases[i].printed)
			continue;
		out_init(&out);
		value_print(&f, &v, true, &out);
		assert_string_equal(out.text, cases[i].printed);
		assert_true(value_parse(&f, out_text(&out), &again, NULL));
		assert_true(value_equal(&v, &again));
		value_free(&again);
		value_free(&v);
		out_free(&out);
	}
}

static void test_choices(void **state)
{
	static struct choice words[] = {{"pap", NULL}, {"chap", NULL}, {"eap", NULL}};
	struct word_value other = {"challenge", {.kind = V_SET, .set = 2}, NULL};
	struct field set = {
	        .name = "s", .type = value_type_find("set"), .choices = words, .nchoices = 3};
	struct field onoff = {
	        .name = "b", .type = value_type_find("bool"), .choices = words, .nchoices = 2};
	struct value v;
	struct out out;

	(void)state;
	set.words = &other;
	set.nwords = 1;
	out_init(&out);
	assert_true(value_parse(&set, STR("CHALLENGE"), &v, NULL));
	v.set |= 1;
	value_print(&set, &v, true, &out);
	assert_string_equal(out.text, "pap chap");
	assert_false(value_parse(&set, STR("cha"), &v, NULL));
	out_clear(&out);
	assert_true(value_parse(&onoff, STR("pap"), &v, NULL));
	assert_int_equal(v.u32, 1);
	assert_true(value_parse(&onoff, STR("no"), &v, NULL));
	value_print(&onoff, &v, true, &out);
	assert_string_equal(out.text, "chap");
	out_free(&out);
}

static void test_lists(void **state)
{
	struct field of = {.name = "e", .type = value_type_find("u32")};
	struct field list = {.name = "l", .type = value_type_find("list"), .of = &of};
	struct value a = {0}, one, b;
	struct out out;

	(void)state;
	for (int i = 0; i < 3; i++) {
		char word[2] = {(char)('3' - i), 0};

		assert_true(value_parse(&list, str_of(word), &one, NULL));
		value_list_add(&a, &one.list.v[0]);
		value_free(&one);
	}
	out_init(&out);
	value_print(&list, &a, true, &out);
	assert_string_equal(out.text, "3 2 1");
	value_copy(&b, &a);
	assert_true(value_equal(&a, &b));
	assert_true(value_list_del(&b, &a.list.v[1]));
	assert_false(value_list_has(&b, &a.list.v[1]));
	assert_int_not_equal(value_compare(&a, &b), 0);
	value_free(&a);
	value_free(&b);
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_types),
	        cmocka_unit_test(test_choices),
	        cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
