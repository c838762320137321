/* Main Mode with a pre-shared key (RFC 2409 §5.4): as responder, and as initiator when we renew an IKE SA.
 *
 *   1 ->  SA, vendor IDs           2 <-  SA, vendor IDs
 *   3 ->  KE, Ni, NAT-D            4 <-  KE, Nr, NAT-D
 *   5 ->  ID, HASH_I (encrypted)   6 <-  ID, HASH_R (encrypted) */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/random.h"
#include "crypto/ike/engine.h"
#include "crypto/ike/vendor.h"

/* ------------------------------------------------------------------ failures */

/* The message said why; the peer is told what it may know. */
static enum ike_verdict mm_fail(struct ike_sa *sa, uint16_t notify)
{
	struct ike *ike = sa->ike;
	ike->stat[sa->initiator ? STAT_INITIATOR_FAILS : STAT_RESPONDER_FAILS]++;
	if (notify != 0)
		info_refuse_clear(&sa->mm, notify);
	sa_refuse(sa);
	return STEP_FAIL;
}

static enum ike_verdict mm_malformed(struct ike_sa *sa, unsigned payload, const char *why, uint16_t notify)
{
	ike_dbg(sa, IKE_EVENT, "%s", why);
	if (ike_may_log(sa->ike))
		ike_log(sa->ike, MSG_713048, ike_prefix(sa).s, payload);
	return mm_fail(sa, notify);
}

void mm_bad_psk(struct ike_sa *sa, const char *why)
{
	struct ike *ike = sa->ike;
	ike_dbg(sa, IKE_EVENT, "Received encrypted Oakley Main Mode packet with invalid payloads, MessID = 0 (%s)",
		why);
	ike_log(ike, MSG_713903, ike_prefix(sa).s,
		"ERROR, had problems decrypting packet, probably due to mismatched pre-shared key.  Aborting");
	ike->stat[STAT_AUTH_FAILS]++;
	mm_fail(sa, NOTIFY_PAYLOAD_MALFORMED);
}

/* What both sides want, in one line: the reason why nobody can connect must not need a debug. */
static void no_proposal(struct ike_sa *sa, const struct p1_offer *offer)
{
	struct ike *ike = sa->ike;
	char line[800];
	size_t used = 0;

	for (size_t i = 0; i < ike->conf->npolicies; i++)
		for (size_t j = 0; j < offer->n && debug_on(DEBUG_IKEV1, IKE_EVENT); j++) {
			const char *rcvd = "", *cfgd = "";
			const char *class = p1_mismatch(&ike->conf->policies[i], &offer->t[j], &rcvd, &cfgd);
			if (class != NULL)
				ike_dbg(sa, IKE_EVENT,
					"Phase 1 failure:  Mismatched attribute types for class %s:  "
					"Rcv'd: %s  Cfg'd: %s",
					class, rcvd, cfgd);
		}
	if (!ike_may_log(ike))
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
	if (ike->conf->npolicies == 0)
		snprintf(line + used, sizeof line - used, " no crypto ikev1 policy");
	ike_log(ike, MSG_713902, ike_prefix(sa).s, line);
}

/* ------------------------------------------------------------------ parts of messages */

static void set_algorithms(struct ike_sa *sa, const struct ike_policy *policy)
{
	sa->cipher = policy->cipher;
	sa->hash = policy->hash;
	sa->group = policy->group;
	sa->keys.md = policy->hash->prim;
	sa->keys.cipher = policy->cipher->prim;
	sa->keys.key_len = policy->cipher->key_len;
	sa->keys.md_len = (uint8_t)prim_md_len(sa->keys.md);
	sa->keys.block = (uint8_t)prim_cipher_block(sa->keys.cipher);
}

/* Takes KE and nonce of the other side. false: refused. */
static bool take_ke_nonce(struct ike_sa *sa, const struct ike_msg *m, struct bytes *ke, struct bytes *nonce)
{
	struct ike_xchg *x = &sa->mm;
	const struct ike_payload *k = ike_msg_find(m, PAY_KE, NULL);
	const struct ike_payload *n = ike_msg_find(m, PAY_NONCE, NULL);

	ike_dbg(sa, IKE_DETAIL, "processing ke payload");
	ike_dbg(sa, IKE_DETAIL, "processing ISA_KE payload");
	if (k->body.len != prim_dh_public_len(sa->group)) {
		mm_malformed(sa, PAY_KE, "KE payload has the wrong length", NOTIFY_INVALID_KEY_INFORMATION);
		return false;
	}
	ike_dbg(sa, IKE_DETAIL, "processing nonce payload");
	if (n->body.len > IKE_NONCE_MAX) {
		mm_malformed(sa, PAY_NONCE, "nonce too long", NOTIFY_PAYLOAD_MALFORMED);
		return false;
	}
	*ke = ike_xchg_keep(x, k->body);
	*nonce = ike_xchg_keep(x, n->body);
	if (ke->p == NULL || nonce->p == NULL) {
		mm_fail(sa, 0);
		return false;
	}
	return true;
}

/* Our nonce and public value into the negotiation. */
static bool make_ke_nonce(struct ike_xchg *x, struct bytes *ke, struct bytes *nonce)
{
	uint8_t random[IKE_NONCE_LEN];
	random_bytes(random, sizeof random);
	*ke = ike_xchg_keep(x, (struct bytes){x->dh->job.public, x->dh->job.public_len});
	*nonce = ike_xchg_keep(x, (struct bytes){random, sizeof random});
	return ke->p != NULL && nonce->p != NULL;
}

static void write_ke_nonce(struct ike_sa *sa, struct ike_out *o, struct bytes ke, struct bytes nonce)
{
	ike_dbg(sa, IKE_DETAIL, "constructing ke payload");
	ike_out_bytes(o, PAY_KE, ke);
	ike_dbg(sa, IKE_DETAIL, "constructing nonce payload");
	ike_out_bytes(o, PAY_NONCE, nonce);
	if (sa->natt != NATT_NONE)
		natt_write(sa, o);
}

static void read_natd(struct ike_sa *sa, const struct ike_msg *m)
{
	if (sa->natt == NATT_NONE || natt_detect(sa, m))
		return;
	ike_dbg(sa, IKE_DETAIL, "NAT-Discovery payloads missing. Aborting NAT-Traversal.");
	sa->natt = NATT_NONE;
}

static void derive_keys(struct ike_sa *sa)
{
	struct ike_xchg *x = &sa->mm;
	const struct ike_group *group = &sa->ike->conf->ra;
	struct ike_key_input in = {
		.psk = {(const uint8_t *)group->psk, group->psk_len},
		.nonce_i = x->nonce_i,
		.nonce_r = x->nonce_r,
		.ke_i = x->ke_i,
		.ke_r = x->ke_r,
		.secret = {x->dh->job.secret, x->dh->job.secret_len},
		.icookie = sa->icookie,
		.rcookie = sa->rcookie,
	};
	ike_dbg(sa, IKE_DETAIL, "Generating keys for %s...", sa->initiator ? "Initiator" : "Responder");
	ike_keys_derive(&sa->keys, &in, x->iv);
	wipe(x->dh->job.secret, sizeof x->dh->job.secret);
}

/* The clients with pre-shared keys have no identity yet: they all land in one tunnel group. */
static bool land_on_group(struct ike_sa *sa)
{
	const struct ike_group *group = &sa->ike->conf->ra;
	if (group->psk == NULL) {
		char text[64];
		snprintf(text, sizeof text, "%s", ip4_text(sa->mm.remote.ip).s);
		ike_log(sa->ike, MSG_713138, ike_prefix(sa).s, text);
		return false;
	}
	sa->group_name = "DefaultRAGroup";
	ike_dbg(sa, IKE_EVENT, "Connection landed on tunnel_group %s", sa->group_name);
	return true;
}

/* Our ID payload's body (`crypto isakmp identity`). */
static struct bytes own_id(struct ike_sa *sa)
{
	const struct ike_conf *conf = sa->ike->conf;
	uint8_t body[IKE_ID_MAX];
	struct wr w = wr_of(body, sizeof body);
	bool text = (conf->identity == IKE_ID_HOSTNAME || conf->identity == IKE_ID_KEY_ID) &&
		    conf->identity_text != NULL && conf->identity_text[0] != '\0';

	wr_u8(&w, !text ? ID_IPV4_ADDR : conf->identity == IKE_ID_HOSTNAME ? ID_FQDN : ID_KEY_ID);
	wr_u8(&w, 17);
	wr_u16(&w, IKE_PORT);
	if (text)
		wr_bytes(&w, conf->identity_text, strlen(conf->identity_text));
	else
		wr_u32(&w, sa->mm.local.ip);
	return ike_xchg_keep(&sa->mm, (struct bytes){body, wr_len(&w)});
}

/* HASH_I or HASH_R as this side computes it. */
static size_t own_hash(const struct ike_sa *sa, bool initiators, struct bytes id, uint8_t *out)
{
	const struct ike_xchg *x = &sa->mm;
	return ike_keys_auth(&sa->keys, initiators ? x->ke_i : x->ke_r, initiators ? x->ke_r : x->ke_i,
			     initiators ? sa->icookie : sa->rcookie, initiators ? sa->rcookie : sa->icookie,
			     x->sa_i, id, out);
}

static void write_id_hash(struct ike_sa *sa, struct ike_out *o, struct bytes id)
{
	uint8_t hash[PRIM_MD_MAX];
	ike_dbg(sa, IKE_DETAIL, "constructing ID payload");
	ike_out_bytes(o, PAY_ID, id);
	ike_dbg(sa, IKE_DETAIL, "constructing hash payload");
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	size_t len = own_hash(sa, sa->initiator, id, hash);
	ike_out_bytes(o, PAY_HASH, (struct bytes){hash, len});
}

static void show_id(struct ike_sa *sa, struct bytes id)
{
	static const char *const names[] = {[ID_IPV4_ADDR] = "ID_IPV4_ADDR",
					    [ID_FQDN] = "ID_FQDN",
					    [ID_USER_FQDN] = "ID_USER_FQDN",
					    [ID_IPV4_SUBNET] = "ID_IPV4_ADDR_SUBNET",
					    [ID_DER_ASN1_DN] = "ID_DER_ASN1_DN",
					    [ID_KEY_ID] = "ID_KEY_ID"};
	struct rd r = rd_of(id.p, id.len);
	uint8_t type = rd_u8(&r);
	rd_skip(&r, 3);
	bool known = type < sizeof names / sizeof names[0] && names[type] != NULL;
	ike_dbg(sa, IKE_DECODE, "%s ID received", known ? names[type] : "Unknown");
	if (type == ID_IPV4_ADDR)
		ike_dbg(sa, IKE_DECODE, "%s", ip4_text(rd_u32(&r)).s);
}

/* ID and HASH of the other side. Length of its ID body is at least 4 (payload table). */
static bool verify_peer(struct ike_sa *sa, const struct ike_msg *m, struct bytes *id)
{
	uint8_t hash[PRIM_MD_MAX];
	const struct ike_payload *i = ike_msg_find(m, PAY_ID, NULL);
	const struct ike_payload *h = ike_msg_find(m, PAY_HASH, NULL);

	ike_dbg(sa, IKE_DETAIL, "processing ID payload");
	if (ike_msg_find(m, PAY_ID, i) != NULL || i->body.len > IKE_ID_MAX) {
		mm_malformed(sa, PAY_ID, "ID payload twice or too long", NOTIFY_INVALID_ID_INFORMATION);
		return false;
	}
	show_id(sa, i->body);
	ike_dbg(sa, IKE_DETAIL, "processing hash payload");
	ike_dbg(sa, IKE_DETAIL, "Computing hash for ISAKMP");
	size_t len = own_hash(sa, !sa->initiator, i->body, hash);
	if (!bytes_eq_secret(h->body, (struct bytes){hash, len})) {
		sa->ike->stat[STAT_HASH_FAILS]++;
		mm_bad_psk(sa, "hash does not verify");
		return false;
	}
	*id = i->body;
	return true;
}

static void read_notifies(struct ike_sa *sa, const struct ike_msg *m)
{
	const struct ike_payload *p = NULL;
	while ((p = ike_msg_find(m, PAY_NOTIFY, p)) != NULL) {
		struct rd r = rd_of(p->body.p, p->body.len);
		rd_skip(&r, 6);
		uint16_t type = rd_u16(&r);
		ike_dbg(sa, IKE_DETAIL, "processing notify payload");
		if (type == NOTIFY_INITIAL_CONTACT)
			sa->contact = true;
	}
}

static void say_natt(struct ike_sa *sa)
{
	if (sa->natt == NATT_NONE)
		return;
	ike_log(sa->ike, MSG_713172, ike_prefix(sa).s, sa->remote_nat ? "is" : "is NOT",
		sa->local_nat ? "is" : "is NOT");
}

static void say_completed(struct ike_sa *sa)
{
	const struct ike_group *group = &sa->ike->conf->ra;
	struct ike_prefix prefix = ike_prefix(sa);
	ike_log(sa->ike, MSG_713119, prefix.s);
	ike_log(sa->ike, MSG_713121, prefix.s, sa->dpd_peer && group->dpd ? "DPD" : "None");
	if (group->dpd && !sa->dpd_peer)
		ike_log(sa->ike, MSG_713122, prefix.s);
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
	if (sa->dpd_peer && sa->ike->conf->ra.dpd)
		vendor_write(sa, o, VENDOR_DPD);
	return ike_answer_send(&sa->mm, false) ? STEP_DONE : mm_fail(sa, 0);
}

enum ike_verdict mm_in1(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	struct p1_offer *offer = &ike->offer.p1;
	const struct ike_payload *p = ike_msg_find(m, PAY_SA, NULL);
	const struct p1_transform *chosen = NULL;
	const char *why = "";

	ike_dbg(sa, IKE_DETAIL, "processing SA payload");
	if (!p1_read(offer, p->body, &why))
		return mm_malformed(sa, PAY_SA, why, NOTIFY_PAYLOAD_MALFORMED);
	const struct ike_policy *policy = p1_choose(ike->conf, offer, &chosen);
	if (policy == NULL) {
		no_proposal(sa, offer);
		return mm_fail(sa, NOTIFY_NO_PROPOSAL_CHOSEN);
	}
	ike_dbg(sa, IKE_EVENT, "Oakley proposal is acceptable");
	vendor_read(sa, m);
	if (ike->conf->natt_s != 0)
		sa->natt = sa->natt_offered;
	ike_dbg(sa, IKE_DETAIL, "processing IKE SA payload");
	ike_dbg(sa, IKE_DETAIL, "IKE SA Proposal # %u, Transform # %u acceptable  Matches global IKE entry # %u",
		chosen->proposal, chosen->number, policy->priority);
	set_algorithms(sa, policy);
	sa->life_offered_s = chosen->life_s;
	sa->life_s = ike_life_min(policy->life_s, chosen->life_s);
	sa->tell_life = sa->life_s != chosen->life_s;
	x->sa_i = ike_xchg_keep(x, p->body);
	if (x->sa_i.p == NULL)
		return mm_fail(sa, 0);
	return mm_out2(sa, chosen);
}

static void mm_out4(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0) {
		mm_malformed(sa, PAY_KE, "Diffie-Hellman failed: the public value is not valid",
			     NOTIFY_INVALID_KEY_INFORMATION);
		return;
	}
	if (!make_ke_nonce(x, &x->ke_r, &x->nonce_r)) {
		mm_fail(sa, 0);
		return;
	}
	struct ike_out *o = ike_answer_begin(x, false);
	write_ke_nonce(sa, o, x->ke_r, x->nonce_r);
	derive_keys(sa);
	if (ike_answer_send(x, false))
		ike_xchg_state(x, ST_MM_WAIT5);
	else
		mm_fail(sa, 0);
}

enum ike_verdict mm_in3(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!take_ke_nonce(sa, m, &x->ke_i, &x->nonce_i))
		return STEP_FAIL;
	vendor_read(sa, m);
	read_natd(sa, m);
	if (!land_on_group(sa))
		return mm_fail(sa, NOTIFY_NO_PROPOSAL_CHOSEN);
	if (!ike_xchg_dh(x, sa->group, x->ke_i, mm_out4))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

/* RESPONDER-LIFETIME (RFC 2407 §4.6.3.1): ours is shorter than what was asked for. */
static void write_life(struct ike_sa *sa, struct ike_out *o)
{
	enum { LIFE_TYPE = 11, LIFE_DURATION = 12, SECONDS = 1 };
	uint8_t spi[2 * IKE_COOKIE_LEN], attrs[16];
	struct wr w = wr_of(attrs, sizeof attrs);

	ike_log(sa->ike, MSG_713073, ike_prefix(sa).s, sa->life_offered_s, sa->life_s);
	memcpy(spi, sa->icookie, IKE_COOKIE_LEN);
	memcpy(spi + IKE_COOKIE_LEN, sa->rcookie, IKE_COOKIE_LEN);
	ike_attr_write(&w, LIFE_TYPE, SECONDS);
	ike_attr_write(&w, LIFE_DURATION, sa->life_s);
	ike_out_payload(o, PAY_NOTIFY);
	info_write_notify(&o->w, PROTO_ISAKMP, (struct bytes){spi, sizeof spi}, NOTIFY_RESPONDER_LIFETIME,
			  (struct bytes){attrs, wr_len(&w)});
}

enum ike_verdict mm_in5(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct bytes id;

	if (!verify_peer(sa, m, &id))
		return STEP_FAIL;
	read_notifies(sa, m);
	/* Authenticated: from here on the peer is where this message came from (port float, RFC 3947 §4). */
	sa->local = x->local;
	sa->remote = x->remote;
	struct ike_peer *peer = peer_for(sa, id);
	if (peer == NULL)
		return mm_fail(sa, 0);
	peer_attach(peer, sa);
	say_natt(sa);
	ike_dbg(sa, IKE_EVENT, "Connection landed on tunnel_group %s", sa->group_name);

	struct bytes own = own_id(sa);
	struct ike_out *o = ike_answer_begin(x, true);
	write_id_hash(sa, o, own);
	if (sa->tell_life)
		write_life(sa, o);
	if (own.p == NULL || !ike_answer_send(x, false))
		return mm_fail(sa, 0);
	say_completed(sa);
	sa_established(sa);
	return STEP_DONE;
}

/* ------------------------------------------------------------------ initiator */

/* What we ask for again: what the peer agreed to last time, else our first policy. */
static bool policy_like(const struct ike_conf *conf, const struct ike_sa *like, struct ike_policy *policy)
{
	for (size_t i = 0; i < conf->npolicies; i++) {
		const struct ike_policy *p = &conf->policies[i];
		if (p->auth != AUTH_PSK)
			continue;
		if (like == NULL || like->cipher == NULL ||
		    (p->cipher == like->cipher && p->hash == like->hash && p->group == like->group)) {
			*policy = *p;
			return true;
		}
	}
	return false;
}

void mm_begin(struct ike_peer *peer, const struct ike_sa *like)
{
	struct ike *ike = peer->ike;
	struct ike_policy policy;

	if (ike->conf == NULL || ike->conf->ra.psk == NULL || peer->dying)
		return;
	for (struct ike_sa *s = peer->sas; s != NULL; s = s->peer_next)
		if (s->half_open)
			return; /* one at a time */
	if (!policy_like(ike->conf, like, &policy) && !policy_like(ike->conf, NULL, &policy))
		return;
	struct ike_sa *sa = sa_new(ike, peer->local, peer->remote, true);
	if (sa == NULL)
		return;
	ike->stat[STAT_INITIATOR_TUNNELS]++;
	memcpy(sa->ifname, peer->ifname, sizeof sa->ifname);
	sa->ifindex = peer->ifindex;
	sa->group_name = "DefaultRAGroup";
	peer_attach(peer, sa);
	set_algorithms(sa, &policy);
	sa->life_s = sa->life_offered_s = policy.life_s;
	ike_log(ike, MSG_713041_REKEY, ike_prefix(sa).s, sa->ifname, ip4_text(sa->remote.ip).s);

	struct ike_xchg *x = &sa->mm;
	ike_xchg_init(x, sa, EXCH_MAIN, 0, true);
	struct ike_out *o = ike_answer_begin(x, false);
	ike_dbg(sa, IKE_DETAIL, "constructing ISAKMP SA payload");
	ike_out_payload(o, PAY_SA);
	size_t at = wr_len(&o->w);
	p1_write_offer(&o->w, &policy);
	x->sa_i = ike_xchg_keep(x, ike_out_from(o, at));
	for (unsigned v = NATT_N - 1; v > NATT_NONE && ike->conf->natt_s != 0; v--)
		vendor_write(sa, o, vendor_of_natt(v));
	vendor_write(sa, o, VENDOR_DPD);
	ike_xchg_state(x, ST_MM_WAIT2);
	if (x->sa_i.p == NULL || !ike_answer_send(x, true))
		sa_delete(sa, SA_END_ADMIN, false);
}

static void mm_out3(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0 || !make_ke_nonce(x, &x->ke_i, &x->nonce_i)) {
		mm_fail(sa, 0);
		return;
	}
	struct ike_out *o = ike_answer_begin(x, false);
	write_ke_nonce(sa, o, x->ke_i, x->nonce_i);
	if (ike_answer_send(x, true))
		ike_xchg_state(x, ST_MM_WAIT4);
	else
		mm_fail(sa, 0);
}

enum ike_verdict mm_in2(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct p1_offer *offer = &sa->ike->offer.p1;
	const struct ike_policy agreed = {
		.auth = AUTH_PSK, .cipher = sa->cipher, .hash = sa->hash, .group = sa->group};
	const char *why = "", *rcvd, *cfgd;

	if (!p1_read(offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) || offer->n != 1 ||
	    p1_mismatch(&agreed, &offer->t[0], &rcvd, &cfgd) != NULL)
		return mm_malformed(sa, PAY_SA, "the peer chose what was not offered", 0);
	ike_dbg(sa, IKE_EVENT, "Oakley proposal is acceptable");
	vendor_read(sa, m);
	if (sa->ike->conf->natt_s != 0)
		sa->natt = sa->natt_offered;
	memcpy(sa->rcookie, m->hdr.rcookie, IKE_COOKIE_LEN);
	if (!sa_index(sa) || !ike_xchg_dh(x, sa->group, (struct bytes){0}, mm_out3))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

static void mm_out5(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (x->dh->job.status != 0) {
		mm_malformed(sa, PAY_KE, "Diffie-Hellman failed: the public value is not valid", 0);
		return;
	}
	derive_keys(sa);
	if ((sa->remote_nat || sa->local_nat) && x->local.port == IKE_PORT)
		x->local.port = x->remote.port = IKE_PORT_NATT;
	x->id_i = own_id(sa);
	struct ike_out *o = ike_answer_begin(x, true);
	write_id_hash(sa, o, x->id_i);
	if (x->id_i.p != NULL && ike_answer_send(x, true))
		ike_xchg_state(x, ST_MM_WAIT6);
	else
		mm_fail(sa, 0);
}

enum ike_verdict mm_in4(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!take_ke_nonce(sa, m, &x->ke_r, &x->nonce_r))
		return STEP_FAIL;
	read_natd(sa, m);
	vendor_read(sa, m);
	if (sa->ike->conf->ra.psk == NULL || !ike_xchg_dh(x, sa->group, x->ke_r, mm_out5))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

enum ike_verdict mm_in6(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct ike_peer *peer = sa->peer;
	struct bytes id;

	if (!verify_peer(sa, m, &id))
		return STEP_FAIL;
	/* A different identity behind the same address and port is not this peer. */
	struct rd r = rd_of(id.p, id.len);
	uint8_t type = rd_u8(&r);
	rd_skip(&r, 3);
	if (peer == NULL || type != peer->id_type ||
	    !bytes_eq(rd_rest(&r), (struct bytes){peer->id, peer->id_len}))
		return mm_malformed(sa, PAY_ID, "the peer's identity changed", 0);
	sa->local = x->local;
	sa->remote = x->remote;
	peer_move(peer, x->local, x->remote);
	say_natt(sa);
	say_completed(sa);
	sa_established(sa);
	return STEP_DONE;
}
