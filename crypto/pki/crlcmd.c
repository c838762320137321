#include "crypto/pki/crlcmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dialog.h"
#include "core/base/zone.h"
#include "crypto/pki/check_int.h"
#include "crypto/pki/name.h"
#include "crypto/pki/priv.h"

/* ------------------------------------------------------------------ show, clear */

struct showing {
	struct out *o;
	struct str only; /* trustpoint, empty = all */
	bool first;
};

static void put_attr(void *arg, const struct pki_attr *a)
{
	struct showing *s = arg;
	char text[PKI_VALUE_TEXT + 80];
	snprintf(text, sizeof text, "%s=%s", a->word, a->value);
	rec(s->o, "attribute", s->first ? "%s" : ",%s", text);
	s->first = false;
}

static void put_time(struct out *o, const char *key, const char *title, int64_t when)
{
	char text[64];
	zone_format(text, sizeof text, "%H:%M:%S %Z %b %-d %Y", when);
	rec(o, key, "    %s: %s\n", title, text);
}

static void put_crl(void *arg, const struct pki_crl_info *info)
{
	struct showing *s = arg;
	struct out *o = s->o;
	if (s->only.len > 0 && !str_eq_cstr(s->only, info->trustpoint))
		return;
	rec_open(o, NULL);
	rec_list(o, "issuer");
	out_str(o, "CRL Issuer Name:\n    ");
	s->first = true;
	pki_name_each(pki_crl_issuer(info->crl), put_attr, s);
	out_str(o, "\n");
	rec_close(o);
	put_time(o, "- last_update", "LastUpdate", pki_crl_this_update(info->crl));
	if (pki_crl_next_update(info->crl) != 0)
		put_time(o, "- next_update", "NextUpdate", pki_crl_next_update(info->crl));
	put_time(o, "- cached_until", "Cached Until", info->until);
	out_str(o, "    Retrieved from CRL Distribution Point:\n");
	if (info->url[0] != '\0')
		rec(o, "url", "      %s\n", info->url);
	else
		rec(o, "url", "      %s\n", "** CDP Not Published - Retrieved via SCEP");
	rec(o, "bytes", "    Size (bytes): %zu\n", pki_crl_der_size(info->crl));
	rec_num(o, "entries", pki_crl_entries(info->crl));
	rec(o, "trustpoint", "    Associated Trustpoints: %s\n", info->trustpoint);
	rec_close(o);
}

/* The trustpoint that was named; NULL when there is none, which is told. */
static const struct pki_trustpoint *named(struct cmd *c, char name[PKI_LABEL_MAX + 1])
{
	struct pki *pki = c->ctx;
	str_copy(name, PKI_LABEL_MAX + 1, cmd_text(c, "trustpoint"));
	const struct pki_trustpoint *tp = pki_trustpoint_find(pki->conf, name);
	if (tp == NULL)
		cmd_fail(c, "CA trustpoint '%s' is not known.", name);
	return tp;
}

static int show_ca_crls(struct cmd *c)
{
	struct pki *pki = c->ctx;
	struct showing s = {.o = c->out, .only = cmd_text(c, "trustpoint")};
	char name[PKI_LABEL_MAX + 1];
	if (s.only.len > 0 && named(c, name) == NULL)
		return CMD_ERROR;
	rec_list(c->out, "crls");
	pki_crls_each(pki->checks->crls, put_crl, &s);
	rec_close(c->out);
	return CMD_OK;
}

static int clear_ca_crls(struct cmd *c)
{
	struct pki *pki = c->ctx;
	bool all = cmd_text(c, "trustpoint").len == 0;
	char name[PKI_LABEL_MAX + 1];
	if (!all && named(c, name) == NULL)
		return CMD_ERROR;
	pki_crls_clear(pki->checks->crls, all ? NULL : name);
	return CMD_OK;
}

/* ------------------------------------------------------------------ crypto ca crl request */

/* Released with the dialogue. */
struct request {
	struct pki_crl_want want;
	struct pki *pki;
	struct dialog *d;
	char trustpoint[80];
	struct pki_cert *issuer, *cert;
	struct pki_places places;
	size_t next;
	char why[160]; /* of the last place */
};

static void release(void *data)
{
	struct request *r = data;
	pki_crls_unwant(&r->want);
	pki_places_drop(&r->places);
	pki_cert_drop(r->issuer);
	pki_cert_drop(r->cert);
	free(r);
}

static bool judge(struct request *r, const struct pki_crl_got *got)
{
	str_copy(r->why, sizeof r->why, str_of(got->crl != NULL ? "" : got->detail));
	return got->crl != NULL;
}

/* From place to place until there is one. */
static void try_places(struct request *r, bool there)
{
	struct err err = {0};
	while (!there && r->next < r->places.n) {
		const struct pki_trustpoint *tp = pki_trustpoint_find(r->pki->conf, r->trustpoint);
		const struct pki_crl_place place = {
		        .url = r->places.url[r->next++], .tp = tp, .issuer = r->issuer, .cert = r->cert, .again = true};
		struct pki_crl_got got;
		if (tp == NULL) /* it was taken away meanwhile */
			break;
		if (!pki_crls_get(r->pki->checks->crls, &place, &r->want, &got))
			return;
		there = judge(r, &got);
	}
	if (there) {
		dialog_end(r->d, CMD_OK);
		return;
	}
	err_set(&err, -ENOENT, "Unable to retrieve or verify CRL%s%s%s", r->why[0] != '\0' ? " (" : "", r->why,
	        r->why[0] != '\0' ? ")" : "");
	dialog_fail(r->d, &err);
}

static void on_got(struct pki_crl_want *w, const struct pki_crl_got *got)
{
	struct request *r = (struct request *)w;
	try_places(r, judge(r, got));
}

/* The certificate whose revocation would be looked up: the one that the CA gave us, else its own. */
static struct pki_cert *subject_of(const struct pki_trustpoint *tp)
{
	struct pki_cert *own = tp->cert[PKI_ROLE_OWN], *ca = tp->cert[PKI_ROLE_CA];
	return own != NULL && bytes_eq(pki_cert_issuer(own), pki_cert_subject(ca)) ? own : ca;
}

static int crypto_ca_crl_request(struct cmd *c)
{
	struct pki *pki = c->ctx;
	struct request *r;
	char name[PKI_LABEL_MAX + 1];
	const struct pki_trustpoint *tp = named(c, name);
	if (tp == NULL)
		return CMD_ERROR;
	if (tp->cert[PKI_ROLE_CA] == NULL)
		return cmd_fail(c, "trustpoint %s has no certificate of its CA, authenticate it first", name);
	if ((r = calloc(1, sizeof *r)) == NULL)
		return cmd_fail(c, "out of memory");
	r->pki = pki;
	r->want.got = on_got;
	r->issuer = pki_cert_hold(tp->cert[PKI_ROLE_CA]);
	r->cert = pki_cert_hold(subject_of(tp));
	str_copy(r->trustpoint, sizeof r->trustpoint, str_of(name));
	str_copy(r->why, sizeof r->why, STR("nothing says where it is"));
	pki_places_crl(&r->places, tp, r->cert, true);
	struct dialog *d = dialog_new(c, r, release);
	if (d == NULL)
		return CMD_ERROR;
	r->d = d;
	try_places(r, false);
	return CMD_PENDING;
}

void pki_crl_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"show_ca_crls", show_ca_crls},
	        {"clear_ca_crls", clear_ca_crls},
	        {"crypto_ca_crl_request", crypto_ca_crl_request},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
