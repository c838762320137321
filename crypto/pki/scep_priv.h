/* Between the files of the SCEP client: one transaction and what moves it. */
#ifndef CRYPTO_PKI_SCEP_PRIV_H
#define CRYPTO_PKI_SCEP_PRIV_H

#include "core/base/debug.h"
#include "core/base/fsm.h"
#include "crypto/pki/name.h"
#include "crypto/pki/priv.h"
#include "crypto/pki/scep.h"

enum { SCEP_TRUSTPOINT_MAX = 64 };

/* ENROLL: for a certificate of ours. CRL: GetCRL. CA: GetCACert, which is no message. */
enum scep_kind { SCEP_KIND_ENROLL, SCEP_KIND_CRL, SCEP_KIND_CA };

struct pki_scep_query {
	struct pki_scep_query *next;
	struct pki_scep *scep; /* NULL: the client is gone, a helper thread still has it */
	enum scep_kind kind;
	char trustpoint[SCEP_TRUSTPOINT_MAX + 1];
	uint8_t state;
	struct fsm_history history;
	bool busy, dead; /* on a helper thread; to be freed when it comes back */

	/* who */
	struct pki_key *key;
	struct pki_cert *from; /* signs; NULL until it was made */
	struct scep_ca ca;
	struct pki_cert *of; /* CRL: of its issuer */
	bool renewal, polling, pending;
	char transaction[SCEP_TRANSACTION + 1];
	unsigned caps;
	bool caps_known;
	/* what is asked for */
	struct pki_request request; /* its texts are our own */
	int64_t now_s;
	uint8_t *pkcs10, *message, *answer;
	size_t pkcs10_len, message_len, answer_len;
	uint8_t nonce[SCEP_NONCE];
	/* what a helper thread brought */
	bool ok;
	struct err err;
	enum scep_why why;
	struct scep_reply reply;

	void *fetch;
	struct timer timer;
	unsigned tries; /* since the first answer */
	bool fingerprint;
	char print[PKI_PRINT_TEXT]; /* of the request, which goes when it was sent: the challenge is in it */
	const char *lost; /* why it was given up; who waits is still to be told, NULL = it goes on */
	void (*sent)(void *arg, const struct err *err);
	void (*got_ca)(void *arg, const struct scep_ca *got, const struct err *err);
	void (*got_crl)(void *arg, const struct pki_fetched *got);
	void *arg;
};

struct pki_scep {
	struct pki *pki;
	int dir;
	bool read; /* the file was */
	struct pki_scep_query *queries;
	size_t n;
};

/* scep.c */
struct pki_scep_query *scep_query_new(struct pki_scep *s, enum scep_kind kind, const struct pki_trustpoint *tp,
                                      struct err *err);
void scep_query_end(struct pki_scep_query *q);
/* An enrolment that goes on. */
static inline bool scep_enrolls(const struct pki_scep_query *q)
{
	return q->kind == SCEP_KIND_ENROLL && q->lost == NULL;
}
/* Sets who signs and who the CA is, out of the configuration and the keys. */
bool scep_query_parties(struct pki_scep_query *q, const struct pki_trustpoint *tp, struct err *err);

/* scep_fsm.c: states and events of an enrolment and of GetCRL */
enum scep_event {
	SCEP_EV_START,   /* it is being made */
	SCEP_EV_RESUME,  /* after a restart */
	SCEP_EV_DONE,    /* what was to be done is done */
	SCEP_EV_FAILED,  /* and cannot be */
	SCEP_EV_SILENT,  /* the server does not answer */
	SCEP_EV_PENDING, /* first answer */
	SCEP_EV_STILL_PENDING,
	SCEP_EV_GRANTED,
	SCEP_EV_TIMER,
	SCEP_EVENTS
};
void scep_event(struct pki_scep_query *q, enum scep_event event);

/* scep_work.c: on helper threads; the state machine gets DONE or FAILED. false: none is to be had. */
bool scep_work_make(struct pki_scep_query *q);
bool scep_work_sign(struct pki_scep_query *q);
bool scep_work_read(struct pki_scep_query *q);
void scep_worked(struct pki_scep_query *q); /* scep_fsm.c */

/* scep_url.c: an operation at the trustpoint's URL; message as POST or in the URL. false with q->err. */
enum scep_operation { SCEP_OP_CAPS, SCEP_OP_CA, SCEP_OP_MESSAGE };
bool scep_transfer(struct pki_scep_query *q, const struct pki_trustpoint *tp, enum scep_operation op,
                   void (*done)(void *arg, const struct pki_fetched *got));
/* "http://HOST/cgi-bin/pkiclient.exe?operation=..." of what is configured, which may have neither scheme nor path; the
 * caller's, free() frees it. NULL when it is too long or there is no memory. */
char *scep_url(const char *configured, const char *operation, struct bytes message);

/* scep_file.c: pending enrolments. Failure to write is logged (717011). */
void scep_file_write(const struct pki_scep *s);
/* fn gets each that was written: name of the trustpoint, transaction, who signs, tries. Lines that cannot be read are
 * passed over. */
void scep_file_read(const struct pki_scep *s, void (*fn)(struct pki_scep *s, const char *trustpoint,
                                                         const char *transaction, struct pki_cert *from, unsigned tries));

/* scep_debug.c: `debug crypto ca` in both dialects. */
void scep_say_start(void);
void scep_say_made(void);
void scep_say_sent(const struct pki_scep_query *q);
void scep_say_resend(const struct pki_scep_query *q);
void scep_say_opened(void);
void scep_say_answer(const struct pki_scep_query *q);
void scep_say_status(const struct pki_scep_query *q);
void scep_say_completed(bool all);
void scep_say_ca_asked(const struct pki_scep_query *q);
void scep_say_ca_error(void);
void scep_say_ca_failed(const struct pki_scep_query *q);
void scep_say_ca_got(const struct pki_scep_query *q, bool wrong_mode);
void scep_say_bad(const struct pki_scep_query *q, const char *why);

#endif
