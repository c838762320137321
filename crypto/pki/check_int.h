/* Inside this folder only: the checks that are under way, and what they share. */
#ifndef CRYPTO_PKI_CHECK_INT_H
#define CRYPTO_PKI_CHECK_INT_H

#include "crypto/pki/chain.h"
#include "crypto/pki/crls.h"
#include "crypto/pki/ocsp.h"
#include "crypto/pki/pki.h"
#include "crypto/pki/places.h"

struct pki_checks {
	struct clock *clock;
	const struct pki_ops *ops;
	void *ctx; /* of ops */
	const struct pki_conf *conf;
	struct pki_anchors *anchors; /* of conf; NULL = to be made */
	struct pki_crls *crls;
	struct pki_check *first;
	size_t n; /* with those that are cancelled and still at work */
	uint64_t bucket_ms; /* lines that strangers cause */
	unsigned bucket;
};

/* What struct pki has of it. */
struct pki_checks *pki_checks_of(struct pki *pki);
/* ctx: of ops. NULL when memory is short. */
struct pki_checks *pki_checks_new(struct clock *clock, const struct pki_ops *ops, void *ctx);
/* Nothing is called any more. NULL is allowed. */
void pki_checks_free(struct pki_checks *all);
/* The configuration in force; NULL = none. What is under way ends by the one it began with. */
void pki_checks_set_conf(struct pki_checks *all, const struct pki_conf *conf);

enum pki_check_state { CHECK_CHAIN, CHECK_REVOCATION, CHECK_ENDED };

enum { PKI_REVOKE_MS = 30000 };

/* revoke.c: how far the search for the revocation of a chain has come. */
struct pki_revoke {
	size_t at, method; /* certificate of the path, of tp->revocation */
	bool unchecked;    /* of one at least nothing is known */
	enum pki_why why;  /* of the last method that failed */
	char detail[PKI_DETAIL_MAX];
	struct pki_places places; /* to try */
	size_t next;
	bool found; /* the places were looked for */
	struct pki_crl_want want;
	struct pki_ocsp *ocsp;
	void *fetch;
	struct pki_ocsp_job *job; /* an answer on a helper thread */
	struct timer timer; /* for all of it */
};

struct pki_check {
	struct pki_checks *all; /* NULL: they are gone */
	struct pki_check *prev, *next;
	enum pki_check_state state;
	bool cancelled;
	bool quiet; /* a stranger among many: no lines about it */
	void (*done)(void *arg, const struct pki_verdict *v);
	void *arg;
	struct pki_anchors *anchors;
	int64_t now; /* by the wall */
	/* as the peer sent it, in the memory behind */
	struct bytes certs[PKI_CHAIN_MAX], hash, sig, id;
	size_t ncerts;
	uint8_t id_type;
	uint32_t peer_ip;
	/* what was found */
	struct pki_cert *own; /* the peer's certificate, read but perhaps not believed; NULL = none */
	struct pki_chain chain;
	struct pki_revoke revoke;
	struct pki_verdict verdict;
};

/* The verdict; then the check is no more. check.c. */
void pki_check_end(struct pki_check *c, enum pki_why why, const char *detail);
/* Looks for the revocation of all certificates of the chain but the last, then ends the check (also within). revoke.c. */
void pki_revoke_start(struct pki_check *c);
void pki_revoke_stop(struct pki_check *c);

/* check_log.c: what is said of it, to the log and to debug crypto ca. */
void pki_check_log_chain(const struct pki_check *c);
void pki_check_log_end(const struct pki_check *c);
void pki_check_log_ocsp(const struct pki_check *c, const struct pki_cert *cert, const char *url);
void pki_check_log_revocation(const struct pki_check *c, enum pki_revocation method, enum pki_why why,
                              const char *detail);

#endif
