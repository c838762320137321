/* Access lists in force: each compiled once, shared with the packet path, counted and shown. Control thread only.
 *
 *   filters.c       what is compiled, and what the packet path is given
 *   filters_host.c  what the host filters by the same lists, and what is sent to the host itself
 *   filters_log.c   messages of what was refused or is to be told
 *   filters_show.c  show access-list, clear access-list counters */
#ifndef CORE_FILTERS_H
#define CORE_FILTERS_H

#include <uv.h>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/config/objects.h"
#include "core/worker.h"
#include "ppp/ppp.h"

struct gateway;
struct nflog;

struct filters {
	struct gateway *gw;
	const struct conf *conf; /* the running one, borrowed */
	struct hash *lists;      /* name -> struct filter: those in force, one reference each */
	const struct filter_policy *policy; /* given last; the packet path owns it */
	char iface[FILTER_IFACES_MAX][49];  /* its interfaces, for messages */
	struct filter *control[FILTER_IFACES_MAX]; /* access-group ... control-plane, of its interfaces */
	bool has_control;
	struct drop_counters drops; /* of the control thread */
	struct timer time;                  /* time ranges begin and end */
	/* element -> count of what the host filtered: by rules that were replaced, by those in force */
	struct hash *host_hits, *host_now;
	struct nflog *host_log;             /* what the host's rules tell; NULL: they do not */
	uv_poll_t host_poll;
	struct filter_xlate *xlate;         /* static translations clients meet */
	size_t nxlate;
	char *host_lists;                   /* names by number, a line each */
	uint64_t host_told_ms;
	unsigned host_told;
	struct hash *flows;                 /* filters_log.c: cached ACL log flows */
	struct timer flow_time;
	unsigned denied_flows;
	bool time_changed;
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

/* Is there an access list of this name? */
bool filters_known(const struct filters *f, struct str name);

/* May a packet for the appliance itself come in? Counted and told when not. */
bool filters_control(struct filters *f, uint8_t proto, struct ip4_end local, struct ip4_end remote);
/* Begins to hear what the rules of nftables tell. */
void filters_host_start(struct filters *f);
/* The static translations clients meet. Copied; what passed is judged again when they are others. */
void filters_translations(struct filters *f, const struct filter_xlate *x, size_t n);
/* The lists the host filters by, in the order of their numbers, a line each. Copied. */
void filters_host_lists(struct filters *f, struct str names);
void filters_host_stop(struct filters *f);
/* The element of a list took a packet of this thread's or of the host's. */
void filters_host_hit(struct filters *f, uint32_t element);

/* The host's counters, before its rules are replaced. */
void filters_host_keep(struct filters *f);
void filters_host_free(struct filters *f);

/* Behind which interface an address is, by name: of a client, of the appliance itself; NULL = it is not known. */
const char *filters_where(const struct filters *f, uint32_t ip);
uint8_t filters_iface(const struct filters *f, const char *nameif);
void filters_event(struct filters *f, const struct worker_filtered *e);
void filters_log_free(struct filters *f);
unsigned filters_log_flows(const struct filters *f, unsigned *denied);
void filters_register(struct filters *f);

#endif
