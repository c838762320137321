/* What `debug crypto ca` tells of SCEP. PIX has texts of its own, which the appliance that came after it kept in part. */
#include <stdio.h>

#include "crypto/pki/scep_priv.h"

/* In both dialects. */
#define SAY(cat, ...)                               \
	do {                                        \
		debug(cat, 1, __VA_ARGS__);         \
		debug_pix(DEBUG_CA, __VA_ARGS__);   \
	} while (0)
#define NOT_FOUND "CRYPTO_PKI: WARNING: Certificate, private key or CRL was not found while selecting CRL"

static void sleeps(void)
{
	debug_pix(DEBUG_CA, "Crypto CA thread sleeps!");
}

void scep_say_start(void)
{
	debug_pix(DEBUG_CA, "CI thread sleeps!");
	debug_pix(DEBUG_CA, "Crypto CA thread wakes up!");
}

void scep_say_made(void)
{
	debug_pix(DEBUG_CA, "CI thread wakes up!");
}

void scep_say_sent(const struct pki_scep_query *q)
{
	if (q->kind != SCEP_KIND_ENROLL) {
		SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: transaction GetCRL completed");
		return;
	}
	debug(DEBUG_CA_MESSAGES, 2, "CRYPTO_PKI: %s of %zu bytes, transaction %s", q->renewal ? "RenewalReq" : "PKCSReq",
	      q->message_len, q->transaction);
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: transaction PKCSReq completed");
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status:");
	sleeps();
	debug_pix(DEBUG_CA, "PKI: key process suspended and continued");
}

void scep_say_resend(const struct pki_scep_query *q)
{
	const char *what = q->polling ? "GetCertInitial" : "PKCSReq";
	debug_pix(DEBUG_CA, "Crypto CA thread wakes up!");
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: resend %s, %u", what, q->tries);
	sleeps();
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: resend %s for session: 0", what);
}

void scep_say_opened(void)
{
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: http connection opened");
}

/* ------------------------------------------------------------------ answers */

static void attribute(const struct pki_scep_query *q, enum scep_attribute a, const char *name)
{
	char hex[3 * SCEP_ATTRIBUTE_MAX + 1] = "";
	const struct scep_raw *raw = &q->reply.raw[a];
	if (raw->len == 0)
		return;
	for (size_t i = 0; i < raw->len; i++)
		snprintf(hex + 3 * i, 4, i + 1 < raw->len ? "%02x " : "%02x", raw->der[i]);
	SAY(DEBUG_CA_MESSAGES, "CRYPTO_PKI: signed attr: pki-%s:", name);
	SAY(DEBUG_CA_MESSAGES, "%s", hex);
}

void scep_say_answer(const struct pki_scep_query *q)
{
	SAY(DEBUG_CA_MESSAGES, "CRYPTO_PKI: received msg of %zu bytes", q->answer_len);
	debug_pix(DEBUG_CA, NOT_FOUND);
	if (q->reply.status == SCEP_SUCCESS)
		debug_pix(DEBUG_CA, "PKI: key process suspended and continued");
	attribute(q, SCEP_ATTR_TYPE, "message-type");
	attribute(q, SCEP_ATTR_STATUS, "status");
	attribute(q, SCEP_ATTR_NONCE, "recipient-nonce");
	attribute(q, SCEP_ATTR_TRANSACTION, "transaction-id");
}

void scep_say_status(const struct pki_scep_query *q)
{
	if (q->why != SCEP_WHY_GOOD)
		SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 266: failed to verify");
	else if (q->reply.status == SCEP_PENDING)
		SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 102: certificate request pending");
	else if (q->reply.status == SCEP_SUCCESS)
		SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 100: certificate is granted");
	else
		SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 101: certificate request is rejected: %s",
		    scep_fail_text(q->reply.fail));
}

/* The enrolment's own thread and the one that polls both say so. */
void scep_say_completed(bool all)
{
	debug_pix(DEBUG_CA, NOT_FOUND);
	if (!all)
		return;
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: All enrollment requests completed.");
	debug_pix(DEBUG_CA, "CRYPTO_PKI: All enrollment requests completed.");
	debug_pix(DEBUG_CA, NOT_FOUND);
}

void scep_say_bad(const struct pki_scep_query *q, const char *why)
{
	debug(DEBUG_CA_TRANSACTIONS, 1, "CRYPTO_PKI: trustpoint %s: %s", q->trustpoint, why);
}

/* ------------------------------------------------------------------ GetCACert */

void scep_say_ca_asked(const struct pki_scep_query *q)
{
	debug(DEBUG_CA_TRANSACTIONS, 1, "CRYPTO_PKI: Sending CA Certificate Request: ");
	debug(DEBUG_CA_MESSAGES, 2, "GET ...?operation=GetCACert&message=%s", q->trustpoint);
}

void scep_say_ca_error(void)
{
	debug_pix(DEBUG_CA, "msgsym(GETCARACERT, CRYPTO)!");
}

void scep_say_ca_failed(const struct pki_scep_query *q)
{
	scep_say_bad(q, q->err.text);
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 266: failed to verify");
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: transaction GetCACert completed");
	sleeps();
}

void scep_say_ca_got(const struct pki_scep_query *q, bool wrong_mode)
{
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: transaction GetCACert completed");
	if (!wrong_mode) {
		scep_say_bad(q, q->ca.ra_sign != NULL ? "the CA has registration authorities" : "the CA answers by itself");
		sleeps();
		return;
	}
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: Error: Invalid format for BER encoding while");
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: can not set ca cert object.");
	SAY(DEBUG_CA_TRANSACTIONS, "CRYPTO_PKI: status = 65535: failed to process RA certiifcate");
	sleeps();
}
