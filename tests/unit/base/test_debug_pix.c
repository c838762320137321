/* Debug texts of PIX 6: for whom they are, and how the lines of two commands run into each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/debug.h"

static char text[1024];

static void keep(void *arg, const char *line)
{
	(void)arg;
	size_t n = strlen(text);
	snprintf(text + n, sizeof(text) - n, "%s\n", line);
}

static void each_console_gets_its_form(void **state)
{
	(void)state;
	struct debug_sink pix = {.write = keep};
	text[0] = '\0';
	debug_sink_add(&pix);
	debug_set(&pix, DEBUG_IKEV1, 1);
	debug_set(&pix, DEBUG_L2TP_EVENT, 1);
	assert_false(debug_pix_on(DEBUG_IKEV1));
	debug_pix(DEBUG_IKEV1, "old");
	debug(DEBUG_IKEV1, 1, "new");
	assert_string_equal(text, "new\n");
	debug_form(&pix, true);
	text[0] = '\0';
	assert_false(debug_on(DEBUG_IKEV1, 1)); /* nothing is formatted for nobody */
	debug_pix(DEBUG_IKEV1, "two\nlines");
	debug(DEBUG_IKEV1, 1, "new");
	debug(DEBUG_L2TP_EVENT, 1, "the same in all dialects");
	assert_string_equal(text, "two\nlines\nthe same in all dialects\n");
	debug_sink_remove(&pix);
	assert_false(debug_pix_on(DEBUG_IKEV1));
}

static void say_both(void)
{
	text[0] = '\0';
	debug_pix(DEBUG_IKEV1, "atts are acceptable." DEBUG_PIX_OPEN);
	debug_pix(DEBUG_IPSEC, "IPSEC(key_engine)");
	debug_pix(DEBUG_IKEV1, "\nprocessing NONCE");
}

static void open_lines_are_finished(void **state)
{
	(void)state;
	struct debug_sink pix = {.write = keep};
	debug_sink_add(&pix);
	debug_form(&pix, true);
	debug_set(&pix, DEBUG_IKEV1, 1);
	say_both(); /* by a line of its own */
	assert_string_equal(text, "atts are acceptable.\nprocessing NONCE\n");
	debug_set(&pix, DEBUG_IPSEC, 1);
	say_both(); /* by the other command */
	assert_string_equal(text, "atts are acceptable.IPSEC(key_engine)\n\nprocessing NONCE\n");
	debug_set(&pix, DEBUG_IKEV1, 0);
	say_both();
	assert_string_equal(text, "IPSEC(key_engine)\n");
	debug_sink_remove(&pix);
}

/* `debug crypto ca` is messages and transactions, too; each line comes once. */
static void certificates(void **state)
{
	(void)state;
	struct debug_sink s = {.write = keep};
	text[0] = '\0';
	debug_sink_add(&s);
	debug(DEBUG_CA_MESSAGES, 1, "nobody asked");
	debug_set(&s, DEBUG_CA, 2);
	debug_set(&s, DEBUG_CA_TRANSACTIONS, 1);
	debug(DEBUG_CA_MESSAGES, 2, "message");
	debug(DEBUG_CA_TRANSACTIONS, 2, "transaction");
	debug(DEBUG_CA_MESSAGES, 3, "too much");
	debug_set(&s, DEBUG_CA, 0);
	debug(DEBUG_CA_MESSAGES, 1, "not any more");
	debug(DEBUG_CA_TRANSACTIONS, 1, "alone");
	assert_string_equal(text, "message\ntransaction\nalone\n");
	text[0] = '\0';
	debug_set(&s, DEBUG_CA, 1);
	debug_form(&s, true);
	debug(DEBUG_CA_TRANSACTIONS, 1, "new");
	debug_pix(DEBUG_CA, "old");
	assert_string_equal(text, "old\n");
	debug_sink_remove(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(each_console_gets_its_form),
	        cmocka_unit_test(open_lines_are_finished),
	        cmocka_unit_test(certificates),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
