#include "tests/unit/base/unit.h"

#include <stdlib.h>

#include "core/base/countmap.h"

static int setup(void **state)
{
	static struct countmap m;
	*state = &m;
	return countmap_init(&m, 3) ? 0 : -1;
}

static int teardown(void **state)
{
	countmap_free(*state);
	return 0;
}

static void adds_and_takes(void **state)
{
	struct countmap *m = *state;
	assert_int_equal(countmap_of(m, 0xc0000201), 0);
	assert_true(countmap_add(m, 0xc0000201, 1));
	assert_true(countmap_add(m, 0xc0000201, 1000));
	assert_true(countmap_add(m, 0, 7)); /* 0 is one like any other */
	assert_int_equal(countmap_of(m, 0xc0000201), 1001);
	assert_int_equal(countmap_of(m, 0), 7);
	assert_int_equal(countmap_of(m, 0xc0000202), 0);
	countmap_take(m, 0xc0000201, 1000);
	assert_int_equal(countmap_of(m, 0xc0000201), 1);
	assert_int_equal(countmap_of(m, 0), 7);
}

/* Who has nothing takes no place, however it came to that. */
static void forgets_who_has_nothing(void **state)
{
	struct countmap *m = *state;
	assert_true(countmap_add(m, 1, 2));
	assert_true(countmap_add(m, 2, 2));
	assert_true(countmap_add(m, 3, 0));
	countmap_take(m, 4, 1);
	assert_int_equal(countmap_holders(m), 2);
	countmap_take(m, 1, 2);
	assert_int_equal(countmap_holders(m), 1);
	countmap_take(m, 2, 3);
	assert_int_equal(countmap_of(m, 2), 0);
	assert_int_equal(countmap_holders(m), 0);
	countmap_take(m, 2, 1);
	assert_int_equal(countmap_of(m, 2), 0);
}

/* At the limit those who have something may have more; another may not, until one of them has nothing. */
static void keeps_the_limit(void **state)
{
	struct countmap *m = *state;
	for (uint32_t who = 1; who <= 3; who++)
		assert_true(countmap_add(m, who, who));
	assert_false(countmap_add(m, 4, 1));
	assert_int_equal(countmap_of(m, 4), 0);
	assert_int_equal(countmap_holders(m), 3);
	assert_true(countmap_add(m, 2, 10));
	assert_int_equal(countmap_of(m, 2), 12);
	countmap_take(m, 3, 3);
	assert_true(countmap_add(m, 4, 1));
	assert_int_equal(countmap_of(m, 4), 1);
}

/* Against a plain array, in any order. */
static void counts_a_crowd(void **state)
{
	enum { N = 5000 };
	static size_t have[N];
	struct countmap m;
	size_t holders = 0;
	(void)state;
	assert_true(countmap_init(&m, 0));
	for (uint32_t round = 0; round < 20 * N; round++) {
		uint32_t k = (uint32_t)rand() % N, who = 0x0a000000 + k * 257;
		size_t n = (size_t)rand() % 4;
		if (rand() % 2 != 0) {
			assert_true(countmap_add(&m, who, n));
			have[k] += n;
		} else {
			countmap_take(&m, who, n);
			have[k] -= n < have[k] ? n : have[k];
		}
	}
	for (uint32_t k = 0; k < N; k++) {
		assert_int_equal(countmap_of(&m, 0x0a000000 + k * 257), have[k]);
		holders += have[k] > 0;
	}
	assert_int_equal(countmap_holders(&m), holders);
	countmap_free(&m);
	countmap_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(adds_and_takes, setup, teardown),
	        cmocka_unit_test_setup_teardown(forgets_who_has_nothing, setup, teardown),
	        cmocka_unit_test_setup_teardown(keeps_the_limit, setup, teardown),
	        cmocka_unit_test(counts_a_crowd),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
