/* ISAKMP on the wire (RFC 2408 §3): header, payload chain, attributes; reading and building. */
#ifndef CRYPTO_IKE_WIRE_H
#define CRYPTO_IKE_WIRE_H

#include "core/base/buf.h"

enum {
	IKE_COOKIE_LEN = 8,
	IKE_HDR_LEN = 28,
	IKE_PAYLOAD_HDR_LEN = 4,
	IKE_PAYLOADS_MAX = 64, /* in one message; Windows with many CAs sends about 40 */
	IKE_OUT_MAX = 16384,   /* our own longest message: a chain of certificates with long keys */
};

/* Exchange types (RFC 2408 §3.1, RFC 2409 appendix A). */
enum ike_exch {
	EXCH_MAIN = 2,
	EXCH_AGGRESSIVE = 4,
	EXCH_INFO = 5,
	EXCH_TRANSACTION = 6,
	EXCH_QUICK = 32
};

enum { IKE_FLAG_ENCRYPTED = 1, IKE_FLAG_COMMIT = 2, IKE_FLAG_AUTH_ONLY = 4 };

/* wire number, kind, name in debug lines, least length of the body. One kind may have several numbers: NAT
 * payloads of RFC 3947 and of its drafts. */
#define IKE_PAYLOAD_LIST(X)             \
	X(1, SA, "SA", 8)               \
	X(2, PROPOSAL, "PROPOSAL", 4)   \
	X(3, TRANSFORM, "TRANSFORM", 4) \
	X(4, KE, "KE", 1)               \
	X(5, ID, "ID", 4)               \
	X(6, CERT, "CERT", 1)           \
	X(7, CERTREQ, "CERT_REQ", 1)    \
	X(8, HASH, "HASH", 1)           \
	X(9, SIG, "SIG", 1)             \
	X(10, NONCE, "NONCE", 8)        \
	X(11, NOTIFY, "NOTIFY", 8)      \
	X(12, DELETE, "DELETE", 8)      \
	X(13, VENDOR, "VENDOR", 0)      \
	X(14, ATTR, "ATTR", 4)          \
	X(20, NATD, "NAT-D", 1)         \
	X(21, NATOA, "NAT-OA", 8)

/* Up to ATTR the kind is the wire number too, so that it can be written; NAT payloads are written by the number
 * of the variant in use (natt.h). */
enum ike_payload_kind {
	PAY_NONE,
#define X(number, kind, name, min) PAY_##kind,
	IKE_PAYLOAD_LIST(X)
#undef X
	        PAY_UNKNOWN,
	PAY_N
};
#define PAY_BIT(kind) (1u << (kind))
_Static_assert(PAY_ATTR == 14, "kinds are wire numbers up to here");

enum { PAYLOAD_FRAGMENT = 132 }; /* next payload of a message that is a fragment */
enum { PAYLOAD_NATD_DRAFT = 130, PAYLOAD_NATOA_DRAFT = 131, PAYLOAD_NATD_DRAFT_04 = 15, PAYLOAD_NATOA_DRAFT_04 = 16 };

/* Notify types (RFC 2408 §3.14.1, RFC 2407 §4.6.3, RFC 3706) */
enum {
	NOTIFY_INVALID_PAYLOAD_TYPE = 1,
	NOTIFY_INVALID_COOKIE = 4,
	NOTIFY_NO_PROPOSAL_CHOSEN = 14,
	NOTIFY_PAYLOAD_MALFORMED = 16,
	NOTIFY_INVALID_KEY_INFORMATION = 17,
	NOTIFY_INVALID_ID_INFORMATION = 18,
	NOTIFY_INVALID_CERT_ENCODING = 19,
	NOTIFY_INVALID_CERTIFICATE = 20,
	NOTIFY_UNSUPPORTED_CERT_TYPE = 21,
	NOTIFY_INVALID_CERT_AUTHORITY = 22,
	NOTIFY_INVALID_HASH_INFORMATION = 23,
	NOTIFY_AUTHENTICATION_FAILED = 24,
	NOTIFY_INVALID_SIGNATURE = 25,
	NOTIFY_CERTIFICATE_UNAVAILABLE = 28,
	NOTIFY_CONNECTED = 16384,
	NOTIFY_RESPONDER_LIFETIME = 24576,
	NOTIFY_REPLAY_STATUS = 24577,
	NOTIFY_INITIAL_CONTACT = 24578,
	NOTIFY_R_U_THERE = 36136,
	NOTIFY_R_U_THERE_ACK = 36137,
};

/* Identification types (RFC 2407 §4.6.2.1) */
enum {
	ID_IPV4_ADDR = 1,
	ID_FQDN = 2,
	ID_USER_FQDN = 3,
	ID_IPV4_SUBNET = 4,
	ID_DER_ASN1_DN = 9,
	ID_KEY_ID = 11,
};

/* Body of an ID payload (4 bytes at least): its type, and the data behind protocol and port, which say nothing about who
 * it is. */
static inline struct bytes ike_id_data(struct bytes body, uint8_t *type)
{
	struct rd r = rd_of(body.p, body.len);
	*type = rd_u8(&r);
	rd_skip(&r, 3);
	return rd_rest(&r);
}

/* Encodings of certificates (RFC 2408 §3.9) */
enum { CERT_PKCS7 = 1, CERT_X509_SIGNATURE = 4 };

struct ike_hdr {
	uint8_t icookie[IKE_COOKIE_LEN], rcookie[IKE_COOKIE_LEN];
	uint8_t next, version, exch, flags;
	uint32_t msgid, len;
};

struct ike_payload {
	uint8_t type; /* wire number */
	uint8_t kind; /* enum ike_payload_kind */
	struct bytes body;
};

/* A message taken apart; bodies point into the buffer that was parsed. */
struct ike_msg {
	struct ike_hdr hdr;
	struct bytes plain; /* all payloads, padding after the last one cut off */
	size_t n;
	uint32_t kinds; /* PAY_BITs present */
	struct ike_payload p[IKE_PAYLOADS_MAX];
};

/* Reads the header only. false when there are fewer than 28 bytes. */
bool ike_hdr_read(struct rd *r, struct ike_hdr *hdr);
/* Takes the payload chain apart. Bytes after its end are padding: up to pad_max of them are allowed. reason (may
 * be NULL) names what is wrong when it returns false. */
bool ike_msg_parse(struct ike_msg *m, const struct ike_hdr *hdr, struct bytes body, size_t pad_max,
                   const char **reason);
/* First payload of a kind after prev (NULL = from the start); NULL when there is none. */
const struct ike_payload *ike_msg_find(const struct ike_msg *m, enum ike_payload_kind kind,
                                       const struct ike_payload *prev);
/* What stands after the payload p: the data that HASH(1) and HASH(3) of Quick Mode cover. */
struct bytes ike_msg_after(const struct ike_msg *m, const struct ike_payload *p);
/* Kind of a wire number, PAY_UNKNOWN for others. */
enum ike_payload_kind ike_payload_kind(uint8_t type);
const char *ike_payload_name(uint8_t type); /* "SA"; "?" for unknown ones */
/* "HDR + SA (1) + VENDOR (13) + NONE (0)" into out; a payload chain as it is on the wire, in clear. */
void ike_chain_text(char *out, size_t cap, uint8_t first, struct bytes body);

/* ------------------------------------------------------------------ attributes (RFC 2408 §3.3) */

struct ike_attr {
	uint16_t type;  /* without the format bit */
	uint64_t value; /* of values up to 8 bytes; UINT64_MAX for longer ones */
	struct bytes raw;
};

/* Next attribute of r; false at the end or when malformed (then rd_ok(r) is false). */
bool ike_attr_next(struct rd *r, struct ike_attr *a);
/* Short form when the value fits 16 bits, else 4 bytes long. */
void ike_attr_write(struct wr *w, uint16_t type, uint32_t value);

/* ------------------------------------------------------------------ building */

struct ike_out {
	struct wr w;
	size_t next_at; /* where the number of the next payload goes */
	size_t open_at; /* start of the payload being written, 0 = none */
	struct ike_hdr hdr;
	uint8_t buf[IKE_OUT_MAX];
};

/* Writes the header; hdr->next and hdr->len are filled in by the end. */
void ike_out_begin(struct ike_out *o, const struct ike_hdr *hdr);
/* Ends the payload before and begins one of this wire number; its body is written to o->w. */
void ike_out_payload(struct ike_out *o, uint8_t type);
/* A whole payload. */
void ike_out_bytes(struct ike_out *o, uint8_t type, struct bytes body);
/* Ends the last payload and sets the length; false when it did not fit. */
bool ike_out_end(struct ike_out *o);
static inline struct bytes ike_out_all(const struct ike_out *o)
{
	return (struct bytes){o->buf, wr_len(&o->w)};
}
/* Everything from an offset on. */
static inline struct bytes ike_out_from(const struct ike_out *o, size_t at)
{
	return (struct bytes){o->buf + at, wr_len(&o->w) - at};
}

#endif
