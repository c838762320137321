/* Who is locked out after how many failed attempts, and the commands about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/lockout.h"

static struct aaa_user users[] = {
        {.name = "admin", .privilege = 15},
        {.name = "mona", .privilege = 2},
        {.name = "test", .privilege = 2},
};
static struct aaa_conf conf = {.users = users, .nusers = 3, .max_fail = 2};

static void run(const char *name, const struct cmd_arg *args, size_t n, struct out *out)
{
	size_t all;
	const struct cmd_entry *table = aaa_commands(&all);
	struct cmd cmd = {.out = out, .args = args, .nargs = n};
	for (size_t i = 0; i < all; i++)
		if (strcmp(table[i].name, name) == 0)
			assert_int_equal(table[i].fn(&cmd), CMD_OK);
}

static void shows(const struct cmd_arg *args, size_t n, const char *want)
{
	struct out out;
	out_init(&out);
	run("show_aaa_local_user", args, n, &out);
	assert_string_equal(out.text, want);
	out_free(&out);
}

static void attempts(void **state)
{
	static const struct cmd_arg locked[] = {{.name = "locked"}};
	static const struct cmd_arg clear[] = {{.name = "lockout"}, {.name = "all"}};
	static const struct cmd_arg one[] = {{.name = "fail-attempts"},
	                                     {.name = "user", .text = {"test", 4}}};
	(void)state;
	aaa_lockout_set(&conf);
	aaa_attempt(&conf, &users[1], false);
	aaa_attempt(&conf, &users[1], true); /* in a row */
	aaa_attempt(&conf, &users[1], false);
	assert_false(aaa_locked_out(&conf, &users[1]));
	for (unsigned i = 0; i < 9; i++) {
		aaa_attempt(&conf, &users[0], false);
		aaa_attempt(&conf, &users[2], false);
	}
	assert_true(aaa_locked_out(&conf, &users[2]));
	assert_false(aaa_locked_out(&conf, &users[0])); /* privilege 15 */
	shows(NULL, 0,
	      "Lock-time  Failed-attempts  Locked  User\n"
	      "  -             9           N       admin\n"
	      "  -             1           N       mona\n"
	      "  -             9           Y       test\n");
	shows(locked, 1,
	      "Lock-time  Failed-attempts  Locked  User\n"
	      "  -             9           Y       test\n");
	run("clear_aaa_local_user", one, 2, NULL);
	assert_true(aaa_locked_out(&conf, &users[2])); /* the count alone */
	run("clear_aaa_local_user", clear, 2, NULL);
	assert_false(aaa_locked_out(&conf, &users[2]));
	shows(NULL, 0, "Lock-time  Failed-attempts  Locked  User\n");
}

static void follows_the_configuration(void **state)
{
	struct aaa_conf other = conf;
	(void)state;
	for (unsigned i = 0; i < 2; i++)
		aaa_attempt(&conf, &users[2], false);
	other.max_fail = 0;
	aaa_lockout_set(&other);
	assert_false(aaa_locked_out(&other, &users[2]));
	assert_true(aaa_locked_out(&conf, &users[2]));
	other = conf;
	other.nusers = 2; /* deleted */
	aaa_lockout_set(&other);
	assert_false(aaa_locked_out(&conf, &users[2]));
	other.max_fail = 0;
	aaa_attempt(&other, &users[1], false); /* not even counted */
	shows(NULL, 0, "Lock-time  Failed-attempts  Locked  User\n");
	aaa_lockout_set(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(attempts),
	        cmocka_unit_test(follows_the_configuration),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
