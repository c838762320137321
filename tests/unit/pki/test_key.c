/* RSA keys and the bare signatures of IKEv1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/pki/ossl.h"
#include "crypto/prim/prim.h"

static struct pki_key *key;
static struct pki_cert *cert;

static struct pki_cert *self_signed(const struct pki_key *k)
{
	uint8_t *der = NULL;
	struct err err = {0};
	X509 *x = X509_new();
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC, (const uint8_t *)"a", 1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_set_version(x, 2);
	ASN1_TIME_set(X509_getm_notBefore(x), 1000);
	ASN1_TIME_set(X509_getm_notAfter(x), 2000000000);
	X509_set_pubkey(x, pki_key_evp(k));
	assert_true(X509_sign(x, pki_key_evp(k), EVP_sha256()) > 0);
	int len = i2d_X509(x, &der);
	struct pki_cert *c = pki_cert_read((struct bytes){der, (size_t)len}, &err);
	assert_non_null(c);
	/* one byte more, one less */
	der = OPENSSL_realloc(der, (size_t)len + 1);
	der[len] = 0;
	assert_null(pki_cert_read((struct bytes){der, (size_t)len + 1}, &err));
	assert_null(pki_cert_read((struct bytes){der, (size_t)len - 1}, &err));
	OPENSSL_free(der);
	X509_free(x);
	return c;
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	key = pki_key_generate(1024, &err);
	assert_non_null(key);
	cert = self_signed(key);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_cert_drop(cert);
	pki_key_drop(key);
	prim_free();
	return 0;
}

static void fields(void **state)
{
	(void)state;
	assert_int_equal(pki_cert_bits(cert), 1024);
	assert_true(pki_cert_self_issued(cert));
	assert_int_equal(pki_cert_not_before(cert), 1000);
	assert_int_equal(pki_cert_not_after(cert), 2000000000);
	assert_true(pki_key_fits(key, cert));
}

static void pem(void **state)
{
	struct err err = {0};
	size_t len = 0;
	char *text = pki_key_pem(key, &len);
	(void)state;
	assert_non_null(text);
	struct pki_key *again = pki_key_read((struct str){text, len}, &err);
	assert_non_null(again);
	assert_true(bytes_eq(pki_key_public(again), pki_key_public(key)));
	pki_key_drop(again);
	assert_null(pki_key_read(STR("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), &err));
	free(text);
}

static void signature(void **state)
{
	uint8_t hash[20] = {1, 2, 3}, sig[PKI_SIG_MAX];
	size_t len = 0;
	(void)state;
	assert_true(pki_sign_hash(key, (struct bytes){hash, sizeof hash}, sig, &len));
	assert_int_equal(len, 128);
	assert_true(pki_verify_hash(cert, (struct bytes){hash, sizeof hash}, (struct bytes){sig, len}));
	assert_false(pki_verify_hash(cert, (struct bytes){hash, 19}, (struct bytes){sig, len}));
	assert_false(pki_verify_hash(cert, (struct bytes){hash, sizeof hash}, (struct bytes){sig, len - 1}));
	hash[19] ^= 1;
	assert_false(pki_verify_hash(cert, (struct bytes){hash, sizeof hash}, (struct bytes){sig, len}));
}

/* The private operation on a block of our choice. */
static bool forged(const uint8_t *block, size_t len, const uint8_t *hash, size_t hash_len)
{
	uint8_t sig[PKI_SIG_MAX];
	size_t n = sizeof sig;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pki_key_evp(key), NULL);
	assert_int_equal(EVP_PKEY_sign_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
	assert_int_equal(EVP_PKEY_sign(ctx, sig, &n, block, len), 1);
	EVP_PKEY_CTX_free(ctx);
	return pki_verify_hash(cert, (struct bytes){hash, hash_len}, (struct bytes){sig, n});
}

/* What a lenient reader of the block would let pass. */
static void blocks(void **state)
{
	uint8_t hash[20] = {9, 8, 7}, b[128];
	(void)state;
	memset(b, 0xff, sizeof b);
	b[0] = 0;
	b[1] = 1;
	b[107] = 0;
	memcpy(b + 108, hash, 20);
	assert_true(forged(b, sizeof b, hash, 20));
	b[1] = 2; /* block type */
	assert_false(forged(b, sizeof b, hash, 20));
	b[1] = 1;
	b[50] = 0xfe; /* padding */
	assert_false(forged(b, sizeof b, hash, 20));
	/* short padding, something behind the hash (Bleichenbacher 2006) */
	memset(b, 0xff, sizeof b);
	b[0] = 0;
	b[1] = 1;
	b[10] = 0;
	memcpy(b + 11, hash, 20);
	assert_false(forged(b, sizeof b, hash, 20));
	/* DigestInfo of SHA-1 */
	static const uint8_t info[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
	memset(b, 0xff, sizeof b);
	b[0] = 0;
	b[1] = 1;
	b[128 - 20 - sizeof info - 1] = 0;
	memcpy(b + 128 - 20 - sizeof info, info, sizeof info);
	memcpy(b + 108, hash, 20);
	assert_false(forged(b, sizeof b, hash, 20));
	assert_true(forged(b, sizeof b, b + 128 - 20 - sizeof info, 20 + sizeof info)); /* it is well made otherwise */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(fields), cmocka_unit_test(pem), cmocka_unit_test(signature),
	                                   cmocka_unit_test(blocks)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
