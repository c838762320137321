#include "crypto/pki/crl.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

enum { SERIAL_MAX = 64, REASONS = 11 };

struct revoked {
	uint32_t at;  /* of the serial number in the pool */
	uint8_t len, reason;
	uint32_t when; /* seconds since 1970 */
};

struct pki_crl {
	atomic_uint refs;
	int64_t this_update, next_update;
	size_t der_size, memory;
	uint8_t *issuer;
	size_t issuer_len;
	struct revoked *list; /* by serial number */
	size_t n;
	uint8_t *pool;
	size_t pool_len;
	ISSUING_DIST_POINT *scope; /* NULL = all that its issuer has issued */
};

/* RFC 5280 §5.3.1; 7 is not used, 8 takes an entry off the list again, which has no place but in a delta */
static const char *const reasons[REASONS] = {"unspecified", "keyCompromise", "cACompromise", "affiliationChanged",
                                             "superseded", "cessationOfOperation", "certificateHold", "",
                                             "removeFromCRL", "privilegeWithdrawn", "aACompromise"};

const char *pki_crl_reason(int reason)
{
	return reason >= 0 && reason < REASONS ? reasons[reason] : "";
}

/* ------------------------------------------------------------------ reading */

static X509_CRL *parse(struct bytes data)
{
	const unsigned char *at = data.p;
	if (data.len > 10 && memcmp(data.p, "-----BEGIN", 10) == 0) {
		BIO *in = BIO_new_mem_buf(data.p, (int)data.len);
		X509_CRL *x = in != NULL ? PEM_read_bio_X509_CRL(in, NULL, NULL, NULL) : NULL;
		BIO_free(in);
		return x;
	}
	X509_CRL *x = d2i_X509_CRL(NULL, &at, (long)data.len);
	if (x != NULL && at != data.p + data.len) {
		X509_CRL_free(x);
		x = NULL;
	}
	return x;
}

/* What we understand of a critical extension of the list. */
static const char *check_extensions(X509_CRL *x)
{
	for (int i = 0; i < X509_CRL_get_ext_count(x); i++) {
		X509_EXTENSION *e = X509_CRL_get_ext(x, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(e));
		if (nid == NID_delta_crl)
			return "it is a delta CRL";
		if (X509_EXTENSION_get_critical(e) && nid != NID_issuing_distribution_point &&
		    nid != NID_authority_key_identifier && nid != NID_crl_number)
			return "it has a critical extension that is not understood";
	}
	return NULL;
}

static const char *read_scope(X509_CRL *x, struct pki_crl *crl)
{
	int critical = 0;
	crl->scope = X509_CRL_get_ext_d2i(x, NID_issuing_distribution_point, &critical, NULL);
	const ISSUING_DIST_POINT *s = crl->scope;
	if (s == NULL)
		return critical == -1 ? NULL : "its distribution point cannot be read";
	if (s->indirectCRL > 0)
		return "it is an indirect CRL";
	if (s->onlysomereasons != NULL)
		return "it is partitioned by reasons";
	if (s->onlyattr > 0)
		return "it is about attribute certificates";
	return NULL;
}

static const char *read_entry(const X509_REVOKED *r, struct pki_crl *crl, struct revoked *to)
{
	const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber(r);
	const uint8_t *p = ASN1_STRING_get0_data(serial);
	int len = ASN1_STRING_length(serial);
	int64_t when = 0;
	to->reason = 0xff;
	for (int i = 0; i < X509_REVOKED_get_ext_count(r); i++) {
		X509_EXTENSION *e = X509_REVOKED_get_ext(r, i);
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(e));
		if (nid == NID_crl_reason) {
			ASN1_ENUMERATED *reason = X509V3_EXT_d2i(e);
			long value = reason != NULL ? ASN1_ENUMERATED_get(reason) : -1;
			to->reason = value >= 0 && value < REASONS ? (uint8_t)value : 0xff;
			ASN1_ENUMERATED_free(reason);
		} else if (X509_EXTENSION_get_critical(e) && nid != NID_invalidity_date) {
			return "an entry has a critical extension that is not understood";
		}
	}
	if (len <= 0 || len > SERIAL_MAX)
		return "an entry has a bad serial number";
	if (!pki_seconds(X509_REVOKED_get0_revocationDate(r), &when))
		return "an entry has a bad date";
	to->at = (uint32_t)crl->pool_len;
	to->len = (uint8_t)len;
	to->when = when > 0 && when <= UINT32_MAX ? (uint32_t)when : 0;
	memcpy(crl->pool + crl->pool_len, p, (size_t)len);
	crl->pool_len += (size_t)len;
	return NULL;
}

static int compare(const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len)
{
	return a_len != b_len ? (a_len < b_len ? -1 : 1) : memcmp(a, b, a_len);
}

static int by_serial(const void *a, const void *b, void *pool)
{
	const struct revoked *x = a, *y = b;
	return compare((uint8_t *)pool + x->at, x->len, (uint8_t *)pool + y->at, y->len);
}

static const char *read_entries(X509_CRL *x, struct pki_crl *crl)
{
	STACK_OF(X509_REVOKED) *all = X509_CRL_get_REVOKED(x);
	size_t n = all != NULL ? (size_t)sk_X509_REVOKED_num(all) : 0, bytes = 0;
	for (size_t i = 0; i < n; i++)
		bytes += (size_t)ASN1_STRING_length(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(all, (int)i)));
	crl->list = calloc(n + 1, sizeof *crl->list);
	crl->pool = malloc(bytes + 1);
	if (crl->list == NULL || crl->pool == NULL)
		return "memory is short";
	for (size_t i = 0; i < n; i++) {
		const char *why = read_entry(sk_X509_REVOKED_value(all, (int)i), crl, &crl->list[crl->n]);
		if (why != NULL)
			return why;
		if (crl->list[crl->n].reason != CRL_REASON_REMOVE_FROM_CRL)
			crl->n++;
	}
	qsort_r(crl->list, crl->n, sizeof *crl->list, by_serial, crl->pool);
	crl->memory = sizeof *crl + (n + 1) * sizeof *crl->list + bytes + crl->issuer_len;
	return NULL;
}

/* Who issued it, and did he? A CA whose certificate says what it may sign must be allowed to sign this. */
static const char *check_issuer(X509_CRL *x, const struct pki_cert *issuer)
{
	X509 *ca = pki_cert_x509(issuer);
	const ASN1_OCTET_STRING *has = X509_get0_subject_key_id(ca);
	if (X509_NAME_cmp(X509_CRL_get_issuer(x), X509_get_subject_name(ca)) != 0)
		return "its issuer is another CA";
	if ((X509_get_key_usage(ca) & KU_CRL_SIGN) == 0)
		return "its issuer may not sign CRLs";
	AUTHORITY_KEYID *wants = X509_CRL_get_ext_d2i(x, NID_authority_key_identifier, NULL, NULL);
	bool other = wants != NULL && wants->keyid != NULL && has != NULL && ASN1_OCTET_STRING_cmp(wants->keyid, has) != 0;
	AUTHORITY_KEYID_free(wants);
	if (other)
		return "it is signed with another key of its issuer";
	return X509_CRL_verify(x, X509_get0_pubkey(ca)) == 1 ? NULL : "its signature is wrong";
}

static const char *read_times(X509_CRL *x, struct pki_crl *crl, int64_t now)
{
	if (!pki_seconds(X509_CRL_get0_lastUpdate(x), &crl->this_update))
		return "its thisUpdate cannot be read";
	if (X509_CRL_get0_nextUpdate(x) != NULL && !pki_seconds(X509_CRL_get0_nextUpdate(x), &crl->next_update))
		return "its nextUpdate cannot be read";
	return crl->this_update > now + PKI_CRL_SKEW_S ? "it is from the future" : NULL;
}

static const char *fill(X509_CRL *x, const struct pki_cert *issuer, int64_t now, struct pki_crl *crl)
{
	struct bytes name = pki_cert_subject(issuer);
	const char *why;
	crl->issuer = malloc(name.len + 1);
	if (crl->issuer == NULL)
		return "memory is short";
	memcpy(crl->issuer, name.p, name.len);
	crl->issuer_len = name.len;
	if ((why = check_issuer(x, issuer)) != NULL || (why = read_times(x, crl, now)) != NULL ||
	    (why = check_extensions(x)) != NULL || (why = read_scope(x, crl)) != NULL)
		return why;
	return read_entries(x, crl);
}

struct pki_crl *pki_crl_read(struct bytes data, const struct pki_cert *issuer, int64_t now, size_t *entries,
                             struct err *err)
{
	X509_CRL *x = data.len > 0 && data.len <= PKI_CRL_BYTES_MAX ? parse(data) : NULL;
	struct pki_crl *crl = NULL;
	STACK_OF(X509_REVOKED) *all = x != NULL ? X509_CRL_get_REVOKED(x) : NULL;
	size_t n = all != NULL ? (size_t)sk_X509_REVOKED_num(all) : 0;
	const char *why = "memory is short";
	if (entries != NULL)
		*entries = n;
	if (data.len > PKI_CRL_BYTES_MAX) {
		err_set(err, -EMSGSIZE, "the CRL is too large");
	} else if (x == NULL) {
		err_set(err, -EBADMSG, "it is not a CRL");
	} else if (n > PKI_CRL_ENTRIES_MAX) {
		err_set(err, -ENOSPC, "the CRL has too many entries");
	} else if ((crl = calloc(1, sizeof *crl)) == NULL || (why = fill(x, issuer, now, crl)) != NULL) {
		err_set(err, -EBADMSG, "%s", why);
		pki_crl_drop(crl);
		crl = NULL;
	} else {
		atomic_init(&crl->refs, 1);
		crl->der_size = data.len;
	}
	X509_CRL_free(x);
	ERR_clear_error();
	return crl;
}

struct pki_crl *pki_crl_hold(struct pki_crl *crl)
{
	if (crl != NULL)
		atomic_fetch_add_explicit(&crl->refs, 1, memory_order_relaxed);
	return crl;
}

void pki_crl_drop(struct pki_crl *crl)
{
	/* One that was not finished has no holder yet. */
	if (crl == NULL || (atomic_load(&crl->refs) != 0 && atomic_fetch_sub_explicit(&crl->refs, 1, memory_order_acq_rel) != 1))
		return;
	ISSUING_DIST_POINT_free(crl->scope);
	free(crl->issuer);
	free(crl->list);
	free(crl->pool);
	free(crl);
}

int64_t pki_crl_this_update(const struct pki_crl *crl)
{
	return crl->this_update;
}

int64_t pki_crl_next_update(const struct pki_crl *crl)
{
	return crl->next_update;
}

size_t pki_crl_entries(const struct pki_crl *crl)
{
	return crl->n;
}

size_t pki_crl_der_size(const struct pki_crl *crl)
{
	return crl->der_size;
}

size_t pki_crl_memory(const struct pki_crl *crl)
{
	return crl->memory;
}

struct bytes pki_crl_issuer(const struct pki_crl *crl)
{
	return (struct bytes){crl->issuer, crl->issuer_len};
}

/* ------------------------------------------------------------------ looking */

static bool same_names(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(a); i++)
		for (int j = 0; j < sk_GENERAL_NAME_num(b); j++)
			if (GENERAL_NAME_cmp(sk_GENERAL_NAME_value(a, i), sk_GENERAL_NAME_value(b, j)) == 0)
				return true;
	return false;
}

static bool names_url(const GENERAL_NAMES *names, const char *url)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
		if (n->type == GEN_URI && str_eq_cstr((struct str){(const char *)ASN1_STRING_get0_data(n->d.uniformResourceIdentifier),
		                                                   (size_t)ASN1_STRING_length(n->d.uniformResourceIdentifier)},
		                                      url))
			return true;
	}
	return false;
}

/* RFC 5280 §6.3.3 (b)(2): a CA may have several lists, and each says which certificates it is for. One for others must
 * not vouch for this one, whoever serves it. */
static bool is_for(const struct pki_crl *crl, X509 *cert, const char *url)
{
	const ISSUING_DIST_POINT *s = crl->scope;
	if (s == NULL)
		return true;
	bool ca = X509_check_ca(cert) != 0;
	if ((s->onlyuser > 0 && ca) || (s->onlyCA > 0 && !ca))
		return false;
	if (s->distpoint == NULL)
		return true;
	if (s->distpoint->type != 0)
		return false; /* relative to the issuer's name: nobody does it */
	if (names_url(s->distpoint->name.fullname, url))
		return true;
	CRL_DIST_POINTS *points = X509_get_ext_d2i(cert, NID_crl_distribution_points, NULL, NULL);
	bool found = false;
	for (int i = 0; i < sk_DIST_POINT_num(points) && !found; i++) {
		const DIST_POINT *p = sk_DIST_POINT_value(points, i);
		found = p->distpoint != NULL && p->distpoint->type == 0 &&
		        same_names(s->distpoint->name.fullname, p->distpoint->name.fullname);
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
	return found;
}

enum pki_why pki_crl_look(const struct pki_crl *crl, const struct pki_cert *cert, const char *url,
                          struct pki_crl_entry *entry)
{
	X509 *x = pki_cert_x509(cert);
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x);
	const uint8_t *p = ASN1_STRING_get0_data(serial);
	size_t len = (size_t)ASN1_STRING_length(serial);
	if (!is_for(crl, x, url))
		return PKI_WHY_CRL_INVALID;
	for (size_t low = 0, high = crl->n; low < high;) {
		size_t mid = low + (high - low) / 2;
		const struct revoked *r = &crl->list[mid];
		int c = compare(p, len, crl->pool + r->at, r->len);
		if (c == 0) {
			*entry = (struct pki_crl_entry){r->when, pki_crl_reason(r->reason)};
			return PKI_WHY_REVOKED;
		}
		if (c < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return PKI_WHY_GOOD;
}
