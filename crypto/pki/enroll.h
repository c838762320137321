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
/* The same, typed (pki_ops.configure): the tree is the one truth. 0 or -errno with err. */
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

/* ------------------------------------------------------------------ by SCEP */

/* What the SCEP client does for `crypto ca authenticate` and `enroll` of a trustpoint with `enrollment url`; NULL in
 * struct pki: there is none. */
struct pki_ca_certs {
	struct pki_cert *ca;
	struct pki_cert *ra_sign, *ra_encrypt; /* NULL = the CA answers itself; may be the same one */
};
struct pki_scep_ops {
	/* Asks the CA for its certificates. done: once, later, not after cancel; got NULL: why says it. What it points to
	 * lives until done returns. NULL with err. */
	void *(*authenticate)(struct pki *pki, const char *trustpoint,
	                      void (*done)(void *arg, const struct pki_ca_certs *got, const char *why), void *arg,
	                      struct err *err);
	void (*cancel)(struct pki *pki, void *asked);
	/* Begins an enrolment in the background; consoles hear how it ends by pki_ops.tell. serial, challenge: what the
	 * dialogue got ("" = none), beyond what the trustpoint says. The CA's certificate and the key pair are there. 0 or
	 * -errno with err. */
	int (*enroll)(struct pki *pki, const char *trustpoint, bool serial, const char *challenge, struct err *err);
};

#endif
