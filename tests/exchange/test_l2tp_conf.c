/* Configuration text through grammar and tree into struct l2tp_conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cli/edit.h"
#include "cli/hooks.h"
#include "core/aaa/passhash.h"
#include "l2tp/conf.h"
#include "ppp/ppp.h"

static struct grammar *grammar;

static int group_setup(void **state)
{
	struct err err = {0};
	size_t n;
	(void)state;
	const struct conf_check *checks = ppp_conf_checks(&n);
	conf_check_register(checks, n);
	passhash_register();
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &grammar,
	                 &err)) {
		print_error("%s\n", err.text);
		return -1;
	}
	hooks_set_grammar(grammar);
	return 0;
}

static int group_teardown(void **state)
{
	(void)state;
	hooks_set_grammar(NULL);
	grammar_free(grammar);
	return 0;
}

static void expect(const char *text, unsigned errors, uint32_t hello, uint32_t limit,
                   const char *host)
{
	struct err err = {0};
	struct load_report report = {0};
	struct l2tp_conf conf;
	struct confsys *sys = confsys_new(&grammar->schema, NULL);
	assert_non_null(sys);
	assert_int_equal(load_text(grammar, sys, str_of(text), "test", 0, &report, &err), 0);
	assert_int_equal(report.errors, errors);
	l2tp_conf_compile(confsys_running(sys), &conf);
	assert_int_equal(conf.hello_s, hello);
	assert_int_equal(conf.tunnel_limit, limit);
	assert_string_equal(conf.host, host);
	load_report_free(&report);
	confsys_free(sys);
}

static void test_conf(void **state)
{
	(void)state;
	expect("", 0, 60, 4096, "ciscoasa");
	expect("hostname gw\nl2tp tunnel hello 100\nl2tp tunnel limit 2\n", 0, 100, 2, "gw");
	expect("l2tp tunnel hello 10\nl2tp tunnel hello 300\n", 0, 300, 4096, "ciscoasa");
	expect("l2tp tunnel hello 9\n", 1, 60, 4096, "ciscoasa");
	expect("l2tp tunnel hello 301\n", 1, 60, 4096, "ciscoasa");
	expect("l2tp tunnel hello 100\nno l2tp tunnel hello\n", 0, 60, 4096, "ciscoasa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_conf)};
	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
