#include "core/base/dialog.h"

#include <stdlib.h>

static void dialog_free(struct dialog *d)
{
	if (d->release)
		d->release(d->data);
	free(d);
}

static void cancelled(void *arg)
{
	dialog_free(arg);
}

struct dialog *dialog_new(struct cmd *c, void *data, void (*release)(void *data))
{
	bool can = c->host && c->host->ask && c->host->done;
	struct dialog *d = can ? calloc(1, sizeof(*d)) : NULL;
	if (!d) {
		if (release)
			release(data);
		cmd_fail(c, can ? "out of memory"
		                : "this command asks, and nobody is there to answer");
		return NULL;
	}
	*d = (struct dialog){.ctx = c->ctx,
	                     .session = c->session,
	                     .host = c->host,
	                     .data = data,
	                     .release = release};
	str_copy(d->user, sizeof(d->user), str_of(cmd_user(c)));
	if (d->host->on_cancel)
		d->host->on_cancel(d->session, cancelled, d);
	return d;
}

static void answered(void *arg, struct str line)
{
	struct dialog *d = arg;
	d->step(d, str_trim(line));
}

static void put_question(struct dialog *d, const char *question, bool hidden, dialog_step *step)
{
	d->step = step;
	d->host->ask(d->session, question, hidden, answered, d);
}

void dialog_ask(struct dialog *d, const char *question, dialog_step *step)
{
	put_question(d, question, false, step);
}

void dialog_ask_hidden(struct dialog *d, const char *question, dialog_step *step)
{
	put_question(d, question, true, step);
}

void dialog_say(struct dialog *d, struct str text)
{
	if (d->host->emit && text.len > 0)
		d->host->emit(d->session, text);
}

void dialog_end(struct dialog *d, int status)
{
	void *session = d->session;
	const struct cmd_host *host = d->host;
	if (host->on_cancel)
		host->on_cancel(session, NULL, NULL);
	dialog_free(d);
	host->done(session, status);
}

void dialog_fail(struct dialog *d, const struct err *err)
{
	struct out out;
	out_init(&out);
	/* The appliance's own texts about files begin with a percent sign and stand alone. */
	out_printf(&out, "%s%s\n", err->text[0] == '%' ? "" : "ERROR: ", err->text);
	dialog_say(d, out_text(&out));
	out_free(&out);
	dialog_end(d, CMD_ERROR);
}

bool dialog_confirmed(struct str answer)
{
	return answer.len == 0 || answer.p[0] == 'y' || answer.p[0] == 'Y';
}

bool dialog_yes(struct str answer)
{
	return str_caseeq(answer, STR("yes"));
}
