/* What MS-CHAP puts into CHAP packets: version 1 (RFC 2433 §5-7) and 2 (RFC 2759 §4-6). */
#include <stdio.h>
#include <string.h>

#include "core/base/random.h"
#include "ppp/link.h"
#include "ppp/login.h"

enum { RESPONSE_LEN = 49 };

/* RFC 2433 §5: LAN Manager response (24), NT response (24), flag "use the NT one". */
bool ppp_mschap1_response(struct aaa_request *rq, struct bytes value)
{
	struct rd r = rd_of(value.p, value.len);
	rd_skip(&r, 24);
	bool ok = rd_copy(&r, rq->response, 24);
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
	default:
		return "Authentication failed";
	}
}

/* A fresh challenge must stand there; R=0 says that it will not be used. */
static void failure(unsigned error, unsigned challenge_len, unsigned version, char *text,
                    size_t cap)
{
	uint8_t challenge[16];
	char hex[33];
	random_bytes(challenge, sizeof(challenge));
	for (unsigned i = 0; i < challenge_len; i++)
		snprintf(hex + 2 * i, 3, "%02X", challenge[i]);
	snprintf(text, cap, "E=%u R=0 C=%s V=%u M=%s", error, hex, version, error_text(error));
}

void ppp_mschap1_message(const struct ppp_session *s, const struct aaa_result *result,
                         unsigned error, char *text, size_t cap)
{
	(void)result;
	if (!error) {
		snprintf(text, cap, "%s", ppp_login_welcome(s));
		return;
	}
	failure(error, 8, 2, text, cap);
	char *message = strstr(text, " M="); /* version 1 has none (RFC 2433 §7) */
	if (message)
		*message = '\0';
}

void ppp_mschap2_message(const struct ppp_session *s, const struct aaa_result *result,
                         unsigned error, char *text, size_t cap)
{
	if (error)
		failure(error, 16, 3, text, cap);
	else
		snprintf(text, cap, "%s M=%s", result->authenticator, ppp_login_welcome(s));
}
