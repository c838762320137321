/* The console without a person: `postern -c CMD` and `postern -f FILE`. */
#ifndef CLI_CONSOLE_BATCH_H
#define CLI_CONSOLE_BATCH_H

#include <stdio.h>

#include "cli/socket/conn.h"

struct batch {
	struct conn *conn;
	const char *file; /* name for messages; NULL: commands, messages carry no place */
	uint32_t seq;     /* of the prompt that waits */
	bool refused;     /* at least one line */
	bool over;        /* the appliance ended it; status holds how */
	int status;
};

/* Says hello and waits for the first prompt. false: over, told on stderr. */
bool batch_start(struct batch *b, struct conn *conn, const char *file);
/* Runs one line. What it prints goes to stdout when it was accepted, to stderr when it was refused; for a file,
 * errors and warnings carry FILE:LINE. false: over. */
bool batch_line(struct batch *b, struct str line, unsigned long number);
bool batch_file(struct batch *b, FILE *f);
/* Exit status: 0, or not when a line was refused or the connection broke. */
int batch_end(struct batch *b);

/* All of it: commands, or a file ("-" = stdin). The exit status of the program. */
int batch_commands(struct conn *conn, char **cmds, size_t n);
int batch_path(struct conn *conn, const char *name);

#endif
