#include "cli/manual/text.h"

/* ------------------------------------------------------------------ characters */

static void put_html(struct out *o, char c)
{
	switch (c) {
	case '<':
		out_str(o, "&lt;");
		break;
	case '>':
		out_str(o, "&gt;");
		break;
	case '&':
		out_str(o, "&amp;");
		break;
	default:
		out_put(o, (struct str){&c, 1});
	}
}

static void put_man(struct out *o, char c, bool first)
{
	if (c == '\\')
		out_str(o, "\\e");
	else if (c == '-')
		out_str(o, "\\-");
	else if (first && (c == '.' || c == '\''))
		out_printf(o, "\\&%c", c);
	else
		out_put(o, (struct str){&c, 1});
}

/* Outside code Markdown would take <name> for a tag. */
static void put_markdown(struct out *o, char c)
{
	if (c == '<' || c == '>' || c == '*' || c == '_' || c == '|')
		out_str(o, "\\");
	out_put(o, (struct str){&c, 1});
}

static void put_char(const struct manual_text *t, char c, bool code, bool first)
{
	if (t->form == MANUAL_HTML)
		put_html(t->out, c);
	else if (t->form == MANUAL_MAN)
		put_man(t->out, c, first);
	else if (code)
		out_put(t->out, (struct str){&c, 1});
	else
		put_markdown(t->out, c);
}

/* Running text with `code` in it, on one line. */
static void put_text(const struct manual_text *t, const char *s)
{
	static const char *const marks[][2] = {
	        [MANUAL_MARKDOWN] = {"`", "`"},
	        [MANUAL_HTML] = {"<code>", "</code>"},
	        [MANUAL_MAN] = {"\\fB", "\\fR"},
	};
	bool code = false, first = true;
	for (; *s != '\0'; s++) {
		if (*s == '`') {
			out_str(t->out, marks[t->form][code]);
			code = !code;
		} else {
			put_char(t, *s == '\n' ? ' ' : *s, code, first);
		}
		first = false;
	}
	if (code)
		out_str(t->out, marks[t->form][1]);
}

static void put_code(const struct manual_text *t, const char *s)
{
	bool first = true;
	for (; *s != '\0'; s++) {
		put_char(t, *s, true, first);
		first = *s == '\n';
	}
}

static void close_list(struct manual_text *t)
{
	if (t->in_list && t->form != MANUAL_MAN)
		out_str(t->out, t->form == MANUAL_HTML ? "</dl>\n" : "\n");
	t->in_list = false;
}

/* ------------------------------------------------------------------ the document */

static const char style[] =
        "body{font:16px/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em}"
        "pre{background:#f4f4f4;padding:.6em;overflow-x:auto}code,pre{font-family:monospace}"
        "h2{border-bottom:1px solid #bbb;margin-top:2em}dt{font-family:monospace}"
        "dt.d1,dd.d1{margin-left:5em}"
        "nav ul{columns:3;list-style:none;padding:0;font-size:90%}";

void manual_begin(struct manual_text *t, const char *name, unsigned section, const char *what)
{
	switch (t->form) {
	case MANUAL_MARKDOWN:
		out_printf(t->out, "# %s\n\n%s.\n\n", name, what);
		break;
	case MANUAL_HTML:
		out_printf(t->out,
		           "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		           "<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<h1>%s</h1>\n"
		           "<p>%s.</p>\n",
		           name, style, name, what);
		break;
	case MANUAL_MAN:
		out_printf(t->out, ".TH \"%s\" %u \"\" \"Postern %s\"\n.SH NAME\n", name, section,
		           POSTERN_VERSION);
		put_code(t, name);
		out_str(t->out, " \\- ");
		put_code(t, what);
		out_str(t->out, "\n");
		break;
	}
}

void manual_end(struct manual_text *t)
{
	close_list(t);
	if (t->form == MANUAL_HTML)
		out_str(t->out, "</body>\n</html>\n");
}

void manual_chapter(struct manual_text *t, const char *title)
{
	close_list(t);
	out_str(t->out, t->form == MANUAL_MARKDOWN ? "## "
	                : t->form == MANUAL_HTML   ? "<h2>"
	                                           : ".SH \"");
	put_text(t, title);
	out_str(t->out, t->form == MANUAL_MARKDOWN ? "\n\n"
	                : t->form == MANUAL_HTML   ? "</h2>\n"
	                                           : "\"\n");
}

void manual_page(struct manual_text *t, const char *title, const char *anchor)
{
	close_list(t);
	if (t->form == MANUAL_MARKDOWN)
		out_printf(t->out, "### <a id=\"%s\"></a>", anchor);
	else if (t->form == MANUAL_HTML)
		out_printf(t->out, "<h3 id=\"%s\">", anchor);
	else
		out_str(t->out, ".SS \"");
	put_text(t, title);
	out_str(t->out, t->form == MANUAL_MARKDOWN ? "\n\n"
	                : t->form == MANUAL_HTML   ? "</h3>\n"
	                                           : "\"\n");
}

void manual_para(struct manual_text *t, const char *text)
{
	close_list(t);
	out_str(t->out, t->form == MANUAL_HTML ? "<p>" : t->form == MANUAL_MAN ? ".PP\n" : "");
	put_text(t, text);
	out_str(t->out, t->form == MANUAL_HTML ? "</p>\n" : t->form == MANUAL_MAN ? "\n" : "\n\n");
}

void manual_code(struct manual_text *t, const char *lines)
{
	close_list(t);
	out_str(t->out, t->form == MANUAL_MARKDOWN ? "```\n"
	                : t->form == MANUAL_HTML   ? "<pre>"
	                                           : ".PP\n.nf\n");
	put_code(t, lines);
	out_str(t->out, t->form == MANUAL_MARKDOWN ? "```\n\n"
	                : t->form == MANUAL_HTML   ? "</pre>\n"
	                                           : ".fi\n");
}

void manual_item(struct manual_text *t, unsigned depth, const char *term, const char *text)
{
	if (!t->in_list && t->form == MANUAL_HTML)
		out_str(t->out, "<dl>\n");
	t->in_list = true;
	switch (t->form) {
	case MANUAL_MARKDOWN:
		out_printf(t->out, "%*s* `", (int)depth * 2, "");
		put_code(t, term);
		out_str(t->out, "`: ");
		put_text(t, text);
		break;
	case MANUAL_HTML:
		out_printf(t->out, "<dt class=\"d%u\">", depth);
		put_code(t, term);
		out_printf(t->out, "</dt><dd class=\"d%u\">", depth);
		put_text(t, text);
		out_str(t->out, "</dd>");
		break;
	case MANUAL_MAN:
		out_printf(t->out, "%s.TP\n\\fB", depth > 0 ? ".RS\n" : "");
		put_code(t, term);
		out_str(t->out, "\\fR\n");
		put_text(t, *text != '\0' ? text : "\\&");
		out_str(t->out, depth > 0 ? "\n.RE" : "");
		break;
	}
	out_str(t->out, "\n");
}

void manual_link(struct manual_text *t, const char *title, const char *anchor)
{
	if (t->form == MANUAL_MAN)
		return;
	if (t->form == MANUAL_MARKDOWN) {
		out_str(t->out, "* [");
		put_text(t, title);
		out_printf(t->out, "](#%s)\n", anchor);
	} else {
		out_printf(t->out, "<a href=\"#%s\">", anchor);
		put_text(t, title);
		out_str(t->out, "</a><br>\n");
	}
	t->in_list = t->form == MANUAL_MARKDOWN;
}
