/* What the packet path lets pass: vpn-filter of the session, access groups, security levels.
 *
 * As on the appliance the first packet of a connection is judged and what belongs to it passes: its answers, too. A
 * connection is judged again, in the direction it began, when what it was judged by has changed. A vpn-filter names
 * the client's side as source; towards the client it is read the other way round, so that an entry for a service
 * inside lets its packets pass both ways (and lets that service begin, as on the appliance). */
#include "core/worker_int.h"

#include <string.h>

enum {
	TCP = 6,
	TCP_SYN = 2,
	TCP_ACK = 16,
	TCP_FIN = 1,
	TCP_RST = 4,
	TELL_MS = 1000, /* so many messages in a second */
	TELL_MOST = 100,
};

struct verdict {
	bool pass;
	struct worker_filtered why; /* of the refusal */
};

/* ------------------------------------------------------------------ judging one packet */

static void tell(struct worker *w, const struct worker_filtered *e)
{
	if (w->now_ms - w->filter_told_ms >= TELL_MS) {
		w->filter_told_ms = w->now_ms;
		w->filter_told = 0;
	}
	if (w->filter_told++ >= TELL_MOST)
		return;
	worker_tell(w, &(struct up){.op = UP_FILTERED, .filtered = *e});
}

struct judge {
	struct worker *w;
	const struct session_slot *slot;
	const struct filter_key *k;
	bool from_client;
	bool first; /* of a connection: hits are counted and told */
	uint8_t in_if, out_if;
};

static struct worker_filtered told_of(const struct judge *j, const struct filter *f,
                                      const struct filter_ace *a, enum worker_filtered_by by,
                                      bool pass)
{
	return (struct worker_filtered){.by = by,
	                                .pass = pass,
	                                .filter = f,
	                                .ace = a,
	                                .key = *j->k,
	                                .in_if = j->in_if,
	                                .out_if = j->out_if,
	                                .tunnel = j->slot->s.tunnel,
	                                .call = j->slot->s.call};
}

static bool refuse(const struct judge *j, const struct filter *f, const struct filter_ace *a,
                   enum worker_filtered_by by)
{
	struct worker_filtered e = told_of(j, f, a, by, false);
	if (j->first && (a == NULL || a->log != FILTER_LOG_NONE))
		tell(j->w, &e);
	return false;
}

/* f NULL: a list that does not exist lets nothing pass. then: the list behind it, or NULL. */
static bool lists_permit(const struct judge *j, const struct filter *f, const struct filter *then,
                         bool reversed, enum worker_filtered_by by)
{
	const struct filter_ace *a = f != NULL ? filter_match(f, j->k, reversed) : NULL;
	if (a == NULL && then != NULL) {
		f = then;
		a = filter_match(f, j->k, reversed);
	}
	if (a != NULL && j->first)
		filter_hit(f, a, j->w->now_ms);
	if (a == NULL || !a->permit)
		return refuse(j, f, a, by);
	if (j->first && a->log == FILTER_LOG_FLOW) {
		struct worker_filtered e = told_of(j, f, a, by, true);
		tell(j->w, &e);
	}
	return true;
}

static bool list_permits(const struct judge *j, const struct filter *f, bool reversed,
                         enum worker_filtered_by by)
{
	return lists_permit(j, f, NULL, reversed, by);
}

static const struct filter_iface *iface_of(const struct filter_policy *p, uint8_t i)
{
	return i < p->niface ? &p->iface[i] : NULL;
}

static bool levels_permit(const struct judge *j, const struct filter_iface *in,
                          const struct filter_iface *out, bool with_list)
{
	const struct filter_policy *p = j->w->policy;
	if (in == out)
		return p->intra || refuse(j, NULL, NULL, WORKER_BY_INTRA);
	if (in->level == out->level)
		return p->inter || refuse(j, NULL, NULL, WORKER_BY_LEVEL);
	return in->level > out->level || with_list || refuse(j, NULL, NULL, WORKER_BY_LEVEL);
}

static bool ifaces_permit(const struct judge *j)
{
	const struct filter_policy *p = j->w->policy;
	const struct filter_iface *in = iface_of(p, j->in_if), *out = iface_of(p, j->out_if);
	bool exempt = j->from_client && p->permit_vpn; /* sysopt connection permit-vpn */
	const struct filter *list = in != NULL && in->in != NULL ? in->in : p->global;
	if (j->in_if == FILTER_SELF || j->out_if == FILTER_SELF)
		return true; /* what is for the appliance or of it */
	if (!exempt && in != NULL && list != NULL &&
	    !lists_permit(j, list, p->global, false, WORKER_BY_GROUP))
		return false;
	if (in != NULL && out != NULL && !levels_permit(j, in, out, exempt || list != NULL))
		return false;
	return exempt || p->permit_vpn || out == NULL || out->out == NULL ||
	       list_permits(j, out->out, false, WORKER_BY_GROUP);
}

static bool judge(struct worker *w, const struct session_slot *slot, const struct filter_key *k,
                  bool from_client, bool first)
{
	struct filter_key real = *k;
	filter_untranslate(w->policy, &real, !from_client);
	k = &real;
	uint32_t other = from_client ? k->dst : k->src;
	/* a client, of whichever worker */
	uint32_t peer = worker_client_of(w, ipmap_now(&w->all->clients), other);
	uint8_t there = peer != 0 ? client_iface(peer) : filter_where(w->policy, other);
	const struct judge j = {.w = w,
	                        .slot = slot,
	                        .k = k,
	                        .from_client = from_client,
	                        .first = first,
	                        .in_if = from_client ? slot->iface : there,
	                        .out_if = from_client ? there : slot->iface};
	if (slot->has_filter && !list_permits(&j, slot->filter, !from_client, WORKER_BY_VPN_FILTER))
		return false;
	/* From client to client: the interfaces were asked when it came from the first. */
	return (!from_client && peer != 0) || ifaces_permit(&j);
}

/* ------------------------------------------------------------------ what the pipelines call */

/* Is there something that connections are remembered for? */
static bool stateful(const struct filter_policy *p, const struct session_slot *slot,
                     bool from_client)
{
	return slot->has_filter || !p->permit_vpn || (!from_client && p->ifaces_filter);
}

static bool known(struct worker *w, const struct session_slot *slot, const struct filter_key *k,
                  uint32_t len)
{
	struct worker_conn *c = worker_conn_find(w, k, slot->s.tunnel);
	bool syn = k->proto == TCP && (k->tcp_flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	if (c == NULL || (syn && worker_conn_forward(c, k)))
		return false;
	if (c->judged != w->judged) {
		if (!judge(w, slot, &c->key, c->from_client, false)) {
			worker_conn_end(w, c, false);
			return false;
		}
		c->judged = w->judged;
	}
	c->last_ms = w->now_ms;
	c->bytes += len;
	*(worker_conn_forward(c, k) ? &c->forth : &c->back) = true;
	if (k->proto == TCP) {
		c->half = c->half || (k->tcp_flags & TCP_FIN) != 0;
		if (k->tcp_flags & TCP_RST)
			worker_conn_end(w, c, true);
	}
	return true;
}

/* Nothing but security levels is in force for this session, and they let it pass: it hangs on where the other end is. */
static bool level_passes(const struct worker *w, const struct session_slot *slot, const struct pkt *p, bool from_client)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, from_client ? 16 : 12);
	uint32_t other = rd_u32(&r), peer = worker_client_of(w, ipmap_now(&w->all->clients), other);
	if (peer != 0 && !from_client) /* the interfaces were asked when it came from the first */
		return true;
	uint8_t there = peer != 0 ? client_iface(peer) : filter_where(w->policy, other);
	return filter_level_passes(w->policy, from_client, from_client ? slot->iface : there,
	                           from_client ? there : slot->iface);
}

bool worker_filter(struct worker *w, struct pkt *p, bool from_client)
{
	const struct session_slot *slot = (const struct session_slot *)p->sess;
	struct filter_key k;
	if (w->policy == NULL)
		return true;
	bool remember = stateful(w->policy, slot, from_client);
	if (!remember && w->policy->nxlate == 0 && level_passes(w, slot, p, from_client))
		return true;
	if (!filter_key_read(pkt_rd(p), &k)) {
		p->drop = DROP_INNER_IP;
		return false;
	}
	if (remember && !k.fragment && known(w, slot, &k, p->len))
		return true;
	if (!judge(w, slot, &k, from_client, true)) {
		p->drop = DROP_ACL_DROP;
		return false;
	}
	if (remember && !k.fragment)
		worker_conn_put(w, &k, slot->s.tunnel, from_client, p->len);
	return true;
}

/* ------------------------------------------------------------------ commands */

void worker_filter_command(struct worker *w, const struct down *d)
{
	struct session_slot *slot;
	switch (d->op) {
	case DOWN_CONNS:
		worker_conns_list(w, d->p);
		return;
	case DOWN_CONNS_FORGET:
		worker_conns_drop(w, d->u32);
		return;
	case DOWN_POLICY:
		if (w->policy != NULL)
			worker_tell(w, &(struct up){.op = UP_POLICY_FREE, .p = w->policy});
		w->policy = d->p;
		break;
	case DOWN_SESS_FILTER:
		slot = (struct session_slot *)w->by_tunnel[d->tunnel];
		if (slot == NULL) {
			if (d->p != NULL)
				worker_tell(w, &(struct up){.op = UP_FILTER_FREE, .p = d->p});
			return;
		}
		worker_filter_leave(w, slot);
		slot->filter = d->p;
		slot->has_filter = d->has_filter;
		slot->iface = d->iface;
		break;
	default: /* DOWN_REJUDGE */
		break;
	}
	w->judged++;
}

void worker_filter_leave(struct worker *w, struct session_slot *slot)
{
	if (slot->filter != NULL)
		worker_tell(w, &(struct up){.op = UP_FILTER_FREE, .p = slot->filter});
	slot->filter = NULL;
}
