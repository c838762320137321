#include "cli/console/editor.h"

#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "cli/console/row.h"
#include "core/base/buf.h"

enum { HISTORY_LINES = 500 };

struct editor {
	struct editor_io io;
	EditLine *el;
	History *history;
	FILE *nowhere; /* what libedit would draw */
	struct row row;
	struct out out;
	enum editor_event event;
};

/* ------------------------------------------------------------------ what is seen */

static void flush(struct editor *e)
{
	if (e->out.len > 0) {
		e->io.write(e->io.arg, out_text(&e->out));
		wipe(e->out.text, e->out.len);
	}
	out_clear(&e->out);
}

static void show(struct editor *e)
{
	const LineInfo *li = el_line(e->el);
	row_show(&e->row, (struct str){li->buffer, (size_t)(li->lastchar - li->buffer)},
	         (size_t)(li->cursor - li->buffer), &e->out);
	flush(e);
}

void editor_above(struct editor *e, struct str lines)
{
	row_erase(&e->row, &e->out);
	out_put(&e->out, lines);
	row_draw(&e->row, &e->out);
	flush(e);
}

/* ------------------------------------------------------------------ what libedit asks for */

static char *no_prompt(EditLine *el)
{
	static char empty[] = "";
	(void)el;
	return empty;
}

static struct editor *editor_of(EditLine *el)
{
	void *e = NULL;
	el_get(el, EL_CLIENTDATA, &e);
	return e;
}

/* The row shows what the last key did, then the next one is waited for. */
static int read_key(EditLine *el, wchar_t *c)
{
	struct editor *e = editor_of(el);
	mbstate_t state = {0};
	show(e);
	for (;;) {
		int b = e->io.next(e->io.arg);
		if (b < 0) {
			e->event = EDITOR_LOST;
			return 0;
		}
		char byte = (char)b;
		size_t rc = mbrtowc(c, &byte, 1, &state);
		if (rc == (size_t)-2)
			continue;
		if (rc == (size_t)-1) {
			state = (mbstate_t){0};
			continue;
		}
		return 1;
	}
}

static unsigned char ask(EditLine *el, bool tab)
{
	struct editor *e = editor_of(el);
	const LineInfo *li = el_line(el);
	struct str prompt;
	unsigned width;
	if (!e->io.ask(e->io.arg, tab, (struct str){li->buffer, (size_t)(li->cursor - li->buffer)},
	               &prompt, &width)) {
		e->event = EDITOR_LOST;
		return CC_EOF;
	}
	row_begin(&e->row, prompt, width, &e->out);
	return CC_NORM;
}

static unsigned char on_help(EditLine *el, int key)
{
	(void)key;
	return ask(el, false);
}

static unsigned char on_tab(EditLine *el, int key)
{
	(void)key;
	return ask(el, true);
}

static unsigned char on_break(EditLine *el, int key)
{
	(void)key;
	editor_of(el)->event = EDITOR_BREAK;
	return CC_NEWLINE;
}

static unsigned char on_leave(EditLine *el, int key)
{
	(void)key;
	editor_of(el)->event = EDITOR_LEAVE;
	return CC_NEWLINE;
}

static unsigned char on_redraw(EditLine *el, int key)
{
	struct editor *e = editor_of(el);
	(void)key;
	out_str(&e->out, "\n");
	row_draw(&e->row, &e->out);
	return CC_NORM;
}

/* ------------------------------------------------------------------ begin, read, end */

static void bind_keys(EditLine *el)
{
	static const char *const keys[][2] = {
	        {"?", "postern-help"},
	        {"^I", "postern-complete"},
	        {"^C", "postern-break"},
	        {"^Z", "postern-end"},
	        {"^L", "postern-redraw"},
	        {"^R", "postern-redraw"},
	        {"^W", "ed-delete-prev-word"},
	        {"^V", "ed-quoted-insert"},
	        {"\\e[3~", "ed-delete-next-char"},
	        {"\\e[1~", "ed-move-to-beg"},
	        {"\\e[4~", "ed-move-to-end"},
	        {"\\e[7~", "ed-move-to-beg"},
	        {"\\e[8~", "ed-move-to-end"},
	};
	el_set(el, EL_ADDFN, "postern-help", "help", on_help);
	el_set(el, EL_ADDFN, "postern-complete", "complete", on_tab);
	el_set(el, EL_ADDFN, "postern-break", "forget the line", on_break);
	el_set(el, EL_ADDFN, "postern-end", "leave config mode", on_leave);
	el_set(el, EL_ADDFN, "postern-redraw", "draw the line anew", on_redraw);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		el_set(el, EL_BIND, keys[i][0], keys[i][1], NULL);
}

struct editor *editor_new(FILE *in, int out, const struct editor_io *io)
{
	struct editor *e = calloc(1, sizeof *e);
	if (e == NULL)
		return NULL;
	e->io = *io;
	out_init(&e->out);
	e->nowhere = fopen("/dev/null", "we");
	if (e->nowhere != NULL)
		e->el = el_init_fd("postern", in, e->nowhere, e->nowhere, fileno(in), out, out);
	e->history = history_init();
	if (e->el == NULL || e->history == NULL) {
		editor_free(e);
		return NULL;
	}
	HistEvent ev;
	history(e->history, &ev, H_SETSIZE, HISTORY_LINES);
	history(e->history, &ev, H_SETUNIQUE, 1);
	el_set(e->el, EL_CLIENTDATA, e);
	el_set(e->el, EL_TERMINAL, "dumb");
	el_set(e->el, EL_HIST, history, e->history);
	el_set(e->el, EL_PROMPT, no_prompt);
	el_set(e->el, EL_EDITOR, "emacs");
	el_set(e->el, EL_GETCFN, read_key);
	bind_keys(e->el);
	el_source(e->el, NULL); /* ~/.editrc, where there is one */
	el_set(e->el, EL_SETTY, "-d", "-isig", NULL);
	return e;
}

void editor_free(struct editor *e)
{
	if (e == NULL)
		return;
	if (e->el != NULL)
		el_end(e->el);
	if (e->history != NULL)
		history_end(e->history);
	if (e->nowhere != NULL)
		fclose(e->nowhere);
	out_free(&e->out);
	wipe(&e->row, sizeof e->row);
	free(e);
}

enum editor_event editor_read(struct editor *e, struct str prompt, unsigned width, struct str *line)
{
	int n = 0;
	*line = STR("");
	e->event = EDITOR_LINE;
	row_begin(&e->row, prompt, width, &e->out);
	const char *text = el_gets(e->el, &n);
	if (e->event != EDITOR_LINE) {
		flush(e);
		return e->event;
	}
	if (text == NULL || n <= 0)
		return EDITOR_EOF;
	HistEvent ev;
	*line = (struct str){text, (size_t)n};
	while (line->len > 0 && line->p[line->len - 1] == '\n')
		line->len--;
	row_show(&e->row, *line, line->len, &e->out);
	row_end(&e->row, &e->out);
	flush(e);
	if (str_trim(*line).len > 0)
		history(e->history, &ev, H_ENTER, text);
	return EDITOR_LINE;
}

void editor_insert(struct editor *e, struct str text)
{
	char copy[1024];
	if (str_copy(copy, sizeof copy, text) && text.len > 0)
		el_insertstr(e->el, copy);
}

void editor_resized(struct editor *e)
{
	el_resize(e->el);
}
