#include "core/config/order.h"

#include <stdlib.h>

struct tnode {
	unsigned refs;
	uint32_t prio;
	uint64_t stamp;
	struct tnode *l, *r;
	struct centry *e;
};

/* Walks of a list start at the root for every step unless the way to the last entry is remembered. A place is good as
 * long as no tree changed. */
#define PLACES 4
#define DEPTH  96

struct place {
	uint64_t epoch;
	const struct tnode *root;
	const struct tnode
	        *path[DEPTH]; /* to `at` and above it: the nodes left of which the way went */
	size_t n;
	const struct tnode *at;
};

static struct place places[PLACES];
static unsigned next_place;
static uint64_t epoch = 1;

static int compare_own_keys(const struct node *n, const struct centry *a, const struct centry *b)
{
	for (size_t i = n->nup; i < n->nup + n->nkeys; i++) {
		int c = value_compare(&a->vals[i], &b->vals[i]);

		if (c)
			return c;
	}
	return 0;
}

int order_by_key(const struct node *n, const struct centry *a, const struct centry *b)
{
	return compare_own_keys(n, a, b);
}

int order_by_first(const struct node *n, const struct centry *a, const struct centry *b)
{
	return value_compare(&a->vals[n->nup], &b->vals[n->nup]);
}

int order_by_sort(const struct node *n, const struct centry *a, const struct centry *b)
{
	for (size_t i = 0; i < n->nsort; i++) {
		int c;

		if (n->sort[i] == SORT_ENTERED)
			c = (a->seq > b->seq) - (a->seq < b->seq);
		else
			c = value_compare(&a->vals[n->sort[i]], &b->vals[n->sort[i]]);
		if (c)
			return c;
	}
	return compare_own_keys(n, a, b);
}

struct tnode *tnode_hold(struct tnode *t)
{
	if (t)
		t->refs++;
	return t;
}

void tnode_drop(struct tnode *t)
{
	if (!t || --t->refs)
		return;
	epoch++;
	tnode_drop(t->l);
	tnode_drop(t->r);
	entry_drop(t->e);
	free(t);
}

static struct tnode *own(struct tnode *t, uint64_t stamp)
{
	struct tnode *copy;

	if (t->stamp == stamp)
		return t;
	copy = conf_alloc(sizeof(*copy));
	*copy = *t;
	copy->refs = 1;
	copy->stamp = stamp;
	tnode_hold(copy->l);
	tnode_hold(copy->r);
	copy->e->refs++;
	tnode_drop(t);
	return copy;
}

/* Spreads consecutive numbers, so that the tree is balanced whatever the order of keys. */
static uint32_t priority(uint64_t seq)
{
	uint64_t x = seq + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(x >> 32);
}

struct tnode *tnode_put(struct tnode *t, order_fn *cmp, uint64_t stamp, struct centry *e)
{
	struct tnode *x;
	int c;

	epoch++;
	if (!t) {
		t = conf_alloc(sizeof(*t));
		*t = (struct tnode){.refs = 1, .prio = priority(e->seq), .stamp = stamp, .e = e};
		e->refs++;
		return t;
	}
	c = cmp(e->node, e, t->e);
	t = own(t, stamp);
	if (!c) {
		e->refs++;
		entry_drop(t->e);
		t->e = e;
	} else if (c < 0) {
		x = t->l = tnode_put(t->l, cmp, stamp, e);
		if (x->prio > t->prio) {
			t->l = x->r;
			x->r = t;
			return x;
		}
	} else {
		x = t->r = tnode_put(t->r, cmp, stamp, e);
		if (x->prio > t->prio) {
			t->r = x->l;
			x->l = t;
			return x;
		}
	}
	return t;
}

static struct tnode *join(struct tnode *l, struct tnode *r, uint64_t stamp)
{
	if (!l)
		return r;
	if (!r)
		return l;
	if (l->prio > r->prio) {
		l = own(l, stamp);
		l->r = join(l->r, r, stamp);
		return l;
	}
	r = own(r, stamp);
	r->l = join(l, r->l, stamp);
	return r;
}

struct tnode *tnode_del(struct tnode *t, order_fn *cmp, uint64_t stamp, const struct centry *e)
{
	int c;

	epoch++;
	if (!t)
		return NULL;
	c = cmp(e->node, e, t->e);
	if (!c) {
		struct tnode *l = tnode_hold(t->l), *r = tnode_hold(t->r);

		tnode_drop(t);
		return join(l, r, stamp);
	}
	t = own(t, stamp);
	if (c < 0)
		t->l = tnode_del(t->l, cmp, stamp, e);
	else
		t->r = tnode_del(t->r, cmp, stamp, e);
	return t;
}

struct centry *tnode_find(const struct tnode *t, order_fn *cmp, const struct centry *like)
{
	struct centry *found = NULL;

	while (t) {
		int c = cmp(like->node, like, t->e);

		if (!c)
			found = t->e;
		t = c <= 0 ? t->l : t->r;
	}
	return found;
}

struct centry *tnode_first(const struct tnode *t)
{
	while (t && t->l)
		t = t->l;
	return t ? t->e : NULL;
}

static struct place *place_of(const struct tnode *root, const struct centry *e)
{
	for (size_t i = 0; i < PLACES; i++) {
		struct place *p = &places[i];

		if (p->epoch == epoch && p->root == root && p->at && p->at->e == e)
			return p;
	}
	return NULL;
}

/* Down to the leftmost below t; false when the tree is too deep to be remembered. */
static bool go_left(struct place *p, const struct tnode *t)
{
	for (; t->l; t = t->l) {
		if (p->n == DEPTH)
			return false;
		p->path[p->n++] = t;
	}
	p->at = t;
	return true;
}

static struct centry *step(struct place *p)
{
	if (p->at->r) {
		if (go_left(p, p->at->r))
			return p->at->e;
		p->epoch = 0;
		return NULL;
	}
	p->at = p->n ? p->path[--p->n] : NULL;
	return p->at ? p->at->e : NULL;
}

static struct centry *search_after(const struct tnode *t, order_fn *cmp, const struct centry *e)
{
	struct place *p = &places[next_place++ % PLACES];
	const struct tnode *best = NULL, *root = t;
	bool fits = true;
	size_t n = 0;

	*p = (struct place){.root = root};
	while (t) {
		if (cmp(e->node, e, t->e) < 0) {
			fits = fits && p->n < DEPTH;
			if (fits)
				p->path[p->n++] = t;
			best = t;
			n = p->n;
			t = t->l;
		} else {
			t = t->r;
		}
	}
	if (!best)
		return NULL;
	if (fits && n) {
		p->n = n - 1; /* without itself */
		p->at = best;
		p->epoch = epoch;
	}
	return best->e;
}

struct centry *tnode_after(const struct tnode *t, order_fn *cmp, const struct centry *e)
{
	struct place *p = place_of(t, e);
	bool last = p && !p->at->r && !p->n;
	struct centry *next = p ? step(p) : NULL;

	return next || last ? next : search_after(t, cmp, e);
}

/* In order, so that the first difference is met at the same place of both. */
enum tree_same tnode_same(const struct tnode *a, const struct tnode *b)
{
	enum tree_same same;

	if (a == b)
		return TREE_SAME;
	if (!a || !b)
		return TREE_UNKNOWN;
	same = tnode_same(a->l, b->l);
	if (same != TREE_SAME)
		return same;
	if (!conf_same(a->e, b->e))
		return TREE_DIFFERENT;
	return tnode_same(a->r, b->r);
}
