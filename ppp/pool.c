#include "ppp/pool.h"

#include "core/base/rec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/hash.h"
#include "core/base/log.h"

struct held {
	uint32_t ip;
	uint64_t until_ms;
};

struct apool {
	char name[AAA_NAME_MAX + 1];
	struct ppp_pool_conf conf; /* name points to the one above */
	size_t size;
	uint64_t *used, *waiting; /* a bit for each address: in use; held back */
	size_t nused, nwaiting;
	struct held *held; /* in order of time; at most size of them */
	size_t first_held;
};

struct ppp_pools {
	struct clock *clock;
	struct apool *pools;
	size_t n;
	uint64_t delay_ms;
};

static bool bit_get(const uint64_t *map, size_t i)
{
	return map[i / 64] >> (i % 64) & 1;
}

static void bit_set(uint64_t *map, size_t i)
{
	map[i / 64] |= UINT64_C(1) << (i % 64);
}

static void bit_clear(uint64_t *map, size_t i)
{
	map[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static void apool_free(struct apool *p)
{
	free(p->used);
	free(p->waiting);
	free(p->held);
	*p = (struct apool){0};
}

struct ppp_pools *ppp_pools_new(struct clock *clock)
{
	struct ppp_pools *ps = calloc(1, sizeof(*ps));
	if (ps)
		ps->clock = clock;
	return ps;
}

static void free_all(struct apool *pools, size_t n)
{
	for (size_t i = 0; i < n; i++)
		apool_free(&pools[i]);
	free(pools);
}

void ppp_pools_free(struct ppp_pools *ps)
{
	if (!ps)
		return;
	free_all(ps->pools, ps->n);
	free(ps);
}

static struct apool *find(const struct ppp_pools *ps, const char *name)
{
	for (size_t i = 0; i < ps->n; i++)
		if (strcmp(ps->pools[i].name, name) == 0)
			return &ps->pools[i];
	return NULL;
}

static bool in_range(const struct apool *p, uint32_t ip)
{
	return p->size && ip >= p->conf.first && ip - p->conf.first < p->size;
}

/* Network and broadcast address of the pool's subnet are never handed out. */
static bool is_edge(const struct apool *p, uint32_t ip)
{
	uint32_t mask = p->conf.mask;
	return mask && mask < 0xfffffffe && ((ip & ~mask) == 0 || (ip & ~mask) == ~mask);
}

static int apool_init(struct apool *p, const struct ppp_pool_conf *c)
{
	str_copy(p->name, sizeof(p->name), str_of(c->name));
	p->conf = *c;
	if (c->last < c->first || c->last - c->first >= PPP_POOL_SIZE_MAX)
		return -EINVAL;
	size_t size = (size_t)(c->last - c->first) + 1;
	p->used = calloc((size + 63) / 64, sizeof(*p->used));
	p->waiting = calloc((size + 63) / 64, sizeof(*p->waiting));
	p->held = calloc(size, sizeof(*p->held));
	if (!p->used || !p->waiting || !p->held)
		return -ENOMEM;
	p->size = size;
	return 0;
}

static void keep_used(struct apool *next, const struct apool *old)
{
	for (size_t i = 0; i < old->size; i++) {
		uint32_t ip = old->conf.first + (uint32_t)i;
		if (!bit_get(old->used, i) || !in_range(next, ip))
			continue;
		bit_set(next->used, ip - next->conf.first);
		next->nused++;
	}
}

static bool same_pool(const struct apool *p, const struct ppp_pool_conf *c)
{
	return p->size && p->conf.first == c->first && p->conf.last == c->last &&
	       p->conf.mask == c->mask && strcmp(p->name, c->name) == 0;
}

static bool unchanged(const struct ppp_pools *ps, const struct ppp_pool_conf *pools, size_t n)
{
	for (size_t i = 0; i < n && n == ps->n; i++)
		if (!same_pool(&ps->pools[i], &pools[i]))
			return false;
	return n == ps->n;
}

/* The pools in force by name; NULL when there is no memory. */
static struct hash *by_name(const struct ppp_pools *ps)
{
	struct hash *h = hash_new(0);
	for (size_t i = 0; h && i < ps->n; i++) {
		struct apool *p = &ps->pools[i];
		if (!hash_put(h, p->name, strlen(p->name), p)) {
			hash_free(h);
			h = NULL;
		}
	}
	return h;
}

/* A pool that stays as it was moves over; one whose range changed keeps what is in use. */
static int take_over(struct apool *next, struct apool *old, const struct ppp_pool_conf *conf)
{
	if (old && same_pool(old, conf)) {
		*next = *old;
		*old = (struct apool){0};
		return 0;
	}
	int rc = apool_init(next, conf);
	if (rc == 0 && old)
		keep_used(next, old);
	return rc;
}

int ppp_pools_set(struct ppp_pools *ps, const struct ppp_pool_conf *pools, size_t n,
                  uint32_t reuse_delay_s)
{
	ps->delay_ms = (uint64_t)reuse_delay_s * 1000;
	if (unchanged(ps, pools, n))
		return 0;
	struct apool *next = calloc(n ? n : 1, sizeof(*next));
	struct hash *old = by_name(ps);
	int rc = 0;
	if (!next || !old) {
		free(next);
		hash_free(old);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		int one = take_over(&next[i], hash_get(old, pools[i].name, strlen(pools[i].name)),
		                    &pools[i]);
		rc = one ? one : rc;
	}
	hash_free(old);
	free_all(ps->pools, ps->n);
	ps->pools = next;
	ps->n = n;
	for (size_t i = 0; i < n; i++)
		next[i].conf.name = next[i].name;
	return rc;
}

/* Held addresses whose time is over are free again. */
static void expire(struct ppp_pools *ps, struct apool *p)
{
	while (p->nwaiting > 0 && p->held[p->first_held].until_ms <= clock_now(ps->clock)) {
		bit_clear(p->waiting, p->held[p->first_held].ip - p->conf.first);
		p->first_held = (p->first_held + 1) % p->size;
		p->nwaiting--;
	}
}

static bool is_free(const struct apool *p, size_t i)
{
	return !bit_get(p->used, i) && !bit_get(p->waiting, i) &&
	       !is_edge(p, p->conf.first + (uint32_t)i);
}

static bool take_lowest(struct apool *p, uint32_t *ip)
{
	for (size_t i = 0; i < p->size; i++) {
		if (i % 64 == 0 && (p->used[i / 64] | p->waiting[i / 64]) == UINT64_MAX) {
			i += 63;
			continue;
		}
		if (!is_free(p, i))
			continue;
		bit_set(p->used, i);
		p->nused++;
		*ip = p->conf.first + (uint32_t)i;
		return true;
	}
	return false;
}

bool ppp_pools_take(struct ppp_pools *ps, const char *const *names, size_t n, uint32_t *ip,
                    const char **pool)
{
	for (size_t i = 0; i < n; i++) {
		struct apool *p = find(ps, names[i]);
		if (!p)
			continue;
		expire(ps, p);
		if (take_lowest(p, ip)) {
			*pool = p->name;
			return true;
		}
	}
	return false;
}

/* Taken before its time was over: it waits no longer, and from the beginning when it comes back. */
static void wait_no_longer(struct apool *p, uint32_t ip)
{
	size_t i = ip - p->conf.first, to = p->first_held;
	if (!bit_get(p->waiting, i))
		return;
	bit_clear(p->waiting, i);
	for (size_t k = 0, at = p->first_held; k < p->nwaiting; k++, at = (at + 1) % p->size)
		if (p->held[at].ip != ip) {
			p->held[to] = p->held[at];
			to = (to + 1) % p->size;
		}
	p->nwaiting--;
}

bool ppp_pools_take_ip(struct ppp_pools *ps, uint32_t ip, const char **pool)
{
	*pool = "";
	for (size_t i = 0; i < ps->n; i++) {
		struct apool *p = &ps->pools[i];
		if (!in_range(p, ip))
			continue;
		if (bit_get(p->used, ip - p->conf.first))
			return false;
		wait_no_longer(p, ip);
		bit_set(p->used, ip - p->conf.first);
		p->nused++;
		*pool = p->name;
		return true;
	}
	return true;
}

static void hold(struct ppp_pools *ps, struct apool *p, uint32_t ip)
{
	size_t i = ip - p->conf.first;
	expire(ps, p);
	if (ps->delay_ms == 0 || bit_get(p->waiting, i) || p->nwaiting == p->size)
		return;
	size_t at = (p->first_held + p->nwaiting) % p->size;
	p->held[at] = (struct held){ip, clock_now(ps->clock) + ps->delay_ms};
	bit_set(p->waiting, i);
	p->nwaiting++;
}

void ppp_pools_release(struct ppp_pools *ps, const char *pool, uint32_t ip)
{
	struct apool *p = find(ps, pool);
	if (!p || !in_range(p, ip) || !bit_get(p->used, ip - p->conf.first))
		return;
	bit_clear(p->used, ip - p->conf.first);
	p->nused--;
	hold(ps, p, ip);
}

bool ppp_pools_has(const struct ppp_pools *ps, const char *pool, uint32_t ip)
{
	const struct apool *p = find(ps, pool);
	return p && in_range(p, ip);
}

uint32_t ppp_pool_gateway(const struct ppp_pool_conf *c)
{
	uint32_t mask = c->mask && c->mask < 0xfffffffe ? c->mask : 0xffffff00;
	uint32_t low = (c->first & mask) + 1, high = (c->first | ~mask) - 1;
	if (low < c->first || low > c->last)
		return low;
	if (high < c->first || high > c->last)
		return high;
	return PPP_POOL_NOBODY;
}

uint32_t ppp_pools_gateway(const struct ppp_pools *ps, const char *pool)
{
	const struct apool *p = find(ps, pool);
	return p ? ppp_pool_gateway(&p->conf) : PPP_POOL_NOBODY;
}

/* ------------------------------------------------------------------ show */

static void show_list(const struct apool *p, struct out *out, const char *title, const char *key,
                      int kind)
{
	bool any = false;
	rec_list(out, key);
	for (size_t i = 0; i < p->size; i++) {
		int is = bit_get(p->used, i) ? 2 : bit_get(p->waiting, i) ? 1 : 0;
		uint32_t ip = p->conf.first + (uint32_t)i;
		if (is != kind || (kind == 0 && is_edge(p, ip)))
			continue;
		if (!any)
			out_printf(out, "\n%s:\n", title);
		any = true;
		rec(out, "address", "%s\n", ip4_text(ip).s);
	}
	rec_close(out);
}

static size_t count_free(const struct apool *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->size; i++)
		n += is_free(p, i);
	return n;
}

bool ppp_pools_show(struct ppp_pools *ps, const char *name, bool pix, struct out *out)
{
	struct apool *p = find(ps, name);
	if (!p)
		return false;
	expire(ps, p);
	size_t avail = count_free(p);
	char mask[16] = "";
	if (p->conf.mask)
		str_copy(mask, sizeof(mask), str_of(ip4_text(p->conf.mask).s));
	if (pix) {
		out_str(out, "Pool                Begin           End             Free    In use\n");
		out_printf(out, "%-19s %-15s ", p->conf.name, ip4_text(p->conf.first).s);
		out_printf(out, "%-15s %5zu    %5zu\n", ip4_text(p->conf.last).s, avail, p->nused);
		return true;
	}
	out_str(out, "Begin           End             Mask            Free     Held     In use\n");
	rec(out, "begin end mask free held in_use", "%-15s %-15s %-15s %5zu    %5zu    %5zu\n",
	    ip4_text(p->conf.first).s, ip4_text(p->conf.last).s, mask, avail, p->nwaiting,
	    p->nused);
	show_list(p, out, "Available Addresses", "available_addresses", 0);
	show_list(p, out, "Held Addresses", "held_addresses", 1);
	show_list(p, out, "In Use Addresses", "in_use_addresses", 2);
	return true;
}
