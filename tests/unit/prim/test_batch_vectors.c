/* prim_batch against published values; what it says of itself; its source of IVs; keys it does not take. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/random.h"
#include "tests/unit/prim/batch_pairs.h"
#include "tests/vectors/cipher.h"
#include "tests/vectors/hash.h"
#include "tests/vectors/hex.h"

/* Published values, four times in a batch. */
static void vectors(void **state)
{
	enum { N = 4 };
	uint8_t key[32] = {0}, iv[16], want[64], got[N][64];
	struct prim_op ops[N];

	(void)state;
	for (size_t v = 0; v < COUNT(cipher_vectors); v++) {
		const struct cipher_vector *c = &cipher_vectors[v];
		struct prim_key_def def = {.cipher = c->cipher, .encrypt = true};
		size_t len = hex_bytes(c->cipher_text, want, sizeof(want));
		struct prim_key *k;

		def.key = (struct bytes){key, hex_bytes(c->key, key, sizeof(key))};
		hex_bytes(c->iv, iv, sizeof(iv));
		k = prim_key_new(&def, NULL);
		assert_non_null(k);
		for (size_t b = 0; b < COUNT(engines); b++) {
			if (!engines[b])
				continue;
			for (size_t i = 0; i < N; i++) {
				hex_bytes(c->plain, got[i], sizeof(got[i]));
				ops[i] = (struct prim_op){.key = k,
				                          .iv = iv,
				                          .data = got[i],
				                          .data_len = (uint32_t)len};
			}
			prim_batch_run(engines[b], ops, N);
			for (size_t i = 0; i < N; i++)
				assert_memory_equal(got[i], want, len);
		}
		prim_key_free(k);
	}
}

static void mac_vectors(void **state)
{
	uint8_t key[256], data[256], want[PRIM_MD_MAX], got[PRIM_MD_MAX];
	size_t seen = 0;

	(void)state;
	for (size_t v = 0; v < COUNT(hmac_vectors); v++) {
		const struct hmac_vector *h = &hmac_vectors[v];
		size_t key_len, md_len = prim_md_len(h->md);
		size_t want_len = hex_bytes(h->digest, want, sizeof(want));
		struct prim_key *k;

		memset(key, 0, sizeof(key)); /* zeros behind a short key do not change it: RFC 2104 §2 */
		key_len = vector_bytes(h->key, h->key_repeat, key, sizeof(key));
		if (h->md == PRIM_MD4 || key_len > md_len)
			continue;
		seen++;
		k = prim_key_new(&(struct prim_key_def){.md = h->md,
		                                        .mac_key = {key, md_len},
		                                        .icv_len = (uint8_t)want_len,
		                                        .encrypt = true},
		                 NULL);
		assert_non_null(k);
		for (size_t b = 0; b < COUNT(engines); b++) {
			struct prim_op op = {.key = k, .auth = data, .icv = got};

			if (!engines[b])
				continue;
			op.auth_len = (uint32_t)vector_bytes(h->data, h->repeat, data, sizeof(data));
			prim_batch_run(engines[b], &op, 1);
			assert_int_equal(op.status, PRIM_OP_OK);
			assert_memory_equal(got, want, want_len);
		}
		prim_key_free(k);
	}
	assert_true(seen >= 3);
}

/* Pieces of all sizes, across new keys from the system: nothing comes twice, and not the same from two engines. */
static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, PRIM_IV_MAX);
}

static void unpredictable(void **state)
{
	enum { N = 300000 };
	uint8_t(*iv)[PRIM_IV_MAX] = calloc(N, sizeof(*iv)), big[5000] = {0};
	struct prim_engine *e = prim_engine_new(PRIM_OPENSSL, NULL);
	size_t ones = 0;

	(void)state;
	assert_non_null(iv);
	assert_non_null(e);
	for (size_t i = 0; i < N; i++) {
		prim_engine_random(i & 1 ? e : engines[PRIM_AUTO], iv[i], PRIM_IV_MAX);
		prim_engine_random(e, big, random_below(9));
		ones += (size_t)__builtin_popcount(iv[i][i % PRIM_IV_MAX]);
	}
	assert_in_range(ones, N * 4 - N / 50, N * 4 + N / 50);
	qsort(iv, N, sizeof(*iv), by_bytes);
	for (size_t i = 1; i < N; i++)
		assert_int_not_equal(by_bytes(iv[i - 1], iv[i]), 0);
	prim_engine_random(e, big, sizeof(big));
	ones = 0;
	for (size_t i = 0; i < sizeof(big); i++)
		ones += (size_t)__builtin_popcount(big[i]);
	assert_in_range(ones, sizeof(big) * 4 - 1000, sizeof(big) * 4 + 1000);
	prim_engine_free(e);
	free(iv);
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
	prim_engine_free(NULL);
}

static void backends(void **state)
{
	struct prim_about about;
	enum prim_backend b;

	(void)state;
	assert_true(prim_backend_by_name(str_of("openssl"), &b) && b == PRIM_OPENSSL);
	assert_true(prim_backend_by_name(str_of("ipsec-mb"), &b) && b == PRIM_IPSEC_MB);
	assert_true(prim_backend_by_name(str_of("auto"), &b) && b == PRIM_AUTO);
	assert_false(prim_backend_by_name(str_of("gcrypt"), &b));
	prim_about(PRIM_OPENSSL, &about);
	assert_int_equal(strncmp(about.library, "OpenSSL ", 8), 0);
	assert_int_equal(about.n, 8);
	for (size_t i = 0; i < about.n; i++)
		assert_int_equal(about.alg[i].out + about.alg[i].in, 0);
	assert_int_equal(prim_backend_default(PRIM_IPSEC_MB, NULL),
	                 engines[PRIM_IPSEC_MB] ? 0 : -ENOTSUP);
	if (engines[PRIM_IPSEC_MB]) {
		prim_about(PRIM_AUTO, &about);
		assert_int_equal(strncmp(about.library, "intel-ipsec-mb ", 15), 0);
		for (size_t i = 0; i < about.n; i++)
			assert_true(about.alg[i].out == 1 && about.alg[i].in == 1);
	}
	assert_int_equal(prim_backend_default(PRIM_AUTO, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(vectors),  cmocka_unit_test(mac_vectors), cmocka_unit_test(unpredictable),
	        cmocka_unit_test(bad_keys), cmocka_unit_test(backends),
	};

	return cmocka_run_group_tests(tests, pairs_setup, pairs_teardown);
}
