#include "tests/unit/l2tp/bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static bool on_send(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                    const uint8_t *msg, size_t len)
{
	struct bench *b = ctx;
	assert_int_equal(local.port, 1701);
	assert_true(remote.ip != 0);
	if (b->deaf)
		return true;
	assert_true(b->n_out < BENCH_OUT && len <= sizeof b->out[0].bytes);
	b->out[b->n_out].flow = flow;
	b->out[b->n_out].len = len;
	memcpy(b->out[b->n_out++].bytes, msg, len);
	return true;
}

static void on_up(void *ctx, const struct link_info *info, bool sequencing)
{
	struct bench *b = ctx;
	b->ups++;
	b->info = *info;
	b->sequencing = sequencing;
}

static void on_down(void *ctx, uint16_t tunnel, uint16_t call)
{
	struct bench *b = ctx;
	assert_true(b->deaf || (tunnel == b->info.tunnel && call == b->info.call));
	b->downs++;
}

static bool on_counters(void *ctx, uint16_t tunnel, uint16_t call, struct l2tp_counters *c)
{
	struct bench *b = ctx;
	(void)tunnel;
	(void)call;
	*c = b->data;
	return true;
}

static void *ppp_open(void *ctx, const struct link_info *info, const struct link_ops *ops,
                      void *link)
{
	struct bench *b = ctx;
	assert_true(info->tunnel != 0 && info->call != 0);
	b->link_ops = ops;
	b->link = link;
	if (b->refuse)
		return NULL;
	b->opened++;
	if (b->close_in_open)
		ops->close(link, LINK_END_USER_ERROR);
	return b;
}

static void ppp_input(void *user, const uint8_t *frame, size_t len)
{
	struct bench *b = user;
	b->frames++;
	b->frame_len = len < sizeof b->frame ? len : sizeof b->frame;
	memcpy(b->frame, frame, b->frame_len);
	if (b->close_on_frame)
		b->link_ops->close(b->link, LINK_END_USER_ERROR);
}

static void ppp_closed(void *user, enum link_end why)
{
	struct bench *b = user;
	b->closed++;
	b->why = why;
	if (b->reenter)
		l2tp_flow_down(b->l, b->from.flow, LINK_END_IKE_DELETE);
}

static const struct l2tp_ops ops = {on_send, on_up, on_down, on_counters, NULL};
static const struct link_user user = {.open = ppp_open, .input = ppp_input, .closed = ppp_closed};

static void on_log(void *arg, const struct log_line *line)
{
	struct bench *b = arg;
	if (b->n_logs >= BENCH_LOGS)
		return;
	b->log_ids[b->n_logs] = line->id;
	str_copy(b->logs[b->n_logs++], sizeof b->logs[0], str_of(line->text));
}

struct bench *bench_new(void)
{
	struct bench *b = calloc(1, sizeof *b);
	assert_non_null(b);
	clock_init(&b->clock, 1000);
	b->l = l2tp_new(&b->clock, &ops, b);
	assert_non_null(b->l);
	l2tp_set_user(b->l, &user, b);
	b->from = (struct l2tp_from){.peer = 7,
	                             .flow = 70,
	                             .local = {0xc0000201, 1701},
	                             .remote = {0xc6336407, 1701},
	                             .tunnel_group = "DefaultRAGroup",
	                             .ifname = "outside"};
	b->sink = (struct log_sink){.level = LOGL_DEBUGGING, .write = on_log, .arg = b};
	log_sink_add(&b->sink);
	return b;
}

void bench_free(struct bench *b)
{
	l2tp_free(b->l);
	assert_int_equal(b->ups, b->downs);
	assert_int_equal(b->opened, b->closed);
	assert_int_equal(clock_next(&b->clock), UINT64_MAX);
	log_sink_remove(&b->sink);
	clock_free(&b->clock);
	free(b);
}

/* An exact heap copy: the sanitizer sees one byte too far. */
void bench_in(struct bench *b, const void *msg, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, msg, len);
	l2tp_input(b->l, &b->from, copy, len);
	free(copy);
}

void bench_wait(struct bench *b, uint64_t ms)
{
	uint64_t end = clock_now(&b->clock) + ms;
	for (uint64_t next = clock_next(&b->clock);
	     next != UINT64_MAX && clock_now(&b->clock) + next <= end; next = clock_next(&b->clock))
		clock_run(&b->clock, clock_now(&b->clock) + next);
	clock_run(&b->clock, end);
}

void bench_forget(struct bench *b)
{
	b->n_out = 0;
}

struct avp_set bench_out(struct bench *b, unsigned n, struct msg_head *head)
{
	struct avp_set set = {0};
	assert_true(n < b->n_out);
	const uint8_t *bytes = b->out[n].bytes;
	assert_int_equal(bytes[0], 0xc8); /* the only flags some clients take */
	assert_int_equal(bytes[1], 0x02);
	assert_int_equal(msg_parse(rd_of(bytes, b->out[n].len), head), DROP_NONE);
	if (head->body.len > 0) {
		assert_true(avp_decode(rd_of(head->body.p, head->body.len), &set));
		assert_int_equal(set.error, 0);
		assert_int_equal(set.ignored, 0);
	}
	return set;
}

unsigned bench_type(struct bench *b, unsigned n)
{
	struct msg_head head;
	return bench_out(b, n, &head).type;
}

unsigned bench_logged(const struct bench *b, unsigned id)
{
	unsigned n = 0;
	for (unsigned i = 0; i < b->n_logs; i++)
		n += b->log_ids[i] == id;
	return n;
}

void bench_tunnel(struct bench *b)
{
	BENCH_IN(b, win_sccrq);
	BENCH_IN(b, win_scccn);
	assert_int_equal(l2tp_tunnels(b->l), 1);
}

void bench_session(struct bench *b)
{
	bench_tunnel(b);
	BENCH_IN(b, win_icrq);
	BENCH_IN(b, win_iccn);
	assert_int_equal(l2tp_sessions(b->l), 1);
}

struct made bench_msg(uint16_t tunnel, uint16_t call, uint16_t ns, uint16_t nr, unsigned type)
{
	struct made m = {.len = MSG_HEAD};
	struct wr w = wr_of(m.bytes, sizeof m.bytes);
	msg_write_head(&w, &(struct msg_head){tunnel, call, ns, nr, {0}});
	bench_add_u16(&m, AVP_MESSAGE_TYPE, (uint16_t)type);
	return m;
}

void bench_add(struct made *m, bool mandatory, uint16_t vendor, uint16_t type, const void *v,
               size_t len)
{
	struct wr w = wr_of(m->bytes + m->len, sizeof m->bytes - m->len);
	wr_u16(&w, (uint16_t)((mandatory ? AVP_M : 0) | (AVP_HEAD + len)));
	wr_u16(&w, vendor);
	wr_u16(&w, type);
	wr_bytes(&w, v, len);
	assert_true(wr_ok(&w));
	m->len += wr_len(&w);
	struct wr all = wr_of(m->bytes, sizeof m->bytes);
	wr_space(&all, 4);
	wr_patch_u16(&all, 2, (uint16_t)m->len);
}

void bench_add_u16(struct made *m, uint16_t type, uint16_t v)
{
	uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};
	bench_add(m, true, 0, type, b, 2);
}
