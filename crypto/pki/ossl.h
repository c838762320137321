/* Inside this folder only: OpenSSL's objects behind ours. They stay ours. */
#ifndef CRYPTO_PKI_OSSL_H
#define CRYPTO_PKI_OSSL_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/pki/cert.h"
#include "crypto/pki/key.h"

X509 *pki_cert_x509(const struct pki_cert *cert);
/* Seconds since 1970 (also of an ASN1_GENERALIZEDTIME). false: NULL, or no time. */
bool pki_seconds(const ASN1_TIME *t, int64_t *out);
/* Takes the pair, also when it refuses: no RSA key, or of a size that is not supported. */
struct pki_key *pki_key_of_evp(EVP_PKEY *evp, struct err *err);
EVP_PKEY *pki_key_evp(const struct pki_key *key);
/* The newest error of OpenSSL as text, and its queue emptied. Lives until the next call on this thread. */
const char *pki_ossl_error(void);

#endif
