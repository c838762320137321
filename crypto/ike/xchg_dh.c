/* Diffie-Hellman of an exchange, on a helper thread. */
#include "crypto/ike/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void dh_finish(struct ike_dh *dh)
{
	struct ike_xchg *x = dh->x;
	struct ike *ike = x->sa->ike;
	ike_enter(ike);
	ike_engine_dbg(x->sa, 1, "Dh phase %d status: %d", x->exch == EXCH_QUICK ? 2 : 1,
	               dh->job.status);
	void (*resume)(struct ike_xchg *) = x->resume;
	x->resume = NULL;
	if (resume != NULL && !x->dead)
		resume(x);
	ike_leave(ike);
}

static void dh_done(void *arg)
{
	struct ike_dh *dh = arg;

	dh->running = false;
	if (dh->ike != NULL)
		for (struct ike_dh **at = &dh->ike->dhs; *at != NULL; at = &(*at)->next)
			if (*at == dh) {
				*at = dh->next;
				break;
			}
	if (dh->starting)
		return; /* ike_xchg_dh_settle goes on */
	if (dh->x == NULL) {
		prim_dh_clear(&dh->job);
		free(dh);
		return;
	}
	dh_finish(dh);
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
		dh->x = x;
		dh->job.group = group;
	}
	dh->ike = ike;
	memcpy(dh->job.peer, peer.p != NULL ? peer.p : (const uint8_t *)"", peer.len);
	dh->job.peer_len = peer.len;
	ike->work.key_allocated++;
	x->resume = resume;
	ike_event(x, EV_GEN_DH_KEY);
	ike_engine_dbg(x->sa, 1, "generate alg parameter for conn id %u, group %u", x->sa->number,
	               group);
	dh->running = dh->starting = true;
	dh->next = ike->dhs;
	ike->dhs = dh;
	if (ike->ops->dh(ike->ctx, &dh->job, dh_done, dh) != 0) {
		dh_done(dh);
		dh->job.status = -ENOMEM;
	}
	return true;
}

void ike_xchg_dh_settle(struct ike_xchg *x)
{
	struct ike_dh *dh = x->dh;
	if (dh == NULL || !dh->starting)
		return;
	dh->starting = false;
	if (!dh->running)
		dh_finish(dh);
}
