/* Kerberos groups against a genuine KDC, one that is somebody else, and one whose clock is wrong. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <string.h>

#include "tests/exchange/helper/lab.h"

static const char users[] = "jdoe j!doe1\n"
                            "expired j!doe2\n\t-pwexpire yesterday\n"
                            "gone j!doe3\n\t-expire yesterday\n"
                            "locked j!doe4\n\t-allow_tix\n"
                            "old j!doe5\n\t-requires_preauth\n";
static struct lab_server kdc, other;

static struct aaa_host_conf host_of(const struct lab_server *s)
{
	return (struct aaa_host_conf){.port = s->port, .port_set = true, .realm = "Example.com"};
}

#define ASK(host, user, password) lab_ask(AAA_P_KERBEROS, (host), (user), (password))

static void logins(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&kdc);
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_non_null(strstr(a.debug, "AS request for jdoe@EXAMPLE.COM"));
	assert_non_null(strstr(a.debug, "Verification of the KDC with the keytab: passed (0)"));
	assert_answer(ASK(h, "jdoe", "wrong-one"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "nobody", "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
	assert_answer(ASK(h, "old", "j!doe5"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_answer(ASK(h, "old", "wrong-one"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "jdoe", ""), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
}

static void accounts(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&kdc);
	assert_answer(ASK(h, "expired", "j!doe2"), AAA_SAYS_REJECT, AAA_WHY_EXPIRED);
	assert_answer(ASK(h, "gone", "j!doe3"), AAA_SAYS_REJECT, AAA_WHY_ACCOUNT_EXPIRED);
	assert_answer(ASK(h, "locked", "j!doe4"), AAA_SAYS_REJECT, AAA_WHY_LOCKED);
}

/* Names are one component: none is that of somebody else, or of another realm. */
static void names_are_not_principals(void **state)
{
	static const char *const tries[] = {"host/gateway.example.com", "jdoe@EXAMPLE.COM", "krbtgt/EXAMPLE.COM", "jdoe/admin"};
	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
		assert_answer(ASK(host_of(&kdc), tries[i], "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
}

static void assert_told(const struct lab_answer *a, const char *text)
{
	if (strstr(a->logs, text) == NULL)
		fail_msg("not told: %s\n%s%s", text, a->debug, a->logs);
}

/* It knows the user and his password, as whoever asks and answers in one person does; our key it does not. */
static void spoofed(void **state)
{
	(void)state;
	struct lab_answer a = ASK(host_of(&other), "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_non_null(strstr(a.debug, "AS reply: ticket received"));
	assert_told(&a, "113013 AAA unable to complete the request Error : reason = the KDC cannot be verified with the keytab");
	lab_copy(lab_file(&other, "krb5.keytab"), "keys/krb5.keytab"); /* with its key it would be */
	assert_answer(ASK(host_of(&other), "jdoe", "j!doe1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_answer(ASK(host_of(&kdc), "jdoe", "j!doe1"), AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	lab_copy(lab_file(&kdc, "krb5.keytab"), "keys/krb5.keytab");
}

static void no_keytab(void **state)
{
	(void)state;
	lab_remove("keys/krb5.keytab");
	struct lab_answer a = ASK(host_of(&kdc), "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_told(&a, "there is no keytab");
	assert_null(strstr(a.debug, "AS request")); /* nobody is asked what cannot be believed */
	lab_copy(lab_file(&kdc, "log"), "keys/krb5.keytab");
	a = ASK(host_of(&kdc), "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_told(&a, "keys/krb5.keytab has no key of realm EXAMPLE.COM");
	lab_copy(lab_file(&kdc, "krb5.keytab"), "keys/krb5.keytab");
	struct aaa_host_conf h = host_of(&kdc);
	h.realm = "other.example.com";
	a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_told(&a, "keys/krb5.keytab has no key of realm OTHER.EXAMPLE.COM");
	h.realm = "";
	a = ASK(h, "jdoe", "j!doe1");
	assert_told(&a, "kerberos-realm is not set");
}

static void clock_skew(void **state)
{
	struct lab_server late;
	(void)state;
	lab_start(&late, "krb5kdc", users, "--clock", "-10m");
	lab_copy(lab_file(&late, "krb5.keytab"), "keys/krb5.keytab");
	struct lab_answer a = ASK(host_of(&late), "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_CLOCK_SKEW);
	assert_told(&a, "113020 Kerberos error: Clock skew with server 127.0.0.1 greater than 300 seconds");
	lab_stop(&late);
	lab_copy(lab_file(&kdc, "krb5.keytab"), "keys/krb5.keytab");
}

static void no_server(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&kdc);
	h.port = lab_free_port();
	h.timeout_s = 2;
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_told(&a, "113014 AAA authentication server not accessible");
}

static int setup(void **state)
{
	int rc = lab_setup(state);
	lab_start(&kdc, "krb5kdc", users, NULL, NULL);
	lab_start(&other, "krb5kdc", users, NULL, NULL);
	lab_copy(lab_file(&kdc, "krb5.keytab"), "keys/krb5.keytab");
	return rc;
}

static int teardown(void **state)
{
	lab_stop(&kdc);
	lab_stop(&other);
	lab_remove("keys/krb5.keytab");
	return lab_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(logins),     cmocka_unit_test(accounts),  cmocka_unit_test(names_are_not_principals),
	        cmocka_unit_test(spoofed),    cmocka_unit_test(no_keytab), cmocka_unit_test(clock_skew),
	        cmocka_unit_test(no_server),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
