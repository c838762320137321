/* What a `no` in front of a line does: the entry goes, or fields of it go back to their defaults. */
#include <errno.h>
#include <string.h>

#include "cli/config/edit_priv.h"

/* Values in front of the last key must be those of the entry (`no crypto map M interface I`). */
static bool means_entry(const struct edit *ed, const struct centry *e)
{
	const struct match *m = ed->m;
	unsigned last = 0;

	for (size_t i = 0; i < m->nbound; i++) {
		if (edit_is_key(ed, m->bound[i].field) && m->bound[i].atom > last)
			last = m->bound[i].atom;
	}
	for (size_t i = 0; i < m->nbound; i++) {
		const struct bound *b = &m->bound[i];
		const struct value *v;

		if (b->dropped || edit_is_key(ed, b->field) || b->atom > last)
			continue;
		v = entry_value(e, b->field);
		if (!v || !value_equal(v, &b->value))
			return false;
	}
	return true;
}

int edit_delete_entry(struct edit *ed)
{
	const struct node *n = ed->node;
	const struct centry *e = conf_get(txn_conf(ed->t), n, ed->keys);
	struct out what;

	if (n->flags & NODE_LIST) {
		/* What has no effect may be said to be off when it is. */
		if (!e && ed->m->line->inert && !n->unknown)
			return 0;
		if (!e || !means_entry(ed, e))
			return edit_not_there(ed, n);
		if (e->base) {
			out_init(&what);
			entry_describe(e, &what);
			err_set(ed->err, -EPERM, "%s is built in and cannot be deleted", what.text);
			out_free(&what);
			return -EPERM;
		}
	}
	edit_touch(ed, NULL);
	conf_delete(txn_conf(ed->t), n, ed->keys);
	if (n->parent->parent)
		conf_prune(txn_conf(ed->t), n->parent, ed->keys);
	return 0;
}

static void take_out(struct centry *e, const struct bound *b, bool many)
{
	const struct value *now = entry_value(e, b->field);
	struct value next;

	if (!now)
		return;
	value_copy(&next, now);
	if (next.kind == V_SET)
		next.set &= ~b->value.set;
	for (size_t i = 0; next.kind == V_LIST && i < b->value.list.n; i++)
		value_list_del(&next, &b->value.list.v[i]);
	/* A line that lists its values cannot say that there are none. */
	if ((next.kind == V_LIST && !next.list.n) || (next.kind == V_SET && many && !next.set))
		entry_reset(e, b->field);
	else
		entry_set(e, b->field, &next);
	value_free(&next);
}

static uint64_t reach(const struct line *l, uint64_t from)
{
	uint64_t all = 0, next = from;

	while (next) {
		uint64_t more = l->follow[__builtin_ctzll(next)] & ~all;

		next &= next - 1;
		all |= more;
		next |= more;
	}
	return all;
}

/* Is the field meant by what was typed, or by what may follow it? (Not: another branch.) */
static bool meant(const struct match *m, unsigned atom)
{
	uint64_t bit = UINT64_C(1) << atom;

	return (m->path & bit) || (reach(m->line, UINT64_C(1) << m->end) & bit) ||
	       (reach(m->line, bit) & m->path);
}

static void negate_with(struct edit *ed, struct centry *e, const struct with *w)
{
	const struct value *now = entry_value(e, w->field);
	struct value off = {.kind = V_U32};

	edit_touch(ed, w->field);
	/* A short form (`no dns-server`) means every way to say the line. */
	if (!(ed->m->line->last >> ed->m->end & 1))
		entry_reset(e, w->field);
	else if (!strcmp(w->field->type->name, "bool") && entry_default(e, w->field)) {
		off.u32 = !w->value.u32;
		entry_set(e, w->field, &off);
	} else if (now && value_equal(now, &w->value)) {
		entry_reset(e, w->field);
	}
}

/* The `no` sets something: a switch that is on without it. */
static bool switches_off(const struct line *l)
{
	for (size_t i = 0; i < l->nwith; i++) {
		const struct field *f = l->with[i].field;

		if (!strcmp(f->type->name, "bool") && f->dflt.kind &&
		    value_equal(&f->dflt, &l->with[i].value))
			return (l->node->flags & NODE_BY_CONTENT) != 0;
	}
	return false;
}

int edit_reset_fields(struct edit *ed)
{
	const struct line *l = ed->m->line;
	struct conf *c = txn_conf(ed->t);
	struct centry *e;
	int rc = edit_check_mode(ed);

	if (rc)
		return rc;
	if ((ed->node->flags & NODE_LIST) && !conf_get(c, ed->node, ed->keys) && !switches_off(l)) {
		/* A text may say the default of an entry that lives by its content before it has any. */
		if (ed->line && (ed->node->flags & NODE_BY_CONTENT))
			return 0;
		return edit_not_there(ed, ed->node);
	}
	e = conf_edit(c, ed->node, ed->keys, true);
	edit_touch(ed, NULL);
	for (unsigned i = 0; i < l->natoms; i++) {
		const struct item *it = l->atoms[i];
		const struct bound *b;

		if (!edit_stores(ed, it) || !meant(ed->m, i))
			continue;
		edit_touch(ed, it->field);
		if ((it->field->flags & FIELD_REQUIRED) && (ed->node->flags & NODE_LIST))
			return edit_delete_entry(ed);
		b = edit_bound(ed->m, it->field);
		if (b && (b->value.kind == V_SET || b->value.kind == V_LIST))
			take_out(e, b, it->many);
		else
			entry_reset(e, it->field);
	}
	for (size_t i = 0; i < l->nwith; i++) {
		if (!edit_is_key(ed, l->with[i].field))
			negate_with(ed, e, &l->with[i]);
	}
	/* The line that says the entry exists takes it along when nothing else is left. */
	if ((l->flags & LINE_PRIMARY) && !e->base && entry_is_empty(e))
		return edit_delete_entry(ed);
	conf_prune(c, ed->node, ed->keys);
	return 0;
}
