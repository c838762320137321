/* NT groups against a genuine domain controller, over every version of its protocol, and one that lets in anybody. */
#include "tests/unit/base/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/exchange/helper/lab.h"

static const char users[] = "jdoe j!doe1\n"
                            "off j!doe2\n\t[D         ]\n";

static struct aaa_host_conf host_of(const struct lab_server *s)
{
	return (struct aaa_host_conf){.port = s->port, .port_set = true, .nt_dc = "PDC"};
}

#define ASK(host, user, password) lab_ask(AAA_P_NT, (host), (user), (password))

static void assert_logins(struct aaa_host_conf h)
{
	assert_answer(ASK(h, "jdoe", "j!doe1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_answer(ASK(h, "jdoe", "wrong-one"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "nobody-knows", "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "off", "j!doe2"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "jdoe", ""), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
}

static void logins(void **state)
{
	static const char *const protocols[] = {NULL, "NT1", "SMB2", "SMB3"};
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct lab_server s;
		lab_start(&s, "smbd", users, protocols[i] != NULL ? "--protocol" : NULL, protocols[i]);
		assert_logins(host_of(&s));
		lab_stop(&s);
	}
}

static void domains(void **state)
{
	struct lab_server s;
	(void)state;
	lab_start(&s, "smbd", users, NULL, NULL);
	struct aaa_host_conf h = host_of(&s);
	assert_answer(ASK(h, "EXAMPLE\\jdoe", "j!doe1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_answer(ASK(h, "EXAMPLE\\jdoe", "wrong-one"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "EXAMPLE\\", "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
	h.nt_dc = "";
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_non_null(strstr(a.logs, "nt-auth-domain-controller is not set"));
	lab_stop(&s);
}

/* It says yes to everybody; only who is somebody gets in. */
static void guests(void **state)
{
	static const char *const versions[] = {"NT1", "SMB3"};
	struct lab_server s;
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		lab_start(&s, "smbd", users, "--guest", versions[i]);
		struct aaa_host_conf h = host_of(&s);
		assert_answer(ASK(h, "jdoe", "j!doe1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
		struct lab_answer a = ASK(h, "jdoe", "wrong-one");
		assert_answer(a, AAA_SAYS_REJECT, AAA_WHY_FAILURE);
		assert_non_null(strstr(a.logs, "109031 NT Domain Authentication Failed: rejecting guest login for jdoe."));
		assert_answer(ASK(h, "nobody-knows", "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_FAILURE);
		lab_stop(&s);
	}
}

static void no_server(void **state)
{
	(void)state;
	struct aaa_host_conf h = {.port = lab_free_port(), .port_set = true, .nt_dc = "PDC"};
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_non_null(strstr(a.logs, "Connection refused"));
	assert_non_null(strstr(a.logs, "113014 AAA authentication server not accessible"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(logins),
	        cmocka_unit_test(domains),
	        cmocka_unit_test(guests),
	        cmocka_unit_test(no_server),
	};
	if (geteuid() != 0 || access("/usr/sbin/smbd", X_OK) != 0)
		return 77; /* users in a namespace of their own */
	return cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
