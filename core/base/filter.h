/* Compiled access lists: what the packet path matches. An array of elements, objects expanded; immutable but for the
 * hit counters (written by every thread of the packet path) and the switches of time ranges (one writer, the control thread).
 * Counted references, control thread only: the packet path gives back what it does not use any more. */
#ifndef CORE_BASE_FILTER_H
#define CORE_BASE_FILTER_H

#include <stdatomic.h>

#include "core/base/buf.h"
#include "core/base/ip4.h"

enum {
	FILTER_NAME_MAX = 242,
	FILTER_ACES_MAX = 1 << 18, /* elements of one list, objects expanded */
	FILTER_TIMES_MAX = 255,    /* time ranges one list uses */
};

enum filter_log {
	FILTER_LOG_PLAIN, /* a denied packet is told as 106023 */
	FILTER_LOG_FLOW,  /* `log`: 106100 for each flow */
	FILTER_LOG_NONE,  /* `log disable` */
};

struct filter_ace {
	uint32_t src_lo, src_hi, dst_lo, dst_hi;
	uint16_t sport_lo, sport_hi, dport_lo, dport_hi;
	int16_t icmp_type, icmp_code; /* -1 = any */
	uint8_t proto;                /* 0 = any */
	uint8_t time;                 /* 1.. = times[time - 1] must be on */
	uint8_t log, level;
	uint16_t interval;
	bool permit, inactive;
	bool sport_not, dport_not; /* neq */
	uint32_t hash;             /* names the element in messages and in show */
};

struct filter {
	unsigned refs;
	char name[FILTER_NAME_MAX];
	size_t n;
	struct filter_ace *ace;
	_Atomic uint64_t *hits;    /* one an element */
	_Atomic uint64_t *last_ms; /* of its last hit */
	uint64_t *cleared;         /* hits that are not shown any more; control thread */
	_Atomic bool *time;     /* is the time range in force? */
	char (*time_name)[64];
	size_t ntimes;
	struct filter_index *index; /* filter_index.h; NULL: a short list */
};

/* The part of a packet that access lists speak of. */
struct filter_key {
	uint32_t src, dst;
	uint16_t sport, dport; /* ICMP echo and its reply: identifier, sequence number */
	int16_t icmp_type, icmp_code;
	uint8_t proto;
	uint8_t tcp_flags;
	bool fragment; /* not the first: there are no ports in it */
};

/* false when the packet is no IPv4 packet or too short for its ports. */
bool filter_key_read(struct rd r, struct filter_key *k);
/* Does the element speak of this packet? Time ranges and `inactive` are not asked. */
bool filter_takes(const struct filter_ace *a, const struct filter_key *k);
/* Not `inactive`, and its time range is on. */
static inline bool filter_in_force(const struct filter *f, const struct filter_ace *a)
{
	return !a->inactive &&
	       (a->time == 0 || atomic_load_explicit(&f->time[a->time - 1], memory_order_relaxed));
}
/* The first element that takes the packet, NULL: none, which means deny. reversed: source and destination of the
 * packet change places first (a vpn-filter names the client's side as source, both ways). */
const struct filter_ace *filter_match(const struct filter *f, const struct filter_key *k,
                                      bool reversed);
/* The same, element by element: what the index is measured by. */
const struct filter_ace *filter_match_linear(const struct filter *f, const struct filter_key *k);
static inline void filter_hit(const struct filter *f, const struct filter_ace *a, uint64_t now_ms)
{
	atomic_fetch_add_explicit(&f->hits[a - f->ace], 1, memory_order_relaxed);
	atomic_store_explicit(&f->last_ms[a - f->ace], now_ms, memory_order_relaxed);
}

/* Without elements, one reference. NULL when memory is short. */
struct filter *filter_new(struct str name);
/* Room for the counters of its n elements. false when memory is short. */
bool filter_counters(struct filter *f);
/* Its elements are complete: a long list gets its index (when memory is short it does without). */
void filter_finish(struct filter *f);
struct filter *filter_hold(struct filter *f);
void filter_drop(struct filter *f); /* NULL is allowed */

/* ------------------------------------------------------------------ what the packet path decides by */

enum { FILTER_IFACES_MAX = 64, FILTER_NO_IFACE = 255, FILTER_SELF = 254 };

/* Where an address is: behind which interface; FILTER_SELF: the appliance itself. */
struct filter_route {
	uint32_t ip, mask;
	uint8_t iface;
	uint32_t order; /* as it was added */
};

struct filter_iface {
	char name[49];
	uint8_t level;
	struct filter *in, *out; /* access-group; NULL = none */
};

/* A static translation as clients meet it: a packet to the mapped address is for the real one, one of the real one comes
 * from the mapped address. Lists and levels speak of real addresses. */
struct filter_xlate {
	uint32_t mapped, real, mask;  /* network for network, or UINT32_MAX */
	uint32_t peer, peer_mask;     /* for whom it is; mask 0 = everybody */
	uint8_t proto;                /* 0: ports do not matter */
	uint16_t mapped_lo, mapped_hi, real_lo; /* with proto */
};

struct filter_policy {
	unsigned users;     /* threads that judge by it; control thread */
	bool permit_vpn;    /* decrypted packets pass the access groups of interfaces by */
	bool intra, inter;  /* same-security-traffic permit */
	bool ifaces_filter; /* some access group exists */
	struct filter_idle {  /* timeout conn, half-closed, udp, icmp, sctp: how long a connection is remembered */
		uint64_t tcp_ms, half_ms, udp_ms, icmp_ms, sctp_ms;
	} idle;
	struct filter *global;
	struct filter_iface iface[FILTER_IFACES_MAX];
	size_t niface;
	/* By levels alone, from a client or towards one: bits of the interfaces out of which it may go; by the one it came in. */
	uint64_t passes[2][FILTER_IFACES_MAX];
	struct filter_route *route; /* longest prefix first, then by address */
	size_t nroutes, cap_routes;
	struct filter_xlate *xlate; /* the first that fits counts */
	size_t nxlate;
	uint32_t *by_mapped; /* of a long list: longest prefix first, then by address, then as they stand */
};

/* false when memory is short. They count when filter_policy_finish has put them in order (interfaces and
 * what is permitted are known by then); of two for one network the first.
 * A long list of translations gets its index then, too (when memory is short it does without). */
bool filter_policy_route(struct filter_policy *p, uint32_t ip, uint32_t mask, uint8_t iface);
void filter_policy_finish(struct filter_policy *p);
/* Puts the real address and port in place of mapped ones: of the destination, or of the source. */
void filter_untranslate(const struct filter_policy *p, struct filter_key *k, bool source);
uint8_t filter_where(const struct filter_policy *p, uint32_t ip);
/* Do the security levels let it pass? Of a client's packet (which passes access groups by) both directions count as open.
 * Interfaces that do not exist, and FILTER_SELF, are not asked. */
static inline bool filter_level_passes(const struct filter_policy *p, bool from_client, uint8_t in, uint8_t out)
{
	return in >= p->niface || in >= FILTER_IFACES_MAX || out >= p->niface ||
	       (p->passes[from_client][in] >> out & 1) != 0;
}
void filter_policy_free(struct filter_policy *p); /* with its references; NULL is allowed */

#endif
