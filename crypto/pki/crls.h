/* The CRLs that were fetched: one for each place and issuer, for as long as `cache-time` and nextUpdate say; whoever wants
 * one that is on its way waits with the others. Bounded in number and bytes. Control thread only. */
#ifndef CRYPTO_PKI_CRLS_H
#define CRYPTO_PKI_CRLS_H

#include "crypto/pki/conf.h"
#include "crypto/pki/crl.h"
#include "crypto/pki/pki.h"

struct pki_crls;
struct crls_entry;

enum {
	PKI_CRLS_MAX = 64,              /* lists */
	PKI_CRLS_BYTES_MAX = 32 << 20,  /* of memory, together */
	PKI_CRLS_URL_MAX = 2048,
	PKI_CRLS_TIMEOUT_MS = 10000,    /* of one transfer */
	PKI_CRLS_AGAIN_MS = 30000,      /* nobody is asked again sooner */
};

/* Where a list is to be had. Everything is copied. */
struct pki_crl_place {
	const char *url;                 /* "" = of the CA by SCEP (GetCRL) */
	const struct pki_trustpoint *tp; /* for whom: cache-time, enforcenextupdate */
	struct pki_cert *issuer;
	struct pki_cert *cert;           /* one it issued, for SCEP */
	bool again;                      /* even if there is one (`crypto ca crl request`) */
};

struct pki_crl_got {
	struct pki_crl *crl; /* NULL = none; hold it to keep it */
	enum pki_why why;    /* GOOD or NO_CRL, CRL_INVALID, BUSY */
	const char *detail;
};

/* Somebody who waits; its memory is his. */
struct pki_crl_want {
	void (*got)(struct pki_crl_want *w, const struct pki_crl_got *got);
	/* the cache's */
	struct pki_crl_want *next;
	struct crls_entry *entry;
};

/* GetCRL by SCEP for a trustpoint, about the issuer of `cert`; the rest as fetch of pki_ops, and what comes is the CRL. */
struct pki_crl_scep {
	void *(*start)(void *ctx, const char *trustpoint, const struct pki_cert *cert,
	               void (*done)(void *arg, const struct pki_fetched *got), void *arg, struct err *err);
	void (*cancel)(void *ctx, void *started);
	void *ctx;
};

struct pki_crls *pki_crls_new(struct clock *clock, const struct pki_ops *ops, void *ctx);
/* Without it nothing comes by SCEP. */
void pki_crls_set_scep(struct pki_crls *crls, const struct pki_crl_scep *scep);
/* Nobody who waits is told. NULL is allowed. */
void pki_crls_free(struct pki_crls *crls);

/* true: *got is what there is, until the next call. false: w->got is called later, once, unless pki_crls_unwant. w->got is
 * set. */
bool pki_crls_get(struct pki_crls *crls, const struct pki_crl_place *place, struct pki_crl_want *w,
                  struct pki_crl_got *got);
/* Is a certificate on a list of its issuer that there is, however old? Nothing is fetched. */
bool pki_crls_lists(const struct pki_crls *crls, const struct pki_cert *issuer, const struct pki_cert *cert,
                    struct pki_crl_entry *entry);
void pki_crls_unwant(struct pki_crl_want *w); /* also when it does not wait */
/* Forgets what was fetched for a trustpoint (NULL = all). */
void pki_crls_clear(struct pki_crls *crls, const char *trustpoint);

/* What there is, for show: lists that were fetched and are not old, the one used last in front. */
struct pki_crl_info {
	const struct pki_crl *crl;
	const char *url, *trustpoint;
	int64_t until; /* kept so long */
};
void pki_crls_each(const struct pki_crls *crls, void (*fn)(void *arg, const struct pki_crl_info *info), void *arg);
size_t pki_crls_memory(const struct pki_crls *crls);

#endif
