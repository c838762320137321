/* Commands that ask before they act: write erase, copy running-config startup-config, reload. */
#include <stdlib.h>

#include "cli/exec_priv.h"
#include "core/base/log.h"

struct dialog;
typedef void step_fn(struct dialog *d, struct str answer);

/* One dialogue; freed by its end or when the console goes. */
struct dialog {
	struct exec_config *x;
	void *session;
	const struct cmd_host *host;
	step_fn *step;
	unsigned asked;
	char user[65];
};

const char *exec_user(const struct cmd *c)
{
	const char *user = c->host && c->host->user ? c->host->user(c->session) : NULL;
	return user ? user : "enable_15";
}

static void say(struct dialog *d, const struct out *out)
{
	if (d->host->emit && out->len > 0)
		d->host->emit(d->session, out_text(out));
}

static void say_str(struct dialog *d, const char *text)
{
	if (d->host->emit)
		d->host->emit(d->session, str_of(text));
}

static void cancelled(void *arg)
{
	free(arg);
}

static void end(struct dialog *d, int status)
{
	void *session = d->session;
	const struct cmd_host *host = d->host;
	if (host->on_cancel)
		host->on_cancel(session, NULL, NULL);
	free(d);
	host->done(session, status);
}

static void answered(void *arg, struct str line)
{
	struct dialog *d = arg;
	d->step(d, str_trim(line));
}

static void ask(struct dialog *d, const char *question, step_fn *step)
{
	d->step = step;
	d->host->ask(d->session, question, false, answered, d);
}

/* A dialogue with its first question; CMD_PENDING, or an error when nobody can be asked. */
static int begin(struct cmd *c, const char *question, step_fn *step)
{
	if (!c->host || !c->host->ask || !c->host->done)
		return cmd_fail(c, "this command asks, and nobody is there to answer");
	struct dialog *d = calloc(1, sizeof(*d));
	if (!d)
		return cmd_fail(c, "out of memory");
	d->x = c->ctx;
	d->session = c->session;
	d->host = c->host;
	str_copy(d->user, sizeof(d->user), str_of(exec_user(c)));
	if (d->host->on_cancel)
		d->host->on_cancel(d->session, cancelled, d);
	ask(d, question, step);
	return CMD_PENDING;
}

/* [confirm]: Enter or y. */
static bool confirmed(struct str answer)
{
	return answer.len == 0 || answer.p[0] == 'y' || answer.p[0] == 'Y';
}

static void fail(struct dialog *d, const struct err *err)
{
	struct out out;
	out_init(&out);
	out_printf(&out, "ERROR: %s\n", err->text);
	say(d, &out);
	out_free(&out);
	end(d, CMD_ERROR);
}

/* Saves and prints; false when the dialogue is over because it failed. */
static bool save(struct dialog *d)
{
	struct err err = {0};
	struct out out;
	out_init(&out);
	log_msg(MSG_111001, d->user, "startup-config");
	bool ok = exec_save(d->x, d->user, &out, &err) == 0;
	if (ok) {
		log_msg(MSG_111004, d->user, "OK");
		say(d, &out);
	}
	out_free(&out);
	if (!ok)
		fail(d, &err);
	return ok;
}

/* ---------------------------------------------------------------- write erase */

static void erase_answer(struct dialog *d, struct str answer)
{
	struct err err = {0};
	if (!confirmed(answer)) {
		end(d, CMD_OK);
		return;
	}
	if (startup_erase(&d->x->startup, &err) != 0) {
		fail(d, &err);
		return;
	}
	log_msg(MSG_111003, d->user);
	say_str(d, "[OK]\n");
	end(d, CMD_OK);
}

static int cmd_write_erase(struct cmd *c)
{
	return begin(c, "Erase configuration in flash memory? [confirm]", erase_answer);
}

/* ---------------------------------------------------------------- copy running-config startup-config */

static void copy_answer(struct dialog *d, struct str answer)
{
	if (answer.len > 0 && !str_eq_cstr(answer, "running-config")) {
		struct err err = {0};
		err_set(&err, -1, "%%Error opening system:/%.*s (No such file or directory)",
		        STR_ARG(answer));
		fail(d, &err);
		return;
	}
	say_str(d, "\n");
	if (save(d))
		end(d, CMD_OK);
}

static int cmd_copy(struct cmd *c)
{
	struct err err = {0};
	if (!cmd_has(c, "/noconfirm"))
		return begin(c, "Source filename [running-config]? ", copy_answer);
	out_str(c->out, "\n");
	if (exec_save(c->ctx, exec_user(c), c->out, &err) != 0)
		return cmd_fail(c, "%s", err.text);
	return CMD_OK;
}

/* ---------------------------------------------------------------- reload */

static const char farewell[] =
        "\n\n\n***\n*** --- START GRACEFUL SHUTDOWN ---\nShutting down isakmp\n"
        "Shutting down File system\n\n\n\n***\n*** --- SHUTDOWN NOW ---\n";
static const char save_question[] = "System config has been modified. Save? [Y]es/[N]o:  ";

static void reload_proceed(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->x;
	bool go = confirmed(answer);
	if (go) {
		log_msg(MSG_199001, d->user);
		say_str(d, farewell);
	}
	end(d, CMD_OK);
	if (go && x->reload)
		x->reload(x->reload_ctx);
}

static void reload_save(struct dialog *d, struct str answer)
{
	enum { TRIES = 3 };
	char first = answer.len > 0 ? answer.p[0] : '\0';
	if (first == 'y' || first == 'Y') {
		if (save(d))
			ask(d, "Proceed with reload? [confirm] ", reload_proceed);
	} else if (first == 'n' || first == 'N') {
		ask(d, "Proceed with reload? [confirm] ", reload_proceed);
	} else if (++d->asked < TRIES) {
		ask(d, save_question, reload_save);
	} else {
		say_str(d, "ERROR: not reloaded; reload noconfirm asks nothing\n");
		end(d, CMD_ERROR);
	}
}

static int cmd_reload(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	if (!cmd_has(c, "noconfirm"))
		return exec_modified(x)
		               ? begin(c, save_question, reload_save)
		               : begin(c, "Proceed with reload? [confirm] ", reload_proceed);
	log_msg(MSG_199001, exec_user(c));
	out_str(c->out, farewell);
	if (x->reload)
		x->reload(x->reload_ctx);
	return CMD_OK;
}

void exec_dialog_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"write_erase", cmd_write_erase},
	        {"copy_running_startup", cmd_copy},
	        {"reload", cmd_reload},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
