/* Editing one command line on a terminal, as the appliance does it: keys in, bytes for the screen out. Knows no terminal;
 * needs nothing of it but carriage return, backspace and blanks, so that a captured session stays readable.
 *
 * The line has one row. When it grows past the right edge it scrolls sideways: `$`, the last characters, room to go on;
 * on Enter it is shown from its beginning, cut with `$` in the last column but one. */
#ifndef CLI_EDITOR_H
#define CLI_EDITOR_H

#include "core/base/out.h"

enum { EDITOR_LINE_MAX = 8192, EDITOR_HISTORY = 64 };

enum editor_event {
	EDITOR_GOES_ON,
	EDITOR_LINE, /* Enter: editor_line() is the command */
	EDITOR_HELP, /* ? */
	EDITOR_TAB,
	EDITOR_BREAK, /* ^C */
	EDITOR_LEAVE, /* ^Z */
	EDITOR_EOF,   /* ^D on an empty line */
};

struct editor;

struct editor *editor_new(void);    /* NULL when memory is short */
void editor_free(struct editor *e); /* wipes: passwords stand in command lines, too */

/* A new, empty line behind this prompt. width: columns of the terminal, 0 = no end. */
void editor_begin(struct editor *e, struct str prompt, unsigned width);
/* The same line behind a prompt that is shown anew (after ? and Tab). */
void editor_prompt(struct editor *e, struct str prompt, unsigned width);
void editor_draw(struct editor *e, struct out *out);  /* prompt and line, on an empty row */
void editor_erase(struct editor *e, struct out *out); /* takes both off the row */
/* One byte as typed. */
enum editor_event editor_key(struct editor *e, uint8_t byte, struct out *out);
/* Text for the cursor's place; shown when the line is drawn again. */
void editor_insert(struct editor *e, struct str text);
struct str editor_line(const struct editor *e);
struct str editor_before_cursor(const struct editor *e);
/* The line goes into the history, where the arrow keys find it. */
void editor_remember(struct editor *e);

#endif
