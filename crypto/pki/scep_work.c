/* What a private key is needed for, on helper threads. While one has the query nobody else changes it. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/random.h"
#include "crypto/pki/scep_priv.h"

enum { SELF_BEFORE_S = 86400, SELF_AFTER_S = 365 * 86400 };

/* Who signs what is asked before there is a certificate (RFC 8894 §2.3), and the request. */
static void make(void *arg)
{
	struct pki_scep_query *q = arg;
	if (q->from == NULL)
		q->from = pki_self_sign(q->key, &q->request, q->now_s - SELF_BEFORE_S, q->now_s + SELF_AFTER_S, &q->err);
	q->ok = q->from != NULL;
	if (!q->ok || q->kind != SCEP_KIND_ENROLL)
		return;
	q->pkcs10 = pki_request_make(q->key, &q->request, &q->pkcs10_len, &q->err);
	q->ok = q->pkcs10 != NULL;
}

static uint8_t *content(const struct pki_scep_query *q, size_t *len)
{
	if (q->kind == SCEP_KIND_CRL)
		return scep_content_serial(q->of, len);
	return scep_content_subject(pki_cert_subject(q->ca.ca), pki_cert_subject(q->from), len);
}

static enum scep_type type_of(const struct pki_scep_query *q)
{
	if (q->kind == SCEP_KIND_CRL)
		return SCEP_GET_CRL;
	return q->polling ? SCEP_CERT_POLL : q->renewal ? SCEP_RENEWAL_REQ : SCEP_PKCS_REQ;
}

static void sign(void *arg)
{
	struct pki_scep_query *q = arg;
	struct scep_ask ask = {.type = type_of(q), .transaction = q->transaction, .to = scep_ca_encrypt(&q->ca),
	                       .from = q->from, .key = q->key, .caps = q->caps};
	uint8_t *own = NULL;
	size_t len = 0;
	if (ask.type == SCEP_PKCS_REQ || ask.type == SCEP_RENEWAL_REQ)
		ask.content = (struct bytes){q->pkcs10, q->pkcs10_len};
	else if ((own = content(q, &len)) != NULL)
		ask.content = (struct bytes){own, len};
	memcpy(ask.nonce, q->nonce, sizeof ask.nonce);
	q->message = ask.content.len > 0 ? scep_ask_make(&ask, &q->message_len, &q->err) : NULL;
	q->ok = q->message != NULL;
	free(own);
}

static void read_answer(void *arg)
{
	struct pki_scep_query *q = arg;
	struct scep_expect e = {&q->ca, q->transaction, q->nonce, q->from, q->key};
	q->why = scep_reply_read((struct bytes){q->answer, q->answer_len}, &e, &q->reply);
	q->ok = true;
}

static void worked(void *arg)
{
	struct pki_scep_query *q = arg;
	q->busy = false;
	if (q->dead)
		scep_query_end(q);
	else if (q->lost == NULL)
		scep_worked(q);
}

static bool work(struct pki_scep_query *q, void (*run)(void *job))
{
	struct pki *pki = q->scep->pki;
	q->ok = false;
	q->err = (struct err){0};
	q->now_s = pki->ops->wall_s(pki->ctx);
	q->busy = true;
	if (pki->ops->work(pki->ctx, run, worked, q) == 0)
		return true;
	q->busy = false;
	err_set(&q->err, -EAGAIN, "too much is to be signed");
	return false;
}

bool scep_work_make(struct pki_scep_query *q)
{
	return work(q, make);
}

/* Every message has a nonce of its own. */
bool scep_work_sign(struct pki_scep_query *q)
{
	free(q->message);
	q->message = NULL;
	random_bytes(q->nonce, sizeof q->nonce);
	return work(q, sign);
}

bool scep_work_read(struct pki_scep_query *q)
{
	scep_reply_free(&q->reply);
	return work(q, read_answer);
}
