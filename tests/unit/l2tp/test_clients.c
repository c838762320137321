/* Whole connections as real clients make them, from the captures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/l2tp/bench.h"

/* The answer to SCCRQ that all of them need. */
static void expect_sccrp(struct bench *b, uint16_t remote)
{
	struct msg_head h;
	struct avp_set set = bench_out(b, 0, &h);
	assert_int_equal(set.type, MSG_SCCRP);
	assert_int_equal(h.tunnel, remote);
	assert_int_equal(h.ns, 0);
	assert_int_equal(h.nr, 1);
	assert_int_equal(avp_u16(&set, AVP_PROTOCOL_VERSION), 0x0100);
	assert_int_equal(avp_u32(&set, AVP_FRAMING_CAP), 3);
	assert_true(set.has[AVP_HOST_NAME]);
	assert_int_equal(avp_u16(&set, AVP_TUNNEL_ID), 1);
	assert_int_equal(avp_u16(&set, AVP_RECEIVE_WINDOW), 16);
	assert_int_equal(b->n_out, 1);
	bench_forget(b);
}

static void expect_zlb(struct bench *b, uint16_t nr)
{
	struct msg_head h;
	assert_int_equal(b->n_out, 1);
	assert_int_equal(bench_out(b, 0, &h).type, 0);
	assert_int_equal(h.nr, nr);
	bench_forget(b);
}

static void expect_icrp(struct bench *b, unsigned n, uint16_t remote_call)
{
	struct msg_head h;
	struct avp_set set = bench_out(b, n, &h);
	assert_int_equal(set.type, MSG_ICRP);
	assert_int_equal(h.call, remote_call);
	assert_int_equal(avp_u16(&set, AVP_SESSION_ID), 1);
	bench_forget(b);
}

static void expect_session(struct bench *b, uint16_t remote_tunnel, uint16_t remote_call,
                           const char *host)
{
	assert_int_equal(l2tp_sessions(b->l), 1);
	assert_int_equal(b->opened, 1);
	assert_int_equal(b->ups, 1);
	assert_int_equal(b->info.tunnel, 1);
	assert_int_equal(b->info.call, 1);
	assert_int_equal(b->info.remote_tunnel, remote_tunnel);
	assert_int_equal(b->info.remote_call, remote_call);
	assert_int_equal(b->info.flow, 70);
	assert_int_equal(b->info.peer, 7);
	assert_string_equal(b->info.host, host);
	assert_string_equal(b->info.tunnel_group, "DefaultRAGroup");
	assert_string_equal(b->info.ifname, "outside");
}

static void test_windows(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	BENCH_IN(b, win_sccrq);
	expect_sccrp(b, 6);
	BENCH_IN(b, win_scccn);
	expect_zlb(b, 2);
	BENCH_IN(b, win_icrq);
	expect_icrp(b, 0, 1);
	BENCH_IN(b, win_iccn);
	expect_zlb(b, 4);
	expect_session(b, 6, 1, "DESKTOP-7Q2");
	BENCH_IN(b, data_lcp);
	assert_int_equal(b->frames, 1);
	assert_memory_equal(b->frame, "\xff\x03\xc0\x21\1\0\0\4", 8);
	assert_true(b->link_ops->send(b->link, (const uint8_t *)"\xff\x03\xc0\x21\2\0\0\4", 8));
	assert_int_equal(b->out[0].len, 14);
	assert_memory_equal(b->out[0].bytes, "\0\2\0\6\0\1\xff\x03\xc0\x21\2\0\0\4", 14);
	bench_forget(b);
	BENCH_IN(b, win_cdn);
	expect_zlb(b, 5);
	assert_int_equal(b->why, LINK_END_USER_REQUEST);
	assert_int_equal(b->downs, 1);
	BENCH_IN(b, win_stopccn);
	expect_zlb(b, 6);
	BENCH_IN(b, win_stopccn); /* our acknowledgement was lost */
	expect_zlb(b, 6);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	assert_int_equal(bench_logged(b, 603107), 1);
	assert_string_equal(b->logs[0],
	                    "L2TP Tunnel deleted, tunnel_id = 1, remote_peer_ip = 198.51.100.7");
	bench_free(b);
}

static void test_apple(void **state)
{
	(void)state;
	for (int swapped = 0; swapped < 2; swapped++) {
		struct bench *b = bench_new();
		b->from.remote.port = 56322;
		BENCH_IN(b, apple_sccrq);
		expect_sccrp(b, 0x11);
		if (swapped) {
			BENCH_IN(b, apple_icrq); /* overtook SCCCN */
			assert_int_equal(l2tp_by_id(b->l, 1)->call.state, CALL_IDLE);
			bench_forget(b);
			BENCH_IN(b, apple_scccn);
			expect_icrp(b, 0, 0x2b1f);
		} else {
			BENCH_IN(b, apple_scccn);
			BENCH_IN(b, apple_icrq);
			assert_int_equal(b->n_out, 2);
			expect_icrp(b, 1, 0x2b1f);
		}
		BENCH_IN(b, apple_iccn);
		expect_session(b, 0x11, 0x2b1f, "iPhone");
		bench_forget(b);
		BENCH_IN(b, apple_cdn);
		expect_zlb(b, 5);
		assert_int_equal(l2tp_sessions(b->l), 0);
		assert_int_equal(b->why, LINK_END_USER_REQUEST);
		BENCH_IN(b, apple_stopccn);
		expect_zlb(b, 6);
		assert_int_equal(l2tp_tunnels(b->l), 0);
		bench_free(b);
	}
}

static void test_android(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	b->from.remote.port = 43211;
	BENCH_IN(b, android_sccrq);
	expect_sccrp(b, 0xb7d3);
	BENCH_IN(b, android_scccn);
	expect_zlb(b, 2); /* it waits for this one */
	BENCH_IN(b, android_icrq);
	expect_icrp(b, 0, 0x51c2);
	BENCH_IN(b, android_iccn);
	expect_zlb(b, 4);
	expect_session(b, 0xb7d3, 0x51c2, "anonymous");
	/* window 1: CDN and StopCCN one after the other */
	b->link_ops->close(b->link, LINK_END_ADMIN_RESET);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(bench_type(b, 0), MSG_CDN);
	bench_forget(b);
	BENCH_IN(b, android_zlb);
	assert_int_equal(b->n_out, 1);
	assert_int_equal(bench_type(b, 0), MSG_STOPCCN);
	bench_free(b);

	b = bench_new();
	BENCH_IN(b, android_sccrq);
	BENCH_IN(b, android_scccn);
	BENCH_IN(b, android_app_icrq);
	BENCH_IN(b, win_iccn);
	assert_int_equal(l2tp_sessions(b->l), 1);
	bench_free(b);

	b = bench_new();
	BENCH_IN(b, android_sccrq);
	BENCH_IN(b, android_scccn);
	BENCH_IN(b, android_icrq);
	BENCH_IN(b, android_iccn);
	BENCH_IN(b, android_stopccn);
	assert_int_equal(b->closed, 1);
	assert_int_equal(b->why, LINK_END_USER_REQUEST);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);
}

static void test_dlink(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	BENCH_IN(b, mikrotik_sccrq);
	expect_sccrp(b, 13);
	BENCH_IN(b, dlink_scccn);
	expect_zlb(b, 2);
	BENCH_IN(b, dlink_icrq);
	expect_icrp(b, 0, 5);
	BENCH_IN(b, dlink_iccn);
	expect_session(b, 13, 5, "MikroTik");
	BENCH_IN(b, dlink_zlb);
	assert_int_equal(l2tp_by_id(b->l, 1)->chan.queued, 0);
	/* without a tunnel in this flow there is nothing to guess */
	b->from.flow = 71;
	bench_forget(b);
	BENCH_IN(b, dlink_zlb);
	assert_int_equal(b->n_out, 0);
	assert_int_equal(ctr_get(&l2tp_drops(b->l)->n[DROP_L2TP_NO_TUNNEL]), 1);
	bench_free(b);
}

static void test_huawei(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_tunnel(b);
	BENCH_IN(b, win_icrq);
	BENCH_IN(b, huawei_iccn);
	expect_session(b, 6, 1, "DESKTOP-7Q2");
	bench_free(b);
}

static void test_xp_two_calls(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	bench_session(b);
	l2tp_session_set_user(b->l, 1, 1, "jdoe");
	bench_forget(b);
	BENCH_IN(b, xp_icrq2);
	struct msg_head h;
	struct avp_set set = bench_out(b, 0, &h);
	assert_int_equal(set.type, MSG_CDN);
	assert_int_equal(h.call, 2);
	assert_int_equal(avp_result(&set).result, CDN_ERROR);
	assert_int_equal(avp_result(&set).error, L2TP_ERR_RESOURCES);
	assert_int_equal(bench_logged(b, 603110), 1);
	assert_string_equal(
	        b->logs[b->n_logs - 1],
	        "Failed to establish L2TP session, tunnel_id = 1, remote_peer_ip = 198.51.100.7, "
	        "user = jdoe. Multiple sessions per tunnel are not supported");
	BENCH_IN(b, xp_zlb);
	assert_int_equal(l2tp_by_id(b->l, 1)->chan.queued, 0);
	/* the first one lives */
	assert_int_equal(l2tp_sessions(b->l), 1);
	BENCH_IN(b, data_lcp);
	assert_int_equal(b->frames, 1);
	bench_free(b);
}

static void test_ios(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	BENCH_IN(b, ios_sccrq_challenge);
	struct msg_head h;
	struct avp_set set = bench_out(b, 0, &h);
	assert_int_equal(set.type, MSG_STOPCCN);
	assert_int_equal(h.tunnel, 4711);
	assert_int_equal(avp_result(&set).result, STOP_NOT_AUTHORIZED);
	assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_CHALLENGE), 1);
	assert_null(l2tp_by_id(b->l, 1));
	bench_forget(b);
	bench_tunnel(b);
	BENCH_IN(b, broadband_icrq);
	BENCH_IN(b, ios_iccn);
	assert_int_equal(l2tp_sessions(b->l), 1);
	assert_true(b->sequencing);
	bench_forget(b);
	assert_true(b->link_ops->send(b->link, (const uint8_t *)"\xc0\x21", 2));
	assert_int_equal(b->out[0].bytes[0], 0x08); /* numbered */
	assert_int_equal(b->out[0].len, 12);
	bench_free(b);
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const uint8_t *msg;
		size_t len;
		uint16_t remote, result, error;
	} rows[] = {
	        {hidden_sccrq, sizeof hidden_sccrq, 77, STOP_ERROR, L2TP_ERR_UNKNOWN_AVP},
	        {unknown_m_sccrq, sizeof unknown_m_sccrq, 77, STOP_ERROR, L2TP_ERR_UNKNOWN_AVP},
	        {version2_sccrq, sizeof version2_sccrq, 77, STOP_VERSION, 0x0100},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct bench *b = bench_new();
		bench_in(b, rows[i].msg, rows[i].len);
		struct msg_head h;
		struct avp_set set = bench_out(b, 0, &h);
		assert_int_equal(set.type, MSG_STOPCCN);
		assert_int_equal(h.tunnel, rows[i].remote);
		assert_int_equal(h.nr, 1);
		assert_int_equal(avp_result(&set).result, rows[i].result);
		assert_int_equal(avp_result(&set).error, rows[i].error);
		assert_int_equal(l2tp_tunnels(b->l), 0);
		bench_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_windows), cmocka_unit_test(test_apple),
	        cmocka_unit_test(test_android), cmocka_unit_test(test_dlink),
	        cmocka_unit_test(test_huawei),  cmocka_unit_test(test_xp_two_calls),
	        cmocka_unit_test(test_ios),     cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
