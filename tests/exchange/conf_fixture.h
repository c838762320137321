/* For tests of configuration text: the real grammar, a text through it into the tree. */
#ifndef TESTS_EXCHANGE_CONF_FIXTURE_H
#define TESTS_EXCHANGE_CONF_FIXTURE_H

#include "cli/config/edit.h"
#include "core/base/arena.h"

struct conf_fixture {
	struct grammar *grammar; /* of all tests of the group */
	/* of the text loaded last */
	struct confsys *sys;
	struct arena *arena;
	struct load_report report;
};

/* cmocka's setup and teardown of the group; *state is the struct conf_fixture. Everything registers what the
 * grammar names but commands. */
int conf_fixture_setup(void **state);
int conf_fixture_teardown(void **state);
/* Into an empty configuration; lines may be refused. */
void conf_load(struct conf_fixture *f, const char *text);
const struct conf *conf_loaded(const struct conf_fixture *f);
void conf_no_errors(const struct conf_fixture *f);
/* Does a line of the report have this text? */
bool conf_said(const struct conf_fixture *f, const char *text);
void conf_unload(struct conf_fixture *f);

#endif
