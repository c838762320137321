#include "core/aaa/tacacs/wire.h"

#include "crypto/prim/prim.h"

enum item_kind { END, NUMBER, LEN8, LEN16, ARGS };

struct item {
	uint8_t kind, which;
};

enum { ITEMS_MAX = 10 };

static const struct layout {
	enum tac_type type;
	struct item fixed[ITEMS_MAX + 1];
} layouts[] = {
#define N(name)              {NUMBER, TAC_N_##name},
#define L(name)              {LEN8, TAC_T_##name},
#define W(name)              {LEN16, TAC_T_##name},
#define A()                  {ARGS, 0},
#define X(name, type, fixed) {TAC_##type, {fixed{END, 0}}},
        TAC_BODY_LIST(X)
#undef X
#undef A
#undef W
#undef L
#undef N
};

const char *tac_status_name(enum tac_type type, uint8_t status)
{
	static const struct {
		uint8_t type, number;
		const char *name;
	} table[] = {
#define X(t, n, value) {TAC_##t, value, #n},
	        TAC_STATUS_LIST(X)
#undef X
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].type == type && table[i].number == status)
			return table[i].name;
	return NULL;
}

enum tac_type tac_body_type(enum tac_body_kind kind)
{
	return layouts[kind].type;
}

/* ------------------------------------------------------------------ header */

void tac_header_read(const uint8_t p[TAC_HEADER_LEN], struct tac_header *h)
{
	struct rd r = rd_of(p, TAC_HEADER_LEN);
	h->version = rd_u8(&r);
	h->type = rd_u8(&r);
	h->seq = rd_u8(&r);
	h->flags = rd_u8(&r);
	h->session = rd_u32(&r);
	h->length = rd_u32(&r);
}

static void header_write(struct wr *w, const struct tac_header *h)
{
	wr_u8(w, h->version);
	wr_u8(w, h->type);
	wr_u8(w, h->seq);
	wr_u8(w, h->flags);
	wr_u32(w, h->session);
	wr_u32(w, h->length);
}

void tac_pad(const struct tac_header *h, struct bytes key, uint8_t *body, size_t len)
{
	uint8_t session[4], ends[2] = {h->version, h->seq}, digest[PRIM_MD_MAX];
	struct wr w = wr_of(session, sizeof(session));
	wr_u32(&w, h->session);
	const struct bytes parts[] = {{session, 4}, key, {ends, 2}, {digest, 16}};
	size_t in = 16;
	for (size_t i = 0; i < len; i++) {
		if (in == 16) {
			prim_hash(PRIM_MD5, parts, i == 0 ? 3 : 4, digest);
			in = 0;
		}
		body[i] ^= digest[in++];
	}
	wipe(digest, sizeof(digest));
}

/* ------------------------------------------------------------------ reading */

bool tac_body_read(enum tac_body_kind kind, const uint8_t *p, size_t len, struct tac_body *b)
{
	struct rd r = rd_of(p, len);
	size_t text_len[TAC_TEXTS] = {0};
	const struct item *fixed = layouts[kind].fixed;
	*b = (struct tac_body){0};
	for (const struct item *i = fixed; i->kind != END; i++) {
		if (i->kind == NUMBER)
			b->number[i->which] = rd_u8(&r);
		else if (i->kind == LEN8)
			text_len[i->which] = rd_u8(&r);
		else if (i->kind == LEN16)
			text_len[i->which] = rd_u16(&r);
		else
			b->nargs = rd_u8(&r);
	}
	struct rd lens = rd_sub(&r, b->nargs);
	for (const struct item *i = fixed; i->kind != END; i++)
		if (i->kind == LEN8 || i->kind == LEN16)
			b->text[i->which] = rd_bytes(&r, text_len[i->which]);
	for (size_t i = 0; i < b->nargs; i++)
		b->args[i] = rd_bytes(&r, rd_u8(&lens));
	return rd_ok(&r) && rd_left(&r) == 0;
}

/* ------------------------------------------------------------------ writing */

static void put_fixed(struct wr *w, const struct item *i, const struct tac_body *b)
{
	size_t len = i->kind == ARGS ? b->nargs : i->kind == NUMBER ? 0 : b->text[i->which].len;
	if (len > (i->kind == LEN16 ? UINT16_MAX : UINT8_MAX))
		w->full = true;
	if (i->kind == NUMBER)
		wr_u8(w, b->number[i->which]);
	else if (i->kind == LEN16)
		wr_u16(w, (uint16_t)len);
	else
		wr_u8(w, (uint8_t)len);
}

static void put_args(struct wr *w, const struct tac_body *b)
{
	for (size_t i = 0; i < b->nargs; i++)
		wr_bytes(w, b->args[i].p, b->args[i].len);
}

static void put_body(struct wr *w, const struct item *fixed, const struct tac_body *b)
{
	bool args = false;
	for (const struct item *i = fixed; i->kind != END; i++) {
		put_fixed(w, i, b);
		args |= i->kind == ARGS;
	}
	for (size_t i = 0; args && i < b->nargs && i < TAC_ARGS_MAX; i++) {
		if (b->args[i].len > TAC_ARG_MAX)
			w->full = true;
		wr_u8(w, (uint8_t)b->args[i].len);
	}
	for (const struct item *i = fixed; i->kind != END; i++)
		if (i->kind == LEN8 || i->kind == LEN16)
			wr_bytes(w, b->text[i->which].p, b->text[i->which].len);
	if (args && wr_ok(w))
		put_args(w, b);
}

size_t tac_packet(enum tac_body_kind kind, struct tac_header h, struct bytes key,
                  const struct tac_body *b, uint8_t *to, size_t cap)
{
	struct wr w = wr_of(to, cap), head = wr_of(to, TAC_HEADER_LEN);
	wr_zero(&w, TAC_HEADER_LEN);
	put_body(&w, layouts[kind].fixed, b);
	if (!wr_ok(&w) || wr_len(&w) - TAC_HEADER_LEN > TAC_BODY_MAX)
		return 0;
	h.type = (uint8_t)layouts[kind].type;
	h.length = (uint32_t)(wr_len(&w) - TAC_HEADER_LEN);
	if (key.len == 0)
		h.flags |= TAC_UNENCRYPTED;
	header_write(&head, &h);
	if (key.len > 0)
		tac_pad(&h, key, to + TAC_HEADER_LEN, h.length);
	return wr_len(&w);
}
