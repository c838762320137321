/* The appliance's own RSA key pairs by label, kept as files keys/rsa/LABEL of the state directory (0600; the label
 * encoded, PKCS#8 as PEM). Control thread only. */
#ifndef CRYPTO_PKI_KEYS_H
#define CRYPTO_PKI_KEYS_H

#include "crypto/pki/key.h"

enum { PKI_LABEL_MAX = 64, PKI_PAIRS_MAX = 128 };

enum pki_key_use { PKI_KEY_SIGN, PKI_KEY_ENCRYPT, PKI_KEY_USES };

/* Under one label: one pair for both uses, or (usage-keys) one for each. */
struct pki_pair {
	char label[PKI_LABEL_MAX + 1];
	int64_t made_s;                     /* since 1970 */
	bool general;                       /* the same key twice */
	struct pki_key *key[PKI_KEY_USES]; /* held */
};

struct pki_keys;

/* dir: see pki_new. Reads what is there; a file that is no key pair is passed over, `bad` is told its name and why (may
 * be NULL). NULL with err when memory is short or the folder cannot be read. */
struct pki_keys *pki_keys_new(int dir, void (*bad)(const char *file, const char *why), struct err *err);
void pki_keys_free(struct pki_keys *keys); /* the files stay; NULL is allowed */
/* NULL when there is none. Until the next change. */
const struct pki_pair *pki_keys_find(const struct pki_keys *keys, const char *label);
size_t pki_keys_count(const struct pki_keys *keys);
const struct pki_pair *pki_keys_at(const struct pki_keys *keys, size_t i); /* by label */
/* Keeps a pair, in place of the one of that label, whose file is wiped: on disk before it returns. Holds the keys by
 * itself. 0 or -errno with err, then what was there stays. */
int pki_keys_put(struct pki_keys *keys, const struct pki_pair *pair, struct err *err);
/* Wipes and removes the file. 0, -ENOENT, or -errno when the file cannot be removed (the pair is forgotten all the
 * same). */
int pki_keys_remove(struct pki_keys *keys, const char *label, struct err *err);

#endif
