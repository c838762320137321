/* Certificates made in a test, and a fake of what the appliance gives the checks. */
#ifndef TESTS_UNIT_PKI_MAKER_H
#define TESTS_UNIT_PKI_MAKER_H

#include <openssl/x509v3.h>

#include "crypto/pki/pki.h"

enum { MAKER_NOW = 1800000000, MAKER_DAY = 86400 };

/* Key number `slot`, made once in a test program. 1024 bits when bits is 0. */
EVP_PKEY *maker_key(unsigned slot, unsigned bits);
void maker_free(void);

struct maker {
	const char *subject; /* "/C=DE/CN=a" in the order of the wire */
	unsigned slot, bits; /* of its key */
	X509 *issuer;        /* NULL = itself */
	unsigned issuer_slot;
	long serial;         /* 0 = one of its own */
	int64_t from, until; /* 0 = a day before, a year after MAKER_NOW */
	const char *digest;  /* NULL = SHA256 */
	bool v1;
	/* ends with a nid of 0 */
	struct {
		int nid;
		const char *value; /* as in a configuration file of OpenSSL */
	} ext[8];
};
X509 *maker_cert(const struct maker *m);
/* A CA: basicConstraints, keyUsage. */
X509 *maker_ca(const char *subject, unsigned slot, X509 *issuer, unsigned issuer_slot);
struct bytes maker_der(X509 *x); /* until maker_free */
struct pki_cert *maker_pki(X509 *x);

/* ------------------------------------------------------------------ what says that one is revoked */

struct maker_crl {
	X509 *issuer;
	unsigned issuer_slot;
	int64_t from, until;  /* 0 = an hour before, a day after MAKER_NOW; until -1 = no nextUpdate */
	const X509 *revoked;  /* NULL = nobody */
	long first, count;    /* and these serial numbers */
	int reason;           /* of `revoked`, -1 = none */
	bool delta;
	const char *scope;    /* issuingDistributionPoint */
	const char *critical, *entry_critical; /* OID of an extension nobody knows */
};
struct bytes maker_crl(const struct maker_crl *m); /* until maker_free */

struct maker_ocsp {
	struct bytes request; /* whose nonce comes back */
	X509 *cert, *issuer, *signer;
	unsigned signer_slot;
	int status, reason;   /* V_OCSP_CERTSTATUS_... */
	int64_t from, until;  /* as above; until -1 = no nextUpdate */
	int error;            /* OCSP_RESPONSE_STATUS_..., 0 = none */
	bool no_nonce, other_nonce, no_certs;
};
struct bytes maker_ocsp(const struct maker_ocsp *m); /* until maker_free */

/* ------------------------------------------------------------------ ops */

struct maker_fetch {
	char url[256];
	struct bytes body; /* of a POST: a copy, until maker_free */
	void (*done)(void *arg, const struct pki_fetched *got);
	void *arg;
	bool open;
};
struct maker_world {
	struct clock clock;
	struct {
		void (*run)(void *);
		void (*done)(void *);
		void *job;
	} work[256];
	size_t nwork, work_limit; /* limit 0 = none */
	struct maker_fetch fetch[64];
	size_t nfetch, cancelled;
	bool no_fetch; /* fetches fail at once */
	bool stopping; /* jobs are given back undone */
};
extern const struct pki_ops maker_ops; /* ctx: the world */
void maker_world_init(struct maker_world *w);
void maker_world_free(struct maker_world *w);
/* Helper threads get to work until there is no more of it. */
void maker_work(struct maker_world *w);
/* Answers the oldest open fetch: rc 0 with a body, or an error. */
void maker_answer(struct maker_world *w, int rc, struct bytes body);
size_t maker_open(const struct maker_world *w);
/* The URL of the oldest open one, "" = none. */
const char *maker_url(const struct maker_world *w);

#endif
