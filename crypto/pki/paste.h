/* Certificates as they are pasted at a console: base64, in PEM frames (RFC 7468) or bare; a certificate or the
 * certificates of a PKCS#7 that holds nothing else. Hostile input: everything has a ceiling. */
#ifndef CRYPTO_PKI_PASTE_H
#define CRYPTO_PKI_PASTE_H

#include "core/base/out.h"
#include "crypto/pki/cert.h"

enum {
	PKI_PASTE_MAX = 128 * 1024, /* characters of a pasted text */
	PKI_PASTE_CERTS = 16,       /* certificates in it */
};

struct pki_paste {
	struct str rest;  /* what was not looked at yet */
	struct str label; /* of the last piece: "CERTIFICATE"; "" without a frame */
	bool framed;
};

void pki_paste_begin(struct pki_paste *p, struct str text);
/* The next piece as DER; what stands outside of frames is passed over. A text without any frame is one piece. The caller's,
 * free() frees it. NULL: none is left (err->code 0), or what is there is not base64, longer than most, or encrypted. */
uint8_t *pki_paste_next(struct pki_paste *p, size_t most, size_t *len, struct err *err);
/* All certificates of a text, at most cap; the caller drops them. 0 with err when there are none or one of them cannot be
 * used. */
size_t pki_paste_certs(struct str text, struct pki_cert **list, size_t cap, struct err *err);
void pki_certs_drop(struct pki_cert **list, size_t n);

/* DER in a frame, 64 characters a line. */
void pki_paste_frame(const char *label, struct bytes der, struct out *out);

#endif
