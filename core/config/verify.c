#include "core/config/verify.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"

static bool is_ref(const struct field *f)
{
	return f->to && f->type->kind == V_TEXT;
}

bool verify_ref(const struct conf *c, const struct field *f, const struct value *v)
{
	const struct field *via;

	if (!f->via)
		return list_find_first(c->root, f->to, v) != NULL;
	via = node_field(f->to, str_of(f->via));
	for (const struct centry *e = list_first(c->root, f->to); e; e = list_next(c->root, e)) {
		const struct value *name = entry_value(e, via);

		if (name && value_equal(name, v))
			return true;
	}
	return false;
}

/* "address pool": the node's title, else what the field calls it, else the node's name. */
static void say_target(const struct field *f, struct out *out)
{
	size_t at = out->len;

	if (f->to->title)
		out_str(out, f->to->title);
	else
		out_str(out, f->help && !strchr(f->help, ',') ? f->help : f->to->name);
	if (at < out->len && !(at + 1 < out->len && isupper((unsigned char)out->text[at + 1])))
		out->text[at] = (char)tolower((unsigned char)out->text[at]);
}

void verify_unknown(const struct node *n, struct str what, struct str name, struct err *err)
{
	const char *star = n->unknown ? strchr(n->unknown, '*') : NULL;

	if (star)
		err_set(err, -ENOENT, "%.*s%.*s%s", (int)(star - n->unknown), n->unknown,
		        STR_ARG(name), star + 1);
	else
		err_set(err, -ENOENT, "%.*s does not exist", STR_ARG(what));
}

static bool missing(const struct field *f, const struct value *v, struct verify_fault *fault)
{
	struct out what;

	out_init(&what);
	say_target(f, &what);
	out_printf(&what, " %.*s", STR_ARG(v->text));
	verify_unknown(f->to, out_text(&what), v->text, &fault->err);
	out_free(&what);
	return false;
}

static bool refs_exist(const struct conf *next, const struct centry *e, struct verify_fault *fault)
{
	for (size_t i = e->node->nup; i < e->node->nfields; i++) {
		const struct field *f = &e->node->fields[i];
		const struct value *v = &e->vals[i];

		fault->field = f;
		if (v->kind == V_TEXT && is_ref(f) && !verify_ref(next, f, v))
			return missing(f, v, fault);
		if (v->kind != V_LIST || !is_ref(f->of))
			continue;
		for (size_t j = 0; j < v->list.n; j++) {
			if (!verify_ref(next, f->of, &v->list.v[j]))
				return missing(f->of, &v->list.v[j], fault);
		}
	}
	fault->field = NULL;
	return true;
}

static bool complete(const struct conf *base, const struct centry *e, struct verify_fault *fault)
{
	const struct node *n = e->node;
	struct out what;

	for (size_t i = node_nkeys(n); i < n->nfields; i++) {
		if (!(n->fields[i].flags & FIELD_REQUIRED) || entry_value(e, &n->fields[i]))
			continue;
		out_init(&what);
		entry_describe(e, &what);
		if (conf_get(base, n, e->vals))
			err_set(&fault->err, -EINVAL, "%s: %s is required", what.text,
			        n->fields[i].name);
		else
			err_set(&fault->err, -ENOENT, "%s does not exist", what.text);
		out_free(&what);
		return false;
	}
	return true;
}

static bool once_only(const struct conf *base, const struct centry *e, struct verify_fault *fault)
{
	const struct centry *old = conf_get(base, e->node, e->vals);

	for (size_t i = node_nkeys(e->node); old && i < e->node->nfields; i++) {
		const struct field *f = &e->node->fields[i];
		const struct value *was = entry_value(old, f), *now = entry_value(e, f);

		if (!(f->flags & FIELD_ONCE) || !was || (now && value_equal(was, now)))
			continue;
		fault->field = f;
		err_set(&fault->err, -EPERM, "%s cannot be changed, delete it first", f->name);
		return false;
	}
	return true;
}

/* Who names the target: a walk over the nodes that can. */
struct user_search {
	const struct node *to;
	const struct value *name;
	const char *via; /* only references by this field of it */
	struct out *users;
	unsigned found;
};

static bool refers(const struct field *f, const struct user_search *s)
{
	if (f->type->kind == V_LIST)
		f = f->of;
	if (!is_ref(f) || f->to != s->to)
		return false;
	return s->via ? f->via && !strcmp(f->via, s->via) : !f->via;
}

static bool can_refer(const struct node *n, const struct user_search *s)
{
	for (size_t i = n->nup; i < n->nfields; i++) {
		if (refers(&n->fields[i], s))
			return true;
	}
	for (size_t i = 0; i < n->nnodes; i++) {
		if (can_refer(n->nodes[i], s))
			return true;
	}
	return false;
}

/* All names that are referred to, for the version of the tree that is looked at: a text that deletes thousands of
 * entries asks for each of them. */
static struct {
	uint64_t mark;
	const struct node *to;
	char via[64]; /* "" = the key */
	struct hash *names;
} named;

static void collect(const struct centry *e, const struct user_search *s)
{
	const struct node *n = e->node;

	for (size_t i = n->nup; i < n->nfields; i++) {
		const struct value *v = &e->vals[i];
		const struct value *list = v->kind == V_LIST ? v->list.v : v;
		size_t count = v->kind == V_LIST ? v->list.n : 1;

		for (size_t k = 0; v->kind && refers(&n->fields[i], s) && k < count; k++) {
			if (list[k].kind == V_TEXT &&
			    !hash_put(named.names, list[k].text.p, list[k].text.len, &named))
				abort();
		}
	}
	for (size_t i = 0; i < n->nnodes; i++) {
		const struct node *child = n->nodes[i];

		if (!can_refer(child, s))
			continue;
		if (e->slots[i].one)
			collect(e->slots[i].one, s);
		for (const struct centry *k = list_first(e, child); k; k = list_next(e, k))
			collect(k, s);
	}
}

/* Cheap, and true for most: nobody says the name. */
static bool nobody_names(const struct conf *next, const struct user_search *s)
{
	const char *via = s->via ? s->via : "";

	if (s->name->kind != V_TEXT || strlen(via) >= sizeof(named.via))
		return false;
	if (named.mark != conf_mark(next) || named.to != s->to || strcmp(named.via, via)) {
		hash_free(named.names);
		named.names = hash_new(0);
		if (!named.names)
			abort();
		named.mark = conf_mark(next);
		named.to = s->to;
		str_copy(named.via, sizeof(named.via), str_of(via));
		collect(next->root, s);
	}
	return !hash_get(named.names, s->name->text.p, s->name->text.len);
}

static void search(const struct centry *e, struct user_search *s)
{
	const struct node *n = e->node;

	for (size_t i = n->nup; i < n->nfields; i++) {
		const struct value *v = &e->vals[i];

		if (!v->kind || !refers(&n->fields[i], s) ||
		    !(v->kind == V_LIST ? value_list_has(v, s->name) : value_equal(v, s->name)))
			continue;
		if (s->found < 5) {
			out_str(s->users, s->found ? ", " : "");
			entry_describe(e, s->users);
		} else if (s->found == 5) {
			out_str(s->users, ", ...");
		}
		s->found++;
		break;
	}
	for (size_t i = 0; i < n->nnodes; i++) {
		const struct node *child = n->nodes[i];

		if (!can_refer(child, s))
			continue;
		if (e->slots[i].one)
			search(e->slots[i].one, s);
		for (const struct centry *k = list_first(e, child); k; k = list_next(e, k))
			search(k, s);
	}
}

static bool unused(const struct conf *next, const struct centry *old, const char *via,
                   const struct value *name, struct verify_fault *fault)
{
	struct out users, what;
	struct user_search s = {.to = old->node, .name = name, .via = via, .users = &users};

	if (nobody_names(next, &s))
		return true;
	out_init(&users);
	search(next->root, &s);
	if (s.found) {
		out_init(&what);
		entry_describe(old, &what);
		err_set(&fault->err, -EBUSY, "%s cannot be deleted, it is used by %s", what.text,
		        users.text);
		fault->deleted = true;
		out_free(&what);
	}
	out_free(&users);
	return !s.found;
}

static bool still_named(const struct conf *base, const struct conf *next, const struct node *n,
                        const struct value *keys, struct verify_fault *fault)
{
	const struct centry *old = conf_get(base, n, keys), *now = conf_get(next, n, keys);

	if (!old || n->parent->parent)
		return true;
	if (!now && !list_find_first(next->root, n, &keys[n->nup]) &&
	    !unused(next, old, NULL, &keys[n->nup], fault))
		return false;
	for (size_t i = node_nkeys(n); i < n->nfields; i++) {
		const struct value *was = entry_value(old, &n->fields[i]);
		const struct value *is = now ? entry_value(now, &n->fields[i]) : NULL;
		struct field ref = {.to = n, .via = n->fields[i].name};
		struct user_search by = {.to = n, .via = ref.via};

		if (!was || was->kind != V_TEXT || (is && value_equal(is, was)))
			continue;
		if (can_refer(next->schema->root, &by) && !verify_ref(next, &ref, was) &&
		    !unused(next, old, n->fields[i].name, was, fault))
			return false;
	}
	return true;
}

bool verify_entry(const struct conf *base, const struct conf *next, const struct node *n,
                  const struct value *keys, struct conf_notes *notes, struct verify_fault *fault)
{
	const struct centry *e = conf_get(next, n, keys);

	*fault = (struct verify_fault){.node = n};
	if ((n->flags & NODE_LIST) && !still_named(base, next, n, keys, fault))
		return false;
	if (e && (!refs_exist(next, e, fault) || !once_only(base, e, fault)))
		return false;
	for (const struct node *up = n; up->parent; up = up->parent) {
		e = conf_get(next, up, keys);
		if (!e)
			continue;
		fault->node = up;
		if (!complete(base, e, fault))
			return false;
		if (up->check && up->check(next, e, conf_get(base, up, keys), notes, &fault->err)) {
			if (!fault->err.text[0])
				err_set(&fault->err, -EINVAL, "%s is not valid", node_title(up));
			return false;
		}
	}
	return true;
}
