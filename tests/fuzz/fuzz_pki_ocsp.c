/* What an OCSP responder may answer: as it is, and signed again by the CA that is asked about. */
#include <openssl/ocsp.h>

#include "crypto/pki/ocsp.h"
#include "tests/fuzz/pki_ca.h"

static void look(const struct pki_ocsp *q, struct bytes body)
{
	struct pki_crl_entry entry = {0, ""};
	const char *detail = NULL;
	enum pki_why why = pki_ocsp_read(q, body, FUZZ_NOW, &entry, &detail);
	if ((why == PKI_WHY_GOOD || why == PKI_WHY_REVOKED) != (detail == NULL) || entry.reason == NULL)
		abort();
}

/* A BasicOCSPResponse of this ResponseData, with a signature by the CA and without certificates. By hand: what OpenSSL
 * signs must not have been parsed. NULL when it does not fit. */
static OCSP_BASICRESP *signed_again(const OCSP_BASICRESP *basic)
{
	static const uint8_t algorithm[] = {0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 0x0b, 5, 0};
	static const uint8_t bits[] = {0x03, 0x81, 0x81, 0};
	static uint8_t der[70000];
	unsigned char *data = NULL, sig[128];
	size_t sig_len = sizeof sig;
	int len = ASN1_item_i2d((const ASN1_VALUE *)OCSP_resp_get0_respdata(basic), &data, ASN1_ITEM_rptr(OCSP_RESPDATA));
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	OCSP_BASICRESP *made = NULL;
	if (len > 0 && len < 65000 && EVP_DigestSignInit(md, NULL, EVP_sha256(), NULL, fuzz_ca_key) == 1 &&
	    EVP_DigestSign(md, sig, &sig_len, data, (size_t)len) == 1) {
		struct wr w = wr_of(der, sizeof der);
		size_t body = (size_t)len + sizeof algorithm + sizeof bits + sig_len;
		const unsigned char *at = der;
		wr_u8(&w, 0x30);
		wr_u8(&w, 0x83);
		wr_u8(&w, (uint8_t)(body >> 16));
		wr_u16(&w, (uint16_t)body);
		wr_bytes(&w, data, (size_t)len);
		wr_bytes(&w, algorithm, sizeof algorithm);
		wr_bytes(&w, bits, sizeof bits);
		wr_bytes(&w, sig, sig_len);
		made = d2i_OCSP_BASICRESP(NULL, &at, (long)wr_len(&w));
	}
	EVP_MD_CTX_free(md);
	OPENSSL_free(data);
	return made;
}

/* nonce: the answer has that of the question. */
static void look_signed(const struct pki_ocsp *q, OCSP_RESPONSE *r, bool nonce)
{
	OCSP_BASICRESP *basic = OCSP_response_get1_basic(r), *made;
	const unsigned char *at = pki_ocsp_request(q).p;
	OCSP_REQUEST *asked = nonce ? d2i_OCSP_REQUEST(NULL, &at, (long)pki_ocsp_request(q).len) : NULL;
	if (basic != NULL && asked != NULL)
		OCSP_copy_nonce(basic, asked);
	OCSP_REQUEST_free(asked);
	made = basic != NULL ? signed_again(basic) : NULL;
	unsigned char *der = NULL;
	OCSP_RESPONSE *again = made != NULL ? OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, made) : NULL;
	int len = again != NULL ? i2d_OCSP_RESPONSE(again, &der) : 0;
	if (len > 0)
		look(q, (struct bytes){der, (size_t)len});
	OPENSSL_free(der);
	OCSP_RESPONSE_free(again);
	OCSP_BASICRESP_free(made);
	OCSP_BASICRESP_free(basic);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_cert *ca, *cert;
	fuzz_ca(&ca, &cert);
	for (int nonce = 0; nonce < 2; nonce++) {
		struct pki_ocsp *q = pki_ocsp_new(cert, ca, nonce == 1);
		const unsigned char *at = data;
		OCSP_RESPONSE *r = d2i_OCSP_RESPONSE(NULL, &at, (long)size);
		if (q == NULL)
			abort();
		look(q, (struct bytes){data, size});
		if (r != NULL)
			look_signed(q, r, false);
		if (r != NULL && nonce == 1)
			look_signed(q, r, true);
		OCSP_RESPONSE_free(r);
		pki_ocsp_free(q);
	}
	return 0;
}
