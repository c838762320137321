/* The SCEP client and mscep: requests that wait for an answer, or for a decision, for long, over a restart, beside others;
 * those that are given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "core/base/show.h"
#include "crypto/pki/show.h"
#include "lab.h"

static void test_nobody_answers(void **state)
{
	(void)state;
	lab_begin_mscep("");
	lab_serve_end();
	lab.tp[0].retry_count = 3;
	uint64_t before = lab.clock.now_ms;
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(2);
	assert_true(lab_is_pending(0));
	assert_false(lab_keeps_pending()); /* it was never pending, and has the challenge in it */
	lab_run(100);
	assert_false(lab_is_pending(0));
	assert_in_range(lab.clock.now_ms - before, 180000, 181000);
	lab_expect_logged("717002 Certificate enrollment failed for trustpoint T0. Reason: Connection refused.");
	lab_end();
}

static void test_too_many_polls(void **state)
{
	(void)state;
	lab_begin_mscep("--pendings 100");
	lab.tp[0].retry_count = 5;
	lab.tp[0].retry_period_s = 600;
	uint64_t before = lab.clock.now_ms;
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(1000);
	assert_in_range(lab.clock.now_ms - before, 3000000, 3001000);
	lab_expect_logged("717002 Certificate enrollment failed for trustpoint T0. Reason: the CA has not decided.");
	assert_false(lab_keeps_pending());
	assert_true(lab_saw("CRYPTO_PKI: resend GetCertInitial, 5\n"));
	assert_false(lab_saw("CRYPTO_PKI: resend GetCertInitial, 6\n"));
	lab_end();
}

static const char *shown(void)
{
	static struct out out;
	void *ctx;
	cmd_fn *fn = cmd_find("show_ca_certificates", &ctx);
	out_free(&out);
	out_init(&out);
	assert_int_equal(fn(&(struct cmd){.out = &out, .ctx = ctx}), CMD_OK);
	return out_text(&out).p;
}

static void test_shown(void **state)
{
	(void)state;
	lab_begin_mscep("--pendings 2");
	pki_show_commands(lab.pki);
	assert_null(strstr(shown(), "Pending"));
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	const char *own = strstr(shown(), "\n\nCertificate\n");
	assert_non_null(own);
	assert_non_null(strstr(own, "  Status: Pending\n  Key Usage: General Purpose\n  Fingerprint: "));
	assert_non_null(strstr(own, "  Associated Trustpoint: T0\n"));
	lab_run(5);
	assert_true(lab_has_cert(0));
	assert_null(strstr(shown(), "Pending"));
	lab_end();
}

/* Pending, and then the server is away: it is waited for. */
static void test_patience(void **state)
{
	(void)state;
	lab_begin_mscep("--pendings 2");
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	assert_true(lab_is_pending(0));
	assert_true(lab_keeps_pending());
	lab_serve_end();
	lab_run(30);
	assert_true(lab_is_pending(0));
	assert_true(lab_keeps_pending());
	assert_true(lab_saw("CRYPTO_PKI: resend GetCertInitial, 30\n"));
	assert_false(lab_logged("717002"));
	/* one that talks nonsense instead is no reason to give up, either */
	lab_serve("mscep", "--mode html", LAB_MSCEP);
	lab_run(3);
	assert_true(lab_is_pending(0));
	lab_end();
}

static void test_restart(void **state)
{
	(void)state;
	lab_begin_mscep("--pendings 3");
	assert_int_equal(lab_enroll(0, "very-secret", false), 0);
	lab_run(0);
	assert_true(lab_keeps_pending());
	lab_expect_text(lab_shell("stat -c %a scep"), "600\n");
	assert_string_equal(lab_shell("grep -rl very-secret scep rsa | wc -l"), "0\n");
	assert_string_equal(lab_shell("grep -c 766572792d736563726574 scep"), "0\n");
	lab_server_said();
	lab_restart();
	assert_true(lab_is_pending(0));
	lab_run(0);
	lab_expect_text(lab_server_said(), "GetCertInitial ");
	lab_run(1);
	assert_true(lab_has_cert(0));
	assert_false(lab_keeps_pending());
	assert_true(pki_key_fits(pki_keys_find(lab.pki->keys, PKI_DEFAULT_KEY)->key[PKI_KEY_SIGN], lab.cert[0][PKI_ROLE_OWN]));
	lab_end();
}

/* The trustpoint goes, or its key, while the appliance is off. */
static void test_restart_without(void **state)
{
	(void)state;
	for (unsigned what = 0; what < 4; what++) {
		lab_begin_mscep("--pendings 9");
		assert_int_equal(lab_enroll(0, NULL, false), 0);
		lab_run(0);
		if (what == 0)
			lab.tp[0].name = "TX";
		else if (what == 1)
			lab_shell("rm rsa/*");
		else if (what == 2)
			lab_shell("(echo nonsense; echo '1 00 zz 1 3000'; head -c 100 scep) >s && mv s scep");
		if (what < 3)
			lab_restart();
		else { /* and while it is on */
			lab.conf.ntrustpoints = 0;
			pki_set_conf(lab.pki, &lab.conf);
		}
		assert_false(lab_is_pending(0));
		assert_false(lab_keeps_pending());
		if (what < 2)
			lab_expect_logged("717002 Certificate enrollment failed for trustpoint T0.");
		else if (what == 2)
			lab_expect_logged("717011 Unexpected event keys/scep:");
		lab.tp[0].name = "T0";
		lab_end();
	}
}

/* Who waits for a request hears of it when another one takes its place, or the trustpoint goes; not in the midst of it. */
static void test_given_up(void **state)
{
	(void)state;
	lab_begin_mscep("");
	unsigned before = lab.sent;
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	assert_true(lab_is_pending(0));
	assert_int_equal(lab.sent, before);
	lab_run(1);
	assert_int_equal(lab.sent, before + 2);
	assert_int_equal(lab.failed.code, -ECANCELED);
	assert_string_equal(lab.failed.text, "another request takes its place");
	assert_true(lab_has_cert(0));
	/* before it was made, and while it is */
	for (unsigned made = 0; made < 2; made++) {
		before = lab.sent;
		assert_int_equal(lab_enroll(0, NULL, false), 0);
		lab.conf.ntrustpoints = 0;
		pki_set_conf(lab.pki, &lab.conf);
		assert_false(lab_is_pending(0));
		assert_int_equal(lab.sent, before);
		if (made == 0)
			clock_run(&lab.clock, lab.clock.now_ms);
		lab_run(1);
		assert_int_equal(lab.sent, before + 1);
		assert_string_equal(lab.failed.text, "the trustpoint was removed");
		lab.conf.ntrustpoints = LAB_TRUSTPOINTS;
		pki_set_conf(lab.pki, &lab.conf);
	}
	/* its console went away meanwhile */
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab.conf.ntrustpoints = 0;
	pki_set_conf(lab.pki, &lab.conf);
	pki_scep_forget(lab.pki, NULL);
	before = lab.sent;
	lab_run(1);
	assert_int_equal(lab.sent, before);
	lab_end();
}

static void test_several(void **state)
{
	(void)state;
	lab_begin(false);
	lab_serve("mscep", "--pendings 2", LAB_MSCEP);
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++) {
		static const char *const names[] = {"first", "second", "third"};
		struct err err = {0};
		struct pki_key *key = pki_key_generate(1024, &err);
		struct pki_pair pair = {.general = true, .key = {key, key}};
		str_copy(pair.label, sizeof pair.label, str_of(names[i]));
		assert_int_equal(pki_keys_put(lab.pki->keys, &pair, &err), 0);
		pki_key_drop(key);
		lab.tp[i].keypair = names[i];
		assert_true(lab_authenticate(i));
	}
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		assert_int_equal(lab_enroll(i, NULL, false), 0);
	lab_run(0);
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		assert_true(lab_is_pending(i) && !lab_has_cert(i));
	lab_expect_text(lab_shell("wc -l <scep"), "3\n");
	lab_run(3);
	for (unsigned i = 0; i < LAB_TRUSTPOINTS; i++)
		assert_true(!lab_is_pending(i) && lab_has_cert(i));
	lab_end();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_nobody_answers),  cmocka_unit_test(test_too_many_polls),
	        cmocka_unit_test(test_patience),        cmocka_unit_test(test_restart),
	        cmocka_unit_test(test_restart_without), cmocka_unit_test(test_given_up),
	        cmocka_unit_test(test_shown),           cmocka_unit_test(test_several),
	};
	int rc = lab_namespace();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return rc != 0 ? rc : cmocka_run_group_tests(tests, NULL, NULL);
}
