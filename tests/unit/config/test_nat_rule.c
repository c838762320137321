/* Translation rules: text in, the shown form out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/config/nat_rule.h"

static const struct {
	const char *typed, *shown; /* NULL: refused */
	bool object;
} rules[] = {
        {"(inside,outside) source static A A destination static B B no-proxy-arp route-lookup",
         "(inside,outside) source static A A destination static B B no-proxy-arp route-lookup",
         false},
        {"(inside,outside) source dyn any int", "(inside,outside) source dynamic any interface",
         false},
        {"(any,outside) after-auto source dynamic A pat-pool P interface",
         "(any,outside) after-auto source dynamic A pat-pool P interface", false},
        {"(inside,outside) source dynamic any pat-pool P round-robin flat interface",
         "(inside,outside) source dynamic any pat-pool P flat round-robin interface", false},
        {"(inside,outside) dynamic pat-pool P extended include-reserve",
         "(inside,outside) dynamic pat-pool P extended include-reserve", true},
        {"(inside,outside) source dynamic any P flat", NULL, false},
        {"(inside,outside) 3 source static A B service S T unidirectional inactive",
         "(inside,outside) source static A B service S T unidirectional inactive", false},
        {"(inside,outside) source dynamic A interface description what it is for",
         "(inside,outside) source dynamic A interface description what it is for", false},
        {"(outside,outside) dynamic interface", "(outside,outside) dynamic interface", true},
        {"static 192.0.2.9 service tcp www 8080", "(any,any) static 192.0.2.9 service tcp www 8080",
         true},
        {"(inside,outside) dynamic P interface dns", "(inside,outside) dynamic P interface dns",
         true},
        {"(inside,outside)", NULL, false},
        {"(inside) source static A A", NULL, false},
        {"(inside,) source static A A", NULL, false},
        {"(inside,outside) source static A", NULL, false},
        {"(inside,outside) source static A A destination static B", NULL, false},
        {"(inside,outside) source static A A destination dynamic B B", NULL, false},
        {"(inside,outside) source static A A nonsense", NULL, false},
        {"dynamic", NULL, true},
        {"(inside,outside) source dynamic interface", NULL, true},
};

static void test_rules(void **state)
{
	(void)state;
	struct out out;
	out_init(&out);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct nat_rule r;
		struct err err = {0};
		bool ok = nat_rule_parse(str_of(rules[i].typed), rules[i].object, &r, &err);
		if (ok != (rules[i].shown != NULL))
			fail_msg("%s: %s", rules[i].typed, ok ? "accepted" : err.text);
		if (!ok)
			continue;
		out_clear(&out);
		nat_rule_print(&r, &out);
		assert_string_equal(out.text, rules[i].shown);
		assert_true(nat_rule_parse(out_text(&out), rules[i].object, &r, &err));
	}
	out_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
