/* Certificates as lines of the configuration. */
#include <errno.h>
#include <stdio.h>

#include "crypto/pki/enroll.h"
#include "crypto/pki/name.h"
#include "crypto/pki/priv.h"

/* Eight groups of eight digits a line. */
static void put_hex(struct bytes der, struct out *lines)
{
	enum { GROUP = 4, LINE = 32 };
	for (size_t i = 0; i < der.len; i++) {
		if (i > 0 && i % GROUP == 0)
			out_str(lines, i % LINE == 0 ? "\n" : " ");
		out_printf(lines, "%s%02x", i % LINE == 0 ? "    " : "", der.p[i]);
	}
	out_str(lines, "\n");
}

void pki_install_lines(const struct pki_conf *conf, const char *trustpoint, enum pki_role role,
                       const struct pki_cert *cert, struct out *lines)
{
	char serial[PKI_SERIAL_TEXT];
	const struct pki_trustpoint *tp = pki_trustpoint_find(conf, trustpoint);
	const char *word = pki_role_word(role);
	out_printf(lines, "crypto ca certificate chain %s\n", trustpoint);
	if (tp != NULL && tp->entry[role] != NULL && tp->entry[role][0] != '\0')
		out_printf(lines, " no certificate %s\n", tp->entry[role]);
	out_printf(lines, " certificate %s%s%s\n", word, word[0] != '\0' ? " " : "", pki_serial_text(cert, serial));
	put_hex(pki_cert_der(cert), lines);
	out_str(lines, "  quit\n exit\n");
}

/* Was this certificate issued for the pair? */
static bool of_pair(const struct pki_pair *pair, const struct pki_cert *cert)
{
	return cert != NULL &&
	       (pki_key_fits(pair->key[PKI_KEY_SIGN], cert) || pki_key_fits(pair->key[PKI_KEY_ENCRYPT], cert));
}

void pki_uninstall_lines(const struct pki_conf *conf, const struct pki_pair *pair, const char *but, struct out *lines)
{
	for (size_t i = 0; i < conf->ntrustpoints; i++) {
		const struct pki_trustpoint *tp = &conf->trustpoints[i];
		if (of_pair(pair, tp->cert[PKI_ROLE_OWN]) && (but == NULL || strcmp(tp->name, but) != 0))
			out_printf(lines, "crypto ca certificate chain %s\n no certificate %s\n exit\n", tp->name,
			           tp->entry[PKI_ROLE_OWN]);
	}
}

int pki_configure(struct pki *pki, const struct out *lines, struct err *err)
{
	return lines->failed ? err_set(err, -ENOMEM, "out of memory")
	                     : pki->ops->configure(pki->ctx, out_text(lines), err);
}

int pki_install(struct pki *pki, const char *trustpoint, enum pki_role role, const struct pki_cert *cert,
                struct err *err)
{
	struct out lines;
	out_init(&lines);
	pki_install_lines(pki->conf, trustpoint, role, cert, &lines);
	int rc = pki_configure(pki, &lines, err);
	out_free(&lines);
	return rc;
}

void pki_request_of(struct pki *pki, const struct pki_trustpoint *tp, bool serial, const char *challenge,
                    struct pki_request *r, struct pki_request_text *text)
{
	const char *fqdn = tp->fqdn == NULL ? "" : tp->fqdn[0] != '\0' ? tp->fqdn : pki->conf->fqdn;
	*text = (struct pki_request_text){0};
	if (serial || tp->serial)
		pki->ops->serial(pki->ctx, text->serial);
	*r = (struct pki_request){.subject = tp->subject,
	                          .fqdn = fqdn,
	                          .email = tp->email,
	                          .ip = tp->ip,
	                          .serial = text->serial,
	                          .challenge = challenge};
	if (r->subject[0] == '\0') {
		snprintf(text->subject, sizeof text->subject, "CN=%s", fqdn[0] != '\0' ? fqdn : pki->conf->fqdn);
		r->subject = text->subject;
	}
}
