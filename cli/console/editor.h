/* Editing a command line: keys, history and .editrc are libedit's, what is seen is drawn by cli/console/row.h. */
#ifndef CLI_CONSOLE_EDITOR_H
#define CLI_CONSOLE_EDITOR_H

#include <stdio.h>

#include "core/base/out.h"

enum editor_event {
	EDITOR_LINE,  /* Enter */
	EDITOR_BREAK, /* ^C */
	EDITOR_LEAVE, /* ^Z */
	EDITOR_EOF,   /* ^D on an empty line */
	EDITOR_LOST,  /* next or ask ended it */
};

/* What it needs of the terminal and of who reads the line. */
struct editor_io {
	void *arg;
	int (*next)(void *arg); /* waits for a byte; -1: the line is given up */
	void (*write)(void *arg, struct str text);
	/* `?` (its echo is the caller's) or Tab, with what stands left of the cursor. May editor_insert. Afterwards the line is
	 * drawn behind *prompt. false: the line is given up. */
	bool (*ask)(void *arg, bool tab, struct str left, struct str *prompt, unsigned *width);
};

struct editor;

/* out: the terminal, looked at for its size only. NULL when libedit does not start. */
struct editor *editor_new(FILE *in, int out, const struct editor_io *io);
void editor_free(struct editor *e);
/* One line behind the prompt; it goes into the history. *line lives until the next call. */
enum editor_event editor_read(struct editor *e, struct str prompt, unsigned width,
                              struct str *line);
/* From within next: whole lines above the line that is being edited. */
void editor_above(struct editor *e, struct str lines);
/* From within ask. */
void editor_insert(struct editor *e, struct str text);
void editor_resized(struct editor *e);

#endif
