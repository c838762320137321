/* Is the peer who it says it is? Certificate chain, signature, revocation (RFC 5280 §6, RFC 4945): in this order, with one
 * reason for every refusal. Nothing that a certificate names is fetched before the certificate is verified. */
#ifndef CRYPTO_PKI_CHECK_H
#define CRYPTO_PKI_CHECK_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "crypto/pki/cert.h"

struct pki;
struct pki_check;

/* Name, text for logs. The first means that the peer is believed, the second that it is although its revocation is not
 * known (`revocation-check crl none`). */
#define PKI_WHY_LIST(X)                                                                           \
	X(GOOD, "validated")                                                                      \
	X(GOOD_UNCHECKED, "validated, revocation status is not known")                            \
	X(MALFORMED, "the certificate cannot be read")                                            \
	X(NO_CERT, "the peer sent no certificate")                                                \
	X(TOO_MANY, "the peer sent too many certificates")                                        \
	X(NO_TRUSTPOINT, "no trustpoint of its issuer")                                           \
	X(CHAIN, "the chain does not lead to a trustpoint")                                       \
	X(CHAIN_SIGNATURE, "the signature of a certificate is wrong")                             \
	X(NOT_YET, "the certificate is not yet valid")                                            \
	X(EXPIRED, "the certificate has expired")                                                 \
	X(NOT_A_CA, "a certificate of the chain may not issue certificates")                      \
	X(NAME_CONSTRAINT, "a CA of the chain may not certify that name")                         \
	X(EXTENSION, "a critical extension of a certificate is not understood")                   \
	X(USAGE, "the certificate may not be used to sign")                                       \
	X(WEAK, "the certificate's key or signature is too weak")                                 \
	X(SIGNATURE, "the peer's signature is wrong")                                             \
	X(IDENTITY, "the peer's identity is not in its certificate")                              \
	X(REVOKED, "the certificate is revoked")                                                  \
	X(NO_CRL, "no CRL is to be had")                                                          \
	X(CRL_INVALID, "the CRL cannot be believed")                                              \
	X(CRL_STALE, "the CRL is out of date")                                                    \
	X(NO_OCSP, "the OCSP responder does not answer")                                          \
	X(OCSP_INVALID, "the OCSP answer cannot be believed")                                     \
	X(BUSY, "too many certificates are being checked")

enum pki_why {
#define X(name, text) PKI_WHY_##name,
	PKI_WHY_LIST(X)
#undef X
	        PKI_WHYS
};
const char *pki_why_text(enum pki_why why);

/* `peer-id-validate` of a tunnel group */
enum pki_id_validate { PKI_ID_REQUIRED, PKI_ID_IF_SUPPORTED, PKI_ID_NOCHECK };

struct pki_check_in {
	struct bytes certs[PKI_CHAIN_MAX]; /* DER as the peer sent them; the first one is its own or the one that fits its
	                                    * identity */
	size_t ncerts;
	struct bytes hash, sig; /* HASH_I or HASH_R, and SIG */
	uint8_t id_type;        /* RFC 2407 §4.6.2.1 */
	struct bytes id;        /* its data, without type, protocol and port */
	uint32_t peer_ip;
};

struct pki_verdict {
	enum pki_why why;
	const char *detail;      /* more of it ("CN=a,O=b since Nov 3 2026"), "" = nothing */
	struct pki_cert *cert;   /* the peer's own, verified; NULL unless it is believed. Hold it to keep it */
	const char *trustpoint;  /* which one it was */
};

/* How many may be under way. */
enum { PKI_CHECKS_MAX = 64 };

/* Copies what it needs. done is called exactly once, never from within, unless the check is cancelled. NULL when there
 * are too many (nothing is called). Whether the identity stands in the certificate is asked by pki_id_check, because
 * only the tunnel group says whether it must. */
struct pki_check *pki_check_start(struct pki *pki, const struct pki_check_in *in,
                                  void (*done)(void *arg, const struct pki_verdict *v), void *arg);
void pki_check_cancel(struct pki_check *check);

/* Does the identity of an ID payload stand in the certificate: DN as subject, FQDN, USER_FQDN and address as alternative
 * name (RFC 4945 §5.1), or a FQDN as common name? nosupport: the certificate has no name of that kind at all. */
bool pki_id_check(const struct pki_cert *cert, uint8_t id_type, struct bytes id, bool *nosupport);

#endif
