/* What we ask. */
#include "crypto/pki/scep_msg.h"

#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/scep_int.h"
#include "crypto/prim/prim.h"

static const char *const oids[] = {
        [SCEP_OID_TYPE] = "2.16.840.1.113733.1.9.2",
        [SCEP_OID_STATUS] = "2.16.840.1.113733.1.9.3",
        [SCEP_OID_FAIL] = "2.16.840.1.113733.1.9.4",
        [SCEP_OID_SENDER] = "2.16.840.1.113733.1.9.5",
        [SCEP_OID_RECIPIENT] = "2.16.840.1.113733.1.9.6",
        [SCEP_OID_TRANSACTION] = "2.16.840.1.113733.1.9.7",
};

ASN1_OBJECT *scep_oid(enum scep_oid oid)
{
	return OBJ_txt2obj(oids[oid], 1);
}

unsigned scep_caps_read(struct bytes body)
{
	static const char *const words[] = {
#define X(name, word) word,
	        SCEP_CAP_LIST(X)
#undef X
	};
	struct str rest = {(const char *)body.p, body.len < SCEP_CAPS_MAX ? body.len : SCEP_CAPS_MAX};
	unsigned caps = 0;
	while (rest.len > 0) {
		size_t n = 0;
		while (n < rest.len && rest.p[n] != '\n' && rest.p[n] != '\r')
			n++;
		struct str line = str_trim((struct str){rest.p, n});
		for (unsigned i = 0; i < SCEP_CAPS; i++)
			if (str_caseeq(line, str_of(words[i])))
				caps |= 1u << i;
		rest = str_from(rest, n < rest.len ? n + 1 : n);
	}
	return caps;
}

void scep_transaction(const struct pki_key *key, char text[SCEP_TRANSACTION + 1])
{
	static const char digits[] = "0123456789abcdef";
	struct bytes spki = pki_key_public(key);
	uint8_t hash[PRIM_MD_MAX];
	struct prim_hash h;
	prim_hash_init(&h, PRIM_SHA256);
	prim_hash_update(&h, spki.p, spki.len);
	prim_hash_final(&h, hash);
	for (size_t i = 0; i < SCEP_TRANSACTION; i++)
		text[i] = digits[i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15];
	text[SCEP_TRANSACTION] = '\0';
}

/* ------------------------------------------------------------------ contents */

/* What OpenSSL has allocated as what free() frees. */
static uint8_t *own(uint8_t *der, int n, size_t *len)
{
	uint8_t *copy = n > 0 ? malloc((size_t)n) : NULL;
	if (copy != NULL) {
		memcpy(copy, der, (size_t)n);
		*len = (size_t)n;
	}
	OPENSSL_free(der);
	return copy;
}

uint8_t *scep_content_subject(struct bytes issuer, struct bytes subject, size_t *len)
{
	size_t inner = issuer.len + subject.len;
	uint8_t head[6];
	int n = ASN1_object_size(1, (int)inner, V_ASN1_SEQUENCE) - (int)inner;
	if (inner > 2 * PKI_CERT_MAX || n < 2 || (size_t)n > sizeof head)
		return NULL;
	uint8_t *p = head, *der = malloc((size_t)n + inner);
	if (der == NULL)
		return NULL;
	ASN1_put_object(&p, 1, (int)inner, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
	struct wr w = wr_of(der, (size_t)n + inner);
	wr_bytes(&w, head, (size_t)n);
	wr_bytes(&w, issuer.p, issuer.len);
	wr_bytes(&w, subject.p, subject.len);
	*len = wr_len(&w);
	return der;
}

uint8_t *scep_content_serial(const struct pki_cert *cert, size_t *len)
{
	uint8_t *number = NULL;
	int n = i2d_ASN1_INTEGER(X509_get0_serialNumber(pki_cert_x509(cert)), &number);
	/* both are a SEQUENCE of a Name and something */
	uint8_t *der = n > 0 ? scep_content_subject(pki_cert_issuer(cert), (struct bytes){number, (size_t)n}, len) : NULL;
	OPENSSL_free(number);
	return der;
}

/* ------------------------------------------------------------------ the message */

static uint8_t *envelope(const struct scep_ask *ask, int *len)
{
	STACK_OF(X509) *to = sk_X509_new_null();
	BIO *in = BIO_new_mem_buf(ask->content.p, (int)ask->content.len);
	const EVP_CIPHER *cipher =
	        (ask->caps & (SCEP_CAP(AES) | SCEP_CAP(STANDARD))) != 0 ? EVP_aes_128_cbc() : EVP_des_ede3_cbc();
	uint8_t *der = NULL;
	CMS_ContentInfo *cms = NULL;
	if (to != NULL && in != NULL && sk_X509_push(to, pki_cert_x509(ask->to)) > 0)
		cms = CMS_encrypt(to, in, cipher, CMS_BINARY);
	*len = cms != NULL ? i2d_CMS_ContentInfo(cms, &der) : 0;
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	sk_X509_free(to);
	return der;
}

static bool attribute(CMS_SignerInfo *si, enum scep_oid oid, int type, const void *data, size_t len)
{
	ASN1_OBJECT *o = scep_oid(oid);
	bool ok = o != NULL && CMS_signed_add1_attr_by_OBJ(si, o, type, data, (int)len) == 1;
	ASN1_OBJECT_free(o);
	return ok;
}

static bool attributes(CMS_SignerInfo *si, const struct scep_ask *ask)
{
	char type[] = {(char)('0' + (int)ask->type / 10), (char)('0' + (int)ask->type % 10)};
	return attribute(si, SCEP_OID_TYPE, V_ASN1_PRINTABLESTRING, type, sizeof type) &&
	       attribute(si, SCEP_OID_SENDER, V_ASN1_OCTET_STRING, ask->nonce, SCEP_NONCE) &&
	       attribute(si, SCEP_OID_TRANSACTION, V_ASN1_PRINTABLESTRING, ask->transaction, strlen(ask->transaction));
}

static uint8_t *sign(const struct scep_ask *ask, const uint8_t *data, int len, int *n)
{
	const EVP_MD *md = (ask->caps & (SCEP_CAP(SHA256) | SCEP_CAP(STANDARD))) != 0 ? EVP_sha256() : EVP_sha1();
	uint8_t *der = NULL;
	BIO *in = BIO_new_mem_buf(data, len);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, CMS_PARTIAL | CMS_BINARY);
	CMS_SignerInfo *si = NULL;
	if (in != NULL && cms != NULL)
		si = CMS_add1_signer(cms, pki_cert_x509(ask->from), pki_key_evp(ask->key), md,
		                     CMS_BINARY | CMS_NOSMIMECAP);
	if (si != NULL && attributes(si, ask) && CMS_final(cms, in, NULL, CMS_BINARY) == 1)
		*n = i2d_CMS_ContentInfo(cms, &der);
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	return der;
}

uint8_t *scep_ask_make(const struct scep_ask *ask, size_t *len, struct err *err)
{
	int sealed_len = 0, n = 0;
	uint8_t *sealed = envelope(ask, &sealed_len);
	uint8_t *der = sealed != NULL ? sign(ask, sealed, sealed_len, &n) : NULL;
	uint8_t *mine = own(der, der != NULL ? n : 0, len);
	if (mine == NULL)
		err_set(err, -EIO, "no request can be made: %s", pki_ossl_error());
	OPENSSL_free(sealed);
	ERR_clear_error();
	return mine;
}
