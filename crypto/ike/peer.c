/* Peers: who is on the other side, through all its IKE SAs and addresses. */
#include "crypto/ike/auth.h"
#include "crypto/ike/info.h"

#include <string.h>

struct ike_peer *peer_find(struct ike *ike, uint32_t handle)
{
	return hash_get(ike->peers_by_handle, &handle, sizeof handle);
}

/* ------------------------------------------------------------------ where they are */

enum { END_KEY = 6 };

static void end_key(uint8_t key[END_KEY], struct ip4_end end)
{
	struct wr w = wr_of(key, END_KEY);
	wr_u32(&w, end.ip);
	wr_u16(&w, end.port);
}

static void end_put(struct ike_peer *peer)
{
	struct hash *h = peer->ike->peers_by_end;
	uint8_t key[END_KEY];
	end_key(key, peer->remote);
	peer->end_next = hash_get(h, key, sizeof key);
	if (!hash_put(h, key, sizeof key, peer))
		peer->end_next = NULL; /* not found again: it counts as another one when it comes back */
}

static void end_take(struct ike_peer *peer)
{
	struct hash *h = peer->ike->peers_by_end;
	uint8_t key[END_KEY];
	end_key(key, peer->remote);
	struct ike_peer *first = hash_get(h, key, sizeof key);
	for (struct ike_peer *p = first; p != NULL; p = p->end_next)
		if (p->end_next == peer)
			p->end_next = peer->end_next;
	if (first != peer)
		return;
	if (peer->end_next != NULL)
		hash_put(h, key, sizeof key, peer->end_next);
	else
		hash_del(h, key, sizeof key);
}

static void end_set(struct ike_peer *peer, struct ip4_end remote)
{
	if (ip4_end_eq(peer->remote, remote))
		return;
	end_take(peer);
	peer->remote = remote;
	end_put(peer);
}

static struct ike_peer *end_first(struct ike *ike, struct ip4_end end)
{
	uint8_t key[END_KEY];
	end_key(key, end);
	return hash_get(ike->peers_by_end, key, sizeof key);
}

/* ------------------------------------------------------------------ life */

static struct ike_peer *peer_new(struct ike_sa *sa, uint8_t id_type, struct bytes id)
{
	struct ike *ike = sa->ike;
	if (ike->npeers >= IKE_PEERS_MAX)
		return NULL;
	struct ike_peer *peer = pool_get(ike->peer_pool);
	if (peer == NULL)
		return NULL;
	peer->ike = ike;
	do
		peer->handle = ++ike->next_peer;
	while (peer->handle == 0 || peer_find(ike, peer->handle) != NULL);
	if (!hash_put(ike->peers_by_handle, &peer->handle, sizeof peer->handle, peer)) {
		pool_put(ike->peer_pool, peer);
		return NULL;
	}
	peer->id_type = id_type;
	peer->id = (struct bytes){share_hold(id.p, id.len), id.len};
	peer->user = share_text("");
	peer->group = share_text(sa->group_name);
	peer->auth = sa->auth;
	peer->local = sa->local;
	peer->remote = sa->remote;
	end_put(peer);
	peer->ifname = share_text(sa->ifname);
	peer->ifindex = sa->ifindex;
	peer->since_ms = clock_now(ike->clock);
	peer->prev = ike->peers_last;
	if (ike->peers_last != NULL)
		ike->peers_last->next = peer;
	else
		ike->peers = peer;
	ike->peers_last = peer;
	ike->npeers++;
	ike->peers_ever++;
	ike_common_dbg(sa, "New peer %s, handle %u", ip4_text(peer->remote.ip).s, peer->handle);
	if (ike->npeers > ike->peers_peak)
		ike->peers_peak = ike->npeers;
	ike_count_conns(ike);
	return peer;
}

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b) == 0;
}

/* Of the same name, or both none. */
static bool same_subject(const struct pki_cert *a, const struct pki_cert *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return bytes_eq(pki_cert_subject(a), pki_cert_subject(b));
}

bool peer_same_cert(const struct ike_peer *peer, const struct ike_sa *sa)
{
	return peer->cert == NULL || same_subject(sa->cert, peer->cert);
}

struct ike_peer *peer_for(struct ike_sa *sa, struct bytes id_body)
{
	struct ike *ike = sa->ike;
	uint8_t type;
	struct bytes id = ike_id_data(id_body, &type);

	for (struct ike_peer *p = end_first(ike, sa->remote); p != NULL; p = p->end_next) {
		/* What an ID says is worth what it was proved with: the same one in another group, or proved in another
		 * way or with somebody else's certificate, is another peer. */
		if (p->dying || p->auth != sa->auth || p->id_type != type || !bytes_eq(id, p->id) ||
		    !same_text(sa->group_name, p->group) || !peer_same_cert(p, sa))
			continue;
		if (!sa->contact)
			return p;
		/* INITIAL-CONTACT from the same identity at the same place: what was before is gone. */
		ike_dbg(sa, IKE_EVENT, "Received INITIAL-CONTACT, dropping the peer's old SAs");
		peer_drop(p, SA_END_REPLACED, false);
		break;
	}
	return peer_new(sa, type, id);
}

void peer_note_cert(struct ike_peer *peer, struct pki_cert *cert)
{
	pki_cert_hold(cert);
	pki_cert_drop(peer->cert);
	peer->cert = cert;
}

void peer_attach(struct ike_peer *peer, struct ike_sa *sa)
{
	sa->peer = peer;
	sa->refs++;
	sa->peer_next = peer->sas;
	peer->sas = sa;
	if (sa->cert != NULL)
		peer_note_cert(peer, sa->cert);
	if (!sa_is(sa, SAF_INITIATOR)) {
		peer->local = sa->local;
		end_set(peer, sa->remote);
	}
}

void peer_detach(struct ike_sa *sa)
{
	for (struct ike_sa **at = &sa->peer->sas; *at != NULL; at = &(*at)->peer_next)
		if (*at == sa) {
			*at = sa->peer_next;
			break;
		}
	sa->peer = NULL;
	sa->refs--;
}

static void say_gone(const struct ike_peer *peer)
{
	const struct debug_who who = {.ip = peer->remote.ip, .group = peer->group, .user = peer->user};
	debug_for(&who, DEBUG_IKE_COMMON, 1, "[IKE COMMON DEBUG]Peer %s gone, handle %u",
	          ip4_text(peer->remote.ip).s, peer->handle);
}

static void peer_bury(struct ike *ike, void *p)
{
	struct ike_peer *peer = p;
	share_drop(peer->id.p);
	share_drop_text(peer->ifname);
	share_drop_text(peer->user);
	share_drop_text(peer->group);
	pki_cert_drop(peer->cert);
	pool_put(ike->peer_pool, peer);
}

static void peer_finish(struct ike_peer *peer, enum sa_end why)
{
	struct ike *ike = peer->ike;
	if (peer->dead)
		return;
	peer->dead = peer->dying = true;
	say_gone(peer);
	timer_stop(ike->clock, &peer->liveness);
	timer_stop(ike->clock, &peer->keepalive);
	hash_del(ike->peers_by_handle, &peer->handle, sizeof peer->handle);
	end_take(peer);
	if (peer->prev != NULL)
		peer->prev->next = peer->next;
	else
		ike->peers = peer->next;
	if (peer->next != NULL)
		peer->next->prev = peer->prev;
	else
		ike->peers_last = peer->prev;
	ike->npeers--;
	ike_bury(ike, peer, peer_bury);
	if (ike->ops->peer_down != NULL)
		ike->ops->peer_down(ike->ctx, peer->handle, why);
}

void peer_check(struct ike_peer *peer, enum sa_end why)
{
	if (!peer->dying && peer->sas == NULL && peer->flows == NULL)
		peer_finish(peer, why);
}

/* One Delete for all inbound SPIs, while there is an IKE SA to say it on. */
static void tell_flows(struct ike_peer *peer)
{
	uint32_t spis[IKE_FLOWS_PER_PEER * IKE_CHILDREN_PER_FLOW];
	size_t n = 0;
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next)
			if (n < sizeof spis / sizeof spis[0])
				spis[n++] = c->pair.spi_in;
	if (n > 0)
		info_delete_esp(peer, spis, n);
}

void peer_say_torn_down(const struct ike_peer *peer, const char *why)
{
	if (peer->user[0] == '\0')
		ike_log(peer->ike, MSG_713259, ike_prefix_peer(peer).s, why);
}

void peer_drop(struct ike_peer *peer, enum sa_end why, bool tell)
{
	if (peer->dying)
		return;
	peer->dying = true;
	if (tell)
		tell_flows(peer);
	while (peer->flows != NULL)
		flow_remove(peer->flows, why, false);
	while (peer->sas != NULL)
		sa_delete(peer->sas, why, tell);
	peer_finish(peer, why);
}

/* What the peer has begun on the SA is of its new life, though it seemed to renew a flow of the old one. */
static void quick_alone(const struct ike_sa *sa, const struct ike_flow *flow)
{
	for (struct ike_qm *q = sa->quick; q != NULL; q = q->next)
		if (!q->x.initiator && q->flow == flow && q->child == NULL)
			q->flow = NULL;
}

void peer_forget_old(struct ike_peer *peer, const struct ike_sa *keep)
{
	struct ike_sa *next_sa;
	for (struct ike_sa *sa = peer->sas; sa != NULL; sa = next_sa) {
		next_sa = sa->peer_next;
		if (sa != keep)
			sa_delete(sa, SA_END_REPLACED, false);
	}
	/* Flows made on the SA itself are of the new life; older ones are not. */
	bool again = true;
	while (again && !peer->dead) {
		again = false;
		for (struct ike_flow *f = peer->flows; f != NULL && !again; f = f->next)
			if (f->children != NULL && f->children->since_ms < keep->began_ms) {
				quick_alone(keep, f);
				flow_remove(f, SA_END_REPLACED, false);
				again = true;
			}
	}
}

/* Is it the same by all that it has proved? */
static bool same_peer(const struct ike_peer *a, const struct ike_peer *b)
{
	return a->auth == b->auth && a->id_type == b->id_type && bytes_eq(a->id, b->id) && same_text(a->group, b->group) &&
	       same_subject(a->cert, b->cert);
}

static bool is_idle(const struct ike_peer *peer)
{
	for (const struct ike_sa *sa = peer->sas; sa != NULL; sa = sa->peer_next)
		if (sa->quick != NULL)
			return false;
	return peer->flows == NULL && !peer->dying;
}

/* After its NAT mapping had changed the client renewed its IKE SA first, and was taken for somebody new; then ESP came
 * from there: one and the same, and what it has keeps its name. */
static void adopt(struct ike_peer *peer)
{
	struct ike_peer *other = end_first(peer->ike, peer->remote);
	while (other != NULL && (other == peer || !same_peer(peer, other) || !is_idle(other)))
		other = other->end_next;
	if (other == NULL)
		return;
	struct ike_sa *oldest_first = NULL;
	while (other->sas != NULL) {
		struct ike_sa *sa = other->sas;
		peer_detach(sa);
		sa->peer_next = oldest_first;
		oldest_first = sa;
	}
	while (oldest_first != NULL) {
		struct ike_sa *sa = oldest_first;
		oldest_first = sa->peer_next;
		peer_attach(peer, sa);
	}
	peer->microsoft = peer->microsoft || other->microsoft;
	peer_check(other, SA_END_REPLACED);
	dpd_start(peer);
}

void peer_move(struct ike_peer *peer, struct ip4_end local, struct ip4_end remote)
{
	struct ike *ike = peer->ike;
	bool moved = !ip4_end_eq(peer->remote, remote);

	peer->ike_in_ms = clock_now(ike->clock);
	if (!moved && ip4_end_eq(peer->local, local))
		return;
	if (moved) {
		char from[16];
		str_copy(from, sizeof from, str_of(ip4_text(peer->remote.ip).s));
		if (debug_on(DEBUG_IKEV1, IKE_EVENT))
			ike_debug(ike, IKE_EVENT, ike_prefix_peer(peer).s,
			          "NAT mapping changed from %s/%u to %s/%u", from,
			          peer->remote.port, ip4_text(remote.ip).s, remote.port);
	}
	peer->local = local;
	end_set(peer, remote);
	for (struct ike_sa *sa = peer->sas; sa != NULL; sa = sa->peer_next) {
		if (sa->mm.state != ST_ACTIVE)
			continue;
		sa->local = sa->mm.local = local;
		sa->remote = sa->mm.remote = remote;
	}
	if (!moved)
		return;
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next) {
			c->pair.remote.ip = remote.ip;
			if (c->pair.udp_encap)
				c->pair.remote.port = remote.port;
			if (c->pair.mode == ESP_TRANSPORT)
				c->pair.remote_proxy.ip = remote.ip;
		}
	if (peer->flows != NULL)
		ike->ops->sa->move(ike->ops->sa_ctx, peer->handle, remote);
	adopt(peer);
}

void peer_begin_rekeys(struct ike_peer *peer)
{
	struct ike_sa *sa = sa_best(peer);
	if (sa == NULL)
		return;
	for (struct ike_flow *f = peer->flows; f != NULL; f = f->next)
		if (f->want_rekey) {
			f->want_rekey = false;
			ike_log(peer->ike, MSG_713220, ike_prefix(sa).s);
			flow_rekey(f);
		}
}
