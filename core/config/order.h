/* Balanced trees (treaps) of entries that share branches between versions; only tree.c uses them. */
#ifndef CORE_CONFIG_ORDER_H
#define CORE_CONFIG_ORDER_H

#include "core/config/tree.h"

/* Order of a's entry and b's; only values of keys and the order of entry count. */
typedef int order_fn(const struct node *n, const struct centry *a, const struct centry *b);

int order_by_key(const struct node *n, const struct centry *a, const struct centry *b);
int order_by_first(const struct node *n, const struct centry *a, const struct centry *b);
int order_by_sort(const struct node *n, const struct centry *a, const struct centry *b);

/* Inserts or replaces; consumes t, holds e. What does not carry the stamp is copied first. */
struct tnode *tnode_put(struct tnode *t, order_fn *cmp, uint64_t stamp, struct centry *e);
/* e must be in it. */
struct tnode *tnode_del(struct tnode *t, order_fn *cmp, uint64_t stamp, const struct centry *e);
struct tnode *tnode_hold(struct tnode *t);
void tnode_drop(struct tnode *t);
/* The first that is equal by cmp, which may look at less than the tree's order does. */
struct centry *tnode_find(const struct tnode *t, order_fn *cmp, const struct centry *like);
struct centry *tnode_first(const struct tnode *t);
/* The first entry after e, which need not be in it. */
struct centry *tnode_after(const struct tnode *t, order_fn *cmp, const struct centry *e);

enum tree_same { TREE_SAME, TREE_DIFFERENT, TREE_UNKNOWN };
/* By the branches they share: cheap between versions. Unknown when the trees grew apart. */
enum tree_same tnode_same(const struct tnode *a, const struct tnode *b);

#endif
