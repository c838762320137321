/* Parts of the grammar loader: each works on all files at once and stops at the first mistake. */
#ifndef CLI_GRAMMAR_BUILD_H
#define CLI_GRAMMAR_BUILD_H

#include "cli/grammar/grammar.h"
#include "cli/grammar/yaml.h"

#define BUILD_FILES 64

struct builder {
	struct grammar *g;
	const struct yaml *docs[BUILD_FILES];
	size_t ndocs;
	unsigned flags;
	bool failed;
	struct err *err;
};

/* Sets "FILE:LINE: ..." for the first mistake; returns false. */
bool build_fail(struct builder *b, const struct yaml *y, const char *fmt, ...)
        __attribute__((format(printf, 3, 4)));
void *build_alloc(struct builder *b, size_t n, size_t size);
const char *build_str(struct builder *b, const char *s);
/* Is it a map with none but these keys? */
bool build_keys(struct builder *b, const struct yaml *map, const char *const *known);
/* Text of a key, NULL when it is not there (or no text: fails). */
const char *build_text(struct builder *b, const struct yaml *map, const char *key);

/* dialects, tree, order. */
bool build_tree(struct builder *b);
/* One field; also for args: of lines. owned: cleared with the grammar (fields of nodes are cleared with them). */
bool build_field(struct builder *b, const char *name, const struct yaml *y, struct field *f,
                 bool owned);
bool build_value(struct builder *b, const struct field *f, const struct yaml *y, struct value *v);
void build_own(struct builder *b, struct field *f, struct value *v);
int build_dialect(struct builder *b, const struct yaml *y, const char *name);
/* Names of nodes in ref fields of args. */
bool build_resolve(struct builder *b, struct field *f, const struct yaml *y);

/* help, modes, lines. */
bool build_lines(struct builder *b);
/* grammar_index.c: help of keywords, lines by first letter. */
void build_index(struct builder *b);
/* Attributes of one line, its pattern not yet read (line_parse). */
struct line *build_line(struct builder *b, struct mode *m, const struct yaml *y);
/* guides.c: chapters of the manual. */
bool build_guides(struct builder *b, const struct yaml *y);
/* layouts: after the lines. */
bool build_layouts(struct builder *b);
/* grammar_short.c: `short:` of a mode. */
bool build_shorts(struct builder *b, struct mode *m, const struct yaml *y);
/* The line's pattern without its first word, which *lead gets; NULL where the mode has no such spelling. */
const char *build_short(struct builder *b, const struct line *l, const char **lead);
/* line.c: the pattern of l->text with its positions; fields are looked up in args, then in l->node. */
bool line_parse(struct builder *b, struct line *l, const struct yaml *y);
/* What `no` means for the line. ctx_keys: keys that the mode has bound. */
void line_negate(struct line *l);

#endif
