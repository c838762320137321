/* For targets that read configuration: the grammar with everything it names but commands. */
#ifndef TESTS_FUZZ_APPLIANCE_H
#define TESTS_FUZZ_APPLIANCE_H

#include <stdio.h>
#include <stdlib.h>

#include "cli/config/edit.h"
#include "cli/config/hooks.h"
#include "core/aaa/passhash.h"
#include "core/net/ifaces.h"
#include "core/net/logsink.h"
#include "crypto/ike/ike.h"
#include "crypto/ipsec/conf.h"
#include "crypto/prim/prim.h"
#include "ppp/ppp.h"

static struct grammar *grammar(void)
{
	static struct grammar *g;
	struct err err = {0};
	size_t n;

	if (g)
		return g;
	if (prim_init(&err))
		abort();
	const struct conf_check *checks = ppp_conf_checks(&n);
	conf_check_register(checks, n);
	ifaces_register_checks();
	logsink_conf_register();
	ike_conf_register();
	ipsec_conf_register();
	passhash_register();
	hooks_register();
	if (grammar_load(POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	hooks_set_grammar(g);
	return g;
}

#endif
