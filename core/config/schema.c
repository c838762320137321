#include "core/config/schema.h"

#include <stdlib.h>
#include <string.h>

#include "core/config/hook.h"
#include "core/config/tree.h"

struct node *node_child(const struct node *parent, struct str name)
{
	for (size_t i = 0; i < parent->nnodes; i++) {
		if (str_eq_cstr(name, parent->nodes[i]->name))
			return parent->nodes[i];
	}
	return NULL;
}

struct node *schema_find(const struct schema *s, const char *path)
{
	struct node *n = s->root;

	while (n && *path) {
		size_t len = strcspn(path, "/");

		n = node_child(n, (struct str){path, len});
		path += len + (path[len] == '/');
	}
	return n == s->root ? NULL : n;
}

const struct field *node_field(const struct node *n, struct str name)
{
	for (size_t i = n->nfields; i-- > 0;) {
		if (str_eq_cstr(name, n->fields[i].name))
			return &n->fields[i];
	}
	return NULL;
}

const char *node_title(const struct node *n)
{
	return n->title ? n->title : n->name;
}

void field_clear(struct field *f)
{
	value_free(&f->dflt);
	for (size_t i = 0; i < f->nolds; i++)
		value_free(&f->olds[i].value);
	for (size_t i = 0; i < f->nvary; i++)
		value_free(&f->vary[i].value);
	for (size_t i = 0; i < f->nwords; i++)
		value_free(&f->words[i].value);
	if (f->of)
		field_clear((struct field *)f->of);
}

static void node_clear(struct node *n)
{
	for (size_t i = 0; i < n->nbuiltin; i++)
		entry_drop(n->builtin[i]);
	entry_drop(n->empty);
	/* Keys of parents are copies of the parents' fields. */
	for (size_t i = n->nup; i < n->nfields; i++)
		field_clear(&n->fields[i]);
	for (size_t i = 0; i < n->nnodes; i++)
		node_clear(n->nodes[i]);
}

void schema_clear(struct schema *s)
{
	if (s->root)
		node_clear(s->root);
	s->root = NULL;
	conf_forget_names();
}

/* Registries: few tables, registered at start, never freed. */
#define TABLES_MAX 32

static struct {
	const struct conf_check *table;
	size_t n;
} checks[TABLES_MAX];
static struct {
	const struct conf_edit_hook *table;
	size_t n;
} edits[TABLES_MAX];
static struct {
	const struct conf_suggest_hook *table;
	size_t n;
} suggests[TABLES_MAX];
static struct {
	const struct conf_syntax_hook *table;
	size_t n;
} syntaxes[TABLES_MAX];

#define REGISTER(where, t, count)                                                        \
	do {                                                                             \
		size_t i_ = 0;                                                           \
		while (i_ < TABLES_MAX && (where)[i_].table && (where)[i_].table != (t)) \
			i_++;                                                            \
		if (i_ == TABLES_MAX)                                                    \
			abort();                                                         \
		(where)[i_].table = (t);                                                 \
		(where)[i_].n = (count);                                                 \
	} while (0)

#define FIND(where, wanted)                                                        \
	do {                                                                       \
		for (size_t i_ = 0; i_ < TABLES_MAX && (where)[i_].table; i_++) {  \
			for (size_t j_ = 0; j_ < (where)[i_].n; j_++) {            \
				if (!strcmp((where)[i_].table[j_].name, (wanted))) \
					return (where)[i_].table[j_].fn;           \
			}                                                          \
		}                                                                  \
		return NULL;                                                       \
	} while (0)

void conf_check_register(const struct conf_check *table, size_t n)
{
	REGISTER(checks, table, n);
}

conf_check_fn *conf_check_find(const char *name)
{
	FIND(checks, name);
}

void conf_edit_register(const struct conf_edit_hook *table, size_t n)
{
	REGISTER(edits, table, n);
}

conf_edit_fn *conf_edit_find(const char *name)
{
	FIND(edits, name);
}

void conf_suggest_register(const struct conf_suggest_hook *table, size_t n)
{
	REGISTER(suggests, table, n);
}

conf_suggest_fn *conf_suggest_find(const char *name)
{
	FIND(suggests, name);
}

void conf_syntax_register(const struct conf_syntax_hook *table, size_t n)
{
	REGISTER(syntaxes, table, n);
}

conf_syntax_fn *conf_syntax_find(const char *name)
{
	FIND(syntaxes, name);
}

struct str conf_typed_text(const struct conf_typed *typed, const char *name)
{
	/* The last one: `password <password>` gives the keyword and then the argument under one name. */
	for (size_t i = typed->nargs; i > 0; i--) {
		if (!strcmp(typed->args[i - 1].name, name))
			return typed->args[i - 1].text;
	}
	return (struct str){0};
}

bool conf_typed_has(const struct conf_typed *typed, const char *name)
{
	for (size_t i = 0; i < typed->nargs; i++) {
		if (!strcmp(typed->args[i].name, name))
			return true;
	}
	return false;
}
