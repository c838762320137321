/* YAML files into grammar parts; what the parts mean is built in tree.c and lines.c. */
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "cli/grammar/build.h"
#include "core/base/hash.h"

#define YAML_DEPTH   24
#define YAML_NODES   200000
#define GRAMMAR_FILE (1 << 22)

struct reader {
	struct arena *a;
	const char *file;
	yaml_document_t *doc;
	unsigned budget;
	struct err *err;
};

static struct yaml *read_node(struct reader *r, yaml_node_t *n, unsigned depth);

static struct yaml *bad(struct reader *r, unsigned line, const char *what)
{
	err_set(r->err, -EINVAL, "%s:%u: %s", r->file, line, what);
	return NULL;
}

static struct yaml *read_map(struct reader *r, yaml_node_t *n, struct yaml *y, unsigned depth)
{
	size_t count = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);

	y->kind = YAML_MAP;
	y->items = arena_calloc(r->a, count + 1, sizeof(*y->items));
	y->keys = arena_calloc(r->a, count + 1, sizeof(*y->keys));
	y->key_lines = arena_calloc(r->a, count + 1, sizeof(*y->key_lines));
	if (!y->items || !y->keys || !y->key_lines)
		return bad(r, y->line, "too large");
	for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top;
	     p++) {
		yaml_node_t *key = yaml_document_get_node(r->doc, p->key);
		struct yaml *value, *k = read_node(r, key, depth + 1);

		if (!k)
			return NULL;
		if (k->kind != YAML_TEXT)
			return bad(r, k->line, "a key must be text");
		if (yaml_get(y, k->text))
			return bad(r, k->line,
			           arena_printf(r->a, "\"%s\" is given twice", k->text));
		value = read_node(r, yaml_document_get_node(r->doc, p->value), depth + 1);
		if (!value)
			return NULL;
		y->keys[y->n] = k->text;
		y->key_lines[y->n] = k->line;
		y->items[y->n++] = value;
	}
	return y;
}

static struct yaml *read_node(struct reader *r, yaml_node_t *n, unsigned depth)
{
	struct yaml *y = arena_alloc(r->a, sizeof(*y));
	unsigned line = n ? (unsigned)n->start_mark.line + 1 : 0;

	if (!n || !y || depth > YAML_DEPTH || !r->budget--)
		return bad(r, line, "too large or too deep");
	y->file = r->file;
	y->line = line;
	if (n->type == YAML_MAPPING_NODE)
		return read_map(r, n, y, depth);
	if (n->type == YAML_SCALAR_NODE) {
		y->text = arena_str(r->a, (struct str){(const char *)n->data.scalar.value,
		                                       n->data.scalar.length});
		return y->text ? y : bad(r, line, "too large");
	}
	y->kind = YAML_SEQ;
	y->items = arena_calloc(
	        r->a, (size_t)(n->data.sequence.items.top - n->data.sequence.items.start) + 1,
	        sizeof(*y->items));
	if (!y->items)
		return bad(r, line, "too large");
	for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top;
	     i++) {
		struct yaml *item = read_node(r, yaml_document_get_node(r->doc, *i), depth + 1);

		if (!item)
			return NULL;
		y->items[y->n++] = item;
	}
	return y;
}

struct yaml *yaml_read(struct arena *a, struct str text, const char *file, struct err *err)
{
	struct reader r = {.a = a, .file = file, .budget = YAML_NODES, .err = err};
	struct yaml *y = NULL;
	yaml_parser_t parser;
	yaml_document_t doc;
	yaml_node_t *root;

	if (!yaml_parser_initialize(&parser)) {
		err_set(err, -ENOMEM, "out of memory");
		return NULL;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	if (!yaml_parser_load(&parser, &doc)) {
		err_set(err, -EINVAL, "%s:%zu: %s", file, parser.problem_mark.line + 1,
		        parser.problem ? parser.problem : "not YAML");
		yaml_parser_delete(&parser);
		return NULL;
	}
	root = yaml_document_get_root_node(&doc);
	r.doc = &doc;
	if (!root)
		bad(&r, 1, "empty file");
	else
		y = read_node(&r, root, 0);
	yaml_document_delete(&doc);
	yaml_parser_delete(&parser);
	return y;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
	for (size_t i = 0; map && map->kind == YAML_MAP && i < map->n; i++) {
		if (!strcmp(map->keys[i], key))
			return map->items[i];
	}
	return NULL;
}

bool build_fail(struct builder *b, const struct yaml *y, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!b->failed)
		err_set(b->err, -EINVAL, "%s:%u: %s", y ? y->file : "grammar", y ? y->line : 0,
		        text);
	b->failed = true;
	return false;
}

void *build_alloc(struct builder *b, size_t n, size_t size)
{
	void *p = arena_calloc(b->g->arena, n + 1, size);

	if (!p)
		abort();
	return p;
}

const char *build_str(struct builder *b, const char *s)
{
	char *p = arena_str(b->g->arena, str_of(s));

	if (!p)
		abort();
	return p;
}

bool build_keys(struct builder *b, const struct yaml *map, const char *const *known)
{
	if (map->kind != YAML_MAP)
		return build_fail(b, map, "a map is expected here");
	for (size_t i = 0; i < map->n; i++) {
		const char *const *k = known;

		while (*k && strcmp(*k, map->keys[i]))
			k++;
		if (!*k) {
			struct yaml at = {.file = map->file, .line = map->key_lines[i]};

			return build_fail(b, &at, "unknown key \"%s\"", map->keys[i]);
		}
	}
	return true;
}

const char *build_text(struct builder *b, const struct yaml *map, const char *key)
{
	const struct yaml *y = yaml_get(map, key);

	if (!y)
		return NULL;
	if (y->kind != YAML_TEXT) {
		build_fail(b, y, "%s: text is expected", key);
		return NULL;
	}
	return y->text;
}

static bool add_text(struct builder *b, struct str text, const char *file)
{
	static const char *const known[] = {"help",  "doc",      "tree",    "modes", "lines",
	                                    "order", "dialects", "layouts", "guides", NULL};
	struct yaml *y = yaml_read(b->g->arena, text, file, b->err);

	if (!y) {
		b->failed = true;
		return false;
	}
	if (b->ndocs == BUILD_FILES)
		return build_fail(b, y, "too many files");
	if (!build_keys(b, y, known))
		return false;
	b->docs[b->ndocs++] = y;
	return true;
}

static bool add_file(struct builder *b, const char *dir, const char *name)
{
	char path[4096];
	char *text = NULL;
	size_t len = 0;
	bool ok = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f) {
		text = malloc(GRAMMAR_FILE);
		if (text)
			len = fread(text, 1, GRAMMAR_FILE, f);
		fclose(f);
	}
	if (!text || len == GRAMMAR_FILE) {
		err_set(b->err, -EIO, "%s: cannot be read", path);
		b->failed = true;
	} else {
		ok = add_text(b, (struct str){text, len}, build_str(b, name));
	}
	free(text);
	return ok;
}

static int is_yaml(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && !strcmp(d->d_name + len - 5, ".yaml");
}

static bool add_folder(struct builder *b, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_yaml, alphasort);
	bool ok = n > 0;

	if (n <= 0) {
		err_set(b->err, n < 0 ? -errno : -ENOENT, "%s: no grammar files", dir);
		b->failed = true;
	}
	for (int i = 0; i < n; i++) {
		ok = ok && add_file(b, dir, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return ok;
}

static int load(const char *dir, struct str text, unsigned flags, struct grammar **out,
                struct err *err)
{
	struct builder b = {.flags = flags, .err = err};
	struct arena *arena = arena_new(0);
	struct grammar *g = arena ? arena_alloc(arena, sizeof(*g)) : NULL;
	struct err local = {0};

	*out = NULL;
	if (!b.err)
		b.err = &local;
	b.err->code = 0;
	if (!g) {
		arena_free(arena);
		return err_set(err, -ENOMEM, "out of memory");
	}
	g->arena = arena;
	b.g = g;
	g->help = hash_new(0);
	g->doc = hash_new(0);
	if (dir)
		add_folder(&b, dir);
	else
		add_text(&b, text, "text");
	if (!b.failed && build_tree(&b) && build_lines(&b) && build_layouts(&b) &&
	    !(flags & GRAMMAR_NO_LINT))
		b.failed = grammar_lint(g, flags, NULL, b.err) != 0;
	if (b.failed) {
		grammar_free(g);
		return b.err->code ? b.err->code : -EINVAL;
	}
	*out = g;
	return 0;
}

int grammar_load(const char *dir, unsigned flags, struct grammar **g, struct err *err)
{
	return load(dir, (struct str){0}, flags, g, err);
}

int grammar_load_text(struct str yaml, unsigned flags, struct grammar **g, struct err *err)
{
	return load(NULL, yaml, flags, g, err);
}

void grammar_free(struct grammar *g)
{
	if (!g)
		return;
	schema_clear(&g->schema);
	for (struct grammar_owned *o = g->owned; o; o = o->next) {
		if (o->field)
			field_clear(o->field);
		if (o->value)
			value_free(o->value);
	}
	hash_free(g->help);
	hash_free(g->doc);
	arena_free(g->arena);
}
