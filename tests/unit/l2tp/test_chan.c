/* The control channel alone: two of them back to back, or one against hand-made numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "l2tp/chan.h"

struct side {
	struct chan c;
	struct {
		uint16_t ns, nr;
		bool zlb;
		uint8_t bytes[64];
		size_t len;
		uint64_t at_ms;
	} out[256];
	unsigned n_out, n_in, idles, silents;
	uint8_t in[256]; /* first body byte behind the Message Type AVP of each delivered message */
	bool go_on;
	struct clock *clock;
	const uint8_t *answer; /* sent from inside deliver */
};

static struct clock test_clock;
static struct pool *pool;

static struct msg_body body_of(uint8_t mark)
{
	struct msg_body m;
	msg_build_hello(&m);
	m.bytes[m.len++] = mark; /* the channel does not look inside */
	return m;
}

static void on_xmit(void *owner, const uint8_t *msg, size_t len)
{
	struct side *s = owner;
	struct msg_head h;
	assert_int_equal(msg_parse(rd_of(msg, len), &h), 0);
	assert_true(s->n_out < 256 && len <= 64);
	s->out[s->n_out].ns = h.ns;
	s->out[s->n_out].nr = h.nr;
	s->out[s->n_out].zlb = h.body.len == 0;
	s->out[s->n_out].at_ms = clock_now(s->clock);
	s->out[s->n_out].len = len;
	memcpy(s->out[s->n_out++].bytes, msg, len);
}

static void on_deliver(void *owner, const struct msg_head *h)
{
	struct side *s = owner;
	struct rd r = rd_of(h->body.p, h->body.len);
	rd_skip(&r, 8);
	s->in[s->n_in++ % 256] = rd_u8(&r);
	if (s->answer != NULL) {
		struct msg_body m = body_of(*s->answer);
		assert_true(chan_send(&s->c, 0, &m));
	}
}

static void on_idle(void *owner)
{
	((struct side *)owner)->idles++;
}

static bool on_silent(void *owner)
{
	struct side *s = owner;
	s->silents++;
	return s->go_on;
}

static const struct chan_ops ops = {on_xmit, on_deliver, on_idle, on_silent};

static struct side *side_new(void)
{
	struct side *s = calloc(1, sizeof *s);
	assert_non_null(s);
	s->clock = &test_clock;
	chan_init(&s->c, &test_clock, pool, &ops, s, 9, 0);
	return s;
}

static void side_free(struct side *s)
{
	chan_free(&s->c);
	free(s);
}

static int setup(void **state)
{
	(void)state;
	clock_init(&test_clock, 0);
	pool = pool_new("L2TP messages", sizeof(struct chan_msg), 64);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(pool_used(pool), 0);
	assert_int_equal(clock_next(&test_clock), UINT64_MAX);
	pool_delete(pool);
	clock_free(&test_clock);
	return 0;
}

static void run(uint64_t ms)
{
	uint64_t end = test_clock.now_ms + ms;
	for (uint64_t n = clock_next(&test_clock); n != UINT64_MAX && test_clock.now_ms + n <= end;
	     n = clock_next(&test_clock))
		clock_run(&test_clock, test_clock.now_ms + n);
	clock_run(&test_clock, end);
}

static enum chan_result in(struct side *s, uint16_t ns, uint16_t nr, int mark)
{
	struct msg_body m = body_of((uint8_t)mark);
	struct msg_head h = {.tunnel = 1, .ns = ns, .nr = nr};
	if (mark >= 0)
		h.body = (struct bytes){m.bytes, m.len};
	return chan_input(&s->c, &h);
}

static void put(struct side *s, uint8_t mark)
{
	struct msg_body m = body_of(mark);
	assert_true(chan_send(&s->c, 0, &m));
}

static void test_ack_at_once(void **state)
{
	(void)state;
	struct side *s = side_new();
	assert_int_equal(in(s, 0, 0, 'a'), CHAN_DELIVERED);
	assert_int_equal(s->n_out, 1);
	assert_true(s->out[0].zlb);
	assert_int_equal(s->out[0].nr, 1);
	assert_int_equal(s->out[0].ns, 0); /* a ZLB uses no number */
	/* an answer carries the acknowledgement: no ZLB beside it */
	uint8_t mark = 'r';
	s->answer = &mark;
	assert_int_equal(in(s, 1, 0, 'b'), CHAN_DELIVERED);
	assert_int_equal(s->n_out, 2);
	assert_false(s->out[1].zlb);
	assert_int_equal(s->out[1].nr, 2);
	/* a ZLB is not acknowledged */
	assert_int_equal(in(s, 2, 1, -1), CHAN_ACK);
	assert_int_equal(s->n_out, 2);
	assert_int_equal(s->idles, 1);
	assert_int_equal(s->c.stats.zlb_sent, 1);
	side_free(s);
}

static void test_duplicates(void **state)
{
	(void)state;
	struct side *s = side_new();
	in(s, 0, 0, 'a');
	assert_int_equal(in(s, 0, 0, 'a'), CHAN_DUPLICATE);
	assert_int_equal(s->n_in, 1);
	assert_int_equal(s->n_out, 2); /* acknowledged again */
	assert_true(s->out[1].zlb);
	assert_int_equal(s->out[1].nr, 1);
	side_free(s);
}

static void test_order(void **state)
{
	(void)state;
	struct side *s = side_new();
	assert_int_equal(in(s, 2, 0, 'c'), CHAN_HELD);
	assert_int_equal(in(s, 2, 0, 'c'), CHAN_DUPLICATE);
	assert_int_equal(in(s, 1, 0, 'b'), CHAN_HELD);
	assert_int_equal(in(s, 4, 0, 'e'), CHAN_HELD);
	assert_int_equal(s->n_in, 0);
	assert_int_equal(in(s, 0, 0, 'a'), CHAN_DELIVERED);
	assert_int_equal(s->n_in, 3);
	assert_memory_equal(s->in, "abc", 3);
	assert_int_equal(s->out[s->n_out - 1].nr, 3);
	in(s, 3, 0, 'd');
	assert_memory_equal(s->in, "abcde", 5);
	/* no more than the ceiling is held, none from far ahead */
	for (unsigned i = 0; i < CHAN_HOLD; i++)
		assert_int_equal(in(s, (uint16_t)(7 + i), 0, 'x'), CHAN_HELD);
	assert_int_equal(in(s, 12, 0, 'x'), CHAN_NOT_HELD);
	assert_int_equal(in(s, 500, 0, 'x'), CHAN_NOT_HELD);
	side_free(s);
}

static void test_retransmission(void **state)
{
	(void)state;
	static const uint64_t at[] = {0, 1000, 3000, 7000, 15000, 23000};
	struct side *s = side_new();
	put(s, 'a');
	run(30999);
	assert_int_equal(s->silents, 0);
	run(1);
	assert_int_equal(s->silents, 1);
	assert_int_equal(s->n_out, 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(s->out[i].at_ms, at[i]);
		assert_int_equal(s->out[i].ns, 0);
	}
	assert_int_equal(s->c.stats.resends, 5);
	assert_int_equal(s->c.stats.spread[1], 1);
	assert_int_equal(s->c.stats.spread[2], 1);
	assert_int_equal(s->c.stats.spread[4], 1);
	assert_int_equal(s->c.stats.spread[8], 2);
	assert_int_equal(s->c.stats.rto_max_s, 8);
	assert_int_equal(clock_next(&test_clock), UINT64_MAX);
	side_free(s);
}

static void test_retransmission_goes_on(void **state)
{
	(void)state;
	struct side *s = side_new();
	s->go_on = true;
	put(s, 'a');
	run(31000);
	assert_int_equal(s->silents, 1);
	assert_int_equal(s->n_out, 7);
	run(8000);
	assert_int_equal(s->n_out, 8);
	in(s, 0, 1, -1);
	assert_int_equal(s->c.rto_ms, 1000);
	assert_int_equal(s->idles, 1);
	side_free(s);
}

static void test_retransmitted_carries_new_nr(void **state)
{
	(void)state;
	struct side *s = side_new();
	put(s, 'a');
	in(s, 0, 0, 'x');
	run(1000);
	assert_false(s->out[s->n_out - 1].zlb);
	assert_int_equal(s->out[s->n_out - 1].nr, 1);
	side_free(s);
}

static void test_slow_start(void **state)
{
	(void)state;
	struct side *s = side_new();
	chan_set_window(&s->c, 4);
	for (int i = 0; i < 12; i++)
		put(s, (uint8_t)i);
	assert_int_equal(s->n_out, 1);
	in(s, 0, 1, -1);
	assert_int_equal(s->n_out, 3); /* window 2 */
	in(s, 0, 3, -1);
	assert_int_equal(s->n_out, 7); /* window 4 */
	in(s, 0, 7, -1);
	assert_int_equal(s->n_out, 11); /* the peer's window is the end of it */
	assert_int_equal(s->c.stats.unsent_max, 11);
	assert_int_equal(s->c.stats.resend_max, 4);
	/* loss: back to one; the rest goes again as acknowledgements come */
	run(1000);
	assert_int_equal(s->n_out, 12);
	assert_int_equal(s->out[11].ns, 7);
	in(s, 0, 8, -1);
	assert_int_equal(s->out[12].ns, 8);
	/* the peer had them all */
	in(s, 0, 11, -1);
	assert_int_equal(s->out[s->n_out - 1].ns, 11);
	in(s, 0, 12, -1);
	assert_int_equal(s->idles, 1);
	assert_int_equal(s->c.queued, 0);
	side_free(s);
}

static void test_window_one(void **state)
{
	(void)state;
	struct side *s = side_new();
	chan_set_window(&s->c, 1);
	put(s, 'a');
	put(s, 'b');
	assert_int_equal(s->n_out, 1);
	in(s, 0, 1, -1);
	assert_int_equal(s->n_out, 2);
	chan_set_window(&s->c, 0); /* no window at all would be a dead channel */
	assert_int_equal(s->c.window, 1);
	side_free(s);
}

static void test_bad_ack(void **state)
{
	(void)state;
	struct side *s = side_new();
	put(s, 'a');
	assert_int_equal(in(s, 0, 2, 'x'), CHAN_BAD_ACK);
	assert_int_equal(in(s, 0, 40000, 'x'), CHAN_DELIVERED);
	assert_int_equal(s->c.queued, 1); /* an old number acknowledges nothing */
	side_free(s);
}

static void test_ceiling(void **state)
{
	(void)state;
	struct side *s = side_new();
	struct msg_body m = body_of('z');
	for (unsigned i = 0; i < CHAN_QUEUE; i++)
		assert_true(chan_send(&s->c, 0, &m));
	assert_false(chan_send(&s->c, 0, &m));
	side_free(s);
}

/* Both ways through the whole circle of numbers, more than once. */
static void test_wrap(void **state)
{
	(void)state;
	struct side *a = side_new(), *b = side_new();
	for (unsigned i = 0; i < 70000; i++) {
		a->n_out = b->n_out = 0;
		put(a, (uint8_t)i);
		struct msg_head h;
		assert_int_equal(msg_parse(rd_of(a->out[0].bytes, a->out[0].len), &h), 0);
		assert_int_equal(chan_input(&b->c, &h), CHAN_DELIVERED);
		assert_int_equal(chan_input(&b->c, &h), CHAN_DUPLICATE);
		assert_int_equal(msg_parse(rd_of(b->out[0].bytes, b->out[0].len), &h), 0);
		assert_int_equal(chan_input(&a->c, &h), CHAN_ACK);
	}
	assert_int_equal(b->n_in, 70000);
	assert_int_equal(a->idles, 70000);
	assert_int_equal(a->c.stats.resends, 0);
	side_free(a);
	side_free(b);
}

/* Held messages on both sides of the wrap. */
static void test_wrap_order(void **state)
{
	(void)state;
	struct side *s = side_new();
	s->c.nr = 65534;
	assert_int_equal(in(s, 1, 0, 'd'), CHAN_HELD);
	assert_int_equal(in(s, 65535, 0, 'b'), CHAN_HELD);
	assert_int_equal(in(s, 0, 0, 'c'), CHAN_HELD);
	assert_int_equal(in(s, 65533, 0, 'x'), CHAN_DUPLICATE);
	in(s, 65534, 0, 'a');
	assert_memory_equal(s->in, "abcd", 4);
	assert_int_equal(s->c.nr, 2);
	side_free(s);
}

struct packet {
	uint8_t bytes[64];
	size_t len;
};

/* Two channels, 30 % loss, 20 % doubled, order shuffled: everything arrives once and in order. */
static void test_lossy(void **state)
{
	(void)state;
	struct side *ends[2] = {side_new(), side_new()};
	struct packet wire[2][64];
	unsigned n[2] = {0, 0}, sent[2] = {0, 0}, seen[2] = {0, 0};
	uint32_t rnd = 12345;
	ends[0]->go_on = ends[1]->go_on = true;
	for (unsigned round = 0; round < 4000; round++) {
		for (int e = 0; e < 2; e++) {
			struct side *s = ends[e];
			if (sent[e] < 250 && s->c.queued < 8)
				put(s, (uint8_t)sent[e]++);
			for (; seen[e] < s->n_out; seen[e]++) {
				rnd = rnd * 1664525 + 1013904223;
				unsigned copies = rnd >> 16 & 1023;
				copies = copies < 300 ? 0 : (copies < 500 ? 2 : 1);
				for (; copies > 0 && n[e] < 64; copies--) {
					memcpy(wire[e][n[e]].bytes, s->out[seen[e]].bytes, 64);
					wire[e][n[e]++].len = s->out[seen[e]].len;
				}
			}
			s->n_out = seen[e] = 0;
		}
		for (int e = 0; e < 2; e++) {
			for (unsigned k = 0; k < 3 && n[e] > 0; k++) {
				rnd = rnd * 1664525 + 1013904223;
				unsigned i = (rnd >> 16) % n[e];
				struct packet p = wire[e][i];
				struct msg_head h;
				wire[e][i] = wire[e][--n[e]];
				assert_int_equal(msg_parse(rd_of(p.bytes, p.len), &h), 0);
				chan_input(&ends[!e]->c, &h);
			}
		}
		run(300);
	}
	for (int e = 0; e < 2; e++) {
		assert_int_equal(sent[e], 250);
		assert_int_equal(ends[e]->n_in, 250);
		for (unsigned i = 0; i < 250; i++)
			assert_int_equal(ends[e]->in[i], (uint8_t)i);
		assert_int_equal(ends[e]->c.queued, 0);
	}
	side_free(ends[0]);
	side_free(ends[1]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(test_ack_at_once),
	        T(test_duplicates),
	        T(test_order),
	        T(test_retransmission),
	        T(test_retransmission_goes_on),
	        T(test_retransmitted_carries_new_nr),
	        T(test_slow_start),
	        T(test_window_one),
	        T(test_bad_ack),
	        T(test_ceiling),
	        T(test_wrap),
	        T(test_wrap_order),
	        T(test_lossy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
