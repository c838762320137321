/* `?` and Tab: how suggestions look. */
#include <stdlib.h>

#include "cli/session/priv.h"

enum { HELP_COLUMN_MAX = 40 };

unsigned session_width(const struct session *s)
{
	if (s->width >= 0)
		return (unsigned)s->width;
	return session_conf_u32(s, "system", "width", 80);
}

unsigned session_columns(const struct session *s)
{
	unsigned width = session_width(s);
	return s->opt.width > 0 && (width == 0 || width > s->opt.width) ? s->opt.width : width;
}

/* A description from column `col` on, wrapped between words before column `width`. */
static void print_wrapped(struct out *out, unsigned col, unsigned width, const char *text)
{
	size_t room = width > col + 21 ? width - 1 - col : 20; /* the last column stays free */
	struct str left = str_of(text);
	while (left.len > room) {
		size_t cut = room;
		while (cut > 0 && left.p[cut] != ' ')
			cut--;
		if (cut == 0)
			cut = room;
		out_put(out, (struct str){left.p, cut});
		out_printf(out, "\n%*s", (int)col, "");
		left = str_ltrim(str_from(left, cut));
	}
	out_put(out, left);
	out_str(out, "\n");
}

static void print_entry(const struct session *s, struct out *out, unsigned longest,
                        const char *word, const char *help)
{
	if (help == NULL || *help == '\0') {
		out_printf(out, "  %s\n", word);
		return;
	}
	out_printf(out, "  %-*s  ", (int)longest, word);
	size_t len = strlen(word);
	unsigned width = session_width(s);
	if (len > longest)
		out_printf(out, "\n%*s", (int)longest + 4, "");
	print_wrapped(out, longest + 4, width > 0 ? width : 512, help);
}

static int by_word(const void *a, const void *b)
{
	const struct suggestion *x = a, *y = b;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcasecmp(x->word, y->word);
}

/* One list of `?`: a group, or the two exec modes as one. */
struct help_list {
	const char *title;
	struct suggestion *items;
	size_t n;
	bool cr;
};

static void print_list(const struct session *s, const struct suggestions *sg,
                       const struct help_list *l, bool header, bool filters, struct out *out)
{
	if (header)
		out_printf(out, "\n%s mode commands/options:\n", l->title);
	if (sg->in_word) {
		for (size_t i = 0; i < l->n; i++)
			out_printf(out, "  %s", l->items[i].word);
		out_str(out, "\n");
		return;
	}
	if (!header)
		out_str(out, "\n");
	unsigned longest = l->cr ? 4 : 1;
	for (size_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->items[i].word);
		if (len > longest && len <= HELP_COLUMN_MAX)
			longest = (unsigned)len;
	}
	for (size_t i = 0; i < l->n; i++)
		print_entry(s, out, longest, l->items[i].word, l->items[i].help);
	if (l->cr && filters)
		print_entry(s, out, longest, "|", "Output modifiers");
	if (l->cr)
		out_str(out, "  <cr>\n");
}

static bool is_exec(const struct session *s, const struct mode *m)
{
	return m == s->env->grammar->exec || m == s->env->grammar->user;
}

static const char *mode_title(const struct session *s, const struct mode *m)
{
	if (is_exec(s, m))
		return "exec";
	if (m == s->env->grammar->config)
		return "configure";
	return m->title != NULL ? m->title : m->name;
}

/* Takes a group into the list; a word that is there already is not shown twice. */
static bool list_add(struct help_list *l, const struct suggest_group *g)
{
	struct suggestion *items = realloc(l->items, (l->n + g->n + 1) * sizeof *items);
	if (items == NULL)
		return false;
	l->items = items;
	l->cr = l->cr || g->cr;
	for (size_t i = 0; i < g->n; i++) {
		bool there = false;
		for (size_t k = 0; k < l->n && !there; k++)
			there = strcmp(items[k].word, g->items[i].word) == 0;
		if (!there)
			items[l->n++] = g->items[i];
	}
	return true;
}

/* `show ... | include ?` */
static void help_filter_argument(const struct session *s, struct str word, struct out *out)
{
	struct filter f;
	struct err err = {0};
	size_t at = 0;
	struct out probe; /* the filter's word with something behind it */
	out_init(&probe);
	out_printf(&probe, "%.*s x", STR_ARG(word));
	(void)filter_parse(&f, out_text(&probe), &at, &err);
	out_free(&probe);
	bool file = f.kind == FILTER_REDIRECT || f.kind == FILTER_APPEND;
	out_str(out, "\n");
	if (f.kind != FILTER_JSON)
		print_entry(s, out, 4, file ? "WORD" : "LINE",
		            file ? "Name of a file on disk0:" : "Regular expression");
	if (f.kind == FILTER_COUNT || f.kind == FILTER_JSON)
		out_str(out, "  <cr>\n");
	out_str(out, "\n");
	filter_free(&f);
}

/* `show ... | ?` */
static bool help_filter(const struct session *s, struct str partial, struct out *out)
{
	struct str command, tail, rest = partial;
	struct str first = str_word(&rest);
	if (first.len < 2 ||
	    (!str_has_prefix_nocase(STR("show"), first) &&
	     !str_has_prefix_nocase(STR("more"), first)) ||
	    !filter_split(partial, &command, &tail))
		return false;
	const struct filter_word *w = filter_words();
	struct str left = tail;
	struct str word = str_word(&left);
	if (word.len > 0 && word.p + word.len < tail.p + tail.len) {
		help_filter_argument(s, word, out);
		return true;
	}
	bool any = false;
	for (; w->word != NULL; w++) {
		if (!str_has_prefix_nocase(str_of(w->word), word))
			continue;
		if (word.len > 0)
			out_printf(out, "  %s", w->word);
		else if (!any)
			out_str(out, "\n");
		if (word.len == 0)
			print_entry(s, out, 8, w->word, w->help);
		any = true;
	}
	out_str(out, any ? "\n" : "ERROR: % Unrecognized command\n");
	return true;
}

void session_help_text(struct session *s, struct str partial, struct out *out)
{
	if (help_filter(s, partial, out))
		return;
	struct suggestions sg;
	struct str rest = partial;
	struct str first = str_word(&rest);
	bool filters = first.len >= 2 && (str_has_prefix_nocase(STR("show"), first) ||
	                                  str_has_prefix_nocase(STR("more"), first));
	bool header = session_in_config(s), any = false;
	struct suggest_gate gate = session_gate(s);
	if (suggest(s->env->grammar, &s->ctx, confsys_running(s->env->sys), partial, &gate, &sg)) {
		for (size_t i = 0; i < sg.n; i++) {
			struct help_list l = {.title = mode_title(s, sg.groups[i].mode)};
			bool exec = is_exec(s, sg.groups[i].mode);
			bool ok = list_add(&l, &sg.groups[i]);
			while (ok && exec && i + 1 < sg.n && is_exec(s, sg.groups[i + 1].mode))
				ok = list_add(&l, &sg.groups[++i]);
			if (exec && l.n > 1)
				qsort(l.items, l.n, sizeof *l.items, by_word);
			if (l.n > 0 || (l.cr && !sg.in_word)) {
				print_list(s, &sg, &l, header, filters, out);
				any = true;
			}
			free(l.items);
		}
		if (any && !sg.in_word)
			out_str(out, "\n");
	}
	suggest_free(&sg);
	if (!any)
		out_str(out, "ERROR: % Unrecognized command\n");
}

void session_help(struct session *s, struct str partial)
{
	if (s->want != SESSION_WANT_LINE)
		return;
	struct out out;
	out_init(&out);
	session_help_text(s, partial, &out);
	s->want = SESSION_WANT_NOTHING;
	session_start_page(s);
	session_print(s, out_text(&out));
	out_free(&out);
	session_pump(s);
}

struct str session_complete(struct session *s, struct str partial)
{
	out_clear(&s->completion);
	if (s->want != SESSION_WANT_LINE)
		return STR("");
	struct suggestions sg;
	struct suggest_gate gate = session_gate(s);
	if (suggest(s->env->grammar, &s->ctx, confsys_running(s->env->sys), partial, &gate, &sg))
		suggest_complete(&sg, partial, &s->completion);
	suggest_free(&sg);
	return out_text(&s->completion);
}
