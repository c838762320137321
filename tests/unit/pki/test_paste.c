/* Certificates as they are pasted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "crypto/pki/ossl.h"
#include "crypto/pki/paste.h"
#include "crypto/pki/request.h"
#include "crypto/prim/prim.h"

static struct pki_key *key;
static struct pki_cert *one, *two;

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	key = pki_key_generate(1024, &err);
	one = pki_self_sign(key, &(struct pki_request){.subject = "CN=one"}, 1000, 2000, &err);
	two = pki_self_sign(key, &(struct pki_request){.subject = "CN=two"}, 1000, 2000, &err);
	assert_non_null(one);
	assert_non_null(two);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_cert_drop(one);
	pki_cert_drop(two);
	pki_key_drop(key);
	prim_free();
	return 0;
}

static size_t certs_of(const struct out *text, struct pki_cert **list, struct err *err)
{
	*err = (struct err){0};
	return pki_paste_certs(out_text(text), list, PKI_PASTE_CERTS, err);
}

static void expect(const struct out *text, size_t n)
{
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct err err;
	size_t got = certs_of(text, list, &err);
	if (got != n)
		fail_msg("%zu certificates, %s", got, err.text);
	if (n > 0)
		assert_true(pki_cert_same(list[0], one));
	if (n > 1)
		assert_true(pki_cert_same(list[1], two));
	pki_certs_drop(list, got);
}

static void expect_refusal(const char *text, const char *why)
{
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct err err = {0};
	assert_int_equal(pki_paste_certs(str_of(text), list, PKI_PASTE_CERTS, &err), 0);
	assert_string_equal(err.text, why);
}

/* The middle of a framed text. */
static void bare(const struct pki_cert *cert, const char *eol, struct out *out)
{
	struct out framed;
	out_init(&framed);
	pki_paste_frame("X", pki_cert_der(cert), &framed);
	for (char *line = strtok(framed.text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		if (line[0] != '-')
			out_printf(out, "%s%s", line, eol);
	out_free(&framed);
}

static void frames(void **state)
{
	struct out text;
	(void)state;
	out_init(&text);
	pki_paste_frame("CERTIFICATE", pki_cert_der(one), &text);
	expect(&text, 1);
	out_str(&text, "behind it: anything\n");
	expect(&text, 1);
	pki_paste_frame("X509 CERTIFICATE", pki_cert_der(two), &text);
	expect(&text, 2);
	out_clear(&text);
	out_str(&text, "Bag Attributes\n    friendlyName: gw\n\n");
	pki_paste_frame("CERTIFICATE", pki_cert_der(one), &text);
	expect(&text, 1);
	out_free(&text);
}

static void without_frame(void **state)
{
	struct out text;
	(void)state;
	out_init(&text);
	bare(one, "\n", &text);
	expect(&text, 1);
	out_clear(&text);
	bare(one, "\r\n", &text);
	expect(&text, 1);
	out_clear(&text);
	bare(one, "", &text);
	expect(&text, 1);
	out_clear(&text);
	out_str(&text, "\n\n");
	bare(one, " \n\n", &text);
	expect(&text, 1);
	out_free(&text);
}

static void pkcs7(void **state)
{
	PKCS7 *p7 = PKCS7_new();
	unsigned char *der = NULL;
	struct out text;
	(void)state;
	PKCS7_set_type(p7, NID_pkcs7_signed);
	PKCS7_content_new(p7, NID_pkcs7_data);
	PKCS7_add_certificate(p7, pki_cert_x509(one));
	PKCS7_add_certificate(p7, pki_cert_x509(two));
	int len = i2d_PKCS7(p7, &der);
	out_init(&text);
	pki_paste_frame("PKCS7", (struct bytes){der, (size_t)len}, &text);
	expect(&text, 2);
	out_clear(&text);
	pki_paste_frame("CERTIFICATE", (struct bytes){der, (size_t)len}, &text);
	expect(&text, 2);
	out_clear(&text);
	pki_paste_frame("PKCS7", (struct bytes){der, (size_t)len - 1}, &text);
	expect(&text, 0);
	out_free(&text);
	OPENSSL_free(der);
	PKCS7_free(p7);
}

static void refused(void **state)
{
	(void)state;
	expect_refusal("", "there is no certificate in it");
	expect_refusal(" \n \n", "there is no certificate in it");
	expect_refusal("this is not it", "it is not base64");
	expect_refusal("-----BEGIN CERTIFICATE-----\nAAAA\n", "the line -----END CERTIFICATE----- is missing");
	expect_refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END X-----\n",
	               "the line -----END CERTIFICATE----- is missing");
	expect_refusal("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "it is not base64");
	expect_refusal("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
	               "it is encrypted, or has headers");
	expect_refusal("-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
	               "it is neither a certificate nor a PKCS#7 of certificates");
}

static void ceilings(void **state)
{
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct out text;
	struct err err = {0};
	size_t len;
	struct pki_paste p;
	(void)state;
	out_init(&text);
	for (int i = 0; i <= PKI_PASTE_CERTS; i++)
		pki_paste_frame("CERTIFICATE", pki_cert_der(one), &text);
	assert_int_equal(certs_of(&text, list, &err), 0);
	assert_string_equal(err.text, "there are more than 16 certificates");
	out_clear(&text);
	pki_paste_frame("X", pki_cert_der(one), &text);
	pki_paste_begin(&p, out_text(&text));
	assert_null(pki_paste_next(&p, pki_cert_der(one).len - 1, &len, &err));
	assert_int_not_equal(err.code, 0);
	while (text.len <= PKI_PASTE_MAX)
		out_str(&text, "AAAA\n");
	assert_int_equal(certs_of(&text, list, &err), 0);
	assert_string_equal(err.text, "the text is too long");
	out_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(frames),  cmocka_unit_test(without_frame), cmocka_unit_test(pkcs7),
	        cmocka_unit_test(refused), cmocka_unit_test(ceilings),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
