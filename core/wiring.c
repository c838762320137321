/* Where the engines meet. Each of them knows only its own ops; this file is the other side of all of them. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/failures.h"
#include "core/filters.h"
#include "core/gateway.h"
#include "core/sessiondb.h"
#include "crypto/pki/certmap.h"

enum {
	FLOW_IDLE_MS =
	        60000, /* an SA without a tunnel is kept so long: the client may try L2TP again */
	GOODBYE_MS = 500, /* CDN and StopCCN leave before the SAs are deleted */
	CROWD = 256,      /* so many clients that left may have left holes in the heap */
	CROWD_MS = 1000,
};

/* ------------------------------------------------------------------ IKE and the network */

static bool ike_send(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                     size_t len)
{
	struct gateway *gw = ctx;
	if (local.port != IKE_PORT_NATT) {
		gateway_tap(gw, local, remote, msg, len);
		return udp_send_one(gw->udp500, local, remote, msg, len) == 0;
	}
	uint8_t framed[4 + IKE_MSG_MAX];
	struct wr w = wr_of(framed, sizeof framed);
	wr_u32(&w, 0); /* non-ESP marker, RFC 3948 §2.2 */
	wr_bytes(&w, msg, len);
	if (!wr_ok(&w))
		return false;
	gateway_tap(gw, local, remote, framed, wr_len(&w));
	return udp_send_one(gw->udp4500[0], local, remote, framed, wr_len(&w)) == 0;
}

static void ike_keepalive(void *ctx, struct ip4_end local, struct ip4_end remote)
{
	struct gateway *gw = ctx;
	gateway_tap(gw, local, remote, (const uint8_t *)"\xff", 1);
	udp_send_one(gw->udp4500[0], local, remote, "\xff", 1);
}

_Static_assert((int)IKE_DH_MOST <= (int)PRIM_DH_POOL_JOBS, "what IKE may give is taken");

static int ike_dh(void *ctx, struct prim_dh_job *job, void (*done)(void *arg), void *arg)
{
	struct gateway *gw = ctx;
	return prim_dh_pool_put(gw->dh, job, done, arg);
}

static int ike_help(void *ctx, void (*run)(void *job), void (*done)(void *job), void *job)
{
	struct gateway *gw = ctx;
	return prim_dh_pool_work(gw->dh, run, done, job);
}

static size_t ike_dh_waiting(void *ctx)
{
	struct gateway *gw = ctx;
	return prim_dh_pool_waiting(gw->dh);
}

/* ------------------------------------------------------------------ flows: between IKE and L2TP */

static struct gw_flow *flow_find(struct gateway *gw, uint32_t flow)
{
	return hash_get(gw->flows, &flow, sizeof flow);
}

static void flow_unused(struct timer *t, void *arg)
{
	struct gateway *gw = arg;
	struct gw_flow *f = (struct gw_flow *)((char *)t - offsetof(struct gw_flow, idle));
	ike_drop_peer(gw->ike, f->peer, SA_END_DELETED, "User Requested");
}

/* Somebody is there: while no user is in the time starts again, unless the end was decided already. */
static void flow_heard(struct gateway *gw, struct gw_flow *f)
{
	if (timer_running(&f->idle) && !f->ending)
		timer_start(&gw->clock, &f->idle, FLOW_IDLE_MS, flow_unused, gw);
}

/* Connections of the engines: show conn tells the most there were at once. */
static void note_conns(struct gateway *gw)
{
	struct ike_counts n;
	ike_counts(gw->ike, &n);
	workers_conns_own(gw->workers, n.peers + n.flows);
}

static void ike_flow_up(void *ctx, uint32_t peer, uint32_t flow, const struct sa_pair *pair)
{
	struct gateway *gw = ctx;
	struct ike_peer_info info;
	struct gw_flow *f = pool_get(gw->flow_pool);
	if (f == NULL || !hash_put(gw->flows, &flow, sizeof flow, f)) {
		pool_put(gw->flow_pool, f);
		return; /* its messages are dropped as of an unknown flow; the client tries again */
	}
	f->peer = peer;
	f->flow = flow;
	f->udp_encap = pair->udp_encap;
	f->reverse_route = pair->reverse_route;
	f->ifname = share_text(pair->ifname);
	f->group = share_text(ike_peer_info(gw->ike, peer, &info) ? info.group : "");
	timer_start(&gw->clock, &f->idle, FLOW_IDLE_MS, flow_unused, gw);
	note_conns(gw);
}

enum link_end gateway_link_end(enum sa_end why)
{
	static const enum link_end table[] = {
	        [SA_END_DELETED] = LINK_END_USER_REQUEST,
	        [SA_END_EXPIRED] = LINK_END_SA_EXPIRED,
	        [SA_END_REPLACED] = LINK_END_PEER_RECONNECTED,
	        [SA_END_ADMIN] = LINK_END_ADMIN_RESET,
	        [SA_END_PEER_LOST] = LINK_END_LOST_SERVICE,
	};
	return (unsigned)why < sizeof table / sizeof table[0] ? table[why] : LINK_END_UNKNOWN;
}

static void free_flow(void *arg, void *value)
{
	struct gateway *gw = arg;
	struct gw_flow *f = value;
	timer_stop(&gw->clock, &f->idle);
	share_drop_text(f->ifname);
	share_drop_text(f->group);
	pool_put(gw->flow_pool, f);
}

/* What is free between that which stays goes back to the system. */
static void trim_heap(struct timer *t, void *arg)
{
	struct gateway *gw = arg;
	(void)t;
	gw->left = 0;
	malloc_trim(0);
}

static void ike_flow_down(void *ctx, uint32_t peer, uint32_t flow, enum sa_end why)
{
	struct gateway *gw = ctx;
	(void)peer;
	struct gw_flow *f = hash_del(gw->flows, &flow, sizeof flow);
	if (f != NULL && !f->l2tp && why == SA_END_DELETED) /* by the client, or it was idle */
		failures_no_l2tp(gw, f);
	if (f != NULL)
		free_flow(gw, f);
	note_conns(gw);
	if (++gw->left >= CROWD && !timer_running(&gw->trim) && !gw->stopping)
		timer_start(&gw->clock, &gw->trim, CROWD_MS, trim_heap, gw);
	l2tp_flow_down(gw->l2tp, flow, gateway_link_end(why));
}

/* Who comes in must be logged. */
static bool ike_admit(void *ctx)
{
	const struct gateway *gw = ctx;
	return gw->log == NULL || logsinks_admit(gw->log);
}

const struct ike_ops gateway_ike_ops = {
        .send = ike_send,
        .keepalive = ike_keepalive,
        .dh = ike_dh,
        .work = ike_help,
        .dh_waiting = ike_dh_waiting,
        .sa = &ipsec_sadb_ops,
        .flow_up = ike_flow_up,
        .flow_down = ike_flow_down,
        .admit = ike_admit,
        .clear = gateway_tap_clear,
        .refused = failures_tell,
};

void gateway_flows_free(struct gateway *gw)
{
	if (gw->flows != NULL)
		hash_each(gw->flows, free_flow, gw);
	hash_free(gw->flows);
	pool_delete(gw->flow_pool);
	gw->flows = NULL;
	gw->flow_pool = NULL;
}

static void rx500(struct gateway *gw, const struct pkt *p, bool first)
{
	if (p->drop != DROP_NONE || ike_is_first(pkt_data(p), p->len) != first ||
	    !filters_control(gw->filters, 17, p->local, p->peer))
		return;
	gateway_tap(gw, p->peer, p->local, pkt_data(p), p->len);
	ike_input(gw->ike, p->local, p->peer, pkt_data(p), p->len);
}

/* IKE on port 500, read by the control thread itself: of what came together those who are under way come first. */
void gateway_rx500(struct gateway *gw)
{
	struct pkt rx[PKT_BATCH], *pkts[PKT_BATCH];
	for (unsigned i = 0; i < PKT_BATCH; i++)
		pkts[i] = &rx[i];
	do {
		int n = udp_recv(gw->udp500, pkts, PKT_BATCH);
		for (int i = 0; i < n; i++)
			rx500(gw, &rx[i], false);
		for (int i = 0; i < n; i++)
			rx500(gw, &rx[i], true);
	} while (udp_more(gw->udp500));
}

/* ------------------------------------------------------------------ what comes up from the packet path */

uint64_t gateway_drops(const struct gateway *gw, enum drop_reason why)
{
	return workers_drops(gw->workers, why) + ctr_get(&l2tp_drops(gw->l2tp)->n[why]) +
	       ctr_get(&gw->filters->drops.n[why]) + ctr_get(&gw->drops.n[why]);
}

static void up_ike(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                   size_t len)
{
	struct gateway *gw = ctx;
	struct rd r = rd_of(msg, len);
	if (!filters_control(gw->filters, 17, local, remote))
		return;
	/* Some clients write the non-ESP marker twice; no cookie begins with it, but for one in four billion. */
	if (rd_u32(&r) != 0 || !rd_ok(&r))
		r = rd_of(msg, len);
	struct bytes ike = rd_rest(&r);
	ike_input(gw->ike, local, remote, ike.p, ike.len);
}

static void up_l2tp(void *ctx, uint32_t peer, uint32_t flow, struct ip4_end local,
                    struct ip4_end remote, const uint8_t *msg, size_t len)
{
	struct gateway *gw = ctx;
	struct gw_flow *f = flow_find(gw, flow);
	if (f == NULL) { /* ended while the message was on its way up */
		drop_count(&gw->drops, DROP_NO_FLOW);
		return;
	}
	const struct l2tp_from from = {peer,     flow,      local,       remote,
	                               f->group, f->ifname, f->udp_encap};
	flow_heard(gw, f);
	f->l2tp = true;
	l2tp_input(gw->l2tp, &from, msg, len);
}

static void up_ppp(void *ctx, uint32_t flow, uint16_t tunnel, uint16_t call, const uint8_t *frame,
                   size_t len)
{
	struct gateway *gw = ctx;
	struct gw_flow *f = flow_find(gw, flow);
	if (f == NULL) {
		drop_count(&gw->drops, DROP_NO_FLOW);
		return;
	}
	flow_heard(gw, f);
	l2tp_data_input(gw->l2tp, flow, tunnel, call, frame, len);
}

static void up_captured(void *ctx)
{
	captures_drain(((struct gateway *)ctx)->captures);
}

static const char *proxy_text(char *text, size_t cap, const struct sa_proxy *p)
{
	snprintf(text, cap, "%s/%s/%u/%u", ip4_text(p->ip).s, ip4_text(p->mask).s, p->proto,
	         p->port);
	return text;
}

static void up_drop(void *ctx, const struct worker_drop *d)
{
	struct gateway *gw = ctx;
	char remote[16], local[16], lp[64], rp[64], proto[8];
	struct ike_peer_info info;
	const char *user = "";
	if (d->peer != 0 && ike_peer_info(gw->ike, d->peer, &info))
		user = info.user[0] != '\0' ? info.user : info.group;
	str_copy(remote, sizeof remote, str_of(ip4_text(d->remote.ip).s));
	str_copy(local, sizeof local, str_of(ip4_text(d->local.ip).s));
	switch (d->why) {
	case DROP_ESP_NO_SA:
		log_msg(MSG_402114, d->spi, d->seq, remote, local);
		break;
	case DROP_ESP_REPLAY:
		log_msg(MSG_402119, d->spi, d->seq, remote, user, local);
		break;
	case DROP_ESP_AUTH:
		log_msg(MSG_402120, d->spi, d->seq, remote, user, local);
		break;
	case DROP_ESP_POLICY:
		snprintf(proto, sizeof proto, "%u", d->inner_proto);
		log_msg(MSG_402116, d->spi, d->seq, remote, user, local,
		        ip4_text(d->inner_dst.ip).s, ip4_text(d->inner_src.ip).s, proto,
		        proxy_text(lp, sizeof lp, &d->local_proxy),
		        proxy_text(rp, sizeof rp, &d->remote_proxy));
		break;
	case DROP_INNER_FRAGMENT:
		log_msg(MSG_402118, d->spi, d->seq, remote, user, local, d->inner_len,
		        d->inner_off);
		break;
	case DROP_NO_SA_OUT:
		log_msg(MSG_402122, ip4_text(d->inner_src.ip).s, ip4_text(d->inner_dst.ip).s,
		        drop_text(d->why));
		break;
	default:
		log_msg(MSG_402121, d->spi, d->seq, remote, user, local, drop_text(d->why));
	}
}

static void up_filtered(void *ctx, const struct worker_filtered *e)
{
	struct gateway *gw = ctx;
	filters_event(gw->filters, e);
}

void gateway_worker_events(struct gateway *gw, struct worker_events *events)
{
	*events = (struct worker_events){
	        .ike = up_ike,
	        .l2tp = up_l2tp,
	        .ppp = up_ppp,
	        .inform = gateway_inform,
	        .drop = up_drop,
	        .captured = up_captured,
	        .filtered = up_filtered,
	        .sa = &ike_sa_events,
	        .sa_ctx = gw->ike,
	        .ctx = gw,
	};
}

/* ------------------------------------------------------------------ L2TP */

static bool l2tp_send(void *ctx, uint32_t flow, struct ip4_end local, struct ip4_end remote,
                      const uint8_t *msg, size_t len)
{
	struct gateway *gw = ctx;
	const struct gw_flow *f = flow_find(gw, flow);
	return workers_send(gw->workers, f != NULL ? f->peer : 0, flow, local, remote, msg, len);
}

static void l2tp_call_up(void *ctx, const struct link_info *info, bool sequencing)
{
	struct gateway *gw = ctx;
	workers_session_add(gw->workers, info, sequencing);
}

static void l2tp_call_down(void *ctx, uint16_t tunnel, uint16_t call)
{
	struct gateway *gw = ctx;
	(void)call;
	workers_session_remove(gw->workers, tunnel);
}

static bool l2tp_count(void *ctx, uint16_t tunnel, uint16_t call, struct l2tp_counters *c)
{
	struct gateway *gw = ctx;
	struct worker_totals t;
	(void)call;
	if (!workers_session_totals(gw->workers, tunnel, &t))
		return false;
	*c = (struct l2tp_counters){t.pkts_in, t.pkts_out, t.bytes_in, t.bytes_out};
	return true;
}

const struct l2tp_ops gateway_l2tp_ops = {l2tp_send, l2tp_call_up, l2tp_call_down, l2tp_count, failures_tell};

/* ------------------------------------------------------------------ PPP */

static void ppp_data_open(void *ctx, const struct link_info *link, uint32_t ip, uint16_t mtu,
                          bool acfc, bool pfc)
{
	struct gateway *gw = ctx;
	struct ppp_session_info s;
	if (ppp_find_call(gw->ppp, link->tunnel, link->call, &s)) { /* before its first packet */
		filters_session(gw->filters, &s);
		workers_session_inform(gw->workers, link->tunnel, s.terms->intercept);
	}
	workers_session_open(gw->workers, link->tunnel, ip, mtu, acfc, pfc);
}

static void ppp_data_close(void *ctx, const struct link_info *link)
{
	struct gateway *gw = ctx;
	workers_session_close(gw->workers, link->tunnel);
}

static uint64_t ppp_last_activity(void *ctx, uint16_t tunnel, uint16_t call)
{
	struct gateway *gw = ctx;
	struct worker_totals t;
	(void)call;
	return workers_session_totals(gw->workers, tunnel, &t) ? t.last_ms : 0;
}

static bool ppp_count(void *ctx, uint16_t tunnel, uint16_t call, struct ppp_counters *c)
{
	struct gateway *gw = ctx;
	struct worker_totals t;
	(void)call;
	if (!workers_session_totals(gw->workers, tunnel, &t))
		return false;
	*c = (struct ppp_counters){t.pkts_in, t.pkts_out, t.bytes_in, t.bytes_out, t.errs};
	return true;
}

static void ppp_user_known(void *ctx, uint32_t peer, uint16_t tunnel, uint16_t call,
                           const char *user, uint32_t ip)
{
	struct gateway *gw = ctx;
	struct ppp_session_info info;
	l2tp_session_set_user(gw->l2tp, tunnel, call, user);
	ike_peer_set_user(gw->ike, peer, user, ip);
	if (ppp_find_call(gw->ppp, tunnel, call, &info))
		ipsec_sadb_set_user(gw->sadb, info.link->flow, user, ip);
}

static void ppp_session_up(void *ctx, const struct ppp_session_info *info)
{
	struct gateway *gw = ctx;
	struct gw_flow *f = flow_find(gw, info->link->flow);
	if (f != NULL) {
		f->users++;
		f->ending = false;
		timer_stop(&gw->clock, &f->idle);
	}
	gateway_client_route_add(gw, info, f != NULL && f->reverse_route);
	gateway_client_nets_add(gw, info);
	l2tp_session_set_ppp(gw->l2tp, info->link->tunnel, info->link->call, info->unit);
	sessiondb_up(gw->sessions, info);
	gateway_accounting_up(gw, info);
}

static bool ppp_dhcp_ask(void *ctx, const struct ppp_dhcp_ask *ask)
{
	return gateway_dhcp_ask(ctx, ask);
}

static void ppp_dhcp_end(void *ctx, uint32_t unit, bool in_use)
{
	gateway_dhcp_release(ctx, unit, in_use);
}

/* We ended it: nobody will come for the SAs, so they follow when the goodbyes are out. */
static bool ended_by_us(enum link_end why)
{
	return why != LINK_END_USER_REQUEST && why != LINK_END_SA_EXPIRED &&
	       why != LINK_END_IKE_DELETE && why != LINK_END_PEER_RECONNECTED;
}

static void ppp_session_end(void *ctx, const struct ppp_session_info *info, enum link_end why)
{
	struct gateway *gw = ctx;
	sessiondb_end(gw->sessions, info, why);
	gateway_accounting_end(gw, info, why);
	gateway_client_nets_del(gw, info);
	gateway_client_route_del(gw, info->ip);
	gateway_reload_check(gw);
	struct gw_flow *f = flow_find(gw, info->link->flow);
	if (f == NULL || --f->users > 0 || gw->stopping)
		return;
	f->ending = ended_by_us(why);
	timer_start(&gw->clock, &f->idle, f->ending ? GOODBYE_MS : FLOW_IDLE_MS, flow_unused, gw);
}

/* A time range that does not exist lets nobody in. */
static bool ppp_in_hours(void *ctx, const char *time_range)
{
	struct gateway *gw = ctx;
	const struct conf *c = confsys_running(gw->conf);
	time_t now = clock_wall(&gw->clock);
	struct tm tm;
	return conf_find(c, "time-range", str_of(time_range)) != NULL && localtime_r(&now, &tm) != NULL &&
	       time_range_active(c, str_of(time_range), &tm);
}

/* username-from-certificate */
static bool ppp_certificate_user(void *ctx, uint32_t peer, const struct aaa_group *g, char *user, size_t cap)
{
	struct gateway *gw = ctx;
	struct ike_peer_info info;
	user[0] = '\0';
	if (!ike_peer_info(gw->ike, peer, &info) || info.cert == NULL)
		return false;
	bool found = g->cert_entire && pki_cert_entire(info.cert, user, cap);
	for (size_t i = 0; i < 2 && !found; i++)
		found = g->cert_attr[i][0] != '\0' && pki_cert_attribute(info.cert, g->cert_attr[i], user, cap);
	if (!found)
		user[0] = '\0';
	return true;
}

const struct ppp_ops gateway_ppp_ops = {
        .data_open = ppp_data_open,
        .data_close = ppp_data_close,
        .last_activity_ms = ppp_last_activity,
        .counters = ppp_count,
        .user_known = ppp_user_known,
        .certificate_user = ppp_certificate_user,
        .dhcp_ask = ppp_dhcp_ask,
        .dhcp_end = ppp_dhcp_end,
        .session_up = ppp_session_up,
        .session_end = ppp_session_end,
        .in_hours = ppp_in_hours,
        .refused = failures_tell,
};
