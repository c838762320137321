/* Does the identity of an ID payload stand in a certificate? (RFC 4945 §3.1, §5.1) */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "crypto/pki/check.h"
#include "crypto/pki/ossl.h"

enum { ID_IPV4_ADDR = 1, ID_FQDN = 2, ID_USER_FQDN = 3, ID_DER_ASN1_DN = 9 }; /* RFC 2407 §4.6.2.1 */
enum { ID_NAME_MAX = 255, ID_DN_MAX = 4096 };

/* Text with a NUL in it is nobody's name: whoever reads it as a string reads another one. */
static bool has_nul(struct bytes b)
{
	return b.len > 0 && memchr(b.p, 0, b.len) != NULL;
}

static bool text_eq(struct bytes a, struct bytes b)
{
	return str_caseeq((struct str){(const char *)a.p, a.len}, (struct str){(const char *)b.p, b.len});
}

static bool fqdn_eq(struct bytes a, struct bytes b)
{
	return !has_nul(a) && !has_nul(b) && text_eq(a, b);
}

/* The part before the last @ is the host's business, letter by letter; the host's name is not. */
static bool mailbox_eq(struct bytes a, struct bytes b)
{
	size_t at = a.len;
	while (at > 0 && a.p[at - 1] != '@')
		at--;
	if (has_nul(a) || has_nul(b) || at == 0 || b.len < at)
		return false;
	return memcmp(a.p, b.p, at) == 0 &&
	       text_eq((struct bytes){a.p + at, a.len - at}, (struct bytes){b.p + at, b.len - at});
}

static bool address_eq(struct bytes a, struct bytes b)
{
	return a.len == 4 && bytes_eq(a, b);
}

/* How identities of one type are looked for. */
static const struct id_kind {
	uint8_t id_type;
	int general_name;          /* kind of alternative name */
	bool (*eq)(struct bytes name, struct bytes id);
	int attributes[2];         /* of the subject, when there is no such alternative name */
} kinds[] = {
        {ID_IPV4_ADDR, GEN_IPADD, address_eq, {NID_undef, NID_undef}},
        {ID_FQDN, GEN_DNS, fqdn_eq, {NID_commonName, NID_pkcs9_unstructuredName}},
        {ID_USER_FQDN, GEN_EMAIL, mailbox_eq, {NID_pkcs9_emailAddress, NID_undef}},
};

static bool in_alternatives(X509 *x, const struct id_kind *k, struct bytes id, bool *any)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	bool found = false;
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++) {
		int kind = 0;
		const ASN1_STRING *s = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &kind);
		if (kind != k->general_name)
			continue;
		*any = true;
		found = k->eq((struct bytes){ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)}, id);
	}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}

static bool in_attribute(const X509_NAME *subject, int nid, const struct id_kind *k, struct bytes id, bool *any)
{
	bool found = false;
	for (int at = -1; nid != NID_undef && !found && (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0;) {
		unsigned char *text = NULL;
		int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
		*any = true;
		found = len >= 0 && k->eq((struct bytes){text, (size_t)len}, id);
		OPENSSL_free(text);
	}
	ERR_clear_error();
	return found;
}

/* Names compared as RFC 5280 §7.1 has it: without regard to case, blanks and string types. */
static bool subject_eq(X509 *x, struct bytes id, bool *any)
{
	const unsigned char *at = id.p;
	const X509_NAME *subject = X509_get_subject_name(x);
	X509_NAME *name = id.len > 0 && id.len <= ID_DN_MAX ? d2i_X509_NAME(NULL, &at, (long)id.len) : NULL;
	*any = X509_NAME_entry_count(subject) > 0;
	bool eq = name != NULL && *any && at == id.p + id.len && X509_NAME_cmp(name, subject) == 0;
	X509_NAME_free(name);
	ERR_clear_error();
	return eq;
}

bool pki_id_check(const struct pki_cert *cert, uint8_t id_type, struct bytes id, bool *nosupport)
{
	X509 *x = pki_cert_x509(cert);
	bool any = false, found = false;
	if (id_type == ID_DER_ASN1_DN)
		found = subject_eq(x, id, &any);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct id_kind *k = &kinds[i];
		if (k->id_type != id_type)
			continue;
		found = in_alternatives(x, k, id, &any);
		bool alternatives = any;
		for (size_t j = 0; j < 2 && !found && !alternatives; j++)
			found = in_attribute(X509_get_subject_name(x), k->attributes[j], k, id, &any);
		found = found && id.len > 0 && id.len <= ID_NAME_MAX;
	}
	*nosupport = !any;
	return found;
}
