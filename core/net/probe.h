/* `ping` and `traceroute`: commands that go on while the event loop turns; ^C ends them. */
#ifndef CORE_NET_PROBE_H
#define CORE_NET_PROBE_H

#include <uv.h>

#include "core/net/ifaces.h"

struct probes;

/* Opens the raw ICMP sockets now (they need privileges that may be dropped later). */
int probes_new(struct probes **p, uv_loop_t *loop, const struct ifaces *ifaces, struct err *err);
/* Ends what still runs without telling its console. The handles close in the loop's next turns. */
void probes_free(struct probes *p);
/* Commands ping, traceroute. */
void probes_register(struct probes *p);

#endif
