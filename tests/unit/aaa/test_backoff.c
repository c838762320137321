/* Back-off against guessing: when an answer is held back and for how long, whom it does not touch, that strangers cannot
 * make it grow. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/backoff.h"
#include "core/base/clock.h"
#include "core/base/log.h"

enum { GUESSER = 0xc6336407, OFFICE = 0xc6336408 };
static uint64_t now_ms;

static int setup(void **state)
{
	(void)state;
	aaa_backoff_clear();
	now_ms = 5000;
	return 0;
}

static uint64_t wrong(const char *user, uint32_t ip)
{
	return aaa_backoff(now_ms, user, ip, false, true);
}

static uint64_t right(const char *user, uint32_t ip)
{
	return aaa_backoff(now_ms, user, ip, true, true);
}

static void grows_and_stops_growing(void **state)
{
	static const uint64_t want[] = {0, 0, 0, 0, 0, 500, 1000, 2000, 4000, 4000, 4000};
	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(wrong("jdoe", GUESSER), want[i]);
		now_ms += 1000;
	}
}

/* One source, many names; one name, many sources. */
static void by_source_and_by_name(void **state)
{
	char name[16];
	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "u%u", i);
		assert_int_equal(wrong(name, GUESSER), 0);
	}
	assert_int_equal(wrong("u9", GUESSER), 500);
	assert_int_equal(wrong("u9", OFFICE), 0);
	aaa_backoff_clear();
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(wrong("jdoe", GUESSER + i), 0);
	assert_int_equal(wrong("jdoe", GUESSER + 99), 500);
}

/* The user himself, from elsewhere, is let in at once; so is everybody else. Who comes from the guesser's address waits. */
static void others_do_not_notice(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++)
		wrong("jdoe", GUESSER);
	assert_int_equal(right("jdoe", OFFICE), 0);
	assert_int_equal(wrong("alice", OFFICE), 0);
	assert_int_equal(right("alice", OFFICE), 0);
	assert_int_equal(right("alice", GUESSER), 2000);
	assert_int_equal(right("alice", GUESSER), 0); /* which ended its row */
}

static void a_right_login_ends_the_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 5; i++)
		wrong("jdoe", OFFICE);
	assert_int_equal(right("jdoe", OFFICE), 0);
	assert_int_equal(wrong("jdoe", OFFICE), 0);
}

static void time_ends_the_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 7; i++)
		wrong("jdoe", GUESSER);
	now_ms += AAA_BACKOFF_FORGET_MS - 1;
	assert_int_equal(wrong("jdoe", GUESSER), 2000);
	now_ms += AAA_BACKOFF_FORGET_MS;
	assert_int_equal(wrong("jdoe", GUESSER), 0);
}

/* Strangers by the thousand: who failed longest ago is forgotten, the table is as large as before, and a source stays
 * whatever names it thinks up. */
static void strangers_make_room(void **state)
{
	char name[16];
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		wrong("jdoe", GUESSER);
	for (unsigned i = 0; i < 5000; i++) {
		now_ms++;
		snprintf(name, sizeof(name), "x%u", i);
		wrong(name, GUESSER);
	}
	assert_int_equal(wrong("jdoe", OFFICE), 0);
	assert_int_equal(wrong("x4999", OFFICE), 0);
	assert_int_equal(wrong("y", GUESSER), AAA_BACKOFF_MOST_MS);
	for (unsigned i = 1; i < 5000; i++) {
		now_ms++;
		wrong("", GUESSER + i);
	}
	assert_int_equal(wrong("jdoe", GUESSER), 0);
}

/* Names that are nobody's may be passwords. */
static void what_is_shown(void **state)
{
	struct clock clk;
	struct out out;
	size_t n;
	const struct cmd_entry *commands = aaa_backoff_commands(&n);
	struct cmd c = {.out = &out, .ctx = &clk};
	(void)state;
	clock_init(&clk, now_ms);
	out_init(&out);
	for (unsigned i = 0; i < 6; i++)
		wrong("jdoe", GUESSER);
	aaa_backoff(now_ms, "hunter2", 0, false, false);
	assert_int_equal(commands[0].fn(&c), CMD_OK);
	assert_string_equal(out.text, "Refusals held back:        1\n"
	                              "Right ones held back:      0\n"
	                              "Failures  Delay ms  Source or user\n"
	                              "       6       500  198.51.100.7\n"
	                              "       6       500  jdoe\n"
	                              "       1         0  *****\n");
	out_free(&out);
	clock_free(&clk);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
	        T(grows_and_stops_growing), T(by_source_and_by_name), T(others_do_not_notice),
	        T(a_right_login_ends_the_row), T(time_ends_the_row), T(strangers_make_room), T(what_is_shown)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
