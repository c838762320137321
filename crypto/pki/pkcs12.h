/* PKCS#12 (RFC 7292): a key pair with its certificates, under a passphrase. */
#ifndef CRYPTO_PKI_PKCS12_H
#define CRYPTO_PKI_PKCS12_H

#include "crypto/pki/cert.h"
#include "crypto/pki/key.h"

enum {
	PKI_P12_MAX = 64 * 1024,           /* bytes of one */
	PKI_P12_CERTS = 16,                /* certificates in it */
	PKI_P12_ROUNDS = 2 * 1000 * 1000,  /* of the passphrase into a key, in all of it together */
};

struct pki_p12 {
	struct pki_key *key;
	struct pki_cert *own;                  /* of that key */
	struct pki_cert *other[PKI_P12_CERTS]; /* as they stand in it */
	size_t nother;
};

/* Hostile, and by RC2, 3DES or AES, whatever it was written with. How long it may take is bounded before anything is
 * derived, but it is work for a helper thread. false with err: not readable, wrong passphrase, no key, no certificate for
 * the key, too much of anything. */
bool pki_p12_read(struct bytes der, const char *pass, struct pki_p12 *out, struct err *err);
void pki_p12_drop(struct pki_p12 *p12);
/* By 3DES and SHA-1, which all peers read. DER, the caller's: wiped and freed by him. NULL with err. For a helper
 * thread. */
uint8_t *pki_p12_make(const struct pki_p12 *in, const char *name, const char *pass, size_t *len, struct err *err);

#endif
