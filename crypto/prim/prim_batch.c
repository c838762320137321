/* Keys of a batch, engines, and the order in which a batch is run: encrypt, MAC, compare, decrypt. */
#include "core/base/touch.h"
#include "crypto/prim/prim_batch.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sized.h"
#include "crypto/prim/prim_batch_int.h"

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

static struct sized keys = SIZED_INIT("ESP keys");

struct prim_key *prim_key_new(const struct prim_key_def *def, struct err *err)
{
	static _Atomic uint64_t ids;
	int index = prim_evp_index(def->cipher, def->key.len);
	size_t size = sizeof(struct prim_key) + prim_mb_schedule_size(index);
	struct prim_key *k;

	if (!def_ok(def)) {
		err_set(err, -EINVAL, "key length does not fit the algorithm");
		return NULL;
	}
	k = sized_get(&keys, size);
	if (!k) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	k->id = atomic_fetch_add_explicit(&ids, 1, memory_order_relaxed) + 1;
	k->size = (uint16_t)size;
	k->index = (int8_t)index;
	k->block = (uint8_t)prim_cipher_block(def->cipher);
	k->encrypt = def->encrypt;
	k->key_len = (uint8_t)def->key.len;
	if (k->key_len)
		memcpy(k->raw, def->key.p, k->key_len);
	prim_mb_key_set(k);
	key_set_mac(k, def);
	return k;
}

void prim_key_free(struct prim_key *k)
{
	if (!k)
		return;
	sized_put(&keys, k, k->size);
}

size_t prim_key_size(const struct prim_key *k)
{
	return k->size;
}

void prim_key_cut(struct prim_key *k, uint8_t icv_len)
{
	assert(icv_len && icv_len <= prim_md_len((enum prim_md)k->md));
	k->icv_len = icv_len;
}

void prim_key_touch(const struct prim_key *k)
{
	touch_lines(k, k->size);
}

/* ------------------------------------------------------------------ engines */

void prim_engine_free(struct prim_engine *e)
{
	if (!e)
		return;
	prim_random_free(e->random);
	prim_openssl_free(e->openssl);
	prim_mb_free(e->mb);
	free(e);
}

void prim_engine_forget(struct prim_engine *e, const struct prim_key *k)
{
	prim_openssl_forget(e->openssl, k);
}

void prim_engine_random(struct prim_engine *e, void *dst, size_t len)
{
	prim_random_bytes(e->random, dst, len);
}

/* ------------------------------------------------------------------ a batch */

/* Bits of a set are places in the batch. */
struct run {
	struct prim_engine *e;
	struct prim_op *ops;
	uint64_t encrypt, mac, decrypt;
};

static_assert(PRIM_RUN_MAX == 64, "a set has 64 bits");

static unsigned cipher_kind(const struct prim_key *k)
{
	return (unsigned)k->index * 2 + k->encrypt;
}

static unsigned mac_kind(const struct prim_key *k)
{
	return k->md;
}

/* Takes those out of the set that are of the same kind as its first. */
static size_t take_kind(struct run *r, uint64_t *set, unsigned (*kind_of)(const struct prim_key *),
                        struct prim_op **list)
{
	unsigned kind = kind_of(r->ops[__builtin_ctzll(*set)].key);
	size_t n = 0;

	for (uint64_t left = *set; left; left &= left - 1) {
		struct prim_op *op = &r->ops[__builtin_ctzll(left)];

		if (kind_of(op->key) != kind)
			continue;
		list[n++] = op;
		*set &= ~(left & -left);
	}
	return n;
}

static void run_ciphers(struct run *r, uint64_t set)
{
	struct prim_op *list[PRIM_RUN_MAX];

	while (set) {
		size_t n = take_kind(r, &set, cipher_kind, list);
		const struct prim_key *k = list[0]->key;
		size_t many = prim_share_of(&r->e->plan->cipher[k->index][k->encrypt], n);

		if (many && !prim_mb_cipher(r->e->mb, list, many)) {
			for (size_t i = 0; i < many; i++)
				list[i]->status = PRIM_OP_CIPHER;
		}
		for (size_t i = many; i < n; i++) {
			if (!prim_openssl_cipher(r->e->openssl, list[i]))
				list[i]->status = PRIM_OP_CIPHER;
		}
	}
}

static void mac_done(struct prim_op *op, const uint8_t *digest)
{
	uint8_t len = op->key->icv_len;

	if (op->key->encrypt)
		memcpy(op->icv, digest, len);
	else if (!bytes_eq_secret((struct bytes){digest, len}, (struct bytes){op->icv, len}))
		op->status = PRIM_OP_AUTH;
}

static void run_macs(struct run *r, uint64_t set)
{
	uint8_t digests[PRIM_RUN_MAX][PRIM_MD_MAX];
	struct prim_op *list[PRIM_RUN_MAX];

	while (set) {
		size_t n = take_kind(r, &set, mac_kind, list);
		size_t many = prim_share_of(&r->e->plan->mac[list[0]->key->md], n);
		bool ok = !many || prim_mb_mac(r->e->mb, list, many, digests);

		for (size_t i = many; i < n; i++)
			prim_openssl_mac(list[i], digests[i]);
		for (size_t i = 0; i < n; i++) {
			if (ok || i >= many)
				mac_done(list[i], digests[i]);
			else
				list[i]->status = PRIM_OP_CIPHER;
		}
	}
}

static uint64_t only_ok(const struct run *r, uint64_t set)
{
	uint64_t ok = 0;

	for (; set; set &= set - 1) {
		if (r->ops[__builtin_ctzll(set)].status == PRIM_OP_OK)
			ok |= set & -set;
	}
	return ok;
}

/* What a library does not take, alone. */
static void run_odd(struct prim_engine *e, struct prim_op *op)
{
	const struct prim_key *k = op->key;
	uint8_t digest[PRIM_MD_MAX];
	bool cipher = k->index >= 0 && op->data_len;

	if (cipher && k->encrypt && !prim_openssl_cipher(e->openssl, op))
		op->status = PRIM_OP_CIPHER;
	if (k->md != PRIM_MD_NONE && op->status == PRIM_OP_OK) {
		prim_openssl_mac(op, digest);
		mac_done(op, digest);
	}
	if (cipher && !k->encrypt && op->status == PRIM_OP_OK &&
	    !prim_openssl_cipher(e->openssl, op))
		op->status = PRIM_OP_CIPHER;
}

static void sort_op(struct run *r, size_t i)
{
	struct prim_op *op = &r->ops[i];
	const struct prim_key *k = op->key;
	uint64_t bit = 1ull << i;

	op->status = PRIM_OP_OK;
	if (k->block && op->data_len & (k->block - 1u)) {
		op->status = PRIM_OP_CIPHER;
	} else if (op->data_len > PRIM_MB_LEN_MAX || op->auth_len > PRIM_MB_LEN_MAX ||
	           !op->auth_len) {
		run_odd(r->e, op);
	} else {
		if (k->index >= 0 && op->data_len)
			*(k->encrypt ? &r->encrypt : &r->decrypt) |= bit;
		if (k->md != PRIM_MD_NONE)
			r->mac |= bit;
	}
}

static void run_some(struct prim_engine *e, struct prim_op *ops, size_t n)
{
	struct run r = {.e = e, .ops = ops};

	for (size_t i = 0; i < n; i++)
		sort_op(&r, i);
	run_ciphers(&r, r.encrypt);
	run_macs(&r, r.encrypt ? only_ok(&r, r.mac) : r.mac);
	run_ciphers(&r, only_ok(&r, r.decrypt));
}

void prim_batch_run(struct prim_engine *e, struct prim_op *ops, size_t n)
{
	for (size_t at = 0; at < n; at += PRIM_RUN_MAX)
		run_some(e, ops + at, n - at < PRIM_RUN_MAX ? n - at : PRIM_RUN_MAX);
}
