/* A document written in one of three forms from the same calls: Markdown, HTML, or a page for man(1). In running text
 * `backquotes` mark what is typed literally. */
#ifndef CLI_MANUAL_TEXT_H
#define CLI_MANUAL_TEXT_H

#include "core/base/out.h"

enum manual_form { MANUAL_MARKDOWN, MANUAL_HTML, MANUAL_MAN };

struct manual_text {
	enum manual_form form;
	struct out *out;
	bool in_list; /* HTML: the list is open */
};

/* section: of the man page. */
void manual_begin(struct manual_text *t, const char *name, unsigned section, const char *what);
void manual_end(struct manual_text *t);
void manual_chapter(struct manual_text *t, const char *title);
/* anchor: unique in the document, letters, digits and '-'. */
void manual_page(struct manual_text *t, const char *title, const char *anchor);
void manual_para(struct manual_text *t, const char *text);
/* Lines as they are typed. */
void manual_code(struct manual_text *t, const char *lines);
/* An item of a list of terms; depth 1: of the item before it. A paragraph, a heading or the end closes the list. */
void manual_item(struct manual_text *t, unsigned depth, const char *term, const char *text);
/* An entry of a table of contents; nothing in a man page, which has none. */
void manual_link(struct manual_text *t, const char *title, const char *anchor);

#endif
