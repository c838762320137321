/* UDP sockets for IKE (500) and NAT traversal (4500), batches at a time. Bound to all addresses; every packet
 * knows the local address and device it came in on, and a reply leaves from that address. */
#ifndef CORE_NET_UDP_H
#define CORE_NET_UDP_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/net/offload.h"

struct udp;

/* What a socket has counted; one writer, the thread that calls recv and send. supers: datagrams of one size that
 * travelled as one. full: what the kernel had no more room for. */
#define UDP_STATS_LIST(X) \
	X(rx_pkts) X(rx_bytes) X(rx_supers) X(rx_truncated) X(rx_full) X(tx_pkts) X(tx_bytes) X(tx_supers) \
	X(tx_errors)
struct udp_stats {
#define X(name) _Atomic uint64_t name;
	UDP_STATS_LIST(X)
#undef X
	_Atomic uint64_t rx_calls, tx_calls;
};

/* reuseport: several sockets of this process share the port (one a worker). -EADDRINUSE names the program
 * that holds the port. *u is freed with udp_close. */
int udp_open(struct udp **u, uint32_t ip, uint16_t port, bool reuseport, struct err *err);
/* Datagrams to the port of u, which n sockets share that were opened in this order (u is the first), go to the socket
 * whose number stands in the upper 4 bits of their first word; shorter ones, and those that name no socket, to the
 * first. 0 or -errno. */
int udp_steer(struct udp *u, unsigned n, struct err *err);
void udp_close(struct udp *u);   /* NULL is allowed */
int udp_fd(const struct udp *u); /* for polling */
uint16_t udp_port(const struct udp *u);
const struct udp_stats *udp_stats(const struct udp *u);

/* Uses what is allowed (enum offload) and what the kernel knows; without this call nothing. What is in force. */
uint32_t udp_offload(struct udp *u, uint32_t allowed);
uint32_t udp_offloads(const struct udp *u);

/* Receives up to n (at most PKT_BATCH) datagrams without blocking. The packets are views of the socket's own store,
 * with room neither in front nor behind, good until the next receive. Sets peer, local, tos, ifindex; udp_encap is
 * left to the caller. A datagram longer than PKT_MTU_MAX has drop = DROP_TOO_BIG. Returns how many, 0 when there is
 * nothing, or -errno. */
int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n);
/* More has been read than fitted into the last batch: receive again, do not wait. */
bool udp_more(const struct udp *u);
/* Sends pkts (any n) to peer from local.ip (0 = the kernel's choice), with tos and df of each packet; the order of
 * those to one peer is kept. Those that could not go have drop set: DROP_MTU when larger than the path with df, else DROP_UDP_WRITE.
 * Packets that come with drop set are skipped. Returns how many went. */
unsigned udp_send(struct udp *u, struct pkt *const *pkts, unsigned n);
/* One datagram from the control thread (IKE): tos 0, no DF. 0 or -errno. */
int udp_send_one(struct udp *u, struct ip4_end local, struct ip4_end peer, const void *data,
                 size_t len);

/* "charon (pid 812)" for who holds a UDP port of the host, into text; false when nobody is found. */
bool udp_port_holder(uint16_t port, char *text, size_t cap);

#endif
