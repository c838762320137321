/* Where syslog messages go: the buffer of `show logging`, syslog servers over UDP and TCP, stderr or the journal.
 *
 *   logsink_conf.c  `logging ...` compiled
 *   logsink.c       the destinations
 *   logsink_show.c  commands
 *   logtcp.c        a server over TCP */
#ifndef CORE_NET_LOGSINK_H
#define CORE_NET_LOGSINK_H

#include <uv.h>

#include "core/base/clock.h"
#include "core/base/logfilter.h"
#include "core/net/ifaces.h"

enum { LOGSINK_HOSTS_MAX = 16, LOGSINK_QUEUE_MOST = 8192 };

struct logsink_host {
	char nameif[IFACE_NAMEIF_MAX];
	uint32_t ip;
	uint16_t port;
	bool tcp, emblem;
};

enum logsink_device {
	LOGSINK_ID_NONE,
	LOGSINK_ID_HOSTNAME,
	LOGSINK_ID_ADDRESS,
	LOGSINK_ID_STRING,
	LOGSINK_ID_CONTEXT
};

/* Compiled from `logging ...`; part of a snapshot. Levels -1 = off. */
struct logsink_conf {
	bool enabled, hide_username, standby, debug_trace, permit_hostdown;
	struct log_style style; /* the address of an interface is put into the device id at apply */
	enum logsink_device device;
	char device_text[IFACE_NAMEIF_MAX]; /* name of the interface; text */
	struct log_filter to[LOG_DESTS];
	uint32_t buffer_bytes, asdm_lines, queue;
	uint8_t facility; /* 16..23 */
	struct logsink_host host[LOGSINK_HOSTS_MAX];
	unsigned nhosts;
	struct logsink_msg {
		uint32_t id;
		int level; /* -1 = disabled, -2 = its own */
	} * msg;
	size_t nmsgs;
	struct log_limit *limit;
	size_t nlimits;
};

/* Names of the levels 0..7. */
extern const char *const logsink_levels[8];

/* All off, with the defaults of the rest. */
void logsink_conf_init(struct logsink_conf *conf);
int logsink_compile(const struct conf *c, struct arena *a, struct logsink_conf **conf,
                    struct out *notes, struct err *err);
/* Edit hooks logging_number, logging_host, logging_class, logging_unlimited; checks logging_check,
 * logging_host_check, logging_list_check. */
void logsink_conf_register(void);

struct logsinks;

/* Registers with core/base/log at once. Whatever `logging enable` says, messages up to level 6 (or those of
 * `logging console`) go to stderr, with the journal's level marks when stderr is the journal. ifaces (may be
 * NULL) gives the source address for servers; without a loop servers over TCP get nothing. NULL when memory is
 * short. */
struct logsinks *logsinks_new(const struct ifaces *ifaces, uv_loop_t *loop);
/* Ends the connections; before the loop's last turns. */
void logsinks_stop(struct logsinks *l);
void logsinks_free(struct logsinks *l);
/* conf is copied. */
void logsinks_apply(struct logsinks *l, const struct logsink_conf *conf);
/* May a new client come in? Not while a TCP server is away, unless `logging permit-hostdown`. */
bool logsinks_admit(const struct logsinks *l);
/* Commands show_logging, clear_logging_buffer, clear_logging_asdm, clear_logging_queue. */
void logsinks_register(struct logsinks *l);

/* The text of show logging as PIX 6 prints it. */
void logsink_pix(struct out *o);

#endif
