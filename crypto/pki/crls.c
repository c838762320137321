#include "crypto/pki/crls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/debug.h"
#include "core/base/fsm.h"
#include "core/base/log.h"
#include "crypto/pki/logtext.h"
#include "crypto/pki/name.h"

struct crls_entry {
	struct crls_entry *next; /* the one used last in front */
	struct pki_crls *crls;
	uint8_t state;
	bool telling, gone; /* waiters are being told; it is freed after that */
	char *url;
	char trustpoint[72]; /* who wanted it first */
	struct pki_cert *issuer, *cert;
	void *fetch;
	bool by_scep, enforce;
	struct crls_job *job;
	struct pki_crl_want *waiting;
	struct pki_crl *crl; /* the newest that was good; NULL = none */
	uint64_t got_ms, tried_ms, keep_ms;
	enum pki_why why; /* of the last try */
	char detail[160];
};

struct pki_crls {
	struct clock *clock;
	const struct pki_ops *ops;
	void *ctx;
	struct pki_crl_scep scep;
	struct crls_entry *first;
	size_t n;
};

/* A list on its way through a helper thread. */
struct crls_job {
	struct crls_entry *entry; /* NULL: nobody wants it any more */
	struct pki_cert *issuer;
	int64_t now;
	struct pki_crl *crl;
	size_t entries, len;
	struct err err;
	uint8_t body[];
};

/* ------------------------------------------------------------------ entries */

static void entry_free(struct crls_entry *e)
{
	if (e->telling) { /* by whom tells */
		e->gone = true;
		return;
	}
	pki_crl_drop(e->crl);
	pki_cert_drop(e->issuer);
	pki_cert_drop(e->cert);
	free(e->url);
	free(e);
}

static void stop(struct crls_entry *e)
{
	struct pki_crls *crls = e->crls;
	if (e->fetch != NULL && e->by_scep)
		crls->scep.cancel(crls->scep.ctx, e->fetch);
	else if (e->fetch != NULL)
		crls->ops->fetch_cancel(crls->ctx, e->fetch);
	e->fetch = NULL;
	if (e->job != NULL)
		e->job->entry = NULL;
	e->job = NULL;
}

static void entry_remove(struct crls_entry *e)
{
	for (struct crls_entry **p = &e->crls->first; *p != NULL; p = &(*p)->next)
		if (*p == e) {
			*p = e->next;
			e->crls->n--;
			break;
		}
	stop(e);
	for (struct pki_crl_want *w = e->waiting; w != NULL; w = w->next)
		w->entry = NULL;
	e->waiting = NULL;
	entry_free(e);
}

static bool idle(const struct crls_entry *e)
{
	return e->fetch == NULL && e->job == NULL && e->waiting == NULL && !e->telling;
}

/* The one that was not used for longest and that nobody waits for. */
static struct crls_entry *oldest(const struct pki_crls *crls, const struct crls_entry *but)
{
	struct crls_entry *found = NULL;
	for (struct crls_entry *e = crls->first; e != NULL; e = e->next)
		if (e != but && idle(e))
			found = e;
	return found;
}

static void evict(struct crls_entry *e)
{
	char name[PKI_LOG_NAME_MAX];
	if (e->crl != NULL) {
		pki_name_text(pki_crl_issuer(e->crl), name, sizeof name);
		log_msg(MSG_717013, name);
	}
	entry_remove(e);
}

size_t pki_crls_memory(const struct pki_crls *crls)
{
	size_t bytes = 0;
	for (const struct crls_entry *e = crls->first; e != NULL; e = e->next)
		bytes += e->crl != NULL ? pki_crl_memory(e->crl) : 0;
	return bytes;
}

static struct crls_entry *find(struct pki_crls *crls, const struct pki_crl_place *p)
{
	for (struct crls_entry **at = &crls->first; *at != NULL; at = &(*at)->next) {
		struct crls_entry *e = *at;
		bool same = strcmp(e->url, p->url) == 0 && pki_cert_same(e->issuer, p->issuer) &&
		            (p->url[0] != '\0' || strcmp(e->trustpoint, p->tp->name) == 0);
		if (!same)
			continue;
		*at = e->next;
		e->next = crls->first;
		return crls->first = e;
	}
	return NULL;
}

static struct crls_entry *entry_new(struct pki_crls *crls, const struct pki_crl_place *p)
{
	struct crls_entry *old = crls->n >= PKI_CRLS_MAX ? oldest(crls, NULL) : NULL;
	if (old != NULL)
		evict(old);
	struct crls_entry *e = crls->n < PKI_CRLS_MAX ? calloc(1, sizeof *e) : NULL;
	if (e == NULL)
		return NULL;
	e->crls = crls;
	e->url = strdup(p->url);
	e->issuer = pki_cert_hold(p->issuer);
	e->cert = pki_cert_hold(p->cert);
	str_copy(e->trustpoint, sizeof e->trustpoint, str_of(p->tp->name));
	if (e->url == NULL) {
		entry_free(e);
		return NULL;
	}
	e->next = crls->first;
	crls->first = e;
	crls->n++;
	return e;
}

/* ------------------------------------------------------------------ from wanted to there */

enum { LIST_NONE, LIST_FETCHING, LIST_READING, LIST_THERE, LIST_FAILED, LIST_STATES };
enum { EV_WANTED, EV_FETCHED, EV_LOST, EV_READ, EV_BAD, EV_STEPS };

static void begin(void *entry, void *data);
static void read_list(void *entry, void *data);
static void take(void *entry, void *data);
static void lose(void *entry, void *data);

static const struct fsm_row rows[] = {
        {LIST_NONE, EV_WANTED, LIST_FETCHING, begin},
        {LIST_THERE, EV_WANTED, LIST_FETCHING, begin},
        {LIST_FAILED, EV_WANTED, LIST_FETCHING, begin},
        {LIST_FETCHING, EV_FETCHED, LIST_READING, read_list},
        {LIST_FETCHING, EV_LOST, LIST_FAILED, lose},
        {LIST_READING, EV_READ, LIST_THERE, take},
        {LIST_READING, EV_BAD, LIST_FAILED, lose},
};
static const char *const states[LIST_STATES] = {"NONE", "FETCHING", "READING", "THERE", "FAILED"};
static const char *const events[EV_STEPS] = {"WANTED", "FETCHED", "LOST", "READ", "BAD"};
static const struct fsm_def machine = {"CRL", states, events, rows, sizeof rows / sizeof rows[0]};

struct trouble {
	enum pki_why why;
	const char *detail;
};

static void step(struct crls_entry *e, uint8_t event, void *data)
{
	fsm_step(&machine, &e->state, event, NULL, e, data, NULL);
}

/* Everybody who waits, one after the other: each may do what he likes, also end it all. */
static void tell(struct crls_entry *e)
{
	const struct pki_crl_got got = {e->why == PKI_WHY_GOOD ? e->crl : NULL, e->why, e->detail};
	e->telling = true;
	for (struct pki_crl_want *w; (w = e->waiting) != NULL;) {
		e->waiting = w->next;
		w->entry = NULL;
		w->got(w, &got);
	}
	e->telling = false;
	if (e->gone)
		entry_free(e);
}

static void on_fetched(void *arg, const struct pki_fetched *got)
{
	struct crls_entry *e = arg;
	struct trouble t = {PKI_WHY_NO_CRL, got->why};
	e->fetch = NULL;
	step(e, got->rc == 0 ? EV_FETCHED : EV_LOST, got->rc == 0 ? (void *)got : &t);
}

static void begin(void *entry, void *data)
{
	struct crls_entry *e = entry;
	struct pki_crls *crls = e->crls;
	const struct pki_fetch f = {.url = e->url,
	                            .what = PKI_FETCH_GET,
	                            .most = PKI_CRL_BYTES_MAX,
	                            .timeout_ms = PKI_CRLS_TIMEOUT_MS};
	struct err err = {0};
	(void)data;
	e->tried_ms = clock_now(crls->clock);
	e->by_scep = e->url[0] == '\0';
	debug(DEBUG_CA, 1, "CRYPTO_PKI: Retrieving CRL from %s", e->by_scep ? "the CA by SCEP" : e->url);
	if (!e->by_scep && crls->ops->fetch != NULL)
		e->fetch = crls->ops->fetch(crls->ctx, &f, on_fetched, e, &err);
	else if (e->by_scep && crls->scep.start != NULL)
		e->fetch = crls->scep.start(crls->scep.ctx, e->trustpoint, e->cert, on_fetched, e, &err);
	else
		err_set(&err, -EPROTONOSUPPORT, "nothing is fetched here");
	if (e->fetch == NULL)
		step(e, EV_LOST, &(struct trouble){PKI_WHY_NO_CRL, err.text});
}

static void run_read(void *arg)
{
	struct crls_job *j = arg;
	j->crl = pki_crl_read((struct bytes){j->body, j->len}, j->issuer, j->now, &j->entries, &j->err);
}

static void log_bad(const struct crls_entry *e, const struct crls_job *j)
{
	char name[PKI_LOG_NAME_MAX];
	pki_name_text(pki_cert_subject(e->issuer), name, sizeof name);
	if (j->err.code == -ENOSPC)
		log_msg(MSG_717018, name, (unsigned)j->entries, (unsigned)PKI_CRL_ENTRIES_MAX);
	else
		log_msg(MSG_717019, e->trustpoint, j->err.text);
}

static void on_read(void *arg)
{
	struct crls_job *j = arg;
	struct crls_entry *e = j->entry;
	if (e != NULL) {
		e->job = NULL;
		if (j->crl == NULL)
			log_bad(e, j);
		step(e, j->crl != NULL ? EV_READ : EV_BAD,
		     j->crl != NULL ? (void *)j->crl : &(struct trouble){PKI_WHY_CRL_INVALID, j->err.text});
	}
	pki_crl_drop(j->crl);
	pki_cert_drop(j->issuer);
	free(j);
}

static void read_list(void *entry, void *data)
{
	struct crls_entry *e = entry;
	const struct pki_fetched *got = data;
	struct pki_crls *crls = e->crls;
	struct crls_job *j = got->body.len <= PKI_CRL_BYTES_MAX ? calloc(1, sizeof *j + got->body.len) : NULL;
	if (j != NULL) {
		*j = (struct crls_job){.entry = e, .issuer = pki_cert_hold(e->issuer), .len = got->body.len};
		j->now = crls->ops->wall_s(crls->ctx);
		err_set(&j->err, -ECANCELED, "it was not read");
		if (got->body.len > 0)
			memcpy(j->body, got->body.p, got->body.len);
		if (crls->ops->work(crls->ctx, run_read, on_read, j) == 0) {
			e->job = j;
			return;
		}
		pki_cert_drop(j->issuer);
		free(j);
	}
	step(e, EV_BAD, &(struct trouble){PKI_WHY_BUSY, "no helper thread is free"});
}

/* Old by `cache-time`, or by what it says itself. */
static bool fresh(const struct crls_entry *e)
{
	uint64_t now = clock_now(e->crls->clock);
	int64_t next = e->crl != NULL ? pki_crl_next_update(e->crl) : 0;
	if (e->crl == NULL || now - e->got_ms >= e->keep_ms)
		return false;
	return !e->enforce || next >= e->crls->ops->wall_s(e->crls->ctx);
}

/* Not before there is another one: it says nothing good of anybody any more, but who is on it is (pki_crls_lists). */
static void forget_old(struct crls_entry *e)
{
	char name[PKI_LOG_NAME_MAX];
	if (e->crl != NULL && !fresh(e)) {
		pki_name_text(pki_crl_issuer(e->crl), name, sizeof name);
		log_msg(MSG_717016, name);
	}
	pki_crl_drop(e->crl);
	e->crl = NULL;
}

static void take(void *entry, void *data)
{
	struct crls_entry *e = entry, *old;
	struct pki_crls *crls = e->crls;
	forget_old(e);
	e->crl = pki_crl_hold(data);
	e->got_ms = clock_now(crls->clock);
	e->why = PKI_WHY_GOOD;
	e->detail[0] = '\0';
	debug(DEBUG_CA, 1, "CRYPTO_PKI: CRL with %zu entries received, %zu bytes", pki_crl_entries(e->crl),
	      pki_crl_der_size(e->crl));
	while (pki_crls_memory(crls) > PKI_CRLS_BYTES_MAX && (old = oldest(crls, e)) != NULL)
		evict(old);
	tell(e);
}

static void lose(void *entry, void *data)
{
	struct crls_entry *e = entry;
	const struct trouble *t = data;
	char when[PKI_LOG_TIME_MAX];
	e->why = t->why;
	str_copy(e->detail, sizeof e->detail, str_of(t->detail));
	debug(DEBUG_CA, 1, "CRYPTO_PKI: CRL retrieval failed: %s", e->detail);
	pki_log_time(e->crls->ops->wall_s(e->crls->ctx), when);
	if (e->got_ms != 0)
		log_msg(MSG_717012, e->trustpoint, when);
	else
		log_msg(MSG_717010, e->trustpoint);
	tell(e);
}

/* ------------------------------------------------------------------ from outside */

bool pki_crls_get(struct pki_crls *crls, const struct pki_crl_place *place, struct pki_crl_want *w,
                  struct pki_crl_got *got)
{
	struct crls_entry *e = strlen(place->url) <= PKI_CRLS_URL_MAX ? find(crls, place) : NULL;
	*got = (struct pki_crl_got){NULL, PKI_WHY_NO_CRL, "too many CRLs are being fetched"};
	w->entry = NULL;
	if (e == NULL && (strlen(place->url) > PKI_CRLS_URL_MAX || (e = entry_new(crls, place)) == NULL))
		return true;
	e->keep_ms = (uint64_t)place->tp->crl_cache_s * 1000;
	e->enforce = place->tp->crl_enforce_next;
	bool under_way = e->fetch != NULL || e->job != NULL;
	bool tried = e->state != LIST_NONE && clock_now(crls->clock) - e->tried_ms < PKI_CRLS_AGAIN_MS;
	if (!under_way && (place->again || (!fresh(e) && !tried))) {
		step(e, EV_WANTED, NULL);
		under_way = e->fetch != NULL;
	} else if (!place->again && fresh(e)) {
		under_way = false; /* somebody asks for a newer one: this one will do */
	}
	if (under_way) {
		struct pki_crl_want **end = &e->waiting;
		while (*end != NULL)
			end = &(*end)->next;
		w->next = NULL;
		w->entry = e;
		*end = w;
		return false;
	}
	bool use = e->crl != NULL && (e->why == PKI_WHY_GOOD || fresh(e)) && !(place->again && e->why != PKI_WHY_GOOD);
	*got = (struct pki_crl_got){use ? e->crl : NULL, use ? PKI_WHY_GOOD : e->why, use ? "" : e->detail};
	return true;
}

bool pki_crls_lists(const struct pki_crls *crls, const struct pki_cert *issuer, const struct pki_cert *cert,
                    struct pki_crl_entry *entry)
{
	for (const struct crls_entry *e = crls->first; e != NULL; e = e->next)
		if (e->crl != NULL && pki_cert_same(e->issuer, issuer) &&
		    pki_crl_look(e->crl, cert, e->url, entry) == PKI_WHY_REVOKED)
			return true;
	return false;
}

void pki_crls_unwant(struct pki_crl_want *w)
{
	if (w->entry == NULL)
		return;
	for (struct pki_crl_want **at = &w->entry->waiting; *at != NULL; at = &(*at)->next)
		if (*at == w) {
			*at = w->next;
			break;
		}
	w->entry = NULL;
}

void pki_crls_clear(struct pki_crls *crls, const char *trustpoint)
{
	for (struct crls_entry *e = crls->first, *next; e != NULL; e = next) {
		next = e->next;
		if ((trustpoint == NULL || strcmp(e->trustpoint, trustpoint) == 0) && idle(e))
			entry_remove(e);
	}
}

void pki_crls_each(const struct pki_crls *crls, void (*fn)(void *arg, const struct pki_crl_info *info), void *arg)
{
	int64_t wall = crls->ops->wall_s(crls->ctx);
	for (const struct crls_entry *e = crls->first; e != NULL; e = e->next) {
		int64_t left = (int64_t)(e->got_ms + e->keep_ms) - (int64_t)clock_now(crls->clock);
		struct pki_crl_info info = {e->crl, e->url, e->trustpoint, wall + left / 1000};
		if (e->crl == NULL)
			continue;
		if (e->enforce && pki_crl_next_update(e->crl) < info.until)
			info.until = pki_crl_next_update(e->crl);
		if (info.until >= wall)
			fn(arg, &info);
	}
}

struct pki_crls *pki_crls_new(struct clock *clock, const struct pki_ops *ops, void *ctx)
{
	struct pki_crls *crls = calloc(1, sizeof *crls);
	if (crls != NULL)
		*crls = (struct pki_crls){.clock = clock, .ops = ops, .ctx = ctx};
	return crls;
}

void pki_crls_set_scep(struct pki_crls *crls, const struct pki_crl_scep *scep)
{
	crls->scep = *scep;
}

void pki_crls_free(struct pki_crls *crls)
{
	while (crls != NULL && crls->first != NULL)
		entry_remove(crls->first);
	free(crls);
}
