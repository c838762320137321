#include "tests/unit/base/unit.h"

#include "core/net/pathmtu.h"
#include "netns.h"

static int enter(void **state)
{
	(void)state;
	return netns_enter() ? 0 : -1;
}

static void the_route_says_it(void **state)
{
	(void)state;
	sh("ip link set lo mtu 1500");
	sh("ip route add 192.0.2.0/24 dev lo");
	sh("ip route add 198.51.100.0/24 dev lo mtu 1280");
	assert_int_equal(path_mtu(0, 0xc0000201), 1500);
	assert_int_equal(path_mtu(0x7f000001, 0xc6336401), 1280);
	assert_int_equal(path_mtu(0, 0xcb007101), 0);          /* no route */
	assert_int_equal(path_mtu(0x0a000001, 0xc6336401), 0); /* not our address */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_route_says_it)};
	return cmocka_run_group_tests(tests, enter, NULL);
}
