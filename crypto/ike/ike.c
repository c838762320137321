/* The engine: made, configured, fed with messages; what its other files stand on. */
#include "crypto/ike/ike.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/ike/aggressive.h"
#include "crypto/ike/info.h"
#include "crypto/ike/quick.h"
#include "crypto/ike/refused.h"
#include "crypto/ike/vendor.h"

/* ------------------------------------------------------------------ life */

enum { GRAVES_KEPT = 1024 };

struct ike *ike_new(struct clock *clock, const struct ike_ops *ops, void *ctx)
{
	struct ike *ike = calloc(1, sizeof *ike);
	if (ike == NULL)
		return NULL;
	ike->clock = clock;
	ike->ops = ops;
	ike->ctx = ctx;
	ike->by_cookies = hash_new(0);
	ike->by_first = hash_new(0);
	ike->peers_by_handle = hash_new(0);
	ike->flows_by_handle = hash_new(0);
	ike->children_by_spi = hash_new(0);
	ike->peers_by_end = hash_new(0);
	bool tables = countmap_init(&ike->half_open_by_ip, 0);
	tables = countmap_init(&ike->frag_bytes_by_ip, 0) && tables;
	tables = waiting_init(ike) && tables;
	ike->sa_pool = pool_new("IKE SAs", sizeof(struct ike_sa), IKE_SAS_MAX);
	ike->peer_pool = pool_new("IKE peers", sizeof(struct ike_peer), IKE_PEERS_MAX);
	ike->flow_pool = pool_new("IKE flows", sizeof(struct ike_flow), 0);
	ike->child_pool = pool_new("IKE pairs of SAs", sizeof(struct ike_child), 0);
	ike->qm_pool = pool_new("IKE Quick Modes", sizeof(struct ike_qm), 0);
	ike->bucket_ms = clock_now(clock);
	random_bytes(ike->nobodys_key, sizeof ike->nobodys_key);
	ike->sources_seed = random_u32();
	if (!tables || ike->sa_pool == NULL || ike->peer_pool == NULL || ike->flow_pool == NULL ||
	    ike->child_pool == NULL || ike->qm_pool == NULL || ike->by_cookies == NULL || ike->by_first == NULL ||
	    ike->peers_by_handle == NULL || ike->flows_by_handle == NULL || ike->children_by_spi == NULL ||
	    ike->peers_by_end == NULL) {
		ike_free(ike);
		return NULL;
	}
	return ike;
}

static void drop_everything(struct ike *ike, bool tell)
{
	while (ike->peers != NULL)
		peer_drop(ike->peers, SA_END_ADMIN, tell);
	while (ike->sas != NULL)
		sa_delete(ike->sas, SA_END_ADMIN, false);
}

void ike_shutdown(struct ike *ike)
{
	ike_enter(ike);
	waiting_free(ike); /* nobody begins any more */
	drop_everything(ike, true);
	ike_leave(ike);
}

static bool send_nothing(void *ctx, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
                         size_t len)
{
	(void)ctx, (void)local, (void)remote, (void)msg, (void)len;
	return true;
}

void ike_free(struct ike *ike)
{
	if (ike == NULL)
		return;
	struct ike_ops quiet;
	waiting_free(ike);
	if (ike->by_cookies != NULL && (ike->peers != NULL || ike->sas != NULL)) {
		/* Nobody is told any more, but SAs are still taken off the data path. */
		quiet = *ike->ops;
		quiet.send = send_nothing;
		quiet.flow_up = NULL;
		quiet.flow_down = NULL;
		quiet.peer_down = NULL;
		ike->ops = &quiet;
		ike_enter(ike);
		drop_everything(ike, false);
		ike_leave(ike);
	}
	ike_jobs_leave(ike);
	again_free(ike);
	hash_free(ike->by_cookies);
	hash_free(ike->by_first);
	countmap_free(&ike->half_open_by_ip);
	countmap_free(&ike->frag_bytes_by_ip);
	hash_free(ike->peers_by_handle);
	hash_free(ike->flows_by_handle);
	hash_free(ike->children_by_spi);
	hash_free(ike->peers_by_end);
	pool_delete(ike->sa_pool);
	pool_delete(ike->peer_pool);
	pool_delete(ike->flow_pool);
	pool_delete(ike->child_pool);
	pool_delete(ike->qm_pool);
	free(ike->graves);
	wipe(ike->clear, sizeof ike->clear);
	wipe(ike->nobodys_key, sizeof ike->nobodys_key);
	free(ike);
}

void ike_enter(struct ike *ike)
{
	ike->depth++;
}

void ike_leave(struct ike *ike)
{
	if (ike->depth == 1)
		waiting_serve(ike);
	if (--ike->depth > 0)
		return;
	for (size_t i = 0; i < ike->ngraves; i++)
		ike->graves[i].bury(ike, ike->graves[i].p);
	ike->ngraves = 0;
	if (ike->graves_cap > GRAVES_KEPT) { /* many went at once */
		free(ike->graves);
		ike->graves = NULL;
		ike->graves_cap = 0;
	}
}

void ike_bury(struct ike *ike, void *p, void (*bury)(struct ike *ike, void *p))
{
	if (ike->ngraves == ike->graves_cap) {
		size_t cap = ike->graves_cap != 0 ? 2 * ike->graves_cap : 64;
		struct ike_grave *graves = realloc(ike->graves, cap * sizeof *graves);
		if (graves == NULL)
			return; /* rather lost than freed too early */
		ike->graves = graves;
		ike->graves_cap = cap;
	}
	ike->graves[ike->ngraves++] = (struct ike_grave){p, bury};
}

bool ike_may_log(struct ike *ike)
{
	enum { BURST = 20, EVERY_MS = 100 };
	uint64_t now = clock_now(ike->clock), refill = (now - ike->bucket_ms) / EVERY_MS;
	if (refill > 0) {
		ike->bucket = refill < ike->bucket ? ike->bucket - (unsigned)refill : 0;
		ike->bucket_ms = now;
	}
	if (ike->bucket >= BURST)
		return false;
	ike->bucket++;
	return true;
}

/* ------------------------------------------------------------------ surroundings */

void ike_set_pki(struct ike *ike, struct pki *pki)
{
	ike->pki = pki;
}

void ike_set_interfaces(struct ike *ike, const struct ike_iface *ifs, size_t n)
{
	ike->nifs =
	        n < sizeof ike->ifs / sizeof ike->ifs[0] ? n : sizeof ike->ifs / sizeof ike->ifs[0];
	if (ike->nifs > 0)
		memcpy(ike->ifs, ifs, ike->nifs * sizeof ifs[0]);
}

const struct ike_iface *ike_iface_of(const struct ike *ike, uint32_t ip)
{
	for (size_t i = 0; i < ike->nifs; i++)
		if (ike->ifs[i].ip == ip)
			return &ike->ifs[i];
	return NULL;
}

const struct ipsec_map *ike_map_of(struct ike *ike, const char *ifname)
{
	if (ike->map_of != NULL)
		return ike->map_of(ike, ifname);
	return ike->ipsec != NULL ? ipsec_conf_map_for_interface(ike->ipsec, ifname) : NULL;
}

void ike_set_conf(struct ike *ike, const struct ike_conf *conf, const struct ipsec_conf *ipsec)
{
	ike->conf = conf;
	ike->ipsec = ipsec;
	if (conf == NULL)
		return;
	/* Peers of interfaces that no longer serve clients are told and dropped. */
	ike_enter(ike);
	for (bool again = true; again;) {
		again = false;
		for (struct ike_peer *p = ike->peers; p != NULL && !again; p = p->next)
			if (!p->dying && (!ike_conf_enabled(conf, p->ifname) ||
			                  ike_map_of(ike, p->ifname) == NULL)) {
				peer_say_torn_down(p, "Administrator Reset");
				peer_drop(p, SA_END_ADMIN, true);
				again = true;
			}
	}
	for (struct ike_peer *p = ike->peers; p != NULL; p = p->next)
		dpd_start(p);
	ike_leave(ike);
}

/* ------------------------------------------------------------------ sending */

void ike_tell_clear(const struct ike_sa *sa, bool out, struct bytes header, struct bytes body)
{
	const struct ike *ike = sa->ike;
	if (ike->ops->clear != NULL)
		ike->ops->clear(ike->ctx, sa->mm.local, sa->mm.remote, out, header, body);
}

/* Nothing has shown yet that somebody is at this address: it may be forged, that of a later message of phase 1, too. */
static bool may_be_forged(const struct ike_sa *sa, struct ip4_end remote)
{
	return !sa_is(sa, SAF_INITIATOR) && sa->mm.state != ST_ACTIVE && (sa->unproved || remote.ip != sa->first_remote.ip);
}

/* Such an address is not sent more than three times what came from there; repetitions of who is there add up. */
static bool affordable(struct ike_sa *sa, struct ip4_end remote, struct bytes msg)
{
	size_t cost = may_be_forged(sa, remote) ? frag_octets(sa, msg) : 0;
	if (cost > sa->credit) {
		sa->ike->put_off[PUT_OFF_UNPROVED]++;
		ike_dbg(sa, IKE_DETAIL, "answer of %zu octets waits until the peer has asked again", cost);
		return false;
	}
	sa->credit -= cost;
	return true;
}

static void dump(const char *title, const struct ike_sa *sa, struct ip4_end remote, struct bytes msg)
{
	struct debug_who who = {0};
	if (sa != NULL)
		who = ike_who(sa);
	who.ip = remote.ip;
	debug_hex(&who, DEBUG_IKEV1, IKE_DUMP, title, msg.p, msg.len);
}

bool ike_transmit(struct ike *ike, struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                  struct bytes msg, const char *chain, uint32_t msgid, const char *verb)
{
	if (!affordable(sa, remote, msg))
		return false;
	ike->stat[STAT_OUT_PACKETS]++;
	ike->stat[STAT_OUT_OCTETS] += msg.len;
	sa->bytes_out += msg.len;
	ike_log(ike, MSG_713236, ike_prefix(sa).s, verb, msgid, chain, (unsigned)msg.len);
	if (debug_on(DEBUG_IKEV1, IKE_DUMP))
		dump("SENDING PACKET", sa, remote, msg);
	ike->stat[STAT_OUT_DROPS] += !frag_send(sa, local, remote, msg);
	return true;
}

/* ------------------------------------------------------------------ receiving */

static void stranger(struct ike *ike, struct ip4_end remote, enum ike_drop why, const char *text)
{
	ike_drop(ike, why);
	if (ike_may_log(ike))
		ike_log(ike, MSG_713904, ike_prefix_ip(remote.ip).s, text);
}

/* A peer that a static entry of the crypto map names: neither its key nor its proposal is ours to judge. */
static bool is_lan_peer(struct ike *ike, const struct ike_iface *iface, struct ip4_end remote)
{
	const char *map;
	uint16_t seq;
	char line[200];
	if (ike->ipsec == NULL ||
	    !ipsec_conf_lan_peer(ike->ipsec, iface->ifname, remote.ip, &map, &seq))
		return false;
	snprintf(line, sizeof line,
	         "LAN-to-LAN connections are not supported (peer of crypto map %s %u), dropping",
	         map, seq);
	stranger(ike, remote, IKE_DROP_FIRST, line);
	return true;
}

/* What a first message must be to be answered at all. */
static bool is_for_us(struct ike *ike, struct ip4_end remote, const struct ike_hdr *hdr, struct bytes raw,
                      const struct ike_iface *iface)
{
	if (hdr->exch == EXCH_AGGRESSIVE && ike->conf->am_disable) {
		stranger(ike, remote, IKE_DROP_FIRST, "Aggressive Mode is disabled by crypto ikev1 am-disable, dropping");
		ike_refused_first(ike, remote, iface->ifname, raw, FAIL_AM_DISABLED);
		return false;
	}
	if (is_lan_peer(ike, iface, remote)) {
		ike_refused_first(ike, remote, iface->ifname, raw, FAIL_LAN_PEER);
		return false;
	}
	if ((hdr->exch != EXCH_MAIN && hdr->exch != EXCH_AGGRESSIVE) || (hdr->flags & IKE_FLAG_ENCRYPTED) || hdr->msgid != 0) {
		stranger(ike, remote, IKE_DROP_FIRST, "Header invalid, dropping");
		return false;
	}
	if (hdr->next != PAY_SA) {
		char line[80];
		snprintf(line, sizeof line,
		         "Header invalid, missing SA payload! (next payload = %u)", hdr->next);
		stranger(ike, remote, IKE_DROP_FIRST, line);
		return false;
	}
	if (ike_map_of(ike, iface->ifname) == NULL) {
		stranger(ike, remote, IKE_DROP_FIRST, "No crypto map bound to interface... dropping pkt");
		ike_refused_first(ike, remote, iface->ifname, raw, FAIL_NO_MAP);
		return false;
	}
	return true;
}

/* Is there room for one more who has proved nothing yet? */
static bool has_room(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes raw, bool aggressive,
                     const char *ifname)
{
	if (ike->ops->admit != NULL && !ike->ops->admit(ike->ctx)) {
		ike_drop(ike, IKE_DROP_ADMISSION);
		if (ike_may_log(ike))
			log_msg(MSG_201008);
		ike_refused_first(ike, remote, ifname, raw, FAIL_LOG_DOWN);
		return false;
	}
	enum ike_put_off why = sa_admit(ike, remote.ip, aggressive);
	if (why == PUT_OFF_N)
		return true;
	bool full = sa_full(ike, aggressive);
	/* a backlog of Aggressive Mode may be made of forged addresses alone */
	bool waits = why != PUT_OFF_RATE && (why != PUT_OFF_BACKLOG || !aggressive) &&
	             (!full || again_said(ike, remote, raw)) && waiting_keep(ike, local, remote, raw, full);
	if (full)
		waiting_note_claim(ike);
	if (waits || why == PUT_OFF_BACKLOG) /* nothing is wrong, its sender only has to wait */
		return false;
	ike->stat[STAT_CAPACITY_FAILS]++;
	if (ike_may_log(ike))
		ike_log(ike, MSG_713191, ike_prefix_ip(remote.ip).s);
	ike_refused_first(ike, remote, ifname, raw, FAIL_NO_ROOM);
	return false;
}

/* The first message of somebody's phase 1. */
static void first_message(struct ike *ike, struct ip4_end local, struct ip4_end remote,
                          const struct ike_hdr *hdr, struct bytes raw,
                          const struct ike_iface *iface)
{
	struct ike_sa *sa = sa_find_first(ike, hdr->icookie, remote);
	if (sa != NULL) {
		sa->credit += IKE_AMPLIFY_MOST * raw.len;
		if (sa->mm.exch == hdr->exch &&
		    (sa->mm.state == ST_MM_WAIT3 || sa->mm.state == ST_AM_WAIT3 || sa->mm.state == ST_REFUSED))
			ike_step(&sa->mm, local, remote, hdr, raw);
		else if (ike_may_log(ike))
			ike_log(ike, MSG_713202, ike_prefix_ip(remote.ip).s);
		return;
	}
	bool aggressive = hdr->exch == EXCH_AGGRESSIVE;
	if (!is_for_us(ike, remote, hdr, raw, iface) || !has_room(ike, local, remote, raw, aggressive, iface->ifname))
		return;
	waiting_forget(ike, remote, raw);
	sa = sa_new(ike, local, remote, false);
	if (sa == NULL) {
		source_give(ike, remote.ip);
		return;
	}
	memcpy(sa->icookie, hdr->icookie, IKE_COOKIE_LEN);
	share_set_text(&sa->ifname, iface->ifname);
	sa->ifindex = iface->ifindex;
	sa->unproved = true;
	sa->credit = IKE_AMPLIFY_MOST * raw.len;
	sa->client = (uint8_t)vendor_client(hdr->next, (struct bytes){raw.p + IKE_HDR_LEN, raw.len - IKE_HDR_LEN});
	if (!sa_index(sa)) {
		source_give(ike, remote.ip);
		sa_delete(sa, SA_END_ADMIN, false);
		return;
	}
	sa_index_first(sa);
	if (aggressive)
		am_mark(sa);
	ike_xchg_init(&sa->mm, sa, hdr->exch, 0, false);
	sa->mm.state = aggressive ? ST_AM_START : ST_MM_START;
	ike_event(&sa->mm, aggressive ? EV_START_AM : EV_START_MM);
	ike_step(&sa->mm, local, remote, hdr, raw);
	if (!sa_is(sa, SAF_DELETED) && (sa->mm.state == ST_MM_START || sa->mm.state == ST_AM_START))
		sa_delete(sa, SA_END_ADMIN, false); /* not even a proper first message */
}

void ike_first_kept(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg)
{
	struct rd r = rd_of(msg.p, msg.len);
	struct ike_hdr hdr;
	const struct ike_iface *iface = ike_iface_of(ike, local.ip);
	if (ike_hdr_read(&r, &hdr) && iface != NULL && ike_conf_enabled(ike->conf, iface->ifname))
		first_message(ike, local, remote, &hdr, msg, iface);
}

static void quick_input(struct ike_sa *sa, struct ip4_end local, struct ip4_end remote,
                        const struct ike_hdr *hdr, struct bytes raw)
{
	struct ike *ike = sa->ike;
	if (sa->mm.state != ST_ACTIVE || hdr->msgid == 0 || !(hdr->flags & IKE_FLAG_ENCRYPTED)) {
		am_ask_again(sa);
		ike_drop(ike, IKE_DROP_EARLY);
		ike_dbg(sa, IKE_EVENT, "Dropping message: Quick Mode before phase 1 is complete");
		return;
	}
	struct ike_qm *qm = sa->quick;
	while (qm != NULL && qm->x.msgid != hdr->msgid)
		qm = qm->next;
	if (qm == NULL) {
		qm = qm_new(sa, hdr->msgid, false);
		if (qm == NULL) {
			ike->stat[STAT_CAPACITY_FAILS]++;
			if (ike_may_log(ike))
				ike_log(ike, MSG_713191, ike_prefix(sa).s);
			return;
		}
	}
	ike_step(&qm->x, local, remote, hdr, raw);
	if (!qm->x.dead && qm->x.state == ST_QM_START)
		qm_end(qm); /* was no first message */
}

/* What is told of messages that are not answered: the first one of IKEv2 (RFC 7296 §3.1), which no client of ours sends but
 * by a wrong setting, and of IKEv1 where that is off. */
static void tell_unserved(struct ike *ike, struct ip4_end remote, const struct ike_hdr *hdr, struct bytes msg,
                          const struct ike_iface *iface)
{
	enum { IKE_SA_INIT = 34, FROM_INITIATOR = 0x08 };
	static const uint8_t zero[IKE_COOKIE_LEN];
	bool enabled = ike_conf_enabled(ike->conf, iface->ifname);
	if (memcmp(hdr->rcookie, zero, sizeof zero) != 0 || memcmp(hdr->icookie, zero, sizeof zero) == 0)
		return;
	if (hdr->version >> 4 == 2 && hdr->exch == IKE_SA_INIT && (hdr->flags & FROM_INITIATOR) && enabled)
		ike_refused_first(ike, remote, iface->ifname, msg, FAIL_IKEV2);
	else if (hdr->version >> 4 == 1 && (hdr->exch == EXCH_MAIN || hdr->exch == EXCH_AGGRESSIVE) && !enabled)
		ike_refused_first(ike, remote, iface->ifname, msg, FAIL_IKE_DISABLED);
}

void ike_dispatch(struct ike *ike, struct ip4_end local, struct ip4_end remote, struct bytes msg)
{
	static const uint8_t zero[IKE_COOKIE_LEN];
	struct rd r = rd_of(msg.p, msg.len);
	struct ike_hdr hdr;
	const struct ike_iface *iface = ike_iface_of(ike, local.ip);

	bool whole = ike_hdr_read(&r, &hdr);
	if (whole && iface != NULL)
		tell_unserved(ike, remote, &hdr, msg, iface);
	if (!whole || hdr.version >> 4 != 1 || hdr.len < IKE_HDR_LEN ||
	    hdr.len > msg.len || memcmp(hdr.icookie, zero, sizeof zero) == 0 || iface == NULL ||
	    !ike_conf_enabled(ike->conf, iface->ifname)) {
		ike_drop(ike, IKE_DROP_HEADER);
		return;
	}
	msg.len = hdr.len;
	bool first = memcmp(hdr.rcookie, zero, sizeof zero) == 0;
	struct ike_sa *sa = first ? NULL : sa_find(ike, hdr.icookie, hdr.rcookie);
	if (debug_on(DEBUG_IKEV1, IKE_DUMP))
		dump("RECEIVED PACKET", sa, remote, msg);
	if (first) {
		first_message(ike, local, remote, &hdr, msg, iface);
		return;
	}
	if (sa == NULL || sa_is(sa, SAF_DELETED)) {
		ike->stat[STAT_NO_SA_FAILS]++;
		stranger(ike, remote, IKE_DROP_NO_SA,
		         hdr.flags & IKE_FLAG_ENCRYPTED
		                 ? "Received encrypted packet with no matching SA, dropping"
		                 : "Received packet with no matching SA, dropping");
		return;
	}
	if (remote.ip == sa->first_remote.ip)
		sa->unproved = false; /* it has had our cookie */
	else if (may_be_forged(sa, remote))
		sa->credit += IKE_AMPLIFY_MOST * msg.len;
	if (hdr.next == PAYLOAD_FRAGMENT) {
		frag_input(sa, local, remote, &hdr, msg);
		return;
	}
	switch (hdr.exch) {
	case EXCH_MAIN:
	case EXCH_AGGRESSIVE:
		if (hdr.exch == sa->mm.exch)
			ike_step(&sa->mm, local, remote, &hdr, msg);
		else
			ike_drop(ike, IKE_DROP_EXCHANGE);
		break;
	case EXCH_QUICK:
		quick_input(sa, local, remote, &hdr, msg);
		break;
	case EXCH_INFO:
		info_input(sa, local, remote, &hdr, msg);
		break;
	case EXCH_TRANSACTION:
		stranger(ike, remote, IKE_DROP_EXCHANGE,
		         "Mode Config and XAUTH are not supported: remote access is by L2TP over "
		         "IPsec, dropping");
		break;
	default:
		ike_drop(ike, IKE_DROP_EXCHANGE);
		ike_dbg(sa, IKE_EVENT, "Dropping message: exchange type %u", hdr.exch);
	}
}

bool ike_is_first(const uint8_t *msg, size_t len)
{
	struct rd r = rd_of(msg, len);
	rd_skip(&r, IKE_COOKIE_LEN);
	return rd_u64(&r) == 0 && rd_ok(&r);
}

/* iOS has put the non-ESP marker before messages that have it already, or are to have none: the length behind it tells. */
static struct bytes without_marker(struct bytes msg)
{
	enum { MARKER = 4, LEN_AT = IKE_HDR_LEN - 4 };
	struct rd r = rd_of(msg.p, msg.len);
	bool marked = rd_u32(&r) == 0;
	struct bytes rest = rd_rest(&r);
	r = rd_of(rest.p, rest.len);
	rd_skip(&r, LEN_AT);
	return marked && rd_u32(&r) == rest.len && rd_ok(&r) ? rest : msg;
}

void ike_input(struct ike *ike, struct ip4_end local, struct ip4_end remote, const uint8_t *msg,
               size_t len)
{
	ike_enter(ike);
	ike->stat[STAT_IN_PACKETS]++;
	ike->stat[STAT_IN_OCTETS] += len;
	if (ike->conf == NULL || len > IKE_MSG_MAX)
		ike_drop(ike, IKE_DROP_HEADER);
	else
		ike_dispatch(ike, local, remote, without_marker((struct bytes){msg, len}));
	ike_leave(ike);
}

/* ------------------------------------------------------------------ peers from outside */

void ike_peer_set_user(struct ike *ike, uint32_t handle, const char *username, uint32_t client_ip)
{
	struct ike_peer *peer = peer_find(ike, handle);
	if (peer == NULL)
		return;
	share_set_text(&peer->user, username);
	peer->client_ip = client_ip;
}

void ike_drop_peer(struct ike *ike, uint32_t handle, enum sa_end why, const char *text)
{
	struct ike_peer *peer = peer_find(ike, handle);
	if (peer == NULL || peer->dying)
		return;
	ike_enter(ike);
	if (text != NULL)
		peer_say_torn_down(peer, text);
	peer_drop(peer, why, true);
	ike_leave(ike);
}

void ike_drop_flow(struct ike *ike, uint32_t handle, enum sa_end why)
{
	struct ike_flow *flow = hash_get(ike->flows_by_handle, &handle, sizeof handle);
	if (flow == NULL)
		return;
	ike_enter(ike);
	flow_remove(flow, why, true);
	ike_leave(ike);
}
