/* Attribute value pairs of RFC 2661 §4 as one table, and the decoder of a control message's body that walks
 * it. No tunnel secret exists, so hidden AVPs (§4.3) cannot be read: they count as not recognised. */
#ifndef L2TP_AVP_H
#define L2TP_AVP_H

#include "core/base/buf.h"

enum avp_kind { AVP_U16, AVP_U32, AVP_VERSION, AVP_RESULT, AVP_TEXT, AVP_BYTES, AVP_EMPTY };

/* number, NAME, text, kind, M bit (as RFC 2661 §4.4 sets it), least and most length of the value, may be hidden.
 * Deviations for real clients stand in the comment of their row. */
#define AVP_LIST(X)                                                                   \
	X(0, MESSAGE_TYPE, "Message Type", U16, 1, 2, 2, 0)                           \
	X(1, RESULT_CODE, "Result Code", RESULT, 1, 2, 1017, 0)                       \
	X(2, PROTOCOL_VERSION, "Protocol Version", VERSION, 1, 2, 2, 0)               \
	X(3, FRAMING_CAP, "Framing Capabilities", U32, 1, 4, 4, 1)                    \
	X(4, BEARER_CAP, "Bearer Capabilities", U32, 1, 4, 4, 1)                      \
	X(5, TIE_BREAKER, "Tie Breaker", BYTES, 0, 8, 8, 0)                           \
	X(6, FIRMWARE, "Firmware Revision", U16, 0, 2, 2, 1)                          \
	/* some routers have no name */                                               \
	X(7, HOST_NAME, "Host Name", TEXT, 1, 0, 1017, 0)                             \
	X(8, VENDOR_NAME, "Vendor Name", TEXT, 0, 0, 1017, 1)                         \
	X(9, TUNNEL_ID, "Assigned Tunnel ID", U16, 1, 2, 2, 1)                        \
	X(10, RECEIVE_WINDOW, "Receive Window Size", U16, 1, 2, 2, 0)                 \
	X(11, CHALLENGE, "Challenge", BYTES, 1, 1, 1017, 1)                           \
	X(12, Q931_CAUSE, "Q.931 Cause Code", BYTES, 1, 3, 1017, 0)                   \
	X(13, CHALLENGE_RESPONSE, "Challenge Response", BYTES, 1, 16, 16, 1)          \
	X(14, SESSION_ID, "Assigned Session ID", U16, 1, 2, 2, 1)                     \
	/* some Android applications write two bytes */                               \
	X(15, CALL_SERIAL, "Call Serial Number", BYTES, 1, 2, 4, 1)                   \
	X(16, MIN_BPS, "Minimum BPS", U32, 1, 4, 4, 1)                                \
	X(17, MAX_BPS, "Maximum BPS", U32, 1, 4, 4, 1)                                \
	X(18, BEARER_TYPE, "Bearer Type", U32, 1, 4, 4, 1)                            \
	X(19, FRAMING_TYPE, "Framing Type", U32, 1, 4, 4, 1)                          \
	X(21, CALLED_NUMBER, "Called Number", TEXT, 1, 0, 1017, 1)                    \
	X(22, CALLING_NUMBER, "Calling Number", TEXT, 1, 0, 1017, 1)                  \
	X(23, SUB_ADDRESS, "Sub-Address", TEXT, 1, 0, 1017, 1)                        \
	X(24, TX_SPEED, "Tx Connect Speed", U32, 1, 4, 4, 1)                          \
	X(25, PHYSICAL_CHANNEL, "Physical Channel ID", U32, 0, 4, 4, 1)               \
	X(26, INITIAL_LCP, "Initial Received LCP CONFREQ", BYTES, 0, 0, 1017, 1)      \
	X(27, LAST_SENT_LCP, "Last Sent LCP CONFREQ", BYTES, 0, 0, 1017, 1)           \
	X(28, LAST_RCVD_LCP, "Last Received LCP CONFREQ", BYTES, 0, 0, 1017, 1)       \
	X(29, PROXY_AUTHEN_TYPE, "Proxy Authen Type", U16, 0, 2, 2, 1)                \
	X(30, PROXY_AUTHEN_NAME, "Proxy Authen Name", TEXT, 0, 0, 1017, 1)            \
	X(31, PROXY_AUTHEN_CHALLENGE, "Proxy Authen Challenge", BYTES, 0, 0, 1017, 1) \
	X(32, PROXY_AUTHEN_ID, "Proxy Authen ID", U16, 0, 2, 2, 1)                    \
	X(33, PROXY_AUTHEN_RESPONSE, "Proxy Authen Response", BYTES, 0, 0, 1017, 1)   \
	X(34, CALL_ERRORS, "Call Errors", BYTES, 1, 26, 26, 1)                        \
	X(35, ACCM, "ACCM", BYTES, 1, 10, 10, 1)                                      \
	X(36, RANDOM_VECTOR, "Random Vector", BYTES, 1, 0, 1017, 0)                   \
	X(37, PRIVATE_GROUP, "Private Group ID", TEXT, 0, 0, 1017, 1)                 \
	X(38, RX_SPEED, "Rx Connect Speed", U32, 0, 4, 4, 1)                          \
	X(39, SEQUENCING, "Sequencing Required", EMPTY, 1, 0, 0, 0)                   \
	/* RFC 3145 §2.1 */                                                          \
	X(46, PPP_DISCONNECT, "PPP Disconnect Cause Code", BYTES, 0, 5, 1017, 1)

enum avp_type {
#define X(number, name, text, kind, m, min, max, hide) AVP_##name = number,
	AVP_LIST(X)
#undef X
	        AVP_N = 47
};

enum {
	AVP_M = 0x8000,
	AVP_H = 0x4000,
	AVP_RESERVED = 0x3c00,
	AVP_LEN = 0x03ff,
	AVP_HEAD = 6,
};

struct avp_info {
	const char *text; /* NULL: a number the table does not have */
	enum avp_kind kind;
	bool m, may_hide;
	uint16_t min, max;
};
const struct avp_info *avp_info(unsigned type); /* NULL when not in the table */

/* General error codes, RFC 2661 §4.4.2. */
enum l2tp_error {
	L2TP_ERR_NONE = 0,
	L2TP_ERR_NO_TUNNEL = 1,
	L2TP_ERR_LENGTH = 2,
	L2TP_ERR_RANGE = 3,
	L2TP_ERR_RESOURCES = 4,
	L2TP_ERR_SESSION_ID = 5,
	L2TP_ERR_VENDOR = 6,
	L2TP_ERR_TRY_ANOTHER = 7,
	L2TP_ERR_UNKNOWN_AVP = 8,
};

/* The body of one control message; views point into the message. */
struct avp_set {
	uint16_t type; /* Message Type AVP */
	bool type_m;   /* its M bit: an unknown type with it ends the tunnel (§4.4.1) */
	bool has[AVP_N];
	struct bytes value[AVP_N];
	unsigned
	        ignored; /* AVPs skipped: vendors', unknown, hidden, malformed, without the M bit */
	/* The first AVP that may not be skipped: error != 0 */
	enum l2tp_error error;
	uint16_t error_vendor, error_type;
};

/* Decodes a body. false = not a control message at all (runs past its end, or does not begin with a Message
 * Type AVP): drop it. With true the caller looks at set->error. */
bool avp_decode(struct rd body, struct avp_set *set);

uint16_t avp_u16(const struct avp_set *set, enum avp_type type); /* 0 when absent */
uint32_t avp_u32(const struct avp_set *set, enum avp_type type);
/* Result Code AVP, also as Apple writes it (little-endian, over-long: what follows is noise). 0 when absent. */
struct avp_result {
	uint16_t result, error;
	struct bytes text;
};
struct avp_result avp_result(const struct avp_set *set);
/* A name for people: trailing NULs removed, what cannot be printed becomes '.'. */
void avp_text(const struct avp_set *set, enum avp_type type, char *dst, size_t cap);

void avp_put_u16(struct wr *w, enum avp_type type, uint16_t v);
void avp_put_u32(struct wr *w, enum avp_type type, uint32_t v);
void avp_put_bytes(struct wr *w, enum avp_type type, const void *data, size_t len);
/* error 0 and text NULL are left out; a text needs an error code (§4.4.2). */
void avp_put_result(struct wr *w, uint16_t result, uint16_t error, const char *text);

/* "Host Name = pc", for debug; truncates. */
void avp_describe(const struct avp_set *set, enum avp_type type, char *dst, size_t cap);

#endif
