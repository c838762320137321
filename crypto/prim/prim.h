/* Hashes, HMAC and whole-buffer ciphers. This folder is the only one that includes OpenSSL (beside pki).
 *
 * Constant-time compare is bytes_eq_secret() (core/base/buf.h), random bytes are random_bytes()
 * (core/base/random.h). Everything here may be called from any thread after prim_init(). */
#ifndef CRYPTO_PRIM_PRIM_H
#define CRYPTO_PRIM_PRIM_H

#include "core/base/buf.h"
#include "core/base/err.h"

/* Loads the providers (default, and legacy for single DES) and fetches every algorithm once. Call before
 * threads start and before the system call filter. May be called again. 0 or -ENOTSUP with err. */
int prim_init(struct err *err);
/* Undoes it, also half of it. When nothing of this folder is in use any more. */
void prim_free(void);

/* ------------------------------------------------------------------ hashes */

enum prim_md {
	PRIM_MD_NONE,
	PRIM_MD4,  /* RFC 1320; MS-CHAP only */
	PRIM_MD5,  /* RFC 1321 */
	PRIM_SHA1, /* FIPS 180-4 */
	PRIM_SHA256,
};

enum {
	PRIM_MD_MAX = 32,   /* longest digest */
	PRIM_MD_BLOCK = 64, /* block of all of them */
};

size_t prim_md_len(enum prim_md md);       /* digest length in bytes: 0, 16, 16, 20, 32 */
const char *prim_md_name(enum prim_md md); /* "md5"; "?" when there is no such one */

/* A running hash; may be copied by assignment to branch off, needs no release. */
struct prim_hash {
	enum prim_md md;
	_Alignas(8) uint8_t state[112];
};

void prim_hash_init(struct prim_hash *h, enum prim_md md);
void prim_hash_update(struct prim_hash *h, const void *data, size_t len);
/* Writes the digest (out has room for prim_md_len() bytes, here and below), wipes the state; returns the digest's
 * length. */
size_t prim_hash_final(struct prim_hash *h, uint8_t *out);
/* All pieces in order, one-shot. */
size_t prim_hash(enum prim_md md, const struct bytes *parts, size_t n, uint8_t *out);

/* ------------------------------------------------------------------ HMAC (RFC 2104) */

/* A key made ready: the states after the inner and the outer pad. Wipe it when done. */
struct prim_hmac_key {
	struct prim_hash inner, outer;
};

/* key of any length; may be wiped afterwards. */
void prim_hmac_key_set(struct prim_hmac_key *k, enum prim_md md, const void *key, size_t len);
/* Returns the digest's length. */
size_t prim_hmac_keyed(const struct prim_hmac_key *k, const struct bytes *parts, size_t n,
                       uint8_t *out);
size_t prim_hmac(enum prim_md md, struct bytes key, const struct bytes *parts, size_t n,
                 uint8_t *out);

/* PBKDF2 with HMAC-SHA-512 (RFC 8018 §5.2): len bytes to out. Costs some microseconds a round. false: it failed. */
bool prim_pbkdf2_sha512(struct bytes password, struct bytes salt, unsigned rounds, uint8_t *out,
                        size_t len);

/* ------------------------------------------------------------------ ciphers */

enum prim_cipher {
	PRIM_CIPHER_NULL, /* RFC 2410 */
	PRIM_DES,
	PRIM_3DES, /* EDE, three keys */
	PRIM_AES,  /* by key length 16, 24, 32 */
};

enum {
	PRIM_IV_MAX = 16,
	PRIM_KEY_MAX = 32,
};

size_t prim_cipher_block(enum prim_cipher c); /* block = IV length: 0 (NULL), 8, 8, 16 */
bool prim_cipher_key_ok(enum prim_cipher c, size_t key_len); /* bytes; the NULL cipher has none */

/* CBC over a whole buffer (IKE messages). len must be a multiple of the block; in and out may be the same
 * buffer. iv is not changed: the next one is the last cipher block. 0, -EINVAL (lengths) or -EIO. */
int prim_cbc_encrypt(enum prim_cipher c, struct bytes key, const uint8_t *iv, const uint8_t *in,
                     uint8_t *out, size_t len);
int prim_cbc_decrypt(enum prim_cipher c, struct bytes key, const uint8_t *iv, const uint8_t *in,
                     uint8_t *out, size_t len);

/* One block of DES-ECB, for MS-CHAP (RFC 2433 §A.5). key has 8 bytes, parity ignored. 0 or -EIO. */
int prim_des_ecb(const uint8_t key[8], const uint8_t in[8], uint8_t out[8]);
/* Spreads 7 bytes over the 8 bytes of a DES key, with odd parity (RFC 2433 §A.6). */
void prim_des_key_expand(const uint8_t in[7], uint8_t out[8]);

/* ------------------------------------------------------------------ base64 (RFC 4648 §4) */

/* Writes text and a NUL; returns its length, 0 when cap is too small (needs 4 * ceil(len / 3) + 1). */
size_t prim_base64_encode(const void *data, size_t len, char *out, size_t cap);
/* Padding required, no blanks. false when not base64 or over cap. */
bool prim_base64_decode(struct str text, uint8_t *out, size_t cap, size_t *len);

#endif
