/* The whole appliance and whole clients: in, data both ways, out. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/exchange/full_server.h"

static int setup(void **state)
{
	static struct world w;
	world_open(&w, "");
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	world_close(*state);
	return 0;
}

static void assert_data(struct client *c, unsigned n)
{
	uint32_t sent = c->sent, back = c->back;
	for (unsigned i = 0; i < n; i++) {
		client_send(c, 100 + 10 * i);
		world_run(c->w, 5);
	}
	world_run(c->w, 200);
	assert_int_equal(c->sent - sent, n);
	assert_int_equal(c->back - back, n);
}

static void in_and_out(struct world *w, const struct client_habits *habits)
{
	struct client *c = client_new(w, habits, HOME_IP);
	client_enter(c);
	assert_int_equal(world_sessions(w), 1);
	assert_int_equal(c->ppp.dns[0], 0x0a4d0005);
	assert_data(c, 20);
	client_leave(c);
	client_free(c);
	world_run(w, 60000);
	world_assert_empty(w);
	assert_int_equal(world_drops(w), 0);
}

static void direct(void **state)
{
	in_and_out(*state, &client_windows);
}

static void behind_nat(void **state)
{
	in_and_out(*state, &client_apple);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(direct),
	        T(behind_nat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
