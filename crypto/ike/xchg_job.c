/* What an exchange has done on a helper thread: Diffie-Hellman, signatures. */
#include "crypto/ike/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ both */

static void job_free(struct ike_job *j)
{
	j->wipe(j);
	free(j);
}

static void finish(struct ike_job *j)
{
	struct ike_xchg *x = j->x;
	struct ike *ike = x->sa->ike;
	ike_enter(ike);
	waiting_note_room(ike);
	j->finish(x);
	ike_leave(ike);
}

static void job_done(void *arg)
{
	struct ike_job *j = arg;

	j->running = false;
	if (j->ike != NULL)
		for (struct ike_job **at = &j->ike->jobs; *at != NULL; at = &(*at)->next)
			if (*at == j) {
				*at = j->next;
				break;
			}
	if (j->starting)
		return; /* settle goes on */
	if (j->x == NULL)
		job_free(j);
	else
		finish(j);
}

static void begin(struct ike_job *j, struct ike_xchg *x)
{
	struct ike *ike = x->sa->ike;
	j->x = x;
	j->ike = ike;
	j->running = j->starting = true;
	j->next = ike->jobs;
	ike->jobs = j;
}

/* Goes on at once with what was done before begin's caller returned. */
static void settle(struct ike_job *j)
{
	if (j == NULL || !j->starting)
		return;
	j->starting = false;
	if (!j->running)
		finish(j);
}

static void forget(struct ike_job *j)
{
	if (j == NULL)
		return;
	j->x = NULL; /* the helper thread may still work on it; job_done frees it then */
	j->starting = false;
	if (!j->running)
		job_free(j);
}

void ike_xchg_forget_jobs(struct ike_xchg *x)
{
	struct ike_dh *dh = x->dh;
	struct ike_sign *sign = x->sign;

	x->dh = NULL;
	x->sign = NULL;
	if (dh != NULL)
		ike_engine_dbg(x->sa, 1, "clear dh number for conn id %u", x->sa->number);
	forget(dh != NULL ? &dh->base : NULL);
	forget(sign != NULL ? &sign->base : NULL);
}

void ike_jobs_leave(struct ike *ike)
{
	for (struct ike_job *j = ike->jobs; j != NULL; j = j->next) {
		j->ike = NULL; /* freed when the helper thread has done it */
		j->x = NULL;
	}
}

/* ------------------------------------------------------------------ Diffie-Hellman */

static void dh_wipe(struct ike_job *j)
{
	prim_dh_clear(&((struct ike_dh *)j)->job);
}

static void dh_finish(struct ike_xchg *x)
{
	void (*resume)(struct ike_xchg *) = x->resume;
	ike_engine_dbg(x->sa, 1, "Dh phase %d status: %d", x->exch == EXCH_QUICK ? 2 : 1, x->dh->job.status);
	x->resume = NULL;
	if (resume != NULL && !x->dead)
		resume(x);
}

bool ike_xchg_dh(struct ike_xchg *x, uint16_t group, struct bytes peer,
                 void (*resume)(struct ike_xchg *x))
{
	struct ike *ike = x->sa->ike;
	struct ike_dh *dh = x->dh;

	if (peer.len > PRIM_DH_MAX)
		return false;
	if (dh == NULL) {
		dh = x->dh = calloc(1, sizeof *dh);
		if (dh == NULL)
			return false;
		dh->base.wipe = dh_wipe;
		dh->base.finish = dh_finish;
		dh->job.group = group;
	}
	memcpy(dh->job.peer, peer.p != NULL ? peer.p : (const uint8_t *)"", peer.len);
	dh->job.peer_len = peer.len;
	ike->work.key_allocated++;
	x->resume = resume;
	ike_event(x, EV_GEN_DH_KEY);
	ike_engine_dbg(x->sa, 1, "generate alg parameter for conn id %u, group %u", x->sa->number,
	               group);
	begin(&dh->base, x);
	if (ike->ops->dh(ike->ctx, &dh->job, job_done, &dh->base) != 0) {
		job_done(&dh->base);
		dh->job.status = -ENOMEM;
	}
	return true;
}

void ike_xchg_dh_settle(struct ike_xchg *x)
{
	settle(x->dh != NULL ? &x->dh->base : NULL);
}

/* ------------------------------------------------------------------ signatures */

static void sign_wipe(struct ike_job *j)
{
	struct ike_sign *s = (struct ike_sign *)j;
	pki_key_drop(s->key);
	for (size_t i = 0; i < s->ncerts; i++)
		pki_cert_drop(s->cert[i]);
}

static void sign_finish(struct ike_xchg *x)
{
	ike_engine_dbg(x->sa, 1, "RSA signature status: %d", x->sign->ok ? 0 : -1);
	if (!x->dead)
		x->sign->resume(x);
}

/* On a helper thread. */
static void sign_run(void *arg)
{
	struct ike_sign *s = arg;
	s->ok = pki_sign_hash(s->key, (struct bytes){s->hash, s->hash_len}, s->sig, &s->sig_len);
}

bool ike_xchg_sign(struct ike_xchg *x, const struct pki_identity *own, size_t nchain, struct bytes hash,
                   void (*resume)(struct ike_xchg *x))
{
	struct ike *ike = x->sa->ike;
	struct ike_sign *s = calloc(1, sizeof *s);

	if (s == NULL || hash.len > sizeof s->hash) {
		free(s);
		return false;
	}
	x->sign = s;
	s->base.wipe = sign_wipe;
	s->base.finish = sign_finish;
	s->resume = resume;
	s->key = pki_key_hold(own->key);
	s->cert[s->ncerts++] = pki_cert_hold(own->cert);
	for (size_t i = 0; i < nchain && i < own->nchain; i++)
		s->cert[s->ncerts++] = pki_cert_hold(own->chain[i]);
	memcpy(s->hash, hash.p, hash.len);
	s->hash_len = hash.len;
	ike_engine_dbg(x->sa, 1, "generate RSA signature for conn id %u", x->sa->number);
	begin(&s->base, x);
	if (ike->ops->work == NULL) {
		sign_run(s);
		job_done(&s->base);
	} else if (ike->ops->work(ike->ctx, sign_run, job_done, s) != 0) {
		job_done(&s->base); /* it is not signed, which says enough */
	}
	settle(&s->base);
	return true;
}
