/* Sending: datagrams to one peer that are alike become one message (UDP_SEGMENT), a lone one gets its headers here (rawudp.h),
 * everything goes by sendmmsg. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <string.h>

#include "core/base/drop.h"
#include "core/net/batch.h"

enum {
	MESSAGE_MAX = 65507, /* of UDP in IPv4 */
	SINGLY = 1000,       /* so many datagrams, until a path that refused a message is tried again */
};

/* The socket's DF mode, changed only when the packets ask for another one than the last. */
static void df_set(struct batch *b, bool df)
{
	int mode = df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
	if (b->df != df && !setsockopt(b->fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof(mode)))
		b->df = df;
}

static void control_init(struct batch_control_out *c)
{
	c->seg_head = (struct cmsghdr){CMSG_LEN(sizeof(c->seg)), SOL_UDP, UDP_SEGMENT};
	c->pktinfo_head = (struct cmsghdr){CMSG_LEN(sizeof(c->pktinfo)), IPPROTO_IP, IP_PKTINFO};
	c->tos_head = (struct cmsghdr){CMSG_LEN(sizeof(c->tos)), IPPROTO_IP, IP_TOS};
}

void batch_send_init(struct batch *b)
{
	struct batch_out *o = &b->out;
	struct sockaddr_in a = {0};
	socklen_t len = sizeof(a);
	if (!getsockname(b->fd, (struct sockaddr *)&a, &len))
		b->ip = ntohl(a.sin_addr.s_addr);
	b->df = true; /* whatever the system's default is: the next call sets it */
	df_set(b, false);
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		o->addr[i].sin_family = AF_INET;
		o->msg[i].msg_hdr = (struct msghdr){.msg_name = &o->addr[i], .msg_namelen = sizeof(o->addr[i])};
		control_init(&o->control[i]);
	}
}

/* ------------------------------------------------------------------------------------------- planning */

static struct batch_refused *refused_of(struct batch_out *o, uint32_t ip)
{
	return &o->refused[(ip ^ ip >> 8 ^ ip >> 16) % PKT_BATCH];
}

/* May datagrams of that size travel as one message, or by the raw socket? Asked for each of those that would. */
static bool joins(struct batch_out *o, const struct pkt *p)
{
	struct batch_refused *r = refused_of(o, p->peer.ip);
	if (r->left == 0 || r->ip != p->peer.ip || p->len < r->size)
		return true;
	r->left--;
	return false;
}

static bool same_peer(const struct pkt *a, const struct pkt *b)
{
	return ip4_end_eq(a->peer, b->peer) && a->local.ip == b->local.ip;
}

static bool join(struct batch *b, struct batch_group *g, struct pkt *const *pkts, unsigned i)
{
	const struct pkt *p = pkts[i], *head = pkts[g->first];
	if (g->closed || p->len > g->size || p->len == 0 || g->len + p->len > MESSAGE_MAX || p->tos != head->tos ||
	    p->df != head->df || (g->n == 1 && !joins(&b->out, head)))
		return false;
	b->out.next[g->last] = (uint8_t)i;
	g->last = (uint8_t)i;
	g->n++;
	g->len += p->len;
	g->closed = p->len < g->size;
	return true;
}

/* Where the latest group to a peer stands, or may be put. There are twice as many slots as packets. */
static uint8_t *slot_find(struct batch_out *o, struct pkt *const *pkts, const struct pkt *p)
{
	uint32_t h = (p->peer.ip * 31 + p->local.ip) * 31 + p->peer.port;
	h = (h ^ h >> 15) * 0x9e3779b1u;
	for (uint32_t at = h >> 25;; at = (at + 1) % sizeof(o->slots)) {
		uint8_t *slot = &o->slots[at];
		if (*slot == 0 || same_peer(pkts[o->group[*slot - 1].first], p))
			return slot;
	}
}

static void plan(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	struct batch_out *o = &b->out;
	bool gso = (b->offload & OFFLOAD_UDP_GSO) && n > 1;
	o->n = 0;
	if (gso)
		memset(o->slots, 0, sizeof(o->slots));
	for (unsigned i = 0; i < n; i++) {
		uint8_t *slot = gso ? slot_find(o, pkts, pkts[i]) : NULL;
		if (slot && *slot != 0 && join(b, &o->group[*slot - 1], pkts, i))
			continue;
		o->group[o->n++] = (struct batch_group){
		        .first = (uint8_t)i, .last = (uint8_t)i, .n = 1, .size = pkts[i]->len, .len = pkts[i]->len};
		if (slot)
			*slot = (uint8_t)o->n;
	}
}

static uint32_t source(const struct batch *b, const struct pkt *p)
{
	return p->local.ip ? p->local.ip : b->ip;
}

/* Which go by the raw socket. It looks routes up from one address: for a batch, that of its first packet. */
static void plan_raw(struct batch *b, struct pkt *const *pkts)
{
	if (!(b->offload & OFFLOAD_UDP_RAW) || b->out.n == 0 || !rawudp_from(&b->raw, source(b, pkts[0])))
		return;
	for (unsigned k = 0; k < b->out.n; k++) {
		struct batch_group *g = &b->out.group[k];
		const struct pkt *p = pkts[g->first];
		g->raw = g->n == 1 && rawudp_takes(&b->raw, p, source(b, p)) && joins(&b->out, p);
	}
}

/* ------------------------------------------------------------------------------------------- sending */

/* Message k: n datagrams of iov, which are like p. */
static void message_write(struct batch *b, unsigned k, const struct pkt *p, struct iovec *iov, unsigned n)
{
	struct batch_out *o = &b->out;
	struct batch_control_out *c = &o->control[k];
	struct msghdr *h = &o->msg[k].msg_hdr;
	o->addr[k].sin_port = b->port ? htons(p->peer.port) : 0;
	o->addr[k].sin_addr.s_addr = htonl(p->peer.ip);
	c->pktinfo.ipi_spec_dst.s_addr = htonl(source(b, p));
	c->tos = p->tos;
	c->seg = (uint16_t)p->len;
	uint8_t *from = (uint8_t *)(n > 1 ? &c->seg_head : &c->pktinfo_head);
	uint8_t *to = p->tos ? (uint8_t *)(c + 1) : (uint8_t *)&c->tos_head;
	h->msg_control = from;
	h->msg_controllen = (size_t)(to - from);
	h->msg_iov = iov;
	h->msg_iovlen = n;
}

/* Message k: p by the raw socket. Nothing has to go with it: all is in its headers. */
static void message_raw(struct batch *b, unsigned k, const struct pkt *p, struct iovec *iov)
{
	struct msghdr *h = &b->out.msg[k].msg_hdr;
	b->out.addr[k].sin_port = 0;
	b->out.addr[k].sin_addr.s_addr = htonl(p->peer.ip);
	*iov = (struct iovec){rawudp_head(&b->raw, p, b->port), RAWUDP_HEAD + p->len};
	h->msg_control = NULL;
	h->msg_controllen = 0;
	h->msg_iov = iov;
	h->msg_iovlen = 1;
}

static void messages_write(struct batch *b, struct pkt *const *pkts)
{
	struct iovec *iov = b->out.iov;
	for (unsigned k = 0; k < b->out.n; k++) {
		const struct batch_group *g = &b->out.group[k];
		struct iovec *first = iov;
		if (g->raw) {
			message_raw(b, k, pkts[g->first], iov++);
			continue;
		}
		for (unsigned i = 0, at = g->first; i < g->n; i++, at = b->out.next[at])
			*iov++ = (struct iovec){pkt_data(pkts[at]), pkts[at]->len};
		message_write(b, k, pkts[g->first], first, g->n);
	}
}

static void group_lost(struct batch *b, const struct batch_group *g, struct pkt *const *pkts, int code)
{
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = b->out.next[at])
		pkts[at]->drop = code == EMSGSIZE ? DROP_MTU : DROP_UDP_WRITE;
	ctr_add(&b->stats.tx_errors, g->n);
	b->tx_error = code;
}

/* The datagrams of a refused message one by one, by the UDP socket; the host cuts what is larger than the path. */
static unsigned send_singly(struct batch *b, unsigned k, struct pkt *const *pkts)
{
	const struct batch_group *g = &b->out.group[k];
	struct iovec *iov = b->out.msg[k].msg_hdr.msg_iov;
	struct pkt *head = pkts[g->first];
	unsigned sent = 0;
	df_set(b, head->df);
	*refused_of(&b->out, head->peer.ip) = (struct batch_refused){head->peer.ip, g->size, SINGLY};
	for (unsigned i = 0, at = g->first; i < g->n; i++, at = b->out.next[at]) {
		const struct batch_group one = {.first = (uint8_t)at, .n = 1};
		iov[i] = (struct iovec){pkt_data(pkts[at]), pkts[at]->len};
		message_write(b, k, pkts[at], &iov[i], 1);
		ssize_t r;
		do
			r = sendmsg(b->fd, &b->out.msg[k].msg_hdr, MSG_DONTWAIT);
		while (r < 0 && errno == EINTR);
		ctr_add(&b->stats.tx_calls, 1);
		if (r < 0)
			group_lost(b, &one, pkts, errno);
		else
			sent++;
	}
	return sent;
}

/* Messages at to end, of one DF mode or by the raw socket, which does not take what is larger than the path. A refused one is
 * marked and the rest goes on, except when the socket's buffer is full: then the rest would only be refused, too. */
static unsigned send_run(struct batch *b, unsigned at, unsigned end, struct pkt *const *pkts)
{
	unsigned sent = 0;
	int fd = b->out.group[at].raw ? b->raw.fd : b->fd;
	while (at < end) {
		int done = sendmmsg(fd, b->out.msg + at, end - at, MSG_DONTWAIT), code = errno;
		ctr_add(&b->stats.tx_calls, 1);
		for (; done > 0; done--, at++) {
			sent += b->out.group[at].n;
			if (b->out.group[at].n > 1)
				ctr_add(&b->stats.tx_supers, 1);
		}
		if (done == 0 || code == EINTR)
			continue;
		const struct batch_group *g = &b->out.group[at];
		if (code == EAGAIN || code == ENOBUFS) {
			for (; at < end; at++)
				group_lost(b, &b->out.group[at], pkts, code);
		} else if (g->n > 1 || (g->raw && code == EMSGSIZE)) {
			sent += send_singly(b, at++, pkts);
		} else {
			group_lost(b, g, pkts, code);
			at++;
		}
	}
	return sent;
}

/* Can message k be sent by the same call as message at? */
static bool same_run(const struct batch *b, unsigned at, unsigned k, struct pkt *const *pkts)
{
	const struct batch_group *a = &b->out.group[at], *g = &b->out.group[k];
	return a->raw == g->raw && (a->raw || pkts[a->first]->df == pkts[g->first]->df);
}

static unsigned send_batch(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0;
	plan(b, pkts, n);
	plan_raw(b, pkts);
	messages_write(b, pkts);
	for (unsigned at = 0, end; at < b->out.n; at = end) {
		for (end = at + 1; end < b->out.n && same_run(b, at, end, pkts);)
			end++;
		if (!b->out.group[at].raw)
			df_set(b, pkts[b->out.group[at].first]->df);
		sent += send_run(b, at, end, pkts);
	}
	return sent;
}

static unsigned send_all(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	struct pkt *go[PKT_BATCH];
	unsigned sent = 0;
	uint64_t bytes = 0;
	for (unsigned i = 0; i < n;) {
		unsigned k = 0;
		for (; i < n && k < PKT_BATCH; i++)
			if (!pkts[i]->drop)
				go[k++] = pkts[i];
		sent += send_batch(b, go, k);
		for (unsigned j = 0; j < k; j++)
			bytes += go[j]->drop ? 0 : go[j]->len;
	}
	ctr_add(&b->stats.tx_pkts, sent);
	ctr_add(&b->stats.tx_bytes, bytes);
	return sent;
}

unsigned batch_send(struct batch *b, struct pkt *const *pkts, unsigned n)
{
	pthread_mutex_lock(&b->tx_lock);
	unsigned sent = send_all(b, pkts, n);
	pthread_mutex_unlock(&b->tx_lock);
	return sent;
}

int batch_send_one(struct batch *b, struct ip4_end local, struct ip4_end peer, const void *data,
                   size_t len)
{
	struct pkt p = {.buf = (uint8_t *)(uintptr_t)data,
	                .cap = (uint32_t)len,
	                .len = (uint32_t)len,
	                .local = local,
	                .peer = peer},
	           *pkts[] = {&p};
	pthread_mutex_lock(&b->tx_lock);
	int r = send_all(b, pkts, 1) == 1 ? 0 : -b->tx_error;
	pthread_mutex_unlock(&b->tx_lock);
	return r;
}
