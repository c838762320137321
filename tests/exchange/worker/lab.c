#include "tests/exchange/worker/lab.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/prim/prim.h"

static void sh(const char *command)
{
	if (system(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		abort();
	}
}

static void must(bool ok, const char *what)
{
	if (!ok) {
		fprintf(stderr, "failed: %s: %s\n", what, strerror(errno));
		abort();
	}
}

static bool readable(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 1000) == 1;
}

/* ------------------------------------------------------------------ what comes up */

static void take(struct lab_seen *s, const uint8_t *msg, size_t len)
{
	s->len = len < sizeof s->msg ? len : sizeof s->msg;
	memcpy(s->msg, msg, s->len);
}

static void up_ike(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                   size_t len)
{
	struct lab *l = ctx;
	l->seen.ike++;
	l->seen.local = local;
	l->seen.remote = remote;
	take(&l->seen, msg, len);
}

static void up_l2tp(void *ctx, uint32_t peer, uint32_t flow, struct ip4_end local,
                    struct ip4_end remote, const uint8_t *msg, size_t len)
{
	struct lab *l = ctx;
	(void)peer;
	l->seen.l2tp++;
	l->seen.flow = flow;
	l->seen.local = local;
	l->seen.remote = remote;
	take(&l->seen, msg, len);
}

static void up_ppp(void *ctx, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame,
                   size_t len)
{
	struct lab *l = ctx;
	l->seen.ppp++;
	l->seen.flow = flow;
	l->seen.tunnel = tunnel;
	l->seen.call = call;
	take(&l->seen, frame, len);
}

static void up_drop(void *ctx, const struct worker_drop *d)
{
	struct lab *l = ctx;
	l->seen.drop++;
	l->seen.dropped = *d;
}

static void up_used(void *ctx, uint32_t spi)
{
	struct lab *l = ctx;
	l->seen.used++;
	l->seen.spi = spi;
}

static void up_soft(void *ctx, uint32_t spi, bool by_seq)
{
	struct lab *l = ctx;
	(void)by_seq;
	l->seen.soft++;
	l->seen.spi = spi;
}

static void up_hard(void *ctx, uint32_t spi)
{
	struct lab *l = ctx;
	l->seen.hard++;
	l->seen.spi = spi;
}

static void up_moved(void *ctx, uint32_t peer, struct ip4_end remote)
{
	struct lab *l = ctx;
	(void)peer;
	l->seen.moved++;
	l->seen.moved_to = remote;
}

bool lab_wait(struct lab *l, const unsigned *count, unsigned want)
{
	for (int i = 0; i < 1000 && *count < want; i++) {
		struct pollfd p = {.fd = workers_event_fd(l->w), .events = POLLIN};
		poll(&p, 1, 1);
		workers_poll(l->w);
	}
	return *count >= want;
}

void lab_drain(struct lab *l)
{
	workers_set_mss(l->w, l->mss); /* taken after the packets that are being worked on */
	workers_drain(l->w);
	workers_poll(l->w);
}

/* ------------------------------------------------------------------ namespaces */

static int ns_fd(void)
{
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void go(int ns)
{
	must(setns(ns, CLONE_NEWNET) == 0, "setns");
}

void lab_outside(struct lab *l, const char *command)
{
	go(l->ns_outside);
	sh(command);
	go(l->ns_inside);
}

static void cables(struct lab *l)
{
	char line[200];
	snprintf(line, sizeof line, "ip link add v0 type veth peer name v1 netns /proc/%d/fd/%d",
	         (int)getpid(), l->ns_outside);
	sh(line);
	snprintf(line, sizeof line, "ip link add v2 type veth peer name v3 netns /proc/%d/fd/%d",
	         (int)getpid(), l->ns_outside);
	sh(line);
	sh("ip link set lo up; ip addr add 203.0.113.1/24 dev v0; ip link set v0 up;"
	   "ip addr add 10.77.0.1/24 dev v2; ip link set v2 up");
	lab_outside(l, "ip link set lo up; ip addr add 203.0.113.2/24 dev v1; ip link set v1 up;"
	               "ip addr add 10.77.0.2/24 dev v3; ip link set v3 up;"
	               "ip route add 10.78.0.0/24 via 10.77.0.1");
}

static void open_outside(struct lab *l)
{
	struct err err = {0};
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_port = htons(LAB_PORT),
	                        .sin_addr.s_addr = htonl(LAB_HOST)};
	go(l->ns_outside);
	must(udp_open(&l->client, LAB_CLIENT, 4500, false, &err) == 0, err.text);
	must(udp_open(&l->client_moved, LAB_CLIENT, 40000, false, &err) == 0, err.text);
	must(rawesp_open(&l->client_raw, false, &err) == 0, err.text);
	l->host_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(bind(l->host_fd, (struct sockaddr *)&a, sizeof a) == 0, "bind");
	a.sin_addr.s_addr = htonl(LAB_USER);
	must(connect(l->host_fd, (struct sockaddr *)&a, sizeof a) == 0, "connect");
	go(l->ns_inside);
}

static void open_inside(struct lab *l)
{
	static const struct sa_events sa = {up_used, up_soft, up_hard, up_moved};
	struct worker_events events = {.ike = up_ike,
	                               .l2tp = up_l2tp,
	                               .ppp = up_ppp,
	                               .drop = up_drop,
	                               .sa = &sa,
	                               .sa_ctx = l,
	                               .ctx = l};
	struct err err = {0};
	struct worker_io io = {.n = l->n = lab_workers, .threads = lab_threads};
	for (unsigned i = 0; i < io.n; i++) {
		must(udp_open(&l->natt[i], 0, 4500, io.n > 1, &err) == 0, err.text);
		must(rawesp_open(&l->raw[i], i > 0, &err) == 0, err.text);
		udp_offload(l->natt[i], lab_offloads);
		io.natt[i] = l->natt[i];
		io.raw[i] = l->raw[i];
		io.tun[i] = &l->tun[i];
	}
	must(io.n == 1 || udp_steer(l->natt[0], io.n, &err) == 0, err.text);
	must(tun_open(l->tun, io.n, TUN_NAME, 1400, lab_offloads, &err) == 0, err.text);
	snprintf(l->state, sizeof l->state, "/tmp/postern-XXXXXX");
	must(mkdtemp(l->state) != NULL, "mkdtemp");
	must(hostcfg_open(&l->host, l->state, &err) == 0, err.text);
	must(hostcfg_forwarding(l->host, TUN_NAME, &err) == 0, err.text);
	sh("ip route add 10.78.0.0/24 dev " TUN_NAME);
	must(workers_new(&l->w, &io, &err) == 0, err.text);
	/* The others have a peer each: ours is in the last worker, where raw ESP and the host's first packets do not come. */
	for (unsigned i = 0; i + 1 < io.n; i++)
		must(workers_sa_ops.spi_alloc(l->w, LAB_PEER + 1 + i) != 0, "spi_alloc");
	workers_set_events(l->w, &events);
	must(workers_start(l->w, &err) == 0, err.text);
}

struct lab lab_one;
unsigned lab_workers = 1, lab_threads;
uint32_t lab_offloads = OFFLOAD_ALL;

int lab_arguments(int argc, char **argv)
{
	struct err err = {0};
	if (argc > 1)
		sscanf(argv[1], "%u/%u", &lab_workers, &lab_threads);
	int rc = argc > 2 ? offload_forbid(argv[2], &lab_offloads, &err) : 0;
	if (rc != 0)
		fprintf(stderr, "%s\n", err.text);
	return rc;
}

int lab_setup(void **state)
{
	struct err err = {0};
	(void)state;
	return prim_init(&err) == 0 && lab_enter(&lab_one) ? 0 : -1;
}

int lab_teardown(void **state)
{
	(void)state;
	lab_leave(&lab_one);
	prim_free();
	return 0;
}

bool lab_enter(struct lab *l)
{
	memset(l, 0, sizeof *l);
	l->want.mode = ESP_TRANSPORT;
	l->want.mac = ESP_MAC_SHA1;
	for (unsigned i = 0; i < LAB_PKTS; i++) {
		l->pkts[i].buf = l->area[i];
		l->pkts[i].cap = LAB_CAP;
	}
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	l->ns_outside = ns_fd();
	if (unshare(CLONE_NEWNET) != 0)
		return false;
	l->ns_inside = ns_fd();
	cables(l);
	open_inside(l);
	open_outside(l);
	l->table = esp_table_new(0, ESP_SLOTS_MAX);
	must(l->table != NULL, "esp_table_new");
	return true;
}

void lab_leave(struct lab *l)
{
	workers_free(l->w);
	for (uint32_t slot = 1; slot < 64; slot++)
		esp_sa_free(esp_table_take(l->table, slot << 12));
	esp_table_free(l->table);
	for (unsigned i = 0; i < l->n; i++)
		tun_close(&l->tun[i]);
	hostcfg_close(l->host);
	rmdir(l->state);
	for (unsigned i = 0; i < l->n; i++) {
		rawesp_close(l->raw[i]);
		udp_close(l->natt[i]);
	}
	rawesp_close(l->client_raw);
	udp_close(l->client);
	udp_close(l->client_moved);
	close(l->host_fd);
	close(l->ns_inside);
	close(l->ns_outside);
}

/* ------------------------------------------------------------------ SAs and sessions */

static struct sa_keys *new_keys(void)
{
	static struct sa_keys store[256]; /* more than are being installed at a time */
	static unsigned n;
	return &store[n++ % 256];
}

static struct sa_pair pair_of(const struct lab *l, uint32_t spi, uint32_t spi_client,
                              bool udp_encap)
{
	uint16_t port = l->want.any_port ? 0 : 1701;
	struct sa_pair p = {
	        .peer = LAB_PEER,
	        .flow = LAB_FLOW,
	        .spi_in = spi,
	        .spi_out = spi_client,
	        .alg = {ESP_CIPHER_AES, 16, l->want.mac},
	        .mode = l->want.mode,
	        .soft_kb = l->want.soft_kb,
	        .life_kb = l->want.life_kb,
	        .df_policy = l->want.df_policy,
	        .frag_after = l->want.frag_after,
	        .local = {LAB_SERVER, udp_encap ? 4500 : 0},
	        .remote = {LAB_CLIENT, udp_encap ? 4500 : 0},
	        .udp_encap = udp_encap,
	        .local_proxy = {LAB_SERVER, UINT32_MAX, 17, port},
	        .remote_proxy = {LAB_CLIENT, UINT32_MAX, 17, port},
	        .replay_window = 64,
	};
	struct sa_keys *keys = new_keys();
	for (size_t i = 0; i < 32; i++) {
		keys->key_in[i] = (uint8_t)(i * 5 + spi);
		keys->key_out[i] = (uint8_t)(i * 7 + spi);
		keys->mac_key_in[i] = (uint8_t)(i * 11 + spi);
		keys->mac_key_out[i] = (uint8_t)(i * 13 + spi);
	}
	p.keys = keys;
	return p;
}

static struct sa_pair mirror(const struct sa_pair *p)
{
	struct sa_pair m = *p;
	m.soft_kb = m.life_kb = 0; /* the client is patient */
	m.spi_in = p->spi_out;
	m.spi_out = p->spi_in;
	struct sa_keys *keys = new_keys();
	memcpy(keys->key_in, p->keys->key_out, 32);
	memcpy(keys->key_out, p->keys->key_in, 32);
	memcpy(keys->mac_key_in, p->keys->mac_key_out, 32);
	memcpy(keys->mac_key_out, p->keys->mac_key_in, 32);
	m.keys = keys;
	m.local = p->remote;
	m.remote = p->local;
	m.local_proxy = p->remote_proxy;
	m.remote_proxy = p->local_proxy;
	return m;
}

static uint32_t client_spi(uint32_t spi)
{
	return (esp_spi_slot(spi) % 63 + 1) << 12;
}

uint32_t lab_sa(struct lab *l, bool udp_encap, bool current)
{
	struct err err = {0};
	uint32_t spi = workers_sa_ops.spi_alloc(l->w, LAB_PEER);
	struct sa_pair ours = pair_of(l, spi, client_spi(spi), udp_encap), theirs = mirror(&ours);
	must(spi != 0 && workers_sa_ops.install_in(l->w, &ours, &err) == 0, err.text);
	struct esp_sa *sa = esp_sa_new(&theirs, &err);
	must(sa != NULL && esp_table_put(l->table, sa), "the client's SA");
	if (current) {
		workers_sa_ops.install_out(l->w, spi);
		l->sa = sa;
	}
	lab_drain(l);
	return spi;
}

void lab_client_use(struct lab *l, uint32_t spi)
{
	l->sa = esp_table_find(l->table, client_spi(spi));
	must(l->sa != NULL, "the client's SA");
}

void lab_sa_remove(struct lab *l, uint32_t spi)
{
	struct esp_sa *sa = esp_table_take(l->table, client_spi(spi));
	workers_sa_ops.remove(l->w, spi, SA_END_DELETED);
	lab_drain(l);
	if (sa == l->sa)
		l->sa = NULL;
	esp_sa_free(sa);
}

void lab_session(struct lab *l, uint16_t mtu)
{
	struct link_info link = {.peer = LAB_PEER,
	                         .flow = LAB_FLOW,
	                         .tunnel = LAB_TUNNEL,
	                         .call = LAB_CALL,
	                         .remote_tunnel = 50,
	                         .remote_call = 60,
	                         .local = {LAB_SERVER, 1701},
	                         .remote = {LAB_CLIENT, 1701}};
	must(workers_session_add(l->w, &link, false) == 0, "workers_session_add");
	workers_session_open(l->w, LAB_TUNNEL, LAB_USER, mtu, false, false);
	lab_drain(l);
}

uint32_t lab_connected(struct lab *l, uint16_t mtu)
{
	uint32_t spi = lab_sa(l, true, true);
	lab_session(l, mtu);
	return spi;
}

struct worker_totals lab_totals(struct lab *l)
{
	struct worker_totals t = {0};
	lab_drain(l);
	workers_session_totals(l->w, LAB_TUNNEL, &t);
	return t;
}

/* ------------------------------------------------------------------ the client */

static void transmit(struct lab *l, struct udp *from)
{
	struct pkt *p = &l->pkts[0];
	if (l->sa->udp_encap)
		must(udp_send(from, &p, 1) == 1, "udp_send");
	else
		must(rawesp_send(l->client_raw, &p, 1) == 1, "rawesp_send");
}

void lab_client_send(struct lab *l, struct udp *from, const void *l2tp, size_t len)
{
	struct pkt *p = &l->pkts[0];
	pkt_reset(p);
	uint8_t *d = pkt_put(p, (uint32_t)len + 8);
	must(d != NULL, "pkt_put");
	struct wr w = wr_of(d, len + 8);
	wr_u16(&w, 1701);
	wr_u16(&w, l->port != 0 ? l->port : 1701);
	wr_u16(&w, (uint16_t)(len + 8));
	wr_u16(&w, 0);
	wr_bytes(&w, l2tp, len);
	p->sa = l->sa;
	esp_out(l->table, &p, 1, 0);
	must(p->drop == DROP_NONE, "esp_out");
	p->local.ip = LAB_CLIENT;
	transmit(l, from);
}

void lab_again(struct lab *l, struct udp *from)
{
	transmit(l, from);
}

void lab_client_ip(struct lab *l, const void *ip, size_t len)
{
	static const uint8_t head[] = {0, 2, 0, LAB_TUNNEL, 0, LAB_CALL, 0xff, 3, 0, 0x21};
	uint8_t msg[2048];
	memcpy(msg, head, sizeof head);
	memcpy(msg + sizeof head, ip, len);
	lab_client_send(l, l->client, msg, sizeof head + len);
}

size_t lab_client_recv(struct lab *l, uint8_t *l2tp, size_t cap)
{
	struct pkt *p = &l->pkts[1];
	struct pollfd fds[] = {{udp_fd(l->client), POLLIN, 0},
	                       {rawesp_fd(l->client_raw), POLLIN, 0},
	                       {udp_fd(l->client_moved), POLLIN, 0}};
	if (poll(fds, 3, 1000) <= 0)
		return 0;
	bool raw = fds[1].revents != 0;
	int n = raw                   ? rawesp_recv(l->client_raw, &p, 1)
	        : fds[2].revents != 0 ? udp_recv(l->client_moved, &p, 1)
	                              : udp_recv(l->client, &p, 1);
	must(n == 1, "receive");
	p->udp_encap = !raw;
	esp_in(l->table, &p, 1, 0);
	if (p->drop != DROP_NONE || !pkt_pull(p, 8) || p->len > cap) {
		fprintf(stderr, "the client drops what it got: %s\n", drop_text(p->drop));
		return 0;
	}
	l->seen.remote.port = p->local.port; /* where it came to */
	memcpy(l2tp, pkt_data(p), p->len);
	return p->len;
}

size_t lab_client_recv_ip(struct lab *l, uint8_t *ip, size_t cap)
{
	static const uint8_t head[] = {0, 2, 0, 50, 0, 60, 0xff, 3, 0, 0x21};
	uint8_t msg[2048];
	size_t len = lab_client_recv(l, msg, sizeof msg);
	if (len < sizeof head || memcmp(msg, head, sizeof head) != 0 || len - sizeof head > cap)
		return 0;
	memcpy(ip, msg + sizeof head, len - sizeof head);
	return len - sizeof head;
}

/* ------------------------------------------------------------------ the host */

size_t lab_udp_packet(uint8_t *ip, uint32_t src, uint32_t dst, const void *data, size_t len)
{
	struct wr w = wr_of(ip, 28 + len);
	wr_u8(&w, 0x45);
	wr_u8(&w, 0);
	wr_u16(&w, (uint16_t)(28 + len));
	wr_u32(&w, 0x12340000);
	wr_u8(&w, 64);
	wr_u8(&w, 17);
	wr_u16(&w, 0);
	wr_u32(&w, src);
	wr_u32(&w, dst);
	wr_patch_u16(&w, 10, ip4_checksum(ip, 20, 0));
	wr_u16(&w, LAB_PORT);
	wr_u16(&w, LAB_PORT);
	wr_u16(&w, (uint16_t)(8 + len));
	wr_u16(&w, 0);
	wr_bytes(&w, data, len);
	return 28 + len;
}

void lab_host_send(struct lab *l, const void *data, size_t len, bool df)
{
	int mode = df ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
	must(setsockopt(l->host_fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof mode) == 0,
	     "IP_MTU_DISCOVER");
	must(send(l->host_fd, data, len, 0) == (ssize_t)len, "send");
}

ssize_t lab_host_recv(struct lab *l, void *data, size_t cap)
{
	return readable(l->host_fd) ? recv(l->host_fd, data, cap, 0) : -1;
}

unsigned lab_host_mtu(struct lab *l)
{
	int mtu = 0;
	socklen_t len = sizeof mtu;
	must(getsockopt(l->host_fd, IPPROTO_IP, IP_MTU, &mtu, &len) == 0, "IP_MTU");
	return (unsigned)mtu;
}

int lab_host_tcp(struct lab *l)
{
	struct timeval second = {1, 0};
	go(l->ns_outside);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
	go(l->ns_inside);
	must(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) == 0,
	     "raw socket");
	return fd;
}

uint64_t lab_drops(struct lab *l, enum drop_reason why)
{
	lab_drain(l);
	return workers_drops(l->w, why);
}
