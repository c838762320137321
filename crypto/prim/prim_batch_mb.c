/* The back end that works on many packets side by side: intel-ipsec-mb. The only file that knows the library; built
 * without it where it does not exist.
 *
 * Its burst calls run an array of jobs to the end, but exist for AES, SHA-1 and SHA-256 only; DES and MD5 go through
 * the queue of jobs, which is emptied every time. Arguments are not checked by the library a second time: what an
 * operation may be is checked by prim_batch.c. */
#include "crypto/prim/prim_batch_int.h"

#ifdef POSTERN_IPSEC_MB

#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DES_BLOCK = 8, DES_LANES = 16, PIECES_MAX = 48 };

struct prim_mb {
	IMB_MGR *mgr;
	IMB_JOB jobs[PRIM_RUN_MAX];
};

/* By prim_evp_index(). */
static const struct {
	IMB_CIPHER_MODE mode;
	bool burst;
	uint8_t iv_len;
	uint16_t schedule; /* bytes, of one direction */
} ciphers[PRIM_EVP_N] = {
        {IMB_CIPHER_DES, false, 8, IMB_DES_KEY_SCHED_SIZE},
        {IMB_CIPHER_DES3, false, 8, 3 * IMB_DES_KEY_SCHED_SIZE + 3 * sizeof(void *)},
        {IMB_CIPHER_CBC, true, 16, 11 * 16},
        {IMB_CIPHER_CBC, true, 16, 13 * 16},
        {IMB_CIPHER_CBC, true, 16, 15 * 16},
};

/* By enum prim_md. */
static const struct {
	IMB_HASH_ALG alg;
	bool burst;
} macs[PRIM_MD_N] = {
        [PRIM_MD5] = {IMB_AUTH_MD5, false},
        [PRIM_SHA1] = {IMB_AUTH_HMAC_SHA_1, true},
        [PRIM_SHA256] = {IMB_AUTH_HMAC_SHA_256, true},
};

/* Written by prim_mb_init before threads start. What makes key schedules needs no manager. */
static struct {
	bool ready;
	char name[64];
	keyexp_t aes[PRIM_EVP_N];
	des_keysched_t des;
} mb;

static const char *arch_name(uint32_t arch)
{
	static const char *const names[] = {
	        [IMB_ARCH_NOAESNI] = "no AES-NI", [IMB_ARCH_SSE] = "SSE",
	        [IMB_ARCH_AVX] = "AVX",           [IMB_ARCH_AVX2] = "AVX2",
	        [IMB_ARCH_AVX512] = "AVX512",
	};
	return arch < sizeof(names) / sizeof(names[0]) && names[arch] ? names[arch] : "?";
}

/* A manager for this processor; NULL when the library does not trust itself, or would leave keys behind. */
static IMB_MGR *mgr_new(void)
{
	const uint64_t must = IMB_FEATURE_SELF_TEST_PASS | IMB_FEATURE_SAFE_DATA;
	IMB_MGR *m = alloc_mb_mgr(0);

	if (!m)
		return NULL;
	init_mb_mgr_auto(m, NULL);
	if (imb_get_errno(m) != 0 || (m->features & must) != must) {
		free_mb_mgr(m);
		return NULL;
	}
	return m;
}

bool prim_mb_init(void)
{
	IMB_MGR *m;

	if (mb.ready)
		return true;
	m = mgr_new();
	if (!m)
		return false;
	mb.aes[2] = m->keyexp_128;
	mb.aes[3] = m->keyexp_192;
	mb.aes[4] = m->keyexp_256;
	mb.des = m->des_key_sched;
	snprintf(mb.name, sizeof(mb.name), "intel-ipsec-mb %s, %s", imb_get_version_str(),
	         arch_name(m->used_arch));
	mb.ready = true;
	free_mb_mgr(m);
	return true;
}

const char *prim_mb_name(void)
{
	return mb.ready ? mb.name : NULL;
}

struct prim_mb *prim_mb_new(void)
{
	struct prim_mb *m = mb.ready ? calloc(1, sizeof(*m)) : NULL;

	if (!m)
		return NULL;
	m->mgr = mgr_new();
	if (!m->mgr) {
		free(m);
		return NULL;
	}
	return m;
}

void prim_mb_free(struct prim_mb *m)
{
	if (!m)
		return;
	free_mb_mgr(m->mgr);
	free(m);
}

/* ------------------------------------------------------------------ keys */

size_t prim_mb_schedule_size(int index)
{
	return mb.ready && index >= 0 ? ciphers[index].schedule : 0;
}

/* Both directions come out; one is kept. */
static void aes_key_set(struct prim_key *k)
{
	_Alignas(16) uint8_t enc[15 * 16], dec[15 * 16];

	mb.aes[k->index](k->raw, enc, dec);
	memcpy(k->schedule, k->encrypt ? enc : dec, ciphers[k->index].schedule);
	wipe(enc, sizeof(enc));
	wipe(dec, sizeof(dec));
}

/* One after the other, then (triple DES) where each of them is. */
static void des_key_set(struct prim_key *k)
{
	size_t n = k->key_len / 8u;
	const void *at[3];

	for (size_t i = 0; i < n; i++) {
		uint8_t *schedule = k->schedule + i * IMB_DES_KEY_SCHED_SIZE;

		mb.des((uint64_t *)(void *)schedule, k->raw + 8 * i);
		at[i] = schedule;
	}
	if (n == 3)
		memcpy(k->schedule + 3 * IMB_DES_KEY_SCHED_SIZE, at, sizeof(at));
}

void prim_mb_key_set(struct prim_key *k)
{
	if (!mb.ready || k->index < 0)
		return;
	if (ciphers[k->index].mode == IMB_CIPHER_CBC)
		aes_key_set(k);
	else
		des_key_set(k);
}

/* ------------------------------------------------------------------ jobs */

/* len bytes of op's data, from `at` on, with that IV. */
static void cipher_fill(IMB_JOB *job, const struct prim_op *op, uint32_t at, uint32_t len,
                        const uint8_t *iv)
{
	const struct prim_key *k = op->key;
	const void *keys = ciphers[k->index].mode == IMB_CIPHER_DES3
	                           ? k->schedule + 3 * IMB_DES_KEY_SCHED_SIZE
	                           : k->schedule;

	job->enc_keys = keys;
	job->dec_keys = keys;
	job->key_len_in_bytes = k->key_len;
	job->src = op->data + at;
	job->dst = op->data + at;
	job->cipher_start_src_offset_in_bytes = 0;
	job->msg_len_to_cipher_in_bytes = len;
	job->iv = iv;
	job->iv_len_in_bytes = ciphers[k->index].iv_len;
	job->status = IMB_STATUS_BEING_PROCESSED;
	job->cipher_mode = ciphers[k->index].mode;
	job->cipher_direction = k->encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
}

static void mac_fill(IMB_JOB *job, const struct prim_op *op, uint8_t *digest)
{
	const struct prim_key *k = op->key;

	job->src = op->auth;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = op->auth_len;
	job->auth_tag_output = digest;
	job->auth_tag_output_len_in_bytes = prim_md_len(k->md);
	job->u.HMAC._hashed_auth_key_xor_ipad = (const uint8_t *)k->inner;
	job->u.HMAC._hashed_auth_key_xor_opad = (const uint8_t *)k->outer;
	job->status = IMB_STATUS_BEING_PROCESSED;
	job->hash_alg = macs[k->md].alg;
}

/* Counts those that are ready, from the one that was given back on. */
static size_t queue_done(IMB_MGR *mgr, IMB_JOB *job)
{
	size_t n = 0;

	for (; job; job = IMB_GET_COMPLETED_JOB(mgr))
		n += job->status == IMB_STATUS_COMPLETED;
	return n;
}

static size_t queue_flush(IMB_MGR *mgr)
{
	size_t n = 0;

	for (IMB_JOB *job; (job = IMB_FLUSH_JOB(mgr));)
		n += job->status == IMB_STATUS_COMPLETED;
	return n;
}

/* CBC can be decrypted in pieces, each with the cipher block in front of it as its IV: those packets that are left over
 * when the lanes of DES were filled are cut, so that they fill them, too (four of five, or better): a lone packet is as
 * fast as one of sixteen. That makes PIECES_MAX of them at most, out of 12 packets. */
static uint32_t pieces_for(uint32_t left)
{
	uint32_t pieces = DES_LANES / left;

	for (; pieces < DES_LANES; pieces++) {
		uint32_t rounds = (left * pieces + DES_LANES - 1) / DES_LANES;
		if (left * pieces * 5 >= rounds * DES_LANES * 4)
			break;
	}
	return pieces;
}

/* How the packets of a batch are cut: those from `whole` on into so many pieces. */
struct cut {
	size_t whole;
	uint32_t pieces;
};

static struct cut cut_of(const struct prim_op *op, size_t n)
{
	size_t left = op->key->encrypt ? 0 : n % DES_LANES;

	return (struct cut){n - left, left ? pieces_for((uint32_t)left) : 1};
}

/* Of packet i; a short one has fewer blocks than that. */
static uint32_t pieces_of(const struct cut *c, const struct prim_op *op, size_t i)
{
	uint32_t blocks = op->data_len / DES_BLOCK;

	if (i < c->whole)
		return 1;
	return c->pieces < blocks ? c->pieces : blocks;
}

/* Where piece k of so many begins. */
static uint32_t piece_at(const struct prim_op *op, uint32_t k, uint32_t pieces)
{
	return op->data_len / DES_BLOCK * k / pieces * DES_BLOCK;
}

/* Whole blocks, not empty. false: the library failed. */
static bool queue_des(struct prim_mb *m, struct prim_op *const *ops, size_t n)
{
	uint8_t ivs[PRIM_RUN_MAX + PIECES_MAX][DES_BLOCK];
	const struct cut cut = cut_of(ops[0], n);
	size_t begun = 0, done = 0;

	/* all IVs first: the block in front of a piece is overwritten by the piece before */
	for (size_t i = 0, iv = 0; i < n; i++) {
		uint32_t pieces = pieces_of(&cut, ops[i], i);

		memcpy(ivs[iv++], ops[i]->iv, DES_BLOCK);
		for (uint32_t k = 1; k < pieces; k++)
			memcpy(ivs[iv++], ops[i]->data + piece_at(ops[i], k, pieces) - DES_BLOCK,
			       DES_BLOCK);
	}
	for (size_t i = 0; i < n; i++) {
		uint32_t pieces = pieces_of(&cut, ops[i], i);

		for (uint32_t k = 0; k < pieces; k++) {
			IMB_JOB *job = IMB_GET_NEXT_JOB(m->mgr);
			uint32_t at = piece_at(ops[i], k, pieces);

			cipher_fill(job, ops[i], at, piece_at(ops[i], k + 1, pieces) - at,
			            ivs[begun++]);
			job->hash_alg = IMB_AUTH_NULL;
			job->chain_order = IMB_ORDER_CIPHER_HASH;
			done += queue_done(m->mgr, IMB_SUBMIT_JOB_NOCHECK(m->mgr));
		}
	}
	return done + queue_flush(m->mgr) == begun;
}

bool prim_mb_cipher(struct prim_mb *m, struct prim_op *const *ops, size_t n)
{
	const struct prim_key *k = ops[0]->key;

	if (ciphers[k->index].burst) {
		for (size_t i = 0; i < n; i++)
			cipher_fill(&m->jobs[i], ops[i], 0, ops[i]->data_len, ops[i]->iv);
		return IMB_SUBMIT_CIPHER_BURST_NOCHECK(
		               m->mgr, m->jobs, (uint32_t)n, ciphers[k->index].mode,
		               k->encrypt ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT, k->key_len) == n;
	}
	return queue_des(m, ops, n);
}

bool prim_mb_mac(struct prim_mb *m, struct prim_op *const *ops, size_t n,
                 uint8_t (*digests)[PRIM_MD_MAX])
{
	enum prim_md md = ops[0]->key->md;
	size_t done = 0;

	if (macs[md].burst) {
		for (size_t i = 0; i < n; i++)
			mac_fill(&m->jobs[i], ops[i], digests[i]);
		return IMB_SUBMIT_HASH_BURST_NOCHECK(m->mgr, m->jobs, (uint32_t)n, macs[md].alg) ==
		       n;
	}
	for (size_t i = 0; i < n; i++) {
		IMB_JOB *job = IMB_GET_NEXT_JOB(m->mgr);

		mac_fill(job, ops[i], digests[i]);
		job->cipher_mode = IMB_CIPHER_NULL;
		job->cipher_direction = IMB_DIR_ENCRYPT;
		job->chain_order = IMB_ORDER_CIPHER_HASH;
		done += queue_done(m->mgr, IMB_SUBMIT_JOB_NOCHECK(m->mgr));
	}
	return done + queue_flush(m->mgr) == n;
}

#else /* without the library */

bool prim_mb_init(void)
{
	return false;
}

const char *prim_mb_name(void)
{
	return NULL;
}

struct prim_mb *prim_mb_new(void)
{
	return NULL;
}

void prim_mb_free(struct prim_mb *m)
{
	(void)m;
}

size_t prim_mb_schedule_size(int index)
{
	(void)index;
	return 0;
}

void prim_mb_key_set(struct prim_key *k)
{
	(void)k;
}

bool prim_mb_cipher(struct prim_mb *m, struct prim_op *const *ops, size_t n)
{
	(void)m, (void)ops, (void)n;
	return false;
}

bool prim_mb_mac(struct prim_mb *m, struct prim_op *const *ops, size_t n,
                 uint8_t (*digests)[PRIM_MD_MAX])
{
	(void)m, (void)ops, (void)n, (void)digests;
	return false;
}

#endif
