#include "radius_wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/base/log.h"
#include "crypto/prim/prim.h"

struct aaa_sock {
	void (*input)(void *arg, struct ip4_end from, const uint8_t *data, size_t len);
	void *arg;
	uint16_t port;
};

struct wire wire;
struct clock wire_clock;
struct aaa_servers *wire_servers;
char wire_logs[8000];
struct got wire_got;
static uint8_t reply_buf[RADIUS_MAX + 100];

static const struct aaa_host_conf fresh = {.host = "10.1.1.2",
                                           .ifname = "inside",
                                           .ip = SERVER_IP,
                                           .key = "s3cret",
                                           .timeout_s = 10,
                                           .retry_s = 3,
                                           .port = 1645,
                                           .acct_port = 1646,
                                           .common_pw = "",
                                           .mschap2 = true,
                                           .base_dn = "",
                                           .group_base_dn = "",
                                           .naming = "",
                                           .login_dn = "",
                                           .login_password = "",
                                           .realm = "",
                                           .nt_dc = ""};
struct aaa_host_conf wire_host[2];
struct aaa_sgroup_conf wire_groups[2];
struct aaa_conf wire_conf = {.sgroups = wire_groups, .nsgroups = 2};

static struct aaa_sock *udp_open(void *ctx, uint16_t port,
                                 void (*input)(void *, struct ip4_end, const uint8_t *, size_t),
                                 void *arg, struct err *err)
{
	(void)ctx;
	if (wire.broken) {
		err_set(err, -1, "no sockets");
		return NULL;
	}
	struct aaa_sock *s = calloc(1, sizeof *s);
	assert_non_null(s);
	*s = (struct aaa_sock){input, arg, port ? port : (uint16_t)(40000 + wire.opened)};
	wire.open++;
	wire.opened++;
	if (port)
		wire.listening = s;
	return s;
}

static bool udp_send(struct aaa_sock *s, struct ip4_end to, const uint8_t *data, size_t len)
{
	assert_true(wire.n < WIRE_MAX);
	struct sent *out = &wire.sent[wire.n++];
	*out = (struct sent){s, to, malloc(len), len};
	assert_non_null(out->data);
	memcpy(out->data, data, len);
	return true;
}

static void close_sock(struct aaa_sock *s)
{
	wire.open -= s != NULL;
	if (s == wire.listening)
		wire.listening = NULL;
	free(s);
}

static uint32_t source(void *ctx, uint32_t server)
{
	(void)ctx;
	return server == SERVER_IP ? OUR_IP : 0;
}

const struct aaa_io wire_io = {
        .udp_open = udp_open, .udp_send = udp_send, .close = close_sock, .source = source};

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(wire_logs);
	(void)arg;
	snprintf(wire_logs + at, sizeof wire_logs - at, "%u %s\n", line->id, line->text);
}
static struct log_sink sink = {.level = 7, .write = log_write};

int wire_setup(void **state)
{
	(void)state;
	assert_int_equal(prim_init(NULL), 0);
	memset(&wire, 0, sizeof wire);
	memset(&wire_got, 0, sizeof wire_got);
	wire_logs[0] = '\0';
	wire_host[0] = wire_host[1] = fresh;
	wire_groups[0] = (struct aaa_sgroup_conf){.name = "RAD",
	                                          .protocol = AAA_P_RADIUS,
	                                          .max_failed = 3,
	                                          .deadtime_s = 600,
	                                          .hosts = wire_host,
	                                          .nhosts = 1};
	wire_groups[1] = wire_groups[0];
	wire_groups[1].name = "SDI";
	wire_groups[1].protocol = AAA_P_SDI;
	wire_groups[1].hosts = wire_host + 1;
	clock_init(&wire_clock, 5000);
	wire_clock.wall_offset_ms = 1700000000000;
	log_sink_add(&sink);
	wire_servers = aaa_servers_new(&wire_clock, &wire_io, NULL);
	assert_non_null(wire_servers);
	aaa_servers_set(wire_servers, &wire_conf);
	return 0;
}

/* Nothing stays behind: no socket, no timer. */
int wire_teardown(void **state)
{
	(void)state;
	aaa_servers_free(wire_servers);
	aaa_reply_free(wire_got.reply);
	for (size_t i = 0; i < wire.n; i++)
		free(wire.sent[i].data);
	log_sink_remove(&sink);
	assert_int_equal(wire.open, 0);
	assert_int_equal(wire_clock.n, 0);
	clock_free(&wire_clock);
	return 0;
}

void wire_tick(uint64_t ms)
{
	clock_run(&wire_clock, wire_clock.now_ms + ms);
}

struct aaa_host *wire_server(const char *group)
{
	size_t n;
	struct aaa_host *const *hosts = aaa_sgroup_hosts(aaa_sgroup_find(wire_servers, group), &n);
	assert_int_equal(n, 1);
	return hosts[0];
}

void wire_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
               enum aaa_why why)
{
	struct got *g = ask->arg;
	assert_null(ask->run);
	g->n++;
	g->answer = answer;
	g->why = why;
	g->reply = reply;
}

void wire_ask(struct aaa_ask *ask, const char *group, enum aaa_what what,
              const struct aaa_request *rq)
{
	aaa_reply_free(wire_got.reply);
	wire_got = (struct got){0};
	*ask = (struct aaa_ask){.what = what,
	                        .rq = rq,
	                        .name = rq ? rq->user : NULL,
	                        .done = wire_done,
	                        .arg = &wire_got};
	struct aaa_sgroup *g = aaa_sgroup_find(wire_servers, group);
	assert_non_null(g);
	aaa_ask_start(ask, g);
}

struct aaa_request wire_pap(const char *user, const char *password)
{
	struct aaa_request rq = {.method = AAA_PAP,
	                         .our_ip = OUTSIDE_IP,
	                         .peer_ip = CLIENT_IP,
	                         .unit = 7,
	                         .group = "DefaultRAGroup"};
	str_copy(rq.user, sizeof rq.user, str_of(user));
	str_copy(rq.password, sizeof rq.password, str_of(password));
	return rq;
}

struct radius_packet wire_last(void)
{
	struct radius_packet p;
	assert_true(wire.n > 0);
	assert_true(radius_parse(&p, wire.sent[wire.n - 1].data, wire.sent[wire.n - 1].len));
	return p;
}

struct bytes wire_value(enum radius_attr a)
{
	struct radius_packet p = wire_last();
	struct radius_value v;
	if (!radius_find(&p, a, &v))
		fail_msg("no %s", radius_dict_name(a));
	return v.v;
}

uint32_t wire_number(enum radius_attr a)
{
	struct bytes b = wire_value(a);
	struct rd r = rd_of(b.p, b.len);
	assert_int_equal(b.len, 4);
	return rd_u32(&r);
}

void wire_none(enum radius_attr a)
{
	struct radius_packet p = wire_last();
	struct radius_value v;
	assert_false(radius_find(&p, a, &v));
}

struct wr wire_reply(size_t at, enum radius_code code, bool mac)
{
	struct wr w = wr_of(reply_buf, sizeof reply_buf);
	radius_begin(&w, code, wire.sent[at].data[1], NULL, mac);
	return w;
}

void wire_answer(struct wr *w, size_t at, const char *key)
{
	const char *secret = key ? key : "s3cret";
	size_t len = radius_end_reply(w, (struct bytes){(const uint8_t *)secret, strlen(secret)},
	                              wire.sent[at].data + 4);
	assert_int_not_equal(len, 0);
	wire_input(wire.sent[at].from, wire.sent[at].to, reply_buf, len);
}

void wire_says(size_t at, enum radius_code code)
{
	struct wr w = wire_reply(at, code, true);
	wire_answer(&w, at, NULL);
}

/* From the heap, so that a read beyond the end is seen. */
void wire_input(struct aaa_sock *s, struct ip4_end from, const uint8_t *data, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);
	assert_non_null(copy);
	memcpy(copy, data, len);
	s->input(s->arg, from, copy, len);
	free(copy);
	wire_tick(0); /* answers are told from the event loop */
}
