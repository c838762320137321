/* Administrators at servers: what is asked, what is logged of it, what is told, how it ends early. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/admin.h"
#include "core/base/debug.h"
#include "core/base/log.h"

/* Protocols that keep the questions. In place of those of protocols.c. */
static struct aaa_ask *asked;
static unsigned nasked, cancelled;

static void fake_ask(struct aaa_ask *ask)
{
	asked = ask;
	nasked++;
}

static void fake_cancel(struct aaa_ask *ask)
{
	(void)ask;
	cancelled++;
}

#define PROTO(p) \
	{.id = p, .methods = AAA_BIT(AAA_PAP), .authorizes = true, .accounts = true, .ask = fake_ask, .cancel = fake_cancel}
static const struct aaa_proto radius = PROTO(AAA_P_RADIUS), tacacs = PROTO(AAA_P_TACACS), ldap = PROTO(AAA_P_LDAP);
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {
        [AAA_P_RADIUS] = &radius, [AAA_P_TACACS] = &tacacs, [AAA_P_LDAP] = &ldap};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}

static const struct aaa_host_conf host[] = {{.host = "10.1.1.1", .ip = 0x0a010101}};
static const struct aaa_sgroup_conf sgroups[] = {
        {.name = "LD", .protocol = AAA_P_LDAP, .max_failed = 3, .hosts = host, .nhosts = 1},
        {.name = "RAD", .protocol = AAA_P_RADIUS, .max_failed = 3, .hosts = host, .nhosts = 1},
        {.name = "TAC", .protocol = AAA_P_TACACS, .max_failed = 3, .hosts = host, .nhosts = 1}};
static const struct aaa_conf conf = {.sgroups = sgroups, .nsgroups = 3};
static const struct aaa_io io;
static struct clock clk;
static struct aaa_servers *servers;
static struct aaa_admins *admins;
static char logs[2000];

static void log_write(void *arg, const struct log_line *line)
{
	size_t at = strlen(logs);
	(void)arg;
	snprintf(logs + at, sizeof(logs) - at, "%u %s\n", line->id, line->text);
}
static struct log_sink sink = {.level = LOGL_INFORMATIONAL, .write = log_write};

static struct {
	unsigned n;
	enum aaa_answer answer;
	bool has_reply;
	int privilege, service;
	char message[40];
} got;

static void on_done(void *arg, enum aaa_answer answer, const struct aaa_reply *reply)
{
	(void)arg;
	got.n++;
	got.answer = answer;
	got.has_reply = reply != NULL;
	got.privilege = reply ? reply->privilege : -1;
	got.service = reply ? reply->service : -1;
	str_copy(got.message, sizeof(got.message), str_of(reply ? reply->message : ""));
}

static int setup(void **state)
{
	(void)state;
	clock_init(&clk, 1000);
	servers = aaa_servers_new(&clk, &io, NULL);
	aaa_servers_set(servers, &conf);
	admins = aaa_admins_new(servers);
	log_sink_add(&sink);
	logs[0] = '\0';
	nasked = cancelled = 0;
	memset(&got, 0, sizeof(got));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aaa_admins_free(admins);
	aaa_servers_free(servers);
	assert_int_equal(clk.n, 0);
	clock_free(&clk);
	log_sink_remove(&sink);
	return 0;
}

static struct aaa_admin *ask(const char *group, enum aaa_admin_asks what, bool exec, const char *command)
{
	const struct aaa_admin_question q = {
	        .what = what,
	        .user = "boss",
	        .password = STR("secret"),
	        .shell = {.line = "ssh", .from = 0xc0000205, .privilege = 15, .command = command},
	        .exec = exec,
	        .done = on_done};
	return aaa_admin_ask(admins, group, &q);
}

static void answer(enum aaa_answer a, struct aaa_reply *reply)
{
	aaa_answered(asked, a, reply, AAA_WHY_NONE);
	clock_run(&clk, clk.now_ms);
}

static void logged(const char *text)
{
	assert_string_equal(logs, text);
	logs[0] = '\0';
}

#define ACCEPTED                                                                        \
	"113004 AAA user authentication Successful : server =  10.1.1.1 : user = boss\n" \
	"113008 AAA transaction status ACCEPT : user = boss\n"

static void password(void **state)
{
	(void)state;
	assert_non_null(ask("RAD", AAA_ADMIN_LOGIN, true, NULL));
	assert_int_equal(asked->what, AAA_AUTHENTICATE);
	assert_string_equal(asked->rq->password, "secret");
	assert_int_equal(asked->rq->method, AAA_PAP);
	assert_false(asked->shell->enable);
	assert_int_equal(asked->shell->from, 0xc0000205);
	struct aaa_reply *reply = aaa_reply_new();
	reply->service = AAA_SERVICE_NAS_PROMPT;
	reply->privilege = 5;
	answer(AAA_SAYS_ACCEPT, reply);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.answer, AAA_SAYS_ACCEPT);
	assert_int_equal(got.service, AAA_SERVICE_NAS_PROMPT);
	assert_int_equal(got.privilege, 5);
	assert_int_equal(nasked, 1); /* its answer has all there is to say */
	logged(ACCEPTED);
	ask("LD", AAA_ADMIN_ENABLE, false, NULL);
	assert_true(asked->shell->enable);
	answer(AAA_SAYS_REJECT, NULL);
	assert_int_equal(got.answer, AAA_SAYS_REJECT);
	logged("113005 AAA user authentication Rejected : reason = AAA failure : server = 10.1.1.1 : user = boss\n"
	       "113008 AAA transaction status REJECT : user = boss\n");
	reply = aaa_reply_new();
	str_copy(reply->message, sizeof(reply->message), STR("Next code"));
	ask("RAD", AAA_ADMIN_LOGIN, false, NULL);
	answer(AAA_SAYS_CHALLENGE, reply);
	assert_int_equal(got.answer, AAA_SAYS_CHALLENGE);
	assert_string_equal(got.message, "Next code");
	logged("113010 AAA challenge received for user boss from server 10.1.1.1\n");
	ask("RAD", AAA_ADMIN_LOGIN, false, NULL);
	answer(AAA_SAYS_NOTHING, NULL);
	assert_int_equal(got.answer, AAA_SAYS_NOTHING);
}

/* TACACS+ says in an exchange of its own what he may. */
static void exec_at_tacacs(void **state)
{
	(void)state;
	ask("TAC", AAA_ADMIN_LOGIN, true, NULL);
	answer(AAA_SAYS_ACCEPT, NULL);
	assert_int_equal(got.n, 0);
	assert_int_equal(asked->what, AAA_AUTHORIZE);
	assert_null(asked->shell->command);
	assert_string_equal(asked->rq->password, "");
	struct aaa_reply *reply = aaa_reply_new();
	reply->privilege = 7;
	answer(AAA_SAYS_ACCEPT, reply);
	assert_int_equal(got.answer, AAA_SAYS_ACCEPT);
	assert_int_equal(got.privilege, 7);
	logged(ACCEPTED "113004 AAA user authorization Successful : server =  10.1.1.1 : user = boss\n");
	static const enum aaa_answer noes[] = {AAA_SAYS_REJECT, AAA_SAYS_NOTHING};
	for (size_t i = 0; i < 2; i++) { /* who said yes to his password is not replaced by others now */
		ask("TAC", AAA_ADMIN_LOGIN, true, NULL);
		answer(AAA_SAYS_ACCEPT, NULL);
		answer(noes[i], NULL);
		assert_int_equal(got.answer, AAA_SAYS_REJECT);
	}
	nasked = 0;
	ask("TAC", AAA_ADMIN_LOGIN, false, NULL);
	answer(AAA_SAYS_ACCEPT, NULL);
	assert_int_equal(nasked, 1);
}

static void command(void **state)
{
	(void)state;
	assert_null(ask("RAD", AAA_ADMIN_COMMAND, false, "show clock"));
	assert_null(ask("NONE", AAA_ADMIN_COMMAND, false, "show clock"));
	ask("TAC", AAA_ADMIN_COMMAND, false, "show clock");
	assert_int_equal(asked->what, AAA_AUTHORIZE);
	assert_string_equal(asked->shell->command, "show clock");
	answer(AAA_SAYS_ACCEPT, NULL);
	assert_int_equal(got.answer, AAA_SAYS_ACCEPT);
	logged("");
	ask("TAC", AAA_ADMIN_COMMAND, false, "reload");
	answer(AAA_SAYS_REJECT, NULL);
	assert_int_equal(got.answer, AAA_SAYS_REJECT);
	logged("113016 AAA credentials rejected : reason = Authorization failed : server = 10.1.1.1 : user = boss\n");
	ask("TAC", AAA_ADMIN_COMMAND, false, "reload");
	answer(AAA_SAYS_NOTHING, NULL);
	assert_int_equal(got.answer, AAA_SAYS_NOTHING);
}

/* Broken off at every stage; the servers are taken out of the configuration meanwhile. */
static void ends_early(void **state)
{
	(void)state;
	aaa_admin_cancel(ask("RAD", AAA_ADMIN_LOGIN, true, NULL));
	assert_int_equal(cancelled, 1);
	struct aaa_admin *q = ask("TAC", AAA_ADMIN_LOGIN, true, NULL);
	answer(AAA_SAYS_ACCEPT, NULL);
	aaa_admin_cancel(q);
	assert_int_equal(cancelled, 2);
	q = ask("TAC", AAA_ADMIN_COMMAND, false, "x");
	aaa_answered(asked, AAA_SAYS_ACCEPT, aaa_reply_new(), AAA_WHY_NONE);
	aaa_admin_cancel(q); /* the answer was there */
	aaa_admin_cancel(NULL);
	ask("TAC", AAA_ADMIN_LOGIN, true, NULL);
	aaa_servers_set(servers, NULL);
	clock_run(&clk, clk.now_ms + 1);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.answer, AAA_SAYS_NOTHING);
}

static bool tell(const char *group, const char *what)
{
	char id[] = "00000007", line[] = "console";
	const struct aaa_shell sh = {
	        .line = line, .privilege = 15, .command = what, .type = AAA_ACCT_STOP, .id = id, .at = 1000};
	bool told = aaa_admin_tell(admins, group, "boss", &sh);
	memset(id, 'x', sizeof(id) - 1); /* it was copied */
	memset(line, 'x', sizeof(line) - 1);
	return told;
}

static void records(void **state)
{
	(void)state;
	assert_true(tell("TAC", "write memory"));
	assert_int_equal(asked->what, AAA_ACCOUNT);
	assert_string_equal(asked->shell->id, "00000007");
	assert_string_equal(asked->shell->line, "console");
	assert_string_equal(asked->shell->command, "write memory");
	answer(AAA_SAYS_ACCEPT, NULL);
	logged("");
	assert_false(tell("RAD", "write memory"));
	assert_true(tell("RAD", NULL));
	answer(AAA_SAYS_NOTHING, NULL);
	assert_non_null(strstr(logs, "113013 AAA unable to complete the request Error : reason = Accounting record was "
	                             "not taken by any server : user = boss\n"));
	assert_false(tell("LD", NULL));
	assert_false(tell("NONE", NULL));
	for (unsigned i = 0; i < AAA_ADMIN_TELLS; i++)
		assert_true(tell("TAC", "x"));
	assert_false(tell("TAC", "x"));
	answer(AAA_SAYS_ACCEPT, NULL); /* one of them */
	assert_true(tell("TAC", "x")); /* those that wait go with the appliance */
}

static void debug_write(void *arg, const char *line)
{
	log_write(arg, &(struct log_line){.text = line});
}

static void debug_lines(void **state)
{
	static struct debug_sink debugging = {.write = debug_write};
	(void)state;
	debug_sink_add(&debugging);
	debug_set(&debugging, DEBUG_AAA_AUTHENTICATION, 1);
	debug_set(&debugging, DEBUG_AAA_AUTHORIZATION, 1);
	log_sink_remove(&sink);
	ask("RAD", AAA_ADMIN_LOGIN, false, NULL);
	answer(AAA_SAYS_REJECT, NULL);
	ask("TAC", AAA_ADMIN_COMMAND, false, "show clock");
	answer(AAA_SAYS_NOTHING, NULL);
	debug_sink_remove(&debugging);
	log_sink_add(&sink);
	logged("0 AAA: authentication of administrator boss, server group RAD\n"
	       "0 AAA: authentication of administrator boss: REJECT\n"
	       "0 AAA: authorization of administrator boss, server group TAC, command show clock\n"
	       "0 AAA: authorization of administrator boss: no answer\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {T(password), T(exec_at_tacacs), T(command), T(ends_early), T(records),
	                                   T(debug_lines)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
