/* What posternd and the programs that wait for servers in its place say to each other: one message a datagram, over
 * socket pairs between processes of one build.
 *
 *   frame   version, what, kind, reserved (1 byte each), job (4), milliseconds it may take (4), body
 *   body    fields: tag (2), length (2), value; of a text the length counts the NUL at its end
 *
 * Texts are used where they lie. Who reads a message wipes it when done: passwords are in it. */
#ifndef CORE_AAA_HELPER_JOB_H
#define CORE_AAA_HELPER_JOB_H

#include "core/base/buf.h"
#include "core/base/str.h"

enum {
	JOB_VERSION = 1,
	JOB_HEAD = 12,
	JOB_BODY_MAX = 65536,
	JOB_MAX = JOB_HEAD + JOB_BODY_MAX,
	JOB_ROWS_MAX = 512,    /* of lists, all together */
	JOB_KINDS_MAX = 8,
	JOB_SOCKET = 3,        /* descriptor of every helper program */
};

/* From posternd to the supervisor: RESET forgets every job and is answered with RESET, ASK begins one, CANCEL ends it
 * without an answer. Back: ANSWER with a body, FAILED with the reason as body. Between supervisor and worker: ASK and
 * ANSWER. */
enum job_what { JOB_RESET = 1, JOB_ASK, JOB_CANCEL, JOB_ANSWER, JOB_FAILED };

struct job_frame {
	enum job_what what;
	unsigned kind; /* of the program, < JOB_KINDS_MAX */
	uint32_t id, deadline_ms;
	struct bytes body; /* within the message */
};
/* Starts a message. */
void job_frame_put(struct wr *w, const struct job_frame *f);
/* false: it is none. */
bool job_frame_get(struct job_frame *f, const uint8_t *data, size_t len);

/* Fields: name, longest value, form. U32 and TEXT stand once, LIST as often as wanted and in order. */
#define JOB_FIELD_LIST(X)                                                        \
	/* questions */                                                          \
	X(AUTHORIZE, 4, U32)     /* 1: no password is checked */                 \
	X(USER, 255, TEXT)                                                       \
	X(PASSWORD, 255, TEXT)                                                   \
	X(SERVER, 15, TEXT)      /* address */                                   \
	X(SERVER_NAME, 255, TEXT) /* as configured: certificates are for it */   \
	X(PORT, 4, U32)                                                          \
	X(TIMEOUT_MS, 4, U32)                                                    \
	X(DEBUG, 4, U32)         /* level: lines of that level are wanted */     \
	/* of LDAP */                                                            \
	X(BASE_DN, 512, TEXT)                                                    \
	X(NAMING, 255, TEXT)                                                     \
	X(SUBTREE, 4, U32)                                                       \
	X(LOGIN_DN, 512, TEXT)                                                   \
	X(LOGIN_PASSWORD, 255, TEXT)                                             \
	X(TLS, 4, U32)           /* 1: from the first byte on */                 \
	X(DIGEST_MD5, 4, U32)                                                    \
	X(SERVER_TYPE, 4, U32)   /* enum aaa_ldap_type */                        \
	X(WANTED, 128, LIST)     /* attribute */                                 \
	/* of Kerberos */                                                        \
	X(REALM, 255, TEXT)                                                      \
	/* of NT */                                                              \
	X(CONTROLLER, 255, TEXT)                                                 \
	/* answers */                                                            \
	X(RESULT, 4, U32)        /* enum job_result */                           \
	X(REASON, 255, TEXT)     /* for people; no secret in it */               \
	X(ATTRIBUTE, 128, LIST)  /* the VALUEs behind it are of this one */      \
	X(VALUE, 1024, LIST)                                                     \
	X(LINE, 512, LIST)       /* of debug */

enum job_tag {
	JOB_NO_TAG,
#define X(name, max, form) JOB_##name,
	JOB_FIELD_LIST(X)
#undef X
	        JOB_TAGS
};

/* What came of it: name, text. The first is what an answer without a result means. */
#define JOB_RESULT_LIST(X)                                                                         \
	X(NOTHING, "no answer that can be believed")                                               \
	X(ACCEPT, "accepted")                                                                      \
	X(PASSWORD, "invalid password")                                                            \
	X(NO_USER, "user was not found")                                                           \
	X(EXPIRED, "password has expired")                                                         \
	X(LOCKED, "account has been locked out")                                                   \
	X(ACCOUNT_EXPIRED, "account has expired")                                                  \
	X(DISABLED, "account is disabled")                                                         \
	X(HOURS, "not at this time or from here")                                                  \
	X(GUEST, "logged in as guest")                                                             \
	X(REFUSED, "refused by the server")                                                        \
	X(SKEW, "clock skew")                                                                      \
	X(ERROR, "cannot be asked as configured")

enum job_result {
#define X(name, text) JOB_IS_##name,
	JOB_RESULT_LIST(X)
#undef X
	        JOB_RESULTS
};
const char *job_result_text(enum job_result r);

/* Writers; a value that is too long or holds a NUL makes the message unusable (w->full). Empty texts and zeros may be
 * left out: that is what a reader takes them for. */
void job_put(struct wr *w, enum job_tag tag, struct str value);
void job_put_u32(struct wr *w, enum job_tag tag, uint32_t value);

struct job_row {
	enum job_tag tag;
	const char *text;
};
/* A body read: everything points into it. */
struct job {
	const char *text[JOB_TAGS]; /* "" = not said */
	uint32_t number[JOB_TAGS];
	struct job_row rows[JOB_ROWS_MAX]; /* of lists, in order */
	size_t nrows;
};
/* false: malformed, an unknown or doubled field, too many rows. */
bool job_read(struct job *j, struct bytes body);

#endif
