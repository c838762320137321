/* Privilege levels of commands: `privilege` lines, `aaa authorization command LOCAL`. */
#include <strings.h>

#include "cli/config/hooks.h"
#include "cli/session/priv.h"
#include "core/config/hook.h"

enum { LEVEL_OF_USER_MODE = 0, LEVEL_OF_OTHERS = 15 };

/* Does the command begin with these words? */
static bool begins_with(struct str command, struct str words)
{
	return words.len > 0 && command.len >= words.len &&
	       strncasecmp(command.p, words.p, words.len) == 0 &&
	       (command.len == words.len || command.p[words.len] == ' ');
}

/* Who may come in may also leave: what moves between modes and levels is for everybody, entering configuration is not. */
static bool for_everybody(const struct match *m)
{
	const char *run = m->line->run;
	return run != NULL &&
	       ((strncmp(run, "session_", 8) == 0 && strcmp(run, "session_configure") != 0) ||
	        strcmp(run, "help") == 0);
}

/* The level of what was matched: its own, as the longest `privilege` line that speaks of it says. */
static unsigned command_level(const struct session *s, const struct match *m)
{
	const struct grammar *g = s->env->grammar;
	const struct conf *conf = confsys_running(s->env->sys);
	const struct node *n = schema_find(&g->schema, "privilege");
	unsigned level =
	        m->mode == g->user || for_everybody(m) ? LEVEL_OF_USER_MODE : LEVEL_OF_OTHERS;
	struct str rest = str_of(m->text), word = str_word(&rest);
	const char *kind = "cmd",
	           *mode = m->mode == g->user || m->mode == g->exec ? "exec" : "configure";
	size_t best = 0;
	if (n == NULL || !(n->flags & NODE_LIST))
		return level;
	if (str_eq_cstr(word, "no"))
		rest = str_trim(rest);
	else if (str_eq_cstr(word, "show") || str_eq_cstr(word, "clear"))
		kind = str_eq_cstr(word, "show") ? "show" : "clear", rest = str_trim(rest);
	else
		rest = str_of(m->text);
	for (const struct centry *e = conf_first(conf, "privilege"); e; e = conf_next(conf, e)) {
		struct str words = conf_text(e, "command");
		if (str_eq_cstr(conf_text(e, "kind"), kind) &&
		    str_eq_cstr(conf_text(e, "mode"), mode) && begins_with(rest, words) &&
		    words.len >= best) {
			best = words.len;
			level = conf_u32(e, "level");
		}
	}
	return level;
}

bool session_authorized(const struct session *s, const struct match *m)
{
	if (s->opt.batch || s->privilege >= 15 ||
	    session_conf_text(s, "aaa-authorization", "command").len == 0)
		return true;
	return command_level(s, m) <= s->privilege;
}

/* privilege [show|clear|cmd] level N [mode M] command C -> one line for each form and mode it leaves open */
static int edit_privilege(struct conf_typed *t, struct err *err)
{
	static const char *const kinds[] = {"show", "clear", "cmd"}, *const modes[] = {"exec",
	                                                                               "configure"};
	struct str kind = conf_typed_text(t, "kind"), mode = conf_typed_text(t, "mode");
	(void)err;
	for (size_t k = 0; k < 3; k++)
		for (size_t m = 0; m < 2; m++)
			if ((kind.len == 0 || str_eq_cstr(kind, kinds[k])) &&
			    (mode.len == 0 || str_eq_cstr(mode, modes[m])))
				out_printf(t->lines,
				           "%sprivilege %s level %.*s mode %s command %.*s\n",
				           t->no ? "no " : "", kinds[k],
				           STR_ARG(conf_typed_text(t, "level")), modes[m],
				           STR_ARG(conf_typed_text(t, "command")));
	return 0;
}

/* What is said when `aaa authentication X console` is new: whoever locks himself out should know. */
static int check_aaa_console(const struct conf *c, const struct centry *e, const struct centry *was,
                             struct conf_notes *notes, struct err *err)
{
	(void)err;
	if (conf_changed(e, was, "server") && !str_eq_cstr(conf_text(e, "server"), "LOCAL"))
		conf_note(
		        notes, e, "server",
		        "WARNING: server groups are not asked for consoles, the local database is");
	if (was == NULL && conf_first(c, "username") == NULL)
		conf_note(
		        notes, e, NULL,
		        "WARNING: local database is empty! Use 'username' command to define local "
		        "users.");
	return 0;
}

void session_auth_register(void)
{
	static const struct conf_check checks[] = {{"aaa_console_check", check_aaa_console}};
	conf_check_register(checks, 1);
	static const struct conf_edit_hook hooks[] = {{"privilege", edit_privilege}};
	conf_edit_register(hooks, sizeof hooks / sizeof *hooks);
}
