/* Inside this folder only: what is behind struct pki. */
#ifndef CRYPTO_PKI_PRIV_H
#define CRYPTO_PKI_PRIV_H

#include "crypto/pki/pki.h"

struct pki_checks;

struct pki {
	struct clock *clock;
	const struct pki_ops *ops;
	void *ctx;
	const struct pki_conf *conf; /* in force; never NULL */
	struct pki_keys *keys;
	struct pki_scep *scep; /* NULL while it is made */
	struct timer expiry; /* of certificates: the next look at them */
	struct pki_checks *checks; /* check_int.h */
	unsigned making; /* key pairs under way on helper threads */
};

#endif
