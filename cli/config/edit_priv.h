/* Inside of editing; for edit.c and edit_no.c alone. */
#ifndef CLI_CONFIG_EDIT_PRIV_H
#define CLI_CONFIG_EDIT_PRIV_H

#include "cli/config/edit.h"

/* One line on its way into the tree. */
struct edit {
	const struct grammar *g;
	struct txn *t;
	const struct cli_ctx *ctx;
	const struct match *m;
	int dialect;
	unsigned line;
	struct out *notes;
	struct err *err;
	const struct node *node;
	struct value keys[CTX_KEYS]; /* borrowed */
	bool typed[CTX_KEYS];        /* the line says the key, not the mode */
	bool expanded;
};

/* edit.c */
bool edit_is_key(const struct edit *ed, const struct field *f);
/* -ENOENT in the words of the node. */
int edit_not_there(struct edit *ed, const struct node *n);
/* The entry a sub-mode speaks about may have been deleted from another console. */
int edit_check_mode(struct edit *ed);
void edit_touch(struct edit *ed, const struct field *f);
/* What was typed for the field, NULL = nothing. */
const struct bound *edit_bound(const struct match *m, const struct field *f);
bool edit_stores(const struct edit *ed, const struct item *it);

/* edit_no.c */
int edit_delete_entry(struct edit *ed);
int edit_reset_fields(struct edit *ed);

#endif
