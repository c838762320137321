#include "core/aaa/admin.h"

#include <stdlib.h>
#include <string.h>

#include "core/aaa/server_int.h"
#include "core/base/buf.h"
#include "core/base/debug.h"
#include "core/base/log.h"

struct aaa_admins {
	struct aaa_servers *servers;
	struct aaa_admin *tells; /* records under way */
	unsigned ntells;
};

struct aaa_admin {
	struct aaa_ask ask;
	struct aaa_request rq;
	struct aaa_shell shell;
	struct aaa_admins *all;
	enum aaa_admin_asks what;
	bool exec;
	char *command;
	char line[16];
	char group[AAA_SGROUP_MAX + 1];
	struct aaa_reply *reply; /* to his password */
	void (*done)(void *arg, enum aaa_answer answer, const struct aaa_reply *reply);
	void *arg;
	/* records */
	char id[AAA_ACCT_ID_CAP];
	struct aaa_admin *prev, *next;
};

bool aaa_admin_takes(enum aaa_protocol p, bool command)
{
	return p == AAA_P_TACACS || (p == AAA_P_RADIUS && !command);
}

static void admin_free(struct aaa_admin *q)
{
	if (!q)
		return;
	aaa_reply_free(q->reply);
	free(q->command);
	wipe(&q->rq, sizeof(q->rq));
	free(q);
}

/* What question and record have in common. */
static struct aaa_admin *admin_new(struct aaa_admins *a, const char *group, const char *user,
                                   const struct aaa_shell *shell)
{
	struct aaa_admin *q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->all = a;
	q->rq.method = AAA_PAP;
	q->rq.peer_ip = shell->from;
	q->shell = *shell;
	str_copy(q->rq.user, sizeof(q->rq.user), str_of(user));
	str_copy(q->line, sizeof(q->line), str_of(shell->line));
	str_copy(q->id, sizeof(q->id), str_of(shell->id ? shell->id : ""));
	str_copy(q->group, sizeof(q->group), str_of(group));
	q->shell.line = q->line;
	q->shell.id = q->id;
	if (shell->command) {
		q->command = strndup(shell->command, AAA_ADMIN_COMMAND_MAX);
		q->shell.command = q->command;
		if (!q->command) {
			admin_free(q);
			return NULL;
		}
	}
	return q;
}

/* ------------------------------------------------------------------ questions */

static void finish(struct aaa_admin *q, enum aaa_answer answer)
{
	q->done(q->arg, answer, q->reply);
	admin_free(q);
}

/* By what is asked: who wants to see it, and its name. */
static const struct {
	enum debug_cat cat;
	const char *word;
} kinds[] = {[AAA_AUTHENTICATE] = {DEBUG_AAA_AUTHENTICATION, "authentication"},
             [AAA_AUTHORIZE] = {DEBUG_AAA_AUTHORIZATION, "authorization"},
             [AAA_ACCOUNT] = {DEBUG_AAA_ACCOUNTING, "accounting"}};

static struct debug_who who_of(const struct aaa_admin *q)
{
	return (struct debug_who){.ip = q->shell.from, .user = q->rq.user};
}

static void debug_answer(const struct aaa_admin *q, enum aaa_answer answer)
{
	static const char *const words[] = {[AAA_SAYS_ACCEPT] = "ACCEPT",
	                                    [AAA_SAYS_REJECT] = "REJECT",
	                                    [AAA_SAYS_CHALLENGE] = "CHALLENGE",
	                                    [AAA_SAYS_ERROR] = "ERROR",
	                                    [AAA_SAYS_NOTHING] = "no answer"};
	const struct debug_who who = who_of(q);
	debug_for(&who, kinds[q->ask.what].cat, 1, "AAA: %s of administrator %s: %s",
	          kinds[q->ask.what].word, q->rq.user, words[answer]);
}

static void start(struct aaa_admin *q, struct aaa_sgroup *g, enum aaa_what what,
                  void (*done)(struct aaa_ask *, enum aaa_answer, struct aaa_reply *, enum aaa_why))
{
	bool fallback = q->ask.fallback;
	q->ask = (struct aaa_ask){.what = what,
	                          .rq = &q->rq,
	                          .name = q->rq.user,
	                          .shell = &q->shell,
	                          .fallback = fallback,
	                          .done = done,
	                          .arg = q};
	const struct debug_who who = who_of(q);
	debug_for(&who, kinds[what].cat, 1, "AAA: %s of administrator %s, server group %s%s%s",
	          kinds[what].word, q->rq.user, q->group, q->command ? ", command " : "",
	          q->command ? q->command : "");
	aaa_ask_start(&q->ask, g);
}

/* May he have a console, or run the command? */
static void on_authorized(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                          enum aaa_why why)
{
	struct aaa_admin *q = ask->arg;
	const char *user = q->rq.user;
	debug_answer(q, answer);
	if (answer == AAA_SAYS_ACCEPT && q->what != AAA_ADMIN_COMMAND)
		log_msg(MSG_113004_AUTHORIZATION, aaa_ask_server(ask), user);
	else if (answer == AAA_SAYS_REJECT)
		log_msg(MSG_113016, aaa_why_text(why != AAA_WHY_NONE ? why : AAA_WHY_AUTHORIZATION),
		        aaa_ask_server(ask), user);
	else if (answer != AAA_SAYS_ACCEPT)
		log_msg(MSG_113013, "Authorization server not accessible", user);
	aaa_reply_take(&q->reply, reply);
	/* his password was right: what nobody says of him is no reason to ask others for it */
	finish(q, answer == AAA_SAYS_NOTHING && q->what != AAA_ADMIN_COMMAND ? AAA_SAYS_REJECT : answer);
}

static void accepted(struct aaa_admin *q)
{
	struct aaa_sgroup *g = q->exec ? aaa_sgroup_find(q->all->servers, q->group) : NULL;
	wipe(q->rq.password, sizeof(q->rq.password));
	if (g && aaa_sgroup_conf(g)->protocol == AAA_P_TACACS)
		start(q, g, AAA_AUTHORIZE, on_authorized);
	else if (q->exec && !g) /* gone meanwhile: nobody says what he may */
		finish(q, AAA_SAYS_REJECT);
	else
		finish(q, AAA_SAYS_ACCEPT);
}

/* Was it his password? */
static void on_authenticated(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                             enum aaa_why why)
{
	struct aaa_admin *q = ask->arg;
	const char *user = q->rq.user, *server = aaa_ask_server(ask);
	q->reply = reply;
	debug_answer(q, answer);
	switch (answer) {
	case AAA_SAYS_ACCEPT:
		log_msg(MSG_113004, server, user);
		log_msg(MSG_113008, user);
		accepted(q);
		return;
	case AAA_SAYS_REJECT:
		log_msg(MSG_113005, aaa_why_text(why != AAA_WHY_NONE ? why : AAA_WHY_FAILURE), server,
		        user);
		log_msg(MSG_113008_REJECT, user);
		break;
	case AAA_SAYS_CHALLENGE:
		log_msg(MSG_113010, user, server);
		break;
	default:
		log_msg(MSG_113013, aaa_why_text(why), user);
		break;
	}
	finish(q, answer);
}

struct aaa_admin *aaa_admin_ask(struct aaa_admins *a, const char *group, const struct aaa_admin_question *q)
{
	struct aaa_sgroup *g = aaa_sgroup_find(a->servers, group);
	bool command = q->what == AAA_ADMIN_COMMAND;
	if (!g || (command && !aaa_admin_takes(aaa_sgroup_conf(g)->protocol, true)))
		return NULL;
	struct aaa_admin *n = admin_new(a, group, q->user, &q->shell);
	if (!n)
		return NULL;
	n->what = q->what;
	n->exec = q->exec;
	n->done = q->done;
	n->arg = q->arg;
	n->shell.enable = q->what == AAA_ADMIN_ENABLE;
	n->ask.fallback = q->fallback;
	str_copy(n->rq.password, sizeof(n->rq.password), q->password);
	if (command)
		start(n, g, AAA_AUTHORIZE, on_authorized);
	else
		start(n, g, AAA_AUTHENTICATE, on_authenticated);
	return n;
}

void aaa_admin_cancel(struct aaa_admin *q)
{
	if (!q)
		return;
	aaa_ask_cancel(&q->ask);
	admin_free(q);
}

/* ------------------------------------------------------------------ records */

static void tell_end(struct aaa_admin *q)
{
	*(q->prev ? &q->prev->next : &q->all->tells) = q->next;
	if (q->next)
		q->next->prev = q->prev;
	q->all->ntells--;
	admin_free(q);
}

static void on_told(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	(void)why;
	debug_answer(ask->arg, answer);
	if (answer != AAA_SAYS_ACCEPT)
		log_msg(MSG_113013, "Accounting record was not taken by any server", ask->name);
	aaa_reply_free(reply);
	tell_end(ask->arg);
}

bool aaa_admin_tell(struct aaa_admins *a, const char *group, const char *user, const struct aaa_shell *shell)
{
	struct aaa_sgroup *g = aaa_sgroup_find(a->servers, group);
	if (!g || !aaa_admin_takes(aaa_sgroup_conf(g)->protocol, shell->command != NULL))
		return false;
	if (a->ntells >= AAA_ADMIN_TELLS) {
		log_msg(MSG_113013, "Too many accounting records wait", user);
		return false;
	}
	struct aaa_admin *q = admin_new(a, group, user, shell);
	if (!q)
		return false;
	q->next = a->tells;
	if (q->next)
		q->next->prev = q;
	a->tells = q;
	a->ntells++;
	start(q, g, AAA_ACCOUNT, on_told);
	return true;
}

/* ------------------------------------------------------------------ all of them */

struct aaa_admins *aaa_admins_new(struct aaa_servers *s)
{
	struct aaa_admins *a = calloc(1, sizeof(*a));
	if (a)
		a->servers = s;
	return a;
}

void aaa_admins_free(struct aaa_admins *a)
{
	while (a && a->tells) {
		aaa_ask_cancel(&a->tells->ask);
		tell_end(a->tells);
	}
	free(a);
}
