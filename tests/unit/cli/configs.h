/* Whole configurations under the product's grammar: from a file, into an empty system, and out again. */
#ifndef TESTS_UNIT_CLI_CONFIGS_H
#define TESTS_UNIT_CLI_CONFIGS_H

#include "cli/config/edit.h"
#include "cli/config/render.h"

extern struct grammar *grammar;

/* For cmocka: loads the grammar, lets it go. */
int configs_setup(void **state);
int configs_teardown(void **state);

/* A file of tests/transcript/configs; the caller frees it. */
char *read_config(const char *name);
/* The caller frees both. */
struct confsys *load_config(const char *text, struct load_report *r);
/* Fails the test on the first line that was refused. */
void assert_no_error(const struct load_report *r);
/* running-config with secrets in clear; dialect -1: the newest. The caller frees it. */
char *shown_as(struct confsys *sys, unsigned flags, int dialect);

#endif
