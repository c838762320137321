/* What is common to all ways by which certificates come in: the lines that keep them in the configuration, and what a
 * trustpoint's request says. Inside this folder only. */
#ifndef CRYPTO_PKI_ENROLL_H
#define CRYPTO_PKI_ENROLL_H

#include "crypto/pki/pki.h"
#include "crypto/pki/request.h"

/* ------------------------------------------------------------------ certificates into the configuration */

/* The block of `crypto ca certificate chain` for one certificate; the one that has its place now goes. */
void pki_install_lines(const struct pki_conf *conf, const char *trustpoint, enum pki_role role,
                       const struct pki_cert *cert, struct out *lines);
/* Takes away the certificates that were issued for a pair, except that of trustpoint `but` (NULL = none). */
void pki_uninstall_lines(const struct pki_conf *conf, const struct pki_pair *pair, const char *but, struct out *lines);
/* Types the lines (pki_ops.configure); not when memory was short for some of them. 0 or -errno with err. */
int pki_configure(struct pki *pki, const struct out *lines, struct err *err);
/* Both of them for one certificate: the tree is the one truth. 0 or -errno with err. */
int pki_install(struct pki *pki, const char *trustpoint, enum pki_role role, const struct pki_cert *cert,
                struct err *err);

/* ------------------------------------------------------------------ requests */

/* What the trustpoint says that a request holds. serial: the serial number of the appliance goes in, whatever the
 * trustpoint says. What r points to lives as long as the configuration and text. */
struct pki_request_text {
	char serial[16];
	char subject[300]; /* of a trustpoint without one */
};
void pki_request_of(struct pki *pki, const struct pki_trustpoint *tp, bool serial, const char *challenge,
                    struct pki_request *r, struct pki_request_text *text);

#endif
