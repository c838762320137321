/* What logsink.c and logsink_show.c share. */
#ifndef CORE_NET_LOGSINK_INT_H
#define CORE_NET_LOGSINK_INT_H

#include "core/net/logsink.h"
#include "core/net/logtcp.h"

struct logsink_server {
	struct logsinks *l;
	struct logsink_host conf;
	uint64_t tx, errors, dropped; /* UDP */
	struct logtcp *tcp;
};

/* The last messages, oldest first: lines in a ring of bytes; whole lines give way. */
struct logsink_buffer {
	char *text;
	size_t cap, start, len;
	uint32_t lines, lines_most; /* 0 = no limit */
};

struct logsinks {
	const struct ifaces *ifaces;
	uv_loop_t *loop;
	struct logsink_conf conf; /* msg and limit are not used */
	struct log_sink to_stderr, to_buffer, to_asdm, to_hosts, counter;
	uint64_t count[LOG_DESTS];
	struct logsink_buffer buffer, asdm;
	struct logsink_server *host[LOGSINK_HOSTS_MAX];
	int fd; /* for the servers over UDP, -1 = none */
	bool journal, stopped;
	struct logtcp_stats gone; /* of TCP servers that are no longer there */
	struct log_rule *rules;   /* of all lists */
};

void logsink_buffer_print(const struct logsink_buffer *b, struct out *o);
/* Of all servers over TCP, those that are gone included. */
void logsink_tcp_stats(const struct logsinks *l, struct logtcp_stats *sum);

#endif
