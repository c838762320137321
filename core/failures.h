/* The clients that did not get in: the last 256 with what they wanted and what would help, and how many there were by cause.
 * Repetitions are counted in their row. Strangers, who may write from any address, take at most half of the rows, and nothing
 * here is allocated for any of them. */
#ifndef CORE_FAILURES_H
#define CORE_FAILURES_H

#include "core/base/failure.h"

struct gateway;
struct gw_flow;
struct failures;

struct failures *failures_new(struct gateway *gw);
void failures_free(struct failures *fs);
/* For the ops of the engines: ctx is the struct gateway. Logs 713990. */
void failures_tell(void *ctx, const struct failure *f);
/* The client of this flow agreed on keys and never began with L2TP. */
void failures_no_l2tp(struct gateway *gw, const struct gw_flow *flow);
/* Commands show_vpn_sessiondb_failures, clear_vpn_sessiondb_failures. */
void failures_register(struct failures *fs);

#endif
