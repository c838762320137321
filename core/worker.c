/* The worker thread: waits for packets and commands, runs the pipelines. */
#include "core/worker_int.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "l2tp/data.h"

void worker_bell(int fd)
{
	uint64_t one = 1;
	ssize_t n = write(fd, &one, sizeof one);
	(void)n; /* full means that it rings already */
}

static void answer_bell(int fd)
{
	uint64_t count;
	ssize_t n = read(fd, &count, sizeof count);
	(void)n;
}

static uint64_t monotonic_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Events in the order they happened: first those that had to wait. */
static void flush_late(struct worker *w)
{
	size_t n = 0;
	if (w->n_late == 0)
		return;
	while (n < w->n_late && ring_push(&w->up, &w->late[n]))
		n++;
	if (n == 0)
		return;
	memmove(w->late, w->late + n, (w->n_late - n) * sizeof *w->late);
	w->n_late -= n;
	w->told = true;
}

void worker_tell(struct worker *w, const struct up *up)
{
	w->told = true;
	if (w->n_late == 0 && ring_push(&w->up, up))
		return;
	if (w->n_late == w->cap_late) {
		size_t cap = w->cap_late > 0 ? w->cap_late * 2 : 256;
		struct up *late = realloc(w->late, cap * sizeof *late);
		if (late == NULL)
			abort(); /* an SA that is never given back would keep its keys in memory */
		w->late = late;
		w->cap_late = cap;
	}
	w->late[w->n_late++] = *up;
}

struct msg *worker_msg_up(struct worker *w, size_t len)
{
	if (len > WORKER_MSG_MAX || w->n_up_free == 0)
		return NULL;
	struct msg *m = w->up_free[--w->n_up_free];
	memset(m, 0, offsetof(struct msg, data));
	return m;
}

/* ------------------------------------------------------------------ commands */

static struct wflow *flow_get(struct worker *w, uint32_t flow)
{
	struct wflow *f = hash_get(w->flows, &flow, sizeof flow);
	if (f != NULL)
		return f;
	f = calloc(1, sizeof *f);
	if (f == NULL || !hash_put(w->flows, &flow, sizeof flow, f))
		abort();
	f->flow = flow;
	return f;
}

/* The sessions of a flow send on its new current SA (NULL: on none). */
static void flow_use(struct worker *w, struct wflow *f, struct esp_sa *sa)
{
	f->out = sa;
	for (struct session_slot *s = f->sessions; s != NULL; s = s->next)
		s->s.out = sa;
	if (sa == NULL && f->sessions == NULL)
		free(hash_del(w->flows, &f->flow, sizeof f->flow));
}

static void flow_leave(struct worker *w, struct session_slot *slot)
{
	struct wflow *f = slot->flow;
	struct session_slot **at = &f->sessions;
	while (*at != slot)
		at = &(*at)->next;
	*at = slot->next;
	if (f->out == NULL && f->sessions == NULL)
		free(hash_del(w->flows, &f->flow, sizeof f->flow));
}

static void sa_del(struct worker *w, uint32_t spi)
{
	struct esp_sa *sa = esp_table_take(w->table, spi);
	if (sa == NULL)
		return;
	struct wflow *f = hash_get(w->flows, &sa->flow, sizeof sa->flow);
	if (f != NULL && f->out == sa)
		flow_use(w, f, NULL);
	worker_tell(w, &(struct up){.op = UP_SA_FREE, .p = sa});
}

static void session_close(struct worker *w, struct dsess *s)
{
	if (s->open && hash_get(w->by_ip, &s->ip, sizeof s->ip) == s)
		hash_del(w->by_ip, &s->ip, sizeof s->ip);
	s->open = false;
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
		session_close(w, s);
		s->ip = d->ip;
		s->mtu = d->mtu;
		s->acfc = d->acfc;
		s->pfc = d->pfc;
		s->open = true;
		atomic_store_explicit(&s->c->last_ms, w->now_ms, memory_order_relaxed);
		hash_put(w->by_ip, &s->ip, sizeof s->ip, s);
		break;
	case DOWN_SESS_CLOSE:
		session_close(w, s);
		break;
	default:
		session_close(w, s);
		worker_filter_leave(w, slot);
		w->by_tunnel[s->tunnel] = NULL;
		flow_leave(w, slot);
		worker_tell(w, &(struct up){.op = UP_SESS_FREE, .p = slot});
	}
}

static void command(struct worker *w, const struct down *d)
{
	struct esp_sa *sa;
	switch (d->op) {
	case DOWN_SA_ADD:
		if (!esp_table_put(w->table, d->p))
			worker_tell(w, &(struct up){.op = UP_SA_FREE, .p = d->p});
		break;
	case DOWN_SA_OUT:
		sa = esp_table_find(w->table, d->u32);
		if (sa != NULL)
			flow_use(w, flow_get(w, sa->flow), sa);
		break;
	case DOWN_SA_DEL:
		sa_del(w, d->u32);
		break;
	case DOWN_MOVE:
		esp_table_move(w->table, d->u32, d->end);
		break;
	case DOWN_SESS_ADD:
	case DOWN_SESS_OPEN:
	case DOWN_SESS_CLOSE:
	case DOWN_SESS_DEL:
		session_command(w, d);
		break;
	case DOWN_SEND:
		worker_send_msg(w, d->p);
		ring_push(&w->done, &d->p); /* has room for every message there is */
		break;
	case DOWN_MSG_FREE:
		w->up_free[w->n_up_free++] = d->p;
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
	case DOWN_STOP:
		w->stop = true;
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

/* ------------------------------------------------------------------ loop */

/* false when the descriptor is of no use any more (the TUN device was deleted under us). */
static bool receive(struct worker *w, unsigned from)
{
	struct pkt *pkts[PKT_BATCH];
	int n;
	for (unsigned i = 0; i < PKT_BATCH; i++)
		pkts[i] = &w->in[i];
	switch (from) {
	case 0:
		n = udp_recv(w->io.natt, pkts, PKT_BATCH);
		break;
	case 1:
		n = rawesp_recv(w->io.raw, pkts, PKT_BATCH);
		break;
	default:
		n = tun_recv(w->io.tun, pkts, PKT_BATCH);
	}
	if (n <= 0)
		return n != -EBADFD && n != -EBADF;
	if (from == 2)
		worker_out(w, pkts, (unsigned)n);
	else
		worker_in(w, pkts, (unsigned)n, from == 0);
	return true;
}

/* Sources that hold packets which poll knows nothing of. */
static unsigned waiting(const struct worker *w)
{
	return (unsigned)udp_more(w->io.natt) | (unsigned)rawesp_more(w->io.raw) << 1 |
	       (unsigned)tun_more(w->io.tun) << 2;
}

void worker_turn(struct worker *w, uint64_t now_ms, unsigned ready)
{
	flush_late(w);
	w->now_ms = now_ms;
	/* Commands first: an SA that was just made is there before its first packet is looked at. */
	worker_commands(w);
	for (unsigned i = 0; i < WORKER_SOURCES; i++)
		if ((ready & ~w->gone & 1u << i) && !receive(w, i))
			w->gone |= 1u << i;
	if (w->told) {
		w->told = false;
		worker_bell(w->event_fd);
	}
}

static void *run(void *arg)
{
	struct worker *w = arg;
	pthread_setname_np(pthread_self(), "packets");
	struct pollfd fds[] = {
	        {udp_fd(w->io.natt), POLLIN, 0},
	        {rawesp_fd(w->io.raw), POLLIN, 0},
	        {w->io.tun->fd, POLLIN, 0},
	        {w->wake_fd, POLLIN, 0},
	};
	while (!w->stop) {
		unsigned ready = waiting(w);
		int n = poll(fds, WORKER_SOURCES + 1, ready != 0 ? 0 : w->n_late > 0 ? 1 : -1);
		if (n <
		    0) /* interrupted, or no memory for a moment: commands are taken at any rate */
			usleep(1000);
		if (n > 0 && fds[WORKER_SOURCES].revents != 0)
			answer_bell(w->wake_fd);
		for (unsigned i = 0; n > 0 && i < WORKER_SOURCES; i++)
			if (fds[i].revents != 0) /* an error is read away, too */
				ready |= 1u << i;
		worker_turn(w, monotonic_ms(), ready);
		for (unsigned i = 0; i < WORKER_SOURCES; i++)
			if (w->gone & 1u << i)
				fds[i].fd = -1; /* poll passes over it */
	}
	worker_bell(w->event_fd);
	return NULL;
}

int worker_start(struct worker *w, struct err *err)
{
	int rc = pthread_create(&w->thread, NULL, run, w);
	if (rc != 0)
		return err_set(err, -rc, "cannot start the packet thread: %s", strerror(rc));
	w->running = true;
	return 0;
}
