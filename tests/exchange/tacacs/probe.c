/* Asks a TACACS+ server on the real network what standard input says, a line a question, and prints how it ended:
 *   probe ADDRESS:PORT KEY [RECORD]
 *     pap|chap|mschap|ascii|enable USER PASSWORD
 *     many N USER PASSWORD          so many PAP logins at a time: "N accepted"
 *     ppp USER                      what he may as a client
 *     exec USER, command USER LINE  as an administrator
 *     start|update|stop|on|off ID USER, ran USER LINE
 * RECORD: every packet as text2pcap reads it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/mschap.h"
#include "core/aaa/server.h"
#include "core/aaa/shell.h"
#include "core/aaa_io.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "core/gateway.h"
#include "crypto/prim/prim.h"

enum { MANY_MAX = 2000, TIMEOUT_S = 5 };

static struct gateway gw;
static struct aaa_servers *servers;
static FILE *record;

static void die(const char *why)
{
	fprintf(stderr, "probe: %s\n", why);
	exit(2);
}

/* ------------------------------------------------------------------ sockets, recorded */

static void note(char direction, const uint8_t *data, size_t len)
{
	if (!record)
		return;
	fprintf(record, "%c", direction);
	for (size_t i = 0; i < len; i++) {
		if (i % 16 == 0)
			fprintf(record, "\n%06zx", i);
		fprintf(record, " %02x", data[i]);
	}
	fprintf(record, "\n");
}

struct ear {
	const struct aaa_tcp_events *events;
	void *arg;
	struct aaa_sock *sock;
	struct ear *next;
};
static struct ear *ears;

static void on_open(void *arg)
{
	struct ear *e = arg;
	e->events->opened(e->arg);
}

static void on_input(void *arg, const uint8_t *data, size_t len)
{
	struct ear *e = arg;
	note('I', data, len);
	e->events->input(e->arg, data, len);
}

static void on_closed(void *arg, const char *why)
{
	struct ear *e = arg;
	e->events->closed(e->arg, why);
}

static struct aaa_sock *tcp_open(void *ctx, struct ip4_end to, const struct aaa_tcp_events *events, void *arg,
                                 struct err *err)
{
	static const struct aaa_tcp_events mine = {on_open, on_input, on_closed};
	struct ear *e = calloc(1, sizeof(*e));
	if (!e)
		die("memory");
	*e = (struct ear){events, arg, NULL, ears};
	ears = e; /* freed at the end: they are few */
	e->sock = gateway_aaa_io.tcp_open(ctx, to, &mine, e, err);
	return e->sock;
}

static bool tcp_send(struct aaa_sock *s, const uint8_t *data, size_t len)
{
	note('O', data, len);
	return gateway_aaa_io.tcp_send(s, data, len);
}

/* ------------------------------------------------------------------ questions */

struct question {
	struct aaa_ask ask;
	struct aaa_request rq;
	struct aaa_shell shell;
	struct aaa_record record;
	bool done;
	enum aaa_answer answer;
	struct aaa_reply *reply;
};

static void on_done(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	struct question *q = ask->arg;
	(void)why;
	q->done = true;
	q->answer = answer;
	q->reply = reply;
}

static void start(struct question *q, enum aaa_what what, const char *user)
{
	q->rq.unit = 7;
	q->rq.peer_ip = 0xc0000209;
	str_copy(q->rq.user, sizeof(q->rq.user), str_of(user));
	q->ask.what = what;
	q->ask.rq = &q->rq;
	q->ask.name = q->rq.user;
	q->ask.done = on_done;
	q->ask.arg = q;
	aaa_ask_start(&q->ask, aaa_sgroup_find(servers, "T"));
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
	clock_run(&gw.clock, uv_hrtime() / 1000000);
}

static void wait_for(const struct question *q, size_t n)
{
	for (size_t i = 0; i < n;)
		if (q[i].done)
			i++;
		else
			uv_run(&gw.loop, UV_RUN_ONCE);
}

static void print_reply(const struct aaa_reply *r)
{
	if (r->message[0])
		printf(" message=%s", r->message);
	if (r->framed_ip)
		printf(" addr=%s", ip4_text(r->framed_ip).s);
	if (r->pool[0])
		printf(" pool=%s", r->pool);
	if (r->a.has_session)
		printf(" session=%u", r->a.session_s);
	if (r->a.has_idle)
		printf(" idle=%u", r->a.idle_s);
	for (size_t i = 0; i < 2 && r->dns[i]; i++)
		printf(" dns=%s", ip4_text(r->dns[i]).s);
	if (r->privilege >= 0)
		printf(" privilege=%d", r->privilege);
	if (r->inacl)
		printf(" inacl=%s", r->inacl);
}

static void end(struct question *q)
{
	static const char *const words[] = {"ACCEPT", "REJECT", "CHALLENGE", "ERROR", "NOTHING"};
	wait_for(q, 1);
	printf("%s", words[q->answer]);
	if (q->reply)
		print_reply(q->reply);
	printf("\n");
	fflush(stdout);
	aaa_reply_free(q->reply);
}

/* ------------------------------------------------------------------ lines */

static char *word(char **rest)
{
	char *w = strsep(rest, " ");
	if (!w)
		die("a word is missing");
	return w;
}

static void set_password(struct aaa_request *rq, const char *password)
{
	uint8_t hash[PRIM_MD_MAX];
	const struct bytes parts[] = {{&rq->id, 1}, {(const uint8_t *)password, strlen(password)}, {rq->challenge, 16}};
	rq->id = 9;
	random_bytes(rq->challenge, sizeof(rq->challenge));
	str_copy(rq->password, sizeof(rq->password), str_of(password));
	if (rq->method == AAA_CHAP) {
		prim_hash(PRIM_MD5, parts, 3, rq->response);
	} else if (rq->method == AAA_MSCHAP1) {
		mschap_nt_hash(str_of(password), hash);
		mschap_response(rq->challenge, hash, rq->response);
	}
}

static void do_login(const char *how, char *rest)
{
	struct question q = {0};
	char *user = word(&rest);
	bool chap = strcmp(how, "chap") == 0, mschap = strcmp(how, "mschap") == 0;
	q.rq.method = chap ? AAA_CHAP : mschap ? AAA_MSCHAP1 : AAA_PAP;
	set_password(&q.rq, word(&rest));
	q.shell = (struct aaa_shell){.line = "ssh", .privilege = 15, .enable = strcmp(how, "enable") == 0};
	if (q.shell.enable || strcmp(how, "ascii") == 0)
		q.ask.shell = &q.shell;
	start(&q, AAA_AUTHENTICATE, user);
	end(&q);
}

static void do_many(const char *how, char *rest)
{
	static struct question q[MANY_MAX];
	size_t n = strtoul(word(&rest), NULL, 10), accepted = 0;
	const char *user = word(&rest), *password = word(&rest);
	(void)how;
	if (n > MANY_MAX)
		die("too many");
	memset(q, 0, sizeof(q));
	for (size_t i = 0; i < n; i++) {
		q[i].rq.method = AAA_PAP;
		set_password(&q[i].rq, password);
		start(&q[i], AAA_AUTHENTICATE, user);
	}
	wait_for(q, n);
	for (size_t i = 0; i < n; i++) {
		accepted += q[i].answer == AAA_SAYS_ACCEPT;
		aaa_reply_free(q[i].reply);
	}
	printf("%zu accepted\n", accepted);
}

static void do_author(const char *how, char *rest)
{
	struct question q = {.rq.method = AAA_CHAP};
	char *user = word(&rest);
	q.shell = (struct aaa_shell){.line = "ssh", .privilege = 1, .command = rest};
	if (strcmp(how, "ppp") != 0)
		q.ask.shell = &q.shell;
	start(&q, AAA_AUTHORIZE, user);
	end(&q);
}

static void do_acct(const char *how, char *rest)
{
	static const char *const words[] = {"start", "update", "stop", "on", "off"};
	struct question q = {.record = {.unit = 7, .peer_ip = 0xc0000209, .framed_ip = 0x0a010203, .at = 1800000090,
	                                .session_s = 90, .bytes_in = 5000000000, .bytes_out = 2, .pkts_in = 3, .pkts_out = 4}};
	while (strcmp(words[q.record.type], how) != 0)
		q.record.type++;
	str_copy(q.record.id, sizeof(q.record.id), str_of(word(&rest)));
	str_copy(q.record.user, sizeof(q.record.user), str_of(word(&rest)));
	q.ask.record = &q.record;
	start(&q, AAA_ACCOUNT, q.record.user);
	end(&q);
}

static void do_ran(const char *how, char *rest)
{
	struct question q = {0};
	char *user = word(&rest);
	(void)how;
	q.shell = (struct aaa_shell){.line = "console", .privilege = 15, .command = rest, .type = AAA_ACCT_STOP, .id = "5",
	                             .at = 1800000000};
	q.ask.shell = &q.shell;
	start(&q, AAA_ACCOUNT, user);
	end(&q);
}

static const struct {
	const char *word;
	void (*run)(const char *how, char *rest);
} lines[] = {
        {"pap", do_login},    {"chap", do_login},   {"mschap", do_login}, {"ascii", do_login}, {"enable", do_login},
        {"many", do_many},    {"ppp", do_author},   {"exec", do_author},  {"command", do_author},
        {"start", do_acct},   {"update", do_acct},  {"stop", do_acct},    {"on", do_acct},     {"off", do_acct},
        {"ran", do_ran},
};

static void run_line(char *line)
{
	char *rest = line, *how = word(&rest);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (strcmp(lines[i].word, how) == 0) {
			lines[i].run(how, rest);
			return;
		}
	die("no such question");
}

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	fprintf(stderr, "%u %s\n", line->id, line->text);
}

int main(int argc, char **argv)
{
	static struct aaa_io io;
	static struct log_sink sink = {.level = 7, .write = on_log};
	struct aaa_host_conf host = {.host = "server", .ifname = "", .timeout_s = TIMEOUT_S, .base_dn = "", .login_dn = "",
	                             .login_password = "", .realm = "", .nt_dc = ""};
	struct aaa_sgroup_conf group = {.name = "T", .protocol = AAA_P_TACACS, .max_failed = 5, .deadtime_s = 1,
	                                .hosts = &host, .nhosts = 1};
	struct aaa_conf conf = {.sgroups = &group, .nsgroups = 1};
	struct str at = str_of(argc > 2 ? argv[1] : "");
	const char *colon = memchr(at.p, ':', at.len);
	uv_timer_t tick;
	uint32_t port = 0;
	char line[1024];
	if (!colon || !ip4_parse((struct str){at.p, (size_t)(colon - at.p)}, &host.ip) ||
	    !str_to_u32(str_of(colon + 1), 65535, &port))
		die("probe ADDRESS:PORT KEY [RECORD]");
	if (prim_init(NULL) != 0 || uv_loop_init(&gw.loop) != 0)
		die("cannot begin");
	host.port = (uint16_t)port;
	host.key = argv[2];
	record = argc > 3 ? fopen(argv[3], "w") : NULL;
	clock_init(&gw.clock, uv_hrtime() / 1000000);
	log_sink_add(&sink);
	uv_timer_init(&gw.loop, &tick);
	uv_timer_start(&tick, on_tick, 1, 1);
	io = gateway_aaa_io;
	io.tcp_open = tcp_open;
	io.tcp_send = tcp_send;
	servers = aaa_servers_new(&gw.clock, &io, &gw);
	aaa_servers_set(servers, &conf);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		run_line(line);
	}
	aaa_servers_free(servers);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&gw.loop, UV_RUN_DEFAULT);
	uv_loop_close(&gw.loop);
	clock_free(&gw.clock);
	for (struct ear *e = ears, *next; e; e = next) {
		next = e->next;
		free(e);
	}
	if (record)
		fclose(record);
	return 0;
}
