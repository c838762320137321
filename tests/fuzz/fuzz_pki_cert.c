/* A peer's CERT and ID payloads: type of identity, its length, identity, certificate. Read, looked at in every way, and
 * (signed again by a CA that is believed) followed to its trustpoint. */
#include <string.h>

#include "crypto/pki/chain.h"
#include "crypto/pki/name.h"
#include "tests/fuzz/pki_ca.h"

static void look(const struct pki_cert *c, uint8_t type, struct bytes id)
{
	static const char *const words[] = {"cn", "ou", "ea", "hostname"};
	char text[PKI_NAME_TEXT], serial[PKI_SERIAL_TEXT], value[PKI_VALUE_TEXT], print[PKI_PRINT_TEXT];
	bool nosupport;
	if (pki_id_check(c, type, id, &nosupport) && nosupport)
		abort();
	pki_name_text(pki_cert_subject(c), text, sizeof text);
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			abort();
	pki_name_text(pki_cert_issuer(c), text, sizeof text);
	pki_name_text(pki_cert_subject(c), text, 24);
	pki_name_text(id, text, sizeof text);
	pki_printable(id, text, 16);
	for (int d = PKI_MD5; d <= PKI_SHA256; d++)
		if (pki_fingerprint(pki_cert_der(c), (enum pki_digest)d, print)[0] == '\0')
			abort();
	pki_serial_text(c, serial);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		pki_subject_attr(c, words[i], value);
}

/* c, and with it the certificate of its issuer. strict: a trustpoint that looks at CAs and takes subordinate ones, else some
 * that do not. */
static void follow(struct pki_cert *c, struct pki_cert *ca, struct pki_cert *issuer, bool strict)
{
	enum { TRUSTPOINTS = 11 };
	struct pki_trustpoint tp[TRUSTPOINTS];
	struct pki_conf conf = {.trustpoints = tp, .ntrustpoints = strict ? 1 : TRUSTPOINTS};
	for (size_t i = 0; i < conf.ntrustpoints; i++) {
		tp[i] = (struct pki_trustpoint){.name = "T", .url = "", .ocsp_url = "", .crl_url = {"", "", "", "", ""},
		                                .ca_check = strict, .validates = strict || i > 0, .subordinates = strict || i > 1};
		tp[i].cert[PKI_ROLE_CA] = ca;
	}
	struct pki_anchors *anchors = pki_anchors_new(&conf);
	struct pki_cert *certs[2] = {c, issuer};
	struct pki_chain chain;
	if (anchors == NULL)
		abort();
	pki_chain_build(anchors, certs, 2, FUZZ_NOW, &chain);
	if ((chain.why == PKI_WHY_GOOD) != (chain.npath > 0))
		abort();
	pki_chain_drop(&chain);
	pki_anchors_drop(anchors);
}

/* Signed again by the CA, or by the peer, who is none; with the hash that it says. */
static void follow_signed(X509 *x, struct pki_cert *ca, struct pki_cert *peer, bool by_peer)
{
	const EVP_MD *md = X509_get_signature_nid(x) == NID_md5WithRSAEncryption ? EVP_md5() : EVP_sha256();
	struct pki_cert *c;
	if (X509_set_issuer_name(x, X509_get_subject_name(by_peer ? pki_cert_x509(peer) : fuzz_ca_x509)) != 1 ||
	    X509_sign(x, fuzz_ca_key, md) <= 0 || (c = fuzz_ca_read(x)) == NULL)
		return;
	for (int strict = 0; strict < 2; strict++)
		follow(c, ca, by_peer ? peer : ca, strict != 0);
	pki_cert_drop(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pki_cert *ca, *cert, *c;
	struct err err = {0};
	fuzz_ca(&ca, &cert);
	if (size < 2 || size < 2u + data[1])
		return 0;
	const struct bytes id = {data + 2, data[1]}, der = {data + 2 + data[1], size - 2 - data[1]};
	look(cert, data[0], id);
	c = pki_cert_read(der, &err);
	if (c == NULL)
		return 0;
	look(c, data[0], id);
	for (int strict = 0; strict < 2; strict++)
		follow(c, ca, ca, strict != 0);
	const unsigned char *at = der.p;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	pki_cert_drop(c);
	for (int by_peer = 0; x != NULL && by_peer < 2; by_peer++)
		follow_signed(x, ca, cert, by_peer != 0);
	X509_free(x);
	return 0;
}
