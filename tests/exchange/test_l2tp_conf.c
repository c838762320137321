/* Configuration text through grammar and tree into struct l2tp_conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "l2tp/conf.h"
#include "tests/exchange/conf_fixture.h"

static void expect(struct conf_fixture *f, const char *text, unsigned errors, uint32_t hello,
                   uint32_t limit, const char *host)
{
	struct l2tp_conf conf;
	conf_load(f, text);
	assert_int_equal(f->report.errors, errors);
	l2tp_conf_compile(conf_loaded(f), &conf);
	assert_int_equal(conf.hello_s, hello);
	assert_int_equal(conf.tunnel_limit, limit);
	assert_string_equal(conf.host, host);
	conf_unload(f);
}

static void test_conf(void **state)
{
	struct conf_fixture *f = *state;
	expect(f, "", 0, 60, 20000, "ciscoasa");
	expect(f, "hostname gw\nl2tp tunnel hello 100\nl2tp tunnel limit 2\n", 0, 100, 2, "gw");
	expect(f, "l2tp tunnel hello 10\nl2tp tunnel hello 300\n", 0, 300, 20000, "ciscoasa");
	expect(f, "l2tp tunnel hello 9\n", 1, 60, 20000, "ciscoasa");
	expect(f, "l2tp tunnel hello 301\n", 1, 60, 20000, "ciscoasa");
	expect(f, "l2tp tunnel hello 100\nno l2tp tunnel hello\n", 0, 60, 20000, "ciscoasa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_conf)};
	return cmocka_run_group_tests(tests, conf_fixture_setup, conf_fixture_teardown);
}
