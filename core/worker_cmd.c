/* The control thread's side of the worker: commands down, events up, SAs and sessions made and freed. */
#include <errno.h>
#include <sched.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/net/pathmtu.h"
#include "core/base/random.h"
#include "core/worker_int.h"

enum { BUFFER = PKT_HEADROOM + PKT_MTU_MAX + PKT_TAILROOM };

static int make_stores(struct worker *w)
{
	w->buffers = calloc(PKT_BATCH, BUFFER);
	w->down_msgs = calloc(WORKER_MSGS, sizeof *w->down_msgs);
	w->up_msgs = calloc(WORKER_MSGS, sizeof *w->up_msgs);
	w->conns = calloc(WORKER_CONNS, sizeof *w->conns);
	random_bytes(&w->conn_seed, sizeof w->conn_seed);
	w->spis = esp_spis_new(1, ESP_SLOTS_MAX);
	w->table = esp_table_new(0, ESP_SLOTS_MAX);
	w->flows = hash_new(0);
	w->by_ip = hash_new(0);
	if (w->buffers == NULL || w->down_msgs == NULL || w->up_msgs == NULL || w->conns == NULL || w->spis == NULL ||
	    w->table == NULL || w->flows == NULL || w->by_ip == NULL ||
	    ring_init(&w->down, WORKER_RING, sizeof(struct down)) != 0 ||
	    ring_init(&w->up, WORKER_RING, sizeof(struct up)) != 0 ||
	    ring_init(&w->done, WORKER_MSGS, sizeof(struct msg *)) != 0)
		return -ENOMEM;
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		w->made[i].buf = w->buffers + (size_t)i * BUFFER;
		w->made[i].cap = BUFFER;
	}
	for (unsigned i = 0; i < WORKER_MSGS; i++) {
		w->down_free[w->n_down_free++] = &w->down_msgs[i];
		w->up_free[w->n_up_free++] = &w->up_msgs[i];
	}
	w->down_low = w->n_down_free;
	return 0;
}

int worker_new(struct worker **out, const struct worker_io *io, struct err *err)
{
	struct worker *w = calloc(1, sizeof *w);
	if (w == NULL)
		return err_set(err, -ENOMEM, "out of memory");
	w->io = *io;
	w->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->event_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	w->icmp_fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_RAW);
	if (w->wake_fd < 0 || w->event_fd < 0 || make_stores(w) != 0) {
		worker_free(w);
		return err_set(err, -ENOMEM, "out of memory for the packet path");
	}
	*out = w;
	return 0;
}

void worker_set_events(struct worker *w, const struct worker_events *events)
{
	w->events = *events;
}

/* Never lost: the worker always empties its ring and waits for nobody. */
static void down(struct worker *w, const struct down *d)
{
	while (!ring_push(&w->down, d))
		sched_yield();
	w->given++;
	worker_bell(w->wake_fd);
}

void worker_drain(struct worker *w)
{
	for (int i = 0; i < 500 && w->running && ctr_get(&w->taken) != w->given; i++)
		usleep(200);
}

static void sa_given_back(struct worker *w, struct esp_sa *sa)
{
	struct esp_sa **slot = &w->by_slot[esp_spi_slot(sa->spi_in)];
	if (*slot == sa)
		*slot = NULL;
	esp_spi_release(w->spis, sa->spi_in);
	esp_sa_free(sa);
}

static void given_back(struct worker *w, const struct up *u)
{
	if (u->op == UP_SA_FREE)
		sa_given_back(w, u->p);
	else if (u->op == UP_SESS_FREE)
		free(u->p);
	else if (u->op == UP_POLICY_FREE)
		filter_policy_free(u->p);
	else if (u->op == UP_FILTER_FREE)
		filter_drop(u->p);
	(void)w;
}

static void free_flow(void *arg, void *flow)
{
	(void)arg;
	free(flow);
}

void worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	if (w->running) {
		down(w, &(struct down){.op = DOWN_STOP});
		pthread_join(w->thread, NULL);
	} else if (w->down.slots != NULL) {
		worker_commands(w); /* what waited for a thread that never was */
	}
	/* What was on its way back when the thread ended. */
	for (struct up u; w->up.slots != NULL && ring_pop(&w->up, &u);)
		given_back(w, &u);
	for (size_t i = 0; i < w->n_late; i++)
		given_back(w, &w->late[i]);
	free(w->late);
	for (unsigned i = 0; i < ESP_SLOTS_MAX; i++)
		esp_sa_free(w->by_slot[i]);
	for (unsigned i = 0; i < WORKER_SESSIONS; i++) {
		if (w->sessions[i] != NULL)
			filter_drop(w->sessions[i]->filter);
		free(w->sessions[i]);
	}
	filter_policy_free(w->policy);
	free(w->conns);
	if (w->flows != NULL)
		hash_each(w->flows, free_flow, NULL);
	esp_table_free(w->table);
	esp_spis_free(w->spis);
	hash_free(w->flows);
	hash_free(w->by_ip);
	ring_free(&w->down);
	ring_free(&w->up);
	ring_free(&w->done);
	wipe(w->buffers, w->buffers != NULL ? PKT_BATCH * BUFFER : 0);
	free(w->buffers);
	free(w->capture);
	free(w->listed);
	free(w->down_msgs);
	free(w->up_msgs);
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	if (w->event_fd >= 0)
		close(w->event_fd);
	if (w->icmp_fd >= 0)
		close(w->icmp_fd);
	free(w);
}

int worker_event_fd(const struct worker *w)
{
	return w->event_fd;
}

const struct drop_counters *worker_drops(const struct worker *w)
{
	return &w->drops;
}

/* ------------------------------------------------------------------ events */

static void deliver(struct worker *w, const struct up *u)
{
	const struct worker_events *ev = &w->events;
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
		given_back(w, u);
		break;
	}
	if (u->op == UP_IKE || u->op == UP_L2TP || u->op == UP_PPP) {
		wipe(m->data, m->len); /* of PPP it may be a password */
		down(w, &(struct down){.op = DOWN_MSG_FREE, .p = m});
	}
}

void worker_poll(struct worker *w)
{
	uint64_t count;
	ssize_t n = read(w->event_fd, &count, sizeof count);
	(void)n;
	/* Only what is there now: later ones ring again, and timers and consoles have their turn in between. */
	struct up u;
	for (size_t left = ring_count(&w->up); left > 0 && ring_pop(&w->up, &u); left--)
		deliver(w, &u);
	if (w->events.captured != NULL)
		w->events.captured(w->events.ctx);
}

/* ------------------------------------------------------------------ SAs */

static uint32_t sa_spi_alloc(void *ctx)
{
	struct worker *w = ctx;
	return esp_spi_alloc(w->spis, 0);
}

static void sa_spi_free(void *ctx, uint32_t spi)
{
	struct worker *w = ctx;
	esp_spi_release(w->spis, spi);
}

static int sa_install_in(void *ctx, const struct sa_pair *pair, struct err *err)
{
	struct worker *w = ctx;
	struct esp_sa *sa = esp_sa_new(pair, err);
	if (sa == NULL)
		return err->code != 0 ? err->code : -ENOMEM;
	unsigned path = path_mtu(pair->local.ip, pair->remote.ip);
	sa->path_mtu = (uint16_t)(path < UINT16_MAX ? path : UINT16_MAX);
	w->by_slot[esp_spi_slot(pair->spi_in)] = sa;
	down(w, &(struct down){.op = DOWN_SA_ADD, .p = sa});
	return 0;
}

static struct esp_sa *installed(const struct worker *w, uint32_t spi)
{
	struct esp_sa *sa = w->by_slot[esp_spi_slot(spi)];
	return sa != NULL && sa->spi_in == spi ? sa : NULL;
}

static void sa_install_out(void *ctx, uint32_t spi)
{
	down(ctx, &(struct down){.op = DOWN_SA_OUT, .u32 = spi});
}

static void sa_remove(void *ctx, uint32_t spi, enum sa_end why)
{
	struct worker *w = ctx;
	(void)why;
	if (installed(w, spi) == NULL)
		return;
	w->by_slot[esp_spi_slot(spi)] = NULL; /* freed when the worker gives it back */
	down(w, &(struct down){.op = DOWN_SA_DEL, .u32 = spi});
}

static void sa_move(void *ctx, uint32_t peer, struct ip4_end remote)
{
	down(ctx, &(struct down){.op = DOWN_MOVE, .u32 = peer, .end = remote});
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

const struct sa_ops worker_sa_ops = {sa_spi_alloc, sa_spi_free, sa_install_in, sa_install_out,
                                     sa_remove,    sa_move,     sa_stats};

/* ------------------------------------------------------------------ L2TP and sessions */

/* A free message. When all are under way the caller waits for the worker, a tenth of a second at most: 4096
 * tunnels that say goodbye are more than there are messages. No event is delivered meanwhile, so the engine
 * that called is not called back. */
static struct msg *msg_down(struct worker *w)
{
	struct msg *m;
	for (int i = 0; i < 1000; i++) {
		while (ring_pop(&w->done, &m))
			w->down_free[w->n_down_free++] = m;
		if (w->n_down_free > 0) {
			w->n_down_free--;
			if (w->n_down_free < w->down_low)
				w->down_low = w->n_down_free;
			return w->down_free[w->n_down_free];
		}
		if (!w->running)
			break;
		usleep(100);
	}
	return NULL;
}

bool worker_send(struct worker *w, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                 const uint8_t *data, size_t len)
{
	struct msg *m = len <= WORKER_MSG_MAX ? msg_down(w) : NULL;
	if (m == NULL)
		return false;
	memset(m, 0, offsetof(struct msg, data));
	m->flow = flow;
	m->local = local;
	m->remote = remote;
	m->len = (uint32_t)len;
	memcpy(m->data, data, len);
	down(w, &(struct down){.op = DOWN_SEND, .p = m});
	return true;
}

int worker_session_add(struct worker *w, const struct link_info *link, bool sequencing)
{
	worker_session_remove(w, link->tunnel);
	struct session_slot *slot = calloc(1, sizeof *slot);
	if (slot == NULL)
		return -ENOMEM;
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
	w->sessions[link->tunnel] = slot;
	down(w, &(struct down){.op = DOWN_SESS_ADD, .p = slot, .tunnel = link->tunnel});
	return 0;
}

void worker_session_open(struct worker *w, uint16_t tunnel, uint32_t ip, uint16_t mtu, bool acfc,
                         bool pfc)
{
	down(w, &(struct down){.op = DOWN_SESS_OPEN,
	                       .tunnel = tunnel,
	                       .ip = ip,
	                       .mtu = mtu,
	                       .acfc = acfc,
	                       .pfc = pfc});
}

void worker_session_close(struct worker *w, uint16_t tunnel)
{
	down(w, &(struct down){.op = DOWN_SESS_CLOSE, .tunnel = tunnel});
}

void worker_session_remove(struct worker *w, uint16_t tunnel)
{
	if (w->sessions[tunnel] == NULL)
		return;
	w->sessions[tunnel] = NULL;
	down(w, &(struct down){.op = DOWN_SESS_DEL, .tunnel = tunnel});
}

bool worker_session_totals(const struct worker *w, uint16_t tunnel, struct worker_totals *t)
{
	const struct session_slot *slot = w->sessions[tunnel];
	if (slot == NULL)
		return false;
	*t = (struct worker_totals){
	        ctr_get(&slot->c.pkts_in),   ctr_get(&slot->c.pkts_out), ctr_get(&slot->c.bytes_in),
	        ctr_get(&slot->c.bytes_out), ctr_get(&slot->c.errs),     ctr_get(&slot->c.last_ms),
	};
	return true;
}

void worker_set_pmtu_aging(struct worker *w, uint32_t s)
{
	down(w, &(struct down){.op = DOWN_PMTU_AGING, .u32 = s});
}

void worker_set_capture(struct worker *w, struct capture_set *set)
{
	down(w, &(struct down){.op = DOWN_CAPTURE, .p = set});
}

void worker_set_mss(struct worker *w, uint16_t mss)
{
	down(w, &(struct down){.op = DOWN_MSS, .u32 = mss});
}

static struct worker_blocks ring_blocks(const struct ring *r, const char *what)
{
	size_t size = ring_size(r);
	return (struct worker_blocks){what, r->elem, size, size - ring_most(r),
	                              size - ring_count(r)};
}

void worker_blocks(const struct worker *w, struct worker_blocks blocks[WORKER_BLOCKS])
{
	blocks[0] = ring_blocks(&w->down, "commands");
	blocks[1] = ring_blocks(&w->up, "events");
	blocks[2] = (struct worker_blocks){"messages", sizeof *w->down_msgs, WORKER_MSGS,
	                                   w->down_low, w->n_down_free};
}

void worker_set_policy(struct worker *w, struct filter_policy *policy)
{
	down(w, &(struct down){.op = DOWN_POLICY, .p = policy});
}

void worker_session_filter(struct worker *w, uint16_t tunnel, bool has, struct filter *filter, uint8_t iface)
{
	down(w, &(struct down){.op = DOWN_SESS_FILTER,
	                       .p = filter,
	                       .tunnel = tunnel,
	                       .has_filter = has,
	                       .iface = iface});
}

void worker_rejudge(struct worker *w)
{
	down(w, &(struct down){.op = DOWN_REJUDGE});
}

void worker_conns(struct worker *w, void (*fn)(void *arg, const struct worker_conn_info *c), void *arg)
{
	struct conn_list *l = w->listed;
	if (l == NULL && (l = calloc(1, sizeof *l)) == NULL)
		return;
	w->listed = l;
	atomic_store_explicit(&l->ready, false, memory_order_relaxed);
	down(w, &(struct down){.op = DOWN_CONNS});
	worker_drain(w);
	if (!atomic_load_explicit(&l->ready, memory_order_acquire))
		return;
	for (size_t i = 0; i < l->n; i++)
		fn(arg, &l->conn[i]);
}

void worker_conns_forget(struct worker *w, uint32_t ip)
{
	down(w, &(struct down){.op = DOWN_CONNS_FORGET, .u32 = ip});
}
