/* What a trustpoint asks a CA for: certificate requests (PKCS#10, RFC 2986), and certificates that sign themselves. Both in
 * the appliance's form: the names of the device stand in the subject (unstructuredName and unstructuredAddress of PKCS#9,
 * serialNumber) and as alternative names. */
#ifndef CRYPTO_PKI_REQUEST_H
#define CRYPTO_PKI_REQUEST_H

#include "crypto/pki/cert.h"
#include "crypto/pki/key.h"

enum { PKI_SUBJECT_ATTRIBUTES = 32, PKI_SUBJECT_VALUE = 255 };

/* Texts: "" or NULL = none. */
struct pki_request {
	const char *subject;   /* as it is configured: "CN=gw, O=Example" */
	const char *fqdn;
	const char *email;
	uint32_t ip;           /* 0 = none */
	const char *serial;    /* of the appliance */
	const char *challenge; /* challengePassword */
	bool sha1;             /* signed with SHA-1, for a CA that knows nothing newer */
};

/* Can the subject be read (RFC 4514: attributes separated by commas; values may stand in quotes or hold "\,")? 0 or -EINVAL
 * with err: an attribute that is not known, without a value, too long, too many. */
int pki_subject_check(const char *subject, struct err *err);

/* DER; the caller's, free() frees it. Any thread: the key is at work. NULL with err. */
uint8_t *pki_request_make(const struct pki_key *key, const struct pki_request *r, size_t *len, struct err *err);
/* Signed by the key it is for (`enrollment self`; RFC 8894 §2.3). from, until: seconds since 1970. The serial number is
 * random. Any thread. NULL with err. */
struct pki_cert *pki_self_sign(const struct pki_key *key, const struct pki_request *r, int64_t from, int64_t until,
                               struct err *err);

#endif
