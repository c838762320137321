#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/net/hardware.h"
#include "netns.h"

static void reads_the_file(void **state)
{
	struct hardware hw;
	struct err err = {0};
	(void)state;
	assert_int_equal(hardware_parse(&hw,
	                                STR("# devices\n---\nGigabitEthernet0/0: eth0   # outside\n"
	                                    "\"GigabitEthernet0/1\":  'eth1'\r\n\nmanage: "
	                                    "yes\nnat: gigabitethernet0/0"),
	                                "hardware.yaml", &err),
	                 0);
	assert_int_equal(hw.n, 2);
	assert_true(hw.manage);
	assert_string_equal(hw.nat, "gigabitethernet0/0");
	assert_string_equal(hardware_device(&hw, STR("gigabitethernet0/1")), "eth1");
	assert_string_equal(hardware_name(&hw, "eth0"), "GigabitEthernet0/0");
	assert_null(hardware_device(&hw, STR("GigabitEthernet0/2")));
	assert_null(hardware_name(&hw, "eth2"));
	assert_int_equal(hardware_parse(&hw, STR("nat: no\nmanage: no\n"), "f", &err), 0);
	assert_false(hw.manage);
	assert_string_equal(hw.nat, "");
}

/* A PIX numbers its interfaces; a name that a line maps goes before. */
static void numbers_are_devices_in_order(void **state)
{
	struct hardware hw;
	struct err err = {0};
	(void)state;
	assert_int_equal(hardware_parse(&hw, STR("GigabitEthernet0/0: eth7\nEthernet0: eth8\n"
	                                         "GigabitEthernet0/2: eth9\n"),
	                                "hw", &err),
	                 0);
	assert_string_equal(hardware_device(&hw, STR("Ethernet0")), "eth8");
	assert_string_equal(hardware_device(&hw, STR("ethernet2")), "eth9");
	assert_null(hardware_device(&hw, STR("Ethernet3")));
	assert_null(hardware_device(&hw, STR("Ethernet0/1")));
	assert_null(hardware_device(&hw, STR("Ethernet")));
}

static void names_the_line_that_is_wrong(void **state)
{
	static const struct {
		const char *text, *want;
	} t[] = {
	        {"a: eth0\nwhat\n", "f:2: expected NAME: VALUE"},
	        {"a: eth0\na: eth1\n", "f:2: a is mapped twice"},
	        {"a: eth0\nb: eth0\n", "f:2: device eth0 is mapped twice"},
	        {"\nmanage: perhaps\n", "f:2: manage is yes or no"},
	        {"a: much-too-long-for-a-device\n",
	         "f:1: much-too-long-for-a-device is not a device name"},
	        {"a:\n", "f:1:  is not a device name"},
	        {"nat: b\n", "f: nat: b is not one of the interfaces"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct hardware hw;
		struct err err = {0};
		assert_int_not_equal(hardware_parse(&hw, str_of(t[i].text), "f", &err), 0);
		assert_string_equal(err.text, t[i].want);
	}
}

static void takes_devices_in_order_without_a_file(void **state)
{
	struct hardware hw;
	struct err err = {0};
	(void)state;
	if (!netns_enter())
		skip();
	sh("ip link add first type veth peer name second");
	sh("ip link add third type veth peer name fourth");
	sh("ip addr add 192.0.2.1/24 dev third && ip link set third up && ip link set fourth up");
	sh("ip route add default via 192.0.2.254");
	assert_int_equal(hardware_load(&hw, "/nonexistent/hardware.yaml", &err), -2);
	assert_int_equal(hardware_probe(&hw, &err), 0);
	assert_int_equal(hw.n, 4);
	assert_string_equal(hw.dev[0].hw, "GigabitEthernet0/0");
	assert_string_equal(hw.dev[0].dev, "third");
	assert_null(hardware_name(&hw, "lo"));
	assert_non_null(hardware_name(&hw, "first"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(reads_the_file),
	        cmocka_unit_test(names_the_line_that_is_wrong),
	        cmocka_unit_test(numbers_are_devices_in_order),
	        cmocka_unit_test(takes_devices_in_order_without_a_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
