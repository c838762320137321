/* The connections the kernel translates and follows (nfnetlink conntrack). */
#ifndef CORE_NET_CONNTRACK_H
#define CORE_NET_CONNTRACK_H

#include "core/base/err.h"
#include "core/base/ip4.h"

struct conntrack;

struct conntrack_way {
	uint32_t src, dst;     /* host order */
	uint16_t sport, dport; /* ICMP: identifier, type and code */
};

struct conntrack_conn {
	uint8_t proto;
	uint32_t id;
	struct conntrack_way orig, reply; /* as the first packet went, as answers come: what differs is translated */
	bool src_nat, dst_nat, seen_reply;
	uint32_t timeout_s, left_s; /* timeout_s: of its state; 0 = not known */
	uint64_t bytes;             /* 0 where the kernel does not count */
};

int conntrack_open(struct conntrack **ct, struct err *err);
void conntrack_close(struct conntrack *ct); /* NULL is allowed */
/* Every IPv4 connection. 0 or -errno. */
int conntrack_each(struct conntrack *ct, void (*fn)(void *arg, const struct conntrack_conn *c), void *arg);
/* Its next packet begins a new one. 0, -ENOENT when it has gone, or -errno. */
int conntrack_delete(struct conntrack *ct, const struct conntrack_conn *c);

#endif
