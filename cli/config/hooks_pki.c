/* Lines about trustpoints and their certificates that are stored as others. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "cli/config/hooks.h"
#include "core/config/hook.h"
#include "core/config/tree.h"

enum { CHARS_MAX = 3 * 16384 }; /* of one certificate: as many octets as one may have (crypto/pki/cert.h), and blanks */

static size_t digits_in(struct str hex)
{
	size_t n = 0;
	for (size_t i = 0; i < hex.len; i++)
		n += isxdigit((unsigned char)hex.p[i]) != 0;
	return n;
}

/* ---------------------------------------------------------------- certificates in the configuration */

static const struct centry *find_where(const struct conf_typed *t, struct str what,
                                       bool (*fits)(struct str serial, struct str what))
{
	const struct centry *chain = conf_find(t->conf, "certificate-chain", conf_typed_text(t, "trustpoint"));
	const struct centry *e = chain != NULL ? conf_first_child(t->conf, chain, "certificate") : NULL;
	while (e != NULL && !fits(conf_text(e, "serial"), what))
		e = conf_next(t->conf, e);
	return e;
}

static const struct centry *find_certificate(const struct conf_typed *t, struct str serial)
{
	return find_where(t, serial, str_caseeq);
}

static bool number_fits(struct str serial, struct str number)
{
	struct str word, last = STR("");
	while ((word = str_word(&serial)).len > 0)
		last = word;
	return str_caseeq(last, number);
}

/* The number alone is enough to take one away, whatever it is. */
static const struct centry *find_number(const struct conf_typed *t, struct str number)
{
	return find_where(t, number, number_fits);
}

/* "ca 3eec": one of the words, and a number. */
static bool is_certificate_name(struct str name)
{
	static const char *const roles[] = {"ca", "ra-sign", "ra-encrypt", "ra-general"};
	struct str word = str_word(&name), number = str_trim(name);
	bool known = number.len == 0;
	if (known)
		number = word;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		known = known || str_eq_cstr(word, roles[i]);
	return known && number.len > 0 && digits_in(number) == number.len;
}

/* A certificate that is entered again begins anew. */
static int edit_certificate(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "serial");
	const struct centry *is = find_certificate(t, name);
	if (!t->no && !is_certificate_name(name))
		return err_set(err, -EINVAL, "a certificate is named by [ca|ra-sign|ra-encrypt|ra-general] and its serial "
		                             "number in hexadecimal");
	if (t->no && is == NULL && (is = find_number(t, name)) == NULL)
		return err_set(err, -ENOENT, "there is no certificate %.*s", STR_ARG(name));
	if (is != NULL)
		out_printf(t->lines, "no certificate %.*s\n", STR_ARG(conf_text(is, "serial")));
	if (is != NULL && !t->no)
		out_printf(t->lines, "certificate %.*s\n", STR_ARG(name));
	return 0;
}

/* Lines stay as they are; one that says the same as one before is a line of its own all the same. */
static int edit_certificate_data(struct conf_typed *t, struct err *err)
{
	struct str hex = conf_typed_text(t, "digits");
	const struct centry *cert = find_certificate(t, conf_typed_text(t, "serial"));
	size_t chars = hex.len, same = 0;
	for (size_t i = 0; i < hex.len; i++)
		if (hex.p[i] != ' ' && !isxdigit((unsigned char)hex.p[i]))
			return err_set(err, -EINVAL, "certificate data is hexadecimal; quit ends it");
	for (const struct centry *d = cert != NULL ? conf_first_child(t->conf, cert, "data") : NULL; d != NULL;
	     d = list_next(cert, d)) {
		struct str before = conf_text(d, "hex");
		chars += before.len;
		same += before.len == hex.len && str_eq(before, hex);
	}
	if (chars > CHARS_MAX)
		return err_set(err, -EMSGSIZE, "the certificate is too long");
	out_printf(t->lines, "%s= %zu %.*s\n", t->no ? "no " : "", t->no && same > 0 ? same - 1 : same, STR_ARG(hex));
	return 0;
}

/* Octets that the first digits promise (a DER sequence), head included; 0 = they do not say. */
static size_t promised(const char digits[8])
{
	char text[5];
	str_copy(text, sizeof text, (struct str){digits + 4, 4});
	return memcmp(digits, "3082", 4) == 0 ? strtoul(text, NULL, 16) + 4 : 0;
}

/* Of a text that is loaded the whole block is there, or it was cut. At a prompt the lines come one by one. */
static int check_certificate(const struct conf *c, const struct centry *e, const struct centry *was,
                             struct conf_notes *notes, struct err *err)
{
	char head[8] = "";
	size_t n = 0;
	(void)err;
	for (const struct centry *d = was == NULL ? conf_first_child(c, e, "data") : NULL; d != NULL; d = list_next(e, d)) {
		struct str hex = conf_text(d, "hex");
		for (size_t i = 0; i < hex.len; i++) {
			if (hex.p[i] == ' ')
				continue;
			if (n < sizeof head)
				head[n] = hex.p[i];
			n++;
		}
	}
	if (n >= sizeof head && n < 2 * promised(head))
		conf_note(notes, e, NULL, "WARNING: certificate %.*s is cut, %zu of its %zu octets are there",
		          STR_ARG(conf_text(e, "serial")), n / 2, promised(head));
	return 0;
}

/* ---------------------------------------------------------------- trustpoints */

static const char removed[] = "WARNING: Removing an enrolled trustpoint will destroy all \n"
                              "certificates received from the related Certificate Authority.\n"
                              "INFO: Be sure to ask the CA administrator to revoke your certificates.\n";

/* The certificates of a trustpoint go with it. */
static int edit_trustpoint(struct conf_typed *t, struct err *err)
{
	struct str name = conf_typed_text(t, "name");
	(void)err;
	if (!t->no || !conf_find(t->conf, "trustpoint", name) || !conf_find(t->conf, "certificate-chain", name))
		return 0;
	out_printf(t->lines, "no crypto ca certificate chain %.*s\nno crypto ca trustpoint %.*s\n", STR_ARG(name),
	           STR_ARG(name));
	out_str(t->notes, removed);
	return 0;
}

void hooks_pki_register(void)
{
	static const struct conf_edit_hook edits[] = {
	        {"certificate", edit_certificate},
	        {"certificate_data", edit_certificate_data},
	        {"trustpoint", edit_trustpoint},
	};
	static const struct conf_check checks[] = {{"certificate_check", check_certificate}};
	conf_check_register(checks, sizeof checks / sizeof checks[0]);
	conf_edit_register(edits, sizeof edits / sizeof edits[0]);
}
