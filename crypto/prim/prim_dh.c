#include "crypto/prim/prim_dh.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

/* Twice the strength of the largest group rounded up (RFC 3526 §8: 2048 bits resist like 220 to 320 bits of
 * exponent); a full-length exponent for group 2 costs 3.4 times as much and gains nothing. */
enum { DH_EXPONENT_BITS = 256 };

static const struct dh_group {
	uint16_t id;
	uint16_t public_len, secret_len; /* bytes */
	const char *curve;               /* NULL = MODP */
	BIGNUM *(*prime)(BIGNUM *bn);
} groups[] = {
        {1, 96, 96, NULL, BN_get_rfc2409_prime_768},
        {2, 128, 128, NULL, BN_get_rfc2409_prime_1024},
        {5, 192, 192, NULL, BN_get_rfc3526_prime_1536},
        {14, 256, 256, NULL, BN_get_rfc3526_prime_2048},
        {19, 64, 32, "P-256", NULL},
        {20, 96, 48, "P-384", NULL},
};

struct prim_dh_key {
	const struct dh_group *group;
	EVP_PKEY *pkey;
};

static const struct dh_group *group_find(uint16_t id)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (groups[i].id == id)
			return &groups[i];
	}
	return NULL;
}

size_t prim_dh_public_len(uint16_t group)
{
	const struct dh_group *g = group_find(group);

	return g ? g->public_len : 0;
}

size_t prim_dh_secret_len(uint16_t group)
{
	const struct dh_group *g = group_find(group);

	return g ? g->secret_len : 0;
}

/* A key object from parts; pub and priv may be NULL. point is an encoded EC point. */
static EVP_PKEY *pkey_build(const struct dh_group *g, const BIGNUM *pub, const BIGNUM *priv,
                            struct bytes point)
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	BIGNUM *p = g->prime ? g->prime(NULL) : NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, g->curve ? "EC" : "DH", NULL);
	int what = priv               ? EVP_PKEY_KEYPAIR
	           : pub || point.len ? EVP_PKEY_PUBLIC_KEY
	                              : EVP_PKEY_KEY_PARAMETERS;
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	bool ok = bld && ctx;

	if (ok && g->curve)
		ok = OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, g->curve,
		                                     0) == 1;
	else if (ok)
		ok = p && OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_FFC_P, p) == 1 &&
		     OSSL_PARAM_BLD_push_uint(bld, OSSL_PKEY_PARAM_FFC_G, 2) == 1 &&
		     OSSL_PARAM_BLD_push_int(bld, OSSL_PKEY_PARAM_DH_PRIV_LEN, DH_EXPONENT_BITS) ==
		             1;
	if (ok && pub)
		ok = OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PUB_KEY, pub) == 1;
	if (ok && point.len)
		ok = OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.p,
		                                      point.len) == 1;
	if (ok && priv)
		ok = OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, priv) == 1;
	if (ok)
		params = OSSL_PARAM_BLD_to_param(bld);
	if (!params || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, what, params) != 1)
		pkey = NULL;
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	BN_free(p);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

/* The public value as it goes on the wire. */
static bool public_write(const struct dh_group *g, EVP_PKEY *pkey, uint8_t *out)
{
	uint8_t point[1 + PRIM_DH_MAX];
	BIGNUM *bn = NULL;
	size_t len = 0;
	bool ok;

	if (g->curve) {
		ok = EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point,
		                                     sizeof(point), &len) == 1 &&
		     len == 1u + g->public_len && point[0] == 4;
		if (ok)
			memcpy(out, point + 1, g->public_len);
		return ok;
	}
	ok = EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, &bn) == 1 &&
	     BN_bn2binpad(bn, out, g->public_len) == g->public_len;
	BN_free(bn);
	return ok;
}

static void job_take(struct prim_dh_job *job, const struct dh_group *g, EVP_PKEY *pkey)
{
	struct prim_dh_key *key = calloc(1, sizeof(*key));

	job->status = -EIO;
	if (!key || !pkey || !public_write(g, pkey, job->public)) {
		free(key);
		EVP_PKEY_free(pkey);
		return;
	}
	*key = (struct prim_dh_key){g, pkey};
	prim_dh_key_free(job->key);
	job->key = key;
	job->public_len = g->public_len;
	job->status = 0;
}

static EVP_PKEY *keygen(const struct dh_group *g)
{
	EVP_PKEY *params, *pkey = NULL;
	EVP_PKEY_CTX *ctx;

	if (g->curve)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", g->curve);
	params = pkey_build(g, NULL, NULL, (struct bytes){0});
	ctx = params ? EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL) : NULL;
	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_generate(ctx, &pkey) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	return pkey;
}

void prim_dh_generate(struct prim_dh_job *job)
{
	const struct dh_group *g = group_find(job->group);

	if (!g) {
		job->status = -ENOTSUP;
		return;
	}
	job_take(job, g, keygen(g));
}

static BIGNUM *modp_public(const struct dh_group *g, const BIGNUM *priv)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *p = g->prime(NULL), *base = BN_new(), *pub = BN_new();
	bool ok = ctx && p && base && pub && BN_set_word(base, 2) == 1 &&
	          BN_mod_exp_mont_consttime(pub, base, priv, p, ctx, NULL) == 1;

	BN_free(p);
	BN_free(base);
	BN_CTX_free(ctx);
	if (!ok) {
		BN_free(pub);
		return NULL;
	}
	return pub;
}

static size_t curve_point(const struct dh_group *g, const BIGNUM *priv, uint8_t *out, size_t cap)
{
	EC_GROUP *curve = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(g->curve));
	EC_POINT *point = curve ? EC_POINT_new(curve) : NULL;
	size_t len = 0;

	if (point && EC_POINT_mul(curve, point, priv, NULL, NULL, NULL) == 1)
		len = EC_POINT_point2oct(curve, point, POINT_CONVERSION_UNCOMPRESSED, out, cap,
		                         NULL);
	EC_POINT_free(point);
	EC_GROUP_free(curve);
	return len;
}

void prim_dh_import(struct prim_dh_job *job, const uint8_t *private, size_t len)
{
	const struct dh_group *g = group_find(job->group);
	BIGNUM *priv = len <= PRIM_DH_MAX ? BN_bin2bn(private, (int)len, NULL) : NULL;
	BIGNUM *pub = NULL;
	uint8_t point[1 + PRIM_DH_MAX];
	size_t point_len = 0;

	if (!g || !priv) {
		job->status = g ? -EINVAL : -ENOTSUP;
		BN_clear_free(priv);
		return;
	}
	if (g->curve)
		point_len = curve_point(g, priv, point, sizeof(point));
	else
		pub = modp_public(g, priv);
	job_take(job, g,
	         pub || point_len ? pkey_build(g, pub, priv, (struct bytes){point, point_len})
	                          : NULL);
	BN_free(pub);
	BN_clear_free(priv);
}

/* 2 <= y <= p - 2 and y in the subgroup of order (p - 1) / 2, which 2 generates in all these groups: there
 * y is a square, which the Kronecker symbol tells for the price of a gcd. */
static EVP_PKEY *peer_modp(const struct dh_group *g, const uint8_t *data, size_t len)
{
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = g->prime(NULL), *y = BN_bin2bn(data, (int)len, NULL),
	       *max = p ? BN_dup(p) : NULL;
	EVP_PKEY *pkey = NULL;

	if (ctx && y && max && BN_sub_word(max, 2) == 1 && !BN_is_zero(y) && !BN_is_one(y) &&
	    BN_cmp(y, max) <= 0 && BN_kronecker(y, p, ctx) == 1)
		pkey = pkey_build(g, y, NULL, (struct bytes){0});
	BN_free(max);
	BN_free(y);
	BN_free(p);
	BN_CTX_free(ctx);
	return pkey;
}

/* Building the point fails when it is not on the curve; the curves have cofactor 1, and infinity has no
 * uncompressed form. */
static EVP_PKEY *peer_curve(const struct dh_group *g, const uint8_t *data, size_t len)
{
	uint8_t point[1 + PRIM_DH_MAX] = {4};

	memcpy(point + 1, data, len);
	return pkey_build(g, NULL, NULL, (struct bytes){point, 1 + len});
}

static bool shared_secret(struct prim_dh_job *job, const struct dh_group *g, EVP_PKEY *peer)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, job->key->pkey, NULL);
	unsigned pad = 1;
	OSSL_PARAM params[] = {OSSL_PARAM_construct_uint(OSSL_EXCHANGE_PARAM_PAD, &pad),
	                       OSSL_PARAM_construct_end()};
	size_t len = sizeof(job->secret);
	bool ok = ctx && EVP_PKEY_derive_init(ctx) == 1 &&
	          (g->curve || EVP_PKEY_CTX_set_params(ctx, params) == 1) &&
	          EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1 &&
	          EVP_PKEY_derive(ctx, job->secret, &len) == 1 && len == g->secret_len;

	EVP_PKEY_CTX_free(ctx);
	job->secret_len = ok ? len : 0;
	return ok;
}

void prim_dh_derive(struct prim_dh_job *job)
{
	const struct dh_group *g = group_find(job->group);
	EVP_PKEY *peer;

	job->secret_len = 0;
	if (!g || !job->key || job->key->group != g) {
		job->status = g ? -EINVAL : -ENOTSUP;
		return;
	}
	if (job->peer_len != g->public_len) {
		job->status = -EINVAL;
		return;
	}
	peer = g->curve ? peer_curve(g, job->peer, job->peer_len)
	                : peer_modp(g, job->peer, job->peer_len);
	if (!peer)
		job->status = -EINVAL;
	else
		job->status = shared_secret(job, g, peer) ? 0 : -EIO;
	EVP_PKEY_free(peer);
}

void prim_dh_run(struct prim_dh_job *job)
{
	job->status = 0;
	if (!job->key)
		prim_dh_generate(job);
	if (!job->status && job->peer_len)
		prim_dh_derive(job);
}

void prim_dh_key_free(struct prim_dh_key *key)
{
	if (!key)
		return;
	EVP_PKEY_free(key->pkey); /* OpenSSL wipes private numbers */
	free(key);
}

void prim_dh_clear(struct prim_dh_job *job)
{
	prim_dh_key_free(job->key);
	wipe(job, sizeof(*job));
}
