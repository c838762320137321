/* What every worker program does: takes one job after the other until the supervisor is gone. */
#ifndef CORE_AAA_HELPER_WORKER_H
#define CORE_AAA_HELPER_WORKER_H

#include "core/aaa/helper/job.h"

struct helper {
	const char *state; /* directory */
	const struct job *ask;
	struct wr out;     /* fields of the answer, besides result and reason */
};

/* main() of such a program. work answers the question; what it writes are its fields. */
int worker_main(int argc, char **argv, enum job_result (*work)(struct helper *w, char *reason, size_t cap));
/* A line for `debug` of this level, when somebody wants it; what does not fit any more is left out. No secrets. */
void worker_debug(struct helper *w, uint32_t level, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* result, with the reason made out of fmt. */
enum job_result worker_says(char *reason, size_t cap, enum job_result result, const char *fmt, ...)
        __attribute__((format(printf, 4, 5)));

#endif
