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

#include "core/base/ip4.h"

struct bytes {
	const uint8_t *p;
	size_t len;
};

struct rd {
	const uint8_t *p, *end;
	bool bad;
};

struct rd rd_of(const void *data, size_t len);
static inline size_t rd_left(const struct rd *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->p);
}
static inline bool rd_ok(const struct rd *r)
{
	return !r->bad;
}
uint8_t rd_u8(struct rd *r);
uint16_t rd_u16(struct rd *r);
uint32_t rd_u32(struct rd *r);
uint64_t rd_u64(struct rd *r);
/* A view of the next len bytes; empty and bad when they are not there. */
struct bytes rd_bytes(struct rd *r, size_t len);
struct bytes rd_rest(struct rd *r);
void rd_skip(struct rd *r, size_t len);
/* A reader over the next len bytes, which r skips. */
struct rd rd_sub(struct rd *r, size_t len);
bool rd_copy(struct rd *r, void *dst, size_t len);

struct wr {
	uint8_t *start, *p, *end;
	bool full;
};

struct wr wr_of(void *data, size_t cap);
static inline size_t wr_len(const struct wr *w)
{
	return (size_t)(w->p - w->start);
}
static inline bool wr_ok(const struct wr *w)
{
	return !w->full;
}
void wr_u8(struct wr *w, uint8_t v);
void wr_u16(struct wr *w, uint16_t v);
void wr_u32(struct wr *w, uint32_t v);
void wr_u64(struct wr *w, uint64_t v);
void wr_bytes(struct wr *w, const void *data, size_t len);
void wr_zero(struct wr *w, size_t len);
/* Room for len bytes to be filled in later; NULL when full. */
uint8_t *wr_space(struct wr *w, size_t len);
/* Overwrites 2 bytes at an offset already written (length fields). */
void wr_patch_u16(struct wr *w, size_t at, uint16_t v);

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
	uint8_t *buf; /* the whole area, cap bytes; owned by the pool the packet came from */
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
	struct esp_sa *sa; /* set by esp_in (in) and by route_to_session (out) */
	struct dsess *sess;
	uint32_t spi, seq; /* of the ESP header, for messages */
};

static inline uint8_t *pkt_data(const struct pkt *p)
{
	return p->buf + p->off;
}
/* Drops n bytes from the front; false (and nothing done) when there are fewer. */
bool pkt_pull(struct pkt *p, uint32_t n);
/* Adds n bytes of room in front; NULL when there is no headroom. */
uint8_t *pkt_push(struct pkt *p, uint32_t n);
/* Adds n bytes at the end; NULL when there is no tailroom. */
uint8_t *pkt_put(struct pkt *p, uint32_t n);
bool pkt_trim(struct pkt *p, uint32_t new_len);
/* Empties it: view starts after the headroom. */
void pkt_reset(struct pkt *p);
static inline struct rd pkt_rd(const struct pkt *p)
{
	return rd_of(pkt_data(p), p->len);
}

#endif
