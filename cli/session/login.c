/* How a console session begins and ends: banners, who is there, passwords, privilege levels, idle time. */
#include <stdlib.h>

#include "cli/session/logins.h"
#include "cli/session/priv.h"
#include "core/base/buf.h"

enum { LOGIN_TRIES = 3 };

bool session_over_ssh(const struct session *s)
{
	return strcmp(s->from, "console") != 0;
}

static time_t now_of(const struct session *s)
{
	return s->env->clock != NULL ? clock_wall(s->env->clock) : time(NULL);
}

/* The address of log lines; the console itself has none. */
static const char *log_from(const struct session *s)
{
	return session_over_ssh(s) ? s->from : "0.0.0.0";
}

/* 605005 and 605004: who came in, or did not, and from where. */
static void log_login(const struct session *s, const char *user, bool permitted)
{
	const struct session_remote *r = &s->remote;
	if (!session_over_ssh(s) && permitted)
		log_msg(MSG_605005_CONSOLE, user);
	else if (!session_over_ssh(s))
		log_msg(MSG_605004_CONSOLE, user);
	else if (permitted)
		log_msg(MSG_605005, s->from, r->port, r->ifname, r->server, user);
	else
		log_msg(MSG_605004, s->from, r->port, r->ifname, r->server, user);
}

/* ------------------------------------------------------------------ what the prompt says */

/* `prompt hostname context`: there is one context and no second unit. */
void session_prompt_name(const struct session *s, struct out *out)
{
	const struct conf *conf = confsys_running(s->env->sys);
	const struct node *n = schema_find(&s->env->grammar->schema, "prompt");
	struct str host = session_conf_text(s, "system", "hostname");
	size_t from = out->len, items = 0;
	if (host.len == 0)
		host = STR("ciscoasa");
	const struct centry *e = n != NULL ? conf_container(conf, "prompt") : NULL;
	if (e != NULL)
		items = conf_list_len(e, "items");
	for (size_t i = 0; i < items; i++) {
		struct str item = conf_list_text(e, "items", i), text = {0};
		if (str_eq_cstr(item, "hostname"))
			text = host;
		else if (str_eq_cstr(item, "domain"))
			text = session_conf_text(s, "system", "domain-name");
		else if (str_eq_cstr(item, "priority"))
			text = STR("pri");
		else if (str_eq_cstr(item, "state"))
			text = STR("actNoFailover");
		if (text.len == 0)
			continue;
		out_str(out, out->len > from ? "/" : "");
		out_put(out, text);
	}
	if (out->len == from)
		out_put(out, host);
}

/* ------------------------------------------------------------------ banners */

/* $(hostname) and $(domain) in a line of a banner. */
static void print_banner_line(struct session *s, struct str text)
{
	struct out out;
	out_init(&out);
	while (text.len > 0) {
		bool host = str_has_prefix_nocase(text, STR("$(hostname)"));
		bool domain = str_has_prefix_nocase(text, STR("$(domain)"));
		size_t n = host ? 11 : domain ? 9 : 1;
		if (host || domain)
			out_put(&out,
			        session_conf_text(s, "system", host ? "hostname" : "domain-name"));
		else
			out_put(&out, (struct str){text.p, 1});
		text.p += n;
		text.len -= n;
	}
	out_str(&out, "\n");
	session_print(s, out_text(&out));
	out_free(&out);
}

static void print_banner(struct session *s, const char *kind)
{
	const struct conf *conf = confsys_running(s->env->sys);
	const struct node *n = schema_find(&s->env->grammar->schema, "banner");
	if (n == NULL || !(n->flags & NODE_LIST))
		return;
	for (const struct centry *e = conf_first(conf, "banner"); e != NULL; e = conf_next(conf, e))
		if (str_eq_cstr(conf_text(e, "kind"), kind))
			print_banner_line(s, conf_text(e, "text"));
}

/* ------------------------------------------------------------------ begin and end */

void session_set_privilege(struct session *s, unsigned level)
{
	unsigned from = s->privilege;
	s->privilege = level;
	session_tell_level(s, from, level);
	session_set_mode(s, level > 1 ? s->env->grammar->exec : s->env->grammar->user);
}

static bool exec_counts(const struct session *s)
{
	return session_conf_text(s, "aaa-authorization", "exec").len > 0;
}

/* Whose service-type is nas-prompt stays at the prompt. */
static unsigned granted(const struct session *s, const struct session_account *account)
{
	return exec_counts(s) && !account->config ? 1 : account->privilege;
}

/* Logged in, or nobody had to: the rest of the greeting. */
static void welcome(struct session *s)
{
	session_set_privilege(s, 1);
	if (*s->user != '\0') {
		struct out out, history;
		out_init(&out);
		out_init(&history);
		out_printf(&out, "User %s logged in to %.*s\n", s->user,
		           STR_ARG(session_conf_text(s, "system", "hostname")));
		logins_succeeded(s->env->logins, str_of(s->user), str_of(s->from), now_of(s),
		                 session_conf_u32(s, "aaa-authorization", "history-days", 1), &history);
		if (session_conf_bool(s, "aaa-authorization", "history", true))
			out_put(&out, out_text(&history));
		session_print(s, out_text(&out));
		out_free(&out);
		out_free(&history);
		session_tell_console(s, SESSION_CAME);
		if (session_conf_text(s, "aaa-authorization", "auto-enable").len > 0)
			session_set_privilege(s, granted(s, &s->account));
	}
	print_banner(s, "exec");
	session_print(s, STR("Type help or '?' for a list of available commands.\n"));
	s->phase = PHASE_LINE;
}

/* `aaa authorization exec`: the user's service-type decides whether he may have a console, and whether `enable` lets him
 * further than the prompt. */
static bool exec_allowed(const struct session *s, struct str user,
                         const struct session_account *account, bool enable)
{
	if (!exec_counts(s) || (enable ? account->config : account->shell))
		return true;
	char name[65];
	str_copy(name, sizeof name, user);
	log_msg(MSG_113021, name);
	return false;
}

void session_login_begin(struct session *s)
{
	const struct session_env *env = s->env;
	s->privilege = s->opt.batch || s->opt.enable ? 15 : 1;
	s->user[0] = '\0';
	s->as_enable = s->by_server = false;
	s->pager_lines = s->width = -1;
	session_set_mode(s, s->privilege < 15 ? env->grammar->user
	                    : s->opt.config   ? env->grammar->config
	                                      : env->grammar->exec);
	s->phase = PHASE_LINE;
	session_idle_restart(s);
	if (s->opt.batch)
		return;
	print_banner(s, "motd");
	print_banner(s, "login");
	if (s->opt.enable) {
		print_banner(s, "exec");
		session_print(s, STR("Type help or '?' for a list of available commands.\n"));
		return;
	}
	struct session_account account = {0};
	struct session_choice choice;
	if (!session_choice(s, session_over_ssh(s) ? "ssh" : "serial", &choice)) {
		welcome(s);
	} else if (session_over_ssh(s) && choice.group.len == 0 && env->user_find != NULL && *s->os_user != '\0' &&
	           env->user_find(env->ctx, str_of(s->os_user), &account) &&
	           exec_allowed(s, str_of(s->os_user), &account, false)) {
		/* sshd has asked already, and the database knows the name. */
		str_copy(s->user, sizeof s->user, str_of(s->os_user));
		s->account = account;
		log_msg(MSG_611101, log_from(s), s->user);
		log_login(s, s->user, true);
		welcome(s);
	} else {
		session_login_ask(s, LOGIN_START);
	}
}

/* What belonged to the person who left. */
static void forget_person(struct session *s)
{
	for (size_t i = 0; i < s->nhistory; i++) {
		wipe(s->history[i], strlen(s->history[i]));
		free(s->history[i]);
	}
	s->nhistory = 0;
	s->monitor = false;
	s->log.level = -1;
	for (int cat = 0; cat < DEBUG_N; cat++)
		debug_set(&s->debug, (enum debug_cat)cat, 0);
}

void session_over(struct session *s)
{
	session_unask(s);
	session_tell_level(s, s->privilege, 1);
	session_tell_console(s, SESSION_LEFT);
	if (*s->user != '\0')
		log_msg(MSG_611103, s->user);
	if (*s->user != '\0' && session_over_ssh(s))
		log_msg(MSG_315011, s->from, s->remote.ifname, s->user);
	s->user[0] = '\0';
	s->phase = PHASE_OVER;
	if (!s->opt.serial)
		return;
	forget_person(s);
	session_login_begin(s);
}

void session_logoff(struct session *s)
{
	pager_reset(&s->pager, 0, 0);
	session_print(s, STR("\n\nLogoff\n\n"));
	session_over(s);
	s->want = SESSION_WANT_NOTHING;
	session_pump(s);
}

/* ------------------------------------------------------------------ user name and password */

void session_login_ask(struct session *s, enum session_login what)
{
	s->login = what;
	s->enable_failures = 0;
	s->login_name[0] = '\0';
	s->phase = PHASE_USER;
}

/* What a password opened. */
static void admit(struct session *s, struct str name, const struct session_account *account, bool by_server)
{
	unsigned from = s->privilege;
	str_copy(s->user, sizeof s->user, name);
	s->account = *account;
	s->by_server = by_server;
	s->as_enable = false;
	log_msg(MSG_611101, log_from(s), s->user);
	if (s->login == LOGIN_START) {
		log_login(s, s->user, true);
		welcome(s);
		return;
	}
	session_set_privilege(s, granted(s, account));
	s->phase = PHASE_LINE;
	log_msg(MSG_502103, s->user, from, s->privilege);
}

/* One more that was wrong: told and counted. false: it was the last; the serial console asks for ever, as there is nobody
 * to hang up on. */
static bool may_try_again(struct session *s, struct str name)
{
	struct session_account account;
	bool exists = s->env->user_find != NULL && s->env->user_find(s->env->ctx, name, &account);
	const char *shown = exists ? s->login_name : log_hidden(s->login_name);
	log_msg(MSG_611102, log_from(s), shown);
	if (s->login == LOGIN_START)
		log_login(s, shown, false);
	if (s->login != LOGIN_ENABLE)
		logins_failed(s->env->logins, name, str_of(s->from), now_of(s));
	s->enable_failures++;
	return s->enable_failures < LOGIN_TRIES || (s->login == LOGIN_START && !session_over_ssh(s));
}

static void give_up(struct session *s)
{
	session_print(s, STR("Access denied.\n"));
	if (s->login == LOGIN_START)
		session_over(s);
	else
		s->phase = PHASE_LINE;
}

static void refuse(struct session *s, struct str name)
{
	if (may_try_again(s, name)) {
		session_print(s, s->login == LOGIN_ENABLE ? STR("Invalid password\n")
		                                          : STR("Login incorrect\n"));
		s->phase =
		        s->login == LOGIN_ENABLE && *s->user != '\0' ? PHASE_PASSWORD : PHASE_USER;
		return;
	}
	give_up(s);
}

static void judge(struct session *s, bool known, const struct session_account *account, bool by_server)
{
	struct str name = str_of(s->login_name);
	if (known && exec_allowed(s, name, account, s->login == LOGIN_ENABLE))
		admit(s, name, account, by_server);
	else
		refuse(s, name);
}

static void check_local(struct session *s, struct str password)
{
	const struct session_env *env = s->env;
	struct session_account account = {0};
	bool known = env->user_check != NULL &&
	             env->user_check(env->ctx, str_of(s->login_name), password, &account);
	judge(s, known, &account, false);
}

void session_login_verdict(struct session *s, enum session_says says, const struct session_account *account,
                           const char *text)
{
	const struct session_env *env = s->env;
	struct session_account a = *account;
	if (says == SESSION_SAYS_MORE) {
		session_print(s, str_of(text));
		session_print(s, STR("\n"));
		s->phase = PHASE_PASSWORD;
		return;
	}
	if (says == SESSION_SAYS_NOTHING && s->fallback) {
		check_local(s, str_of(s->login_password));
		return;
	}
	if (str_eq_cstr(session_conf_text(s, "aaa-authorization", "exec"), "LOCAL")) {
		a = (struct session_account){0}; /* unless the local database knows him */
		if (env->user_find != NULL && !env->user_find(env->ctx, str_of(s->login_name), &a))
			a = (struct session_account){0};
	}
	if (s->login == LOGIN_ENABLE && a.privilege > s->enable_level)
		a.privilege = s->enable_level; /* whoever knows him by more */
	judge(s, says == SESSION_SAYS_YES, &a, true);
}

static void check_user(struct session *s, struct str password)
{
	const char *access = s->login == LOGIN_ENABLE ? "enable"
	                     : session_over_ssh(s)    ? "ssh"
	                                              : "serial";
	struct session_choice choice;
	/* `login` is about the local database */
	if (s->login != LOGIN_COMMAND && session_choice(s, access, &choice) && choice.group.len > 0)
		session_ask_person(s, &choice, password);
	else
		check_local(s, password);
}

/* ------------------------------------------------------------------ enable */

void session_enable(struct session *s, unsigned level)
{
	struct session_choice choice;
	s->enable_level = level;
	s->enable_failures = 0;
	if (level <= 1 && level <= s->privilege) { /* down needs no password */
		session_set_privilege(s, level);
	} else if (session_choice(s, "enable", &choice) && s->env->user_check != NULL) {
		session_login_ask(s, LOGIN_ENABLE);
		if (*s->user != '\0') {
			str_copy(s->login_name, sizeof s->login_name, str_of(s->user));
			s->phase = PHASE_PASSWORD;
		}
	} else {
		s->phase = PHASE_ENABLE;
	}
}

static void enable_denied(struct session *s)
{
	log_msg(MSG_308001, ++s->enable_failures, s->from);
	if (s->enable_failures < LOGIN_TRIES) {
		session_print(s, STR("Invalid password\n"));
		return;
	}
	session_print(s, STR("Access denied.\n"));
	s->phase = PHASE_LINE;
}

static void enable_password(struct session *s, struct str password)
{
	const struct session_env *env = s->env;
	bool ok = env->enable_check != NULL ? env->enable_check(env->ctx, s->enable_level, password)
	                                    : password.len == 0;
	if (!ok) {
		enable_denied(s);
		return;
	}
	unsigned from = s->privilege;
	session_set_privilege(s, s->enable_level);
	s->as_enable = true; /* the password is nobody's in particular */
	s->phase = PHASE_LINE;
	log_msg(MSG_502103, session_user(s), from, s->privilege);
	log_msg(MSG_111008, session_user(s), "enable");
}

/* ------------------------------------------------------------------ answers */

void session_login_answer(struct session *s, struct str line)
{
	if (s->phase == PHASE_ENABLE) {
		enable_password(s, line);
	} else if (s->phase == PHASE_USER) {
		str_copy(s->login_name, sizeof s->login_name, str_trim(line));
		s->phase = PHASE_PASSWORD;
	} else {
		check_user(s, line);
	}
}

/* ^C at a password: back to the prompt, or to the name where there is none yet. */
void session_login_break(struct session *s)
{
	bool guess = s->asked != NULL; /* whose answer he does not wait for: it counts like a wrong one */
	session_unask(s);
	if (guess && !may_try_again(s, str_of(s->login_name)))
		give_up(s);
	else if (s->phase == PHASE_ENABLE || s->login != LOGIN_START)
		s->phase = PHASE_LINE;
	else
		s->phase = PHASE_USER;
}

/* ------------------------------------------------------------------ idle time */

static void on_idle(struct timer *t, void *arg)
{
	struct session *s = arg;
	(void)t;
	if (s->phase == PHASE_OVER)
		return;
	if (s->phase == PHASE_RUN || s->phase == PHASE_CHECK || s->pending) {
		session_idle_restart(s); /* a command, or a server, is at work */
		return;
	}
	session_logoff(s);
}

void session_active(struct session *s)
{
	session_idle_restart(s);
}

/* `console timeout` and `ssh timeout`, in minutes; 0 = for ever. */
void session_idle_restart(struct session *s)
{
	struct clock *clock = s->env->clock;
	if (clock == NULL || s->opt.batch || s->phase == PHASE_OVER)
		return;
	uint32_t minutes = session_over_ssh(s) ? session_conf_u32(s, "management", "ssh-timeout", 5)
	                               : session_conf_u32(s, "management", "console-timeout", 0);
	if (minutes > 0)
		timer_start(clock, &s->idle, (uint64_t)minutes * 60 * 1000, on_idle, s);
	else
		timer_stop(clock, &s->idle);
}
