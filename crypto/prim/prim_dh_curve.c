/* ECP groups (RFC 5903): a public value is x || y, the secret x alone. The curves have cofactor 1. */
#include <errno.h>
#include <string.h>

#include "crypto/prim/prim_dh_group.h"

static bool setup(struct dh_group *g)
{
	g->ec = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(g->curve));
	return g->ec != NULL;
}

static void teardown(struct dh_group *g)
{
	EC_GROUP_free(g->ec);
	g->ec = NULL;
}

static bool draw(const struct dh_group *g, uint8_t *private)
{
	BIGNUM *x = BN_new();
	bool ok = x != NULL;

	do
		ok = ok && BN_priv_rand_range(x, EC_GROUP_get0_order(g->ec)) == 1;
	while (ok && BN_is_zero(x));
	ok = ok && BN_bn2binpad(x, private, g->private_len) == g->private_len;
	BN_clear_free(x);
	return ok;
}

/* private times point (NULL = the generator), uncompressed: 4 || x || y. */
static bool multiply(const struct dh_group *g, const EC_POINT *point, struct bytes private, BN_CTX *ctx,
                     uint8_t out[1 + PRIM_DH_MAX])
{
	BIGNUM *x = BN_secure_new();
	EC_POINT *r = EC_POINT_new(g->ec);
	bool ok = x && r && BN_bin2bn(private.p, (int)private.len, x);

	if (ok)
		BN_set_flags(x, BN_FLG_CONSTTIME);
	ok = ok && EC_POINT_mul(g->ec, r, point ? NULL : x, point, point ? x : NULL, ctx) == 1 &&
	     EC_POINT_point2oct(g->ec, r, POINT_CONVERSION_UNCOMPRESSED, out, 1 + PRIM_DH_MAX, ctx) ==
	             1u + g->public_len;
	EC_POINT_clear_free(r);
	BN_clear_free(x);
	return ok;
}

static bool public_of(const struct dh_group *g, struct bytes private, uint8_t *out)
{
	uint8_t point[1 + PRIM_DH_MAX];
	BN_CTX *ctx = BN_CTX_new();
	bool ok = ctx && multiply(g, NULL, private, ctx, point);

	if (ok)
		memcpy(out, point + 1, g->public_len);
	BN_CTX_free(ctx);
	return ok;
}

/* Reading a point fails when it is not on the curve; infinity has no uncompressed form. */
static EC_POINT *read_peer(const struct dh_group *g, const uint8_t *peer, BN_CTX *ctx)
{
	uint8_t point[1 + PRIM_DH_MAX] = {POINT_CONVERSION_UNCOMPRESSED};
	EC_POINT *p = EC_POINT_new(g->ec);

	memcpy(point + 1, peer, g->public_len);
	if (p && EC_POINT_oct2point(g->ec, p, point, 1u + g->public_len, ctx) == 1)
		return p;
	EC_POINT_free(p);
	return NULL;
}

static int secret(const struct dh_group *g, struct bytes private, const uint8_t *peer, uint8_t *out)
{
	uint8_t point[1 + PRIM_DH_MAX];
	BN_CTX *ctx = BN_CTX_new();
	EC_POINT *p = ctx ? read_peer(g, peer, ctx) : NULL;
	int rc = !ctx ? -EIO : !p ? -EINVAL : multiply(g, p, private, ctx, point) ? 0 : -EIO;

	if (!rc)
		memcpy(out, point + 1, g->secret_len);
	wipe(point, sizeof(point));
	EC_POINT_free(p);
	BN_CTX_free(ctx);
	return rc;
}

const struct dh_kind dh_curve = {setup, teardown, draw, public_of, secret};
