#include "cli/config/edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config/edit_priv.h"
#include "core/config/verify.h"

bool edit_is_key(const struct edit *ed, const struct field *f)
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

int edit_not_there(struct edit *ed, const struct node *n)
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

int edit_check_mode(struct edit *ed)
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
			return edit_not_there(ed, n);
	}
	return 0;
}

void edit_touch(struct edit *ed, const struct field *f)
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

const struct bound *edit_bound(const struct match *m, const struct field *f)
{
	for (size_t i = 0; i < m->nbound; i++) {
		if (!m->bound[i].dropped && m->bound[i].field == f)
			return &m->bound[i];
	}
	return NULL;
}

bool edit_stores(const struct edit *ed, const struct item *it)
{
	return it->kind == ITEM_ARG && !it->dropped && !edit_is_key(ed, it->field);
}

static void reset_unsaid(struct edit *ed, struct centry *e, const struct line *l)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		bool with = false;

		if (!edit_stores(ed, l->atoms[i]) || edit_bound(ed->m, l->atoms[i]->field))
			continue;
		for (size_t w = 0; w < l->nwith; w++)
			with = with || l->with[w].field == l->atoms[i]->field;
		if (!with) {
			entry_reset(e, l->atoms[i]->field);
			edit_touch(ed, l->atoms[i]->field);
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
	int rc = edit_check_mode(ed);

	if (rc)
		return rc;
	e = make_entry(ed);
	edit_touch(ed, NULL);
	reset_omitted(ed, e);
	for (size_t i = 0; i < ed->m->nbound && !rc; i++) {
		const struct bound *b = &ed->m->bound[i];

		if (b->dropped || edit_is_key(ed, b->field))
			continue;
		edit_touch(ed, b->field);
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
		if (edit_is_key(ed, l->with[i].field))
			continue;
		edit_touch(ed, l->with[i].field);
		entry_set(e, l->with[i].field, &l->with[i].value);
	}
	conf_prune(txn_conf(ed->t), ed->node, ed->keys);
	return rc;
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
	return ed->m->no_deletes ? edit_delete_entry(ed) : edit_reset_fields(ed);
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
