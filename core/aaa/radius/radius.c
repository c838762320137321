#include "core/aaa/radius/radius.h"

#include <errno.h>
#include <stdlib.h>

#include "core/aaa/mschap.h"
#include "core/aaa/radius/accept.h"
#include "core/aaa/radius/client.h"
#include "core/aaa/radius/states.h"
#include "core/aaa/radius/text.h"

enum { EAP_REQUEST = 1, EAP_SUCCESS = 3, EAP_FAILURE = 4, EAP_HEADER = 4 };

/* MS-CHAP error codes (RFC 2433 §5) that have a reason of their own here. */
enum { ERROR_ACCT_DISABLED = 647, ERROR_PASSWD_EXPIRED = 648 };

/* A server that is open. */
struct own {
	struct radius_client *client;
	struct radius_states *states;
};

static void close_host(struct aaa_host *h)
{
	struct own *own = h->own;
	if (!own)
		return;
	radius_client_free(own->client);
	radius_states_free(own->states);
	free(own);
	h->own = NULL;
}

static int open_host(struct aaa_host *h, struct err *err)
{
	if (aaa_sgroup_conf(h->group)->protocol == AAA_P_SDI && h->conf->port == AAA_SDI_NATIVE_PORT)
		return err_set(err, -ENOTSUP, AAA_SDI_NATIVE_TEXT);
	if (h->conf->key[0] == '\0') /* anybody could sign with the empty secret */
		return err_set(err, -ENOKEY, "the server has no key");
	struct own *own = calloc(1, sizeof(*own));
	h->own = own;
	if (own) {
		own->client = radius_client_new(h);
		own->states = radius_states_new(aaa_host_clock(h));
	}
	if (own && own->client && own->states)
		return 0;
	close_host(h);
	return err_set(err, -ENOMEM, "memory is short");
}

/* ------------------------------------------------------------------ answers */

static bool is_eap(const struct aaa_ask *ask)
{
	return ask->what == AAA_AUTHENTICATE && ask->rq->method == AAA_EAP;
}

static bool is_method(const struct aaa_ask *ask, enum aaa_method m)
{
	return ask->what == AAA_AUTHENTICATE && ask->rq->method == m;
}

/* `debug sdi` */
static void say_securid(const struct radius_call *call, const char *what)
{
	const struct aaa_host *h = radius_client_host(call->client);
	if (aaa_sgroup_conf(h->group)->protocol == AAA_P_SDI)
		debug_for(&call->who, DEBUG_SDI, 1, "SDI: user %s, server %s (RADIUS interface): %s",
		          call->user, h->conf->host, what);
}

/* The end of a question: the call is gone before anybody hears of it. */
static void answered(struct radius_call *call, enum aaa_answer answer, struct aaa_reply *reply,
                     enum aaa_why why)
{
	static const char *const texts[] = {
	        [AAA_SAYS_ACCEPT] = "accepted",
	        [AAA_SAYS_REJECT] = "refused",
	        [AAA_SAYS_CHALLENGE] = "asks for more: next tokencode or new PIN",
	        [AAA_SAYS_ERROR] = "cannot be asked",
	        [AAA_SAYS_NOTHING] = "no answer",
	};
	struct aaa_ask *ask = call->arg;
	say_securid(call, texts[answer]);
	ask->run = NULL;
	radius_call_end(call);
	aaa_answered(ask, answer, reply, why);
}

/* What ends EAP agrees with what ends RADIUS (RFC 3579 §2.6.3), and is there. */
static bool eap_end(struct aaa_reply *r, const struct aaa_request *rq, uint8_t code)
{
	struct rd said = rd_of(r->eap, r->eap_len), asked = rd_of(rq->eap.p, rq->eap.len);
	if (rd_left(&said) == EAP_HEADER && rd_u8(&said) == code)
		return true;
	uint8_t *eap = malloc(EAP_HEADER);
	if (!eap)
		return false;
	rd_skip(&asked, 1);
	struct wr w = wr_of(eap, EAP_HEADER);
	wr_u8(&w, code);
	wr_u8(&w, rd_u8(&asked));
	wr_u16(&w, EAP_HEADER);
	free(r->eap);
	r->eap = eap;
	r->eap_len = EAP_HEADER;
	return true;
}

/* "S=" and 40 digits: the server knows the password, too. The client would not go on without. */
static bool success_ok(const char *text)
{
	enum { DIGITS = MSCHAP_AUTHENTICATOR_CAP - 3 };
	return text[0] == 'S' && text[1] == '=' &&
	       strspn(text + 2, "0123456789ABCDEFabcdef") >= DIGITS;
}

static bool on_accept(struct radius_call *call, struct aaa_reply *r, const struct radius_packet *p)
{
	struct aaa_ask *ask = call->arg;
	bool ok = radius_take_accept(r, p, ask->host->conf->masks);
	if (is_eap(ask))
		ok = eap_end(r, ask->rq, EAP_SUCCESS) && ok;
	if (is_method(ask, AAA_MSCHAP2) && !success_ok(r->mschap)) {
		radius_say(&call->who, "MS-CHAP2-Success is missing");
		return false;
	}
	radius_say(&call->who, "rad_procpkt: ACCEPT");
	radius_say(&call->who, "RADIUS_ACCESS_ACCEPT: normal termination");
	if (ok)
		answered(call, AAA_SAYS_ACCEPT, r, AAA_WHY_NONE);
	else
		answered(call, AAA_SAYS_ERROR, r, AAA_WHY_FAILURE);
	return true;
}

static enum aaa_why why_of(const struct aaa_reply *r)
{
	unsigned code = 0;
	struct str text = str_of(r->mschap), word = str_word(&text);
	if (word.len > 2 && str_has_prefix_nocase(word, STR("E=")))
		str_to_u32(str_from(word, 2), 9999, &code);
	if (code == ERROR_PASSWD_EXPIRED)
		return AAA_WHY_EXPIRED;
	return code == ERROR_ACCT_DISABLED ? AAA_WHY_LOCKED : AAA_WHY_FAILURE;
}

static bool on_reject(struct radius_call *call, struct aaa_reply *r)
{
	struct aaa_ask *ask = call->arg;
	enum aaa_why why = why_of(r);
	if (is_eap(ask) && !eap_end(r, ask->rq, EAP_FAILURE))
		return false;
	radius_say(&call->who, "rad_procpkt: REJECT");
	radius_say(&call->who, "RADIUS_ACCESS_REJECT: normal termination");
	answered(call, AAA_SAYS_REJECT, r, why);
	return true;
}

/* EAP goes on. PAP: the question is told to the user, whose next password is the answer. The others cannot answer, for
 * which this is a refusal (RFC 2865 §4.4). */
static bool on_challenge(struct radius_call *call, struct aaa_reply *r,
                         const struct radius_packet *p)
{
	struct aaa_ask *ask = call->arg;
	struct own *own = ask->host->own;
	struct rd eap = rd_of(r->eap, r->eap_len);
	radius_take_challenge(r, p);
	if (is_eap(ask) && rd_u8(&eap) != EAP_REQUEST)
		return false;
	radius_say(&call->who, "rad_procpkt: CHALLENGE");
	bool pap = is_method(ask, AAA_PAP);
	if (pap && r->state_len > 0)
		radius_states_keep(own->states, ask->name, ask->rq->peer_ip,
		                   (struct bytes){r->state, r->state_len}, r->challenge_s);
	if (pap || is_eap(ask))
		answered(call, AAA_SAYS_CHALLENGE, r, AAA_WHY_NONE);
	else
		answered(call, AAA_SAYS_REJECT, r, AAA_WHY_FAILURE);
	return true;
}

static bool on_access(struct radius_call *call, const struct radius_packet *p)
{
	struct aaa_reply *r = aaa_reply_new();
	bool taken = false;
	if (!r) {
		answered(call, AAA_SAYS_ERROR, NULL, AAA_WHY_SERVER);
		return true;
	}
	radius_take_messages(r, p);
	if (!radius_take_eap(r, p)) {
		aaa_reply_free(r);
		return false;
	}
	if (p->code == RADIUS_ACCESS_ACCEPT)
		taken = on_accept(call, r, p);
	else if (p->code == RADIUS_ACCESS_REJECT)
		taken = on_reject(call, r);
	else if (p->code == RADIUS_ACCESS_CHALLENGE)
		taken = on_challenge(call, r, p);
	if (!taken)
		aaa_reply_free(r);
	return taken;
}

static bool on_answer(struct radius_call *call, const struct radius_packet *p)
{
	const struct aaa_ask *ask = call->arg;
	if (!p) {
		answered(call, AAA_SAYS_NOTHING, NULL, AAA_WHY_NONE);
		return true;
	}
	if (ask->what != AAA_ACCOUNT)
		return on_access(call, p);
	if (p->code != RADIUS_ACCOUNTING_RESPONSE)
		return false;
	radius_say(&call->who, "RADIUS_ACCOUNTING_RESPONSE: normal termination");
	answered(call, AAA_SAYS_ACCEPT, NULL, AAA_WHY_NONE);
	return true;
}

/* ------------------------------------------------------------------ questions */

static void say_question(const struct radius_call *call, const struct aaa_ask *ask)
{
	const struct debug_who *who = &call->who;
	radius_say(who, "radius mkreq: 0x%x", call->number);
	radius_say(who, "    new request 0x%x --> %u", call->number, call->ids.id);
	radius_say(who, "got user '%s'", call->user);
	if (is_method(ask, AAA_PAP) || ask->what == AAA_AUTHORIZE)
		radius_say(who, "got password");
	radius_say(who, "add_req session 0x%x id %u", call->number, call->ids.id);
	radius_say(who, "RADIUS_REQUEST");
	radius_say(who, "radius.c: rad_mkpkt");
}

/* The sheet of a request, as the reply finds it. */
static void say_sent(const struct radius_call *call, const struct aaa_ask *ask)
{
	const struct debug_who *who = &call->who;
	radius_say(who, "rip session 0x%x state 7 id %u", call->number, call->ids.id);
	radius_say(who, " : chall_state '%s'", call->ids.state.len > 0 ? "***" : "");
	radius_say(who, " : state 0x7");
	radius_say(who, " : reqauth:");
	radius_say_octets(who, call->ids.auth, RADIUS_AUTH);
	radius_say(who, " : info 0x%x", call->number);
	radius_say(who, "     session_id 0x%x", call->number);
	radius_say(who, "     request_id 0x%x", call->ids.id);
	radius_say(who, "     user '%s'", call->user);
	radius_say(who, "     response '***'");
	radius_say(who, "     app 0");
	radius_say(who, "     reason 0");
	radius_say(who, "     skey '***'");
	radius_say(who, "     sip %s", ip4_text(call->to.ip).s);
	radius_say(who, "     type %d", ask->what == AAA_ACCOUNT ? 4 : 1);
}

/* Whom it is about, for debug lines. */
static void set_who(struct radius_call *call, const struct aaa_ask *ask)
{
	const struct debug_who who = aaa_ask_who(ask);
	str_copy(call->user, sizeof(call->user), str_of(who.user));
	str_copy(call->group, sizeof(call->group), str_of(who.group ? who.group : ""));
	call->who.ip = who.ip;
}

static size_t build(struct radius_call *call, const struct aaa_ask *ask, uint8_t *to)
{
	struct own *own = ask->host->own;
	uint8_t kept[RADIUS_STATE_MAX];
	if (ask->what == AAA_ACCOUNT && ask->shell)
		return radius_shell_accounting(ask, &call->ids, clock_wall(aaa_host_clock(ask->host)), to,
		                               RADIUS_MAX);
	if (ask->what == AAA_ACCOUNT)
		return radius_accounting_request(ask->record, &call->ids,
		                                 clock_wall(aaa_host_clock(ask->host)), to,
		                                 RADIUS_MAX);
	call->ids.state = ask->state;
	if (is_method(ask, AAA_PAP) && ask->state.len == 0)
		call->ids.state = (struct bytes){
		        kept, radius_states_take(own->states, ask->name, ask->rq->peer_ip, kept)};
	size_t len = radius_access_request(ask, &call->ids, to, RADIUS_MAX);
	call->ids.state.p = NULL;
	wipe(kept, sizeof(kept));
	return len;
}

/* Not every server of a group that could knows this one (mschapv2-capable). */
static bool knows_method(const struct aaa_ask *ask)
{
	return !is_method(ask, AAA_MSCHAP2) || ask->host->conf->mschap2;
}

static void ask_server(struct aaa_ask *ask)
{
	struct aaa_host *h = ask->host;
	struct own *own = h->own;
	struct err err = {0};
	uint8_t packet[RADIUS_MAX];
	if (!knows_method(ask)) {
		aaa_answered(ask, AAA_SAYS_ERROR, NULL, AAA_WHY_METHOD);
		return;
	}
	struct radius_call *call = radius_call_new(own->client, &err);
	if (!call) {
		radius_say(NULL, "radius mkreq: %s", err.text);
		aaa_answered(ask, AAA_SAYS_ERROR, NULL, AAA_WHY_SERVER);
		return;
	}
	call->answer = on_answer;
	call->arg = ask;
	call->needs_mac =
	        ask->what != AAA_ACCOUNT && (h->conf->authenticated_replies || is_eap(ask));
	set_who(call, ask);
	say_question(call, ask);
	ask->run = call;
	size_t len = build(call, ask, packet);
	say_securid(call, "passcode is sent");
	radius_show(&call->who,
	            ask->what == AAA_ACCOUNT ? "accounting request" : "authentication request",
	            packet, len);
	uint16_t port = ask->what == AAA_ACCOUNT ? h->conf->acct_port : h->conf->port;
	if (len == 0 || radius_call_send(call, port, packet, len) != 0)
		answered(call, AAA_SAYS_ERROR, NULL, AAA_WHY_MALFORMED);
	else
		say_sent(call, ask);
	wipe(packet, sizeof(packet));
}

static void cancel(struct aaa_ask *ask)
{
	if (ask->run)
		radius_call_end(ask->run);
	ask->run = NULL;
}

const struct aaa_proto aaa_radius = {
        .id = AAA_P_RADIUS,
        .methods = AAA_BIT(AAA_PAP) | AAA_BIT(AAA_CHAP) | AAA_BIT(AAA_MSCHAP1) |
                   AAA_BIT(AAA_MSCHAP2) | AAA_BIT(AAA_EAP),
        .authorizes = true,
        .accounts = true,
        .open = open_host,
        .close = close_host,
        .ask = ask_server,
        .cancel = cancel,
};

const struct aaa_proto aaa_sdi = {
        .id = AAA_P_SDI,
        .methods = AAA_BIT(AAA_PAP),
        .open = open_host,
        .close = close_host,
        .ask = ask_server,
        .cancel = cancel,
};
