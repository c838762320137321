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
static bool for_everybody(const struct line *l)
{
	return l->run != NULL &&
	       ((strncmp(l->run, "session_", 8) == 0 && strcmp(l->run, "session_configure") != 0) ||
	        strcmp(l->run, "help") == 0);
}

/* A command as `privilege` lines speak of it. */
struct command {
	const char *kind, *mode;
	struct str words; /* behind show, clear and no */
};

static struct command command_of(const struct grammar *g, const struct line *l, struct str text)
{
	bool exec = l->mode == g->user || l->mode == g->exec;
	struct command c = {"cmd", exec ? "exec" : "configure", text};
	struct str rest = text, word = str_word(&rest);
	bool show = str_eq_cstr(word, "show"), clear = str_eq_cstr(word, "clear");
	if (show || clear)
		c.kind = show ? "show" : "clear";
	if (show || clear || str_eq_cstr(word, "no"))
		c.words = str_trim(rest);
	return c;
}

/* The level of a command: its own, as the longest `privilege` line that speaks of it says. *below: the lowest level that one
 * of these lines gives a longer command. */
static unsigned command_level(const struct session *s, const struct line *l, struct str text,
                              unsigned *below)
{
	const struct grammar *g = s->env->grammar;
	const struct conf *conf = confsys_running(s->env->sys);
	const struct node *n = schema_find(&g->schema, "privilege");
	unsigned level =
	        l->mode == g->user || for_everybody(l) ? LEVEL_OF_USER_MODE : LEVEL_OF_OTHERS;
	struct command c = command_of(g, l, text);
	size_t best = 0;
	*below = LEVEL_OF_OTHERS;
	if (n == NULL || !(n->flags & NODE_LIST))
		return level;
	for (const struct centry *e = conf_first(conf, "privilege"); e; e = conf_next(conf, e)) {
		struct str words = conf_text(e, "command");
		unsigned its = conf_u32(e, "level");
		if (!str_eq_cstr(conf_text(e, "kind"), c.kind) ||
		    !str_eq_cstr(conf_text(e, "mode"), c.mode))
			continue;
		if (begins_with(c.words, words) && words.len >= best) {
			best = words.len;
			level = its;
		} else if ((c.words.len == 0 || begins_with(words, c.words)) && its < *below) {
			*below = its;
		}
	}
	return level;
}

static bool is_free(const struct session *s)
{
	return s->opt.batch || s->privilege >= 15 ||
	       session_conf_text(s, "aaa-authorization", "command").len == 0;
}

bool session_authorized(const struct session *s, const struct match *m)
{
	unsigned below;
	return is_free(s) || command_level(s, m->line, str_of(m->text), &below) <= s->privilege;
}

static bool may_offer(void *arg, const struct line *l, struct str words, bool whole)
{
	const struct session *s = arg;
	unsigned below, level = command_level(s, l, words, &below);
	return level <= s->privilege || (!whole && below <= s->privilege);
}

struct suggest_gate session_gate(struct session *s)
{
	return (struct suggest_gate){is_free(s) ? NULL : may_offer, s};
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

static void warn_of_servers(struct conf_notes *notes, const struct centry *e, const char *field,
                            const char *instead)
{
	struct str group = conf_text(e, field);
	if (group.len > 0 && !str_eq_cstr(group, "LOCAL"))
		conf_note(notes, e, field, "WARNING: the servers of group %.*s are not %s",
		          STR_ARG(group), instead);
}

static int check_aaa_authorization(const struct conf *c, const struct centry *e,
                                   const struct centry *was, struct conf_notes *notes,
                                   struct err *err)
{
	(void)c, (void)err;
	if (conf_changed(e, was, "command"))
		warn_of_servers(notes, e, "command",
		                "asked for commands, the levels of `privilege` lines decide");
	return 0;
}

/* What is said when `aaa authentication X console` is new: whoever locks himself out should know. */
static int check_aaa_console(const struct conf *c, const struct centry *e, const struct centry *was,
                             struct conf_notes *notes, struct err *err)
{
	struct str access = conf_text(e, "access");
	const char *absent = str_eq_cstr(access, "http")     ? "HTTP"
	                     : str_eq_cstr(access, "telnet") ? "telnet"
	                                                     : NULL;
	(void)err;
	if (absent != NULL) {
		if (was == NULL)
			conf_note(notes, e, NULL,
			          "WARNING: there is no %s access: the line is kept and nobody is "
			          "asked",
			          absent);
		return 0;
	}
	if (conf_changed(e, was, "server"))
		warn_of_servers(notes, e, "server", "asked for consoles, the local database is");
	if (was == NULL && conf_first(c, "username") == NULL)
		conf_note(
		        notes, e, NULL,
		        "WARNING: local database is empty! Use 'username' command to define local "
		        "users.");
	return 0;
}

void session_auth_register(void)
{
	static const struct conf_check checks[] = {
	        {"aaa_console_check", check_aaa_console},
	        {"aaa_authorization_check", check_aaa_authorization}};
	conf_check_register(checks, sizeof checks / sizeof *checks);
	static const struct conf_edit_hook hooks[] = {{"privilege", edit_privilege}};
	conf_edit_register(hooks, sizeof hooks / sizeof *hooks);
}
