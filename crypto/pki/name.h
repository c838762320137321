/* What of a certificate people read: names, serial numbers, fingerprints. Names are a stranger's: whatever they hold, the
 * text is printable (control and formatting characters are dots), one line, and cut. */
#ifndef CRYPTO_PKI_NAME_H
#define CRYPTO_PKI_NAME_H

#include "core/base/buf.h"
#include "core/base/str.h"
#include "crypto/pki/cert.h"

enum {
	PKI_VALUE_TEXT = 260, /* room for one attribute's value */
	PKI_NAME_TEXT = 512,  /* room for a name as one line */
	PKI_SERIAL_TEXT = 2 * 64 + 1,
	PKI_PRINT_TEXT = 80,  /* room for a fingerprint in groups */
	PKI_NAME_ATTRS = 32,  /* that are shown of one name */
};

/* One attribute of a name. */
struct pki_attr {
	const char *word; /* as `show crypto ca certificates` writes it: "cn", "ea", "hostname"; dotted OID of others */
	unsigned tag;     /* of its encoding: 22 = IA5String */
	char value[PKI_VALUE_TEXT];
};

/* The attributes in the order in which they are shown: the last one encoded, which is the nearest to the name, first.
 * name is DER. false when it cannot be read (then fn may not have been called). */
bool pki_name_each(struct bytes name, void (*fn)(void *arg, const struct pki_attr *attr), void *arg);
/* For logs, in the same order: "CN=asa.example.com,OU=a\,b,C=CN". Returns text. */
const char *pki_name_text(struct bytes name, char *text, size_t cap);
/* An attribute of its subject by the word of `struct pki_attr`, the nearest one; "" = none. */
const char *pki_subject_attr(const struct pki_cert *cert, const char *word, char value[PKI_VALUE_TEXT]);

/* Lower-case hexadecimal, whole octets: "03716308000000000022". Returns text. */
const char *pki_serial_text(const struct pki_cert *cert, char text[PKI_SERIAL_TEXT]);

enum pki_digest { PKI_MD5, PKI_SHA1, PKI_SHA256 };
/* Of DER: groups of eight hexadecimal digits, blanks between them. Returns text. */
const char *pki_fingerprint(struct bytes der, enum pki_digest digest, char text[PKI_PRINT_TEXT]);

/* Bytes that should be UTF-8 as they may be printed; what does not fit is cut and ends in "...". Returns text. */
const char *pki_printable(struct bytes in, char *text, size_t cap);
/* Not empty, UTF-8, and nothing in it that pki_printable would make a dot. */
bool pki_all_shows(struct bytes in);

#endif
