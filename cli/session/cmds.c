/* The commands that speak about the console itself. */
#include <stdlib.h>

#include "cli/session/priv.h"
#include "core/base/log.h"
#include "core/base/show.h"

static int cmd_exit(struct cmd *c)
{
	struct session *s = c->session;
	if (session_in_config(s)) {
		if (!ctx_up(&s->ctx) || !session_in_config(s))
			session_set_mode(s, s->env->grammar->exec);
		return CMD_OK;
	}
	if (!s->opt.batch)
		session_print(s, STR("\nLogoff\n\n"));
	session_over(s);
	return CMD_OK;
}

static int cmd_logout(struct cmd *c)
{
	struct session *s = c->session;
	session_set_mode(s, s->env->grammar->exec);
	return cmd_exit(c);
}

static int cmd_end(struct cmd *c)
{
	struct session *s = c->session;
	session_set_mode(s, s->env->grammar->exec);
	return CMD_OK;
}

static int cmd_enable(struct cmd *c)
{
	struct session *s = c->session;
	uint32_t level = 15;
	cmd_u32(c, "level", &level);
	if (session_in_config(s)) /* there it only begins `enable password` */
		return cmd_fail(c, "%% Incomplete command");
	if (s->opt.batch) { /* a script has all levels */
		session_set_mode(s, level > 1 ? s->env->grammar->exec : s->env->grammar->user);
		return CMD_OK;
	}
	session_enable(s, level > 15 ? 15 : level);
	return CMD_OK;
}

static int cmd_login(struct cmd *c)
{
	struct session *s = c->session;
	if (!s->opt.batch)
		session_login_ask(s, LOGIN_COMMAND);
	return CMD_OK;
}

static int cmd_disable(struct cmd *c)
{
	struct session *s = c->session;
	uint32_t level = 1;
	cmd_u32(c, "level", &level);
	if (level > s->privilege)
		return cmd_fail(c, "%% Already at a lower privilege level");
	if (level <= 1)
		s->as_enable = false;
	session_set_privilege(s, level);
	return CMD_OK;
}

static int cmd_configure(struct cmd *c)
{
	struct session *s = c->session;
	session_set_mode(s, s->env->grammar->config);
	s->configuring = true;
	log_msg(MSG_111007, s->from);
	return CMD_OK;
}

static int cmd_terminal_monitor(struct cmd *c)
{
	struct session *s = c->session;
	s->monitor = !c->no && !cmd_has(c, "no");
	/* The configured level is looked at line by line, so that a change of it counts at once. */
	s->log.level = s->monitor ? LOGL_DEBUGGING : -1;
	return CMD_OK;
}

static int cmd_terminal_pager(struct cmd *c)
{
	uint32_t lines = 24;
	cmd_u32(c, "lines", &lines);
	((struct session *)c->session)->pager_lines = lines;
	return CMD_OK;
}

/* `clear pager`: what the configuration says counts again. `no pager` at a prompt: off. */
static int cmd_session_pager(struct cmd *c)
{
	struct session *s = c->session;
	uint32_t lines = 0;
	s->pager_lines = c->no ? 0 : cmd_u32(c, "lines", &lines) ? (int64_t)lines : -1;
	return CMD_OK;
}

static int cmd_terminal_width(struct cmd *c)
{
	uint32_t columns = 80;
	cmd_u32(c, "columns", &columns);
	if (columns != 0 && (columns < 40 || columns > 511))
		return cmd_fail(c, "%% Width must be 0 or from 40 to 511");
	((struct session *)c->session)->width = (int)columns;
	return CMD_OK;
}

static int cmd_show_terminal(struct cmd *c)
{
	const struct session *s = c->session;
	rec(c->out, "width - -", "\nWidth = %u, %smonitor\nterminal %s\n", session_width(s),
	    s->monitor ? "" : "no ", s->opt.tty ? "interactive" : "no interactive");
	rec_bool(c->out, "monitor", s->monitor);
	rec_bool(c->out, "interactive", s->opt.tty);
	return CMD_OK;
}

static int cmd_show_history(struct cmd *c)
{
	const struct session *s = c->session;
	rec_lines(c->out);
	for (size_t i = 0; i < s->nhistory; i++)
		out_printf(c->out, "  %s\n", s->history[i]);
	return CMD_OK;
}

static int cmd_show_pager(struct cmd *c)
{
	const struct session *s = c->session;
	uint32_t lines = s->pager_lines >= 0 ? (uint32_t)s->pager_lines
	                                     : session_conf_u32(s, "pager", "lines", 24);
	if (lines == 0)
		out_str(c->out, "no pager\n");
	else
		out_printf(c->out, "pager lines %u\n", lines);
	rec_num(c->out, "pager_lines", lines);
	return CMD_OK;
}

void session_register(void)
{
	static const struct cmd_entry table[] = {
	        {"session_enable", cmd_enable},
	        {"session_disable", cmd_disable},
	        {"session_exit", cmd_exit},
	        {"session_logout", cmd_logout},
	        {"session_end", cmd_end},
	        {"session_configure", cmd_configure},
	        {"session_login", cmd_login},
	        {"help", session_cmd_help},
	        {"terminal_monitor", cmd_terminal_monitor},
	        {"terminal_pager", cmd_terminal_pager},
	        {"session_pager", cmd_session_pager},
	        {"terminal_width", cmd_terminal_width},
	        {"show_terminal", cmd_show_terminal},
	        {"show_history", cmd_show_history},
	        {"show_pager", cmd_show_pager},
	};
	cmd_register(table, sizeof table / sizeof *table, NULL);
	session_dialect_register();
	session_admin_register();
}
