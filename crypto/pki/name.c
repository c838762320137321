#include "crypto/pki/name.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <stdio.h>

#include "crypto/pki/ossl.h"

static const struct {
	int nid;
	const char *word;
} words[] = {
        {NID_commonName, "cn"},
        {NID_organizationalUnitName, "ou"},
        {NID_organizationName, "o"},
        {NID_localityName, "l"},
        {NID_stateOrProvinceName, "st"},
        {NID_countryName, "c"},
        {NID_domainComponent, "dc"},
        {NID_pkcs9_emailAddress, "ea"},
        {NID_pkcs9_unstructuredName, "hostname"},
        {NID_pkcs9_unstructuredAddress, "ipaddress"},
        {NID_serialNumber, "serialNumber"},
        {NID_surname, "sn"},
        {NID_givenName, "gn"},
        {NID_initials, "i"},
        {NID_title, "t"},
        {NID_name, "n"},
        {NID_generationQualifier, "genq"},
        {NID_dnQualifier, "dnq"},
        {NID_userId, "uid"},
        {NID_streetAddress, "street"},
};

/* ------------------------------------------------------------------ characters */

/* One character of UTF-8; 0 when there is none (one byte is then taken). */
static uint32_t next_char(struct bytes *in)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = in->p[0];
	unsigned n = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
	uint32_t c = n == 1 ? first : n > 0 ? first & (0x7fu >> n) : 0;
	bool ok = n > 0 && n <= in->len;
	for (unsigned i = 1; ok && i < n; i++) {
		ok = in->p[i] >> 6 == 2;
		c = c << 6 | (in->p[i] & 0x3f);
	}
	ok = ok && c >= least[n] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
	in->p += ok ? n : 1;
	in->len -= ok ? n : 1;
	return ok ? c : 0;
}

/* Neither control nor formatting: those move the cursor, turn the direction of the text or are not seen. */
static bool shows(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} hidden[] = {{0, 0x1f},          {0x7f, 0x9f},        {0xad, 0xad},       {0x61c, 0x61c},
	              {0x180e, 0x180e},   {0x200b, 0x200f},    {0x2028, 0x202f},   {0x2060, 0x206f},
	              {0xe000, 0xf8ff},   {0xfe00, 0xfe0f},    {0xfeff, 0xfeff},   {0xfff0, 0xffff},
	              {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff}};
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return false;
	return true;
}

const char *pki_printable(struct bytes in, char *text, size_t cap)
{
	enum { DOTS = 3 };
	size_t n = 0;
	while (in.len > 0) {
		struct bytes rest = in;
		uint32_t c = next_char(&rest);
		size_t len = shows(c) ? in.len - rest.len : 1;
		if (n + len + (rest.len > 0 ? DOTS : 0) >= cap)
			break;
		if (shows(c))
			memcpy(text + n, in.p, len);
		else
			text[n] = '.';
		n += len;
		in = rest;
	}
	for (size_t i = 0; in.len > 0 && i < DOTS && n + 1 < cap; i++)
		text[n++] = '.';
	if (cap > 0)
		text[n] = '\0';
	return text;
}

bool pki_all_shows(struct bytes in)
{
	bool all = in.len > 0;
	while (all && in.len > 0)
		all = shows(next_char(&in));
	return all;
}

static void hex_value(const ASN1_STRING *s, char *text, size_t cap)
{
	enum { MOST = 64 };
	const unsigned char *data = ASN1_STRING_get0_data(s);
	size_t len = (size_t)ASN1_STRING_length(s), n = 0;
	text[n++] = '#';
	for (size_t i = 0; i < len && i < MOST && n + 6 < cap; i++)
		n += (size_t)snprintf(text + n, cap - n, "%02x", data[i]);
	snprintf(text + n, cap - n, "%s", len > MOST ? "..." : "");
}

static void string_value(const ASN1_STRING *s, char *text, size_t cap)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, s);
	if (len >= 0)
		pki_printable((struct bytes){utf8, (size_t)len}, text, cap);
	else
		hex_value(s, text, cap);
	OPENSSL_free(utf8);
	ERR_clear_error();
}

/* ------------------------------------------------------------------ names */

static const char *word_of(const ASN1_OBJECT *object, char *text, size_t cap)
{
	int nid = OBJ_obj2nid(object);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].nid == nid)
			return words[i].word;
	int n = OBJ_obj2txt(text, (int)cap, object, 1);
	return n > 0 && (size_t)n < cap ? text : "?";
}

static X509_NAME *name_read(struct bytes der)
{
	const unsigned char *at = der.p;
	X509_NAME *name = der.len > 0 && der.len <= PKI_CERT_MAX ? d2i_X509_NAME(NULL, &at, (long)der.len) : NULL;
	if (name != NULL && at != der.p + der.len) {
		X509_NAME_free(name);
		name = NULL;
	}
	ERR_clear_error();
	return name;
}

static void put_attr(const X509_NAME *name, int i, void (*fn)(void *arg, const struct pki_attr *attr), void *arg)
{
	char oid[64];
	struct pki_attr a;
	const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
	const ASN1_STRING *s = X509_NAME_ENTRY_get_data(e);
	a.word = word_of(X509_NAME_ENTRY_get_object(e), oid, sizeof oid);
	a.tag = (unsigned)ASN1_STRING_type(s);
	string_value(s, a.value, sizeof a.value);
	fn(arg, &a);
}

bool pki_name_each(struct bytes der, void (*fn)(void *arg, const struct pki_attr *attr), void *arg)
{
	X509_NAME *name = name_read(der);
	if (name == NULL)
		return false;
	int n = X509_NAME_entry_count(name);
	for (int i = n - 1; i >= 0 && n - i <= PKI_NAME_ATTRS; i--)
		put_attr(name, i, fn, arg);
	X509_NAME_free(name);
	return true;
}

struct line {
	char *text;
	size_t cap, len;
	bool full;
};

static void put_char(struct line *l, char c)
{
	if (l->len + 1 < l->cap)
		l->text[l->len++] = c;
	else
		l->full = true;
}

/* A comma in a value must not look like the next attribute. */
static void line_attr(void *arg, const struct pki_attr *a)
{
	struct line *l = arg;
	if (l->len > 0)
		put_char(l, ',');
	for (const char *p = a->word; *p != '\0'; p++)
		put_char(l, (char)toupper((unsigned char)*p));
	put_char(l, '=');
	for (const char *p = a->value; *p != '\0'; p++) {
		if (*p == ',' || *p == '\\')
			put_char(l, '\\');
		put_char(l, *p);
	}
}

const char *pki_name_text(struct bytes name, char *text, size_t cap)
{
	struct line l = {text, cap, 0, false};
	if (!pki_name_each(name, line_attr, &l)) {
		str_copy(text, cap, STR("(unreadable)"));
		return text;
	}
	text[l.len] = '\0';
	if (l.full) { /* no half character at the end */
		struct bytes whole = {(const uint8_t *)text, l.len};
		size_t keep = l.len > 3 ? l.len - 3 : 0;
		while (keep > 0 && whole.p[keep] >> 6 == 2)
			keep--;
		snprintf(text + keep, cap - keep, "...");
	}
	return text;
}

struct search {
	const char *word;
	char *value;
};

static void search_attr(void *arg, const struct pki_attr *a)
{
	struct search *s = arg;
	if (s->value[0] == '\0' && strcmp(a->word, s->word) == 0)
		memcpy(s->value, a->value, sizeof a->value);
}

const char *pki_subject_attr(const struct pki_cert *cert, const char *word, char value[PKI_VALUE_TEXT])
{
	struct search s = {word, value};
	value[0] = '\0';
	pki_name_each(pki_cert_subject(cert), search_attr, &s);
	return value;
}

/* ------------------------------------------------------------------ numbers */

const char *pki_serial_text(const struct pki_cert *cert, char text[PKI_SERIAL_TEXT])
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(pki_cert_x509(cert));
	const unsigned char *data = ASN1_STRING_get0_data(serial);
	int len = ASN1_STRING_length(serial);
	size_t n = 0;
	for (int i = 0; i < len && n + 2 < PKI_SERIAL_TEXT; i++)
		n += (size_t)snprintf(text + n, PKI_SERIAL_TEXT - n, "%02x", data[i]);
	if (n == 0)
		str_copy(text, PKI_SERIAL_TEXT, STR("00"));
	return text;
}

const char *pki_fingerprint(struct bytes der, enum pki_digest digest, char text[PKI_PRINT_TEXT])
{
	static const char *const names[] = {[PKI_MD5] = "MD5", [PKI_SHA1] = "SHA1", [PKI_SHA256] = "SHA256"};
	unsigned char sum[EVP_MAX_MD_SIZE];
	size_t len = 0, n = 0;
	text[0] = '\0';
	if (EVP_Q_digest(NULL, names[digest], NULL, der.p, der.len, sum, &len) != 1)
		ERR_clear_error();
	for (size_t i = 0; i < len; i++)
		n += (size_t)snprintf(text + n, PKI_PRINT_TEXT - n, "%s%02x", i > 0 && i % 4 == 0 ? " " : "", sum[i]);
	return text;
}
