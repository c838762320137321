/* Certificates with the names that a test wants, signed by themselves. */
#ifndef TESTS_EXCHANGE_NAMED_CERT_H
#define TESTS_EXCHANGE_NAMED_CERT_H

#include "crypto/pki/cert.h"

struct name_part {
	const char *attr; /* "CN" */
	int type;         /* MBSTRING_ASC or V_ASN1_... */
	const char *value;
	int len; /* -1 = to its end */
	int set; /* 0 = of its own, -1 = beside the one before */
};

/* The key of all of them. */
void named_cert_open(void);
void named_cert_close(void);
/* Subject, first part first; alternative names and usages as OpenSSL writes them, "dirName" = CN=dir,OU=admins, NULL =
 * none. The issuer is CN=Test CA. */
struct pki_cert *named_cert(const struct name_part *parts, size_t n, const char *alt, const char *usage);

#define CERT(alt, usage, ...)                                       \
	named_cert((const struct name_part[]){__VA_ARGS__},         \
	           sizeof((const struct name_part[]){__VA_ARGS__}) / sizeof(struct name_part), alt, usage)
#define A(attr, value) {attr, MBSTRING_UTF8, value, -1, 0}

#endif
