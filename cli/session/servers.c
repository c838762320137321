/* Servers that know administrators: who is asked for a password and for leave to run a command, and what they are told. */
#include <stdlib.h>

#include "cli/session/priv.h"
#include "core/base/buf.h"

static bool is_local(struct str server)
{
	return str_caseeq(server, STR("LOCAL"));
}

/* An entry of a list of the grammar, which a smaller one may not have. */
static const struct centry *entry(const struct session *s, const char *node, struct str key)
{
	const struct node *n = schema_find(&s->env->grammar->schema, node);
	return n != NULL && (n->flags & NODE_LIST) ? conf_find(confsys_running(s->env->sys), node, key)
	                                           : NULL;
}

static struct session_choice choice_of(struct str server, struct str local)
{
	struct session_choice c = {server, local.len > 0};
	if (is_local(server))
		c.group = STR("");
	return c;
}

bool session_choice(const struct session *s, const char *access, struct session_choice *choice)
{
	const struct centry *e = entry(s, "aaa-console", str_of(access));
	if (e != NULL)
		*choice = choice_of(conf_text(e, "server"), conf_text(e, "local"));
	return e != NULL;
}

static void forget_held(char *line)
{
	if (line != NULL)
		wipe(line, strlen(line)); /* there may be a password in it */
	free(line);
}

void session_unask(struct session *s)
{
	if (s->asked != NULL && s->env->unask != NULL)
		s->env->unask(s->env->ctx, s->asked);
	s->asked = NULL;
	wipe(s->login_password, sizeof s->login_password);
	forget_held(s->held);
	s->held = NULL;
}

static char *copy(struct str text)
{
	return strndup(text.p, text.len);
}

/* What all questions have in common. false: nobody can be asked. */
static bool ask(struct session *s, struct session_question *q, const struct session_choice *choice)
{
	char *group = copy(choice->group);
	q->group = group;
	q->from = s->from;
	q->fallback = s->fallback = choice->fallback;
	q->arg = s;
	if (s->env->ask != NULL && group != NULL)
		s->asked = s->env->ask(s->env->ctx, q);
	free(group);
	return s->asked != NULL;
}

/* ------------------------------------------------------------------ passwords */

static void on_person(void *arg, enum session_says says, const struct session_account *account,
                      const char *text)
{
	struct session *s = arg;
	s->asked = NULL;
	session_start_page(s);
	session_login_verdict(s, says, account, text);
	wipe(s->login_password, sizeof s->login_password);
	s->want = SESSION_WANT_NOTHING;
	session_pump(s);
}

void session_ask_person(struct session *s, const struct session_choice *choice, struct str password)
{
	bool enable = s->login == LOGIN_ENABLE;
	struct session_question q = {
	        .what = enable ? SESSION_ASKS_ENABLE : SESSION_ASKS_LOGIN,
	        .user = s->login_name,
	        .password = password,
	        .level = enable ? s->enable_level : 1,
	        .exec = str_eq_cstr(session_conf_text(s, "aaa-authorization", "exec"),
	                            "authentication-server"),
	        .done = on_person,
	};
	const struct session_account none = {0};
	if (!str_copy(s->login_password, sizeof s->login_password, password)) {
		session_login_verdict(s, SESSION_SAYS_NO, &none, "");
	} else if (ask(s, &q, choice)) {
		s->phase = PHASE_CHECK;
		return;
	} else {
		session_login_verdict(s, SESSION_SAYS_NOTHING, &none, "");
	}
	wipe(s->login_password, sizeof s->login_password);
}

/* ------------------------------------------------------------------ commands */

static void answered(struct session *s)
{
	s->asked = NULL;
	s->pending = false;
	s->cancel = NULL;
}

static void on_command(void *arg, enum session_says says, const struct session_account *account,
                       const char *text)
{
	struct session *s = arg;
	char *line = s->held;
	(void)account, (void)text;
	s->held = NULL;
	answered(s);
	s->leave_local = says == SESSION_SAYS_NOTHING && s->fallback;
	if (says == SESSION_SAYS_YES || s->leave_local) {
		session_rerun(s, str_of(line));
	} else {
		session_refuse_command(s);
		session_finish(s, CMD_ERROR);
	}
	forget_held(line);
	if (s->asked == NULL) { /* else the line has become another one meanwhile, and leave is asked for that */
		free(s->leave);
		s->leave = NULL;
	}
	session_pump(s);
}

/* ^C, or the console goes away. */
static void on_cancel(void *arg)
{
	struct session *s = arg;
	session_unask(s);
	free(s->leave);
	s->leave = NULL;
}

/* Scripts come from whoever may do everything; who may come in may leave again. */
static bool needs_leave(const struct session *s, const struct match *m, struct session_choice *choice)
{
	struct str server = session_conf_text(s, "aaa-authorization", "command");
	*choice = choice_of(server, session_conf_text(s, "aaa-authorization", "command-local"));
	return !s->opt.batch && server.len > 0 && choice->group.len > 0 &&
	       !session_for_everybody(m->line);
}

static enum session_leave by_level(const struct session *s, const struct match *m)
{
	return session_authorized(s, m) ? LEAVE_YES : LEAVE_NO;
}

enum session_leave session_leave(struct session *s, const struct match *m, struct str line)
{
	struct session_choice choice;
	if (!needs_leave(s, m, &choice))
		return by_level(s, m);
	char *text = session_command_text(m);
	if (s->leave != NULL && text != NULL && strcmp(s->leave, text) == 0) {
		free(text); /* it was asked about */
		return s->leave_local ? by_level(s, m) : LEAVE_YES;
	}
	struct session_question q = {.what = SESSION_ASKS_COMMAND,
	                             .user = session_user(s),
	                             .command = text,
	                             .level = s->privilege,
	                             .local = !s->by_server,
	                             .done = on_command};
	free(s->leave);
	s->leave = text;
	s->held = text != NULL ? copy(line) : NULL;
	if (s->held != NULL && ask(s, &q, &choice)) {
		s->phase = PHASE_RUN;
		s->cancel = on_cancel;
		s->cancel_arg = s;
		return LEAVE_WAIT;
	}
	on_cancel(s);
	return choice.fallback ? by_level(s, m) : LEAVE_NO;
}

/* ------------------------------------------------------------------ accounting */

static uint64_t now_of(const struct session *s)
{
	return s->env->clock != NULL ? clock_now(s->env->clock) : 0;
}

static void tell(struct session *s, struct str group, struct session_event *e)
{
	char *name = group.len > 0 && s->env->tell != NULL ? copy(group) : NULL;
	e->group = name;
	e->from = s->from;
	e->local = !s->by_server;
	if (name != NULL)
		s->env->tell(s->env->ctx, e);
	free(name);
}

/* CAME once, LEFT only behind it. */
static void tell_stay(struct session *s, enum session_tells what, const char *access, char *record,
                      uint64_t *since_ms, const char *user, unsigned level)
{
	const struct centry *e = entry(s, "aaa-accounting-console", str_of(access));
	struct session_event event = {.what = what, .user = user, .level = level, .record = record};
	bool came = what == SESSION_CAME;
	if (came == (*record != '\0'))
		return;
	if (came)
		*since_ms = now_of(s);
	else
		event.seconds = (uint32_t)((now_of(s) - *since_ms) / 1000);
	if (e != NULL)
		tell(s, conf_text(e, "server"), &event);
	if (!came)
		*record = '\0';
}

void session_tell_console(struct session *s, enum session_tells what)
{
	tell_stay(s, what, session_over_ssh(s) ? "ssh" : "serial", s->record, &s->came_ms,
	          s->user, s->privilege);
}

/* Who went up is who comes down, whatever his name is then. */
void session_tell_level(struct session *s, unsigned from, unsigned to)
{
	bool up = from <= 1 && to > 1;
	if (!up && !(from > 1 && to <= 1))
		return;
	if (up)
		str_copy(s->enable_user, sizeof s->enable_user, str_of(session_user(s)));
	tell_stay(s, up ? SESSION_CAME : SESSION_LEFT, "enable", s->enable_record, &s->enabled_ms,
	          s->enable_user, up ? to : from);
}

void session_tell_command(struct session *s)
{
	struct str group = session_conf_text(s, "aaa-accounting-command", "server");
	char record[SESSION_RECORD_CAP] = "";
	struct session_event event = {.what = SESSION_RAN,
	                              .user = s->log_user,
	                              .level = s->privilege,
	                              .command = s->log_text,
	                              .record = record};
	if (s->log_level >= session_conf_u32(s, "aaa-accounting-command", "privilege", 0))
		tell(s, group, &event);
}
