/* A console for handlers under test: collects what they print, answers what they ask. */
#ifndef TESTS_UNIT_CLI_EXEC_HOST_H
#define TESTS_UNIT_CLI_EXEC_HOST_H

#include "core/base/debug.h"
#include "core/base/show.h"

struct exec_host {
	struct out text;            /* everything printed, questions and answers included */
	const char *const *answers; /* NULL at the end: the console closes */
	int status;                 /* of the last command */
	bool done;
	unsigned cancelled;
	void (*cancel)(void *arg);
	void *cancel_arg;
	struct debug_sink debug;
	const char *line; /* the whole line of the next command, NULL = empty */
};

extern const struct cmd_host exec_host_table;

/* Runs the registered handler `name`; args may be NULL. Returns its final status, -1 when it was cancelled. */
int exec_host_run(struct exec_host *h, const char *name, const struct cmd_arg *args, size_t n,
                  bool no);

#endif
