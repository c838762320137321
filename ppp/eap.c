#include "ppp/eap.h"

#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/base/random.h"
#include "ppp/fsm.h"
#include "ppp/proto.h"

enum { EAP_REQUEST = 1, EAP_RESPONSE = 2, EAP_SUCCESS = 3, EAP_FAILURE = 4 }; /* RFC 3748 §4 */

enum {
	TYPE_IDENTITY = 1,
	WAIT_MOST_MS = 30 * 1000, /* waits double up to here; longer ones are the server's wish */
	/* Flags, length and what stands before them: not every server counts them as part of a fragment of EAP-TLS. */
	TLS_HEADER = 10,
};

/* Types have names for debug only (IANA). */
static const char *type_name(uint8_t type)
{
	static const char *const names[] = {
	        [1] = "Identity",      [2] = "Notification",      [3] = "Nak",
	        [4] = "MD5-Challenge", [5] = "One-Time Password", [6] = "Generic Token Card",
	        [13] = "EAP-TLS",      [21] = "EAP-TTLS",         [25] = "PEAP",
	        [26] = "MS-CHAP-V2"};
	bool known = type < sizeof(names) / sizeof(names[0]) && names[type];
	return known ? names[type] : "other";
}

/* One line for each packet that passes: way, code, identifier, length, type (0 = has none). */
static void debug_packet(const struct ppp_session *s, const char *what, uint8_t id, size_t len,
                         uint8_t type)
{
	ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: EAP %s id %u len %zu%s%s", s->unit, what, id, len,
	          type ? " type " : "", type ? type_name(type) : "");
}

/* ------------------------------------------------------------------ to the client */

/* Again, too: the same packet with the same identifier (RFC 3748 §4.1), waits double. */
static void send_request(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	const struct ppp_eap *e = a->run->eap;
	uint64_t most = e->wait_ms > WAIT_MOST_MS ? e->wait_ms : WAIT_MOST_MS;
	uint64_t wait = e->wait_ms << a->tries;
	debug_packet(s, a->tries ? "O REQUEST again," : "O REQUEST", a->id, e->len, e->packet[4]);
	ppp_session_send(s, PPP_EAP, e->packet, e->len);
	ppp_auth_wait_ms(s, wait < most ? wait : most);
}

/* Whatever was sent before, LCP having begun anew: another identifier. */
static void ask_identity(struct ppp_session *s)
{
	struct ppp_eap *e = s->auth.run->eap;
	struct wr w = wr_of(e->packet, sizeof(e->packet));
	s->auth.id = (uint8_t)(s->auth.id + 1 + random_below(UINT8_MAX));
	wr_u8(&w, EAP_REQUEST);
	wr_u8(&w, s->auth.id);
	wr_u16(&w, 5);
	wr_u8(&w, TYPE_IDENTITY);
	e->len = wr_len(&w);
	e->rounds = 0;
	e->wait_ms = PPP_RESTART_MS;
	send_request(s);
}

void ppp_eap_start(struct ppp_session *s)
{
	struct ppp_auth_run *run = s->auth.run;
	if (!run->eap)
		run->eap = pool_get(s->ppp->eaps);
	if (!run->eap)
		ppp_session_drop(s, LINK_END_INTERNAL_ERROR);
	else if (s->auth.tries == 0)
		ask_identity(s);
	else
		send_request(s);
}

/* Why the server's packet cannot be a Request to this client; NULL: it is one, *len bytes. */
static const char *unfit(const struct ppp_session *s, struct bytes packet, uint8_t *id,
                         uint16_t *len)
{
	struct rd r = rd_of(packet.p, packet.len);
	uint8_t code = rd_u8(&r);
	*id = rd_u8(&r);
	*len = rd_u16(&r);
	rd_u8(&r); /* its type */
	if (!rd_ok(&r) || code != EAP_REQUEST || *len < 5 || *len > packet.len)
		return "EAP packet of the server is malformed";
	if (*len > s->peer.mru || *len > PPP_EAP_MAX)
		return "EAP packet of the server is longer than the client's MRU";
	if (s->auth.run->eap->rounds >= PPP_EAP_ROUNDS_MAX)
		return "Too many EAP round trips";
	return NULL;
}

/* A Request of the server. Its Session-Timeout is how long the client may think (RFC 3579 §2.3), as far as we can wait. */
bool ppp_eap_challenge(struct ppp_session *s, const struct aaa_result *result)
{
	struct ppp_auth *a = &s->auth;
	struct ppp_eap *e = a->run->eap;
	const struct aaa_reply *reply = result->reply;
	struct bytes packet = {reply ? reply->eap : NULL, reply && reply->eap ? reply->eap_len : 0};
	uint64_t wait_ms = reply ? (uint64_t)reply->challenge_s * 1000 : 0;
	uint8_t id;
	uint16_t len;
	const char *why = unfit(s, packet, &id, &len);
	if (why) {
		log_msg(MSG_113013, why, result->user);
		return false;
	}
	memcpy(e->packet, packet.p, len); /* no longer than it: see unfit() */
	e->len = len;
	e->wait_ms = wait_ms == 0               ? PPP_RESTART_MS
	             : wait_ms < AUTH_ANSWER_MS ? wait_ms
	                                        : AUTH_ANSWER_MS;
	a->id = id;
	a->tries = 0;
	ppp_session_patience(s, a->run->until_ms);
	send_request(s);
	return true;
}

/* Ours, whatever the server has put beside its decision: that alone counts (RFC 3579 §2.6.3), and the identifier is that
 * of the Response (RFC 3748 §4.2). Sent once: there is no answer to it. */
bool ppp_eap_verdict(struct ppp_session *s, const struct aaa_result *result, unsigned error)
{
	(void)result;
	debug_packet(s, error ? "O FAILURE" : "O SUCCESS", s->auth.id, 4, 0);
	ppp_auth_reply(s, error ? EAP_FAILURE : EAP_SUCCESS, s->auth.id, (struct bytes){NULL, 0});
	return true;
}

/* ------------------------------------------------------------------ from the client */

/* Why a packet is not the Response that is waited for; NULL: it is. */
static const char *unexpected(const struct ppp_session *s, uint8_t code, uint8_t id, uint8_t type,
                              size_t len)
{
	const struct ppp_auth *a = &s->auth;
	if (code != EAP_RESPONSE)
		return "not a Response";
	if (!a->running || id != a->id)
		return "no Request has its identifier";
	if (a->asking)
		return "the server is being asked";
	if (type == 0)
		return "no type";
	if (len > PPP_EAP_MAX)
		return "too long";
	if (a->run->eap->rounds == 0 && type != TYPE_IDENTITY)
		return "not an Identity"; /* nor may that be refused (RFC 3748 §5.3.1) */
	return NULL;
}

static void keep(struct ppp_eap *e, uint8_t id, struct bytes data)
{
	struct wr w = wr_of(e->packet, sizeof(e->packet));
	wr_u8(&w, EAP_RESPONSE);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	e->len = wr_len(&w);
}

static void ask_first(struct ppp_session *s, struct bytes identity)
{
	struct aaa_request *rq = &s->auth.run->rq;
	uint16_t ours = ppp_conf_mtu(s->ppp->conf);
	rq->mtu = (uint16_t)((s->peer.mru < ours ? s->peer.mru : ours) - TLS_HEADER);
	ppp_auth_set_user(rq, identity);
	if (identity.len == 0) /* there is nobody to ask about */
		rq->malformed = true;
	ppp_auth_ask(s);
}

void ppp_eap_input(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	struct ppp_auth *a = &s->auth;
	struct ppp_eap *e = a->run->eap;
	struct rd r = rd_of(data.p, data.len);
	uint8_t type = rd_u8(&r);
	const char *why = unexpected(s, code, id, type, data.len + 4);
	if (why) {
		ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: EAP packet code %u id %u dropped: %s",
		          s->unit, code, id, why);
		return;
	}
	debug_packet(s, "I RESPONSE", id, data.len + 4, type);
	keep(e, id, data);
	a->run->rq.eap = (struct bytes){e->packet, e->len};
	if (e->rounds++ == 0)
		ask_first(s, rd_rest(&r));
	else
		ppp_auth_continue(s);
}
