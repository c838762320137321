/* The console without a person: `postern -c CMD` and `postern -f FILE`. */
#ifndef CLI_CONSOLE_BATCH_H
#define CLI_CONSOLE_BATCH_H

#include <stdio.h>

#include "cli/socket/conn.h"

/* All of it: commands, or a file ("-" = stdin). What a line prints goes to stdout when it was accepted, to stderr when it was
 * refused; for a file, errors and warnings carry FILE:LINE. Lines behind a command that takes a text (a certificate) are
 * that text, and a question that ends in [yes/no]: is answered by the next line if that says yes or no; else, and all other
 * questions, by Enter. The exit status of the program: 0, or not when a line was refused or the connection broke. */
int batch_commands(struct conn *conn, char **cmds, size_t n);
int batch_path(struct conn *conn, const char *name);

#endif
