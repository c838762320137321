/* Password formats against published values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "core/aaa/passhash.h"
#include "core/config/hook.h"
#include "crypto/prim/prim.h"

static const struct {
	const char *password, *user, *hash;
} asa[] = {
        {"", "", "8Ry2YjIyt7RRXU24"}, /* the enable password of a new unit */
        {"cisco", "", "2KFQnbNIdI.2KYOU"},
        {"cisco", "cisco", "3USUcOPFUiMCO4Jk"},
};

static const struct {
	const char *password, *hash;
} nt[] = {
        {"test", "DLaUiAX3l78qgoB5c7iVNw=="},
        {"j!doe1", "UK0OyKIgbsc0EhP4cGRtcw=="},
        {"cisco123", "pr/0i/BvQ65/uQPOewDuog=="},
};

static void test_asa(void **state)
{
	(void)state;
	char hash[PASSHASH_CAP];
	for (size_t i = 0; i < sizeof(asa) / sizeof(asa[0]); i++) {
		passhash_asa(str_of(asa[i].password), str_of(asa[i].user), hash);
		assert_string_equal(hash, asa[i].hash);
		passhash_pix(str_of(asa[i].password), str_of(asa[i].user), hash);
		assert_string_equal(hash, asa[i].hash);
	}
}

/* Both forms agree up to 12 characters and a user, and part where the padding differs. */
static void test_lengths(void **state)
{
	(void)state;
	static const char text[] = "0123456789abcdefghijklmnopqrstuvwxyzABCD";
	char a[PASSHASH_CAP], b[PASSHASH_CAP];
	for (size_t len = 0; len <= sizeof(text) - 1; len++) {
		passhash_asa((struct str){text, len}, STR("u"), a);
		passhash_pix((struct str){text, len}, STR("u"), b);
		assert_int_equal(strlen(a), 16);
		assert_int_equal(strcmp(a, b) == 0, len <= 12);
	}
	/* no user part from 28 characters up, nothing counts behind 32 */
	passhash_asa((struct str){text, 28}, STR("u"), a);
	passhash_asa((struct str){text, 28}, STR(""), b);
	assert_string_equal(a, b);
	passhash_asa((struct str){text, 27}, STR("u"), a);
	passhash_asa((struct str){text, 27}, STR(""), b);
	assert_string_not_equal(a, b);
	passhash_asa((struct str){text, 32}, STR("u"), a);
	passhash_asa((struct str){text, 40}, STR("u"), b);
	assert_string_equal(a, b);
}

static void test_nt(void **state)
{
	(void)state;
	char hash[PASSHASH_CAP];
	for (size_t i = 0; i < sizeof(nt) / sizeof(nt[0]); i++) {
		assert_true(passhash_nt(str_of(nt[i].password), hash));
		assert_string_equal(hash, nt[i].hash);
	}
	assert_false(passhash_nt(STR("\xff\xfe"), hash));
}

/* The value was computed with another implementation of PBKDF2-HMAC-SHA-512. */
static void test_pbkdf2(void **state)
{
	(void)state;
	static const char known[] =
	        "$sha512$5000$AAECAwQFBgcICQoLDA0ODw==$zZJIwWsAl5/cjF6C0UH2Mg==";
	char made[PASSHASH_PBKDF2_CAP];
	assert_true(passhash_check(STR("cisco123"), STR("anyone"), str_of(known)));
	assert_false(passhash_check(STR("cisco124"), STR("anyone"), str_of(known)));
	assert_true(
	        passhash_pbkdf2(STR("a long passphrase, longer than thirty-two characters"), made));
	assert_int_equal(strncmp(made, "$sha512$5000$", 13), 0);
	assert_true(passhash_check(STR("a long passphrase, longer than thirty-two characters"),
	                           STR("u"), str_of(made)));
	assert_false(passhash_check(STR("a long passphrase, longer than thirty-two characterS"),
	                            STR("u"), str_of(made)));
	static const char *const bad[] = {
	        "",
	        "$sha512$",
	        "$sha512$0$AAAA$AAAA",
	        "$sha512$5000$AA$BB",
	        "$sha512$999999999$AAECAwQFBgcICQoLDA0ODw==$AAECAwQFBgcICQoLDA0ODw==",
	        "$sha512$5000$AAECAwQFBgcICQoLDA0ODw==$AAAA"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(passhash_is_pbkdf2(str_of(bad[i])));
		assert_false(passhash_check(STR(""), STR("u"), str_of(bad[i])));
	}
	/* the two MD5 forms */
	assert_true(passhash_check(STR("cisco"), STR("cisco"), STR("3USUcOPFUiMCO4Jk")));
	assert_false(passhash_check(STR("cisco"), STR("other"), STR("3USUcOPFUiMCO4Jk")));
}

static int run(const char *hook, const struct cmd_arg *args, size_t n, struct out *lines,
               struct err *err)
{
	struct out notes;
	out_init(&notes);
	struct conf_typed t = {.args = args, .nargs = n, .lines = lines, .notes = &notes};
	int rc = conf_edit_find(hook)(&t, err);
	out_free(&notes);
	return rc;
}

static void test_hooks(void **state)
{
	(void)state;
	struct out lines;
	struct err err = {0};
	struct cmd_arg user[] = {{.name = "name", .text = STR("jdoe")},
	                         {.name = "password", .text = STR("j!doe1")},
	                         {.name = "form", .text = STR("mschap")},
	                         {.name = "privilege", .text = STR("15")}};
	struct cmd_arg enable[] = {{.name = "enable-password", .text = STR("cisco")}};
	passhash_register();
	out_init(&lines);
	assert_int_equal(run("username_password", user, 4, &lines, &err), 0);
	assert_string_equal(
	        lines.text,
	        "username jdoe password UK0OyKIgbsc0EhP4cGRtcw== nt-encrypted privilege 15\n");
	out_clear(&lines);
	user[2].text = STR("nt-encrypted");
	assert_int_equal(run("username_password", user, 4, &lines, &err), 0);
	assert_int_equal(lines.len, 0); /* stored as typed */
	user[1].text = STR("ab");
	assert_int_equal(run("username_password", user, 2, &lines, &err), -22);
	out_clear(&lines);
	assert_int_equal(run("enable_password", enable, 1, &lines, &err), 0);
	assert_string_equal(lines.text, "enable password 2KFQnbNIdI.2KYOU encrypted\n");
	/* by level; long ones are hashed in the newer form; pbkdf2 must be one */
	struct cmd_arg level[] = {{.name = "password", .text = STR("cisco")},
	                          {.name = "level", .text = STR("5")},
	                          {.name = "form", .text = STR("pbkdf2")}};
	out_clear(&lines);
	assert_int_equal(run("enable_level", level, 2, &lines, &err), 0);
	assert_string_equal(lines.text, "enable password 2KFQnbNIdI.2KYOU level 5 encrypted\n");
	out_clear(&lines);
	assert_int_equal(run("enable_level", level, 3, &lines, &err), -22);
	enable[0].text = STR("0123456789012345678901234567890123");
	assert_int_equal(run("enable_password", enable, 1, &lines, &err), 0);
	assert_non_null(strstr(lines.text, "enable password $sha512$5000$"));
	assert_non_null(strstr(lines.text, " pbkdf2\n"));
	/* stars are no password, with and without a form */
	out_clear(&lines);
	user[1].text = STR("*****");
	user[2].text = STR("encrypted");
	assert_int_equal(run("username_password", user, 3, &lines, &err), 0);
	assert_string_equal(lines.text, "!\n");
	out_clear(&lines);
	enable[0].text = STR("*");
	assert_int_equal(run("enable_password", enable, 1, &lines, &err), 0);
	assert_string_equal(lines.text, "!\n");
	out_free(&lines);
}

static int setup(void **state)
{
	(void)state;
	return prim_init(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_asa),   cmocka_unit_test(test_lengths),
	        cmocka_unit_test(test_nt),    cmocka_unit_test(test_pbkdf2),
	        cmocka_unit_test(test_hooks),
	};
	return cmocka_run_group_tests(tests, setup, NULL);
}
