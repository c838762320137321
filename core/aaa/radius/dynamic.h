/* Dynamic authorization (RFC 5176): servers of groups with `dynamic-authorization` end sessions (Disconnect-Request) and
 * change what they may (CoA-Request). One socket for each port of a group.
 *
 * A request is believed when it comes from the address of a server of such a group and is signed with its key. One
 * with an Event-Timestamp that is more than RADIUS_DYNAMIC_WINDOW_S off is dropped; one that was seen before gets the
 * answer it got then, and nothing is done again. */
#ifndef CORE_AAA_RADIUS_DYNAMIC_H
#define CORE_AAA_RADIUS_DYNAMIC_H

#include "core/aaa/server.h"

struct radius_dynamic;

enum {
	RADIUS_DYNAMIC_WINDOW_S = 300,
	RADIUS_DYNAMIC_SEEN_MAX = 1024, /* requests that are remembered, for twice the window */
	RADIUS_DYNAMIC_PORTS_MAX = 16,
};

/* Which sessions: everything that is set must agree; at least one is. Texts live during the call. */
struct radius_who {
	const char *user, *session; /* User-Name, Acct-Session-Id; NULL = not said */
	uint32_t framed_ip, peer_ip, our_ip; /* 0 = not said; outer addresses: peer's and ours */
	bool has_unit;
	uint32_t unit; /* NAS-Port */
};

/* What the gateway does. */
struct radius_dynamic_ops {
	/* Ends them; how many. */
	size_t (*disconnect)(void *ctx, const struct radius_who *who);
	/* Gives them other terms: of r's a.has_session (seconds from now on), a.has_idle, a.has_filter and inacl. How
	 * many; *no_filter: there is no such access list, and nothing has been changed. */
	size_t (*change)(void *ctx, const struct radius_who *who, const struct aaa_reply *r, bool *no_filter);
};

/* Error-Cause (RFC 5176 §3.5). */
enum radius_cause {
	RADIUS_CAUSE_NONE,
	RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE = 401,
	RADIUS_CAUSE_MISSING_ATTRIBUTE = 402,
	RADIUS_CAUSE_NAS_MISMATCH = 403,
	RADIUS_CAUSE_INVALID_REQUEST = 404,
	RADIUS_CAUSE_UNSUPPORTED_SERVICE = 405,
	RADIUS_CAUSE_INVALID_VALUE = 407,
	RADIUS_CAUSE_NO_SESSION = 503,
	RADIUS_CAUSE_NO_RESOURCES = 506,
};

/* What came of it. */
struct radius_dynamic_stats {
	uint64_t disconnects, changes; /* that were done */
	uint64_t refused, repeated, dropped;
};

/* io with its ctx, and ops with theirs, must outlive it, and so must servers. NULL when memory is short. */
struct radius_dynamic *radius_dynamic_new(struct aaa_servers *servers, struct clock *clock,
                                          const struct aaa_io *io, void *io_ctx,
                                          const struct radius_dynamic_ops *ops, void *ctx);
void radius_dynamic_free(struct radius_dynamic *d);
/* After aaa_servers_set: opens and closes ports. 0, or the last -errno with err: a port could not be opened. */
int radius_dynamic_set(struct radius_dynamic *d, struct err *err);
const struct radius_dynamic_stats *radius_dynamic_stats(const struct radius_dynamic *d);

#endif
