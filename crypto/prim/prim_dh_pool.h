/* Diffie-Hellman on helper threads: a bounded queue of jobs, and a stock of key pairs made while there is nothing else
 * to do, so that an answer waits for one derivation only. Each pair is used once. Other work of the same kind (milliseconds
 * of arithmetic that a message waits for: signatures) may stand in the same queue.
 *
 * All calls on one thread (the control thread); results are handed out on it too, in the order the jobs were put. */
#ifndef CRYPTO_PRIM_PRIM_DH_POOL_H
#define CRYPTO_PRIM_PRIM_DH_POOL_H

#include "crypto/prim/prim_dh.h"

enum {
	PRIM_DH_POOL_JOBS = 1024,  /* that wait or run, at most */
	PRIM_DH_POOL_STOCK = 128,  /* pairs of one group */
	PRIM_DH_POOL_THREADS = 8,
};

struct prim_dh_pool;

/* What was counted since the start. */
#define PRIM_DH_POOL_LIST(X)                                                   \
	X(jobs)                                                                \
	X(from_stock)   /* of them, with a pair that lay ready */              \
	X(refused)      /* the queue was full */                               \
	X(pairs_made)   /* for the stock */                                    \
	X(waiting_most) /* jobs, at one time */                                \
	X(wake_ups)     /* of the control thread: one for many results */

struct prim_dh_pool_stats {
#define X(name) uint64_t name;
	PRIM_DH_POOL_LIST(X)
#undef X
};

/* wake is called on a helper thread when results lie ready and prim_dh_pool_poll() has not been told of any since it ran
 * last. NULL: no memory. */
struct prim_dh_pool *prim_dh_pool_new(void (*wake)(void *arg), void *arg);
/* Starts the threads; until then jobs wait. 0 or -errno (some may run even then). */
int prim_dh_pool_start(struct prim_dh_pool *pool, unsigned threads);
/* The groups to keep pairs of, from now on; of others the stock is used up. */
void prim_dh_pool_stock(struct prim_dh_pool *pool, const uint16_t *groups, size_t n);
/* prim_dh_run(job), later; then done(arg) out of prim_dh_pool_poll(). job stays the caller's and valid until then.
 * -EAGAIN when the queue is full: done is never called. */
int prim_dh_pool_put(struct prim_dh_pool *pool, struct prim_dh_job *job, void (*done)(void *arg), void *arg);
/* The same with work of another kind: run(arg) on a helper thread, then done(arg). When the pool ends before its turn comes
 * only done(arg) is called. */
int prim_dh_pool_work(struct prim_dh_pool *pool, void (*run)(void *arg), void (*done)(void *arg), void *arg);
/* Calls done for what is finished. done may put the next job. */
void prim_dh_pool_poll(struct prim_dh_pool *pool);
/* Jobs whose done was not called yet. */
size_t prim_dh_pool_waiting(const struct prim_dh_pool *pool);
struct prim_dh_pool_stats prim_dh_pool_stats(struct prim_dh_pool *pool);
/* Ends the threads; what still waits is done with status -ECANCELED. Wipes the stock. NULL is allowed. */
void prim_dh_pool_free(struct prim_dh_pool *pool);

#endif
