/* What a changed entry must satisfy at commit, short of compiling it. */
#ifndef CORE_CONFIG_VERIFY_H
#define CORE_CONFIG_VERIFY_H

#include "core/config/read.h"
#include "core/config/tree.h"

struct verify_fault {
	const struct field *field; /* whose value is at fault; NULL: the entry */
	const struct node *node;   /* of the entry at fault: the one looked at, or one above it */
	bool deleted;              /* the entry may not go */
	struct err err;
};

/* next against base for one entry that was touched. True when it is in order. */
bool verify_entry(const struct conf *base, const struct conf *next, const struct node *n,
                  const struct value *keys, struct conf_notes *notes, struct verify_fault *fault);
/* Does the name exist that a reference (or an element of a list of references) gives? */
bool verify_ref(const struct conf *c, const struct field *f, const struct value *v);

/* That there is no entry of this name: `what` does not exist, or the node's own text. */
void verify_unknown(const struct node *n, struct str what, struct str name, struct err *err);

#endif
