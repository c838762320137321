#include "core/net/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/drop.h"

enum {
	BATCH_BUFFER_BYTES = 4 << 20, /* of the socket, each way: bursts while the thread is busy */
	SLOT_BYTES = PKT_MTU_MAX,
	GRO_SLOT_BYTES = 65536,
	SLOT_SHIFT = 576, /* slots do not begin in the same lines of the cache */
};

void batch_buffers_enlarge(int fd)
{
	int size = BATCH_BUFFER_BYTES;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

int batch_receive_nothing(int fd)
{
	struct sock_filter code = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog program = {1, &code};
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

static void store_free(struct batch_in *in)
{
	if (in->area)
		wipe(in->area, in->used * in->stride);
	free(in->area);
	in->area = NULL;
}

/* Pages that no packet ever reached are not taken. */
static bool store_make(struct batch_in *in, uint32_t slot)
{
	size_t stride = slot + SLOT_SHIFT;
	uint8_t *area = calloc(PKT_BATCH, stride);
	if (!area)
		return false;
	store_free(in);
	in->area = area;
	in->stride = stride;
	in->used = in->got = in->at = 0;
	in->ask = PKT_BATCH;
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		in->iov[i] = (struct iovec){.iov_base = area + i * stride, .iov_len = slot};
		in->msg[i].msg_hdr = (struct msghdr){.msg_name = &in->addr[i],
		                                     .msg_namelen = sizeof(in->addr[i]),
		                                     .msg_iov = &in->iov[i],
		                                     .msg_iovlen = 1,
		                                     .msg_control = in->control[i].space,
		                                     .msg_controllen = sizeof(in->control[i].space)};
	}
	return true;
}

int batch_init(struct batch *b, int fd, uint16_t port, struct err *err)
{
	int on = 1, flags = fcntl(fd, F_GETFL);
	memset(b, 0, sizeof(*b));
	b->fd = fd;
	b->port = port;
	b->raw.fd = -1;
	pthread_mutex_init(&b->tx_lock, NULL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof(on)))
		return err_set(err, -errno, "cannot set up a socket: %s", strerror(errno));
	if (!store_make(&b->in, SLOT_BYTES))
		return err_set(err, -ENOMEM, "out of memory");
	batch_send_init(b);
	batch_buffers_enlarge(fd);
	return 0;
}

uint32_t batch_offload(struct batch *b, uint32_t allowed)
{
	int gro = (allowed & OFFLOAD_UDP_GRO) != 0, none = 0; /* none: told with each message */
	bool wide = b->in.iov[0].iov_len == GRO_SLOT_BYTES;
	b->offload = OFFLOAD_NONE;
	rawudp_close(&b->raw);
	if ((allowed & OFFLOAD_UDP_RAW) && b->port && !rawudp_open(&b->raw))
		b->offload |= OFFLOAD_UDP_RAW;
	if ((allowed & OFFLOAD_UDP_GSO) && !setsockopt(b->fd, SOL_UDP, UDP_SEGMENT, &none, sizeof(none)))
		b->offload |= OFFLOAD_UDP_GSO;
	if (wide != gro && !store_make(&b->in, gro ? GRO_SLOT_BYTES : SLOT_BYTES))
		return b->offload;
	if (!setsockopt(b->fd, SOL_UDP, UDP_GRO, &gro, sizeof(gro)) && gro)
		b->offload |= OFFLOAD_UDP_GRO;
	return b->offload;
}

void batch_close(struct batch *b)
{
	store_free(&b->in);
	rawudp_close(&b->raw);
	close(b->fd);
	pthread_mutex_destroy(&b->tx_lock);
}

/* ---------------------------------------------------------------------------------------- receive */

static void note_full(struct batch *b, const struct cmsghdr *c)
{
	uint32_t full;
	memcpy(&full, CMSG_DATA(c), sizeof(full));
	ctr_add(&b->stats.rx_full, full - b->full);
	b->full = full;
}

static void control_read(struct batch *b, struct msghdr *h, struct pkt *from, uint32_t *size)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			from->local.ip = ntohl(info.ipi_spec_dst.s_addr);
			from->ifindex = (uint16_t)info.ipi_ifindex;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
			from->tos = *(const uint8_t *)CMSG_DATA(c);
		} else if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
			int each;
			memcpy(&each, CMSG_DATA(c), sizeof(each));
			*size = each > 0 ? (uint32_t)each : 0;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			note_full(b, c);
		}
	}
}

/* What all datagrams of a slot have in common, and how long they are. */
static void slot_begin(struct batch *b)
{
	struct batch_in *in = &b->in;
	struct msghdr *h = &in->msg[in->at].msg_hdr;
	const struct sockaddr_in *a = &in->addr[in->at];
	uint32_t size = 0, len = in->msg[in->at].msg_len;
	in->from = (struct pkt){
	        .peer = {ntohl(a->sin_addr.s_addr), b->port ? ntohs(a->sin_port) : 0},
	        .local = {0, b->port},
	        .drop = h->msg_flags & MSG_TRUNC ? DROP_TOO_BIG : DROP_NONE,
	};
	control_read(b, h, &in->from, &size);
	in->size = size && size < len && !in->from.drop ? size : len;
	if (in->size < len)
		ctr_add(&b->stats.rx_supers, 1);
	in->pos = 0;
}

/* The next datagram of those received; one of no length, too, is one. */
static void slot_next(struct batch *b, struct pkt *p)
{
	struct batch_in *in = &b->in;
	uint32_t len = in->msg[in->at].msg_len;
	if (in->pos == 0)
		slot_begin(b);
	uint32_t n = in->size < len - in->pos ? in->size : len - in->pos;
	*p = in->from;
	p->buf = in->area + in->at * in->stride + in->pos;
	p->cap = p->len = n;
	in->pos += n;
	in->pieces++;
	if (in->pos >= len) {
		in->pos = 0;
		in->at++;
	}
}

/* Fills the slots anew. As many as make a batch, going by what the last ones held: memory that was just written is
 * still in the cache when its turn comes. */
static int slots_fill(struct batch *b, unsigned n)
{
	struct batch_in *in = &b->in;
	for (unsigned i = 0; i < in->got; i++) {
		struct msghdr *h = &in->msg[i].msg_hdr;
		h->msg_namelen = sizeof(in->addr[i]);
		h->msg_controllen = sizeof(in->control[i].space);
		h->msg_flags = 0;
	}
	if (in->pieces)
		in->ask = PKT_BATCH * in->got / in->pieces;
	in->ask = in->ask ? in->ask : 1;
	in->got = in->at = in->pieces = 0;
	int got;
	do
		got = recvmmsg(b->fd, in->msg, n < in->ask ? n : in->ask, MSG_DONTWAIT, NULL);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got == 0 || errno == EAGAIN ? 0 : -errno;
	in->got = (unsigned)got;
	in->used = in->used > in->got ? in->used : in->got;
	ctr_add(&b->stats.rx_calls, 1);
	return got;
}

int batch_recv(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	uint64_t bytes = 0, truncated = 0;
	unsigned got = 0;
	if (n > PKT_BATCH)
		n = PKT_BATCH;
	if (!batch_more(b)) {
		int r = slots_fill(b, n);
		if (r <= 0)
			return r;
	}
	while (got < n && batch_more(b)) {
		struct pkt *p = pkts[got++];
		slot_next(b, p);
		bytes += p->len;
		truncated += p->drop != DROP_NONE;
	}
	ctr_add(&b->stats.rx_pkts, got);
	ctr_add(&b->stats.rx_bytes, bytes);
	if (truncated)
		ctr_add(&b->stats.rx_truncated, truncated);
	return (int)got;
}
