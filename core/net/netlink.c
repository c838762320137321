#include "core/net/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/ip4.h"

struct netlink {
	struct mnl_socket *ask, *monitor;
	uint32_t seq;
};

union message { /* a request under construction */
	struct nlmsghdr h;
	char space[512];
};

/* ---------------------------------------------------------------------------------------- sockets */

static struct mnl_socket *socket_open(unsigned groups, int flags)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | flags);
	if (s && mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID) < 0) {
		int code = errno;
		mnl_socket_close(s);
		errno = code;
		return NULL;
	}
	return s;
}

int netlink_open(struct netlink **out, struct err *err)
{
	struct netlink *nl = calloc(1, sizeof(*nl));
	*out = NULL;
	if (!nl)
		return err_set(err, -ENOMEM, "out of memory");
	nl->ask = socket_open(0, 0);
	nl->monitor =
	        socket_open(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE, SOCK_NONBLOCK);
	if (!nl->ask || !nl->monitor) {
		int r = err_set(err, -errno, "cannot open a netlink socket: %s", strerror(errno));
		netlink_close(nl);
		return r;
	}
	*out = nl;
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (!nl)
		return;
	if (nl->ask)
		mnl_socket_close(nl->ask);
	if (nl->monitor)
		mnl_socket_close(nl->monitor);
	free(nl);
}

int netlink_monitor_fd(const struct netlink *nl)
{
	return mnl_socket_get_fd(nl->monitor);
}

bool netlink_monitor_read(struct netlink *nl)
{
	char buf[16384];
	bool any = false;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->monitor, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		/* ENOBUFS: changes were lost, so there were some. */
		if (n < 0 && errno == ENOBUFS) {
			any = true;
			continue;
		}
		if (n <= 0)
			return any;
		any = true;
	}
}

/* --------------------------------------------------------------------------------------- requests */

static struct nlmsghdr *message_start(struct netlink *nl, union message *m, uint16_t type,
                                      uint16_t flags)
{
	memset(m, 0, sizeof(*m));
	struct nlmsghdr *h = mnl_nlmsg_put_header(m->space);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++nl->seq;
	return h;
}

/* Sends and reads until the answer is complete; cb is called for each message of it. 0 or -errno. */
static int talk(struct netlink *nl, struct nlmsghdr *h, mnl_cb_t cb, void *arg)
{
	char buf[32768];
	unsigned port = mnl_socket_get_portid(nl->ask);
	if (mnl_socket_sendto(nl->ask, h, h->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(nl->ask, buf, sizeof(buf));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		int r = mnl_cb_run(buf, (size_t)n, nl->seq, port, cb, arg);
		if (r < 0)
			return -errno;
		if (r == MNL_CB_STOP)
			return 0;
	}
}

struct walk {
	union {
		bool (*link)(void *, const struct netlink_link *);
		bool (*addr)(void *, const struct netlink_addr *);
		bool (*route)(void *, const struct netlink_route *);
		bool (*neigh)(void *, const struct netlink_neigh *);
	} fn;
	void *arg;
	bool locals;
	bool stopped; /* fn wants no more; the rest of the answer is still read off the socket */
};

static int dump(struct netlink *nl, uint16_t type, mnl_cb_t cb, struct walk *w)
{
	union message m;
	struct nlmsghdr *h = message_start(nl, &m, type, NLM_F_DUMP);
	struct rtgenmsg *g = mnl_nlmsg_put_extra_header(h, sizeof(*g));
	g->rtgen_family = type == RTM_GETLINK ? AF_UNSPEC : AF_INET;
	return talk(nl, h, cb, w);
}

/* ------------------------------------------------------------------------------------------ links */

static void stats_read(struct netlink_stats *out, const struct nlattr *a)
{
	struct rtnl_link_stats64 s = {0};
	size_t n = mnl_attr_get_payload_len(a);
	memcpy(&s, mnl_attr_get_payload(a), n < sizeof(s) ? n : sizeof(s));
	*out = (struct netlink_stats){
	        .carrier_losses = out->carrier_losses, /* an attribute of its own */
	        .rx_pkts = s.rx_packets,
	        .rx_bytes = s.rx_bytes,
	        .rx_errors = s.rx_errors,
	        .rx_dropped = s.rx_dropped,
	        .rx_multicast = s.multicast,
	        .rx_length_errors = s.rx_length_errors,
	        .rx_over = s.rx_over_errors,
	        .rx_crc = s.rx_crc_errors,
	        .rx_frame = s.rx_frame_errors,
	        .rx_fifo = s.rx_fifo_errors,
	        .rx_missed = s.rx_missed_errors,
	        .tx_pkts = s.tx_packets,
	        .tx_bytes = s.tx_bytes,
	        .tx_errors = s.tx_errors,
	        .tx_dropped = s.tx_dropped,
	        .tx_fifo = s.tx_fifo_errors,
	        .tx_carrier = s.tx_carrier_errors,
	        .collisions = s.collisions,
	        .late_collisions = s.tx_window_errors,
	};
}

static int link_attr(const struct nlattr *a, void *arg)
{
	struct netlink_link *l = arg;
	switch (mnl_attr_get_type(a)) {
	case IFLA_IFNAME:
		strncpy(l->name, mnl_attr_get_str(a), sizeof(l->name) - 1);
		break;
	case IFLA_MTU:
		l->mtu = mnl_attr_get_u32(a);
		break;
	case IFLA_ADDRESS:
		l->has_mac = mnl_attr_get_payload_len(a) == sizeof(l->mac);
		if (l->has_mac)
			memcpy(l->mac, mnl_attr_get_payload(a), sizeof(l->mac));
		break;
	case IFLA_CARRIER_DOWN_COUNT:
		l->stats.carrier_losses = mnl_attr_get_u32(a);
		break;
	case IFLA_STATS64:
		stats_read(&l->stats, a);
		break;
	}
	return MNL_CB_OK;
}

static void link_read(const struct nlmsghdr *h, struct netlink_link *l)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(h);
	*l = (struct netlink_link){
	        .index = i->ifi_index,
	        .loopback = (i->ifi_flags & IFF_LOOPBACK) != 0,
	        .up = (i->ifi_flags & IFF_UP) != 0,
	        .carrier = (i->ifi_flags & 0x10000) != 0, /* IFF_LOWER_UP, which <net/if.h> lacks */
	};
	mnl_attr_parse(h, sizeof(*i), link_attr, l);
}

static int link_message(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	struct netlink_link l;
	link_read(h, &l);
	w->stopped = w->stopped || !w->fn.link(w->arg, &l);
	return MNL_CB_OK;
}

int netlink_links(struct netlink *nl, bool (*fn)(void *, const struct netlink_link *), void *arg)
{
	struct walk w = {.fn.link = fn, .arg = arg};
	return dump(nl, RTM_GETLINK, link_message, &w);
}

static int link_one(const struct nlmsghdr *h, void *arg)
{
	link_read(h, arg);
	return MNL_CB_STOP;
}

int netlink_link_get(struct netlink *nl, const char *name, int index, struct netlink_link *l)
{
	union message m;
	struct nlmsghdr *h = message_start(nl, &m, RTM_GETLINK, 0);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
	i->ifi_index = name ? 0 : index;
	if (name)
		mnl_attr_put_strz(h, IFLA_IFNAME, name);
	return talk(nl, h, link_one, l);
}

/* -------------------------------------------------------------------------------------- addresses */

static int addr_attr(const struct nlattr *a, void *arg)
{
	struct netlink_addr *out = arg;
	uint32_t ip;
	/* IFA_LOCAL is the own address; IFA_ADDRESS is the far end on point-to-point devices. */
	if (mnl_attr_get_type(a) == IFA_LOCAL && mnl_attr_get_payload_len(a) == sizeof(ip)) {
		memcpy(&ip, mnl_attr_get_payload(a), sizeof(ip));
		out->ip = ntohl(ip);
	}
	return MNL_CB_OK;
}

static int addr_message(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	const struct ifaddrmsg *i = mnl_nlmsg_get_payload(h);
	struct netlink_addr a = {.index = (int)i->ifa_index, .bits = i->ifa_prefixlen};
	mnl_attr_parse(h, sizeof(*i), addr_attr, &a);
	if (i->ifa_family == AF_INET)
		w->stopped = w->stopped || !w->fn.addr(w->arg, &a);
	return MNL_CB_OK;
}

int netlink_addrs(struct netlink *nl, bool (*fn)(void *, const struct netlink_addr *), void *arg)
{
	struct walk w = {.fn.addr = fn, .arg = arg};
	return dump(nl, RTM_GETADDR, addr_message, &w);
}

struct addr_find {
	struct netlink_addr *out;
	int index;
	bool found;
};

static bool addr_first(void *arg, const struct netlink_addr *a)
{
	struct addr_find *f = arg;
	if (a->index != f->index)
		return true;
	*f->out = *a;
	f->found = true;
	return false;
}

int netlink_addr_get(struct netlink *nl, int index, struct netlink_addr *a)
{
	struct addr_find f = {.out = a, .index = index};
	int r = netlink_addrs(nl, addr_first, &f);
	return r ? r : f.found ? 0 : -EADDRNOTAVAIL;
}

/* ----------------------------------------------------------------------------------------- routes */

struct route_attrs {
	struct netlink_route r;
	uint32_t table;
};

static int route_attr(const struct nlattr *a, void *arg)
{
	struct route_attrs *out = arg;
	if (mnl_attr_get_payload_len(a) != sizeof(uint32_t))
		return MNL_CB_OK;
	uint32_t value = mnl_attr_get_u32(a);
	switch (mnl_attr_get_type(a)) {
	case RTA_TABLE:
		out->table = value;
		break;
	case RTA_DST:
		out->r.dst = ntohl(value);
		break;
	case RTA_GATEWAY:
		out->r.gw = ntohl(value);
		break;
	case RTA_OIF:
		out->r.index = (int)value;
		break;
	case RTA_PRIORITY:
		out->r.metric = value;
		break;
	}
	return MNL_CB_OK;
}

static int route_message(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	const struct rtmsg *m = mnl_nlmsg_get_payload(h);
	struct route_attrs a = {.r = {.bits = m->rtm_dst_len, .proto = m->rtm_protocol},
	                        .table = m->rtm_table};
	mnl_attr_parse(h, sizeof(*m), route_attr, &a);
	a.r.local = m->rtm_type == RTN_LOCAL && m->rtm_protocol == NETLINK_PROTO;
	if (m->rtm_family == AF_INET &&
	    ((m->rtm_type == RTN_UNICAST && a.table == RT_TABLE_MAIN) || (w->locals && a.r.local)))
		w->stopped = w->stopped || !w->fn.route(w->arg, &a.r);
	return MNL_CB_OK;
}

int netlink_routes(struct netlink *nl, bool (*fn)(void *, const struct netlink_route *), void *arg)
{
	struct walk w = {.fn.route = fn, .arg = arg};
	return dump(nl, RTM_GETROUTE, route_message, &w);
}

/* With local ones of ours. */
static int routes_and_locals(struct netlink *nl, bool (*fn)(void *, const struct netlink_route *), void *arg)
{
	struct walk w = {.fn.route = fn, .arg = arg, .locals = true};
	return dump(nl, RTM_GETROUTE, route_message, &w);
}

struct default_find {
	struct netlink_route *out;
	bool found;
};

static bool route_default(void *arg, const struct netlink_route *r)
{
	struct default_find *f = arg;
	if (!r->bits && r->index && (!f->found || r->metric < f->out->metric)) {
		*f->out = *r;
		f->found = true;
	}
	return true;
}

int netlink_default_route(struct netlink *nl, struct netlink_route *r)
{
	struct default_find f = {.out = r};
	int code = netlink_routes(nl, route_default, &f);
	return code ? code : f.found ? 0 : -ENETUNREACH;
}

/* ------------------------------------------------------------------------------------- neighbours */

struct neigh_read {
	struct netlink_neigh n;
	bool has_mac;
};

static int neigh_attr(const struct nlattr *a, void *arg)
{
	struct neigh_read *read = arg;
	size_t len = mnl_attr_get_payload_len(a);
	struct nda_cacheinfo c;
	uint32_t be;
	if (mnl_attr_get_type(a) == NDA_DST && len == sizeof(be)) {
		memcpy(&be, mnl_attr_get_payload(a), sizeof(be));
		read->n.ip = ntohl(be);
	} else if (mnl_attr_get_type(a) == NDA_LLADDR && len == sizeof(read->n.mac)) {
		memcpy(read->n.mac, mnl_attr_get_payload(a), sizeof(read->n.mac));
		read->has_mac = true;
	} else if (mnl_attr_get_type(a) == NDA_CACHEINFO && len >= sizeof(c)) {
		memcpy(&c, mnl_attr_get_payload(a), sizeof(c));
		read->n.age_s = c.ndm_updated / 100; /* clock_t: hundredths */
	}
	return MNL_CB_OK;
}

static int neigh_message(const struct nlmsghdr *h, void *arg)
{
	struct walk *w = arg;
	const struct ndmsg *m = mnl_nlmsg_get_payload(h);
	struct neigh_read read = {
	        .n = {.index = m->ndm_ifindex, .permanent = (m->ndm_state & NUD_PERMANENT) != 0}};
	if (h->nlmsg_type != RTM_NEWNEIGH || m->ndm_family != AF_INET ||
	    m->ndm_state & (NUD_NOARP | NUD_FAILED | NUD_INCOMPLETE) || w->stopped)
		return MNL_CB_OK;
	mnl_attr_parse(h, sizeof(*m), neigh_attr, &read);
	if (read.has_mac && read.n.ip)
		w->stopped = !w->fn.neigh(w->arg, &read.n);
	return MNL_CB_OK;
}

int netlink_neighs(struct netlink *nl, bool (*fn)(void *, const struct netlink_neigh *), void *arg)
{
	struct walk w = {.fn.neigh = fn, .arg = arg};
	return dump(nl, RTM_GETNEIGH, neigh_message, &w);
}

/* ---------------------------------------------------------------------------------------- changes */

/* One change with its acknowledgement; `fine` is an answer that also means done. */
static int change(struct netlink *nl, struct nlmsghdr *h, int fine)
{
	int r = talk(nl, h, NULL, NULL);
	return r == -fine ? 0 : r;
}

int netlink_link_set(struct netlink *nl, int index, bool up, uint32_t mtu, struct err *err)
{
	union message m;
	struct nlmsghdr *h = message_start(nl, &m, RTM_NEWLINK, NLM_F_ACK);
	struct ifinfomsg *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
	i->ifi_index = index;
	i->ifi_change = IFF_UP;
	i->ifi_flags = up ? IFF_UP : 0;
	if (mtu)
		mnl_attr_put_u32(h, IFLA_MTU, mtu);
	int r = change(nl, h, 0);
	return r ? err_set(err, r, "cannot set the state of device %d: %s", index, strerror(-r))
	         : 0;
}

static int addr_change(struct netlink *nl, const struct netlink_addr *a, bool add)
{
	union message m;
	struct nlmsghdr *h = message_start(nl, &m, add ? RTM_NEWADDR : RTM_DELADDR,
	                                   NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0));
	struct ifaddrmsg *i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
	i->ifa_family = AF_INET;
	i->ifa_prefixlen = a->bits;
	i->ifa_index = (unsigned)a->index;
	i->ifa_scope = a->host ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
	mnl_attr_put_u32(h, IFA_LOCAL, htonl(a->ip));
	mnl_attr_put_u32(h, IFA_ADDRESS, htonl(a->ip));
	if (add && a->bits < 31)
		mnl_attr_put_u32(h, IFA_BROADCAST, htonl(a->ip | ~ip4_mask(a->bits)));
	return change(nl, h, add ? EEXIST : EADDRNOTAVAIL);
}

int netlink_addr_add(struct netlink *nl, const struct netlink_addr *a, struct err *err)
{
	int r = addr_change(nl, a, true);
	return r ? err_set(err, r, "cannot add address %s: %s", ip4_text(a->ip).s, strerror(-r))
	         : 0;
}

int netlink_addr_del(struct netlink *nl, const struct netlink_addr *a, struct err *err)
{
	int r = addr_change(nl, a, false);
	return r ? err_set(err, r, "cannot remove address %s: %s", ip4_text(a->ip).s, strerror(-r))
	         : 0;
}

static int route_change(struct netlink *nl, const struct netlink_route *r, bool add)
{
	union message m;
	struct nlmsghdr *h = message_start(nl, &m, add ? RTM_NEWROUTE : RTM_DELROUTE,
	                                   NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_EXCL : 0));
	struct rtmsg *t = mnl_nlmsg_put_extra_header(h, sizeof(*t));
	t->rtm_family = AF_INET;
	t->rtm_dst_len = r->bits;
	t->rtm_table = r->local ? RT_TABLE_LOCAL : RT_TABLE_MAIN;
	t->rtm_protocol = NETLINK_PROTO;
	t->rtm_scope = !add ? RT_SCOPE_NOWHERE : r->local ? RT_SCOPE_HOST : r->gw ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	t->rtm_type = r->local ? RTN_LOCAL : RTN_UNICAST;
	if (r->bits)
		mnl_attr_put_u32(h, RTA_DST, htonl(r->dst));
	if (r->gw)
		mnl_attr_put_u32(h, RTA_GATEWAY, htonl(r->gw));
	if (r->index)
		mnl_attr_put_u32(h, RTA_OIF, (uint32_t)r->index);
	if (r->metric)
		mnl_attr_put_u32(h, RTA_PRIORITY, r->metric);
	return change(nl, h, add ? 0 : ESRCH);
}

static bool route_same_target(void *arg, const struct netlink_route *r)
{
	struct netlink_route *want =
	        arg; /* proto is the result: 0 = no such route, else whose it is */
	if (r->local != want->local || r->dst != want->dst || r->bits != want->bits || r->metric != want->metric)
		return true;
	want->proto = r->proto ? r->proto : 1;
	return r->proto != NETLINK_PROTO;
}

int netlink_route_add(struct netlink *nl, const struct netlink_route *r, struct err *err)
{
	struct netlink_route there = *r;
	int code = route_change(nl, r, true);
	if (code == -EEXIST) {
		there.proto = 0;
		routes_and_locals(nl, route_same_target, &there);
		/* Ours is replaced; one that the host has for itself is left alone. */
		if (there.proto == NETLINK_PROTO) {
			struct netlink_route old = {
			        .dst = r->dst, .bits = r->bits, .metric = r->metric, .local = r->local};
			code = route_change(nl, &old, false);
			code = code ? code : route_change(nl, r, true);
		}
	}
	return code ? err_set(err, code, "cannot add route %s/%u: %s", ip4_text(r->dst).s, r->bits,
	                      strerror(-code))
	            : 0;
}

int netlink_route_del(struct netlink *nl, const struct netlink_route *r, struct err *err)
{
	int code = route_change(nl, r, false);
	return code ? err_set(err, code, "cannot remove route %s/%u: %s", ip4_text(r->dst).s,
	                      r->bits, strerror(-code))
	            : 0;
}

enum { FLUSH_ROUNDS = 1024, FLUSH_BATCH = 64 };

struct flush {
	struct netlink_route ours[FLUSH_BATCH];
	unsigned n;
};

static bool route_collect(void *arg, const struct netlink_route *r)
{
	struct flush *f = arg;
	if (r->proto == NETLINK_PROTO)
		f->ours[f->n++] = *r;
	return f->n < FLUSH_BATCH;
}

int netlink_route_flush(struct netlink *nl, struct err *err)
{
	struct flush f = {.n = 1};
	for (unsigned round = 0; f.n && round < FLUSH_ROUNDS; round++) {
		f.n = 0;
		int r = routes_and_locals(nl, route_collect, &f);
		for (unsigned i = 0; i < f.n && !r; i++)
			r = netlink_route_del(nl, &f.ours[i], err);
		if (r)
			return r;
	}
	return f.n ? err_set(err, -EBUSY, "routes of an earlier run cannot be removed") : 0;
}
