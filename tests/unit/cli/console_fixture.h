/* A small appliance for console tests: a grammar of its own, a configuration, commands that ask, wait and print. */
#ifndef TESTS_UNIT_CLI_CONSOLE_FIXTURE_H
#define TESTS_UNIT_CLI_CONSOLE_FIXTURE_H

#include "cli/grammar/grammar.h"
#include "cli/session/session.h"
#include "core/config/txn.h"

struct fixture {
	struct grammar *g;
	struct session_env env;
	/* the pending command */
	void *waiting; /* its session, NULL when none */
	unsigned cancelled;
	char answer[64];
	const char *question; /* of the command `question`, NULL = one to confirm */
};

extern struct fixture fx;

void fixture_start(void);
void fixture_stop(void);

#endif
