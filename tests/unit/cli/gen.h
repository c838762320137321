/* Lines of a grammar with drawn values, and what must stand before them. */
#ifndef TESTS_UNIT_CLI_GEN_H
#define TESTS_UNIT_CLI_GEN_H

#include "console.h"

struct gen {
	struct console *c;
	uint32_t seed; /* the same seed draws the same value for the same field */
	unsigned depth;
	bool failed;
};

/* Config lines that a test can type: with a node, without edit function. */
bool gen_usable(const struct line *l);
/* Brings the console into the mode of the line, with the entries it needs. */
void gen_prepare(struct gen *g, const struct line *l);
/* The line with values; entries it refers to are made first. */
void gen_line(struct gen *g, const struct line *l, struct out *out);
void gen_config(struct gen *g);

#endif
