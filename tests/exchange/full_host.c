/* In place of what touches the host: sockets, the TUN device, netlink, nftables, the system's randomness. Linked
 * before core/net, so these are taken. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "core/net/ethtool.h"
#include "core/net/pathmtu.h"
#include "tests/exchange/full_server.h"

struct udp {
	uint16_t port;
};
struct rawesp {
	int unused;
};
struct netlink {
	int unused;
};
struct nat {
	int unused;
};

static struct world *world; /* these functions know no context */
static struct udp udp500 = {IKE_PORT}, udp4500 = {IKE_PORT_NATT};
static struct rawesp raw;
static struct netlink netlink;
static struct nat nat;

void full_host_open(struct world *w)
{
	world = w;
	w->gw.udp500 = &udp500;
	w->gw.opt.workers = FULL_WORKERS;
	for (unsigned i = 0; i < FULL_WORKERS; i++) {
		w->gw.udp4500[i] = &udp4500;
		w->gw.raw[i] = &raw;
	}
	w->gw.nl = &netlink;
	w->gw.nat = &nat;
	w->gw.tun[0] = (struct tun){.fd = -1, .ifindex = 9, .name = TUN_NAME, .mtu = PPP_MTU_DEFAULT};
}

void full_host_close(struct world *w)
{
	queue_free(&w->ike);
	queue_free(&w->natt);
	queue_free(&w->esp);
	queue_free(&w->tun);
	queue_free(&w->dhcp);
	world = NULL;
}

/* ------------------------------------------------------------------ queues */

void queue_put(struct queue *q, uint8_t proto, struct ip4_end src, struct ip4_end dst,
               const void *data, size_t len)
{
	struct datagram *d = malloc(sizeof *d + len);
	if (d == NULL)
		abort();
	*d = (struct datagram){.proto = proto, .src = src, .dst = dst, .len = len};
	memcpy(d->data, data, len);
	if (q->last != NULL)
		q->last->next = d;
	else
		q->first = d;
	q->last = d;
	q->n++;
}

struct datagram *queue_take(struct queue *q)
{
	struct datagram *d = q->first;
	if (d == NULL)
		return NULL;
	q->first = d->next;
	if (q->first == NULL)
		q->last = NULL;
	q->n--;
	return d;
}

void queue_free(struct queue *q)
{
	for (struct datagram *d; (d = queue_take(q)) != NULL;)
		free(d);
}

static int recv_from(struct queue *q, struct pkt *const *pkts, unsigned n)
{
	static uint8_t store[PKT_BATCH][PKT_HEADROOM + PKT_MTU_MAX + PKT_TAILROOM];
	unsigned got = 0;
	struct datagram *d;
	while (got < n && (d = queue_take(q)) != NULL) {
		struct pkt *p = pkts[got];
		pkt_view(p, store[got], sizeof store[got], PKT_HEADROOM, 0);
		p->peer = d->src;
		p->local = d->dst;
		p->ifindex = 2;
		uint8_t *at = pkt_put(p, (uint32_t)d->len);
		if (at != NULL)
			memcpy(at, d->data, d->len);
		else
			p->drop = DROP_TOO_BIG;
		free(d);
		got++;
	}
	return (int)got;
}

static unsigned send_all(uint8_t proto, struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0;
	for (unsigned i = 0; i < n; i++) {
		if (pkts[i]->drop != DROP_NONE)
			continue;
		wire_out(world, proto, pkts[i]->local, pkts[i]->peer, pkt_data(pkts[i]),
		         pkts[i]->len);
		sent++;
	}
	world->esp_out += sent; /* the packet path sends nothing else */
	return sent;
}

/* ------------------------------------------------------------------ sockets */

int udp_fd(const struct udp *u)
{
	(void)u;
	return -1;
}

int udp_recv(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	return recv_from(u->port == IKE_PORT ? &world->ike : &world->natt, pkts, n);
}

bool udp_more(const struct udp *u)
{
	(void)u;
	return false;
}

unsigned udp_send(struct udp *u, struct pkt *const *pkts, unsigned n)
{
	(void)u;
	return send_all(FULL_UDP, pkts, n);
}

int udp_send_one(struct udp *u, struct ip4_end local, struct ip4_end peer, const void *data,
                 size_t len)
{
	local.port = u->port;
	if (u->port != IKE_PORT && u->port != IKE_PORT_NATT) {
		queue_put(&world->dhcp, FULL_UDP, local, peer, data, len);
		return 0;
	}
	wire_out(world, FULL_UDP, local, peer, data, len);
	return 0;
}

/* The wire counts nothing. */
const struct udp_stats *udp_stats(const struct udp *u)
{
	static const struct udp_stats none;
	(void)u;
	return &none;
}

const struct udp_stats *rawesp_stats(const struct rawesp *r)
{
	(void)r;
	return udp_stats(NULL);
}

int rawesp_fd(const struct rawesp *r)
{
	(void)r;
	return -1;
}

int rawesp_recv(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r;
	return recv_from(&world->esp, pkts, n);
}

bool rawesp_more(const struct rawesp *r)
{
	(void)r;
	return false;
}

unsigned rawesp_send(struct rawesp *r, struct pkt *const *pkts, unsigned n)
{
	(void)r;
	return send_all(FULL_ESP, pkts, n);
}

/* The DHCP client's: its answers come through gateway_dhcp_input(). */
int udp_open(struct udp **u, uint32_t ip, uint16_t port, bool reuseport, struct err *err)
{
	static struct udp other;
	(void)ip, (void)reuseport, (void)err;
	other.port = port;
	*u = &other;
	return 0;
}

void udp_close(struct udp *u)
{
	(void)u;
}

uint32_t route_source(uint32_t peer)
{
	(void)peer;
	return 0x0a4d0001;
}

unsigned path_mtu(uint32_t local, uint32_t peer)
{
	(void)local, (void)peer;
	return 1500;
}

/* ------------------------------------------------------------------ the TUN device and the host behind it */

int tun_recv(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	(void)t;
	return recv_from(&world->tun, pkts, n);
}

bool tun_more(const struct tun *t)
{
	(void)t;
	return false;
}

/* The host sends back what a client sent to it, from end to end. */
unsigned tun_send(struct tun *t, struct pkt *const *pkts, unsigned n)
{
	unsigned sent = 0;
	(void)t;
	for (unsigned i = 0; i < n; i++) {
		uint8_t *ip = pkt_data(pkts[i]), swap[4];
		if (pkts[i]->drop != DROP_NONE)
			continue;
		sent++;
		world->tun_got++;
		if (pkts[i]->len < 20 || ip[9] != 253)
			continue;
		world->host_got++;
		memcpy(swap, ip + 12, 4);
		memcpy(ip + 12, ip + 16, 4);
		memcpy(ip + 16, swap, 4);
		if (!world->host_mute)
			queue_put(&world->tun, 0, (struct ip4_end){0}, (struct ip4_end){0}, ip,
			          pkts[i]->len);
	}
	return sent;
}

/* ------------------------------------------------------------------ netlink: eth0 203.0.113.1, eth1 10.77.0.1 */

static const struct netlink_link links[] = {
        {.index = 2,
         .name = "eth0",
         .mac = {0xfa, 0x16, 0x3e, 0xb0, 0xc3, 0xd3},
         .has_mac = true,
         .up = true,
         .carrier = true,
         .mtu = 1500},
        {.index = 3, .name = "eth1", .up = true, .carrier = true, .mtu = 1500},
};
static const struct netlink_addr addrs[] = {{.index = 2, .ip = GW_IP, .bits = 24},
                                            {.index = 3, .ip = 0x0a4d0001, .bits = 24}};

static const struct netlink_route routes[] = {
        {.dst = 0, .bits = 0, .gw = 0xcb0071fe, .index = 2},
        {.dst = 0xcb007100, .bits = 24, .index = 2},
        {.dst = 0x0a4d0000, .bits = 24, .index = 3},
};

int netlink_open(struct netlink **nl, struct err *err)
{
	(void)err;
	*nl = &netlink;
	return 0;
}

void netlink_close(struct netlink *nl)
{
	(void)nl;
}

int netlink_links(struct netlink *nl, bool (*fn)(void *, const struct netlink_link *), void *arg)
{
	(void)nl;
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (!fn(arg, &links[i]))
			break;
	return 0;
}

int netlink_addrs(struct netlink *nl, bool (*fn)(void *, const struct netlink_addr *), void *arg)
{
	(void)nl;
	for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++)
		if (!fn(arg, &addrs[i]))
			break;
	return 0;
}

int netlink_routes(struct netlink *nl, bool (*fn)(void *, const struct netlink_route *), void *arg)
{
	(void)nl;
	for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++)
		if (!fn(arg, &routes[i]))
			break;
	return 0;
}

void ethtool_read(const char *dev, struct ethtool_info *info)
{
	(void)dev;
	*info = (struct ethtool_info){.driver = "i82540EM rev03",
	                              .speed_mbps = 1000,
	                              .rx_ring = 511,
	                              .tx_ring = 511,
	                              .duplex_known = true,
	                              .full_duplex = true};
}

int netlink_neighs(struct netlink *nl, bool (*fn)(void *, const struct netlink_neigh *), void *arg)
{
	(void)nl;
	struct netlink_neigh n = {.index = links[0].index,
	                          .ip = 0xcb007107,
	                          .mac = {2, 0, 0x5e, 0x10, 0, 7},
	                          .age_s = 12};
	fn(arg, &n);
	return 0;
}

int netlink_link_get(struct netlink *nl, const char *name, int index, struct netlink_link *l)
{
	(void)nl;
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (name != NULL ? strcmp(links[i].name, name) == 0 : links[i].index == index) {
			*l = links[i];
			return 0;
		}
	return -ENODEV;
}

int netlink_addr_get(struct netlink *nl, int index, struct netlink_addr *a)
{
	(void)nl;
	*a = addrs[index == 3];
	return index == 2 || index == 3 ? 0 : -EADDRNOTAVAIL;
}

int netlink_default_route(struct netlink *nl, struct netlink_route *r)
{
	(void)nl, (void)r;
	return -ENETUNREACH;
}

int netlink_link_set(struct netlink *nl, int index, bool up, uint32_t mtu, struct err *err)
{
	(void)nl, (void)index, (void)up, (void)mtu, (void)err;
	return 0;
}

#define NOTHING(name, type)                                                    \
	int name(struct netlink *nl, const struct type *what, struct err *err) \
	{                                                                      \
		(void)nl, (void)what, (void)err;                               \
		return 0;                                                      \
	}
NOTHING(netlink_addr_add, netlink_addr)
NOTHING(netlink_addr_del, netlink_addr)

static bool is_client_route(const struct netlink_route *r)
{
	return r->metric != 0 && r->index == 9;
}

int netlink_route_add(struct netlink *nl, const struct netlink_route *r, struct err *err)
{
	(void)nl, (void)err;
	if (is_client_route(r) && world->n_client_routes < 64)
		world->client_routes[world->n_client_routes++] = r->dst;
	return 0;
}

int netlink_route_del(struct netlink *nl, const struct netlink_route *r, struct err *err)
{
	(void)nl, (void)err;
	for (size_t i = 0; i < world->n_client_routes && is_client_route(r); i++)
		if (world->client_routes[i] == r->dst)
			world->client_routes[i--] = world->client_routes[--world->n_client_routes];
	return 0;
}

int netlink_route_flush(struct netlink *nl, struct err *err)
{
	(void)nl, (void)err;
	return 0;
}

void nat_counters(struct nat *n, void (*fn)(void *arg, struct str comment, uint64_t packets), void *arg)
{
	(void)n, (void)fn, (void)arg;
}

int nat_apply(struct nat *n, const struct nat_rules *rules, struct err *err)
{
	(void)n, (void)rules, (void)err;
	return 0;
}

/* ------------------------------------------------------------------ chance, the same in every run */

uint32_t *full_counting;
static uint64_t chance = 0x9e3779b97f4a7c15;

static uint64_t draw(void)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return chance;
}

void random_bytes(void *dst, size_t len)
{
	uint8_t *p = dst;
	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(draw() >> 24);
}

uint32_t random_u32(void)
{
	if (full_counting == NULL)
		return (uint32_t)(draw() >> 16);
	*full_counting += 2;
	return *full_counting - 1;
}

uint32_t random_below(uint32_t n)
{
	return (uint32_t)(draw() >> 16) % n;
}
