/* Is a certificate of a verified chain revoked? The methods of `revocation-check` one after the other: the next one only
 * when a method cannot tell, never when it says so. */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/pki/check_int.h"
#include "crypto/pki/logtext.h"
#include "crypto/pki/name.h"

enum { OCSP_TIMEOUT_MS = 10000 };

/* An answer on its way through a helper thread. */
struct pki_ocsp_job {
	struct pki_check *check; /* NULL: nobody wants to know any more */
	struct pki_ocsp *ocsp;
	int64_t now;
	enum pki_why why;
	struct pki_crl_entry entry;
	const char *detail;
	size_t len;
	uint8_t body[];
};

static int64_t wall(const struct pki_check *c)
{
	return c->all->ops->wall_s(c->all->ctx);
}

static struct pki_cert *cert_of(const struct pki_check *c)
{
	return c->chain.path[c->revoke.at];
}

static struct pki_cert *issuer_of(const struct pki_check *c)
{
	return c->chain.path[c->revoke.at + 1];
}

/* ------------------------------------------------------------------ what came of it */

/* What a method, or one place it looked at, came to. */
enum outcome { FAILED, PASSED, WAITING, ENDED };

static void go_on(struct pki_check *c, enum outcome o);

static void fail(struct pki_check *c, enum pki_why why, const char *detail)
{
	c->revoke.why = why;
	str_copy(c->revoke.detail, sizeof c->revoke.detail, str_of(detail));
	pki_check_log_revocation(c, c->chain.tp->revocation[c->revoke.method], why, c->revoke.detail);
}

static enum outcome refuse(struct pki_check *c, const struct pki_crl_entry *e)
{
	char name[PKI_LOG_NAME_MAX], when[PKI_LOG_TIME_MAX], detail[PKI_DETAIL_MAX];
	pki_name_text(pki_cert_subject(cert_of(c)), name, sizeof name);
	pki_log_time(e->when, when);
	snprintf(detail, sizeof detail, "%s since %s%s%s", name, when, e->reason[0] != '\0' ? ", " : "", e->reason);
	fail(c, PKI_WHY_REVOKED, detail);
	pki_check_end(c, PKI_WHY_REVOKED, c->revoke.detail);
	return ENDED;
}

/* ------------------------------------------------------------------ nobody is asked */

/* What somebody has asked for all the same (`crypto ca crl request`) counts: `crloptional` of PIX 6 does without a CRL,
 * not against one. */
static enum outcome none_step(struct pki_check *c)
{
	struct pki_crl_entry entry;
	if (pki_crls_lists(c->all->crls, issuer_of(c), cert_of(c), &entry))
		return refuse(c, &entry);
	c->revoke.unchecked = true;
	return PASSED;
}

/* The same at once for all that are left of the path; GOOD_UNCHECKED, or it has ended. */
static void end_unchecked(struct pki_check *c)
{
	for (; c->revoke.at + 1 < c->chain.npath; c->revoke.at++)
		if (none_step(c) == ENDED)
			return;
	pki_check_end(c, PKI_WHY_GOOD_UNCHECKED, "");
}

/* ------------------------------------------------------------------ CRL */

static enum outcome judge_crl(struct pki_check *c, const struct pki_crl_got *got)
{
	const struct pki_trustpoint *tp = c->chain.tp;
	int64_t next = got->crl != NULL ? pki_crl_next_update(got->crl) : 0;
	struct pki_crl_entry entry;
	char detail[PKI_LOG_TIME_MAX + 32], when[PKI_LOG_TIME_MAX];
	if (got->crl == NULL) {
		fail(c, got->why, got->detail);
		return FAILED;
	}
	switch (pki_crl_look(got->crl, cert_of(c), c->revoke.places.url[c->revoke.next - 1], &entry)) {
	case PKI_WHY_GOOD:
		break;
	case PKI_WHY_REVOKED: /* also on a list that is old: nobody is taken off it again */
		return refuse(c, &entry);
	default:
		fail(c, PKI_WHY_CRL_INVALID, "it is not for this certificate");
		return FAILED;
	}
	if (tp->crl_enforce_next && next < wall(c)) {
		pki_log_time(next, when);
		snprintf(detail, sizeof detail, next != 0 ? "it was good until %s" : "it has no nextUpdate", when);
		fail(c, PKI_WHY_CRL_STALE, detail);
		return FAILED;
	}
	pki_check_log_revocation(c, PKI_REVOCATION_CRL, PKI_WHY_GOOD, "");
	return PASSED;
}

static void on_crl(struct pki_crl_want *w, const struct pki_crl_got *got)
{
	struct pki_check *c = (struct pki_check *)((char *)w - offsetof(struct pki_check, revoke.want));
	go_on(c, judge_crl(c, got));
}

static enum outcome crl_step(struct pki_check *c)
{
	struct pki_revoke *r = &c->revoke;
	enum outcome o = FAILED;
	if (!r->found) {
		pki_places_crl(&r->places, c->chain.tp, cert_of(c), r->at + 2 == c->chain.npath);
		r->found = true;
		if (r->places.n == 0)
			fail(c, PKI_WHY_NO_CRL, "nothing says where it is");
	}
	while (o == FAILED && r->next < r->places.n) { /* in this order: ENDED leaves nothing */
		const struct pki_crl_place place = {
		        .url = r->places.url[r->next++], .tp = c->chain.tp, .issuer = issuer_of(c), .cert = cert_of(c)};
		struct pki_crl_got got;
		r->want.got = on_crl;
		o = pki_crls_get(c->all->crls, &place, &r->want, &got) ? judge_crl(c, &got) : WAITING;
	}
	return o;
}

/* ------------------------------------------------------------------ OCSP */

static void run_answer(void *arg)
{
	struct pki_ocsp_job *j = arg;
	j->why = pki_ocsp_read(j->ocsp, (struct bytes){j->body, j->len}, j->now, &j->entry, &j->detail);
}

static enum outcome judge_ocsp(struct pki_check *c, const struct pki_ocsp_job *j)
{
	if (j->why == PKI_WHY_REVOKED)
		return refuse(c, &j->entry);
	if (j->why != PKI_WHY_GOOD) {
		fail(c, j->why, j->detail);
		return FAILED;
	}
	pki_check_log_revocation(c, PKI_REVOCATION_OCSP, PKI_WHY_GOOD, "");
	return PASSED;
}

static void on_answer(void *arg)
{
	struct pki_ocsp_job *j = arg;
	struct pki_check *c = j->check;
	if (c != NULL) {
		c->revoke.job = NULL;
		go_on(c, judge_ocsp(c, j));
	}
	pki_ocsp_free(j->ocsp);
	free(j);
}

static void on_fetched(void *arg, const struct pki_fetched *got)
{
	struct pki_check *c = arg;
	struct pki_revoke *r = &c->revoke;
	struct pki_ocsp_job *j = NULL;
	r->fetch = NULL;
	if (got->rc == 0 && got->body.len <= PKI_OCSP_BYTES_MAX && (j = calloc(1, sizeof *j + got->body.len)) != NULL) {
		*j = (struct pki_ocsp_job){.check = c, .ocsp = r->ocsp, .now = wall(c), .len = got->body.len};
		j->why = PKI_WHY_NO_OCSP; /* until it is read */
		j->detail = "the answer was not read";
		if (got->body.len > 0)
			memcpy(j->body, got->body.p, got->body.len);
		r->ocsp = NULL;
		if (c->all->ops->work(c->all->ctx, run_answer, on_answer, j) == 0) {
			r->job = j;
			return;
		}
		pki_ocsp_free(j->ocsp);
		free(j);
		fail(c, PKI_WHY_NO_OCSP, "no helper thread is free");
	} else {
		fail(c, PKI_WHY_NO_OCSP, got->rc != 0 ? got->why : "the answer is too long");
	}
	go_on(c, FAILED);
}

/* true: it is asked. */
static bool ask(struct pki_check *c, const char *url)
{
	struct pki_revoke *r = &c->revoke;
	struct err err = {0};
	pki_ocsp_free(r->ocsp);
	r->ocsp = pki_ocsp_new(cert_of(c), issuer_of(c), c->chain.tp->ocsp_nonce);
	if (r->ocsp == NULL) {
		fail(c, PKI_WHY_NO_OCSP, "memory is short");
		return false;
	}
	const struct pki_fetch f = {.url = url,
	                            .what = PKI_FETCH_POST,
	                            .body = pki_ocsp_request(r->ocsp),
	                            .type = "application/ocsp-request",
	                            .most = PKI_OCSP_BYTES_MAX,
	                            .timeout_ms = OCSP_TIMEOUT_MS};
	pki_check_log_ocsp(c, cert_of(c), url);
	err_set(&err, 0, "nothing is fetched here");
	if (c->all->ops->fetch != NULL)
		r->fetch = c->all->ops->fetch(c->all->ctx, &f, on_fetched, c, &err);
	if (r->fetch == NULL)
		fail(c, PKI_WHY_NO_OCSP, err.text);
	return r->fetch != NULL;
}

static enum outcome ocsp_step(struct pki_check *c)
{
	struct pki_revoke *r = &c->revoke;
	if (!r->found) {
		pki_places_ocsp(&r->places, c->chain.tp, cert_of(c));
		r->found = true;
		if (r->places.n == 0)
			fail(c, PKI_WHY_NO_OCSP, "nothing says where the responder is");
	}
	while (r->next < r->places.n)
		if (ask(c, r->places.url[r->next++]))
			return WAITING;
	return FAILED;
}

/* ------------------------------------------------------------------ one after the other */

static void places_forget(struct pki_revoke *r)
{
	pki_places_drop(&r->places);
	r->next = 0;
	r->found = false;
}

static void next_method(struct pki_revoke *r)
{
	r->method++;
	places_forget(r);
}

static void next_cert(struct pki_revoke *r)
{
	r->at++;
	r->method = 0;
	places_forget(r);
}

static enum outcome (*const methods[])(struct pki_check *c) = {[PKI_REVOCATION_NONE] = none_step,
                                                               [PKI_REVOCATION_CRL] = crl_step,
                                                               [PKI_REVOCATION_OCSP] = ocsp_step};

/* From where it stands until it must wait or is over. A method that fails has tried all its places. */
static void proceed(struct pki_check *c)
{
	const struct pki_trustpoint *tp = c->chain.tp;
	struct pki_revoke *r = &c->revoke;
	size_t n = tp->nrevocation > 0 ? tp->nrevocation : 1;
	enum outcome o = FAILED;
	while (o == FAILED || o == PASSED) {
		if (r->at + 1 >= c->chain.npath) {
			pki_check_end(c, r->unchecked ? PKI_WHY_GOOD_UNCHECKED : PKI_WHY_GOOD, "");
			return;
		}
		if (r->method >= n) {
			pki_check_end(c, r->why, r->detail);
			return;
		}
		o = methods[tp->nrevocation > 0 ? tp->revocation[r->method] : PKI_REVOCATION_NONE](c);
		if (o == PASSED)
			next_cert(r);
		else if (o == FAILED)
			next_method(r);
	}
}

/* What a place that took its time came to. When it failed, others of the same method may be left. */
static void go_on(struct pki_check *c, enum outcome o)
{
	if (o == PASSED)
		next_cert(&c->revoke);
	if (o != ENDED)
		proceed(c);
}

static void on_late(struct timer *t, void *arg)
{
	struct pki_check *c = arg;
	const struct pki_trustpoint *tp = c->chain.tp;
	bool optional = false, ocsp = tp->revocation[c->revoke.method] == PKI_REVOCATION_OCSP;
	(void)t;
	for (size_t i = c->revoke.method; i < tp->nrevocation; i++)
		optional = optional || tp->revocation[i] == PKI_REVOCATION_NONE;
	fail(c, ocsp ? PKI_WHY_NO_OCSP : PKI_WHY_NO_CRL, "it takes too long");
	if (optional)
		end_unchecked(c);
	else
		pki_check_end(c, c->revoke.why, c->revoke.detail);
}

void pki_revoke_start(struct pki_check *c)
{
	if (c->chain.tp->nrevocation > 0 && c->chain.tp->revocation[0] != PKI_REVOCATION_NONE)
		timer_start(c->all->clock, &c->revoke.timer, PKI_REVOKE_MS, on_late, c);
	proceed(c);
}

void pki_revoke_stop(struct pki_check *c)
{
	struct pki_revoke *r = &c->revoke;
	pki_crls_unwant(&r->want);
	if (r->fetch != NULL)
		c->all->ops->fetch_cancel(c->all->ctx, r->fetch);
	if (r->job != NULL)
		r->job->check = NULL;
	if (timer_running(&r->timer))
		timer_stop(c->all->clock, &r->timer);
	r->fetch = NULL;
	r->job = NULL;
	pki_ocsp_free(r->ocsp);
	r->ocsp = NULL;
	places_forget(r);
}
