#include "cli/console/row.h"

#include <string.h>

#include "core/base/buf.h"

enum {
	KEPT = 6,     /* characters that stay in sight when the line scrolls */
	AREA_MIN = 10 /* columns of a line behind a prompt that is too long */
};

/* ------------------------------------------------------------------ characters */

/* In UTF-8 a character begins with a byte that does not continue one. */
static bool begins(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t next_at(const struct row *e, size_t i)
{
	i += i < e->len;
	while (i < e->len && !begins(e->text[i]))
		i++;
	return i;
}

static size_t prev_at(const struct row *e, size_t i)
{
	i -= i > 0;
	while (i > 0 && !begins(e->text[i]))
		i--;
	return i;
}

static size_t columns(const char *text, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += begins(text[i]);
	return count;
}

/* ------------------------------------------------------------------ the screen */

static void repeat(struct out *out, const char *what, size_t n)
{
	while (n-- > 0)
		out_str(out, what);
}

/* Moves the window so that the cursor is in it. */
static void scroll(struct row *e)
{
	size_t all = columns(e->text, e->len), before = columns(e->text, e->cursor);
	bool seen = before < e->area;
	if (e->left > 0)
		seen = e->cursor > e->left && 1 + columns(e->text + e->left, e->cursor - e->left) <=
		                                      e->area - (e->cursor < e->len);
	if (all <= e->area || (!seen && e->left > 0 && before < e->area)) {
		e->left = 0;
	} else if (!seen) {
		e->left = e->cursor;
		for (int i = 0; i < KEPT; i++)
			e->left = prev_at(e, e->left);
	}
}

/* Draws the line over what is there; the cursor of the screen stands at column `col`. */
static void draw_line(struct row *e, struct out *out)
{
	size_t old = e->cells;
	scroll(e);
	repeat(out, "\b", e->col);
	size_t cells = 0, i = e->left, at = 0;
	if (e->left > 0) {
		out_str(out, "$");
		cells++;
	}
	while (i < e->len) {
		size_t next = next_at(e, i);
		if (i == e->cursor)
			at = cells;
		if (cells + 1 == e->area && next < e->len) {
			out_str(out, "$");
			cells++;
			break;
		}
		out_put(out, (struct str){e->text + i, next - i});
		cells++;
		i = next;
	}
	if (e->cursor == e->len)
		at = cells;
	repeat(out, " ", old > cells ? old - cells : 0);
	repeat(out, "\b", (old > cells ? old : cells) - at);
	e->cells = cells;
	e->col = at;
}

void row_begin(struct row *e, struct str prompt, unsigned width, struct out *out)
{
	e->len = e->cursor = e->left = e->cells = e->col = 0;
	str_copy(e->prompt, sizeof e->prompt, prompt);
	size_t used = columns(e->prompt, strlen(e->prompt)) + 1; /* the last column stays free */
	e->area = width == 0 ? SIZE_MAX : width > used + AREA_MIN ? width - used : AREA_MIN;
	out_str(out, e->prompt);
}

void row_show(struct row *e, struct str text, size_t cursor, struct out *out)
{
	if (text.len > sizeof e->text)
		text.len = sizeof e->text;
	cursor = cursor < text.len ? cursor : text.len;
	bool longer = text.len > e->len && memcmp(text.p, e->text, e->len) == 0;
	if (text.len == e->len && cursor == e->cursor && memcmp(text.p, e->text, e->len) == 0)
		return;
	struct str added = {text.p + e->len, longer ? text.len - e->len : 0};
	bool typed = longer && e->cursor == e->len && cursor == text.len &&
	             e->col + columns(added.p, added.len) <= e->area;
	memcpy(e->text, text.p, text.len);
	e->len = text.len;
	e->cursor = cursor;
	if (typed) { /* behind the end, and it fits: what a terminal would echo */
		out_put(out, added);
		e->col += columns(added.p, added.len);
		e->cells = e->col;
	} else {
		draw_line(e, out);
	}
}

void row_erase(struct row *e, struct out *out)
{
	out_str(out, "\r");
	repeat(out, " ", columns(e->prompt, strlen(e->prompt)) + e->cells);
	out_str(out, "\r");
	e->cells = e->col = 0;
}

void row_draw(struct row *e, struct out *out)
{
	out_str(out, e->prompt);
	e->cells = e->col = 0;
	draw_line(e, out);
}

void row_end(struct row *e, struct out *out)
{
	if (columns(e->text, e->len) > e->area) {
		size_t end = 0;
		for (size_t i = 1; i < e->area; i++)
			end = next_at(e, end);
		repeat(out, "\b", e->col);
		out_put(out, (struct str){e->text, end});
		out_str(out, "$");
	}
	out_str(out, "\n");
	wipe(e->text, e->len);
	e->len = e->cursor = 0;
}
