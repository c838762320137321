/* The programs' options and what is said of them, once: --help and the man pages come from here. */
#ifndef CLI_MANUAL_PROGRAMS_H
#define CLI_MANUAL_PROGRAMS_H

#include <stdio.h>

struct program_option {
	const char *name, *arg, *help; /* name NULL ends a table */
};

struct program_section {
	const char *title; /* NULL ends the table */
	const struct program_option *items;
};

struct program {
	const char *name;
	unsigned section;
	const char *what, *synopsis;
	const char *const *description; /* NULL ends it */
	const struct program_option *options;
	const struct program_section *sections;
	const char *see_also;
};

extern const struct program program_posternd, program_postern;

/* What --help prints. */
void program_usage(const struct program *p, FILE *to);

#endif
