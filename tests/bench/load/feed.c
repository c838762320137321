/* Traffic to the clients, put into the gateway's TUN device from behind with a packet socket (large packets for the
 * device to pass on, as TCP and UDP senders of the host would make them), and the clients' sink: they count by the
 * sequence numbers of ESP, and open one packet in a thousand. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/net/tun.h"
#include "tests/bench/load/load.h"

#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

enum { LARGE = 65000, BATCH = 64, TCP_CHECK = 16, UDP_CHECK = 6, IP_LEN = 20 };

struct feed {
	struct load *l;
	const struct traffic *t;
	int fd;
	struct sockaddr_ll to;
	uint8_t data[LARGE]; /* zero behind the headers, shared by all packets */
	uint8_t head[BATCH][64];
	struct virtio_net_hdr vnet[BATCH];
	struct iovec iov[BATCH][3];
	struct mmsghdr msg[BATCH];
	unsigned n, pkts[BATCH];
	uint64_t sent, refused;
};

static int netns_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

static void open_device(struct feed *f)
{
	static const int one = 1, bytes = 8 << 20;
	/* The short way is for packets the device takes as they are. */
	int bypass = f->t->flows > 1 || f->t->burst == 1;
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)f->l->conf.gateway);
	int own = netns_of("/proc/self/ns/net"), there = netns_of(path);
	if (setns(there, CLONE_NEWNET) != 0)
		die("the gateway's namespace");
	f->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	f->to = (struct sockaddr_ll){.sll_family = AF_PACKET,
	                             .sll_protocol = htons(ETH_P_IP),
	                             .sll_ifindex = (int)if_nametoindex(TUN_NAME)};
	if (setns(own, CLONE_NEWNET) != 0 || f->fd < 0)
		die("packet socket");
	close(own);
	close(there);
	if (setsockopt(f->fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) != 0 ||
	    setsockopt(f->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass) != 0 ||
	    setsockopt(f->fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) != 0)
		die("packet socket");
}

/* One packet, or one to be cut into n. */
static void put(struct feed *f, struct client *c, unsigned n, unsigned size)
{
	struct traffic t = *f->t;
	t.size = size;
	unsigned head = traffic_header_len(&t), mss = size - head, i = f->n++;
	f->vnet[i] = (struct virtio_net_hdr){0};
	if (n > 1)
		f->vnet[i] = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		                                     .gso_type = t.tcp ? VIRTIO_NET_HDR_GSO_TCPV4
		                                                       : VIRTIO_NET_HDR_GSO_UDP_L4,
		                                     .hdr_len = (uint16_t)head,
		                                     .gso_size = (uint16_t)mss,
		                                     .csum_start = IP_LEN,
		                                     .csum_offset = t.tcp ? TCP_CHECK : UDP_CHECK};
	traffic_headers(c, &t, true, n > 1, head + n * mss, f->head[i]);
	f->pkts[i] = n;
	f->iov[i][0] = (struct iovec){&f->vnet[i], sizeof f->vnet[i]};
	f->iov[i][1] = (struct iovec){f->head[i], head};
	f->iov[i][2] = (struct iovec){f->data, n * mss};
	f->msg[i].msg_hdr = (struct msghdr){.msg_name = &f->to,
	                                    .msg_namelen = sizeof f->to,
	                                    .msg_iov = f->iov[i],
	                                    .msg_iovlen = 3};
}

void feed_flush(struct feed *f)
{
	for (unsigned i = 0; i < f->n;) {
		int n = sendmmsg(f->fd, f->msg + i, f->n - i, 0);
		for (int k = 0; k < n; k++)
			f->sent += f->pkts[i + (unsigned)k];
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
			die("writing to the gateway's TUN device");
		f->refused += n < 0;
		i += n > 0 ? (unsigned)n : 1;
	}
	f->n = 0;
}

/* Of one tunnel: large packets, or single ones when its flows take turns. */
void feed_turn(struct feed *f)
{
	struct client *c = traffic_next(f->l, f->t);
	unsigned payload = f->t->size - traffic_header_len(f->t), most = f->t->flows > 1 ? 1 : LARGE / payload;
	if (most > 60)
		most = 60; /* the kernel cuts a UDP packet into 64 at most */
	for (unsigned left = c != NULL ? f->t->burst : 0, n; left > 0; left -= n) {
		n = left < most ? left : most;
		put(f, c, n, f->t->size);
		if (f->n == BATCH)
			feed_flush(f);
	}
}

/* One small packet to each, so that the sequence numbers tell how many there were. */
static void count_tail(struct feed *f)
{
	unsigned n = f->t->tunnels < f->l->conf.n ? f->t->tunnels : f->l->conf.n;
	for (unsigned i = 0; i < n; i++) {
		if (f->l->clients[i].stage == STAGE_UP)
			put(f, &f->l->clients[i], 1, TRAFFIC_SIZE_MIN);
		if (f->n == BATCH) {
			feed_flush(f);
			net_wait(f->l, 1);
		}
	}
	feed_flush(f);
	net_wait(f->l, 50);
}

struct feed *feed_open(struct load *l, const struct traffic *t)
{
	struct feed *f = calloc(1, sizeof *f);
	if (f == NULL)
		die("memory");
	f->l = l;
	f->t = t;
	open_device(f);
	l->sink_len = t->size;
	l->sunk = l->opened = l->wrong = 0;
	return f;
}

void feed_close(struct feed *f)
{
	f->l->sink_len = UINT32_MAX;
	close(f->fd);
	free(f);
}

/* By the sequence numbers, before the traffic, after it, and with one more for each tunnel. */
static uint64_t arrived(const struct load *l, const struct traffic *t)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < l->conf.n && i < t->tunnels; i++) {
		const struct client *c = &l->clients[i];
		if (c->stage == STAGE_UP) /* the last one is not of the traffic, unless it got lost */
			n += c->seq_last - c->seq_before - (c->seq_last != c->seq_tail);
	}
	return n;
}

void feed_run(struct load *l, const char *phase, const struct traffic *t)
{
	struct feed *f = feed_open(l, t);
	struct meter from, to;
	for (unsigned i = 0; i < l->conf.n; i++)
		l->clients[i].seq_before = l->clients[i].seq_last;
	meter_read(l, &from);
	uint64_t end = from.wall_us + (uint64_t)(t->seconds * 1e6);
	for (unsigned turn = 0; turn % 32 != 0 || now_us() < end; turn++) {
		feed_turn(f);
		if (f->n == 0 || t->burst >= 8)
			net_turn(l, 0);
	}
	feed_flush(f);
	net_wait(l, 100);
	meter_read(l, &to);
	uint64_t sent = f->sent, opened = l->opened, wrong = l->wrong, sunk = l->sunk;
	l->sink_len = UINT32_MAX;
	for (unsigned i = 0; i < l->conf.n; i++)
		l->clients[i].seq_tail = l->clients[i].seq_last;
	count_tail(f);
	feed_close(f);
	traffic_print(phase, t, sent, arrived(l, t), &from, &to);
	figure(phase, "sunk", (double)sunk, "packets");
	figure(phase, "opened", (double)opened, "packets");
	figure(phase, "wrong", (double)wrong, "packets");
}
