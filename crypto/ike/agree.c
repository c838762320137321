/* What Quick Mode agrees on: identities against the crypto map, transforms, lifetimes, group. */
#include <stdio.h>
#include <string.h>

#include "crypto/ike/debug_pix.h"
#include "crypto/ike/quick.h"
#include "crypto/ike/refused.h"

enum { UDP = 17, L2TP_PORT = 1701 };

/* ------------------------------------------------------------------ identities */

/* A proxy identity from the body of an ID payload. An FQDN (Windows XP behind NAT) stands for the peer itself. */
static bool id_proxy(struct bytes id, uint32_t own_ip, struct sa_proxy *proxy)
{
	struct rd r = rd_of(id.p, id.len);
	uint8_t type = rd_u8(&r);
	proxy->proto = rd_u8(&r);
	proxy->port = rd_u16(&r);
	proxy->mask = UINT32_MAX;
	switch (type) {
	case ID_IPV4_ADDR:
		proxy->ip = rd_u32(&r);
		break;
	case ID_IPV4_SUBNET:
		proxy->ip = rd_u32(&r);
		proxy->mask = rd_u32(&r);
		if (ip4_mask_bits(proxy->mask) < 0)
			return false;
		proxy->ip &= proxy->mask;
		break;
	case ID_FQDN:
	case ID_USER_FQDN:
		proxy->ip = own_ip;
		rd_rest(&r);
		break;
	default:
		return false;
	}
	return rd_ok(&r) && rd_left(&r) == 0;
}

static void say_proxy(struct ike_sa *sa, const char *side, const struct sa_proxy *p)
{
	ike_dbg(sa, IKE_DETAIL, "processing ID payload");
	if (p->mask == UINT32_MAX)
		ike_dbg(sa, IKE_EVENT,
		        "Received %s Proxy Host data in ID Payload:  Address %s, Protocol %u, Port "
		        "%u",
		        side, ip4_text(p->ip).s, p->proto, p->port);
	else
		ike_dbg(sa, IKE_EVENT,
		        "Received %s IP Proxy Subnet data in ID Payload:   Address %s, Mask %s, "
		        "Protocol %u, Port %u",
		        side, ip4_text(p->ip).s, ip4_text(p->mask).s, p->proto, p->port);
}

static enum ike_verdict bad_payload(struct ike_qm *qm, unsigned payload, uint16_t notify,
                                    const char *why)
{
	struct ike_sa *sa = qm->x.sa;
	sa->ike->stat[STAT_IN_P2_INVALID]++;
	ike_log(sa->ike, MSG_713048, ike_prefix(sa).s, payload);
	return qm_refuse(qm, notify, why);
}

static enum ike_verdict read_ids(struct ike_qm *qm, const struct ike_msg *m)
{
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	const struct ike_payload *i = ike_msg_find(m, PAY_ID, NULL);
	const struct ike_payload *r = i != NULL ? ike_msg_find(m, PAY_ID, i) : NULL;

	/* Without identities the SA is for all that the two ends say to each other (RFC 2409 §5.5). */
	qm->remote_proxy = (struct sa_proxy){.ip = x->remote.ip, .mask = UINT32_MAX};
	qm->local_proxy = (struct sa_proxy){.ip = x->local.ip, .mask = UINT32_MAX};
	if (i == NULL)
		return STEP_DONE;
	if (r == NULL || ike_msg_find(m, PAY_ID, r) != NULL || i->body.len > IKE_ID_MAX ||
	    r->body.len > IKE_ID_MAX || !id_proxy(i->body, x->remote.ip, &qm->remote_proxy) ||
	    !id_proxy(r->body, x->local.ip, &qm->local_proxy))
		return bad_payload(qm, PAY_ID, NOTIFY_INVALID_ID_INFORMATION,
		                   "identities cannot be used");
	x->id_i = qm->id_remote = ike_xchg_keep(x, i->body);
	x->id_r = qm->id_local = ike_xchg_keep(x, r->body);
	if (x->id_i.p == NULL || x->id_r.p == NULL)
		return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "no memory");
	say_proxy(sa, "remote", &qm->remote_proxy);
	say_proxy(sa, "local", &qm->local_proxy);
	return STEP_DONE;
}

static void read_natoa(struct ike_qm *qm, const struct ike_msg *m)
{
	struct ike_sa *sa = qm->x.sa;
	const struct ike_payload *p = ike_msg_find(m, PAY_NATOA, NULL);
	if (p == NULL || sa->natt == NATT_NONE)
		return;
	ike_dbg(sa, IKE_DETAIL, "processing NAT-Original-Address payload");
	/* Answered in kind: the addresses as we see them (RFC 3947 §5.2). */
	qm->natoa = true;
	qm->oa_i = qm->x.remote.ip;
	qm->oa_r = qm->x.local.ip;
}

static bool is_l2tp(const struct ike_qm *qm)
{
	return qm->local_proxy.proto == UDP &&
	       (qm->local_proxy.port == L2TP_PORT || qm->local_proxy.port == 0);
}

/* A client that proposes transport mode for an address that is not the one it sends from is behind a NAT; without
 * NAT traversal its packets would not survive. */
static enum ike_verdict nat_without_natt(struct ike_qm *qm, const struct p2_offer *offer)
{
	struct ike_sa *sa = qm->x.sa;
	enum esp_mode mode;
	bool udp, transport = false;
	char line[200];

	for (size_t i = 0; i < offer->n; i++)
		transport = transport ||
		            (p2_mode(offer->t[i].encap, &mode, &udp) && mode == ESP_TRANSPORT);
	if (!transport || sa->natt != NATT_NONE || qm->remote_proxy.ip == qm->x.remote.ip)
		return STEP_DONE;
	snprintf(line, sizeof line,
	         "Peer is behind a NAT device (its own address is %s) and %s.  Aborting",
	         ip4_text(qm->remote_proxy.ip).s,
	         sa->ike->conf->natt_s == 0
	                 ? "NAT-Traversal is disabled (no crypto isakmp nat-traversal)"
	                 : "did not negotiate NAT-Traversal");
	ike_log(sa->ike, MSG_713903, ike_prefix(sa).s, line);
	qm_refused(qm, (struct failure){.cause = sa->ike->conf->natt_s == 0 ? FAIL_NATT_OFF : FAIL_NATT_NONE,
	                                .offered = line});
	return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "NAT without NAT-Traversal");
}

/* A tunnel for a client's own traffic, without L2TP in it: IPsec remote access, or a LAN-to-LAN peer that no crypto
 * map names. What any set could make of it would carry nothing. */
static enum ike_verdict tunnel_without_l2tp(struct ike_qm *qm, const struct p2_offer *offer)
{
	struct ike_sa *sa = qm->x.sa;
	enum esp_mode mode;
	bool udp, transport = false;
	char line[300];

	for (size_t i = 0; i < offer->n; i++)
		transport = transport ||
		            (p2_mode(offer->t[i].encap, &mode, &udp) && mode == ESP_TRANSPORT);
	bool ends = qm->local_proxy.ip == qm->x.local.ip && qm->local_proxy.mask == UINT32_MAX;
	if (offer->n == 0 || transport || is_l2tp(qm) || (ends && qm->local_proxy.proto == 0))
		return STEP_DONE;
	snprintf(line, sizeof line,
	         "Tunnel Rejected: IPsec without L2TP (remote proxy %s, local proxy %s) is not "
	         "supported",
	         ike_proxy_text(&qm->remote_proxy).s, ike_proxy_text(&qm->local_proxy).s);
	ike_log(sa->ike, MSG_713903, ike_prefix(sa).s, line);
	qm_refused(qm, (struct failure){.cause = FAIL_NO_L2TP, .offered = line});
	return qm_refuse(qm, NOTIFY_INVALID_ID_INFORMATION, "IPsec without L2TP");
}

/* ------------------------------------------------------------------ crypto map */

/* `match address` speaks of addresses as they are on the outside; behind NATs what the client names may be its
 * own or the public address. Either will do. */
static bool entry_permits(const struct ike_qm *qm, const struct ipsec_entry *e)
{
	struct sa_proxy local = qm->local_proxy, remote = qm->remote_proxy;
	if (ipsec_entry_permits(e, &local, &remote))
		return true;
	if (qm->x.sa->natt == NATT_NONE)
		return false;
	local.ip = qm->x.local.ip;
	remote.ip = qm->x.remote.ip;
	local.mask = remote.mask = UINT32_MAX;
	return ipsec_entry_permits(e, &local, &remote);
}

/* Can this transform be served by this set? */
static bool transform_fits(const struct ike_qm *qm, const struct ipsec_entry *e,
                           const struct ipsec_transform_set *set, const struct p2_transform *t,
                           struct esp_alg *alg, bool *udp, bool *only_mode)
{
	const struct ike_sa *sa = qm->x.sa;
	bool nat = sa->remote_nat || sa->local_nat;
	enum esp_mode mode;

	if (!p2_alg(t, alg) || alg->cipher != set->alg.cipher || alg->key_len != set->alg.key_len ||
	    alg->mac != set->alg.mac || !p2_mode(t->encap, &mode, udp))
		return false;
	if (e->pfs_group != 0 && t->group != e->pfs_group)
		return false;
	/* PFS is the peer's choice, also when it is not configured here: with the group that its value is of. */
	if (t->group != 0 && (qm->ke_len == 0 || qm->ke_len != prim_dh_public_len(t->group)))
		return false;
	/* UDP encapsulation goes with NAT traversal, and a NAT needs it. */
	if (*udp ? sa->natt == NATT_NONE || !e->nat_t : nat && sa->natt != NATT_NONE)
		return false;
	if (mode != set->mode) {
		*only_mode = true;
		return false;
	}
	return true;
}

static bool choose_in(struct ike_qm *qm, const struct ipsec_entry *e, const struct p2_offer *offer,
                      const struct p2_transform **mode_only,
                      const struct ipsec_transform_set **mode_set)
{
	for (size_t s = 0; s < e->nsets; s++)
		for (size_t i = 0; i < offer->n; i++) {
			bool only_mode = false;
			if (transform_fits(qm, e, e->sets[s], &offer->t[i], &qm->alg, &qm->udp,
			                   &only_mode)) {
				qm->chosen = offer->t[i];
				qm->mode = e->sets[s]->mode;
				qm->entry = e;
				return true;
			}
			if (only_mode && *mode_only == NULL) {
				*mode_only = &offer->t[i];
				*mode_set = e->sets[s];
			}
		}
	return false;
}

/* Why nothing fits, in one line. */
static void no_transform(struct ike_qm *qm, const struct ipsec_entry *e,
                         const struct p2_offer *offer, const struct p2_transform *mode_only,
                         const struct ipsec_transform_set *mode_set)
{
	struct ike_sa *sa = qm->x.sa;
	char line[1000];
	size_t used =
	        (size_t)snprintf(line, sizeof line, "All IPSec SA proposals found unacceptable!");

	if (mode_only != NULL) {
		bool transport = mode_set->mode == ESP_TRANSPORT;
		ike_log(sa->ike, MSG_713257, ike_prefix(sa).s, 2u, "Encapsulation Mode",
		        transport ? "Tunnel" : "Transport",
		        transport ? "Transport" : "Tunnel");
		snprintf(line + used, sizeof line - used,
		         "  Mismatched Encapsulation Mode:  Rcv'd: %s  Cfg'd: %s (transform-set %s "
		         "%s mode transport)",
		         transport ? "Tunnel" : "Transport", transport ? "Transport" : "Tunnel",
		         mode_set->name, transport ? "has" : "lacks");
		ike_log(sa->ike, MSG_713902, ike_prefix(sa).s, line);
		return;
	}
	used += (size_t)snprintf(line + used, sizeof line - used, "  Rcv'd:");
	for (size_t i = 0; i < offer->n && i < 6; i++) {
		char text[80];
		p2_text(text, sizeof text, &offer->t[i]);
		used += (size_t)snprintf(line + used, sizeof line - used, " %s%s", text,
		                         offer->t[i].group != 0 ? "/PFS" : "");
	}
	if (offer->n == 0 && offer->ah_seen)
		used += (size_t)snprintf(line + used, sizeof line - used, " AH");
	used += (size_t)snprintf(line + used, sizeof line - used,
	                         "%s  Cfg'd:", offer->n > 6 ? " ..." : "");
	for (size_t s = 0; e != NULL && s < e->nsets && s < 4; s++)
		used += (size_t)snprintf(
		        line + used, sizeof line - used, "%s %s %s%s", s > 0 ? "," : "",
		        esp_cipher_name(e->sets[s]->alg), esp_mac_name(e->sets[s]->alg.mac),
		        e->sets[s]->mode == ESP_TRANSPORT ? " mode transport" : "");
	if (e != NULL && e->pfs_group != 0)
		used += (size_t)snprintf(line + used, sizeof line - used, " pfs group%u",
		                         e->pfs_group);
	if (e != NULL && !e->nat_t)
		snprintf(line + used, sizeof line - used, " nat-t-disable");
	ike_log(sa->ike, MSG_713902, ike_prefix(sa).s, line);
}

/* No entry takes these identities: by its access list, or there is none for this peer. */
static void say_no_entry(struct ike_qm *qm, const struct ipsec_map *map)
{
	const struct ipsec_entry *e = NULL, *with_acl = NULL;
	char offered[160], object[80];
	while ((e = ipsec_map_next(map, e)) != NULL)
		if (with_acl == NULL && e->acl != NULL && ipsec_entry_serves(e, qm->x.remote.ip))
			with_acl = e;
	snprintf(offered, sizeof offered, "remote proxy %s, local proxy %s", ike_proxy_text(&qm->remote_proxy).s,
	         ike_proxy_text(&qm->local_proxy).s);
	struct failure f = {.cause = FAIL_NO_ENTRY, .offered = offered, .object = map->name};
	if (with_acl != NULL) {
		snprintf(object, sizeof object, "%s %u", with_acl->dynamic, with_acl->seq);
		f.cause = FAIL_P2_ACL;
		f.object = object;
		f.wanted = "what match address permits";
	}
	qm_refused(qm, f);
}

static enum ike_verdict choose(struct ike_qm *qm, const struct p2_offer *offer)
{
	struct ike_sa *sa = qm->x.sa;
	const struct ipsec_map *map = ike_map_of(sa->ike, sa->ifname);
	const struct ipsec_entry *e = NULL, *permitted = NULL;
	const struct p2_transform *mode_only = NULL;
	const struct ipsec_transform_set *mode_set = NULL;

	if (map == NULL) {
		ike_log(sa->ike, MSG_713904, ike_prefix(sa).s,
		        "No crypto map bound to interface... dropping pkt");
		pix_no_map(sa);
		qm_refused(qm, (struct failure){.cause = FAIL_NO_MAP});
		return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "no crypto map");
	}
	while ((e = ipsec_map_next(map, e)) != NULL) {
		ike_dbg(sa, IKE_EVENT, "Static Crypto Map check, checking map = %s, seq = %u...",
		        e->map, e->map_seq);
		if (!ipsec_entry_serves(e, qm->x.remote.ip)) {
			ike_dbg(sa, IKE_EVENT,
			        "Static Crypto Map check, map = %s, seq = %u, peer %s is not the "
			        "configured one",
			        e->map, e->map_seq, ip4_text(qm->x.remote.ip).s);
			continue;
		}
		if (!entry_permits(qm, e)) {
			ike_dbg(sa, IKE_EVENT,
			        "Static Crypto Map check, map = %s, seq = %u, ACL does not match "
			        "proxy IDs src:%s dst:%s",
			        e->map, e->map_seq, ip4_text(qm->remote_proxy.ip).s,
			        ip4_text(qm->local_proxy.ip).s);
			continue;
		}
		if (e->acl == NULL)
			ike_dbg(sa, IKE_EVENT,
			        "Static Crypto Map check, map = %s, seq = %u, no ACL configured",
			        e->map, e->map_seq);
		if (permitted == NULL)
			permitted = e;
		if (choose_in(qm, e, offer, &mode_only, &mode_set)) {
			ike_dbg(sa, IKE_EVENT,
			        "Static Crypto Map check, map %s, seq = %u is a successful match",
			        e->map, e->map_seq);
			ike_dbg(sa, IKE_EVENT, "IKE Remote Peer configured for crypto map: %s",
			        e->dynamic);
			return STEP_DONE;
		}
	}
	if (permitted == NULL) {
		if (ipsec_map_next(map, NULL) == NULL)
			pix_no_map(sa);
		ike_log(sa->ike, MSG_713061, ike_prefix(sa).s, ike_proxy_text(&qm->remote_proxy).s,
		        ike_proxy_text(&qm->local_proxy).s, sa->ifname);
		say_no_entry(qm, map);
		return qm_refuse(qm, NOTIFY_INVALID_ID_INFORMATION, "crypto map policy not found");
	}
	no_transform(qm, permitted, offer, mode_only, mode_set);
	qm_refused_transform(qm, permitted, offer, mode_only != NULL ? mode_set : NULL);
	pix_phase2_refused(qm, offer, mode_only != NULL);
	return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "no common transform");
}

/* ------------------------------------------------------------------ lifetimes, group, link to a flow */

static void agree_life(struct ike_qm *qm)
{
	enum { DEFAULT_S = 28800 }; /* when the peer says nothing (RFC 2407 §4.5) */
	struct ike_sa *sa = qm->x.sa;
	const struct p2_transform *t = &qm->chosen;
	uint32_t asked_s = ike_life_kept(sa, t->life_s != 0 ? t->life_s : DEFAULT_S);

	qm->life_s = ike_life_kept(sa, ike_life_min(asked_s, qm->entry->life_s));
	qm->life_kb = ike_life_min(t->life_kb, qm->entry->life_kb);
	if (qm->life_s != asked_s)
		ike_log(sa->ike, MSG_713075, ike_prefix(sa).s, t->life_s, qm->life_s);
	if (qm->life_kb != t->life_kb)
		ike_log(sa->ike, MSG_713076, ike_prefix(sa).s, t->life_kb, qm->life_kb);
	qm->life_asked_s = asked_s;
	qm->tell_life = qm->life_s != asked_s || qm->life_kb != t->life_kb;
}

void qm_read_life(struct ike_qm *qm, const struct ike_msg *m)
{
	enum { LIFE_TYPE = 1, LIFE_DURATION = 2, SECONDS = 1, KILOBYTES = 2 };
	const struct ike_payload *p = NULL;
	while ((p = ike_msg_find(m, PAY_NOTIFY, p)) != NULL) {
		struct rd r = rd_of(p->body.p, p->body.len);
		struct ike_attr a;
		uint64_t type = 0;
		rd_skip(&r, 5);
		uint8_t spi_len = rd_u8(&r);
		if (rd_u16(&r) != NOTIFY_RESPONDER_LIFETIME)
			continue;
		rd_skip(&r, spi_len);
		while (ike_attr_next(&r, &a)) {
			uint32_t value = a.value > UINT32_MAX ? UINT32_MAX : (uint32_t)a.value;
			if (a.type == LIFE_TYPE)
				type = a.value;
			else if (a.type == LIFE_DURATION && type == SECONDS && value >= 30)
				qm->life_s = ike_life_kept(qm->x.sa, ike_life_min(qm->life_s, value));
			else if (a.type == LIFE_DURATION && type == KILOBYTES && value >= 10)
				qm->life_kb = ike_life_min(qm->life_kb, value);
		}
	}
}

/* Transport mode protects what the two ends themselves send: seen from outside the NATs. */
static void outer_proxies(struct ike_qm *qm)
{
	if (qm->mode != ESP_TRANSPORT)
		return;
	qm->remote_proxy.ip = qm->x.remote.ip;
	qm->local_proxy.ip = qm->x.local.ip;
	qm->remote_proxy.mask = qm->local_proxy.mask = UINT32_MAX;
}

static void say_oddities(struct ike_sa *sa, const struct p2_offer *offer)
{
	if (offer->bad_esp_spi != 0)
		ike_dbg(sa, IKE_DETAIL, "Invalid ESP SPI size of %u", offer->bad_esp_spi);
	if (offer->bad_ipcomp_spi != 0)
		ike_dbg(sa, IKE_DETAIL, "Invalid IPComp SPI size of %u", offer->bad_ipcomp_spi);
	if (offer->ah)
		ike_dbg(sa, IKE_DETAIL, "AH proposal not supported");
	if (offer->unknown_protocol != 0)
		ike_dbg(sa, IKE_DETAIL, "Received proposal with unknown protocol ID %u",
		        offer->unknown_protocol);
}

/* The message's payloads: what is offered, nonce, identities. */
static enum ike_verdict read_first(struct ike_qm *qm, const struct ike_msg *m, struct p2_offer *offer)
{
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	const struct ike_payload *nonce = ike_msg_find(m, PAY_NONCE, NULL), *ke = ike_msg_find(m, PAY_KE, NULL);
	const char *why = "";

	qm->ke_len = ke != NULL ? ke->body.len : 0;
	ike_event(x, EV_CONFIRM_SA);
	ike_dbg(sa, IKE_DETAIL, "processing SA payload");
	if (!p2_read(offer, ike_msg_find(m, PAY_SA, NULL)->body, &why))
		return bad_payload(qm, PAY_SA, NOTIFY_PAYLOAD_MALFORMED, why);
	say_oddities(sa, offer);
	if (offer->n > 0)
		qm->spi_out = offer->t[0].spi;
	ike_dbg(sa, IKE_DETAIL, "processing nonce payload");
	x->nonce_i = nonce->body.len <= IKE_NONCE_MAX ? ike_xchg_keep(x, nonce->body)
	                                              : (struct bytes){0};
	if (x->nonce_i.p == NULL)
		return bad_payload(qm, PAY_NONCE, NOTIFY_PAYLOAD_MALFORMED, "nonce");
	return read_ids(qm, m);
}

/* May there be such a flow at all? */
static enum ike_verdict allow(struct ike_qm *qm, const struct ike_msg *m, const struct p2_offer *offer)
{
	struct ike_sa *sa = qm->x.sa;
	enum ike_verdict v;

	if (is_l2tp(qm)) {
		ike_dbg(sa, IKE_EVENT, "L2TP/IPSec session detected.");
		if (!ike_group_of(sa)->l2tp_allowed) {
			ike_log(sa->ike, MSG_713206, ike_prefix(sa).s);
			qm_refused(qm, (struct failure){.cause = FAIL_L2TP_DENIED});
			return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN,
			                 "l2tp-ipsec is not allowed");
		}
	}
	read_natoa(qm, m);
	v = nat_without_natt(qm, offer);
	return v != STEP_DONE ? v : tunnel_without_l2tp(qm, offer);
}

/* What the entry of the crypto map says of the SAs to come: a new configuration may come while Diffie-Hellman runs. */
static void leave_entry(struct ike_qm *qm)
{
	qm->replay_window = qm->entry->replay_window;
	qm->reverse_route = qm->entry->reverse_route;
	qm->df = qm->entry->df;
	share_set_text(&qm->map_name, qm->entry->dynamic);
	qm->map_seq = qm->entry->seq;
	qm->entry = NULL;
}

enum ike_verdict qm_agree(struct ike_qm *qm, const struct ike_msg *m)
{
	struct ike_xchg *x = &qm->x;
	struct ike_sa *sa = x->sa;
	struct p2_offer *offer = &sa->ike->offer.p2;
	enum ike_verdict v;

	if ((v = read_first(qm, m, offer)) != STEP_DONE || (v = allow(qm, m, offer)) != STEP_DONE)
		return v;
	ike_event(x, EV_IS_REKEY);
	if (flow_find(sa->peer, qm->id_local, qm->id_remote, ESP_TRANSPORT) == NULL)
		ike_dbg(sa, IKE_EVENT, "QM IsRekeyed old sa not found by addr");
	if (sa->natt != NATT_NONE && (sa->remote_nat || sa->local_nat))
		ike_dbg(sa, IKE_DETAIL,
		        "Proposing/Selecting only UDP-Encapsulated-Tunnel and "
		        "UDP-Encapsulated-Transport modes defined by NAT-Traversal");
	ike_event(x, EV_NEGO_SA);
	ike_dbg(sa, IKE_DETAIL, "processing IPSec SA payload");
	if ((v = choose(qm, offer)) != STEP_DONE)
		return v;
	pix_phase2(qm, offer);
	ike_dbg(sa, IKE_DETAIL,
	        "IPSec SA Proposal # %u, Transform # %u acceptable  Matches global IPSec SA entry "
	        "# %u",
	        qm->chosen.proposal, qm->chosen.number, qm->entry->seq);
	qm->spi_out = qm->chosen.spi;
	x->chosen = ike_xchg_keep(x, qm->chosen.raw);
	if (x->chosen.p == NULL)
		return qm_refuse(qm, NOTIFY_NO_PROPOSAL_CHOSEN, "no memory");
	agree_life(qm);
	qm->group = qm->chosen.group; /* a public value without one stands there for nothing */
	outer_proxies(qm);
	qm->flow = flow_find(sa->peer, qm->id_local, qm->id_remote, qm->mode);
	leave_entry(qm);
	return STEP_DONE;
}
