/* The life of a check: the chain and the peer's signature on a helper thread, then its revocation, then the verdict. */
#include "crypto/pki/check.h"

#include <stdlib.h>

#include "crypto/pki/check_int.h"
#include "crypto/pki/ossl.h"

enum { CHECK_HASH_MAX = 64, CHECK_ID_MAX = 4096 };

const char *pki_why_text(enum pki_why why)
{
	static const char *const texts[] = {
#define X(name, text) [PKI_WHY_##name] = text,
	        PKI_WHY_LIST(X)
#undef X
	};
	return (unsigned)why < PKI_WHYS ? texts[why] : "";
}

/* ------------------------------------------------------------------ all of them */

struct pki_checks *pki_checks_new(struct clock *clock, const struct pki_ops *ops, void *ctx)
{
	struct pki_checks *all = calloc(1, sizeof *all);
	if (all != NULL)
		*all = (struct pki_checks){.clock = clock, .ops = ops, .ctx = ctx, .crls = pki_crls_new(clock, ops, ctx)};
	if (all != NULL && all->crls == NULL) {
		free(all);
		return NULL;
	}
	return all;
}

void pki_checks_set_conf(struct pki_checks *all, const struct pki_conf *conf)
{
	pki_anchors_drop(all->anchors);
	all->anchors = NULL;
	all->conf = conf;
}

static void check_free(struct pki_check *c)
{
	struct pki_checks *all = c->all;
	if (all != NULL) {
		*(c->prev != NULL ? &c->prev->next : &all->first) = c->next;
		if (c->next != NULL)
			c->next->prev = c->prev;
		all->n--;
	}
	pki_revoke_stop(c);
	pki_chain_drop(&c->chain);
	pki_cert_drop(c->own);
	pki_anchors_drop(c->anchors);
	free(c);
}

void pki_checks_free(struct pki_checks *all)
{
	if (all == NULL)
		return;
	for (struct pki_check *c = all->first, *next; c != NULL; c = next) {
		next = c->next;
		pki_check_cancel(c);
	}
	for (struct pki_check *c = all->first; c != NULL; c = c->next)
		c->all = NULL; /* at work: frees itself */
	pki_crls_free(all->crls);
	pki_anchors_drop(all->anchors);
	free(all);
}

/* As of the IKE engine's lines about strangers: some at once, then ten a second. */
static bool may_log(struct pki_checks *all)
{
	enum { BURST = 20, EVERY_MS = 100 };
	uint64_t now = clock_now(all->clock), refill = (now - all->bucket_ms) / EVERY_MS;
	if (refill > 0) {
		all->bucket = refill < all->bucket ? all->bucket - (unsigned)refill : 0;
		all->bucket_ms = now;
	}
	if (all->bucket >= BURST)
		return false;
	all->bucket++;
	return true;
}

/* ------------------------------------------------------------------ on a helper thread */

/* The one that has the peer's identity; else the first. NULL: that cannot be read. The others that cannot are passed
 * over (keys that are not RSA). n: how many are left, the peer's own in front. */
static size_t read_certs(const struct pki_check *c, struct pki_cert *certs[PKI_CHAIN_MAX], struct err *err)
{
	size_t n = 0, own = 0;
	bool nosupport, first = false, found = false;
	for (size_t i = 0; i < c->ncerts; i++) {
		struct err why = {0};
		struct pki_cert *cert = pki_cert_read(c->certs[i], &why);
		if (i == 0) {
			first = cert != NULL;
			*err = why;
		}
		if (cert == NULL)
			continue;
		if (!found && pki_id_check(cert, c->id_type, c->id, &nosupport)) {
			found = true;
			own = n;
		}
		certs[n++] = cert;
	}
	if (!found && !first) {
		while (n > 0)
			pki_cert_drop(certs[--n]);
	} else if (n > 0) {
		struct pki_cert *cert = certs[own];
		certs[own] = certs[0];
		certs[0] = cert;
	}
	return n;
}

static void run_chain(void *job)
{
	struct pki_check *c = job;
	struct pki_cert *certs[PKI_CHAIN_MAX];
	struct err err = {0};
	size_t n = read_certs(c, certs, &err);
	if (n == 0) {
		c->chain.why = c->ncerts > 0 ? PKI_WHY_MALFORMED : PKI_WHY_NO_CERT;
		str_copy(c->chain.detail, sizeof c->chain.detail, str_of(err.text));
		return;
	}
	c->own = pki_cert_hold(certs[0]);
	pki_chain_build(c->anchors, certs, n, c->now, &c->chain);
	if (c->chain.why == PKI_WHY_GOOD && !pki_verify_hash(c->own, c->hash, c->sig))
		c->chain.why = PKI_WHY_SIGNATURE;
	for (size_t i = 0; i < n; i++)
		pki_cert_drop(certs[i]);
}

/* ------------------------------------------------------------------ the verdict */

void pki_check_end(struct pki_check *c, enum pki_why why, const char *detail)
{
	bool good = why == PKI_WHY_GOOD || why == PKI_WHY_GOOD_UNCHECKED;
	pki_revoke_stop(c); /* as long as there is a clock to stop the timer of */
	c->state = CHECK_ENDED;
	c->verdict = (struct pki_verdict){.why = why,
	                                  .detail = detail,
	                                  .cert = good ? c->own : NULL,
	                                  .trustpoint = c->chain.tp != NULL ? c->chain.tp->name : ""};
	pki_check_log_end(c);
	c->done(c->arg, &c->verdict); /* which may end everything */
	check_free(c);
}

static void on_chain(void *job)
{
	struct pki_check *c = job;
	if (c->cancelled) {
		check_free(c);
		return;
	}
	pki_check_log_chain(c);
	if (c->chain.why == PKI_WHY_GOOD) {
		c->state = CHECK_REVOCATION;
		pki_revoke_start(c);
	} else {
		pki_check_end(c, c->chain.why, c->chain.detail);
	}
}

/* ------------------------------------------------------------------ from outside */

static struct bytes copy(uint8_t **to, struct bytes b, size_t most)
{
	struct bytes out = {*to, b.len <= most ? b.len : 0};
	if (out.len > 0)
		memcpy(*to, b.p, out.len);
	*to += out.len;
	return out;
}

static size_t size_of(const struct pki_check_in *in)
{
	size_t size = CHECK_HASH_MAX + PKI_SIG_MAX + CHECK_ID_MAX;
	for (size_t i = 0; i < in->ncerts; i++)
		size += in->certs[i].len <= PKI_CERT_MAX ? in->certs[i].len : 0;
	return size;
}

static struct pki_check *check_new(struct pki_checks *all, const struct pki_check_in *in)
{
	struct pki_check *c = calloc(1, sizeof *c + size_of(in));
	if (c == NULL)
		return NULL;
	uint8_t *at = (uint8_t *)(c + 1);
	for (size_t i = 0; i < in->ncerts; i++)
		c->certs[i] = copy(&at, in->certs[i], PKI_CERT_MAX);
	c->ncerts = in->ncerts;
	c->hash = copy(&at, in->hash, CHECK_HASH_MAX);
	c->sig = copy(&at, in->sig, PKI_SIG_MAX);
	c->id = copy(&at, in->id, CHECK_ID_MAX);
	c->id_type = in->id_type;
	c->peer_ip = in->peer_ip;
	c->anchors = pki_anchors_hold(all->anchors);
	c->now = all->ops->wall_s(all->ctx);
	c->chain.why = PKI_WHY_BUSY; /* until it is judged: an appliance that stops judges nobody */
	c->quiet = !may_log(all);
	return c;
}

struct pki_check *pki_check_start(struct pki *pki, const struct pki_check_in *in,
                                  void (*done)(void *arg, const struct pki_verdict *v), void *arg)
{
	struct pki_checks *all = pki_checks_of(pki);
	if (all->anchors == NULL)
		all->anchors = pki_anchors_new(all->conf);
	if (all->n >= PKI_CHECKS_MAX || all->anchors == NULL || in->ncerts > PKI_CHAIN_MAX)
		return NULL;
	struct pki_check *c = check_new(all, in);
	if (c == NULL)
		return NULL;
	c->done = done;
	c->arg = arg;
	if (all->ops->work(all->ctx, run_chain, on_chain, c) < 0) {
		check_free(c);
		return NULL;
	}
	c->all = all;
	c->next = all->first;
	if (c->next != NULL)
		c->next->prev = c;
	all->first = c;
	all->n++;
	return c;
}

void pki_check_cancel(struct pki_check *c)
{
	if (c->state == CHECK_ENDED || c->cancelled)
		return;
	c->cancelled = true;
	if (c->state != CHECK_CHAIN)
		check_free(c);
}
