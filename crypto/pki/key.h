/* One RSA key pair, made or read once, never changed, counted by those who hold it. What it is called and where it is
 * kept is the business of keys.h. */
#ifndef CRYPTO_PKI_KEY_H
#define CRYPTO_PKI_KEY_H

#include "core/base/buf.h"
#include "core/base/err.h"

struct pki_cert;
struct pki_key;

enum {
	PKI_RSA_BITS_MIN = 512,
	PKI_RSA_BITS_MAX = 8192, /* of peers; ours are made with 4096 at most */
	PKI_SIG_MAX = PKI_RSA_BITS_MAX / 8,
};

/* Takes up to seconds: for a helper thread. NULL with err. */
struct pki_key *pki_key_generate(unsigned bits, struct err *err);
/* From PEM (PKCS#8 or PKCS#1, not encrypted). */
struct pki_key *pki_key_read(struct str pem, struct err *err);
struct pki_key *pki_key_hold(struct pki_key *key);
void pki_key_drop(struct pki_key *key); /* NULL is allowed; the last one wipes it */
/* PKCS#8 as PEM; the caller wipes it and frees it with free(). NULL when memory is short. */
char *pki_key_pem(const struct pki_key *key, size_t *len);
/* SubjectPublicKeyInfo as DER; lives as long as the key. */
struct bytes pki_key_public(const struct pki_key *key);
unsigned pki_key_bits(const struct pki_key *key);
bool pki_key_fits(const struct pki_key *key, const struct pki_cert *cert);

/* SIG payload of IKEv1 (RFC 2409 §5.1): PKCS#1 block type 1 over the hash alone, without DigestInfo. Any thread. false
 * when the key is too short for the hash. sig has room for PKI_SIG_MAX. */
bool pki_sign_hash(const struct pki_key *key, struct bytes hash, uint8_t *sig, size_t *len);
/* The same of a peer: exactly the block and exactly the hash, compared in constant time. */
bool pki_verify_hash(const struct pki_cert *cert, struct bytes hash, struct bytes sig);

#endif
