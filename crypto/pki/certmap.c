#include "crypto/pki/certmap.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"
#include "crypto/pki/conf.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"

enum { VALUE_MAX = 1024, LOOK_BYTES = 512 * 1024 };
enum { OF_SUBJECT, OF_ISSUER, OF_ALT, OF_USAGE, OF_N };
enum { WHOLE = 0 }; /* in the place of an attribute's NID */

static const char *const of_words[OF_N] = {[OF_SUBJECT] = "subject-name",
                                           [OF_ISSUER] = "issuer-name",
                                           [OF_ALT] = "alt-subject-name",
                                           [OF_USAGE] = "extended-key-usage"};

/* The grammar's words for attributes. */
static const struct {
	const char *word;
	int nid;
} attributes[] = {
        {"c", NID_countryName},
        {"cn", NID_commonName},
        {"dc", NID_domainComponent},
        {"dnq", NID_dnQualifier},
        {"ea", NID_pkcs9_emailAddress},
        {"genq", NID_generationQualifier},
        {"gn", NID_givenName},
        {"i", NID_initials},
        {"ip", NID_pkcs9_unstructuredAddress},
        {"l", NID_localityName},
        {"n", NID_name},
        {"o", NID_organizationName},
        {"ou", NID_organizationalUnitName},
        {"ser", NID_serialNumber},
        {"sn", NID_surname},
        {"sp", NID_stateOrProvinceName},
        {"t", NID_title},
        {"uid", NID_userId},
        {"uname", NID_pkcs9_unstructuredName},
};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static int attribute_nid(struct str word)
{
	for (size_t i = 0; i < N_ATTRIBUTES; i++)
		if (str_caseeq(word, str_of(attributes[i].word)))
			return attributes[i].nid;
	return NID_undef;
}

static const char *attribute_word(int nid)
{
	for (size_t i = 0; i < N_ATTRIBUTES; i++)
		if (attributes[i].nid == nid)
			return attributes[i].word;
	return nid != NID_undef ? OBJ_nid2sn(nid) : "oid";
}

/* ------------------------------------------------------------------ texts as they are compared */

static bool is_mark(char c)
{
	return c == ',' || c == '=' || c == '+';
}

/* In place: small letters, one blank between words, none at the ends; in a whole name none around its marks. */
static size_t fold(char *s, size_t len, bool whole)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		char c = s[i];
		if (c == ' ' && (n == 0 || s[n - 1] == ' ' || (whole && is_mark(s[n - 1]))))
			continue;
		if (whole && is_mark(c) && n > 0 && s[n - 1] == ' ')
			n--;
		s[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
	}
	if (n > 0 && s[n - 1] == ' ')
		n--;
	s[n] = '\0';
	return n;
}

/* ------------------------------------------------------------------ rules */

struct line {
	uint8_t of;
	bool negated, contains;
	int nid;
	struct bytes value;
};

struct rule {
	uint32_t index;
	const struct line *lines;
	size_t nlines;
};

struct pki_map {
	const char *name;
	struct rule *rules; /* by index */
	size_t nrules;
};

/* false when memory is short. */
static bool compile_line(const struct centry *e, struct arena *a, bool with_attr, struct line *l)
{
	struct str test = conf_text(e, "test");
	char *value = arena_str(a, conf_text(e, "value"));

	for (uint8_t i = 0; i < OF_N; i++)
		if (str_eq_cstr(conf_text(e, "of"), of_words[i]))
			l->of = i;
	l->negated = str_eq_cstr(test, "ne") || str_eq_cstr(test, "nc");
	l->contains = str_eq_cstr(test, "co") || str_eq_cstr(test, "nc");
	l->nid = with_attr ? attribute_nid(conf_text(e, "attr")) : WHOLE;
	if (value == NULL)
		return false;
	bool name = l->nid == WHOLE && (l->of == OF_SUBJECT || l->of == OF_ISSUER);
	l->value = (struct bytes){(const uint8_t *)value, fold(value, strlen(value), name)};
	return true;
}

static bool compile_rule(const struct conf *c, const struct centry *e, struct arena *a, struct rule *r)
{
	static const char *const nodes[] = {"rule", "attribute"};
	size_t n = 0;
	for (size_t i = 0; i < 2; i++)
		for (const struct centry *l = conf_first_child(c, e, nodes[i]); l != NULL; l = conf_next(c, l))
			n++;
	struct line *lines = arena_calloc(a, n > 0 ? n : 1, sizeof *lines);
	if (lines == NULL)
		return false;
	for (size_t i = 0; i < 2; i++)
		for (const struct centry *l = conf_first_child(c, e, nodes[i]); l != NULL; l = conf_next(c, l))
			if (!compile_line(l, a, i == 1, &lines[r->nlines++]))
				return false;
	r->index = conf_u32(e, "index");
	r->lines = lines;
	return true;
}

struct named_rule {
	const char *map;
	struct rule rule;
};

static int by_map(const void *a, const void *b)
{
	const struct named_rule *x = a, *y = b;
	int names = strcmp(x->map, y->map);
	return names != 0 ? names : (x->rule.index > y->rule.index) - (x->rule.index < y->rule.index);
}

int pki_maps_compile(const struct conf *c, struct arena *a, struct pki_conf *conf, struct err *err)
{
	size_t n = 0, i = 0;
	for (const struct centry *e = conf_first(c, "certificate-map"); e != NULL; e = conf_next(c, e))
		n++;
	struct named_rule *all = arena_calloc(a, n + 1, sizeof *all);
	struct rule *rules = arena_calloc(a, n + 1, sizeof *rules);
	struct pki_map *maps = arena_calloc(a, n + 1, sizeof *maps);
	bool ok = all != NULL && rules != NULL && maps != NULL;

	for (const struct centry *e = conf_first(c, "certificate-map"); ok && e != NULL; e = conf_next(c, e), i++) {
		all[i].map = arena_str(a, conf_text(e, "map"));
		ok = all[i].map != NULL && compile_rule(c, e, a, &all[i].rule);
	}
	if (!ok)
		return err_set(err, -ENOMEM, "out of memory");
	qsort(all, n, sizeof *all, by_map);
	conf->nmaps = 0;
	for (i = 0; i < n; i++) {
		rules[i] = all[i].rule;
		if (i == 0 || strcmp(all[i].map, all[i - 1].map) != 0)
			maps[conf->nmaps++] = (struct pki_map){.name = all[i].map, .rules = &rules[i]};
		maps[conf->nmaps - 1].nrules++;
	}
	conf->maps = maps;
	return 0;
}

static int map_named(const void *key, const void *at)
{
	return strcmp(key, ((const struct pki_map *)at)->name);
}

static int rule_numbered(const void *key, const void *at)
{
	uint32_t index = *(const uint32_t *)key, is = ((const struct rule *)at)->index;
	return (index > is) - (index < is);
}

static const struct rule *rule_find(const struct pki_conf *conf, const char *name, uint32_t index)
{
	const struct pki_map *map =
	        conf->nmaps > 0 ? bsearch(name, conf->maps, conf->nmaps, sizeof *map, map_named) : NULL;
	return map != NULL ? bsearch(&index, map->rules, map->nrules, sizeof(struct rule), rule_numbered) : NULL;
}

/* ------------------------------------------------------------------ reading names */

/* The text of a string of any ASN.1 type, malloced by OpenSSL; NULL when it is not what it says it is, is too long or
 * holds a NUL. */
static char *string_text(const ASN1_STRING *s, size_t *len)
{
	unsigned char *utf8 = NULL;
	int n = ASN1_STRING_to_UTF8(&utf8, s);
	if (n >= 0 && n <= VALUE_MAX && memchr(utf8, '\0', (size_t)n) == NULL) {
		*len = (size_t)n;
		return (char *)utf8;
	}
	OPENSSL_free(utf8);
	ERR_clear_error();
	return NULL;
}

/* "cn=" and its value, marked, behind what is there. */
static void write_part(struct wr *w, const char *word, const char *value, size_t len)
{
	wr_bytes(w, word, strlen(word));
	wr_u8(w, '=');
	for (size_t i = 0; i < len; i++) {
		if (is_mark(value[i]) || value[i] == '\\')
			wr_u8(w, '\\');
		wr_u8(w, (uint8_t)value[i]);
	}
}

/* The whole name, nearest part first, as text with a NUL behind it. The length; 0 when it is empty, cannot be read or is
 * too long. bad may be NULL. */
static size_t write_name(const X509_NAME *name, char *text, size_t cap, bool *bad)
{
	struct wr w = wr_of(text, cap);
	int n = X509_NAME_entry_count(name), set = 0;
	bool ok = true;
	for (int i = n - 1; ok && i >= 0; i--) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		size_t len = 0;
		char *value = string_text(X509_NAME_ENTRY_get_data(e), &len);
		ok = value != NULL;
		if (i != n - 1)
			wr_u8(&w, X509_NAME_ENTRY_set(e) == set ? '+' : ',');
		set = X509_NAME_ENTRY_set(e);
		if (ok)
			write_part(&w, attribute_word(OBJ_obj2nid(X509_NAME_ENTRY_get_object(e))), value, len);
		OPENSSL_free(value);
	}
	size_t len = wr_len(&w);
	wr_u8(&w, 0);
	ok = ok && wr_ok(&w);
	if (bad != NULL)
		*bad = !ok;
	return ok ? len : 0;
}

/* ------------------------------------------------------------------ a certificate made ready */

struct text {
	int nid; /* WHOLE: the whole name, an alternative name, a usage */
	struct bytes folded;
};

struct texts {
	struct text *t;
	size_t n;
	bool bad; /* something in it cannot be read */
};

struct pki_look {
	struct arena *a;
	struct texts of[OF_N];
};

static void add(struct pki_look *look, struct texts *to, int nid, const char *text, size_t len, bool whole)
{
	char *copy = text != NULL ? arena_str(look->a, (struct str){text, len}) : NULL;
	if (copy == NULL) {
		to->bad = true;
		return;
	}
	to->t[to->n++] = (struct text){nid, {(const uint8_t *)copy, fold(copy, len, whole)}};
}

/* Room for so many texts. */
static bool room(struct pki_look *look, struct texts *to, int n)
{
	to->t = n >= 0 ? arena_calloc(look->a, (size_t)n + 1, sizeof *to->t) : NULL;
	to->bad = to->t == NULL;
	return !to->bad;
}

static void add_string(struct pki_look *look, struct texts *to, int nid, const ASN1_STRING *s)
{
	size_t len = 0;
	char *text = string_text(s, &len);
	add(look, to, nid, text, len, false);
	OPENSSL_free(text);
}

static void read_name(struct pki_look *look, struct texts *to, const X509_NAME *name)
{
	char whole[2 * PKI_CERT_MAX];
	int n = X509_NAME_entry_count(name);
	bool bad = false;
	if (!room(look, to, n + 1))
		return;
	size_t len = write_name(name, whole, sizeof whole, &bad);
	add(look, to, WHOLE, bad ? NULL : whole, len, true);
	for (int i = 0; i < n && !to->bad; i++) {
		const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);
		int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(e));
		if (nid != NID_undef)
			add_string(look, to, nid, X509_NAME_ENTRY_get_data(e));
	}
}

static void add_alt(struct pki_look *look, struct texts *to, const GENERAL_NAME *name)
{
	char whole[2 * PKI_CERT_MAX];
	int kind;
	const void *value = GENERAL_NAME_get0_value(name, &kind);
	ASN1_OBJECT *type;
	ASN1_TYPE *other;
	bool bad = false;
	switch (kind) {
	case GEN_EMAIL:
	case GEN_DNS:
	case GEN_URI:
		add_string(look, to, WHOLE, value);
		break;
	case GEN_IPADD:
		if (ASN1_STRING_length(value) == 4) {
			struct rd r = rd_of(ASN1_STRING_get0_data(value), 4);
			struct ip4_text ip = ip4_text(rd_u32(&r));
			add(look, to, WHOLE, ip.s, strlen(ip.s), false);
		}
		break;
	case GEN_DIRNAME: {
		size_t len = write_name(value, whole, sizeof whole, &bad);
		add(look, to, WHOLE, bad ? NULL : whole, len, false);
		break;
	}
	case GEN_OTHERNAME:
		if (GENERAL_NAME_get0_otherName(name, &type, &other) == 1 && OBJ_obj2nid(type) == NID_ms_upn &&
		    other->type == V_ASN1_UTF8STRING)
			add_string(look, to, WHOLE, other->value.utf8string);
		break;
	default:
		break;
	}
}

/* An extension that is there but cannot be read is a name that cannot be read. */
static void *extension(const X509 *x, int nid, bool *bad)
{
	int how = 0;
	void *ext = X509_get_ext_d2i(x, nid, &how, NULL);
	*bad = ext == NULL && how != -1;
	ERR_clear_error();
	return ext;
}

static void read_alt(struct pki_look *look, struct texts *to, const X509 *x)
{
	bool bad;
	GENERAL_NAMES *names = extension(x, NID_subject_alt_name, &bad);
	if (room(look, to, sk_GENERAL_NAME_num(names)) || names == NULL)
		to->bad = bad;
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !to->bad; i++)
		add_alt(look, to, sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
}

/* Each usage by number and by both of OpenSSL's names. */
static void read_usage(struct pki_look *look, struct texts *to, const X509 *x)
{
	bool bad;
	EXTENDED_KEY_USAGE *usages = extension(x, NID_ext_key_usage, &bad);
	int n = sk_ASN1_OBJECT_num(usages);
	if (room(look, to, 3 * n) || usages == NULL)
		to->bad = bad;
	for (int i = 0; i < n && !to->bad; i++) {
		const ASN1_OBJECT *usage = sk_ASN1_OBJECT_value(usages, i);
		int nid = OBJ_obj2nid(usage);
		char oid[128];
		int len = OBJ_obj2txt(oid, sizeof oid, usage, 1);
		add(look, to, WHOLE, len > 0 && (size_t)len < sizeof oid ? oid : NULL, strlen(oid), false);
		if (nid == NID_undef || to->bad)
			continue;
		add(look, to, WHOLE, OBJ_nid2sn(nid), strlen(OBJ_nid2sn(nid)), false);
		add(look, to, WHOLE, OBJ_nid2ln(nid), strlen(OBJ_nid2ln(nid)), false);
	}
	EXTENDED_KEY_USAGE_free(usages);
}

struct pki_look *pki_look_new(const struct pki_cert *cert)
{
	struct arena *a = arena_new(LOOK_BYTES);
	struct pki_look *look = a != NULL ? arena_alloc(a, sizeof *look) : NULL;
	if (look == NULL) {
		arena_free(a);
		return NULL;
	}
	look->a = a;
	const X509 *x = pki_cert_x509(cert);
	read_name(look, &look->of[OF_SUBJECT], X509_get_subject_name(x));
	read_name(look, &look->of[OF_ISSUER], X509_get_issuer_name(x));
	read_alt(look, &look->of[OF_ALT], x);
	read_usage(look, &look->of[OF_USAGE], x);
	return look;
}

void pki_look_free(struct pki_look *look)
{
	if (look != NULL)
		arena_free(look->a);
}

/* ------------------------------------------------------------------ comparing */

static bool line_fits(const struct line *l, const struct pki_look *look)
{
	const struct texts *in = &look->of[l->of];
	bool any = false;
	for (size_t i = 0; i < in->n && !any; i++) {
		struct bytes have = in->t[i].folded;
		if (in->t[i].nid == l->nid)
			any = l->contains ? memmem(have.p, have.len, l->value.p, l->value.len) != NULL
			                  : bytes_eq(have, l->value);
	}
	return !in->bad && any != l->negated;
}

bool pki_look_fits(const struct pki_conf *conf, const char *map, uint32_t index, const struct pki_look *look)
{
	const struct rule *rule = rule_find(conf, map, index);
	size_t n = 0;
	while (rule != NULL && n < rule->nlines && line_fits(&rule->lines[n], look))
		n++;
	return rule != NULL && n > 0 && n == rule->nlines;
}

bool pki_map_fits(const struct pki_conf *conf, const char *map, uint32_t index, const struct pki_cert *cert)
{
	struct pki_look *look = pki_look_new(cert);
	bool fits = look != NULL && pki_look_fits(conf, map, index, look);
	pki_look_free(look);
	return fits;
}

/* ------------------------------------------------------------------ attributes */

/* What may stand in a user name and in a log. */
static bool is_plain(const char *text, size_t len)
{
	return pki_all_shows((struct bytes){(const uint8_t *)text, len});
}

static bool take(const ASN1_STRING *s, char *text, size_t cap)
{
	size_t len = 0;
	char *value = string_text(s, &len);
	bool ok = value != NULL && is_plain(value, len) && str_copy(text, cap, (struct str){value, len});
	OPENSSL_free(value);
	return ok;
}

static bool take_upn(const X509 *x, char *text, size_t cap)
{
	bool bad, ok = false;
	GENERAL_NAMES *names = extension(x, NID_subject_alt_name, &bad);
	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !ok; i++) {
		ASN1_OBJECT *type;
		ASN1_TYPE *value;
		ok = GENERAL_NAME_get0_otherName(sk_GENERAL_NAME_value(names, i), &type, &value) == 1 &&
		     OBJ_obj2nid(type) == NID_ms_upn && value->type == V_ASN1_UTF8STRING &&
		     take(value->value.utf8string, text, cap);
	}
	GENERAL_NAMES_free(names);
	return ok;
}

bool pki_cert_attribute(const struct pki_cert *cert, const char *word, char *text, size_t cap)
{
	const X509 *x = pki_cert_x509(cert);
	const X509_NAME *name = X509_get_subject_name(x);
	int nid = attribute_nid(str_of(word)), last = -1;

	if (nid == NID_undef)
		return str_caseeq(str_of(word), STR("upn")) && take_upn(x, text, cap);
	for (int at = -1; (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;)
		last = at;
	return last >= 0 && take(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)), text, cap);
}

bool pki_cert_each(const struct pki_cert *cert, const char *word, bool (*fn)(void *arg, const char *text), void *arg)
{
	const X509_NAME *name = X509_get_subject_name(pki_cert_x509(cert));
	int nid = attribute_nid(str_of(word));
	char text[VALUE_MAX + 1];
	bool done = false;

	for (int at = -1; !done && nid != NID_undef && (at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0;)
		done = take(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)), text, sizeof text) && fn(arg, text);
	return done;
}

bool pki_cert_entire(const struct pki_cert *cert, char *text, size_t cap)
{
	size_t len = write_name(X509_get_subject_name(pki_cert_x509(cert)), text, cap, NULL);
	return is_plain(text, len);
}
