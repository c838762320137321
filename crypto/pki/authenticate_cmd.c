/* crypto ca authenticate: the certificate of a CA comes in, pasted or fetched, and somebody vouches for it. */
#include <ctype.h>
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "crypto/pki/dialog.h"
#include "crypto/pki/enroll.h"
#include "crypto/pki/enroll_cmd.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"
#include "crypto/pki/paste.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

enum { PRINT_DIGITS = 64 }; /* of SHA-256 */

struct authenticate {
	struct pki_dialog d;
	char trustpoint[PKI_LABEL_MAX + 1];
	char want[PRINT_DIGITS + 1]; /* digits of the fingerprint that it must have, "" = somebody is asked */
	bool silent, by_url, pix;
	struct pki_cert *cert[PKI_ROLES]; /* that of the CA, and those of its RA */
	struct pki_scep_query *asked;     /* the CA is asked */
};

static void release(struct pki_dialog *d)
{
	struct authenticate *a = (struct authenticate *)d;
	for (unsigned r = 0; r < PKI_ROLES; r++)
		pki_cert_drop(a->cert[r]);
	free(a);
}

static void stop(struct pki_dialog *d)
{
	struct authenticate *a = (struct authenticate *)d;
	if (a->asked != NULL)
		pki_scep_query_cancel(a->asked);
	a->asked = NULL;
}

/* ------------------------------------------------------------------ is it a CA's, and the right one? */

/* Hexadecimal digits of a fingerprint, as people write it: blanks, colons, 0x. false: no fingerprint. */
static bool read_print(struct str text, char digits[PRINT_DIGITS + 1])
{
	size_t n = 0;
	if (text.len > 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X'))
		text = str_from(text, 2);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == ' ' || c == ':' || c == '-')
			continue;
		if (!isxdigit(c) || n == PRINT_DIGITS)
			return false;
		digits[n++] = (char)tolower(c);
	}
	digits[n] = '\0';
	return n == 32 || n == 40 || n == 64;
}

/* By the hash function whose length it has. */
static bool print_fits(const struct pki_cert *cert, const char *want)
{
	char groups[PKI_PRINT_TEXT], digits[PRINT_DIGITS + 1];
	size_t n = strlen(want);
	enum pki_digest digest = n == 32 ? PKI_MD5 : n == 40 ? PKI_SHA1 : PKI_SHA256;
	return read_print(str_of(pki_fingerprint(pki_cert_der(cert), digest, groups)), digits) &&
	       strcmp(digits, want) == 0;
}

/* An old root without extensions is one, too. */
static bool may_issue(const struct pki_cert *cert)
{
	int ca = X509_check_ca(pki_cert_x509(cert));
	return ca == 1 || ca == 3;
}

/* The only one, or the CA among several. */
static struct pki_cert *choose_ca(struct pki_cert **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (may_issue(list[i]))
			return list[i];
	return list[0];
}

/* ------------------------------------------------------------------ the end of it */

static int install(struct authenticate *a, struct err *err)
{
	struct out lines;
	out_init(&lines);
	for (unsigned r = 0; r < PKI_ROLES; r++)
		if (a->cert[r] != NULL)
			pki_install_lines(a->d.pki->conf, a->trustpoint, r, a->cert[r], &lines);
	int rc = pki_configure(a->d.pki, &lines, err);
	out_free(&lines);
	return rc;
}

static void accept(struct authenticate *a)
{
	struct err err = {0};
	struct pki_dialog *d = &a->d;
	if (install(a, &err) != 0) {
		pki_dialog_fail(d, "%s", err.text);
		return;
	}
	if (!a->pix) {
		pki_dialog_say(d, "\n");
		if (!pki_cert_self_issued(a->cert[PKI_ROLE_CA]))
			pki_dialog_say(d,
			               "Trustpoint '%s' is a subordinate CA and holds a non self-signed "
			               "certificate.\n\n",
			               a->trustpoint);
		pki_dialog_say(d, "Trustpoint CA certificate accepted.\n");
	}
	if (!a->by_url)
		pki_dialog_say(d, "\n%% Certificate successfully imported\n");
	pki_dialog_end(d, CMD_OK);
}

static void decided(struct pki_dialog *d, struct str answer)
{
	struct authenticate *a = (struct authenticate *)d;
	if (pki_dialog_yes(answer)) {
		accept(a);
		return;
	}
	pki_dialog_say(d, "\n%% Certificate is not accepted.\n%s",
	               answer.len > 0 ? ""
	                              : "INFO: a script says yes in its next line, or names the fingerprint\n");
	pki_dialog_end(d, CMD_ERROR);
}

static void show_print(struct authenticate *a)
{
	char text[PKI_PRINT_TEXT];
	pki_fingerprint(pki_cert_der(a->cert[PKI_ROLE_CA]), PKI_MD5, text);
	if (a->pix)
		pki_dialog_say(&a->d, "Certificate has the following attributes:\n\nFingerprint: %s\n", text);
	else
		pki_dialog_say(&a->d, "\nINFO: Certificate has the following attributes:\nFingerprint:     %s \n", text);
}

/* The certificates are there. */
static void judge(struct authenticate *a)
{
	struct pki_dialog *d = &a->d;
	const struct pki_cert *ca = a->cert[PKI_ROLE_CA];
	const struct pki_trustpoint *tp = pki_trustpoint_find(d->pki->conf, a->trustpoint);
	int64_t now = d->pki->ops->wall_s(d->pki->ctx);
	if (tp == NULL) {
		pki_dialog_fail(d, "CA trustpoint '%s' is not known.", a->trustpoint);
		return;
	}
	if (tp->ca_check && !may_issue(ca)) {
		pki_dialog_fail(d, "This is not the certificate of a CA: it may not issue certificates.");
		return;
	}
	show_print(a);
	if (now < pki_cert_not_before(ca) || now > pki_cert_not_after(ca))
		pki_dialog_say(d, "WARNING: the certificate %s by the clock of this appliance\n",
		               now < pki_cert_not_before(ca) ? "is not yet valid" : "has expired");
	if (a->want[0] != '\0' && !print_fits(ca, a->want))
		pki_dialog_fail(d, "Fingerprint mismatch: the certificate is not accepted.");
	else if (a->want[0] != '\0' || a->silent || a->pix)
		accept(a);
	else
		pki_dialog_ask(d, "Do you accept this certificate? [yes/no]: ", false, decided);
}

/* ------------------------------------------------------------------ where it comes from */

static void pasted(struct pki_dialog *d, struct str text)
{
	struct authenticate *a = (struct authenticate *)d;
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct err err = {0};
	size_t n = pki_paste_certs(text, list, PKI_PASTE_CERTS, &err);
	if (n == 0) {
		pki_dialog_fail(d, "Failed to parse the certificate: %s", err.text);
		return;
	}
	a->cert[PKI_ROLE_CA] = pki_cert_hold(choose_ca(list, n));
	pki_certs_drop(list, n);
	judge(a);
}

static void not_fetched(struct authenticate *a, const struct err *err)
{
	if (!a->pix) {
		pki_dialog_fail(&a->d, "receiving Certificate Authority certificate: %s", err->text);
		return;
	}
	if (a->cert[PKI_ROLE_CA] == NULL)
		pki_dialog_say(&a->d, "%s\n", PKI_SCEP_PIX_ERROR);
	pki_dialog_end(&a->d, CMD_ERROR);
}

static void take_certs(struct authenticate *a, const struct scep_ca *got)
{
	bool same = got->ra_sign != NULL && got->ra_encrypt != NULL && pki_cert_same(got->ra_sign, got->ra_encrypt);
	a->cert[PKI_ROLE_CA] = pki_cert_hold(got->ca);
	a->cert[same ? PKI_ROLE_RA_GENERAL : PKI_ROLE_RA_SIGN] = pki_cert_hold(got->ra_sign);
	if (!same)
		a->cert[PKI_ROLE_RA_ENCRYPT] = pki_cert_hold(got->ra_encrypt);
}

static void fetched(void *arg, const struct scep_ca *got, const struct err *err)
{
	struct authenticate *a = arg;
	a->asked = NULL;
	if (got != NULL)
		take_certs(a, got);
	if (err->code == 0) {
		judge(a);
		return;
	}
	if (got != NULL)
		show_print(a);
	not_fetched(a, err);
}

static void fetch(struct authenticate *a)
{
	struct err err = {0};
	struct pki *pki = a->d.pki;
	a->by_url = true;
	a->d.stop = stop;
	a->asked = pki_scep_authenticate(pki, a->trustpoint, fetched, a, &err);
	if (a->asked == NULL)
		pki_dialog_fail(&a->d, "%s", err.text);
}

static void paste(struct authenticate *a)
{
	if (a->silent)
		pki_dialog_say(&a->d, "Enter the certificate in base64 representation....\n"
		                      "End with the word \"quit\" on a line by itself.\n");
	else
		pki_dialog_say(&a->d, "\nEnter the base 64 encoded CA certificate.\n"
		                      "End with the word \"quit\" on a line by itself\n\n");
	pki_dialog_read(&a->d, pasted);
}

/* ------------------------------------------------------------------ the command */

static const char *refusal(const struct pki_trustpoint *tp)
{
	if (tp->enroll != PKI_ENROLL_URL && tp->enroll != PKI_ENROLL_TERMINAL)
		return "has neither enrollment terminal nor enrollment url";
	if (tp->cert[PKI_ROLE_CA] != NULL)
		return "holds the certificate of its CA already: no crypto ca certificate chain removes it";
	return NULL;
}

static int authenticate(struct cmd *c, bool pix)
{
	const struct pki_trustpoint *tp;
	char name[PKI_LABEL_MAX + 1], want[PRINT_DIGITS + 1] = "";
	struct str print = cmd_text(c, "fingerprint");
	if ((tp = pki_cmd_trustpoint(c, name)) == NULL)
		return CMD_ERROR;
	if (refusal(tp) != NULL)
		return cmd_fail(c, "Trustpoint '%s' %s", name, refusal(tp));
	if (print.len > 0 && !read_print(print, want))
		return cmd_fail(c, "%.*s is not a fingerprint: it has 32, 40 or 64 hexadecimal digits",
		                STR_ARG(print));
	struct authenticate *a = calloc(1, sizeof *a);
	if (a == NULL)
		return cmd_fail(c, "out of memory");
	str_copy(a->trustpoint, sizeof a->trustpoint, str_of(name));
	str_copy(a->want, sizeof a->want, str_of(want));
	a->silent = cmd_has(c, "nointeractive");
	a->pix = pix;
	if (!pki_dialog_begin(&a->d, c, release))
		return CMD_ERROR;
	if (tp->enroll == PKI_ENROLL_URL)
		fetch(a);
	else
		paste(a);
	return CMD_PENDING;
}

static int cmd_authenticate(struct cmd *c)
{
	return authenticate(c, false);
}

static int cmd_pix_authenticate(struct cmd *c)
{
	return authenticate(c, true);
}

void pki_authenticate_commands(struct pki *pki)
{
	static const struct cmd_entry table[] = {
	        {"pki_authenticate", cmd_authenticate},
	        {"pki_pix_authenticate", cmd_pix_authenticate},
	};
	cmd_register(table, sizeof table / sizeof table[0], pki);
}
