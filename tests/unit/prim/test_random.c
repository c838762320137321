/* What prim_random.c keeps: nothing of what it gave out, and no key that the library failed to make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

static bool fails;

static int update(EVP_CIPHER_CTX *ctx, uint8_t *out, int *n, const uint8_t *in, int len)
{
	return fails ? 0 : EVP_CipherUpdate(ctx, out, n, in, len);
}

/* The file itself, with a library that can fail. */
#define EVP_CipherUpdate update
#include "crypto/prim/prim_random.c"
#undef EVP_CipherUpdate

static void given_out(void **state)
{
	static const uint8_t none[PRIM_IV_MAX];
	struct prim_random *r = prim_random_new();
	uint8_t iv[PRIM_IV_MAX];

	(void)state;
	assert_non_null(r);
	for (size_t i = 0; i < ROOM / sizeof(iv); i++) {
		prim_random_bytes(r, iv, sizeof(iv));
		assert_memory_not_equal(iv, none, sizeof(iv));
		assert_memory_equal(r->room + i * sizeof(iv), none, sizeof(iv));
	}
	prim_random_free(r);
}

/* With a key of zeros everybody knows the stream. */
static void failed(void **state)
{
	uint8_t known[PRIM_KEY_MAX + PRIM_IV_MAX] = {0}, iv[PRIM_IV_MAX] = {0};
	static const uint8_t zero[PRIM_KEY_MAX];
	struct prim_random *r = prim_random_new();
	int n = 0;

	(void)state;
	assert_non_null(r);
	fails = true;
	prim_random_bytes(r, iv, sizeof(iv));
	assert_memory_not_equal(iv, zero, sizeof(iv));
	fails = false;
	assert_int_equal(EVP_CipherInit_ex2(r->ctx, NULL, zero, zero, -1, NULL), 1);
	assert_int_equal(EVP_CipherUpdate(r->ctx, known, &n, known, sizeof(known)), 1);
	prim_random_bytes(r, iv, sizeof(iv));
	assert_memory_not_equal(iv, known + PRIM_KEY_MAX, sizeof(iv));
	prim_random_free(r);
}

static int setup(void **state)
{
	(void)state;
	return prim_init(NULL);
}

static int teardown(void **state)
{
	(void)state;
	prim_free();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(given_out),
	        cmocka_unit_test(failed),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
