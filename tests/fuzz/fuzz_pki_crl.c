/* What a server may send as a CRL: as it is, and signed again by the CA that is asked about, also where that CA's
 * certificate has a key identifier, and where it may sign no CRLs. */
#include "crypto/pki/crl.h"
#include "tests/fuzz/pki_ca.h"

static void look(struct bytes data, struct pki_cert *ca, struct pki_cert *cert)
{
	struct err err = {0};
	struct pki_crl_entry entry = {0, ""};
	size_t entries = 0;
	struct pki_crl *crl = pki_crl_read(data, ca, FUZZ_NOW, &entries, &err);
	if ((crl == NULL) != (err.code != 0))
		abort();
	if (crl == NULL)
		return;
	if (pki_crl_entries(crl) > entries || pki_crl_memory(crl) == 0 || pki_crl_der_size(crl) != data.len ||
	    !bytes_eq(pki_crl_issuer(crl), pki_cert_subject(ca)) || pki_crl_this_update(crl) > FUZZ_NOW + PKI_CRL_SKEW_S)
		abort();
	if (pki_crl_next_update(crl) != 0 && pki_crl_hold(crl) == crl)
		pki_crl_drop(crl);
	pki_crl_look(crl, cert, "http://ca.example.com/a.crl", &entry);
	pki_crl_look(crl, ca, "http://ca.example.com/b.crl", &entry);
	pki_crl_drop(crl);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_cert *ca, *cert;
	const unsigned char *at = data;
	unsigned char *der = NULL;
	fuzz_ca(&ca, &cert);
	look((struct bytes){data, size}, ca, cert);
	X509_CRL *x = d2i_X509_CRL(NULL, &at, (long)size);
	int len = 0;
	if (x != NULL && X509_CRL_set_issuer_name(x, X509_get_subject_name(fuzz_ca_x509)) == 1 &&
	    X509_CRL_sign(x, fuzz_ca_key, EVP_sha256()) > 0)
		len = i2d_X509_CRL(x, &der);
	for (size_t i = 0; len > 0 && i < 3; i++)
		look((struct bytes){der, (size_t)len}, i == 0 ? ca : fuzz_ca_with(i == 1), cert);
	OPENSSL_free(der);
	X509_CRL_free(x);
	return 0;
}
