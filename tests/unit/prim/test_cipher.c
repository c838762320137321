#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "crypto/prim/prim.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(vectors),
	        cmocka_unit_test(lengths),
	        cmocka_unit_test(des_block),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
