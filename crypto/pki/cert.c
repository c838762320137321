#include "crypto/pki/cert.h"

#include <errno.h>
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/pki/ossl.h"

struct pki_cert {
	atomic_uint refs;
	_Atomic(X509 *) x509; /* NULL: not made yet, see pki_cert_read_kept */
	struct bytes der, subject, issuer; /* OpenSSL's, but for der */
	int64_t not_before, not_after;
	unsigned bits;
};

const char *pki_ossl_error(void)
{
	static _Thread_local char text[160];
	unsigned long code = ERR_peek_last_error();
	const char *reason = code != 0 ? ERR_reason_error_string(code) : NULL;
	str_copy(text, sizeof text, str_of(reason != NULL ? reason : "unknown error"));
	ERR_clear_error();
	return text;
}

bool pki_seconds(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;
	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*out = timegm(&tm);
	return true;
}

static bool name_bytes(const X509_NAME *name, struct bytes *out)
{
	const unsigned char *p = NULL;
	if (X509_NAME_get0_der(name, &p, &out->len) != 1)
		return false;
	out->p = p;
	return true;
}

/* Who verifies works as long as the exponent is; 65537 is usual. */
enum { EXPONENT_BITS_MAX = 64 };
static const char bad_exponent[] = "its RSA key has a bad exponent";

static unsigned exponent_bits(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	unsigned bits = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1 ? (unsigned)BN_num_bits(e) : UINT_MAX;
	BN_free(e);
	return bits;
}

/* The fields that are asked for all the time. */
static const char *read_fields(struct pki_cert *c)
{
	X509 *x = c->x509;
	EVP_PKEY *key = X509_get0_pubkey(x);
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return "its key is not an RSA key";
	/* A key is whole octets; bits that are left over would be cut off its end, and nobody else reads such a one. */
	enum { BITS_LEFT = 7 };
	if ((X509_get0_pubkey_bitstr(x)->flags & BITS_LEFT) != 0)
		return "its key is not whole octets";
	c->bits = (unsigned)EVP_PKEY_get_bits(key);
	if (c->bits < PKI_RSA_BITS_MIN || c->bits > PKI_RSA_BITS_MAX)
		return "its RSA key has a size that is not supported";
	if (exponent_bits(key) > EXPONENT_BITS_MAX)
		return bad_exponent;
	if (!pki_seconds(X509_get0_notBefore(x), &c->not_before) || !pki_seconds(X509_get0_notAfter(x), &c->not_after))
		return "its times cannot be read";
	if (!name_bytes(X509_get_subject_name(x), &c->subject) || !name_bytes(X509_get_issuer_name(x), &c->issuer))
		return "its names cannot be read";
	/* Caches the extensions here, before several threads look at them. */
	if (X509_check_purpose(x, -1, 0) != 1)
		return "its extensions cannot be read";
	return NULL;
}

/* With its bytes, and nothing made of them. */
static struct pki_cert *cert_new(struct bytes der, struct err *err)
{
	if (der.len == 0 || der.len > PKI_CERT_MAX) {
		err_set(err, -EMSGSIZE, "the certificate is empty or too long");
		return NULL;
	}
	struct pki_cert *c = calloc(1, sizeof *c);
	uint8_t *copy = malloc(der.len);
	if (c == NULL || copy == NULL) {
		free(c);
		free(copy);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(copy, der.p, der.len);
	atomic_init(&c->refs, 1);
	c->der = (struct bytes){copy, der.len};
	return c;
}

/* Gives it back, or NULL when there is a reason against it. */
static struct pki_cert *judged(struct pki_cert *c, const char *why, struct err *err)
{
	if (why == NULL)
		return c;
	err_set(err, -EBADMSG, "the certificate cannot be used: %s", why);
	pki_cert_drop(c);
	ERR_clear_error();
	return NULL;
}

struct pki_cert *pki_cert_read(struct bytes der, struct err *err)
{
	struct pki_cert *c = cert_new(der, err);
	const unsigned char *at = der.p;
	const char *why;
	if (c == NULL)
		return NULL;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	atomic_init(&c->x509, x);
	if (x == NULL)
		why = pki_ossl_error();
	else if (at != der.p + der.len)
		why = "there is something behind it";
	else
		why = read_fields(c);
	return judged(c, why, err);
}

/* ------------------------------------------------------------------ the fields alone, by hand (RFC 5280 §4.1) */

enum { DER_INTEGER = 0x02, DER_BITS = 0x03, DER_OID = 0x06, DER_SEQUENCE = 0x30, DER_VERSION = 0xa0 };

/* The next element when it has this tag; whole: its head, too. The reader turns bad when it has not. */
static struct rd der_take(struct rd *r, uint8_t tag, struct bytes *whole)
{
	const uint8_t *from = r->p;
	size_t len;
	r->bad = r->bad || rd_u8(r) != tag;
	len = rd_u8(r);
	if (len > 0x80 && len <= 0x82) {
		size_t n = len - 0x80;
		for (len = 0; n > 0; n--)
			len = len << 8 | rd_u8(r);
	} else if (len >= 0x80) {
		r->bad = true;
	}
	struct rd in = rd_sub(r, len);
	if (whole != NULL)
		*whole = rd_ok(r) ? (struct bytes){from, (size_t)(r->p - from)} : (struct bytes){from, 0};
	return in;
}

static bool der_time(struct rd *r, int64_t *out)
{
	const unsigned char *at = r->p;
	ASN1_TIME *t = rd_left(r) > 0 ? d2i_ASN1_TIME(NULL, &at, (long)rd_left(r)) : NULL;
	bool ok = t != NULL && pki_seconds(t, out);
	ASN1_TIME_free(t);
	if (ok)
		rd_skip(r, (size_t)(at - r->p));
	return ok;
}

static unsigned der_bits(struct rd *integer)
{
	uint8_t first = rd_u8(integer);
	while (first == 0 && rd_left(integer) > 0)
		first = rd_u8(integer);
	return (unsigned)(rd_left(integer) * 8) + (first != 0 ? 32u - (unsigned)__builtin_clz(first) : 0);
}

/* SubjectPublicKeyInfo of an RSA key: bits of its modulus, 0 = another kind of key; and of its exponent. */
static unsigned der_rsa_bits(struct rd *r, unsigned *exponent)
{
	static const uint8_t rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
	struct rd spki = der_take(r, DER_SEQUENCE, NULL), algorithm = der_take(&spki, DER_SEQUENCE, NULL);
	struct rd oid = der_take(&algorithm, DER_OID, NULL), key = der_take(&spki, DER_BITS, NULL);
	if (!bytes_eq(rd_rest(&oid), (struct bytes){rsa, sizeof rsa}) || rd_u8(&key) != 0)
		return 0;
	struct rd pair = der_take(&key, DER_SEQUENCE, NULL), modulus = der_take(&pair, DER_INTEGER, NULL);
	struct rd e = der_take(&pair, DER_INTEGER, NULL);
	if (!rd_ok(&pair) || !rd_ok(&spki) || rd_left(&pair) > 0 || rd_left(&key) > 0 || rd_left(&spki) > 0)
		return 0;
	*exponent = der_bits(&e);
	return der_bits(&modulus);
}

static const char *read_by_hand(struct pki_cert *c)
{
	unsigned exponent = 0;
	struct rd all = rd_of(c->der.p, c->der.len), cert = der_take(&all, DER_SEQUENCE, NULL);
	struct rd tbs = der_take(&cert, DER_SEQUENCE, NULL);
	if (rd_left(&tbs) > 0 && tbs.p[0] == DER_VERSION)
		der_take(&tbs, DER_VERSION, NULL);
	der_take(&tbs, DER_INTEGER, NULL); /* serial number */
	der_take(&tbs, DER_SEQUENCE, NULL);
	der_take(&tbs, DER_SEQUENCE, &c->issuer);
	struct rd validity = der_take(&tbs, DER_SEQUENCE, NULL);
	der_take(&tbs, DER_SEQUENCE, &c->subject);
	c->bits = der_rsa_bits(&tbs, &exponent);
	der_take(&cert, DER_SEQUENCE, NULL); /* algorithm and signature */
	der_take(&cert, DER_BITS, NULL);
	if (!rd_ok(&all) || !rd_ok(&cert) || !rd_ok(&tbs) || rd_left(&cert) > 0)
		return "it is not a certificate";
	if (rd_left(&all) > 0)
		return "there is something behind it";
	if (!der_time(&validity, &c->not_before) || !der_time(&validity, &c->not_after))
		return "its times cannot be read";
	if (c->bits < PKI_RSA_BITS_MIN || c->bits > PKI_RSA_BITS_MAX)
		return "its key is not an RSA key of a size that is supported";
	if (exponent > EXPONENT_BITS_MAX)
		return bad_exponent;
	return NULL;
}

struct pki_cert *pki_cert_read_kept(struct bytes der, struct err *err)
{
	struct pki_cert *c = cert_new(der, err);
	return c != NULL ? judged(c, read_by_hand(c), err) : NULL;
}

struct pki_cert *pki_cert_hold(struct pki_cert *cert)
{
	if (cert != NULL)
		atomic_fetch_add_explicit(&cert->refs, 1, memory_order_relaxed);
	return cert;
}

void pki_cert_drop(struct pki_cert *cert)
{
	if (cert == NULL || atomic_fetch_sub_explicit(&cert->refs, 1, memory_order_acq_rel) != 1)
		return;
	X509_free(atomic_load(&cert->x509));
	free((void *)cert->der.p);
	free(cert);
}

/* Any thread: who comes second takes what the first one made. */
X509 *pki_cert_x509(const struct pki_cert *cert)
{
	_Atomic(X509 *) *place = &((struct pki_cert *)cert)->x509;
	X509 *x = atomic_load_explicit(place, memory_order_acquire), *none = NULL;
	const unsigned char *at = cert->der.p;
	if (x != NULL)
		return x;
	x = d2i_X509(NULL, &at, (long)cert->der.len);
	if (x == NULL || X509_check_purpose(x, -1, 0) != 1) {
		X509_free(x);
		x = X509_new();
	}
	ERR_clear_error();
	if (atomic_compare_exchange_strong(place, &none, x))
		return x;
	X509_free(x);
	return none;
}

struct bytes pki_cert_der(const struct pki_cert *cert)
{
	return cert->der;
}

struct bytes pki_cert_subject(const struct pki_cert *cert)
{
	return cert->subject;
}

struct bytes pki_cert_issuer(const struct pki_cert *cert)
{
	return cert->issuer;
}

bool pki_cert_self_issued(const struct pki_cert *cert)
{
	return bytes_eq(cert->subject, cert->issuer);
}

bool pki_cert_same(const struct pki_cert *a, const struct pki_cert *b)
{
	return bytes_eq(a->der, b->der);
}

int64_t pki_cert_not_before(const struct pki_cert *cert)
{
	return cert->not_before;
}

int64_t pki_cert_not_after(const struct pki_cert *cert)
{
	return cert->not_after;
}

unsigned pki_cert_bits(const struct pki_cert *cert)
{
	return cert->bits;
}
