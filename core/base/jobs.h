/* Work that takes long (making an RSA key, signing, checking certificates, reading a CRL) on helper threads of its own: a
 * bounded queue, first come first served. All calls on one thread (the control thread); what is finished is handed back on it too. */
#ifndef CORE_BASE_JOBS_H
#define CORE_BASE_JOBS_H

#include <stddef.h>

enum { JOBS_MOST = 1024, JOBS_THREADS = 4 };

struct jobs;

/* wake is called on a helper thread when there is something for jobs_poll. NULL: no memory. */
struct jobs *jobs_new(void (*wake)(void *arg), void *arg);
/* Starts the threads; until then jobs wait. 0 or -errno (some may run even then). */
int jobs_start(struct jobs *jobs, unsigned threads);
/* run(job) on a helper thread, then done(job) out of jobs_poll. -EAGAIN when too many wait: nothing is called. */
int jobs_put(struct jobs *jobs, void (*run)(void *job), void (*done)(void *job), void *job);
/* Calls done for what is finished, in the order of finishing. done may put the next job. */
void jobs_poll(struct jobs *jobs);
/* Jobs whose done was not called yet. */
size_t jobs_waiting(const struct jobs *jobs);
/* What runs is waited for; done is called for all, also for those that never ran: a job says by itself whether it did.
 * NULL is allowed. */
void jobs_free(struct jobs *jobs);

#endif
