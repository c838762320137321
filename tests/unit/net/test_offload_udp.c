/* Many datagrams in one call, or singly: what arrives is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/drop.h"
#include "core/net/pathmtu.h"
#include "core/net/udp.h"
#include "netns.h"

#define LO(n) (0x7f000000u + (n))

enum { PEERS = 3, N = 200, LONGEST = 3000 };

static struct udp *peer[PEERS], *self;
static struct pkt **out, **in;

static int setup(void **state)
{
	(void)state;
	out = packets_new(N, PKT_HEADROOM + LONGEST);
	in = packets_new(PKT_BATCH, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	packets_free(out, N);
	packets_free(in, PKT_BATCH);
	return 0;
}

static void open_all(uint32_t sender, uint32_t receiver)
{
	struct err err = {0};
	for (unsigned i = 0; i < PEERS; i++) {
		assert_int_equal(udp_open(&peer[i], LO(2 + i), 4500, false, &err), 0);
		assert_int_equal(udp_offload(peer[i], receiver), receiver);
	}
	assert_int_equal(udp_open(&self, 0, 0, false, &err), 0);
	assert_int_equal(udp_offload(self, sender), sender);
}

static void close_all(void)
{
	for (unsigned i = 0; i < PEERS; i++)
		udp_close(peer[i]);
	udp_close(self);
}

static void put(unsigned i, unsigned to, uint32_t size, uint8_t tos, bool df)
{
	uint8_t data[LONGEST];
	for (uint32_t k = 0; k < size; k++)
		data[k] = (uint8_t)(i * 7 + k);
	packet_fill(out[i], data, size);
	out[i]->peer = (struct ip4_end){LO(2 + to), 4500};
	out[i]->local.ip = LO(9);
	out[i]->tos = tos;
	out[i]->df = df;
}

/* The next that went to that peer. */
static unsigned next_to(unsigned to, unsigned i, unsigned n)
{
	while (i < n && (out[i]->drop || out[i]->peer.ip != LO(2 + to)))
		i++;
	return i;
}

/* Everything sent to a peer arrives there as it was and in its order. */
static void check_arrived(unsigned n)
{
	for (unsigned k = 0; k < PEERS; k++) {
		unsigned i = next_to(k, 0, n);
		while (i < n && (udp_more(peer[k]) || readable(udp_fd(peer[k])))) {
			int got = udp_recv(peer[k], in, 40);
			for (int j = 0; j < got; j++, i = next_to(k, i + 1, n)) {
				assert_true(i < n);
				assert_int_equal(in[j]->drop, DROP_NONE);
				assert_int_equal(in[j]->len, out[i]->len);
				assert_memory_equal(pkt_data(in[j]), pkt_data(out[i]), out[i]->len);
				assert_int_equal(in[j]->tos, out[i]->tos);
				assert_int_equal(in[j]->peer.ip, LO(9));
				assert_int_equal(in[j]->local.ip, LO(2 + k));
				assert_null(pkt_put(in[j], 1));
			}
		}
		assert_int_equal(i, n);
		assert_int_equal(udp_recv(peer[k], in, 40), 0);
	}
}

static void the_same_arrives_either_way(void **state)
{
	(void)state;
	for (unsigned way = 0; way < 8; way++) {
		open_all((way & 1 ? OFFLOAD_UDP_GSO : 0) | (way & 4 ? OFFLOAD_UDP_RAW : 0), way & 2 ? OFFLOAD_UDP_GRO : 0);
		for (unsigned i = 0; i < N; i++) { /* mixed peers; runs that end shorter; marks that change */
			unsigned run = i / PEERS;
			put(i, i % PEERS, run % 9 == 8 ? 77 : run % 20 == 19 ? 1500 : 1400, run > 30 && run < 36 ? 0xb8 : 0,
			    run > 40 && i % 2);
		}
		assert_int_equal(udp_send(self, out, N), N);
		check_arrived(N);
		assert_int_equal(ctr_get(&udp_stats(self)->tx_pkts), N);
		assert_int_equal(ctr_get(&udp_stats(self)->tx_supers) > 10, way & 1);
		assert_int_equal(ctr_get(&udp_stats(peer[0])->rx_supers) > 3, (way & 3) == 3);
		close_all();
	}
}

static void one_peer_fills_messages(void **state)
{
	(void)state;
	open_all(OFFLOAD_UDP_GSO, OFFLOAD_UDP_GRO);
	for (unsigned i = 0; i < N; i++)
		put(i, 0, 1480, 0, true);
	assert_int_equal(udp_send(self, out, N), N);
	assert_int_equal(ctr_get(&udp_stats(self)->tx_supers), 4 + 3); /* three batches of 64 as 44 and 20, then 8 */
	check_arrived(N);
	close_all();
}

/* A path that takes them only in fragments, or not at all: as without offload. */
static void what_a_path_refuses_goes_singly(void **state)
{
	(void)state;
	sh("ip link set lo mtu 1500");
	for (unsigned way = 0; way < 4; way++) {
		open_all((way & 1 ? OFFLOAD_UDP_GSO : 0) | (way & 2 ? OFFLOAD_UDP_RAW : 0), way & 1 ? OFFLOAD_UDP_GRO : 0);
		for (unsigned round = 0; round < 2; round++) {
			for (unsigned i = 0; i < 60; i++)
				put(i, i % PEERS, i < 40 ? 2000 : 1000, 0, i >= 20);
			assert_int_equal(udp_send(self, out, 60), 40);
			for (unsigned i = 0; i < 60; i++)
				assert_int_equal(out[i]->drop, i >= 20 && i < 40 ? DROP_MTU : DROP_NONE);
			check_arrived(60);
		}
		close_all();
	}
	sh("ip link set lo mtu 65536");
}

/* ------------------------------------------------------------------------------------------- headers made here */

enum { HEADERS = 28, IP_ID = 4, IP_SUM = 10, UDP_SUM = 26, TTL = 77 };

/* Sends the first n of out and gives what arrives there, as it was on the wire. */
static void on_the_wire(uint32_t sender, unsigned n, uint8_t seen[][HEADERS + LONGEST], size_t len[])
{
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	assert_true(fd >= 0);
	open_all(sender, 0);
	assert_int_equal(udp_send(self, out, n), n);
	for (unsigned i = 0; i < n; i++) {
		assert_true(readable(fd));
		ssize_t got = recv(fd, seen[i], HEADERS + LONGEST, 0);
		assert_true(got >= HEADERS);
		len[i] = (size_t)got;
	}
	close_all();
	close(fd);
}

static uint16_t u16_at(const uint8_t *at)
{
	struct rd r = rd_of(at, 2);
	return rd_u16(&r);
}

static uint16_t ip_sum(const uint8_t *ip)
{
	uint32_t sum = 0;
	for (unsigned i = 0; i < 20; i += 2)
		sum += u16_at(ip + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* What differs from datagrams of the UDP socket: the checksum (RFC 3948 §2.1), and the identification of each. */
static void headers_are_those_of_the_udp_socket(void **state)
{
	static const struct {
		uint32_t size, local, headroom;
		uint8_t to, tos;
		bool df, raw;
	} rows[] = {
	        {1400, LO(9), PKT_HEADROOM, 0, 0, false, true}, {1, LO(9), 28, 1, 0, true, true},
	        {100, LO(9), PKT_HEADROOM, 2, 2, true, true}, /* ECN alone is no mark */
	        {100, LO(9), PKT_HEADROOM, 0, 0xb8, true, false}, {100, LO(9), 27, 1, 0, false, false},
	        {100, LO(8), PKT_HEADROOM, 2, 0, false, false}, /* not from where the first comes from */
	        {0, LO(9), PKT_HEADROOM, 0, 0, false, true},
	};
	enum { ROWS = sizeof rows / sizeof rows[0] };
	static uint8_t made[ROWS][HEADERS + LONGEST], kernel[ROWS][HEADERS + LONGEST];
	size_t made_len[ROWS], kernel_len[ROWS];
	(void)state;
	sh("echo %d > /proc/sys/net/ipv4/ip_default_ttl", TTL);
	for (unsigned i = 0; i < ROWS; i++) {
		put(i, rows[i].to, rows[i].size, rows[i].tos, rows[i].df);
		memmove(out[i]->buf + rows[i].headroom, pkt_data(out[i]), rows[i].size);
		out[i]->off = rows[i].headroom;
		out[i]->local.ip = rows[i].local;
	}
	on_the_wire(0, ROWS, kernel, kernel_len);
	on_the_wire(OFFLOAD_UDP_RAW, ROWS, made, made_len);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_int_equal(made_len[i], HEADERS + rows[i].size);
		assert_int_equal(made_len[i], kernel_len[i]);
		assert_int_equal(made[i][8], TTL);
		assert_int_equal(ip_sum(made[i]), 0xffff);
		assert_int_equal(u16_at(made[i] + IP_ID) != 0, !rows[i].df);
		assert_int_equal(u16_at(made[i] + UDP_SUM) == 0, rows[i].raw);
		memcpy(made[i] + IP_ID, kernel[i] + IP_ID, 2);
		memcpy(made[i] + IP_SUM, kernel[i] + IP_SUM, 2);
		memcpy(made[i] + 20, kernel[i] + 20, 2); /* each has its port */
		memcpy(made[i] + UDP_SUM, kernel[i] + UDP_SUM, 2);
		assert_memory_equal(made[i], kernel[i], made_len[i]);
	}
	sh("echo 64 > /proc/sys/net/ipv4/ip_default_ttl");
}

/* The kernel's choice of a source, an address that is ours no more, one of two by turns. */
static void sources_change(void **state)
{
	static const uint32_t from[] = {0, LO(9), 0, 0xc0000201, LO(8)};
	static uint8_t seen[1][HEADERS + LONGEST];
	size_t len;
	(void)state;
	sh("ip addr add 192.0.2.1/32 dev lo");
	for (unsigned i = 0; i < sizeof from / sizeof from[0]; i++) {
		put(0, 0, 100, 0, false);
		out[0]->local.ip = from[i];
		on_the_wire(OFFLOAD_UDP_RAW, 1, seen, &len);
		struct rd r = rd_of(seen[0] + 12, 4);
		assert_int_equal(rd_u32(&r), from[i] ? from[i] : LO(1));
		assert_int_equal(u16_at(seen[0] + UDP_SUM), 0);
	}
	open_all(OFFLOAD_UDP_RAW, 0);
	for (unsigned i = 0; i < 20; i++) {
		put(0, 0, 100, 0, false);
		if (i % 3)
			out[0]->local.ip = 0xc0000201;
		if (i == 10)
			sh("ip addr del 192.0.2.1/32 dev lo");
		assert_int_equal(udp_send(self, out, 1), i < 10 || i % 3 == 0);
		assert_int_equal(out[0]->drop, i < 10 || i % 3 == 0 ? DROP_NONE : DROP_UDP_WRITE);
	}
	close_all();
}

/* A path narrower than the device: cut when that is allowed, else refused, as often as it is tried. */
static void a_narrow_path_cuts_or_refuses(void **state)
{
	enum { NARROW = 0xc6336401, PATH = 1280, FITS = PATH - HEADERS };
	struct err err = {0};
	struct udp *far;
	(void)state;
	sh("ip addr add 198.51.100.1/32 dev lo && ip route change local 198.51.100.1 dev lo table local mtu %d", PATH);
	for (unsigned way = 0; way < 2; way++) {
		open_all(way ? OFFLOAD_UDP_RAW : 0, 0);
		assert_int_equal(udp_open(&far, NARROW, 4500, false, &err), 0);
		for (unsigned round = 0; round < 3; round++) {
			for (unsigned i = 0; i < 8; i++) {
				put(i, 0, i % 2 ? FITS + 1 : FITS, 0, i >= 4);
				out[i]->peer.ip = NARROW;
				out[i]->local.ip = 0;
			}
			assert_int_equal(udp_send(self, out, 8), 6);
			for (unsigned i = 0; i < 8; i++) {
				assert_int_equal(out[i]->drop, i >= 4 && i % 2 ? DROP_MTU : DROP_NONE);
				if (out[i]->drop)
					continue;
				assert_true(readable(udp_fd(far)));
				assert_int_equal(udp_recv(far, in, 1), 1);
				assert_int_equal(in[0]->len, out[i]->len);
				assert_memory_equal(pkt_data(in[0]), pkt_data(out[i]), in[0]->len);
			}
		}
		assert_int_equal(path_mtu(0, NARROW), PATH);
		assert_int_equal(ctr_get(&udp_stats(self)->tx_errors), 6);
		udp_close(far);
		close_all();
	}
}

/* The host's rules for what goes out count them, and what they refuse is not tried another way. */
static void rules_of_the_host_see_them(void **state)
{
	(void)state;
	sh("nft 'add table ip own; add chain ip own out { type filter hook output priority 0; }'");
	sh("nft 'add rule ip own out ip daddr 127.0.0.3 udp dport 4500 counter drop'");
	for (unsigned way = 0; way < 2; way++) {
		open_all(way ? OFFLOAD_UDP_RAW : 0, 0);
		for (unsigned i = 0; i < 9; i++)
			put(i, i % PEERS, 100, 0, false);
		assert_int_equal(udp_send(self, out, 9), 6);
		for (unsigned i = 0; i < 9; i++)
			assert_int_equal(out[i]->drop, i % PEERS == 1 ? DROP_UDP_WRITE : DROP_NONE);
		check_arrived(9);
		/* twice each: sendmmsg tells of a refusal when it is asked again, beginning with that message */
		sh("nft list chain ip own out | grep -q 'counter packets %u '", 6 + 6 * way);
		close_all();
	}
	sh("nft delete table ip own");
}

/* A message of the control thread has no room in front. */
static void a_single_message_is_the_udp_sockets(void **state)
{
	uint8_t seen[200];
	(void)state;
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	open_all(OFFLOAD_UDP_RAW, 0);
	assert_int_equal(udp_send_one(self, (struct ip4_end){LO(9), 0}, (struct ip4_end){LO(2), 4500}, "four", 4), 0);
	assert_true(readable(fd));
	assert_int_equal(recv(fd, seen, sizeof seen, 0), HEADERS + 4);
	assert_true(u16_at(seen + UDP_SUM) != 0);
	close_all();
	close(fd);
}

static void names_are_checked(void **state)
{
	uint32_t allowed = OFFLOAD_ALL;
	struct err err = {0};
	(void)state;
	assert_int_equal(offload_forbid("tun-tso,udp-gro", &allowed, &err), 0);
	assert_int_equal(allowed, OFFLOAD_ALL & ~(OFFLOAD_TUN_TSO | OFFLOAD_UDP_GRO));
	assert_int_equal(offload_forbid("udp-gso,", &allowed, &err), -22);
	assert_int_equal(offload_forbid("udp", &allowed, &err), -22);
	assert_string_equal(err.text, "no offload is called \"udp\": all tun-csum tun-tso tun-uso coalesce udp-gro udp-gso udp-raw");
	assert_int_equal(offload_forbid("all", &allowed, &err), 0);
	assert_int_equal(allowed, OFFLOAD_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(names_are_checked),
	        cmocka_unit_test(the_same_arrives_either_way),
	        cmocka_unit_test(one_peer_fills_messages),
	        cmocka_unit_test(what_a_path_refuses_goes_singly),
	        cmocka_unit_test(headers_are_those_of_the_udp_socket),
	        cmocka_unit_test(sources_change),
	        cmocka_unit_test(a_narrow_path_cuts_or_refuses),
	        cmocka_unit_test(rules_of_the_host_see_them),
	        cmocka_unit_test(a_single_message_is_the_udp_sockets),
	};
	if (!netns_enter()) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
