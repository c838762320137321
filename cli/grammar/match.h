/* From typed words to a line of the grammar with its values. */
#ifndef CLI_GRAMMAR_MATCH_H
#define CLI_GRAMMAR_MATCH_H

#include "cli/grammar/grammar.h"
#include "core/config/tree.h"

#define CTX_KEYS 8

/* Where a console is: the mode and the keys of the entry it speaks about. Owns the key values. */
struct cli_ctx {
	const struct mode *mode;
	struct value keys[CTX_KEYS]; /* all keys of mode->node, from the top */
	size_t nkeys;
};

void ctx_init(struct cli_ctx *ctx, const struct mode *mode);
void ctx_copy(struct cli_ctx *dst, const struct cli_ctx *src);
void ctx_clear(struct cli_ctx *ctx);
/* `exit`: the parent mode with the keys it has. False at the top (mode without parent). */
bool ctx_up(struct cli_ctx *ctx);

struct bound {
	const struct field *field;
	struct value
	        value; /* parsed, but references and ranges of others unchecked; a list: all elements */
	bool masked;   /* a secret given as "*" */
	bool dropped;  /* an argument that is not stored */
	unsigned atom; /* position in the pattern */
};

struct match {
	const struct line *line;
	const struct mode *mode; /* where the line stands: the context's mode or a parent */
	bool no;
	bool no_deletes; /* the `no` form means the entry, not its fields */
	uint64_t path;   /* positions of the pattern that were typed */
	unsigned end;    /* the last one */
	struct bound *bound;
	size_t nbound;
	struct cmd_arg *args; /* every argument and keyword, for run: and edit: functions */
	size_t nargs;
	char *text; /* the line with full keywords */
	struct arena *arena;
};

enum match_status {
	MATCH_OK,
	MATCH_EMPTY,   /* nothing typed, or a comment */
	MATCH_INVALID, /* caret under `column` */
	MATCH_INCOMPLETE,
	MATCH_AMBIGUOUS, /* `typed` up to the ambiguous word */
	MATCH_DENIED,    /* needs a higher privilege */
};

struct match_fail {
	enum match_status status;
	size_t column;    /* bytes from the start of the line */
	size_t words;     /* how far the match got */
	struct str typed; /* into the line */
};

/* One line as typed (leading blanks allowed) at `privilege`. On MATCH_OK m must be freed with match_free; else
 * fail says why. */
enum match_status match_line(const struct grammar *g, const struct cli_ctx *ctx, struct str line,
                             int privilege, struct match *m, struct match_fail *fail);
void match_free(struct match *m);
/* Text of a failure without caret line: "ERROR: % Incomplete command". */
void match_fail_text(const struct match_fail *fail, struct out *out);
/* Where the console is after the line: the entered mode, for another config line the mode it stands in, for an
 * exec line unchanged. ctx may be the context the line was matched in. */
void match_next_ctx(const struct match *m, struct cli_ctx *ctx);
/* Keywords written out as far as they are known in the mode ("cry ikev1" -> "crypto ikev1"); for sections of
 * show running-config. Unknown words stay as they are. */
void match_expand(const struct grammar *g, const struct mode *mode, struct str words,
                  struct out *out);

#endif
