#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "console_fixture.h"
#include "cli/manual.h"

static void every_command_is_there(void **state)
{
	(void)state;
	struct out out;
	fixture_start();
	out_init(&out);
	manual_write(fx.g, &out);
	for (const struct mode *m = fx.g->modes; m != NULL; m = m->next)
		for (const struct line *l = m->lines; l != NULL; l = l->next)
			if (!(l->flags & LINE_LEGACY))
				assert_non_null(strstr(out.text, l->text));
	assert_non_null(
	        strstr(out.text, "### `pager lines <lines>`\n\nNumber of lines on a page.\n"));
	assert_non_null(strstr(out.text, "    * `green`: Green\n"));
	assert_non_null(strstr(out.text, "Enters `(config-group)#`.\n"));
	out_free(&out);
	fixture_stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_command_is_there)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
