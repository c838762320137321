/* Consoles whose people and commands servers know: passwords, who stands in, what may be run, what is told. The servers
 * are the test: it sees the questions and answers them. With the grammar of the appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/config/hooks.h"
#include "cli/grammar/grammar.h"
#include "cli/session/session.h"
#include "core/config/txn.h"

static struct grammar *g;
static struct clock now;
static struct session_env env;
static struct session *console;
static struct out seen, asked, told, logged;
/* the question under way */
static struct session_question question;
static bool open_question, deaf;
static unsigned unasked;

static void io_write(void *arg, struct str text)
{
	(void)arg;
	out_put(&seen, text);
}

static void io_want(void *arg, enum session_want want, struct str prompt)
{
	(void)want;
	io_write(arg, prompt);
}

static bool user_find(void *ctx, struct str user, struct session_account *account)
{
	bool admin = str_eq_cstr(user, "admin15"), vpn = str_eq_cstr(user, "vpn2"), nas = str_eq_cstr(user, "nas15");
	(void)ctx;
	*account = (struct session_account){
	        .privilege = admin || nas ? 15 : 2, .shell = !vpn, .config = admin};
	return admin || vpn || nas;
}

static bool user_check(void *ctx, struct str user, struct str password, struct session_account *account)
{
	return user_find(ctx, user, account) && str_eq_cstr(password, "local");
}

static void *ask(void *ctx, const struct session_question *q)
{
	static const char *const words[] = {"login", "enable", "command"};
	(void)ctx;
	assert_false(open_question);
	if (deaf)
		return NULL;
	out_printf(&asked, "%s %s %s %.*s %u%s%s%s%s%s\n", words[q->what], q->group, q->user,
	           STR_ARG(q->password), q->level, q->command != NULL ? " " : "",
	           q->command != NULL ? q->command : "", q->exec ? " exec" : "",
	           q->fallback ? " fallback" : "", q->local ? " local" : "");
	question = *q;
	open_question = true;
	return &question;
}

static void unask(void *ctx, void *a)
{
	(void)ctx;
	assert_ptr_equal(a, &question);
	assert_true(open_question);
	open_question = false;
	unasked++;
}

static void tell(void *ctx, const struct session_event *e)
{
	static const char *const words[] = {"came", "left", "ran"};
	(void)ctx;
	out_printf(&told, "%s %s %s %s %u%s%s", words[e->what], e->group, e->user, e->from, e->level,
	           e->command != NULL ? " " : "", e->command != NULL ? e->command : "");
	if (e->what == SESSION_LEFT)
		out_printf(&told, " %s %us", e->record, e->seconds);
	out_printf(&told, "%s\n", e->local ? " local" : "");
	if (e->what == SESSION_CAME)
		str_copy(e->record, SESSION_RECORD_CAP, STR("R1"));
}

static void answer_with(enum session_says says, struct session_account account, const char *text)
{
	assert_true(open_question);
	open_question = false;
	question.done(question.arg, says, &account, text);
}

static void answer(enum session_says says)
{
	answer_with(says, (struct session_account){.privilege = 15, .shell = true, .config = true}, "");
}

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	out_printf(&logged, "%u\n", line->id);
}

static struct log_sink log_sink = {.level = LOGL_INFORMATIONAL, .write = on_log};

static void open_console(const char *from, bool serial)
{
	static const struct session_remote remote = {"192.0.2.5", "51234", "192.0.2.1", "inside"};
	const struct session_io io = {.write = io_write, .async = io_write, .want = io_want};
	const struct session_options options = {.tty = true,
	                                        .serial = serial,
	                                        .width = 80,
	                                        .height = 24,
	                                        .from = from,
	                                        .remote = strcmp(from, "console") != 0 ? &remote : NULL,
	                                        .user = "admin15"};
	out_clear(&seen);
	console = session_new(&env, &io, &options);
	assert_non_null(console);
}

static void is(struct out *o, const char *text)
{
	assert_string_equal(o->len > 0 ? o->text : "", text);
	out_clear(o);
}

static void type(const char *line, const char *text)
{
	out_clear(&seen);
	session_input_line(console, str_of(line));
	is(&seen, text);
}

/* Lines of configuration, ended by NULL; what is said about them. */
static const char *configure(const char *const *lines)
{
	static char said[1000];
	struct out kept = seen;
	const struct session_io io = {.write = io_write, .want = io_want};
	const struct session_options options = {.batch = true, .config = true};
	out_init(&seen);
	struct session *s = session_new(&env, &io, &options);
	for (; *lines != NULL; lines++)
		session_input_line(s, str_of(*lines));
	session_free(s);
	snprintf(said, sizeof said, "%s", seen.len > 0 ? seen.text : "");
	out_free(&seen);
	seen = kept;
	return said;
}

#define CONFIGURE(...)                                                    \
	do {                                                              \
		static const char *const lines_[] = {__VA_ARGS__, NULL};  \
		assert_null(strstr(configure(lines_), "ERROR"));          \
		out_clear(&told);                                         \
	} while (0)
#define GREETING "Type help or '?' for a list of available commands.\n"
#define WELCOME(user)                                                                              \
	"User " user " logged in to ciscoasa\n" GREETING
#define GROUPS "aaa-server TAC protocol tacacs+", "exit", "aaa-server RAD protocol radius", "exit", \
	       "no aaa authentication login-history"

/* ------------------------------------------------------------------ logins */

static void a_server_lets_in(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication ssh console RAD");
	open_console("192.0.2.5", false); /* sshd's word is not enough, the servers know it better */
	is(&seen, "Username: ");
	type("boss", "Password: ");
	type("secret", ""); /* not a word before the answer */
	assert_int_equal(session_want(console), SESSION_WANT_NOTHING);
	session_input_line(console, STR("typed too early"));
	is(&asked, "login RAD boss secret 1\n");
	log_sink_add(&log_sink);
	answer(SESSION_SAYS_NO);
	is(&seen, "Login incorrect\nUsername: ");
	is(&logged, "611102\n605004\n");
	type("boss", "Password: ");
	type("better", "");
	answer(SESSION_SAYS_YES);
	is(&seen, WELCOME("boss") "ciscoasa> ");
	is(&logged, "611101\n605005\n");
	log_sink_remove(&log_sink);
}

static void local_stands_in(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication serial console RAD LOCAL");
	open_console("console", true);
	type("admin15", "Password: ");
	type("local", "");
	is(&asked, "login RAD admin15 local 1 fallback\n");
	answer(SESSION_SAYS_NO); /* a server that says no is not overruled */
	is(&seen, "Login incorrect\nUsername: ");
	type("admin15", "Password: ");
	type("local", "");
	answer(SESSION_SAYS_NOTHING);
	is(&seen, WELCOME("admin15") "ciscoasa> ");
	type("exit", "\nLogoff\n\nUsername: ");
	type("admin15", "Password: ");
	type("other", "");
	answer(SESSION_SAYS_NOTHING);
	is(&seen, "Login incorrect\nUsername: ");
	deaf = true; /* the group is gone */
	type("admin15", "Password: ");
	type("local", WELCOME("admin15") "ciscoasa> ");
}

/* Without LOCAL nobody comes in, and the serial console goes on asking: when a server is back, so is he. */
static void nobody_stands_in(void **state)
{
	static const char *const lines[] = {GROUPS, "aaa authentication serial console RAD", NULL};
	(void)state;
	assert_string_equal(configure(lines),
	                    "WARNING: without LOCAL nobody comes in while no server of group RAD answers\n");
	open_console("console", true);
	for (unsigned i = 0; i < 5; i++) {
		type("admin15", "Password: ");
		type("local", "");
		answer(SESSION_SAYS_NOTHING);
		is(&seen, "Login incorrect\nUsername: ");
	}
	type("admin15", "Password: ");
	type("theirs", "");
	answer(SESSION_SAYS_YES);
	is(&seen, WELCOME("admin15") "ciscoasa> ");
}

/* ^C while a server is asked, a console that goes, a password no server takes, another question behind the first. */
static void ends_of_a_question(void **state)
{
	char longest[200];
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication serial console RAD LOCAL");
	open_console("console", true);
	type("admin15", "Password: ");
	type("x", "");
	session_break(console);
	is(&seen, "Username: ");
	assert_int_equal(unasked, 1);
	type("admin15", "Password: ");
	memset(longest, 'a', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	type(longest, "Login incorrect\nUsername: ");
	type("token", "Password: ");
	type("1234", "");
	answer_with(SESSION_SAYS_MORE, (struct session_account){0}, "Enter next passcode");
	is(&seen, "Enter next passcode\nPassword: ");
	out_clear(&asked);
	type("5678", "");
	is(&asked, "login RAD token 5678 1 fallback\n");
	session_free(console);
	console = NULL;
	assert_int_equal(unasked, 2);
}

/* ------------------------------------------------------------------ exec, enable */

static void what_he_may(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication serial console RAD",
	          "aaa authorization exec authentication-server auto-enable");
	open_console("console", true);
	type("vpn", "Password: ");
	type("x", "");
	is(&asked, "login RAD vpn x 1 exec\n");
	log_sink_add(&log_sink);
	answer_with(SESSION_SAYS_YES, (struct session_account){.privilege = 15}, "");
	is(&seen, "Login incorrect\nUsername: ");
	is(&logged, "113021\n611102\n605004\n");
	log_sink_remove(&log_sink);
	type("nas", "Password: ");
	type("x", "");
	answer_with(SESSION_SAYS_YES, (struct session_account){.privilege = 15, .shell = true}, "");
	is(&seen, WELCOME("nas") "ciscoasa> "); /* the prompt, whatever his level */
	type("exit", "\nLogoff\n\nUsername: ");
	type("boss", "Password: ");
	type("x", "");
	answer_with(SESSION_SAYS_YES, (struct session_account){.privilege = 7, .shell = true, .config = true}, "");
	is(&seen, WELCOME("boss") "ciscoasa# ");
	type("show privilege", "Current privilege level is 7\nciscoasa# ");
}

/* `aaa authorization exec LOCAL`: the password is the server's, the service the local database's. */
static void what_local_says_he_may(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication serial console RAD", "aaa authorization exec LOCAL auto-enable");
	open_console("console", true);
	static const struct {
		const char *user, *then;
	} people[] = {{"vpn2", "Login incorrect\nUsername: "},
	              {"stranger", "Login incorrect\nUsername: "},
	              {"nas15", WELCOME("nas15") "ciscoasa> "}};
	for (size_t i = 0; i < 3; i++) {
		type(people[i].user, "Password: ");
		type("x", "");
		answer(SESSION_SAYS_YES);
		is(&seen, people[i].then);
	}
	type("exit", "\nLogoff\n\nUsername: ");
	type("admin15", "Password: ");
	type("x", "");
	answer(SESSION_SAYS_YES);
	is(&seen, WELCOME("admin15") "ciscoasa# ");
}

static void enable_by_servers(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication serial console TAC LOCAL", "aaa authentication enable console TAC LOCAL");
	open_console("console", true);
	type("boss", "Password: ");
	type("x", "");
	answer(SESSION_SAYS_YES);
	out_clear(&asked);
	type("enable 7", "Password: ");
	type("up", "");
	is(&asked, "enable TAC boss up 7 fallback\n");
	answer(SESSION_SAYS_NO);
	is(&seen, "Invalid password\nPassword: ");
	type("better", "");
	answer_with(SESSION_SAYS_YES, (struct session_account){.privilege = 7, .shell = true, .config = true}, "");
	is(&seen, "ciscoasa# ");
	type("show curpriv", "Username : boss\nCurrent privilege level : 7\nCurrent Mode/s : P_PRIV\nciscoasa# ");
	type("disable", "ciscoasa> ");
	type("enable", "Password: ");
	type("x", "");
	session_break(console);
	is(&seen, "ciscoasa> ");
}

/* ------------------------------------------------------------------ commands */

static void commands_by_servers(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authorization command TAC LOCAL");
	open_console("console", true);
	type("enable", "Password: "); /* who may come in may move */
	type("", "ciscoasa# ");
	is(&asked, "");
	type("sh clock", "");
	is(&asked, "command TAC enable_15  15 show clock fallback local\n");
	answer(SESSION_SAYS_NO);
	is(&seen, "ERROR: Command authorization failed\nciscoasa# ");
	type("show curpriv", "");
	answer(SESSION_SAYS_YES);
	is(&seen, "Username : enable_15\nCurrent privilege level : 15\nCurrent Mode/s : P_PRIV\nciscoasa# ");
	type("show curpriv | include Current", ""); /* leave was for that one time */
	answer(SESSION_SAYS_NOTHING); /* the levels decide */
	is(&seen, "Current privilege level : 15\nCurrent Mode/s : P_PRIV\nciscoasa# ");
	type("configure terminal", "");
	answer(SESSION_SAYS_YES);
	is(&seen, "ciscoasa(config)# ");
	out_clear(&asked);
	type("hostname gw", "");
	is(&asked, "command TAC enable_15  15 hostname gw fallback local\n");
	answer(SESSION_SAYS_YES);
	is(&seen, "gw(config)# ");
	out_clear(&asked);
	type("username oper password hunter22", "");
	is(&asked, "command TAC enable_15  15 username oper password ***** fallback local\n");
	session_break(console);
	is(&seen, "gw(config)# ");
	assert_int_equal(unasked, 1);
	type("nonsense", "             ^\nERROR: % Invalid input detected at '^' marker.\ngw(config)# ");
}

/* Without LOCAL nothing runs, and a script, which comes from whoever may do all, takes the line away again. */
static void commands_without_servers(void **state)
{
	static const char *const off[] = {"no aaa authorization command TAC", NULL};
	(void)state;
	CONFIGURE(GROUPS, "aaa authorization command TAC");
	open_console("console", true);
	type("show curpriv", "");
	answer(SESSION_SAYS_NOTHING);
	is(&seen, "ERROR: Command authorization failed\nciscoasa> ");
	deaf = true;
	type("show curpriv", "ERROR: Command authorization failed\nciscoasa> ");
	assert_string_equal(configure(off), "");
	type("show privilege", "Current privilege level is 1\nciscoasa> ");
}

static void console_goes_while_asked(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authorization command TAC");
	open_console("192.0.2.5", false);
	type("show clock", "");
	session_free(console);
	console = NULL;
	assert_int_equal(unasked, 1);
}

/* ------------------------------------------------------------------ accounting */

static void servers_are_told(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa authentication ssh console TAC", "aaa accounting ssh console RAD",
	          "aaa accounting enable console TAC", "aaa accounting command TAC");
	open_console("192.0.2.5", false);
	type("boss", "Password: ");
	type("x", "");
	is(&told, "");
	answer(SESSION_SAYS_YES);
	is(&told, "came RAD boss 192.0.2.5 1\n");
	clock_run(&now, clock_now(&now) + 7000);
	out_clear(&seen);
	session_input_line(console, STR("enable"));
	session_input_line(console, STR(""));
	is(&told, "came TAC boss 192.0.2.5 15\n");
	session_input_line(console, STR("show curpriv"));
	is(&told, ""); /* who only looks is not told of */
	session_input_line(console, STR("configure terminal"));
	session_input_line(console, STR("username oper password hunter22"));
	is(&told, "ran TAC enable_15 192.0.2.5 15 configure terminal\n"
	          "ran TAC enable_15 192.0.2.5 15 username oper password *****\n");
	session_input_line(console, STR("mtu outside 1")); /* refused: not run */
	is(&told, "");
	clock_run(&now, clock_now(&now) + 3000);
	session_input_line(console, STR("logout"));
	is(&told, "left TAC boss 192.0.2.5 15 R1 3s\nleft RAD boss 192.0.2.5 15 R1 10s\n");
}

/* Only commands of a level, of whom nobody authenticated; a console that breaks off has left, too. */
static void some_are_told(void **state)
{
	(void)state;
	CONFIGURE(GROUPS, "aaa accounting command privilege 15 TAC", "aaa accounting enable console TAC",
	          "privilege cmd level 5 mode configure command hostname");
	open_console("console", false);
	session_input_line(console, STR("enable"));
	session_input_line(console, STR(""));
	session_input_line(console, STR("configure terminal"));
	session_input_line(console, STR("hostname gw"));
	session_input_line(console, STR("domain-name example.com"));
	is(&told, "came TAC enable_15 console 15 local\n"
	          "ran TAC enable_15 console 15 configure terminal local\n"
	          "ran TAC enable_15 console 15 domain-name example.com local\n");
	session_free(console);
	console = NULL;
	is(&told, "left TAC enable_15 console 15 R1 0s local\n");
}

static void groups_that_cannot(void **state)
{
	static const char *const lines[] = {GROUPS,
	                                    "aaa authorization command RAD LOCAL",
	                                    "aaa accounting command RAD",
	                                    "aaa accounting ssh console LOCAL",
	                                    "aaa authentication enable console NONE",
	                                    NULL};
	(void)state;
	assert_string_equal(
	        configure(lines),
	        "ERROR: aaa-server group RAD is not of protocol tacacs+, which alone knows commands\n"
	        "ERROR: aaa-server group RAD is not of protocol tacacs+, which alone knows commands\n"
	        "ERROR: the local database takes no records\n"
	        "WARNING: aaa-server group NONE does not exist: until it does, nobody gets privileged\n");
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	clock_init(&now, 1000);
	session_register();
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	hooks_set_grammar(g);
	env = (struct session_env){.grammar = g,
	                           .sys = confsys_new(&g->schema, NULL),
	                           .clock = &now,
	                           .user_check = user_check,
	                           .user_find = user_find,
	                           .ask = ask,
	                           .unask = unask,
	                           .tell = tell};
	struct out *const texts[] = {&seen, &asked, &told, &logged};
	for (size_t i = 0; i < 4; i++)
		out_init(texts[i]);
	open_question = deaf = false;
	unasked = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	session_free(console);
	console = NULL;
	struct out *const texts[] = {&seen, &asked, &told, &logged};
	for (size_t i = 0; i < 4; i++)
		out_free(texts[i]);
	confsys_free(env.sys);
	hooks_set_grammar(NULL);
	grammar_free(g);
	clock_free(&now);
	cmd_registry_clear();
	return 0;
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(a_server_lets_in),         T(local_stands_in),       T(nobody_stands_in),
	        T(ends_of_a_question),       T(what_he_may),           T(what_local_says_he_may),
	        T(enable_by_servers),        T(commands_by_servers),   T(commands_without_servers),
	        T(console_goes_while_asked), T(servers_are_told),      T(some_are_told),
	        T(groups_that_cannot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
