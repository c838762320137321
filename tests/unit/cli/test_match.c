/* Matching, its errors, `?` and Tab. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"

static struct console c;

static int setup(void **state)
{
	(void)state;
	console_open(&c, "worked");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	console_close(&c);
	return 0;
}

static void test_errors(void **state)
{
	(void)state;
	/* The caret stands where the word stops being the beginning of a keyword. */
	assert_string_equal(type(&c, "crypto ikev1 pox"), "15:ERROR");
	assert_string_equal(type(&c, "crypto zzz"), "7:ERROR");
	assert_string_equal(type(&c, "crypto ikev1x"), "12:ERROR");
	assert_string_equal(type(&c, "xyzzy"), "0:ERROR");
	assert_string_equal(type(&c, "  crypto ikev1 policy 0"), "22:ERROR");
	assert_string_equal(type(&c, "crypto ikev1 policy 1 2"), "22:ERROR");
	assert_string_equal(type(&c, "crypto ikev1"), "ERROR: % Incomplete command");
	assert_string_equal(type(&c, "no"), "ERROR: % Incomplete command");
	assert_string_equal(type(&c, "no crypto ikev1"), "ERROR: % Incomplete command");
	assert_string_equal(type(&c, "i"), "ERROR: % Ambiguous command:  \"i\"");
	assert_string_equal(type(&c, " crypto i"), "ERROR: % Ambiguous command:  \"crypto i\"");
	assert_string_equal(type(&c, ""), "");
	assert_string_equal(type(&c, "! a comment"), "");
	assert_string_equal(type(&c, ": a comment"), "");
}

static void test_prefixes(void **state)
{
	struct match m;
	struct match_fail fail;

	(void)state;
	/* An exact word wins over a longer one; case does not count in keywords, but in names. */
	ok(&c, "CRYPTO IKEV1 POLICY 7");
	ok(&c, "encryption aes");
	assert_string_equal(running(&c, "crypto ikev1 policy 7"), "crypto ikev1 policy 7\n"
	                                                          " authentication pre-share\n"
	                                                          " encryption aes\n"
	                                                          " hash sha\n"
	                                                          " group 2\n"
	                                                          " lifetime 86400\n");
	/* Legacy words neither help nor hinder: "isakmp" is none of "is" in config mode, "in" is interface. */
	assert_int_equal(match_line(c.g, &c.ctx, STR("isakmp en out"), 15, &m, &fail), MATCH_OK);
	assert_string_equal(m.text, "isakmp enable out");
	match_free(&m);
	ok(&c, "lifetime none");
	assert_non_null(strstr(running(&c, "crypto ikev1 policy 7"), "\n lifetime none\n"));
}

static void test_privilege(void **state)
{
	struct match m;
	struct match_fail fail;

	(void)state;
	assert_int_equal(match_line(c.g, &c.ctx, STR("show vpdn session"), 1, &m, &fail),
	                 MATCH_DENIED);
}

static void test_parents(void **state)
{
	(void)state;
	ok(&c, "crypto ikev1 policy 9");
	/* A word of the sub-mode, of config mode, of exec mode. */
	ok(&c, "group 5");
	ok(&c, "hostname gw");
	assert_string_equal(prompt(&c), "(config)#");
	ok(&c, "crypto ikev1 policy 9");
	assert_string_equal(type(&c, "show vpdn session"), "run show_vpdn_session");
	assert_string_equal(prompt(&c), "(config-ikev1-policy)#");
	/* The error is that of the mode that got further. */
	assert_string_equal(type(&c, "crypto ikev1 nope"), "13:ERROR");
	assert_string_equal(type(&c, "group 99"), "6:ERROR");
	ok(&c, "no group");
	assert_string_equal(prompt(&c), "(config-ikev1-policy)#");
}

static void test_help(void **state)
{
	(void)state;
	ctx_clear(&c.ctx);
	ctx_init(&c.ctx, c.g->config);
	assert_string_equal(help(&c, "crypto ikev1 "),
	                    "enable Enable IKE version 1 on an interface|"
	                    "policy Configure a policy suite");
	assert_string_equal(help(&c, "crypto i"),
	                    "ikev1 Configure IKE version 1|ipsec Configure IPsec");
	assert_string_equal(help(&c, "tunnel-group DefaultRAGroup t"),
	                    "type Type of the tunnel group");
	/* An old name of a value is accepted, not offered. */
	assert_string_equal(help(&c, "tunnel-group G type "),
	                    "ipsec-l2l IPsec site to site|remote-access Remote access");
	assert_string_equal(help(&c, "ip local pool P 10.0.0.1-10.0.0.9 "),
	                    "mask Subnet mask handed to clients|<cr>");
	assert_string_equal(help(&c, "ip local pool P 10.0.0.1-10.0.0.9"),
	                    "A.B.C.D-A.B.C.D First and last address, A.B.C.D-A.B.C.D");
	assert_string_equal(help(&c, "ip local pool "), "WORD < 65 char Pool name");
	assert_string_equal(help(&c, "nonsense "), "");
	assert_string_equal(help(&c, "crypto ikev1 policy 1 x"), "");
	assert_string_equal(help(&c, "no crypto ikev1 enable "), "WORD Interface name");
	assert_string_equal(help(&c, "no crypto ikev1 p"), "policy Configure a policy suite");
	assert_string_equal(help(&c, "show vpdn session "),
	                    "id One session|l2tp Sessions over L2TP|packets Packet and byte counts|"
	                    "state State of each session|transport Addresses and ports|"
	                    "window Sequence windows|<cr>");
	/* The sub-mode's list first, then the others. */
	ok(&c, "tunnel-group DefaultRAGroup ppp-attributes");
	assert_string_equal(help(&c, "a"), "authentication Authentication method");
	assert_string_equal(help(&c, "s"), "show Show running system information");
	assert_non_null(strstr(help(&c, ""), "|no Negate a command or set its defaults || "));
}

static void test_references(void **state)
{
	(void)state;
	ok(&c, "ip local pool alpha 10.0.0.1-10.0.0.9");
	ok(&c, "ip local pool beta 10.0.1.1-10.0.1.9");
	ok(&c, "tunnel-group DefaultRAGroup general-attributes");
	assert_string_equal(help(&c, "address-pool "),
	                    "WORD Address pool|alpha Address pool|beta Address pool");
	assert_string_equal(tab(&c, "address-pool al"), "pha ");
	assert_string_equal(tab(&c, "address-pool "), "");
	ok(&c, "no ip local pool alpha");
	ok(&c, "no ip local pool beta");
}

static void test_tab(void **state)
{
	(void)state;
	assert_string_equal(tab(&c, "cr"), "ypto ");
	assert_string_equal(tab(&c, "crypto ike"), "v1 ");
	assert_string_equal(tab(&c, "crypto i"), "");
	assert_string_equal(tab(&c, "tunnel-group X "), "");
	assert_string_equal(tab(&c, "crypto ikev1 policy 1"), "");
	assert_string_equal(tab(&c, "qq"), "");
}

static void test_values(void **state)
{
	static const struct {
		const char *line;
		bool good;
	} cases[] = {
	        {"ip local pool P 10.0.0.1-10.0.0.2", true},
	        {"ip local pool P 10.0.0.1", true},
	        {"ip local pool P 10.0.0.1-", false},
	        {"ip local pool P 10.0.0.256-10.0.0.2", false},
	        {"ip local pool P 10.0.0.1-10.0.0.2 mask 255.0.255.0", false},
	        {"ip local pool P 10.0.0.1-10.0.0.2 mask 255.255.255.0", true},
	        {"ip local pool (P) 10.0.0.1-10.0.0.2", false},
	        {"interface gi0/1", true},
	        {"interface GigabitEthernet0/1.10", true},
	        {"interface gigabit", false},
	        {"interface nope0", false},
	        {"username ab password x", false},
	        {"username abc password x", true},
	        {"crypto ikev1 policy 65536", false},
	        {"crypto ikev1 policy 4294967297", false},
	        {"crypto ikev1 policy -1", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool good = !strstr(type(&c, cases[i].line), "ERROR");

		if (good != cases[i].good)
			fail_msg("%s", cases[i].line);
	}
}

static void test_hostile(void **state)
{
	char line[2000];
	struct match m;
	struct match_fail fail;

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(line); i++)
		line[i] = i % 2 ? ' ' : 'x';
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(match_line(c.g, &c.ctx, str_of(line), 15, &m, &fail), MATCH_INVALID);
	memcpy(line, "crypto dynamic-map d 1 set ikev1 transform-set ", 47);
	assert_int_equal(match_line(c.g, &c.ctx, str_of(line), 15, &m, &fail), MATCH_INVALID);
	assert_int_equal(
	        match_line(c.g, &c.ctx, STR("ip local pool \x01\x02 10.0.0.1"), 15, &m, &fail),
	        MATCH_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_errors),    cmocka_unit_test(test_prefixes),
	        cmocka_unit_test(test_privilege), cmocka_unit_test(test_parents),
	        cmocka_unit_test(test_help),      cmocka_unit_test(test_references),
	        cmocka_unit_test(test_tab),       cmocka_unit_test(test_values),
	        cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
