/* What is answered. First who says it, then what. */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <stdlib.h>

#include "core/base/str.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/scep_int.h"
#include "crypto/pki/scep_msg.h"

const char *scep_why_text(enum scep_why why)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        SCEP_WHY_LIST(X)
#undef X
	};
	return why < SCEP_WHYS ? texts[why] : "?";
}

const char *scep_fail_text(int fail)
{
	static const char *const texts[] = {
	        "unrecognized or unsupported algorithm",
	        "integrity check of the request failed",
	        "the request is not permitted or supported",
	        "the time of the request is too far from the CA's",
	        "no certificate matches the request",
	};
	return fail >= 0 && (size_t)fail < sizeof texts / sizeof texts[0] ? texts[fail] : "no reason";
}

/* ------------------------------------------------------------------ signature */

static bool known_signer(CMS_SignerInfo *si, const struct scep_ca *ca, STACK_OF(X509) *known)
{
	const struct pki_cert *may[] = {ca->ca, ca->ra_sign};
	for (size_t i = 0; i < sizeof may / sizeof may[0]; i++)
		if (may[i] != NULL && CMS_SignerInfo_cert_cmp(si, pki_cert_x509(may[i])) == 0)
			return sk_X509_push(known, pki_cert_x509(may[i])) > 0;
	return false;
}

/* content: what was signed, in memory of the BIO. */
static enum scep_why verify(CMS_ContentInfo *cms, const struct scep_ca *ca, BIO *content)
{
	STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);
	ASN1_OCTET_STRING **at = CMS_get0_content(cms);
	STACK_OF(X509) *known = sk_X509_new_null();
	/* A refusal has nothing in it: what is signed is the empty content. */
	BIO *nothing = at == NULL || *at == NULL ? BIO_new_mem_buf("", 0) : NULL;
	enum scep_why why = SCEP_WHY_MALFORMED;
	if (known != NULL && signers != NULL && sk_CMS_SignerInfo_num(signers) == 1) {
		why = SCEP_WHY_STRANGER;
		if (known_signer(sk_CMS_SignerInfo_value(signers, 0), ca, known))
			why = CMS_verify(cms, known, NULL, nothing, content,
			                 CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) == 1
			              ? SCEP_WHY_GOOD
			              : SCEP_WHY_SIGNATURE;
	}
	BIO_free(nothing);
	sk_X509_free(known);
	ERR_clear_error();
	return why;
}

/* ------------------------------------------------------------------ attributes */

/* Exactly one attribute of exactly one value of this type. */
static struct bytes value_of(CMS_SignerInfo *si, enum scep_oid oid, int type)
{
	ASN1_OBJECT *o = scep_oid(oid);
	const ASN1_STRING *s = o != NULL ? CMS_signed_get0_data_by_OBJ(si, o, -3, type) : NULL;
	ASN1_OBJECT_free(o);
	ERR_clear_error();
	return s != NULL ? (struct bytes){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)} : (struct bytes){NULL, 0};
}

/* A decimal number of at most two digits; -1 = none. */
static int number_of(CMS_SignerInfo *si, enum scep_oid oid)
{
	struct bytes v = value_of(si, oid, V_ASN1_PRINTABLESTRING);
	uint32_t n;
	return v.len > 0 && v.len <= 2 && str_to_u32((struct str){(const char *)v.p, v.len}, 99, &n) ? (int)n : -1;
}

static void keep_raw(CMS_SignerInfo *si, struct scep_reply *r)
{
	static const struct {
		enum scep_oid oid;
		uint8_t tag;
	} rows[SCEP_ATTRS] = {
	        [SCEP_ATTR_TYPE] = {SCEP_OID_TYPE, V_ASN1_PRINTABLESTRING},
	        [SCEP_ATTR_STATUS] = {SCEP_OID_STATUS, V_ASN1_PRINTABLESTRING},
	        [SCEP_ATTR_NONCE] = {SCEP_OID_RECIPIENT, V_ASN1_OCTET_STRING},
	        [SCEP_ATTR_TRANSACTION] = {SCEP_OID_TRANSACTION, V_ASN1_PRINTABLESTRING},
	};
	for (size_t i = 0; i < SCEP_ATTRS; i++) {
		struct bytes v = value_of(si, rows[i].oid, rows[i].tag);
		struct wr w = wr_of(r->raw[i].der, SCEP_ATTRIBUTE_MAX);
		if (v.p == NULL || v.len > SCEP_ATTRIBUTE_MAX - 2)
			continue;
		wr_u8(&w, rows[i].tag);
		wr_u8(&w, (uint8_t)v.len);
		wr_bytes(&w, v.p, v.len);
		r->raw[i].len = wr_len(&w);
	}
}

static enum scep_why attributes(CMS_SignerInfo *si, const struct scep_expect *e, struct scep_reply *r)
{
	struct bytes transaction = {(const uint8_t *)e->transaction, strlen(e->transaction)};
	keep_raw(si, r);
	if (number_of(si, SCEP_OID_TYPE) != SCEP_CERT_REP)
		return SCEP_WHY_TYPE;
	if (!bytes_eq(value_of(si, SCEP_OID_TRANSACTION, V_ASN1_PRINTABLESTRING), transaction))
		return SCEP_WHY_TRANSACTION;
	if (!bytes_eq(value_of(si, SCEP_OID_RECIPIENT, V_ASN1_OCTET_STRING), (struct bytes){e->nonce, SCEP_NONCE}))
		return SCEP_WHY_NONCE;
	int status = number_of(si, SCEP_OID_STATUS);
	if (status != SCEP_SUCCESS && status != SCEP_FAILURE && status != SCEP_PENDING)
		return SCEP_WHY_STATUS;
	r->status = (enum scep_status)status;
	r->fail = number_of(si, SCEP_OID_FAIL);
	return SCEP_WHY_GOOD;
}

/* ------------------------------------------------------------------ contents */

static struct bytes bio_bytes(BIO *b)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);
	return (struct bytes){(const uint8_t *)p, n > 0 ? (size_t)n : 0};
}

static bool keep_crl(CMS_ContentInfo *cms, struct scep_reply *r)
{
	STACK_OF(X509_CRL) *all = CMS_get1_crls(cms);
	uint8_t *der = NULL;
	int n = all != NULL && sk_X509_CRL_num(all) > 0 ? i2d_X509_CRL(sk_X509_CRL_value(all, 0), &der) : 0;
	bool ok = true;
	if (n > 0) {
		ok = (r->crl = malloc((size_t)n)) != NULL;
		if (ok)
			memcpy(r->crl, der, r->crl_len = (size_t)n);
		OPENSSL_free(der);
	}
	sk_X509_CRL_pop_free(all, X509_CRL_free);
	ERR_clear_error();
	return ok;
}

bool scep_content_read(struct bytes der, struct scep_reply *r)
{
	CMS_ContentInfo *cms = scep_cms_read(der, NID_pkcs7_signed);
	if (cms == NULL)
		return false;
	r->ncerts = scep_certs(cms, r->certs, SCEP_CERTS_MAX);
	bool ok = keep_crl(cms, r);
	CMS_ContentInfo_free(cms);
	return ok && (r->ncerts > 0 || r->crl != NULL);
}

static enum scep_why open_envelope(struct bytes sealed, const struct scep_expect *e, struct scep_reply *r)
{
	enum scep_why why = SCEP_WHY_ENVELOPE;
	CMS_ContentInfo *cms = scep_cms_read(sealed, NID_pkcs7_enveloped);
	BIO *plain = BIO_new(BIO_s_mem());
	if (cms != NULL && plain != NULL &&
	    CMS_decrypt(cms, pki_key_evp(e->key), pki_cert_x509(e->self), NULL, plain, CMS_BINARY) == 1)
		why = scep_content_read(bio_bytes(plain), r) ? SCEP_WHY_GOOD : SCEP_WHY_CONTENT;
	BIO_free(plain);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return why;
}

enum scep_why scep_reply_read(struct bytes der, const struct scep_expect *e, struct scep_reply *r)
{
	memset(r, 0, sizeof *r);
	r->fail = -1;
	CMS_ContentInfo *cms = der.len <= SCEP_CRL_MAX ? scep_cms_read(der, NID_pkcs7_signed) : NULL;
	BIO *content = BIO_new(BIO_s_mem());
	enum scep_why why = SCEP_WHY_MALFORMED;
	if (cms != NULL && content != NULL)
		why = verify(cms, e->ca, content);
	if (why == SCEP_WHY_GOOD)
		why = attributes(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), e, r);
	if (why == SCEP_WHY_GOOD && r->status == SCEP_SUCCESS)
		why = open_envelope(bio_bytes(content), e, r);
	BIO_free(content);
	CMS_ContentInfo_free(cms);
	return why;
}

void scep_reply_free(struct scep_reply *r)
{
	while (r->ncerts > 0)
		pki_cert_drop(r->certs[--r->ncerts]);
	free(r->crl);
	r->crl = NULL;
}
