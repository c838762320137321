/* The SCEP client and mscep: who signs a renewal, helper threads that have no time or stop, one enrolment after another,
 * and GetCRL as the cache of CRLs asks for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>

#include "crypto/pki/check_int.h"
#include "lab.h"

static bool pending(void)
{
	bool there = lab_keeps_pending(), is = lab_is_pending(0);
	assert_int_equal(there, is);
	return is;
}

static void begin_pending(const char *options)
{
	lab_begin_mscep(options);
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	assert_true(pending());
	assert_false(lab_has_cert(0));
}

/* ------------------------------------------------------------------ who signs */

static void test_renewal(void **state)
{
	(void)state;
	lab_begin_mscep("");
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	assert_true(lab_has_cert(0));
	struct pki_cert *first = pki_cert_hold(lab.cert[0][PKI_ROLE_OWN]);
	lab_shell("openssl x509 -in server/issued/*.pem -outform DER -out first");
	lab_server_said();
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	lab_run(0);
	const char *said = lab_server_said();
	assert_non_null(strstr(said, "RenewalReq "));
	assert_non_null(strstr(said, "POST granted\n"));
	assert_false(pki_cert_same(first, lab.cert[0][PKI_ROLE_OWN]));
	assert_string_equal(lab_shell("openssl x509 -in server/signer.pem -outform DER | cmp - first && echo same"), "same\n");
	pki_cert_drop(first);
	lab_end();
}

/* A CA that does not say that it renews gets a request of its own again. */
static void test_no_renewal(void **state)
{
	(void)state;
	lab_begin_mscep("--caps POSTPKIOperation,SHA-256,AES");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(lab_enroll(0, NULL, false), 0);
		lab_run(0);
		assert_non_null(strstr(lab_server_said(), "PKCSReq "));
	}
	assert_string_equal(lab_shell("openssl verify -CAfile server/ca.pem server/signer.pem >/dev/null 2>&1 || echo self"), "self\n");
	lab_end();
}

/* ------------------------------------------------------------------ helper threads */

static unsigned calls;

static void no_crl(void *arg, const struct pki_fetched *got)
{
	(void)arg;
	(void)got;
	calls++;
}

static void test_busy(void **state)
{
	struct err err = {0};
	(void)state;
	begin_pending("--pendings 2");
	unsigned sent = lab.sent;
	lab.busy = true;
	assert_null(pki_scep_crl(lab.pki, "T0", lab.tp[0].cert[PKI_ROLE_RA_SIGN], no_crl, NULL, &err));
	assert_int_equal(err.code, -EAGAIN);
	/* what is pending is not given up for one that cannot begin */
	assert_int_equal(lab_enroll(0, NULL, false), -EAGAIN);
	assert_true(lab_logged("717002 Certificate enrollment failed for trustpoint T0. Reason: too much is to be signed."));
	assert_true(pending());
	lab.busy = false;
	lab_run(1);
	assert_true(lab_has_cert(0));
	assert_int_equal(calls, 0);
	assert_int_equal(lab.sent, sent);
	lab_end();
}

/* The appliance stops while a poll is signed, or while the answer to one is read. */
static void test_stopped(void **state)
{
	(void)state;
	for (int jobs = 0; jobs < 2; jobs++) {
		begin_pending("--pendings 3");
		lab.jobs = jobs;
		lab_run(1);
		assert_true(pending());
		assert_false(lab_logged("717002"));
		lab_restart();
		lab.jobs = -1;
		assert_true(pending());
		lab_run(3);
		assert_true(lab_has_cert(0));
		assert_false(pending());
		lab_end();
	}
}

/* ------------------------------------------------------------------ one after another */

static void test_replaced(void **state)
{
	(void)state;
	begin_pending("--pendings 9");
	lab_serve_end();
	assert_int_equal(lab_enroll(0, NULL, false), 0);
	assert_false(lab_keeps_pending());
	lab_run(1);
	lab_restart();
	assert_false(pending());
	lab_end();
}

/* ------------------------------------------------------------------ GetCRL through the cache */

struct wanting {
	struct pki_crl_want want;
	unsigned got;
	bool good;
};

static void on_got(struct pki_crl_want *w, const struct pki_crl_got *got)
{
	struct wanting *me = (struct wanting *)w;
	me->got++;
	me->good = got->crl != NULL && pki_crl_entries(got->crl) == 0;
}

static void test_cached(void **state)
{
	struct wanting w = {.want = {.got = on_got}};
	struct pki_crl_got got;
	(void)state;
	lab_begin_mscep("");
	lab.tp[0].crl_cache_s = 3600;
	struct pki_crls *crls = pki_checks_of(lab.pki)->crls;
	const struct pki_crl_place place = {.url = "", .tp = &lab.tp[0], .issuer = lab.cert[0][PKI_ROLE_CA],
	                                    .cert = lab.cert[0][PKI_ROLE_RA_SIGN]};
	lab.busy = true; /* fails at once, and is tried again after a while */
	assert_true(pki_crls_get(crls, &place, &w.want, &got));
	assert_null(got.crl);
	assert_int_equal(got.why, PKI_WHY_NO_CRL);
	assert_string_equal(got.detail, "too much is to be signed");
	lab.busy = false;
	clock_run(&lab.clock, lab.clock.now_ms + PKI_CRLS_AGAIN_MS);
	lab_server_said();
	assert_false(pki_crls_get(crls, &place, &w.want, &got));
	lab_run(0);
	assert_int_equal(w.got, 1);
	assert_true(w.good);
	assert_non_null(strstr(lab_server_said(), "GetCRL "));
	assert_true(pki_crls_get(crls, &place, &w.want, &got));
	assert_non_null(got.crl);
	/* nobody wants it any more; everything ends while it is on its way */
	clock_run(&lab.clock, lab.clock.now_ms + 3600000);
	assert_false(pki_crls_get(crls, &place, &w.want, &got));
	pki_crls_unwant(&w.want);
	lab_run(0);
	assert_non_null(strstr(lab_server_said(), "GetCRL "));
	clock_run(&lab.clock, lab.clock.now_ms + 3600000);
	assert_false(pki_crls_get(crls, &place, &w.want, &got));
	lab_end();
	assert_int_equal(w.got, 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_renewal), cmocka_unit_test(test_no_renewal), cmocka_unit_test(test_busy),
	        cmocka_unit_test(test_stopped), cmocka_unit_test(test_replaced),   cmocka_unit_test(test_cached),
	};
	int rc = lab_namespace();
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return rc != 0 ? rc : cmocka_run_group_tests(tests, NULL, NULL);
}
