/* The chapters of the manual: what they say to type is a configuration that loads, without a warning. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/grammar/grammar.h"
#include "conf_fixture.h"

/* Other programs' files have braces. */
static bool is_configuration(const struct guide_block *b)
{
	return b->code && strchr(b->text, '{') == NULL;
}

static void every_line_loads(void **state)
{
	struct conf_fixture *f = *state;
	size_t loaded = 0;
	for (const struct guide *g = f->grammar->guides; g != NULL; g = g->next) {
		assert_true(g->title[0] != '\0' && g->n > 0);
		for (size_t i = 0; i < g->n; i++) {
			if (!is_configuration(&g->blocks[i]))
				continue;
			conf_load(f, g->blocks[i].text);
			conf_no_errors(f);
			assert_false(conf_said(f, "WARNING"));
			conf_unload(f);
			loaded++;
		}
	}
	assert_true(loaded >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_line_loads)};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
