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

/* And for the size of the datagrams that UDP_GRO has put together. */
union batch_control_in {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(struct in_pktinfo)) + 2 * CMSG_SPACE(sizeof(int))];
};

/* Where recvmmsg writes. A slot holds one datagram, or with UDP_GRO many of one size, the last perhaps shorter. */
struct batch_in {
	struct mmsghdr msg[PKT_BATCH];
	struct iovec iov[PKT_BATCH];
	struct sockaddr_in addr[PKT_BATCH];
	union batch_control_in control[PKT_BATCH];
	uint8_t *area;
	size_t stride;
	unsigned used;   /* slots that were ever filled */
	unsigned ask;    /* slots for the next call */
	unsigned got;    /* slots filled by the last call, */
	unsigned at;     /* of which these are handed out */
	uint32_t pos;    /* and so many bytes of the next, */
	uint32_t size;   /* whose datagrams are so long (0: not looked at yet) */
	unsigned pieces; /* datagrams in those handed out */
	struct pkt from; /* addresses and marks of the next slot */
};

struct batch_out {
	struct mmsghdr msg[PKT_BATCH];
	struct iovec iov[PKT_BATCH];
	struct sockaddr_in addr[PKT_BATCH];
	union batch_control control[PKT_BATCH];
};

struct batch {
	int fd;
	uint16_t port;    /* local port of received packets; 0 for raw sockets */
	uint32_t offload; /* bits in force */
	pthread_mutex_t
	        tx_lock; /* the socket's DF mode and `out`: worker and control thread both send */
	bool df;
	struct udp_stats stats;
	struct batch_in in;
	struct batch_out out;
};

/* Takes the descriptor over: non-blocking, IP_PKTINFO, IP_TOS, large buffers. 0 or -errno. */
int batch_init(struct batch *b, int fd, uint16_t port, struct err *err);
void batch_close(struct batch *b);
/* As the functions of udp.h. */
uint32_t batch_offload(struct batch *b, uint32_t allowed);
static inline bool batch_more(const struct batch *b)
{
	return b->in.at < b->in.got;
}
int batch_recv(struct batch *b, struct pkt *const *pkts, unsigned n);
unsigned batch_send(struct batch *b, struct pkt *const *pkts, unsigned n);
int batch_send_one(struct batch *b, struct ip4_end local, struct ip4_end peer, const void *data,
                   size_t len);

#endif
