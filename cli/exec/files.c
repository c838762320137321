/* The file system and single files: dir, more, delete, rename, write erase. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/dialog.h"
#include "cli/exec/priv.h"
#include "cli/exec/place.h"
#include "core/base/buf.h"
#include "core/base/log.h"
#include "core/base/zone.h"

static int refuse(struct cmd *c, const struct err *err)
{
	if (rec_wanted(c->out))
		rec_error(c->out, err->text);
	out_printf(c->out, "%s\n", err->text);
	return CMD_ERROR;
}

/* ---------------------------------------------------------------- dir */

struct listed {
	size_t n;
	uint64_t used, room; /* bytes */
};

/* Each file of disk0: through put; false when it cannot be read, which is told. */
static bool each_file(struct cmd *c, const char *time_format,
                      void (*put)(struct out *o, size_t number, const struct flash_file *f,
                                  const char *when),
                      struct listed *l)
{
	struct exec_config *x = c->ctx;
	struct flash_file *files;
	struct err err = {0};
	*l = (struct listed){0};
	if (flash_list(&x->flash, &files, &l->n, &err) != 0) {
		refuse(c, &err);
		return false;
	}
	for (size_t i = 0; i < l->n; i++) {
		char when[40];
		zone_format(when, sizeof(when), time_format, files[i].changed);
		put(c->out, i + 1, &files[i], when);
		l->used += files[i].bytes;
	}
	l->room = l->used < FLASH_BYTES ? FLASH_BYTES - l->used : 0;
	free(files);
	return true;
}

static void put_dir(struct out *o, size_t number, const struct flash_file *f, const char *when)
{
	out_printf(o, "%-6zu -rwx  %-12llu %s  %s\n", number, (unsigned long long)f->bytes, when, f->name);
}

static int cmd_dir(struct cmd *c)
{
	struct listed l;
	out_str(c->out, "\nDirectory of disk0:/\n\n");
	if (!each_file(c, "%H:%M:%S %b %d %Y", put_dir, &l))
		return CMD_ERROR;
	if (l.n == 0)
		out_str(c->out, "No files in directory\n");
	out_printf(c->out, "\n%u bytes total (%llu bytes free)\n", FLASH_BYTES, (unsigned long long)l.room);
	return CMD_OK;
}

static void put_flash(struct out *o, size_t number, const struct flash_file *f, const char *when)
{
	rec_open(o, NULL);
	rec(o, "number bytes changed name", "%5zu  %-10llu  %s  %s\n", number,
	    (unsigned long long)f->bytes, when, f->name);
	rec_close(o);
}

/* show disk0: */
static int cmd_show_flash(struct cmd *c)
{
	struct listed l;
	out_str(c->out, "--#--  --length--  -----date/time------  path\n");
	rec_list(c->out, "files");
	bool read = each_file(c, "%b %d %Y %H:%M:%S", put_flash, &l);
	rec_close(c->out);
	if (!read)
		return CMD_ERROR;
	rec(c->out, "bytes_total bytes_free", "\n%u bytes total (%llu bytes free)\n", FLASH_BYTES,
	    (unsigned long long)l.room);
	return CMD_OK;
}

static int cmd_pwd(struct cmd *c)
{
	out_str(c->out, "disk0:/\n");
	return CMD_OK;
}

/* ---------------------------------------------------------------- verify */

static void md5_text(const struct exec_config *x, struct str text, char hex[33])
{
	uint8_t sum[16];
	x->startup.md5(text.p, text.len, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

static int cmd_verify(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str want = cmd_text(c, "md5");
	struct err err = {0};
	struct place p;
	struct out text;
	char sum[33];
	if (!place_parse(&p, cmd_text(c, "file"), &err))
		return refuse(c, &err);
	out_init(&text);
	int rc = p.kind == PLACE_FLASH ? flash_read(&x->flash, str_of(p.name), &text, &err)
	                               : err_set(&err, -EINVAL, "%%Error verifying %s (%s)",
	                                         place_word(&p), strerror(EINVAL));
	if (rc == 0) {
		md5_text(x, out_text(&text), sum);
		bool same = want.len == 0 || str_caseeq(want, str_of(sum));
		if (!same)
			err_set(&err, -EINVAL,
			        "%%Error verifying disk0:/%s\nComputed signature  = %s\n"
			        "Submitted signature = %.*s",
			        p.name, sum, STR_ARG(want));
		else
			out_printf(c->out, "!Done!\n%s (disk0:/%s) = %s\n",
			           want.len > 0 ? "Verified" : "verify /MD5", p.name, sum);
		rc = same ? 0 : -EINVAL;
	}
	out_free(&text);
	place_clear(&p);
	return rc == 0 ? CMD_OK : refuse(c, &err);
}

/* ---------------------------------------------------------------- more */

/* A file may hold anything; a terminal gets text. */
static void print_text(struct str text, struct out *out)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char ch = (unsigned char)text.p[i];
		if (ch != '\r')
			out_put(out, ch >= ' ' || ch == '\n' || ch == '\t'
			                     ? (struct str){text.p + i, 1}
			                     : STR("."));
	}
	if (text.len > 0 && text.p[text.len - 1] != '\n')
		out_str(out, "\n");
}

static int cmd_more_file(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str name = cmd_text(c, "file");
	struct err err = {0};
	struct place p;
	struct out text;
	int rc = 0;
	if (name.len == 0) /* system:running-config */
		name = STR("running-config");
	if (!place_parse(&p, name, &err))
		return refuse(c, &err);
	out_init(&text);
	switch (p.kind) {
	case PLACE_RUNNING:
		exec_config_text(x, true, &text);
		break;
	case PLACE_STARTUP:
		rc = startup_read(&x->startup, &text, &err);
		if (rc == -ENOENT)
			err_set(&err, rc, "%%Error opening nvram:/startup-config (%s)",
			        strerror(ENOENT));
		break;
	case PLACE_FLASH:
		rc = flash_read(&x->flash, str_of(p.name), &text, &err);
		break;
	case PLACE_CAPTURE:
	case PLACE_URL:
	case PLACE_REPLACE:
		rc = err_set(&err, -EINVAL, "%%Error opening %s (%s)", place_word(&p),
		             "copy it to disk0: first");
		break;
	}
	rec_lines(c->out);
	if (rc == 0)
		print_text(out_text(&text), c->out);
	rec_lines_end(c->out);
	if (text.text)
		wipe(text.text, text.len);
	out_free(&text);
	place_clear(&p);
	return rc == 0 ? CMD_OK : refuse(c, &err);
}

/* ---------------------------------------------------------------- delete */

struct two {
	struct place a, b;
};

static void two_free(void *data)
{
	struct two *t = data;
	place_clear(&t->a);
	place_clear(&t->b);
	free(t);
}

/* Both on disk0:, or an error of the appliance. */
static struct two *two_files(struct cmd *c, struct str a, struct str b)
{
	struct two *t = calloc(1, sizeof(*t));
	struct err err = {0};
	if (!t) {
		cmd_fail(c, "out of memory");
		return NULL;
	}
	if (!place_parse(&t->a, a, &err) || !place_parse(&t->b, b, &err)) {
		refuse(c, &err);
	} else if (t->a.kind != PLACE_FLASH || t->b.kind != PLACE_FLASH || !t->a.name[0]) {
		err_set(&err, -EINVAL, "%%Error opening %.*s (%s)",
		        STR_ARG(t->a.kind == PLACE_FLASH && t->a.name[0] ? b : a),
		        strerror(EINVAL));
		refuse(c, &err);
	} else {
		return t;
	}
	two_free(t);
	return NULL;
}

static void question(struct dialog *d, const char *format, const char *name, dialog_step *step)
{
	struct out out;
	out_init(&out);
	out_printf(&out, format, name);
	dialog_ask(d, out.text, step);
	out_free(&out);
}

static void over(struct dialog *d, int rc, const struct err *err)
{
	if (rc != 0)
		dialog_fail(d, err);
	else
		dialog_end(d, CMD_OK);
}

static void delete_confirmed(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->ctx;
	struct two *t = d->data;
	struct err err = {0};
	if (!dialog_confirmed(answer)) {
		dialog_end(d, CMD_OK);
		return;
	}
	over(d, flash_delete(&x->flash, str_of(t->a.name), &err), &err);
}

/* An answer in place of the name that was typed; false when the dialogue is over. */
static bool take_name(struct dialog *d, struct place *p, struct str answer)
{
	struct err err = {0};
	dialog_say(d, STR("\n"));
	if (answer.len == 0 || place_rename(p, answer))
		return true;
	err_set(&err, -EINVAL, "%%Error opening disk0:/%.*s (%s)", STR_ARG(answer),
	        strerror(EINVAL));
	dialog_fail(d, &err);
	return false;
}

static void delete_named(struct dialog *d, struct str answer)
{
	struct two *t = d->data;
	if (take_name(d, &t->a, answer))
		question(d, "Delete disk0:/%s? [confirm]", t->a.name, delete_confirmed);
}

static int cmd_delete(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct str file = cmd_text(c, "file");
	struct two *t = two_files(c, file, file);
	struct err err = {0};
	if (!t)
		return CMD_ERROR;
	if (cmd_has(c, "/noconfirm")) {
		int rc = flash_delete(&x->flash, str_of(t->a.name), &err);
		two_free(t);
		return rc == 0 ? CMD_OK : refuse(c, &err);
	}
	struct dialog *d = dialog_new(c, t, two_free);
	if (!d)
		return CMD_ERROR;
	question(d, "\nDelete filename [%s]? ", t->a.name, delete_named);
	return CMD_PENDING;
}

/* ---------------------------------------------------------------- rename */

static void rename_target(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->ctx;
	struct two *t = d->data;
	struct err err = {0};
	if (take_name(d, &t->b, answer))
		over(d, flash_rename(&x->flash, str_of(t->a.name), str_of(t->b.name), &err), &err);
}

static void rename_source(struct dialog *d, struct str answer)
{
	struct two *t = d->data;
	if (take_name(d, &t->a, answer))
		question(d, "Destination filename [%s]? ", t->b.name, rename_target);
}

static int cmd_rename(struct cmd *c)
{
	struct exec_config *x = c->ctx;
	struct two *t = two_files(c, cmd_text(c, "from"), cmd_text(c, "to"));
	struct err err = {0};
	if (!t)
		return CMD_ERROR;
	if (cmd_has(c, "/noconfirm")) {
		int rc = flash_rename(&x->flash, str_of(t->a.name), str_of(t->b.name), &err);
		two_free(t);
		return rc == 0 ? CMD_OK : refuse(c, &err);
	}
	struct dialog *d = dialog_new(c, t, two_free);
	if (!d)
		return CMD_ERROR;
	question(d, "\nSource filename [%s]? ", t->a.name, rename_source);
	return CMD_PENDING;
}

/* ---------------------------------------------------------------- write erase */

static void erase_answer(struct dialog *d, struct str answer)
{
	struct exec_config *x = d->ctx;
	struct err err = {0};
	if (!dialog_confirmed(answer)) {
		dialog_end(d, CMD_OK);
		return;
	}
	if (startup_erase(&x->startup, &err) != 0) {
		dialog_fail(d, &err);
		return;
	}
	log_msg(MSG_111003, d->user);
	dialog_say(d, STR("[OK]\n"));
	dialog_end(d, CMD_OK);
}

static int cmd_write_erase(struct cmd *c)
{
	struct dialog *d = dialog_new(c, NULL, NULL);
	if (!d)
		return CMD_ERROR;
	dialog_ask(d, "Erase configuration in flash memory? [confirm]", erase_answer);
	return CMD_PENDING;
}

/* ---------------------------------------------------------------- what can be named */

static const struct exec_config *suggesting; /* whose files are listed */

static void suggest_places(const struct conf *c,
                           void (*add)(void *arg, const char *word, const char *help), void *arg)
{
	static const char *const begins[] = {
	        "disk0:", "flash:", "ftp:", "http:", "https:", "tftp:"};
	struct flash_file *files;
	size_t n;
	(void)c;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		add(arg, begins[i], "File system or server");
	if (!suggesting || flash_list(&suggesting->flash, &files, &n, NULL) != 0)
		return;
	for (size_t i = 0; i < n; i++) {
		char word[FLASH_NAME_MAX + 16];
		snprintf(word, sizeof(word), "disk0:%s", files[i].name);
		add(arg, word, "File");
	}
	free(files);
}

void exec_files_register(struct exec_config *x)
{
	static const struct conf_suggest_hook hooks[] = {{"copy_place", suggest_places}};
	static const struct cmd_entry table[] = {
	        {"dir", cmd_dir},
	        {"show_flash", cmd_show_flash},
	        {"pwd", cmd_pwd},
	        {"verify", cmd_verify},
	        {"more_file", cmd_more_file},
	        {"delete_file", cmd_delete},
	        {"rename", cmd_rename},
	        {"write_erase", cmd_write_erase},
	};
	suggesting = x;
	conf_suggest_register(hooks, sizeof(hooks) / sizeof(hooks[0]));
	cmd_register(table, sizeof(table) / sizeof(table[0]), x);
}
