/* The reference manual, written by the grammar itself: one page a command, with its modes, syntax, arguments, ranges,
 * defaults, older spellings and notes. */
#ifndef CLI_MANUAL_MANUAL_H
#define CLI_MANUAL_MANUAL_H

#include "cli/grammar/grammar.h"
#include "cli/manual/text.h"
#include "cli/manual/programs.h"

/* All commands. */
void manual_write(const struct grammar *g, enum manual_form form, struct out *out);
/* The man page of a program. */
void manual_program(const struct program *p, enum manual_form form, struct out *out);
/* By the name of the file: "commands.md", "commands.html", "postern-config.5", "posternd.8", "postern.1". false when
 * there is no such file. */
bool manual_file(const struct grammar *g, const char *name, struct out *out);
/* Pages that lack a text, lines that lack help and texts about no command, one a line; how many. */
size_t manual_missing(const struct grammar *g, struct out *out);

#endif
