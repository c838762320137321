/* The TUN device where the clients' IP packets meet the host's routing. */
#ifndef CORE_NET_TUN_H
#define CORE_NET_TUN_H

#include <net/if.h>

#include "core/base/buf.h"
#include "core/base/err.h"

#define TUN_NAME "postern0"

struct tun {
	int fd; /* for polling */
	int ifindex;
	char name[IFNAMSIZ];
	uint32_t mtu;
	_Atomic uint64_t rx_pkts, rx_bytes, tx_pkts, tx_bytes, tx_errors; /* rx = from the host */
};

/* Makes the device, sets its mtu and brings it up. It is gone when the descriptor is closed. -EBUSY when a
 * device of this name belongs to another program. */
int tun_open(struct tun *t, const char *name, uint32_t mtu, struct err *err);
void tun_close(struct tun *t);
/* Reads up to n packets without blocking into pkts, data starting at PKT_HEADROOM; sets off, len, tos (of the
 * packet) and df (its flag). Packets that are not IPv4 are swallowed. How many, 0 when there is nothing, or -errno. */
int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n);
/* Writes packets; the refused ones have drop = DROP_TUN_WRITE, those with drop set are skipped. How many went. */
unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n);

#endif
