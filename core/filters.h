/* Access lists in force: each compiled once, shared with the packet path, counted and shown. Control thread only.
 *
 *   filters.c       what is compiled, and what the packet path is given
 *   filters_log.c   messages of what was refused or is to be told
 *   filters_show.c  show access-list, clear access-list counters */
#ifndef CORE_FILTERS_H
#define CORE_FILTERS_H

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/config/objects.h"
#include "core/worker.h"
#include "ppp/ppp.h"

struct gateway;

struct filters {
	struct gateway *gw;
	const struct conf *conf; /* the running one, borrowed */
	struct hash *lists;      /* name -> struct filter: those in force, one reference each */
	const struct filter_policy *policy; /* given last; the packet path owns it */
	char iface[FILTER_IFACES_MAX][49];  /* its interfaces, for messages */
	struct timer time;                  /* time ranges begin and end */
	/* element -> count of what the host filtered: by rules that were replaced, by those in force */
	struct hash *host_hits, *host_now;
	struct hash *flows;                 /* filters_log.c: cached ACL log flows */
	struct timer flow_time;
	unsigned denied_flows;
};

struct filters *filters_new(struct gateway *gw);
void filters_free(struct filters *f); /* NULL is allowed */
/* A commit: compiles again what changed, gives the packet path its policy. old may be NULL. */
void filters_apply(struct filters *f, const struct conf *old, const struct conf *next);
/* Interfaces came, went or changed their address. */
void filters_interfaces(struct filters *f);
/* A session may send IP from now on: its vpn-filter, its interface. */
void filters_session(struct filters *f, const struct ppp_session_info *s);
/* The compiled list, borrowed; NULL when it is not in force. */
struct filter *filters_find(const struct filters *f, struct str name);

/* The host's counters, before its rules are replaced. */
void filters_host_keep(struct filters *f);
void filters_host_free(struct filters *f);

void filters_event(struct filters *f, const struct worker_filtered *e);
void filters_log_free(struct filters *f);
unsigned filters_log_flows(const struct filters *f, unsigned *denied);
void filters_register(struct filters *f);

#endif
