/* Commands that change the configuration as a whole or a section of it: clear configure, configure rollback and
 * factory-default; and what copy and configure replace do at their end. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/exec/priv.h"
#include "core/base/dialog.h"
#include "cli/config/render.h"
#include "core/base/buf.h"
#include "core/base/log.h"

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

/* ---------------------------------------------------------------- a text as a whole, and back */

void exec_apply_forget(struct exec_config *x)
{
	if (x->before)
		wipe(x->before, strlen(x->before));
	free(x->before);
	x->before = NULL;
}

static char *whole(const struct exec_config *x)
{
	struct out text;
	out_init(&text);
	exec_config_text(x, true, &text);
	return text.failed ? NULL : text.text;
}

static void remember(struct exec_config *x, char *text)
{
	exec_apply_forget(x);
	x->before = text;
}

int exec_apply_text(struct exec_config *x, struct str text, const char *name, bool replace,
                    struct out *out, struct err *err)
{
	struct load_report report = {0};
	char *was = replace ? whole(x) : NULL;
	int rc = load_text(x->grammar, x->sys, text, name, replace ? LOAD_REPLACE | LOAD_STRICT : 0,
	                   &report, err);
	load_report_print(&report, out);
	load_report_free(&report);
	if (!replace)
		return rc;
	if (rc == 0) {
		remember(x, was);
		return 0;
	}
	if (was)
		wipe(was, strlen(was));
	free(was);
	err_prefix(err, "the running configuration was not replaced: ");
	return rc;
}

static int cmd_rollback(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct err err = {0};
	if (!x->before)
		return cmd_fail(c, "no configuration was replaced since the system started");
	char *text = x->before;
	x->before = NULL;
	int rc = exec_apply_text(x, str_of(text), "rollback", true, c->out, &err);
	if (rc != 0) {
		x->before = text;
		return cmd_fail(c, "%s", err.text);
	}
	wipe(text, strlen(text));
	free(text);
	return CMD_OK;
}

/* ---------------------------------------------------------------- clear configure */

static int cmd_clear_configure(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str section = cmd_text(c, "section"), name = cmd_text(c, "name");
	struct out words, shown, fresh, lines;
	if (str_eq_cstr(section, "all")) {
		remember(x, whole(x));
		int cleared = apply(x, c, STR("!\n"), LOAD_REPLACE);
		if (cleared == CMD_OK)
			log_msg(MSG_112001, cmd_user(c));
		return cleared;
	}
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

/* ---------------------------------------------------------------- configure factory-default */

/* What a new appliance has: the first interface for management when an address is given. */
static void factory_text(struct cmd *c, struct out *text)
{
	struct str ip = cmd_text(c, "address"), mask = cmd_text(c, "mask");
	if (ip.len > 0)
		out_printf(text,
		           "interface Management0/0\nnameif management\nsecurity-level 100\n"
		           "ip address %.*s %.*s\nno shutdown\nexit\n",
		           STR_ARG(ip), STR_ARG(mask.len > 0 ? mask : STR("255.255.255.0")));
	out_str(text, "logging buffered informational\n");
}

/* Each line, and what it had to say. */
static void print_executed(struct str text, const struct load_report *r, struct out *out)
{
	for (unsigned line = 1; text.len > 0; line++) {
		const char *nl = memchr(text.p, '\n', text.len);
		size_t len = nl ? (size_t)(nl - text.p) : text.len;
		out_printf(out, "Executing command: %.*s\n", (int)len, text.p);
		for (size_t i = 0; i < r->n; i++)
			if (r->items[i].line == line)
				print_lines(r->items[i].text, out);
		text.p += len + (nl != NULL);
		text.len -= len + (nl != NULL);
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].line == 0)
			print_lines(r->items[i].text, out);
}

static void factory_answer(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->ctx;
	struct load_report report = {0};
	struct err err = {0};
	struct out out;
	if (!dialog_confirmed(answer)) {
		dialog_end(d, CMD_OK);
		return;
	}
	out_init(&out);
	out_str(&out, "\nBegin to apply factory-default configuration:\n"
	              "Clear all configuration\n");
	remember(x, whole(x));
	int rc = load_text(x->grammar, x->sys, str_of(d->data), "factory-default", LOAD_REPLACE,
	                   &report, &err);
	print_executed(str_of(d->data), &report, &out);
	load_report_free(&report);
	if (rc == 0)
		out_str(&out, "Factory-default configuration is completed\n");
	dialog_say(d, out_text(&out));
	out_free(&out);
	if (rc != 0)
		dialog_fail(d, &err);
	else
		dialog_end(d, CMD_OK);
}

static int cmd_factory_default(struct cmd *c)
{
	struct out text;
	out_init(&text);
	factory_text(c, &text);
	struct dialog *d = text.failed ? NULL : dialog_new(c, text.text, free);
	if (!d)
		return CMD_ERROR;
	dialog_say(d, STR("WARNING: The running configuration will be cleared.\n"));
	dialog_ask(d, "Apply the factory-default configuration? [confirm] ", factory_answer);
	return CMD_PENDING;
}

void exec_apply_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"clear_configure", cmd_clear_configure},
	        {"configure_rollback", cmd_rollback},
	        {"configure_factory_default", cmd_factory_default},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
