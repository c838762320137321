/* What is pasted at a console. The first byte says as what: certificates, a PKCS#12 in base64, one as it is, a subject
 * name, a PKCS#12 whose MAC is made right, by the passphrase or by none. What is exported again is read as the same. */
#include <openssl/pkcs12.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/pki/paste.h"
#include "crypto/pki/pkcs12.h"
#include "crypto/pki/request.h"
#include "crypto/prim/prim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool right)
{
	if (!right)
		abort();
}

static void framed_again(struct pki_cert *const *list, size_t n)
{
	struct pki_cert *again[PKI_PASTE_CERTS];
	struct err err = {0};
	struct out out;
	out_init(&out);
	for (size_t i = 0; i < n; i++)
		pki_paste_frame("CERTIFICATE", pki_cert_der(list[i]), &out);
	must(pki_paste_certs(out_text(&out), again, PKI_PASTE_CERTS, &err) == n);
	for (size_t i = 0; i < n; i++)
		must(pki_cert_same(again[i], list[i]));
	pki_certs_drop(again, n);
	out_free(&out);
}

static void certificates(struct str text)
{
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct err err = {0};
	size_t n = pki_paste_certs(text, list, PKI_PASTE_CERTS, &err);
	must(n > 0 || err.text[0] != '\0');
	for (size_t i = 0; i < n; i++)
		must(pki_cert_der(list[i]).len <= PKI_CERT_MAX);
	if (n > 0)
		framed_again(list, n);
	pki_certs_drop(list, n);
	pki_certs_drop(list, pki_paste_certs(text, list, 1, &err));
}

/* How it is exported; some of what is read is too odd for that. */
static void exported(const struct pki_p12 *p12)
{
	struct pki_p12 again;
	struct err err = {0};
	size_t len;
	uint8_t *der = pki_p12_make(p12, "T", "cisco123", &len, &err);
	must(der != NULL || err.text[0] != '\0');
	if (der != NULL && pki_p12_read((struct bytes){der, len}, "cisco123", &again, &err)) {
		must(pki_cert_same(again.own, p12->own) && again.nother == p12->nother);
		pki_p12_drop(&again);
	}
	free(der);
}

static void pkcs12(struct bytes der, const char *pass)
{
	struct pki_p12 p12;
	struct err err = {0};
	if (pki_p12_read(der, pass, &p12, &err)) {
		must(p12.key != NULL && p12.own != NULL && pki_key_fits(p12.key, p12.own));
		exported(&p12);
		pki_p12_drop(&p12);
	} else {
		must(err.text[0] != '\0' && p12.key == NULL && p12.nother == 0);
	}
}

/* pass NULL: with none at all, which is read by an empty one. */
static void pkcs12_whole(struct bytes der, const char *pass)
{
	const unsigned char *at = der.p;
	unsigned char *made = NULL;
	PKCS12 *p12 = d2i_PKCS12(NULL, &at, (long)der.len);
	int len = 0;
	if (p12 != NULL && PKCS12_set_mac(p12, pass, pass != NULL ? -1 : 0, NULL, 0, 1, EVP_sha1()) == 1)
		len = i2d_PKCS12(p12, &made);
	if (len > 0)
		pkcs12((struct bytes){made, (size_t)len}, pass != NULL ? pass : "");
	OPENSSL_free(made);
	PKCS12_free(p12);
}

static void pkcs12_text(struct str text)
{
	struct pki_paste p;
	struct err err = {0};
	size_t len;
	uint8_t *der;
	pki_paste_begin(&p, text);
	while ((der = pki_paste_next(&p, PKI_P12_MAX, &len, &err)) != NULL) {
		pkcs12((struct bytes){der, len}, "cisco123");
		free(der);
	}
}

static void subject(struct str text)
{
	char *copy = strndup(text.p, text.len);
	struct err err = {0};
	must(pki_subject_check(copy, &err) == 0 || err.text[0] != '\0');
	free(copy);
}

/* The first octet: what the others are. */
enum kind { CERTS, TEXT12, DER12, SUBJECT, MACED, UNNAMED, KINDS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct err err = {0};
	if (!ready)
		must(prim_init(&err) == 0);
	ready = true;
	if (size < 1)
		return 0;
	struct str text = {(const char *)data + 1, size - 1};
	switch (data[0] % KINDS) {
	case CERTS:
		certificates(text);
		break;
	case TEXT12:
		pkcs12_text(text);
		break;
	case DER12:
		pkcs12((struct bytes){data + 1, size - 1}, "cisco123");
		break;
	case SUBJECT:
		subject(text);
		break;
	case MACED:
	case UNNAMED:
		pkcs12_whole((struct bytes){data + 1, size - 1}, data[0] % KINDS == MACED ? "cisco123" : NULL);
		break;
	}
	return 0;
}
