#include "cli/editor.h"

#include <ctype.h>
#include <stdlib.h>

#include "core/base/buf.h"

enum {
	KEPT = 6,     /* characters that stay in sight when the line scrolls */
	AREA_MIN = 10 /* columns of a line behind a prompt that is too long */
};

enum escape { ESC_NONE, ESC_BEGUN, ESC_CODE, ESC_LETTER };

struct editor {
	char text[EDITOR_LINE_MAX];
	size_t len, cursor;
	char yank[EDITOR_LINE_MAX]; /* what ^U, ^K, ^W took away */
	size_t nyank;

	char prompt[1024];
	size_t area;  /* columns for the line; SIZE_MAX = no end */
	size_t left;  /* first byte in sight */
	size_t cells; /* columns drawn behind the prompt */
	size_t col;   /* of the cursor among them */

	enum escape escape;
	char code;     /* last digit of ESC [ 3 ~ */
	unsigned more; /* bytes of the character being typed that are still to come */
	bool quoted;   /* ^V: the next key is text */

	char *history[EDITOR_HISTORY];
	size_t nhistory, at; /* at: the one shown, nhistory = the line being typed */
	char draft[EDITOR_LINE_MAX];
};

struct editor *editor_new(void)
{
	struct editor *e = calloc(1, sizeof *e);
	if (e != NULL)
		e->area = SIZE_MAX;
	return e;
}

static void forget(char *text)
{
	wipe(text, strlen(text));
	free(text);
}

void editor_free(struct editor *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->nhistory; i++)
		forget(e->history[i]);
	wipe(e, sizeof *e);
	free(e);
}

/* ------------------------------------------------------------------ characters */

/* In UTF-8 a character begins with a byte that does not continue one. */
static bool begins(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t next_at(const struct editor *e, size_t i)
{
	i += i < e->len;
	while (i < e->len && !begins(e->text[i]))
		i++;
	return i;
}

static size_t prev_at(const struct editor *e, size_t i)
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

static size_t word_back(const struct editor *e)
{
	size_t i = e->cursor;
	while (i > 0 && e->text[i - 1] == ' ')
		i--;
	while (i > 0 && e->text[i - 1] != ' ')
		i--;
	return i;
}

static size_t word_forth(const struct editor *e)
{
	size_t i = e->cursor;
	while (i < e->len && e->text[i] == ' ')
		i++;
	while (i < e->len && e->text[i] != ' ')
		i++;
	return i;
}

/* ------------------------------------------------------------------ the screen */

static void repeat(struct out *out, const char *what, size_t n)
{
	while (n-- > 0)
		out_str(out, what);
}

/* Moves the window so that the cursor is in it. */
static void scroll(struct editor *e)
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
static void draw_line(struct editor *e, struct out *out)
{
	size_t old = e->cells;
	scroll(e);
	repeat(out, "\b", e->col);
	size_t cells = 0, i = e->left, at = 0;
	if (e->left > 0)
		out_str(out, "$"), cells++;
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

void editor_prompt(struct editor *e, struct str prompt, unsigned width)
{
	str_copy(e->prompt, sizeof e->prompt, prompt);
	size_t used = columns(e->prompt, strlen(e->prompt)) + 1; /* the last column stays free */
	e->area = width == 0 ? SIZE_MAX : width > used + AREA_MIN ? width - used : AREA_MIN;
}

void editor_begin(struct editor *e, struct str prompt, unsigned width)
{
	e->len = e->cursor = e->left = e->cells = e->col = 0;
	e->escape = ESC_NONE;
	e->quoted = false;
	e->at = e->nhistory;
	editor_prompt(e, prompt, width);
}

void editor_draw(struct editor *e, struct out *out)
{
	out_str(out, e->prompt);
	e->cells = e->col = 0;
	draw_line(e, out);
}

void editor_erase(struct editor *e, struct out *out)
{
	out_str(out, "\r");
	repeat(out, " ", columns(e->prompt, strlen(e->prompt)) + e->cells);
	out_str(out, "\r");
	e->cells = e->col = 0;
}

/* Enter: a line that was too long for the row is shown from its beginning. */
static void finish(struct editor *e, struct out *out)
{
	if (columns(e->text, e->len) > e->area) {
		size_t end = 0;
		for (size_t i = 1; i < e->area; i++)
			end = next_at(e, end);
		repeat(out, "\b", e->col);
		out_put(out, (struct str){e->text, end});
		out_str(out, "$");
	}
	e->cursor = e->len;
	out_str(out, "\n");
}

/* ------------------------------------------------------------------ changes */

void editor_insert(struct editor *e, struct str text)
{
	if (text.len > sizeof e->text - 1 - e->len)
		return;
	memmove(e->text + e->cursor + text.len, e->text + e->cursor, e->len - e->cursor);
	memcpy(e->text + e->cursor, text.p, text.len);
	e->len += text.len;
	e->cursor += text.len;
}

static void type_byte(struct editor *e, char byte, struct out *out)
{
	bool at_end = e->cursor == e->len;
	size_t before = e->len;
	unsigned char c = (unsigned char)byte;
	if (!begins(byte) && e->more == 0)
		return; /* continues nothing */
	e->more = !begins(byte) ? e->more - 1 : c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0;
	editor_insert(e, (struct str){&byte, 1});
	if (e->len == before)
		return;
	if (at_end && (e->col < e->area || !begins(byte))) {
		out_put(out, (struct str){&byte, 1});
		e->col += begins(byte);
		e->cells = e->col;
	} else {
		draw_line(e, out);
	}
}

static void remove_range(struct editor *e, size_t from, size_t to, bool keep, struct out *out)
{
	if (from >= to)
		return;
	if (keep) {
		e->nyank = to - from;
		memcpy(e->yank, e->text + from, e->nyank);
	}
	memmove(e->text + from, e->text + to, e->len - to);
	e->len -= to - from;
	e->cursor = from;
	draw_line(e, out);
}

static void move_to(struct editor *e, size_t to, struct out *out)
{
	e->cursor = to;
	draw_line(e, out);
}

static void transpose(struct editor *e, struct out *out)
{
	size_t i = e->cursor == e->len && e->cursor > 0 ? e->cursor - 1 : e->cursor;
	if (i == 0 || i >= e->len || ((e->text[i] | e->text[i - 1]) & 0x80))
		return;
	char c = e->text[i - 1];
	e->text[i - 1] = e->text[i];
	e->text[i] = c;
	move_to(e, i + 1, out);
}

/* ------------------------------------------------------------------ history */

void editor_remember(struct editor *e)
{
	if (str_trim(editor_line(e)).len == 0)
		return;
	if (e->nhistory > 0 && str_eq_cstr(editor_line(e), e->history[e->nhistory - 1]))
		return;
	if (e->nhistory == EDITOR_HISTORY) {
		forget(e->history[0]);
		memmove(e->history, e->history + 1, (EDITOR_HISTORY - 1) * sizeof *e->history);
		e->nhistory--;
	}
	char *copy = strndup(e->text, e->len);
	if (copy != NULL)
		e->history[e->nhistory++] = copy;
}

static void show_history(struct editor *e, size_t at, struct out *out)
{
	if (at > e->nhistory || at == e->at)
		return;
	if (e->at == e->nhistory) {
		memcpy(e->draft, e->text, e->len);
		e->draft[e->len] = '\0';
	}
	e->at = at;
	const char *text = at == e->nhistory ? e->draft : e->history[at];
	e->len = strlen(text);
	memcpy(e->text, text, e->len);
	e->left = 0;
	move_to(e, e->len, out);
}

/* ------------------------------------------------------------------ keys */

static void arrow(struct editor *e, char letter, struct out *out)
{
	switch (letter) {
	case 'A':
		show_history(e, e->at > 0 ? e->at - 1 : 0, out);
		break;
	case 'B':
		show_history(e, e->at + 1, out);
		break;
	case 'C':
		move_to(e, next_at(e, e->cursor), out);
		break;
	case 'D':
		move_to(e, prev_at(e, e->cursor), out);
		break;
	case 'H':
		move_to(e, 0, out);
		break;
	case 'F':
		move_to(e, e->len, out);
		break;
	default:
		break;
	}
}

/* Inside of a sequence that begins with Escape. */
static void escape_key(struct editor *e, char c, struct out *out)
{
	enum escape was = e->escape;
	e->escape = ESC_NONE;
	if (was == ESC_BEGUN && (c == '[' || c == 'O')) {
		e->escape = c == '[' ? ESC_CODE : ESC_LETTER;
		e->code = '\0';
	} else if (was == ESC_BEGUN) {
		if (c == 'b')
			move_to(e, word_back(e), out);
		else if (c == 'f')
			move_to(e, word_forth(e), out);
		else if (c == 'd')
			remove_range(e, e->cursor, word_forth(e), true, out);
	} else if (was == ESC_CODE && (isdigit((unsigned char)c) || c == ';')) {
		e->escape = ESC_CODE;
		e->code = e->code == '\0' ? c : e->code;
	} else if (c == '~') {
		if (e->code == '3')
			remove_range(e, e->cursor, next_at(e, e->cursor), false, out);
		else if (e->code == '1' || e->code == '7')
			arrow(e, 'H', out);
		else if (e->code == '4' || e->code == '8')
			arrow(e, 'F', out);
	} else {
		arrow(e, c, out);
	}
}

static void redraw(struct editor *e, struct out *out)
{
	out_str(out, "\n");
	editor_draw(e, out);
}

/* Keys that move or change; false: not one of them. */
static bool control_key(struct editor *e, uint8_t key, struct out *out)
{
	switch (key) {
	case 0x01: /* ^A */
		move_to(e, 0, out);
		break;
	case 0x02: /* ^B */
		arrow(e, 'D', out);
		break;
	case 0x04: /* ^D */
		remove_range(e, e->cursor, next_at(e, e->cursor), false, out);
		break;
	case 0x05: /* ^E */
		move_to(e, e->len, out);
		break;
	case 0x06: /* ^F */
		arrow(e, 'C', out);
		break;
	case 0x08: /* ^H */
	case 0x7f:
		remove_range(e, prev_at(e, e->cursor), e->cursor, false, out);
		break;
	case 0x0b: /* ^K */
		remove_range(e, e->cursor, e->len, true, out);
		break;
	case 0x0c: /* ^L */
	case 0x12: /* ^R */
		redraw(e, out);
		break;
	case 0x0e: /* ^N */
		arrow(e, 'B', out);
		break;
	case 0x10: /* ^P */
		arrow(e, 'A', out);
		break;
	case 0x14: /* ^T */
		transpose(e, out);
		break;
	case 0x15: /* ^U */
	case 0x18: /* ^X */
		remove_range(e, 0, key == 0x15 ? e->len : e->cursor, true, out);
		break;
	case 0x16: /* ^V */
		e->quoted = true;
		break;
	case 0x17: /* ^W */
		remove_range(e, word_back(e), e->cursor, true, out);
		break;
	case 0x19: /* ^Y */
		editor_insert(e, (struct str){e->yank, e->nyank});
		draw_line(e, out);
		break;
	case 0x1b:
		e->escape = ESC_BEGUN;
		break;
	default:
		return false;
	}
	return true;
}

enum editor_event editor_key(struct editor *e, uint8_t key, struct out *out)
{
	if (key < 0x80)
		e->more = 0;
	if (e->escape != ESC_NONE) {
		escape_key(e, (char)key, out);
		return EDITOR_GOES_ON;
	}
	if (e->quoted && key >= ' ') {
		e->quoted = false;
		type_byte(e, (char)key, out);
		return EDITOR_GOES_ON;
	}
	e->quoted = false;
	switch (key) {
	case '\r':
	case '\n':
		finish(e, out);
		return EDITOR_LINE;
	case '?':
		return EDITOR_HELP;
	case '\t':
		return EDITOR_TAB;
	case 0x03:
		return EDITOR_BREAK;
	case 0x1a:
		return EDITOR_LEAVE;
	case 0x04:
		if (e->len == 0)
			return EDITOR_EOF;
		break;
	default:
		break;
	}
	if (!control_key(e, key, out) && key >= ' ')
		type_byte(e, (char)key, out);
	return EDITOR_GOES_ON;
}

struct str editor_line(const struct editor *e)
{
	return (struct str){e->text, e->len};
}

struct str editor_before_cursor(const struct editor *e)
{
	return (struct str){e->text, e->cursor};
}
