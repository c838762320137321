#include "cli/exec/config.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/exec/priv.h"
#include "cli/config/render.h"
#include "core/base/buf.h"
#include "core/base/log.h"

/* The release whose command line this is: names the dialect of the text for whoever loads it. */
static const char version_line[] = "ASA Version 9.1(7) \n!\n";

static const struct {
	const char *dialect, *version;
} old_versions[] = {
        {"asa-7.0", "7.0(8)"}, {"asa-7.2", "7.2(5)"}, {"asa-8.0", "8.2(5)"}, {"asa-8.3", "8.3(2)"}};

static const struct conf *running(const struct exec_config *x)
{
	return confsys_running(x->sys);
}

/* The dialect of the console, -1 = newest. */
static int dialect_of(const struct exec_config *x, const struct cmd *c)
{
	const char *name = c->host && c->host->dialect ? c->host->dialect(c->session) : NULL;
	return name ? grammar_dialect(x->grammar, str_of(name)) : -1;
}

static void body_text(const struct exec_config *x, unsigned flags, int dialect, struct out *out)
{
	const struct layout *layout = dialect < 0 ? NULL : grammar_layout(x->grammar, dialect);
	const char *version = NULL;

	for (size_t i = 0; dialect >= 0 && i < sizeof(old_versions) / sizeof(old_versions[0]); i++)
		if (strcmp(old_versions[i].dialect, x->grammar->dialects[dialect]) == 0)
			version = old_versions[i].version;
	if (layout)
		out_printf(out, "%s\n", layout->version);
	else if (version)
		out_printf(out, "ASA Version %s \n!\n", version);
	else
		out_str(out, version_line);
	render(x->grammar, running(x), flags, dialect, STR(""), out);
}

/* Of the configuration itself, secrets included: the same wherever it is shown or saved. */
static void config_sum(const struct exec_config *x, int dialect, bool groups,
                       char sum[STARTUP_SUM_TEXT])
{
	struct out body;

	out_init(&body);
	body_text(x, RENDER_SECRETS, dialect, &body);
	startup_sum(&x->startup, out_text(&body), groups, sum);
	wipe(body.text, body.len);
	out_free(&body);
}

/* Header lines, body, checksum, end. */
static void whole_text(const struct exec_config *x, const char *header, unsigned flags, int dialect,
                       struct out *out)
{
	char sum[STARTUP_SUM_TEXT];

	out_str(out, header);
	body_text(x, flags, dialect, out);
	config_sum(x, dialect, false, sum);
	out_printf(out, "Cryptochecksum:%s\n: end\n", sum);
}

void exec_config_text(const struct exec_config *x, bool secrets, struct out *out)
{
	whole_text(x, ": Saved\n:\n", secrets ? RENDER_SECRETS : 0, -1, out);
}

/* ---------------------------------------------------------------- show running-config, more */

void exec_section_words(struct str section, struct str name, struct out *words)
{
	/* The word of 7.x and 8.x, whose lines begin with crypto today. */
	out_str(words, str_eq_cstr(section, "isakmp") ? "crypto " : "");
	out_printf(words, "%.*s%s%.*s", STR_ARG(section), name.len > 0 ? " " : "", STR_ARG(name));
}

static int cmd_show_running_config(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str section = cmd_text(c, "section"), name = cmd_text(c, "name");
	unsigned flags = cmd_has(c, "all") ? RENDER_ALL : 0;
	struct out words;
	rec_lines(c->out);
	if (section.len == 0) {
		whole_text(x, ": Saved\n:\n", flags, dialect_of(x, c), c->out);
		return CMD_OK;
	}
	if (str_eq_cstr(section, "inert")) {
		render(x->grammar, running(x), flags | RENDER_INERT, -1, STR(""), c->out);
		return CMD_OK;
	}
	out_init(&words);
	if (cmd_pix(c)) /* whose lines begin with it */
		out_printf(&words, "%.*s %.*s", STR_ARG(section), STR_ARG(name));
	else
		exec_section_words(section, name, &words);
	render(x->grammar, running(x), flags, dialect_of(x, c), out_text(&words), c->out);
	out_free(&words);
	return CMD_OK;
}

static int cmd_write_terminal(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	if (cmd_pix(c))
		out_str(c->out, "Building configuration...\n");
	whole_text(x, ": Saved\n:\n", 0, dialect_of(x, c), c->out);
	if (cmd_pix(c))
		out_str(c->out, "[OK]\n");
	return CMD_OK;
}

/* ---------------------------------------------------------------- the startup configuration */

static void written_by(const struct exec_config *x, const char *user, struct out *out)
{
	out_printf(out, ": Saved\n: Written by %s at ", user);
	exec_time(x, "%%H:%%M:%%S.%03d %%Z %%a %%b %%-d %%Y\n!\n", out);
}

void exec_saved_text(const struct exec_config *x, const char *user, struct out *text)
{
	struct out header;
	out_init(&header);
	written_by(x, user, &header);
	whole_text(x, header.text, RENDER_SECRETS, -1, text);
	out_free(&header);
}

void exec_sum_line(const struct exec_config *x, struct out *out)
{
	char sum[STARTUP_SUM_TEXT];
	config_sum(x, -1, true, sum);
	out_printf(out, "Cryptochecksum: %s \n\n", sum);
}

int exec_save(const struct exec_config *x, const char *user, struct out *out, struct err *err)
{
	struct out text;
	struct startup_saved saved;
	out_init(&text);
	exec_saved_text(x, user, &text);
	int rc = text.failed ? err_set(err, -ENOMEM, "out of memory")
	                     : startup_write(&x->startup, out_text(&text), &saved, err);
	if (rc == 0) {
		exec_sum_line(x, out);
		exec_copied(saved.bytes, saved.ms, out);
	}
	wipe(text.text, text.len);
	out_free(&text);
	return rc;
}

static int cmd_show_checksum(struct cmd *c)
{
	char sum[STARTUP_SUM_TEXT];
	config_sum(c->ctx, -1, true, sum);
	rec(c->out, "cryptochecksum", "Cryptochecksum: %s \n", sum);
	return CMD_OK;
}

static int cmd_write_memory(struct cmd *c)
{
	struct err err = {0};
	const char *user = cmd_user(c);
	struct out saved;
	out_printf(c->out, "%sBuilding configuration...\n", cmd_pix(c) ? "" : "\n");
	log_msg(MSG_111001, user, "startup-config");
	out_init(&saved);
	int rc = exec_save(c->ctx, user, &saved, &err);
	/* The old release tells the checksum alone. */
	const char *nl = cmd_pix(c) && saved.text ? strchr(saved.text, '\n') : NULL;
	out_put(c->out,
	        nl ? (struct str){saved.text, (size_t)(nl - saved.text) + 1} : out_text(&saved));
	out_free(&saved);
	if (rc != 0)
		return cmd_fail(c, "%s", err.text);
	log_msg(MSG_111004, user, "OK");
	out_str(c->out, "[OK]\n");
	return CMD_OK;
}

/* A line of the file with the secrets in it as stars, following the modes of the text. */
static void print_masked(const struct grammar *g, struct cli_ctx *ctx, struct str line,
                         struct out *out)
{
	struct match m;
	struct match_fail fail;
	struct str at = line;
	if (match_line(g, ctx, line, 15, &m, &fail) != MATCH_OK) {
		out_printf(out, "%.*s\n", STR_ARG(line));
		return;
	}
	for (size_t i = 0; i < m.nbound; i++) {
		const struct value *v = &m.bound[i].value;
		if (m.bound[i].dropped || v->kind != V_TEXT || !m.bound[i].field ||
		    strcmp(m.bound[i].field->type->name, "secret") != 0)
			continue;
		const char *p =
		        v->text.len > 0 ? memmem(at.p, at.len, v->text.p, v->text.len) : NULL;
		if (!p)
			continue;
		out_printf(out, "%.*s*****", (int)(p - at.p), at.p);
		at.len -= (size_t)(p - at.p) + v->text.len;
		at.p = p + v->text.len;
	}
	out_printf(out, "%.*s\n", STR_ARG(at));
	if (m.line->node)
		match_next_ctx(&m, ctx);
	match_free(&m);
}

static void show_masked(const struct exec_config *x, struct str text, struct out *out)
{
	struct cli_ctx ctx;
	ctx_init(&ctx, x->grammar->config);
	while (text.len > 0) {
		const char *nl = memchr(text.p, '\n', text.len);
		struct str line = {text.p, nl ? (size_t)(nl - text.p) : text.len};
		text.p += line.len + (nl ? 1 : 0);
		text.len -= line.len + (nl ? 1 : 0);
		print_masked(x->grammar, &ctx, line, out);
	}
	ctx_clear(&ctx);
}

static void print_lines(const char *text, struct out *out)
{
	size_t len = strlen(text);
	out_printf(out, "%s%s", text, len > 0 && text[len - 1] == '\n' ? "" : "\n");
}

/* A command of the file for the report: nothing of it from the first word on that announces a secret. */
static void masked_command(const struct grammar *g, const char *command, struct out *out)
{
	static const char *const announce[] = {"password", "key", "psk", "secret", "passwd"};
	struct cli_ctx ctx;
	struct out line;
	out_init(&line);
	ctx_init(&ctx, g->config);
	print_masked(g, &ctx, str_trim(str_of(command)), &line);
	ctx_clear(&ctx);
	struct str left = out_text(&line), w;
	for (bool secret = false; !secret && (w = str_word(&left)).len > 0;) {
		out_printf(out, "%s%.*s", out->len > 0 ? " " : "", STR_ARG(w));
		for (size_t i = 0; i < sizeof(announce) / sizeof(announce[0]); i++)
			secret = secret || memmem(w.p, w.len, announce[i], strlen(announce[i]));
		if (secret && str_trim(left).len > 0)
			out_str(out, " *****");
	}
	if (line.text)
		wipe(line.text, line.len);
	out_free(&line);
}

/* Each text that was printed while the file was read, and the line that caused it. */
static void show_boot_errors(const struct grammar *g, const struct load_report *r, struct out *out)
{
	enum { SHOWN = 24 };
	out_str(out, "Reading from flash...\n");
	for (size_t i = 0; i < r->n; i++) {
		const struct load_item *it = &r->items[i];
		struct out command;
		print_lines(it->text, out);
		if (it->line == 0) /* of the text as a whole */
			continue;
		out_init(&command);
		masked_command(g, it->command ? it->command : "", &command);
		bool cut = command.len > SHOWN;
		out_printf(out, "*** Output from config line %u, \"%.*s%s\"\n", it->line,
		           (int)(cut ? SHOWN : command.len), command.text ? command.text : "",
		           cut ? "..." : "");
		out_free(&command);
	}
}

static int cmd_show_startup_config(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct err err = {0};
	struct out text;
	rec_lines(c->out);
	if (cmd_has(c, "errors")) {
		if (x->booted)
			show_boot_errors(x->grammar, &x->boot, c->out);
		return CMD_OK;
	}
	out_init(&text);
	int rc = startup_read(&x->startup, &text, &err);
	if (rc == 0 && text.len > 0)
		show_masked(x, out_text(&text), c->out);
	if (text.text)
		wipe(text.text, text.len);
	out_free(&text);
	if (rc == -ENOENT) {
		out_str(c->out, "No Configuration\n");
		return CMD_OK;
	}
	return rc == 0 ? CMD_OK : cmd_fail(c, "%s", err.text);
}

/* Has the running configuration changed since it was saved? */
bool exec_modified(const struct exec_config *x)
{
	struct out file, now;
	struct err err;
	out_init(&file);
	out_init(&now);
	exec_config_text(x, true, &now);
	int rc = startup_read(&x->startup, &file, &err);
	/* The last two lines hold the checksum of the body. */
	const char *a = rc == 0 && file.len > 0 ? strstr(file.text, "\nCryptochecksum:") : NULL;
	const char *b = strstr(now.text, "\nCryptochecksum:");
	bool same = a && b && strcmp(a, b) == 0;
	if (file.text)
		wipe(file.text, file.len);
	wipe(now.text, now.len);
	out_free(&file);
	out_free(&now);
	return !same;
}

int exec_config_boot(struct exec_config *x, struct err *err)
{
	struct out text;
	out_init(&text);
	int rc = startup_read(&x->startup, &text, err);
	if (rc == 0) {
		rc = load_text(x->grammar, x->sys, out_text(&text), "startup-config", LOAD_REPLACE,
		               &x->boot, err);
		x->booted = true;
	}
	if (text.text)
		wipe(text.text, text.len);
	out_free(&text);
	return rc == -ENOENT ? 0 : rc;
}

void exec_config_free(struct exec_config *x)
{
	exec_apply_forget(x);
	exec_reload_stop(x);
	if (x->booted)
		load_report_free(&x->boot);
	x->booted = false;
}

void exec_config_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"show_running_config", cmd_show_running_config},
	        {"show_startup_config", cmd_show_startup_config},
	        {"show_checksum", cmd_show_checksum},
	        {"write_memory", cmd_write_memory},
	        {"write_terminal", cmd_write_terminal},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
	flash_init(&x->flash, x->startup.dir, NULL); /* fits, since the state directory did */
	exec_apply_register(x);
	exec_clock_register(x);
	exec_copy_register(x);
	exec_files_register(x);
	exec_reload_register(x);
}
