#include "core/net/batch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/base/drop.h"

enum {
	BATCH_BUFFER_BYTES = 4 << 20
}; /* of the socket, each way: bursts while the thread is busy */

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
	b->df = true; /* whatever the system's default is: the next call sets it */
	df_set(b, false);
	buffers_enlarge(fd);
	return 0;
}

void batch_close(struct batch *b)
{
	close(b->fd);
	pthread_mutex_destroy(&b->tx_lock);
}

/* ---------------------------------------------------------------------------------------- receive */

static void recv_prepare(struct batch_side *s, unsigned i, struct pkt *p)
{
	pkt_reset(p);
	uint32_t room =
	        p->cap > PKT_HEADROOM + PKT_TAILROOM ? p->cap - PKT_HEADROOM - PKT_TAILROOM : 0;
	s->iov[i] = (struct iovec){.iov_base = p->buf + p->off, .iov_len = room};
	s->msg[i].msg_hdr = (struct msghdr){
	        .msg_name = &s->addr[i],
	        .msg_namelen = sizeof(s->addr[i]),
	        .msg_iov = &s->iov[i],
	        .msg_iovlen = 1,
	        .msg_control = s->control[i].space,
	        .msg_controllen = sizeof(s->control[i].space),
	};
}

static void recv_finish(struct batch *b, unsigned i, struct pkt *p)
{
	struct msghdr *h = &b->in.msg[i].msg_hdr;
	p->len = b->in.msg[i].msg_len;
	p->peer = (struct ip4_end){ntohl(b->in.addr[i].sin_addr.s_addr),
	                           b->port ? ntohs(b->in.addr[i].sin_port) : 0};
	p->local = (struct ip4_end){0, b->port};
	p->tos = 0;
	p->df = false;
	p->ifindex = 0;
	p->drop = h->msg_flags & MSG_TRUNC ? DROP_TOO_BIG : DROP_NONE;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
		if (c->cmsg_level != IPPROTO_IP)
			continue;
		if (c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;
			memcpy(&info, CMSG_DATA(c), sizeof(info));
			p->local.ip = ntohl(info.ipi_spec_dst.s_addr);
			p->ifindex = (uint16_t)info.ipi_ifindex;
		} else if (c->cmsg_type == IP_TOS) {
			p->tos = *(const uint8_t *)CMSG_DATA(c);
		}
	}
	ctr_add(&b->stats.rx_pkts, 1);
	ctr_add(&b->stats.rx_bytes, p->len);
	if (p->drop)
		ctr_add(&b->stats.rx_truncated, 1);
}

int batch_recv(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	if (n > PKT_BATCH)
		n = PKT_BATCH;
	for (unsigned i = 0; i < n; i++)
		recv_prepare(&b->in, i, pkts[i]);
	int got;
	do
		got = recvmmsg(b->fd, b->in.msg, n, MSG_DONTWAIT, NULL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? 0 : -errno;
	ctr_add(&b->stats.rx_calls, 1);
	for (int i = 0; i < got; i++)
		recv_finish(b, (unsigned)i, pkts[i]);
	return got;
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
	struct batch_side *s = &b->out;
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
