#include "tests/clients/books.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aaa/radius/packet.h"
#include "core/aaa/server_int.h"

const char books_lines[] = "aaa-server BOOKS protocol radius\n interim-accounting-update periodic 1\n"
                           "aaa-server BOOKS (inside) host 10.77.0.9\n key counted-and-told\n timeout 5\n retry-interval 2\n"
                           "tunnel-group DefaultRAGroup general-attributes\n accounting-server-group BOOKS\n";

enum { START = 1, STOP = 2, INTERIM = 3, ON = 7, OFF = 8, ANSWER_MS = 5, OUR_IP = 0x0a4d0001 };

static const struct bytes secret = {(const uint8_t *)"counted-and-told", 16};

struct aaa_sock {
	struct books *books;
	void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len);
	void *arg;
};

/* ------------------------------------------------------------------ the books */

static uint32_t number(const struct radius_packet *p, enum radius_attr a)
{
	struct radius_value v;
	return radius_find(p, a, &v) ? radius_value_u32(&v) : 0;
}

static void text(const struct radius_packet *p, enum radius_attr a, char *to, size_t cap)
{
	struct radius_value v;
	to[0] = '\0';
	if (radius_find(p, a, &v))
		str_copy(to, cap, (struct str){(const char *)v.v.p, v.v.len});
}

static uint64_t octets(const struct radius_packet *p, enum radius_attr low, enum radius_attr high)
{
	return (uint64_t)number(p, high) << 32 | number(p, low);
}

static struct books_figures figures(const struct radius_packet *p)
{
	return (struct books_figures){
	        .at = (time_t)number(p, RADIUS_A_EVENT_TIMESTAMP),
	        .session_s = number(p, RADIUS_A_ACCT_SESSION_TIME),
	        .bytes_in = octets(p, RADIUS_A_ACCT_INPUT_OCTETS, RADIUS_A_ACCT_INPUT_GIGAWORDS),
	        .bytes_out = octets(p, RADIUS_A_ACCT_OUTPUT_OCTETS, RADIUS_A_ACCT_OUTPUT_GIGAWORDS),
	        .pkts_in = number(p, RADIUS_A_ACCT_INPUT_PACKETS),
	        .pkts_out = number(p, RADIUS_A_ACCT_OUTPUT_PACKETS),
	};
}

static struct books_session *session_of(struct books *b, const char *id)
{
	for (size_t i = b->n; i > 0; i--)
		if (strcmp(b->sessions[i - 1].id, id) == 0)
			return &b->sessions[i - 1];
	return NULL;
}

static void write_start(struct books *b, const struct radius_packet *p, const char *id)
{
	assert_true(b->n < b->cap);
	struct books_session *s = &b->sessions[b->n++];
	*s = (struct books_session){.ip = number(p, RADIUS_A_FRAMED_IP_ADDRESS), .starts = 1};
	str_copy(s->id, sizeof s->id, str_of(id));
	text(p, RADIUS_A_USER_NAME, s->user, sizeof s->user);
	text(p, RADIUS_A_CALLING_STATION_ID, s->peer, sizeof s->peer);
	s->start = s->last = figures(p);
	assert_int_not_equal(s->ip, 0);
}

/* Nothing becomes less, and the time in it is the time that has passed. */
static void write_figures(struct books_session *s, const struct radius_packet *p)
{
	struct books_figures f = figures(p);
	if (f.at < s->last.at || f.session_s < s->last.session_s || f.bytes_in < s->last.bytes_in ||
	    f.bytes_out < s->last.bytes_out || f.pkts_in < s->last.pkts_in || f.pkts_out < s->last.pkts_out)
		fail_msg("session %s: less than was told before", s->id);
	if (llabs((long long)(f.at - s->start.at) - (long long)f.session_s) > 1)
		fail_msg("session %s: %u seconds, and %lld have passed", s->id, f.session_s, (long long)(f.at - s->start.at));
	assert_int_equal(number(p, RADIUS_A_FRAMED_IP_ADDRESS), s->ip);
	s->last = f;
}

static void write_down(struct books *b, const struct radius_packet *p, bool answered)
{
	char id[40];
	uint32_t type = number(p, RADIUS_A_ACCT_STATUS_TYPE);
	text(p, RADIUS_A_ACCT_SESSION_ID, id, sizeof id);
	b->ons += type == ON;
	b->offs += type == OFF;
	if (type == ON || type == OFF)
		return;
	assert_in_range(type, START, INTERIM);
	struct books_session *s = session_of(b, id);
	if (s != NULL && s->unanswered[type] && type != INTERIM) {
		s->again++;
		s->unanswered[type] = !answered;
		return;
	}
	if (type == START && s != NULL)
		fail_msg("session %s began twice", id);
	if (type == START)
		write_start(b, p, id);
	else if (s == NULL || s->stops > 0)
		fail_msg("record %u of session %s, which %s", type, id, s == NULL ? "did not begin" : "has ended");
	else
		write_figures(s, p);
	s = session_of(b, id);
	s->interims += type == INTERIM;
	s->stops += type == STOP;
	if (type == STOP)
		s->cause = number(p, RADIUS_A_ACCT_TERMINATE_CAUSE);
	s->unanswered[type] = !answered;
}

/* ------------------------------------------------------------------ the network */

struct books_answer {
	struct books_answer *next, **at;
	struct timer timer;
	struct aaa_sock *to;
	struct ip4_end from;
	size_t len;
	uint8_t bytes[RADIUS_HEADER + 32];
};

static void answer_free(struct books *b, struct books_answer *a)
{
	timer_stop(world_clock(b->w), &a->timer);
	*a->at = a->next;
	if (a->next != NULL)
		a->next->at = a->at;
	free(a);
}

static void on_answer(struct timer *t, void *arg)
{
	struct books_answer *a = arg;
	struct aaa_sock *to = a->to;
	uint8_t bytes[sizeof a->bytes];
	struct ip4_end from = a->from;
	size_t len = a->len;
	(void)t;
	memcpy(bytes, a->bytes, sizeof bytes);
	answer_free(to->books, a);
	to->input(to->arg, from, bytes, len);
}

static void answer(struct aaa_sock *s, struct ip4_end from, const uint8_t *request)
{
	struct books *b = s->books;
	struct books_answer *a = calloc(1, sizeof *a);
	assert_non_null(a);
	struct wr w = wr_of(a->bytes, sizeof a->bytes);
	a->to = s;
	a->from = from;
	radius_begin(&w, RADIUS_ACCOUNTING_RESPONSE, request[1], NULL, true);
	a->len = radius_end_reply(&w, secret, request + 4);
	assert_int_not_equal(a->len, 0);
	a->next = b->answers;
	a->at = &b->answers;
	if (a->next != NULL)
		a->next->at = &a->next;
	b->answers = a;
	timer_start(world_clock(b->w), &a->timer, ANSWER_MS, on_answer, a);
}

static struct aaa_sock *sock_open(void *ctx, uint16_t port,
                                 void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len), void *arg,
                                 struct err *err)
{
	struct aaa_sock *s = calloc(1, sizeof *s);
	(void)port, (void)err;
	assert_non_null(s);
	*s = (struct aaa_sock){ctx, input, arg};
	return s;
}

static bool sock_send(struct aaa_sock *s, struct ip4_end to, const uint8_t *data, size_t len)
{
	struct books *b = s->books;
	struct radius_packet p;
	assert_int_equal(to.ip, BOOKS_IP);
	b->requests++;
	b->lost += b->mood != BOOKS_OPEN;
	if (b->mood == BOOKS_DEAF)
		return true;
	assert_true(radius_parse(&p, data, len));
	assert_int_equal(p.code, RADIUS_ACCOUNTING_REQUEST);
	assert_int_equal(radius_check_request(&p, secret), RADIUS_BELIEVED);
	write_down(b, &p, b->mood == BOOKS_OPEN);
	if (b->mood == BOOKS_OPEN)
		answer(s, to, data);
	return true;
}

static void close_sock(struct aaa_sock *s)
{
	if (s == NULL)
		return;
	for (struct books_answer *a = s->books->answers, *next; a != NULL; a = next) {
		next = a->next;
		if (a->to == s)
			answer_free(s->books, a);
	}
	free(s);
}

static uint32_t source(void *ctx, uint32_t server)
{
	(void)ctx, (void)server;
	return OUR_IP;
}

void books_open(struct books *b, struct world *w, size_t sessions)
{
	static const struct aaa_io io = {.udp_open = sock_open, .udp_send = sock_send, .close = close_sock, .source = source};
	*b = (struct books){.w = w, .sessions = calloc(sessions, sizeof *b->sessions), .cap = sessions};
	assert_non_null(b->sessions);
	w->gw.servers->io = &io;
	w->gw.servers->io_ctx = b;
}

void books_close(struct books *b)
{
	free(b->sessions);
}
