/* Help where users fail: what about our own certificate will keep the clients of the usual systems out. */
#ifndef CRYPTO_PKI_ADVICE_H
#define CRYPTO_PKI_ADVICE_H

#include "crypto/pki/pki.h"

/* WARNING and INFO lines about the identity certificate of a trustpoint; key: the pair it should be of, NULL = none is
 * there. now_s: seconds since 1970. */
void pki_advice(const struct pki_conf *conf, const struct pki_trustpoint *tp, const struct pki_cert *cert,
                const struct pki_key *key, int64_t now_s, struct out *notes);

/* One trustpoint of a tree that is not in force yet, with our names and addresses; none when there is no such. 0 or
 * -errno. (conf.c) */
int pki_conf_compile_one(const struct conf *c, struct arena *a, struct str name, struct pki_conf *conf);
/* Whose key pairs pki_advise_trust_point looks at; NULL = nobody's, then it says nothing. */
void pki_advice_use(struct pki *pki);

#endif
