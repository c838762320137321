/* Access-list rules: text in, the shown form out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/config/acl.h"

static const struct {
	const char *typed, *shown; /* NULL: refused */
	bool standard;
} rules[] = {
        {"permit udp host 171.68.9.57 any eq 1701", "permit udp host 171.68.9.57 any eq 1701",
         false},
        {"p UDP h 171.68.9.57 a eq 1701", "permit udp host 171.68.9.57 any eq 1701", false},
        {"permit 17 any eq 500 any eq isakmp", "permit udp any eq isakmp any eq isakmp", false},
        {"deny ip 20.1.1.0 255.255.255.0 50.1.1.0 255.255.255.0",
         "deny ip 20.1.1.0 255.255.255.0 50.1.1.0 255.255.255.0", false},
        {"permit tcp any any range 80 http", "permit tcp any any eq www", false},
        {"permit tcp any lt 1024 any gt 1023", "permit tcp any lt 1024 any gt 1023", false},
        {"permit tcp any any range 2000 3000 log", "permit tcp any any range 2000 3000 log", false},
        {"permit esp any4 host 1.2.3.4 inactive", "permit esp any host 1.2.3.4 inactive", false},
        {"permit 200 any any", "permit 200 any any", false},
        {"permit 10.0.0.0 255.0.0.0", "permit 10.0.0.0 255.0.0.0", true},
        {"deny any", "deny any", true},
        {"permit", NULL, false},
        {"allow ip any any", NULL, false},
        {"permit ip any", NULL, false},
        {"permit ip any any eq 80", NULL, false},
        {"permit ip 10.0.0.1 255.0.0.0 any", NULL, false},
        {"permit ip 10.0.0.0 255.0.255.0 any", NULL, false},
        {"permit udp any any eq 65536", NULL, false},
        {"permit udp any any range 9 8", NULL, false},
        {"permit udp any any gt 65535", NULL, false},
        {"permit udp any any lt 0", NULL, false},
        {"permit 256 any any", NULL, false},
        {"permit ip any any log log", NULL, false},
        {"permit udp any any", NULL, true},
};

static void test_rules(void **state)
{
	(void)state;
	struct out out;
	out_init(&out);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct acl_rule r;
		struct err err = {0};
		bool ok = acl_rule_parse(str_of(rules[i].typed), rules[i].standard, &r, &err);
		if (ok != (rules[i].shown != NULL))
			fail_msg("%s: %s", rules[i].typed, ok ? "accepted" : err.text);
		assert_int_equal(err.text[0] == '\0', ok);
		if (!ok)
			continue;
		out_clear(&out);
		acl_rule_print(&r, rules[i].standard, &out);
		assert_string_equal(out.text, rules[i].shown);
		/* the shown form is read as the same rule */
		assert_true(acl_rule_parse(out_text(&out), rules[i].standard, &r, &err));
	}
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
