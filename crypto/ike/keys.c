#include "crypto/ike/keys.h"

#include <string.h>

enum { KEYMAT_MAX = 96 };

static struct bytes b(const void *p, size_t len)
{
	return (struct bytes){p, len};
}

#define N(a) (sizeof(a) / sizeof(a)[0])

static uint64_t hmacs;

uint64_t ike_keys_hmacs(void)
{
	return hmacs;
}

static size_t hmac(enum prim_md md, struct bytes key, const struct bytes *parts, size_t n,
                   uint8_t *out)
{
	hmacs++;
	return prim_hmac(md, key, parts, n, out);
}

/* A cipher key longer than SKEYID_e is drawn out: K1 = prf(SKEYID_e, 0), K2 = prf(SKEYID_e, K1) ...
 * (RFC 2409 appendix B) */
static void cipher_key(struct ike_keys *k, const uint8_t *skeyid_e)
{
	uint8_t long_key[KEYMAT_MAX], block[PRIM_MD_MAX] = {0};
	size_t have = 0;

	if (k->key_len <= k->md_len) {
		memcpy(k->key, skeyid_e, k->key_len);
		return;
	}
	struct bytes in = b(block, 1);
	while (have < k->key_len) {
		hmac(k->md, b(skeyid_e, k->md_len), &in, 1, block);
		memcpy(long_key + have, block, k->md_len);
		have += k->md_len;
		in = b(block, k->md_len);
	}
	memcpy(k->key, long_key, k->key_len);
	wipe(long_key, sizeof long_key);
	wipe(block, sizeof block);
}

/* RFC 2409 §5: prf(pre-shared key, Ni | Nr) or prf(Ni | Nr, g^xy). */
static void make_skeyid(struct ike_keys *k, const struct ike_key_input *in)
{
	enum { NONCES_MAX = 512 }; /* RFC 2409 §5: at most 256 octets each */
	struct bytes nonces[] = {in->nonce_i, in->nonce_r};
	uint8_t key[NONCES_MAX];
	struct wr w = wr_of(key, sizeof key);

	if (in->how == IKE_SKEYID_PSK) {
		hmac(k->md, in->psk, nonces, N(nonces), k->skeyid);
		return;
	}
	wr_bytes(&w, in->nonce_i.p, in->nonce_i.len);
	wr_bytes(&w, in->nonce_r.p, in->nonce_r.len);
	hmac(k->md, b(key, wr_len(&w)), &in->secret, 1, k->skeyid);
}

void ike_keys_derive(struct ike_keys *k, const struct ike_key_input *in, uint8_t *iv)
{
	static const uint8_t digits[3] = {0, 1, 2};
	uint8_t e[PRIM_MD_MAX], hash[PRIM_MD_MAX];

	k->md_len = (uint8_t)prim_md_len(k->md);
	k->block = (uint8_t)prim_cipher_block(k->cipher);
	make_skeyid(k, in);

	struct bytes skeyid = b(k->skeyid, k->md_len);
	struct bytes tail[] = {b(NULL, 0), in->secret, b(in->icookie, 8), b(in->rcookie, 8),
	                       b(&digits[0], 1)};
	hmac(k->md, skeyid, tail + 1, N(tail) - 1, k->d);
	tail[0] = b(k->d, k->md_len);
	tail[4] = b(&digits[1], 1);
	hmac(k->md, skeyid, tail, N(tail), k->a);
	tail[0] = b(k->a, k->md_len);
	tail[4] = b(&digits[2], 1);
	hmac(k->md, skeyid, tail, N(tail), e);
	cipher_key(k, e);

	struct bytes kes[] = {in->ke_i, in->ke_r};
	prim_hash(k->md, kes, N(kes), hash);
	memcpy(iv, hash, k->block);
	wipe(e, sizeof e);
}

size_t ike_keys_auth(const struct ike_keys *k, struct bytes ke_own, struct bytes ke_other,
                     const uint8_t *cookie_own, const uint8_t *cookie_other, struct bytes sa,
                     struct bytes id, uint8_t *out)
{
	struct bytes parts[] = {ke_own, ke_other, b(cookie_own, 8), b(cookie_other, 8), sa, id};
	return hmac(k->md, b(k->skeyid, k->md_len), parts, N(parts), out);
}

size_t ike_keys_prf_a(const struct ike_keys *k, const struct bytes *parts, size_t n, uint8_t *out)
{
	return hmac(k->md, b(k->a, k->md_len), parts, n, out);
}

void ike_keys_iv2(const struct ike_keys *k, const uint8_t *last_block, uint32_t msgid, uint8_t *iv)
{
	uint8_t hash[PRIM_MD_MAX], id[4];
	struct wr w = wr_of(id, sizeof id);
	wr_u32(&w, msgid);
	struct bytes parts[] = {b(last_block, k->block), b(id, sizeof id)};
	prim_hash(k->md, parts, N(parts), hash);
	memcpy(iv, hash, k->block);
}

static size_t mac_key_len(enum esp_mac mac)
{
	static const uint8_t len[] = {
	        [ESP_MAC_NONE] = 0, [ESP_MAC_MD5] = 16, [ESP_MAC_SHA1] = 20, [ESP_MAC_SHA256] = 32};
	return len[mac];
}

void ike_keys_esp(const struct ike_keys *k, struct bytes secret, uint32_t spi, struct bytes nonce_i,
                  struct bytes nonce_r, struct esp_alg alg, uint8_t *key, uint8_t *mac_key)
{
	enum { PROTOCOL_ESP = 3 };
	uint8_t keymat[KEYMAT_MAX], head[5];
	size_t mac_len = mac_key_len(alg.mac), need = alg.key_len + mac_len;
	struct wr w = wr_of(head, sizeof head);

	wr_u8(&w, PROTOCOL_ESP);
	wr_u32(&w, spi);
	struct bytes parts[] = {b(NULL, 0), secret, b(head, sizeof head), nonce_i, nonce_r};
	for (size_t have = 0; have < need; have += k->md_len) {
		hmac(k->md, b(k->d, k->md_len), parts, N(parts), keymat + have);
		parts[0] = b(keymat + have, k->md_len);
	}
	memcpy(key, keymat, alg.key_len);
	memcpy(mac_key, keymat + alg.key_len, mac_len);
	wipe(keymat, sizeof keymat);
}
