#include "cli/session/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/session/priv.h"
#include "core/base/buf.h"
#include "core/base/logfilter.h"

/* ------------------------------------------------------------------ what the configuration says */

static const struct field *conf_field(const struct session *s, const char *node, const char *field)
{
	const struct node *n = schema_find(&s->env->grammar->schema, node);
	return n != NULL && !(n->flags & NODE_LIST) ? node_field(n, str_of(field)) : NULL;
}

uint32_t session_conf_u32(const struct session *s, const char *node, const char *field,
                          uint32_t dflt)
{
	if (conf_field(s, node, field) == NULL)
		return dflt;
	return conf_u32(conf_container(confsys_running(s->env->sys), node), field);
}

bool session_conf_bool(const struct session *s, const char *node, const char *field, bool dflt)
{
	if (conf_field(s, node, field) == NULL)
		return dflt;
	return conf_bool(conf_container(confsys_running(s->env->sys), node), field);
}

struct str session_conf_text(const struct session *s, const char *node, const char *field)
{
	if (conf_field(s, node, field) == NULL)
		return STR("");
	return conf_text(conf_container(confsys_running(s->env->sys), node), field);
}

/* ------------------------------------------------------------------ modes */

bool session_in_config(const struct session *s)
{
	for (const struct mode *m = s->ctx.mode; m != NULL; m = m->parent)
		if (m == s->env->grammar->config)
			return true;
	return false;
}

void session_set_mode(struct session *s, const struct mode *mode)
{
	ctx_clear(&s->ctx);
	ctx_init(&s->ctx, mode);
	if (!s->configuring || session_in_config(s))
		return;
	s->configuring = false;
	log_msg(MSG_111005, s->from);
}

struct str session_prompt(const struct session *cs)
{
	struct session *s = (struct session *)cs; /* only the buffer of the text changes */
	out_clear(&s->prompt);
	if (s->opt.batch)
		return STR("");
	session_prompt_name(s, &s->prompt);
	out_str(&s->prompt, s->ctx.mode->prompt != NULL ? s->ctx.mode->prompt : "#");
	out_str(&s->prompt, " ");
	return out_text(&s->prompt);
}

/* ------------------------------------------------------------------ output */

static unsigned page_lines(const struct session *s)
{
	if (!s->opt.tty || s->opt.batch)
		return 0;
	if (s->pager_lines >= 0)
		return (unsigned)s->pager_lines;
	return session_conf_u32(s, "pager", "lines", 24);
}

void session_start_page(struct session *s)
{
	pager_reset(&s->pager, page_lines(s), s->opt.width);
}

void session_print(struct session *s, struct str text)
{
	if (s->filter.kind == FILTER_NONE) {
		pager_put(&s->pager, text);
		return;
	}
	struct out passed;
	out_init(&passed);
	filter_apply(&s->filter, text, &passed);
	pager_put(&s->pager, out_text(&passed));
	out_free(&passed);
}

static void want(struct session *s, enum session_want w, struct str prompt)
{
	if (s->want == w)
		return;
	s->want = w;
	if (s->io.want != NULL)
		s->io.want(s->io.arg, w, prompt);
}

/* Does the question end like this? "[confirm]" takes one key, "[yes/no]:" a whole word. */
static bool asks_for(const struct session *s, const char *end)
{
	struct str q = str_trim(out_text(&s->question)), e = str_of(end);
	return q.len >= e.len && memcmp(q.p + q.len - e.len, e.p, e.len) == 0;
}

static void want_by_phase(struct session *s)
{
	switch (s->phase) {
	case PHASE_LINE:
		want(s, SESSION_WANT_LINE, session_prompt(s));
		break;
	case PHASE_RUN:
	case PHASE_CHECK:
		want(s, SESSION_WANT_NOTHING, STR(""));
		break;
	case PHASE_ASK:
		want(s,
		     s->reading                 ? SESSION_WANT_PASTE
		     : s->question_hidden       ? SESSION_WANT_SECRET
		     : asks_for(s, "[confirm]") ? SESSION_WANT_CONFIRM
		                                : SESSION_WANT_TEXT,
		     out_text(&s->question));
		break;
	case PHASE_USER:
		want(s, SESSION_WANT_TEXT, STR("Username: "));
		break;
	case PHASE_PASSWORD:
	case PHASE_ENABLE:
		want(s, SESSION_WANT_SECRET, STR("Password: "));
		break;
	case PHASE_OVER:
		want(s, SESSION_OVER, STR(""));
		break;
	}
}

void session_pump(struct session *s)
{
	if (s->dead || s->in_handler)
		return;
	for (;;) {
		size_t room = s->io.room != NULL ? s->io.room(s->io.arg) : SIZE_MAX;
		struct str piece = pager_next(&s->pager, room);
		if (piece.len == 0)
			break;
		s->io.write(s->io.arg, piece);
	}
	if (s->pager.waiting)
		want(s, SESSION_WANT_KEY, STR(""));
	else if (!pager_empty(&s->pager))
		want(s, SESSION_WANT_NOTHING, STR(""));
	else
		want_by_phase(s);
}

void session_drained(struct session *s)
{
	if (!pager_empty(&s->pager))
		session_pump(s);
}

/* ------------------------------------------------------------------ what handlers may ask */

static void host_emit(void *session, struct str text)
{
	struct session *s = session;
	if (s->dead)
		return;
	session_print(s, text);
	session_pump(s);
}

static void host_done(void *session, int status)
{
	struct session *s = session;
	s->cancel = NULL;
	s->answer = NULL;
	s->pending = false;
	if (s->in_handler) {
		s->done_early = true;
		s->done_status = status;
	} else if (s->dead) {
		free(s);
	} else if (s->phase == PHASE_RUN || s->phase == PHASE_ASK) {
		session_finish(s, status);
		session_pump(s);
	}
}

static void host_on_cancel(void *session, void (*cancel)(void *arg), void *arg)
{
	struct session *s = session;
	s->cancel = cancel;
	s->cancel_arg = arg;
}

static void give_answer(struct session *s, struct str line)
{
	struct str word = str_trim(line);
	if (!s->opt.batch && !s->reading && asks_for(s, "[yes/no]:") && !str_caseeq(word, STR("yes")) &&
	    !str_caseeq(word, STR("no")))
		return; /* asked again */
	void (*answer)(void *, struct str) = s->answer;
	s->answer = NULL;
	s->phase = PHASE_RUN;
	s->reading = false;
	if (answer != NULL)
		answer(s->answer_arg, line);
}

/* ^C, or the console goes away: the pending command ends, whether its cancel calls done or not. A question nobody can
 * cancel is answered with a no. */
static void cancel_pending(struct session *s)
{
	void (*cancel)(void *) = s->cancel;
	s->cancel = NULL;
	if (!s->pending)
		return;
	if (cancel != NULL) {
		cancel(s->cancel_arg);
		if (s->pending)
			host_done(s, CMD_ERROR);
	} else if (s->answer != NULL) {
		give_answer(s, asks_for(s, "[yes/no]:") ? STR("no") : STR("n"));
	}
}

/* What only the script itself can say: the lines of a text, and whether yes or no. */
static bool script_answers(const struct session *s)
{
	return s->reading || asks_for(s, "[yes/no]:");
}

/* A script's question is answered by Enter, once its handler has returned. */
static void answer_for_batch(struct session *s)
{
	for (int i = 0; i < 8 && s->opt.batch && s->phase == PHASE_ASK && !s->in_handler && !script_answers(s);
	     i++)
		give_answer(s, STR(""));
	if (s->opt.batch && s->phase == PHASE_ASK && !script_answers(s))
		cancel_pending(s); /* a question Enter does not answer */
}

static void wait_answer(struct session *s, void (*answer)(void *, struct str), void *arg)
{
	s->answer = answer;
	s->answer_arg = arg;
	s->phase = PHASE_ASK;
	s->want = SESSION_WANT_NOTHING; /* a second question right after the first is asked again */
	session_pump(s);
}

static void host_ask(void *session, const char *question, bool hidden,
                     void (*answer)(void *, struct str), void *arg)
{
	struct session *s = session;
	if (s->dead)
		return;
	out_clear(&s->question);
	out_str(&s->question, question);
	s->question_hidden = hidden;
	s->reading = false;
	wait_answer(s, answer, arg);
}

static void host_read(void *session, void (*answer)(void *, struct str), void *arg)
{
	struct session *s = session;
	if (s->dead)
		return;
	out_clear(&s->question);
	s->question_hidden = false;
	s->reading = true;
	wait_answer(s, answer, arg);
}

static struct debug_sink *host_debug(void *session)
{
	return &((struct session *)session)->debug;
}

static const char *host_user(void *session)
{
	return session_user(session);
}

static unsigned host_privilege(void *session)
{
	return ((struct session *)session)->privilege;
}

static const char *host_dialect(void *session)
{
	const struct session *s = session;
	return s->shown < 0 ? NULL : s->env->grammar->dialects[s->shown];
}

static struct str host_prompt(void *session)
{
	return session_prompt(session);
}

const struct cmd_host session_host = {
        .emit = host_emit,
        .done = host_done,
        .on_cancel = host_on_cancel,
        .ask = host_ask,
        .read = host_read,
        .debug = host_debug,
        .user = host_user,
        .privilege = host_privilege,
        .dialect = host_dialect,
        .prompt = host_prompt,
};

/* ------------------------------------------------------------------ debug and terminal monitor */

static void session_async(struct session *s, const char *text)
{
	if (s->dead || s->phase == PHASE_OVER || s->io.async == NULL)
		return;
	char line[1024];
	int n = snprintf(line, sizeof line - 1, "%s", text);
	size_t len = n < 0 ? 0 : (size_t)n < sizeof line - 1 ? (size_t)n : sizeof line - 2;
	line[len] = '\n';
	s->io.async(s->io.arg, (struct str){line, len + 1});
}

static void debug_write(void *arg, const char *line)
{
	session_async(arg, line);
}

static void monitor_write(void *arg, const struct log_line *line)
{
	struct session *s = arg;
	if (!log_passes(LOG_MONITOR, line))
		return;
	char text[1024];
	log_line_text(text, sizeof text, line, LOG_FORM_CONSOLE);
	session_name_pix(s, text);
	session_async(s, text);
}

/* ------------------------------------------------------------------ begin and end */

struct session *session_new(const struct session_env *env, const struct session_io *io,
                            const struct session_options *options)
{
	struct session *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->env = env;
	s->io = *io;
	s->opt = *options;
	out_init(&s->prompt);
	out_init(&s->question);
	out_init(&s->completion);
	pager_init(&s->pager);
	s->pager_lines = s->width = s->dialect = s->shown = -1;
	s->want = SESSION_WANT_NOTHING;
	str_copy(s->from, sizeof s->from,
	         str_of(options->from != NULL ? options->from : "console"));
	str_copy(s->os_user, sizeof s->os_user, str_of(options->user != NULL ? options->user : ""));
	if (options->remote != NULL)
		s->remote = *options->remote;
	s->opt.remote = NULL;
	s->debug = (struct debug_sink){.write = debug_write, .arg = s};
	s->log = (struct log_sink){.level = -1, .write = monitor_write, .arg = s};
	debug_sink_add(&s->debug);
	log_sink_add(&s->log);
	pager_reset(&s->pager, 0, 0);
	session_list_add(s);
	session_login_begin(s);
	session_pump(s);
	return s;
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	s->in_handler =
	        true; /* done() from within only ends the interest: there is nothing to finish any more */
	cancel_pending(s);
	session_unask(s);
	if (s->phase != PHASE_OVER) { /* the console is gone */
		session_tell_level(s, s->privilege, 1);
		session_tell_console(s, SESSION_LEFT);
	}
	s->in_handler = false;
	debug_sink_remove(&s->debug);
	log_sink_remove(&s->log);
	session_list_remove(s);
	for (size_t i = 0; i < s->nhistory; i++) {
		wipe(s->history[i], strlen(s->history[i]));
		free(s->history[i]);
	}
	free(s->log_text);
	free(s->leave);
	edit_said_clear(&s->said);
	filter_free(&s->filter);
	pager_free(&s->pager);
	out_free(&s->prompt);
	out_free(&s->question);
	out_free(&s->completion);
	ctx_clear(&s->ctx);
	s->dead = true;
	/* A handler that is not done yet still holds the pointer: its done() frees the rest. */
	if (!s->pending)
		free(s);
}

/* ------------------------------------------------------------------ input */

enum session_want session_want(const struct session *s)
{
	return s->want;
}

void session_finish(struct session *s, int status)
{
	if (s->phase == PHASE_RUN || s->phase == PHASE_ASK)
		s->phase = PHASE_LINE;
	s->want = SESSION_WANT_NOTHING;
	if (s->log_text != NULL && status == CMD_OK) {
		if (!s->log_show)
			session_tell_command(s);
		if (s->log_show)
			log_msg(MSG_111009, s->log_user, s->log_text);
		else
			log_msg(MSG_111008, s->log_user, s->log_text);
		if (!s->log_show && s->env->acted != NULL)
			s->env->acted(s->env->ctx, s->log_user);
		if (s->log_config)
			log_msg(MSG_111010, s->log_user,
			        strcmp(s->from, "console") == 0 ? "0.0.0.0" : s->from, s->log_text);
	}
	free(s->log_text);
	s->log_text = NULL;
	session_filter_end(s, status != CMD_OK);
	if (s->opt.batch && s->io.result != NULL)
		s->io.result(s->io.arg, status != CMD_OK);
}

void session_input_line(struct session *s, struct str line)
{
	enum session_want wanted = s->want;
	if (wanted != SESSION_WANT_LINE && wanted != SESSION_WANT_TEXT &&
	    wanted != SESSION_WANT_SECRET && wanted != SESSION_WANT_CONFIRM && wanted != SESSION_WANT_PASTE)
		return;
	s->want = SESSION_WANT_NOTHING;
	session_idle_restart(s);
	session_start_page(s);
	switch (s->phase) {
	case PHASE_LINE:
		session_run(s, line);
		answer_for_batch(s);
		break;
	case PHASE_ASK:
		give_answer(s, line);
		break;
	case PHASE_USER:
	case PHASE_PASSWORD:
	case PHASE_ENABLE:
		session_login_answer(s, line);
		break;
	case PHASE_RUN:
	case PHASE_CHECK:
	case PHASE_OVER:
		break;
	}
	session_pump(s);
}

void session_input_key(struct session *s, int key)
{
	session_idle_restart(s);
	if (s->want != SESSION_WANT_KEY || !pager_key(&s->pager, key))
		return;
	s->want = SESSION_WANT_NOTHING;
	s->io.write(s->io.arg, STR(PAGER_WIPE));
	session_pump(s);
}

void session_break(struct session *s)
{
	if (s->want == SESSION_WANT_KEY) {
		session_input_key(s, 3);
		return;
	}
	session_idle_restart(s);
	if (s->phase == PHASE_ENABLE || s->phase == PHASE_USER || s->phase == PHASE_PASSWORD ||
	    s->phase == PHASE_CHECK) {
		session_login_break(s);
		s->want = SESSION_WANT_NOTHING;
	} else if (s->pending) {
		s->want = SESSION_WANT_NOTHING;
		cancel_pending(s);
	} else if (s->phase == PHASE_LINE && !pager_empty(&s->pager)) {
		s->pager.quit = true; /* a long text on its way to a slow console */
		s->pager.pos = s->pager.text.len;
	}
	session_pump(s);
}

void session_eof(struct session *s)
{
	bool cut = s->opt.batch && s->phase == PHASE_ASK && s->reading;
	cancel_pending(s);
	pager_reset(&s->pager, 0, 0);
	if (cut)
		session_print(s, STR("ERROR: the text ends before the line \"quit\"\n"));
	if (s->opt.config && s->inert > 0) {
		struct out text;
		out_init(&text);
		load_inert_text(s->inert, &text);
		out_str(&text, "\n");
		session_print(s, out_text(&text));
		out_free(&text);
	}
	s->opt.serial = false;
	session_over(s);
	session_pump(s);
}

void session_kill(struct session *s)
{
	cancel_pending(s);
	session_logoff(s);
}

void session_resize(struct session *s, unsigned width, unsigned height)
{
	s->opt.width = width;
	s->opt.height = height;
	s->pager.width = width;
}
