/* copy, write net, configure memory|net|replace: a configuration or file from one place to another. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dialog.h"
#include "cli/exec/priv.h"
#include "cli/exec/place.h"
#include "core/base/buf.h"
#include "core/base/log.h"

enum copy_stage {
	STAGE_SOURCE_HOST,
	STAGE_SOURCE,
	STAGE_TARGET_HOST,
	STAGE_TARGET,
	STAGE_OVERWRITE,
	STAGE_RUN,
};

struct copy {
	struct exec_config *x;
	struct place from, to;
	enum copy_stage stage;
	struct out text; /* what is copied; wiped */
	uint64_t start_ms;
	bool pcap; /* of a capture: as a file of packets, not as text */
	void *job; /* the transfer under way */
};

static void copy_free(void *data)
{
	struct copy *cp = data;
	if (cp->job)
		cp->x->net.cancel(cp->x->net.ctx, cp->job);
	if (cp->text.text)
		wipe(cp->text.text, cp->text.len);
	out_free(&cp->text);
	place_clear(&cp->from);
	place_clear(&cp->to);
	free(cp);
}

static void say_place(struct dialog *d, const char *before, const struct place *p,
                      const char *after)
{
	struct out out;
	out_init(&out);
	out_str(&out, before);
	place_print(p, &out);
	out_str(&out, after);
	dialog_say(d, out_text(&out));
	out_free(&out);
}

static void fail_at(struct dialog *d, const char *what, const struct place *p, const char *why)
{
	struct err err = {0};
	struct out out;
	out_init(&out);
	place_print(p, &out);
	err_set(&err, -EIO, "%%Error %s %s (%s)", what, out.text, why);
	out_free(&out);
	dialog_fail(d, &err);
}

/* ---------------------------------------------------------------- the end: where it goes */

void exec_copied(uint64_t bytes, uint64_t ms, struct out *out)
{
	unsigned hundredths = (unsigned)(ms / 10) + 1;
	out_printf(out, "%llu bytes copied in %u.%02u secs", (unsigned long long)bytes,
	           hundredths / 100, hundredths % 100);
	if (hundredths >= 100)
		out_printf(out, " (%llu bytes/sec)",
		           (unsigned long long)bytes / (hundredths / 100));
	out_str(out, "\n");
}

static void finish(struct dialog *d)
{
	struct copy *cp = d->data;
	const struct startup *s = &cp->x->startup;
	struct out out;
	out_init(&out);
	exec_copied(cp->text.len, s->fs->now_ms(s->fs_arg) - cp->start_ms, &out);
	dialog_say(d, out_text(&out));
	out_free(&out);
	dialog_end(d, CMD_OK);
}

static void put_running(struct dialog *d)
{
	struct copy *cp = d->data;
	struct err err = {0};
	struct out out;
	bool replace = cp->to.kind == PLACE_REPLACE;
	out_init(&out);
	log_msg(MSG_111002, d->user, place_word(&cp->from));
	int rc = exec_apply_text(cp->x, out_text(&cp->text), place_word(&cp->from), replace, &out,
	                         &err);
	dialog_say(d, out_text(&out));
	out_free(&out);
	if (rc != 0) {
		dialog_fail(d, &err);
		return;
	}
	log_msg(MSG_111004, d->user, "OK");
	finish(d);
}

static void put_startup(struct dialog *d)
{
	struct copy *cp = d->data;
	struct err err = {0};
	log_msg(MSG_111001, d->user, "startup-config");
	if (startup_write(&cp->x->startup, out_text(&cp->text), NULL, &err) != 0) {
		dialog_fail(d, &err);
		return;
	}
	log_msg(MSG_111004, d->user, "OK");
	finish(d);
}

static void put_flash(struct dialog *d)
{
	struct copy *cp = d->data;
	struct err err = {0};
	if (cp->from.kind == PLACE_FLASH)
		dialog_say(d, STR("Copy in progress...C\n\n"));
	else if (cp->from.kind == PLACE_URL)
		say_place(d, "Writing file ", &cp->to, "...\n!\n");
	if (flash_write(&cp->x->flash, str_of(cp->to.name), out_text(&cp->text), &err) != 0)
		dialog_fail(d, &err);
	else
		finish(d);
}

static void put_done(void *arg, int rc, struct str body, const char *why)
{
	struct dialog *d = arg;
	struct copy *cp = d->data;
	(void)body;
	cp->job = NULL;
	if (rc != 0) {
		dialog_say(d, STR("\n"));
		fail_at(d, "writing", &cp->to, why);
		return;
	}
	dialog_say(d, STR("!\n"));
	finish(d);
}

static void transfer(struct dialog *d, const struct place *p, const struct str *put,
                     exec_transfer_fn *done)
{
	struct copy *cp = d->data;
	struct err err = {0};
	char *url = place_url(p);
	if (url && cp->x->net.start) {
		cp->job = cp->x->net.start(cp->x->net.ctx, url, put, done, d, &err);
		wipe(url, strlen(url));
	} else {
		err_set(&err, -ENOSYS, "there is no network here");
	}
	free(url);
	if (!cp->job) {
		dialog_say(d, STR("\n"));
		fail_at(d, "opening", p, err.text);
	}
}

static void put(struct dialog *d)
{
	struct copy *cp = d->data;
	struct str text = out_text(&cp->text);
	switch (cp->to.kind) {
	case PLACE_RUNNING:
	case PLACE_REPLACE:
		put_running(d);
		break;
	case PLACE_STARTUP:
		put_startup(d);
		break;
	case PLACE_FLASH:
		put_flash(d);
		break;
	case PLACE_URL:
		say_place(d, "Writing file ", &cp->to, "...");
		transfer(d, &cp->to, &text, put_done);
		break;
	case PLACE_CAPTURE: /* refused at the start */
		dialog_end(d, CMD_ERROR);
		break;
	}
}

/* ---------------------------------------------------------------- the beginning: where it comes from */

static void get_done(void *arg, int rc, struct str body, const char *why)
{
	struct dialog *d = arg;
	struct copy *cp = d->data;
	cp->job = NULL;
	if (rc != 0) {
		dialog_say(d, STR("\n"));
		fail_at(d, "opening", &cp->from, why);
		return;
	}
	out_put(&cp->text, body);
	dialog_say(d, STR("!\n"));
	put(d);
}

/* The configuration in force, as it is saved. */
static void get_running(struct dialog *d)
{
	struct copy *cp = d->data;
	struct out out;
	struct err err = {0};
	out_init(&out);
	int rc = 0;
	if (cp->to.kind == PLACE_STARTUP) {
		log_msg(MSG_111001, d->user, "startup-config");
		rc = exec_save(cp->x, d->user, &out, &err);
		if (rc == 0)
			log_msg(MSG_111004, d->user, "OK");
	} else {
		exec_saved_text(cp->x, d->user, &cp->text);
		exec_sum_line(cp->x, &out);
	}
	dialog_say(d, out_text(&out));
	out_free(&out);
	if (rc != 0)
		dialog_fail(d, &err);
	else if (cp->to.kind == PLACE_STARTUP)
		dialog_end(d, CMD_OK);
	else
		put(d);
}

static void run(struct dialog *d)
{
	struct copy *cp = d->data;
	const struct startup *s = &cp->x->startup;
	struct err err = {0};
	int rc = 0;
	cp->start_ms = s->fs->now_ms(s->fs_arg);
	switch (cp->from.kind) {
	case PLACE_RUNNING:
	case PLACE_REPLACE:
		get_running(d);
		return;
	case PLACE_URL:
		say_place(d, "Accessing ", &cp->from, "...");
		transfer(d, &cp->from, NULL, get_done);
		return;
	case PLACE_STARTUP:
		rc = startup_read(s, &cp->text, &err);
		if (rc == -ENOENT)
			err_set(&err, rc, "%%Error opening nvram:/startup-config (%s)",
			        strerror(ENOENT));
		break;
	case PLACE_FLASH:
		rc = flash_read(&cp->x->flash, str_of(cp->from.name), &cp->text, &err);
		break;
	case PLACE_CAPTURE:
		rc = cp->x->capture ? cp->x->capture(cp->x->capture_ctx, cp->from.name, cp->pcap,
		                                     &cp->text)
		                    : -ENOENT;
		if (rc != 0)
			err_set(&err, rc, "%%Error opening capture:%s (%s)", cp->from.name,
			        strerror(-rc));
		break;
	}
	if (rc != 0)
		dialog_fail(d, &err);
	else
		put(d);
}

/* ---------------------------------------------------------------- questions */

static void next(struct dialog *d);

static void ask_for(struct dialog *d, const char *what, const char *now, dialog_step *step)
{
	struct out out;
	out_init(&out);
	out_printf(&out, "%s [%s]? ", what, now);
	dialog_ask(d, out.text, step);
	out_free(&out);
}

static void answer_host(struct dialog *d, struct str answer)
{
	struct copy *cp = d->data;
	struct place *p = cp->stage == STAGE_SOURCE_HOST ? &cp->from : &cp->to;
	dialog_say(d, STR("\n"));
	if (answer.len > 0)
		str_copy(p->host, sizeof(p->host), answer);
	cp->stage++;
	next(d);
}

static void answer_name(struct dialog *d, struct str answer)
{
	struct copy *cp = d->data;
	struct place *p = cp->stage == STAGE_SOURCE ? &cp->from : &cp->to;
	dialog_say(d, STR("\n"));
	if (answer.len > 0 && !place_rename(p, answer)) {
		struct err err = {0};
		err_set(&err, -EINVAL, "%%Error opening %s%.*s (%s)", place_prefix(p),
		        STR_ARG(answer), strerror(ENOENT));
		dialog_fail(d, &err);
		return;
	}
	cp->stage++;
	next(d);
}

static void answer_overwrite(struct dialog *d, struct str answer)
{
	struct copy *cp = d->data;
	if (!dialog_confirmed(answer)) {
		dialog_end(d, CMD_OK);
		return;
	}
	cp->stage = STAGE_RUN;
	next(d);
}

/* disk0: alone takes the name of what comes. */
static void default_name(struct copy *cp)
{
	const char *file = place_file(&cp->from), *slash = strrchr(file, '/');
	if ((cp->to.kind == PLACE_FLASH || cp->to.kind == PLACE_URL) && !cp->to.name[0])
		str_copy(cp->to.name, sizeof(cp->to.name), str_of(slash ? slash + 1 : file));
}

static bool asks_target(const struct copy *cp)
{
	if (cp->to.kind == PLACE_STARTUP)
		return cp->from.kind != PLACE_RUNNING;
	return cp->to.kind != PLACE_REPLACE;
}

static void next(struct dialog *d)
{
	struct copy *cp = d->data;
	struct flash_file file;
	if (cp->stage == STAGE_SOURCE_HOST && cp->from.kind != PLACE_URL)
		cp->stage++;
	if (cp->stage == STAGE_TARGET_HOST && cp->to.kind != PLACE_URL)
		cp->stage++;
	if (cp->stage == STAGE_TARGET && !asks_target(cp))
		cp->stage++;
	default_name(cp);
	if (cp->stage == STAGE_OVERWRITE &&
	    (cp->to.kind != PLACE_FLASH ||
	     flash_stat(&cp->x->flash, str_of(cp->to.name), &file, NULL) != 0))
		cp->stage++;
	switch (cp->stage) {
	case STAGE_SOURCE_HOST:
		ask_for(d, "Address or name of remote host", cp->from.host, answer_host);
		break;
	case STAGE_SOURCE:
		ask_for(d, "Source filename", place_file(&cp->from), answer_name);
		break;
	case STAGE_TARGET_HOST:
		ask_for(d, "Address or name of remote host", cp->to.host, answer_host);
		break;
	case STAGE_TARGET:
		ask_for(d, "Destination filename", place_file(&cp->to), answer_name);
		break;
	case STAGE_OVERWRITE:
		dialog_say(d, STR("%Warning:There is a file already existing with this name\n"));
		dialog_ask(d, "Do you want to over write? [confirm]", answer_overwrite);
		break;
	case STAGE_RUN:
		run(d);
		break;
	}
}

/* ---------------------------------------------------------------- commands */

static bool places_go(const struct copy *cp, struct err *err)
{
	if (cp->to.kind != PLACE_CAPTURE &&
	    (cp->from.kind != PLACE_CAPTURE || cp->to.kind == PLACE_FLASH ||
	     cp->to.kind == PLACE_URL))
		return true;
	err_set(err, -EINVAL, "%%Error: a capture is copied to a file or a server");
	return false;
}

static int start(struct cmd *c, struct str from, struct str to, enum copy_stage stage)
{
	struct copy *cp = calloc(1, sizeof(*cp));
	struct err err = {0};
	if (!cp)
		return cmd_fail(c, "out of memory");
	cp->x = c->ctx;
	cp->stage = stage;
	out_init(&cp->text);
	cp->pcap = cmd_has(c, "/pcap");
	if (!place_parse(&cp->from, from, &err) || !place_parse(&cp->to, to, &err) ||
	    !places_go(cp, &err)) {
		copy_free(cp);
		out_printf(c->out, "%s\n", err.text);
		return CMD_ERROR;
	}
	struct dialog *d = dialog_new(c, cp, copy_free);
	if (!d)
		return CMD_ERROR;
	if (stage == STAGE_RUN)
		dialog_say(d, STR("\n"));
	next(d);
	return CMD_PENDING;
}

static int cmd_copy(struct cmd *c)
{
	struct str word[2] = {{0}, {0}};
	size_t n = 0;
	for (size_t i = 0; i < c->nargs && n < 2; i++)
		if (!str_eq_cstr(str_of(c->args[i].name), "/noconfirm") &&
		    !str_eq_cstr(str_of(c->args[i].name), "/pcap") &&
		    !str_eq_cstr(str_of(c->args[i].name), "copy"))
			word[n++] = c->args[i].text;
	return start(c, word[0], word[1], cmd_has(c, "/noconfirm") ? STAGE_RUN : STAGE_SOURCE_HOST);
}

/* `write net SERVER:FILE` means TFTP. */
static int cmd_write_net(struct cmd *c)
{
	struct str at = cmd_text(c, "url");
	struct out url;
	const char *colon = at.p ? memchr(at.p, ':', at.len) : NULL;
	out_init(&url);
	if (memmem(at.p, at.len, "://", 3) || !colon)
		out_put(&url, at);
	else
		out_printf(&url, "tftp://%.*s/%.*s", (int)(colon - at.p), at.p,
		           (int)(at.len - (size_t)(colon - at.p) - 1), colon + 1);
	int rc = start(c, STR("running-config"), out_text(&url), STAGE_RUN);
	out_free(&url);
	return rc;
}

static int cmd_configure_memory(struct cmd *c)
{
	return start(c, STR("startup-config"), STR("running-config"), STAGE_RUN);
}

static int cmd_configure_net(struct cmd *c)
{
	return start(c, cmd_text(c, "url"), STR("running-config"), STAGE_RUN);
}

static int cmd_configure_replace(struct cmd *c)
{
	return start(c, cmd_text(c, "file"), STR("replace:"), STAGE_RUN);
}

void exec_copy_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"copy", cmd_copy},
	        {"write_net", cmd_write_net},
	        {"configure_memory", cmd_configure_memory},
	        {"configure_net", cmd_configure_net},
	        {"configure_replace", cmd_configure_replace},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
