/* One question to an OCSP responder and its answer (RFC 6960, RFC 8954). Whoever asks brings the bytes there and back. */
#ifndef CRYPTO_PKI_OCSP_H
#define CRYPTO_PKI_OCSP_H

#include "crypto/pki/check.h"
#include "crypto/pki/crl.h"

enum {
	PKI_OCSP_BYTES_MAX = 64 << 10, /* of an answer */
	PKI_OCSP_SKEW_S = 300,         /* how far its clock may be from ours */
	PKI_OCSP_AGE_MAX_S = 86400,    /* of an answer with neither nonce nor nextUpdate */
};

struct pki_ocsp;

/* About a certificate of an issuer. nonce: the answer must have it too. NULL when memory is short. */
struct pki_ocsp *pki_ocsp_new(const struct pki_cert *cert, struct pki_cert *issuer, bool nonce);
void pki_ocsp_free(struct pki_ocsp *q);             /* NULL is allowed */
struct bytes pki_ocsp_request(const struct pki_ocsp *q); /* DER; as long as q */

/* Judges an answer; hostile. GOOD, REVOKED (with *entry), NO_OCSP (the responder cannot say: try later, unknown) or
 * OCSP_INVALID, for the last two with detail. It must be signed by the issuer, or by whom the issuer gave a certificate
 * for that; be about the certificate; be of now; and have the nonce: a responder that leaves it out is refused, as on the
 * appliance, until `ocsp disable-nonce` is configured. Any thread. */
enum pki_why pki_ocsp_read(const struct pki_ocsp *q, struct bytes body, int64_t now, struct pki_crl_entry *entry,
                           const char **detail);

#endif
