#include "l2tp/l2tp.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "l2tp/data.h"
#include "l2tp/internal.h"

const char *l2tp_refuse_text(enum l2tp_refuse r)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        L2TP_REFUSE_LIST(X)
#undef X
	};
	return (size_t)r < sizeof texts / sizeof texts[0] ? texts[r] : "";
}

struct l2tp *l2tp_new(struct clock *clock, const struct l2tp_ops *ops, void *ctx)
{
	struct l2tp *l = calloc(1, sizeof *l);
	if (l == NULL)
		return NULL;
	l->clock = clock;
	l->ops = ops;
	l->ctx = ctx;
	l->conf = (struct l2tp_conf){L2TP_HELLO_S, L2TP_TUNNEL_LIMIT, "postern"};
	l->tunnels = pool_new("L2TP tunnels", sizeof(struct l2tp_tunnel), TUNNEL_CEILING);
	l->msgs = pool_new("L2TP messages", sizeof(struct chan_msg), MSG_CEILING);
	l->by_id = hash_new(TUNNEL_CEILING);
	l->by_flow = hash_new(TUNNEL_CEILING);
	if (countmap_init(&l->half_of, HALF_OPEN_MAX) && l->tunnels != NULL && l->msgs != NULL && l->by_id != NULL &&
	    l->by_flow != NULL)
		return l;
	l2tp_free(l);
	return NULL;
}

void l2tp_free(struct l2tp *l)
{
	if (l == NULL)
		return;
	while (l->first != NULL)
		tunnel_drop(l->first, LINK_END_ADMIN_SHUTDOWN, false);
	hash_free(l->by_id);
	hash_free(l->by_flow);
	countmap_free(&l->half_of);
	pool_delete(l->msgs);
	pool_delete(l->tunnels);
	free(l);
}

void l2tp_set_user(struct l2tp *l, const struct link_user *user, void *uctx)
{
	l->user = user;
	l->uctx = uctx;
}

void l2tp_set_conf(struct l2tp *l, const struct l2tp_conf *conf)
{
	bool hello = conf->hello_s != l->conf.hello_s;
	l->conf = *conf;
	for (struct l2tp_tunnel *t = l->first; hello && t != NULL; t = t->next)
		tunnel_hello_restart(t);
}

/* --------------------------------------------------------------------------------- the tunnels */

struct l2tp_tunnel *l2tp_by_id(const struct l2tp *l, uint16_t id)
{
	return hash_get(l->by_id, &id, sizeof id);
}

/* Numbers go up and begin again behind 65535, so that one is not used again soon. */
static uint16_t free_number(struct l2tp *l)
{
	for (unsigned i = 0; i < 65535; i++) {
		if (++l->next_tunnel == 0)
			l->next_tunnel = 1;
		if (l2tp_by_id(l, l->next_tunnel) == NULL)
			return l->next_tunnel;
	}
	return 0;
}

bool l2tp_add(struct l2tp *l, struct l2tp_tunnel *t)
{
	t->id = free_number(l);
	if (t->id == 0 || !hash_put(l->by_id, &t->id, sizeof t->id, t))
		return false;
	struct l2tp_tunnel *before = l->newest;
	if (before != NULL && before->id > t->id) /* numbers begin again */
		before = NULL;
	while ((before != NULL ? before->next : l->first) != NULL &&
	       (before != NULL ? before->next : l->first)->id < t->id)
		before = before != NULL ? before->next : l->first;
	t->flow_next = hash_get(l->by_flow, &t->flow, sizeof t->flow);
	if (!hash_put(l->by_flow, &t->flow, sizeof t->flow, t)) {
		hash_del(l->by_id, &t->id, sizeof t->id);
		return false;
	}
	l->newest = t;
	t->prev = before;
	t->next = before != NULL ? before->next : l->first;
	*(before != NULL ? &before->next : &l->first) = t;
	*(t->next != NULL ? &t->next->prev : &l->last) = t;
	return true;
}

static void leave_flow(struct l2tp *l, struct l2tp_tunnel *t)
{
	struct l2tp_tunnel *first = hash_get(l->by_flow, &t->flow, sizeof t->flow);
	for (struct l2tp_tunnel **at = &first; *at != NULL; at = &(*at)->flow_next)
		if (*at == t) {
			*at = t->flow_next;
			break;
		}
	if (first != NULL)
		hash_put(l->by_flow, &t->flow, sizeof t->flow, first);
	else
		hash_del(l->by_flow, &t->flow, sizeof t->flow);
}

struct l2tp_tunnel *l2tp_of_flow(const struct l2tp *l, uint32_t flow)
{
	struct l2tp_tunnel *t = hash_get(l->by_flow, &flow, sizeof flow);
	while (t != NULL && !t->counted)
		t = t->flow_next;
	return t;
}

void l2tp_remove(struct l2tp *l, struct l2tp_tunnel *t)
{
	leave_flow(l, t);
	hash_del(l->by_id, &t->id, sizeof t->id);
	if (l->newest == t)
		l->newest = t->prev;
	*(t->prev != NULL ? &t->prev->next : &l->first) = t->next;
	*(t->next != NULL ? &t->next->prev : &l->last) = t->prev;
}

void l2tp_name_user(struct l2tp_tunnel *t, const char *username)
{
	char text[L2TP_NAME_MAX + 1];
	str_copy(text, sizeof text, str_of(username));
	share_set_text(&t->call.username, text);
	t->who.user = t->call.username;
}

uint16_t l2tp_new_call_id(struct l2tp *l)
{
	for (unsigned i = 0; i < 65535; i++) {
		if (++l->next_call == 0)
			l->next_call = 1;
		if ((l->calls[l->next_call / 8] >> l->next_call % 8 & 1) == 0)
			break;
	}
	return l->next_call;
}

void l2tp_mark_call(struct l2tp *l, uint16_t id, bool used)
{
	uint8_t bit = (uint8_t)(1u << id % 8);
	l->calls[id / 8] = (uint8_t)(used ? l->calls[id / 8] | bit : l->calls[id / 8] & ~bit);
}

void l2tp_debug_message(const struct debug_who *who, char dir, struct ip4_end remote,
                        const uint8_t *msg, size_t len)
{
	struct msg_head head;
	struct avp_set set;
	if (!debug_on(DEBUG_L2TP_PACKET, 1) || msg_parse(rd_of(msg, len), &head) != DROP_NONE)
		return;
	bool zlb = head.body.len == 0;
	bool whole = !zlb && avp_decode(rd_of(head.body.p, head.body.len), &set);
	debug_for(who, DEBUG_L2TP_PACKET, 1, "L2TP: %c %s %s/%u tnl %u cl %u Ns %u Nr %u len %zu",
	          dir, zlb ? "ZLB" : (whole ? msg_name(set.type) : "malformed"),
	          ip4_text(remote.ip).s, remote.port, head.tunnel, head.call, head.ns, head.nr,
	          len);
	for (unsigned i = AVP_MESSAGE_TYPE + 1; whole && i < AVP_N; i++) {
		char text[256];
		if (!set.has[i])
			continue;
		avp_describe(&set, (enum avp_type)i, text, sizeof text);
		debug_for(who, DEBUG_L2TP_PACKET, 1, "L2TP:   %s", text);
	}
	if (whole && set.ignored > 0)
		debug_for(who, DEBUG_L2TP_PACKET, 1, "L2TP:   %u AVPs not used", set.ignored);
	if (debug_on(DEBUG_L2TP_PACKET, 255) && !(whole && set.has[AVP_PROXY_AUTHEN_RESPONSE]))
		debug_hex(who, DEBUG_L2TP_PACKET, 255, "L2TP packet", msg, len);
}

/* ----------------------------------------------------------------------------------- a new tunnel */

/* Refusals keep nothing: the next repetition of the SCCRQ is refused again. The number we name in it belongs to
 * no tunnel; clients take 0 for a mistake. */
static void refuse_sccrq(struct l2tp *l, const struct l2tp_from *from, const struct msg_head *sccrq,
                         uint16_t remote, uint16_t result, uint16_t error, const char *text)
{
	uint8_t msg[MSG_HEAD + MSG_BODY_MAX];
	struct msg_body m;
	uint16_t last = l->next_tunnel, number = free_number(l);
	l->next_tunnel = last;
	msg_build_stopccn(&m, number > 0 ? number : 65535, result, error, text);
	struct msg_head head = {remote, 0, 0, (uint16_t)(sccrq->ns + 1), {m.bytes, m.len}};
	struct wr w = wr_of(msg, sizeof msg);
	msg_write_head(&w, &head);
	wr_bytes(&w, m.bytes, m.len);
	const struct debug_who who = {.ip = from->remote.ip, .group = from->tunnel_group};
	l2tp_debug_message(&who, 'O', from->remote, msg, wr_len(&w));
	l->ops->send(l->ctx, from->flow, from->local, from->remote, msg, wr_len(&w));
}

void l2tp_count_half(struct l2tp_tunnel *t, bool half)
{
	struct l2tp *l = t->l;
	if (t->half == half)
		return;
	t->half = half;
	if (half) {
		countmap_add(&l->half_of, t->peer, 1); /* when it cannot be counted, the limit of all holds */
		l->half++;
	} else {
		countmap_take(&l->half_of, t->peer, 1);
		l->half--;
	}
}

/* Told of a tunnel that never was. */
static void tell_refused(const struct l2tp *l, const struct l2tp_from *from, const struct avp_set *set, enum l2tp_refuse why)
{
	char host[L2TP_HOST_MAX + 1], vendor[L2TP_VENDOR_MAX + 1];
	const struct failure f = {.cause = l2tp_fail_cause(why),
	                          .stage = FAIL_AT_TUNNEL,
	                          .remote = from->remote,
	                          .peer = from->peer,
	                          .group = from->tunnel_group,
	                          .ifname = from->ifname,
	                          .offered = l2tp_refuse_text(why),
	                          .vendor = vendor,
	                          .host = host};
	if (l->ops->refused == NULL)
		return;
	avp_text(set, AVP_HOST_NAME, host, sizeof host);
	avp_text(set, AVP_VENDOR_NAME, vendor, sizeof vendor);
	l->ops->refused(l->ctx, &f);
}

/* What the table of RFC 2661 §7.2.1 calls "receive SCCRQ, not acceptable". */
static bool sccrq_fits(const struct avp_set *set, enum l2tp_refuse *why, uint16_t *result,
                       uint16_t *error)
{
	enum avp_type missing;
	*result = STOP_ERROR;
	*error = (uint16_t)set->error;
	*why = set->error == L2TP_ERR_UNKNOWN_AVP ? L2TP_REFUSE_UNKNOWN_AVP : L2TP_REFUSE_MALFORMED;
	if (set->error != L2TP_ERR_NONE)
		return false;
	*why = L2TP_REFUSE_MISSING_AVP;
	*error = L2TP_ERR_VENDOR;
	if (msg_missing(set, &missing))
		return false;
	*why = L2TP_REFUSE_MALFORMED;
	*error = L2TP_ERR_RANGE;
	if (avp_u16(set, AVP_TUNNEL_ID) == 0)
		return false;
	*why = L2TP_REFUSE_VERSION;
	*result = STOP_VERSION;
	*error = 0x0100; /* §4.4.2: the highest version we know */
	if (avp_u16(set, AVP_PROTOCOL_VERSION) >> 8 != 1)
		return false;
	*why = L2TP_REFUSE_CHALLENGE;
	*result = STOP_NOT_AUTHORIZED;
	*error = 0;
	return !set->has[AVP_CHALLENGE];
}

static bool room(struct l2tp *l, const struct l2tp_from *from, enum l2tp_refuse *why)
{
	*why = L2TP_REFUSE_TUNNEL_LIMIT;
	if (l->live >= l->conf.tunnel_limit) {
		log_msg(MSG_403103);
		return false;
	}
	*why = L2TP_REFUSE_HALF_OPEN;
	return l->half < HALF_OPEN_MAX && countmap_of(&l->half_of, from->peer) < HALF_OPEN_PEER_MAX;
}

static void open_new(struct l2tp *l, const struct l2tp_from *from, const struct msg_head *head,
                     const struct avp_set *set)
{
	enum l2tp_refuse why;
	uint16_t result, error, remote = avp_u16(set, AVP_TUNNEL_ID);
	if (!sccrq_fits(set, &why, &result, &error)) {
		l2tp_refuse(l, from->remote.ip, 0, why);
		tell_refused(l, from, set, why);
		refuse_sccrq(l, from, head, remote, result, error, l2tp_refuse_text(why));
		return;
	}
	if (!room(l, from, &why) || tunnel_open(l, from, head, set) == NULL) {
		l2tp_refuse(l, from->remote.ip, 0, why);
		tell_refused(l, from, set, why);
		refuse_sccrq(l, from, head, remote, STOP_ERROR, L2TP_ERR_RESOURCES,
		             l2tp_refuse_text(why));
	}
}

/* An old tunnel of the flow with this number that is on its way out: the peer has forgotten it. */
static void forget_closing(struct l2tp *l, uint32_t flow, uint16_t remote)
{
	for (struct l2tp_tunnel *t = hash_get(l->by_flow, &flow, sizeof flow), *next; t != NULL; t = next) {
		next = t->flow_next;
		if (t->remote_id == remote && !tunnel_live(t))
			tunnel_drop(t, LINK_END_PEER_RECONNECTED, false);
	}
}

static bool repeated(const struct l2tp *l, const struct l2tp_tunnel *t, uint16_t remote)
{
	return t->remote_id == remote &&
	       (t->state == TUN_WAIT_CTL_CONN || clock_now(l->clock) - t->changed_ms < REBORN_MS);
}

/* One flow has one tunnel. The same number again is a repetition, or a peer that has restarted; another number
 * is a peer that has given the old tunnel up. */
static void input_sccrq(struct l2tp *l, const struct l2tp_from *from, const struct msg_head *head,
                        const struct avp_set *set)
{
	uint16_t remote = avp_u16(set, AVP_TUNNEL_ID);
	struct l2tp_tunnel *t = l2tp_of_flow(l, from->flow);
	if (l->shut)
		return;
	if (t != NULL && repeated(l, t, remote)) {
		t->chan.stats.duplicates++;
		/* A late copy needs no answer: the peer has had our SCCRP. One that restarted must get none, or it
		 * would wait for the SCCRP that belongs to the acknowledgement instead of asking again. */
		if (t->state == TUN_WAIT_CTL_CONN && !chan_repeat(&t->chan))
			chan_ack(&t->chan);
		return;
	}
	if (t != NULL) {
		debug_for(&t->who, DEBUG_L2TP_EVENT, 1,
		          "L2TP: tnl %u: replaced, %s opens a new tunnel", t->id,
		          ip4_text(from->remote.ip).s);
		tunnel_drop(t, LINK_END_PEER_RECONNECTED, t->remote_id != remote);
	}
	forget_closing(l, from->flow, remote);
	open_new(l, from, head, set);
}

/* --------------------------------------------------------------------------------------- input */

static void input_data(struct l2tp *l, const struct l2tp_from *from, const uint8_t *msg, size_t len)
{
	struct l2tp_data_head head;
	enum drop_reason why = l2tp_data_parse(rd_of(msg, len), &head);
	if (why != DROP_NONE) {
		drop_count(&l->drops, why);
		return;
	}
	struct rd r = rd_of(msg, len);
	rd_skip(&r, head.head_len);
	l2tp_data_input(l, from->flow, head.tunnel, head.call, rd_bytes(&r, head.frame_len).p,
	                head.frame_len);
}

/* The tunnel a message without a tunnel number is for: some routers never learn ours (D-Link DIR-300), and a
 * StopCCN may come before the peer knows it (§5.7). */
static struct l2tp_tunnel *unnumbered(struct l2tp *l, const struct l2tp_from *from,
                                      const struct avp_set *set)
{
	struct l2tp_tunnel *t = l2tp_of_flow(l, from->flow);
	if (t == NULL) /* its goodbye again */
		t = hash_get(l->by_flow, &from->flow, sizeof from->flow);
	if (t == NULL || set == NULL || set->type != MSG_STOPCCN || !set->has[AVP_TUNNEL_ID])
		return t;
	return t->remote_id == avp_u16(set, AVP_TUNNEL_ID) ? t : NULL;
}

static struct l2tp_tunnel *find(struct l2tp *l, const struct l2tp_from *from,
                                const struct msg_head *head, const struct avp_set *set,
                                enum drop_reason *why)
{
	struct l2tp_tunnel *t =
	        head->tunnel != 0 ? l2tp_by_id(l, head->tunnel) : unnumbered(l, from, set);
	*why = t == NULL ? DROP_L2TP_NO_TUNNEL : DROP_L2TP_WRONG_SA;
	return t != NULL && t->flow == from->flow ? t : NULL;
}

void l2tp_input(struct l2tp *l, const struct l2tp_from *from, const uint8_t *msg, size_t len)
{
	const struct debug_who who = {.ip = from->remote.ip, .group = from->tunnel_group};
	struct rd peek = rd_of(msg, len);
	struct msg_head head;
	struct avp_set set;
	if ((rd_u16(&peek) & 0x8000) == 0 && rd_ok(&peek)) {
		input_data(l, from, msg, len);
		return;
	}
	enum drop_reason why = msg_parse(rd_of(msg, len), &head);
	if (why != DROP_NONE) {
		drop_count(&l->drops, why);
		debug_for(&who, DEBUG_L2TP_ERROR, 1, "L2TP: from %s: dropped, %s",
		          ip4_text(from->remote.ip).s, drop_text(why));
		return;
	}
	bool set_ok = head.tunnel == 0 && head.body.len > 0 &&
	              avp_decode(rd_of(head.body.p, head.body.len), &set);
	bool begins = set_ok && set.type == MSG_SCCRQ;
	struct l2tp_tunnel *t = begins ? NULL : find(l, from, &head, set_ok ? &set : NULL, &why);
	l2tp_debug_message(t != NULL ? &t->who : &who, 'I', from->remote, msg, len);
	if (begins) {
		input_sccrq(l, from, &head, &set);
		return;
	}
	if (t != NULL) {
		tunnel_input(t, from, &head);
		return;
	}
	drop_count(&l->drops, why);
	debug_for(&who, DEBUG_L2TP_ERROR, 1, "L2TP: from %s: tnl %u: dropped, %s",
	          ip4_text(from->remote.ip).s, head.tunnel, drop_text(why));
}

void l2tp_data_input(struct l2tp *l, uint32_t flow, uint16_t tunnel, uint16_t call,
                     const uint8_t *frame, size_t len)
{
	struct l2tp_tunnel *t = l2tp_by_id(l, tunnel);
	if (t == NULL) {
		drop_count(&l->drops, DROP_L2TP_NO_TUNNEL);
	} else if (t->flow != flow) {
		drop_count(&l->drops, DROP_L2TP_WRONG_SA);
	} else if (t->call.state != CALL_ESTABLISHED || t->call.id != call) {
		drop_count(&l->drops, DROP_L2TP_NO_SESSION);
	} else {
		call_frame(&t->call, frame, len);
	}
}

/* ------------------------------------------------------------------------------------- the ends */

/* Runs PPP's callbacks, which may end other tunnels: the list is searched again from its start after each. */

void l2tp_flow_down(struct l2tp *l, uint32_t flow, enum link_end why)
{
	for (struct l2tp_tunnel *t; (t = hash_get(l->by_flow, &flow, sizeof flow)) != NULL;) {
		if (why == LINK_END_USER_REQUEST) /* Windows, when it hears nothing */
			l2tp_failed(t, FAIL_L2TP_SILENT, NULL);
		tunnel_drop(t, why, false);
	}
}

bool l2tp_close_tunnel(struct l2tp *l, uint16_t tunnel, enum link_end why)
{
	struct l2tp_tunnel *t = l2tp_by_id(l, tunnel);
	if (t == NULL || !tunnel_live(t))
		return false;
	tunnel_close(t, why);
	return true;
}

static struct l2tp_tunnel *first_live(const struct l2tp *l)
{
	struct l2tp_tunnel *t = l->live > 0 ? l->first : NULL;
	while (t != NULL && !tunnel_live(t))
		t = t->next;
	return t;
}

void l2tp_close_all(struct l2tp *l, enum link_end why)
{
	for (struct l2tp_tunnel *t = first_live(l); t != NULL; t = first_live(l))
		tunnel_close(t, why);
}

void l2tp_shutdown(struct l2tp *l)
{
	l->shut = true;
	for (struct l2tp_tunnel *t = first_live(l); t != NULL; t = first_live(l))
		tunnel_drop(t, LINK_END_ADMIN_SHUTDOWN, true);
}

/* ------------------------------------------------------------------------------ the session database */

static struct l2tp_call *session(const struct l2tp *l, uint16_t tunnel, uint16_t call)
{
	struct l2tp_tunnel *t = l2tp_by_id(l, tunnel);
	return t != NULL && t->call.state == CALL_ESTABLISHED && t->call.id == call ? &t->call
	                                                                            : NULL;
}

bool l2tp_session_set_user(struct l2tp *l, uint16_t tunnel, uint16_t call, const char *username)
{
	struct l2tp_call *c = session(l, tunnel, call);
	if (c != NULL)
		l2tp_name_user(c->t, username);
	return c != NULL;
}

bool l2tp_session_set_ppp(struct l2tp *l, uint16_t tunnel, uint16_t call, uint32_t ppp_unit)
{
	struct l2tp_call *c = session(l, tunnel, call);
	if (c != NULL)
		c->ppp_unit = ppp_unit;
	return c != NULL;
}

void l2tp_each_session(struct l2tp *l, void (*fn)(void *arg, const struct l2tp_session_info *s),
                       void *arg)
{
	for (struct l2tp_tunnel *t = l->first, *next; t != NULL; t = next) {
		next = t->next;
		if (t->call.state != CALL_ESTABLISHED)
			continue;
		fn(arg,
		   &(struct l2tp_session_info){&t->call.info, t->call.username, t->call.ppp_unit,
		                               t->call.changed_ms, call_counters(&t->call)});
	}
}

struct l2tp_usage l2tp_usage(const struct l2tp *l)
{
	return (struct l2tp_usage){.now = l->live,
	                           .peak = l->live_peak,
	                           .limit = l->conf.tunnel_limit,
	                           .denied = l->refused[L2TP_REFUSE_TUNNEL_LIMIT] +
	                                     l->refused[L2TP_REFUSE_HALF_OPEN]};
}

size_t l2tp_tunnels(const struct l2tp *l)
{
	return l->live;
}

size_t l2tp_sessions(const struct l2tp *l)
{
	return l->sessions;
}

const struct drop_counters *l2tp_drops(const struct l2tp *l)
{
	return &l->drops;
}

uint64_t l2tp_refused(const struct l2tp *l, enum l2tp_refuse why)
{
	return l->refused[why];
}
