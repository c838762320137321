#include "cli/socket/proto.h"

#include <stdlib.h>

#include "core/base/buf.h"

enum proto_field {
	F_VERSION = 1,
	F_SEQ = 2,
	F_KIND = 4,
	F_SIZE = 8,
	F_TEXT = 16,
};

/* Which fields a frame of each type has; they stand in the order of enum proto_field. */
static const struct {
	uint8_t fields;
	bool from_server;
} proto_types[PROTO_N] = {
        [PROTO_HELLO] = {F_VERSION | F_KIND | F_SIZE | F_TEXT, false},
        [PROTO_LINE] = {F_SEQ | F_TEXT, false},
        [PROTO_KEY] = {F_SEQ | F_KIND, false},
        [PROTO_HELP] = {F_SEQ | F_TEXT, false},
        [PROTO_TAB] = {F_SEQ | F_TEXT, false},
        [PROTO_SIZE] = {F_SIZE, false},
        [PROTO_BREAK] = {0, false},
        [PROTO_EOF] = {0, false},
        [PROTO_ACTIVE] = {0, false},
        [PROTO_WELCOME] = {F_VERSION, true},
        [PROTO_OUT] = {F_TEXT, true},
        [PROTO_ASYNC] = {F_TEXT, true},
        [PROTO_PROMPT] = {F_SEQ | F_KIND | F_SIZE | F_TEXT, true},
        [PROTO_INSERT] = {F_TEXT, true},
        [PROTO_RESULT] = {F_KIND, true},
        [PROTO_BYE] = {F_KIND | F_TEXT, true},
};

static size_t proto_text_max(bool from_server)
{
	return from_server ? PROTO_TEXT_MAX : PROTO_LINE_MAX;
}

size_t proto_encode(uint8_t *dst, size_t cap, const struct proto_msg *m)
{
	if (m->type <= PROTO_NONE || m->type >= PROTO_N)
		return 0;
	unsigned fields = proto_types[m->type].fields;
	if (m->text.len > proto_text_max(proto_types[m->type].from_server))
		return 0;
	struct wr w = wr_of(dst, cap);
	uint8_t *len = wr_space(&w, 4);
	wr_u8(&w, (uint8_t)m->type);
	if (fields & F_VERSION)
		wr_u8(&w, m->version);
	if (fields & F_SEQ)
		wr_u32(&w, m->seq);
	if (fields & F_KIND)
		wr_u8(&w, m->kind);
	if (fields & F_SIZE) {
		wr_u16(&w, m->width);
		wr_u16(&w, m->height);
	}
	if (fields & F_TEXT)
		wr_bytes(&w, m->text.p, m->text.len);
	if (!wr_ok(&w))
		return 0;
	struct wr head = wr_of(len, 4);
	wr_u32(&head, (uint32_t)(wr_len(&w) - 4));
	return wr_len(&w);
}

static bool proto_decode(struct rd *r, bool from_server, struct proto_msg *m)
{
	*m = (struct proto_msg){.text = {"", 0}};
	uint8_t type = rd_u8(r);
	if (type == PROTO_NONE || type >= PROTO_N || proto_types[type].from_server != from_server)
		return false;
	m->type = (enum proto_type)type;
	unsigned fields = proto_types[type].fields;
	if (fields & F_VERSION)
		m->version = rd_u8(r);
	if (fields & F_SEQ)
		m->seq = rd_u32(r);
	if (fields & F_KIND)
		m->kind = rd_u8(r);
	if (fields & F_SIZE) {
		m->width = rd_u16(r);
		m->height = rd_u16(r);
	}
	if (fields & F_TEXT) {
		struct bytes text = rd_rest(r);
		if (text.len > proto_text_max(from_server))
			return false;
		if (text.len > 0)
			m->text = (struct str){(const char *)text.p, text.len};
	}
	return rd_ok(r) && rd_left(r) == 0;
}

bool proto_reader_init(struct proto_reader *r, bool from_server)
{
	size_t max = from_server ? PROTO_FROM_SERVER : PROTO_FROM_CONSOLE;
	*r = (struct proto_reader){.buf = malloc(max), .max = max, .from_server = from_server};
	return r->buf != NULL;
}

void proto_reader_free(struct proto_reader *r)
{
	if (r->buf != NULL)
		wipe(r->buf, r->max);
	free(r->buf);
	*r = (struct proto_reader){0};
}

uint8_t *proto_reader_space(struct proto_reader *r, size_t *room)
{
	if (r->used > 0) {
		memmove(r->buf, r->buf + r->used, r->len - r->used);
		r->len -= r->used;
		wipe(r->buf + r->len, r->used);
		r->used = 0;
	}
	*room = r->max - r->len;
	return r->buf + r->len;
}

void proto_reader_added(struct proto_reader *r, size_t n)
{
	r->len += n;
}

enum proto_read proto_reader_next(struct proto_reader *r, struct proto_msg *m)
{
	size_t have = r->len - r->used;
	if (have < 4)
		return PROTO_READ_MORE;
	struct rd head = rd_of(r->buf + r->used, have);
	uint32_t len = rd_u32(&head);
	if (len < PROTO_HEAD - 4 || len > r->max - 4)
		return PROTO_READ_BAD;
	if (len > have - 4)
		return PROTO_READ_MORE;
	struct rd frame = rd_sub(&head, len);
	r->used += 4 + (size_t)len;
	return proto_decode(&frame, r->from_server, m) ? PROTO_READ_OK : PROTO_READ_BAD;
}
