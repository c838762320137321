/* One X.509 certificate (RFC 5280), read once, never changed, counted by those who hold it. */
#ifndef CRYPTO_PKI_CERT_H
#define CRYPTO_PKI_CERT_H

#include "core/base/buf.h"
#include "core/base/err.h"

struct pki_cert;

enum {
	PKI_CERT_MAX = 16384, /* bytes of one, as DER */
	PKI_CHAIN_MAX = 8,    /* certificates of one chain */
};

/* From DER, all of it; hostile. NULL with err: too long, not a certificate, something behind it, a key that cannot be
 * used (only RSA of 512 to 8192 bits, with an exponent of at most 64). The first holder is the caller. */
struct pki_cert *pki_cert_read(struct bytes der, struct err *err);
/* The same of one that was read before it was kept (in the configuration): what nobody asks for yet is not looked into,
 * because OpenSSL needs a tenth of a millisecond to set up a key. What it cannot make of the rest later is a certificate
 * without names, key and extensions, which fits nothing. */
struct pki_cert *pki_cert_read_kept(struct bytes der, struct err *err);
struct pki_cert *pki_cert_hold(struct pki_cert *cert);
void pki_cert_drop(struct pki_cert *cert); /* NULL is allowed */

struct bytes pki_cert_der(const struct pki_cert *cert);
/* Names as DER (what ID_DER_ASN1_DN and CERTREQ carry). */
struct bytes pki_cert_subject(const struct pki_cert *cert);
struct bytes pki_cert_issuer(const struct pki_cert *cert);
/* Its issuer is itself, by name. */
bool pki_cert_self_issued(const struct pki_cert *cert);
bool pki_cert_same(const struct pki_cert *a, const struct pki_cert *b);
/* Seconds since 1970, UTC. */
int64_t pki_cert_not_before(const struct pki_cert *cert);
int64_t pki_cert_not_after(const struct pki_cert *cert);
/* Of its RSA key. */
unsigned pki_cert_bits(const struct pki_cert *cert);

#endif
