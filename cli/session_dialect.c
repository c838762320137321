/* `terminal dialect`: the release whose forms this console shows. What is typed is read in all of them. */
#include "cli/session_priv.h"

static int cmd_terminal_dialect(struct cmd *c)
{
	struct session *s = c->session;
	int d = grammar_dialect(s->env->grammar, cmd_text(c, "dialect"));
	if (d < 0)
		return cmd_fail(c, "%% Unknown dialect");
	s->shown = d == grammar_newest(s->env->grammar) ? -1 : d;
	debug_form(&s->debug, cmd_pix(c));
	return CMD_OK;
}

void session_dialect_register(void)
{
	static const struct cmd_entry table[] = {
	        {"terminal_dialect", cmd_terminal_dialect},
	};
	cmd_register(table, sizeof table / sizeof *table, NULL);
}
