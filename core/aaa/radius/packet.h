/* RADIUS packets: written attribute by attribute, read and believed only when they prove themselves.
 * RFC 2865 (packets), 2866 (accounting), 3579 §3.2 (Message-Authenticator), 5080, 5176 (dynamic authorization). */
#ifndef CORE_AAA_RADIUS_PACKET_H
#define CORE_AAA_RADIUS_PACKET_H

#include "core/aaa/radius/dict.h"
#include "core/base/buf.h"

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCOUNTING_REQUEST = 4,
	RADIUS_ACCOUNTING_RESPONSE = 5,
	RADIUS_ACCESS_CHALLENGE = 11,
	RADIUS_DISCONNECT_REQUEST = 40,
	RADIUS_DISCONNECT_ACK = 41,
	RADIUS_DISCONNECT_NAK = 42,
	RADIUS_COA_REQUEST = 43,
	RADIUS_COA_ACK = 44,
	RADIUS_COA_NAK = 45,
};

enum {
	RADIUS_HEADER = 20,
	RADIUS_MAX = 4096,
	RADIUS_AUTH = 16, /* of a Request or Response Authenticator */
	RADIUS_VALUE_MAX = 253,
	RADIUS_VENDOR_VALUE_MAX = 247,
	RADIUS_PASSWORD_MAX = 128, /* RFC 2865 §5.2 */
};

/* ------------------------------------------------------------------ writing */

/* Begins a packet: header with its authenticator (RADIUS_AUTH octets, NULL = zeros, to be computed at the end), then,
 * with mac, room for the Message-Authenticator: it stands first, so that nothing can be put in front of it. */
void radius_begin(struct wr *w, enum radius_code code, uint8_t id, const uint8_t *auth, bool mac);
/* One attribute. What does not fit (RADIUS_VALUE_MAX, vendors' RADIUS_VENDOR_VALUE_MAX) makes the writer full. */
void radius_put(struct wr *w, enum radius_attr a, const void *value, size_t len);
void radius_put_u32(struct wr *w, enum radius_attr a, uint32_t value);
/* Text without its NUL; nothing when it is empty. */
void radius_put_text(struct wr *w, enum radius_attr a, const char *text);
/* An address in dotted form; nothing when it is 0. */
void radius_put_ip_text(struct wr *w, enum radius_attr a, uint32_t ip);
/* In pieces of at most RADIUS_VALUE_MAX octets, one behind the other (EAP-Message, RFC 3579 §3.1). */
void radius_put_pieces(struct wr *w, enum radius_attr a, struct bytes value);
/* User-Password hidden with the secret and the Request Authenticator (RFC 2865 §5.2); at most RADIUS_PASSWORD_MAX
 * octets, else the writer is full. */
void radius_put_password(struct wr *w, struct bytes secret, const uint8_t *auth,
                         struct bytes password);
/* Ends a packet whose authenticator was given (Access-Request): length and Message-Authenticator. Length of the whole,
 * 0 = it did not fit. */
size_t radius_end(struct wr *w, struct bytes secret);
/* Ends a request whose authenticator is computed: Accounting-Request (RFC 2866 §3), CoA- and Disconnect-Request. */
size_t radius_end_computed(struct wr *w, struct bytes secret);
/* Ends a reply to a request with this authenticator (RFC 2865 §3, Response Authenticator). */
size_t radius_end_reply(struct wr *w, struct bytes secret, const uint8_t *request_auth);

/* ------------------------------------------------------------------ reading */

struct radius_packet {
	uint8_t code, id;
	uint16_t len;      /* as the packet says: what follows is padding */
	struct bytes head; /* code, identifier, length */
	struct bytes auth;
	struct bytes attrs;
	struct bytes mac; /* value of the Message-Authenticator; empty = none */
	bool eap, proxy_state;
};

/* One attribute; parts of a Vendor-Specific of a vendor we know one by one. */
struct radius_value {
	enum radius_attr attr; /* RADIUS_A_N = not known */
	uint32_t vendor;
	uint8_t type;
	struct bytes v;
};

/* Walks over attributes. */
struct radius_walk {
	struct rd all, vendors; /* vendors: what is left of a Vendor-Specific */
	uint32_t vendor;
};

/* Takes a datagram apart, without copies. false: not a RADIUS packet, or an attribute in it has an impossible length
 * (RFC 2865 §5: then nothing of it counts). Proves nothing yet. */
bool radius_parse(struct radius_packet *p, const uint8_t *data, size_t len);
struct radius_walk radius_walk(const struct radius_packet *p);
/* The next attribute; false at the end. */
bool radius_next(struct radius_walk *walk, struct radius_value *value);
/* The first one of this kind; false when there is none. */
bool radius_find(const struct radius_packet *p, enum radius_attr a, struct radius_value *value);
uint32_t radius_value_u32(const struct radius_value *value);

enum radius_check {
	RADIUS_BELIEVED,
	RADIUS_BAD_AUTHENTICATOR, /* the secrets differ, or it is forged */
	RADIUS_BAD_MAC,           /* Message-Authenticator */
	RADIUS_NO_MAC,            /* there should be one (RFC 3579 §3.2; CVE-2024-3596) */
	RADIUS_OTHERS_STATE,      /* Proxy-State, though we sent none */
};
const char *radius_check_text(enum radius_check c);

/* A reply to the request with this authenticator, to which we gave no Proxy-State. needs_mac: one without
 * Message-Authenticator is not believed; one with EAP-Message never is. */
enum radius_check radius_check_reply(const struct radius_packet *p, struct bytes secret,
                                     const uint8_t *request_auth, bool needs_mac);
/* A request whose authenticator is computed (RFC 5176 §2.3, RFC 2866 §3). */
enum radius_check radius_check_request(const struct radius_packet *p, struct bytes secret);

#endif
