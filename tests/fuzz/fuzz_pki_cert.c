/* A peer's CERT and ID payloads: type of identity, its length, identity, certificate. Read, looked at in every way, and
 * (signed again by a CA that is believed) followed to its trustpoint. */
#include <string.h>

#include "crypto/pki/chain.h"
#include "crypto/pki/name.h"
#include "tests/fuzz/pki_ca.h"

static void look(const struct pki_cert *c, uint8_t type, struct bytes id)
{
	static const char *const words[] = {"cn", "ou", "ea", "hostname"};
	char text[PKI_NAME_TEXT], serial[PKI_SERIAL_TEXT], value[PKI_VALUE_TEXT];
	bool nosupport;
	if (pki_id_check(c, type, id, &nosupport) && nosupport)
		abort();
	pki_name_text(pki_cert_subject(c), text, sizeof text);
	for (const char *p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			abort();
	pki_name_text(pki_cert_issuer(c), text, sizeof text);
	pki_serial_text(c, serial);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		pki_subject_attr(c, words[i], value);
}

static void follow(struct pki_cert *c, struct pki_cert *ca)
{
	struct pki_trustpoint tp = {.name = "T", .url = "", .ocsp_url = "", .crl_url = {"", "", "", "", ""},
	                            .ca_check = true, .validates = true, .subordinates = true};
	struct pki_conf conf = {.trustpoints = &tp, .ntrustpoints = 1};
	tp.cert[PKI_ROLE_CA] = ca;
	struct pki_anchors *anchors = pki_anchors_new(&conf);
	struct pki_cert *certs[2] = {c, ca};
	struct pki_chain chain;
	if (anchors == NULL)
		abort();
	pki_chain_build(anchors, certs, 2, FUZZ_NOW, &chain);
	if ((chain.why == PKI_WHY_GOOD) != (chain.npath > 0))
		abort();
	pki_chain_drop(&chain);
	pki_anchors_drop(anchors);
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
	follow(c, ca);
	const unsigned char *at = der.p;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	pki_cert_drop(c);
	if (x != NULL && X509_set_issuer_name(x, X509_get_subject_name(fuzz_ca_x509)) == 1 &&
	    X509_sign(x, fuzz_ca_key, EVP_sha256()) > 0 && (c = fuzz_ca_read(x)) != NULL) {
		follow(c, ca);
		pki_cert_drop(c);
	}
	X509_free(x);
	return 0;
}
