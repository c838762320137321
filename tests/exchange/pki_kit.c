#include "tests/exchange/pki_kit.h"

#include <errno.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

static void on_timer(struct timer *t, void *arg)
{
	struct kit_job *j = arg;
	void (*done)(void *) = j->done;
	void *job = j->job;
	(void)t;
	j->run(job);
	j->job = NULL;
	done(job);
}

static int on_work(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct pki_kit *kit = ctx;
	for (size_t i = 0; i < KIT_JOBS && !kit->full; i++) {
		struct kit_job *j = &kit->jobs[i];
		if (j->job != NULL)
			continue;
		*j = (struct kit_job){.kit = kit, .run = run, .done = done, .job = job};
		timer_start(kit->clock, &j->timer, kit->work_ms, on_timer, j);
		kit->started++;
		return 0;
	}
	return -EAGAIN;
}

static void *on_fetch(void *ctx, const struct pki_fetch *f, void (*done)(void *, const struct pki_fetched *),
                      void *arg, struct err *err)
{
	(void)ctx, (void)f, (void)done, (void)arg;
	err_set(err, -ENETDOWN, "no network");
	return NULL;
}

static void on_cancel(void *ctx, void *fetch)
{
	(void)ctx, (void)fetch;
}

static int64_t on_wall(void *ctx)
{
	struct pki_kit *kit = ctx;
	return MAKER_NOW + (int64_t)(clock_now(kit->clock) / 1000);
}

static const struct pki_ops ops = {
        .work = on_work, .fetch = on_fetch, .fetch_cancel = on_cancel, .wall_s = on_wall};

void kit_init(struct pki_kit *kit, struct clock *clock)
{
	struct err err = {0};
	*kit = (struct pki_kit){.clock = clock, .work_ms = 20};
	kit->conf = (struct pki_conf){.trustpoints = kit->tp, .fqdn = ""};
	kit->pki = pki_new(clock, &ops, kit, -1, &err);
	if (kit->pki == NULL)
		abort();
	pki_set_conf(kit->pki, &kit->conf);
}

void kit_free(struct pki_kit *kit)
{
	for (size_t i = 0; i < KIT_JOBS; i++)
		if (kit->jobs[i].job != NULL) {
			timer_stop(kit->clock, &kit->jobs[i].timer);
			on_timer(NULL, &kit->jobs[i]);
		}
	pki_free(kit->pki);
	for (size_t i = 0; i < kit->conf.ntrustpoints; i++)
		for (size_t r = 0; r < PKI_ROLES; r++)
			pki_cert_drop(kit->tp[i].cert[r]);
}

static void put(struct pki_kit *kit, const char *name, struct pki_key *key)
{
	struct pki_pair pair = {.general = true, .key = {key, key}};
	struct err err = {0};
	str_copy(pair.label, sizeof pair.label, str_of(name));
	if (pki_keys_put(pki_keys_of(kit->pki), &pair, &err) != 0)
		abort();
}

static struct pki_key *key_of(EVP_PKEY *evp)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *pem = NULL;
	struct err err = {0};
	PEM_write_bio_PrivateKey(out, evp, NULL, NULL, 0, NULL, NULL);
	long n = BIO_get_mem_data(out, &pem);
	struct pki_key *key = pki_key_read((struct str){pem, (size_t)n}, &err);
	BIO_free(out);
	if (key == NULL)
		abort();
	return key;
}

void kit_put_key(struct pki_kit *kit, const char *name, EVP_PKEY *evp)
{
	struct pki_key *key = key_of(evp);
	put(kit, name, key);
	pki_key_drop(key);
}

struct pki_trustpoint *kit_trust_certs(struct pki_kit *kit, const char *name, struct pki_cert *ca, struct pki_cert *own,
                                       struct pki_key *key)
{
	size_t at = kit->conf.ntrustpoints++;
	for (; at > 0 && strcmp(kit->tp[at - 1].name, name) > 0; at--)
		kit->tp[at] = kit->tp[at - 1];
	struct pki_trustpoint *tp = &kit->tp[at];
	*tp = (struct pki_trustpoint){.name = name,
	                              .url = "",
	                              .subject = "",
	                              .fqdn = "",
	                              .email = "",
	                              .challenge = "",
	                              .keypair = name,
	                              .ocsp_url = "",
	                              .ca_check = true,
	                              .validates = true,
	                              .subordinates = true};
	for (size_t i = 0; i < sizeof tp->crl_url / sizeof tp->crl_url[0]; i++)
		tp->crl_url[i] = "";
	tp->cert[PKI_ROLE_CA] = pki_cert_hold(ca);
	tp->cert[PKI_ROLE_OWN] = pki_cert_hold(own);
	if (key != NULL)
		put(kit, name, key);
	pki_set_conf(kit->pki, &kit->conf);
	return tp;
}

struct pki_trustpoint *kit_trust(struct pki_kit *kit, const char *name, X509 *ca, X509 *own, unsigned slot)
{
	struct pki_cert *a = maker_pki(ca), *o = own != NULL ? maker_pki(own) : NULL;
	struct pki_key *key = own != NULL ? key_of(maker_key(slot, 0)) : NULL;
	struct pki_trustpoint *tp = kit_trust_certs(kit, name, a, o, key);
	pki_cert_drop(a);
	pki_cert_drop(o);
	pki_key_drop(key);
	return tp;
}
