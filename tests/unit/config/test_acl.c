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
        {"p UDP h 171.68.9.57 any eq 1701", "permit udp host 171.68.9.57 any eq 1701", false},
        {"permit 17 any eq 500 any eq isakmp", "permit udp any eq isakmp any eq isakmp", false},
        {"deny ip 20.1.1.0 255.255.255.0 50.1.1.0 255.255.255.0",
         "deny ip 20.1.1.0 255.255.255.0 50.1.1.0 255.255.255.0", false},
        {"permit tcp any any range 80 http", "permit tcp any any eq www", false},
        {"permit tcp any lt 1024 any gt 1023", "permit tcp any lt 1024 any gt 1023", false},
        {"permit tcp any any range 2000 3000 log", "permit tcp any any range 2000 3000 log", false},
        {"permit esp any4 host 1.2.3.4 inactive", "permit esp any4 host 1.2.3.4 inactive", false},
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
        {"permit udp any any range 9 8", "permit udp any any range 8 discard", false},
        {"permit tcp any neq 22 any", "permit tcp any neq ssh any", false},
        {"permit tcp any4 any range 5 5", "permit tcp any4 any eq 5", false},
        {"permit tcp object A object-group B", "permit tcp object A object-group B", false},
        {"permit tcp any object-group B object-group C", "permit tcp any object-group B object-group C",
         false},
        {"deny object-group P interface outside any", "deny object-group P interface outside any", false},
        {"permit object S any any", "permit object S any any", false},
        {"permit icmp any any echo-r", "permit icmp any any echo-reply", false},
        {"permit icmp any any 8 0", "permit icmp any any echo 0", false},
        {"permit icmp any any unreachable 4", "permit icmp any any unreachable 4", false},
        {"permit icmp any any object-group I", "permit icmp any any object-group I", false},
        {"permit icmp any any log", "permit icmp any any log", false},
        {"permit ip any any log 7 interval 600", "permit ip any any log debugging interval 600", false},
        {"permit ip any any log informational interval 300", "permit ip any any log", false},
        {"deny ip any any log disable", "deny ip any any log disable", false},
        {"deny ip any any log default", "deny ip any any log default", false},
        {"deny ip any any log warnings time-range W inactive",
         "deny ip any any log warnings time-range W inactive", false},
        {"permit ip 0 0 any", "permit ip any any", false},
        {"permit ip 10.1.1.1 255.255.255.255 any", "permit ip host 10.1.1.1 any", false},
        {"permit udp any any gt 65535", NULL, false},
        {"permit udp any any lt 0", NULL, false},
        {"permit 256 any any", NULL, false},
        {"permit ip any any log log", NULL, false},
        {"permit ip any any log interval 0", NULL, false},
        {"permit ip an any", NULL, false}, /* any or any4 */
        {"permit ip any any time-range", NULL, false},
        {"permit tcp any any eq s", NULL, false},
        {"permit icmp any any 256", NULL, false},
        {"permit object-group", NULL, false},
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
		bool ok = acl_rule_parse(str_of(rules[i].typed), rules[i].standard, NULL, &r, &err);
		if (ok != (rules[i].shown != NULL))
			fail_msg("%s: %s", rules[i].typed, ok ? "accepted" : err.text);
		assert_int_equal(err.text[0] == '\0', ok);
		if (!ok)
			continue;
		out_clear(&out);
		acl_rule_print(&r, rules[i].standard, &out);
		assert_string_equal(out.text, rules[i].shown);
		/* the shown form is read as the same rule */
		assert_true(acl_rule_parse(out_text(&out), rules[i].standard, NULL, &r, &err));
	}
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
