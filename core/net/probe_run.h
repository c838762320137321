/* What ping and traceroute share: one run of a command, its timer, its console, the ICMP socket. */
#ifndef CORE_NET_PROBE_RUN_H
#define CORE_NET_PROBE_RUN_H

#include <netinet/in.h>

#include "core/base/buf.h"
#include "core/base/show.h"
#include "core/net/probe.h"

enum {
	PROBE_SIZE_MAX = 18024,
	ICMP_REPLY = 0,
	ICMP_UNREACH = 3,
	ICMP_REQUEST = 8,
	ICMP_EXCEEDED = 11
};

/* An ICMP message that came in. For errors, the quoted packet. */
struct probe_answer {
	uint32_t from;
	uint8_t type, code;
	uint16_t id, seq;      /* of a reply, or of the quoted echo request */
	uint32_t dst;          /* of the quoted packet */
	uint8_t proto;         /* of the quoted packet */
	uint16_t sport, dport; /* of the quoted UDP packet */
	uint64_t at_ns;
};

struct probe_run {
	struct probes *owner;
	struct probe_run *next;
	const struct cmd_host *host;
	void *session;
	uv_timer_t timer;
	/* Does this message belong to the run? Then it was handled. */
	bool (*answer)(struct probe_run *run, const struct probe_answer *a);
	void (*timeout)(struct probe_run *run);
	void (*finish)(struct probe_run *run); /* last words, before done */
	int fd;                                /* of its own, -1 = none */
	bool ended;
};

/* A zeroed run of `size` bytes (it begins with struct probe_run), tied to the console of cmd; NULL with an error
 * in cmd->out when the console cannot wait or memory is short. */
void *probe_run_new(struct cmd *cmd, size_t size);
void probe_timer(struct probe_run *run, uint64_t ms);
void probe_print(struct probe_run *run, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* finish(), console told, memory given back by the loop. */
void probe_end(struct probe_run *run);
/* Sends an ICMP message from src (0 = the kernel's choice). 0 or -errno. */
int probe_send_icmp(struct probe_run *run, uint32_t src, uint32_t dst, const void *data,
                    size_t len);
/* The argument `ifname` as source address; false with an error in cmd->out. *src is 0 without it. */
/* The address of an interface; false when it has none. */
bool probe_interface(const struct probe_run *run, struct str name, uint32_t *src);
/* The address of argument "host"; false with a refusal when it is none. */
bool probe_host(struct cmd *cmd, uint32_t *dst);
bool probe_source(struct cmd *cmd, uint32_t *src);

int probe_ping(struct cmd *cmd);
int probe_traceroute(struct cmd *cmd);

#endif
