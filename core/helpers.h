/* posternd's side of the helper programs, which ask servers whose libraries block (core/aaa/helper/). Control thread
 * only. */
#ifndef CORE_HELPERS_H
#define CORE_HELPERS_H

#include <uv.h>

#include "core/aaa/io.h"
#include "core/base/clock.h"

struct helpers;

enum { HELPERS_JOBS_MAX = 4096 };

/* Starts the supervisor and returns the socket to it; before privileges are dropped, and before the first thread. The
 * program that executed itself finds the one it had. -errno with err: then there are no helpers. */
int helpers_spawn(const char *state_dir, struct err *err);
/* Its end, waited for. fd < 0 is allowed. */
void helpers_end(int fd);

/* fd: of helpers_spawn, stays the caller's; < 0: every job is refused. What an earlier owner of fd asked for is
 * forgotten. The clock is set before an answer is told. NULL when memory is short. */
struct helpers *helpers_new(uv_loop_t *loop, struct clock *clock, int fd);
/* No answer comes any more. The memory goes when the loop runs next. */
void helpers_free(struct helpers *h);
/* For struct aaa_io, with its contract; h may be NULL. The bytes are copied, and the copies wiped. */
uint32_t helpers_job(struct helpers *h, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
                     void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg);
void helpers_job_cancel(struct helpers *h, uint32_t id);

#endif
