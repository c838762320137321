/* How a line changes the tree: what is made, replaced, added, reset, deleted, refused. */
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

static void shows(const char *section, const char *text)
{
	assert_string_equal(running(&c, section), text);
}

static void test_entries(void **state)
{
	(void)state;
	ok(&c, "ip local pool P 10.0.0.1-10.0.0.9 mask 255.255.255.0");
	shows("ip local pool", "ip local pool P 10.0.0.1-10.0.0.9 mask 255.255.255.0\n");
	/* A line says all there is to say: without its mask the mask is gone. */
	ok(&c, "ip local pool P 10.0.0.1-10.0.0.8");
	shows("ip local pool", "ip local pool P 10.0.0.1-10.0.0.8\n");
	/* What follows the last key may be given and must then parse. */
	assert_string_equal(type(&c, "no ip local pool P 10.0.0.x"), "19:ERROR");
	assert_string_equal(type(&c, "no ip local pool P 10.0.0.1-10.0.0.8 mask"),
	                    "ERROR: % Incomplete command");
	ok(&c, "no ip local pool P 10.0.0.1-10.0.0.8");
	shows("", "");
	ok(&c, "ip local pool P 10.0.0.1-10.0.0.8");
	ok(&c, "no ip loc po P");
	assert_string_equal(type(&c, "no ip local pool P"), "ERROR: ip-pool P does not exist");
}

static void test_no_never_takes_the_entry(void **state)
{
	(void)state;
	ok(&c, "crypto ikev1 policy 10");
	ok(&c, "lifetime 3600");
	ok(&c, "hash md5");
	/* One field is meant, not the policy, with and without its value. */
	ok(&c, "no isakmp policy 10 lifetime 3600");
	ok(&c, "no isakmp policy 10 hash");
	shows("", "crypto ikev1 policy 10\n"
	          " authentication pre-share\n"
	          " encryption 3des\n"
	          " hash sha\n"
	          " group 2\n"
	          " lifetime 86400\n");
	assert_string_equal(type(&c, "no isakmp policy 11 hash"),
	                    "ERROR: ike-policy 11 does not exist");
	ok(&c, "no crypto isakmp policy 10");
	shows("", "");
}

static void test_sets(void **state)
{
	(void)state;
	ok(&c, "tunnel-group DefaultRAGroup ppp-attributes");
	ok(&c, "authentication pap");
	ok(&c, "no authentication ms-chap-v1");
	shows("", "tunnel-group DefaultRAGroup ppp-attributes\n"
	          " authentication pap\n"
	          " no authentication ms-chap-v1\n");
	ok(&c, "no authentication");
	shows("", "");
	ok(&c, "authentication pap");
	ok(&c, "no tunnel-group DefaultRAGroup ppp-attributes");
	shows("", "");
	/* A set on one line is replaced. */
	ok(&c, "group-policy G internal");
	ok(&c, "group-policy G attributes");
	ok(&c, "vpn-tunnel-protocol ikev1 l2tp-ipsec");
	ok(&c, "vpn-tunnel-protocol l2tp-ipsec");
	shows("", "group-policy G internal\n"
	          "group-policy G attributes\n"
	          " vpn-tunnel-protocol l2tp-ipsec \n");
	ok(&c, "no vpn-tunnel-protocol");
	ok(&c, "no group-policy G");
	shows("", "");
}

static void test_lists(void **state)
{
	(void)state;
	ok(&c, "crypto ipsec ikev1 transform-set A esp-aes esp-sha-hmac");
	ok(&c, "crypto ipsec ikev1 transform-set A mode transport");
	ok(&c, "crypto ipsec ikev1 transform-set B esp-3des");
	shows("crypto ipsec", "crypto ipsec ikev1 transform-set A esp-aes esp-sha-hmac \n"
	                      "crypto ipsec ikev1 transform-set A mode transport\n"
	                      "crypto ipsec ikev1 transform-set B esp-3des \n");
	ok(&c, "crypto dynamic-map D 20 set ikev1 transform-set A");
	ok(&c, "crypto dynamic-map D 20 set ikev1 transform-set B");
	ok(&c, "crypto dynamic-map D 3 set pfs group2");
	shows("crypto dynamic-map", "crypto dynamic-map D 3 set pfs group2\n"
	                            "crypto dynamic-map D 20 set ikev1 transform-set A B\n");
	assert_string_equal(
	        type(&c, "no crypto ipsec ikev1 transform-set A"),
	        "ERROR: transform-set A cannot be deleted, it is used by dynamic-map D 20");
	ok(&c, "no crypto dynamic-map D 20 set ikev1 transform-set A");
	ok(&c, "no crypto ipsec ikev1 transform-set A");
	/* By content: gone with its last field. */
	ok(&c, "no crypto dynamic-map D 20 set ikev1 transform-set");
	ok(&c, "no crypto dynamic-map D 3 set pfs");
	shows("crypto dynamic-map", "");
	ok(&c, "no crypto ipsec ikev1 transform-set B esp-3des");
	shows("", "");
	/* A plain list is replaced, and has a ceiling. */
	ok(&c, "group-policy G internal");
	ok(&c, "group-policy G attributes");
	ok(&c, "dns-server value 10.0.0.1 10.0.0.2");
	assert_string_equal(type(&c, "dns-server value 10.0.0.1 10.0.0.2 10.0.0.3"),
	                    "ERROR: dns: at most 2 values are allowed");
	ok(&c, "dns-server value 10.0.0.3");
	shows("group-policy G attributes",
	      "group-policy G attributes\n dns-server value 10.0.0.3\n");
	ok(&c, "dns-server none");
	shows("group-policy G attributes", "group-policy G attributes\n dns-server none\n");
	ok(&c, "no dns-server");
	ok(&c, "banner value Welcome to the  network, ! and all");
	shows("group-policy G attributes",
	      "group-policy G attributes\n banner value Welcome to the  network, ! and all\n");
	ok(&c, "no banner");
	ok(&c, "no group-policy G");
}

static void test_required_once_builtin(void **state)
{
	(void)state;
	assert_string_equal(type(&c, "tunnel-group G general-attributes"),
	                    "ERROR: tunnel-group G does not exist");
	assert_string_equal(type(&c, "crypto ipsec ikev1 transform-set X mode transport"),
	                    "ERROR: transform-set X does not exist");
	ok(&c, "tunnel-group G type ipsec-ra");
	shows("", "tunnel-group G type remote-access\n");
	assert_string_equal(type(&c, "tunnel-group G type ipsec-l2l"),
	                    "ERROR: type cannot be changed, delete it first");
	ok(&c, "tunnel-group G type remote-access");
	ok(&c, "no tunnel-group G type remote-access");
	shows("", "");
	assert_string_equal(type(&c, "no tunnel-group DefaultRAGroup"),
	                    "ERROR: tunnel-group DefaultRAGroup is built in and cannot be deleted");
	ok(&c, "group-policy DfltGrpPolicy attributes");
	ok(&c, "vpn-simultaneous-logins 5");
	shows("", "group-policy DfltGrpPolicy attributes\n vpn-simultaneous-logins 5\n");
	ok(&c, "no vpn-simultaneous-logins");
	shows("", "");
	assert_int_equal(conf_u32(conf_child(confsys_running(c.sys),
	                                     conf_find(confsys_running(c.sys), "group-policy",
	                                               STR("DfltGrpPolicy")),
	                                     "attributes"),
	                          "logins"),
	                 3);
}

static void test_references(void **state)
{
	(void)state;
	assert_string_equal(type(&c, "crypto map M interface outside"),
	                    "ERROR: interface outside does not exist");
	ok(&c, "interface gi0/0");
	ok(&c, "nameif outside");
	ok(&c, "crypto map M interface outside");
	assert_string_equal(type(&c, "no crypto map N interface outside"),
	                    "ERROR: crypto-map outside does not exist");
	ok(&c, "interface GigabitEthernet0/0");
	assert_string_equal(
	        type(&c, "no nameif"),
	        "ERROR: interface GigabitEthernet0/0 cannot be deleted, it is used by crypto-map "
	        "outside");
	ok(&c, "shutdown");
	shows("", "interface GigabitEthernet0/0\n nameif outside\n shutdown\n!\n"
	          "crypto map M interface outside\n");
	ok(&c, "no shutdown");
	ok(&c, "no crypto map M interface outside");
	ok(&c, "interface gi0/0");
	ok(&c, "no nameif outside");
	ok(&c, "no interface gi0/0");
	shows("", "");
	ok(&c, "ip local pool P 10.0.0.1-10.0.0.8");
	ok(&c, "tunnel-group DefaultRAGroup general-attributes");
	ok(&c, "address-pool P");
	assert_string_equal(
	        type(&c, "no ip local pool P"),
	        "ERROR: ip-pool P cannot be deleted, it is used by tunnel-group DefaultRAGroup");
	ok(&c, "no tunnel-group DefaultRAGroup general-attributes");
	ok(&c, "no ip local pool P");
}

static void test_gone_under_the_feet(void **state)
{
	struct console other = c;

	(void)state;
	ok(&c, "crypto ikev1 policy 4");
	ctx_init(&other.ctx, c.g->config);
	out_init(&other.out);
	ok(&other, "no crypto ikev1 policy 4");
	assert_string_equal(type(&c, "hash md5"), "ERROR: ike-policy 4 does not exist");
	ctx_clear(&other.ctx);
	out_free(&other.out);
}

static void test_secrets(void **state)
{
	(void)state;
	ok(&c, "tunnel-group DefaultRAGroup ipsec-attributes");
	assert_string_equal(
	        type(&c, "pre-shared-key *"),
	        "WARNING: Pre-shared key is hidden in this text (*), it is not a value: none is "
	        "set\n");
	shows("", "");
	ok(&c, "ikev1 pre-shared-key s3cret");
	assert_string_equal(
	        type(&c, "ikev1 pre-shared-key *****"),
	        "WARNING: Pre-shared key is hidden in this text (*), it is not a value: the one "
	        "in force is kept\n");
	shows("", "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 pre-shared-key s3cret\n");
	assert_string_equal(
	        running_as(&c, "", 0, -1),
	        "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 pre-shared-key *****\n");
	ok(&c, "no ikev1 pre-shared-key *****");
	shows("", "");
	ok(&c, "username jdoe password topsecret");
	assert_string_equal(running_as(&c, "", 0, -1), "username jdoe password *****\n");
	ok(&c, "no username jdoe");
}

static void test_sections(void **state)
{
	(void)state;
	ok(&c, "hostname gw");
	ok(&c, "tunnel-group A type remote-access");
	ok(&c, "tunnel-group B type remote-access");
	ok(&c, "tunnel-group B ipsec-attributes");
	ok(&c, "isakmp keepalive threshold 20 retry 2");
	shows("tunnel-group B", "tunnel-group B type remote-access\n"
	                        "tunnel-group B ipsec-attributes\n"
	                        " isakmp keepalive threshold 20 retry 2\n");
	shows("tunnel A", "tunnel-group A type remote-access\n");
	shows("host", "hostname gw\n");
	shows("nothing", "");
	assert_string_equal(running_as(&c, "tunnel-group A", RENDER_ALL, -1),
	                    "tunnel-group A type remote-access\n"
	                    "tunnel-group A general-attributes\n"
	                    " authentication-server-group LOCAL\n"
	                    " default-group-policy DfltGrpPolicy\n"
	                    "tunnel-group A ipsec-attributes\n"
	                    " isakmp keepalive threshold 300 retry 2\n"
	                    "tunnel-group A ppp-attributes\n"
	                    " no authentication pap\n"
	                    " authentication chap\n"
	                    " authentication ms-chap-v1\n"
	                    " no authentication ms-chap-v2\n"
	                    " no authentication eap-proxy\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_entries),
	        cmocka_unit_test(test_no_never_takes_the_entry),
	        cmocka_unit_test(test_sets),
	        cmocka_unit_test(test_lists),
	        cmocka_unit_test(test_required_once_builtin),
	        cmocka_unit_test(test_references),
	        cmocka_unit_test(test_gone_under_the_feet),
	        cmocka_unit_test(test_secrets),
	        cmocka_unit_test(test_sections),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
