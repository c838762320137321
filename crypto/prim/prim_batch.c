/* Keys of a batch, and which back end runs it. */
#include "crypto/prim/prim_batch.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/prim/prim_batch_int.h"
#include "crypto/prim/prim_evp.h"

/* ------------------------------------------------------------------ keys */

static bool def_ok(const struct prim_key_def *def)
{
	size_t mac_len = prim_md_len(def->md);

	if (!prim_cipher_key_ok(def->cipher, def->key.len) || def->icv_len > mac_len)
		return false;
	return def->md == PRIM_MD_NONE || (def->icv_len && def->mac_key.len == mac_len);
}

static void key_set_mac(struct prim_key *k, const struct prim_key_def *def)
{
	struct prim_hmac_key hmac;

	k->md = (uint8_t)def->md;
	k->icv_len = def->icv_len;
	if (def->md == PRIM_MD_NONE)
		return;
	prim_hmac_key_set(&hmac, def->md, def->mac_key.p, def->mac_key.len);
	prim_hash_words(&hmac.inner, k->inner);
	prim_hash_words(&hmac.outer, k->outer);
	wipe(&hmac, sizeof(hmac));
}

struct prim_key *prim_key_new(const struct prim_key_def *def, struct err *err)
{
	static _Atomic uint64_t ids;
	struct prim_key *k;

	if (!def_ok(def)) {
		err_set(err, -EINVAL, "key length does not fit the algorithm");
		return NULL;
	}
	k = calloc(1, sizeof(*k));
	if (!k) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	k->id = atomic_fetch_add_explicit(&ids, 1, memory_order_relaxed) + 1;
	k->index = (int8_t)prim_evp_index(def->cipher, def->key.len);
	k->block = (uint8_t)prim_cipher_block(def->cipher);
	k->encrypt = def->encrypt;
	k->key_len = (uint8_t)def->key.len;
	if (k->key_len)
		memcpy(k->raw, def->key.p, k->key_len);
	key_set_mac(k, def);
	return k;
}

void prim_key_free(struct prim_key *k)
{
	if (!k)
		return;
	wipe(k, sizeof(*k));
	free(k);
}

size_t prim_key_size(const struct prim_key *k)
{
	return sizeof(*k);
}

/* ------------------------------------------------------------------ engines */

struct prim_engine {
	struct prim_openssl *openssl;
};

struct prim_engine *prim_engine_new(struct err *err)
{
	struct prim_engine *e = calloc(1, sizeof(*e));

	if (e)
		e->openssl = prim_openssl_new();
	if (!e || !e->openssl) {
		err_set(err, -ENOMEM, "cipher contexts could not be made");
		prim_engine_free(e);
		return NULL;
	}
	return e;
}

void prim_engine_free(struct prim_engine *e)
{
	if (!e)
		return;
	prim_openssl_free(e->openssl);
	free(e);
}

void prim_engine_forget(struct prim_engine *e, const struct prim_key *k)
{
	prim_openssl_forget(e->openssl, k);
}

void prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
		prim_openssl_run(e->openssl, &ops[i]);
}
