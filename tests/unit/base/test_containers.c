#include "tests/unit/base/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/fsm.h"
#include "core/base/ip4.h"
#include "core/base/out.h"
#include "core/base/random.h"
#include "core/base/ring.h"

static void arena_is_zeroed_aligned_and_bounded(void **state)
{
	(void)state;
	struct arena *a = arena_new(10000);
	uint8_t *p = arena_alloc(a, 3), *q = arena_alloc(a, 100);
	assert_true((uintptr_t)p % 16 == 0 && (uintptr_t)q % 16 == 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(q[i], 0);
	assert_string_equal(arena_printf(a, "%d-%s", 7, "x"), "7-x");
	assert_non_null(arena_alloc(a, 6000));
	assert_null(arena_alloc(a, 6000));
	assert_null(arena_alloc(a, SIZE_MAX - 4));
	assert_null(arena_calloc(a, SIZE_MAX / 2, 4));
	assert_non_null(arena_alloc(a, 1000)); /* still usable */
	arena_free(a);
}

enum { RING_COUNT = 200000 };
static void *produce(void *arg)
{
	for (uint32_t i = 0; i < RING_COUNT;)
		if (ring_push(arg, &i))
			i++;
	return NULL;
}

static void ring_passes_everything_in_order(void **state)
{
	(void)state;
	struct ring r;
	pthread_t thread;
	assert_int_equal(ring_init(&r, 100, sizeof(uint32_t)), 0);
	for (uint32_t i = 0; i < 128; i++)
		assert_true(ring_push(&r, &i));
	assert_false(ring_push(&r, &(uint32_t){1}));
	assert_int_equal(ring_count(&r), 128);
	for (uint32_t i = 0, v; i < 128; i++) {
		assert_true(ring_pop(&r, &v));
		assert_int_equal(v, i);
	}
	pthread_create(&thread, NULL, produce, &r);
	for (uint32_t want = 0, v; want < RING_COUNT;)
		if (ring_pop(&r, &v))
			assert_int_equal(v, want++);
	pthread_join(thread, NULL);
	ring_free(&r);
}

static void addresses(void **state)
{
	(void)state;
	uint32_t ip;
	assert_true(ip4_parse(STR("203.0.113.7"), &ip));
	assert_int_equal(ip, 0xcb007107);
	assert_string_equal(ip4_text(ip).s, "203.0.113.7");
	const char *bad[] = {"", "1", "1.2.3", "1.2.3.4.", "1.2.3.256", "1.2.3.4 ", "a.b.c.d", "1..2.3", "0001.2.3.4"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(ip4_parse(str_of(bad[i]), &ip));
	for (unsigned bits = 0; bits <= 32; bits++)
		assert_int_equal(ip4_mask_bits(ip4_mask(bits)), bits);
	assert_int_equal(ip4_mask_bits(0xff00ff00), -1);
	/* RFC 1071 §3: the sum of these words is ddf2. */
	static const uint8_t words[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	assert_int_equal(ip4_checksum(words, sizeof words, 0), (uint16_t)~0xddf2);
}

static void text_output_grows_to_its_limit(void **state)
{
	(void)state;
	struct out o;
	out_init(&o);
	out_str(&o, "ab\ncd");
	out_col(&o, 6);
	out_str(&o, "x");
	assert_string_equal(o.text, "ab\ncd    x");
	out_clear(&o);
	o.limit = 10;
	out_printf(&o, "%s", "123456789");
	assert_false(o.failed);
	out_str(&o, "0");
	assert_true(o.failed);
	assert_string_equal(o.text, "123456789");
	out_free(&o);
}

static int acted;
static void act(void *obj, void *data)
{
	(void)obj;
	acted += *(int *)data;
}

static void fsm_walks_its_table(void **state)
{
	(void)state;
	static const char *const states[] = {"idle", "busy"}, *const events[] = {"go", "stop"};
	static const struct fsm_row rows[] = {{0, 0, 1, act}, {1, 1, 0, NULL}};
	const struct fsm_def def = {"test", states, events, rows, 2};
	struct fsm_history h = {0};
	uint8_t s = 0;
	int data = 5;
	acted = 0;
	assert_false(fsm_step(&def, &s, 1, &h, NULL, &data, NULL)); /* no row: nothing happens */
	assert_int_equal(s, 0);
	assert_true(fsm_step(&def, &s, 0, &h, NULL, &data, NULL));
	assert_int_equal(s, 1);
	assert_int_equal(acted, 5);
	assert_true(fsm_step(&def, &s, 1, &h, NULL, &data, NULL));
	assert_int_equal(h.n, 2);
}

static void random_below_stays_below(void **state)
{
	(void)state;
	int seen[5] = {0};
	for (int i = 0; i < 2000; i++)
		seen[random_below(5)]++;
	for (int i = 0; i < 5; i++)
		assert_true(seen[i] > 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_is_zeroed_aligned_and_bounded),
		cmocka_unit_test(ring_passes_everything_in_order),
		cmocka_unit_test(addresses),
		cmocka_unit_test(text_output_grows_to_its_limit),
		cmocka_unit_test(fsm_walks_its_table),
		cmocka_unit_test(random_below_stays_below),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
