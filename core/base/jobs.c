#include "core/base/jobs.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct entry {
	struct entry *next;
	void (*run)(void *job);
	void (*done)(void *job);
	void *job;
};

struct list {
	struct entry *first, **last;
};

struct jobs {
	pthread_mutex_t lock;
	pthread_cond_t work;
	void (*wake)(void *arg);
	void *wake_arg;
	struct list todo, finished;
	size_t n; /* done was not called yet; the control thread's */
	bool told, stopping;
	pthread_t threads[JOBS_THREADS];
	unsigned nthreads;
};

static void list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void list_add(struct list *l, struct entry *e)
{
	e->next = NULL;
	*l->last = e;
	l->last = &e->next;
}

static struct entry *list_take(struct list *l)
{
	struct entry *e = l->first;
	if (e != NULL && (l->first = e->next) == NULL)
		l->last = &l->first;
	return e;
}

struct jobs *jobs_new(void (*wake)(void *arg), void *arg)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);
	if (jobs == NULL)
		return NULL;
	jobs->wake = wake;
	jobs->wake_arg = arg;
	list_init(&jobs->todo);
	list_init(&jobs->finished);
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_cond_init(&jobs->work, NULL);
	return jobs;
}

/* With the lock held, which is let go while the job runs. */
static void run_one(struct jobs *jobs)
{
	struct entry *e = list_take(&jobs->todo);
	if (e == NULL) {
		pthread_cond_wait(&jobs->work, &jobs->lock);
		return;
	}
	pthread_mutex_unlock(&jobs->lock);
	e->run(e->job);
	pthread_mutex_lock(&jobs->lock);
	list_add(&jobs->finished, e);
	if (!jobs->told) {
		jobs->told = true;
		jobs->wake(jobs->wake_arg);
	}
}

static void *helper(void *arg)
{
	struct jobs *jobs = arg;
	pthread_setname_np(pthread_self(), "jobs");
	pthread_mutex_lock(&jobs->lock);
	while (!jobs->stopping)
		run_one(jobs);
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

int jobs_start(struct jobs *jobs, unsigned threads)
{
	int rc = 0;
	while (rc == 0 && jobs->nthreads < threads && jobs->nthreads < JOBS_THREADS) {
		rc = pthread_create(&jobs->threads[jobs->nthreads], NULL, helper, jobs);
		if (rc == 0)
			jobs->nthreads++;
	}
	return -rc;
}

int jobs_put(struct jobs *jobs, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct entry *e = jobs->n < JOBS_MOST ? malloc(sizeof *e) : NULL;
	if (e == NULL)
		return -EAGAIN;
	*e = (struct entry){NULL, run, done, job};
	jobs->n++;
	pthread_mutex_lock(&jobs->lock);
	list_add(&jobs->todo, e);
	pthread_cond_signal(&jobs->work);
	pthread_mutex_unlock(&jobs->lock);
	return 0;
}

static void hand_back(struct jobs *jobs, struct list *list)
{
	for (struct entry *e; (e = list_take(list)) != NULL;) {
		void (*done)(void *job) = e->done;
		void *job = e->job;
		free(e);
		jobs->n--;
		done(job);
	}
}

void jobs_poll(struct jobs *jobs)
{
	struct list now;
	list_init(&now);
	pthread_mutex_lock(&jobs->lock);
	jobs->told = false;
	for (struct entry *e; (e = list_take(&jobs->finished)) != NULL;)
		list_add(&now, e);
	pthread_mutex_unlock(&jobs->lock);
	hand_back(jobs, &now);
}

size_t jobs_waiting(const struct jobs *jobs)
{
	return jobs->n;
}

void jobs_free(struct jobs *jobs)
{
	if (jobs == NULL)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->work);
	pthread_mutex_unlock(&jobs->lock);
	for (unsigned i = 0; i < jobs->nthreads; i++)
		pthread_join(jobs->threads[i], NULL);
	while (jobs->n > 0) { /* done may put another */
		hand_back(jobs, &jobs->finished);
		hand_back(jobs, &jobs->todo);
	}
	pthread_cond_destroy(&jobs->work);
	pthread_mutex_destroy(&jobs->lock);
	free(jobs);
}
