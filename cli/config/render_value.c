#include <string.h>

#include "cli/config/render_priv.h"

/* The word that the field above has. */
static struct str word_above(const struct render *r, const struct centry *e, const char *name)
{
	for (const struct node *n = e->node->parent; n && n->parent; n = n->parent) {
		const struct field *by = node_field(n, str_of(name));
		const struct centry *up = by ? conf_get(r->conf, n, e->vals) : NULL;

		if (up)
			return conf_text(up, name);
	}
	return STR("");
}

const struct value *render_default(const struct render *r, const struct centry *e,
                                   const struct field *f)
{
	struct str word;

	if (!f->vary_by)
		return entry_default(e, f);
	word = word_above(r, e, f->vary_by);
	for (size_t i = 0; i < f->nvary; i++) {
		if (str_eq_cstr(word, f->vary[i].word))
			return f->vary[i].none ? NULL : &f->vary[i].value;
	}
	return entry_default(e, f);
}

const struct value *render_value(const struct render *r, const struct centry *e,
                                 const struct field *f)
{
	return e->vals[f->index].kind ? &e->vals[f->index] : render_default(r, e, f);
}
