#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/base/drop.h"
#include "core/net/netlink.h"
#include "core/net/rawesp.h"
#include "core/net/tun.h"
#include "netns.h"

#define LO(n) (0x7f000000u + (n))

static int enter(void **state)
{
	(void)state;
	return netns_enter() ? 0 : -1;
}

static void udp_batches_carry_addresses_tos_and_marks(void **state)
{
	struct udp *a, *b;
	struct err err = {0};
	struct pkt **out = packets_new(70, 4096), **in = packets_new(70, 0);
	unsigned seen = 0;
	(void)state;
	assert_int_equal(udp_open(&a, 0, 500, false, &err), 0);
	assert_int_equal(udp_open(&b, 0, 0, false, &err), 0);
	for (unsigned i = 0; i < 70; i++) {
		uint8_t data[100] = {(uint8_t)i};
		packet_fill(out[i], data, sizeof(data));
		out[i]->local = (struct ip4_end){LO(2 + i % 2), 0};
		out[i]->peer = (struct ip4_end){LO(9), 500};
		out[i]->tos = (uint8_t)(i << 2);
		out[i]->df = i & 1;
	}
	out[5]->drop = DROP_RUNT;
	assert_int_equal(udp_send(b, out, 70), 69);
	assert_true(readable(udp_fd(a)));
	for (int n; (n = udp_recv(a, in, seen ? 6 : 70)) != 0; seen += (unsigned)n) {
		assert_int_equal(n, seen ? 5 : 64);
		assert_false(udp_more(a));
		for (unsigned i = 0; i < (unsigned)n; i++) {
			unsigned k = seen + i + (seen + i >= 5);
			assert_int_equal(in[i]->len, 100);
			assert_null(pkt_put(in[i], 1));
			assert_int_equal(pkt_data(in[i])[0], k);
			assert_int_equal(in[i]->tos, (uint8_t)(k << 2));
			assert_int_equal(in[i]->peer.ip, LO(2 + k % 2));
			assert_int_equal(in[i]->peer.port, udp_port(b));
			assert_int_equal(in[i]->local.ip, LO(9));
			assert_int_equal(in[i]->local.port, 500);
			assert_int_equal(in[i]->ifindex, 1);
		}
	}
	assert_int_equal(seen, 69);
	/* An answer leaves from the address that was dialled. */
	assert_int_equal(udp_send_one(a, (struct ip4_end){LO(9), 500}, (struct ip4_end){LO(3), udp_port(b)}, "hello", 5), 0);
	assert_true(readable(udp_fd(b)));
	assert_int_equal(udp_recv(b, in, 1), 1);
	assert_int_equal(in[0]->peer.ip, LO(9));
	assert_int_equal(in[0]->peer.port, 500);
	assert_int_equal(in[0]->len, 5);
	udp_close(a);
	udp_close(b);
	packets_free(out, 70);
	packets_free(in, 70);
}

static void udp_says_what_is_too_long(void **state)
{
	struct udp *a, *b;
	struct err err = {0};
	struct pkt **out = packets_new(3, 16384), **in = packets_new(1, 0);
	static uint8_t data[10000];
	(void)state;
	sh("ip link set lo mtu 1500");
	assert_int_equal(udp_open(&a, 0, 4500, false, &err), 0);
	assert_int_equal(udp_open(&b, 0, 0, false, &err), 0);
	for (unsigned i = 0; i < 3; i++) {
		packet_fill(out[i], data, i < 2 ? sizeof(data) : 10);
		out[i]->peer = (struct ip4_end){LO(1), 4500};
		out[i]->df = i != 1;
	}
	assert_int_equal(udp_send(b, out, 3), 2);
	assert_int_equal(out[0]->drop, DROP_MTU);
	assert_int_equal(out[1]->drop, DROP_NONE); /* fragmented */
	assert_int_equal(out[2]->drop, DROP_NONE);
	assert_true(readable(udp_fd(a)));
	assert_int_equal(udp_recv(a, in, 1), 1);
	assert_int_equal(in[0]->drop, DROP_TOO_BIG);
	assert_int_equal(udp_recv(a, in, 1), 1);
	assert_int_equal(in[0]->drop, DROP_NONE);
	assert_int_equal(in[0]->len, 10);
	sh("ip link set lo mtu 65536");
	udp_close(a);
	udp_close(b);
	packets_free(out, 3);
	packets_free(in, 1);
}

/* What a flood leaves no room for is counted. */
static void udp_counts_what_the_kernel_drops(void **state)
{
	enum { SENT = 1000 };
	struct udp *a, *b;
	struct err err = {0};
	struct pkt **in = packets_new(PKT_BATCH, 0);
	int small = 16384, n;
	unsigned got = 0;
	(void)state;
	assert_int_equal(udp_open(&a, 0, 500, false, &err), 0);
	assert_int_equal(udp_open(&b, 0, 0, false, &err), 0);
	assert_int_equal(setsockopt(udp_fd(a), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	for (unsigned i = 0; i < SENT; i++)
		assert_int_equal(udp_send_one(b, (struct ip4_end){LO(3), 0}, (struct ip4_end){LO(2), 500}, "first", 5), 0);
	while ((n = udp_recv(a, in, PKT_BATCH)) > 0)
		got += (unsigned)n;
	assert_in_range(got, 1, SENT - 1);
	/* the next one tells */
	assert_int_equal(udp_send_one(b, (struct ip4_end){LO(3), 0}, (struct ip4_end){LO(2), 500}, "last", 4), 0);
	assert_true(readable(udp_fd(a)));
	assert_int_equal(udp_recv(a, in, PKT_BATCH), 1);
	assert_int_equal(ctr_get(&udp_stats(a)->rx_full), SENT - got);
	assert_int_equal(ctr_get(&udp_stats(a)->rx_pkts), got + 1);
	udp_close(a);
	udp_close(b);
	packets_free(in, PKT_BATCH);
}

static void udp_names_who_holds_the_port(void **state)
{
	struct udp *a, *b, *c;
	struct err err = {0};
	char self[64];
	(void)state;
	snprintf(self, sizeof(self), "(pid %d)", (int)getpid());
	assert_int_equal(udp_open(&a, 0, 500, false, &err), 0);
	assert_int_equal(udp_open(&b, 0, 500, false, &err), -EADDRINUSE);
	assert_non_null(strstr(err.text, "UDP port 500 is in use by "));
	assert_non_null(strstr(err.text, self));
	udp_close(a);
	/* Several of ours may share it. */
	assert_int_equal(udp_open(&a, 0, 500, true, &err), 0);
	assert_int_equal(udp_open(&c, 0, 500, true, &err), 0);
	udp_close(a);
	udp_close(c);
	assert_false(udp_port_holder(500, self, sizeof(self)));
}

static void raw_esp_comes_without_its_ip_header(void **state)
{
	struct rawesp *r;
	struct err err = {0};
	struct pkt **out = packets_new(2, 2048), **in = packets_new(4, 0);
	(void)state;
	assert_int_equal(rawesp_open(&r, false, &err), 0);
	for (unsigned i = 0; i < 2; i++) {
		packet_fill(out[i], "\x12\x34\x56\x78\x00\x00\x00\x01payload", 15);
		out[i]->local.ip = LO(3);
		out[i]->peer.ip = LO(4);
		out[i]->tos = 0xb8;
		out[i]->df = i;
	}
	assert_int_equal(rawesp_send(r, out, 2), 2);
	assert_true(readable(rawesp_fd(r)));
	assert_int_equal(rawesp_recv(r, in, 4), 2);
	assert_int_equal(in[0]->drop, DROP_NONE);
	assert_int_equal(in[0]->len, 15);
	assert_memory_equal(pkt_data(in[0]), "\x12\x34\x56\x78", 4);
	assert_int_equal(in[0]->peer.ip, LO(3));
	assert_int_equal(in[0]->local.ip, LO(4));
	assert_int_equal(in[0]->tos, 0xb8);
	assert_int_equal(in[0]->peer.port, 0);
	rawesp_close(r);
	packets_free(out, 2);
	packets_free(in, 4);
}

/* An echo request from a client behind the device to the host's own address. */
static size_t echo_request(uint8_t *p, uint32_t src, uint32_t dst)
{
	struct wr w = wr_of(p, 64);
	wr_u32(&w, 0x45b80000u + 28);
	wr_u32(&w, 0x4000);
	wr_u32(&w, 0x40010000);
	wr_u32(&w, src);
	wr_u32(&w, dst);
	wr_u32(&w, 0x08000000);
	wr_u32(&w, 0x00010001);
	wr_patch_u16(&w, 10, ip4_checksum(p, 20, 0));
	wr_patch_u16(&w, 22, ip4_checksum(p + 20, 8, 0));
	return wr_len(&w);
}

/* So many small packets that nobody takes yet: they wait. */
static unsigned burst_through(struct tun *t, struct pkt **p, uint32_t dst, unsigned n)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(dst)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), got;
	unsigned all = 0;
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(sendto(fd, "burst", 5, 0, (struct sockaddr *)&to, sizeof to), 5);
	close(fd);
	while ((got = tun_recv(t, p, 4)) > 0)
		all += (unsigned)got;
	return all;
}

static void tun_joins_the_hosts_routing(void **state)
{
	struct tun t, second;
	struct netlink *nl;
	struct err err = {0};
	struct pkt **p = packets_new(4, 4096);
	uint8_t echo[64];
	(void)state;
	assert_int_equal(netlink_open(&nl, &err), 0);
	if (tun_open(&t, 1, TUN_NAME, 1400, OFFLOAD_ALL, &err)) {
		print_message("%s\n", err.text);
		packets_free(p, 4);
		netlink_close(nl);
		skip();
	}
	struct netlink_link l;
	assert_int_equal(netlink_link_get(nl, TUN_NAME, 0, &l), 0);
	assert_int_equal(l.index, t.ifindex);
	assert_int_equal(l.mtu, 1400);
	assert_true(l.up);
	struct netlink_route r = {.dst = 0x0a090000, .bits = 24, .index = t.ifindex};
	assert_int_equal(netlink_route_add(nl, &r, &err), 0);
	assert_int_equal(tun_recv(&t, p, 4), 0);
	packet_fill(p[0], echo, echo_request(echo, 0x0a090007, LO(1)));
	sh("ip addr add 192.0.2.9/32 dev lo");
	packet_fill(p[0], echo, echo_request(echo, 0x0a090007, 0xc0000209));
	packet_fill(p[1], "\x00", 1);
	assert_int_equal(tun_send(&t, p, 2), 1);
	assert_int_equal(p[1]->drop, DROP_TUN_WRITE);
	assert_true(readable(t.fd));
	assert_int_equal(tun_recv(&t, p, 4), 1);
	assert_int_equal(p[0]->len, 28);
	assert_int_equal(p[0]->tos, 0xb8);
	assert_int_equal(pkt_data(p[0])[20], 0); /* echo reply */
	assert_int_equal(burst_through(&t, p, 0x0a090007, 1500), 1500);
	assert_int_equal(tun_open(&second, 1, TUN_NAME, 1400, OFFLOAD_ALL, &err), -EBUSY);
	assert_non_null(strstr(err.text, "belongs to another program"));
	tun_close(&t);
	assert_int_equal(netlink_link_get(nl, TUN_NAME, 0, &l), -ENODEV);
	netlink_close(nl);
	packets_free(p, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(udp_batches_carry_addresses_tos_and_marks),
	        cmocka_unit_test(udp_says_what_is_too_long),
	        cmocka_unit_test(udp_counts_what_the_kernel_drops),
	        cmocka_unit_test(udp_names_who_holds_the_port),
	        cmocka_unit_test(raw_esp_comes_without_its_ip_header),
	        cmocka_unit_test(tun_joins_the_hosts_routing),
	};
	if (enter(NULL)) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
