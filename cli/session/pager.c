#include "cli/session/pager.h"

#include "core/base/buf.h"

void pager_init(struct pager *p)
{
	*p = (struct pager){0};
	out_init(&p->text);
}

/* Keys in clear may have passed (`more system:running-config`). */
static void pager_forget(struct pager *p)
{
	if (p->text.len > 0)
		wipe(p->text.text, p->text.len);
	out_clear(&p->text);
	p->pos = 0;
}

void pager_free(struct pager *p)
{
	pager_forget(p);
	out_free(&p->text);
}

void pager_reset(struct pager *p, unsigned lines, unsigned width)
{
	pager_forget(p);
	p->lines = lines;
	p->width = width;
	p->room = lines;
	p->waiting = p->quit = false;
}

void pager_put(struct pager *p, struct str text)
{
	if (p->quit)
		return;
	if (pager_empty(p) && !p->waiting)
		pager_forget(p);
	out_put(&p->text, text);
}

/* End of the line that starts at `at`, newline included, and the rows it takes on the screen. */
static size_t pager_line(const struct pager *p, size_t at, unsigned *rows)
{
	const char *start = p->text.text + at;
	size_t left = p->text.len - at;
	const char *nl = memchr(start, '\n', left);
	size_t len = nl != NULL ? (size_t)(nl - start) : left;
	*rows = nl == NULL ? 0 : 1; /* what has no end yet is counted with its end */
	if (p->width > 0 && len > p->width)
		*rows = (unsigned)((len + p->width - 1) / p->width);
	return at + len + (nl != NULL);
}

struct str pager_next(struct pager *p, size_t max)
{
	if (p->waiting || pager_empty(p) || max == 0)
		return STR("");
	size_t from = p->pos, to = from;
	if (p->lines == 0) {
		to = p->text.len - from > max ? from + max : p->text.len;
		p->pos = to;
		return (struct str){p->text.text + from, to - from};
	}
	while (to < p->text.len && p->room > 0) {
		unsigned rows;
		size_t end = pager_line(p, to, &rows);
		if (end - from > max) {
			if (to > from)
				break;
			end = from + max; /* one line larger than a piece: in parts */
			rows = 0;
		}
		to = end;
		p->room -= rows < p->room ? rows : p->room;
	}
	p->pos = to;
	if (to > from)
		return (struct str){p->text.text + from, to - from};
	p->waiting = true;
	return STR(PAGER_PROMPT);
}

bool pager_key(struct pager *p, int key)
{
	if (!p->waiting)
		return false;
	switch (key) {
	case ' ':
		p->room = p->lines;
		break;
	case '\r':
	case '\n':
		p->room = 1;
		break;
	case 'q':
	case 'Q':
	case 3: /* ^C */
		p->quit = true;
		p->pos = p->text.len;
		break;
	default:
		return false;
	}
	p->waiting = false;
	return true;
}
