/* Texts of MS-CHAP Failure as servers write them, and as they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ppp/mschap.h"

static struct mschap_failure parsed(const char *text, size_t challenge_len)
{
	struct mschap_failure f = {.error = 691, .version = 3};
	char *exact = strdup(text);
	ppp_mschap_failure(exact, challenge_len, &f);
	if (f.message) /* into what is given back in a moment */
		f.message = text + (f.message - exact);
	free(exact);
	return f;
}

static void whole(void **state)
{
	(void)state;
	struct mschap_failure f =
	        parsed("E=648 R=1 C=00112233445566778899AABBCCDDEEff V=3 M=Password E=1 expired", 16);
	assert_int_equal(f.error, 648);
	assert_true(f.retry && f.has_challenge);
	assert_int_equal(f.challenge[0], 0x00);
	assert_int_equal(f.challenge[15], 0xff);
	assert_int_equal(f.challenge[10], 0xaa);
	assert_string_equal(f.message, "Password E=1 expired");
	f = parsed("E=691 R=0 C=0011223344556677 V=2", 8);
	assert_true(f.has_challenge && !f.retry && !f.message);
	assert_int_equal(f.version, 2);
}

static void parts(void **state)
{
	(void)state;
	struct mschap_failure f = parsed("", 16);
	assert_int_equal(f.error, 691);
	assert_true(!f.retry && !f.has_challenge && !f.message);
	f = parsed("  R=1   E=647", 16);
	assert_true(f.retry);
	assert_int_equal(f.error, 647);
	f = parsed("M=", 16);
	assert_string_equal(f.message, "");
	f = parsed("E=", 16);
	assert_int_equal(f.error, 691);
}

static void odd(void **state)
{
	static const char *const texts[] = {
	        "E",  "=",  "E =1", "E=-1", "E=99999999999999999999", "E=6x", "e=1", "EE=1",
	        "C=", "R=", "R=2",  "R=01x", "R=10",  "C=001122334455667788", "C=0011223344556677889900112233445g",
	        "C=001122334455667788990011223344556677", " ", "S=0123456789"};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mschap_failure f = parsed(texts[i], 16);
		assert_int_equal(f.error, 691);
		assert_false(f.retry);
		assert_false(f.has_challenge);
		assert_null(f.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(whole), cmocka_unit_test(parts), cmocka_unit_test(odd)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
