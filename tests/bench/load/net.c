/* Sockets and the event loop. Either two sockets serve any number of addresses (the namespace takes all of
 * 198.18.0.0/15 as its own, and every message says which one it is of), or each client has one of its own, as if
 * behind a NAT. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "tests/bench/load/load.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

enum { RX_MSGS = 16, RX_BYTES = 65536, EVENTS = 256 };

struct rx_area {
	uint8_t data[RX_MSGS][RX_BYTES];
	_Alignas(8) uint8_t control[RX_MSGS][128];
	struct sockaddr_in from[RX_MSGS];
	struct iovec iov[RX_MSGS];
	struct mmsghdr msg[RX_MSGS];
};

void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void open_port(struct load *l, struct port *p, uint32_t ip, uint16_t port)
{
	static const int one = 1, bytes = 16 << 20, no_pmtud = IP_PMTUDISC_DONT;
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(ip)};
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};
	p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (p->fd < 0 || setsockopt(p->fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof one) != 0 ||
	    setsockopt(p->fd, IPPROTO_IP, IP_MTU_DISCOVER, &no_pmtud, sizeof no_pmtud) != 0 ||
	    setsockopt(p->fd, IPPROTO_UDP, UDP_GRO, &one, sizeof one) != 0)
		die("socket");
	if (p->of == NULL) {
		setsockopt(p->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes);
		setsockopt(p->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes);
	}
	if (bind(p->fd, (struct sockaddr *)&a, sizeof a) != 0)
		die("bind");
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &e) != 0)
		die("epoll_ctl");
}

void net_sockets(struct load *l)
{
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->rx = calloc(1, sizeof *l->rx);
	if (l->rx == NULL || l->epoll < 0)
		die("event loop");
	l->ike.fd = l->natt.fd = -1;
	if (l->conf.nat >= l->conf.n)
		return;
	open_port(l, &l->ike, 0, IKE_PORT);
	if (l->conf.tun != NULL)
		return;
	open_port(l, &l->natt, 0, IKE_PORT_NATT);
}

void net_client_socket(struct client *c)
{
	const struct load_conf *conf = &c->l->conf;
	unsigned port = LOAD_NAT_PORTS + c->index, other = port + conf->n;
	c->nat.of = c;
	if (c->index >= conf->nat || c->nat.fd >= 0)
		return;
	/* who comes back has another port, where there are enough of them */
	open_port(c->l, &c->nat, c->ip, (uint16_t)(c->dials % 2 != 0 && other <= UINT16_MAX ? other : port));
}

void net_client_close(struct client *c)
{
	if (c->nat.fd >= 0)
		close(c->nat.fd);
	c->nat.fd = -1;
}

int net_out_fill(struct client *c, uint16_t port, const struct iovec *parts, size_t n, uint16_t seg,
                 struct net_out *o, struct msghdr *m)
{
	struct in_pktinfo from = {.ipi_spec_dst.s_addr = htonl(c->ip)};
	memset(o, 0, sizeof *o);
	o->to = (struct sockaddr_in){
	        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(SERVER_IP)};
	*m = (struct msghdr){.msg_name = &o->to,
	                     .msg_namelen = sizeof o->to,
	                     .msg_iov = (struct iovec *)parts,
	                     .msg_iovlen = n,
	                     .msg_control = o->control,
	                     .msg_controllen = sizeof o->control};
	struct cmsghdr *h = CMSG_FIRSTHDR(m);
	h->cmsg_level = IPPROTO_IP;
	h->cmsg_type = IP_PKTINFO;
	h->cmsg_len = CMSG_LEN(sizeof from);
	memcpy(CMSG_DATA(h), &from, sizeof from);
	if (seg == 0) {
		m->msg_controllen = CMSG_SPACE(sizeof from);
	} else {
		h = CMSG_NXTHDR(m, h);
		h->cmsg_level = IPPROTO_UDP;
		h->cmsg_type = UDP_SEGMENT;
		h->cmsg_len = CMSG_LEN(sizeof seg);
		memcpy(CMSG_DATA(h), &seg, sizeof seg);
	}
	return c->nat.fd >= 0 ? c->nat.fd : port == IKE_PORT ? c->l->ike.fd : c->l->natt.fd;
}

bool net_out(struct client *c, uint16_t port, const struct iovec *parts, size_t n, uint16_t seg)
{
	struct net_out o;
	struct msghdr m;
	int fd = net_out_fill(c, port, parts, n, seg, &o, &m);
	bool ok = sendmsg(fd, &m, 0) >= 0;
	c->l->send_errors += !ok;
	return ok;
}

/* ------------------------------------------------------------------ receiving */

static void take_one(struct load *l, struct client *c, uint16_t from, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	uint32_t spi = from != IKE_PORT && len > 8 ? rd_u32(&r) : 0;
	struct vpn *of = l->sas.owner[esp_spi_slot(spi)];
	if (spi == 0)
		client_input(c, from, data, len);
	else if (of != NULL)
		client_esp(of->arg, data, len);
}

static struct client *client_at(struct load *l, uint32_t ip)
{
	uint32_t index = ip - LOAD_FIRST_IP;
	return index < l->conf.n ? &l->clients[index] : NULL;
}

static void take(struct load *l, struct port *p, struct msghdr *m, const uint8_t *data, size_t len)
{
	const struct sockaddr_in *from = m->msg_name;
	struct client *c = p->of;
	size_t seg = len;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h != NULL; h = CMSG_NXTHDR(m, h)) {
		int gro;
		struct in_pktinfo to;
		if (h->cmsg_level == IPPROTO_UDP && h->cmsg_type == UDP_GRO) {
			memcpy(&gro, CMSG_DATA(h), sizeof gro);
			seg = (size_t)gro;
		} else if (h->cmsg_level == IPPROTO_IP && h->cmsg_type == IP_PKTINFO && c == NULL) {
			memcpy(&to, CMSG_DATA(h), sizeof to);
			c = client_at(l, ntohl(to.ipi_addr.s_addr));
		}
	}
	for (size_t at = 0; c != NULL && at < len; at += seg)
		take_one(l, c, ntohs(from->sin_port), data + at, len - at < seg ? len - at : seg);
}

static void drain(struct load *l, struct port *p)
{
	struct rx_area *a = l->rx;
	for (unsigned i = 0; i < RX_MSGS; i++) {
		a->iov[i] = (struct iovec){a->data[i], RX_BYTES};
		a->msg[i].msg_hdr = (struct msghdr){.msg_name = &a->from[i],
		                                    .msg_namelen = sizeof a->from[i],
		                                    .msg_iov = &a->iov[i],
		                                    .msg_iovlen = 1,
		                                    .msg_control = a->control[i],
		                                    .msg_controllen = sizeof a->control[i]};
	}
	int n = recvmmsg(p->fd, a->msg, RX_MSGS, 0, NULL);
	for (int i = 0; i < n; i++)
		take(l, p, &a->msg[i].msg_hdr, a->data[i], a->msg[i].msg_len);
}

void net_turn(struct load *l, int wait_ms)
{
	struct epoll_event e[EVENTS];
	uint64_t next = clock_next(&l->clock);
	if (next < (uint64_t)wait_ms)
		wait_ms = (int)next;
	int n = epoll_wait(l->epoll, e, EVENTS, wait_ms);
	clock_run(&l->clock, now_us() / 1000);
	for (int i = 0; i < n; i++)
		if (!path_poll(l, e[i].data.ptr))
			drain(l, e[i].data.ptr);
}

void net_wait(struct load *l, uint64_t ms)
{
	for (uint64_t now, end = now_us() + ms * 1000; (now = now_us()) < end;)
		net_turn(l, (int)((end - now) / 1000 + 1));
}

bool net_until(struct load *l, bool (*test)(const struct load *l), uint64_t ms)
{
	uint64_t end = now_us() + ms * 1000;
	while (!test(l)) {
		uint64_t now = now_us();
		if (now >= end)
			return false;
		net_turn(l, (int)((end - now) / 1000 + 1));
	}
	return true;
}
