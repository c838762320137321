/* NAT traversal (RFC 3947 and its drafts): variants, detection. */
#ifndef CRYPTO_IKE_NATT_H
#define CRYPTO_IKE_NATT_H

#include "core/base/buf.h"
#include "crypto/prim/prim.h"

/* In the order of our preference, worst first. Drafts 00 and 01, which stay on port 500, are not among them. */
enum natt_variant {
	NATT_NONE,
	NATT_NO_NUMBER, /* Apple's draft without number */
	NATT_DRAFT_04,
	NATT_DRAFT_05,
	NATT_DRAFT_06,
	NATT_DRAFT_07,
	NATT_DRAFT_08,
	NATT_DRAFT_02N,
	NATT_DRAFT_02,
	NATT_DRAFT_03,
	NATT_RFC,
	NATT_N
};

struct natt_info {
	const char *name;    /* "ver RFC" */
	uint8_t natd, natoa; /* payload numbers; 0 = it has none */
};
extern const struct natt_info natt_table[NATT_N];

/* HASH(CKY-I | CKY-R | address | port) (RFC 3947 §3.2). Returns its length. */
size_t natt_hash(enum prim_md md, const uint8_t *icookie, const uint8_t *rcookie,
                 struct ip4_end end, uint8_t *out);

struct ike_sa;
struct ike_msg;
struct ike_out;
/* Vendor IDs of what we offer when we begin, best first; with that of the SA it is to follow (natt_like). */
void natt_offer(struct ike_sa *sa, struct ike_out *o);
/* Reads the NAT-D payloads of a message and sets remote_nat, local_nat of the SA. false when there are none. */
bool natt_detect(struct ike_sa *sa, const struct ike_msg *m);
/* The address by which we are called, for an identity: that of the interface, or the outside one of our NAT. */
uint32_t natt_own_ip(const struct ike_sa *sa);
/* Writes our two NAT-D payloads: the peer's end, then ours. */
void natt_write(struct ike_sa *sa, struct ike_out *o);

#endif
