/* YAML as plain text: maps, sequences, scalars, each with its place. No implicit types. */
#ifndef CLI_GRAMMAR_YAML_H
#define CLI_GRAMMAR_YAML_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum yaml_kind { YAML_TEXT, YAML_MAP, YAML_SEQ };

struct yaml {
	enum yaml_kind kind;
	const char *text;
	struct yaml **items; /* values of a map, elements of a sequence */
	const char **keys;   /* of a map */
	unsigned *key_lines;
	size_t n;
	const char *file;
	unsigned line;
};

/* Into the arena. NULL with "FILE:LINE: what" for bad syntax, a key given twice, or too much of anything. */
struct yaml *yaml_read(struct arena *a, struct str text, const char *file, struct err *err);
/* NULL when the map has no such key. */
const struct yaml *yaml_get(const struct yaml *map, const char *key);

#endif
