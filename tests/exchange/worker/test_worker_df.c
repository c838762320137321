/* What leaves on the wire, of packets around what the path takes: every df-bit policy with both kinds of fragmentation, and
 * DF of the sender set and clear. Seen where the other end's cables are: whole packets and pieces outside, ICMP inside. */
#include "tests/unit/base/unit.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/prim/prim.h"
#include "tests/exchange/worker/lab.h"

static struct lab *const l = &lab_one;
static int outside, inside; /* see what passes v1, v3 */

enum { IP_DF_BIT = 0x4000, IP_MF_BIT = 0x2000, IP_OFFSET_BITS = 0x1fff, UDP_HEADERS = 28, PROTO_ESP = 50 };

/* ------------------------------------------------------------------ the wire */

static int listener(const char *device)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
	                         .sll_protocol = htons(ETH_P_IP),
	                         .sll_ifindex = (int)if_nametoindex(device)};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0 && at.sll_ifindex > 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	return fd;
}

static int setup(void **state)
{
	lab_offloads &= ~(uint32_t)OFFLOAD_UDP_GSO; /* what is sent as one is seen as one */
	if (lab_setup(state) != 0)
		return -1;
	assert_int_equal(setns(l->ns_outside, CLONE_NEWNET), 0);
	outside = listener("v1");
	inside = listener("v3");
	assert_int_equal(setns(l->ns_inside, CLONE_NEWNET), 0);
	return 0;
}

static int teardown(void **state)
{
	close(outside);
	close(inside);
	return lab_teardown(state);
}

/* The next packet that comes from the appliance by a cable, at most wait_ms later; its length, 0 = none. */
static size_t next(int fd, uint8_t *ip, size_t cap, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	struct sockaddr_ll from = {0};
	socklen_t len = sizeof from;
	while (poll(&p, 1, wait_ms) == 1) {
		ssize_t n = recvfrom(fd, ip, cap, 0, (struct sockaddr *)&from, &len);
		if (n > 0 && from.sll_pkttype == PACKET_HOST)
			return (size_t)n;
	}
	return 0;
}

/* ESP outside: how many whole packets and pieces of one, whether all had DF, and the longest of them. */
struct seen {
	unsigned whole, pieces;
	bool df, no_df;
	size_t longest;
	uint8_t first[2048]; /* the packet that came first */
	size_t first_len;
};

/* Waits for the bytes of `packets` whole ones or of what was cut out of them; then there must be none left. */
static void watch(struct seen *s, unsigned packets)
{
	uint8_t ip[2048];
	unsigned ends = 0;
	size_t len;
	*s = (struct seen){0};
	while ((len = next(outside, ip, sizeof ip, ends < packets ? 2000 : 0)) > 0) {
		uint16_t flags = (uint16_t)(ip[6] << 8 | ip[7]);
		if (s->first_len == 0)
			memcpy(s->first, ip, s->first_len = len);
		ends += (flags & IP_MF_BIT) == 0;
		s->pieces += (flags & (IP_MF_BIT | IP_OFFSET_BITS)) != 0;
		s->whole += (flags & (IP_MF_BIT | IP_OFFSET_BITS)) == 0;
		s->df = s->df || (flags & IP_DF_BIT) != 0;
		s->no_df = s->no_df || (flags & IP_DF_BIT) == 0;
		s->longest = len > s->longest ? len : s->longest;
	}
}

/* The MTU of the next "fragmentation needed" for the host, 0 = none comes. */
static unsigned told(int wait_ms)
{
	uint8_t ip[2048];
	size_t len;
	while ((len = next(inside, ip, sizeof ip, wait_ms)) > 0)
		if (len >= 28 + 28 && ip[9] == 1 && ip[20] == 3 && ip[21] == 4)
			return (unsigned)(ip[26] << 8 | ip[27]);
	return 0;
}

/* An IP packet of size bytes from the host, which does not cut and believes nothing of the path itself. */
static void host_sends(size_t size, bool df)
{
	static const uint8_t data[2048];
	int mode = df ? IP_PMTUDISC_PROBE : IP_PMTUDISC_INTERFACE, error = 0;
	socklen_t len = sizeof error;
	assert_int_equal(setsockopt(l->host_fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, sizeof mode), 0);
	getsockopt(l->host_fd, SOL_SOCKET, SO_ERROR, &error, &len); /* what it was told before */
	assert_int_equal(send(l->host_fd, data, size - UDP_HEADERS, 0), size - UDP_HEADERS);
}

/* ------------------------------------------------------------------ the table */

enum way {
	WHOLE, /* one packet outside, as long as it is */
	INSIDE, /* cut before encryption: two packets outside, two for the client */
	OUTSIDE, /* cut after it: one packet in two pieces, one for the client */
	TOLD, /* nothing leaves, the sender is told what fits */
};
enum { COPY, SET, CLEAR }; /* of struct sa_pair: df_policy */
enum { BEFORE, AFTER }; /* frag_after */
enum { PATH = 1000, FITS = 908 }; /* 1000 - 20 IP - 8 UDP - 8 ESP - 16 IV - 12 ICV = 58 blocks - 2 - 8 UDP - 6 L2TP - 4 PPP */

static const struct {
	uint8_t policy, fragmentation;
	bool df; /* of the sender */
	enum way larger; /* what becomes of a packet of FITS + 1; of one of FITS: WHOLE */
	bool df_outside;
} table[] = {
        /* policy  fragmentation  DF     larger   DF outside */
        {COPY,     BEFORE,        false, INSIDE,  false},
        {COPY,     BEFORE,        true,  TOLD,    true},
        {COPY,     AFTER,         false, OUTSIDE, false},
        {COPY,     AFTER,         true,  TOLD,    true},
        {SET,      BEFORE,        false, INSIDE,  true},
        {SET,      BEFORE,        true,  TOLD,    true},
        {SET,      AFTER,         false, INSIDE,  true}, /* nobody may cut outside */
        {SET,      AFTER,         true,  TOLD,    true},
        {CLEAR,    BEFORE,        false, INSIDE,  false},
        {CLEAR,    BEFORE,        true,  OUTSIDE, false}, /* nobody may cut inside */
        {CLEAR,    AFTER,         false, OUTSIDE, false},
        {CLEAR,    AFTER,         true,  OUTSIDE, false},
};

/* What the client has of it when all is decrypted. */
static void client_gets(size_t size, enum way way)
{
	uint8_t ip[2048];
	size_t first = lab_client_recv_ip(l, ip, sizeof ip);
	if (way != INSIDE) {
		assert_int_equal(first, size);
		return;
	}
	assert_in_range(first, 20 + 8, FITS);
	assert_int_equal(first + lab_client_recv_ip(l, ip, sizeof ip), size + 20);
}

static void goes(size_t i, size_t size, enum way way)
{
	struct seen s;
	host_sends(size, table[i].df);
	if (way == TOLD) {
		assert_int_equal(told(2000), FITS);
		lab_drain(l);
		watch(&s, 0);
		assert_int_equal(s.whole + s.pieces, 0);
		return;
	}
	watch(&s, way == INSIDE ? 2 : 1);
	assert_int_equal(s.whole, way == WHOLE ? 1 : way == INSIDE ? 2 : 0);
	assert_int_equal(s.pieces, way == OUTSIDE ? 2 : 0);
	assert_int_equal(s.df, table[i].df_outside);
	assert_int_equal(s.no_df, !table[i].df_outside);
	assert_true(s.longest <= PATH);
	client_gets(size, way);
	assert_int_equal(told(0), 0);
}

static void each_policy(void **state)
{
	(void)state;
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	lab_connected(l, 1400);
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		print_message("policy %u, fragmentation %u, DF %d\n", table[i].policy, table[i].fragmentation, table[i].df);
		l->want.df_policy = table[i].policy;
		l->want.frag_after = table[i].fragmentation == AFTER;
		uint32_t spi = lab_sa(l, true, true);
		goes(i, FITS, WHOLE);
		goes(i, FITS + 1, table[i].larger);
		lab_sa_remove(l, spi);
	}
}

/* Larger than the session takes, whatever the path: cut inside or told, by every policy; and what was cut may be cut once more. */
static void larger_than_the_session(void **state)
{
	struct seen s;
	uint8_t ip[2048];
	(void)state;
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	l->want.frag_after = true;
	l->want.df_policy = CLEAR;
	lab_connected(l, 1300);
	host_sends(1301, true);
	assert_int_equal(told(2000), 1300);
	host_sends(1301, false);
	watch(&s, 2);
	assert_int_equal(s.pieces, 2); /* of the first part */
	assert_int_equal(s.whole, 1);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), 1300); /* 1280 of data: whole blocks of 8 */
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), 21);
}

/* ------------------------------------------------------------------ how much fits, by transform and encapsulation */

static void each_transform(void **state)
{
	static const struct {
		bool udp;
		enum esp_mac mac;
		unsigned path, fits;
	} rows[] = {
	        /* path - IP - UDP - ESP - IV - ICV, in blocks of 16, - 2 of ESP - 8 UDP - 6 L2TP - 4 PPP */
	        {true, ESP_MAC_SHA1, 1008, 924},    /* 944 */
	        {true, ESP_MAC_SHA256, 1008, 908},  /* 940: 928 */
	        {false, ESP_MAC_SHA1, 1000, 924},   /* 944 */
	        {false, ESP_MAC_SHA256, 1000, 908}, /* 940: 928 */
	};
	(void)state;
	l->want.df_policy = COPY;
	lab_session(l, 1400);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char line[64];
		struct seen s;
		uint8_t ip[2048];
		print_message("transform %zu\n", i);
		snprintf(line, sizeof line, "ip link set v0 mtu %u", rows[i].path);
		assert_int_equal(system(line), 0);
		l->want.mac = rows[i].mac;
		uint32_t spi = lab_sa(l, rows[i].udp, true);
		host_sends(rows[i].fits, true);
		watch(&s, 1);
		assert_int_equal(s.whole, 1);
		assert_in_range(s.longest, rows[i].path - 15, rows[i].path); /* one block more would not fit */
		assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), rows[i].fits);
		host_sends(rows[i].fits + 1, true);
		assert_int_equal(told(2000), rows[i].fits);
		lab_sa_remove(l, spi);
	}
}

/* ------------------------------------------------------------------ a router on the way says so */

/* ICMP "fragmentation needed" about a packet of ours, as a router further out sends it. */
static void router_says(const struct seen *s, uint16_t mtu)
{
	uint8_t icmp[8 + 28] = {3, 4};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(LAB_SERVER)};
	struct wr w = wr_of(icmp, sizeof icmp);
	wr_space(&w, 6);
	wr_u16(&w, mtu);
	wr_bytes(&w, s->first, 28);
	assert_true(wr_ok(&w));
	wr_patch_u16(&w, 2, ip4_checksum(icmp, sizeof icmp, 0));
	assert_int_equal(setns(l->ns_outside, CLONE_NEWNET), 0);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	assert_int_equal(setns(l->ns_inside, CLONE_NEWNET), 0);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, icmp, sizeof icmp, 0, (struct sockaddr *)&to, sizeof to), sizeof icmp);
	close(fd);
}

static void narrow_further_out(bool udp, unsigned fits)
{
	struct seen s;
	struct sa_stats stats;
	uint8_t ip[2048];
	l->want.df_policy = COPY;
	workers_set_pmtu_aging(l->w, 600);
	uint32_t spi = lab_sa(l, udp, true);
	host_sends(1300, true);
	watch(&s, 1);
	assert_int_equal(s.whole, 1);
	assert_int_equal(s.first[9], udp ? IPPROTO_UDP : PROTO_ESP);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), 1300);
	assert_int_equal(told(0), 0);
	router_says(&s, 900);
	host_sends(1300, true);
	assert_int_equal(told(2000), fits);
	lab_drain(l);
	watch(&s, 0);
	assert_int_equal(s.whole + s.pieces, 0);
	assert_true(workers_sa_ops.stats(l->w, spi, &stats));
	assert_int_equal(stats.path_mtu, 900);
	assert_true(stats.path_until_ms > 0 && stats.path_until_ms != UINT64_MAX);
	assert_int_equal(stats.pmtu_rcvd, 1);
	assert_int_equal(stats.pmtu_sent, 1);
	/* what it was told passes */
	host_sends(fits, true);
	watch(&s, 1);
	assert_int_equal(s.whole, 1);
	assert_true(s.longest <= 900);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), fits);
	lab_sa_remove(l, spi);
}

static void a_router_says_so_of_udp(void **state)
{
	(void)state;
	lab_session(l, 1400);
	narrow_further_out(true, 812); /* 900 - 20 - 8 - 8 - 16 - 12 = 836: 832 - 2 - 18 */
}

static void a_router_says_so_of_esp(void **state)
{
	(void)state;
	lab_session(l, 1400);
	narrow_further_out(false, 812); /* 844: 832 */
}

/* ------------------------------------------------------------------ the other way */

/* The client's way is narrow: its packets come in pieces, and are put together for both encapsulations. */
static void pieces_of_a_client(void **state)
{
	uint8_t ip[1400], data[1272] = {0}, got[1400];
	(void)state;
	lab_outside(l, "ip link set v1 mtu 700");
	size_t len = lab_udp_packet(ip, LAB_USER, LAB_HOST, data, sizeof data);
	lab_session(l, 1400);
	for (int udp = 0; udp < 2; udp++) {
		uint32_t spi = lab_sa(l, udp == 1, true);
		lab_client_ip(l, ip, len);
		assert_int_equal(lab_host_recv(l, got, sizeof got), sizeof data);
		lab_sa_remove(l, spi);
	}
}

#define DF_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        DF_TEST(each_policy),
	        DF_TEST(larger_than_the_session),
	        DF_TEST(each_transform),
	        DF_TEST(a_router_says_so_of_udp),
	        DF_TEST(a_router_says_so_of_esp),
	        DF_TEST(pieces_of_a_client),
	};
	return LAB_RUN(tests);
}
