/* Privilege levels of commands: `privilege` lines, `aaa authorization command LOCAL`. */
#include <errno.h>
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

bool session_for_everybody(const struct line *l)
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
	        l->mode == g->user || session_for_everybody(l) ? LEVEL_OF_USER_MODE : LEVEL_OF_OTHERS;
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

unsigned session_command_level(const struct session *s, const struct match *m)
{
	unsigned below;
	return command_level(s, m->line, str_of(m->text), &below);
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
	bool by_level = str_caseeq(session_conf_text(s, "aaa-authorization", "command"), STR("LOCAL"));
	return (struct suggest_gate){is_free(s) || !by_level ? NULL : may_offer, s};
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

static bool is_group(struct str server)
{
	return server.len > 0 && !str_caseeq(server, STR("LOCAL"));
}

static const struct centry *group_of(const struct conf *c, struct str server)
{
	return is_group(server) ? conf_find(c, "aaa-server", server) : NULL;
}

/* Said when servers are new somewhere: what happens without their answer. */
static void warn_of_servers(const struct conf *c, struct conf_notes *notes, const struct centry *e,
                            const char *field, const char *local, const char *nobody)
{
	struct str group = conf_text(e, field);
	if (!is_group(group))
		return;
	bool fallback = conf_text(e, local).len > 0;
	if (group_of(c, group) == NULL)
		conf_note(notes, e, field, "WARNING: aaa-server group %.*s does not exist: until it does, %s",
		          STR_ARG(group), fallback ? "LOCAL is asked" : nobody);
	else if (!fallback)
		conf_note(notes, e, field,
		          "WARNING: without LOCAL %s while no server of group %.*s answers", nobody,
		          STR_ARG(group));
}

/* Commands are TACACS+ alone. */
static int check_commands(const struct conf *c, struct str group, struct err *err)
{
	const struct centry *e = group_of(c, group);
	if (e == NULL || str_eq_cstr(conf_text(e, "protocol"), "tacacs+"))
		return 0;
	return err_set(err, -EINVAL, "aaa-server group %.*s is not of protocol tacacs+, which alone knows commands",
	               STR_ARG(group));
}

static int check_aaa_authorization(const struct conf *c, const struct centry *e,
                                   const struct centry *was, struct conf_notes *notes,
                                   struct err *err)
{
	if (!conf_changed(e, was, "command") && !conf_changed(e, was, "command-local"))
		return 0;
	warn_of_servers(c, notes, e, "command", "command-local", "nobody may run a command");
	return check_commands(c, conf_text(e, "command"), err);
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
	if (conf_changed(e, was, "server") || conf_changed(e, was, "local"))
		warn_of_servers(c, notes, e, "server", "local",
		                str_eq_cstr(access, "enable") ? "nobody gets privileged"
		                                              : "nobody comes in");
	bool asked = !is_group(conf_text(e, "server")) || conf_text(e, "local").len > 0;
	if (was == NULL && asked && conf_first(c, "username") == NULL)
		conf_note(
		        notes, e, NULL,
		        "WARNING: local database is empty! Use 'username' command to define local "
		        "users.");
	return 0;
}

/* Who is told of administrators: servers. false: err says why not. */
static bool check_told(const struct conf *c, const struct centry *e, struct conf_notes *notes, struct err *err)
{
	struct str server = conf_text(e, "server");
	if (server.len > 0 && !is_group(server)) {
		err_set(err, -EINVAL, "the local database takes no records");
		return false;
	}
	if (group_of(c, server) == NULL)
		conf_note(notes, e, "server",
		          "WARNING: aaa-server group %.*s does not exist: until it does, nobody is told",
		          STR_ARG(server));
	return true;
}

static int check_accounting_command(const struct conf *c, const struct centry *e, const struct centry *was,
                                    struct conf_notes *notes, struct err *err)
{
	if (!conf_changed(e, was, "server") || conf_text(e, "server").len == 0)
		return 0;
	return check_told(c, e, notes, err) ? check_commands(c, conf_text(e, "server"), err) : -EINVAL;
}

/* Only these protocols have records of consoles. */
static int check_accounting_console(const struct conf *c, const struct centry *e, const struct centry *was,
                                    struct conf_notes *notes, struct err *err)
{
	if (!conf_changed(e, was, "server"))
		return 0;
	if (!check_told(c, e, notes, err))
		return -EINVAL;
	const struct centry *g = group_of(c, conf_text(e, "server"));
	struct str protocol = g != NULL ? conf_text(g, "protocol") : STR("radius");
	if (!str_eq_cstr(protocol, "radius") && !str_eq_cstr(protocol, "tacacs+"))
		return err_set(err, -EINVAL, "servers of protocol %.*s take no records", STR_ARG(protocol));
	if (str_eq_cstr(conf_text(e, "access"), "telnet"))
		conf_note(notes, e, NULL, "WARNING: there is no telnet access: the line is kept");
	return 0;
}

void session_auth_register(void)
{
	static const struct conf_check checks[] = {
	        {"aaa_console_check", check_aaa_console},
	        {"aaa_authorization_check", check_aaa_authorization},
	        {"aaa_accounting_command_check", check_accounting_command},
	        {"aaa_accounting_console_check", check_accounting_console}};
	conf_check_register(checks, sizeof checks / sizeof *checks);
	static const struct conf_edit_hook hooks[] = {{"privilege", edit_privilege}};
	conf_edit_register(hooks, sizeof hooks / sizeof *hooks);
}
