/* One call, two forms: what a handler prints as text and what it writes as a document. */
#include "core/base/rec.h"

#include <string.h>

#include "unit.h"

static void tunnel(struct out *o, unsigned id, const char *state)
{
	rec_open(o, NULL);
	rec(o, "id up? - load", "Tunnel id %-5u is %s (0x%08X), load %5.1f%%\n", id, state, id,
	    0.5);
	rec_num(o, "since", 18446744073709551615u);
	rec_close(o);
}

static void tunnels(struct out *o)
{
	out_str(o, "\nTunnels\n");
	rec(o, "total", "Total: %zu\n", (size_t)2);
	rec_list(o, "tunnels");
	tunnel(o, 4, "up");
	tunnel(o, 19, "down");
	rec_close(o);
	rec_list(o, "free");
	rec_close(o);
	rec_list(o, "names");
	rec(o, "name", "%.*s\n", 3, "abcdef");
	rec(o, "name", "%c\n", 'x');
	rec_close(o);
}

static void test_text(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	tunnels(&o);
	assert_string_equal(o.text, "\nTunnels\nTotal: 2\n"
	                            "Tunnel id 4     is up (0x00000004), load   0.5%\n"
	                            "Tunnel id 19    is down (0x00000013), load   0.5%\n"
	                            "abc\nx\n");
	assert_true(rec_end(&o)); /* there is no document to end */
	out_free(&o);
}

static void test_document(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	assert_true(rec_begin(&o));
	assert_true(rec_wanted(&o));
	tunnels(&o);
	assert_true(rec_end(&o));
	assert_string_equal(o.text, "{\n"
	                            "  \"total\": 2,\n"
	                            "  \"tunnels\": [\n"
	                            "    {\n"
	                            "      \"id\": 4,\n"
	                            "      \"up\": true,\n"
	                            "      \"load\": 0.500,\n"
	                            "      \"since\": 18446744073709551615\n"
	                            "    },\n"
	                            "    {\n"
	                            "      \"id\": 19,\n"
	                            "      \"up\": false,\n"
	                            "      \"load\": 0.500,\n"
	                            "      \"since\": 18446744073709551615\n"
	                            "    }\n"
	                            "  ],\n"
	                            "  \"free\": [],\n"
	                            "  \"names\": [\n"
	                            "    \"abc\",\n"
	                            "    \"x\"\n"
	                            "  ]\n"
	                            "}\n");
	out_free(&o);
}

static void test_escapes(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	assert_true(rec_begin(&o));
	rec_str(&o, "a", (struct str){"q\"b\\t\tn\nz\0\x01\x7f", 12});
	rec_text(&o, "b", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
	rec_text(&o, "c", "\xc3 \x80 \xed\xa0\x80 \xc0\xaf \xf5\x80");
	assert_true(rec_end(&o));
	assert_string_equal(o.text,
	                    "{\n  \"a\": \"q\\\"b\\\\t\\tn\\nz\\u0000\\u0001\\u007f\",\n"
	                    "  \"b\": \"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\",\n"
	                    "  \"c\": \"\\ufffd \\ufffd \\ufffd\\ufffd\\ufffd \\ufffd\\ufffd "
	                    "\\ufffd\\ufffd\"\n}\n");
	out_free(&o);
}

static void test_lines(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	assert_true(rec_begin(&o));
	rec_num(&o, "n", 1);
	rec_lines(&o);
	out_str(&o, "one\ntw");
	out_printf(&o, "o %d\n\nlast", 2);
	rec_lines_end(&o);
	out_str(&o, "decoration\n");
	assert_true(rec_end(&o));
	assert_string_equal(o.text, "{\n  \"n\": 1,\n  \"lines\": [\n    \"one\",\n    \"two 2\",\n"
	                            "    \"\",\n    \"last\"\n  ]\n}\n");
	out_free(&o);
}

/* What only prints has no document; what says nothing has an empty one; a failure is told in one. */
static void test_without_data(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	assert_true(rec_begin(&o));
	out_str(&o, "some text\n");
	assert_false(rec_end(&o));
	assert_int_equal(o.len, 0);
	assert_false(rec_wanted(&o));

	assert_true(rec_begin(&o));
	assert_true(rec_end(&o));
	assert_string_equal(o.text, "{}\n");

	assert_true(rec_begin(&o));
	rec_list(&o, "half");
	rec_error(&o, "no such \"thing\"\n");
	assert_true(rec_end(&o));
	assert_string_equal(o.text, "{\n  \"error\": \"no such \\\"thing\\\"\"\n}\n");

	assert_true(rec_begin(&o));
	rec_message(&o, "\nThere are none\n");
	assert_true(rec_end(&o));
	assert_string_equal(o.text, "{\n  \"message\": \"There are none\"\n}\n");
	out_clear(&o);
	rec_message(&o, "\nThere are none\n");
	assert_string_equal(o.text, "\nThere are none\n");
	out_free(&o);
}

/* A document that outgrows its ceiling says so, like a text. */
static void test_bounded(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	o.limit = 4096;
	assert_true(rec_begin(&o));
	rec_list(&o, "l");
	for (unsigned i = 0; i < 10000; i++)
		rec_num(&o, NULL, i);
	assert_true(rec_end(&o));
	assert_true(o.failed);
	assert_true(o.len < 4096);
	out_free(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_text),         cmocka_unit_test(test_document),
	        cmocka_unit_test(test_escapes),      cmocka_unit_test(test_lines),
	        cmocka_unit_test(test_without_data), cmocka_unit_test(test_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
