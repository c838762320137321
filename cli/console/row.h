/* One row of a terminal with a prompt and a line that is being edited, drawn as the appliance does it. Needs nothing of
 * the terminal but carriage return, backspace and blanks, so that a captured session stays readable.
 *
 * When the line grows past the right edge it scrolls sideways: `$`, the last characters, room to go on; at the end it is
 * shown from its beginning, cut with `$` in the last column but one. */
#ifndef CLI_CONSOLE_ROW_H
#define CLI_CONSOLE_ROW_H

#include "core/base/out.h"

enum { ROW_TEXT_MAX = 8192 };

/* What is on the screen. */
struct row {
	char prompt[1024];
	char text[ROW_TEXT_MAX];
	size_t len, cursor;
	size_t area;  /* columns for the line; SIZE_MAX = no end */
	size_t left;  /* first byte in sight */
	size_t cells; /* columns drawn behind the prompt */
	size_t col;   /* of the cursor among them */
};

/* The prompt on an empty row, no line yet. width: columns of the terminal, 0 = no end. */
void row_begin(struct row *r, struct str prompt, unsigned width, struct out *out);
/* The line is this one now, in UTF-8; cursor: a byte of it. Writes what has changed. */
void row_show(struct row *r, struct str text, size_t cursor, struct out *out);
void row_erase(struct row *r, struct out *out); /* takes prompt and line off the row */
void row_draw(struct row *r, struct out *out);  /* and puts them on an empty one */
/* Enter: the next row. The text is forgotten. */
void row_end(struct row *r, struct out *out);

#endif
