/* IKE SAs: made by the first message, found by their cookies, ended by time, Delete, or command. */
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/ike/auth.h"
#include "crypto/ike/info.h"

enum {
	COOKIES = 2 * IKE_COOKIE_LEN,
	STALE_MS = 2000,
	STALE_AGAIN_MS = 1000, /* sooner: in a flood that takes all places every two seconds none would be older */
	REPLACED_MS = 30000
};

static void cookies_key(uint8_t key[COOKIES], const uint8_t *icookie, const uint8_t *rcookie)
{
	memcpy(key, icookie, IKE_COOKIE_LEN);
	memcpy(key + IKE_COOKIE_LEN, rcookie, IKE_COOKIE_LEN);
}

void ike_first_key(uint8_t key[IKE_FIRST_KEY], const uint8_t *icookie, struct ip4_end remote)
{
	struct wr w = wr_of(key, IKE_FIRST_KEY);
	wr_bytes(&w, icookie, IKE_COOKIE_LEN);
	wr_u32(&w, remote.ip);
	wr_u16(&w, remote.port);
}

struct ike_sa *sa_find(struct ike *ike, const uint8_t *icookie, const uint8_t *rcookie)
{
	uint8_t key[COOKIES];
	cookies_key(key, icookie, rcookie);
	struct ike_sa *sa = hash_get(ike->by_cookies, key, sizeof key);
	if (sa != NULL)
		return sa;
	/* The answer to a Main Mode that we began brings the other cookie. */
	memset(key + IKE_COOKIE_LEN, 0, IKE_COOKIE_LEN);
	sa = hash_get(ike->by_cookies, key, sizeof key);
	return sa != NULL && sa_is(sa, SAF_INITIATOR) && (sa->mm.state == ST_MM_WAIT2 || sa->mm.state == ST_AM_WAIT2) ? sa : NULL;
}

struct ike_sa *sa_find_first(struct ike *ike, const uint8_t *icookie, struct ip4_end remote)
{
	uint8_t key[IKE_FIRST_KEY];
	ike_first_key(key, icookie, remote);
	return hash_get(ike->by_first, key, sizeof key);
}

static void unindex_zero(struct ike_sa *sa)
{
	static const uint8_t zero[IKE_COOKIE_LEN];
	uint8_t key[COOKIES];
	cookies_key(key, sa->icookie, zero);
	if (hash_get(sa->ike->by_cookies, key, sizeof key) == sa)
		hash_del(sa->ike->by_cookies, key, sizeof key);
}

bool sa_index(struct ike_sa *sa)
{
	uint8_t key[COOKIES];
	unindex_zero(sa);
	cookies_key(key, sa->icookie, sa->rcookie);
	return hash_get(sa->ike->by_cookies, key, sizeof key) == NULL &&
	       hash_put(sa->ike->by_cookies, key, sizeof key, sa);
}

void sa_index_first(struct ike_sa *sa)
{
	uint8_t key[IKE_FIRST_KEY];
	ike_first_key(key, sa->icookie, sa->remote);
	hash_put(sa->ike->by_first, key, sizeof key, sa);
}

/* The address may have moved since; the key is the one of the first message. */
static void unindex(struct ike_sa *sa)
{
	uint8_t key[COOKIES], first[IKE_FIRST_KEY];
	struct ike *ike = sa->ike;
	unindex_zero(sa);
	cookies_key(key, sa->icookie, sa->rcookie);
	if (hash_get(ike->by_cookies, key, sizeof key) == sa)
		hash_del(ike->by_cookies, key, sizeof key);
	ike_first_key(first, sa->icookie, sa->first_remote);
	if (hash_get(ike->by_first, first, sizeof first) == sa)
		hash_del(ike->by_first, first, sizeof first);
}

static void half_list(struct ike_sa *sa, bool in)
{
	struct ike *ike = sa->ike;
	if (in) {
		sa->half_prev = ike->half_last;
		*(ike->half_last != NULL ? &ike->half_last->half_next : &ike->half) = sa;
		ike->half_last = sa;
		return;
	}
	*(sa->half_prev != NULL ? &sa->half_prev->half_next : &ike->half) = sa->half_next;
	*(sa->half_next != NULL ? &sa->half_next->half_prev : &ike->half_last) = sa->half_prev;
	sa->half_prev = sa->half_next = NULL;
}

void sa_count_half_open(struct ike_sa *sa, bool half_open)
{
	struct ike *ike = sa->ike;
	uint32_t ip = sa->first_remote.ip;
	if (sa->half_open == half_open)
		return;
	sa->half_open = half_open;
	half_list(sa, half_open);
	if (half_open) {
		countmap_add(&ike->half_open_by_ip, ip, 1); /* when it cannot be counted, the limit of all holds */
		ike->half_open++;
	} else {
		countmap_take(&ike->half_open_by_ip, ip, 1);
		ike->half_open--;
		waiting_note_room(ike);
	}
	if (ike->half_open > ike->half_open_peak)
		ike->half_open_peak = ike->half_open;
}

/* An old one whose sender never answered: it may be a forged address. */
static struct ike_sa *stale(struct ike *ike, enum ike_stale whose, uint32_t ip)
{
	enum { LOOK_AGAIN_MS = 100 }; /* a flood must not make us search for every message of it */
	uint64_t now = clock_now(ike->clock), age_ms = whose == IKE_STALE_AGAIN ? STALE_AGAIN_MS : STALE_MS;
	if (now < ike->no_stale_ms[whose])
		return NULL;
	for (struct ike_sa *sa = ike->half; sa != NULL; sa = sa->half_next)
		if ((whose != IKE_STALE_ADDRESS || sa->first_remote.ip == ip) &&
		    (sa->mm.state == ST_MM_WAIT3 || sa->mm.state == ST_AM_WAIT3 || sa->mm.state == ST_REFUSED) &&
		    now - sa->began_ms >= age_ms)
			return sa;
	ike->no_stale_ms[whose] = now + LOOK_AGAIN_MS;
	return NULL;
}

bool sa_make_room(struct ike *ike)
{
	struct ike_sa *old = stale(ike, IKE_STALE_AGAIN, 0);
	if (old != NULL)
		sa_delete(old, SA_END_DELETED, false);
	return old != NULL;
}

static size_t dh_waiting(const struct ike *ike)
{
	return ike->ops->dh_waiting != NULL ? ike->ops->dh_waiting(ike->ctx) : 0;
}

bool ike_dh_full(struct ike *ike)
{
	if (dh_waiting(ike) < IKE_DH_MOST)
		return false;
	ike->put_off[PUT_OFF_DH_FULL]++;
	return true;
}

static uint32_t half_open_most(const struct ike *ike, bool aggressive)
{
	uint32_t most = ike->conf->max_half_open;
	if (most == 0 || most > IKE_HALF_OPEN_MAX)
		most = IKE_HALF_OPEN_MAX;
	return aggressive ? (most + 3) / 4 : most;
}

bool sa_full(const struct ike *ike, bool aggressive)
{
	return ike->nsas >= IKE_SAS_MAX || ike->half_open >= half_open_most(ike, aggressive);
}

enum ike_put_off sa_room(struct ike *ike, uint32_t ip, bool aggressive)
{
	uint32_t most = half_open_most(ike, aggressive);
	uint32_t share = most / 2 < IKE_HALF_OPEN_ADDRESS ? (most + 1) / 2 : IKE_HALF_OPEN_ADDRESS;
	bool crowd = countmap_of(&ike->half_open_by_ip, ip) >= share;

	if (dh_waiting(ike) >= (aggressive ? IKE_DH_BACKLOG / 4 : IKE_DH_BACKLOG))
		return PUT_OFF_BACKLOG;
	if (crowd)
		return PUT_OFF_ADDRESS;
	return sa_full(ike, aggressive) ? PUT_OFF_LIMIT : PUT_OFF_N;
}

enum ike_put_off sa_admit(struct ike *ike, uint32_t ip, bool aggressive)
{
	enum ike_put_off why = sa_room(ike, ip, aggressive);
	struct ike_sa *old = NULL;
	if (why == PUT_OFF_ADDRESS || why == PUT_OFF_LIMIT)
		old = stale(ike, why == PUT_OFF_ADDRESS ? IKE_STALE_ADDRESS : IKE_STALE_ANY, ip);
	if ((why == PUT_OFF_N || old != NULL) && !source_take(ike, ip)) {
		why = PUT_OFF_RATE;
	} else if (old != NULL) {
		sa_delete(old, SA_END_DELETED, false); /* below the ceiling of all again */
		why = PUT_OFF_N;
	}
	if (why == PUT_OFF_N)
		return why;
	ike->put_off[why]++;
	return why;
}

static struct sized msgid_lists = SIZED_INIT("IKE message ids");

bool sa_msgid_new(struct ike_sa *sa, uint32_t msgid)
{
	size_t seen = sa->nmsgids < sa->msgids_cap ? sa->nmsgids : sa->msgids_cap;
	for (size_t i = 0; i < seen; i++)
		if (sa->msgids[i] == msgid)
			return false;
	if (seen == sa->msgids_cap && seen < IKE_MSGIDS_MAX) {
		size_t cap = seen != 0 ? 2 * seen : 8;
		uint32_t *ids = sized_get(&msgid_lists, cap * sizeof *ids);
		if (ids == NULL)
			return true; /* better a replay than no more rekeys */
		if (seen != 0)
			memcpy(ids, sa->msgids, seen * sizeof *ids);
		sized_put(&msgid_lists, sa->msgids, seen * sizeof *ids);
		sa->msgids = ids;
		sa->msgids_cap = cap;
		sa->nmsgids = seen;
	}
	sa->msgids[sa->nmsgids++ % sa->msgids_cap] = msgid;
	return true;
}

struct ike_sa *sa_new(struct ike *ike, struct ip4_end local, struct ip4_end remote, bool initiator)
{
	struct ike_sa *sa = pool_get(ike->sa_pool);
	if (sa == NULL)
		return NULL;
	sa->ike = ike;
	sa->ifname = share_text("");
	sa->auth = &ike_auth_psk; /* until something is agreed on */
	sa->number = ++ike->next_sa;
	sa->flags = SAF_MAIN | (initiator ? SAF_INITIATOR : 0);
	sa->local = sa->mm.local = local;
	sa->remote = sa->mm.remote = sa->first_remote = remote;
	sa->mm.sa = sa;
	sa->mm.exch = EXCH_MAIN;
	sa->began_ms = clock_now(ike->clock);
	random_bytes(initiator ? sa->icookie : sa->rcookie, IKE_COOKIE_LEN);
	ike->work.random++;
	ike->work.sa_created++;
	sa->prev = ike->sas_last;
	if (ike->sas_last != NULL)
		ike->sas_last->next = sa;
	else
		ike->sas = sa;
	ike->sas_last = sa;
	ike->nsas++;
	sa_count_half_open(sa, true);
	if (initiator)
		sa_index(sa);
	return sa;
}

static void sa_bury(struct ike *ike, void *p)
{
	struct ike_sa *sa = p;
	wipe(&sa->keys, sizeof sa->keys);
	pki_cert_drop(sa->cert);
	share_drop_text(sa->ifname);
	share_drop_text(sa->group_name);
	sized_put(&msgid_lists, sa->msgids, sa->msgids_cap * sizeof *sa->msgids);
	pool_put(ike->sa_pool, sa);
}

/* The pairs made on it that live on (RFC 2408 §3.15) are counted by the SA that looks after them now. */
static void bequeath(struct ike_sa *sa)
{
	struct ike_sa *heir = sa_best(sa->peer);
	for (struct ike_flow *f = sa->peer->flows; f != NULL; f = f->next)
		for (struct ike_child *c = f->children; c != NULL; c = c->next)
			if (c->sa == sa) {
				sa->tunnels--;
				c->sa = heir;
				if (heir != NULL)
					heir->tunnels++;
			}
}

void sa_delete(struct ike_sa *sa, enum sa_end why, bool tell)
{
	struct ike *ike = sa->ike;
	if (sa_is(sa, SAF_DELETED))
		return;
	sa->flags = (sa->flags & ~(uint32_t)SAF_ACTIVE) | SAF_DELETED;
	if (tell && sa->mm.state == ST_ACTIVE)
		info_delete_sa(sa);
	while (sa->quick != NULL)
		qm_end(sa->quick);
	sa_count_half_open(sa, false);
	if (sa->up_ms != 0) {
		ike->stat[STAT_ACTIVE]--;
		ike->stat[STAT_PREVIOUS]++;
		ike->work.sa_deleted++;
	}
	unindex(sa);
	if (sa->prev != NULL)
		sa->prev->next = sa->next;
	else
		ike->sas = sa->next;
	if (sa->next != NULL)
		sa->next->prev = sa->prev;
	else
		ike->sas_last = sa->prev;
	ike->nsas--;
	timer_stop(ike->clock, &sa->expire);
	timer_stop(ike->clock, &sa->rekey);
	ike_xchg_clear(&sa->mm);
	frag_clear(sa);
	ike_engine_dbg(sa, 1, "delete connection %u", sa->number);
	struct ike_peer *peer = sa->peer;
	struct ike_prefix prefix = ike_prefix(sa);
	if (peer != NULL) {
		bequeath(sa);
		peer_detach(sa);
	}
	if (debug_on(DEBUG_IKEV1, IKE_DETAIL) || log_on(LOGL_DEBUGGING))
		ike_debug(ike, IKE_DETAIL, ike_prefix_again(&prefix),
		          "IKE SA %s:%08x terminating:  flags 0x%08x, refcnt %u, tuncnt %u", sa_mode(sa),
		          sa->number, sa->flags, sa->refs, sa->tunnels);
	if (peer != NULL)
		peer_check(peer, why);
	ike_bury(ike, sa, sa_bury);
}

void sa_refuse(struct ike_sa *sa)
{
	if (sa_is(sa, SAF_DELETED))
		return;
	timer_stop(sa->ike->clock, &sa->mm.retry);
	ike_xchg_forget(&sa->mm);
	struct ike_peer *peer = sa->peer;
	if (peer != NULL) {
		peer_detach(sa);
		peer_check(peer, SA_END_DELETED);
	}
	if (sa->mm.sent.p == NULL && sa_is(sa, SAF_INITIATOR))
		sa_delete(sa, SA_END_DELETED, false);
	else
		ike_xchg_state(&sa->mm, ST_REFUSED);
}

static void on_expire(struct timer *t, void *arg)
{
	struct ike_sa *sa = arg;
	struct ike *ike = sa->ike;
	(void)t;
	ike_enter(ike);
	ike_timer_dbg(sa, "P1 lifetime timer expired");
	ike_dbg(sa, IKE_EVENT, "IKE SA lifetime expired, deleting it");
	sa_delete(sa, SA_END_EXPIRED, true);
	ike_leave(ike);
}

static void on_rekey(struct timer *t, void *arg)
{
	struct ike_sa *sa = arg;
	struct ike *ike = sa->ike;
	(void)t;
	ike_enter(ike);
	ike_timer_dbg(sa, "P1 rekey timer expired");
	/* Without flows there is nothing to keep alive; the peer comes back by itself. */
	if (sa->peer != NULL && sa->peer->flows != NULL && sa_best(sa->peer) == sa) {
		sa->flags |= SAF_REKEYING;
		mm_begin(sa->peer, sa);
	}
	ike_leave(ike);
}

struct ike_sa *sa_best(struct ike_peer *peer)
{
	for (struct ike_sa *sa = peer->sas; sa != NULL; sa = sa->peer_next)
		if (sa->mm.state == ST_ACTIVE && !sa_is(sa, SAF_DELETED))
			return sa;
	return NULL;
}

void sa_take_back_rekeys(struct ike_sa *sa, unsigned tries)
{
	for (struct ike_qm *q = sa->quick, *next; q != NULL; q = next) {
		next = q->next;
		if (q->x.initiator && q->flow != NULL && !q->flow->dead && q->x.state == ST_QM_WAIT2 &&
		    q->x.tries >= tries) {
			q->flow->want_rekey = true;
			qm_end(q);
		}
	}
}

/* The SAs that the new one replaces: the peer may still use them a while. */
static void supersede(struct ike_sa *newest)
{
	struct ike *ike = newest->ike;
	size_t n = 1;
	for (struct ike_sa *sa = newest->peer->sas, *next; sa != NULL; sa = next) {
		next = sa->peer_next;
		if (sa == newest || sa->mm.state != ST_ACTIVE)
			continue;
		sa->flags |= SAF_SUPERSEDED;
		timer_stop(ike->clock, &sa->rekey);
		/* strongSwan has let go of an SA on which one comes while it makes the next */
		sa_take_back_rekeys(sa, 0);
		if (++n > IKE_SAS_PER_PEER) {
			sa_delete(sa, SA_END_REPLACED, true);
		} else if (sa_is(newest, SAF_INITIATOR)) {
			timer_start(ike->clock, &sa->expire, REPLACED_MS, on_expire, sa);
			ike_timer_dbg(sa, "P1 lifetime timer started, %u seconds (replaced)",
			              REPLACED_MS / 1000u);
		}
	}
}

void sa_established(struct ike_sa *sa)
{
	struct ike *ike = sa->ike;
	/* Rekeyed at 95 % by whoever answered, a little earlier by whoever asked. */
	uint32_t rekey_s = (uint32_t)(sa->life_s * (sa_is(sa, SAF_INITIATOR) ? 90ull : 95ull) / 100);

	sa->up_ms = clock_now(ike->clock);
	if (sa->up_ms == 0)
		sa->up_ms = 1; /* 0 means: not up */
	sa_count_half_open(sa, false);
	sa->unproved = false;
	if (!sa_is(sa, SAF_INITIATOR))
		source_give(ike, sa->first_remote.ip);
	ike->stat[STAT_ACTIVE]++;
	ike->work.sa_rekeyed += sa->peer != NULL && sa->peer->sas != NULL && sa->peer->sas != sa;
	ike_xchg_state(&sa->mm, ST_ACTIVE);
	sa->flags |= SAF_ACTIVE;
	if (sa->life_s != 0) {
		timer_start(ike->clock, &sa->expire, 1000ull * sa->life_s, on_expire, sa);
		timer_start(ike->clock, &sa->rekey, 1000ull * rekey_s, on_rekey, sa);
		ike_log(ike, MSG_715080, ike_prefix(sa).s, "P1", rekey_s);
		ike_timer_dbg(sa, "P1 rekey timer started, %u seconds", rekey_s);
		ike_timer_dbg(sa, "P1 lifetime timer started, %u seconds", sa->life_s);
	}
	supersede(sa);
	struct ike_peer *peer = sa->peer;
	peer->last_try = 0;
	peer->ike_in_ms = clock_now(ike->clock);
	peer->remote_nat = sa->remote_nat;
	peer->local_nat = sa->local_nat;
	peer->udp_encap = sa->natt != NATT_NONE && sa->local.port == IKE_PORT_NATT;
	peer->microsoft = peer->microsoft || sa->microsoft;
	peer->client = sa->client != CLIENT_UNKNOWN ? sa->client : peer->client;
	peer->aggressive = sa_is(sa, SAF_AGGRESSIVE);
	dpd_start(peer);
	peer_begin_rekeys(peer);
}
