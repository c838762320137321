#include "exec_host.h"

#include <stdlib.h>

static void host_emit(void *session, struct str text)
{
	out_put(&((struct exec_host *)session)->text, text);
}

static void host_done(void *session, int status)
{
	struct exec_host *h = session;
	h->done = true;
	h->status = status;
}

static void host_on_cancel(void *session, void (*cancel)(void *arg), void *arg)
{
	struct exec_host *h = session;
	h->cancel = cancel;
	h->cancel_arg = arg;
}

static void host_ask(void *session, const char *question, bool hidden,
                     void (*answer)(void *arg, struct str line), void *arg)
{
	struct exec_host *h = session;
	(void)hidden;
	out_str(&h->text, question);
	const char *line = h->answers ? *h->answers : NULL;
	if (!line) {
		h->cancelled++;
		if (h->cancel)
			h->cancel(h->cancel_arg);
		return;
	}
	h->answers++;
	out_printf(&h->text, "%s\n", line);
	answer(arg, str_of(line));
}

static struct debug_sink *host_debug(void *session)
{
	return &((struct exec_host *)session)->debug;
}

static struct str host_prompt(void *session)
{
	(void)session;
	return STR("gw# ");
}

const struct cmd_host exec_host_table = {
        .emit = host_emit,
        .done = host_done,
        .on_cancel = host_on_cancel,
        .ask = host_ask,
        .debug = host_debug,
        .prompt = host_prompt,
};

int exec_host_run(struct exec_host *h, const char *name, const struct cmd_arg *args, size_t n,
                  bool no)
{
	struct out out;
	void *ctx = NULL;
	cmd_fn *fn = cmd_find(name, &ctx);
	if (!fn)
		abort();
	out_init(&out);
	out_clear(&h->text);
	h->done = false;
	h->cancelled = 0;
	h->cancel = NULL;
	struct cmd c = {.out = &out,
	                .args = args,
	                .nargs = n,
	                .no = no,
	                .line = h->line ? str_of(h->line) : (struct str){"", 0},
	                .ctx = ctx,
	                .session = h,
	                .host = &exec_host_table};
	int status = fn(&c);
	if (out.len > 0)
		out_put(&h->text, out_text(&out));
	out_free(&out);
	if (status == CMD_PENDING)
		return h->done ? h->status : -1;
	return status;
}
