/* What is asked, byte by byte, and what the answers mean: logins, authorization, accounting, of clients and of
 * administrators. */
#include <string.h>

#include "core/aaa/mschap.h"
#include "fake.h"

static struct fake_packet p;

/* Asks, and takes the request. */
static unsigned begin(struct question *q, enum aaa_what what, enum tac_body_kind kind)
{
	unsigned conn = fake_conns();
	question_ask(q, what);
	fake_accept(conn);
	fake_take(conn, kind, &p);
	return conn;
}

static void end(struct question *q, enum aaa_answer answer, enum aaa_why why)
{
	fake_run(0);
	fake_run(0);
	assert_int_equal(q->done, 1);
	assert_int_equal(q->answer, answer);
	if (answer == AAA_SAYS_REJECT)
		assert_int_equal(q->why, why);
}

static void expect_bytes(struct bytes got, const void *want, size_t len)
{
	assert_int_equal(got.len, len);
	assert_memory_equal(got.p, want, len);
}

static void expect_numbers(uint8_t action_or_method, uint8_t priv, uint8_t by, uint8_t service)
{
	uint8_t first = p.h.type == TAC_AUTHEN ? p.b.number[TAC_N_ACTION] : p.b.number[TAC_N_METHOD];
	assert_int_equal(first, action_or_method);
	assert_int_equal(p.b.number[TAC_N_PRIV], priv);
	assert_int_equal(p.b.number[TAC_N_BY], by);
	assert_int_equal(p.b.number[TAC_N_SERVICE], service);
}

/* The arguments, with blanks between them. */
static void expect_args(const char *want)
{
	char text[1024] = "";
	for (size_t i = 0; i < p.b.nargs; i++) {
		size_t at = strlen(text);
		snprintf(text + at, sizeof(text) - at, "%s%.*s", i > 0 ? " " : "", (int)p.b.args[i].len,
		         (const char *)p.b.args[i].p);
	}
	assert_string_equal(text, want);
}

/* ------------------------------------------------------------------ logins of clients */

static void pap(void **state)
{
	struct question *q = question_new();
	(void)state;
	begin(q, AAA_AUTHENTICATE, TAC_START);
	assert_int_equal(p.h.version, TAC_VERSION_ONE);
	expect_numbers(TAC_ACTION_LOGIN, 1, TAC_BY_PAP, TAC_SERVICE_PPP);
	assert_text(p.b.text[TAC_T_USER], "jdoe");
	assert_text(p.b.text[TAC_T_PORT], "L2TP-7");
	assert_text(p.b.text[TAC_T_FROM], "192.0.2.9");
	assert_text(p.b.text[TAC_T_DATA], "j!doe1");
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_PASS, "Welcome\r\n\x1b[31mback", 0);
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_string_equal(q->reply->message, "Welcome   [31mback");
	question_end(q);
}

static void chap(void **state)
{
	struct question *q = question_new();
	uint8_t data[33];
	(void)state;
	q->rq.method = AAA_CHAP;
	q->rq.id = data[0] = 0x5a;
	for (unsigned i = 0; i < 16; i++) {
		q->rq.challenge[i] = data[1 + i] = (uint8_t)(i + 1);
		q->rq.response[i] = data[17 + i] = (uint8_t)(0x80 + i);
	}
	begin(q, AAA_AUTHENTICATE, TAC_START);
	expect_numbers(TAC_ACTION_LOGIN, 1, TAC_BY_CHAP, TAC_SERVICE_PPP);
	expect_bytes(p.b.text[TAC_T_DATA], data, sizeof(data));
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_FAIL, "Account closed", 0);
	end(q, AAA_SAYS_REJECT, AAA_WHY_FAILURE);
	assert_string_equal(q->reply->message, "Account closed");
	question_end(q);
}

/* The challenge and the response of RFC 2433 Appendix B. */
static void mschap(void **state)
{
	static const uint8_t data[58] = {
	        3,    0x10, 0x2d, 0xb5, 0xdf, 0x08, 0x5d, 0x30, 0x41, 0,    0,    0,    0,    0,    0,
	        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
	        0,    0,    0,    0x4e, 0x9d, 0x3c, 0x8f, 0x9c, 0xfd, 0x38, 0x5d, 0x5b, 0xf4, 0xd3, 0x24,
	        0x67, 0x91, 0x95, 0x6c, 0xa4, 0xc3, 0x51, 0xab, 0x40, 0x9a, 0x3d, 0x61, 1};
	struct question *q = question_new();
	uint8_t hash[16];
	(void)state;
	q->rq.method = AAA_MSCHAP1;
	q->rq.id = 3;
	memcpy(q->rq.challenge, data + 1, 8);
	assert_true(mschap_nt_hash(STR("MyPw"), hash));
	mschap_response(q->rq.challenge, hash, q->rq.response);
	begin(q, AAA_AUTHENTICATE, TAC_START);
	assert_int_equal(p.h.version, TAC_VERSION_ONE);
	expect_numbers(TAC_ACTION_LOGIN, 1, TAC_BY_MSCHAP, TAC_SERVICE_PPP);
	expect_bytes(p.b.text[TAC_T_DATA], data, sizeof(data));
	question_end(q);
}

static void not_asked(void **state)
{
	static const struct {
		enum aaa_method method;
		bool lm_only;
		enum aaa_why why;
	} cases[] = {{AAA_MSCHAP2, false, AAA_WHY_METHOD},
	             {AAA_EAP, false, AAA_WHY_METHOD},
	             {AAA_MSCHAP1, true, AAA_WHY_LM_ONLY}};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct question *q = question_new();
		q->rq.method = cases[i].method;
		q->rq.lm_only = cases[i].lm_only;
		question_ask(q, AAA_AUTHENTICATE);
		end(q, AAA_SAYS_REJECT, cases[i].why);
		question_end(q);
	}
	assert_int_equal(fake_conns(), 0);
}

/* Every status there is: who is let in, who is not, when is another server asked? */
static void statuses(void **state)
{
	static const struct {
		enum aaa_what what;
		uint8_t status;
		enum aaa_answer answer; /* ERROR: another server is asked */
		enum aaa_why why;
	} cases[] = {
	        {AAA_AUTHENTICATE, TAC_AUTHEN_PASS, AAA_SAYS_ACCEPT, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_FAIL, AAA_SAYS_REJECT, AAA_WHY_FAILURE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_GETDATA, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_GETUSER, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_GETPASS, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_RESTART, AAA_SAYS_REJECT, AAA_WHY_METHOD},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_ERROR, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, TAC_AUTHEN_FOLLOW, AAA_SAYS_REJECT, AAA_WHY_FAILURE},
	        {AAA_AUTHENTICATE, 0, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHENTICATE, 8, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHORIZE, TAC_AUTHOR_PASS_ADD, AAA_SAYS_ACCEPT, AAA_WHY_NONE},
	        {AAA_AUTHORIZE, TAC_AUTHOR_PASS_REPL, AAA_SAYS_ACCEPT, AAA_WHY_NONE},
	        {AAA_AUTHORIZE, TAC_AUTHOR_FAIL, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION},
	        {AAA_AUTHORIZE, TAC_AUTHOR_ERROR, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_AUTHORIZE, TAC_AUTHOR_FOLLOW, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION},
	        {AAA_AUTHORIZE, 3, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_ACCOUNT, TAC_ACCT_SUCCESS, AAA_SAYS_ACCEPT, AAA_WHY_NONE},
	        {AAA_ACCOUNT, TAC_ACCT_ERROR, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_ACCOUNT, TAC_ACCT_FOLLOW, AAA_SAYS_ERROR, AAA_WHY_NONE},
	        {AAA_ACCOUNT, 0, AAA_SAYS_ERROR, AAA_WHY_NONE},
	};
	static const enum tac_body_kind asked[] = {TAC_START, TAC_AUTHOR_REQUEST, TAC_ACCT_REQUEST};
	static const enum tac_body_kind said[] = {TAC_AUTHEN_REPLY, TAC_AUTHOR_REPLY, TAC_ACCT_REPLY};
	static const struct aaa_record record = {.type = AAA_ACCT_START, .id = "1"};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct question *q = question_new();
		q->ask.record = cases[i].what == AAA_ACCOUNT ? &record : NULL;
		unsigned conn = begin(q, cases[i].what, asked[cases[i].what]);
		fake_say(&p, said[cases[i].what], cases[i].status, "", 0);
		assert_false(fake_is_open(conn));
		if (cases[i].answer == AAA_SAYS_ERROR) {
			fake_run(0);
			assert_int_equal(q->done, 0);
			assert_int_equal(fake_peer(conn + 1), 0x0a000002);
		} else {
			end(q, cases[i].answer, cases[i].why);
		}
		question_end(q);
	}
}

/* ------------------------------------------------------------------ what a client may */

/* The reply: attributes, "\n" between them. */
static void grant(struct question *q, uint8_t status, const char *attrs)
{
	uint8_t answer[8192];
	struct tac_body b = {.number = {[TAC_N_STATUS] = status}};
	for (const char *at = attrs; *at != '\0';) {
		size_t len = strcspn(at, "\n");
		b.args[b.nargs++] = (struct bytes){(const uint8_t *)at, len};
		at += len + (at[len] == '\n');
	}
	(void)q;
	fake_bytes(p.conn, answer, fake_answer(&p, TAC_AUTHOR_REPLY, &b, 0, answer, sizeof(answer)));
}

static void author(void **state)
{
	struct question *q = question_new();
	(void)state;
	q->rq.method = AAA_CHAP;
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	assert_int_equal(p.h.version, TAC_VERSION);
	expect_numbers(TAC_METHOD_TACACS, 1, TAC_BY_CHAP, TAC_SERVICE_PPP);
	assert_text(p.b.text[TAC_T_USER], "jdoe");
	assert_text(p.b.text[TAC_T_PORT], "L2TP-7");
	assert_text(p.b.text[TAC_T_FROM], "192.0.2.9");
	expect_args("service=ppp protocol=ip addr*");
	grant(q, TAC_AUTHOR_PASS_ADD,
	      "service=ppp\nprotocol=ip\naddr=10.1.2.3\naddr-pool=REMOTE\ntimeout=30\nidletime=0\n"
	      "dns-servers=10.0.0.5 10.0.0.6\nwins-servers=10.0.0.7\nroute=192.168.7.9 255.255.255.0 10.1.2.3\n"
	      "priv-lvl=3\ninacl#1=permit tcp any any eq 80\ninacl#2=deny ip any any\noutacl#1=permit ip any any\n"
	      "colour*blue");
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	const struct aaa_reply *r = q->reply;
	assert_int_equal(r->framed_ip, 0x0a010203);
	assert_string_equal(r->pool, "REMOTE");
	assert_true(r->a.has_session && r->a.session_s == 1800);
	assert_true(r->a.has_idle && r->a.idle_s == 0);
	assert_true(r->dns[0] == 0x0a000005 && r->dns[1] == 0x0a000006);
	assert_true(r->wins[0] == 0x0a000007 && r->wins[1] == 0);
	assert_int_equal(r->nroutes, 1);
	assert_true(r->routes[0].ip == 0xc0a80700 && r->routes[0].mask == 0xffffff00);
	assert_int_equal(r->privilege, 3);
	assert_string_equal(r->inacl, "permit tcp any any eq 80\ndeny ip any any");
	assert_string_equal(r->outacl, "permit ip any any");
	assert_false(r->a.has_filter);
	question_end(q);
}

/* An attribute that must be honoured and cannot be: he stays out. The same with "*" is passed over. */
static void must_be_honoured(void **state)
{
	static const char *const bad[] = {
	        "colour=blue", "addr=10.1.2", "addr=224.0.0.1", "addr=127.0.0.1", "addr=", "addr-pool=",
	        "addr-pool=a-name-that-is-longer-than-any-name-of-a-pool-may-be-in-a-configuration",
	        "timeout=soon", "timeout=71582789", "timeout=-1", "idletime=", "dns-servers=", "dns-servers=10.0.0.5 x",
	        "wins-servers=a", "route=10.0.0.0", "route=10.0.0.0 0.0.0.0", "route=10.0.0.0 255.0.255.0", "priv-lvl=16",
	        "service=shell", "protocol=ipx", "protocol=lcp", "outacl=NAME", "cmd=show", "inacl=", "noescape=true",
	        "inacl#1=permit ip any any\x7f",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char attrs[200];
		struct question *q = question_new();
		begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
		snprintf(attrs, sizeof(attrs), "addr=10.1.2.3\n%s", bad[i]);
		grant(q, TAC_AUTHOR_PASS_ADD, attrs);
		end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
		question_end(q);
		q = question_new();
		begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
		*strrchr(attrs, '=') = '*';
		grant(q, TAC_AUTHOR_PASS_REPL, attrs);
		end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
		assert_int_equal(q->reply->framed_ip, 0x0a010203);
		question_end(q);
	}
	struct question *q = question_new();
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_ADD, "nothing");
	end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	question_end(q);
}

static void by_name(void **state)
{
	struct question *q = question_new();
	(void)state;
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_REPL, "inacl=STAFF\naddr=255.255.255.254\nADDR-POOL*P");
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_true(q->reply->a.has_filter);
	assert_string_equal(q->reply->filter, "STAFF");
	assert_string_equal(q->reply->pool, "P");
	assert_int_equal(q->reply->framed_ip, 0);
	assert_null(q->reply->inacl);
	question_end(q);
}

/* More routes, more lines than there is room for: refused, not cut off. */
static void too_many(void **state)
{
	static char routes[1024], lines[10000];
	(void)state;
	for (unsigned i = 0; i <= AAA_ROUTES_MAX; i++)
		snprintf(routes + strlen(routes), sizeof(routes) - strlen(routes), "route=10.%u.0.0 255.255.0.0\n", i);
	for (unsigned i = 0; strlen(lines) < AAA_INACL_MAX + 1000; i++)
		snprintf(lines + strlen(lines), sizeof(lines) - strlen(lines),
		         "inacl#%u=permit ip host 10.100.100.%u host 192.168.100.%u%150s\n", i, i, i, "");
	struct question *q = question_new();
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_ADD, routes);
	end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	question_end(q);
	q = question_new();
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	uint8_t answer[16384];
	struct tac_body b = {.number = {[TAC_N_STATUS] = TAC_AUTHOR_PASS_ADD}};
	for (const char *at = lines; *at != '\0'; at += strcspn(at, "\n") + 1)
		b.args[b.nargs++] = (struct bytes){(const uint8_t *)at, strcspn(at, "\n")};
	fake_bytes(p.conn, answer, fake_answer(&p, TAC_AUTHOR_REPLY, &b, 0, answer, sizeof(answer)));
	end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	question_end(q);
}

/* ------------------------------------------------------------------ accounting of clients */

static void account(const struct aaa_record *r, uint8_t flags, const char *args)
{
	struct question *q = question_new();
	q->ask.rq = NULL;
	q->ask.name = NULL;
	q->ask.record = r;
	begin(q, AAA_ACCOUNT, TAC_ACCT_REQUEST);
	assert_int_equal(p.h.version, TAC_VERSION);
	assert_int_equal(p.b.number[TAC_N_FLAGS], flags);
	assert_int_equal(p.b.number[TAC_N_METHOD], r->local ? TAC_METHOD_LOCAL : TAC_METHOD_TACACS);
	assert_text(p.b.text[TAC_T_USER], r->user);
	assert_text(p.b.text[TAC_T_FROM], r->peer_ip ? "192.0.2.9" : "");
	expect_args(args);
	fake_say(&p, TAC_ACCT_REPLY, TAC_ACCT_SUCCESS, "", 0);
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	question_end(q);
}

static void records(void **state)
{
	struct aaa_record r = {.type = AAA_ACCT_START, .id = "0000002A", .user = "jdoe", .unit = 7, .peer_ip = 0xc0000209,
	                       .framed_ip = 0x0a010203, .at = 1800000000};
	(void)state;
	account(&r, TAC_ACCT_START, "task_id=0000002A start_time=1800000000 service=ppp protocol=ip addr=10.1.2.3");
	assert_text(p.b.text[TAC_T_PORT], "L2TP-7");
	r.at += 90;
	r.session_s = 90;
	r.bytes_in = UINT64_MAX;
	r.bytes_out = 5000000000;
	r.pkts_in = 1;
	r.pkts_out = 0;
	r.local = true;
	r.type = AAA_ACCT_INTERIM;
	account(&r, TAC_ACCT_WATCHDOG,
	        "task_id=0000002A start_time=1800000000 service=ppp protocol=ip addr=10.1.2.3 elapsed_time=90 "
	        "bytes_in=18446744073709551615 bytes_out=5000000000 paks_in=1 paks_out=0");
	r.type = AAA_ACCT_STOP;
	r.framed_ip = 0;
	account(&r, TAC_ACCT_STOP,
	        "task_id=0000002A start_time=1800000000 service=ppp protocol=ip stop_time=1800000090 elapsed_time=90 "
	        "bytes_in=18446744073709551615 bytes_out=5000000000 paks_in=1 paks_out=0");
	r = (struct aaa_record){.type = AAA_ACCT_ON, .id = "1", .at = 1800000000};
	account(&r, TAC_ACCT_START, "task_id=1 start_time=1800000000 service=system event=sys_acct reason=reload");
	r.type = AAA_ACCT_OFF;
	account(&r, TAC_ACCT_STOP, "task_id=1 start_time=1800000000 service=system event=sys_acct reason=shutdown");
}

/* ------------------------------------------------------------------ administrators */

static struct aaa_shell shell;

static struct question *admin(const char *command)
{
	struct question *q = question_new();
	shell = (struct aaa_shell){.line = "ssh", .from = 0xc6336407, .privilege = 15, .command = command};
	q->ask.shell = &shell;
	return q;
}

/* He is asked for what he has said already. */
static void ascii(void **state)
{
	struct question *q = admin(NULL);
	(void)state;
	begin(q, AAA_AUTHENTICATE, TAC_START);
	assert_int_equal(p.h.version, TAC_VERSION);
	expect_numbers(TAC_ACTION_LOGIN, 15, TAC_BY_ASCII, TAC_SERVICE_LOGIN);
	assert_text(p.b.text[TAC_T_USER], "jdoe");
	assert_text(p.b.text[TAC_T_PORT], "ssh");
	assert_text(p.b.text[TAC_T_FROM], "198.51.100.7");
	assert_int_equal(p.b.text[TAC_T_DATA].len, 0);
	uint32_t id = p.h.session;
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_GETUSER, "Username: ", 0);
	fake_take(0, TAC_CONTINUE, &p);
	assert_true(p.h.seq == 3 && p.h.session == id);
	assert_text(p.b.text[TAC_T_MSG], "jdoe");
	fake_run(9999); /* each answer has its own time */
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_GETPASS, "Password: ", 0);
	fake_run(9999);
	fake_take(0, TAC_CONTINUE, &p);
	assert_int_equal(p.h.seq, 5);
	assert_int_equal(p.b.number[TAC_N_FLAGS], 0);
	assert_text(p.b.text[TAC_T_MSG], "j!doe1");
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_PASS, "", 0);
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_string_equal(q->reply->message, "");
	question_end(q);
	assert_non_null(strstr(fake_debug, "Received TACACS packet. Session id:1  seq no:4\n"
	                                   "tacp_procpkt_authen: GETPASS\n"));
	assert_null(strstr(fake_debug, "j!doe1"));
}

static void ascii_without_end(void **state)
{
	struct question *q = admin(NULL);
	(void)state;
	begin(q, AAA_AUTHENTICATE, TAC_START);
	for (unsigned i = 0; i < 4; i++) {
		fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_GETPASS, "Password: ", TAC_SINGLE_CONNECT);
		fake_take(0, TAC_CONTINUE, &p);
		assert_int_equal(p.b.number[TAC_N_FLAGS], 0);
	}
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_GETPASS, "Password: ", 0);
	fake_take(0, TAC_CONTINUE, &p);
	assert_int_equal(p.b.number[TAC_N_FLAGS], 1); /* ABORT */
	assert_int_equal(p.b.text[TAC_T_MSG].len, 0);
	assert_true(fake_is_open(0));
	fake_run(0);
	assert_int_equal(fake_peer(1), 0x0a000002);
	question_end(q);
}

static void enable(void **state)
{
	struct question *q = admin(NULL);
	(void)state;
	shell.enable = true;
	begin(q, AAA_AUTHENTICATE, TAC_START);
	expect_numbers(TAC_ACTION_LOGIN, 15, TAC_BY_ASCII, TAC_SERVICE_ENABLE);
	question_end(q);
}

static void exec(void **state)
{
	struct question *q = admin(NULL);
	(void)state;
	shell.privilege = 1;
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	expect_numbers(TAC_METHOD_TACACS, 1, TAC_BY_ASCII, TAC_SERVICE_LOGIN);
	expect_args("service=shell cmd=");
	grant(q, TAC_AUTHOR_PASS_ADD, "priv-lvl=15\nidletime=10\nservice=shell\ncmd=");
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_int_equal(q->reply->privilege, 15);
	assert_int_equal(q->reply->a.idle_s, 600);
	question_end(q);
	q = admin(NULL);
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_REPL, "priv-lvl=7");
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_int_equal(q->reply->privilege, 7);
	question_end(q);
	q = admin(NULL);
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_ADD, "addr=10.1.2.3"); /* of another service */
	end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	question_end(q);
}

/* A command is allowed as it was asked about, or not at all. */
static void command(void **state)
{
	static const struct {
		uint8_t status;
		const char *attrs;
		bool ok;
	} cases[] = {
	        {TAC_AUTHOR_PASS_ADD, "", true},
	        {TAC_AUTHOR_PASS_ADD, "service=shell\ncmd=show\ncmd-arg=version\ncmd-arg=<cr>", true},
	        {TAC_AUTHOR_PASS_REPL, "service=shell\ncmd=show\ncmd-arg=version\ncmd-arg=<cr>", true},
	        {TAC_AUTHOR_PASS_ADD, "cmd=show\ncmd-arg=users", false},
	        {TAC_AUTHOR_PASS_REPL, "cmd=show\ncmd-arg=version", false},
	        {TAC_AUTHOR_PASS_REPL, "", false},
	        {TAC_AUTHOR_PASS_ADD, "cmd*reload", false},
	        {TAC_AUTHOR_PASS_ADD, "cmd=show\ncmd-arg=version\ncmd-arg=<cr>\ncmd-arg=more", false},
	        {TAC_AUTHOR_PASS_ADD, "secret=1", false},
	        {TAC_AUTHOR_FAIL, "", false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct question *q = admin("show  version ");
		begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
		expect_args("service=shell cmd=show cmd-arg=version cmd-arg=<cr>");
		grant(q, cases[i].status, cases[i].attrs);
		end(q, cases[i].ok ? AAA_SAYS_ACCEPT : AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
		question_end(q);
	}
	char line[400];
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	struct question *q = admin(line); /* cannot be asked about */
	question_ask(q, AAA_AUTHORIZE);
	end(q, AAA_SAYS_REJECT, AAA_WHY_MALFORMED);
	question_end(q);
}

static void told(enum aaa_acct type, uint32_t session_s, const char *cmd, uint8_t flags, const char *args)
{
	struct question *q = admin(cmd);
	q->ask.rq = NULL;
	shell.type = type;
	shell.id = "7";
	shell.at = 1800000000;
	shell.session_s = session_s;
	shell.local = true;
	begin(q, AAA_ACCOUNT, TAC_ACCT_REQUEST);
	assert_int_equal(p.b.number[TAC_N_FLAGS], flags);
	expect_numbers(TAC_METHOD_LOCAL, 15, TAC_BY_ASCII, TAC_SERVICE_LOGIN);
	assert_text(p.b.text[TAC_T_USER], "jdoe");
	assert_text(p.b.text[TAC_T_PORT], "ssh");
	expect_args(args);
	fake_say(&p, TAC_ACCT_REPLY, TAC_ACCT_SUCCESS, "", 0);
	end(q, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	question_end(q);
}

static void told_of_administrators(void **state)
{
	char line[400], args[400];
	(void)state;
	told(AAA_ACCT_START, 0, NULL, TAC_ACCT_START, "task_id=7 start_time=1800000000 service=shell priv-lvl=15");
	told(AAA_ACCT_STOP, 60, NULL, TAC_ACCT_STOP,
	     "task_id=7 start_time=1799999940 service=shell priv-lvl=15 stop_time=1800000000 elapsed_time=60");
	told(AAA_ACCT_STOP, 0, "clear vpdn tunnel", TAC_ACCT_STOP,
	     "task_id=7 start_time=1800000000 service=shell priv-lvl=15 cmd=clear vpdn tunnel <cr>");
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	snprintf(args, sizeof(args), "task_id=7 start_time=1800000000 service=shell priv-lvl=15 cmd=%.240s <cr>", line);
	told(AAA_ACCT_STOP, 0, line, TAC_ACCT_STOP, args);
}

/* ------------------------------------------------------------------ debug */

static void debug_text(void **state)
{
	struct question *q = question_new();
	(void)state;
	begin(q, AAA_AUTHENTICATE, TAC_START);
	fake_say(&p, TAC_AUTHEN_REPLY, TAC_AUTHEN_FAIL, "no", 0);
	end(q, AAA_SAYS_REJECT, AAA_WHY_FAILURE);
	assert_string_equal(fake_debug, "mk_pkt - type: 0x1, session_id: 1\n"
	                                " user: jdoe\n"
	                                "Sending TACACS Start message. Session id: 1, seq no:1\n"
	                                "Received TACACS packet. Session id:1  seq no:2\n"
	                                "tacp_procpkt_authen: FAIL\n"
	                                "Authen Message: no\n"
	                                "TACACS Session finished. Session id: 1, seq no: 1\n");
	question_end(q);
	fake_debug[0] = '\0';
	q = question_new();
	begin(q, AAA_AUTHORIZE, TAC_AUTHOR_REQUEST);
	grant(q, TAC_AUTHOR_PASS_ADD, "colour=blue");
	end(q, AAA_SAYS_REJECT, AAA_WHY_AUTHORIZATION);
	assert_string_equal(fake_debug, "mk_pkt - type: 0x2, session_id: 2\n"
	                                " user: jdoe\n"
	                                "service=ppp\n"
	                                "protocol=ip\n"
	                                "addr*\n"
	                                "Sending TACACS Authorization message. Session id: 2, seq no:1\n"
	                                "Received TACACS packet. Session id:2  seq no:2\n"
	                                "tacp_procpkt_author: PASS_ADD\n"
	                                "colour=blue\n"
	                                "refused: attribute colour=blue cannot be honoured\n"
	                                "TACACS Session finished. Session id: 2, seq no: 1\n");
	question_end(q);
}

static void debug_one_user(void **state)
{
	(void)state;
	fake_debug_user("asmith");
	struct question *q = question_new();
	begin(q, AAA_AUTHENTICATE, TAC_START);
	question_end(q);
	assert_string_equal(fake_debug, "");
	fake_debug_user("jdoe");
	q = question_new();
	begin(q, AAA_AUTHENTICATE, TAC_START);
	question_end(q);
	assert_non_null(strstr(fake_debug, " user: jdoe\n"));
	fake_debug_user("");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
	const struct CMUnitTest tests[] = {
	        T(pap), T(chap), T(mschap), T(not_asked), T(statuses), T(author), T(must_be_honoured), T(by_name),
	        T(too_many), T(records), T(ascii), T(ascii_without_end), T(enable), T(exec), T(command),
	        T(told_of_administrators), T(debug_text), T(debug_one_user),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
