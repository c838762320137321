#include "tests/unit/base/unit.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/ipmap.h"

static uint32_t find(const struct ipmap *m, uint32_t ip)
{
	return ipmap_find(ipmap_now(m), ip);
}

static void puts_finds_and_deletes(void **state)
{
	struct ipmap m;
	(void)state;
	assert_true(ipmap_init(&m));
	assert_int_equal(find(&m, 1), 0);
	assert_true(ipmap_put(&m, 1, 11) && ipmap_put(&m, 2, 22));
	assert_int_equal(find(&m, 1), 11);
	assert_true(ipmap_put(&m, 1, 12));
	assert_int_equal(find(&m, 1), 12);
	assert_int_equal(m.n, 2);
	ipmap_del(&m, 1);
	ipmap_del(&m, 1);
	assert_int_equal(find(&m, 1), 0);
	assert_int_equal(find(&m, 2), 22);
	assert_int_equal(find(&m, 0), 0);
	assert_int_equal(m.n, 1);
	ipmap_free(&m);
}

/* Many come and go, in another order: what is there is found, and nothing else; the table does not grow of it. */
static void holds_what_is_there(void **state)
{
	enum { N = 20000 };
	static bool there[N];
	struct ipmap m;
	(void)state;
	assert_true(ipmap_init(&m));
	for (uint32_t round = 0; round < 20 * N; round++) {
		uint32_t k = (uint32_t)rand() % N, ip = 0x0a000001 + k * (k % 3 == 0 ? 1 : 65537);
		if (there[k])
			ipmap_del(&m, ip);
		else
			assert_true(ipmap_put(&m, ip, k + 1));
		there[k] = !there[k];
		if (round % 1000 == 0)
			ipmap_reclaim(&m);
	}
	for (uint32_t k = 0; k < N; k++)
		assert_int_equal(find(&m, 0x0a000001 + k * (k % 3 == 0 ? 1 : 65537)), there[k] ? k + 1 : 0);
	assert_true(ipmap_now(&m)->mask < 8 * N);
	assert_true(m.used >= m.n);
	ipmap_free(&m);
}

/* A crowd comes and goes: the table is as small as before, and those who stay are found in it. */
static void becomes_small_again(void **state)
{
	enum { N = 16384, STAY = 5 };
	struct ipmap m;
	(void)state;
	assert_true(ipmap_init(&m));
	uint32_t least = ipmap_now(&m)->mask;
	for (uint32_t ip = 1; ip <= N; ip++)
		assert_true(ipmap_put(&m, ip << 8, ip));
	assert_true(ipmap_now(&m)->mask >= 2 * N - 1);
	for (uint32_t ip = STAY + 1; ip <= N; ip++)
		ipmap_del(&m, ip << 8);
	assert_int_equal(ipmap_now(&m)->mask, least);
	for (uint32_t ip = 1; ip <= N; ip++)
		assert_int_equal(find(&m, ip << 8), ip <= STAY ? ip : 0);
	assert_true(ipmap_outgrown(&m));
	ipmap_reclaim(&m);
	assert_false(ipmap_outgrown(&m));
	ipmap_free(&m);
}

static struct ipmap shared;
static _Atomic bool done;

/* What stays in the table is found at any time, whatever comes and goes around it. */
static void *reader(void *arg)
{
	uintptr_t missed = 0;
	(void)arg;
	while (!atomic_load(&done))
		for (uint32_t ip = 1; ip <= 100; ip++)
			missed += find(&shared, ip << 8) != ip;
	return (void *)missed;
}

static void is_read_while_it_changes(void **state)
{
	pthread_t thread;
	void *missed;
	(void)state;
	atomic_store(&done, false);
	assert_true(ipmap_init(&shared));
	for (uint32_t ip = 1; ip <= 100; ip++)
		assert_true(ipmap_put(&shared, ip << 8, ip));
	assert_int_equal(pthread_create(&thread, NULL, reader, NULL), 0);
	for (uint32_t round = 0; round < 3; round++) {
		for (uint32_t ip = 1; ip < 5000; ip++)
			assert_true(ipmap_put(&shared, 0x0b000000 + ip, ip));
		for (uint32_t ip = 1; ip < 5000; ip++)
			ipmap_del(&shared, 0x0b000000 + ip);
	}
	assert_true(ipmap_outgrown(&shared));
	atomic_store(&done, true);
	pthread_join(thread, &missed);
	assert_int_equal((uintptr_t)missed, 0);
	ipmap_reclaim(&shared);
	assert_false(ipmap_outgrown(&shared));
	ipmap_free(&shared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(puts_finds_and_deletes),
	        cmocka_unit_test(holds_what_is_there),
	        cmocka_unit_test(becomes_small_again),
	        cmocka_unit_test(is_read_while_it_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
