/* Line patterns: text into items, items into positions, and what a `no` in front means. */
#include <errno.h>
#include <string.h>

#include "cli/grammar/build.h"

struct pattern {
	struct builder *b;
	struct line *line;
	const struct yaml *y;
	const char *p;
	unsigned depth;
};

static struct item *sequence(struct pattern *p, const char *stop);

static struct item *fail(struct pattern *p, const char *what)
{
	build_fail(p->b, p->y, "%s in \"%s\"", what, p->line->text);
	return NULL;
}

static const struct field *find_arg(struct line *l, struct str name, bool *dropped)
{
	for (size_t i = 0; i < l->nargs; i++) {
		if (str_eq_cstr(name, l->args[i].name)) {
			*dropped = true;
			return &l->args[i];
		}
	}
	return l->node ? node_field(l->node, name) : NULL;
}

static struct item *new_item(struct pattern *p, enum item_kind kind)
{
	struct item *it = build_alloc(p->b, 1, sizeof(*it));

	it->kind = kind;
	if (kind == ITEM_WORD || kind == ITEM_ARG) {
		if (p->line->natoms == LINE_ATOMS)
			return fail(p, "too many words");
		it->atom = p->line->natoms++;
		p->line->atoms[it->atom] = it;
	}
	return it;
}

static const char *slice(struct pattern *p, const char *from, const char *to)
{
	char *s = build_alloc(p->b, (size_t)(to - from) + 1, 1);

	memcpy(s, from, (size_t)(to - from));
	return s;
}

/* "<name>", "(<name>)", "<name>..." */
static struct item *argument(struct pattern *p, const char *from, const char *open, const char *end)
{
	const char *close = memchr(open, '>', (size_t)(end - open));
	struct item *it;

	if (!close || close == open + 1)
		return fail(p, "an argument without end or name");
	it = new_item(p, ITEM_ARG);
	if (!it)
		return NULL;
	it->word = slice(p, open + 1, close);
	it->pre = slice(p, from, open);
	if (end - close == 4 && !strncmp(close + 1, "...", 3)) {
		it->many = true;
		close += 3;
	}
	it->post = slice(p, close + 1, end);
	it->field = find_arg(p->line, str_of(it->word), &it->dropped);
	if (!it->field)
		return fail(p, "no such field or argument");
	if (p->line->run)
		it->dropped = false;
	if (it->many && it->field->type->kind != V_LIST && it->field->type->kind != V_SET)
		return fail(p, "... needs a list or a set");
	if (it->field->type->kind == V_LIST && (it->pre[0] || it->post[0]))
		return fail(p, "characters around a list");
	return it;
}

static struct item *word(struct pattern *p)
{
	const char *from = p->p, *open;
	size_t len = 0;
	struct item *it;

	while (from[len] && !strchr(" []{}|", from[len]))
		len++;
	p->p += len;
	if (!len)
		return fail(p, "unexpected character");
	open = memchr(from, '<', len);
	if (open)
		return argument(p, from, open, from + len);
	it = new_item(p, ITEM_WORD);
	if (it)
		it->word = slice(p, from, from + len);
	return it;
}

static struct item *choice(struct pattern *p)
{
	struct item *alt = new_item(p, ITEM_ALT), **tail = &alt->kids;

	do {
		struct item *seq = new_item(p, ITEM_SEQ);

		p->p++;
		seq->kids = sequence(p, "|}");
		if (!seq->kids)
			return p->b->failed ? NULL : fail(p, "an empty branch");
		*tail = seq;
		tail = &seq->next;
	} while (*p->p == '|');
	if (*p->p != '}')
		return fail(p, "} is missing");
	p->p++;
	return alt;
}

static struct item *optional(struct pattern *p)
{
	struct item *opt = new_item(p, ITEM_OPT);

	p->p++;
	opt->kids = sequence(p, "]");
	if (!opt->kids)
		return p->b->failed ? NULL : fail(p, "empty brackets");
	if (*p->p != ']')
		return fail(p, "] is missing");
	p->p++;
	return opt;
}

static struct item *sequence(struct pattern *p, const char *stop)
{
	struct item *first = NULL, **tail = &first, *it;

	if (++p->depth > 12)
		return fail(p, "too deep");
	for (;;) {
		while (*p->p == ' ')
			p->p++;
		if (!*p->p || strchr(stop, *p->p))
			break;
		it = *p->p == '{' ? choice(p) : *p->p == '[' ? optional(p) : word(p);
		if (!it)
			return NULL;
		*tail = it;
		tail = &it->next;
	}
	p->depth--;
	return first;
}

/* Positions of a part of the pattern: which may come first and last, and whether it may be left out. */
struct span {
	uint64_t first, last;
	bool nullable;
};

static void connect(struct line *l, uint64_t from, uint64_t to)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		if (from >> i & 1)
			l->follow[i] |= to;
	}
}

static struct span span_of(struct line *l, const struct item *it);

static struct span span_sequence(struct line *l, const struct item *it)
{
	struct span s = {.nullable = true};

	for (; it; it = it->next) {
		struct span k = span_of(l, it);

		connect(l, s.last, k.first);
		s.first |= s.nullable ? k.first : 0;
		s.last = k.last | (k.nullable ? s.last : 0);
		s.nullable = s.nullable && k.nullable;
	}
	return s;
}

static struct span span_of(struct line *l, const struct item *it)
{
	struct span s = {0}, k;
	uint64_t bit;

	switch (it->kind) {
	case ITEM_WORD:
	case ITEM_ARG:
		bit = UINT64_C(1) << it->atom;
		s = (struct span){bit, bit, false};
		if (it->many)
			l->follow[it->atom] |= bit;
		break;
	case ITEM_OPT:
		s = span_sequence(l, it->kids);
		s.nullable = true;
		break;
	case ITEM_ALT:
		for (const struct item *seq = it->kids; seq; seq = seq->next) {
			k = span_sequence(l, seq->kids);
			s.first |= k.first;
			s.last |= k.last;
			s.nullable = s.nullable || k.nullable;
		}
		break;
	case ITEM_SEQ:
		s = span_sequence(l, it->kids);
		break;
	}
	return s;
}

bool line_parse(struct builder *b, struct line *l, const struct yaml *y)
{
	struct pattern p = {b, l, y, l->text, 0};
	struct span s;

	l->items = sequence(&p, "");
	if (!l->items)
		return b->failed ? false : build_fail(b, y, "an empty line");
	s = span_sequence(l, l->items);
	l->first = s.first;
	l->last = s.last;
	l->nullable = s.nullable;
	if (l->nullable)
		return build_fail(b, y, "\"%s\" may be left out as a whole", l->text);
	return true;
}

static bool is_key(const struct line *l, const struct item *it)
{
	return it->kind == ITEM_ARG && !it->dropped && it->field->node && l->node &&
	       it->field->index < node_nkeys(it->field->node) &&
	       node_field(l->node, str_of(it->field->name)) &&
	       it->field->index < node_nkeys(l->node);
}

static bool is_stored(const struct line *l, const struct item *it)
{
	return it->kind == ITEM_ARG && !it->dropped && !is_key(l, it);
}

static uint64_t reach(const struct line *l, uint64_t from)
{
	uint64_t all = 0, next = from;

	while (next) {
		unsigned i = (unsigned)__builtin_ctzll(next);
		uint64_t more = l->follow[i] & ~all;

		next &= next - 1;
		all |= l->follow[i];
		next |= more;
	}
	return all;
}

static bool with_fields(const struct line *l)
{
	for (size_t i = 0; i < l->nwith; i++) {
		if (l->with[i].field->index >= node_nkeys(l->node))
			return true;
	}
	return false;
}

/* Positions after the explicit short form of `no: WORDS`. */
static uint64_t short_form(const struct line *l)
{
	struct str rest = str_of(l->no_words), w;
	uint64_t at = 0, next = l->first;

	while ((w = str_word(&rest)).len) {
		at = 0;
		for (unsigned i = 0; i < l->natoms; i++) {
			bool same = l->atoms[i]->kind == ITEM_ARG
			                    ? w.p[0] == '<'
			                    : str_eq_cstr(w, l->atoms[i]->word);

			if ((next >> i & 1) && same)
				at |= UINT64_C(1) << i;
		}
		next = 0;
		for (unsigned i = 0; i < l->natoms; i++)
			next |= at >> i & 1 ? l->follow[i] : 0;
	}
	return at;
}

/* Atoms of a line, as bits. */
struct parts {
	uint64_t keys, own; /* of the node and of those it is in; of the node alone */
	uint64_t stored;    /* in fields */
	uint64_t after;     /* these, and what may follow them */
	uint64_t lead;      /* keywords past the keys that lead to the first field */
};

static struct parts parts_of(const struct line *l)
{
	struct parts p = {0};

	for (unsigned i = 0; i < l->natoms; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (is_key(l, l->atoms[i])) {
			p.keys |= bit;
			p.own |= l->atoms[i]->field->index >= l->node->nup ? bit : 0;
		}
		p.stored |= is_stored(l, l->atoms[i]) ? bit : 0;
	}
	p.after = reach(l, p.stored) | p.stored;
	for (unsigned i = 0; i < l->natoms; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if (l->atoms[i]->kind == ITEM_WORD && !(p.after & bit) && !(reach(l, bit) & p.keys) &&
		    (l->follow[i] & p.stored))
			p.lead |= bit;
	}
	return p;
}

/* What `no` deletes of a list: false when it resets fields, too. */
static bool negate_entry(struct line *l, const struct parts *p)
{
	for (unsigned i = 0; i < l->natoms; i++) {
		uint64_t bit = UINT64_C(1) << i;

		if ((p->own & bit) && !(reach(l, bit) & p->keys))
			l->no_delete |= bit;
	}
	/* A switch of the entry itself (`no logging message ID`): it is meant. */
	if (with_fields(l) && !l->enter)
		l->no_delete &= ~(l->last & p->own);
	/* A keyword between the last key and the fields: the fields are meant, not the entry. */
	if ((reach(l, l->no_delete) & p->lead) || (with_fields(l) && !l->enter))
		return false;
	l->no_delete |= l->last;
	return true;
}

static void negate_fields(struct line *l, const struct parts *p)
{
	l->no_reset = p->lead | l->last;
	for (unsigned i = 0; i < l->natoms; i++) {
		if ((p->after >> i & 1) && l->atoms[i]->kind == ITEM_ARG)
			l->no_reset |= UINT64_C(1) << i;
	}
	if (!p->stored && !with_fields(l)) {
		/* Nothing of its own to reset: the container (or, with all keys elsewhere, the entry). */
		l->no_delete |= l->last;
		l->no_reset = 0;
	}
	if (l->no_words) {
		if (l->no_reset)
			l->no_reset |= short_form(l);
		else
			l->no_delete |= short_form(l);
	}
	l->no_reset &= ~l->no_delete;
}

void line_negate(struct line *l)
{
	struct parts p;
	bool list = l->node && (l->node->flags & NODE_LIST);

	if (!l->node || l->run || (l->flags & LINE_NO_NONE))
		return;
	p = parts_of(l);
	l->key_atoms = p.keys;
	/* Values in front of the key of an entry that is no more than its values (`no crypto ipsec df-bit set-df outside`). */
	if (list && p.own && p.stored && (l->node->flags & NODE_BY_CONTENT) &&
	    !(reach(l, p.own) & p.stored))
		l->no_reset = l->last;
	else if (list && p.own && negate_entry(l, &p))
		return;
	else if (!(list && p.own) && l->enter && !p.stored && !with_fields(l))
		l->no_delete = l->last;
	else
		negate_fields(l, &p);
}
