#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/prim/prim_batch.h"
#include "tests/vectors/cipher.h"
#include "tests/vectors/hex.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int setup(void **state)
{
	struct err err = {0};

	(void)state;
	return prim_init(&err);
}

static int teardown(void **state)
{
	(void)state;
	prim_free();
	return 0;
}

static void vectors(void **state)
{
	uint8_t key[32], iv[16], plain[64], want[64], got[64];

	(void)state;
	for (size_t i = 0; i < COUNT(cipher_vectors); i++) {
		const struct cipher_vector *v = &cipher_vectors[i];
		struct bytes k = {key, hex_bytes(v->key, key, sizeof(key))};
		size_t len = hex_bytes(v->plain, plain, sizeof(plain));

		assert_int_equal(hex_bytes(v->cipher_text, want, sizeof(want)), len);
		assert_int_equal(hex_bytes(v->iv, iv, sizeof(iv)), prim_cipher_block(v->cipher));
		assert_int_equal(prim_cbc_encrypt(v->cipher, k, iv, plain, got, len), 0);
		assert_memory_equal(got, want, len);
		assert_int_equal(prim_cbc_decrypt(v->cipher, k, iv, got, got, len),
		                 0); /* in place */
		assert_memory_equal(got, plain, len);
	}
}

static void lengths(void **state)
{
	uint8_t key[32] = {1}, iv[16] = {0}, data[32] = {0};

	(void)state;
	assert_int_equal(prim_cbc_encrypt(PRIM_AES, (struct bytes){key, 16}, iv, data, data, 15),
	                 -EINVAL);
	assert_int_equal(prim_cbc_encrypt(PRIM_AES, (struct bytes){key, 17}, iv, data, data, 16),
	                 -EINVAL);
	assert_int_equal(prim_cbc_decrypt(PRIM_DES, (struct bytes){key, 16}, iv, data, data, 8),
	                 -EINVAL);
	assert_int_equal(prim_cbc_decrypt(PRIM_3DES, (struct bytes){key, 8}, iv, data, data, 8),
	                 -EINVAL);
	assert_int_equal(prim_cbc_decrypt(PRIM_AES, (struct bytes){key, 32}, iv, data, data, 0), 0);
	assert_true(prim_cipher_key_ok(PRIM_CIPHER_NULL, 0));
	assert_false(prim_cipher_key_ok(PRIM_CIPHER_NULL, 8));
}

/* RFC 2433 appendix B.1/B.2: challenge response of password "MyPw" */
static void des_block(void **state)
{
	uint8_t hash[16], challenge[8], want[24], key[8], got[8];

	(void)state;
	hex_bytes("fc156af7edcd6c0edde3337d427f4eac", hash, sizeof(hash));
	hex_bytes("102db5df085d3041", challenge, sizeof(challenge));
	hex_bytes("4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61", want, sizeof(want));
	prim_des_key_expand(hash, key);
	for (size_t i = 0; i < sizeof(key); i++)
		assert_int_equal(__builtin_popcount(key[i]) & 1, 1);
	assert_int_equal(prim_des_ecb(key, challenge, got), 0);
	assert_memory_equal(got, want, 8);
	prim_des_key_expand(hash + 7, key);
	assert_int_equal(prim_des_ecb(key, challenge, got), 0);
	assert_memory_equal(got, want + 8, 8);
}

/* All pairs of cipher and MAC there and back, several packets per batch; one damaged packet does not hurt
 * its neighbours. */
static void batch(void **state)
{
	static const struct {
		enum prim_cipher c;
		uint8_t key_len;
	} ciphers[] = {{PRIM_CIPHER_NULL, 0}, {PRIM_DES, 8},  {PRIM_3DES, 24},
	               {PRIM_AES, 16},        {PRIM_AES, 24}, {PRIM_AES, 32}};
	static const uint8_t icv[] = {[PRIM_MD5] = 12, [PRIM_SHA1] = 12, [PRIM_SHA256] = 16};
	enum { N = 5, HEAD = 24 };
	struct prim_engine *e = prim_engine_new(NULL);
	uint8_t key[32], mac[32];

	(void)state;
	assert_non_null(e);
	for (size_t i = 0; i < 32; i++) {
		key[i] = (uint8_t)(i * 7 + 1);
		mac[i] = (uint8_t)(i * 13 + 5);
	}
	for (size_t c = 0; c < COUNT(ciphers); c++) {
		static const enum prim_md mds[] = {PRIM_MD_NONE, PRIM_MD5, PRIM_SHA1, PRIM_SHA256};

		for (size_t m = 0; m < COUNT(mds); m++) {
			struct prim_key_def def = {ciphers[c].c,    {key, ciphers[c].key_len},
			                           mds[m],          {mac, prim_md_len(mds[m])},
			                           icv[mds[m] % 5], true};
			uint8_t buf[N][HEAD + 160 + 16], was[N][HEAD + 160];
			struct prim_op ops[N];
			struct prim_key *enc, *dec;

			enc = prim_key_new(&def, NULL);
			def.encrypt = false;
			dec = prim_key_new(&def, NULL);
			assert_non_null(enc);
			assert_non_null(dec);
			for (size_t i = 0; i < N; i++) {
				uint32_t len = 32u * (uint32_t)(i + 1);

				for (size_t k = 0; k < HEAD + len; k++)
					buf[i][k] = (uint8_t)(k * 3 + i);
				memcpy(was[i], buf[i], HEAD + len);
				ops[i] = (struct prim_op){.key = enc,
				                          .iv = buf[i] + 8,
				                          .data = buf[i] + HEAD,
				                          .data_len = len,
				                          .auth = buf[i],
				                          .auth_len = HEAD + len,
				                          .icv = buf[i] + HEAD + len};
			}
			prim_batch_run(e, ops, N);
			for (size_t i = 0; i < N; i++) {
				assert_int_equal(ops[i].status, PRIM_OP_OK);
				if (ciphers[c].key_len)
					assert_memory_not_equal(ops[i].data, was[i] + HEAD,
					                        ops[i].data_len);
				ops[i].key = dec;
			}
			buf[2][3] ^= 1;
			prim_batch_run(e, ops, N);
			for (size_t i = 0; i < N; i++) {
				if (i == 2 && mds[m] != PRIM_MD_NONE) {
					assert_int_equal(ops[i].status, PRIM_OP_AUTH);
					continue;
				}
				assert_int_equal(ops[i].status, PRIM_OP_OK);
				assert_memory_equal(ops[i].data, was[i] + HEAD, ops[i].data_len);
			}
			ops[0].data_len = 13;
			prim_batch_run(e, ops, 1);
			if (ciphers[c].key_len)
				assert_int_not_equal(ops[0].status, PRIM_OP_OK);
			prim_engine_forget(e, enc);
			prim_engine_forget(e, dec);
			prim_key_free(enc);
			prim_key_free(dec);
		}
	}
	prim_engine_free(e);
}

static void bad_keys(void **state)
{
	uint8_t key[32] = {0};
	struct err err = {0};

	(void)state;
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 8}, PRIM_MD_NONE, {0}, 0, true}, &err));
	assert_int_equal(err.code, -EINVAL);
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_SHA1, {key, 16}, 12, true}, NULL));
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_MD5, {key, 16}, 17, true}, NULL));
	assert_null(prim_key_new(
	        &(struct prim_key_def){PRIM_AES, {key, 16}, PRIM_MD5, {key, 16}, 0, true}, NULL));
	prim_key_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(vectors), cmocka_unit_test(lengths),  cmocka_unit_test(des_block),
	        cmocka_unit_test(batch),   cmocka_unit_test(bad_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
