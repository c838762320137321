/* The TUN device where the clients' IP packets meet the host's routing. */
#ifndef CORE_NET_TUN_H
#define CORE_NET_TUN_H

#include <net/if.h>

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/net/offload.h"

#define TUN_NAME "postern0"

struct tun_store;

/* What a queue has counted; rx: from the host. supers: super-packets, of which some of the packets came. */
#define TUN_STATS_LIST(X) X(rx_pkts) X(rx_bytes) X(rx_supers) X(tx_pkts) X(tx_bytes) X(tx_supers) X(tx_errors)

/* One queue of the device; the one thread that uses it is the only one that reads and writes it. */
struct tun {
	int fd; /* for polling */
	int ifindex;
	char name[IFNAMSIZ];
	uint32_t mtu;
	uint32_t offload; /* bits of enum offload in force */
	bool vnet;        /* packets have the device's header in front */
	struct tun_store *store;
#define X(name) _Atomic uint64_t name;
	TUN_STATS_LIST(X)
#undef X
};

/* Makes the device with n queues, sets its mtu and brings it up. It is gone when the last queue is closed. allowed:
 * which offloads may be tried (enum offload). -EBUSY when a device of this name exists already. On failure nothing is
 * open. */
int tun_open(struct tun *queues, unsigned n, const char *name, uint32_t mtu, uint32_t allowed, struct err *err);
void tun_close(struct tun *t); /* one queue; one that is all zero is allowed */
/* Reads up to n packets without blocking. The packets are views of the queue's own store, with PKT_HEADROOM in front
 * and PKT_TAILROOM behind, good until the next tun_recv; sets off, len, tos (of the packet), df (its flag) and
 * ifindex. Packets that are not IPv4 are swallowed; those with a device's header that does not fit have
 * drop = DROP_VNET. How many, 0 when there is nothing, or -errno. */
int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n);
/* More has been read than fitted into the last batch: receive again, do not wait. */
bool tun_more(const struct tun *t);
/* Writes packets, joined where the device takes that (the order within a flow is kept); what stands in front of their
 * view is overwritten. The refused ones have drop = DROP_TUN_WRITE, those with drop set are skipped. How many went. */
unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n);

#endif
