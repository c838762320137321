/* The life of a session: frames in and out, and how LCP, authentication and IPCP follow each other
 * (RFC 1661 §3). */
#include "ppp/link.h"

#include "core/aaa/reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/debug.h"
#include "core/base/log.h"
#include "ppp/login.h"
#include "ppp/proto.h"

enum { SETUP_MS = 90 * 1000 }; /* from the call to IPCP, retransmissions and slow people included */

/* ------------------------------------------------------------------ ends */

void ppp_enter(void *session)
{
	((struct ppp_session *)session)->depth++;
}

/* Not inlined: gcc -O3 does not see that the depth keeps it from freeing twice. */
__attribute__((noinline)) void ppp_leave(void *session)
{
	struct ppp_session *s = session;
	if (--s->depth > 0 || !s->gone)
		return;
	ppp_auth_forget(s);
	ppp_cp_clear(&s->lcp);
	ppp_cp_clear(&s->ipcp);
	ppp_session_drop_terms(s);
	ppp_session_set_said(s, NULL);
	const char *const texts[] = {s->link.host, s->link.vendor, s->link.ifname, s->group,
	                             s->landed,    s->user,        s->pool,        s->acl,
	                             s->local_user};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		share_drop_text(texts[i]);
	pool_put(s->ppp->sessions, s);
}

/* ------------------------------------------------------------------ what it is called, where it is found */

const struct aaa_terms ppp_no_terms;

void ppp_session_drop_terms(struct ppp_session *s)
{
	if (s->terms != &ppp_no_terms)
		share_drop(s->terms);
	s->terms = &ppp_no_terms;
}

void ppp_session_set_said(struct ppp_session *s, const struct aaa_reply *reply)
{
	uint8_t blob[sizeof(struct ppp_said) + AAA_CLASSES_MAX];
	share_drop(s->said);
	s->said = NULL;
	if (!reply || (reply->interim_s == 0 && reply->classes_len == 0 && reply->nroutes == 0))
		return;
	struct ppp_said head = {.interim_s = reply->interim_s,
	                        .classes_len = (uint32_t)reply->classes_len,
	                        .nroutes = (uint32_t)reply->nroutes};
	memcpy(head.routes, reply->routes, reply->nroutes * sizeof(reply->routes[0]));
	memcpy(blob, &head, sizeof(head));
	memcpy(blob + sizeof(head), reply->classes, reply->classes_len);
	s->said = share_hold(blob, sizeof(head) + reply->classes_len);
}

void ppp_session_set_group(struct ppp_session *s, const char *group)
{
	share_set_text(&s->group, group);
	s->link.tunnel_group = s->who.group = s->group;
}

void ppp_session_set_user(struct ppp_session *s, const char *user)
{
	share_set_text(&s->user, user);
	s->who.user = s->user;
}

void ppp_session_set_ip(struct ppp_session *s, uint32_t ip)
{
	struct hash *by_ip = s->ppp->by_ip;
	if (s->ip && hash_get(by_ip, &s->ip, sizeof(s->ip)) == s)
		hash_del(by_ip, &s->ip, sizeof(s->ip));
	s->ip = ip;
	if (ip)
		hash_put(by_ip, &ip, sizeof(ip), s);
}

struct ppp_session *ppp_session_by_ip(const struct ppp *p, uint32_t ip)
{
	return hash_get(p->by_ip, &ip, sizeof(ip));
}

static uint32_t call_key(const struct link_info *link)
{
	return (uint32_t)link->tunnel << 16 | link->call;
}

/* The lowest unit that is free, 0 = none. */
static uint32_t free_unit(const struct ppp *p)
{
	for (uint32_t i = 0; i < sizeof(p->taken) / sizeof(p->taken[0]); i++) {
		if (p->taken[i] == UINT64_MAX)
			continue;
		uint32_t unit = i * 64 + (uint32_t)__builtin_ctzll(~p->taken[i]);
		return unit <= PPP_UNITS_MAX ? unit : 0;
	}
	return 0;
}

static bool enlist(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	uint32_t key = call_key(&s->link);
	if (!hash_put(p->by_call, &key, sizeof(key), s))
		return false;
	p->units[s->unit] = s;
	p->taken[s->unit / 64] |= UINT64_C(1) << s->unit % 64;
	return true;
}

static void delist(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	uint32_t key = call_key(&s->link);
	if (hash_get(p->by_call, &key, sizeof(key)) == s)
		hash_del(p->by_call, &key, sizeof(key));
	p->units[s->unit] = NULL;
	p->taken[s->unit / 64] &= ~(UINT64_C(1) << s->unit % 64);
}

static void set_why(struct ppp_session *s, enum link_end why)
{
	if (s->why_set)
		return;
	s->why_set = true;
	s->why = why;
}

static void close_data(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	if (!s->data)
		return;
	s->data = false;
	if (p->ops->counters)
		p->ops->counters(p->ctx, s->link.tunnel, s->link.call, &s->counters);
	if (p->ops->data_close)
		p->ops->data_close(p->ctx, &s->link);
}

/* Phases follow each other (RFC 1661 §3.1). */
static void set_phase(struct ppp_session *s, enum ppp_phase phase)
{
	static const char *const names[] = {[PHASE_START] = "STARTING",
	                                    [PHASE_LCP] = "ESTABLISHING",
	                                    [PHASE_AUTH] = "AUTHENTICATING",
	                                    [PHASE_NETWORK] = "NETWORK",
	                                    [PHASE_TERMINATE] = "TERMINATING"};
	if (s->phase != phase)
		ppp_debug(s, DEBUG_PPP_EVENT, 1, "PPP %u: phase is %s", s->unit, names[phase]);
	s->phase = phase;
	if (phase == PHASE_TERMINATE)
		ppp_login_leaves(s);
}

/* The call is over: everything it held goes back. */
static void session_gone(struct ppp_session *s, enum link_end why)
{
	struct ppp *p = s->ppp;
	struct ppp_session_info info;
	if (s->gone)
		return;
	ppp_debug(s, DEBUG_PPP_NEGOTIATION, 1, "PPP %u: ends: %s", s->unit, link_end_text(why));
	ppp_debug(s, DEBUG_PPP_EVENT, 1, "PPP %u: interface is gone: %s", s->unit,
	          link_end_text(why));
	s->gone = true;
	set_phase(s, PHASE_TERMINATE);
	ppp_cp_stop(&s->lcp);
	ppp_cp_stop(&s->ipcp);
	ppp_auth_stop(s);
	timer_stop(p->clock, &s->start);
	timer_stop(p->clock, &s->setup);
	timer_stop(p->clock, &s->echo);
	timer_stop(p->clock, &s->limit);
	close_data(s);
	ppp_session_info(s, &info);
	delist(s);
	ppp_login_end(s);
	if (s->up) {
		p->stats.sessions--;
		if (p->ops->session_end)
			p->ops->session_end(p->ctx, &info, why);
	}
}

void ppp_session_drop(struct ppp_session *s, enum link_end why)
{
	ppp_enter(s);
	set_why(s, why);
	if (!s->gone)
		s->ops->close(s->call, s->why);
	ppp_leave(s);
}

void ppp_session_close(struct ppp_session *s, enum link_end why)
{
	ppp_enter(s);
	set_why(s, why);
	set_phase(s, PHASE_TERMINATE);
	ppp_cp_event(&s->lcp, PPP_EV_CLOSE);
	if (s->lcp.state < PPP_CLOSING) /* there is nobody to say goodbye to */
		ppp_session_drop(s, why);
	ppp_leave(s);
}

/* ------------------------------------------------------------------ frames */

static void debug_frame(const struct ppp_session *s, bool out, uint16_t proto,
                        const uint8_t *packet, size_t len)
{
	char hex[2 * 128 + 1] = "";
	if (!debug_on(DEBUG_PPP_IO, 1))
		return;
	size_t n = len < 128 ? len : 128;
	if ((proto == PPP_PAP || proto == PPP_CHAP || proto == PPP_EAP) && !out)
		n = len < 4 ? len : 4; /* the rest is a password, or enough to try passwords on */
	for (size_t i = 0; i < n; i++)
		snprintf(hex + 2 * i, 3, "%02x", packet[i]);
	if (out) {
		ppp_debug(s, DEBUG_PPP_IO, 1, "PPP xmit, ifc = %u, len: %zu  data:", s->unit,
		          len + 4);
		ppp_debug(s, DEBUG_PPP_IO, 1, "ff03%04x%s%s", proto, hex, n < len ? "..." : "");
	} else
		ppp_debug(s, DEBUG_PPP_IO, 1,
		          "PPP rcvd, ifc = %u, pppdev: %u, len: %zu, data: ff03%04x%s%s", s->unit,
		          s->unit, len + 4, proto, hex, n < len ? "..." : "");
}

/* Control frames are never compressed (RFC 1661 §6.5, §6.6). */
void ppp_session_send(void *session, uint16_t proto, const uint8_t *packet, size_t len)
{
	struct ppp_session *s = session;
	uint8_t frame[PPP_FRAME_MAX + 4];
	struct wr w = wr_of(frame, sizeof(frame));
	if (s->gone)
		return;
	wr_u16(&w, 0xff03);
	wr_u16(&w, proto);
	wr_bytes(&w, packet, len);
	if (!wr_ok(&w))
		return;
	debug_frame(s, true, proto, packet, len);
	if (s->ops->send(s->call, frame, wr_len(&w)))
		s->control_out++;
	else
		ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: %s frame could not be sent", s->unit,
		          ppp_proto_name(proto));
}

/* Address and control may be left out, the protocol may have one byte (RFC 1661 §6.5, §6.6). */
static bool frame_protocol(struct rd *r, uint16_t *proto)
{
	struct rd look = *r;
	if (rd_u16(&look) == 0xff03 && rd_ok(&look))
		*r = look;
	*proto = rd_u8(r);
	if ((*proto & 1) == 0)
		*proto = (uint16_t)(*proto << 8 | rd_u8(r));
	return rd_ok(r) && (*proto & 1) == 1 && (*proto & 0x0100) == 0;
}

static void out_of_place(struct ppp_session *s, uint16_t proto, const char *why)
{
	enum { TOLD_MOST = 10 }; /* in the log; whoever sends more of them fills nothing */
	ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: %s packet dropped: %s", s->unit,
	          ppp_proto_name(proto), why);
	if (s->misplaced++ < TOLD_MOST)
		log_msg(MSG_403102, s->unit, proto, why);
}

/* RFC 1661 §3.4-3.5: before the network phase everything but LCP and the authentication protocol is
 * discarded; afterwards what we do not speak is rejected: CCP, IPV6CP, ACSCP, CBCP and the rest. */
static void dispatch(struct ppp_session *s, uint16_t proto, struct bytes packet)
{
	if (proto == PPP_LCP)
		ppp_cp_input(&s->lcp, packet.p, packet.len);
	else if (s->lcp.state != PPP_OPENED || s->phase == PHASE_TERMINATE)
		out_of_place(s, proto, "LCP is not open");
	else if (ppp_auth_takes(s, proto))
		ppp_auth_input(s, packet.p, packet.len);
	else if (s->phase != PHASE_NETWORK)
		out_of_place(s, proto, "before authentication");
	else if (proto == PPP_IPCP)
		ppp_cp_input(&s->ipcp, packet.p, packet.len);
	else if (proto != PPP_IP) /* IP itself comes here only while IPCP is not open */
		ppp_lcp_protocol_reject(s, proto, packet);
}

/* ------------------------------------------------------------------ phases */

static void on_setup(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_session *s = arg;
	ppp_debug(s, DEBUG_PPP_ERROR, 1, "PPP %u: no agreement within %u seconds", s->unit,
	          SETUP_MS / 1000);
	ppp_refused_silent(s);
	ppp_session_close(s, LINK_END_LOST_CARRIER);
}

static void start_setup(struct ppp_session *s)
{
	timer_start(s->ppp->clock, &s->setup, SETUP_MS, on_setup, s);
}

void ppp_session_patience(struct ppp_session *s, uint64_t until_ms)
{
	uint64_t at_ms = clock_now(s->ppp->clock) + SETUP_MS;
	at_ms = at_ms < until_ms ? at_ms : until_ms;
	if (timer_running(&s->setup) && at_ms > s->setup.at_ms)
		timer_start(s->ppp->clock, &s->setup, at_ms - clock_now(s->ppp->clock), on_setup, s);
}

static void begin(struct ppp_session *s)
{
	if (!ppp_auth_begin(s)) {
		ppp_session_drop(s, LINK_END_CONFIG_ERROR);
		return;
	}
	set_phase(s, PHASE_LCP);
	start_setup(s);
	ppp_cp_event(&s->lcp, PPP_EV_OPEN);
	ppp_cp_event(&s->lcp, PPP_EV_UP);
}

static void on_start(struct timer *t, void *arg)
{
	(void)t;
	struct ppp_session *s = arg;
	ppp_enter(s);
	begin(s);
	ppp_leave(s);
}

static void on_input(void *user, const uint8_t *frame, size_t len)
{
	struct ppp_session *s = user;
	struct rd r = rd_of(frame, len);
	uint16_t proto;
	ppp_enter(s);
	if (timer_running(&s->start)) { /* a quick client's first frame came right behind the call's last message */
		timer_stop(s->ppp->clock, &s->start);
		begin(s);
	}
	if (s->gone || len > PPP_FRAME_MAX || !frame_protocol(&r, &proto)) {
		s->bad_frames++;
		ppp_debug(s, DEBUG_PPP_ERROR, 1,
		          "PPP %u: frame of %zu bytes without a valid protocol dropped", s->unit,
		          len);
	} else {
		struct bytes packet = rd_rest(&r);
		s->control_in++;
		debug_frame(s, false, proto, packet.p, packet.len);
		dispatch(s, proto, packet);
	}
	ppp_leave(s);
}

void ppp_on_lcp_up(struct ppp_session *s)
{
	set_phase(s, PHASE_AUTH);
	ppp_auth_start(s);
}

/* The peer said Terminate-Request, or it negotiates anew, or we end it. */
void ppp_on_lcp_down(struct ppp_session *s)
{
	bool gives_up = s->lcp.state == PPP_STOPPING && s->auth.again;
	if (s->lcp.state == PPP_STOPPING && s->phase != PHASE_TERMINATE)
		ppp_refused_left(s);
	if (s->lcp.state == PPP_STOPPING)
		set_why(s, gives_up ? LINK_END_USER_ERROR : LINK_END_USER_REQUEST);
	ppp_auth_stop(s);
	if (gives_up)
		ppp_auth_given_up(s);
	s->authenticated = false;
	set_phase(s, s->lcp.state <= PPP_STOPPING ? PHASE_TERMINATE : PHASE_LCP);
	ppp_cp_event(&s->ipcp, PPP_EV_DOWN);
	if (s->phase == PHASE_LCP)
		start_setup(s);
}

void ppp_on_lcp_finished(struct ppp_session *s)
{
	if (s->phase == PHASE_LCP)
		ppp_refused_silent(s);
	ppp_session_drop(s, LINK_END_LOST_CARRIER);
}

/* The user is in; with his address IPCP can begin. */
static void start_network(struct ppp_session *s, enum login_address address)
{
	if (address == LOGIN_NO_ADDRESS)
		ppp_session_close(s, LINK_END_SERVICE_UNAVAILABLE);
	if (address != LOGIN_ADDRESS)
		return;
	ppp_lcp_echo_start(s);
	ppp_cp_event(&s->ipcp, PPP_EV_OPEN);
	ppp_cp_event(&s->ipcp, PPP_EV_UP);
}

void ppp_on_auth_done(struct ppp_session *s, bool ok)
{
	if (s->gone)
		return;
	if (!ok) {
		ppp_session_close(s, LINK_END_USER_ERROR);
		return;
	}
	s->authenticated = true;
	set_phase(s, PHASE_NETWORK);
	start_network(s, ppp_login_address(s));
}

void ppp_dhcp_done(struct ppp *p, uint32_t unit, const struct ppp_dhcp_answer *answer)
{
	struct ppp_session *s = unit <= PPP_UNITS_MAX ? p->units[unit] : NULL;
	if (!s || !s->dhcp || s->ip)
		return;
	ppp_enter(s);
	enum login_address address = ppp_login_dhcp(s, answer);
	/* LCP may be down meanwhile: then the next login finds the address */
	if (s->phase == PHASE_NETWORK || address == LOGIN_NO_ADDRESS)
		start_network(s, address);
	ppp_leave(s);
}

void ppp_dhcp_lost(struct ppp *p, uint32_t unit)
{
	struct ppp_session *s = unit <= PPP_UNITS_MAX ? p->units[unit] : NULL;
	if (s && s->dhcp)
		ppp_session_close(s, LINK_END_SERVICE_UNAVAILABLE);
}

void ppp_on_ipcp_up(struct ppp_session *s)
{
	struct ppp *p = s->ppp;
	struct ppp_session_info info;
	timer_stop(p->clock, &s->setup);
	ppp_auth_forget(s);
	ppp_session_info(s, &info);
	s->data = true;
	if (p->ops->data_open)
		p->ops->data_open(p->ctx, &s->link, s->ip, info.mtu, info.acfc, info.pfc);
	if (s->up)
		return;
	s->up = true;
	info.up = true;
	p->stats.total++;
	if (++p->stats.sessions > p->stats.sessions_most)
		p->stats.sessions_most = p->stats.sessions;
	ppp_debug(s, DEBUG_PPP_EVENT, 1, "PPP %u: interface is up, address %s", s->unit,
	          ip4_text(s->ip).s);
	ppp_login_up(s);
	if (p->ops->session_up)
		p->ops->session_up(p->ctx, &info);
}

void ppp_on_ipcp_down(struct ppp_session *s)
{
	close_data(s);
	if (s->phase == PHASE_NETWORK)
		start_setup(s);
}

void ppp_on_ipcp_finished(struct ppp_session *s)
{
	if (s->phase == PHASE_NETWORK)
		ppp_refused(s, (struct failure){.cause = FAIL_IPCP});
	if (s->phase == PHASE_NETWORK)
		ppp_session_close(s, s->up ? LINK_END_USER_REQUEST : LINK_END_USER_ERROR);
}

/* ------------------------------------------------------------------ the link's side */

/* Shared, without what could garble a screen. */
static const char *clean_text(const char *src)
{
	char text[AAA_NAME_MAX + 1];
	str_copy(text, sizeof(text), str_of(src ? src : ""));
	for (char *c = text; *c; c++)
		if ((uint8_t)*c < 0x20 || *c == 0x7f)
			*c = '?';
	return share_text(text);
}

static void copy_link(struct ppp_session *s, const struct link_info *info)
{
	s->link = *info;
	s->link.host = clean_text(info->host);
	s->link.vendor = clean_text(info->vendor);
	s->link.ifname = clean_text(info->ifname);
	s->link.tunnel_group = s->group = clean_text(info->tunnel_group);
	s->landed = share_text(s->group);
	s->user = share_text("");
	s->pool = share_text("");
	s->acl = share_text("");
	s->local_user = share_text("");
}

static void *on_open(void *ctx, const struct link_info *info, const struct link_ops *ops,
                     void *call)
{
	struct ppp *p = ctx;
	uint32_t unit = p->conf ? free_unit(p) : 0;
	struct ppp_session *s = unit ? pool_get(p->sessions) : NULL;
	if (!s) {
		p->stats.denied++;
		log_msg(MSG_403103);
		return NULL;
	}
	s->ppp = p;
	s->terms = &ppp_no_terms;
	s->unit = unit;
	s->ops = ops;
	s->call = call;
	copy_link(s, info);
	s->who = (struct debug_who){
	        .ip = info->remote.ip, .group = s->group, .user = s->user, .error = false};
	ppp_lcp_init(s);
	ppp_ipcp_init(s);
	if (!enlist(s)) {
		s->gone = true;
		ppp_enter(s);
		ppp_leave(s);
		return NULL;
	}
	ppp_debug(s, DEBUG_PPP_IO, 1, "PPP virtual access open, ifc = %u", unit);
	/* not from within the call's own transition */
	timer_start(p->clock, &s->start, 0, on_start, s);
	return s;
}

static void on_closed(void *user, enum link_end why)
{
	struct ppp_session *s = user;
	ppp_enter(s);
	if (why == LINK_END_USER_REQUEST && !s->why_set && s->phase != PHASE_TERMINATE)
		ppp_refused_left(s); /* without a Terminate-Request */
	session_gone(s, s->why_set ? s->why : why);
	ppp_leave(s);
}

static bool on_coming(void *user)
{
	const struct ppp_session *s = user;
	return !s->up && !s->refusal_told && !s->why_set;
}

const struct link_user *ppp_link_user(void)
{
	static const struct link_user user = {
	        .open = on_open, .input = on_input, .closed = on_closed, .coming = on_coming};
	return &user;
}
