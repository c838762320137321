/* Inside this folder only: the groups of prim_dh.h, and the arithmetic of their two kinds. */
#ifndef CRYPTO_PRIM_PRIM_DH_GROUP_H
#define CRYPTO_PRIM_PRIM_DH_GROUP_H

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "core/base/buf.h"
#include "crypto/prim/prim_dh.h"

/* Exponents of MODP groups: twice the strength of the largest group rounded up (RFC 3526 §8: 2048 bits resist like
 * 220 to 320 bits of exponent); a full-length exponent for group 2 costs 3.4 times as much and gains nothing. */
enum { DH_EXPONENT_LEN = 32 };

struct dh_group;
struct dh_comb;

/* All of them but setup and teardown may be called from any thread, and take the same time for every private key. */
struct dh_kind {
	/* What is computed once for all keys of a group. false: OpenSSL lacks the group, or memory. */
	bool (*setup)(struct dh_group *g);
	void (*teardown)(struct dh_group *g);
	/* A random private key of private_len bytes. */
	bool (*draw)(const struct dh_group *g, uint8_t *private);
	/* Its public value, public_len bytes. */
	bool (*public)(const struct dh_group *g, struct bytes private, uint8_t *out);
	/* Checks the peer's public value and writes secret_len bytes. 0, -EINVAL (refused) or -EIO. */
	int (*secret)(const struct dh_group *g, struct bytes private, const uint8_t *peer, uint8_t *out);
};

extern const struct dh_kind dh_modp, dh_curve;

struct dh_group {
	uint16_t id;
	uint16_t public_len, secret_len, private_len; /* bytes */
	const struct dh_kind *kind;
	BIGNUM *(*prime)(BIGNUM *bn); /* MODP */
	const char *curve;
	/* Made by setup, only read afterwards. */
	bool ready;
	BIGNUM *p, *max, *base; /* MODP: prime, prime - 2, generator */
	BN_MONT_CTX *mont;
	struct dh_comb *comb;
	EC_GROUP *ec;
};

/* prim_dh_comb.c: powers of the generator. g has p, base and mont. NULL: no memory. */
struct dh_comb *dh_comb_new(const struct dh_group *g);
void dh_comb_free(struct dh_comb *c);
/* public_len bytes to out. */
bool dh_comb_power(const struct dh_group *g, const uint8_t private[DH_EXPONENT_LEN], uint8_t *out);

/* prim_dh_jacobi.c: the Jacobi symbol (a/m), m odd, 0 < a < m; numbers of n words, least significant first, both
 * destroyed. Takes a time that tells of the numbers: for public ones. */
int dh_jacobi(uint64_t *a, uint64_t *m, size_t n);

/* Before threads start; see prim_init(). */
bool prim_dh_setup(void);
void prim_dh_teardown(void);

#endif
