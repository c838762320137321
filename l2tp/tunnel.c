#include <stdio.h>
#include <string.h>

#include "core/base/log.h"
#include "l2tp/internal.h"

/* What happens to a tunnel. Messages by name; an unacceptable one is BAD whatever its type. */
#define EVENT_LIST(X) \
	X(SCCRQ)      \
	X(SCCRP) X(SCCCN) X(STOPCCN) X(HELLO) X(CALL) X(BAD) X(CLOSE) X(GUARD) X(SILENT) X(ACKED)

enum event {
#define X(name) EV_##name,
	EVENT_LIST(X)
#undef X
};
static const char *const event_names[] = {
#define X(name) #name,
        EVENT_LIST(X)
#undef X
};
static const char *const state_names[TUN_STATES] = {"IDLE", "WAIT-CTL-CONN", "ESTABLISHED",
                                                    "CLOSING", "LINGER"};

/* What comes with an event. */
struct cause {
	const struct msg_head *head;
	const struct avp_set *set;
	enum link_end why;     /* CLOSE */
	enum l2tp_error error; /* BAD */
	enum l2tp_refuse refuse;
};

const char *tunnel_state_word(uint8_t state)
{
	static const char *const words[TUN_STATES] = {"idle", "wait-connect", "established",
	                                              "shutting-down", "shutting-down"};
	return words[state];
}

const char *tunnel_state_short(uint8_t state)
{
	static const char *const words[TUN_STATES] = {"idle", "wt-conn", "estabd", "closing",
	                                              "closing"};
	return words[state];
}

static void say(void *obj, const char *line)
{
	const struct l2tp_tunnel *t = obj;
	debug_for(&t->who, DEBUG_L2TP_EVENT, 1, "L2TP: tnl %u: %s", t->id, line);
}

static void step(struct l2tp_tunnel *t, enum event ev, struct cause *cause);

/* ------------------------------------------------------------------------------ life and counting */

/* It leaves the live states: out of the limits, and the log is told. */
static void uncount(struct l2tp_tunnel *t)
{
	struct l2tp *l = t->l;
	if (!t->counted)
		return;
	t->counted = false;
	l->live--;
	l2tp_count_half(t, false);
	timer_stop(l->clock, &t->hello);
	if (t->told)
		log_msg(MSG_603107, t->id, ip4_text(t->remote.ip).s);
	t->told = false;
}

static void not_leaving(struct l2tp_tunnel *t)
{
	struct l2tp *l = t->l;
	if (!t->leaving)
		return;
	t->leaving = false;
	l->closing--;
	*(t->closing_prev != NULL ? &t->closing_prev->closing_next : &l->closing_first) = t->closing_next;
	*(t->closing_next != NULL ? &t->closing_next->closing_prev : &l->closing_last) = t->closing_prev;
}

static void bury(struct l2tp_tunnel *t)
{
	const char *const texts[] = {t->group, t->ifname, t->host, t->vendor, t->call.username};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		share_drop_text(texts[i]);
	pool_put(t->l->tunnels, t);
}

static void discard(struct l2tp_tunnel *t)
{
	struct l2tp *l = t->l;
	if (t->gone)
		return;
	uncount(t);
	not_leaving(t);
	t->state = TUN_IDLE;
	timer_stop(l->clock, &t->guard);
	chan_free(&t->chan);
	l2tp_remove(l, t);
	t->gone = true;
	if (!t->busy)
		bury(t);
}

/* Whoever may run callbacks holds the tunnel (busy) meanwhile; the outermost one frees what has gone. */
static void release(struct l2tp_tunnel *t, bool outer)
{
	t->busy = !outer;
	if (outer && t->gone)
		bury(t);
}

static void drop_oldest_closing(struct l2tp *l)
{
	struct l2tp_tunnel *oldest = l->closing_first;
	while (oldest != NULL && oldest->busy)
		oldest = oldest->closing_next;
	if (oldest != NULL)
		discard(oldest);
}

/* From live to CLOSING or LINGER; the state is set already. */
static void farewell_begins(struct l2tp_tunnel *t)
{
	struct l2tp *l = t->l;
	uncount(t);
	t->changed_ms = clock_now(l->clock);
	if (l->closing >= CLOSING_MAX)
		drop_oldest_closing(l);
	l->closing++;
	t->leaving = true;
	t->closing_next = NULL;
	t->closing_prev = l->closing_last;
	*(t->closing_prev != NULL ? &t->closing_prev->closing_next : &l->closing_first) = t;
	l->closing_last = t;
}

static void guard_fired(struct timer *timer, void *arg)
{
	(void)timer;
	step(arg, EV_GUARD, NULL);
}

static void guard(struct l2tp_tunnel *t, uint64_t ms)
{
	timer_start(t->l->clock, &t->guard, ms, guard_fired, t);
}

void tunnel_call_changed(struct l2tp_tunnel *t, bool up)
{
	if (up) {
		l2tp_count_half(t, false);
		timer_stop(t->l->clock, &t->guard);
	} else if (t->state == TUN_ESTABLISHED) {
		guard(t, EMPTY_MS);
	}
}

/* ------------------------------------------------------------------------------------------ hello */

/* Data is a sign of life too; the worker's counters are looked at a few times per interval. */
static void note_data(struct l2tp_tunnel *t)
{
	struct l2tp_counters n = call_counters(&t->call);
	if (n.pkts_in != t->data_seen)
		t->data_ms = clock_now(t->l->clock);
	t->data_seen = n.pkts_in;
}

/* RFC 2661 §6.5: after hello seconds without a message of any kind from the peer */
static void hello_due(struct timer *timer, void *arg)
{
	struct l2tp_tunnel *t = arg;
	(void)timer;
	note_data(t);
	uint64_t now = clock_now(t->l->clock), every = (uint64_t)t->l->conf.hello_s * 1000;
	uint64_t last = t->chan.heard_ms > t->data_ms ? t->chan.heard_ms : t->data_ms;
	uint64_t next = every / 4;
	if (now - last >= every) {
		struct msg_body m;
		msg_build_hello(&m);
		if (t->chan.queued == 0)
			chan_send(&t->chan, 0, &m);
	} else if (last + every - now < next) {
		next = last + every - now;
	}
	timer_start(t->l->clock, &t->hello, next, hello_due, t);
}

void tunnel_hello_restart(struct l2tp_tunnel *t)
{
	if (t->state == TUN_ESTABLISHED)
		timer_start(t->l->clock, &t->hello, 0, hello_due, t);
}

/* ---------------------------------------------------------------------------------------- actions */

static void send_stopccn(struct l2tp_tunnel *t, uint16_t result, uint16_t error, const char *text)
{
	struct msg_body m;
	if (t->gone)
		return;
	msg_build_stopccn(&m, t->id, result, error, text);
	farewell_begins(t);
	timer_stop(t->l->clock, &t->guard);
	if (!chan_send(&t->chan, 0, &m))
		discard(t);
}

static void act_sccrp(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	struct msg_body m;
	(void)data;
	msg_build_sccrp(&m, t->l->conf.host, t->id, CHAN_WINDOW);
	if (!chan_send(&t->chan, 0, &m)) {
		discard(t);
		return;
	}
	guard(t, SETUP_MS);
}

static void act_up(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	(void)data;
	t->told = true;
	t->changed_ms = t->data_ms = clock_now(t->l->clock);
	tunnel_hello_restart(t);
}

static void act_call(void *obj, void *data)
{
	struct cause *cause = data;
	call_message(obj, cause->head, cause->set);
}

static void act_bad(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	struct cause *cause = data;
	char text[48] = "";
	if (cause->set->error_type != 0 || cause->set->error_vendor != 0)
		snprintf(text, sizeof text, "AVP %u of vendor %u", cause->set->error_type,
		         cause->set->error_vendor);
	l2tp_refuse(t->l, t->remote.ip, t->id, cause->refuse);
	l2tp_failed(t, FAIL_L2TP_BAD, text[0] != '\0' ? text : l2tp_refuse_text(cause->refuse));
	call_close(&t->call, LINK_END_SERVICE_UNAVAILABLE);
	send_stopccn(t, STOP_ERROR, (uint16_t)cause->error, text);
}

static void act_fsm(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	(void)data;
	l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
	l2tp_failed(t, FAIL_L2TP_BAD, l2tp_refuse_text(L2TP_REFUSE_UNEXPECTED));
	call_close(&t->call, LINK_END_SERVICE_UNAVAILABLE);
	send_stopccn(t, STOP_FSM, 0, NULL);
}

static void act_close(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	struct cause *cause = data;
	call_close(&t->call, cause->why);
	send_stopccn(t, cause->why == LINK_END_ADMIN_SHUTDOWN ? STOP_SHUTDOWN : STOP_CLEAR, 0,
	             NULL);
}

/* no call in time: the client gave up, or speaks to somebody else */
static void act_guard(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	(void)data;
	l2tp_failed(t, FAIL_L2TP_SILENT, NULL);
	call_close(&t->call, LINK_END_LOST_CARRIER);
	send_stopccn(t, STOP_CLEAR, 0, NULL);
}

/* The peer's StopCCN: acknowledged by the channel; repeated ones for a full cycle (§5.7). */
static void act_stopped(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	struct cause *cause = data;
	struct avp_result res = avp_result(cause->set);
	debug_for(&t->who, DEBUG_L2TP_EVENT, 1, "L2TP: tnl %u: peer stops, result %u, error %u",
	          t->id, res.result, res.error);
	l2tp_failed(t, FAIL_GAVE_UP, NULL);
	call_drop(&t->call, LINK_END_USER_REQUEST);
	if (t->gone)
		return;
	farewell_begins(t);
	guard(t, LINGER_MS);
}

static void act_stopped_both(void *obj, void *data)
{
	(void)data;
	guard(obj, LINGER_MS);
}

static void act_lost(void *obj, void *data)
{
	struct l2tp_tunnel *t = obj;
	(void)data;
	debug_for(&t->who, DEBUG_L2TP_ERROR, 1, "L2TP: tnl %u: no answer from %s, peer is dead",
	          t->id, ip4_text(t->remote.ip).s);
	l2tp_failed(t, FAIL_L2TP_SILENT, NULL);
	tunnel_drop(t, LINK_END_LOST_SERVICE, true);
}

static void act_discard(void *obj, void *data)
{
	(void)data;
	discard(obj);
}

/* ------------------------------------------------------------------------------------------ table
 * RFC 2661 §7.2.1, the states of an LNS that never opens a tunnel itself, then ours for the way out. An SCCRQ
 * that is not acceptable is refused before there is a tunnel (l2tp.c). Pairs without a row: the message is
 * acknowledged, counted as unexpected and not followed:
 *   IDLE          anything but SCCRQ: there is no object in that state
 *   WAIT-CTL-CONN CALL: a call before SCCCN cannot be in order
 *   CLOSING       SCCRQ .. SCCCN, HELLO, CALL, BAD, CLOSE: our StopCCN is on its way
 *   LINGER        the same: the peer has said goodbye */
static const struct fsm_row rows[] = {
        /* idle: receive SCCRQ, acceptable */
        {TUN_IDLE, EV_SCCRQ, TUN_WAIT_CTL_CONN, act_sccrp},
        /* wait-ctl-conn: receive SCCCN, acceptable; not acceptable */
        {TUN_WAIT_CTL_CONN, EV_SCCCN, TUN_ESTABLISHED, act_up},
        {TUN_WAIT_CTL_CONN, EV_BAD, TUN_CLOSING, act_bad},
        /* wait-ctl-conn: receive SCCRQ, SCCRP */
        {TUN_WAIT_CTL_CONN, EV_SCCRQ, TUN_CLOSING, act_fsm},
        {TUN_WAIT_CTL_CONN, EV_SCCRP, TUN_CLOSING, act_fsm},
        {TUN_WAIT_CTL_CONN, EV_HELLO, TUN_WAIT_CTL_CONN, NULL},
        {TUN_WAIT_CTL_CONN, EV_STOPCCN, TUN_LINGER, act_stopped},
        {TUN_WAIT_CTL_CONN, EV_CLOSE, TUN_CLOSING, act_close},
        {TUN_WAIT_CTL_CONN, EV_GUARD, TUN_CLOSING, act_guard},
        {TUN_WAIT_CTL_CONN, EV_SILENT, TUN_WAIT_CTL_CONN, act_lost},
        {TUN_WAIT_CTL_CONN, EV_ACKED, TUN_WAIT_CTL_CONN, NULL},
        /* established: receive SCCRQ, SCCRP, SCCCN */
        {TUN_ESTABLISHED, EV_SCCRQ, TUN_CLOSING, act_fsm},
        {TUN_ESTABLISHED, EV_SCCRP, TUN_CLOSING, act_fsm},
        {TUN_ESTABLISHED, EV_SCCCN, TUN_CLOSING, act_fsm},
        /* established: admin tunnel close */
        {TUN_ESTABLISHED, EV_CLOSE, TUN_CLOSING, act_close},
        /* established: receive StopCCN */
        {TUN_ESTABLISHED, EV_STOPCCN, TUN_LINGER, act_stopped},
        {TUN_ESTABLISHED, EV_HELLO, TUN_ESTABLISHED, NULL},
        {TUN_ESTABLISHED, EV_CALL, TUN_ESTABLISHED, act_call},
        {TUN_ESTABLISHED, EV_BAD, TUN_CLOSING, act_bad},
        {TUN_ESTABLISHED, EV_GUARD, TUN_CLOSING, act_guard},
        {TUN_ESTABLISHED, EV_SILENT, TUN_ESTABLISHED, act_lost},
        {TUN_ESTABLISHED, EV_ACKED, TUN_ESTABLISHED, NULL},
        /* StopCCN sent, §5.7 */
        {TUN_CLOSING, EV_STOPCCN, TUN_LINGER, act_stopped_both},
        {TUN_CLOSING, EV_ACKED, TUN_CLOSING, act_discard},
        {TUN_CLOSING, EV_SILENT, TUN_CLOSING, act_discard},
        /* StopCCN received, §5.7 */
        {TUN_LINGER, EV_STOPCCN, TUN_LINGER, NULL},
        {TUN_LINGER, EV_GUARD, TUN_LINGER, act_discard},
        {TUN_LINGER, EV_SILENT, TUN_LINGER, act_discard},
        {TUN_LINGER, EV_ACKED, TUN_LINGER, NULL},
};

static const struct fsm_def def = {
        "tunnel", state_names, event_names, rows, sizeof rows / sizeof rows[0],
};

static void step(struct l2tp_tunnel *t, enum event ev, struct cause *cause)
{
	/* what happens every day is no news */
	bool quiet = ev == EV_ACKED || ev == EV_HELLO || ev == EV_CALL;
	bool outer = !t->busy;
	if (t->gone)
		return;
	t->busy = true;
	if (!fsm_step(&def, &t->state, (uint8_t)ev, quiet ? NULL : &t->history, t, cause,
	              quiet ? NULL : say))
		l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
	release(t, outer);
}

/* ---------------------------------------------------------------------------------------- channel */

static void on_xmit(void *owner, const uint8_t *msg, size_t len)
{
	struct l2tp_tunnel *t = owner;
	l2tp_debug_message(&t->who, 'O', t->remote, msg, len);
	t->l->ops->send(t->l->ctx, t->flow, t->local, t->remote, msg, len);
}

static bool event_of(unsigned type, enum event *ev)
{
	static const uint8_t events[MSG_TYPES] = {
	        [MSG_SCCRQ] = EV_SCCRQ,     [MSG_SCCRP] = EV_SCCRP, [MSG_SCCCN] = EV_SCCCN,
	        [MSG_STOPCCN] = EV_STOPCCN, [MSG_HELLO] = EV_HELLO,
	};
	if (!msg_known(type))
		return false;
	*ev = msg_of_call(type) ? EV_CALL : (enum event)events[type];
	return true;
}

/* What stands in the way of following this message; 0 = nothing. Goodbyes are followed whatever they carry,
 * call messages are judged by the call. */
static enum l2tp_error judge(const struct avp_set *set, enum l2tp_refuse *refuse)
{
	enum avp_type missing;
	if (set->type == MSG_STOPCCN || msg_of_call(set->type))
		return L2TP_ERR_NONE;
	*refuse = set->error == L2TP_ERR_UNKNOWN_AVP ? L2TP_REFUSE_UNKNOWN_AVP
	                                             : L2TP_REFUSE_MALFORMED;
	if (set->error != L2TP_ERR_NONE)
		return set->error;
	if (!msg_missing(set, &missing))
		return L2TP_ERR_NONE;
	*refuse = L2TP_REFUSE_MISSING_AVP;
	return L2TP_ERR_VENDOR;
}

static void on_deliver(void *owner, const struct msg_head *head)
{
	struct l2tp_tunnel *t = owner;
	struct avp_set set;
	struct cause cause = {.head = head, .set = &set, .refuse = L2TP_REFUSE_MALFORMED};
	enum event ev;
	if (!avp_decode(rd_of(head->body.p, head->body.len), &set)) {
		cause.error = L2TP_ERR_LENGTH;
		step(t, EV_BAD, &cause);
		return;
	}
	if (!event_of(set.type, &ev)) {
		/* §4.4.1: an unknown message ends the tunnel only when it says so */
		cause.error = L2TP_ERR_UNKNOWN_AVP;
		cause.refuse = L2TP_REFUSE_UNKNOWN_AVP;
		if (set.type_m)
			step(t, EV_BAD, &cause);
		else
			l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
		return;
	}
	cause.error = judge(&set, &cause.refuse);
	step(t, cause.error != L2TP_ERR_NONE ? EV_BAD : ev, &cause);
}

static void on_idle(void *owner)
{
	step(owner, EV_ACKED, NULL);
}

static bool on_silent(void *owner)
{
	struct l2tp_tunnel *t = owner;
	if (t->state == TUN_ESTABLISHED) {
		note_data(t);
		if (clock_now(t->l->clock) - t->data_ms < ALIVE_MS)
			return true; /* some clients forget to answer Hello while data flows */
	}
	step(t, EV_SILENT, NULL);
	return false;
}

static const struct chan_ops chan_ops = {on_xmit, on_deliver, on_idle, on_silent};

/* --------------------------------------------------------------------------------------- from outside */

static void name(struct l2tp_tunnel *t, const struct l2tp_from *from, const struct avp_set *sccrq)
{
	char text[L2TP_HOST_MAX + 1];
	t->group = share_text(from->tunnel_group);
	t->ifname = share_text(from->ifname);
	avp_text(sccrq, AVP_HOST_NAME, text, sizeof text);
	t->host = share_text(text);
	avp_text(sccrq, AVP_VENDOR_NAME, text, L2TP_VENDOR_MAX + 1);
	t->vendor = share_text(text);
	t->call.username = share_text("");
	t->who = (struct debug_who){.ip = from->remote.ip, .group = t->group, .user = t->call.username};
}

struct l2tp_tunnel *tunnel_open(struct l2tp *l, const struct l2tp_from *from,
                                const struct msg_head *head, const struct avp_set *sccrq)
{
	struct l2tp_tunnel *t = pool_get(l->tunnels);
	if (t == NULL)
		return NULL;
	t->l = l;
	t->peer = from->peer;
	t->flow = from->flow;
	if (!l2tp_add(l, t)) {
		pool_put(l->tunnels, t);
		return NULL;
	}
	t->remote_id = avp_u16(sccrq, AVP_TUNNEL_ID);
	t->local = from->local;
	t->remote = from->remote;
	t->udp_encap = from->udp_encap;
	name(t, from, sccrq);
	t->firmware = avp_u16(sccrq, AVP_FIRMWARE);
	t->call.t = t;
	t->changed_ms = clock_now(l->clock);
	chan_init(&t->chan, l->clock, l->msgs, &chan_ops, t, t->remote_id,
	          (uint16_t)(head->ns + 1));
	if (sccrq->has[AVP_RECEIVE_WINDOW])
		chan_set_window(&t->chan, avp_u16(sccrq, AVP_RECEIVE_WINDOW));
	t->counted = true;
	l2tp_count_half(t, true);
	if (++l->live > l->live_peak)
		l->live_peak = l->live;
	t->busy = true;
	step(t, EV_SCCRQ, NULL);
	t->busy = false;
	if (!t->gone)
		return t;
	bury(t);
	return NULL;
}

void tunnel_input(struct l2tp_tunnel *t, const struct l2tp_from *from, const struct msg_head *head)
{
	bool outer = !t->busy;
	t->busy = true;
	t->remote.ip = from->remote.ip; /* a NAT may have moved the peer; ESP vouches for it */
	switch (chan_input(&t->chan, head)) {
	case CHAN_BAD_ACK:
		l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
		break;
	case CHAN_NOT_HELD:
		l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_NOT_HELD);
		break;
	case CHAN_DELIVERED:
	case CHAN_ACK:
	case CHAN_DUPLICATE:
	case CHAN_HELD:
		break;
	}
	release(t, outer);
}

void tunnel_close(struct l2tp_tunnel *t, enum link_end why)
{
	struct cause cause = {.why = why};
	if (tunnel_live(t))
		step(t, EV_CLOSE, &cause);
}

void tunnel_drop(struct l2tp_tunnel *t, enum link_end why, bool farewell)
{
	bool outer = !t->busy;
	t->busy = true; /* PPP may do anything while it is told */
	call_drop(&t->call, why);
	if (farewell && !t->gone && tunnel_live(t)) {
		struct msg_body m;
		msg_build_stopccn(&m, t->id,
		                  why == LINK_END_ADMIN_SHUTDOWN ? STOP_SHUTDOWN : STOP_CLEAR, 0,
		                  NULL);
		chan_send_once(&t->chan, 0, &m);
	}
	discard(t);
	release(t, outer);
}
