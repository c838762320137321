#include "core/config/txn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/config/verify.h"

/* Attempts to find the one entry that does not compile, before entries are dropped from the end. */
#define ISOLATE_MAX 256
/* An entry is looked at once for each part that was touched; what it said then is not far back. */
#define NOTES_BACK 32

struct touched_field {
	const struct field *field;
	unsigned line;
};

struct touch {
	const struct node *node;
	struct value *keys;
	unsigned first, line;
	struct touched_field *fields;
	size_t nfields;
};

struct txn {
	struct confsys *sys;
	struct conf *base, *next;
	struct conf *origin; /* what a dropped entry goes back to: base, or nothing */
	struct touch **touched;
	size_t n, cap;
	struct hash *by_path;
};

struct confsys {
	const struct schema *schema;
	struct conf *running;
	struct conf_hooks hooks;
	bool hooked;
	void *snapshot;
};

struct confsys *confsys_new(const struct schema *s, const struct conf_hooks *hooks)
{
	struct confsys *sys = conf_alloc(sizeof(*sys));

	sys->schema = s;
	sys->running = conf_new(s);
	if (hooks) {
		sys->hooks = *hooks;
		sys->hooked = true;
	}
	return sys;
}

void confsys_free(struct confsys *sys)
{
	if (!sys)
		return;
	if (sys->snapshot && sys->hooks.release)
		sys->hooks.release(sys->hooks.ctx, sys->snapshot);
	conf_drop(sys->running);
	free(sys);
}

const struct conf *confsys_running(const struct confsys *sys)
{
	return sys->running;
}

void *confsys_snapshot(const struct confsys *sys)
{
	return sys->snapshot;
}

static struct txn *begin(struct confsys *sys, struct conf *next, struct conf *origin)
{
	struct txn *t = conf_alloc(sizeof(*t));

	t->sys = sys;
	t->base = conf_hold(sys->running);
	t->next = next;
	t->origin = conf_hold(origin);
	t->by_path = hash_new(0);
	if (!t->by_path)
		abort();
	return t;
}

struct txn *txn_begin(struct confsys *sys)
{
	return begin(sys, conf_fork(sys->running), sys->running);
}

struct txn *txn_begin_empty(struct confsys *sys)
{
	struct conf *origin = conf_new(sys->schema);
	struct txn *t;

	/* Nothing in it is shared with the version in force. */
	origin->stamp = sys->running->stamp + 1;
	t = begin(sys, conf_fork(origin), origin);
	conf_drop(origin);
	return t;
}

void txn_abort(struct txn *t)
{
	if (!t)
		return;
	conf_drop(t->base);
	conf_drop(t->next);
	conf_drop(t->origin);
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < node_nkeys(t->touched[i]->node); k++)
			value_free(&t->touched[i]->keys[k]);
		free(t->touched[i]->keys);
		free(t->touched[i]->fields);
		free(t->touched[i]);
	}
	free(t->touched);
	hash_free(t->by_path);
	free(t);
}

const struct conf *txn_base(const struct txn *t)
{
	return t->base;
}

struct conf *txn_conf(struct txn *t)
{
	return t->next;
}

static struct touch *find_touch(const struct txn *t, const struct node *n, const struct value *keys,
                                struct out *path)
{
	out_init(path);
	out_put(path, (struct str){(const char *)&n, sizeof(n)});
	for (size_t i = 0; i < node_nkeys(n); i++) {
		value_print(&n->fields[i], &keys[i], true, path);
		out_put(path, (struct str){"", 1});
	}
	return hash_get(t->by_path, path->text, path->len);
}

void txn_touch(struct txn *t, const struct node *n, const struct value *keys, const struct field *f,
               unsigned line)
{
	struct out path;
	struct touch *touch = find_touch(t, n, keys, &path);

	if (!touch) {
		touch = conf_alloc(sizeof(*touch));
		touch->node = n;
		touch->keys = conf_alloc(node_nkeys(n) * sizeof(*touch->keys));
		for (size_t i = 0; i < node_nkeys(n); i++)
			value_copy(&touch->keys[i], &keys[i]);
		if (t->n == t->cap) {
			t->cap = t->cap ? t->cap * 2 : 16;
			t->touched = realloc(t->touched, t->cap * sizeof(*t->touched));
			if (!t->touched)
				abort();
		}
		t->touched[t->n++] = touch;
		if (!hash_put(t->by_path, path.text, path.len, touch))
			abort();
	}
	out_free(&path);
	if (line)
		touch->line = line;
	if (!touch->first)
		touch->first = line;
	for (size_t i = 0; f && i < touch->nfields; i++) {
		if (touch->fields[i].field == f) {
			touch->fields[i].line = line;
			return;
		}
	}
	if (!f || !line)
		return;
	touch->fields = realloc(touch->fields, (touch->nfields + 1) * sizeof(*touch->fields));
	if (!touch->fields)
		abort();
	touch->fields[touch->nfields++] = (struct touched_field){f, line};
}

static unsigned line_of(const struct touch *touch, const struct field *f)
{
	for (size_t i = 0; f && i < touch->nfields; i++) {
		if (touch->fields[i].field == f)
			return touch->fields[i].line;
	}
	return touch->line;
}

unsigned txn_line_of(const struct txn *t, const struct node *n, const struct value *keys,
                     const struct field *f)
{
	struct out path;
	const struct touch *touch = find_touch(t, n, keys, &path);

	out_free(&path);
	return touch ? line_of(touch, f) : 0;
}

/* Notes of checks: of the entry that is looked at, each once. */
struct noted {
	unsigned line;
	char *text;
};

struct notes {
	const struct txn *t;
	const struct touch *touch; /* that is looked at */
	struct noted *list;
	size_t n;
};

static unsigned line_of_note(const struct notes *s, const struct centry *e, const char *field)
{
	struct out path;
	const struct touch *touch = find_touch(s->t, e->node, e->vals, &path);
	const struct field *f = field ? node_field(e->node, str_of(field)) : NULL;

	out_free(&path);
	if (!touch)
		touch = s->touch;
	for (size_t i = 0; f && i < touch->nfields; i++) {
		if (touch->fields[i].field == f)
			return touch->fields[i].line;
	}
	return touch->first;
}

static void add_note(void *arg, const struct centry *e, const char *field, const char *line)
{
	struct notes *s = arg;
	unsigned at = line_of_note(s, e, field);

	for (size_t i = s->n > NOTES_BACK ? s->n - NOTES_BACK : 0; i < s->n; i++) {
		if (s->list[i].line == at && !strcmp(s->list[i].text, line))
			return;
	}
	s->list = realloc(s->list, (s->n + 1) * sizeof(*s->list));
	if (!s->list)
		abort();
	s->list[s->n] = (struct noted){at, strdup(line)};
	if (!s->list[s->n++].text)
		abort();
}

static void notes_clear(struct notes *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->list[i].text);
	free(s->list);
	s->list = NULL;
	s->n = 0;
}

static int compile_and_prepare(struct txn *t, struct conf *next, void **snapshot, struct out *notes,
                               struct err *err)
{
	struct confsys *sys = t->sys;
	const struct conf_hooks *h = &sys->hooks;
	int rc;

	if (h->compile) {
		rc = h->compile(h->ctx, next, snapshot, notes, err);
		if (rc)
			return rc;
	}
	if (!h->prepare)
		return 0;
	rc = h->prepare(h->ctx, t->base, next, sys->snapshot, *snapshot, notes, err);
	if (rc && h->release && *snapshot)
		h->release(h->ctx, *snapshot);
	return rc;
}

/* On success *snapshot is what goes with next; an attempt that fails leaves no notes. */
static int make_snapshot(struct txn *t, struct conf *next, void **snapshot, struct out *notes,
                         struct err *err)
{
	struct out quiet;
	int rc;

	*snapshot = NULL;
	out_init(&quiet);
	rc = compile_and_prepare(t, next, snapshot, &quiet, err);
	if (!rc)
		out_put(notes, out_text(&quiet));
	out_free(&quiet);
	return rc;
}

static void tell_entries(const struct txn *t)
{
	const struct conf_hooks *h = &t->sys->hooks;

	for (size_t i = 0; h->entry && i < t->n; i++) {
		const struct touch *touch = t->touched[i];
		const struct centry *was, *is;

		if (touch->node->parent->parent || !(touch->node->flags & NODE_LIST))
			continue;
		was = conf_get(t->base, touch->node, touch->keys);
		is = conf_get(t->next, touch->node, touch->keys);
		if (was != is)
			h->entry(h->ctx, touch->node->name, was, is);
	}
}

static void publish(struct txn *t, void *snapshot)
{
	struct confsys *sys = t->sys;
	const struct conf_hooks *h = &sys->hooks;
	void *old = sys->snapshot;

	sys->snapshot = snapshot;
	conf_drop(sys->running);
	sys->running = conf_hold(t->next);
	if (h->apply)
		h->apply(h->ctx, t->base, t->next, old, snapshot);
	if (old)
		tell_entries(t);
	if (old && h->release)
		h->release(h->ctx, old);
}

/* Nothing to compile: what is in force stays. */
static bool unchanged(const struct txn *t)
{
	return (!t->sys->hooked || t->sys->snapshot) && conf_equal(t->base, t->next);
}

int txn_commit(struct txn *t, struct out *notes, struct err *err)
{
	struct notes said = {.t = t};
	struct conf_notes to = {add_note, &said};
	struct verify_fault fault;
	void *snapshot;
	int rc = 0;

	for (size_t i = 0; i < t->n && !rc; i++) {
		said.touch = t->touched[i];
		if (!verify_entry(t->origin, t->next, t->touched[i]->node, t->touched[i]->keys, &to,
		                  &fault))
			rc = err_set(err, fault.err.code ? fault.err.code : -EINVAL, "%s",
			             fault.err.text);
	}
	for (size_t i = 0; i < said.n; i++)
		out_printf(notes, "%s\n", said.list[i].text);
	notes_clear(&said);
	if (!rc && !unchanged(t)) {
		rc = make_snapshot(t, t->next, &snapshot, notes, err);
		if (!rc)
			publish(t, snapshot);
	}
	txn_abort(t);
	return rc;
}

/* Takes back as little as makes the entry right again. */
static void drop_fault(struct txn *t, const struct touch *touch, const struct verify_fault *fault)
{
	const struct field *f = fault->field;
	const struct centry *old = conf_get(t->origin, touch->node, touch->keys);
	struct centry *e;

	if (fault->deleted || !f || (f->flags & FIELD_REQUIRED) || f->index < node_nkeys(f->node)) {
		/* A part without its entry goes with the entry, which was made for it alone. */
		const struct node *n = !fault->deleted && !f && fault->err.code == -ENOENT
		                               ? fault->node
		                               : touch->node;

		conf_revert(t->next, t->origin, n, touch->keys);
		conf_prune(t->next, n, touch->keys);
		return;
	}
	e = conf_edit(t->next, touch->node, touch->keys, false);
	if (!e)
		return;
	if (e->vals[f->index].kind == V_LIST) {
		struct value *list = &e->vals[f->index];

		for (size_t i = list->list.n; i-- > 0;) {
			if (f->of->to && !verify_ref(t->next, f->of, &list->list.v[i]))
				value_list_del(list, &list->list.v[i]);
		}
		if (!list->list.n)
			entry_reset(e, f);
	} else {
		entry_reset(e, f);
		if (old && old->vals[f->index].kind &&
		    (!f->to || verify_ref(t->next, f, &old->vals[f->index])))
			entry_set(e, f, &old->vals[f->index]);
	}
	conf_prune(t->next, touch->node, touch->keys);
}

static size_t verify_best(struct txn *t, const struct txn_report *report)
{
	struct notes said = {.t = t};
	struct conf_notes to = {add_note, &said};
	struct verify_fault fault;
	struct out text;
	bool again = true;
	size_t faults = 0;

	for (size_t round = 0; again && round <= t->n + 1; round++) {
		again = false;
		notes_clear(&said);
		for (size_t i = 0; i < t->n; i++) {
			struct touch *touch = t->touched[i];

			said.touch = touch;
			if (verify_entry(t->origin, t->next, touch->node, touch->keys, &to, &fault))
				continue;
			out_init(&text);
			out_printf(&text, "ERROR: %s", fault.err.text);
			report->fault(report->arg, line_of(touch, fault.field), text.text);
			out_free(&text);
			drop_fault(t, touch, &fault);
			again = true;
			faults++;
		}
	}
	/* The notes of the last round are those of what is kept. */
	for (size_t i = 0; i < said.n; i++)
		report->note(report->arg, said.list[i].line, said.list[i].text);
	notes_clear(&said);
	return faults;
}

static void report_dropped(const struct touch *touch, const struct err *why,
                           const struct txn_report *report)
{
	struct out text;

	out_init(&text);
	out_printf(&text, "ERROR: %s", why->text);
	report->fault(report->arg, touch->line, text.text);
	out_free(&text);
}

/* The tree does not compile: find what it cannot do without dropping. */
static int isolate(struct txn *t, void **snapshot, struct out *notes,
                   const struct txn_report *report, struct err *err)
{
	struct err why = *err, other = {0};
	struct conf *trial;

	for (size_t i = t->n; i-- > 0 && t->n - i <= ISOLATE_MAX;) {
		trial = conf_fork(t->next);
		conf_revert(trial, t->origin, t->touched[i]->node, t->touched[i]->keys);
		if (!conf_equal(trial, t->next) &&
		    !make_snapshot(t, trial, snapshot, notes, &other)) {
			report_dropped(t->touched[i], &why, report);
			conf_drop(t->next);
			t->next = trial;
			return 0;
		}
		conf_drop(trial);
	}
	for (size_t i = t->n; i-- > 0;) {
		trial = conf_fork(t->next);
		conf_revert(trial, t->origin, t->touched[i]->node, t->touched[i]->keys);
		if (conf_equal(trial, t->next)) {
			conf_drop(trial);
			continue;
		}
		conf_drop(t->next);
		t->next = trial;
		report_dropped(t->touched[i], &why, report);
		if (!make_snapshot(t, t->next, snapshot, notes, &why))
			return 0;
	}
	return err->code ? err->code : -EINVAL;
}

int txn_commit_best(struct txn *t, struct out *notes, const struct txn_report *report,
                    struct err *err)
{
	struct err first = {0};
	void *snapshot;
	int rc = 0;

	if (verify_best(t, report) && report->strict)
		rc = err_set(err, -EINVAL, "nothing of the text was applied");
	if (!rc && !unchanged(t)) {
		rc = make_snapshot(t, t->next, &snapshot, notes, &first);
		if (rc && report->strict) {
			err_set(err, rc, "%s", first.text);
		} else if (rc) {
			rc = isolate(t, &snapshot, notes, report, &first);
			if (rc)
				err_set(err, rc, "%s", first.text);
		}
		if (!rc)
			publish(t, snapshot);
	}
	txn_abort(t);
	return rc;
}
