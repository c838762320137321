/* The walk through a mode's lines word by word; match and suggest are two ways to end it. */
#ifndef CLI_GRAMMAR_WALK_H
#define CLI_GRAMMAR_WALK_H

#include "cli/grammar/grammar.h"
#include "cli/grammar/match.h"

#define WALK_WORDS 256

/* A line that is still possible, and the positions it may have reached. */
struct walk_line {
	const struct line *line;
	uint64_t at;
};

/* What a typed word was taken for. */
struct walk_word {
	struct str typed;
	const char *keyword; /* NULL: a value */
};

struct walk {
	const struct mode *mode;
	bool no;
	bool started;
	struct walk_line *lines;
	size_t n;
	struct walk_word words[WALK_WORDS];
	size_t nwords;
	enum match_status status; /* MATCH_OK while going on */
	size_t common;            /* on MATCH_INVALID: characters that still began some keyword */
	const char *syntax;       /* of the text that took the rest of the line, NULL = none */
	struct str text;
};

/* A keyword that an item takes: itself, a choice, a word for a value. */
struct keyword {
	const char *word, *help;
	bool old; /* never offered, never makes others ambiguous */
};

/* Of the word at `i`; false behind the last one. */
bool item_keyword(const struct line *l, const struct item *it, size_t i, struct keyword *k);
/* Does the item take the word as a value? *v (may be NULL) is the caller's to free. */
bool item_value(const struct line *l, const struct item *it, struct str word, struct value *v,
                bool *masked, struct err *err);
/* The same for a keyword of the item. */
bool item_takes_keyword(const struct line *l, const struct item *it, const char *keyword);
/* Positions that may follow. */
uint64_t line_next(const struct line *l, uint64_t at, bool started);
/* Positions at which a line (or its `no` form) is complete. */
uint64_t line_ends(const struct line *l, bool no);
bool line_negatable(const struct line *l);

void walk_start(struct walk *w, const struct mode *mode, bool no);
/* One word; rest: from this word to the end of the line, for arguments that take it all. Returns bytes taken, 0
 * when the word does not fit (w->status says why). */
size_t walk_step(struct walk *w, struct str word, struct str rest);
/* After the last word: what the syntax of a text argument says; w->status and w->common tell. */
void walk_check_text(struct walk *w);
void walk_end(struct walk *w);
/* The mode, its parents, and exec with its parents below config modes; 0-terminated list of at most `cap`. */
size_t walk_modes(const struct grammar *g, const struct mode *mode, const struct mode **out,
                  size_t cap);

#endif
