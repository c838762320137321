#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "crypto/pki/advice.h"
#include "crypto/pki/check_int.h"
#include "crypto/pki/expiry.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

static const struct pki_conf nothing = {.fqdn = ""};

static void bad_key_file(const char *file, const char *why)
{
	char event[300];
	snprintf(event, sizeof event, "keys/rsa/%s is passed over:", file);
	log_msg(MSG_717011, event, why);
}

/* CRLs that are asked for at the CA itself. */
static void *crl_start(void *ctx, const char *trustpoint, const struct pki_cert *cert,
                       void (*done)(void *arg, const struct pki_fetched *got), void *arg, struct err *err)
{
	return pki_scep_crl(ctx, trustpoint, cert, done, arg, err);
}

static void crl_cancel(void *ctx, void *started)
{
	(void)ctx;
	pki_scep_query_cancel(started);
}

struct pki *pki_new(struct clock *clock, const struct pki_ops *ops, void *ctx, int dir, struct err *err)
{
	struct pki *pki = calloc(1, sizeof *pki);
	if (pki == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	*pki = (struct pki){.clock = clock, .ops = ops, .ctx = ctx, .conf = &nothing};
	pki->keys = pki_keys_new(dir, bad_key_file, err);
	if (pki->keys != NULL && (pki->checks = pki_checks_new(clock, ops, ctx)) == NULL)
		err_set(err, -ENOMEM, "out of memory");
	if (pki->checks == NULL) {
		pki_free(pki);
		return NULL;
	}
	if ((pki->scep = pki_scep_new(pki, dir)) == NULL) {
		err_set(err, -ENOMEM, "out of memory");
		pki_free(pki);
		return NULL;
	}
	pki_crls_set_scep(pki->checks->crls, &(struct pki_crl_scep){crl_start, crl_cancel, pki});
	pki_expiry_start(pki);
	return pki;
}

void pki_free(struct pki *pki)
{
	if (pki == NULL)
		return;
	pki_advice_use(NULL);
	pki_expiry_stop(pki);
	pki_checks_free(pki->checks); /* it may wait for a CRL by SCEP */
	pki_scep_free(pki->scep);
	pki_keys_free(pki->keys);
	free(pki);
}

void pki_set_conf(struct pki *pki, const struct pki_conf *conf)
{
	pki->conf = conf != NULL ? conf : &nothing;
	pki_checks_set_conf(pki->checks, pki->conf);
	pki_scep_conf_changed(pki->scep);
}

const struct pki_conf *pki_conf_of(const struct pki *pki)
{
	return pki->conf;
}

struct pki_checks *pki_checks_of(struct pki *pki)
{
	return pki->checks;
}

struct pki_keys *pki_keys_of(struct pki *pki)
{
	return pki->keys;
}

/* ------------------------------------------------------------------ who we are */

static bool issued(struct pki_cert *ca, const struct pki_cert *cert)
{
	return ca != NULL && bytes_eq(pki_cert_subject(ca), pki_cert_issuer(cert)) &&
	       X509_check_issued(pki_cert_x509(ca), pki_cert_x509(cert)) == X509_V_OK;
}

/* Of its own trustpoint, else of any. */
static struct pki_cert *issuer_of(const struct pki *pki, const struct pki_trustpoint *tp, const struct pki_cert *cert)
{
	if (issued(tp->cert[PKI_ROLE_CA], cert))
		return tp->cert[PKI_ROLE_CA];
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++)
		if (issued(pki->conf->trustpoints[i].cert[PKI_ROLE_CA], cert))
			return pki->conf->trustpoints[i].cert[PKI_ROLE_CA];
	return NULL;
}

static void find_chain(const struct pki *pki, struct pki_identity *id)
{
	const struct pki_cert *at = id->cert;
	id->nchain = 0;
	while (!pki_cert_self_issued(at) && id->nchain < PKI_CHAIN_MAX) {
		struct pki_cert *ca = issuer_of(pki, id->tp, at);
		if (ca == NULL || pki_cert_self_issued(ca))
			return;
		id->chain[id->nchain++] = ca;
		at = ca;
	}
}

bool pki_identity(struct pki *pki, const char *trustpoint, struct pki_identity *id, struct err *err)
{
	const struct pki_trustpoint *tp = pki_trustpoint_find(pki->conf, trustpoint);
	const char *why = NULL;
	*id = (struct pki_identity){.tp = tp};
	if (tp == NULL) {
		err_set(err, -ENOENT, "CA trustpoint '%s' is not known", trustpoint);
		return false;
	}
	const struct pki_pair *pair = pki_keys_find(pki->keys, tp->keypair);
	id->cert = tp->cert[PKI_ROLE_OWN];
	id->key = pair != NULL ? pair->key[PKI_KEY_SIGN] : NULL;
	if (id->cert == NULL)
		why = "has no certificate of ours";
	else if (id->key == NULL)
		why = "has no key pair";
	else if (!pki_key_fits(id->key, id->cert))
		why = "has a certificate of another key pair";
	if (why != NULL) {
		err_set(err, -ENOKEY, "trustpoint %s %s", trustpoint, why);
		return false;
	}
	find_chain(pki, id);
	return true;
}
