#include "cli/config/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/verify.h"

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

static bool is_key(const struct edit *ed, const struct field *f)
{
	return f->index < node_nkeys(ed->node);
}

static const struct bound *bound_key(const struct edit *ed, size_t k)
{
	for (size_t i = 0; i < ed->m->nbound; i++) {
		if (!ed->m->bound[i].dropped && ed->m->bound[i].field->index == k)
			return &ed->m->bound[i];
	}
	return NULL;
}

static int find_keys(struct edit *ed)
{
	const struct line *l = ed->m->line;
	size_t from_mode = ed->m->mode->node ? node_nkeys(ed->m->mode->node) : 0;

	for (size_t k = 0; k < node_nkeys(ed->node); k++) {
		const struct bound *b = bound_key(ed, k);
		const struct value *v = b ? &b->value : NULL;

		for (size_t i = 0; i < l->nwith && !v; i++) {
			if (l->with[i].field->index == k)
				v = &l->with[i].value;
		}
		ed->typed[k] = v != NULL;
		if (!v && k < from_mode && k < ed->ctx->nkeys)
			v = &ed->ctx->keys[k];
		if (!v || !v->kind)
			return err_set(ed->err, -EINVAL, "%s is missing", ed->node->fields[k].name);
		ed->keys[k] = *v;
	}
	return 0;
}

static int not_there(struct edit *ed, const struct node *n)
{
	struct centry *e = entry_new(n);
	struct out what;

	for (size_t k = 0; k < node_nkeys(n); k++)
		value_copy(&e->vals[k], &ed->keys[k]);
	out_init(&what);
	entry_describe(e, &what);
	verify_unknown(n, out_text(&what),
	               ed->keys[0].kind == V_TEXT ? ed->keys[0].text : out_text(&what), ed->err);
	out_free(&what);
	entry_drop(e);
	return -ENOENT;
}

/* The entry a sub-mode speaks about may have been deleted from another console. */
static int check_mode_entry(struct edit *ed)
{
	for (const struct node *n = ed->node; n->parent; n = n->parent) {
		bool typed = false;

		if (!(n->flags & NODE_LIST))
			continue;
		for (size_t k = n->nup; k < node_nkeys(n); k++)
			typed = typed || ed->typed[k];
		if (typed || (n->flags & NODE_BY_CONTENT))
			continue;
		if (!conf_get(txn_conf(ed->t), n, ed->keys))
			return not_there(ed, n);
	}
	return 0;
}

static void touch(struct edit *ed, const struct field *f)
{
	txn_touch(ed->t, ed->node, ed->keys, f, ed->line);
}

static int line_dialect(const struct edit *ed)
{
	const struct line *l = ed->m->line;

	if (l->dialect >= 0)
		return l->dialect;
	return (l->flags & LINE_LEGACY) && l->until >= 0 ? l->until : ed->dialect;
}

/* The default of an old dialect is said openly in an entry that its lines make. */
static void old_defaults(struct centry *e, int dialect)
{
	for (size_t i = node_nkeys(e->node); dialect >= 0 && i < e->node->nfields; i++) {
		const struct field *f = &e->node->fields[i];
		const struct dialect_default *best = NULL;

		for (size_t k = 0; k < f->nolds; k++) {
			if (f->olds[k].dialect >= dialect &&
			    (!best || f->olds[k].dialect < best->dialect))
				best = &f->olds[k];
		}
		if (best && !e->vals[i].kind)
			entry_set(e, f, &best->value);
	}
}

static struct centry *make_entry(struct edit *ed)
{
	struct conf *c = txn_conf(ed->t);
	int dialect = line_dialect(ed);

	for (const struct node *n = ed->node; n->parent && dialect >= 0; n = n->parent) {
		if ((n->flags & NODE_LIST) && !conf_get(c, n, ed->keys))
			old_defaults(conf_edit(c, n, ed->keys, true), dialect);
	}
	return conf_edit(c, ed->node, ed->keys, true);
}

static bool fits(const struct field *f, const struct value *list, struct err *err)
{
	if ((f->flags & FIELD_HAS_MAX) && list->list.n > f->max) {
		err_set(err, -E2BIG, "%s: at most %u values are allowed", f->name, f->max);
		return false;
	}
	return true;
}

static int set_list(struct edit *ed, struct centry *e, const struct bound *b)
{
	const struct field *f = b->field;
	const struct value *now = entry_value(e, f);
	bool add = (f->flags & FIELD_APPEND) || !ed->m->line->atoms[b->atom]->many;
	struct value next = {.kind = V_LIST};
	int rc = 0;

	if (add && now && now->kind == V_LIST) {
		value_free(&next);
		value_copy(&next, now);
	}
	for (size_t i = 0; i < b->value.list.n; i++) {
		if (!value_list_has(&next, &b->value.list.v[i]))
			value_list_add(&next, &b->value.list.v[i]);
	}
	next.kind = V_LIST;
	if (fits(f, &next, ed->err))
		entry_set(e, f, &next);
	else
		rc = -E2BIG;
	value_free(&next);
	return rc;
}

static void set_set(struct edit *ed, struct centry *e, const struct bound *b)
{
	const struct value *now = entry_value(e, b->field);
	struct value next = b->value;
	bool clear = (ed->m->line->flags & LINE_CLEAR_FIRST) && !e->vals[b->field->index].kind;

	if (!ed->m->line->atoms[b->atom]->many && !clear && now)
		next.set |= now->set;
	entry_set(e, b->field, &next);
	/* A set that says what the default says must still count as begun. */
	if ((ed->m->line->flags & LINE_CLEAR_FIRST) && !e->vals[b->field->index].kind)
		value_copy(&e->vals[b->field->index], &next);
}

static void say_masked(struct edit *ed, const struct field *f)
{
	out_printf(ed->notes, "WARNING: %s is hidden in this text (*), it is not a value: %s\n",
	           f->help ? f->help : f->name,
	           entry_value(conf_edit(txn_conf(ed->t), ed->node, ed->keys, true), f)
	                   ? "the one in force is kept"
	                   : "none is set");
}

static const struct bound *bound_field(const struct match *m, const struct field *f)
{
	for (size_t i = 0; i < m->nbound; i++) {
		if (!m->bound[i].dropped && m->bound[i].field == f)
			return &m->bound[i];
	}
	return NULL;
}

static bool stored(const struct edit *ed, const struct item *it)
{
	return it->kind == ITEM_ARG && !it->dropped && !is_key(ed, it->field);
}

static void reset_unsaid(struct edit *ed, struct centry *e, const struct line *l)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		bool with = false;

		if (!stored(ed, l->atoms[i]) || bound_field(ed->m, l->atoms[i]->field))
			continue;
		for (size_t w = 0; w < l->nwith; w++)
			with = with || l->with[w].field == l->atoms[i]->field;
		if (!with) {
			entry_reset(e, l->atoms[i]->field);
			touch(ed, l->atoms[i]->field);
		}
	}
}

/* A line states all its fields: what it leaves out goes back to the default. An older spelling states what its modern
 * line does. */
static void reset_omitted(struct edit *ed, struct centry *e)
{
	if (ed->m->line->flags & LINE_KEEP)
		return;
	reset_unsaid(ed, e, ed->m->line);
	if (ed->m->line->modern)
		reset_unsaid(ed, e, ed->m->line->modern);
}

static int apply(struct edit *ed)
{
	const struct line *l = ed->m->line;
	struct centry *e;
	int rc = check_mode_entry(ed);

	if (rc)
		return rc;
	e = make_entry(ed);
	touch(ed, NULL);
	reset_omitted(ed, e);
	for (size_t i = 0; i < ed->m->nbound && !rc; i++) {
		const struct bound *b = &ed->m->bound[i];

		if (b->dropped || is_key(ed, b->field))
			continue;
		touch(ed, b->field);
		if (b->masked)
			say_masked(ed, b->field);
		else if (b->value.kind == V_LIST)
			rc = set_list(ed, e, b);
		else if (b->value.kind == V_SET)
			set_set(ed, e, b);
		else
			entry_set(e, b->field, &b->value);
	}
	for (size_t i = 0; i < l->nwith && !rc; i++) {
		if (is_key(ed, l->with[i].field))
			continue;
		touch(ed, l->with[i].field);
		entry_set(e, l->with[i].field, &l->with[i].value);
	}
	conf_prune(txn_conf(ed->t), ed->node, ed->keys);
	return rc;
}

/* Values in front of the last key must be those of the entry (`no crypto map M interface I`). */
static bool means_entry(const struct edit *ed, const struct centry *e)
{
	const struct match *m = ed->m;
	unsigned last = 0;

	for (size_t i = 0; i < m->nbound; i++) {
		if (is_key(ed, m->bound[i].field) && m->bound[i].atom > last)
			last = m->bound[i].atom;
	}
	for (size_t i = 0; i < m->nbound; i++) {
		const struct bound *b = &m->bound[i];
		const struct value *v;

		if (b->dropped || is_key(ed, b->field) || b->atom > last)
			continue;
		v = entry_value(e, b->field);
		if (!v || !value_equal(v, &b->value))
			return false;
	}
	return true;
}

static int delete_entry(struct edit *ed)
{
	const struct node *n = ed->node;
	const struct centry *e = conf_get(txn_conf(ed->t), n, ed->keys);
	struct out what;

	if (n->flags & NODE_LIST) {
		/* What has no effect may be said to be off when it is. */
		if (!e && ed->m->line->inert && !n->unknown)
			return 0;
		if (!e || !means_entry(ed, e))
			return not_there(ed, n);
		if (e->base) {
			out_init(&what);
			entry_describe(e, &what);
			err_set(ed->err, -EPERM, "%s is built in and cannot be deleted", what.text);
			out_free(&what);
			return -EPERM;
		}
	}
	touch(ed, NULL);
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

	touch(ed, w->field);
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

static int reset_fields(struct edit *ed)
{
	const struct line *l = ed->m->line;
	struct conf *c = txn_conf(ed->t);
	struct centry *e;
	int rc = check_mode_entry(ed);

	if (rc)
		return rc;
	if ((ed->node->flags & NODE_LIST) && !conf_get(c, ed->node, ed->keys) && !switches_off(l)) {
		/* A text may say the default of an entry that lives by its content before it has any. */
		if (ed->line && (ed->node->flags & NODE_BY_CONTENT))
			return 0;
		return not_there(ed, ed->node);
	}
	e = conf_edit(c, ed->node, ed->keys, true);
	touch(ed, NULL);
	for (unsigned i = 0; i < l->natoms; i++) {
		const struct item *it = l->atoms[i];
		const struct bound *b;

		if (!stored(ed, it) || !meant(ed->m, i))
			continue;
		touch(ed, it->field);
		if ((it->field->flags & FIELD_REQUIRED) && (ed->node->flags & NODE_LIST))
			return delete_entry(ed);
		b = bound_field(ed->m, it->field);
		if (b && (b->value.kind == V_SET || b->value.kind == V_LIST))
			take_out(e, b, it->many);
		else
			entry_reset(e, it->field);
	}
	for (size_t i = 0; i < l->nwith; i++) {
		if (!is_key(ed, l->with[i].field))
			negate_with(ed, e, &l->with[i]);
	}
	/* The line that says the entry exists takes it along when nothing else is left. */
	if ((l->flags & LINE_PRIMARY) && !e->base && entry_is_empty(e))
		return delete_entry(ed);
	conf_prune(c, ed->node, ed->keys);
	return 0;
}

/* The arguments of a line and of the mode it was typed in, as an edit function sees them. */
static void typed_args(const struct edit *ed, struct conf_typed *typed, struct out *texts)
{
	const struct node *n = ed->m->mode->node;
	size_t nkeys = n ? node_nkeys(n) : 0;
	struct cmd_arg *args = arena_calloc(ed->m->arena, ed->m->nargs + nkeys + 1, sizeof(*args));

	if (!args)
		abort();
	if (ed->m->nargs)
		memcpy(args, ed->m->args, ed->m->nargs * sizeof(*args));
	typed->nargs = ed->m->nargs;
	for (size_t k = 0; k < nkeys && k < ed->ctx->nkeys; k++) {
		struct cmd_arg *a = &args[typed->nargs++];

		out_clear(texts);
		value_print(&n->fields[k], &ed->ctx->keys[k], true, texts);
		a->name = n->fields[k].name;
		a->text = (struct str){arena_str(ed->m->arena, out_text(texts)), texts->len};
	}
	typed->args = args;
}

static int edit_as(struct edit *ed);

static int edit_expansion(struct edit *ed, struct str text)
{
	struct cli_ctx ctx;
	int rc = 0;

	ctx_copy(&ctx, ed->ctx);
	while (text.len && !rc) {
		const char *end = memchr(text.p, '\n', text.len);
		struct str line = {text.p, end ? (size_t)(end - text.p) : text.len};
		struct match m;
		struct match_fail fail;
		struct edit sub = *ed;
		struct out what;

		text = (struct str){line.p + line.len + (end != NULL),
		                    text.len - line.len - (end != NULL)};
		switch (match_line(ed->g, &ctx, line, 15, &m, &fail)) {
		case MATCH_EMPTY:
			break;
		case MATCH_OK:
			sub.ctx = &ctx;
			sub.m = &m;
			sub.expanded = true;
			rc = m.line->run ? err_set(ed->err, -EINVAL, "not a configuration line")
			                 : edit_as(&sub);
			match_next_ctx(&m, &ctx);
			match_free(&m);
			break;
		default:
			out_init(&what);
			match_fail_text(&fail, &what);
			rc = err_set(ed->err, -EINVAL, "%.*s", STR_ARG(out_text(&what)));
			out_free(&what);
		}
	}
	ctx_clear(&ctx);
	return rc;
}

static int edit_by_hook(struct edit *ed, bool *done)
{
	struct out lines, texts;
	struct conf_typed typed = {.conf = txn_conf(ed->t),
	                           .no = ed->m->no,
	                           .line = ed->line,
	                           .lines = &lines,
	                           .notes = ed->notes};
	int rc;

	out_init(&lines);
	out_init(&texts);
	typed_args(ed, &typed, &texts);
	rc = ed->m->line->edit(&typed, ed->err);
	*done = rc || lines.len;
	if (!rc && lines.len)
		rc = edit_expansion(ed, out_text(&lines));
	if (lines.len)
		explicit_bzero(lines.text, lines.len);
	out_free(&lines);
	out_free(&texts);
	return rc;
}

/* What promises to keep somebody out, and does not, says so when it is typed. */
static void warn_guard(const struct edit *ed)
{
	const char *word = ed->m->line->items->kind == ITEM_WORD ? "" : "this line";

	out_str(ed->notes, "WARNING: ");
	for (const struct item *it = ed->m->line->items; it && it->kind == ITEM_WORD; it = it->next)
		out_printf(ed->notes, "%s%s", it == ed->m->line->items ? "" : " ", it->word);
	out_printf(ed->notes, "%s is kept without effect, %s\n", word, ed->m->line->inert);
}

static int edit_as(struct edit *ed)
{
	const struct line *l = ed->m->line;
	bool done = false;
	int rc;

	if ((l->flags & LINE_ONLY_STORED) && !ed->expanded)
		return err_set(ed->err, -EINVAL, "%% Unrecognized command");
	if (l->refused && !ed->m->no)
		return err_set(ed->err, -EOPNOTSUPP, "%s", l->refused);
	if (l->edit && !ed->expanded) {
		rc = edit_by_hook(ed, &done);
		if (done)
			return rc;
	}
	if ((l->flags & LINE_GUARDS) && l->inert && !ed->m->no)
		warn_guard(ed);
	if (l->say && !ed->m->no)
		out_printf(ed->notes, "INFO: %s\n", l->say);
	ed->node = l->node;
	if (!ed->node)
		return 0;
	rc = find_keys(ed);
	if (rc)
		return rc;
	if (!ed->m->no)
		return apply(ed);
	return ed->m->no_deletes ? delete_entry(ed) : reset_fields(ed);
}

int edit(const struct grammar *g, struct txn *t, const struct cli_ctx *ctx, const struct match *m,
         int dialect, unsigned line, struct out *notes, struct err *err)
{
	struct edit ed = {.g = g,
	                  .t = t,
	                  .ctx = ctx,
	                  .m = m,
	                  .dialect = dialect,
	                  .line = line,
	                  .notes = notes,
	                  .err = err};

	return edit_as(&ed);
}

int edit_line(const struct grammar *g, struct confsys *sys, struct cli_ctx *ctx,
              const struct match *m, struct out *notes, struct err *err)
{
	struct txn *t = txn_begin(sys);
	int rc = edit(g, t, ctx, m, -1, 0, notes, err);

	if (rc) {
		txn_abort(t);
		return rc;
	}
	rc = txn_commit(t, notes, err);
	if (!rc)
		match_next_ctx(m, ctx);
	return rc;
}
