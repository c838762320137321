/* An accounting server on the clock of a world: it answers RADIUS (RFC 2866) and keeps books of what it was told. What
 * cannot be true fails the test at once. */
#ifndef TESTS_CLIENTS_BOOKS_H
#define TESTS_CLIENTS_BOOKS_H

#include "tests/exchange/full_server.h"

/* Lines of configuration that name it, for the tunnel group DefaultRAGroup; its address. */
extern const char books_lines[];
enum { BOOKS_IP = 0x0a4d0009 };

enum books_mood {
	BOOKS_OPEN,
	BOOKS_DEAF,  /* it hears nothing */
	BOOKS_MUTE,  /* it writes down what it is told, and its answers are lost: it will be told again */
};

struct books_figures {
	time_t at; /* Event-Timestamp */
	uint32_t session_s;
	uint64_t bytes_in, bytes_out, pkts_in, pkts_out;
};

/* One Acct-Session-Id. */
struct books_session {
	char id[40], user[32], peer[16];
	uint32_t ip; /* Framed-IP-Address */
	unsigned starts, interims, stops, again; /* again: what was told before and not answered */
	uint32_t cause;                          /* Acct-Terminate-Cause */
	struct books_figures start, last;        /* last: of the last interim, of the Stop */
	bool unanswered[8];                      /* by Acct-Status-Type */
};

struct books {
	struct world *w;
	enum books_mood mood;
	unsigned requests, lost, ons, offs;
	struct books_session *sessions; /* in the order of their Start's arrival */
	size_t n, cap;
	struct books_answer *answers; /* under way */
};

/* Takes the place of the network between AAA and its servers, before any of them is configured. Room for so many
 * sessions. */
void books_open(struct books *b, struct world *w, size_t sessions);
void books_close(struct books *b);

#endif
