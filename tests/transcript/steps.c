/* A transcript typed into a session of this process. */
#include <stdio.h>
#include <string.h>

#include "cli/session/session.h"
#include "script.h"

struct screen_state {
	struct out seen;
	enum session_want want;
};

static void io_write(void *arg, struct str text)
{
	out_put(&((struct screen_state *)arg)->seen, text);
}

static void io_want(void *arg, enum session_want want, struct str prompt)
{
	struct screen_state *st = arg;
	st->want = want;
	out_put(&st->seen, prompt);
}

static int key_of(const char *name)
{
	return strcmp(name, "SPACE") == 0 ? ' ' : strcmp(name, "ENTER") == 0 ? '\r' : 'q';
}

static void feed(struct session *s, struct screen_state *st, const struct step *step)
{
	switch (step->kind) {
	case STEP_LINE:
	case STEP_ANSWER:
		session_input_line(s,
		                   str_of(strcmp(step->typed, "^Z") == 0 ? "\x1a" : step->typed));
		break;
	case STEP_BREAK:
		session_input_line(s, str_of(step->typed));
		session_break(s);
		break;
	case STEP_HELP:
		session_help(s, str_of(step->typed));
		out_str(&st->seen, step->typed);
		break;
	case STEP_TAB:
		io_write(st, session_prompt(s));
		out_str(&st->seen, step->typed);
		io_write(st, session_complete(s, str_of(step->typed)));
		break;
	case STEP_KEY:
		session_input_key(s, key_of(step->typed));
		break;
	case STEP_END:
		break;
	}
}

/* Lets time pass: once, and for as long as the command runs. */
static void pass(const struct session *s, void (*turn)(void))
{
	if (turn == NULL)
		return;
	do
		turn();
	while (session_want(s) == SESSION_WANT_NOTHING);
}

static bool step_same(const struct script *script, const struct step *step, struct screen_state *st)
{
	struct out screen;
	out_init(&screen);
	script_screen(st->seen.len > 0 ? st->seen.text : "", st->seen.len, &screen);
	size_t carried;
	const char *actual = screen.len > 0 ? screen.text : "";
	bool same = script_match(step, "", actual, &carried);
	if (!same)
		script_differ(script, step, actual);
	out_free(&screen);
	out_clear(&st->seen);
	return same;
}

bool run_steps(const struct script *script, const struct session_env *env, void (*turn)(void))
{
	struct screen_state st = {0};
	out_init(&st.seen);
	struct session_io io = {.arg = &st, .write = io_write, .want = io_want, .async = io_write};
	struct session_options options = {.tty = true,
	                                  .serial = script->serial,
	                                  .width = 80,
	                                  .height = 24,
	                                  .from = "console"};
	struct session *s = session_new(env, &io, &options);
	bool same = s != NULL;
	for (size_t i = 0; same && i < script->n; i++) {
		same = step_same(script, &script->steps[i], &st);
		feed(s, &st, &script->steps[i]);
		pass(s, turn);
	}
	session_free(s);
	out_free(&st.seen);
	return same;
}
