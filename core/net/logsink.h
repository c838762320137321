/* Where syslog messages go: the buffer of `show logging`, syslog servers over UDP, stderr or the journal. */
#ifndef CORE_NET_LOGSINK_H
#define CORE_NET_LOGSINK_H

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/net/ifaces.h"

enum { LOGSINK_HOSTS_MAX = 16 };

struct logsink_host {
	char nameif[IFACE_NAMEIF_MAX];
	uint32_t ip;
	uint16_t port;
};

/* Compiled from `logging ...`; part of a snapshot. Levels -1 = off. */
struct logsink_conf {
	bool enabled, timestamp, hide_username;
	int buffered, trap, console, monitor;
	uint32_t buffer_bytes;
	uint8_t facility; /* 16..23 */
	struct logsink_host host[LOGSINK_HOSTS_MAX];
	unsigned nhosts;
	struct logsink_msg {
		uint32_t id;
		int level; /* -1 = disabled */
	} * msg;
	size_t nmsgs;
};

/* Names of the levels 0..7. */
extern const char *const logsink_levels[8];

int logsink_compile(const struct conf *c, struct arena *a, struct logsink_conf **conf,
                    struct out *notes, struct err *err);

struct logsinks;

/* Registers with core/base/log at once. Whatever `logging enable` says, messages up to level 6 (or that of
 * `logging console`) go to stderr, with the journal's level marks when stderr is the journal. ifaces (may be
 * NULL) gives the source address for servers. NULL when memory is short. */
struct logsinks *logsinks_new(const struct ifaces *ifaces);
void logsinks_free(struct logsinks *l);
/* conf is copied. */
void logsinks_apply(struct logsinks *l, const struct logsink_conf *conf);
/* For the console side: what `logging monitor` lets through to `terminal monitor`, -1 = off, and whether lines
 * carry a timestamp. */
int logsinks_monitor_level(const struct logsinks *l);
bool logsinks_timestamp(const struct logsinks *l);
/* Commands show_logging, clear_logging_buffer. */
void logsinks_register(struct logsinks *l);

#endif
