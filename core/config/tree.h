/* Versions of the config tree. A version shares what did not change with the one it was made from; entries are
 * counted, and what a version made itself it changes in place. Everything on the control thread. */
#ifndef CORE_CONFIG_TREE_H
#define CORE_CONFIG_TREE_H

#include "core/config/schema.h"

struct tnode; /* of a balanced tree of entries */

struct clist {
	struct tnode *by_key, *by_order;
	size_t n;
};

struct cslot {
	struct centry *one; /* container; NULL when nothing below it is set */
	struct clist list;
};

struct centry {
	unsigned refs;
	uint64_t stamp; /* of the version that may change it */
	uint64_t seq;   /* order of entry */
	const struct node *node;
	const struct centry *base; /* builtin entry whose values are the defaults here */
	struct cslot *slots;       /* one per child node */
	struct value vals[];
};

struct conf {
	unsigned refs;
	uint64_t stamp, seq;
	uint64_t mark; /* another one whenever something in it changes */
	const struct schema *schema;
	struct centry *root;
};

/* Only the builtin entries. */
struct conf *conf_new(const struct schema *s);
/* A version to change; shares everything with c. */
struct conf *conf_fork(const struct conf *c);
struct conf *conf_hold(struct conf *c);
void conf_drop(struct conf *c);
bool conf_equal(const struct conf *a, const struct conf *b);

/* An entry is named by its node and all keys from the top (node_nkeys values). NULL when there is none. */
const struct centry *conf_get(const struct conf *c, const struct node *n, const struct value *keys);
/* For change; made with its parents when missing and create. NULL when missing. */
struct centry *conf_edit(struct conf *c, const struct node *n, const struct value *keys,
                         bool create);
/* The entry with everything below it; a builtin one goes back to what it is at first. False when not there. */
bool conf_delete(struct conf *c, const struct node *n, const struct value *keys);
/* Takes an entry out that holds nothing any more: containers, and lists whose entries live by their content. */
void conf_prune(struct conf *c, const struct node *n, const struct value *keys);
/* Makes the entry what it is in `from` (NULL or missing there: deleted). */
void conf_revert(struct conf *c, const struct conf *from, const struct node *n,
                 const struct value *keys);

/* What counts: the value set, else that of the builtin entry, else the default. NULL when there is none. */
const struct value *entry_value(const struct centry *e, const struct field *f);
/* What entry_value gives when the field is not set. */
const struct value *entry_default(const struct centry *e, const struct field *f);
/* Copies v. A value equal to the default is stored as not set. */
void entry_set(struct centry *e, const struct field *f, const struct value *v);
void entry_reset(struct centry *e, const struct field *f);
/* No field set here or below. */
bool entry_is_empty(const struct centry *e);
/* Prints "address pool P". */
void entry_describe(const struct centry *e, struct out *out);
struct centry *entry_new(const struct node *n);
void entry_drop(struct centry *e);

/* Entries of a list in the order of running-config, below parent (for the top level: c->root). */
const struct centry *list_first(const struct centry *parent, const struct node *n);
const struct centry *list_next(const struct centry *parent, const struct centry *e);
const struct centry *list_find(const struct centry *parent, const struct node *n,
                               const struct value *own_keys);
/* The first by key among those whose first key is this. */
const struct centry *list_find_first(const struct centry *parent, const struct node *n,
                                     const struct value *first_key);
size_t list_count(const struct centry *parent, const struct node *n);
const struct centry *entry_child(const struct centry *e, const struct node *n);

#endif
