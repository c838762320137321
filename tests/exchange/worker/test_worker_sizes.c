/* The packet path: packets that are larger than a session's MTU or the path takes, and who cuts them. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/prim/prim.h"
#include "tests/exchange/worker/lab.h"

static struct lab *const l = &lab_one;

static uint32_t spi;

static void connected(uint16_t mtu)
{
	spi = lab_connected(l, mtu);
}

/* Of the pair that was made last. */
static struct sa_stats esp_stats(void)
{
	struct sa_stats s;
	lab_drain(l);
	assert_true(workers_sa_ops.stats(l->w, spi, &s));
	return s;
}

#define assert_frags(s, pre_ok, pre_fail, post_ok, post_fail, pieces) \
	do {                                                          \
		assert_int_equal((s).prefrag_ok, pre_ok);             \
		assert_int_equal((s).prefrag_fail, pre_fail);         \
		assert_int_equal((s).postfrag_ok, post_ok);           \
		assert_int_equal((s).postfrag_fail, post_fail);       \
		assert_int_equal((s).frags_out, pieces);              \
	} while (0)

static void too_big_with_df_is_told_to_the_sender(void **state)
{
	uint8_t data[1372] = {0}, ip[2048];
	(void)state;
	connected(1300);
	lab_host_send(l, data, 1273, true); /* 1301 bytes */
	for (int i = 0; i < 1000 && lab_host_mtu(l) != 1300; i++)
		usleep(1000);
	assert_int_equal(lab_host_mtu(l), 1300);
	lab_drain(l);
	assert_int_equal(lab_drops(l, DROP_MTU), 1);
	assert_frags(esp_stats(), 0, 1, 0, 0, 0);
	assert_int_equal(esp_stats().pmtu_sent, 1);
	assert_int_equal(esp_stats().pmtu_rcvd, 0);
	lab_host_recv(l, ip, sizeof ip); /* the error on the socket */
	lab_host_send(l, data, 1272, true);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), 1300);
}

static void too_big_without_df_is_cut(void **state)
{
	uint8_t data[1372], ip[2048];
	size_t got = 0;
	(void)state;
	memset(data, 'x', sizeof data);
	connected(600);
	lab_host_send(l, data, sizeof data, false);
	for (int i = 0; i < 3; i++) {
		size_t len = lab_client_recv_ip(l, ip, sizeof ip);
		assert_true(len > 20 && len <= 600);
		assert_int_equal(ip4_checksum(ip, 20, 0), 0);
		got += len - 20;
	}
	assert_int_equal(got, sizeof data + 8);
	assert_int_equal(lab_totals(l).pkts_out, 3);
	assert_frags(esp_stats(), 1, 0, 0, 0, 3);
}

static void a_narrow_path_is_learned(void **state)
{
	uint8_t data[1372] = {0}, ip[2048];
	(void)state;
	connected(1400);
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	/* Without DF inside there is none outside: the kernel cuts the outer packet. */
	lab_host_send(l, data, 1100, false);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), 1128);
	lab_host_send(l, data, 1100, true);
	for (int i = 0; i < 1000 && lab_host_mtu(l) >= 1000; i++)
		usleep(1000);
	unsigned mtu = lab_host_mtu(l);
	assert_in_range(mtu, 850, 950);
	assert_int_equal(lab_totals(l).errs, 1);
	struct sa_stats s = esp_stats();
	assert_int_equal(s.errs_out, 1); /* the one from which the path was learned */
	assert_int_equal(s.pmtu_rcvd, 1);
	assert_int_equal(s.pmtu_sent, 1);
	assert_int_equal(s.postfrag_fail, 1);
	assert_int_equal(s.path_mtu, 1000);
	assert_true(s.path_until_ms == UINT64_MAX);
	lab_host_recv(l, ip, sizeof ip);
	/* What it was told fits, with DF all the way. */
	lab_host_send(l, data, mtu - 28, true);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), mtu);
}

/* crypto ipsec df-bit set-df: nobody outside may cut, so packets are cut inside. */
static void df_set_outside_cuts_inside(void **state)
{
	uint8_t data[1100] = {0}, ip[2048];
	size_t got = 0, len;
	(void)state;
	l->want.df_policy = 1;
	connected(1400);
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	lab_host_send(l, data, sizeof data, false); /* lost: from it the path is learned */
	for (int i = 0; i < 1000 && lab_totals(l).errs == 0; i++)
		usleep(1000);
	assert_int_equal(lab_totals(l).errs, 1);
	lab_host_send(l, data, sizeof data, false);
	for (int i = 0; i < 2; i++) {
		len = lab_client_recv_ip(l, ip, sizeof ip);
		assert_in_range(len, 21, 950);
		got += len - 20;
	}
	assert_int_equal(got, sizeof data + 8);
}

static void df_clear_outside_lets_the_host_cut(void **state)
{
	uint8_t data[1100] = {0}, ip[2048];
	(void)state;
	l->want.df_policy = 2;
	connected(1400);
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	lab_host_send(l, data, sizeof data, true);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), sizeof data + 28);
}

/* The path was narrow when the SA was made: packets are cut before encryption, and none is lost to learn it. */
static void a_narrow_first_hop_is_known(void **state)
{
	uint8_t data[1100] = {0}, ip[2048];
	size_t got = 0;
	(void)state;
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	connected(1400);
	lab_host_send(l, data, sizeof data, false);
	for (int i = 0; i < 2; i++) {
		size_t len = lab_client_recv_ip(l, ip, sizeof ip);
		assert_in_range(len, 21, 950);
		got += len - 20;
	}
	assert_int_equal(got, sizeof data + 8);
	/* with DF the sender is told at once */
	lab_host_send(l, data, sizeof data, true);
	for (int i = 0; i < 1000 && lab_host_mtu(l) >= 1000; i++)
		usleep(1000);
	assert_in_range(lab_host_mtu(l), 850, 950);
	assert_int_equal(lab_drops(l, DROP_MTU), 1);
	assert_int_equal(lab_totals(l).errs, 0);
}

/* crypto ipsec fragmentation after-encryption: the ESP packet is cut, the client gets the inner one whole. */
static void after_encryption_the_host_cuts(void **state)
{
	uint8_t data[1100] = {0}, ip[2048];
	(void)state;
	l->want.frag_after = true;
	assert_int_equal(system("ip link set v0 mtu 1000"), 0);
	connected(1400);
	lab_host_send(l, data, sizeof data, false);
	assert_int_equal(lab_client_recv_ip(l, ip, sizeof ip), sizeof data + 28);
	assert_frags(esp_stats(), 0, 0, 1, 0, 2);
	/* DF set outside by policy: cut inside after all */
	l->want.df_policy = 1;
	lab_client_use(l, spi = lab_sa(l, true, true));
	lab_host_send(l, data, sizeof data, false);
	assert_in_range(lab_client_recv_ip(l, ip, sizeof ip), 21, 950);
	assert_in_range(lab_client_recv_ip(l, ip, sizeof ip), 21, 950);
	assert_frags(esp_stats(), 1, 0, 0, 0, 2);
	/* and DF of the sender is copied outside: nobody may cut, whatever the policy says */
	l->want.df_policy = 0;
	lab_client_use(l, lab_sa(l, true, true));
	lab_host_send(l, data, sizeof data, true);
	for (int i = 0; i < 1000 && lab_host_mtu(l) >= 1000; i++)
		usleep(1000);
	assert_in_range(lab_host_mtu(l), 850, 950);
}

/* pmtu-aging: what was learned is forgotten when its time is over, and kept without one. */
static void what_was_learned_ages(void **state)
{
	uint8_t data[1100] = {0}, ip[2048];
	(void)state;
	for (uint32_t aging_s = 0; aging_s < 2; aging_s++) {
		l->want.df_policy = 1;
		workers_set_pmtu_aging(l->w, aging_s);
		connected(1400);
		assert_int_equal(system("ip link set v0 mtu 1000"), 0);
		unsigned errs = (unsigned)lab_totals(l).errs;
		lab_host_send(l, data, sizeof data, false); /* lost: from it the path is learned */
		for (int i = 0; i < 1000 && lab_totals(l).errs == errs; i++)
			usleep(1000);
		assert_int_equal(lab_totals(l).errs, errs + 1);
		assert_int_equal(system("ip link set v0 mtu 1500 && ip route flush cache"), 0);
		usleep(1100 * 1000);
		lab_host_send(l, data, sizeof data, false);
		size_t len = lab_client_recv_ip(l, ip, sizeof ip);
		if (aging_s == 0)
			assert_in_range(len, 21, 950);
		else
			assert_int_equal(len, sizeof data + 28);
		while (lab_client_recv_ip(l, ip, sizeof ip) > 0)
			;
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        LAB_TEST(too_big_with_df_is_told_to_the_sender),
	        LAB_TEST(too_big_without_df_is_cut),
	        LAB_TEST(a_narrow_path_is_learned),
	        LAB_TEST(df_set_outside_cuts_inside),
	        LAB_TEST(df_clear_outside_lets_the_host_cut),
	        LAB_TEST(a_narrow_first_hop_is_known),
	        LAB_TEST(after_encryption_the_host_cuts),
	        LAB_TEST(what_was_learned_ages),
	};
	return LAB_RUN(tests);
}
