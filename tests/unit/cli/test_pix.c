/* Configurations of PIX 6: what is accepted, what becomes of it, and its own form again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "configs.h"

static int pix;

static struct confsys *load(const char *text, struct load_report *r)
{
	struct confsys *sys = load_config(text, r);
	assert_no_error(r);
	return sys;
}

static char *shown(struct confsys *sys, int dialect)
{
	return shown_as(sys, 0, dialect);
}

/* The lines of `want` stand in the text in this order; new sections of the appliance may stand between them. */
static void assert_lines(const char *text, const char *want)
{
	for (const char *end; (end = strchr(want, '\n')); want = end + 1) {
		char line[512];
		snprintf(line, sizeof(line), "%.*s\n", (int)(end - want), want);
		const char *at = strstr(text, line);
		while (at && at > text && at[-1] != '\n')
			at = strstr(at + 1, line);
		if (!at)
			fail_msg("\"%.*s\" is missing behind:\n%.300s", (int)(end - want), want, text);
		text = at + strlen(line);
	}
}

/* The lines between the first one and the checksum. */
static char *body(const char *text)
{
	const char *from = strstr(text, "nameif ethernet0"), *to = strstr(text, "Cryptochecksum:");
	assert_non_null(from);
	assert_non_null(to);
	return strndup(from, (size_t)(to - from));
}

static void test_seed(void **state)
{
	(void)state;
	char *text = read_config("seed-001-pix.cfg"), *want = read_config("seed-001-pix.out");
	struct load_report r, again;
	struct confsys *sys = load(text, &r);
	assert_int_equal(r.dialect, pix);
	char *modern = shown(sys, -1);
	assert_lines(modern, want);
	char *old = shown(sys, pix), *lines = body(text);
	assert_string_equal(old, lines);
	/* and the modern form of it is the same configuration */
	struct confsys *other = load(modern, &again);
	char *once = shown(other, pix);
	assert_string_equal(once, lines);
	free(once);
	free(old);
	free(lines);
	free(modern);
	free(text);
	free(want);
	load_report_free(&r);
	load_report_free(&again);
	confsys_free(sys);
	confsys_free(other);
}

static void check_shown(const char *text, int dialect, const char *const *has,
                        const char *const * not )
{
	struct load_report r;
	struct confsys *sys = load(text, &r);
	char *now = shown(sys, dialect);
	for (; has && *has; has++)
		if (!strstr(now, *has))
			fail_msg("\"%s\" is missing in:\n%s", *has, now);
	for (; not &&*not ; not ++)
		if (strstr(now, *not ))
			fail_msg("\"%s\" stands in:\n%s", *not, now);
	free(now);
	load_report_free(&r);
	confsys_free(sys);
}

/* A line that only this release has tells what the text is; what it leaves out is as it was there. */
static void test_defaults(void **state)
{
	(void)state;
	static const char text[] = "isakmp policy 7 hash md5\n";
	static const char *const modern[] = {"crypto ikev1 policy 7\n authentication rsa-sig\n"
	                                     " encryption des\n hash md5\n group 1\n"
	                                     " lifetime 86400\n",
	                                     "no crypto isakmp nat-traversal\n",
	                                     "no sysopt connection permit-vpn\n", NULL};
	static const char *const old[] = {"isakmp policy 7 authentication rsa-sig\n"
	                                  "isakmp policy 7 encryption des\n"
	                                  "isakmp policy 7 hash md5\n"
	                                  "isakmp policy 7 group 1\n"
	                                  "isakmp policy 7 lifetime 86400\n",
	                                  NULL};
	static const char *const not [] = {"isakmp nat-traversal", "sysopt connection", NULL};
	check_shown(text, -1, modern, NULL);
	check_shown(text, pix, old, not );
	/* the same words in a newer text */
	static const char newer[] = "ASA Version 9.1(7)\ncrypto ikev1 policy 7\n hash md5\n";
	static const char *const as_new[] = {"crypto ikev1 policy 7\n authentication pre-share\n"
	                                     " encryption 3des\n hash md5\n group 2\n",
	                                     NULL};
	check_shown(newer, -1, as_new, modern + 1);
}

/* Lines in any order; the names that interfaces have from the start. */
static void test_order(void **state)
{
	(void)state;
	static const char text[] = "ip address inside 10.0.0.1 255.255.255.0\n"
	                           "ip address outside dhcp setroute\n"
	                           "interface ethernet1 100full shutdown\n"
	                           "interface ethernet0 auto\n"
	                           "nameif ethernet1 inside security90\n"
	                           "ip address dmz 10.1.0.1 255.255.255.0\n"
	                           "nameif ethernet2 dmz security50\n"
	                           "ip address dmz 10.1.0.1 255.255.255.0\n";
	struct load_report r;
	struct err err = {0};
	struct out out;
	struct confsys *sys = confsys_new(&grammar->schema, NULL);
	assert_int_equal(load_text(grammar, sys, str_of(text), "F", LOAD_REPLACE, &r, &err), 0);
	for (size_t i = 0; i < r.n; i++)
		if (r.items[i].error && r.items[i].line != 6)
			fail_msg("line %u: %s", r.items[i].line, r.items[i].text);
	assert_int_equal(r.errors, 1); /* there is no dmz yet */
	out_init(&out);
	render(grammar, confsys_running(sys), 0, -1, STR("interface"), &out);
	assert_string_equal(out.text, "!\n"
	                              "interface Ethernet1\n"
	                              " speed 100\n"
	                              " duplex full\n"
	                              " shutdown\n"
	                              " nameif inside\n"
	                              " security-level 90\n"
	                              " ip address 10.0.0.1 255.255.255.0 \n"
	                              "!\n"
	                              "interface Ethernet0\n"
	                              " nameif outside\n"
	                              " security-level 0\n"
	                              " ip address dhcp setroute \n"
	                              "!\n"
	                              "interface Ethernet2\n"
	                              " nameif dmz\n"
	                              " security-level 50\n"
	                              " ip address 10.1.0.1 255.255.255.0 \n"
	                              "!\n");
	out_clear(&out);
	render(grammar, confsys_running(sys), 0, pix, STR("interface"), &out);
	assert_string_equal(out.text, "interface ethernet1 100full shutdown\n"
	                              "interface ethernet0 auto\n"
	                              "interface ethernet2 auto\n");
	out_free(&out);
	load_report_free(&r);
	confsys_free(sys);
}

/* What the seed does not have: the other rows of the command mapping. */
static void test_mapping(void **state)
{
	(void)state;
	static const char text[] =
	        "PIX Version 6.3(5)\n"
	        "crypto map m client configuration address respond\n"
	        "isakmp key secret address 0.0.0.0 netmask 0.0.0.0\n"
	        "isakmp key other address 192.0.2.7 netmask 255.255.255.255 no-xauth "
	        "no-config-mode\n"
	        "isakmp identity hostname\n"
	        "isakmp nat-traversal 30\n"
	        "isakmp keepalive 60 5\n"
	        "isakmp am-disable\n"
	        "isakmp disconnect-notify\n"
	        "ca identity t 192.0.2.9\n"
	        "ca configure t ca 2 5\n"
	        "ca subject-name t CN=pix\n"
	        "vpdn group g accept dialin l2tp\n"
	        "vpdn group g ppp authentication chap\n"
	        "vpdn group g ppp authentication mschap\n"
	        "vpdn group g ppp authentication pap\n"
	        "no vpdn group g ppp authentication chap\n"
	        "no vpdn group g ppp authentication mschap\n"
	        "vpdn group g ppp encryption mppe auto required\n"
	        "vpdn group g client authentication local\n"
	        "sysopt connection permit-ipsec\n"
	        "sysopt connection permit-pptp\n"
	        "fixup protocol sip udp 5060\n"
	        "conduit permit icmp any any\n"
	        "static (inside,outside) 192.0.2.10 10.0.0.10 netmask 255.255.255.255 0 0\n";
	static const char *const modern[] = {
	        "crypto isakmp identity hostname\n",
	        "crypto isakmp nat-traversal 30\n",
	        "crypto isakmp disconnect-notify\n",
	        "crypto ikev1 am-disable\n",
	        "tunnel-group 192.0.2.7 type ipsec-l2l\ntunnel-group 192.0.2.7 ipsec-attributes\n"
	        " ikev1 pre-shared-key other\n",
	        "tunnel-group DefaultRAGroup ipsec-attributes\n ikev1 pre-shared-key secret\n"
	        " isakmp keepalive threshold 60 retry 5\n",
	        "tunnel-group DefaultRAGroup ppp-attributes\n authentication pap\n"
	        " no authentication chap\n no authentication ms-chap-v1\n",
	        "crypto ca trustpoint t\n enrollment url http://192.0.2.9\n"
	        " enrollment retry period 2\n enrollment retry count 5\n enrollment mode ca\n subject-name CN=pix\n"
	        " revocation-check crl\n",
	        NULL};
	static const char *const old[] = {"isakmp key secret address 0.0.0.0 netmask 0.0.0.0 \n",
	                                  "isakmp identity hostname\n",
	                                  "isakmp keepalive 60 5\n",
	                                  "isakmp nat-traversal 30\n",
	                                  "isakmp am-disable\n",
	                                  "ca identity t 192.0.2.9\nca configure t ca 2 5\n"
	                                  "ca subject-name t CN=pix\n",
	                                  "vpdn group g ppp authentication pap\n",
	                                  "vpdn group g client authentication local\n",
	                                  "sysopt connection permit-l2tp\n"
	                                  "sysopt connection permit-pptp\n",
	                                  "fixup protocol sip udp 5060\n",
	                                  "conduit permit icmp any any\n",
	                                  NULL};
	static const char *const not [] = {"authentication chap", "authentication mschap", NULL};
	static const char *const not_modern[] = {"no sysopt connection", NULL};
	check_shown(text, -1, modern, not_modern);
	check_shown(text, pix, old, not );
}

/* One notice a kind, whatever the number of lines. */
static void test_notices(void **state)
{
	(void)state;
	static const char *const want[] = {
	        "INFO: converting 'nameif' and 'interface' lines to interface blocks",
	        "INFO: converting 'fixup protocol' lines to MPF commands",
	        "INFO: converting 'crypto map client authentication' to "
	        "authentication-server-group "
	        "of tunnel-group DefaultRAGroup",
	        "INFO: converting 'isakmp' lines to crypto ikev1, crypto isakmp and tunnel-group "
	        "commands",
	        "INFO: converting 'ca' lines to crypto ca trustpoint commands",
	        "INFO: converting 'vpdn group' to tunnel-group DefaultRAGroup and group-policy "
	        "DfltGrpPolicy"};
	char *text = read_config("seed-001-pix.cfg");
	struct load_report r;
	struct confsys *sys = load(text, &r);
	size_t found = 0;
	for (size_t i = 0; i < r.n; i++)
		if (found < 6 && strcmp(r.items[i].text, want[found]) == 0)
			found++;
		else if (strncmp(r.items[i].text, "INFO: converting", 16) == 0)
			fail_msg("%s", r.items[i].text);
	assert_int_equal(found, 6);
	free(text);
	load_report_free(&r);
	confsys_free(sys);
}

/* A device as it left the factory, set up for remote access: all its lines are known, and show again. */
static void test_factory(void **state)
{
	(void)state;
	char *text = read_config("pix-default.cfg");
	struct load_report r;
	struct err err = {0};
	struct confsys *sys = confsys_new(&grammar->schema, NULL);
	assert_int_equal(load_text(grammar, sys, str_of(text), "F", LOAD_REPLACE, &r, &err), 0);
	for (size_t i = 0; i < r.n; i++)
		if (r.items[i].error)
			print_error("%s: %s", r.items[i].command, r.items[i].text);
	char *old = shown(sys, pix);
	assert_int_equal(r.errors, 0);
	/* The text that is shown is the same configuration. */
	struct load_report again;
	char version[8192];
	snprintf(version, sizeof(version), "PIX Version 6.3(5)\n%s", old);
	struct confsys *other = load(version, &again);
	char *twice = shown(other, pix), *modern = shown(sys, -1), *modern2 = shown(other, -1);
	assert_string_equal(twice, old);
	assert_string_equal(modern2, modern);
	free(twice);
	free(modern);
	free(modern2);
	load_report_free(&again);
	confsys_free(other);
	free(old);
	free(text);
	load_report_free(&r);
	confsys_free(sys);
}

static int setup(void **state)
{
	if (configs_setup(state) != 0)
		return -1;
	pix = grammar_dialect(grammar, STR("pix-6"));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_seed),    cmocka_unit_test(test_defaults),
	        cmocka_unit_test(test_order),   cmocka_unit_test(test_mapping),
	        cmocka_unit_test(test_notices), cmocka_unit_test(test_factory),
	};
	return cmocka_run_group_tests(tests, setup, configs_teardown);
}
