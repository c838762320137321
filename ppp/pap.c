/* Password Authentication Protocol, authenticator side (RFC 1334 §2). */
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "ppp/link.h"
#include "ppp/login.h"

enum { PAP_REQUEST = 1, PAP_ACK = 2, PAP_NAK = 3 };

/* The client speaks first; we only watch the clock. */
void ppp_pap_start(struct ppp_session *s)
{
	ppp_auth_wait(s);
}

static bool parse(struct aaa_request *rq, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	struct bytes user = rd_bytes(&r, rd_u8(&r));
	struct bytes password = rd_bytes(&r, rd_u8(&r));
	if (!rd_ok(&r))
		return false;
	ppp_auth_set_user(rq, user);
	memset(rq->password, 0, sizeof(rq->password));
	/* a NUL would let a longer password pass as its beginning */
	if (password.len > AAA_PASSWORD_MAX ||
	    (password.len && memchr(password.p, 0, password.len)))
		rq->malformed = true;
	else if (password.len)
		memcpy(rq->password, password.p, password.len);
	return true;
}

void ppp_pap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	struct ppp_auth *a = &s->auth;
	if (code != PAP_REQUEST || a->asking)
		return;
	if (a->answered && (!a->again || id == a->id)) { /* our answer was lost (§2.2) */
		ppp_debug(s, DEBUG_PPP_UPAP, 1, "PPP %u: UPAP request repeated, id %u", s->unit, id);
		a->run->reply[1] = id;
		ppp_auth_repeat(s);
		return;
	}
	a->id = id;
	a->answered = false;
	a->again = 0;
	ppp_debug(s, DEBUG_PPP_UPAP, 1, "PPP %u: UPAP I AUTHREQ id %u len %zu", s->unit, id,
	          data.len + 4);
	if (!parse(&a->run->rq, data)) {
		ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: malformed PAP request dropped", s->unit);
		return;
	}
	ppp_auth_ask(s);
}

static void answer(struct ppp_session *s, uint8_t code, struct str text)
{
	uint8_t data[1 + UINT8_MAX];
	struct wr w = wr_of(data, sizeof(data));
	if (text.len > UINT8_MAX) /* its length is one byte (§2.2.2) */
		text.len = UINT8_MAX;
	wr_u8(&w, (uint8_t)text.len);
	wr_bytes(&w, text.p, text.len);
	ppp_debug(s, DEBUG_PPP_UPAP, 1, "PPP %u: UPAP O %s id %u len %zu", s->unit,
	          code == PAP_NAK ? "AUTHNAK" : "AUTHACK", s->auth.id, wr_len(&w) + 4);
	ppp_auth_reply(s, code, s->auth.id, (struct bytes){data, wr_len(&w)});
}

/* PAP has no word for a server's question (next token code, new PIN): the user reads it in the Nak, and answers as his
 * next password, here or when he dials again. */
bool ppp_pap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error)
{
	const char *words = ppp_auth_said(result, error)->message;
	const char *ours = error ? "Authentication failed" : ppp_login_welcome(s);
	bool again = result->why == AAA_WHY_CHALLENGED && s->auth.retries < AUTH_RETRIES_MAX;
	answer(s, error ? PAP_NAK : PAP_ACK, str_of(words[0] ? words : ours));
	if (again)
		ppp_auth_wait_again(s, AUTH_AGAIN_PROOF);
	return !again;
}
