/* crypto ca import and export: certificates and keys by way of the console. */
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/buf.h"
#include "core/base/log.h"
#include "crypto/pki/dialog.h"
#include "crypto/pki/enroll.h"
#include "crypto/pki/enroll_cmd.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/paste.h"
#include "crypto/pki/pkcs12.h"
#include "crypto/pki/priv.h"

enum { PASS_MAX = 128 };

struct import {
	struct pki_dialog d;
	char trustpoint[PKI_LABEL_MAX + 1];
	bool silent;
	char pass[PASS_MAX + 1];
	uint8_t *der; /* the PKCS#12 */
	size_t len;
	bool good;
	struct pki_p12 p12;
	struct err err;
};

static void forget_der(struct import *i)
{
	if (i->der != NULL)
		wipe(i->der, i->len);
	free(i->der);
	i->der = NULL;
}

static void release(struct pki_dialog *d)
{
	struct import *i = (struct import *)d;
	forget_der(i);
	pki_p12_drop(&i->p12);
	wipe(i, sizeof *i);
	free(i);
}

static const struct pki_trustpoint *trustpoint_of(struct import *i)
{
	const struct pki_trustpoint *tp = pki_trustpoint_find(i->d.pki->conf, i->trustpoint);
	if (tp == NULL)
		pki_dialog_fail(&i->d, "CA trustpoint '%s' is not known.", i->trustpoint);
	return tp;
}

static struct import *import_new(struct cmd *c, const struct pki_trustpoint **tp)
{
	char name[PKI_LABEL_MAX + 1];
	*tp = pki_cmd_trustpoint(c, name);
	if (*tp == NULL)
		return NULL;
	struct import *i = calloc(1, sizeof *i);
	if (i == NULL) {
		cmd_fail(c, "out of memory");
		return NULL;
	}
	str_copy(i->trustpoint, sizeof i->trustpoint, str_of(name));
	i->silent = cmd_has(c, "nointeractive");
	if (!str_copy(i->pass, sizeof i->pass, cmd_text(c, "password"))) {
		cmd_fail(c, "the passphrase is longer than %d characters", (int)PASS_MAX);
		release(&i->d);
		return NULL;
	}
	return pki_dialog_begin(&i->d, c, release) ? i : NULL;
}

/* ------------------------------------------------------------------ a certificate */

static bool issued_by(const struct pki_cert *ca, const struct pki_cert *cert)
{
	return X509_check_issued(pki_cert_x509(ca), pki_cert_x509(cert)) == X509_V_OK &&
	       X509_verify(pki_cert_x509(cert), X509_get0_pubkey(pki_cert_x509(ca))) == 1;
}

/* Why it cannot be the trustpoint's; NULL = it can. */
static const char *misfit(struct pki *pki, const struct pki_trustpoint *tp, const struct pki_cert *cert)
{
	const struct pki_pair *pair = pki_keys_find(pki->keys, tp->keypair);
	const char *why = NULL;
	if (pair == NULL)
		why = "there is no key pair for it";
	else if (!pki_key_fits(pair->key[PKI_KEY_SIGN], cert))
		why = "its public key is not that of the trustpoint's key pair";
	else if (tp->cert[PKI_ROLE_CA] != NULL && !issued_by(tp->cert[PKI_ROLE_CA], cert))
		why = "it was not issued by the CA of the trustpoint";
	pki_ossl_error();
	return why;
}

static void certificate_pasted(struct pki_dialog *d, struct str text)
{
	struct import *i = (struct import *)d;
	const struct pki_trustpoint *tp = trustpoint_of(i);
	struct pki_cert *list[PKI_PASTE_CERTS], *own;
	const char *why = NULL;
	if (tp == NULL)
		return;
	size_t n = pki_paste_certs(text, list, PKI_PASTE_CERTS, &i->err), at = 0;
	while (at < n && (why = misfit(d->pki, tp, list[at])) != NULL)
		at++;
	own = pki_cert_hold(at < n ? list[at] : NULL); /* of several the one that fits */
	pki_certs_drop(list, n);
	if (own == NULL) {
		pki_dialog_fail(d, "Failed to parse or verify imported certificate: %s", n == 0 ? i->err.text : why);
		return;
	}
	if (pki_install(d->pki, i->trustpoint, PKI_ROLE_OWN, own, &i->err) != 0) {
		pki_cert_drop(own);
		pki_dialog_fail(d, "%s", i->err.text);
		return;
	}
	log_msg(MSG_717003, i->trustpoint);
	pki_dialog_say(d, "INFO: Certificate successfully imported\n");
	pki_dialog_advise(d, i->trustpoint, own);
	pki_cert_drop(own);
	pki_dialog_end(d, CMD_OK);
}

static void take_certificate(struct import *i)
{
	const struct pki_trustpoint *tp = trustpoint_of(i);
	struct pki_request r;
	struct pki_request_text text;
	if (tp == NULL)
		return;
	pki_request_of(i->d.pki, tp, false, NULL, &r, &text);
	if (r.fqdn[0] != '\0')
		pki_dialog_say(&i->d, "%% The fully-qualified domain name in the certificate will be: %s\n\n", r.fqdn);
	if (r.ip != 0)
		pki_dialog_say(&i->d, "%% The IP address in the certificate is %s\n\n", ip4_text(r.ip).s);
	pki_dialog_say(&i->d, "Enter the base 64 encoded certificate.\n"
	                      "End with the word \"quit\" on a line by itself\n\n");
	pki_dialog_read(&i->d, certificate_pasted);
}

static void fqdn_answered(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer) || answer.len == 0)
		take_certificate((struct import *)d);
	else
		pki_dialog_end(d, CMD_OK);
}

static int cmd_import_certificate(struct cmd *c)
{
	const struct pki_trustpoint *tp;
	struct import *i = import_new(c, &tp);
	if (i == NULL)
		return CMD_ERROR;
	if (pki_fqdn_differs(i->d.pki->conf, tp))
		pki_warn_fqdn(&i->d);
	if (pki_fqdn_differs(i->d.pki->conf, tp) && !i->silent)
		pki_dialog_ask(&i->d, "Would you like to continue with this enrollment? [yes/no]: ", false, fqdn_answered);
	else
		take_certificate(i);
	return CMD_PENDING;
}

/* ------------------------------------------------------------------ PKCS#12 in */

static void fail_p12(struct import *i, const char *why)
{
	log_msg(MSG_717006, i->trustpoint);
	pki_dialog_fail(&i->d, "Import PKCS12 operation failed: %s", why);
}

static struct pki_cert *issuer_in(const struct pki_p12 *p12, const struct pki_cert *cert)
{
	for (size_t k = 0; k < p12->nother && !pki_cert_self_issued(cert); k++)
		if (issued_by(p12->other[k], cert))
			return p12->other[k];
	return NULL;
}

/* In another trustpoint: that of this one is replaced. */
static bool held_elsewhere(const struct import *i, const struct pki_cert *ca)
{
	const struct pki_conf *conf = i->d.pki->conf;
	for (size_t k = 0; k < conf->ntrustpoints; k++) {
		const struct pki_trustpoint *tp = &conf->trustpoints[k];
		if (tp->cert[PKI_ROLE_CA] != NULL && pki_cert_same(tp->cert[PKI_ROLE_CA], ca) &&
		    strcmp(tp->name, i->trustpoint) != 0)
			return true;
	}
	return false;
}

/* CAs above the issuer that no trustpoint has get some of their own, T-1, T-2, so that the chain can be sent. */
static void put_upper_cas(struct import *i, const struct pki_cert *at, struct out *lines)
{
	const struct pki_conf *conf = i->d.pki->conf;
	char name[PKI_LABEL_MAX + 1];
	unsigned number = 1;
	for (size_t depth = 0; depth < PKI_CHAIN_MAX && (at = issuer_in(&i->p12, at)) != NULL; depth++) {
		int n;
		if (held_elsewhere(i, at))
			continue;
		do {
			n = snprintf(name, sizeof name, "%s-%u", i->trustpoint, number++);
		} while (n > 0 && (size_t)n < sizeof name && pki_trustpoint_find(conf, name) != NULL);
		if (n < 0 || (size_t)n >= sizeof name)
			return; /* no room for a name: the chain stays short */
		out_printf(lines, "crypto ca trustpoint %s\n exit\n", name);
		pki_install_lines(conf, name, PKI_ROLE_CA, at, lines);
	}
}

/* The key first: what is configured is looked at together with it. When that fails everything is as before. */
static int put_pair(struct pki *pki, const struct pki_pair *pair, const struct out *lines, struct err *err)
{
	const struct pki_pair *there = pki_keys_find(pki->keys, pair->label);
	struct pki_pair before = there != NULL ? *there : (struct pki_pair){0};
	struct err again = {0};
	for (unsigned use = 0; use < PKI_KEY_USES; use++)
		pki_key_hold(before.key[use]);
	int rc = pki_keys_put(pki->keys, pair, err);
	if (rc == 0 && (rc = pki_configure(pki, lines, err)) != 0) {
		if (there != NULL)
			pki_keys_put(pki->keys, &before, &again);
		else
			pki_keys_remove(pki->keys, pair->label, &again);
	}
	for (unsigned use = 0; use < PKI_KEY_USES; use++)
		pki_key_drop(before.key[use]);
	return rc;
}

static int install_p12(struct import *i)
{
	struct pki *pki = i->d.pki;
	struct pki_pair pair = {.general = true, .made_s = pki->ops->wall_s(pki->ctx)};
	const struct pki_cert *ca = issuer_in(&i->p12, i->p12.own);
	struct out lines;
	str_copy(pair.label, sizeof pair.label, str_of(i->trustpoint));
	pair.key[PKI_KEY_SIGN] = pair.key[PKI_KEY_ENCRYPT] = i->p12.key;
	out_init(&lines);
	const struct pki_pair *there = pki_keys_find(pki->keys, i->trustpoint);
	if (there != NULL && !pki_key_fits(there->key[PKI_KEY_SIGN], i->p12.own))
		pki_uninstall_lines(pki->conf, there, i->trustpoint, &lines);
	out_printf(&lines, "crypto ca trustpoint %s\n keypair %s\n exit\n", i->trustpoint, i->trustpoint);
	pki_install_lines(pki->conf, i->trustpoint, PKI_ROLE_OWN, i->p12.own, &lines);
	if (ca != NULL) {
		pki_install_lines(pki->conf, i->trustpoint, PKI_ROLE_CA, ca, &lines);
		put_upper_cas(i, ca, &lines);
	}
	int rc = put_pair(pki, &pair, &lines, &i->err);
	out_free(&lines);
	return rc;
}

static void finish_p12(struct import *i)
{
	struct pki_dialog *d = &i->d;
	if (install_p12(i) != 0) {
		fail_p12(i, i->err.text);
		return;
	}
	const struct pki_cert *ca = issuer_in(&i->p12, i->p12.own);
	pki_ossl_error();
	if (ca != NULL && !pki_cert_self_issued(ca))
		pki_dialog_say(d,
		               "\nTrustpoint '%s' is a subordinate CA and holds a non self-signed certificate.\n\n"
		               "Trustpoint CA certificate accepted.\n",
		               i->trustpoint);
	log_msg(MSG_717007, i->trustpoint);
	pki_dialog_say(d, "INFO: Import PKCS12 operation completed successfully\n");
	pki_dialog_advise(d, i->trustpoint, i->p12.own);
	pki_dialog_end(d, CMD_OK);
}

static void replace_answered(struct pki_dialog *d, struct str answer)
{
	if (pki_dialog_yes(answer))
		finish_p12((struct import *)d);
	else
		fail_p12((struct import *)d, "the key pair is not replaced");
}

static void read_p12(struct pki_dialog *d)
{
	struct import *i = (struct import *)d;
	i->good = pki_p12_read((struct bytes){i->der, i->len}, i->pass, &i->p12, &i->err);
}

static void p12_read(struct pki_dialog *d)
{
	struct import *i = (struct import *)d;
	forget_der(i);
	if (!i->good) {
		fail_p12(i, i->err.text);
		return;
	}
	if (pki_keys_find(d->pki->keys, i->trustpoint) == NULL || i->silent) {
		finish_p12(i);
		return;
	}
	pki_dialog_say(d, "%% You already have RSA keys named %s.\n"
	                  "%% If you replace them, all device certs issued using these keys\n"
	                  "%% will be removed.\n",
	               i->trustpoint);
	pki_dialog_ask(d, "% Do you really want to replace them? [yes/no]: ", false, replace_answered);
}

static void p12_pasted(struct pki_dialog *d, struct str text)
{
	struct import *i = (struct import *)d;
	struct pki_paste p;
	pki_paste_begin(&p, text);
	i->der = pki_paste_next(&p, PKI_P12_MAX, &i->len, &i->err);
	if (i->der == NULL)
		fail_p12(i, i->err.code != 0 ? i->err.text : "there is nothing in it");
	else
		pki_dialog_work(d, read_p12, p12_read);
}

static int cmd_import_pkcs12(struct cmd *c)
{
	const struct pki_trustpoint *tp;
	struct import *i = import_new(c, &tp);
	if (i == NULL)
		return CMD_ERROR;
	pki_dialog_say(&i->d, "\nEnter the base 64 encoded pkcs12.\n"
	                      "End with the word \"quit\" on a line by itself:\n");
	pki_dialog_read(&i->d, p12_pasted);
	return CMD_PENDING;
}

/* ------------------------------------------------------------------ out */

static int cmd_export_certificate(struct cmd *c)
{
	char name[PKI_LABEL_MAX + 1];
	const struct pki_trustpoint *tp = pki_cmd_trustpoint(c, name);
	if (tp == NULL)
		return CMD_ERROR;
	if (tp->cert[PKI_ROLE_OWN] == NULL)
		return cmd_fail(c, "Trustpoint '%s' has no identity certificate", name);
	out_str(c->out, "The PEM encoded identity certificate follows:\n\n");
	pki_paste_frame("CERTIFICATE", pki_cert_der(tp->cert[PKI_ROLE_OWN]), c->out);
	return CMD_OK;
}

static void make_p12(struct pki_dialog *d)
{
	struct import *i = (struct import *)d;
	i->der = pki_p12_make(&i->p12, i->trustpoint, i->pass, &i->len, &i->err);
}

static void p12_made(struct pki_dialog *d)
{
	struct import *i = (struct import *)d;
	struct out text;
	if (i->der == NULL) {
		log_msg(MSG_717004, i->trustpoint);
		pki_dialog_fail(d, "Export PKCS12 operation failed: %s", i->err.text);
		return;
	}
	out_init(&text);
	pki_paste_frame("PKCS12", (struct bytes){i->der, i->len}, &text);
	pki_dialog_say(d, "\nExported pkcs12 follows:\n%s---End - This line not part of the pkcs12---\n\n",
	               text.text != NULL ? text.text : "");
	out_free(&text);
	log_msg(MSG_717005, i->trustpoint);
	pki_dialog_end(d, CMD_OK);
}

/* The identity, and its chain with the root. */
static bool gather(struct import *i, const struct pki_trustpoint *tp)
{
	struct pki_identity id;
	struct pki_p12 *p12 = &i->p12;
	if (!pki_identity(i->d.pki, i->trustpoint, &id, &i->err))
		return false;
	p12->key = pki_key_hold(id.key);
	p12->own = pki_cert_hold(id.cert);
	for (size_t k = 0; k < id.nchain && p12->nother < PKI_P12_CERTS; k++)
		p12->other[p12->nother++] = pki_cert_hold(id.chain[k]);
	struct pki_cert *ca = tp->cert[PKI_ROLE_CA];
	if (ca != NULL && pki_cert_self_issued(ca) && p12->nother < PKI_P12_CERTS)
		p12->other[p12->nother++] = pki_cert_hold(ca);
	return true;
}

static int cmd_export_pkcs12(struct cmd *c)
{
	const struct pki_trustpoint *tp;
	struct import *i = import_new(c, &tp);
	if (i == NULL)
		return CMD_ERROR;
	if (gather(i, tp))
		pki_dialog_work(&i->d, make_p12, p12_made);
	else
		pki_dialog_fail(&i->d, "%s", i->err.text);
	return CMD_PENDING;
}

void pki_import_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"pki_import_certificate", cmd_import_certificate},
	        {"pki_import_pkcs12", cmd_import_pkcs12},
	        {"pki_export_certificate", cmd_export_certificate},
	        {"pki_export_pkcs12", cmd_export_pkcs12},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
