/* Address pools: order, exhaustion, delay, change under load, what `show ip local pool` prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ppp/pool.h"

static struct clock clk;
static struct ppp_pools *ps;
static const char *const ab[] = {"A", "B"};

static int setup(void **state)
{
	(void)state;
	clock_init(&clk, 1000);
	ps = ppp_pools_new(&clk);
	return ps ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	ppp_pools_free(ps);
	clock_free(&clk);
	return 0;
}

static uint32_t take(size_t names)
{
	uint32_t ip;
	const char *pool;
	return ppp_pools_take(ps, ab, names, &ip, &pool) ? ip : 0;
}

static void order(void **state)
{
	const struct ppp_pool_conf pools[] = {{"A", 0x0a000001, 0x0a000002, 0},
	                                      {"B", 0x0a000101, 0x0a000101, 0}};
	const char *pool;
	uint32_t ip;
	(void)state;
	assert_int_equal(ppp_pools_set(ps, pools, 2, 0), 0);
	assert_int_equal(take(2), 0x0a000001);
	assert_int_equal(take(2), 0x0a000002);
	assert_int_equal(take(1), 0);
	assert_true(ppp_pools_take(ps, ab, 2, &ip, &pool));
	assert_int_equal(ip, 0x0a000101);
	assert_string_equal(pool, "B");
	assert_int_equal(take(2), 0);
	ppp_pools_release(ps, "A", 0x0a000001);
	ppp_pools_release(ps, "A", 0x0a000001);
	ppp_pools_release(ps, "A", 0x0b000001);
	ppp_pools_release(ps, "gone", 0x0a000001);
	assert_int_equal(take(2), 0x0a000001);
	assert_int_equal(take(2), 0);
	/* a particular one */
	assert_false(ppp_pools_take_ip(ps, 0x0a000001, &pool));
	ppp_pools_release(ps, "A", 0x0a000001);
	assert_true(ppp_pools_take_ip(ps, 0x0a000001, &pool));
	assert_string_equal(pool, "A");
	assert_true(ppp_pools_take_ip(ps, 0x0c000001, &pool));
	assert_string_equal(pool, "");
}

static void edges(void **state)
{
	/* the subnet's own addresses are not for clients; beyond a word of the bitmap */
	const struct ppp_pool_conf pools[] = {{"A", 0x0a000000, 0x0a0000ff, 0xffffff00}};
	(void)state;
	assert_int_equal(ppp_pools_set(ps, pools, 1, 0), 0);
	for (uint32_t i = 1; i < 255; i++)
		assert_int_equal(take(1), 0x0a000000 + i);
	assert_int_equal(take(1), 0);
	ppp_pools_release(ps, "A", 0x0a0000c8);
	assert_int_equal(take(1), 0x0a0000c8);
}

static void delay(void **state)
{
	const struct ppp_pool_conf pools[] = {{"A", 0x0a000001, 0x0a000002, 0}};
	(void)state;
	ppp_pools_set(ps, pools, 1, 60);
	for (unsigned round = 0; round < 5; round++) {
		assert_int_equal(take(1), 0x0a000001);
		ppp_pools_release(ps, "A", 0x0a000001);
		assert_int_equal(take(1), 0x0a000002);
		assert_int_equal(take(1), 0);
		ppp_pools_release(ps, "A", 0x0a000002);
		clock_run(&clk, clk.now_ms + 59999);
		assert_int_equal(take(1), 0);
		clock_run(&clk, clk.now_ms + 1);
	}
}

/* A particular address may be taken while it is held back; its time begins again when it comes back. */
static void delay_begins_again(void **state)
{
	const struct ppp_pool_conf pools[] = {{"A", 0x0a000001, 0x0a000003, 0}};
	const char *pool;
	(void)state;
	assert_int_equal(ppp_pools_set(ps, pools, 1, 10), 0);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(take(1), 0x0a000000 + i);
	for (uint32_t i = 1; i <= 3; i++)
		ppp_pools_release(ps, "A", 0x0a000000 + i);
	clock_run(&clk, 1000 + 5000);
	assert_true(ppp_pools_take_ip(ps, 0x0a000002, &pool));
	ppp_pools_release(ps, "A", 0x0a000002);
	clock_run(&clk, 1000 + 10000);
	assert_int_equal(take(1), 0x0a000001);
	assert_int_equal(take(1), 0x0a000003);
	assert_int_equal(take(1), 0);
	clock_run(&clk, 1000 + 15000);
	assert_int_equal(take(1), 0x0a000002);
}

static void change(void **state)
{
	const struct ppp_pool_conf first[] = {{"A", 0x0a000001, 0x0a000004, 0}};
	const struct ppp_pool_conf second[] = {{"A", 0x0a000002, 0x0a000009, 0}};
	const struct ppp_pool_conf bad[] = {{"A", 0x0a000009, 0x0a000002, 0}};
	(void)state;
	ppp_pools_set(ps, first, 1, 0);
	assert_int_equal(take(1), 0x0a000001);
	assert_int_equal(take(1), 0x0a000002);
	ppp_pools_set(ps, second, 1, 0);
	assert_false(ppp_pools_has(ps, "A", 0x0a000001));
	assert_true(ppp_pools_has(ps, "A", 0x0a000002));
	assert_int_equal(take(1), 0x0a000003);
	assert_int_not_equal(ppp_pools_set(ps, bad, 1, 0), 0);
	assert_int_equal(take(1), 0);
	ppp_pools_set(ps, NULL, 0, 0);
	assert_false(ppp_pools_has(ps, "A", 0x0a000002));
}

static void gateway(void **state)
{
	(void)state;
	const struct ppp_pool_conf seed = {"x", 0x0a04050a, 0x0a040514, 0xffffff00};
	assert_int_equal(ppp_pool_gateway(&seed), 0x0a040501);
	const struct ppp_pool_conf low = {"x", 0x0a040501, 0x0a040514, 0xffffff00};
	assert_int_equal(ppp_pool_gateway(&low), 0x0a0405fe);
	const struct ppp_pool_conf all = {"x", 0x0a040501, 0x0a0405fe, 0};
	assert_int_equal(ppp_pool_gateway(&all), 0xc0000008);
	assert_int_equal(ppp_pools_gateway(ps, "none"), 0xc0000008);
}

static void show(void **state)
{
	const struct ppp_pool_conf pools[] = {{"A", 0xc0a80190, 0xc0a80193, 0xffffff00}};
	struct out out;
	const char *pool;
	(void)state;
	out_init(&out);
	ppp_pools_set(ps, pools, 1, 0);
	take(1);
	ppp_pools_take_ip(ps, 0xc0a80193, &pool);
	assert_false(ppp_pools_show(ps, "B", false, &out));
	assert_true(ppp_pools_show(ps, "A", false, &out));
	assert_string_equal(
	        out.text,
	        "Begin           End             Mask            Free     Held     In use\n"
	        "192.168.1.144   192.168.1.147   255.255.255.0       2        0        2\n"
	        "\n"
	        "Available Addresses:\n"
	        "192.168.1.145\n"
	        "192.168.1.146\n"
	        "\n"
	        "In Use Addresses:\n"
	        "192.168.1.144\n"
	        "192.168.1.147\n");
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(order, setup, teardown),
	        cmocka_unit_test_setup_teardown(edges, setup, teardown),
	        cmocka_unit_test_setup_teardown(delay, setup, teardown),
	        cmocka_unit_test_setup_teardown(delay_begins_again, setup, teardown),
	        cmocka_unit_test_setup_teardown(change, setup, teardown),
	        cmocka_unit_test_setup_teardown(gateway, setup, teardown),
	        cmocka_unit_test_setup_teardown(show, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
