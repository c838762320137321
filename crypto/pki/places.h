/* Inside this folder only: where the revocation of a certificate is to be looked up. */
#ifndef CRYPTO_PKI_PLACES_H
#define CRYPTO_PKI_PLACES_H

#include "crypto/pki/conf.h"

enum { PKI_PLACES_MAX = 10, PKI_RESPONDERS_MAX = 2 };

/* In the order in which they are tried, each once. */
struct pki_places {
	char *url[PKI_PLACES_MAX]; /* "" = of the CA by SCEP (GetCRL) */
	size_t n;
};

/* By the policy and the protocols of the trustpoint: of the certificate's distribution points (not those of another issuer
 * or of some reasons), static ones, the CA itself. direct: the trustpoint's CA has issued it. */
void pki_places_crl(struct pki_places *p, const struct pki_trustpoint *tp, const struct pki_cert *cert, bool direct);
/* The trustpoint's responder, else those that the certificate names. */
void pki_places_ocsp(struct pki_places *p, const struct pki_trustpoint *tp, const struct pki_cert *cert);
void pki_places_drop(struct pki_places *p);

#endif
