/* Our LNS against test clients over a bad wire: losses, doubled and reordered packets, power cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "l2tp/internal.h"
#include "l2tp/l2tp.h"
#include "tests/client/lac.h"
#include "tests/exchange/wire.h"

enum { CLIENTS = 32 };

struct net;

struct client {
	struct net *net;
	struct lac lac;
	uint32_t peer, flow;
	/* its session at the LNS */
	void *link;
	const struct link_ops *ops;
	unsigned opened, closed, frames;
	enum link_end why;
	uint64_t closed_ms;
};

struct net {
	struct clock clock;
	struct wire wire;
	struct l2tp *l;
	struct client clients[CLIENTS];
	unsigned ups, downs;
	unsigned refused;
	enum fail_cause cause; /* of the last one */
	enum fail_stage stage;
	struct log_sink sink;
	unsigned logs_603107, logs_603110, logs_403103;
};

static struct client *by_flow(struct net *n, uint32_t flow)
{
	for (int i = 0; i < CLIENTS; i++) {
		if (n->clients[i].flow == flow)
			return &n->clients[i];
	}
	fail_msg("no client has flow %u", flow);
	return NULL;
}

/* ---------------------------------------------------------------------------------- the two ends */

static void to_client(void *arg, const uint8_t *msg, size_t len)
{
	struct client *c = arg;
	lac_input(&c->lac, msg, len);
}

static void to_lns(void *arg, const uint8_t *msg, size_t len)
{
	struct client *c = arg;
	struct l2tp_from from = {.peer = c->peer,
	                         .flow = c->flow,
	                         .local = {0xc0000201, 1701},
	                         .remote = {0xc6336401, 1701},
	                         .tunnel_group = "DefaultRAGroup",
	                         .ifname = "outside",
	                         .udp_encap = true};
	l2tp_input(c->net->l, &from, msg, len);
}

static bool lns_send(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                     const uint8_t *msg, size_t len)
{
	struct net *n = ctx;
	(void)local;
	(void)remote;
	wire_put(&n->wire, to_client, by_flow(n, flow), msg, len);
	return true;
}

static void client_send(void *arg, const uint8_t *msg, size_t len)
{
	struct client *c = arg;
	wire_put(&c->net->wire, to_lns, c, msg, len);
}

static void lns_up(void *ctx, const struct link_info *info, bool sequencing)
{
	(void)info;
	(void)sequencing;
	((struct net *)ctx)->ups++;
}

static void lns_down(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)tunnel;
	(void)call;
	((struct net *)ctx)->downs++;
}

static void *ppp_open(void *ctx, const struct link_info *info, const struct link_ops *ops,
                      void *link)
{
	struct client *c = by_flow(ctx, info->flow);
	c->opened++;
	c->ops = ops;
	c->link = link;
	return c;
}

/* PPP sends every frame back. */
static void ppp_input(void *user, const uint8_t *frame, size_t len)
{
	struct client *c = user;
	c->frames++;
	c->ops->send(c->link, frame, len);
}

static void ppp_closed(void *user, enum link_end why)
{
	struct client *c = user;
	c->closed++;
	c->why = why;
	c->link = NULL;
	c->closed_ms = clock_now(&c->net->clock);
}

static void lns_refused(void *ctx, const struct failure *f)
{
	struct net *n = ctx;
	n->refused++;
	n->cause = f->cause;
	n->stage = f->stage;
}

static const struct l2tp_ops ops = {lns_send, lns_up, lns_down, NULL, lns_refused};
static const struct link_user user = {.open = ppp_open, .input = ppp_input, .closed = ppp_closed};

static void on_log(void *arg, const struct log_line *line)
{
	struct net *n = arg;
	n->logs_603107 += line->id == 603107;
	n->logs_603110 += line->id == 603110;
	n->logs_403103 += line->id == 403103;
}

static void net_client(struct net *n, int i, const struct lac_conf *conf)
{
	struct client *c = &n->clients[i];
	c->net = n;
	c->peer = 100 + (uint32_t)i;
	c->flow = 1000 + (uint32_t)i;
	lac_init(&c->lac, &n->clock, conf, client_send, c);
}

static struct net *net_new(uint32_t seed)
{
	struct net *n = calloc(1, sizeof *n);
	assert_non_null(n);
	clock_init(&n->clock, 0);
	wire_init(&n->wire, &n->clock, seed);
	n->l = l2tp_new(&n->clock, &ops, n);
	assert_non_null(n->l);
	l2tp_set_user(n->l, &user, n);
	n->sink = (struct log_sink){.level = LOGL_DEBUGGING, .write = on_log, .arg = n};
	log_sink_add(&n->sink);
	for (int i = 0; i < CLIENTS; i++)
		net_client(n, i, &lac_windows);
	return n;
}

static void net_free(struct net *n)
{
	l2tp_free(n->l);
	for (int i = 0; i < CLIENTS; i++) {
		lac_power_off(&n->clients[i].lac);
		assert_int_equal(n->clients[i].opened, n->clients[i].closed);
	}
	assert_int_equal(n->ups, n->downs);
	wire_free(&n->wire);
	assert_int_equal(clock_next(&n->clock), UINT64_MAX);
	log_sink_remove(&n->sink);
	clock_free(&n->clock);
	free(n);
}

static void run(struct net *n, uint64_t ms)
{
	uint64_t end = clock_now(&n->clock) + ms;
	for (uint64_t d = clock_next(&n->clock); d != UINT64_MAX && clock_now(&n->clock) + d <= end;
	     d = clock_next(&n->clock))
		clock_run(&n->clock, clock_now(&n->clock) + d);
	clock_run(&n->clock, end);
}

static void run_until(struct net *n, const struct client *c, enum lac_state state,
                      uint64_t limit_ms)
{
	uint64_t end = clock_now(&n->clock) + limit_ms;
	while (c->lac.state != state && clock_now(&n->clock) < end)
		run(n, 20);
	assert_int_equal(c->lac.state, state);
}

static void bad(struct wire *w)
{
	w->loss = 250;
	w->doubled = 150;
	w->jitter_ms = 300;
}

/* ------------------------------------------------------------------------------------------- tests */

static const struct lac_conf *const habits[] = {
        &lac_windows, &lac_apple, &lac_android, &lac_mikrotik, &lac_dlink, &lac_huawei, &lac_xp};
enum { HABITS = sizeof habits / sizeof habits[0] };

static void test_good_wire(void **state)
{
	(void)state;
	struct net *n = net_new(1);
	for (int i = 0; i < HABITS; i++) {
		net_client(n, i, habits[i]);
		lac_connect(&n->clients[i].lac);
	}
	run(n, 500);
	for (int i = 0; i < HABITS; i++) {
		struct client *c = &n->clients[i];
		assert_int_equal(c->lac.state, LAC_UP);
		assert_int_equal(c->opened, 1);
		lac_send_frame(&c->lac, (const uint8_t *)"\xc0\x21\1", 3);
		lac_send_frame(&c->lac, (const uint8_t *)"\xc0\x21\2", 3);
	}
	run(n, 100);
	assert_int_equal(n->l->sessions, HABITS);
	assert_int_equal(n->logs_603110, 1); /* the second call of XP */
	assert_int_equal(n->clients[6].lac.second_refused, 1);
	for (int i = 0; i < HABITS; i++) {
		assert_int_equal(n->clients[i].frames, 2);
		assert_int_equal(n->clients[i].lac.frames, 2);
		lac_hang_up(&n->clients[i].lac);
	}
	run(n, 200);
	for (int i = 0; i < HABITS; i++) {
		assert_int_equal(n->clients[i].lac.state, LAC_CLOSED);
		assert_int_equal(n->clients[i].why, LINK_END_USER_REQUEST);
	}
	assert_int_equal(l2tp_tunnels(n->l), 0);
	assert_int_equal(n->logs_603107, HABITS);
	/* nobody had to say anything twice */
	for (struct l2tp_tunnel *t = n->l->first; t != NULL; t = t->next)
		assert_int_equal(t->chan.stats.resends, 0);
	net_free(n);
}

/* In and out, ended by the client, by us, by a power cut; nothing stays behind. */
static void test_cycles(void **state)
{
	(void)state;
	struct net *n = net_new(4711);
	bad(&n->wire);
	unsigned connected = 0;
	for (unsigned i = 0; i < 210; i++) {
		int k = (int)(i % HABITS);
		struct client *c = &n->clients[k];
		struct lac_conf conf = *habits[k];
		conf.tunnel = (uint16_t)(conf.tunnel + i);
		net_client(n, k, &conf);
		c->flow = 1000 + (uint32_t)k +
		          (i / HABITS % 2) * 100; /* now and then the same flow again */
		lac_connect(&c->lac);
		run_until(n, c, LAC_UP, 120000);
		connected++;
		lac_send_frame(&c->lac, (const uint8_t *)"\xc0\x21\1", 3);
		run(n, 400);
		if (i % 3 == 0) {
			lac_hang_up(&c->lac);
			run_until(n, c, LAC_CLOSED, 120000);
		} else if (i % 3 == 1) {
			for (int w = 0; w < 50 && c->link == NULL; w++)
				run(n, 500); /* ICCN on its way */
			assert_non_null(c->link);
			c->ops->close(c->link, LINK_END_ADMIN_RESET);
			assert_null(c->link);
			run_until(n, c, LAC_CLOSED, 120000);
		}
		lac_power_off(&c->lac);
		run(n, 150000);
		assert_int_equal(l2tp_tunnels(n->l), 0);
		assert_int_equal(l2tp_sessions(n->l), 0);
		assert_int_equal(c->opened, c->closed);
	}
	assert_int_equal(connected, 210);
	assert_int_equal(n->ups, n->downs);
	assert_int_equal(pool_used(n->l->tunnels), 0);
	assert_int_equal(pool_used(n->l->msgs), 0);
	assert_int_equal(hash_count(n->l->by_id), 0);
	assert_int_equal(hash_count(n->l->by_flow), 0);
	assert_int_equal(n->l->half, 0);
	assert_int_equal(n->l->closing, 0);
	for (unsigned i = 0; i < sizeof n->l->calls; i++)
		assert_int_equal(n->l->calls[i], 0);
	net_free(n);
}

static void test_power_cut(void **state)
{
	(void)state;
	struct net *n = net_new(3);
	struct client *c = &n->clients[0];
	lac_connect(&c->lac);
	run_until(n, c, LAC_UP, 1000);
	run(n, 150000);
	assert_int_equal(c->lac.hellos, 2);
	assert_int_equal(c->closed, 0);
	uint64_t cut = clock_now(&n->clock);
	lac_power_off(&c->lac);
	run(n, 120000);
	assert_int_equal(c->closed, 1);
	assert_int_equal(c->why, LINK_END_LOST_SERVICE);
	assert_true(c->closed_ms - cut <= 60000 + 31000 + 100);
	assert_int_equal(l2tp_tunnels(n->l), 0);
	net_free(n);
}

/* Hello on a bad wire takes nobody for dead. */
static void test_hello_bad_wire(void **state)
{
	(void)state;
	struct net *n = net_new(99);
	struct l2tp_conf conf = {.hello_s = 10, .tunnel_limit = 4096, .host = "asa"};
	l2tp_set_conf(n->l, &conf);
	for (int i = 0; i < 10; i++) {
		net_client(n, i, habits[i % HABITS]);
		lac_connect(&n->clients[i].lac);
	}
	run(n, 1000);
	n->wire.loss = 100; /* six tries each way */
	n->wire.doubled = 100;
	n->wire.jitter_ms = 200;
	run(n, 1000 * 1000);
	unsigned alive = 0;
	for (int i = 0; i < 10; i++) {
		alive += n->clients[i].lac.state == LAC_UP && n->clients[i].closed == 0;
		assert_true(n->clients[i].lac.hellos > 40);
	}
	assert_int_equal(alive, 10);
	net_free(n);
}

static void test_back_before_dead(void **state)
{
	(void)state;
	struct net *n = net_new(5);
	struct client *c = &n->clients[0];
	lac_connect(&c->lac);
	run_until(n, c, LAC_UP, 1000);
	lac_power_off(&c->lac);
	run(n, 2000);
	/* the same flow, its next tunnel number */
	struct lac_conf conf = lac_windows;
	conf.tunnel++;
	net_client(n, 0, &conf);
	lac_connect(&c->lac);
	run_until(n, c, LAC_UP, 1000);
	assert_int_equal(c->closed, 1);
	assert_int_equal(c->why, LINK_END_PEER_RECONNECTED);
	run(n, 100);
	assert_int_equal(l2tp_tunnels(n->l), 1);
	/* another flow (new IKE SA, other port): both stand until the old one is found dead */
	lac_power_off(&c->lac);
	struct client *other = &n->clients[1];
	lac_connect(&other->lac);
	run_until(n, other, LAC_UP, 1000);
	run(n, 100);
	assert_int_equal(l2tp_tunnels(n->l), 2);
	run(n, 95000);
	assert_int_equal(l2tp_tunnels(n->l), 1);
	assert_int_equal(other->closed, 0);
	net_free(n);
}

static void test_limit(void **state)
{
	(void)state;
	struct net *n = net_new(6);
	struct l2tp_conf conf = {.hello_s = 60, .tunnel_limit = 3, .host = "asa"};
	l2tp_set_conf(n->l, &conf);
	for (int i = 0; i < 4; i++) {
		lac_connect(&n->clients[i].lac);
		run(n, 200);
	}
	assert_int_equal(n->clients[3].lac.state, LAC_FAILED);
	assert_int_equal(n->clients[3].lac.stop_result, STOP_ERROR);
	assert_int_equal(n->clients[3].lac.stop_error, L2TP_ERR_RESOURCES);
	assert_int_equal(n->logs_403103, 1);
	lac_hang_up(&n->clients[0].lac);
	run(n, 200);
	net_client(n, 3, &lac_windows);
	lac_connect(&n->clients[3].lac);
	run(n, 200);
	assert_int_equal(n->clients[3].lac.state, LAC_UP);
	net_free(n);
}

/* Everybody comes back in the same second after a power failure. */
static void test_rush(void **state)
{
	(void)state;
	struct net *n = net_new(7);
	bad(&n->wire);
	for (int i = 0; i < CLIENTS; i++) {
		net_client(n, i, habits[i % HABITS]);
		lac_connect(&n->clients[i].lac);
	}
	run(n, 60000);
	for (int i = 0; i < CLIENTS; i++) {
		assert_int_equal(n->clients[i].lac.state, LAC_UP);
		assert_int_equal(n->clients[i].opened, 1);
	}
	assert_int_equal(l2tp_sessions(n->l), CLIENTS);
	l2tp_shutdown(n->l);
	assert_int_equal(l2tp_tunnels(n->l), 0);
	net_free(n);
}

/* The flow's keys go while messages are in the air. */
static void test_flow_down(void **state)
{
	(void)state;
	struct net *n = net_new(8);
	n->wire.jitter_ms = 50;
	for (int cut = 0; cut < 40; cut++) {
		struct client *c = &n->clients[0];
		struct lac_conf conf = *habits[cut % HABITS];
		net_client(n, 0, &conf);
		lac_connect(&c->lac);
		run(n, (uint64_t)cut * 7);
		l2tp_flow_down(n->l, c->flow, LINK_END_IKE_DELETE);
		assert_int_equal(l2tp_tunnels(n->l), 0);
		lac_power_off(&c->lac);
		run(n, 1000);
		l2tp_flow_down(n->l, c->flow, LINK_END_IKE_DELETE);
		assert_int_equal(pool_used(n->l->tunnels), 0);
		assert_int_equal(c->opened, c->closed);
	}
	net_free(n);
}

/* A message of no known type that must be understood. */
static void say_nonsense(struct client *c)
{
	static const uint8_t body[] = {0x80, 8, 0, 0, 0, 0, 0, 99};
	const struct msg_head head = {c->lac.remote_tunnel, 0, c->lac.ns, c->lac.nr, {body, sizeof body}};
	uint8_t msg[64];
	struct wr w = wr_of(msg, sizeof msg);
	msg_write_head(&w, &head);
	wr_bytes(&w, body, sizeof body);
	to_lns(c, msg, wr_len(&w));
}

/* Client i as far as this state. */
static struct client *as_far_as(struct net *n, int i, enum lac_state state)
{
	struct client *c = &n->clients[i];
	n->refused = 0;
	lac_connect(&c->lac);
	run_until(n, c, state, 1000);
	return c;
}

static void told(struct net *n, struct client *c, enum fail_cause cause, enum fail_stage stage)
{
	lac_power_off(&c->lac);
	run(n, 100);
	assert_int_equal(n->refused, 1);
	assert_int_equal(n->cause, cause);
	assert_int_equal(n->stage, stage);
}

/* Of a client that gets no call; once it has one there is PPP to tell. */
static void test_told(void **state)
{
	(void)state;
	struct net *n = net_new(9);
	n->wire.delay_ms = 20;
	struct client *c = as_far_as(n, 0, LAC_UP);
	run(n, 100);
	say_nonsense(c);
	run(n, 1000);
	assert_int_equal(c->closed, 1);
	lac_power_off(&c->lac);
	c = as_far_as(n, 1, LAC_UP);
	run(n, 100);
	lac_hang_up(&c->lac);
	run(n, 1000);
	l2tp_flow_down(n->l, c->flow, LINK_END_USER_REQUEST);
	assert_int_equal(n->refused, 0);
	/* before */
	c = as_far_as(n, 2, LAC_WAIT_ICRP);
	run(n, 30);
	lac_power_off(&c->lac);
	say_nonsense(c);
	told(n, c, FAIL_L2TP_BAD, FAIL_AT_CALL);
	c = as_far_as(n, 3, LAC_WAIT_ICRP);
	run(n, 30);
	lac_hang_up(&c->lac);
	run(n, 1000);
	told(n, c, FAIL_GAVE_UP, FAIL_AT_CALL);
	c = as_far_as(n, 4, LAC_WAIT_SCCRP);
	run(n, 30);
	l2tp_flow_down(n->l, c->flow, LINK_END_USER_REQUEST);
	told(n, c, FAIL_L2TP_SILENT, FAIL_AT_TUNNEL);
	run(n, 200000);
	net_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_good_wire),
	        cmocka_unit_test(test_cycles),
	        cmocka_unit_test(test_power_cut),
	        cmocka_unit_test(test_hello_bad_wire),
	        cmocka_unit_test(test_back_before_dead),
	        cmocka_unit_test(test_limit),
	        cmocka_unit_test(test_rush),
	        cmocka_unit_test(test_flow_down),
	        cmocka_unit_test(test_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
