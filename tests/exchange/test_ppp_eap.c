/* EAP between a client and a server that both belong to the test: what passes, what does not, and how long it may take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/debug.h"
#include "crypto/prim/prim.h"
#include "ppp/eap.h"
#include "tests/exchange/aaa_fake.h"
#include "tests/exchange/ppp_bench.h"

enum { EAP = 1u << AAA_EAP };

static int setup(void **state)
{
	pb_setup(state);
	pb_groups[0].methods = EAP;
	pb_groups[0].servers.server = "RAD";
	aaa_fake_init(&pb_clk);
	return 0;
}

/* ------------------------------------------------------------------ servers */

static uint8_t last_id(void)
{
	return aaa_fake.eap[1];
}

/* MD5-Challenge (RFC 3748 §5.4) for the password j!doe1. */
static const uint8_t md5_challenge[] = {4, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static bool md5_right(void)
{
	uint8_t id = last_id(), want[PRIM_MD_MAX];
	const struct bytes parts[] = {{&id, 1}, {(const uint8_t *)"j!doe1", 6}, {md5_challenge + 2, 16}};
	prim_hash(PRIM_MD5, parts, 3, want);
	return aaa_fake.eap_len == 22 && memcmp(aaa_fake.eap + 4, "\x04\x10", 2) == 0 &&
	       memcmp(aaa_fake.eap + 6, want, 16) == 0;
}

static void md5_server(struct aaa_result *result, struct aaa_reply *reply)
{
	if (aaa_fake.eap[4] == 1) { /* Identity */
		result->status = AAA_CHALLENGE;
		aaa_fake_eap(reply, 1, (uint8_t)(last_id() + 1), md5_challenge, sizeof(md5_challenge));
	} else if (md5_right()) {
		result->status = AAA_ACCEPT;
		aaa_fake_eap(reply, 3, last_id(), "", 0);
	} else {
		aaa_fake_eap(reply, 4, last_id(), "", 0);
	}
}

static unsigned go_on, size; /* challenges before the Accept, length of their data */
static uint32_t think_s;

static void long_server(struct aaa_result *result, struct aaa_reply *reply)
{
	static const uint8_t data[2000] = {13}; /* EAP-TLS */
	result->status = aaa_fake.continues < go_on ? AAA_CHALLENGE : AAA_ACCEPT;
	reply->challenge_s = think_s;
	if (result->status == AAA_CHALLENGE)
		aaa_fake_eap(reply, 1, (uint8_t)(last_id() + 1), data, size);
}

static void use(void (*server)(struct aaa_result *, struct aaa_reply *), unsigned challenges,
                unsigned data, uint32_t seconds)
{
	aaa_fake.answer = server;
	go_on = challenges;
	size = data;
	think_s = seconds;
}

/* ------------------------------------------------------------------ the client's side */

/* A client that leaves the answers to the test; the Identity Request has arrived. */
static struct pb_link *held(unsigned i)
{
	struct pb_link *l = pb_dial(i, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.eap_hold = true;
	pb_run_for(60);
	assert_int_equal(l->peer.eap_requests, 1);
	assert_int_equal(l->peer.eap_len, 5);
	assert_int_equal(l->peer.eap[4], 1);
	return l;
}

static void say(struct pb_link *l, uint8_t code, uint8_t id, const void *data, size_t len)
{
	uint8_t packet[1600];
	struct wr w = wr_of(packet, sizeof(packet));
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(len + 4));
	wr_bytes(&w, data, len);
	ppp_peer_frame(&l->peer, 0xc227, packet, wr_len(&w));
	pb_run_for(30);
}

static uint8_t request_id(const struct pb_link *l)
{
	assert_int_equal(l->peer.eap[0], 1);
	return l->peer.eap[1];
}

static void is_failed(struct pb_link *l, uint8_t id)
{
	assert_int_equal(l->peer.eap_len, 4);
	assert_int_equal(l->peer.eap[0], 4);
	assert_int_equal(l->peer.eap[1], id);
	pb_run_for(1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	assert_int_equal(l->opens, 0);
}

/* ------------------------------------------------------------------ tests */

static void login(void **state)
{
	(void)state;
	aaa_fake.answer = md5_server;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", EAP);
	assert_int_equal(l->peer.method, AAA_EAP);
	assert_string_equal(l->user, "jdoe");
	assert_int_equal(aaa_fake.starts, 1);
	assert_int_equal(aaa_fake.continues, 1);
	assert_int_equal(aaa_fake.asked.method, AAA_EAP);
	assert_string_equal(aaa_fake.asked.user, "jdoe");
	assert_int_equal(aaa_fake.asked.mtu, 1390);
	assert_int_equal(aaa_fake.asked.our_ip, 0xc0000201);
	assert_int_equal(aaa_fake.asked.peer_ip, 0xc6336407);
	assert_int_equal(aaa_fake.asked.unit, 1);
	assert_int_equal(l->peer.eap[0], 3);
	assert_int_equal(l->peer.eap[1], last_id());
	assert_int_equal(l->peer.eap_requests, 2);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 0);
	struct ppp_session_info info;
	assert_true(ppp_find_call(pb_ppp, 1, 11, &info));
	assert_int_equal(info.method, AAA_EAP);
	assert_non_null(strstr(pb_logs, "603102 PPP virtual interface 1 - user: jdoe aaa authentication started\n"));
	assert_non_null(strstr(pb_logs, "603103 PPP virtual interface 1 - user: jdoe aaa authentication succeed\n"));
	/* a smaller MRU: fragments of EAP-TLS must fit */
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.mru = 1000;
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(2000);
	assert_true(l->peer.ip_up);
	assert_int_equal(aaa_fake.asked.mtu, 990);
}

static void wrong_password(void **state)
{
	(void)state;
	aaa_fake.answer = md5_server;
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "wrong", EAP);
	pb_run_for(200);
	assert_true(l->peer.refused);
	is_failed(l, last_id());
	pb_has_log("113008 AAA transaction status REJECT : user = jdoe\n"
	           "603103 PPP virtual interface 1 - user: jdoe aaa authentication failed\n");
}

/* The same Request again after 3, 6, 12 and 24 seconds; then the link goes. */
static void silence(void **state)
{
	static const unsigned at_s[] = {3, 9, 21, 45};
	(void)state;
	struct pb_link *l = held(0);
	uint8_t id = request_id(l);
	uint64_t begin = l->peer.eap_ms;
	for (unsigned i = 0; i < 4; i++) {
		pb_run_for(begin + 1000 * at_s[i] + 50 - pb_clk.now_ms);
		assert_int_equal(l->peer.eap_requests, i + 2);
		assert_int_equal(l->peer.eap_ms, begin + 1000 * at_s[i]);
		assert_int_equal(request_id(l), id);
	}
	pb_run_for(29 * 1000);
	assert_false(l->closed);
	pb_run_for(3 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	assert_int_equal(l->peer.eap_requests, 5);
	assert_int_equal(aaa_fake.starts, 0);
}

static void only_what_was_asked_for(void **state)
{
	static const uint8_t large[PPP_EAP_MAX] = {1};
	(void)state;
	use(long_server, 1, 100, 0);
	aaa_fake.delay_ms = 200;
	struct pb_link *l = held(0);
	uint8_t id = request_id(l);
	say(l, 2, (uint8_t)(id + 1), "\1jdoe", 5); /* nobody asked */
	say(l, 2, (uint8_t)(id - 1), "\1jdoe", 5);
	say(l, 1, id, "\1jdoe", 5); /* it does not ask us */
	say(l, 3, id, "", 0);
	say(l, 4, id, "", 0);
	say(l, 0, id, "\1jdoe", 5);
	say(l, 99, id, "\1jdoe", 5);
	say(l, 2, id, "", 0);      /* no type */
	say(l, 2, id, "\3\4", 2);  /* an Identity cannot be refused */
	say(l, 2, id, "\15x", 2);
	say(l, 2, id, large, sizeof(large) - 3);
	ppp_peer_frame(&l->peer, 0xc227, "\2", 1);
	ppp_peer_frame(&l->peer, 0xc227, (const uint8_t[]){2, id, 0, 9, 1, 'j'}, 6); /* longer than it is */
	ppp_peer_frame(&l->peer, 0xc227, (const uint8_t[]){2, id, 0, 3, 1, 'j'}, 6);
	pb_run_for(30);
	assert_int_equal(aaa_fake.starts, 0);
	/* padding is none of it (RFC 3748 §4.1) */
	ppp_peer_frame(&l->peer, 0xc227, (const uint8_t[]){2, id, 0, 9, 1, 'j', 'd', 'o', 'e', 0, 0}, 11);
	pb_run_for(30);
	assert_int_equal(aaa_fake.starts, 1);
	assert_string_equal(aaa_fake.asked.user, "jdoe");
	assert_int_equal(aaa_fake.eap_len, 9);
	say(l, 2, id, "\1jdoe", 5); /* again, while the server is asked */
	say(l, 2, id, "\1other", 6);
	pb_run_for(300);
	assert_int_equal(l->peer.eap_requests, 2);
	assert_int_equal(request_id(l), (uint8_t)(id + 1));
	say(l, 2, id, "\1jdoe", 5); /* and late */
	assert_int_equal(aaa_fake.starts, 1);
	assert_int_equal(aaa_fake.continues, 0);
	say(l, 2, (uint8_t)(id + 1), "\3\4", 2); /* Nak is the server's to judge */
	say(l, 2, (uint8_t)(id + 1), "\3\4", 2);
	pb_run_for(300);
	assert_int_equal(aaa_fake.continues, 1);
	assert_int_equal(aaa_fake.eap_len, 6);
	assert_memory_equal(aaa_fake.eap + 4, "\3\4", 2);
	assert_int_equal(l->peer.eap[0], 3);
	say(l, 2, (uint8_t)(id + 1), "\3\4", 2); /* over */
	say(l, 2, (uint8_t)(id + 2), "\1jdoe", 5);
	assert_int_equal(aaa_fake.starts + aaa_fake.continues, 2);
	assert_false(l->closed);
}

/* The bytes of both go through as they are, up to what the client takes. */
static void large_packets(void **state)
{
	uint8_t data[1600];
	(void)state;
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(13 + i);
	use(long_server, 3, PPP_EAP_MAX - 4, 0);
	struct pb_link *l = held(0);
	say(l, 2, request_id(l), "\1jdoe", 5);
	assert_int_equal(l->peer.eap_len, PPP_EAP_MAX);
	assert_int_equal(l->peer.eap[4], 13);
	say(l, 2, request_id(l), data, PPP_EAP_MAX - 4);
	assert_int_equal(aaa_fake.eap_len, PPP_EAP_MAX);
	assert_memory_equal(aaa_fake.eap + 4, data, PPP_EAP_MAX - 4);
	size = PPP_EAP_MAX - 3;
	uint8_t id = request_id(l);
	say(l, 2, id, data, 10);
	is_failed(l, id);
	pb_has_log("113013 AAA unable to complete the request Error : reason = EAP packet of the server is "
	           "longer than the client's MRU : user = jdoe");
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.mru = 600;
	l->peer.eap_hold = true;
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(200);
	aaa_fake.continues = 0;
	size = 596;
	say(l, 2, request_id(l), "\1jdoe", 5);
	assert_int_equal(l->peer.eap_len, 600);
	size = 597;
	id = request_id(l);
	say(l, 2, id, data, 10);
	is_failed(l, id);
}

/* Session-Timeout of a challenge is how long is waited for its answer: 60 seconds at most. */
static void time_to_think(void **state)
{
	static const struct {
		uint32_t said;
		unsigned waited;
	} rows[] = {{0, 3}, {1, 1}, {20, 20}, {60, 60}, {1000, 60}, {UINT32_MAX, 60}};
	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		use(long_server, 9, 20, rows[i].said);
		aaa_fake.continues = 0;
		struct pb_link *l = held(i);
		say(l, 2, request_id(l), "\1jdoe", 5);
		assert_int_equal(l->peer.eap_requests, 2);
		uint64_t at = l->peer.eap_ms;
		pb_run_for(at + rows[i].waited * 1000 - 1 - pb_clk.now_ms);
		assert_int_equal(l->peer.eap_requests, 2);
		pb_run_for(1);
		assert_int_equal(l->peer.eap_requests, 3);
		assert_int_equal(l->peer.eap_ms, at + rows[i].waited * 1000);
	}
}

/* Who looks for his token keeps the link beyond its 90 seconds, but not for ever. */
static void slow_people(void **state)
{
	(void)state;
	use(long_server, 60, 20, 60);
	struct pb_link *l = held(0);
	uint64_t begin = pb_clk.now_ms;
	say(l, 2, request_id(l), "\1jdoe", 5);
	for (unsigned i = 0; i < 5; i++) {
		pb_run_for(55 * 1000);
		assert_false(l->closed);
		say(l, 2, request_id(l), "\6" "123456", 7);
		assert_int_equal(aaa_fake.continues, i + 1);
	}
	pb_run_for(55 * 1000);
	assert_true(l->closed);
	assert_true(pb_clk.now_ms - begin > 300 * 1000);
	assert_int_equal(l->why, LINK_END_LOST_CARRIER);
}

static void round_trips(void **state)
{
	(void)state;
	use(long_server, 63, 20, 0);
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.eap_echo = true;
	pb_run_for(5000);
	assert_true(l->peer.ip_up);
	assert_int_equal(aaa_fake.continues, 63);
	assert_int_equal(l->peer.eap_requests, 64);
	use(long_server, 1000, 20, 0);
	aaa_fake.continues = 0;
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	l->peer.eap_echo = true;
	pb_run_for(5000);
	assert_true(l->closed);
	assert_true(l->peer.refused);
	assert_int_equal(l->peer.eap_requests, PPP_EAP_ROUNDS_MAX);
	assert_int_equal(aaa_fake.continues, PPP_EAP_ROUNDS_MAX - 1);
	pb_has_log("reason = Too many EAP round trips : user = jdoe");
}

static struct bytes bad;

static void bad_server(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = AAA_CHALLENGE;
	reply->eap = malloc(bad.len + 1);
	memcpy(reply->eap, bad.p, bad.len);
	reply->eap_len = bad.len;
}

static void nothing_server(struct aaa_result *result, struct aaa_reply *reply)
{
	(void)reply;
	result->status = AAA_CHALLENGE;
}

static void malformed_server(void **state)
{
	static const struct bytes packets[] = {
#define P(s) {(const uint8_t *)(s), sizeof(s) - 1}
	        P(""), P("\1"), P("\1\7\0"), P("\1\7\0\4"), P("\1\7\0\5"), P("\1\7\0\7\15x"), P("\1\7\0\4\15x"),
	        P("\2\7\0\5\1"), P("\3\7\0\4"), P("\4\7\0\4"), P("\0\7\0\5\1"), P("\1\7\xff\xff\15"),
#undef P
	};
	(void)state;
	for (unsigned i = 0; i <= sizeof(packets) / sizeof(packets[0]); i++) {
		bool none = i == sizeof(packets) / sizeof(packets[0]);
		pb_logs[0] = '\0';
		aaa_fake.answer = none ? nothing_server : bad_server;
		if (!none)
			bad = packets[i];
		struct pb_link *l = held(i % PB_LINKS);
		uint8_t id = request_id(l);
		say(l, 2, id, "\1jdoe", 5);
		is_failed(l, id);
		pb_has_log("reason = EAP packet of the server is malformed : user = jdoe");
		pb_has_log("113008 AAA transaction status REJECT : user = jdoe");
	}
	/* what follows its length is not passed on */
	bad = (struct bytes){(const uint8_t *)"\1\7\0\6\15yzzz", 9};
	aaa_fake.answer = bad_server;
	struct pb_link *l = held(7);
	say(l, 2, request_id(l), "\1jdoe", 5);
	assert_int_equal(l->peer.eap_len, 6);
	assert_int_equal(l->peer.eap[5], 'y');
}

static uint8_t beside;
static enum aaa_status decision;

static void odd_server(struct aaa_result *result, struct aaa_reply *reply)
{
	result->status = decision;
	if (beside)
		aaa_fake_eap(reply, beside, 0x55, "\4", 1);
}

/* The decision counts, whatever EAP packet comes with it, if any. */
static void conflicting_messages(void **state)
{
	(void)state;
	aaa_fake.answer = odd_server;
	for (beside = 0; beside <= 4; beside++) {
		decision = AAA_ACCEPT;
		struct pb_link *l = held(0);
		uint8_t id = request_id(l);
		say(l, 2, id, "\1jdoe", 5);
		assert_int_equal(l->peer.eap[0], 3);
		assert_int_equal(l->peer.eap[1], id);
		assert_int_equal(l->peer.eap_len, 4);
		pb_link_close(l, LINK_END_USER_REQUEST);
		for (decision = AAA_REJECT; decision <= AAA_ERROR; decision++) {
			ppp_peer_stop(&l->peer);
			l = held(1);
			id = request_id(l);
			say(l, 2, id, "\1jdoe", 5);
			is_failed(l, id);
		}
		ppp_peer_stop(&l->peer);
	}
}

static void odd_identities(void **state)
{
	static uint8_t name[200] = {1};
	(void)state;
	aaa_fake.answer = md5_server;
	memset(name + 1, 'n', sizeof(name) - 1);
	struct pb_link *l = held(0);
	uint8_t id = request_id(l);
	say(l, 2, id, name, 1 + AAA_USER_MAX + 1); /* too long */
	assert_true(aaa_fake.asked.malformed);
	is_failed(l, id);
	l = held(1);
	id = request_id(l);
	say(l, 2, id, name, 1); /* empty */
	assert_true(aaa_fake.asked.malformed);
	is_failed(l, id);
	l = held(2);
	say(l, 2, request_id(l), name, 1 + AAA_USER_MAX);
	assert_false(aaa_fake.asked.malformed);
	assert_int_equal(strlen(aaa_fake.asked.user), AAA_USER_MAX);
	assert_int_equal(request_id(l), last_id() + 1);
	l = held(3);
	say(l, 2, request_id(l), "\1a\nb", 4); /* nothing that could garble a log */
	assert_string_equal(aaa_fake.asked.user, "a?b");
}

/* LOCAL cannot do EAP, nor can servers of other kinds: the log says what they can. */
static void no_server_for_it(void **state)
{
	(void)state;
	pb_groups[0].servers.server = "LOCAL";
	struct pb_link *l = pb_dial(0, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	pb_run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_CONFIG_ERROR);
	assert_int_equal(l->peer.eap_requests, 0);
	pb_has_log("No PPP authentication protocol left: tunnel-group DefaultRAGroup allows eap-proxy, server LOCAL "
	           "can do ms-chap-v2 ms-chap-v1 pap : user = 198.51.100.7");
	pb_groups[0].servers.server = "LDAP";
	aaa_fake.methods = AAA_BIT(AAA_PAP);
	l = pb_dial(1, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	pb_run_for(2000);
	assert_true(l->closed);
	pb_has_log("allows eap-proxy, server LDAP can do pap : user = ");
	pb_groups[0].methods = EAP | AAA_BIT(AAA_PAP);
	l = pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", EAP);
	pb_run_for(2000);
	assert_true(l->closed);
	pb_has_log("No PPP authentication protocol left (the client asks for eap-proxy): tunnel-group DefaultRAGroup "
	           "allows pap eap-proxy, server LDAP can do pap");
	assert_int_equal(aaa_fake.starts, 0);
}

static void choice(void **state)
{
	(void)state;
	pb_groups[0].methods = EAP | AAA_BIT(AAA_PAP) | AAA_BIT(AAA_MSCHAP2);
	aaa_fake.answer = md5_server;
	/* the client's Nak chooses it from behind the others */
	struct pb_link *l = pb_connect(0, PEER_WINDOWS, "jdoe", EAP);
	assert_int_equal(l->peer.method, AAA_EAP);
	pb_groups[0].methods = EAP | AAA_BIT(AAA_PAP);
	aaa_fake_init(&pb_clk);
	assert_int_equal(pb_connect(1, PEER_PLAIN, "jdoe", AAA_BIT(AAA_PAP))->peer.method, AAA_PAP);
	/* it refuses EAP in LCP, and nothing else is allowed */
	pb_groups[0].methods = EAP;
	l = pb_dial(2, PEER_PLAIN, "jdoe", "j!doe1", AAA_BIT(AAA_MSCHAP2));
	pb_run_for(2000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
	pb_has_log("No PPP authentication protocol left (the client asks for ms-chap-v2): tunnel-group DefaultRAGroup "
	           "allows eap-proxy, server RAD can do ms-chap-v2 ms-chap-v1 chap pap eap-proxy : user = 198.51.100.9");
	/* or takes it and says later that it does not know the protocol */
	l = held(3);
	ppp_peer_frame(&l->peer, 0xc021, "\x08\x01\x00\x06\xc2\x27", 6);
	pb_run_for(10 * 1000);
	assert_true(l->closed);
	assert_int_equal(l->why, LINK_END_USER_ERROR);
}

static void renegotiation(void **state)
{
	(void)state;
	use(long_server, 9, 20, 0);
	struct pb_link *l = held(0);
	uint8_t first = request_id(l);
	say(l, 2, first, "\1jdoe", 5);
	uint8_t second = request_id(l);
	aaa_fake.answer = NULL; /* the server hangs */
	say(l, 2, second, "\15x", 2);
	assert_int_equal(aaa_fake.continues, 1);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 1);
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(100);
	assert_int_equal(aaa_fake.cancels, 1);
	assert_int_equal(l->peer.eap_len, 5);
	assert_int_equal(l->peer.eap[4], 1);
	assert_int_not_equal(request_id(l), second);
	aaa_fake.answer = md5_server;
	say(l, 2, second, "\15x", 2);
	assert_int_equal(aaa_fake.continues, 1);
	say(l, 2, request_id(l), "\1jdoe", 5);
	assert_int_equal(aaa_fake.starts, 2);
	pb_link_close(l, LINK_END_USER_REQUEST);
	/* the call ends while the server is asked: nothing comes of its answer */
	aaa_fake.delay_ms = 1000;
	l = held(1);
	say(l, 2, request_id(l), "\1jdoe", 5);
	pb_link_close(l, LINK_END_USER_REQUEST);
	pb_run_for(5000);
	assert_int_equal(aaa_fake.cancels, 2);
	assert_int_equal(ppp_stats(pb_ppp)->pending, 0);
	/* after the login: the same user once more */
	aaa_fake.delay_ms = 0;
	l = pb_connect(2, PEER_PLAIN, "jdoe", EAP);
	ppp_peer_renegotiate(&l->peer);
	pb_run_for(5000);
	assert_true(l->data && l->peer.ip_up);
	assert_int_equal(l->opens, 2);
}

/* A group that the name chooses must allow EAP, too. */
static void switched(void **state)
{
	static struct aaa_group groups[2];
	struct aaa_conf aaa = pb_aaa;
	struct ppp_conf conf = pb_conf;
	(void)state;
	groups[0] = pb_groups[0];
	groups[0].strip_group = true;
	groups[1] = pb_groups[0];
	groups[1].name = "sales";
	groups[1].methods = AAA_BIT(AAA_PAP);
	aaa.groups = groups;
	aaa.ngroups = 2;
	aaa.delimiter = '@';
	conf.aaa = &aaa;
	ppp_set_conf(pb_ppp, &conf);
	aaa_fake.answer = md5_server;
	struct pb_link *l = held(0);
	uint8_t id = request_id(l);
	say(l, 2, id, "\1jdoe@sales", 11);
	assert_int_equal(aaa_fake.asked.refuse, AAA_WHY_METHOD);
	is_failed(l, id);
	groups[1].methods = EAP;
	l = pb_connect(1, PEER_PLAIN, "jdoe@sales", EAP);
	assert_string_equal(aaa_fake.group->name, "sales");
	assert_string_equal(aaa_fake.asked.user, "jdoe@sales");
	assert_string_equal(aaa_fake.asked.account, "jdoe");
	ppp_set_conf(pb_ppp, &pb_conf);
}

static char debug_text[60000];

static void debug_write(void *arg, const char *line)
{
	size_t at = strlen(debug_text);
	(void)arg;
	snprintf(debug_text + at, sizeof(debug_text) - at, "%s\n", line);
}

static void debug_has(const char *fmt, uint8_t id)
{
	char line[200];
	snprintf(line, sizeof(line), fmt, id);
	if (!strstr(debug_text, line))
		fail_msg("not in the debug output: %s\n%s", line, debug_text);
}

static void debug_output(void **state)
{
	struct debug_sink sink = {.write = debug_write};
	(void)state;
	debug_text[0] = '\0';
	debug_sink_add(&sink);
	debug_set(&sink, DEBUG_PPP_UAUTH, 1);
	debug_set(&sink, DEBUG_PPP_IO, 1);
	aaa_fake.answer = md5_server;
	struct pb_link *l = pb_connect(0, PEER_PLAIN, "jdoe", EAP);
	uint8_t id = last_id();
	debug_has("PPP 1: EAP O REQUEST id %u len 5 type Identity\n", (uint8_t)(id - 1));
	debug_has("PPP 1: EAP I RESPONSE id %u len 9 type Identity\n", (uint8_t)(id - 1));
	debug_has("PPP 1: user jdoe, status = 0 the server asks more\n", 0);
	debug_has("PPP 1: EAP O REQUEST id %u len 22 type MD5-Challenge\n", id);
	debug_has("PPP 1: EAP I RESPONSE id %u len 22 type MD5-Challenge\n", id);
	debug_has("PPP 1: EAP O SUCCESS id %u len 4\n", id);
	/* enough to try passwords on is not shown */
	char hex[33];
	for (unsigned i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", aaa_fake.eap[6 + i]);
	assert_null(strstr(debug_text, hex));
	debug_has("0016...\n", 0);
	pb_link_close(l, LINK_END_USER_REQUEST);
	l = held(1);
	id = request_id(l);
	say(l, 2, (uint8_t)(id + 1), "\1x", 2);
	debug_has("EAP packet code 2 id %u dropped: no Request has its identifier\n", (uint8_t)(id + 1));
	pb_run_for(3000);
	debug_has("EAP O REQUEST again, id %u len 5 type Identity\n", id);
	debug_sink_remove(&sink);
}

static void lossy(void **state)
{
	(void)state;
	pb_loss = 10;
	for (unsigned seed = 1; seed <= 60; seed++) {
		unsigned i = seed % PB_LINKS;
		pb_dice = seed * 7919;
		if (seed % 2)
			use(long_server, 5, 1000, 0);
		else
			aaa_fake.answer = md5_server;
		aaa_fake.continues = 0;
		aaa_fake.delay_ms = seed % 7 * 100;
		struct pb_link *l = pb_dial(i, seed % 4, "jdoe", "j!doe1", EAP);
		l->peer.eap_echo = true;
		pb_run_for(120 * 1000);
		if (!l->peer.ip_up || !l->data)
			fail_msg("seed %u", seed);
		ppp_peer_stop(&l->peer);
		pb_link_close(l, LINK_END_USER_REQUEST);
		pb_run_for(20);
	}
	assert_int_equal(ppp_stats(pb_ppp)->users, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, pb_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        T(login),
	        T(wrong_password),
	        T(silence),
	        T(only_what_was_asked_for),
	        T(large_packets),
	        T(time_to_think),
	        T(slow_people),
	        T(round_trips),
	        T(malformed_server),
	        T(conflicting_messages),
	        T(odd_identities),
	        T(no_server_for_it),
	        T(choice),
	        T(renegotiation),
	        T(switched),
	        T(debug_output),
	        T(lossy),
	};
	if (pb_prepare() != 0)
		return 1;
	int rc = cmocka_run_group_tests(tests, NULL, NULL);
	prim_free();
	return rc;
}
