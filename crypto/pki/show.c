/* show crypto ca certificates and trustpoints, in the forms of the ASA and of PIX 6; show ca identity and configure. */
#include "crypto/pki/show.h"

#include <openssl/asn1.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/zone.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

/* ------------------------------------------------------------------ what a certificate says */

static const char *role_title(enum pki_role role)
{
	static const char *const titles[] = {
	        [PKI_ROLE_OWN] = "Certificate",
	        [PKI_ROLE_CA] = "CA Certificate",
	        [PKI_ROLE_RA_SIGN] = "RA Signature Certificate",
	        [PKI_ROLE_RA_ENCRYPT] = "RA KeyEncipher Certificate",
	        [PKI_ROLE_RA_GENERAL] = "RA Certificate",
	};
	return titles[role];
}

/* By its key usage; without that extension it may do everything (RFC 5280 §4.2.1.3). */
static const char *usage_text(const struct pki_cert *cert)
{
	X509 *x = pki_cert_x509(cert);
	uint32_t usage = X509_get_key_usage(x);
	bool signs = usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION | KU_KEY_CERT_SIGN | KU_CRL_SIGN);
	bool encrypts = usage & (KU_KEY_ENCIPHERMENT | KU_DATA_ENCIPHERMENT);
	return signs == encrypts ? "General Purpose" : signs ? "Signature" : "Encryption";
}

static const char *algorithm_text(const struct pki_cert *cert)
{
	static const struct {
		int nid;
		const char *text;
	} known[] = {
	        {NID_md2WithRSAEncryption, "MD2 with RSA Encryption"},
	        {NID_md5WithRSAEncryption, "MD5 with RSA Encryption"},
	        {NID_sha1WithRSAEncryption, "SHA1 with RSA Encryption"},
	        {NID_sha1WithRSA, "SHA1 with RSA Encryption"},
	        {NID_sha224WithRSAEncryption, "SHA224 with RSA Encryption"},
	        {NID_sha256WithRSAEncryption, "SHA256 with RSA Encryption"},
	        {NID_sha384WithRSAEncryption, "SHA384 with RSA Encryption"},
	        {NID_sha512WithRSAEncryption, "SHA512 with RSA Encryption"},
	        {NID_rsassaPss, "RSASSA-PSS"},
	};
	int nid = X509_get_signature_nid(pki_cert_x509(cert));
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (known[i].nid == nid)
			return known[i].text;
	return "unknown";
}

static void put_time(struct out *o, const char *key, const char *fmt, int64_t when, const char *word)
{
	char text[64];
	zone_format(text, sizeof text, fmt, when);
	rec(o, key, word[0] == 's' ? "    start date: %s\n" : "    end   date: %s\n", text);
}

/* fmt: of strftime; PIX 6 names no zone. */
static void put_validity(struct out *o, const struct pki_cert *cert, const char *fmt)
{
	rec_open(o, "validity");
	out_str(o, "  Validity Date:\n");
	put_time(o, "start", fmt, pki_cert_not_before(cert), "start");
	put_time(o, "end", fmt, pki_cert_not_after(cert), "end");
	rec_close(o);
}

static void put_attr(void *arg, const struct pki_attr *a)
{
	char text[PKI_VALUE_TEXT + 80];
	snprintf(text, sizeof text, "%s=%s", a->word, a->value);
	rec(arg, "attribute", "    %s\n", text);
}

static void put_name(struct out *o, const char *key, const char *title, struct bytes name)
{
	rec_list(o, key);
	out_printf(o, "  %s:\n", title);
	pki_name_each(name, put_attr, o);
	rec_close(o);
}

/* The URLs of all distribution points (RFC 5280 §4.2.1.13). */
static void put_crl_points(struct out *o, const struct pki_cert *cert)
{
	enum { MOST = 16, URL_TEXT = 300 };
	CRL_DIST_POINTS *points = X509_get_ext_d2i(pki_cert_x509(cert), NID_crl_distribution_points, NULL, NULL);
	char url[URL_TEXT];
	unsigned n = 0;
	rec_list(o, "crl_distribution_points");
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT_NAME *at = sk_DIST_POINT_value(points, i)->distpoint;
		const GENERAL_NAMES *names = at != NULL && at->type == 0 ? at->name.fullname : NULL;
		for (int j = 0; j < sk_GENERAL_NAME_num(names) && n < MOST; j++) {
			int type;
			const ASN1_STRING *s = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, j), &type);
			if (type != GEN_URI)
				continue;
			if (n++ == 0)
				out_str(o, "  CRL Distribution Points:\n");
			pki_printable((struct bytes){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)}, url, sizeof url);
			rec(o, "- url", "    [%u]  %s\n", n, url);
		}
	}
	rec_close(o);
	CRL_DIST_POINTS_free(points);
}

/* ------------------------------------------------------------------ certificates, each once */

/* One certificate, and all trustpoints it belongs to in that role. */
struct shown {
	const struct pki_cert *cert;
	enum pki_role role;
};

enum { SHOWN_MOST = 512 };

static bool same_shown(const struct shown *s, enum pki_role role, const struct pki_cert *cert)
{
	return s->role == role && pki_cert_same(s->cert, cert);
}

/* Those of one trustpoint (NULL: of all), in the order of roles. Returns how many. */
static size_t collect(const struct pki *pki, const struct pki_trustpoint *only, const enum pki_role *order,
                      struct shown *all)
{
	size_t n = 0;
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i];
		for (unsigned r = 0; r < PKI_ROLES && (only == NULL || only == tp); r++) {
			const struct pki_cert *cert = tp->cert[order[r]];
			size_t k = 0;
			while (cert != NULL && k < n && !same_shown(&all[k], order[r], cert))
				k++;
			if (cert != NULL && k == n && n < SHOWN_MOST)
				all[n++] = (struct shown){cert, order[r]};
		}
	}
	return n;
}

/* The one that came last is named first. */
static void put_trustpoints(struct out *o, const struct pki *pki, const struct shown *s)
{
	rec_list(o, "trustpoints");
	out_str(o, "  Associated Trustpoints:");
	for (size_t i = pki->conf->ntrustpoints; i > 0; i--) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i - 1];
		if (tp->cert[s->role] != NULL && same_shown(s, s->role, tp->cert[s->role]))
			rec(o, "name", " %s", tp->name);
	}
	out_str(o, "\n");
	rec_close(o);
}

static void put_certificate(struct out *o, const struct pki *pki, const struct shown *s)
{
	char serial[PKI_SERIAL_TEXT];
	rec_open(o, NULL);
	rec(o, "kind", "%s\n", role_title(s->role));
	rec(o, "status", "  Status: %s\n", "Available");
	rec(o, "serial_number", "  Certificate Serial Number: %s\n", pki_serial_text(s->cert, serial));
	rec(o, "usage", "  Certificate Usage: %s\n", usage_text(s->cert));
	rec(o, "key_type key_bits", "  Public Key Type: %s (%u bits)\n", "RSA", pki_cert_bits(s->cert));
	rec(o, "signature_algorithm", "  Signature Algorithm: %s\n", algorithm_text(s->cert));
	put_name(o, "issuer", "Issuer Name", pki_cert_issuer(s->cert));
	put_name(o, "subject", "Subject Name", pki_cert_subject(s->cert));
	put_crl_points(o, s->cert);
	put_validity(o, s->cert, "%H:%M:%S %Z %b %-d %Y");
	put_trustpoints(o, pki, s);
	rec_close(o);
}

/* ------------------------------------------------------------------ the form of PIX 6 */

struct pix_name {
	struct out *o;
	bool first;
};

/* The encoding is told of what is no plain string: IA5String is 16. */
static void put_pix_attr(void *arg, const struct pki_attr *a)
{
	struct pix_name *n = arg;
	char word[64];
	size_t i = 0;
	for (; a->word[i] != '\0' && i + 1 < sizeof word; i++)
		word[i] = a->word[i] >= 'a' && a->word[i] <= 'z' ? (char)(a->word[i] - 'a' + 'A') : a->word[i];
	word[i] = '\0';
	out_printf(n->o, "%s%s =", n->first ? "    " : "     ", word);
	if (a->tag == V_ASN1_IA5STRING)
		out_printf(n->o, "<%x>", a->tag);
	out_printf(n->o, " %s\n", a->value);
	n->first = false;
}

/* Of our own only what it was asked for is shown. */
static void put_pix_own(struct out *o, const struct pki_cert *cert)
{
	static const struct {
		const char *word, *title;
	} parts[] = {{"ipaddress", "IP Address"}, {"serialNumber", "Serial Number"}};
	char value[PKI_VALUE_TEXT];
	const char *name = pki_subject_attr(cert, "hostname", value);
	if (name[0] == '\0')
		name = pki_subject_attr(cert, "cn", value);
	out_printf(o, "  Subject Name\n    Name: %s\n", name);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (pki_subject_attr(cert, parts[i].word, value)[0] != '\0')
			out_printf(o, "    %s: %s\n", parts[i].title, value);
}

static void put_certificate_pix(struct out *o, const struct shown *s)
{
	char serial[PKI_SERIAL_TEXT];
	struct pix_name name = {o, true};
	out_printf(o, "%s\n  Status: Available\n  Certificate Serial Number: %s\n  Key Usage: %s\n", role_title(s->role),
	           pki_serial_text(s->cert, serial), usage_text(s->cert));
	if (s->role == PKI_ROLE_OWN)
		put_pix_own(o, s->cert);
	else
		pki_name_each(pki_cert_subject(s->cert), put_pix_attr, &name);
	put_validity(o, s->cert, "%H:%M:%S %b %-d %Y");
}

/* ------------------------------------------------------------------ requests the CA has not decided on */

static void put_pending(struct out *o, const struct pki *pki, const struct pki_trustpoint *tp, bool pix)
{
	const char *print = pki_scep_fingerprint(pki, tp->name);
	const char *fqdn = tp->fqdn == NULL || tp->fqdn[0] != '\0' ? tp->fqdn : pki->conf->fqdn;
	rec_open(o, NULL);
	rec(o, "kind", "%s\n", role_title(PKI_ROLE_OWN));
	if (fqdn != NULL)
		rec(o, "name", pix ? "  Subject Name\n    Name: %s\n" : "  Subject Name:\n    Name: %s\n", fqdn);
	rec(o, "status", "  Status: %s\n", "Pending");
	rec(o, "usage", "  Key Usage: %s\n", "General Purpose");
	if (print[0] != '\0')
		rec(o, "fingerprint", "  Fingerprint: %s\n", print);
	if (!pix)
		rec(o, "trustpoint", "  Associated Trustpoint: %s\n", tp->name);
	rec_close(o);
}

/* Of one trustpoint (NULL: of all). */
static void put_all_pending(struct out *o, const struct pki *pki, const struct pki_trustpoint *only, bool first, bool pix)
{
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i];
		if ((only != NULL && only != tp) || !pki_scep_pending(pki, tp->name))
			continue;
		out_str(o, first ? "" : "\n");
		first = false;
		put_pending(o, pki, tp, pix);
	}
}

/* ------------------------------------------------------------------ commands */

/* false: one is named that is not there, and that was said. */
static bool named_trustpoint(struct cmd *c, const struct pki **pki, const struct pki_trustpoint **tp)
{
	char name[128];
	*pki = c->ctx;
	*tp = NULL;
	if (!cmd_has(c, "trustpoint"))
		return true;
	str_copy(name, sizeof name, cmd_text(c, "trustpoint"));
	*tp = pki_trustpoint_find((*pki)->conf, name);
	if (*tp == NULL)
		cmd_fail(c, "CA trustpoint '%s' is not known.", name);
	return *tp != NULL;
}

static int show_certificates(struct cmd *c)
{
	static const enum pki_role order[] = {PKI_ROLE_OWN, PKI_ROLE_CA, PKI_ROLE_RA_SIGN, PKI_ROLE_RA_ENCRYPT,
	                                      PKI_ROLE_RA_GENERAL},
	                           order_pix[] = {PKI_ROLE_OWN, PKI_ROLE_RA_SIGN, PKI_ROLE_CA, PKI_ROLE_RA_ENCRYPT,
	                                          PKI_ROLE_RA_GENERAL};
	const struct pki *pki;
	const struct pki_trustpoint *tp;
	bool pix = cmd_pix(c);
	struct shown *all = calloc(SHOWN_MOST, sizeof *all);
	if (all == NULL)
		return cmd_fail(c, "out of memory");
	if (!named_trustpoint(c, &pki, &tp)) {
		free(all);
		return CMD_ERROR;
	}
	size_t n = collect(pki, tp, pix ? order_pix : order, all);
	rec_list(c->out, "certificates");
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			out_str(c->out, "\n");
		if (pix)
			put_certificate_pix(c->out, &all[i]);
		else
			put_certificate(c->out, pki, &all[i]);
	}
	put_all_pending(c->out, pki, tp, n == 0, pix);
	rec_close(c->out);
	free(all);
	return CMD_OK;
}

static void put_trustpoint(struct out *o, const struct pki_trustpoint *tp)
{
	char serial[PKI_SERIAL_TEXT];
	const struct pki_cert *ca = tp->cert[PKI_ROLE_CA];
	rec_open(o, NULL);
	rec(o, "name", "Trustpoint %s:\n", tp->name);
	rec_bool(o, "authenticated", ca != NULL);
	rec_bool(o, "enrolled", tp->cert[PKI_ROLE_OWN] != NULL);
	if (ca != NULL) {
		rec_list(o, "subject");
		out_str(o, "    Subject Name: \n");
		pki_name_each(pki_cert_subject(ca), put_attr, o);
		rec_close(o);
		rec(o, "serial_number", "          Serial Number: %s\n", pki_serial_text(ca, serial));
		out_str(o, "    Certificate configured.\n");
	} else if (tp->enroll == PKI_ENROLL_SELF) {
		out_str(o, "    Configured for self-signed certificate generation.\n");
	} else {
		out_str(o, "    Not authenticated.\n");
	}
	if (tp->enroll == PKI_ENROLL_URL)
		rec(o, "cep_url", "    CEP URL: %s\n", tp->url);
	rec_close(o);
}

static int show_trustpoints(struct cmd *c)
{
	const struct pki *pki;
	const struct pki_trustpoint *tp;
	if (!named_trustpoint(c, &pki, &tp))
		return CMD_ERROR;
	rec_list(c->out, "trustpoints");
	for (size_t i = 0, shown = 0; i < pki->conf->ntrustpoints; i++) {
		if (tp != NULL && tp != &pki->conf->trustpoints[i])
			continue;
		if (shown++ > 0)
			out_str(c->out, "\n");
		put_trustpoint(c->out, &pki->conf->trustpoints[i]);
	}
	rec_close(c->out);
	return CMD_OK;
}

/* As the line of the configuration: without the http:// that PIX 6 never wrote. */
static int show_ca_identity(struct cmd *c)
{
	static const char http[] = "http://";
	const struct pki *pki = c->ctx;
	rec_list(c->out, "identities");
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i];
		const char *url = strncmp(tp->url, http, sizeof http - 1) == 0 ? tp->url + sizeof http - 1 : tp->url;
		if (tp->enroll != PKI_ENROLL_URL)
			continue;
		rec_open(c->out, NULL);
		rec(c->out, "name url", "ca identity %s %s\n", tp->name, url);
		rec_close(c->out);
	}
	rec_close(c->out);
	return CMD_OK;
}

/* crloptional: who cannot have the CRL is let in. */
static bool crl_optional(const struct pki_trustpoint *tp)
{
	return tp->nrevocation == 0 || tp->revocation[tp->nrevocation - 1] == PKI_REVOCATION_NONE;
}

static int show_ca_configure(struct cmd *c)
{
	const struct pki *pki = c->ctx;
	rec_list(c->out, "identities");
	for (size_t i = 0; i < pki->conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &pki->conf->trustpoints[i];
		if (tp->enroll != PKI_ENROLL_URL)
			continue;
		rec_open(c->out, NULL);
		rec(c->out, "name authority retry_period_min retry_count -", "ca configure %s %s %u %u%s\n", tp->name,
		    tp->ca_mode ? "ca" : "ra", tp->retry_period_s / 60, tp->retry_count, crl_optional(tp) ? " crloptional" : "");
		rec_bool(c->out, "crl_optional", crl_optional(tp));
		rec_close(c->out);
	}
	rec_close(c->out);
	return CMD_OK;
}

void pki_show_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"show_ca_certificates", show_certificates},
	        {"show_ca_trustpoints", show_trustpoints},
	        {"show_ca_identity", show_ca_identity},
	        {"show_ca_configure", show_ca_configure},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
