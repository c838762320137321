/* Access lists, translations and captures in the packet path, with its own thread: what passes, what is remembered, and that
 * the control thread may replace all of it at any time. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/net/capture_int.h"
#include "crypto/prim/prim.h"
#include "tests/exchange/worker/lab.h"

static struct lab lab;
static struct lab *const l = &lab;

static int enter(void **state)
{
	struct err err = {0};
	(void)state;
	memset(&l->seen, 0, sizeof l->seen);
	if (prim_init(&err) != 0 || !lab_enter(l))
		return -1;
	lab_sa(l, true, true);
	lab_session(l, 1400);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	lab_leave(l);
	prim_free();
	return 0;
}

static struct filter *list_of(bool permit, uint16_t port, size_t before)
{
	struct filter *f = filter_new(STR("L"));
	assert_non_null(f);
	f->ace = calloc(before + 1, sizeof *f->ace);
	for (; f->n < before; f->n++) /* of hosts that are not there */
		f->ace[f->n] = (struct filter_ace){.src_lo = 0xc0000200 + (uint32_t)f->n,
		                                   .src_hi = 0xc0000200 + (uint32_t)f->n,
		                                   .dst_hi = UINT32_MAX,
		                                   .icmp_type = -1,
		                                   .icmp_code = -1};
	f->ace[f->n++] = (struct filter_ace){.permit = permit,
	                                     .src_hi = UINT32_MAX,
	                                     .dst_hi = UINT32_MAX,
	                                     .sport_hi = UINT16_MAX,
	                                     .dport_lo = port,
	                                     .dport_hi = port != 0 ? port : UINT16_MAX,
	                                     .icmp_type = -1,
	                                     .icmp_code = -1,
	                                     .proto = port != 0 ? 17 : 0,
	                                     .log = FILTER_LOG_FLOW};
	f->ntimes = 1;
	assert_true(filter_counters(f));
	filter_finish(f);
	return f;
}

/* Clients come in at the interface 0, the host is behind 1. */
static struct filter_policy *policy_of(struct filter *in)
{
	struct filter_policy *p = calloc(1, sizeof *p);
	assert_non_null(p);
	p->niface = 2;
	p->iface[1].level = 100;
	p->iface[0].in = in;
	p->permit_vpn = in == NULL;
	p->idle = (struct filter_idle){3600000, 600000, 120000, 2000, 120000};
	p->ifaces_filter = in != NULL;
	filter_policy_route(p, LAB_HOST & 0xffffff00, 0xffffff00, 1);
	filter_policy_finish(p);
	return p;
}

static bool client_to(uint32_t to, uint32_t number)
{
	uint8_t ip[256];
	uint32_t got = 0;
	lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, to, &number, sizeof number));
	return lab_host_recv(l, &got, sizeof got) == sizeof got && got == number;
}

static bool host_to_client(uint32_t number)
{
	uint8_t ip[256];
	lab_host_send(l, &number, sizeof number, false);
	return lab_client_recv_ip(l, ip, sizeof ip) == 28 + sizeof number;
}

static void count_conn(void *arg, const struct worker_conn_info *c)
{
	struct worker_conn_info *last = arg;
	*last = *c;
}

static void lists_and_connections(void **state)
{
	(void)state;
	struct filter *f = filter_hold(list_of(true, LAB_PORT, 100));
	struct worker_conn_info c = {0};
	workers_set_policy(l->w, policy_of(f));
	workers_session_filter(l->w, LAB_TUNNEL, false, NULL, 0);
	lab_drain(l);
	assert_true(client_to(LAB_HOST, 2));
	assert_true(host_to_client(3)); /* the answer */
	workers_conns(l->w, count_conn, &c);
	assert_int_equal(c.key.dst, LAB_HOST);
	assert_true(c.from_client && c.back);
	assert_true(client_to(LAB_HOST, 4));
	workers_conns(l->w, count_conn, &c);
	assert_true(c.forth);
	assert_int_equal(ctr_get(&f->hits[100]), 1);
	workers_conns_forget(l->w, LAB_HOST);
	c = (struct worker_conn_info){0};
	workers_conns(l->w, count_conn, &c);
	assert_int_equal(c.key.dst, 0);
	assert_true(client_to(LAB_HOST, 5));
	assert_int_equal(ctr_get(&f->hits[100]), 2);
	/* another list: what passed is judged again */
	workers_set_policy(l->w, policy_of(list_of(false, LAB_PORT, 0)));
	workers_session_filter(l->w, LAB_TUNNEL, false, NULL, 0);
	lab_drain(l);
	assert_false(client_to(LAB_HOST, 6));
	assert_true(lab_drops(l, DROP_ACL_DROP) >= 1);
	/* timeout udp: what says nothing for so long begins anew */
	struct filter *g = filter_hold(list_of(true, LAB_PORT, 0));
	struct filter_policy *p = policy_of(g);
	p->idle.udp_ms = 50;
	workers_set_policy(l->w, p);
	lab_drain(l);
	assert_true(client_to(LAB_HOST, 7) && client_to(LAB_HOST, 8));
	assert_int_equal(ctr_get(&g->hits[0]), 1);
	usleep(120000);
	assert_true(client_to(LAB_HOST, 9));
	assert_int_equal(ctr_get(&g->hits[0]), 2);
	filter_drop(g);
	filter_drop(f);
}

static void client_syn(uint16_t sport)
{
	uint8_t ip[40] = {0};
	struct wr w = wr_of(ip, sizeof ip);
	wr_u32(&w, 0x45000000 | sizeof ip);
	wr_u32(&w, 0);
	wr_u32(&w, 0x40060000); /* TTL 64, TCP */
	wr_u32(&w, LAB_USER);
	wr_u32(&w, LAB_HOST + 7); /* nobody: no answer */
	wr_u16(&w, sport);
	wr_u16(&w, 80);
	wr_u32(&w, 1);
	wr_u32(&w, 0);
	wr_u32(&w, 0x50022000); /* SYN */
	wr_u32(&w, 0);
	assert_true(wr_ok(&w));
	lab_client_ip(l, ip, sizeof ip);
}

static void count_all(void *arg, const struct worker_conn_info *c)
{
	(void)c;
	++*(unsigned *)arg;
}

/* A SYN is judged each time, since a connection may begin anew; it is the same one then. */
static void repeated_syn_is_one_connection(void **state)
{
	(void)state;
	struct filter *f = filter_hold(list_of(true, 0, 0));
	unsigned n = 0;
	workers_set_policy(l->w, policy_of(f));
	workers_session_filter(l->w, LAB_TUNNEL, false, NULL, 0);
	lab_drain(l);
	for (int i = 0; i < 3; i++)
		client_syn(1024);
	client_syn(1025);
	for (int i = 0; i < 100 && ctr_get(&f->hits[0]) < 4; i++)
		usleep(10000);
	assert_int_equal(ctr_get(&f->hits[0]), 4);
	workers_conns(l->w, count_all, &n);
	assert_int_equal(n, 2);
	assert_true(workers_conns_most(l->w) == 2);
	filter_drop(f);
}

/* The list names the real host; the client's packet is for the mapped one, which the kernel would translate. */
static void translated_destination(void **state)
{
	(void)state;
	struct filter *f = list_of(true, LAB_PORT, 0);
	struct filter_policy *p = policy_of(f);
	f->ace[0].dst_lo = f->ace[0].dst_hi = LAB_HOST;
	p->xlate = calloc(1, sizeof *p->xlate);
	p->xlate[0] = (struct filter_xlate){.mapped = 0xcb007109, .real = LAB_HOST, .mask = UINT32_MAX};
	p->nxlate = 1;
	filter_hold(f);
	workers_set_policy(l->w, p);
	workers_session_filter(l->w, LAB_TUNNEL, false, NULL, 0);
	lab_drain(l);
	client_to(0xcb007109, 1); /* nothing translates it here */
	lab_drain(l);
	assert_int_equal(ctr_get(&f->hits[0]), 1);
	assert_int_equal(lab_drops(l, DROP_ACL_DROP), 0);
	client_to(0xcb00710a, 2);
	lab_drain(l);
	assert_int_equal(lab_drops(l, DROP_ACL_DROP), 1);
	filter_drop(f);
}

static struct capture_set *capture_of(struct capture_ring *ring)
{
	struct capture_set *s = calloc(1, sizeof *s);
	assert_non_null(s);
	s->ring = ring;
	s->points = CAP_OUTSIDE | CAP_INSIDE | CAP_DROP;
	s->snap = 96;
	s->n = 1;
	s->rule[0] = (struct capture_rule){.points = s->points,
	                                   .both = true,
	                                   .acl = {.permit = true,
	                                           .src_hi = UINT32_MAX,
	                                           .dst_hi = UINT32_MAX,
	                                           .sport_hi = UINT16_MAX,
	                                           .dport_hi = UINT16_MAX,
	                                           .icmp_type = -1,
	                                           .icmp_code = -1}};
	return s;
}

/* As much as fits of what the worker stored. */
static unsigned drained(struct capture_ring *ring)
{
	uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed),
	         tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
	unsigned n = tail - head, sum = 0;
	for (; head != tail; head++)
		sum += ring->slot[head % CAPTURE_SLOTS].data[0];
	atomic_store_explicit(&ring->head, head, memory_order_release);
	return sum > 0 ? n : 0;
}

/* Everything is replaced while packets pass; what it is about is that a data race or a use after free would be seen. */
static void replaced_under_traffic(void **state)
{
	(void)state;
	struct capture_ring *ring = aligned_alloc(64, (sizeof *ring + 63) & ~(size_t)63);
	struct filter *shared = list_of(true, 0, 40);
	struct worker_conn_info c;
	unsigned captured = 0, passed = 0;
	assert_non_null(ring);
	memset(ring, 0, sizeof *ring);
	/* On a busy machine few packets meet the list that refuses: it goes on until enough have. */
	for (uint32_t n = 0; n < 60 || (n < 600 && lab_drops(l, DROP_ACL_DROP) <= 10); n++) {
		uint8_t ip[256];
		workers_set_policy(l->w, policy_of(n % 4 == 3 ? list_of(false, 0, 0) : filter_hold(shared)));
		workers_session_filter(l->w, LAB_TUNNEL, n % 2, n % 2 ? list_of(true, 0, n) : NULL, 0);
		workers_set_capture(l->w, l->n - 1, n % 5 == 4 ? NULL : capture_of(ring));
		for (int k = 0; k < 3; k++) {
			lab_client_ip(l, ip, lab_udp_packet(ip, LAB_USER, LAB_HOST, &n, sizeof n));
			lab_host_send(l, &n, sizeof n, false);
		}
		atomic_store_explicit(&shared->time[0], n % 2, memory_order_relaxed);
		workers_rejudge(l->w);
		passed += ctr_get(&shared->hits[40]) > 0; /* as show access-list reads them */
		workers_conns(l->w, count_conn, &c);
		if (n % 7 == 0)
			workers_conns_forget(l->w, n % 2 ? LAB_HOST : 0);
		captured += drained(ring);
		lab_drain(l);
	}
	assert_true(captured > 60);
	assert_true(passed > 10);
	assert_true(lab_drops(l, DROP_ACL_DROP) > 10);
	workers_set_capture(l->w, l->n - 1, NULL);
	lab_drain(l);
	filter_drop(shared);
	free(ring);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, enter, leave)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	        TEST(lists_and_connections),
	        TEST(repeated_syn_is_one_connection),
	        TEST(translated_destination),
	        TEST(replaced_under_traffic),
	};
	return LAB_RUN(tests);
}
