#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "crypto/pki/advice.h"
#include "core/config/tree.h"
#include "crypto/pki/certmap.h"
#include "crypto/pki/pki.h"

const char *pki_role_word(enum pki_role role)
{
	static const char *const words[] = {
#define X(name, word) [PKI_ROLE_##name] = word,
	        PKI_ROLE_LIST(X)
#undef X
	};
	return words[role];
}

static const char *text_of(struct arena *a, const struct centry *e, const char *field)
{
	return arena_str(a, conf_text(e, field));
}

/* ------------------------------------------------------------------ certificates of a chain */

/* "ca 3eec...": the word, and the number behind it. */
static enum pki_role role_of(struct str entry)
{
	struct str word = str_word(&entry);
	for (unsigned r = 0; r < PKI_ROLES && entry.len > 0; r++)
		if (str_eq_cstr(word, pki_role_word(r)))
			return r;
	return PKI_ROLE_OWN;
}

static int nibble(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* The lines of hexadecimal behind `certificate`; blanks between digits do not count. false: too long or half an octet. */
static bool data_of(const struct conf *c, const struct centry *e, uint8_t der[PKI_CERT_MAX], size_t *len)
{
	int high = -1;
	*len = 0;
	for (const struct centry *l = conf_first_child(c, e, "data"); l != NULL; l = list_next(e, l)) {
		struct str hex = conf_text(l, "hex");
		for (size_t i = 0; i < hex.len; i++) {
			int v = nibble(hex.p[i]);
			if (v < 0)
				continue;
			if (high < 0) {
				high = v;
				continue;
			}
			if (*len == PKI_CERT_MAX)
				return false;
			der[(*len)++] = (uint8_t)(high << 4 | v);
			high = -1;
		}
	}
	return high < 0;
}

/* DER that is longer by what it says of itself: the rest of it is still being typed. */
static bool is_cut(struct bytes der)
{
	struct rd r = rd_of(der.p, der.len);
	uint8_t tag = rd_u8(&r), first = rd_u8(&r);
	size_t len = first;
	if (first & 0x80)
		for (len = 0, first &= 0x7f; first > 0 && len <= PKI_CERT_MAX; first--)
			len = len << 8 | rd_u8(&r);
	return !rd_ok(&r) || (tag == 0x30 && len <= PKI_CERT_MAX && len > rd_left(&r));
}

static void drop_cert(void *cert)
{
	pki_cert_drop(cert);
}

/* 0, also for a certificate that is left out; -ENOMEM. */
static int add_cert(const struct conf *c, const struct centry *e, struct arena *a, struct pki_trustpoint *tp,
                    struct out *notes)
{
	static uint8_t der[PKI_CERT_MAX];
	struct str entry = str_trim(conf_text(e, "serial"));
	enum pki_role role = role_of(entry);
	struct err err = {0};
	size_t len;
	struct pki_cert *cert = NULL;
	if (data_of(c, e, der, &len))
		cert = pki_cert_read_kept((struct bytes){der, len}, &err);
	else
		err_set(&err, -EBADMSG, "the certificate is too long, or a digit is missing");
	if (cert == NULL && is_cut((struct bytes){der, len}))
		return 0;
	if (cert == NULL) {
		out_printf(notes, "WARNING: certificate %.*s of trustpoint %s is left out: %s\n", STR_ARG(entry), tp->name,
		           err.text);
		return 0;
	}
	if (!arena_at_end(a, drop_cert, cert))
		return -ENOMEM;
	tp->cert[role] = cert; /* the last one of a role */
	tp->entry[role] = arena_str(a, entry);
	return tp->entry[role] != NULL ? 0 : -ENOMEM;
}

static int add_chain(const struct conf *c, struct arena *a, struct pki_trustpoint *tp, struct out *notes)
{
	const struct centry *chain = conf_find(c, "certificate-chain", str_of(tp->name));
	int rc = 0;
	for (unsigned r = 0; r < PKI_ROLES; r++)
		tp->entry[r] = "";
	if (chain == NULL)
		return 0;
	for (const struct centry *e = conf_first_child(c, chain, "certificate"); e != NULL && rc == 0; e = conf_next(c, e))
		rc = add_cert(c, e, a, tp, notes);
	return rc;
}

/* ------------------------------------------------------------------ trustpoints */

static void read_enrollment(const struct centry *e, struct arena *a, struct pki_trustpoint *tp)
{
	struct str way = conf_text(e, "enrollment");
	tp->url = text_of(a, e, "enrollment-url");
	tp->enroll = tp->url[0] != '\0'            ? PKI_ENROLL_URL
	             : str_eq_cstr(way, "terminal") ? PKI_ENROLL_TERMINAL
	             : str_eq_cstr(way, "self")     ? PKI_ENROLL_SELF
	                                            : PKI_ENROLL_NONE;
	tp->ca_mode = str_eq_cstr(conf_text(e, "mode"), "ca");
	tp->retry_period_s = conf_u32(e, "retry-period") * 60;
	tp->retry_count = conf_u32(e, "retry-count");
	tp->subject = text_of(a, e, "subject-name");
	tp->fqdn = conf_is_set(e, "fqdn-none") ? NULL : text_of(a, e, "fqdn");
	tp->email = text_of(a, e, "email");
	tp->ip = conf_is_set(e, "ip-address") ? conf_ip(e, "ip-address") : 0;
	tp->serial = conf_bool(e, "serial-number");
	tp->challenge = text_of(a, e, "challenge");
	tp->keypair = conf_is_set(e, "keypair") ? text_of(a, e, "keypair") : PKI_DEFAULT_KEY;
	tp->keysize = conf_is_set(e, "keysize") ? conf_u32(e, "keysize") : 0;
}

static void read_revocation(const struct centry *e, struct arena *a, struct pki_trustpoint *tp)
{
	static const struct {
		const char *word;
		enum pki_revocation way;
	} ways[] = {{"none", PKI_REVOCATION_NONE}, {"crl", PKI_REVOCATION_CRL}, {"ocsp", PKI_REVOCATION_OCSP}};
	size_t n = conf_list_len(e, "revocation-check");
	for (size_t i = 0; i < n && tp->nrevocation < sizeof tp->revocation / sizeof tp->revocation[0]; i++)
		for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++)
			if (str_eq_cstr(conf_list_text(e, "revocation-check", i), ways[w].word))
				tp->revocation[tp->nrevocation++] = ways[w].way;
	tp->ocsp_url = text_of(a, e, "ocsp-url");
	tp->ocsp_nonce = !conf_bool(e, "ocsp-nonce-off");
}

static void read_crl(const struct conf *c, const struct centry *e, struct arena *a, struct pki_trustpoint *tp)
{
	enum { URLS = sizeof tp->crl_url / sizeof tp->crl_url[0] };
	const struct centry *crl = conf_child(c, e, "crl");
	struct str policy = conf_text(crl, "policy");
	for (size_t i = 0; i < URLS; i++)
		tp->crl_url[i] = "";
	for (const struct centry *u = conf_first_child(c, crl, "url"); u != NULL; u = conf_next(c, u)) {
		uint32_t index = conf_u32(u, "index");
		if (index >= 1 && index <= URLS)
			tp->crl_url[index - 1] = text_of(a, u, "url");
	}
	tp->crl_policy = (str_eq_cstr(policy, "static") ? 0u : PKI_CRL_CDP) | (str_eq_cstr(policy, "cdp") ? 0u : PKI_CRL_STATIC);
	tp->crl_protocols = (conf_in_set(crl, "protocol", "http") ? PKI_CRL_HTTP : 0u) |
	                    (conf_in_set(crl, "protocol", "ldap") ? PKI_CRL_LDAP : 0u) |
	                    (conf_in_set(crl, "protocol", "scep") ? PKI_CRL_SCEP : 0u);
	tp->crl_cache_s = conf_u32(crl, "cache-time") * 60;
	tp->crl_enforce_next = conf_in_set(crl, "enforcenextupdate", "enforcenextupdate");
}

/* `validation-usage` without a list is all of them. */
static bool validates_ipsec(const struct centry *e)
{
	size_t n = conf_list_len(e, "usage");
	bool listed = n == 0;
	for (size_t i = 0; i < n; i++)
		listed = listed || str_eq_cstr(conf_list_text(e, "usage", i), "ipsec-client");
	return listed && conf_bool(e, "validation-policy") && conf_in_set(e, "validation-usage", "validation-usage");
}

static int add_trustpoint(const struct conf *c, const struct centry *e, struct arena *a, struct pki_trustpoint *tp,
                          struct out *notes)
{
	tp->name = text_of(a, e, "name");
	read_enrollment(e, a, tp);
	read_revocation(e, a, tp);
	read_crl(c, e, a, tp);
	tp->ca_check = conf_in_set(e, "ca-check", "ca-check");
	tp->validates = validates_ipsec(e);
	tp->subordinates = conf_in_set(e, "subordinates", "accept-subordinates");
	return add_chain(c, a, tp, notes);
}

static int by_name(const void *a, const void *b)
{
	const struct pki_trustpoint *x = a, *y = b;
	return strcmp(x->name, y->name);
}

static int add_trustpoints(const struct conf *c, struct arena *a, struct pki_conf *conf, struct out *notes)
{
	size_t n = 0;
	int rc = 0;
	for (const struct centry *e = conf_first(c, "trustpoint"); e != NULL; e = conf_next(c, e))
		n++;
	struct pki_trustpoint *tps = arena_calloc(a, n > 0 ? n : 1, sizeof *tps);
	if (tps == NULL)
		return -ENOMEM;
	conf->trustpoints = tps;
	for (const struct centry *e = conf_first(c, "trustpoint"); e != NULL && rc == 0; e = conf_next(c, e))
		rc = add_trustpoint(c, e, a, &tps[conf->ntrustpoints++], notes);
	if (rc == 0 && n > 1)
		qsort(tps, n, sizeof *tps, by_name);
	return rc;
}

static void read_names(const struct conf *c, struct arena *a, struct pki_conf *conf)
{
	const struct centry *system = conf_container(c, "system");
	struct str host = conf_text(system, "hostname"), domain = conf_text(system, "domain-name");
	conf->fqdn = domain.len > 0 ? arena_printf(a, "%.*s.%.*s", STR_ARG(host), STR_ARG(domain)) : arena_str(a, host);
}

static bool serves_ike(const struct conf *c, const struct centry *interface)
{
	return conf_is_set(interface, "nameif") && conf_find(c, "ike-enable", conf_text(interface, "nameif")) != NULL;
}

static int read_addresses(const struct conf *c, struct arena *a, struct pki_conf *conf)
{
	size_t n = 0;
	for (const struct centry *e = conf_first(c, "interface"); e != NULL; e = conf_next(c, e))
		n += conf_is_set(e, "ip");
	uint32_t *list = arena_calloc(a, n > 0 ? n : 1, sizeof *list);
	if (list == NULL)
		return -ENOMEM;
	conf->addresses = list;
	for (int ike = 1; ike >= 0; ike--)
		for (const struct centry *e = conf_first(c, "interface"); e != NULL; e = conf_next(c, e))
			if (conf_is_set(e, "ip") && serves_ike(c, e) == (ike == 1))
				list[conf->naddresses++] = conf_ip(e, "ip");
	return 0;
}

int pki_conf_compile(const struct conf *c, struct arena *a, const struct pki_conf **out, struct out *notes, struct err *err)
{
	struct pki_conf *conf = arena_alloc(a, sizeof *conf);
	int rc = conf != NULL ? 0 : -ENOMEM;
	if (rc == 0) {
		read_names(c, a, conf);
		rc = read_addresses(c, a, conf);
	}
	if (rc == 0)
		rc = add_trustpoints(c, a, conf, notes);
	if (rc != 0)
		return err_set(err, rc, "out of memory");
	*out = conf;
	return pki_maps_compile(c, a, conf, err);
}

int pki_conf_compile_one(const struct conf *c, struct arena *a, struct str name, struct pki_conf *conf)
{
	const struct centry *e = conf_find(c, "trustpoint", name);
	struct pki_trustpoint *tp = arena_calloc(a, 1, sizeof *tp);
	struct out notes;
	if (tp == NULL)
		return -ENOMEM;
	*conf = (struct pki_conf){.trustpoints = tp, .ntrustpoints = e != NULL};
	out_init(&notes); /* what compiling all of them says, too */
	read_names(c, a, conf);
	int rc = read_addresses(c, a, conf);
	if (rc == 0 && e != NULL)
		rc = add_trustpoint(c, e, a, tp, &notes);
	out_free(&notes);
	return rc;
}

const struct pki_trustpoint *pki_trustpoint_find(const struct pki_conf *conf, const char *name)
{
	const struct pki_trustpoint wanted = {.name = name};
	return conf->ntrustpoints == 0
	               ? NULL
	               : bsearch(&wanted, conf->trustpoints, conf->ntrustpoints, sizeof wanted, by_name);
}
