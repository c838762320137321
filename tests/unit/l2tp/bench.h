/* An LNS on a bench: what it sends, logs and tells PPP is kept; time stands still until it is moved. */
#ifndef TESTS_UNIT_L2TP_BENCH_H
#define TESTS_UNIT_L2TP_BENCH_H

#include "core/base/log.h"
#include "l2tp/internal.h"
#include "l2tp/l2tp.h"
#include "tests/unit/l2tp/captures.h"

enum { BENCH_OUT = 128, BENCH_LOGS = 32 };

struct bench {
	struct clock clock;
	struct l2tp *l;
	struct l2tp_from from;
	struct {
		uint32_t flow;
		uint8_t bytes[1024];
		size_t len;
	} out[BENCH_OUT];
	unsigned n_out;
	bool deaf; /* what is sent is not kept */
	/* PPP */
	bool refuse;         /* no room for a session */
	bool close_in_open;  /* PPP gives up while it is being opened */
	bool reenter;        /* the end of a session takes the whole flow down */
	bool close_on_frame; /* the next frame ends the link */
	unsigned opened, closed, frames, ups, downs;
	enum link_end why;
	struct link_info info;
	bool sequencing;
	const struct link_ops *link_ops;
	void *link;
	uint8_t frame[64];
	size_t frame_len;
	struct l2tp_counters data;
	/* log */
	struct log_sink sink;
	unsigned n_logs, log_ids[BENCH_LOGS];
	char logs[BENCH_LOGS][256];
};

struct bench *bench_new(void);
void bench_free(struct bench *b);
void bench_in(struct bench *b, const void *msg, size_t len);
#define BENCH_IN(b, msg) bench_in((b), (msg), sizeof(msg))
/* Moves time, timers fire on their way. */
void bench_wait(struct bench *b, uint64_t ms);
void bench_forget(struct bench *b); /* what was sent so far */
/* The n-th message since, decoded; type 0 = ZLB. Fails the test when there is none. */
struct avp_set bench_out(struct bench *b, unsigned n, struct msg_head *head);
unsigned bench_type(struct bench *b, unsigned n);
unsigned bench_logged(const struct bench *b, unsigned id);
/* A tunnel with our number `ours` as Windows opens it; with its call, whose number is `call`. */
void bench_tunnel(struct bench *b);
void bench_session(struct bench *b);
/* A control message made here. */
struct made {
	uint8_t bytes[1024];
	size_t len;
};
struct made bench_msg(uint16_t tunnel, uint16_t call, uint16_t ns, uint16_t nr, unsigned type);
void bench_add(struct made *m, bool mandatory, uint16_t vendor, uint16_t type, const void *v,
               size_t len);
void bench_add_u16(struct made *m, uint16_t type, uint16_t v);
#define BENCH_MADE(b, m) bench_in((b), (m).bytes, (m).len)

#endif
