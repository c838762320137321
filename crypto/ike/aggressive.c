/* Aggressive Mode (RFC 2409 §5.1, 5.4): as responder, where with a pre-shared key the identity names the tunnel group whose
 * key it is, and as initiator when we renew the IKE SA of such a peer.
 *
 *   1 ->  SA, KE, Ni, ID, vendor IDs
 *   2 <-  SA, KE, Nr, ID, HASH_R or CERT and SIG_R, vendor IDs, NAT-D
 *   3 ->  HASH_I or CERT and SIG_I, NAT-D (in clear or encrypted)
 *
 * Who knows a name can have an answer for it and guess at the key; so nobody may learn from the answer which names there
 * are: a name that is none is answered with a key that nobody has, and fails as a wrong key does. */
#include "crypto/ike/aggressive.h"

#include "crypto/ike/auth.h"
#include "crypto/ike/debug_pix.h"
#include "crypto/ike/group.h"
#include "crypto/ike/main.h"
#include "crypto/ike/vendor.h"

/* ------------------------------------------------------------------ the tunnel group */

static void say_unknown(struct ike_sa *sa, const char *name)
{
	if (!ike_may_log(sa->ike))
		return;
	ike_log(sa->ike, MSG_713255, ike_prefix(sa).s, name);
	ike_log(sa->ike, MSG_713256, ike_prefix(sa).s);
}

/* Nothing that this decides may show in the answer. */
static void land(struct ike_sa *sa, struct bytes id)
{
	char name[IKE_ID_MAX + 1] = "";
	uint8_t type;
	struct bytes data = ike_id_data(id, &type);
	const struct ike_group *group = ike_id_name(type, data, name, sizeof name) ? ike_conf_group(sa->ike->conf, name) : NULL;

	sa->spoofed = group == NULL || group->psk == NULL;
	if (sa->spoofed)
		say_unknown(sa, name);
	else
		ike_sa_land(sa, group);
}

/* ------------------------------------------------------------------ responder */

/* Our proof is ready. */
static enum ike_verdict am_send2(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	struct ike_out *o = ike_answer_begin(x, false);
	ike_dbg(sa, IKE_DETAIL, "constructing ISAKMP SA payload");
	ike_out_bytes(o, PAY_SA, x->chosen);
	ike_dbg(sa, IKE_DETAIL, "constructing ke payload");
	ike_out_bytes(o, PAY_KE, x->ke_r);
	ike_dbg(sa, IKE_DETAIL, "constructing nonce payload");
	ike_out_bytes(o, PAY_NONCE, x->nonce_r);
	pix_own_id(sa, x->id_r);
	sa->auth->write(x, o, true);
	if (sa->auth->certificates)
		certs_write_requests(sa, o);
	/* Only what the peer has offered: its address has not proved anything yet. Whatever the group says of DPD. */
	if (sa->dpd_peer)
		vendor_write(sa, o, VENDOR_DPD);
	if (sa->natt != NATT_NONE)
		vendor_write(sa, o, vendor_of_natt(sa->natt));
	if (sa->fragmentation)
		vendor_write(sa, o, VENDOR_FRAGMENTATION);
	if (sa->natt != NATT_NONE)
		natt_write(sa, o);
	if (!ike_answer_send(x, false)) /* repeated only when asked */
		return mm_fail(sa, 0);
	ike_xchg_state(x, ST_AM_WAIT3);
	return STEP_DONE;
}

static void am_out2(struct ike_xchg *x)
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
	mm_derive_keys(sa);
	if (sa->auth->prepare(x, am_send2) == STEP_DONE)
		am_send2(x);
}

/* SA payload: the policy, and the answer to it. false: refused. */
static bool agree(struct ike_xchg *x, const struct ike_msg *m)
{
	uint8_t answer[512];
	struct wr w = wr_of(answer, sizeof answer);
	const struct p1_transform *chosen = mm_agree(x, m);

	if (chosen == NULL)
		return false;
	p1_write_choice(&w, chosen);
	x->chosen = wr_ok(&w) ? ike_xchg_keep(x, (struct bytes){answer, wr_len(&w)}) : (struct bytes){0};
	if (x->chosen.p == NULL)
		mm_fail(x->sa, 0);
	return x->chosen.p != NULL;
}

enum ike_verdict am_in1(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!agree(x, m) || !mm_take_ke_nonce(sa, m, &x->ke_i, &x->nonce_i) || !mm_take_id(x, m))
		return STEP_FAIL;
	mm_read_certificates(x, m);
	if (!sa->auth->certificates) /* else the certificate decides, when it comes */
		land(sa, x->id_i);
	if (!ike_xchg_dh(x, sa->group, x->ke_i, am_out2))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}

/* The peer is believed. */
static enum ike_verdict am_accept(struct ike_xchg *x)
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
	mm_say_completed(sa);
	sa_established(sa);
	mm_tell_life(sa, NULL); /* no message of ours is left, and the second one was in clear */
	return STEP_DONE;
}

enum ike_verdict am_in3(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	mm_read_natd(sa, m);
	if (m->hdr.flags & IKE_FLAG_ENCRYPTED) /* in clear anybody on the way may have put them there */
		mm_read_notifies(sa, m);
	enum ike_verdict v = sa->auth->verify(x, m, am_accept);
	return v == STEP_DONE ? am_accept(x) : v;
}

void am_mark(struct ike_sa *sa)
{
	sa->flags = (sa->flags & ~(uint32_t)SAF_MAIN) | SAF_AGGRESSIVE;
	sa->mm.exch = EXCH_AGGRESSIVE;
}

void am_ask_again(struct ike_sa *sa)
{
	/* It knows our cookie, so it has had the second message, and is where it says it is. */
	if (sa->mm.state == ST_AM_WAIT3)
		ike_repeat(&sa->mm);
}

/* ------------------------------------------------------------------ initiator */

static void am_out1(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	const struct ike_policy policy = {.auth = sa->auth->id,
	                                  .cipher = sa->cipher,
	                                  .hash = sa->hash,
	                                  .group = sa->group,
	                                  .life_s = sa->life_offered_s};

	if (x->dh->job.status != 0 || !mm_make_ke_nonce(x, &x->ke_i, &x->nonce_i)) {
		mm_fail(sa, 0);
		return;
	}
	x->id_i = sa->auth->own_id(x);
	if (x->id_i.p == NULL)
		return;
	struct ike_out *o = ike_answer_begin(x, false);
	ike_dbg(sa, IKE_DETAIL, "constructing ISAKMP SA payload");
	ike_out_payload(o, PAY_SA);
	size_t at = wr_len(&o->w);
	p1_write_offer(&o->w, &policy);
	x->sa_i = ike_xchg_keep(x, ike_out_from(o, at));
	ike_dbg(sa, IKE_DETAIL, "constructing ke payload");
	ike_out_bytes(o, PAY_KE, x->ke_i);
	ike_dbg(sa, IKE_DETAIL, "constructing nonce payload");
	ike_out_bytes(o, PAY_NONCE, x->nonce_i);
	ike_dbg(sa, IKE_DETAIL, "constructing ID payload");
	ike_out_bytes(o, PAY_ID, x->id_i);
	natt_offer(sa, o);
	vendor_write(sa, o, VENDOR_DPD);
	vendor_write(sa, o, VENDOR_FRAGMENTATION);
	if (sa->auth->certificates)
		certs_write_requests(sa, o);
	if (x->sa_i.p != NULL && ike_answer_send(x, true))
		ike_xchg_state(x, ST_AM_WAIT2);
	else
		mm_fail(sa, 0);
}

void am_begin(struct ike_sa *sa)
{
	struct ike_xchg *x = &sa->mm;
	am_mark(sa);
	ike_xchg_init(x, sa, EXCH_AGGRESSIVE, 0, true);
	ike_event(x, EV_START_AM);
	ike_xchg_state(x, ST_AM_BUILD1);
	if (ike_xchg_dh(x, sa->group, (struct bytes){0}, am_out1))
		ike_xchg_dh_settle(x);
	else
		sa_delete(sa, SA_END_ADMIN, false);
}

/* Our proof is ready. */
static enum ike_verdict am_send3(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	struct ike_out *o = ike_answer_begin(x, true);
	sa->auth->write(x, o, false);
	if (sa->natt != NATT_NONE)
		natt_write(sa, o);
	return ike_answer_send(x, false) ? mm_renewed(x) : mm_fail(sa, 0);
}

/* The peer is believed. */
static enum ike_verdict am_accept2(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	if (!mm_same_peer(sa))
		return mm_malformed(sa, PAY_ID, "the peer's identity changed", 0);
	if ((sa->remote_nat || sa->local_nat) && x->local.port == IKE_PORT)
		x->local.port = x->remote.port = IKE_PORT_NATT;
	enum ike_verdict v = sa->auth->prepare(x, am_send3);
	return v == STEP_DONE ? am_send3(x) : v;
}

static void am_out3(struct ike_xchg *x)
{
	struct ike_sa *sa = x->sa;
	struct ike *ike = sa->ike;
	const struct ike_hdr hdr = {.next = x->first, .exch = EXCH_AGGRESSIVE};
	const char *why = "";
	if (x->dh->job.status != 0) {
		mm_malformed(sa, PAY_KE, "Diffie-Hellman failed: the public value is not valid", 0);
		return;
	}
	mm_derive_keys(sa);
	/* the proof that came before there were keys to look at it with */
	if (!ike_msg_parse(&ike->msg, &hdr, x->chosen, 0, &why)) {
		mm_fail(sa, 0);
		return;
	}
	enum ike_verdict v = sa->auth->verify(x, &ike->msg, am_accept2);
	if (v == STEP_DONE)
		am_accept2(x);
	else if (v == STEP_IGNORE) /* the message was taken: a repetition would not be looked at */
		mm_fail(sa, 0);
}

enum ike_verdict am_in2(struct ike_xchg *x, struct ike_msg *m)
{
	struct ike_sa *sa = x->sa;

	if (!mm_take_choice(x, m) || !mm_take_ke_nonce(sa, m, &x->ke_r, &x->nonce_r) || !mm_take_id(x, m))
		return STEP_FAIL;
	x->first = m->hdr.next;
	x->chosen = ike_xchg_keep(x, m->plain); /* all of it, until there are keys */
	mm_read_natd(sa, m);
	if (x->chosen.p == NULL || !sa->auth->ready(sa->peer) || !ike_xchg_dh(x, sa->group, x->ke_r, am_out3))
		return mm_fail(sa, 0);
	return STEP_WAIT;
}
