#include "core/net/conntrack.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ICMP = 1, TCP = 6, UDP = 17 };

/* The kernel's settings of how long it keeps a connection: TCP by its state, then the others. */
enum { TIMEOUTS = 16, OF_UDP = 12, OF_UDP_STREAM, OF_ICMP, OF_OTHER };
static const char *const timeout_names[TIMEOUTS] = {
        [TCP_CONNTRACK_SYN_SENT] = "tcp_timeout_syn_sent",
        [TCP_CONNTRACK_SYN_RECV] = "tcp_timeout_syn_recv",
        [TCP_CONNTRACK_ESTABLISHED] = "tcp_timeout_established",
        [TCP_CONNTRACK_FIN_WAIT] = "tcp_timeout_fin_wait",
        [TCP_CONNTRACK_CLOSE_WAIT] = "tcp_timeout_close_wait",
        [TCP_CONNTRACK_LAST_ACK] = "tcp_timeout_last_ack",
        [TCP_CONNTRACK_TIME_WAIT] = "tcp_timeout_time_wait",
        [TCP_CONNTRACK_CLOSE] = "tcp_timeout_close",
        [OF_UDP] = "udp_timeout",
        [OF_UDP_STREAM] = "udp_timeout_stream",
        [OF_ICMP] = "icmp_timeout",
        [OF_OTHER] = "generic_timeout",
};

struct conntrack {
	struct mnl_socket *s;
	uint32_t seq;
	uint32_t timeout_s[TIMEOUTS];
};

union message {
	struct nlmsghdr h;
	char space[512];
};

int conntrack_open(struct conntrack **out, struct err *err)
{
	struct conntrack *c = calloc(1, sizeof *c);
	*out = NULL;
	if (c != NULL)
		c->s = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (c == NULL || c->s == NULL || mnl_socket_bind(c->s, 0, MNL_SOCKET_AUTOPID) < 0) {
		int rc = c == NULL ? -ENOMEM : -errno;
		conntrack_close(c);
		return err_set(err, rc, "cannot open a netlink socket: %s", strerror(-rc));
	}
	*out = c;
	return 0;
}

void conntrack_close(struct conntrack *c)
{
	if (c != NULL && c->s != NULL)
		mnl_socket_close(c->s);
	free(c);
}

/* ------------------------------------------------------------------ reading */

struct attrs {
	const struct nlattr *a[32];
};

static int put_attr(const struct nlattr *a, void *arg)
{
	struct attrs *t = arg;
	uint16_t type = mnl_attr_get_type(a);
	if (type < 32)
		t->a[type] = a;
	return MNL_CB_OK;
}

static struct attrs inside(const struct nlattr *a)
{
	struct attrs t = {{0}};
	if (a != NULL)
		mnl_attr_parse_nested(a, put_attr, &t);
	return t;
}

static bool fits(const struct nlattr *a, size_t len)
{
	return a != NULL && mnl_attr_get_payload_len(a) >= len;
}

static uint32_t be32(const struct nlattr *a)
{
	return fits(a, 4) ? ntohl(mnl_attr_get_u32(a)) : 0;
}

static uint16_t be16(const struct nlattr *a)
{
	return fits(a, 2) ? ntohs(mnl_attr_get_u16(a)) : 0;
}

static uint8_t u8(const struct nlattr *a)
{
	return fits(a, 1) ? mnl_attr_get_u8(a) : 0;
}

static void read_way(const struct nlattr *a, struct conntrack_way *w, uint8_t *proto)
{
	struct attrs t = inside(a), ip = inside(t.a[CTA_TUPLE_IP]), p = inside(t.a[CTA_TUPLE_PROTO]);
	w->src = be32(ip.a[CTA_IP_V4_SRC]);
	w->dst = be32(ip.a[CTA_IP_V4_DST]);
	*proto = u8(p.a[CTA_PROTO_NUM]);
	if (*proto == ICMP) {
		w->sport = be16(p.a[CTA_PROTO_ICMP_ID]);
		w->dport = (uint16_t)(u8(p.a[CTA_PROTO_ICMP_TYPE]) << 8 | u8(p.a[CTA_PROTO_ICMP_CODE]));
	} else {
		w->sport = be16(p.a[CTA_PROTO_SRC_PORT]);
		w->dport = be16(p.a[CTA_PROTO_DST_PORT]);
	}
}

static uint64_t bytes_of(const struct nlattr *a)
{
	struct attrs t = inside(a);
	const struct nlattr *b = t.a[CTA_COUNTERS_BYTES];
	return fits(b, 8) ? be64toh(mnl_attr_get_u64(b)) : 0;
}

static void read_timeouts(struct conntrack *c)
{
	char path[128];
	for (size_t i = 0; i < TIMEOUTS; i++) {
		unsigned n = 0;
		snprintf(path, sizeof path, "/proc/sys/net/netfilter/nf_conntrack_%s",
		         timeout_names[i] != NULL ? timeout_names[i] : "none");
		FILE *f = fopen(path, "re");
		if (f != NULL && fscanf(f, "%9u", &n) != 1)
			n = 0;
		if (f != NULL)
			fclose(f);
		c->timeout_s[i] = n;
	}
}

static size_t timeout_of(uint8_t proto, uint32_t status, uint8_t tcp_state)
{
	if (proto == TCP)
		return tcp_state < OF_UDP ? tcp_state : 0;
	if (proto == UDP)
		return status & IPS_ASSURED ? OF_UDP_STREAM : OF_UDP;
	return proto == ICMP ? OF_ICMP : OF_OTHER;
}

struct walk {
	struct conntrack *ct;
	void (*fn)(void *arg, const struct conntrack_conn *c);
	void *arg;
};

static int put_conn(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	struct attrs t = {{0}};
	struct conntrack_conn c = {0};
	uint8_t proto;
	if (mnl_nlmsg_get_payload_len(h) < sizeof(struct nfgenmsg))
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(struct nfgenmsg), put_attr, &t);
	uint32_t status = be32(t.a[CTA_STATUS]);
	struct attrs info = inside(t.a[CTA_PROTOINFO]), tcp = inside(info.a[CTA_PROTOINFO_TCP]);
	read_way(t.a[CTA_TUPLE_ORIG], &c.orig, &c.proto);
	read_way(t.a[CTA_TUPLE_REPLY], &c.reply, &proto);
	c.id = be32(t.a[CTA_ID]);
	c.src_nat = (status & IPS_SRC_NAT) != 0;
	c.dst_nat = (status & IPS_DST_NAT) != 0;
	c.seen_reply = (status & IPS_SEEN_REPLY) != 0;
	c.left_s = be32(t.a[CTA_TIMEOUT]);
	c.timeout_s = w->ct->timeout_s[timeout_of(c.proto, status, u8(tcp.a[CTA_PROTOINFO_TCP_STATE]))];
	c.bytes = bytes_of(t.a[CTA_COUNTERS_ORIG]) + bytes_of(t.a[CTA_COUNTERS_REPLY]);
	w->fn(w->arg, &c);
	return MNL_CB_OK;
}

/* ------------------------------------------------------------------ asking */

static struct nlmsghdr *message_start(struct conntrack *c, union message *m, uint16_t type, uint16_t flags)
{
	memset(m, 0, sizeof *m);
	struct nlmsghdr *h = mnl_nlmsg_put_header(m->space);
	h->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type);
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++c->seq;
	struct nfgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof *g);
	g->nfgen_family = AF_INET;
	g->version = NFNETLINK_V0;
	return h;
}

static int talk(struct conntrack *c, struct nlmsghdr *h, mnl_cb_t cb, void *arg)
{
	_Alignas(struct nlmsghdr) char buf[32768];
	unsigned port = mnl_socket_get_portid(c->s);
	if (mnl_socket_sendto(c->s, h, h->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(c->s, buf, sizeof buf);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		int r = mnl_cb_run(buf, (size_t)n, c->seq, port, cb, arg);
		if (r < 0)
			return -errno;
		if (r == MNL_CB_STOP)
			return 0;
	}
}

int conntrack_each(struct conntrack *c, void (*fn)(void *arg, const struct conntrack_conn *c), void *arg)
{
	union message m;
	struct walk w = {c, fn, arg};
	if (c == NULL)
		return -ENOENT;
	read_timeouts(c);
	return talk(c, message_start(c, &m, IPCTNL_MSG_CT_GET, NLM_F_DUMP), put_conn, &w);
}

int conntrack_delete(struct conntrack *ct, const struct conntrack_conn *c)
{
	union message m;
	struct nlmsghdr *h = message_start(ct, &m, IPCTNL_MSG_CT_DELETE, NLM_F_ACK);
	struct nlattr *t = mnl_attr_nest_start(h, CTA_TUPLE_ORIG), *in = mnl_attr_nest_start(h, CTA_TUPLE_IP);
	mnl_attr_put_u32(h, CTA_IP_V4_SRC, htonl(c->orig.src));
	mnl_attr_put_u32(h, CTA_IP_V4_DST, htonl(c->orig.dst));
	mnl_attr_nest_end(h, in);
	in = mnl_attr_nest_start(h, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(h, CTA_PROTO_NUM, c->proto);
	if (c->proto == ICMP) {
		mnl_attr_put_u16(h, CTA_PROTO_ICMP_ID, htons(c->orig.sport));
		mnl_attr_put_u8(h, CTA_PROTO_ICMP_TYPE, (uint8_t)(c->orig.dport >> 8));
		mnl_attr_put_u8(h, CTA_PROTO_ICMP_CODE, (uint8_t)c->orig.dport);
	} else {
		mnl_attr_put_u16(h, CTA_PROTO_SRC_PORT, htons(c->orig.sport));
		mnl_attr_put_u16(h, CTA_PROTO_DST_PORT, htons(c->orig.dport));
	}
	mnl_attr_nest_end(h, in);
	mnl_attr_nest_end(h, t);
	mnl_attr_put_u32(h, CTA_ID, htonl(c->id));
	return talk(ct, h, NULL, NULL);
}
