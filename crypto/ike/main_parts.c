/* The parts of Main Mode's messages: reading them, writing them, what is said about them. */
#include "crypto/ike/main.h"

#include "crypto/ike/auth.h"
#include "crypto/ike/debug_pix.h"
#include "crypto/ike/group.h"
#include "crypto/ike/refused.h"
#include "crypto/ike/vendor.h"

#include <stdio.h>
#include <string.h>

#include "core/base/random.h"

void mm_set_algorithms(struct ike_sa *sa, const struct ike_policy *policy)
{
	sa->auth = ike_auth_find(policy->auth);
	sa->cipher = policy->cipher;
	sa->hash = policy->hash;
	sa->group = policy->group;
	sa->keys.md = policy->hash->prim;
	sa->keys.cipher = policy->cipher->prim;
	sa->keys.key_len = policy->cipher->key_len;
	sa->keys.md_len = (uint8_t)prim_md_len(sa->keys.md);
	sa->keys.block = (uint8_t)prim_cipher_block(sa->keys.cipher);
}

bool mm_take_choice(struct ike_xchg *x, const struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct p1_offer *offer = &sa->ike->offer.p1;
	const struct ike_policy agreed = {
	        .auth = sa->auth->id, .cipher = sa->cipher, .hash = sa->hash, .group = sa->group};
	const char *why = "", *rcvd, *cfgd;

	if (!p1_read(offer, ike_msg_find(m, PAY_SA, NULL)->body, &why) || offer->n != 1 ||
	    p1_mismatch(&agreed, &offer->t[0], &rcvd, &cfgd) != NULL) {
		mm_malformed(sa, PAY_SA, "the peer chose what was not offered", 0);
		return false;
	}
	ike_dbg(sa, IKE_EVENT, "Oakley proposal is acceptable");
	vendor_read(sa, m);
	mm_read_certificates(x, m);
	if (sa->ike->conf->natt_s != 0)
		sa->natt = sa->natt_offered;
	memcpy(sa->rcookie, m->hdr.rcookie, IKE_COOKIE_LEN);
	if (!sa_index(sa)) {
		mm_fail(sa, 0);
		return false;
	}
	return true;
}

/* Takes KE and nonce of the other side. false: refused. */
bool mm_take_ke_nonce(struct ike_sa *sa, const struct ike_msg *m, struct bytes *ke,
                      struct bytes *nonce)
{
	struct ike_xchg *x = &sa->mm;
	const struct ike_payload *k = ike_msg_find(m, PAY_KE, NULL);
	const struct ike_payload *n = ike_msg_find(m, PAY_NONCE, NULL);

	pix_payload(sa, "KE", 0, true);
	pix_payload(sa, "NONCE", 0, true);
	ike_dbg(sa, IKE_DETAIL, "processing ke payload");
	ike_dbg(sa, IKE_DETAIL, "processing ISA_KE payload");
	if (k->body.len != prim_dh_public_len(sa->group)) {
		mm_malformed(sa, PAY_KE, "KE payload has the wrong length",
		             NOTIFY_INVALID_KEY_INFORMATION);
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
bool mm_make_ke_nonce(struct ike_xchg *x, struct bytes *ke, struct bytes *nonce)
{
	uint8_t random[IKE_NONCE_LEN];
	random_bytes(random, sizeof random);
	x->sa->ike->work.random++;
	*ke = ike_xchg_keep(x, (struct bytes){x->dh->job.public, x->dh->job.public_len});
	*nonce = ike_xchg_keep(x, (struct bytes){random, sizeof random});
	return ke->p != NULL && nonce->p != NULL;
}

void mm_write_ke_nonce(struct ike_sa *sa, struct ike_out *o, struct bytes ke, struct bytes nonce)
{
	ike_dbg(sa, IKE_DETAIL, "constructing ke payload");
	ike_out_bytes(o, PAY_KE, ke);
	ike_dbg(sa, IKE_DETAIL, "constructing nonce payload");
	ike_out_bytes(o, PAY_NONCE, nonce);
	if (sa->auth->certificates)
		certs_write_requests(sa, o);
	if (sa->natt != NATT_NONE)
		natt_write(sa, o);
}

void mm_read_natd(struct ike_sa *sa, const struct ike_msg *m)
{
	if (sa->natt == NATT_NONE || natt_detect(sa, m))
		return;
	ike_dbg(sa, IKE_DETAIL, "NAT-Discovery payloads missing. Aborting NAT-Traversal.");
	sa->natt = NATT_NONE;
}

void mm_derive_keys(struct ike_sa *sa)
{
	struct ike_xchg *x = &sa->mm;
	const struct ike_group *group = ike_group_of(sa);
	/* No key, not even an empty one: also when the configuration has lost it meanwhile. */
	bool nobodys = sa->spoofed || group->psk == NULL;
	struct ike_key_input in = {
	        .how = sa->auth->skeyid,
	        .psk = {nobodys ? sa->ike->nobodys_key : (const uint8_t *)group->psk,
	                nobodys ? sizeof sa->ike->nobodys_key : group->psk_len},
	        .nonce_i = x->nonce_i,
	        .nonce_r = x->nonce_r,
	        .ke_i = x->ke_i,
	        .ke_r = x->ke_r,
	        .secret = {x->dh->job.secret, x->dh->job.secret_len},
	        .icookie = sa->icookie,
	        .rcookie = sa->rcookie,
	};
	ike_dbg(sa, IKE_DETAIL, "Generating keys for %s...",
	        sa_is(sa, SAF_INITIATOR) ? "Initiator" : "Responder");
	ike_engine_dbg(sa, 1, "create ISAKMP SKEYID for conn id %u", sa->number);
	ike_keys_derive(&sa->keys, &in, x->iv);
	wipe(x->dh->job.secret, sizeof x->dh->job.secret);
	sa->flags |= SAF_KEYED;
	ike_event(x, EV_GEN_SKEY);
}

/* The clients with pre-shared keys have no identity yet: they all land in one tunnel group. */
bool mm_land_on_group(struct ike_sa *sa)
{
	const struct ike_group *group = sa->ike->conf->ra;
	if (group->psk == NULL) {
		ike_refused(sa, (struct failure){.cause = FAIL_NO_PSK, .group = group->name});
		char text[64];
		snprintf(text, sizeof text, "%s", ip4_text(sa->mm.remote.ip).s);
		ike_dbg(sa, IKE_DETAIL, "Could not retrieve authentication attributes for peer %s",
		        text);
		if (ike_may_log(sa->ike)) {
			ike_log(sa->ike, MSG_713138, ike_prefix(sa).s, text);
			ike_log(sa->ike, MSG_713903, ike_prefix(sa).s,
			        "Can't find a valid tunnel group, aborting...!");
		}
		return false;
	}
	ike_sa_land(sa, group);
	return true;
}

/* What a peer with a pre-shared key asks for or sends of certificates is passed over. */
void mm_read_certificates(struct ike_xchg *x, const struct ike_msg *m)
{
	const struct ike_sa *sa = x->sa;
	if (sa->auth->certificates) {
		certs_read_requests(x, m);
		if (x->state != ST_MM_WAIT5 && x->state != ST_MM_WAIT6) /* there the certificate is told first */
			pix_requests(x);
		return;
	}
	if (m->kinds & PAY_BIT(PAY_CERTREQ))
		ike_dbg_of(sa, DEBUG_CA, 1,
		           "CRYPTO_PKI: certificate request of %s passed over: a pre-shared key was agreed on",
		           ip4_text(sa->mm.remote.ip).s);
	if (m->kinds & PAY_BIT(PAY_CERT))
		ike_dbg_of(sa, DEBUG_CA, 1,
		           "CRYPTO_PKI: certificate of %s passed over: a pre-shared key was agreed on",
		           ip4_text(sa->mm.remote.ip).s);
}

/* The type and the text of our ID; a DN and an address have none. cert: ours, where certificates prove. */
static uint8_t own_id_type(const struct ike_conf *conf, const struct pki_cert *cert, struct str *text)
{
	static const struct {
		uint8_t type;
		bool text;
	} kinds[] = {
	        [IKE_ID_AUTO] = {ID_IPV4_ADDR, false},
	        [IKE_ID_ADDRESS] = {ID_IPV4_ADDR, false},
	        [IKE_ID_HOSTNAME] = {ID_FQDN, true},
	        [IKE_ID_KEY_ID] = {ID_KEY_ID, true},
	};
	*text = str_of(kinds[conf->identity].text && conf->identity_text != NULL ? conf->identity_text : "");
	if (kinds[conf->identity].text)
		return text->len > 0 ? kinds[conf->identity].type : ID_IPV4_ADDR;
	if (conf->identity != IKE_ID_AUTO || cert == NULL)
		return ID_IPV4_ADDR;
	return certs_name_alone(cert, text) ? ID_FQDN : ID_DER_ASN1_DN;
}

uint8_t mm_own_id_type(const struct ike_sa *sa)
{
	const struct ike *ike = sa->ike;
	const char *name = sa->auth->certificates ? certs_trust_point(ike, ike->conf->ra) : NULL;
	struct pki_identity own = {0};
	struct str text;
	if (name != NULL && !pki_identity(ike->pki, name, &own, NULL))
		own.cert = NULL;
	return own_id_type(ike->conf, own.cert, &text);
}

struct bytes mm_own_id(struct ike_sa *sa, const struct pki_cert *cert)
{
	uint8_t body[IKE_ID_MAX];
	struct wr w = wr_of(body, sizeof body);
	struct str text;
	uint8_t type = own_id_type(sa->ike->conf, cert, &text);

	wr_u8(&w, type);
	wr_u8(&w, 17);
	wr_u16(&w, IKE_PORT);
	if (type == ID_DER_ASN1_DN)
		wr_bytes(&w, pki_cert_subject(cert).p, pki_cert_subject(cert).len);
	else if (type == ID_IPV4_ADDR)
		wr_u32(&w, natt_own_ip(sa));
	else
		wr_bytes(&w, text.p, text.len);
	return wr_ok(&w) ? ike_xchg_keep(&sa->mm, (struct bytes){body, wr_len(&w)}) : (struct bytes){0};
}

/* ID of the other side in debug. */
static void show_id(const struct ike_sa *sa, struct bytes body)
{
	uint8_t type;
	struct bytes id = ike_id_data(body, &type);
	struct rd r = rd_of(id.p, id.len);
	bool known = strcmp(ike_id_text(type), "Unknown") != 0;
	ike_dbg(sa, IKE_DECODE, "%s%s ID received", known ? "ID_" : "", ike_id_text(type));
	if (type == ID_IPV4_ADDR)
		ike_dbg(sa, IKE_DECODE, "%s", ip4_text(rd_u32(&r)).s);
}

/* The ID of the other side into the negotiation. Its body has 4 bytes at least (payload table). */
bool mm_take_id(struct ike_xchg *x, const struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;
	struct bytes *id = ike_peer_id_at(x);
	const struct ike_payload *i = ike_msg_find(m, PAY_ID, NULL);

	pix_payload(sa, "ID", 0, false);
	ike_dbg(sa, IKE_DETAIL, "processing ID payload");
	if (ike_msg_find(m, PAY_ID, i) != NULL || i->body.len > IKE_ID_MAX) {
		mm_malformed(sa, PAY_ID, "ID payload twice or too long",
		             NOTIFY_INVALID_ID_INFORMATION);
		return false;
	}
	show_id(sa, i->body);
	*id = ike_xchg_keep(x, i->body);
	if (id->p == NULL)
		mm_fail(sa, 0);
	return id->p != NULL;
}

void mm_read_notifies(struct ike_sa *sa, const struct ike_msg *m)
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

void mm_say_natt(struct ike_sa *sa)
{
	if (sa->natt == NATT_NONE)
		return;
	ike_log(sa->ike, MSG_713172, ike_prefix(sa).s, sa->remote_nat ? "is" : "is NOT",
	        sa->local_nat ? "is" : "is NOT");
}

void mm_say_completed(struct ike_sa *sa)
{
	const struct ike_group *group = ike_group_of(sa);
	struct ike_prefix prefix = ike_prefix(sa);
	ike_log(sa->ike, MSG_713119, prefix.s);
	ike_log(sa->ike, MSG_713121, ike_prefix_again(&prefix), sa->dpd_peer && group->dpd ? "DPD" : "None");
	if (group->dpd && !sa->dpd_peer)
		ike_log(sa->ike, MSG_713122, ike_prefix_again(&prefix));
}
