/* Links, addresses and routes of the host through rtnetlink. Calls block for the kernel's answer (local,
 * microseconds). Routes of ours carry a protocol number of their own and are the only ones ever deleted. */
#ifndef CORE_NET_NETLINK_H
#define CORE_NET_NETLINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/err.h"
#include "core/base/ip4.h"

enum { NETLINK_PROTO = 117 }; /* rtm_protocol of our routes; free in rt_protos */

struct netlink; /* a socket for requests and one for changes */

struct netlink_stats {
	uint64_t rx_pkts, rx_bytes, rx_errors, rx_dropped, rx_multicast, rx_length_errors, rx_over,
	        rx_crc, rx_frame, rx_fifo, rx_missed;
	uint64_t tx_pkts, tx_bytes, tx_errors, tx_dropped, tx_fifo, tx_carrier, collisions,
	        late_collisions;
	uint64_t carrier_losses; /* how often the link went down */
};

struct netlink_link {
	int index;
	char name[IFNAMSIZ];
	uint8_t mac[6];
	bool has_mac, loopback;
	bool up, carrier; /* IFF_UP, IFF_LOWER_UP */
	uint32_t mtu;
	struct netlink_stats stats;
};

struct netlink_addr {
	int index;
	uint32_t ip; /* host order */
	uint8_t bits;
	bool host; /* added with scope host: packets are taken in for it, none is sent from it unasked */
};

struct netlink_route { /* unicast routes of table main */
	uint32_t dst;  /* host order */
	uint8_t bits;  /* 0 = default route */
	uint32_t gw;   /* 0 = directly connected */
	int index;     /* outgoing device, 0 = none */
	uint32_t metric;
	uint8_t proto; /* NETLINK_PROTO = ours */
	bool local;    /* add and del: addresses that are taken in, as if they were the host's (not walked) */
};

struct netlink_neigh { /* who answered to an address: the ARP table */
	int index;
	uint32_t ip; /* host order */
	uint8_t mac[6];
	bool permanent;
	uint32_t age_s; /* since the kernel last changed the entry */
};

int netlink_open(struct netlink **nl, struct err *err);
void netlink_close(struct netlink *nl); /* NULL is allowed */

/* Walks. fn returns false to stop. 0 or -errno. */
int netlink_links(struct netlink *nl, bool (*fn)(void *arg, const struct netlink_link *l),
                  void *arg);
int netlink_addrs(struct netlink *nl, bool (*fn)(void *arg, const struct netlink_addr *a),
                  void *arg);
int netlink_routes(struct netlink *nl, bool (*fn)(void *arg, const struct netlink_route *r),
                   void *arg);
int netlink_neighs(struct netlink *nl, bool (*fn)(void *arg, const struct netlink_neigh *n),
                   void *arg);
/* One link by name or by index (name NULL). -ENODEV when there is none. */
int netlink_link_get(struct netlink *nl, const char *name, int index, struct netlink_link *l);
/* First address of a device. -EADDRNOTAVAIL when it has none. */
int netlink_addr_get(struct netlink *nl, int index, struct netlink_addr *a);
/* The default route with the lowest metric. -ENETUNREACH when there is none. */
int netlink_default_route(struct netlink *nl, struct netlink_route *r);

/* Changes. An add that is already there and a delete of what is gone are no errors. */
int netlink_link_set(struct netlink *nl, int index, bool up, uint32_t mtu,
                     struct err *err); /* mtu 0 = keep */
int netlink_addr_add(struct netlink *nl, const struct netlink_addr *a, struct err *err);
int netlink_addr_del(struct netlink *nl, const struct netlink_addr *a, struct err *err);
/* Adds (replacing one of ours to the same destination) with protocol NETLINK_PROTO. */
int netlink_route_add(struct netlink *nl, const struct netlink_route *r, struct err *err);
int netlink_route_del(struct netlink *nl, const struct netlink_route *r, struct err *err);
/* Deletes every route of ours, also those a crashed run left behind. */
int netlink_route_flush(struct netlink *nl, struct err *err);

/* Changes seen by the kernel (links, addresses, routes): poll this descriptor for reading ... */
int netlink_monitor_fd(const struct netlink *nl);
/* ... and empty it: true when something about links, addresses or routes changed since the last call. */
bool netlink_monitor_read(struct netlink *nl);

#endif
