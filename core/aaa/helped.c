#include "core/aaa/helped.h"

#include <stdlib.h>

#include "core/base/log.h"

enum {
	QUESTION_MAX = 12288,
	GRACE_MS = 500, /* the program knows how long it may take: only who hangs is ended */
};

struct run {
	struct aaa_ask *ask;
	const struct helped *by;
	uint32_t job;
	unsigned number; /* in debug lines */
};

/* What a result says of the server, and why. */
static const struct {
	enum aaa_answer answer;
	enum aaa_why why;
} meaning[JOB_RESULTS] = {
        [JOB_IS_ACCEPT] = {AAA_SAYS_ACCEPT, AAA_WHY_NONE},
        [JOB_IS_PASSWORD] = {AAA_SAYS_REJECT, AAA_WHY_PASSWORD},
        [JOB_IS_NO_USER] = {AAA_SAYS_REJECT, AAA_WHY_NO_USER},
        [JOB_IS_EXPIRED] = {AAA_SAYS_REJECT, AAA_WHY_EXPIRED},
        [JOB_IS_LOCKED] = {AAA_SAYS_REJECT, AAA_WHY_LOCKED},
        [JOB_IS_ACCOUNT_EXPIRED] = {AAA_SAYS_REJECT, AAA_WHY_ACCOUNT_EXPIRED},
        [JOB_IS_DISABLED] = {AAA_SAYS_REJECT, AAA_WHY_FAILURE},
        [JOB_IS_HOURS] = {AAA_SAYS_REJECT, AAA_WHY_FAILURE},
        [JOB_IS_GUEST] = {AAA_SAYS_REJECT, AAA_WHY_FAILURE},
        [JOB_IS_REFUSED] = {AAA_SAYS_REJECT, AAA_WHY_FAILURE},
        [JOB_IS_SKEW] = {AAA_SAYS_ERROR, AAA_WHY_CLOCK_SKEW},
        [JOB_IS_ERROR] = {AAA_SAYS_ERROR, AAA_WHY_SERVER},
        [JOB_IS_NOTHING] = {AAA_SAYS_NOTHING, AAA_WHY_NONE},
};

static void say(const struct run *r, const char *text)
{
	const struct debug_who who = aaa_ask_who(r->ask);
	debug_for(&who, r->by->cat, 1, "[%u] %s", r->number, text);
}

static void end(struct run *r, enum aaa_answer answer, struct aaa_reply *reply, enum aaa_why why)
{
	struct aaa_ask *ask = r->ask;
	say(r, "Session End");
	ask->run = NULL;
	free(r);
	aaa_answered(ask, answer, reply, why);
}

/* Nobody's fault who wants to log in: an administrator has to know. */
static void tell(const struct run *r, enum job_result result, const char *reason)
{
	const struct aaa_ask *ask = r->ask;
	enum aaa_answer answer = meaning[result].answer;
	if (result == JOB_IS_SKEW)
		log_msg(MSG_113020, ask->host->conf->host);
	else if (result == JOB_IS_GUEST)
		log_msg(MSG_109031, ask->name);
	else if (answer == AAA_SAYS_ERROR || answer == AAA_SAYS_NOTHING)
		log_msg(MSG_113013, reason, ask->name);
}

/* The job ended without an answer: in time it is the program's own end, which tells nothing of the server. */
static bool late(const struct aaa_ask *ask)
{
	uint64_t took = clock_now(aaa_host_clock(ask->host)) - ask->since_ms;
	return took >= (uint64_t)ask->host->conf->timeout_s * 1000;
}

static void on_answer(void *arg, const uint8_t *data, size_t len, const char *why)
{
	static struct job answer;
	struct run *r = arg;
	struct aaa_reply *reply = NULL;
	enum job_result result = JOB_IS_ERROR;
	const char *reason = why;
	if (data && job_read(&answer, (struct bytes){data, len}) && answer.number[JOB_RESULT] < JOB_RESULTS) {
		result = (enum job_result)answer.number[JOB_RESULT];
		reason = answer.text[JOB_REASON][0] ? answer.text[JOB_REASON] : job_result_text(result);
		for (size_t i = 0; i < answer.nrows; i++)
			if (answer.rows[i].tag == JOB_LINE)
				say(r, answer.rows[i].text);
	} else if (data) {
		r->ask->host->stats.malformed++;
		reason = "its helper program talks nonsense";
	} else if (late(r->ask)) {
		result = JOB_IS_NOTHING;
		r->ask->host->stats.timeouts++;
	}
	say(r, reason);
	tell(r, result, reason);
	if (result == JOB_IS_ACCEPT && r->by->reply) {
		reply = aaa_reply_new();
		if (reply)
			r->by->reply(r->ask, &answer, reply);
		else /* in without the terms that the server has for him? */
			result = JOB_IS_ERROR;
	}
	wipe(&answer, sizeof(answer));
	end(r, meaning[result].answer, reply, meaning[result].why);
}

static void put_common(struct wr *w, const struct aaa_ask *ask, enum debug_cat cat)
{
	const struct aaa_host_conf *c = ask->host->conf;
	if (ask->what == AAA_AUTHORIZE)
		job_put_u32(w, JOB_AUTHORIZE, 1);
	else
		job_put(w, JOB_PASSWORD, str_of(ask->rq->password));
	job_put(w, JOB_USER, str_of(ask->name));
	job_put(w, JOB_SERVER, str_of(ip4_text(ask->host->ip).s));
	job_put(w, JOB_SERVER_NAME, str_of(c->host));
	job_put_u32(w, JOB_TIMEOUT_MS, c->timeout_s * 1000);
	job_put_u32(w, JOB_DEBUG, debug_on(cat, 1) ? 1 : 0);
}

static bool give(struct run *r, const uint8_t *question, size_t len)
{
	void *ctx;
	const struct aaa_io *io = aaa_host_io(r->ask->host, &ctx);
	if (io->job)
		r->job = io->job(ctx, r->by->kind, question, len, r->ask->host->conf->timeout_s * 1000 + GRACE_MS,
		                 on_answer, r);
	return r->job != 0;
}

/* Why it is not even asked; AAA_WHY_NONE = it is. */
static enum aaa_why refused(const struct aaa_ask *ask)
{
	if (ask->what == AAA_AUTHORIZE)
		return AAA_WHY_NONE;
	return ask->rq->password[0] ? AAA_WHY_NONE : AAA_WHY_PASSWORD; /* many servers let nobody in as anybody */
}

void helped_ask(struct aaa_ask *ask, const struct helped *by)
{
	static unsigned number;
	uint8_t question[QUESTION_MAX];
	struct wr w = wr_of(question, sizeof(question));
	enum aaa_why why = refused(ask);
	struct run *r = calloc(1, sizeof(*r));
	if (why != AAA_WHY_NONE || !r) {
		free(r);
		aaa_answered(ask, why != AAA_WHY_NONE ? AAA_SAYS_REJECT : AAA_SAYS_ERROR, NULL,
		             why != AAA_WHY_NONE ? why : AAA_WHY_SERVER);
		return;
	}
	*r = (struct run){.ask = ask, .by = by, .number = ++number};
	ask->run = r;
	say(r, "Session Start");
	put_common(&w, ask, by->cat);
	const char *wrong = by->fill(&w, ask);
	if (!wrong && !wr_ok(&w))
		wrong = "a name or a value is too long";
	if (!wrong && !give(r, question, wr_len(&w)))
		wrong = "no helper program can take the question";
	wipe(question, sizeof(question));
	if (!wrong)
		return;
	say(r, wrong);
	tell(r, JOB_IS_ERROR, wrong);
	end(r, AAA_SAYS_ERROR, NULL, AAA_WHY_SERVER);
}

void helped_cancel(struct aaa_ask *ask)
{
	void *ctx;
	struct run *r = ask->run;
	if (!r)
		return;
	aaa_host_io(ask->host, &ctx)->job_cancel(ctx, r->job);
	ask->run = NULL;
	free(r);
}
