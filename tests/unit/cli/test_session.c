#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "console_fixture.h"
#include "core/base/logfilter.h"
#include "cli/session/pager.h"

static struct out seen, async, logged;
static int results;
static bool refused;
static size_t room = SIZE_MAX;
static struct session *s;

static void io_write(void *arg, struct str text)
{
	(void)arg;
	out_put(&seen, text);
	if (room != SIZE_MAX)
		room -= text.len < room ? text.len : room;
}

static void io_async(void *arg, struct str text)
{
	(void)arg;
	out_put(&async, text);
}

static size_t io_room(void *arg)
{
	(void)arg;
	return room;
}

static void io_want(void *arg, enum session_want want, struct str prompt)
{
	(void)arg, (void)want;
	out_put(&seen, prompt);
}

static void io_result(void *arg, bool no)
{
	(void)arg;
	results++;
	refused = no;
}

static void log_write(void *arg, const struct log_line *line)
{
	(void)arg;
	out_printf(&logged, "%u %s\n", line->id, line->text);
}

static struct log_sink sink = {.level = LOGL_DEBUGGING, .write = log_write};

static bool check_password(void *ctx, unsigned level, struct str password)
{
	(void)ctx, (void)level;
	return str_eq_cstr(password, "letmein");
}

static const char *text_of(struct out *o)
{
	return o->len > 0 ? o->text : "";
}

static const struct session_io io = {.write = io_write,
                                     .async = io_async,
                                     .room = io_room,
                                     .want = io_want,
                                     .result = io_result};

static void open_session(struct session_options options)
{
	s = session_new(&fx.env, &io, &options);
	assert_non_null(s);
}

static int setup(void **state)
{
	(void)state;
	fixture_start();
	out_init(&seen);
	out_init(&async);
	out_init(&logged);
	log_sink_add(&sink);
	results = 0;
	refused = false;
	room = SIZE_MAX;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	session_free(s);
	s = NULL;
	log_sink_remove(&sink);
	out_free(&seen);
	out_free(&async);
	out_free(&logged);
	fixture_stop();
	return 0;
}

/* Types a line; what is on the screen afterwards must be this. */
static void type(const char *line, const char *want)
{
	out_clear(&seen);
	session_input_line(s, str_of(line));
	assert_string_equal(text_of(&seen), want);
}

static void to_config(void)
{
	open_session((struct session_options){.tty = true, .width = 80, .height = 24});
	type("enable", "Password: ");
	type("", "ciscoasa# ");
	type("conf t", "ciscoasa(config)# ");
}

static void modes_and_prompts(void **state)
{
	(void)state;
	open_session((struct session_options){.tty = true});
	assert_string_equal(text_of(&seen),
	                    "Type help or '?' for a list of available commands.\nciscoasa> ");
	assert_int_equal(session_want(s), SESSION_WANT_LINE);
	type("", "ciscoasa> ");
	type("ena", "Password: ");
	assert_int_equal(session_want(s), SESSION_WANT_SECRET);
	type("", "ciscoasa# ");
	type("configure terminal", "ciscoasa(config)# ");
	type("group a", "ciscoasa(config-group)# ");
	type("color green", "ciscoasa(config-group)# ");
	type("hostname gw", "gw(config)# ");
	type("gr b", "gw(config-group)# ");
	type("group c", "gw(config-group)# ");
	type("exit", "gw(config)# ");
	type("exit", "gw# ");
	type("conf t", "gw(config)# ");
	type("group a", "gw(config-group)# ");
	type("end", "gw# ");
	type("conf t", "gw(config)# ");
	type("group a", "gw(config-group)# ");
	type("\x1a", "gw# ");
	type("\x1a", "gw# ");
	type("disable", "gw> ");
	type("! a comment", "gw> ");
	type("exit", "\nLogoff\n\n");
	assert_int_equal(session_want(s), SESSION_OVER);
	session_input_line(s, STR("enable")); /* after the end nothing happens */
	assert_int_equal(session_want(s), SESSION_OVER);
}

static void logout_from_config(void **state)
{
	(void)state;
	to_config();
	type("logout", "\nLogoff\n\n");
	assert_int_equal(session_want(s), SESSION_OVER);
}

static void enable_password(void **state)
{
	(void)state;
	fx.env.enable_check = check_password;
	open_session((struct session_options){.tty = true});
	type("enable", "Password: ");
	type("x", "Invalid password\nPassword: ");
	type("", "Invalid password\nPassword: ");
	type("y", "Access denied.\nciscoasa> ");
	type("enable", "Password: ");
	type("letmein", "ciscoasa# ");
	assert_non_null(
	        strstr(text_of(&logged), "308001 console enable password incorrect for 3 tries"));
	assert_non_null(strstr(text_of(&logged),
	                       "502103 User priv level changed: Uname: enable_15 From: 1 To: 15"));
	assert_null(strstr(text_of(&logged), "letmein"));
}

static void errors_have_their_carets(void **state)
{
	(void)state;
	to_config();
	type("color blue", "                    ^\nERROR: % Invalid input detected at '^' "
	                   "marker.\nciscoasa(config)# ");
	type("xyz", "                  ^\nERROR: % Invalid input detected at '^' "
	            "marker.\nciscoasa(config)# ");
	type("group", "ERROR: % Incomplete command\nciscoasa(config)# ");
	type("show lines 3 junk", "                               ^\nERROR: % Invalid input "
	                          "detected at '^' marker.\nciscoasa(config)# ");
	type("show\x01lines", "                      ^\nERROR: % Invalid input detected at '^' "
	                      "marker.\nciscoasa(config)# ");
	type("fail", "ERROR: it did not work\nciscoasa(config)# ");
	type("end", "ciscoasa# ");
	type("e", "ERROR: % Ambiguous command:  \"e\"\nciscoasa# ");
}

static void exec_commands_in_config_mode(void **state)
{
	(void)state;
	to_config();
	type("group a", "ciscoasa(config-group)# ");
	type("show lines 1", "line 1\nciscoasa(config-group)# ");
	type("do show lines 1",
	     "                         ^\nERROR: % Invalid input detected at '^' "
	     "marker.\nciscoasa(config-group)# ");
}

static void filters(void **state)
{
	(void)state;
	to_config();
	type("end", "ciscoasa# ");
	type("show lines 12 | include 1$", "line 1\nline 11\nciscoasa# ");
	type("sh lines 12 | b 12", "line 12\nciscoasa# ");
	type("sh lines 3 | grep -v 2", "line 1\nline 3\nciscoasa# ");
	type("sh lines 3 | i", "ERROR: % Incomplete command\nciscoasa# ");
	type("sh lines 3 | x y", "                       ^\nERROR: % Invalid input detected at "
	                         "'^' marker.\nciscoasa# ");
	type("sh lines 1", "line 1\nciscoasa# ");
}

static void pages(void **state)
{
	(void)state;
	to_config();
	type("pager lines 3", "ciscoasa(config)# ");
	type("show lines 5", "line 1\nline 2\nline 3\n" PAGER_PROMPT);
	assert_int_equal(session_want(s), SESSION_WANT_KEY);
	out_clear(&seen);
	session_input_key(s, 'x');
	assert_string_equal(text_of(&seen), "");
	session_input_key(s, '\r');
	assert_string_equal(text_of(&seen), PAGER_WIPE "line 4\n" PAGER_PROMPT);
	out_clear(&seen);
	session_input_key(s, 'q');
	assert_string_equal(text_of(&seen), PAGER_WIPE "ciscoasa(config)# ");
	type("terminal pager 0", "ciscoasa(config)# ");
	type("show lines 5", "line 1\nline 2\nline 3\nline 4\nline 5\nciscoasa(config)# ");
	type("show pager", "no pager\nciscoasa(config)# ");
}

static void slow_reader(void **state)
{
	(void)state;
	to_config();
	type("terminal pager 0", "ciscoasa(config)# ");
	room = 10;
	type("show lines 3", "line 1\nlin");
	assert_int_equal(session_want(s), SESSION_WANT_NOTHING);
	room = 1000;
	session_drained(s);
	assert_string_equal(text_of(&seen), "line 1\nline 2\nline 3\nciscoasa(config)# ");
}

static void pending_and_break(void **state)
{
	(void)state;
	to_config();
	type("wait", "waiting\n");
	assert_int_equal(session_want(s), SESSION_WANT_NOTHING);
	session_input_line(s, STR("show lines 1")); /* not wanted: ignored */
	out_clear(&seen);
	session_break(s);
	assert_string_equal(text_of(&seen), "cancelled\nciscoasa(config)# ");
	assert_int_equal(fx.cancelled, 1);
	type("question", "Sure? [confirm] ");
	assert_int_equal(session_want(s), SESSION_WANT_CONFIRM);
	type("y", "thanks\nciscoasa(config)# ");
	assert_string_equal(fx.answer, "y");
	type("question", "Sure? [confirm] ");
	out_clear(&seen);
	session_break(s);
	assert_string_equal(fx.answer, "n");
	type("wait", "waiting\n");
	session_eof(s);
	assert_int_equal(fx.cancelled, 2);
	assert_int_equal(session_want(s), SESSION_OVER);
}

/* [yes/no] takes a whole word; anything else is asked again, and ^C is a no. */
static void yes_or_no(void **state)
{
	(void)state;
	to_config();
	fx.question = "Really? [yes/no]: ";
	type("question", "Really? [yes/no]: ");
	assert_int_equal(session_want(s), SESSION_WANT_TEXT);
	type("y", "Really? [yes/no]: ");
	type("", "Really? [yes/no]: ");
	type("YES", "thanks\nciscoasa(config)# ");
	assert_string_equal(fx.answer, "YES");
	type("question", "Really? [yes/no]: ");
	out_clear(&seen);
	session_break(s);
	assert_string_equal(text_of(&seen), "thanks\nciscoasa(config)# ");
	assert_string_equal(fx.answer, "no");
}

static void console_goes_while_pending(void **state)
{
	(void)state;
	to_config();
	type("wait", "waiting\n");
	session_free(s);
	s = NULL;
	assert_int_equal(fx.cancelled, 1);
}

static void help_layouts(void **state)
{
	(void)state;
	to_config();
	out_clear(&seen);
	session_help(s, STR("co"));
	assert_string_equal(text_of(&seen),
	                    "\nexec mode commands/options:\n  configure\nciscoasa(config)# ");
	out_clear(&seen);
	session_help(s, STR("logging "));
	assert_string_equal(
	        text_of(&seen),
	        "\nconfigure mode commands/options:\n"
	        "  enable     Enable logging to all output locations and whatever else there may\n"
	        "             be on an appliance of this size\n"
	        "  monitor    Set logging level\n"
	        "  timestamp  Enable timestamps\n"
	        "\nciscoasa(config)# ");
	out_clear(&seen);
	session_help(s, STR("bogus "));
	assert_string_equal(text_of(&seen), "ERROR: % Unrecognized command\nciscoasa(config)# ");
	type("end", "ciscoasa# ");
	out_clear(&seen);
	session_help(s, STR("show lines 1 "));
	assert_string_equal(text_of(&seen), "\n  |     Output modifiers\n  <cr>\n\nciscoasa# ");
	out_clear(&seen);
	session_help(s, STR("show lines "));
	assert_string_equal(text_of(&seen), "\n  <0-100000>  How many\n\nciscoasa# ");
	out_clear(&seen);
	session_help(s, STR("show lines 1 | "));
	assert_non_null(strstr(text_of(&seen), "  include   Include lines that match\n"));
	assert_true(str_eq(session_complete(s, STR("conf")), STR("igure ")));
	assert_true(str_eq(session_complete(s, STR("bogus")), STR("")));
}

static void log_lines(void **state)
{
	(void)state;
	to_config();
	out_clear(&logged);
	type("group a", "ciscoasa(config-group)# ");
	type("key topsecret", "ciscoasa(config-group)# ");
	type("show lines 0", "ciscoasa(config-group)# ");
	assert_string_equal(
	        text_of(&logged),
	        "111008 User 'enable_15' executed the 'group a' command.\n"
	        "111010 User 'enable_15', running 'CLI' from IP 0.0.0.0, executed 'group a'\n"
	        "111008 User 'enable_15' executed the 'key *****' command.\n"
	        "111010 User 'enable_15', running 'CLI' from IP 0.0.0.0, executed 'key *****'\n"
	        "111009 User 'enable_15' executed cmd: show lines 0\n");
}

static void monitor_and_debug(void **state)
{
	(void)state;
	to_config();
	type("terminal monitor", "ciscoasa(config)# ");
	log_msg(MSG_199005);
	assert_string_equal(text_of(&async), ""); /* logging is not enabled */
	struct log_filter f[LOG_DESTS];
	log_filters_reset();
	for (int d = 0; d < LOG_DESTS; d++)
		f[d] = *log_filter_of((enum log_dest)d);
	f[LOG_MONITOR].level = 7;
	log_filters_set(f);
	out_clear(&async);
	log_msg(MSG_199005);
	assert_string_equal(text_of(&async), "%ASA-6-199005: Startup begin\n");
	type("terminal no monitor", "ciscoasa(config)# ");
	out_clear(&async);
	log_msg(MSG_199005);
	assert_string_equal(text_of(&async), "");
	log_filters_reset();
}

static void history(void **state)
{
	(void)state;
	to_config();
	type("end", "ciscoasa# ");
	type("show history", "  enable\n  conf t\n  end\n  show history\nciscoasa# ");
}

static void batches(void **state)
{
	(void)state;
	open_session((struct session_options){.batch = true, .config = true});
	assert_string_equal(text_of(&seen), "");
	type("ASA Version 9.1(7)", "");
	type(": Saved", "");
	type("hostname gw", "");
	assert_int_equal(results, 3);
	assert_false(refused);
	type("group a", "");
	type(" color blue",
	     "ERROR: % Invalid input detected at '^' marker.\n   color blue\n         ^\n");
	assert_true(refused);
	type(" color green", "");
	assert_false(refused);
	type("show lines 2", "line 1\nline 2\n");
	type("question", "thanks\n");
	assert_string_equal(fx.answer, "");
	assert_false(refused);
	type("[OK]", "");
	assert_int_equal(results, 9);
}

/* Lines of a text are no commands, whatever they say, and are not remembered. */
static void pasted(void **state)
{
	(void)state;
	to_config();
	type("text", "");
	assert_int_equal(session_want(s), SESSION_WANT_PASTE);
	type("  show history ", "");
	assert_string_equal(fx.answer, "  show history ");
	type("yes", "");
	type("quit", "taken\nSure? [yes/no]: ");
	assert_int_equal(session_want(s), SESSION_WANT_TEXT);
	type("no", "thanks\nciscoasa(config)# ");
	assert_string_equal(fx.answer, "no");
	type("text", "");
	out_clear(&seen);
	session_break(s);
	assert_string_equal(text_of(&seen), "cancelled\nciscoasa(config)# ");
	type("show history", "  enable\n  conf t\n  text\n  text\n  show history\nciscoasa(config)# ");
}

/* In a script the next lines are the text, and the script answers by yes or no. */
static void pasted_by_a_script(void **state)
{
	(void)state;
	open_session((struct session_options){.batch = true, .config = true});
	type("text", "");
	assert_int_equal(session_want(s), SESSION_WANT_PASTE);
	assert_int_equal(results, 0);
	type("hostname gw", "");
	type("quit", "taken\nSure? [yes/no]: ");
	assert_int_equal(session_want(s), SESSION_WANT_TEXT);
	type("yes", "thanks\n");
	assert_string_equal(fx.answer, "yes");
	assert_int_equal(results, 1);
	type("text", "");
	session_eof(s);
	assert_string_equal(text_of(&seen), "cancelled\nERROR: the text ends before the line \"quit\"\n");
}

/* What a command says in secret is not shown again. */
static void secrets_in_history(void **state)
{
	(void)state;
	to_config();
	type("text   Hidden", "");
	type("quit", "taken\nSure? [yes/no]: ");
	type("no", "thanks\nciscoasa(config)# ");
	type("show history", "  enable\n  conf t\n  text *****\n  show history\nciscoasa(config)# ");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
	        T(modes_and_prompts),
	        T(logout_from_config),
	        T(enable_password),
	        T(errors_have_their_carets),
	        T(exec_commands_in_config_mode),
	        T(filters),
	        T(pages),
	        T(slow_reader),
	        T(pending_and_break),
	        T(yes_or_no),
	        T(console_goes_while_pending),
	        T(help_layouts),
	        T(log_lines),
	        T(monitor_and_debug),
	        T(history),
	        T(batches),
	        T(pasted),
	        T(pasted_by_a_script),
	        T(secrets_in_history),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
