/* The packet path as a whole: its thread, sockets, TUN device and the kernel's routing. */
#include "tests/unit/base/unit.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/random.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/worker/lab.h"

static struct lab *const l = &lab_one;

static bool client_to_host(uint32_t number)
{
	uint8_t ip[256];
	uint32_t got = 0;
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, &number, sizeof number));
	return lab_host_recv(l, &got, sizeof got) == sizeof got && got == number;
}

static bool host_to_client(uint32_t number)
{
	uint8_t ip[256];
	uint32_t got;
	lab_host_send(l, &number, sizeof number, false);
	if (lab_client_recv_ip(l, ip, sizeof ip) != 28 + sizeof got)
		return false;
	memcpy(&got, ip + 28, sizeof got);
	return got == number;
}

/* ------------------------------------------------------------------ up to the control thread */

static void ike_on_4500_comes_up_and_keepalives_do_not(void **state)
{
	static const uint8_t ike[] = {0, 0, 0, 0, 'I', 'K', 'E'};
	(void)state;
	assert_int_equal(udp_send_one(l->client, (struct ip4_end){LAB_CLIENT, 0},
	                              (struct ip4_end){LAB_SERVER, 4500}, "\xff", 1),
	                 0);
	assert_int_equal(udp_send_one(l->client, (struct ip4_end){LAB_CLIENT, 0},
	                              (struct ip4_end){LAB_SERVER, 4500}, ike, sizeof ike),
	                 0);
	assert_true(lab_wait(l, &l->seen.ike, 1));
	assert_int_equal(l->seen.len, 3);
	assert_memory_equal(l->seen.msg, "IKE", 3);
	assert_int_equal(l->seen.remote.ip, LAB_CLIENT);
	assert_int_equal(l->seen.remote.port, 4500);
	assert_int_equal(l->seen.local.ip, LAB_SERVER);
	assert_int_equal(l->seen.drop, 0);
	for (int i = 1; i < DROP_N; i++)
		if (i != DROP_NO_ROUTE) /* what the host says by itself on a new device */
			assert_int_equal(lab_drops(l, (enum drop_reason)i), 0);
}

static void l2tp_control_comes_up_and_answers_go_down(void **state)
{
	static const uint8_t sccrq[] = {0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
	uint8_t got[64];
	(void)state;
	uint32_t spi = lab_sa(l, true, true);
	lab_client_send(l, l->client, sccrq, sizeof sccrq);
	assert_true(lab_wait(l, &l->seen.l2tp, 1));
	assert_int_equal(l->seen.len, sizeof sccrq);
	assert_memory_equal(l->seen.msg, sccrq, sizeof sccrq);
	assert_int_equal(l->seen.flow, LAB_FLOW);
	assert_int_equal(l->seen.local.port, 1701);
	assert_int_equal(l->seen.remote.port, 1701);
	assert_true(lab_wait(l, &l->seen.used, 1));
	assert_int_equal(l->seen.spi, spi);
	assert_true(workers_send(l->w, LAB_PEER, LAB_FLOW, l->seen.local, l->seen.remote,
	                        (const uint8_t *)"SCCRP", 5));
	assert_int_equal(lab_client_recv(l, got, sizeof got), 5);
	assert_memory_equal(got, "SCCRP", 5);
	/* Nothing is sent into a flow without SA. */
	assert_true(workers_send(l->w, 0, 4711, l->seen.local, l->seen.remote, got, 5));
	lab_drain(l);
	assert_int_equal(lab_drops(l, DROP_NO_SA_OUT), 1);
}

/* More than there are messages: those that are done come back without an event being delivered. */
static void many_messages_go_down_in_one_go(void **state)
{
	const struct ip4_end end = {LAB_SERVER, 1701};
	uint8_t got[64];
	unsigned sent = 0, came = 0;
	(void)state;
	lab_sa(l, true, true);
	usleep(50000); /* the thread sleeps, and nobody rings */
	workers_hold(l->w, true);
	for (uint32_t i = 0; i < 2000; i++)
		sent += workers_send(l->w, LAB_PEER, LAB_FLOW, end, end, (const uint8_t *)&i, sizeof i);
	workers_hold(l->w, false);
	assert_int_equal(sent, 2000);
	workers_drain(l->w);
	while (came < sent && lab_client_recv(l, got, sizeof got) == 4)
		came++;
	assert_int_equal(came, 2000);
}

/* What is given while bells are held is carried out when they ring, or when somebody waits for it. */
static void held_commands_wait_for_the_bell(void **state)
{
	const struct ip4_end end = {LAB_SERVER, 1701};
	uint8_t got[64];
	(void)state;
	lab_sa(l, true, true);
	lab_drain(l);
	usleep(50000); /* the thread sleeps */
	workers_hold(l->w, true);
	for (unsigned i = 0; i < 3; i++)
		assert_true(workers_send(l->w, LAB_PEER, LAB_FLOW, end, end, (const uint8_t *)"held", 4));
	workers_ring(l->w);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(lab_client_recv(l, got, sizeof got), 4);
	usleep(50000);
	assert_true(workers_send(l->w, LAB_PEER, LAB_FLOW, end, end, (const uint8_t *)"drained", 7));
	workers_drain(l->w);
	assert_int_equal(lab_client_recv(l, got, sizeof got), 7);
	assert_true(workers_send(l->w, LAB_PEER, LAB_FLOW, end, end, (const uint8_t *)"let go", 6));
	workers_hold(l->w, false);
	assert_int_equal(lab_client_recv(l, got, sizeof got), 6);
}

static void ppp_control_comes_up(void **state)
{
	static const uint8_t lcp[] = {0,    2, 0, LAB_TUNNEL, 0, LAB_CALL, 0xff, 3, 0xc0,
	                              0x21, 9, 1, 0,          8, 0,        0,    0, 0};
	(void)state;
	lab_sa(l, true, true);
	lab_session(l, 1400);
	workers_session_close(l->w, LAB_TUNNEL); /* LCP goes on without IP */
	lab_client_send(l, l->client, lcp, sizeof lcp);
	assert_true(lab_wait(l, &l->seen.ppp, 1));
	assert_int_equal(l->seen.tunnel, LAB_TUNNEL);
	assert_int_equal(l->seen.call, LAB_CALL);
	assert_int_equal(l->seen.len, sizeof lcp - 6);
	assert_memory_equal(l->seen.msg, lcp + 6, sizeof lcp - 6);
	/* A call the worker does not know goes to L2TP, which answers for it. */
	uint8_t other[sizeof lcp];
	memcpy(other, lcp, sizeof lcp);
	other[5]++;
	lab_client_send(l, l->client, other, sizeof other);
	assert_true(lab_wait(l, &l->seen.l2tp, 1));
}

/* ------------------------------------------------------------------ data */

static void data_goes_both_ways(void **state)
{
	(void)state;
	lab_connected(l, 1400);
	assert_true(client_to_host(1));
	assert_true(host_to_client(2));
	struct worker_totals t = lab_totals(l);
	assert_int_equal(t.pkts_in, 1);
	assert_int_equal(t.bytes_in, 32);
	assert_int_equal(t.pkts_out, 1);
	assert_int_equal(t.bytes_out, 32);
	assert_int_equal(t.errs, 0);
	assert_true(t.last_ms > 0);
}

static void data_goes_both_ways_without_udp(void **state)
{
	(void)state;
	lab_sa(l, false, true);
	lab_session(l, 1400);
	assert_true(client_to_host(1));
	assert_true(host_to_client(2));
}

static void a_foreign_source_is_dropped(void **state)
{
	uint8_t ip[64];
	(void)state;
	lab_connected(l, 1400);
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER + 1, LAB_HOST, "x", 1));
	assert_true(client_to_host(1)); /* the one before has been seen by now */
	assert_int_equal(lab_drops(l, DROP_SOURCE), 1);
	assert_int_equal(lab_totals(l).errs, 1);
}

/* The host speaks with another address from now on. */
static void host_turns_to(uint32_t ip)
{
	struct sockaddr_in a;
	socklen_t len = sizeof a;
	assert_int_equal(getpeername(l->host_fd, (struct sockaddr *)&a, &len), 0);
	a.sin_addr.s_addr = htonl(ip);
	assert_int_equal(connect(l->host_fd, (struct sockaddr *)&a, sizeof a), 0);
}

static bool passes(uint32_t ip, uint32_t number)
{
	uint8_t packet[256];
	uint32_t got = 0;
	lab_client_ip(l, packet, lab_udp_packet(packet, ip, LAB_HOST, &number, sizeof number));
	if (lab_host_recv(l, &got, sizeof got) != sizeof got || got != number)
		return false;
	lab_host_send(l, &number, sizeof number, false);
	if (lab_client_recv_ip(l, packet, sizeof packet) != 28 + sizeof got)
		return false;
	memcpy(&got, packet + 28, sizeof got);
	return got == number && memcmp(packet + 16, (const uint8_t[]){10, 78, 0, (uint8_t)ip}, 4) == 0;
}

/* Networks behind the client (Framed-Route): from them, to them, and no longer when they are gone. */
static void a_network_behind_the_client(void **state)
{
	enum { INSIDE = 0x0a4e0046, NARROW = 0x0a4e0081, OUTSIDE = 0x0a4e0083, OTHERS = 0x0a4e0082 }; /* 10.78.0.70 ... */
	const struct worker_route nets[] = {
	        {0x0a4e0080, 0xffffffff << 1, LAB_TUNNEL}, /* 10.78.0.128/31 */
	        {0x0a4e0040, 0xffffffff << 6, LAB_TUNNEL}, /* 10.78.0.64/26 */
	        {0x0a4e0082, 0xffffffff, LAB_TUNNEL + 1},  /* of a session that is not there */
	};
	uint8_t ip[64];
	(void)state;
	lab_connected(l, 1400);
	workers_set_routes(l->w, nets, 3);
	lab_drain(l);
	host_turns_to(INSIDE);
	assert_true(passes(INSIDE, 1));
	host_turns_to(NARROW);
	assert_true(passes(NARROW, 2));
	host_turns_to(LAB_USER);
	assert_true(passes(LAB_USER, 3));
	assert_int_equal(lab_drops(l, DROP_SOURCE), 0);
	lab_client_ip(l, ip, lab_udp_packet(ip, OUTSIDE, LAB_HOST, "x", 1));
	lab_client_ip(l, ip, lab_udp_packet(ip, OTHERS, LAB_HOST, "x", 1));
	assert_true(passes(LAB_USER, 4)); /* those before have been seen by now */
	assert_int_equal(lab_drops(l, DROP_SOURCE), 2);
	workers_set_routes(l->w, NULL, 0);
	lab_drain(l);
	lab_client_ip(l, ip, lab_udp_packet(ip, INSIDE, LAB_HOST, "x", 1));
	assert_true(passes(LAB_USER, 5));
	assert_int_equal(lab_drops(l, DROP_SOURCE), 3);
}

static void closed_and_removed_sessions_pass_nothing(void **state)
{
	uint8_t ip[64];
	struct worker_totals t;
	uint32_t one = 1;
	(void)state;
	lab_connected(l, 1400);
	assert_true(client_to_host(1));
	workers_session_close(l->w, LAB_TUNNEL);
	lab_drain(l);
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, "x", 1));
	uint64_t before = lab_drops(l, DROP_NO_ROUTE);
	lab_host_send(l, &one, sizeof one, false);
	for (int i = 0; i < 1000 && lab_drops(l, DROP_NO_ROUTE) == before; i++)
		usleep(1000);
	assert_true(lab_drops(l, DROP_NO_ROUTE) > before);
	for (int i = 0; i < 1000 && lab_drops(l, DROP_PPP_NOT_OPEN) == 0; i++)
		usleep(1000);
	assert_int_equal(lab_drops(l, DROP_PPP_NOT_OPEN), 1);
	workers_session_open(l->w, LAB_TUNNEL, LAB_USER, 1400, false, false);
	lab_drain(l);
	assert_true(client_to_host(2));
	workers_session_remove(l->w, LAB_TUNNEL);
	assert_false(workers_session_totals(l->w, LAB_TUNNEL, &t));
	workers_session_remove(l->w, LAB_TUNNEL); /* twice is once */
	lab_drain(l);
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, "x", 1));
	assert_true(lab_wait(l, &l->seen.l2tp, 1));
}

/* ------------------------------------------------------------------ ESP */

static void a_replay_is_dropped_and_told(void **state)
{
	uint8_t ip[64];
	char data[8];
	(void)state;
	uint32_t spi = lab_connected(l, 1400);
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, "x", 1));
	assert_int_equal(lab_host_recv(l, data, sizeof data), 1);
	/* esp_out left the packet as it was sent, the socket did not change it */
	lab_again(l, l->client);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	assert_int_equal(l->seen.dropped.why, DROP_ESP_REPLAY);
	assert_int_equal(l->seen.dropped.spi, spi);
	assert_int_equal(l->seen.dropped.peer, LAB_PEER);
	assert_int_equal(l->seen.dropped.remote.ip, LAB_CLIENT);
	struct sa_stats s;
	assert_true(workers_sa_ops.stats(l->w, spi, &s));
	assert_int_equal(s.replay_errs, 1);
	assert_int_equal(s.pkts_in, 1);
}

static void an_unknown_spi_is_told_once_in_a_while(void **state)
{
	uint8_t junk[64] = {0x01, 0x23, 0x45, 0x67, 0, 0, 0, 9};
	(void)state;
	for (int i = 0; i < 20; i++)
		udp_send_one(l->client, (struct ip4_end){LAB_CLIENT, 0},
		             (struct ip4_end){LAB_SERVER, 4500}, junk, sizeof junk);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	for (int i = 0; i < 1000 && lab_drops(l, DROP_ESP_NO_SA) < 20; i++)
		usleep(1000);
	assert_int_equal(lab_drops(l, DROP_ESP_NO_SA), 20);
	lab_drain(l);
	assert_int_equal(l->seen.drop, 1);
	assert_int_equal(l->seen.dropped.spi, 0x01234567);
	assert_int_equal(l->seen.dropped.seq, 9);
}

/* A client whose sending SA is not there yet gets nothing, and the log hears of it once in a while. */
static void an_unprotected_packet_is_told(void **state)
{
	(void)state;
	lab_sa(l, true, false);
	lab_session(l, 1400);
	for (uint32_t i = 0; i < 5; i++)
		lab_host_send(l, &i, sizeof i, false);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	for (int i = 0; i < 1000 && lab_drops(l, DROP_NO_SA_OUT) < 5; i++)
		usleep(1000);
	lab_drain(l);
	assert_int_equal(lab_drops(l, DROP_NO_SA_OUT), 5);
	assert_int_equal(l->seen.drop, 1);
	assert_int_equal(l->seen.dropped.why, DROP_NO_SA_OUT);
	assert_int_equal(l->seen.dropped.inner_dst.ip, LAB_USER);
}

static void a_new_nat_port_is_followed(void **state)
{
	static const uint8_t hello[] = {0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
	(void)state;
	lab_connected(l, 1400);
	lab_client_send(l, l->client_moved, hello, sizeof hello);
	assert_true(lab_wait(l, &l->seen.moved, 1));
	assert_int_equal(l->seen.moved_to.port, 40000);
	/* IKE decides; until then the old address is used */
	assert_true(host_to_client(1));
	assert_int_equal(l->seen.remote.port, 4500);
	workers_sa_ops.move(l->w, LAB_PEER, (struct ip4_end){LAB_CLIENT, 40000});
	lab_drain(l);
	assert_true(host_to_client(2));
	assert_int_equal(l->seen.remote.port, 40000);
	/* An old packet again says nothing about where the client is. */
	lab_again(l, l->client);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	assert_int_equal(l->seen.moved, 1);
}

static void a_rekey_loses_no_packet(void **state)
{
	(void)state;
	uint32_t old = lab_connected(l, 1400), fresh = 0;
	for (uint32_t i = 0; i < 200; i++) {
		assert_true(client_to_host(i));
		assert_true(host_to_client(i));
		switch (i) {
		case 50: /* before QM2 leaves */
			fresh = lab_sa(l, true, false);
			break;
		case 100: /* QM3 */
			workers_sa_ops.install_out(l->w, fresh);
			break;
		case 120: /* the client sends on it from here */
			lab_client_use(l, fresh);
			break;
		case 150:
			lab_sa_remove(l, old);
			break;
		}
	}
	assert_int_equal(lab_totals(l).errs, 0);
	assert_int_equal(lab_totals(l).pkts_in, 200);
	assert_int_equal(lab_totals(l).pkts_out, 200);
}

/* A client that sends 96 bits of SHA-256 and then is silent gets no more on the pairs that follow, also when the pair
 * before is gone first; one that sends all of it gets all. */
static void a_rekey_keeps_the_length_of_the_mac(void **state)
{
	(void)state;
	l->want.mac = ESP_MAC_SHA256;
	uint32_t old = lab_connected(l, 1400);
	esp_icv_cut(l->sa);
	assert_true(client_to_host(1));
	for (uint32_t i = 0; i < 3; i++) {
		if (i == 2)
			lab_sa_remove(l, old);
		uint32_t fresh = lab_sa(l, true, true);
		if (i < 2)
			lab_sa_remove(l, old);
		esp_icv_cut(l->sa);
		assert_true(host_to_client(10 + i));
		assert_true(esp_icv_is_cut(l->sa)); /* nothing longer came */
		old = fresh;
	}
	lab_sa(l, true, true); /* the client is another one now */
	assert_true(client_to_host(20));
	lab_sa(l, true, true);
	assert_true(host_to_client(21));
	assert_false(esp_icv_is_cut(l->sa));
}

static void a_removed_sa_gives_its_number_back(void **state)
{
	static uint32_t spis[ESP_SLOTS_MAX];
	size_t n = 0;
	struct sa_stats s;
	(void)state;
	uint32_t spi = lab_sa(l, true, true), again;
	while ((again = workers_sa_ops.spi_alloc(l->w, LAB_PEER)) != 0)
		spis[n++] = again;
	assert_int_equal(n, ESP_SLOTS_MAX - 1);
	lab_sa_remove(l, spi);
	assert_false(workers_sa_ops.stats(l->w, spi, &s));
	again = workers_sa_ops.spi_alloc(l->w, LAB_PEER);
	assert_int_equal(esp_spi_slot(again), esp_spi_slot(spi));
	assert_int_not_equal(again, spi);
	workers_sa_ops.spi_free(l->w, again);
	while (n > 0)
		workers_sa_ops.spi_free(l->w, spis[--n]);
	lab_sa_remove(l, spi); /* twice is once */
}

static void tunnel_mode_checks_who_is_meant_inside(void **state)
{
	static const uint8_t hello[] = {0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
	(void)state;
	l->want.mode = ESP_TUNNEL;
	lab_connected(l, 1300);
	assert_true(client_to_host(1));
	assert_true(host_to_client(2));
	l->sa->inner_local = LAB_HOST; /* the client gives another address as its own */
	lab_client_send(l, l->client, hello, sizeof hello);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	assert_int_equal(l->seen.dropped.why, DROP_ESP_POLICY);
	assert_int_equal(l->seen.dropped.inner_src.ip, LAB_HOST);
	assert_int_equal(l->seen.dropped.inner_dst.ip, LAB_SERVER);
	assert_int_equal(l->seen.l2tp, 0);
}

static void an_sa_for_any_port_is_not_for_any_service(void **state)
{
	static const uint8_t hello[] = {0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
	(void)state;
	l->want.any_port = true;
	lab_connected(l, 1400);
	assert_true(client_to_host(1));
	l->port = 53;
	lab_client_send(l, l->client, hello, sizeof hello);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	assert_int_equal(l->seen.dropped.why, DROP_INNER_UDP);
	assert_int_equal(l->seen.l2tp, 0);
}

static void kilobytes_are_counted(void **state)
{
	uint8_t ip[1100] = {0}, data[1000];
	(void)state;
	memset(data, 'x', sizeof data);
	l->want.soft_kb = 2;
	l->want.life_kb = 4;
	uint32_t spi = lab_connected(l, 1400);
	size_t len = lab_udp_packet(ip, LAB_USER, LAB_HOST, data, sizeof data);
	for (int i = 0; i < 2; i++)
		lab_client_ip(l, ip, len);
	assert_true(lab_wait(l, &l->seen.soft, 1));
	assert_int_equal(l->seen.hard, 0);
	for (int i = 0; i < 2; i++)
		lab_client_ip(l, ip, len);
	assert_true(lab_wait(l, &l->seen.hard, 1));
	assert_int_equal(l->seen.spi, spi);
	lab_client_ip(l, ip, len);
	assert_true(lab_wait(l, &l->seen.drop, 1));
	assert_int_equal(l->seen.dropped.why, DROP_ESP_EXPIRED);
	assert_int_equal(l->seen.soft, 1);
	assert_int_equal(l->seen.hard, 1);
}

/* ------------------------------------------------------------------ segments, garbage */

static void mss_of_syn_is_lowered(void **state)
{
	uint8_t ip[64], got[256];
	(void)state;
	lab_connected(l, 1400);
	l->mss = 1200;
	lab_drain(l);
	int fd = lab_host_tcp(l);
	struct wr w = wr_of(ip, sizeof ip);
	lab_udp_packet(ip, LAB_USER, LAB_HOST, got, 16); /* header; becomes TCP */
	ip[9] = 6;
	wr_space(&w, 20);
	wr_patch_u16(&w, 10, 0);
	wr_patch_u16(&w, 10, ip4_checksum(ip, 20, 0));
	wr_u16(&w, 1000);
	wr_u16(&w, 9);
	wr_u64(&w, 1);
	wr_u16(&w, 0x6002); /* 24 bytes, SYN */
	wr_u16(&w, 1000);
	wr_u32(&w, 0);
	wr_u32(&w, 0x020405b4); /* 1460 */
	lab_client_ip(l, ip, 44);
	assert_int_equal(recv(fd, got, sizeof got, 0), 44);
	assert_int_equal(got[42] << 8 | got[43], 1200);
	close(fd);
}

/* ------------------------------------------------------------------ hostile */

static void garbage_harms_nothing(void **state)
{
	uint8_t junk[1400];
	(void)state;
	uint32_t spi = lab_connected(l, 1400);
	for (unsigned i = 0; i < 10000; i++) {
		size_t len = random_below(i % 10 == 0 ? sizeof junk : 80);
		random_bytes(junk, len);
		if (len >= 4 && i % 3 == 0) { /* of an SA there is */
			struct wr w = wr_of(junk, 4);
			wr_u32(&w, spi);
		} else if (len >= 4 && i % 3 == 1) {
			memset(junk, 0, 4); /* IKE */
		}
		if (i % 4 == 3) { /* genuine ESP, garbage inside */
			if (len > 6 && i % 8 == 3)
				memcpy(junk, "\0\2\0\5\0\6", 6);
			lab_client_send(l, l->client, junk, len);
		} else {
			udp_send_one(l->client, (struct ip4_end){LAB_CLIENT, 0},
			             (struct ip4_end){LAB_SERVER, 4500}, junk, len);
		}
		if (i % 64 == 0)
			workers_poll(l->w);
	}
	assert_true(lab_wait(l, &l->seen.ike, 1));
	assert_true(lab_wait(l, &l->seen.l2tp, 1));
	uint64_t drops = 0;
	for (int i = 1; i < DROP_N; i++)
		drops += lab_drops(l, (enum drop_reason)i);
	assert_true(drops > 1000);
	uint8_t late[2048];
	while (recv(l->host_fd, late, sizeof late, MSG_DONTWAIT) >= 0)
		;
	assert_true(client_to_host(1));
	assert_true(host_to_client(2));
}

/* The TUN device is taken away while packets come: the thread neither ends nor spins. */
static void a_deleted_tun_device_ends_nothing(void **state)
{
	static const uint8_t hello[] = {0xc8, 2, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0};
	uint8_t ip[64];
	(void)state;
	lab_connected(l, 1400);
	assert_int_equal(system("ip link del " TUN_NAME), 0);
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, "x", 1));
	lab_client_send(l, l->client, hello, sizeof hello);
	assert_true(lab_wait(l, &l->seen.l2tp, 1));
	assert_int_equal(lab_drops(l, DROP_TUN_WRITE), 1);
	assert_int_equal(lab_totals(l).errs, 1);
	assert_int_equal(lab_totals(l).pkts_in, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        LAB_TEST(ike_on_4500_comes_up_and_keepalives_do_not),
	        LAB_TEST(l2tp_control_comes_up_and_answers_go_down),
	        LAB_TEST(many_messages_go_down_in_one_go),
	        LAB_TEST(held_commands_wait_for_the_bell),
	        LAB_TEST(ppp_control_comes_up),
	        LAB_TEST(data_goes_both_ways),
	        LAB_TEST(data_goes_both_ways_without_udp),
	        LAB_TEST(a_foreign_source_is_dropped),
	        LAB_TEST(a_network_behind_the_client),
	        LAB_TEST(closed_and_removed_sessions_pass_nothing),
	        LAB_TEST(a_replay_is_dropped_and_told),
	        LAB_TEST(an_unknown_spi_is_told_once_in_a_while),
	        LAB_TEST(an_unprotected_packet_is_told),
	        LAB_TEST(a_new_nat_port_is_followed),
	        LAB_TEST(a_rekey_loses_no_packet),
	        LAB_TEST(a_rekey_keeps_the_length_of_the_mac),
	        LAB_TEST(a_removed_sa_gives_its_number_back),
	        LAB_TEST(tunnel_mode_checks_who_is_meant_inside),
	        LAB_TEST(an_sa_for_any_port_is_not_for_any_service),
	        LAB_TEST(kilobytes_are_counted),
	        LAB_TEST(mss_of_syn_is_lowered),
	        LAB_TEST(garbage_harms_nothing),
	        LAB_TEST(a_deleted_tun_device_ends_nothing),
	};
	return LAB_RUN(tests);
}
