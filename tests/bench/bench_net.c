/* What the kernel charges for a packet on its way in and out, alone and with others: thread CPU time of core/net's calls
 * between namespaces. What is sent ends in a route to nowhere behind a veth pair, so its whole way is paid here. A line
 * each: name, value, unit; medians. bench_net [NAME]: those that begin so. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/drop.h"
#include "core/net/rawesp.h"
#include "core/net/tun.h"
#include "core/net/vnet.h"

enum {
	LEN = 1400,
	ROUNDS = 400,
	AREA = PKT_HEADROOM + LEN + PKT_TAILROOM,
	OURS = 0x0a010001,  /* 10.1.0.1 */
	THEIRS = 0x0a010002,
	CLIENT = 0x0a4e0001, /* behind the device */
	NOWHERE = 0x0a020001, /* 10.2.0.0/16 ends at them */
	PORT = 4500,
};

static int ours, theirs; /* namespaces */
static uint8_t area[PKT_BATCH][AREA];
static struct pkt out_store[PKT_BATCH], in_store[PKT_BATCH], *out[PKT_BATCH], *in[PKT_BATCH];

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void sh(const char *line)
{
	if (system(line) != 0)
		fail(line);
}

static void go(int net)
{
	if (setns(net, CLONE_NEWNET) != 0)
		fail("setns");
}

static int net_new(void)
{
	if (unshare(CLONE_NEWNET) != 0)
		fail("a network namespace");
	return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
}

static void nets_make(void)
{
	char line[160];
	theirs = net_new();
	ours = net_new();
	snprintf(line, sizeof line, "ip link add v0 type veth peer name v1 netns /proc/%d/fd/%d", (int)getpid(), theirs);
	sh(line);
	sh("ip link set lo up; ip addr add 10.1.0.1/24 dev v0; ip link set v0 up; ip route add 10.2.0.0/16 via 10.1.0.2;"
	   "ip neigh replace 10.1.0.2 lladdr 02:00:00:00:00:02 dev v0; sysctl -qw net.ipv4.ip_forward=1 "
	   "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.disable_ipv6=1");
	go(theirs);
	sh("ip link set lo up; ip link set v1 address 02:00:00:00:00:02; ip addr add 10.1.0.2/24 dev v1; ip link set v1 up;"
	   "ip route add blackhole 10.2.0.0/16");
	go(ours);
}

/* ------------------------------------------------------------------------------------------- measuring */

static double now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int less(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static const char *only; /* measure what begins so */
static double cost[ROUNDS];
static unsigned n_cost;

/* Is it wanted? */
static bool wanted(const char *name)
{
	return only == NULL || strncmp(name, only, strlen(only)) == 0;
}

static void note(double ns, unsigned packets)
{
	if (packets > 0 && n_cost < ROUNDS)
		cost[n_cost++] = ns / packets;
}

static void tell(const char *name)
{
	if (n_cost == 0) {
		fprintf(stderr, "bench_net: %s: nothing arrived\n", name);
		return;
	}
	qsort(cost, n_cost, sizeof cost[0], less);
	printf("%s %.0f ns\n", name, cost[n_cost / 2]);
	fflush(stdout);
	n_cost = 0;
}

/* ------------------------------------------------------------------------------------------- packets */

/* An inner packet from a client: of flow number `flow`, the index-th of it. */
static void inner(struct pkt *p, uint8_t *buf, uint8_t proto, unsigned flow, unsigned index, uint32_t len)
{
	pkt_view(p, buf, AREA, PKT_HEADROOM, 0);
	uint8_t *d = pkt_put(p, len);
	uint32_t n = len - 20, at = proto == PROTO_TCP ? 36 : 26;
	memset(d, 0x5a, len);
	struct wr w = wr_of(d, len);
	wr_u32(&w, 0x45000000 | len);
	wr_u32(&w, index << 16 | IP_DF);
	wr_u32(&w, 64u << 24 | (uint32_t)proto << 16);
	wr_u32(&w, CLIENT);
	wr_u32(&w, NOWHERE + flow);
	wr_u32(&w, 4000u << 16 | 5001);
	if (proto == PROTO_TCP) {
		wr_u32(&w, 1 + index * (len - 40));
		wr_u32(&w, 1);
		wr_u32(&w, 0x50100000 | 500);
		wr_u32(&w, 0);
	} else {
		wr_u32(&w, n << 16);
	}
	wr_space(&w, wr_len(&w) < len ? len - wr_len(&w) : 0);
	wr_patch_u16(&w, 10, ip4_checksum(d, 20, 0));
	wr_patch_u16(&w, at, ip4_checksum(d + 20, n, ip4_pseudo_sum(CLIENT, NOWHERE + flow, proto, (uint16_t)n)));
}

static void device_open(struct tun *t, uint32_t offload)
{
	struct err err = {0};
	if (tun_open(t, 1, TUN_NAME, LEN, offload, &err) != 0) {
		fprintf(stderr, "bench_net: %s\n", err.text);
		exit(1);
	}
	sh("ip route add 10.78.0.0/16 dev " TUN_NAME);
}

/* ------------------------------------------------------------------------------------------- the device */

static void tun_write(const char *name, uint8_t proto, bool one_flow, uint32_t len, uint32_t offload)
{
	if (!wanted(name))
		return;
	struct tun t;
	device_open(&t, offload);
	for (unsigned r = 0; r < ROUNDS; r++) {
		for (unsigned i = 0; i < PKT_BATCH; i++)
			inner(out[i], area[i], proto, one_flow ? 0 : (r * PKT_BATCH + i) % 256, one_flow ? i : r, len);
		double start = now_ns();
		unsigned n = tun_send(&t, out, PKT_BATCH);
		note(now_ns() - start, n);
	}
	tun_close(&t);
	tell(name);
}

static int packet_socket(const struct tun *t)
{
	struct sockaddr_ll a = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = t->ifindex};
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) != 0)
		fail("a packet socket");
	return fd;
}

/* The host sends towards clients, singly or a super-packet; what reading that costs. */
static void tun_read(const char *name, bool super, uint32_t offload)
{
	if (!wanted(name))
		return;
	enum { PAYLOAD = 46 * (LEN - 40) };
	static uint8_t big[PAYLOAD + 64], frame[PAYLOAD + 128];
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP)};
	struct pkt p;
	struct tun t;
	device_open(&t, offload);
	int fd = packet_socket(&t);
	to.sll_ifindex = t.ifindex;
	inner(&p, area[0], PROTO_TCP, 0, 0, LEN);
	memcpy(big, pkt_data(&p), p.len);
	uint32_t len = super ? 40 + PAYLOAD : p.len;
	big[2] = (uint8_t)(len >> 8);
	big[3] = (uint8_t)len;
	struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	                           .gso_type = super ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_NONE,
	                           .hdr_len = 40,
	                           .gso_size = super ? LEN - 40 : 0,
	                           .csum_start = 20,
	                           .csum_offset = TCP_SUM_AT};
	memcpy(frame, &h, VNET_LEN);
	memcpy(frame + VNET_LEN, big, len);
	for (unsigned r = 0; r < ROUNDS; r++) {
		for (unsigned i = 0; i < (super ? 2 : PKT_BATCH); i++)
			if (sendto(fd, frame, VNET_LEN + len, 0, (struct sockaddr *)&to, sizeof to) < 0)
				fail("sendto");
		unsigned n = 0;
		double start = now_ns();
		for (int got; (got = tun_recv(&t, in, PKT_BATCH)) > 0;)
			n += (unsigned)got;
		note(now_ns() - start, n);
	}
	close(fd);
	tun_close(&t);
	tell(name);
}

/* ------------------------------------------------------------------------------------------- sockets */

static struct udp *socket_in(int net, uint16_t port, uint32_t offload)
{
	struct err err = {0};
	struct udp *u;
	go(net);
	if (udp_open(&u, 0, port, false, &err) != 0) {
		fprintf(stderr, "bench_net: %s\n", err.text);
		exit(1);
	}
	udp_offload(u, offload);
	go(ours);
	return u;
}

static void datagrams(uint32_t to, bool one_peer, uint32_t len, unsigned round)
{
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		pkt_view(out[i], area[i], AREA, PKT_HEADROOM, len);
		out[i]->peer = (struct ip4_end){to + (one_peer ? 0 : (round * PKT_BATCH + i) % 256), PORT};
		out[i]->local.ip = to == OURS ? THEIRS : OURS;
	}
}

static void udp_out(const char *name, bool one_peer, uint32_t len, uint32_t offload)
{
	if (!wanted(name))
		return;
	struct udp *u = socket_in(ours, PORT, offload);
	for (unsigned r = 0; r < ROUNDS; r++) {
		datagrams(NOWHERE, one_peer, len, r);
		double start = now_ns();
		unsigned n = udp_send(u, out, PKT_BATCH);
		note(now_ns() - start, n);
	}
	udp_close(u);
	tell(name);
}

static void udp_in(const char *name, uint32_t len, uint32_t sender, uint32_t receiver)
{
	if (!wanted(name))
		return;
	struct udp *u = socket_in(ours, PORT, receiver), *them = socket_in(theirs, PORT, sender);
	for (unsigned r = 0; r < ROUNDS; r++) {
		unsigned n = 0;
		datagrams(OURS, true, len, r);
		udp_send(them, out, PKT_BATCH);
		double start = now_ns();
		for (int got; (got = udp_recv(u, in, PKT_BATCH)) > 0;)
			n += (unsigned)got;
		note(now_ns() - start, n);
	}
	udp_close(u);
	udp_close(them);
	tell(name);
}

static void esp_out_raw(const char *name, uint32_t len)
{
	if (!wanted(name))
		return;
	struct rawesp *e;
	struct err err = {0};
	if (rawesp_open(&e, true, &err) != 0)
		exit(1);
	for (unsigned r = 0; r < ROUNDS; r++) {
		datagrams(NOWHERE, false, len, r);
		double start = now_ns();
		unsigned n = rawesp_send(e, out, PKT_BATCH);
		note(now_ns() - start, n);
	}
	rawesp_close(e);
	tell(name);
}

int main(int argc, char **argv)
{
	only = argc > 1 ? argv[1] : NULL;
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		out[i] = &out_store[i];
		in[i] = &in_store[i];
	}
	nets_make();
	tun_write("tun_write_plain_1400", PROTO_UDP, false, LEN, OFFLOAD_NONE);
	tun_write("tun_write_single_1400", PROTO_UDP, false, LEN, OFFLOAD_TUN);
	tun_write("tun_write_single_100", PROTO_UDP, false, 100, OFFLOAD_TUN);
	tun_write("tun_write_single_tcp_1400", PROTO_TCP, false, LEN, OFFLOAD_TUN);
	tun_write("tun_write_tso_1400", PROTO_TCP, true, LEN, OFFLOAD_TUN);
	tun_write("tun_write_uso_1400", PROTO_UDP, true, LEN, OFFLOAD_TUN);
	tun_read("tun_read_single_1400", false, OFFLOAD_TUN);
	tun_read("tun_read_tso_1400", true, OFFLOAD_TUN);
	udp_out("udp_send_plain_1400", false, LEN, OFFLOAD_NONE);
	udp_out("udp_send_single_1400", false, LEN, OFFLOAD_ALL);
	udp_out("udp_send_single_100", false, 100, OFFLOAD_ALL);
	udp_out("udp_send_gso_1400", true, LEN, OFFLOAD_ALL);
	esp_out_raw("esp_send_1400", LEN);
	udp_in("udp_recv_single_1400", LEN, OFFLOAD_NONE, OFFLOAD_ALL);
	udp_in("udp_recv_single_100", 100, OFFLOAD_NONE, OFFLOAD_ALL);
	udp_in("udp_recv_gro_1400", LEN, OFFLOAD_ALL, OFFLOAD_ALL);
	return 0;
}
