/* LDAP groups against a genuine slapd. */
#include "tests/unit/base/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/exchange/helper/directory.h"
#include "tests/exchange/helper/lab.h"

static const char users[] = "jdoe j!doe1\n"
                            "\tdescription: Sales\n\temployeeType: 10.1.1.9\n\ttitle: 15\n\tcarLicense: ZZZ\n"
                            "sub/deep deep1\n"
                            "twin twin1\n"
                            "sub/twin twin1\n"
                            "nopass -\n";
static struct lab_server clear, tls;

static const struct aaa_map_name names[] = {{"description", "Group-Policy"},
                                            {"employeeType", "IETF-Radius-Framed-IP-Address"},
                                            {"title", "Privilege-Level"}};
static const struct aaa_map_value values[] = {{"description", "sales", "SALES-POLICY"}};
static const struct aaa_map map = {.name = "M", .names = names, .nnames = 3, .values = values, .nvalues = 1};

static struct aaa_host_conf host_of(const struct lab_server *s, bool ssl)
{
	return (struct aaa_host_conf){.port = (uint16_t)(s->port + ssl),
	                              .port_set = true,
	                              .ssl = ssl,
	                              .base_dn = "dc=example,dc=com",
	                              .naming = "uid",
	                              .login_dn = "cn=admin,dc=example,dc=com",
	                              .login_password = "l0gin",
	                              .map = &map};
}

#define ASK(host, user, password) lab_ask(AAA_P_LDAP, (host), (user), (password))

static void assert_logins(struct aaa_host_conf h)
{
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_string_equal(a.reply.policy, "SALES-POLICY");
	assert_int_equal(a.reply.framed_ip, 0x0a010109);
	assert_int_equal(a.reply.privilege, 15);
	assert_answer(ASK(h, "jdoe", "wrong"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_answer(ASK(h, "nobody", "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
}

static void in_clear(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	assert_logins(h);
	struct lab_answer a = ASK(h, "jdoe", "wrong");
	assert_non_null(strstr(a.debug, "Filter = [(uid=jdoe)] Scope = [ONELEVEL]"));
	assert_non_null(strstr(a.debug, "User DN = [uid=jdoe,dc=example,dc=com]"));
	assert_non_null(strstr(a.debug, "Simple authentication for uid=jdoe,dc=example,dc=com returned code (49) Invalid credentials"));
	assert_null(strstr(a.debug, "StartTLS"));
	assert_null(strstr(a.debug, "l0gin"));
}

/* An empty password would be a bind as anybody, which succeeds. */
static void empty_password(void **state)
{
	(void)state;
	unsigned before = lab_logged(&clear, "ACCEPT from");
	assert_answer(ASK(host_of(&clear, false), "jdoe", ""), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
	assert_int_equal(lab_logged(&clear, "ACCEPT from"), before); /* nobody was asked */
	assert_answer(ASK(host_of(&clear, false), "nopass", "n0pass!"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
}

static void names_are_not_filters(void **state)
{
	static const char *const tries[] = {"*", "jd*", "jdoe)(uid=*", "jdoe)(|(uid=*", "\\6adoe", "jdoe,dc=example"};
	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++)
		assert_answer(ASK(host_of(&clear, false), tries[i], "j!doe1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
}

static void exactly_one_entry(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	assert_answer(ASK(h, "deep", "deep1"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
	assert_answer(ASK(h, "twin", "twin1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	h.subtree = true;
	assert_answer(ASK(h, "deep", "deep1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_answer(ASK(h, "twin", "twin1"), AAA_SAYS_REJECT, AAA_WHY_FAILURE);
	h.naming = "sn";
	assert_answer(ASK(h, "deep", "deep1"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
}

static void assert_cannot(struct aaa_host_conf h, const char *reason)
{
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER); /* the next one would be asked; there is none */
	if (strstr(a.logs, reason) == NULL || strstr(a.logs, "113013 ") == NULL)
		fail_msg("not told: %s\n%s", reason, a.logs);
	assert_null(strstr(a.logs, "113014")); /* the server is there */
}

static void wrong_configuration(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	h.login_password = "wrong-login";
	assert_cannot(h, "bind as ldap-login-dn: Invalid credentials (49)");
	h.login_password = "";
	assert_cannot(h, "ldap-login-dn has no ldap-login-password");
	h = host_of(&clear, false);
	h.base_dn = "dc=example,dc=org";
	assert_cannot(h, "search: No such object (32)");
	h.base_dn = "";
	assert_cannot(h, "ldap-base-dn is not set");
}

static void authorization(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	struct lab_answer a = lab_authorize(AAA_P_LDAP, h, "jdoe");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_string_equal(a.reply.policy, "SALES-POLICY");
	assert_null(strstr(a.debug, "Binding as jdoe"));
	assert_null(strstr(a.debug, "carLicense")); /* what the map does not name is not asked for */
	assert_answer(lab_authorize(AAA_P_LDAP, h, "nobody"), AAA_SAYS_REJECT, AAA_WHY_NO_USER);
	h.map = NULL;
	a = lab_authorize(AAA_P_LDAP, h, "jdoe");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_string_equal(a.reply.policy, "");
}

static void start_tls(void **state)
{
	(void)state;
	unsigned before = lab_logged(&tls, "TLS established");
	struct lab_answer a = ASK(host_of(&tls, false), "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_non_null(strstr(a.debug, "StartTLS: Success (0)"));
	assert_int_equal(lab_logged(&tls, "TLS established"), before + 2); /* of the search, of the proof */
	assert_logins(host_of(&tls, false));
	assert_int_equal(lab_logged(&tls, "mech=SIMPLE bind_ssf=0 ssf=0"), 0);
}

static void ldaps(void **state)
{
	(void)state;
	assert_logins(host_of(&tls, true));
	struct aaa_host_conf h = host_of(&tls, true);
	h.port = tls.port; /* speaks no TLS from the first byte on: never in clear instead */
	h.timeout_s = 2;
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_int_equal(lab_logged(&tls, "mech=SIMPLE bind_ssf=0 ssf=0"), 0);
}

/* With an authority in the state directory the certificate is checked; and a password goes to nobody else. */
static void certificates(void **state)
{
	char other[80];
	(void)state;
	lab_copy(lab_file(&tls, "ca.pem"), "keys/ldap-ca.pem");
	assert_logins(host_of(&tls, false));
	assert_logins(host_of(&tls, true));
	struct aaa_host_conf h = host_of(&tls, true);
	h.host = "ldap.example.com"; /* the certificate is not for it */
	assert_answer(ASK(h, "jdoe", "j!doe1"), AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	snprintf(other, sizeof other, "%s/other.pem", lab_state);
	char command[256];
	snprintf(command, sizeof command,
	         "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out %s -days 2 -subj /CN=Other 2>/dev/null", other);
	assert_int_equal(system(command), 0);
	lab_copy(other, "keys/ldap-ca.pem");
	unsigned binds = lab_logged(&tls, " BIND ");
	for (unsigned ssl = 0; ssl < 2; ssl++) {
		struct lab_answer a = ASK(host_of(&tls, ssl), "jdoe", "j!doe1");
		assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
		assert_non_null(strstr(a.logs, "113014"));
	}
	assert_int_equal(lab_logged(&tls, " BIND "), binds);
	lab_remove("other.pem");
	lab_remove("keys/ldap-ca.pem");
}

static void digest_md5(void **state)
{
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	h.digest_md5 = true;
	h.login_dn = "admin";
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	assert_non_null(strstr(a.debug, "DIGEST-MD5 authentication for jdoe returned code (0) Success"));
	assert_answer(ASK(h, "jdoe", "wrong"), AAA_SAYS_REJECT, AAA_WHY_PASSWORD);
}

static void no_server(void **state)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	socklen_t len = sizeof at;
	(void)state;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s, (struct sockaddr *)&at, sizeof at), 0);
	getsockname(s, (struct sockaddr *)&at, &len);
	struct aaa_host_conf h = host_of(&clear, false);
	h.port = ntohs(at.sin_port);
	h.timeout_s = 1;
	struct lab_answer a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_non_null(strstr(a.logs, "Connection refused"));
	assert_non_null(strstr(a.logs, "113014 AAA authentication server not accessible"));
	listen(s, 8); /* and one that never says anything */
	a = ASK(h, "jdoe", "j!doe1");
	assert_answer(a, AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	assert_non_null(strstr(a.logs, "113014 AAA authentication server not accessible"));
	h.ssl = true;
	assert_answer(ASK(h, "jdoe", "j!doe1"), AAA_SAYS_NOTHING, AAA_WHY_SERVER);
	close(s);
}

/* Result 49 of Active Directory says why. */
static void sub_codes(void **state)
{
	static const struct {
		const char *password;
		enum aaa_why why;
	} codes[] = {
	        {"525", AAA_WHY_NO_USER}, {"52e", AAA_WHY_PASSWORD}, {"530", AAA_WHY_FAILURE},
	        {"531", AAA_WHY_FAILURE}, {"532", AAA_WHY_EXPIRED},  {"533", AAA_WHY_FAILURE},
	        {"701", AAA_WHY_ACCOUNT_EXPIRED}, {"773", AAA_WHY_EXPIRED}, {"775", AAA_WHY_LOCKED},
	        {"zzz", AAA_WHY_PASSWORD},
	};
	(void)state;
	struct aaa_host_conf h = host_of(&clear, false);
	h.port = lab_free_port();
	h.naming = ""; /* by what the server is */
	int pid = directory_start(h.port);
	assert_true(pid > 0);
	assert_answer(ASK(h, "jane", "good"), AAA_SAYS_ACCEPT, AAA_WHY_NONE);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_answer(lab_ask_loud(AAA_P_LDAP, h, "jane", codes[i].password), AAA_SAYS_REJECT, codes[i].why);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int setup(void **state)
{
	int rc = lab_setup(state);
	lab_start(&clear, "slapd", users, "--no-tls", NULL);
	lab_start(&tls, "slapd", users, NULL, NULL);
	return rc;
}

static int teardown(void **state)
{
	lab_stop(&clear);
	lab_stop(&tls);
	return lab_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(in_clear),
	        cmocka_unit_test(empty_password),
	        cmocka_unit_test(names_are_not_filters),
	        cmocka_unit_test(exactly_one_entry),
	        cmocka_unit_test(wrong_configuration),
	        cmocka_unit_test(authorization),
	        cmocka_unit_test(start_tls),
	        cmocka_unit_test(ldaps),
	        cmocka_unit_test(certificates),
	        cmocka_unit_test(digest_md5),
	        cmocka_unit_test(sub_codes),
	        cmocka_unit_test(no_server),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
