#include "core/config/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/config/tree.h"

/* A name that is not in the grammar is a mistake in C. */
static void *no_such(const char *what, const char *name, const char *where)
{
	fprintf(stderr, "config: no %s \"%s\" in %s\n", what, name, where ? where : "the grammar");
	abort();
}

static struct conf_reads *reads;

void conf_reads_begin(struct conf_reads *r)
{
	*r = (struct conf_reads){0};
	reads = r;
}

void conf_reads_end(void)
{
	reads = NULL;
}

static const struct node *find_node(const struct node *parent, const char *name)
{
	const struct node *n = node_child(parent, str_of(name));

	if (!n)
		return no_such("node", name, parent->name);
	if (reads && !parent->parent) {
		if (n->slot / 64 < CONF_READS_WORDS)
			reads->slots[n->slot / 64] |= UINT64_C(1) << (n->slot % 64);
		else
			reads->all = true;
	}
	return n;
}

/* Compile functions ask for the same few names over and over: where each was found last. */
static struct {
	const struct node *node;
	const char *name;
	const struct field *field;
} known[256];

void conf_forget_names(void)
{
	memset(known, 0, sizeof(known));
}

static const struct field *find_field(const struct centry *e, const char *name)
{
	size_t at = (((uintptr_t)e->node >> 5) * 31 + (uintptr_t)name) %
	            (sizeof(known) / sizeof(known[0]));
	const struct field *f = known[at].field;

	if (known[at].node == e->node && known[at].name == name && !strcmp(f->name, name))
		return f;
	f = node_field(e->node, str_of(name));
	if (!f)
		return no_such("field", name, e->node->name);
	known[at].node = e->node;
	known[at].name = name;
	known[at].field = f;
	return f;
}

static const struct value *get(const struct centry *e, const char *field, const struct field **f)
{
	static const struct value none;
	const struct value *v;

	*f = find_field(e, field);
	v = entry_value(e, *f);
	return v ? v : &none;
}

const struct centry *conf_container(const struct conf *c, const char *node)
{
	return entry_child(c->root, find_node(c->schema->root, node));
}

const struct centry *conf_first(const struct conf *c, const char *node)
{
	return list_first(c->root, find_node(c->schema->root, node));
}

const struct centry *conf_next(const struct conf *c, const struct centry *e)
{
	const struct centry *parent = conf_get(c, e->node->parent, e->vals);

	return parent ? list_next(parent, e) : NULL;
}

const struct centry *conf_find(const struct conf *c, const char *node, struct str key)
{
	const struct node *n = find_node(c->schema->root, node);
	const struct centry *e;
	struct value v;

	if (!n->nkeys)
		return no_such("key", node, NULL);
	if (!value_parse(&n->fields[0], key, &v, NULL))
		return NULL;
	e = list_find_first(c->root, n, &v);
	value_free(&v);
	return e;
}

const struct centry *conf_child(const struct conf *c, const struct centry *e, const char *node)
{
	(void)c;
	return entry_child(e, find_node(e->node, node));
}

const struct centry *conf_first_child(const struct conf *c, const struct centry *e,
                                      const char *node)
{
	const struct node *n = find_node(e->node, node);

	(void)c;
	return e->slots ? list_first(e, n) : NULL;
}

bool conf_is_set(const struct centry *e, const char *field)
{
	const struct field *f = find_field(e, field);

	return e->vals[f->index].kind || (e->base && e->base->vals[f->index].kind);
}

uint32_t conf_u32(const struct centry *e, const char *field)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	if (v->kind && v->kind != V_U32)
		no_such("number", field, e->node->name);
	return v->kind ? v->u32 : 0;
}

bool conf_bool(const struct centry *e, const char *field)
{
	return conf_u32(e, field) != 0;
}

uint32_t conf_ip(const struct centry *e, const char *field)
{
	return conf_u32(e, field);
}

bool conf_ip2(const struct centry *e, const char *field, uint32_t *a, uint32_t *b)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	if (v->kind && v->kind != V_IP2)
		no_such("pair of addresses", field, e->node->name);
	*a = v->kind ? v->ip2.a : 0;
	*b = v->kind ? v->ip2.b : 0;
	return v->kind == V_IP2;
}

static struct str text_of(const struct field *f, const struct value *v, const char *where)
{
	if (v->kind == V_TEXT)
		return v->text;
	if (v->kind == V_U32 && f->nchoices && v->u32 < f->nchoices) {
		if (f->type->print == value_type_find("bool")->print)
			return str_of(f->choices[v->u32 ? 0 : 1].word);
		return str_of(f->choices[v->u32].word);
	}
	if (v->kind)
		no_such("text", f->name, where);
	return STR("");
}

struct str conf_text(const struct centry *e, const char *field)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	return text_of(f, v, e->node->name);
}

bool conf_in_set(const struct centry *e, const char *field, const char *word)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	for (size_t i = 0; i < f->nchoices; i++) {
		if (str_eq_cstr(str_of(word), f->choices[i].word))
			return v->kind == V_SET && (v->set >> i & 1);
	}
	return no_such("member", word, field) != NULL;
}

size_t conf_list_len(const struct centry *e, const char *field)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	if (f->type->kind != V_LIST)
		no_such("list", field, e->node->name);
	return v->kind == V_LIST ? v->list.n : 0;
}

struct str conf_list_text(const struct centry *e, const char *field, size_t i)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	if (v->kind != V_LIST || i >= v->list.n)
		return STR("");
	return text_of(f->of, &v->list.v[i], e->node->name);
}

uint32_t conf_list_u32(const struct centry *e, const char *field, size_t i)
{
	const struct field *f;
	const struct value *v = get(e, field, &f);

	return v->kind == V_LIST && i < v->list.n && v->list.v[i].kind == V_U32 ? v->list.v[i].u32
	                                                                        : 0;
}

bool conf_changed(const struct centry *e, const struct centry *was, const char *field)
{
	const struct field *f = find_field(e, field);
	const struct value *now = entry_value(e, f), *old = was ? entry_value(was, f) : NULL;

	if (!now || !old)
		return now != old;
	return !value_equal(now, old);
}

void conf_note(struct conf_notes *notes, const struct centry *e, const char *field, const char *fmt,
               ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	notes->add(notes->arg, e, field, line);
}
