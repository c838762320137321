/* One certificate revocation list (RFC 5280 §5), read and verified once, then only looked at: what of it counts is kept
 * in little memory. Counted by those who hold it, never changed; any thread. */
#ifndef CRYPTO_PKI_CRL_H
#define CRYPTO_PKI_CRL_H

#include "crypto/pki/cert.h"
#include "crypto/pki/check.h"

enum {
	PKI_CRL_BYTES_MAX = 8 << 20, /* as it is fetched */
	PKI_CRL_ENTRIES_MAX = 200000,
	PKI_CRL_SKEW_S = 300, /* how far a CA's clock may be ahead of ours */
};

struct pki_crl;

/* From DER or PEM; hostile. Takes up to a second: for a helper thread. It must be complete (not a delta, not indirect, not
 * of some reasons only), by the issuer and with its signature, from the past at `now`. NULL with err in words and the
 * code: -EBADMSG, -EMSGSIZE (too large), -ENOSPC (too many entries: *entries), -ENOMEM. entries may be NULL. */
struct pki_crl *pki_crl_read(struct bytes data, const struct pki_cert *issuer, int64_t now, size_t *entries,
                             struct err *err);
struct pki_crl *pki_crl_hold(struct pki_crl *crl);
void pki_crl_drop(struct pki_crl *crl); /* NULL is allowed */

int64_t pki_crl_this_update(const struct pki_crl *crl);
int64_t pki_crl_next_update(const struct pki_crl *crl); /* 0 = it does not say */
size_t pki_crl_entries(const struct pki_crl *crl);
size_t pki_crl_der_size(const struct pki_crl *crl); /* bytes as it was fetched */
size_t pki_crl_memory(const struct pki_crl *crl);   /* bytes it takes here */
struct bytes pki_crl_issuer(const struct pki_crl *crl); /* name as DER */

struct pki_crl_entry {
	int64_t when; /* revoked since */
	const char *reason; /* "keyCompromise"; "" = it does not say */
};
/* CRLReason as a word, that of OCSP, too; "" = it says nothing. Lives for ever. */
const char *pki_crl_reason(int reason);

/* Is a certificate of its issuer on it? GOOD, REVOKED (with *entry), or CRL_INVALID: it is not a list for this
 * certificate (its scope, or the distribution point is another). url: from where it was fetched. */
enum pki_why pki_crl_look(const struct pki_crl *crl, const struct pki_cert *cert, const char *url,
                          struct pki_crl_entry *entry);

#endif
