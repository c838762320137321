/* Inside of the failures; for failures*.c alone. */
#ifndef CORE_FAILURES_PRIV_H
#define CORE_FAILURES_PRIV_H

#include "core/failures.h"
#include "core/gateway.h"

enum {
	FAIL_ROWS = 256,
	FAIL_STRANGERS = FAIL_ROWS / 2, /* most rows of those who have not shown that they are where they say */
	FAIL_OF_SOURCE = 16,            /* most rows of one address */
	FAIL_FIX_MAX = 700,
};

/* What is looked through for every refusal: small. */
struct fail_key {
	uint64_t order; /* the newest has the highest; 0 = no row */
	uint32_t ip;
	uint32_t user; /* hash of the name */
	uint8_t cause;
	bool stranger;
};

struct fail_row {
	time_t first, last;
	uint64_t logged_ms; /* clock of its last line in the log, 0 = none */
	uint32_t count;
	enum fail_cause cause;
	enum fail_stage stage;
	enum client_kind client;
	struct ip4_end remote;
	char group[AAA_NAME_MAX + 1], user[AAA_USER_MAX + 1], ifname[49], policy[AAA_NAME_MAX + 1];
	char object[160], offered[300], wanted[300], fix[FAIL_FIX_MAX];
};

struct failures {
	struct gateway *gw;
	uint64_t order;
	uint64_t count[FAIL_CAUSES], total;
	struct fail_key key[FAIL_ROWS];
	struct fail_row row[FAIL_ROWS];
	struct {
		uint64_t ms;
		unsigned n;
	} bucket[2]; /* lines of the log; [1]: of strangers, who must not use up those of others */
};

/* failures_table.c: what a cause means. */
const char *failure_cause_text(const struct fail_row *r);
/* What its user sees: "error 789", or the words of his system. */
const char *failure_user_sees(const struct fail_row *r);
/* Its number in Windows, "" = none. */
const char *failure_error(const struct fail_row *r);
/* The commands that help: lines, newline between them; "" = none do. */
const char *failure_fix(const struct fail_row *r, char text[FAIL_FIX_MAX]);
/* What else helps, or helps in their place: "" = nothing. */
const char *failure_advice(const struct fail_row *r);

#endif
