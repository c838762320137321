/* Names that are looked up while time passes: who does not want the answer any more does not get it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/aaa_io.h"
#include "core/gateway.h"

static struct gateway gw;
static uint32_t id;
static unsigned answers, ticks;

static int setup(void **state)
{
	(void)state;
	answers = ticks = 0;
	clock_init(&gw.clock, uv_hrtime() / 1000000);
	return uv_loop_init(&gw.loop);
}

static int teardown(void **state)
{
	(void)state;
	clock_free(&gw.clock);
	return uv_loop_close(&gw.loop);
}

static void found(void *arg, uint32_t ip)
{
	(void)arg;
	assert_int_equal(ip, 0x7f000001);
	answers++;
}

static void gives_up(struct timer *t, void *arg)
{
	(void)t, (void)arg;
	ticks++;
	gateway_aaa_io.unresolve(&gw, id);
}

static void ask(void)
{
	id = gateway_aaa_io.resolve(&gw, "127.0.0.1", found, NULL);
	assert_int_not_equal(id, 0);
}

static void run(void)
{
	while (uv_run(&gw.loop, UV_RUN_DEFAULT) != 0)
		;
}

static void answered(void **state)
{
	(void)state;
	ask();
	run();
	assert_int_equal(answers, 1);
	gateway_aaa_io.unresolve(&gw, id); /* is over */
}

/* The answer is there, and so is the time to give up. */
static void given_up_at_the_last_moment(void **state)
{
	struct timer t = {0};
	(void)state;
	timer_start(&gw.clock, &t, 0, gives_up, NULL);
	ask();
	run();
	assert_int_equal(ticks, 1);
	assert_int_equal(answers, 0);
}

/* Who has given up may have gone, and others with him: nothing happens on their behalf. */
static void nobody_is_there(void **state)
{
	struct timer t = {0};
	(void)state;
	ask();
	gateway_aaa_io.unresolve(&gw, id);
	timer_start(&gw.clock, &t, 0, gives_up, NULL);
	run();
	assert_int_equal(ticks, 0);
	assert_int_equal(answers, 0);
	timer_stop(&gw.clock, &t);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {T(answered), T(given_up_at_the_last_moment), T(nobody_is_there)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
