#include "tests/certs/certs.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	ERR_print_errors_fp(stderr);
	fprintf(stderr, "certs: %s\n", what);
	abort();
}

static void set_subject(X509 *x, const struct cert_attr *attrs)
{
	for (const struct cert_attr *a = attrs; a != NULL && a->type != NULL; a++) {
		int len = a->len > 0 ? (int)a->len : (int)strlen(a->value);
		int tag = a->tag != 0 ? a->tag : MBSTRING_UTF8;
		X509_NAME *name = X509_get_subject_name(x);
		ASN1_OBJECT *type = OBJ_txt2obj(a->type, 0);
		X509_NAME_ENTRY *e = X509_NAME_ENTRY_create_by_OBJ(NULL, type, tag, (const unsigned char *)a->value, len);
		must(e != NULL && X509_NAME_add_entry(name, e, -1, 0) == 1, a->type);
		X509_NAME_ENTRY_free(e);
		ASN1_OBJECT_free(type);
	}
}

static void set_serial(X509 *x, const char *hex)
{
	BIGNUM *n = NULL;
	must(BN_hex2bn(&n, hex != NULL ? hex : "1") > 0 && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL, "serial");
	BN_free(n);
}

static void add_extensions(X509 *x, X509 *issuer, const char *const *list, size_t n)
{
	X509V3_CTX ctx;
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	for (size_t i = 0; i < n && list[i] != NULL; i++) {
		char text[512], *value;
		str_copy(text, sizeof text, str_of(list[i]));
		value = strchr(text, '=');
		must(value != NULL, text);
		*value++ = '\0';
		X509_EXTENSION *ext = X509V3_EXT_conf(NULL, &ctx, text, value);
		must(ext != NULL && X509_add_ext(x, ext, -1) == 1, list[i]);
		X509_EXTENSION_free(ext);
	}
}

struct pki_cert *cert_make(const struct cert_wish *w)
{
	enum { Y2020 = 1577836800, Y2049 = 2493072000 };
	const struct pki_key *signer = w->signer != NULL ? w->signer : w->key;
	const EVP_MD *md = EVP_get_digestbyname(w->digest != NULL ? w->digest : "SHA256");
	uint8_t *der = NULL;
	struct err err = {0};
	X509 *x = X509_new(), *issuer = w->issuer != NULL ? pki_cert_x509(w->issuer) : x;
	must(x != NULL && md != NULL && X509_set_version(x, 2) == 1, "certificate");
	set_subject(x, w->subject);
	set_serial(x, w->serial);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	ASN1_TIME_set(X509_getm_notBefore(x), w->from_s != 0 ? w->from_s : Y2020);
	ASN1_TIME_set(X509_getm_notAfter(x), w->to_s != 0 ? w->to_s : Y2049);
	must(X509_set_pubkey(x, pki_key_evp(w->key)) == 1, "key");
	add_extensions(x, issuer, w->extensions, sizeof w->extensions / sizeof w->extensions[0]);
	must(X509_sign(x, pki_key_evp(signer), md) > 0, "signature");
	int len = i2d_X509(x, &der);
	struct pki_cert *cert = len > 0 ? pki_cert_read((struct bytes){der, (size_t)len}, &err) : NULL;
	must(cert != NULL, err.text);
	OPENSSL_free(der);
	X509_free(x);
	return cert;
}

void cert_lines(const struct pki_cert *cert, const char *role, struct out *o)
{
	enum { GROUP = 4, LINE = 32 };
	char serial[PKI_SERIAL_TEXT];
	struct bytes der = pki_cert_der(cert);
	out_printf(o, " certificate %s%s%s", role, role[0] != '\0' ? " " : "", pki_serial_text(cert, serial));
	for (size_t i = 0; i < der.len; i++)
		out_printf(o, "%s%02x", i % LINE == 0 ? "\n    " : i % GROUP == 0 ? " " : "", der.p[i]);
	out_str(o, "\n  quit\n");
}

struct pki_key *cert_key(unsigned number, unsigned bits)
{
	enum { MOST = 16 };
	static struct {
		unsigned number, bits;
		struct pki_key *key;
	} made[MOST];
	struct err err = {0};
	size_t i = 0;
	while (i < MOST && made[i].key != NULL && (made[i].number != number || made[i].bits != bits))
		i++;
	must(i < MOST, "too many keys");
	if (made[i].key == NULL) {
		made[i].number = number;
		made[i].bits = bits;
		made[i].key = pki_key_generate(bits, &err);
		must(made[i].key != NULL, err.text);
	}
	return made[i].key;
}
