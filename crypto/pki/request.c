#include "crypto/pki/request.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"
#include "crypto/pki/subject.h"

/* What every certificate of ours is for. Windows asks for serverAuth, Apple for that or for IKE intermediate. */
static const char key_usage[] = "critical,digitalSignature,keyEncipherment";
static const char extended_usage[] = "serverAuth,1.3.6.1.5.5.8.2.2";

static bool given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

static bool add_attribute(X509_NAME *name, int nid, const char *text, struct err *err)
{
	if (!given(text) || pki_subject_add(name, nid, text, strlen(text)))
		return true;
	err_set(err, -EINVAL, "\"%s\" cannot stand in the subject name", text);
	return false;
}

/* What the device adds stands in front: on the wire the most special attribute is the last one. */
static X509_NAME *subject_of(const struct pki_request *r, struct err *err)
{
	struct ip4_text ip = ip4_text(r->ip);
	X509_NAME *name = X509_NAME_new();
	if (name == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	if (add_attribute(name, NID_pkcs9_unstructuredAddress, r->ip != 0 ? ip.s : NULL, err) &&
	    add_attribute(name, NID_serialNumber, r->serial, err) &&
	    add_attribute(name, NID_pkcs9_unstructuredName, r->fqdn, err) &&
	    (!given(r->subject) || pki_subject_read(r->subject, name, err) == 0)) {
		if (X509_NAME_entry_count(name) > 0)
			return name;
		err_set(err, -EINVAL, "the request has no subject name");
	}
	X509_NAME_free(name);
	return NULL;
}

/* ------------------------------------------------------------------ extensions */

static bool add_general(GENERAL_NAMES *names, int type, const void *data, size_t len)
{
	GENERAL_NAME *gn = GENERAL_NAME_new();
	ASN1_STRING *value = ASN1_STRING_type_new(type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
	bool ok = gn != NULL && value != NULL && ASN1_STRING_set(value, data, (int)len) == 1;
	if (ok) {
		GENERAL_NAME_set0_value(gn, type, value);
		value = NULL;
		ok = sk_GENERAL_NAME_push(names, gn) > 0;
	}
	ASN1_STRING_free(value);
	if (!ok)
		GENERAL_NAME_free(gn);
	return ok;
}

/* The names as they are, not by way of a text in which a comma would mean something. */
static bool add_names(STACK_OF(X509_EXTENSION) **exts, const struct pki_request *r)
{
	uint8_t ip[4] = {(uint8_t)(r->ip >> 24), (uint8_t)(r->ip >> 16), (uint8_t)(r->ip >> 8), (uint8_t)r->ip};
	GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
	bool ok = names != NULL &&
	          (!given(r->fqdn) || add_general(names, GEN_DNS, r->fqdn, strlen(r->fqdn))) &&
	          (r->ip == 0 || add_general(names, GEN_IPADD, ip, sizeof ip)) &&
	          (!given(r->email) || add_general(names, GEN_EMAIL, r->email, strlen(r->email)));
	if (ok && sk_GENERAL_NAME_num(names) > 0)
		ok = X509V3_add1_i2d(exts, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND) == 1;
	GENERAL_NAMES_free(names);
	return ok;
}

static bool add_text(STACK_OF(X509_EXTENSION) **exts, int nid, const char *text)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, text);
	bool ok = ext != NULL && X509v3_add_ext(exts, ext, -1) != NULL;
	X509_EXTENSION_free(ext);
	return ok;
}

static STACK_OF(X509_EXTENSION) * extensions_of(const struct pki_request *r)
{
	STACK_OF(X509_EXTENSION) *exts = NULL;
	if (add_text(&exts, NID_key_usage, key_usage) && add_text(&exts, NID_ext_key_usage, extended_usage) &&
	    add_names(&exts, r))
		return exts;
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return NULL;
}

static const EVP_MD *digest_of(const struct pki_request *r)
{
	return r->sha1 ? EVP_sha1() : EVP_sha256();
}

/* ------------------------------------------------------------------ PKCS#10 */

static bool add_challenge(X509_REQ *req, const char *challenge)
{
	if (!given(challenge))
		return true;
	size_t len = strlen(challenge);
	int type = pki_subject_type(NID_pkcs9_challengePassword, challenge, len);
	return type != V_ASN1_UNDEF &&
	       X509_REQ_add1_attr_by_NID(req, NID_pkcs9_challengePassword, type,
	                                 (const unsigned char *)challenge, (int)len) == 1;
}

static bool fill_request(X509_REQ *req, const struct pki_key *key, const struct pki_request *r, struct err *err)
{
	X509_NAME *name = subject_of(r, err);
	STACK_OF(X509_EXTENSION) *exts = name != NULL ? extensions_of(r) : NULL;
	bool ok = exts != NULL && X509_REQ_set_version(req, X509_REQ_VERSION_1) == 1 &&
	          X509_REQ_set_subject_name(req, name) == 1 &&
	          X509_REQ_set_pubkey(req, pki_key_evp(key)) == 1 && add_challenge(req, r->challenge) &&
	          X509_REQ_add_extensions(req, exts) == 1 &&
	          X509_REQ_sign(req, pki_key_evp(key), digest_of(r)) > 0;
	if (!ok && name != NULL)
		err_set(err, -EINVAL, "no request can be made: %s", pki_ossl_error());
	X509_NAME_free(name);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return ok;
}

uint8_t *pki_request_make(const struct pki_key *key, const struct pki_request *r, size_t *len, struct err *err)
{
	X509_REQ *req = X509_REQ_new();
	uint8_t *der = NULL;
	int n = -1;
	if (req != NULL && fill_request(req, key, r, err) && (n = i2d_X509_REQ(req, NULL)) > 0 &&
	    (der = malloc((size_t)n)) != NULL) {
		unsigned char *p = der;
		*len = (size_t)i2d_X509_REQ(req, &p);
	} else if (req == NULL || n > 0) {
		err_set(err, -ENOMEM, "out of memory");
	}
	X509_REQ_free(req);
	ERR_clear_error();
	return der;
}

/* ------------------------------------------------------------------ a certificate of one's own */

/* Positive, and as long as the RFC allows a random one to be without thinking (RFC 5280 §4.1.2.2). */
static bool random_serial(ASN1_INTEGER *serial)
{
	uint8_t bytes[8];
	if (RAND_bytes(bytes, sizeof bytes) != 1)
		return false;
	bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40);
	BIGNUM *n = BN_bin2bn(bytes, sizeof bytes, NULL);
	bool ok = n != NULL && BN_to_ASN1_INTEGER(n, serial) != NULL;
	BN_free(n);
	return ok;
}

static bool fill_cert(X509 *x, const struct pki_key *key, const struct pki_request *r, int64_t from, int64_t until,
                      struct err *err)
{
	X509_NAME *name = subject_of(r, err);
	STACK_OF(X509_EXTENSION) *exts = name != NULL ? extensions_of(r) : NULL;
	bool ok = exts != NULL && X509_set_version(x, X509_VERSION_3) == 1 &&
	          random_serial(X509_get_serialNumber(x)) && X509_set_subject_name(x, name) == 1 &&
	          X509_set_issuer_name(x, name) == 1 &&
	          ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from) != NULL &&
	          ASN1_TIME_set(X509_getm_notAfter(x), (time_t)until) != NULL &&
	          X509_set_pubkey(x, pki_key_evp(key)) == 1;
	for (int i = 0; ok && i < sk_X509_EXTENSION_num(exts); i++)
		ok = X509_add_ext(x, sk_X509_EXTENSION_value(exts, i), -1) == 1;
	ok = ok && X509_sign(x, pki_key_evp(key), digest_of(r)) > 0;
	if (!ok && name != NULL)
		err_set(err, -EINVAL, "no certificate can be made: %s", pki_ossl_error());
	X509_NAME_free(name);
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
	return ok;
}

struct pki_cert *pki_self_sign(const struct pki_key *key, const struct pki_request *r, int64_t from, int64_t until,
                               struct err *err)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	struct pki_cert *cert = NULL;
	if (x != NULL && fill_cert(x, key, r, from, until, err)) {
		int n = i2d_X509(x, &der);
		if (n > 0)
			cert = pki_cert_read((struct bytes){der, (size_t)n}, err);
		else
			err_set(err, -ENOMEM, "out of memory");
	} else if (x == NULL) {
		err_set(err, -ENOMEM, "out of memory");
	}
	OPENSSL_free(der);
	X509_free(x);
	ERR_clear_error();
	return cert;
}
