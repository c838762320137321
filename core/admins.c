/* Administrators at servers: what consoles ask server groups and tell them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/aaa/admin.h"
#include "core/gateway.h"

/* A question of a console. */
struct admin_ask {
	struct session_question q; /* what, level, done, arg; its texts are gone */
	struct aaa_admin *admin;
};

static struct aaa_shell shell_of(const char *from)
{
	struct aaa_shell sh = {.line = strcmp(from, "console") == 0 ? "console" : "ssh"};
	if (!ip4_parse(str_of(from), &sh.from))
		sh.from = 0;
	return sh;
}

/* What is not said is not limited: the level that was asked for, and the service of an administrator, as for users of
 * the local database. At a login without a level: the prompt. */
static struct session_account account_of(const struct session_question *q, const struct aaa_reply *reply)
{
	bool said = reply != NULL && reply->privilege >= 0;
	int service = reply != NULL && reply->service >= 0 ? reply->service : AAA_SERVICE_ADMIN;
	unsigned level = said ? (unsigned)reply->privilege : q->level;
	if (q->what == SESSION_ASKS_ENABLE && level > q->level)
		level = q->level;
	return (struct session_account){
	        .privilege = level < 15 ? level : 15,
	        .shell = service != AAA_SERVICE_REMOTE_ACCESS,
	        .config = service == AAA_SERVICE_ADMIN,
	};
}

static void on_answer(void *arg, enum aaa_answer answer, const struct aaa_reply *reply)
{
	struct admin_ask *a = arg;
	const struct session_question q = a->q;
	enum session_says says = answer == AAA_SAYS_ACCEPT      ? SESSION_SAYS_YES
	                         : answer == AAA_SAYS_REJECT    ? SESSION_SAYS_NO
	                         : answer == AAA_SAYS_CHALLENGE ? SESSION_SAYS_MORE
	                                                        : SESSION_SAYS_NOTHING;
	struct session_account account = account_of(&q, reply);
	free(a);
	q.done(q.arg, says, &account, reply != NULL ? reply->message : "");
}

static void *ask(void *ctx, const struct session_question *q)
{
	static const enum aaa_admin_asks asks[] = {
	        [SESSION_ASKS_LOGIN] = AAA_ADMIN_LOGIN,
	        [SESSION_ASKS_ENABLE] = AAA_ADMIN_ENABLE,
	        [SESSION_ASKS_COMMAND] = AAA_ADMIN_COMMAND,
	};
	struct gateway *gw = ctx;
	/* When the appliance ends nobody waits for servers any more. */
	struct admin_ask *a = gw->stopping ? NULL : calloc(1, sizeof *a);
	if (a == NULL)
		return NULL;
	a->q = *q;
	struct aaa_admin_question question = {
	        .what = asks[q->what],
	        .user = q->user,
	        .password = q->password,
	        .shell = shell_of(q->from),
	        .exec = q->exec,
	        .fallback = q->fallback,
	        .done = on_answer,
	        .arg = a,
	};
	question.shell.privilege = (int)q->level;
	question.shell.local = q->local;
	question.shell.command = q->command;
	a->admin = aaa_admin_ask(gw->admins, q->group, &question);
	if (a->admin != NULL)
		return a;
	free(a);
	return NULL;
}

static void unask(void *ctx, void *asked)
{
	struct admin_ask *a = asked;
	(void)ctx;
	aaa_admin_cancel(a->admin);
	free(a);
}

static void tell(void *ctx, const struct session_event *e)
{
	static uint32_t records;
	struct gateway *gw = ctx;
	struct aaa_shell sh = shell_of(e->from);
	if (gw->stopping)
		return;
	char record[SESSION_RECORD_CAP] = "";
	str_copy(record, sizeof record, str_of(e->record));
	sh.at = clock_wall(&gw->clock);
	if (e->what != SESSION_LEFT)
		snprintf(record, sizeof record, "%08" PRIX32 "%08" PRIX32, (uint32_t)sh.at, ++records);
	sh.privilege = (int)e->level;
	sh.local = e->local;
	sh.command = e->command;
	sh.type = e->what == SESSION_CAME ? AAA_ACCT_START : AAA_ACCT_STOP;
	sh.id = record;
	sh.session_s = e->seconds;
	bool told = aaa_admin_tell(gw->admins, e->group, e->user, &sh);
	if (e->what == SESSION_CAME && told)
		str_copy(e->record, SESSION_RECORD_CAP, str_of(record));
}

void gateway_admins_env(struct session_env *env)
{
	env->ask = ask;
	env->unask = unask;
	env->tell = tell;
}
