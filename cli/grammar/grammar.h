/* The command grammar, loaded from YAML: modes, lines, help. Immutable after grammar_load. */
#ifndef CLI_GRAMMAR_GRAMMAR_H
#define CLI_GRAMMAR_GRAMMAR_H

#include "core/base/arena.h"
#include "core/base/show.h"
#include "core/config/hook.h"
#include "core/config/schema.h"

struct mode;
struct line;

#define LINE_ATOMS 64

enum item_kind {
	ITEM_WORD,
	ITEM_ARG,
	ITEM_OPT, /* kids in sequence */
	ITEM_ALT, /* kids are ITEM_SEQ */
	ITEM_SEQ,
};

/* A pattern as a small tree: read by match and by render. */
struct item {
	enum item_kind kind;
	const char *word;          /* ITEM_WORD; ITEM_ARG: its name */
	const char *pre, *post;    /* ITEM_ARG: literal characters around the value, "(" and ")" */
	const struct field *field; /* ITEM_ARG */
	bool dropped;              /* ITEM_ARG: of args:, not stored */
	bool many;                 /* "..." */
	const char *help;          /* ITEM_WORD */
	unsigned atom;             /* ITEM_WORD, ITEM_ARG: number in the line's atoms */
	struct item *kids, *next;
};

/* `words:` of a line: an old word for a value. */
struct line_word {
	const char *word, *value;
};

/* `with:` of a line. */
struct with {
	const struct field *field;
	const char *text;
	struct value value;
	bool other; /* "!VALUE", of a line that is only shown: any value but this one */
};

enum line_flags {
	LINE_LEGACY = 1,      /* accepted, never offered nor rendered */
	LINE_CLEAR_FIRST = 2, /* `first: clear` */
	LINE_ALWAYS = 4,      /* `show: always` */
	LINE_OFFER = 1 << 20, /* `offer: yes`: an older spelling that `?` and Tab show all the same */
	LINE_TRAIL = 8,       /* a blank ends the rendered line */
	LINE_NO_NONE = 16,    /* `no: none` */
	LINE_NO_RUN = 32,     /* exec line that takes a `no` in front (`no: run`) */
	LINE_PRIMARY = 64,    /* shows that an entry exists */
	LINE_NEVER = 128,     /* `show: never`: typed and offered, another line shows what it sets */
	LINE_KEEP = 256,      /* `keep: yes`: what is not typed stays as it is */
	LINE_GUARDS = 1024,   /* `guards: yes`: inert, and promises to keep somebody out */
	LINE_UNSET = 512,     /* `unset: no`: shown as its `no` form while nothing is set */
	LINE_TELLS = 2048,    /* `tells: yes`: only texts of its dialect have this line */
	LINE_ONLY_SHOWN = 4096, /* `only: shown`: the form of running-config, typed in other ways */
	LINE_ONLY_STORED = 8192, /* `only: stored`: what edit functions write, not to be typed */
};

struct line {
	struct item *items;
	struct item *atoms[LINE_ATOMS];
	uint64_t follow[LINE_ATOMS]; /* atoms that may come after this one */
	uint64_t first, last;
	bool nullable;
	unsigned natoms;

	const char *text; /* the pattern as written */
	const char *file;
	unsigned where; /* line in file */
	struct mode *mode, *enter;
	const char *enter_name;
	const struct node *node; /* config line */
	const char *run;         /* exec line: name, function, its context */
	cmd_fn *fn;
	void *fn_ctx;
	struct field *args;
	size_t nargs;
	struct with *with;
	size_t nwith;
	struct line_word *words;
	size_t nwords;
	conf_edit_fn *edit;
	const char *edit_name;
	const char *inert, *refused, *say, *doc;
	const char *strip;    /* beginning of a word's value that this line leaves out */
	const char *no_words; /* shorter negative form */
	int from, until;      /* dialects, -1 = open */
	int dialect;          /* of a legacy line, -1 = none */
	int privilege;
	unsigned flags;
	const char *lead;    /* the word that this spelling leaves out (`short:` of its mode) */
	struct line *modern; /* what a legacy spelling stands for */
	struct line *older;  /* legacy spellings of this line */
	struct line *next;   /* in the mode */

	/* Atoms after which a typed `no` is complete, and what it means there. */
	uint64_t no_delete, no_reset;
	uint64_t key_atoms; /* atoms that bind keys of the node */
};

struct mode {
	const char *name, *title, *prompt, *close;
	const char *parent_name, *node_name;
	const char *inert; /* all its lines are */
	const char **shorts; /* `short:`: first words of lines that may be typed without the very first; NULL ends them */
	int indent;        /* blanks in front of its lines beyond one a level */
	struct mode *parent;
	const struct mode *also; /* its lines count as this mode's own: those of user EXEC in privileged EXEC */
	const struct node *node;
	int privilege;
	bool always;
	struct line *lines, **tail;
	struct line **start
	        [256]; /* lines by first letter of their first keyword; 0: begins with an argument */
	size_t nstart[256];
	/* Lines about each top-level node, by its slot: of_top[top_start[slot]] up to top_start[slot + 1]. */
	struct line **of_top;
	size_t *top_start;
	const char *file;
	unsigned where;
	struct mode *next;
};

/* Values that do not live in the arena. */
struct grammar_owned {
	struct field *field;
	struct value *value;
	struct grammar_owned *next;
};

struct grammar_help {
	const char *prefix, *text, *file;
	unsigned line;
	bool used;
};

/* The running-config of an old dialect: its own lines in its own order. */
struct layout_item {
	struct line **lines;
	size_t n;
};

struct layout {
	int dialect;
	const char *version; /* first line of the text */
	struct layout_item *items;
	size_t n;
	struct layout *next;
};

/* A chapter of the manual about several commands together. */
struct guide_block {
	bool code; /* lines as they are typed, else a paragraph */
	const char *text;
};

struct guide {
	const char *title;
	struct guide_block *blocks;
	size_t n;
	struct guide *next;
};

struct grammar {
	struct arena *arena;
	struct schema schema;
	struct mode *modes;
	const struct mode *exec, *user, *config;
	const char **dialects;
	size_t ndialects;
	struct layout *layouts;
	const struct node **order;
	size_t norder;
	struct guide *guides;
	struct hash *help; /* prefix -> struct grammar_help */
	struct hash *doc;  /* keywords of a command -> struct grammar_help */
	struct grammar_owned *owned;
	size_t nlines;
};

enum grammar_flags {
	GRAMMAR_NO_FUNCTIONS =
	        1, /* run:, edit: and check: names need no function (tests, the manual) */
	GRAMMAR_NO_LINT = 2,
};

/* Reads all *.yaml of the folder in name order, builds and checks. 0, or -errno with "FILE:LINE: what".
 * Command handlers, checks and hooks must be registered before. */
int grammar_load(const char *dir, unsigned flags, struct grammar **g, struct err *err);
/* One text in place of a folder. */
int grammar_load_text(struct str yaml, unsigned flags, struct grammar **g, struct err *err);
void grammar_free(struct grammar *g);
/* Rules of the design's section 8: 0, or -EINVAL with the first mistake; all of them go to `all` (may be NULL). */
int grammar_lint(const struct grammar *g, unsigned flags, struct out *all, struct err *err);
const struct mode *grammar_mode(const struct grammar *g, const char *name);
/* Number of a dialect by name ("pix-6"), -1 when unknown; of a version line ("PIX Version 6.3(3)",
 * "ASA Version 9.1(7)"), -1 when it is none. */
int grammar_dialect(const struct grammar *g, struct str name);
int grammar_dialect_of_version(const struct grammar *g, struct str line);
/* NULL when the dialect is shown in the order of the newest. */
const struct layout *grammar_layout(const struct grammar *g, int dialect);
static inline int grammar_newest(const struct grammar *g)
{
	return (int)g->ndialects - 1;
}

#endif
