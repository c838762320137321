/* Output filters: `show ... | include|exclude|begin|grep [-v] REGEXP`, `| count [REGEXP]`, `| redirect|append FILE` and
 * `| json`. */
#ifndef CLI_SESSION_FILTER_H
#define CLI_SESSION_FILTER_H

#include <regex.h>

#include "core/base/err.h"
#include "core/base/out.h"

enum filter_kind {
	FILTER_NONE,
	FILTER_INCLUDE,
	FILTER_EXCLUDE,
	FILTER_BEGIN,
	FILTER_COUNT,    /* no line passes, they are counted */
	FILTER_REDIRECT, /* no line passes, they are held for a file */
	FILTER_APPEND,
	FILTER_JSON, /* lets all lines pass: the command writes a document in place of its text */
};

struct filter {
	enum filter_kind kind;
	bool compiled, begun;
	regex_t re;
	unsigned long lines; /* FILTER_COUNT */
	struct out held;     /* FILTER_REDIRECT, FILTER_APPEND: what goes to the file */
	char file[128];      /* as typed */
};

enum filter_parse {
	FILTER_OK,
	FILTER_INCOMPLETE, /* no word or no expression */
	FILTER_UNKNOWN,    /* the word is no filter: *at is where it stopped being one */
	FILTER_BAD,        /* err says what is wrong with the expression */
};

/* Cuts a command line at its filter. true: *command is what stands before the bar (trailing blanks gone), *tail
 * what follows it. The bar must follow a blank, so that names holding one stay whole. */
bool filter_split(struct str line, struct str *command, struct str *tail);
/* tail: what follows the bar. The expression is the rest of the line, unquoted, trailing blanks included: a POSIX
 * extended one, case-sensitive, at most 256 bytes, without intervals and back-references (an expression that needs
 * unbounded memory or time is not something the appliance runs). */
enum filter_parse filter_parse(struct filter *f, struct str tail, size_t *at, struct err *err);
void filter_free(struct filter *f);
/* Appends the lines of text that pass to out. text holds whole lines; a last one without newline counts. */
void filter_apply(struct filter *f, struct str text, struct out *out);

struct filter_word {
	const char *word, *help;
};
/* The filters' keywords for `| ?`; ends with a NULL word. */
const struct filter_word *filter_words(void);

#endif
