/* The DHCP client against servers of the test's own, over a wire that may lose, with a clock that runs on command. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/log.h"
#include "core/net/dhcp.h"
#include "core/net/dhcp_msg.h"

enum { SERVER = 0x0a000043, OTHER = 0x0a000044, OWN = 0x0a000001, SCOPE = 0x0a630000 };

static struct clock clk;
static struct dhcp *client;

/* What a message says, read by code of the test's own. */
struct seen {
	unsigned n;
	uint32_t server, xid, ciaddr, giaddr, requested, server_id;
	uint8_t type, chaddr[6], raw[DHCP_MSG_MAX];
	char id[80];
	size_t len;
};
static struct seen last;
static unsigned sent[8]; /* by type */

/* The servers' side. */
static struct {
	bool mute, nak, other_only;
	uint32_t ip, lease, t1, t2;
	unsigned offers_lost;
} server;
static unsigned n_done, n_lost;
static uint32_t done_id, done_ip;
static struct dhcp_answer given;

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void look(uint32_t to, const uint8_t *msg, size_t len)
{
	assert_true(len >= 300);
	assert_memory_equal(msg, "\1\1\6\1", 4);
	assert_int_equal(be32(msg + 236), 0x63825363);
	struct seen s = {.n = last.n + 1, .server = to, .len = len};
	memcpy(s.raw, msg, len);
	s.xid = be32(msg + 4);
	s.ciaddr = be32(msg + 12);
	s.giaddr = be32(msg + 24);
	memcpy(s.chaddr, msg + 28, 6);
	for (size_t at = 240; msg[at] != 255; at += 2u + msg[at + 1]) {
		const uint8_t *v = msg + at + 2;
		assert_true(at + 2 + msg[at + 1] < len);
		if (msg[at] == 53)
			s.type = v[0];
		else if (msg[at] == 50)
			s.requested = be32(v);
		else if (msg[at] == 54)
			s.server_id = be32(v);
		else if (msg[at] == 61)
			snprintf(s.id, sizeof s.id, "%.*s", msg[at + 1] - 1, v + 1);
	}
	last = s;
	sent[s.type]++;
}

static size_t reply(uint8_t *to, uint8_t type, uint32_t ip)
{
	static const uint8_t names[] = {
	        6, 12, 10, 99, 0, 53, 10, 99, 0, 54, 0, 0, 0, 1, /* name servers: more than we want */
	        44, 4, 10, 99, 0, 55,                            /* WINS: one */
	        255,
	};
	memcpy(to, last.raw, 240);
	to[0] = 2;
	struct wr w = wr_of(to + 16, 4), o = wr_of(to + 240, 100);
	wr_u32(&w, ip);
	const uint32_t fields[][2] = {{54, last.server},
	                              {51, server.lease},
	                              {58, server.t1},
	                              {59, server.t2},
	                              {1, 0xffffff00}};
	wr_bytes(&o, (const uint8_t[]){53, 1, type}, 3);
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
		if (fields[i][1] == 0)
			continue;
		wr_u8(&o, (uint8_t)fields[i][0]);
		wr_u8(&o, 4);
		wr_u32(&o, fields[i][1]);
	}
	wr_bytes(&o, names, sizeof names);
	return 240 + wr_len(&o);
}

/* Answers under way. */
static struct {
	uint32_t from;
	uint8_t msg[400];
	size_t len;
} mail[2 * DHCP_LEASES_MAX];
static size_t n_mail;

static void answer(uint8_t type, uint32_t ip)
{
	mail[n_mail].from = last.server;
	mail[n_mail].len = reply(mail[n_mail].msg, type, ip);
	n_mail++;
}

static void on_send(void *ctx, uint32_t to, const uint8_t *msg, size_t len)
{
	(void)ctx;
	look(to, msg, len);
	if (server.mute || (server.other_only && to != OTHER))
		return;
	if (last.type == DHCP_DISCOVER && server.offers_lost > 0)
		server.offers_lost--;
	else if (last.type == DHCP_DISCOVER)
		answer(DHCP_OFFER, server.ip);
	else if (last.type == DHCP_REQUEST)
		answer(server.nak ? DHCP_NAK : DHCP_ACK, server.ip);
}

static uint32_t on_source(void *ctx, uint32_t to)
{
	(void)ctx;
	return to == SERVER || to == OTHER ? OWN : 0;
}

static void on_done(void *ctx, uint32_t id, const struct dhcp_answer *answer)
{
	(void)ctx;
	n_done++;
	done_id = id;
	done_ip = answer->ip;
	given = *answer;
}

static void on_lost(void *ctx, uint32_t id)
{
	(void)ctx;
	n_lost++;
	done_id = id;
}

static const struct dhcp_ops ops = {on_send, on_source, on_done, on_lost};

static void deliver(void)
{
	while (n_mail > 0) {
		size_t n = n_mail;
		for (size_t i = 0; i < n; i++)
			dhcp_input(client, mail[i].from, mail[i].msg, mail[i].len);
		n_mail -= n;
		memmove(mail, mail + n, n_mail * sizeof mail[0]);
	}
}

static void run_for(uint64_t ms)
{
	uint64_t end = clk.now_ms + ms;
	while (clock_next(&clk) <= end - clk.now_ms) {
		clock_run(&clk, clk.now_ms + clock_next(&clk));
		deliver();
	}
	clock_run(&clk, end);
	deliver();
}

static int setup(void **state)
{
	(void)state;
	memset(&last, 0, sizeof last);
	memset(sent, 0, sizeof sent);
	memset(&server, 0, sizeof server);
	server.ip = 0x0a630007;
	server.lease = 3600;
	n_done = n_lost = 0;
	n_mail = 0;
	clock_init(&clk, 1000000);
	client = dhcp_new(&clk, &ops, NULL);
	return client == NULL;
}

static int teardown(void **state)
{
	(void)state;
	dhcp_free(client);
	assert_int_equal(clk.n, 0);
	clock_free(&clk);
	return 0;
}

static bool ask(uint32_t id, const char *name, uint32_t scope)
{
	static const uint32_t servers[] = {0x0a0000ff, SERVER,
	                                   OTHER}; /* there is no way to the first */
	const struct dhcp_ask question = {id, name, servers, 3, scope};
	return dhcp_ask(client, &question);
}

/* ------------------------------------------------------------------ tests */

static void four_messages(void **state)
{
	(void)state;
	assert_true(ask(5, "jdoe", SCOPE));
	assert_int_equal(last.n, 0); /* not from within */
	run_for(10);
	assert_int_equal(n_done, 1);
	assert_int_equal(done_id, 5);
	assert_int_equal(done_ip, server.ip);
	assert_int_equal(given.dns[0], 0x0a630035);
	assert_int_equal(given.dns[1], 0x0a630036);
	assert_int_equal(given.wins[0], 0x0a630037);
	assert_int_equal(given.wins[1], 0);
	assert_int_equal(sent[DHCP_DISCOVER], 2); /* to every server there is a way to */
	assert_int_equal(sent[DHCP_REQUEST], 1);
	assert_int_equal(last.server, SERVER);
	assert_int_equal(last.requested, server.ip);
	assert_int_equal(last.server_id, SERVER);
	assert_int_equal(last.giaddr, SCOPE);
	assert_int_equal(last.ciaddr, 0);
	assert_string_equal(last.id, "jdoe#0");
	assert_memory_equal(last.chaddr, "\2\x50", 2);
	assert_int_equal(dhcp_count(client), 1);
	dhcp_end(client, 5);
	assert_int_equal(sent[DHCP_RELEASE], 1);
	assert_int_equal(last.ciaddr, server.ip);
	assert_int_equal(last.server_id, SERVER);
	assert_int_equal(dhcp_count(client), 0);
	dhcp_end(client, 5);
	assert_int_equal(sent[DHCP_RELEASE], 1);
}

/* Somebody has the address: the server is told not to give it again. */
static void declines(void **state)
{
	(void)state;
	ask(5, "jdoe", SCOPE);
	run_for(10);
	dhcp_decline(client, 5);
	assert_int_equal(sent[DHCP_DECLINE], 1);
	assert_int_equal(sent[DHCP_RELEASE], 0);
	assert_int_equal(last.requested, server.ip);
	assert_int_equal(last.server_id, SERVER);
	assert_int_equal(last.ciaddr, 0);
	assert_int_equal(last.giaddr, SCOPE);
	assert_int_equal(dhcp_count(client), 0);
	/* before there is a lease there is nothing to decline */
	server.mute = true;
	ask(6, "jdoe", SCOPE);
	run_for(10);
	dhcp_decline(client, 6);
	dhcp_decline(client, 6);
	assert_int_equal(sent[DHCP_DECLINE], 1);
	assert_int_equal(dhcp_count(client), 0);
}

/* The same user is the same client to the server; at the same time he is two. */
static void who_asks(void **state)
{
	uint8_t first[6];
	(void)state;
	ask(1, "jdoe", 0);
	run_for(10);
	memcpy(first, last.chaddr, 6);
	assert_int_equal(last.giaddr, OWN);
	server.ip++;
	ask(2, "jdoe", 0);
	run_for(10);
	assert_string_equal(last.id, "jdoe#1");
	assert_memory_not_equal(last.chaddr, first, 6);
	dhcp_end(client, 1);
	ask(3, "jdoe", 0);
	run_for(10);
	assert_string_equal(last.id, "jdoe#0");
	assert_memory_equal(last.chaddr, first, 6);
	ask(4, "jd", 0);
	run_for(10);
	assert_string_equal(last.id, "jd#0");
}

static void repeats_and_gives_up(void **state)
{
	(void)state;
	server.offers_lost = 3; /* one to each of two servers, and one more */
	ask(1, "jdoe", 0);
	run_for(2500);
	assert_int_equal(n_done, 1);
	assert_int_equal(done_ip, server.ip);
	server.mute = true;
	ask(2, "mute", 0);
	run_for(20000);
	assert_int_equal(n_done, 2);
	assert_int_equal(done_id, 2);
	assert_int_equal(done_ip, 0);
	assert_int_equal(sent[DHCP_DISCOVER], 4 + 6);
	assert_int_equal(dhcp_count(client), 1);
	/* a server that offers and then refuses */
	server.mute = false;
	server.nak = true;
	ask(3, "nak", 0);
	run_for(60000);
	assert_int_equal(n_done, 3);
	assert_int_equal(done_ip, 0);
	/* nobody there at all */
	const uint32_t far = 0x0a0000ff;
	const struct dhcp_ask question = {9, "far", &far, 1, 0};
	assert_false(dhcp_ask(client, &question));
	/* ended before the answer: nothing is said any more */
	server.mute = true;
	ask(4, "gone", 0);
	run_for(1000);
	dhcp_end(client, 4);
	run_for(60000);
	assert_int_equal(n_done, 3);
	assert_int_equal(sent[DHCP_RELEASE], 0);
}

static void renews(void **state)
{
	(void)state;
	ask(1, "jdoe", SCOPE);
	run_for(1799 * 1000);
	assert_int_equal(sent[DHCP_REQUEST], 1);
	uint32_t xid = last.xid;
	run_for(2 * 1000);
	assert_int_equal(sent[DHCP_REQUEST], 2);
	assert_int_equal(last.ciaddr, server.ip);
	assert_int_equal(last.requested, 0); /* §4.3.2: neither of the two while renewing */
	assert_int_equal(last.server_id, 0);
	assert_int_equal(last.giaddr, SCOPE);
	assert_int_not_equal(last.xid, xid);
	run_for(10 * 3600 * UINT64_C(1000));
	assert_in_range(sent[DHCP_REQUEST], 20, 23);
	assert_int_equal(n_done, 1);
	assert_int_equal(n_lost, 0);
}

static void rebinds_and_loses(void **state)
{
	(void)state;
	ask(1, "jdoe", 0);
	run_for(10);
	server.other_only = true; /* its own server is dead, the other one knows of the lease */
	run_for(3600 * 1000);
	assert_int_equal(last.server, OTHER);
	assert_int_equal(n_lost, 0);
	server.mute = true;
	run_for(3700 * 1000);
	assert_int_equal(n_lost, 1);
	assert_int_equal(dhcp_count(client), 0);
	/* taken back */
	server.mute = server.other_only = false;
	ask(2, "jdoe", 0);
	run_for(10);
	server.nak = true;
	run_for(1900 * 1000);
	assert_int_equal(n_lost, 2);
	assert_int_equal(done_id, 2);
	/* for ever */
	server.nak = false;
	server.lease = UINT32_MAX;
	ask(3, "jdoe", 0);
	run_for(10);
	unsigned requests = sent[DHCP_REQUEST];
	run_for(100 * 86400 * UINT64_C(1000));
	assert_int_equal(sent[DHCP_REQUEST], requests);
}

/* Times that make no sense make no flood. */
static void odd_times(void **state)
{
	static const uint32_t odd[][3] = {
	        {1, 0, 0},       {3600, 1, 2},           {3600, 9000, 9000},
	        {3600, 3000, 1}, {UINT32_MAX - 1, 0, 0}, {60, 59, 60}};
	(void)state;
	for (uint32_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
		server.lease = odd[i][0];
		server.t1 = odd[i][1];
		server.t2 = odd[i][2];
		ask(i + 1, "odd", 0);
		run_for(10);
		unsigned before = last.n;
		run_for(3600 * 1000);
		assert_true(last.n - before <= 150);
		dhcp_end(client, i + 1);
	}
	assert_int_equal(n_lost, 0);
}

/* Only the answer to the question, of a server that was asked, counts. */
static void forged(void **state)
{
	uint8_t msg[400];
	(void)state;
	server.mute = true;
	ask(1, "jdoe", 0);
	run_for(10);
	size_t len = reply(msg, DHCP_OFFER, 0x0a630009);
	struct wr id = wr_of(msg + 240 + 5, 4);
	wr_u32(&id, 0x0a000099);                  /* its server identifier */
	dhcp_input(client, 0x0a000099, msg, len); /* a stranger */
	len = reply(msg, DHCP_OFFER, 0x0a630009);
	for (size_t cut = 0; cut < len - 1; cut++) /* what is left of a message that was cut */
		if (cut < 240 + 9)
			dhcp_input(client, SERVER, msg, cut);
	msg[4] ^= 1; /* another transaction */
	dhcp_input(client, SERVER, msg, len);
	msg[4] ^= 1;
	msg[30] ^= 1; /* another client */
	dhcp_input(client, SERVER, msg, len);
	len = reply(msg, DHCP_OFFER, 0x7f000001);
	dhcp_input(client, SERVER, msg, len);
	len = reply(msg, DHCP_OFFER, 0xe0000001);
	dhcp_input(client, SERVER, msg, len);
	len = reply(msg, DHCP_ACK, 0x0a630009); /* not asked for yet */
	dhcp_input(client, SERVER, msg, len);
	msg[0] = 1; /* a question */
	dhcp_input(client, SERVER, msg, len);
	assert_int_equal(sent[DHCP_REQUEST], 0);
	assert_int_equal(n_done, 0);
	len = reply(msg, DHCP_OFFER, 0x0a630009);
	dhcp_input(client, SERVER, msg, len);
	assert_int_equal(sent[DHCP_REQUEST], 1);
	len = reply(msg, DHCP_ACK, 0x0a63000a); /* another address than was asked for */
	dhcp_input(client, SERVER, msg, len);
	assert_int_equal(n_done, 0);
	len = reply(msg, DHCP_ACK, 0x0a630009);
	dhcp_input(client, SERVER, msg, len);
	assert_int_equal(n_done, 1);
}

static void many(void **state)
{
	char name[16];
	(void)state;
	server.other_only = true;
	for (uint32_t i = 1; i <= DHCP_LEASES_MAX; i++) {
		snprintf(name, sizeof name, "u%u", i);
		assert_true(ask(i, name, 0));
	}
	assert_false(ask(5000, "more", 0));
	run_for(10);
	assert_int_equal(n_done, DHCP_LEASES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup_teardown(four_messages, setup, teardown),
	        cmocka_unit_test_setup_teardown(declines, setup, teardown),
	        cmocka_unit_test_setup_teardown(who_asks, setup, teardown),
	        cmocka_unit_test_setup_teardown(repeats_and_gives_up, setup, teardown),
	        cmocka_unit_test_setup_teardown(renews, setup, teardown),
	        cmocka_unit_test_setup_teardown(rebinds_and_loses, setup, teardown),
	        cmocka_unit_test_setup_teardown(odd_times, setup, teardown),
	        cmocka_unit_test_setup_teardown(forged, setup, teardown),
	        cmocka_unit_test_setup_teardown(many, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
