/* The portable back end: OpenSSL, one packet after the other. An engine has a context per cipher and direction,
 * which gets another key only when it is another than the last one's; the HMAC starts from saved states. */
#include <stdlib.h>

#include "crypto/prim/prim_batch_int.h"

struct slot {
	EVP_CIPHER_CTX *ctx;
	uint64_t id; /* of the key that is in it, 0 = none */
};

struct prim_openssl {
	struct slot slots[PRIM_EVP_N][2]; /* decrypting, encrypting */
};

struct prim_openssl *prim_openssl_new(void)
{
	struct prim_openssl *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	for (int i = 0; i < PRIM_EVP_N; i++) {
		for (int dir = 0; dir < 2; dir++) {
			EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();

			s->slots[i][dir].ctx = ctx;
			if (!ctx || !prim_evp_at(i) ||
			    EVP_CipherInit_ex2(ctx, prim_evp_at(i), NULL, NULL, dir, NULL) != 1 ||
			    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1) {
				prim_openssl_free(s);
				return NULL;
			}
		}
	}
	return s;
}

void prim_openssl_free(struct prim_openssl *s)
{
	if (!s)
		return;
	for (int i = 0; i < PRIM_EVP_N; i++) {
		EVP_CIPHER_CTX_free(s->slots[i][0].ctx); /* wipes the key schedule */
		EVP_CIPHER_CTX_free(s->slots[i][1].ctx);
	}
	free(s);
}

/* Another key takes the place of the old one, so that one of zeros is as good as wiping. */
void prim_openssl_forget(struct prim_openssl *s, const struct prim_key *k)
{
	static const uint8_t zero[PRIM_KEY_MAX];
	struct slot *slot;

	if (k->index < 0)
		return;
	slot = &s->slots[k->index][k->encrypt];
	if (slot->id != k->id)
		return;
	EVP_CipherInit_ex2(slot->ctx, NULL, zero, zero, -1, NULL);
	slot->id = 0;
}

bool prim_openssl_cipher(struct prim_openssl *s, const struct prim_op *op)
{
	const struct prim_key *k = op->key;
	struct slot *slot = &s->slots[k->index][k->encrypt];
	bool same = slot->id == k->id;
	int written = 0;

	if (op->data_len > INT32_MAX)
		return false;
	slot->id = 0;
	if (EVP_CipherInit_ex2(slot->ctx, NULL, same ? NULL : k->raw, op->iv, -1, NULL) != 1)
		return false;
	slot->id = k->id;
	return EVP_CipherUpdate(slot->ctx, op->data, &written, op->data, (int)op->data_len) == 1 &&
	       (uint32_t)written == op->data_len;
}

void prim_openssl_mac(const struct prim_op *op, uint8_t digest[PRIM_MD_MAX])
{
	const struct prim_key *k = op->key;
	struct prim_hash h;
	size_t len;

	prim_hash_resume(&h, k->md, k->inner);
	prim_hash_update(&h, op->auth, op->auth_len);
	len = prim_hash_final(&h, digest);
	prim_hash_resume(&h, k->md, k->outer);
	prim_hash_update(&h, digest, len);
	prim_hash_final(&h, digest);
}
