/* Between fetch.c, which owns the transfers, and those who do one on its thread. */
#ifndef CORE_NET_FETCH_INT_H
#define CORE_NET_FETCH_INT_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/net/fetch.h"

struct fetch {
	struct fetch *prev, *next;
	struct fetches *all;
	/* what is asked for: not changed while the thread runs */
	char *url, *type;
	uint8_t *body;
	size_t body_len, most;
	bool post;
	uint64_t until_ms; /* of the loop's clock */
	void (*done)(void *arg, const struct fetch_got *got);
	void *arg;
	/* the thread's while it runs */
	int rc;
	char why[160], got_type[96];
	unsigned status;
	uint8_t *data;
	size_t len, cap, headers;
	/* of both */
	atomic_bool cancelled;
	pthread_mutex_t lock;
	int fd;     /* under lock: what the thread waits at, -1 = none */
	bool shut;  /* under lock */
	bool ended; /* under the lock of all */
	/* the control thread's */
	pthread_t thread;
	bool running, told;
};

uint64_t fetch_now_ms(void);
/* Milliseconds that are left, 0 = none. */
uint32_t fetch_left_ms(const struct fetch *f);
/* Sets rc and why, once. */
void fetch_fail(struct fetch *f, int rc, const char *why);
/* More of the answer; false when it is too much. */
bool fetch_take(struct fetch *f, const void *data, size_t len);
/* What cancelling shuts down, so that nobody waits at it any longer; -1 before it is closed. */
void fetch_waits_at(struct fetch *f, int fd);
/* A connection by name, within the time; the caller closes it. -1 after fetch_fail(). */
int fetch_connect(struct fetch *f, const char *host, unsigned port);

void fetch_http(struct fetch *f);
void fetch_ldap(struct fetch *f);

#endif
