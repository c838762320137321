#include "crypto/pki/scep.h"

#include <errno.h>
#include <stdlib.h>

#include "core/base/log.h"
#include "crypto/pki/scep_priv.h"

/* ------------------------------------------------------------------ texts of a request */

static const char *copy_text(const char *text, bool *ok)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	char *copy = strdup(text);
	*ok = *ok && copy != NULL;
	return copy;
}

static bool request_copy(struct pki_request *to, const struct pki_request *from)
{
	bool ok = true;
	*to = *from;
	to->subject = copy_text(from->subject, &ok);
	to->fqdn = copy_text(from->fqdn, &ok);
	to->email = copy_text(from->email, &ok);
	to->serial = copy_text(from->serial, &ok);
	to->challenge = copy_text(from->challenge, &ok);
	return ok;
}

static void request_free(struct pki_request *r)
{
	free((void *)r->subject);
	free((void *)r->fqdn);
	free((void *)r->email);
	free((void *)r->serial);
	if (r->challenge != NULL)
		wipe((void *)r->challenge, strlen(r->challenge));
	free((void *)r->challenge);
	*r = (struct pki_request){0};
}

/* ------------------------------------------------------------------ queries */

struct pki_scep_query *scep_query_new(struct pki_scep *s, enum scep_kind kind, const struct pki_trustpoint *tp,
                                      struct err *err)
{
	struct pki_scep_query *q = s->n < PKI_SCEP_TRANSACTIONS_MAX ? calloc(1, sizeof *q) : NULL;
	if (q == NULL) {
		err_set(err, -EBUSY, "too many requests to certificate authorities are under way");
		return NULL;
	}
	q->scep = s;
	q->kind = kind;
	str_copy(q->trustpoint, sizeof q->trustpoint, str_of(tp->name));
	q->next = s->queries;
	s->queries = q;
	s->n++;
	return q;
}

static void unlink_query(struct pki_scep_query *q)
{
	struct pki_scep_query **at = &q->scep->queries;
	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	q->scep->n--;
	timer_stop(q->scep->pki->clock, &q->timer);
	if (q->fetch != NULL)
		q->scep->pki->ops->fetch_cancel(q->scep->pki->ctx, q->fetch);
	q->fetch = NULL;
	q->scep = NULL;
}

void scep_query_end(struct pki_scep_query *q)
{
	if (q->scep != NULL)
		unlink_query(q);
	q->dead = true;
	if (q->busy) /* comes again when the helper thread is through with it */
		return;
	request_free(&q->request);
	if (q->pkcs10 != NULL) /* the challenge is in it */
		wipe(q->pkcs10, q->pkcs10_len);
	free(q->pkcs10);
	free(q->message);
	free(q->answer);
	scep_reply_free(&q->reply);
	scep_ca_drop(&q->ca);
	pki_cert_drop(q->from);
	pki_cert_drop(q->of);
	pki_key_drop(q->key);
	free(q);
}

static void tell_lost(struct timer *t, void *arg)
{
	struct pki_scep_query *q = arg;
	void (*sent)(void *arg, const struct err *err) = q->sent;
	void *sent_arg = q->arg;
	struct err err;
	(void)t;
	err_set(&err, -ECANCELED, "%s", q->lost);
	scep_query_end(q);
	if (sent != NULL)
		sent(sent_arg, &err);
}

/* Who waits is told later: his console may go on at once, and that must not be in the midst of somebody else's command or
 * of a commit. */
static void give_up(struct pki_scep_query *q, const char *why)
{
	if (q->sent == NULL) {
		scep_query_end(q);
		return;
	}
	q->lost = why;
	timer_start(q->scep->pki->clock, &q->timer, 0, tell_lost, q);
}

static struct pki_scep_query *find(const struct pki_scep *s, const char *trustpoint)
{
	struct pki_scep_query *q = s != NULL ? s->queries : NULL;
	while (q != NULL && (!scep_enrolls(q) || strcmp(q->trustpoint, trustpoint) != 0))
		q = q->next;
	return q;
}

static const struct pki_trustpoint *trustpoint(struct pki *pki, const char *name, struct err *err)
{
	const struct pki_trustpoint *tp = pki_trustpoint_find(pki->conf, name);
	if (tp == NULL)
		err_set(err, -ENOENT, "CA trustpoint '%s' is not known", name);
	else if (tp->enroll != PKI_ENROLL_URL || tp->url[0] == '\0')
		err_set(err, -EDESTADDRREQ, "trustpoint '%s' has no enrollment url", name);
	else if (pki->scep != NULL)
		return tp;
	else
		err_set(err, -ENOMEM, "out of memory");
	return NULL;
}

bool scep_query_parties(struct pki_scep_query *q, const struct pki_trustpoint *tp, struct err *err)
{
	struct pki *pki = q->scep->pki;
	const struct pki_pair *pair = pki_keys_find(pki->keys, tp->keypair);
	struct pki_cert *general = tp->cert[PKI_ROLE_RA_GENERAL];
	struct pki_cert *sign = tp->cert[PKI_ROLE_RA_SIGN], *encrypt = tp->cert[PKI_ROLE_RA_ENCRYPT];
	if (tp->cert[PKI_ROLE_CA] == NULL) {
		err_set(err, -ENOKEY, "the trustpoint has no certificate of its CA");
		return false;
	}
	if (pair == NULL || pair->key[PKI_KEY_SIGN] == NULL) {
		log_msg(MSG_717001);
		err_set(err, -ENOKEY, "there is no RSA key pair %s", tp->keypair);
		return false;
	}
	scep_ca_drop(&q->ca);
	q->ca.ca = pki_cert_hold(tp->cert[PKI_ROLE_CA]);
	q->ca.ra_sign = pki_cert_hold(sign != NULL ? sign : general);
	q->ca.ra_encrypt = pki_cert_hold(encrypt != NULL ? encrypt : general);
	if (q->key == NULL)
		q->key = pki_key_hold(pair->key[PKI_KEY_SIGN]);
	if (q->key != pair->key[PKI_KEY_SIGN] && !bytes_eq(pki_key_public(q->key), pki_key_public(pair->key[PKI_KEY_SIGN]))) {
		err_set(err, -ENOKEY, "there is another RSA key pair %s now", tp->keypair);
		return false;
	}
	if (q->transaction[0] == '\0')
		scep_transaction(q->key, q->transaction);
	return true;
}

/* ------------------------------------------------------------------ GetCACert */

/* `ca configure T ca ...` of an authority that has RAs */
static bool wrong_mode(const struct pki_trustpoint *tp, const struct scep_ca *ca)
{
	return tp != NULL && tp->ca_mode && ca->ra_sign != NULL;
}

static void ca_failed(struct pki_scep_query *q)
{
	const struct pki_trustpoint *tp = pki_trustpoint_find(q->scep->pki->conf, q->trustpoint);
	log_msg(MSG_717017, q->trustpoint, tp != NULL ? tp->url : "");
	scep_say_ca_error();
	q->got_ca(q->arg, NULL, &q->err);
	scep_say_ca_failed(q);
}

static void ca_answered(void *arg, const struct pki_fetched *got)
{
	struct pki_scep_query *q = arg;
	const struct pki_trustpoint *tp = pki_trustpoint_find(q->scep->pki->conf, q->trustpoint);
	q->fetch = NULL;
	if (got->status != 0)
		scep_say_opened();
	if (got->rc != 0) {
		err_set(&q->err, got->rc, "%s", got->why);
		ca_failed(q);
	} else if (!scep_ca_read(got->body, &q->ca, &q->err)) {
		ca_failed(q);
	} else {
		bool wrong = wrong_mode(tp, &q->ca);
		if (wrong)
			err_set(&q->err, -EBADMSG, "failed to process RA certificate");
		q->got_ca(q->arg, &q->ca, &q->err);
		scep_say_ca_got(q, wrong);
	}
	scep_query_end(q);
}

struct pki_scep_query *pki_scep_authenticate(struct pki *pki, const char *name,
                                             void (*done)(void *arg, const struct scep_ca *got, const struct err *err),
                                             void *arg, struct err *err)
{
	const struct pki_trustpoint *tp = trustpoint(pki, name, err);
	struct pki_scep_query *q = tp != NULL ? scep_query_new(pki->scep, SCEP_KIND_CA, tp, err) : NULL;
	if (q == NULL)
		return NULL;
	q->got_ca = done;
	q->arg = arg;
	scep_say_start();
	scep_say_ca_asked(q);
	if (scep_transfer(q, tp, SCEP_OP_CA, ca_answered))
		return q;
	err_set(err, q->err.code, "%s", q->err.text);
	scep_query_end(q);
	return NULL;
}

void pki_scep_query_cancel(struct pki_scep_query *q)
{
	scep_query_end(q);
}

/* ------------------------------------------------------------------ enrolment */

/* false with err: no helper thread, and the query is no more. */
static bool begin(struct pki_scep_query *q, struct err *err)
{
	if (scep_work_make(q)) {
		scep_event(q, SCEP_EV_START);
		return true;
	}
	err_set(err, q->err.code, "%s", q->err.text);
	scep_query_end(q);
	return false;
}

/* Signs with the certificate it has, as long as that is good. */
static void choose_renewal(struct pki_scep_query *q, const struct pki_trustpoint *tp)
{
	struct pki_cert *own = tp->cert[PKI_ROLE_OWN];
	int64_t now = q->scep->pki->ops->wall_s(q->scep->pki->ctx);
	q->renewal = own != NULL && pki_key_fits(q->key, own) && scep_issued(q->ca.ca, own) &&
	             pki_cert_not_after(own) > now;
}

int pki_scep_enroll(struct pki *pki, const struct pki_scep_enroll *in, void (*sent)(void *arg, const struct err *err),
                    void *arg, struct err *err)
{
	struct err why = {0};
	const struct pki_trustpoint *tp = trustpoint(pki, in->trustpoint, &why);
	struct pki_scep_query *q = tp != NULL ? scep_query_new(pki->scep, SCEP_KIND_ENROLL, tp, &why) : NULL;
	if (q == NULL)
		return err_set(err, why.code, "%s", why.text);
	if (!scep_query_parties(q, tp, &why)) {
		log_msg(MSG_717002, q->trustpoint, why.text);
		scep_query_end(q);
		return err_set(err, why.code, "%s", why.text);
	}
	if (!request_copy(&q->request, &in->request)) {
		scep_query_end(q);
		return err_set(err, -ENOMEM, "out of memory");
	}
	choose_renewal(q, tp);
	q->fingerprint = in->fingerprint;
	q->sent = sent;
	q->arg = arg;
	scep_say_start();
	if (!begin(q, &why)) {
		log_msg(MSG_717002, in->trustpoint, why.text);
		return err_set(err, why.code, "%s", why.text);
	}
	/* The one before it, which is further down the list. */
	for (struct pki_scep_query *old = q->next; old != NULL; old = old->next)
		if (scep_enrolls(old) && strcmp(old->trustpoint, q->trustpoint) == 0) {
			give_up(old, "another request takes its place");
			scep_file_write(pki->scep); /* without it */
			break;
		}
	return 0;
}

void pki_scep_forget(struct pki *pki, void *arg)
{
	for (struct pki_scep_query *q = pki->scep != NULL ? pki->scep->queries : NULL; q != NULL; q = q->next)
		if (q->sent != NULL && q->arg == arg)
			q->sent = NULL;
}

bool pki_scep_pending(const struct pki *pki, const char *name)
{
	return find(pki->scep, name) != NULL;
}

const char *pki_scep_fingerprint(const struct pki *pki, const char *name)
{
	const struct pki_scep_query *q = find(pki->scep, name);
	return q != NULL ? q->print : "";
}

/* ------------------------------------------------------------------ GetCRL */

struct pki_scep_query *pki_scep_crl(struct pki *pki, const char *name, const struct pki_cert *of,
                                    void (*done)(void *arg, const struct pki_fetched *got), void *arg, struct err *err)
{
	const struct pki_trustpoint *tp = trustpoint(pki, name, err);
	struct pki_scep_query *q = tp != NULL ? scep_query_new(pki->scep, SCEP_KIND_CRL, tp, err) : NULL;
	if (q == NULL)
		return NULL;
	if (!scep_query_parties(q, tp, err)) {
		scep_query_end(q);
		return NULL;
	}
	struct pki_request who = {.subject = "CN=postern"};
	choose_renewal(q, tp);
	if (!request_copy(&q->request, &who)) {
		scep_query_end(q);
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	q->of = pki_cert_hold((struct pki_cert *)of);
	q->got_crl = done;
	q->arg = arg;
	return begin(q, err) ? q : NULL;
}

/* ------------------------------------------------------------------ the client */

struct pki_scep *pki_scep_new(struct pki *pki, int dir)
{
	struct pki_scep *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->pki = pki;
	s->dir = dir;
	return s;
}

void pki_scep_free(struct pki_scep *s)
{
	if (s == NULL)
		return;
	while (s->queries != NULL)
		scep_query_end(s->queries);
	free(s);
}

static void resume(struct pki_scep *s, const char *name, const char *transaction, struct pki_cert *from, unsigned tries)
{
	struct err err = {0};
	const struct pki_trustpoint *tp = trustpoint(s->pki, name, &err);
	struct pki_scep_query *q = tp != NULL && find(s, name) == NULL
	                                   ? scep_query_new(s, SCEP_KIND_ENROLL, tp, &err)
	                                   : NULL;
	if (q == NULL) {
		log_msg(MSG_717002, name, err.text);
		return;
	}
	q->from = pki_cert_hold(from);
	q->tries = tries;
	q->polling = q->pending = true;
	str_copy(q->transaction, sizeof q->transaction, str_of(transaction));
	if (scep_query_parties(q, tp, &err) && pki_key_fits(q->key, from)) {
		scep_event(q, SCEP_EV_RESUME);
		return;
	}
	log_msg(MSG_717002, name, err.code != 0 ? err.text : "there is another RSA key pair now");
	scep_query_end(q);
}

void pki_scep_conf_changed(struct pki_scep *s)
{
	if (s == NULL)
		return;
	if (!s->read) {
		s->read = true;
		scep_file_read(s, resume);
		scep_file_write(s);
		return;
	}
	bool gone = false;
	for (struct pki_scep_query *q = s->queries, *next; q != NULL; q = next) {
		next = q->next;
		if (!scep_enrolls(q) || pki_trustpoint_find(s->pki->conf, q->trustpoint) != NULL)
			continue;
		gone = true;
		give_up(q, "the trustpoint was removed");
	}
	if (gone)
		scep_file_write(s);
}
