#include "tests/exchange/aaa_fake.h"

#include <stdlib.h>
#include <string.h>

#include "core/aaa/local.h"

struct aaa_fake aaa_fake;

void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g);
void __wrap_aaa_continue(struct aaa_request *rq);
void __wrap_aaa_cancel(struct aaa_request *rq);
unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s);

static void accept_all(struct aaa_result *result, struct aaa_reply *reply)
{
	(void)reply;
	result->status = AAA_ACCEPT;
	result->why = AAA_WHY_NONE;
}

void aaa_fake_init(struct clock *clock)
{
	aaa_fake = (struct aaa_fake){
	        .clock = clock, .answer = accept_all, .methods = (1u << AAA_METHOD_N) - 1};
}

void aaa_fake_eap(struct aaa_reply *reply, uint8_t code, uint8_t id, const void *data, size_t len)
{
	reply->eap = malloc(len + 4);
	reply->eap_len = len + 4;
	struct wr w = wr_of(reply->eap, reply->eap_len);
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(len + 4));
	wr_bytes(&w, data, len);
}

static void on_answer(struct timer *t, void *arg)
{
	static struct aaa_reply reply;
	struct aaa_request *rq = arg;
	struct aaa_result result = {.status = AAA_REJECT, .why = AAA_WHY_PASSWORD, .reply = &reply};
	(void)t;
	memset(&reply, 0, sizeof(reply));
	str_copy(result.user, sizeof(result.user), str_of(rq->account[0] ? rq->account : rq->user));
	rq->clock = NULL;
	if (rq->malformed || rq->refuse != AAA_WHY_NONE) {
		result.why = rq->malformed ? AAA_WHY_MALFORMED : rq->refuse;
		result.reply = NULL;
	} else {
		aaa_fake.answer(&result, &reply);
	}
	rq->done(rq->arg, &result);
	free(reply.eap);
}

static void ask(struct aaa_request *rq)
{
	aaa_fake.asked = *rq;
	aaa_fake.eap_len = rq->eap.len;
	if (rq->eap.len <= sizeof(aaa_fake.eap) && rq->eap.len)
		memcpy(aaa_fake.eap, rq->eap.p, rq->eap.len);
	rq->clock = aaa_fake.clock;
	if (aaa_fake.answer)
		timer_start(rq->clock, &rq->timer, aaa_fake.delay_ms, on_answer, rq);
}

void __wrap_aaa_start(struct aaa_request *rq, struct aaa_servers *s, const struct aaa_group *g)
{
	(void)s;
	aaa_fake.starts++;
	aaa_fake.group = g;
	ask(rq);
}

void __wrap_aaa_continue(struct aaa_request *rq)
{
	aaa_fake.continues++;
	ask(rq);
}

void __wrap_aaa_cancel(struct aaa_request *rq)
{
	if (rq->clock) {
		aaa_fake.cancels++;
		timer_stop(rq->clock, &rq->timer);
	}
	rq->clock = NULL;
}

unsigned __wrap_aaa_server_methods(const struct aaa_conf *c, const struct aaa_server_choice *s)
{
	(void)c;
	bool local = strcmp(aaa_server_name(s), "LOCAL") == 0;
	return local ? (unsigned)AAA_LOCAL_METHODS : aaa_fake.methods;
}
