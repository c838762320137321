/* Messages of SCEP (RFC 8894, and the drafts before it that Windows 2000 and 2003 speak): what is asked, what is
 * answered. Nothing here waits or knows of a connection; all of it may be called from any thread. Everything that a server
 * says is hostile until its signature by a certificate we know was verified. */
#ifndef CRYPTO_PKI_SCEP_MSG_H
#define CRYPTO_PKI_SCEP_MSG_H

#include "crypto/pki/cert.h"
#include "crypto/pki/key.h"

enum {
	SCEP_NONCE = 16,
	SCEP_TRANSACTION = 32,       /* characters of ours */
	SCEP_CAPS_MAX = 4096,        /* bytes of answers */
	SCEP_REPLY_MAX = 256 << 10,
	SCEP_CRL_MAX = 8 << 20,      /* of an answer with a CRL in it */
	SCEP_ATTRIBUTE_MAX = 64,     /* bytes of a signed attribute that is looked at */
	SCEP_CERTS_MAX = 2 * PKI_CHAIN_MAX,
};

/* RFC 8894 §3.2.1.2 */
enum scep_type {
	SCEP_CERT_REP = 3,
	SCEP_RENEWAL_REQ = 17,
	SCEP_PKCS_REQ = 19,
	SCEP_CERT_POLL = 20, /* GetCertInitial of the drafts */
	SCEP_GET_CRL = 22,
};
enum scep_status { SCEP_SUCCESS = 0, SCEP_FAILURE = 2, SCEP_PENDING = 3 };

/* ------------------------------------------------------------------ what a CA can (§3.5.2) */

#define SCEP_CAP_LIST(X)                        \
	X(AES, "AES")                           \
	X(DES3, "DES3")                         \
	X(POST, "POSTPKIOperation")             \
	X(RENEWAL, "Renewal")                   \
	X(SHA1, "SHA-1")                        \
	X(SHA256, "SHA-256")                    \
	X(STANDARD, "SCEPStandard")

enum scep_cap_bit {
#define X(name, word) SCEP_CAP_BIT_##name,
	SCEP_CAP_LIST(X)
#undef X
	        SCEP_CAPS
};
#define SCEP_CAP(name) (1u << SCEP_CAP_BIT_##name)

/* Bits of SCEP_CAP() in the answer to GetCACaps; lines that are not known are passed over. Words in any case. */
unsigned scep_caps_read(struct bytes body);

/* ------------------------------------------------------------------ who the CA is (§4.2.1) */

/* CA mode: ca alone. RA mode: the RA's certificates too, which may be the same one twice. */
struct scep_ca {
	struct pki_cert *ca, *ra_sign, *ra_encrypt; /* held */
};
/* The answer to GetCACert: one certificate, or a degenerate SignedData with several in any order. In it the CA is the one
 * that issued the others; an RA's certificate must be signed by it. Content types are not believed. false with err. */
bool scep_ca_read(struct bytes body, struct scep_ca *ca, struct err *err);
void scep_ca_drop(struct scep_ca *ca);
static inline const struct pki_cert *scep_ca_encrypt(const struct scep_ca *ca)
{
	return ca->ra_encrypt != NULL ? ca->ra_encrypt : ca->ca;
}

/* ------------------------------------------------------------------ asking */

struct scep_ask {
	enum scep_type type;
	const char *transaction; /* SCEP_TRANSACTION characters */
	uint8_t nonce[SCEP_NONCE];
	struct bytes content;    /* what is put in the envelope: PKCS#10, or of scep_content_... */
	const struct pki_cert *to;   /* the envelope is for */
	const struct pki_cert *from; /* signs, with this key */
	const struct pki_key *key;
	unsigned caps;
};
/* A whole pkiMessage (§3.2); the caller frees it with free(). AES-128 or 3DES, SHA-256 or SHA-1, as caps say. NULL with
 * err. */
uint8_t *scep_ask_make(const struct scep_ask *ask, size_t *len, struct err *err);

/* IssuerAndSubject (§3.3.3) and IssuerAndSerialNumber (§3.3.4, §3.3.5). The caller frees them with free(). */
uint8_t *scep_content_subject(struct bytes issuer, struct bytes subject, size_t *len);
uint8_t *scep_content_serial(const struct pki_cert *cert, size_t *len);

/* Hexadecimal digits of a hash of the public key: the same for every message about it, also after a restart. */
void scep_transaction(const struct pki_key *key, char text[SCEP_TRANSACTION + 1]);

/* ------------------------------------------------------------------ answers (§3.3.2) */

/* What is wrong with an answer. Name, text for logs. */
#define SCEP_WHY_LIST(X)                                                        \
	X(GOOD, "")                                                             \
	X(MALFORMED, "the answer cannot be read")                               \
	X(STRANGER, "the answer is signed by a stranger")                       \
	X(SIGNATURE, "the signature of the answer is wrong")                    \
	X(TYPE, "the answer is of another type")                                \
	X(TRANSACTION, "the answer is of another transaction")                  \
	X(NONCE, "the answer is to another message")                            \
	X(STATUS, "the status of the answer is not known")                      \
	X(ENVELOPE, "the answer cannot be decrypted")                           \
	X(CONTENT, "what the answer holds cannot be read")

enum scep_why {
#define X(name, text) SCEP_WHY_##name,
	SCEP_WHY_LIST(X)
#undef X
	        SCEP_WHYS
};
const char *scep_why_text(enum scep_why why);
/* §3.2.1.4.1: what a CA says when it refuses; "no reason" for anything else. */
const char *scep_fail_text(int fail);

/* Signed attributes as they stand in the answer, for debug: DER of the value, cut. */
enum scep_attribute { SCEP_ATTR_TYPE, SCEP_ATTR_STATUS, SCEP_ATTR_NONCE, SCEP_ATTR_TRANSACTION, SCEP_ATTRS };
struct scep_raw {
	uint8_t der[SCEP_ATTRIBUTE_MAX];
	size_t len;
};

struct scep_expect {
	const struct scep_ca *ca;    /* who may have signed it */
	const char *transaction;
	const uint8_t *nonce;        /* SCEP_NONCE bytes: ours */
	const struct pki_cert *self; /* whom the envelope is for */
	const struct pki_key *key;
};

struct scep_reply {
	enum scep_status status;
	int fail; /* failInfo, -1 = none */
	struct scep_raw raw[SCEP_ATTRS]; /* as far as it came */
	struct pki_cert *certs[SCEP_CERTS_MAX]; /* held */
	size_t ncerts;
	uint8_t *crl; /* DER, of malloc; NULL = none */
	size_t crl_len;
};
/* Everything but who signed the certificates in it is checked. r is set in any case; scep_reply_free() releases it. */
enum scep_why scep_reply_read(struct bytes der, const struct scep_expect *e, struct scep_reply *r);
void scep_reply_free(struct scep_reply *r);
/* The certificates and the CRL of what was in the envelope: a degenerate SignedData (§3.4). */
bool scep_content_read(struct bytes der, struct scep_reply *r);

/* Did the CA sign it (name and signature)? */
bool scep_issued(const struct pki_cert *ca, const struct pki_cert *cert);

#endif
