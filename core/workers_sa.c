/* The control thread's side: which worker a peer belongs to, its SAs (struct sa_ops) and its sessions. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/net/pathmtu.h"
#include "core/worker_int.h"

/* ------------------------------------------------------------------ places */

/* All SAs and sessions of a peer are in one worker. A place is kept while something holds it: SPIs that are reserved or
 * in use, sessions. In the hash it is a number: how many hold it, and the worker. */
enum { PLACE_BITS = 4, PLACE_ONE = 1 << PLACE_BITS };

static uintptr_t place_get(const struct workers *ws, uint32_t peer)
{
	return (uintptr_t)hash_get(ws->places, &peer, sizeof peer);
}

static bool place_set(struct workers *ws, uint32_t peer, uintptr_t place)
{
	return hash_put(ws->places, &peer, sizeof peer, (void *)place);
}

struct worker *workers_place(const struct workers *ws, uint32_t peer)
{
	return ws->w[place_get(ws, peer) & (PLACE_ONE - 1)];
}

/* The one with the fewest peers; of equals each in turn. */
static unsigned least(struct workers *ws)
{
	unsigned best = ws->next;
	for (unsigned i = 1; i < ws->n; i++) {
		unsigned k = (ws->next + i) % ws->n;
		if (ws->w[k]->peers < ws->w[best]->peers)
			best = k;
	}
	ws->next = (best + 1) % ws->n;
	return best;
}

int workers_place_hold(struct workers *ws, uint32_t peer, unsigned *worker)
{
	uintptr_t place = place_get(ws, peer);
	bool is_new = place == 0;
	if (is_new)
		place = least(ws);
	if (!place_set(ws, peer, place + PLACE_ONE))
		return -ENOMEM;
	*worker = (unsigned)place & (PLACE_ONE - 1);
	ws->w[*worker]->peers += is_new;
	return 0;
}

void workers_place_drop(struct workers *ws, uint32_t peer)
{
	uintptr_t place = place_get(ws, peer) - PLACE_ONE;
	if (place >= PLACE_ONE) {
		place_set(ws, peer, place);
		return;
	}
	ws->w[place]->peers--;
	hash_del(ws->places, &peer, sizeof peer);
}

/* ------------------------------------------------------------------ SAs */

static struct sa_place *place_of(const struct workers *ws, uint32_t spi)
{
	unsigned worker = esp_spi_worker(spi);
	return worker < ws->n ? &ws->w[worker]->sas[esp_spi_slot(spi)] : NULL;
}

static uint32_t sa_spi_alloc(void *ctx, uint32_t peer)
{
	struct workers *ws = ctx;
	unsigned worker;
	if (workers_place_hold(ws, peer, &worker) != 0)
		return 0;
	uint32_t spi = esp_spi_alloc(ws->spis, worker);
	if (spi == 0)
		workers_place_drop(ws, peer);
	else
		place_of(ws, spi)->peer = peer;
	return spi;
}

static void sa_spi_await(void *ctx, uint32_t spi)
{
	struct workers *ws = ctx;
	place_of(ws, spi)->awaited = true;
	workers_give(ws, ws->w[esp_spi_worker(spi)], &(struct down){.op = DOWN_SPI_AWAIT, .u32 = spi});
}

static void sa_spi_free(void *ctx, uint32_t spi)
{
	struct workers *ws = ctx;
	if (!esp_spi_release(ws->spis, spi))
		return;
	struct sa_place *at = place_of(ws, spi);
	if (at->awaited)
		workers_give(ws, ws->w[esp_spi_worker(spi)], &(struct down){.op = DOWN_SPI_FORGET, .u32 = spi});
	at->awaited = false;
	workers_place_drop(ws, at->peer);
}

void workers_sa_given_back(struct workers *ws, struct esp_sa *sa)
{
	struct sa_place *at = place_of(ws, sa->spi_in);
	if (at->sa == sa)
		at->sa = NULL;
	sa_spi_free(ws, sa->spi_in);
	esp_sa_free(sa);
}

static int sa_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct workers *ws = ctx;
	struct esp_sa *sa = esp_sa_new(pair, err);
	if (sa == NULL)
		return err->code != 0 ? err->code : -ENOMEM;
	unsigned path = path_mtu(pair->local.ip, pair->remote.ip);
	sa->path_mtu = (uint16_t)(path < UINT16_MAX ? path : UINT16_MAX);
	struct sa_place *at = place_of(ws, pair->spi_in);
	at->sa = sa;
	at->awaited = false;
	workers_give(ws, ws->w[esp_spi_worker(pair->spi_in)], &(struct down){.op = DOWN_SA_ADD, .p = sa});
	return 0;
}

static struct esp_sa *installed(const struct workers *ws, uint32_t spi)
{
	const struct sa_place *at = place_of(ws, spi);
	return at != NULL && at->sa != NULL && at->sa->spi_in == spi ? at->sa : NULL;
}

static void sa_install_out(void *ctx, uint32_t spi)
{
	struct workers *ws = ctx;
	if (installed(ws, spi) != NULL)
		workers_give(ws, ws->w[esp_spi_worker(spi)], &(struct down){.op = DOWN_SA_OUT, .u32 = spi});
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct workers *ws = ctx;
	(void)why;
	if (installed(ws, spi) == NULL)
		return;
	place_of(ws, spi)->sa = NULL; /* freed when the worker gives it back */
	workers_give(ws, ws->w[esp_spi_worker(spi)], &(struct down){.op = DOWN_SA_DEL, .u32 = spi});
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	struct workers *ws = ctx;
	workers_give(ws, workers_place(ws, peer), &(struct down){.op = DOWN_MOVE, .u32 = peer, .end = remote});
}

static bool sa_stats(void *ctx, uint32_t spi, struct sa_stats *stats)
{
	const struct esp_sa *sa = installed(ctx, spi);
	if (sa == NULL) {
		memset(stats, 0, sizeof *stats);
		return false;
	}
	esp_sa_stats(sa, stats);
	return true;
}

const struct sa_ops workers_sa_ops = {sa_spi_alloc,   sa_spi_await, sa_spi_free, sa_install_in,
                                      sa_install_out, sa_remove,    sa_move,     sa_stats};

/* ------------------------------------------------------------------ L2TP */

/* Messages that were sent are free again. */
static void take_back(struct workers *ws)
{
	struct msg *m;
	for (unsigned i = 0; i < ws->n; i++)
		while (ring_pop(&ws->w[i]->done, &m))
			msg_put(&ws->down_msgs, m);
}

/* A free message. When all are under way the caller waits for the workers, a tenth of a second at most: 4096
 * tunnels that say goodbye are more than there are messages. No event is delivered meanwhile, so the engine
 * that called is not called back. */
static struct msg *msg_down(struct workers *ws, size_t len)
{
	for (int i = 0; i < 1000; i++) {
		take_back(ws);
		struct msg *m = msg_get(&ws->down_msgs, len);
		if (m != NULL)
			return m;
		if (!ws->running)
			break;
		workers_ring(ws); /* those who have them may not know yet */
		usleep(100);
	}
	return NULL;
}

bool workers_send(struct workers *ws, uint32_t peer, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                  const uint8_t *data, size_t len)
{
	struct msg *m = len <= WORKER_MSG_MAX ? msg_down(ws, len) : NULL;
	if (m == NULL)
		return false;
	m->flow = flow;
	m->local = local;
	m->remote = remote;
	memcpy(m->data, data, len);
	workers_give(ws, workers_place(ws, peer), &(struct down){.op = DOWN_SEND, .p = m});
	return true;
}

/* ------------------------------------------------------------------ sessions */

int workers_session_add(struct workers *ws, const struct link_info *link, bool sequencing)
{
	unsigned worker;
	workers_session_remove(ws, link->tunnel);
	if (workers_place_hold(ws, link->peer, &worker) != 0)
		return -ENOMEM;
	struct session_slot *slot = sized_get(&worker_slots, sizeof *slot);
	if (slot == NULL) {
		workers_place_drop(ws, link->peer);
		return -ENOMEM;
	}
	slot->s = (struct dsess){
	        .tunnel = link->tunnel,
	        .call = link->call,
	        .remote_tunnel = link->remote_tunnel,
	        .remote_call = link->remote_call,
	        .local_port = link->local.port,
	        .remote_port = link->remote.port,
	        .peer = link->peer,
	        .flow = link->flow,
	        .sequencing = sequencing,
	        .c = &slot->c,
	};
	slot->ctl.peer = link->peer;
	slot->ctl.worker = (uint8_t)worker;
	slot->ctl.iface = FILTER_NO_IFACE;
	ws->sessions[link->tunnel] = slot;
	workers_give(ws, ws->w[worker], &(struct down){.op = DOWN_SESS_ADD, .p = slot, .tunnel = link->tunnel});
	return 0;
}

/* To the worker of the session, when there is one. */
static struct session_slot *session_give(struct workers *ws, const struct down *d)
{
	struct session_slot *slot = ws->sessions[d->tunnel];
	if (slot != NULL)
		workers_give(ws, ws->w[slot->ctl.worker], d);
	return slot;
}

/* A table of addresses that was replaced is freed when every worker has taken a command since: none looks into it. */
static void reclaim(struct workers *ws)
{
	if (!ipmap_outgrown(&ws->clients))
		return;
	for (unsigned i = 0; i < ws->n; i++)
		if (ctr_get(&ws->w[i]->taken) < ws->outgrown[i])
			return;
	ipmap_reclaim(&ws->clients);
}

/* After a change: when the table is another one, every worker is asked for a sign that it looks into that. */
static void client_table(struct workers *ws, const struct ipmap_table *before)
{
	if (before == ipmap_now(&ws->clients))
		return;
	workers_give_all(ws, &(struct down){.op = DOWN_NOTHING});
	for (unsigned i = 0; i < ws->n; i++)
		ws->outgrown[i] = ws->w[i]->given;
}

static void client_put(struct workers *ws, const struct session_slot *slot)
{
	const struct ipmap_table *before = ipmap_now(&ws->clients);
	reclaim(ws);
	ipmap_put(&ws->clients, slot->ctl.ip, client_value(slot->ctl.worker, slot->ctl.iface, slot->s.tunnel));
	client_table(ws, before);
}

/* The address is not this session's any more; another may have it by now. */
static void client_del(struct workers *ws, struct session_slot *slot)
{
	const struct ipmap_table *before = ipmap_now(&ws->clients);
	uint32_t client = slot->ctl.open ? ipmap_find(before, slot->ctl.ip) : 0;
	if (client != 0 && client_tunnel(client) == slot->s.tunnel)
		ipmap_del(&ws->clients, slot->ctl.ip);
	client_table(ws, before);
	slot->ctl.open = false;
}

void workers_tidy(struct workers *ws)
{
	take_back(ws);
	reclaim(ws);
}

void workers_session_open(struct workers *ws, uint16_t tunnel, uint32_t ip, uint16_t mtu, bool acfc,
                          bool pfc)
{
	struct session_slot *slot = session_give(ws, &(struct down){.op = DOWN_SESS_OPEN,
	                                                            .tunnel = tunnel,
	                                                            .ip = ip,
	                                                            .mtu = mtu,
	                                                            .acfc = acfc,
	                                                            .pfc = pfc});
	if (slot == NULL)
		return;
	client_del(ws, slot);
	slot->ctl.ip = ip;
	slot->ctl.open = true;
	if (ip != 0)
		client_put(ws, slot);
}

void workers_session_inform(struct workers *ws, uint16_t tunnel, bool inform)
{
	session_give(ws, &(struct down){.op = DOWN_SESS_INFORM, .tunnel = tunnel, .inform = inform});
}

void workers_session_close(struct workers *ws, uint16_t tunnel)
{
	struct session_slot *slot = session_give(ws, &(struct down){.op = DOWN_SESS_CLOSE, .tunnel = tunnel});
	if (slot != NULL)
		client_del(ws, slot);
}

void workers_session_remove(struct workers *ws, uint16_t tunnel)
{
	struct session_slot *slot = ws->sessions[tunnel];
	if (slot == NULL)
		return;
	client_del(ws, slot);
	ws->sessions[tunnel] = NULL;
	workers_place_drop(ws, slot->ctl.peer);
	workers_give(ws, ws->w[slot->ctl.worker], &(struct down){.op = DOWN_SESS_DEL, .tunnel = tunnel});
}

void workers_session_filter(struct workers *ws, uint16_t tunnel, bool has, struct filter *filter, uint8_t iface)
{
	struct session_slot *slot = session_give(ws, &(struct down){.op = DOWN_SESS_FILTER,
	                                                            .p = filter,
	                                                            .tunnel = tunnel,
	                                                            .has_filter = has,
	                                                            .iface = iface});
	if (slot == NULL) {
		filter_drop(filter);
		return;
	}
	bool other = slot->ctl.iface != iface;
	slot->ctl.iface = iface;
	if (other)
		workers_routes_iface(ws, tunnel);
	uint32_t client = slot->ctl.open ? ipmap_find(ipmap_now(&ws->clients), slot->ctl.ip) : 0;
	if (client != 0 && client_tunnel(client) == tunnel)
		client_put(ws, slot);
}

bool workers_session_totals(const struct workers *ws, uint16_t tunnel, struct worker_totals *t)
{
	const struct session_slot *slot = ws->sessions[tunnel];
	if (slot == NULL)
		return false;
	*t = (struct worker_totals){
	        ctr_get(&slot->c.pkts_in),   ctr_get(&slot->c.pkts_out), ctr_get(&slot->c.bytes_in),
	        ctr_get(&slot->c.bytes_out), ctr_get(&slot->c.errs),     ctr_get(&slot->c.last_ms),
	};
	return true;
}
