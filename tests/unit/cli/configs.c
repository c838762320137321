#include "configs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "cli/config/hooks.h"

struct grammar *grammar;

int configs_setup(void **state)
{
	(void)state;
	struct err err = {0};
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS, &grammar, &err) != 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	hooks_set_grammar(grammar);
	return 0;
}

int configs_teardown(void **state)
{
	(void)state;
	hooks_set_grammar(NULL);
	grammar_free(grammar);
	return 0;
}

char *read_config(const char *name)
{
	char path[512];
	static char text[1 << 16];
	snprintf(path, sizeof(path), "%s/transcript/configs/%s", TEST_DIR, name);
	FILE *f = fopen(path, "r");
	if (!f)
		fail_msg("%s", path);
	size_t n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return strdup(text);
}

struct confsys *load_config(const char *text, struct load_report *r)
{
	struct confsys *sys = confsys_new(&grammar->schema, NULL);
	struct err err = {0};
	assert_int_equal(load_text(grammar, sys, str_of(text), "F", LOAD_REPLACE, r, &err), 0);
	return sys;
}

void assert_no_error(const struct load_report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].error)
			fail_msg("line %u: %s: %s", r->items[i].line, r->items[i].command,
			         r->items[i].text);
}

char *shown_as(struct confsys *sys, unsigned flags, int dialect)
{
	struct out out;
	out_init(&out);
	render(grammar, confsys_running(sys), RENDER_SECRETS | flags, dialect, STR(""), &out);
	return out.text;
}
