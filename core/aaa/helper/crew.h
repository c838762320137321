/* The supervisor's workers: programs of one kind each, started when there is a job and none is idle, each with one job
 * at a time. Who hangs or dies takes his job with him and no other. */
#ifndef CORE_AAA_HELPER_CREW_H
#define CORE_AAA_HELPER_CREW_H

#include <poll.h>

#include "core/aaa/helper/job.h"

enum {
	CREW_WORKERS = 16,      /* of a kind */
	CREW_TASKS_MAX = 4096,  /* waiting or worked on */
	CREW_TASK_BYTES = 16384,
	CREW_IDLE_MS = 60000,   /* then a worker ends */
};

struct crew;

/* folder: where the programs are; state: their argument. answer: data NULL = failed, why says how; never from within
 * crew_ask. NULL when memory is short. */
struct crew *crew_new(const char *folder, const char *state,
                      void (*answer)(void *arg, uint32_t id, struct bytes body, const char *why), void *arg);
/* Every worker is gone when it returns. */
void crew_free(struct crew *c);
/* NULL, or why it is not taken. The bytes are copied. */
const char *crew_ask(struct crew *c, const struct job_frame *f, uint64_t now_ms);
/* No answer will come. Who works on it goes on until his deadline: the library cannot be stopped. */
void crew_cancel(struct crew *c, uint32_t id);
/* Forgets every job, and ends who works on one. */
void crew_reset(struct crew *c);

/* For the loop: descriptors to wait for (room for CREW_POLLS), and how long at most; -1 = for ever. */
enum { CREW_POLLS = JOB_KINDS_MAX * CREW_WORKERS };
size_t crew_polls(const struct crew *c, struct pollfd *p);
int crew_wait_ms(const struct crew *c, uint64_t now_ms);
/* Takes answers of those that are ready, ends who is late or idle, gives out what waits. */
void crew_run(struct crew *c, const struct pollfd *p, size_t n, uint64_t now_ms);

#endif
