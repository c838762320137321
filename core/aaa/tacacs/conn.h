/* Connections to one TACACS+ server and the sessions on them (RFC 8907 §4.2, §4.3): a session is one question, which
 * takes an exchange or a few. One connection a session, or, when the server agrees, one for many, which is kept. */
#ifndef CORE_AAA_TACACS_CONN_H
#define CORE_AAA_TACACS_CONN_H

#include <sys/queue.h>

#include "core/aaa/tacacs/tacacs.h"
#include "core/aaa/tacacs/wire.h"
#include "core/base/debug.h"

struct hash;
struct tac_conn;
struct tac_host;

TAILQ_HEAD(tac_sessions, tac_session);

struct tac_session {
	struct aaa_ask *ask;
	struct tac_host *host;
	struct tac_conn *conn;     /* NULL: waits for one, or is over */
	struct tac_sessions *list; /* it is in */
	TAILQ_ENTRY(tac_session) link;
	uint32_t id;
	uint32_t number;           /* in debug lines */
	uint8_t seq;               /* of the last packet sent */
	uint8_t version;
	enum tac_type type;
	bool kept;                 /* it began on a connection that others had used */
	bool again;                /* ... that ended, and it was sent once more */
	unsigned rounds;
	uint64_t sent_ms;
	uint8_t *packet;           /* that is to be sent, or waits for its answer */
	size_t len;
	struct timer timer;
	/* how it ended */
	enum aaa_answer answer;
	enum aaa_why why;
	struct aaa_reply *reply;
};

/* What an answer leads to. */
enum tac_next {
	TAC_OVER,  /* s->answer, s->reply, s->why are set */
	TAC_MORE,  /* s->packet is the next one */
	TAC_LAST,  /* ... to which no answer comes; TAC_OVER behind it */
	TAC_WRONG, /* it cannot be read: another key */
};

/* For conn.c: the first packet of a session (false: it cannot be said), and what its answer means (body uncovered). */
bool tac_first(struct tac_session *s);
enum tac_next tac_take(struct tac_session *s, const uint8_t *body, size_t len);
/* For them: the next packet of the session. false: too long, or memory is short. */
bool tac_session_packet(struct tac_session *s, enum tac_body_kind kind, const struct tac_body *b);

struct tac_host *tac_host_new(struct aaa_host *h);
void tac_host_free(struct tac_host *t); /* no session is under way; NULL is allowed */
/* Ends with aaa_answered(), later. */
void tac_session_start(struct aaa_ask *ask);
void tac_session_cancel(struct aaa_ask *ask);

/* A line of debug tacacs about the session. */
#define tac_debug(s, ...)                                                         \
	do {                                                                      \
		if (debug_on(DEBUG_TACACS, 1)) {                                  \
			const struct debug_who who_ = aaa_ask_who((s)->ask);      \
			debug_emit(&who_, DEBUG_TACACS, 1, __VA_ARGS__);          \
		}                                                                 \
	} while (0)

#endif
