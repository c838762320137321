#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ipsec/replay.h"

static const uint32_t sizes[] = {64, 128, 256, 512, 1024};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A window in memory that is exactly as large as it has to be; the last one is gone. */
static struct replay *fresh(uint32_t size)
{
	static struct replay *r;

	free(r);
	r = malloc(replay_room(size));
	assert_non_null(r);
	replay_init(r, size);
	return r;
}

static void edges(void **state)
{
	struct replay *r;

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint32_t n = sizes[i];

		r = fresh(n);
		assert_false(replay_check(r, 0));
		assert_true(replay_advance(r, 1));
		assert_false(replay_check(r, 1));
		assert_true(replay_advance(r, n));
		assert_true(replay_check(r, 2)); /* n - 2 below the top: inside */
		assert_true(replay_advance(r, n + 1));
		assert_true(replay_check(r, 2)); /* n - 1 below: the last one inside */
		assert_true(replay_advance(r, n + 2));
		assert_false(replay_check(r, 2)); /* n below: left of the window */
		assert_true(replay_advance(r, 3));
		assert_false(replay_advance(r, 3));
	}
}

/* Against the plainest model there is: an array that remembers everything. */
static void model(void **state)
{
	enum { N = 20000 };
	static bool was[N + 3000];

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint32_t top = 0, seed = 12345 + (uint32_t)i;
		struct replay *r;

		memset(was, 0, sizeof(was));
		r = fresh(sizes[i]);
		while (top < N) {
			uint32_t jump, seq;
			bool fresh;

			seed = seed * 1664525 + 1013904223;
			jump = seed >> 20;
			/* mostly near the top, sometimes a leap over a few words or the whole ring */
			seq = jump % 97 == 0 ? top + jump % 2900 : top + 8 - jump % (sizes[i] + 80);
			if ((int32_t)seq < 0)
				seq = 0;
			fresh = seq && !(seq <= top && top - seq >= sizes[i]) && !was[seq];
			assert_int_equal(replay_check(r, seq), fresh);
			assert_int_equal(replay_advance(r, seq), fresh);
			if (fresh) {
				was[seq] = true;
				if (seq > top)
					top = seq;
			}
		}
	}
}

static void end_of_numbers(void **state)
{
	struct replay *r;

	(void)state;
	r = fresh(64);
	assert_true(replay_advance(r, UINT32_MAX - 1));
	assert_true(replay_check(r, UINT32_MAX));
	assert_true(replay_advance(r, UINT32_MAX));
	assert_false(replay_check(r, UINT32_MAX));
	assert_false(replay_check(r, 0));
	assert_false(replay_check(r, 1));
	assert_true(replay_advance(r, UINT32_MAX - 63));
	assert_false(replay_check(r, UINT32_MAX - 64));
}

static void off(void **state)
{
	struct replay *r;

	(void)state;
	r = fresh(0);
	assert_true(replay_advance(r, 5));
	assert_true(replay_advance(r, 5));
	assert_true(replay_check(r, 1));
	assert_int_equal(r->top, 5);
}

static void shown(void **state)
{
	struct replay *r;

	(void)state;
	r = fresh(64);
	assert_int_equal(replay_map(r, 0), 1);
	for (uint32_t i = 1; i <= 10; i++)
		replay_advance(r, i);
	assert_int_equal(replay_map(r, 0), 0x7ff);
	for (uint32_t i = 11; i <= 200; i++) {
		if (i != 199)
			replay_advance(r, i);
	}
	assert_true(replay_map(r, 0) == ~(1ull << 62));
	assert_int_equal(replay_map(r, 1), 0);
	r = fresh(128);
	for (uint32_t i = 1; i <= 200; i++)
		replay_advance(r, i);
	assert_true(replay_map(r, 1) == UINT64_MAX);
	r = fresh(1);
	assert_int_equal(r->size, 64);
	r = fresh(5000);
	assert_int_equal(r->size, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(edges), cmocka_unit_test(model), cmocka_unit_test(end_of_numbers),
	        cmocka_unit_test(off),   cmocka_unit_test(shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
