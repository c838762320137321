/* Key material of both phases (RFC 2409 §5, §5.5, appendix B). */
#ifndef CRYPTO_IKE_KEYS_H
#define CRYPTO_IKE_KEYS_H

#include "core/base/buf.h"
#include "core/base/sa.h"
#include "crypto/prim/prim.h"

/* What an IKE SA keeps after Main Mode. */
struct ike_keys {
	enum prim_md md;
	enum prim_cipher cipher;
	uint8_t md_len, key_len, block;
	uint8_t skeyid[PRIM_MD_MAX], d[PRIM_MD_MAX], a[PRIM_MD_MAX];
	uint8_t key[PRIM_KEY_MAX]; /* of the cipher */
};

/* Keyed hashes computed so far, in all engines of the program. */
uint64_t ike_keys_hmacs(void);

/* How SKEYID is made: of the pre-shared key, or of the Diffie-Hellman secret where signatures prove who the ends are. */
enum ike_skeyid { IKE_SKEYID_PSK, IKE_SKEYID_SIG };

/* What goes into them. */
struct ike_key_input {
	enum ike_skeyid how;
	struct bytes psk, nonce_i, nonce_r, ke_i, ke_r, secret;
	const uint8_t *icookie, *rcookie;
};

/* SKEYID, SKEYID_d, _a, the cipher key, and the first IV. md, cipher, key_len are set by the caller. */
void ike_keys_derive(struct ike_keys *k, const struct ike_key_input *in, uint8_t *iv);
/* HASH_I or HASH_R (RFC 2409 §5): own side's KE and cookie first. Returns its length. */
size_t ike_keys_auth(const struct ike_keys *k, struct bytes ke_own, struct bytes ke_other,
                     const uint8_t *cookie_own, const uint8_t *cookie_other, struct bytes sa,
                     struct bytes id, uint8_t *out);
/* prf(SKEYID_a, parts). */
size_t ike_keys_prf_a(const struct ike_keys *k, const struct bytes *parts, size_t n, uint8_t *out);
/* IV of a new exchange of phase 2: hash(last block of phase 1 | message id). */
void ike_keys_iv2(const struct ike_keys *k, const uint8_t *last_block, uint32_t msgid, uint8_t *iv);
/* KEYMAT for one direction: cipher key, then MAC key. secret empty = no PFS. */
void ike_keys_esp(const struct ike_keys *k, struct bytes secret, uint32_t spi, struct bytes nonce_i,
                  struct bytes nonce_r, struct esp_alg alg, uint8_t *key, uint8_t *mac_key);

#endif
