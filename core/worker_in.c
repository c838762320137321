/* The way in: ESP from the network becomes IP packets for TUN. Each stage works on a batch and drops by setting pkt->drop. */
#include <string.h>

#include "core/net/dhcp_msg.h"
#include "core/net/mss.h"
#include "core/worker_int.h"
#include "crypto/ipsec/esp.h"
#include "l2tp/data.h"
#include "ppp/data.h"

enum { UDP_HEADER = 8, L2TP_PORT = 1701, PROTO_UDP = 17, INFORM_EVERY_MS = 1000 };

struct finder {
	const struct worker *w;
	const struct esp_sa *sa;
};

/* Most flows have one session: it is asked first, since it is in the cache. */
static struct dsess *find_session(void *ctx, uint16_t tunnel, uint16_t call)
{
	const struct finder *f = ctx;
	struct session_slot *first = ((const struct wflow *)f->sa->user)->sessions;
	struct dsess *s = first != NULL && first->s.tunnel == tunnel ? &first->s : f->w->by_tunnel[tunnel];
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
	/* Anybody can send IKE: a flood of it leaves room for what came through an SA; so do clients' questions for what
	 * their sessions live by. */
	bool room = (op != UP_IKE && op != UP_INFORM) || msg_free(&w->up_msgs) > WORKER_MSGS_KEPT;
	struct msg *m = room ? msg_get(&w->up_msgs, p->len) : NULL;
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
	if (op == UP_PPP || op == UP_INFORM) {
		m->tunnel = p->sess->tunnel;
		m->call = p->sess->call;
	}
	memcpy(m->data, pkt_data(p), p->len);
	if (op == UP_PPP)
		wipe(pkt_data(p), p->len); /* perhaps a password */
	worker_tell(w, &(struct up){.op = op, .p = m});
}

/* A session may send only from its own address, and from the networks behind it but for other clients' addresses. */
static bool source_ok(const struct worker *w, const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	rd_skip(&r, 12);
	uint32_t ip = rd_u32(&r);
	if (ip == p->sess->ip || w->routes == NULL || !rd_ok(&r))
		return ip == p->sess->ip && rd_ok(&r);
	uint32_t client = worker_client_of(w, ipmap_now(&w->all->clients), ip);
	return client != 0 && client_tunnel(client) == p->sess->tunnel;
}

/* DHCP to everybody, which goes nowhere from here: the appliance answers itself (core/inform.c). */
static bool is_inform(const struct pkt *p)
{
	struct rd r = pkt_rd(p);
	uint8_t header = rd_u8(&r);
	rd_skip(&r, 8);
	bool udp = rd_u8(&r) == PROTO_UDP;
	rd_skip(&r, 6);
	if (rd_u32(&r) != UINT32_MAX || !udp)
		return false;
	r = pkt_rd(p);
	rd_skip(&r, (header & 15u) * 4 + 2);
	return rd_u16(&r) == DHCP_PORT && rd_ok(&r);
}

/* Clients repeat the question after seconds; one that does not wait keeps nobody else waiting. */
static void punt_inform(struct worker *w, struct pkt *p, struct ip4_end local, struct ip4_end remote)
{
	struct session_slot *slot = (struct session_slot *)p->sess;
	if (slot->inform_ms != 0 && w->now_ms - slot->inform_ms < INFORM_EVERY_MS) {
		p->drop = DROP_DHCP;
		return;
	}
	slot->inform_ms = w->now_ms;
	punt(w, p, UP_INFORM, local, remote);
}

/* An IP packet of p->sess: true when it is one for TUN. */
static bool ip_from_session(struct worker *w, struct pkt *p, struct ip4_end local, struct ip4_end remote)
{
	bool inform = false;
	if (!worker_ip_ok(p))
		p->drop = DROP_INNER_IP;
	else if (!source_ok(w, p))
		p->drop = DROP_SOURCE;
	else if (p->sess->inform && is_inform(p))
		inform = true;
	else
		worker_filter(w, p, true);
	if (inform)
		punt_inform(w, p, local, remote);
	if (p->drop != DROP_NONE) {
		ctr_add(&p->sess->c->errs, 1);
		return false;
	}
	if (inform) { /* it goes no further, and counts all the same */
		ctr_add(&p->sess->c->pkts_in, 1);
		ctr_add(&p->sess->c->bytes_in, p->len);
		return false;
	}
	mss_clamp(pkt_data(p), p->len, w->mss);
	return true;
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
	switch (l2tp_data_in(p, p->sa->flow, find_session, &(struct finder){w, p->sa})) {
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
	return ip_from_session(w, p, local, remote);
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

void worker_report(struct worker *w)
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

/* UDP 4500 carries three things (RFC 3948 §2): keepalives, IKE behind a zero word, ESP. Raw, it is ESP. */
static bool is_esp(struct worker *w, struct pkt *p, uint32_t *spi)
{
	struct rd r = pkt_rd(p);
	*spi = rd_u32(&r);
	if (!p->udp_encap && rd_ok(&r))
		return true;
	if (p->udp_encap && p->len == 1)
		return false; /* NAT keepalive: not even counted as a drop */
	if (!rd_ok(&r)) {
		p->drop = DROP_RUNT;
		return false;
	}
	if (*spi != 0)
		return true;
	pkt_pull(p, 4);
	punt(w, p, UP_IKE, p->local, p->peer);
	return false;
}

/* Received here: ESP of our own SAs, or of no worker at all, which is counted here. */
static bool is_ours(struct worker *w, struct pkt *p)
{
	uint32_t spi;
	if (!is_esp(w, p, &spi))
		return false;
	unsigned owner = esp_spi_worker(spi);
	if (owner == w->index || owner >= w->all->n)
		return true;
	worker_cross(w, owner, p, CROSS_ESP);
	return false;
}

/* With many sessions nothing of them is in the cache, while of an SA and its flow all is since esp_in. */
static void load(struct pkt *const *pkts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct wflow *flow = pkts[i]->drop == DROP_NONE ? pkts[i]->sa->user : NULL;
		if (flow != NULL && flow->sessions != NULL)
			session_touch(&flow->sessions->s);
	}
}

void worker_in(struct worker *w, struct pkt **pkts, unsigned n, bool crossed)
{
	struct pkt *esp[PKT_BATCH], *ip[PKT_BATCH];
	unsigned n_esp = 0, n_ip = 0;
	if (!crossed && capture_at(w->capture, CAP_OUTSIDE))
		worker_capture_wire(w, pkts, n, true);
	for (unsigned i = 0; i < n; i++) {
		pkts[i]->sa = NULL;
		pkts[i]->sess = NULL;
		if (pkts[i]->drop == DROP_NONE && (crossed || is_ours(w, pkts[i])))
			esp[n_esp++] = pkts[i];
	}
	esp_in(w->table, esp, n_esp, w->now_ms);
	worker_report(w); /* that an SA is in use, before what came on it */
	load(esp, n_esp);
	for (unsigned i = 0; i < n_esp; i++)
		if (esp[i]->drop == DROP_NONE && in_one(w, esp[i]))
			ip[n_ip++] = esp[i];
	if (capture_at(w->capture, CAP_INSIDE))
		worker_capture_inner(w, ip, n_ip);
	tun_send(w->tun, ip, n_ip);
	count_in(w, ip, n_ip);
	for (unsigned i = 0; i < n; i++)
		if (pkts[i]->drop != DROP_NONE && (pkts[i]->drop != DROP_ESP_NO_SA || !worker_early_keep(w, pkts[i])))
			worker_dropped(w, pkts[i], true);
}
