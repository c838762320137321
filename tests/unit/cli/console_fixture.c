#include "console_fixture.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture fx;

static const char yaml[] =
        "dialects: [pix-6, asa-8.4]\n"
        "order: [system, pager, logging, group]\n"
        "modes:\n"
        "  user:   {prompt: '>'}\n"
        "  exec:   {prompt: '#', parent: user, privilege: 15}\n"
        "  config: {prompt: '(config)#', privilege: 15}\n"
        "  group:  {prompt: '(config-group)#', parent: config, node: group}\n"
        "help:\n"
        "  enable: Turn on privileged commands\n"
        "  exit: Exit from the EXEC\n"
        "  quit: Exit from the EXEC\n"
        "  logout: Exit from the EXEC\n"
        "  help: Interactive help for commands\n"
        "  login: Log in as a particular user\n"
        "  who: Show sessions\n"
        "  clear: Reset functions\n"
        "  clear pager: Page length as configured\n"
        "  kill: Terminate a session\n"
        "  show ssh: Show SSH information\n"
        "  show ssh sessions: Show SSH sessions\n"
        "  show curpriv: Display current privilege level\n"
        "  show privilege: Display current privilege level\n"
        "  disable: Exit from privileged mode\n"
        "  configure: Configure using various methods\n"
        "  configure terminal: Configure using the terminal\n"
        "  end: Exit from configure mode\n"
        "  show: Show running system information\n"
        "  show lines: Print lines\n"
        "  show history: Display the session command history\n"
        "  show terminal: Display terminal configuration parameters\n"
        "  show pager: Display the page length\n"
        "  wait: Wait until told otherwise\n"
        "  question: Ask something\n"
        "  text: Take a text\n"
        "  fail: Fail\n"
        "  terminal: Set terminal line parameters\n"
        "  terminal pager: Control page length for pagination of this session\n"
        "  terminal width: Width\n"
        "  terminal dialect: Dialect\n"
        "  terminal monitor: Show syslog messages on this session\n"
        "  terminal no: Turn off\n"
        "  terminal no monitor: Do not show syslog messages\n"
        "  hostname: Change the hostname of the system\n"
        "  pager: Control page length for pagination\n"
        "  pager lines: Number of lines on a page\n"
        "  logging: Configure logging\n"
        "  logging enable: Enable logging to all output locations and whatever else there may be "
        "on an appliance of this size\n"
        "  logging monitor: Set logging level\n"
        "  logging timestamp: Enable timestamps\n"
        "  group: Groups\n"
        "  color: Color of the group\n"
        "  key: Secret of the group\n"
        "tree:\n"
        "  system:\n"
        "    fields:\n"
        "      hostname: {type: word, max: 63, default: ciscoasa, help: New name}\n"
        "  pager:\n"
        "    fields:\n"
        "      lines: {type: u32, range: 0..2147483647, default: 24, help: Pager lines}\n"
        "  logging:\n"
        "    fields:\n"
        "      enable:    {type: bool, default: no}\n"
        "      timestamp: {type: bool, default: no}\n"
        "      monitor:   {type: enum, values: {errors: Error conditions, debugging: Debugging "
        "messages}}\n"
        "  group:\n"
        "    list: {name: {type: word, max: 20, help: Name of the group}}\n"
        "    fields:\n"
        "      color: {type: enum, default: red, values: {red: Red, green: Green}}\n"
        "      key:   {type: secret, max: 64, help: Secret}\n"
        "lines:\n"
        "  user:\n"
        "    - {line: 'enable [<level>]', run: session_enable, args: {level: {type: u32, range: "
        "0..15, help: Level}}}\n"
        "    - {line: exit, run: session_exit}\n"
        "    - {line: quit, run: session_exit}\n"
        "    - {line: logout, run: session_logout}\n"
        "    - {line: login, run: session_login}\n"
        "    - {line: who, run: who}\n"
        "    - {line: 'kill <id>', run: kill, args: {id: {type: u32, range: 0..99, help: "
        "Number}}}\n"
        "    - {line: show ssh, run: show_ssh}\n"
        "    - {line: show ssh sessions, run: show_ssh_sessions}\n"
        "    - {line: clear pager, run: session_pager}\n"
        "    - {line: show curpriv, run: show_curpriv}\n"
        "    - {line: show privilege, run: show_privilege}\n"
        "    - {line: 'help [<command>]', run: help, args: {command: {type: text, help: "
        "Command}}}\n"
        "  exec:\n"
        "    - {line: 'disable [<level>]', run: session_disable, args: {level: {type: u32, range: "
        "0..14, help: Level}}}\n"
        "    - {line: configure terminal, run: session_configure}\n"
        "    - {line: 'show lines <n>', run: show_lines, args: {n: {type: u32, range: 0..100000, "
        "help: How many}}}\n"
        "    - {line: show history, run: show_history}\n"
        "    - {line: show terminal, run: show_terminal}\n"
        "    - {line: show pager, run: show_pager}\n"
        "    - {line: wait, run: wait}\n"
        "    - {line: question, run: question}\n"
        "    - {line: 'text [<password>]', run: text, args: {password: {type: word, help: Secret}}}\n"
        "    - {line: fail, run: fail}\n"
        "    - {line: terminal monitor, run: terminal_monitor}\n"
        "    - {line: terminal no monitor, run: terminal_monitor}\n"
        "    - {line: 'terminal pager <lines>', run: terminal_pager, args: {lines: {type: u32, "
        "range: 0..2147483647, help: Lines}}}\n"
        "    - {line: 'terminal width <columns>', run: terminal_width, args: {columns: {type: u32, "
        "range: 0..511, help: Columns}}}\n"
        "    - {line: terminal dialect <dialect>, run: terminal_dialect, args: {dialect: {type: "
        "word, help: Dialect}}}\n"
        "  config:\n"
        "    - {line: end, run: session_end}\n"
        "    - {line: hostname <hostname>, node: system, show: always}\n"
        "    - {line: pager lines <lines>, node: pager, show: always}\n"
        "    - {line: logging enable, node: logging, with: {enable: yes}}\n"
        "    - {line: logging timestamp, node: logging, with: {timestamp: yes}}\n"
        "    - {line: logging monitor <monitor>, node: logging}\n"
        "    - {line: group <name>, node: group, enter: group}\n"
        "  group:\n"
        "    - {line: color <color>}\n"
        "    - {line: key <key>}\n";

static int cmd_lines(struct cmd *c)
{
	uint32_t n = 0;
	cmd_u32(c, "n", &n);
	for (uint32_t i = 1; i <= n; i++)
		out_printf(c->out, "line %u\n", i);
	return CMD_OK;
}

static void wait_cancel(void *arg)
{
	struct cmd_host *host = arg;
	void *session = fx.waiting;
	fx.cancelled++;
	fx.waiting = NULL;
	host->emit(session, STR("cancelled\n"));
	host->done(session, CMD_OK);
}

static int cmd_wait(struct cmd *c)
{
	fx.waiting = c->session;
	out_str(c->out, "waiting\n");
	c->host->on_cancel(c->session, wait_cancel, (void *)c->host);
	return CMD_PENDING;
}

static void question_answer(void *arg, struct str line)
{
	const struct cmd_host *host = arg;
	str_copy(fx.answer, sizeof fx.answer, line);
	host->emit(fx.waiting, STR("thanks\n"));
	host->done(fx.waiting, CMD_OK);
	fx.waiting = NULL;
}

static int cmd_question(struct cmd *c)
{
	fx.waiting = c->session;
	c->host->ask(c->session, fx.question != NULL ? fx.question : "Sure? [confirm] ", false,
	             question_answer, (void *)c->host);
	return CMD_PENDING;
}

static void text_line(void *arg, struct str line)
{
	const struct cmd_host *host = arg;
	if (!str_eq_cstr(line, "quit")) {
		str_copy(fx.answer, sizeof fx.answer, line);
		host->read(fx.waiting, text_line, arg);
		return;
	}
	host->emit(fx.waiting, STR("taken\n"));
	host->ask(fx.waiting, "Sure? [yes/no]: ", false, question_answer, arg);
}

static int cmd_paste(struct cmd *c)
{
	fx.waiting = c->session;
	c->host->on_cancel(c->session, wait_cancel, (void *)c->host);
	c->host->read(c->session, text_line, (void *)c->host);
	return CMD_PENDING;
}

static int cmd_fails(struct cmd *c)
{
	return cmd_fail(c, "it did not work");
}

void fixture_start(void)
{
	static const struct cmd_entry table[] = {
	        {"show_lines", cmd_lines},
	        {"wait", cmd_wait},
	        {"question", cmd_question},
	        {"text", cmd_paste},
	        {"fail", cmd_fails},
	};
	struct err err = {0};
	fx = (struct fixture){0};
	cmd_registry_clear();
	session_register();
	cmd_register(table, sizeof table / sizeof *table, NULL);
	if (grammar_load_text(str_of(yaml), 0, &fx.g, &err) < 0) {
		fprintf(stderr, "grammar: %s\n", err.text);
		abort();
	}
	fx.env = (struct session_env){.grammar = fx.g, .sys = confsys_new(&fx.g->schema, NULL)};
}

void fixture_stop(void)
{
	confsys_free(fx.env.sys);
	grammar_free(fx.g);
	cmd_registry_clear();
}
