#include "core/net/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

static void buffers_enlarge(int fd)
{
	int size = BATCH_BUFFER_BYTES;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

/* The socket's DF mode, changed only when the packets ask for another one than the last. */
static void df_set(struct batch *b, bool df)
{
	int mode = df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
	if (b->df != df && !setsockopt(b->fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof(mode)))
		b->df = df;
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
	pthread_mutex_init(&b->tx_lock, NULL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) ||
	    setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)))
		return err_set(err, -errno, "cannot set up a socket: %s", strerror(errno));
	if (!store_make(&b->in, SLOT_BYTES))
		return err_set(err, -ENOMEM, "out of memory");
	b->df = true; /* whatever the system's default is: the next call sets it */
	df_set(b, false);
	buffers_enlarge(fd);
	return 0;
}

uint32_t batch_offload(struct batch *b, uint32_t allowed)
{
	int gro = (allowed & OFFLOAD_UDP_GRO) != 0;
	bool wide = b->in.iov[0].iov_len == GRO_SLOT_BYTES;
	b->offload = OFFLOAD_NONE;
	if (wide != gro && !store_make(&b->in, gro ? GRO_SLOT_BYTES : SLOT_BYTES))
		return b->offload;
	if (!setsockopt(b->fd, SOL_UDP, UDP_GRO, &gro, sizeof(gro)) && gro)
		b->offload |= OFFLOAD_UDP_GRO;
	return b->offload;
}

void batch_close(struct batch *b)
{
	store_free(&b->in);
	close(b->fd);
	pthread_mutex_destroy(&b->tx_lock);
}

/* ---------------------------------------------------------------------------------------- receive */

static void control_read(struct msghdr *h, struct pkt *from, uint32_t *size)
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
	control_read(h, &in->from, &size);
	in->size = size && size < len && !in->from.drop ? size : len;
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

/* ------------------------------------------------------------------------------------------- send */

static size_t control_fill(struct msghdr *h, uint32_t local_ip, uint8_t tos)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);
	size_t len = 0;
	if (local_ip) {
		struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(local_ip)};
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		len += CMSG_SPACE(sizeof(info));
		c = CMSG_NXTHDR(h, c);
	}
	int value = tos;
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_TOS;
	c->cmsg_len = CMSG_LEN(sizeof(value));
	memcpy(CMSG_DATA(c), &value, sizeof(value));
	return len + CMSG_SPACE(sizeof(value));
}

static void send_prepare(struct batch *b, unsigned i, struct ip4_end local, struct ip4_end peer,
                         uint8_t tos, const void *data, size_t len)
{
	struct batch_out *s = &b->out;
	s->iov[i] = (struct iovec){.iov_base = (void *)(uintptr_t)data, .iov_len = len};
	s->addr[i] = (struct sockaddr_in){
	        .sin_family = AF_INET,
	        .sin_port = b->port ? htons(peer.port) : 0,
	        .sin_addr.s_addr = htonl(peer.ip),
	};
	memset(&s->control[i], 0, sizeof(s->control[i]));
	struct msghdr *h = &s->msg[i].msg_hdr;
	*h = (struct msghdr){
	        .msg_name = &s->addr[i],
	        .msg_namelen = sizeof(s->addr[i]),
	        .msg_iov = &s->iov[i],
	        .msg_iovlen = 1,
	        .msg_control = s->control[i].space,
	        .msg_controllen = sizeof(s->control[i].space),
	};
	h->msg_controllen = control_fill(h, local.ip, tos);
}

/* Sends what was prepared; who[i] belongs to slot i. A refused packet is marked and the rest goes on, except
 * when the socket's buffer is full: then the rest would only be refused too. */
static unsigned send_run(struct batch *b, struct pkt *const *who, unsigned n)
{
	unsigned at = 0, sent = 0;
	while (at < n) {
		int done = sendmmsg(b->fd, b->out.msg + at, n - at, MSG_DONTWAIT);
		ctr_add(&b->stats.tx_calls, 1);
		if (done > 0) {
			for (int i = 0; i < done; i++)
				ctr_add(&b->stats.tx_bytes, who[at + (unsigned)i]->len);
			at += (unsigned)done;
			sent += (unsigned)done;
			continue;
		}
		if (errno == EINTR)
			continue;
		bool full = errno == EAGAIN || errno == ENOBUFS;
		unsigned lost = full ? n - at : 1;
		for (unsigned i = 0; i < lost; i++)
			who[at + i]->drop = errno == EMSGSIZE ? DROP_MTU : DROP_UDP_WRITE;
		ctr_add(&b->stats.tx_errors, lost);
		at += lost;
	}
	ctr_add(&b->stats.tx_pkts, sent);
	return sent;
}

unsigned batch_send(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0, i = 0;
	pthread_mutex_lock(&b->tx_lock);
	while (i < n) {
		struct pkt *who[PKT_BATCH];
		unsigned k = 0;
		bool df = false;
		for (; i < n && k < PKT_BATCH; i++) { /* a run with the same DF */
			struct pkt *p = pkts[i];
			if (p->drop)
				continue;
			if (k && p->df != df)
				break;
			df = p->df;
			send_prepare(b, k, p->local, p->peer, p->tos, pkt_data(p), p->len);
			who[k++] = p;
		}
		if (!k)
			break;
		df_set(b, df);
		sent += send_run(b, who, k);
	}
	pthread_mutex_unlock(&b->tx_lock);
	return sent;
}

int batch_send_one(struct batch *b, struct ip4_end local, struct ip4_end peer, const void *data,
                   size_t len)
{
	int r;
	pthread_mutex_lock(&b->tx_lock);
	send_prepare(b, 0, local, peer, 0, data, len);
	df_set(b, false);
	do
		r = sendmsg(b->fd, &b->out.msg[0].msg_hdr, MSG_DONTWAIT) < 0 ? -errno : 0;
	while (r == -EINTR);
	if (r) {
		ctr_add(&b->stats.tx_errors, 1);
	} else {
		ctr_add(&b->stats.tx_pkts, 1);
		ctr_add(&b->stats.tx_bytes, len);
	}
	pthread_mutex_unlock(&b->tx_lock);
	return r;
}
