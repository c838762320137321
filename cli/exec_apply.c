/* Commands that change the configuration as a whole or a section of it: clear configure. */
#include "cli/exec_priv.h"
#include "cli/render.h"
#include "core/base/buf.h"

static void print_lines(const char *text, struct out *out)
{
	size_t len = strlen(text);
	out_printf(out, "%s%s", text, len > 0 && text[len - 1] == '\n' ? "" : "\n");
}

/* ---------------------------------------------------------------- clear configure */

/* "LINE" -> "no LINE", "no LINE" -> "LINE". */
static void negate(struct str line, struct out *out)
{
	struct str rest = line;
	if (str_eq_cstr(str_word(&rest), "no"))
		out_printf(out, "%.*s\n", STR_ARG(str_trim(rest)));
	else
		out_printf(out, "no %.*s\n", STR_ARG(str_trim(line)));
}

/* The top-level lines of a section, negated, last one first: what refers goes before what is referred to. */
static bool has_line(const struct out *text, struct str line)
{
	for (struct str rest = out_text(text); rest.len > 0;) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		size_t len = nl ? (size_t)(nl - rest.p) : rest.len;
		if (str_eq((struct str){rest.p, len}, line))
			return true;
		rest.p += len + (nl != NULL);
		rest.len -= len + (nl != NULL);
	}
	return false;
}

/* fresh: the section as it is from the start, which may hold lines that cannot be negated. */
static void negate_section(struct str text, const struct out *fresh, struct out *out)
{
	size_t end = text.len;
	while (end > 0) {
		size_t start = text.p[end - 1] == '\n' ? end - 1 : end;
		size_t stop = start;
		while (start > 0 && text.p[start - 1] != '\n')
			start--;
		struct str line = {text.p + start, stop - start};
		if (line.len > 0 && line.p[0] != ' ' && line.p[0] != '!' && line.p[0] != ':' &&
		    !has_line(fresh, line))
			negate(line, out);
		end = start;
	}
}

static int apply(struct exec_config *x, struct cmd *c, struct str text, unsigned flags)
{
	struct load_report report = {0};
	struct err err = {0};
	int rc = load_text(x->grammar, x->sys, text, "clear configure", flags, &report, &err);
	for (size_t i = 0; i < report.n; i++)
		print_lines(report.items[i].text, c->out);
	bool refused = report.errors > 0;
	load_report_free(&report);
	if (rc != 0)
		return cmd_fail(c, "%s", err.text);
	return refused ? CMD_ERROR : CMD_OK;
}

static int cmd_clear_configure(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str section = cmd_text(c, "section"), name = cmd_text(c, "name");
	struct out words, shown, fresh, lines;
	if (str_eq_cstr(section, "all"))
		return apply(x, c, STR("!\n"), LOAD_REPLACE);
	out_init(&words);
	out_init(&shown);
	out_init(&fresh);
	out_init(&lines);
	exec_section_words(section, name, &words);
	render(x->grammar, confsys_running(x->sys), RENDER_SECRETS, -1, out_text(&words), &shown);
	struct conf *empty = conf_new(&x->grammar->schema);
	render(x->grammar, empty, RENDER_SECRETS, -1, out_text(&words), &fresh);
	conf_drop(empty);
	negate_section(out_text(&shown), &fresh, &lines);
	/* A `no` may be a value of its own (`no pager` is off): what is there from the start is said again. */
	out_put(&lines, out_text(&fresh));
	int rc = lines.len > 0 ? apply(x, c, out_text(&lines), 0) : CMD_OK;
	if (shown.text)
		wipe(shown.text, shown.len);
	out_free(&words);
	out_free(&shown);
	out_free(&fresh);
	out_free(&lines);
	return rc;
}

void exec_apply_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"clear_configure", cmd_clear_configure},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
