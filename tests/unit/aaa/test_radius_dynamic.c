/* Dynamic authorization: who may ask, what is done, what is answered, and nothing twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/radius/dynamic.h"
#include "radius_wire.h"

enum { PORT = 3799 };
static const struct ip4_end server = {SERVER_IP, 50000};
static struct radius_dynamic *dyn;

/* What the gateway was told to do. */
static struct {
	unsigned disconnects, changes;
	size_t sessions; /* so many fit */
	bool no_filter;
	struct radius_who who;
	char user[300], session[300];
	struct aaa_attrs a;
	char filter[AAA_ACL_MAX + 1], acl[300];
} told;

static void take_who(const struct radius_who *who)
{
	told.who = *who;
	str_copy(told.user, sizeof told.user, str_of(who->user ? who->user : ""));
	str_copy(told.session, sizeof told.session, str_of(who->session ? who->session : ""));
}

static size_t on_disconnect(void *ctx, const struct radius_who *who)
{
	assert_ptr_equal(ctx, &told);
	told.disconnects++;
	take_who(who);
	return told.sessions;
}

static size_t on_change(void *ctx, const struct radius_who *who, const struct aaa_reply *r, bool *no_filter)
{
	assert_ptr_equal(ctx, &told);
	told.changes++;
	take_who(who);
	told.a = r->a;
	str_copy(told.filter, sizeof told.filter, str_of(r->filter));
	str_copy(told.acl, sizeof told.acl, str_of(r->inacl ? r->inacl : ""));
	*no_filter = told.no_filter;
	return told.no_filter ? 0 : told.sessions;
}
static const struct radius_dynamic_ops ops = {on_disconnect, on_change};

static int setup(void **state)
{
	struct err err = {0};
	wire_setup(state);
	memset(&told, 0, sizeof told);
	told.sessions = 1;
	wire_groups[0].dynamic_port = PORT;
	dyn = radius_dynamic_new(wire_servers, &wire_clock, &wire_io, NULL, &ops, &told);
	assert_non_null(dyn);
	assert_int_equal(radius_dynamic_set(dyn, &err), 0);
	assert_int_equal(wire.open, 1);
	return 0;
}

static int teardown(void **state)
{
	radius_dynamic_free(dyn);
	return wire_teardown(state);
}

/* ------------------------------------------------------------------ a request */

static uint8_t packet[RADIUS_MAX];
static size_t packet_len;
static uint8_t next_id;

static struct wr begin(enum radius_code code)
{
	struct wr w = wr_of(packet, sizeof packet);
	radius_begin(&w, code, next_id++, NULL, true);
	return w;
}

static void send_from(struct wr *w, const char *key, struct ip4_end from)
{
	packet_len = radius_end_computed(w, (struct bytes){(const uint8_t *)key, strlen(key)});
	assert_int_not_equal(packet_len, 0);
	wire_input(wire.listening, from, packet, packet_len);
}

/* The answer to the last request: its code; *cause 0 = none. */
static unsigned answer(uint32_t *cause)
{
	struct radius_packet p = wire_last();
	struct radius_value v;
	assert_int_equal(p.id, packet[1]);
	assert_ptr_equal(wire.sent[wire.n - 1].from, wire.listening);
	*cause = radius_find(&p, RADIUS_A_ERROR_CAUSE, &v) ? radius_value_u32(&v) : 0;
	p.proxy_state = false; /* the server's own */
	assert_int_equal(radius_check_reply(&p, (struct bytes){(const uint8_t *)"s3cret", 6}, packet + 4, true),
	                 RADIUS_BELIEVED);
	return p.code;
}

static void expect(struct wr *w, unsigned code, uint32_t cause)
{
	size_t before = wire.n;
	uint32_t got;
	send_from(w, "s3cret", server);
	assert_int_equal(wire.n, before + 1);
	assert_int_equal(answer(&got), code);
	assert_int_equal(got, cause);
	assert_int_equal(wire.sent[before].to.ip, server.ip);
	assert_int_equal(wire.sent[before].to.port, server.port);
}

static void expect_silence(struct wr *w, const char *key, struct ip4_end from)
{
	size_t before = wire.n;
	send_from(w, key, from);
	assert_int_equal(wire.n, before);
	assert_int_equal(told.disconnects + told.changes, 0);
}

/* ------------------------------------------------------------------ tests */

static void ends_sessions(void **state)
{
	(void)state;
	struct wr w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	radius_put_text(&w, RADIUS_A_ACCT_SESSION_ID, "C0A80001-1");
	radius_put_u32(&w, RADIUS_A_FRAMED_IP_ADDRESS, 0x0a090001);
	radius_put_text(&w, RADIUS_A_CALLING_STATION_ID, "192.0.2.1");
	radius_put_text(&w, RADIUS_A_CALLED_STATION_ID, "198.51.100.1");
	radius_put_u32(&w, RADIUS_A_NAS_IP_ADDRESS, OUR_IP);
	radius_put_u32(&w, RADIUS_A_NAS_PORT, 7);
	radius_put_u32(&w, RADIUS_A_EVENT_TIMESTAMP, (uint32_t)clock_wall(&wire_clock));
	expect(&w, RADIUS_DISCONNECT_ACK, 0);
	assert_int_equal(told.disconnects, 1);
	assert_string_equal(told.user, "jdoe");
	assert_string_equal(told.session, "C0A80001-1");
	assert_int_equal(told.who.framed_ip, 0x0a090001);
	assert_int_equal(told.who.peer_ip, CLIENT_IP);
	assert_int_equal(told.who.our_ip, OUTSIDE_IP);
	assert_true(told.who.has_unit && told.who.unit == 7);
	told.sessions = 0;
	w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "nobody");
	expect(&w, RADIUS_DISCONNECT_NAK, RADIUS_CAUSE_NO_SESSION);
	assert_null(told.who.session);
	assert_false(told.who.has_unit);
	assert_int_equal(radius_dynamic_stats(dyn)->disconnects, 1);
	assert_int_equal(radius_dynamic_stats(dyn)->refused, 1);
}

static void changes_terms(void **state)
{
	(void)state;
	struct wr w = begin(RADIUS_COA_REQUEST);
	radius_put_u32(&w, RADIUS_A_FRAMED_IP_ADDRESS, 0x0a090001);
	radius_put_u32(&w, RADIUS_A_SESSION_TIMEOUT, 60);
	radius_put_u32(&w, RADIUS_A_IDLE_TIMEOUT, 30);
	radius_put_text(&w, RADIUS_A_FILTER_ID, "QUARANTINE.in");
	expect(&w, RADIUS_COA_ACK, 0);
	assert_int_equal(told.changes, 1);
	assert_int_equal(told.who.framed_ip, 0x0a090001);
	assert_true(told.a.has_session && told.a.session_s == 60);
	assert_true(told.a.has_idle && told.a.idle_s == 30);
	assert_true(told.a.has_filter);
	assert_string_equal(told.filter, "QUARANTINE");
	w = begin(RADIUS_COA_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	radius_put_text(&w, RADIUS_A_AV_PAIR, "ip:inacl#2=deny ip any any");
	radius_put_text(&w, RADIUS_A_AV_PAIR, "ip:inacl#1=permit udp any any eq 53");
	expect(&w, RADIUS_COA_ACK, 0);
	assert_string_equal(told.acl, "permit udp any any eq 53\ndeny ip any any");
	assert_false(told.a.has_filter);
	told.no_filter = true;
	w = begin(RADIUS_COA_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	radius_put_text(&w, RADIUS_A_FILTER_ID, "NO-SUCH");
	expect(&w, RADIUS_COA_NAK, RADIUS_CAUSE_INVALID_VALUE);
	told.no_filter = false;
	told.sessions = 0;
	w = begin(RADIUS_COA_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	radius_put_u32(&w, RADIUS_A_SESSION_TIMEOUT, 1);
	expect(&w, RADIUS_COA_NAK, RADIUS_CAUSE_NO_SESSION);
}

/* Everything that cannot be done is refused with its cause, and nothing is done. */
static void refusals(void **state)
{
	(void)state;
	static const struct {
		enum radius_code code;
		enum radius_attr a[2];
		const char *text[2]; /* NULL: number */
		uint32_t number[2];
		enum radius_cause cause;
	} rows[] = {
	        {RADIUS_DISCONNECT_REQUEST, {RADIUS_A_REPLY_MESSAGE, RADIUS_A_REPLY_MESSAGE}, {"x", "y"}, {0, 0}, RADIUS_CAUSE_MISSING_ATTRIBUTE},
	        {RADIUS_COA_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_REPLY_MESSAGE}, {"jdoe", "x"}, {0, 0}, RADIUS_CAUSE_MISSING_ATTRIBUTE},
	        {RADIUS_COA_REQUEST, {RADIUS_A_SESSION_TIMEOUT, RADIUS_A_REPLY_MESSAGE}, {NULL, "x"}, {5, 0}, RADIUS_CAUSE_MISSING_ATTRIBUTE},
	        {RADIUS_DISCONNECT_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_SESSION_TIMEOUT}, {"jdoe", NULL}, {0, 5}, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE},
	        {RADIUS_COA_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_AV_PAIR}, {"jdoe", "subscriber:command=reauthenticate"}, {0, 0}, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE},
	        {RADIUS_COA_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_FRAMED_POOL}, {"jdoe", "P"}, {0, 0}, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE},
	        {RADIUS_DISCONNECT_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_NAS_IP_ADDRESS}, {"jdoe", NULL}, {0, OUR_IP + 1}, RADIUS_CAUSE_NAS_MISMATCH},
	        {RADIUS_DISCONNECT_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_NAS_IDENTIFIER}, {"jdoe", "other"}, {0, 0}, RADIUS_CAUSE_NAS_MISMATCH},
	        {RADIUS_COA_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_SERVICE_TYPE}, {"jdoe", NULL}, {0, 17}, RADIUS_CAUSE_UNSUPPORTED_SERVICE},
	        {RADIUS_DISCONNECT_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_CALLING_STATION_ID}, {"jdoe", "00-11-22-33-44-55"}, {0, 0}, RADIUS_CAUSE_NO_SESSION},
	        {RADIUS_COA_REQUEST, {RADIUS_A_USER_NAME, RADIUS_A_FILTER_ID}, {"jdoe", "A\nB"}, {0, 0}, RADIUS_CAUSE_INVALID_VALUE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wr w = begin(rows[i].code);
		for (int k = 0; k < 2; k++)
			if (rows[i].text[k])
				radius_put_text(&w, rows[i].a[k], rows[i].text[k]);
			else
				radius_put_u32(&w, rows[i].a[k], rows[i].number[k]);
		expect(&w, rows[i].code + 2u, rows[i].cause);
		assert_int_equal(told.disconnects + told.changes, 0);
	}
	/* an attribute nobody knows */
	struct wr w = begin(RADIUS_COA_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	wr_bytes(&w, "\xfe\3\1", 3);
	expect(&w, RADIUS_COA_NAK, RADIUS_CAUSE_UNSUPPORTED_ATTRIBUTE);
}

/* To whom nothing is said: strangers, wrong keys, what is old or from the future, what is none of both requests. */
static void silence(void **state)
{
	(void)state;
	struct wr w;
	for (int i = 0; i < 3; i++) {
		w = begin(RADIUS_DISCONNECT_REQUEST);
		radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
		if (i == 0)
			expect_silence(&w, "s3cret", (struct ip4_end){SERVER_IP + 1, 50000});
		else
			expect_silence(&w, i == 1 ? "other" : "", server);
	}
	assert_int_equal(wire_server("RAD")->stats.bad_authenticators, 2);
	assert_non_null(strstr(wire_logs, "109026"));
	for (int i = 0; i < 2; i++) {
		w = begin(RADIUS_DISCONNECT_REQUEST);
		radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
		radius_put_u32(&w, RADIUS_A_EVENT_TIMESTAMP,
		               (uint32_t)(clock_wall(&wire_clock) + (i ? 301 : -301)));
		expect_silence(&w, "s3cret", server);
	}
	static const enum radius_code codes[] = {RADIUS_ACCESS_REQUEST, RADIUS_ACCESS_ACCEPT,
	                                         RADIUS_ACCOUNTING_REQUEST, RADIUS_DISCONNECT_ACK, RADIUS_COA_NAK};
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
		w = begin(codes[i]);
		radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
		expect_silence(&w, "s3cret", server);
	}
	/* any bit of a good one */
	w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	packet_len = radius_end_computed(&w, (struct bytes){(const uint8_t *)"s3cret", 6});
	size_t before = wire.n;
	for (size_t bit = 0; bit < 8 * packet_len; bit++) {
		packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
		wire_input(wire.listening, server, packet, packet_len);
		packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = 0; len < packet_len; len++)
		wire_input(wire.listening, server, packet, len);
	assert_int_equal(wire.n, before);
	assert_int_equal(told.disconnects, 0);
	wire_input(wire.listening, server, packet, packet_len);
	assert_int_equal(told.disconnects, 1);
}

/* The same packet again gets the same answer, from wherever it comes; nothing is done twice. */
static void repetitions(void **state)
{
	(void)state;
	struct wr w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	radius_put_u32(&w, RADIUS_A_EVENT_TIMESTAMP, (uint32_t)clock_wall(&wire_clock));
	radius_put(&w, RADIUS_A_PROXY_STATE, "one", 3);
	radius_put(&w, RADIUS_A_PROXY_STATE, "two", 3);
	expect(&w, RADIUS_DISCONNECT_ACK, 0);
	assert_memory_equal(wire.sent[wire.n - 1].data + wire.sent[wire.n - 1].len - 10, "\x21\5one\x21\5two", 10);
	told.sessions = 0;
	for (int i = 0; i < 5; i++) {
		wire_tick(50000);
		wire_input(wire.listening, (struct ip4_end){SERVER_IP, (uint16_t)(50000 + i)}, packet, packet_len);
		assert_int_equal(wire.sent[wire.n - 1].len, wire.sent[0].len);
		assert_memory_equal(wire.sent[wire.n - 1].data, wire.sent[0].data, wire.sent[0].len);
		assert_int_equal(wire.sent[wire.n - 1].to.port, 50000 + i);
	}
	assert_int_equal(told.disconnects, 1);
	assert_int_equal(radius_dynamic_stats(dyn)->repeated, 5);
	/* when it is forgotten its time is over */
	size_t before = wire.n;
	wire_tick(600000);
	wire_input(wire.listening, server, packet, packet_len);
	assert_int_equal(wire.n, before);
	assert_int_equal(told.disconnects, 1);
}

/* What is remembered has a ceiling. */
static void many_requests(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RADIUS_DYNAMIC_SEEN_MAX + 10; i++) {
		struct wr w = begin(RADIUS_DISCONNECT_REQUEST);
		radius_put_u32(&w, RADIUS_A_FRAMED_IP_ADDRESS, i + 1);
		send_from(&w, "s3cret", server);
	}
	assert_int_equal(told.disconnects, RADIUS_DYNAMIC_SEEN_MAX + 10);
	wire_input(wire.listening, server, packet, packet_len);
	assert_int_equal(told.disconnects, RADIUS_DYNAMIC_SEEN_MAX + 10);
}

/* Several groups on one port with a key each; ports come and go with the configuration. */
static void ports_and_groups(void **state)
{
	(void)state;
	struct err err = {0};
	wire_groups[1].protocol = AAA_P_RADIUS;
	wire_groups[1].name = "RAD2";
	wire_groups[1].dynamic_port = PORT;
	wire_host[1].key = "second";
	wire_host[1].host = "10.1.1.2";
	aaa_servers_set(wire_servers, &wire_conf);
	assert_int_equal(radius_dynamic_set(dyn, &err), 0);
	assert_int_equal(wire.open, 1);
	struct wr w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	send_from(&w, "second", server);
	assert_int_equal(told.disconnects, 1);
	w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	send_from(&w, "s3cret", server);
	assert_int_equal(told.disconnects, 2);
	wire_groups[1].dynamic_port = PORT + 1;
	assert_int_equal(radius_dynamic_set(dyn, &err), 0);
	assert_int_equal(wire.open, 2);
	/* the first group's key is no good at the other's port */
	w = begin(RADIUS_DISCONNECT_REQUEST);
	radius_put_text(&w, RADIUS_A_USER_NAME, "jdoe");
	size_t before = wire.n;
	send_from(&w, "s3cret", server);
	assert_int_equal(wire.n, before);
	wire_groups[0].dynamic_port = wire_groups[1].dynamic_port = 0;
	assert_int_equal(radius_dynamic_set(dyn, &err), 0);
	assert_int_equal(wire.open, 0);
	wire.broken = true;
	wire_groups[0].dynamic_port = PORT;
	assert_int_not_equal(radius_dynamic_set(dyn, &err), 0);
	assert_string_equal(err.text, "dynamic authorization, port 3799: no sockets");
}

#define DYNAMIC_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        DYNAMIC_TEST(ends_sessions), DYNAMIC_TEST(changes_terms), DYNAMIC_TEST(refusals),
	        DYNAMIC_TEST(silence),       DYNAMIC_TEST(repetitions),   DYNAMIC_TEST(many_requests),
	        DYNAMIC_TEST(ports_and_groups),
	};
	return cmocka_run_group_tests_name("radius dynamic authorization", tests, NULL, NULL);
}
