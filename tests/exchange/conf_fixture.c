#include "tests/exchange/conf_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/config/hooks.h"
#include "core/aaa/passhash.h"
#include "core/net/ifaces.h"
#include "core/net/logsink.h"
#include "crypto/ike/ike.h"
#include "crypto/ipsec/conf.h"
#include "crypto/pki/pki.h"
#include "crypto/prim/prim.h"
#include "ppp/ppp.h"

int conf_fixture_setup(void **state)
{
	static struct conf_fixture f;
	struct err err = {0};
	size_t n;
	if (prim_init(&err) != 0)
		return -1;
	const struct conf_check *checks = ppp_conf_checks(&n);
	conf_check_register(checks, n);
	ifaces_register_checks();
	logsink_conf_register();
	ike_conf_register();
	ipsec_conf_register();
	passhash_register();
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &f.grammar,
	                 &err) != 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	hooks_set_grammar(f.grammar);
	*state = &f;
	return 0;
}

int conf_fixture_teardown(void **state)
{
	struct conf_fixture *f = *state;
	hooks_set_grammar(NULL);
	grammar_free(f->grammar);
	prim_free();
	return 0;
}

void conf_load(struct conf_fixture *f, const char *text)
{
	struct err err = {0};
	f->sys = confsys_new(&f->grammar->schema, NULL);
	f->arena = arena_new(0);
	assert_non_null(f->sys);
	if (load_text(f->grammar, f->sys, str_of(text), "test", 0, &f->report, &err) != 0)
		fail_msg("%s", err.text);
}

const struct conf *conf_loaded(const struct conf_fixture *f)
{
	return confsys_running(f->sys);
}

void conf_no_errors(const struct conf_fixture *f)
{
	for (size_t i = 0; i < f->report.n; i++)
		if (f->report.items[i].error)
			fail_msg("%s: %s", f->report.items[i].command, f->report.items[i].text);
}

bool conf_said(const struct conf_fixture *f, const char *text)
{
	for (size_t i = 0; i < f->report.n; i++)
		if (strstr(f->report.items[i].text, text))
			return true;
	return false;
}

void conf_unload(struct conf_fixture *f)
{
	load_report_free(&f->report);
	arena_free(f->arena);
	confsys_free(f->sys);
}
