/* What a filter does at the end of its command: a count, a file. */
#include <errno.h>

#include "cli/exec/flash.h"
#include "cli/exec/place.h"
#include "cli/session/priv.h"
#include "core/base/buf.h"

/* The held lines go to the file, behind what it holds already when that is asked for. */
static int write_file(const struct flash *flash, struct filter *f, struct err *err)
{
	struct place p;
	struct out text;
	if (!place_parse(&p, str_of(f->file), err))
		return -1;
	out_init(&text);
	int rc = 0;
	if (p.kind != PLACE_FLASH || p.name[0] == '\0')
		rc = err_set(err, -EINVAL, "%%Error opening %s (Not a file of disk0:)", f->file);
	else if (f->kind == FILTER_APPEND &&
	         flash_read(flash, str_of(p.name), &text, err) == -ENOENT)
		out_clear(&text);
	if (rc == 0) {
		out_put(&text, out_text(&f->held));
		rc = flash_write(flash, str_of(p.name), out_text(&text), err);
	}
	if (text.len > 0)
		wipe(text.text, text.len);
	out_free(&text);
	place_clear(&p);
	return rc;
}

void session_filter_end(struct session *s, bool refused)
{
	struct filter f = s->filter;
	struct err err = {0};
	struct out out;
	s->filter = (struct filter){0};
	out_init(&out);
	if (f.kind == FILTER_COUNT && !refused) {
		out_printf(&out, "Number of lines%s = %lu\n",
		           f.compiled ? " which match regexp" : "", f.lines);
	} else if (f.kind == FILTER_REDIRECT || f.kind == FILTER_APPEND) {
		if (refused) /* what was wrong is to be seen */
			out_put(&out, out_text(&f.held));
		else if (s->env->flash == NULL)
			out_str(&out, "ERROR: %% there is no disk0: here\n");
		else if (write_file(s->env->flash, &f, &err) < 0)
			out_printf(&out, "ERROR: %s\n", err.text);
	}
	session_print(s, out_text(&out));
	if (out.len > 0)
		wipe(out.text, out.len);
	out_free(&out);
	filter_free(&f);
}
