/* `help COMMAND`: how it is used, what it is for, what its words mean. */
#include <stdlib.h>
#include <strings.h>

#include "cli/session/priv.h"
#include "cli/grammar/walk.h"
#include "core/base/show.h"

enum { USAGE_INDENT = 8, DESCRIPTION_COLUMN = 16, SYNTAX_COLUMN = 32, USAGE_LINES = 400 };

/* The lines a command stands for, and the words of them that were told already. */
struct usage {
	const struct session *s;
	const struct line *lines[USAGE_LINES];
	size_t n;
	struct out seen; /* "\nword\nword\n" */
	char *words;     /* the command with full keywords */
};

/* Does the line begin with these words? */
static bool line_begins(const struct line *l, const char *words)
{
	size_t n = strlen(words);
	return strncasecmp(l->text, words, n) == 0 && (l->text[n] == '\0' || l->text[n] == ' ');
}

static void collect(struct usage *u, const struct mode *m, struct str command)
{
	struct out full;
	out_init(&full);
	match_expand(u->s->env->grammar, m, command, &full);
	for (const struct line *l = m->lines; l != NULL; l = l->next) {
		bool shown = !(l->flags & LINE_LEGACY) || (l->flags & LINE_OFFER);
		if (!shown || !line_begins(l, full.text != NULL ? full.text : "") ||
		    u->n == USAGE_LINES)
			continue;
		if (u->words == NULL)
			u->words = strdup(full.text);
		u->lines[u->n++] = l;
	}
	out_free(&full);
}

/* The pattern as a row of the terminal's width; what is longer goes on at column 0, cut anywhere. */
static void print_usage(const struct usage *u, const struct line *l, bool no, struct out *out)
{
	struct out text;
	out_init(&text);
	out_printf(&text, "%*s%s%s", USAGE_INDENT, "", no ? "no " : "", l->text);
	unsigned width = session_width(u->s);
	struct str rest = out_text(&text);
	while (width > 0 && rest.len > width) {
		out_put(out, (struct str){rest.p, width});
		out_str(out, "\n");
		rest.p += width;
		rest.len -= width;
	}
	out_put(out, rest);
	out_str(out, "\n");
	out_free(&text);
}

/* Help of the last keyword of the command. */
static const char *command_help(const struct line *l, const char *words)
{
	const char *help = NULL;
	struct str rest = str_of(words);
	for (const struct item *it = l->items; it != NULL && str_trim(rest).len > 0;
	     it = it->next) {
		struct str w = str_word(&rest);
		if (it->kind != ITEM_WORD || !str_eq_cstr(w, it->word))
			break;
		help = it->help;
	}
	return help;
}

static void print_word(struct usage *u, const char *word, const char *help, struct out *out)
{
	struct out key;
	out_init(&key);
	out_printf(&key, "\n%s\n", word);
	bool known = u->seen.len > 0 && strstr(u->seen.text, key.text) != NULL;
	if (!known) {
		out_str(&u->seen, key.text);
		out_printf(out, "%-*s%s%s\n", SYNTAX_COLUMN, word,
		           strlen(word) >= SYNTAX_COLUMN ? " " : "", help != NULL ? help : "");
	}
	out_free(&key);
}

static void print_item(struct usage *u, const struct line *l, const struct item *it,
                       struct out *out)
{
	struct keyword k;
	if (it->kind == ITEM_ARG) {
		const struct field *f = it->field;
		const char *help = f->help != NULL ? f->help : f->of != NULL ? f->of->help : NULL;
		struct out name;
		out_init(&name);
		out_printf(&name, "<%s>", it->word);
		if (f->type->class != CLASS_KEYWORDS)
			print_word(u, name.text, help, out);
		out_free(&name);
	}
	bool leaf = it->kind == ITEM_WORD || it->kind == ITEM_ARG;
	for (size_t i = 0; leaf && item_keyword(l, it, i, &k); i++)
		if (!k.old || (l->flags & LINE_OFFER))
			print_word(u, k.word, k.help, out);
	for (const struct item *kid = it->kids; kid != NULL; kid = kid->next)
		print_item(u, l, kid, out);
}

static void print_syntax(struct usage *u, const struct line *l, struct out *out)
{
	size_t skip = 0;
	struct str rest = str_of(u->words);
	while (str_word(&rest).len > 0)
		skip++;
	for (const struct item *it = l->items; it != NULL; it = it->next) {
		if (skip > 0)
			skip--;
		else
			print_item(u, l, it, out);
	}
}

static void print_all(struct usage *u, struct out *out)
{
	out_str(out, "\nUSAGE:\n\n");
	for (size_t i = 0; i < u->n; i++)
		print_usage(u, u->lines[i], false, out);
	for (size_t i = 0; i < u->n; i++)
		if (line_negatable(u->lines[i]))
			print_usage(u, u->lines[i], true, out);
	out_printf(out, "\nDESCRIPTION:\n\n%-*s%s", DESCRIPTION_COLUMN, u->words,
	           strlen(u->words) >= DESCRIPTION_COLUMN ? " " : "");
	const char *help = command_help(u->lines[0], u->words);
	out_printf(out, "%s\n", help != NULL ? help : "");
	out_str(out, "\nSYNTAX:\n\n");
	for (size_t i = 0; i < u->n; i++)
		print_syntax(u, u->lines[i], out);
	out_str(out, "\n");
}

int session_cmd_help(struct cmd *c)
{
	struct session *s = c->session;
	const struct grammar *g = s->env->grammar;
	const struct mode *modes[12];
	struct str command = cmd_text(c, "command");
	if (command.len == 0) {
		session_help_text(s, STR(""), c->out);
		return CMD_OK;
	}
	struct usage *u = calloc(1, sizeof *u);
	if (u == NULL)
		return cmd_fail(c, "out of memory");
	u->s = s;
	out_init(&u->seen);
	size_t n = walk_modes(g, s->ctx.mode, modes, sizeof modes / sizeof *modes);
	for (size_t i = 0; i < n; i++) {
		collect(u, modes[i], command);
		if (modes[i]->also != NULL)
			collect(u, modes[i]->also, command);
	}
	bool any = u->n > 0;
	if (any)
		print_all(u, c->out);
	out_free(&u->seen);
	free(u->words);
	free(u);
	return any ? CMD_OK : cmd_fail(c, "%% Unrecognized command");
}
