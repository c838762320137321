/* One datagram socket and the arrays that recvmmsg and sendmmsg need; shared by udp.c and rawesp.c. */
#ifndef CORE_NET_BATCH_H
#define CORE_NET_BATCH_H

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "core/net/udp.h"

/* Room for IP_PKTINFO and IP_TOS. */
union batch_control {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(struct in_pktinfo)) + CMSG_SPACE(sizeof(int))];
};

struct batch_side {
	struct mmsghdr msg[PKT_BATCH];
	struct iovec iov[PKT_BATCH];
	struct sockaddr_in addr[PKT_BATCH];
	union batch_control control[PKT_BATCH];
};

struct batch {
	int fd;
	uint16_t port; /* local port of received packets; 0 for raw sockets */
	pthread_mutex_t
	        tx_lock; /* the socket's DF mode and `out`: worker and control thread both send */
	bool df;
	struct udp_stats stats;
	struct batch_side in, out;
};

/* Takes the descriptor over: non-blocking, IP_PKTINFO, IP_TOS, large buffers. 0 or -errno. */
int batch_init(struct batch *b, int fd, uint16_t port, struct err *err);
void batch_close(struct batch *b);
/* As udp_recv and udp_send. */
int batch_recv(struct batch *b, struct pkt *const *pkts, unsigned n);
unsigned batch_send(struct batch *b, struct pkt *const *pkts, unsigned n);
int batch_send_one(struct batch *b, struct ip4_end local, struct ip4_end peer, const void *data,
                   size_t len);

#endif
