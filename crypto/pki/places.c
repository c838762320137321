#include "crypto/pki/places.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "crypto/pki/crls.h"
#include "crypto/pki/ossl.h"

void pki_places_drop(struct pki_places *p)
{
	while (p->n > 0)
		free(p->url[--p->n]);
}

static void add(struct pki_places *p, struct str url)
{
	char *copy = p->n < PKI_PLACES_MAX && url.len <= PKI_CRLS_URL_MAX ? strndup(url.p, url.len) : NULL;
	bool known = copy == NULL;
	for (size_t i = 0; i < p->n && !known; i++)
		known = strcmp(p->url[i], copy) == 0;
	if (known)
		free(copy);
	else
		p->url[p->n++] = copy;
}

/* Does a URL go anywhere? Printable, without blanks, of a protocol that is allowed. */
static bool allowed(struct str url, unsigned protocols)
{
	for (size_t i = 0; i < url.len; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~')
			return false;
	return ((protocols & PKI_CRL_HTTP) != 0 && str_has_prefix_nocase(url, STR("http://"))) ||
	       ((protocols & PKI_CRL_LDAP) != 0 && str_has_prefix_nocase(url, STR("ldap://")));
}

static void add_uri(struct pki_places *p, const GENERAL_NAME *name, unsigned protocols)
{
	const ASN1_IA5STRING *s = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
	struct str url = {NULL, 0};
	if (s != NULL)
		url = (struct str){(const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s)};
	if (url.len > 0 && allowed(url, protocols))
		add(p, url);
}

static void add_points(struct pki_places *p, const struct pki_cert *cert, unsigned protocols)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(pki_cert_x509(cert), NID_crl_distribution_points, NULL, NULL);
	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *at = sk_DIST_POINT_value(points, i);
		if (at->distpoint == NULL || at->distpoint->type != 0 || at->reasons != NULL || at->CRLissuer != NULL)
			continue;
		for (int j = 0; j < sk_GENERAL_NAME_num(at->distpoint->name.fullname); j++)
			add_uri(p, sk_GENERAL_NAME_value(at->distpoint->name.fullname, j), protocols);
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
}

void pki_places_crl(struct pki_places *p, const struct pki_trustpoint *tp, const struct pki_cert *cert, bool direct)
{
	pki_places_drop(p);
	if ((tp->crl_policy & PKI_CRL_CDP) != 0)
		add_points(p, cert, tp->crl_protocols);
	for (size_t i = 0; i < sizeof tp->crl_url / sizeof tp->crl_url[0] && (tp->crl_policy & PKI_CRL_STATIC) != 0; i++)
		if (allowed(str_of(tp->crl_url[i]), tp->crl_protocols))
			add(p, str_of(tp->crl_url[i]));
	/* The CA answers for what it issued itself. */
	if ((tp->crl_protocols & PKI_CRL_SCEP) != 0 && tp->url[0] != '\0' && direct)
		add(p, STR(""));
}

void pki_places_ocsp(struct pki_places *p, const struct pki_trustpoint *tp, const struct pki_cert *cert)
{
	pki_places_drop(p);
	if (tp->ocsp_url[0] != '\0') {
		add(p, str_of(tp->ocsp_url));
		return;
	}
	AUTHORITY_INFO_ACCESS *info = X509_get_ext_d2i(pki_cert_x509(cert), NID_info_access, NULL, NULL);
	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(info) && p->n < PKI_RESPONDERS_MAX; i++) {
		const ACCESS_DESCRIPTION *a = sk_ACCESS_DESCRIPTION_value(info, i);
		if (OBJ_obj2nid(a->method) == NID_ad_OCSP)
			add_uri(p, a->location, PKI_CRL_HTTP);
	}
	AUTHORITY_INFO_ACCESS_free(info);
	ERR_clear_error();
}
