/* A console without terminal for tests: one line in, the text out. */
#ifndef TESTS_UNIT_CLI_CONSOLE_H
#define TESTS_UNIT_CLI_CONSOLE_H

#include "cli/config/edit.h"
#include "cli/config/render.h"
#include "cli/grammar/suggest.h"

struct console {
	struct grammar *g;
	struct confsys *sys;
	struct cli_ctx ctx;
	struct out out; /* of the last line */
	bool owns;
};

/* The grammar of a folder below tests/unit/cli, or of the product (NULL). Fails the test when it does not load. */
void console_open(struct console *c, const char *folder);
void console_open_text(struct console *c, const char *yaml);
/* Another empty configuration under the same grammar. */
void console_fork(struct console *c, const struct console *from);
void console_close(struct console *c);
/* Types the line; what it prints, "" when nothing: errors as "ERROR: ...", a caret as its column first ("12:ERROR"). */
const char *type(struct console *c, const char *line);
/* type() must print nothing. */
void ok(struct console *c, const char *line);
/* The prompt without the host name. */
const char *prompt(const struct console *c);
/* running-config with secrets in clear; "section" as in the command. */
const char *running(struct console *c, const char *section);
const char *running_as(struct console *c, const char *section, unsigned flags, int dialect);
/* `?`: "word help|word help|<cr>", groups divided by " || ". */
const char *help(struct console *c, const char *line);
const char *tab(struct console *c, const char *line);

#endif
