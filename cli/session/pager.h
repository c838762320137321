/* The <--- More ---> pager: holds what a command printed and hands it out page by page. */
#ifndef CLI_SESSION_PAGER_H
#define CLI_SESSION_PAGER_H

#include "core/base/out.h"

#define PAGER_PROMPT "<--- More --->"
#define PAGER_WIPE   "\r              \r" /* what overwrites the prompt when a key was pressed */

struct pager {
	struct out text; /* everything not dropped yet */
	size_t pos;      /* what was shown */
	unsigned lines;  /* rows a page, 0 = no pager */
	unsigned width;  /* columns of the screen: a longer line takes several rows; 0 = endless */
	unsigned room;   /* rows until the next prompt */
	bool waiting;    /* the prompt is on the screen */
	bool quit;       /* q was pressed: what follows is dropped until pager_reset */
};

void pager_init(struct pager *p);
void pager_free(struct pager *p);
/* A new command starts: nothing held, a fresh page. */
void pager_reset(struct pager *p, unsigned lines, unsigned width);
void pager_put(struct pager *p, struct str text);
/* The next piece for the screen, at most max bytes; lives until the next call. Empty: nothing left, or the
 * prompt waits for a key. When a page is full and more follows, the prompt is the next piece and `waiting` is
 * set. */
struct str pager_next(struct pager *p, size_t max);
/* A key while waiting: blank = page, Enter = one line, q = stop; others are ignored (false). */
bool pager_key(struct pager *p, int key);
static inline bool pager_empty(const struct pager *p)
{
	return p->pos >= p->text.len;
}

#endif
