/* The first part of a check: from the certificates that a peer sent to the CA certificate of a trustpoint. Without state;
 * any thread. */
#ifndef CRYPTO_PKI_CHAIN_H
#define CRYPTO_PKI_CHAIN_H

#include <stdatomic.h>

#include "core/base/arena.h"
#include "crypto/pki/check.h"
#include "crypto/pki/conf.h"

enum { PKI_DETAIL_MAX = 512 };

/* The trustpoints by which peers are checked, copied out of a configuration, which may change meanwhile: of each its
 * name, CA certificate, and what says how it is checked. Counted by those who hold it. */
struct pki_anchors {
	atomic_uint refs;
	struct arena *arena;
	const struct pki_trustpoint *tp;
	size_t n;
};
/* NULL when memory is short. conf may be NULL. The first holder is the caller. */
struct pki_anchors *pki_anchors_new(const struct pki_conf *conf);
struct pki_anchors *pki_anchors_hold(struct pki_anchors *a);
void pki_anchors_drop(struct pki_anchors *a); /* NULL is allowed */

struct pki_chain {
	enum pki_why why; /* GOOD or which check failed */
	char detail[PKI_DETAIL_MAX];
	const struct pki_trustpoint *tp; /* of the anchors; NULL = none */
	/* From the peer's own certificate to that of the trustpoint; held. Empty unless it is good. */
	struct pki_cert *path[PKI_CHAIN_MAX + 1];
	size_t npath;
};

/* RFC 5280 §6.1 at the time `now` (seconds since 1970), with the first certificate as the peer's own. What a trustpoint
 * asks for holds: `ca-check`, `accept-subordinates`. Trustpoints are tried from the nearest issuer upwards. */
void pki_chain_build(const struct pki_anchors *anchors, struct pki_cert *const *certs, size_t n, int64_t now,
                     struct pki_chain *out);
void pki_chain_drop(struct pki_chain *c);

/* The reason that an X509_V_ERR_ stands for. */
enum pki_why pki_chain_why(int x509_error);

#endif
