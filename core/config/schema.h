/* What is stored: nodes, fields, defaults. Built by the grammar loader, immutable afterwards. */
#ifndef CORE_CONFIG_SCHEMA_H
#define CORE_CONFIG_SCHEMA_H

#include "core/config/read.h"
#include "core/config/value.h"

struct node;

struct choice {
	const char *word, *help;
};

/* A keyword that stands for a value (`lifetime none`). */
struct word_value {
	const char *word;
	struct value value;
	const char *help; /* NULL = the field's */
};

/* Default up to and including an old dialect. */
struct dialect_default {
	int dialect;
	struct value value;
};

/* Another default where a field of a node above has this value: what `show running-config all` tells of kinds of
 * entries that are only kept. none: no default. */
struct vary_default {
	const char *word;
	bool none;
	struct value value;
};

enum field_flags {
	FIELD_REQUIRED = 1,
	FIELD_ONCE = 2,   /* may not change once the entry is committed */
	FIELD_APPEND = 4, /* list: a line adds to what is there */
	FIELD_HAS_MIN = 8,
	FIELD_HAS_MAX = 16,
	FIELD_SECTIONS = 32, /* argument: the sections of running-config are words of it, too */
};

struct field {
	const char *name, *help, *unit;
	const struct value_type *type;
	const struct node *node; /* that declares it; NULL for an argument of an exec line */
	unsigned index;          /* into the values of the node's entries */
	uint32_t min, max;       /* range, length or number of elements */
	unsigned flags;
	struct value dflt;
	struct dialect_default *olds;
	size_t nolds;
	const char *vary_by; /* the field above */
	struct vary_default *vary;
	size_t nvary;
	struct choice *choices; /* enum, set; bool: word for yes, word for no */
	size_t nchoices;
	struct word_value *words;
	size_t nwords;
	const char *to_name,
	        *via; /* ref: node; the field there that holds the name, NULL = first key */
	const struct node *to;
	const struct field *of; /* list */
	const char *suggest;    /* function that lists values for ? and Tab */
	const char *syntax;     /* text: function that knows its words */
};

enum node_flags {
	NODE_LIST = 1,
	NODE_BY_CONTENT = 2, /* an entry lives as long as one of its fields is set */
};

#define NODE_SORT_MAX 4
#define SORT_ENTERED  UINT32_MAX

struct node {
	const char *name, *title; /* title: for messages ("address pool") */
	const char *
	        unknown; /* the appliance's own text for a name that is not there, * stands for it */
	struct node *parent; /* NULL for the root */
	/* Keys of all parents, own keys, fields: the layout of an entry's values. */
	struct field *fields;
	size_t nup, nkeys, nfields; /* nfields counts all three */
	struct node **nodes;
	size_t nnodes;
	unsigned slot; /* position among the parent's nodes */
	unsigned flags;
	unsigned sort[NODE_SORT_MAX]; /* index of a key, or SORT_ENTERED */
	size_t nsort;
	const char *owner;
	const char *check_name;
	conf_check_fn *check;
	struct centry **builtin;
	size_t nbuiltin;
	struct centry *empty;       /* read where nothing is stored */
	const char *before, *after; /* lines around the node in running-config */
	unsigned rank;              /* position in `order:` */
	unsigned line;              /* where in the grammar */
	const char *file;
};

struct schema {
	struct node *root; /* a nameless container whose nodes are the top level */
};

/* By name among the children; NULL when there is none. */
struct node *node_child(const struct node *parent, struct str name);
/* "tunnel-group/ppp" from the root. */
struct node *schema_find(const struct schema *s, const char *path);
/* Own fields before keys of parents. */
const struct field *node_field(const struct node *n, struct str name);
static inline size_t node_nkeys(const struct node *n)
{
	return n->nup + n->nkeys;
}
/* Title, or the name with blanks. */
const char *node_title(const struct node *n);
/* Frees what values own (the structs themselves belong to the loader's arena). */
void schema_clear(struct schema *s);
void field_clear(struct field *f);
/* read.c remembers where names were found; a schema that goes takes that along. */
void conf_forget_names(void);

#endif
