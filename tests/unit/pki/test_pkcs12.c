/* PKCS#12: ours, those of others, and hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <openssl/pkcs12.h>

#include "crypto/pki/ossl.h"
#include "crypto/pki/pkcs12.h"
#include "crypto/pki/request.h"
#include "crypto/prim/prim.h"

static struct pki_key *key, *stranger;
static struct pki_cert *own, *other;

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	assert_int_equal(prim_init(&err), 0);
	key = pki_key_generate(1024, &err);
	stranger = pki_key_generate(1024, &err);
	own = pki_self_sign(key, &(struct pki_request){.subject = "CN=own"}, 1000, 2000, &err);
	other = pki_self_sign(stranger, &(struct pki_request){.subject = "CN=ca"}, 1000, 2000, &err);
	assert_non_null(own);
	assert_non_null(other);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pki_cert_drop(own);
	pki_cert_drop(other);
	pki_key_drop(key);
	pki_key_drop(stranger);
	prim_free();
	return 0;
}

static void expect(struct bytes der, const char *pass, const char *why)
{
	struct pki_p12 p12;
	struct err err = {0};
	bool good = pki_p12_read(der, pass, &p12, &err);
	if (why != NULL) {
		assert_false(good);
		assert_string_equal(err.text, why);
		assert_null(p12.key);
		return;
	}
	if (!good)
		fail_msg("%s", err.text);
	assert_true(pki_key_fits(p12.key, own));
	assert_true(pki_cert_same(p12.own, own));
	assert_int_equal(p12.nother, 1);
	assert_true(pki_cert_same(p12.other[0], other));
	pki_p12_drop(&p12);
}

static void ours(void **state)
{
	struct pki_p12 in = {.key = key, .own = own, .other = {other}, .nother = 1};
	struct err err = {0};
	size_t len = 0;
	(void)state;
	uint8_t *der = pki_p12_make(&in, "TP", "secret", &len, &err);
	assert_non_null(der);
	expect((struct bytes){der, len}, "secret", NULL);
	expect((struct bytes){der, len}, "Secret", "the passphrase is wrong");
	expect((struct bytes){der, len}, "", "the passphrase is wrong");
	expect((struct bytes){der, len - 1}, "secret", "it is not a PKCS#12");
	for (size_t cut = 0; cut < len; cut += 97)
		expect((struct bytes){der, cut}, "secret", cut == 0 ? "it is empty or too long" : "it is not a PKCS#12");
	free(der);
}

/* A number of rounds that is written as too many afterwards: nobody has to work for it. */
enum { MUCH = 0x12345 };

static void make_much(unsigned char *der, size_t len)
{
	static const uint8_t few[] = {2, 3, 1, 0x23, 0x45}, much[] = {2, 3, 0x7f, 0xff, 0xff};
	for (size_t i = 0; i + sizeof few <= len; i++)
		if (memcmp(der + i, few, sizeof few) == 0)
			memcpy(der + i, much, sizeof much);
}

/* As others write it. rounds, mac_rounds: of the passphrase; mac: NULL = none. */
static void written(const char *pass, int key_nid, int cert_nid, int rounds, int mac_rounds, const EVP_MD *mac,
                    EVP_PKEY *pkey, X509 *cert, const char *why)
{
	STACK_OF(X509) *more = sk_X509_new_null();
	unsigned char *der = NULL;
	sk_X509_push(more, pki_cert_x509(other));
	PKCS12 *p12 = PKCS12_create(pass, "name", pkey, cert, more, key_nid, cert_nid, rounds, -1, 0);
	assert_non_null(p12);
	int len = i2d_PKCS12(p12, &der);
	make_much(der, (size_t)len);
	PKCS12_free(p12);
	const unsigned char *at = der;
	p12 = d2i_PKCS12(NULL, &at, len);
	assert_non_null(p12);
	if (mac != NULL)
		assert_int_equal(PKCS12_set_mac(p12, pass, -1, NULL, 0, mac_rounds, mac), 1);
	OPENSSL_free(der);
	der = NULL;
	len = i2d_PKCS12(p12, &der);
	assert_true(len > 0);
	make_much(der, (size_t)len);
	expect((struct bytes){der, (size_t)len}, pass != NULL ? pass : "", why);
	OPENSSL_free(der);
	PKCS12_free(p12);
	sk_X509_free(more);
}

static void of_others(void **state)
{
	enum { RC2_40 = NID_pbe_WithSHA1And40BitRC2_CBC, DES3 = NID_pbe_WithSHA1And3_Key_TripleDES_CBC };
	EVP_PKEY *k = pki_key_evp(key);
	X509 *c = pki_cert_x509(own);
	(void)state;
	written("pw", DES3, RC2_40, 2048, 2048, EVP_sha1(), k, c, NULL);
	written("pw", DES3, DES3, 1, 1, EVP_sha1(), k, c, NULL);
	written("pw", NID_aes_256_cbc, NID_aes_256_cbc, 2048, 2048, EVP_sha256(), k, c, NULL);
	written("pw", -1, -1, 0, 2048, EVP_sha256(), k, c, NULL); /* nothing encrypted */
	written("", DES3, RC2_40, 2048, 2048, EVP_sha1(), k, c, NULL);
	written(NULL, DES3, RC2_40, 2048, 2048, EVP_sha1(), k, c, NULL);
}

static void hostile(void **state)
{
	enum { DES3 = NID_pbe_WithSHA1And3_Key_TripleDES_CBC };
	static const char work[] = "it asks for too much work, or is encrypted in a way that is not known";
	EVP_PKEY *k = pki_key_evp(key);
	X509 *c = pki_cert_x509(own);
	(void)state;
	written("pw", DES3, DES3, 2048, 1, NULL, k, c, "it is not protected by a passphrase");
	written("pw", DES3, DES3, 2048, MUCH, EVP_sha1(), k, c, work);
	written("pw", DES3, DES3, MUCH, 1, EVP_sha1(), k, c, work);
	written("pw", NID_aes_128_cbc, NID_aes_128_cbc, MUCH, 1, EVP_sha1(), k, c, work);
	written("pw", DES3, DES3, 2048, 2048, EVP_sha1(), NULL, c, "there is no key in it");
	written("pw", DES3, DES3, 2048, 2048, EVP_sha1(), k, NULL, "there is no certificate for the key in it");
	expect((struct bytes){(const uint8_t *)"", 0}, "pw", "it is empty or too long");
	static const uint8_t long_one[PKI_P12_MAX + 1];
	expect((struct bytes){long_one, sizeof long_one}, "pw", "it is empty or too long");
}

static void not_rsa(void **state)
{
	(void)state;
	EVP_PKEY *ec = EVP_EC_gen("P-256");
	written("pw", NID_pbe_WithSHA1And3_Key_TripleDES_CBC, -1, 1, 1, EVP_sha1(), ec, NULL,
	        "not an RSA key, or of a size that is not supported");
	EVP_PKEY_free(ec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(ours),
	        cmocka_unit_test(of_others),
	        cmocka_unit_test(hostile),
	        cmocka_unit_test(not_rsa),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
