/* Who comes to a console, and when he has to leave: SSH, users, idle time, kill. With the grammar of the appliance. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "cli/exec/config.h"
#include "cli/grammar/grammar.h"
#include "cli/config/hooks.h"
#include "cli/session/logins.h"
#include "cli/session/session.h"
#include "core/config/txn.h"

struct screen {
	struct out seen;
	enum session_want want;
	struct session *s;
};

static struct grammar *g;
static struct clock now;
static struct session_env env;
static struct screen a, b;

static void io_write(void *arg, struct str text)
{
	out_put(&((struct screen *)arg)->seen, text);
}

static void io_want(void *arg, enum session_want want, struct str prompt)
{
	((struct screen *)arg)->want = want;
	io_write(arg, prompt);
}

/* Users are "NAME" with the password "pw-NAME"; NAME ends in the privilege. */
static bool user_find(void *ctx, struct str user, struct session_account *account)
{
	(void)ctx;
	bool admin = str_eq_cstr(user, "admin15"), vpn = str_eq_cstr(user, "vpn2");
	*account = (struct session_account){
	        .privilege = admin ? 15 : 2, .shell = !vpn, .config = admin};
	return admin || vpn;
}

static bool user_check(void *ctx, struct str user, struct str password,
                       struct session_account *account)
{
	return user_find(ctx, user, account) && password.len == user.len + 3 &&
	       memcmp(password.p, "pw-", 3) == 0 && memcmp(password.p + 3, user.p, user.len) == 0;
}

static const struct session_remote *remote; /* of the next console */
static struct out logged;

static void on_log(void *arg, const struct log_line *line)
{
	(void)arg;
	out_printf(&logged, "%u %s\n", line->id, line->text);
}

static struct log_sink log_sink = {.level = LOGL_DEBUGGING, .write = on_log};

static void open_console(struct screen *sc, const char *from, const char *user, bool serial)
{
	const struct session_io io = {
	        .arg = sc, .write = io_write, .async = io_write, .want = io_want};
	const struct session_options options = {.tty = true,
	                                        .serial = serial,
	                                        .width = 80,
	                                        .height = 24,
	                                        .from = from,
	                                        .remote = remote,
	                                        .user = user};
	sc->want = SESSION_WANT_NOTHING;
	out_init(&sc->seen);
	sc->s = session_new(&env, &io, &options);
	assert_non_null(sc->s);
}

static void close_console(struct screen *sc)
{
	session_free(sc->s);
	sc->s = NULL;
	out_free(&sc->seen);
}

/* What is on the screen since the last look. */
static void sees(struct screen *sc, const char *text)
{
	assert_string_equal(sc->seen.len > 0 ? sc->seen.text : "", text);
	out_clear(&sc->seen);
}

static void type(struct screen *sc, const char *line, const char *text)
{
	out_clear(&sc->seen);
	session_input_line(sc->s, str_of(line));
	sees(sc, text);
}

/* Lines of configuration, ended by NULL. */
static void configure(const char *const *lines)
{
	struct screen sc = {0};
	const struct session_io io = {.arg = &sc, .write = io_write, .want = io_want};
	const struct session_options options = {.batch = true, .config = true};
	struct session *s = session_new(&env, &io, &options);
	for (; *lines != NULL; lines++)
		session_input_line(s, str_of(*lines));
	session_free(s);
	assert_null(sc.seen.len > 0 ? strstr(sc.seen.text, "ERROR") : NULL);
	out_free(&sc.seen);
}

static void pass_minutes(unsigned minutes)
{
	clock_run(&now, clock_now(&now) + (uint64_t)minutes * 60 * 1000);
}

#define GREETING "Type help or '?' for a list of available commands.\n"

static void ssh_user_is_known(void **state)
{
	(void)state;
	static const char *const lines[] = {"aaa authentication ssh console LOCAL", NULL};
	configure(lines);
	open_console(&a, "192.0.2.5", "admin15", false);
	sees(&a, "User admin15 logged in to ciscoasa\nLogins over the last 1 days: 1.  \n"
	         "Failed logins since the last login: 0.  \n" GREETING "ciscoasa> ");
	type(&a, "show curpriv",
	     "Username : admin15\nCurrent privilege level : 1\n"
	     "Current Mode/s : P_UNPR\nciscoasa> ");
	open_console(&b, "console", "root", false); /* the console itself asks nobody */
	sees(&b, GREETING "ciscoasa> ");
	type(&b, "enable", "Password: ");
	type(&b, "", "ciscoasa# ");
	type(&b, "who", "0: 192.0.2.5\n1: console\nciscoasa# ");
	type(&b, "show ssh sessions",
	     "\nSID Client IP       Version Mode Encryption Hmac     State            Username\n"
	     "0   192.0.2.5       2.0     IN   -          -        SessionStarted   admin15\n"
	     "                            OUT  -          -        SessionStarted   admin15\n"
	     "ciscoasa# ");
	type(&b, "ssh disconnect 0", "ciscoasa# ");
	sees(&a, "\n\nLogoff\n\n");
	assert_int_equal(a.want, SESSION_OVER);
	type(&b, "who", "1: console\nciscoasa# ");
}

static void ssh_user_is_not_known(void **state)
{
	(void)state;
	static const char *const lines[] = {"aaa authentication ssh console LOCAL", NULL};
	configure(lines);
	open_console(&a, "192.0.2.5", "root", false);
	sees(&a, "Username: ");
	type(&a, "admin15", "Password: ");
	assert_int_equal(a.want, SESSION_WANT_SECRET);
	type(&a, "nonsense", "Login incorrect\nUsername: ");
	type(&a, "nobody", "Password: ");
	type(&a, "pw-nobody", "Login incorrect\nUsername: ");
	session_break(a.s);
	type(&a, "admin15", "Password: ");
	type(&a, "", "Access denied.\n");
	assert_int_equal(a.want, SESSION_OVER);
}

/* Who came in and who did not, and from where. A name that is nobody's may be a password: it is not told. */
static void logins_are_told(void **state)
{
	static const char *const lines[] = {"aaa authentication ssh console LOCAL",
	                                    "aaa authentication serial console LOCAL", NULL};
	static const struct session_remote from = {"192.0.2.5", "51234", "192.0.2.1", "inside"};
	(void)state;
	configure(lines);
	out_init(&logged);
	log_sink_add(&log_sink);
	remote = &from;
	open_console(&a, "192.0.2.5", "root", false);
	remote = NULL;
	type(&a, "hunter2", "Password: ");
	type(&a, "admin15", "Login incorrect\nUsername: ");
	type(&a, "admin15", "Password: ");
	session_input_line(a.s, STR("pw-admin15"));
	session_input_line(a.s, STR("exit"));
	open_console(&b, "console", NULL, true);
	type(&b, "admin15", "Password: ");
	type(&b, "no", "Login incorrect\nUsername: ");
	type(&b, "admin15", "Password: ");
	session_input_line(b.s, STR("pw-admin15"));
	session_input_line(b.s, STR("enable"));
	session_input_line(b.s, STR(""));
	session_input_line(b.s, STR("configure terminal"));
	session_input_line(b.s, STR("exit"));
	log_sink_remove(&log_sink);
	assert_string_equal(
	        logged.text,
	        "611102 User authentication failed: IP address: 192.0.2.5, Uname: *****\n"
	        "605004 Login denied from 192.0.2.5/51234 to inside:192.0.2.1/ssh for user "
	        "\"*****\"\n"
	        "611101 User authentication succeeded: IP address: 192.0.2.5, Uname: admin15\n"
	        "605005 Login permitted from 192.0.2.5/51234 to inside:192.0.2.1/ssh for user "
	        "\"admin15\"\n"
	        "611103 User logged out: Uname: admin15\n"
	        "315011 SSH session from 192.0.2.5 on interface inside for user \"admin15\" "
	        "terminated normally\n"
	        "611102 User authentication failed: IP address: 0.0.0.0, Uname: admin15\n"
	        "605004 Login denied from serial to console for user \"admin15\"\n"
	        "611101 User authentication succeeded: IP address: 0.0.0.0, Uname: admin15\n"
	        "605005 Login permitted from serial to console for user \"admin15\"\n"
	        "502103 User priv level changed: Uname: enable_15 From: 1 To: 15\n"
	        "111008 User 'enable_15' executed the 'enable' command.\n"
	        "111007 Begin configuration: console reading from terminal\n"
	        "111008 User 'enable_15' executed the 'configure terminal' command.\n"
	        "111005 console end configuration: OK\n");
	out_free(&logged);
}

static void service_type_counts_where_it_is_asked_for(void **state)
{
	(void)state;
	static const char *const open[] = {"aaa authentication ssh console LOCAL", NULL};
	static const char *const closed[] = {"aaa authorization exec LOCAL auto-enable", NULL};
	configure(open);
	open_console(&a, "192.0.2.5", "vpn2", false);
	assert_int_equal(a.want, SESSION_WANT_LINE);
	configure(closed);
	open_console(&b, "192.0.2.6", "vpn2", false);
	sees(&b, "Username: ");
	type(&b, "vpn2", "Password: ");
	type(&b, "pw-vpn2", "Login incorrect\nUsername: ");
	type(&b, "admin15", "Password: ");
	out_clear(&b.seen);
	session_input_line(b.s, STR("pw-admin15"));
	assert_non_null(strstr(b.seen.text, GREETING "ciscoasa# ")); /* auto-enable */
	/* and the one who was in before gets no further than the prompt */
	static const char *const enable[] = {"aaa authentication enable console LOCAL", NULL};
	configure(enable);
	type(&a, "enable", "Password: ");
	type(&a, "pw-vpn2", "Invalid password\nPassword: ");
}

static void idle_consoles_are_logged_off(void **state)
{
	(void)state;
	static const char *const lines[] = {"console timeout 10", "ssh timeout 3", NULL};
	configure(lines);
	open_console(&a, "console", "root", false);
	open_console(&b, "192.0.2.5", "root", false);
	pass_minutes(2);
	session_input_line(b.s, STR("show clock"));
	pass_minutes(2);
	assert_int_equal(b.want, SESSION_WANT_LINE);
	pass_minutes(1);
	assert_int_equal(b.want, SESSION_OVER);
	assert_int_equal(a.want, SESSION_WANT_LINE);
	session_active(a.s); /* keys that have not become a line */
	pass_minutes(9);
	assert_int_equal(a.want, SESSION_WANT_LINE);
	out_clear(&a.seen);
	pass_minutes(1);
	sees(&a, "\n\nLogoff\n\n");
	assert_int_equal(a.want, SESSION_OVER);
}

/* The serial console is back at its login, and what belonged to the person is gone. */
static void serial_console_comes_back(void **state)
{
	(void)state;
	static const char *const lines[] = {"console timeout 1", "banner motd Hello", NULL};
	configure(lines);
	open_console(&a, "console", "root", true);
	sees(&a, "Hello\n" GREETING "ciscoasa> ");
	type(&a, "enable", "Password: ");
	type(&a, "", "ciscoasa# ");
	type(&a, "terminal pager 5", "ciscoasa# ");
	type(&a, "exit", "\nLogoff\n\nHello\n" GREETING "ciscoasa> ");
	type(&a, "show history", "  show history\nciscoasa> ");
	type(&a, "show pager", "pager lines 24\nciscoasa> ");
	type(&a, "enable", "Password: ");
	type(&a, "", "ciscoasa# ");
	out_clear(&a.seen);
	pass_minutes(1);
	sees(&a, "\n\nLogoff\n\nHello\n" GREETING "ciscoasa> ");
	pass_minutes(1);
	assert_int_equal(a.want, SESSION_WANT_LINE);
	session_eof(a.s);
	assert_int_equal(a.want, SESSION_OVER);
}

/* ------------------------------------------------------------------ statistics */

static void logins_are_counted(void **state)
{
	(void)state;
	struct logins *l = logins_new();
	struct out out;
	out_init(&out);
	time_t day = 86400, t = 1653795847; /* 03:44:07 UTC May 29 2022 */
	logins_failed(l, STR("x"), STR("192.0.2.1"), t - 60);
	logins_succeeded(l, STR("x"), STR("192.0.2.2"), t, 1, &out);
	assert_string_equal(out.text, "Logins over the last 1 days: 1.  \n"
	                              "Failed logins since the last login: 1.  Last failed login: "
	                              "03:43:07 UTC May 29 2022 from 192.0.2.1\n");
	out_clear(&out);
	logins_succeeded(l, STR("x"), STR("192.0.2.3"), t + 2 * day, 1, &out);
	assert_string_equal(out.text, "Logins over the last 1 days: 1.  Last login: "
	                              "03:44:07 UTC May 29 2022 from 192.0.2.2\n"
	                              "Failed logins since the last login: 0.  \n");
	out_clear(&out);
	logins_succeeded(l, STR("x"), STR("192.0.2.3"), t + 2 * day, 7, &out);
	assert_int_equal(strncmp(out.text, "Logins over the last 7 days: 3.", 31), 0);
	/* strangers by the thousand: the table stays as large as it is, the ones seen last stay */
	for (unsigned i = 0; i < 5000; i++) {
		char name[16];
		snprintf(name, sizeof name, "u%u", i);
		logins_failed(l, str_of(name), STR("192.0.2.9"), t + 3 * day + i);
	}
	out_clear(&out);
	logins_succeeded(l, STR("u4999"), STR("console"), t + 4 * day, 1, &out);
	assert_non_null(strstr(out.text, "since the last login: 1."));
	out_free(&out);
	logins_free(l);
}

static int setup(void **state)
{
	struct err err = {0};
	(void)state;
	clock_init(&now, 1000);
	session_register();
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err) <
	    0) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	hooks_set_grammar(g);
	env = (struct session_env){.grammar = g,
	                           .sys = confsys_new(&g->schema, NULL),
	                           .clock = &now,
	                           .user_check = user_check,
	                           .user_find = user_find,
	                           .logins = logins_new()};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (a.s != NULL)
		close_console(&a);
	if (b.s != NULL)
		close_console(&b);
	confsys_free(env.sys);
	logins_free(env.logins);
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
	        T(ssh_user_is_known),
	        T(ssh_user_is_not_known),
	        T(logins_are_told),
	        T(service_type_counts_where_it_is_asked_for),
	        T(idle_consoles_are_logged_off),
	        T(serial_console_comes_back),
	        cmocka_unit_test(logins_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
