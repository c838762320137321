#include "crypto/pki/dialog.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "crypto/pki/paste.h"
#include "crypto/pki/priv.h"

static void forget_text(struct pki_dialog *d)
{
	if (d->text.text != NULL)
		wipe(d->text.text, d->text.len);
	out_free(&d->text);
	out_init(&d->text);
}

static void leave(struct pki_dialog *d)
{
	forget_text(d);
	out_free(&d->text);
	d->release(d);
}

/* The console goes, or breaks it off. */
static void cancelled(void *arg)
{
	struct pki_dialog *d = arg;
	d->gone = true;
	if (d->stop != NULL)
		d->stop(d);
	if (!d->working)
		leave(d);
}

bool pki_dialog_begin(struct pki_dialog *d, struct cmd *c, void (*release)(struct pki_dialog *d))
{
	d->pki = c->ctx;
	d->session = c->session;
	d->host = c->host;
	d->release = release;
	out_init(&d->text);
	if (c->host == NULL || c->host->ask == NULL || c->host->read == NULL || c->host->emit == NULL ||
	    c->host->done == NULL || c->host->on_cancel == NULL) {
		cmd_fail(c, "this command asks, and nobody is there to answer");
		leave(d);
		return false;
	}
	c->host->on_cancel(c->session, cancelled, d);
	return true;
}

static void say(struct pki_dialog *d, const char *before, const char *fmt, va_list ap)
{
	struct out out;
	out_init(&out);
	out_str(&out, before);
	out_vprintf(&out, fmt, ap);
	d->host->emit(d->session, out_text(&out));
	out_free(&out);
}

void pki_dialog_say(struct pki_dialog *d, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(d, "", fmt, ap);
	va_end(ap);
}

static void answered(void *arg, struct str line)
{
	struct pki_dialog *d = arg;
	d->step(d, str_trim(line));
}

void pki_dialog_ask(struct pki_dialog *d, const char *question, bool hidden, pki_dialog_step *step)
{
	d->step = step;
	d->host->ask(d->session, question, hidden, answered, d);
}

bool pki_dialog_yes(struct str answer)
{
	return str_caseeq(answer, STR("yes"));
}

static void read_line(void *arg, struct str line)
{
	struct pki_dialog *d = arg;
	if (str_caseeq(str_trim(line), STR("quit"))) {
		if (d->too_long)
			pki_dialog_fail(d, "the text is longer than %d characters", (int)PKI_PASTE_MAX);
		else
			d->step(d, out_text(&d->text));
		return;
	}
	if (d->text.len + line.len + 1 > PKI_PASTE_MAX) {
		d->too_long = true; /* the rest of it is taken all the same, up to its end */
		forget_text(d);
	}
	if (!d->too_long) {
		out_put(&d->text, line);
		out_str(&d->text, "\n");
	}
	d->host->read(d->session, read_line, d);
}

void pki_dialog_read(struct pki_dialog *d, pki_dialog_step *step)
{
	d->step = step;
	d->too_long = false;
	forget_text(d);
	d->host->read(d->session, read_line, d);
}

static void job_run(void *job)
{
	struct pki_dialog *d = job;
	d->run(d);
	d->ran = true;
}

static void job_done(void *job)
{
	struct pki_dialog *d = job;
	d->working = false;
	if (d->gone)
		leave(d);
	else if (!d->ran)
		pki_dialog_fail(d, "the appliance is going down");
	else
		d->worked(d);
}

void pki_dialog_work(struct pki_dialog *d, void (*run)(struct pki_dialog *d), void (*worked)(struct pki_dialog *d))
{
	d->run = run;
	d->worked = worked;
	d->ran = false;
	d->working = true;
	int rc = d->pki->ops->work(d->pki->ctx, job_run, job_done, d);
	if (rc != 0) {
		d->working = false;
		pki_dialog_fail(d, "%s", rc == -EAGAIN ? "too much is being worked on" : "out of memory");
	}
}

void pki_dialog_end(struct pki_dialog *d, int status)
{
	void *session = d->session;
	const struct cmd_host *host = d->host;
	host->on_cancel(session, NULL, NULL);
	leave(d);
	host->done(session, status);
}

void pki_dialog_fail(struct pki_dialog *d, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(d, "ERROR: ", fmt, ap);
	va_end(ap);
	d->host->emit(d->session, STR("\n"));
	pki_dialog_end(d, CMD_ERROR);
}
