/* The client of SCEP (RFC 8894): trustpoints with `enrollment url` get the CA's certificates and one of their own from a
 * server. Everything goes on in the background; what is pending survives a restart (file `scep` of the folder of secrets,
 * without the challenge password). One transaction a trustpoint, several trustpoints at once. Control thread only. */
#ifndef CRYPTO_PKI_SCEP_H
#define CRYPTO_PKI_SCEP_H

#include "crypto/pki/request.h"
#include "crypto/pki/scep_msg.h"

struct pki;
struct pki_fetched;
struct pki_scep_query;

enum {
	PKI_SCEP_TRANSACTIONS_MAX = 64,
	PKI_SCEP_TIMEOUT_MS = 30000, /* of one transfer */
};

/* GetCACert at the trustpoint's URL. done is called exactly once, never from within, unless it is cancelled: got is what
 * the CA answered, NULL when nothing that can be read; err is set when it must not be used (both: the trustpoint is in CA
 * mode and there is a registration authority). What got points to lives until done returns: hold what is needed. In the
 * PIX dialect the failure's text is PKI_SCEP_PIX_ERROR. NULL with err: no such trustpoint, no URL, too many. */
struct pki_scep_query *pki_scep_authenticate(struct pki *pki, const char *trustpoint,
                                             void (*done)(void *arg, const struct scep_ca *got, const struct err *err),
                                             void *arg, struct err *err);
void pki_scep_query_cancel(struct pki_scep_query *query);
#define PKI_SCEP_PIX_ERROR "%Error in connection to Certificate Authority: \nstatus = FAIL"

struct pki_scep_enroll {
	const char *trustpoint;
	struct pki_request request; /* copied; the copy of the challenge is wiped when the request was made */
	bool fingerprint;           /* tell the consoles the request's (MD5), as PIX does */
};
/* Asks for a certificate for the trustpoint's key pair: a renewal when it has a valid one for this key and the CA can
 * renew, else anew. A transaction that goes on is given up for it, and when its trustpoint goes. sent is called once,
 * never from within: err NULL, the request is made and on its way; else it failed before. What follows is told to all
 * consoles and logged (717002, 717003), and a certificate that is granted is installed. sent may be NULL. 0 or -errno with
 * err: no such trustpoint, no URL, no certificate of the CA, no key pair (717001), too many, no helper thread; what was
 * pending is not given up then. */
int pki_scep_enroll(struct pki *pki, const struct pki_scep_enroll *in, void (*sent)(void *arg, const struct err *err),
                    void *arg, struct err *err);
/* sent of this arg will not be called: its console went away. */
void pki_scep_forget(struct pki *pki, void *arg);
/* Is a request of ours under way or waiting for the CA's decision? */
bool pki_scep_pending(const struct pki *pki, const char *trustpoint);
/* The MD5 fingerprint of its request, of the client, as text: "" before it is made, and after a restart, which keeps no more
 * than what polls need. */
const char *pki_scep_fingerprint(const struct pki *pki, const char *trustpoint);

/* GetCRL: the CRL of who issued this certificate, as a transfer brings one. done as above; whether the CRL is to be believed
 * is not looked at. */
struct pki_scep_query *pki_scep_crl(struct pki *pki, const char *trustpoint, const struct pki_cert *of,
                                    void (*done)(void *arg, const struct pki_fetched *got), void *arg, struct err *err);

/* ------------------------------------------------------------------ for pki.c */

struct pki_scep;
struct pki_scep *pki_scep_new(struct pki *pki, int dir);
void pki_scep_free(struct pki_scep *scep);
/* There is another configuration. With the first one what was pending goes on. */
void pki_scep_conf_changed(struct pki_scep *scep);

#endif
