#include "tests/unit/base/unit.h"

#include <stdlib.h>
#include <string.h>

#include "core/net/ipfrag.h"

enum { N = 8, CAP = PKT_HEADROOM + 2048 };

static uint8_t areas[N + 1][CAP];
static struct pkt pkts[N + 1];
static struct pkt *out[N];

/* An IPv4 packet of `payload` bytes behind `options` bytes of options. */
static struct pkt *packet(size_t payload, const uint8_t *options, size_t noptions, uint16_t flags)
{
	for (int i = 0; i <= N; i++) {
		pkts[i].buf = areas[i];
		pkts[i].cap = CAP;
		pkt_reset(&pkts[i]);
		if (i < N)
			out[i] = &pkts[i];
	}
	struct pkt *p = &pkts[N];
	size_t header = 20 + noptions;
	uint8_t *d = pkt_put(p, (uint32_t)(header + payload));
	struct wr w = wr_of(d, header + payload);
	wr_u8(&w, (uint8_t)(0x40 | header / 4));
	wr_u8(&w, 0);
	wr_u16(&w, (uint16_t)(header + payload));
	wr_u16(&w, 0x1234);
	wr_u16(&w, flags);
	wr_u8(&w, 64);
	wr_u8(&w, 17);
	wr_u16(&w, 0);
	wr_u32(&w, 0x0a000001);
	wr_u32(&w, 0x0a000002);
	wr_bytes(&w, options, noptions);
	for (size_t i = 0; i < payload; i++)
		wr_u8(&w, (uint8_t)i);
	return p;
}

static uint16_t field(const struct pkt *p, size_t at)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, at);
	return rd_u16(&r);
}

static void pieces_cover_the_packet(void **state)
{
	(void)state;
	struct pkt *p = packet(1500, NULL, 0, 0);
	unsigned n = ipfrag_split(p, 576, out, N);
	assert_int_equal(n, 3);
	size_t at = 0;
	for (unsigned i = 0; i < n; i++) {
		assert_true(out[i]->len <= 576);
		assert_int_equal(field(out[i], 2), out[i]->len);
		assert_int_equal(field(out[i], 4), 0x1234);
		assert_int_equal(field(out[i], 6), (i + 1 < n ? 0x2000 : 0) | at / 8);
		assert_int_equal(ip4_checksum(pkt_data(out[i]), 20, 0), 0);
		assert_memory_equal(pkt_data(out[i]) + 20, pkt_data(p) + 20 + at, out[i]->len - 20);
		at += out[i]->len - 20;
	}
	assert_int_equal(at, 1500);
}

static void a_fragment_is_split_further(void **state)
{
	(void)state;
	struct pkt *p = packet(1000, NULL, 0, 0x2000 | 100);
	unsigned n = ipfrag_split(p, 576, out, N);
	assert_int_equal(n, 2);
	assert_int_equal(field(out[0], 6), 0x2000 | 100);
	assert_int_equal(field(out[1], 6), 0x2000 | (100 + 552 / 8)); /* more follow, as before */
}

static void only_copied_options_go_on(void **state)
{
	(void)state;
	/* record route (not copied), then loose source route (copied), end */
	static const uint8_t options[] = {7, 3, 4, 0x83, 3, 4, 0, 0};
	struct pkt *p = packet(1000, options, sizeof options, 0);
	unsigned n = ipfrag_split(p, 576, out, N);
	assert_int_equal(n, 2);
	assert_memory_equal(pkt_data(out[0]) + 20, options, sizeof options);
	static const uint8_t later[] = {1, 1, 1, 0x83, 3, 4, 0, 0};
	assert_memory_equal(pkt_data(out[1]) + 20, later, sizeof later);
	assert_int_equal(ip4_checksum(pkt_data(out[1]), 28, 0), 0);
}

static void a_fragment_at_the_end_of_all_datagrams(void **state)
{
	(void)state;
	/* Ends at 65535 exactly, and just beyond. */
	assert_int_equal(ipfrag_split(packet(1007, NULL, 0, 8066), 576, out, N), 2);
	assert_int_equal(field(out[1], 6), 8066 + 552 / 8);
	assert_int_equal(ipfrag_split(packet(1008, NULL, 0, 8066), 576, out, N), 0);
	assert_int_equal(ipfrag_split(packet(1000, NULL, 0, 8191), 576, out, N), 0);
}

static void pieces_are_whole_blocks_of_eight(void **state)
{
	(void)state;
	for (uint16_t mtu = 68; mtu < 400; mtu++) {
		size_t at = 0;
		unsigned n = ipfrag_split(packet(330, NULL, 0, 0), mtu, out, N);
		for (unsigned i = 0; i < n; i++) {
			assert_true(out[i]->len <= mtu);
			assert_int_equal(field(out[i], 6) & 0x1fff, at / 8);
			if (i + 1 < n)
				assert_int_equal((out[i]->len - 20) % 8, 0);
			at += out[i]->len - 20;
		}
		assert_int_equal(at, n > 0 ? 330 : 0);
	}
	assert_int_equal(ipfrag_split(packet(330, NULL, 0, 0), 350, out, N), 1);
}

static void what_cannot_be_split_is_refused(void **state)
{
	(void)state;
	assert_int_equal(ipfrag_split(packet(1000, NULL, 0, 0x4000), 576, out, N), 0); /* DF */
	assert_int_equal(ipfrag_split(packet(1500, NULL, 0, 0), 68, out, N), 0); /* more than N */
	assert_int_equal(ipfrag_split(packet(1500, NULL, 0, 0), 40, out, N), 0); /* MTU */
	struct pkt *p = packet(100, NULL, 0, 0);
	pkt_trim(p, 60); /* shorter than it says */
	assert_int_equal(ipfrag_split(p, 576, out, N), 0);
	static const uint8_t bad[] = {7, 200, 4, 0}; /* option longer than the header */
	assert_int_equal(ipfrag_split(packet(1000, bad, sizeof bad, 0), 576, out, N), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(pieces_cover_the_packet),
	        cmocka_unit_test(a_fragment_is_split_further),
	        cmocka_unit_test(only_copied_options_go_on),
	        cmocka_unit_test(a_fragment_at_the_end_of_all_datagrams),
	        cmocka_unit_test(pieces_are_whole_blocks_of_eight),
	        cmocka_unit_test(what_cannot_be_split_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
