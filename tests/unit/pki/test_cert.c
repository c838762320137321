/* Certificates read at once, and those of the configuration whose fields are read alone: both say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"
#include "tests/certs/certs.h"

static const struct cert_attr name[] = {{"O", "Example", 0, 0}, {"CN", "asa", 0, 0}, {NULL, NULL, 0, 0}};

static struct pki_cert *make(unsigned bits, const char *digest, int64_t to_s)
{
	return cert_make(&(struct cert_wish){.subject = name,
	                                     .serial = "00a1b2c3d4e5f60718293a4b5c6d7e8f90",
	                                     .to_s = to_s,
	                                     .key = cert_key(0, bits),
	                                     .digest = digest,
	                                     .extensions = {"basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"}});
}

static void same_fields(const struct pki_cert *a, const struct pki_cert *b)
{
	char one[PKI_SERIAL_TEXT], two[PKI_SERIAL_TEXT];
	assert_true(pki_cert_same(a, b));
	assert_true(bytes_eq(pki_cert_subject(a), pki_cert_subject(b)));
	assert_true(bytes_eq(pki_cert_issuer(a), pki_cert_issuer(b)));
	assert_int_equal(pki_cert_not_before(a), pki_cert_not_before(b));
	assert_int_equal(pki_cert_not_after(a), pki_cert_not_after(b));
	assert_int_equal(pki_cert_bits(a), pki_cert_bits(b));
	assert_string_equal(pki_serial_text(a, one), pki_serial_text(b, two));
}

static void test_same(void **state)
{
	(void)state;
	static const struct {
		unsigned bits;
		const char *digest;
		int64_t to_s;
	} all[] = {{512, "SHA1", 0}, {1024, "MD5", 2493072000}, {1032, "SHA256", 4102444800}, {2048, "SHA512", 0}};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct err err = {0};
		struct pki_cert *c = make(all[i].bits, all[i].digest, all[i].to_s);
		struct pki_cert *kept = pki_cert_read_kept(pki_cert_der(c), &err);
		if (kept == NULL)
			fail_msg("%s", err.text);
		assert_int_equal(pki_cert_bits(c), all[i].bits);
		same_fields(c, kept);
		assert_true(pki_key_fits(cert_key(0, all[i].bits), kept));
		assert_int_equal(X509_check_issued(pki_cert_x509(c), pki_cert_x509(kept)), X509_V_OK);
		pki_cert_drop(kept);
		pki_cert_drop(c);
	}
}

/* Cut anywhere, or with something behind it. */
static void test_cut(void **state)
{
	(void)state;
	struct err err = {0};
	struct pki_cert *c = make(512, "SHA1", 0);
	struct bytes der = pki_cert_der(c);
	for (size_t len = 0; len < der.len; len++) {
		uint8_t *copy = malloc(len + 1); /* so that a read past its end is seen */
		memcpy(copy, der.p, len);
		assert_null(pki_cert_read_kept((struct bytes){copy, len}, &err));
		assert_null(pki_cert_read((struct bytes){copy, len}, &err));
		free(copy);
	}
	uint8_t *more = calloc(1, der.len + 1);
	memcpy(more, der.p, der.len);
	assert_null(pki_cert_read_kept((struct bytes){more, der.len + 1}, &err));
	assert_non_null(strstr(err.text, "something behind it"));
	free(more);
	pki_cert_drop(c);
}

/* One octet is another: what is read at once is read alone, too, and says the same; what only the latter takes fits nobody. */
static void test_damaged(void **state)
{
	(void)state;
	struct err err = {0};
	unsigned strict = 0, later = 0;
	struct pki_cert *c = make(512, "SHA1", 0);
	struct bytes der = pki_cert_der(c);
	for (size_t at = 0; at < der.len; at++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			uint8_t *copy = malloc(der.len);
			memcpy(copy, der.p, der.len);
			copy[at] ^= (uint8_t)(1u << bit);
			struct bytes damaged = {copy, der.len};
			struct pki_cert *now = pki_cert_read(damaged, &err), *kept = pki_cert_read_kept(damaged, &err);
			if (now != NULL && kept != NULL) {
				same_fields(now, kept);
				strict++;
			} else if (kept != NULL) {
				assert_non_null(pki_cert_x509(kept));
				pki_key_fits(cert_key(0, 512), kept);
				assert_int_not_equal(X509_verify(pki_cert_x509(kept), pki_key_evp(cert_key(0, 512))), 1);
				later++;
			} else {
				assert_null(now);
			}
			pki_cert_drop(now);
			pki_cert_drop(kept);
			free(copy);
		}
	}
	assert_true(strict > 100);
	assert_true(later > 0);
	pki_cert_drop(c);
}

/* DER of a certificate whose key has this exponent. */
static uint8_t *with_exponent(const char *hex, size_t *len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *e = NULL;
	X509 *x = X509_new();
	uint8_t *der = NULL;
	assert_true(BN_hex2bn(&e, hex) > 0 && EVP_PKEY_keygen_init(ctx) == 1);
	assert_true(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 1024) == 1 && EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) == 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	assert_true(X509_set_pubkey(x, key) == 1 && X509_sign(x, key, EVP_sha256()) > 0);
	*len = (size_t)i2d_X509(x, &der);
	X509_free(x);
	EVP_PKEY_free(key);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
	return der;
}

/* What an exponent costs to use is the verifier's time. */
static void test_exponent(void **state)
{
	static const struct {
		const char *exponent;
		bool good;
	} rows[] = {{"10001", true}, {"FFFFFFFFFFFFFFC5", true}, {"1000000000000000D", false}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (unsigned kept = 0; kept < 2; kept++) {
			struct err err = {0};
			struct bytes der = {0};
			uint8_t *p = with_exponent(rows[i].exponent, &der.len);
			der.p = p;
			struct pki_cert *c = kept ? pki_cert_read_kept(der, &err) : pki_cert_read(der, &err);
			assert_int_equal(c != NULL, rows[i].good);
			if (!rows[i].good)
				assert_non_null(strstr(err.text, "its RSA key has a bad exponent"));
			pki_cert_drop(c);
			OPENSSL_free(p);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_same),
	        cmocka_unit_test(test_cut),
	        cmocka_unit_test(test_damaged),
	        cmocka_unit_test(test_exponent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
