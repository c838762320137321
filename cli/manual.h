/* The reference manual, written by the grammar itself. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "cli/grammar.h"

/* Markdown: one chapter a mode, one section a command, with its arguments, defaults and older spellings. */
void manual_write(const struct grammar *g, struct out *out);

#endif
