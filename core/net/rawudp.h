/* UDP datagrams through a raw socket, with headers of our own: a lone datagram costs the kernel less than through the UDP
 * socket. Its checksum is 0, as RFC 3948 §2.1 wants it of ESP in UDP. Filters, NAT and connection tracking of the host see it
 * as any other packet that goes out. */
#ifndef CORE_NET_RAWUDP_H
#define CORE_NET_RAWUDP_H

#include "core/base/buf.h"

enum { RAWUDP_HEAD = 28 }; /* IP and UDP header: so much is written in front of a packet */

struct rawudp {
	int fd;      /* -1: there is none */
	uint32_t ip; /* routes are looked up from there; 0 = the kernel's choice */
	uint8_t ttl; /* the host's default, when the socket was opened */
};

/* A sender only: it receives nothing. 0, or -errno (-EPERM without the right to raw sockets) and r->fd is -1. */
int rawudp_open(struct rawudp *r);
void rawudp_close(struct rawudp *r);
/* What is sent from now on leaves from ip (0 = the kernel's choice). false, and nothing is changed, when that is not ours. */
bool rawudp_from(struct rawudp *r, uint32_t ip);
/* Can the headers of p be written here as the UDP socket would have them? Marked packets (DSCP) cannot: the kernel takes the
 * priority of a packet, and the route of a mark, from the socket. */
bool rawudp_takes(const struct rawudp *r, const struct pkt *p, uint32_t from);
/* Writes the headers of a datagram from port into the room in front of p, which stays as it is. They begin at RAWUDP_HEAD
 * bytes before its data; identification and header checksum are left to the kernel. p: one that rawudp_takes. */
uint8_t *rawudp_head(const struct rawudp *r, const struct pkt *p, uint16_t port);

#endif
