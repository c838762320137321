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
/* KE and nonce of the other side. false: refused. */
bool mm_take_ke_nonce(struct ike_sa *sa, const struct ike_msg *m, struct bytes *ke,
                      struct bytes *nonce);
/* Our public value and a new nonce. */
bool mm_make_ke_nonce(struct ike_xchg *x, struct bytes *ke, struct bytes *nonce);
/* KE, nonce, and NAT-D where NAT traversal is in use. */
void mm_write_ke_nonce(struct ike_sa *sa, struct ike_out *o, struct bytes ke, struct bytes nonce);
/* NAT-D of the other side. */
void mm_read_natd(struct ike_sa *sa, const struct ike_msg *m);
/* HASH_I or HASH_R over the ID of that side; returns its length. */
size_t mm_hash(const struct ike_sa *sa, bool initiators, struct bytes id, uint8_t *out);
/* ID of the other side in debug. */
void mm_show_id(struct ike_sa *sa, struct bytes id);
/* What both sides want, when nothing fits (713257, 713902). */
void mm_no_proposal(struct ike_sa *sa, const struct p1_offer *offer);
/* All keys of the SA from what the negotiation holds. */
void mm_derive_keys(struct ike_sa *sa);
/* false when there is no pre-shared key. */
bool mm_land_on_group(struct ike_sa *sa);
/* Body of our ID payload (`crypto isakmp identity`); empty when memory is short. */
struct bytes mm_own_id(struct ike_sa *sa);
/* ID and HASH. */
void mm_write_id_hash(struct ike_sa *sa, struct ike_out *o, struct bytes id);
/* ID and HASH of the other side; id is the body, as long as the message. false: refused. */
bool mm_verify_peer(struct ike_sa *sa, const struct ike_msg *m, struct bytes *id);
/* INITIAL-CONTACT. */
void mm_say_certificates(const struct ike_sa *sa, const struct ike_msg *m);
void mm_read_notifies(struct ike_sa *sa, const struct ike_msg *m);
/* 713172 */
void mm_say_natt(struct ike_sa *sa);
/* 713119, 713121, 713122 */
void mm_say_completed(struct ike_sa *sa);

#endif
