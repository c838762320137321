/* The LNS with clients that know the numbers: the input says what is in their messages and when, and this peer writes
 * headers in front of it that fit. Steps (tests/fuzz/steps.h); the high half of the kind is their argument. What the LNS
 * sends is right L2TP at any time, and at the end it has let go of everything. */
#include <stdlib.h>
#include <string.h>

#include "core/base/debug.h"
#include "l2tp/data.h"
#include "l2tp/l2tp.h"
#include "l2tp/msg.h"
#include "tests/fuzz/passes.h"
#include "tests/fuzz/steps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

enum step_kind {
	STEP_DATAGRAM, /* as it stands */
	STEP_MESSAGE,  /* a control message with this body; argument: enum manner */
	STEP_HONEST,   /* what an honest client says next: enum honest in the first octet; argument: enum manner */
	STEP_FRAME,    /* a data message with this frame; argument: 1 sequenced, 2 with an offset, 4 with a length */
	STEP_WAIT,     /* as many hundredths of a second as two octets say; argument: and seconds */
	STEP_LNS,      /* the appliance does something; argument: enum lns_act */
	STEP_FLOW,     /* argument: which client the next steps are of; 4 and up: whose address changes */
	STEP_STORM,    /* as many SCCRQs as the first octet says, of other flows; argument: of one peer each, or of all */
	STEP_KINDS
};
enum manner {
	CALL_NONE = 1, /* no call number in the header */
	NR_NONE = 2,   /* acknowledges nothing */
	NS_AHEAD = 4,  /* one message is left out */
	NS_SAME = 8,   /* the number of the last message again */
};
enum honest { SCCRQ, SCCCN, ICRQ, ICCN, HELLO, CDN, STOPCCN, ZLB, HONEST_N };

enum { FLOWS = 4, STORM_FLOW = 4096, STORM_MOST = 1100, FRAME_MAX = 2000 };

static struct peer {
	uint16_t tunnel, call; /* of the LNS's */
	uint16_t ns, nr;
	uint32_t moved;
} peers[FLOWS], *peer;

static struct world {
	struct clock clock;
	struct l2tp *l;
	const struct link_ops *link_ops;
	void *link; /* the newest */
	int up, open;
	bool no_room, closes_at_once;
	uint32_t storms; /* messages of them so far */
	struct l2tp_counters moved;
} w;

static void must(bool right)
{
	if (!right)
		abort();
}

/* ------------------------------------------------------------------ what the LNS says and does */

static void heard_control(struct peer *p, const uint8_t *msg, size_t len)
{
	struct msg_head head;
	struct avp_set set;
	enum avp_type missing;
	must(msg_parse(rd_of(msg, len), &head) == DROP_NONE);
	if (head.body.len == 0)
		return;
	must(avp_decode(rd_of(head.body.p, head.body.len), &set) && set.error == L2TP_ERR_NONE);
	must(msg_known(set.type) && !msg_missing(&set, &missing) && set.ignored == 0);
	must(set.type == MSG_SCCRP || set.type == MSG_ICRP || set.type == MSG_CDN || set.type == MSG_STOPCCN ||
	     set.type == MSG_HELLO);
	if (p == NULL)
		return;
	if (set.type == MSG_SCCRP) {
		p->tunnel = avp_u16(&set, AVP_TUNNEL_ID);
		p->nr = 0;
	} else if (set.type == MSG_ICRP) {
		p->call = avp_u16(&set, AVP_SESSION_ID);
	}
	if (head.ns == p->nr)
		p->nr++;
}

static bool on_send(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote, const uint8_t *msg, size_t len)
{
	struct l2tp_data_head head;
	(void)ctx, (void)local, (void)remote;
	must(len >= 6 && msg[1] == 2);
	if (msg[0] & 0x80)
		heard_control(flow < FLOWS ? &peers[flow] : NULL, msg, len);
	else
		must(l2tp_data_parse(rd_of(msg, len), &head) == DROP_NONE && head.call != 0);
	return true;
}

static void on_up(void *ctx, const struct link_info *info, bool sequencing)
{
	(void)ctx, (void)sequencing;
	must(info->tunnel != 0 && info->call != 0 && strlen(info->host) <= L2TP_HOST_MAX);
	w.up++;
}

static void on_down(void *ctx, uint16_t tunnel, uint16_t call)
{
	(void)ctx, (void)tunnel, (void)call;
	must(--w.up >= 0);
}

static bool on_counters(void *ctx, uint16_t tunnel, uint16_t call, struct l2tp_counters *c)
{
	(void)ctx, (void)tunnel;
	*c = w.moved;
	return call != 0;
}

static void on_refused(void *ctx, const struct failure *f)
{
	(void)ctx;
	must(f->cause < FAIL_CAUSES && strlen(f->host) <= L2TP_HOST_MAX && strlen(f->vendor) <= L2TP_HOST_MAX);
}

static void *ppp_open(void *ctx, const struct link_info *info, const struct link_ops *ops, void *link)
{
	(void)info;
	if (w.no_room)
		return NULL;
	w.open++;
	w.link_ops = ops;
	w.link = link;
	if (w.closes_at_once)
		ops->close(link, LINK_END_CONFIG_ERROR);
	return ctx;
}

static void ppp_input(void *user, const uint8_t *frame, size_t len)
{
	(void)user;
	w.link_ops->send(w.link, frame, len);
}

static void ppp_closed(void *user, enum link_end why)
{
	(void)user;
	must(why < LINK_END_N && --w.open >= 0);
	w.link = NULL;
}

static void each(void *arg, const struct l2tp_session_info *s)
{
	size_t *n = arg;
	must(s->link->tunnel != 0 && strlen(s->username) <= L2TP_NAME_MAX);
	++*n;
}

static void on_line(void *arg, const char *line)
{
	(void)arg;
	must(line[0] != '\0');
}

/* ------------------------------------------------------------------ what the clients say */

static struct l2tp_from from_of(uint32_t flow, uint32_t of_peer, uint32_t moved)
{
	return (struct l2tp_from){.peer = of_peer,
	                          .flow = flow,
	                          .local = {1, 1701},
	                          .remote = {2 + of_peer + moved, 1701},
	                          .tunnel_group = "g",
	                          .ifname = "outside",
	                          .udp_encap = flow & 1};
}

static uint32_t flow_of(const struct peer *p)
{
	return (uint32_t)(p - peers);
}

static void datagram(const struct l2tp_from *from, const uint8_t *msg, size_t len)
{
	uint8_t *exact = malloc(len > 0 ? len : 1); /* a read beyond its end is seen */
	must(exact != NULL);
	memcpy(exact, msg, len);
	l2tp_input(w.l, from, exact, len);
	free(exact);
}

static void message(struct bytes body, unsigned manner)
{
	uint8_t msg[MSG_HEAD + FRAME_MAX];
	struct wr out = wr_of(msg, sizeof msg);
	uint32_t flow = flow_of(peer);
	const struct l2tp_from from = from_of(flow, flow, peer->moved);
	if (body.len > FRAME_MAX)
		return;
	uint16_t ns = (uint16_t)(manner & NS_SAME ? peer->ns - 1 : peer->ns + (manner & NS_AHEAD ? 1 : 0));
	if (body.len > 0 && !(manner & (NS_SAME | NS_AHEAD)))
		peer->ns++;
	msg_write_head(&out, &(struct msg_head){peer->tunnel, manner & CALL_NONE ? 0 : peer->call, ns,
	                                        manner & NR_NONE ? 0 : peer->nr, body});
	wr_bytes(&out, body.p, body.len);
	datagram(&from, msg, wr_len(&out));
}

static struct bytes honest(enum honest which, uint16_t number, struct msg_body *m)
{
	static const uint8_t types[] = {MSG_SCCRQ, MSG_SCCCN, MSG_ICRQ, MSG_ICCN, MSG_HELLO, MSG_CDN, MSG_STOPCCN};
	struct wr out = wr_of(m->bytes, sizeof m->bytes);
	if (which == ZLB)
		return (struct bytes){0};
	avp_put_u16(&out, AVP_MESSAGE_TYPE, types[which]);
	if (which == SCCRQ) {
		avp_put_u16(&out, AVP_PROTOCOL_VERSION, 0x0100);
		avp_put_u32(&out, AVP_FRAMING_CAP, 3);
		avp_put_bytes(&out, AVP_HOST_NAME, "x", 1);
	}
	if (which == SCCRQ || which == STOPCCN)
		avp_put_u16(&out, AVP_TUNNEL_ID, number);
	if (which == ICRQ || which == CDN)
		avp_put_u16(&out, AVP_SESSION_ID, number);
	if (which == ICRQ)
		avp_put_u32(&out, AVP_CALL_SERIAL, 1);
	if (which == CDN || which == STOPCCN)
		avp_put_result(&out, 1, 0, NULL);
	if (which == ICCN) {
		avp_put_u32(&out, AVP_TX_SPEED, 1000000);
		avp_put_u32(&out, AVP_FRAMING_TYPE, 3);
	}
	return (struct bytes){m->bytes, wr_len(&out)};
}

static void says(uint8_t which, unsigned manner)
{
	struct msg_body m;
	if (which == SCCRQ && !(manner & NS_SAME))
		*peer = (struct peer){.moved = peer->moved};
	message(honest(which % HONEST_N, (uint16_t)(flow_of(peer) + 1), &m), manner);
}

static void frame(struct bytes data, unsigned how)
{
	uint8_t msg[FRAME_MAX + 20];
	struct wr out = wr_of(msg, sizeof msg);
	uint32_t flow = flow_of(peer);
	const struct l2tp_from from = from_of(flow, flow, peer->moved);
	size_t head = 6 + (how & 1 ? 4u : 0) + (how & 2 ? 4u : 0) + (how & 4 ? 2u : 0);
	wr_u16(&out, (uint16_t)(2 | (how & 1 ? 0x0800 : 0) | (how & 2 ? 0x0200 : 0) | (how & 4 ? 0x4000 : 0)));
	if (how & 4)
		wr_u16(&out, (uint16_t)(head + data.len));
	wr_u16(&out, peer->tunnel);
	wr_u16(&out, peer->call);
	wr_u32(&out, 0);
	if (!(how & 1))
		out.p -= 4;
	if (how & 2)
		wr_u32(&out, 0x0002abcd);
	wr_bytes(&out, data.p, data.len);
	if (wr_ok(&out))
		datagram(&from, msg, wr_len(&out));
}

static void storm(uint8_t n, bool one_peer)
{
	struct msg_body m;
	uint8_t msg[MSG_HEAD + MSG_BODY_MAX];
	for (uint32_t i = 0; i < n * 8u && w.storms < STORM_MOST; i++) {
		struct wr out = wr_of(msg, sizeof msg);
		uint32_t flow = STORM_FLOW + w.storms++;
		const struct l2tp_from from = from_of(flow, one_peer ? STORM_FLOW : flow, 0);
		struct bytes body = honest(SCCRQ, 7, &m);
		msg_write_head(&out, &(struct msg_head){.body = body});
		wr_bytes(&out, body.p, body.len);
		datagram(&from, msg, wr_len(&out));
	}
}

/* ------------------------------------------------------------------ steps */

static void set_conf(uint8_t hello_s, uint8_t limit)
{
	const struct l2tp_conf conf = {.hello_s = 10 + hello_s, .tunnel_limit = limit > 0 ? limit : L2TP_TUNNEL_LIMIT, .host = "lns"};
	l2tp_set_conf(w.l, &conf);
}

enum lns_act {
	LNS_CLOSE, LNS_NAME, LNS_CONF, LNS_FLOW_DOWN, LNS_CLOSE_ALL, LNS_PPP_CLOSES, LNS_PPP_SENDS, LNS_NO_ROOM, LNS_AT_ONCE,
	LNS_MOVED, LNS_PUNTED, LNS_SHUTDOWN, LNS_EACH
};

static void lns_does(unsigned what, struct bytes data)
{
	char name[L2TP_NAME_MAX + 1] = "";
	struct rd r = rd_of(data.p, data.len);
	size_t n = 0;
	switch (what) {
	case LNS_CLOSE:
		l2tp_close_tunnel(w.l, peer->tunnel, rd_u8(&r) % LINK_END_N);
		break;
	case LNS_NAME:
		memcpy(name, data.p, data.len < sizeof name ? data.len : sizeof name - 1);
		l2tp_session_set_user(w.l, peer->tunnel, peer->call, name);
		l2tp_session_set_ppp(w.l, peer->tunnel, peer->call, 1);
		break;
	case LNS_CONF:
		set_conf(rd_u8(&r), rd_u8(&r));
		break;
	case LNS_FLOW_DOWN:
		l2tp_flow_down(w.l, flow_of(peer), rd_u8(&r) % LINK_END_N);
		break;
	case LNS_CLOSE_ALL:
		l2tp_close_all(w.l, rd_u8(&r) % LINK_END_N);
		break;
	case LNS_PPP_CLOSES:
		if (w.link != NULL)
			w.link_ops->close(w.link, rd_u8(&r) % LINK_END_N);
		break;
	case LNS_PPP_SENDS:
		if (w.link != NULL)
			w.link_ops->send(w.link, data.p, data.len);
		break;
	case LNS_NO_ROOM:
		w.no_room = !w.no_room;
		break;
	case LNS_AT_ONCE:
		w.closes_at_once = !w.closes_at_once;
		break;
	case LNS_MOVED:
		w.moved.pkts_in += 1 + rd_u8(&r);
		break;
	case LNS_PUNTED:
		l2tp_data_input(w.l, flow_of(peer), peer->tunnel, peer->call, data.p, data.len);
		break;
	case LNS_SHUTDOWN:
		l2tp_shutdown(w.l);
		break;
	default:
		l2tp_each_session(w.l, each, &n);
		must(n == l2tp_sessions(w.l) && l2tp_usage(w.l).now == l2tp_tunnels(w.l));
	}
}

struct list_form step_form(uint8_t kind)
{
	if (kind % 16 != STEP_MESSAGE)
		return (struct list_form){0};
	return (struct list_form){.head = AVP_HEAD, .len_size = 2, .len_mask = AVP_LEN, .type_at = 5, .types = AVP_N};
}

static void take(const struct step *s)
{
	unsigned argument = s->kind >> 4;
	struct rd r = rd_of(s->data.p, s->data.len);
	uint32_t flow = flow_of(peer);
	const struct l2tp_from from = from_of(flow, flow, peer->moved);
	switch (s->kind % 16 % STEP_KINDS) {
	case STEP_DATAGRAM:
		datagram(&from, s->data.p, s->data.len);
		break;
	case STEP_MESSAGE:
		message(s->data, argument);
		break;
	case STEP_HONEST:
		says(rd_u8(&r), argument);
		break;
	case STEP_FRAME:
		frame(s->data, argument);
		break;
	case STEP_WAIT:
		passes(&w.clock, argument * 1000 + rd_u16(&r) * 10u);
		break;
	case STEP_LNS:
		lns_does(argument, s->data);
		break;
	case STEP_FLOW:
		peer = &peers[argument % FLOWS];
		peer->moved = argument / FLOWS;
		break;
	default:
		storm(rd_u8(&r), argument & 1);
	}
	passes(&w.clock, 0);
	must(w.open <= w.up && l2tp_sessions(w.l) <= l2tp_tunnels(w.l));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct l2tp_ops ops = {on_send, on_up, on_down, on_counters, on_refused};
	static const struct link_user user = {.open = ppp_open, .input = ppp_input, .closed = ppp_closed};
	static struct debug_sink sink = {.write = on_line};
	struct rd r = rd_of(data, len);
	struct step s;
	uint8_t level = rd_u8(&r); /* the first octet: how much debug says */
	if (sink.write != NULL && sink.arg == NULL) {
		sink.arg = &sink;
		debug_sink_add(&sink);
	}
	for (enum debug_cat c = DEBUG_L2TP_DATA; c <= DEBUG_L2TP_PACKET; c++)
		debug_set(&sink, c, level);
	w = (struct world){0};
	memset(peers, 0, sizeof peers);
	peer = peers;
	clock_init(&w.clock, 1000);
	w.l = l2tp_new(&w.clock, &ops, NULL);
	must(w.l != NULL);
	l2tp_set_user(w.l, &user, &w);
	while (step_next(&r, &s))
		take(&s);
	l2tp_free(w.l);
	must(w.up == 0 && w.open == 0 && w.clock.n == 0);
	clock_free(&w.clock);
	return 0;
}
