/* What is pasted at a console. The first byte says as what: certificates, a PKCS#12 in base64, one as it is, a subject
 * name. */
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

static void certificates(struct str text)
{
	struct pki_cert *list[PKI_PASTE_CERTS];
	struct err err = {0};
	size_t n = pki_paste_certs(text, list, PKI_PASTE_CERTS, &err);
	must(n > 0 || err.text[0] != '\0');
	for (size_t i = 0; i < n; i++)
		must(pki_cert_der(list[i]).len <= PKI_CERT_MAX);
	pki_certs_drop(list, n);
}

static void pkcs12(struct bytes der)
{
	struct pki_p12 p12;
	struct err err = {0};
	if (pki_p12_read(der, "cisco123", &p12, &err)) {
		must(p12.key != NULL && p12.own != NULL && pki_key_fits(p12.key, p12.own));
		pki_p12_drop(&p12);
	} else {
		must(err.text[0] != '\0' && p12.key == NULL && p12.nother == 0);
	}
}

static void pkcs12_text(struct str text)
{
	struct pki_paste p;
	struct err err = {0};
	size_t len;
	uint8_t *der;
	pki_paste_begin(&p, text);
	while ((der = pki_paste_next(&p, PKI_P12_MAX, &len, &err)) != NULL) {
		pkcs12((struct bytes){der, len});
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
	switch (data[0] % 4) {
	case 0:
		certificates(text);
		break;
	case 1:
		pkcs12_text(text);
		break;
	case 2:
		pkcs12((struct bytes){data + 1, size - 1});
		break;
	case 3:
		subject(text);
		break;
	}
	return 0;
}
