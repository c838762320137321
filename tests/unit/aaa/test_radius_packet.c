/* RADIUS packets against the examples of RFC 2865 §7 and RFC 5997 §6, and what must not be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/radius/packet.h"
#include "crypto/prim/prim.h"

#define BYTES(text) ((struct bytes){(const uint8_t *)(text), sizeof(text) - 1})
static const struct bytes secret = {(const uint8_t *)"xyzzy5461", 9};

static size_t unhex(const char *hex, uint8_t *to)
{
	size_t n = 0;
	unsigned byte;
	int used;
	for (; sscanf(hex, " %2x%n", &byte, &used) == 1; hex += used)
		to[n++] = (uint8_t)byte;
	return n;
}

static struct radius_packet parsed(const uint8_t *data, size_t len)
{
	struct radius_packet p;
	assert_true(radius_parse(&p, data, len));
	return p;
}

/* RFC 2865 §7.1: "arctangent" of nemo. */
static void password_is_hidden(void **state)
{
	(void)state;
	uint8_t auth[16], want[64], got[RADIUS_MAX];
	unhex("0f403f947397 8057bd83d5cb98f4227a", auth);
	size_t n = unhex("01000038 0f403f94739780 57bd83d5cb98f4227a 01066e656d6f"
	                 "0212 0dbe708d93d413ce3196e43f782a0aee 0406c0a80110 050600000003",
	                 want);
	struct wr w = wr_of(got, sizeof got);
	radius_begin(&w, RADIUS_ACCESS_REQUEST, 0, auth, false);
	radius_put_text(&w, RADIUS_A_USER_NAME, "nemo");
	radius_put_password(&w, secret, auth, BYTES("arctangent"));
	radius_put_u32(&w, RADIUS_A_NAS_IP_ADDRESS, 0xc0a80110);
	radius_put_u32(&w, RADIUS_A_NAS_PORT, 3);
	assert_int_equal(radius_end(&w, secret), n);
	assert_memory_equal(got, want, n);
}

/* Every length is padded to 16, from 16 on; the second block depends on the first. */
static void passwords_of_all_lengths(void **state)
{
	(void)state;
	static const char password[130] =
	        "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"
	        "0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk";
	uint8_t auth[16] = {1, 2, 3}, got[RADIUS_MAX];
	for (size_t len = 0; len <= 129; len++) {
		struct wr w = wr_of(got, sizeof got);
		radius_begin(&w, RADIUS_ACCESS_REQUEST, 0, auth, true);
		radius_put_password(&w, secret, auth,
		                    (struct bytes){(const uint8_t *)password, len});
		size_t n = radius_end(&w, secret);
		if (len > 128) {
			assert_int_equal(n, 0);
			break;
		}
		size_t padded = len == 0 ? 16 : (len + 15) / 16 * 16;
		assert_int_equal(n, 20 + 18 + 2 + padded);
		uint8_t before[16];
		memcpy(before, auth, 16);
		for (size_t at = 0; at < padded; at += 16) {
			const struct bytes parts[] = {secret, {before, 16}};
			uint8_t cover[16];
			prim_hash(PRIM_MD5, parts, 2, cover);
			memcpy(before, got + 40 + at, 16);
			for (size_t i = 0; i < 16; i++)
				assert_int_equal(got[40 + at + i] ^ cover[i],
				                 at + i < len ? password[at + i] : 0);
		}
	}
}

/* RFC 2865 §7.1 and §7.2: the replies. */
static void replies_are_believed(void **state)
{
	(void)state;
	static const struct {
		const char *auth, *reply;
	} rows[] = {
	        {"0f403f94739780 57bd83d5cb98f4227a", "02000026 86fe220e7624ba2a1005f6bf9b55e0b2 "
	                                              "060600000001 0f0600000000 0e06c0a80103"},
	        {"2aee86f08d0d55969ca5978e0d3367a2",
	         "02010038 15efbc7dab26cfa3dc34d9c03c8601a4 060600000002 070600000001 0806fffffffe"
	         "0a0600000002 0d0600000001 0c06000005dc"},
	};
	for (size_t i = 0; i < 2; i++) {
		uint8_t auth[16], reply[RADIUS_MAX];
		unhex(rows[i].auth, auth);
		size_t n = unhex(rows[i].reply, reply);
		struct radius_packet p = parsed(reply, n);
		assert_int_equal(p.code, RADIUS_ACCESS_ACCEPT);
		assert_int_equal(p.id, i);
		assert_int_equal(radius_check_reply(&p, secret, auth, false), RADIUS_BELIEVED);
		assert_int_equal(radius_check_reply(&p, secret, auth, true), RADIUS_NO_MAC);
		assert_int_equal(radius_check_reply(&p, BYTES("other"), auth, false),
		                 RADIUS_BAD_AUTHENTICATOR);
		/* any bit of it */
		for (size_t bit = 0; bit < 8 * n; bit++) {
			reply[bit / 8] ^= (uint8_t)(1u << bit % 8);
			struct radius_packet q;
			if (radius_parse(&q, reply, n))
				assert_int_not_equal(radius_check_reply(&q, secret, auth, false),
				                     RADIUS_BELIEVED);
			reply[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		auth[3] ^= 1;
		assert_int_equal(radius_check_reply(&p, secret, auth, false),
		                 RADIUS_BAD_AUTHENTICATOR);
	}
}

/* RFC 5997 §6.1 and §6.2: Message-Authenticator, in front. */
static void message_authenticator_is_computed(void **state)
{
	(void)state;
	static const char *const requests[] = {
	        "0cda0026 8a54f4686fb394c52866e302185d0623 5012 5a665e2e1e8411f3e243822097c84fa3",
	        "0cb30026 925f6b66dd5fed571fcb1db7ad388260 5012 e8d6eabda910875cd91fdade26367858"};
	uint8_t want[64], got[64], reply[64];
	for (size_t i = 0; i < 2; i++) {
		size_t n = unhex(requests[i], want);
		struct wr w = wr_of(got, sizeof got);
		radius_begin(&w, (enum radius_code)12, want[1], want + 4, true);
		assert_int_equal(radius_end(&w, secret), n);
		assert_memory_equal(got, want, n);
	}
	unhex(requests[0], want);
	struct radius_packet p =
	        parsed(reply, unhex("02da0014 ef0d552a4bf2d693ec2b6fe8b5411d66", reply));
	assert_int_equal(radius_check_reply(&p, secret, want + 4, false), RADIUS_BELIEVED);
}

static size_t reply_with(uint8_t *to, bool mac, bool eap, bool proxy, const uint8_t *auth)
{
	struct wr w = wr_of(to, RADIUS_MAX);
	radius_begin(&w, RADIUS_ACCESS_ACCEPT, 7, auth, mac);
	if (eap)
		radius_put_pieces(&w, RADIUS_A_EAP_MESSAGE, BYTES("\3\1\0\4"));
	if (proxy)
		radius_put(&w, RADIUS_A_PROXY_STATE, "x", 1);
	return radius_end_reply(&w, secret, auth);
}

/* What our own writer makes of a reply, and each rule of the reader. */
static void what_must_not_be_believed(void **state)
{
	(void)state;
	static const struct {
		bool mac, eap, proxy, needs;
		enum radius_check want;
	} rows[] = {
	        {false, false, false, false, RADIUS_BELIEVED},
	        {true, false, false, false, RADIUS_BELIEVED},
	        {true, true, false, true, RADIUS_BELIEVED},
	        {false, true, false, false, RADIUS_NO_MAC},
	        {false, false, false, true, RADIUS_NO_MAC},
	        {false, false, true, false, RADIUS_OTHERS_STATE},
	        {true, true, true, true, RADIUS_OTHERS_STATE},
	};
	uint8_t auth[16] = {9, 9, 9}, reply[RADIUS_MAX];
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		size_t n = reply_with(reply, rows[i].mac, rows[i].eap, rows[i].proxy, auth);
		struct radius_packet p = parsed(reply, n);
		assert_int_equal(radius_check_reply(&p, secret, auth, rows[i].needs), rows[i].want);
	}
	/* a wrong Message-Authenticator under a right authenticator, as a forger with collisions has it */
	size_t n = reply_with(reply, true, false, false, auth);
	reply[25] ^= 1;
	memcpy(reply + 4, auth, 16);
	const struct bytes parts[] = {{reply, n}, secret};
	uint8_t digest[16];
	prim_hash(PRIM_MD5, parts, 2, digest);
	memcpy(reply + 4, digest, 16);
	struct radius_packet p = parsed(reply, n);
	assert_int_equal(radius_check_reply(&p, secret, auth, false), RADIUS_BAD_MAC);
}

/* Requests whose authenticator is computed: accounting and dynamic authorization. */
static void computed_authenticators(void **state)
{
	(void)state;
	uint8_t data[RADIUS_MAX];
	for (int mac = 0; mac < 2; mac++) {
		struct wr w = wr_of(data, sizeof data);
		radius_begin(&w, RADIUS_DISCONNECT_REQUEST, 3, NULL, mac);
		radius_put_text(&w, RADIUS_A_ACCT_SESSION_ID, "0A000001");
		size_t n = radius_end_computed(&w, secret);
		struct radius_packet p = parsed(data, n);
		assert_int_equal(radius_check_request(&p, secret), RADIUS_BELIEVED);
		assert_int_equal(radius_check_request(&p, BYTES("xyzzy5462")),
		                 RADIUS_BAD_AUTHENTICATOR);
		for (size_t at = 20; at < n; at++) {
			data[at] ^= 0x40;
			struct radius_packet q;
			if (radius_parse(&q, data, n))
				assert_int_not_equal(radius_check_request(&q, secret),
				                     RADIUS_BELIEVED);
			data[at] ^= 0x40;
		}
	}
}

static void pieces_and_vendors(void **state)
{
	(void)state;
	uint8_t data[RADIUS_MAX], big[600], auth[16] = {0};
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)i;
	struct wr w = wr_of(data, sizeof data);
	radius_begin(&w, RADIUS_ACCESS_REQUEST, 1, auth, true);
	radius_put_pieces(&w, RADIUS_A_EAP_MESSAGE, (struct bytes){big, sizeof big});
	radius_put_text(&w, RADIUS_A_AV_PAIR, "ip:source-ip=192.0.2.1");
	radius_put_text(&w, RADIUS_A_TUNNEL_CLIENT_ENDPOINT, "192.0.2.1");
	radius_put_u32(&w, RADIUS_A_ASA_CLIENT_TYPE, 5);
	size_t n = radius_end(&w, secret);
	assert_memory_equal(data + n - 12, "\x1a\x0c\0\0\x0c\x04\x96\x06\0\0\0\5", 12);
	struct radius_packet p = parsed(data, n);
	struct radius_walk walk = radius_walk(&p);
	struct radius_value v;
	size_t got = 0;
	static const enum radius_attr rest[] = {RADIUS_A_AV_PAIR, RADIUS_A_TUNNEL_CLIENT_ENDPOINT,
	                                        RADIUS_A_ASA_CLIENT_TYPE};
	assert_true(radius_next(&walk, &v));
	assert_int_equal(v.attr, RADIUS_A_MESSAGE_AUTHENTICATOR);
	for (int i = 0; i < 3; i++) {
		assert_true(radius_next(&walk, &v));
		assert_int_equal(v.attr, RADIUS_A_EAP_MESSAGE);
		assert_memory_equal(v.v.p, big + got, v.v.len);
		got += v.v.len;
	}
	assert_int_equal(got, sizeof big);
	for (int i = 0; i < 3; i++) {
		assert_true(radius_next(&walk, &v));
		assert_int_equal(v.attr, rest[i]);
	}
	assert_int_equal(radius_value_u32(&v), 5);
	assert_false(radius_next(&walk, &v));
	assert_true(radius_find(&p, RADIUS_A_TUNNEL_CLIENT_ENDPOINT, &v));
	assert_memory_equal(v.v.p, "\000192.0.2.1", 10);
	assert_false(radius_find(&p, RADIUS_A_STATE, &v));
}

/* Several parts in one Vendor-Specific; vendors and types nobody knows; a part of a wrong length. */
static void vendor_parts(void **state)
{
	(void)state;
	uint8_t data[128];
	size_t n = unhex("02000000 00000000000000000000000000000000"
	                 "1a14 00000c04 02060000 0003 1903 41 fa05 010203"
	                 "1a08 00001234 ffff"
	                 "1a0a 00000c04 02040001"
	                 "fe03 00",
	                 data);
	data[3] = (uint8_t)n;
	struct radius_packet p = parsed(data, n);
	struct radius_walk walk = radius_walk(&p);
	struct radius_value v;
	static const struct {
		enum radius_attr attr;
		uint32_t vendor;
		uint8_t type;
		size_t len;
	} want[] = {
	        {RADIUS_A_ASA_LOGINS, 3076, 2, 4}, {RADIUS_A_ASA_GROUP_POLICY, 3076, 25, 1},
	        {RADIUS_A_N, 3076, 0xfa, 3},       {RADIUS_A_VENDOR_SPECIFIC, 0, 26, 6},
	        {RADIUS_A_N, 3076, 2, 2},          {RADIUS_A_N, 0, 0xfe, 1},
	};
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		assert_true(radius_next(&walk, &v));
		assert_int_equal(v.attr, want[i].attr);
		assert_int_equal(v.vendor, want[i].vendor);
		assert_int_equal(v.type, want[i].type);
		assert_int_equal(v.v.len, want[i].len);
	}
	assert_false(radius_next(&walk, &v));
}

static void malformed_packets(void **state)
{
	(void)state;
	static const char *const bad[] = {
	        "",
	        "02",
	        "02000014 000000000000000000000000000000",   /* one octet short */
	        "02000013 00000000000000000000000000000000", /* a length below the header's */
	        "02000015 00000000000000000000000000000000", /* longer than it is */
	        "02001001 00000000000000000000000000000000",
	        "02000015 00000000000000000000000000000000 01",   /* half a head */
	        "02000016 00000000000000000000000000000000 0100", /* lengths 0, 1 */
	        "02000016 00000000000000000000000000000000 0101",
	        "02000016 00000000000000000000000000000000 0103",        /* over the end */
	        "02000019 00000000000000000000000000000000 0805 010203", /* an address of 3 octets */
	        "0200001b 00000000000000000000000000000000 1b07 0102030405",
	        "02000019 00000000000000000000000000000000 5005 010203",
	        "02000018 00000000000000000000000000000000 1a04 0000",            /* no vendor */
	        "0200001d 00000000000000000000000000000000 1a09 00000c04 020600", /* part over the end */
	        "0200001c 00000000000000000000000000000000 1a08 00000c04 0201",
	        "0200001b 00000000000000000000000000000000 1a07 00000c04 02",
	        /* two of what there is one of */
	        ("02000038 00000000000000000000000000000000"
	         "5012 00000000000000000000000000000000 5012 00000000000000000000000000000000"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		uint8_t data[RADIUS_MAX + 8];
		size_t n = unhex(bad[i], data);
		struct radius_packet p;
		if (radius_parse(&p, data, n))
			fail_msg("taken: %s", bad[i]);
	}
	/* padding behind it is none of it */
	uint8_t data[64] = {2, 0, 0, 20};
	struct radius_packet p = parsed(data, sizeof data);
	assert_int_equal(p.attrs.len, 0);
}

/* What does not fit is never sent. */
static void packets_that_are_too_long(void **state)
{
	(void)state;
	uint8_t data[RADIUS_MAX + 1000], value[RADIUS_MAX] = {0}, auth[16] = {0};
	struct wr w = wr_of(data, sizeof data);
	radius_begin(&w, RADIUS_ACCESS_REQUEST, 1, auth, true);
	radius_put_pieces(&w, RADIUS_A_EAP_MESSAGE, (struct bytes){value, RADIUS_MAX - 100});
	assert_int_not_equal(radius_end(&w, secret), 0);
	w = wr_of(data, sizeof data);
	radius_begin(&w, RADIUS_ACCESS_REQUEST, 1, auth, true);
	radius_put_pieces(&w, RADIUS_A_EAP_MESSAGE, (struct bytes){value, RADIUS_MAX});
	assert_int_equal(radius_end(&w, secret), 0);
	static const struct {
		enum radius_attr a;
		size_t len;
		bool fits;
	} rows[] = {{RADIUS_A_STATE, 253, true},
	            {RADIUS_A_STATE, 254, false},
	            {RADIUS_A_AV_PAIR, 247, true},
	            {RADIUS_A_AV_PAIR, 248, false}};
	for (size_t i = 0; i < 4; i++) {
		w = wr_of(data, sizeof data);
		radius_begin(&w, RADIUS_ACCESS_REQUEST, 1, auth, false);
		radius_put(&w, rows[i].a, value, rows[i].len);
		assert_int_equal(radius_end(&w, secret) != 0, rows[i].fits);
	}
}

/* Each row is found under its numbers, and there is no second one. */
static void the_dictionary(void **state)
{
	(void)state;
	for (int a = 0; a < RADIUS_A_N; a++)
		assert_int_equal(radius_dict_find(radius_dict[a].vendor, radius_dict[a].type), a);
	assert_int_equal(radius_dict_find(0, 0), RADIUS_A_N);
	assert_int_equal(radius_dict_find(4711, 1), RADIUS_A_N);
	assert_string_equal(radius_dict_name(RADIUS_A_CALLED_STATION_ID), "Called-Station-Id");
	assert_int_equal(radius_dict[RADIUS_A_CALLED_STATION_ID].type, 30); /* RFC 2865 §5.30 */
	assert_string_equal(radius_dict_name(RADIUS_A_N), "Unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(password_is_hidden),
	        cmocka_unit_test(passwords_of_all_lengths),
	        cmocka_unit_test(replies_are_believed),
	        cmocka_unit_test(message_authenticator_is_computed),
	        cmocka_unit_test(what_must_not_be_believed),
	        cmocka_unit_test(computed_authenticators),
	        cmocka_unit_test(pieces_and_vendors),
	        cmocka_unit_test(vendor_parts),
	        cmocka_unit_test(malformed_packets),
	        cmocka_unit_test(packets_that_are_too_long),
	        cmocka_unit_test(the_dictionary),
	};
	struct err err = {0};
	if (prim_init(&err) != 0)
		return 1;
	int failed = cmocka_run_group_tests_name("radius packets", tests, NULL, NULL);
	prim_free();
	return failed;
}
