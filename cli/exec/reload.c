/* reload now, in a while or at a time; show reload. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dialog.h"
#include "cli/exec/priv.h"
#include "core/base/debug.h"
#include "core/base/log.h"
#include "core/base/zone.h"

static const char farewell[] =
        "\n\n\n***\n*** --- START GRACEFUL SHUTDOWN ---\nShutting down isakmp\n"
        "Shutting down File system\n\n\n\n***\n*** --- SHUTDOWN NOW ---\n";
static const char save_question[] = "System config has been modified. Save? [Y]es/[N]o:  ";
static const char proceed_question[] = "Proceed with reload? [confirm] ";

/* What was asked for. */
struct wish {
	bool scheduled;
	time_t at;
	struct exec_ending ending;
	char reason[128];
};

/* ---------------------------------------------------------------- the reload itself */

static void go(struct exec_config *x, const char *user, const struct exec_ending *ending)
{
	log_msg(MSG_199001, user);
	if (x->reload)
		x->reload(x->reload_ctx, ending);
}

static void due(struct timer *t, void *arg)
{
	struct exec_config *x = arg;
	struct exec_scheduled *s = &x->scheduled;
	struct out out;
	struct err err = {0};
	(void)t;
	out_init(&out);
	if (s->save && exec_modified(x) && exec_save(x, s->user, &out, &err) != 0)
		fprintf(stderr, "reload: %s\n", err.text);
	out_free(&out);
	s->at = 0;
	go(x, s->user, &s->ending);
}

void exec_reload_stop(struct exec_config *x)
{
	if (x->scheduled.at != 0)
		timer_stop(x->clock, &x->scheduled.timer);
	x->scheduled.at = 0;
}

static void in_words(time_t left, struct out *out)
{
	unsigned long minutes = left > 0 ? ((unsigned long)left + 59) / 60 : 0;
	if (minutes >= 60)
		out_printf(out, "%lu hour%s and ", minutes / 60, minutes / 60 == 1 ? "" : "s");
	out_printf(out, "%lu minute%s", minutes % 60, minutes % 60 == 1 ? "" : "s");
}

static void print_schedule(const struct exec_config *x, struct out *out)
{
	const struct exec_scheduled *s = &x->scheduled;
	char when[64];
	zone_format(when, sizeof(when), "%H:%M:%S %Z %a %B %-d", s->at);
	out_printf(out, "Reload scheduled for %s (in ", when);
	in_words(s->at - clock_wall(x->clock), out);
	out_str(out, ")\n");
	if (s->reason[0])
		out_printf(out, "Reload reason: %s\n", s->reason);
}

/* The text goes to this console with the command's output, to the others line by line. */
static void tell_others(void *session, const struct cmd_host *host, const struct out *out)
{
	const struct debug_sink *own = host && host->debug ? (host->debug)(session) : NULL;
	char line[256];
	for (struct str rest = out_text(out); rest.len > 0;) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		size_t len = nl ? (size_t)(nl - rest.p) : rest.len;
		str_copy(line, sizeof(line), (struct str){rest.p, len});
		debug_tell(own, line);
		rest.p += len + (nl != NULL);
		rest.len -= len + (nl != NULL);
	}
}

static void schedule(struct exec_config *x, const struct wish *w, const char *user, bool save,
                     struct out *out)
{
	struct exec_scheduled *s = &x->scheduled;
	time_t left = w->at - clock_wall(x->clock);
	exec_reload_stop(x);
	s->at = w->at;
	s->save = save;
	s->ending = w->ending;
	str_copy(s->reason, sizeof(s->reason), str_of(w->reason));
	str_copy(s->user, sizeof(s->user), str_of(user));
	timer_start(x->clock, &s->timer, left > 0 ? (uint64_t)left * 1000 : 0, due, x);
	out_printf(out, "\n***\n*** --- SHUTDOWN in %ld:%02ld:%02ld ---\n***\n", (long)left / 3600,
	           (long)left / 60 % 60, (long)left % 60);
	if (s->reason[0])
		out_printf(out, "*** Message to all terminals:\n***\n***   %s\n***\n", s->reason);
}

/* ---------------------------------------------------------------- questions */

static void proceed(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->ctx;
	struct wish *w = d->data;
	struct out out;
	bool yes = dialog_confirmed(answer), now = yes && !w->scheduled;
	char user[sizeof(d->user)];
	struct exec_ending ending = w->ending;
	str_copy(user, sizeof(user), str_of(d->user));
	out_init(&out);
	if (now)
		out_str(&out, farewell);
	else if (yes)
		schedule(x, w, user, false, &out);
	if (yes)
		tell_others(d->session, d->host, &out);
	if (now && d->host->prompt) { /* shows once more before the farewell */
		dialog_say(d, d->host->prompt(d->session));
		dialog_say(d, STR("\n"));
	}
	dialog_say(d, out_text(&out));
	out_free(&out);
	dialog_end(d, CMD_OK);
	if (now)
		go(x, user, &ending);
}

/* Saves and prints; false when the dialogue is over because it failed. */
static bool save(struct dialog *d)
{
	struct err err = {0};
	struct out out;
	out_init(&out);
	log_msg(MSG_111001, d->user, "startup-config");
	bool ok = exec_save(d->ctx, d->user, &out, &err) == 0;
	if (ok) {
		log_msg(MSG_111004, d->user, "OK");
		dialog_say(d, out_text(&out));
	}
	out_free(&out);
	if (!ok)
		dialog_fail(d, &err);
	return ok;
}

static void save_answer(struct dialog *d, struct str answer)
{
	enum { TRIES = 3 };
	char first = answer.len > 0 ? answer.p[0] : '\0';
	if (first == 'y' || first == 'Y') {
		if (save(d))
			dialog_ask(d, proceed_question, proceed);
	} else if (first == 'n' || first == 'N') {
		dialog_ask(d, proceed_question, proceed);
	} else if (++d->asked < TRIES) {
		dialog_ask(d, save_question, save_answer);
	} else {
		dialog_say(d, STR("ERROR: not reloaded; reload noconfirm asks nothing\n"));
		dialog_end(d, CMD_ERROR);
	}
}

/* ---------------------------------------------------------------- commands */

/* The next time the wall clock shows this, or that time of the date given. */
static time_t moment_of(const struct exec_config *x, const struct cmd *c, uint32_t minute)
{
	static const char *const months[] = {"January",   "February", "March",    "April",
	                                     "May",       "June",     "July",     "August",
	                                     "September", "October",  "November", "December"};
	struct tm tm;
	uint32_t day;
	time_t now = clock_wall(x->clock);
	struct str month = cmd_text(c, "month");
	zone_local(zone_current(), now, &tm);
	struct tm at = {.tm_year = tm.tm_year,
	                .tm_mon = tm.tm_mon,
	                .tm_mday = tm.tm_mday,
	                .tm_min = (int)minute};
	if (!cmd_u32(c, "day", &day)) {
		if (zone_moment(zone_current(), &at) <= now)
			at.tm_mday++;
		return zone_moment(zone_current(), &at);
	}
	at.tm_mday = (int)day;
	for (int i = 0; i < 12; i++)
		if (str_eq_cstr(month, months[i]))
			at.tm_mon = i;
	if (zone_moment(zone_current(), &at) <= now)
		at.tm_year++;
	return zone_moment(zone_current(), &at);
}

/* "10" minutes, "1:30" hours and minutes. */
static bool delay_of(struct str text, uint32_t *minutes)
{
	uint32_t hours = 0;
	const char *colon = text.p ? memchr(text.p, ':', text.len) : NULL;
	size_t len = colon ? (size_t)(colon - text.p) : 0;
	struct str rest = colon ? (struct str){colon + 1, text.len - len - 1} : text;
	if ((colon && !str_to_u32((struct str){text.p, len}, 576, &hours)) ||
	    !str_to_u32(rest, colon ? 59 : 34560, minutes))
		return false;
	*minutes += hours * 60;
	return *minutes > 0;
}

/* `quick`, `noconfirm`, `save-config`: in any order. */
static bool wants(const struct cmd *c, const char *option)
{
	for (size_t i = 0; i < c->nargs; i++)
		if (str_eq_cstr(c->args[i].text, option))
			return strcmp(c->args[i].name, "reason") != 0;
	return false;
}

static int read_wish(struct cmd *c, struct wish *w)
{
	const struct exec_config *x = c->ctx;
	uint32_t minutes;
	str_copy(w->reason, sizeof(w->reason), cmd_text(c, "reason"));
	w->ending.quick = wants(c, "quick");
	if (cmd_text(c, "hold").len > 0) {
		if (!delay_of(cmd_text(c, "hold"), &minutes))
			return cmd_fail(c, "%% Invalid time");
		w->ending.hold_s = minutes * 60;
	}
	if (cmd_text(c, "delay").len > 0) {
		if (!delay_of(cmd_text(c, "delay"), &minutes))
			return cmd_fail(c, "%% Invalid time");
		w->scheduled = true;
		w->at = clock_wall(x->clock) + (time_t)minutes * 60;
	}
	if (cmd_u32(c, "time", &minutes)) {
		w->scheduled = true;
		w->at = moment_of(x, c, minutes);
	}
	return CMD_OK;
}

static int reload_unasked(struct cmd *c, const struct wish *w)
{
	struct exec_config *x = c->ctx;
	struct err err = {0};
	bool saves = wants(c, "save-config");
	if (w->scheduled) {
		schedule(x, w, cmd_user(c), saves, c->out);
		tell_others(c->session, c->host, c->out);
		return CMD_OK;
	}
	if (saves && exec_save(x, cmd_user(c), c->out, &err) != 0)
		return cmd_fail(c, "%s", err.text);
	out_str(c->out, farewell);
	go(x, cmd_user(c), &w->ending);
	return CMD_OK;
}

static int cmd_reload(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct wish *w = calloc(1, sizeof(*w));
	if (!w)
		return cmd_fail(c, "out of memory");
	int rc = read_wish(c, w);
	if (rc == CMD_OK && wants(c, "noconfirm"))
		rc = reload_unasked(c, w);
	else if (rc == CMD_OK)
		rc = CMD_PENDING;
	if (rc != CMD_PENDING) {
		free(w);
		return rc;
	}
	struct dialog *d = dialog_new(c, w, free);
	if (!d)
		return CMD_ERROR;
	if (wants(c, "save-config")) {
		if (save(d))
			dialog_ask(d, proceed_question, proceed);
	} else if (exec_modified(x)) {
		dialog_ask(d, save_question, save_answer);
	} else {
		dialog_ask(d, proceed_question, proceed);
	}
	return CMD_PENDING;
}

static int cmd_reload_cancel(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	if (x->scheduled.at == 0) {
		out_str(c->out, "No reload is scheduled.\n");
		return CMD_OK;
	}
	exec_reload_stop(x);
	out_str(c->out, "\n***\n*** --- SHUTDOWN ABORTED ---\n***\n");
	tell_others(c->session, c->host, c->out);
	return CMD_OK;
}

static int cmd_show_reload(struct cmd *c)
{
	const struct exec_config *x = c->ctx;
	rec_bool(c->out, "scheduled", x->scheduled.at != 0);
	if (x->scheduled.at == 0) {
		out_str(c->out, "No reload is scheduled.\n");
		return CMD_OK;
	}
	rec_num(c->out, "at_unix", (uint64_t)x->scheduled.at);
	rec_text(c->out, "reason", x->scheduled.reason);
	print_schedule(x, c->out);
	return CMD_OK;
}

void exec_reload_register(struct exec_config *x)
{
	static const struct cmd_entry table[] = {
	        {"reload", cmd_reload},
	        {"reload_cancel", cmd_reload_cancel},
	        {"show_reload", cmd_show_reload},
	};
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
