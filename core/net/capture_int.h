/* What the files of capture share. */
#ifndef CORE_NET_CAPTURE_INT_H
#define CORE_NET_CAPTURE_INT_H

#include <stdatomic.h>

#include "core/base/show.h"
#include "core/net/capture.h"

enum capture_type { CAPTURE_RAW, CAPTURE_ISAKMP, CAPTURE_ASP };

enum {
	CAPTURE_BUFFER_DEFAULT = 524288,
	CAPTURE_SNAP_DEFAULT = 1518,
	CAPTURE_MATCHES = 8,
	CAPTURE_PACKET_COST = 24, /* of the buffer, beside its octets */
};

struct cap_record {
	uint64_t us;       /* wall clock */
	uint32_t captures; /* bits */
	uint32_t len, caplen;
	struct ip4_end src, dst;
	uint8_t point, proto, why;
	uint8_t data[CAPTURE_SNAP_MAX];
};

struct capture_ring {
	_Alignas(64) _Atomic uint32_t head; /* written by the control thread */
	_Alignas(64) _Atomic uint32_t tail; /* written by the worker */
	_Atomic uint64_t dropped;
	struct cap_record slot[CAPTURE_SLOTS];
};

/* A stored packet: an IP packet, headers rebuilt where the path has none. */
struct cap_stored {
	struct cap_stored *next;
	uint64_t us;
	uint32_t len, caplen;
	uint8_t point, why;
	uint8_t data[];
};

struct capture {
	char name[CAPTURE_NAME_MAX + 1];
	enum capture_type type;
	bool decrypted, circular, headers_only, full;
	bool type_set;
	char ifname[IFACE_NAMEIF_MAX];
	char acl[64];
	uint32_t buffer, snap; /* 0 = default */
	struct acl_rule match[CAPTURE_MATCHES];
	unsigned nmatches;
	struct cap_stored *first, **last;
	uint32_t bytes;
	uint64_t packets, lost; /* now in it; that found no room */
};

struct captures {
	const struct ifaces *ifaces;
	struct capture_hooks hooks;
	struct capture *all[CAPTURES_MAX];
	struct capture_set *set; /* the control thread's own copy, NULL = no capture */
	unsigned workers;
	struct capture_ring *ring[CAPTURE_WORKERS_MAX]; /* one a worker, made with the first capture */
	struct cap_record *own; /* for captures_see */
};

static inline uint32_t capture_room(const struct capture *c)
{
	return c->buffer != 0 ? c->buffer : CAPTURE_BUFFER_DEFAULT;
}
static inline uint32_t capture_snap(const struct capture *c)
{
	return c->snap != 0 ? c->snap : CAPTURE_SNAP_DEFAULT;
}
struct capture *capture_find(const struct captures *c, struct str name);
void capture_empty(struct capture *cap);
/* Rings and `own` for the first capture; they stay. false when memory is short. */
bool captures_prepare(struct captures *c);
uint64_t captures_dropped(const struct captures *c); /* found a ring full */
/* The rules of all captures anew, to the workers too. */
void captures_publish(struct captures *c);
/* "211.1.1.1 > 213.1.1.2: icmp: echo request " */
void capture_line(struct out *o, const struct cap_stored *p);
void capture_dump(struct out *o, const struct cap_stored *p);

#endif
