#include "tests/exchange/named_cert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/x509v3.h>

#include "crypto/pki/ossl.h"

static struct pki_key *key;

void named_cert_open(void)
{
	struct err err = {0};
	key = pki_key_generate(1024, &err);
	assert_non_null(key);
}

void named_cert_close(void)
{
	pki_key_drop(key);
	key = NULL;
}

/* CN=dir,OU=admins as an alternative name. */
static void add_directory_name(X509 *x)
{
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	GENERAL_NAME *g = GENERAL_NAME_new();
	X509_NAME *name = X509_NAME_new();
	X509_NAME_add_entry_by_txt(name, "OU", MBSTRING_ASC, (const uint8_t *)"admins", -1, -1, 0);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const uint8_t *)"dir", -1, -1, 0);
	GENERAL_NAME_set0_value(g, GEN_DIRNAME, name);
	sk_GENERAL_NAME_push(names, g);
	assert_int_equal(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0), 1);
	GENERAL_NAMES_free(names);
}

struct pki_cert *named_cert(const struct name_part *parts, size_t n, const char *alt, const char *usage)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_get_subject_name(x);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(X509_NAME_add_entry_by_txt(name, parts[i].attr, parts[i].type,
		                                            (const uint8_t *)parts[i].value, parts[i].len, -1,
		                                            parts[i].set),
		                 1);
	X509_NAME_add_entry_by_txt(X509_get_issuer_name(x), "CN", MBSTRING_ASC, (const uint8_t *)"Test CA", -1, -1, 0);
	X509_set_version(x, 2);
	ASN1_TIME_set(X509_getm_notBefore(x), 1000);
	ASN1_TIME_set(X509_getm_notAfter(x), 2000000000);
	X509_set_pubkey(x, pki_key_evp(key));
	const struct {
		int nid;
		const char *value;
	} exts[] = {{NID_subject_alt_name, alt}, {NID_ext_key_usage, usage}};
	for (size_t i = 0; i < 2; i++) {
		if (exts[i].value == NULL)
			continue;
		if (strcmp(exts[i].value, "dirName") == 0) {
			add_directory_name(x);
			continue;
		}
		X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, exts[i].nid, exts[i].value);
		assert_non_null(e);
		X509_add_ext(x, e, -1);
		X509_EXTENSION_free(e);
	}
	assert_true(X509_sign(x, pki_key_evp(key), EVP_sha256()) > 0);
	uint8_t *der = NULL;
	struct err err = {0};
	int len = i2d_X509(x, &der);
	struct pki_cert *c = pki_cert_read((struct bytes){der, (size_t)len}, &err);
	if (c == NULL)
		fail_msg("%s", err.text);
	OPENSSL_free(der);
	X509_free(x);
	return c;
}
