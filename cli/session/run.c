/* Running one typed line: match, apply or call, log. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/config/edit.h"
#include "cli/config/names.h"
#include "cli/session/priv.h"
#include "core/base/buf.h"

const char *session_user(const struct session *s)
{
	static const char *const names[] = {
	        "enable_0",  "enable_1",  "enable_2",  "enable_3",  "enable_4",  "enable_5",
	        "enable_6",  "enable_7",  "enable_8",  "enable_9",  "enable_10", "enable_11",
	        "enable_12", "enable_13", "enable_14", "enable_15",
	};
	return *s->user != '\0' && !s->as_enable ? s->user : names[s->privilege & 15];
}

/* ------------------------------------------------------------------ refusals */

/* A caret under `column` of the line. On a terminal the line stands behind its prompt on the screen; a script's
 * line is shown again. */
static void print_caret(struct session *s, struct str line, size_t column)
{
	struct out out;
	out_init(&out);
	const char *text = "ERROR: % Invalid input detected at '^' marker.\n";
	if (s->opt.batch) {
		out_str(&out, text);
		out_printf(&out, "  %.*s\n  %*s^\n", STR_ARG(line), (int)column, "");
	} else {
		out_printf(&out, "%*s^\n%s", (int)(session_prompt(s).len + column), "", text);
	}
	session_print(s, out_text(&out));
	out_free(&out);
}

static void print_failure(struct session *s, struct str line, const struct match_fail *fail)
{
	if (session_failure_pix(s, line, fail))
		return;
	if (fail->status == MATCH_INVALID) {
		print_caret(s, line, fail->column);
		return;
	}
	struct out out;
	out_init(&out);
	match_fail_text(fail, &out);
	if (out.len > 0 && out.text[out.len - 1] != '\n')
		out_str(&out, "\n");
	session_print(s, out_text(&out));
	out_free(&out);
}

static void print_plain(struct session *s, const char *text)
{
	session_print(s, str_of(text));
	session_print(s, STR("\n"));
}

static void print_error(struct session *s, const char *text)
{
	char line[640];
	int n = snprintf(line, sizeof line, "ERROR: %s\n", text);
	if (n > 0)
		session_print(s, (struct str){line, (size_t)n < sizeof line ? (size_t)n
		                                                            : sizeof line - 1});
}

/* ------------------------------------------------------------------ the log line */

static bool name_is_secret(const char *name)
{
	static const char *const parts[] = {"password", "psk", "key", "secret"};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strstr(name, parts[i]) != NULL)
			return true;
	return false;
}

/* A keyword of the pattern has its own name as text; an argument is a secret by type or by name. */
static bool arg_is_secret(const struct match *m, const struct cmd_arg *arg)
{
	if (str_eq_cstr(arg->text, arg->name))
		return false;
	for (size_t i = 0; i < m->nbound; i++)
		if (m->bound[i].field != NULL && strcmp(m->bound[i].field->name, arg->name) == 0 &&
		    strcmp(m->bound[i].field->type->name, "secret") == 0)
			return true;
	return name_is_secret(arg->name);
}

/* A word without what stands before the @ of a URL. */
static void put_word(struct out *out, struct str w)
{
	const char *begin = memmem(w.p, w.len, "://", 3);
	const char *slash =
	        begin != NULL ? memchr(begin + 3, '/', w.len - (size_t)(begin + 3 - w.p)) : NULL;
	size_t end = slash != NULL ? (size_t)(slash - w.p) : w.len;
	const char *at = begin != NULL ? memrchr(begin, '@', end - (size_t)(begin - w.p)) : NULL;
	if (at == NULL)
		out_put(out, w);
	else
		out_printf(out, "%.*s*****%.*s", (int)(begin + 3 - w.p), w.p,
		           (int)(w.p + w.len - at), at);
}

/* The line with full keywords, for the log; secrets are stars. */
char *session_command_text(const struct match *m)
{
	struct out out;
	out_init(&out);
	struct str left = str_of(m->text);
	for (struct str w; (w = str_word(&left)).len > 0;) {
		bool secret = false;
		for (size_t i = 0; i < m->nargs && !secret; i++)
			secret = str_eq(m->args[i].text, w) && arg_is_secret(m, &m->args[i]);
		if (out.len > 0)
			out_str(&out, " ");
		if (secret)
			out_str(&out, "*****");
		else
			put_word(&out, w);
	}
	char *text = out.len > 0 ? strdup(out.text) : NULL;
	if (out.text != NULL)
		wipe(out.text, out.len);
	out_free(&out);
	return text;
}

static bool first_word_is(struct str line, const char *word, size_t least)
{
	struct str w = str_word(&line);
	return w.len >= least && str_has_prefix_nocase(str_of(word), w);
}

static void prepare_log(struct session *s, const struct match *m)
{
	static const char *const silent[] = {"session_exit", "session_end", "session_logout",
	                                     "session_enable", "help"};
	free(s->log_text);
	s->log_text = NULL;
	s->log_config = m->line->run == NULL;
	s->log_level = session_conf_text(s, "aaa-accounting-command", "server").len > 0
	                       ? session_command_level(s, m)
	                       : 0;
	s->log_show = first_word_is(str_of(m->text), "show", 4) ||
	              first_word_is(str_of(m->text), "more", 4);
	for (size_t i = 0; m->line->run != NULL && i < sizeof silent / sizeof *silent; i++)
		if (strcmp(m->line->run, silent[i]) == 0)
			return;
	s->log_text = session_command_text(m);
	s->log_user = session_user(s); /* who typed it, also when it is `disable` */
}

/* ------------------------------------------------------------------ running it */

static int run_exec(struct session *s, struct match *m)
{
	if (m->line->fn == NULL) {
		print_error(s, "% Command is not available");
		return CMD_ERROR;
	}
	struct out out;
	out_init(&out);
	out.limit = SESSION_OUT_MAX;
	struct cmd cmd = {
	        .out = &out,
	        .args = m->args,
	        .nargs = m->nargs,
	        .line = str_of(m->text),
	        .no = m->no,
	        .ctx = m->line->fn_ctx,
	        .session = s,
	        .host = &session_host,
	};
	bool json = s->filter.kind == FILTER_JSON && rec_begin(&out);
	s->in_handler = true;
	s->done_early = false;
	s->phase = PHASE_RUN;
	int status = m->line->fn(&cmd);
	s->in_handler = false;
	if (status == CMD_PENDING && s->done_early)
		status = s->done_status;
	bool structured = !json || rec_end(&out);
	session_print(s, out_text(&out));
	if (!structured) {
		print_error(s, "% This command has no JSON output");
		status = CMD_ERROR;
	}
	if (out.failed)
		print_error(s, "% output too long, the rest was cut");
	if (out.len > 0)
		wipe(out.text, out.len);
	out_free(&out);
	return status;
}

/* The text that is typed is of this dialect: what no line of it says is as it was there. */
static void take_dialect(struct session *s, int dialect)
{
	struct out notes;
	struct err err = {0};
	out_init(&notes);
	s->dialect = dialect;
	struct txn *t = txn_begin(s->env->sys);
	edit_dialect(s->env->grammar, t, dialect, 0);
	if (txn_commit(t, &notes, &err) != 0)
		print_error(s, err.text);
	session_print(s, out_text(&notes));
	out_free(&notes);
}

/* As edit_line, in the dialect a script's first line has named. */
static int edit_in_dialect(struct session *s, const struct match *m, struct out *notes,
                           struct err *err)
{
	struct txn *t = txn_begin(s->env->sys);
	int rc = edit(s->env->grammar, t, &s->ctx, m, s->dialect, 0, notes, err);
	if (rc < 0) {
		txn_abort(t);
		return rc;
	}
	rc = txn_commit(t, notes, err);
	if (rc == 0)
		match_next_ctx(m, &s->ctx);
	return rc;
}

static int run_config(struct session *s, struct match *m)
{
	struct out notes;
	struct err err = {0};
	if (s->opt.config && s->dialect < 0 && (m->line->flags & LINE_TELLS))
		take_dialect(s, m->line->dialect);
	out_init(&notes);
	int rc = s->dialect < 0 ? edit_line(s->env->grammar, s->env->sys, &s->ctx, m, &notes, &err)
	                        : edit_in_dialect(s, m, &notes, &err);
	s->inert += rc >= 0 && s->opt.config && load_counts_inert(m);
	if (s->opt.batch)
		edit_said_once(&s->said, &notes);
	session_print(s, out_text(&notes));
	out_free(&notes);
	if (rc < 0 && err.plain)
		print_plain(s, err.text);
	else if (rc < 0)
		print_error(s, err.text);
	return rc < 0 ? CMD_ERROR : CMD_OK;
}

/* Lines of a text that say what it is or where it ends; a script may hold them, and so may what is pasted. */
static bool is_trailer(struct session *s, struct str line)
{
	line = str_trim(line);
	if (!session_in_config(s))
		return false;
	int dialect = grammar_dialect_of_version(s->env->grammar, line);
	if (dialect >= 0)
		take_dialect(s, dialect);
	else if (str_eq_cstr(line, ": end"))
		s->dialect = -1; /* what is typed from now on is of no text */
	return dialect >= 0 || str_has_prefix_nocase(line, STR("Cryptochecksum:")) ||
	       str_has_prefix_nocase(line, STR("Building configuration...")) ||
	       str_eq_cstr(line, "[OK]");
}

/* The filter after the bar of a show command; *line becomes what stands before it. false: refused. */
static bool take_filter(struct session *s, struct str *line)
{
	struct str command, tail;
	if ((!first_word_is(*line, "show", 2) && !first_word_is(*line, "more", 2)) ||
	    !filter_split(*line, &command, &tail))
		return true;
	struct filter f;
	struct err err = {0};
	size_t at = 0;
	switch (filter_parse(&f, tail, &at, &err)) {
	case FILTER_OK:
		if ((f.kind == FILTER_REDIRECT || f.kind == FILTER_APPEND) && s->privilege <= 1) {
			print_error(s, "Command authorization failed");
			filter_free(&f);
			break;
		}
		s->filter = f;
		line->len = (size_t)(command.p + command.len - line->p);
		return true;
	case FILTER_INCOMPLETE:
		session_print(s, STR("ERROR: % Incomplete command\n"));
		break;
	case FILTER_UNKNOWN:
		print_caret(s, *line, (size_t)(tail.p - line->p) + at);
		break;
	case FILTER_BAD:
		print_error(s, err.text);
		break;
	}
	return false;
}

static void remember(struct session *s, struct str line)
{
	line = str_trim(line);
	if (s->opt.batch || line.len == 0)
		return;
	if (s->nhistory == SESSION_HISTORY) {
		wipe(s->history[0], strlen(s->history[0]));
		free(s->history[0]);
		memmove(s->history, s->history + 1, (SESSION_HISTORY - 1) * sizeof *s->history);
		s->nhistory--;
	}
	char *copy = strndup(line.p, line.len);
	if (copy != NULL)
		s->history[s->nhistory++] = copy;
}

/* A line that says a secret is remembered without it. */
static void remember_matched(struct session *s, const struct match *m)
{
	bool secret = false;
	for (size_t i = 0; i < m->nargs && !secret; i++)
		secret = arg_is_secret(m, &m->args[i]);
	if (!secret || s->opt.batch || s->nhistory == 0)
		return;
	char **last = &s->history[s->nhistory - 1], *text = session_command_text(m);
	if (text == NULL)
		text = strdup("");
	if (text == NULL)
		return;
	wipe(*last, strlen(*last));
	free(*last);
	*last = text;
}

/* Control characters are not part of any command: where the first one stands, or the length. */
static size_t first_control(struct str line)
{
	size_t i = 0;
	while (i < line.len && (!iscntrl((unsigned char)line.p[i]) || line.p[i] == '\t'))
		i++;
	return i;
}

static int run_matched(struct session *s, struct match *m)
{
	prepare_log(s, m);
	int status = m->line->run != NULL ? run_exec(s, m) : run_config(s, m);
	s->pending = status == CMD_PENDING;
	return status;
}

void session_refuse_command(struct session *s)
{
	print_error(s, "Command authorization failed");
}

static int run_with_leave(struct session *s, struct match *m, struct str line)
{
	switch (session_leave(s, m, line)) {
	case LEAVE_YES:
		return run_matched(s, m);
	case LEAVE_WAIT:
		s->pending = true;
		return CMD_PENDING;
	default:
		session_refuse_command(s);
		return CMD_ERROR;
	}
}

static int run_command(struct session *s, struct str line)
{
	struct match m;
	struct match_fail fail = {0};
	struct out named;
	int status = CMD_ERROR;
	out_init(&named);
	switch (names_match_line(s->env->grammar, &s->ctx, confsys_running(s->env->sys), line, SESSION_PRIVILEGE_ALL, &named, &m, &fail)) {
	case MATCH_EMPTY:
		status = CMD_OK;
		break;
	case MATCH_OK:
		remember_matched(s, &m);
		status = run_with_leave(s, &m, line);
		match_free(&m);
		break;
	default:
		print_failure(s, line, &fail);
	}
	out_free(&named);
	return status;
}

static int run_line(struct session *s, struct str line)
{
	if (line.len > SESSION_LINE_MAX) {
		print_error(s, "% Line too long");
		return CMD_ERROR;
	}
	size_t control = first_control(line);
	if (control < line.len) {
		print_caret(s, (struct str){line.p, control}, control);
		return CMD_ERROR;
	}
	remember(s, line);
	if (is_trailer(s, line))
		return CMD_OK;
	if (!take_filter(s, &line))
		return CMD_ERROR;
	return run_command(s, line);
}

void session_run(struct session *s, struct str line)
{
	int status = CMD_OK;
	if (str_eq_cstr(line, "\x1a")) {
		if (session_in_config(s))
			session_set_mode(s, s->env->grammar->exec);
	} else {
		status = run_line(s, line);
	}
	if (status != CMD_PENDING)
		session_finish(s, status);
}

void session_rerun(struct session *s, struct str line)
{
	int status = run_command(s, line);
	if (status != CMD_PENDING)
		session_finish(s, status);
}
