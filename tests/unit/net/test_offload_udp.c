/* Many datagrams in one call, or singly: what arrives is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/drop.h"
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
	for (unsigned way = 0; way < 4; way++) {
		open_all(way & 1 ? OFFLOAD_UDP_GSO : 0, way & 2 ? OFFLOAD_UDP_GRO : 0);
		for (unsigned i = 0; i < N; i++) { /* mixed peers; runs that end shorter; marks that change */
			unsigned run = i / PEERS;
			put(i, i % PEERS, run % 9 == 8 ? 77 : run % 20 == 19 ? 1500 : 1400, run > 30 && run < 36 ? 0xb8 : 0,
			    run > 40 && i % 2);
		}
		assert_int_equal(udp_send(self, out, N), N);
		check_arrived(N);
		assert_int_equal(ctr_get(&udp_stats(self)->tx_pkts), N);
		assert_int_equal(ctr_get(&udp_stats(self)->tx_supers) > 10, way & 1);
		assert_int_equal(ctr_get(&udp_stats(peer[0])->rx_supers) > 3, way == 3);
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
	for (unsigned way = 0; way < 2; way++) {
		open_all(way ? OFFLOAD_UDP_GSO : 0, way ? OFFLOAD_UDP_GRO : 0);
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

static void names_are_checked(void **state)
{
	uint32_t allowed = OFFLOAD_ALL;
	struct err err = {0};
	(void)state;
	assert_int_equal(offload_forbid("tun-tso,udp-gro", &allowed, &err), 0);
	assert_int_equal(allowed, OFFLOAD_ALL & ~(OFFLOAD_TUN_TSO | OFFLOAD_UDP_GRO));
	assert_int_equal(offload_forbid("udp-gso,", &allowed, &err), -22);
	assert_int_equal(offload_forbid("udp", &allowed, &err), -22);
	assert_string_equal(err.text, "no offload is called \"udp\": all tun-csum tun-tso tun-uso coalesce udp-gro udp-gso");
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
	};
	if (!netns_enter()) {
		print_message("no network namespace: skipped\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
