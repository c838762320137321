/* Functions the grammar names: `edit:` of a line, `suggest:` of a field. (`check:` stands in read.h.) */
#ifndef CORE_CONFIG_HOOK_H
#define CORE_CONFIG_HOOK_H

#include "core/base/show.h"
#include "core/config/read.h"

/* A typed line that is stored as other lines (a password becomes a hash, "all interfaces" becomes one line each). */
struct conf_typed {
	const struct conf *conf; /* as it is before the line */
	bool no;
	unsigned line; /* of the text that is loaded, 0 at a prompt */
	const struct cmd_arg *args; /* as in struct cmd, keys of the mode the line was typed in included */
	size_t nargs;
	struct out *lines; /* write here: config lines, one per '\n'; none = the line is applied as typed */
	struct out *notes; /* "WARNING: ...\n", "INFO: ...\n" */
};
/* 0, or -errno with the text of the refusal. */
typedef int conf_edit_fn(struct conf_typed *typed, struct err *err);
struct conf_edit_hook {
	const char *name;
	conf_edit_fn *fn;
};
/* Before grammar_load; tables are static. */
void conf_edit_register(const struct conf_edit_hook *table, size_t n);
conf_edit_fn *conf_edit_find(const char *name);
struct str conf_typed_text(const struct conf_typed *typed, const char *name); /* empty when not there */
bool conf_typed_has(const struct conf_typed *typed, const char *name);

/* Lists values that exist now (session numbers, user names). */
typedef void conf_suggest_fn(const struct conf *c, void (*add)(void *arg, const char *word, const char *help),
			     void *arg);
struct conf_suggest_hook {
	const char *name;
	conf_suggest_fn *fn;
};
void conf_suggest_register(const struct conf_suggest_hook *table, size_t n);
conf_suggest_fn *conf_suggest_find(const char *name);

/* `syntax:` of a text field: its words are checked and completed like those of the grammar. */
enum conf_text_status { CONF_TEXT_OK, CONF_TEXT_INVALID, CONF_TEXT_INCOMPLETE, CONF_TEXT_AMBIGUOUS };
/* at: offset of the first character no word begins with (AMBIGUOUS: the end of the word). add (may be NULL) is told of
 * each word that may follow the text; "<cr>" when it may end there. */
typedef enum conf_text_status conf_syntax_fn(struct str text, size_t *at,
					     void (*add)(void *arg, const char *word, const char *help),
					     void *arg);
struct conf_syntax_hook {
	const char *name;
	conf_syntax_fn *fn;
};
void conf_syntax_register(const struct conf_syntax_hook *table, size_t n);
conf_syntax_fn *conf_syntax_find(const char *name);

#endif
