/* Certificates for tests, made as they are wanted. */
#ifndef TESTS_CERTS_H
#define TESTS_CERTS_H

#include "core/base/out.h"
#include "crypto/pki/cert.h"
#include "crypto/pki/key.h"

struct cert_attr {
	const char *type; /* as OpenSSL names it ("CN", "emailAddress", "unstructuredName"), or a dotted OID */
	const char *value;
	size_t len;       /* 0 = strlen */
	int tag;          /* V_ASN1_...; 0 = PrintableString or UTF8String as it fits */
};

/* What is zero is left out or usual. */
struct cert_wish {
	const struct cert_attr *subject; /* in the order of encoding, ended by a type of NULL */
	const char *serial;              /* hexadecimal; "1" */
	int64_t from_s, to_s;            /* 2020 to 2049 */
	const struct pki_key *key;       /* its own */
	const struct pki_cert *issuer;   /* NULL = itself */
	const struct pki_key *signer;    /* the issuer's; NULL = key */
	const char *digest;              /* "SHA256" */
	const char *extensions[8];       /* "basicConstraints=critical,CA:TRUE", as in OpenSSL's configuration */
};

/* The caller's to drop; ends the program when it cannot be made. */
struct pki_cert *cert_make(const struct cert_wish *wish);
/* The block of `crypto ca certificate chain NAME`: role "" or "ca". */
void cert_lines(const struct pki_cert *cert, const char *role, struct out *lines);
/* A key that is made once and kept for the run of the program: number 0, 1, ... of so many bits. */
struct pki_key *cert_key(unsigned number, unsigned bits);

#endif
