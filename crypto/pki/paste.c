#include "crypto/pki/paste.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <stdlib.h>

#include "crypto/pki/ossl.h"

static const char begin_mark[] = "-----BEGIN ", end_mark[] = "-----END ", dashes[] = "-----";

/* Next line of *rest without the blanks around it. */
static struct str take_line(struct str *rest)
{
	const char *nl = memchr(rest->p, '\n', rest->len);
	struct str line = {rest->p, nl != NULL ? (size_t)(nl - rest->p) : rest->len};
	*rest = str_from(*rest, line.len + (nl != NULL));
	return str_trim(line);
}

/* Is the line this mark with a label behind it? */
static bool is_mark(struct str line, const char *mark, struct str *label)
{
	size_t n = strlen(mark), dash = sizeof dashes - 1;
	if (line.len < n + dash || memcmp(line.p, mark, n) != 0 ||
	    memcmp(line.p + line.len - dash, dashes, dash) != 0)
		return false;
	*label = (struct str){line.p + n, line.len - n - dash};
	return true;
}

/* The base64 of the next frame, or of the whole text when there is none. false: nothing is left, or with err. */
static bool take_frame(struct pki_paste *p, struct str *body, struct err *err)
{
	struct str line, end_label;
	p->label = STR("");
	if (!p->framed) {
		*body = str_trim(p->rest);
		p->rest.len = 0;
		return body->len > 0;
	}
	do {
		if (p->rest.len == 0)
			return false;
		line = take_line(&p->rest);
	} while (!is_mark(line, begin_mark, &p->label));
	*body = (struct str){p->rest.p, 0};
	while (p->rest.len > 0) {
		line = take_line(&p->rest);
		if (is_mark(line, end_mark, &end_label)) {
			body->len = (size_t)(line.p - body->p);
			if (str_eq(p->label, end_label))
				return true;
			break;
		}
	}
	err_set(err, -EBADMSG, "the line -----END %.*s----- is missing", STR_ARG(p->label));
	return false;
}

void pki_paste_begin(struct pki_paste *p, struct str text)
{
	*p = (struct pki_paste){.rest = text,
	                        .framed = memmem(text.p, text.len, begin_mark, sizeof begin_mark - 1) != NULL};
}

uint8_t *pki_paste_next(struct pki_paste *p, size_t most, size_t *len, struct err *err)
{
	struct str body;
	err->code = 0;
	if (p->rest.len > PKI_PASTE_MAX) {
		err_set(err, -EMSGSIZE, "the text is too long");
		return NULL;
	}
	if (p->rest.len == 0 || !take_frame(p, &body, err))
		return NULL;
	if (memchr(body.p, ':', body.len) != NULL) { /* headers of RFC 1421 */
		err_set(err, -EBADMSG, "it is encrypted, or has headers");
		return NULL;
	}
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	uint8_t *der = malloc(body.len / 4 * 3 + 4);
	int n = 0, tail = 0;
	bool ok = ctx != NULL && der != NULL;
	if (ok) {
		EVP_DecodeInit(ctx);
		ok = memchr(body.p, '-', body.len) == NULL &&
		     EVP_DecodeUpdate(ctx, der, &n, (const unsigned char *)body.p, (int)body.len) >= 0 &&
		     EVP_DecodeFinal(ctx, der + n, &tail) == 1 && n + tail > 0;
	}
	EVP_ENCODE_CTX_free(ctx);
	*len = (size_t)(n + tail);
	if (ok && *len <= most)
		return der;
	free(der);
	if (ok)
		err_set(err, -EMSGSIZE, "it is longer than %zu bytes", most);
	else
		err_set(err, -EBADMSG, "it is not base64");
	return NULL;
}

void pki_certs_drop(struct pki_cert **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		pki_cert_drop(list[i]);
}

static struct pki_cert *cert_of(X509 *x, struct err *err)
{
	unsigned char *der = NULL;
	int n = i2d_X509(x, &der);
	struct pki_cert *cert = NULL;
	if (n > 0)
		cert = pki_cert_read((struct bytes){der, (size_t)n}, err);
	else
		err_set(err, -EBADMSG, "the certificate cannot be used");
	OPENSSL_free(der);
	return cert;
}

/* Certificates of a PKCS#7, as Windows hands out chains. false with err. */
static bool add_pkcs7(struct bytes der, struct pki_cert **list, size_t cap, size_t *n, struct err *err)
{
	const unsigned char *at = der.p;
	PKCS7 *p7 = d2i_PKCS7(NULL, &at, (long)der.len);
	const STACK_OF(X509) *certs =
	        p7 != NULL && PKCS7_type_is_signed(p7) && p7->d.sign != NULL ? p7->d.sign->cert : NULL;
	int count = certs != NULL ? sk_X509_num(certs) : 0;
	bool ok = count > 0 && at == der.p + der.len;
	if (!ok)
		err_set(err, -EBADMSG, "it is neither a certificate nor a PKCS#7 of certificates");
	for (int i = 0; ok && i < count; i++) {
		if (*n == cap) {
			err_set(err, -EMSGSIZE, "there are more than %zu certificates", cap);
			ok = false;
			break;
		}
		list[*n] = cert_of(sk_X509_value(certs, i), err);
		ok = list[*n] != NULL;
		*n += ok;
	}
	PKCS7_free(p7);
	ERR_clear_error();
	return ok;
}

static bool is_pkcs7(struct str label)
{
	return str_eq_cstr(label, "PKCS7") || str_eq_cstr(label, "PKCS #7 SIGNED DATA") ||
	       str_eq_cstr(label, "CMS");
}

static bool add_piece(struct str label, struct bytes der, struct pki_cert **list, size_t cap, size_t *n,
                      struct err *err)
{
	if (is_pkcs7(label))
		return add_pkcs7(der, list, cap, n, err);
	if (*n == cap) {
		err_set(err, -EMSGSIZE, "there are more than %zu certificates", cap);
		return false;
	}
	list[*n] = pki_cert_read(der, err);
	if (list[*n] == NULL) /* Windows writes CERTIFICATE over a PKCS#7, too */
		return add_pkcs7(der, list, cap, n, &(struct err){0});
	(*n)++;
	return true;
}

size_t pki_paste_certs(struct str text, struct pki_cert **list, size_t cap, struct err *err)
{
	enum { PIECE = PKI_CERT_MAX * PKI_CHAIN_MAX };
	struct pki_paste p;
	size_t n = 0, len;
	uint8_t *der;
	pki_paste_begin(&p, text);
	while ((der = pki_paste_next(&p, PIECE, &len, err)) != NULL) {
		bool ok = add_piece(p.label, (struct bytes){der, len}, list, cap, &n, err);
		free(der);
		if (!ok)
			break;
	}
	if (der == NULL && err->code == 0 && n > 0)
		return n;
	pki_certs_drop(list, n);
	if (err->code == 0)
		err_set(err, -ENODATA, "there is no certificate in it");
	return 0;
}

void pki_paste_frame(const char *label, struct bytes der, struct out *out)
{
	enum { RAW = 48, LINE = 64 };
	out_printf(out, "-----BEGIN %s-----\n", label);
	for (size_t at = 0; at < der.len; at += RAW) {
		unsigned char text[LINE + 1];
		size_t n = der.len - at < RAW ? der.len - at : RAW;
		EVP_EncodeBlock(text, der.p + at, (int)n);
		out_printf(out, "%s\n", text);
	}
	out_printf(out, "-----END %s-----\n", label);
}
