/* One datagram socket and the arrays that recvmmsg and sendmmsg need; shared by udp.c and rawesp.c. */
#ifndef CORE_NET_BATCH_H
#define CORE_NET_BATCH_H

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>

#include "core/net/rawudp.h"
#include "core/net/udp.h"

/* Room for IP_PKTINFO, IP_TOS, the size of the datagrams that UDP_GRO has put together, and how many the kernel dropped. */
union batch_control_in {
	struct cmsghdr align;
	uint8_t space[CMSG_SPACE(sizeof(struct in_pktinfo)) + 3 * CMSG_SPACE(sizeof(int))];
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

/* What goes with a message. Only what it needs is given: `seg` to `pktinfo`, or to `tos` when that is not 0. */
struct batch_control_out {
	struct cmsghdr seg_head;
	_Alignas(struct cmsghdr) uint16_t seg;
	_Alignas(struct cmsghdr) struct cmsghdr pktinfo_head;
	struct in_pktinfo pktinfo;
	_Alignas(struct cmsghdr) struct cmsghdr tos_head;
	int tos;
};

/* One message: datagrams to one peer that are alike, of one size, the last perhaps shorter. */
struct batch_group {
	uint8_t first, last, n; /* indices into the batch; how many */
	bool closed;            /* nothing more is added */
	bool raw;               /* by the raw socket */
	uint32_t size, len;     /* of each but the last; of all */
};

/* A peer whose path did not take datagrams of that size as one message, or by the raw socket; so many more are sent singly,
 * by the UDP socket. */
struct batch_refused {
	uint32_t ip, size;
	unsigned left;
};

struct batch_out {
	unsigned n;
	struct batch_group group[PKT_BATCH];
	uint8_t next[PKT_BATCH];      /* of a datagram in its group */
	uint8_t slots[2 * PKT_BATCH]; /* peer -> its latest group, counted from 1 */
	struct batch_refused refused[PKT_BATCH];
	struct mmsghdr msg[PKT_BATCH];
	struct iovec iov[PKT_BATCH];
	struct sockaddr_in addr[PKT_BATCH];
	struct batch_control_out control[PKT_BATCH];
};

struct batch {
	int fd;
	uint16_t port;    /* local port of received packets; 0 for raw sockets */
	uint32_t offload; /* bits in force */
	pthread_mutex_t
	        tx_lock; /* the socket's DF mode and `out`: worker and control thread both send */
	bool df;
	int tx_error; /* errno of the latest refusal */
	uint32_t ip; /* bound to, 0 = all */
	struct rawudp raw; /* for OFFLOAD_UDP_RAW */
	struct udp_stats stats;
	uint32_t full; /* dropped by the kernel, as it said last */
	struct batch_in in;
	struct batch_out out;
};

/* Takes the descriptor over: non-blocking, IP_PKTINFO, IP_TOS, large buffers. 0 or -errno. */
int batch_init(struct batch *b, int fd, uint16_t port, struct err *err);
void batch_close(struct batch *b);
void batch_send_init(struct batch *b); /* batch_send.c's part of batch_init */
/* Room in a socket's buffers for bursts while the thread is busy. */
void batch_buffers_enlarge(int fd);
/* A socket that only sends takes nothing in. 0 or -1, as setsockopt. */
int batch_receive_nothing(int fd);
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
