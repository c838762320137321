/* Connections and the sessions on them: how answers may come in pieces, wrong, late or not at all; one connection for
 * many; how many at a time. */
#include "fake.h"

enum { PASS = TAC_AUTHEN_PASS, SINGLE = TAC_SINGLE_CONNECT };

static struct question *login(void)
{
	struct question *q = question_new();
	question_ask(q, AAA_AUTHENTICATE);
	return q;
}

static void expect(struct question *q, enum aaa_answer answer)
{
	fake_run(0);
	fake_run(0);
	assert_int_equal(q->done, 1);
	assert_int_equal(q->answer, answer);
	question_end(q);
}

/* A login on a new connection, up to its START. */
static struct question *login_at(unsigned conn, struct fake_packet *p)
{
	struct question *q = login();
	assert_int_equal(fake_conns(), conn + 1);
	fake_accept(conn);
	fake_take(conn, TAC_START, p);
	return q;
}

static size_t pass_bytes(const struct fake_packet *p, uint8_t flags, uint8_t *to, size_t cap)
{
	const struct tac_body b = {.number = {[TAC_N_STATUS] = PASS}};
	return fake_answer(p, TAC_AUTHEN_REPLY, &b, flags, to, cap);
}

static void one_session(void **state)
{
	struct fake_packet p;
	struct question *q = login();
	(void)state;
	assert_int_equal(fake_peer(0), 0x0a000001);
	assert_int_equal(fake_unread(0), 0); /* not open yet */
	fake_accept(0);
	fake_take(0, TAC_START, &p);
	assert_int_equal(p.h.version, TAC_VERSION_ONE);
	assert_int_equal(p.h.seq, 1);
	assert_int_equal(p.h.flags, SINGLE); /* proposed */
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", 0);
	assert_false(fake_is_open(0));
	expect(q, AAA_SAYS_ACCEPT);
}

static void byte_by_byte(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	(void)state;
	size_t len = pass_bytes(&p, 0, bytes, sizeof(bytes));
	for (size_t i = 0; i < len; i++) {
		fake_run(1);
		assert_int_equal(q->done, 0);
		fake_bytes(0, bytes + i, 1);
	}
	expect(q, AAA_SAYS_ACCEPT);
}

/* ------------------------------------------------------------------ answers that are no good */

/* The answer is given, the connection ends, the other server is asked. */
static void refused_bytes(const uint8_t *bytes, size_t len, const struct fake_packet *p, struct question *q)
{
	unsigned n = fake_conns();
	fake_bytes(p->conn, bytes, len);
	assert_false(fake_is_open(p->conn));
	fake_run(0);
	assert_int_equal(q->done, 0);
	assert_int_equal(fake_conns(), n + 1);
	assert_int_equal(fake_peer(n), 0x0a000002);
}

static struct aaa_host_stats *stats(void)
{
	size_t n;
	return &aaa_sgroup_hosts(aaa_sgroup_find(fake_servers, "TAC"), &n)[0]->stats;
}

static void wrong_key(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	(void)state;
	fake_key = "yek";
	refused_bytes(bytes, pass_bytes(&p, 0, bytes, sizeof(bytes)), &p, q);
	assert_int_equal(stats()->bad_authenticators, 1);
	assert_non_null(strstr(fake_log, "109026 [TACACS+] Invalid reply digest received; shared server key may be "
	                                 "mismatched.\n"));
	assert_non_null(strstr(fake_debug, "TACACS connection to 10.0.0.1: key mismatch\n"));
	question_end(q);
}

static void not_hidden(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	(void)state;
	fake_key = "";
	refused_bytes(bytes, pass_bytes(&p, 0, bytes, sizeof(bytes)), &p, q);
	assert_int_equal(stats()->bad_authenticators, 1);
	question_end(q);
}

/* Without a key there is nothing to hide it with: and what is hidden nevertheless is not understood. */
static void no_key_at_all(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q;
	(void)state;
	fake_configure("");
	fake_key = "";
	q = login_at(0, &p);
	assert_text(p.b.text[TAC_T_DATA], "j!doe1");
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", 0);
	expect(q, AAA_SAYS_ACCEPT);
	q = login_at(1, &p);
	fake_key = "key";
	refused_bytes(bytes, pass_bytes(&p, 0, bytes, sizeof(bytes)), &p, q);
	assert_int_equal(stats()->bad_authenticators, 1);
	question_end(q);
}

/* What is changed in the header of a good answer, and how it is counted. */
static void headers(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		size_t counter;
	} cases[] = {
	        {0, 0xb1, offsetof(struct aaa_host_stats, malformed)},     /* major version */
	        {1, TAC_AUTHOR, offsetof(struct aaa_host_stats, unrecognized)},
	        {2, 1, offsetof(struct aaa_host_stats, unrecognized)},     /* seq: ours */
	        {2, 4, offsetof(struct aaa_host_stats, unrecognized)},     /* seq: of a later one */
	        {4, 0xff, offsetof(struct aaa_host_stats, unrecognized)},  /* session */
	        {8, 0x80, offsetof(struct aaa_host_stats, malformed)},     /* length */
	        {9, 0x02, offsetof(struct aaa_host_stats, malformed)},
	        {11, 5, offsetof(struct aaa_host_stats, bad_authenticators)}, /* shorter: nothing adds up */
	        {11, 0, offsetof(struct aaa_host_stats, bad_authenticators)},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t bytes[64];
		struct fake_packet p;
		struct question *q = login_at(2 * (unsigned)i, &p);
		size_t len = pass_bytes(&p, 0, bytes, sizeof(bytes));
		const uint64_t *counter = (const uint64_t *)((const char *)stats() + cases[i].counter), was = *counter;
		bytes[cases[i].at] = cases[i].at == 4 ? (uint8_t)~bytes[4] : cases[i].value;
		refused_bytes(bytes, len, &p, q);
		assert_int_equal(*counter, was + 1);
		question_end(q);
	}
}

static void closed_midway(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	(void)state;
	size_t len = pass_bytes(&p, 0, bytes, sizeof(bytes));
	fake_bytes(0, bytes, len - 1);
	fake_drop(0);
	fake_run(0);
	assert_int_equal(q->done, 0);
	assert_int_equal(fake_peer(1), 0x0a000002);
	fake_drop(1); /* refused at once */
	fake_run(0);
	expect(q, AAA_SAYS_NOTHING);
}

static void no_way(void **state)
{
	(void)state;
	fake_refuses = true;
	struct question *q = login();
	fake_run(0);
	fake_run(0);
	expect(q, AAA_SAYS_NOTHING);
	assert_int_equal(fake_conns(), 0);
	fake_refuses = false;
	q = login();
	fake_full = true;
	fake_accept(0);
	fake_run(0);
	assert_false(fake_is_open(0));
	assert_int_equal(fake_peer(1), 0x0a000002);
	question_end(q);
}

/* The time counts from the question on, whether the connection came about or not. */
static void timeouts(void **state)
{
	struct question *q = login();
	(void)state;
	fake_run(9999);
	assert_int_equal(fake_conns(), 1);
	fake_run(1);
	fake_run(0);
	assert_int_equal(fake_conns(), 2);
	assert_false(fake_is_open(0));
	assert_int_equal(stats()->timeouts, 1);
	fake_accept(1);
	fake_run(10000);
	fake_run(0);
	expect(q, AAA_SAYS_NOTHING);
	assert_false(fake_is_open(1));
}

static void cancelled(void **state)
{
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	(void)state;
	question_end(q);
	assert_false(fake_is_open(0));
	q = login_at(1, &p);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", 0);
	question_end(q); /* answered, not told yet */
	fake_run(0);
}

/* ------------------------------------------------------------------ one connection for many */

/* A connection the server has agreed to keep; it is number 0. */
static void agree(void)
{
	struct fake_packet p;
	struct question *q = login_at(0, &p);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	expect(q, AAA_SAYS_ACCEPT);
	assert_true(fake_is_open(0));
}

static void kept(void **state)
{
	uint8_t bytes[256];
	struct fake_packet p[3];
	struct question *q[3];
	(void)state;
	agree();
	for (unsigned i = 0; i < 3; i++) {
		q[i] = login();
		fake_take(0, TAC_START, &p[i]);
		assert_int_equal(p[i].h.flags, 0);
		assert_true(i == 0 || p[i].h.session != p[i - 1].h.session);
	}
	assert_int_equal(fake_conns(), 1);
	/* two answers in one read, in another order, the third in two pieces */
	size_t len = pass_bytes(&p[2], 0, bytes, sizeof(bytes));
	len += pass_bytes(&p[0], 0, bytes + len, sizeof(bytes) - len);
	size_t whole = len + pass_bytes(&p[1], 0, bytes + len, sizeof(bytes) - len);
	fake_bytes(0, bytes, len + 7);
	fake_run(0);
	fake_run(0);
	assert_true(q[0]->done && !q[1]->done && q[2]->done);
	fake_bytes(0, bytes + len + 7, whole - len - 7);
	for (unsigned i = 0; i < 3; i++)
		expect(q[i], AAA_SAYS_ACCEPT);
	assert_true(fake_is_open(0));
	fake_run(TAC_IDLE_MS - 1);
	assert_true(fake_is_open(0));
	fake_run(1);
	assert_false(fake_is_open(0));
}

/* Who comes while nothing is agreed yet has a connection of his own; one of them is kept. */
static void agreed_twice(void **state)
{
	struct fake_packet p[2];
	struct question *q[2];
	(void)state;
	q[0] = login_at(0, &p[0]);
	q[1] = login_at(1, &p[1]);
	fake_say(&p[1], TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	fake_say(&p[0], TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	expect(q[0], AAA_SAYS_ACCEPT);
	expect(q[1], AAA_SAYS_ACCEPT);
	assert_int_equal(fake_is_open(0) + fake_is_open(1), 1);
}

static void reopened(void **state)
{
	struct fake_packet p;
	(void)state;
	agree();
	fake_drop(0);
	struct question *q = login_at(1, &p);
	assert_int_equal(p.h.flags, SINGLE);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	expect(q, AAA_SAYS_ACCEPT);
	/* closed while the next one is on its way: it is sent once more, and no more than that */
	q = login();
	fake_take(1, TAC_START, &p);
	fake_drop(1);
	fake_accept(2);
	fake_take(2, TAC_START, &p);
	assert_int_equal(stats()->retransmissions, 1);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	expect(q, AAA_SAYS_ACCEPT);
	q = login();
	fake_drop(2);
	fake_accept(3);
	fake_drop(3);
	fake_run(0);
	assert_int_equal(fake_peer(4), 0x0a000002);
	question_end(q);
}

/* A session that was given up may still be answered: nobody is hurt. */
static void late(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p[2];
	(void)state;
	agree();
	struct question *gone = login(), *q = login();
	fake_take(0, TAC_START, &p[0]);
	fake_take(0, TAC_START, &p[1]);
	size_t len = pass_bytes(&p[0], 0, bytes, sizeof(bytes));
	fake_bytes(0, bytes, 14); /* in the middle of it */
	question_end(gone);
	fake_bytes(0, bytes + 14, len - 14);
	fake_bytes(0, bytes, len); /* once more */
	assert_int_equal(stats()->unrecognized, 1);
	fake_say(&p[1], TAC_AUTHEN_REPLY, PASS, "", 0);
	expect(q, AAA_SAYS_ACCEPT);
	assert_true(fake_is_open(0));
}

/* Nothing comes on it any more: others go to a new one, and as it never served a second session, none is kept now. */
static void gone_silent(void **state)
{
	struct fake_packet p;
	(void)state;
	agree();
	struct question *q = login();
	fake_run(10000);
	fake_run(0);
	assert_false(fake_is_open(0));
	question_end(q);
	q = login_at(2, &p); /* 1: to the other server */
	assert_int_equal(p.h.flags, 0);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	assert_false(fake_is_open(2));
	expect(q, AAA_SAYS_ACCEPT);
	fake_run(600000);
	q = login_at(3, &p);
	assert_int_equal(p.h.flags, SINGLE);
	question_end(q);
}

/* One that is only slow is kept: others were answered meanwhile. */
static void slow(void **state)
{
	struct fake_packet p[2];
	(void)state;
	agree();
	struct question *q = login();
	fake_take(0, TAC_START, &p[0]);
	fake_run(5000);
	struct question *other = login();
	fake_take(0, TAC_START, &p[1]);
	fake_say(&p[1], TAC_AUTHEN_REPLY, PASS, "", 0);
	expect(other, AAA_SAYS_ACCEPT);
	fake_run(5000);
	fake_run(0);
	assert_int_equal(stats()->timeouts, 1);
	assert_true(fake_is_open(0));
	question_end(q);
	q = login();
	fake_take(0, TAC_START, &p[0]);
	question_end(q);
}

/* An answer that cannot be believed ends them all. */
static void all_at_once(void **state)
{
	uint8_t bytes[64];
	struct fake_packet p;
	struct question *q[3];
	(void)state;
	agree();
	for (unsigned i = 0; i < 3; i++) {
		q[i] = login();
		fake_take(0, TAC_START, &p);
	}
	fake_key = "yek";
	fake_bytes(0, bytes, pass_bytes(&p, 0, bytes, sizeof(bytes)));
	assert_false(fake_is_open(0));
	fake_run(0);
	assert_int_equal(fake_conns(), 4);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fake_peer(1 + i), 0x0a000002);
		question_end(q[i]);
	}
}

static void another_server(void **state)
{
	struct fake_packet p;
	(void)state;
	agree();
	fake_configure("other");
	assert_false(fake_is_open(0));
	fake_key = "other";
	struct question *q = login_at(1, &p);
	fake_configure("key"); /* under it */
	fake_run(0);
	assert_false(fake_is_open(1));
	expect(q, AAA_SAYS_NOTHING);
}

/* ------------------------------------------------------------------ many */

enum { MANY = 500 };

static void many_on_one(void **state)
{
	static struct fake_packet p;
	static uint8_t answers[MANY][32];
	struct question *q[MANY];
	size_t len = 0;
	(void)state;
	agree();
	for (unsigned i = 0; i < MANY; i++) {
		q[i] = login();
		fake_take(0, TAC_START, &p);
		len = pass_bytes(&p, 0, answers[i], sizeof(answers[i]));
	}
	assert_int_equal(fake_conns(), 1);
	for (unsigned i = 0; i < MANY; i++) /* 7 and 500 share no divisor: each once */
		fake_bytes(0, answers[i * 7 % MANY], len);
	for (unsigned i = 0; i < MANY; i++)
		expect(q[i], AAA_SAYS_ACCEPT);
	assert_true(fake_is_open(0));
}

/* A server that keeps none: so many connections and no more, the others wait for them. */
static void many_on_many(void **state)
{
	struct fake_packet p;
	struct question *q[MANY];
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		q[i] = login();
	assert_int_equal(fake_conns(), TAC_CONNS_MAX);
	for (unsigned i = 0; i < MANY; i++) {
		fake_accept(i);
		fake_take(i, TAC_START, &p);
		fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", 0);
	}
	assert_int_equal(fake_conns(), MANY);
	for (unsigned i = 0; i < MANY; i++)
		expect(q[i], AAA_SAYS_ACCEPT);
}

/* Who waits goes on the first connection that the server keeps. */
static void many_wait(void **state)
{
	struct fake_packet p;
	struct question *q[MANY];
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		q[i] = login();
	fake_accept(3);
	fake_take(3, TAC_START, &p);
	fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", SINGLE);
	fake_run(0);
	fake_run(0);
	assert_int_equal(fake_conns(), TAC_CONNS_MAX);
	for (unsigned i = TAC_CONNS_MAX; i < MANY; i++) {
		fake_take(3, TAC_START, &p);
		fake_say(&p, TAC_AUTHEN_REPLY, PASS, "", 0);
	}
	fake_run(0);
	fake_run(0);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(q[i]->done, i == 3 || i >= TAC_CONNS_MAX);
		question_end(q[i]);
	}
}

/* One more than there may be: the other server is asked. */
static void too_many(void **state)
{
	static struct question *q[TAC_SESSIONS_MAX + 1];
	struct aaa_host *const *hosts;
	size_t n;
	(void)state;
	for (unsigned i = 0; i < TAC_SESSIONS_MAX; i++)
		q[i] = login();
	assert_int_equal(fake_conns(), TAC_CONNS_MAX);
	q[TAC_SESSIONS_MAX] = login();
	assert_int_equal(fake_conns(), TAC_CONNS_MAX + 1);
	assert_int_equal(fake_peer(TAC_CONNS_MAX), 0x0a000002);
	hosts = aaa_sgroup_hosts(aaa_sgroup_find(fake_servers, "TAC"), &n);
	assert_true(hosts[0]->pending == TAC_SESSIONS_MAX && hosts[1]->pending == 1);
	/* they give up, and others take their places on the connections */
	for (unsigned i = 0; i < TAC_SESSIONS_MAX + 1; i++)
		question_end(q[TAC_SESSIONS_MAX - i]);
	for (unsigned i = 0; i < fake_conns(); i++)
		assert_false(fake_is_open(i));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
	        T(one_session), T(byte_by_byte), T(wrong_key), T(not_hidden),   T(no_key_at_all), T(headers),
	        T(closed_midway), T(no_way),     T(timeouts),  T(cancelled),    T(kept),          T(agreed_twice),
	        T(reopened),    T(late),         T(gone_silent), T(slow),       T(all_at_once),   T(another_server),
	        T(many_on_one), T(many_on_many), T(many_wait), T(too_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
