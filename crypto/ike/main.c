/* Main Mode (RFC 2409 §5.1, 5.4): as responder, and as initiator when we renew an IKE SA.
 *
 *   1 ->  SA, vendor IDs                2 <-  SA, vendor IDs
 *   3 ->  KE, Ni, (CERTREQ), NAT-D      4 <-  KE, Nr, (CERTREQ), NAT-D
 *   5 ->  ID, proof (encrypted)         6 <-  ID, proof (encrypted)
 *
 * What proves, and how it is made and looked into, is in the table of methods (auth.h). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/ike/aggressive.h"
#include "crypto/ike/auth.h"
#include "crypto/ike/debug_pix.h"
#include "crypto/ike/info.h"
#include "crypto/ike/main.h"
#include "crypto/ike/refused.h"
#include "crypto/ike/vendor.h"

/* ------------------------------------------------------------------ failures */

/* The message said why; the peer is told what it may know. */
enum ike_verdict mm_fail(struct ike_sa *sa, uint16_t notify)
{
	struct ike *ike = sa->ike;
	ike->stat[sa_is(sa, SAF_INITIATOR) ? STAT_INITIATOR_FAILS : STAT_RESPONDER_FAILS]++;
	ike_say_history(&sa->mm);
	ike_refused(sa, (struct failure){.cause = notify != 0 ? FAIL_P1_BAD : FAIL_P1_ERROR});
	if (sa->peer == NULL && ike_may_log(ike)) { /* it did not get as far as being a peer */
		ike_log(ike, MSG_713902, ike_prefix(sa).s,
		        "Removing peer from peer table failed, no match!");
		ike_log(ike, MSG_713903, ike_prefix(sa).s, "Error: Unable to remove PeerTblEntry");
	}
	if (notify != 0)
		info_refuse_clear(&sa->mm, notify);
	sa_refuse(sa);
	return STEP_FAIL;
}

enum ike_verdict mm_malformed(struct ike_sa *sa, unsigned payload, const char *why, uint16_t notify)
{
	ike_dbg(sa, IKE_EVENT, "%s", why);
	ike_refused(sa, (struct failure){.cause = FAIL_P1_BAD, .offered = why});
	if (ike_may_log(sa->ike))
		ike_log(sa->ike, MSG_713048, ike_prefix(sa).s, payload);
	return mm_fail(sa, notify);
}

void mm_bad_psk(struct ike_sa *sa, const char *why)
{
	struct ike *ike = sa->ike;
	bool tell = ike_may_log(ike);
	char line[96];
	const char *mode = sa_is(sa, SAF_AGGRESSIVE) ? "Aggressive" : "Main";
	ike_dbg(sa, IKE_DETAIL, "%s Mode message not understood: %s", mode, why);
	snprintf(line, sizeof line, "Received encrypted Oakley %s Mode packet with invalid payloads, MessID = 0", mode);
	if (tell)
		ike_log(ike, MSG_713904, ike_prefix(sa).s, line);
	if (tell)
		ike_log(ike, MSG_713903, ike_prefix(sa).s,
		        "ERROR, had problems decrypting packet, probably due to mismatched "
		        "pre-shared key.  Aborting");
	ike->stat[STAT_AUTH_FAILS]++;
	ike_refused(sa, (struct failure){.cause = FAIL_PSK});
	mm_fail(sa, NOTIFY_PAYLOAD_MALFORMED);
}

/* What both sides want, in one line: the reason why nobody can connect must not need a debug. */
static void no_proposal(struct ike_sa *sa, const struct p1_offer *offer)
{
	struct ike *ike = sa->ike;
	/* A stranger's packet must not fill the log. */
	unsigned most = debug_on(DEBUG_IKEV1, IKE_EVENT) ? 40 : 6;
	char line[1200]; /* ten of them and what is around */
	size_t used = 0;
	unsigned said = 0;
	bool tell = ike_may_log(ike);

	for (size_t i = 0; i < ike->conf->npolicies; i++)
		for (size_t j = 0; j < offer->n && (tell || debug_on(DEBUG_IKEV1, IKE_EVENT)); j++) {
			const char *rcvd = "", *cfgd = "";
			const char *class =
			        p1_mismatch(&ike->conf->policies[i], &offer->t[j], &rcvd, &cfgd);
			if (class == NULL || ++said > most)
				continue;
			ike_log(ike, MSG_713257, ike_prefix(sa).s, 1u, class, rcvd, cfgd);
		}
	ike_refused_proposal(sa, offer, tell);
	if (!tell)
		return;
	used += (size_t)snprintf(line, sizeof line, "All SA proposals found unacceptable  Rcv'd:");
	for (size_t j = 0; j < offer->n && j < 6; j++) {
		char text[80];
		p1_text(text, sizeof text, &offer->t[j]);
		used += (size_t)snprintf(line + used, sizeof line - used, " %s", text);
	}
	if (offer->n > 6)
		used += (size_t)snprintf(line + used, sizeof line - used, " ...");
	used += (size_t)snprintf(line + used, sizeof line - used, "  Cfg'd:");
	for (size_t i = 0; i < ike->conf->npolicies && i < 4; i++) {
		char text[80];
		p1_policy_text(text, sizeof text, &ike->conf->policies[i]);
		used += (size_t)snprintf(line + used, sizeof line - used, " %s", text);
	}
	if (p1_only_xauth(offer))
		used += (size_t)snprintf(
		        line + used, sizeof line - used,
		        " (XAUTH is not supported: remote access is by L2TP over IPsec)");
	if (ike->conf->npolicies == 0)
		snprintf(line + used, sizeof line - used, " no crypto ikev1 policy");
	ike_log(ike, MSG_713902, ike_prefix(sa).s, line);
	ike_log(ike, MSG_713048, ike_prefix(sa).s, (unsigned)PAY_SA);
}

/* It would have been agreed on, had we a certificate. */
static void no_identity(struct ike_sa *sa, const struct err *missing)
{
	ike_refused(sa, (struct failure){.cause = FAIL_NO_IDENTITY, .offered = "RSA signature", .wanted = missing->text});
	if (ike_may_log(sa->ike))
		ike_log(sa->ike, MSG_713082, ike_prefix(sa).s);
	if (ike_may_log(sa->ike))
		ike_log(sa->ike, MSG_713904, ike_prefix(sa).s, missing->text);
}

/* ------------------------------------------------------------------ responder */

static enum ike_verdict mm_out2(struct ike_sa *sa, const struct p1_transform *chosen)
{
	struct ike_out *o = ike_answer_begin(&sa->mm, false);
	ike_dbg(sa, IKE_DETAIL, "constructing ISAKMP SA payload");
	ike_out_payload(o, PAY_SA);
	p1_write_choice(&o->w, chosen);
	if (sa->natt != NATT_NONE)
		vendor_write(sa, o, vendor_of_natt(sa->natt));
	if (sa->fragmentation)
		vendor_write(sa, o, VENDOR_FRAGMENTATION);
	if (sa->dpd_peer && sa->ike->conf->ra->dpd)
		vendor_write(sa, o, VENDOR_DPD);
	return ike_answer_send(&sa->mm, false) ? STEP_DONE : mm_fail(sa, 0);
}

const struct p1_transform *mm_agree(struct ike_xchg *x, const struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	struct p1_offer *offer = &ike->offer.p1;
	const struct ike_payload *p = ike_msg_find(m, PAY_SA, NULL);
	const struct p1_transform *chosen = NULL;
	const char *why = "";

	ike_dbg(sa, IKE_DETAIL, "processing SA payload");
	if (!p1_read(offer, p->body, &why)) {
		mm_malformed(sa, PAY_SA, why, NOTIFY_PAYLOAD_MALFORMED);
		return NULL;
	}
	struct err missing = {0};
	const struct ike_policy *policy =
	        p1_choose(ike->conf, offer, ike_auth_usable(ike, &missing), &chosen);
	pix_phase1(sa, offer, policy, chosen);
	if (policy == NULL) {
		if (p1_choose(ike->conf, offer, UINT32_MAX, &chosen) != NULL)
			no_identity(sa, &missing);
		else
			no_proposal(sa, offer);
		mm_fail(sa, NOTIFY_NO_PROPOSAL_CHOSEN);
		return NULL;
	}
	ike_dbg(sa, IKE_DETAIL, "Oakley proposal is acceptable");
	vendor_read(sa, m);
	mm_set_algorithms(sa, policy);
	if (debug_pix_on(DEBUG_IKEV1))
		pix_authentication(sa, mm_own_id_type(sa));
	if (ike->conf->natt_s != 0)
		sa->natt = sa->natt_offered;
	ike_dbg(sa, IKE_DETAIL, "processing IKE SA payload");
	ike_dbg(sa, IKE_DETAIL,
	        "IKE SA Proposal # %u, Transform # %u acceptable  Matches global IKE entry # %u",
	        chosen->proposal, chosen->number, policy->priority);
	sa->life_offered_s = chosen->life_s;
	sa->life_s = ike_life_kept(sa, ike_life_min(policy->life_s, chosen->life_s));
	sa->tell_life = sa->life_s != ike_life_kept(sa, chosen->life_s);
	x->sa_i = ike_xchg_keep(x, p->body);
	if (x->sa_i.p != NULL)
		return chosen;
	mm_fail(sa, 0);
	return NULL;
}

enum ike_verdict mm_in1(struct ike_xchg *x, struct ike_msg *m)
{
	const struct p1_transform *chosen = mm_agree(x, m);
	if (chosen == NULL)
		return STEP_FAIL;
	mm_read_certificates(x, m);
	return mm_out2(x->sa, chosen);
}

static void mm_out4(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0) {
		mm_malformed(sa, PAY_KE, "Diffie-Hellman failed: the public value is not valid",
		             NOTIFY_INVALID_KEY_INFORMATION);
		return;
	}
	if (!mm_make_ke_nonce(x, &x->ke_r, &x->nonce_r)) {
		mm_fail(sa, 0);
		return;
	}
	struct ike_out *o = ike_answer_begin(x, false);
	mm_write_ke_nonce(sa, o, x->ke_r, x->nonce_r);
	mm_derive_keys(sa);
	if (ike_answer_send(x, false))
		ike_xchg_state(x, ST_MM_WAIT5);
	else
		mm_fail(sa, 0);
}

enum ike_verdict mm_in3(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!mm_take_ke_nonce(sa, m, &x->ke_i, &x->nonce_i))
		return STEP_FAIL;
	mm_read_certificates(x, m);
	vendor_read(sa, m);
	mm_read_natd(sa, m);
	if (sa->auth->land != NULL && !sa->auth->land(sa))
		return mm_fail(sa, NOTIFY_NO_PROPOSAL_CHOSEN);
	if (!ike_xchg_dh(x, sa->group, x->ke_i, mm_out4))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

void mm_tell_life(struct ike_sa *sa, struct ike_out *o)
{
	enum { LIFE_TYPE = 11, LIFE_DURATION = 12, SECONDS = 1 };
	uint8_t spi[2 * IKE_COOKIE_LEN], attrs[16];
	struct wr w = wr_of(attrs, sizeof attrs);

	if (!sa->tell_life)
		return;
	ike_log(sa->ike, MSG_713073, ike_prefix(sa).s, sa->life_offered_s, sa->life_s);
	memcpy(spi, sa->icookie, IKE_COOKIE_LEN);
	memcpy(spi + IKE_COOKIE_LEN, sa->rcookie, IKE_COOKIE_LEN);
	ike_attr_write(&w, LIFE_TYPE, SECONDS);
	ike_attr_write(&w, LIFE_DURATION, sa->life_s);
	const struct bytes of = {spi, sizeof spi}, data = {attrs, wr_len(&w)};
	if (o == NULL) {
		info_notify(sa, PROTO_ISAKMP, of, NOTIFY_RESPONDER_LIFETIME, data);
		return;
	}
	ike_out_payload(o, PAY_NOTIFY);
	info_write_notify(&o->w, PROTO_ISAKMP, of, NOTIFY_RESPONDER_LIFETIME, data);
}

/* Everything is there for the last message. */
static enum ike_verdict mm_out6(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	/* Authenticated: from here on the peer is where this message came from (port float, RFC 3947 §4). */
	sa->local = x->local;
	sa->remote = x->remote;
	struct ike_peer *peer = peer_for(sa, x->id_i);
	if (peer == NULL)
		return mm_fail(sa, 0);
	peer_attach(peer, sa);
	mm_say_natt(sa);
	if (!sa->auth->certificates) /* else it was said as the certificate was looked at */
		ike_dbg(sa, IKE_EVENT, "Connection landed on tunnel_group %s", sa->group_name);
	pix_own_id(sa, x->id_r);
	struct ike_out *o = ike_answer_begin(x, true);
	sa->auth->write(x, o, true);
	mm_tell_life(sa, o);
	if (!ike_answer_send(x, false))
		return mm_fail(sa, 0);
	mm_say_completed(sa);
	sa_established(sa);
	return STEP_DONE;
}

static enum ike_verdict mm_believed5(struct ike_xchg *x)
{
	enum ike_verdict verdict = x->sa->auth->prepare(x, mm_out6);
	return verdict == STEP_DONE ? mm_out6(x) : verdict;
}

enum ike_verdict mm_in5(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!mm_take_id(x, m))
		return STEP_FAIL;
	mm_read_certificates(x, m);
	mm_read_notifies(sa, m);
	enum ike_verdict verdict = sa->auth->verify(x, m, mm_believed5);
	return verdict == STEP_DONE ? mm_believed5(x) : verdict;
}

/* ------------------------------------------------------------------ initiator */

/* What we ask for again: what the peer agreed to last time, else our first policy, with its method. */
static bool policy_like(const struct ike_conf *conf, const struct ike_sa *like,
                        const struct ike_auth *auth, struct ike_policy *policy)
{
	for (size_t i = 0; i < conf->npolicies; i++) {
		const struct ike_policy *p = &conf->policies[i];
		if (p->auth != auth->id)
			continue;
		if (like == NULL || like->cipher == NULL ||
		    (p->cipher == like->cipher && p->hash == like->hash &&
		     p->group == like->group)) {
			*policy = *p;
			return true;
		}
	}
	return false;
}

/* flow: whose keys it is for when there is no IKE SA any more; NULL = the IKE SA itself is renewed. */
static void say_begun(struct ike_sa *sa, const struct ike_flow *flow)
{
	struct ip4_text remote = ip4_text(sa->remote.ip);
	if (flow == NULL) {
		ike_log(sa->ike, MSG_713041_REKEY, ike_prefix(sa).s, sa->ifname, remote.s);
		return;
	}
	struct ip4_text l = ip4_text(flow->local_proxy.ip), r = ip4_text(flow->remote_proxy.ip);
	ike_log(sa->ike, MSG_713041, ike_prefix(sa).s, sa->ifname, remote.s, l.s, r.s,
	        flow->map_name);
}

void mm_begin(struct ike_peer *peer, const struct ike_sa *like)
{
	struct ike *ike = peer->ike;
	const struct ike_auth *auth = peer->auth;
	struct ike_policy policy;

	if (ike->conf == NULL || peer->dying || !auth->ready(peer))
		return;
	for (struct ike_sa *s = peer->sas; s != NULL; s = s->peer_next)
		if (s->half_open)
			return; /* one at a time */
	if (!policy_like(ike->conf, like, auth, &policy) && !policy_like(ike->conf, NULL, auth, &policy)) {
		struct ip4_text src = ip4_text(peer->local.ip), dst = ip4_text(peer->remote.ip);
		ike_log(ike, MSG_713042, ike_prefix_peer(peer).s, peer->ifname, src.s, dst.s);
		return;
	}
	struct ike_sa *sa = sa_new(ike, peer->local, peer->remote, true);
	if (sa == NULL)
		return;
	ike->stat[STAT_INITIATOR_TUNNELS]++;
	share_set_text(&sa->ifname, peer->ifname);
	sa->ifindex = peer->ifindex;
	share_set_text(&sa->group_name, peer->group);
	peer_attach(peer, sa);
	mm_set_algorithms(sa, &policy);
	sa->life_s = sa->life_offered_s = policy.life_s = ike_life_kept(sa, policy.life_s);
	sa->natt_like = like != NULL ? like->natt : NATT_NONE;
	say_begun(sa, like == NULL ? peer->flows : NULL);

	if (peer->aggressive) {
		am_begin(sa);
		return;
	}
	struct ike_xchg *x = &sa->mm;
	ike_xchg_init(x, sa, EXCH_MAIN, 0, true);
	ike_event(x, EV_START_MM);
	struct ike_out *o = ike_answer_begin(x, false);
	ike_dbg(sa, IKE_DETAIL, "constructing ISAKMP SA payload");
	ike_out_payload(o, PAY_SA);
	size_t at = wr_len(&o->w);
	p1_write_offer(&o->w, &policy);
	x->sa_i = ike_xchg_keep(x, ike_out_from(o, at));
	natt_offer(sa, o);
	vendor_write(sa, o, VENDOR_DPD);
	vendor_write(sa, o, VENDOR_FRAGMENTATION);
	ike_xchg_state(x, ST_MM_WAIT2);
	if (x->sa_i.p == NULL || !ike_answer_send(x, true))
		sa_delete(sa, SA_END_ADMIN, false);
}

static void mm_out3(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0 || !mm_make_ke_nonce(x, &x->ke_i, &x->nonce_i)) {
		mm_fail(sa, 0);
		return;
	}
	struct ike_out *o = ike_answer_begin(x, false);
	mm_write_ke_nonce(sa, o, x->ke_i, x->nonce_i);
	if (ike_answer_send(x, true))
		ike_xchg_state(x, ST_MM_WAIT4);
	else
		mm_fail(sa, 0);
}

enum ike_verdict mm_in2(struct ike_xchg *x, struct ike_msg *m)
{
	if (!mm_take_choice(x, m))
		return STEP_FAIL;
	return ike_xchg_dh(x, x->sa->group, (struct bytes){0}, mm_out3) ? STEP_WAIT : mm_fail(x->sa, 0);
}

static enum ike_verdict mm_send5(struct ike_xchg *x)
{
	struct ike_out *o = ike_answer_begin(x, true);
	x->sa->auth->write(x, o, true);
	if (!ike_answer_send(x, true))
		return mm_fail(x->sa, 0);
	ike_xchg_state(x, ST_MM_WAIT6);
	return STEP_DONE;
}

static void mm_out5(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0) {
		mm_malformed(sa, PAY_KE, "Diffie-Hellman failed: the public value is not valid", 0);
		return;
	}
	mm_derive_keys(sa);
	if ((sa->remote_nat || sa->local_nat) && x->local.port == IKE_PORT)
		x->local.port = x->remote.port = IKE_PORT_NATT;
	if (sa->auth->prepare(x, mm_send5) == STEP_DONE)
		mm_send5(x);
}

enum ike_verdict mm_in4(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!mm_take_ke_nonce(sa, m, &x->ke_r, &x->nonce_r))
		return STEP_FAIL;
	mm_read_natd(sa, m);
	mm_read_certificates(x, m);
	vendor_read(sa, m);
	if (!sa->auth->ready(sa->peer) || !ike_xchg_dh(x, sa->group, x->ke_r, mm_out5))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

/* A different identity behind the same address and port is not this peer; it may have a new certificate. */
bool mm_same_peer(const struct ike_sa *sa)
{
	const struct ike_peer *peer = sa->peer;
	uint8_t type;
	struct bytes id = ike_id_data(sa->mm.id_r, &type);
	return peer != NULL && type == peer->id_type && bytes_eq(id, peer->id) && peer_same_cert(peer, sa);
}

enum ike_verdict mm_renewed(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (sa->cert != NULL)
		peer_note_cert(sa->peer, sa->cert);
	sa->local = x->local;
	sa->remote = x->remote;
	peer_move(sa->peer, x->local, x->remote);
	mm_say_natt(sa);
	mm_say_completed(sa);
	sa_established(sa);
	return STEP_DONE;
}

static enum ike_verdict mm_believed6(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;

	if (!mm_same_peer(sa))
		return mm_malformed(sa, PAY_ID, "the peer's identity changed", 0);
	return mm_renewed(x);
}

enum ike_verdict mm_in6(struct ike_xchg *x, struct ike_msg *m)
{
	if (!mm_take_id(x, m))
		return STEP_FAIL;
	mm_read_certificates(x, m);
	enum ike_verdict verdict = x->sa->auth->verify(x, m, mm_believed6);
	return verdict == STEP_DONE ? mm_believed6(x) : verdict;
}
