/* The shortcuts of the MODP groups against OpenSSL's plain arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/prim/prim_dh_group.h"

static struct dh_group groups[] = {
        {1, 96, 96, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc2409_prime_768},
        {2, 128, 128, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc2409_prime_1024},
        {5, 192, 192, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc3526_prime_1536},
        {14, 256, 256, DH_EXPONENT_LEN, &dh_modp, .prime = BN_get_rfc3526_prime_2048},
};
enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };

static int setup(void **state)
{
	bool ok = true;

	(void)state;
	for (size_t i = 0; i < GROUPS; i++)
		ok = dh_modp.setup(&groups[i]) && ok;
	return ok ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < GROUPS; i++)
		dh_modp.teardown(&groups[i]);
	return 0;
}

static void power_is(const struct dh_group *g, const uint8_t *private)
{
	uint8_t want[PRIM_DH_MAX], got[PRIM_DH_MAX];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *x = BN_bin2bn(private, DH_EXPONENT_LEN, NULL), *y = BN_new();

	assert_int_equal(BN_mod_exp(y, g->base, x, g->p, ctx), 1);
	assert_int_equal(BN_bn2binpad(y, want, g->public_len), g->public_len);
	assert_true(dh_comb_power(g, private, got));
	assert_memory_equal(got, want, g->public_len);
	BN_free(x);
	BN_free(y);
	BN_CTX_free(ctx);
}

/* Random ones, and those whose columns are all empty, all full, or full in one tooth. */
static void powers(void **state)
{
	uint8_t private[DH_EXPONENT_LEN];

	(void)state;
	for (size_t i = 0; i < GROUPS; i++) {
		for (int n = 0; n < 50; n++) {
			assert_true(dh_modp.draw(&groups[i], private));
			power_is(&groups[i], private);
		}
		for (unsigned bit = 0; bit < 8 * DH_EXPONENT_LEN; bit++) {
			memset(private, 0, sizeof(private));
			private[bit / 8] = (uint8_t)(1 << bit % 8);
			power_is(&groups[i], private);
		}
		memset(private, 0, sizeof(private));
		power_is(&groups[i], private);
		memset(private, 0xff, sizeof(private));
		power_is(&groups[i], private);
	}
}

static void symbol_is(const BIGNUM *a, const struct dh_group *g, BN_CTX *ctx)
{
	uint8_t bytes[PRIM_DH_MAX];
	uint64_t aw[PRIM_DH_MAX / 8], mw[PRIM_DH_MAX / 8];
	size_t n = g->public_len / 8u;
	struct rd r = rd_of(bytes, g->public_len);

	BN_bn2binpad(a, bytes, g->public_len);
	for (size_t i = n; i-- > 0;)
		aw[i] = rd_u64(&r);
	BN_bn2binpad(g->p, bytes, g->public_len);
	r = rd_of(bytes, g->public_len);
	for (size_t i = n; i-- > 0;)
		mw[i] = rd_u64(&r);
	assert_int_equal(dh_jacobi(aw, mw, n), BN_kronecker(a, g->p, ctx));
}

static void symbols(void **state)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *a = BN_new();

	(void)state;
	for (size_t i = 0; i < GROUPS; i++) {
		for (BN_ULONG small = 1; small < 300; small++) {
			BN_set_word(a, small);
			symbol_is(a, &groups[i], ctx);
			BN_sub(a, groups[i].p, a);
			symbol_is(a, &groups[i], ctx);
		}
		for (int bit = 0; bit < 8 * groups[i].public_len - 1; bit += 7) {
			BN_zero(a);
			BN_set_bit(a, bit);
			symbol_is(a, &groups[i], ctx);
		}
		for (int n = 0; n < 200; n++) {
			BN_rand_range(a, groups[i].p);
			symbol_is(a, &groups[i], ctx);
		}
	}
	BN_free(a);
	BN_CTX_free(ctx);
}

/* A number that is a multiple of the modulus' divisor has no symbol; zero has none either. */
static void no_symbol(void **state)
{
	uint64_t a[2] = {15, 0}, m[2] = {21, 0}, zero[2] = {0, 0}, five[2] = {5, 0};

	(void)state;
	assert_int_equal(dh_jacobi(a, m, 2), 0);
	assert_int_equal(dh_jacobi(zero, five, 2), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(powers),
	        cmocka_unit_test(symbols),
	        cmocka_unit_test(no_symbol),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
