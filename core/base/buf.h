/* The checked cursors for wire data, and the packet of the data path.
 *
 * A reader never reads past its end: a read that does not fit returns zero (or an empty view) and sets the
 * sticky flag `bad`, tested once at the end with rd_ok(). A writer behaves the same with `full`. Nobody
 * indexes into a packet. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/base/ip4.h"

struct bytes {
	const uint8_t *p;
	size_t len;
};

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

static inline struct rd rd_of(const void *data, size_t len)
{
	static const uint8_t none[1];
	const uint8_t *p = data != NULL ? data : none;
	return (struct rd){p, p + (data != NULL ? len : 0), false};
}
static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}
static inline bool rd_ok(const struct rd *r)
{
	return !r->bad;
}
/* Room for len more bytes? If not the reader turns bad and empty, and stays so. */
static inline const uint8_t *rd_take(struct rd *r, size_t len)
{
	if (r->bad || (size_t)(r->end - r->p) < len) {
		r->bad = true;
		return NULL;
	}
	const uint8_t *p = r->p;
	r->p += len;
	return p;
}
static inline uint8_t rd_u8(struct rd *r)
{
	const uint8_t *p = rd_take(r, 1);
	return p != NULL ? p[0] : 0;
}
static inline uint16_t rd_u16(struct rd *r)
{
	const uint8_t *p = rd_take(r, 2);
	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}
static inline uint32_t rd_u32(struct rd *r)
{
	const uint8_t *p = rd_take(r, 4);
	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}
static inline uint64_t rd_u64(struct rd *r)
{
	uint64_t high = rd_u32(r);
	return high << 32 | rd_u32(r);
}
/* A view of the next len bytes; empty and bad when they are not there. */
static inline struct bytes rd_bytes(struct rd *r, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	return p != NULL ? (struct bytes){p, len} : (struct bytes){r->end, 0};
}
static inline struct bytes rd_rest(struct rd *r)
{
	return rd_bytes(r, rd_left(r));
}
static inline void rd_skip(struct rd *r, size_t len)
{
	rd_take(r, len);
}
/* A reader over the next len bytes, which r skips. */
static inline struct rd rd_sub(struct rd *r, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	return p != NULL ? (struct rd){p, p + len, false} : (struct rd){r->end, r->end, true};
}
static inline bool rd_copy(struct rd *r, void *dst, size_t len)
{
	const uint8_t *p = rd_take(r, len);
	if (p == NULL) {
		memset(dst, 0, len);
		return false;
	}
	memcpy(dst, p, len);
	return true;
}

struct wr {
	uint8_t *start, *p, *end;
	bool full;
};

static inline struct wr wr_of(void *data, size_t cap)
{
	uint8_t *p = data;
	return (struct wr){p, p, p + cap, false};
}
static inline size_t wr_len(const struct wr *w)
{
	return (size_t)(w->p - w->start);
}
static inline bool wr_ok(const struct wr *w)
{
	return !w->full;
}
/* Room for len bytes to be filled in later; NULL when full. */
static inline uint8_t *wr_space(struct wr *w, size_t len)
{
	if (w->full || (size_t)(w->end - w->p) < len) {
		w->full = true;
		return NULL;
	}
	uint8_t *p = w->p;
	w->p += len;
	return p;
}
/* gcc does not see that wr_space() has compared, and believes that writers go past the end. */
#pragma GCC diagnostic push
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#endif
static inline void wr_u8(struct wr *w, uint8_t v)
{
	uint8_t *p = wr_space(w, 1);
	if (p != NULL)
		p[0] = v;
}
static inline void wr_u16(struct wr *w, uint16_t v)
{
	uint8_t *p = wr_space(w, 2);
	if (p != NULL) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	}
}
static inline void wr_u32(struct wr *w, uint32_t v)
{
	uint8_t *p = wr_space(w, 4);
	if (p != NULL) {
		p[0] = (uint8_t)(v >> 24);
		p[1] = (uint8_t)(v >> 16);
		p[2] = (uint8_t)(v >> 8);
		p[3] = (uint8_t)v;
	}
}
static inline void wr_u64(struct wr *w, uint64_t v)
{
	wr_u32(w, (uint32_t)(v >> 32));
	wr_u32(w, (uint32_t)v);
}
static inline void wr_bytes(struct wr *w, const void *data, size_t len)
{
	uint8_t *p = wr_space(w, len);
	if (p != NULL && len > 0)
		memcpy(p, data, len);
}
static inline void wr_zero(struct wr *w, size_t len)
{
	uint8_t *p = wr_space(w, len);
	if (p != NULL && len > 0)
		memset(p, 0, len);
}
/* Overwrites 2 bytes at an offset already written (length fields). */
static inline void wr_patch_u16(struct wr *w, size_t at, uint16_t v)
{
	if (w->full || wr_len(w) < at + 2) {
		w->full = true;
		return;
	}
	w->start[at] = (uint8_t)(v >> 8);
	w->start[at + 1] = (uint8_t)v;
}
#pragma GCC diagnostic pop

bool bytes_eq(struct bytes a, struct bytes b);
/* Equal in constant time; lengths are not secret. */
bool bytes_eq_secret(struct bytes a, struct bytes b);
/* Overwrites memory in a way the compiler keeps. */
void wipe(void *p, size_t len);

/* ------------------------------------------------------------------ packets of the data path */

enum {
	PKT_HEADROOM = 128, /* room for outer IP, UDP, ESP, IV, UDP, L2TP and PPP headers */
	PKT_TAILROOM = 64,  /* ESP padding, trailer and ICV */
	PKT_MTU_MAX = 9216,
	PKT_BATCH = 64,
};

struct esp_sa;
struct dsess;

struct pkt {
	uint8_t *buf; /* the whole area, cap bytes; owned by the store the packet came from */
	uint32_t cap;
	uint32_t off, len; /* what is in view now: buf[off .. off+len) */
	/* outer addresses: set by receive, used by transmit */
	struct ip4_end peer, local;
	uint8_t tos;       /* of the outer header in, of the inner packet out */
	bool udp_encap;    /* came, or is to leave, as ESP in UDP */
	bool df;           /* don't fragment: of the packet read from TUN; of the outer header out */
	uint16_t ifindex;  /* of the device it came in on, 0 = not known */
	uint8_t drop;      /* enum drop_reason (core/base/drop.h); 0 = still on its way */
	uint8_t worker;    /* who owns it after hand-over */
	/* Whose it is, looked up once a packet: by the first stage that needs it; good until the batch is through. */
	struct esp_sa *sa;
	struct dsess *sess;
	uint32_t spi, seq; /* of the ESP header, for messages */
};

static inline uint8_t *pkt_data(const struct pkt *p)
{
	return p->buf + p->off;
}
/* Drops n bytes from the front; false (and nothing done) when there are fewer. */
static inline bool pkt_pull(struct pkt *p, uint32_t n)
{
	if (n > p->len)
		return false;
	p->off += n;
	p->len -= n;
	return true;
}
/* Adds n bytes of room in front; NULL when there is no headroom. */
static inline uint8_t *pkt_push(struct pkt *p, uint32_t n)
{
	if (n > p->off)
		return NULL;
	p->off -= n;
	p->len += n;
	return p->buf + p->off;
}
/* Adds n bytes at the end; NULL when there is no tailroom. */
static inline uint8_t *pkt_put(struct pkt *p, uint32_t n)
{
	if (n > p->cap - p->off - p->len)
		return NULL;
	uint8_t *at = p->buf + p->off + p->len;
	p->len += n;
	return at;
}
static inline bool pkt_trim(struct pkt *p, uint32_t new_len)
{
	if (new_len > p->len)
		return false;
	p->len = new_len;
	return true;
}
/* A packet in somebody else's memory: nothing is known of it but where it is. */
static inline void pkt_view(struct pkt *p, uint8_t *buf, uint32_t cap, uint32_t off, uint32_t len)
{
	*p = (struct pkt){.buf = buf, .cap = cap, .off = off, .len = len};
}
/* Empties it: view starts after the headroom. */
static inline void pkt_reset(struct pkt *p)
{
	pkt_view(p, p->buf, p->cap, PKT_HEADROOM, 0);
}
static inline struct rd pkt_rd(const struct pkt *p)
{
	return rd_of(pkt_data(p), p->len);
}

#endif
