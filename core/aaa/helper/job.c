#include "core/aaa/helper/job.h"

enum form { U32, TEXT, LIST };

static const struct field {
	uint16_t max;
	enum form form;
} fields[JOB_TAGS] = {
#define X(name, longest, how) [JOB_##name] = {longest, how},
        JOB_FIELD_LIST(X)
#undef X
};

const char *job_result_text(enum job_result r)
{
	static const char *const texts[] = {
#define X(name, text) text,
	        JOB_RESULT_LIST(X)
#undef X
	};
	return r < JOB_RESULTS ? texts[r] : "";
}

void job_frame_put(struct wr *w, const struct job_frame *f)
{
	wr_u8(w, JOB_VERSION);
	wr_u8(w, (uint8_t)f->what);
	wr_u8(w, (uint8_t)f->kind);
	wr_u8(w, 0);
	wr_u32(w, f->id);
	wr_u32(w, f->deadline_ms);
	wr_bytes(w, f->body.p, f->body.len);
}

bool job_frame_get(struct job_frame *f, const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	uint8_t version = rd_u8(&r), what = rd_u8(&r);
	f->kind = rd_u8(&r);
	rd_skip(&r, 1);
	f->id = rd_u32(&r);
	f->deadline_ms = rd_u32(&r);
	f->what = (enum job_what)what;
	bool ok = rd_ok(&r) && version == JOB_VERSION && what >= JOB_RESET && what <= JOB_FAILED &&
	          f->kind < JOB_KINDS_MAX && rd_left(&r) <= JOB_BODY_MAX;
	f->body = rd_rest(&r);
	return ok;
}

void job_put(struct wr *w, enum job_tag tag, struct str value)
{
	const struct field *f = &fields[tag];
	if (f->form == U32 || value.len > f->max || (value.len > 0 && memchr(value.p, '\0', value.len))) {
		w->full = true;
		return;
	}
	wr_u16(w, (uint16_t)tag);
	wr_u16(w, (uint16_t)(value.len + 1));
	wr_bytes(w, value.p, value.len);
	wr_u8(w, 0);
}

void job_put_u32(struct wr *w, enum job_tag tag, uint32_t value)
{
	if (fields[tag].form != U32) {
		w->full = true;
		return;
	}
	wr_u16(w, (uint16_t)tag);
	wr_u16(w, 4);
	wr_u32(w, value);
}

static bool take_text(struct job *j, enum job_tag tag, struct bytes value)
{
	const struct field *f = &fields[tag];
	const char *text = (const char *)value.p;
	if (value.len < 1 || value.len > (size_t)f->max + 1 || memchr(text, '\0', value.len) != text + value.len - 1)
		return false;
	if (f->form == LIST) {
		if (j->nrows >= JOB_ROWS_MAX)
			return false;
		j->rows[j->nrows++] = (struct job_row){tag, text};
		return true;
	}
	j->text[tag] = text;
	return true;
}

bool job_read(struct job *j, struct bytes body)
{
	struct rd r = rd_of(body.p, body.len);
	bool seen[JOB_TAGS] = {false};
	*j = (struct job){.nrows = 0};
	for (size_t i = 0; i < JOB_TAGS; i++)
		j->text[i] = "";
	while (rd_left(&r) > 0) {
		uint16_t tag = rd_u16(&r);
		struct rd value = rd_sub(&r, rd_u16(&r));
		if (!rd_ok(&r) || tag <= JOB_NO_TAG || tag >= JOB_TAGS ||
		    (seen[tag] && fields[tag].form != LIST))
			return false;
		seen[tag] = true;
		if (fields[tag].form == U32) {
			j->number[tag] = rd_u32(&value);
			if (!rd_ok(&value) || rd_left(&value) > 0)
				return false;
		} else if (!take_text(j, (enum job_tag)tag, rd_rest(&value))) {
			return false;
		}
	}
	return rd_ok(&r);
}
