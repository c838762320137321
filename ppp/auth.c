#include "ppp/auth.h"

#include <stdio.h>
#include <string.h>

#include "core/aaa/reply.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "ppp/eap.h"
#include "ppp/link.h"
#include "ppp/proto.h"

/* In the order in which they are offered. */
static const struct auth_proto protos[] = {
        {AAA_MSCHAP2, PPP_CHAP, 0x81, 16, PPP_MAX_CONFIGURE, ppp_chap_start, ppp_chap_input,
         ppp_chap_verdict, NULL, ppp_mschap2_response, ppp_mschap2_message, ppp_mschap2_change}, /* RFC 2759 */
        {AAA_MSCHAP1, PPP_CHAP, 0x80, 8, PPP_MAX_CONFIGURE, ppp_chap_start, ppp_chap_input,
         ppp_chap_verdict, NULL, ppp_mschap1_response, ppp_mschap1_message, NULL}, /* RFC 2433 */
        {AAA_CHAP, PPP_CHAP, 0x05, 16, PPP_MAX_CONFIGURE, ppp_chap_start, ppp_chap_input,
         ppp_chap_verdict, NULL, ppp_chap_md5_response, ppp_chap_md5_message, NULL}, /* RFC 1994 */
        {AAA_PAP, PPP_PAP, 0, 0, PPP_MAX_CONFIGURE, ppp_pap_start, ppp_pap_input,
         ppp_pap_verdict, NULL, NULL, NULL, NULL}, /* RFC 1334 */
        {AAA_EAP, PPP_EAP, 0, 0, PPP_EAP_TRIES, ppp_eap_start, ppp_eap_input, ppp_eap_verdict,
         ppp_eap_challenge, NULL, NULL, NULL}, /* RFC 2284 */
};
enum { N_PROTOS = sizeof(protos) / sizeof(protos[0]) };

/* ------------------------------------------------------------------ choice */

static const struct auth_proto *first_of(unsigned methods)
{
	for (size_t i = 0; i < N_PROTOS; i++)
		if (methods & AAA_BIT(protos[i].method))
			return &protos[i];
	return NULL;
}

/* Nobody's name is known yet: the log has the client's address in the place of the user, as it has for
 * other peers without one. */
static void log_nothing_left(const struct ppp_session *s, const char *refused)
{
	const struct aaa_group *g = ppp_session_group(s);
	const struct aaa_conf *aaa = s->ppp->conf->aaa;
	const struct aaa_server_choice *servers = g ? aaa_servers(g, s->link.ifname) : NULL;
	unsigned able = servers ? aaa_server_methods(aaa, servers) : 0;
	char allowed[80], text[80], why[400];
	snprintf(why, sizeof(why),
	         "No PPP authentication protocol left%s: tunnel-group %s allows %s, server %s can "
	         "do %s",
	         refused, s->group, aaa_methods_text(g ? g->methods : 0, allowed, sizeof(allowed)),
	         aaa_server_name(servers), aaa_methods_text(able, text, sizeof(text)));
	log_msg(MSG_113013, why, ip4_text(s->link.remote.ip).s);
}

bool ppp_auth_begin(struct ppp_session *s)
{
	const struct aaa_group *g = ppp_session_group(s);
	unsigned able = g ? aaa_server_methods(s->ppp->conf->aaa, aaa_servers(g, s->link.ifname)) : 0;
	s->auth.left = g ? g->methods & able : 0;
	s->auth.proto = first_of(s->auth.left);
	if (!s->auth.proto)
		log_nothing_left(s, "");
	if (!s->auth.proto)
		ppp_refused_method(s, 0, false);
	return s->auth.proto != NULL;
}

void ppp_auth_option(const struct ppp_session *s, struct wr *value)
{
	wr_u16(value, s->auth.proto->number);
	if (s->auth.proto->algorithm)
		wr_u8(value, s->auth.proto->algorithm);
}

/* The method the peer names in a Configure-Nak; NULL when it is not one of ours. */
static const struct auth_proto *named(struct rd value)
{
	uint16_t number = rd_u16(&value);
	uint8_t algorithm = rd_left(&value) ? rd_u8(&value) : 0;
	for (size_t i = 0; rd_ok(&value) && i < N_PROTOS; i++)
		if (protos[i].number == number && protos[i].algorithm == algorithm)
			return &protos[i];
	return NULL;
}

void ppp_auth_nak(struct ppp_session *s, struct rd value)
{
	struct ppp_auth *a = &s->auth;
	const struct auth_proto *want = named(value);
	a->left &= ~AAA_BIT(a->proto->method);
	a->proto = want && (a->left & AAA_BIT(want->method)) ? want : first_of(a->left);
	ppp_debug(s, DEBUG_PPP_NEGOTIATION, 1, "PPP %u: peer wants %s, next offer %s", s->unit,
	          want ? aaa_method_word(want->method) : "an unknown protocol",
	          a->proto ? aaa_method_word(a->proto->method) : "none");
	if (a->proto)
		return;
	char text[80];
	snprintf(text, sizeof(text), " (the client asks for %s)",
	         want ? aaa_method_word(want->method) : "another one");
	log_nothing_left(s, text);
	ppp_refused_method(s, want ? AAA_BIT(want->method) : 0, false);
	ppp_session_drop(s, LINK_END_USER_ERROR);
}

void ppp_auth_refused(struct ppp_session *s)
{
	log_nothing_left(s, " (the client refuses to authenticate)");
	ppp_refused_method(s, 0, true);
	ppp_session_drop(s, LINK_END_USER_ERROR);
}

/* ------------------------------------------------------------------ run */

static void set_pending(struct ppp_session *s, bool pending)
{
	struct ppp_stats *st = &s->ppp->stats;
	if (pending == s->auth.pending)
		return;
	s->auth.pending = pending;
	st->pending += pending ? 1 : -1u;
	if (st->pending > st->pending_most)
		st->pending_most = st->pending;
}

void ppp_auth_start(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	if (!a->run)
		a->run = pool_get(s->ppp->auths);
	if (!a->run) {
		ppp_session_drop(s, LINK_END_INTERNAL_ERROR);
		return;
	}
	a->running = true;
	a->asking = a->answered = false;
	a->again = 0;
	a->tries = a->retries = 0;
	a->run->reply_len = 0;
	a->run->until_ms = clock_now(s->ppp->clock) + AUTH_TALK_MS;
	set_pending(s, true);
	a->proto->start(s);
}

void ppp_auth_stop(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	if (a->run) {
		timer_stop(s->ppp->clock, &a->run->timer);
		aaa_cancel(&a->run->rq);
	}
	a->running = a->asking = a->answered = false;
	a->again = 0;
	set_pending(s, false);
}

static void on_given_up(struct timer *t, void *arg)
{
	(void)t;
	ppp_session_drop(arg, LINK_END_USER_ERROR);
}

void ppp_auth_given_up(struct ppp_session *s)
{
	timer_start(s->ppp->clock, &s->auth.run->timer, 0, on_given_up, s);
}

void ppp_auth_forget(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	ppp_auth_stop(s);
	if (a->run) {
		pool_put(s->ppp->eaps, a->run->eap);
		pool_put(s->ppp->changes, a->run->change);
	}
	pool_put(s->ppp->auths, a->run);
	a->run = NULL;
}

bool ppp_auth_takes(const struct ppp_session *s, uint16_t proto)
{
	return s->auth.proto && s->auth.proto->number == proto;
}

void ppp_auth_input(struct ppp_session *s, const uint8_t *packet, size_t len)
{
	struct rd r = rd_of(packet, len);
	uint8_t code = rd_u8(&r), id = rd_u8(&r);
	uint16_t total = rd_u16(&r);
	if (!rd_ok(&r) || total < 4 || total > len) {
		ppp_debug(s, DEBUG_PPP_ERROR, 1,
		          "PPP %u: authentication packet with a bad length dropped", s->unit);
		return;
	}
	struct bytes data = rd_bytes(&r, (size_t)total - 4);
	ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: %s code %u id %u received", s->unit,
	          aaa_method_word(s->auth.proto->method), code, id);
	if (s->auth.running || s->auth.answered)
		s->auth.proto->input(s, code, id, data);
}

void ppp_auth_send(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	uint8_t packet[600];
	struct wr w = wr_of(packet, sizeof(packet));
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	if (wr_ok(&w))
		ppp_session_send(s, s->auth.proto->number, packet, wr_len(&w));
}

void ppp_auth_reply(struct ppp_session *s, uint8_t code, uint8_t id, struct bytes data)
{
	struct wr w = wr_of(s->auth.run->reply, sizeof(s->auth.run->reply));
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	s->auth.run->reply_len = wr_len(&w);
	s->auth.answered = true;
	ppp_auth_repeat(s);
}

void ppp_auth_repeat(struct ppp_session *s)
{
	const struct ppp_auth_run *run = s->auth.run;
	if (run->reply_len)
		ppp_session_send(s, s->auth.proto->number, run->reply, run->reply_len);
}

void ppp_auth_set_user(struct aaa_request *rq, struct bytes name)
{
	rq->malformed = name.len > AAA_USER_MAX;
	if (rq->malformed)
		name.len = AAA_USER_MAX;
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.p[i];
		rq->user[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	rq->user[name.len] = '\0';
}

/* The protocol as the names of PIX 6 have it in uauth_mschap_send_req. */
static const char *pix_method(enum aaa_method m)
{
	static const char *const words[AAA_METHOD_N] = {
	        [AAA_PAP] = "pap", [AAA_MSCHAP1] = "mschap", [AAA_MSCHAP2] = "mschapv2", [AAA_EAP] = "eap"};
	return m < AAA_METHOD_N && words[m] != NULL ? words[m] : "chap";
}

/* ------------------------------------------------------------------ verdict */

static const struct aaa_reply nothing;

const struct aaa_reply *ppp_auth_said(const struct aaa_result *result, unsigned error)
{
	bool granted = result->status == AAA_ACCEPT || result->why == AAA_WHY_AUTHORIZATION;
	return result->reply && !(error && granted) ? result->reply : &nothing;
}

/* MS-CHAPv2 has the server prove that it knows the password, too: without that the client would not go on. */
static bool proved(const struct ppp_session *s, const struct aaa_result *result)
{
	if (s->auth.proto->method != AAA_MSCHAP2 || result->authenticator[0] ||
	    (result->reply && result->reply->mschap[0]))
		return true;
	log_msg(MSG_113013, "Server does not prove itself (MS-CHAP2-Success)", result->user);
	return false;
}

static void conclude(struct ppp_session *s, const struct aaa_result *result)
{
	struct ppp_auth *a = &s->auth;
	unsigned error = result->why == AAA_WHY_AUTHORIZATION ? MSCHAP_NO_DIALIN : MSCHAP_AUTH_FAILURE;
	if (result->status == AAA_ACCEPT && proved(s, result))
		error = ppp_on_accept(s, result);
	else
		log_msg(MSG_113008_REJECT, result->user);
	log_msg(MSG_603103, s->unit, result->user, error ? "failed" : "succeed");
	if (!a->proto->verdict(s, result, error)) {
		a->why = (uint8_t)result->why;
		return;
	}
	if (error)
		ppp_refused_login(s, result->why, result->user);
	a->running = false;
	set_pending(s, false);
	ppp_on_auth_done(s, error == 0);
}

static void on_result(void *arg, const struct aaa_result *result)
{
	struct ppp_session *s = arg;
	const struct auth_proto *proto = s->auth.proto;
	bool challenge = result->status == AAA_CHALLENGE;
	ppp_enter(s);
	s->auth.asking = false;
	s->auth.run->rq.eap = (struct bytes){NULL, 0};
	s->auth.run->rq.change = NULL;
	pool_put(s->ppp->changes, s->auth.run->change);
	s->auth.run->change = NULL;
	timer_stop(s->ppp->clock, &s->auth.run->timer);
	ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: user %s, status = %d %s", s->unit, result->user,
	          result->status == AAA_ACCEPT,
	          challenge ? "the server asks more" : aaa_why_text(result->why));
	debug_pix_for(&s->who, DEBUG_PPP_UAUTH, "uauth_%s_proc_reply: pppdev = %u, status = %d",
	          pix_method(proto->method), s->unit, result->status == AAA_ACCEPT);
	if (!challenge || !proto->challenge || !proto->challenge(s, result))
		conclude(s, result);
	ppp_leave(s);
}

/* Tunnel group switching: from here on the session is one of the group that the name chooses. */
static const struct aaa_group *switch_group(struct ppp_session *s)
{
	struct aaa_request *rq = &s->auth.run->rq;
	const struct aaa_conf *aaa = s->ppp->conf->aaa;
	const struct aaa_group *landed = aaa_group_find(aaa, s->landed);
	const struct aaa_group *g = aaa_group_chosen(aaa, landed, rq->user, rq->account);
	rq->refuse = AAA_WHY_NONE;
	if (!g)
		rq->refuse = AAA_WHY_NO_GROUP;
	else if (g != landed && !(g->methods & AAA_BIT(s->auth.proto->method)))
		rq->refuse = AAA_WHY_METHOD;
	else if (!s->login_ms && strcmp(s->group, g->name) != 0)
		ppp_session_set_group(s, g->name);
	return g;
}

/* Whom authorization is about, when it is not about the user of PPP. */
static void look_at_certificate(const struct ppp_session *s, const struct aaa_group *g, struct aaa_request *rq)
{
	const struct ppp *p = s->ppp;
	bool wanted = g && (g->cert_entire || (g->cert_attr[0] && g->cert_attr[0][0]));
	rq->by_certificate = wanted && p->ops->certificate_user &&
	                     p->ops->certificate_user(p->ctx, s->link.peer, g, rq->cert_user, sizeof(rq->cert_user));
	if (rq->by_certificate)
		ppp_debug(s, DEBUG_AAA_AUTHORIZATION, 1, "AAA: user name from the certificate: %s",
		          rq->cert_user[0] ? rq->cert_user : "<none>");
}

void ppp_auth_ask(struct ppp_session *s)
{
	struct ppp_auth *a = &s->auth;
	struct aaa_request *rq = &a->run->rq;
	const struct aaa_group *g = switch_group(s);
	timer_stop(s->ppp->clock, &a->run->timer);
	a->asking = true;
	rq->method = a->proto->method;
	rq->peer_ip = s->link.remote.ip;
	rq->our_ip = s->link.local.ip;
	rq->unit = s->unit;
	rq->ifname = s->link.ifname;
	look_at_certificate(s, g, rq);
	rq->done = on_result;
	rq->arg = s;
	ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: uauth_send_req: pppdev=%u, ulen=%zu, user=%s",
	          s->unit, s->unit, strlen(rq->user), rq->user);
	debug_pix_for(&s->who, DEBUG_PPP_UAUTH, "uauth_%s_send_req: pppdev=%u, ulen=%zu, user=%s",
	          pix_method(rq->method), s->unit, strlen(rq->user), rq->user);
	log_msg(MSG_603102, s->unit, rq->user);
	aaa_start(rq, s->ppp->servers, g);
}

void ppp_auth_continue(struct ppp_session *s)
{
	struct aaa_request *rq = &s->auth.run->rq;
	timer_stop(s->ppp->clock, &s->auth.run->timer);
	s->auth.asking = true;
	ppp_debug(s, DEBUG_PPP_UAUTH, 1, "PPP %u: uauth_send_req: pppdev=%u, more of user=%s",
	          s->unit, s->unit, rq->user);
	aaa_continue(rq);
}

static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_session *s = arg;
	ppp_enter(s);
	if (++s->auth.tries >= s->auth.proto->tries || s->auth.again) {
		ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: the client does not authenticate",
		          s->unit);
		ppp_refused_silent(s);
		ppp_session_close(s, LINK_END_USER_ERROR);
	} else {
		s->auth.proto->start(s);
	}
	ppp_leave(s);
}

void ppp_auth_wait_ms(struct ppp_session *s, uint64_t ms)
{
	timer_start(s->ppp->clock, &s->auth.run->timer, ms, on_timer, s);
}

void ppp_auth_wait(struct ppp_session *s)
{
	ppp_auth_wait_ms(s, PPP_RESTART_MS);
}

void ppp_auth_wait_again(struct ppp_session *s, unsigned again)
{
	s->auth.again = (uint8_t)again;
	s->auth.retries++;
	ppp_session_patience(s, s->auth.run->until_ms);
	ppp_auth_wait_ms(s, AUTH_ANSWER_MS);
}
