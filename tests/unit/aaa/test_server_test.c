/* test aaa-server: what it asks for, what it says, what ^C leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/server.h"
#include "core/aaa/test_cmd.h"

/* A protocol that keeps the question. In place of those of protocols.c. */
static struct aaa_ask *asked;
static unsigned cancelled;
static char password[AAA_PASSWORD_MAX + 1];

static void fake_ask(struct aaa_ask *ask)
{
	asked = ask;
	str_copy(password, sizeof(password), str_of(ask->rq->password));
}

static void fake_cancel(struct aaa_ask *ask)
{
	(void)ask;
	cancelled++;
}

static const struct aaa_proto proto = {.id = AAA_P_RADIUS,
                                       .methods = AAA_BIT(AAA_PAP),
                                       .authorizes = true,
                                       .ask = fake_ask,
                                       .cancel = fake_cancel};
const struct aaa_proto *const aaa_protos[AAA_PROTOCOL_N] = {[AAA_P_RADIUS] = &proto};

unsigned aaa_protocol_methods(enum aaa_protocol p)
{
	return aaa_protos[p] ? aaa_protos[p]->methods : 0;
}

/* ------------------------------------------------------------------ a console */

static struct {
	struct out text;
	const char *const *answers; /* NULL at the end: nobody answers */
	void (*cancel)(void *arg);
	void *cancel_arg;
	int status; /* -1 = not done */
} console;

static void host_emit(void *session, struct str text)
{
	(void)session;
	out_put(&console.text, text);
}

static void host_done(void *session, int status)
{
	(void)session;
	console.status = status;
}

static void host_on_cancel(void *session, void (*cancel)(void *arg), void *arg)
{
	(void)session;
	console.cancel = cancel;
	console.cancel_arg = arg;
}

static void host_ask(void *session, const char *question, bool hidden,
                     void (*answer)(void *arg, struct str line), void *arg)
{
	(void)session;
	out_str(&console.text, question);
	if (console.answers == NULL || *console.answers == NULL)
		return;
	const char *line = *console.answers++;
	out_printf(&console.text, "%s\n", hidden ? "***" : line);
	answer(arg, str_of(line));
}

static const struct cmd_host host = {
        .emit = host_emit, .done = host_done, .on_cancel = host_on_cancel, .ask = host_ask};

/* ------------------------------------------------------------------ an appliance */

static const struct aaa_host_conf hosts[] = {{.host = "10.1.1.1", .ip = 0x0a010101, .timeout_s = 10},
                                             {.host = "radius2", .ip = 0, .timeout_s = 60}};
static const struct aaa_sgroup_conf sgroups[] = {
        {.name = "RAD", .protocol = AAA_P_RADIUS, .max_failed = 1, .hosts = hosts, .nhosts = 2}};
static struct aaa_user users[] = {
        {.name = "cisco", .kind = AAA_PW_PIX, .hash = "3USUcOPFUiMCO4Jk"}};
static const struct aaa_conf conf = {
        .sgroups = sgroups, .nsgroups = 1, .users = users, .nusers = 1};
static const struct aaa_io io;
static struct clock clk;
static struct aaa_servers *servers;

static int setup(void **state)
{
	(void)state;
	clock_init(&clk, 1000);
	servers = aaa_servers_new(&clk, &io, NULL);
	aaa_servers_set(servers, &conf);
	out_init(&console.text);
	cancelled = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	aaa_servers_free(servers);
	clock_free(&clk);
	out_free(&console.text);
	return 0;
}

/* Words of the line: pairs of the argument's name and its text. */
static void run(const char *const *answers, const struct cmd_arg *args, size_t n)
{
	size_t count;
	const struct cmd_entry *commands = aaa_test_commands(&count);
	struct out out;
	out_init(&out);
	struct cmd c = {.out = &out, .args = args, .nargs = n, .ctx = servers, .host = &host};
	assert_int_equal(count, 1);
	out_clear(&console.text);
	console.answers = answers;
	console.status = -1;
	console.cancel = NULL;
	asked = NULL;
	int status = commands[0].fn(&c);
	out_put(&console.text, out_text(&out));
	if (status != CMD_PENDING)
		console.status = status;
	out_free(&out);
}

#define ARG(name, value) {name, {value, sizeof(value) - 1}, 0, 0}
#define RUN(answers, ...)                                                   \
	do {                                                                \
		const struct cmd_arg args_[] = {__VA_ARGS__};               \
		run(answers, args_, sizeof(args_) / sizeof(args_[0]));      \
	} while (0)

static void answer(enum aaa_answer a, enum aaa_why why)
{
	assert_non_null(asked);
	aaa_answered(asked, a, NULL, why);
	clock_run(&clk, clk.now_ms);
}

static void says(const char *text, int status)
{
	assert_string_equal(console.text.text, text);
	assert_int_equal(console.status, status);
	out_clear(&console.text);
}

#define TRIES "INFO: Attempting Authentication test to IP address (10.1.1.1) (timeout: 12 seconds)\n"

/* ------------------------------------------------------------------ tests */

static void everything_typed(void **state)
{
	(void)state;
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"), ARG("host", "10.1.1.1"),
	    ARG("user", "jdoe"), ARG("password", "j!doe1"));
	assert_string_equal(password, "j!doe1");
	assert_string_equal(asked->name, "jdoe");
	assert_int_equal(asked->what, AAA_AUTHENTICATE);
	answer(AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	says(TRIES "INFO: Authentication Successful\n", CMD_OK);
}

static void missing_parts_are_asked_for(void **state)
{
	static const char *const all[] = {" 10.1.1.1 ", "jdoe", " spaces count ", NULL};
	static const char *const nobody[] = {"10.1.1.1", "", NULL};
	(void)state;
	RUN(all, ARG("authentication", "authentication"), ARG("group", "RAD"));
	assert_string_equal(password, " spaces count ");
	answer(AAA_SAYS_REJECT, AAA_WHY_NONE);
	says("Server IP Address or name: " " 10.1.1.1 \nUsername: jdoe\nPassword: ***\n" TRIES
	     "ERROR: Authentication Rejected: AAA failure\n",
	     CMD_ERROR);
	RUN(nobody, ARG("authentication", "authentication"), ARG("group", "RAD"));
	assert_null(asked);
	says("Server IP Address or name: 10.1.1.1\nUsername: \n", CMD_ERROR);
}

/* It is asked for itself: no other server stands in, and one that is out of service is asked, too. */
static void one_server_alone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"),
		    ARG("host", "10.1.1.1"), ARG("user", "jdoe"), ARG("password", "x"));
		answer(AAA_SAYS_NOTHING, AAA_WHY_NONE);
		says(TRIES "ERROR: Authentication Server not responding: AAA Server has been removed\n",
		     CMD_ERROR);
	}
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"), ARG("host", "radius2"),
	    ARG("user", "jdoe"), ARG("password", "x"));
	assert_null(asked); /* its name has no address */
	clock_run(&clk, clk.now_ms);
	says("INFO: Attempting Authentication test to IP address (radius2) (timeout: 62 seconds)\n"
	     "ERROR: Authentication Server not responding: AAA Server has been removed\n",
	     CMD_ERROR);
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"), ARG("host", "10.9.9.9"),
	    ARG("user", "jdoe"), ARG("password", "x"));
	says("ERROR: Server 10.9.9.9 is not in aaa-server group RAD\n", CMD_ERROR);
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "GONE"), ARG("host", "10.9.9.9"),
	    ARG("user", "jdoe"), ARG("password", "x"));
	says("ERROR: aaa-server group GONE does not exist\n", CMD_ERROR);
}

static void authorization(void **state)
{
	(void)state;
	RUN(NULL, ARG("authorization", "authorization"), ARG("group", "RAD"), ARG("host", "10.1.1.1"),
	    ARG("user", "jdoe"));
	assert_int_equal(asked->what, AAA_AUTHORIZE);
	answer(AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	says("INFO: Attempting Authorization test to IP address (10.1.1.1) (timeout: 12 seconds)\n"
	     "INFO: Authorization Successful\n",
	     CMD_OK);
}

static void local_database(void **state)
{
	static const char *const wrong[] = {"wrong", NULL};
	(void)state;
	RUN(NULL, ARG("authentication", "authentication"), ARG("LOCAL", "LOCAL"), ARG("user", "cisco"),
	    ARG("password", "cisco"));
	says("INFO: Attempting Authentication test to the local database\n"
	     "INFO: Authentication Successful\n",
	     CMD_OK);
	RUN(wrong, ARG("authentication", "authentication"), ARG("LOCAL", "LOCAL"), ARG("user", "cisco"));
	says("Password: ***\nINFO: Attempting Authentication test to the local database\n"
	     "ERROR: Authentication Rejected: Invalid password\n",
	     CMD_ERROR);
	RUN(NULL, ARG("authorization", "authorization"), ARG("LOCAL", "LOCAL"), ARG("user", "nobody"));
	says("INFO: Attempting Authorization test to the local database\n"
	     "ERROR: Authorization Rejected: User was not found\n",
	     CMD_ERROR);
}

/* ^C while the server is asked, and at a question. */
static void broken_off(void **state)
{
	(void)state;
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"), ARG("host", "10.1.1.1"),
	    ARG("user", "jdoe"), ARG("password", "x"));
	console.cancel(console.cancel_arg);
	assert_int_equal(cancelled, 1);
	clock_run(&clk, clk.now_ms + 100000);
	says(TRIES, -1);
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"));
	console.cancel(console.cancel_arg);
	says("Server IP Address or name: ", -1);
	assert_int_equal(clk.n, 0);
}

/* The server is taken out of the configuration while it is asked. */
static void server_goes(void **state)
{
	(void)state;
	RUN(NULL, ARG("authentication", "authentication"), ARG("group", "RAD"), ARG("host", "10.1.1.1"),
	    ARG("user", "jdoe"), ARG("password", "x"));
	aaa_servers_set(servers, NULL);
	clock_run(&clk, clk.now_ms);
	says(TRIES "ERROR: Authentication Server not responding: AAA Server has been removed\n", CMD_ERROR);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {T(everything_typed), T(missing_parts_are_asked_for),
	                                   T(one_server_alone), T(authorization), T(local_database),
	                                   T(broken_off), T(server_goes)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
