#include "crypto/prim/prim_dh_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/buf.h"

enum {
	STOCKS = 8,          /* groups there can be */
	IDLE_NS = 20000000, /* after the last job: while clients come in, nobody makes pairs in advance */
	SECOND_NS = 1000000000,
};

struct entry {
	struct prim_dh_job *job;  /* NULL: run(arg) instead */
	void (*run)(void *arg);
	void (*done)(void *arg);
	void *arg;
	bool finished;
};

struct stock {
	uint16_t group;
	bool wanted;
	size_t n;
	struct prim_dh_job pairs[PRIM_DH_POOL_STOCK]; /* key and public value */
};

struct prim_dh_pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	void (*wake)(void *arg);
	void *wake_arg;
	/* A ring: done was called up to head, a thread has taken those before next, tail is free. */
	struct entry ring[PRIM_DH_POOL_JOBS];
	uint64_t head, next, tail;
	bool told;    /* wake was called, poll has not run since */
	bool making;  /* one thread at a time fills the stock */
	bool stopping;
	struct timespec busy_until; /* the stock is left alone until then */
	struct stock *stocks[STOCKS];
	struct prim_dh_pool_stats stats;
	pthread_t threads[PRIM_DH_POOL_THREADS];
	unsigned nthreads;
};

static struct entry *entry_at(struct prim_dh_pool *pool, uint64_t i)
{
	return &pool->ring[i % PRIM_DH_POOL_JOBS];
}

/* ------------------------------------------------------------------ the stock */

static struct stock *stock_of(struct prim_dh_pool *pool, uint16_t group)
{
	for (size_t i = 0; i < STOCKS; i++)
		if (pool->stocks[i] && pool->stocks[i]->group == group)
			return pool->stocks[i];
	return NULL;
}

static struct stock *stock_low(struct prim_dh_pool *pool)
{
	for (size_t i = 0; i < STOCKS; i++)
		if (pool->stocks[i] && pool->stocks[i]->wanted && pool->stocks[i]->n < PRIM_DH_POOL_STOCK)
			return pool->stocks[i];
	return NULL;
}

/* A pair leaves the stock for the job that uses it. */
static bool stock_take(struct prim_dh_pool *pool, struct prim_dh_job *job)
{
	struct stock *s = stock_of(pool, job->group);
	struct prim_dh_job *pair;

	if (job->key || !s || !s->n)
		return false;
	pair = &s->pairs[--s->n];
	job->key = pair->key;
	memcpy(job->public, pair->public, pair->public_len);
	job->public_len = pair->public_len;
	pair->key = NULL;
	prim_dh_clear(pair);
	return true;
}

/* Called with the lock held, which is let go while the pair is made. */
static void stock_add(struct prim_dh_pool *pool, struct stock *s)
{
	struct prim_dh_job pair = {.group = s->group};

	pool->making = true;
	pthread_mutex_unlock(&pool->lock);
	prim_dh_generate(&pair);
	pthread_mutex_lock(&pool->lock);
	pool->making = false;
	if (pair.status) {
		s->wanted = false; /* what cannot be made is not tried for ever */
		prim_dh_clear(&pair);
		return;
	}
	s->pairs[s->n++] = pair;
	pool->stats.pairs_made++;
	wipe(&pair, sizeof(pair));
}

void prim_dh_pool_stock(struct prim_dh_pool *pool, const uint16_t *groups, size_t n)
{
	pthread_mutex_lock(&pool->lock);
	for (size_t i = 0; i < STOCKS; i++)
		if (pool->stocks[i])
			pool->stocks[i]->wanted = false;
	for (size_t g = 0; g < n; g++) {
		struct stock *s = stock_of(pool, groups[g]);
		size_t i = 0;

		while (!s && i < STOCKS && pool->stocks[i])
			i++;
		if (!s && i < STOCKS && prim_dh_public_len(groups[g])) {
			s = pool->stocks[i] = calloc(1, sizeof(*s));
			if (s)
				s->group = groups[g];
		}
		if (s)
			s->wanted = true;
	}
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

/* ------------------------------------------------------------------ helper threads */

static bool before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static void busy(struct prim_dh_pool *pool)
{
	struct timespec *t = &pool->busy_until;

	clock_gettime(CLOCK_MONOTONIC, t);
	t->tv_nsec += IDLE_NS;
	t->tv_sec += t->tv_nsec / SECOND_NS;
	t->tv_nsec %= SECOND_NS;
}

static void run_job(struct prim_dh_pool *pool)
{
	struct entry *e = entry_at(pool, pool->next++);
	bool tell;

	pthread_mutex_unlock(&pool->lock);
	if (e->job)
		prim_dh_run(e->job);
	else
		e->run(e->arg);
	pthread_mutex_lock(&pool->lock);
	e->finished = true;
	tell = !pool->told && entry_at(pool, pool->head)->finished;
	if (!tell)
		return;
	pool->told = true;
	pool->stats.wake_ups++;
	pool->wake(pool->wake_arg);
}

/* Nothing waits: a pair for the stock when nobody has come for a while, else sleep. */
static void idle(struct prim_dh_pool *pool)
{
	struct stock *s = pool->making ? NULL : stock_low(pool);
	struct timespec now;

	if (!s) {
		pthread_cond_wait(&pool->work, &pool->lock);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (before(&now, &pool->busy_until))
		pthread_cond_timedwait(&pool->work, &pool->lock, &pool->busy_until);
	else
		stock_add(pool, s);
}

static void *helper(void *arg)
{
	struct prim_dh_pool *pool = arg;

	pthread_setname_np(pthread_self(), "dh");
	pthread_mutex_lock(&pool->lock);
	while (!pool->stopping) {
		if (pool->next != pool->tail)
			run_job(pool);
		else
			idle(pool);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* ------------------------------------------------------------------ the control thread's side */

struct prim_dh_pool *prim_dh_pool_new(void (*wake)(void *arg), void *arg)
{
	struct prim_dh_pool *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attr;

	if (!pool)
		return NULL;
	pool->wake = wake;
	pool->wake_arg = arg;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->work, &attr);
	pthread_condattr_destroy(&attr);
	return pool;
}

int prim_dh_pool_start(struct prim_dh_pool *pool, unsigned threads)
{
	int rc = 0;

	while (!rc && pool->nthreads < threads && pool->nthreads < PRIM_DH_POOL_THREADS) {
		rc = pthread_create(&pool->threads[pool->nthreads], NULL, helper, pool);
		if (!rc)
			pool->nthreads++;
	}
	return -rc;
}

static int put(struct prim_dh_pool *pool, struct entry e)
{
	uint64_t waiting;

	pthread_mutex_lock(&pool->lock);
	waiting = pool->tail - pool->head;
	if (waiting == PRIM_DH_POOL_JOBS) {
		pool->stats.refused++;
		pthread_mutex_unlock(&pool->lock);
		return -EAGAIN;
	}
	pool->stats.jobs++;
	pool->stats.from_stock += e.job && stock_take(pool, e.job);
	if (waiting + 1 > pool->stats.waiting_most)
		pool->stats.waiting_most = waiting + 1;
	*entry_at(pool, pool->tail++) = e;
	busy(pool);
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	return 0;
}

int prim_dh_pool_put(struct prim_dh_pool *pool, struct prim_dh_job *job, void (*done)(void *arg), void *arg)
{
	return put(pool, (struct entry){.job = job, .done = done, .arg = arg});
}

int prim_dh_pool_work(struct prim_dh_pool *pool, void (*run)(void *arg), void (*done)(void *arg), void *arg)
{
	return put(pool, (struct entry){.run = run, .done = done, .arg = arg});
}

void prim_dh_pool_poll(struct prim_dh_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->told = false;
	while (pool->head != pool->tail && entry_at(pool, pool->head)->finished) {
		struct entry e = *entry_at(pool, pool->head++);

		pthread_mutex_unlock(&pool->lock);
		e.done(e.arg);
		pthread_mutex_lock(&pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
}

size_t prim_dh_pool_waiting(const struct prim_dh_pool *pool)
{
	return pool->tail - pool->head; /* both are written by this thread */
}

struct prim_dh_pool_stats prim_dh_pool_stats(struct prim_dh_pool *pool)
{
	struct prim_dh_pool_stats stats;

	pthread_mutex_lock(&pool->lock);
	stats = pool->stats;
	pthread_mutex_unlock(&pool->lock);
	return stats;
}

void prim_dh_pool_free(struct prim_dh_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; i < pool->nthreads; i++)
		pthread_join(pool->threads[i], NULL);
	for (; pool->head != pool->tail; pool->head++) {
		struct entry *e = entry_at(pool, pool->head);

		if (!e->finished && e->job)
			e->job->status = -ECANCELED;
		e->done(e->arg);
	}
	for (size_t i = 0; i < STOCKS; i++) {
		struct stock *s = pool->stocks[i];

		while (s && s->n)
			prim_dh_clear(&s->pairs[--s->n]);
		free(s);
	}
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
