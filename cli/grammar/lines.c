/* `modes:`, `lines:` and `help:` of the grammar. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/grammar/build.h"
#include "core/base/hash.h"

const struct mode *grammar_mode(const struct grammar *g, const char *name)
{
	const struct mode *m = g->modes;

	while (m && strcmp(m->name, name))
		m = m->next;
	return m;
}

int grammar_dialect_of_version(const struct grammar *g, struct str line)
{
	struct str rest = line, kind = str_word(&rest), what = str_word(&rest),
	           version = str_word(&rest);
	char name[32];
	size_t dots = 0, len = 0;

	if (!str_eq(what, STR("Version")) || !version.len || version.p[0] < '0' ||
	    version.p[0] > '9')
		return -1;
	if (str_eq(kind, STR("PIX")) && version.p[0] <= '6')
		return grammar_dialect(g, STR("pix-6"));
	if (!str_eq(kind, STR("PIX")) && !str_eq(kind, STR("ASA")) && !str_eq(kind, STR("FWSM")))
		return -1;
	/* The newest dialect that is not newer than the version: "8.2(5)" is asa-8.0. */
	while (len < version.len &&
	       (isdigit((unsigned char)version.p[len]) || (version.p[len] == '.' && !dots++)))
		len++;
	for (size_t i = g->ndialects; i-- > 0;) {
		unsigned have[2] = {0}, want[2] = {0};

		snprintf(name, sizeof(name), "%.*s", (int)(len < 31 ? len : 31), version.p);
		if (sscanf(name, "%u.%u", &have[0], &have[1]) < 1 ||
		    sscanf(g->dialects[i], "asa-%u.%u", &want[0], &want[1]) < 1)
			continue;
		if (have[0] > want[0] || (have[0] == want[0] && have[1] >= want[1]))
			return (int)i;
	}
	return g->ndialects ? 0 : -1;
}

/* A map of keywords to texts: `help:`, `doc:`. */
static bool read_texts(struct builder *b, const struct yaml *y, struct hash *into)
{
	if (y->kind != YAML_MAP)
		return build_fail(b, y, "a map of keyword prefixes is expected");
	for (size_t i = 0; i < y->n; i++) {
		struct grammar_help *h = build_alloc(b, 1, sizeof(*h));
		size_t len = strlen(y->keys[i]);

		*h = (struct grammar_help){y->keys[i], y->items[i]->text, y->file, y->key_lines[i],
		                           false};
		if (!h->text)
			return build_fail(b, y->items[i], "text is expected");
		if (hash_get(into, h->prefix, len) || !hash_put(into, h->prefix, len, h))
			return build_fail(b, y->items[i], "\"%s\" is given twice", h->prefix);
	}
	return true;
}

static bool read_help(struct builder *b, const struct yaml *y)
{
	return read_texts(b, y, b->g->help);
}

static bool read_doc(struct builder *b, const struct yaml *y)
{
	return read_texts(b, y, b->g->doc);
}

static bool read_number(struct builder *b, const struct yaml *y, const char *key, int *n)
{
	const char *s = build_text(b, y, key);
	uint32_t v;

	if (s && !str_to_u32(str_of(s), 15, &v))
		return build_fail(b, yaml_get(y, key), "%s: 0 to 15", key);
	if (s)
		*n = (int)v;
	return !b->failed;
}

static bool read_show(struct builder *b, const struct yaml *y, bool *always, bool *never)
{
	const char *s = build_text(b, y, "show");

	*always = s && !strcmp(s, "always");
	*never = s && !strcmp(s, "never");
	if (s && !*always && !*never && strcmp(s, "changed"))
		return build_fail(b, yaml_get(y, "show"), "show: changed, always or never");
	return !b->failed;
}

static bool read_mode(struct builder *b, const char *name, const struct yaml *y)
{
	static const char *const known[] = {"prompt", "parent", "node",  "privilege", "show",
	                                    "close",  "title",  "inert", "indent",    "short", NULL};
	struct mode *m, **tail = &b->g->modes;
	bool never = false;

	if (!build_keys(b, y, known))
		return false;
	if (grammar_mode(b->g, name))
		return build_fail(b, y, "mode %s is given twice", name);
	m = build_alloc(b, 1, sizeof(*m));
	m->name = name;
	m->title = build_text(b, y, "title");
	m->prompt = build_text(b, y, "prompt");
	m->parent_name = build_text(b, y, "parent");
	m->node_name = build_text(b, y, "node");
	m->close = build_text(b, y, "close");
	m->inert = build_text(b, y, "inert");
	m->file = y->file;
	m->where = y->line;
	m->tail = &m->lines;
	if (!m->title)
		m->title = name;
	if (!m->prompt)
		return build_fail(b, y, "mode %s: prompt: is missing", name);
	while (*tail)
		tail = &(*tail)->next;
	*tail = m;
	return build_shorts(b, m, yaml_get(y, "short")) &&
	       read_number(b, y, "privilege", &m->privilege) &&
	       read_number(b, y, "indent", &m->indent) && read_show(b, y, &m->always, &never);
}

static bool read_modes(struct builder *b, const struct yaml *y)
{
	if (y->kind != YAML_MAP)
		return build_fail(b, y, "modes: a map");
	for (size_t i = 0; i < y->n; i++) {
		if (!read_mode(b, y->keys[i], y->items[i]))
			return false;
	}
	return true;
}

static bool link_modes(struct builder *b)
{
	for (struct mode *m = b->g->modes; m; m = m->next) {
		struct yaml at = {.file = m->file, .line = m->where};
		unsigned depth = 0;

		m->parent =
		        m->parent_name ? (struct mode *)grammar_mode(b->g, m->parent_name) : NULL;
		if (m->parent_name && !m->parent)
			return build_fail(b, &at, "mode %s: no mode %s", m->name, m->parent_name);
		m->node = m->node_name ? schema_find(&b->g->schema, m->node_name) : NULL;
		if (m->node_name && !m->node)
			return build_fail(b, &at, "mode %s: no node %s", m->name, m->node_name);
		for (const struct mode *up = m; up;
		     up = up->parent_name ? grammar_mode(b->g, up->parent_name) : NULL) {
			if (++depth > 8)
				return build_fail(b, &at, "mode %s: parents go round", m->name);
		}
	}
	b->g->exec = grammar_mode(b->g, "exec");
	b->g->user = grammar_mode(b->g, "user");
	b->g->config = grammar_mode(b->g, "config");
	for (struct mode *m = b->g->modes; m; m = m->next) {
		if (m == b->g->exec && m->parent == b->g->user)
			m->also = m->parent;
	}
	return true;
}

static bool read_args(struct builder *b, struct line *l, const struct yaml *y)
{
	const struct yaml *args = yaml_get(y, "args");

	if (!args)
		return true;
	if (args->kind != YAML_MAP)
		return build_fail(b, args, "args: a map of fields");
	l->args = build_alloc(b, args->n, sizeof(*l->args));
	l->nargs = 0;
	for (size_t i = 0; i < args->n; i++) {
		struct field *f = &l->args[l->nargs++];

		if (!build_field(b, args->keys[i], args->items[i], f, true) ||
		    !build_resolve(b, f, args->items[i]))
			return false;
	}
	return true;
}

static bool read_with(struct builder *b, struct line *l, const struct yaml *y)
{
	const struct yaml *with = yaml_get(y, "with");

	if (!with)
		return true;
	if (with->kind != YAML_MAP || !l->node)
		return build_fail(b, with, "with: a map, for lines with a node");
	l->with = build_alloc(b, with->n, sizeof(*l->with));
	l->nwith = 0;
	for (size_t i = 0; i < with->n; i++) {
		struct with *w = &l->with[l->nwith++];

		w->field = node_field(l->node, str_of(with->keys[i]));
		w->text = with->items[i]->text;
		if (!w->field)
			return build_fail(b, with, "with: no field %s", with->keys[i]);
		build_own(b, NULL, &w->value);
		struct yaml value = *with->items[i];
		w->other = value.text && value.text[0] == '!';
		if (w->other)
			value.text++;
		if (!build_value(b, w->field, &value, &w->value))
			return false;
	}
	return true;
}

static bool read_words(struct builder *b, struct line *l, const struct yaml *y)
{
	const struct yaml *words = yaml_get(y, "words");

	if (!words)
		return true;
	if (words->kind != YAML_MAP)
		return build_fail(b, words, "words: a map");
	l->words = build_alloc(b, words->n, sizeof(*l->words));
	l->nwords = 0;
	for (size_t i = 0; i < words->n; i++) {
		if (!words->items[i]->text)
			return build_fail(b, words, "words: a map of words");
		l->words[l->nwords++] = (struct line_word){words->keys[i], words->items[i]->text};
	}
	return true;
}

static bool read_flag(struct builder *b, struct line *l, const struct yaml *y, const char *key,
                      const char *value, unsigned flag)
{
	const char *s = build_text(b, y, key);

	if (s && strcmp(s, value))
		return build_fail(b, yaml_get(y, key), "%s: %s is the only value", key, value);
	l->flags |= s ? flag : 0;
	return !b->failed;
}

static bool read_only(struct builder *b, struct line *l, const struct yaml *y)
{
	const char *s = build_text(b, y, "only");

	if (!s)
		return !b->failed;
	if (!strcmp(s, "shown"))
		l->flags |= LINE_ONLY_SHOWN;
	else if (!strcmp(s, "stored"))
		l->flags |= LINE_ONLY_STORED | LINE_LEGACY;
	else
		return build_fail(b, yaml_get(y, "only"), "only: shown or stored");
	return true;
}

static bool read_dialects(struct builder *b, struct line *l, const struct yaml *y)
{
	const char *from = build_text(b, y, "from"), *until = build_text(b, y, "until");

	if (from)
		l->from = build_dialect(b, y, from);
	if (until)
		l->until = build_dialect(b, y, until);
	if (!b->failed && l->from >= 0 && l->until >= 0 && l->from > l->until)
		return build_fail(b, y, "from: is newer than until:");
	return !b->failed;
}

static bool read_functions(struct builder *b, struct line *l, const struct yaml *y)
{
	const char *run = build_text(b, y, "run"), *edit = build_text(b, y, "edit");

	if (run) {
		l->run = run;
		l->fn = cmd_find(run, &l->fn_ctx);
		if (!l->fn && !(b->flags & GRAMMAR_NO_FUNCTIONS))
			return build_fail(b, y, "run: there is no function %s", run);
	}
	if (edit) {
		l->edit_name = edit;
		l->edit = conf_edit_find(edit);
		if (!l->edit && !(b->flags & GRAMMAR_NO_FUNCTIONS))
			return build_fail(b, y, "edit: there is no function %s", edit);
	}
	return !b->failed;
}

static bool read_no(struct builder *b, struct line *l, const struct yaml *y)
{
	const char *no = build_text(b, y, "no");

	if (no && !strcmp(no, "none"))
		l->flags |= LINE_NO_NONE;
	else if (no && !strcmp(no, "run"))
		l->flags |= LINE_NO_RUN;
	else if (no)
		l->no_words = no;
	return !b->failed;
}

static bool read_target(struct builder *b, struct line *l, const struct yaml *y)
{
	const char *node = build_text(b, y, "node"), *enter = build_text(b, y, "enter");

	if (node) {
		l->node = schema_find(&b->g->schema, node);
		if (!l->node)
			return build_fail(b, y, "no node %s", node);
	} else if (!l->node && !yaml_get(y, "run")) {
		l->node = l->mode->node;
	}
	if (enter) {
		l->enter = (struct mode *)grammar_mode(b->g, enter);
		if (!l->enter)
			return build_fail(b, y, "enter: no mode %s", enter);
		if (l->enter->node && !l->node)
			return build_fail(b, y, "enter: the line has no node");
	}
	return !b->failed;
}

/* Attributes that are texts. */
static bool read_strings(struct builder *b, struct line *l, const struct yaml *y)
{
	l->text = build_text(b, y, "line");
	if (!l->text)
		return build_fail(b, y, "line: is missing");
	if (l->mode->inert && l->mode->node && !yaml_get(y, "run"))
		l->inert = l->mode->inert;
	if (yaml_get(y, "inert"))
		l->inert = build_text(b, y, "inert");
	if (yaml_get(y, "refused"))
		l->refused = build_text(b, y, "refused");
	if (yaml_get(y, "say"))
		l->say = build_text(b, y, "say");
	l->doc = build_text(b, y, "doc");
	l->strip = build_text(b, y, "strip");
	return true;
}

static bool read_flags(struct builder *b, struct line *l, const struct yaml *y)
{
	bool always = false, never = false;

	if (!read_show(b, y, &always, &never) ||
	    !read_flag(b, l, y, "first", "clear", LINE_CLEAR_FIRST) ||
	    !read_flag(b, l, y, "trail", "yes", LINE_TRAIL) ||
	    !read_flag(b, l, y, "offer", "yes", LINE_OFFER) ||
	    !read_flag(b, l, y, "guards", "yes", LINE_GUARDS) ||
	    !read_flag(b, l, y, "tells", "yes", LINE_TELLS) ||
	    !read_flag(b, l, y, "keep", "yes", LINE_KEEP) ||
	    !read_flag(b, l, y, "unset", "no", LINE_UNSET) || !read_only(b, l, y))
		return false;
	l->flags |= (always ? LINE_ALWAYS : 0u) | (never ? LINE_NEVER : 0u);
	return true;
}

/* Attributes; base: the line whose older spelling this is. */
static struct line *read_line(struct builder *b, struct mode *m, const struct yaml *y,
                              struct line *base)
{
	static const char *const known[] = {
	        "line",   "node",      "enter", "run",   "args",    "with",  "words",
	        "legacy", "show",      "no",    "from",  "until",   "say",   "doc",
	        "first",  "privilege", "edit",  "inert", "refused", "trail", "keep",
	        "unset",  "guards",    "tells", "strip", "offer", "only", NULL};
	struct line *l = build_alloc(b, 1, sizeof(*l));

	if (base)
		*l = *base;
	l->mode = m;
	l->file = y->file;
	l->where = y->line;
	l->from = l->until = l->dialect = -1;
	l->next = l->older = l->modern = NULL;
	if (!base)
		l->privilege = m->privilege;
	if (y->kind == YAML_TEXT) {
		l->text = y->text;
		return l;
	}
	if (!build_keys(b, y, known) || !read_strings(b, l, y) || !read_target(b, l, y) ||
	    !read_functions(b, l, y) || !read_args(b, l, y) || !read_with(b, l, y) ||
	    !read_words(b, l, y) || !read_no(b, l, y) || !read_dialects(b, l, y) ||
	    !read_number(b, y, "privilege", &l->privilege) || !read_flags(b, l, y))
		return NULL;
	if (!l->node && !l->run && !l->refused && !l->inert) {
		build_fail(b, y, "\"%s\" has neither node: nor run:", l->text);
		return NULL;
	}
	if (l->run && l->node) {
		build_fail(b, y, "\"%s\" has node: and run:", l->text);
		return NULL;
	}
	return l;
}

struct line *build_line(struct builder *b, struct mode *m, const struct yaml *y)
{
	return read_line(b, m, y, NULL);
}

/* Which keys of the node does the line know? */
static bool bind_keys(struct builder *b, struct line *l, const struct yaml *y)
{
	const struct node *n = l->node, *ctx = l->mode->node;

	for (size_t i = 0; n && i < node_nkeys(n); i++) {
		bool bound = ctx && i < node_nkeys(ctx) &&
		             !strcmp(ctx->fields[i].name, n->fields[i].name);

		for (unsigned a = 0; a < l->natoms && !bound; a++)
			bound = l->atoms[a]->kind == ITEM_ARG && !l->atoms[a]->dropped &&
			        l->atoms[a]->field->index == i;
		for (size_t w = 0; w < l->nwith && !bound; w++)
			bound = l->with[w].field->index == i;
		if (!bound && !l->edit_name && !(l->flags & LINE_ONLY_SHOWN))
			return build_fail(b, y, "\"%s\" does not bind the key %s", l->text,
			                  n->fields[i].name);
	}
	return true;
}

static bool add_line(struct builder *b, struct line *l, const struct yaml *y)
{
	if (!line_parse(b, l, y) || !bind_keys(b, l, y))
		return false;
	line_negate(l);
	*l->mode->tail = l;
	l->mode->tail = &l->next;
	b->g->nlines++;
	return true;
}

/* Another spelling of a line that was read from its copy. */
static bool add_spelling(struct builder *b, struct line *l, struct line *modern, const struct yaml *y)
{
	struct line **tail = &modern->older;

	l->flags |= LINE_LEGACY;
	l->modern = modern;
	l->no_delete = l->no_reset = l->key_atoms = 0;
	l->natoms = 0;
	memset(l->follow, 0, sizeof(l->follow));
	while (*tail)
		tail = &(*tail)->older;
	*tail = l;
	return add_line(b, l, y);
}

static bool add_older(struct builder *b, struct line *modern, const struct yaml *y)
{
	struct line *l = read_line(b, modern->mode, y, modern);

	if (!l)
		return false;
	l->flags &= yaml_get(y, "offer") != NULL ? ~0u : ~(unsigned)LINE_OFFER;
	return add_spelling(b, l, modern, y);
}

/* The spellings of a line, and of its older ones, that leave the first word out. */
static bool add_shorts(struct builder *b, struct line *modern, const struct yaml *y)
{
	struct line *last = modern;

	while (last->older)
		last = last->older;
	for (struct line *of = modern;; of = of->older) {
		const char *lead = NULL, *text = build_short(b, of, &lead);
		const struct yaml node = {.kind = YAML_TEXT, .text = text, .file = y->file, .line = y->line};

		if (text) {
			struct line *l = read_line(b, of->mode, &node, of);

			l->lead = lead;
			if (!(of->flags & LINE_LEGACY))
				l->flags |= LINE_OFFER;
			if (!add_spelling(b, l, modern, y))
				return false;
		}
		if (of == last)
			return true;
	}
}

static bool read_one(struct builder *b, struct mode *m, const struct yaml *y)
{
	const struct yaml *legacy;
	struct line *l;

	if (y->kind != YAML_MAP)
		return build_fail(b, y, "a line is a map with line:");
	l = read_line(b, m, y, NULL);
	if (!l)
		return false;
	legacy = yaml_get(y, "legacy");
	if (legacy && legacy->kind == YAML_MAP)
		return build_fail(b, legacy, "legacy: a dialect or a list of lines");
	if (legacy && legacy->kind == YAML_TEXT) {
		l->flags |= LINE_LEGACY;
		l->dialect = build_dialect(b, legacy, legacy->text);
		if (l->dialect < 0)
			return false;
	}
	if (!add_line(b, l, y))
		return false;
	for (size_t i = 0; legacy && i < legacy->n; i++) {
		if (!add_older(b, l, legacy->items[i]))
			return false;
	}
	return add_shorts(b, l, y);
}

static bool read_lines(struct builder *b, const struct yaml *y)
{
	if (y->kind != YAML_MAP)
		return build_fail(b, y, "lines: a map of modes");
	for (size_t i = 0; i < y->n; i++) {
		struct mode *m = (struct mode *)grammar_mode(b->g, y->keys[i]);

		if (!m || y->items[i]->kind != YAML_SEQ)
			return build_fail(b, y->items[i], "lines: \"%s\" is no mode with a list",
			                  y->keys[i]);
		for (size_t k = 0; k < y->items[i]->n; k++) {
			if (!read_one(b, m, y->items[i]->items[k]))
				return false;
		}
	}
	return true;
}

bool build_lines(struct builder *b)
{
	static const struct {
		const char *key;
		bool (*fn)(struct builder *b, const struct yaml *y);
	} parts[] = {{"help", read_help},
	             {"doc", read_doc},
	             {"modes", read_modes},
	             {NULL, NULL},
	             {"lines", read_lines},
	             {"guides", build_guides}};

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		if (!parts[p].key && !link_modes(b))
			return false;
		for (size_t i = 0; parts[p].key && i < b->ndocs; i++) {
			const struct yaml *y = yaml_get(b->docs[i], parts[p].key);

			if (y && !parts[p].fn(b, y))
				return false;
		}
	}
	build_index(b);
	return true;
}
