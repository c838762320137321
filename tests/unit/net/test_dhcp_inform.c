/* DHCPINFORM as Windows and Apple send it through a tunnel, and the answers byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/ip4.h"
#include "core/net/dhcp_inform.h"

enum { CLIENT = 0x0a4e000a, SERVER = 0x0a4e0001, ROOM = 2000, FIXED = 20 + 8 + 240 };

struct packet {
	uint8_t bytes[ROOM];
	size_t len;
};

/* The options behind the headers that both clients write alike: 10.78.0.10:68 to 255.255.255.255:67. */
static struct packet ask(uint8_t htype, const char *chaddr, const void *options, size_t len)
{
	struct packet p = {.len = FIXED + len};
	struct wr w = wr_of(p.bytes, sizeof p.bytes);
	wr_u32(&w, 0x45000000 | (uint32_t)p.len);
	wr_u32(&w, 0x00010000);
	wr_u32(&w, 0x80110000);
	wr_u32(&w, CLIENT);
	wr_u32(&w, 0xffffffff);
	wr_u32(&w, 68 << 16 | 67);
	wr_u32(&w, (uint32_t)(p.len - 20) << 16);
	wr_u32(&w, 0x01000600 | (uint32_t)htype << 16);
	wr_u32(&w, 0xa1b2c3d4);
	wr_u32(&w, 0);
	wr_u32(&w, CLIENT);
	wr_zero(&w, 12);
	wr_bytes(&w, chaddr, 16);
	wr_zero(&w, 192);
	wr_u32(&w, 0x63825363);
	wr_bytes(&w, options, len);
	assert_true(wr_ok(&w));
	return p;
}

static const uint8_t windows_options[] = {
        53, 1, 8, 61, 7, 8, 0x00, 0x53, 0x45, 0x00, 0x00, 0x00, 60, 8, 'M', 'S', 'F', 'T', ' ', '5', '.', '0',
        55, 6, 6, 15, 44, 121, 249, 252, 255,
};
static const uint8_t apple_options[] = {
        53, 1, 8, 55, 6, 6, 44, 43, 1, 249, 15, 61, 7, 1, 0, 0, 0, 1, 0, 0, 255,
};

static struct packet windows(void)
{
	return ask(8, "\0SE\0\0\0\0\0\0\0\0\0\0\0\0", windows_options, sizeof windows_options);
}

static struct packet apple(void)
{
	return ask(8, "\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0", apple_options, sizeof apple_options);
}

static const struct dhcp_route routes[] = {
        {0x0a4d0000, 0xffffff00}, {0xac100000, 0xfff00000}, {0xc0a80505, 0xffffffff}, {0x0a000000, 0xff000000},
        {0xc0000000, 0xff00ff00}, /* no prefix: left out */
};
static const struct dhcp_told told = {.server = SERVER,
                                      .client = CLIENT,
                                      .mask = 0xffffffff,
                                      .dns = {0x0a4d0005, 0x0a4d0006},
                                      .wins = {0x0a4d0007},
                                      .domain = "corp.example.com",
                                      .proxy = "http://10.77.0.8/p.pac",
                                      .routes = routes,
                                      .nroutes = 5,
                                      .mtu = 1400};
#define ROUTES                                                                                              \
	24, 10, 77, 0, 10, 78, 0, 1, 12, 172, 16, 10, 78, 0, 1, 32, 192, 168, 5, 5, 10, 78, 0, 1, 8, 10, 10, 78, \
	        0, 1

static bool reads(const struct packet *p, struct dhcp_inform *q)
{
	uint8_t *copy = malloc(p->len ? p->len : 1); /* the sanitizer sees one byte too far */
	assert_non_null(copy);
	memcpy(copy, p->bytes, p->len);
	bool ok = dhcp_inform_read(q, copy, p->len);
	free(copy);
	return ok;
}

static struct dhcp_held held; /* of the last answer */

static struct packet answer(const struct packet *asked, const struct dhcp_told *t)
{
	struct dhcp_inform q;
	struct packet p;
	assert_true(reads(asked, &q));
	p.len = dhcp_inform_answer(&q, t, p.bytes, sizeof p.bytes, &held);
	return p;
}

/* Everything before the options, and the checksums. */
static void check_fixed(const struct packet *p, const struct packet *asked)
{
	static const uint8_t udp[] = {10, 78, 0, 1, 10, 78, 0, 10, 0, 67, 0, 68};
	assert_true(p->len >= 20 + 8 + 300);
	assert_int_equal(p->bytes[0], 0x45);
	assert_int_equal(p->bytes[2] << 8 | p->bytes[3], p->len);
	assert_int_equal(p->bytes[9], 17);
	assert_memory_equal(p->bytes + 12, udp, sizeof udp);
	assert_int_equal(p->bytes[24] << 8 | p->bytes[25], p->len - 20);
	assert_int_equal(ip4_checksum(p->bytes, 20, 0), 0);
	assert_int_equal(ip4_checksum(p->bytes + 20, p->len - 20,
	                              ip4_pseudo_sum(SERVER, CLIENT, 17, (uint16_t)(p->len - 20))),
	                 0);
	assert_int_equal(p->bytes[28], 2);
	assert_memory_equal(p->bytes + 29, asked->bytes + 29, 2);       /* hardware */
	assert_memory_equal(p->bytes + 32, asked->bytes + 32, 4);       /* xid */
	assert_memory_equal(p->bytes + 40, asked->bytes + 40, 4);       /* ciaddr */
	assert_memory_equal(p->bytes + 44, "\0\0\0\0\0\0\0\0\0\0\0", 12); /* no lease, no relay */
	assert_memory_equal(p->bytes + 56, asked->bytes + 56, 16);      /* chaddr */
	assert_memory_equal(p->bytes + 264, "\x63\x82\x53\x63", 4);
}

/* The value of an option, NULL = it is not there. */
static const uint8_t *option(const struct packet *p, uint8_t which, size_t *len)
{
	for (size_t at = FIXED; p->bytes[at] != 255; at += 2u + p->bytes[at + 1]) {
		assert_true(at + 2 < p->len);
		*len = p->bytes[at + 1];
		if (p->bytes[at] == which)
			return p->bytes + at + 2;
	}
	*len = 0;
	return NULL;
}

static void test_windows(void **state)
{
	static const uint8_t wanted[] = {
	        53,  1,  5,   54,  4,   10,  78,  0,   1,   6,   8,   10,  77,  0,   5,   10,  77,  0,   6,
	        15,  16, 'c', 'o', 'r', 'p', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'c', 'o', 'm',
	        44,  4,  10,  77,  0,   7,
	        252, 23, 'h', 't', 't', 'p', ':', '/', '/', '1', '0', '.', '7', '7', '.', '0', '.', '8', '/', 'p', '.', 'p', 'a', 'c', 0,
	        121, 30,  ROUTES, 249, 30, ROUTES, 255,
	};
	struct packet asked = windows(), p = answer(&asked, &told);
	(void)state;
	check_fixed(&p, &asked);
	assert_memory_equal(p.bytes + FIXED, wanted, sizeof wanted);
	assert_int_equal(p.len, FIXED + sizeof wanted);
}

static void test_apple(void **state)
{
	static const uint8_t wanted[] = {
	        53, 1,  5,   54,  4,   10,  78,  0,   1,   1,   4,   255, 255, 255, 255, 6,   8, 10, 77, 0, 5, 10, 77, 0, 6,
	        15, 16, 'c', 'o', 'r', 'p', '.', 'e', 'x', 'a', 'm', 'p', 'l', 'e', '.', 'c', 'o', 'm',
	        44, 4,  10,  77,  0,   7,   249, 30,  ROUTES, 255,
	};
	struct packet asked = apple(), p = answer(&asked, &told);
	(void)state;
	check_fixed(&p, &asked);
	assert_memory_equal(p.bytes + FIXED, wanted, sizeof wanted);
}

/* What is not configured is not told; without a list of its own a client is told everything. */
static void test_little(void **state)
{
	static const uint8_t no_list[] = {53, 1, 8, 255};
	const struct dhcp_told little = {.server = SERVER, .client = CLIENT, .domain = "", .proxy = "", .mtu = 1400};
	struct packet asked = windows(), p = answer(&asked, &little);
	size_t len;
	(void)state;
	check_fixed(&p, &asked);
	assert_memory_equal(p.bytes + FIXED, ((const uint8_t[]){53, 1, 5, 54, 4, 10, 78, 0, 1, 255}), 10);
	assert_int_equal(p.len, 20 + 8 + 300);
	asked = ask(1, "\1\2\3\4\5\6\0\0\0\0\0\0\0\0\0", no_list, sizeof no_list);
	p = answer(&asked, &told);
	for (size_t i = 0; i < 7; i++)
		assert_non_null(option(&p, ((const uint8_t[]){1, 6, 15, 44, 121, 249, 252})[i], &len));
}

static struct dhcp_told told_many(void)
{
	static struct dhcp_route many[40];
	struct dhcp_told t = told;
	for (size_t i = 0; i < 40; i++)
		many[i] = (struct dhcp_route){0x0a000000 + (uint32_t)i * 2, 0xfffffffe};
	t.routes = many;
	t.nroutes = 40;
	return t;
}

/* Who does not say that it takes more gets 576 bytes: of the routes, so many as fit, and first by the option it asks first. */
static void test_routes_shortened(void **state)
{
	static const uint8_t lists[][2] = {{121, 249}, {249, 121}};
	struct dhcp_told t = told_many();
	size_t len;
	(void)state;
	t.domain = t.proxy = NULL;
	for (size_t i = 0; i < 2; i++) {
		const uint8_t options[] = {53, 1, 8, 55, 3, lists[i][0], 6, lists[i][1], 255};
		struct packet asked = ask(8, "\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0", options, sizeof options), p = answer(&asked, &t);
		check_fixed(&p, &asked);
		/* 576 - 268 - 9 - 10 of servers - 254 of the first - 1 at the end: 34, of which 2 + 3 * 9 are used */
		assert_int_equal(p.len, 576 - 5);
		assert_non_null(option(&p, lists[i][0], &len));
		assert_int_equal(len, 28 * 9);
		const uint8_t *second = option(&p, lists[i][1], &len);
		assert_non_null(second);
		assert_int_equal(len, 3 * 9);
		assert_memory_equal(second, option(&p, lists[i][0], &len), 3 * 9);
		assert_int_equal(i == 0 ? held.routes : held.ms_routes, 28);
		assert_int_equal(i == 0 ? held.ms_routes : held.routes, 3);
	}
	/* room for 27 and a half of the first; none for the second */
	t.domain = "a-domain-of-fourty-bytes-and-of-no-more.example.com";
	struct packet asked = windows(), p = answer(&asked, &t);
	assert_true(p.len <= 576 && p.len > 576 - 9);
	assert_non_null(option(&p, 121, &len));
	assert_int_equal(len, held.routes * 9);
	assert_in_range(held.routes, 20, 27);
	assert_null(option(&p, 249, &len));
	assert_int_equal(held.ms_routes, 0);
}

/* Windows, which takes 576 bytes: a long list of routes pushes out neither domain nor proxy, and is told as far as there is room. */
static void test_routes_leave_the_rest(void **state)
{
	struct dhcp_told t = told_many();
	struct packet asked = windows(), p = answer(&asked, &t);
	size_t len;
	(void)state;
	check_fixed(&p, &asked);
	assert_true(p.len <= 576 && p.len > 576 - 9);
	assert_memory_equal(option(&p, 252, &len), told.proxy, strlen(told.proxy) + 1);
	assert_int_equal(len, strlen(told.proxy) + 1);
	assert_memory_equal(option(&p, 15, &len), told.domain, strlen(told.domain));
	/* 576 - 268 - 9 - 10 - 18 - 6 of servers and domain - 25 of the proxy - 2 - 1: 237 */
	assert_non_null(option(&p, 121, &len));
	assert_int_equal(len, 26 * 9);
	assert_int_equal(held.routes, 26);
	assert_int_equal(held.ms_routes, 0);
	/* the longest of proxies leaves room for a few */
	char url[256];
	memset(url, 'p', sizeof url - 1);
	url[255] = '\0';
	t.proxy = url;
	p = answer(&asked, &t);
	assert_memory_equal(option(&p, 252, &len), url, 255);
	assert_true(p.len <= 576 && p.len + 9 > 576);
	assert_int_equal(held.routes, 0);
	t.domain = NULL;
	p = answer(&asked, &t);
	assert_int_equal(held.routes, 2);
}

/* Twenty-eight routes of full length fill an option; more are left out, and what does not fit is. */
static void test_room(void **state)
{
	static const uint8_t narrow[] = {53, 1, 8, 57, 2, 2, 64, 255}, wide[] = {53, 1, 8, 57, 2, 5, 220, 255};
	struct dhcp_told t = told_many();
	size_t len;
	(void)state;
	struct packet asked = ask(8, "\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0", wide, sizeof wide), p = answer(&asked, &t);
	assert_non_null(option(&p, 121, &len));
	assert_int_equal(len, 28 * 9);
	assert_non_null(option(&p, 249, &len));
	assert_int_equal(len, 28 * 9);
	assert_non_null(option(&p, 252, &len));
	/* it takes no more than 576 bytes, whatever the tunnel may carry */
	asked = ask(8, "\0\0\0\1\0\1\0\0\0\0\0\0\0\0\0", narrow, sizeof narrow);
	p = answer(&asked, &t);
	assert_true(p.len <= 576);
	assert_non_null(option(&p, 121, &len));
	assert_int_equal(len, held.routes * 9);
	assert_true(p.len > 576 - 9);
	/* a text that no option holds */
	char text[400];
	memset(text, 'a', sizeof text);
	text[300] = '\0';
	t.domain = text;
	asked = windows();
	p = answer(&asked, &t);
	assert_null(option(&p, 15, &len));
	assert_non_null(option(&p, 121, &len));
	struct dhcp_inform q;
	assert_true(reads(&asked, &q));
	assert_int_equal(dhcp_inform_answer(&q, &t, p.bytes, 300, &held), 0);
	/* and one that just fits, without its NUL */
	text[255] = '\0';
	t = (struct dhcp_told){.server = SERVER, .client = CLIENT, .proxy = text, .mtu = 1400};
	p = answer(&asked, &t);
	assert_memory_equal(option(&p, 252, &len), text, 255);
	assert_int_equal(len, 255);
}

static void test_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
	        {0, 0x65}, {0, 0x44}, {0, 0x4f}, {3, 10},   {6, 0x20}, {7, 1},   {9, 6},        {23, 68},
	        {24, 4},   {25, 7},   {28, 2},   {30, 17},  {264, 0},  {270, 3}, {FIXED + 1, 200},
	};
	struct packet good = windows(), p;
	struct dhcp_inform q;
	(void)state;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		p = good;
		p.bytes[changes[i].at] = changes[i].value;
		if (reads(&p, &q))
			fail_msg("byte %zu = %u is taken", changes[i].at, changes[i].value);
	}
	p = good;
	for (p.len = 0; p.len < good.len; p.len++)
		assert_false(reads(&p, &q));
	/* options in the IP header are gone over */
	p.len = good.len + 4;
	memcpy(p.bytes + 24, good.bytes + 20, good.len - 20);
	memset(p.bytes + 20, 1, 4);
	p.bytes[0] = 0x46;
	p.bytes[2] = (uint8_t)(p.len >> 8);
	p.bytes[3] = (uint8_t)p.len;
	assert_true(reads(&p, &q));
	assert_int_equal(q.src, CLIENT);
	assert_int_equal(q.ciaddr, CLIENT);
	assert_int_equal(q.xid, 0xa1b2c3d4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_windows), cmocka_unit_test(test_apple),   cmocka_unit_test(test_little),
	        cmocka_unit_test(test_room),  cmocka_unit_test(test_routes_shortened),    cmocka_unit_test(test_refused),
	        cmocka_unit_test(test_routes_leave_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
