#include "ppp/fsm.h"

#include <string.h>

#include "core/base/debug.h"
#include "core/base/hash.h"
#include "core/base/share.h"
#include "ppp/proto.h"

/* What a received packet brings along with its event. */
struct rcvd {
	uint8_t id;
	uint8_t answer;     /* code of the answer to a Configure-Request */
	struct bytes reply; /* its options */
	struct bytes whole; /* the packet, for a Code-Reject */
};

static void debug_line(void *obj, const char *line)
{
	const struct ppp_cp *cp = obj;
	debug_for(cp->who, DEBUG_PPP_NEGOTIATION, 1, "PPP %s", line);
}

static void on_timer(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_cp *cp = arg;
	const struct ppp_cp_def *def = cp->def;
	void *owner = cp->owner;
	if (def->enter)
		def->enter(owner);
	ppp_cp_event(cp, cp->restart > 0 ? PPP_EV_TO_MORE : PPP_EV_TO_LAST);
	if (def->leave)
		def->leave(owner);
}

static void start_timer(struct ppp_cp *cp)
{
	timer_start(cp->clock, &cp->timer, cp->wait_ms > 0 ? cp->wait_ms : PPP_RESTART_MS, on_timer, cp);
}

/* ------------------------------------------------------------------ actions (RFC 1661 §4.4) */

static void tlu(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	cp->naks_out = 0;
	cp->def->up(cp->owner);
}

static void tld(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	cp->def->down(cp->owner);
}

static void tls(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	if (cp->def->started)
		cp->def->started(cp->owner);
}

static void tlf(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	cp->def->finished(cp->owner);
}

/* The timer runs in the states that wait for an answer, and is stopped on entering any other; so the counter
 * is set according to the state that was entered. */
static void irc(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	bool terminating = cp->state == PPP_CLOSING || cp->state == PPP_STOPPING;
	cp->restart = terminating ? PPP_MAX_TERMINATE : PPP_MAX_CONFIGURE;
	start_timer(cp);
}

static void zrc(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	cp->restart = 0;
	start_timer(cp);
}

static void scr(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	uint8_t options[UINT8_MAX];
	struct wr w = wr_of(options, sizeof(options));
	opt_ask(&cp->def->opts, cp->owner, &w);
	/* a repeated request keeps its identifier, so that a late answer to the first one still counts */
	bool same =
	        bytes_eq((struct bytes){options, wr_len(&w)}, (struct bytes){cp->req, cp->req_len});
	if (!same || cp->req_id == 0 || cp->restart == PPP_MAX_CONFIGURE) {
		cp->req_id = ppp_cp_id(cp);
		cp->asked_ms = clock_now(cp->clock);
	}
	if (!same) {
		share_drop(cp->req);
		cp->req = share_hold(options, wr_len(&w));
		cp->req_len = cp->req ? (uint8_t)wr_len(&w) : 0;
	}
	if (cp->restart > 0)
		cp->restart--;
	cp->acked = false;
	ppp_cp_send(cp, PPP_CODE_CONF_REQ, cp->req_id, (struct bytes){cp->req, cp->req_len});
	start_timer(cp);
}

static void sca(struct ppp_cp *cp, struct rcvd *p)
{
	ppp_cp_send(cp, PPP_CODE_CONF_ACK, p->id, p->reply);
}

static void scn(struct ppp_cp *cp, struct rcvd *p)
{
	if (p->answer == PPP_CODE_CONF_NAK && cp->naks_out < UINT8_MAX)
		cp->naks_out++;
	ppp_cp_send(cp, p->answer, p->id, p->reply);
}

static void str(struct ppp_cp *cp, struct rcvd *p)
{
	(void)p;
	if (cp->restart == PPP_MAX_TERMINATE)
		cp->term_id = ppp_cp_id(cp);
	if (cp->restart > 0)
		cp->restart--;
	ppp_cp_send(cp, PPP_CODE_TERM_REQ, cp->term_id, (struct bytes){NULL, 0});
	start_timer(cp);
}

static void sta(struct ppp_cp *cp, struct rcvd *p)
{
	/* an answer carries the request's identifier; unasked (RCA in Closed) the packet's too */
	ppp_cp_send(cp, PPP_CODE_TERM_ACK, p->id, (struct bytes){NULL, 0});
}

static void scj(struct ppp_cp *cp, struct rcvd *p)
{
	ppp_cp_send(cp, PPP_CODE_CODE_REJ, ppp_cp_id(cp), p->whole);
}

static void ser(struct ppp_cp *cp, struct rcvd *p)
{
	ppp_cp_send(cp, PPP_CODE_ECHO_REP, p->id, p->reply);
}

/* Sequences of actions, as the cells of the table name them. An owner that is torn down by one action sets
 * silent; what follows in the cell is then left out. */
#define CELL1(a)                              \
	static void do_##a(void *cp, void *p) \
	{                                     \
		a(cp, p);                     \
	}
#define CELL2(a, b)                                 \
	static void do_##a##_##b(void *cp, void *p) \
	{                                           \
		a(cp, p);                           \
		if (!((struct ppp_cp *)cp)->silent) \
			b(cp, p);                   \
	}
#define CELL3(a, b, c)                                    \
	static void do_##a##_##b##_##c(void *cp, void *p) \
	{                                                 \
		a(cp, p);                                 \
		if (!((struct ppp_cp *)cp)->silent)       \
			b(cp, p);                         \
		if (!((struct ppp_cp *)cp)->silent)       \
			c(cp, p);                         \
	}
CELL1(tls)
CELL1(tlf)
CELL1(tld)
CELL1(irc)
CELL1(scr)
CELL1(str)
CELL1(sta)
CELL1(scn)
CELL1(sca)
CELL1(scj)
CELL1(ser)
CELL2(irc, scr)
CELL2(irc, str)
CELL2(irc, tlu)
CELL2(sca, tlu)
CELL2(tld, scr)
CELL3(irc, scr, sca)
CELL3(irc, scr, scn)
CELL3(tld, irc, str)
CELL3(tld, zrc, sta)
CELL3(tld, scr, sca)
CELL3(tld, scr, scn)

/* ------------------------------------------------------------------ the table (RFC 1661 §4.1)
 *
 * Read by columns as in the RFC; a cell that is "-" there has no row: the event cannot happen in that state
 * and is ignored. The options r (restart), p (passive) and x (crossed connections) are not used. */

#define R(state, event, act, next)                           \
	{                                                    \
		PPP_##state, PPP_EV_##event, PPP_##next, act \
	}
#define NOP NULL
static const struct fsm_row rows[] = {
        R(INITIAL, UP, NOP, CLOSED),
        R(INITIAL, OPEN, do_tls, STARTING),
        R(INITIAL, CLOSE, NOP, INITIAL),

        R(STARTING, UP, do_irc_scr, REQ_SENT),
        R(STARTING, OPEN, NOP, STARTING),
        R(STARTING, CLOSE, do_tlf, INITIAL),

        R(CLOSED, DOWN, NOP, INITIAL),
        R(CLOSED, OPEN, do_irc_scr, REQ_SENT),
        R(CLOSED, CLOSE, NOP, CLOSED),
        R(CLOSED, RCR_GOOD, do_sta, CLOSED),
        R(CLOSED, RCR_BAD, do_sta, CLOSED),
        R(CLOSED, RCA, do_sta, CLOSED),
        R(CLOSED, RCN, do_sta, CLOSED),
        R(CLOSED, RTR, do_sta, CLOSED),
        R(CLOSED, RTA, NOP, CLOSED),
        R(CLOSED, RUC, do_scj, CLOSED),
        R(CLOSED, RXJ_GOOD, NOP, CLOSED),
        R(CLOSED, RXJ_BAD, do_tlf, CLOSED),
        R(CLOSED, RXR, NOP, CLOSED),

        R(STOPPED, DOWN, do_tls, STARTING),
        R(STOPPED, OPEN, NOP, STOPPED),
        R(STOPPED, CLOSE, NOP, CLOSED),
        R(STOPPED, RCR_GOOD, do_irc_scr_sca, ACK_SENT),
        R(STOPPED, RCR_BAD, do_irc_scr_scn, REQ_SENT),
        R(STOPPED, RCA, do_sta, STOPPED),
        R(STOPPED, RCN, do_sta, STOPPED),
        R(STOPPED, RTR, do_sta, STOPPED),
        R(STOPPED, RTA, NOP, STOPPED),
        R(STOPPED, RUC, do_scj, STOPPED),
        R(STOPPED, RXJ_GOOD, NOP, STOPPED),
        R(STOPPED, RXJ_BAD, do_tlf, STOPPED),
        R(STOPPED, RXR, NOP, STOPPED),

        R(CLOSING, DOWN, NOP, INITIAL),
        R(CLOSING, OPEN, NOP, STOPPING),
        R(CLOSING, CLOSE, NOP, CLOSING),
        R(CLOSING, TO_MORE, do_str, CLOSING),
        R(CLOSING, TO_LAST, do_tlf, CLOSED),
        R(CLOSING, RCR_GOOD, NOP, CLOSING),
        R(CLOSING, RCR_BAD, NOP, CLOSING),
        R(CLOSING, RCA, NOP, CLOSING),
        R(CLOSING, RCN, NOP, CLOSING),
        R(CLOSING, RTR, do_sta, CLOSING),
        R(CLOSING, RTA, do_tlf, CLOSED),
        R(CLOSING, RUC, do_scj, CLOSING),
        R(CLOSING, RXJ_GOOD, NOP, CLOSING),
        R(CLOSING, RXJ_BAD, do_tlf, CLOSED),
        R(CLOSING, RXR, NOP, CLOSING),

        R(STOPPING, DOWN, NOP, STARTING),
        R(STOPPING, OPEN, NOP, STOPPING),
        R(STOPPING, CLOSE, NOP, CLOSING),
        R(STOPPING, TO_MORE, do_str, STOPPING),
        R(STOPPING, TO_LAST, do_tlf, STOPPED),
        R(STOPPING, RCR_GOOD, NOP, STOPPING),
        R(STOPPING, RCR_BAD, NOP, STOPPING),
        R(STOPPING, RCA, NOP, STOPPING),
        R(STOPPING, RCN, NOP, STOPPING),
        R(STOPPING, RTR, do_sta, STOPPING),
        R(STOPPING, RTA, do_tlf, STOPPED),
        R(STOPPING, RUC, do_scj, STOPPING),
        R(STOPPING, RXJ_GOOD, NOP, STOPPING),
        R(STOPPING, RXJ_BAD, do_tlf, STOPPED),
        R(STOPPING, RXR, NOP, STOPPING),

        R(REQ_SENT, DOWN, NOP, STARTING),
        R(REQ_SENT, OPEN, NOP, REQ_SENT),
        R(REQ_SENT, CLOSE, do_irc_str, CLOSING),
        R(REQ_SENT, TO_MORE, do_scr, REQ_SENT),
        R(REQ_SENT, TO_LAST, do_tlf, STOPPED),
        R(REQ_SENT, RCR_GOOD, do_sca, ACK_SENT),
        R(REQ_SENT, RCR_BAD, do_scn, REQ_SENT),
        R(REQ_SENT, RCA, do_irc, ACK_RCVD),
        R(REQ_SENT, RCN, do_irc_scr, REQ_SENT),
        R(REQ_SENT, RTR, do_sta, REQ_SENT),
        R(REQ_SENT, RTA, NOP, REQ_SENT),
        R(REQ_SENT, RUC, do_scj, REQ_SENT),
        R(REQ_SENT, RXJ_GOOD, NOP, REQ_SENT),
        R(REQ_SENT, RXJ_BAD, do_tlf, STOPPED),
        R(REQ_SENT, RXR, NOP, REQ_SENT),

        R(ACK_RCVD, DOWN, NOP, STARTING),
        R(ACK_RCVD, OPEN, NOP, ACK_RCVD),
        R(ACK_RCVD, CLOSE, do_irc_str, CLOSING),
        R(ACK_RCVD, TO_MORE, do_scr, REQ_SENT),
        R(ACK_RCVD, TO_LAST, do_tlf, STOPPED),
        R(ACK_RCVD, RCR_GOOD, do_sca_tlu, OPENED),
        R(ACK_RCVD, RCR_BAD, do_scn, ACK_RCVD),
        R(ACK_RCVD, RCA, do_scr, REQ_SENT),
        R(ACK_RCVD, RCN, do_scr, REQ_SENT),
        R(ACK_RCVD, RTR, do_sta, REQ_SENT),
        R(ACK_RCVD, RTA, NOP, REQ_SENT),
        R(ACK_RCVD, RUC, do_scj, ACK_RCVD),
        R(ACK_RCVD, RXJ_GOOD, NOP, REQ_SENT),
        R(ACK_RCVD, RXJ_BAD, do_tlf, STOPPED),
        R(ACK_RCVD, RXR, NOP, ACK_RCVD),

        R(ACK_SENT, DOWN, NOP, STARTING),
        R(ACK_SENT, OPEN, NOP, ACK_SENT),
        R(ACK_SENT, CLOSE, do_irc_str, CLOSING),
        R(ACK_SENT, TO_MORE, do_scr, ACK_SENT),
        R(ACK_SENT, TO_LAST, do_tlf, STOPPED),
        R(ACK_SENT, RCR_GOOD, do_sca, ACK_SENT),
        R(ACK_SENT, RCR_BAD, do_scn, REQ_SENT),
        R(ACK_SENT, RCA, do_irc_tlu, OPENED),
        R(ACK_SENT, RCN, do_irc_scr, ACK_SENT),
        R(ACK_SENT, RTR, do_sta, REQ_SENT),
        R(ACK_SENT, RTA, NOP, ACK_SENT),
        R(ACK_SENT, RUC, do_scj, ACK_SENT),
        R(ACK_SENT, RXJ_GOOD, NOP, ACK_SENT),
        R(ACK_SENT, RXJ_BAD, do_tlf, STOPPED),
        R(ACK_SENT, RXR, NOP, ACK_SENT),

        R(OPENED, DOWN, do_tld, STARTING),
        R(OPENED, OPEN, NOP, OPENED),
        R(OPENED, CLOSE, do_tld_irc_str, CLOSING),
        R(OPENED, RCR_GOOD, do_tld_scr_sca, ACK_SENT),
        R(OPENED, RCR_BAD, do_tld_scr_scn, REQ_SENT),
        R(OPENED, RCA, do_tld_scr, REQ_SENT),
        R(OPENED, RCN, do_tld_scr, REQ_SENT),
        R(OPENED, RTR, do_tld_zrc_sta, STOPPING),
        R(OPENED, RTA, do_tld_scr, REQ_SENT),
        R(OPENED, RUC, do_scj, OPENED),
        R(OPENED, RXJ_GOOD, NOP, OPENED),
        R(OPENED, RXJ_BAD, do_tld_irc_str, STOPPING),
        R(OPENED, RXR, do_ser, OPENED),
};
#undef R

static const char *const state_names[] = {"Initial",  "Starting", "Closed",   "Stopped",  "Closing",
                                          "Stopping", "Req-Sent", "Ack-Rcvd", "Ack-Sent", "Opened"};
static const char *const event_names[] = {"Up",   "Down", "Open", "Close", "TO+", "TO-",
                                          "RCR+", "RCR-", "RCA",  "RCN",   "RTR", "RTA",
                                          "RUC",  "RXJ+", "RXJ-", "RXR"};

const struct fsm_def ppp_fsm_def = {"fsm", state_names, event_names, rows,
                                    sizeof(rows) / sizeof(rows[0])};

const char *ppp_state_name(uint8_t state)
{
	return state < PPP_STATE_N ? state_names[state] : "?";
}

/* ------------------------------------------------------------------ driver */

void ppp_cp_init(struct ppp_cp *cp, const struct ppp_cp_def *def, struct clock *clock, void *owner,
                 void (*send)(void *owner, uint16_t proto, const uint8_t *packet, size_t len))
{
	*cp = (struct ppp_cp){.def = def, .clock = clock, .owner = owner, .send = send};
}

void ppp_cp_stop(struct ppp_cp *cp)
{
	if (cp->clock)
		timer_stop(cp->clock, &cp->timer);
	cp->silent = true;
}

void ppp_cp_clear(struct ppp_cp *cp)
{
	ppp_cp_stop(cp);
	share_drop(cp->req);
	cp->req = NULL;
	cp->req_len = 0;
}

uint8_t ppp_cp_id(struct ppp_cp *cp)
{
	if (++cp->next_id == 0)
		cp->next_id = 1;
	return cp->next_id;
}

static bool needs_timer(uint8_t state)
{
	return state >= PPP_CLOSING && state <= PPP_ACK_SENT;
}

static void step(struct ppp_cp *cp, enum ppp_event ev, struct rcvd *p)
{
	if (cp->silent)
		return;
	struct fsm_def def = ppp_fsm_def;
	def.name = cp->def->name;
	if (!fsm_step(&def, &cp->state, (uint8_t)ev, &cp->history, cp, p, debug_line))
		debug_for(cp->who, DEBUG_PPP_NEGOTIATION, 1, "PPP %s: %s ignored in %s",
		          cp->def->name, event_names[ev], ppp_state_name(cp->state));
	if (!needs_timer(cp->state))
		timer_stop(cp->clock, &cp->timer);
}

void ppp_cp_event(struct ppp_cp *cp, enum ppp_event ev)
{
	if (ev == PPP_EV_UP)
		cp->heard = false;
	struct rcvd none = {0};
	step(cp, ev, &none);
}

void ppp_cp_echo(struct ppp_cp *cp, uint8_t id, struct bytes reply)
{
	struct rcvd p = {.id = id, .reply = reply};
	step(cp, PPP_EV_RXR, &p);
}

static void debug_packet(const struct ppp_cp *cp, const char *way, uint8_t code, uint8_t id,
                         struct bytes data)
{
	if (!debug_on(DEBUG_PPP_NEGOTIATION, 1))
		return;
	char text[300] = "";
	if (code >= PPP_CODE_CONF_REQ && code <= PPP_CODE_CONF_REJ)
		opt_text(&cp->def->opts, data, text, sizeof(text));
	debug_for(cp->who, DEBUG_PPP_NEGOTIATION, 1, "PPP %s: %s %s id %u len %zu%s", cp->def->name,
	          way, ppp_code_name(code), id, data.len + 4, text);
}

void ppp_cp_send(struct ppp_cp *cp, uint8_t code, uint8_t id, struct bytes data)
{
	uint8_t packet[PPP_FRAME_MAX];
	if (cp->silent)
		return;
	/* only rejects carry that much; they may be cut (RFC 1661 §5.6, §5.7) */
	if (data.len > sizeof(packet) - 4)
		data.len = sizeof(packet) - 4;
	debug_packet(cp, "send", code, id, data);
	struct wr w = wr_of(packet, sizeof(packet));
	wr_u8(&w, code);
	wr_u8(&w, id);
	wr_u16(&w, (uint16_t)(data.len + 4));
	wr_bytes(&w, data.p, data.len);
	cp->send(cp->owner, cp->def->proto, packet, wr_len(&w));
}

static void bad(const struct ppp_cp *cp, const char *what)
{
	debug_for(cp->who, DEBUG_PPP_ERROR, 1, "PPP %s: %s: packet dropped", cp->def->name, what);
}

/* The first packet of the peer's, and no answer to our request: very likely it began to listen after the request
 * had come (a daemon that the call starts). The repetition does not wait for the whole restart time then. */
static void hurry(struct ppp_cp *cp)
{
	bool unanswered = cp->state == PPP_REQ_SENT || cp->state == PPP_ACK_SENT;
	uint64_t due = clock_now(cp->clock) + PPP_HURRY_MS;
	if (!cp->heard && unanswered && timer_running(&cp->timer) && cp->timer.at_ms > due)
		timer_start(cp->clock, &cp->timer, PPP_HURRY_MS, on_timer, cp);
}

/* Who has our Ack takes another identifier for what he asks next (§5.1). So the same request again was sent before
 * the Ack came, by a peer that is further away than its Restart timer reaches: it is no reason to begin anew, which
 * would never end over such a way. */
static bool asks_again(const struct ppp_cp *cp, const struct rcvd *p, uint64_t theirs)
{
	return cp->state == PPP_OPENED && cp->theirs == theirs && cp->their_id == p->id;
}

static void take_request(struct ppp_cp *cp, struct rcvd *p, struct bytes options)
{
	static const uint64_t key[2];
	uint8_t reply[PPP_FRAME_MAX - 4];
	struct wr w = wr_of(reply, sizeof(reply));
	bool ok = opt_list_ok(options);
	uint64_t theirs = hash_keyed(key, options.p, options.len) | 1;
	if (asks_again(cp, p, theirs)) {
		ppp_cp_send(cp, PPP_CODE_CONF_ACK, p->id, options);
		return;
	}
	if (ok && cp->def->begin)
		cp->def->begin(cp->owner);
	if (!ok || !opt_judge(&cp->def->opts, cp->owner, options, cp->naks_out >= PPP_MAX_FAILURE,
	                      &w, &p->answer)) {
		bad(cp, "malformed options in ConfReq");
		return;
	}
	p->reply = (struct bytes){reply, wr_len(&w)};
	cp->their_id = p->id;
	cp->theirs = p->answer == PPP_CODE_CONF_ACK ? theirs : 0;
	step(cp, p->answer == PPP_CODE_CONF_ACK ? PPP_EV_RCR_GOOD : PPP_EV_RCR_BAD, p);
	hurry(cp);
}

/* A second answer to one request: it was repeated while the first answer was under way. A peer that is up begins anew
 * when it hears a repeated request, so from now on the Restart timer waits for as long as this way takes (§4.6). */
static void learn_distance(struct ppp_cp *cp)
{
	uint64_t wait = (uint64_t)cp->took_ms + cp->took_ms / 2;
	if (wait > PPP_RESTART_MS)
		cp->wait_ms = (uint16_t)(wait < PPP_RESTART_MOST_MS ? wait : PPP_RESTART_MOST_MS);
}

/* Ack, Nak and Rej count only as answers to our last request (§5.2-5.4). */
static void take_answer(struct ppp_cp *cp, struct rcvd *p, uint8_t code, struct bytes options)
{
	struct bytes sent = {cp->req, cp->req_len};
	bool waiting = cp->state >= PPP_REQ_SENT;
	if (p->id == cp->answered_id)
		learn_distance(cp);
	if (p->id != cp->req_id || cp->req_id == 0) {
		bad(cp, "answer to another request");
		return;
	}
	/* A request that was sent twice may be answered twice: the second answer is no news, let alone a reason to
	 * take the link down (the table means answers out of nowhere). */
	if (cp->acked && (cp->state == PPP_ACK_RCVD || cp->state == PPP_OPENED)) {
		bad(cp, "answer again");
		return;
	}
	if (code == PPP_CODE_CONF_ACK ? !bytes_eq(options, sent)
	    : code == PPP_CODE_CONF_NAK
	            ? !opt_list_ok(options) ||
	                      (waiting && !opt_take_nak(&cp->def->opts, cp->owner, options))
	            : !opt_list_ok(options) || (waiting && !opt_take_rej(&cp->def->opts, cp->owner,
	                                                                 options, sent))) {
		bad(cp, "answer does not fit the request");
		return;
	}
	cp->acked = code == PPP_CODE_CONF_ACK;
	cp->answered_id = p->id;
	cp->took_ms = (uint32_t)(clock_now(cp->clock) - cp->asked_ms);
	step(cp, code == PPP_CODE_CONF_ACK ? PPP_EV_RCA : PPP_EV_RCN, p);
}

/* Code-Reject is fatal for the codes nothing works without (§5.6). */
static void take_code_reject(struct ppp_cp *cp, struct rcvd *p, struct bytes data)
{
	struct rd r = rd_of(data.p, data.len);
	uint8_t code = rd_u8(&r);
	if (!rd_ok(&r)) {
		bad(cp, "empty Code-Reject");
		return;
	}
	bool fatal = code >= PPP_CODE_CONF_REQ && code <= PPP_CODE_CODE_REJ;
	if (!fatal && cp->def->code_refused)
		cp->def->code_refused(cp->owner, code);
	step(cp, fatal ? PPP_EV_RXJ_BAD : PPP_EV_RXJ_GOOD, p);
}

void ppp_cp_input(struct ppp_cp *cp, const uint8_t *packet, size_t len)
{
	struct rd r = rd_of(packet, len);
	uint8_t code = rd_u8(&r);
	struct rcvd p = {.id = rd_u8(&r)};
	uint16_t total = rd_u16(&r);
	if (!rd_ok(&r) || total < 4 || total > len || total > PPP_FRAME_MAX) {
		bad(cp, "bad length");
		return;
	}
	struct bytes data = rd_bytes(&r, (size_t)total - 4); /* what follows is padding (§5) */
	p.whole = (struct bytes){packet, total};
	debug_packet(cp, "recv", code, p.id, data);
	switch (code) {
	case PPP_CODE_CONF_REQ:
		take_request(cp, &p, data);
		break;
	case PPP_CODE_CONF_ACK:
	case PPP_CODE_CONF_NAK:
	case PPP_CODE_CONF_REJ:
		take_answer(cp, &p, code, data);
		break;
	case PPP_CODE_TERM_REQ:
		step(cp, PPP_EV_RTR, &p);
		break;
	case PPP_CODE_TERM_ACK:
		step(cp, PPP_EV_RTA, &p);
		break;
	case PPP_CODE_CODE_REJ:
		take_code_reject(cp, &p, data);
		break;
	default:
		if (!cp->def->extra || !cp->def->extra(cp->owner, code, p.id, data))
			step(cp, PPP_EV_RUC, &p);
	}
	cp->heard = true;
}
