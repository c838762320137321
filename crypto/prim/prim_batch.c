/* The portable path: OpenSSL, one packet after the other. The cipher context keeps its key schedule, only the
 * IV is set per packet; the HMAC starts from saved states. */
#include "crypto/prim/prim_batch.h"

#include <errno.h>
#include <stdlib.h>

#include "crypto/prim/prim_evp.h"

struct prim_key {
	EVP_CIPHER_CTX *ctx; /* NULL for the NULL cipher */
	uint8_t block, icv_len;
	bool encrypt;
	enum prim_md md;
	struct prim_hmac_key hmac;
};

struct prim_key *prim_key_new(const struct prim_key_def *def, struct err *err)
{
	size_t mac_len = prim_md_len(def->md);
	struct prim_key *k;

	if (!prim_cipher_key_ok(def->cipher, def->key.len) || def->icv_len > mac_len ||
	    (def->md != PRIM_MD_NONE && (!def->icv_len || def->mac_key.len != mac_len))) {
		err_set(err, -EINVAL, "key length does not fit the algorithm");
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	if (!k) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	k->block = (uint8_t)prim_cipher_block(def->cipher);
	k->icv_len = def->icv_len;
	k->encrypt = def->encrypt;
	k->md = def->md;
	if (k->md != PRIM_MD_NONE)
		prim_hmac_key_set(&k->hmac, k->md, def->mac_key.p, def->mac_key.len);
	if (!k->block)
		return k;
	k->ctx = EVP_CIPHER_CTX_new();
	if (!k->ctx ||
	    EVP_CipherInit_ex2(k->ctx, prim_evp_cbc(def->cipher, def->key.len), def->key.p, NULL,
	                       def->encrypt, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(k->ctx, 0) != 1) {
		prim_key_free(k);
		err_set(err, -EIO, "cipher could not be set up");
		return NULL;
	}
	return k;
}

void prim_key_free(struct prim_key *k)
{
	if (!k)
		return;
	EVP_CIPHER_CTX_free(k->ctx); /* wipes the key schedule */
	wipe(k, sizeof(*k));
	free(k);
}

static bool run_cipher(const struct prim_op *op)
{
	struct prim_key *k = op->key;
	int written = 0;

	if (!k->block || !op->data_len)
		return true;
	if (op->data_len % k->block || op->data_len > INT32_MAX)
		return false;
	return EVP_CipherInit_ex2(k->ctx, NULL, NULL, op->iv, -1, NULL) == 1 &&
	       EVP_CipherUpdate(k->ctx, op->data, &written, op->data, (int)op->data_len) == 1 &&
	       (uint32_t)written == op->data_len;
}

static void run_mac(const struct prim_op *op, uint8_t *digest)
{
	prim_hmac_keyed(&op->key->hmac, &(struct bytes){op->auth, op->auth_len}, 1, digest);
}

static enum prim_op_status run_encrypt(const struct prim_op *op)
{
	uint8_t digest[PRIM_MD_MAX];

	if (!run_cipher(op))
		return PRIM_OP_CIPHER;
	if (op->key->md != PRIM_MD_NONE) {
		run_mac(op, digest);
		for (size_t i = 0; i < op->key->icv_len; i++)
			op->icv[i] = digest[i];
	}
	return PRIM_OP_OK;
}

static enum prim_op_status run_decrypt(const struct prim_op *op)
{
	uint8_t digest[PRIM_MD_MAX];

	if (op->key->md != PRIM_MD_NONE) {
		run_mac(op, digest);
		if (!bytes_eq_secret((struct bytes){digest, op->key->icv_len},
		                     (struct bytes){op->icv, op->key->icv_len}))
			return PRIM_OP_AUTH;
	}
	return run_cipher(op) ? PRIM_OP_OK : PRIM_OP_CIPHER;
}

void prim_batch_run(struct prim_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ops[i].status = ops[i].key->encrypt ? run_encrypt(&ops[i]) : run_decrypt(&ops[i]);
}
