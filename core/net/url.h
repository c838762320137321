/* Files from and to servers: http, https, ftp, tftp, through libcurl on a helper thread of the event loop, so that
 * the control thread never waits. What crypto/pki wants has a pool of its own: fetch.h. */
#ifndef CORE_NET_URL_H
#define CORE_NET_URL_H

#include <stdint.h>

#include "core/base/err.h"
#include "core/base/str.h"

struct uv_loop_s;
struct url_job;

enum {
	URL_BYTES_MAX = 64 << 20, /* of one file */
	URL_CONNECT_S = 15,
	URL_TOTAL_S = 300,
	URL_JOBS_MAX = 2, /* at once; the helper threads have other work, too */
};

/* On the control thread, once. rc 0: body is what a get brought (it lives until the call returns); else -errno, why
 * says it in words that hold neither user nor password. */
typedef void url_done_fn(void *arg, int rc, struct str body, const char *why);

/* Once before and once after all jobs; before threads exist. */
void url_init(void);
void url_free(void);
/* get: put NULL. Both texts are copied. NULL with err: -EPROTONOSUPPORT, -EBUSY, -ENOMEM. done is never called from
 * within. */
struct url_job *url_start(struct uv_loop_s *loop, const char *url, const struct str *put,
                          url_done_fn *done, void *arg, struct err *err);
/* done will not be called; what is under way ends by itself soon. */
void url_cancel(struct url_job *job);

#endif
