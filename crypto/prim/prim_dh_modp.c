/* MODP groups (RFC 2409 §6, RFC 3526): safe primes p = 2q + 1, in all of which 2 generates the squares. */
#include <errno.h>
#include <openssl/rand.h>

#include "crypto/prim/prim_dh_group.h"

static bool setup(struct dh_group *g)
{
	BN_CTX *ctx = BN_CTX_new();

	g->p = g->prime(NULL);
	g->max = g->p ? BN_dup(g->p) : NULL;
	g->base = BN_new();
	g->mont = BN_MONT_CTX_new();
	bool ok = ctx && g->max && BN_sub_word(g->max, 2) == 1 && g->base && BN_set_word(g->base, 2) == 1 &&
	          g->mont && BN_MONT_CTX_set(g->mont, g->p, ctx) == 1;
	BN_CTX_free(ctx);
	g->comb = ok ? dh_comb_new(g) : NULL;
	return g->comb != NULL;
}

static void teardown(struct dh_group *g)
{
	BN_free(g->p);
	BN_free(g->max);
	BN_free(g->base);
	BN_MONT_CTX_free(g->mont);
	dh_comb_free(g->comb);
	g->comb = NULL;
	g->p = g->max = g->base = NULL;
	g->mont = NULL;
}

static bool draw(const struct dh_group *g, uint8_t *private)
{
	return RAND_priv_bytes(private, g->private_len) == 1;
}

/* The library runs through all bits of the exponent's words; only whole words of zeros (2 ^ -64) would shorten it. */
static bool power(const struct dh_group *g, const BIGNUM *base, struct bytes private, BN_CTX *ctx, uint8_t *out)
{
	BIGNUM *x = BN_bin2bn(private.p, (int)private.len, NULL), *r = BN_new();
	bool ok = x && r;

	if (ok)
		BN_set_flags(x, BN_FLG_CONSTTIME);
	ok = ok && BN_mod_exp_mont_consttime(r, base, x, g->p, ctx, g->mont) == 1 &&
	     BN_bn2binpad(r, out, g->public_len) == g->public_len;
	BN_clear_free(x);
	BN_clear_free(r);
	return ok;
}

static bool public_of(const struct dh_group *g, struct bytes private, uint8_t *out)
{
	if (private.len == DH_EXPONENT_LEN)
		return dh_comb_power(g, private.p, out);
	BN_CTX *ctx = BN_CTX_new();
	bool ok = ctx && power(g, g->base, private, ctx, out);
	BN_CTX_free(ctx);
	return ok;
}

/* n words, least significant first. */
static bool words_of(const BIGNUM *a, uint64_t *words, size_t n)
{
	uint8_t bytes[PRIM_DH_MAX];
	struct rd r = rd_of(bytes, 8 * n);

	if (BN_bn2binpad(a, bytes, (int)(8 * n)) < 0)
		return false;
	while (n-- > 0)
		words[n] = rd_u64(&r);
	return rd_ok(&r);
}

/* 2 <= y <= p - 2 and y in the subgroup of order q, which 2 generates: there y is a square, which the Jacobi symbol
 * tells for the price of a gcd. */
static bool acceptable(const struct dh_group *g, const BIGNUM *y)
{
	uint64_t a[PRIM_DH_MAX / 8], m[PRIM_DH_MAX / 8];
	size_t n = g->public_len / 8u;

	return !BN_is_zero(y) && !BN_is_one(y) && BN_cmp(y, g->max) <= 0 && words_of(y, a, n) && words_of(g->p, m, n) &&
	       dh_jacobi(a, m, n) == 1;
}

static int secret(const struct dh_group *g, struct bytes private, const uint8_t *peer, uint8_t *out)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *y = BN_bin2bn(peer, g->public_len, NULL);
	int rc = -EIO;

	if (ctx && y)
		rc = !acceptable(g, y) ? -EINVAL : power(g, y, private, ctx, out) ? 0 : -EIO;
	BN_free(y);
	BN_CTX_free(ctx);
	return rc;
}

const struct dh_kind dh_modp = {setup, teardown, draw, public_of, secret};
