/* Control messages (RFC 2661 §3.2, §6): which AVPs each must and may carry, and how ours are built. */
#ifndef L2TP_MSG_H
#define L2TP_MSG_H

#include "l2tp/avp.h"

/* number, NAME, text as debug shows it, belongs to a call */
#define MSG_LIST(X)                 \
	X(1, SCCRQ, "SCCRQ", 0)     \
	X(2, SCCRP, "SCCRP", 0)     \
	X(3, SCCCN, "SCCCN", 0)     \
	X(4, STOPCCN, "StopCCN", 0) \
	X(6, HELLO, "HELLO", 0)     \
	X(7, OCRQ, "OCRQ", 1)       \
	X(8, OCRP, "OCRP", 1)       \
	X(9, OCCN, "OCCN", 1)       \
	X(10, ICRQ, "ICRQ", 1)      \
	X(11, ICRP, "ICRP", 1)      \
	X(12, ICCN, "ICCN", 1)      \
	X(14, CDN, "CDN", 1)        \
	X(15, WEN, "WEN", 1)        \
	X(16, SLI, "SLI", 1)

enum msg_type {
#define X(number, name, text, call) MSG_##name = number,
	MSG_LIST(X)
#undef X
	        MSG_TYPES = 17
};

const char *msg_name(unsigned type); /* "SCCRQ"; "unknown" for any other number */
bool msg_known(unsigned type);
bool msg_of_call(unsigned type);

/* The first AVP that this message must have and does not. false = all there. What RFC 2661 demands but real
 * clients leave out is not asked for (rows of the table in msg.c). */
bool msg_missing(const struct avp_set *set, enum avp_type *missing);

enum {
	MSG_BODY_MAX = 256, /* bodies we send */
	MSG_HEAD = 12,
};

/* The header of a control message on the wire, §3.1. */
struct msg_head {
	uint16_t tunnel, call, ns, nr;
	struct bytes body; /* empty: ZLB */
};
/* T, L, S set, O and P not, version 2, length within the packet. DROP_NONE (0) or the reason. */
uint8_t msg_parse(struct rd r, struct msg_head *head);
/* flags c8 02 exactly: some clients compare */
void msg_write_head(struct wr *w, const struct msg_head *head);

struct msg_body {
	uint8_t bytes[MSG_BODY_MAX];
	size_t len;
};
void msg_build_sccrp(struct msg_body *m, const char *host, uint16_t tunnel, uint16_t window);
void msg_build_hello(struct msg_body *m);
void msg_build_stopccn(struct msg_body *m, uint16_t tunnel, uint16_t result, uint16_t error,
                       const char *text);
void msg_build_icrp(struct msg_body *m, uint16_t call);
void msg_build_cdn(struct msg_body *m, uint16_t call, uint16_t result, uint16_t error,
                   const char *text);

/* Result codes of StopCCN and CDN, §4.4.2. */
enum {
	STOP_CLEAR = 1,
	STOP_ERROR = 2,
	STOP_EXISTS = 3,
	STOP_NOT_AUTHORIZED = 4,
	STOP_VERSION = 5,
	STOP_SHUTDOWN = 6,
	STOP_FSM = 7
};
enum {
	CDN_CARRIER = 1,
	CDN_ERROR = 2,
	CDN_ADMIN = 3,
	CDN_NO_FACILITIES = 4,
	CDN_NO_FACILITIES_EVER = 5,
	CDN_TIMEOUT = 10
};

#endif
