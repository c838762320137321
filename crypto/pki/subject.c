/* Subjects as they are configured, into names on the wire. */
#include "crypto/pki/subject.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "crypto/pki/request.h"

/* The words of the appliance. OpenSSL's own for the same attributes (organizationName, 2.5.4.10) are known, too. */
static const struct {
	const char *word;
	int nid;
} words[] = {
        {"c", NID_countryName},          {"cn", NID_commonName},
        {"dc", NID_domainComponent},     {"dnq", NID_dnQualifier},
        {"e", NID_pkcs9_emailAddress},   {"ea", NID_pkcs9_emailAddress},
        {"email", NID_pkcs9_emailAddress}, {"genq", NID_generationQualifier},
        {"gn", NID_givenName},           {"i", NID_initials},
        {"ip", NID_pkcs9_unstructuredAddress}, {"l", NID_localityName},
        {"n", NID_name},                 {"o", NID_organizationName},
        {"ou", NID_organizationalUnitName}, {"s", NID_stateOrProvinceName},
        {"ser", NID_serialNumber},       {"sn", NID_surname},
        {"sp", NID_stateOrProvinceName}, {"st", NID_stateOrProvinceName},
        {"street", NID_streetAddress},   {"t", NID_title},
        {"uid", NID_userId},             {"uname", NID_pkcs9_unstructuredName},
};

struct attribute {
	int nid;
	char value[PKI_SUBJECT_VALUE + 1];
	size_t len;
};

static int attribute_nid(struct str word)
{
	char name[64];
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (str_caseeq(word, str_of(words[i].word)))
			return words[i].nid;
	if (!str_copy(name, sizeof name, word))
		return NID_undef;
	int nid = OBJ_txt2nid(name);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (nid == words[i].nid)
			return nid;
	return NID_undef;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c)   ? c - '0'
	       : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
	                                    : -1;
}

/* One character of a value, escapes done. false: the text ends in the midst of one. */
static bool take_char(struct str *in, char *c)
{
	*c = in->p[0];
	size_t used = 1;
	if (*c == '\\') {
		if (in->len < 2)
			return false;
		*c = in->p[1];
		used = 2;
		int high = hex_digit(in->p[1]), low = in->len > 2 ? hex_digit(in->p[2]) : -1;
		if (high >= 0 && low >= 0) {
			*c = (char)(high << 4 | low);
			used = 3;
		}
	}
	in->p += used;
	in->len -= used;
	return true;
}

/* Up to the comma that ends it, which is taken, too. */
static bool take_value(struct str *in, struct attribute *a)
{
	*in = str_trim(*in);
	bool quoted = in->len > 0 && in->p[0] == '"', closed = false;
	size_t keep = 0; /* what is not mere blanks behind the value */
	if (quoted) {
		in->p++;
		in->len--;
	}
	while (in->len > 0 && (quoted || in->p[0] != ',')) {
		bool plain = in->p[0] != '\\';
		char c;
		if (quoted && in->p[0] == '"') {
			in->p++;
			in->len--;
			closed = true;
			break;
		}
		if (a->len == PKI_SUBJECT_VALUE || !take_char(in, &c) || c == '\0')
			return false;
		a->value[a->len++] = c;
		if (quoted || !plain || c != ' ')
			keep = a->len;
	}
	a->len = keep;
	a->value[keep] = '\0';
	*in = str_trim(*in);
	if ((quoted && !closed) || (in->len > 0 && in->p[0] != ','))
		return false;
	return keep > 0;
}

static int take_attribute(struct str *in, struct attribute *a, struct err *err)
{
	*a = (struct attribute){0};
	const char *eq = memchr(in->p, '=', in->len);
	if (eq == NULL)
		return err_set(err, -EINVAL, "in the subject name, %.*s is not ATTRIBUTE=VALUE", STR_ARG(*in));
	struct str word = str_trim((struct str){in->p, (size_t)(eq - in->p)});
	a->nid = attribute_nid(word);
	if (a->nid == NID_undef)
		return err_set(err, -EINVAL, "%.*s is not an attribute of a subject name", STR_ARG(word));
	in->len -= (size_t)(eq + 1 - in->p);
	in->p = eq + 1;
	if (!take_value(in, a))
		return err_set(err, -EINVAL, "the value of %.*s in the subject name cannot be used",
		               STR_ARG(word));
	return 0;
}

/* Printable where the type allows it and the characters do: old CAs compare octets, and know nothing newer. */
static bool printable(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && strchr(" '()+,-./:=?", text[i]) == NULL)
			return false;
	return true;
}

int pki_subject_type(int nid, const char *text, size_t len)
{
	const ASN1_STRING_TABLE *t = ASN1_STRING_TABLE_get(nid);
	unsigned long mask = t != NULL ? t->mask : DIRSTRING_TYPE;
	if ((mask & B_ASN1_PRINTABLESTRING) && printable(text, len))
		return V_ASN1_PRINTABLESTRING;
	if (mask & B_ASN1_UTF8STRING)
		return V_ASN1_UTF8STRING;
	return mask & B_ASN1_IA5STRING ? V_ASN1_IA5STRING : V_ASN1_UNDEF;
}

static bool ascii(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

/* Characters, not octets: what the upper bounds of X.520 count. */
static long characters(const char *text, size_t len)
{
	long n = 0;
	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

bool pki_subject_add(X509_NAME *name, int nid, const char *text, size_t len)
{
	const ASN1_STRING_TABLE *t = ASN1_STRING_TABLE_get(nid);
	int type = pki_subject_type(nid, text, len);
	long n = characters(text, len);
	if (type == V_ASN1_UNDEF || (type == V_ASN1_IA5STRING && !ascii(text, len)))
		return false;
	if (t != NULL && ((t->minsize > 0 && n < t->minsize) || (t->maxsize > 0 && n > t->maxsize)))
		return false;
	return X509_NAME_add_entry_by_NID(name, nid, type, (const unsigned char *)text, (int)len, -1, 0) == 1;
}

int pki_subject_read(const char *text, X509_NAME *name, struct err *err)
{
	struct attribute list[PKI_SUBJECT_ATTRIBUTES];
	struct str in = str_trim(str_of(text));
	size_t n = 0;
	while (in.len > 0) {
		if (n == PKI_SUBJECT_ATTRIBUTES)
			return err_set(err, -EINVAL, "the subject name has more than %d attributes",
			               (int)PKI_SUBJECT_ATTRIBUTES);
		int rc = take_attribute(&in, &list[n++], err);
		if (rc != 0)
			return rc;
		bool comma = in.len > 0;
		if (comma) {
			in.p++;
			in.len--;
		}
		in = str_trim(in);
		if (comma && in.len == 0)
			return err_set(err, -EINVAL, "nothing follows the last comma of the subject name");
	}
	while (n-- > 0) /* the most special one is typed first and stands last */
		if (!pki_subject_add(name, list[n].nid, list[n].value, list[n].len))
			return err_set(err, -EINVAL, "\"%s\" cannot be the value of %s in the subject name",
			               list[n].value, OBJ_nid2sn(list[n].nid));
	return 0;
}

int pki_subject_check(const char *subject, struct err *err)
{
	X509_NAME *name = X509_NAME_new();
	int rc = name != NULL ? pki_subject_read(subject, name, err) : err_set(err, -ENOMEM, "out of memory");
	X509_NAME_free(name);
	return rc;
}
