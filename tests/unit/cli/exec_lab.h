/* The commands about configuration and files over the product's grammar, in a state directory of the test's own. */
#ifndef TESTS_UNIT_CLI_EXEC_LAB_H
#define TESTS_UNIT_CLI_EXEC_LAB_H

#include "cli/exec/config.h"
#include "exec_host.h"

extern struct exec_lab {
	char dir[32];
	struct grammar *grammar;
	struct clock now; /* Thu Oct 19 2017, noon and a quarter of a second */
	struct exec_config x;
	struct exec_host host;
	unsigned reloads;
	struct exec_ending ending; /* of the last */
} lab;

/* What the caller has put into lab.x stays. hooks: of the configuration, or NULL. */
void exec_lab_open(const struct conf_hooks *hooks);
/* 0 when nothing is left: no file but those of disk0 and the startup configuration, no timer. */
int exec_lab_close(void);
/* Loads a text (LOAD_REPLACE ...); the first refused line fails the test. */
void exec_lab_load(const char *text, unsigned flags);

#endif
