/* The way from AAA to the network and to helper programs. The gateway does it with sockets and processes
 * (core/aaa_io.c), tests with a wire and a clock of their own. Control thread only; nothing is called back from within
 * a call of these, nor after close or cancel. */
#ifndef CORE_AAA_IO_H
#define CORE_AAA_IO_H

#include "core/base/err.h"
#include "core/base/ip4.h"

struct aaa_sock;

/* What happens to a connection. */
struct aaa_tcp_events {
	void (*opened)(void *arg);
	void (*input)(void *arg, const uint8_t *data, size_t len);
	void (*closed)(void *arg, const char *why); /* by the peer, or never opened; aaa_io.close is still to be called */
};

/* Programs that do what would block: name, for messages. */
#define AAA_HELPER_LIST(X)      \
	X(LDAP, "ldap")         \
	X(KERBEROS, "kerberos") \
	X(NT, "nt")

enum aaa_helper {
#define X(name, word) AAA_HELPER_##name,
	AAA_HELPER_LIST(X)
#undef X
	        AAA_HELPER_N
};

struct aaa_io {
	/* A UDP socket; port 0 = any. NULL with err. */
	struct aaa_sock *(*udp_open)(void *ctx, uint16_t port,
	                             void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len),
	                             void *arg, struct err *err);
	bool (*udp_send)(struct aaa_sock *s, struct ip4_end to, const uint8_t *data, size_t len);
	/* A connection; opened or closed comes. NULL with err. */
	struct aaa_sock *(*tcp_open)(void *ctx, struct ip4_end to, const struct aaa_tcp_events *events, void *arg,
	                             struct err *err);
	bool (*tcp_send)(struct aaa_sock *s, const uint8_t *data, size_t len); /* all of it or false */
	void (*close)(struct aaa_sock *s); /* NULL is allowed */
	/* The address of ours that goes to this server; 0 = none. */
	uint32_t (*source)(void *ctx, uint32_t server);
	/* Looks a name up; found(arg, 0) when it has no address. Once for each call, unless unresolve. 0 = no memory. */
	uint32_t (*resolve)(void *ctx, const char *name, void (*found)(void *arg, uint32_t ip), void *arg);
	void (*unresolve)(void *ctx, uint32_t id);
	/* Gives a job (core/aaa/helper/job.h) to a helper program. answer comes once: data NULL = it died, hung
	 * longer than deadline_ms, or is not installed (why). 0 = too many jobs, or no helper. */
	uint32_t (*job)(void *ctx, enum aaa_helper kind, const uint8_t *data, size_t len, uint32_t deadline_ms,
	                void (*answer)(void *arg, const uint8_t *data, size_t len, const char *why), void *arg);
	void (*job_cancel)(void *ctx, uint32_t id);
};

#endif
