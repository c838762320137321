/* Slabs, hash tables, and what is told of both. */
#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/pool.h"
#include "core/base/random.h"
#include "core/base/share.h"
#include "core/base/sized.h"

static struct mem_info info_of(const char *name)
{
	struct mem_info list[MEM_KINDS_MAX];
	size_t n = mem_list(list);
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i];
	return (struct mem_info){0};
}

/* ------------------------------------------------------------------ slabs */

static void pool_reuses_and_stops_at_its_limit(void **state)
{
	(void)state;
	struct pool *p = pool_new("things", 100, 3);
	uint8_t *a = pool_get(p), *b = pool_get(p), *c = pool_get(p);
	assert_non_null(a);
	assert_non_null(b);
	assert_non_null(c);
	assert_null(pool_get(p));
	memset(b, 0xff, 100);
	pool_put(p, b);
	assert_int_equal(pool_used(p), 2);
	uint8_t *again = pool_get(p);
	assert_ptr_equal(again, b);
	for (int i = 0; i < 100; i++)
		assert_int_equal(again[i], 0);
	pool_put(p, NULL);
	pool_delete(p);
	assert_null(pool_new("too large", POOL_OBJECT_MAX + 1, 0));
}

/* Objects neither overlap nor leave their slab, whatever their size. */
static void pool_objects_lie_apart_and_aligned(void **state)
{
	static const size_t sizes[] = {1, 16, 40, 64, 100, 128, 600, 768, 1000, 5000, POOL_OBJECT_MAX};
	(void)state;
	for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
		enum { N = 300 };
		uint8_t *objects[N];
		struct pool *p = pool_new("things", sizes[k], 0);
		for (int i = 0; i < N; i++) {
			objects[i] = pool_get(p);
			assert_non_null(objects[i]);
			assert_int_equal((uintptr_t)objects[i] % (sizes[k] % 64 == 0 ? 64 : 16), 0);
			memset(objects[i], i, sizes[k]);
		}
		size_t wrong = 0;
		for (int i = 0; i < N; i++)
			for (size_t at = 0; at < sizes[k]; at++)
				wrong += objects[i][at] != (uint8_t)i;
		assert_int_equal(wrong, 0);
		pool_delete(p);
	}
}

/* In whatever order they go: what many needed is given back, and is there again for the next many. */
static void pool_gives_back_what_is_empty(void **state)
{
	enum { N = 2000, SIZE = 700 };
	static void *objects[N];
	(void)state;
	struct pool *p = pool_new("things", SIZE, 0);
	assert_int_equal(info_of("things").held, 0);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < N; i++)
			assert_non_null(objects[i] = pool_get(p));
		struct mem_info full = info_of("things");
		assert_int_equal(full.n, N);
		assert_int_equal(full.peak, N);
		assert_int_equal(full.size, 704);
		assert_in_range(full.held, N * SIZE, N * SIZE * 11 / 10);
		for (int left = N; left > 0; left--) {
			uint32_t i = random_below((uint32_t)left);
			pool_put(p, objects[i]);
			objects[i] = objects[left - 1];
		}
		assert_int_equal(info_of("things").n, 0);
		assert_in_range(info_of("things").held, 0, 32768);
	}
	pool_delete(p);
	assert_null(info_of("things").name);
}

static void pools_of_one_name_are_told_of_as_one(void **state)
{
	(void)state;
	struct pool *a = pool_new("things", 64, 0), *b = pool_new("things", 64, 0);
	void *x = pool_get(a), *y = pool_get(b);
	assert_int_equal(info_of("things").n, 2);
	pool_put(a, x);
	pool_put(b, y);
	assert_int_equal(info_of("things").n, 0);
	pool_delete(a);
	pool_delete(b);
}

/* ------------------------------------------------------------------ hash tables */

static void hash_put_get_del_limit(void **state)
{
	(void)state;
	enum { N = 5000 };
	static int values[N];
	struct hash *h = hash_new(N);
	for (int i = 0; i < N; i++)
		assert_true(hash_put(h, &i, sizeof i, &values[i]));
	int over = N;
	assert_false(hash_put(h, &over, sizeof over, &values[0]));
	for (int i = 0; i < N; i++)
		assert_ptr_equal(hash_get(h, &i, sizeof i), &values[i]);
	for (int i = 0; i < N; i += 2)
		assert_ptr_equal(hash_del(h, &i, sizeof i), &values[i]);
	assert_int_equal(hash_count(h), N / 2);
	for (int i = 0; i < N; i++)
		assert_ptr_equal(hash_get(h, &i, sizeof i), i % 2 ? &values[i] : NULL);
	int first = 1;
	assert_true(hash_put(h, &first, sizeof first, &values[0])); /* replaces */
	assert_ptr_equal(hash_get(h, &first, sizeof first), &values[0]);
	assert_int_equal(hash_count(h), N / 2);
	hash_free(h);
}

/* Keys of every length; one is not taken for the beginning of another. */
static void hash_keys_of_all_lengths(void **state)
{
	(void)state;
	enum { MOST = 300 };
	static uint8_t key[MOST];
	static int values[MOST];
	struct hash *h = hash_new(0);
	for (size_t len = 0; len < MOST; len++)
		assert_true(hash_put(h, key, len, &values[len]));
	for (size_t len = 0; len < MOST; len++)
		assert_ptr_equal(hash_get(h, key, len), &values[len]);
	for (size_t len = 0; len < MOST; len += 3)
		assert_ptr_equal(hash_del(h, key, len), &values[len]);
	for (size_t len = 0; len < MOST; len++)
		assert_ptr_equal(hash_get(h, key, len), len % 3 ? &values[len] : NULL);
	hash_free(h);
}

/* Against a plain array, with many deletions between. */
static void hash_agrees_with_an_array(void **state)
{
	(void)state;
	enum { KEYS = 400, STEPS = 100000 };
	static int values[KEYS];
	static bool there[KEYS];
	struct hash *h = hash_new(0);
	size_t n = 0;
	for (int step = 0; step < STEPS; step++) {
		uint32_t key = random_below(KEYS);
		bool del = random_below(100) < (step / 10000 % 2 ? 70u : 30u);
		if (del)
			assert_ptr_equal(hash_del(h, &key, sizeof key), there[key] ? &values[key] : NULL);
		else
			assert_true(hash_put(h, &key, sizeof key, &values[key]));
		n += (size_t)(!del && !there[key]) - (size_t)(del && there[key]);
		there[key] = !del;
		assert_int_equal(hash_count(h), n);
		key = random_below(KEYS);
		assert_ptr_equal(hash_get(h, &key, sizeof key), there[key] ? &values[key] : NULL);
	}
	hash_free(h);
}

struct walk {
	struct hash *h;
	unsigned seen[3000];
};

static void see(void *arg, void *value)
{
	struct walk *w = arg;
	uint32_t key = (uint32_t)(uintptr_t)value;
	w->seen[key]++;
	if (key % 3 != 0)
		assert_ptr_equal(hash_del(w->h, &key, sizeof key), value);
}

static void hash_walk_meets_each_once_while_entries_go(void **state)
{
	(void)state;
	static struct walk w;
	w.h = hash_new(0);
	for (uint32_t i = 1; i < 3000; i++)
		assert_true(hash_put(w.h, &i, sizeof i, (void *)(uintptr_t)i));
	hash_each(w.h, see, &w);
	for (uint32_t i = 1; i < 3000; i++) {
		assert_int_equal(w.seen[i], 1);
		assert_ptr_equal(hash_get(w.h, &i, sizeof i), i % 3 == 0 ? (void *)(uintptr_t)i : NULL);
	}
	hash_free(w.h);
}

static void hash_table_becomes_small_again(void **state)
{
	(void)state;
	struct hash *h = hash_new(0);
	size_t before = info_of("Hash entries").held, n = info_of("Hash entries").n;
	for (uint64_t i = 0; i < 20000; i++)
		assert_true(hash_put(h, &i, sizeof i, h));
	assert_int_equal(info_of("Hash entries").n, n + 20000);
	assert_in_range(info_of("Hash entries").held - before, 20000 * 17, 20000 * 40);
	for (uint64_t i = 0; i < 20000; i++)
		assert_ptr_equal(hash_del(h, &i, sizeof i), h);
	assert_int_equal(info_of("Hash entries").held, before);
	hash_free(h);
}

static void take(void *arg, void *value)
{
	uint64_t key = (uintptr_t)value;
	assert_ptr_equal(hash_del(arg, &key, sizeof key), value);
}

static void hash_table_becomes_small_after_a_walk(void **state)
{
	(void)state;
	struct hash *h = hash_new(0);
	size_t before = info_of("Hash entries").held;
	for (uint64_t i = 1; i < 20000; i++)
		assert_true(hash_put(h, &i, sizeof i, (void *)(uintptr_t)i));
	hash_each(h, take, h);
	assert_int_equal(hash_count(h), 0);
	assert_int_equal(info_of("Hash entries").held, before);
	hash_free(h);
}

/* ------------------------------------------------------------------ shared data */

static void equal_data_is_kept_once(void **state)
{
	(void)state;
	char text[] = "outside";
	const char *a = share_text("outside"), *b = share_text(text), *c = share_text("inside"), *d = NULL;
	assert_ptr_equal(a, b);
	assert_string_equal(a, "outside");
	assert_string_equal(c, "inside");
	share_drop_text(a);
	assert_string_equal(b, "outside"); /* still held */
	share_set_text(&d, "inside");
	assert_ptr_equal(d, c);
	share_set_text(&d, d);
	assert_ptr_equal(d, c);
	share_drop_text(b);
	share_drop_text(c);
	share_drop_text(d);
	assert_string_equal(share_text(NULL), "");
	assert_ptr_equal(share_text(""), share_text(NULL));
	share_drop_text(share_text(""));
	share_drop(NULL);
	assert_int_equal(info_of("Shared data").n, 0);
}

static void shared_data_of_all_lengths_comes_and_goes(void **state)
{
	enum { N = 3000 };
	static const void *held[N];
	static uint32_t data[N];
	(void)state;
	size_t before = info_of("Shared data").held;
	for (uint32_t i = 0; i < N; i++) {
		data[0] = i;
		held[i] = share_hold(data, 4 + i % 400);
		assert_non_null(held[i]);
	}
	assert_int_equal(info_of("Shared data").n, N);
	for (uint32_t i = 0; i < N; i++) {
		data[0] = i;
		assert_memory_equal(held[i], data, 4 + i % 400);
		assert_ptr_equal(share_hold(data, 4 + i % 400), held[i]);
		share_drop(held[i]);
	}
	for (uint32_t i = 0; i < N; i++)
		share_drop(held[i]);
	assert_int_equal(info_of("Shared data").n, 0);
	assert_in_range(info_of("Shared data").held, 0, before + 16 * 65536);
}

static void sized_objects_are_zeroed_and_lie_apart(void **state)
{
	enum { N = 700, STEP = 13 };
	static struct sized s = SIZED_INIT("sized things");
	static uint8_t *objects[N];
	(void)state;
	for (int round = 0; round < 2; round++) {
		size_t wrong = 0;
		for (int i = 0; i < N; i++) {
			size_t size = (size_t)(i * STEP + 1);
			objects[i] = sized_get(&s, size);
			assert_non_null(objects[i]);
			assert_int_equal((uintptr_t)objects[i] % (size % 64 == 0 ? 64 : 16), 0);
			for (size_t at = 0; at < size; at++)
				wrong += objects[i][at] != 0;
			memset(objects[i], i, size);
		}
		for (int i = 0; i < N; i++)
			for (int at = 0; at < i * STEP + 1; at++)
				wrong += objects[i][at] != (uint8_t)i;
		assert_int_equal(wrong, 0);
		assert_int_equal(info_of("sized things").n, N);
		for (int i = 0; i < N; i++)
			sized_put(&s, objects[i], (size_t)(i * STEP + 1));
		sized_put(&s, NULL, 1);
		assert_int_equal(info_of("sized things").n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pool_reuses_and_stops_at_its_limit),
		cmocka_unit_test(pool_objects_lie_apart_and_aligned),
		cmocka_unit_test(pool_gives_back_what_is_empty),
		cmocka_unit_test(pools_of_one_name_are_told_of_as_one),
		cmocka_unit_test(hash_put_get_del_limit),
		cmocka_unit_test(hash_keys_of_all_lengths),
		cmocka_unit_test(hash_agrees_with_an_array),
		cmocka_unit_test(hash_walk_meets_each_once_while_entries_go),
		cmocka_unit_test(hash_table_becomes_small_again),
		cmocka_unit_test(hash_table_becomes_small_after_a_walk),
		cmocka_unit_test(sized_objects_are_zeroed_and_lie_apart),
		cmocka_unit_test(equal_data_is_kept_once),
		cmocka_unit_test(shared_data_of_all_lengths_comes_and_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
