/* Messages between posternd and helper programs: what is read is a view of well-formed texts, and written again it says
 * the same. */
#include <stdlib.h>
#include <string.h>

#include "core/aaa/helper/job.h"

static void check_row(const struct job_row *row, const uint8_t *data, size_t size)
{
	const uint8_t *p = (const uint8_t *)row->text;
	if (row->tag <= JOB_NO_TAG || row->tag >= JOB_TAGS || p < data || p + strlen(row->text) >= data + size)
		abort();
}

/* Its frame as we write it is read the same. */
static void framed(const struct job_frame *f)
{
	static uint8_t copy[JOB_MAX];
	struct wr w = wr_of(copy, sizeof copy);
	struct job_frame again;
	job_frame_put(&w, f);
	if (!job_frame_get(&again, copy, wr_len(&w)) || again.what != f->what || again.kind != f->kind || again.id != f->id ||
	    again.deadline_ms != f->deadline_ms || again.body.len != f->body.len)
		abort();
	/* what a field has no room for, or cannot hold, makes no message */
	struct wr small = wr_of(copy, sizeof copy);
	job_put(&small, JOB_PASSWORD, (struct str){(const char *)f->body.p, f->body.len});
	if (wr_ok(&small) && memchr(f->body.p, '\0', f->body.len) != NULL)
		abort();
	small = wr_of(copy, 3);
	job_put_u32(&small, JOB_PORT, f->id);
	if (wr_ok(&small) && f->id != 0)
		abort();
	if (job_result_text((enum job_result)(f->id % (JOB_RESULTS + 1))) == NULL)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct job j, again;
	static uint8_t copy[JOB_MAX];
	struct job_frame f;
	if (!job_frame_get(&f, data, size) || !job_read(&j, f.body))
		return 0;
	if (f.kind >= JOB_KINDS_MAX || j.nrows > JOB_ROWS_MAX)
		abort();
	struct wr w = wr_of(copy, sizeof copy);
	for (size_t i = 0; i < j.nrows; i++) {
		check_row(&j.rows[i], data, size);
		job_put(&w, j.rows[i].tag, str_of(j.rows[i].text));
	}
	job_put(&w, JOB_USER, str_of(j.text[JOB_USER]));
	job_put_u32(&w, JOB_PORT, j.number[JOB_PORT]);
	framed(&f);
	if (!wr_ok(&w) && wr_len(&w) + 300 < sizeof copy)
		abort();
	if (!wr_ok(&w))
		return 0;
	if (!job_read(&again, (struct bytes){copy, wr_len(&w)}) || again.nrows != j.nrows ||
	    strcmp(again.text[JOB_USER], j.text[JOB_USER]) != 0 || again.number[JOB_PORT] != j.number[JOB_PORT])
		abort();
	return 0;
}
