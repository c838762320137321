/* One syslog server over TCP: a connection that is tried again when it breaks, and a bounded queue of whole messages
 * meanwhile. A message ends with a newline (RFC 6587 §3.4.2). */
#ifndef CORE_NET_LOGTCP_H
#define CORE_NET_LOGTCP_H

#include <uv.h>

#include "core/base/str.h"

struct logtcp;

struct logtcp_stats {
	uint64_t tx, errors,
	        dropped; /* messages written, failed connections, messages without a place */
	uint64_t flaps;  /* connections that broke */
	uint64_t
	        rewritten; /* messages begun on a connection that broke, sent again from their start */
	uint64_t no_memory; /* messages without a place for want of memory; among dropped */
	uint32_t queued, queued_most;
	bool up;
};

struct logtcp_ops {
	void (*changed)(void *arg,
	                bool up); /* the connection came, or went, or could not be made at first */
	bool (*source)(void *arg,
	               uint32_t *ip); /* address to connect from, 0 = any; false: not now */
};
/* NULL when memory is short. */
struct logtcp *logtcp_new(uv_loop_t *loop, uint32_t ip, uint16_t port, const struct logtcp_ops *ops,
                          void *arg);
void logtcp_set_queue(struct logtcp *t,
                      uint32_t messages); /* what is over it is dropped, newest first */
void logtcp_put(struct logtcp *t, struct str message);
void logtcp_stats(const struct logtcp *t, struct logtcp_stats *stats);
void logtcp_clear(struct logtcp *t); /* dropped and queued_most start again */
/* The handles close in the loop's next turns. */
void logtcp_free(struct logtcp *t);

#endif
