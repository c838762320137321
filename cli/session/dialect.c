/* `terminal dialect`: the release whose forms this console shows. What is typed is read in all of them. */
#include "cli/session/priv.h"

static int cmd_terminal_dialect(struct cmd *c)
{
	struct session *s = c->session;
	int d = grammar_dialect(s->env->grammar, cmd_text(c, "dialect"));
	if (d < 0)
		return cmd_fail(c, "%% Unknown dialect");
	s->shown = d == grammar_newest(s->env->grammar) ? -1 : d;
	debug_form(&s->debug, cmd_pix(c));
	return CMD_OK;
}

/* The forms of the commands that begin with these words, one a line; those of the dialect itself first. */
static bool usage(const struct session *s, struct str words, struct out *out)
{
	const struct grammar *g = s->env->grammar;
	bool any = false, exec = false;
	struct out full;
	out_init(&full);
	for (const struct mode *m = s->ctx.mode; m != NULL || !exec; m = m->parent) {
		if (m == NULL)
			m = g->exec;
		exec = exec || m == g->user;
		out_clear(&full);
		match_expand(g, m, words, &full);
		struct str want = str_trim(out_text(&full));
		for (const struct line *l = m->lines; l != NULL; l = l->next) {
			struct str text = str_of(l->text);
			if (!str_has_prefix_nocase(text, want) ||
			    (text.len > want.len && text.p[want.len] != ' '))
				continue;
			/* a spelling of another release */
			if ((l->flags & LINE_LEGACY) && l->dialect != s->shown &&
			    l->until < s->shown)
				continue;
			out_printf(out, "%s%s\n", any ? "        " : "Usage:  ", l->text);
			any = true;
		}
		if (m == g->user)
			break;
	}
	out_free(&full);
	return any;
}

static bool shows_pix(const struct session *s)
{
	return s->shown >= 0 && strncmp(s->env->grammar->dialects[s->shown], "pix", 3) == 0;
}

void session_name_pix(const struct session *s, char *text)
{
	char *at = shows_pix(s) ? strstr(text, "%ASA-") : NULL;
	if (at != NULL)
		memcpy(at, "%PIX-", 5);
}

bool session_failure_pix(struct session *s, struct str line, const struct match_fail *fail)
{
	struct str words = str_trim(line), first;
	struct out out;
	if (!shows_pix(s) || fail->status == MATCH_DENIED)
		return false;
	out_init(&out);
	first = str_word(&words);
	if (str_eq_cstr(first, "no"))
		first = str_word(&words);
	if (fail->status == MATCH_INCOMPLETE || fail->status == MATCH_AMBIGUOUS)
		out_str(&out, "Not enough arguments.\n");
	if (fail->words == 0 || !usage(s, first, &out)) {
		out_clear(&out);
		out_str(&out, "Type help or '?' for a list of available commands.\n");
	}
	session_print(s, out_text(&out));
	out_free(&out);
	return true;
}

void session_dialect_register(void)
{
	static const struct cmd_entry table[] = {
	        {"terminal_dialect", cmd_terminal_dialect},
	};
	cmd_register(table, sizeof table / sizeof *table, NULL);
}
