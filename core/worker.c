/* A worker's thread: waits for packets and commands, runs the pipelines. */
#include "core/worker_int.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	ASK_AGAIN = PKT_BATCH / 4, /* a source that gave so many has more: it is asked without poll */
	CONNS_MS = 5000,           /* asleep no longer while connections are counted: they may end without a word */
	LATE_LEAST = 256,          /* events that may have to wait */
	ROUNDS = 8,                /* while some have more, the others are looked at every so many turns */
};

static void ring_bell(int fd)
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

/* Both sides exchange the flag: whoever comes second sees what the first has written before. */
void worker_ring(struct worker *w)
{
	if (atomic_exchange_explicit(&w->sleeping, false, memory_order_acq_rel))
		ring_bell(w->wake_fd);
}

static uint64_t monotonic_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ events */

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
	if (w->n_late == 0 && w->cap_late > LATE_LEAST) { /* the crowd has left */
		free(w->late);
		w->late = NULL;
		w->cap_late = 0;
	}
	w->told = true;
}

void worker_tell(struct worker *w, const struct up *up)
{
	w->told = true;
	if (w->n_late == 0 && ring_push(&w->up, up))
		return;
	if (w->n_late == w->cap_late) {
		size_t cap = w->cap_late > 0 ? w->cap_late * 2 : LATE_LEAST;
		struct up *late = realloc(w->late, cap * sizeof *late);
		if (late == NULL)
			abort(); /* an SA that is never given back would keep its keys in memory */
		w->late = late;
		w->cap_late = cap;
	}
	w->late[w->n_late++] = *up;
}

/* The control thread is woken once for all that waits until it looks. */
static void wake_control(struct worker *w)
{
	if (!w->told)
		return;
	w->told = false;
	if (!atomic_exchange_explicit(&w->all->rung, true, memory_order_acq_rel))
		ring_bell(w->all->event_fd);
}

/* ------------------------------------------------------------------ loop */

/* A batch from a source. false when it has no more for now; one that is of no use any more (the TUN device was deleted
 * under us) is noted. */
static bool receive(struct worker *w, enum worker_source from)
{
	struct pkt *pkts[PKT_BATCH];
	int n;
	for (unsigned i = 0; i < PKT_BATCH; i++)
		pkts[i] = &w->in[i];
	switch (from) {
	case WORKER_UDP:
		n = udp_recv(w->natt, pkts, PKT_BATCH);
		break;
	case WORKER_RAW:
		n = rawesp_recv(w->raw, pkts, PKT_BATCH);
		break;
	default:
		n = tun_recv(w->tun, pkts, PKT_BATCH);
	}
	if (n <= 0) {
		if (n == -EBADFD || n == -EBADF)
			w->gone |= from;
		return false;
	}
	for (int i = 0; i < n; i++)
		pkts[i]->udp_encap = from == WORKER_UDP;
	if (from == WORKER_TUN)
		worker_out(w, pkts, (unsigned)n, false);
	else
		worker_in(w, pkts, (unsigned)n, false);
	return n >= ASK_AGAIN || (from == WORKER_UDP ? udp_more(w->natt) : from == WORKER_RAW ? rawesp_more(w->raw) : tun_more(w->tun));
}

unsigned worker_turn(struct worker *w, uint64_t now_ms, unsigned ready)
{
	unsigned more = 0;
	flush_late(w);
	w->now_ms = now_ms;
	/* Commands first: an SA that was just made is there before its first packet is looked at. */
	worker_commands(w);
	worker_conns_sweep(w);
	if (worker_cross_take(w))
		more |= WORKER_CROSSED;
	for (unsigned i = 0; i < WORKER_SOURCES; i++)
		if ((ready & ~w->gone & 1u << i) && receive(w, 1u << i))
			more |= 1u << i;
	worker_cross_ring(w);
	wake_control(w);
	return more;
}

/* What has packets. wait: until something has, or there is a command or a packet of another worker. */
static unsigned look(struct worker *w, struct pollfd *fds, bool wait)
{
	unsigned ready = 0;
	if (wait) {
		atomic_exchange_explicit(&w->sleeping, true, memory_order_acq_rel);
		wait = ring_count(&w->down) == 0 && !worker_cross_waits(w);
	}
	for (unsigned i = 0; i < WORKER_SOURCES; i++)
		if (w->gone & 1u << i)
			fds[i].fd = -1; /* poll passes over it */
	int n = poll(fds, WORKER_SOURCES + 1, !wait ? 0 : w->n_late > 0 ? 1 : w->n_conns > 0 ? CONNS_MS : -1);
	if (n < 0) /* interrupted, or no memory for a moment: commands are taken at any rate */
		usleep(1000);
	atomic_store_explicit(&w->sleeping, false, memory_order_relaxed);
	if (n > 0 && fds[WORKER_SOURCES].revents != 0)
		answer_bell(w->wake_fd);
	for (unsigned i = 0; n > 0 && i < WORKER_SOURCES; i++)
		if (fds[i].revents != 0) /* an error is read away, too */
			ready |= 1u << i;
	return ready;
}

static void *run(void *arg)
{
	struct worker *w = arg;
	char name[16];
	snprintf(name, sizeof name, "packets/%u", w->index % ESP_WORKERS_MAX);
	pthread_setname_np(pthread_self(), name);
	struct pollfd fds[] = {
	        {udp_fd(w->natt), POLLIN, 0},
	        {w->index == 0 ? rawesp_fd(w->raw) : -1, POLLIN, 0},
	        {w->tun->fd, POLLIN, 0},
	        {w->wake_fd, POLLIN, 0},
	};
	unsigned ready = 0;
	for (unsigned turns = 0; !w->stop; turns++) {
		if (ready == 0 || turns % ROUNDS == 0)
			ready |= look(w, fds, ready == 0);
		ready = worker_turn(w, monotonic_ms(), ready);
	}
	w->told = true;
	wake_control(w);
	return NULL;
}

int workers_start(struct workers *ws, struct err *err)
{
	for (unsigned i = 0; i < ws->n; i++) {
		struct worker *w = ws->w[i];
		int rc = pthread_create(&w->thread, NULL, run, w);
		if (rc != 0)
			return err_set(err, -rc, "cannot start a packet thread: %s", strerror(rc));
		ws->running = w->running = true;
	}
	return 0;
}
