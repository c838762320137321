/* TACACS+ on the wire (RFC 8907): header, bodies, and the pad that hides them. Both directions of every body, so that
 * tests speak the server's part with it, too. prim_init() must have been called. */
#ifndef CORE_AAA_TACACS_WIRE_H
#define CORE_AAA_TACACS_WIRE_H

#include "core/base/buf.h"

enum {
	TAC_HEADER_LEN = 12,
	TAC_BODY_MAX = 65536, /* §4.1: what is longer is not believed */
	TAC_ARGS_MAX = 255,
	TAC_ARG_MAX = 255,
	TAC_VERSION = 0xc0,     /* major version 12, minor 0 */
	TAC_VERSION_ONE = 0xc1, /* minor 1: logins without a conversation (§5.4.2) */
};

/* Flags of the header (§4.1). */
enum { TAC_UNENCRYPTED = 1, TAC_SINGLE_CONNECT = 4 };

enum tac_type { TAC_AUTHEN = 1, TAC_AUTHOR = 2, TAC_ACCT = 3 };

/* Numbers of a body (§5.1, §6.1, §7.1). */
enum { TAC_ACTION_LOGIN = 1 };
enum { TAC_BY_NONE = 0, TAC_BY_ASCII = 1, TAC_BY_PAP = 2, TAC_BY_CHAP = 3, TAC_BY_MSCHAP = 5, TAC_BY_MSCHAP2 = 6 };
enum { TAC_SERVICE_LOGIN = 1, TAC_SERVICE_ENABLE = 2, TAC_SERVICE_PPP = 3 };
enum { TAC_METHOD_LOCAL = 5, TAC_METHOD_TACACS = 6 };
enum { TAC_ACCT_START = 2, TAC_ACCT_STOP = 4, TAC_ACCT_WATCHDOG = 8 };

/* Status of replies: of which packet, name, number. */
#define TAC_STATUS_LIST(X)              \
	X(AUTHEN, PASS, 0x01)           \
	X(AUTHEN, FAIL, 0x02)           \
	X(AUTHEN, GETDATA, 0x03)        \
	X(AUTHEN, GETUSER, 0x04)        \
	X(AUTHEN, GETPASS, 0x05)        \
	X(AUTHEN, RESTART, 0x06)        \
	X(AUTHEN, ERROR, 0x07)          \
	X(AUTHEN, FOLLOW, 0x21)         \
	X(AUTHOR, PASS_ADD, 0x01)       \
	X(AUTHOR, PASS_REPL, 0x02)      \
	X(AUTHOR, FAIL, 0x10)           \
	X(AUTHOR, ERROR, 0x11)          \
	X(AUTHOR, FOLLOW, 0x21)         \
	X(ACCT, SUCCESS, 0x01)          \
	X(ACCT, ERROR, 0x02)            \
	X(ACCT, FOLLOW, 0x21)

enum tac_status {
#define X(type, name, number) TAC_##type##_##name = number,
	TAC_STATUS_LIST(X)
#undef X
};
/* "GETPASS"; NULL when there is no such one. */
const char *tac_status_name(enum tac_type type, uint8_t status);

struct tac_header {
	uint8_t version, type, seq, flags;
	uint32_t session, length; /* length: of the body */
};

/* 12 bytes. */
void tac_header_read(const uint8_t p[TAC_HEADER_LEN], struct tac_header *h);
/* Hides or uncovers a body in place (§4.5): both are the same. h: as it stands on the wire. */
void tac_pad(const struct tac_header *h, struct bytes key, uint8_t *body, size_t len);

/* Bodies: of which packet, and its fixed part: N = a number, L = a length of 1 byte, W = of 2, A = how many arguments.
 * Behind it: the lengths of the arguments, the texts in the order of their lengths, the arguments. */
#define TAC_BODY_LIST(X)                                                                             \
	X(START, AUTHEN, N(ACTION) N(PRIV) N(BY) N(SERVICE) L(USER) L(PORT) L(FROM) L(DATA))         \
	X(CONTINUE, AUTHEN, W(MSG) W(DATA) N(FLAGS))                                                 \
	X(AUTHEN_REPLY, AUTHEN, N(STATUS) N(FLAGS) W(MSG) W(DATA))                                   \
	X(AUTHOR_REQUEST, AUTHOR, N(METHOD) N(PRIV) N(BY) N(SERVICE) L(USER) L(PORT) L(FROM) A())    \
	X(AUTHOR_REPLY, AUTHOR, N(STATUS) A() W(MSG) W(DATA))                                        \
	X(ACCT_REQUEST, ACCT, N(FLAGS) N(METHOD) N(PRIV) N(BY) N(SERVICE) L(USER) L(PORT) L(FROM) A()) \
	X(ACCT_REPLY, ACCT, W(MSG) W(DATA) N(STATUS))

enum tac_body_kind {
#define X(name, type, fixed) TAC_##name,
	TAC_BODY_LIST(X)
#undef X
	        TAC_BODY_N
};

enum { TAC_N_ACTION, TAC_N_PRIV, TAC_N_BY, TAC_N_SERVICE, TAC_N_METHOD, TAC_N_STATUS, TAC_N_FLAGS, TAC_NUMBERS };
enum { TAC_T_USER, TAC_T_PORT, TAC_T_FROM, TAC_T_DATA, TAC_T_MSG, TAC_TEXTS };

/* A body taken apart; what its kind does not have is zero. The texts are somebody else's. */
struct tac_body {
	uint8_t number[TAC_NUMBERS];
	struct bytes text[TAC_TEXTS];
	struct bytes args[TAC_ARGS_MAX];
	size_t nargs;
};

enum tac_type tac_body_type(enum tac_body_kind kind);
/* false unless the lengths add up to len exactly: after uncovering with a wrong key they do not. */
bool tac_body_read(enum tac_body_kind kind, const uint8_t *p, size_t len, struct tac_body *b);
/* The whole packet; h gives version, seq, flags and session; without a key it goes as it is, and says so. Returns its
 * length, 0 when something is too long for its place or for cap. */
size_t tac_packet(enum tac_body_kind kind, struct tac_header h, struct bytes key, const struct tac_body *b,
                  uint8_t *to, size_t cap);

#endif
