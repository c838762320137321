#include <string.h>

#include "core/base/log.h"
#include "l2tp/data.h"
#include "l2tp/internal.h"

#define EVENT_LIST(X) X(ICRQ) X(ICRP) X(ICCN) X(CDN) X(WEN) X(SLI) X(BAD) X(CLOSE) X(DOWN)

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
static const char *const state_names[CALL_STATES] = {"IDLE", "WAIT-CONNECT", "ESTABLISHED"};

struct cause {
	const struct avp_set *set;
	enum link_end why; /* CLOSE, DOWN */
	enum l2tp_error error;
	enum l2tp_refuse refuse;
};

const char *call_state_word(uint8_t state)
{
	static const char *const words[CALL_STATES] = {"idle", "wait-connect", "established"};
	return words[state];
}

static void say(void *obj, const char *line)
{
	const struct l2tp_call *c = obj;
	debug_for(&c->t->who, DEBUG_L2TP_EVENT, 1, "L2TP: tnl %u cl %u: %s", c->t->id, c->id, line);
}

/* Result code of our CDN (RFC 2661 §4.4.2) for each reason of ours. */
static uint16_t cdn_result(enum link_end why)
{
	switch (why) {
	case LINK_END_USER_REQUEST:
	case LINK_END_LOST_CARRIER:
	case LINK_END_LOST_SERVICE:
		return CDN_CARRIER;
	case LINK_END_SERVICE_UNAVAILABLE:
	case LINK_END_INTERNAL_ERROR:
	case LINK_END_PORT_ERROR:
		return CDN_NO_FACILITIES;
	case LINK_END_CONFIG_ERROR:
		return CDN_NO_FACILITIES_EVER;
	default:
		return CDN_ADMIN;
	}
}

static void send_cdn(struct l2tp_tunnel *t, uint16_t remote_call, uint16_t call, uint16_t result,
                     uint16_t error, const char *text)
{
	struct msg_body m;
	msg_build_cdn(&m, call, result, error, text);
	if (!chan_send(&t->chan, remote_call, &m))
		debug_for(&t->who, DEBUG_L2TP_ERROR, 1,
		          "L2TP: tnl %u: control queue is full, CDN not sent", t->id);
}

/* --------------------------------------------------------------------------------- PPP's side */

struct l2tp_counters call_counters(const struct l2tp_call *c)
{
	struct l2tp_counters n = c->n, data = {0};
	const struct l2tp *l = c->t->l;
	if (!c->up || l->ops->counters == NULL || !l->ops->counters(l->ctx, c->t->id, c->id, &data))
		return n;
	n.pkts_in += data.pkts_in;
	n.pkts_out += data.pkts_out;
	n.bytes_in += data.bytes_in;
	n.bytes_out += data.bytes_out;
	return n;
}

enum { FRAME_MAX = 2048 };

static bool link_send(void *link, const uint8_t *frame, size_t len)
{
	struct l2tp_call *c = link;
	struct l2tp_tunnel *t = c->t;
	uint8_t msg[L2TP_DATA_HEADROOM + FRAME_MAX];
	if (c->state != CALL_ESTABLISHED || t->state != TUN_ESTABLISHED || len == 0 ||
	    len > FRAME_MAX)
		return false;
	struct wr w = wr_of(msg, sizeof msg);
	l2tp_data_write(&w, &(struct l2tp_data_head){.tunnel = t->remote_id,
	                                             .call = c->remote_id,
	                                             .sequenced = c->sequencing,
	                                             .ns = c->ns++});
	wr_bytes(&w, frame, len);
	c->n.pkts_out++;
	c->n.bytes_out += len;
	debug_for(&t->who, DEBUG_L2TP_DATA, 1, "L2TP: O data tnl %u cl %u len %zu", t->remote_id,
	          c->remote_id, len);
	return t->l->ops->send(t->l->ctx, t->flow, t->local, t->remote, msg, wr_len(&w));
}

static void link_close(void *link, enum link_end why)
{
	struct l2tp_call *c = link;
	struct l2tp_tunnel *t = c->t;
	if (c->state != CALL_IDLE)
		tunnel_close(t, why);
}

static const struct link_ops link_ops = {link_send, link_close};

void call_frame(struct l2tp_call *c, const uint8_t *frame, size_t len)
{
	c->n.pkts_in++;
	c->n.bytes_in += len;
	debug_for(&c->t->who, DEBUG_L2TP_DATA, 1, "L2TP: I data tnl %u cl %u len %zu", c->t->id,
	          c->id, len);
	if (c->user != NULL)
		c->t->l->user->input(c->user, frame, len);
}

/* Everybody who knows of the call is told that it is gone. The state is IDLE already. */
static void finish(struct l2tp_call *c, enum link_end why)
{
	struct l2tp_tunnel *t = c->t;
	struct l2tp *l = t->l;
	void *user = c->user;
	uint16_t id = c->id;
	bool up = c->up;
	debug_for(&t->who, DEBUG_L2TP_EVENT, 1, "L2TP: tnl %u cl %u: ended, %s", t->id, id,
	          link_end_text(why));
	struct l2tp_counters n = call_counters(c);
	c->n = (struct l2tp_counters){0};
	t->old.pkts_in += n.pkts_in;
	t->old.pkts_out += n.pkts_out;
	t->old.bytes_in += n.bytes_in;
	t->old.bytes_out += n.bytes_out;
	l2tp_mark_call(l, id, false);
	c->user = NULL;
	if (up)
		l->sessions--;
	c->up = false;
	if (user != NULL)
		l->user->closed(user, why);
	if (up)
		l->ops->call_down(l->ctx, t->id, id);
	tunnel_call_changed(t, false);
}

/* ------------------------------------------------------------------------------------ actions */

static void act_icrp(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	const struct cause *cause = data;
	struct msg_body m;
	c->id = l2tp_new_call_id(c->t->l);
	l2tp_mark_call(c->t->l, c->id, true);
	c->remote_id = avp_u16(cause->set, AVP_SESSION_ID);
	c->serial = avp_u32(cause->set, AVP_CALL_SERIAL);
	c->changed_ms = clock_now(c->t->l->clock);
	msg_build_icrp(&m, c->id);
	if (!chan_send(&c->t->chan, c->remote_id, &m))
		debug_for(&c->t->who, DEBUG_L2TP_ERROR, 1,
		          "L2TP: tnl %u: control queue is full, ICRP not sent", c->t->id);
}

static void no_user(struct l2tp_call *c)
{
	l2tp_refuse(c->t->l, c->t->remote.ip, c->t->id, L2TP_REFUSE_NO_USER);
	l2tp_failed(c->t, FAIL_NO_SESSION, NULL);
	tunnel_close(c->t, LINK_END_SERVICE_UNAVAILABLE);
}

static void act_connected(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	const struct cause *cause = data;
	struct l2tp_tunnel *t = c->t;
	struct l2tp *l = t->l;
	c->sequencing = cause->set->has[AVP_SEQUENCING];
	c->changed_ms = clock_now(l->clock);
	c->info = (struct link_info){
	        .peer = t->peer,
	        .flow = t->flow,
	        .remote = t->remote,
	        .local = t->local,
	        .tunnel = t->id,
	        .call = c->id,
	        .remote_tunnel = t->remote_id,
	        .remote_call = c->remote_id,
	        .host = t->host,
	        .vendor = t->vendor,
	        .firmware = t->firmware,
	        .tunnel_group = t->group,
	        .ifname = t->ifname,
	        .udp_encap = t->udp_encap,
	};
	c->up = true;
	l->sessions++;
	tunnel_call_changed(t, true);
	l->ops->call_up(l->ctx, &c->info, c->sequencing);
	void *user = l->user != NULL ? l->user->open(l->uctx, &c->info, &link_ops, c) : NULL;
	if (c->state != CALL_ESTABLISHED) {
		/* closed while it was being opened */
		if (user != NULL)
			l->user->closed(user, LINK_END_INTERNAL_ERROR);
		return;
	}
	c->user = user;
	if (user == NULL)
		no_user(c);
}

static void act_bad(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	const struct cause *cause = data;
	l2tp_refuse(c->t->l, c->t->remote.ip, c->t->id, cause->refuse);
	l2tp_failed(c->t, FAIL_L2TP_BAD, l2tp_refuse_text(cause->refuse));
	send_cdn(c->t, c->remote_id, c->id, CDN_ERROR, (uint16_t)cause->error, NULL);
	finish(c, LINK_END_SERVICE_UNAVAILABLE);
}

static void act_fsm(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	(void)data;
	l2tp_refuse(c->t->l, c->t->remote.ip, c->t->id, L2TP_REFUSE_UNEXPECTED);
	l2tp_failed(c->t, FAIL_L2TP_BAD, l2tp_refuse_text(L2TP_REFUSE_UNEXPECTED));
	send_cdn(c->t, c->remote_id, c->id, CDN_ERROR, L2TP_ERR_VENDOR, "message not expected");
	finish(c, LINK_END_SERVICE_UNAVAILABLE);
}

static void act_peer_cdn(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	const struct cause *cause = data;
	struct avp_result res = avp_result(cause->set);
	debug_for(&c->t->who, DEBUG_L2TP_EVENT, 1,
	          "L2TP: tnl %u cl %u: peer disconnects, result %u, error %u", c->t->id, c->id,
	          res.result, res.error);
	l2tp_failed(c->t, FAIL_GAVE_UP, NULL);
	finish(c, LINK_END_USER_REQUEST);
}

static void act_close(void *obj, void *data)
{
	struct l2tp_call *c = obj;
	const struct cause *cause = data;
	send_cdn(c->t, c->remote_id, c->id, cdn_result(cause->why), 0, NULL);
	finish(c, cause->why);
}

static void act_down(void *obj, void *data)
{
	const struct cause *cause = data;
	finish(obj, cause->why);
}

/* RFC 2661 §7.4.2, the LNS of an incoming call. An ICRQ while a call exists is another session: it is refused
 * before it gets here (second_call). Pairs without a row are acknowledged, counted as unexpected, not followed:
 *   IDLE          ICRP, ICCN: no call of ours (the RFC: clean up, there is nothing) · CDN: it crossed ours ·
 *                 WEN, SLI, BAD, CLOSE, DOWN: nothing to do */
static const struct fsm_row rows[] = {
        /* idle: receive ICRQ, acceptable */
        {CALL_IDLE, EV_ICRQ, CALL_WAIT_CONNECT, act_icrp},
        /* wait-connect: receive ICCN, acceptable; not acceptable; receive ICRP */
        {CALL_WAIT_CONNECT, EV_ICCN, CALL_ESTABLISHED, act_connected},
        {CALL_WAIT_CONNECT, EV_BAD, CALL_IDLE, act_bad},
        {CALL_WAIT_CONNECT, EV_ICRP, CALL_IDLE, act_fsm},
        /* idle, wait-connect, established: receive CDN */
        {CALL_WAIT_CONNECT, EV_CDN, CALL_IDLE, act_peer_cdn},
        {CALL_ESTABLISHED, EV_CDN, CALL_IDLE, act_peer_cdn},
        /* wait-connect, established: local close request */
        {CALL_WAIT_CONNECT, EV_CLOSE, CALL_IDLE, act_close},
        {CALL_ESTABLISHED, EV_CLOSE, CALL_IDLE, act_close},
        {CALL_WAIT_CONNECT, EV_DOWN, CALL_IDLE, act_down},
        {CALL_ESTABLISHED, EV_DOWN, CALL_IDLE, act_down},
        /* established: receive ICRP, ICCN */
        {CALL_ESTABLISHED, EV_ICRP, CALL_IDLE, act_fsm},
        {CALL_ESTABLISHED, EV_ICCN, CALL_IDLE, act_fsm},
        {CALL_ESTABLISHED, EV_BAD, CALL_IDLE, act_bad},
        /* error reports and ACCM (§6.13, §6.14): nothing here depends on them */
        {CALL_WAIT_CONNECT, EV_WEN, CALL_WAIT_CONNECT, NULL},
        {CALL_ESTABLISHED, EV_WEN, CALL_ESTABLISHED, NULL},
        {CALL_WAIT_CONNECT, EV_SLI, CALL_WAIT_CONNECT, NULL},
        {CALL_ESTABLISHED, EV_SLI, CALL_ESTABLISHED, NULL},
};

static const struct fsm_def def = {
        "call", state_names, event_names, rows, sizeof rows / sizeof rows[0],
};

static bool step(struct l2tp_call *c, enum event ev, struct cause *cause)
{
	return fsm_step(&def, &c->state, (uint8_t)ev, &c->history, c, cause, say);
}

/* ----------------------------------------------------------------------------------- messages */

/* One PPP session a tunnel: the first one stays as it is. */
static void second_call(struct l2tp_tunnel *t, const struct avp_set *set)
{
	l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_SECOND_CALL);
	log_msg(MSG_603110, t->id, ip4_text(t->remote.ip).s, t->call.username);
	send_cdn(t, avp_u16(set, AVP_SESSION_ID), l2tp_new_call_id(t->l), CDN_ERROR,
	         L2TP_ERR_RESOURCES, "Multiple sessions per tunnel are not supported");
}

static enum l2tp_error judge(const struct avp_set *set, enum l2tp_refuse *refuse)
{
	enum avp_type missing;
	*refuse = set->error == L2TP_ERR_UNKNOWN_AVP ? L2TP_REFUSE_UNKNOWN_AVP
	                                             : L2TP_REFUSE_MALFORMED;
	if (set->type == MSG_CDN)
		return L2TP_ERR_NONE; /* a goodbye is followed whatever it carries */
	if (set->error != L2TP_ERR_NONE)
		return set->error;
	if (!msg_missing(set, &missing))
		return L2TP_ERR_NONE;
	*refuse = L2TP_REFUSE_MISSING_AVP;
	return L2TP_ERR_VENDOR;
}

static void new_call(struct l2tp_tunnel *t, struct cause *cause)
{
	uint16_t remote = avp_u16(cause->set, AVP_SESSION_ID);
	if (cause->error == L2TP_ERR_NONE && remote == 0) {
		cause->error = L2TP_ERR_SESSION_ID;
		cause->refuse = L2TP_REFUSE_MALFORMED;
	}
	if (cause->error != L2TP_ERR_NONE) {
		l2tp_refuse(t->l, t->remote.ip, t->id, cause->refuse);
		l2tp_failed(t, FAIL_L2TP_BAD, l2tp_refuse_text(cause->refuse));
		send_cdn(t, remote, l2tp_new_call_id(t->l), CDN_ERROR, (uint16_t)cause->error,
		         NULL);
	} else if (t->call.state != CALL_IDLE) {
		second_call(t, cause->set);
	} else {
		l2tp_name_user(t, ""); /* a session that was here before had another */
		t->call = (struct l2tp_call){.t = t, .username = t->call.username};
		step(&t->call, EV_ICRQ, cause);
	}
}

/* The header names our call; a peer that never learned it writes 0 and its own number into a CDN (§6.12). */
static bool names(const struct l2tp_call *c, const struct msg_head *head, const struct avp_set *set)
{
	if (c->state == CALL_IDLE)
		return false;
	if (head->call == c->id)
		return true;
	return set->type == MSG_CDN && head->call == 0 && set->has[AVP_SESSION_ID] &&
	       avp_u16(set, AVP_SESSION_ID) == c->remote_id;
}

static const uint8_t events[MSG_TYPES] = {
        [MSG_ICRP] = EV_ICRP, [MSG_ICCN] = EV_ICCN, [MSG_CDN] = EV_CDN,
        [MSG_WEN] = EV_WEN,   [MSG_SLI] = EV_SLI,
};

void call_message(struct l2tp_tunnel *t, const struct msg_head *head, const struct avp_set *set)
{
	struct cause cause = {.set = set};
	cause.error = judge(set, &cause.refuse);
	switch (set->type) {
	case MSG_ICRQ:
		new_call(t, &cause);
		return;
	case MSG_OCRQ: /* we place no calls (§7.5.1: not acceptable) */
		l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
		send_cdn(t, avp_u16(set, AVP_SESSION_ID), l2tp_new_call_id(t->l),
		         CDN_NO_FACILITIES_EVER, 0, NULL);
		return;
	case MSG_OCRP:
	case MSG_OCCN: /* answers to what we never send */
		break;
	default:
		if (names(&t->call, head, set) &&
		    step(&t->call, cause.error != L2TP_ERR_NONE ? EV_BAD : events[set->type],
		         &cause))
			return;
		break;
	}
	l2tp_refuse(t->l, t->remote.ip, t->id, L2TP_REFUSE_UNEXPECTED);
}

void call_close(struct l2tp_call *c, enum link_end why)
{
	struct cause cause = {.why = why};
	if (c->state != CALL_IDLE)
		step(c, EV_CLOSE, &cause);
}

void call_drop(struct l2tp_call *c, enum link_end why)
{
	struct cause cause = {.why = why};
	if (c->state != CALL_IDLE)
		step(c, EV_DOWN, &cause);
}
