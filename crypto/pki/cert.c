#include "crypto/pki/cert.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/pki/ossl.h"

struct pki_cert {
	atomic_uint refs;
	X509 *x509;
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

static bool seconds(const ASN1_TIME *t, int64_t *out)
{
	struct tm tm;
	if (ASN1_TIME_to_tm(t, &tm) != 1)
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

/* The fields that are asked for all the time. */
static const char *read_fields(struct pki_cert *c)
{
	EVP_PKEY *key = X509_get0_pubkey(c->x509);
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return "its key is not an RSA key";
	c->bits = (unsigned)EVP_PKEY_get_bits(key);
	if (c->bits < PKI_RSA_BITS_MIN || c->bits > PKI_RSA_BITS_MAX)
		return "its RSA key has a size that is not supported";
	if (!seconds(X509_get0_notBefore(c->x509), &c->not_before) ||
	    !seconds(X509_get0_notAfter(c->x509), &c->not_after))
		return "its times cannot be read";
	if (!name_bytes(X509_get_subject_name(c->x509), &c->subject) ||
	    !name_bytes(X509_get_issuer_name(c->x509), &c->issuer))
		return "its names cannot be read";
	/* Caches the extensions here, before several threads look at them. */
	if (X509_check_purpose(c->x509, -1, 0) != 1)
		return "its extensions cannot be read";
	return NULL;
}

struct pki_cert *pki_cert_read(struct bytes der, struct err *err)
{
	if (der.len == 0 || der.len > PKI_CERT_MAX) {
		err_set(err, -EMSGSIZE, "the certificate is empty or too long");
		return NULL;
	}
	struct pki_cert *c = calloc(1, sizeof *c);
	uint8_t *copy = malloc(der.len);
	const unsigned char *at = der.p;
	const char *why = NULL;
	if (c == NULL || copy == NULL) {
		free(c);
		free(copy);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	memcpy(copy, der.p, der.len);
	atomic_init(&c->refs, 1);
	c->der = (struct bytes){copy, der.len};
	c->x509 = d2i_X509(NULL, &at, (long)der.len);
	if (c->x509 == NULL)
		why = pki_ossl_error();
	else if (at != der.p + der.len)
		why = "there is something behind it";
	else
		why = read_fields(c);
	if (why != NULL) {
		err_set(err, -EBADMSG, "the certificate cannot be used: %s", why);
		pki_cert_drop(c);
		ERR_clear_error();
		return NULL;
	}
	return c;
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
	X509_free(cert->x509);
	free((void *)cert->der.p);
	free(cert);
}

X509 *pki_cert_x509(const struct pki_cert *cert)
{
	return cert->x509;
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
