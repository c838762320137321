/* What is said of a check: to the log, and to those who debug crypto ca. */
#include <openssl/objects.h>
#include <stdio.h>

#include "core/base/debug.h"
#include "core/base/log.h"
#include "crypto/pki/check_int.h"
#include "crypto/pki/logtext.h"
#include "crypto/pki/name.h"
#include "crypto/pki/ossl.h"

/* A certificate as lines name it. */
struct named {
	char serial[PKI_SERIAL_TEXT], subject[PKI_LOG_NAME_MAX], issuer[PKI_LOG_NAME_MAX];
};

static struct named name_of(const struct pki_cert *cert)
{
	struct named n = {"", "", ""};
	if (cert != NULL) {
		pki_serial_text(cert, n.serial);
		pki_name_text(pki_cert_subject(cert), n.subject, sizeof n.subject);
		pki_name_text(pki_cert_issuer(cert), n.issuer, sizeof n.issuer);
	}
	return n;
}

static struct debug_who who_of(const struct pki_check *c, bool error)
{
	return (struct debug_who){.ip = c->peer_ip, .error = error};
}

static const char *signature_text(const struct pki_cert *cert)
{
	const char *name = OBJ_nid2ln(X509_get_signature_nid(pki_cert_x509(cert)));
	return name != NULL ? name : "unknown";
}

static void debug_chain(const struct pki_check *c, const struct named *n)
{
	const struct debug_who who = who_of(c, c->chain.why != PKI_WHY_GOOD);
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Sorted chain size is: %zu", c->ncerts);
	if (c->own == NULL)
		return;
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Found ID cert. serial number: %s, subject name: %s", n->serial, n->subject);
	debug_for(&who, DEBUG_CA, 1,
	          "CRYPTO_PKI: Verifying certificate with serial number: %s, subject name: %s, issuer_name: %s, "
	          "signature alg: %s.",
	          n->serial, n->subject, n->issuer, signature_text(c->own));
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Looking for suitable trustpoint for connection type IPSec");
	if (c->chain.tp != NULL)
		debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Found a suitable authenticated trustpoint %s.", c->chain.tp->name);
	else
		debug_for(&who, DEBUG_CA, 1,
		          "CRYPTO_PKI: No suitable trustpoints found to validate certificate serial number: %s, "
		          "subject name: %s, issuer name: %s .",
		          n->serial, n->subject, n->issuer);
}

void pki_check_log_chain(const struct pki_check *c)
{
	const struct named n = name_of(c->own);
	if (c->quiet)
		return;
	debug_chain(c, &n);
	log_msg(MSG_717025, (unsigned)c->ncerts);
	if (c->own == NULL)
		return;
	log_msg(MSG_717029, n.serial, n.subject);
	if (c->chain.tp != NULL)
		log_msg(MSG_717030, c->chain.tp->name);
	else
		log_msg(MSG_717031, n.issuer, pki_why_text(c->chain.why));
}

/* Refused: why, and what certificate it was. */
static void log_refused(const struct pki_check *c, const struct named *n)
{
	const struct debug_who who = who_of(c, true);
	const struct pki_verdict *v = &c->verdict;
	char why[PKI_DETAIL_MAX + 128], text[sizeof why + sizeof *n + 64];
	snprintf(why, sizeof why, "%s%s%s%s", pki_why_text(v->why), v->detail[0] != '\0' ? " (" : "", v->detail,
	         v->detail[0] != '\0' ? ")" : "");
	snprintf(text, sizeof text, "%s, serial number: %s, subject name: %s, issuer name: %s", why, n->serial, n->subject,
	         n->issuer);
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Certificate validation: Failed, status: %u. %s", v->why, why);
	log_msg(MSG_717009, c->own != NULL ? text : why);
	log_msg(MSG_717027, why);
}

static void log_believed(const struct pki_check *c, const struct named *n)
{
	const struct debug_who who = who_of(c, false);
	bool unchecked = c->verdict.why == PKI_WHY_GOOD_UNCHECKED;
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Certificate validation: Successful, status: 0. %s",
	          unchecked ? "Revocation status is not known" : "Certificate is not revoked");
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Certificate validated. serial number: %s, subject name:  %s.", n->serial,
	          n->subject);
	log_msg(MSG_717022, n->serial, n->subject);
	log_msg(MSG_717028, unchecked ? "with warning, revocation status was not checked" : "with revocation status check");
}

/* As the PIX says it, which has suspended the negotiation meanwhile. */
static void debug_pix_end(const struct pki_check *c)
{
	const struct debug_who who = who_of(c, false);
	bool unchecked = c->verdict.why == PKI_WHY_GOOD_UNCHECKED;
	if (unchecked)
		debug_pix_for(&who, DEBUG_CA, "CRYPTO_PKI: status = 0: crl check ignored");
	debug_pix_for(&who, DEBUG_CA, "PKI: key process suspended and continued");
	if (!unchecked)
		return;
	debug_pix_for(&who, DEBUG_CA,
	              "CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL");
	debug_pix_for(&who, DEBUG_CA, "CRYPTO_PKI: cert revocation status unknown.");
}

void pki_check_log_end(const struct pki_check *c)
{
	const struct named n = name_of(c->own);
	if (c->quiet)
		return;
	if (c->verdict.why == PKI_WHY_GOOD || c->verdict.why == PKI_WHY_GOOD_UNCHECKED)
		log_believed(c, &n);
	else
		log_refused(c, &n);
	debug_pix_end(c);
}

void pki_check_log_ocsp(const struct pki_check *c, const struct pki_cert *cert, const char *url)
{
	const struct debug_who who = who_of(c, false);
	const struct named n = name_of(cert);
	char text[sizeof n + 64];
	snprintf(text, sizeof text, "serial number: %s, subject name: %s, issuer name: %s", n.serial, n.subject, n.issuer);
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: Attempting OCSP revocation check of certificate %s using %s", text, url);
	log_msg(MSG_717035, text);
}

void pki_check_log_revocation(const struct pki_check *c, enum pki_revocation method, enum pki_why why,
                              const char *detail)
{
	static const char *const names[] = {
	        [PKI_REVOCATION_NONE] = "none", [PKI_REVOCATION_CRL] = "CRL", [PKI_REVOCATION_OCSP] = "OCSP"};
	const struct debug_who who = who_of(c, why != PKI_WHY_GOOD);
	debug_for(&who, DEBUG_CA, 1, "CRYPTO_PKI: %s revocation check, status: %u. %s%s%s", names[method], why,
	          why == PKI_WHY_GOOD ? "not revoked" : pki_why_text(why), detail[0] != '\0' ? ": " : "", detail);
}
