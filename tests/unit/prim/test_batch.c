/* Both back ends of prim_batch against whole-buffer ciphers and HMAC, and each other: they have to give the same
 * whatever is mixed in a batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/unit/prim/batch_pairs.h"

enum {
	HEAD = 24,      /* in front of the data, under the MAC */
	DATA_MAX = 9216,
	MARGIN = 64,    /* untouched on both sides */
	BATCH_MAX = 64,
	AREA = MARGIN + HEAD + DATA_MAX + PRIM_MD_MAX + MARGIN,
};

/* ------------------------------------------------------------------ one operation, done and as it must be */

struct one {
	const struct pair *p;
	bool encrypt, bad_icv, odd;
	uint32_t len;
	uint8_t iv[PRIM_IV_MAX];
	uint8_t area[AREA], want[AREA];
	enum prim_op_status status;
};

static uint8_t *data_of(uint8_t *area)
{
	return area + MARGIN + HEAD;
}

static void digest_of(const struct pair *p, const uint8_t *auth, size_t len, uint8_t *digest)
{
	prim_hmac(macs[p->m].md, (struct bytes){p->mac_key, prim_md_len(macs[p->m].md)},
	          &(struct bytes){auth, len}, 1, digest);
}

static void cbc(const struct one *o, uint8_t *data, bool encrypt)
{
	const struct pair *p = o->p;
	struct bytes key = {p->key, ciphers[p->c].key_len};

	if (!key.len)
		return;
	assert_int_equal((encrypt ? prim_cbc_encrypt
	                          : prim_cbc_decrypt)(ciphers[p->c].cipher, key, o->iv, data, data,
	                                              o->len),
	                 0);
}

/* What has to come out of area, with nothing of prim_batch. */
static void expect(struct one *o)
{
	uint8_t digest[PRIM_MD_MAX], *data = data_of(o->want), icv_len = macs[o->p->m].icv_len;

	memcpy(o->want, o->area, AREA);
	if (o->odd) {
		o->status = PRIM_OP_CIPHER;
	} else if (o->encrypt) {
		cbc(o, data, true);
		digest_of(o->p, data - HEAD, HEAD + o->len, digest);
		memcpy(data + o->len, digest, icv_len);
		o->status = PRIM_OP_OK;
	} else {
		o->status = o->bad_icv ? PRIM_OP_AUTH : PRIM_OP_OK;
		if (!o->bad_icv)
			cbc(o, data, false);
	}
}

static void one_make(struct one *o, const struct pair *p, bool encrypt, uint32_t len)
{
	size_t block = prim_cipher_block(ciphers[p->c].cipher);
	uint8_t digest[PRIM_MD_MAX], *data = data_of(o->area);

	*o = (struct one){.p = p, .encrypt = encrypt, .len = len};
	o->odd = block && len % block;
	random_bytes(o->iv, sizeof(o->iv));
	random_bytes(o->area, AREA);
	if (!encrypt && macs[p->m].icv_len) {
		digest_of(p, data - HEAD, HEAD + len, digest);
		memcpy(data + len, digest, macs[p->m].icv_len);
		if (random_below(5) == 0) {
			o->bad_icv = true;
			data[len + random_below(macs[p->m].icv_len)] ^=
			        (uint8_t)(1u << random_below(8));
		}
	}
	expect(o);
}

static void run(struct prim_engine *e, struct one *ones, size_t n)
{
	struct prim_op ops[3 * BATCH_MAX];

	for (size_t i = 0; i < n; i++) {
		struct one *o = &ones[i];
		uint8_t *data = data_of(o->area);

		ops[i] = (struct prim_op){.key = o->encrypt ? o->p->enc : o->p->dec,
		                          .iv = o->iv,
		                          .data = data,
		                          .data_len = o->len,
		                          .auth = data - HEAD,
		                          .auth_len = HEAD + o->len,
		                          .icv = data + o->len,
		                          .status = (enum prim_op_status)99};
	}
	prim_batch_run(e, ops, n);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(ops[i].status, ones[i].status);
		assert_memory_equal(ones[i].area, ones[i].want, AREA);
	}
}

/* Whole blocks, mostly. */
static uint32_t some_len(const struct pair *p)
{
	uint32_t block = (uint32_t)prim_cipher_block(ciphers[p->c].cipher), len;

	if (!block)
		block = 4;
	switch (random_below(12)) {
	case 0:
		return random_below(200);
	case 1:
		len = DATA_MAX - random_below(300);
		break;
	case 2:
	case 3:
		len = random_below(1500);
		break;
	default:
		len = random_below(160);
	}
	return len / block * block;
}

/* ------------------------------------------------------------------ tests */

/* Every pair of cipher and MAC, both directions, every number of packets from 1 to 20 and some more, all of one kind. */
static void alike(void **state)
{
	static const size_t sizes[] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
	                               13, 14, 15, 16, 17, 18, 19, 20, 28, 31, 33, 48, 60, 61, 64};
	static struct one ones[BATCH_MAX];

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			for (size_t s = 0; s < COUNT(sizes); s++) {
				bool encrypt = (s + i / PER_KIND) & 1;

				for (size_t k = 0; k < sizes[s]; k++)
					one_make(&ones[k], &pairs[i + k % PER_KIND], encrypt,
					         16 * random_below(k % 2 ? 8 : 40));
				run(engines[b], ones, sizes[s]);
			}
		}
	}
}

/* Everything mixed: kinds, SAs, directions, lengths from 0 to 9000, damaged ones among good ones; more than the engine
 * takes at once. */
static void mixed(void **state)
{
	static struct one ones[3 * BATCH_MAX];

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (int round = 0; engines[b] && round < 40; round++) {
			size_t n = round < 38 ? 1 + random_below(BATCH_MAX) : 3 * BATCH_MAX;
			size_t kinds = round % 3 == 0 ? 2 : PAIRS;

			for (size_t k = 0; k < n; k++) {
				const struct pair *p = &pairs[random_below((uint32_t)kinds) *
				                              (PAIRS / kinds)];

				one_make(&ones[k], p, random_below(2) == 0, some_len(p));
			}
			run(engines[b], ones, n);
		}
	}
}

/* Each length from nothing to a few blocks, at the very end and the very beginning of accessible memory: nobody reads
 * or writes beside the packet. */
static void edges(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *map = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *mid = map + page, iv[PRIM_IV_MAX] = {1};

	(void)state;
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mprotect(mid, page, PROT_READ | PROT_WRITE), 0);
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			const struct pair *p = &pairs[i];
			uint32_t block = (uint32_t)prim_cipher_block(ciphers[p->c].cipher);
			uint8_t icv_len = macs[p->m].icv_len;

			for (uint32_t len = 0; len < 200; len += block ? block : 1) {
				uint8_t *at[2] = {mid, mid + page - len - icv_len};
				struct prim_op ops[2];

				for (int k = 0; k < 2; k++)
					ops[k] = (struct prim_op){.key = p->enc,
					                          .iv = iv,
					                          .data = at[k],
					                          .data_len = len,
					                          .auth = at[k],
					                          .auth_len = len,
					                          .icv = at[k] + len};
				memset(mid, 7, page);
				prim_batch_run(engines[b], ops, 2);
				assert_int_equal(ops[0].status, PRIM_OP_OK);
				assert_int_equal(ops[1].status, PRIM_OP_OK);
				assert_memory_equal(at[0], at[1], len + icv_len);
				ops[0].key = ops[1].key = p->dec;
				prim_batch_run(engines[b], ops, 2);
				assert_int_equal(ops[0].status, PRIM_OP_OK);
				assert_int_equal(ops[1].status, PRIM_OP_OK);
				for (uint32_t k = 0; k < len; k++)
					assert_int_equal(at[0][k], 7);
			}
		}
	}
	munmap(map, 3 * page);
}

/* Longer than the library's lengths. */
static void very_long(void **state)
{
	enum { LEN = 80000 };
	uint8_t *buf = malloc(LEN + PRIM_MD_MAX), iv[PRIM_IV_MAX] = {2};

	(void)state;
	assert_non_null(buf);
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (size_t i = 0; engines[b] && i < PAIRS; i += PER_KIND) {
			struct prim_op op = {.key = pairs[i].enc,
			                     .iv = iv,
			                     .data = buf,
			                     .data_len = LEN,
			                     .auth = buf,
			                     .auth_len = LEN,
			                     .icv = buf + LEN};

			memset(buf, 9, LEN);
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			op.key = pairs[i].dec;
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			assert_int_equal(buf[LEN - 1], 9);
			if (macs[pairs[i].m].icv_len) {
				buf[LEN] ^= 1;
				prim_batch_run(engines[b], &op, 1);
				assert_int_equal(op.status, PRIM_OP_AUTH);
				assert_int_equal(buf[LEN - 1], 9);
			}
		}
	}
	free(buf);
}

/* Another key at the place of the last one, and one that was forgotten. */
static void same_place(void **state)
{
	static struct one o;
	struct pair p;

	(void)state;
	for (size_t b = 0; b < COUNT(engines); b++) {
		for (int i = 0; engines[b] && i < 20; i++) {
			pair_make(&p, 3, 2);
			for (int k = 0; k < 2; k++) {
				one_make(&o, &p, k, 64);
				run(engines[b], &o, 1);
			}
			if (i & 1) {
				prim_engine_forget(engines[b], p.enc);
				prim_engine_forget(engines[b], p.dec);
				one_make(&o, &p, true, 64);
				run(engines[b], &o, 1);
			}
			prim_key_free(p.enc);
			prim_key_free(p.dec);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(alike),     cmocka_unit_test(mixed),      cmocka_unit_test(edges),
	        cmocka_unit_test(very_long), cmocka_unit_test(same_place),
	};

	return cmocka_run_group_tests(tests, pairs_setup, pairs_teardown);
}
