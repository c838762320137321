#include "core/config/tree.h"

#include <stdlib.h>
#include <string.h>

#include "core/config/order.h"

static uint64_t next_mark;

static void changes(struct conf *c)
{
	c->mark = ++next_mark;
}

struct centry *entry_new(const struct node *n)
{
	struct centry *e = conf_alloc(sizeof(*e) + n->nfields * sizeof(e->vals[0]));

	e->refs = 1;
	e->node = n;
	if (n->nnodes)
		e->slots = conf_alloc(n->nnodes * sizeof(e->slots[0]));
	return e;
}

void entry_drop(struct centry *e)
{
	if (!e || --e->refs)
		return;
	for (size_t i = 0; i < e->node->nfields; i++)
		value_free(&e->vals[i]);
	for (size_t i = 0; i < e->node->nnodes; i++) {
		entry_drop(e->slots[i].one);
		tnode_drop(e->slots[i].list.by_key);
		tnode_drop(e->slots[i].list.by_order);
	}
	free(e->slots);
	free(e);
}

static struct centry *entry_copy(const struct centry *e)
{
	struct centry *copy = entry_new(e->node);

	copy->seq = e->seq;
	copy->base = e->base;
	for (size_t i = 0; i < e->node->nfields; i++)
		value_copy(&copy->vals[i], &e->vals[i]);
	for (size_t i = 0; i < e->node->nnodes; i++) {
		copy->slots[i] = e->slots[i];
		if (copy->slots[i].one)
			copy->slots[i].one->refs++;
		tnode_hold(copy->slots[i].list.by_key);
		tnode_hold(copy->slots[i].list.by_order);
	}
	return copy;
}

static void list_put(struct conf *c, struct centry *parent, struct centry *e)
{
	struct clist *list = &parent->slots[e->node->slot].list;

	list->by_key = tnode_put(list->by_key, order_by_key, c->stamp, e);
	list->by_order = tnode_put(list->by_order, order_by_sort, c->stamp, e);
}

static struct centry *builtin_entry(const struct centry *tmpl, uint64_t seq)
{
	struct centry *e = entry_new(tmpl->node);

	for (size_t i = 0; i < node_nkeys(tmpl->node); i++)
		value_copy(&e->vals[i], &tmpl->vals[i]);
	e->base = tmpl;
	e->seq = seq;
	return e;
}

struct conf *conf_new(const struct schema *s)
{
	struct conf *c = conf_alloc(sizeof(*c));

	c->refs = 1;
	c->stamp = 1;
	c->schema = s;
	c->root = entry_new(s->root);
	changes(c);
	c->root->stamp = c->stamp;
	for (size_t i = 0; i < s->root->nnodes; i++) {
		const struct node *n = s->root->nodes[i];

		for (size_t j = 0; j < n->nbuiltin; j++) {
			struct centry *e = builtin_entry(n->builtin[j], ++c->seq);

			e->stamp = c->stamp;
			list_put(c, c->root, e);
			c->root->slots[i].list.n++;
			entry_drop(e);
		}
	}
	return c;
}

struct conf *conf_fork(const struct conf *base)
{
	struct conf *c = conf_alloc(sizeof(*c));

	*c = *base;
	c->refs = 1;
	c->stamp++;
	c->root->refs++;
	return c;
}

struct conf *conf_hold(struct conf *c)
{
	c->refs++;
	return c;
}

void conf_drop(struct conf *c)
{
	if (!c || --c->refs)
		return;
	entry_drop(c->root);
	free(c);
}

/* A stand-in for searching; keys stay the caller's. */
union probe {
	struct centry e;
	unsigned char room[sizeof(struct centry) + 16 * sizeof(struct value)];
};

static const struct centry *probe(union probe *p, const struct node *n, const struct value *own,
                                  size_t nown)
{
	if (n->nup + n->nkeys > 16)
		abort();
	p->e.node = n;
	memcpy(p->e.vals + n->nup, own, nown * sizeof(*own));
	return &p->e;
}

const struct centry *list_find(const struct centry *parent, const struct node *n,
                               const struct value *own_keys)
{
	union probe p;

	return tnode_find(parent->slots[n->slot].list.by_key, order_by_key,
	                  probe(&p, n, own_keys, n->nkeys));
}

const struct centry *list_find_first(const struct centry *parent, const struct node *n,
                                     const struct value *first_key)
{
	union probe p;

	return tnode_find(parent->slots[n->slot].list.by_key, order_by_first,
	                  probe(&p, n, first_key, 1));
}

const struct centry *conf_get(const struct conf *c, const struct node *n, const struct value *keys)
{
	const struct centry *parent;

	if (!n->parent)
		return c->root;
	parent = conf_get(c, n->parent, keys);
	if (!parent)
		return NULL;
	if (n->flags & NODE_LIST)
		return list_find(parent, n, keys + n->nup);
	return parent->slots[n->slot].one;
}

static struct centry *edit_root(struct conf *c)
{
	if (c->root->stamp != c->stamp) {
		struct centry *copy = entry_copy(c->root);

		copy->stamp = c->stamp;
		entry_drop(c->root);
		c->root = copy;
	}
	return c->root;
}

static struct centry *edit_one(struct conf *c, struct centry *parent, const struct node *n,
                               const struct value *keys)
{
	struct cslot *slot = &parent->slots[n->slot];
	struct centry *e = slot->one;

	if (!e) {
		e = entry_new(n);
		for (size_t i = 0; i < n->nup; i++)
			value_copy(&e->vals[i], &keys[i]);
		e->base = parent->base ? parent->base->slots[n->slot].one : NULL;
	} else if (e->stamp != c->stamp) {
		e = entry_copy(e);
		entry_drop(slot->one);
	}
	e->stamp = c->stamp;
	slot->one = e;
	return e;
}

static struct centry *edit_listed(struct conf *c, struct centry *parent, const struct node *n,
                                  const struct value *keys)
{
	struct centry *e = (struct centry *)list_find(parent, n, keys + n->nup);

	if (e && e->stamp == c->stamp)
		return e;
	if (e) {
		e = entry_copy(e);
	} else {
		e = entry_new(n);
		e->seq = ++c->seq;
		for (size_t i = 0; i < node_nkeys(n); i++)
			value_copy(&e->vals[i], &keys[i]);
		parent->slots[n->slot].list.n++;
	}
	e->stamp = c->stamp;
	list_put(c, parent, e);
	entry_drop(e); /* the trees hold it */
	return e;
}

struct centry *conf_edit(struct conf *c, const struct node *n, const struct value *keys,
                         bool create)
{
	struct centry *parent;

	changes(c);
	if (!n->parent)
		return edit_root(c);
	if (!create && !conf_get(c, n, keys))
		return NULL;
	parent = conf_edit(c, n->parent, keys, create);
	if (n->flags & NODE_LIST)
		return edit_listed(c, parent, n, keys);
	return edit_one(c, parent, n, keys);
}

static void list_del(struct conf *c, struct centry *parent, const struct centry *e)
{
	struct clist *list = &parent->slots[e->node->slot].list;
	struct centry *hold = (struct centry *)e;

	hold->refs++;
	list->by_key = tnode_del(list->by_key, order_by_key, c->stamp, e);
	list->by_order = tnode_del(list->by_order, order_by_sort, c->stamp, e);
	list->n--;
	entry_drop(hold);
}

bool conf_delete(struct conf *c, const struct node *n, const struct value *keys)
{
	const struct centry *e = conf_get(c, n, keys);
	struct centry *parent, *fresh;

	if (!e || !n->parent)
		return false;
	parent = conf_edit(c, n->parent, keys, false);
	if (!(n->flags & NODE_LIST)) {
		entry_drop(parent->slots[n->slot].one);
		parent->slots[n->slot].one = NULL;
	} else if (e->base) {
		fresh = builtin_entry(e->base, e->seq);
		fresh->stamp = c->stamp;
		list_put(c, parent, fresh);
		entry_drop(fresh);
	} else {
		list_del(c, parent, e);
	}
	return true;
}

void conf_prune(struct conf *c, const struct node *n, const struct value *keys)
{
	for (; n->parent; n = n->parent) {
		const struct centry *e = conf_get(c, n, keys);

		if (!e || !entry_is_empty(e))
			return;
		if ((n->flags & NODE_LIST) && (e->base || !(n->flags & NODE_BY_CONTENT)))
			return;
		conf_delete(c, n, keys);
	}
}

void conf_revert(struct conf *c, const struct conf *from, const struct node *n,
                 const struct value *keys)
{
	struct centry *old = (struct centry *)conf_get(from, n, keys), *parent;
	const struct centry *now = conf_get(c, n, keys);
	bool moved = now && old && now->seq != old->seq;

	if (old == now)
		return;
	if (!old) {
		conf_delete(c, n, keys);
		return;
	}
	parent = conf_edit(c, n->parent, keys, true);
	if (n->flags & NODE_LIST) {
		if (moved)
			list_del(c, parent, now);
		if (moved || !now)
			parent->slots[n->slot].list.n++;
		list_put(c, parent, old);
	} else {
		old->refs++;
		entry_drop(parent->slots[n->slot].one);
		parent->slots[n->slot].one = old;
	}
}

const struct value *entry_default(const struct centry *e, const struct field *f)
{
	if (e->base && e->base->vals[f->index].kind)
		return &e->base->vals[f->index];
	return f->dflt.kind ? &f->dflt : NULL;
}

const struct value *entry_value(const struct centry *e, const struct field *f)
{
	return e->vals[f->index].kind ? &e->vals[f->index] : entry_default(e, f);
}

void entry_set(struct centry *e, const struct field *f, const struct value *v)
{
	const struct value *dflt = entry_default(e, f);
	struct value copy = {0};

	/* a default that differs by kind of entry is no default to somebody who types it */
	if (!dflt || f->vary_by || !value_equal(dflt, v))
		value_copy(&copy, v);
	value_free(&e->vals[f->index]);
	e->vals[f->index] = copy;
}

void entry_reset(struct centry *e, const struct field *f)
{
	value_free(&e->vals[f->index]);
}

bool entry_is_empty(const struct centry *e)
{
	for (size_t i = node_nkeys(e->node); i < e->node->nfields; i++) {
		if (e->vals[i].kind)
			return false;
	}
	for (size_t i = 0; i < e->node->nnodes; i++) {
		if (e->slots[i].list.n || (e->slots[i].one && !entry_is_empty(e->slots[i].one)))
			return false;
	}
	return true;
}

void entry_describe(const struct centry *e, struct out *out)
{
	const struct node *n = e->node;
	const char *title = n->title;

	/* A child is named after the entry it belongs to. */
	while (!title && n->parent && n->parent->parent && !n->nkeys) {
		n = n->parent;
		title = n->title;
	}
	out_str(out, title ? title : n->name);
	for (size_t i = 0; i < node_nkeys(n); i++) {
		out_str(out, " ");
		value_print(&n->fields[i], &e->vals[i], true, out);
	}
}

const struct centry *list_first(const struct centry *parent, const struct node *n)
{
	return tnode_first(parent->slots[n->slot].list.by_order);
}

const struct centry *list_next(const struct centry *parent, const struct centry *e)
{
	return tnode_after(parent->slots[e->node->slot].list.by_order, order_by_sort, e);
}

size_t list_count(const struct centry *parent, const struct node *n)
{
	return parent->slots[n->slot].list.n;
}

const struct centry *entry_child(const struct centry *e, const struct node *n)
{
	if (e->slots && e->slots[n->slot].one)
		return e->slots[n->slot].one;
	if (e->base && e->base->slots && e->base->slots[n->slot].one)
		return e->base->slots[n->slot].one;
	return n->empty;
}

static bool list_same(const struct centry *pa, const struct centry *pb, const struct node *n)
{
	const struct clist *a = &pa->slots[n->slot].list, *b = &pb->slots[n->slot].list;
	const struct centry *ea, *eb;

	if (a->n != b->n)
		return false;
	switch (tnode_same(a->by_order, b->by_order)) {
	case TREE_SAME:
		return true;
	case TREE_DIFFERENT:
		return false;
	case TREE_UNKNOWN:
		break;
	}
	ea = list_first(pa, n);
	eb = list_first(pb, n);
	while (ea && eb) {
		if (!conf_same(ea, eb))
			return false;
		ea = list_next(pa, ea);
		eb = list_next(pb, eb);
	}
	return ea == eb;
}

static bool slot_same(const struct centry *a, const struct centry *b, const struct node *n)
{
	const struct centry *x, *y;

	if (n->flags & NODE_LIST)
		return list_same(a, b, n);
	x = a->slots[n->slot].one;
	y = b->slots[n->slot].one;
	if (!x || !y)
		return (!x || entry_is_empty(x)) && (!y || entry_is_empty(y));
	return conf_same(x, y);
}

bool conf_same(const struct centry *a, const struct centry *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->node != b->node)
		return false;
	for (size_t i = 0; i < a->node->nfields; i++) {
		if (!value_equal(&a->vals[i], &b->vals[i]))
			return false;
	}
	for (size_t i = 0; i < a->node->nnodes; i++) {
		if (!slot_same(a, b, a->node->nodes[i]))
			return false;
	}
	return true;
}

uint64_t conf_mark(const struct conf *c)
{
	return c->mark;
}

bool conf_equal(const struct conf *a, const struct conf *b)
{
	return conf_same(a->root, b->root);
}

bool conf_node_same(const struct conf *a, const struct conf *b, const char *node)
{
	const struct node *n = schema_find(a->schema, node);

	if (!n)
		abort();
	return slot_same(a->root, b->root, n);
}

bool conf_reads_same(const struct conf *a, const struct conf *b, const struct conf_reads *r)
{
	const struct node *root = a->schema->root;

	for (size_t i = 0; i < root->nnodes; i++) {
		bool read = r->all || (r->slots[i / 64 % CONF_READS_WORDS] >> (i % 64) & 1);

		if (read && !slot_same(a->root, b->root, root->nodes[i]))
			return false;
	}
	return true;
}
