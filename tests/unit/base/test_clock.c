#include "tests/unit/base/unit.h"

#include <stdlib.h>

#include "core/base/clock.h"

static int fired[16];
static int n_fired;

static void note(struct timer *t, void *arg)
{
	(void)t;
	fired[n_fired++] = (int)(intptr_t)arg;
}

static void timers_fire_in_time_then_start_order(void **state)
{
	(void)state;
	struct clock c;
	struct timer t[4] = {0};
	n_fired = 0;
	clock_init(&c, 1000);
	timer_start(&c, &t[0], 30, note, (void *)0);
	timer_start(&c, &t[1], 10, note, (void *)1);
	timer_start(&c, &t[2], 30, note, (void *)2);
	timer_start(&c, &t[3], 20, note, (void *)3);
	assert_true(clock_next(&c) == 10);
	clock_run(&c, 1009);
	assert_int_equal(n_fired, 0);
	clock_run(&c, 1030);
	assert_int_equal(n_fired, 4);
	assert_int_equal(fired[0], 1);
	assert_int_equal(fired[1], 3);
	assert_int_equal(fired[2], 0);
	assert_int_equal(fired[3], 2);
	assert_true(clock_next(&c) == UINT64_MAX);
	clock_free(&c);
}

static void stop_and_restart(void **state)
{
	(void)state;
	struct clock c;
	struct timer a = {0}, b = {0};
	n_fired = 0;
	clock_init(&c, 0);
	timer_start(&c, &a, 10, note, (void *)1);
	timer_start(&c, &b, 20, note, (void *)2);
	timer_start(&c, &a, 50, note, (void *)1);
	timer_stop(&c, &b);
	timer_stop(&c, &b);
	clock_run(&c, 40);
	assert_int_equal(n_fired, 0);
	assert_true(timer_running(&a));
	clock_run(&c, 50);
	assert_int_equal(n_fired, 1);
	assert_false(timer_running(&a));
	clock_free(&c);
}

static struct clock *shared;
static struct timer chain;
static void again(struct timer *t, void *arg)
{
	(void)arg;
	if (++n_fired < 5)
		timer_start(shared, t, 10, again, NULL);
}

static void handler_may_restart_its_timer(void **state)
{
	(void)state;
	struct clock c;
	clock_init(&c, 0);
	shared = &c;
	n_fired = 0;
	timer_start(&c, &chain, 10, again, NULL);
	for (uint64_t now = 0; now <= 100; now += 10)
		clock_run(&c, now);
	assert_int_equal(n_fired, 5);
	clock_free(&c);
}

/* Many timers against a plain sorted model. */
static void heap_holds_under_load(void **state)
{
	(void)state;
	enum { N = 2000 };
	struct clock c;
	struct timer *t = calloc(N, sizeof *t);
	clock_init(&c, 0);
	srand(7);
	for (int i = 0; i < N; i++)
		timer_start(&c, &t[i], (uint64_t)(rand() % 500), note, NULL);
	for (int i = 0; i < N; i += 3)
		timer_stop(&c, &t[i]);
	uint64_t last = 0;
	size_t left = c.n;
	while (c.n > 0) {
		assert_true(c.heap[0]->at_ms >= last);
		last = c.heap[0]->at_ms;
		timer_stop(&c, c.heap[0]);
		left--;
	}
	assert_int_equal(left, 0);
	clock_free(&c);
	free(t);
}

static void room_for_a_crowd_goes_with_it(void **state)
{
	enum { N = 10000 };
	static struct timer t[N];
	struct clock c;
	(void)state;
	clock_init(&c, 0);
	for (int i = 0; i < N; i++)
		timer_start(&c, &t[i], (uint64_t)(i * 7 % 1000), note, NULL);
	assert_true(c.cap >= N);
	for (int i = 0; i < N - 3; i++)
		timer_stop(&c, &t[i * 3 % N]);
	assert_int_equal(c.n, 3);
	assert_int_equal(c.cap, 64);
	for (int i = 0; i < N; i++)
		timer_stop(&c, &t[i]);
	assert_true(clock_next(&c) == UINT64_MAX);
	clock_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_time_then_start_order),
		cmocka_unit_test(stop_and_restart),
		cmocka_unit_test(room_for_a_crowd_goes_with_it),
		cmocka_unit_test(handler_may_restart_its_timer),
		cmocka_unit_test(heap_holds_under_load),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
