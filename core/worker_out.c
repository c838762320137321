/* The way out: IP packets from TUN become ESP. Each stage works on a batch and drops by setting pkt->drop. */
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
	MTU_MIN = 68, /* RFC 791 §3.2 */
	HEADERS_MAX =
	        128, /* of all that goes around an inner packet: less than that is not looked at */
};

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
	if (n > 0 && w->all->icmp_fd >= 0 &&
	    sendto(w->all->icmp_fd, error, n, 0, (struct sockaddr *)&to, sizeof to) > 0)
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
		udp_send(w->natt, udp, n_udp);
	if (n_raw > 0)
		rawesp_send(w->raw, raw, n_raw);
	for (unsigned i = 0; i < n; i++) {
		/* encrypted, and then refused: by the path, by the socket */
		if (pkts[i]->drop == DROP_MTU || pkts[i]->drop == DROP_UDP_WRITE)
			ctr_add(&pkts[i]->sa->c.errs_out, 1);
		if (inner != NULL)
			count_out(w, pkts[i], &inner[i]);
		if (pkts[i]->drop != DROP_NONE)
			drop_count(&w->drops, pkts[i]->drop);
	}
	worker_report(w);
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

/* Is it still the session of this address? It may have been closed, or opened with another one, since it became known.
 * behind: it is in a network behind the client; the table of those does not change while a batch is under way. */
static bool is_for(const struct pkt *p, const struct dsess *s, bool behind)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 16);
	uint32_t ip = rd_u32(&r);
	return rd_ok(&r) && s->open && (behind || ip == s->ip);
}

/* One packet from TUN: true when it is ready for ESP, with p->drop or without; else it is done with, and p->drop
 * says whether that was a drop. */
static bool out_route(struct worker *w, struct pkt *p, bool behind, struct inner *in)
{
	if (p->sess == NULL || !is_for(p, p->sess, behind)) {
		p->drop = DROP_NO_ROUTE;
		return false;
	}
	if (p->sess->out == NULL || !worker_ip_ok(p)) {
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

/* The session of each packet, looked up once and remembered in it; NULL: nobody has the address. What another worker has is
 * handed over. Gives the packets that stay, and which of them go to a network behind the client. */
static unsigned find(struct worker *w, struct pkt **pkts, unsigned n, bool crossed, struct pkt **stay, bool *behind)
{
	const struct ipmap_table *clients = ipmap_now(&w->all->clients);
	uint32_t client[PKT_BATCH];
	bool net[PKT_BATCH];
	unsigned k = 0;
	for (unsigned i = 0; i < n; i++) {
		struct rd r = pkt_rd(pkts[i]);
		rd_skip(&r, 16);
		uint32_t ip = rd_u32(&r);
		client[i] = ipmap_find(clients, ip);
		net[i] = client[i] == 0 && w->routes != NULL;
		if (net[i])
			client[i] = client_routes_find(w->routes, ip);
	}
	for (unsigned i = 0; i < n; i++) {
		struct pkt *p = pkts[i];
		bool here = client[i] != 0 && client_worker(client[i]) == w->index;
		bool cross = client[i] != 0 && !here && !crossed && p->drop == DROP_NONE;
		p->sess = here ? w->by_tunnel[client_tunnel(client[i])] : NULL;
		p->sa = NULL;
		if (cross)
			worker_cross(w, client_worker(client[i]), p, CROSS_IP);
		if (cross && p->drop == DROP_NONE)
			continue;
		behind[k] = net[i];
		stay[k++] = p;
	}
	return k;
}

/* With many sessions nothing of them is in the cache: what a batch needs is loaded for all its packets, step by step. */
static void load(struct pkt *const *pkts, unsigned n)
{
	const struct esp_sa *sa[PKT_BATCH];
	unsigned k = 0;
	for (unsigned i = 0; i < n; i++)
		if (pkts[i]->sess != NULL)
			session_touch(pkts[i]->sess);
	for (unsigned i = 0; i < n; i++) {
		if (pkts[i]->sess == NULL || pkts[i]->sess->out == NULL)
			continue;
		sa[k] = pkts[i]->sess->out;
		esp_sa_touch(sa[k++], false);
	}
	for (unsigned i = 0; i < k; i++)
		prim_key_touch(sa[i]->enc);
}

void worker_out(struct worker *w, struct pkt **pkts, unsigned n, bool crossed)
{
	struct pkt *stay[PKT_BATCH], *go[PKT_BATCH];
	struct inner inner[PKT_BATCH];
	bool behind[PKT_BATCH];
	unsigned n_stay, n_go = 0;
	if (!crossed && capture_at(w->capture, CAP_INSIDE))
		worker_capture_inner(w, pkts, n);
	n_stay = find(w, pkts, n, crossed, stay, behind);
	load(stay, n_stay);
	for (unsigned i = 0; i < n_stay; i++) {
		if (stay[i]->drop == DROP_NONE && out_route(w, stay[i], behind[i], &inner[n_go]))
			go[n_go++] = stay[i];
		else if (stay[i]->drop != DROP_NONE)
			worker_dropped(w, stay[i], false);
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
