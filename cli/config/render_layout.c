/* The running-config of a dialect that has an order of its own. */
#include <stdlib.h>

#include "cli/config/render_priv.h"

static const struct node *top_of(const struct line *l)
{
	const struct node *n = l->node;

	while (n->parent->parent)
		n = n->parent;
	return n;
}

/* The lines of one node stand together, entry by entry. */
void render_layout_item(struct render *r, const struct layout_item *it)
{
	const struct line **some = conf_alloc((it->n + 1) * sizeof(*some));
	const struct centry *root = r->conf->root;

	for (size_t i = 0; i < it->n; i++) {
		const struct node *top = top_of(it->lines[i]);
		size_t n = 0;
		bool done = false;

		for (size_t k = 0; k < i; k++)
			done = done || top_of(it->lines[k]) == top;
		for (size_t k = i; k < it->n; k++) {
			if (top_of(it->lines[k]) == top)
				some[n++] = it->lines[k];
		}
		if (done)
			continue;
		if (!(top->flags & NODE_LIST))
			render_entry(r, some, n, entry_child(root, top), 0);
		else
			for (const struct centry *e = list_first(root, top); e;
			     e = list_next(root, e))
				render_entry(r, some, n, e, 0);
	}
	free(some);
}
