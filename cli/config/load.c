/* Texts of config lines: startup-config, copies, seeds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/config/edit.h"
#include "cli/config/names.h"

struct load {
	const struct grammar *g;
	struct txn *t;
	struct load_report *r;
	struct str text;
	struct cli_ctx ctx;
	struct edit_said said;
	bool block_indented; /* lines of the sub-mode stand further in */
	const char **lines;  /* start of each line of the text */
	size_t nlines, cap;
};

static char *copy(struct str s)
{
	char *p = conf_alloc(s.len + 1);

	if (s.len)
		memcpy(p, s.p, s.len);
	return p;
}

static struct str line_at(const struct load *ld, unsigned n)
{
	const char *p, *end = ld->text.p + ld->text.len, *nl;

	if (!n || n > ld->nlines)
		return STR("");
	p = ld->lines[n - 1];
	nl = memchr(p, '\n', (size_t)(end - p));
	return str_trim((struct str){p, (size_t)((nl ? nl : end) - p)});
}

static void report(struct load *ld, unsigned line, struct str text, bool error)
{
	struct load_report *r = ld->r;

	if (!(r->n & (r->n - 1))) {
		r->items = realloc(r->items, (r->n ? r->n * 2 : 1) * sizeof(*r->items));
		if (!r->items)
			abort();
	}
	r->items[r->n++] = (struct load_item){line, copy(line_at(ld, line)), copy(text), error};
	r->errors += error;
}

static void report_notes(struct load *ld, unsigned line, struct out *notes)
{
	edit_said_once(&ld->said, notes);
	if (notes->len)
		report(ld, line, str_trim(out_text(notes)), false);
	out_clear(notes);
}

static void fault(void *arg, unsigned line, const char *text)
{
	report(arg, line, str_of(text), true);
}

static void note(void *arg, unsigned line, const char *text)
{
	report(arg, line, str_of(text), false);
}

/* Lines around a config that are not config. */
static bool is_frame(struct load *ld, struct str line, unsigned number)
{
	static const char *const frames[] = {"Cryptochecksum", "[OK]", "Building configuration",
	                                     "Saved"};
	int dialect;

	if (!line.len || line.p[0] == ':' || line.p[0] == '!')
		return true;
	dialect = grammar_dialect_of_version(ld->g, line);
	if (dialect >= 0) {
		ld->r->dialect = dialect;
		edit_dialect(ld->g, ld->t, dialect, number);
		return true;
	}
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		if (line.len >= strlen(frames[i]) && !memcmp(line.p, frames[i], strlen(frames[i])))
			return true;
	}
	return false;
}

/* The few exec words that stand in config texts. False: any other one, which does not belong there. */
static bool moves(struct load *ld, const struct match *m)
{
	if (!strcmp(m->text, "exit") || !strcmp(m->text, "quit")) {
		if (ld->ctx.mode != ld->g->config)
			ctx_up(&ld->ctx);
	} else if (!strcmp(m->text, "end") || !strcmp(m->text, "configure terminal")) {
		ctx_clear(&ld->ctx);
		ctx_init(&ld->ctx, ld->g->config);
	} else {
		return false;
	}
	return true;
}

static void matched(struct load *ld, const struct match *m, unsigned number)
{
	struct err err = {0};
	struct out notes, text;

	if (m->line->run) {
		if (!moves(ld, m))
			report(ld, number, STR("ERROR: not a configuration command"), true);
		return;
	}
	/* A line that no other release has tells what the text is. */
	if ((m->line->flags & LINE_TELLS) && ld->r->dialect < 0) {
		ld->r->dialect = m->line->dialect;
		edit_dialect(ld->g, ld->t, m->line->dialect, number);
	}
	out_init(&notes);
	if (edit(ld->g, ld->t, &ld->ctx, m, ld->r->dialect, number, &notes, &err)) {
		out_init(&text);
		out_printf(&text, "%s%s", err.plain ? "" : "ERROR: ", err.text);
		report(ld, number, out_text(&text), true);
		out_free(&text);
	}
	report_notes(ld, number, &notes);
	out_free(&notes);
	ld->r->inert += load_counts_inert(m);
	/* A global line amid a block does not end the block. */
	if (m->line->enter && !m->no) {
		match_next_ctx(m, &ld->ctx);
		ld->block_indented = false;
	}
}

static void one_line(struct load *ld, struct str raw, unsigned number)
{
	struct match_fail fail;
	struct match m;
	struct out text, named;
	bool indented = raw.len && (raw.p[0] == ' ' || raw.p[0] == '\t');
	struct str line = str_trim(raw);

	if (is_frame(ld, line, number))
		return;
	ld->r->lines++;
	if (!indented && ld->block_indented) {
		ctx_clear(&ld->ctx);
		ctx_init(&ld->ctx, ld->g->config);
		ld->block_indented = false;
	}
	ld->block_indented = ld->block_indented || (indented && ld->ctx.mode != ld->g->config);
	out_init(&named);
	switch (names_match_line(ld->g, &ld->ctx, txn_conf(ld->t), line, 15, &named, &m, &fail)) {
	case MATCH_EMPTY:
		break;
	case MATCH_OK:
		matched(ld, &m, number);
		match_free(&m);
		break;
	default:
		out_init(&text);
		match_fail_text(&fail, &text);
		report(ld, number, out_text(&text), true);
		out_free(&text);
	}
	out_free(&named);
}

static void split(struct load *ld)
{
	const char *p = ld->text.p, *end = p + ld->text.len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (ld->nlines == ld->cap) {
			ld->cap = ld->cap ? ld->cap * 2 : 64;
			ld->lines = realloc(ld->lines, ld->cap * sizeof(*ld->lines));
			if (!ld->lines)
				abort();
		}
		ld->lines[ld->nlines++] = p;
		p = nl ? nl + 1 : end;
	}
}

struct place {
	unsigned line;
	size_t at;
};

static int by_line(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->at > y->at) - (x->at < y->at);
}

/* By line; what one line gave stays in its order. */
static void sort_items(struct load_report *r)
{
	struct place *places = conf_alloc(r->n * sizeof(*places));
	struct load_item *items = conf_alloc(r->n * sizeof(*items));

	for (size_t i = 0; i < r->n; i++)
		places[i] = (struct place){r->items[i].line, i};
	qsort(places, r->n, sizeof(*places), by_line);
	for (size_t i = 0; i < r->n; i++)
		items[i] = r->items[places[i].at];
	free(places);
	free(r->items);
	r->items = items;
}

bool load_counts_inert(const struct match *m)
{
	return m->line->inert && m->line->node && !m->no && !(m->line->flags & LINE_ALWAYS);
}

void load_inert_text(size_t n, struct out *out)
{
	out_printf(out, "INFO: %zu line%s kept without effect, show running-config inert lists %s", n,
	           n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
}

static void report_inert(struct load *ld)
{
	struct out text;

	if (!ld->r->inert)
		return;
	out_init(&text);
	load_inert_text(ld->r->inert, &text);
	report(ld, 0, out_text(&text), false);
	out_free(&text);
}

int load_text(const struct grammar *g, struct confsys *sys, struct str text, const char *name,
              unsigned flags, struct load_report *r, struct err *err)
{
	struct load ld = {.g = g, .r = r, .text = text};
	const struct txn_report to = {fault, note, &ld, (flags & LOAD_STRICT) != 0};
	struct out notes;
	int rc;

	*r = (struct load_report){.name = copy(str_of(name)), .dialect = -1};
	if (!g->config)
		return err_set(err, -EINVAL, "the grammar has no config mode");
	ld.t = flags & LOAD_REPLACE ? txn_begin_empty(sys) : txn_begin(sys);
	ctx_init(&ld.ctx, g->config);
	split(&ld);
	for (size_t i = 0; i < ld.nlines; i++) {
		const char *end = i + 1 < ld.nlines ? ld.lines[i + 1] : text.p + text.len;
		struct str raw = {ld.lines[i], (size_t)(end - ld.lines[i])};

		while (raw.len && (raw.p[raw.len - 1] == '\n' || raw.p[raw.len - 1] == '\r'))
			raw.len--;
		one_line(&ld, raw, (unsigned)i + 1);
	}
	out_init(&notes);
	if (to.strict && r->errors) {
		txn_abort(ld.t);
		rc = err_set(err, -EINVAL, "nothing of the text was applied");
	} else {
		rc = txn_commit_best(ld.t, &notes, &to, err);
	}
	report_notes(&ld, 0, &notes);
	out_free(&notes);
	report_inert(&ld);
	sort_items(r);
	edit_said_clear(&ld.said);
	ctx_clear(&ld.ctx);
	free(ld.lines);
	return rc;
}

void load_report_free(struct load_report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		explicit_bzero(r->items[i].command, strlen(r->items[i].command));
		free(r->items[i].command);
		free(r->items[i].text);
	}
	free(r->items);
	free(r->name);
	*r = (struct load_report){0};
}

void load_report_print(const struct load_report *r, struct out *out)
{
	for (size_t i = 0; i < r->n; i++) {
		struct str rest = str_of(r->items[i].text);

		while (rest.len) {
			const char *nl = memchr(rest.p, '\n', rest.len);
			size_t len = nl ? (size_t)(nl - rest.p) : rest.len;

			if (r->items[i].line)
				out_printf(out, "%s:%u: ", r->name, r->items[i].line);
			out_put(out, (struct str){rest.p, len});
			out_str(out, "\n");
			rest = (struct str){rest.p + len + (nl != NULL),
			                    rest.len - len - (nl != NULL)};
		}
	}
}
