/* The appliance's own nftables table `ip postern`; nothing else in the host's ruleset is touched.
 *
 * It drops UDP 1701 addressed to the host: ESP is opened in this process, so whatever reaches the kernel with
 * that port came without IPsec and gets no answer of any kind. Where asked it masquerades the pools. */
#ifndef CORE_NET_NAT_H
#define CORE_NET_NAT_H

#include <net/if.h>

#include "core/base/err.h"
#include "core/base/out.h"

enum { NAT_SUBNETS_MAX = 256, NAT_LOG_GROUP = 117 /* of NFLOG: what rules tell us */ };

struct nat_subnet { /* first..last, host order */
	uint32_t first, last;
};

struct nat_rules {
	bool masquerade;
	char out_dev[IFNAMSIZ]; /* leaving through this device */
	struct nat_subnet pool[NAT_SUBNETS_MAX];
	unsigned npools;
	/* Bodies of chains that the configuration asks for (nat_conf.h); NULL or empty = none. */
	const char *postrouting; /* before the pools are masqueraded */
	const char *prerouting, *forward;
	const char *input; /* what other hosts send to this one */
	const char *mapped; /* addresses the host answers for and has not: not for it, where nothing translates them */
	const char *lists; /* whole chains that forward and input jump to */
};

struct nat;

/* Opens libnftables; a table left behind by a crashed run is replaced by the first nat_apply. */
int nat_open(struct nat **n, struct err *err);
/* Replaces the table in one transaction. 0 or -errno, then the old rules stand. */
int nat_apply(struct nat *n, const struct nat_rules *rules, struct err *err);
/* Counters of the rules that carry a comment: packets of the chain's new connections. */
void nat_counters(struct nat *n, void (*fn)(void *arg, struct str comment, uint64_t packets), void *arg);
/* Removes the table. */
void nat_close(struct nat *n);
/* Does a firewall of the host drop what it forwards? Writes one line a finding ("WARNING: ... table inet
 * filter, chain forward ...") into notes; tun = our device, chains that mention it are trusted.
 * Returns how many were found. */
unsigned nat_forward_check(const char *tun, struct out *notes);

/* The same for what comes in: a firewall that drops by default and was not told of UDP 4500. */
unsigned nat_input_check(struct out *notes);

#endif
