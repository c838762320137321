/* Inside this folder only: names on the wire out of what is configured. */
#ifndef CRYPTO_PKI_SUBJECT_H
#define CRYPTO_PKI_SUBJECT_H

#include <openssl/x509.h>

#include "core/base/err.h"

/* Adds a configured subject to the name, in the order of the wire: the most special attribute, which is typed first, last
 * (RFC 4514 §2.1). 0 or -EINVAL with err. */
int pki_subject_read(const char *text, X509_NAME *name, struct err *err);
/* One attribute more, as the string type it may have: printable where that will do. false: not allowed there, too long. */
bool pki_subject_add(X509_NAME *name, int nid, const char *text, size_t len);
/* That type, V_ASN1_...; V_ASN1_UNDEF = none. */
int pki_subject_type(int nid, const char *text, size_t len);

#endif
