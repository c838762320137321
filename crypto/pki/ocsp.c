#include "crypto/pki/ocsp.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

struct pki_ocsp {
	OCSP_REQUEST *request;
	OCSP_CERTID *id; /* the request's */
	struct pki_cert *issuer;
	unsigned char *der;
	size_t len;
	bool nonce;
};

struct pki_ocsp *pki_ocsp_new(const struct pki_cert *cert, struct pki_cert *issuer, bool nonce)
{
	struct pki_ocsp *q = calloc(1, sizeof *q);
	int len = 0;
	if (q == NULL)
		return NULL;
	q->issuer = pki_cert_hold(issuer);
	q->nonce = nonce;
	q->request = OCSP_REQUEST_new();
	q->id = OCSP_cert_to_id(EVP_sha1(), pki_cert_x509(cert), pki_cert_x509(issuer));
	if (q->request != NULL && q->id != NULL && OCSP_request_add0_id(q->request, q->id) != NULL) {
		if (!nonce || OCSP_request_add1_nonce(q->request, NULL, -1) == 1)
			len = i2d_OCSP_REQUEST(q->request, &q->der);
	} else {
		OCSP_CERTID_free(q->id);
	}
	ERR_clear_error();
	if (len <= 0) {
		pki_ocsp_free(q);
		return NULL;
	}
	q->len = (size_t)len;
	return q;
}

void pki_ocsp_free(struct pki_ocsp *q)
{
	if (q == NULL)
		return;
	OCSP_REQUEST_free(q->request);
	OPENSSL_free(q->der);
	pki_cert_drop(q->issuer);
	free(q);
}

struct bytes pki_ocsp_request(const struct pki_ocsp *q)
{
	return (struct bytes){q->der, q->len};
}

/* ------------------------------------------------------------------ answers */

static const struct {
	int reason;
	const char *why;
} signer_errors[] = {
        {OCSP_R_SIGNER_CERTIFICATE_NOT_FOUND, "its signer is unknown"},
        {OCSP_R_SIGNATURE_FAILURE, "its signature is wrong"},
        {OCSP_R_CERTIFICATE_VERIFY_ERROR, "its signer has no valid certificate of the issuer"},
        {OCSP_R_MISSING_OCSPSIGNING_USAGE, "its signer may not sign OCSP answers"},
        {OCSP_R_RESPONSE_CONTAINS_NO_REVOCATION_DATA, "it says nothing"},
};

/* OpenSSL's last word; the texts live for ever, as a detail must. */
static const char *signer_error(void)
{
	int reason = ERR_GET_REASON(ERR_peek_last_error());
	ERR_clear_error();
	for (size_t i = 0; i < sizeof signer_errors / sizeof signer_errors[0]; i++)
		if (signer_errors[i].reason == reason)
			return signer_errors[i].why;
	return "its signer cannot be believed";
}

/* The issuer itself, or a certificate it issued with the extended key usage OCSPSigning (RFC 6960 §4.2.2.2): what
 * OpenSSL looks at once nobody but the issuer is believed. */
static const char *check_signer(const struct pki_ocsp *q, OCSP_BASICRESP *basic, int64_t now)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *own = sk_X509_new_null();
	const char *why = "memory is short";
	if (store != NULL && own != NULL && sk_X509_push(own, pki_cert_x509(q->issuer)) > 0 &&
	    X509_STORE_add_cert(store, pki_cert_x509(q->issuer)) == 1) {
		X509_VERIFY_PARAM *param = X509_STORE_get0_param(store);
		X509_VERIFY_PARAM_set_auth_level(param, 0);
		X509_VERIFY_PARAM_set_time(param, (time_t)now);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_depth(param, 0); /* nobody between the two */
		/* `own`: a CA that signs its answers itself need not send its certificate. */
		why = OCSP_basic_verify(basic, own, store, OCSP_NOEXPLICIT | OCSP_PARTIAL_CHAIN) == 1 ? NULL : signer_error();
	}
	sk_X509_free(own);
	X509_STORE_free(store);
	return why;
}

static const char *check_nonce(const struct pki_ocsp *q, OCSP_BASICRESP *basic)
{
	if (!q->nonce)
		return NULL;
	switch (OCSP_check_nonce(q->request, basic)) {
	case 1:
		return NULL;
	case -1:
		return "the answer has no nonce";
	default:
		return "the answer has another nonce";
	}
}

static const char *check_times(const struct pki_ocsp *q, const ASN1_GENERALIZEDTIME *this_update,
                               const ASN1_GENERALIZEDTIME *next_update, int64_t now)
{
	int64_t from = 0, until = 0;
	if (!pki_seconds(this_update, &from) || (next_update != NULL && !pki_seconds(next_update, &until)))
		return "its times cannot be read";
	if (from > now + PKI_OCSP_SKEW_S)
		return "it is from the future";
	if (next_update != NULL ? until < now - PKI_OCSP_SKEW_S : !q->nonce && from < now - PKI_OCSP_AGE_MAX_S)
		return "it is out of date";
	return NULL;
}

static enum pki_why judge(const struct pki_ocsp *q, OCSP_BASICRESP *basic, int64_t now, struct pki_crl_entry *entry,
                          const char **detail)
{
	int status = -1, reason = -1;
	ASN1_GENERALIZEDTIME *revoked = NULL, *this_update = NULL, *next_update = NULL;
	if ((*detail = check_signer(q, basic, now)) != NULL || (*detail = check_nonce(q, basic)) != NULL)
		return PKI_WHY_OCSP_INVALID;
	if (OCSP_resp_find_status(basic, q->id, &status, &reason, &revoked, &this_update, &next_update) != 1) {
		*detail = "it is about another certificate";
		return PKI_WHY_OCSP_INVALID;
	}
	if ((*detail = check_times(q, this_update, next_update, now)) != NULL)
		return PKI_WHY_OCSP_INVALID;
	switch (status) {
	case V_OCSP_CERTSTATUS_GOOD:
		return PKI_WHY_GOOD;
	case V_OCSP_CERTSTATUS_REVOKED:
		*entry = (struct pki_crl_entry){0, pki_crl_reason(reason)};
		if (!pki_seconds(revoked, &entry->when))
			entry->when = 0;
		return PKI_WHY_REVOKED;
	default:
		*detail = "the responder does not know the certificate";
		return PKI_WHY_NO_OCSP;
	}
}

enum pki_why pki_ocsp_read(const struct pki_ocsp *q, struct bytes body, int64_t now, struct pki_crl_entry *entry,
                           const char **detail)
{
	const unsigned char *at = body.p;
	bool fits = body.len > 0 && body.len <= PKI_OCSP_BYTES_MAX;
	OCSP_RESPONSE *r = fits ? d2i_OCSP_RESPONSE(NULL, &at, (long)body.len) : NULL;
	OCSP_BASICRESP *basic = NULL;
	enum pki_why why = PKI_WHY_OCSP_INVALID;
	*detail = "it is no OCSP answer";
	if (r != NULL && at == body.p + body.len) {
		int status = OCSP_response_status(r);
		if (status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
			why = PKI_WHY_NO_OCSP;
			*detail = OCSP_response_status_str(status);
		} else if ((basic = OCSP_response_get1_basic(r)) != NULL) {
			why = judge(q, basic, now, entry, detail);
		}
	}
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
	ERR_clear_error();
	return why;
}
