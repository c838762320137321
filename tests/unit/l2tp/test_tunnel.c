/* Flows, limits, replacement, Hello, shutdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/l2tp/bench.h"

static struct made sccrq(uint16_t remote)
{
	struct made m = bench_msg(0, 0, 0, 0, MSG_SCCRQ);
	bench_add(&m, true, 0, AVP_PROTOCOL_VERSION, "\1\0", 2);
	bench_add(&m, true, 0, AVP_HOST_NAME, "c", 1);
	bench_add_u16(&m, AVP_TUNNEL_ID, remote);
	return m;
}

static unsigned stopccn_error(struct bench *b, unsigned n)
{
	struct msg_head h;
	struct avp_set set = bench_out(b, n, &h);
	assert_int_equal(set.type, MSG_STOPCCN);
	return avp_result(&set).error;
}

static void test_duplicate_sccrq(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	BENCH_IN(b, win_sccrq);
	BENCH_IN(b, win_sccrq);
	assert_int_equal(b->n_out, 2);
	assert_int_equal(bench_type(b, 1), MSG_SCCRP); /* again, at once */
	assert_int_equal(l2tp_tunnels(b->l), 1);
	BENCH_IN(b, win_scccn);
	bench_forget(b);
	BENCH_IN(b, win_sccrq); /* an old copy, late */
	assert_int_equal(b->n_out, 0); /* no answer, which a peer that restarted would misunderstand */
	assert_int_equal(l2tp_by_id(b->l, 1)->state, TUN_ESTABLISHED);
	bench_free(b);
}

static void test_replacement(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	bench_forget(b);
	struct made m = sccrq(42);
	BENCH_MADE(b, m);
	assert_int_equal(b->closed, 1);
	assert_int_equal(b->why, LINK_END_PEER_RECONNECTED);
	assert_int_equal(b->downs, 1);
	assert_int_equal(bench_type(b, 0), MSG_STOPCCN); /* to the old number */
	assert_int_equal(bench_type(b, 1), MSG_SCCRP);
	assert_null(l2tp_by_id(b->l, 1));
	assert_int_equal(l2tp_by_id(b->l, 2)->remote_id, 42);
	assert_int_equal(bench_logged(b, 603107), 1);
	bench_free(b);
	/* restarted with the same number */
	b = bench_new();
	bench_session(b);
	bench_wait(b, 40000);
	bench_forget(b);
	BENCH_IN(b, win_sccrq);
	assert_int_equal(b->why, LINK_END_PEER_RECONNECTED);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(bench_type(b, 0), MSG_SCCRP);
	assert_int_equal(l2tp_tunnels(b->l), 1);
	bench_free(b);
	/* back with the same number while the old tunnel says goodbye */
	b = bench_new();
	bench_session(b);
	BENCH_IN(b, win_cdn);
	BENCH_IN(b, win_stopccn);
	assert_non_null(l2tp_by_id(b->l, 1));
	bench_forget(b);
	BENCH_IN(b, win_sccrq);
	assert_null(l2tp_by_id(b->l, 1));
	assert_int_equal(bench_type(b, 0), MSG_SCCRP);
	bench_free(b);
}

static void test_flows(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	/* a second client behind the same address with the same number */
	b->from.peer = 8;
	b->from.flow = 80;
	BENCH_IN(b, win_sccrq);
	assert_int_equal(l2tp_tunnels(b->l), 2);
	assert_int_equal(b->out[b->n_out - 1].flow, 80);
	/* it may not speak for the first one */
	bench_forget(b);
	BENCH_IN(b, win_cdn);
	BENCH_IN(b, data_lcp);
	l2tp_data_input(b->l, 80, 1, 1, (const uint8_t *)"\xc0\x21", 2);
	assert_int_equal(b->n_out, 0);
	assert_int_equal(b->frames, 0);
	assert_int_equal(ctr_get(&l2tp_drops(b->l)->n[DROP_L2TP_WRONG_SA]), 3);
	assert_int_equal(l2tp_sessions(b->l), 1);
	/* unknown tunnel, unknown call */
	b->from.flow = 70;
	l2tp_data_input(b->l, 70, 9, 1, (const uint8_t *)"\xc0\x21", 2);
	l2tp_data_input(b->l, 70, 1, 2, (const uint8_t *)"\xc0\x21", 2);
	assert_int_equal(ctr_get(&l2tp_drops(b->l)->n[DROP_L2TP_NO_TUNNEL]), 1);
	assert_int_equal(ctr_get(&l2tp_drops(b->l)->n[DROP_L2TP_NO_SESSION]), 1);
	l2tp_data_input(b->l, 70, 1, 1, (const uint8_t *)"\xc0\x21", 2);
	assert_int_equal(b->frames, 1);
	/* the flow goes, and only its tunnel with it */
	bench_forget(b);
	l2tp_flow_down(b->l, 70, LINK_END_IKE_DELETE);
	assert_int_equal(b->n_out, 0);
	assert_int_equal(b->why, LINK_END_IKE_DELETE);
	assert_int_equal(l2tp_tunnels(b->l), 1);
	l2tp_flow_down(b->l, 80, LINK_END_LOST_SERVICE);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);
}

static void test_limit(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	struct l2tp_conf conf = {.hello_s = 60, .tunnel_limit = 3, .host = "asa"};
	l2tp_set_conf(b->l, &conf);
	for (uint32_t i = 0; i < 3; i++) {
		b->from.peer = 100 + i;
		b->from.flow = 200 + i;
		BENCH_IN(b, win_sccrq);
	}
	bench_forget(b);
	b->from.peer = 103;
	b->from.flow = 203;
	BENCH_IN(b, win_sccrq);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(stopccn_error(b, 0), L2TP_ERR_RESOURCES);
	assert_int_equal(bench_logged(b, 403103), 1);
	assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_TUNNEL_LIMIT), 1);
	/* a place becomes free */
	l2tp_flow_down(b->l, 200, LINK_END_IKE_DELETE);
	BENCH_IN(b, win_sccrq);
	assert_int_equal(l2tp_tunnels(b->l), 3);
	/* replacing needs no place */
	struct made m = sccrq(99);
	BENCH_MADE(b, m);
	assert_int_equal(l2tp_tunnels(b->l), 3);
	assert_int_equal(bench_logged(b, 403103), 1);
	bench_free(b);
}

/* As many as the appliance carries, each with its session; the next one is refused. */
static void test_full(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	b->deaf = true;
	for (uint32_t i = 1; i <= L2TP_TUNNEL_LIMIT; i++) {
		b->from.peer = b->from.flow = i;
		BENCH_IN(b, win_sccrq);
		struct made m = bench_msg((uint16_t)i, 0, 1, 1, MSG_SCCCN);
		BENCH_MADE(b, m);
		m = bench_msg((uint16_t)i, 0, 2, 1, MSG_ICRQ);
		bench_add_u16(&m, AVP_SESSION_ID, 1);
		BENCH_MADE(b, m);
		m = bench_msg((uint16_t)i, (uint16_t)i, 3, 2, MSG_ICCN);
		BENCH_MADE(b, m);
	}
	assert_int_equal(l2tp_sessions(b->l), L2TP_TUNNEL_LIMIT);
	b->deaf = false;
	b->from.peer = b->from.flow = L2TP_TUNNEL_LIMIT + 1;
	BENCH_IN(b, win_sccrq);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(stopccn_error(b, 0), L2TP_ERR_RESOURCES);
	assert_int_equal(bench_logged(b, 403103), 1);
	b->deaf = true;
	for (uint32_t i = 1; i <= L2TP_TUNNEL_LIMIT; i++)
		l2tp_flow_down(b->l, i, LINK_END_IKE_DELETE);
	assert_int_equal(l2tp_sessions(b->l), 0);
	bench_free(b);
}

static void test_half_open(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	for (uint32_t i = 0; i < HALF_OPEN_PEER_MAX; i++) {
		b->from.flow = 200 + i;
		BENCH_IN(b, win_sccrq);
	}
	bench_forget(b);
	b->from.flow = 300;
	BENCH_IN(b, win_sccrq);
	assert_int_equal(stopccn_error(b, 0), L2TP_ERR_RESOURCES);
	assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_HALF_OPEN), 1);
	/* another peer is not concerned; in all there is a ceiling too */
	for (uint32_t i = 0; i < HALF_OPEN_MAX + 10; i++) {
		b->from.peer = 1000 + i;
		b->from.flow = 1000 + i;
		bench_forget(b);
		BENCH_IN(b, win_sccrq);
	}
	assert_int_equal(l2tp_tunnels(b->l), HALF_OPEN_MAX);
	/* they all go away by themselves */
	b->deaf = true;
	bench_wait(b, 31000);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);
}

static void test_closing_ceiling(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	struct made stop = bench_msg(1, 0, 1, 1, MSG_STOPCCN);
	for (uint32_t i = 0; i < CLOSING_MAX + 50; i++) {
		b->from.flow = 200 + i;
		bench_forget(b);
		BENCH_IN(b, win_sccrq);
		uint16_t id = b->l->next_tunnel;
		stop.bytes[4] = (uint8_t)(id >> 8);
		stop.bytes[5] = (uint8_t)id;
		BENCH_MADE(b, stop);
	}
	assert_int_equal(b->l->closing, CLOSING_MAX);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);
}

static void test_hello(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	uint8_t z[12] = {0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 4, 0, 2};
	BENCH_IN(b, z);
	bench_forget(b);
	bench_wait(b, 59999);
	assert_int_equal(b->n_out, 0);
	bench_wait(b, 1);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(bench_type(b, 0), MSG_HELLO);
	z[11] = 3;
	BENCH_IN(b, z);
	bench_forget(b);
	/* data is a sign of life: no Hello while it flows */
	for (int i = 0; i < 30; i++) {
		bench_wait(b, 10000);
		b->data.pkts_in++;
	}
	assert_int_equal(b->n_out, 0);
	/* a shorter interval counts at once */
	struct l2tp_conf conf = {.hello_s = 10, .tunnel_limit = 4096, .host = "asa"};
	l2tp_set_conf(b->l, &conf);
	bench_wait(b, 11000);
	assert_int_equal(bench_type(b, 0), MSG_HELLO);
	/* Hello is not answered, but data comes: the tunnel stays */
	for (int i = 0; i < 20; i++) {
		bench_wait(b, 10000);
		b->data.pkts_in++;
	}
	assert_int_equal(l2tp_sessions(b->l), 1);
	/* nothing comes at all */
	bench_wait(b, 100000);
	assert_int_equal(l2tp_sessions(b->l), 0);
	assert_int_equal(b->why, LINK_END_LOST_SERVICE);
	assert_int_equal(bench_logged(b, 603107), 1);
	bench_free(b);
}

static void test_dead_peer_time(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	uint8_t z[12] = {0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 4, 0, 2};
	BENCH_IN(b, z);
	bench_wait(b, 60000 + 31000 - 1);
	assert_int_equal(l2tp_sessions(b->l), 1);
	bench_wait(b, 1);
	assert_int_equal(l2tp_sessions(b->l), 0);
	bench_free(b);
}

static void test_shutdown(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	b->from.flow = 71;
	BENCH_IN(b, win_sccrq);
	bench_forget(b);
	l2tp_shutdown(b->l);
	assert_int_equal(b->n_out, 2);
	struct msg_head h;
	for (unsigned i = 0; i < 2; i++) {
		struct avp_set set = bench_out(b, i, &h);
		assert_int_equal(set.type, MSG_STOPCCN);
		assert_int_equal(avp_result(&set).result, STOP_SHUTDOWN);
	}
	assert_int_equal(b->why, LINK_END_ADMIN_SHUTDOWN);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	BENCH_IN(b, win_sccrq); /* nobody is let in any more */
	assert_int_equal(b->n_out, 2);
	bench_free(b);

	b = bench_new();
	bench_session(b);
	assert_false(l2tp_close_tunnel(b->l, 9, LINK_END_ADMIN_RESET));
	l2tp_close_all(b->l, LINK_END_ADMIN_RESET);
	assert_int_equal(b->why, LINK_END_ADMIN_RESET);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	assert_false(l2tp_close_tunnel(b->l, 1, LINK_END_ADMIN_RESET));
	bench_free(b);
}

static void test_moved(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	b->from.remote.ip = 0xc6336408;
	struct made hello = bench_msg(1, 0, 4, 2, MSG_HELLO);
	BENCH_MADE(b, hello);
	assert_int_equal(l2tp_by_id(b->l, 1)->remote.ip, 0xc6336408);
	assert_int_equal(l2tp_by_id(b->l, 1)->remote.port, 1701);
	bench_free(b);
}

/* Numbers go once round; used ones are left out. */
static void test_numbers(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	b->from.flow = 71;
	b->l->next_tunnel = 65534;
	b->l->next_call = 65535;
	BENCH_IN(b, win_sccrq);
	assert_non_null(l2tp_by_id(b->l, 65535));
	l2tp_flow_down(b->l, 71, LINK_END_IKE_DELETE);
	BENCH_IN(b, win_sccrq);
	assert_non_null(l2tp_by_id(b->l, 2));
	assert_int_equal(l2tp_new_call_id(b->l), 2);
	bench_free(b);
}

static void each(void *arg, const struct l2tp_session_info *s)
{
	struct bench *b = arg;
	assert_string_equal(s->username, "jdoe");
	assert_int_equal(s->ppp_unit, 4);
	assert_int_equal(s->link->tunnel, 1);
	assert_int_equal(s->n.pkts_in, 1 + b->data.pkts_in);
	b->refuse = true;
}

static void test_sessions(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	assert_true(l2tp_session_set_user(b->l, 1, 1, "jdoe"));
	assert_true(l2tp_session_set_ppp(b->l, 1, 1, 4));
	assert_false(l2tp_session_set_user(b->l, 1, 2, "x"));
	assert_false(l2tp_session_set_ppp(b->l, 2, 1, 9));
	BENCH_IN(b, data_lcp);
	b->data.pkts_in = 10;
	l2tp_each_session(b->l, each, b);
	assert_true(b->refuse);
	bench_free(b);
}

static void name_is(void *arg, const struct l2tp_session_info *s)
{
	assert_string_equal(s->username, arg);
}

/* A session has the name of its own login, and none before that. */
static void test_session_name(void **state)
{
	char none[] = "", jdoe[] = "jdoe";
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	l2tp_each_session(b->l, name_is, none);
	assert_true(l2tp_session_set_user(b->l, 1, b->info.call, jdoe));
	l2tp_each_session(b->l, name_is, jdoe);
	BENCH_IN(b, win_cdn);
	assert_int_equal(l2tp_sessions(b->l), 0);
	struct made icrq = bench_msg(1, 0, 5, 2, MSG_ICRQ);
	bench_add_u16(&icrq, AVP_SESSION_ID, 7);
	BENCH_MADE(b, icrq);
	struct made iccn = bench_msg(1, 2, 6, 3, MSG_ICCN);
	BENCH_MADE(b, iccn);
	assert_int_equal(l2tp_sessions(b->l), 1);
	l2tp_each_session(b->l, name_is, none);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_duplicate_sccrq), cmocka_unit_test(test_replacement),
	        cmocka_unit_test(test_flows),           cmocka_unit_test(test_limit),
	        cmocka_unit_test(test_half_open),       cmocka_unit_test(test_full),
	        cmocka_unit_test(test_closing_ceiling), cmocka_unit_test(test_hello),
	        cmocka_unit_test(test_dead_peer_time),  cmocka_unit_test(test_shutdown),
	        cmocka_unit_test(test_moved),           cmocka_unit_test(test_numbers),
	        cmocka_unit_test(test_sessions),        cmocka_unit_test(test_session_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
