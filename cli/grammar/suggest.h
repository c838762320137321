/* What may be typed next: `?` and Tab. */
#ifndef CLI_GRAMMAR_SUGGEST_H
#define CLI_GRAMMAR_SUGGEST_H

#include "cli/grammar/match.h"

enum suggestion_kind {
	SUGGEST_RANGE, /* "<1-65535>" */
	SUGGEST_ARG,   /* "WORD", "A.B.C.D", "LINE" */
	SUGGEST_KEYWORD,
	SUGGEST_VALUE, /* something that exists now: a pool's name */
};

struct suggestion {
	enum suggestion_kind kind;
	const char *word, *help;
};

/* Of one mode, sorted as `?` shows them: ranges, arguments, values, keywords by alphabet. */
struct suggest_group {
	const struct mode *mode;
	struct suggestion *items;
	size_t n;
	bool cr; /* the line may end here */
};

struct suggestions {
	struct suggest_group *groups;
	size_t n;
	struct arena *arena;
	size_t word;  /* where the word being completed starts; line length after a blank */
	bool in_word; /* no blank before the cursor: `word?` */
};

/* What of the grammar is offered. `words`: a command without `no`, its keywords written out; whole: it ends there, else
 * something may follow. */
struct suggest_gate {
	bool (*may)(void *ctx, const struct line *line, struct str words, bool whole);
	void *ctx;
};

/* line: all that stands before the cursor; gate: NULL = everything. Groups: the context's mode first, then its parents, then exec.
 * False: nothing can match here ("ERROR: % Unrecognized command"). Always free. */
bool suggest(const struct grammar *g, const struct cli_ctx *ctx, const struct conf *conf,
             struct str line, const struct suggest_gate *gate, struct suggestions *s);
void suggest_free(struct suggestions *s);
/* Tab: what to put after the cursor: the rest of the only word that fits and a blank, or what all have in common
 * (may be empty). */
void suggest_complete(const struct suggestions *s, struct str line, struct out *tail);

#endif
