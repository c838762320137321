/* Configuration text through grammar and tree into what IKE works with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/edit.h"
#include "crypto/ike/conf.h"
#include "crypto/ike/ike.h"
#include "crypto/ike/proposal.h"

struct fix {
	struct grammar *g;
	struct confsys *sys;
	struct arena *arena;
	const struct ike_conf *conf;
	struct load_report report;
};

static int group_setup(void **state)
{
	static struct fix f;
	struct err err = {0};

	if (prim_init(&err) != 0)
		return -1;
	ike_conf_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &f.g, &err)) {
		print_error("%s\n", err.text);
		return -1;
	}
	*state = &f;
	return 0;
}

static int group_teardown(void **state)
{
	struct fix *f = *state;

	grammar_free(f->g);
	return 0;
}

static void load(struct fix *f, const char *text)
{
	struct out notes;
	struct err err = {0};

	f->sys = confsys_new(&f->g->schema, NULL);
	f->arena = arena_new(0);
	if (load_text(f->g, f->sys, str_of(text), "test", 0, &f->report, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < f->report.n; i++)
		if (f->report.items[i].error)
			fail_msg("%s: %s", f->report.items[i].command, f->report.items[i].text);
	out_init(&notes);
	assert_int_equal(
	        ike_conf_compile(confsys_running(f->sys), f->arena, &f->conf, &notes, &err), 0);
	out_free(&notes);
}

static bool noted(const struct fix *f, const char *text)
{
	for (size_t i = 0; i < f->report.n; i++)
		if (strstr(f->report.items[i].text, text))
			return true;
	return false;
}

static void unload(struct fix *f)
{
	load_report_free(&f->report);
	arena_free(f->arena);
	confsys_free(f->sys);
}

#define INTERFACE                                                            \
	"interface GigabitEthernet0/0\n nameif outside\n security-level 0\n" \
	" ip address 192.0.2.1 255.255.255.0\n no shutdown\nexit\n"

static void nothing_configured(void **state)
{
	struct fix *f = *state;
	load(f, "hostname gw\n");
	assert_int_equal(f->conf->npolicies, 0);
	assert_int_equal(f->conf->nenabled, 0);
	assert_int_equal(ike_conf_natt(f->conf), 20);
	assert_null(f->conf->ra.psk);
	assert_true(f->conf->ra.l2tp_allowed);
	assert_true(f->conf->ra.dpd);
	assert_int_equal(f->conf->ra.dpd_threshold_s, 300);
	assert_int_equal(f->conf->max_half_open, 1000);
	unload(f);
}

static void policies_by_priority(void **state)
{
	struct fix *f = *state;
	load(f, INTERFACE "crypto ikev1 enable outside\n"
	                  "crypto ikev1 policy 20\n encryption aes-256\n hash sha256\n group 19\n "
	                  "lifetime none\n"
	                  "crypto ikev1 policy 5\n authentication pre-share\n encryption 3des\n "
	                  "hash sha\n group 2\n"
	                  " lifetime 3600\n");
	assert_int_equal(f->conf->npolicies, 2);
	const struct ike_policy *p = f->conf->policies;
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
	assert_true(ike_conf_enabled(f->conf, "outside"));
	assert_false(ike_conf_enabled(f->conf, "inside"));
	unload(f);
}

static void tunnel_group_and_globals(void **state)
{
	struct fix *f = *state;
	load(f, "crypto isakmp nat-traversal 1500\ncrypto isakmp identity key-id gw7\n"
	        "crypto ikev1 limit max-in-negotiation-sa 10\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n"
	        " ikev1 pre-shared-key a-key-that-is-long-enough\n isakmp keepalive threshold 15 "
	        "retry 3\n");
	assert_int_equal(ike_conf_natt(f->conf), 1500);
	assert_int_equal(f->conf->identity, IKE_ID_KEY_ID);
	assert_string_equal(f->conf->identity_text, "gw7");
	assert_int_equal(f->conf->max_half_open, 100);
	assert_string_equal(f->conf->ra.psk, "a-key-that-is-long-enough");
	assert_int_equal(f->conf->ra.psk_len, 25);
	assert_int_equal(f->conf->ra.dpd_threshold_s, 15);
	assert_int_equal(f->conf->ra.dpd_retry_s, 3);
	assert_false(noted(f, "WARNING"));
	unload(f);
	load(f, "no crypto isakmp nat-traversal\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n isakmp keepalive disable\n");
	assert_int_equal(ike_conf_natt(f->conf), 0);
	assert_false(f->conf->ra.dpd);
	unload(f);
}

static void tunnel_protocol_is_inherited(void **state)
{
	struct fix *f = *state;
	load(f, "group-policy P internal\ngroup-policy P attributes\n vpn-idle-timeout 5\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_true(f->conf->ra.l2tp_allowed);
	unload(f);
	load(f, "group-policy P internal\ngroup-policy P attributes\n vpn-tunnel-protocol ikev1\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_false(f->conf->ra.l2tp_allowed);
	unload(f);
	load(f, "group-policy DfltGrpPolicy attributes\n vpn-tunnel-protocol ikev1\n"
	        "group-policy P internal\ngroup-policy P attributes\n vpn-tunnel-protocol ikev1 "
	        "l2tp-ipsec\n"
	        "tunnel-group DefaultRAGroup general-attributes\n default-group-policy P\n");
	assert_true(f->conf->ra.l2tp_allowed);
	unload(f);
	load(f, "group-policy DfltGrpPolicy attributes\n vpn-tunnel-protocol ikev1\n");
	assert_false(f->conf->ra.l2tp_allowed);
	unload(f);
}

static void weak_choices_are_warned_of(void **state)
{
	struct fix *f = *state;
	load(f, "crypto ikev1 policy 10\n encryption des\n hash md5\n group 1\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 pre-shared-key cisco123\n");
	assert_true(noted(f, "WARNING: crypto ikev1 policy 10: DES is weak"));
	assert_true(noted(f, "WARNING: crypto ikev1 policy 10: MD5 is weak"));
	assert_true(noted(f, "WARNING: crypto ikev1 policy 10: Diffie-Hellman group 1 is weak"));
	assert_true(noted(f, "WARNING: the pre-shared key is shorter than 20 characters"));
	for (size_t i = 0; i < f->report.n; i++)
		assert_null(strstr(f->report.items[i].text, "cisco123"));
	unload(f);
}

/* The old spellings lead to the same place. */
static void old_spellings(void **state)
{
	struct fix *f = *state;
	load(f, "ASA Version 8.2(5)\n" INTERFACE "crypto isakmp enable outside\n"
	        "crypto isakmp policy 10\n authentication pre-share\n encryption 3des\n hash sha\n "
	        "group 2\n"
	        "tunnel-group DefaultRAGroup ipsec-attributes\n pre-shared-key "
	        "a-key-that-is-long-enough\n");
	assert_int_equal(f->conf->npolicies, 1);
	assert_true(ike_conf_enabled(f->conf, "outside"));
	assert_string_equal(f->conf->ra.psk, "a-key-that-is-long-enough");
	unload(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(nothing_configured),
	        cmocka_unit_test(policies_by_priority),
	        cmocka_unit_test(tunnel_group_and_globals),
	        cmocka_unit_test(tunnel_protocol_is_inherited),
	        cmocka_unit_test(weak_choices_are_warned_of),
	        cmocka_unit_test(old_spellings),
	};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
