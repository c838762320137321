#include "core/base/filter.h"

#include <stdlib.h>

#include "core/base/filter_index.h"

enum { ICMP = 1, TCP = 6, UDP = 17, XLATES_LONG = 8 };

bool filter_key_read(struct rd r, struct filter_key *k)
{
	*k = (struct filter_key){.icmp_type = -1, .icmp_code = -1};
	uint8_t version = rd_u8(&r);
	rd_skip(&r, 5);
	uint16_t frag = rd_u16(&r);
	rd_skip(&r, 1);
	k->proto = rd_u8(&r);
	rd_skip(&r, 2);
	k->src = rd_u32(&r);
	k->dst = rd_u32(&r);
	if (!rd_ok(&r) || version >> 4 != 4 || (version & 15) < 5)
		return false;
	rd_skip(&r, ((version & 15u) - 5) * 4);
	k->fragment = (frag & 0x1fff) != 0;
	if (k->fragment)
		return rd_ok(&r);
	if (k->proto == TCP || k->proto == UDP) {
		k->sport = rd_u16(&r);
		k->dport = rd_u16(&r);
		if (k->proto == TCP) {
			rd_skip(&r, 9);
			k->tcp_flags = rd_u8(&r);
		}
	} else if (k->proto == ICMP) {
		k->icmp_type = rd_u8(&r);
		k->icmp_code = rd_u8(&r);
		rd_skip(&r, 2);
		k->sport = rd_u16(&r);
		k->dport = rd_u16(&r);
	}
	return rd_ok(&r);
}

static bool in_ports(uint16_t lo, uint16_t hi, bool not, uint16_t port)
{
	return (port >= lo && port <= hi) != not ;
}

bool filter_takes(const struct filter_ace *a, const struct filter_key *k)
{
	if (k->src < a->src_lo || k->src > a->src_hi || k->dst < a->dst_lo || k->dst > a->dst_hi ||
	    (a->proto != 0 && a->proto != k->proto))
		return false;
	if (a->proto == ICMP) {
		if (k->fragment)
			return a->icmp_type < 0 || a->permit;
		return (a->icmp_type < 0 || a->icmp_type == k->icmp_type) &&
		       (a->icmp_code < 0 || a->icmp_code == k->icmp_code);
	}
	if (a->proto != TCP && a->proto != UDP)
		return true;
	bool all = a->sport_lo == 0 && a->sport_hi == UINT16_MAX && a->dport_lo == 0 &&
	           a->dport_hi == UINT16_MAX && !a->sport_not && !a->dport_not;
	if (k->fragment) /* what its first fragment was judged by is not in it */
		return all || a->permit;
	return all || (in_ports(a->sport_lo, a->sport_hi, a->sport_not, k->sport) &&
	               in_ports(a->dport_lo, a->dport_hi, a->dport_not, k->dport));
}

const struct filter_ace *filter_match_linear(const struct filter *f, const struct filter_key *k)
{
	for (size_t i = 0; i < f->n; i++)
		if (filter_takes(&f->ace[i], k) && filter_in_force(f, &f->ace[i]))
			return &f->ace[i];
	return NULL;
}

const struct filter_ace *filter_match(const struct filter *f, const struct filter_key *key,
                                      bool reversed)
{
	struct filter_key k = *key;
	if (reversed) {
		k.src = key->dst;
		k.dst = key->src;
		k.sport = key->dport;
		k.dport = key->sport;
	}
	return f->index != NULL ? filter_index_match(f->index, f, &k) : filter_match_linear(f, &k);
}

struct filter *filter_new(struct str name)
{
	struct filter *f = calloc(1, sizeof *f);
	if (f == NULL)
		return NULL;
	f->refs = 1;
	str_copy(f->name, sizeof f->name, name);
	f->time = calloc(FILTER_TIMES_MAX, sizeof *f->time);
	f->time_name = calloc(FILTER_TIMES_MAX, sizeof *f->time_name);
	if (f->time == NULL || f->time_name == NULL) {
		filter_drop(f);
		return NULL;
	}
	return f;
}

bool filter_counters(struct filter *f)
{
	f->hits = calloc(f->n + 1, sizeof *f->hits);
	f->last_ms = calloc(f->n + 1, sizeof *f->last_ms);
	f->cleared = calloc(f->n + 1, sizeof *f->cleared);
	return f->hits != NULL && f->last_ms != NULL && f->cleared != NULL;
}

void filter_finish(struct filter *f)
{
	if (f->n >= FILTER_INDEX_MIN)
		f->index = filter_index_new(f);
}

struct filter *filter_hold(struct filter *f)
{
	if (f != NULL)
		f->refs++;
	return f;
}

void filter_drop(struct filter *f)
{
	if (f == NULL || --f->refs > 0)
		return;
	filter_index_free(f->index);
	free(f->ace);
	free((void *)f->hits);
	free((void *)f->last_ms);
	free(f->cleared);
	free((void *)f->time);
	free(f->time_name);
	free(f);
}

bool filter_policy_route(struct filter_policy *p, uint32_t ip, uint32_t mask, uint8_t iface)
{
	if (p->nroutes == p->cap_routes) {
		size_t cap = p->cap_routes ? p->cap_routes * 2 : 32;
		struct filter_route *grown = realloc(p->route, cap * sizeof *grown);
		if (grown == NULL)
			return false;
		p->route = grown;
		p->cap_routes = cap;
	}
	p->route[p->nroutes] = (struct filter_route){ip & mask, mask, iface, (uint32_t)p->nroutes};
	p->nroutes++;
	return true;
}

static int by_prefix(const void *a, const void *b)
{
	const struct filter_route *x = a, *y = b;
	if (x->mask != y->mask)
		return x->mask > y->mask ? -1 : 1;
	if (x->ip != y->ip)
		return x->ip < y->ip ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int by_mapped(const void *a, const void *b, void *list)
{
	const uint32_t i = *(const uint32_t *)a, k = *(const uint32_t *)b;
	const struct filter_xlate *x = (struct filter_xlate *)list + i, *y = (struct filter_xlate *)list + k;
	if (x->mask != y->mask)
		return x->mask > y->mask ? -1 : 1;
	if (x->mapped != y->mapped)
		return x->mapped < y->mapped ? -1 : 1;
	return i < k ? -1 : i > k;
}

static bool level_passes(const struct filter_policy *p, bool from_client, const struct filter_iface *in,
                         const struct filter_iface *out)
{
	if (in == out)
		return p->intra;
	if (in->level == out->level)
		return p->inter;
	return from_client || in->level > out->level;
}

void filter_policy_finish(struct filter_policy *p)
{
	for (size_t in = 0; in < p->niface; in++)
		for (size_t out = 0; out < p->niface; out++)
			for (unsigned from_client = 0; from_client < 2; from_client++)
				p->passes[from_client][in] |=
				        (uint64_t)level_passes(p, from_client, &p->iface[in], &p->iface[out]) << out;
	if (p->nroutes > 0)
		qsort(p->route, p->nroutes, sizeof *p->route, by_prefix);
	if (p->nxlate >= XLATES_LONG)
		p->by_mapped = malloc(p->nxlate * sizeof *p->by_mapped);
	if (p->by_mapped == NULL)
		return;
	for (uint32_t i = 0; i < p->nxlate; i++)
		p->by_mapped[i] = i;
	qsort_r(p->by_mapped, p->nxlate, sizeof *p->by_mapped, by_mapped, p->xlate);
}

/* The first of route[from..] that is not before (mask, ip). */
static size_t route_at(const struct filter_policy *p, size_t from, uint32_t mask, uint32_t ip)
{
	size_t to = p->nroutes;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct filter_route *r = &p->route[mid];
		if (r->mask > mask || (r->mask == mask && r->ip < ip))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

uint8_t filter_where(const struct filter_policy *p, uint32_t ip)
{
	for (size_t i = 0; i < p->nroutes;) {
		uint32_t mask = p->route[i].mask;
		size_t at = route_at(p, i, mask, ip & mask);
		if (at < p->nroutes && p->route[at].mask == mask && p->route[at].ip == (ip & mask))
			return p->route[at].iface;
		if (mask == 0)
			break;
		i = route_at(p, at, mask - 1, 0); /* the next shorter prefix */
	}
	return FILTER_NO_IFACE;
}

static bool xlate_fits(const struct filter_xlate *x, const struct filter_key *k, uint32_t ip, uint16_t port,
                       uint32_t peer)
{
	return (ip & x->mask) == x->mapped && (peer & x->peer_mask) == x->peer &&
	       (x->proto == 0 || (x->proto == k->proto && !k->fragment && port >= x->mapped_lo &&
	                          port <= x->mapped_hi));
}

/* The first of by_mapped[from..] that is not before (mask, ip). */
static size_t mapped_at(const struct filter_policy *p, size_t from, uint32_t mask, uint32_t ip)
{
	size_t to = p->nxlate;
	while (from < to) {
		size_t mid = from + (to - from) / 2;
		const struct filter_xlate *x = &p->xlate[p->by_mapped[mid]];
		if (x->mask > mask || (x->mask == mask && x->mapped < ip))
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

/* The first that fits, of a long list: for each length of prefix those of the address are looked up. */
static const struct filter_xlate *xlate_find(const struct filter_policy *p, const struct filter_key *k, uint32_t ip,
                                             uint16_t port, uint32_t peer)
{
	uint32_t best = UINT32_MAX;
	for (size_t i = 0; i < p->nxlate;) {
		uint32_t mask = p->xlate[p->by_mapped[i]].mask;
		size_t at = mapped_at(p, i, mask, ip & mask);
		for (; at < p->nxlate && p->by_mapped[at] < best; at++) {
			const struct filter_xlate *x = &p->xlate[p->by_mapped[at]];
			if (x->mask != mask || x->mapped != (ip & mask))
				break;
			if (xlate_fits(x, k, ip, port, peer))
				best = p->by_mapped[at];
		}
		if (mask == 0)
			break;
		i = mapped_at(p, at, mask - 1, 0); /* the next shorter prefix */
	}
	return best != UINT32_MAX ? &p->xlate[best] : NULL;
}

static const struct filter_xlate *xlate_find_linear(const struct filter_policy *p, const struct filter_key *k,
                                                    uint32_t ip, uint16_t port, uint32_t peer)
{
	for (size_t i = 0; i < p->nxlate; i++)
		if (xlate_fits(&p->xlate[i], k, ip, port, peer))
			return &p->xlate[i];
	return NULL;
}

void filter_untranslate(const struct filter_policy *p, struct filter_key *k, bool source)
{
	uint32_t *ip = source ? &k->src : &k->dst, peer = source ? k->dst : k->src;
	uint16_t *port = source ? &k->sport : &k->dport;
	const struct filter_xlate *x = p->by_mapped != NULL ? xlate_find(p, k, *ip, *port, peer)
	                                                    : xlate_find_linear(p, k, *ip, *port, peer);
	if (x == NULL)
		return;
	*ip = x->real | (*ip & ~x->mask);
	if (x->proto != 0)
		*port = (uint16_t)(x->real_lo + (*port - x->mapped_lo));
}

void filter_policy_free(struct filter_policy *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->niface; i++) {
		filter_drop(p->iface[i].in);
		filter_drop(p->iface[i].out);
	}
	filter_drop(p->global);
	free(p->route);
	free(p->xlate);
	free(p->by_mapped);
	free(p);
}
