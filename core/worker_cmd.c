/* What a worker does on command of the control thread: SAs, flows and sessions come and go. */
#include <stdlib.h>

#include "core/worker_int.h"
#include "crypto/ipsec/esp.h"

/* ------------------------------------------------------------------ flows */

static struct wflow *flow_get(struct worker *w, uint32_t flow)
{
	struct wflow *f = hash_get(w->flows, &flow, sizeof flow);
	if (f != NULL)
		return f;
	f = sized_get(&worker_flows, sizeof *f);
	if (f == NULL || !hash_put(w->flows, &flow, sizeof flow, f))
		abort();
	f->flow = flow;
	return f;
}

static void flow_unused(struct worker *w, struct wflow *f)
{
	if (f->sas > 0 || f->sessions != NULL)
		return;
	hash_del(w->flows, &f->flow, sizeof f->flow);
	sized_put(&worker_flows, f, sizeof *f);
}

/* The sessions of a flow send on its new current SA (NULL: on none). What the one before it has found out about the peer
 * holds for it: a peer that only listens could not tell again. */
static void flow_use(struct wflow *f, struct esp_sa *sa)
{
	if (f->out != NULL)
		f->icv_cut = esp_icv_is_cut(f->out);
	if (sa != NULL && f->icv_cut)
		esp_icv_cut(sa);
	f->out = sa;
	for (struct session_slot *s = f->sessions; s != NULL; s = s->next)
		s->s.out = sa;
}

static void flow_leave(struct worker *w, struct session_slot *slot)
{
	struct wflow *f = slot->flow;
	struct session_slot **at = &f->sessions;
	while (*at != slot)
		at = &(*at)->next;
	*at = slot->next;
	flow_unused(w, f);
}

static void sa_add(struct worker *w, struct esp_sa *sa)
{
	if (!esp_table_put(w->table, sa)) {
		worker_early_forget(w, sa->spi_in);
		worker_tell(w, &(struct up){.op = UP_SA_FREE, .p = sa});
		return;
	}
	struct wflow *f = flow_get(w, sa->flow);
	sa->user = f;
	f->sas++;
	worker_early_installed(w, sa->spi_in);
}

static void sa_del(struct worker *w, uint32_t spi)
{
	struct esp_sa *sa = esp_table_take(w->table, spi);
	if (sa == NULL)
		return;
	struct wflow *f = sa->user;
	f->sas--;
	if (f->out == sa)
		flow_use(f, NULL);
	flow_unused(w, f);
	worker_tell(w, &(struct up){.op = UP_SA_FREE, .p = sa});
}

/* ------------------------------------------------------------------ sessions */

static void session_open(struct worker *w, struct dsess *s, const struct down *d)
{
	s->ip = d->ip;
	s->mtu = d->mtu;
	s->acfc = d->acfc;
	s->pfc = d->pfc;
	s->open = true;
	atomic_store_explicit(&s->c->last_ms, w->now_ms, memory_order_relaxed);
}

static void session_command(struct worker *w, const struct down *d)
{
	struct session_slot *slot =
	        d->op == DOWN_SESS_ADD ? d->p : (struct session_slot *)w->by_tunnel[d->tunnel];
	if (slot == NULL)
		return;
	struct dsess *s = &slot->s;
	switch (d->op) {
	case DOWN_SESS_ADD:
		slot->flow = flow_get(w, s->flow);
		slot->next = slot->flow->sessions;
		slot->flow->sessions = slot;
		s->out = slot->flow->out;
		w->by_tunnel[s->tunnel] = s;
		break;
	case DOWN_SESS_OPEN:
		session_open(w, s, d);
		break;
	case DOWN_SESS_INFORM:
		s->inform = d->inform;
		break;
	case DOWN_SESS_CLOSE:
		s->open = false;
		break;
	default:
		s->open = false;
		worker_filter_leave(w, slot);
		w->by_tunnel[s->tunnel] = NULL;
		flow_leave(w, slot);
		worker_tell(w, &(struct up){.op = UP_SESS_FREE, .p = slot});
	}
}

/* ------------------------------------------------------------------ all of them */

static void command(struct worker *w, const struct down *d)
{
	struct esp_sa *sa;
	switch (d->op) {
	case DOWN_SA_ADD:
		sa_add(w, d->p);
		break;
	case DOWN_SA_OUT:
		sa = esp_table_find(w->table, d->u32);
		if (sa != NULL)
			flow_use(sa->user, sa);
		break;
	case DOWN_SA_DEL:
		sa_del(w, d->u32);
		break;
	case DOWN_SPI_AWAIT:
		worker_early_await(w, d->u32);
		break;
	case DOWN_SPI_FORGET:
		worker_early_forget(w, d->u32);
		break;
	case DOWN_MOVE:
		esp_table_move(w->table, d->u32, d->end);
		break;
	case DOWN_SESS_ADD:
	case DOWN_SESS_OPEN:
	case DOWN_SESS_INFORM:
	case DOWN_SESS_CLOSE:
	case DOWN_SESS_DEL:
		session_command(w, d);
		break;
	case DOWN_SEND:
		worker_send_msg(w, d->p);
		ring_push(&w->done, &d->p); /* has room for every message there is */
		break;
	case DOWN_MSG_FREE:
		msg_put(&w->up_msgs, d->p);
		break;
	case DOWN_CAPTURE:
		free(w->capture);
		w->capture = d->p;
		break;
	case DOWN_MSS:
		w->mss = (uint16_t)d->u32;
		break;
	case DOWN_PMTU_AGING:
		w->pmtu_aging_ms = (uint64_t)d->u32 * 1000;
		break;
	case DOWN_POLICY:
	case DOWN_SESS_FILTER:
	case DOWN_REJUDGE:
	case DOWN_CONNS:
	case DOWN_CONNS_FORGET:
		worker_filter_command(w, d);
		break;
	case DOWN_ROUTES:
		worker_routes_command(w, d);
		break;
	case DOWN_NOTHING:
		break;
	case DOWN_STOP:
		w->stop = true;
		worker_early_sweep(w);
		break;
	}
}

void worker_commands(struct worker *w)
{
	for (struct down d; ring_pop(&w->down, &d);) {
		command(w, &d);
		ctr_add(&w->taken, 1);
	}
}
