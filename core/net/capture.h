/* `capture`: packets as they pass, kept for `show capture` and pcapng.
 *
 * Points: OUTSIDE is the wire as the appliance's sockets see it (ESP, IKE; headers below are rebuilt from the addresses,
 * so TTL and identification are not those of the wire), INSIDE the decrypted IP packets to and from the TUN device,
 * DROP what the packet path drops, CLEAR the plain payloads of IKE messages.
 *
 * Each worker has a set of rules (struct capture_set), which it is given whole and frees when it gets the next; what
 * fits goes through its ring of fixed slots to the control thread. No capture: no set. A full ring is counted.
 *
 *   capture.c       rules, ring, the store
 *   capture_cmd.c   commands
 *   capture_show.c  packets as lines
 *   capture_file.c  pcapng */
#ifndef CORE_NET_CAPTURE_H
#define CORE_NET_CAPTURE_H

#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/filter.h"
#include "core/config/acl.h"
#include "core/net/ifaces.h"

struct conf;

enum cap_point { CAP_OUTSIDE = 1, CAP_INSIDE = 2, CAP_DROP = 4, CAP_CLEAR = 8 };

enum {
	CAPTURES_MAX = 8,
	CAPTURE_WORKERS_MAX = 16,
	CAPTURE_RULES = 128, /* of all captures */
	CAPTURE_SNAP_MAX = 9216,
	CAPTURE_SLOTS = 256,
	CAPTURE_BYTES_ALL = 64 << 20, /* buffers of all captures together */
	CAPTURE_NAME_MAX = 32,
};

struct capture_rule {
	uint8_t points, capture; /* which capture */
	bool isakmp;             /* IKE only */
	bool both;               /* either direction */
	uint32_t local;          /* CAP_OUTSIDE: address of the interface, 0 = any */
	struct filter_ace acl;   /* the first that fits says whether the packet is taken */
};

struct capture_ring;
struct capture_set {
	struct capture_ring *ring; /* outlives the set */
	uint8_t points;            /* of all rules */
	unsigned n;
	uint16_t snap; /* the longest any capture wants */
	struct capture_rule rule[CAPTURE_RULES];
};

static inline bool capture_at(const struct capture_set *s, enum cap_point point)
{
	return s != NULL && (s->points & point) != 0;
}

/* A packet on its way. proto: what data is carried in, 17 = UDP from src to dst, 50 = ESP; 0 = data is an IP packet. */
struct capture_packet {
	enum cap_point point;
	struct ip4_end src, dst;
	uint8_t proto;
	uint8_t why; /* CAP_DROP: enum drop_reason */
	struct bytes data;
};
/* For the worker thread: into the ring when a rule fits. true when the control thread has something to fetch. */
bool capture_push(const struct capture_set *s, const struct capture_packet *p);

struct captures;

struct capture_hooks {
	const struct conf *(*conf)(void *ctx);          /* running, for access lists */
	bool (*outside)(void *ctx, const char *nameif); /* clients come in there */
	void (*publish)(void *ctx, unsigned worker,
	                struct capture_set *set); /* to the worker, which frees it; NULL = none */
	void *ctx;
};

/* Control thread. ifaces outlives it. workers: how many there are, 1 .. CAPTURE_WORKERS_MAX. NULL when memory is short. */
struct captures *captures_new(const struct ifaces *ifaces, unsigned workers, const struct capture_hooks *hooks);
/* After the worker has ended. */
void captures_free(struct captures *c);
/* A packet the control thread sees itself. */
void captures_see(struct captures *c, const struct capture_packet *p);
/* Is anybody interested? */
bool captures_want(const struct captures *c, enum cap_point point);
/* What the workers put into their rings. */
void captures_drain(struct captures *c);
/* Commands capture_set, show_capture, clear_capture. */
void captures_register(struct captures *c);
/* A capture as pcapng (link type raw IP); sink gets it in pieces, in order, and returns 0 or -errno. -ENOENT when there
 * is no such capture. */
int capture_write_pcapng(const struct captures *c, const char *name,
                         int (*sink)(void *arg, const void *data, size_t len), void *arg);

/* Its packets as `show capture NAME` prints them. 0 or -ENOENT. */
int capture_write_text(const struct captures *c, const char *name, struct out *out);

#endif
