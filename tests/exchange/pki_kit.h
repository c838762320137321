/* Certificates for the ends of an exchange: a struct pki each, on the exchange's clock, with trustpoints made in the test. */
#ifndef TESTS_EXCHANGE_PKI_KIT_H
#define TESTS_EXCHANGE_PKI_KIT_H

#include "crypto/pki/check.h"
#include "crypto/pki/pki.h"
#include "tests/unit/pki/maker.h"

enum { KIT_JOBS = 32, KIT_TRUSTPOINTS = 16 };

struct pki_kit {
	struct clock *clock;
	struct pki *pki;
	struct pki_conf conf;
	struct pki_trustpoint tp[KIT_TRUSTPOINTS];
	struct kit_job {
		struct pki_kit *kit;
		void (*run)(void *job), (*done)(void *job);
		void *job;
		struct timer timer;
	} jobs[KIT_JOBS];
	uint32_t work_ms; /* how long a check takes */
	bool full;        /* nothing more is taken */
	unsigned started; /* jobs so far */
};

void kit_init(struct pki_kit *kit, struct clock *clock);
/* After the engine: what still runs is done. */
void kit_free(struct pki_kit *kit);
/* One more trustpoint, in its place by name (until the next one): the certificate of its authority, ours (NULL = none) and the key pair `slot` it is of. */
struct pki_trustpoint *kit_trust(struct pki_kit *kit, const char *name, X509 *ca, X509 *own, unsigned slot);
/* The same of what is there already; own and key may be NULL. The kit holds them by itself. */
struct pki_trustpoint *kit_trust_certs(struct pki_kit *kit, const char *name, struct pki_cert *ca, struct pki_cert *own,
                                       struct pki_key *key);
/* Another key pair for a trustpoint. */
void kit_put_key(struct pki_kit *kit, const char *name, EVP_PKEY *key);

#endif
