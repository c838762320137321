/* Challenge Handshake Authentication Protocol, authenticator side (RFC 1994): what CHAP with MD5 and both
 * MS-CHAPs have in common. */
#include <stdio.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/random.h"
#include "ppp/link.h"
#include "ppp/login.h"

enum { CHAP_CHALLENGE = 1, CHAP_RESPONSE = 2, CHAP_SUCCESS = 3, CHAP_FAILURE = 4, CHAP_CHANGE = 7 };

/* A new challenge, or the same one again while no answer comes (§4.1). */
void ppp_chap_start(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	const char *name = s->ppp->conf->name ? s->ppp->conf->name : "postern";
	uint8_t data[128];
	struct wr w = wr_of(data, sizeof(data));
	if (a->tries == 0) {
		random_bytes(a->run->challenge, sizeof(a->run->challenge));
		a->id++;
	}
	wr_u8(&w, a->proto->challenge_len);
	wr_bytes(&w, a->run->challenge, a->proto->challenge_len);
	wr_bytes(&w, name, strlen(name) < 64 ? strlen(name) : 64);
	ppp_debug(s, DEBUG_PPP_CHAP, 1, "PPP %u: CHAP O CHALLENGE id %u len %zu, %s", s->unit, a->id,
	          wr_len(&w) + 4, aaa_method_word(a->proto->method));
	ppp_auth_send(s, CHAP_CHALLENGE, a->id, (struct bytes){data, wr_len(&w)});
	ppp_auth_wait(s);
}

static bool parse(struct ppp_auth *a, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	struct bytes value = rd_bytes(&r, rd_u8(&r));
	struct bytes name = rd_rest(&r);
	struct aaa_request *rq = &a->run->rq;
	if (!rd_ok(&r) || !a->proto->response(rq, value))
		return false;
	ppp_auth_set_user(rq, name);
	return true;
}

/* RFC 2759 §7: without the user's name, who has said it before. */
static bool parse_change(struct ppp_session *s, struct bytes data)
{
	struct ppp_auth_run *run = s->auth.run;
	if (!run->change)
		run->change = pool_get(s->ppp->changes);
	run->rq.change = run->change;
	return run->change && s->auth.proto->change(&run->rq, run->change, data);
}

/* An answer to the challenge of now. */
static void take(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	struct ppp_auth *a = &s->auth;
	struct aaa_request *rq = &a->run->rq;
	rq->change = NULL;
	ppp_debug(s, DEBUG_PPP_CHAP, 1, "PPP %u: CHAP I %s id %u len %zu", s->unit,
	          code == CHAP_CHANGE ? "CHANGE PASSWORD" : "RESPONSE", id, data.len + 4);
	if (!(code == CHAP_CHANGE ? parse_change(s, data) : parse(a, data))) {
		ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: malformed CHAP response dropped",
		          s->unit);
		return;
	}
	rq->id = id;
	memcpy(rq->challenge, a->run->challenge, sizeof(rq->challenge));
	a->id = id;
	a->answered = false;
	a->again = 0;
	ppp_auth_ask(s);
}

void ppp_chap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	struct ppp_auth *a = &s->auth;
	unsigned kind = code == CHAP_RESPONSE                    ? AUTH_AGAIN_PROOF
	                : code == CHAP_CHANGE && a->proto->change ? AUTH_AGAIN_CHANGE
	                                                          : 0;
	/* after a Failure that lets the client try again its answer has the next identifier (RFC 2759 §10.1.3) */
	bool next = (a->again & kind) && id == (uint8_t)(a->id + 1);
	if (!kind || a->asking || (id != a->id && !next))
		return;
	if (a->answered && !next) { /* our answer was lost: the same one again, whatever the response is now (§4.2) */
		ppp_debug(s, DEBUG_PPP_CHAP, 1, "PPP %u: CHAP response repeated, id %u", s->unit, id);
		ppp_auth_repeat(s);
	} else if (next || code == CHAP_RESPONSE) {
		take(s, code, id, data);
	}
}

bool ppp_chap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error)
{
	char text[AAA_BANNER_MAX + 64]; /* an authenticator before the banner */
	unsigned again = s->auth.proto->message(s, result, error, text, sizeof(text));
	ppp_debug(s, DEBUG_PPP_CHAP, 1, "PPP %u: CHAP O %s id %u len %zu", s->unit,
	          error ? "FAILURE" : "SUCCESS", s->auth.id, strlen(text) + 4);
	ppp_auth_reply(s, error ? CHAP_FAILURE : CHAP_SUCCESS, s->auth.id,
	               (struct bytes){(const uint8_t *)text, strlen(text)});
	if (again)
		ppp_auth_wait_again(s, again);
	return !again;
}

bool ppp_chap_md5_response(struct aaa_request *rq, struct bytes value)
{
	if (value.len != 16)
		return false;
	memcpy(rq->response, value.p, 16);
	return true;
}

unsigned ppp_chap_md5_message(const struct ppp_session *s, const struct aaa_result *result,
                              unsigned error, char *text, size_t cap)
{
	const char *words = ppp_auth_said(result, error)->message;
	const char *ours = error ? "Authentication failed" : ppp_login_welcome(s);
	snprintf(text, cap, "%s", words[0] ? words : ours);
	return 0;
}
