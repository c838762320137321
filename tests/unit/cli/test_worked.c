/* The worked example of the grammar design, typed as it stands there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "console.h"

static void test_session(void **state)
{
	struct console c;

	(void)state;
	console_open(&c, "worked");
	assert_string_equal(help(&c, "crypto ikev1 policy "),
	                    "<1-65535> Priority, 1 is tried first");
	ok(&c, "cry ik pol 10");
	assert_string_equal(prompt(&c), "(config-ikev1-policy)#");
	assert_string_equal(help(&c, "enc "), "3des Triple DES|aes AES-128|aes-192 AES-192|"
	                                      "aes-256 AES-256|des DES");
	ok(&c, "enc aes-256");
	ok(&c, "no lifetime");
	ok(&c, "tunnel-group DefaultRAGroup ppp-attributes");
	assert_string_equal(prompt(&c), "(config-ppp)#");
	ok(&c, "no authentication chap");
	ok(&c, "authentication ms-chap-v2");
	assert_true(ctx_up(&c.ctx));
	assert_string_equal(prompt(&c), "(config)#");
	ok(&c, "tunnel-group DefaultRAGroup general-attributes");
	assert_string_equal(prompt(&c), "(config-tunnel-general)#");
	assert_string_equal(type(&c, "address-pool NOPE"),
	                    "ERROR: address pool NOPE does not exist");
	assert_string_equal(running(&c, ""), "crypto ikev1 policy 10\n"
	                                     " authentication pre-share\n"
	                                     " encryption aes-256\n"
	                                     " hash sha\n"
	                                     " group 2\n"
	                                     " lifetime 86400\n"
	                                     "tunnel-group DefaultRAGroup ppp-attributes\n"
	                                     " no authentication chap\n"
	                                     " authentication ms-chap-v2\n");
	console_close(&c);
}

static void test_legacy_lines(void **state)
{
	static const char text[] = "PIX Version 6.3(3)\n"
	                           "isakmp enable outside\n"
	                           "isakmp policy 20 encryption des\n"
	                           "isakmp policy 20 hash md5\n"
	                           "isakmp key sesame address 0.0.0.0 netmask 0.0.0.0\n"
	                           "vpdn group l2tpipsec ppp authentication chap\n"
	                           "vpdn group l2tpipsec ppp authentication mschap\n"
	                           "Cryptochecksum:06a53009d1e9f04740256d9f0fb82837\n"
	                           ": end\n"
	                           "[OK]\n";
	struct load_report r;
	struct err err = {0};
	struct console c;

	(void)state;
	console_open(&c, "worked");
	assert_int_equal(load_text(c.g, c.sys, str_of(text), "pix.cfg", 0, &r, &err), 0);
	assert_int_equal(r.errors, 0);
	assert_int_equal(r.dialect, 0);
	assert_int_equal(r.n, 1); /* both vpdn lines went to the same place, which is said once */
	load_report_free(&r);
	assert_string_equal(running(&c, ""), "crypto ikev1 enable outside\n"
	                                     "crypto ikev1 policy 20\n"
	                                     " authentication pre-share\n"
	                                     " encryption des\n"
	                                     " hash md5\n"
	                                     " group 2\n"
	                                     " lifetime 86400\n"
	                                     "tunnel-group DefaultRAGroup ipsec-attributes\n"
	                                     " ikev1 pre-shared-key sesame\n");
	assert_string_equal(running_as(&c, "tunnel-group", 0, -1),
	                    "tunnel-group DefaultRAGroup ipsec-attributes\n"
	                    " ikev1 pre-shared-key *****\n");
	assert_string_equal(running_as(&c, "crypto ikev1 enable", 0, -1),
	                    "crypto ikev1 enable outside\n");
	assert_string_equal(
	        running_as(&c, "crypto isakmp", 0, grammar_dialect(c.g, STR("asa-8.0"))),
	        "crypto isakmp enable outside\n"
	        "crypto isakmp policy 20\n"
	        " authentication pre-share\n"
	        " encryption des\n"
	        " hash md5\n"
	        " group 2\n"
	        " lifetime 86400\n");
	console_close(&c);
}

static void test_exec_line(void **state)
{
	struct console c;
	struct match m;
	struct match_fail fail;
	struct cmd cmd;
	uint32_t id;

	(void)state;
	console_open(&c, "worked");
	assert_int_equal(match_line(c.g, &c.ctx, STR("sh vpdn sess l2 id 7"), 15, &m, &fail),
	                 MATCH_OK);
	assert_string_equal(m.line->run, "show_vpdn_session");
	assert_string_equal(m.text, "show vpdn session l2tp id 7");
	cmd = (struct cmd){.args = m.args, .nargs = m.nargs};
	assert_true(cmd_has(&cmd, "l2tp"));
	assert_true(cmd_u32(&cmd, "id", &id));
	assert_int_equal(id, 7);
	match_free(&m);
	assert_int_equal(match_line(c.g, &c.ctx, STR("show vpdn session packets"), 15, &m, &fail),
	                 MATCH_OK);
	cmd = (struct cmd){.args = m.args, .nargs = m.nargs};
	assert_true(str_eq(cmd_text(&cmd, "view"), STR("packets")));
	match_free(&m);
	assert_int_equal(match_line(c.g, &c.ctx, STR("show vpdn session id 70000"), 15, &m, &fail),
	                 MATCH_INVALID);
	assert_int_equal(fail.column, 21);
	assert_int_equal(match_line(c.g, &c.ctx, STR("show crypto isakmp sa"), 15, &m, &fail),
	                 MATCH_OK);
	match_free(&m);
	console_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_session),
	        cmocka_unit_test(test_legacy_lines),
	        cmocka_unit_test(test_exec_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
