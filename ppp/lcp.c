/* Link Control Protocol (RFC 1661 §6, RFC 1570): the options, echo, Protocol-Reject. */
#include <string.h>

#include "core/base/debug.h"
#include "core/base/random.h"
#include "ppp/link.h"
#include "ppp/proto.h"

enum { ECHO_S = 30, ECHO_LOST = 4, MRU_DEFAULT = 1500 };

/* ------------------------------------------------------------------ options */

static bool ask_mru(void *obj, struct wr *value)
{
	struct ppp_session *s = obj;
	wr_u16(value, s->ours.mru);
	return s->ours.mru != 0;
}

static enum opt_verdict judge_mru(void *obj, struct rd value, struct wr *nak)
{
	struct ppp_session *s = obj;
	uint16_t mru = rd_u16(&value);
	if (mru < PPP_MRU_MIN) {
		wr_u16(nak, PPP_MRU_MIN);
		return OPT_NAK;
	}
	s->peer_next.mru = mru;
	return OPT_ACK;
}

/* We can do with less, not with more. */
static void nak_mru(void *obj, struct rd value)
{
	struct ppp_session *s = obj;
	uint16_t mru = rd_u16(&value);
	s->ours.mru = rd_ok(&value) && mru >= PPP_MRU_MIN && mru < s->ours.mru ? mru : 0;
}

static void rej_mru(void *obj)
{
	((struct ppp_session *)obj)->ours.mru = 0;
}

/* Nothing is escaped on L2TP: whatever map the peer wants is fine (RFC 1662 §7.1). */
static enum opt_verdict judge_any(void *obj, struct rd value, struct wr *nak)
{
	(void)obj;
	(void)value;
	(void)nak;
	return OPT_ACK;
}

static bool ask_auth(void *obj, struct wr *value)
{
	const struct ppp_session *s = obj;
	if (!s->auth.proto)
		return false;
	ppp_auth_option(s, value);
	return true;
}

static void nak_auth(void *obj, struct rd value)
{
	struct ppp_session *s = obj;
	if (s->auth.proto) /* gone when an option before it in the same packet ended the session */
		ppp_auth_nak(s, value);
}

static void rej_auth(void *obj)
{
	struct ppp_session *s = obj;
	if (s->auth.proto)
		ppp_auth_refused(s);
}

static bool ask_magic(void *obj, struct wr *value)
{
	const struct ppp_session *s = obj;
	wr_u32(value, s->ours.magic);
	return s->ours.ask_magic;
}

static uint32_t fresh_magic(void)
{
	uint32_t magic;
	do
		magic = random_u32();
	while (magic == 0);
	return magic;
}

/* Our own number coming back means a loop, or a very rare chance (§6.4). */
static enum opt_verdict judge_magic(void *obj, struct rd value, struct wr *nak)
{
	struct ppp_session *s = obj;
	uint32_t magic = rd_u32(&value);
	if (magic == 0 || (s->ours.ask_magic && magic == s->ours.magic)) {
		wr_u32(nak, fresh_magic());
		return OPT_NAK;
	}
	s->peer_next.magic = magic;
	return OPT_ACK;
}

static void nak_magic(void *obj, struct rd value)
{
	struct ppp_session *s = obj;
	(void)value;
	s->ours.magic = fresh_magic();
	if (++s->ours.naks > PPP_MAX_FAILURE)
		s->ours.ask_magic = false;
}

static void rej_magic(void *obj)
{
	((struct ppp_session *)obj)->ours.ask_magic = false;
}

static enum opt_verdict judge_pfc(void *obj, struct rd value, struct wr *nak)
{
	(void)value;
	(void)nak;
	((struct ppp_session *)obj)->peer_next.pfc = true;
	return OPT_ACK;
}

static enum opt_verdict judge_acfc(void *obj, struct rd value, struct wr *nak)
{
	(void)value;
	(void)nak;
	((struct ppp_session *)obj)->peer_next.acfc = true;
	return OPT_ACK;
}

/* Rows without functions are here for their names in debug: they are rejected. */
static const struct opt_row lcp_rows[] = {
        {.type = 1,
         .len = 4,
         .name = "mru",
         .ask = ask_mru,
         .judge = judge_mru,
         .nak = nak_mru,
         .rej = rej_mru},
        {.type = 2, .len = 6, .name = "asyncmap", .judge = judge_any},
        {.type = 3, .name = "auth", .ask = ask_auth, .nak = nak_auth, .rej = rej_auth},
        {.type = 4, .name = "quality"},
        {.type = 5,
         .len = 6,
         .name = "magic",
         .ask = ask_magic,
         .judge = judge_magic,
         .nak = nak_magic,
         .rej = rej_magic},
        {.type = 7, .len = 2, .name = "pcomp", .judge = judge_pfc},
        {.type = 8, .len = 2, .name = "accomp", .judge = judge_acfc},
        {.type = 9, .name = "fcs-alternatives"},
        {.type = 10, .name = "self-describing-pad"},
        {.type = 11, .name = "numbered-mode"},
        {.type = 13, .name = "callback"},
        {.type = 15, .name = "compound-frames"},
        {.type = 17, .name = "mrru"},
        {.type = 18, .name = "short-sequence"},
        {.type = 19, .name = "endpoint"},
        {.type = 23, .name = "link-discriminator"},
};

static void begin(void *owner)
{
	((struct ppp_session *)owner)->peer_next = (struct lcp_peer){.mru = MRU_DEFAULT};
}

/* ------------------------------------------------------------------ layer */

static void up(void *owner)
{
	struct ppp_session *s = owner;
	s->peer = s->peer_next;
	ppp_debug(s, DEBUG_PPP_NEGOTIATION, 1, "PPP %u: LCP up, peer MRU %u%s%s, authentication %s",
	          s->unit, s->peer.mru, s->peer.acfc ? " accomp" : "", s->peer.pfc ? " pcomp" : "",
	          aaa_method_word(s->auth.proto->method));
	ppp_on_lcp_up(s);
}

static void down(void *owner)
{
	struct ppp_session *s = owner;
	timer_stop(s->ppp->clock, &s->echo);
	ppp_on_lcp_down(s);
}

static void finished(void *owner)
{
	ppp_on_lcp_finished(owner);
}

/* ------------------------------------------------------------------ echo (RFC 1661 §5.8) */

static void send_echo(struct ppp_session *s)
{
	uint8_t magic[4];
	struct wr w = wr_of(magic, sizeof(magic));
	wr_u32(&w, s->ours.ask_magic ? s->ours.magic : 0);
	s->echo_id = ppp_cp_id(&s->lcp);
	ppp_cp_send(&s->lcp, PPP_CODE_ECHO_REQ, s->echo_id, (struct bytes){magic, sizeof(magic)});
}

static uint64_t echo_ms(const struct ppp_session *s)
{
	uint16_t interval = s->ppp->conf->echo_s;
	return (uint64_t)(interval ? interval : ECHO_S) * 1000;
}

static void on_echo(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_session *s = arg;
	uint16_t most = s->ppp->conf->echo_lost ? s->ppp->conf->echo_lost : ECHO_LOST;
	ppp_enter(s);
	if (s->echo_lost >= most) {
		ppp_debug(s, DEBUG_PPP_ERROR, 1,
		          "PPP %u: no answer to %u LCP echoes: the peer is gone", s->unit, most);
		ppp_session_drop(s, LINK_END_LOST_SERVICE);
	} else {
		s->echo_lost++;
		send_echo(s);
		timer_start(s->ppp->clock, &s->echo, echo_ms(s), on_echo, s);
	}
	ppp_leave(s);
}

void ppp_lcp_echo_start(struct ppp_session *s)
{
	s->echo_lost = 0;
	if (!s->echo_refused)
		timer_start(s->ppp->clock, &s->echo, echo_ms(s), on_echo, s);
}

static void answer_echo(struct ppp_session *s, uint8_t id, struct bytes data)
{
	uint8_t reply[PPP_FRAME_MAX];
	struct wr w = wr_of(reply, sizeof(reply));
	struct rd r = rd_of(data.p, data.len);
	rd_skip(&r, 4);
	struct bytes rest = rd_rest(&r);
	if (!rd_ok(&r))
		return;
	size_t most = s->peer.mru > 8 ? s->peer.mru - 8u : 0;
	wr_u32(&w, s->ours.ask_magic ? s->ours.magic : 0);
	wr_bytes(&w, rest.p, rest.len < most ? rest.len : most);
	if (wr_ok(&w))
		ppp_cp_echo(&s->lcp, id, (struct bytes){reply, wr_len(&w)});
}

/* ------------------------------------------------------------------ Protocol-Reject (§5.7) */

void ppp_lcp_protocol_reject(struct ppp_session *s, uint16_t proto, struct bytes information)
{
	uint8_t data[PPP_FRAME_MAX - 4];
	struct wr w = wr_of(data, sizeof(data));
	size_t most = s->peer.mru < sizeof(data) ? s->peer.mru : sizeof(data);
	wr_u16(&w, proto);
	/* header 4, protocol 2 */
	wr_bytes(&w, information.p, information.len + 6 < most ? information.len : most - 6);
	ppp_debug(s, DEBUG_PPP_NEGOTIATION, 1, "PPP %u: protocol %s (0x%04x) rejected", s->unit,
	          ppp_proto_name(proto), proto);
	ppp_cp_send(&s->lcp, PPP_CODE_PROTO_REJ, ppp_cp_id(&s->lcp),
	            (struct bytes){data, wr_len(&w)});
}

static void take_protocol_reject(struct ppp_session *s, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	uint16_t proto = rd_u16(&r);
	if (!rd_ok(&r) || s->lcp.state != PPP_OPENED)
		return;
	ppp_debug(s, DEBUG_PPP_NEGOTIATION, 1, "PPP %u: peer rejects protocol %s (0x%04x)", s->unit,
	          ppp_proto_name(proto), proto);
	if (proto == PPP_IPCP) {
		ppp_cp_event(&s->ipcp, PPP_EV_RXJ_BAD);
	} else if (proto == PPP_LCP || ppp_auth_takes(s, proto)) {
		ppp_session_close(s, LINK_END_USER_ERROR);
	}
}

static bool extra(void *owner, uint8_t code, uint8_t id, struct bytes data)
{
	struct ppp_session *s = owner;
	switch (code) {
	case PPP_CODE_PROTO_REJ:
		take_protocol_reject(s, data);
		return true;
	case PPP_CODE_ECHO_REQ:
		answer_echo(s, id, data);
		return true;
	case PPP_CODE_ECHO_REP:
		if (id == s->echo_id)
			s->echo_lost = 0;
		return true;
	case PPP_CODE_DISCARD:
	case PPP_CODE_IDENT:     /* Windows names itself with three of them */
	case PPP_CODE_TIME_LEFT: /* RFC 1570 §2 */
		return true;
	default:
		return false;
	}
}

static void code_refused(void *owner, uint8_t code)
{
	struct ppp_session *s = owner;
	if (code != PPP_CODE_ECHO_REQ)
		return;
	s->echo_refused = true;
	timer_stop(s->ppp->clock, &s->echo);
}

static const struct ppp_cp_def lcp_def = {
        .name = "LCP",
        .proto = PPP_LCP,
        .opts = {lcp_rows, sizeof(lcp_rows) / sizeof(lcp_rows[0])},
        .enter = ppp_enter,
        .leave = ppp_leave,
        .up = up,
        .down = down,
        .finished = finished,
        .begin = begin,
        .extra = extra,
        .code_refused = code_refused,
};

void ppp_lcp_init(struct ppp_session *s)
{
	ppp_cp_init(&s->lcp, &lcp_def, s->ppp->clock, s, ppp_session_send);
	s->lcp.who = &s->who;
	s->ours = (struct lcp_ours){
	        .mru = ppp_conf_mtu(s->ppp->conf), .magic = fresh_magic(), .ask_magic = true};
	s->peer = s->peer_next = (struct lcp_peer){.mru = MRU_DEFAULT};
}
