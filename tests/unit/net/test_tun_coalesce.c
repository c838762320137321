#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "flows.h"

enum { N = PKT_BATCH };

static struct tun_plan plan;
static struct pkt *pkts[N];
static unsigned n;

static struct flow tcp(unsigned i)
{
	return (struct flow){.proto = PROTO_TCP, .df = true, .id = 100, .id_step = 1, .sport = 80,
	                     .dport = (uint16_t)(4000 + i), .window = 500, .src = 0x0a4e0001, .dst = 0x0a000001,
	                     .seq = 0xfffff000, .ack = 77, .options = 12};
}

static void empty(void)
{
	while (n > 0)
		free(pkts[--n]);
}

static void add(struct flow *f, uint32_t payload, uint16_t flags)
{
	pkts[n++] = flows_packet(f, payload, flags);
}

static void groups_are(const char *sizes)
{
	char got[256] = "";
	size_t at = 0;
	tun_coalesce(&plan, pkts, n, true);
	for (unsigned i = 0; i < plan.n; i++)
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%u", i ? " " : "", plan.group[i].n);
	assert_string_equal(got, sizes);
	empty();
}

static void flows_are_joined_though_they_are_mixed(void **state)
{
	struct flow a = tcp(0), b = tcp(1), u = tcp(2);
	(void)state;
	u.proto = PROTO_UDP;
	for (int i = 0; i < 4; i++) {
		add(&a, 1000, TCP_ACK);
		add(&b, 1200, TCP_ACK);
		add(&u, 900, 0);
	}
	groups_are("4 4 4");
}

static void the_last_may_be_shorter_and_pushed(void **state)
{
	struct flow a = tcp(0);
	(void)state;
	add(&a, 1000, TCP_ACK);
	add(&a, 1000, TCP_ACK);
	add(&a, 300, TCP_ACK);
	add(&a, 1000, TCP_ACK);
	add(&a, 1000, TCP_ACK | TCP_PSH);
	add(&a, 1000, TCP_ACK);
	add(&a, 1001, TCP_ACK);
	groups_are("3 2 1 1");
}

/* Each of these makes the second of three packets stand alone or begin anew. */
static void what_differs_is_not_joined(void **state)
{
	static const uint16_t flags[] = {TCP_ACK | TCP_FIN, TCP_ACK | 0x02, TCP_ACK | 0x04, TCP_ACK | 0x20,
	                                 TCP_ACK | TCP_CWR, 0};
	(void)state;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct flow a = tcp(0);
		add(&a, 500, TCP_ACK);
		add(&a, 500, flags[i]);
		add(&a, 500, TCP_ACK);
		groups_are("1 1 1");
	}
#define SPLITS(change)                                                                                                \
	do {                                                                                                          \
		struct flow a = tcp(0);                                                                               \
		add(&a, 500, TCP_ACK);                                                                                \
		change;                                                                                               \
		add(&a, 500, TCP_ACK);                                                                                \
		add(&a, 500, TCP_ACK);                                                                                \
		groups_are("1 2");                                                                                    \
	} while (0)
	SPLITS(a.tos = 0x28);
	SPLITS(a.df = false);
	SPLITS(a.ack++);
	SPLITS(a.window++);
	SPLITS(a.seq++);
	SPLITS(a.seq -= 500);
	SPLITS(a.options = 8);
	SPLITS(a.id += 5);
	SPLITS(a.proto = PROTO_UDP);
	SPLITS(a.dst++);
}

static void what_cannot_be_joined_keeps_its_place(void **state)
{
	struct flow a = tcp(0);
	(void)state;
	a.ip_options = 4;
	add(&a, 500, TCP_ACK);
	add(&a, 500, TCP_ACK);
	groups_are("1 1");
	a = tcp(0); /* fragments: nothing passes them */
	add(&a, 500, TCP_ACK);
	add(&a, 500, TCP_ACK);
	pkts[1]->buf[pkts[1]->off + 6] |= 0x20;
	add(&a, 500, TCP_ACK);
	add(&a, 500, TCP_ACK);
	groups_are("1 1 2");
	add(&a, 7, TCP_ACK); /* too little to be worth it */
	add(&a, 7, TCP_ACK);
	add(&a, 0, TCP_ACK);
	add(&a, 0, TCP_ACK);
	groups_are("1 1 1 1");
}

static void identification_counts_unless_it_means_nothing(void **state)
{
	struct flow a = tcp(0);
	(void)state;
	a.id_step = 0;
	for (int i = 0; i < 3; i++)
		add(&a, 500, TCP_ACK);
	groups_are("3");
	a.df = false;
	for (int i = 0; i < 3; i++)
		add(&a, 500, TCP_ACK);
	groups_are("1 1 1");
	a.id = 0xffff;
	a.id_step = 1;
	for (int i = 0; i < 3; i++)
		add(&a, 500, TCP_ACK);
	groups_are("3");
}

static void wrong_checksums_are_not_healed(void **state)
{
	(void)state;
	for (unsigned bad = 0; bad < 4; bad++)
		for (unsigned what = 0; what < 4; what++) {
			struct flow a = tcp(0);
			if (what == 3)
				a.proto = PROTO_UDP;
			for (unsigned i = 0; i < 4; i++)
				add(&a, 500, TCP_ACK);
			uint8_t *d = pkt_data(pkts[bad]);
			d[what == 0 ? 8 : what == 1 ? 37 : pkts[bad]->len - 1] ^= 1; /* TTL, TCP checksum, payload */
			if (what == 0)
				for (unsigned i = 0; i < 4; i++) {
					if (i == bad)
						continue;
					pkt_data(pkts[i])[8] ^= 1;
					flows_checksums(pkts[i]);
				}
			tun_coalesce(&plan, pkts, n, true);
			for (unsigned i = 0; i < plan.n; i++)
				if (plan.group[i].n > 1)
					for (unsigned k = 0, at = plan.group[i].first; k < plan.group[i].n; k++, at = plan.next[at])
						assert_int_not_equal(at, bad);
			empty();
		}
}

static void udp_without_checksum_or_without_uso_goes_alone(void **state)
{
	struct flow u = tcp(0);
	(void)state;
	u.proto = PROTO_UDP;
	for (unsigned i = 0; i < 3; i++) {
		add(&u, 500, 0);
		memset(pkt_data(pkts[i]) + 26, 0, 2);
	}
	groups_are("1 1 1");
	for (unsigned i = 0; i < 3; i++)
		add(&u, 500, 0);
	tun_coalesce(&plan, pkts, n, false);
	assert_int_equal(plan.n, 3);
	empty();
}

static void a_super_packet_ends_at_64_kB(void **state)
{
	struct flow a = tcp(0);
	(void)state;
	for (unsigned i = 0; i < N; i++)
		add(&a, 1348, TCP_ACK);
	groups_are("48 16");
}

/* Voice, games, and what is sent to wear us out. */
static void small_ones_are_joined(void **state)
{
	struct flow a = tcp(0), b = tcp(1), c = tcp(2);
	(void)state;
	b.proto = c.proto = PROTO_UDP;
	for (unsigned i = 0; i < 3; i++)
		add(&a, 8, TCP_ACK);
	for (unsigned i = 0; i < 3; i++)
		add(&b, 8, 0);
	for (unsigned i = 0; i < 2; i++)
		add(&c, 7, 0);
	groups_are("3 3 1 1");
}

/* ------------------------------------------------------------------------- cut(joined(x)) == x */

static unsigned flow_of(const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, IP_HEADER + 2);
	return rd_u16(&r) - 4000u;
}

static void random_packet(struct flow *flows, unsigned k)
{
	static const uint32_t sizes[] = {0, 1, 7, 8, 36, 501, 1348};
	struct flow *f = &flows[k];
	uint32_t size = flows_random(4) ? 501 + k : sizes[flows_random(7)];
	uint16_t flags = flows_random(8) ? TCP_ACK : (uint16_t)flows_random(256);
	if (!flows_random(10))
		f->tos ^= 4;
	if (!flows_random(10))
		f->seq += 7;
	if (!flows_random(10))
		f->ack++;
	if (!flows_random(10))
		f->id += 9;
	if (!flows_random(10))
		f->df = !f->df;
	add(f, size, flags);
	if (size > 8 && !flows_random(10))
		pkt_data(pkts[n - 1])[pkts[n - 1]->len - 1 - flows_random(8)] ^= 0x40;
}

/* The packets of a flow come out as they went in, byte for byte. */
static void check_round(void)
{
	static uint8_t super[65536], area[N * 2048 + TUN_GSO_AREA];
	unsigned next[8] = {0}, seen = 0;
	tun_coalesce(&plan, pkts, n, true);
	for (unsigned i = 0; i < plan.n; i++) {
		struct pkt got[N], *out[N];
		struct virtio_net_hdr h;
		struct tun_gso g;
		size_t used;
		unsigned cut = 1;
		for (unsigned k = 0; k < N; k++)
			out[k] = &got[k];
		uint32_t len = flows_super(&plan, &plan.group[i], pkts, super, &h);
		assert_int_equal(tun_gso_begin(&g, &h, super, len), DROP_NONE);
		if (tun_gso_more(&g))
			cut = tun_gso_cut(&g, area, sizeof(area), &used, out, N);
		else
			pkt_view(out[0], super, len, 0, len);
		assert_false(tun_gso_more(&g));
		assert_int_equal(cut, plan.group[i].n);
		for (unsigned k = 0; k < cut; k++, seen++) {
			unsigned f = flow_of(out[k]), at = next[f];
			while (flow_of(pkts[at]) != f)
				at++;
			next[f] = at + 1;
			assert_int_equal(out[k]->len, pkts[at]->len);
			assert_memory_equal(pkt_data(out[k]), pkt_data(pkts[at]), pkts[at]->len);
		}
	}
	assert_int_equal(seen, n);
	empty();
}

static void joined_and_cut_again_it_is_the_same(void **state)
{
	unsigned joined = 0;
	(void)state;
	for (unsigned round = 0; round < 600; round++) {
		struct flow flows[8];
		unsigned kinds = 1 + flows_random(8), count = 1 + flows_random(N);
		for (unsigned i = 0; i < 8; i++) {
			flows[i] = tcp(i);
			flows[i].proto = i % 3 == 2 ? PROTO_UDP : PROTO_TCP;
			flows[i].df = flows_random(2);
			flows[i].options = 4 * flows_random(11);
			flows[i].seq = flows_random(1u << 31) * 2;
		}
		for (unsigned i = 0; i < count; i++)
			random_packet(flows, flows_random(kinds));
		check_round();
		joined += count - plan.n;
	}
	assert_true(joined > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(flows_are_joined_though_they_are_mixed),
	        cmocka_unit_test(the_last_may_be_shorter_and_pushed),
	        cmocka_unit_test(what_differs_is_not_joined),
	        cmocka_unit_test(what_cannot_be_joined_keeps_its_place),
	        cmocka_unit_test(identification_counts_unless_it_means_nothing),
	        cmocka_unit_test(wrong_checksums_are_not_healed),
	        cmocka_unit_test(udp_without_checksum_or_without_uso_goes_alone),
	        cmocka_unit_test(a_super_packet_ends_at_64_kB),
	        cmocka_unit_test(small_ones_are_joined),
	        cmocka_unit_test(joined_and_cut_again_it_is_the_same),
	};
	flows_seed(42);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
