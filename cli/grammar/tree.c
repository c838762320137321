/* `dialects:`, `tree:` and `order:` of the grammar: the schema of the config tree. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/grammar/build.h"
#include "core/base/hash.h"
#include "core/config/tree.h"

void build_own(struct builder *b, struct field *f, struct value *v)
{
	struct grammar_owned *o = build_alloc(b, 1, sizeof(*o));

	*o = (struct grammar_owned){f, v, b->g->owned};
	b->g->owned = o;
}

int grammar_dialect(const struct grammar *g, struct str name)
{
	for (size_t i = 0; i < g->ndialects; i++) {
		if (str_eq_cstr(name, g->dialects[i]))
			return (int)i;
	}
	return -1;
}

int build_dialect(struct builder *b, const struct yaml *y, const char *name)
{
	int d = grammar_dialect(b->g, str_of(name));

	if (d < 0)
		build_fail(b, y, "unknown dialect \"%s\"", name);
	return d;
}

bool build_value(struct builder *b, const struct field *f, const struct yaml *y, struct value *v)
{
	struct err err = {0};
	struct value one;

	*v = (struct value){0};
	if (y->kind == YAML_TEXT) {
		if (!value_parse(f, str_of(y->text), v, &err))
			return build_fail(b, y, "%s: %s", f->name, err.text);
		return true;
	}
	if (y->kind != YAML_SEQ || (f->type->kind != V_SET && f->type->kind != V_LIST))
		return build_fail(b, y, "%s: not a value of type %s", f->name, f->type->name);
	v->kind = f->type->kind;
	for (size_t i = 0; i < y->n; i++) {
		if (y->items[i]->kind != YAML_TEXT ||
		    !value_parse(f, str_of(y->items[i]->text), &one, &err)) {
			value_free(v);
			return build_fail(b, y, "%s: %s", f->name, err.text);
		}
		if (v->kind == V_SET)
			v->set |= one.set;
		for (size_t j = 0; one.kind == V_LIST && j < one.list.n; j++)
			value_list_add(v, &one.list.v[j]);
		value_free(&one);
	}
	return true;
}

static bool number(struct builder *b, const struct yaml *map, const char *key, struct field *f,
                   uint32_t *n, unsigned flag)
{
	const char *s = build_text(b, map, key);

	if (!s)
		return !b->failed;
	if (!str_to_u32(str_of(s), UINT32_MAX, n))
		return build_fail(b, yaml_get(map, key), "%s: a number is expected", key);
	f->flags |= flag;
	return true;
}

static bool range(struct builder *b, const struct yaml *map, struct field *f)
{
	const char *s = build_text(b, map, "range");
	const char *dots = s ? strstr(s, "..") : NULL;

	if (!s)
		return !b->failed;
	if (!dots || !str_to_u32((struct str){s, (size_t)(dots - s)}, UINT32_MAX, &f->min) ||
	    !str_to_u32(str_of(dots + 2), UINT32_MAX, &f->max) || f->min > f->max)
		return build_fail(b, yaml_get(map, "range"), "range: LOW..HIGH is expected");
	f->flags |= FIELD_HAS_MIN | FIELD_HAS_MAX;
	return true;
}

static bool yes(struct builder *b, const struct yaml *map, const char *key, struct field *f,
                unsigned flag)
{
	const char *s = build_text(b, map, key);

	if (!s)
		return !b->failed;
	if (strcmp(s, "true") && strcmp(s, "yes"))
		return build_fail(b, yaml_get(map, key), "%s: true is the only value", key);
	f->flags |= flag;
	return true;
}

static bool choices(struct builder *b, const struct yaml *map, struct field *f)
{
	static struct choice onoff[] = {{"enable", NULL}, {"disable", NULL}};
	const struct yaml *y = yaml_get(map, "values");

	if (f->type->class != CLASS_KEYWORDS)
		return y ? build_fail(b, y, "values: not for type %s", f->type->name) : true;
	if (!y && !strcmp(f->type->name, "bool")) {
		f->choices = onoff;
		f->nchoices = 2;
		return true;
	}
	if (!y || y->kind != YAML_MAP || !y->n || y->n > 64)
		return build_fail(b, y ? y : map, "values: 1 to 64 words with their help");
	f->choices = build_alloc(b, y->n, sizeof(*f->choices));
	for (size_t i = 0; i < y->n; i++) {
		if (y->items[i]->kind != YAML_TEXT)
			return build_fail(b, y->items[i], "the help of a word is expected");
		f->choices[f->nchoices++] = (struct choice){y->keys[i], y->items[i]->text};
	}
	return true;
}

static bool words(struct builder *b, const struct yaml *map, struct field *f)
{
	const struct yaml *y = yaml_get(map, "words");
	struct field open = *f;

	if (!y)
		return true;
	if (y->kind != YAML_MAP)
		return build_fail(b, y, "words: a map is expected");
	open.flags &= ~(unsigned)(FIELD_HAS_MIN | FIELD_HAS_MAX);
	f->words = build_alloc(b, y->n, sizeof(*f->words));
	for (size_t i = 0; i < y->n; i++) {
		struct yaml value = *y->items[i];

		/* {VALUE: HELP} */
		if (value.kind == YAML_MAP && value.n == 1 && value.items[0]->kind == YAML_TEXT) {
			f->words[i].help = value.items[0]->text;
			value.text = value.keys[0];
			value.kind = YAML_TEXT;
		}
		if (!build_value(b, &open, &value, &f->words[i].value))
			return false;
		f->words[i].word = y->keys[i];
		f->nwords++;
	}
	return true;
}

/* vary: {FIELD: {WORD: DEFAULT | none}} */
static bool vary(struct builder *b, const struct yaml *map, struct field *f)
{
	const struct yaml *y = yaml_get(map, "vary"), *of;

	if (!y)
		return true;
	if (y->kind != YAML_MAP || y->n != 1 || y->items[0]->kind != YAML_MAP)
		return build_fail(b, y, "vary: one field with its words is expected");
	of = y->items[0];
	f->vary_by = y->keys[0];
	f->vary = build_alloc(b, of->n, sizeof(*f->vary));
	for (size_t i = 0; i < of->n; i++) {
		struct vary_default *v = &f->vary[f->nvary++];

		v->word = of->keys[i];
		v->none = of->items[i]->kind == YAML_TEXT && !strcmp(of->items[i]->text, "absent");
		if (!v->none && !build_value(b, f, of->items[i], &v->value))
			return false;
	}
	return true;
}

static bool defaults(struct builder *b, const struct yaml *map, struct field *f)
{
	const struct yaml *y = yaml_get(map, "default"), *old = yaml_get(map, "defaults");

	if (y && (f->flags & FIELD_REQUIRED))
		return build_fail(b, y, "%s: required and default exclude each other", f->name);
	if (y && !build_value(b, f, y, &f->dflt))
		return false;
	if (!old)
		return true;
	if (old->kind != YAML_MAP)
		return build_fail(b, old, "defaults: a map is expected");
	f->olds = build_alloc(b, old->n, sizeof(*f->olds));
	for (size_t i = 0; i < old->n; i++) {
		int d = build_dialect(b, old, old->keys[i]);

		if (d < 0 || !build_value(b, f, old->items[i], &f->olds[i].value))
			return false;
		f->olds[f->nolds++].dialect = d;
	}
	return true;
}

bool build_field(struct builder *b, const char *name, const struct yaml *y, struct field *f,
                 bool owned)
{
	static const char *const known[] = {
	        "type", "range", "unit",    "min",      "max",    "values",   "words",
	        "to",   "via",   "of",      "default",  "help",   "required", "defaults",
	        "once", "add",   "suggest", "sections", "syntax", "vary",     NULL};
	const struct yaml *of = yaml_get(y, "of");
	const char *type, *add;
	struct field *element;

	if (!build_keys(b, y, known))
		return false;
	f->name = name;
	type = build_text(b, y, "type");
	f->type = type ? value_type_find(type) : NULL;
	if (!f->type)
		return build_fail(b, y, "%s: unknown type \"%s\"", name, type ? type : "");
	if (owned)
		build_own(b, f, NULL);
	f->help = build_text(b, y, "help");
	f->unit = build_text(b, y, "unit");
	f->to_name = build_text(b, y, "to");
	f->via = build_text(b, y, "via");
	f->suggest = build_text(b, y, "suggest");
	f->syntax = build_text(b, y, "syntax");
	add = build_text(b, y, "add");
	if (add && (strcmp(add, "append") || f->type->kind != V_LIST))
		return build_fail(b, y, "add: append is the only value, for lists");
	f->flags |= add ? FIELD_APPEND : 0;
	if (!strcmp(type, "ref") && !f->to_name)
		return build_fail(b, y, "%s: to: is missing", name);
	if (f->type->kind == V_LIST) {
		element = build_alloc(b, 1, sizeof(*element));
		if (!of)
			return build_fail(b, y, "%s: of: is missing", name);
		f->of = element;
		if (!build_field(b, name, of, element, false))
			return false;
		if (element->type->kind == V_LIST || element->type->kind == V_SET)
			return build_fail(b, of, "%s: a list holds single values", name);
	} else if (of) {
		return build_fail(b, of, "of: is for lists");
	}
	return range(b, y, f) && number(b, y, "min", f, &f->min, FIELD_HAS_MIN) &&
	       number(b, y, "max", f, &f->max, FIELD_HAS_MAX) &&
	       yes(b, y, "required", f, FIELD_REQUIRED) && yes(b, y, "once", f, FIELD_ONCE) &&
	       yes(b, y, "sections", f, FIELD_SECTIONS) && choices(b, y, f) && words(b, y, f) &&
	       defaults(b, y, f) && vary(b, y, f);
}

bool build_resolve(struct builder *b, struct field *f, const struct yaml *y)
{
	if (f->of && !build_resolve(b, (struct field *)f->of, y))
		return false;
	if (!f->to_name)
		return true;
	f->to = schema_find(&b->g->schema, f->to_name);
	if (!f->to || !(f->to->flags & NODE_LIST) || f->to->parent->parent)
		return build_fail(b, y, "%s: to: \"%s\" is no list at top level", f->name,
		                  f->to_name);
	if (f->via && !node_field(f->to, str_of(f->via)))
		return build_fail(b, y, "%s: via: \"%s\" is no field of %s", f->name, f->via,
		                  f->to_name);
	return true;
}

static bool layout(struct builder *b, struct node *n, const struct yaml *y)
{
	const struct yaml *keys = yaml_get(y, "list"), *fields = yaml_get(y, "fields");
	size_t i, nkeys = keys ? keys->n : 0, nfields = fields ? fields->n : 0;

	if ((keys && (keys->kind != YAML_MAP || !keys->n)) || (fields && fields->kind != YAML_MAP))
		return build_fail(b, y, "list: and fields: are maps of fields");
	n->nup = n->parent->nup + n->parent->nkeys;
	n->nkeys = nkeys;
	if (n->nup + nkeys > 8)
		return build_fail(b, y, "%s: too many keys", n->name);
	n->flags |= keys ? NODE_LIST : 0;
	n->fields = build_alloc(b, n->nup + nkeys + nfields, sizeof(*n->fields));
	for (n->nfields = 0; n->nfields < n->nup; n->nfields++)
		n->fields[n->nfields] = n->parent->fields[n->nfields];
	for (i = 0; i < nkeys + nfields; i++) {
		struct field *f = &n->fields[n->nfields];
		bool key = i < nkeys;
		const char *name = key ? keys->keys[i] : fields->keys[i - nkeys];

		f->node = n;
		f->index = (unsigned)n->nfields++;
		if (!build_field(b, name, key ? keys->items[i] : fields->items[i - nkeys], f,
		                 false))
			return false;
		if (key && (f->type->kind == V_LIST || f->type->kind == V_SET || f->dflt.kind))
			return build_fail(b, keys->items[i], "%s: a key is a single value", name);
	}
	return true;
}

static bool sorting(struct builder *b, struct node *n, const struct yaml *y)
{
	const struct yaml *sort = yaml_get(y, "sort");
	size_t count = !sort ? 1 : sort->kind == YAML_SEQ ? sort->n : 1;

	if (count > NODE_SORT_MAX || (sort && sort->kind == YAML_MAP))
		return build_fail(b, sort, "sort: a key, entered, or a list of them");
	for (size_t i = 0; i < count; i++) {
		const struct yaml *item = sort && sort->kind == YAML_SEQ ? sort->items[i] : sort;
		unsigned at = SORT_ENTERED;

		if (item && (!item->text || strcmp(item->text, "entered"))) {
			for (at = (unsigned)n->nup; at < node_nkeys(n); at++) {
				if (item->text && !strcmp(n->fields[at].name, item->text))
					break;
			}
			if (at == node_nkeys(n))
				return build_fail(b, item, "sort: no such key");
		}
		n->sort[n->nsort++] = at;
	}
	return true;
}

static bool add_node(struct builder *b, struct node *parent, const char *name,
                     const struct yaml *y);

static bool node_parts(struct builder *b, struct node *n, const struct yaml *y)
{
	const char *exists = build_text(b, y, "exists");
	const struct yaml *kids = yaml_get(y, "nodes");

	n->owner = build_text(b, y, "owner");
	if (!n->owner)
		n->owner = n->parent->owner;
	n->title = build_text(b, y, "title");
	n->unknown = build_text(b, y, "unknown");
	n->before = build_text(b, y, "before");
	n->after = build_text(b, y, "after");
	n->check_name = build_text(b, y, "check");
	if (n->check_name) {
		n->check = conf_check_find(n->check_name);
		if (!n->check && !(b->flags & GRAMMAR_NO_FUNCTIONS))
			return build_fail(b, y, "check: there is no function %s", n->check_name);
	}
	if (exists && strcmp(exists, "by-line") && strcmp(exists, "by-content"))
		return build_fail(b, y, "exists: by-line or by-content");
	if (exists && !strcmp(exists, "by-content"))
		n->flags |= NODE_BY_CONTENT;
	if (!layout(b, n, y) || !sorting(b, n, y))
		return false;
	if (kids && kids->kind != YAML_MAP)
		return build_fail(b, kids, "nodes: a map is expected");
	for (size_t i = 0; kids && i < kids->n; i++) {
		if (!add_node(b, n, kids->keys[i], kids->items[i]))
			return false;
	}
	n->empty = entry_new(n);
	return true;
}

static bool add_node(struct builder *b, struct node *parent, const char *name, const struct yaml *y)
{
	static const char *const known[] = {"list",   "owner", "exists",  "sort",   "builtin",
	                                    "check",  "title", "unknown", "fields", "nodes",
	                                    "before", "after", NULL};
	struct node *n = build_alloc(b, 1, sizeof(*n)), **grown;

	if (!build_keys(b, y, known))
		return false;
	if (node_child(parent, str_of(name)))
		return build_fail(b, y, "node %s is given twice", name);
	grown = build_alloc(b, parent->nnodes + 1, sizeof(*grown));
	if (parent->nnodes)
		memcpy(grown, parent->nodes, parent->nnodes * sizeof(*grown));
	grown[parent->nnodes] = n;
	n->name = name;
	n->parent = parent;
	n->slot = (unsigned)parent->nnodes++;
	n->rank = UINT32_MAX;
	n->file = y->file;
	n->line = y->line;
	parent->nodes = grown;
	return node_parts(b, n, y);
}

static bool resolve_node(struct builder *b, struct node *n, const struct yaml *y)
{
	const struct yaml *kids = yaml_get(y, "nodes");

	for (size_t i = n->nup; i < n->nfields; i++) {
		if (!build_resolve(b, &n->fields[i], y))
			return false;
	}
	for (size_t i = 0; kids && i < kids->n; i++) {
		if (!resolve_node(b, node_child(n, str_of(kids->keys[i])), kids->items[i]))
			return false;
	}
	return true;
}

static bool fill_builtin(struct builder *b, struct centry *e, const struct yaml *y)
{
	if (y->kind != YAML_MAP)
		return build_fail(b, y, "builtin: a list of maps");
	for (size_t i = 0; i < y->n; i++) {
		const struct field *f = node_field(e->node, str_of(y->keys[i]));
		const struct node *kid = node_child(e->node, str_of(y->keys[i]));

		if (f) {
			value_free(&e->vals[f->index]);
			if (!build_value(b, f, y->items[i], &e->vals[f->index]))
				return false;
		} else if (kid && !(kid->flags & NODE_LIST)) {
			entry_drop(e->slots[kid->slot].one);
			e->slots[kid->slot].one = entry_new(kid);
			for (size_t k = 0; k < kid->nup; k++)
				value_copy(&e->slots[kid->slot].one->vals[k], &e->vals[k]);
			if (!fill_builtin(b, e->slots[kid->slot].one, y->items[i]))
				return false;
		} else {
			return build_fail(b, y, "builtin: no field %s", y->keys[i]);
		}
	}
	return true;
}

static bool builtins(struct builder *b, struct node *n, const struct yaml *y)
{
	const struct yaml *list = yaml_get(y, "builtin");

	if (!list)
		return true;
	if (list->kind != YAML_SEQ || !(n->flags & NODE_LIST))
		return build_fail(b, list, "builtin: a list, for nodes with keys");
	n->builtin = build_alloc(b, list->n, sizeof(*n->builtin));
	for (size_t i = 0; i < list->n; i++) {
		struct centry *e = n->builtin[n->nbuiltin++] = entry_new(n);

		if (!fill_builtin(b, e, list->items[i]))
			return false;
		for (size_t k = 0; k < n->nkeys; k++) {
			if (!e->vals[k].kind)
				return build_fail(b, list, "builtin: key %s is missing",
				                  n->fields[k].name);
		}
	}
	return true;
}

static bool order(struct builder *b, const struct yaml *y)
{
	struct grammar *g = b->g;

	if (g->order)
		return build_fail(b, y, "order: is given twice");
	if (y->kind != YAML_SEQ)
		return build_fail(b, y, "order: a list of nodes");
	g->order = build_alloc(b, y->n, sizeof(*g->order));
	for (size_t i = 0; i < y->n; i++) {
		struct node *n =
		        y->items[i]->text ? schema_find(&g->schema, y->items[i]->text) : NULL;

		if (!n || n->parent->parent || n->rank != UINT32_MAX)
			return build_fail(b, y->items[i], "order: \"%s\" is no top-level node%s",
			                  y->items[i]->text ? y->items[i]->text : "",
			                  n ? " or given twice" : "");
		n->rank = (unsigned)i;
		g->order[g->norder++] = n;
	}
	return true;
}

static bool dialects(struct builder *b, const struct yaml *y)
{
	if (b->g->dialects || y->kind != YAML_SEQ)
		return build_fail(b, y, "dialects: one list of names");
	b->g->dialects = build_alloc(b, y->n, sizeof(*b->g->dialects));
	for (size_t i = 0; i < y->n; i++) {
		if (!y->items[i]->text)
			return build_fail(b, y, "dialects: one list of names");
		b->g->dialects[b->g->ndialects++] = y->items[i]->text;
	}
	return true;
}

typedef bool part_fn(struct builder *b, const char *name, const struct yaml *y);

static bool part_add(struct builder *b, const char *name, const struct yaml *y)
{
	return add_node(b, b->g->schema.root, name, y);
}

static bool part_resolve(struct builder *b, const char *name, const struct yaml *y)
{
	return resolve_node(b, node_child(b->g->schema.root, str_of(name)), y);
}

static bool part_builtin(struct builder *b, const char *name, const struct yaml *y)
{
	return builtins(b, node_child(b->g->schema.root, str_of(name)), y);
}

static bool each_node(struct builder *b, part_fn *fn)
{
	for (size_t i = 0; i < b->ndocs; i++) {
		const struct yaml *tree = yaml_get(b->docs[i], "tree");

		if (tree && tree->kind != YAML_MAP)
			return build_fail(b, tree, "tree: a map of nodes");
		for (size_t k = 0; tree && k < tree->n; k++) {
			if (!fn(b, tree->keys[k], tree->items[k]))
				return false;
		}
	}
	return true;
}

static bool each_doc(struct builder *b, const char *key,
                     bool (*fn)(struct builder *b, const struct yaml *y))
{
	for (size_t i = 0; i < b->ndocs; i++) {
		const struct yaml *y = yaml_get(b->docs[i], key);

		if (y && !fn(b, y))
			return false;
	}
	return true;
}

bool build_tree(struct builder *b)
{
	struct node *root = build_alloc(b, 1, sizeof(*root));

	root->name = "";
	b->g->schema.root = root;
	return each_doc(b, "dialects", dialects) && each_node(b, part_add) &&
	       each_node(b, part_resolve) && each_node(b, part_builtin) &&
	       each_doc(b, "order", order);
}
