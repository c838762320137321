/* What TACACS+ servers may do: the input is a list of steps (what, which connection, length, bytes): answers with a right
 * header and a hidden body, bytes as they are, connections that open and close, time, questions that come and go. Who is
 * let in was let in by an answer that says so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/server.h"
#include "core/aaa/shell.h"
#include "core/aaa/tacacs/wire.h"
#include "core/base/debug.h"
#include "crypto/prim/prim.h"
#include "tests/fuzz/passes.h"

enum { SOCKS = 64, ASKS = 16 };
enum step_kind { STEP_ASK, STEP_OPEN, STEP_ANSWER, STEP_ANSWER_TOO, STEP_RAW, STEP_CLOSE, STEP_WAIT, STEP_CANCEL, STEP_KINDS };
enum step_flag { STEP_KEPT = 8, STEP_NETWORK = 16 }; /* with an answer, with STEP_CANCEL */

struct aaa_sock {
	const struct aaa_tcp_events *events;
	void *arg;
	bool opened, gone, closed;
	uint8_t last[TAC_HEADER_LEN]; /* header of the last packet of ours */
};

static struct aaa_sock socks[SOCKS];
static unsigned nsocks;
static bool said_yes, broken;

static struct aaa_sock *on_open(void *ctx, struct ip4_end to, const struct aaa_tcp_events *events, void *arg,
                                struct err *err)
{
	(void)ctx, (void)to;
	if (nsocks == SOCKS || broken) {
		err_set(err, -1, "no more");
		return NULL;
	}
	socks[nsocks] = (struct aaa_sock){.events = events, .arg = arg};
	return &socks[nsocks++];
}

static bool on_send(struct aaa_sock *s, const uint8_t *data, size_t len)
{
	if (len < TAC_HEADER_LEN || !s->opened || s->closed)
		abort();
	memcpy(s->last, data, TAC_HEADER_LEN);
	return !s->gone && !broken;
}

static void on_close(struct aaa_sock *s)
{
	if (s->closed)
		abort();
	s->closed = true;
}

static struct question {
	struct aaa_ask ask;
	struct aaa_request rq;
	struct aaa_record record;
	struct aaa_shell shell;
	bool asked;
} asks[ASKS];

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	struct question *q = ask->arg;
	(void)why;
	if (!q->asked || (answer == AAA_SAYS_ACCEPT && !said_yes) || answer == AAA_SAYS_CHALLENGE)
		abort();
	if (reply && (strlen(reply->message) > AAA_MESSAGE_MAX || reply->nroutes > AAA_ROUTES_MAX))
		abort();
	q->asked = false;
	aaa_reply_free(reply);
}

/* more: type of record, what of an administrator's session, his command. */
static void begin(struct aaa_servers *s, uint8_t kind, struct bytes more)
{
	static char command[300];
	struct rd r = rd_of(more.p, more.len);
	uint8_t type = rd_u8(&r), which = rd_u8(&r);
	struct bytes words = rd_rest(&r);
	if (words.len > 0) {
		size_t len = words.len < sizeof(command) ? words.len : sizeof(command) - 1;
		memcpy(command, words.p, len);
		command[len] = '\0';
	}
	static const enum aaa_method methods[] = {AAA_PAP, AAA_CHAP, AAA_MSCHAP1, AAA_EAP};
	for (unsigned i = 0; i < ASKS; i++) {
		struct question *q = &asks[i];
		if (q->asked)
			continue;
		*q = (struct question){.asked = true};
		q->rq.method = methods[kind >> 4 & 3];
		snprintf(q->rq.user, sizeof(q->rq.user), "jdoe");
		snprintf(q->rq.password, sizeof(q->rq.password), "secret");
		q->record.type = more.len > 0 ? type % (AAA_ACCT_OFF + 1) : kind & 64 ? AAA_ACCT_STOP : AAA_ACCT_ON;
		q->record.framed_ip = which;
		q->rq.lm_only = which & 1;
		q->shell = (struct aaa_shell){.line = "ssh",
		                              .command = words.len > 0 ? command : kind & 8 ? "show version" : NULL,
		                              .id = "1",
		                              .enable = which & 1,
		                              .local = which & 2,
		                              .from = which,
		                              .type = q->record.type};
		q->ask = (struct aaa_ask){.what = kind % 3, .rq = &q->rq, .name = q->rq.user, .record = &q->record,
		                          .shell = kind & 4 ? &q->shell : NULL, .done = on_done, .arg = q};
		aaa_ask_start(&q->ask, aaa_sgroup_find(s, "T"));
		return;
	}
}

/* The body that follows, behind the header it needs, in two pieces. how: STEP_KEPT; 16 and up: the cut. */
static void answer(struct aaa_sock *s, uint8_t how, const uint8_t *data, size_t len)
{
	static uint8_t packet[TAC_HEADER_LEN + 65536];
	const struct bytes key = {(const uint8_t *)"key", 3};
	struct wr w = wr_of(packet, sizeof(packet));
	struct tac_header h;
	tac_header_read(s->last, &h);
	h.seq++;
	h.length = (uint32_t)len;
	wr_u8(&w, h.version);
	wr_u8(&w, h.type);
	wr_u8(&w, h.seq);
	wr_u8(&w, how & STEP_KEPT ? TAC_SINGLE_CONNECT : 0);
	wr_u32(&w, h.session);
	wr_u32(&w, h.length);
	wr_bytes(&w, data, len);
	tac_pad(&h, key, packet + TAC_HEADER_LEN, len);
	/* authentication and authorization begin with their status, accounting has it behind its lengths */
	said_yes |= len > 4 && (h.type == TAC_ACCT ? data[4] == 1 : data[0] == 1 || data[0] == 2);
	size_t cut = how >> 4 < wr_len(&w) ? how >> 4 : wr_len(&w);
	s->events->input(s->arg, packet, cut);
	if (!s->closed)
		s->events->input(s->arg, packet + cut, wr_len(&w) - cut);
}

static void step(struct aaa_servers *servers, struct clock *clk, struct rd *r)
{
	uint8_t what = rd_u8(r), which = rd_u8(r);
	size_t len = rd_u16(r);
	struct bytes data = rd_bytes(r, len < rd_left(r) ? len : rd_left(r));
	struct aaa_sock *s = which < nsocks ? &socks[which] : NULL;
	bool there = s && !s->closed && !s->gone;
	switch (what % STEP_KINDS) {
	case STEP_ASK:
		begin(servers, which, data);
		break;
	case STEP_OPEN:
		if (there && !s->opened) {
			s->opened = true;
			s->events->opened(s->arg);
		}
		break;
	case STEP_ANSWER:
	case STEP_ANSWER_TOO:
		if (there && s->opened && s->last[0])
			answer(s, what, data.p, data.len);
		break;
	case STEP_RAW:
		said_yes = true; /* these may say it as well */
		if (there && s->opened)
			s->events->input(s->arg, data.p, data.len);
		break;
	case STEP_CLOSE:
		if (there) {
			s->gone = true;
			s->events->closed(s->arg, "closed");
		}
		break;
	case STEP_WAIT:
		passes(clk, (uint64_t)which * 100);
		break;
	default:
		if (what & STEP_NETWORK) { /* the network, from now on or no more */
			broken = which & 1;
			break;
		}
		if (asks[which % ASKS].asked)
			aaa_ask_cancel(&asks[which % ASKS].ask);
		asks[which % ASKS].asked = false;
		break;
	}
	clock_run(clk, clk->now_ms);
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	if (strlen(line) > 4096)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct aaa_io io = {.tcp_open = on_open, .tcp_send = on_send, .close = on_close};
	static const struct aaa_host_conf host = {.host = "10.0.0.1", .ifname = "", .ip = 0x0a000001, .key = "key",
	                                          .timeout_s = 10, .port = 49, .base_dn = "", .login_dn = "",
	                                          .login_password = "", .realm = "", .nt_dc = ""};
	static const struct aaa_sgroup_conf group = {.name = "T", .protocol = AAA_P_TACACS, .max_failed = 100,
	                                             .deadtime_s = 60, .hosts = &host, .nhosts = 1};
	static const struct aaa_conf conf = {.sgroups = &group, .nsgroups = 1};
	struct clock clk;
	struct rd r = rd_of(data, size);
	static struct debug_sink sink = {.write = on_line};
	if (prim_init(NULL) != 0)
		abort();
	if (!sink.level[DEBUG_TACACS]) {
		debug_sink_add(&sink);
		debug_set(&sink, DEBUG_TACACS, 1);
	}
	nsocks = 0;
	said_yes = broken = false;
	clock_init(&clk, 1000);
	struct aaa_servers *servers = aaa_servers_new(&clk, &io, NULL);
	if (!servers)
		abort();
	aaa_servers_set(servers, &conf);
	while (rd_left(&r) > 0)
		step(servers, &clk, &r);
	for (unsigned i = 0; i < ASKS; i++) {
		if (asks[i].asked)
			aaa_ask_cancel(&asks[i].ask);
		asks[i].asked = false;
	}
	aaa_servers_free(servers);
	if (clk.n != 0)
		abort();
	for (unsigned i = 0; i < nsocks; i++)
		if (!socks[i].closed)
			abort();
	clock_free(&clk);
	return 0;
}
