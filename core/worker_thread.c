/* A thread of the packet path: waits for packets and commands, and gives its workers their turns. */
#include "core/worker_int.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNS_MS = 5000, /* asleep no longer while connections are counted: they may end without a word */
	ROUNDS = 8,      /* while some have more, the others are looked at every so many turns */
	TIMER_SLACK_NS = 1000, /* a nap is not much longer than it is meant to be */
	FDS = 1 + WORKERS_MAX * WORKER_SOURCES, /* the bell, then those of each worker */
};

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

/* Both sides exchange the flag: whoever comes second sees what the first has written before. */
void worker_ring(struct worker *w)
{
	if (atomic_exchange_explicit(&w->thread->sleeping, false, memory_order_acq_rel))
		worker_bell(w->thread->wake_fd);
}

static uint64_t monotonic_ms(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* ------------------------------------------------------------------ naps */

/* The time in which a full batch for each worker comes at the present rate. Not for few packets, not where batches are full without naps,
 * and not for a while when those brought in next to nothing: then somebody waits for each packet. */
static uint32_t nap_us(struct worker_pace *p, uint64_t now_ms)
{
	uint64_t rate = p->pkts / (now_ms - p->ms); /* the thread may have waited long: for packets, or for a processor */
	if (p->pkts < p->naps * PACE_WORTH)
		p->awake_ms = now_ms + PACE_AWAKE_MS;
	if (rate < PACE_RATE || (p->naps == 0 && p->pkts >= p->turns * WORKER_FULL) || now_ms < p->awake_ms)
		return 0;
	uint64_t us = WORKER_FULL * 1000 / rate;
	return (us < PACE_NAP_US ? (uint32_t)us : PACE_NAP_US) * p->workers;
}

uint32_t worker_pace(struct worker_pace *p, uint64_t now_ms, unsigned pkts, bool napped)
{
	p->turns++;
	p->pkts += pkts;
	p->naps += napped;
	if (now_ms == p->ms)
		return p->nap_us;
	p->nap_us = nap_us(p, now_ms);
	p->ms = now_ms;
	p->turns = p->pkts = p->naps = 0;
	return p->nap_us;
}

/* ------------------------------------------------------------------ loop */

static void fds_make(const struct packet_thread *t, struct pollfd *fds)
{
	*fds++ = (struct pollfd){t->wake_fd, POLLIN, 0};
	for (unsigned i = 0; i < t->n; i++) {
		const struct worker *w = t->w[i];
		*fds++ = (struct pollfd){udp_fd(w->natt), POLLIN, 0};
		*fds++ = (struct pollfd){w->index == 0 ? rawesp_fd(w->raw) : -1, POLLIN, 0};
		*fds++ = (struct pollfd){w->tun->fd, POLLIN, 0};
	}
}

/* How long poll may wait, in ms: 0 when there is a command, or a packet of another worker, already. */
static int patience(const struct packet_thread *t)
{
	int ms = -1;
	for (unsigned i = 0; i < t->n; i++) {
		const struct worker *w = t->w[i];
		if (ring_count(&w->down) > 0 || worker_cross_waits(w))
			return 0;
		if (w->n_late > 0)
			ms = 1;
		else if (worker_early_waits(w) && (ms < 0 || ms > EARLY_MS))
			ms = EARLY_MS;
		else if (w->n_conns > 0 && ms < 0)
			ms = CONNS_MS;
	}
	return ms;
}

/* Marks what has packets. wait: until something has, or there is a command or a packet of another worker. */
static void look(struct packet_thread *t, struct pollfd *fds, bool wait)
{
	for (unsigned i = 0; i < t->n * WORKER_SOURCES; i++)
		if (t->w[i / WORKER_SOURCES]->gone & 1u << i % WORKER_SOURCES)
			fds[1 + i].fd = -1; /* poll passes over it */
	if (wait)
		atomic_exchange_explicit(&t->sleeping, true, memory_order_acq_rel);
	int n = poll(fds, 1 + t->n * WORKER_SOURCES, wait ? patience(t) : 0);
	if (n < 0) /* interrupted, or no memory for a moment: commands are taken at any rate */
		usleep(1000);
	atomic_store_explicit(&t->sleeping, false, memory_order_relaxed);
	if (n > 0 && fds[0].revents != 0)
		answer_bell(t->wake_fd);
	for (unsigned i = 0; n > 0 && i < t->n * WORKER_SOURCES; i++)
		if (fds[1 + i].revents != 0) /* an error is read away, too */
			t->w[i / WORKER_SOURCES]->ready |= 1u << i % WORKER_SOURCES;
}

/* Each worker's turn. Whether one may have more; *moved: packets. */
static bool turn(struct packet_thread *t, uint64_t now_ms, unsigned *moved)
{
	unsigned more = 0;
	*moved = 0;
	for (unsigned i = 0; i < t->n; i++) {
		struct worker *w = t->w[i];
		w->moved = 0;
		more |= w->ready = worker_turn(w, now_ms, w->ready);
		*moved += w->moved;
	}
	return more != 0;
}

static bool stopped(const struct packet_thread *t)
{
	unsigned n = 0;
	for (unsigned i = 0; i < t->n; i++)
		n += t->w[i]->stop;
	return n == t->n;
}

static void *run(void *arg)
{
	struct packet_thread *t = arg;
	char name[16];
	snprintf(name, sizeof name, "packets/%u", t->w[0]->index % WORKERS_MAX);
	pthread_setname_np(pthread_self(), name);
	prctl(PR_SET_TIMERSLACK, TIMER_SLACK_NS, 0, 0, 0);
	struct pollfd fds[FDS];
	fds_make(t, fds);
	t->pace.workers = t->n;
	bool more = false;
	uint32_t nap = 0;
	for (unsigned turns = 0, moved; !stopped(t); turns++) {
		bool napped = !more && nap > 0;
		if (napped)
			usleep(nap);
		if (!more || turns % ROUNDS == 0)
			look(t, fds, !more && !napped);
		uint64_t now_ms = monotonic_ms();
		more = turn(t, now_ms, &moved);
		nap = worker_pace(&t->pace, now_ms, moved, napped);
	}
	for (unsigned i = 0; i < t->n; i++) {
		t->w[i]->told = true;
		worker_wake_control(t->w[i]);
	}
	return NULL;
}

int workers_start(struct workers *ws, struct err *err)
{
	for (unsigned i = 0; i < ws->n_threads; i++) {
		struct packet_thread *t = &ws->thread[i];
		int rc = pthread_create(&t->id, NULL, run, t);
		if (rc != 0)
			return err_set(err, -rc, "cannot start a packet thread: %s", strerror(rc));
		ws->running = t->running = true;
	}
	return 0;
}
