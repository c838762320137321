/* What the dialect of a text means for it: old defaults, and one notice for each kind of line that is converted. */
#include <stdlib.h>
#include <string.h>

#include "cli/config/edit.h"

static const struct dialect_default *old_default(const struct field *f, int dialect)
{
	const struct dialect_default *best = NULL;

	for (size_t o = 0; o < f->nolds; o++) {
		if (f->olds[o].dialect >= dialect && (!best || f->olds[o].dialect < best->dialect))
			best = &f->olds[o];
	}
	return best;
}

static void container_defaults(struct txn *t, const struct node *parent, int dialect, unsigned line)
{
	for (size_t i = 0; i < parent->nnodes; i++) {
		const struct node *n = parent->nodes[i];

		if (n->flags & NODE_LIST)
			continue;
		for (size_t k = 0; k < n->nfields; k++) {
			const struct field *f = &n->fields[k];
			const struct dialect_default *old = old_default(f, dialect);
			struct centry *e;

			if (!old)
				continue;
			e = conf_edit(txn_conf(t), n, NULL, true);
			if (!e->vals[f->index].kind)
				entry_set(e, f, &old->value);
			txn_touch(t, n, NULL, f, line);
		}
		container_defaults(t, n, dialect, line);
		conf_prune(txn_conf(t), n, NULL);
	}
}

void edit_dialect(const struct grammar *g, struct txn *t, int dialect, unsigned line)
{
	container_defaults(t, g->schema.root, dialect, line);
}

static bool said(struct edit_said *s, struct str line)
{
	for (size_t i = 0; i < s->n; i++) {
		if (str_eq_cstr(line, s->text[i]))
			return true;
	}
	if (s->n < EDIT_SAID)
		s->text[s->n++] = strndup(line.p, line.len);
	return false;
}

void edit_said_once(struct edit_said *s, struct out *notes)
{
	struct str rest = out_text(notes);
	struct out kept;

	if (!rest.len || !memmem(rest.p, rest.len, "INFO: ", 6))
		return;
	out_init(&kept);
	while (rest.len) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		struct str line = {rest.p, nl ? (size_t)(nl - rest.p) : rest.len};

		rest = (struct str){line.p + line.len + (nl != NULL),
		                    rest.len - line.len - (nl != NULL)};
		if (!str_has_prefix_nocase(line, STR("INFO: ")) || !said(s, line))
			out_printf(&kept, "%.*s\n", STR_ARG(line));
	}
	out_clear(notes);
	out_put(notes, out_text(&kept));
	out_free(&kept);
}

void edit_said_clear(struct edit_said *s)
{
	while (s->n)
		free(s->text[--s->n]);
}
