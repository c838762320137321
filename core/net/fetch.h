/* Transfers for certificates (CRLs, OCSP, enrolment): http by libcurl, ldap by libldap, each on a thread of its own that
 * lives as long as the transfer, so that nobody waits: neither the control thread nor the threads of Diffie-Hellman. What
 * is fetched is small and comes from strangers: everything has a ceiling. Control thread only. */
#ifndef CORE_NET_FETCH_H
#define CORE_NET_FETCH_H

#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"

struct uv_loop_s;
struct fetches;
struct fetch;

enum {
	FETCH_RUNNING_MAX = 8,  /* at once */
	FETCH_WAITING_MAX = 64, /* for those; their time runs */
	FETCH_BYTES_MAX = 16 << 20,
	FETCH_HEADERS_MAX = 64 << 10,
	FETCH_URL_MAX = 16384, /* a whole message is in it when SCEP asks by GET */
	FETCH_REDIRECTS_MAX = 3, /* of GET, from http to http; a POST follows none */
	FETCH_TIMEOUT_MAX_MS = 120000,
};

struct fetch_ask {
	/* http://..., or ldap://HOST[:PORT]/DN[?ATTRIBUTE[?SCOPE[?FILTER]]] (RFC 4516): the first value of that
	 * attribute, or of certificateRevocationList;binary, in the first entry found, asked for anonymously */
	const char *url;
	bool post;            /* http only */
	struct bytes body;    /* of POST, at most FETCH_BYTES_MAX */
	const char *type;     /* of POST: Content-Type */
	size_t most;          /* bytes of the answer, 0 = FETCH_BYTES_MAX */
	uint32_t timeout_ms;  /* for all of it, 0 = FETCH_TIMEOUT_MAX_MS */
};

struct fetch_got {
	int rc;             /* 0: HTTP 200 with what was asked for; or -errno */
	const char *why;    /* in words, "" when rc is 0; never names the URL */
	unsigned status;    /* of HTTP, as soon as there was one; 0 = none */
	const char *type;   /* Content-Type in small letters, without parameters; "" = none */
	struct bytes body;  /* nothing when rc is not 0 */
};

/* url_init() was called before (core/net/url.h). The clock is set before an answer is told. NULL when memory is short. */
struct fetches *fetches_new(struct uv_loop_s *loop, struct clock *clock);
/* No answer comes any more; waits for the threads, which see it within a second. What it has of the loop is closed when
 * that runs next. */
void fetches_free(struct fetches *all);

/* Everything in ask is copied. done is called exactly once, never from within; what it gets lives until it returns.
 * NULL with err: -EPROTONOSUPPORT (anything else than http: and ldap:), -EINVAL, -EMSGSIZE, -EBUSY, -ENOMEM. */
struct fetch *fetch_start(struct fetches *all, const struct fetch_ask *ask,
                          void (*done)(void *arg, const struct fetch_got *got), void *arg, struct err *err);
/* done will not be called. Not after it was. */
void fetch_cancel(struct fetches *all, struct fetch *fetch);

#endif
