/* One login, from the question to the answer: the servers of the tunnel group say whether it is him, those of its
 * authorization what he may, and those of an external group policy what that is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/aaa/backoff.h"
#include "core/aaa/local.h"
#include "core/aaa/server_int.h"
#include "core/base/buf.h"
#include "core/base/debug.h"
#include "core/base/log.h"

/* What a login needs while servers are asked. */
struct aaa_run {
	struct aaa_ask ask;
	struct aaa_servers *servers;
	struct aaa_request *rq;
	char group[AAA_NAME_MAX + 1]; /* tunnel group: the configuration may change meanwhile */
	char name[AAA_USER_MAX + 1];  /* as the server gets it */
	char policy[AAA_NAME_MAX + 1];
	char password[AAA_PASSWORD_MAX + 1]; /* of an external group policy */
	bool fallback;
	struct aaa_reply *reply; /* of those who have answered */
	struct aaa_host *host;   /* that is in a conversation */
	uint8_t state[AAA_MESSAGE_MAX];
};

/* ------------------------------------------------------------------ what is said of it */

static void report(const struct aaa_request *rq, const struct aaa_conf *c, const char *server)
{
	const struct aaa_result *res = &rq->result;
	bool nobody = res->why == AAA_WHY_NO_USER || res->why == AAA_WHY_MALFORMED;
	const char *user = nobody && !c->show_bad_names ? "*****" : res->user;
	switch (res->status) {
	case AAA_ACCEPT:
		if (server)
			log_msg(MSG_113004, server, user);
		else
			log_msg(MSG_113012, user);
		break;
	case AAA_REJECT:
		if (server)
			log_msg(MSG_113005, aaa_why_text(res->why), server, user);
		else
			log_msg(MSG_113015, aaa_why_text(res->why), user);
		break;
	case AAA_ERROR:
		log_msg(MSG_113013, aaa_why_text(res->why), user);
		break;
	case AAA_CHALLENGE:
		break;
	}
}

static const char *status_text(enum aaa_status status)
{
	static const char *const texts[] = {"ACCEPT", "REJECT", "ERROR", "CHALLENGE"};
	return texts[status];
}

/* Whom the lines about a request are about. */
static struct debug_who who_of(const struct aaa_request *rq)
{
	return (struct debug_who){.ip = rq->peer_ip,
	                          .group = rq->group,
	                          .user = rq->result.user,
	                          .error = rq->result.status == AAA_REJECT ||
	                                   rq->result.status == AAA_ERROR};
}

/* The answer is there: each command says its part. */
static void debug_answer(const struct aaa_request *rq)
{
	const struct debug_who who = who_of(rq);
	const char *status = status_text(rq->result.status), *why = aaa_why_text(rq->result.why);
	debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_ProcSvrResp, handle = %u",
	          rq->handle);
	debug_for(&who, DEBUG_AAA, 1, "Back End response:");
	debug_for(&who, DEBUG_AAA, 1, "------------------");
	debug_for(&who, DEBUG_AAA, 1, "Authentication Status: %d (%s)",
	          rq->result.status == AAA_ACCEPT ? 1 : 2, status);
	debug_for(&who, DEBUG_AAA_AUTHENTICATION, 1, "AAA: authentication of %s: %s%s%s",
	          rq->result.user, status, why[0] != '\0' ? ", " : "", why);
}

static void debug_question(const struct aaa_request *rq, const char *server)
{
	const struct debug_who who = {
	        .ip = rq->peer_ip, .group = rq->group, .user = rq->result.user};
	debug_for(&who, DEBUG_AAA, 1, "AAA API: In aaa_open");
	debug_for(&who, DEBUG_AAA, 1, "AAA session opened: handle = %u", rq->handle);
	debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_InitTransaction, handle = %u",
	          rq->handle);
	debug_for(&who, DEBUG_AAA, 1, "Initiating authentication to primary server (Svr Grp: %s)",
	          server);
	debug_for(&who, DEBUG_AAA, 1, "User: %s", rq->result.user);
	debug_for(&who, DEBUG_AAA_AUTHENTICATION, 1, "AAA: %s authentication of %s, server %s",
	          aaa_method_word(rq->method), rq->result.user, server);
}

/* ------------------------------------------------------------------ the end */

static void wipe_secrets(struct aaa_request *rq)
{
	wipe(rq->password, sizeof(rq->password));
	wipe(rq->response, sizeof(rq->response));
	wipe(rq->lm_response, sizeof(rq->lm_response));
	wipe(rq->peer_challenge, sizeof(rq->peer_challenge));
}

static void run_free(struct aaa_run *run)
{
	if (!run)
		return;
	aaa_reply_free(run->reply);
	wipe(run->password, sizeof(run->password));
	wipe(run->state, sizeof(run->state));
	free(run);
}

static void on_done(struct timer *t, void *arg)
{
	struct aaa_request *rq = arg;
	struct aaa_run *run = rq->run;
	const struct debug_who who = who_of(rq);
	(void)t;
	rq->result.reply = run ? run->reply : NULL;
	struct aaa_result result = rq->result;
	if (result.status != AAA_CHALLENGE) {
		debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA FSM: In AAA_ProcessFinal, handle = %u",
		          rq->handle);
		debug_for(&who, DEBUG_AAA, 1, "AAA API: In aaa_close");
		rq->clock = NULL;
		rq->run = NULL;
	}
	rq->result.reply = NULL;
	rq->done(rq->arg, &result); /* which may free or cancel rq */
	if (result.status != AAA_CHALLENGE)
		run_free(run);
}

/* Refused by somebody who had found name and password right, or for what has nothing to do with them. */
static bool is_no_guess(enum aaa_why why)
{
	return why == AAA_WHY_EXPIRED || why == AAA_WHY_ACCOUNT_EXPIRED || why == AAA_WHY_AUTHORIZATION ||
	       why == AAA_WHY_CHALLENGED || why == AAA_WHY_NO_GROUP;
}

/* Who guesses waits: it is not said before that whether he was right. What the user's entry lacks counts like a wrong
 * password, or those names would be told by it. */
static uint64_t held_back(const struct aaa_request *rq, const struct aaa_conf *c)
{
	const struct aaa_result *res = &rq->result;
	if (res->status != AAA_ACCEPT && (res->status != AAA_REJECT || is_no_guess(res->why)))
		return 0;
	return aaa_backoff(clock_now(rq->clock), res->user, rq->peer_ip, res->status == AAA_ACCEPT,
	                   c && aaa_user_find(c, res->user));
}

/* What is said of it has been said. */
static void finish(struct aaa_request *rq, const struct aaa_conf *c)
{
	if (rq->result.status != AAA_CHALLENGE)
		wipe_secrets(rq);
	rq->group = NULL; /* its text goes with the configuration */
	timer_start(rq->clock, &rq->timer, held_back(rq, c), on_done, rq);
}

/* server: who answered, NULL = the local database or nobody, "" = it has gone since. */
static void end(struct aaa_request *rq, const struct aaa_conf *c, enum aaa_status status,
                enum aaa_why why, const char *server)
{
	rq->result.status = status;
	rq->result.why = why;
	report(rq, c, server);
	debug_answer(rq);
	finish(rq, c);
}

/* ------------------------------------------------------------------ after authentication */

const char *aaa_result_local_name(const struct aaa_result *result)
{
	return result->local_user[0] ? result->local_user : result->user;
}

static void policy_step(struct aaa_run *run);

static const struct aaa_group *group_of(const struct aaa_run *run)
{
	return aaa_group_find(run->servers->conf, run->group);
}

/* He may come in. What was said of the authentication is in the log already. */
static void granted(struct aaa_run *run)
{
	finish(run->rq, run->servers->conf);
}

static void refused(struct aaa_run *run, enum aaa_why why)
{
	run->rq->result.status = AAA_REJECT;
	run->rq->result.why = why;
	finish(run->rq, run->servers->conf);
}

static void on_policy(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                      enum aaa_why why)
{
	struct aaa_run *run = ask->arg;
	(void)why;
	wipe(run->password, sizeof(run->password));
	if (answer == AAA_SAYS_ACCEPT && reply) {
		reply->policy_known = true;
		aaa_reply_take_words(reply, run->reply);
		aaa_reply_take(&reply, run->reply); /* what is said of the user goes before */
		run->reply = reply;
		str_copy(reply->policy, sizeof(reply->policy), str_of(run->policy));
		granted(run);
		return;
	}
	aaa_reply_free(reply);
	char text[200];
	snprintf(text, sizeof(text), "Group policy %s is external and its server does not know it",
	         run->policy);
	log_msg(MSG_113013, text, run->rq->result.user);
	refused(run, AAA_WHY_AUTHORIZATION);
}

/* An external group policy: its values are on a server. */
static void policy_step(struct aaa_run *run)
{
	const struct aaa_conf *c = run->servers->conf;
	const struct aaa_group *g = group_of(run);
	if (!g) {
		refused(run, AAA_WHY_NO_GROUP);
		return;
	}
	const struct aaa_user *u = run->rq->result.local ? aaa_user_find(c, aaa_result_local_name(&run->rq->result)) : NULL;
	const struct aaa_policy *p = aaa_policy_find(c, aaa_terms_policy(c, g, u, run->reply));
	struct aaa_sgroup *servers = p && p->external ? aaa_sgroup_find(run->servers, p->external) : NULL;
	if (!servers) {
		granted(run);
		return;
	}
	str_copy(run->policy, sizeof(run->policy), str_of(p->name));
	str_copy(run->password, sizeof(run->password),
	         str_of(p->external_password ? p->external_password : ""));
	run->ask = (struct aaa_ask){.what = AAA_AUTHORIZE,
	                            .rq = run->rq,
	                            .name = run->policy,
	                            .password = run->password,
	                            .done = on_policy,
	                            .arg = run};
	aaa_ask_start(&run->ask, servers);
}

/* Whom the servers of authorization are asked about. */
static const char *authorized_name(const struct aaa_request *rq)
{
	return rq->by_certificate ? rq->cert_user : rq->result.user;
}

static void on_authorized(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                          enum aaa_why why)
{
	struct aaa_run *run = ask->arg;
	const struct aaa_group *g = group_of(run);
	const char *user = authorized_name(run->rq), *server = aaa_ask_server(ask);
	if (answer == AAA_SAYS_ACCEPT) {
		log_msg(MSG_113004_AUTHORIZATION, server, user);
		aaa_reply_take(&run->reply, reply);
		policy_step(run);
		return;
	}
	aaa_reply_free(reply);
	if (answer == AAA_SAYS_REJECT)
		log_msg(MSG_113016, aaa_why_text(why != AAA_WHY_NONE ? why : AAA_WHY_FAILURE), server,
		        user);
	else
		log_msg(MSG_113013, "Authorization server not accessible", user);
	if (!g || g->authorization_required)
		refused(run, AAA_WHY_AUTHORIZATION);
	else
		policy_step(run);
}

/* authorization-server-group. */
static void authorize_step(struct aaa_run *run)
{
	const struct aaa_conf *c = run->servers->conf;
	const struct aaa_group *g = group_of(run);
	const char *name = g && g->authorization ? g->authorization : "";
	struct aaa_request *rq = run->rq;
	bool local = str_caseeq(str_of(name), STR("LOCAL"));
	struct aaa_sgroup *servers = !local && name[0] ? aaa_sgroup_find(run->servers, name) : NULL;
	const char *who = rq->by_certificate ? rq->cert_user : run->name;
	if (name[0] && !who[0]) { /* nobody can be asked about */
		log_msg(MSG_113013,
		        rq->by_certificate ? "There is no user name in the certificate"
		                           : "There is no user name to authorize",
		        rq->result.user);
		if (g->authorization_required)
			refused(run, AAA_WHY_AUTHORIZATION);
		else
			policy_step(run);
		return;
	}
	if (servers) {
		run->ask = (struct aaa_ask){.what = AAA_AUTHORIZE,
		                            .rq = rq,
		                            .name = who,
		                            .done = on_authorized,
		                            .arg = run};
		aaa_ask_start(&run->ask, servers);
		return;
	}
	if (local) {
		const struct aaa_user *u = aaa_user_of(c, g, who);
		aaa_count_authorization();
		rq->result.local = rq->result.local || u;
		if (u && rq->by_certificate)
			str_copy(rq->result.local_user, sizeof(rq->result.local_user), str_of(u->name));
		if (!u && g->authorization_required) {
			log_msg(MSG_113017, aaa_why_text(AAA_WHY_NO_USER), authorized_name(rq));
			refused(run, AAA_WHY_AUTHORIZATION);
			return;
		}
	} else if (name[0] && g->authorization_required) {
		log_msg(MSG_113013, "Authorization server group is not usable", rq->result.user);
		refused(run, AAA_WHY_AUTHORIZATION);
		return;
	}
	policy_step(run);
}

/* ------------------------------------------------------------------ authentication */

static void ask_local(struct aaa_run *run)
{
	struct aaa_request *rq = run->rq;
	const struct aaa_conf *c = run->servers->conf;
	const struct aaa_group *g = group_of(run);
	const struct debug_who who = who_of(rq);
	debug_for(&who, DEBUG_AAA, 1, "AAA_BindServer: Using server: <Internal Server>");
	debug_for(&who, DEBUG_AAA, 1, "Local authentication of user %s", rq->result.user);
	aaa_local_verify(rq, c, g);
	aaa_count(rq->result.status, clock_wall(rq->clock));
	rq->result.local = rq->result.local_login = rq->result.status == AAA_ACCEPT;
	if (rq->result.status != AAA_ACCEPT) {
		end(rq, c, rq->result.status, rq->result.why, NULL);
		return;
	}
	report(rq, c, NULL);
	debug_answer(rq);
	authorize_step(run);
}

static void on_answer(struct aaa_ask *ask, enum aaa_answer answer, struct aaa_reply *reply,
                      enum aaa_why why)
{
	struct aaa_run *run = ask->arg;
	struct aaa_request *rq = run->rq;
	const struct aaa_conf *c = run->servers->conf;
	const struct aaa_group *g = group_of(run);
	const char *server = aaa_ask_server(ask);
	aaa_reply_free(run->reply); /* of the challenge before */
	run->reply = reply;
	run->host = NULL;
	rq->group = run->group;
	if (!g) {
		end(rq, c, AAA_ERROR, AAA_WHY_NO_GROUP, NULL);
		return;
	}
	switch (answer) {
	case AAA_SAYS_ACCEPT:
		rq->result.status = AAA_ACCEPT;
		rq->result.why = AAA_WHY_NONE;
		report(rq, c, server);
		debug_answer(rq);
		authorize_step(run);
		break;
	case AAA_SAYS_REJECT:
		end(rq, c, AAA_REJECT, why != AAA_WHY_NONE ? why : AAA_WHY_FAILURE, server);
		break;
	case AAA_SAYS_CHALLENGE: /* only EAP has a way to answer it now; PAP does with the next login */
		run->host = ask->host;
		log_msg(MSG_113010, rq->result.user, server);
		if (rq->method == AAA_EAP)
			end(rq, c, AAA_CHALLENGE, AAA_WHY_NONE, server);
		else
			end(rq, c, AAA_REJECT, AAA_WHY_CHALLENGED, server);
		break;
	default: /* nobody said anything */
		if (run->fallback)
			ask_local(run);
		else
			end(rq, c, AAA_ERROR, why, NULL);
		break;
	}
}

/* EAP: a server compares it with the Identity, so it stays as the client gave it (RFC 3579 §2.1). */
static const char *name_to_verify(const struct aaa_run *run)
{
	return run->rq->method == AAA_EAP ? run->rq->user : run->name;
}

static void ask_servers(struct aaa_run *run, struct aaa_sgroup *servers)
{
	run->ask = (struct aaa_ask){.what = AAA_AUTHENTICATE,
	                            .rq = run->rq,
	                            .name = name_to_verify(run),
	                            .fallback = run->fallback,
	                            .done = on_answer,
	                            .arg = run};
	aaa_ask_start(&run->ask, servers);
}

/* The name as servers get it: without the realm where the tunnel group says so. */
static void set_name(struct aaa_run *run, const struct aaa_group *g, const char *account)
{
	str_copy(run->name, sizeof(run->name), str_of(account));
	char *at = g->strip_realm ? strrchr(run->name, '@') : NULL;
	if (at)
		*at = '\0';
}

static uint32_t handles;

static void start_run(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g)
{
	const struct aaa_server_choice *choice = aaa_servers(g, rq->ifname);
	struct aaa_sgroup *servers = aaa_sgroup_find(s, aaa_server_name(choice));
	struct aaa_run *run = rq->run;
	run->servers = s;
	run->rq = rq;
	run->fallback = choice->fallback_local;
	str_copy(run->group, sizeof(run->group), str_of(g->name));
	rq->group = run->group;
	set_name(run, g, rq->result.user);
	if (!servers) {
		if (aaa_server_methods(s->conf, choice) != 0)
			ask_local(run);
		else
			end(rq, s->conf, AAA_ERROR, AAA_WHY_SERVER, NULL);
		return;
	}
	str_copy(rq->result.user, sizeof(rq->result.user), str_of(run->name));
	if (aaa_server_methods(s->conf, choice) & AAA_BIT(rq->method))
		ask_servers(run, servers);
	else
		end(rq, s->conf, AAA_ERROR, AAA_WHY_METHOD, NULL);
}

void aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g)
{
	const char *account = rq->account[0] ? rq->account : rq->user;
	const struct aaa_server_choice *servers = g ? aaa_servers(g, rq->ifname) : NULL;
	rq->result = (struct aaa_result){.status = AAA_ERROR, .why = AAA_WHY_SERVER};
	str_copy(rq->result.user, sizeof(rq->result.user), str_of(account));
	rq->handle = ++handles;
	rq->group = g ? g->name : NULL;
	rq->clock = aaa_servers_clock(s);
	debug_question(rq, aaa_server_name(servers));
	if (rq->malformed || rq->refuse != AAA_WHY_NONE)
		end(rq, s->conf, AAA_REJECT, rq->malformed ? AAA_WHY_MALFORMED : rq->refuse, NULL);
	else if (!g || !(rq->run = calloc(1, sizeof(*rq->run))))
		end(rq, s->conf, AAA_ERROR, AAA_WHY_SERVER, NULL);
	else
		start_run(rq, s, g);
}

void aaa_continue(struct aaa_request *rq)
{
	struct aaa_run *run = rq->run;
	const struct aaa_group *g = group_of(run);
	const struct aaa_server_choice *choice = g ? aaa_servers(g, rq->ifname) : NULL;
	struct aaa_sgroup *servers = choice ? aaa_sgroup_find(run->servers, aaa_server_name(choice)) : NULL;
	struct aaa_host *host = run->host;
	size_t len = run->reply ? run->reply->state_len : 0;
	rq->group = run->group;
	if (!servers || !aaa_sgroup_has(servers, host)) {
		end(rq, run->servers->conf, AAA_ERROR, AAA_WHY_REMOVED, NULL);
		return;
	}
	if (len > 0)
		memcpy(run->state, run->reply->state, len);
	run->ask = (struct aaa_ask){.what = AAA_AUTHENTICATE,
	                            .rq = rq,
	                            .name = name_to_verify(run),
	                            .sticky = host,
	                            .state = {run->state, len},
	                            .done = on_answer,
	                            .arg = run};
	aaa_ask_start(&run->ask, servers);
}

void aaa_cancel(struct aaa_request *rq)
{
	if (rq->clock) {
		const struct debug_who who = who_of(rq);
		debug_for(&who, DEBUG_AAA_INTERNAL, 1, "AAA request cancelled, handle = %u",
		          rq->handle);
		timer_stop(rq->clock, &rq->timer);
	}
	if (rq->run) {
		aaa_ask_cancel(&rq->run->ask);
		run_free(rq->run);
		rq->run = NULL;
	}
	rq->clock = NULL;
	rq->group = NULL;
	wipe_secrets(rq);
}
