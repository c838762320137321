/* What MS-CHAP puts into CHAP packets: version 1 (RFC 2433 §5-7) and 2 (RFC 2759 §4-6). */
#include "ppp/mschap.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/random.h"
#include "ppp/login.h"

enum { RESPONSE_LEN = 49 };

/* RFC 2433 §5: LAN Manager response (24), NT response (24), flag "use the NT one". */
bool ppp_mschap1_response(struct aaa_request *rq, struct bytes value)
{
	struct rd r = rd_of(value.p, value.len);
	bool ok = rd_copy(&r, rq->lm_response, 24);
	ok = rd_copy(&r, rq->response, 24) && ok;
	rq->lm_only = (rd_u8(&r) & 1) == 0;
	return ok && value.len == RESPONSE_LEN && rd_ok(&r);
}

/* RFC 2759 §4: peer challenge (16), reserved (8), NT response (24), flags (reserved). */
bool ppp_mschap2_response(struct aaa_request *rq, struct bytes value)
{
	struct rd r = rd_of(value.p, value.len);
	bool ok = rd_copy(&r, rq->peer_challenge, 16);
	rd_skip(&r, 8);
	ok = rd_copy(&r, rq->response, 24) && ok;
	return ok && value.len == RESPONSE_LEN && rd_ok(&r);
}

/* RFC 2759 §7: encrypted password (516), encrypted hash (16), then as in a Response, flags (2). */
bool ppp_mschap2_change(struct aaa_request *rq, struct aaa_change *change, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	rd_copy(&r, change->password, sizeof(change->password));
	rd_copy(&r, change->hash, sizeof(change->hash));
	rd_copy(&r, rq->peer_challenge, 16);
	rd_skip(&r, 8);
	rd_copy(&r, rq->response, 24);
	change->flags = rd_u16(&r);
	return rd_ok(&r) && rd_left(&r) == 0;
}

static const char *error_text(unsigned error)
{
	switch (error) {
	case MSCHAP_RESTRICTED_HOURS:
		return "Logon hours restricted";
	case MSCHAP_ACCT_DISABLED:
		return "Account disabled";
	case MSCHAP_PASSWD_EXPIRED:
		return "Password expired";
	case MSCHAP_NO_DIALIN:
		return "No remote access permission";
	case MSCHAP_CHANGING_PASSWORD:
		return "Error changing password";
	default:
		return "Authentication failed";
	}
}

/* ------------------------------------------------------------------ the server's words */

static bool hex_bytes(struct str digits, uint8_t *out, size_t len)
{
	if (digits.len != 2 * len)
		return false;
	for (size_t i = 0; i < digits.len; i++) {
		char c = digits.p[i];
		int v = c >= '0' && c <= '9'   ? c - '0'
		        : c >= 'A' && c <= 'F' ? c - 'A' + 10
		        : c >= 'a' && c <= 'f' ? c - 'a' + 10
		                               : -1;
		if (v < 0)
			return false;
		out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | v : v << 4);
	}
	return true;
}

/* The number of a field; fallback when it is none. */
static unsigned number(struct str digits, unsigned fallback)
{
	unsigned v = 0;
	for (size_t i = 0; i < digits.len; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9' || i >= 9)
			return fallback;
		v = v * 10 + (unsigned)(digits.p[i] - '0');
	}
	return digits.len ? v : fallback;
}

void ppp_mschap_failure(const char *text, size_t challenge_len, struct mschap_failure *f)
{
	while (*text) {
		text += strspn(text, " ");
		if (strncmp(text, "M=", 2) == 0) { /* the last field: blanks are part of it */
			f->message = text + 2;
			return;
		}
		size_t len = strcspn(text, " ");
		struct str value = {text + 2, len > 2 ? len - 2 : 0};
		char field = len >= 2 && text[1] == '=' ? text[0] : 0;
		if (field == 'E')
			f->error = number(value, f->error);
		else if (field == 'R')
			f->retry = number(value, 0) == 1;
		else if (field == 'V')
			f->version = number(value, f->version);
		else if (field == 'C' && hex_bytes(value, f->challenge, challenge_len))
			f->has_challenge = true;
		text += len;
	}
}

/* ------------------------------------------------------------------ Success and Failure */

/* What the server says of a refusal, in words of ours where it says nothing. The challenge, which must stand there
 * (RFC 2759 §6), is the session's from now on. */
static struct mschap_failure failure(const struct ppp_session *s, const struct aaa_result *result,
                                     unsigned error, unsigned version)
{
	const struct ppp_auth *a = &s->auth;
	struct mschap_failure f = {.error = error, .version = version};
	const struct aaa_reply *said = ppp_auth_said(result, error);
	ppp_mschap_failure(said->mschap, a->proto->challenge_len, &f);
	f.retry = f.retry && a->retries < AUTH_RETRIES_MAX;
	if (!f.message)
		f.message = said->message;
	if (!f.message[0])
		f.message = error_text(f.error);
	if (!f.has_challenge)
		random_bytes(f.challenge, a->proto->challenge_len);
	memcpy(a->run->challenge, f.challenge, a->proto->challenge_len);
	for (unsigned i = 0; i < a->proto->challenge_len; i++)
		snprintf(f.hex + 2 * i, 3, "%02X", f.challenge[i]);
	return f;
}

/* Without a message, and no other version is known (RFC 2433 §7). */
unsigned ppp_mschap1_message(const struct ppp_session *s, const struct aaa_result *result,
                             unsigned error, char *text, size_t cap)
{
	const char *words = ppp_auth_said(result, error)->message;
	if (!error) {
		snprintf(text, cap, "%s", words[0] ? words : ppp_login_welcome(s));
		return 0;
	}
	struct mschap_failure f = failure(s, result, error, 2);
	snprintf(text, cap, "E=%u R=%u C=%s V=%u", f.error, f.retry, f.hex, f.version);
	return f.retry ? AUTH_AGAIN_PROOF : 0;
}

/* RFC 2759 §5: the server's proof, and a message. */
static void success(const struct ppp_session *s, const struct aaa_result *result, char *text,
                    size_t cap)
{
	const char *words = ppp_auth_said(result, 0)->message;
	const char *proof = ppp_auth_said(result, 0)->mschap;
	if (!proof[0])
		proof = result->authenticator;
	if (strstr(proof, " M="))
		snprintf(text, cap, "%s", proof);
	else
		snprintf(text, cap, "%s M=%s", proof, words[0] ? words : ppp_login_welcome(s));
}

/* The packet that changes the password follows a Failure of the server's that says so (§7), where the tunnel group has
 * password-management. */
static bool may_change(const struct ppp_session *s, const struct mschap_failure *f)
{
	const struct aaa_group *g = ppp_session_group(s);
	return g && g->password_management && s->auth.retries < AUTH_RETRIES_MAX &&
	       (f->error == MSCHAP_PASSWD_EXPIRED || (f->error == MSCHAP_CHANGING_PASSWORD && f->retry));
}

unsigned ppp_mschap2_message(const struct ppp_session *s, const struct aaa_result *result,
                             unsigned error, char *text, size_t cap)
{
	if (!error) {
		success(s, result, text, cap);
		return 0;
	}
	struct mschap_failure f = failure(s, result, error, 3);
	snprintf(text, cap, "E=%u R=%u C=%s V=%u M=%s", f.error, f.retry, f.hex, f.version,
	         f.message);
	return (f.retry ? AUTH_AGAIN_PROOF : 0u) | (may_change(s, &f) ? AUTH_AGAIN_CHANGE : 0u);
}
