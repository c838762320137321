/* The two pipelines of the packet path. Each stage works on a batch and drops by setting pkt->drop. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "core/net/icmp.h"
#include "core/net/ipfrag.h"
#include "core/net/mss.h"
#include "core/net/pathmtu.h"
#include "core/worker_int.h"
#include "crypto/ipsec/alg.h"
#include "crypto/ipsec/esp.h"
#include "l2tp/data.h"
#include "ppp/data.h"

enum {
	UDP_HEADER = 8,
	IP_HEADER = 20,
	L2TP_PORT = 1701,
	MTU_MIN = 68,        /* RFC 791 §3.2 */
	DROP_TELL_MS = 5000, /* 402114 ...: one line in five seconds a reason */
	HEADERS_MAX =
	        128, /* of all that goes around an inner packet: less than that is not looked at */
};

/* Tunnel mode says inside who is meant; in transport mode the ends are those outside. */
static void inner_packet(const struct pkt *p, struct worker_drop *d)
{
	struct rd r = pkt_rd(p);
	d->inner_dst = p->local;
	d->inner_src = p->peer;
	d->inner_proto = 17;
	if (p->sa->mode != ESP_TUNNEL || rd_u8(&r) >> 4 != 4)
		return;
	rd_skip(&r, 1);
	uint16_t len = rd_u16(&r);
	rd_skip(&r, 2);
	uint16_t frag = rd_u16(&r);
	rd_skip(&r, 1);
	uint8_t proto = rd_u8(&r);
	rd_skip(&r, 2);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (!rd_ok(&r))
		return;
	d->inner_proto = proto;
	d->inner_len = len;
	d->inner_off = (uint16_t)((frag & 0x1fff) * 8);
	d->inner_src = (struct ip4_end){src, 0};
	d->inner_dst = (struct ip4_end){dst, 0};
}

/* A received packet was dropped: counted, and told when it deserves a message. */
static void dropped_in(struct worker *w, const struct pkt *p)
{
	enum drop_reason why = p->drop;
	drop_count(&w->drops, why);
	if (capture_at(w->capture, CAP_DROP))
		worker_capture_drop(w, p);
	bool esp = why >= DROP_ESP_NO_SA && why <= DROP_INNER_UDP && why != DROP_ESP_DUMMY;
	if (!esp || (w->drop_told_ms[why] != 0 && w->now_ms - w->drop_told_ms[why] < DROP_TELL_MS))
		return;
	w->drop_told_ms[why] = w->now_ms;
	struct up up = {.op = UP_DROP,
	                .drop = {.why = why,
	                         .spi = p->spi,
	                         .seq = p->seq,
	                         .remote = p->peer,
	                         .local = p->local}};
	if (p->sa != NULL) {
		up.drop.peer = p->sa->peer;
		up.drop.local_proxy = p->sa->local_proxy;
		up.drop.remote_proxy = p->sa->remote_proxy;
		inner_packet(p, &up.drop);
	}
	worker_tell(w, &up);
}

/* A packet for a client that nothing protects: 402122. */
static void tell_unprotected(struct worker *w, const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint64_t *told = &w->drop_told_ms[p->drop];
	if (p->drop != DROP_NO_SA_OUT || (*told != 0 && w->now_ms - *told < DROP_TELL_MS))
		return;
	*told = w->now_ms;
	rd_skip(&r, 12);
	uint32_t src = rd_u32(&r), dst = rd_u32(&r);
	if (rd_ok(&r))
		worker_tell(w, &(struct up){.op = UP_DROP,
		                            .drop = {.why = p->drop,
		                                     .inner_src = {src, 0},
		                                     .inner_dst = {dst, 0}}});
}

static void dropped_out(struct worker *w, const struct pkt *p)
{
	drop_count(&w->drops, p->drop);
	tell_unprotected(w, p);
	if (capture_at(w->capture, CAP_DROP))
		worker_capture_drop(w, p);
}

/* ------------------------------------------------------------------ in */

static struct dsess *find_session(void *ctx, uint16_t tunnel, uint16_t call)
{
	struct worker *w = ctx;
	struct dsess *s = w->by_tunnel[tunnel];
	return s != NULL && s->call == call ? s : NULL;
}

/* The ends of the UDP datagram inside ESP: transport mode has the outer addresses. */
static void inner_ends(const struct pkt *p, struct ip4_end *local, struct ip4_end *remote)
{
	struct rd r = pkt_rd(p);
	remote->port = rd_u16(&r);
	local->port = rd_u16(&r);
	local->ip = p->sa->mode == ESP_TUNNEL ? p->sa->inner_local : p->local.ip;
	remote->ip = p->sa->mode == ESP_TUNNEL ? p->sa->inner_remote : p->peer.ip;
}

static void punt(struct worker *w, struct pkt *p, enum up_op op, struct ip4_end local,
                 struct ip4_end remote)
{
	/* Anybody can send IKE: a flood of it leaves room for what came through an SA. */
	bool room = op != UP_IKE || w->n_up_free > WORKER_MSGS_KEPT;
	struct msg *m = room ? worker_msg_up(w, p->len) : NULL;
	if (m == NULL) {
		p->drop = DROP_RING_FULL;
		return;
	}
	m->local = local;
	m->remote = remote;
	if (p->sa != NULL) {
		m->peer = p->sa->peer;
		m->flow = p->sa->flow;
		m->spi = p->sa->spi_in;
	}
	if (op == UP_PPP) {
		m->tunnel = p->sess->tunnel;
		m->call = p->sess->call;
	}
	memcpy(m->data, pkt_data(p), p->len);
	m->len = p->len;
	if (op == UP_PPP)
		wipe(pkt_data(p), p->len); /* perhaps a password */
	worker_tell(w, &(struct up){.op = op, .p = m});
}

/* A session may send only from its own address. */
static bool source_ok(const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 12);
	return rd_u32(&r) == p->sess->ip && rd_ok(&r);
}

/* Version, header length and total length fit; what is behind the packet (padding) is cut off. */
static bool ip_ok(struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint8_t version = rd_u8(&r);
	rd_skip(&r, 1);
	uint16_t total = rd_u16(&r);
	return rd_ok(&r) && version >> 4 == 4 && (version & 15) >= 5 &&
	       total >= (version & 15) * 4u && pkt_trim(p, total);
}

/* One decrypted UDP datagram: true when it is an IP packet for TUN now. */
static bool in_one(struct worker *w, struct pkt *p)
{
	struct ip4_end local, remote;
	inner_ends(p, &local, &remote);
	struct rd r = pkt_rd(p);
	rd_skip(&r, 4);
	uint16_t len = rd_u16(&r);
	if (!rd_ok(&r) || len < UDP_HEADER || !pkt_trim(p, len) || !pkt_pull(p, UDP_HEADER) ||
	    local.port != L2TP_PORT) { /* the SA may be for any port, the service is not */
		p->drop = DROP_INNER_UDP;
		ctr_add(&p->sa->c.errs_in, 1);
		return false;
	}
	switch (l2tp_data_in(p, p->sa->flow, find_session, w)) {
	case DATA_PUNT:
		punt(w, p, UP_L2TP, local, remote);
		return false;
	case DATA_DROP:
		return false;
	case DATA_FORWARD:
		break;
	}
	switch (ppp_data_in(p)) {
	case DATA_PUNT:
		punt(w, p, UP_PPP, local, remote);
		return false;
	case DATA_DROP:
		ctr_add(&p->sess->c->errs, 1);
		return false;
	case DATA_FORWARD:
		break;
	}
	if (!ip_ok(p))
		p->drop = DROP_INNER_IP;
	else if (!source_ok(p))
		p->drop = DROP_SOURCE;
	else
		worker_filter(w, p, true);
	if (p->drop != DROP_NONE) {
		ctr_add(&p->sess->c->errs, 1);
		return false;
	}
	mss_clamp(pkt_data(p), p->len, w->mss);
	return true;
}

/* The counters of a session, when TUN has taken its packets. */
static void count_in(struct worker *w, struct pkt **ip, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct dsess_counters *c = ip[i]->sess->c;
		if (ip[i]->drop != DROP_NONE) {
			ctr_add(&c->errs, 1);
			continue;
		}
		ctr_add(&c->pkts_in, 1);
		ctr_add(&c->bytes_in, ip[i]->len);
		atomic_store_explicit(&c->last_ms, w->now_ms, memory_order_relaxed);
	}
}

/* UDP 4500 carries three things (RFC 3948 §2): keepalives, IKE behind a zero word, ESP. */
static bool is_esp(struct worker *w, struct pkt *p)
{
	struct rd r = pkt_rd(p);
	if (p->len == 1)
		return false; /* NAT keepalive: not even counted as a drop */
	uint32_t first = rd_u32(&r);
	if (!rd_ok(&r)) {
		p->drop = DROP_RUNT;
		return false;
	}
	if (first != 0)
		return true;
	pkt_pull(p, 4);
	punt(w, p, UP_IKE, p->local, p->peer);
	return false;
}

static void report_events(struct worker *w)
{
	unsigned events;
	for (struct esp_sa *sa; (sa = esp_table_event(w->table, &events)) != NULL;) {
		if (events & ESP_EV_USED)
			worker_tell(w, &(struct up){.op = UP_USED, .u32 = sa->spi_in});
		if (events & ESP_EV_SOFT_KB)
			worker_tell(w, &(struct up){.op = UP_SOFT, .u32 = sa->spi_in});
		if (events & ESP_EV_SOFT_SEQ)
			worker_tell(w, &(struct up){.op = UP_SOFT_SEQ, .u32 = sa->spi_in});
		if (events & ESP_EV_HARD)
			worker_tell(w, &(struct up){.op = UP_HARD, .u32 = sa->spi_in});
		if (events & ESP_EV_MOVED)
			worker_tell(
			        w,
			        &(struct up){.op = UP_MOVED, .u32 = sa->peer, .end = sa->moved_to});
	}
}

void worker_in(struct worker *w, struct pkt **pkts, unsigned n, bool udp_encap)
{
	struct pkt *esp[PKT_BATCH], *ip[PKT_BATCH];
	unsigned n_esp = 0, n_ip = 0;
	for (unsigned i = 0; i < n; i++)
		pkts[i]->udp_encap = udp_encap;
	if (capture_at(w->capture, CAP_OUTSIDE))
		worker_capture_wire(w, pkts, n, true);
	for (unsigned i = 0; i < n; i++) {
		pkts[i]->sa = NULL;
		pkts[i]->sess = NULL;
		if (pkts[i]->drop == DROP_NONE && (!udp_encap || is_esp(w, pkts[i])))
			esp[n_esp++] = pkts[i];
	}
	esp_in(w->table, esp, n_esp, w->now_ms);
	for (unsigned i = 0; i < n_esp; i++)
		if (esp[i]->drop == DROP_NONE && in_one(w, esp[i]))
			ip[n_ip++] = esp[i];
	if (capture_at(w->capture, CAP_INSIDE))
		worker_capture_inner(w, ip, n_ip);
	tun_send(w->io.tun, ip, n_ip);
	count_in(w, ip, n_ip);
	for (unsigned i = 0; i < n; i++)
		if (pkts[i]->drop != DROP_NONE)
			dropped_in(w, pkts[i]);
	report_events(w);
}

/* ------------------------------------------------------------------ out */

/* The host sends it, with its own address towards the sender; out of TUN it would look like a forged one. */
static void send_icmp(const struct worker *w, struct esp_sa *sa, const uint8_t *ip, size_t len,
                      uint16_t mtu)
{
	uint8_t error[ICMP_ERROR_MAX];
	size_t n = icmp_frag_needed(error, sizeof error, INADDR_ANY, ip, len, mtu);
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct rd r = rd_of(ip, len);
	rd_skip(&r, 12);
	to.sin_addr.s_addr = htonl(rd_u32(&r));
	if (n > 0 && w->icmp_fd >= 0 &&
	    sendto(w->icmp_fd, error, n, 0, (struct sockaddr *)&to, sizeof to) > 0)
		ctr_add(&sa->c.pmtu_sent, 1);
}

/* What fits inside the path's MTU: ESP, UDP, L2TP and PPP headers taken off. */
static uint16_t inner_mtu(const struct dsess *s, const struct esp_sa *sa, unsigned path_mtu)
{
	unsigned fits = esp_inner_mtu(sa->alg, sa->udp_encap, path_mtu);
	unsigned headers = (sa->mode == ESP_TUNNEL ? IP_HEADER : 0) + UDP_HEADER +
	                   (s->sequencing ? 10 : 6) + (s->acfc ? 0 : 2) + (s->pfc ? 1 : 2);
	return (uint16_t)(fits > headers + MTU_MIN ? fits - headers : MTU_MIN);
}

/* The kernel refused a packet as too long for its path with DF set outside. The session is cut down to what the
 * path takes, and the sender inside is told (RFC 4301 §8.2). */
static void learn_path(struct worker *w, const struct pkt *p, const struct inner *in)
{
	struct session_slot *slot = (struct session_slot *)p->sess;
	unsigned path = path_mtu(p->local.ip, p->peer.ip);
	if (path == 0 || path >= p->len + IP_HEADER + (p->udp_encap ? UDP_HEADER : 0))
		return; /* it became better just now */
	slot->path_mtu = inner_mtu(&slot->s, p->sa, path);
	slot->path_until_ms = w->pmtu_aging_ms ? w->now_ms + w->pmtu_aging_ms : UINT64_MAX;
	ctr_add(&p->sa->c.pmtu_rcvd, 1);
	atomic_store_explicit(&p->sa->c.path_mtu, path, memory_order_relaxed);
	atomic_store_explicit(&p->sa->c.path_until_ms, slot->path_until_ms, memory_order_relaxed);
	if (in->head_len > 0)
		send_icmp(w, p->sa, in->head, in->head_len, slot->path_mtu);
}

/* The host cuts what is larger than the path and may be cut. Its MTU is the one of when the SA was made, or what
 * was learned since. */
static void count_cut_outside(const struct pkt *p)
{
	struct esp_sa *sa = p->sa;
	uint32_t path = atomic_load_explicit(&sa->c.path_mtu, memory_order_relaxed);
	uint32_t len = p->len + (p->udp_encap ? UDP_HEADER : 0);
	if (path == 0)
		path = sa->path_mtu;
	if (p->df || path < MTU_MIN || len + IP_HEADER <= path)
		return;
	uint32_t piece = (path - IP_HEADER) & ~7u;
	ctr_add(&sa->c.postfrag_ok, 1);
	ctr_add(&sa->c.frags_out, (len + piece - 1) / piece);
}

static bool df_outside(const struct esp_sa *sa, bool inner_df)
{
	return sa->df_policy == 0 ? inner_df : sa->df_policy == 1;
}

/* The largest packet a session may be sent. The path counts where nobody on the way cuts (DF outside), and where we
 * would rather cut inside than have it done outside (fragmentation before-encryption). */
static uint16_t session_mtu(const struct worker *w, const struct pkt *p)
{
	const struct dsess *s = p->sess;
	const struct session_slot *slot = (const struct session_slot *)s;
	const struct esp_sa *sa = p->sa;
	uint16_t mtu = s->mtu;
	if (!df_outside(sa, p->df) && (sa->frag_after || p->df))
		return mtu;
	if (slot->path_mtu != 0 && w->now_ms < slot->path_until_ms)
		mtu = slot->path_mtu;
	else if (sa->path_mtu != 0 && p->len + HEADERS_MAX > sa->path_mtu)
		mtu = inner_mtu(s, sa, sa->path_mtu);
	return mtu < s->mtu ? mtu : s->mtu;
}

static void count_out(struct worker *w, const struct pkt *p, const struct inner *in)
{
	struct dsess_counters *c = p->sess->c;
	if (p->drop != DROP_NONE) {
		ctr_add(&c->errs, 1);
		if (p->drop == DROP_MTU && p->df) {
			ctr_add(&p->sa->c.postfrag_fail, 1);
			learn_path(w, p, in);
		}
		return;
	}
	count_cut_outside(p);
	ctr_add(&c->pkts_out, 1);
	ctr_add(&c->bytes_out, in->len);
	atomic_store_explicit(&c->last_ms, w->now_ms, memory_order_relaxed);
}

/* Encrypts and sends; inner[i] is what pkts[i] was, NULL when they are messages and no session's packets. */
static void transmit(struct worker *w, struct pkt **pkts, const struct inner *inner, unsigned n)
{
	struct pkt *udp[PKT_BATCH], *raw[PKT_BATCH];
	unsigned n_udp = 0, n_raw = 0;
	esp_out(w->table, pkts, n, w->now_ms);
	if (capture_at(w->capture, CAP_OUTSIDE))
		worker_capture_wire(w, pkts, n, false);
	for (unsigned i = 0; i < n; i++) {
		if (pkts[i]->drop != DROP_NONE)
			continue;
		if (pkts[i]->udp_encap)
			udp[n_udp++] = pkts[i];
		else
			raw[n_raw++] = pkts[i];
	}
	if (n_udp > 0)
		udp_send(w->io.natt, udp, n_udp);
	if (n_raw > 0)
		rawesp_send(w->io.raw, raw, n_raw);
	for (unsigned i = 0; i < n; i++) {
		/* encrypted, and then refused: by the path, by the socket */
		if (pkts[i]->drop == DROP_MTU || pkts[i]->drop == DROP_UDP_WRITE)
			ctr_add(&pkts[i]->sa->c.errs_out, 1);
		if (inner != NULL)
			count_out(w, pkts[i], &inner[i]);
		if (pkts[i]->drop != DROP_NONE)
			drop_count(&w->drops, pkts[i]->drop);
	}
	report_events(w);
}

/* UDP header in front of the view; checksum 0 (RFC 3948 §3.1.2: the receiver could not verify it anyway). */
static bool push_udp(struct pkt *p, uint16_t sport, uint16_t dport)
{
	uint32_t len = p->len + UDP_HEADER;
	uint8_t *at = pkt_push(p, UDP_HEADER);
	if (at == NULL)
		return false;
	struct wr w = wr_of(at, UDP_HEADER);
	wr_u16(&w, sport);
	wr_u16(&w, dport);
	wr_u16(&w, (uint16_t)len);
	wr_u16(&w, 0);
	return true;
}

/* An IP packet that is on its way to a session and fits its MTU: L2TP and PPP around it, ready for ESP. A drop is
 * left for transmit to count. */
static void out_one(struct pkt *p, struct inner *in)
{
	struct dsess *s = p->sess;
	struct rd r = pkt_rd(p);
	in->len = p->len;
	in->head_len = 0;
	if (p->df) { /* wanted when the path turns out too narrow */
		size_t head = (rd_u8(&r) & 15) * 4u + 8;
		r = pkt_rd(p);
		if (rd_copy(&r, in->head, head < p->len ? head : p->len))
			in->head_len = (uint8_t)(head < p->len ? head : p->len);
	}
	p->df = df_outside(p->sa, p->df);
	if (ppp_data_out(p) == DATA_FORWARD && l2tp_data_out(p, s) &&
	    !push_udp(p, s->local_port, s->remote_port))
		p->drop = DROP_TOO_BIG;
}

/* Larger than the session's MTU and DF not set: sent in pieces, which do not come back to the batch. */
static void out_fragments(struct worker *w, struct pkt *p, uint16_t mtu)
{
	struct pkt *pieces[PKT_BATCH];
	struct inner inner[PKT_BATCH];
	for (unsigned i = 0; i < PKT_BATCH; i++) {
		pkt_reset(&w->made[i]);
		pieces[i] = &w->made[i];
	}
	unsigned n = ipfrag_split(p, mtu, pieces, PKT_BATCH);
	if (n == 0)
		p->drop = DROP_INNER_IP;
	ctr_add(n > 0 ? &p->sa->c.prefrag_ok : &p->sa->c.prefrag_fail, 1);
	ctr_add(&p->sa->c.frags_out, n);
	for (unsigned i = 0; i < n; i++) {
		pieces[i]->sess = p->sess;
		pieces[i]->sa = p->sa;
		pieces[i]->tos = p->tos;
		out_one(pieces[i], &inner[i]);
	}
	if (n > 0)
		transmit(w, pieces, inner, n);
}

/* One packet from TUN: true when it is ready for ESP, with p->drop or without; else it is done with, and p->drop
 * says whether that was a drop. */
static bool out_route(struct worker *w, struct pkt *p, struct inner *in)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 16);
	uint32_t dst = rd_u32(&r);
	p->sa = NULL;
	p->sess = rd_ok(&r) ? hash_get(w->by_ip, &dst, sizeof dst) : NULL;
	if (p->sess == NULL) {
		p->drop = DROP_NO_ROUTE;
		return false;
	}
	if (p->sess->out == NULL || !ip_ok(p)) {
		p->drop = p->sess->out == NULL ? DROP_NO_SA_OUT : DROP_INNER_IP;
		ctr_add(&p->sess->c->errs, 1);
		return false;
	}
	if (!worker_filter(w, p, false)) {
		ctr_add(&p->sess->c->errs, 1);
		return false;
	}
	p->sa = p->sess->out;
	uint16_t mtu = session_mtu(w, p);
	if (p->len <= mtu) {
		mss_clamp(pkt_data(p), p->len, w->mss);
		out_one(p, in);
		return true;
	}
	if (p->df) {
		p->drop = DROP_MTU;
		ctr_add(&p->sa->c.prefrag_fail, 1);
		send_icmp(w, p->sa, pkt_data(p), p->len, mtu);
	} else {
		out_fragments(w, p, mtu);
	}
	return false;
}

void worker_out(struct worker *w, struct pkt **pkts, unsigned n)
{
	struct pkt *go[PKT_BATCH];
	struct inner inner[PKT_BATCH];
	unsigned n_go = 0;
	if (capture_at(w->capture, CAP_INSIDE))
		worker_capture_inner(w, pkts, n);
	for (unsigned i = 0; i < n; i++) {
		if (out_route(w, pkts[i], &inner[n_go]))
			go[n_go++] = pkts[i];
		else if (pkts[i]->drop != DROP_NONE)
			dropped_out(w, pkts[i]);
	}
	if (n_go > 0)
		transmit(w, go, inner, n_go);
}

/* An L2TP message of the control thread. */
void worker_send_msg(struct worker *w, struct msg *m)
{
	struct pkt *p = &w->made[0];
	pkt_reset(p);
	struct wflow *f = hash_get(w->flows, &m->flow, sizeof m->flow);
	p->sa = f != NULL ? f->out : NULL;
	uint8_t *at = pkt_put(p, m->len);
	if (p->sa == NULL || at == NULL) {
		drop_count(&w->drops, p->sa == NULL ? DROP_NO_SA_OUT : DROP_TOO_BIG);
		return;
	}
	memcpy(at, m->data, m->len);
	wipe(m->data, m->len);
	for (struct session_slot *s = f->sessions; s != NULL; s = s->next)
		if (l2tp_data_stamp(&s->s, at, m->len))
			break;
	push_udp(p, m->local.port, m->remote.port);
	transmit(w, &p, NULL, 1);
}
