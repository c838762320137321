/* Inside this folder only: the groups of prim_dh.h, and the arithmetic of their two kinds. */
#ifndef CRYPTO_PRIM_PRIM_DH_GROUP_H
#define CRYPTO_PRIM_PRIM_DH_GROUP_H

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "core/base/buf.h"
#include "crypto/prim/prim_dh.h"

struct dh_group;

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
	EC_GROUP *ec;
};

/* Before threads start; see prim_init(). */
bool prim_dh_setup(void);
void prim_dh_teardown(void);

#endif
