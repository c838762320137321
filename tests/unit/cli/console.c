#include "console.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void start(struct console *c, struct grammar *g, bool owns)
{
	*c = (struct console){.g = g, .owns = owns};
	c->sys = confsys_new(&g->schema, NULL);
	ctx_init(&c->ctx, g->config);
	out_init(&c->out);
}

void console_open(struct console *c, const char *folder)
{
	struct err err = {0};
	struct grammar *g;
	char path[1024];

	snprintf(path, sizeof(path), "%s/unit/cli/%s", TEST_DIR, folder ? folder : "");
	if (grammar_load(folder ? path : POSTERN_GRAMMAR_DIR, GRAMMAR_NO_FUNCTIONS, &g, &err))
		fail_msg("%s", err.text);
	start(c, g, true);
}

void console_open_text(struct console *c, const char *yaml)
{
	struct err err = {0};
	struct grammar *g;

	if (grammar_load_text(str_of(yaml), GRAMMAR_NO_FUNCTIONS | GRAMMAR_NO_LINT, &g, &err))
		fail_msg("%s", err.text);
	start(c, g, true);
}

void console_fork(struct console *c, const struct console *from)
{
	start(c, from->g, false);
}

void console_close(struct console *c)
{
	ctx_clear(&c->ctx);
	confsys_free(c->sys);
	out_free(&c->out);
	if (c->owns)
		grammar_free(c->g);
}

const char *type(struct console *c, const char *line)
{
	struct match m;
	struct match_fail fail;
	struct err err = {0};
	struct out notes;

	out_clear(&c->out);
	out_init(&notes);
	switch (match_line(c->g, &c->ctx, str_of(line), 15, &m, &fail)) {
	case MATCH_EMPTY:
		break;
	case MATCH_OK:
		if (m.line->run)
			out_printf(&c->out, "run %s", m.line->run);
		else if (edit_line(c->g, c->sys, &c->ctx, &m, &notes, &err))
			out_printf(&c->out, "ERROR: %s", err.text);
		match_free(&m);
		break;
	case MATCH_INVALID:
		out_printf(&c->out, "%zu:ERROR", fail.column);
		break;
	default:
		match_fail_text(&fail, &c->out);
	}
	out_put(&c->out, out_text(&notes));
	out_free(&notes);
	return c->out.text ? c->out.text : "";
}

void ok(struct console *c, const char *line)
{
	const char *text = type(c, line);

	if (*text)
		fail_msg("\"%s\": %s", line, text);
}

const char *prompt(const struct console *c)
{
	return c->ctx.mode->prompt;
}

const char *running_as(struct console *c, const char *section, unsigned flags, int dialect)
{
	out_clear(&c->out);
	render(c->g, confsys_running(c->sys), flags, dialect, str_of(section), &c->out);
	return c->out.text ? c->out.text : "";
}

const char *running(struct console *c, const char *section)
{
	return running_as(c, section, RENDER_SECRETS, -1);
}

const char *help(struct console *c, const char *line)
{
	struct suggestions s;

	out_clear(&c->out);
	suggest(c->g, &c->ctx, confsys_running(c->sys), str_of(line), NULL, &s);
	for (size_t i = 0; i < s.n; i++) {
		out_str(&c->out, i ? " || " : "");
		for (size_t k = 0; k < s.groups[i].n; k++)
			out_printf(&c->out, "%s%s %s", k ? "|" : "", s.groups[i].items[k].word,
			           s.groups[i].items[k].help ? s.groups[i].items[k].help : "-");
		out_str(&c->out, s.groups[i].cr ? (s.groups[i].n ? "|<cr>" : "<cr>") : "");
	}
	suggest_free(&s);
	return c->out.text ? c->out.text : "";
}

const char *tab(struct console *c, const char *line)
{
	struct suggestions s;

	out_clear(&c->out);
	suggest(c->g, &c->ctx, confsys_running(c->sys), str_of(line), NULL, &s);
	suggest_complete(&s, str_of(line), &c->out);
	suggest_free(&s);
	return c->out.text ? c->out.text : "";
}
