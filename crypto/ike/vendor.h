/* Vendor IDs: what a peer says about itself, and what we say (one table). */
#ifndef CRYPTO_IKE_VENDOR_H
#define CRYPTO_IKE_VENDOR_H

#include "core/base/buf.h"
#include "core/base/failure.h"

enum vendor_kind {
	VENDOR_OTHER,
	VENDOR_NATT_RFC,
	VENDOR_NATT_03,
	VENDOR_NATT_02,
	VENDOR_NATT_02N,
	VENDOR_NATT_08,
	VENDOR_NATT_07,
	VENDOR_NATT_06,
	VENDOR_NATT_05,
	VENDOR_NATT_04,
	VENDOR_NATT_NO_NUMBER, /* Apple's draft without number */
	VENDOR_DPD,
	VENDOR_FRAGMENTATION,
	VENDOR_MS_NT5,
	VENDOR_UNITY,
	VENDOR_XAUTH,
};

struct ike_sa;
struct ike_msg;
struct ike_out;
/* Notes all vendor IDs of a message in the SA. */
void vendor_read(struct ike_sa *sa, const struct ike_msg *m);
/* Which client its vendor IDs look like: of a first message's payloads, of IKEv1 or of IKEv2, whose generic header is the
 * same (RFC 7296 §3.2). next: type of the first payload. */
enum client_kind vendor_client(uint8_t next, struct bytes payloads);
/* Writes one of ours. */
void vendor_write(struct ike_sa *sa, struct ike_out *o, enum vendor_kind kind);
/* The vendor ID that answers a NAT-T variant. */
enum vendor_kind vendor_of_natt(unsigned variant);

#endif
