/* An enrolment, and GetCRL, state by state (RFC 8894 §2.2, §3.2). As PIX did, the first poll follows the first answer at
 * once; from then on the retry period counts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "crypto/pki/enroll.h"
#include "crypto/pki/name.h"
#include "crypto/pki/scep_priv.h"

enum state { IDLE, MAKE, CAPS, SIGN, ASK, READ, WAIT };

static const char *const states[] = {"IDLE", "MAKE", "CAPS", "SIGN", "ASK", "READ", "WAIT"};
static const char *const events[SCEP_EVENTS] = {"START",         "RESUME",  "DONE", "FAILED", "SILENT", "PENDING",
                                                "STILL_PENDING", "GRANTED", "TIMER"};

static const struct pki_trustpoint *tp_of(const struct pki_scep_query *q)
{
	return pki_trustpoint_find(q->scep->pki->conf, q->trustpoint);
}

static void failed(struct pki_scep_query *q, int code, const char *why)
{
	if (q->err.code == 0)
		err_set(&q->err, code, "%s", why);
	scep_event(q, SCEP_EV_FAILED);
}

/* What cannot be done now: whoever waits for a decision goes on waiting. */
static void stuck(struct pki_scep_query *q, int code, const char *why)
{
	if (q->pending)
		scep_event(q, SCEP_EV_SILENT);
	else
		failed(q, code, why);
}

/* ------------------------------------------------------------------ ends */

static void tell_sent(struct pki_scep_query *q, const struct err *err)
{
	void (*sent)(void *arg, const struct err *err) = q->sent;
	q->sent = NULL;
	if (sent != NULL)
		sent(q->arg, err);
}

static void end(struct pki_scep_query *q)
{
	struct pki_scep *s = q->scep;
	bool was_pending = q->pending;
	scep_query_end(q);
	if (was_pending)
		scep_file_write(s);
}

static void tell_crl(struct pki_scep_query *q, int rc, const char *why)
{
	struct pki_fetched got = {.rc = rc, .why = rc != 0 ? why : "", .type = ""};
	if (rc == 0)
		got.body = (struct bytes){q->reply.crl, q->reply.crl_len};
	q->got_crl(q->arg, &got);
	scep_query_end(q);
}

static void act_give_up(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	struct pki *pki = q->scep->pki;
	(void)data;
	if (q->kind == SCEP_KIND_CRL) {
		tell_crl(q, q->err.code, q->err.text);
		return;
	}
	log_msg(MSG_717002, q->trustpoint, q->err.text);
	if (q->sent != NULL)
		tell_sent(q, &q->err);
	else
		pki->ops->tell(pki->ctx, q->why == SCEP_WHY_GOOD && q->reply.status == SCEP_FAILURE
		                                 ? "The certificate request was rejected by CA!"
		                                 : "% Error in obtaining the certificate from CA!");
	end(q);
}

static bool none_left(const struct pki_scep_query *but)
{
	for (const struct pki_scep_query *q = but->scep->queries; q != NULL; q = q->next)
		if (q != but && scep_enrolls(q))
			return false;
	return true;
}

/* The certificate for our key, signed by the CA we know. */
static struct pki_cert *ours(const struct pki_scep_query *q)
{
	for (size_t i = 0; i < q->reply.ncerts; i++)
		if (pki_key_fits(q->key, q->reply.certs[i]) && scep_issued(q->ca.ca, q->reply.certs[i]))
			return q->reply.certs[i];
	return NULL;
}

static void act_granted(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	struct pki *pki = q->scep->pki;
	struct err err = {0};
	(void)data;
	if (q->kind == SCEP_KIND_CRL) {
		tell_crl(q, q->reply.crl != NULL ? 0 : -ENOENT, "the CA sent no CRL");
		return;
	}
	struct pki_cert *cert = ours(q);
	if (cert == NULL)
		err_set(&err, -EBADMSG, "the CA granted no certificate for our key, or did not sign it");
	/* while it is installed the configuration changes under us */
	q->pending = false;
	if (err.code == 0)
		pki_install(pki, q->trustpoint, PKI_ROLE_OWN, cert, &err);
	if (err.code == 0) {
		log_msg(MSG_717003, q->trustpoint);
		pki->ops->tell(pki->ctx, "The certificate has been granted by CA!");
	} else {
		log_msg(MSG_717020, q->trustpoint, err.text);
		log_msg(MSG_717002, q->trustpoint, err.text);
		pki->ops->tell(pki->ctx, "% Error in obtaining the certificate from CA!");
	}
	scep_say_answer(q);
	scep_say_status(q);
	scep_say_completed(none_left(q));
	q->pending = true; /* the file knows it */
	end(q);
}

/* ------------------------------------------------------------------ steps */

/* Answers to GetCACaps are optional: a CA of the drafts has none. */
static void caps_answered(void *arg, const struct pki_fetched *got)
{
	struct pki_scep_query *q = arg;
	q->fetch = NULL;
	if (got->rc != 0 && got->status == 0 && q->kind == SCEP_KIND_ENROLL) {
		err_set(&q->err, got->rc, "%s", got->why);
		scep_say_bad(q, got->why);
		scep_event(q, SCEP_EV_SILENT);
		return;
	}
	q->caps = got->rc == 0 ? scep_caps_read(got->body) : 0;
	q->caps_known = true;
	scep_event(q, SCEP_EV_DONE);
}

static void tell_fingerprint(const struct pki_scep_query *q)
{
	char line[PKI_PRINT_TEXT + 24];
	struct pki *pki = q->scep->pki;
	snprintf(line, sizeof line, "     Fingerprint:  %s", q->print);
	pki->ops->tell(pki->ctx, line);
}

static void ask_caps(struct pki_scep_query *q)
{
	const struct pki_trustpoint *tp = tp_of(q);
	if (tp == NULL || !scep_transfer(q, tp, SCEP_OP_CAPS, caps_answered))
		stuck(q, -EIO, "the trustpoint is gone");
}

static void act_caps(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	(void)data;
	if (q->request.challenge != NULL) { /* it is in the request now */
		wipe((void *)q->request.challenge, strlen(q->request.challenge));
		free((void *)q->request.challenge);
		q->request.challenge = NULL;
	}
	if (q->kind == SCEP_KIND_ENROLL && !q->pending) {
		scep_say_made();
		tell_sent(q, NULL);
		pki_fingerprint((struct bytes){q->pkcs10, q->pkcs10_len}, PKI_MD5, q->print);
		if (q->fingerprint)
			tell_fingerprint(q);
	}
	ask_caps(q);
}

/* The certificate that we have signs (RFC 8894 §2.3), not the one that was made; polls are signed as the request was. */
static void sign_with_own(struct pki_scep_query *q, struct pki_cert *own)
{
	q->renewal = q->renewal && own != NULL && pki_key_fits(q->key, own);
	if (!q->renewal || q->polling)
		return;
	pki_cert_drop(q->from);
	q->from = pki_cert_hold(own);
}

static void act_sign(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	const struct pki_trustpoint *tp = tp_of(q);
	struct err err = {0};
	(void)data;
	q->renewal = q->renewal && (q->kind == SCEP_KIND_CRL || (q->caps & SCEP_CAP(RENEWAL)) != 0);
	if (tp == NULL || !scep_query_parties(q, tp, &err)) {
		failed(q, -ENOKEY, tp == NULL ? "the trustpoint is gone" : err.text);
		return;
	}
	sign_with_own(q, tp->cert[PKI_ROLE_OWN]);
	if (!scep_work_sign(q))
		stuck(q, -EAGAIN, "no helper thread");
}

/* Nobody answers: later again. Somebody answers with an error: the URL is wrong, unless it was right before. */
static void answered(void *arg, const struct pki_fetched *got)
{
	struct pki_scep_query *q = arg;
	q->fetch = NULL;
	if (got->status != 0)
		scep_say_opened();
	if (got->rc != 0) {
		err_set(&q->err, got->rc, "%s", got->why);
		scep_say_bad(q, got->why);
		scep_event(q, q->kind == SCEP_KIND_ENROLL && (got->status == 0 || q->pending) ? SCEP_EV_SILENT
		                                                                              : SCEP_EV_FAILED);
		return;
	}
	free(q->answer);
	q->answer = malloc(got->body.len + 1);
	q->answer_len = got->body.len;
	if (q->answer != NULL && got->body.len > 0)
		memcpy(q->answer, got->body.p, got->body.len);
	scep_event(q, q->answer != NULL ? SCEP_EV_DONE : SCEP_EV_FAILED);
}

static void act_ask(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	const struct pki_trustpoint *tp = tp_of(q);
	(void)data;
	if (!q->polling)
		scep_say_sent(q);
	if (tp == NULL || !scep_transfer(q, tp, SCEP_OP_MESSAGE, answered))
		stuck(q, -EIO, "the trustpoint is gone");
}

static void act_read(void *obj, void *data)
{
	(void)data;
	if (!scep_work_read(obj))
		stuck(obj, -EAGAIN, "no helper thread");
}

static void timed_out(struct timer *t, void *arg)
{
	(void)t;
	scep_event(arg, SCEP_EV_TIMER);
}

static void wait_for(struct pki_scep_query *q)
{
	const struct pki_trustpoint *tp = tp_of(q);
	if (tp == NULL || (tp->retry_count > 0 && q->tries >= tp->retry_count)) {
		failed(q, -ETIMEDOUT, q->pending ? "the CA has not decided" : "the CA does not answer");
		return;
	}
	timer_start(q->scep->pki->clock, &q->timer, (uint64_t)tp->retry_period_s * 1000, timed_out, q);
}

static void act_wait(void *obj, void *data)
{
	(void)data;
	wait_for(obj);
}

static void act_pending(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	(void)data;
	scep_say_answer(q);
	scep_say_status(q);
	q->pending = true;
	scep_file_write(q->scep);
	wait_for(q);
}

static void act_poll(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	scep_say_answer(q);
	scep_say_status(q);
	q->pending = q->polling = true;
	if (q->pkcs10 != NULL)
		wipe(q->pkcs10, q->pkcs10_len);
	free(q->pkcs10);
	q->pkcs10 = NULL;
	scep_file_write(q->scep);
	act_sign(q, data);
}

static void act_again(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	q->err = (struct err){0};
	q->tries++;
	scep_say_resend(q);
	(void)data;
	if (q->pending)
		scep_file_write(q->scep);
	if (q->caps_known)
		scep_event(q, SCEP_EV_DONE);
	else
		ask_caps(q);
}

/* What a server must not say: the first time it is the end, later a server that is well again may be waited for. */
static void act_refused(void *obj, void *data)
{
	struct pki_scep_query *q = obj;
	scep_say_answer(q);
	scep_say_status(q);
	act_give_up(obj, data);
}

/* ------------------------------------------------------------------ table */

static const struct fsm_row rows[] = {
        {IDLE, SCEP_EV_START, MAKE, NULL},
        {IDLE, SCEP_EV_RESUME, CAPS, act_caps},
        {MAKE, SCEP_EV_DONE, CAPS, act_caps},
        {MAKE, SCEP_EV_FAILED, IDLE, act_give_up},
        {CAPS, SCEP_EV_DONE, SIGN, act_sign},
        {CAPS, SCEP_EV_SILENT, WAIT, act_wait},
        {CAPS, SCEP_EV_FAILED, IDLE, act_give_up},
        {SIGN, SCEP_EV_DONE, ASK, act_ask},
        {SIGN, SCEP_EV_SILENT, WAIT, act_wait},
        {SIGN, SCEP_EV_FAILED, IDLE, act_give_up},
        {ASK, SCEP_EV_DONE, READ, act_read},
        {ASK, SCEP_EV_SILENT, WAIT, act_wait},
        {ASK, SCEP_EV_FAILED, IDLE, act_give_up},
        {READ, SCEP_EV_PENDING, SIGN, act_poll},
        {READ, SCEP_EV_STILL_PENDING, WAIT, act_pending},
        {READ, SCEP_EV_SILENT, WAIT, act_wait},
        {READ, SCEP_EV_GRANTED, IDLE, act_granted},
        {READ, SCEP_EV_FAILED, IDLE, act_refused},
        {WAIT, SCEP_EV_TIMER, CAPS, act_again},
        {WAIT, SCEP_EV_FAILED, IDLE, act_give_up},
};
static const struct fsm_def def = {"SCEP", states, events, rows, sizeof rows / sizeof rows[0]};

static void log_step(void *obj, const char *line)
{
	struct pki_scep_query *q = obj;
	debug(DEBUG_CA_TRANSACTIONS, 100, "CRYPTO_PKI: trustpoint %s: %s", q->trustpoint, line);
}

void scep_event(struct pki_scep_query *q, enum scep_event event)
{
	fsm_step(&def, &q->state, (uint8_t)event, &q->history, q, NULL, log_step);
}

/* What was read, as an event. */
static enum scep_event judge(struct pki_scep_query *q)
{
	if (q->why != SCEP_WHY_GOOD) {
		scep_say_bad(q, scep_why_text(q->why));
		err_set(&q->err, -EBADMSG, "%s", scep_why_text(q->why));
		return q->pending ? SCEP_EV_SILENT : SCEP_EV_FAILED;
	}
	if (q->reply.status == SCEP_FAILURE) {
		err_set(&q->err, -EACCES, "the CA refuses: %s", scep_fail_text(q->reply.fail));
		return SCEP_EV_FAILED;
	}
	if (q->reply.status == SCEP_SUCCESS)
		return SCEP_EV_GRANTED;
	if (q->kind == SCEP_KIND_CRL) {
		err_set(&q->err, -EBADMSG, "%s", scep_why_text(SCEP_WHY_STATUS));
		return SCEP_EV_FAILED;
	}
	return q->polling ? SCEP_EV_STILL_PENDING : SCEP_EV_PENDING;
}

void scep_worked(struct pki_scep_query *q)
{
	if (!q->ok && q->err.code == 0) /* the program ends: what is pending goes on when it starts again */
		stuck(q, -ECANCELED, "it was not done");
	else if (!q->ok)
		scep_event(q, SCEP_EV_FAILED);
	else
		scep_event(q, q->state == READ ? judge(q) : SCEP_EV_DONE);
}
