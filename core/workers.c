/* The control thread's side of the packet path: all workers made and freed, commands down, events up. */
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/worker_int.h"

enum { BUFFER = PKT_HEADROOM + PKT_MTU_MAX + PKT_TAILROOM };

/* ------------------------------------------------------------------ made */

static int make_stores(struct worker *w)
{
	w->buffers = calloc(PKT_BATCH, BUFFER);
	w->conns = calloc(WORKER_CONNS, sizeof *w->conns);
	w->sas = calloc(ESP_SLOTS_MAX, sizeof *w->sas);
	w->by_tunnel = calloc(WORKER_SESSIONS, sizeof *w->by_tunnel);
	w->table = esp_table_new(w->index, ESP_SLOTS_MAX);
	w->early = worker_early_new();
	w->flows = hash_new(0);
	random_bytes(&w->conn_seed, sizeof w->conn_seed);
	if (w->buffers == NULL || !msg_store_init(&w->up_msgs) || w->conns == NULL || w->sas == NULL ||
	    w->by_tunnel == NULL || w->table == NULL || w->early == NULL || w->flows == NULL || ring_init(&w->down, WORKER_RING, sizeof(struct down)) != 0 ||
	    ring_init(&w->up, WORKER_RING, sizeof(struct up)) != 0 ||
	    ring_init(&w->done, WORKER_MSGS, sizeof(struct msg *)) != 0)
		return -ENOMEM;
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		w->made[i].buf = w->buffers + (size_t)i * BUFFER;
		w->made[i].cap = BUFFER;
	}
	return 0;
}

static int make_worker(struct workers *ws, unsigned i, const struct worker_io *io)
{
	size_t size = (sizeof(struct worker) + 63) & ~(size_t)63;
	struct worker *w = ws->w[i] = aligned_alloc(64, size);
	if (w == NULL)
		return -ENOMEM;
	memset(w, 0, size);
	w->index = i;
	w->all = ws;
	w->natt = io->natt[i];
	w->raw = io->raw[i];
	w->tun = io->tun[i];
	w->thread = &ws->thread[i % ws->n_threads];
	w->thread->w[w->thread->n++] = w;
	return make_stores(w);
}

/* A ring from each worker to each other. */
static int make_cross(struct workers *ws)
{
	ws->cross = calloc((size_t)ws->n * ws->n, sizeof *ws->cross);
	for (unsigned from = 0; ws->cross != NULL && from < ws->n; from++)
		for (unsigned to = 0; to < ws->n; to++) {
			struct pktring *r = &ws->cross[from * ws->n + to];
			if (from == to)
				continue;
			if (pktring_init(r, WORKER_CROSS) != 0)
				return -ENOMEM;
			ws->w[from]->cross_to[to] = r;
			ws->w[to]->cross_from[from] = r;
		}
	return ws->cross != NULL ? 0 : -ENOMEM;
}

static bool make_threads(struct workers *ws, unsigned n)
{
	bool ok = true;
	for (; ws->n_threads < n; ws->n_threads++) {
		int fd = ws->thread[ws->n_threads].wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		ok = ok && fd >= 0;
	}
	return ok;
}

static int make_all(struct workers *ws, const struct worker_io *io)
{
	bool threads = make_threads(ws, io->threads > 0 && io->threads < io->n ? io->threads : io->n);
	ws->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ws->icmp_fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
	ws->spis = esp_spis_new(io->n, ESP_SLOTS_MAX);
	ws->places = hash_new(0);
	if (!threads || ws->event_fd < 0 || !msg_store_init(&ws->down_msgs) || ws->spis == NULL || ws->places == NULL ||
	    !ipmap_init(&ws->clients))
		return -ENOMEM;
	for (; ws->n < io->n; ws->n++)
		if (make_worker(ws, ws->n, io) != 0) {
			ws->n += ws->w[ws->n] != NULL;
			return -ENOMEM;
		}
	return make_cross(ws);
}

int workers_new(struct workers **out, const struct worker_io *io, struct err *err)
{
	struct workers *ws = calloc(1, sizeof *ws);
	if (ws == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	if (make_all(ws, io) != 0) {
		workers_free(ws);
		return err_set(err, -ENOMEM, "out of memory for the packet path");
	}
	*out = ws;
	return 0;
}

void workers_set_events(struct workers *ws, const struct worker_events *events)
{
	ws->events = *events;
}

/* ------------------------------------------------------------------ freed */

struct sized worker_slots = SIZED_INIT("Packet path sessions"), worker_flows = SIZED_INIT("Packet path flows");

void workers_given_back(struct workers *ws, const struct up *u)
{
	struct filter_policy *policy = u->p;
	if (u->op == UP_SA_FREE)
		workers_sa_given_back(ws, u->p);
	else if (u->op == UP_SESS_FREE)
		sized_put(&worker_slots, u->p, sizeof(struct session_slot));
	else if (u->op == UP_POLICY_FREE && --policy->users == 0)
		filter_policy_free(policy);
	else if (u->op == UP_ROUTES_FREE)
		client_routes_back(u->p);
	else if (u->op == UP_FILTER_FREE)
		filter_drop(u->p);
}

static void free_flow(void *arg, void *flow)
{
	(void)arg;
	sized_put(&worker_flows, flow, sizeof(struct wflow));
}

/* What was on its way back when the thread ended. */
static void free_under_way(struct workers *ws, struct worker *w)
{
	for (struct up u; w->up.slots != NULL && ring_pop(&w->up, &u);)
		workers_given_back(ws, &u);
	for (size_t i = 0; i < w->n_late; i++)
		workers_given_back(ws, &w->late[i]);
	free(w->late);
	if (w->policy != NULL)
		workers_given_back(ws, &(struct up){.op = UP_POLICY_FREE, .p = w->policy});
	if (w->routes != NULL)
		client_routes_back(w->routes);
	for (unsigned i = 0; w->sas != NULL && i < ESP_SLOTS_MAX; i++)
		esp_sa_free(w->sas[i].sa);
}

static void free_worker(struct workers *ws, struct worker *w)
{
	free_under_way(ws, w);
	free(w->sas);
	free(w->by_tunnel);
	free(w->conns);
	if (w->flows != NULL)
		hash_each(w->flows, free_flow, NULL);
	hash_free(w->flows);
	esp_table_free(w->table);
	free(w->early);
	ring_free(&w->down);
	ring_free(&w->up);
	ring_free(&w->done);
	wipe(w->buffers, w->buffers != NULL ? PKT_BATCH * BUFFER : 0);
	free(w->buffers);
	free(w->capture);
	free(w->listed);
	msg_store_free(&w->up_msgs);
	free(w);
}

static void end_threads(struct workers *ws)
{
	for (unsigned i = 0; i < ws->n; i++)
		if (ws->w[i]->thread->running)
			workers_give(ws, ws->w[i], &(struct down){.op = DOWN_STOP});
	for (unsigned i = 0; i < ws->n_threads; i++)
		if (ws->thread[i].running)
			pthread_join(ws->thread[i].id, NULL);
	for (unsigned i = 0; i < ws->n; i++)
		if (!ws->w[i]->thread->running && ws->w[i]->down.slots != NULL)
			worker_commands(ws->w[i]); /* what waited for a thread that never was */
}

void workers_free(struct workers *ws)
{
	if (ws == NULL)
		return;
	end_threads(ws);
	for (unsigned i = 0; i < ws->n; i++)
		free_worker(ws, ws->w[i]);
	for (unsigned i = 0; i < WORKER_SESSIONS; i++) {
		if (ws->sessions[i] != NULL)
			filter_drop(ws->sessions[i]->filter);
		sized_put(&worker_slots, ws->sessions[i], sizeof(struct session_slot));
	}
	for (unsigned i = 0; ws->cross != NULL && i < ws->n * ws->n; i++)
		pktring_free(&ws->cross[i]);
	free(ws->cross);
	free(ws->routes);
	ipmap_free(&ws->clients);
	esp_spis_free(ws->spis);
	hash_free(ws->places);
	msg_store_free(&ws->down_msgs);
	for (unsigned i = 0; i < ws->n_threads; i++)
		if (ws->thread[i].wake_fd >= 0)
			close(ws->thread[i].wake_fd);
	if (ws->event_fd >= 0)
		close(ws->event_fd);
	if (ws->icmp_fd >= 0)
		close(ws->icmp_fd);
	free(ws);
}

/* ------------------------------------------------------------------ commands */

/* Never lost: a worker always empties its ring and waits for nobody. Without its thread its commands are carried out
 * here when there are too many. */
void workers_give(struct workers *ws, struct worker *w, const struct down *d)
{
	while (!ring_push(&w->down, d)) {
		worker_ring(w);
		if (w->thread->running)
			sched_yield();
		else
			worker_commands(w);
	}
	w->given++;
	/* A message that goes back is no reason to wake anybody: it is taken before the next one is needed; a number that a
	 * peer is told, before the peer's packets are. */
	if (d->op == DOWN_MSG_FREE || d->op == DOWN_SPI_AWAIT)
		return;
	w->due = true;
	if (!ws->held)
		workers_ring(ws);
}

void workers_give_all(struct workers *ws, const struct down *d)
{
	for (unsigned i = 0; i < ws->n; i++)
		workers_give(ws, ws->w[i], d);
}

static bool all_taken(const struct workers *ws)
{
	for (unsigned i = 0; i < ws->n; i++)
		if (ctr_get(&ws->w[i]->taken) != ws->w[i]->given)
			return false;
	return true;
}

void workers_hold(struct workers *ws, bool hold)
{
	ws->held = hold;
	workers_ring(ws);
}

void workers_ring(struct workers *ws)
{
	for (unsigned i = 0; i < ws->n; i++) {
		struct worker *w = ws->w[i];
		if (w->due)
			worker_ring(w);
		w->due = false;
	}
}

void workers_drain(struct workers *ws)
{
	for (unsigned i = 0; i < ws->n; i++)
		worker_ring(ws->w[i]);
	for (int i = 0; i < 500 && ws->running && !all_taken(ws); i++)
		usleep(200);
}

void workers_set_pmtu_aging(struct workers *ws, uint32_t s)
{
	workers_give_all(ws, &(struct down){.op = DOWN_PMTU_AGING, .u32 = s});
}

void workers_set_mss(struct workers *ws, uint16_t mss)
{
	workers_give_all(ws, &(struct down){.op = DOWN_MSS, .u32 = mss});
}

void workers_set_capture(struct workers *ws, unsigned worker, struct capture_set *set)
{
	workers_give(ws, ws->w[worker], &(struct down){.op = DOWN_CAPTURE, .p = set});
}

void workers_set_policy(struct workers *ws, struct filter_policy *policy)
{
	policy->users = ws->n;
	workers_give_all(ws, &(struct down){.op = DOWN_POLICY, .p = policy});
}

void workers_rejudge(struct workers *ws)
{
	workers_give_all(ws, &(struct down){.op = DOWN_REJUDGE});
}

void workers_conns(struct workers *ws, void (*fn)(void *arg, const struct worker_conn_info *c), void *arg)
{
	for (unsigned i = 0; i < ws->n; i++) {
		struct worker *w = ws->w[i];
		if (w->listed == NULL && (w->listed = calloc(1, sizeof *w->listed)) == NULL)
			continue;
		atomic_store_explicit(&w->listed->ready, false, memory_order_relaxed);
		workers_give(ws, w, &(struct down){.op = DOWN_CONNS, .p = w->listed});
	}
	workers_drain(ws);
	for (unsigned i = 0; i < ws->n; i++) {
		const struct conn_list *l = ws->w[i]->listed;
		if (l != NULL && atomic_load_explicit(&l->ready, memory_order_acquire))
			for (size_t k = 0; k < l->n; k++)
				fn(arg, &l->conn[k]);
	}
}

void workers_conns_note(struct workers *ws, size_t through)
{
	size_t n = through + atomic_load_explicit(&ws->own_conns, memory_order_relaxed);
	size_t most = atomic_load_explicit(&ws->most_conns, memory_order_relaxed);
	while (n > most &&
	       !atomic_compare_exchange_weak_explicit(&ws->most_conns, &most, n, memory_order_relaxed, memory_order_relaxed))
		;
}

void workers_conns_own(struct workers *ws, size_t n)
{
	atomic_store_explicit(&ws->own_conns, n, memory_order_relaxed);
	workers_conns_note(ws, atomic_load_explicit(&ws->conns, memory_order_relaxed));
}

size_t workers_conns_most(const struct workers *ws)
{
	return atomic_load_explicit(&ws->most_conns, memory_order_relaxed);
}

void workers_conns_forget(struct workers *ws, uint32_t ip)
{
	workers_give_all(ws, &(struct down){.op = DOWN_CONNS_FORGET, .u32 = ip});
}

/* ------------------------------------------------------------------ events */

unsigned workers_count(const struct workers *ws)
{
	return ws->n;
}

int workers_event_fd(const struct workers *ws)
{
	return ws->event_fd;
}

static void deliver(struct workers *ws, struct worker *w, const struct up *u)
{
	const struct worker_events *ev = &ws->events;
	struct msg *m = u->p;
	switch (u->op) {
	case UP_IKE:
		ev->ike(ev->ctx, m->local, m->remote, m->data, m->len);
		break;
	case UP_L2TP:
		ev->l2tp(ev->ctx, m->peer, m->flow, m->local, m->remote, m->data, m->len);
		break;
	case UP_PPP:
		ev->ppp(ev->ctx, m->flow, m->tunnel, m->call, m->data, m->len);
		break;
	case UP_INFORM:
		ev->inform(ev->ctx, m->tunnel, m->call, m->data, m->len);
		break;
	case UP_USED:
		ev->sa->used(ev->sa_ctx, u->u32);
		break;
	case UP_SOFT:
	case UP_SOFT_SEQ:
		ev->sa->soft_limit(ev->sa_ctx, u->u32, u->op == UP_SOFT_SEQ);
		break;
	case UP_HARD:
		ev->sa->hard_limit(ev->sa_ctx, u->u32);
		break;
	case UP_MOVED:
		ev->sa->moved(ev->sa_ctx, u->u32, u->end);
		break;
	case UP_DROP:
		ev->drop(ev->ctx, &u->drop);
		break;
	case UP_FILTERED:
		if (ev->filtered != NULL)
			ev->filtered(ev->ctx, &u->filtered);
		break;
	case UP_SA_FREE:
	case UP_SESS_FREE:
	case UP_POLICY_FREE:
	case UP_FILTER_FREE:
	case UP_ROUTES_FREE:
		workers_given_back(ws, u);
		break;
	}
	if (u->op == UP_IKE || u->op == UP_L2TP || u->op == UP_PPP || u->op == UP_INFORM) {
		wipe(m->data, m->len); /* of PPP it may be a password; it may wait in the ring */
		workers_give(ws, w, &(struct down){.op = DOWN_MSG_FREE, .p = m});
	}
}

void workers_poll(struct workers *ws)
{
	uint64_t count;
	ssize_t n = read(ws->event_fd, &count, sizeof count);
	(void)n;
	atomic_exchange_explicit(&ws->rung, false, memory_order_acq_rel);
	/* Only what is there now: later ones ring again, and timers and consoles have their turn in between. */
	for (unsigned i = 0; i < ws->n; i++) {
		struct worker *w = ws->w[i];
		struct up u;
		for (size_t left = ring_count(&w->up); left > 0 && ring_pop(&w->up, &u); left--)
			deliver(ws, w, &u);
	}
	workers_tidy(ws);
	if (ws->events.captured != NULL)
		ws->events.captured(ws->events.ctx);
}

/* ------------------------------------------------------------------ figures */

uint64_t workers_drops(const struct workers *ws, enum drop_reason why)
{
	uint64_t sum = 0;
	for (unsigned i = 0; i < ws->n; i++)
		sum += ctr_get(&ws->w[i]->drops.n[why]);
	return sum;
}

static void ring_blocks(const struct ring *r, struct worker_blocks *b)
{
	size_t size = ring_size(r);
	b->size = r->elem;
	b->max += size;
	b->low += size - ring_most(r);
	b->cnt += size - ring_count(r);
}

void workers_blocks(const struct workers *ws, struct worker_blocks blocks[WORKER_BLOCKS])
{
	blocks[0] = (struct worker_blocks){.what = "commands"};
	blocks[1] = (struct worker_blocks){.what = "events"};
	blocks[2] = (struct worker_blocks){"messages", sizeof(struct msg) + WORKER_MSG_MAX, WORKER_MSGS,
	                                   WORKER_MSGS - ws->down_msgs.most, msg_free(&ws->down_msgs)};
	for (unsigned i = 0; i < ws->n; i++) {
		ring_blocks(&ws->w[i]->down, &blocks[0]);
		ring_blocks(&ws->w[i]->up, &blocks[1]);
	}
}
