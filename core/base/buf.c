#include "core/base/buf.h"

#include <string.h>

struct rd rd_of(const void *data, size_t len)
{
	static const uint8_t none[1];
	const uint8_t *p = data != NULL ? data : none;
	return (struct rd){p, p + (data != NULL ? len : 0), false};
}

/* Room for len more bytes? If not the reader turns bad and empty, and stays so. */
static const uint8_t *rd_take(struct rd *r, size_t len)
{
	if (r->bad || (size_t)(r->end - r->p) < len) {
		r->bad = true;
		return NULL;
	}
	const uint8_t *p = r->p;
	r->p += len;
	return p;
}

uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);
	return p != NULL ? p[0] : 0;
}

uint16_t rd_u16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);
	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t rd_u32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);
	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

uint64_t rd_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);
	return high << 32 | rd_u32(r);
}

struct bytes rd_bytes(struct rd *r, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	return p != NULL ? (struct bytes){p, len} : (struct bytes){r->end, 0};
}

struct bytes rd_rest(struct rd *r)
{
	return rd_bytes(r, rd_left(r));
}

void rd_skip(struct rd *r, size_t len)
{
	rd_take(r, len);
}

struct rd rd_sub(struct rd *r, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	return p != NULL ? (struct rd){p, p + len, false} : (struct rd){r->end, r->end, true};
}

bool rd_copy(struct rd *r, void *dst, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	if (p == NULL) {
		memset(dst, 0, len);
		return false;
	}
	memcpy(dst, p, len);
	return true;
}

struct wr wr_of(void *data, size_t cap)
{
	uint8_t *p = data;
	return (struct wr){p, p, p + cap, false};
}

uint8_t *wr_space(struct wr *w, size_t len)
{
	if (w->full || (size_t)(w->end - w->p) < len) {
		w->full = true;
		return NULL;
	}
	uint8_t *p = w->p;
	w->p += len;
	return p;
}

void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *p = wr_space(w, 1);
	if (p != NULL)
		p[0] = v;
}

void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *p = wr_space(w, 2);
	if (p != NULL) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}

void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_space(w, 4);
	if (p != NULL) {
		p[0] = (uint8_t)(v >> 24);
		p[1] = (uint8_t)(v >> 16);
		p[2] = (uint8_t)(v >> 8);
		p[3] = (uint8_t)v;
	}
}

void wr_u64(struct wr *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}

void wr_bytes(struct wr *w, const void *data, size_t len)
{
	uint8_t *p = wr_space(w, len);
	if (p != NULL && len > 0)
		memcpy(p, data, len);
}

void wr_zero(struct wr *w, size_t len)
{
	uint8_t *p = wr_space(w, len);
	if (p != NULL && len > 0)
		memset(p, 0, len);
}

void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	if (w->full || wr_len(w) < at + 2) {
		w->full = true;
		return;
	}
	w->start[at] = (uint8_t)(v >> 8);
	w->start[at + 1] = (uint8_t)v;
}

bool bytes_eq(struct bytes a, struct bytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool bytes_eq_secret(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	uint8_t diff = 0;
	for (size_t i = 0; i < a.len; i++)
		diff |= (uint8_t)(a.p[i] ^ b.p[i]);
	return diff == 0;
}

void wipe(void *p, size_t len)
{
	if (p != NULL && len > 0)
		explicit_bzero(p, len);
}

bool pkt_pull(struct pkt *p, uint32_t n)
{
	if (n > p->len)
		return false;
	p->off += n;
	p->len -= n;
	return true;
}

uint8_t *pkt_push(struct pkt *p, uint32_t n)
{
	if (n > p->off)
		return NULL;
	p->off -= n;
	p->len += n;
	return p->buf + p->off;
}

uint8_t *pkt_put(struct pkt *p, uint32_t n)
{
	if (n > p->cap - p->off - p->len)
		return NULL;
	uint8_t *at = p->buf + p->off + p->len;
	p->len += n;
	return at;
}

bool pkt_trim(struct pkt *p, uint32_t new_len)
{
	if (new_len > p->len)
		return false;
	p->len = new_len;
	return true;
}

void pkt_reset(struct pkt *p)
{
	uint8_t *buf = p->buf;
	uint32_t cap = p->cap;
	*p = (struct pkt){.buf = buf, .cap = cap, .off = PKT_HEADROOM};
}
