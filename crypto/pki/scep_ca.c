/* Who the CA is, and whether it has RAs: the answer to GetCACert. */
#include <errno.h>
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"
#include "crypto/pki/scep_int.h"
#include "crypto/pki/scep_msg.h"

CMS_ContentInfo *scep_cms_read(struct bytes der, int nid)
{
	const unsigned char *p = der.p;
	CMS_ContentInfo *cms = der.len > 0 && der.len <= INT32_MAX ? d2i_CMS_ContentInfo(NULL, &p, (long)der.len) : NULL;
	if (cms != NULL && p == der.p + der.len && OBJ_obj2nid(CMS_get0_type(cms)) == nid)
		return cms;
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	return NULL;
}

size_t scep_certs(CMS_ContentInfo *cms, struct pki_cert **certs, size_t most)
{
	STACK_OF(X509) *all = CMS_get1_certs(cms);
	size_t n = 0;
	for (int i = 0; all != NULL && i < sk_X509_num(all) && n < most; i++) {
		uint8_t *der = NULL;
		int len = i2d_X509(sk_X509_value(all, i), &der);
		if (len > 0 && (certs[n] = pki_cert_read((struct bytes){der, (size_t)len}, NULL)) != NULL)
			n++;
		OPENSSL_free(der);
	}
	sk_X509_pop_free(all, X509_free);
	ERR_clear_error();
	return n;
}

bool scep_issued(const struct pki_cert *ca, const struct pki_cert *cert)
{
	bool ok = bytes_eq(pki_cert_subject(ca), pki_cert_issuer(cert)) &&
	          X509_verify(pki_cert_x509(cert), X509_get0_pubkey(pki_cert_x509(ca))) == 1;
	ERR_clear_error();
	return ok;
}

static bool may(const struct pki_cert *c, uint32_t usage)
{
	uint32_t all = X509_get_key_usage(pki_cert_x509(c)); /* every bit when the extension is not there */
	return (all & usage) != 0;
}

static bool is_ca(const struct pki_cert *c)
{
	return X509_check_ca(pki_cert_x509(c)) != 0;
}

/* The CA: of those that may be one it is whose certificates the RAs have; with RAs of nobody, or without RAs, the last one
 * of the chain, which has issued none of the others. */
static struct pki_cert *find_ca(struct pki_cert **c, size_t n)
{
	struct pki_cert *last = NULL;
	for (size_t i = 0; i < n; i++) {
		bool issued_ca = false, issued_ra = false;
		if (!is_ca(c[i]))
			continue;
		for (size_t j = 0; j < n; j++)
			if (j != i && scep_issued(c[i], c[j]))
				*(is_ca(c[j]) ? &issued_ca : &issued_ra) = true;
		if (issued_ra)
			return c[i];
		if (!issued_ca)
			last = c[i];
	}
	return last;
}

/* Signs and decrypts with one certificate, or with two; whichever order. */
static void find_ras(struct scep_ca *ca, struct pki_cert **c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c[i] == ca->ca || is_ca(c[i]) || !scep_issued(ca->ca, c[i]))
			continue;
		if (ca->ra_sign == NULL && may(c[i], KU_DIGITAL_SIGNATURE))
			ca->ra_sign = pki_cert_hold(c[i]);
		if (ca->ra_encrypt == NULL && may(c[i], KU_KEY_ENCIPHERMENT))
			ca->ra_encrypt = pki_cert_hold(c[i]);
	}
}

static const char *choose(struct scep_ca *ca, struct pki_cert **c, size_t n)
{
	size_t ras = 0;
	if ((ca->ca = pki_cert_hold(find_ca(c, n))) == NULL)
		return "there is no certificate of a CA in it";
	find_ras(ca, c, n);
	for (size_t i = 0; i < n; i++)
		ras += !is_ca(c[i]);
	if (ras > 0 && (ca->ra_sign == NULL || ca->ra_encrypt == NULL))
		return "its registration authority is none of this CA, or can only sign or only decrypt";
	return NULL;
}

bool scep_ca_read(struct bytes body, struct scep_ca *ca, struct err *err)
{
	struct pki_cert *certs[SCEP_CERTS_MAX];
	const char *why = "it is neither a certificate nor a list of them";
	memset(ca, 0, sizeof *ca);
	if (body.len > SCEP_REPLY_MAX) {
		err_set(err, -EMSGSIZE, "the CA's answer is too long");
		return false;
	}
	if ((ca->ca = pki_cert_read(body, NULL)) != NULL)
		return true;
	CMS_ContentInfo *cms = scep_cms_read(body, NID_pkcs7_signed);
	if (cms != NULL) {
		size_t n = scep_certs(cms, certs, SCEP_CERTS_MAX);
		why = choose(ca, certs, n);
		while (n > 0)
			pki_cert_drop(certs[--n]);
		CMS_ContentInfo_free(cms);
	}
	if (why == NULL)
		return true;
	scep_ca_drop(ca);
	err_set(err, -EBADMSG, "the CA's answer cannot be used: %s", why);
	return false;
}

void scep_ca_drop(struct scep_ca *ca)
{
	pki_cert_drop(ca->ca);
	pki_cert_drop(ca->ra_sign);
	pki_cert_drop(ca->ra_encrypt);
	memset(ca, 0, sizeof *ca);
}
