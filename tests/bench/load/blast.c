/* Traffic from the clients: ESP as fast as the other core makes it. More than the gateway takes is dropped at its
 * socket, which costs its threads nothing. */
#include <stdlib.h>
#include <string.h>

#include "tests/bench/load/load.h"

enum {
	SEGMENTS = 40, /* of one datagram for the kernel to cut */
	BATCH = 64,    /* packets encrypted at once */
	ROOM = PKT_HEADROOM + TRAFFIC_SIZE_MAX + 40 + PKT_TAILROOM,
};

struct blast {
	struct load *l;
	const struct traffic *t;
	uint8_t buf[BATCH][ROOM];
	struct pkt pkts[BATCH];
	struct pkt *list[BATCH];
	struct iovec iov[BATCH];
	struct net_out out[BATCH];
	struct mmsghdr msg[BATCH];
	unsigned n, msgs;
	int fd;
	uint64_t sent;
};

/* UDP, L2TP and PPP in front of an inner packet (its data is zero, and stays so: what was encrypted there before is
 * overwritten). */
static void fill(struct blast *b, struct client *c, unsigned i)
{
	static const uint8_t address_control_ip[] = {0xff, 0x03, 0x00, 0x21};
	uint32_t size = b->t->size, len = 8 + 6 + 4 + size;
	struct pkt *p = &b->pkts[i];
	*p = (struct pkt){.buf = b->buf[i], .cap = ROOM};
	pkt_reset(p);
	struct wr w = wr_of(pkt_put(p, len), len);
	wr_u16(&w, 1701);
	wr_u16(&w, 1701);
	wr_u16(&w, (uint16_t)len);
	wr_u16(&w, 0);
	wr_u16(&w, 0x0002);
	wr_u16(&w, c->vpn.lac.remote_tunnel);
	wr_u16(&w, c->vpn.lac.remote_call);
	wr_bytes(&w, address_control_ip, sizeof address_control_ip);
	uint8_t *ip = wr_space(&w, size);
	unsigned head = traffic_header_len(b->t);
	memset(ip + head, 0, size - head);
	traffic_headers(c, b->t, false, false, size, ip);
	p->sa = c->vpn.out;
	b->list[i] = p;
}

void blast_flush(struct blast *b)
{
	struct load *l = b->l;
	if (b->n == 0)
		return;
	esp_out(l->sas.table, b->list, b->n, clock_now(&l->clock));
	for (unsigned i = 0; i < b->n; i++)
		b->iov[i] = (struct iovec){pkt_data(&b->pkts[i]), b->pkts[i].len};
	for (unsigned i = 0, done = 0; i < b->msgs; i++) {
		struct msghdr *m = &b->msg[i].msg_hdr;
		m->msg_iov = &b->iov[done];
		done += (unsigned)m->msg_iovlen;
		if (m->msg_iovlen > 1) { /* the size of a segment was not known before */
			uint16_t seg = (uint16_t)m->msg_iov[0].iov_len;
			memcpy(CMSG_DATA(CMSG_NXTHDR(m, CMSG_FIRSTHDR(m))), &seg, sizeof seg);
		}
	}
	for (unsigned i = 0; i < b->msgs;) {
		int n = sendmmsg(b->fd, b->msg + i, b->msgs - i, 0);
		for (int k = 0; k < n; k++)
			b->sent += b->msg[i + (unsigned)k].msg_hdr.msg_iovlen;
		i += n > 0 ? (unsigned)n : 1;
	}
	b->n = b->msgs = 0;
}

struct blast *blast_open(struct load *l, const struct traffic *t)
{
	struct blast *b = calloc(1, sizeof *b);
	if (b == NULL)
		die("memory");
	b->l = l;
	b->t = t;
	return b;
}

void blast_turn(struct blast *b)
{
	struct client *c = traffic_next(b->l, b->t);
	for (unsigned left = c != NULL ? b->t->burst : 0; left > 0;) {
		unsigned n = left < SEGMENTS ? left : SEGMENTS;
		if (b->n + n > BATCH || (b->msgs > 0 && b->l->conf.nat)) /* behind a NAT each has its socket */
			blast_flush(b);
		for (unsigned i = 0; i < n; i++)
			fill(b, c, b->n + i);
		b->fd = net_out_fill(c, IKE_PORT_NATT, NULL, n, n > 1, &b->out[b->msgs], &b->msg[b->msgs].msg_hdr);
		b->n += n;
		b->msgs++;
		left -= n;
	}
}

uint64_t blast_close(struct blast *b)
{
	blast_flush(b);
	uint64_t sent = b->sent;
	free(b);
	return sent;
}

void blast_run(struct load *l, const char *phase, const struct traffic *t)
{
	struct blast *b = blast_open(l, t);
	struct meter from, to;
	meter_read(l, &from);
	uint64_t end = from.wall_us + (uint64_t)(t->seconds * 1e6);
	for (unsigned turn = 0; turn % 32 != 0 || now_us() < end; turn++) {
		blast_turn(b);
		if (turn % 256 == 0) {
			blast_flush(b); /* its packets name SAs that may go */
			net_turn(l, 0);
		}
	}
	uint64_t sent = blast_close(b);
	net_wait(l, 100);
	meter_read(l, &to);
	/* A packet that the gateway put together of several counts once, and has their headers once. */
	unsigned head = traffic_header_len(t);
	uint64_t writes = to.tun_pkts - from.tun_pkts, bytes = to.tun_bytes - from.tun_bytes;
	uint64_t arrived = (bytes - writes * head) / (t->size - head);
	traffic_print(phase, t, sent, arrived, &from, &to);
	if (writes > 0)
		figure(phase, "per_write", (double)arrived / (double)writes, "packets");
}
