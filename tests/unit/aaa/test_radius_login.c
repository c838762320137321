/* What RADIUS servers are asked in each method, and what is made of their answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/shell.h"
#include "core/base/debug.h"
#include "crypto/prim/prim.h"
#include "radius_wire.h"

static struct aaa_ask one;
static struct aaa_request rq;

#define assert_bytes(b, text)                                          \
	do {                                                           \
		struct bytes bytes_ = (b);                             \
		assert_int_equal(bytes_.len, sizeof(text) - 1);        \
		assert_memory_equal(bytes_.p, text, sizeof(text) - 1); \
	} while (0)

static void ask(enum aaa_method m)
{
	rq = wire_pap("jdoe", "j!doe1");
	rq.method = m;
	rq.id = 0x42;
	for (unsigned i = 0; i < 24; i++) {
		rq.response[i] = (uint8_t)(0xa0 + i);
		rq.lm_response[i] = (uint8_t)(0xc0 + i);
	}
	for (unsigned i = 0; i < 16; i++) {
		rq.challenge[i] = (uint8_t)(0x10 + i);
		rq.peer_challenge[i] = (uint8_t)(0x60 + i);
	}
	wire_ask(&one, "RAD", AAA_AUTHENTICATE, &rq);
}

/* An answer with one attribute more. */
static void answer_with(enum radius_code code, enum radius_attr a, const char *value, size_t len)
{
	struct wr w = wire_reply(wire.n - 1, code, true);
	radius_put(&w, a, value, len);
	wire_answer(&w, wire.n - 1, NULL);
}
#define answer_text(code, a, text) answer_with(code, a, text, sizeof(text) - 1)

static void what_every_request_says(void **state)
{
	(void)state;
	for (int m = 0; m < AAA_METHOD_N; m++) {
		ask((enum aaa_method)m);
		const struct sent *s = &wire.sent[wire.n - 1];
		assert_int_equal(s->data[0], RADIUS_ACCESS_REQUEST);
		assert_int_equal(s->data[20], 80); /* Message-Authenticator in front of all */
		assert_bytes(wire_value(RADIUS_A_USER_NAME), "jdoe");
		assert_int_equal(wire_number(RADIUS_A_SERVICE_TYPE), 2);
		assert_int_equal(wire_number(RADIUS_A_FRAMED_PROTOCOL), 1);
		assert_int_equal(wire_number(RADIUS_A_NAS_PORT_TYPE), 5);
		assert_int_equal(wire_number(RADIUS_A_NAS_PORT), 7);
		assert_int_equal(wire_number(RADIUS_A_NAS_IP_ADDRESS), OUR_IP);
		assert_bytes(wire_value(RADIUS_A_CALLED_STATION_ID), "198.51.100.1");
		assert_bytes(wire_value(RADIUS_A_CALLING_STATION_ID), "192.0.2.1");
		assert_bytes(wire_value(RADIUS_A_TUNNEL_CLIENT_ENDPOINT), "\000192.0.2.1");
		assert_bytes(wire_value(RADIUS_A_AV_PAIR), "ip:source-ip=192.0.2.1");
		assert_bytes(wire_value(RADIUS_A_ASA_TUNNEL_GROUP), "DefaultRAGroup");
		assert_int_equal(wire_number(RADIUS_A_ASA_CLIENT_TYPE), 5);
		wire_none(RADIUS_A_STATE);
		wire_none(RADIUS_A_FRAMED_IP_ADDRESS);
		if (m != AAA_PAP)
			wire_none(RADIUS_A_USER_PASSWORD);
		/* its Message-Authenticator, computed without the packet writer */
		uint8_t copy[RADIUS_MAX], mac[16];
		memcpy(copy, s->data, s->len);
		memset(copy + 22, 0, 16);
		const struct bytes all = {copy, s->len};
		prim_hmac(PRIM_MD5, (struct bytes){(const uint8_t *)"s3cret", 6}, &all, 1, mac);
		assert_memory_equal(s->data + 22, mac, 16);
		aaa_ask_cancel(&one);
	}
}

static void proofs(void **state)
{
	(void)state;
	ask(AAA_PAP);
	uint8_t clear[16];
	const struct bytes parts[] = {{(const uint8_t *)"s3cret", 6}, {wire.sent[0].data + 4, 16}};
	prim_hash(PRIM_MD5, parts, 2, clear);
	assert_int_equal(wire_value(RADIUS_A_USER_PASSWORD).len, 16);
	for (int i = 0; i < 16; i++)
		clear[i] ^= wire_value(RADIUS_A_USER_PASSWORD).p[i];
	assert_memory_equal(clear, "j!doe1\0\0\0\0\0\0\0\0\0\0", 16);
	aaa_ask_cancel(&one);

	ask(AAA_CHAP);
	assert_bytes(wire_value(RADIUS_A_CHAP_PASSWORD),
	             "\x42\xa0\xa1\xa2\xa3\xa4\xa5\xa6\xa7\xa8\xa9\xaa\xab\xac\xad\xae\xaf");
	assert_bytes(wire_value(RADIUS_A_CHAP_CHALLENGE),
	             "\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f");
	aaa_ask_cancel(&one);

	/* identifier and flags in front */
	ask(AAA_MSCHAP1);
	struct bytes v = wire_value(RADIUS_A_MSCHAP_RESPONSE);
	assert_int_equal(v.len, 50);
	assert_memory_equal(v.p, "\x42\x01\xc0\xc1", 4);
	assert_memory_equal(v.p + 26, "\xa0\xa1", 2);
	assert_bytes(wire_value(RADIUS_A_MSCHAP_CHALLENGE), "\x10\x11\x12\x13\x14\x15\x16\x17");
	aaa_ask_cancel(&one);

	ask(AAA_MSCHAP2);
	v = wire_value(RADIUS_A_MSCHAP2_RESPONSE);
	assert_int_equal(v.len, 50);
	assert_memory_equal(v.p, "\x42\x00\x60\x61", 4);
	assert_memory_equal(v.p + 18, "\0\0\0\0\0\0\0\0\xa0\xa1", 10);
	assert_int_equal(wire_value(RADIUS_A_MSCHAP_CHALLENGE).len, 16);
	aaa_ask_cancel(&one);
}

/* What FreeRADIUS asks of a password change: MS-CHAP2-CPW of 68 octets, three pieces that are 516 octets together. */
static void password_change(void **state)
{
	static struct aaa_change change = {.flags = 0x0102};
	uint8_t whole[600];
	struct wr w = wr_of(whole, sizeof(whole));
	(void)state;
	for (unsigned i = 0; i < sizeof(change.password); i++)
		change.password[i] = (uint8_t)(i * 7 + i / 256);
	memset(change.hash, 0x77, sizeof(change.hash));
	rq = wire_pap("jdoe", "");
	rq.method = AAA_MSCHAP2;
	rq.id = 0x43;
	rq.change = &change;
	memset(rq.peer_challenge, 0x66, 16);
	memset(rq.response, 0xaa, 24);
	memset(rq.challenge, 0x11, 16);
	wire_ask(&one, "RAD", AAA_AUTHENTICATE, &rq);
	wire_none(RADIUS_A_MSCHAP2_RESPONSE);
	struct bytes v = wire_value(RADIUS_A_MSCHAP2_CPW);
	assert_int_equal(v.len, 68);
	assert_memory_equal(v.p, "\x07\x43\x77\x77", 4);
	assert_memory_equal(v.p + 18, "\x66\x66", 2);
	assert_memory_equal(v.p + 34, "\0\0\0\0\0\0\0\0\xaa", 9);
	assert_memory_equal(v.p + 66, "\1\2", 2);
	struct radius_packet p = wire_last();
	struct radius_walk walk = radius_walk(&p);
	uint8_t number = 0;
	for (struct radius_value a; radius_next(&walk, &a);) {
		if (a.attr != RADIUS_A_MSCHAP_NT_ENC_PW)
			continue;
		assert_memory_equal(a.v.p, ((const uint8_t[]){6, 0x43, 0, ++number}), 4);
		wr_bytes(&w, a.v.p + 4, a.v.len - 4);
	}
	assert_int_equal(number, 3);
	assert_int_equal(wr_len(&w), sizeof(change.password));
	assert_memory_equal(whole, change.password, sizeof(change.password));
	answer_text(RADIUS_ACCESS_REJECT, RADIUS_A_MSCHAP_ERROR, "\x43" "E=709 R=0 V=3");
	assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
	assert_string_equal(wire_got.reply->mschap, "E=709 R=0 V=3");
}

/* A LAN Manager response alone is what it is. */
static void lan_manager_only(void **state)
{
	(void)state;
	rq = wire_pap("jdoe", "");
	rq.method = AAA_MSCHAP1;
	rq.lm_only = true;
	wire_ask(&one, "RAD", AAA_AUTHENTICATE, &rq);
	assert_int_equal(wire_value(RADIUS_A_MSCHAP_RESPONSE).p[1], 0);
	aaa_ask_cancel(&one);
}

static const char success[] = "\x42S=407A5589115FD0D6209F510FE9C04566932CDA56";

static void mschap_answers(void **state)
{
	(void)state;
	/* version 2: the server must prove that it knows the password, too */
	ask(AAA_MSCHAP2);
	wire_says(wire.n - 1, RADIUS_ACCESS_ACCEPT);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_MSCHAP2_SUCCESS, "\x42S=407A");
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_MSCHAP2_SUCCESS, "\x42");
	assert_int_equal(wire_got.n, 0);
	assert_int_equal(wire_server("RAD")->stats.malformed, 3);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_MSCHAP2_SUCCESS, success);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	assert_string_equal(wire_got.reply->mschap, success + 1);
	/* version 1 has no such thing; keys for MPPE are nothing to us */
	ask(AAA_MSCHAP1);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_MSCHAP_MPPE_KEYS,
	            "0123456789abcdef0123456789abcdef");
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	static const struct {
		const char *error;
		enum aaa_why why;
	} rows[] = {{"\x42"
	             "E=691 R=1 C=00112233445566778899AABBCCDDEEFF V=3 M=no",
	             AAA_WHY_FAILURE},
	            {"\x42"
	             "E=648 R=0 C=00112233445566778899AABBCCDDEEFF V=3 M=old",
	             AAA_WHY_EXPIRED}};
	for (size_t i = 0; i < 2; i++) {
		ask(AAA_MSCHAP2);
		answer_with(RADIUS_ACCESS_REJECT, RADIUS_A_MSCHAP_ERROR, rows[i].error,
		            strlen(rows[i].error));
		assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
		assert_int_equal(wire_got.why, rows[i].why);
		assert_string_equal(wire_got.reply->mschap, rows[i].error + 1);
	}
	wire_host[0].mschap2 = false; /* no mschapv2-capable */
	size_t before = wire.n;
	ask(AAA_MSCHAP2);
	wire_tick(0);
	assert_int_equal(wire.n, before);
	assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
	assert_int_equal(wire_got.why, AAA_WHY_METHOD);
}

static void rejects_grant_nothing(void **state)
{
	(void)state;
	ask(AAA_PAP);
	struct wr w = wire_reply(0, RADIUS_ACCESS_REJECT, true);
	radius_put_u32(&w, RADIUS_A_FRAMED_IP_ADDRESS, 0x0a000005);
	radius_put_text(&w, RADIUS_A_CLASS, "ou=Sales;");
	radius_put_text(&w, RADIUS_A_AV_PAIR, "ip:inacl#1=permit ip any any");
	radius_put_text(&w, RADIUS_A_REPLY_MESSAGE, "Not today.\r\n");
	radius_put_text(&w, RADIUS_A_REPLY_MESSAGE, "Nor tomorrow.");
	wire_answer(&w, 0, NULL);
	assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
	assert_int_equal(wire_got.why, AAA_WHY_FAILURE);
	const struct aaa_reply *r = wire_got.reply;
	assert_int_equal(r->framed_ip, 0);
	assert_int_equal(r->classes_len, 0);
	assert_string_equal(r->policy, "");
	assert_null(r->inacl);
	assert_string_equal(r->message, "Not today. Nor tomorrow.");
}

/* ------------------------------------------------------------------ EAP */

static void ask_eap(const char *packet, size_t len, const char *st)
{
	aaa_reply_free(wire_got.reply);
	wire_got = (struct got){0};
	rq = wire_pap("jdoe", "");
	rq.method = AAA_EAP;
	rq.mtu = 1400;
	rq.eap = (struct bytes){(const uint8_t *)packet, len};
	one = (struct aaa_ask){.what = AAA_AUTHENTICATE,
	                       .rq = &rq,
	                       .name = rq.user,
	                       .state = {(const uint8_t *)st, strlen(st)},
	                       .done = wire_done,
	                       .arg = &wire_got};
	aaa_ask_start(&one, aaa_sgroup_find(wire_servers, "RAD"));
}
#define EAP_IDENTITY "\2\1\0\x09\1jdoe"

static void eap_conversation(void **state)
{
	(void)state;
	ask_eap(EAP_IDENTITY, 9, "");
	assert_bytes(wire_value(RADIUS_A_EAP_MESSAGE), EAP_IDENTITY);
	assert_int_equal(wire_number(RADIUS_A_FRAMED_MTU), 1400);
	wire_none(RADIUS_A_STATE);
	/* in two pieces */
	uint8_t eap[300] = {1, 2, 300 >> 8, 300 & 255, 13};
	struct wr w = wire_reply(0, RADIUS_ACCESS_CHALLENGE, true);
	radius_put_text(&w, RADIUS_A_STATE, "first");
	radius_put_pieces(&w, RADIUS_A_EAP_MESSAGE, (struct bytes){eap, sizeof eap});
	radius_put_u32(&w, RADIUS_A_SESSION_TIMEOUT, 25);
	wire_answer(&w, 0, NULL);
	assert_int_equal(wire_got.answer, AAA_SAYS_CHALLENGE);
	assert_int_equal(wire_got.reply->eap_len, sizeof eap);
	assert_memory_equal(wire_got.reply->eap, eap, sizeof eap);
	assert_int_equal(wire_got.reply->challenge_s, 25);
	assert_int_equal(wire_got.reply->state_len, 5);
	assert_memory_equal(wire_got.reply->state, "first", 5);
	/* the answer, with its State; a long one goes in pieces */
	uint8_t answer[600] = {2, 2, 600 >> 8, 600 & 255, 13};
	ask_eap((const char *)answer, sizeof answer, "first");
	assert_bytes(wire_value(RADIUS_A_STATE), "first");
	assert_int_equal(wire_value(RADIUS_A_EAP_MESSAGE).len, 253);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_EAP_MESSAGE, "\3\2\0\4");
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	assert_int_equal(wire_got.reply->eap_len, 4);
	assert_memory_equal(wire_got.reply->eap, "\3\2\0\4", 4);
}

/* RADIUS decides; what the client is told in EAP agrees with it (RFC 3579 §2.6.3). */
static void eap_ends(void **state)
{
	(void)state;
	static const struct {
		enum radius_code code;
		const char *said;
		size_t len;
		const char *told;
	} rows[] = {
	        {RADIUS_ACCESS_ACCEPT, "", 0, "\3\1\0\4"},
	        {RADIUS_ACCESS_REJECT, "", 0, "\4\1\0\4"},
	        {RADIUS_ACCESS_ACCEPT, "\4\7\0\4", 4, "\3\1\0\4"},
	        {RADIUS_ACCESS_REJECT, "\3\7\0\4", 4, "\4\1\0\4"},
	        {RADIUS_ACCESS_REJECT, "\4\7\0\4", 4, "\4\7\0\4"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		ask_eap(EAP_IDENTITY, 9, "");
		struct wr w = wire_reply(wire.n - 1, rows[i].code, true);
		if (rows[i].len)
			radius_put(&w, RADIUS_A_EAP_MESSAGE, rows[i].said, rows[i].len);
		wire_answer(&w, wire.n - 1, NULL);
		assert_int_equal(wire_got.n, 1);
		assert_int_equal(wire_got.reply->eap_len, 4);
		assert_memory_equal(wire_got.reply->eap, rows[i].told, 4);
	}
}

static void eap_that_is_not_believed(void **state)
{
	(void)state;
	ask_eap(EAP_IDENTITY, 9, "");
	struct wr w = wire_reply(0, RADIUS_ACCESS_ACCEPT, false);
	radius_put(&w, RADIUS_A_EAP_MESSAGE, "\3\1\0\4", 4);
	wire_answer(&w, 0, NULL); /* no Message-Authenticator */
	w = wire_reply(0, RADIUS_ACCESS_ACCEPT, false);
	wire_answer(&w, 0, NULL);
	assert_int_equal(wire_server("RAD")->stats.bad_authenticators, 2);
	answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_EAP_MESSAGE, "\1\2\0\6\4"); /* too short */
	answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_EAP_MESSAGE, "\1\2\0\4\4"); /* too long */
	answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_EAP_MESSAGE, "\1\2");
	answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_EAP_MESSAGE, "\3\2\0\4"); /* no request */
	answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_REPLY_MESSAGE, "no EAP at all");
	w = wire_reply(0, RADIUS_ACCESS_CHALLENGE,
	               true); /* pieces that do not follow one another */
	radius_put(&w, RADIUS_A_EAP_MESSAGE, "\1\2\0\6", 4);
	radius_put(&w, RADIUS_A_STATE, "s", 1);
	radius_put(&w, RADIUS_A_EAP_MESSAGE, "\4\0", 2);
	wire_answer(&w, 0, NULL);
	assert_int_equal(wire_server("RAD")->stats.malformed, 6);
	assert_int_equal(wire_got.n, 0);
	aaa_ask_cancel(&one);
}

/* ------------------------------------------------------------------ challenges to who has one password a login */

static void challenge(const char *group, const char *user, uint32_t peer, const char *text,
                      const char *st, uint32_t seconds)
{
	rq = wire_pap(user, "1111");
	rq.peer_ip = peer;
	wire_ask(&one, group, AAA_AUTHENTICATE, &rq);
	struct wr w = wire_reply(wire.n - 1, RADIUS_ACCESS_CHALLENGE, true);
	radius_put_text(&w, RADIUS_A_STATE, st);
	radius_put_text(&w, RADIUS_A_REPLY_MESSAGE, text);
	if (seconds)
		radius_put_u32(&w, RADIUS_A_SESSION_TIMEOUT, seconds);
	wire_answer(&w, wire.n - 1, NULL);
	assert_int_equal(wire_got.answer, AAA_SAYS_CHALLENGE);
	assert_string_equal(wire_got.reply->message, text);
}

static void next_attempt(const char *group, const char *user, uint32_t peer, const char *st)
{
	rq = wire_pap(user, "2222");
	rq.peer_ip = peer;
	wire_ask(&one, group, AAA_AUTHENTICATE, &rq);
	if (st[0]) {
		struct bytes v = wire_value(RADIUS_A_STATE);
		assert_int_equal(v.len, strlen(st));
		assert_memory_equal(v.p, st, v.len);
	} else {
		wire_none(RADIUS_A_STATE);
	}
	wire_says(wire.n - 1, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
}

static void conversations(void **state)
{
	(void)state;
	static const char *const groups[] = {"RAD", "SDI"};
	for (int i = 0; i < 2; i++) {
		const char *g = groups[i];
		challenge(g, "jdoe", CLIENT_IP, "Enter Next PASSCODE:", "next-1", 0);
		next_attempt(g, "other", CLIENT_IP, "");            /* another user */
		next_attempt(g, "jdoe", CLIENT_IP + 1, "");         /* from elsewhere */
		next_attempt(groups[1 - i], "jdoe", CLIENT_IP, ""); /* at another server */
		challenge(g, "jane", CLIENT_IP, "You must enter a new PIN", "pin", 0);
		next_attempt(g, "jdoe", CLIENT_IP, "next-1");
		next_attempt(g, "jdoe", CLIENT_IP, ""); /* once */
		next_attempt(g, "jane", CLIENT_IP, "pin");
		/* a challenge behind a challenge */
		challenge(g, "jdoe", CLIENT_IP, "new PIN", "a", 0);
		challenge(g, "jdoe", CLIENT_IP, "again", "b", 0);
		next_attempt(g, "jdoe", CLIENT_IP, "b");
		/* until it expires */
		challenge(g, "jdoe", CLIENT_IP, "new PIN", "c", 30);
		wire_tick(29999);
		next_attempt(g, "jdoe", CLIENT_IP, "c");
		challenge(g, "jdoe", CLIENT_IP, "new PIN", "d", 30);
		wire_tick(30000);
		next_attempt(g, "jdoe", CLIENT_IP, "");
	}
}

/* Strangers do not fill the memory: the oldest State goes. */
static void states_have_a_ceiling(void **state)
{
	(void)state;
	char user[24];
	for (int i = 0; i <= 4096; i++) {
		snprintf(user, sizeof user, "u%d", i);
		challenge("RAD", user, CLIENT_IP, "?", user, 0);
	}
	next_attempt("RAD", "u0", CLIENT_IP, "");
	next_attempt("RAD", "u1", CLIENT_IP, "u1");
	next_attempt("RAD", "u4096", CLIENT_IP, "u4096");
}

static void challenges_nobody_can_answer(void **state)
{
	(void)state;
	static const enum aaa_method methods[] = {AAA_CHAP, AAA_MSCHAP1, AAA_MSCHAP2};
	for (int i = 0; i < 3; i++) {
		ask(methods[i]);
		answer_text(RADIUS_ACCESS_CHALLENGE, RADIUS_A_STATE, "s");
		assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
	}
	for (int m = 0; m < AAA_METHOD_N; m++) { /* SecurID has no other way than PAP */
		if (m == AAA_PAP)
			continue;
		rq = wire_pap("jdoe", "1");
		rq.method = (enum aaa_method)m;
		wire_ask(&one, "SDI", AAA_AUTHENTICATE, &rq);
		wire_tick(0);
		assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
		assert_int_equal(wire_got.why, AAA_WHY_METHOD);
	}
	assert_int_equal(wire.n, 3);
}

/* SecurID's own protocol is not spoken, and that is said. */
static void native_securid(void **state)
{
	(void)state;
	wire_host[1].port = 5500;
	aaa_servers_set(wire_servers, NULL); /* so that it is opened anew */
	aaa_servers_set(wire_servers, &wire_conf);
	assert_non_null(strstr(wire_logs, "Port 5500 speaks a protocol that is not published"));
	rq = wire_pap("jdoe", "1");
	wire_ask(&one, "SDI", AAA_AUTHENTICATE, &rq);
	wire_tick(0);
	assert_int_equal(wire_got.answer, AAA_SAYS_NOTHING);
	assert_int_equal(wire.n, 0);
}

/* ------------------------------------------------------------------ authorization */

static void password_is(const char *want)
{
	const struct sent *s = &wire.sent[wire.n - 1];
	struct bytes hidden = wire_value(RADIUS_A_USER_PASSWORD);
	const struct bytes parts[] = {{(const uint8_t *)"s3cret", 6}, {s->data + 4, 16}};
	uint8_t clear[17] = {0};
	prim_hash(PRIM_MD5, parts, 2, clear);
	clear[16] = 0;
	for (int i = 0; i < 16; i++)
		clear[i] ^= hidden.p[i];
	assert_string_equal((const char *)clear, want);
}

static void authorization(void **state)
{
	(void)state;
	rq = wire_pap("jdoe", "j!doe1");
	wire_ask(&one, "RAD", AAA_AUTHORIZE, &rq);
	password_is("jdoe"); /* his name, when nothing else is said */
	aaa_ask_cancel(&one);
	wire_host[0].common_pw = "common";
	wire_ask(&one, "RAD", AAA_AUTHORIZE, &rq);
	password_is("common");
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_FRAMED_POOL, "P1");
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	assert_string_equal(wire_got.reply->pool, "P1");
	aaa_reply_free(wire_got.reply);
	wire_got = (struct got){0};
	one = (struct aaa_ask){.what = AAA_AUTHORIZE,
	                       .rq = &rq,
	                       .name = "Policy",
	                       .password = "external",
	                       .done = wire_done,
	                       .arg = &wire_got};
	aaa_ask_start(&one, aaa_sgroup_find(wire_servers, "RAD"));
	password_is("external");
	assert_bytes(wire_value(RADIUS_A_USER_NAME), "Policy");
	aaa_ask_cancel(&one);
	wire_groups[0].authorize_only = true;
	wire_ask(&one, "RAD", AAA_AUTHORIZE, &rq);
	assert_int_equal(wire_number(RADIUS_A_SERVICE_TYPE), 17);
	wire_none(RADIUS_A_USER_PASSWORD);
	wire_says(wire.n - 1, RADIUS_ACCESS_CHALLENGE);
	assert_int_equal(wire_got.answer, AAA_SAYS_REJECT);
}

/* ------------------------------------------------------------------ debug */

static struct out said;
static void on_line(void *arg, const char *line)
{
	(void)arg;
	out_printf(&said, "%s\n", line);
}

/* Both commands in all methods: the texts of the reference, and nothing that could be used. */
static void debug_lines(void **state)
{
	(void)state;
	static struct debug_sink sink = {.write = on_line};
	out_init(&said);
	debug_sink_add(&sink);
	debug_set(&sink, DEBUG_RADIUS_DECODE, 1);
	debug_set(&sink, DEBUG_RADIUS_SESSION, 1);
	for (int m = 0; m < AAA_METHOD_N; m++) {
		ask((enum aaa_method)m);
		answer_text(RADIUS_ACCESS_REJECT, RADIUS_A_REPLY_MESSAGE, "Sorry");
	}
	ask(AAA_PAP);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_MPPE_SEND_KEY, "KEYKEYKEYKEY");
	ask(AAA_PAP);
	wire_tick(10000);
	static const char *const want[] = {
	        "radius mkreq: 0x",
	        "got user 'jdoe'\ngot password\nadd_req session 0x",
	        "RADIUS_REQUEST\nradius.c: rad_mkpkt\n",
	        "RADIUS packet decode (authentication "
	        "request)\n\n--------------------------------------\n"
	        "Raw packet data (length = ",
	        "Parsed packet data.....\nRadius: Code = 1 (0x01)\nRadius: Identifier = ",
	        "Radius: Type = 1 (0x01) User-Name\nRadius: Length = 6 (0x06)\nRadius: Value "
	        "(String) = \n"
	        "6a 64 6f 65                                        |  jdoe\n",
	        "Radius: Type = 2 (0x02) User-Password\nRadius: Length = 18 (0x12)\nRadius: Value "
	        "(String) = ***\n",
	        "Radius: Type = 4 (0x04) NAS-IP-Address\nRadius: Length = 6 (0x06)\n"
	        "Radius: Value (IP Address) = 10.1.1.1 (0x0A010101)\n",
	        "Radius: Value (Hex) = 0x2\n",
	        "Radius: Type = 26 (0x1A) Vendor-Specific\nRadius: Length = 12 (0x0C)\n"
	        "Radius: Vendor ID = 3076 (0x00000C04)\nRadius: Type = 150 (0x96) Client-Type\n",
	        "send pkt 10.1.1.2/1645\n",
	        "rad_vrfy() : response message verified\n",
	        "     skey '***'\n",
	        "RADIUS packet decode (response)\n",
	        "rad_procpkt: REJECT\n",
	        "RADIUS_ACCESS_REJECT: normal termination\nRADIUS_DELETE\nremove_req session 0x",
	        "rad_procpkt: ACCEPT\nRADIUS_ACCESS_ACCEPT: normal termination\n",
	        "radius: send queue empty\n",
	        "callback_aaa_task: status = -1, msg = \n"};
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		if (!strstr(said.text, want[i]))
			fail_msg("not said: %s", want[i]);
	/* passwords, keys, responses: neither as text nor as octets */
	static const char *const secret[] = {"j!doe1",   "s3cret",   "KEYKEY",  "4b 45 59",
	                                     "a0 a1 a2", "60 61 62", "c0 c1 c2"};
	for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++)
		if (strstr(said.text, secret[i]))
			fail_msg("said: %s", secret[i]);
	/* SecurID has a command of its own */
	out_clear(&said);
	debug_set(&sink, DEBUG_RADIUS_DECODE, 0);
	debug_set(&sink, DEBUG_RADIUS_SESSION, 0);
	debug_set(&sink, DEBUG_SDI, 1);
	challenge("SDI", "jdoe", CLIENT_IP, "Enter Next PASSCODE:", "n", 0);
	next_attempt("SDI", "jdoe", CLIENT_IP, "n");
	next_attempt("RAD", "jdoe", CLIENT_IP, "");
	assert_string_equal(said.text,
	                    "SDI: user jdoe, server 10.1.1.2 (RADIUS interface): passcode is sent\n"
	                    "SDI: user jdoe, server 10.1.1.2 (RADIUS interface): asks for more: next tokencode or new PIN\n"
	                    "SDI: user jdoe, server 10.1.1.2 (RADIUS interface): passcode is sent\n"
	                    "SDI: user jdoe, server 10.1.1.2 (RADIUS interface): accepted\n");
	debug_set(&sink, DEBUG_RADIUS_SESSION, 1);
	debug_set(&sink, DEBUG_SDI, 0);
	/* of one user alone */
	out_clear(&said);
	snprintf(sink.of_user[DEBUG_SERVER_RADIUS], sizeof sink.of_user[0], "jane");
	ask(AAA_PAP);
	wire_says(wire.n - 1, RADIUS_ACCESS_ACCEPT);
	assert_int_equal(said.len, 0);
	debug_sink_remove(&sink);
	out_free(&said);
}

static void ask_shell(enum aaa_what what, const struct aaa_shell *sh)
{
	aaa_reply_free(wire_got.reply);
	wire_got = (struct got){0};
	rq = wire_pap("boss", "secret99");
	one = (struct aaa_ask){.what = what, .rq = &rq, .name = rq.user, .shell = sh, .done = wire_done, .arg = &wire_got};
	aaa_ask_start(&one, aaa_sgroup_find(wire_servers, "RAD"));
}

/* Administrators are no PPP clients: the password of one, who comes and who goes. */
static void administrators(void **state)
{
	struct aaa_shell sh = {.line = "ssh", .from = CLIENT_IP, .id = "0000002A", .at = 77, .session_s = 9, .local = true};
	(void)state;
	ask_shell(AAA_AUTHENTICATE, &sh);
	assert_bytes(wire_value(RADIUS_A_USER_NAME), "boss");
	assert_int_equal(wire_value(RADIUS_A_USER_PASSWORD).len, 16);
	assert_int_equal(wire_number(RADIUS_A_SERVICE_TYPE), 7);
	assert_int_equal(wire_number(RADIUS_A_NAS_PORT_TYPE), 5);
	assert_bytes(wire_value(RADIUS_A_CALLING_STATION_ID), "192.0.2.1");
	wire_none(RADIUS_A_FRAMED_PROTOCOL);
	wire_none(RADIUS_A_ASA_TUNNEL_GROUP);
	wire_none(RADIUS_A_TUNNEL_CLIENT_ENDPOINT);
	answer_text(RADIUS_ACCESS_ACCEPT, RADIUS_A_SERVICE_TYPE, "\000\000\000\007");
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	assert_int_equal(wire_got.reply->service, AAA_SERVICE_NAS_PROMPT);
	sh.enable = true;
	sh.from = 0;
	ask_shell(AAA_AUTHENTICATE, &sh);
	assert_int_equal(wire_number(RADIUS_A_SERVICE_TYPE), 6);
	assert_int_equal(wire_number(RADIUS_A_NAS_PORT_TYPE), 0);
	wire_none(RADIUS_A_CALLING_STATION_ID);
	aaa_ask_cancel(&one);
	sh.enable = false;
	sh.type = AAA_ACCT_START;
	ask_shell(AAA_ACCOUNT, &sh);
	assert_int_equal(wire.sent[wire.n - 1].data[0], RADIUS_ACCOUNTING_REQUEST);
	assert_int_equal(wire_number(RADIUS_A_ACCT_STATUS_TYPE), 1);
	assert_bytes(wire_value(RADIUS_A_ACCT_SESSION_ID), "0000002A");
	assert_bytes(wire_value(RADIUS_A_USER_NAME), "boss");
	assert_int_equal(wire_number(RADIUS_A_ACCT_AUTHENTIC), 2);
	wire_none(RADIUS_A_ACCT_SESSION_TIME);
	wire_says(wire.n - 1, RADIUS_ACCOUNTING_RESPONSE);
	assert_int_equal(wire_got.answer, AAA_SAYS_ACCEPT);
	sh.type = AAA_ACCT_STOP;
	ask_shell(AAA_ACCOUNT, &sh);
	assert_int_equal(wire_number(RADIUS_A_ACCT_STATUS_TYPE), 2);
	assert_int_equal(wire_number(RADIUS_A_ACCT_SESSION_TIME), 9);
	wire_says(wire.n - 1, RADIUS_ACCOUNTING_RESPONSE);
}

#define WIRE_TEST(f) cmocka_unit_test_setup_teardown(f, wire_setup, wire_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	        WIRE_TEST(what_every_request_says),
	        WIRE_TEST(proofs),
	        WIRE_TEST(password_change),
	        WIRE_TEST(lan_manager_only),
	        WIRE_TEST(mschap_answers),
	        WIRE_TEST(rejects_grant_nothing),
	        WIRE_TEST(eap_conversation),
	        WIRE_TEST(eap_ends),
	        WIRE_TEST(eap_that_is_not_believed),
	        WIRE_TEST(conversations),
	        WIRE_TEST(states_have_a_ceiling),
	        WIRE_TEST(challenges_nobody_can_answer),
	        WIRE_TEST(native_securid),
	        WIRE_TEST(authorization),
	        WIRE_TEST(administrators),
	        WIRE_TEST(debug_lines),
	};
	return cmocka_run_group_tests_name("radius logins", tests, NULL, NULL);
}
