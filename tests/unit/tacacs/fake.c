#include "fake.h"

#include "core/base/debug.h"
#include "core/base/log.h"
#include "crypto/prim/prim.h"

struct aaa_sock {
	const struct aaa_tcp_events *events;
	void *arg;
	struct ip4_end to;
	bool opened, dropped, closed;
	uint8_t out[32768];
	size_t len;
};

static struct aaa_sock socks[FAKE_SOCKS];
static unsigned nsocks;
static uint8_t packet[4096];

struct clock fake_clock;
struct aaa_servers *fake_servers;
bool fake_refuses, fake_full;
const char *fake_key;
char fake_log[4096], fake_debug[16384];

/* ------------------------------------------------------------------ what the driver calls */

static struct aaa_sock *tcp_open(void *ctx, struct ip4_end to, const struct aaa_tcp_events *events, void *arg,
                                 struct err *err)
{
	(void)ctx;
	if (fake_refuses) {
		err_set(err, -101, "network is unreachable");
		return NULL;
	}
	assert_true(nsocks < FAKE_SOCKS);
	struct aaa_sock *s = &socks[nsocks++];
	*s = (struct aaa_sock){.events = events, .arg = arg, .to = to};
	return s;
}

static bool tcp_send(struct aaa_sock *s, const uint8_t *data, size_t len)
{
	assert_true(s->opened && !s->closed);
	if (fake_full || s->dropped)
		return false;
	assert_true(s->len + len <= sizeof(s->out));
	memcpy(s->out + s->len, data, len);
	s->len += len;
	return true;
}

static void sock_close(struct aaa_sock *s)
{
	if (!s)
		return;
	assert_false(s->closed);
	s->closed = true;
}

static const struct aaa_io io = {.tcp_open = tcp_open, .tcp_send = tcp_send, .close = sock_close};

/* ------------------------------------------------------------------ the servers' side */

unsigned fake_conns(void)
{
	return nsocks;
}

static struct aaa_sock *sock_at(unsigned conn)
{
	assert_true(conn < nsocks);
	return &socks[conn];
}

bool fake_is_open(unsigned conn)
{
	return !sock_at(conn)->closed && !sock_at(conn)->dropped;
}

uint32_t fake_peer(unsigned conn)
{
	assert_int_equal(sock_at(conn)->to.port, 49);
	return sock_at(conn)->to.ip;
}

void fake_accept(unsigned conn)
{
	struct aaa_sock *s = sock_at(conn);
	assert_true(fake_is_open(conn) && !s->opened);
	s->opened = true;
	s->events->opened(s->arg);
}

void fake_drop(unsigned conn)
{
	struct aaa_sock *s = sock_at(conn);
	assert_true(fake_is_open(conn));
	s->dropped = true;
	s->events->closed(s->arg, "the server closed the connection");
}

size_t fake_unread(unsigned conn)
{
	return sock_at(conn)->len;
}

static struct bytes key_bytes(void)
{
	return (struct bytes){(const uint8_t *)fake_key, strlen(fake_key)};
}

void fake_take(unsigned conn, enum tac_body_kind kind, struct fake_packet *p)
{
	struct aaa_sock *s = sock_at(conn);
	assert_true(s->len >= TAC_HEADER_LEN);
	tac_header_read(s->out, &p->h);
	size_t len = TAC_HEADER_LEN + p->h.length;
	assert_true(s->len >= len);
	memcpy(packet, s->out, len);
	memmove(s->out, s->out + len, s->len - len);
	s->len -= len;
	assert_int_equal(p->h.type, tac_body_type(kind));
	assert_int_equal(p->h.flags & TAC_UNENCRYPTED, fake_key[0] == '\0' ? TAC_UNENCRYPTED : 0);
	if (fake_key[0] != '\0')
		tac_pad(&p->h, key_bytes(), packet + TAC_HEADER_LEN, p->h.length);
	assert_true(tac_body_read(kind, packet + TAC_HEADER_LEN, p->h.length, &p->b));
	p->conn = conn;
}

void fake_bytes(unsigned conn, const uint8_t *data, size_t len)
{
	struct aaa_sock *s = sock_at(conn);
	uint8_t *exact = malloc(len > 0 ? len : 1);
	assert_non_null(exact);
	memcpy(exact, data, len);
	assert_true(fake_is_open(conn) && s->opened);
	s->events->input(s->arg, exact, len);
	free(exact);
}

size_t fake_answer(const struct fake_packet *p, enum tac_body_kind kind, const struct tac_body *b, uint8_t flags,
                   uint8_t *to, size_t cap)
{
	struct tac_header h = p->h;
	h.seq++;
	h.flags = flags;
	size_t len = tac_packet(kind, h, key_bytes(), b, to, cap);
	assert_true(len > 0);
	return len;
}

void fake_say(const struct fake_packet *p, enum tac_body_kind kind, uint8_t status, const char *message, uint8_t flags)
{
	static uint8_t answer[4096];
	struct tac_body b = {.number = {[TAC_N_STATUS] = status}};
	b.text[TAC_T_MSG] = (struct bytes){(const uint8_t *)message, strlen(message)};
	fake_bytes(p->conn, answer, fake_answer(p, kind, &b, flags, answer, sizeof(answer)));
}

void fake_run(uint64_t ms)
{
	clock_run(&fake_clock, fake_clock.now_ms + ms);
}

void assert_text(struct bytes got, const char *want)
{
	char text[4096];
	assert_true(str_copy(text, sizeof(text), (struct str){(const char *)got.p, got.len}));
	assert_string_equal(text, want);
}

/* ------------------------------------------------------------------ questions */

struct question *question_new(void)
{
	struct question *q = calloc(1, sizeof(*q));
	assert_non_null(q);
	q->rq.method = AAA_PAP;
	q->rq.unit = 7;
	q->rq.peer_ip = 0xc0000209;
	snprintf(q->rq.user, sizeof(q->rq.user), "jdoe");
	snprintf(q->rq.password, sizeof(q->rq.password), "j!doe1");
	q->ask.rq = &q->rq;
	q->ask.name = q->rq.user;
	return q;
}

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	struct question *q = ask->arg;
	q->done++;
	q->answer = answer;
	q->why = why;
	q->reply = reply;
}

void question_ask(struct question *q, enum aaa_what what)
{
	q->ask.what = what;
	q->ask.done = on_done;
	q->ask.arg = q;
	aaa_ask_start(&q->ask, aaa_sgroup_find(fake_servers, "TAC"));
	assert_int_equal(q->done, 0);
}

void question_end(struct question *q)
{
	aaa_ask_cancel(&q->ask);
	aaa_reply_free(q->reply);
	free(q);
}

/* ------------------------------------------------------------------ before and after */

#define HOST(name, number)                                                                            \
	{.host = name, .ifname = "inside", .ip = number, .key = "key", .timeout_s = 10, .port = 49,   \
	 .base_dn = "", .login_dn = "", .login_password = "", .realm = "", .nt_dc = ""}

static struct aaa_host_conf hosts[2][2]; /* in turn: the last one and the next */
static struct aaa_sgroup_conf groups[2];
static struct aaa_conf confs[2];
static unsigned turn;

void fake_configure(const char *key)
{
	static const struct aaa_host_conf two[] = {HOST("10.0.0.1", 0x0a000001), HOST("10.0.0.2", 0x0a000002)};
	turn = !turn;
	memcpy(hosts[turn], two, sizeof(two));
	hosts[turn][0].key = hosts[turn][1].key = key;
	groups[turn] = (struct aaa_sgroup_conf){.name = "TAC", .protocol = AAA_P_TACACS, .max_failed = 100,
	                                        .deadtime_s = 600, .hosts = hosts[turn], .nhosts = 2};
	confs[turn] = (struct aaa_conf){.sgroups = &groups[turn], .nsgroups = 1};
	aaa_servers_set(fake_servers, &confs[turn]);
}

static void append(char *to, size_t cap, const char *text)
{
	size_t at = strlen(to);
	snprintf(to + at, cap - at, "%s\n", text);
}

static void on_log(void *arg, const struct log_line *line)
{
	char text[2048];
	(void)arg;
	snprintf(text, sizeof(text), "%u %s", line->id, line->text);
	append(fake_log, sizeof(fake_log), text);
}

static void on_debug(void *arg, const char *line)
{
	(void)arg;
	append(fake_debug, sizeof(fake_debug), line);
}

static struct log_sink logs = {.level = 7, .write = on_log};
static struct debug_sink debugs = {.write = on_debug};

void fake_debug_user(const char *user)
{
	str_copy(debugs.of_user[DEBUG_SERVER_TACACS], sizeof(debugs.of_user[0]), str_of(user));
}

int fake_setup(void **state)
{
	(void)state;
	assert_int_equal(prim_init(NULL), 0);
	nsocks = 0;
	fake_refuses = fake_full = false;
	fake_key = "key";
	fake_log[0] = fake_debug[0] = '\0';
	clock_init(&fake_clock, 1000);
	log_sink_add(&logs);
	debug_sink_add(&debugs);
	debug_set(&debugs, DEBUG_TACACS, 1);
	fake_servers = aaa_servers_new(&fake_clock, &io, NULL);
	assert_non_null(fake_servers);
	fake_configure("key");
	return 0;
}

int fake_teardown(void **state)
{
	(void)state;
	aaa_servers_free(fake_servers);
	assert_int_equal(fake_clock.n, 0);
	for (unsigned i = 0; i < nsocks; i++)
		assert_true(socks[i].closed);
	clock_free(&fake_clock);
	debug_sink_remove(&debugs);
	log_sink_remove(&logs);
	return 0;
}
