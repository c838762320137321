#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cli/session/pager.h"

static struct pager p;
static struct out seen;

static int setup(void **state)
{
	(void)state;
	pager_init(&p);
	out_init(&seen);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pager_free(&p);
	out_free(&seen);
	return 0;
}

/* Everything it hands out until it waits or is empty. */
static const char *drain(size_t max)
{
	out_clear(&seen);
	for (struct str s; (s = pager_next(&p, max)).len > 0;)
		out_put(&seen, s);
	return seen.len > 0 ? seen.text : "";
}

static void pages_and_keys(void **state)
{
	(void)state;
	pager_reset(&p, 3, 80);
	pager_put(&p, STR("1\n2\n3\n4\n5\n6\n7\n8\n"));
	assert_string_equal(drain(1000), "1\n2\n3\n" PAGER_PROMPT);
	assert_true(p.waiting);
	assert_string_equal(drain(1000), "");
	assert_false(pager_key(&p, 'x'));
	assert_true(pager_key(&p, '\r'));
	assert_string_equal(drain(1000), "4\n" PAGER_PROMPT);
	assert_true(pager_key(&p, ' '));
	assert_string_equal(drain(1000), "5\n6\n7\n" PAGER_PROMPT);
	assert_true(pager_key(&p, ' '));
	assert_string_equal(drain(1000), "8\n");
	assert_false(p.waiting);
	assert_true(pager_empty(&p));
}

static void no_prompt_when_nothing_follows(void **state)
{
	(void)state;
	pager_reset(&p, 3, 80);
	pager_put(&p, STR("1\n2\n3\n"));
	assert_string_equal(drain(1000), "1\n2\n3\n");
	assert_false(p.waiting);
	pager_put(&p, STR("4\n")); /* a command that goes on: the page was full */
	assert_string_equal(drain(1000), PAGER_PROMPT);
}

static void q_drops_what_follows(void **state)
{
	(void)state;
	pager_reset(&p, 2, 80);
	pager_put(&p, STR("1\n2\n3\n"));
	drain(1000);
	assert_true(pager_key(&p, 'q'));
	assert_true(pager_empty(&p));
	pager_put(&p, STR("4\n"));
	assert_string_equal(drain(1000), "");
	pager_reset(&p, 2, 80);
	pager_put(&p, STR("5\n"));
	assert_string_equal(drain(1000), "5\n");
}

static void long_lines_take_rows(void **state)
{
	(void)state;
	pager_reset(&p, 3, 10);
	pager_put(&p, STR("0123456789abcdefghij\nx\ny\n"));
	assert_string_equal(drain(1000), "0123456789abcdefghij\nx\n" PAGER_PROMPT);
}

static void small_pieces(void **state)
{
	(void)state;
	pager_reset(&p, 3, 80);
	pager_put(&p, STR("longer than a piece\n2\n3\n4\n"));
	assert_string_equal(drain(4), "longer than a piece\n2\n3\n" PAGER_PROMPT);
	pager_reset(&p, 0, 80);
	pager_put(&p, STR("1\n2\n3\n4\n"));
	assert_string_equal(drain(3), "1\n2\n3\n4\n");
	assert_int_equal(pager_next(&p, 0).len, 0);
}

static void unfinished_lines_count_once(void **state)
{
	(void)state;
	pager_reset(&p, 3, 80);
	for (int i = 0; i < 10; i++) {
		pager_put(&p, STR("!"));
		assert_string_equal(drain(1000), "!");
	}
	pager_put(&p, STR("\n2\n3\n"));
	assert_string_equal(drain(1000), "\n2\n3\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(pages_and_keys),       T(no_prompt_when_nothing_follows),
	        T(q_drops_what_follows), T(long_lines_take_rows),
	        T(small_pieces),         T(unfinished_lines_count_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
