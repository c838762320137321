#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "flows.h"

enum { N = 700 };

static uint8_t super[65536], area[N * 512 + TUN_GSO_AREA];
static struct pkt store[N], *made[N];

static int setup(void **state)
{
	(void)state;
	flows_seed(7);
	for (unsigned i = 0; i < N; i++)
		made[i] = &store[i];
	return 0;
}

static struct flow tcp(void)
{
	return (struct flow){.proto = PROTO_TCP, .tos = 0x10, .df = true, .id = 0xfffe, .id_step = 1, .sport = 80,
	                     .dport = 4000, .window = 500, .src = 0x0a000001, .dst = 0x0a4e0001, .seq = 0xfffff000,
	                     .ack = 77, .options = 12};
}

static struct flow udp(void)
{
	struct flow f = tcp();
	f.proto = PROTO_UDP;
	f.options = 0;
	return f;
}

/* What the host gives for the flow's next `payload` bytes; what packets it should come to is what flows_packet makes of
 * the flow before. */
static uint32_t host_gives(struct flow *f, uint32_t payload, uint16_t flags, uint16_t size, struct virtio_net_hdr *h)
{
	struct pkt *p = flows_packet(f, payload, flags);
	uint32_t len = p->len, l4 = IP_HEADER + f->ip_options;
	bool is_tcp = f->proto == PROTO_TCP;
	*h = (struct virtio_net_hdr){
	        .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
	        .gso_type = is_tcp ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_UDP_L4,
	        .gso_size = size,
	        .csum_start = (uint16_t)l4,
	        .csum_offset = is_tcp ? TCP_SUM_AT : UDP_SUM_AT,
	};
	memcpy(super, pkt_data(p), len);
	free(p);
	return len;
}

static unsigned cut(const struct virtio_net_hdr *h, uint32_t len)
{
	struct tun_gso g;
	size_t used;
	assert_int_equal(tun_gso_begin(&g, h, super, len), DROP_NONE);
	assert_true(tun_gso_more(&g));
	unsigned n = tun_gso_cut(&g, area, sizeof(area), &used, made, N);
	assert_false(tun_gso_more(&g));
	return n;
}

/* The packets are those that the flow would have sent one by one, with room around them. */
static void check_pieces(struct flow f, uint32_t payload, uint16_t size, uint16_t first, uint16_t middle, uint16_t last,
                         uint32_t len)
{
	uint32_t at = 0, headers = len - payload;
	for (unsigned i = 0; at < payload; i++) {
		uint32_t n = payload - at < size ? payload - at : size;
		struct pkt *want = flows_packet(&f, n, at + n == payload ? last : i == 0 ? first : middle);
		memcpy(pkt_data(want) + headers, super + headers + at, n);
		flows_checksums(want);
		assert_int_equal(made[i]->len, want->len);
		assert_memory_equal(pkt_data(made[i]), pkt_data(want), want->len);
		assert_int_equal(made[i]->off, PKT_HEADROOM);
		assert_non_null(pkt_put(made[i], PKT_TAILROOM));
		free(want);
		at += n;
	}
}

static void tcp_is_cut_as_the_host_would(void **state)
{
	static const struct {
		uint32_t payload;
		uint16_t size;
		uint32_t options, ip_options;
	} cases[] = {{65000, 1348, 12, 0}, {1349, 1348, 0, 0}, {2696, 1348, 12, 0}, {3001, 997, 20, 40},
	             {65440, 100, 12, 0},  {100, 1348, 12, 0}, {5, 1, 0, 4}};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow f = tcp(), was;
		struct virtio_net_hdr h;
		f.options = cases[i].options;
		f.ip_options = cases[i].ip_options;
		was = f;
		uint32_t len = host_gives(&f, cases[i].payload, TCP_ACK | TCP_PSH | TCP_FIN | TCP_CWR | TCP_ECE,
		                          cases[i].size, &h);
		h.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
		unsigned n = cut(&h, len);
		assert_int_equal(n, (cases[i].payload + cases[i].size - 1) / cases[i].size);
		check_pieces(was, cases[i].payload, cases[i].size, TCP_ACK | TCP_CWR | TCP_ECE, TCP_ACK | TCP_ECE,
		             TCP_ACK | TCP_PSH | TCP_FIN | TCP_ECE | (n == 1 ? TCP_CWR : 0), len);
	}
}

static void udp_is_cut_as_the_host_would(void **state)
{
	struct flow f = udp(), was = f;
	struct virtio_net_hdr h;
	(void)state;
	uint32_t len = host_gives(&f, 10001, 0, 1200, &h);
	assert_int_equal(cut(&h, len), 9);
	check_pieces(was, 10001, 1200, 0, 0, 0, len);
}

static void what_does_not_fit_is_made_next_time(void **state)
{
	struct flow f = tcp(), was = f;
	struct virtio_net_hdr h;
	struct tun_gso g;
	size_t used, at = 0;
	unsigned n = 0, calls = 0;
	(void)state;
	uint32_t len = host_gives(&f, 60000, TCP_ACK | TCP_PSH, 536, &h);
	assert_int_equal(tun_gso_begin(&g, &h, super, len), DROP_NONE);
	for (; tun_gso_more(&g); calls++) {
		n += tun_gso_cut(&g, area + at, sizeof(area) - at, &used, made + n, 64);
		at += used;
	}
	assert_int_equal(calls, 2);
	assert_int_equal(n, 112);
	check_pieces(was, 60000, 536, TCP_ACK, TCP_ACK, TCP_ACK | TCP_PSH, len);
	/* An area that is full before the caller's packets are. */
	assert_int_equal(tun_gso_begin(&g, &h, super, len), DROP_NONE);
	assert_int_equal(tun_gso_cut(&g, area, 3 * 1024, &used, made, N), 3);
	assert_true(used <= 3 * 1024);
	assert_true(tun_gso_more(&g));
}

static void checksums_of_single_packets_are_completed(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct flow f = i ? udp() : tcp();
		struct tun_gso g;
		struct pkt *p = flows_packet(&f, 333, TCP_ACK);
		uint32_t n = p->len - IP_HEADER;
		struct virtio_net_hdr h = {.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		                           .csum_start = IP_HEADER,
		                           .csum_offset = i ? UDP_SUM_AT : TCP_SUM_AT};
		memcpy(super, pkt_data(p), p->len);
		struct wr w = wr_of(super, p->len);
		wr_space(&w, p->len);
		wr_patch_u16(&w, IP_HEADER + h.csum_offset,
		             (uint16_t)~ip4_checksum(super, 0, ip4_pseudo_sum(f.src, f.dst, f.proto, (uint16_t)n)));
		assert_int_equal(tun_gso_begin(&g, &h, super, p->len), DROP_NONE);
		assert_false(tun_gso_more(&g));
		assert_memory_equal(super, pkt_data(p), p->len);
		free(p);
	}
}

static void headers_that_lie_are_refused(void **state)
{
	struct flow f = tcp();
	struct virtio_net_hdr good, h;
	struct tun_gso g;
	uint8_t keep[128];
	uint32_t len = host_gives(&f, 5000, TCP_ACK, 1000, &good);
	(void)state;
	memcpy(keep, super, sizeof(keep));
#define REFUSED(change)                                                                                               \
	do {                                                                                                          \
		h = good;                                                                                             \
		change;                                                                                               \
		assert_int_equal(tun_gso_begin(&g, &h, super, len), DROP_VNET);                                       \
		assert_false(tun_gso_more(&g));                                                                       \
		memcpy(super, keep, sizeof(keep));                                                                    \
	} while (0)
	REFUSED(h.gso_size = 0);
	REFUSED(h.gso_type = VIRTIO_NET_HDR_GSO_TCPV6);
	REFUSED(h.gso_type = VIRTIO_NET_HDR_GSO_UDP);
	REFUSED(h.gso_type = 0x7f);
	REFUSED(h.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4); /* but it is TCP */
	REFUSED(super[0] = 0x65);
	REFUSED(super[0] = 0x44);
	REFUSED(super[3]++);
	REFUSED(super[6] = 0x20);
	REFUSED(super[32] = 0x40);
	REFUSED(h.gso_type = 0; h.csum_start = 0xffff; h.csum_offset = 0xffff);
	REFUSED(h.gso_type = 0; h.csum_start = (uint16_t)len; h.csum_offset = 0);
	REFUSED(h.gso_type = 0; h.csum_start = (uint16_t)(len - 16));
	REFUSED(h.gso_type = 0; h.csum_start = 8);
	h = good;
	for (uint32_t shorter = 0; shorter < 53; shorter++)
		assert_int_equal(tun_gso_begin(&g, &h, super, shorter), DROP_VNET);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(tcp_is_cut_as_the_host_would),
	        cmocka_unit_test(udp_is_cut_as_the_host_would),
	        cmocka_unit_test(what_does_not_fit_is_made_next_time),
	        cmocka_unit_test(checksums_of_single_packets_are_completed),
	        cmocka_unit_test(headers_that_lie_are_refused),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
