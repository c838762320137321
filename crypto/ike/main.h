/* Main Mode: what its two files (the messages in order, and their parts) and Aggressive Mode share. */
#ifndef CRYPTO_IKE_MAIN_H
#define CRYPTO_IKE_MAIN_H

#include "crypto/ike/engine.h"

/* The exchange is over; the handler said why. notify 0: the peer is told nothing. */
enum ike_verdict mm_fail(struct ike_sa *sa, uint16_t notify);
/* A payload that cannot be used (713048); why goes to debug. */
enum ike_verdict mm_malformed(struct ike_sa *sa, unsigned payload, const char *why,
                              uint16_t notify);
/* What was agreed on. */
void mm_set_algorithms(struct ike_sa *sa, const struct ike_policy *policy);
/* As initiator: SA payload of the other side, which must be what was offered, and what comes with it; from here on its
 * cookie is known. false: refused. */
bool mm_take_choice(struct ike_xchg *x, const struct ike_msg *m);
/* KE and nonce of the other side. false: refused. */
bool mm_take_ke_nonce(struct ike_sa *sa, const struct ike_msg *m, struct bytes *ke,
                      struct bytes *nonce);
/* Our public value and a new nonce. */
bool mm_make_ke_nonce(struct ike_xchg *x, struct bytes *ke, struct bytes *nonce);
/* KE, nonce, and NAT-D where NAT traversal is in use. */
void mm_write_ke_nonce(struct ike_sa *sa, struct ike_out *o, struct bytes ke, struct bytes nonce);
/* NAT-D of the other side. */
void mm_read_natd(struct ike_sa *sa, const struct ike_msg *m);
/* As responder: SA payload of the other side, the policy that it leads to, and who its sender is by vendor IDs. What was
 * chosen of the offer (it lives as long as the message is worked on); NULL: refused. */
const struct p1_transform *mm_agree(struct ike_xchg *x, const struct ike_msg *m);
/* All keys of the SA from what the negotiation holds. */
void mm_derive_keys(struct ike_sa *sa);
/* false when there is no pre-shared key. */
bool mm_land_on_group(struct ike_sa *sa);
/* Body of our ID payload (`crypto isakmp identity`), cert: ours where certificates prove; empty when memory is short or it
 * would be too long. And its type alone. */
struct bytes mm_own_id(struct ike_sa *sa, const struct pki_cert *cert);
uint8_t mm_own_id_type(const struct ike_sa *sa);
/* The ID of the other side into the negotiation. false: refused. */
bool mm_take_id(struct ike_xchg *x, const struct ike_msg *m);
/* What the other side asks for of certificates. */
void mm_read_certificates(struct ike_xchg *x, const struct ike_msg *m);
/* INITIAL-CONTACT. */
void mm_read_notifies(struct ike_sa *sa, const struct ike_msg *m);
/* As initiator: is who was believed the peer that this SA is for? */
bool mm_same_peer(const struct ike_sa *sa);
/* As initiator: the peer is believed, and all is said. It is where it wrote from. */
enum ike_verdict mm_renewed(struct ike_xchg *x);
/* RESPONDER-LIFETIME where our lifetime is shorter than what was asked for (RFC 2407 §4.6.3.1): into the message, NULL = in
 * an exchange of its own, which the SA must be up for. */
void mm_tell_life(struct ike_sa *sa, struct ike_out *o);
/* 713172 */
void mm_say_natt(struct ike_sa *sa);
/* 713119, 713121, 713122 */
void mm_say_completed(struct ike_sa *sa);

#endif
