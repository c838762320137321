/* Configuration text through grammar and tree into what IKE works with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/ike/conf.h"
#include "crypto/ike/ike.h"
#include "crypto/ike/proposal.h"
#include "tests/exchange/conf_fixture.h"

static const struct ike_conf *conf;

static void load(struct conf_fixture *f, const char *text)
{
	struct out notes;
	struct err err = {0};
	conf_load(f, text);
	conf_no_errors(f);
	out_init(&notes);
	assert_int_equal(ike_conf_compile(conf_loaded(f), f->arena, &conf, &notes, &err), 0);
	out_free(&notes);
}

#define INTERFACE                                                            \
	"interface GigabitEthernet0/0\n nameif outside\n security-level 0\n" \
	" ip address 192.0.2.1 255.255.255.0\n no shutdown\nexit\n"

static void nothing_configured(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "hostname gw\n");
	assert_int_equal(conf->npolicies, 0);
	assert_int_equal(conf->nenabled, 0);
	assert_int_equal(ike_conf_natt(conf), 20);
	assert_null(conf->ra->psk);
	assert_true(conf->ra->l2tp_allowed);
	assert_true(conf->ra->dpd);
	assert_int_equal(conf->ra->dpd_threshold_s, 300);
	assert_int_equal(conf->max_half_open, 1000);
	conf_unload(f);
}

static void policies_by_priority(void **state)
{
	struct conf_fixture *f = *state;
	load(f, INTERFACE "crypto ikev1 enable outside\n"
	                  "crypto ikev1 policy 20\n encryption aes-256\n hash sha256\n group 19\n "
	                  "lifetime none\n"
	                  "crypto ikev1 policy 5\n authentication pre-share\n encryption 3des\n "
	                  "hash sha\n group 2\n"
	                  " lifetime 3600\n");
	assert_int_equal(conf->npolicies, 2);
	const struct ike_policy *p = conf->policies;
	assert_int_equal(p[0].priority, 5);
	assert_int_equal(p[0].auth, AUTH_PSK);
	assert_string_equal(p[0].cipher->word, "3des");
	assert_int_equal(p[0].group, 2);
	assert_int_equal(p[0].life_s, 3600);
	assert_int_equal(p[1].priority, 20);
	assert_string_equal(p[1].cipher->word, "aes-256");
	assert_string_equal(p[1].hash->word, "sha256");
	assert_int_equal(p[1].group, 19);
	assert_int_equal(p[1].life_s, 0);
	assert_true(ike_conf_enabled(conf, "outside"));
	assert_false(ike_conf_enabled(conf, "inside"));
	uint16_t groups[2];
	assert_int_equal(ike_conf_groups(conf, groups, 2), 2);
	assert_int_equal(groups[0], 2);
	assert_int_equal(groups[1], 19);
	assert_int_equal(ike_conf_groups(conf, groups, 1), 1);
	conf_unload(f);
	/* also for signatures; the trustpoint need not stand in a tunnel-group */
	load(f, "crypto ikev1 policy 10\n authentication rsa-sig\n encryption aes\n hash sha\n group 5\n");
	assert_int_equal(ike_conf_groups(conf, groups, 2), 1);
	assert_int_equal(groups[0], 5);
	conf_unload(f);
}

static void tunnel_group_and_globals(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "crypto isakmp nat-traversal 1500\ncrypto isakmp identity key-id gw7\n"
	        "crypto ikev1 limit max-in-negotiation-sa 10\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n"
	        " ikev1 pre-shared-key a-key-that-is-long-enough\n isakmp keepalive threshold 15 "
	        "retry 3\n");
	assert_int_equal(ike_conf_natt(conf), 1500);
	assert_int_equal(conf->identity, IKE_ID_KEY_ID);
	assert_string_equal(conf->identity_text, "gw7");
	assert_int_equal(conf->max_half_open, 100);
	assert_string_equal(conf->ra->psk, "a-key-that-is-long-enough");
	assert_int_equal(conf->ra->psk_len, 25);
	assert_int_equal(conf->ra->dpd_threshold_s, 15);
	assert_int_equal(conf->ra->dpd_retry_s, 3);
	assert_false(conf_said(f, "WARNING"));
	conf_unload(f);
	load(f, "no crypto isakmp nat-traversal\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n isakmp keepalive disable\n");
	assert_int_equal(ike_conf_natt(conf), 0);
	assert_false(conf->ra->dpd);
	conf_unload(f);
}

static void behind_nat_and_vendor_ids(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 behind-nat\n"
	        "crypto ikev1 vendor-id-disable\n");
	assert_true(conf->ra->behind_nat);
	assert_int_equal(conf->ra->outside_ip, 0);
	assert_true(conf->vendor_id_disable);
	conf_unload(f);
	load(f, "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 behind-nat 203.0.113.9\n");
	assert_true(conf->ra->behind_nat);
	assert_int_equal(conf->ra->outside_ip, 0xcb007109);
	assert_false(conf->vendor_id_disable);
	conf_unload(f);
	load(f, "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 behind-nat 203.0.113.9\n ikev1 behind-nat\n");
	assert_int_equal(conf->ra->outside_ip, 0);
	conf_unload(f);
	load(f, "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 behind-nat 203.0.113.9\n no ikev1 behind-nat\n");
	assert_false(conf->ra->behind_nat);
	assert_int_equal(conf->ra->outside_ip, 0);
	conf_unload(f);
}

static void tunnel_protocol_is_inherited(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "group-policy P internal\ngroup-policy P attributes\n vpn-idle-timeout 5\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_true(conf->ra->l2tp_allowed);
	conf_unload(f);
	load(f, "group-policy P internal\ngroup-policy P attributes\n vpn-tunnel-protocol ikev1\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_false(conf->ra->l2tp_allowed);
	conf_unload(f);
	load(f, "group-policy DfltGrpPolicy attributes\n vpn-tunnel-protocol ikev1\n"
	        "group-policy P internal\ngroup-policy P attributes\n vpn-tunnel-protocol ikev1 "
	        "l2tp-ipsec\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_true(conf->ra->l2tp_allowed);
	conf_unload(f);
	load(f, "group-policy DfltGrpPolicy attributes\n vpn-tunnel-protocol ikev1\n");
	assert_false(conf->ra->l2tp_allowed);
	conf_unload(f);
}

static void weak_choices_are_warned_of(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "crypto ikev1 policy 10\n encryption des\n hash md5\n group 1\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 pre-shared-key cisco123\n");
	assert_true(conf_said(f, "WARNING: crypto ikev1 policy 10: DES is weak"));
	assert_true(conf_said(f, "WARNING: crypto ikev1 policy 10: MD5 is weak"));
	assert_true(
	        conf_said(f, "WARNING: crypto ikev1 policy 10: Diffie-Hellman group 1 is weak"));
	assert_true(conf_said(f, "WARNING: the pre-shared key is shorter than 20 characters"));
	for (size_t i = 0; i < f->report.n; i++)
		assert_null(strstr(f->report.items[i].text, "cisco123"));
	conf_unload(f);
}

/* The old spellings lead to the same place. */
static void old_spellings(void **state)
{
	struct conf_fixture *f = *state;
	load(f, "ASA Version 8.2(5)\n" INTERFACE "crypto isakmp enable outside\n"
	        "crypto isakmp policy 10\n authentication pre-share\n encryption 3des\n hash sha\n "
	        "group 2\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n pre-shared-key "
	        "a-key-that-is-long-enough\n");
	assert_int_equal(conf->npolicies, 1);
	assert_true(ike_conf_enabled(conf, "outside"));
	assert_string_equal(conf->ra->psk, "a-key-that-is-long-enough");
	conf_unload(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_configured),
	        cmocka_unit_test(policies_by_priority),
	        cmocka_unit_test(tunnel_group_and_globals),
	        cmocka_unit_test(behind_nat_and_vendor_ids),
	        cmocka_unit_test(tunnel_protocol_is_inherited),
	        cmocka_unit_test(weak_choices_are_warned_of),
	        cmocka_unit_test(old_spellings),
	};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
