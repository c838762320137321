/* Every cell of the two state tables, reached over the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tests/unit/l2tp/bench.h"

/* Puts a tunnel into a state; next Ns of the peer and the Nr that acknowledges everything come back. */
static void reach(struct bench *b, enum tunnel_state state, uint16_t *ns, uint16_t *nr)
{
	BENCH_IN(b, win_sccrq);
	*ns = 1;
	*nr = 1;
	if (state == TUN_WAIT_CTL_CONN)
		return;
	BENCH_IN(b, win_scccn);
	*ns = 2;
	if (state == TUN_CLOSING)
		l2tp_close_tunnel(b->l, 1, LINK_END_ADMIN_RESET);
	if (state == TUN_LINGER) {
		struct made stop = bench_msg(1, 0, 2, 1, MSG_STOPCCN);
		bench_add_u16(&stop, AVP_TUNNEL_ID, 6);
		bench_add_u16(&stop, AVP_RESULT_CODE, 1);
		BENCH_MADE(b, stop);
		*ns = 3;
	}
	bench_forget(b);
}

struct cell {
	enum tunnel_state state;
	unsigned msg;
	unsigned next; /* state behind it */
	int stopccn;   /* result code sent, 0 = none */
	bool unexpected;
};

static const struct cell cells[] = {
        {TUN_WAIT_CTL_CONN, MSG_SCCRQ, TUN_CLOSING, STOP_FSM, true},
        {TUN_WAIT_CTL_CONN, MSG_SCCRP, TUN_CLOSING, STOP_FSM, true},
        {TUN_WAIT_CTL_CONN, MSG_SCCCN, TUN_ESTABLISHED, 0, false},
        {TUN_WAIT_CTL_CONN, MSG_STOPCCN, TUN_LINGER, 0, false},
        {TUN_WAIT_CTL_CONN, MSG_HELLO, TUN_WAIT_CTL_CONN, 0, false},
        {TUN_WAIT_CTL_CONN, MSG_ICRQ, TUN_WAIT_CTL_CONN, 0, true},
        {TUN_WAIT_CTL_CONN, 99, TUN_CLOSING, STOP_ERROR, false},
        {TUN_ESTABLISHED, MSG_SCCRQ, TUN_CLOSING, STOP_FSM, true},
        {TUN_ESTABLISHED, MSG_SCCRP, TUN_CLOSING, STOP_FSM, true},
        {TUN_ESTABLISHED, MSG_SCCCN, TUN_CLOSING, STOP_FSM, true},
        {TUN_ESTABLISHED, MSG_STOPCCN, TUN_LINGER, 0, false},
        {TUN_ESTABLISHED, MSG_HELLO, TUN_ESTABLISHED, 0, false},
        {TUN_ESTABLISHED, 99, TUN_CLOSING, STOP_ERROR, false},
        {TUN_CLOSING, MSG_SCCRQ, TUN_CLOSING, 0, true},
        {TUN_CLOSING, MSG_SCCCN, TUN_CLOSING, 0, true},
        {TUN_CLOSING, MSG_HELLO, TUN_CLOSING, 0, true},
        {TUN_CLOSING, MSG_ICRQ, TUN_CLOSING, 0, true},
        {TUN_CLOSING, 99, TUN_CLOSING, 0, true},
        {TUN_CLOSING, MSG_STOPCCN, TUN_LINGER, 0, false},
        {TUN_LINGER, MSG_SCCRQ, TUN_LINGER, 0, true},
        {TUN_LINGER, MSG_SCCCN, TUN_LINGER, 0, true},
        {TUN_LINGER, MSG_HELLO, TUN_LINGER, 0, true},
        {TUN_LINGER, MSG_ICRQ, TUN_LINGER, 0, true},
        {TUN_LINGER, 99, TUN_LINGER, 0, true},
        {TUN_LINGER, MSG_STOPCCN, TUN_LINGER, 0, false},
};

static struct made tunnel_message(unsigned type, uint16_t ns, uint16_t nr)
{
	struct made m = bench_msg(1, 0, ns, nr, type);
	if (type == MSG_SCCRQ || type == MSG_SCCRP) {
		bench_add(&m, true, 0, AVP_PROTOCOL_VERSION, "\1\0", 2);
		bench_add_u16(&m, AVP_TUNNEL_ID, 6);
	}
	if (type == MSG_STOPCCN) {
		bench_add_u16(&m, AVP_TUNNEL_ID, 6);
		bench_add_u16(&m, AVP_RESULT_CODE, 1);
	}
	if (type == MSG_ICRQ)
		bench_add_u16(&m, AVP_SESSION_ID, 5);
	return m;
}

static void test_tunnel_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		const struct cell *c = &cells[i];
		struct bench *b = bench_new();
		uint16_t ns, nr;
		reach(b, c->state, &ns, &nr);
		uint64_t unexpected = l2tp_refused(b->l, L2TP_REFUSE_UNEXPECTED);
		struct made m = tunnel_message(c->msg, ns, nr);
		bench_forget(b);
		BENCH_MADE(b, m);
		struct l2tp_tunnel *t = l2tp_by_id(b->l, 1);
		assert_non_null(t);
		assert_int_equal(t->state, c->next);
		assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_UNEXPECTED) - unexpected,
		                 c->unexpected);
		/* everything is acknowledged, whatever becomes of it */
		assert_true(b->n_out >= 1);
		struct msg_head h;
		struct avp_set set = bench_out(b, 0, &h);
		assert_int_equal(h.nr, (uint16_t)(ns + 1));
		assert_int_equal(set.type, c->stopccn ? MSG_STOPCCN : 0);
		if (c->stopccn)
			assert_int_equal(avp_result(&set).result, c->stopccn);
		bench_free(b);
	}
}

static void test_tunnel_timers(void **state)
{
	(void)state;
	/* SILENT */
	struct bench *b = bench_new();
	BENCH_IN(b, win_sccrq);
	bench_wait(b, 31000);
	assert_null(l2tp_by_id(b->l, 1));
	assert_int_equal(bench_type(b, b->n_out - 1), MSG_STOPCCN);
	assert_int_equal(bench_logged(b, 603107), 0); /* was never up */
	/* GUARD: SCCRP is acknowledged, SCCCN never comes */
	BENCH_IN(b, win_sccrq);
	uint8_t z[12] = {0xc8, 2, 0, 12, 0, 2, 0, 0, 0, 1, 0, 1};
	bench_forget(b);
	BENCH_IN(b, z);
	bench_wait(b, 59999);
	assert_int_equal(b->n_out, 0);
	bench_wait(b, 1);
	assert_int_equal(bench_type(b, 0), MSG_STOPCCN);
	/* ACKED: our StopCCN has arrived */
	z[11] = 2;
	BENCH_IN(b, z);
	assert_null(l2tp_by_id(b->l, 2));
	bench_free(b);
	/* established without a call */
	b = bench_new();
	bench_tunnel(b);
	bench_wait(b, 60000);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	assert_int_equal(bench_logged(b, 603107), 1);
	bench_wait(b, 31000); /* nobody answers the StopCCN */
	assert_null(l2tp_by_id(b->l, 1));
	/* LINGER ends */
	BENCH_IN(b, win_sccrq);
	struct made stop = bench_msg(2, 0, 1, 1, MSG_STOPCCN);
	BENCH_MADE(b, stop);
	assert_non_null(l2tp_by_id(b->l, 2));
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_wait(b, 31000);
	assert_null(l2tp_by_id(b->l, 2));
	bench_free(b);
}

struct call_cell {
	enum call_state state;
	unsigned msg;
	bool bad; /* an unknown AVP with the M bit in it */
	enum call_state next;
	int cdn; /* result code sent, 0 = none */
	bool unexpected;
};

static const struct call_cell call_cells[] = {
        {CALL_IDLE, MSG_ICRP, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_ICCN, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_CDN, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_WEN, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_SLI, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_OCRQ, false, CALL_IDLE, CDN_NO_FACILITIES_EVER, true},
        {CALL_IDLE, MSG_OCRP, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_OCCN, false, CALL_IDLE, 0, true},
        {CALL_IDLE, MSG_ICRQ, false, CALL_WAIT_CONNECT, 0, false},
        {CALL_IDLE, MSG_ICRQ, true, CALL_IDLE, CDN_ERROR, false},
        {CALL_WAIT_CONNECT, MSG_ICRQ, false, CALL_WAIT_CONNECT, CDN_ERROR, false},
        {CALL_WAIT_CONNECT, MSG_ICRP, false, CALL_IDLE, CDN_ERROR, true},
        {CALL_WAIT_CONNECT, MSG_ICCN, false, CALL_ESTABLISHED, 0, false},
        {CALL_WAIT_CONNECT, MSG_ICCN, true, CALL_IDLE, CDN_ERROR, false},
        {CALL_WAIT_CONNECT, MSG_CDN, false, CALL_IDLE, 0, false},
        {CALL_WAIT_CONNECT, MSG_CDN, true, CALL_IDLE, 0, false},
        {CALL_WAIT_CONNECT, MSG_WEN, false, CALL_WAIT_CONNECT, 0, false},
        {CALL_WAIT_CONNECT, MSG_SLI, false, CALL_WAIT_CONNECT, 0, false},
        {CALL_ESTABLISHED, MSG_ICRQ, false, CALL_ESTABLISHED, CDN_ERROR, false},
        {CALL_ESTABLISHED, MSG_ICRP, false, CALL_IDLE, CDN_ERROR, true},
        {CALL_ESTABLISHED, MSG_ICCN, false, CALL_IDLE, CDN_ERROR, true},
        {CALL_ESTABLISHED, MSG_CDN, false, CALL_IDLE, 0, false},
        {CALL_ESTABLISHED, MSG_WEN, false, CALL_ESTABLISHED, 0, false},
        {CALL_ESTABLISHED, MSG_WEN, true, CALL_IDLE, CDN_ERROR, false},
        {CALL_ESTABLISHED, MSG_SLI, false, CALL_ESTABLISHED, 0, false},
};

static void test_call_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof call_cells / sizeof call_cells[0]; i++) {
		const struct call_cell *c = &call_cells[i];
		struct bench *b = bench_new();
		uint16_t ns = 2, nr = 1;
		bench_tunnel(b);
		if (c->state >= CALL_WAIT_CONNECT) {
			BENCH_IN(b, win_icrq);
			ns = 3;
			nr = 2;
		}
		if (c->state == CALL_ESTABLISHED) {
			BENCH_IN(b, win_iccn);
			ns = 4;
		}
		uint64_t unexpected = l2tp_refused(b->l, L2TP_REFUSE_UNEXPECTED);
		struct made m = bench_msg(1, c->msg == MSG_ICRQ || c->msg == MSG_OCRQ ? 0 : 1, ns,
		                          nr, c->msg);
		if (c->msg == MSG_ICRQ || c->msg == MSG_OCRQ || c->msg == MSG_CDN)
			bench_add_u16(&m, AVP_SESSION_ID, c->msg == MSG_CDN ? 1 : 33);
		if (c->bad)
			bench_add(&m, true, 0, 1999, "?", 1);
		bench_forget(b);
		BENCH_MADE(b, m);
		struct l2tp_tunnel *t = l2tp_by_id(b->l, 1);
		assert_int_equal(t->call.state, c->next);
		assert_int_equal(t->state, TUN_ESTABLISHED);
		assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_UNEXPECTED) - unexpected,
		                 c->unexpected);
		struct msg_head h;
		struct avp_set set = bench_out(b, 0, &h);
		assert_int_equal(set.type,
		                 c->cdn ? MSG_CDN
		                        : (c->next == CALL_WAIT_CONNECT && c->state == CALL_IDLE
		                                   ? MSG_ICRP
		                                   : 0));
		if (c->cdn)
			assert_int_equal(avp_result(&set).result, c->cdn);
		assert_int_equal(b->opened - b->closed, c->next == CALL_ESTABLISHED);
		bench_free(b);
	}
}

static void test_call_close(void **state)
{
	(void)state;
	static const struct {
		enum link_end why;
		unsigned result;
	} ends[] = {
	        {LINK_END_USER_REQUEST, CDN_CARRIER},
	        {LINK_END_ADMIN_RESET, CDN_ADMIN},
	        {LINK_END_IDLE_TIMEOUT, CDN_ADMIN},
	        {LINK_END_USER_ERROR, CDN_ADMIN},
	        {LINK_END_INTERNAL_ERROR, CDN_NO_FACILITIES},
	        {LINK_END_CONFIG_ERROR, CDN_NO_FACILITIES_EVER},
	};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct bench *b = bench_new();
		bench_session(b);
		bench_forget(b);
		b->link_ops->close(b->link, ends[i].why);
		assert_int_equal(b->closed, 1);
		assert_int_equal(b->why, ends[i].why);
		struct msg_head h;
		struct avp_set set = bench_out(b, 0, &h);
		assert_int_equal(set.type, MSG_CDN);
		assert_int_equal(h.call, 1);
		assert_int_equal(avp_result(&set).result, ends[i].result);
		/* StopCCN follows as soon as the window allows */
		uint8_t z[12] = {0xc8, 2, 0, 12, 0, 1, 0, 0, 0, 4, 0, 3};
		BENCH_IN(b, z);
		assert_int_equal(bench_type(b, b->n_out - 1), MSG_STOPCCN);
		z[11] = 4;
		BENCH_IN(b, z);
		assert_null(l2tp_by_id(b->l, 1));
		bench_free(b);
	}
}

/* PPP may do anything while it is told something. */
static void test_reentrance(void **state)
{
	(void)state;
	struct bench *b = bench_new();
	b->close_in_open = true;
	bench_tunnel(b);
	BENCH_IN(b, win_icrq);
	BENCH_IN(b, win_iccn);
	assert_int_equal(b->closed, 1);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);

	b = bench_new();
	b->reenter = true;
	bench_session(b);
	BENCH_IN(b, win_cdn); /* PPP's end makes the gateway delete the flow */
	assert_null(l2tp_by_id(b->l, 1));
	bench_free(b);

	b = bench_new();
	b->reenter = true;
	bench_session(b);
	b->link_ops->close(b->link, LINK_END_ADMIN_RESET);
	assert_null(l2tp_by_id(b->l, 1));
	bench_free(b);

	b = bench_new();
	b->reenter = true;
	bench_session(b);
	bench_wait(b, 200000); /* dead peer */
	assert_null(l2tp_by_id(b->l, 1));
	assert_int_equal(b->why, LINK_END_LOST_SERVICE);
	bench_free(b);

	b = bench_new();
	b->reenter = true;
	bench_session(b);
	l2tp_flow_down(b->l, b->from.flow, LINK_END_IKE_DELETE);
	assert_null(l2tp_by_id(b->l, 1));
	bench_free(b);

	b = bench_new();
	b->reenter = b->close_on_frame = true;
	bench_session(b);
	BENCH_IN(b, data_lcp);
	assert_null(l2tp_by_id(b->l, 1));
	bench_free(b);

	b = bench_new();
	b->refuse = true;
	bench_tunnel(b);
	BENCH_IN(b, win_icrq);
	bench_forget(b);
	BENCH_IN(b, win_iccn);
	assert_int_equal(bench_type(b, 0), MSG_CDN);
	assert_int_equal(l2tp_refused(b->l, L2TP_REFUSE_NO_USER), 1);
	assert_int_equal(l2tp_tunnels(b->l), 0);
	bench_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_tunnel_cells), cmocka_unit_test(test_tunnel_timers),
	        cmocka_unit_test(test_call_cells),   cmocka_unit_test(test_call_close),
	        cmocka_unit_test(test_reentrance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
