/* The way to a RADIUS server: losses, duplicates, forgeries, thousands under way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "radius_wire.h"

static struct aaa_ask one;
static struct aaa_request rq;

static void ask_pap(void)
{
	rq = wire_pap("jdoe", "j!doe1");
	wire_ask(&one, "RAD", AAA_AUTHENTICATE, &rq);
}

static const struct aaa_host_stats *stats(void)
{
	return &wire_server("RAD")->stats;
}

static void answered_at_once(void **state)
{
	(void)state;
	ask_pap();
	assert_int_equal(wire.n, 1);
	assert_int_equal(wire.sent[0].to.ip, SERVER_IP);
	assert_int_equal(wire.sent[0].to.port, 1645);
	assert_int_equal(wire_got.n, 0);
	wire_says(0, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	wire_tick(60000);
	assert_int_equal(wire.n, 1);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(wire.open, 0); /* nobody needs it any more */
}

/* The same packet from the same socket, every retry-interval, until the timeout; what comes then is nobody's. */
static void lost_packets_are_repeated(void **state)
{
	(void)state;
	ask_pap();
	for (int i = 1; i <= 3; i++) {
		wire_tick(2999);
		assert_int_equal(wire.n, i);
		wire_tick(1);
		assert_int_equal(wire.n, i + 1);
		assert_int_equal(wire.sent[i].len, wire.sent[0].len);
		assert_memory_equal(wire.sent[i].data, wire.sent[0].data, wire.sent[0].len);
		assert_ptr_equal(wire.sent[i].from, wire.sent[0].from);
		assert_int_equal(wire.sent[i].to.port, wire.sent[0].to.port);
	}
	assert_int_equal(stats()->retransmissions, 3);
	wire_tick(999);
	assert_int_equal(wire_got.n, 0);
	wire_tick(1);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
	assert_int_equal(stats()->timeouts, 1);
	wire_says(0, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(stats()->unrecognized, 1);
	assert_int_equal(stats()->bad_authenticators, 0);
}

static void answer_to_a_repetition(void **state)
{
	(void)state;
	ask_pap();
	wire_tick(3000);
	wire_says(1, RADIUS_ACCESS_REJECT);
	assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
	wire_says(0, RADIUS_ACCESS_REJECT); /* the answer to the first one comes as well */
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(stats()->unrecognized, 1);
}

/* Nothing that is not proved counts, and the genuine answer still does. */
static void forgeries(void **state)
{
	(void)state;
	struct wr w;
	ask_pap();
	/* another key */
	w = wire_reply(0, RADIUS_ACCESS_ACCEPT, true);
	wire_answer(&w, 0, "s3creT");
	assert_int_equal(stats()->bad_authenticators, 1);
	assert_non_null(strstr(wire_logs, "109026 [RADIUS] Invalid reply digest received"));
	/* no key at all, and nothing is signed */
	uint8_t raw[20] = {RADIUS_ACCESS_ACCEPT, wire.sent[0].data[1], 0, 20};
	wire_input(wire.sent[0].from, wire.sent[0].to, raw, sizeof raw);
	memcpy(raw + 4, wire.sent[0].data + 4, 16);
	wire_input(wire.sent[0].from, wire.sent[0].to, raw, sizeof raw);
	assert_int_equal(stats()->bad_authenticators, 3);
	/* another identifier */
	raw[1] ^= 1;
	wire_input(wire.sent[0].from, wire.sent[0].to, raw, sizeof raw);
	/* another address, another port: even with the key */
	uint8_t good[64];
	struct wr g = wr_of(good, sizeof good);
	radius_begin(&g, RADIUS_ACCESS_ACCEPT, wire.sent[0].data[1], NULL, true);
	size_t len = radius_end_reply(&g, (struct bytes){(const uint8_t *)"s3cret", 6},
	                              wire.sent[0].data + 4);
	wire_input(wire.sent[0].from, (struct ip4_end){SERVER_IP + 1, 1645}, good, len);
	wire_input(wire.sent[0].from, (struct ip4_end){SERVER_IP, 1646}, good, len);
	assert_int_equal(stats()->unrecognized, 3);
	/* Proxy-State that we did not send: how collisions are made room for (CVE-2024-3596) */
	w = wire_reply(0, RADIUS_ACCESS_ACCEPT, false);
	radius_put(&w, RADIUS_A_PROXY_STATE, "gibberish", 9);
	wire_answer(&w, 0, NULL);
	assert_int_equal(stats()->bad_authenticators, 4);
	assert_non_null(strstr(wire_logs,
	                       "109027 [RADIUS] Unable to decipher response message Server = "
	                       "10.1.1.2, User = jdoe"));
	/* a code that answers something else */
	wire_says(0, RADIUS_ACCOUNTING_RESPONSE);
	wire_says(0, RADIUS_ACCESS_REQUEST);
	assert_int_equal(stats()->malformed, 2);
	assert_int_equal(wire_got.n, 0);
	wire_input(wire.sent[0].from, wire.sent[0].to, good, len);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
}

/* Message-Authenticator where it is asked for. */
static void unauthenticated_replies(void **state)
{
	(void)state;
	struct wr w;
	ask_pap();
	w = wire_reply(0, RADIUS_ACCESS_ACCEPT, false);
	wire_answer(&w, 0, NULL);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT); /* as older servers answer */
	wire_host[0].authenticated_replies = true;
	ask_pap();
	w = wire_reply(1, RADIUS_ACCESS_ACCEPT, false);
	wire_answer(&w, 1, NULL);
	assert_int_equal(wire_got.n, 0);
	assert_int_equal(stats()->bad_authenticators, 1);
	wire_says(1, RADIUS_ACCESS_REJECT);
	assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
}

static void truncated_and_broken(void **state)
{
	(void)state;
	static const struct {
		size_t len;
		const char *attrs;
	} rows[] = {{2, "\x08\x06"},
	            {5, "\x08\x05\1\2\3"},
	            {1, "\x01"},
	            {2, "\x12\0"},
	            {2, "\x12\1"},
	            {9, "\x1a\x09\0\0\x0c\4\2\6\0"},
	            {7, "\x06\x07\0\0\0\1\0"},
	            {4, "\x1a\4\0\0"}};
	ask_pap();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct wr w = wire_reply(0, RADIUS_ACCESS_ACCEPT, true);
		wr_bytes(&w, rows[i].attrs, rows[i].len);
		wire_answer(&w, 0, NULL);
		assert_int_equal(wire_got.n, 0);
		assert_int_equal(stats()->malformed, i + 1);
	}
	for (size_t len = 0; len < 20; len++) { /* pieces of a header */
		uint8_t raw[20] = {2, wire.sent[0].data[1], 0, 20};
		wire_input(wire.sent[0].from, wire.sent[0].to, raw, len);
	}
	assert_int_equal(wire_got.n, 0);
	wire_says(0, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(wire_got.n, 1);
}

/* ------------------------------------------------------------------ many */

enum { MANY = 3000 };
static struct aaa_ask asks[17000];
static struct got gots[17000];
static struct aaa_request rqs[17000];

static void ask_many(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char user[24];
		snprintf(user, sizeof user, "u%zu", i);
		rqs[i] = wire_pap(user, "x");
		gots[i] = (struct got){0};
		asks[i] = (struct aaa_ask){.what = AAA_AUTHENTICATE,
		                           .rq = &rqs[i],
		                           .name = rqs[i].user,
		                           .done = wire_done,
		                           .arg = &gots[i]};
		aaa_ask_start(&asks[i], aaa_sgroup_find(wire_servers, "RAD"));
	}
}

/* Which question a packet carries, by the name in it. */
static size_t whose(size_t at)
{
	struct radius_packet p;
	struct radius_value v;
	char name[16];
	assert_true(radius_parse(&p, wire.sent[at].data, wire.sent[at].len));
	assert_true(radius_find(&p, RADIUS_A_USER_NAME, &v));
	snprintf(name, sizeof name, "%.*s", (int)v.v.len, (const char *)v.v.p);
	return strtoul(name + 1, NULL, 10);
}

/* Answers come from the last to the first, some twice; every third user is refused. */
static void thousands_in_flight(void **state)
{
	(void)state;
	ask_many(MANY);
	assert_int_equal(wire.n, MANY);
	assert_int_equal(wire.open, (MANY + 255) / 256);
	static bool taken[32][256];
	memset(taken, 0, sizeof taken);
	struct aaa_sock *socks[32];
	size_t nsocks = 0;
	for (size_t i = 0; i < MANY; i++) { /* no identifier twice on one socket */
		size_t s = 0;
		while (s < nsocks && socks[s] != wire.sent[i].from)
			s++;
		if (s == nsocks)
			socks[nsocks++] = wire.sent[i].from;
		assert_false(taken[s][wire.sent[i].data[1]]);
		taken[s][wire.sent[i].data[1]] = true;
	}
	for (size_t i = MANY; i-- > 0;) {
		size_t who = whose(i);
		enum radius_code code = who % 3 == 0 ? RADIUS_ACCESS_REJECT : RADIUS_ACCESS_ACCEPT;
		wire_says(i, code);
		if (who % 5 == 0)
			wire_says(i, code);
	}
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(gots[i].n, 1);
		assert_int_equal(gots[i].answer, i % 3 == 0 ? AAA_SAYS_REJECT : AAA_SAYS_ACCEPT);
		aaa_reply_free(gots[i].reply);
	}
	assert_int_equal(stats()->bad_authenticators, 0);
	assert_int_equal(stats()->unrecognized, MANY / 5);
	assert_int_equal(wire_server("RAD")->pending, 0);
	wire_tick(30000);
	assert_int_equal(wire.open, 0);
}

/* Every second datagram is lost, in both directions; repetitions make up for it. */
static void half_is_lost(void **state)
{
	(void)state;
	size_t seen = 0, answered = 0;
	ask_many(600);
	for (int second = 0; second < 10; second++) {
		for (; seen < wire.n; seen++)
			if (seen * 7919 % 16 < 4) {
				wire_says(seen, RADIUS_ACCESS_ACCEPT);
				answered++;
			}
		wire_tick(1000);
	}
	size_t accepted = 0, nothing = 0;
	for (size_t i = 0; i < 600; i++) {
		assert_int_equal(gots[i].n, 1);
		accepted += gots[i].answer == AAA_SAYS_ACCEPT;
		nothing += gots[i].answer == AAA_SAYS_NOTHING;
		aaa_reply_free(gots[i].reply);
	}
	assert_int_equal(accepted + nothing, 600);
	assert_true(accepted > 300 && accepted <= answered);
	assert_int_equal(stats()->timeouts, nothing);
	assert_true(stats()->retransmissions > 600);
}

/* One after the other: identifiers wrap, and what comes late for the one before is not held against the server. */
static void identifiers_wrap(void **state)
{
	(void)state;
	for (size_t i = 0; i < 700; i++) {
		ask_pap();
		assert_ptr_equal(wire.sent[i].from, wire.sent[0].from);
		if (i > 0)
			assert_int_equal(wire.sent[i].data[1],
			                 (uint8_t)(wire.sent[i - 1].data[1] + 1));
		if (i >= 256)
			wire_says(i - 256,
			          RADIUS_ACCESS_ACCEPT); /* the same identifier, under way again */
		assert_int_equal(wire_got.n, 0);
		wire_says(i, RADIUS_ACCESS_ACCEPT);
		assert_int_equal(wire_got.n, 1);
	}
	assert_int_equal(wire.opened, 1);
	assert_int_equal(stats()->unrecognized, 700 - 256);
	assert_int_equal(stats()->bad_authenticators, 0);
}

/* No two requests have the same authenticator. */
static void authenticators_differ(void **state)
{
	(void)state;
	ask_many(300);
	for (size_t i = 0; i < 300; i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(wire.sent[i].data + 4, wire.sent[k].data + 4, 16);
	for (size_t i = 0; i < 300; i++)
		aaa_ask_cancel(&asks[i]);
}

static void more_than_it_takes(void **state)
{
	(void)state;
	enum { MOST = 64 * 256 };
	ask_many(MOST + 1);
	wire_tick(0);
	assert_int_equal(wire.open, 64);
	for (size_t i = 0; i < MOST; i++)
		assert_int_equal(gots[i].n, 0);
	assert_int_equal(gots[MOST].n, 1);
	assert_int_equal(gots[MOST].answer, AAA_SAYS_NOTHING);
	for (size_t i = 0; i <= MOST; i++)
		aaa_ask_cancel(&asks[i]);
	assert_int_equal(wire_server("RAD")->pending, 0);
}

static void cancelled(void **state)
{
	(void)state;
	ask_pap();
	aaa_ask_cancel(&one);
	wire_says(0, RADIUS_ACCESS_ACCEPT);
	wire_tick(20000);
	assert_int_equal(wire_got.n, 0);
	assert_int_equal(wire.n, 1);
	assert_int_equal(stats()->unrecognized, 1);
}

static void no_sockets(void **state)
{
	(void)state;
	wire.broken = true;
	ask_pap();
	wire_tick(0);
	assert_int_equal(wire_got.n, 1);
	assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
	assert_int_equal(wire.n, 0);
}

#define WIRE_TEST(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WIRE_TEST(answered_at_once),
	        WIRE_TEST(lost_packets_are_repeated),
	        WIRE_TEST(answer_to_a_repetition),
	        WIRE_TEST(forgeries),
	        WIRE_TEST(unauthenticated_replies),
	        WIRE_TEST(truncated_and_broken),
	        WIRE_TEST(thousands_in_flight),
	        WIRE_TEST(half_is_lost),
	        WIRE_TEST(identifiers_wrap),
	        WIRE_TEST(authenticators_differ),
	        WIRE_TEST(more_than_it_takes),
	        WIRE_TEST(cancelled),
	        WIRE_TEST(no_sockets),
	};
	return cmocka_run_group_tests_name("radius client", tests, NULL, NULL);
}
