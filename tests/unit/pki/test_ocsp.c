/* Revocation by OCSP, and from one method to the next; a fake of the network and of the clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <openssl/ocsp.h>

#include "tests/unit/pki/revoke.h"

static X509 *with_aia(void)
{
	return peer_of(root, ROOT, (struct maker){.ext = {{NID_info_access, AIA}}});
}

static X509 *responder(X509 *ca, unsigned ca_slot, const char *eku)
{
	struct maker m = {.subject = "/CN=Responder", .slot = SUB, .issuer = ca, .issuer_slot = ca_slot,
	                  .ext = {{eku != NULL ? NID_ext_key_usage : 0, eku}}};
	return maker_cert(&m);
}

static struct bytes ocsp(X509 *x, struct maker_ocsp m)
{
	m.request = world.fetch[world.nfetch - 1].body;
	m.cert = m.cert != NULL ? m.cert : x;
	m.issuer = m.issuer != NULL ? m.issuer : root;
	m.signer = m.signer != NULL ? m.signer : root;
	return maker_ocsp(&m);
}

static void ocsp_good(void **state)
{
	CERT(x) = with_aia();
	CERT(plain) = with_cdp(NULL);
	CERT(delegate) = responder(root, ROOT, "OCSPSigning");
	(void)state;
	check_by(PKI_REVOCATION_OCSP, -1, -1);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){0})), PKI_WHY_GOOD);
	asks(x, "http://ocsp.example.com/"); /* by the CA, which sends no certificate; nothing is kept */
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.no_certs = true})), PKI_WHY_GOOD);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.signer = delegate, .signer_slot = SUB})), PKI_WHY_GOOD);
	assert_int_equal(checked(plain, NULL, NULL), PKI_WHY_NO_OCSP);
	assert_string_equal(said, "nothing says where the responder is");
	tps[0].ocsp_url = "http://here.example.com/ocsp"; /* is asked in place of the certificate's */
	reconfigure();
	asks(x, "http://here.example.com/ocsp");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){0})), PKI_WHY_GOOD);
	asks(plain, "http://here.example.com/ocsp");
	assert_int_equal(with(ocsp(plain, (struct maker_ocsp){0})), PKI_WHY_GOOD);
}

static void ocsp_revoked(void **state)
{
	CERT(x) = with_aia();
	(void)state;
	check_by(PKI_REVOCATION_OCSP, PKI_REVOCATION_CRL, PKI_REVOCATION_NONE);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4})), PKI_WHY_REVOKED);
	assert_string_equal(said, "CN=peer,O=Example,C=DE since 06:00:00 UTC Jan 15 2027, superseded");
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.status = V_OCSP_CERTSTATUS_REVOKED, .reason = -1})), PKI_WHY_REVOKED);
	assert_int_equal(maker_open(&world), 0);
}

static void ocsp_refused(void **state)
{
	CERT(x) = with_aia();
	CERT(y) = with_aia();
	CERT(mute) = responder(root, ROOT, NULL);
	CERT(stranger) = responder(other, OTHER, "OCSPSigning");
	CERT(sub) = maker_ca("/CN=Sub", SUB2, root, ROOT);
	CERT(nephew) = responder(sub, SUB2, "OCSPSigning");
	CERT(late) = maker_cert(&(struct maker){.subject = "/CN=Late", .slot = SUB, .issuer = root, .issuer_slot = ROOT,
	                                        .until = MAKER_NOW - 1, .ext = {{NID_ext_key_usage, "OCSPSigning"}}});
	const struct {
		struct maker_ocsp m;
		enum pki_why why;
		const char *said;
	} rows[] = {
	        {{.status = V_OCSP_CERTSTATUS_UNKNOWN}, PKI_WHY_NO_OCSP, "the responder does not know the certificate"},
	        {{.error = OCSP_RESPONSE_STATUS_TRYLATER}, PKI_WHY_NO_OCSP, "trylater"},
	        {{.error = OCSP_RESPONSE_STATUS_UNAUTHORIZED}, PKI_WHY_NO_OCSP, "unauthorized"},
	        {{.no_nonce = true}, PKI_WHY_OCSP_INVALID, "the answer has no nonce"},
	        {{.other_nonce = true}, PKI_WHY_OCSP_INVALID, "the answer has another nonce"},
	        {{.signer = other, .signer_slot = OTHER}, PKI_WHY_OCSP_INVALID, "its signer has no valid certificate of the issuer"},
	        {{.signer = stranger, .signer_slot = SUB}, PKI_WHY_OCSP_INVALID, "its signer has no valid certificate of the issuer"},
	        {{.signer = nephew, .signer_slot = SUB}, PKI_WHY_OCSP_INVALID, "its signer has no valid certificate of the issuer"},
	        {{.signer = late, .signer_slot = SUB}, PKI_WHY_OCSP_INVALID, "its signer has no valid certificate of the issuer"},
	        {{.signer = mute, .signer_slot = SUB}, PKI_WHY_OCSP_INVALID, "its signer may not sign OCSP answers"},
	        {{.signer = mute, .signer_slot = SUB, .no_certs = true}, PKI_WHY_OCSP_INVALID, "its signer is unknown"},
	        {{.cert = y}, PKI_WHY_OCSP_INVALID, "it is about another certificate"},
	        {{.from = MAKER_NOW + 301}, PKI_WHY_OCSP_INVALID, "it is from the future"},
	        {{.from = MAKER_NOW - 7200, .until = MAKER_NOW - 301}, PKI_WHY_OCSP_INVALID, "it is out of date"},
	        {{.from = MAKER_NOW - 7200, .until = MAKER_NOW - 299}, PKI_WHY_GOOD, ""},
	        {{.from = MAKER_NOW - 200000, .until = -1}, PKI_WHY_GOOD, ""}, /* the nonce says when it was made */
	};
	(void)state;
	check_by(PKI_REVOCATION_OCSP, -1, -1);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		asks(x, "http://ocsp.example.com/");
		assert_int_equal(with(ocsp(x, rows[i].m)), rows[i].why);
		assert_string_equal(said, rows[i].said);
	}
}

static void ocsp_malformed(void **state)
{
	CERT(x) = with_aia();
	static uint8_t long_one[PKI_OCSP_BYTES_MAX + 1];
	(void)state;
	check_by(PKI_REVOCATION_OCSP, -1, -1);
	asks(x, "http://ocsp.example.com/");
	struct bytes good = ocsp(x, (struct maker_ocsp){0});
	uint8_t *bad = malloc(good.len + 1);
	memcpy(bad, good.p, good.len);
	bad[good.len] = 0;
	assert_int_equal(with((struct bytes){bad, good.len + 1}), PKI_WHY_OCSP_INVALID);
	assert_string_equal(said, "it is no OCSP answer");
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with((struct bytes){bad, good.len - 1}), PKI_WHY_OCSP_INVALID);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(nothing), PKI_WHY_OCSP_INVALID);
	asks(x, "http://ocsp.example.com/");
	good = ocsp(x, (struct maker_ocsp){.no_certs = true});
	memcpy(bad, good.p, good.len);
	bad[good.len - 1] ^= 1; /* in the signature */
	assert_int_equal(with((struct bytes){bad, good.len}), PKI_WHY_OCSP_INVALID);
	assert_string_equal(said, "its signature is wrong");
	asks(x, "http://ocsp.example.com/");
	maker_answer(&world, 0, (struct bytes){long_one, sizeof long_one});
	assert_int_equal(why, PKI_WHY_NO_OCSP);
	assert_string_equal(said, "the answer is too long");
	free(bad);
}

static void ocsp_no_nonce(void **state)
{
	CERT(x) = with_aia();
	(void)state;
	tps[0].ocsp_nonce = false;
	check_by(PKI_REVOCATION_OCSP, -1, -1);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.no_nonce = true})), PKI_WHY_GOOD);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.no_nonce = true, .from = MAKER_NOW - 86401, .until = -1})), PKI_WHY_OCSP_INVALID);
	assert_string_equal(said, "it is out of date");
}

/* From one method to the next, in the order of the configuration. */
static void fall_back(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){.ext = {{NID_crl_distribution_points, CDP}, {NID_info_access, AIA}}});
	(void)state;
	check_by(PKI_REVOCATION_OCSP, PKI_REVOCATION_CRL, PKI_REVOCATION_NONE);
	asks(x, "http://ocsp.example.com/");
	maker_answer(&world, -ECONNREFUSED, nothing);
	assert_string_equal(maker_url(&world), URL);
	assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_GOOD);
	asks(x, "http://ocsp.example.com/");
	assert_int_equal(with(ocsp(x, (struct maker_ocsp){.status = V_OCSP_CERTSTATUS_UNKNOWN})), PKI_WHY_GOOD); /* by the CRL */
	pass_time(4000);
	asks(x, "http://ocsp.example.com/");
	maker_answer(&world, -ECONNREFUSED, nothing);
	assert_int_equal(without(), PKI_WHY_GOOD_UNCHECKED);
	check_by(PKI_REVOCATION_CRL, PKI_REVOCATION_OCSP, -1);
	pass_time(4000);
	asks(x, URL);
	maker_answer(&world, -ETIMEDOUT, nothing);
	assert_string_equal(maker_url(&world), "http://ocsp.example.com/");
	assert_int_equal(without(), PKI_WHY_NO_OCSP);
	check_by(PKI_REVOCATION_NONE, -1, -1);
	assert_int_equal(checked(x, NULL, NULL), PKI_WHY_GOOD_UNCHECKED);
}

static void ocsp_cancelled(void **state)
{
	CERT(x) = with_aia();
	struct pki_check *c;
	struct err err = {0};
	(void)state;
	check_by(PKI_REVOCATION_OCSP, -1, -1);
	ask(x, PEER, NULL, NULL);
	verdicts = 0;
	c = start();
	maker_work(&world);
	pki_check_cancel(c);
	assert_int_equal(world.cancelled, 1);
	c = start();
	maker_work(&world);
	maker_answer(&world, 0, ocsp(x, (struct maker_ocsp){0}));
	pki_check_cancel(c); /* while the answer is read */
	maker_work(&world);
	start();
	maker_work(&world);
	maker_answer(&world, 0, ocsp(x, (struct maker_ocsp){0}));
	pki_free(pki);
	maker_work(&world);
	assert_int_equal(verdicts, 0);
	pki = pki_new(&world.clock, &maker_ops, &world, -1, &err);
}

/* Answers that no helper thread has read say nothing. */
static void undone(void **state)
{
	CERT(x) = peer_of(root, ROOT, (struct maker){.ext = {{NID_crl_distribution_points, CDP}, {NID_info_access, AIA}}});
	(void)state;
	check_by(PKI_REVOCATION_OCSP, PKI_REVOCATION_CRL, -1);
	asks(x, "http://ocsp.example.com/");
	maker_answer(&world, 0, ocsp(x, (struct maker_ocsp){0}));
	world.stopping = true;
	maker_work(&world);
	assert_string_equal(maker_url(&world), URL);
	assert_int_equal(with(crl((struct maker_crl){0})), PKI_WHY_CRL_INVALID);
	assert_string_equal(said, "it was not read");
}

#define T(f) cmocka_unit_test_setup_teardown(f, peer_setup, peer_teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(ocsp_good), T(ocsp_revoked), T(ocsp_refused), T(ocsp_malformed), T(ocsp_no_nonce),
	        T(fall_back), T(ocsp_cancelled), T(undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
